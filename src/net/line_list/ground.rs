//! A list in classes, with the parts that hold each class as bits: which part a point meets first is a few words of them.

use super::super::Ranges;
use super::super::diagram::{Address, Arena, Dimension, Id, LEVELS, NO, ORDER, Op, Part, Parts, Runs, YES};

/// The list in one address family.
pub(super) struct Ground<T: Address> {
    pub(super) parts: Parts<T>,
    /// How many words a row of bits has.
    words: usize,
    /// Of every dimension and class a row: a bit for each part that has the class.
    rows: [Vec<u64>; LEVELS],
}

/// One class of every dimension, by the dimension's number.
pub(super) type Spot = [u32; LEVELS];

/// Some classes of every dimension, by the dimension's number.
pub(super) type Space = [Runs; LEVELS];

const DIMENSIONS: [Dimension; LEVELS] =
    [Dimension::Destination, Dimension::Service, Dimension::Source, Dimension::SourcePort];

impl<T: Address> Ground<T> {
    pub(super) fn of(parts: Parts<T>) -> Self {
        let words = parts.list.len().div_ceil(64).max(1);
        let rows = DIMENSIONS.map(|dimension| {
            let count = parts.space.count(dimension) as usize;
            // A part is turned on where a run of it begins, and off behind it; every other class is as the one before.
            let mut turns: Vec<(u32, u32)> = Vec::new();
            for (at, part) in parts.list.iter().enumerate() {
                for (first, last) in parts.runs(*part, dimension) {
                    turns.push((*first, at as u32));
                    turns.push((last + 1, at as u32));
                }
            }
            turns.sort_unstable();
            let mut rows = vec![0u64; count * words];
            let mut row = vec![0u64; words];
            let mut turns = turns.into_iter().peekable();
            for class in 0..count {
                while let Some((_, part)) = turns.next_if(|(at, _)| *at as usize == class) {
                    row[part as usize / 64] ^= 1 << (part % 64);
                }
                rows[class * words..][..words].copy_from_slice(&row);
            }
            rows
        });
        Self { parts, words, rows }
    }

    /// The parts of a line.
    pub(super) fn of_line(&self, line: usize) -> std::ops::Range<usize> {
        let before = |line: usize| self.parts.list.partition_point(|part| (part.owner as usize) < line);
        before(line)..before(line + 1)
    }

    fn part(&self, at: usize) -> Part {
        self.parts.list[at]
    }

    pub(super) fn owner(&self, at: usize) -> usize {
        self.parts.list[at].owner as usize
    }

    fn rows_at(&self, spot: &Spot) -> [&[u64]; LEVELS] {
        std::array::from_fn(|at| &self.rows[at][spot[at] as usize * self.words..][..self.words])
    }

    /// The first part from `from` on and before `end` that has the spot.
    pub(super) fn first_at(&self, spot: &Spot, from: usize, end: usize) -> Option<usize> {
        let [a, b, c, d] = self.rows_at(spot);
        for word in from / 64..end.div_ceil(64) {
            let mut bits = a[word] & b[word] & c[word] & d[word];
            if word == from / 64 {
                bits &= u64::MAX << (from % 64);
            }
            if bits != 0 {
                let found = word * 64 + bits.trailing_zeros() as usize;
                return (found < end).then_some(found);
            }
        }
        None
    }

