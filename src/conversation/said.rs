//! What a conversation says to an entry, as pieces in order for two streams. Nothing is printed here.

use super::line;
use crate::diagnostic::Diagnostic;
use crate::render::{self, Markup, Style, Tag};
use crate::source::SourceMap;

/// What follows an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Done {
    /// The conversation goes on.
    #[default]
    Stay,
    /// The user leaves.
    Leave,
}

/// A piece of what is said.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Shown {
    /// What was asked for; it goes to standard output.
    Answer(Markup),
    /// Words about the entry itself; they go to standard error.
    Remark(Markup),
    /// What is wrong with a text, and the texts that the places point into; it goes to standard error.
    Trouble(Vec<Diagnostic>, SourceMap),
}

/// What a conversation says to an entry.
#[derive(Clone, Debug)]
pub struct Said {
    /// The pieces, in order.
    pub shown: Vec<Shown>,
    /// Does the conversation go on?
    pub done: Done,
    /// Was the entry taken? Not where it has an error.
    pub taken: bool,
}

impl Default for Said {
    /// Nothing, and the conversation goes on.
    fn default() -> Self {
        Self { shown: Vec::new(), done: Done::Stay, taken: true }
    }
}

impl Shown {
    /// Does it go to standard error?
    pub fn is_error(&self) -> bool {
        !matches!(self, Self::Answer(_))
    }

    /// The piece as text, with a line end.
    pub fn to_text(&self, style: &Style) -> String {
        match self {
            Self::Answer(markup) | Self::Remark(markup) => markup.to_text(style),
            Self::Trouble(all, sources) => {
                let mut text = render::diagnostics(all, sources, style).trim_end().to_string();
                text.push('\n');
                text
            }
        }
    }
}

impl Said {
    /// Is there nothing to show?
    pub fn is_silent(&self) -> bool {
        self.shown.is_empty()
    }

    /// What goes to standard output.
    pub fn out(&self, style: &Style) -> String {
        self.shown.iter().filter(|piece| !piece.is_error()).map(|piece| piece.to_text(style)).collect()
    }

    /// What goes to standard error.
    pub fn err(&self, style: &Style) -> String {
        self.shown.iter().filter(|piece| piece.is_error()).map(|piece| piece.to_text(style)).collect()
    }

    pub(super) fn answer(&mut self, markup: Markup) {
        self.shown.push(Shown::Answer(markup));
    }

    /// One line of plain words, as an answer.
    pub(super) fn words(&mut self, text: impl AsRef<str>) {
        self.answer(line(Tag::Plain, text));
    }

    /// A text that is more than a line, as an answer.
    pub(super) fn text(&mut self, text: impl AsRef<str>) {
        let mut markup = Markup::default();
        markup.plain(text);
        self.answer(markup);
    }

    /// A line that stands back, as an answer.
    pub(super) fn note(&mut self, text: impl AsRef<str>) {
        self.answer(line(Tag::Dim, text));
    }

    /// A line about the entry itself.
    pub(super) fn remark(&mut self, text: impl AsRef<str>) {
        self.shown.push(Shown::Remark(line(Tag::Plain, text)));
    }

    /// A line about an entry that was not taken.
    pub(super) fn refusal(text: impl AsRef<str>) -> Self {
        let mut said = Self { taken: false, ..Self::default() };
        said.remark(text);
        said
    }

    pub(super) fn trouble(&mut self, diagnostics: Vec<Diagnostic>, sources: &SourceMap) {
        if !diagnostics.is_empty() {
            self.shown.push(Shown::Trouble(diagnostics, sources.clone()));
        }
    }
}
