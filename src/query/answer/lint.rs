//! The answer to `lint`.

use super::Place;
use crate::diagnostic::Severity;
use serde::Serialize;

/// The answer to `lint`.
#[derive(Clone, Debug, Serialize)]
pub struct LintAnswer {
    /// What is wrong or advised against, in order of place.
    pub findings: Vec<FindingAnswer>,
    /// What is declared and used by nothing that is declared.
    pub unused: Vec<UnusedAnswer>,
    /// How many findings are errors.
    pub errors: usize,
    /// How many are warnings.
    pub warnings: usize,
}

/// A rule of the platform that a declaration breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingAnswer {
    /// How bad it is.
    pub severity: SeverityWord,
    /// The diagnostic's code.
    pub code: String,
    /// The rule.
    pub rule: String,
    /// Further rules that it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// Where; the first is the place it stands at.
    pub labels: Vec<LabelAnswer>,
    /// What to know of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Would Azure run it all the same?
    pub runs: bool,
}

/// A place that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LabelAnswer {
    /// The place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What is the matter there; may be empty.
    pub message: String,
}

/// A declaration that nothing uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnusedAnswer {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeverityWord {
    /// Azure refuses it.
    Error,
    /// Azure takes it, and it is probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl From<Severity> for SeverityWord {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Note,
        }
    }
}
