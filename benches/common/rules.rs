//! Lists of rules and flows that meet them, as docs/performance.md describes the workloads: three families that differ in
//! how many rules take any source or destination, nested prefixes, ports of services that some have far more often than
//! others, and a last rule that denies all.

use super::Dice;
use fnet::net::{AddressSet, FilterLine, FiveTuple, IpNet, PortSet, Protocol, ProtocolSet};
use std::net::Ipv4Addr;

/// A family of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Lists of routers: nearly every rule names its destination.
    Acl,
    /// Lists of firewalls: many rules take any source or destination.
    Fw,
    /// Security groups.
    Nsg,
}

impl Family {
    pub const ALL: [Family; 3] = [Self::Acl, Self::Fw, Self::Nsg];

    pub fn word(self) -> &'static str {
        match self {
            Self::Acl => "acl",
            Self::Fw => "fw",
            Self::Nsg => "nsg",
        }
    }

    /// How many rules in a hundred take any source, and any destination.
    fn any(self) -> (u64, u64) {
        match self {
            Self::Acl => (20, 5),
            Self::Fw => (45, 35),
            Self::Nsg => (30, 25),
        }
    }
}

/// A rule: one range in each field.
#[derive(Clone, Debug)]
pub struct Rule {
    pub allow: bool,
    pub protocols: ProtocolSet,
    pub source: (u32, u32),
    pub destination: (u32, u32),
    pub ports: (u16, u16),
}

impl Rule {
    pub fn line(&self) -> FilterLine {
        let addresses = |(start, end)| AddressSet::range(Ipv4Addr::from(start).into(), Ipv4Addr::from(end).into());
        // What takes any address takes those of both families.
        let side = |range| if range == (0, u32::MAX) { AddressSet::all() } else { addresses(range) };
        FilterLine {
            protocols: self.protocols,
            source: side(self.source),
            source_ports: PortSet::all(),
            destination: side(self.destination),
            ports: PortSet::of([self.ports]),
        }
    }

    /// Is an IPv4 flow in it? The reference of the benches: plain comparisons.
    #[inline]
    pub fn holds(&self, protocol: Protocol, source: u32, destination: u32, port: u16) -> bool {
        self.source.0 <= source
            && source <= self.source.1
            && self.destination.0 <= destination
            && destination <= self.destination.1
            && self.protocols.contains(protocol)
            && if protocol.has_ports() {
                self.ports.0 <= port && port <= self.ports.1
            } else {
                self.ports == (0, u16::MAX)
            }
    }
}

/// Prefixes that lie in one another: some roots, and parts of what is there already.
fn pool(dice: &mut Dice, count: usize) -> Vec<(u32, u32)> {
    let mut all: Vec<(u32, u8)> = Vec::with_capacity(count.max(4));
    while all.len() < count.max(4) {
        if all.len() < 4 || dice.percent(10) {
            let length = 12 + dice.below(9) as u8;
            all.push(((dice.next() as u32) & mask(length), length));
            continue;
        }
        let (parent, length) = all[dice.below(all.len() as u64) as usize];
        let longer = (length + 1 + dice.below(8) as u8).min(32);
        all.push((parent | ((dice.next() as u32) & mask(longer) & !mask(length)), longer));
    }
    all.into_iter().map(|(start, length)| (start, start | !mask(length))).collect()
}

fn mask(length: u8) -> u32 {
    if length == 0 { 0 } else { u32::MAX << (32 - length) }
}

