//! A routing table as the routes of a route table, and as what is compiled of it: the longest prefix wins.

use super::dice::Dice;
use super::{asked, common, corpus, own, session, some};
use fnet::Answer;
use fnet::net::LongestPrefix;
use ipnet::IpNet;
use std::fmt::Write;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

/// The tables: their names and prefixes.
fn tables() -> Vec<(String, Vec<IpNet>)> {
    let mut paths = corpus("e-classification/prefixes");
    if paths.is_empty() {
        println!("routing tables: the corpus is not here; 1 table skipped, our own taken");
    }
    paths.push(own("uplink.prefixes"));
    paths.iter().filter_map(|path| Some((path.file_name()?.to_string_lossy().to_string(), read(path)?))).collect()
}

fn read(path: &Path) -> Option<Vec<IpNet>> {
    let text = match path.extension().is_some_and(|ending| ending == "gz") {
        true => match Command::new("gzip").arg("-dc").arg(path).output() {
            Ok(output) if output.status.success() => String::from_utf8(output.stdout).expect("text"),
            _ => {
                println!("routing tables: no gzip here; 1 table skipped");
                return None;
            }
        },
        false => std::fs::read_to_string(path).expect("a table"),
    };
    Some(text.lines().map(|line| line.parse().expect("a prefix")).collect())
}

/// The longest of the prefixes that holds an address: all of them are looked at.
fn longest(prefixes: &[IpNet], address: IpAddr) -> Option<usize> {
    let holding = prefixes.iter().enumerate().filter(|(_, prefix)| prefix.contains(&address));
    holding.max_by_key(|(_, prefix)| prefix.prefix_len()).map(|(at, _)| at)
}

/// Addresses: of every family as many; most in one of the prefixes, at its ends more often than between.
fn addresses(prefixes: &[IpNet], count: usize) -> Vec<IpAddr> {
    let mut dice = Dice::of(11);
    let families = [true, false].map(|four| {
        let own = |prefix: &&IpNet| prefix.addr().is_ipv4() == four;
        prefixes.iter().filter(own).copied().collect::<Vec<IpNet>>()
    });
    let mut one = |at: usize| {
        let prefix = *dice.one(&families[at % 2]);
        let stray = dice.percent(10).then(|| IpNet::new(prefix.addr(), prefix.prefix_len() / 2).expect("a length"));
        dice.address(&stray.map_or(prefix, |wider| wider.trunc()))
    };
    (0..count).map(&mut one).collect()
}

#[test]
fn the_longest_prefix_of_a_table_is_found() {
    for (name, prefixes) in tables() {
        let four = prefixes.iter().filter(|prefix| prefix.addr().is_ipv4()).count();
        let map = LongestPrefix::of(prefixes.iter().copied().zip(0..));
        // Every prefix is looked at for every address: of a table of the internet fewer addresses will do.
        let count = asked() * if prefixes.len() > 1_000_000 { 2 } else { 100 };
        for address in addresses(&prefixes, count) {
            assert_eq!(map.get(address).copied(), longest(&prefixes, address), "{name}: {address}");
        }
        println!("{name}: {count} addresses among {four} prefixes of IPv4 and {} of IPv6", prefixes.len() - four);
    }
}

/// What a line of the table leads to: no table says, so several things take turns.
fn hop(at: usize) -> &'static str {
    ["internet", "none", "appliance 10.250.0.68", "appliance 10.250.0.69"][at % 4]
}

#[test]
fn a_route_table_of_them_sends_a_packet_by_the_longest() {
    for (name, prefixes) in tables() {
        let prefixes = some(prefixes, 1_000);
        let mut text = String::from(
            "edition 2026\nvnet hub 10.250.0.0/24, 2001:db8:250::/48 {\n\
             subnet work 10.250.0.0/26, 2001:db8:250:1::/64 { route-table uplink }\nsubnet edge 10.250.0.64/26\n}\n\
             host caller in hub.work 10.250.0.4, 2001:db8:250:1::4\nroute-table uplink {\n",
        );
        for (at, prefix) in prefixes.iter().enumerate() {
            let _ = writeln!(text, "  {prefix} -> {} as line-{at}", hop(at));
        }
        text.push_str("}\n");
        let mut net = session(&text);
        let mut wrong = Vec::new();
        let mut taken = 0;
        for address in addresses(&prefixes, asked() * 4) {
            let answer = match net.ask(&format!("next-hop caller to {address}")).unwrap_or_else(|e| panic!("{e}")) {
                Answer::NextHop(answer) => answer,
                other => panic!("{other:?}"),
            };
            let route = answer.route.as_ref();
            let found = route.and_then(|route| route.name.clone());
            let expected = longest(&prefixes, address).map(|at| format!("line-{at}"));
            taken += usize::from(expected.is_some());
            // What no line of the table holds goes by the routes that every subnet has.
            let system = route.is_some_and(|route| route.source == "Default");
            if found != expected && !(expected.is_none() && system) {
                wrong.push(format!("{address}: {expected:?}, not {route:?}"));
            }
        }
        println!("{name}: {} routes, {taken} of {} packets take one", prefixes.len(), asked() * 4);
        common::report(&wrong, asked() * 4);
    }
}
