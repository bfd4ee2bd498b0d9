//! Boxes of flows in one address family, in classes, and their way into diagrams.

use super::super::ranges::Ranges;
use super::super::{AddressSet, FlowBox, PortSet, Protocol, ProtocolSet};
use super::arena::Edge;
use super::hash::Map;
use super::table::{Point, Runs};
use super::{Arena, Dimension, Id, LAST_PORT, LAST_SERVICE, LEVELS, NO, Order, SERVICES, Space, Table};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A number that is an address.
pub(in crate::net) trait Address: Point {
    /// The addresses of this family in a set.
    fn ranges(set: &AddressSet) -> &[(Self, Self)];
    /// A set of this family alone.
    fn set(ranges: Ranges<Self>) -> AddressSet;
    /// The address itself.
    fn address(self) -> IpAddr;
    /// An address of this family as a number.
    fn of(address: IpAddr) -> Option<Self>;
    /// The number among those of every family.
    fn number(self) -> u128;
}

impl Address for u32 {
    fn ranges(set: &AddressSet) -> &[(Self, Self)] {
        set.v4_ranges()
    }

    fn set(ranges: Ranges<Self>) -> AddressSet {
        AddressSet::of_ranges(ranges, Ranges::default())
    }

    fn address(self) -> IpAddr {
        Ipv4Addr::from(self).into()
    }

    fn of(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(address) => Some(address.into()),
            IpAddr::V6(_) => None,
        }
    }

    fn number(self) -> u128 {
        self.into()
    }
}

impl Address for u128 {
    fn ranges(set: &AddressSet) -> &[(Self, Self)] {
        set.v6_ranges()
    }

    fn set(ranges: Ranges<Self>) -> AddressSet {
        AddressSet::of_ranges(Ranges::default(), ranges)
    }

    fn address(self) -> IpAddr {
        Ipv6Addr::from(self).into()
    }

    fn of(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => Some(address.into()),
        }
    }

    fn number(self) -> u128 {
        self
    }
}

/// Boxes in classes. A box whose source ports matter for some of its protocols and not for others is two parts.
#[derive(Debug)]
pub(in crate::net) struct Parts<T: Point> {
    pub(in crate::net) space: Space<T>,
    /// The distinct sets of each dimension, in classes.
    sets: [Vec<Runs>; LEVELS],
    pub(in crate::net) list: Vec<Part>,
}

/// A box, by its sets, and its number among the boxes that were given.
#[derive(Clone, Copy, Debug)]
pub(in crate::net) struct Part {
    pub(in crate::net) owner: u32,
    sets: [u32; LEVELS],
}

/// Distinct sets of one dimension in order of first use.
struct Distinct<'a, T> {
    known: Map<&'a [(T, T)], u32>,
    sets: Vec<&'a [(T, T)]>,
}

impl<'a, T: Point> Distinct<'a, T> {
    fn new() -> Self {
        Self { known: Map::default(), sets: Vec::new() }
    }

    fn number(&mut self, set: &'a [(T, T)]) -> u32 {
        *self.known.entry(set).or_insert_with(|| {
            self.sets.push(set);
            self.sets.len() as u32 - 1
        })
    }
}

/// Protocols with ports and protocols without.
fn split(protocols: ProtocolSet) -> (ProtocolSet, ProtocolSet) {
    let of = |ported: bool| {
        let mine = protocols.iter().filter(|protocol| protocol.has_ports() == ported);
        mine.fold(ProtocolSet::default(), |all, one| all.union(ProtocolSet::one(one)))
    };
    (of(true), of(false))
}

/// Protocols and ports as values of the service dimension.
pub(in crate::net) fn service_ranges(protocols: ProtocolSet, ports: &PortSet) -> Ranges<u32> {
    Ranges::of(SERVICES.iter().filter(|(protocol, ..)| protocols.contains(*protocol)).flat_map(
        |(protocol, first, last)| {
            let ported = ports.ranges().iter().filter(|_| protocol.has_ports());
            let portless = (!protocol.has_ports()).then_some((*first, *last));
            ported.map(move |(start, end)| (first + u32::from(*start), first + u32::from(*end))).chain(portless)
        },
    ))
}

