//! Reading the block of a declaration: which properties it may have, and their values, typed. What a kind makes of them
//! stands with the kind.

mod kept;
mod lowering;
mod shape;
mod value;

pub(super) use lowering::Lowering;
pub(crate) use lowering::name_trouble;
pub(super) use lowering::refused_by;
pub(super) use lowering::words_of;
pub use shape::{Property, Shape, Stated};
pub(super) use shape::{many, newer, one, single};
pub(super) use value::{choose, one_address, one_prefix, open, region_of, show, shown, tight};

use super::{Kind, Thing};
use crate::diagnostic::{Diagnostic, Wanted, did_you_mean};
use crate::net::{PortSet, Protocol};
use crate::syntax::QUERY_SHAPES;
use crate::syntax::ast::{Block, Entry, Item, RouteLine, RuleLine, Value, Word};
use ipnet::IpNet;
use std::net::IpAddr;
use value::ports_of;

/// The properties of one block, checked against its shape.
pub(super) struct Fields<'b> {
    pub(super) shape: &'static Shape,
    /// The lines of each property, in the order in which the properties are first stated: never so many that a search
    /// would be slow.
    entries: Vec<(&'static str, Vec<&'b Entry>)>,
    pub(super) rules: Vec<&'b RuleLine>,
    pub(super) routes: Vec<&'b RouteLine>,
}

impl<'b> Fields<'b> {
    pub(super) fn read(block: Option<&'b Block>, shape: &'static Shape, cx: &mut Lowering<'_>) -> Self {
        let mut fields = Fields { shape, entries: Vec::new(), rules: Vec::new(), routes: Vec::new() };
        for item in block.into_iter().flat_map(|block| &block.items) {
            match item {
                Item::Entry(entry) => fields.take(entry, cx),
                Item::Rule(line) if shape.rules => fields.rules.push(line),
                Item::Route(line) if shape.routes => fields.routes.push(line),
                Item::For(_) => {}
                Item::Remove(removal) => {
                    let message = "`remove` stands in `amend`, not in a declaration";
                    cx.report(Diagnostic::error("FN0125", removal.span, message));
                }
                other => {
                    let what = if matches!(other, Item::Rule(_)) { "a rule" } else { "a route" };
                    let message = format!("{what} cannot stand in `{}`", shape.kind);
                    let inner = shape.properties.iter().find(|p| matches!(p.name, "outbound" | "firewall" | "access"));
                    let help = inner.map(|p| format!("put it into `{} {{ … }}`", p.name));
                    cx.report(Diagnostic::error("FN0101", other.span(), message).maybe_help(help));
                }
            }
        }
        fields
    }

    fn take(&mut self, entry: &'b Entry, cx: &mut Lowering<'_>) {
        let word = &*entry.name.text;
        let Some(property) = self.shape.properties.iter().find(|p| p.name == word) else {
            let query = QUERY_SHAPES.iter().any(|(query, _)| *query == word) || word == "assert";
            if query && !entry.groups.is_empty() {
                let message = format!("`{word}` cannot stand in the block of a declaration");
                let diagnostic = Diagnostic::error("FN0125", entry.name.span(), message);
                return cx.report(diagnostic.help("close the block with `}` before it"));
            }
            let names = self.shape.properties.iter().map(|p| p.name);
            let all: Vec<&str> = names.clone().collect();
            let help = did_you_mean(word, names).unwrap_or_else(|| {
                if all.is_empty() { "it has no properties".into() } else { format!("it has: {}", all.join(", ")) }
            });
            let message = format!("`{}` has no property `{word}`", self.shape.kind);
            let diagnostic = Diagnostic::error("FN0107", entry.name.span(), message).help(help);
            return cx.report(diagnostic.wanted(Wanted::Properties(all)));
        };
        if property.editioned {
            cx.edition_knows(self.shape.kind, property.name, entry.name.span());
        }
        if let Some((_, span)) = entry.equals.filter(|_| property.name != "setting") {
            let values: Vec<String> = entry.groups.iter().flatten().map(show).collect();
            let message = format!("`{word}` takes its value without `=`");
            cx.report(Diagnostic::error("FN0124", span, message).help(format!("write `{word} {}`", values.join(" "))));
        }
        let known = self.entries.iter_mut().find(|(name, _)| *name == property.name).map(|(_, known)| known);
        let Some(known) = known else {
            return self.entries.push((property.name, vec![entry]));
        };
        if let (Some(first), false) = (known.first(), property.several) {
            let message = format!("`{word}` is stated twice");
            let twice = match property.one_by {
                Some(rule) => refused_by(cx.platform, rule, "FN0108", entry.name.span(), message),
                None => Diagnostic::error("FN0108", entry.name.span(), message),
            };
            cx.report(twice.also(first.name.span(), "first stated here"));
            return;
        }
        known.push(entry);
    }

    /// The entries of a property.
    pub(super) fn all(&self, name: &str) -> &[&'b Entry] {
        debug_assert!(self.shape.properties.iter().any(|p| p.name == name), "{} has no {name}", self.shape.kind);
        self.entries.iter().find(|(of, _)| *of == name).map_or(&[], |(_, entries)| entries.as_slice())
    }

