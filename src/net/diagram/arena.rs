//! Diagrams: at every node the runs of classes of one dimension, each with what the rest of the way decides. Equal
//! diagrams have equal numbers within an arena, and an operation on two of them is done once. Not what the classes are.

use super::hash::{mixed, spread};

/// A diagram: one of the terminals, or a node of the arena.
pub(in crate::net) type Id = u32;

/// Nothing; of a list, what no line decides.
pub(in crate::net) const NO: Id = 0;
/// Everything.
pub(in crate::net) const YES: Id = 1;

/// The dimensions of a flow: two addresses, two ports (the protocol is part of the service).
pub(in crate::net) const LEVELS: usize = 4;

/// The classes up to and with `last`, behind those of the run before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::net) struct Edge {
    pub(in crate::net) last: u32,
    pub(in crate::net) to: Id,
}

impl Edge {
    /// The same run with another end.
    pub(in crate::net) fn leading(self, to: Id) -> Self {
        Self { to, ..self }
    }
}

#[derive(Clone, Copy, Debug)]
struct Node {
    level: u32,
    start: u32,
    len: u32,
    hash: u32,
}

/// What two diagrams become together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) enum Op {
    /// The first; the second where the first says nothing. Of sets, the union.
    Over,
    /// What both have; of sets alone.
    And,
    /// What the second lacks; of sets alone.
    Minus,
}

/// The nodes of diagrams over the same classes.
#[derive(Debug)]
pub(in crate::net) struct Arena {
    terminals: u32,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    unique: Vec<u32>,
    cache: Vec<[u32; 4]>,
    scratch: Vec<Edge>,
}

const FREE: u32 = u32::MAX;

impl Arena {
    /// An empty arena with so many terminals (at least two), for about so many nodes.
    pub(in crate::net) fn new(terminals: u32, nodes: usize) -> Self {
        let size = nodes.clamp(64, 1 << 20).next_power_of_two();
        Self {
            terminals: terminals.max(2),
            nodes: Vec::with_capacity(size),
            edges: Vec::with_capacity(4 * size),
            unique: vec![FREE; 2 * size],
            cache: vec![[FREE; 4]; size],
            scratch: Vec::new(),
        }
    }

    /// How many nodes were made.
    pub(in crate::net) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(in crate::net) fn is_terminal(&self, id: Id) -> bool {
        id < self.terminals
    }

    /// The dimension that a diagram asks for first; behind all of them for a terminal.
    pub(in crate::net) fn level(&self, id: Id) -> usize {
        if id < self.terminals { LEVELS } else { self.nodes[(id - self.terminals) as usize].level as usize }
    }

    /// The runs of a node.
    pub(in crate::net) fn edges(&self, id: Id) -> &[Edge] {
        let Node { start, len, .. } = self.nodes[(id - self.terminals) as usize];
        &self.edges[start as usize..(start + len) as usize]
    }

    /// Puts a run behind those of the node that is being made, which began at `from` of the scratch.
    fn put(&mut self, from: usize, last: u32, to: Id) {
        if self.scratch.len() > from
            && let Some(edge) = self.scratch.last_mut()
            && edge.to == to
        {
            edge.last = last;
            return;
        }
        self.scratch.push(Edge { last, to });
    }

    /// The node with these runs; what they lead to where that is the same for all of them.
    pub(in crate::net) fn node(&mut self, level: usize, runs: impl IntoIterator<Item = Edge>) -> Id {
        let from = self.scratch.len();
        for Edge { last, to } in runs {
            self.put(from, last, to);
        }
        self.made(level, from)
    }

