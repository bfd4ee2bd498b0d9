//! An estate of hubs and spokes as a script: made up of a seed, the same in every run. Nothing is measured here.

use super::Dice;
use std::fmt::{Result, Write};

/// How many subnets a network has.
const IN_NETWORK: usize = 50;

/// How many networks hang together on one hub, itself among them.
const IN_CLUSTER: usize = 20;

/// How many apps, hosts and services the estate has.
pub struct Ends {
    pub apps: usize,
    pub hosts: usize,
    pub services: usize,
}

/// Networks of 50 subnets: hubs that are peered with one another, 19 spokes on each, an appliance in every hub; of 5 subnets
/// 3 have a table of 4 to 18 routes, to the appliance of their hub or to nothing; so many security groups of 20 to 100 lines a
/// direction, each of neighbours.
pub fn script(subnets: usize, groups: usize, ends: &Ends) -> String {
    let mut text = String::from("edition 2026\n\nregion westeurope\n");
    let estate = Estate { subnets, groups: groups.clamp(1, subnets) };
    estate.write(&mut Dice::of(11), ends, &mut text).expect("a string takes everything");
    text
}

/// The name of an app, so many in all; they are spread over the estate.
pub fn app(at: usize) -> String {
    format!("app{at}")
}

/// The subnet that something stands in, so many of its kind in all, and its number in it.
pub fn place(at: usize, of: usize, subnets: usize) -> usize {
    at * subnets / of.max(1)
}

/// The name and the first addresses of a subnet: `10.NETWORK.SUBNET`.
pub fn subnet(at: usize) -> (String, String) {
    let (network, number) = (at / IN_NETWORK, at % IN_NETWORK);
    (format!("net{network}.s{number}"), format!("10.{network}.{number}"))
}

struct Estate {
    subnets: usize,
    groups: usize,
}

impl Estate {
    fn networks(&self) -> usize {
        self.subnets.div_ceil(IN_NETWORK)
    }

    /// Is it a subnet of apps?
    fn is_of_apps(&self, at: usize, apps: usize) -> bool {
        (0..apps).any(|app| place(app, apps, self.subnets) == at)
    }

    fn write(&self, dice: &mut Dice, ends: &Ends, text: &mut String) -> Result {
        let hub = |network: usize| network / IN_CLUSTER * IN_CLUSTER;
        for network in 0..self.networks() {
            writeln!(text, "vnet net{network} 10.{network}.0.0/16 {{")?;
            for at in network * IN_NETWORK..((network + 1) * IN_NETWORK).min(self.subnets) {
                let (_, prefix) = subnet(at);
                write!(
                    text,
                    "  subnet s{} {prefix}.0/24 {{ nsg group{}",
                    at % IN_NETWORK,
                    at * self.groups / self.subnets
                )?;
                if at % 5 < 3 && at % IN_NETWORK != 0 {
                    write!(text, "; route-table routes{network}-{}", at % 5)?;
                }
                if self.is_of_apps(at, ends.apps) {
                    write!(text, "; delegation Microsoft.Web/serverFarms")?;
                }
                writeln!(text, " }}")?;
            }
            writeln!(text, "}}")?;
            if network == hub(network) {
                writeln!(
                    text,
                    "appliance fw{network} in net{network}.s0 10.{network}.0.4 {{ forwarding on; default allow }}"
                )?;
            }
            for table in 0..3 {
                self.route_table(dice, network, table, hub(network), text)?;
            }
        }
        for network in 0..self.networks() {
            let hub = hub(network);
            if network != hub {
                writeln!(text, "peering net{hub} <-> net{network} {{ forwarded-traffic on }}")?;
            }
            for other in (0..network).step_by(IN_CLUSTER).filter(|_| network == hub) {
                writeln!(text, "peering net{other} <-> net{network} {{ forwarded-traffic on }}")?;
            }
        }
        for group in 0..self.groups {
            self.group(dice, group, text)?;
        }
        self.ends(ends, text)
    }

