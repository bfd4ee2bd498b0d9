//! All flows of a source to a prefix, walked at once: each of them must be what the oracle says of it alone.

use crate::asked::{can, has, session};
use crate::differences::{Compared, Difference, compare, flows};
use crate::oracle::evaluate::decide;
use crate::oracle::plain::{Addr, Model, Over, Prefix, Question, Source, Target};
use crate::oracle::random::{self, Dice};
use crate::oracle::text;
use crate::oracle::worlds::{Answer, Verdict};
use fnet::Session;
use fnet::engine::{self, Ends, Engine, Part, Traffic};
use fnet::net::{AddressSet, PortSet, Protocol};
use std::net::IpAddr;

/// Prefixes that are asked about in a network, and flows to each.
const PREFIXES: usize = 6;
const PICKED: usize = 12;

#[test]
fn many_flows_at_once_are_what_each_of_them_is() {
    compare(flows().div_ceil(2 * PREFIXES * PICKED), network);
}

pub fn address(addr: Addr) -> IpAddr {
    addr.to_string().parse().expect("an address")
}

/// What a question may be asked over, and the protocol of it.
pub const OVER: [(Protocol, Over); 4] = [
    (Protocol::Tcp, Over::Answer),
    (Protocol::Tcp, Over::Answer),
    (Protocol::Udp, Over::Udp),
    (Protocol::Icmp, Over::Icmp),
];

fn network(network: &Model, dice: &mut Dice, mut session: Session) -> Compared {
    let lowered = session.model();
    let engine = Engine::of(&lowered);
    let mut count = 0;
    for _ in 0..PREFIXES {
        let source = random::question(network, dice).source;
        let prefix = random::place(network, dice);
        if matches!(source, Source::Addr(_)) && !(prefix.base.is_public() && prefix.last().is_public()) {
            continue;
        }
        let parts = engine.walk(&all_of(&lowered, &source, prefix));
        for _ in 0..PICKED {
            let to = random::inside(network, prefix, dice);
            let over = dice.of(&OVER).1;
            let port = random::port(dice);
            let one = Question::of(source.clone(), Target::Addr(to), port, over);
            count += 1;
            let Some((ours, _, _)) = differs(network, &one, &parts) else { continue };
            let kind = format!("{:?} {:?}", ours.verdict, ours.reason);
            return (count, Some(Difference { kind, shows: Box::new(move |less| shows(less, &one, prefix)) }));
        }
    }
    (count, None)
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

/// Every flow of a source to a prefix.
fn all_of(model: &fnet::model::Model, source: &Source, to: Prefix) -> engine::Question {
    engine::Question {
        source: sender(model, source),
        target: engine::Target::Ends(Ends::Set(AddressSet::range(address(to.base), address(to.last())))),
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
        only_open: false,
    }
}

/// Does a part of an answer hold a flow?
fn holds(part: &Part, to: IpAddr, protocol: Protocol, port: u16) -> bool {
    let flows = &part.flows;
    flows.destination.possible().contains(to)
        && flows.protocols.contains(protocol)
        && (!protocol.has_ports() || PortSet::one(port).is_subset(&flows.ports))
}

/// What the oracle says of a flow, what the parts that hold it do, and how many they are; where they differ.
fn differs(model: &Model, one: &Question, parts: &[Part]) -> Option<(Answer, Verdict, usize)> {
    let ours = decide(model, one)?;
    let Target::Addr(to) = one.target else { return None };
    let protocol = OVER.iter().find(|(_, over)| *over == one.over).expect("one of these").0;
    let of_it: Vec<Part> = parts.iter().filter(|part| holds(part, address(to), protocol, one.port)).cloned().collect();
    let theirs = match engine::Verdict::of(&of_it) {
        engine::Verdict::Yes => Verdict::Yes,
        engine::Verdict::No(_) => Verdict::No,
        engine::Verdict::Partly => Verdict::Partly,
        engine::Verdict::Unknown => Verdict::Unknown,
    };
    let cautious = ours.guessed && theirs == Verdict::Unknown && !of_it.is_empty();
    (of_it.is_empty() || (theirs != ours.verdict && !cautious)).then_some((ours, theirs, of_it.len()))
}

fn shows(model: &Model, one: &Question, prefix: Prefix) -> Option<String> {
    if !has(model, one) {
        return None;
    }
    let mut session = session(model)?;
    let lowered = session.model();
    let parts = Engine::of(&lowered).walk(&all_of(&lowered, &one.source, prefix));
    let (ours, theirs, count) = differs(model, one, &parts)?;
    let line = text::question(model, one);
    let alone = can(&mut session, &line);
    Some(format!(
        "{line}\noracle: {ours:?}\nall flows to {prefix} at once: {theirs:?} in {count} parts\nalone: {alone:?}"
    ))
}
