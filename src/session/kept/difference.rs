//! What is different between two states of what is declared: which declarations say something else, which names came
//! or went, which kinds have other members. It goes by the words of the statements, so it may call something changed
//! that means the same, and never the other way round.

use super::moved::Moved;
use crate::model::{Declared, DeclaredItem, Kind};
use crate::source::{SourceMap, Span};
use crate::syntax::Scope;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What is different.
#[derive(Default)]
pub(super) struct Difference {
    /// Is it what every answer rests on: the facts of the platform, the service tags?
    all: bool,
    /// The declarations that say something else, by their whole names.
    changed: HashSet<(Kind, Box<str>)>,
    /// The kinds that have other members, or the same in another order.
    kinds: HashSet<Kind>,
    /// Are there declarations that have another number within their kind?
    renumbered: bool,
    /// The parts of names that came, went, or mean something else.
    names: HashSet<Box<str>>,
}

impl Difference {
    /// What is different; where what is the same has gone is told to `moved`.
    pub(super) fn of(
        before: &(Declared, Scope),
        now: &(Declared, Scope),
        (old, new): (&SourceMap, &SourceMap),
        moved: &mut Moved,
    ) -> Self {
        let mut found = Self::default();
        found.names_of_lets(&before.1, &now.1, (old, new));
        let (a, b) = (&before.0, &now.0);
        found.all = !same_tags(a, b) || !found.same_platform(a, b, (old, new), moved) || found.other_changes(a, b);
        let members = [members(a), members(b)];
        found.kinds_of(&members);
        let earlier: HashMap<(&str, &str), &Arc<DeclaredItem>> =
            a.items().iter().map(|item| ((&*item.word, &*item.name), item)).collect();
        for item in b.items() {
            let (Some(kind), Some(earlier)) = (item.kind, earlier.get(&(&*item.word, &*item.name))) else { continue };
            if !found.same(earlier, item, (old, new), moved) {
                let nested = members[0].iter().chain(&members[1]).filter(|(_, name)| is_within(name, &item.name));
                let nested: Vec<_> = nested.map(|(kind, name)| (*kind, (&**name).into())).collect();
                found.changed.extend(nested);
                found.changed.insert((kind, (&*item.name).into()));
            }
        }
        found
    }

    /// Is everything as it was?
    pub(super) fn is_nothing(&self) -> bool {
        !self.all && self.changed.is_empty() && self.kinds.is_empty() && self.names.is_empty()
    }

    /// Is it what every answer rests on?
    pub(super) fn is_all(&self) -> bool {
        self.all
    }

    /// Do the words name something that came, went, or means something else?
    pub(super) fn is_named_in(&self, words: &str) -> bool {
        self.names.iter().any(|name| words.contains(&**name))
    }

