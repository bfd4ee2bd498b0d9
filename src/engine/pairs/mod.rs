//! Which pairs of a caller and a host are alike to the engine: the compiled form of a matrix.
//!
//! A walk from an app that regional integration takes into a network, to a host by its only private address, reads little
//! that differs from pair to pair: what its lists say, which routes win, which peerings and appliances are on the way.
//! Those are painted over all hosts at once, and pairs for which they end alike are a class. What becomes of a class the
//! walk alone says, asked of one of its pairs: here stands no verdict. A pair of which that much cannot be told (a list that
//! means a part of a subnet, a gateway on the way, a service) is of no class, and is walked by itself.
//!
//! The first step that ends flows decides, so a class is by what ends them, and not by what let them pass before.

mod arrival;
mod bits;
mod board;
mod lists;
mod plain;
mod ways;

use super::Engine;
use crate::model::*;
use crate::net::PortSet;
use arrival::Entry;
use bits::Bits;
use board::{Board, Class, kind_of, lines_of};
use lists::List;
use plain::{Caller, Plain};
use std::ops::Range;
use ways::{RouteOf, Way};

/// A host, and the ports that it is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The host.
    pub host: HostId,
    /// The ports.
    pub ports: PortSet,
}

/// The number of a class of pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(u32);

impl ClassId {
    /// The number, from 0.
    pub fn number(self) -> usize {
        self.0 as usize
    }
}

/// Which pairs of callers and hosts are alike.
///
/// ```
/// use fnet::engine::{Called, Engine};
/// use fnet::net::PortSet;
/// let mut net = fnet::Session::new();
/// net.load("edition 2026
/// plan p { tier Premium; sku EP1 }
/// app a on p { integrate hub.apps }
/// app b on p { integrate hub.apps }
/// vnet hub 10.0.0.0/16 {
///   subnet apps 10.0.0.0/24 { delegation Microsoft.Web/serverFarms }
///   subnet data 10.0.1.0/24 { nsg guard }
/// }
/// nsg guard { inbound { 100 deny tcp * -> 10.0.1.5 } }
/// host db in hub.data 10.0.1.4
/// host old in hub.data 10.0.1.5")?;
/// let model = net.model();
/// let apps: Vec<_> = model.apps().map(|(id, _)| id).collect();
/// let called: Vec<_> = model.hosts().map(|(host, _)| Called { host, ports: PortSet::one(1433) }).collect();
/// let pairs = Engine::of(&model).pairs(&apps, &called);
/// assert_eq!(pairs.class(0, 0), pairs.class(1, 0));
/// assert_ne!(pairs.class(0, 0), pairs.class(0, 1));
/// # Ok::<(), fnet::Errors>(())
/// ```
#[derive(Debug)]
pub struct Pairs {
    callers: Vec<AppId>,
    /// Of each called its column.
    columns: Vec<Option<u32>>,
    board: Board,
    ways: Vec<Way>,
    entries: Vec<Entry>,
    /// Of each source the columns of each class.
    rows: Vec<Vec<(ClassId, Bits)>>,
    /// Of each list the sources whose flows are asked about by it, and the words of the columns that it guards.
    sources_by: Vec<Vec<u32>>,
    words_by: Vec<Vec<u32>>,
}

impl Engine<'_> {
    /// Which pairs of these callers and hosts are alike.
    pub fn pairs(&self, callers: &[AppId], called: &[Called]) -> Pairs {
        let plain = Plain::of(self, callers, called);
        let mut columns = vec![None; called.len()];
        plain.columns.iter().zip(0..).for_each(|(column, at)| columns[column.called as usize] = Some(at));
        let mut pairs = Pairs {
            callers: callers.to_vec(),
            columns,
            board: Board::of(plain),
            ways: Vec::new(),
            entries: Vec::new(),
            rows: Vec::new(),
            sources_by: Vec::new(),
            words_by: Vec::new(),
        };
        pairs.paint(self);
        pairs
    }
}

impl Pairs {
    fn paint(&mut self, engine: &Engine<'_>) {
        let (sources, columns) = (self.board.plain.sources.len(), self.board.plain.columns.len());
        self.ways = (0..sources as u32).map(|source| self.board.way_of(engine, source)).collect();
        self.entries = vec![Entry::of(columns); sources];
        for word in 0..columns.div_ceil(64) {
            self.board.enter(engine, word, &mut self.entries);
        }
        self.rows = vec![Vec::new(); sources];
        (0..sources).for_each(|source| self.judge(engine, source, 0..columns.div_ceil(64)));
        self.index();
    }

