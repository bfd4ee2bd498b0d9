//! The engine against the oracle: random networks, random questions, the same verdict; and many flows walked at once,
//! each of which must be what the oracle says of it alone. See `tests/oracle/`.
//!
//! `FNET_DIFFERENTIAL_FLOWS` is how many questions are asked (a small number by default), `FNET_DIFFERENTIAL_SEED` the
//! seed to begin with. What ever failed stands in `tests/oracle/seeds.txt` and is always asked.

mod oracle;

use fnet::Session;
use fnet::engine::{self, Ends, Engine, Part, Traffic};
use fnet::net::{AddressSet, PortSet, Protocol};
use fnet::query::answer::VerdictWord;
use oracle::evaluate::decide;
use oracle::plain::{Addr, Model, Over, Question, Source, Target};
use oracle::random::{self, Dice, model, question};
use oracle::shrink::shrink;
use oracle::text;
use oracle::worlds::{Answer, Verdict};
use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Questions to a network.
const QUESTIONS: usize = 60;

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A session that has the network, or what is wrong with it.
fn loaded(script: &str) -> Result<Session, String> {
    let mut session = Session::new();
    let report = session.load(script).map_err(|errors| errors.to_string())?;
    let bad = |one: &fnet::diagnostic::Diagnostic| one.severity.word() == "error";
    let mut errors = report.diagnostics.iter().filter(|one| bad(one)).map(|one| one.message.clone());
    match errors.next() {
        Some(error) => Err(error),
        None => Ok(session),
    }
}

fn asked(session: &mut Session, question: &str) -> Result<Verdict, String> {
    match session.ask(question).map_err(|errors| errors.to_string())?.verdict() {
        Some(VerdictWord::Yes) => Ok(Verdict::Yes),
        Some(VerdictWord::No) => Ok(Verdict::No),
        Some(VerdictWord::Partly) => Ok(Verdict::Partly),
        Some(VerdictWord::Unknown) => Ok(Verdict::Unknown),
        None => Err("no verdict".into()),
    }
}

/// What the oracle says, where the engine does not say the same.
fn differ(session: &mut Session, model: &Model, question: &Question) -> Option<Answer> {
    let ours = decide(model, question)?;
    let theirs = asked(session, &text::question(model, question));
    // Where a fact is not stated, the engine may leave it at that though it would decide nothing in the end.
    let cautious = ours.guessed && theirs == Ok(Verdict::Unknown);
    (theirs != Ok(ours.verdict) && !cautious).then_some(ours)
}

/// Does the network have what the question names?
fn has(model: &Model, question: &Question) -> bool {
    let host = |name: &String| model.hosts.iter().any(|one| one.name == *name);
    let app = |name: &String| model.apps.iter().any(|one| one.name == *name);
    let source = match &question.source {
        Source::App(name) => app(name),
        Source::Host(name) => host(name),
        Source::Addr(_) => true,
    };
    source
        && match &question.target {
            Target::Addr(_) => true,
            Target::Host(name) => host(name),
            Target::App(name) => app(name),
            Target::Service(name) => model.services.iter().any(|one| one.name == *name),
        }
}

/// The smallest script that still shows a difference, and both answers.
fn told(seed: u64, network: &Model, question: &Question) -> String {
    let fails = |less: &Model| {
        has(less, question)
            && loaded(&text::script(less)).is_ok_and(|mut session| {
                asked(&mut session, &text::question(less, question)).is_ok()
                    && differ(&mut session, less, question).is_some()
            })
    };
    let small = if fails(network) { shrink(network.clone(), fails) } else { network.clone() };
    let script = text::script(&small);
    let line = text::question(&small, question);
    let mut told = format!("seed {seed}\n{script}{line}\n");
    let _ = writeln!(told, "oracle: {:?}", decide(&small, question));
    match loaded(&script).map(|mut session| session.ask(&line)) {
        Ok(Ok(answer)) => writeln!(told, "engine: {answer}").unwrap(),
        Ok(Err(errors)) => writeln!(told, "engine: {errors}").unwrap(),
        Err(error) => writeln!(told, "engine: {error}").unwrap(),
    }
    told
}

/// One network: how many questions were compared, and the differences.
fn network(seed: u64, known: &Mutex<Vec<String>>) -> (usize, Option<String>, Vec<String>) {
    let mut dice = Dice::new(seed);
    let network = model(&mut dice);
    let mut session = match loaded(&text::script(&network)) {
        Ok(session) => session,
        Err(error) => return (0, Some(error), Vec::new()),
    };
    let mut count = 0;
    for _ in 0..QUESTIONS {
        let question = question(&network, &mut dice);
        count += 1;
        if let Some(ours) = differ(&mut session, &network, &question) {
            // Differences of one kind are told once.
            let kind = format!("{:?} {:?}", ours.verdict, ours.reason);
            let mut known = known.lock().unwrap();
            if known.contains(&kind) {
                continue;
            }
            known.push(kind);
            drop(known);
            return (count, None, vec![told(seed, &network, &question)]);
        }
    }
    (count, None, Vec::new())
}

