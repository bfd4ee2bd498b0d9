//! How the program ends.

use crate::query::answer::{Answer, VerdictWord};
use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// All is well: 0.
    Well,
    /// An assertion does not hold, or the answer to `ask` is no, or `lint` finds an error, or `diff` a difference: 1.
    Failed,
    /// The source has errors: 2.
    Errors,
    /// Wrong usage, or a file that cannot be read: 3.
    Usage,
    /// The answer to `ask` is unknown or partly: 4.
    Open,
}

impl Exit {
    /// How `fnet ask` ends on an answer: one that has no verdict is well, unless it is of errors that were found.
    pub(super) fn on_answer(answer: &Answer) -> Self {
        match (answer.verdict(), answer) {
            (Some(VerdictWord::No), _) => Self::Failed,
            (Some(VerdictWord::Partly | VerdictWord::Unknown), _) => Self::Open,
            (None, Answer::Lint(found)) if found.errors > 0 => Self::Failed,
            (None, Answer::Diff(found)) if !found.is_same() => Self::Failed,
            (None, Answer::Replay(answer)) if answer.differing() > 0 => Self::Failed,
            (None, Answer::Replay(answer)) if answer.unknown > 0 || answer.compared() == 0 => Self::Open,
            _ => Self::Well,
        }
    }
}

impl Exit {
    /// How a program ends that did two things.
    pub(super) fn worse_of(self, other: Self) -> Self {
        if self == Self::Well { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Well => 0,
            Exit::Failed => 1,
            Exit::Errors => 2,
            Exit::Usage => 3,
            Exit::Open => 4,
        })
    }
}
