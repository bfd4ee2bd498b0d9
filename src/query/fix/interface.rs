//! An amendment as it is made in Azure: the changes that it consists of, each looked up among the interfaces of the
//! stdlib and filled in. Which command changes what is a fact, and none stands here.

use crate::model::Kind;
use crate::net::AddressSet;
use crate::platform::Interface;
use crate::query::Asked;
use crate::query::answer::InterfaceAnswer;
use crate::syntax::ast::{Block, Declaration, Entry, Item, Part, RouteLine, RuleLine, Statement, Value, Values, Word};
use crate::syntax::{literal, print_values};
use std::collections::HashMap;

/// What fills the templates, by name.
type Words = HashMap<String, String>;

/// How some statements are made in Azure, in order; what Azure has no interface for is left out.
pub(super) fn interfaces<'s>(
    asked: &Asked<'_>,
    statements: impl Iterator<Item = &'s Statement>,
) -> Vec<InterfaceAnswer> {
    let mut all: Vec<InterfaceAnswer> = Vec::new();
    for statement in statements {
        let mut reading = Reading { asked, all: Vec::new() };
        match statement {
            Statement::Declaration(declaration) => reading.declared(declaration),
            Statement::Amend(change) => reading.amended(change),
            _ => {}
        }
        reading.all.retain(|found| !all.contains(found));
        all.append(&mut reading.all);
    }
    all
}

struct Reading<'r, 'a> {
    asked: &'r Asked<'a>,
    all: Vec<InterfaceAnswer>,
}

impl Reading<'_, '_> {
    fn declared(&mut self, declaration: &Declaration) {
        let kind = declaration.kind.text.to_string();
        let mut words = self.head(declaration);
        for entry in entries(&declaration.block) {
            words.entry(entry.name.text.to_string()).or_insert_with(|| joined(&entry.groups));
        }
        self.tell(std::slice::from_ref(&kind), &words);
        self.items(&kind, &kind, &declaration.block, &words, false);
    }

    fn amended(&mut self, change: &Declaration) {
        let kind = change.kind.text.to_string();
        let words = self.head(change);
        let before = self.all.len();
        self.items(&kind, &kind, &change.block, &words, true);
        // What stands on a machine, or at a site, is changed there.
        if self.all.len() == before
            && let Some(found) = self.asked.model.platform.interface(&kind).filter(|found| found.az.is_empty())
        {
            self.push(found, &words);
        }
    }

    /// What the head of a statement says: the name, the place, the ends of a peering; and of a service what it is.
    fn head(&self, declaration: &Declaration) -> Words {
        let mut words = Words::new();
        let texts: Vec<String> = declaration
            .head
            .iter()
            .filter_map(|part| match part {
                Part::Values(values) => Some(print_values(values)),
                Part::Arrow { .. } => None,
            })
            .collect();
        let name = texts.first().cloned().unwrap_or_default();
        name_words("", &name, &mut words);
        let plain = literal::labels(&name).join(".");
        match &*declaration.kind.text {
            "peering" => {
                words.insert("from".into(), name);
                words.insert("to".into(), texts.get(1).cloned().unwrap_or_default());
            }
            "private-endpoint" => name_words("place-", texts.get(2).map_or("", String::as_str), &mut words),
            "service" => {
                if let Some(crate::model::Thing::Service(id)) = self.find(&plain, Kind::Service)
                    && let Some(of_type) = &self.asked.model[id].service_type
                {
                    words.insert("name".into(), self.asked.model[id].resource_name.value.clone());
                    words.insert("service-type".into(), of_type.name.clone());
                    words.extend(of_type.resource_types.first().cloned().map(|text| ("type".to_string(), text)));
                }
            }
            _ => {
                if let Some(second) = texts.get(1) {
                    words.insert("1".into(), second.replace(", ", " "));
                }
            }
        }
        if let Some(target) = entries(&declaration.block).find(|entry| &*entry.name.text == "target")
            && let Some(first) = self.first_subresource(&joined(&target.groups))
        {
            words.insert("subresource".into(), first);
        }
        if let Some(stated) = entries(&declaration.block).find(|entry| &*entry.name.text == "subresource") {
            words.insert("subresource".into(), joined(&stated.groups));
        }
        words
    }

    fn find(&self, name: &str, kind: Kind) -> Option<crate::model::Thing> {
        self.asked.model.names.find(name, &[kind]).ok()
    }

    /// The subresource of the endpoints of a service or app.
    fn first_subresource(&self, target: &str) -> Option<String> {
        let of_type = match self.find(target, Kind::Service) {
            Some(crate::model::Thing::Service(id)) => self.asked.model[id].service_type.clone(),
            _ => self.asked.model.platform.app_type(),
        };
        of_type?.endpoints.first().map(|endpoint| endpoint.subresource.clone())
    }

