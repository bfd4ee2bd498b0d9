//! Where two lists differ. Flows outside the boxes of the lines that only one of them has are decided alike by both, so
//! only those boxes are looked into, unless they are most of what there is.

use super::super::diagram::{Address, Arena, Half, Map, Op, Parts, YES};
use super::super::{FlowBox, FlowSet, OneFlow};
use super::limits::Limits;
use super::{Line, LineList, actions};

/// What one list permits and another does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The flows that the first list alone permits.
    pub first: FlowSet,
    /// The flows that the second list alone permits.
    pub second: FlowSet,
}

impl Difference {
    /// Do the lists mean the same?
    pub fn is_empty(&self) -> bool {
        self.first.is_empty() && self.second.is_empty()
    }

    /// A flow that the lists treat differently.
    pub fn witness(&self) -> Option<OneFlow> {
        self.first.witness().or_else(|| self.second.witness())
    }
}

impl LineList {
    /// Do both lists permit the same flows?
    pub fn means(&self, other: &Self) -> bool {
        match self.regions(other) {
            Some(regions) => regions.iter().all(|region| Pair::of(region.clipped(self, other)).is_same()),
            None => Pair::whole(self, other).is_same(),
        }
    }

    /// The flows that the lists treat differently.
    pub fn difference(&self, other: &Self) -> Difference {
        let Some(regions) = self.regions(other) else { return Pair::whole(self, other).difference() };
        let all: Vec<Difference> =
            regions.iter().map(|region| Pair::of(region.clipped(self, other)).difference()).collect();
        Difference {
            first: FlowSet::union_of(all.iter().map(|one| &one.first)),
            second: FlowSet::union_of(all.iter().map(|one| &one.second)),
        }
    }

    /// The flows of a box that the lists treat differently.
    pub fn difference_within(&self, other: &Self, flows: &FlowBox) -> Difference {
        Pair::of(Region::of(self, other, flows, &Limits::of(flows)).clipped(self, other)).difference()
    }

    /// Would the list mean the same without a line, where some others are not there either?
    pub fn goes_without(&self, line: usize, besides: &[usize]) -> bool {
        let Some(Line { flows, .. }) = self.lines.get(line) else { return true };
        let mut there = vec![true; self.lines.len()];
        besides.iter().filter(|at| **at < self.lines.len()).for_each(|at| there[*at] = false);
        let with: Vec<usize> = self.near(&self.limits[line]).filter(|at| there[*at]).collect();
        let without = with.iter().copied().filter(|at| *at != line).collect();
        Pair::of(Region { flows, lines: [with, without] }.clipped(self, self)).is_same()
    }

    /// The boxes outside of which both lists decide alike; none where looking at the whole is no more work.
    fn regions<'a>(&'a self, other: &'a Self) -> Option<Vec<Region<'a>>> {
        let (mine, theirs) = uncommon(&self.lines, &other.lines);
        let of = |list: &'a Self, at: usize| (&list.lines[at].flows, &list.limits[at]);
        let all = mine.iter().map(|at| of(self, *at)).chain(theirs.iter().map(|at| of(other, *at)));
        let mut regions: Vec<Region<'a>> = Vec::new();
        let most = 2 * (self.lines.len() + other.lines.len());
        let mut work = 0;
        for (flows, limits) in all {
            if regions.iter().any(|region| region.flows == flows) {
                continue;
            }
            let region = Region::of(self, other, flows, limits);
            work += region.lines.iter().map(Vec::len).sum::<usize>();
            if work > most {
                return None;
            }
            regions.push(region);
        }
        Some(regions)
    }
}

/// A box of flows, and of two lists the lines that may meet it.
struct Region<'a> {
    flows: &'a FlowBox,
    lines: [Vec<usize>; 2],
}

/// Flows of lines, and whether they pass.
type Clipped = Vec<(FlowBox, bool)>;

impl<'a> Region<'a> {
    fn of(first: &LineList, second: &LineList, flows: &'a FlowBox, limits: &Limits) -> Self {
        Self { flows, lines: [first, second].map(|list| list.near(limits).collect()) }
    }