/// So many rules of a family; the seed is 42 wherever figures are compared.
pub fn rules(seed: u64, count: usize, family: Family) -> Vec<Rule> {
    let mut dice = Dice::of(seed);
    let (sources, destinations) = (pool(&mut dice, count / 3), pool(&mut dice, count / 3));
    let services: Vec<u16> = (0..200).map(|_| dice.below(49_152) as u16).collect();
    // The second service is asked for half as often as the first, the third a third as often.
    let weights: Vec<f64> = (1..=services.len()).map(|rank| 1.0 / rank as f64).collect();
    let total: f64 = weights.iter().sum();
    let (any_source, any_destination) = family.any();
    let mut rules = Vec::with_capacity(count);
    while rules.len() + 1 < count {
        let mut side = |pool: &[(u32, u32)], any| match dice.percent(any) {
            true => (0, u32::MAX),
            false => pool[dice.below(pool.len() as u64) as usize],
        };
        let source = side(&sources, any_source);
        let destination = side(&destinations, any_destination);
        // What takes any source to any destination is for one service: else little behind it would ever decide.
        let anywhere = source.1 - source.0 == u32::MAX && destination.1 - destination.0 == u32::MAX;
        let (protocols, ports) = match dice.below(100) {
            0..70 => (ProtocolSet::one(Protocol::Tcp), true),
            70..90 => (ProtocolSet::one(Protocol::Udp), true),
            _ if anywhere => (ProtocolSet::one(Protocol::Tcp), true),
            90..93 => (ProtocolSet::one(Protocol::Icmp), false),
            _ => (ProtocolSet::all(), false),
        };
        let mut drawn = dice.below(1 << 32) as f64 / (1u64 << 32) as f64 * total;
        let rank = weights.iter().position(|weight| {
            drawn -= weight;
            drawn <= 0.0
        });
        let service = services[rank.unwrap_or(0)];
        let ports = match dice.below(100) {
            _ if !ports => (0, u16::MAX),
            _ if anywhere => (service, service),
            0..10 => (0, u16::MAX),
            10..20 => (1024, u16::MAX),
            20..30 => (service, service.saturating_add(1 + dice.below(1000) as u16)),
            _ => (service, service),
        };
        rules.push(Rule { allow: dice.percent(60), protocols, source, destination, ports });
    }
    rules.push(Rule {
        allow: false,
        protocols: ProtocolSet::all(),
        source: (0, u32::MAX),
        destination: (0, u32::MAX),
        ports: (0, u16::MAX),
    });
    rules
}

/// Flows: four in five at a random point of a random rule, the others anywhere. The seed is 7 wherever figures are
/// compared.
pub fn flows(seed: u64, count: usize, rules: &[Rule]) -> Vec<FiveTuple> {
    let mut dice = Dice::of(seed);
    let within = |dice: &mut Dice, (start, end): (u32, u32)| start + dice.below(u64::from(end - start) + 1) as u32;
    let made = |dice: &mut Dice| {
        let of = dice.percent(80).then(|| &rules[dice.below(rules.len() as u64) as usize]);
        let protocol = match of {
            Some(rule) => {
                let all: Vec<Protocol> = rule.protocols.iter().collect();
                all[dice.below(all.len() as u64) as usize]
            }
            None => Protocol::ALL[dice.below(3) as usize],
        };
        let any = (0, u32::MAX);
        let ports = of.map_or((0, u16::MAX), |rule| rule.ports);
        FiveTuple {
            protocol,
            source: Ipv4Addr::from(within(dice, of.map_or(any, |rule| rule.source))).into(),
            source_port: Some(49_152 + dice.below(16_384) as u16),
            destination: Ipv4Addr::from(within(dice, of.map_or(any, |rule| rule.destination))).into(),
            port: within(dice, (ports.0.into(), ports.1.into())) as u16,
        }
    };
    (0..count).map(|_| made(&mut dice)).collect()
}

/// Prefixes of the lengths that the routers of the internet know: more than half of them /24.
pub fn prefixes(seed: u64, count: usize) -> Vec<IpNet> {
    let mut dice = Dice::of(seed);
    let mut known = std::collections::HashSet::new();
    let mut all = Vec::with_capacity(count);
    while all.len() < count {
        let length = match dice.below(100) {
            0..55 => 24,
            55..67 => 23,
            67..79 => 22,
            79..85 => 21,
            85..91 => 20,
            91..94 => 19,
            94..96 => 18,
            96..97 => 17,
            97..99 => 16,
            _ => 8 + dice.below(8) as u8,
        };
        // What is routed at all lies between 1.0.0.0 and 223.255.255.255.
        let start = (((1 + dice.below(223) as u32) << 24) | (dice.next() as u32 >> 8)) & mask(length);
        if known.insert((start, length)) {
            all.push(IpNet::new(Ipv4Addr::from(start).into(), length).expect("a length of IPv4"));
        }
    }
    all
}

/// Addresses: four in five inside some of the prefixes, the others anywhere.
pub fn addresses(seed: u64, count: usize, prefixes: &[IpNet]) -> Vec<Ipv4Addr> {
    let mut dice = Dice::of(seed);
    let mut one = || {
        if dice.percent(20) {
            return Ipv4Addr::from(dice.next() as u32);
        }
        let prefix = prefixes[dice.below(prefixes.len() as u64) as usize];
        let IpNet::V4(net) = prefix else { return Ipv4Addr::UNSPECIFIED };
        Ipv4Addr::from(u32::from(net.network()) | (dice.next() as u32 & !mask(net.prefix_len())))
    };
    (0..count).map(|_| one()).collect()
}
