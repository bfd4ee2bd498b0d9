//! Flows as the answers to `what` and `who` tell them, read back from their plain data.

use crate::asked::port_ranges;
use crate::oracle::plain::{Addr, Ports, Prefix, Protocol, Range};
use fnet::query::answer::{ReachableAnswer, ReachableFlows, ReachableGroup};
use fnet::{Answer, Session};
use std::net::IpAddr;

/// What an answer says arrives, and what it says nobody can tell.
#[derive(Debug)]
pub struct Told {
    pub yes: Vec<Flows>,
    pub unknown: Vec<Flows>,
}

/// Flows to, or from, the same addresses.
#[derive(Debug)]
pub struct Flows {
    pub end: String,
    pub hosts: Vec<String>,
    /// None where they are told in words.
    pub addresses: Option<Vec<Range>>,
    /// Protocols, source ports, ports.
    over: Vec<(String, Option<Ports>, Ports)>,
}

/// Some source port, which no line of a random network names.
const EPHEMERAL: u16 = 50_000;

impl Told {
    /// The answer to a question about all flows.
    pub fn of(session: &mut Session, question: &str) -> Result<Self, String> {
        match session.ask(question).map_err(|errors| errors.to_string())? {
            Answer::Reachable(answer) => Ok(Self::read(&answer)),
            _ => Err(format!("{question} has another answer")),
        }
    }

    fn read(answer: &ReachableAnswer) -> Self {
        let flows = |groups: &[ReachableGroup]| groups.iter().flat_map(|group| &group.flows).map(Flows::read).collect();
        Self { yes: flows(&answer.groups), unknown: flows(&answer.unknown) }
    }

    /// How often it tells a flow, as one that arrives and as one of which nobody can tell.
    pub fn count(&self, is: impl Fn(&Flows) -> bool) -> (usize, usize) {
        let count = |flows: &[Flows]| flows.iter().filter(|flows| is(flows)).count();
        (count(&self.yes), count(&self.unknown))
    }
}

impl Flows {
    fn read(flows: &ReachableFlows) -> Self {
        let over = flows.over.iter();
        Self {
            end: flows.end.clone(),
            hosts: flows.hosts.clone(),
            addresses: flows.addresses.iter().map(|text| range(text)).collect(),
            over: over
                .map(|over| {
                    let from = over.source_ports.as_deref().map(port_ranges);
                    (over.protocols.clone(), from, port_ranges(&over.ports))
                })
                .collect(),
        }
    }

    pub fn has(&self, addr: Addr) -> bool {
        self.addresses.as_ref().is_some_and(|ranges| ranges.iter().any(|range| range.has(addr)))
    }

    /// Are flows of that protocol and those ports among them?
    pub fn goes_by(&self, protocol: Protocol, from: Option<u16>, port: u16) -> bool {
        let holds = |ports: &Ports, port: u16| ports.iter().any(|(low, high)| *low <= port && port <= *high);
        self.over.iter().any(|(protocols, sources, ports)| {
            let carried = protocols == "*" || protocols.split(',').any(|one| one.trim() == protocol.to_string());
            let from = sources.as_ref().is_none_or(|sources| holds(sources, from.unwrap_or(EPHEMERAL)));
            carried && (protocol == Protocol::Icmp || (from && holds(ports, port)))
        })
    }
}

/// An address or a prefix; none of what is no address.
fn range(text: &str) -> Option<Range> {
    let (base, len) = text.split_once('/').map_or((text, None), |(base, len)| (base, Some(len)));
    let base = match base.parse().ok()? {
        IpAddr::V4(addr) => Addr { six: false, bits: u32::from(addr).into() },
        IpAddr::V6(addr) => Addr { six: true, bits: addr.into() },
    };
    let len = match len {
        Some(len) => len.parse().ok()?,
        None => Prefix::one(base).len,
    };
    Some(Prefix { base, len }.range())
}
