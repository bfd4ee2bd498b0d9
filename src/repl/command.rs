//! The commands of the prompt, from one table: it makes the parser, `:help` and the reference.

use super::Prompt;
use crate::diagnostic::did_you_mean;
use crate::session::Session;
use crate::syntax::QUERY_SHAPES;
use std::path::PathBuf;

/// What follows a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// The prompt goes on.
    Stay,
    /// The user leaves.
    Leave,
}

/// A command: its word, its shape, what it does, and how.
struct Command {
    word: &'static str,
    shape: &'static str,
    about: &'static str,
    run: fn(&mut Prompt, &str) -> Done,
}

/// Every command.
const COMMANDS: &[Command] = &[
    Command { word: "help", shape: ":help [WORD]", about: "this list, or what a word means", run: help },
    Command { word: "load", shape: ":load FILE", about: "load a script into the conversation", run: load },
    Command { word: "reset", shape: ":reset", about: "forget everything and begin anew", run: reset },
    Command { word: "quit", shape: ":quit", about: "leave; so does Ctrl-D", run: quit },
];

/// Runs a command line.
pub(super) fn run(prompt: &mut Prompt, text: &str) -> Done {
    let text = text.trim_start_matches(':').trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match COMMANDS.iter().find(|command| command.word == word) {
        Some(command) => (command.run)(prompt, rest.trim()),
        None => {
            let near = did_you_mean(word, COMMANDS.iter().map(|command| command.word));
            eprintln!("there is no command `:{word}`; {}", near.unwrap_or_else(|| "`:help` lists them".into()));
            Done::Stay
        }
    }
}

/// The words of all commands, for completion.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|command| command.word)
}

fn help(prompt: &mut Prompt, word: &str) -> Done {
    if !word.is_empty() {
        if let Some((_, shape)) = QUERY_SHAPES.iter().find(|(query, _)| *query == word) {
            println!("{shape}");
            return Done::Stay;
        }
        if let Some(command) = COMMANDS.iter().find(|command| command.word == word.trim_start_matches(':')) {
            println!("{}  {}", command.shape, command.about);
            return Done::Stay;
        }
        return prompt.entry(&format!("explain {word}"));
    }
    println!("Declare:   vnet hub 10.2.0.0/16 {{ subnet functions 10.2.1.0/26 }}   (an open bracket goes on)");
    println!("Questions:");
    for (query, shape) in QUERY_SHAPES {
        println!("  {shape}");
        if *query == "can" {
            println!("  can APP start, can APP.TRIGGER fire, can APP.TRIGGER scale");
        }
    }
    println!("Commands:");
    for command in COMMANDS {
        println!("  {:<14} {}", command.shape, command.about);
    }
    Done::Stay
}

fn load(prompt: &mut Prompt, file: &str) -> Done {
    let file = file.trim_matches('"');
    if file.is_empty() {
        eprintln!("`:load` wants a file, as in `:load examples/orders.fnet`");
    } else {
        let _ = prompt.load(&[PathBuf::from(file)]);
    }
    Done::Stay
}

fn reset(prompt: &mut Prompt, _: &str) -> Done {
    prompt.session = Session::new();
    prompt.loaded.clear();
    println!("everything is forgotten; edition {}", prompt.session.edition());
    Done::Stay
}

fn quit(_: &mut Prompt, _: &str) -> Done {
    Done::Leave
}
