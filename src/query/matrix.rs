//! `matrix`: every app against every service, app and host, each cell the answer of `can`. Pairs that are alike to the
//! engine are asked about once; which they are is kept from one question to the next.

use super::answer::matrix::ITSELF;
use super::answer::{MatrixAnswer, MatrixCell, MatrixRow, MatrixTarget, Taken};
use super::{Asked, name, reach};
use crate::engine::{Called, ClassId, Pairs, Question, Source, Traffic};
use crate::model::{AppId, DeclaredItem, HostId, Kind, NsgId, Thing};
use crate::net::PortSet;
use crate::platform::{Edition, TagList};
use crate::syntax::Scope;
use indexmap::IndexSet;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Answers `matrix`.
pub(super) fn matrix(asked: &Asked<'_>) -> MatrixAnswer {
    let model = asked.model;
    let services = model.services().map(|(id, _)| Thing::Service(id));
    let apps = model.apps().map(|(id, _)| Thing::App(id));
    let things: Vec<Thing> = services.chain(apps).collect();
    let hosts: Vec<HostId> = model.hosts().map(|(id, _)| id).collect();
    let targets = things.iter().copied().chain(hosts.iter().map(|host| Thing::Host(*host))).map(|thing| {
        let (question, _) = question(asked, Source::Internet, thing);
        let ports = if question.ports.is_all() { String::new() } else { question.ports.to_string() };
        MatrixTarget { name: thing.head(model).name.clone(), of_kind: thing.kind().word().to_string(), ports }
    });
    let targets: Vec<MatrixTarget> = targets.collect();
    let told = model.apps.len() * targets.len() <= MatrixAnswer::TOLD;
    let mut kept = asked.matrices.0.lock().unwrap_or_else(PoisonError::into_inner);
    let form = Form::of(asked, &hosts, kept.take());
    let mut writing =
        Writing { asked, told, cells: IndexSet::new(), fates: vec![None; form.pairs.classes()], rows: HashSet::new() };
    let mut written: HashMap<usize, Vec<Option<u32>>> = HashMap::new();
    let mut rows = Vec::with_capacity(model.apps.len());
    for (at, (id, app)) in model.apps().enumerate() {
        let to_others = things.iter().map(|thing| match *thing == Thing::App(id) {
            true => ITSELF,
            false => writing.walked(id, *thing),
        });
        let mut cells: Vec<u32> = to_others.collect();
        let row = form.pairs.row(at);
        let known = row.and_then(|row| written.get(&row));
        let first = cells.len();
        for (to, host) in hosts.iter().enumerate() {
            cells.push(match (known.and_then(|known| known[to]), form.pairs.class(at, to)) {
                (Some(known), _) => known,
                (None, Some(class)) => writing.of_class(class, id, *host),
                (None, None) => writing.walked(id, Thing::Host(*host)),
            });
        }
        if let (Some(row), None) = (row, known) {
            // What does not name the caller is said of all callers of the row.
            let of_all = |(to, cell): (usize, &u32)| {
                let all = form.pairs.class(at, to).is_some() && !writing.names(*cell, &app.head.name);
                all.then_some(*cell)
            };
            written.insert(row, cells[first..].iter().enumerate().map(of_all).collect());
        }
        rows.push(MatrixRow { source: app.head.name.clone(), cells: writing.row(cells) });
    }
    *kept = Some(form);
    MatrixAnswer { targets, rows, cells: writing.cells.into_iter().collect() }
}

/// A matrix while it is written down.
struct Writing<'a> {
    asked: &'a Asked<'a>,
    /// Are the headlines told?
    told: bool,
    cells: IndexSet<MatrixCell>,
    /// The cells of the classes that were asked about.
    fates: Vec<Option<u32>>,
    rows: HashSet<Arc<[u32]>>,
}

