//! A long list as trees of regions: each cut divides a region in one field, and a leaf has the few lines that reach into
//! it. Lines that are wide in the same fields share a tree, since a wide line would be in every leaf of the others'.

use super::{FilterLine, FiveTuple};
use crate::net::intervals::Key;
use crate::net::ranges::Bound;
use std::net::IpAddr;

/// How many lines a leaf may have.
const LEAF: usize = 8;

/// How deep a tree may grow; behind that a leaf takes what is left.
const DEEPEST: usize = 40;

/// A line is wide in a field where it spans more than one part in so many, as a power of two.
const WIDE: u32 = 6;

/// The trees of both families. No flow goes from one to the other.
#[derive(Clone, Debug)]
pub(super) struct Forest {
    v4: Trees<u32>,
    v6: Trees<u128>,
}

impl Forest {
    pub(super) fn of(lines: &[FilterLine]) -> Self {
        Self {
            v4: Trees::of(lines, |line| (line.source.v4_ranges(), line.destination.v4_ranges())),
            v6: Trees::of(lines, |line| (line.source.v6_ranges(), line.destination.v6_ranges())),
        }
    }

    pub(super) fn find(&self, flow: &FiveTuple, lines: &[FilterLine]) -> Option<usize> {
        match (flow.source, flow.destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                self.v4.find(source.into(), destination.into(), flow, lines)
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                self.v6.find(source.into(), destination.into(), flow, lines)
            }
            _ => lines.iter().position(|line| line.holds(flow)),
        }
    }

    pub(super) fn size(&self) -> usize {
        self.v4.size() + self.v6.size()
    }
}

/// What a line spans in every field; all of it where `exact`.
#[derive(Clone, Copy, Debug)]
struct Span<T> {
    source: (T, T),
    destination: (T, T),
    source_ports: (u16, u16),
    ports: (u16, u16),
    /// The protocols, a bit each.
    protocols: u8,
    exact: bool,
}

#[derive(Clone, Debug)]
struct Trees<T> {
    trees: Vec<Tree<T>>,
    /// By line; lines of the other family span nothing.
    spans: Vec<Span<T>>,
}

#[derive(Clone, Debug)]
struct Tree<T> {
    nodes: Vec<Node<T>>,
    /// The lines of the leaves, those of each ascending.
    leaves: Vec<u32>,
    /// The first line of all.
    first: u32,
}

#[derive(Clone, Copy, Debug)]
enum Node<T> {
    /// What lies below the value goes on at the next node, the rest at that one.
    Source(T, u32),
    Destination(T, u32),
    Port(u16, u32),
    /// The lines of a leaf: where they begin, and how many.
    Leaf(u32, u32),
}

/// A part of all flows: its least and greatest values.
#[derive(Clone, Copy, Debug)]
struct Region<T> {
    source: (T, T),
    destination: (T, T),
    ports: (u16, u16),
}

fn whole<T: Key>(ranges: &[(T, T)]) -> Option<(T, T)> {
    Some((ranges.first()?.0, ranges.last()?.1))
}

/// Do sorted ranges reach into one?
fn reach<T: Key>(ranges: &[(T, T)], region: (T, T)) -> bool {
    let behind = ranges.partition_point(|range| range.1 < region.0);
    ranges.get(behind).is_some_and(|range| range.0 <= region.1)
}

fn holds<T: Key>(outer: (T, T), inner: (T, T)) -> bool {
    outer.0 <= inner.0 && inner.1 <= outer.1
}

/// What the lines are while the trees grow.
struct Growth<'l, T> {
    lines: Vec<Fields<'l, T>>,
    spans: &'l [Span<T>],
}

struct Fields<'l, T> {
    source: &'l [(T, T)],
    destination: &'l [(T, T)],
    ports: &'l [(u16, u16)],
}

