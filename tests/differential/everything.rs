//! `what` and `who`: a flow is told among those that arrive, or among those of which nobody can tell, or not at all, as the
//! oracle says of it alone.

use crate::asked::{can, has, session};
use crate::differences::{Compared, Difference, compare, flows};
use crate::oracle::evaluate::decide;
use crate::oracle::names::host_name;
use crate::oracle::plain::{Addr, Manager, Model, Over, Protocol, Question, Range, Source, Target};
use crate::oracle::random::{self, Dice};
use crate::oracle::text;
use crate::oracle::worlds::{Answer, Verdict};
use crate::told::{Flows, Told};
use fnet::Session;

/// Questions about all flows to a network, of either kind, and flows that are looked for in each answer.
const ANSWERS: usize = 2;
const FLOWS: usize = 60;

#[derive(Clone, Copy, Debug)]
enum Asked {
    What,
    Who,
}

#[test]
fn what_and_who_tell_the_flows_that_arrive() {
    compare(flows().div_ceil(4 * ANSWERS * FLOWS), network);
}

fn network(network: &Model, dice: &mut Dice, mut session: Session) -> Compared {
    let mut count = 0;
    for at in 0..2 * ANSWERS {
        let asked = if at % 2 == 0 { Asked::What } else { Asked::Who };
        let first = one_flow(network, dice, asked, None);
        let Some(line) = line(network, asked, &first) else { continue };
        let told = match Told::of(&mut session, &line) {
            Ok(told) => told,
            Err(error) => {
                let shows = move |less: &Model| Told::of(&mut self::session(less)?, &line).err();
                return (count, Some(Difference { kind: error, shows: Box::new(shows) }));
            }
        };
        for _ in 0..FLOWS {
            let one = one_flow(network, dice, asked, Some(&first));
            count += 1;
            let Some((ours, says)) = differs(network, asked, &one, &told) else { continue };
            let kind = format!("{asked:?} {:?} {:?} {says}", ours.verdict, ours.reason);
            return (count, Some(Difference { kind, shows: Box::new(move |less| shows(less, asked, &one)) }));
        }
    }
    (count, None)
}

/// A single flow: some of them with the end that all flows of the question have.
fn one_flow(model: &Model, dice: &mut Dice, asked: Asked, first: Option<&Question>) -> Question {
    let mut one = random::question(model, dice);
    match (asked, first) {
        (Asked::What, Some(first)) => one.source = first.source.clone(),
        (Asked::Who, Some(first)) => (one.target, one.scm) = (first.target.clone(), first.scm),
        _ => {}
    }
    // Of what a request carries nothing is said of all of them at once.
    (one.front_door, one.forwarded_for, one.host) = (None, None, None);
    // Of all flows over TCP the answer is asked for, and not the connection alone.
    if one.over == Over::Tcp {
        one.over = Over::Answer;
    }
    // In `what` a machine is what has its addresses.
    if let (Asked::What, Target::Host(name)) = (asked, &one.target) {
        one.target = Target::Addr(*dice.of(&model.host(name).addrs));
    }
    // By their names, services and apps are asked about over TCP alone.
    if let (Asked::What, Target::Service(_) | Target::App(_)) = (asked, &one.target) {
        one.over = Over::Answer;
    }
    if let (Source::Addr(_), Target::Addr(addr)) = (&one.source, &one.target)
        && !addr.is_public()
    {
        one.source = Source::App(dice.of(&model.apps).name.clone());
    }
    one
}

/// The question that the flow is one of.
fn line(model: &Model, asked: Asked, one: &Question) -> Option<String> {
    match (asked, &one.source) {
        // All public addresses together are not a caller of `what`.
        (Asked::What, Source::Addr(_)) => None,
        (Asked::What, Source::App(name) | Source::Host(name)) => Some(format!("what can {name} reach")),
        (Asked::Who, _) => Some(format!("who can reach {}:* over *", text::called(model, one))),
    }
}

