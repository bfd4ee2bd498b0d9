//! The security rules that are compiled to hold recorded flows against: each of them rules as the oracle does.

use crate::asked::session;
use crate::at_once::{OVER, address};
use crate::differences::{Compared, Difference, compare, flows};
use crate::oracle::plain::{Addr, Model, Over, Place};
use crate::oracle::random::{self, Dice};
use crate::oracle::security::{Recorded, ruling};
use crate::oracle::worlds::Verdict;
use fnet::Session;
use fnet::engine::{EffectiveSecurity, Engine, Ruling};
use fnet::net::{FiveTuple, Protocol};

/// Interfaces of a network that are looked at, and flows of each.
const INTERFACES: usize = 12;
const FLOWS: usize = 50;

/// An interface: its subnet, the group of its own, and which way flows pass it.
#[derive(Clone, Debug)]
struct Interface {
    vnet: String,
    subnet: String,
    nic: Option<String>,
    outbound: bool,
}

#[test]
fn recorded_flows_are_ruled_as_the_oracle_does() {
    compare(flows().div_ceil(2 * INTERFACES * FLOWS), network);
}

fn network(network: &Model, dice: &mut Dice, mut session: Session) -> Compared {
    let lowered = session.model();
    let engine = Engine::of(&lowered);
    let mut count = 0;
    for _ in 0..INTERFACES {
        let (interface, own) = interface(network, dice);
        let Some(security) = compiled(&lowered, &engine, &interface) else { continue };
        for _ in 0..FLOWS {
            let flow = flow(network, dice, own, interface.outbound);
            count += 1;
            let Some(says) = differs(network, &interface, &flow, &security) else { continue };
            let shows = move |less: &Model| shows(less, &interface, &flow);
            return (count, Some(Difference { kind: says, shows: Box::new(shows) }));
        }
    }
    (count, None)
}

/// An interface of a network, and an address that it has.
fn interface(model: &Model, dice: &mut Dice) -> (Interface, Addr) {
    let outbound = dice.chance(50);
    let inside = |place: &Place| matches!(place, Place::Subnet(..));
    let machines: Vec<_> = model.hosts.iter().filter(|host| inside(&host.place)).collect();
    if !machines.is_empty() && dice.chance(60) {
        let host = *dice.of(&machines);
        let Place::Subnet(vnet, subnet) = host.place.clone() else { unreachable!("a host of a network") };
        return (Interface { vnet, subnet, nic: host.nsg.clone(), outbound }, *dice.of(&host.addrs));
    }
    let vnet = dice.of(&model.vnets);
    let subnet = dice.of(&vnet.subnets);
    let own = dice.of(&subnet.prefixes).base.plus(dice.below(16) as i64);
    let nic = if dice.chance(30) { model.nsgs.first().map(|nsg| nsg.name.clone()) } else { None };
    (Interface { vnet: vnet.name.clone(), subnet: subnet.name.clone(), nic, outbound }, own)
}

fn flow(model: &Model, dice: &mut Dice, own: Addr, outbound: bool) -> Recorded {
    let other = loop {
        let other = match dice.below(20) {
            _ if own.six => {
                let vnet = dice.of(&model.vnets);
                dice.of(&vnet.subnets[0].prefixes).base.plus(dice.below(6) as i64)
            }
            0 => Addr::four(168, 63, 129, 16),
            1 if outbound => Addr::four(169, 254, 169, 254),
            _ => {
                let place = random::place(model, dice);
                random::inside(model, place, dice)
            }
        };
        if other.six == own.six {
            break other;
        }
    };
    let (src, dst) = if outbound { (own, other) } else { (other, own) };
    let over = dice.of(&OVER).1;
    let from_port = if over == Over::Icmp { None } else { [None, Some(5000), Some(4999)][dice.below(3)] };
    Recorded { over, src, from_port, dst, port: random::port(dice) }
}

fn compiled<'m>(
    model: &'m fnet::model::Model,
    engine: &Engine<'m>,
    interface: &Interface,
) -> Option<EffectiveSecurity<'m>> {
    let name = format!("{}.{}", interface.vnet, interface.subnet);
    let subnet = model.subnets().find(|(_, subnet)| subnet.head.name == name)?.0;
    let nic = match &interface.nic {
        Some(name) => Some(model.nsgs().find(|(_, nsg)| nsg.head.name == *name)?.0),
        None => None,
    };
    Some(engine.effective_security(subnet, nic, interface.outbound))
}

/// What both sides say of a flow, where they differ.
fn differs(model: &Model, interface: &Interface, flow: &Recorded, security: &EffectiveSecurity<'_>) -> Option<String> {
    let ours = ruling(model, (&interface.vnet, &interface.subnet), interface.nic.as_deref(), interface.outbound, flow)?;
    let protocol = OVER.iter().find(|(_, over)| *over == flow.over).expect("one of these").0;
    let ported = protocol != Protocol::Icmp;
    let five = FiveTuple {
        protocol,
        source: address(flow.src),
        source_port: flow.from_port,
        destination: address(flow.dst),
        port: if ported { flow.port } else { 0 },
    };
    let theirs = match security.decide(&five).ruling {
        Ruling::Allowed => Verdict::Yes,
        Ruling::Denied => Verdict::No,
        Ruling::Unknown => Verdict::Unknown,
    };
    let cautious = ours.guessed && theirs == Verdict::Unknown;
    (theirs != ours.verdict && !cautious).then(|| format!("oracle {ours:?}, compiled rules {theirs:?}"))
}

fn shows(model: &Model, interface: &Interface, flow: &Recorded) -> Option<String> {
    let vnet = model.vnets.iter().find(|vnet| vnet.name == interface.vnet)?;
    vnet.subnets.iter().find(|subnet| subnet.name == interface.subnet)?;
    let mut session = session(model)?;
    let lowered = session.model();
    let security = compiled(&lowered, &Engine::of(&lowered), interface)?;
    let says = differs(model, interface, flow, &security)?;
    Some(format!("{flow:?}\nat {interface:?}\n{says}"))
}
