//! How many flows there are: up to 2^290 of them, exactly.

use std::fmt;

const WORDS: usize = 5;

/// A whole number wide enough for every set of flows.
///
/// ```
/// use fnet::net::{FlowBox, FlowSet};
/// assert_eq!(FlowSet::empty().count().to_string(), "0");
/// assert!(FlowSet::all().count().to_string().len() > 80);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Count([u64; WORDS]);

impl Count {
    /// The number itself where it is small enough.
    pub fn small(self) -> Option<u128> {
        let [low, high, rest @ ..] = self.0;
        rest.iter().all(|word| *word == 0).then_some(u128::from(high) << 64 | u128::from(low))
    }

    fn plus(self, other: Self) -> Self {
        let mut sum = [0; WORDS];
        let mut carry = false;
        for (at, word) in sum.iter_mut().enumerate() {
            let (first, one) = self.0[at].overflowing_add(other.0[at]);
            let (second, two) = first.overflowing_add(u64::from(carry));
            (*word, carry) = (second, one || two);
        }
        Self(sum)
    }

    pub(super) fn times(self, other: Self) -> Self {
        let mut product = [0u64; WORDS];
        for (i, a) in self.0.iter().enumerate() {
            let mut carry = 0u128;
            for (j, b) in other.0.iter().enumerate().take(WORDS - i) {
                let sum = u128::from(product[i + j]) + u128::from(*a) * u128::from(*b) + carry;
                product[i + j] = sum as u64;
                carry = sum >> 64;
            }
        }
        Self(product)
    }

    /// How many values a run has, both ends among them.
    pub(super) fn of_run(first: u128, last: u128) -> Self {
        Self::from(last - first) + Self::from(1)
    }
}

/// Never too large for two sets of flows.
impl std::ops::Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.plus(other)
    }
}

impl From<u128> for Count {
    fn from(number: u128) -> Self {
        let mut words = [0; WORDS];
        (words[0], words[1]) = (number as u64, (number >> 64) as u64);
        Self(words)
    }
}

impl PartialOrd for Count {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Count {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

/// In decimal digits.
impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const STEP: u128 = 1_000_000_000_000_000_000;
        let mut words = self.0;
        let mut groups = Vec::new();
        while words.iter().any(|word| *word != 0) {
            let mut rest = 0u128;
            for word in words.iter_mut().rev() {
                let value = rest << 64 | u128::from(*word);
                *word = (value / STEP) as u64;
                rest = value % STEP;
            }
            groups.push(rest);
        }
        let Some((first, rest)) = groups.split_last() else { return f.pad_integral(true, "", "0") };
        let mut text = first.to_string();
        rest.iter().rev().for_each(|group| text.push_str(&format!("{group:018}")));
        f.pad_integral(true, "", &text)
    }
}
