//! How long it takes to find the longest prefix of an address, beside a plain binary search over the same intervals.
//!
//! `cargo bench --bench longest-prefix`. Prefixes have the lengths of those of the internet; four addresses in five lie in
//! one of them. The crates that do the same are measured in `benches/peers/`.
//!
//! `FNET_BENCH_PREFIXES` (400,1000,100000,1000000) are how many prefixes, `FNET_BENCH_FLOWS` (1000000) how many addresses are
//! looked up, `FNET_BENCH_RUNS` (5) how often; medians count. `--count find 1000` looks 2,000 addresses up among so many
//! once, `--count build 1000` makes the map.

mod common;

use common::measure::told;
use common::rules::{addresses, prefixes};
use common::{median, numbers};
use fnet::net::{IpNet, LongestPrefix};
use std::collections::HashMap;
use std::hint::black_box;
use std::net::IpAddr;

fn main() {
    match told() {
        Some((what, sizes)) => sizes.iter().for_each(|size| once(&what, *size)),
        None => table(),
    }
}

/// One thing to be counted, and what it takes to be prepared for either.
fn once(what: &str, size: usize) {
    let prefixes = prefixes(42, size);
    let asked: Vec<IpAddr> = addresses(7, 2_000, &prefixes).into_iter().map(IpAddr::from).collect();
    let map = LongestPrefix::of(prefixes.iter().copied().zip(0u32..));
    match what {
        "find" => asked.iter().for_each(|address| {
            black_box(map.get(*address));
        }),
        "build" => drop(black_box(LongestPrefix::of(prefixes.iter().copied().zip(0u32..)))),
        _ => {}
    }
}

fn table() {
    let count = numbers("FNET_BENCH_FLOWS", "1000000")[0];
    let runs = numbers("FNET_BENCH_RUNS", "5")[0];
    println!("nanoseconds a look-up; medians of {runs} runs over {count} addresses");
    println!("{:>8} {:>13} {:>9} {:>7} {:>10}", "prefixes", "by length", "ours", "ratio", "build ms");
    for size in numbers("FNET_BENCH_PREFIXES", "400,1000,100000,1000000") {
        let prefixes = prefixes(42, size);
        let asked: Vec<IpAddr> = addresses(7, count, &prefixes).into_iter().map(IpAddr::from).collect();
        let entries = || prefixes.iter().copied().zip(0u32..);
        let map = LongestPrefix::of(entries());
        let plain = ByLength::of(entries());
        for address in asked.iter().take(100_000) {
            assert_eq!(map.get(*address).copied(), plain.get(*address), "{address}");
        }
        let reference = median(runs, || {
            asked.iter().for_each(|address| {
                black_box(plain.get(*address));
            })
        });
        let ours = median(runs, || {
            asked.iter().for_each(|address| {
                black_box(map.get(*address));
            })
        });
        let build = median(3, || drop(black_box(LongestPrefix::of(entries()))));
        let (reference, ours) = (reference / count as f64 * 1e9, ours / count as f64 * 1e9);
        println!("{size:>8} {reference:>13.1} {ours:>9.1} {:>7.1} {:>10.2}", reference / ours, build * 1e3);
    }
}

/// The reference: for each length, the longest first, is there a prefix of that length?
struct ByLength {
    tables: Vec<(u8, HashMap<IpNet, u32>)>,
}

impl ByLength {
    fn of(entries: impl Iterator<Item = (IpNet, u32)>) -> Self {
        let mut tables: Vec<(u8, HashMap<IpNet, u32>)> =
            (0..=32).rev().map(|length| (length, HashMap::new())).collect();
        for (prefix, value) in entries {
            tables[usize::from(32 - prefix.prefix_len())].1.entry(prefix).or_insert(value);
        }
        tables.retain(|(_, table)| !table.is_empty());
        Self { tables }
    }

    fn get(&self, address: IpAddr) -> Option<u32> {
        let of = |length| IpNet::new(address, length).ok().map(|net| net.trunc());
        self.tables.iter().find_map(|(length, table)| table.get(&of(*length)?).copied())
    }
}
