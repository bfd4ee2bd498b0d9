//! Why an expression has no value. Messages name functions and parameters, never values: a value may be a secret.

use crate::import::found::Unknown;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Trouble {
    /// It rests on something that is not known.
    Unknown(Unknown),
    /// It is wrong.
    Wrong(Wrong),
}

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wrong {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
    /// Where in the string that holds it, in bytes.
    pub at: Option<std::ops::Range<usize>>,
}

impl Trouble {
    /// An expression that cannot be evaluated.
    pub(super) fn wrong(message: impl Into<String>) -> Self {
        Self::Wrong(Wrong { code: "FN0009", message: message.into(), help: None, at: None })
    }

    /// One that would grow too large.
    pub(super) fn large(message: impl Into<String>) -> Self {
        Self::Wrong(Wrong { code: "FN0010", message: message.into(), help: None, at: None })
    }

    /// The same with a help, when there is one.
    pub(super) fn maybe_help(mut self, help: Option<String>) -> Self {
        if let Self::Wrong(wrong) = &mut self {
            wrong.help = help;
        }
        self
    }

    /// The same at a place, unless it has one.
    pub(super) fn at(mut self, at: &std::ops::Range<usize>) -> Self {
        if let Self::Wrong(wrong) = &mut self {
            wrong.at.get_or_insert_with(|| at.clone());
        }
        self
    }
}
