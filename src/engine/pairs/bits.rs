//! Sets of positions, a bit each. Not what stands at a position.

/// A set of positions below a number that all sets of a kind share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// No position of so many.
    pub(super) fn none(length: usize) -> Self {
        Self(vec![0; length.div_ceil(64)])
    }

    /// Every one of so many positions.
    pub(super) fn all(length: usize) -> Self {
        let mut words = vec![u64::MAX; length.div_ceil(64)];
        if let (Some(last), rest @ 1..) = (words.last_mut(), length % 64) {
            *last = (1 << rest) - 1;
        }
        Self(words)
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.0
    }

    pub(super) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.0
    }

    pub(super) fn insert(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    pub(super) fn contains(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(super) fn first(&self) -> Option<usize> {
        let at = self.0.iter().position(|word| *word != 0)?;
        Some(at * 64 + self.0[at].trailing_zeros() as usize)
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }

    pub(super) fn take(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= !b);
    }

    /// Calls with every position, ascending.
    pub(super) fn each(&self, mut go: impl FnMut(usize)) {
        for (at, word) in self.0.iter().enumerate() {
            let mut word = *word;
            while word != 0 {
                go(at * 64 + word.trailing_zeros() as usize);
                word &= word - 1;
            }
        }
    }

    /// Moves the positions from `start` to before `end` that `mask` has too into another set; how many they are.
    pub(super) fn move_range(&mut self, (start, end): (u32, u32), mask: Option<&Self>, into: &mut Self) -> usize {
        let (start, end) = (start as usize, end as usize);
        if start >= end {
            return 0;
        }
        let (first, last) = (start / 64, (end - 1) / 64);
        let mut moved = 0;
        for at in first..=last {
            let mut wanted = self.0[at];
            if at == first {
                wanted &= u64::MAX << (start % 64);
            }
            if at == last {
                wanted &= u64::MAX >> (63 - (end - 1) % 64);
            }
            if let Some(mask) = mask {
                wanted &= mask.0[at];
            }
            moved += wanted.count_ones() as usize;
            self.0[at] &= !wanted;
            into.0[at] |= wanted;
        }
        moved
    }
}

/// Turns a square of 64 rows of 64 bits about its diagonal.
pub(super) fn transpose(square: &mut [u64; 64]) {
    let mut width = 32;
    let mut mask = 0x0000_0000_ffff_ffff_u64;
    while width > 0 {
        let mut row = 0;
        while row < 64 {
            let swapped = (square[row] >> width ^ square[row + width]) & mask;
            square[row] ^= swapped << width;
            square[row + width] ^= swapped;
            row = (row + width + 1) & !width;
        }
        width >>= 1;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_is_turned() {
        let mut square = [0u64; 64];
        let is_set = |row: usize, bit: usize| (row * 7 + bit * 3 + row * bit).is_multiple_of(5);
        for (row, word) in square.iter_mut().enumerate() {
            (0..64).filter(|bit| is_set(row, *bit)).for_each(|bit| *word |= 1 << bit);
        }
        transpose(&mut square);
        for (row, word) in square.iter().enumerate() {
            (0..64).for_each(|bit| assert_eq!(word >> bit & 1 == 1, is_set(bit, row), "{row} {bit}"));
        }
    }

    #[test]
    fn ranges_are_moved() {
        for (start, end) in [(0, 0), (0, 1), (5, 64), (63, 65), (64, 128), (3, 130), (129, 130)] {
            let (mut from, mut into) = (Bits::all(130), Bits::none(130));
            assert_eq!(from.move_range((start, end), None, &mut into), (end - start) as usize);
            (0..130).for_each(|at| assert_eq!(into.contains(at), (start..end).contains(&(at as u32))));
            (0..130).for_each(|at| assert_ne!(into.contains(at), from.contains(at)));
        }
    }
}
