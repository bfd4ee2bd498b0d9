//! The declarations of one kind, in order. Looking at one of them leaves a note, where somebody wants to know.

use super::{Kind, reads};

/// What stands in an [`Arena`].
pub trait Noun {
    /// Its kind.
    const KIND: Kind;
}

/// The declarations of one kind, in the order of declaration.
///
/// ```
/// let mut net = fnet::Session::new();
/// net.load("vnet hub 10.0.0.0/16; vnet spoke 10.1.0.0/16")?;
/// let model = net.model();
/// assert_eq!(model.vnets.len(), 2);
/// assert_eq!(model.vnets.iter().map(|vnet| &*vnet.head.name).collect::<Vec<_>>(), ["hub", "spoke"]);
/// # Ok::<(), fnet::Errors>(())
/// ```
#[derive(Debug)]
pub struct Arena<T>(Vec<T>);

impl<T: Noun> Arena<T> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn push(&mut self, noun: T) {
        self.0.push(noun);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        reads::note_kind(T::KIND);
        self.0.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, in order.
    pub fn iter(&self) -> Iter<'_, T> {
        reads::note_kind(T::KIND);
        Iter { all: self.0.iter(), at: 0 }
    }

    pub(super) fn get(&self, at: u32) -> Option<&T> {
        self.0.get(at as usize)
    }

    #[inline]
    pub(super) fn at(&self, at: u32) -> &T {
        reads::note(T::KIND, at as usize);
        &self.0[at as usize]
    }
}

impl<'a, T: Noun> IntoIterator for &'a Arena<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

/// The declarations of a kind, one after the other.
#[derive(Debug)]
pub struct Iter<'a, T> {
    all: std::slice::Iter<'a, T>,
    at: usize,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { all: self.all.clone(), at: self.at }
    }
}

impl<'a, T: Noun> Iterator for Iter<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        let noun = self.all.next()?;
        reads::note(T::KIND, self.at);
        self.at += 1;
        Some(noun)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.all.size_hint()
    }
}
