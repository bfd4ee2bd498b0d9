//! An estate of hubs and spokes for all pairs of apps and hosts: what it declares as plain data, and the same as a script.
//! The same numbers make the same estate in every run.

use super::Dice;
use std::fmt::Write;

/// What there is how often.
#[derive(Clone, Copy)]
pub struct Sizes {
    pub apps: usize,
    pub hosts: usize,
    pub vnets: usize,
    pub subnets: usize,
}

/// Half of its subnets are those that apps call out of, half those that hosts stand in.
pub struct Estate {
    pub vnets: Vec<Vnet>,
    pub subnets: Vec<Subnet>,
    /// The subnet of each app.
    pub apps: Vec<usize>,
    pub hosts: Vec<Host>,
}

pub struct Vnet {
    /// The hub that it is a spoke of; itself of a hub.
    pub hub: usize,
}

pub struct Subnet {
    pub vnet: usize,
    pub of_apps: bool,
    pub range: (u32, u32),
    pub outbound: Vec<Rule>,
    pub inbound: Vec<Rule>,
    /// Prefixes with their lengths, and whether they lead to the hub's appliance or nowhere.
    pub routes: Vec<(u32, u8, bool)>,
}

pub struct Rule {
    pub allow: bool,
    /// Over TCP, or over UDP alone?
    pub tcp: bool,
    pub from: (u32, u8),
    pub to: (u32, u8),
    pub ports: (u16, u16),
}

pub struct Host {
    pub subnet: usize,
    pub address: u32,
    pub port: u16,
}

const PORTS: [u16; 8] = [22, 80, 443, 1433, 3306, 5432, 5671, 8080];

/// The first and the last address of a prefix.
pub fn range((base, length): (u32, u8)) -> (u32, u32) {
    let rest = u32::MAX.checked_shr(length.into()).unwrap_or(0);
    (base & !rest, base | rest)
}

impl Estate {
    pub fn of(seed: u64, sizes: Sizes) -> Self {
        let dice = &mut Dice::of(seed);
        let each = (sizes.vnets / 20).max(1);
        let vnets: Vec<Vnet> = (0..sizes.vnets).map(|at| Vnet { hub: at % each }).collect();
        let mut subnets: Vec<Subnet> = Vec::new();
        for at in 0..sizes.subnets {
            let (vnet, number) = (at % sizes.vnets, at / sizes.vnets);
            let base = 10 << 24 | (vnet as u32) << 16 | (number as u32 + 1) << 8;
            subnets.push(Subnet {
                vnet,
                of_apps: number % 2 == 0,
                range: range((base, 24)),
                outbound: Vec::new(),
                inbound: Vec::new(),
                routes: Vec::new(),
            });
        }
        for at in 0..sizes.subnets {
            let own = (subnets[at].range.0, 24);
            let rules = |dice: &mut Dice, outbound: bool| -> Vec<Rule> {
                let count = 20 + dice.below(81);
                (0..count).map(|_| rule(dice, &subnets, own, outbound)).collect()
            };
            let (outbound, inbound) = (rules(dice, true), rules(dice, false));
            let mut routes: Vec<(u32, u8, bool)> = Vec::new();
            if dice.percent(60) {
                for _ in 0..4 + dice.below(15) {
                    let (base, length) = place(dice, &subnets);
                    let length = length.min(24);
                    let base = range((base, length)).0;
                    let own_network = base >> 16 == own.0 >> 16;
                    if !own_network && !routes.iter().any(|(known, of, _)| (*known, *of) == (base, length)) {
                        routes.push((base, length, dice.percent(70)));
                    }
                }
            }
            (subnets[at].outbound, subnets[at].inbound, subnets[at].routes) = (outbound, inbound, routes);
        }
        let of = |apps: bool| -> Vec<usize> {
            subnets.iter().enumerate().filter(|(_, subnet)| subnet.of_apps == apps).map(|(at, _)| at).collect()
        };
        let (callers, homes) = (of(true), of(false));
        let apps = (0..sizes.apps).map(|at| callers[at % callers.len()]).collect();
        let hosts = (0..sizes.hosts).map(|at| {
            let subnet = homes[at % homes.len()];
            let address = subnets[subnet].range.0 + 4 + (at / homes.len()) as u32;
            Host { subnet, address, port: PORTS[dice.below(PORTS.len() as u64) as usize] }
        });
        let hosts = hosts.collect();
        Self { vnets, subnets, apps, hosts }
    }

    /// Are two networks peered?
    pub fn peered(&self, a: usize, b: usize) -> bool {
        let (hub_a, hub_b) = (self.vnets[a].hub, self.vnets[b].hub);
        a != b && ((hub_a == a && hub_b == b) || (hub_a == hub_b && (hub_a == a || hub_b == b)))
    }

    /// How many security rules it has.
    pub fn rules(&self) -> usize {
        self.subnets.iter().map(|subnet| subnet.outbound.len() + subnet.inbound.len()).sum()
    }

    /// The address of the appliance of a hub.
    fn appliance(hub: usize) -> u32 {
        10 << 24 | (hub as u32) << 16 | 4
    }

