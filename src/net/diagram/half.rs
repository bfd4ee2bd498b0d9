//! A set of flows in one address family, in the one form that equal sets share: the coarsest classes that the set tells
//! apart, numbered as they are met from zero up, and the nodes of the reduced diagram in the order of a walk.

use super::arena::Edge;
use super::hash::{Map, mixed, spread};
use super::parts::Address;
use super::{Arena, Dimension, Id, LEVELS, NO, ORDER, Op, Order, Parts, Space, YES};

/// The set. Plain data; equal sets are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::net) struct Half<T: Address> {
    pub(in crate::net) space: Space<T>,
    /// Of each node its level and where its runs end. Node `n` has the number `n + 2`; 0 and 1 are nothing and everything.
    nodes: Vec<(u8, u32)>,
    edges: Vec<Edge>,
    pub(in crate::net) root: Id,
}

impl<T: Address> Half<T> {
    /// Nothing, or every flow of the family.
    pub(in crate::net) fn whole(everything: bool) -> Self {
        let root = if everything { YES } else { NO };
        Self { space: Space::default(), nodes: Vec::new(), edges: Vec::new(), root }
    }

    /// The set of a diagram in the usual order.
    pub(in crate::net) fn of(arena: &Arena, root: Id, space: &Space<T>) -> Self {
        if arena.is_terminal(root) {
            return Self::whole(root != NO);
        }
        let below = arena.below(root);
        let groups = ORDER.map(|dimension| {
            let level = level_of(dimension);
            let nodes: Vec<Id> = below.iter().copied().filter(|id| arena.level(*id) == level).collect();
            alike(arena, &nodes, space.count(dimension) as usize)
        });
        let of = |dimension: Dimension| &groups[level_of(dimension)];
        let (destination, to) = space.destination.merged(of(Dimension::Destination));
        let (service, over) = space.service.merged(of(Dimension::Service));
        let (source, from) = space.source.merged(of(Dimension::Source));
        let (source_port, by) = space.source_port.merged(of(Dimension::SourcePort));
        let mut old: [Vec<u32>; LEVELS] = Default::default();
        for (dimension, classes) in [
            (Dimension::Destination, to),
            (Dimension::Service, over),
            (Dimension::Source, from),
            (Dimension::SourcePort, by),
        ] {
            old[level_of(dimension)] = classes;
        }
        let mut half = Self {
            space: Space { destination, service, source, source_port },
            nodes: Vec::new(),
            edges: Vec::new(),
            root: NO,
        };
        // Classes keep their order where some become one, so a run ends where the last of those that stay ends.
        let ranks: [Vec<u32>; LEVELS] = std::array::from_fn(|level| ranks(&old[level], space.count(ORDER[level])));
        let mut known = Map::default();
        half.root = half.copy(arena, root, &ranks, &mut known);
        half
    }

    /// Copies a node and what it leads to, the latter first.
    fn copy(&mut self, arena: &Arena, id: Id, ranks: &[Vec<u32>; LEVELS], known: &mut Map<Id, Id>) -> Id {
        if arena.is_terminal(id) {
            return id;
        }
        if let Some(number) = known.get(&id) {
            return *number;
        }
        let level = arena.level(id);
        let mut edges: Vec<Edge> = Vec::with_capacity(arena.edges(id).len());
        let mut before = 0;
        for edge in arena.edges(id) {
            let behind = ranks[level][edge.last as usize];
            if behind > before {
                match edges.last_mut() {
                    Some(last) if last.to == edge.to => last.last = behind - 1,
                    _ => edges.push(Edge { last: behind - 1, to: edge.to }),
                }
            }
            before = behind;
        }
        for edge in &mut edges {
            edge.to = self.copy(arena, edge.to, ranks, known);
        }
        self.edges.extend(edges);
        self.nodes.push((level as u8, self.edges.len() as u32));
        let number = self.nodes.len() as u32 + 1;
        known.insert(id, number);
        number
    }

    /// How many nodes it has.
    pub(in crate::net) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The level of a diagram; behind all for nothing and everything.
    pub(in crate::net) fn level(&self, id: Id) -> usize {
        if id < 2 { LEVELS } else { usize::from(self.nodes[id as usize - 2].0) }
    }

    /// The runs of a node.
    pub(in crate::net) fn edges(&self, id: Id) -> &[Edge] {
        let at = id as usize - 2;
        let start = if at == 0 { 0 } else { self.nodes[at - 1].1 };
        &self.edges[start as usize..self.nodes[at].1 as usize]
    }