    /// Has a kind other members?
    pub(super) fn has_other(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Does a declaration say something else?
    pub(super) fn has_changed(&self, kind: Kind, name: &str) -> bool {
        !self.changed.is_empty() && self.changed.contains(&(kind, name.into()))
    }

    /// Have declarations another number within their kind? Not those after which others were declared.
    pub(super) fn has_renumbered(&self) -> bool {
        self.renumbered
    }

    fn names_of_lets(&mut self, a: &Scope, b: &Scope, (old, new): (&SourceMap, &SourceMap)) {
        let words = |values: &[crate::syntax::ast::Value], sources: &SourceMap| -> Vec<String> {
            values.iter().map(|value| sources.text(value.span()).to_string()).collect()
        };
        let differs = |name: &str| match (a.lets.get(name), b.lets.get(name)) {
            (Some((one, _)), Some((other, _))) => one.len() != other.len() || words(one, old) != words(other, new),
            (None, None) => false,
            _ => true,
        };
        let names: Vec<&str> = a.lets.keys().chain(b.lets.keys()).map(|name| &**name).collect();
        self.names.extend(names.into_iter().filter(|name| differs(name)).map(Box::from));
    }

    fn kinds_of(&mut self, [a, b]: &[Vec<(Kind, String)>; 2]) {
        for kind in Kind::ALL {
            let of = |all: &[(Kind, String)]| -> Vec<String> {
                all.iter().filter(|(one, _)| one == kind).map(|(_, name)| name.clone()).collect()
            };
            let (before, now) = (of(a), of(b));
            if before == now {
                continue;
            }
            self.kinds.insert(*kind);
            self.renumbered |= !now.starts_with(&before);
            let [before, now] = [before, now].map(HashSet::<String>::from_iter);
            for name in before.symmetric_difference(&now) {
                // A name is understood whole, and by its last parts alone.
                self.names.extend(name.split(['.', ' ']).filter(|part| !part.is_empty()).map(Box::from));
            }
        }
    }

    /// What is declared of the platform itself.
    fn same_platform(
        &mut self,
        a: &Declared,
        b: &Declared,
        sources: (&SourceMap, &SourceMap),
        moved: &mut Moved,
    ) -> bool {
        let of = |all: &Declared| -> Vec<Arc<DeclaredItem>> {
            let own = |item: &&Arc<DeclaredItem>| item.kind.is_none() || item.kind == Some(Kind::Region);
            all.items().iter().filter(own).cloned().collect()
        };
        let (a, b) = (of(a), of(b));
        let same_name = |(a, b): (&Arc<DeclaredItem>, &Arc<DeclaredItem>)| a.word == b.word && a.name == b.name;
        a.len() == b.len()
            && a.iter().zip(&b).all(same_name)
            && a.iter().zip(&b).all(|(a, b)| self.same(a, b, sources, moved))
    }

    /// Was something else changed while it was in use? The same change in other words counts as another.
    fn other_changes(&self, a: &Declared, b: &Declared) -> bool {
        !(a.changes().is_empty() && b.changes().is_empty() || std::ptr::eq(a.changes(), b.changes()))
    }

    /// Is a declaration made of the same words? Where they have gone is told to `moved`.
    fn same(
        &self,
        a: &Arc<DeclaredItem>,
        b: &Arc<DeclaredItem>,
        (old, new): (&SourceMap, &SourceMap),
        moved: &mut Moved,
    ) -> bool {
        let word = |word: &Option<crate::syntax::ast::Word>| word.as_ref().map(|word| word.plain());
        let words = |span: &Span| old.text(*span);
        let same = Arc::ptr_eq(a, b)
            || a.made_of.len() == b.made_of.len()
                && !a.made_of.is_empty()
                && a.made_of
                    .iter()
                    .zip(&b.made_of)
                    .all(|(a, b)| words(a) == new.text(*b) && same_name(*a, *b, old, new))
                && word(&a.region) == word(&b.region)
                && word(&a.subscription) == word(&b.subscription);
        if !same {
            return false;
        }
        a.made_of.iter().zip(&b.made_of).for_each(|(a, b)| moved.went(*a, *b));
        !a.made_of.iter().any(|span| self.is_named_in(words(span)))
    }
}

/// Do two stretches stand in texts of one name?
fn same_name(a: Span, b: Span, old: &SourceMap, new: &SourceMap) -> bool {
    let name = |sources: &SourceMap, span: Span| sources.get(span.source).map(|source| source.name.clone());
    name(old, a) == name(new, b)
}

fn same_tags(a: &Declared, b: &Declared) -> bool {
    match (a.tags(), b.tags()) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Everything that has a name, in order, what stands in the block of another one too.
fn members(declared: &Declared) -> Vec<(Kind, String)> {
    let items = declared.items().iter().filter_map(|item| Some((item.kind?, item)));
    items.flat_map(|(kind, item)| std::iter::once((kind, item.name.clone())).chain(item.nested())).collect()
}

fn is_within(name: &str, whole: &str) -> bool {
    name.strip_prefix(whole).is_some_and(|rest| rest.starts_with('.'))
}
