//! `matrix`: every app against every service, app and host, each cell the answer of `can`.

use super::answer::{MatrixAnswer, MatrixCell, MatrixRow, MatrixTarget, Taken};
use super::{Asked, name, reach};
use crate::engine::{Question, Source, Traffic};
use crate::model::Thing;
use crate::net::PortSet;

/// Answers `matrix`.
pub(super) fn matrix(asked: &Asked<'_>) -> MatrixAnswer {
    let model = asked.model;
    let services = model.services().map(|(id, _)| Thing::Service(id));
    let apps = model.apps().map(|(id, _)| Thing::App(id));
    let hosts = model.hosts().map(|(id, _)| Thing::Host(id));
    let things: Vec<Thing> = services.chain(apps).chain(hosts).collect();
    let rows = model.apps().map(|(id, app)| MatrixRow {
        source: app.head.name.clone(),
        cells: things.iter().map(|thing| (*thing != Thing::App(id)).then(|| cell(asked, id, *thing))).collect(),
    });
    let rows: Vec<MatrixRow> = rows.collect();
    let targets = things.iter().map(|thing| {
        let (question, _) = question(asked, Source::Internet, *thing);
        let ports = if question.ports.is_all() { String::new() } else { question.ports.to_string() };
        MatrixTarget { name: thing.head(model).name.clone(), of_kind: thing.kind().word().to_string(), ports }
    });
    MatrixAnswer { targets: targets.collect(), rows }
}

fn cell(asked: &Asked<'_>, app: crate::model::AppId, thing: Thing) -> MatrixCell {
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
