//! The answer to `explain` of a rule, topic, code or name. `explain` of a question has the question's own answer.

use serde::Serialize;

/// A rule of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleAnswer {
    /// Its id.
    pub id: String,
    /// The rule in a few words.
    pub title: String,
    /// The rule in full.
    pub text: String,
    /// Where it is documented.
    pub sources: Vec<String>,
    /// What to change where it stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The diagnostic's code, of a check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Is it an inference?
    pub derived: bool,
    /// The open points that it rests on: id, question and what fnet takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_points: Vec<(String, String, String)>,
}

/// The answer to `explain` of a rule, topic, code or name.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainAnswer {
    /// What was asked about.
    pub about: String,
    /// Its title.
    pub title: String,
    /// A text, of a code or a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A script that shows it, of a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// The edition.
    pub edition: String,
    /// The open points that were asked about, each with what fnet takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_points: Vec<(String, String, String)>,
    /// The rules.
    pub rules: Vec<RuleAnswer>,
    /// Are the rules told in full?
    pub in_full: bool,
    /// Of an app: whether it starts, and what its triggers do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<super::RunningAnswer>,
    /// How the apps of the model fare.
    pub apps: Vec<AppFares>,
}

/// How an app fares under what was asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppFares {
    /// The app.
    pub app: String,
    /// What can be said of it.
    pub lines: Vec<String>,
}
