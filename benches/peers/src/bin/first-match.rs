//! One flow decided by a list of rules, beside regorus, which evaluates Rego: ours, the peer and the ratio, from one run.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml --bin first-match`. `FNET_BENCH_RULES` (100,1000,10000) are
//! the lengths of the lists. Both are asked for the same flows and must say the same. The rules are the data of a policy that
//! compares numbers: the fastest way to say it that Rego has, as `net.cidr_contains` reads a prefix each time.

#[path = "../../../common/mod.rs"]
mod common;

use common::rules::{Family, Rule, flows, rules};
use common::{median, numbers};
use fnet::net::{FirstMatch, FiveTuple, Protocol};
use regorus::{Engine, Value};
use serde_json::json;
use std::hint::black_box;
use std::net::IpAddr;

/// The first of the rules that hold a flow.
const POLICY: &str = "package list
import rego.v1

found contains at if {
	some at, rule in data.rules
	rule.source[0] <= input.source
	input.source <= rule.source[1]
	rule.destination[0] <= input.destination
	input.destination <= rule.destination[1]
	rule.ports[0] <= input.port
	input.port <= rule.ports[1]
	rule.protocols[input.protocol]
}

first := min(found)
";

fn main() {
    println!("nanoseconds a flow");
    println!("{:<4} {:>6} {:>10} {:>12} {:>9}", "", "rules", "ours", "regorus", "ratio");
    for size in numbers("FNET_BENCH_RULES", "100,1000,10000") {
        for family in Family::ALL {
            let rules = rules(42, size, family);
            let flows = flows(7, 100_000, &rules);
            let list = FirstMatch::of(rules.iter().map(Rule::line).collect::<Vec<_>>());
            let ours = median(5, || {
                flows.iter().for_each(|flow| {
                    black_box(list.find(flow));
                })
            }) / flows.len() as f64;
            let some = &flows[..(200_000 / size).clamp(10, flows.len())];
            let inputs: Vec<Value> = some.iter().map(input).collect();
            let mut engine = engine(&rules);
            let mut decide = |input: &Value| {
                engine.set_input(input.clone());
                engine.eval_rule("data.list.first".into()).expect("the policy holds for every input")
            };
            for (flow, input) in some.iter().zip(&inputs) {
                let found = decide(input).as_u64().ok().map(|at| at as usize);
                assert_eq!(found, list.find(flow), "{flow:?}");
            }
            let its = median(3, || {
                inputs.iter().for_each(|input| {
                    black_box(decide(input));
                })
            }) / inputs.len() as f64;
            let (ours, its, ratio) = (ours * 1e9, its * 1e9, its / ours);
            println!("{:<4} {size:>6} {ours:>10.1} {its:>12.0} {ratio:>9.0}", family.word());
        }
    }
}

fn value(json: serde_json::Value) -> Value {
    Value::from_json_str(&json.to_string()).expect("it is JSON")
}

fn engine(rules: &[Rule]) -> Engine {
    let mut engine = Engine::new();
    engine.add_policy("list.rego".into(), POLICY.into()).expect("the policy is Rego");
    let rule = |rule: &Rule| {
        let whole = rule.ports == (0, u16::MAX);
        let meant = |protocol: &Protocol| rule.protocols.contains(*protocol) && (protocol.has_ports() || whole);
        let protocols: serde_json::Map<_, _> =
            Protocol::ALL.iter().map(|protocol| (protocol.word().to_string(), json!(meant(protocol)))).collect();
        json!({
            "source": [rule.source.0, rule.source.1],
            "destination": [rule.destination.0, rule.destination.1],
            "ports": [rule.ports.0, rule.ports.1],
            "protocols": protocols,
        })
    };
    let rules: Vec<serde_json::Value> = rules.iter().map(rule).collect();
    engine.add_data(value(json!({ "rules": rules }))).expect("an object of data");
    engine
}

fn input(flow: &FiveTuple) -> Value {
    let number = |address: IpAddr| match address {
        IpAddr::V4(four) => u32::from(four),
        IpAddr::V6(_) => 0,
    };
    value(json!({
        "source": number(flow.source),
        "destination": number(flow.destination),
        "port": flow.port,
        "protocol": flow.protocol.word(),
    }))
}