impl<T: Key> Trees<T> {
    fn of<'l>(lines: &'l [FilterLine], sides: impl Fn(&'l FilterLine) -> (&'l [(T, T)], &'l [(T, T)])) -> Self
    where
        T: 'l,
    {
        let nothing = (T::MAX, T::default());
        let spans: Vec<Span<T>> = lines
            .iter()
            .map(|line| {
                let (source, destination) = sides(line);
                let (ports, source_ports) = (line.ports.ranges(), line.source_ports.ranges());
                Span {
                    source: whole(source).unwrap_or(nothing),
                    destination: whole(destination).unwrap_or(nothing),
                    source_ports: whole(source_ports).unwrap_or((u16::MAX, 0)),
                    ports: whole(ports).unwrap_or((u16::MAX, 0)),
                    protocols: line.protocols.bits(),
                    exact: source.len() <= 1 && destination.len() <= 1 && source_ports.len() <= 1 && ports.len() <= 1,
                }
            })
            .collect();
        let fields = |line: &'l FilterLine| {
            let (source, destination) = sides(line);
            Fields { source, destination, ports: line.ports.ranges() }
        };
        let growth = Growth { lines: lines.iter().map(fields).collect(), spans: &spans };
        let mut groups = [const { Vec::new() }; 4];
        for (at, line) in growth.lines.iter().enumerate() {
            let wide = |ranges: &[(T, T)]| {
                whole(ranges).is_some_and(|(start, end)| end.above(T::BITS - WIDE) != start.above(T::BITS - WIDE))
            };
            if !line.source.is_empty() && !line.destination.is_empty() && !line.ports.is_empty() {
                groups[usize::from(wide(line.source)) * 2 + usize::from(wide(line.destination))].push(at as u32);
            }
        }
        let all = Region { source: (T::default(), T::MAX), destination: (T::default(), T::MAX), ports: (0, u16::MAX) };
        let mut trees: Vec<Tree<T>> = Vec::new();
        for group in groups.into_iter().filter(|group| !group.is_empty()) {
            let mut tree = Tree { nodes: Vec::new(), leaves: Vec::new(), first: group[0] };
            growth.grow(&mut tree, group, all, 0);
            trees.push(tree);
        }
        trees.sort_unstable_by_key(|tree| tree.first);
        Self { trees, spans }
    }

    #[inline]
    fn find(&self, source: T, destination: T, flow: &FiveTuple, lines: &[FilterLine]) -> Option<usize> {
        let ported = flow.protocol.has_ports();
        // A line that takes flows without ports takes all ports, so it is in every leaf of them.
        let port = if ported { flow.port } else { 0 };
        let protocol = 1 << flow.protocol as u8;
        let inside = |range: (u16, u16), port: u16| range.0 <= port && port <= range.1;
        let mut best = u32::MAX;
        for tree in &self.trees {
            if tree.first >= best {
                break;
            }
            for &line in tree.leaf(source, destination, port) {
                if line >= best {
                    break;
                }
                let span = &self.spans[line as usize];
                let may = span.source.0 <= source
                    && source <= span.source.1
                    && span.destination.0 <= destination
                    && destination <= span.destination.1
                    && span.protocols & protocol != 0
                    && inside(span.ports, port);
                let sure = span.exact
                    && match (ported, flow.source_port) {
                        (true, Some(port)) => inside(span.source_ports, port),
                        _ => false,
                    };
                if may && (sure || lines[line as usize].holds(flow)) {
                    best = line;
                    break;
                }
            }
        }
        (best != u32::MAX).then_some(best as usize)
    }

    fn size(&self) -> usize {
        let of_tree = |tree: &Tree<T>| tree.nodes.len() * size_of::<Node<T>>() + tree.leaves.len() * 4;
        self.spans.len() * size_of::<Span<T>>() + self.trees.iter().map(of_tree).sum::<usize>()
    }
}

impl<T: Key> Tree<T> {
    #[inline]
    fn leaf(&self, source: T, destination: T, port: u16) -> &[u32] {
        let mut at = 0;
        loop {
            let (below, other) = match self.nodes[at] {
                Node::Source(value, other) => (source < value, other),
                Node::Destination(value, other) => (destination < value, other),
                Node::Port(value, other) => (port < value, other),
                Node::Leaf(from, count) => return &self.leaves[from as usize..][..count as usize],
            };
            at = if below { at + 1 } else { other as usize };
        }
    }
}

