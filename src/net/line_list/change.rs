//! Where two lists differ. Flows outside the boxes of the lines that only one of them has are decided alike by both, so
//! only those boxes are looked into, unless they are most of what there is.

use super::super::diagram::{Address, Arena, Half, Map, Op, Parts, YES};
use super::super::{FlowBox, FlowSet, OneFlow};
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
            Some(regions) => regions.iter().all(|region| Pair::of(&self.lines, &other.lines, Some(region)).is_same()),
            None => Pair::of(&self.lines, &other.lines, None).is_same(),
        }
    }

    /// The flows that the lists treat differently.
    pub fn difference(&self, other: &Self) -> Difference {
        let pair = |region: Option<&FlowBox>| Pair::of(&self.lines, &other.lines, region).difference();
        let Some(regions) = self.regions(other) else { return pair(None) };
        let all: Vec<Difference> = regions.into_iter().map(|region| pair(Some(region))).collect();
        Difference {
            first: FlowSet::union_of(all.iter().map(|one| &one.first)),
            second: FlowSet::union_of(all.iter().map(|one| &one.second)),
        }
    }

    /// The flows of a box that the lists treat differently.
    pub fn difference_within(&self, other: &Self, flows: &FlowBox) -> Difference {
        Pair::of(&self.lines, &other.lines, Some(flows)).difference()
    }

    /// Would the list mean the same without a line, where some others are not there either?
    pub fn goes_without(&self, line: usize, besides: &[usize]) -> bool {
        let Some(Line { flows: region, .. }) = self.lines.get(line) else { return true };
        let mut there = vec![true; self.lines.len()];
        besides.iter().filter(|at| **at < self.lines.len()).for_each(|at| there[*at] = false);
        let with = self.lines.iter().zip(&there).filter(|(_, there)| **there).map(|(line, _)| line);
        let with: Vec<&Line> = with.filter(|line| meet(&line.flows, region)).collect();
        let without = with.iter().copied().filter(|other| !std::ptr::eq(*other, &self.lines[line]));
        Pair::of(with.iter().copied(), without, Some(region)).is_same()
    }

    /// The boxes outside of which both lists decide alike; none where looking at the whole is no more work.
    fn regions<'a>(&'a self, other: &'a Self) -> Option<Vec<&'a FlowBox>> {
        let (mine, theirs) = uncommon(&self.lines, &other.lines);
        let all = mine.iter().map(|at| &self.lines[*at].flows).chain(theirs.iter().map(|at| &other.lines[*at].flows));
        let mut regions: Vec<&FlowBox> = Vec::new();
        let most = 2 * (self.lines.len() + other.lines.len());
        let mut work = 0;
        for region in all {
            if regions.contains(&region) {
                continue;
            }
            let lines = self.lines.iter().chain(&other.lines);
            work += lines.filter(|line| meet(&line.flows, region)).count();
            if work > most {
                return None;
            }
            regions.push(region);
        }
        Some(regions)
    }
}

/// May two boxes have a flow in common? Looks at their limits only.
pub(super) fn meet(a: &FlowBox, b: &FlowBox) -> bool {
    let near = |x: &super::super::AddressSet, y: &super::super::AddressSet| x.may_meet(y);
    near(&a.destinations, &b.destinations)
        && near(&a.sources, &b.sources)
        && !a.protocols.intersection(b.protocols).is_empty()
        && (a.protocols.has_portless() && b.protocols.has_portless() || a.ports.may_meet(&b.ports))
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
    /// Both lists, in a box or everywhere.
    fn of<'l>(
        first: impl IntoIterator<Item = &'l Line>,
        second: impl IntoIterator<Item = &'l Line>,
        region: Option<&FlowBox>,
    ) -> Self {
        let (mine, theirs) = (clipped(first, region), clipped(second, region));
        Self { v4: Both::of(&mine, &theirs), v6: Both::of(&mine, &theirs) }
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

/// What lines have in a box, without those that have nothing there.
fn clipped<'l>(lines: impl IntoIterator<Item = &'l Line>, region: Option<&FlowBox>) -> Vec<(FlowBox, bool)> {
    let near = |line: &&Line| region.is_none_or(|region| meet(&line.flows, region));
    let clipped = lines.into_iter().filter(near).map(|line| match region {
        Some(region) => (line.flows.intersection(region), line.allow),
        None => (line.flows.clone(), line.allow),
    });
    clipped.filter(|(flows, _)| !flows.is_empty()).collect()
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