    /// What the lines of either list have in the box, without those that have nothing there.
    fn clipped(&self, first: &LineList, second: &LineList) -> (Clipped, Clipped) {
        let of = |list: &LineList, near: &[usize]| -> Clipped {
            let lines = near.iter().map(|at| &list.lines[*at]);
            let clipped = lines.map(|line| (line.flows.intersection(self.flows), line.allow));
            clipped.filter(|(flows, _)| !flows.is_empty()).collect()
        };
        (of(first, &self.lines[0]), of(second, &self.lines[1]))
    }
}

/// The numbers of the lines of either list that a common subsequence of both leaves out.
fn uncommon(mine: &[Line], theirs: &[Line]) -> (Vec<usize>, Vec<usize>) {
    let mut places: Map<&Line, Vec<usize>> = Map::default();
    for (at, line) in theirs.iter().enumerate().rev() {
        places.entry(line).or_default().push(at);
    }
    // The first line of a kind is paired with the first of its kind there, and so on; of the pairs the longest chain
    // that ascends in both is kept.
    let pairs: Vec<(usize, usize)> =
        mine.iter().enumerate().filter_map(|(at, line)| Some((at, places.get_mut(line)?.pop()?))).collect();
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, place)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *place);
        before.push(length.checked_sub(1).map(|at| ends[at]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let (mut kept_mine, mut kept_theirs) = (vec![false; mine.len()], vec![false; theirs.len()]);
    let mut next = ends.last().copied();
    while let Some(at) = next {
        (kept_mine[pairs[at].0], kept_theirs[pairs[at].1]) = (true, true);
        next = before[at];
    }
    let left = |kept: Vec<bool>| kept.iter().enumerate().filter(|(_, kept)| !**kept).map(|(at, _)| at).collect();
    (left(kept_mine), left(kept_theirs))
}

/// Two lists in the same classes.
struct Pair {
    v4: Both<u32>,
    v6: Both<u128>,
}

struct Both<T: Address> {
    parts: Parts<T>,
    arena: Arena,
    roots: (u32, u32),
}

impl Pair {
    fn of((mine, theirs): (Clipped, Clipped)) -> Self {
        Self { v4: Both::of(&mine, &theirs), v6: Both::of(&mine, &theirs) }
    }

    /// Both lists everywhere.
    fn whole(first: &LineList, second: &LineList) -> Self {
        let of =
            |list: &LineList| -> Clipped { list.lines.iter().map(|line| (line.flows.clone(), line.allow)).collect() };
        Self::of((of(first), of(second)))
    }

    fn is_same(&self) -> bool {
        self.v4.roots.0 == self.v4.roots.1 && self.v6.roots.0 == self.v6.roots.1
    }

    fn difference(self) -> Difference {
        let (four_first, four_second) = self.v4.halves();
        let (six_first, six_second) = self.v6.halves();
        Difference {
            first: FlowSet::of_halves(four_first, six_first),
            second: FlowSet::of_halves(four_second, six_second),
        }
    }
}

impl<T: Address> Both<T> {
    fn of(mine: &[(FlowBox, bool)], theirs: &[(FlowBox, bool)]) -> Self {
        let all: Vec<&(FlowBox, bool)> = mine.iter().chain(theirs).collect();
        let mut parts = Parts::of(all.iter().map(|(flows, _)| flows));
        let mut arena = Arena::new(3, 8 * parts.list.len());
        let allows = |owner: u32| all[owner as usize].1;
        let cut = parts.list.partition_point(|part| (part.owner as usize) < mine.len());
        let second = parts.list.split_off(cut);
        let first_root = actions(&mut arena, &parts, allows);
        let first = std::mem::replace(&mut parts.list, second);
        let second_root = actions(&mut arena, &parts, allows);
        parts.list = first;
        Self { parts, arena, roots: (first_root, second_root) }
    }

    fn halves(mut self) -> (Half<T>, Half<T>) {
        let (a, b) = self.roots;
        if a == b {
            return (Half::whole(false), Half::whole(false));
        }
        debug_assert!(a != YES || b != YES);
        let first = self.arena.apply(Op::Minus, a, b);
        let second = self.arena.apply(Op::Minus, b, a);
        (Half::of(&self.arena, first, &self.parts.space), Half::of(&self.arena, second, &self.parts.space))
    }
}
