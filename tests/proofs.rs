//! What `lint` proves of lists holds: without a line that never decides, or changes nothing, every flow fares as before;
//! groups that mean the same stand in for each other. Asked of the engine, flow by flow, on models made at random.

use fnet::Answer;
use fnet::query::answer::FindingAnswer;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Lines of a group: sides that hold each other, meet, and have no stated address.
fn group_line() -> impl Strategy<Value = String> {
    let action = prop::sample::select(vec!["allow", "deny"]);
    let protocol = prop::sample::select(vec!["tcp", "tcp", "udp", "*"]);
    let source = prop::sample::select(vec![
        "*",
        "10.0.0.0/17",
        "10.0.128.0/17",
        "10.0.0.0/16",
        "10.0.1.0/24",
        "10.0.1.128/25",
        "VirtualNetwork",
        "Internet",
        "Sql",
        "Sql.WestEurope",
        "203.0.113.0/24",
        "0.0.0.0/1",
        "128.0.0.0/1",
        "hub.web",
        "10.0.1.0/24:1000-2000",
    ]);
    let destination = prop::sample::select(vec!["*", "10.0.2.0/24", "10.0.2.9", "10.0.2.128/25"]);
    let ports = prop::sample::select(vec!["", "", ":443", ":440-450", ":22", ":0-443", ":444-65535", ":22,443"]);
    (action, protocol, source, destination, ports)
        .prop_map(|(action, protocol, from, to, ports)| format!("{action} {protocol} {from} -> {to}{ports}"))
}

fn route_line() -> impl Strategy<Value = String> {
    let prefix = prop::sample::select(vec![
        "0.0.0.0/0",
        "10.0.0.0/16",
        "10.0.0.0/15",
        "10.0.0.0/14",
        "10.0.2.0/24",
        "10.1.0.0/16",
        "10.1.0.0/17",
        "10.1.128.0/17",
        "203.0.113.0/24",
        "203.0.113.0/25",
        "203.0.113.128/25",
        "10.9.0.0/16",
        "10.9.0.0/17",
    ]);
    let hop = prop::sample::select(vec!["appliance 10.0.2.4", "appliance 10.0.2.5", "internet", "none", "vnet"]);
    (prefix, hop).prop_map(|(prefix, hop)| format!("{prefix} -> {hop}"))
}

const FROM: &[&str] = &["10.0.1.4", "10.0.1.200", "10.0.200.5", "203.0.113.9", "10.1.0.4"];
const TO: &[&str] = &[
    "10.0.2.9",
    "10.1.0.4",
    "10.1.200.4",
    "10.2.0.4",
    "203.0.113.9",
    "203.0.113.200",
    "198.51.100.7",
    "10.9.1.1",
    "10.9.200.1",
];

/// A model with those lines, one a line of text; some left out.
fn script(inbound: &[String], routes: &[String], left_out: &BTreeSet<usize>) -> (String, usize, usize) {
    let head = "edition 2026\n\
        vnet hub 10.0.0.0/16 {\n  subnet web 10.0.1.0/24 { route-table ways }\n  subnet data 10.0.2.0/24 { nsg front }\n  subnet far 10.0.200.0/24\n}\n\
        vnet spoke 10.1.0.0/16 { subnet work 10.1.0.0/24 }\npeering hub <-> spoke\n\
        host caller in hub.web 10.0.1.9\nhost target in hub.data 10.0.2.9 { public-ip 20.0.0.9 }\n\
        appliance first in hub.data 10.0.2.4 { forwarding on }\nappliance second in hub.data 10.0.2.5 { forwarding on }\n\
        nsg front {\n  inbound {\n";
    let mut text = head.to_string();
    let mut at = head.lines().count();
    let first_rule = at + 1;
    let mut push = |line: String| {
        at += 1;
        if !left_out.contains(&at) {
            text.push_str(&line);
        }
        text.push('\n');
    };
    for (number, line) in inbound.iter().enumerate() {
        push(format!("    {} {line}", 100 + number));
    }
    push("  }".into());
    push("}".into());
    push("route-table ways {".into());
    let first_route = first_rule + inbound.len() + 3;
    routes.iter().for_each(|line| push(format!("  {line}")));
    push("}".into());
    (text, first_rule, first_route)
}

