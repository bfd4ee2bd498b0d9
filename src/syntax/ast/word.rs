//! A word, and the text that it shares with those around it: a tree holds no text of its own where the source has it.

use crate::source::{SourceId, Span};
use crate::syntax::literal;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The text that words were read from, or that something was put together to.
#[derive(Debug)]
pub(in crate::syntax) struct Origin {
    text: Arc<str>,
    source: SourceId,
    /// The place of what does not stand in a source.
    made: Option<Span>,
}

impl Origin {
    /// A text whose words stand in that source.
    pub(in crate::syntax) fn of(source: SourceId, text: Arc<str>) -> Arc<Self> {
        Arc::new(Self { text, source, made: None })
    }
}

/// A text that is mostly a stretch of a source, and shared with it.
#[derive(Clone)]
pub struct Text {
    of: Arc<Origin>,
    start: u32,
    end: u32,
}

impl Text {
    /// The stretch of the source from this text to the end of another one; none where they are not of one source.
    pub fn through(&self, last: &Text) -> Option<Text> {
        let one = Arc::ptr_eq(&self.of, &last.of) && self.of.made.is_none() && self.start <= last.end;
        one.then(|| Text { of: self.of.clone(), start: self.start, end: last.end })
    }

    /// The whole text that it stands in; none of a text that was put together.
    pub(in crate::syntax) fn source(&self) -> Option<&str> {
        self.of.made.is_none().then_some(&*self.of.text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Word::new(text, Span::new(SourceId(u32::MAX), 0, 0)).text
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Word::new(text, Span::new(SourceId(u32::MAX), 0, 0)).text
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.of.text[self.start as usize..self.end as usize]
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// A word as it was written, or as `for` put it together.
#[derive(Clone)]
pub struct Word {
    /// The text; of a quoted word with its quotes.
    pub text: Text,
}

impl Word {
    /// A word that stands for what is written at a place.
    pub fn new(text: impl Into<Arc<str>>, span: Span) -> Self {
        let text = text.into();
        let end = text.len() as u32;
        Self { text: Text { of: Arc::new(Origin { text, source: span.source, made: Some(span) }), start: 0, end } }
    }

    /// The word that stands at these bytes of a source.
    pub(in crate::syntax) fn read(of: &Arc<Origin>, start: usize, end: usize) -> Self {
        Self { text: Text { of: of.clone(), start: start as u32, end: end as u32 } }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        let Text { of, start, end } = &self.text;
        of.made.unwrap_or(Span { source: of.source, start: *start, end: *end })
    }

    /// A place inside the word, in bytes; the whole word where `for` put it together.
    pub fn part(&self, start: usize, end: usize) -> Span {
        let span = self.span();
        let as_written = (span.end - span.start) as usize == self.text.len();
        if as_written { span.part(start, end) } else { span }
    }

    /// A part of the word as a word of its own.
    pub fn within(&self, start: usize, end: usize) -> Word {
        let Text { of, start: first, end: last } = &self.text;
        if of.made.is_some() {
            return Word::new(&self.text[start..end], self.part(start, end));
        }
        let at = |offset: usize| (first + offset as u32).min(*last);
        Word { text: Text { of: of.clone(), start: at(start), end: at(end) } }
    }

    /// The text without quotes and escapes, when the whole word is one string.
    pub fn string(&self) -> Option<String> {
        literal::unquote(&self.text)
    }

    /// The text, without quotes when it is a string.
    pub fn plain(&self) -> String {
        self.string().unwrap_or_else(|| self.text.to_string())
    }

    /// The same, shared with the source where it has no quotes.
    pub fn plain_text(&self) -> Text {
        self.string().map_or_else(|| self.text.clone(), Text::from)
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.span() == other.span()
    }
}

impl Eq for Word {}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