    /// The same as a script.
    pub fn script(&self) -> String {
        let mut text = String::from("edition 2026\nregion westeurope\n");
        self.networks(&mut text);
        for (at, subnet) in self.subnets.iter().enumerate() {
            let _ = writeln!(text, "nsg g{at} {{");
            for (word, rules) in [("outbound", &subnet.outbound), ("inbound", &subnet.inbound)] {
                let _ = writeln!(text, "{word} {{");
                for (number, rule) in rules.iter().enumerate() {
                    let action = if rule.allow { "allow" } else { "deny" };
                    let protocol = if rule.tcp { "tcp" } else { "udp" };
                    let ports = match rule.ports {
                        (0, u16::MAX) => String::new(),
                        (first, last) if first == last => format!(":{first}"),
                        (first, last) => format!(":{first}-{last}"),
                    };
                    let (from, to) = (prefix(rule.from), prefix(rule.to));
                    let _ = writeln!(text, "{} {action} {protocol} {from} -> {to}{ports}", 100 + number);
                }
                let _ = writeln!(text, "}}");
            }
            let _ = writeln!(text, "}}");
            if !subnet.routes.is_empty() {
                let hub = self.vnets[subnet.vnet].hub;
                let _ = writeln!(text, "route-table r{at} {{");
                for (base, length, by_hub) in &subnet.routes {
                    let hop =
                        if *by_hub { format!("appliance {}", dotted(Self::appliance(hub))) } else { "none".into() };
                    let _ = writeln!(text, "{} -> {hop}", prefix((*base, *length)));
                }
                let _ = writeln!(text, "}}");
            }
            if subnet.of_apps {
                let _ = writeln!(text, "plan p{at} {{ tier Premium; sku EP1 }}");
            }
        }
        for (at, subnet) in self.apps.iter().enumerate() {
            let vnet = self.subnets[*subnet].vnet;
            let _ = writeln!(text, "app a{at} on p{subnet} {{ integrate n{vnet}.s{subnet} }}");
        }
        for (at, host) in self.hosts.iter().enumerate() {
            let (vnet, address) = (self.subnets[host.subnet].vnet, dotted(host.address));
            let _ = writeln!(text, "host h{at} in n{vnet}.s{} {address} {{ listen tcp {} }}", host.subnet, host.port);
        }
        text
    }

    fn networks(&self, text: &mut String) {
        for (at, vnet) in self.vnets.iter().enumerate() {
            let _ = writeln!(text, "vnet n{at} 10.{at}.0.0/16 {{");
            if vnet.hub == at {
                let _ = writeln!(text, "subnet hub 10.{at}.0.0/24 {{ route-table hub{at} }}");
            }
            for (number, subnet) in self.subnets.iter().enumerate().filter(|(_, subnet)| subnet.vnet == at) {
                let table = if subnet.routes.is_empty() { String::new() } else { format!("; route-table r{number}") };
                let for_apps = if subnet.of_apps { "; delegation Microsoft.Web/serverFarms" } else { "" };
                let own = prefix((subnet.range.0, 24));
                let _ = writeln!(text, "subnet s{number} {own} {{ nsg g{number}{table}{for_apps} }}");
            }
            let _ = writeln!(text, "}}");
        }
        for (at, vnet) in self.vnets.iter().enumerate() {
            for (other, _) in self.vnets.iter().enumerate().skip(at + 1).filter(|(other, _)| self.peered(at, *other)) {
                let _ = writeln!(text, "peering n{at} <-> n{other} {{ forwarded-traffic on }}");
            }
            if vnet.hub == at {
                let address = dotted(Self::appliance(at));
                let _ = writeln!(text, "appliance fw{at} in n{at}.hub {address} {{ forwarding on; snat off }}");
                let _ = writeln!(text, "route-table hub{at} {{");
                for (far, other) in
                    self.vnets.iter().enumerate().filter(|(far, other)| other.hub != at && other.hub != *far)
                {
                    let _ = writeln!(text, "10.{far}.0.0/16 -> appliance {}", dotted(Self::appliance(other.hub)));
                }
                let _ = writeln!(text, "}}");
            }
        }
    }
}

/// A subnet, a network, some networks, or everything private.
fn place(dice: &mut Dice, subnets: &[Subnet]) -> (u32, u8) {
    let base = subnets[dice.below(subnets.len() as u64) as usize].range.0;
    let length = match dice.below(100) {
        0..=44 => 24,
        45..=84 => 16,
        85..=94 => 12,
        _ => 8,
    };
    (range((base, length)).0, length)
}

fn rule(dice: &mut Dice, subnets: &[Subnet], own: (u32, u8), outbound: bool) -> Rule {
    let far = if dice.percent(25) { (0, 0) } else { place(dice, subnets) };
    let near = match dice.below(10) {
        0..=4 => (0, 0),
        5..=8 => own,
        _ if outbound => own,
        _ => (own.0 + 4 + dice.below(16) as u32, 32),
    };
    let ports = match dice.below(10) {
        0..=5 => {
            let port = PORTS[dice.below(PORTS.len() as u64) as usize];
            (port, port)
        }
        6 | 7 => (1024, 8191),
        _ => (0, u16::MAX),
    };
    let (from, to) = if outbound { (near, far) } else { (far, near) };
    Rule { allow: dice.percent(55), tcp: dice.percent(80), from, to, ports }
}

fn dotted(address: u32) -> std::net::Ipv4Addr {
    address.into()
}

fn prefix((base, length): (u32, u8)) -> String {
    match length {
        0 => "*".into(),
        32 => dotted(base).to_string(),
        _ => format!("{}/{length}", dotted(base)),
    }
}
