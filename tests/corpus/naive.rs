//! Rules as plain ranges, and the plainest ways to decide by them and to prove of them. No code of the library.

use std::fmt;

/// The protocols that a rule of fnet can name, by their numbers.
pub const PROTOCOLS: &[(u8, &str)] = &[(6, "tcp"), (17, "udp"), (1, "icmp"), (50, "esp"), (51, "ah")];

/// A line of a filter set.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The first address of the source, and how many bits of it count.
    pub source: (u32, u8),
    pub destination: (u32, u8),
    pub source_ports: (u16, u16),
    pub ports: (u16, u16),
    /// None for every protocol.
    pub protocol: Option<u8>,
}

/// A packet: five numbers. Of a protocol without ports they are zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Packet {
    pub source: u32,
    pub destination: u32,
    pub source_port: u16,
    pub port: u16,
    pub protocol: u8,
}

pub fn has_ports(protocol: u8) -> bool {
    protocol == 6 || protocol == 17
}

/// What the lines that matter to somebody who reads a list look like: `@10.0.0.0/8 …`.
///
/// A line whose protocol no rule of fnet can name is none. TCP flags, behind the protocol, are not read: Azure's rules have
/// none, so a line for some flags is one for all.
pub fn rules(text: &str) -> Vec<Rule> {
    text.lines().filter_map(rule).collect()
}

fn rule(line: &str) -> Option<Rule> {
    let fields: Vec<&str> = line.strip_prefix('@')?.split('\t').collect();
    let [source, destination, source_ports, ports, protocol, ..] = fields[..] else { return None };
    let prefix = |text: &str| -> Option<(u32, u8)> {
        let (address, length) = text.split_once('/')?;
        let bytes: Vec<u32> = address.split('.').map_while(|byte| byte.parse().ok()).collect();
        let length: u8 = length.parse().ok()?;
        let number = bytes.iter().fold(0, |number, byte| number << 8 | byte);
        Some((number & mask(length), length)).filter(|_| bytes.len() == 4)
    };
    let range = |text: &str| -> Option<(u16, u16)> {
        let (first, last) = text.split_once(" : ")?;
        Some((first.parse().ok()?, last.parse().ok()?))
    };
    let (number, mask) = protocol.split_once('/')?;
    let hex = |text: &str| u8::from_str_radix(text.trim_start_matches("0x"), 16).ok();
    let protocol = match (hex(number)?, hex(mask)?) {
        (_, 0) => None,
        (number, 0xff) => Some(number),
        _ => return None,
    };
    let known = protocol.is_none_or(|protocol| PROTOCOLS.iter().any(|(number, _)| *number == protocol));
    known.then_some(Rule {
        source: prefix(source)?,
        destination: prefix(destination)?,
        source_ports: range(source_ports)?,
        ports: range(ports)?,
        protocol,
    })
}

fn mask(length: u8) -> u32 {
    if length == 0 { 0 } else { u32::MAX << (32 - length) }
}

/// The addresses of a prefix.
pub fn span((first, length): (u32, u8)) -> (u32, u32) {
    (first, first | !mask(length))
}

impl Rule {
    pub fn holds(&self, packet: &Packet) -> bool {
        let inside = |address: u32, (first, length): (u32, u8)| address & mask(length) == first;
        let between = |port: u16, (first, last): (u16, u16)| first <= port && port <= last;
        let ports = match has_ports(packet.protocol) {
            true => between(packet.source_port, self.source_ports) && between(packet.port, self.ports),
            false => self.names_no_port(),
        };
        inside(packet.source, self.source)
            && inside(packet.destination, self.destination)
            && self.protocol.is_none_or(|protocol| protocol == packet.protocol)
            && ports
    }

    /// A rule for some ports is not for packets that have none.
    fn names_no_port(&self) -> bool {
        [self.source_ports, self.ports] == [(0, u16::MAX); 2]
    }

    /// What it holds of one protocol: sources, destinations, source ports, ports.
    fn space(&self, protocol: u8, look: Look) -> Option<Space> {
        let wide = |(first, last): (u16, u16)| (u32::from(first), u32::from(last));
        let any = self.source_ports == (0, u16::MAX);
        let source_ports = match look {
            Look::Stated => wide(self.source_ports),
            Look::Wide => (0, 65_535),
            Look::None if any => (0, 65_535),
            Look::None => return None,
        };
        let space = [span(self.source), span(self.destination), source_ports, wide(self.ports)];
        let is_for = self.protocol.is_none_or(|own| own == protocol) && (has_ports(protocol) || self.names_no_port());
        is_for.then_some(space)
    }
}

/// The first rule that holds a packet.
pub fn first(rules: &[Rule], packet: &Packet) -> Option<usize> {
    rules.iter().position(|rule| rule.holds(packet))
}

type Space = [(u32, u32); 4];

/// How the source ports of rules are taken: as they are stated, as all ports, or a rule that states some as none at all.
#[derive(Clone, Copy, Debug)]
pub enum Look {
    Stated,
    Wide,
    None,
}

/// Do some rules hold every packet of a rule? By cutting away from it what each of them holds.
pub fn covered<'a>(rule: &Rule, by: impl Iterator<Item = &'a Rule> + Clone, look: Look) -> bool {
    PROTOCOLS.iter().all(|(protocol, _)| {
        let Some(whole) = rule.space(*protocol, look) else { return true };
        let mut left = vec![whole];
        for other in by.clone().filter_map(|other| other.space(*protocol, look)) {
            left = left.iter().flat_map(|space| minus(space, &other)).collect();
            if left.is_empty() {
                return true;
            }
        }
        false
    })
}

/// What of a space lies outside another one.
fn minus(space: &Space, other: &Space) -> Vec<Space> {
    if (0..4).any(|at| space[at].1 < other[at].0 || other[at].1 < space[at].0) {
        return vec![*space];
    }
    let (mut left, mut inside) = (Vec::new(), *space);
    for at in 0..4 {
        let (first, last) = inside[at];
        if first < other[at].0 {
            let mut below = inside;
            below[at] = (first, other[at].0 - 1);
            left.push(below);
        }
        if other[at].1 < last {
            let mut above = inside;
            above[at] = (other[at].1 + 1, last);
            left.push(above);
        }
        inside[at] = (first.max(other[at].0), last.min(other[at].1));
    }
    left
}

impl fmt::Display for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = std::net::Ipv4Addr::from;
        let Self { source, destination, source_port, port, protocol } = *self;
        write!(f, "{}:{source_port} -> {}:{port} of protocol {protocol}", address(source), address(destination))
    }
}
