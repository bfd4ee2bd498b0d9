//! Which of many disjoint intervals a number lies in. The ground of longest prefixes and of compiled lists.
//!
//! The intervals cover all numbers. An index over the highest bits leads to the few intervals that a binary search is
//! left with; it grows with their number, so that a short list costs next to nothing.

use super::ranges::Bound;

/// A number whose highest bits can be an index.
pub(super) trait Key: Bound + Default {
    /// How many bits it has.
    const BITS: u32;
    /// Its bits from `shift` up.
    fn above(self, shift: u32) -> usize;
    /// How many of its highest bits are zero.
    fn leading_zeros(self) -> u32;
}

macro_rules! key {
    ($($number:ty),*) => {$(
        impl Key for $number {
            const BITS: u32 = <$number>::BITS;
            // What no index reaches is the greatest, not what is left of it in fewer bits.
            fn above(self, shift: u32) -> usize { usize::try_from(self >> shift).unwrap_or(usize::MAX) }
            fn leading_zeros(self) -> u32 { self.leading_zeros() }
        }
    )*};
}
key!(u16, u32, u128);

/// Disjoint intervals over all numbers, each with a small number of its own.
#[derive(Clone, Debug)]
pub(super) struct Intervals<T> {
    /// Where each begins, ascending; the first at zero. Behind the last the greatest number, as often as a search may
    /// look there.
    starts: Vec<T>,
    values: Vec<u32>,
    /// How many begin before each run of numbers that share their highest bits.
    top: Vec<u32>,
    shift: u32,
    /// How many halvings the fullest run takes. Every search takes as many, so that no branch depends on the number.
    steps: u32,
}

impl<T: Key> Intervals<T> {
    /// These intervals: where each begins and its value, ascending; the first begins at zero. The index has `more` bits
    /// beyond what one interval a run would take, sixteen at most.
    pub(super) fn of(list: &[(T, u32)], more: u32) -> Self {
        debug_assert!(list.first().is_some_and(|(start, _)| *start == T::default()));
        debug_assert!(list.is_sorted_by(|a, b| a.0 < b.0));
        let last = list.last().map_or(T::default(), |(start, _)| *start);
        // As many bits as the greatest start has are worth an index.
        let used = T::BITS - last.leading_zeros();
        let bits = (usize::BITS - list.len().leading_zeros() + more).min(16).min(used);
        let shift = (used - bits).min(T::BITS - 1);
        let mut top = vec![0u32; last.above(shift) + 1];
        for (start, _) in list {
            // What begins in a run lies before all later ones.
            if let Some(next) = top.get_mut(start.above(shift) + 1) {
                *next += 1;
            }
        }
        let mut before = 0;
        for run in &mut top {
            before += *run;
            *run = before;
        }
        let ends = top.iter().skip(1).copied().chain([list.len() as u32]);
        let fullest = top.iter().zip(ends).map(|(from, to)| to - from).max().unwrap_or(0);
        let steps = u32::BITS - fullest.leading_zeros();
        let starts = list.iter().map(|(start, _)| *start).chain(std::iter::repeat_n(T::MAX, 1 << steps)).collect();
        Self { starts, values: list.iter().map(|(_, value)| *value).collect(), top, shift, steps }
    }

    /// The value of the interval that a number lies in.
    #[inline]
    pub(super) fn find(&self, number: T) -> u32 {
        let run = number.above(self.shift).min(self.top.len() - 1);
        // All before this one begin at or before the number.
        let mut at = self.top[run] as usize;
        for step in (0..self.steps).rev() {
            at += usize::from(self.starts[at + (1 << step) - 1] <= number) << step;
        }
        // The first interval begins at zero, so one begins at or before every number.
        self.values[at.min(self.values.len()) - 1]
    }

    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        self.starts.len() * size_of::<T>() + self.values.len() * 4 + self.top.len() * 4
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }
}
