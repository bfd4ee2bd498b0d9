//! Where text came from: source ids, spans, and lines and columns when somebody wants to see them.
//!
//! A [`Span`] is three small numbers and is copied everywhere; it knows no text. Only a [`SourceMap`] turns it
//! into a file name, a line and a column, and only when something is rendered.

use std::sync::{Arc, OnceLock};

/// The number of a text in a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A stretch of bytes of one source: `start..end`, in bytes from the start of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text that the stretch lies in.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The stretch from `start` to `end` of `source`.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        Self { source, start: start as u32, end: end as u32 }
    }

    /// The smallest stretch that holds both; `self` when they lie in different sources.
    pub fn to(self, other: Span) -> Span {
        if self.source != other.source {
            return self;
        }
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// A part of this stretch, in bytes from its start; cut to the stretch where it would leave it.
    pub fn part(self, start: usize, end: usize) -> Span {
        let at = |offset: usize| (self.start + offset as u32).min(self.end);
        Span { source: self.source, start: at(start), end: at(end) }
    }

    /// The empty stretch just behind this one.
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }
}

/// One text: a file, an entry at the prompt, a query.
#[derive(Clone, Debug)]
pub struct Source {
    /// What people call it: a path, `prompt`, `question`.
    pub name: Arc<str>,
    /// The text itself.
    pub text: Arc<str>,
    lines: Arc<OnceLock<Vec<u32>>>,
}

impl Source {
    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let starts = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
            std::iter::once(0).chain(starts).collect()
        })
    }

    /// Line and column of a byte offset, both from 1; columns count characters.
    pub fn position(&self, offset: u32) -> (usize, usize) {
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start <= offset) - 1;
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let start = starts[line] as usize;
        let column = self.text.get(start..end).map_or(0, |text| text.chars().count());
        (line + 1, column + 1)
    }

    /// Where a line stands, its end included; lines count from 1.
    pub(crate) fn line(&self, number: usize) -> std::ops::Range<usize> {
        let starts = self.line_starts();
        let at = |line: usize| starts.get(line).map_or(self.text.len(), |start| *start as usize);
        at(number.saturating_sub(1))..at(number)
    }
}

/// All texts of a session, in the order in which they were read.
///
/// ```
/// let mut sources = fnet::source::SourceMap::default();
/// let id = sources.add("a.fnet", "edition 2020\nvnet hub 10.0.0.0/16");
/// let span = fnet::source::Span::new(id, 13, 17);
/// assert_eq!(sources.text(span), "vnet");
/// assert_eq!(sources.place(span), "a.fnet:2");
/// ```
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
}

impl SourceMap {
    /// Takes a text in and gives it a number.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceId {
        let id = SourceId(self.sources.len() as u32);
        self.sources.push(Source { name: name.into(), text: text.into(), lines: Arc::default() });
        id
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Is there no text yet?
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Forgets the texts from number `len` on, after an entry that failed.
    pub fn truncate(&mut self, len: usize) {
        self.sources.truncate(len);
    }

    /// The text with that number, if there is one.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// The words of a stretch; empty for a stretch of a forgotten source.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.source).and_then(|s| s.text.get(span.start as usize..span.end as usize)).unwrap_or("")
    }

    /// Line and column (from 1) where a stretch begins.
    pub fn position(&self, span: Span) -> Option<(usize, usize)> {
        self.get(span.source).map(|source| source.position(span.start))
    }

    /// `file:line` of a stretch, as traces print it; empty for a stretch of no source.
    pub fn place(&self, span: Span) -> String {
        match (self.get(span.source), self.position(span)) {
            (Some(source), Some((line, _))) => format!("{}:{line}", source.name),
            _ => String::new(),
        }
    }
}
