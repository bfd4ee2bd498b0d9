//! What may stand in a question: the words of its shape, one behind the other, and names for those in capitals.

use super::Found;
use crate::engine::Traffic;
use crate::model::Kind;
use crate::query::{SOURCES, TARGETS, protocols};
use crate::syntax::QUERY_SHAPES;

/// A part of a shape.
enum Part<'s> {
    Word(&'s str),
    /// Several words in brackets, of which none need stand there.
    Optional(Vec<&'s str>),
}

impl Found<'_> {
    /// What may stand behind the words of a question, the first of which is that of its kind.
    pub(super) fn question(&mut self, words: &[String]) {
        let first = words[0].as_str();
        let Some((_, shape)) = QUERY_SHAPES.iter().find(|(query, _)| *query == first) else { return };
        match (first, words.len()) {
            ("can", 1) => {
                self.placeholder("SOURCE");
                return self.triggers();
            }
            ("can", 2) => {
                self.word("reach", "does it arrive there?");
                self.word("start", "does the app run?");
                self.word("fire", "does the trigger fire?");
                return self.word("scale", "does the trigger make the app scale?");
            }
            ("can", _) if words[2] != "reach" => return,
            ("explain", 1) => {
                self.explained();
                return self.questions();
            }
            ("explain", _) if QUERY_SHAPES.iter().any(|(query, _)| *query == words[1]) => {
                return self.question(&words[1..]);
            }
            _ => {}
        }
        let arrow = self.typed.rsplit(['\n', ';']).next().is_some_and(|line| line.contains("->"));
        let mut given = words.iter();
        let mut optional: Vec<Vec<&str>> = Vec::new();
        for part in parts(shape) {
            match part {
                Part::Optional(words) => optional.push(words),
                // What follows in a shape stands behind what may be left out.
                Part::Word(_) if !optional.is_empty() => {}
                // An arrow is no word.
                Part::Word("->") if arrow => {}
                Part::Word(word) => {
                    if given.next().is_none() {
                        return self.placeholder(word);
                    }
                }
            }
        }
        if first == "can" || first == "what" || first == "who" {
            optional.push(vec!["header", "NAME"]);
            optional.push(vec!["host-name", "NAME"]);
        }
        let given: Vec<&str> = given.map(String::as_str).collect();
        let last = given.last().copied().unwrap_or_default();
        // Behind the word that opens what may be left out stands what it asks for.
        if let Some(group) = optional.iter().find(|group| group.len() > 1 && group[0] == last) {
            return self.placeholder(group[1]);
        }
        if let Some(group) = optional.iter().find(|group| arrow && given.is_empty() && group[0] == "->") {
            return self.placeholder(group[1]);
        }
        for group in optional.iter().filter(|group| !given.contains(&group[0])) {
            match group[0].starts_with(|c: char| c.is_ascii_lowercase()) {
                _ if group[0] == "->" => self.placeholder("->"),
                true => self.word(group[0], group.join(" ")),
                false if given.is_empty() => group.iter().for_each(|word| self.placeholder(word)),
                false => {}
            }
        }
    }

    /// The words that begin a question.
    pub(super) fn questions(&mut self) {
        QUERY_SHAPES.iter().for_each(|(query, shape)| self.word(query, *shape));
    }

    /// What stands for a word of a shape: itself, or names where it is in capitals.
    pub(super) fn placeholder(&mut self, word: &str) {
        match word {
            "SOURCE" => {
                self.names(SOURCES);
                self.word("Internet", "any client of the internet");
            }
            "TARGET:PORT" | "HOST:PORT" => {
                self.targets(TARGETS);
                if !self.begun.is_empty() {
                    self.tags();
                }
            }
            "APP" => self.names(&[Kind::App]),
            "PLAN" => self.names(&[Kind::Plan]),
            "SERVER" => self.names(&[Kind::DnsServer]),
            "PREFIX" => self.names(&[Kind::Subnet, Kind::Vnet, Kind::OnPremises, Kind::Service, Kind::App, Kind::Host]),
            "PROTOCOL" => {
                let model = self.session.model();
                protocols(&model.platform).into_iter().for_each(|protocol| self.word(protocol, "protocol"));
            }
            "TRAFFIC" => {
                Traffic::ALL.into_iter().for_each(|traffic| self.word(traffic.word(), "traffic of the platform"))
            }
            "NAME" => {
                self.names(Kind::ALL);
                self.lets();
            }
            "KINDS" => Kind::ALL.iter().for_each(|kind| self.word(kind.plural(), format!("every {}", kind.word()))),
            "\"FILE\"" => self.files_in_quotes(),
            "->" => self.word("->", "where to"),
            word if word.starts_with(|c: char| c.is_ascii_lowercase()) => self.word(word, ""),
            _ => {}
        }
    }

    /// Files, in double quotes as a script names them.
    pub(super) fn files_in_quotes(&mut self) {
        if self.begun.is_empty() {
            self.begun.push('"');
        }
        self.files();
    }

    /// The triggers of apps, as `APP.TRIGGER`.
    fn triggers(&mut self) {
        let model = self.session.model();
        for (_, app) in model.apps() {
            for trigger in &app.triggers {
                self.word(&format!("{}.{}", app.head.name, trigger.name), "trigger");
            }
        }
    }
}

/// The parts of a shape behind its words.
fn parts(shape: &str) -> Vec<Part<'_>> {
    let mut all = Vec::new();
    let mut rest = shape.trim();
    while !rest.is_empty() {
        let taken = match rest.strip_prefix('[') {
            Some(inner) => {
                let (group, behind) = inner.split_once(']').unwrap_or((inner, ""));
                all.push(Part::Optional(group.split([' ', '|']).filter(|word| !word.is_empty()).collect()));
                behind
            }
            None => {
                let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
                all.push(Part::Word(word));
                behind
            }
        };
        rest = taken.trim_start();
    }
    all
}
