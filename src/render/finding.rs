//! What is wrong, for those who read reports of many tools: a diagnostic with its place in lines and columns, and in words.

use super::markup::safe;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span};

/// A diagnostic, the texts that its places point into, and what else is to be told of it.
#[derive(Clone, Copy, Debug)]
pub struct Finding<'a> {
    /// What is wrong.
    pub diagnostic: &'a Diagnostic,
    /// The texts.
    pub sources: &'a SourceMap,
    /// What shows it: a trace, lines that differ; may be empty.
    pub shown: &'a str,
}

/// Where something is, in lines and columns from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) file: String,
    pub(super) start: (usize, usize),
    pub(super) end: (usize, usize),
}

impl Finding<'_> {
    /// Where it is; none where the file could not be read.
    pub(super) fn region(&self) -> Option<Region> {
        self.diagnostic.span().and_then(|span| self.region_of(span))
    }

    pub(super) fn region_of(&self, span: Span) -> Option<Region> {
        let source = self.sources.get(span.source)?;
        let start = source.position(span.start);
        let end = source.position(span.end.max(span.start + 1).min(source.text.len() as u32).max(span.start));
        // A slash on every system.
        Some(Region { file: source.name.replace('\\', "/"), start, end })
    }

    /// The message, what stands at the places, the notes, the helps, and what shows it.
    pub(super) fn message(&self) -> String {
        let diagnostic = self.diagnostic;
        let mut lines = vec![diagnostic.message.clone()];
        lines.extend(diagnostic.labels.iter().map(|label| label.message.clone()).filter(|message| !message.is_empty()));
        lines.extend(diagnostic.notes.iter().cloned());
        lines.extend(diagnostic.helps.iter().map(|help| format!("help: {help}")));
        if !self.shown.is_empty() {
            lines.push(String::new());
            lines.push(self.shown.trim_end().to_string());
        }
        safe(&lines.join("\n"))
    }
}
