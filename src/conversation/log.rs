//! What a conversation has taken in, in order, for it to be undone, done again, loaded again and saved.

use crate::session::{Mark, Report};
use crate::source::SourceId;
use crate::syntax::ast::Statement;
use crate::syntax::parse;
use std::path::PathBuf;

/// What was taken in.
#[derive(Clone)]
pub(super) enum What {
    /// An entry of fnet.
    Entry(String),
    /// Files that were loaded, and what they came to.
    Files(Vec<PathBuf>, Report),
    /// Everything before was forgotten: this.
    Reset(Vec<Taken>),
}

/// A thing that was taken in.
#[derive(Clone)]
pub(super) struct Taken {
    pub(super) what: What,
    /// Where the conversation stood before, where the entry changed what is declared; none of a question.
    pub(super) before: Option<Mark>,
}

/// Everything that was taken in, and what was undone of it.
#[derive(Clone, Default)]
pub(super) struct Log {
    pub(super) taken: Vec<Taken>,
    undone: Vec<(Vec<Taken>, Mark)>,
}

impl What {
    /// Does it change what is declared, or only ask?
    fn changes(&self) -> bool {
        let Self::Entry(text) = self else { return true };
        !parse(SourceId(0), text.as_str()).0.iter().all(asks)
    }

    /// It in a few words, on one line.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Files(files, _) => {
                let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
                format!(":load {}", names.join(" "))
            }
            Self::Reset(_) => ":reset".into(),
            Self::Entry(text) => {
                let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
                match words.char_indices().nth(60) {
                    Some((end, _)) => format!("{} …", words[..end].trim_end()),
                    None => words,
                }
            }
        }
    }
}

/// Does a statement ask, and change nothing?
pub(super) fn asks(statement: &Statement) -> bool {
    matches!(statement, Statement::Query(_) | Statement::Assert(_) | Statement::Check { .. })
}

impl Log {
    /// Notes what was taken in. What was undone before cannot be done again behind a change.
    pub(super) fn note(&mut self, what: What, before: Mark) {
        let changes = what.changes();
        if changes {
            self.undone.clear();
        }
        self.taken.push(Taken { what, before: changes.then_some(before) });
    }

    /// Forgets everything, which is a change too.
    pub(super) fn forget(&mut self, before: Mark) {
        let all = std::mem::take(&mut self.taken);
        self.note(What::Reset(all), before);
    }

    /// Takes back the last change and what was asked since: the mark to go back to, and the change.
    pub(super) fn undo(&mut self, now: Mark) -> Option<(Mark, What)> {
        let at = self.taken.iter().rposition(|taken| taken.before.is_some())?;
        let gone = self.taken.split_off(at);
        let (mark, what) = (gone[0].before.clone()?, gone[0].what.clone());
        if let What::Reset(all) = &what {
            self.taken.clone_from(all);
        }
        self.undone.push((gone, now));
        Some((mark, what))
    }

    /// Does again what was undone last: the mark to go on to, and the change.
    pub(super) fn redo(&mut self) -> Option<(Mark, What)> {
        let (mut back, mark) = self.undone.pop()?;
        let what = back[0].what.clone();
        if matches!(what, What::Reset(_)) {
            self.taken.clear();
        }
        self.taken.append(&mut back);
        Some((mark, what))
    }

    /// What the files came to that were loaded.
    pub(super) fn report(&self) -> Report {
        let mut all = Report::default();
        for taken in &self.taken {
            if let What::Files(_, report) = &taken.what {
                all.append(report.clone());
            }
        }
        all
    }

    /// Has a file been loaded?
    pub(super) fn has_files(&self) -> bool {
        self.taken.iter().any(|taken| matches!(taken.what, What::Files(..)))
    }
}