    fn items(&mut self, kind: &str, path: &str, block: &Option<Box<Block>>, words: &Words, amends: bool) {
        for item in block.iter().flat_map(|block| &block.items) {
            match item {
                Item::Entry(entry) => self.entry(kind, path, entry, words, amends),
                Item::Rule(line) => self.rule(path, line, words),
                Item::Route(line) => self.route(path, line, words),
                Item::Remove(removal) => {
                    let words = with_groups(words, &removal.groups);
                    let what = words.get("1").cloned().unwrap_or_default();
                    self.tell(&[format!("{path}.remove.{what}"), format!("{path}.remove")], &words);
                }
                Item::For(_) => {}
            }
        }
    }

    fn entry(&mut self, kind: &str, path: &str, entry: &Entry, words: &Words, amends: bool) {
        let name = &*entry.name.text;
        let first = entry.groups.first().and_then(|group| group.first()).map(plain).unwrap_or_default();
        if name == "slot" {
            let mut words = words.clone();
            words.insert("slot".into(), first);
            return self.items(kind, path, &entry.block, &words, amends);
        }
        let mut words = with_groups(words, &entry.groups);
        for inner in entries(&entry.block) {
            words.insert(inner.name.text.to_string(), joined(&inner.groups));
        }
        let own = format!("{path}.{name}");
        let values = entry.groups.iter().filter_map(|group| group.first()).map(plain);
        let inner = entries(&entry.block).map(|inner| inner.name.text.to_string());
        let mut keys: Vec<String> =
            inner.chain(values).map(|value| format!("{own}.{}", value.to_lowercase())).collect();
        keys.push(own.clone());
        let told = self.tell(&keys, &words);
        if name == "subnet" {
            // What a subnet has besides its prefix and delegation is set on it.
            let mut words = words.clone();
            words.insert("parent".into(), words.get("name").cloned().unwrap_or_default());
            words.insert("short".into(), first);
            for inner in entries(&entry.block).filter(|inner| &*inner.name.text != "delegation") {
                self.entry("subnet", "subnet", inner, &words, amends);
            }
        } else if !told {
            self.items(kind, &own, &entry.block, &words, amends);
        }
    }

    fn rule(&mut self, path: &str, line: &RuleLine, words: &Words) {
        let mut words = words.clone();
        let priority = line.priority.as_ref().map(|word| word.text.to_string()).unwrap_or_default();
        let action = line.action.text.to_string();
        let alias = line.alias.as_ref().map(Word::plain);
        words.insert("rule".into(), alias.unwrap_or_else(|| format!("{action}-{priority}")));
        words.insert("priority".into(), priority);
        words.insert("action".into(), capital(&action));
        let protocol = line.protocol.as_ref().map_or("*", |word| &word.text);
        words.insert("protocol".into(), shell(&capital(protocol)));
        let (sources, _) = side(&line.source);
        let line_key = format!("{path}.line");
        let Some(destination) = &line.destination else {
            // An access rule takes several ranges, a firewall of a service one at a time.
            let several = path.starts_with("app");
            let all = if several { vec![sources.join(",")] } else { sources };
            for source in all {
                let keys = [format!("{line_key}.{}", self.what_is(&source)), line_key.clone()];
                let words = with_source(&words, &source);
                self.tell(&keys, &words);
            }
            return;
        };
        let (destinations, ports) = side(destination);
        words.insert("source".into(), shell(&sources.join(" ")));
        words.insert("destination".into(), shell(&destinations.join(" ")));
        words.insert("ports".into(), shell(&ports.replace(',', " ")));
        self.tell(&[line_key], &words);
    }

    fn route(&mut self, path: &str, line: &RouteLine, words: &Words) {
        let mut words = words.clone();
        let prefix = plain(&line.prefix);
        let alias = line.alias.as_ref().map(Word::plain);
        words.insert("rule".into(), alias.unwrap_or_else(|| format!("to-{}", prefix.replace(['/', ':'], "-"))));
        words.insert("prefix".into(), prefix);
        words.extend(line.target.as_ref().map(|target| ("target".to_string(), plain(target))));
        self.tell(&[format!("{path}.line.{}", line.hop.text)], &words);
    }

    /// What the source of a line is: `tag`, `subnet`, `address`, or the word itself.
    fn what_is(&self, source: &str) -> String {
        let first = source.split(',').next().unwrap_or(source);
        let tag = first.split('.').next().unwrap_or(first);
        if literal::looks_like_address(first) || first == "*" {
            "address".into()
        } else if self.asked.model.platform.tag(tag).is_some() {
            "tag".into()
        } else if first.contains('.') || self.find(first, Kind::Subnet).is_some() {
            "subnet".into()
        } else {
            first.to_string()
        }
    }

