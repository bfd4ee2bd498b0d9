//! What a set of flows of one family has: members, a witness, their number, the values of one dimension.

use super::super::diagram::{
    Address, Dimension, FIRST_PORTLESS, Half, Id, LAST_PORT, LAST_SERVICE, LEVELS, Map, NO, ORDER, Table, YES,
    level_of, protocol_of, service_of,
};
use super::super::flow::USUAL_SOURCE_PORT;
use super::super::ranges::Ranges;
use super::super::{AddressSet, OneFlow, PortSet, Protocol, ProtocolSet};
use super::Count;

impl<T: Address> Half<T> {
    pub(super) fn contains(&self, flow: &OneFlow) -> bool {
        let (Some(from), Some(to)) = (T::of(flow.source), T::of(flow.destination)) else { return false };
        let source_port = if flow.protocol.has_ports() { u32::from(flow.source_port) } else { 0 };
        let mut at = self.root;
        while at > YES {
            let dimension = ORDER[self.level(at)];
            let class = match dimension {
                Dimension::Destination => self.space.destination.class(to),
                Dimension::Service => self.space.service.class(service_of(flow.protocol, flow.port)),
                Dimension::Source => self.space.source.class(from),
                Dimension::SourcePort => self.space.source_port.class(source_port),
            };
            at = self.child(at, class);
        }
        at == YES
    }

    /// A flow of the set: the first way through the diagram that leads to one.
    pub(super) fn witness(&self) -> Option<OneFlow> {
        if self.root == NO {
            return None;
        }
        // Every node leads to everything somewhere, and none to itself: the first run that is not nothing will do.
        let mut classes: [Option<u32>; LEVELS] = [None; LEVELS];
        let mut at = self.root;
        while at > YES {
            let mut first = 0;
            for edge in self.edges(at) {
                if edge.to != NO {
                    classes[ORDER[self.level(at)] as usize] = Some(first);
                    at = edge.to;
                    break;
                }
                first = edge.last + 1;
            }
        }
        let [to, service, from, source_port] = classes;
        let (protocol, port) = protocol_of(example(&self.space.service, service, LAST_SERVICE, 443));
        let source_port = example(&self.space.source_port, source_port, LAST_PORT, u32::from(USUAL_SOURCE_PORT));
        Some(OneFlow {
            protocol,
            source: usual(&self.space.source, from).address(),
            source_port: if protocol.has_ports() { source_port as u16 } else { 0 },
            destination: usual(&self.space.destination, to).address(),
            port,
        })
    }

    /// How many flows it has.
    pub(super) fn count(&self) -> Count {
        // Protocols with ports and those without are counted apart: to the latter a source port is nothing.
        let of = |ported: bool| {
            let weights = ORDER.map(|dimension| match dimension {
                Dimension::Destination => weights(&self.space.destination, T::MAX),
                Dimension::Source => weights(&self.space.source, T::MAX),
                Dimension::Service => services(&self.space.service, ported),
                Dimension::SourcePort if ported => weights(&self.space.source_port, LAST_PORT),
                Dimension::SourcePort => {
                    let mut one = vec![Count::default(); self.space.source_port.count() as usize];
                    one[0] = Count::from(1);
                    one
                }
            });
            let whole = weights.each_ref().map(|all| all.iter().fold(Count::default(), |sum, one| sum + *one));
            let mut known = Map::default();
            let skipped =
                |from: usize, to: usize| whole[from..to].iter().fold(Count::from(1), |all, one| all.times(*one));
            self.count_below(self.root, &weights, &skipped, &mut known).times(skipped(0, self.level(self.root)))
        };
        of(true) + of(false)
    }

    fn count_below(
        &self,
        id: Id,
        weights: &[Vec<Count>; LEVELS],
        skipped: &impl Fn(usize, usize) -> Count,
        known: &mut Map<Id, Count>,
    ) -> Count {
        if id <= YES {
            return Count::from(u128::from(id));
        }
        if let Some(count) = known.get(&id) {
            return *count;
        }
        let level = self.level(id);
        let mut sum = Count::default();
        let mut first = 0;
        for edge in self.edges(id) {
            if edge.to != NO {
                let wide =
                    weights[level][first..=edge.last as usize].iter().fold(Count::default(), |all, one| all + *one);
                let below = self.count_below(edge.to, weights, skipped, known);
                sum = sum + wide.times(skipped(level + 1, self.level(edge.to))).times(below);
            }
            first = edge.last as usize + 1;
        }
        known.insert(id, sum);
        sum
    }