fn session(text: &str) -> fnet::Session {
    let mut net = fnet::Session::new();
    net.load(text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    net
}

/// What becomes of flows from anywhere to the host, and of packets from the caller to anywhere.
fn fates(text: &str) -> Vec<(String, String)> {
    let mut net = session(text);
    let mut fates = Vec::new();
    let mut asked = |question: String| {
        let fate = match net.ask(&question).unwrap_or_else(|errors| panic!("{errors}\n{question}\n{text}")) {
            Answer::Reach(answer) => serde_json::to_value(&answer).expect("JSON")["verdict"].to_string(),
            Answer::NextHop(answer) => answer.hop,
            other => format!("{other:?}"),
        };
        fates.push((question, fate));
    };
    for from in FROM {
        for port in [22, 443, 445] {
            for over in ["tcp", "udp"] {
                asked(format!("can {from} reach 10.0.2.9:{port} over {over}"));
            }
        }
    }
    TO.iter().for_each(|to| asked(format!("next-hop caller to {to}")));
    fates
}

/// Do flows fare as before? What was unknown because of a line may be known without it: of one tag the engine asks line
/// by line whether it holds an address.
fn as_before(before: &[(String, String)], after: &[(String, String)]) -> Result<(), String> {
    for ((question, was), (_, is)) in before.iter().zip(after) {
        if was != is && was != "\"unknown\"" {
            return Err(format!("{question}: {was} before, {is} after"));
        }
    }
    Ok(())
}

fn findings(text: &str) -> Vec<FindingAnswer> {
    match session(text).ask("lint").expect("an answer") {
        Answer::Lint(answer) => answer.findings,
        other => panic!("{other:?}"),
    }
}

/// The lines that a finding speaks of first: those that could go.
fn lines_of(finding: &FindingAnswer) -> Vec<usize> {
    let goes =
        |text: &str| text.starts_with("never decides") || text.starts_with("behind it") || text == "changes nothing";
    let never = |text: &str| text == "other routes win all of its addresses";
    let labels = finding.labels.iter().filter(|label| goes(&label.message) || never(&label.message));
    labels.filter_map(|label| Some(label.place.as_ref()?.line)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn lines_that_lint_finds_could_go(
        inbound in prop::collection::vec(group_line(), 1..7), routes in prop::collection::vec(route_line(), 1..6),
    ) {
        // Azure takes no two routes for one prefix.
        let mut seen = BTreeSet::new();
        let routes: Vec<String> =
            routes.into_iter().filter(|line| seen.insert(line.split(' ').next().map(String::from))).collect();
        let (text, ..) = script(&inbound, &routes, &BTreeSet::new());
        let found = findings(&text);
        let before = fates(&text);
        let mut all = BTreeSet::new();
        let mut covered_routes = false;
        for finding in found.iter().filter(|finding| finding.rule.starts_with("list.")) {
            for line in lines_of(finding) {
                // A route that nothing takes may still make addresses VirtualNetwork: the finding says so.
                covered_routes |= finding.note.is_some();
                all.insert(line);
                if finding.note.is_none() {
                    let (shorter, ..) = script(&inbound, &routes, &BTreeSet::from([line]));
                    prop_assert_eq!(as_before(&before, &fates(&shorter)), Ok(()), "without line {} of\n{}", line, text);
                }
            }
        }
        if !all.is_empty() && !covered_routes {
            let (shorter, ..) = script(&inbound, &routes, &all);
            prop_assert_eq!(as_before(&before, &fates(&shorter)), Ok(()), "without lines {:?} of\n{}", all, text);
        }
    }

    /// A group that is said to mean what another means does at its place what the other does.
    #[test]
    fn groups_that_lint_finds_alike_are(
        inbound in prop::collection::vec(group_line(), 1..4), other in prop::collection::vec(group_line(), 1..4), same in 0usize..3,
    ) {
        // By chance two lists hardly ever mean the same: often the other is the first one turned round, or doubled.
        let other = match same {
            0 => other,
            1 => inbound.iter().rev().cloned().collect(),
            _ => inbound.iter().chain(&inbound).cloned().collect(),
        };
        let lines = |all: &[String]| {
            let numbered = all.iter().enumerate().map(|(at, line)| format!("{} {line}", 100 + at));
            numbered.collect::<Vec<_>>().join("; ")
        };
        let (text, ..) = script(&inbound, &[], &BTreeSet::new());
        let both = format!("{text}nsg twin {{ inbound {{ {} }} }}\n", lines(&other));
        let (swapped, ..) = script(&other, &[], &BTreeSet::new());
        if findings(&both).iter().any(|finding| finding.rule == "list.lists-same") {
            prop_assert_eq!(fates(&text), fates(&swapped), "{}", both);
        }
    }
}
