//! What may stand where a statement begins or goes on that is no question: kinds and their heads, `amend`, `assert`, `use`.

use super::Found;
use crate::engine::Outcome;
use crate::model::Kind;
use crate::query::{SOURCES, TARGETS};
use crate::syntax::{QUERY_SHAPES, Standing};

/// What the other statements do.
const STATEMENTS: &[(&str, &str)] = &[
    ("edition", "which Azure is meant: as of 2020 or 2026"),
    ("use", "reads another file"),
    ("let", "names values"),
    ("for", "repeats statements"),
    ("check", "groups assertions under a title"),
    ("assert", "claims what must be so"),
    ("amend", "changes a declaration"),
    ("remove", "takes a declaration away"),
    ("given", "asks in a changed copy"),
];

impl Found<'_> {
    pub(super) fn statement(&mut self, standing: &Standing) {
        let words: Vec<&str> = standing.words.iter().map(String::as_str).collect();
        let in_check = standing.heads.last().is_some_and(|head| head.first().is_some_and(|word| word == "check"));
        let Some(first) = words.first().copied() else {
            self.questions();
            for (word, about) in STATEMENTS.iter().filter(|(word, _)| !in_check || *word == "assert") {
                self.word(word, *about);
            }
            if !in_check {
                Kind::ALL.iter().for_each(|kind| self.word(kind.word(), kind.head()));
            }
            return;
        };
        if standing.is_text && !matches!(first, "use" | "diff") {
            return;
        }
        match (first, words.len()) {
            ("edition", 1) => self.editions(),
            ("use", 1) => {
                self.word("tags", "Microsoft's list of service tags");
                self.files_in_quotes();
            }
            ("use", _) => self.files_in_quotes(),
            ("amend" | "remove", 1) => Kind::ALL.iter().for_each(|kind| self.word(kind.word(), "kind")),
            ("amend" | "remove", 2) => {
                if let Some(kind) = Kind::named(words[1]) {
                    self.names(&[kind]);
                }
            }
            ("for", 2) => self.word("in", "the values of the rounds"),
            ("for", _) => self.lets(),
            ("let", 2..) => self.lets(),
            ("assert", _) => self.assertion(&standing.words[1..]),
            _ if QUERY_SHAPES.iter().any(|(query, _)| *query == first) => self.question(&standing.words),
            _ => self.head(first, standing),
        }
    }

    /// What may stand behind `assert`.
    fn assertion(&mut self, words: &[String]) {
        let all: Vec<&str> = words.iter().map(String::as_str).collect();
        match all.as_slice() {
            [] => {
                self.names(SOURCES);
                for (word, about) in [
                    ("only", "only SOURCES can reach TARGET"),
                    ("every", "every KIND can reach TARGET"),
                    ("no", "no KIND can reach TARGET"),
                    ("given", "asks in a changed copy"),
                ] {
                    self.word(word, about);
                }
                return self.questions();
            }
            [.., "because"] => return self.explained(),
            [.., "is"] => {
                ["yes", "no", "partly", "unknown"].iter().for_each(|word| self.word(word, "verdict"));
                return Outcome::ALL.iter().for_each(|outcome| self.word(outcome.word(), "outcome of a `no`"));
            }
            [.., "reach"] => return self.targets(TARGETS),
            ["only" | "every" | "no", .., "can"] => return self.word("reach", "reach TARGET:PORT"),
            [_, "can" | "cannot"] => {
                return ["reach", "start", "fire", "scale"].iter().for_each(|word| self.word(word, ""));
            }
            ["every" | "no"] => {
                return ["app", "host", "subnet", "on-premises"].iter().for_each(|word| self.word(word, "kind"));
            }
            ["only"] => return self.names(SOURCES),
            ["lint", "finds"] => return self.explained(),
            ["lint"] => return self.word("finds", "finds RULE [on NAME]"),
            _ => {}
        }
        if QUERY_SHAPES.iter().any(|(query, _)| *query == all[0]) {
            self.question(words);
            return self.word("is", "is VERDICT");
        }
        match all.len() {
            1 => {
                self.word("can", "claims a `yes`");
                self.word("cannot", "claims a `no`");
                self.word("resolves", "resolves NAME as ADDRESSES");
            }
            2 if matches!(all[0], "only" | "every" | "no") => self.word("can", "can reach TARGET:PORT"),
            _ => self.word("because", "because RULE"),
        }
    }
}
