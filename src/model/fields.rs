//! Reading the block of a declaration: which properties it may have, and their values, typed.

use super::*;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::net::{PortSet, Protocol};
use crate::platform::Edition;
use crate::syntax::Scope;
use crate::syntax::ast::{Block, Entry, Item, RouteLine, RuleLine, Value, Word};
use crate::syntax::literal::{self, AddressLiteral};
use indexmap::IndexMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// A value, and where it was stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Stated<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A property that a kind may have.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its word.
    pub name: &'static str,
    /// May it be stated several times?
    pub several: bool,
    /// Must the edition declare it (`property KIND.NAME` in the stdlib)?
    pub editioned: bool,
}

/// A property that is stated once.
pub(super) const fn one(name: &'static str) -> Property {
    Property { name, several: false, editioned: false }
}

/// A property whose lines add up.
pub(super) const fn many(name: &'static str) -> Property {
    Property { name, several: true, editioned: false }
}

/// A property that only some editions know.
pub(super) const fn newer(property: Property) -> Property {
    Property { editioned: true, ..property }
}

/// What the block of a kind may hold.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The kind's word, or that of a nested block.
    pub kind: &'static str,
    /// Its properties.
    pub properties: &'static [Property],
    /// May it hold lines that allow or deny?
    pub rules: bool,
    /// May it hold routes?
    pub routes: bool,
}

/// What lowering needs at hand.
pub(super) struct Lowering<'a> {
    pub(super) names: &'a Names,
    pub(super) platform: &'a Platform,
    pub(super) scope: &'a Scope,
    /// The addresses in the heads of appliances and load balancers, which routes may name.
    pub(super) head_addresses: std::collections::HashMap<Thing, IpAddr>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Lowering<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// What a name means among these kinds; reported where it means nothing.
    pub(super) fn refer(&mut self, word: &Word, kinds: &[Kind]) -> Option<Stated<Thing>> {
        match self.names.find(&word.text, kinds) {
            Ok(thing) => Some(Stated::new(thing, word.span)),
            Err(trouble) => {
                self.report(name_trouble(word, kinds, trouble));
                None
            }
        }
    }

    /// Does the edition know the property? Reported where it does not.
    fn edition_knows(&mut self, kind: &str, property: &str, span: Span) {
        self.edition_must_declare(&format!("{kind}.{property}"), &format!("`{property}`"), span);
    }

    /// Reports a word of the language that the edition does not declare.
    pub(super) fn edition_must_declare(&mut self, key: &str, shown: &str, span: Span) {
        if self.platform.declaration("property", key).is_some() {
            return;
        }
        let mine = self.platform.edition();
        let others: Vec<&str> = Edition::all()
            .filter(|edition| Platform::of(*edition).declaration("property", key).is_some())
            .map(Edition::name)
            .collect();
        let message = format!("edition {mine} does not know {shown}");
        let help =
            others.last().map(|other| format!("it belongs to edition {other}: begin the file with `edition {other}`"));
        self.report(Diagnostic::error("FN0117", span, message).maybe_help(help));
    }
}

/// The diagnostic of a name that means nothing.
pub(crate) fn name_trouble(word: &Word, kinds: &[Kind], trouble: NameTrouble) -> Diagnostic {
    let wanted = match kinds {
        [one] => one.word().to_string(),
        [init @ .., last] => {
            format!("{} or {}", init.iter().map(|k| k.word()).collect::<Vec<_>>().join(", "), last.word())
        }
        [] => "declaration".to_string(),
    };
    let name = word.plain();
    match trouble {
        NameTrouble::Unknown(near) => {
            let short = if kinds.len() > 4 {
                format!("nothing is called `{name}`")
            } else {
                format!("no {wanted} is called `{name}`")
            };
            Diagnostic::error("FN0113", word.span, short).maybe_help(near.map(|near| format!("did you mean `{near}`?")))
        }
        NameTrouble::Ambiguous(all) => {
            Diagnostic::error("FN0115", word.span, format!("`{name}` could mean {}", list_or(&all)))
                .help("write the whole name")
        }
        NameTrouble::OtherKind(kind) => {
            let message = format!("`{name}` is declared as {}, and {wanted} is wanted here", kind.word());
            Diagnostic::error("FN0113", word.span, message)
        }
    }
}

