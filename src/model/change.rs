//! What `amend` and `remove` do to what stands in Azure already: which lines nobody can take away, which networks are
//! held by an app, what moves and what is resized. Whether Azure would allow a move is the engine's to say.

use super::declared::{Declared, entries, is_keyed, key_of};
use super::fields::refused_by;
use super::name::Kind;
use crate::diagnostic::Diagnostic;
use crate::platform::{DefaultRule, Platform};
use crate::source::Span;
use crate::syntax::ast::{Block, Declaration, Entry, Item, Part, Value, Word};
use crate::syntax::{literal, print_values};
use std::sync::Arc;

/// A change of something that is in use.
#[derive(Clone, Debug)]
pub struct Change {
    /// What is changed.
    pub what: Changed,
    /// Where the change is written.
    pub span: Span,
    /// What uses it.
    pub users: Vec<User>,
}

/// What is changed.
#[derive(Clone, Debug)]
pub enum Changed {
    /// A plan or app gets another subscription.
    Moved {
        /// What it is.
        kind: Kind,
        /// Its name.
        name: String,
        /// The subscription before, where one is stated.
        from: Option<String>,
        /// The new one.
        to: String,
    },
    /// A subnet gets other addresses.
    Resized {
        /// Its whole name.
        subnet: String,
        /// The prefixes before.
        from: String,
        /// The new ones.
        to: String,
    },
}

/// Something that uses what is changed.
#[derive(Clone, Debug)]
pub struct User {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The line that says that it uses it.
    pub span: Span,
}

/// A regional integration, as it is written.
struct Integrated {
    app: String,
    plan: Option<String>,
    vnet: Option<String>,
    subnet: String,
    span: Span,
}

impl Integrated {
    fn user(self) -> User {
        User { kind: Kind::App, name: self.app, span: self.span }
    }
}

/// Every regional integration of the apps and their slots.
fn integrated(declared: &Declared) -> Vec<Integrated> {
    let mut all = Vec::new();
    for item in declared.items().iter().filter(|item| item.kind == Some(Kind::App)) {
        let plan = word_of_head(&item.declaration, 2);
        let slots = entries(&item.declaration.block).filter(|entry| &*entry.name.text == "slot");
        let blocks = slots.filter_map(|slot| Some((format!("{}.{}", item.name, key_of(slot)?), &slot.block)));
        for (app, block) in std::iter::once((item.name.clone(), &item.declaration.block)).chain(blocks) {
            for entry in entries(block).filter(|entry| &*entry.name.text == "integrate") {
                // `integrate VNET via gateway NAME` has more words.
                let [group] = entry.groups.as_slice() else { continue };
                for target in group.iter().filter_map(Value::word) {
                    let (vnet, subnet) = match literal::labels(&target.text).as_slice() {
                        [vnet, subnet] => (Some(vnet.clone()), subnet.clone()),
                        labels => (None, labels.join(".")),
                    };
                    all.push(Integrated { app: app.clone(), plan: plan.clone(), vnet, subnet, span: target.span() });
                }
            }
        }
    }
    all
}

fn word_of_head(declaration: &Declaration, at: usize) -> Option<String> {
    match declaration.head.get(at)? {
        Part::Values(values) => Some(literal::labels(&values.first()?.word()?.text).join(".")),
        Part::Arrow { .. } => None,
    }
}

/// The error of removing a network that an app is integrated with.
pub(super) fn held_vnet(
    declared: &Declared,
    which: &Declaration,
    name: &str,
    platform: &Platform,
) -> Option<Diagnostic> {
    let item = declared.find("vnet", name)?;
    let has = |subnet: &str| entries(&item.declaration.block).any(|entry| is_keyed(entry, "subnet", subnet));
    let inside = |join: &Integrated| match &join.vnet {
        Some(vnet) => vnet == name,
        None => has(&join.subnet),
    };
    let join = integrated(declared).into_iter().find(inside)?;
    let message = format!("vnet `{name}` cannot be removed: app `{}` is integrated with it", join.app);
    let rule = "vnet.regional.no-delete-vnet";
    let refused = refused_by(platform, rule, "FN0123", which.head_span(), message);
    Some(refused.also(join.span, format!("`{}` integrates here", join.app)))
}

