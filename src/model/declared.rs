//! What was declared, as it was written: the list that `amend` and `remove` change and that lowering reads.

use super::change::{Change, changes, default_rule, held_vnet};
use super::name::Kind;
use super::places::Places;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::platform::{Platform, TagList};
use crate::source::Span;
use crate::syntax::ast::{Block, Declaration, Entry, Item, Part, RuleLine, Text, Value, Values, Word};
use crate::syntax::literal;
use std::sync::Arc;

/// One declaration, with the region and subscription in force where it stands.
#[derive(Clone, Debug)]
pub struct DeclaredItem {
    /// Its kind; none for the kinds of the stdlib.
    pub kind: Option<Kind>,
    /// The word of its kind.
    pub word: String,
    /// Its name.
    pub name: String,
    /// The declaration.
    pub declaration: Arc<Declaration>,
    /// The region in force.
    pub region: Option<Word>,
    /// The subscription in force.
    pub subscription: Option<Word>,
    /// Is it as it was written, with nothing amended?
    pub as_written: bool,
    /// The statements that made it what it is, first to last, where it was read from a text.
    pub(crate) made_of: Vec<Span>,
}

impl DeclaredItem {
    /// The statements that made it what it is, first to last, where it was read from a text.
    pub fn made_of(&self) -> &[Span] {
        &self.made_of
    }
}

/// What adding a declaration did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is new.
    New,
    /// It took the place of an earlier one.
    Replaced(String),
    /// It only sets the region or subscription of what follows.
    Setting,
}

/// Everything declared so far, in order. Cheap to copy: the declarations are shared.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    items: Vec<Arc<DeclaredItem>>,
    places: Places,
    /// What was changed while something used it.
    changes: Arc<Vec<Change>>,
    region: Option<Word>,
    subscription: Option<Word>,
    tags: Option<Arc<TagList>>,
    /// The statement that is being taken in, whole: of what a `for` declares, the `for`.
    statement: Option<Span>,
}

/// Properties of which each line is a thing of its own, known by its first value.
const KEYED: &[&str] = &["setting", "record", "link", "forward", "subnet", "slot", "trigger", "database", "endpoint"];

/// Blocks of lines.
const LISTS: &[&str] = &["inbound", "outbound", "access", "scm-access", "firewall"];

/// Where lines stand in an order of their own, without priorities: by their kind, and the block in it.
const ORDERED: &[&str] = &["appliance", "host firewall", "on-premises firewall"];

impl Declared {
    /// The declarations, in order.
    pub fn items(&self) -> &[Arc<DeclaredItem>] {
        &self.items
    }

    /// What was changed while something used it, in order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The declaration of that kind and name.
    pub fn find(&self, word: &str, name: &str) -> Option<&DeclaredItem> {
        self.place(word, name).map(|at| &*self.items[at])
    }

    /// What follows is said by this statement.
    pub(crate) fn said_by(&mut self, statement: Option<Span>) {
        self.statement = statement;
    }

    /// Microsoft's list of service tags, where one has been read.
    pub fn tags(&self) -> Option<&Arc<TagList>> {
        self.tags.as_ref()
    }

    /// Takes Microsoft's list of service tags in; an earlier one goes.
    pub fn use_tags(&mut self, list: Arc<TagList>) {
        self.tags = Some(list);
    }

    fn place(&self, word: &str, name: &str) -> Option<usize> {
        self.places.find(&self.items, word, name)
    }

    fn push(&mut self, item: DeclaredItem) {
        self.places.will_hold(&self.items, &item.name);
        self.items.push(Arc::new(item));
    }