/// What the oracle says, and what the answer does; where they differ.
fn differs(model: &Model, asked: Asked, one: &Question, told: &Told) -> Option<(Answer, String)> {
    let protocol = match one.over {
        Over::Answer | Over::Tcp => Protocol::Tcp,
        Over::Udp => Protocol::Udp,
        Over::Icmp => Protocol::Icmp,
    };
    // The target itself is not told among those who reach it.
    if matches!((&one.source, &one.target), (Source::App(a), Target::App(b)) | (Source::Host(a), Target::Host(b)) if a == b)
    {
        return None;
    }
    let goes = |flows: &Flows| flows.goes_by(protocol, one.from_port, one.port);
    // Several names may lead to one address.
    let mut by_names = false;
    let (yes, unknown) = match asked {
        Asked::What => match &one.target {
            Target::Addr(addr) => {
                let by_address = told.count(|flows| flows.hosts.is_empty() && flows.has(*addr) && goes(flows));
                // What a name tells is not told again by the address; but an app is not called by its address.
                if by_address == (0, 0) && !is_of_app(model, *addr) {
                    by_names = true;
                    told.count(|flows| flows.has(*addr) && goes(flows))
                } else {
                    by_address
                }
            }
            Target::Service(name) | Target::App(name) => {
                // Nobody says what the apps of an environment with a public entry are called.
                let app = model.apps.iter().find(|app| app.name == *name);
                if app.and_then(|app| model.ase_of(app)).is_some_and(|ase| !ase.internal) {
                    return None;
                }
                let host = host_name(model, name, one.scm);
                told.count(|flows| flows.hosts.contains(&host) && goes(flows))
            }
            Target::Host(_) | Target::Name(_) => return None,
        },
        Asked::Who => match &one.source {
            Source::App(name) | Source::Host(name) => told.count(|flows| flows.end == *name && goes(flows)),
            Source::Addr(addr) => told.count(|flows| flows.end == "Internet" && flows.has(*addr) && goes(flows)),
        },
    };
    let ours = decide(model, one)?;
    let balanced = |addr: &Addr| model.balancers.iter().any(|one| one.addr == *addr);
    let one_place = match &one.target {
        Target::Host(_) => false,
        Target::Addr(addr) => !balanced(addr),
        _ => true,
    };
    let one_way = matches!(one.source, Source::Host(_) | Source::Addr(_)) && one_place;
    let agrees = match ours.verdict {
        Verdict::Yes => yes > 0 && unknown == 0,
        Verdict::No => yes == 0 && unknown == 0,
        Verdict::Partly => yes > 0,
        Verdict::Unknown => unknown > 0,
    };
    let cautious = ours.guessed && unknown > 0;
    // A single flow is told once.
    let once = !one_way || by_names || yes + unknown <= 1;
    let whole = !matches!(asked, Asked::Who) || ours.verdict != Verdict::Yes || covers(model, one, told, goes);
    if ((agrees && whole) || cautious) && once {
        return None;
    }
    let whole = if whole { "" } else { ", but not from all of its addresses" };
    Some((ours, format!("told {yes} times as arriving and {unknown} times as unknown{whole}")))
}

fn is_of_app(model: &Model, addr: Addr) -> bool {
    let endpoint = |app: &str| model.endpoints.iter().any(|one| one.target == app && one.addr == addr);
    model.apps.iter().any(|app| app.inbound == addr || endpoint(&app.name))
}

/// Does a flow arrive from all addresses that an app may call from: those of its subnet, of its platform, or of what calls
/// for it?
fn covers(model: &Model, one: &Question, told: &Told, goes: impl Fn(&Flows) -> bool) -> bool {
    let Source::App(name) = &one.source else { return true };
    let app = model.app(name);
    let mut ranges: Vec<Range> = Vec::new();
    for flows in told.yes.iter().filter(|flows| flows.end == *name && goes(flows)) {
        match &flows.addresses {
            Some(more) => ranges.extend(more),
            None => return true,
        }
    }
    let has = |addr: Addr| ranges.iter().any(|range| range.has(addr));
    let own = app.subnet.as_ref().map(|(vnet, subnet)| model.subnet(vnet, subnet));
    let by_subnet = own.is_some_and(|subnet| {
        let prefix = subnet.prefixes[0];
        (0..=prefix.last().bits - prefix.base.bits).all(|at| has(prefix.base.plus(at as i64)))
    });
    let by_environment = model.ase_of(app).is_some_and(|ase| {
        let prefix = model.subnet(&ase.vnet, &ase.subnet).prefixes[0];
        has(ase.public) || (0..=prefix.last().bits - prefix.base.bits).all(|at| has(prefix.base.plus(at as i64)))
    });
    let by_nat = model.nats.iter().any(|nat| has(nat.public));
    let by_platform = !app.outbound.is_empty() && app.outbound.iter().all(|addr| has(*addr));
    let by_appliance = model.appliances.iter().any(|one| has(one.addr) || one.public.is_some_and(has));
    let manager_has =
        |one: &Manager| one.on.as_ref().is_some_and(|on| model.host(on).addrs.iter().any(|addr| has(*addr)));
    let by_manager = model
        .hybrids
        .iter()
        .filter(|one| app.hybrids.contains(&one.name))
        .any(|one| one.managers.iter().any(manager_has));
    by_subnet || by_environment || by_nat || by_platform || by_appliance || by_manager
}

fn shows(model: &Model, asked: Asked, one: &Question) -> Option<String> {
    if !has(model, one) {
        return None;
    }
    let mut session = session(model)?;
    let question = line(model, asked, one)?;
    let told = Told::of(&mut session, &question).ok()?;
    let (ours, says) = differs(model, asked, one, &told)?;
    let line = text::question(model, one);
    let alone = can(&mut session, &line);
    Some(format!("{line}\noracle: {ours:?}\nalone: {alone:?}\n{question}: {says}"))
}
