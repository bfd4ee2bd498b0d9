//! Exact sets of whole numbers, as sorted ranges that neither touch nor overlap.
//!
//! The form is canonical: two sets are equal exactly when their ranges are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Debug;

/// A number that a range may end at.
pub trait Bound: Copy + Ord + Debug {
    /// The greatest number.
    const MAX: Self;
    /// The number after this one; only asked below [`Bound::MAX`].
    fn next(self) -> Self;
    /// The number before this one; only asked above zero.
    fn previous(self) -> Self;
}

macro_rules! bound {
    ($($number:ty),*) => {$(
        impl Bound for $number {
            const MAX: Self = <$number>::MAX;
            fn next(self) -> Self { self + 1 }
            fn previous(self) -> Self { self - 1 }
        }
    )*};
}
bound!(u16, u32, u128);

/// A set of numbers: inclusive ranges, ascending, with a gap between any two.
///
/// ```
/// use fnet::net::Ranges;
/// let web = Ranges::of([(80u16, 80), (443, 443)]);
/// let low = Ranges::of([(0u16, 1023)]);
/// assert_eq!(low.intersection(&web), web);
/// assert!(web.difference(&low).is_empty());
/// assert_eq!(Ranges::of([(1u16, 4), (5, 9)]).as_slice(), [(1, 9)]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ranges<T>(Vec<(T, T)>);

impl<T> Default for Ranges<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> From<Ranges<T>> for Vec<(T, T)> {
    fn from(ranges: Ranges<T>) -> Self {
        ranges.0
    }
}

impl<T: Bound> Ranges<T> {
    /// The set of the numbers of these ranges, in any order, overlapping or not. A range whose end lies before its
    /// start is empty.
    pub fn of(ranges: impl IntoIterator<Item = (T, T)>) -> Self {
        let mut all: Vec<(T, T)> = ranges.into_iter().filter(|(start, end)| start <= end).collect();
        all.sort_unstable();
        let mut merged: Vec<(T, T)> = Vec::with_capacity(all.len());
        for (start, end) in all {
            match merged.last_mut() {
                Some(last) if last.1 == T::MAX || start <= last.1.next() => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        Self(merged)
    }

    /// Every number from `start` to `end`; empty where that lies before.
    pub fn one(start: T, end: T) -> Self {
        Self(if start <= end { vec![(start, end)] } else { Vec::new() })
    }

    /// Has it no number?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ranges, ascending.
    pub fn as_slice(&self) -> &[(T, T)] {
        &self.0
    }

    /// Is the number in the set?
    pub fn contains(&self, number: T) -> bool {
        let after = self.0.partition_point(|range| range.0 <= number);
        after > 0 && number <= self.0[after - 1].1
    }

    /// The numbers of either set.
    pub fn union(&self, other: &Self) -> Self {
        if other.is_empty() {
            return self.clone();
        }
        Self::of(self.0.iter().chain(&other.0).copied())
    }

    /// The numbers of both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            let (start, end) = (x.0.max(y.0), x.1.min(y.1));
            if start <= end {
                common.push((start, end));
            }
            if x.1 < y.1 {
                a.next();
            } else {
                b.next();
            }
        }
        Self(common)
    }

    /// The numbers of this set that the other lacks.
    pub fn difference(&self, other: &Self) -> Self {
        let mut rest = Vec::new();
        let mut others = other.0.iter().copied().peekable();
        for &(mut start, end) in &self.0 {
            let mut eaten = false;
            while let Some(&(from, to)) = others.peek() {
                if to < start {
                    others.next();
                    continue;
                }
                if from > end {
                    break;
                }
                if from > start {
                    rest.push((start, from.previous()));
                }
                if to >= end {
                    eaten = true;
                    break;
                }
                start = to.next();
                others.next();
            }
            if !eaten {
                rest.push((start, end));
            }
        }
        Self(rest)
    }

    /// Is every number of this set in the other?
    pub fn is_subset(&self, other: &Self) -> bool {
        // What of this set is in the other is in one of its ranges, since a gap lies between any two.
        self.0.iter().all(|(start, end)| {
            let after = other.0.partition_point(|range| range.0 <= *start);
            after > 0 && *end <= other.0[after - 1].1
        })
    }

    /// Have the sets a number in common?
    pub fn meets(&self, other: &Self) -> bool {
        let (few, many) = if self.0.len() <= other.0.len() { (&self.0, &other.0) } else { (&other.0, &self.0) };
        few.iter().any(|(start, end)| {
            let from = many.partition_point(|range| range.1 < *start);
            many.get(from).is_some_and(|range| range.0 <= *end)
        })
    }

    /// Every number with the first of several sets that has it: what falls to each of them, and at the end what none has.
    pub(super) fn dealt(&self, among: &[&Self]) -> Vec<Self> {
        let mut starts: Vec<(T, T, usize)> = Vec::new();
        for (at, set) in among.iter().enumerate() {
            starts.extend(set.0.iter().map(|(start, end)| (*start, *end, at)));
        }
        starts.sort_unstable();
        let mut starts = starts.into_iter().peekable();
        let mut parts: Vec<Vec<(T, T)>> = vec![Vec::new(); among.len() + 1];
        // The sets that have the number at hand, the first of them on top; those that ended go when they come up.
        let mut open: BinaryHeap<Reverse<(usize, T)>> = BinaryHeap::new();
        for &(mut start, last) in &self.0 {
            loop {
                while let Some((_, end, at)) = starts.next_if(|next| next.0 <= start) {
                    open.push(Reverse((at, end)));
                }
                while open.peek().is_some_and(|Reverse((_, end))| *end < start) {
                    open.pop();
                }
                let (at, end) = open.peek().map_or((among.len(), last), |Reverse((at, end))| (*at, last.min(*end)));
                let end = starts.peek().map_or(end, |next| end.min(next.0.previous()));
                match parts[at].last_mut().filter(|part| part.1 < start && part.1.next() == start) {
                    Some(part) => part.1 = end,
                    None => parts[at].push((start, end)),
                }
                if end == last {
                    break;
                }
                start = end.next();
            }
        }
        parts.into_iter().map(Self).collect()
    }

    /// The least number.
    pub fn first(&self) -> Option<T> {
        self.0.first().map(|range| range.0)
    }
}