    /// Takes a declaration in. A name that is taken is an error, or is replaced where `replace` says so.
    pub fn add(&mut self, declaration: Declaration, replace: bool) -> Result<Added, Diagnostic> {
        let word = declaration.kind.text.to_string();
        let kind = Kind::named(&word);
        if kind.is_none() && !Platform::kinds().contains(&&*word) {
            return Err(unknown_kind(&declaration.kind));
        }
        if matches!(kind, Some(Kind::Subnet)) {
            let span = declaration.kind.span();
            return Err(Diagnostic::error("FN0101", span, "a subnet stands in the block of its vnet")
                .help("write `vnet NAME PREFIX { subnet NAME PREFIX }`, or `amend vnet NAME { subnet … }`"));
        }
        let first = first_value(&declaration);
        if let (Some(Kind::Region | Kind::Subscription), Some(Value::Word(value))) = (kind, first) {
            let slot = if kind == Some(Kind::Region) { &mut self.region } else { &mut self.subscription };
            *slot = Some(value.clone());
            if declaration.block.is_none() {
                return Ok(Added::Setting);
            }
        }
        let name = name_of(&declaration)?;
        let item = DeclaredItem {
            kind,
            word: word.clone(),
            name: name.clone(),
            declaration: Arc::new(declaration),
            region: self.region.clone(),
            subscription: self.subscription.clone(),
            as_written: true,
            made_of: self.statement.into_iter().collect(),
        };
        match self.place(&word, &name).map(|at| Arc::make_mut(&mut self.items[at])) {
            None => {
                self.push(item);
                Ok(Added::New)
            }
            Some(old) if replace => {
                let what = format!("{word} {name}");
                *old = item;
                Ok(Added::Replaced(what))
            }
            Some(old) => {
                let (span, first) = (item.declaration.head_span(), old.declaration.head_span());
                let twice = Diagnostic::error("FN0114", span, format!("{word} `{name}` is declared twice"));
                Err(if span == first {
                    twice
                        .label("every round of the `for` declares it")
                        .help("let the name hold the variable, as in `for i in 1..3 { vnet v${i} … }`")
                } else {
                    twice
                        .also(first, "first declared here")
                        .help(format!("change the first one with `amend {word} {name} {{ … }}`, or take another name"))
                })
            }
        }
    }

    /// Changes a declaration: `amend KIND NAME { … }`.
    pub fn amend(&mut self, change: &Declaration, platform: &Platform) -> Result<(), Diagnostic> {
        let platform = &platform.with_tags(self.tags.clone());
        let word = change.kind.text.to_string();
        let name = name_of(change)?;
        let Some(block) = &change.block else { return Ok(()) };
        if word == "subnet" {
            return self.amend_subnet(change, &name, block);
        }
        let at = match self.place(&word, &name) {
            Some(at) => at,
            None => {
                let stated = platform.declaration(&word, &name).cloned();
                let Some(declaration) = stated.or_else(|| self.regional_tag(&word, &name, platform, change)) else {
                    return Err(self.nothing(change, &word, &name));
                };
                self.push(DeclaredItem {
                    kind: Kind::named(&word),
                    word: word.clone(),
                    name: name.clone(),
                    declaration: Arc::new(declaration),
                    region: None,
                    subscription: None,
                    as_written: true,
                    made_of: Vec::new(),
                });
                self.items.len() - 1
            }
        };
        if word == "nsg"
            && let Some(refused) = default_rule(block, &name, platform)
        {
            return Err(refused);
        }
        let mut found = changes(self, change, &name);
        if !found.is_empty() {
            Arc::make_mut(&mut self.changes).append(&mut found);
        }
        merge(&mut self.changed(at).block, block, change.span, &word)
    }

    /// A declaration that the statement changes.
    fn changed(&mut self, at: usize) -> &mut Declaration {
        let item = Arc::make_mut(&mut self.items[at]);
        item.as_written = false;
        item.made_of.extend(self.statement);
        Arc::make_mut(&mut item.declaration)
    }

    /// `amend service-tag Storage.WestEurope { prefix … }` states the data of a regional tag.
    fn regional_tag(&self, word: &str, name: &str, platform: &Platform, change: &Declaration) -> Option<Declaration> {
        (word == "service-tag" && platform.tag(name).is_some()).then(|| Declaration { block: None, ..change.clone() })
    }

    fn amend_subnet(&mut self, change: &Declaration, name: &str, block: &Block) -> Result<(), Diagnostic> {
        let labels = literal::labels(name);
        let (vnet, subnet) = match labels.as_slice() {
            [vnet, subnet] => (Some(vnet.clone()), subnet.clone()),
            _ => (None, name.to_string()),
        };
        let holds = |item: &Arc<DeclaredItem>| {
            item.kind == Some(Kind::Vnet)
                && vnet.as_ref().is_none_or(|vnet| *vnet == item.name)
                && entries(&item.declaration.block).any(|e| is_keyed(e, "subnet", &subnet))
        };
        let Some(at) = self.items.iter().position(holds) else {
            return Err(self.nothing(change, "subnet", name));
        };
        let declaration = self.changed(at);
        let items = declaration.block.as_mut().map(|block| &mut block.items).into_iter().flatten();
        for item in items {
            if let Item::Entry(entry) = item
                && is_keyed(entry, "subnet", &subnet)
            {
                return merge(&mut entry.block, block, change.span, "subnet");
            }
        }
        Ok(())
    }

