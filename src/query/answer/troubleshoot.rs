//! The answer to `troubleshoot`. Plain data.

use super::{Place, Taken, VerdictWord};
use serde::Serialize;

/// The answer to `troubleshoot`.
#[derive(Clone, Debug, Serialize)]
pub struct TroubleshootAnswer {
    /// The question, in one spelling.
    pub question: String,
    /// The verdict on the call.
    pub verdict: VerdictWord,
    /// How a person would see a `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// What the names were taken for.
    pub taken: Vec<Taken>,
    /// What is to blame: the one that decides first, then all others.
    pub causes: Vec<CauseAnswer>,
    /// The lists of suspects, each answered.
    pub lists: Vec<SuspectListAnswer>,
    /// The same call from a machine of the app's network, where a person would try that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<ComparisonAnswer>,
}

/// Something that is to blame.
#[derive(Clone, Debug, Serialize)]
pub struct CauseAnswer {
    /// The id of the platform's rule.
    pub rule: String,
    /// Is it a warning, beside what stops the call?
    pub warning: bool,
    /// What is the matter.
    pub text: String,
    /// The line of the script that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The fact that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// The line that would state it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_it: Option<String>,
}

/// A list of suspects.
#[derive(Clone, Debug, Serialize)]
pub struct SuspectListAnswer {
    /// What it is called.
    pub title: String,
    /// The suspects, in the order in which a person goes through them.
    pub suspects: Vec<SuspectAnswer>,
}

/// What is known of a suspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuspectWord {
    /// It is not the matter.
    Clear,
    /// It blocks the call.
    AtFault,
    /// The model does not state what would tell.
    Unknown,
    /// The call ends before it comes there.
    NotReached,
}

/// A suspect, answered.
#[derive(Clone, Debug, Serialize)]
pub struct SuspectAnswer {
    /// The rule that advises to look there, or that speaks of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What is asked.
    pub ask: String,
    /// The answer.
    pub status: SuspectWord,
    /// What the walk found there, if it came by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The line of the script that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The fact that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// The line that would state it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_it: Option<String>,
}

/// The same call from elsewhere.
#[derive(Clone, Debug, Serialize)]
pub struct ComparisonAnswer {
    /// From where.
    pub from: String,
    /// The verdict.
    pub verdict: VerdictWord,
    /// How a person would see a `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The rule that advises the test.
    pub rule: String,
    /// What the test shows.
    pub says: String,
}
