//! What is wrong with a text, as data: a stable code, a message, places, notes and helps.
//!
//! Knows no colours and no terminal; [`crate::render`] turns it into something to read.

mod codes;
mod json;
mod suggest;

pub use codes::{CODES, CodePage, page};
pub(crate) use json::json_fault;
pub use suggest::{did_you_mean, nearest};

use crate::source::Span;
use std::borrow::Cow;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The text cannot be taken as it stands, or Azure would refuse what it declares.
    Error,
    /// It works, and is probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place in a text, and what is the matter there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is the matter there; may be empty.
    pub message: String,
}

/// What would do in the place of what is wrong: completion asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The name of something of one of these kinds.
    Names(Vec<&'static str>),
    /// The name of something of one of these kinds that has addresses, a service tag, or an address.
    Addresses(Vec<&'static str>),
    /// One of these words.
    Words(Vec<String>),
    /// One of these properties.
    Properties(Vec<&'static str>),
}

/// One thing that is wrong with a text.
///
/// The message starts in lower case and has no final period; what the user wrote stands in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code, `FN0101`; each has a page (`fnet explain FN0101`).
    pub code: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where; the first label is the place that the diagnostic stands at.
    pub labels: Vec<Label>,
    /// What one must know to understand it.
    pub notes: Vec<String>,
    /// How to mend it.
    pub helps: Vec<String>,
    /// The platform's rule that the declaration breaks, where it breaks one.
    pub rule: Option<String>,
    /// What would do in its place, where that is known.
    pub wanted: Option<Box<Wanted>>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: impl Into<Cow<'static, str>>, span: Span, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Error,
            message: message.into(),
            labels: vec![Label { span, message: String::new() }],
            notes: Vec::new(),
            helps: Vec::new(),
            rule: None,
            wanted: None,
        }
    }

    /// A warning at a place.
    pub fn warning(code: impl Into<Cow<'static, str>>, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// The same with words under its first place.
    pub fn label(mut self, message: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.message = message.into();
        }
        self
    }

    /// The same with a further place.
    pub fn also(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: message.into() });
        self
    }

    /// The same with a note.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with a help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }

    /// The same with a help, when there is one.
    pub fn maybe_help(self, help: Option<String>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// The same, saying which rule of the platform is broken.
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }

    /// The same, saying what would do in the place of what is wrong.
    pub fn wanted(mut self, wanted: Wanted) -> Self {
        self.wanted = Some(Box::new(wanted));
        self
    }

    /// The place that it stands at.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }

    /// Is it an error?
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Puts diagnostics in order of place and drops exact repetitions.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| a.span().cmp(&b.span()).then(a.severity.cmp(&b.severity)).then(a.code.cmp(&b.code)));
    diagnostics.dedup();
}