#[test]
fn the_engine_agrees_with_the_oracle() {
    let flows = number("FNET_DIFFERENTIAL_FLOWS", 2000);
    let first = number("FNET_DIFFERENTIAL_SEED", 1) as u64;
    let enough = number("FNET_DIFFERENTIAL_SHOWN", 3);
    let kept: Vec<u64> = include_str!("oracle/seeds.txt")
        .lines()
        .filter_map(|line| line.split('#').next()?.trim().parse().ok())
        .collect();
    let networks = kept.len() + flows.div_ceil(QUESTIONS);
    let (next, compared, refused) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let (troubles, known) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= networks || troubles.lock().unwrap().len() >= enough {
                        return;
                    }
                    let seed = kept.get(at).copied().unwrap_or_else(|| first + (at - kept.len()) as u64);
                    let (count, error, differences) = network(seed, &known);
                    compared.fetch_add(count, Ordering::Relaxed);
                    refused.lock().unwrap().extend(error);
                    troubles.lock().unwrap().extend(differences);
                }
            });
        }
    });
    let (refused, troubles) = (refused.into_inner().unwrap(), troubles.into_inner().unwrap());
    println!("{} flows of {networks} networks; {} networks did not load", compared.into_inner(), refused.len());
    for error in refused.iter().take(5) {
        println!("not loaded: {error}");
    }
    assert!(troubles.is_empty(), "{} differences:\n\n{}\n", troubles.len(), troubles.join("\n\n"));
    assert!(refused.len() * 10 <= networks, "too many networks do not load");
}

// --- many flows at once -------------------------------------------------------------------------------------------

/// Single flows of a question about many that are looked at.
const PICKED: usize = 12;

fn address(addr: Addr) -> IpAddr {
    addr.to_string().parse().expect("an address")
}

/// The same source as the engine names it.
fn sender(model: &fnet::model::Model, source: &Source) -> engine::Source {
    match source {
        Source::App(name) => {
            engine::Source::App(model.apps().find(|(_, app)| app.head.name == *name).expect("a declared app").0)
        }
        Source::Host(name) => {
            engine::Source::Host(model.hosts().find(|(_, host)| host.head.name == *name).expect("a declared host").0)
        }
        Source::Addr(addr) => engine::Source::Addresses(address(*addr).into()),
    }
}

/// Does a part of an answer hold a flow?
fn holds(part: &Part, to: IpAddr, protocol: Protocol, port: u16) -> bool {
    let flows = &part.flows;
    flows.destination.possible().contains(to)
        && flows.protocols.contains(protocol)
        && (!protocol.has_ports() || PortSet::one(port).is_subset(&flows.ports))
}

/// All flows of a source to a prefix, walked at once; some of them, one by one, by the oracle.
fn at_once(seed: u64) -> Vec<String> {
    let mut dice = Dice::new(seed);
    let network = model(&mut dice);
    let script = text::script(&network);
    let Ok(mut session) = loaded(&script) else { return Vec::new() };
    let lowered = session.model();
    let engine = Engine::of(&lowered);
    for _ in 0..6 {
        let source = question(&network, &mut dice).source;
        let prefix = random::place(&network, &mut dice);
        if matches!(source, Source::Addr(_)) && !(prefix.base.is_public() && prefix.last().is_public()) {
            continue;
        }
        let every = engine::Question {
            source: sender(&lowered, &source),
            target: engine::Target::Ends(Ends::Set(AddressSet::range(address(prefix.base), address(prefix.last())))),
            named: None,
            over: Some(fnet::syntax::ast::Over::Any),
            source_ports: None,
            ports: PortSet::all(),
            traffic: Traffic::Application,
            headers: Vec::new(),
            host: None,
            scm: false,
            every_address: true,
            briefly: false,
        };
        let parts = engine.walk(&every);
        for _ in 0..PICKED {
            let to = random::inside(&network, prefix, &mut dice);
            let (protocol, over) = *dice.of(&[
                (Protocol::Tcp, Over::Answer),
                (Protocol::Tcp, Over::Answer),
                (Protocol::Udp, Over::Udp),
                (Protocol::Icmp, Over::Icmp),
            ]);
            let port = random::port(&mut dice);
            let one = Question { source: source.clone(), target: Target::Addr(to), port, over, from_port: None };
            let Some(ours) = decide(&network, &one) else { continue };
            let of_it: Vec<Part> =
                parts.iter().filter(|part| holds(part, address(to), protocol, port)).cloned().collect();
            let theirs = match engine::Verdict::of(&of_it) {
                engine::Verdict::Yes => Verdict::Yes,
                engine::Verdict::No(_) => Verdict::No,
                engine::Verdict::Partly => Verdict::Partly,
                engine::Verdict::Unknown => Verdict::Unknown,
            };
            let cautious = ours.guessed && theirs == Verdict::Unknown && !of_it.is_empty();
            if of_it.is_empty() || (theirs != ours.verdict && !cautious) {
                let alone = asked(&mut session, &text::question(&network, &one));
                let line = text::question(&network, &one);
                let count = of_it.len();
                return vec![format!(
                    "seed {seed}, all flows to {prefix}\n{script}{line}\noracle: {ours:?}\nat once: {theirs:?} in {count} parts\nalone: {alone:?}"
                )];
            }
        }
    }
    Vec::new()
}

#[test]
fn many_flows_at_once_are_what_each_of_them_is() {
    let networks = number("FNET_DIFFERENTIAL_FLOWS", 2000).div_ceil(70);
    let first = number("FNET_DIFFERENTIAL_SEED", 1) as u64;
    let mut troubles = Vec::new();
    for seed in first..first + networks as u64 {
        troubles.extend(at_once(seed));
        if troubles.len() >= number("FNET_DIFFERENTIAL_SHOWN", 3) {
            break;
        }
    }
    assert!(troubles.is_empty(), "{} differences:\n\n{}\n", troubles.len(), troubles.join("\n\n"));
}