    fn ends(&self, ends: &Ends, text: &mut String) -> Result {
        writeln!(text, "plan plan {{ tier Premium; sku EP1 }}")?;
        for at in 0..ends.apps {
            let (subnet, _) = subnet(place(at, ends.apps, self.subnets));
            writeln!(text, "app {} on plan {{ integrate {subnet}; route-all on }}", app(at))?;
        }
        for at in 0..ends.hosts {
            let (subnet, prefix) = subnet(place(at, ends.hosts, self.subnets));
            let far = if self.is_of_apps(place(at, ends.hosts, self.subnets), ends.apps) { 1 } else { 0 };
            let (subnet, prefix) = match far {
                0 => (subnet, prefix),
                _ => self::subnet((place(at, ends.hosts, self.subnets) + 1) % self.subnets),
            };
            writeln!(text, "host vm{at} in {subnet} {prefix}.10 {{ listen tcp 443,1433 }}")?;
        }
        for at in 0..ends.services {
            let kind = if at % 2 == 0 { "storage" } else { "sql" };
            writeln!(text, "service {kind}{at} {{ type {kind} }}")?;
        }
        Ok(())
    }

    fn route_table(&self, dice: &mut Dice, network: usize, table: usize, hub: usize, text: &mut String) -> Result {
        writeln!(text, "route-table routes{network}-{table} {{")?;
        let mut known = Vec::new();
        for _ in 0..4 + dice.below(15) {
            // A network of the same hub, or a part of one.
            let to = hub + dice.below(IN_CLUSTER as u64) as usize;
            let part = dice.below(4) * 64;
            let prefix = if dice.percent(50) { format!("10.{to}.0.0/16") } else { format!("10.{to}.{part}.0/18") };
            if to == network || to == hub || known.contains(&prefix) {
                continue;
            }
            let hop = if dice.percent(80) { format!("appliance fw{hub}") } else { "none".to_string() };
            writeln!(text, "  {prefix} -> {hop}")?;
            known.push(prefix);
        }
        writeln!(text, "}}")
    }

    /// A group that some neighbouring subnets share.
    fn group(&self, dice: &mut Dice, group: usize, text: &mut String) -> Result {
        let network = group * self.subnets / self.groups / IN_NETWORK;
        let hub = network / IN_CLUSTER * IN_CLUSTER;
        writeln!(text, "nsg group{group} {{")?;
        for direction in ["inbound", "outbound"] {
            writeln!(text, "  {direction} {{")?;
            let lines = 20 + dice.below(81);
            for line in 0..lines {
                let action = if dice.percent(70) { "allow" } else { "deny" };
                let protocol = ["tcp", "tcp", "tcp", "udp", "*"][dice.below(5) as usize];
                let (from, to) = (side(dice, network, hub), side(dice, network, hub));
                let port = match dice.below(10) {
                    0..6 => ["443", "1433", "22", "80,443", "3389"][dice.below(5) as usize].to_string(),
                    6..8 => {
                        let low = 1_000 + dice.below(40_000);
                        format!("{low}-{}", low + dice.below(500))
                    }
                    _ => "*".to_string(),
                };
                let port = if protocol == "*" || port == "*" { String::new() } else { format!(":{port}") };
                writeln!(text, "    {} {action} {protocol} {from} -> {to}{port}", 100 + line * 10)?;
            }
            if dice.percent(60) {
                writeln!(text, "    4096 deny * * -> *")?;
            }
            writeln!(text, "  }}")?;
        }
        writeln!(text, "}}")
    }
}

/// One side of a line: some part of the networks of a hub, a tag, or everything.
fn side(dice: &mut Dice, network: usize, hub: usize) -> String {
    let near = hub + dice.below(IN_CLUSTER as u64) as usize;
    match dice.below(10) {
        0..2 => "*".to_string(),
        2 => ["VirtualNetwork", "Internet", "Storage.WestEurope", "Sql"][dice.below(4) as usize].to_string(),
        3..5 => format!("10.{network}.{}.0/24", dice.below(IN_NETWORK as u64)),
        5..7 => format!("10.{near}.{}.0/24", dice.below(IN_NETWORK as u64)),
        7..9 => format!("10.{near}.0.0/16"),
        _ => format!("10.{near}.{}.{}", dice.below(IN_NETWORK as u64), 4 + dice.below(60)),
    }
}
