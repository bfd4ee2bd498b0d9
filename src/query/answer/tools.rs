//! The answers to `tcpping` and `nameresolver`: what those tools would print in the console of an app, and how long one
//! would wait for it.

use super::{PartAnswer, StepAnswer, VerdictWord};
use serde::Serialize;

/// Where a tool runs, and what it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConsoleAnswer {
    /// The app.
    pub app: String,
    /// The site of its console.
    pub site: String,
    /// The command.
    pub command: String,
    /// What to know of the console and the tool.
    pub notes: Vec<StepAnswer>,
}

/// How long one waits, as far as it is known beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitAnswer {
    /// The seconds.
    pub seconds: i64,
    /// What they are spent on.
    pub text: String,
}

/// The answer to `tcpping`.
#[derive(Clone, Debug, Serialize)]
pub struct TcppingAnswer {
    /// Where it runs.
    pub console: ConsoleAnswer,
    /// Is a connection made?
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
    /// What it does, apart where it depends on the instance that it runs on or on the address that is tried.
    pub runs: Vec<RunAnswer>,
}

/// One way in which a tool may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunAnswer {
    /// The lines that it prints; none where nobody can say, or where it does not run.
    pub lines: Vec<String>,
    /// How long that takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<WaitAnswer>,
    /// The flow and its way.
    #[serde(flatten)]
    pub part: PartAnswer,
}

/// The answer to `nameresolver`.
#[derive(Clone, Debug, Serialize)]
pub struct NameresolverAnswer {
    /// Where it runs.
    pub console: ConsoleAnswer,
    /// Does the name resolve?
    pub verdict: VerdictWord,
    /// The name.
    pub name: String,
    /// To what: addresses, or words where the model does not state them.
    pub addresses: Vec<String>,
    /// The names that it is an alias of, in order.
    pub aliases: Vec<String>,
    /// The name server that answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The lines that it prints; none where nobody can say.
    pub lines: Vec<String>,
    /// How long that takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<WaitAnswer>,
    /// How, server by server and zone by zone.
    pub steps: Vec<StepAnswer>,
    /// What the model does not state and the answer rests on.
    pub assumptions: Vec<String>,
    /// What to change, line by line.
    pub remedies: Vec<String>,
}
