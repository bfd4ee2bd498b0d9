//! Sets of flows for people: a few boxes that do not overlap, and words for them.

use super::super::diagram::{
    Address, Arena, Dimension, Half, Id, LAST_PORT, LAST_SERVICE, LEVELS, Map, NO, ORDER, Order, Runs, Space, YES, add,
    chain,
};
use super::super::ranges::Ranges;
use super::super::{AddressSet, FlowBox, FlowSet, PortSet, Protocol, ProtocolSet};
use super::read::{ports_of, values};
use std::fmt;

/// Boxes of a set: they do not overlap, and together they and those left out are the set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boxes {
    /// The boxes, in a fixed order.
    pub list: Vec<FlowBox>,
    /// How many more there are.
    pub left_out: u128,
}

/// Sets of so many pieces are told in several ways, of which the shortest is taken; larger ones in one way.
const FEW: u128 = 512;

/// The ways: what people ask first.
const WAYS: [Order; 4] = [
    [Dimension::Service, Dimension::Destination, Dimension::Source, Dimension::SourcePort],
    [Dimension::Service, Dimension::Source, Dimension::Destination, Dimension::SourcePort],
    [Dimension::Source, Dimension::Destination, Dimension::Service, Dimension::SourcePort],
    ORDER,
];

/// How many boxes the words for a set have at the most.
const SHOWN: usize = 8;

impl FlowSet {
    /// The set as boxes that do not overlap, as few as can be found soon, and never more than `limit`.
    ///
    /// ```
    /// use fnet::net::{FlowBox, FlowSet, PortSet};
    /// let web = FlowSet::of(&FlowBox { ports: PortSet::of([(80, 80), (443, 443)]), ..FlowBox::all() });
    /// let boxes = web.complement().boxes(10);
    /// assert_eq!((boxes.list.len(), boxes.left_out), (1, 0));
    /// assert_eq!(boxes.list[0].to_string(), "tcp,udp * -> *:* except 80,443");
    /// ```
    pub fn boxes(&self, limit: usize) -> Boxes {
        let (four, six) = (self.v4.alone(), self.v6.alone());
        let pieces = |count: u128, other: u128| count.saturating_add(other);
        let (mut known4, mut known6) = (Map::default(), Map::default());
        let count = pieces(
            boxes_below(&four.0, four.1, &ORDER, &self.v4.space, &mut known4),
            boxes_below(&six.0, six.1, &ORDER, &self.v6.space, &mut known6),
        );
        if count <= FEW {
            let ways = WAYS.iter().map(|order| {
                let four = listed(&self.v4, &four, order);
                joined(four, listed(&self.v6, &six, order))
            });
            let cost =
                |boxes: &Vec<FlowBox>| (boxes.len(), boxes.iter().map(|one| one.to_string().len()).sum::<usize>());
            let mut list = ways.min_by_key(cost).unwrap_or_default();
            let left_out = list.len().saturating_sub(limit) as u128;
            list.truncate(limit);
            return Boxes { list, left_out };
        }
        let mut list = Vec::new();
        walk(&four.0, four.1, &ORDER, &self.v4.space, &mut Default::default(), &mut list, limit);
        walk(&six.0, six.1, &ORDER, &self.v6.space, &mut Default::default(), &mut list, limit);
        Boxes { left_out: count - list.len() as u128, list }
    }
}

/// `nothing`, `everything`, boxes behind each other, or `everything except …` where that is shorter.
impl fmt::Display for FlowSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing");
        }
        if self.is_all() {
            return f.write_str("everything");
        }
        let own = self.boxes(SHOWN);
        let rest = self.complement().boxes(SHOWN);
        let words = |boxes: &Boxes| {
            let list: Vec<String> = boxes.list.iter().map(FlowBox::to_string).collect();
            let more = match boxes.left_out {
                0 => String::new(),
                more => format!("; and {more} more"),
            };
            format!("{}{more}", list.join("; "))
        };
        let (mine, except) = (words(&own), format!("everything except {}", words(&rest)));
        let cost = |boxes: &Boxes, text: &str| (boxes.left_out > 0, boxes.left_out, text.len());
        f.write_str(if cost(&rest, &except) < cost(&own, &mine) { &except } else { &mine })
    }
}

/// The classes of a way down a diagram, by dimension; none where it is not asked for.
type Way = [Option<Runs>; LEVELS];

/// What the runs of a node lead to, each once, with all its classes.
fn branches(arena: &Arena, id: Id) -> Vec<(Id, Runs)> {
    let mut found: Vec<(Id, Runs)> = Vec::new();
    let mut place: Map<Id, usize> = Map::default();
    let mut first = 0;
    for edge in arena.edges(id) {
        if edge.to != NO {
            let at = *place.entry(edge.to).or_insert_with(|| {
                found.push((edge.to, Runs::new()));
                found.len() - 1
            });
            add(&mut found[at].1, first, edge.last);
        }
        first = edge.last + 1;
    }
    found
}

/// How many boxes a diagram makes.
fn boxes_below<T: Address>(arena: &Arena, id: Id, order: &Order, space: &Space<T>, known: &mut Map<Id, u128>) -> u128 {
    if id <= YES {
        return id.into();
    }
    if let Some(count) = known.get(&id) {
        return *count;
    }
    let mut sum = 0u128;
    for (to, runs) in branches(arena, id) {
        let times = match order[arena.level(id)] {
            Dimension::Service => services(&classes(&space.service, LAST_SERVICE, Some(&runs))).len(),
            _ => 1,
        };
        sum = sum.saturating_add(boxes_below(arena, to, order, space, known).saturating_mul(times as u128));
    }
    known.insert(id, sum);
    sum
}

