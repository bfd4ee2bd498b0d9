//! The security rules that are compiled for many flows rule as the walk does, which explains each of them: random lists,
//! asked for random flows both ways.

use fnet::engine::{EffectiveSecurity, Engine, Ruling};
use fnet::model::{Model, NsgId, SubnetId, Thing};
use fnet::net::{FiveTuple, Protocol};
use fnet::query::answer::{MarkWord, ReachAnswer};
use fnet::{Answer, Session};
use proptest::prelude::*;
use std::net::IpAddr;

/// What a line may name: things, sets, tags with and without data, everything.
const ADDRESSES: &[&str] = &[
    "*",
    "10.1.1.0/24",
    "10.1.2.4",
    "10.1.0.0/16",
    "10.1.1.4-10.1.1.6,10.1.2.0/28",
    "a1",
    "net.b",
    "group",
    "VirtualNetwork",
    "Internet",
    "AzureLoadBalancer",
    "Storage",
    "Sql",
    "Sql.WestEurope",
    "AzureCloud",
    "AzurePlatformDNS",
    "52.0.0.0/8",
    "2001:db8::/32",
];

const PORTS: &[&str] = &["", ":*", ":443", ":1-1024", ":80,443,1433"];

/// Where the flows are from and to, all of them where lines draw their borders. The first two stand in the subnets.
const OUTSIDE: &[&str] =
    &["52.8.8.8", "20.1.2.3", "10.1.2.77", "10.1.1.200", "168.63.129.16", "10.9.9.9", "2001:db8::9"];

fn line() -> impl Strategy<Value = String> {
    let side = |names: usize| prop::sample::select(&ADDRESSES[..names]);
    let protocol = prop_oneof![3 => Just("tcp"), 1 => Just("udp"), 1 => Just("icmp"), 1 => Just("esp"), 2 => Just("*")];
    let from = prop_oneof![6 => Just(""), 1 => Just(":50000"), 1 => Just(":1-60000")];
    let action = prop_oneof![Just("allow"), Just("deny")];
    let all = ADDRESSES.len();
    (action, protocol, side(all), from, side(all), prop::sample::select(PORTS)).prop_map(
        |(action, protocol, source, from, destination, to)| {
            // The ports stand behind the last address; IPv6 needs its brackets.
            let put = |set: &str, ports: &str| match (set.contains("::"), ports.is_empty()) {
                (true, false) => format!("[{set}]{ports}"),
                _ => format!("{set}{ports}"),
            };
            format!("{action} {protocol} {} -> {}", put(source, from), put(destination, to))
        },
    )
}

fn list(lines: &[String], admin: bool) -> String {
    let line = |(at, line): (usize, &String)| {
        let line = if admin && at % 3 == 0 { line.replacen("allow", "always-allow", 1) } else { line.clone() };
        format!("      {} {line}\n", 100 + at)
    };
    lines.iter().enumerate().map(line).collect()
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(line(), 0..6)
}

/// A network of two subnets, each with a group, an interface with a group of its own in each, and admin rules.
fn script() -> impl Strategy<Value = String> {
    let groups = prop::collection::vec((lines(), lines()), 4);
    let admin = prop_oneof![2 => Just((Vec::new(), Vec::new())), 1 => (lines(), lines())];
    (groups, admin, any::<bool>()).prop_map(|(groups, admin, stated)| {
        let mut text = String::from(
            "edition 2026
vnet net 10.1.0.0/16, 2001:db8:1::/48 {
  subnet a 10.1.1.0/24, 2001:db8:1:1::/64 { nsg g0 }
  subnet b 10.1.2.0/24 { nsg g1 }
}
asg group
host a1 in net.a 10.1.1.4 { nsg g2; listen tcp 1-65535 }
host a2 in net.a 10.1.1.5 { asg group; listen tcp 1-65535 }
host b1 in net.b 10.1.2.4 { nsg g3; listen tcp 1-65535 }
host b2 in net.b 10.1.2.5 { asg group; listen tcp 1-65535 }
",
        );
        if stated {
            text.push_str("amend service-tag Storage { prefix 52.8.0.0/16 }\n");
        }
        for (at, (inbound, outbound)) in groups.iter().enumerate() {
            let (inbound, outbound) = (list(inbound, false), list(outbound, false));
            text.push_str(&format!("nsg g{at} {{\n  inbound {{\n{inbound}  }}\n  outbound {{\n{outbound}  }}\n}}\n"));
        }
        let (inbound, outbound) = (list(&admin.0, true), list(&admin.1, true));
        let admin =
            format!("admin-rules corp {{\n  to net\n  inbound {{\n{inbound}  }}\n  outbound {{\n{outbound}  }}\n}}\n");
        text + &admin
    })
}

#[derive(Clone, Debug)]
struct Asked {
    from: usize,
    to: usize,
    protocol: Protocol,
    source_port: Option<u16>,
    port: u16,
}

