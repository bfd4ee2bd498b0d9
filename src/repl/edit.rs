//! How a line is edited: when an entry is complete, and what may be completed.

use crate::conversation::commands;
use crate::model::Kind;
use crate::syntax::{Completeness, QUERY_SHAPES, QUERY_WORDS, completeness};
use rustyline::completion::Completer;
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper, Highlighter};

/// What rustyline asks about the entry being typed.
#[derive(Default, Helper, Highlighter)]
pub(super) struct Entry {}

impl Validator for Entry {
    /// An entry goes on while a bracket or a string is open; a blank line submits it all the same.
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let input = context.input();
        let blank_line = input.ends_with('\n') || input.rsplit('\n').next().is_some_and(|last| last.trim().is_empty());
        if input.starts_with(':') || (blank_line && input.contains('\n')) {
            return Ok(ValidationResult::Valid(None));
        }
        Ok(match completeness(input) {
            Completeness::Complete => ValidationResult::Valid(None),
            Completeness::Open(_) => ValidationResult::Incomplete,
        })
    }
}

impl Hinter for Entry {
    type Hint = String;

    /// How many brackets are open.
    fn hint(&self, line: &str, at: usize, _: &Context<'_>) -> Option<String> {
        if at < line.len() || !line.contains('\n') {
            return None;
        }
        match completeness(line) {
            Completeness::Open(depth) if depth > 0 => Some(format!("   ({depth} open)")),
            _ => None,
        }
    }
}

impl Completer for Entry {
    type Candidate = String;

    /// The words that may begin a statement, and the commands.
    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = &line[..at];
        if let Some(begun) = typed.strip_prefix(':') {
            let words = commands().iter().map(|command| command.word).filter(|word| word.starts_with(begun));
            return Ok((1, words.map(String::from).collect()));
        }
        let start = typed.rfind('\n').map_or(0, |line| line + 1);
        let begun = typed[start..].trim_start();
        if begun.contains(char::is_whitespace) {
            return Ok((at, Vec::new()));
        }
        let kinds = Kind::ALL.iter().map(|kind| kind.word());
        let queries = QUERY_SHAPES.iter().map(|(word, _)| *word);
        let words = queries.chain(QUERY_WORDS.iter().copied()).chain(kinds).filter(|word| word.starts_with(begun));
        Ok((at - begun.len(), words.map(|word| format!("{word} ")).collect()))
    }
}
