//! Lists of lines as exact sets: which lines never decide, and which change nothing. Not what is told of it, and not what
//! a line means: that is the matchers', which decide single flows as well.
//!
//! A line may name what has no stated address: a service tag without data, an app, a subnet by its identity. Each such
//! thing is a point of its own, held by the lines that surely hold all of it, so that a proof stands whatever the
//! addresses are. See [`stand_ins`].

mod lists;
mod stand_ins;

pub(super) use lists::{Subject, lists};

use super::flow::SymbolOf;
use super::matching::Matcher;
use crate::model::{SubnetId, TagRef};
use crate::net::{AddressSet, LineList, PortSet, ProtocolSet};

/// What one side of a line means in one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Meant {
    /// The addresses.
    set: AddressSet,
    /// Everything, with an address or without.
    any: bool,
    /// Everything public.
    internet: bool,
    /// The tags that it names, those with stated addresses as well.
    tags: Vec<TagRef>,
    /// What it names and has no stated address.
    points: Vec<Point>,
}

/// Something without a stated address.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Point {
    /// Some address of a service tag, which lies somewhere among these.
    Tag(TagRef, AddressSet),
    /// The address of a thing.
    Symbol(SymbolOf),
    /// Callers who show a subnet and no address.
    Subnet(SubnetId),
    /// Callers who show a subnet that no line names.
    OtherSubnet,
    /// Something that is known by a word alone, and by no address.
    Word(String),
}

impl Point {
    /// Is it exactly known who it is? An address of a tag may be in other sets, too.
    fn is_apart(&self) -> bool {
        matches!(self, Self::Subnet(_) | Self::OtherSubnet | Self::Word(_))
    }
}

impl Meant {
    /// Everything.
    fn all() -> Self {
        Self { set: AddressSet::all(), any: true, ..Self::default() }
    }

    /// A point.
    fn point(point: Point) -> Self {
        Self { points: vec![point], ..Self::default() }
    }

    /// What a matcher matches.
    fn of(matcher: Matcher, public: &AddressSet) -> Self {
        let within = matcher.within.intersection(public);
        let tags = matcher.unstated.iter().map(|tag| Point::Tag(tag.clone(), within.clone()));
        let points = tags.chain(matcher.symbols.into_iter().map(Point::Symbol)).collect();
        let set = matcher.set.union(&matcher.tagged);
        Self { set, any: matcher.any, internet: matcher.internet, tags: matcher.tags, points }
    }

    /// Either.
    fn or(mut self, other: Self) -> Self {
        self.set = self.set.union(&other.set);
        self.any |= other.any;
        self.internet |= other.internet;
        self.tags.extend(other.tags);
        self.points.extend(other.points);
        self
    }

    /// Does it surely hold all that the point may be?
    fn holds(&self, point: &Point) -> bool {
        if self.any || self.points.contains(point) {
            return true;
        }
        let Point::Tag(tag, within) = point else { return false };
        self.tags.iter().any(|own| own.holds(tag)) || (!within.is_empty() && within.is_subset(&self.set))
    }

    /// Does it mean nothing at all?
    fn is_empty(&self) -> bool {
        self.set.is_empty() && self.points.is_empty() && !self.any
    }
}

/// The five fields of a line in one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meaning {
    pub(super) protocols: ProtocolSet,
    pub(super) source: Meant,
    pub(super) source_ports: PortSet,
    pub(super) destination: Meant,
    pub(super) ports: PortSet,
}

impl Meaning {
    /// A line of callers alone.
    fn caller(source: Meant) -> Self {
        Self { source, ..Self::all() }
    }

    /// Every flow.
    fn all() -> Self {
        Self {
            protocols: ProtocolSet::all(),
            source: Meant::all(),
            source_ports: PortSet::all(),
            destination: Meant::all(),
            ports: PortSet::all(),
        }
    }

    /// Does it match nothing, whatever the flows are?
    fn is_empty(&self) -> bool {
        self.protocols.is_empty() || self.source.is_empty() || self.destination.is_empty()
    }
}

/// A line that never decides, and the lines before it that match all of it.
pub(super) struct Idle {
    pub(super) line: usize,
    pub(super) by: Vec<usize>,
}

impl Subject {
    /// The list in one place, if its points find a place among the addresses.
    fn list(&self, view: &[Meaning]) -> Option<LineList> {
        stand_ins::list(view.iter().zip(&self.lines).map(|(meaning, line)| (meaning, line.allow)), self.end)
    }

