//! A conversation as one has it at the prompt, without the terminal: an entry goes in, fnet or a `:command`, and what to
//! show comes out.
//!
//! Here stand the conversation and what becomes of an entry. What an answer is decides [`crate::session`], how it looks
//! [`crate::render`]; who types, and where the text goes, is known to those who call.

mod command;
mod said;

pub use said::{Done, Said, Shown};

use crate::load::Script;
use crate::render;
use crate::session::{Errors, Outcome, Report, Session};
use std::path::PathBuf;

/// A conversation with a prompt.
///
/// ```
/// use fnet::conversation::{Conversation, Done};
/// use fnet::render::Style;
///
/// let mut talk = Conversation::new(fnet::Session::new());
/// assert!(talk.entry("vnet hub 10.0.0.0/16 { subnet s 10.0.0.0/24 }").is_silent());
/// talk.entry("host vm1 in hub.s 10.0.0.4 { listen tcp 443 }; host vm2 in hub.s 10.0.0.5");
/// let said = talk.entry("can vm2 reach vm1:443");
/// assert!(said.out(&Style::default()).starts_with("yes"));
/// assert!(talk.entry("vnett lab 10.1.0.0/16").err(&Style::default()).contains("FN0106"));
/// assert_eq!(talk.entry(":quit").done, Done::Leave);
/// ```
pub struct Conversation {
    session: Session,
}

impl Conversation {
    /// A conversation about what a session has so far.
    pub fn new(mut session: Session) -> Self {
        session.keep_answers(true);
        Self { session }
    }

    /// The session that it leads.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Takes one entry: a command, or a piece of fnet, which may hold many statements. One with an error leaves no mark.
    pub fn entry(&mut self, entry: &str) -> Said {
        let text = entry.trim();
        if text.is_empty() {
            return Said::default();
        }
        if text.starts_with(':') {
            return command::run(self, text);
        }
        match self.session.enter(entry) {
            Ok(report) => self.told(&report),
            Err(errors) => Said::of_errors(errors),
        }
    }

    /// Loads files and says what came of it.
    pub fn load(&mut self, files: &[PathBuf]) -> Said {
        match self.session.load_all(files.iter().cloned().map(Script::File)) {
            Ok(report) => {
                let mut said = Said::default();
                said.trouble(report.diagnostics.clone(), self.session.sources());
                let (passed, failed) = report.assertions();
                let count = self.session.declared().items().len();
                let checks = if passed + failed > 0 { format!(", {}", report.tally()) } else { String::new() };
                let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
                said.words(format!("loaded {}: {count} declarations{checks}", names.join(", ")));
                said
            }
            Err(errors) => Said::of_errors(errors),
        }
    }

    /// What an entry came to; the question itself was just typed.
    fn told(&self, report: &Report) -> Said {
        let mut said = Said::default();
        said.trouble(report.diagnostics.clone(), self.session.sources());
        for outcome in &report.outcomes {
            said.answer(match outcome {
                Outcome::Answer { answer, .. } => render::answer(answer),
                other => render::outcome(other),
            });
            if let Outcome::Fails { diagnostic, .. } = outcome {
                said.trouble(vec![diagnostic.as_ref().clone()], self.session.sources());
            }
        }
        said
    }
}

/// The words of all commands.
pub fn command_words() -> impl Iterator<Item = &'static str> {
    command::COMMANDS.iter().map(|command| command.word)
}

impl Said {
    /// What kept an entry from being taken.
    fn of_errors(errors: Errors) -> Self {
        let mut said = Said { taken: false, ..Said::default() };
        said.trouble(errors.diagnostics, &errors.sources);
        said
    }
}