    pub(super) fn entry(&self, name: &str) -> Option<&'b Entry> {
        self.all(name).first().copied()
    }

    /// The one word of a property.
    pub(super) fn word(&self, name: &str, cx: &mut Lowering<'_>) -> Option<&'b Word> {
        let entry = self.entry(name)?;
        match entry.groups.as_slice() {
            [group] if group.len() == 1 && entry.block.is_none() => {
                if let Value::Word(word) = &group[0] {
                    return Some(word);
                }
            }
            _ => {}
        }
        let message = format!("`{name}` takes one value");
        let property = self.shape.properties.iter().find(|property| property.name == name);
        cx.report(match property.and_then(|property| property.one_by) {
            Some(rule) => refused_by(cx.platform, rule, "FN0109", entry.values_span(), message),
            None => Diagnostic::error("FN0109", entry.values_span(), message),
        });
        None
    }

    /// All words of a property, over all of its lines, lists opened and `let` names replaced.
    pub(super) fn words(&self, name: &str, cx: &mut Lowering<'_>) -> Vec<Word> {
        let mut words = Vec::new();
        for entry in self.all(name) {
            for value in entry.groups.iter().flatten() {
                open(value, cx, &mut words);
            }
            if entry.groups.is_empty() {
                let message = format!("`{name}` lacks its value");
                cx.report(Diagnostic::error("FN0116", entry.name.span(), message));
            }
        }
        words
    }

    pub(super) fn switch(&self, name: &str, cx: &mut Lowering<'_>) -> Option<Stated<bool>> {
        self.choice(name, &["off", "on"], cx).map(|stated| Stated::new(stated.value == 1, stated.span))
    }

    /// The index of the property's word among those allowed.
    pub(super) fn choice(&self, name: &str, allowed: &[&str], cx: &mut Lowering<'_>) -> Option<Stated<usize>> {
        let word = self.word(name, cx)?;
        choose(word, name, allowed, cx)
    }

    pub(super) fn integer(&self, name: &str, least: i64, most: i64, cx: &mut Lowering<'_>) -> Option<Stated<i64>> {
        let word = self.word(name, cx)?;
        match word.text.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Some(Stated::new(number, word.span())),
            parsed => {
                let most_shown = if most == i64::MAX { "up".to_string() } else { format!("to {most}") };
                let message = match parsed {
                    Ok(number) => format!("{number} is out of range: `{name}` goes from {least} {most_shown}"),
                    Err(_) => format!("`{}` is not a whole number", word.text),
                };
                cx.report(Diagnostic::error("FN0109", word.span(), message));
                None
            }
        }
    }

    /// Any word, unquoted.
    pub(super) fn text(&self, name: &str, cx: &mut Lowering<'_>) -> Option<Stated<String>> {
        let word = self.word(name, cx)?;
        Some(Stated::new(word.plain(), word.span()))
    }

    /// Any words, unquoted.
    pub(super) fn texts(&self, name: &str, cx: &mut Lowering<'_>) -> Vec<Stated<String>> {
        tight(self.words(name, cx).iter().map(|word| Stated::new(word.plain(), word.span())))
    }

    pub(super) fn addresses(&self, name: &str, cx: &mut Lowering<'_>) -> Vec<Stated<IpAddr>> {
        let words = self.words(name, cx);
        tight(words.iter().filter_map(|word| one_address(word, cx)))
    }

    /// Prefixes; a single address counts as one.
    pub(super) fn prefixes(&self, name: &str, cx: &mut Lowering<'_>) -> Vec<Stated<IpNet>> {
        let words = self.words(name, cx);
        tight(words.iter().filter_map(|word| one_prefix(word, cx)))
    }

    pub(super) fn names(&self, name: &str, kinds: &[Kind], cx: &mut Lowering<'_>) -> Vec<Stated<Thing>> {
        let words = self.words(name, cx);
        tight(words.iter().filter_map(|word| cx.refer(word, kinds)))
    }

    pub(super) fn name(&self, name: &str, kinds: &[Kind], cx: &mut Lowering<'_>) -> Option<Stated<Thing>> {
        let word = self.word(name, cx)?;
        cx.refer(word, kinds)
    }

    /// `listen tcp 443`, several lines; `listen none` is an empty list that was stated.
    pub(super) fn listeners(&self, name: &str, cx: &mut Lowering<'_>) -> Option<Vec<Stated<(Protocol, PortSet)>>> {
        let entries = self.all(name);
        if entries.is_empty() {
            return None;
        }
        let mut all = Vec::new();
        for entry in entries {
            let span = entry.values_span();
            match entry.groups.as_slice() {
                [only] if matches!(only.as_slice(), [Value::Word(word)] if &*word.text == "none") => {}
                [protocol, rest @ ..] if rest.len() == 1 => {
                    let word = protocol.first().and_then(Value::word);
                    let parsed = word.and_then(|word| Protocol::named(&word.text)).filter(|p| p.has_ports());
                    let Some(protocol) = parsed else {
                        let message = "`listen` begins with `tcp` or `udp`";
                        cx.report(Diagnostic::error("FN0109", span, message).help("write `listen tcp 443`"));
                        continue;
                    };
                    if let Some(ports) = ports_of(&rest[0], cx) {
                        all.push(Stated::new((protocol, ports), span));
                    }
                }
                _ => {
                    let message = "`listen` takes a protocol and ports, or `none`";
                    cx.report(Diagnostic::error("FN0109", span, message).help("write `listen tcp 443`"));
                }
            }
        }
        Some(all)
    }

    /// The ports of a property.
    pub(super) fn ports(&self, name: &str, cx: &mut Lowering<'_>) -> Option<Stated<PortSet>> {
        let entry = self.entry(name)?;
        let group = entry.groups.first()?;
        ports_of(group, cx).map(|ports| Stated::new(ports, entry.values_span()))
    }

    /// `region` and `subscription`, which every kind has.
    pub(super) fn region(&self, cx: &mut Lowering<'_>) -> Option<Stated<String>> {
        let word = self.word("region", cx)?;
        region_of(word, cx)
    }
}
