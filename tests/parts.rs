//! What holds of a part of a walk holds of each flow in it: all flows of everybody who calls in the scripts of `examples`
//! and `tests/estate` are walked at once, and single flows out of the parts are asked again by themselves. With
//! `FNET_PARTS=all` in all other scripts too. And who asks for open flows alone is told all of them.

mod common;

use common::{root, scripts, slashed};
use fnet::engine::{Ends, Engine, Flows, Part, Question, Source, Target, Traffic, Verdict};
use fnet::net::{AddressSet, PortSet, Protocol};
use fnet::syntax::ast::Over;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

fn question(source: Source, target: AddressSet) -> Question {
    Question {
        source,
        target: Target::Ends(Ends::Set(target)),
        named: None,
        over: Some(Over::Any),
        source_ports: Some(PortSet::all()),
        ports: PortSet::all(),
        traffic: Traffic::Application,
        headers: Vec::new(),
        host: None,
        scm: false,
        every_address: true,
        briefly: true,
        only_open: false,
    }
}

/// The least and the greatest address of the first and of the last prefix.
fn edges(set: &AddressSet) -> Vec<IpAddr> {
    let prefixes = set.prefixes();
    let ends = [prefixes.first(), prefixes.last()].into_iter().flatten();
    let mut all: Vec<IpAddr> = ends.flat_map(|prefix| [prefix.network(), prefix.broadcast()]).collect();
    all.dedup();
    all
}

fn edge_ports(ports: &PortSet) -> Vec<u16> {
    let ranges = ports.ranges();
    let mut all: Vec<u16> = [ranges.first().map(|r| r.0), ranges.last().map(|r| r.1)].into_iter().flatten().collect();
    all.dedup();
    all
}

/// Single flows out of a part, at the edges of its addresses and ports.
fn singles(whole: &Question, flows: &Flows) -> Vec<Question> {
    let Ends::Set(destinations) = &flows.destination else { return Vec::new() };
    let mut all = Vec::new();
    for protocol in flows.protocols.iter() {
        let portless = !protocol.has_ports();
        let ports = if portless { vec![None] } else { edge_ports(&flows.ports).into_iter().map(Some).collect() };
        let from = flows.source_ports.as_ref().and_then(|ports| edge_ports(ports).first().copied());
        for address in edges(destinations) {
            for port in &ports {
                all.push(Question {
                    target: Target::Ends(Ends::one(address)),
                    over: (protocol != Protocol::Tcp).then_some(Over::Protocol(protocol)),
                    ports: port.map_or_else(PortSet::all, PortSet::one),
                    source_ports: from.filter(|_| !portless).map(PortSet::one),
                    ..whole.clone()
                });
            }
        }
    }
    all
}

/// Do a part of the whole and one of a single flow have callers in common, as far as that is known?
fn same_callers(part: &Part, single: &Part) -> bool {
    match (&part.flows.source, &single.flows.source) {
        (Ends::Set(a), Ends::Set(b)) => a.meets(b) || (a.is_empty() && b.is_empty()),
        (Ends::Symbol(a), Ends::Symbol(b)) => a.text == b.text,
        _ => false,
    }
}

/// The parts that pass or may pass.
fn open(mut parts: Vec<Part>) -> Vec<Part> {
    parts.retain(|part| !matches!(part.verdict(), Verdict::No(_)));
    parts
}

/// Asks about the flows of one script: how many were asked, and which come to something else by themselves.
fn asked_of(path: &Path) -> (usize, Vec<String>) {
    let (mut asked, mut wrong) = (0, Vec::new());
    let mut session = fnet::Session::new();
    session.only_declare(true);
    if session.load_file(&root().join(path)).is_err() {
        return (0, wrong);
    }
    let model = session.model();
    let engine = Engine::of(&model);
    let mut callers: Vec<(String, Source)> = vec![("Internet".into(), Source::Internet)];
    callers.extend(model.apps().map(|(id, app)| (app.head.name.clone(), Source::App(id))));
    callers.extend(model.hosts().map(|(id, host)| (host.head.name.clone(), Source::Host(id))));
    callers.extend(model.subnets().map(|(id, subnet)| (subnet.head.name.clone(), Source::Subnet(id))));
    callers.extend(model.on_premises().map(|(id, site)| (site.head.name.clone(), Source::OnPremises(id))));
    let space = model.vnets().map(|(_, vnet)| vnet.addresses()).fold(AddressSet::empty(), |all, own| all.union(&own));
    for (name, source) in callers {
        let whole = question(source, AddressSet::all());
        let parts = engine.walk(&whole);
        let mut unlike = |what: &str| wrong.push(format!("{}: {name}: {what}", slashed(path)));
        if open(engine.walk(&Question { only_open: true, ..whole.clone() })) != open(parts.clone()) {
            unlike("what is open by itself is not what is open of everything");
        }
        // Where all addresses have been cut already, fewer are taken out of that.
        let inside = question(whole.source.clone(), space.clone());
        if engine.walk(&inside) != Engine::of(&model).walk(&inside) {
            unlike("addresses that are cut by themselves come to something else");
        }
        for part in parts {
            for single in singles(&whole, &part.flows) {
                let found = engine.walk(&single);
                let only_open = engine.walk(&Question { only_open: true, ..single.clone() });
                if wrong.len() < 5 && open(only_open) != open(found.clone()) {
                    wrong.push(format!("{}: {name}: {single:?} is open, or not, by itself", slashed(path)));
                }
                for one in found.iter().filter(|one| same_callers(&part, one)) {
                    asked += 1;
                    let same = match (part.verdict(), one.verdict()) {
                        (Verdict::No(_), Verdict::No(_)) => true,
                        (whole, single) => whole == single,
                    };
                    if !same && wrong.len() < 5 {
                        let decides = |part: &Part| part.trail.deciding().map(|step| step.text.clone());
                        wrong.push(format!(
                            "{}: {name}: {}\n  of all: {:?}, {:?}\n  alone: {:?}, {:?}",
                            slashed(path),
                            one.flows,
                            part.verdict(),
                            decides(&part),
                            one.verdict(),
                            decides(one)
                        ));
                    }
                }
            }
        }
    }
    (asked, wrong)
}

#[test]
fn a_flow_of_a_part_comes_to_what_the_part_comes_to() {
    let whole = std::env::var_os("FNET_PARTS").is_some_and(|value| value == "all");
    let mut folders = vec!["examples", "tests/estate"];
    if whole {
        folders.extend(["examples/troubles", "tests/azure", "tests/decisive", "tests/peers", "tests/rules"]);
    }
    let scripts: Vec<PathBuf> = folders.into_iter().flat_map(scripts).collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new((0, Vec::new())));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(path) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (asked, wrong) = asked_of(path);
                    let mut found = found.lock().expect("no thread panics");
                    found.0 += asked;
                    found.1.extend(wrong);
                }
            });
        }
    });
    let (asked, wrong) = found.into_inner().expect("no thread panics");
    assert!(asked > 10_000, "{asked} flows were asked");
    common::report(&wrong, asked);
}