    /// A few spots of a part: its corners, and some between them.
    pub(super) fn spots(&self, at: usize) -> impl Iterator<Item = Spot> + '_ {
        let runs = DIMENSIONS.map(|dimension| self.parts.runs(self.part(at), dimension));
        let corners = (0..16u32).map(move |corner| {
            std::array::from_fn(|d| {
                let (first, last) = (runs[d][0], runs[d][runs[d].len() - 1]);
                if corner >> d & 1 == 0 { first.0 } else { last.1 }
            })
        });
        let counts = runs.map(|runs| runs.iter().map(|(first, last)| last - first + 1).sum::<u32>());
        let between = (0..10u64).map(move |seed| {
            std::array::from_fn(|d| {
                // Spread over the classes, the same ones every time.
                let word = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(13 * d as u32 + 7);
                let mut pick = (word % u64::from(counts[d])) as u32;
                for (first, last) in runs[d] {
                    if pick <= last - first {
                        return first + pick;
                    }
                    pick -= last - first + 1;
                }
                runs[d][0].0
            })
        });
        corners.chain(between)
    }

    /// The classes of a part.
    pub(super) fn space(&self, at: usize) -> Space {
        DIMENSIONS.map(|dimension| self.parts.runs(self.part(at), dimension).clone())
    }

    /// Is all of one part in another?
    pub(super) fn is_in(&self, inner: usize, outer: usize) -> bool {
        let (a, b) = (self.part(inner), self.part(outer));
        DIMENSIONS.into_iter().all(|dimension| {
            let same = self.parts.set(a, dimension) == self.parts.set(b, dimension);
            same || is_subset(self.parts.runs(a, dimension), self.parts.runs(b, dimension))
        })
    }

    /// The parts before `end` that meet a part.
    pub(super) fn meeting(&self, at: usize, end: usize) -> Vec<usize> {
        let own = DIMENSIONS.map(|dimension| self.parts.runs(self.part(at), dimension));
        let meets = |other: &usize| {
            DIMENSIONS.into_iter().all(|d| meets(own[d as usize], self.parts.runs(self.part(*other), d)))
        };
        (0..end).filter(meets).collect()
    }

    /// A part as a diagram.
    pub(super) fn chain(&self, arena: &mut Arena, at: usize) -> Id {
        self.parts.chain(arena, self.part(at), YES, &ORDER)
    }

    /// Do some parts together hold all of a space? Looks for a corner that none has, and gives up after some steps.
    pub(super) fn covered(&self, space: &Space, by: &[usize], steps: &mut usize) -> Option<bool> {
        if *steps == 0 {
            return None;
        }
        *steps -= 1;
        let runs = |part: usize| DIMENSIONS.map(|dimension| self.parts.runs(self.part(part), dimension));
        let meet = |part: usize| (0..LEVELS).all(|d| meets(&space[d], runs(part)[d]));
        let Some(at) = by.iter().position(|part| meet(*part)) else { return Some(false) };
        let other = runs(by[at]);
        let mut inside = space.clone();
        for d in 0..LEVELS {
            let outside = minus(&inside[d], other[d]);
            if !outside.is_empty() {
                let mut piece = inside.clone();
                piece[d] = outside;
                if !self.covered(&piece, &by[at + 1..], steps)? {
                    return Some(false);
                }
                inside[d] = common(&inside[d], other[d]);
            }
        }
        Some(true)
    }

    /// The same by diagrams, which never give up.
    pub(super) fn surely_covered(&self, at: usize, by: &[usize]) -> bool {
        let mut arena = Arena::new(2, 8 * by.len());
        let own = self.chain(&mut arena, at);
        let clipped: Vec<Id> = by
            .iter()
            .map(|part| {
                let chain = self.chain(&mut arena, *part);
                arena.apply(Op::And, chain, own)
            })
            .collect();
        let all = arena.over_all(&clipped);
        arena.apply(Op::Minus, own, all) == NO
    }
}

fn is_subset(inner: &Runs, outer: &Runs) -> bool {
    inner.iter().all(|(first, last)| {
        let at = outer.partition_point(|run| run.1 < *first);
        outer.get(at).is_some_and(|run| run.0 <= *first && *last <= run.1)
    })
}

fn meets(a: &Runs, b: &Runs) -> bool {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    few.iter().any(|(first, last)| {
        let at = many.partition_point(|run| run.1 < *first);
        many.get(at).is_some_and(|run| run.0 <= *last)
    })
}

fn common(a: &Runs, b: &Runs) -> Runs {
    ranges(a).intersection(&ranges(b)).into()
}

fn minus(a: &Runs, b: &Runs) -> Runs {
    ranges(a).difference(&ranges(b)).into()
}

fn ranges(runs: &Runs) -> Ranges<u32> {
    Ranges::of(runs.iter().copied())
}
