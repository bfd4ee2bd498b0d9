//! What comes of a text, as plain data: [`Outcome`], [`Report`], [`Errors`]. How it comes about is not here, nor how it
//! is printed.

use crate::diagnostic::Diagnostic;
use crate::query::Answer;
use crate::source::SourceMap;

/// What became of a statement that says something.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A question and its answer.
    Answer {
        /// The question, in one spelling.
        question: String,
        /// The answer.
        answer: Box<Answer>,
    },
    /// An assertion that holds.
    Holds {
        /// The assertion, in one spelling.
        assertion: String,
        /// The `check` that it stands in.
        check: Option<String>,
    },
    /// An assertion that does not hold.
    Fails {
        /// The assertion, in one spelling.
        assertion: String,
        /// The `check` that it stands in.
        check: Option<String>,
        /// What is the case instead.
        diagnostic: Box<Diagnostic>,
        /// The answer that shows it.
        answer: Option<Box<Answer>>,
    },
    /// Something worth saying: a declaration that was replaced.
    Notice(String),
}

/// What a text did when it was loaded.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What its questions and assertions came to, in order.
    pub outcomes: Vec<Outcome>,
    /// What is wrong or suspicious in what is declared: Azure's limits and advice.
    pub diagnostics: Vec<Diagnostic>,
    /// How many of the outcomes were taken over from before: nothing that they rest on has changed.
    pub kept: usize,
}

impl Report {
    /// How many assertions hold, and how many do not.
    pub fn assertions(&self) -> (usize, usize) {
        let holds = self.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Holds { .. })).count();
        let fails = self.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Fails { .. })).count();
        (holds, fails)
    }

    /// How many assertions hold, in words.
    pub fn tally(&self) -> String {
        let (passed, failed) = self.assertions();
        let (s, holds) = if passed == 1 { ("", "holds") } else { ("s", "hold") };
        let fail = if failed == 1 { "fails" } else { "fail" };
        format!("{passed} assertion{s} {holds}, {failed} {fail}")
    }

    /// Takes in what a further text came to.
    pub fn append(&mut self, further: Report) {
        self.outcomes.extend(further.outcomes);
        self.diagnostics.extend(further.diagnostics);
        self.kept += further.kept;
    }

    /// Is there a declaration that Azure would refuse?
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Why a text was not taken: every diagnostic, and the texts that their places point into.
#[derive(Clone, Debug)]
pub struct Errors {
    /// What is wrong, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts.
    pub sources: SourceMap,
}

impl std::error::Error for Errors {}
