//! The answer to `matrix`. Plain data; each cell is worked out as `can` is.

use super::VerdictWord;
use serde::Serialize;

/// The answer to `matrix`.
#[derive(Clone, Debug, Serialize)]
pub struct MatrixAnswer {
    /// What may be reached, a column each.
    pub targets: Vec<MatrixTarget>,
    /// Every app, with its cells in the order of the targets.
    pub rows: Vec<MatrixRow>,
}

/// A column of a matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatrixTarget {
    /// Its name.
    pub name: String,
    /// What it is: `service`, `app`, `host`.
    pub of_kind: String,
    /// The ports that were asked about; empty for all of them.
    pub ports: String,
}

/// A row of a matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatrixRow {
    /// The app.
    pub source: String,
    /// A cell for each target; none for the app itself.
    pub cells: Vec<Option<MatrixCell>>,
}

/// Whether an app can reach a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatrixCell {
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
}