impl Writing<'_> {
    /// The place of a cell that is asked about by itself.
    fn walked(&mut self, app: AppId, thing: Thing) -> u32 {
        let cell = cell(self.asked, app, thing);
        self.put(cell)
    }

    fn put(&mut self, mut cell: MatrixCell) -> u32 {
        if !self.told {
            cell.headline = None;
        }
        self.cells.insert_full(cell).0 as u32
    }

    /// The cell of a pair of a class: that of the first one of it, but for words that are its own.
    fn of_class(&mut self, class: ClassId, app: AppId, host: HostId) -> u32 {
        let at = match self.fates[class.number()] {
            Some(known) => known,
            None => {
                let first = self.walked(app, Thing::Host(host));
                self.fates[class.number()] = Some(first);
                return first;
            }
        };
        match self.cells[at as usize].headline {
            None => at,
            Some(_) => self.walked(app, Thing::Host(host)),
        }
    }

    /// Do the words of a cell name the caller?
    fn names(&self, cell: u32, caller: &str) -> bool {
        self.cells[cell as usize].headline.as_ref().is_some_and(|words| words.contains(caller))
    }

    /// A row; one that is there already is shared.
    fn row(&mut self, cells: Vec<u32>) -> Arc<[u32]> {
        if let Some(known) = self.rows.get(&*cells) {
            return known.clone();
        }
        let row: Arc<[u32]> = cells.into();
        self.rows.insert(row.clone());
        row
    }
}

/// What a conversation keeps of its last `matrix`, to go on from. It holds nothing that cannot be worked out again.
#[derive(Debug, Default)]
pub struct KeptMatrix(Mutex<Option<Form>>);

/// Which pairs of apps and hosts are alike, and of what declarations.
#[derive(Debug)]
struct Form {
    items: Vec<Arc<DeclaredItem>>,
    scope: Scope,
    edition: Edition,
    tags: Option<Arc<TagList>>,
    pairs: Pairs,
}

impl Form {
    /// That of the model that is asked: an earlier one where no more than security groups were changed since, else one
    /// that is made anew.
    fn of(asked: &Asked<'_>, hosts: &[HostId], earlier: Option<Form>) -> Self {
        let items = asked.declared.items();
        if let Some(mut earlier) = earlier
            && let Some(groups) = earlier.edited(asked)
            && earlier.pairs.edit(asked.engine, &groups)
        {
            earlier.items = items.to_vec();
            return earlier;
        }
        let apps: Vec<AppId> = asked.model.apps().map(|(id, _)| id).collect();
        let first = apps.first().map_or(Source::Internet, |app| Source::App(*app));
        let called = |host: &HostId| {
            let (question, _) = question(asked, first.clone(), Thing::Host(*host));
            Called { host: *host, ports: question.ports }
        };
        let called: Vec<Called> = hosts.iter().map(called).collect();
        Self {
            items: items.to_vec(),
            scope: asked.scope.clone(),
            edition: asked.model.platform.edition(),
            tags: asked.declared.tags().cloned(),
            pairs: asked.engine.pairs(&apps, &called),
        }
    }

    /// The security groups that have been declared anew since; none where anything else has.
    fn edited(&self, asked: &Asked<'_>) -> Option<Vec<NsgId>> {
        let items = asked.declared.items();
        let same_tags = match (&self.tags, asked.declared.tags()) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let same = same_tags && self.edition == asked.model.platform.edition() && self.scope.lets == asked.scope.lets;
        if !same || self.items.len() != items.len() {
            return None;
        }
        let other = self.items.iter().zip(items).filter(|(before, now)| !Arc::ptr_eq(before, now));
        let group = |(before, now): (&Arc<DeclaredItem>, &Arc<DeclaredItem>)| {
            let same = before.kind == now.kind && before.name == now.name;
            let Ok(Thing::Nsg(id)) = asked.model.names.find(&now.name, &[Kind::Nsg]) else { return None };
            (same && now.kind == Some(Kind::Nsg)).then_some(id)
        };
        other.map(group).collect()
    }
}

fn cell(asked: &Asked<'_>, app: AppId, thing: Thing) -> MatrixCell {
    let (question, taken) = question(asked, Source::App(app), thing);
    let found = reach::judged_of(asked, question, vec![taken], String::new()).answer;
    MatrixCell {
        verdict: found.verdict,
        outcome: found.outcome,
        headline: found.headline,
        decided_by: found.decided_by,
    }
}

/// The question whether a source can reach a thing, by the ports that are its own; of a host that states none, by any.
fn question(asked: &Asked<'_>, source: Source, thing: Thing) -> (Question, Taken) {
    let read = name::target_of(asked, thing, &source);
    let question = Question {
        source,
        target: read.target,
        named: Some(thing),
        over: None,
        source_ports: None,
        ports: read.ports.unwrap_or_else(PortSet::all),
        traffic: Traffic::Application,
        headers: Vec::new(),
        host: None,
        scm: read.scm,
        every_address: false,
        briefly: true,
        only_open: false,
    };
    (question, read.taken)
}