/// The error of removing a rule that every security group has by itself.
pub(super) fn default_rule(block: &Block, nsg: &str, platform: &Platform) -> Option<Diagnostic> {
    let defaults = platform.default_rules();
    for item in &block.items {
        let found = match item {
            Item::Remove(removal) => {
                let word = |at: usize| removal.groups.get(at)?.first()?.word().map(Word::plain);
                let named = word(1).filter(|_| word(0).as_deref() == Some("rule"));
                let default = named.and_then(|named| {
                    let is = |rule: &&Arc<DefaultRule>| rule.priority.to_string() == named || rule.name == named;
                    defaults.iter().find(is)
                });
                default.map(|rule| {
                    let message = format!("`{}` is a default rule: nsg `{nsg}` cannot be without it", rule.name);
                    refused_by(platform, "nsg.default.permanent", "FN0123", removal.span, message)
                })
            }
            Item::Entry(entry) => entry.block.as_deref().and_then(|inner| default_rule(inner, nsg, platform)),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The changes of an `amend` that matter to what uses the declaration.
pub(super) fn changes(declared: &Declared, change: &Declaration, name: &str) -> Vec<Change> {
    let mut all = Vec::new();
    for entry in entries(&change.block) {
        let found = match (&*change.kind.text, &*entry.name.text) {
            ("plan" | "app", "subscription") => moved(declared, change, name, entry),
            ("vnet", "subnet") => resized(declared, name, entry),
            _ => None,
        };
        all.extend(found.filter(|found| !found.users.is_empty()));
    }
    all
}

fn moved(declared: &Declared, change: &Declaration, name: &str, entry: &Entry) -> Option<Change> {
    let kind = Kind::named(&change.kind.text)?;
    let to = key_of(entry)?;
    let stated = |kind: Kind, name: &str| {
        let item = declared.find(kind.word(), name)?;
        let own = entries(&item.declaration.block).find(|entry| &*entry.name.text == "subscription").and_then(key_of);
        own.or_else(|| item.subscription.as_ref().map(Word::plain))
    };
    let plan = declared.find(kind.word(), name).and_then(|item| word_of_head(&item.declaration, 2));
    let from = stated(kind, name).or_else(|| stated(Kind::Plan, &plan?));
    if from.as_ref() == Some(&to) {
        return None;
    }
    let mine = |join: &Integrated| match kind {
        Kind::Plan => join.plan.as_deref() == Some(name),
        _ => join.app == name || join.app.strip_prefix(name).is_some_and(|slot| slot.starts_with('.')),
    };
    let users = integrated(declared).into_iter().filter(mine).map(Integrated::user).collect();
    let what = Changed::Moved { kind, name: name.to_string(), from, to };
    Some(Change { what, span: entry.values_span(), users })
}

fn resized(declared: &Declared, vnet: &str, entry: &Entry) -> Option<Change> {
    let subnet = key_of(entry)?;
    let item = declared.find("vnet", vnet)?;
    let before = entries(&item.declaration.block).find(|old| is_keyed(old, "subnet", &subnet))?;
    let prefixes = |entry: &Entry| {
        let groups = entry.groups.iter().skip(1).map(|group| print_values(group));
        groups.collect::<Vec<_>>().join(", ")
    };
    let (from, to) = (prefixes(before), prefixes(entry));
    if to.is_empty() || from == to {
        return None;
    }
    let whole = format!("{vnet}.{subnet}");
    let mine = |join: &Integrated| join.subnet == subnet && join.vnet.as_deref().is_none_or(|of| of == vnet);
    let mut users: Vec<User> = integrated(declared).into_iter().filter(mine).map(Integrated::user).collect();
    let ases = declared.items().iter().filter(|item| item.kind == Some(Kind::Ase));
    users.extend(ases.filter_map(|item| {
        let place = word_of_head(&item.declaration, 2)?;
        let here = place == whole || place == subnet;
        here.then(|| User { kind: Kind::Ase, name: item.name.clone(), span: item.declaration.head_span() })
    }));
    Some(Change { what: Changed::Resized { subnet: whole, from, to }, span: entry.values_span(), users })
}
