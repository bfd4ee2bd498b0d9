//! What rustyline asks while an entry is typed: is it complete, what may stand there, how does it look, what is hinted at.
//! The answers come from [`crate::conversation`] and the classes of words; here they are only handed over.

use super::paint;
use crate::conversation::{Conversation, candidates};
use crate::model::Kind;
use crate::render::{Style, columns};
use crate::syntax::{Completeness, QUERY_SHAPES, completeness};
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::SearchDirection;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Context, Helper};
use std::borrow::Cow;
use std::cell::Cell;
use std::sync::{Arc, Mutex};

/// The entry being typed.
#[derive(Helper)]
pub(super) struct Entry {
    talk: Arc<Mutex<Conversation>>,
    pub(super) style: Style,
    /// Is something else typed than an entry: an answer to the pager?
    pub(super) is_asking: Cell<bool>,
}

/// What is hinted at behind the cursor, and what of it may be taken.
pub(super) struct Shown {
    text: String,
    taken: Option<String>,
}

impl Hint for Shown {
    fn display(&self) -> &str {
        &self.text
    }

    fn completion(&self) -> Option<&str> {
        self.taken.as_deref()
    }
}

impl Entry {
    pub(super) fn of(talk: Arc<Mutex<Conversation>>, style: Style) -> Self {
        Self { talk, style, is_asking: Cell::new(false) }
    }
}

impl Validator for Entry {
    /// An entry goes on while a bracket or a string is open; a blank line submits it all the same.
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let input = context.input();
        let blank_line = input.ends_with('\n') || input.rsplit('\n').next().is_some_and(|last| last.trim().is_empty());
        if self.is_asking.get() || input.starts_with(':') || (blank_line && input.contains('\n')) {
            return Ok(ValidationResult::Valid(None));
        }
        Ok(match completeness(input) {
            Completeness::Complete => ValidationResult::Valid(None),
            Completeness::Open(_) => ValidationResult::Incomplete,
        })
    }
}

impl Hinter for Entry {
    type Hint = Shown;

    /// The last entry that begins like this one; else the shape of what was begun; else how many brackets are open.
    fn hint(&self, line: &str, at: usize, context: &Context<'_>) -> Option<Shown> {
        if at < line.len() || self.is_asking.get() {
            return None;
        }
        if let Some(rest) = earlier(line, context) {
            return Some(Shown { text: rest.clone(), taken: Some(rest) });
        }
        if let Some(shape) = shape(line) {
            return Some(Shown { text: format!("   {shape}"), taken: None });
        }
        match completeness(line) {
            Completeness::Open(depth) if depth > 0 && line.contains('\n') => {
                Some(Shown { text: format!("   ({depth} open; an empty line ends the entry)"), taken: None })
            }
            _ => None,
        }
    }
}

/// The rest of the last entry that begins like this one, as far as its line goes.
fn earlier(line: &str, context: &Context<'_>) -> Option<String> {
    if line.trim().is_empty() {
        return None;
    }
    let last = context.history_index().min(context.history().len()).checked_sub(1)?;
    let found = context.history().starts_with(line, last, SearchDirection::Reverse).ok()??;
    let rest = found.entry.get(line.len()..)?;
    let rest = rest.split('\n').next()?;
    (!rest.is_empty()).then(|| rest.to_string())
}

/// The shape of the question or declaration whose first word was just typed.
fn shape(line: &str) -> Option<&'static str> {
    let last = line.rsplit('\n').next()?;
    let word = last.trim_start().strip_suffix(' ')?;
    let question = QUERY_SHAPES.iter().find(|(query, _)| *query == word).map(|(_, shape)| *shape);
    let shape = question.or_else(|| Kind::named(word).map(Kind::head))?;
    shape.strip_prefix(word).map(str::trim_start).filter(|rest| !rest.is_empty())
}

impl Completer for Entry {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let Ok(mut talk) = self.talk.try_lock() else { return Ok((at, Vec::new())) };
        if self.is_asking.get() {
            return Ok((at, Vec::new()));
        }
        let found = candidates(talk.session(), line, at);
        let start = found.first().map_or(at, |found| found.replace.start);
        let room = self.style.width.saturating_sub(2).max(20);
        let widest = found.iter().map(|found| columns(&found.text)).max().unwrap_or(0).min(room / 2);
        let pairs = found.into_iter().map(|found| {
            let pad = " ".repeat(widest.saturating_sub(columns(&found.text)));
            let whole = format!("{}{pad}  {}", found.text, found.about);
            let goes_on =
                found.text.ends_with(['/', '"']) || (found.text.starts_with('"') && found.text.ends_with('/'));
            let space = if goes_on { "" } else { " " };
            Pair { display: cut(whole.trim_end(), room), replacement: format!("{}{space}", found.text) }
        });
        Ok((start, pairs.collect()))
    }
}

/// A text as far as it fits.
fn cut(text: &str, room: usize) -> String {
    if columns(text) <= room {
        return text.to_string();
    }
    let mut short = String::new();
    for c in text.chars() {
        if columns(&short) + 4 > room {
            break;
        }
        short.push(c);
    }
    format!("{}...", short.trim_end())
}

impl Highlighter for Entry {
    fn highlight<'l>(&self, line: &'l str, at: usize) -> Cow<'l, str> {
        if !self.style.color || self.is_asking.get() {
            return Cow::Borrowed(line);
        }
        let model = self.talk.try_lock().ok().map(|mut talk| talk.session().model());
        Cow::Owned(paint::painted(line, at, model.as_deref()))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.style.color { Cow::Owned(format!("\u{1b}[2m{hint}\u{1b}[0m")) } else { Cow::Borrowed(hint) }
    }

    fn highlight_candidate<'c>(&self, candidate: &'c str, _: CompletionType) -> Cow<'c, str> {
        match candidate.split_once("  ") {
            Some((word, about)) if self.style.color => Cow::Owned(format!("{word}\u{1b}[2m  {about}\u{1b}[0m")),
            _ => Cow::Borrowed(candidate),
        }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.style.color
    }
}
