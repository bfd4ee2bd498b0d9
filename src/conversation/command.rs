//! The commands of the prompt, from one table: it makes the parser, `:help` and the reference.

use super::{Conversation, Done, Said};
use crate::diagnostic::did_you_mean;
use crate::session::Session;
use crate::syntax::QUERY_SHAPES;
use std::path::PathBuf;

/// A command: its word, its shape, what it does, and how.
pub(super) struct Command {
    pub(super) word: &'static str,
    pub(super) shape: &'static str,
    pub(super) about: &'static str,
    run: fn(&mut Conversation, &str) -> Said,
}

/// Every command.
pub(super) const COMMANDS: &[Command] = &[
    Command { word: "help", shape: ":help [WORD]", about: "this list, or what a word means", run: help },
    Command { word: "load", shape: ":load FILE", about: "load a script into the conversation", run: load },
    Command { word: "reset", shape: ":reset", about: "forget everything and begin anew", run: reset },
    Command { word: "quit", shape: ":quit", about: "leave; so does Ctrl-D", run: quit },
];

/// Runs a command line.
pub(super) fn run(talk: &mut Conversation, text: &str) -> Said {
    let text = text.trim_start_matches(':').trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match COMMANDS.iter().find(|command| command.word == word) {
        Some(command) => (command.run)(talk, rest.trim()),
        None => {
            let near = did_you_mean(word, COMMANDS.iter().map(|command| command.word));
            let near = near.unwrap_or_else(|| "`:help` lists them".into());
            Said::refusal(format!("there is no command `:{word}`; {near}"))
        }
    }
}

fn help(talk: &mut Conversation, word: &str) -> Said {
    let mut said = Said::default();
    if !word.is_empty() {
        if let Some((_, shape)) = QUERY_SHAPES.iter().find(|(query, _)| *query == word) {
            said.words(shape);
            return said;
        }
        if let Some(command) = COMMANDS.iter().find(|command| command.word == word.trim_start_matches(':')) {
            said.words(format!("{}  {}", command.shape, command.about));
            return said;
        }
        return talk.entry(&format!("explain {word}"));
    }
    said.words("Declare:   vnet hub 10.2.0.0/16 { subnet functions 10.2.1.0/26 }   (an open bracket goes on)");
    said.words("Questions:");
    for (query, shape) in QUERY_SHAPES {
        said.words(format!("  {shape}"));
        if *query == "can" {
            said.words("  can APP start, can APP.TRIGGER fire, can APP.TRIGGER scale");
        }
    }
    said.words("Commands:");
    for command in COMMANDS {
        said.words(format!("  {:<14} {}", command.shape, command.about));
    }
    said
}

fn load(talk: &mut Conversation, file: &str) -> Said {
    let file = file.trim_matches('"');
    if file.is_empty() {
        return Said::refusal("`:load` wants a file, as in `:load examples/orders.fnet`");
    }
    talk.load(&[PathBuf::from(file)])
}

fn reset(talk: &mut Conversation, _: &str) -> Said {
    talk.session = Session::new();
    talk.session.keep_answers(true);
    let mut said = Said::default();
    said.words(format!("everything is forgotten; edition {}", talk.session.edition()));
    said
}

fn quit(_: &mut Conversation, _: &str) -> Said {
    Said { done: Done::Leave, ..Said::default() }
}
