//! One flow, and boxes of flows: some sources to some destinations. Not sets of them in general: see [`super::FlowSet`].

use super::{AddressSet, PortSet, Protocol, ProtocolSet};
use std::fmt;
use std::net::IpAddr;

/// A single flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OneFlow {
    /// Its protocol.
    pub protocol: Protocol,
    /// Where it comes from.
    pub source: IpAddr,
    /// Its source port; nothing where its protocol has no ports.
    pub source_port: u16,
    /// Where it goes; of the family of its source.
    pub destination: IpAddr,
    /// Its destination port; nothing where its protocol has no ports.
    pub port: u16,
}

/// `tcp 10.0.0.4 -> 10.1.0.4:443`, and `:5000` behind the source where its port is not one of the callers' own.
impl fmt::Display for OneFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_port = |address: IpAddr, port: u16| match address {
            IpAddr::V4(address) => format!("{address}:{port}"),
            IpAddr::V6(address) => format!("[{address}]:{port}"),
        };
        let Self { protocol, source, source_port, destination, port } = *self;
        if !protocol.has_ports() {
            return write!(f, "{protocol} {source} -> {destination}");
        }
        let from = if source_port == USUAL_SOURCE_PORT { source.to_string() } else { with_port(source, source_port) };
        write!(f, "{protocol} {from} -> {}", with_port(destination, port))
    }
}

/// The source port that is taken for an example, and not shown: the first of those that callers pick from (RFC 6335).
pub(super) const USUAL_SOURCE_PORT: u16 = 49152;

/// Flows from every one of some sources to every one of some destinations, over every protocol and port.
///
/// A flow has both its addresses of one family: of a box with addresses of both, IPv4 sources reach the IPv4
/// destinations and IPv6 sources the IPv6 ones. Ports say nothing of protocols without ports: those match whatever
/// the ports are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FlowBox {
    /// Their protocols.
    pub protocols: ProtocolSet,
    /// Where they come from.
    pub sources: AddressSet,
    /// Their source ports.
    pub source_ports: PortSet,
    /// Where they go.
    pub destinations: AddressSet,
    /// Their destination ports.
    pub ports: PortSet,
}

impl FlowBox {
    /// Every flow.
    pub fn all() -> Self {
        Self {
            protocols: ProtocolSet::all(),
            sources: AddressSet::all(),
            source_ports: PortSet::all(),
            destinations: AddressSet::all(),
            ports: PortSet::all(),
        }
    }

    /// Has it no flow?
    pub fn is_empty(&self) -> bool {
        let ported = self.protocols.iter().any(|p| p.has_ports()) && !self.source_ports.is_empty();
        let ported = ported && !self.ports.is_empty();
        let families = [AddressSet::all_v4(), AddressSet::all_v6()];
        let meet = |family: &AddressSet| self.sources.meets(family) && self.destinations.meets(family);
        !(ported || self.protocols.iter().any(|p| !p.has_ports())) || !families.iter().any(meet)
    }

    /// Is the flow in it?
    pub fn contains(&self, flow: &OneFlow) -> bool {
        let ports = || self.source_ports.contains(flow.source_port) && self.ports.contains(flow.port);
        flow.source.is_ipv4() == flow.destination.is_ipv4()
            && self.protocols.contains(flow.protocol)
            && self.sources.contains(flow.source)
            && self.destinations.contains(flow.destination)
            && (!flow.protocol.has_ports() || ports())
    }

    /// The flows of both boxes.
    pub fn intersection(&self, other: &Self) -> Self {
        Self {
            protocols: self.protocols.intersection(other.protocols),
            sources: self.sources.intersection(&other.sources),
            source_ports: self.source_ports.intersection(&other.source_ports),
            destinations: self.destinations.intersection(&other.destinations),
            ports: self.ports.intersection(&other.ports),
        }
    }
}

/// `tcp 10.0.0.0/16 -> 10.1.0.4:443`; `* except …` for what is shorter told by what it lacks.
impl fmt::Display for FlowBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |addresses: &AddressSet, other: &AddressSet, ports: &PortSet| {
            // Beside addresses of one family, every address of that family is every address.
            let of = |whole: &AddressSet| addresses == whole && other != whole && other.is_subset(whole);
            let whole = of(&AddressSet::all_v4()) || of(&AddressSet::all_v6());
            let text = if whole { AddressSet::all().to_string() } else { words_of(addresses) };
            if ports.is_all() || !self.protocols.iter().any(Protocol::has_ports) {
                return text;
            }
            // The ports hold for every address, so they stand apart from several; IPv6 alone goes into brackets.
            let ports = ports_of(ports);
            match text.contains([' ', ',']) {
                true => format!("{text} :{ports}"),
                false if text.contains(':') => format!("[{text}]:{ports}"),
                false => format!("{text}:{ports}"),
            }
        };
        let from = side(&self.sources, &self.destinations, &self.source_ports);
        write!(f, "{} {from} -> {}", self.protocols, side(&self.destinations, &self.sources, &self.ports))
    }
}

/// Addresses, or what they lack where that is shorter.
fn words_of(set: &AddressSet) -> String {
    let own = set.to_string();
    let wholes = [("*", AddressSet::all()), ("0.0.0.0/0", AddressSet::all_v4()), ("::/0", AddressSet::all_v6())];
    let except = wholes.iter().filter(|(_, whole)| set.is_subset(whole) && set != whole).map(|(word, whole)| {
        let rest = whole.difference(set);
        format!("{word} except {rest}")
    });
    except.chain([own]).min_by_key(String::len).unwrap_or_default()
}

fn ports_of(set: &PortSet) -> String {
    let except = format!("* except {}", PortSet::all().difference(set));
    let own = set.to_string();
    if except.len() < own.len() { except } else { own }
}