    /// Notes what hangs on each list.
    fn index(&mut self) {
        let lists = self.board.lists.len();
        (self.sources_by, self.words_by) = (vec![Vec::new(); lists], vec![Vec::new(); lists]);
        for (way, at) in self.ways.iter().zip(0..) {
            way.lists.iter().for_each(|list| self.sources_by[*list as usize].push(at));
        }
        for (at, column) in self.board.plain.columns.iter().enumerate() {
            let lists = self.board.gates.get(&(column.vnet, column.subnet, column.nic));
            for list in lists.into_iter().flat_map(|lists| lists.iter()) {
                let words = &mut self.words_by[*list as usize];
                if words.last() != Some(&(at as u32 / 64)) {
                    words.push(at as u32 / 64);
                }
            }
        }
    }

    fn judge(&mut self, engine: &Engine<'_>, source: usize, words: Range<usize>) {
        let seen = (&self.ways[source], &self.entries[source]);
        self.board.judge(engine, (source, words), seen, &mut self.rows[source]);
    }

    /// Takes over what another model has in some security groups, where nothing else differs but what findings come of
    /// it. Is it no more than that? Else nothing is taken over, and the pairs are to be made anew.
    pub fn edit(&mut self, engine: &Engine<'_>, groups: &[NsgId]) -> bool {
        let callers = self.callers.iter().zip(&self.board.plain.callers);
        let broken = |app: AppId| super::validity::steps_for(engine, app).into_iter().next().map(|step| step.rule);
        let alike = |(app, caller): (&AppId, &Option<Caller>)| match caller {
            None => true,
            Some(Caller::Of(_)) => broken(*app).is_none(),
            Some(Caller::Broken(rule)) => broken(*app).as_ref() == Some(rule),
        };
        let is_broken = |caller: &Option<Caller>| matches!(caller, Some(Caller::Broken(_)));
        let any = super::validity::stops_any(engine) || self.board.plain.callers.iter().any(is_broken);
        if any && !callers.into_iter().all(alike) {
            return false;
        }
        let mut changed = Vec::new();
        for group in groups {
            for (name, number) in self.board.of_group.get(group).cloned().unwrap_or_default() {
                let Board { plain, ports, classes, lists, .. } = &mut self.board;
                let seen = (kind_of(name), Some(name.2));
                let list = List::of(engine, lines_of(engine.model, name), seen, plain, ports, classes);
                let known = &mut lists[number as usize];
                if *known != list {
                    *known = list;
                    changed.push(number as usize);
                }
            }
        }
        self.repaint(engine, &changed);
        true
    }