    /// What a class leads to.
    pub(in crate::net) fn child(&self, id: Id, class: u32) -> Id {
        let edges = self.edges(id);
        edges[edges.partition_point(|edge| edge.last < class)].to
    }

    /// The set alone in an arena, in its own classes.
    pub(in crate::net) fn alone(&self) -> (Arena, Id) {
        let same = ORDER.map(|dimension| (0..self.space.count(dimension)).collect());
        let mut arena = Arena::new(2, 2 * self.len());
        let root = self.load(&mut arena, &same);
        (arena, root)
    }

    /// Brings the set into an arena of finer classes; `old` has the class here for each of those.
    fn load(&self, arena: &mut Arena, old: &[Vec<u32>; LEVELS]) -> Id {
        let mut known: Vec<Id> = vec![NO, YES];
        for at in 0..self.nodes.len() {
            let (id, level) = (at as u32 + 2, usize::from(self.nodes[at].0));
            let edges = remapped(self.edges(id), &old[level]);
            let made = arena.node(level, edges.into_iter().map(|edge| Edge { to: known[edge.to as usize], ..edge }));
            known.push(made);
        }
        known[self.root as usize]
    }

    /// Two sets in one arena.
    fn both(&self, other: &Self) -> (Arena, Space<T>, Id, Id) {
        let (destination, a0, b0) = self.space.destination.joint(&other.space.destination);
        let (service, a1, b1) = self.space.service.joint(&other.space.service);
        let (source, a2, b2) = self.space.source.joint(&other.space.source);
        let (source_port, a3, b3) = self.space.source_port.joint(&other.space.source_port);
        let by_level = |of: [Vec<u32>; LEVELS]| {
            let mut levels: [Vec<u32>; LEVELS] = Default::default();
            for (at, classes) in of.into_iter().enumerate() {
                levels[LEVEL_OF[at]] = classes;
            }
            levels
        };
        let space = Space { destination, service, source, source_port };
        let mut arena = Arena::new(2, 2 * (self.len() + other.len()));
        let a = self.load(&mut arena, &by_level([a0, a1, a2, a3]));
        let b = other.load(&mut arena, &by_level([b0, b1, b2, b3]));
        (arena, space, a, b)
    }

    /// What two sets become together.
    pub(in crate::net) fn apply(&self, op: Op, other: &Self) -> Self {
        match (op, self.root, other.root) {
            (Op::Over, NO, _) | (Op::And, YES, _) | (Op::And, _, NO) => return other.clone(),
            (Op::Over, YES, _) | (Op::Over, _, NO) | (Op::And, NO, _) | (Op::And, _, YES) | (Op::Minus, _, NO) => {
                return self.clone();
            }
            (Op::Minus, NO, _) | (Op::Minus, _, YES) => return Self::whole(false),
            _ => {}
        }
        let (mut arena, space, a, b) = self.both(other);
        let made = arena.apply(op, a, b);
        Self::of(&arena, made, &space)
    }

    /// Is nothing left of what two sets become together?
    pub(in crate::net) fn leaves_nothing(&self, op: Op, other: &Self) -> bool {
        match (op, self.root, other.root) {
            (Op::And | Op::Minus, NO, _) | (Op::And, _, NO) | (Op::Minus, _, YES) => true,
            (Op::Minus, _, NO) | (Op::And, YES, _) | (Op::And, _, YES) => false,
            _ => {
                let (mut arena, _, a, b) = self.both(other);
                arena.apply(op, a, b) == NO
            }
        }
    }

    /// The flows of boxes.
    pub(in crate::net) fn of_parts(parts: &Parts<T>) -> Self {
        let mut arena = Arena::new(2, 4 * parts.list.len());
        let root = parts.diagram(&mut arena, |_| YES, &ORDER);
        Self::of(&arena, root, &parts.space)
    }
}

/// At which level each dimension is asked, by its number.
const LEVEL_OF: [usize; LEVELS] = levels(&ORDER);

const fn levels(order: &Order) -> [usize; LEVELS] {
    let mut levels = [0; LEVELS];
    let mut level = 0;
    while level < LEVELS {
        levels[order[level] as usize] = level;
        level += 1;
    }
    levels
}

/// The level of a dimension in the usual order.
pub(in crate::net) fn level_of(dimension: Dimension) -> usize {
    LEVEL_OF[dimension as usize]
}

