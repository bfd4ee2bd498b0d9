//! The answer to `fix`. Plain data.

use super::{RuleWord, Taken, VerdictWord};
use serde::Serialize;

/// The answer to `fix`.
#[derive(Clone, Debug, Serialize)]
pub struct FixAnswer {
    /// The question, in one spelling.
    pub question: String,
    /// The verdict as things stand.
    pub verdict: VerdictWord,
    /// How a person would see a `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The rule that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// What the names were taken for.
    pub taken: Vec<Taken>,
    /// Sets of amendments after which the answer is `yes`, the best first.
    pub proposals: Vec<ProposalAnswer>,
    /// What must be stated first, where no proposal is sure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<MissingAnswer>,
    /// What nothing that a script states can turn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixed: Vec<ObstacleAnswer>,
    /// How many changed models were asked.
    pub tried: usize,
    /// The most that are asked, where that ended the search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<usize>,
}

/// A set of amendments that opens the way, and no smaller part of it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProposalAnswer {
    /// The amendments, as `given { … }` and a script take them.
    pub amend: Vec<String>,
    /// The rules that they answer to.
    pub rules: Vec<RuleWord>,
    /// What else they open: flows that arrive then and do not now, other than those that were asked for.
    pub opens: Vec<OpenedAnswer>,
    /// Was that compared for the caller and the internet alone, since there are too many others?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub opens_in_part: bool,
    /// How they are made in Azure, one after another.
    pub interfaces: Vec<InterfaceAnswer>,
    /// Other tiers with which the like of it does, where it changes the tier of a plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
    /// What must be stated before it is sure; empty where the answer is then `yes`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<MissingAnswer>,
}

/// Flows that a proposal opens besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenedAnswer {
    /// Who may send them then.
    pub callers: Vec<String>,
    /// Where they go: what has the addresses, or is called by its name.
    pub end: String,
    /// The addresses, where there are stated ones.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub addresses: String,
    /// By which protocols and ports.
    pub over: String,
}

/// How a change is made in Azure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InterfaceAnswer {
    /// Commands of the az CLI; what the model does not know stands in angle brackets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub az: Vec<String>,
    /// The resource type of Azure Resource Manager, and the property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// What to know of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A fact that the model does not state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingAnswer {
    /// The fact.
    pub fact: String,
    /// The line that states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_it: Option<String>,
}

/// Something in the way that no amendment turns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObstacleAnswer {
    /// The id of the platform's rule.
    pub rule: String,
    /// What is the matter.
    pub text: String,
    /// The rule in full.
    pub why: String,
    /// What one may do beside the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}
