//! The longest prefix of an address, beside the crates that find it: ours, each peer, and the ratio to the best of them, from
//! one run.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml --bin longest-prefix`. `FNET_BENCH_PREFIXES`
//! (400,1000,100000,1000000) are how many prefixes. All are asked for the same addresses and must say the same.

#[path = "../../../common/mod.rs"]
mod common;

use common::rules::{addresses, prefixes};
use common::{median, numbers};
use fnet::net::{IpNet, LongestPrefix};
use ip_network::Ipv4Network;
use ip_network_table::IpNetworkTable;
use ipnet::Ipv4Net;
use iptrie::{Ipv4LCTrieMap, Ipv4Prefix, Ipv4RTrieMap};
use poptrie::Poptrie;
use prefix_trie::PrefixMap;
use std::collections::HashMap;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

/// What an address without a prefix is told.
const NONE: u32 = u32::MAX;

fn main() {
    println!("nanoseconds a look-up of IPv4; the ratio is to the best peer");
    let peers = ["poptrie", "iptrie", "prefix-trie", "table"];
    println!(
        "{:>8} {:>8} {:>8} {:>8} {:>12} {:>8} {:>7}",
        "prefixes", "ours", peers[0], peers[1], peers[2], peers[3], "ratio"
    );
    for size in numbers("FNET_BENCH_PREFIXES", "400,1000,100000,1000000") {
        let entries = entries(size);
        let nets: Vec<IpNet> = entries.iter().map(|(net, _)| IpNet::V4(*net)).collect();
        let asked = addresses(7, 1_000_000, &nets);
        let ours = ours(&entries, &asked);
        let its =
            [poptrie(&entries, &asked), iptrie(&entries, &asked), trie(&entries, &asked), table(&entries, &asked)];
        for (peer, (_, sum)) in peers.iter().zip(&its) {
            assert_eq!(*sum, ours.1, "{peer} finds other prefixes than we do");
        }
        let best = its.iter().map(|(time, _)| *time).fold(f64::INFINITY, f64::min);
        println!(
            "{size:>8} {:>8.1} {:>8.1} {:>8.1} {:>12.1} {:>8.1} {:>7.1}",
            ours.0,
            its[0].0,
            its[1].0,
            its[2].0,
            its[3].0,
            best / ours.0
        );
    }
}

/// The prefixes with their numbers, each once.
fn entries(size: usize) -> Vec<(Ipv4Net, u32)> {
    let mut all: HashMap<Ipv4Net, u32> = HashMap::new();
    for (net, number) in prefixes(42, size).into_iter().zip(0..) {
        if let IpNet::V4(net) = net {
            all.entry(net).or_insert(number);
        }
    }
    let mut all: Vec<(Ipv4Net, u32)> = all.into_iter().collect();
    all.sort_unstable();
    all
}

/// Nanoseconds a look-up, and the sum of what was found.
fn timed<A: Copy>(asked: &[A], find: impl Fn(A) -> u32) -> (f64, u64) {
    let sum = || asked.iter().map(|address| u64::from(find(*address))).sum::<u64>();
    let time = median(5, || {
        black_box(sum());
    });
    (time / asked.len() as f64 * 1e9, sum())
}

fn ours(entries: &[(Ipv4Net, u32)], asked: &[Ipv4Addr]) -> (f64, u64) {
    let map = LongestPrefix::of(entries.iter().map(|(net, number)| (IpNet::V4(*net), *number)));
    let asked: Vec<IpAddr> = asked.iter().copied().map(IpAddr::V4).collect();
    timed(&asked, |address| map.get(address).copied().unwrap_or(NONE))
}

fn poptrie(entries: &[(Ipv4Net, u32)], asked: &[Ipv4Addr]) -> (f64, u64) {
    let map: Poptrie<(Ipv4Addr, u8), u32> =
        entries.iter().map(|(net, number)| ((net.network(), net.prefix_len()), *number)).collect();
    timed(asked, |address| map.lookup(address).copied().unwrap_or(NONE))
}

fn iptrie(entries: &[(Ipv4Net, u32)], asked: &[Ipv4Addr]) -> (f64, u64) {
    let mut map = Ipv4RTrieMap::with_root(NONE);
    for (net, number) in entries {
        map.insert(Ipv4Prefix::new(net.network(), net.prefix_len()).expect("a length of IPv4"), *number);
    }
    let map: Ipv4LCTrieMap<u32> = map.compress();
    timed(asked, |address| *map.lookup(&address).1)
}

fn trie(entries: &[(Ipv4Net, u32)], asked: &[Ipv4Addr]) -> (f64, u64) {
    let map: PrefixMap<Ipv4Net, u32> = entries.iter().copied().collect();
    timed(asked, |address| map.get_lpm(&Ipv4Net::from(address)).map_or(NONE, |(_, number)| *number))
}

fn table(entries: &[(Ipv4Net, u32)], asked: &[Ipv4Addr]) -> (f64, u64) {
    let mut map = IpNetworkTable::new();
    for (net, number) in entries {
        map.insert(Ipv4Network::new(net.network(), net.prefix_len()).expect("no host bits"), *number);
    }
    timed(asked, |address| map.longest_match_ipv4(address).map_or(NONE, |(_, number)| *number))
}