/// Runs over other classes, for each of which `old` has the class that the runs speak of.
fn remapped(edges: &[Edge], old: &[u32]) -> Vec<Edge> {
    let mut made: Vec<Edge> = Vec::with_capacity(edges.len());
    let mut at = 0;
    for (class, was) in old.iter().enumerate() {
        // Mostly the same run or the next one.
        let holds = |at: usize| *was <= edges[at].last && (at == 0 || *was > edges[at - 1].last);
        if !holds(at) {
            at = if at + 1 < edges.len() && holds(at + 1) {
                at + 1
            } else {
                edges.partition_point(|edge| edge.last < *was)
            };
        }
        let (last, to) = (class as u32, edges[at].to);
        match made.last_mut() {
            Some(edge) if edge.to == to => edge.last = last,
            _ => made.push(Edge { last, to }),
        }
    }
    made
}

/// Of every class how many of those up to it stay. Those that stay are in ascending order.
fn ranks(stay: &[u32], count: u32) -> Vec<u32> {
    let mut ranks = Vec::with_capacity(count as usize);
    let mut stay = stay.iter().peekable();
    let mut rank = 0;
    for class in 0..count {
        rank += u32::from(stay.next_if(|next| **next == class).is_some());
        ranks.push(rank);
    }
    ranks
}

/// Which classes lead to the same at every node: the same number for them.
fn alike(arena: &Arena, nodes: &[Id], count: usize) -> Vec<u32> {
    if nodes.is_empty() || count == 1 {
        return vec![0; count];
    }
    // What a class leads to at all nodes, as one number: a sum that changes where a run begins.
    let mut steps = vec![[0u64; 2]; count + 1];
    for (at, id) in nodes.iter().enumerate() {
        let mut first = 0;
        for edge in arena.edges(*id) {
            let word = mixed(mixed(1, at as u64), u64::from(edge.to));
            let share = [spread(word), spread(mixed(word, 7))];
            for half in 0..2 {
                steps[first][half] = steps[first][half].wrapping_add(share[half]);
                steps[edge.last as usize + 1][half] = steps[edge.last as usize + 1][half].wrapping_sub(share[half]);
            }
            first = edge.last as usize + 1;
        }
    }
    let mut sum = [0u64; 2];
    let mut first_with: Map<(u64, u64), u32> = Map::default();
    let mut groups: Vec<u32> = Vec::with_capacity(count);
    for (class, step) in steps.iter().take(count).enumerate() {
        sum = [sum[0].wrapping_add(step[0]), sum[1].wrapping_add(step[1])];
        groups.push(*first_with.entry((sum[0], sum[1])).or_insert(class as u32));
    }
    // Equal numbers prove nothing: classes that seem alike are compared.
    let pairs: Vec<(u32, u32)> = groups
        .iter()
        .enumerate()
        .filter(|(class, first)| *class as u32 != **first)
        .map(|(c, f)| (c as u32, *f))
        .collect();
    if pairs.len() * 16 < count {
        let leads = |id: Id, class: u32| {
            let edges = arena.edges(id);
            edges[edges.partition_point(|edge| edge.last < class)].to
        };
        let same = |id: &Id| pairs.iter().all(|(class, first)| leads(*id, *class) == leads(*id, *first));
        return if nodes.iter().all(same) { groups } else { compared(arena, nodes, count) };
    }
    let mut leads = vec![NO; count];
    for id in nodes {
        let mut first = 0;
        for edge in arena.edges(*id) {
            leads[first..=edge.last as usize].fill(edge.to);
            first = edge.last as usize + 1;
        }
        if pairs.iter().any(|(class, first)| leads[*class as usize] != leads[*first as usize]) {
            return compared(arena, nodes, count);
        }
    }
    groups
}

/// The same, without the short cut.
fn compared(arena: &Arena, nodes: &[Id], count: usize) -> Vec<u32> {
    let mut columns: Vec<Vec<Id>> = vec![Vec::with_capacity(nodes.len()); count];
    for id in nodes {
        let mut first = 0;
        for edge in arena.edges(*id) {
            columns[first..=edge.last as usize].iter_mut().for_each(|column| column.push(edge.to));
            first = edge.last as usize + 1;
        }
    }
    let mut known: Map<&[Id], u32> = Map::default();
    columns.iter().enumerate().map(|(class, column)| *known.entry(column).or_insert(class as u32)).collect()
}
