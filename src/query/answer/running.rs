//! The answer to `can APP start`, `can APP.TRIGGER fire` and `can APP.TRIGGER scale`. Plain data; what is needed, and
//! whether it is met, is the engine's.

use super::{PartAnswer, StepAnswer, Taken, VerdictWord};
use serde::Serialize;

/// The answer to `can … start`, `can … fire`, `can … scale`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunningAnswer {
    /// The question, in one spelling.
    pub question: String,
    /// `start`, `fire` or `scale`.
    pub verb: String,
    /// The verdict.
    pub verdict: VerdictWord,
    /// How a person would see a `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// What the names were taken for.
    pub taken: Vec<Taken>,
    /// What the app or the trigger needs, in order.
    pub needs: Vec<NeedAnswer>,
}

/// One thing that an app or a trigger needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NeedAnswer {
    /// What.
    pub what: String,
    /// Does the verdict rest on it, or is it told beside it?
    pub decisive: bool,
    /// Is it met?
    pub verdict: VerdictWord,
    /// How a person would see a `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// The steps that judge it.
    pub steps: Vec<StepAnswer>,
    /// The walk behind it, part by part.
    pub way: Vec<PartAnswer>,
    /// What the model does not state and the verdict rests on.
    pub assumptions: Vec<String>,
    /// What to change, line by line.
    pub remedies: Vec<String>,
}
