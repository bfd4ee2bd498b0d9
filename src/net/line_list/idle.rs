//! Lines that never decide anything because those above them do, and lines without which the list means the same.

use super::super::diagram::{Address, Arena, Id, NO, Op, Parts};
use super::super::{FlowBox, FlowSet};
use super::LineList;
use super::ground::{Ground, Spot};

/// A line that never decides, and the lines above it that decide all its flows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The number of the line.
    pub line: usize,
    /// The lines that cover it together, ascending: one where one does; else none of them can be left out. Nothing where
    /// the line matches no flow at all.
    pub by: Vec<usize>,
}

/// After so many steps of looking for a flow that escapes, diagrams decide.
const STEPS: usize = 2_000;

/// Among so few lines every pair is tried before more than two are said to cover a line.
const PAIRED: usize = 48;

impl LineList {
    /// Every line that never decides anything, in order, with the lines that cover it.
    pub fn idle(&self) -> Vec<Cover> {
        let list = Grounds::of(self);
        let idle = (0..self.lines.len()).filter(|line| !list.v4.decides(*line) && !list.v6.decides(*line));
        idle.map(|line| Cover { line, by: list.cover(line) }).collect()
    }

    /// Do some lines match everything that another does?
    pub fn is_covered(&self, line: usize, by: &[usize]) -> bool {
        let all = by.iter().filter_map(|at| self.lines.get(*at)).map(|line| &line.flows);
        self.lines.get(line).is_none_or(|line| FlowSet::of(&line.flows).is_subset(&FlowSet::of_all(all)))
    }

    /// The lines behind a line that would decide its flows in its place; none for the end of the list.
    pub fn instead_of(&self, line: usize) -> Vec<Option<usize>> {
        let Some(own) = self.lines.get(line) else { return Vec::new() };
        let near: Vec<usize> = self.near(&self.limits[line]).collect();
        let (before, after) = near.split_at(near.partition_point(|at| *at < line));
        let before = FlowSet::of_all(before.iter().map(|at| &self.lines[*at].flows));
        let mut left = FlowSet::of(&own.flows).difference(&before);
        let mut found = Vec::new();
        for at in after.iter().filter(|at| **at != line) {
            if left.is_empty() {
                break;
            }
            let flows = FlowSet::of(&self.lines[*at].flows);
            if left.meets(&flows) {
                found.push(Some(*at));
                left = left.difference(&flows);
            }
        }
        if !left.is_empty() {
            found.push(None);
        }
        found
    }

    /// Lines that decide something and could be left out all the same: behind them their flows meet the same action.
    /// Each could go alone, and all of them together with those that never decide, which are not among them (see
    /// [`LineList::idle`]).
    pub fn needless(&self) -> Vec<usize> {
        let idle: Vec<usize> = self.idle().iter().map(|cover| cover.line).collect();
        let list = Grounds::of(self);
        let may = |line: &usize| {
            let surely_matters = list.v4.matters(self, *line) || list.v6.matters(self, *line);
            !idle.contains(line) && !surely_matters && self.goes_without(*line, &[])
        };
        let mut open: Vec<usize> = (0..self.lines.len()).rev().filter(may).collect();
        let mut left_out = idle.clone();
        // A line that could not go may go when another has gone.
        loop {
            let before = left_out.len();
            open.retain(|line| {
                let gone = self.goes_without(*line, &left_out);
                if gone {
                    left_out.push(*line);
                }
                !gone
            });
            if left_out.len() == before {
                break;
            }
        }
        let mut found = left_out.split_off(idle.len());
        found.sort_unstable();
        found
    }
}

/// The list in both families.
struct Grounds {
    v4: Ground<u32>,
    v6: Ground<u128>,
}

impl Grounds {
    fn of(list: &LineList) -> Self {
        let boxes: Vec<&FlowBox> = list.boxes().collect();
        Self { v4: Ground::of(Parts::of(boxes.iter().copied())), v6: Ground::of(Parts::of(boxes)) }
    }

