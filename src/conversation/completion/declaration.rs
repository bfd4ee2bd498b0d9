//! What may stand in a declaration: the model is asked what it would take in the place of a word that nobody has.

use super::Found;
use crate::diagnostic::{Diagnostic, Wanted};
use crate::model::{Declared, Kind, lower};
use crate::platform::Platform;
use crate::source::SourceId;
use crate::syntax::ast::Statement;
use crate::syntax::{Scope, Standing, parse};

/// A word that nobody has.
const NOBODY: &str = "nobody-has-this-name";

/// The blocks of lines that allow or deny, with what stands behind the action.
const LISTS: &[(&str, bool)] =
    &[("inbound", true), ("outbound", true), ("firewall", false), ("access", false), ("scm-access", false)];

impl Found<'_> {
    /// What may go on the head of a declaration.
    pub(super) fn head(&mut self, kind: &str, standing: &Standing) {
        let Some(kind) = Kind::named(kind) else { return };
        // The shape says which word of the language comes next.
        let shape: Vec<&str> = kind.head().split_whitespace().collect();
        match shape.get(standing.words.len()) {
            Some(word) if word.starts_with(|c: char| c.is_ascii_lowercase() || c == '<') => {
                self.word(word, kind.head());
            }
            Some(_) => {
                if let Some(wanted) = self.asked(standing, "") {
                    self.wanted(&wanted, "");
                }
            }
            None => {}
        }
    }

    /// What may stand in a line of a block.
    pub(super) fn line(&mut self, standing: &Standing) {
        if standing.is_text {
            return;
        }
        let head = standing.heads.last().and_then(|head| head.first()).map_or("", String::as_str);
        let list = LISTS.iter().find(|(list, _)| *list == head);
        let appliance = (head == "appliance").then_some(&("appliance", true));
        if let Some((_, has_protocol)) = list.or(appliance).filter(|_| self.is_rule(standing, head)) {
            return self.rule(standing, *has_protocol);
        }
        match standing.words.len() {
            0 => self.properties(standing, head),
            _ => {
                if let Some(wanted) = self.asked(standing, "") {
                    let property = standing.words[0].clone();
                    self.wanted(&wanted, &property);
                }
            }
        }
    }

    /// Is the line one that allows or denies, or may it become one?
    fn is_rule(&self, standing: &Standing, head: &str) -> bool {
        let begins = |word: &String| {
            word.starts_with(|c: char| c.is_ascii_digit()) || matches!(word.as_str(), "allow" | "deny" | "always-allow")
        };
        match standing.words.first() {
            Some(first) => begins(first),
            None => head != "appliance",
        }
    }

    /// The words of a line that allows or denies.
    fn rule(&mut self, standing: &Standing, has_protocol: bool) {
        let words: Vec<&str> = standing.words.iter().map(String::as_str).collect();
        let action = words.iter().position(|word| matches!(*word, "allow" | "deny" | "always-allow"));
        let Some(action) = action else {
            ["allow", "deny"].iter().for_each(|word| self.word(word, "action"));
            if standing.heads.iter().flatten().any(|word| word == "admin-rules") {
                self.word("always-allow", "action");
            }
            if words.is_empty() {
                self.word("remove", "takes a line away");
                self.word("default", "what becomes of the rest");
            }
            return;
        };
        let line = &self.typed[standing.start..self.replace.start];
        let line = line.rsplit(['\n', '{', ';']).next().unwrap_or(line);
        let behind = words.len() - action - 1;
        let arrow = line.contains("->");
        match behind {
            0 if has_protocol => {
                ["tcp", "udp", "icmp", "esp", "ah", "*"].iter().for_each(|word| self.word(word, "protocol"));
            }
            _ if has_protocol && behind > 1 && !arrow && !line.trim_end().ends_with(',') => {
                self.word("->", "where to");
            }
            _ if words.last() == Some(&"as") => {}
            _ if arrow && !line.trim_end().ends_with("->") && !line.trim_end().ends_with(',') => {
                self.word("as", "as NAME");
            }
            _ => {
                let rest = if arrow || !has_protocol { "" } else { " -> *" };
                if let Some(wanted) = self.asked(standing, rest) {
                    self.wanted(&wanted, "");
                }
            }
        }
    }

    /// The properties of a block, each with what it takes.
    fn properties(&mut self, standing: &Standing, head: &str) {
        let Some(Wanted::Properties(properties)) = self.asked(standing, "") else { return };
        let begun = self.begun.clone();
        for property in properties.iter().filter(|property| property.starts_with(&begun)) {
            let about = match self.asked_of(standing, &format!("{property} {NOBODY}")) {
                Some(Wanted::Names(kinds)) => format!("names: {}", kinds.join(", ")),
                Some(Wanted::Words(words)) if words.len() <= 6 => words.join(", "),
                Some(Wanted::Words(words)) => format!("{}, …", words[..4].join(", ")),
                _ => format!("of {}", if head == "amend" { "it" } else { head }),
            };
            self.push(*property, about);
        }
        if standing.heads.last().is_some_and(|head| head.first().is_some_and(|word| word == "route-table")) {
            self.word("0.0.0.0/0", "PREFIX -> HOP");
        }
        if standing.heads.iter().any(|head| head.first().is_some_and(|word| word == "amend")) {
            self.word("remove", "takes a property away");
        }
    }

    fn asked(&self, standing: &Standing, rest: &str) -> Option<Wanted> {
        self.asked_of(standing, &format!("{NOBODY}{rest}"))
    }

    /// What the model says would do where the words stand that nobody has.
    fn asked_of(&self, standing: &Standing, words: &str) -> Option<Wanted> {
        let before = &self.typed[standing.start..self.replace.start];
        // What changes a declaration is read as the declaration.
        let before = before.strip_prefix("amend ").unwrap_or(before);
        // A subnet is read within a network.
        let (before, more) = match before.strip_prefix("subnet ").and_then(|rest| rest.split_once('{')) {
            Some((_, block)) => (format!("vnet v 10.0.0.0/8 {{ subnet s 10.0.0.0/24 {{{block}"), "}"),
            None => (before.to_string(), ""),
        };
        let text = format!("{before}{words}{}{more}", standing.closing);
        let (statements, _) = parse(SourceId(0), text.as_str());
        let mut declared = Declared::default();
        for statement in statements {
            if let Statement::Declaration(declaration) = statement {
                // What is wrong with its head is no matter here.
                declared.add(declaration, true).ok();
            }
        }
        let place = before.len() + words.find(NOBODY)?;
        let (_, diagnostics) = lower(&declared, &Scope::default(), &Platform::of(self.session.edition()));
        let here = |diagnostic: &&Diagnostic| {
            diagnostic.span().is_some_and(|span| span.start as usize <= place && place < span.end as usize)
        };
        diagnostics.iter().filter(here).find_map(|diagnostic| diagnostic.wanted.as_deref().cloned())
    }
}