    /// Takes a declaration away.
    pub fn remove(&mut self, which: &Declaration, platform: &Platform) -> Result<(), Diagnostic> {
        let word = which.kind.text.to_string();
        let name = name_of(which)?;
        let Some(at) = self.place(&word, &name) else { return Err(self.nothing(which, &word, &name)) };
        if word == "vnet"
            && let Some(refused) = held_vnet(self, which, &name, platform)
        {
            return Err(refused);
        }
        self.items.remove(at);
        self.places = Places::of(&self.items);
        Ok(())
    }

    fn nothing(&self, which: &Declaration, word: &str, name: &str) -> Diagnostic {
        let names = self.items.iter().filter(|item| item.word == word).map(|item| item.name.as_str());
        Diagnostic::error("FN0123", which.head_span(), format!("no {word} `{name}` is declared above"))
            .maybe_help(did_you_mean(name, names))
    }
}

/// The diagnostic of a statement that begins with no known word.
fn unknown_kind(word: &Word) -> Diagnostic {
    let kinds = Kind::ALL.iter().map(|kind| kind.word());
    let queries = crate::syntax::QUERY_SHAPES.iter().map(|(query, _)| *query);
    let others = crate::syntax::QUERY_WORDS.iter().copied();
    let help = did_you_mean(&word.text, kinds.chain(queries).chain(others).chain(Platform::kinds().iter().copied()));
    Diagnostic::error("FN0106", word.span(), format!("`{}` begins no statement", word.text)).help(help.unwrap_or_else(
        || "a statement begins with a kind such as `vnet` or `app`, or a query word such as `can`".into(),
    ))
}

fn first_value(declaration: &Declaration) -> Option<&Value> {
    declaration.head.iter().find_map(|part| match part {
        Part::Values(values) => values.first(),
        Part::Arrow { .. } => None,
    })
}

/// The name of a declaration; of a peering its link.
pub(crate) fn name_of(declaration: &Declaration) -> Result<String, Diagnostic> {
    let plain = |part: Option<&Part>| match part {
        Some(Part::Values(values)) => values.first().and_then(Value::word).map(|w| literal::labels(&w.text).join(".")),
        _ => None,
    };
    let missing = || {
        let message = format!("`{}` lacks its name", declaration.kind.text);
        Diagnostic::error("FN0116", declaration.kind.span(), message)
    };
    if &*declaration.kind.text == "peering" {
        let both = declaration.head.iter().find_map(|part| match part {
            Part::Arrow { both, .. } => Some(*both),
            _ => None,
        });
        let (a, b) = (plain(declaration.head.first()), plain(declaration.head.get(2)));
        return match (a, both, b) {
            (Some(a), Some(both), Some(b)) => Ok(format!("{a} {} {b}", if both { "<->" } else { "->" })),
            _ => Err(Diagnostic::error("FN0116", declaration.head_span(), "`peering` names two vnets")
                .help("write `peering hub <-> spoke`")),
        };
    }
    plain(declaration.head.first()).ok_or_else(missing)
}

pub(super) fn entries(block: &Option<Box<Block>>) -> impl Iterator<Item = &Entry> {
    block.iter().flat_map(|block| &block.items).filter_map(|item| match item {
        Item::Entry(entry) => Some(&**entry),
        _ => None,
    })
}

pub(super) fn key_of(entry: &Entry) -> Option<String> {
    entry.groups.first()?.first()?.word().map(Word::plain)
}

pub(super) fn is_keyed(entry: &Entry, name: &str, key: &str) -> bool {
    &*entry.name.text == name && key_of(entry).as_deref() == Some(key)
}

/// Puts the lines of `amend` into a block of a place, which is the kind, and the words of the blocks that it is in.
fn merge(target: &mut Option<Box<Block>>, change: &Block, span: Span, place: &str) -> Result<(), Diagnostic> {
    let block = target.get_or_insert_with(|| Box::new(Block { items: Vec::new(), span }));
    let mut replaced: Vec<&Text> = Vec::new();
    for item in &change.items {
        match item {
            Item::Remove(removal) => take_away(block, &removal.groups, removal.span, place)?,
            Item::Rule(line) if line.priority.is_some() && ORDERED.contains(&place) => insert(block, line)?,
            Item::Entry(entry) => {
                let name = &*entry.name.text;
                let key = key_of(entry);
                let same = |old: &Item| match old {
                    Item::Entry(old) => &*old.name.text == name && (LISTS.contains(&name) || key_of(old) == key),
                    _ => false,
                };
                let nested = entry.block.is_some() && (LISTS.contains(&name) || KEYED.contains(&name));
                if nested && let Some(Item::Entry(old)) = block.items.iter_mut().find(|old| same(old)) {
                    if entry.groups.len() > 1 {
                        old.groups = entry.groups.clone();
                    }
                    if let Some(inner) = &entry.block {
                        merge(&mut old.block, inner, entry.span, &format!("{place} {name}"))?;
                    }
                    continue;
                }
                if KEYED.contains(&name) {
                    block.items.retain(|old| !same(old));
                } else if !replaced.contains(&&entry.name.text) {
                    block.items.retain(|old| !matches!(old, Item::Entry(old) if &*old.name.text == name));
                    replaced.push(&entry.name.text);
                }
                block.items.push(item.clone());
            }
            other => block.items.push(other.clone()),
        }
    }
    Ok(())
}

