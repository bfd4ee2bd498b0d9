//! `matrix` against the walk, cell by cell: what is said of many pairs at once is what each of them is by itself, and what
//! is kept from an earlier question is what would be made anew. In every script of `examples/` and `tests/`, and in the
//! random networks of the oracle with more apps and hosts. `FNET_MATRIX_NETWORKS` is how many of those (a small number by
//! default), `FNET_MATRIX_SEED` the first seed.

mod common;
#[allow(dead_code)]
mod oracle;

use common::{files, root, slashed};
use fnet::engine::{Called, Ends, Engine, Question, Source, Target, Traffic, Verdict};
use fnet::model::{AppId, Host, HostId, Model, Thing};
use fnet::net::{AddressSet, PortSet, Protocol};
use fnet::query::answer::MatrixAnswer;
use fnet::{Answer, Session};
use oracle::plain;
use oracle::random::{self, Dice};
use oracle::text;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The ports that a matrix asks a host about.
fn ports(host: &Host) -> PortSet {
    let all = || host.listen.iter().flatten();
    let of = |tcp: bool| {
        let wanted = all().filter(|stated| !tcp || stated.value.0 == Protocol::Tcp);
        wanted.fold(PortSet::default(), |ports, stated| ports.union(&stated.value.1))
    };
    [of(true), of(false)].into_iter().find(|ports| !ports.is_empty()).unwrap_or_else(PortSet::all)
}

fn question(model: &Model, app: AppId, host: HostId) -> Question {
    let addresses: AddressSet = model[host].addresses.iter().map(|stated| stated.value).collect();
    Question {
        source: Source::App(app),
        target: Target::Ends(Ends::Set(addresses)),
        named: Some(Thing::Host(host)),
        over: None,
        source_ports: None,
        ports: ports(&model[host]),
        traffic: Traffic::Application,
        headers: Vec::new(),
        host: None,
        scm: false,
        every_address: false,
        briefly: true,
        only_open: false,
    }
}

/// What was compared: cells, those of them that are of a class, and what decided those.
#[derive(Default)]
struct Compared {
    cells: AtomicUsize,
    classed: AtomicUsize,
    by: Mutex<BTreeMap<String, usize>>,
}

fn matrix(session: &mut Session) -> MatrixAnswer {
    match session.ask("matrix") {
        Ok(Answer::Matrix(matrix)) => matrix,
        other => panic!("a matrix: {other:?}"),
    }
}

/// The cells of a matrix that differ from the walk.
fn differences(session: &mut Session, compared: &Compared) -> Vec<String> {
    let answer = matrix(session);
    let model = session.model();
    let engine = Engine::of(&model);
    let apps: Vec<AppId> = model.apps().map(|(id, _)| id).collect();
    let hosts: Vec<HostId> = model.hosts().map(|(id, _)| id).collect();
    let called: Vec<Called> = hosts.iter().map(|host| Called { host: *host, ports: ports(&model[*host]) }).collect();
    let pairs = engine.pairs(&apps, &called);
    let first = answer.targets.len() - hosts.len();
    let mut wrong = Vec::new();
    for (row, app) in apps.iter().enumerate() {
        for (column, host) in hosts.iter().enumerate() {
            let parts = engine.walk(&question(&model, *app, *host));
            let merged = Verdict::of(&parts);
            let deciding = parts.iter().find(|part| part.verdict() != Verdict::Yes).or(parts.first());
            let step = deciding.and_then(|part| part.trail.deciding());
            let cell = answer.cell(row, first + column).expect("a cell");
            let words = step.map(|step| step.words().to_string());
            let same = cell.verdict.word() == merged.word()
                && cell.outcome.as_deref() == merged.outcome().map(|outcome| outcome.word())
                && cell.decided_by.as_deref() == step.map(|step| &*step.rule)
                && (merged == Verdict::Partly || cell.headline == words);
            compared.cells.fetch_add(1, Ordering::Relaxed);
            if pairs.class(row, column).is_some() {
                compared.classed.fetch_add(1, Ordering::Relaxed);
                let by = step.map_or_else(|| merged.word().to_string(), |step| step.rule.clone());
                *compared.by.lock().unwrap().entry(by).or_default() += 1;
            }
            if !same && wrong.len() < 3 {
                let (from, to) = (&model[*app].head.name, &model[*host].head.name);
                wrong.push(format!("{from} -> {to}\n  matrix: {cell:?}\n  walk: {merged:?} {step:?}"));
            }
        }
    }
    wrong
}

#[test]
fn every_cell_is_what_the_walk_says_in_every_script() {
    let compared = Compared::default();
    let mut scripts = files("examples", ".fnet");
    scripts.extend(files("tests", ".fnet"));
    for path in scripts {
        let mut session = Session::new();
        session.only_declare(true);
        if session.load_file(&root().join(&path)).is_ok() {
            let wrong = differences(&mut session, &compared);
            assert!(wrong.is_empty(), "{}\n{}", slashed(&path), wrong.join("\n"));
        }
    }
    println!("{} of {} cells are of a class", compared.classed.into_inner(), compared.cells.into_inner());
}