const MACHINES: [&str; 4] = ["10.1.1.4", "10.1.1.5", "10.1.2.4", "10.1.2.5"];

fn asked() -> impl Strategy<Value = Asked> {
    let protocol =
        prop::sample::select(vec![Protocol::Tcp, Protocol::Tcp, Protocol::Udp, Protocol::Icmp, Protocol::Esp]);
    let port = prop::sample::select(vec![22u16, 80, 443, 1024, 1025, 1433]);
    let source_port = prop::sample::select(vec![None, Some(50_000u16), Some(60_000), Some(60_001)]);
    (0..MACHINES.len(), 0..MACHINES.len() + OUTSIDE.len(), protocol, source_port, port)
        .prop_map(|(from, to, protocol, source_port, port)| Asked { from, to, protocol, source_port, port })
}

/// The interface that has an address: its subnet and the group of its own.
fn interface(model: &Model, address: IpAddr) -> Option<(SubnetId, Option<NsgId>)> {
    let host = model.hosts.iter().find(|host| host.addresses.iter().any(|own| own.value == address))?;
    match host.place {
        Some(Thing::Subnet(subnet)) => Some((subnet, host.nsg.as_ref().map(|nsg| nsg.value))),
        _ => None,
    }
}

/// What the walk's own steps say of one direction; none where it never came to that.
fn walked(answer: &ReachAnswer, outbound: bool) -> Option<Ruling> {
    let stage = if outbound { "eval.out.5-nsg-source" } else { "eval.out.8-private-target" };
    assert_eq!(answer.parts.len(), 1, "a single flow is one part");
    let here = |rule: &str, also: &[_]| {
        let by_list = rule.starts_with("nsg.") || rule == "tag.unknown" || rule == "verdict.ours.unknown";
        by_list && also.iter().any(|word: &fnet::query::answer::RuleWord| word.rule == stage)
    };
    let steps = answer.parts[0].steps.iter().filter(|step| here(&step.rule, &step.also));
    let marks: Vec<MarkWord> = steps.map(|step| step.mark).collect();
    // Addresses of the platform pass without any list.
    let exempt = || outbound && answer.parts[0].steps.iter().any(|step| step.rule == "nsg.platform-addresses");
    match () {
        () if marks.contains(&MarkWord::Block) => Some(Ruling::Denied),
        () if marks.contains(&MarkWord::Unknown) => Some(Ruling::Unknown),
        () if !marks.is_empty() || exempt() => Some(Ruling::Allowed),
        () => None,
    }
}

fn ruling(security: &EffectiveSecurity<'_>, flow: &FiveTuple) -> (Ruling, String) {
    let decision = security.decide(flow);
    (decision.ruling, decision.by.map(|line| security.rule(line).text()).unwrap_or_default())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn compiled_security_rules_as_the_walk(text in script(), asked in prop::collection::vec(asked(), 25)) {
        let mut net = Session::new();
        net.only_declare(true);
        if let Err(errors) = net.load(&text) {
            panic!("{errors}\n{text}");
        }
        let model = net.model();
        let engine = Engine::of(&model);
        for one in asked {
            let (from, to) = (MACHINES[one.from], MACHINES.iter().chain(OUTSIDE).nth(one.to).expect("one of them"));
            let (source, destination): (IpAddr, IpAddr) = (from.parse().unwrap(), to.parse().unwrap());
            if from == *to || source.is_ipv4() != destination.is_ipv4() {
                continue;
            }
            let ports = if one.protocol.has_ports() { format!(":{}", one.port) } else { String::new() };
            let from_port = one.source_port.filter(|_| one.protocol.has_ports());
            let from_port = from_port.map(|port| format!(" from-port {port}")).unwrap_or_default();
            let question = format!("explain can {from} reach {to}{ports} over {}{from_port}", one.protocol);
            let answer = net.ask(&question).unwrap_or_else(|errors| panic!("{errors}\n{question}\n{text}"));
            let Answer::Reach(answer) = answer else { panic!("{question}") };
            let flow = FiveTuple {
                protocol: one.protocol,
                source,
                source_port: one.source_port,
                destination,
                port: one.port,
            };
            for (outbound, own) in [(true, source), (false, destination)] {
                let Some((subnet, nic)) = interface(&model, own) else { continue };
                let Some(expected) = walked(&answer, outbound) else { continue };
                let security = engine.effective_security(subnet, nic, outbound);
                let (found, by) = ruling(&security, &flow);
                prop_assert_eq!(found, expected, "{} outbound {}: {}\n{}\n{}", question, outbound, by, answer.parts[0].steps.iter().map(|s| format!("{:?} {} {}\n", s.mark, s.rule, s.text)).collect::<String>(), text);
            }
        }
    }
}
