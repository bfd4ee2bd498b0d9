//! Answers and diagnostics as something to read: text for people, plain text for screen readers and pipes, JSON.

#[cfg(feature = "cli")]
mod csv;
mod depth;
mod finding;
mod github;
mod graph;
mod json;
mod junit;
mod markup;
mod report;
mod sarif;
mod table;
mod text;

#[cfg(feature = "cli")]
pub use csv::answer_csv;
pub use depth::{Depth, answer_to};
pub use finding::Finding;
pub use github::github;
pub use graph::{Sheet, dot, mermaid, style_sheet, svg};
#[cfg(feature = "import")]
pub use json::import_json;
#[cfg(feature = "doctest")]
pub(crate) use json::{DiagnosticDocument, document_json};
pub use json::{answer_json, graph_json, report_json};
pub use junit::{Came, Case, Suite, junit};
#[cfg(feature = "cli")]
pub use markup::verbatim;
pub use markup::{Markup, Style, Tag};
pub use report::{diagnostic, diagnostics};
pub use sarif::sarif;
#[cfg(feature = "repl")]
pub(crate) use table::width as columns;
pub use text::{answer, answer_within, outcome, outcome_within};

use crate::query::Answer;
use crate::session::Errors;
use std::fmt;

/// The answer in plain text, as `fnet ask` prints it to a pipe.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&answer(self).to_text(&Style::default()))
    }
}

/// The diagnostics in plain text.
impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&diagnostics(&self.diagnostics, &self.sources, &Style::default()))
    }
}
