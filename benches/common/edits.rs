//! Lists of rules made from others: a few rules changed, or the same meaning told in other rules; and lists whose
//! destinations are service tags.

use super::Dice;
use super::rules::{Rule, rules};
use fnet::net::{AddressSet, FlowBox, Line, PortSet, Protocol, ProtocolSet};
use std::net::Ipv4Addr;

/// A rule as a line of a list. A rule for some ports takes no protocol that has none.
pub fn line(rule: &Rule) -> Line {
    let side = |(start, end): (u32, u32)| match (start, end) {
        (0, u32::MAX) => AddressSet::all(),
        _ => AddressSet::range(Ipv4Addr::from(start).into(), Ipv4Addr::from(end).into()),
    };
    let ported = [Protocol::Tcp, Protocol::Udp].map(ProtocolSet::one);
    let protocols = match rule.ports {
        (0, u16::MAX) => rule.protocols,
        _ => rule.protocols.intersection(ported[0].union(ported[1])),
    };
    let flows = FlowBox {
        protocols,
        sources: side(rule.source),
        source_ports: PortSet::all(),
        destinations: side(rule.destination),
        ports: PortSet::of([rule.ports]),
    };
    Line { flows, allow: rule.allow }
}

/// Lines of a list.
pub fn lines(rules: &[Rule]) -> Vec<Line> {
    rules.iter().map(line).collect()
}

/// Ten random edits: actions turned, rules taken out, neighbours swapped, ports changed.
pub fn mutated(seed: u64, rules: &[Rule]) -> Vec<Rule> {
    let mut dice = Dice::of(seed);
    let mut rules = rules.to_vec();
    for _ in 0..10 {
        let at = dice.below(rules.len() as u64 - 2) as usize;
        match dice.below(4) {
            0 => rules[at].allow = !rules[at].allow,
            1 => drop(rules.remove(at)),
            2 => {
                let other = dice.below(rules.len() as u64 - 1) as usize;
                rules.swap(at, other);
            }
            _ => {
                let port = dice.below(49_152) as u16;
                rules[at].ports = (port, port);
            }
        }
    }
    rules
}

/// A third of the rules tells sources apart, a third destinations, a third ports, in any order: of boxes that is every one
/// with every other.
pub fn crossing(seed: u64, count: usize) -> Vec<Rule> {
    let mut dice = Dice::of(seed);
    let whole = (0, u32::MAX);
    let side = |dice: &mut Dice| {
        let first = (dice.next() as u32) & 0xffff_ff00;
        (first, first | 0xff)
    };
    let mut rules: Vec<Rule> = (0..count)
        .map(|at| {
            let plain = Rule {
                allow: dice.percent(50),
                protocols: ProtocolSet::all(),
                source: whole,
                destination: whole,
                ports: (0, u16::MAX),
            };
            match at % 3 {
                0 => Rule { source: side(&mut dice), ..plain },
                1 => Rule { destination: side(&mut dice), ..plain },
                _ => {
                    let port = dice.below(49_152) as u16;
                    Rule { protocols: ProtocolSet::one(Protocol::Tcp), ports: (port, port + 3), ..plain }
                }
            }
        })
        .collect();
    for at in (1..rules.len()).rev() {
        rules.swap(at, dice.below(at as u64 + 1) as usize);
    }
    rules
}

/// The same meaning in other rules: a fifth of them cut in two, a twentieth there twice, neighbours of one action swapped.
pub fn refactored(seed: u64, rules: &[Rule]) -> Vec<Rule> {
    let mut dice = Dice::of(seed);
    let mut made: Vec<Rule> = Vec::new();
    for rule in rules {
        let (start, end) = rule.destination;
        // What takes any address takes those of both families: it is no range to be cut.
        if dice.percent(20) && start < end && end - start < u32::MAX {
            let middle = start + (end - start) / 2;
            made.push(Rule { destination: (start, middle), ..rule.clone() });
            made.push(Rule { destination: (middle + 1, end), ..rule.clone() });
        } else {
            made.push(rule.clone());
        }
        if dice.percent(5) {
            made.push(rule.clone());
        }
    }
    for at in 1..made.len() {
        if made[at].allow == made[at - 1].allow && dice.percent(30) {
            made.swap(at, at - 1);
        }
    }
    made
}

/// A security group of so many rules, of which some in a hundred have one of some tags for a destination.
pub fn tagged(seed: u64, count: usize, percent: u64, tags: &[AddressSet]) -> Vec<Line> {
    let mut dice = Dice::of(seed);
    let mut lines = lines(&rules(seed, count, super::rules::Family::Nsg));
    let last = lines.len() - 1;
    for line in &mut lines[..last] {
        if dice.percent(percent) {
            line.flows.destinations = tags[dice.below(tags.len() as u64) as usize].clone();
        }
    }
    lines
}
