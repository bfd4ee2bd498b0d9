//! What pairs are painted on, and what ends them: the lists, tables and hosts that every row has in common, and how a row
//! is put together. Not what flows meet on their way.

use super::ClassId;
use super::arrival::{Entry, Reply};
use super::bits::Bits;
use super::lists::{Kind, List, Ports};
use super::plain::{Caller, Plain};
use super::ways::{RouteOf, Way};
use crate::engine::Engine;
use crate::engine::effective::ListOwner;
use crate::engine::meaning::Viewpoint;
use crate::engine::peering::Crossing;
use crate::model::*;
use indexmap::IndexSet;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// What ends the flows of a class.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// The configuration of the caller is broken, by this rule.
    Broken(String),
    /// A line of a list denies, by this rule.
    Denied(String),
    /// A route of the user drops.
    Dropped(String),
    /// A route of the system drops, and why no other leads there.
    Lost { rule: String, why: Option<&'static str> },
    /// A route leads to a gateway that is not there.
    NoGateway,
    /// A route of the user leads to the internet.
    Unrouted,
    /// A peering is not crossed.
    Uncrossed(Crossing),
    /// Another network has the address too.
    Elsewhere,
    /// Nothing is declared where a route leads.
    Undeclared,
    /// A route leads to an appliance of the subnet itself.
    Looping,
    /// Routes go round.
    Circling,
    /// The network of an appliance is not peered.
    Unreachable,
    /// An appliance does not forward.
    Unforwarded,
    /// Replies find no way back.
    Unanswered,
    /// Replies come by an appliance that the caller's network does not take them from.
    Unreturned,
    /// They come to a host of this shape.
    Arrived(u32),
}

