//! The values of one dimension in classes: values that no set tells apart have the same number. Not the sets of flows
//! themselves, which are diagrams over those numbers.

use super::super::ranges::Bound;
use super::hash::Map;
use std::hash::Hash;

/// A number on a dimension.
pub(in crate::net) trait Point: Bound + Hash + Default {}
impl Point for u32 {}
impl Point for u128 {}

/// Every value of a dimension, with its class. The first value has class 0, and every further class the next number
/// where it is met first, so that equal partitions are equal tables.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::net) struct Table<T> {
    /// Where the next run of values begins; the first run at zero.
    starts: Vec<T>,
    /// The class of each run; neighbours differ.
    classes: Vec<u32>,
    /// How many classes there are.
    count: u32,
}

/// The classes of a set of values: runs of class numbers, both ends among them, ascending, with gaps.
pub(in crate::net) type Runs = Vec<(u32, u32)>;

impl<T: Point> Default for Table<T> {
    fn default() -> Self {
        Self { starts: vec![T::default()], classes: vec![0], count: 1 }
    }
}

impl<T: Point> Table<T> {
    /// The classes that some sets make, and each set in them. `last` is the greatest value of the dimension.
    pub(in crate::net) fn of(sets: &[&[(T, T)]], last: T) -> (Self, Vec<Runs>) {
        // One event where a set begins and one behind its end; a set of everything tells nothing apart.
        let mut events: Vec<(T, u32)> = Vec::new();
        let is_whole = |set: &[(T, T)]| set == [(T::default(), last)];
        for (at, set) in sets.iter().enumerate().filter(|(_, set)| !is_whole(set)) {
            for (start, end) in set.iter() {
                events.push((*start, at as u32));
                if *end < last {
                    events.push((end.next(), at as u32));
                }
            }
        }
        events.sort_unstable();
        let mut known: Map<Vec<u32>, u32> = Map::default();
        let (mut starts, mut classes) = (Vec::new(), Vec::new());
        // The sets that hold the values at hand, ascending. An event turns its set on or off.
        let mut active: Vec<u32> = Vec::new();
        let mut at = 0;
        let mut from = T::default();
        loop {
            while events.get(at).is_some_and(|(value, _)| *value == from) {
                let set = events[at].1;
                match active.binary_search(&set) {
                    Ok(place) => drop(active.remove(place)),
                    Err(place) => active.insert(place, set),
                }
                at += 1;
            }
            let next = known.len() as u32;
            let class = match known.get(&active) {
                Some(class) => *class,
                None => *known.entry(active.clone()).or_insert(next),
            };
            if classes.last() != Some(&class) {
                starts.push(from);
                classes.push(class);
            }
            match events.get(at) {
                Some((value, _)) => from = *value,
                None => break,
            }
        }
        let count = known.len() as u32;
        let mut members: Vec<(&Vec<u32>, u32)> = known.iter().map(|(sets, class)| (sets, *class)).collect();
        members.sort_unstable_by_key(|(_, class)| *class);
        let mut runs: Vec<Runs> =
            sets.iter().map(|set| if is_whole(set) { vec![(0, count - 1)] } else { Runs::new() }).collect();
        for (sets, class) in members {
            for set in sets {
                add(&mut runs[*set as usize], class, class);
            }
        }
        (Self { starts, classes, count }, runs)
    }

    /// How many classes there are; at least one.
    pub(in crate::net) fn count(&self) -> u32 {
        self.count
    }

    /// The class of a value.
    pub(in crate::net) fn class(&self, value: T) -> u32 {
        self.classes[self.starts.partition_point(|start| *start <= value) - 1]
    }

    /// The runs of values with their classes, ascending.
    pub(in crate::net) fn runs(&self, last: T) -> impl Iterator<Item = (T, T, u32)> + '_ {
        (0..self.starts.len()).map(move |at| {
            let end = self.starts.get(at + 1).map_or(last, |next| next.previous());
            (self.starts[at], end, self.classes[at])
        })
    }

    /// The coarsest table that tells apart what either does, and the class in each of every new class.
    pub(in crate::net) fn joint(&self, other: &Self) -> (Self, Vec<u32>, Vec<u32>) {
        let mut known: Map<(u32, u32), u32> = Map::default();
        let mut joint = Self { starts: Vec::new(), classes: Vec::new(), count: 0 };
        let (mut mine, mut theirs) = (Vec::new(), Vec::new());
        let (mut a, mut b) = (0, 0);
        loop {
            let pair = (self.classes[a], other.classes[b]);
            let next = known.len() as u32;
            let class = *known.entry(pair).or_insert(next);
            if class == next {
                mine.push(pair.0);
                theirs.push(pair.1);
            }
            joint.starts.push(self.starts[a].max(other.starts[b]));
            joint.classes.push(class);
            match (self.starts.get(a + 1), other.starts.get(b + 1)) {
                (Some(x), Some(y)) => {
                    (a, b) = (a + usize::from(x <= y), b + usize::from(y <= x));
                }
                (Some(_), None) => a += 1,
                (None, Some(_)) => b += 1,
                (None, None) => break,
            }
        }
        joint.count = known.len() as u32;
        (joint, mine, theirs)
    }

    /// The table with some classes made one, and an old class for every new one. `groups` has a number for each class;
    /// those with equal numbers become one.
    pub(in crate::net) fn merged(&self, groups: &[u32]) -> (Self, Vec<u32>) {
        let mut new_of = vec![u32::MAX; groups.len()];
        let mut old = Vec::new();
        let mut merged = Self { starts: Vec::new(), classes: Vec::new(), count: 0 };
        for (start, class) in self.starts.iter().zip(&self.classes) {
            let group = groups[*class as usize] as usize;
            if new_of[group] == u32::MAX {
                new_of[group] = old.len() as u32;
                old.push(*class);
            }
            if merged.classes.last() != Some(&new_of[group]) {
                merged.starts.push(*start);
                merged.classes.push(new_of[group]);
            }
        }
        merged.count = old.len() as u32;
        (merged, old)
    }
}

/// Adds a run behind the others.
pub(in crate::net) fn add(runs: &mut Runs, first: u32, last: u32) {
    match runs.last_mut() {
        Some(end) if end.1 + 1 == first => end.1 = last,
        _ => runs.push((first, last)),
    }
}