impl<T: Key> Growth<'_, T> {
    /// Puts the lines that reach into a region into a tree.
    fn grow(&self, tree: &mut Tree<T>, mut lines: Vec<u32>, region: Region<T>, depth: usize) {
        // Behind a line that takes the whole region no other one decides.
        if let Some(at) = lines.iter().position(|line| self.takes_all(*line, region)) {
            lines.truncate(at + 1);
        }
        let cut = if lines.len() <= LEAF || depth == DEEPEST { None } else { self.best_cut(&lines, region) };
        let Some(cut) = cut else {
            tree.nodes.push(Node::Leaf(tree.leaves.len() as u32, lines.len() as u32));
            tree.leaves.append(&mut lines);
            return;
        };
        let at = tree.nodes.len();
        tree.nodes.push(cut);
        let (below, above) = region.cut(cut);
        let into = |region: Region<T>| lines.iter().copied().filter(|line| self.reaches(*line, region, cut)).collect();
        let (low, high): (Vec<u32>, Vec<u32>) = (into(below), into(above));
        drop(lines);
        self.grow(tree, low, below, depth + 1);
        let next = tree.nodes.len() as u32;
        match &mut tree.nodes[at] {
            Node::Source(_, other) | Node::Destination(_, other) | Node::Port(_, other) => *other = next,
            Node::Leaf(..) => {}
        }
        self.grow(tree, high, above, depth + 1);
    }

    fn takes_all(&self, line: u32, region: Region<T>) -> bool {
        let span = &self.spans[line as usize];
        span.exact
            && span.protocols == crate::net::ProtocolSet::all().bits()
            && holds(span.source_ports, (0, u16::MAX))
            && holds(span.ports, region.ports)
            // Flows without ports are in lines for all ports alone.
            && (holds(span.ports, (0, u16::MAX)) || region.ports.0 > 0)
            && holds(span.source, region.source)
            && holds(span.destination, region.destination)
    }

    /// Does a line of a region reach into one half of it?
    fn reaches(&self, line: u32, half: Region<T>, cut: Node<T>) -> bool {
        let line = &self.lines[line as usize];
        match cut {
            Node::Source(..) => reach(line.source, half.source),
            Node::Destination(..) => reach(line.destination, half.destination),
            _ => reach(line.ports, half.ports),
        }
    }

    /// The cut that leaves the fewest lines in the larger half; none where no cut leaves fewer.
    fn best_cut(&self, lines: &[u32], region: Region<T>) -> Option<Node<T>> {
        let source = middle(lines.iter().map(|line| self.lines[*line as usize].source), region.source);
        let destination = middle(lines.iter().map(|line| self.lines[*line as usize].destination), region.destination);
        let ports = middle(lines.iter().map(|line| self.lines[*line as usize].ports), region.ports);
        let cuts = [
            source.map(|value| Node::Source(value, 0)),
            destination.map(|value| Node::Destination(value, 0)),
            ports.map(|value| Node::Port(value, 0)),
        ];
        let cost = |cut: &Node<T>| {
            let (below, above) = region.cut(*cut);
            let count = |half: Region<T>| lines.iter().filter(|line| self.reaches(**line, half, *cut)).count();
            let (low, high) = (count(below), count(above));
            (low.max(high), low + high)
        };
        let best = cuts.into_iter().flatten().map(|cut| (cost(&cut), cut)).min_by_key(|(cost, _)| *cost);
        // A cut that most lines lie across makes two lists of one and shortens neither.
        best.filter(|((larger, both), _)| *larger < lines.len() && *both < lines.len() * 7 / 4).map(|(_, cut)| cut)
    }
}

/// The middle one of the values at which ranges begin or end inside a region.
fn middle<'r, T: Key + 'r>(of: impl Iterator<Item = &'r [(T, T)]>, region: (T, T)) -> Option<T> {
    let mut ends = Vec::new();
    for ranges in of {
        let from = ranges.partition_point(|range| range.1 < region.0);
        for (start, end) in ranges[from..].iter().take_while(|range| range.0 <= region.1) {
            if *start > region.0 {
                ends.push(*start);
            }
            if *end < region.1 {
                ends.push(end.next());
            }
        }
    }
    if ends.is_empty() {
        return None;
    }
    let half = ends.len() / 2;
    Some(*ends.select_nth_unstable(half).1)
}

impl<T: Key> Region<T> {
    /// What lies below a cut, and the rest.
    fn cut(self, cut: Node<T>) -> (Self, Self) {
        let (mut below, mut above) = (self, self);
        match cut {
            Node::Source(value, _) => (below.source.1, above.source.0) = (value.previous(), value),
            Node::Destination(value, _) => (below.destination.1, above.destination.0) = (value.previous(), value),
            Node::Port(value, _) => (below.ports.1, above.ports.0) = (value.previous(), value),
            Node::Leaf(..) => {}
        }
        (below, above)
    }
}