    /// The node of the runs of the scratch behind `from`.
    fn made(&mut self, level: usize, from: usize) -> Id {
        if self.scratch.len() - from == 1 {
            let to = self.scratch[from].to;
            self.scratch.truncate(from);
            return to;
        }
        let runs = &self.scratch[from..];
        let hash =
            runs.iter().fold(level as u64, |state, edge| mixed(state, u64::from(edge.last) << 32 | u64::from(edge.to)));
        let hash = spread(hash) as u32;
        let mask = self.unique.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let found = self.unique[slot];
            if found == FREE {
                break;
            }
            let node = self.nodes[found as usize];
            let same = node.hash == hash && node.level == level as u32 && node.len as usize == runs.len();
            if same && self.edges[node.start as usize..(node.start + node.len) as usize] == *runs {
                self.scratch.truncate(from);
                return self.terminals + found;
            }
            slot = (slot + 1) & mask;
        }
        let number = self.nodes.len() as u32;
        self.unique[slot] = number;
        let (start, len) = (self.edges.len() as u32, runs.len() as u32);
        self.nodes.push(Node { level: level as u32, start, len, hash });
        self.edges.extend_from_slice(&self.scratch[from..]);
        self.scratch.truncate(from);
        if self.nodes.len() * 2 > self.unique.len() {
            self.grow();
        }
        self.terminals + number
    }

    fn grow(&mut self) {
        let size = self.unique.len() * 2;
        self.unique.clear();
        self.unique.resize(size, FREE);
        for (number, node) in self.nodes.iter().enumerate() {
            let mut slot = node.hash as usize & (size - 1);
            while self.unique[slot] != FREE {
                slot = (slot + 1) & (size - 1);
            }
            self.unique[slot] = number as u32;
        }
        if self.cache.len() < 1 << 22 {
            let old = std::mem::take(&mut self.cache);
            self.cache = vec![[FREE; 4]; old.len() * 2];
            for entry in old.into_iter().filter(|entry| entry[0] != FREE) {
                let slot = self.slot(entry[0], entry[1], entry[2]);
                self.cache[slot] = entry;
            }
        }
    }

    fn slot(&self, a: Id, b: Id, op: u32) -> usize {
        let hash = spread(mixed(u64::from(a) << 32 | u64::from(b), u64::from(op)));
        hash as usize & (self.cache.len() - 1)
    }

    /// What two diagrams become together.
    pub(in crate::net) fn apply(&mut self, op: Op, a: Id, b: Id) -> Id {
        match op {
            Op::Over if a == NO => return b,
            Op::Over if b == NO || a == b || self.is_terminal(a) => return a,
            Op::And if a == NO || b == NO => return NO,
            Op::And if a == YES || a == b => return b,
            Op::And if b == YES => return a,
            Op::Minus if a == NO || b == YES || a == b => return NO,
            Op::Minus if b == NO => return a,
            _ => {}
        }
        let (a, b) = if op == Op::And && a > b { (b, a) } else { (a, b) };
        let slot = self.slot(a, b, op as u32);
        let entry = self.cache[slot];
        if entry[..3] == [a, b, op as u32] {
            return entry[3];
        }
        let (first, second) = (self.level(a), self.level(b));
        let level = first.min(second);
        let from = self.scratch.len();
        if first == second {
            let (mut i, mut j) = (self.span(a), self.span(b));
            while i.0 < i.1 && j.0 < j.1 {
                let (x, y) = (self.edges[i.0], self.edges[j.0]);
                let to = self.apply(op, x.to, y.to);
                self.put(from, x.last.min(y.last), to);
                i.0 += usize::from(x.last <= y.last);
                j.0 += usize::from(y.last <= x.last);
            }
        } else {
            let is_first = first < second;
            let (at, end) = self.span(if is_first { a } else { b });
            for edge in at..end {
                let Edge { last, to } = self.edges[edge];
                let to = if is_first { self.apply(op, to, b) } else { self.apply(op, a, to) };
                self.put(from, last, to);
            }
        }
        let made = self.made(level, from);
        let slot = self.slot(a, b, op as u32);
        self.cache[slot] = [a, b, op as u32, made];
        made
    }

    fn span(&self, id: Id) -> (usize, usize) {
        let Node { start, len, .. } = self.nodes[(id - self.terminals) as usize];
        (start as usize, (start + len) as usize)
    }

    /// What several diagrams become together, each before those behind it.
    pub(in crate::net) fn over_all(&mut self, all: &[Id]) -> Id {
        match all {
            [] => NO,
            [one] => *one,
            _ => {
                let (left, right) = all.split_at(all.len() / 2);
                let (left, right) = (self.over_all(left), self.over_all(right));
                self.apply(Op::Over, left, right)
            }
        }
    }

    /// The diagram with other terminals.
    pub(in crate::net) fn relabelled(&mut self, root: Id, label: &impl Fn(Id) -> Id) -> Id {
        let mut known = vec![FREE; self.nodes.len()];
        self.relabel(root, label, &mut known)
    }

    fn relabel(&mut self, id: Id, label: &impl Fn(Id) -> Id, known: &mut [u32]) -> Id {
        if id < self.terminals {
            return label(id);
        }
        let number = (id - self.terminals) as usize;
        if known[number] != FREE {
            return known[number];
        }
        let from = self.scratch.len();
        let (at, end) = self.span(id);
        for edge in at..end {
            let Edge { last, to } = self.edges[edge];
            let to = self.relabel(to, label, known);
            self.put(from, last, to);
        }
        known[number] = self.made(self.nodes[number].level as usize, from);
        known[number]
    }

    /// Every node of a diagram, those that it leads to before it.
    pub(in crate::net) fn below(&self, root: Id) -> Vec<Id> {
        let mut seen = vec![false; self.nodes.len()];
        let mut found = Vec::new();
        self.visit(root, &mut seen, &mut found);
        found
    }

    fn visit(&self, id: Id, seen: &mut [bool], found: &mut Vec<Id>) {
        if id < self.terminals || std::mem::replace(&mut seen[(id - self.terminals) as usize], true) {
            return;
        }
        self.edges(id).iter().for_each(|edge| self.visit(edge.to, seen, found));
        found.push(id);
    }
}
