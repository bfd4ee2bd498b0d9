//! Where names stand in a list of declarations that mostly grows at its end. What is declared there is none of its
//! business.

use super::DeclaredItem;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Where each name stands. Copies of a list share one index as long as they only grow in the same way: a question that
/// keeps what was declared above it keeps no index of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<RwLock<Index>>);

#[derive(Debug, Default)]
struct Index {
    /// The places of a name, one for each kind that has it.
    places: HashMap<Box<str>, Vec<u32>>,
    /// How many declarations it knows.
    known: usize,
}

impl Places {
    pub(super) fn of(items: &[Arc<DeclaredItem>]) -> Self {
        let mut index = Index::default();
        items.iter().for_each(|item| index.add(&item.name));
        Self(Arc::new(RwLock::new(index)))
    }

    /// The place of a declaration. A longer list may have made the index: what it knows beyond this list is not in it.
    pub(super) fn find(&self, items: &[Arc<DeclaredItem>], word: &str, name: &str) -> Option<usize> {
        let index = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut places = index.places.get(name)?.iter().map(|at| *at as usize);
        places.find(|at| items.get(*at).is_some_and(|item| item.word == word))
    }

    /// A declaration of that name is about to be pushed to the list.
    pub(super) fn will_hold(&mut self, items: &[Arc<DeclaredItem>], name: &str) {
        let mut index = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if index.known == items.len() {
            return index.add(name);
        }
        // Another list has grown in its own way since they were one.
        drop(index);
        *self = Self::of(items);
        self.0.write().unwrap_or_else(PoisonError::into_inner).add(name);
    }
}

impl Index {
    fn add(&mut self, name: &str) {
        let place = self.known as u32;
        self.known += 1;
        match self.places.get_mut(name) {
            Some(places) => places.push(place),
            None => {
                self.places.insert(name.into(), vec![place]);
            }
        }
    }
}