fn list_or(all: &[String]) -> String {
    let quoted: Vec<String> = all.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [init @ .., last] if !init.is_empty() => format!("{} or {last}", init.join(", ")),
        other => other.join(""),
    }
}

/// The properties of one block, checked against its shape.
pub(super) struct Fields<'b> {
    pub(super) shape: &'static Shape,
    entries: IndexMap<&'static str, Vec<&'b Entry>>,
    pub(super) rules: Vec<&'b RuleLine>,
    pub(super) routes: Vec<&'b RouteLine>,
}

impl<'b> Fields<'b> {
    pub(super) fn read(block: Option<&'b Block>, shape: &'static Shape, cx: &mut Lowering<'_>) -> Self {
        let mut fields = Fields { shape, entries: IndexMap::new(), rules: Vec::new(), routes: Vec::new() };
        for item in block.into_iter().flat_map(|block| &block.items) {
            match item {
                Item::Entry(entry) => fields.take(entry, cx),
                Item::Rule(line) if shape.rules => fields.rules.push(line),
                Item::Route(line) if shape.routes => fields.routes.push(line),
                Item::For(_) => {}
                Item::Remove(_, span) => {
                    let message = "`remove` stands in `amend`, not in a declaration";
                    cx.report(Diagnostic::error("FN0125", *span, message));
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
            let names = self.shape.properties.iter().map(|p| p.name);
            let all: Vec<&str> = names.clone().collect();
            let help = did_you_mean(word, names).unwrap_or_else(|| {
                if all.is_empty() { "it has no properties".into() } else { format!("it has: {}", all.join(", ")) }
            });
            let message = format!("`{}` has no property `{word}`", self.shape.kind);
            return cx.report(Diagnostic::error("FN0107", entry.name.span, message).help(help));
        };
        if property.editioned {
            cx.edition_knows(self.shape.kind, property.name, entry.name.span);
        }
        if let Some((_, span)) = entry.equals.filter(|_| property.name != "setting") {
            let values: Vec<String> = entry.groups.iter().flatten().map(show).collect();
            let message = format!("`{word}` takes its value without `=`");
            cx.report(Diagnostic::error("FN0124", span, message).help(format!("write `{word} {}`", values.join(" "))));
        }
        let known = self.entries.entry(property.name).or_default();
        if let (Some(first), false) = (known.first(), property.several) {
            let message = format!("`{word}` is stated twice");
            cx.report(Diagnostic::error("FN0108", entry.name.span, message).also(first.name.span, "first stated here"));
            return;
        }
        known.push(entry);
    }

    /// The entries of a property.
    pub(super) fn all(&self, name: &str) -> &[&'b Entry] {
        debug_assert!(self.shape.properties.iter().any(|p| p.name == name), "{} has no {name}", self.shape.kind);
        self.entries.get(name).map_or(&[], Vec::as_slice)
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
        cx.report(Diagnostic::error("FN0109", entry.values_span(), message));
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
                cx.report(Diagnostic::error("FN0116", entry.name.span, message));
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
            Ok(number) if (least..=most).contains(&number) => Some(Stated::new(number, word.span)),
            parsed => {
                let most_shown = if most == i64::MAX { "up".to_string() } else { format!("to {most}") };
                let message = match parsed {
                    Ok(number) => format!("{number} is out of range: `{name}` goes from {least} {most_shown}"),
                    Err(_) => format!("`{}` is not a whole number", word.text),
                };
                cx.report(Diagnostic::error("FN0109", word.span, message));
                None
            }
        }
    }

    /// Any word, unquoted.
    pub(super) fn text(&self, name: &str, cx: &mut Lowering<'_>) -> Option<Stated<String>> {
        let word = self.word(name, cx)?;
        Some(Stated::new(word.plain(), word.span))
    }

    /// Any words, unquoted.
    pub(super) fn texts(&self, name: &str, cx: &mut Lowering<'_>) -> Vec<Stated<String>> {
        self.words(name, cx).into_iter().map(|word| Stated::new(word.plain(), word.span)).collect()
    }

    pub(super) fn addresses(&self, name: &str, cx: &mut Lowering<'_>) -> Vec<Stated<IpAddr>> {
        let words = self.words(name, cx);
        words.iter().filter_map(|word| one_address(word, cx)).collect()
    }

    /// Prefixes; a single address counts as one.
    pub(super) fn prefixes(&self, name: &str, cx: &mut Lowering<'_>) -> Vec<Stated<IpNet>> {
        let words = self.words(name, cx);
        words.iter().filter_map(|word| one_prefix(word, cx)).collect()
    }

    pub(super) fn names(&self, name: &str, kinds: &[Kind], cx: &mut Lowering<'_>) -> Vec<Stated<Thing>> {
        let words = self.words(name, cx);
        words.iter().filter_map(|word| cx.refer(word, kinds)).collect()
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

/// A region's name in lower case; reported where the platform knows none of that name.
pub(super) fn region_of(word: &Word, cx: &mut Lowering<'_>) -> Option<Stated<String>> {
    let lower = word.plain().to_lowercase().replace(' ', "");
    if !cx.platform.is_region(&lower) {
        let known = cx.platform.names("region");
        let message = format!("`{}` is not a region of Azure", word.plain());
        cx.report(Diagnostic::error("FN0109", word.span, message).maybe_help(did_you_mean(&lower, known)));
        return None;
    }
    Some(Stated::new(lower, word.span))
}

/// The index of a word among those allowed; reported where it is none of them.
pub(super) fn choose(word: &Word, name: &str, allowed: &[&str], cx: &mut Lowering<'_>) -> Option<Stated<usize>> {
    let text = word.plain();
    if let Some(at) = allowed.iter().position(|a| a.eq_ignore_ascii_case(&text)) {
        return Some(Stated::new(at, word.span));
    }
    let near = did_you_mean(&text, allowed.iter().copied());
    let help = near.unwrap_or_else(|| format!("it is one of: {}", allowed.join(", ")));
    let message = format!("`{text}` is not a value of `{name}`");
    cx.report(Diagnostic::error("FN0109", word.span, message).help(help));
    None
}

/// Takes lists and `let` names apart.
pub(super) fn open(value: &Value, cx: &mut Lowering<'_>, words: &mut Vec<Word>) {
    match value {
        Value::List(list, _) => list.iter().for_each(|value| open(value, cx, words)),
        Value::Word(word) => match cx.scope.lets.get(&word.text) {
            Some((values, _)) => values.clone().iter().for_each(|value| open(value, cx, words)),
            None => words.push(word.clone()),
        },
        Value::Call(name, _, span) => {
            cx.report(Diagnostic::error("FN0101", *span, format!("`{}` cannot stand here", name.text)));
        }
    }
}

pub(super) fn one_address(word: &Word, cx: &mut Lowering<'_>) -> Option<Stated<IpAddr>> {
    match literal::address(&word.text) {
        Ok(AddressLiteral::Address(address)) => Some(Stated::new(address, word.span)),
        Ok(_) => {
            let message = format!("one address is wanted here, and `{}` is more", word.text);
            cx.report(Diagnostic::error("FN0109", word.span, message));
            None
        }
        Err(fault) => {
            cx.report(fault.at(word));
            None
        }
    }
}

pub(super) fn one_prefix(word: &Word, cx: &mut Lowering<'_>) -> Option<Stated<IpNet>> {
    match literal::address(&word.text) {
        Ok(AddressLiteral::Address(address)) => Some(Stated::new(address.into(), word.span)),
        Ok(AddressLiteral::Prefix(prefix)) => Some(Stated::new(prefix, word.span)),
        Ok(AddressLiteral::Range(..)) => {
            let message = "a prefix is wanted here, and this is an address range";
            cx.report(Diagnostic::error("FN0109", word.span, message).help("write it as prefixes, `10.0.0.0/24`"));
            None
        }
        Err(fault) => {
            cx.report(fault.at(word));
            None
        }
    }
}

/// The ports that words joined by commas make up.
pub(super) fn ports_of(values: &[Value], cx: &mut Lowering<'_>) -> Option<PortSet> {
    let mut words = Vec::new();
    values.iter().for_each(|value| open(value, cx, &mut words));
    let mut all = PortSet::default();
    for word in &words {
        match literal::ports(&word.text) {
            Ok(ports) => all = all.union(&ports),
            Err(fault) => {
                cx.report(fault.at(word));
                return None;
            }
        }
    }
    Some(all)
}

/// A value as it was written.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::Word(word) => word.text.to_string(),
        Value::List(list, _) => format!("[{}]", list.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Call(name, arguments, _) => {
            format!("{}({})", name.text, arguments.iter().map(show).collect::<Vec<_>>().join(", "))
        }
    }
}