    /// The lines of the user that never decide, wherever the list stands. A line that matches nothing is not one of
    /// them: nothing covers it.
    pub(super) fn idle(&self) -> Vec<Idle> {
        let Some(lists) = self.lists() else { return Vec::new() };
        let found: Vec<Vec<_>> = lists.iter().map(LineList::idle).collect();
        let of = |at: usize, line: usize| found[at].iter().find(|cover| cover.line == line).map(|cover| &cover.by);
        let own = (0..self.lines.len()).filter(|line| self.lines[*line].own);
        let own = own.filter(|line| self.views.iter().any(|view| !view[*line].is_empty()));
        own.filter_map(|line| {
            let covers: Option<Vec<&Vec<usize>>> = (0..lists.len()).map(|at| of(at, line)).collect();
            let covers = covers?;
            // The cover of one place will mostly do in all of them; else what any of them needs.
            let everywhere = |by: &&&Vec<usize>| lists.iter().all(|list| list.is_covered(line, by));
            let mut by = match covers.iter().find(everywhere) {
                Some(by) => by.to_vec(),
                None => covers.into_iter().flatten().copied().collect(),
            };
            by.sort_unstable();
            by.dedup();
            (!by.is_empty()).then_some(Idle { line, by })
        })
        .collect()
    }

    /// Is every address known that the list turns on?
    fn is_exact(&self) -> bool {
        let known = |meant: &Meant| meant.points.iter().all(Point::is_apart);
        self.views.iter().flatten().all(|line| known(&line.source) && known(&line.destination))
    }

    /// The list in every place, if it has one and its points find a place in each.
    fn lists(&self) -> Option<Vec<LineList>> {
        let lists: Option<Vec<LineList>> = self.views.iter().map(|view| self.list(view)).collect();
        lists.filter(|lists| !lists.is_empty())
    }

    /// The lines of the user that decide something and could all be left out. Only where every address is known: an
    /// address that may be in two tags would refute it.
    pub(super) fn needless(&self) -> Vec<usize> {
        let Some(lists) = self.lists().filter(|_| self.is_exact() && self.comparable) else { return Vec::new() };
        let idle: Vec<usize> = self.idle().iter().map(|idle| idle.line).collect();
        let mut left_out: Vec<usize> = Vec::new();
        let candidates = lists[0].needless();
        for line in candidates.into_iter().rev().filter(|line| self.lines.get(*line).is_some_and(|line| line.own)) {
            let goes = |besides: &[usize]| lists.iter().all(|list| list.goes_without(line, besides));
            if !idle.contains(&line) && goes(&[]) && goes(&[idle.clone(), left_out.clone()].concat()) {
                left_out.push(line);
            }
        }
        left_out.sort_unstable();
        left_out
    }

    /// Of some lines the lines that would decide in their place; none for the end of the list.
    pub(super) fn instead_of(&self, lines: &[usize]) -> Vec<Vec<Option<usize>>> {
        let lists = self.lists().unwrap_or_default();
        let instead = |line: &usize| {
            let mut all: Vec<Option<usize>> = lists.iter().flat_map(|list| list.instead_of(*line)).collect();
            all.iter_mut().for_each(|line| *line = line.filter(|line| *line < self.lines.len()));
            all.sort_unstable();
            all.dedup();
            all
        };
        lines.iter().map(instead).collect()
    }

    /// Do both lists mean the same wherever one of them stands? `theirs` are the lines of the other in these places.
    pub(super) fn means(&self, other: &Subject) -> bool {
        let same = |mine: &[Meaning], theirs: &[Meaning]| {
            let lines = mine.iter().zip(&self.lines).map(|(meaning, line)| (meaning, line.allow));
            let others = theirs.iter().zip(&other.lines).map(|(meaning, line)| (meaning, line.allow));
            stand_ins::means((lines, self.end), (others, other.end))
        };
        let exact = self.is_exact() && other.is_exact();
        let word_for_word = || {
            let allow = |subject: &Subject| subject.lines.iter().map(|line| line.allow).collect::<Vec<_>>();
            self.views == other.views && allow(self) == allow(other) && self.end == other.end
        };
        self.comparable
            && other.comparable
            && self.views.len() == other.views.len()
            && !self.views.is_empty()
            && (word_for_word() || exact && self.views.iter().zip(&other.views).all(|(a, b)| same(a, b)))
    }
}