/// The boxes of a diagram, until there are enough.
fn walk<T: Address>(
    arena: &Arena,
    id: Id,
    order: &Order,
    space: &Space<T>,
    way: &mut Way,
    list: &mut Vec<FlowBox>,
    limit: usize,
) {
    if id == NO || list.len() >= limit {
        return;
    }
    if id == YES {
        let more = limit - list.len();
        list.extend(told(space, way).into_iter().take(more));
        return;
    }
    let dimension = order[arena.level(id)] as usize;
    for (to, runs) in branches(arena, id) {
        way[dimension] = Some(runs);
        walk(arena, to, order, space, way, list, limit);
    }
    way[dimension] = None;
}

/// The boxes of a set of few pieces, asked in another order.
fn listed<T: Address>(half: &Half<T>, (arena, root): &(Arena, Id), order: &Order) -> Vec<FlowBox> {
    let mut list = Vec::new();
    if order == &ORDER {
        walk(arena, *root, order, &half.space, &mut Default::default(), &mut list, usize::MAX);
        return list;
    }
    let mut ways = Vec::new();
    collect(arena, *root, &mut Default::default(), &mut ways);
    let every: Vec<Runs> = [Dimension::Destination, Dimension::Service, Dimension::Source, Dimension::SourcePort]
        .map(|dimension| vec![(0, half.space.count(dimension) - 1)])
        .to_vec();
    let mut other = Arena::new(2, 4 * ways.len());
    let chains: Vec<Id> = ways
        .iter()
        .map(|way| {
            let runs = |dimension: Dimension| way[dimension as usize].as_ref().unwrap_or(&every[dimension as usize]);
            chain(&mut other, &half.space, runs, YES, order)
        })
        .collect();
    let root = other.over_all(&chains);
    walk(&other, root, order, &half.space, &mut Default::default(), &mut list, usize::MAX);
    list
}

/// The ways down a diagram in the usual order.
fn collect(arena: &Arena, id: Id, way: &mut Way, ways: &mut Vec<Way>) {
    match id {
        NO => {}
        YES => ways.push(way.clone()),
        _ => {
            let dimension = ORDER[arena.level(id)] as usize;
            for (to, runs) in branches(arena, id) {
                way[dimension] = Some(runs);
                collect(arena, to, way, ways);
            }
            way[dimension] = None;
        }
    }
}

/// The values of some classes; of all where none are named.
fn classes<T: super::super::diagram::Point>(
    table: &super::super::diagram::Table<T>,
    last: T,
    runs: Option<&Runs>,
) -> Ranges<T> {
    let Some(runs) = runs else { return Ranges::of([(T::default(), last)]) };
    let holds = |class: u32| {
        let behind = runs.partition_point(|run| run.0 <= class);
        behind > 0 && class <= runs[behind - 1].1
    };
    values(table, last, holds)
}

/// The boxes of one way: more than one where its protocols have different ports.
fn told<T: Address>(space: &Space<T>, way: &Way) -> Vec<FlowBox> {
    let runs = |dimension: Dimension| way[dimension as usize].as_ref();
    let destinations = T::set(classes(&space.destination, T::MAX, runs(Dimension::Destination)));
    let sources = T::set(classes(&space.source, T::MAX, runs(Dimension::Source)));
    let source_ports = classes(&space.source_port, LAST_PORT, runs(Dimension::SourcePort));
    let source_ports = PortSet::of(source_ports.as_slice().iter().map(|(start, end)| (*start as u16, *end as u16)));
    let over = services(&classes(&space.service, LAST_SERVICE, runs(Dimension::Service)));
    let one = |(protocols, ports): (ProtocolSet, PortSet)| FlowBox {
        protocols,
        sources: sources.clone(),
        source_ports: source_ports.clone(),
        destinations: destinations.clone(),
        ports,
    };
    over.into_iter().map(one).collect()
}

/// Services as protocols with the ports that they have in common. Protocols without ports stand beside others only
/// where those have every port.
fn services(services: &Ranges<u32>) -> Vec<(ProtocolSet, PortSet)> {
    let mut found: Vec<(ProtocolSet, PortSet)> = Vec::new();
    for protocol in Protocol::ALL {
        let ports = ports_of(services, protocol);
        let one = ProtocolSet::one(protocol);
        match found.iter_mut().find(|(_, other)| *other == ports) {
            _ if ports.is_empty() => {}
            Some((protocols, _)) => *protocols = protocols.union(one),
            None => found.push((one, ports)),
        }
    }
    found
}

/// The boxes of both families; one box for two that differ in their family alone.
fn joined(four: Vec<FlowBox>, mut six: Vec<FlowBox>) -> Vec<FlowBox> {
    let (all4, all6) = (AddressSet::all_v4(), AddressSet::all_v6());
    let mut list = Vec::new();
    for of in four {
        let alike = |other: &FlowBox| {
            let over = (of.protocols, &of.source_ports, &of.ports);
            let whole = (of.sources == all4 && other.sources == all6)
                || (of.destinations == all4 && other.destinations == all6);
            whole && over == (other.protocols, &other.source_ports, &other.ports)
        };
        match six.iter().position(alike) {
            Some(at) => {
                let other = six.remove(at);
                let sources = of.sources.union(&other.sources);
                let destinations = of.destinations.union(&other.destinations);
                list.push(FlowBox { sources, destinations, ..of });
            }
            None => list.push(of),
        }
    }
    list.extend(six);
    list
}