    /// Tells the interface of the first of these names that has one.
    fn tell(&mut self, keys: &[String], words: &Words) -> bool {
        let platform = &self.asked.model.platform;
        let of_type = words.get("service-type");
        let typed = |key: &String| Some(key.replacen("service.", &format!("service.{}.", of_type?), 1));
        let keys = keys.iter().filter_map(typed).chain(keys.iter().cloned());
        let found = keys.into_iter().find_map(|key| platform.interface(&key));
        let told = found.is_some();
        if let Some(found) = found {
            self.push(found, words);
        }
        told
    }

    fn push(&mut self, found: Interface, words: &Words) {
        let told = InterfaceAnswer {
            az: found.az.iter().map(|template| fill(template, words)).collect(),
            arm: found.arm.map(|template| fill(&template, words)),
            note: found.note.map(|template| fill(&template, words)),
        };
        if !self.all.contains(&told) {
            self.all.push(told);
        }
    }
}

fn entries(block: &Option<Box<Block>>) -> impl Iterator<Item = &Entry> {
    block.iter().flat_map(|block| &block.items).filter_map(|item| match item {
        Item::Entry(entry) => Some(&**entry),
        _ => None,
    })
}

fn plain(value: &Value) -> String {
    value.word().map_or_else(|| print_values(std::slice::from_ref(value)), Word::plain)
}

fn joined(groups: &[Values]) -> String {
    groups.iter().flatten().map(plain).collect::<Vec<_>>().join(" ")
}

/// `name`, and the parts of a dotted one.
fn name_words(prefix: &str, text: &str, words: &mut Words) {
    let labels = literal::labels(text);
    words.insert(format!("{prefix}name"), labels.join("."));
    if let [parent, short] = labels.as_slice() {
        words.insert(format!("{prefix}parent"), parent.clone());
        words.insert(format!("{prefix}short"), short.clone());
    }
}

/// The values behind a word by their numbers, and the parts of dotted names.
fn with_groups(words: &Words, groups: &[Values]) -> Words {
    let mut words = words.clone();
    for (at, group) in groups.iter().enumerate() {
        let text = group.iter().map(plain).collect::<Vec<_>>().join(" ");
        if let [parent, short] = literal::labels(&text).as_slice() {
            words.insert(format!("{}-parent", at + 1), parent.clone());
            words.insert(format!("{}-short", at + 1), short.clone());
        }
        words.insert((at + 1).to_string(), text);
    }
    words
}

fn with_source(words: &Words, source: &str) -> Words {
    let mut words = words.clone();
    if let [parent, short] = literal::labels(source).as_slice() {
        words.insert("source-parent".into(), parent.clone());
        words.insert("source-short".into(), short.clone());
    }
    if let Ok(address) = literal::address(source) {
        let prefixes = address.set().prefixes();
        let first = prefixes.first().map(|prefix| prefix.network().to_string());
        let last = prefixes.last().map(|prefix| prefix.broadcast().to_string());
        words.extend(first.map(|first| ("source-first".to_string(), first)));
        words.extend(last.map(|last| ("source-last".to_string(), last)));
        debug_assert!(!AddressSet::of(&prefixes).is_empty());
    }
    let source = if source == "*" { "0.0.0.0/0" } else { source };
    words.insert("source".into(), source.to_string());
    words
}

/// The addresses of a side of a line, and its ports.
fn side(values: &[Value]) -> (Vec<String>, String) {
    let mut ports = "*".to_string();
    let addresses = values.iter().map(plain).map(|text| {
        let parts = literal::endpoint(&text);
        if let Some((own, _)) = parts.ports {
            ports = own.to_string();
        }
        parts.target.to_string()
    });
    let addresses = addresses.collect();
    (addresses, ports)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A word that a shell would expand, in quotes.
fn shell(text: &str) -> String {
    if text.contains('*') { format!("\"{text}\"") } else { text.to_string() }
}

/// A template with its braces filled in; a bracket is left out where one of its braces has nothing, and a brace outside
/// is then told as what it stands for.
fn fill(template: &str, words: &Words) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['[', '{']) {
        out.push_str(&rest[..at]);
        let opened = &rest[at..];
        let (open, close) = if opened.starts_with('[') { ('[', ']') } else { ('{', '}') };
        let Some(end) = opened.find(close) else { break };
        let inner = &opened[open.len_utf8()..end];
        match open {
            '[' => {
                let names = inner.split('{').skip(1).filter_map(|part| part.split('}').next());
                if names.into_iter().all(|name| words.contains_key(name)) {
                    out.push_str(&fill(inner, words));
                }
            }
            _ => match words.get(inner) {
                Some(word) => out.push_str(word),
                None => out.push_str(&format!("<{inner}>")),
            },
        }
        rest = &opened[end + close.len_utf8()..];
    }
    out.push_str(rest);
    out
}
