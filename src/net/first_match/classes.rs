//! The classes of one field: numbers that are in exactly the same lines.

use crate::net::intervals::{Intervals, Key};
use std::collections::HashMap;

/// Bits of the index beyond one interval a run.
const MORE: u32 = 2;

/// Rows of bits, one bit a line, each row once.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// Words of 64 lines a row.
    words: usize,
    bits: Vec<u64>,
    known: HashMap<u64, Vec<u32>>,
}

impl Rows {
    pub(super) fn of(lines: usize) -> Self {
        Self { words: lines.div_ceil(64), ..Self::default() }
    }

    /// The number of a row; `hash` is of its bits.
    fn number(&mut self, row: &[u64], hash: u64) -> u32 {
        let (words, bits) = (self.words, &self.bits);
        let known = self.known.entry(hash).or_default();
        // Equal hashes alone prove nothing.
        if let Some(same) = known.iter().find(|at| bits[**at as usize * words..][..words] == *row) {
            return *same;
        }
        let number = (self.bits.len() / words.max(1)) as u32;
        known.push(number);
        self.bits.extend_from_slice(row);
        number
    }

    /// The row of that number.
    #[inline]
    pub(super) fn row(&self, number: u32) -> &[u64] {
        &self.bits[number as usize * self.words..][..self.words]
    }

    /// Forgets what only making rows needs.
    pub(super) fn close(&mut self) {
        self.known = HashMap::new();
        self.bits.shrink_to_fit();
    }

    pub(super) fn size(&self) -> usize {
        self.bits.len() * 8
    }

    /// The row of the lines for which that holds.
    pub(super) fn row_of(&mut self, lines: impl Iterator<Item = usize>) -> u32 {
        let (mut row, mut hash) = (vec![0u64; self.words], 0);
        for line in lines {
            row[line / 64] |= 1 << (line % 64);
            hash ^= mark(line);
        }
        self.number(&row, hash)
    }

    /// The classes of numbers whose lines have these ranges: `(start, end, line)`, those of a line apart from each other.
    pub(super) fn classes<T: Key>(&mut self, ranges: &[(T, T, u32)]) -> Intervals<T> {
        let mut turns: Vec<(T, u32)> = Vec::with_capacity(ranges.len() * 2);
        for (start, end, line) in ranges {
            turns.push((*start, *line));
            if *end < T::MAX {
                turns.push((end.next(), *line));
            }
        }
        turns.sort_unstable();
        let (mut row, mut hash) = (vec![0u64; self.words], 0u64);
        let mut list: Vec<(T, u32)> = Vec::new();
        let mut at = T::default();
        let mut turns = turns.into_iter().peekable();
        loop {
            while let Some((_, line)) = turns.next_if(|(start, _)| *start == at) {
                row[line as usize / 64] ^= 1 << (line % 64);
                hash ^= mark(line as usize);
            }
            let number = self.number(&row, hash);
            if list.last().is_none_or(|(_, last)| *last != number) {
                list.push((at, number));
            }
            match turns.peek() {
                Some((next, _)) => at = *next,
                None => break,
            }
        }
        Intervals::of(&list, MORE)
    }
}

/// A number of many bits for a line, so that sets of lines have hashes that change with each line.
fn mark(line: usize) -> u64 {
    let mut x = (line as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