/// Puts a line of a list without priorities where the number before it says: it is then that line of the list.
fn insert(block: &mut Block, line: &RuleLine) -> Result<(), Diagnostic> {
    let places: Vec<usize> =
        block.items.iter().enumerate().filter(|(_, item)| matches!(item, Item::Rule(_))).map(|(at, _)| at).collect();
    let places: Vec<usize> = places.into_iter().chain([block.items.len()]).collect();
    let Some(word) = &line.priority else { return Ok(()) };
    let at = word.text.parse::<usize>().ok().and_then(|number| places.get(number.checked_sub(1)?));
    let Some(at) = at else {
        let message = format!("`{}` is no place in a list of {} lines", word.text, places.len() - 1);
        return Err(Diagnostic::error("FN0109", word.span(), message).help(match places.len() {
            1 => "write 1, or no number: the line is the first".to_string(),
            last => format!("write 1 to {last}; a line without a number goes behind the others"),
        }));
    };
    block.items.insert(*at, Item::Rule(Box::new(RuleLine { priority: None, ..line.clone() })));
    Ok(())
}

/// `remove rule 100`, `remove route PREFIX`, `remove PROPERTY [VALUE]`.
fn take_away(block: &mut Block, groups: &[Values], span: Span, place: &str) -> Result<(), Diagnostic> {
    let word = |at: usize| groups.get(at).and_then(|group| group.first()).and_then(Value::word).map(Word::plain);
    let what = word(0).unwrap_or_default();
    let count = match (what.as_str(), word(1)) {
        ("rule", Some(rule)) => remove_rules(&mut block.items, &rule, place),
        ("route", Some(prefix)) => {
            let is = |item: &Item| match item {
                Item::Route(line) => {
                    line.prefix.word().is_some_and(|w| *w.text == *prefix)
                        || line.alias.as_ref().is_some_and(|w| w.plain() == prefix)
                }
                _ => false,
            };
            retain(&mut block.items, |item| !is(item))
        }
        (property, key) => retain(&mut block.items, |item| match item {
            Item::Entry(entry) => {
                let same = &*entry.name.text == property;
                !(same && key.as_ref().is_none_or(|key| key_of(entry).as_ref() == Some(key)))
            }
            _ => true,
        }),
    };
    match (count, what.as_str()) {
        (0, _) => Err(Diagnostic::error("FN0123", span, "there is no such line to remove")),
        (2.., "rule") => Err(Diagnostic::error("FN0115", span, "both directions have that rule")
            .help("write it inside `inbound { … }` or `outbound { … }`")),
        _ => Ok(()),
    }
}

fn retain(items: &mut Vec<Item>, keep: impl FnMut(&Item) -> bool) -> usize {
    let before = items.len();
    items.retain(keep);
    before - items.len()
}

/// Removes the lines with that priority, place in a list without priorities, or name, also inside the blocks of lines.
fn remove_rules(items: &mut Vec<Item>, rule: &str, place: &str) -> usize {
    let nth = rule.parse::<usize>().ok().filter(|_| ORDERED.contains(&place));
    let mut lines = 0;
    let mut is = |item: &Item| match item {
        Item::Rule(line) => {
            lines += 1;
            nth == Some(lines)
                || line.priority.as_ref().is_some_and(|w| &*w.text == rule)
                || line.alias.as_ref().is_some_and(|w| w.plain() == rule)
        }
        _ => false,
    };
    let mut count = retain(items, |item| !is(item));
    for item in items {
        if let Item::Entry(entry) = item
            && LISTS.contains(&&*entry.name.text)
            && let Some(block) = &mut entry.block
        {
            count += remove_rules(&mut block.items, rule, &format!("{place} {}", entry.name.text));
        }
    }
    count
}
