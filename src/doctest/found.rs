//! Diagnostics of what was run, moved to where they stand in the document, and held against the marks of its lines.

use super::document::Document;
use super::mark::{Mark, head};
use super::report::{Detail, Failure};
use super::shelf::plain;
use crate::diagnostic::Diagnostic;
use crate::query::Answer;
use crate::query::answer::EachPlace;
use crate::source::{SourceId, SourceMap, Span};
use std::collections::HashMap;

/// A diagnostic, at its place in the document, and the answer that shows it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) diagnostic: Diagnostic,
    pub(super) answer: Option<Box<Answer>>,
}

/// What the texts of a session are in the document.
#[derive(Clone, Debug, Default)]
pub(super) struct Stands {
    /// By name, the number of the block that a text is.
    pub(super) blocks: HashMap<String, usize>,
}

/// The texts that the places of failures point into: the document, and what it uses.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) sources: SourceMap,
}

/// The number of the document among them.
pub(super) const DOCUMENT: SourceId = SourceId(0);

impl Texts {
    pub(super) fn of(document: &Document) -> Self {
        let mut sources = SourceMap::default();
        sources.add(document.name.as_str(), document.text.as_str());
        Self { sources }
    }

    /// The line of a byte of the document, from 0.
    pub(super) fn line(&self, at: usize) -> usize {
        self.sources.position(Span::new(DOCUMENT, at, at)).map_or(0, |(line, _)| line - 1)
    }

    /// The same diagnostic with its places in the document, or in the files beside it.
    pub(super) fn moved(
        &mut self,
        mut diagnostic: Diagnostic,
        from: &SourceMap,
        stands: &Stands,
        document: &Document,
    ) -> Diagnostic {
        for label in &mut diagnostic.labels {
            label.span = self.span(label.span, from, stands, document);
        }
        diagnostic
    }

    fn span(&mut self, span: Span, from: &SourceMap, stands: &Stands, document: &Document) -> Span {
        let Some(source) = from.get(span.source) else { return span };
        if let Some(block) = stands.blocks.get(&*source.name).and_then(|at| document.outline.blocks.get(*at)) {
            return Span::new(DOCUMENT, block.place(span.start as usize), block.place(span.end as usize));
        }
        if *source.name == *document.name {
            return Span { source: DOCUMENT, ..span };
        }
        let name = match &*source.name {
            "prompt" => source.name.to_string(),
            name => plain(&document.folder.join(name)),
        };
        let known = (0..self.sources.len())
            .map(|at| SourceId(at as u32))
            .find(|id| self.sources.get(*id).is_some_and(|known| *known.name == *name && known.text == source.text));
        let id = known.unwrap_or_else(|| self.sources.add(name, source.text.clone()));
        Span { source: id, ..span }
    }

    /// The same answer with its places in the document.
    pub(super) fn told(&mut self, mut answer: Box<Answer>, stands: &Stands, document: &Document) -> Box<Answer> {
        answer.each_place(&mut |place| {
            let block = stands.blocks.get(&place.file).and_then(|at| document.outline.blocks.get(*at));
            let line = block.and_then(|block| block.lines.get(place.line.saturating_sub(1)));
            if let Some(line) = line {
                place.file.clone_from(&document.name);
                place.line = self.line(line.start) + 1;
            }
        });
        answer
    }
}

/// How what was found differs from what is marked.
#[derive(Debug, Default)]
pub(super) struct Differing {
    /// What no mark expects.
    pub(super) unexpected: Vec<Found>,
    /// The marks that nothing meets.
    pub(super) unmet: Vec<Mark>,
}

/// Holds what was found against marks, whose lines are those of the document.
pub(super) fn differing(found: Vec<Found>, marks: &[Mark], texts: &Texts) -> Differing {
    let mut left = found;
    let mut unmet = Vec::new();
    for mark in marks {
        match left.iter().position(|found| mark.expects(&found.diagnostic) && stands_at(&found.diagnostic, mark, texts))
        {
            Some(at) => drop(left.remove(at)),
            None => unmet.push(mark.clone()),
        }
    }
    Differing { unexpected: left, unmet }
}

/// Does a diagnostic stand at the line of a mark? One that stands elsewhere does so by any of its places.
fn stands_at(diagnostic: &Diagnostic, mark: &Mark, texts: &Texts) -> bool {
    let mut places = diagnostic.labels.iter().map(|label| label.span);
    places.any(|span| span.source == DOCUMENT && texts.line(span.start as usize) == mark.line)
}

impl Found {
    /// What nothing expects. How it can be expected is told of the first one that is no assertion.
    pub(super) fn failures(all: Vec<Self>) -> Vec<Failure> {
        let mut told = false;
        let failure = |found: Self| {
            let detail = found.answer.map(Detail::Answer);
            let mut diagnostic = found.diagnostic;
            if detail.is_none() && !std::mem::replace(&mut told, true) {
                let mark = head(&diagnostic);
                diagnostic = diagnostic.help(format!("where this is to be so, end the line with `#~ {mark}`"));
            }
            Failure { diagnostic, detail }
        };
        all.into_iter().map(failure).collect()
    }
}

/// A mark that nothing meets; `line` is where its line begins.
pub(super) fn unmet(mark: &Mark, line: usize) -> Failure {
    let span = Span::new(DOCUMENT, line + mark.within.start, line + mark.within.end);
    let message = format!("{} is expected and not reported", mark.said());
    Failure { diagnostic: Diagnostic::error("FN0402", span, message), detail: None }
}