impl<T: Address> Parts<T> {
    /// Boxes in the classes that they make. Those without an address of this family are no part.
    pub(in crate::net) fn of<'a>(boxes: impl IntoIterator<Item = &'a FlowBox>) -> Self {
        let every = PortSet::all();
        let (mut destinations, mut sources) = (Distinct::new(), Distinct::new());
        let mut services: Map<(ProtocolSet, &PortSet), u32> = Map::default();
        let mut ports: Map<&PortSet, u32> = Map::default();
        let (mut service_sets, mut port_sets): (Vec<Ranges<u32>>, Vec<Ranges<u32>>) = (Vec::new(), Vec::new());
        let mut list = Vec::new();
        for (owner, of) in boxes.into_iter().enumerate() {
            let (to, from) = (T::ranges(&of.destinations), T::ranges(&of.sources));
            if to.is_empty() || from.is_empty() {
                continue;
            }
            let (to, from) = (destinations.number(to), sources.number(from));
            for (protocols, source_ports) in pieces(of, &every) {
                let service = *services.entry((protocols, &of.ports)).or_insert_with(|| {
                    service_sets.push(service_ranges(protocols, &of.ports));
                    service_sets.len() as u32 - 1
                });
                let source_port = *ports.entry(source_ports).or_insert_with(|| {
                    port_sets.push(service_ranges(ProtocolSet::one(Protocol::Tcp), source_ports));
                    port_sets.len() as u32 - 1
                });
                list.push(Part { owner: owner as u32, sets: [to, service, from, source_port] });
            }
        }
        let (destination, to) = Table::of(&destinations.sets, T::MAX);
        let (source, from) = Table::of(&sources.sets, T::MAX);
        let slices: Vec<_> = service_sets.iter().map(Ranges::as_slice).collect();
        let (service, over) = Table::of(&slices, LAST_SERVICE);
        let slices: Vec<_> = port_sets.iter().map(Ranges::as_slice).collect();
        let (source_port, by) = Table::of(&slices, LAST_PORT);
        Self { space: Space { destination, service, source, source_port }, sets: [to, over, from, by], list }
    }

    /// The classes of a part on one dimension.
    pub(in crate::net) fn runs(&self, part: Part, dimension: Dimension) -> &Runs {
        &self.sets[dimension as usize][part.sets[dimension as usize] as usize]
    }

    /// The number of the set of a part on one dimension: equal numbers are equal sets.
    pub(in crate::net) fn set(&self, part: Part, dimension: Dimension) -> u32 {
        part.sets[dimension as usize]
    }

    /// A part as a diagram that leads to a terminal.
    pub(in crate::net) fn chain(&self, arena: &mut Arena, part: Part, label: Id, order: &Order) -> Id {
        chain(arena, &self.space, |dimension| self.runs(part, dimension), label, order)
    }

    /// All parts as one diagram, each before those behind it; `label` is what the parts of a box lead to.
    pub(in crate::net) fn diagram(&self, arena: &mut Arena, label: impl Fn(u32) -> Id, order: &Order) -> Id {
        let chains: Vec<Id> = self.list.iter().map(|part| self.chain(arena, *part, label(part.owner), order)).collect();
        arena.over_all(&chains)
    }
}

/// A box by its source ports: they say nothing of its protocols that have none. Those with ports need both of them.
fn pieces<'a>(of: &'a FlowBox, every: &'a PortSet) -> impl Iterator<Item = (ProtocolSet, &'a PortSet)> {
    let (ported, portless) = split(of.protocols);
    let ported = if of.ports.is_empty() || of.source_ports.is_empty() { ProtocolSet::default() } else { ported };
    let both = match of.source_ports.is_all() || ported.is_empty() {
        true => [(ported.union(portless), every), (ProtocolSet::default(), every)],
        false => [(ported, &of.source_ports), (portless, every)],
    };
    both.into_iter().filter(|(protocols, _)| !protocols.is_empty())
}

/// A box as a diagram that leads to a terminal.
pub(in crate::net) fn chain<'a, T: Point>(
    arena: &mut Arena,
    space: &Space<T>,
    runs: impl Fn(Dimension) -> &'a Runs,
    label: Id,
    order: &Order,
) -> Id {
    let mut below = label;
    for level in (0..LEVELS).rev() {
        let last = space.count(order[level]) - 1;
        let mut edges = Vec::new();
        let mut next = 0;
        for (first, end) in runs(order[level]) {
            if *first > next {
                edges.push(Edge { last: first - 1, to: NO });
            }
            edges.push(Edge { last: *end, to: below });
            next = end + 1;
        }
        if next <= last {
            edges.push(Edge { last, to: NO });
        }
        below = arena.node(level, edges);
    }
    below
}
