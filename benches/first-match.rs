//! How long it takes to decide one flow by a list of rules, compiled and by asking one rule after the other.
//!
//! `cargo bench --bench first-match`. Lists and flows are made up, the same in every run; both sides are asked for the same
//! flows and must say the same. The reference is a plain loop over an array of ranges, which is as fast as one rule after
//! the other can be.
//!
//! `FNET_BENCH_RULES` (100,1000,10000,100000) are the lengths of the lists, `FNET_BENCH_FLOWS` (100000) how many flows are
//! decided, `FNET_BENCH_RUNS` (5) how often; medians count. `--count find 1000` decides 2,000 flows by a list of that length
//! once, `--count build 1000` compiles the list.

mod common;

use common::measure::told;
use common::rules::{Family, Rule, flows, rules};
use common::{median, numbers};
use fnet::net::{FirstMatch, FiveTuple};
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
    let rules = rules(42, size, Family::Nsg);
    let flows = flows(7, 2_000, &rules);
    let lines: Vec<_> = rules.iter().map(Rule::line).collect();
    let list = FirstMatch::of(lines.clone());
    match what {
        "find" => flows.iter().for_each(|flow| {
            black_box(list.find(flow));
        }),
        "build" => drop(black_box(FirstMatch::of(lines))),
        _ => {}
    }
}

fn table() {
    let count = numbers("FNET_BENCH_FLOWS", "100000")[0];
    let runs = numbers("FNET_BENCH_RUNS", "5")[0];
    println!("nanoseconds a flow; medians of {runs} runs over {count} flows");
    println!(
        "{:<4} {:>7} {:>10} {:>9} {:>7} {:>10} {:>9}",
        "", "rules", "one by one", "compiled", "ratio", "build ms", "kB"
    );
    for size in numbers("FNET_BENCH_RULES", "100,1000,10000,100000") {
        for family in Family::ALL {
            let rules = rules(42, size, family);
            let flows = flows(7, count, &rules);
            let lines: Vec<_> = rules.iter().map(Rule::line).collect();
            let list = FirstMatch::of(lines.clone());
            let slow = &flows[..flows.len().min(50_000_000 / size).max(100).min(flows.len())];
            for flow in slow {
                assert_eq!(list.find(flow), naive(&rules, flow), "{flow:?}");
            }
            let reference = median(runs, || {
                slow.iter().for_each(|flow| {
                    black_box(naive(&rules, flow));
                })
            });
            let ours = median(runs, || {
                flows.iter().for_each(|flow| {
                    black_box(list.find(flow));
                })
            });
            let build = median(3, || drop(black_box(FirstMatch::of(lines.clone()))));
            let (reference, ours) = (reference / slow.len() as f64 * 1e9, ours / flows.len() as f64 * 1e9);
            println!(
                "{:<4} {size:>7} {reference:>10.0} {ours:>9.1} {:>7.1} {:>10.2} {:>9}",
                family.word(),
                reference / ours,
                build * 1e3,
                list.size() / 1000
            );
        }
    }
}

fn naive(rules: &[Rule], flow: &FiveTuple) -> Option<usize> {
    let (IpAddr::V4(source), IpAddr::V4(destination)) = (flow.source, flow.destination) else { return None };
    let (source, destination) = (source.into(), destination.into());
    rules.iter().position(|rule| rule.holds(flow.protocol, source, destination, flow.port))
}