    /// The classes of a dimension that some flow of the set has.
    fn used(&self, dimension: Dimension) -> Vec<bool> {
        let mut used = vec![false; self.space.count(dimension) as usize];
        let level = level_of(dimension);
        let mut seen = vec![false; self.len()];
        let mut open = vec![self.root];
        while let Some(id) = open.pop() {
            if id == NO {
                continue;
            }
            if self.level(id) > level {
                used.fill(true);
                return used;
            }
            if std::mem::replace(&mut seen[id as usize - 2], true) {
                continue;
            }
            let mut first = 0;
            for edge in self.edges(id) {
                if self.level(id) == level && edge.to != NO {
                    used[first..=edge.last as usize].fill(true);
                } else if self.level(id) < level {
                    open.push(edge.to);
                }
                first = edge.last as usize + 1;
            }
        }
        used
    }

    pub(super) fn destinations(&self) -> AddressSet {
        let used = self.used(Dimension::Destination);
        T::set(values(&self.space.destination, T::MAX, |class| used[class as usize]))
    }

    pub(super) fn sources(&self) -> AddressSet {
        let used = self.used(Dimension::Source);
        T::set(values(&self.space.source, T::MAX, |class| used[class as usize]))
    }

    pub(super) fn services(&self) -> (ProtocolSet, PortSet) {
        let used = self.used(Dimension::Service);
        let set = values(&self.space.service, LAST_SERVICE, |class| used[class as usize]);
        let over = |protocol: &Protocol| !ports_of(&set, *protocol).is_empty();
        let protocols = Protocol::ALL.into_iter().filter(over);
        let ported = Protocol::ALL.into_iter().filter(|protocol| protocol.has_ports());
        (
            protocols.fold(ProtocolSet::default(), |all, one| all.union(ProtocolSet::one(one))),
            ported.fold(PortSet::default(), |all, one| all.union(&ports_of(&set, one))),
        )
    }
}

/// The ports that a set of services has of a protocol; of one without ports every port or none.
pub(super) fn ports_of(services: &Ranges<u32>, protocol: Protocol) -> PortSet {
    let (first, last) = (service_of(protocol, 0), service_of(protocol, u16::MAX));
    let mine = services.intersection(&Ranges::of([(first, last)]));
    match protocol.has_ports() {
        true => PortSet::of(mine.as_slice().iter().map(|(start, end)| ((start - first) as u16, (end - first) as u16))),
        false if mine.is_empty() => PortSet::default(),
        false => PortSet::all(),
    }
}

/// The values of some classes.
pub(super) fn values<T: super::super::diagram::Point>(
    table: &Table<T>,
    last: T,
    wanted: impl Fn(u32) -> bool,
) -> Ranges<T> {
    Ranges::of(table.runs(last).filter(|(.., class)| wanted(*class)).map(|(start, end, _)| (start, end)))
}

/// A value of a class for people: the usual one where it is in it; else one that is not zero, if there is any.
fn example(table: &Table<u32>, class: Option<u32>, last: u32, usual: u32) -> u32 {
    let mine = |of: u32| class.is_none_or(|class| class == of);
    if mine(table.class(usual)) {
        return usual;
    }
    let runs = || table.runs(last).filter(|(.., of)| mine(*of));
    let above_zero = runs().map(|(start, end, _)| (start.max(1), end)).find(|(start, end)| start <= end);
    above_zero.map(|(start, _)| start).or_else(|| runs().next().map(|(start, ..)| start)).unwrap_or_default()
}

/// An address of a class for people: the first of its first run, or of a run of more than two the second, since the
/// first is mostly that of a network.
fn usual<T: Address>(table: &Table<T>, class: Option<u32>) -> T {
    let first = table.runs(T::MAX).find(|(.., of)| class.is_none_or(|class| class == *of));
    let Some((start, end, _)) = first else { return T::default() };
    if start < end && start.next() < end { start.next() } else { start }
}

/// How many values each class has.
fn weights<T: Address>(table: &Table<T>, last: T) -> Vec<Count> {
    let mut weights = vec![Count::default(); table.count() as usize];
    for (start, end, class) in table.runs(last) {
        let class = &mut weights[class as usize];
        *class = *class + Count::of_run(start.number(), end.number());
    }
    weights
}

/// How many services with ports, or without, each class has.
fn services(table: &Table<u32>, ported: bool) -> Vec<Count> {
    let mut weights = vec![Count::default(); table.count() as usize];
    let (first, last) = if ported { (0, FIRST_PORTLESS - 1) } else { (FIRST_PORTLESS, LAST_SERVICE) };
    for (start, end, class) in table.runs(LAST_SERVICE) {
        let (start, end) = (start.max(first), end.min(last));
        if start <= end {
            let class = &mut weights[class as usize];
            *class = *class + Count::of_run(start.into(), end.into());
        }
    }
    weights
}