    /// The lines above a line that cover it.
    fn cover(&self, line: usize) -> Vec<usize> {
        // Mostly the line that some flow of it meets first has all of it.
        if let Some(one) = self.v4.met(line).or_else(|| self.v6.met(line))
            && self.v4.holds(line, one)
            && self.v6.holds(line, one)
        {
            return vec![one];
        }
        let near = self.v4.candidates(line).into_iter().chain(self.v6.candidates(line));
        let mut near: Vec<usize> = near.collect();
        near.sort_unstable();
        near.dedup();
        if near.is_empty() {
            return Vec::new();
        }
        if let Some(one) = near.iter().find(|one| self.v4.holds(line, **one) && self.v6.holds(line, **one)) {
            return vec![*one];
        }
        let mut left = (self.v4.remains(line, &near), self.v6.remains(line, &near));
        let mut do_cover = |some: &[bool]| left.0.goes_with(some) && left.1.goes_with(some);
        let pairs = near.len().min(if near.len() <= PAIRED { PAIRED } else { 0 });
        for first in 0..pairs {
            for second in first + 1..pairs {
                let some: Vec<bool> = (0..near.len()).map(|at| at == first || at == second).collect();
                if do_cover(&some) {
                    return vec![near[first], near[second]];
                }
            }
        }
        // From the bottom up every line that the others do without is left out.
        let mut kept = vec![true; near.len()];
        for at in (0..near.len()).rev() {
            kept[at] = false;
            kept[at] = !do_cover(&kept);
        }
        near.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(line, _)| line).collect()
    }
}

impl<T: Address> Ground<T> {
    /// Does a line decide some flow of this family?
    fn decides(&self, line: usize) -> bool {
        let parts = self.of_line(line);
        let before = parts.start;
        parts.into_iter().any(|part| {
            for spot in self.spots(part) {
                match self.first_at(&spot, 0, before) {
                    None => return true,
                    Some(other) if self.is_in(part, other) => return false,
                    Some(_) => {}
                }
            }
            let by = self.meeting(part, before);
            if by.iter().any(|other| self.is_in(part, *other)) {
                return false;
            }
            let mut steps = STEPS;
            let covered = self.covered(&self.space(part), &by, &mut steps);
            !covered.unwrap_or_else(|| self.surely_covered(part, &by))
        })
    }

    /// The line that a flow of a line meets first.
    fn met(&self, line: usize) -> Option<usize> {
        let parts = self.of_line(line);
        let spot = self.spots(parts.clone().next()?).next()?;
        self.first_at(&spot, 0, parts.start).map(|part| self.owner(part))
    }

    /// The lines above a line that meet it.
    fn candidates(&self, line: usize) -> Vec<usize> {
        let parts = self.of_line(line);
        let before = parts.start;
        parts.flat_map(|part| self.meeting(part, before)).map(|part| self.owner(part)).collect()
    }

    /// Has another line everything of a line?
    fn holds(&self, line: usize, other: usize) -> bool {
        self.of_line(line).all(|part| self.of_line(other).any(|outer| self.is_in(part, outer)))
    }

    /// The flows of a line, and what some others take of them.
    fn remains(&self, line: usize, others: &[usize]) -> Remains {
        let mut arena = Arena::new(2, 8 * others.len());
        let mut union = |line: usize| {
            let chains: Vec<Id> = self.of_line(line).map(|part| self.chain(&mut arena, part)).collect();
            arena.over_all(&chains)
        };
        let own = union(line);
        let others: Vec<Id> = others.iter().map(|other| union(*other)).collect();
        Remains { arena, own, others }
    }

    /// Is there surely a flow that the list would treat otherwise without a line? Looks at a few flows that it decides.
    fn matters(&self, list: &LineList, line: usize) -> bool {
        let allow = |part: Option<usize>| part.is_some_and(|part| list.lines[self.owner(part)].allow);
        let (parts, end) = (self.of_line(line), self.parts.list.len());
        let differs = |spot: &Spot| {
            self.first_at(spot, 0, parts.start).is_none()
                && allow(self.first_at(spot, parts.end, end)) != list.lines[line].allow
        };
        parts.clone().any(|part| self.spots(part).any(|spot| differs(&spot)))
    }
}

/// What is left of a line's flows without those of others.
struct Remains {
    arena: Arena,
    own: Id,
    others: Vec<Id>,
}

impl Remains {
    /// Is nothing left without the flows of some of the others?
    fn goes_with(&mut self, some: &[bool]) -> bool {
        let mut left = self.own;
        for (flows, _) in self.others.iter().zip(some).filter(|(_, taken)| **taken) {
            left = self.arena.apply(Op::Minus, left, *flows);
            if left == NO {
                return true;
            }
        }
        left == NO
    }
}