    /// Paints what some lists decide once more.
    fn repaint(&mut self, engine: &Engine<'_>, changed: &[usize]) {
        let by = |all: &[Vec<u32>]| {
            let mut found: Vec<usize> = changed.iter().flat_map(|list| &all[*list]).map(|at| *at as usize).collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        let (sources, words) = (by(&self.sources_by), by(&self.words_by));
        let lists = self.board.lists.len();
        for source in &sources {
            self.ways[*source] = self.board.way_of(engine, *source as u32);
        }
        for word in &words {
            self.board.enter(engine, *word, &mut self.entries);
        }
        let columns = self.board.plain.columns.len();
        for source in 0..self.rows.len() {
            match sources.binary_search(&source) {
                Ok(_) => self.judge(engine, source, 0..columns.div_ceil(64)),
                Err(_) => words.iter().for_each(|word| self.judge(engine, source, *word..*word + 1)),
            }
        }
        // Flows that were denied before may come to an appliance whose lists nobody has asked.
        if lists != self.board.lists.len() || !sources.is_empty() {
            self.reindex(lists, &sources);
        }
    }

    /// The same where the ways of some sources are new, and lists behind some number.
    fn reindex(&mut self, lists: usize, sources: &[usize]) {
        if lists != self.board.lists.len() {
            return self.index();
        }
        for source in sources {
            for list in &self.ways[*source].lists {
                let by = &mut self.sources_by[*list as usize];
                // What asks a list no more is painted once too often: that changes nothing.
                if !by.contains(&(*source as u32)) {
                    by.push(*source as u32);
                }
            }
        }
    }

    /// The class of a pair, by their places among what was asked about; none where the pair has to be walked by itself.
    pub fn class(&self, caller: usize, called: usize) -> Option<ClassId> {
        let column = self.columns[called]? as usize;
        match self.board.plain.callers[caller].as_ref()? {
            Caller::Broken(_) => self.class_of_broken(caller),
            Caller::Of(source) => {
                let mut row = self.rows[*source as usize].iter();
                row.find(|(_, columns)| columns.contains(column)).map(|(class, _)| *class)
            }
        }
    }

    /// How many classes there may be: their numbers are below it.
    pub fn classes(&self) -> usize {
        self.board.classes.count()
    }

    /// What callers of one row have in common: the classes of all their pairs, and the words of those as far as they do
    /// not speak of the caller. None for who is to be walked, or whose own configuration is broken.
    pub fn row(&self, caller: usize) -> Option<usize> {
        match self.board.plain.callers[caller].as_ref()? {
            Caller::Of(source) => Some(*source as usize),
            Caller::Broken(_) => None,
        }
    }

    /// How many rows there are: their numbers are below it.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// How many hosts a row has of each class.
    pub fn counts(&self, row: usize) -> impl Iterator<Item = (ClassId, usize)> {
        self.rows[row].iter().map(|(class, columns)| (*class, columns.count()))
    }

    /// Calls with every host of a row that is of a class, by its place among what was asked about.
    pub fn each(&self, row: usize, mut go: impl FnMut(usize, ClassId)) {
        for (class, columns) in &self.rows[row] {
            columns.each(|column| go(self.board.plain.columns[column].called as usize, *class));
        }
    }

    /// About how many bytes it takes.
    pub fn size(&self) -> usize {
        let bits = |bits: &Bits| bits.words().len() * 8;
        let of = |classes: &[(ClassId, Bits)]| classes.iter().map(|(_, columns)| bits(columns) + 32).sum::<usize>();
        let way = |way: &Way| of(&way.ended) + bits(&way.direct) + bits(&way.forwarded) + bits(&way.walked) + 96;
        let board = &self.board;
        let replies: usize = board.replies.values().map(|replies| size_of_val(&**replies)).sum();
        self.rows.iter().map(|row| of(row)).sum::<usize>()
            + self.ways.iter().map(way).sum::<usize>()
            + self.entries.iter().map(|entry| of(&entry.denied) + bits(&entry.walked)).sum::<usize>()
            + board.lists.iter().map(List::size).sum::<usize>()
            + board.tables.values().flat_map(|routes| routes.iter()).map(RouteOf::size).sum::<usize>()
            + board.reasons.values().flat_map(|all| all.iter()).map(|(_, columns)| bits(columns)).sum::<usize>()
            + replies
            + board.plain.columns.len() * size_of::<plain::Column>()
            + (self.callers.len() + self.columns.len()) * 48
    }

    /// A pair of every class that has one, by class, caller and host.
    pub fn samples(&self) -> Vec<(ClassId, usize, usize)> {
        let mut found: Vec<Option<(usize, usize)>> = vec![None; self.classes()];
        for (caller, of) in self.board.plain.callers.iter().enumerate() {
            match of {
                Some(Caller::Broken(_)) => {
                    if let (Some(class), Some(first)) = (self.class_of_broken(caller), self.board.plain.columns.first())
                    {
                        found[class.number()].get_or_insert((caller, first.called as usize));
                    }
                }
                Some(Caller::Of(source)) => {
                    for (class, columns) in &self.rows[*source as usize] {
                        if let (None, Some(first)) = (found[class.number()], columns.first()) {
                            let called = self.board.plain.columns[first].called as usize;
                            found[class.number()] = Some((caller, called));
                        }
                    }
                }
                None => {}
            }
        }
        let found = found.into_iter().zip(0..);
        found.filter_map(|(pair, class)| pair.map(|(caller, called)| (ClassId(class), caller, called))).collect()
    }

    fn class_of_broken(&self, caller: usize) -> Option<ClassId> {
        let Some(Caller::Broken(rule)) = &self.board.plain.callers[caller] else { return None };
        self.board.classes.known(&Class::Broken(rule.clone()))
    }
}
