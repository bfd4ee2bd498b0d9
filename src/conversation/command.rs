//! The commands of the prompt, from one table: it makes the parser, `:help`, the completion and `docs/prompt.md`.

use super::{Conversation, Done, Format, Said};
use crate::diagnostic::did_you_mean;
use crate::platform::Edition;
use crate::render::Depth;

/// What stands behind the word of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A word to explain.
    Word,
    /// Files.
    Files,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// An edition.
    Edition,
}

/// A command.
pub struct Command {
    /// Its word, without the colon.
    pub word: &'static str,
    /// How it is written.
    pub shape: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// What stands behind its word.
    pub takes: Takes,
    run: fn(&mut Conversation, &str) -> Said,
}

const SWITCH: Takes = Takes::OneOf(&["on", "off"]);
const FORMATS: &[&str] = &["text", "plain", "json"];
const DEPTHS: &[&str] = &["verdict", "path", "rules"];

/// Every command.
const COMMANDS: &[Command] = &[
    Command {
        word: "help",
        shape: ":help [WORD]",
        about: "this list, or what a word means",
        takes: Takes::Word,
        run: super::help::help,
    },
    Command {
        word: "tour",
        shape: ":tour",
        about: "ten entries that show what fnet does",
        takes: Takes::OneOf(&["stop"]),
        run: Conversation::tour,
    },
    Command {
        word: "load",
        shape: ":load FILES",
        about: "load scripts into the conversation",
        takes: Takes::Files,
        run: super::files::load,
    },
    Command {
        word: "reload",
        shape: ":reload",
        about: "load them again, and say what is new",
        takes: Takes::Nothing,
        run: super::files::reload,
    },
    Command {
        word: "watch",
        shape: ":watch [off]",
        about: "load them again whenever they change",
        takes: SWITCH,
        run: super::files::watch,
    },
    Command {
        word: "changes",
        shape: ":changes",
        about: "which flows differ since the last load",
        takes: Takes::Nothing,
        run: super::files::changes,
    },
    Command {
        word: "save",
        shape: ":save FILE",
        about: "write what worked as a script that runs",
        takes: Takes::Files,
        run: super::save::save,
    },
    Command { word: "undo", shape: ":undo", about: "take the last change back", takes: Takes::Nothing, run: undo },
    Command { word: "redo", shape: ":redo", about: "do it again", takes: Takes::Nothing, run: redo },
    Command {
        word: "reset",
        shape: ":reset",
        about: "forget everything; `:undo` brings it back",
        takes: Takes::Nothing,
        run: reset,
    },
    Command {
        word: "depth",
        shape: ":depth verdict|path|rules",
        about: "how much of an answer is told",
        takes: Takes::OneOf(DEPTHS),
        run: depth,
    },
    Command {
        word: "format",
        shape: ":format text|plain|json",
        about: "how answers are written",
        takes: Takes::OneOf(FORMATS),
        run: format,
    },
    Command {
        word: "edition",
        shape: ":edition [NAME]",
        about: "which Azure: as of 2020 or 2026",
        takes: Takes::Edition,
        run: edition,
    },
    Command { word: "time", shape: ":time [off]", about: "say how long each entry took", takes: SWITCH, run: time },
    Command { word: "quit", shape: ":quit", about: "leave; so does Ctrl-D", takes: Takes::Nothing, run: quit },
];

/// Every command, in the order of the reference.
pub fn commands() -> &'static [Command] {
    COMMANDS
}

/// Runs a command line.
pub(super) fn run(talk: &mut Conversation, text: &str) -> Said {
    let text = text.trim_start_matches(':').trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let Some(command) = COMMANDS.iter().find(|command| command.word == word) else {
        let near = did_you_mean(word, COMMANDS.iter().map(|command| command.word));
        let near = near.unwrap_or_else(|| "`:help` lists them".into());
        return Said::refusal(format!("there is no command `:{word}`; {near}"));
    };
    match command.takes {
        Takes::Nothing if !rest.is_empty() => Said::refusal(format!("`:{word}` takes nothing behind it")),
        Takes::OneOf(words) if !rest.is_empty() && !words.contains(&rest) => {
            let near = did_you_mean(rest, words.iter().copied());
            let near = near.unwrap_or_else(|| format!("it is `{}`", command.shape));
            Said::refusal(format!("`:{word}` does not know `{rest}`; {near}"))
        }
        _ => (command.run)(talk, rest),
    }
}

fn undo(talk: &mut Conversation, _: &str) -> Said {
    let now = talk.net.session.mark();
    let Some((mark, what)) = talk.net.log.undo(now) else {
        return Said::refusal("there is nothing to undo");
    };
    talk.net.session.go_back(&mark);
    said(format!("undone: {}", what.in_words()))
}

fn redo(talk: &mut Conversation, _: &str) -> Said {
    let Some((mark, what)) = talk.net.log.redo() else {
        return Said::refusal("there is nothing to do again");
    };
    talk.net.session.go_back(&mark);
    said(format!("done again: {}", what.in_words()))
}

fn reset(talk: &mut Conversation, _: &str) -> Said {
    let anew = talk.net.session.anew();
    talk.net.forget(anew);
    said(format!("everything is forgotten; edition {}", talk.net.session.edition()))
}

fn depth(talk: &mut Conversation, word: &str) -> Said {
    if let Some(depth) = Depth::named(word) {
        talk.depth = depth;
    }
    said(format!("answers are told to the depth `{}`", talk.depth.word()))
}

fn format(talk: &mut Conversation, word: &str) -> Said {
    if let Some(format) = Format::ALL.into_iter().find(|format| format.word() == word) {
        talk.format = format;
    }
    said(format!("answers are written as `{}`", talk.format.word()))
}

fn edition(talk: &mut Conversation, name: &str) -> Said {
    if !name.is_empty() {
        let said = talk.part(&format!("edition {name}"));
        if !said.taken {
            return said;
        }
    }
    let (own, all) = (talk.net.session.edition(), Edition::all());
    let others: Vec<&str> = all.filter(|other| *other != own).map(Edition::name).collect();
    said(format!("edition {own}; there is also {}", others.join(", ")))
}

fn time(talk: &mut Conversation, word: &str) -> Said {
    talk.timed = word != "off";
    said(if talk.timed { "each entry tells how long it took" } else { "how long an entry took is not told" })
}

fn quit(_: &mut Conversation, _: &str) -> Said {
    Said { done: Done::Leave, ..Said::default() }
}

/// One line, as an answer.
pub(super) fn said(text: impl AsRef<str>) -> Said {
    let mut said = Said::default();
    said.words(text);
    said
}
