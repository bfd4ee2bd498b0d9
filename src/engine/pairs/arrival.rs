//! At the subnets of plain hosts: which sources their lists let in, and which of those their routes lead replies back to.

use super::ClassId;
use super::bits::{Bits, transpose};
use super::board::{Board, Class};
use super::lists::{Judged, sources_in};
use crate::engine::Engine;
use crate::engine::reply::WayBack;
use crate::engine::routes::Hop;
use crate::model::*;
use std::collections::HashMap;
use std::sync::Arc;

/// What the lists of the hosts say of what one source sends to each column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// What they deny.
    pub(super) denied: Vec<(ClassId, Bits)>,
    /// What has to be walked.
    pub(super) walked: Bits,
}

impl Entry {
    pub(super) fn of(columns: usize) -> Self {
        Self { denied: Vec::new(), walked: Bits::none(columns) }
    }

    fn denied_by(&mut self, class: ClassId) -> &mut Bits {
        let at = self.denied.iter().position(|(known, _)| *known == class).unwrap_or_else(|| {
            self.denied.push((class, Bits::none(self.walked.words().len() * 64)));
            self.denied.len() - 1
        });
        &mut self.denied[at].1
    }
}

/// What becomes of the reply from a subnet to a source, to what an appliance handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// It comes back.
    Open,
    /// It does not.
    Ends(ClassId),
    /// By several routes: it is walked.
    Walked,
}

impl Board {
    /// Asks the lists of columns, those of 64 in a row, about every source.
    pub(super) fn enter(&mut self, engine: &Engine<'_>, word: usize, entries: &mut [Entry]) {
        let (from, to) = (word * 64, (word * 64 + 64).min(self.plain.columns.len()));
        let judged: Vec<Judged> = (from..to).map(|column| self.admit(engine, column)).collect();
        let mut classes: Vec<ClassId> =
            judged.iter().flat_map(|judged| &judged.denied).map(|(class, _)| *class).collect();
        classes.sort_unstable();
        classes.dedup();
        for entry in entries.iter_mut() {
            entry.walked.words_mut()[word] = 0;
            entry.denied.iter_mut().for_each(|(_, bits)| bits.words_mut()[word] = 0);
        }
        for class in std::iter::once(None).chain(classes.into_iter().map(Some)) {
            let of = |judged: &Judged, at: usize| match class {
                None => judged.cut.words()[at],
                Some(class) => {
                    judged.denied.iter().find(|(known, _)| *known == class).map_or(0, |(_, bits)| bits.words()[at])
                }
            };
            for at in 0..entries.len().div_ceil(64) {
                let mut square = [0u64; 64];
                judged.iter().zip(&mut square).for_each(|(judged, row)| *row = of(judged, at));
                if square.iter().all(|row| *row == 0) {
                    continue;
                }
                transpose(&mut square);
                for (entry, row) in entries[at * 64..].iter_mut().zip(square).filter(|(_, row)| *row != 0) {
                    let bits = match class {
                        None => &mut entry.walked,
                        Some(class) => entry.denied_by(class),
                    };
                    bits.words_mut()[word] = row;
                }
            }
        }
    }

    /// What the lists of a column say of what every source sends there.
    fn admit(&mut self, engine: &Engine<'_>, column: usize) -> Judged {
        let to = &self.plain.columns[column];
        let (asked, place) = ((column as u32, to.ports), (to.vnet, to.subnet, to.nic));
        let lists = match self.gates.get(&place) {
            Some(known) => known.clone(),
            None => {
                let lists: Arc<[u32]> = self.gate(engine, (place.0, place.1), place.2, false).into();
                self.gates.insert(place, lists.clone());
                lists
            }
        };
        let mut judged = Judged::of(Bits::all(self.plain.sources.len()));
        for list in lists.iter() {
            self.lists[*list as usize].ask_to(asked, &mut judged, &self.ports);
        }
        judged
    }

    /// What becomes of the replies from a subnet to every source.
    pub(super) fn replies(&mut self, engine: &Engine<'_>, vnet: VnetId, subnet: SubnetId) -> Arc<[Reply]> {
        if let Some(known) = self.replies.get(&subnet) {
            return known.clone();
        }
        let routes = engine.effective_routes(vnet, Some(subnet));
        let mut backs: Vec<Option<Option<Hop>>> = vec![None; self.plain.sources.len()];
        let mut set = |ranges: &[(u32, u32)], back: Option<Hop>| {
            for (from, to) in ranges {
                backs[*from as usize..*to as usize].iter_mut().for_each(|known| *known = known.or(Some(back)));
            }
        };
        for route in routes.iter().filter(|route| route.is_active()) {
            let (whole, cut) = sources_in(&route.matcher.known(), &self.plain);
            // No source is public: what holds of one of them holds of all.
            if let Some((first, _)) = whole.first() {
                set(&whole, Some(engine.true_hop(route, &self.addresses(*first)).0));
            }
            set(&cut, None);
        }
        let mut known: HashMap<(VnetId, Hop), Reply> = HashMap::new();
        let mut last = None;
        let replies = backs.into_iter().enumerate().map(|(source, back)| {
            let home = self.plain.sources[source].vnet;
            let Some(hop) = back.unwrap_or(Some(Hop::None)) else { return Reply::Walked };
            match last {
                Some((before, reply)) if before == (home, hop) => reply,
                _ => {
                    let reply = *known.entry((home, hop)).or_insert_with(|| {
                        let to = self.plain.columns.iter().position(|column| column.subnet == subnet);
                        let classes = &mut self.classes;
                        match (engine.way_back(home, vnet, hop), to) {
                            (WayBack::Open, _) => Reply::Open,
                            (WayBack::Lost, _) => Reply::Ends(classes.number(Class::Unanswered)),
                            (WayBack::By(id), Some(to))
                                if engine.is_let_back(home, vnet, &self.plain.address(to), id) =>
                            {
                                Reply::Open
                            }
                            (WayBack::By(_), _) => Reply::Ends(classes.number(Class::Unreturned)),
                        }
                    });
                    last = Some(((home, hop), reply));
                    reply
                }
            }
        });
        let replies: Arc<[Reply]> = replies.collect();
        self.replies.insert(subnet, replies.clone());
        replies
    }
}
