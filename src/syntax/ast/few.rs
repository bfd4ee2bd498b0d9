//! A list that mostly has one member, which then takes no allocation. Grows by being collected anew.

use std::fmt;
use std::ops::{Deref, DerefMut};

/// Any number of things, mostly one.
///
/// ```
/// use fnet::syntax::ast::Few;
/// let one: Few<u8> = [7].into_iter().collect();
/// assert_eq!(one.as_slice(), [7]);
/// assert!(Few::<u8>::default().is_empty());
/// ```
#[derive(Clone)]
pub struct Few<T>(Room<T>);

#[derive(Clone)]
enum Room<T> {
    One(T),
    /// None, or several.
    Others(Box<[T]>),
}

impl<T> Few<T> {
    /// Its members.
    pub fn as_slice(&self) -> &[T] {
        match &self.0 {
            Room::One(one) => std::slice::from_ref(one),
            Room::Others(others) => others,
        }
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(Room::Others(Box::default()))
    }
}

impl<T> From<T> for Few<T> {
    fn from(one: T) -> Self {
        Self(Room::One(one))
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut members = members.into_iter();
        let Some(first) = members.next() else { return Self::default() };
        let Some(second) = members.next() else { return Self(Room::One(first)) };
        let mut all = Vec::with_capacity(members.size_hint().0 + 2);
        all.extend([first, second]);
        all.extend(members);
        Self(Room::Others(all.into()))
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Room::One(one) => std::slice::from_mut(one),
            Room::Others(others) => others,
        }
    }
}

impl<T> IntoIterator for Few<T> {
    type Item = T;
    type IntoIter = std::iter::Chain<std::option::IntoIter<T>, std::vec::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, others) = match self.0 {
            Room::One(one) => (Some(one), Box::default()),
            Room::Others(others) => (None, others),
        };
        one.into_iter().chain(others.into_vec())
    }
}

impl<'f, T> IntoIterator for &'f Few<T> {
    type Item = &'f T;
    type IntoIter = std::slice::Iter<'f, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Few<T> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: Eq> Eq for Few<T> {}

impl<T: fmt::Debug> fmt::Debug for Few<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}