/// The columns by why no peering leads to them.
pub(super) type Reasons = Vec<(Option<&'static str>, Bits)>;

/// The classes, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes(IndexSet<Class>);

impl Classes {
    /// The number of a class that there is.
    pub(super) fn known(&self, class: &Class) -> Option<ClassId> {
        self.0.get_index_of(class).map(|at| ClassId(at as u32))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// The number of a class.
    pub(super) fn number(&mut self, class: Class) -> ClassId {
        ClassId(self.0.insert_full(class).0 as u32)
    }
}

/// The name of a list: whose, outbound or not, and seen from where.
pub(super) type ListName = (ListOwner, bool, Viewpoint);

/// What the pairs are painted on, and with.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) plain: Plain,
    pub(super) ports: Ports,
    pub(super) classes: Classes,
    pub(super) lists: Vec<List>,
    pub(super) named: HashMap<ListName, u32>,
    /// The lists of each security group.
    pub(super) of_group: HashMap<NsgId, Vec<(ListName, u32)>>,
    pub(super) filters: HashMap<ApplianceId, u32>,
    /// The lists at the subnets and interfaces of hosts.
    pub(super) gates: HashMap<(VnetId, SubnetId, Option<NsgId>), Arc<[u32]>>,
    /// The columns of each network.
    pub(super) networks: Vec<(VnetId, Bits)>,
    /// The columns of each shape.
    pub(super) shapes: Vec<(ClassId, Bits)>,
    pub(super) tables: HashMap<SubnetId, Arc<[RouteOf]>>,
    pub(super) reasons: HashMap<VnetId, Arc<Reasons>>,
    pub(super) crossings: HashMap<(VnetId, VnetId, bool), Crossing>,
    pub(super) replies: HashMap<SubnetId, Arc<[Reply]>>,
}

impl Board {
    pub(super) fn of(plain: Plain) -> Self {
        let mut board = Self { plain, ..Self::default() };
        let count = board.plain.columns.len();
        let mut networks: HashMap<VnetId, Bits> = HashMap::new();
        let mut shapes: Vec<(ClassId, Bits)> = Vec::new();
        for shape in 0..board.plain.shapes.len() as u32 {
            shapes.push((board.classes.number(Class::Arrived(shape)), Bits::none(count)));
        }
        for (at, column) in board.plain.columns.iter().enumerate() {
            networks.entry(column.vnet).or_insert_with(|| Bits::none(count)).insert(at);
            shapes[column.shape as usize].1.insert(at);
        }
        for rule in board.plain.callers.iter().flatten() {
            if let Caller::Broken(rule) = rule {
                board.classes.number(Class::Broken(rule.clone()));
            }
        }
        board.networks = networks.into_iter().collect();
        board.networks.sort_unstable_by_key(|(id, _)| *id);
        board.shapes = shapes;
        board
    }

    /// The number of a list, which is resolved when it is first asked.
    pub(super) fn list(&mut self, engine: &Engine<'_>, name: ListName) -> u32 {
        if let Some(known) = self.named.get(&name) {
            return *known;
        }
        let number = self.resolve(engine, lines_of(engine.model, name), (kind_of(name), Some(name.2)));
        self.named.insert(name, number);
        if let ListOwner::Nsg(group) = name.0 {
            self.of_group.entry(group).or_default().push((name, number));
        }
        number
    }

    pub(super) fn resolve(
        &mut self,
        engine: &Engine<'_>,
        rules: &[SecurityRule],
        seen: (Kind, Option<Viewpoint>),
    ) -> u32 {
        self.lists.push(List::of(engine, rules, seen, &self.plain, &mut self.ports, &mut self.classes));
        self.lists.len() as u32 - 1
    }

    /// Puts what becomes of what a source sends to the columns of some words into its row.
    pub(super) fn judge(
        &mut self,
        engine: &Engine<'_>,
        (source, words): (usize, Range<usize>),
        (way, entry): (&Way, &Entry),
        row: &mut Vec<(ClassId, Bits)>,
    ) {
        row.iter_mut().for_each(|(_, columns)| columns.words_mut()[words.clone()].fill(0));
        let count = self.plain.columns.len();
        let mut put = |class: ClassId, found: &mut dyn Iterator<Item = u64>| {
            let at = row.iter().position(|(known, _)| *known == class).unwrap_or_else(|| {
                row.push((class, Bits::none(count)));
                row.len() - 1
            });
            row[at].1.words_mut()[words.clone()].iter_mut().zip(found).for_each(|(word, found)| *word |= found);
        };
        let of = |bits: &Bits| bits.words()[words.clone()].to_vec();
        for (class, bits) in &way.ended {
            put(*class, &mut bits.words()[words.clone()].iter().copied());
        }
        for (forwarded, arriving) in [(false, &way.direct), (true, &way.forwarded)] {
            let mut open = of(arriving);
            open.iter_mut().zip(&entry.walked.words()[words.clone()]).for_each(|(word, walked)| *word &= !walked);
            if open.iter().all(|word| *word == 0) {
                continue;
            }
            for (class, denied) in &entry.denied {
                let denied = &denied.words()[words.clone()];
                put(*class, &mut open.iter().zip(denied).map(|(open, denied)| open & denied));
                open.iter_mut().zip(denied).for_each(|(open, denied)| *open &= !denied);
            }
            if forwarded {
                for (class, lost) in self.unanswered(engine, source, words.start, &mut open) {
                    put(class, &mut lost.into_iter());
                }
            }
            for (class, there) in &self.shapes {
                put(*class, &mut open.iter().zip(&there.words()[words.clone()]).map(|(open, there)| open & there));
            }
        }
    }

    /// Takes out what no reply comes back from, and what has to be walked.
    fn unanswered(
        &mut self,
        engine: &Engine<'_>,
        source: usize,
        first: usize,
        open: &mut [u64],
    ) -> Vec<(ClassId, Vec<u64>)> {
        let mut lost: Vec<(ClassId, Vec<u64>)> = Vec::new();
        let mut last: Option<(SubnetId, Reply)> = None;
        for at in 0..open.len() {
            let mut rest = open[at];
            while rest != 0 {
                let bit = rest & rest.wrapping_neg();
                rest ^= bit;
                let column = &self.plain.columns[(first + at) * 64 + bit.trailing_zeros() as usize];
                let (vnet, subnet) = (column.vnet, column.subnet);
                let reply = match last {
                    Some((known, reply)) if known == subnet => reply,
                    _ => self.replies(engine, vnet, subnet)[source],
                };
                last = Some((subnet, reply));
                match reply {
                    Reply::Open => continue,
                    Reply::Walked => {}
                    Reply::Ends(class) => {
                        let slot = lost.iter().position(|(known, _)| *known == class).unwrap_or_else(|| {
                            lost.push((class, vec![0; open.len()]));
                            lost.len() - 1
                        });
                        lost[slot].1[at] |= bit;
                    }
                }
                open[at] &= !bit;
            }
        }
        lost
    }
}

pub(super) fn kind_of((owner, ..): ListName) -> Kind {
    match owner {
        ListOwner::AdminRules(_) => Kind::Admin,
        ListOwner::Nsg(_) => Kind::Group,
    }
}

pub(super) fn lines_of(model: &Model, (owner, outbound, _): ListName) -> &[SecurityRule] {
    match (owner, outbound) {
        (ListOwner::AdminRules(id), true) => &model[id].outbound,
        (ListOwner::AdminRules(id), false) => &model[id].inbound,
        (ListOwner::Nsg(id), true) => &model[id].outbound,
        (ListOwner::Nsg(id), false) => &model[id].inbound,
    }
}
