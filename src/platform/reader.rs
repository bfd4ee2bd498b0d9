//! Reading facts out of a declaration of the stdlib.

use crate::net::{AddressSet, PortSet};
use crate::syntax::ast::{Block, Declaration, Entry, Item, Value};
use crate::syntax::literal;

/// The properties of a declaration. The stdlib is tested as a whole, so what is malformed reads as absent.
pub(super) struct Reader<'d> {
    block: Option<&'d Block>,
}

impl<'d> Reader<'d> {
    pub(super) fn of(declaration: &'d Declaration) -> Self {
        Self { block: declaration.block.as_deref() }
    }

    pub(super) fn of_entry(entry: &'d Entry) -> Self {
        Self { block: entry.block.as_deref() }
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &'d Entry> {
        self.block.into_iter().flat_map(|block| &block.items).filter_map(|item| match item {
            Item::Entry(entry) => Some(&**entry),
            _ => None,
        })
    }

    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &'d Entry> {
        let name = name.to_string();
        self.entries().filter(move |entry| *entry.name.text == *name)
    }

    pub(super) fn words(&self, name: &str) -> Vec<String> {
        self.named(name).flat_map(words_of).collect()
    }

    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.words(name).into_iter().next()
    }

    /// Strings joined to one text.
    pub(super) fn text(&self, name: &str) -> String {
        self.words(name).join(" ")
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.word(name)?.parse().ok()
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        self.word(name).as_deref() == Some("on")
    }

    pub(super) fn ports(&self, name: &str) -> PortSet {
        let words = self.words(name);
        words.iter().filter_map(|word| literal::ports(word).ok()).fold(PortSet::default(), |all, some| all.union(&some))
    }

    pub(super) fn prefixes(&self, name: &str) -> AddressSet {
        let words = self.words(name);
        let sets = words.iter().filter_map(|word| literal::address(word).ok()).map(|literal| literal.set());
        let (mut all, mut pending) = (AddressSet::empty(), Vec::new());
        for set in sets {
            pending.extend(set.prefixes());
        }
        all = all.union(&AddressSet::of(&pending));
        all
    }
}

/// The words of an entry, without quotes.
pub(super) fn words_of(entry: &Entry) -> Vec<String> {
    entry.groups.iter().flatten().filter_map(Value::word).map(|word| word.plain()).collect()
}