/// More hosts in every subnet and more apps on every plan, so that rows and columns are alike and differ.
fn crowded(model: &mut plain::Model, dice: &mut Dice) {
    for (v, vnet) in model.vnets.clone().iter().enumerate() {
        for s in 0..2 {
            for n in 0..dice.below(4) {
                let listen = dice
                    .chance(85)
                    .then(|| vec![(plain::Protocol::Tcp, [443, 1433, 22][n % 3], [443, 1433, 22][n % 3])]);
                let nsg = model.nsgs.first().filter(|_| dice.chance(20)).map(|nsg| nsg.name.clone());
                model.hosts.push(plain::Host {
                    name: format!("more{v}{s}{n}"),
                    place: plain::Place::Subnet(vnet.name.clone(), vnet.subnets[s].name.clone()),
                    addrs: vec![vnet.subnets[s].prefixes[0].base.plus([5, 9, 64, 126][n])],
                    listen,
                    nsg,
                    asgs: Vec::new(),
                    filter: None,
                    public: None,
                    dns: Vec::new(),
                });
            }
        }
    }
    // Appliances that translate make every pair behind them one by itself.
    for appliance in model.appliances.iter_mut().filter(|_| dice.chance(60)) {
        (appliance.snat, appliance.filter) = (Some(false), plain::Filter { rules: Vec::new(), default: None });
    }
    for v in 0..model.vnets.len() {
        let vnet = &mut model.vnets[v];
        if vnet.subnets[3].delegation.is_none() && vnet.prefixes.len() == 1 && dice.chance(85) {
            vnet.subnets[3].delegation = Some("Microsoft.Web/serverFarms");
            let (region, subnet) = (vnet.region, Some((vnet.name.clone(), vnet.subnets[3].name.clone())));
            let inbound = plain::Addr::four(20, 70, 1, v as u32);
            model.apps.push(plain::App {
                name: format!("plain{v}"),
                tier: "Premium",
                region,
                subnet,
                route_setting: None,
                route_all: None,
                route_everything: None,
                ase: None,
                dns_setting: Vec::new(),
                dns: Vec::new(),
                dns_alternative: None,
                inbound,
                outbound: Vec::new(),
                public: None,
                access: Vec::new(),
                access_default: None,
                scm: None,
                hybrids: Vec::new(),
            });
        }
    }
    for (n, app) in model.apps.clone().into_iter().enumerate() {
        let more = plain::App { name: format!("twin{n}"), inbound: app.inbound.plus(100), ..app };
        if dice.chance(70) {
            model.apps.push(more);
        }
    }
}

fn amendment(model: &plain::Model, dice: &mut Dice) -> Option<String> {
    if model.nsgs.is_empty() {
        return None;
    }
    let group = &dice.of(&model.nsgs).name;
    let mut end = || match dice.below(3) {
        0 => "*".to_string(),
        1 => "VirtualNetwork".to_string(),
        _ => dice.of(&model.vnets).subnets[dice.below(4)].prefixes[0].to_string(),
    };
    let (from, to) = (end(), end());
    let side = *dice.of(&["inbound", "outbound"]);
    let action = *dice.of(&["allow", "deny"]);
    let port = *dice.of(&["", ":443", ":1433", ":1000-2000"]);
    Some(format!("amend nsg {group} {{ {side} {{ {} {action} tcp {from} -> {to}{port} }} }}", 100 + dice.below(4) * 5))
}

fn network(seed: u64, compared: &Compared) -> Vec<String> {
    let mut dice = Dice::new(seed);
    let mut network = random::model(&mut dice);
    crowded(&mut network, &mut dice);
    let script = text::script(&network);
    let load = || {
        let mut session = Session::new();
        session.only_declare(true);
        session.load(&script).ok().map(|_| session)
    };
    let Some(mut session) = load() else { return Vec::new() };
    let mut told = script.clone();
    let check = |session: &mut Session, told: &str| -> Vec<String> {
        let wrong = differences(session, compared);
        wrong.into_iter().map(|wrong| format!("seed {seed}\n{told}\n{wrong}")).collect()
    };
    let wrong = check(&mut session, &told);
    if !wrong.is_empty() {
        return wrong;
    }
    let mut entered = Vec::new();
    for _ in 0..2 {
        let Some(line) = amendment(&network, &mut dice) else { break };
        if session.enter(&line).is_err() {
            continue;
        }
        told.push_str(&format!("\n{line}"));
        entered.push(line);
        let wrong = check(&mut session, &told);
        if !wrong.is_empty() {
            return wrong;
        }
    }
    let mut anew = load().expect("it loaded before");
    entered.iter().for_each(|line| drop(anew.enter(line)));
    let (kept, made) = (matrix(&mut session), matrix(&mut anew));
    let cells = |answer: &MatrixAnswer| -> Vec<_> {
        answer.rows.iter().map(|row| answer.cells(row).map(|cell| cell.cloned()).collect::<Vec<_>>()).collect()
    };
    if cells(&kept) != cells(&made) {
        return vec![format!("seed {seed}: what is kept differs from what is made anew\n{told}")];
    }
    Vec::new()
}

#[test]
fn every_cell_is_what_the_walk_says_in_random_networks() {
    let number =
        |name: &str, otherwise: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let (count, first) = (number("FNET_MATRIX_NETWORKS", 30), number("FNET_MATRIX_SEED", 1));
    let compared = Compared::default();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed) as u64;
                    if at >= count || wrong.lock().unwrap().len() > 2 {
                        return;
                    }
                    let found = network(first + at, &compared);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    let (cells, classed) = (compared.cells.into_inner(), compared.classed.into_inner());
    println!("{classed} of {cells} cells are of a class: {:?}", compared.by.into_inner().unwrap());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(classed * 8 > cells, "an eighth of all cells are of a class");
}
