//! The questions that two peers' tests ask, answered by fnet.
//!
//! Where the corpus lies beside the crate, each of its networks is written as a script, through the public library and in
//! every edition, and each of its 544 questions is asked: the verdict, the rule that denies and the next hop are held to
//! what is expected, and the verdict also to what the peer itself says. A difference has its reason in [`EXCEPTIONS`], and
//! an exception that no longer differs is a failure. A clone without the corpus has `tests/peers/`: the most telling of
//! these networks, and some that the corpus has not, in words of our own.
#![cfg(feature = "cli")]

mod common;

use common::root;
use fnet::platform::Edition;
use fnet::query::answer::{MarkWord, NextHopAnswer, ReachAnswer};
use fnet::{Answer, Session};
use serde::Deserialize;
use std::fmt::Write;
use std::path::PathBuf;

/// Where the corpus lies, from the crate.
const CORPUS: &str = "../shared/corpus/f-peer-tests";

const OPEN: &str = "a script need not declare every machine: that something has the address is assumed, and the answer \
                    says so; the peer's network has no machine but those it lists";
const UNKNOWN_SUBNET: &str = "a script need not declare every subnet: which one holds the address, and with which \
                              security group, is asked for; the peer's network has no subnet but those it lists";
const BOTH_GROUPS: &str = "the peer leaves out the group of the interface; Azure asks both, and this one denies";
const ONE_WAY: &str = "the peer denies both ways; the rule denies the other one, and a security group is stateful";

/// Where fnet differs: the network and the number of its question, from 1; from whose answer it differs, `expect` or
/// `peer_expected`; what fnet says; why.
const EXCEPTIONS: &[(&str, &str, &str, &str)] = &[
    ("batfish-aws-vpc-peering 3", "expect", "unknown", UNKNOWN_SUBNET),
    ("batfish-aws-vpc-peering 3", "peer_expected", "unknown", UNKNOWN_SUBNET),
    ("batfish-aws-vpc-peering 4", "expect", "unknown", UNKNOWN_SUBNET),
    ("batfish-aws-vpc-peering 4", "peer_expected", "unknown", UNKNOWN_SUBNET),
    ("batfish-aws-vpc-peering 5", "expect", "yes", OPEN),
    ("batfish-aws-vpc-peering 5", "peer_expected", "yes", OPEN),
    ("batfish-azure-nsg 4", "peer_expected", "no, dropped", BOTH_GROUPS),
    ("batfish-azure-nsg 6", "peer_expected", "yes", ONE_WAY),
];

/// A network of the corpus and what is asked of it.
#[derive(Deserialize)]
struct Network {
    id: String,
    vnets: Vec<Vnet>,
    subnets: Vec<Subnet>,
    nics: Vec<Nic>,
    nsgs: Vec<Nsg>,
    #[serde(default)]
    peerings: Vec<Peering>,
    #[serde(default)]
    route_tables: Vec<RouteTable>,
    queries: Vec<Query>,
}

#[derive(Deserialize)]
struct Vnet {
    name: String,
    prefixes: Vec<String>,
}

#[derive(Deserialize)]
struct Subnet {
    name: String,
    vnet: String,
    prefix: String,
    nsg: Option<String>,
    route_table: Option<String>,
    delegation: Option<String>,
    #[serde(default)]
    service_endpoints: Vec<String>,
}

#[derive(Deserialize)]
struct Nic {
    name: String,
    ip: String,
    subnet: String,
    nsg: Option<String>,
    public_ip: Option<String>,
}

#[derive(Deserialize)]
struct Nsg {
    name: String,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    name: String,
    priority: u16,
    direction: String,
    access: String,
    protocol: String,
    source: Vec<String>,
    source_ports: Vec<String>,
    destination: Vec<String>,
    destination_ports: Vec<String>,
}

#[derive(Deserialize)]
struct Peering {
    from: String,
    to: String,
    allow_vnet_access: bool,
}

#[derive(Deserialize)]
struct RouteTable {
    name: String,
    routes: Vec<Route>,
}

#[derive(Deserialize)]
struct Route {
    name: String,
    prefix: String,
    next_hop_type: String,
}

#[derive(Deserialize)]
struct Query {
    from: Option<String>,
    from_subnet: Option<String>,
    to: Option<String>,
    to_subnet: Option<String>,
    to_ip: Option<String>,
    to_tag: Option<String>,
    protocol: String,
    src_port: Option<u16>,
    dst_port: Option<u16>,
    expect: String,
    /// `subnet NAME: NSG/RULE`, or the same of an interface.
    blocked_by: Option<String>,
    /// In words; `NSG/RULE` among them.
    rule: Option<String>,
    next_hop: Option<String>,
    peer_expected: Option<String>,
}

/// The network as a script.
fn script(network: &Network, edition: Edition) -> String {
    let mut text = format!("edition {edition}\n");
    for nsg in &network.nsgs {
        let _ = writeln!(text, "nsg \"{}\" {{", nsg.name);
        for direction in ["Inbound", "Outbound"] {
            let rules = nsg.rules.iter().filter(|rule| rule.direction == direction);
            let lines: String = rules.map(|rule| format!("    {}\n", line(rule))).collect();
            let _ = writeln!(text, "  {} {{\n{lines}  }}", direction.to_lowercase());
        }
        text.push_str("}\n");
    }
    for table in &network.route_tables {
        let _ = writeln!(text, "route-table \"{}\" {{", table.name);
        for Route { name, prefix, next_hop_type } in &table.routes {
            let hop = next_hop_type.to_lowercase();
            let _ = writeln!(text, "  {prefix} -> {hop} as \"{name}\"");
        }
        text.push_str("}\n");
    }
    for vnet in &network.vnets {
        let _ = writeln!(text, "vnet \"{}\" {} {{", vnet.name, vnet.prefixes.join(", "));
        for subnet in network.subnets.iter().filter(|subnet| subnet.vnet == vnet.name) {
            let _ = writeln!(text, "  subnet \"{}\" {} {{", subnet.name, subnet.prefix);
            let named = [("nsg", &subnet.nsg), ("route-table", &subnet.route_table)];
            for (property, name) in named.iter().filter_map(|(p, name)| name.as_ref().map(|name| (p, name))) {
                let _ = writeln!(text, "    {property} \"{name}\"");
            }
            if let Some(delegation) = &subnet.delegation {
                let _ = writeln!(text, "    delegation {delegation}");
            }
            for service in &subnet.service_endpoints {
                let _ = writeln!(text, "    service-endpoint {service}");
            }
            text.push_str("  }\n");
        }
        text.push_str("}\n");
    }
    for Peering { from, to, allow_vnet_access } in &network.peerings {
        let access = if *allow_vnet_access { "on" } else { "off" };
        let _ = writeln!(text, "peering \"{from}\" -> \"{to}\" {{ vnet-access {access} }}");
    }
    for Nic { name, ip, subnet, nsg, public_ip } in &network.nics {
        let _ = writeln!(text, "host \"{name}\" in \"{}.{subnet}\" {ip} {{", network.subnet(subnet).vnet);
        if let Some(nsg) = nsg {
            let _ = writeln!(text, "  nsg \"{nsg}\"");
        }
        if let Some(public) = public_ip {
            let _ = writeln!(text, "  public-ip {public}");
        }
        text.push_str("}\n");
    }
    for (name, subnet) in network.queries.iter().filter_map(Query::server) {
        let subnet = network.subnet(subnet);
        let _ = writeln!(text, "host \"{name}\" in \"{}.{}\" {}", subnet.vnet, subnet.name, subnet.first());
    }
    text
}

fn line(rule: &Rule) -> String {
    let side = |set: &[String], ports: &[String]| match ports {
        [all] if all == "*" => set.join(", "),
        ports => format!("{}:{}", set.join(", "), ports.join(",")),
    };
    format!(
        "{} {} {} {} -> {} as \"{}\"",
        rule.priority,
        rule.access.to_lowercase(),
        rule.protocol.to_lowercase(),
        side(&rule.source, &rule.source_ports),
        side(&rule.destination, &rule.destination_ports),
        rule.name
    )
}

impl Network {
    fn subnet(&self, name: &str) -> &Subnet {
        self.subnets.iter().find(|subnet| subnet.name == name).expect("the subnet is declared")
    }
}

impl Subnet {
    /// The first address that a machine can have.
    fn first(&self) -> String {
        self.prefix.split_once(".0/").map(|(net, _)| format!("{net}.4")).expect("a prefix of whole numbers")
    }
}

impl Query {
    /// The managed server that it asks about, and its subnet. As in the peer's network it has the first address there.
    fn server(&self) -> Option<(&str, &str)> {
        self.to.as_deref().zip(self.to_subnet.as_deref())
    }

    fn source(&self) -> &str {
        self.from.as_ref().or(self.from_subnet.as_ref()).expect("a source")
    }

    /// The question in fnet.
    fn text(&self) -> String {
        let target = match (&self.to, &self.to_ip, &self.to_tag) {
            (Some(name), ..) => format!("\"{name}\""),
            (_, Some(address), _) => address.clone(),
            (.., tag) => tag.clone().expect("a target"),
        };
        let port = self.dst_port.map_or(String::new(), |port| format!(":{port}"));
        let from = self.src_port.map_or(String::new(), |port| format!(" from-port {port}"));
        let protocol = self.protocol.to_lowercase();
        format!("can \"{}\" reach {target}{port} over {protocol}{from}", self.source())
    }
}

/// Does the answer say what is expected?
fn agrees(expect: &str, answer: &ReachAnswer) -> bool {
    let rule = answer.decided_by.as_deref().unwrap_or_default();
    let by_rules = rule.starts_with("nsg.") || rule == "route.udr.none";
    match expect {
        "allow" | "forwarded" => answer.verdict.word() == "yes",
        "deny" => answer.outcome.as_deref() == Some("dropped") && by_rules,
        "unreachable" => answer.verdict.word() == "no" && !by_rules,
        "depends" => ["partly", "unknown"].contains(&answer.verdict.word()),
        other => panic!("`{other}` is expected, and this test does not know what that is"),
    }
}

/// What the peer itself says; nothing where it only wishes.
fn delivered(peer: &str) -> Option<bool> {
    let first = peer.split_whitespace().next().expect("a word");
    match first {
        "ACCEPTED" | "reaches" | "through" => Some(true),
        "DENIED_IN" | "NO_ROUTE" | "NULL_ROUTED" | "NEIGHBOR_UNREACHABLE" => Some(false),
        "commented" => None,
        _ => panic!("`{peer}`: does the peer let it through?"),
    }
}

/// The verdict as `fnet ask` prints it.
fn words(answer: &ReachAnswer) -> String {
    let outcome = answer.outcome.as_ref().map_or(String::new(), |outcome| format!(", {outcome}"));
    format!("{}{outcome}", answer.verdict.word())
}

/// What is wrong with the reasons of an answer: the group and rule that deny, the rules on the way, the next hop.
fn reasons(network: &Network, query: &Query, answer: &ReachAnswer, hop: Option<&NextHopAnswer>) -> Vec<String> {
    let mut wrong = Vec::new();
    let headline = answer.headline.as_deref().unwrap_or_default();
    if let Some(by) = &query.blocked_by {
        let (nsg, rule) = by.split_once(": ").and_then(|(_, rest)| rest.split_once('/')).expect("a group and a rule");
        if !headline.contains(&format!("nsg {nsg} ")) || !headline.contains(&format!("({rule})")) {
            wrong.push(format!("{by} is to block it, not: {headline}"));
        }
    }
    let steps: Vec<_> = answer.parts.iter().flat_map(|part| &part.steps).collect();
    let named = query.rule.iter().flat_map(|rule| rule.split([' ', ','])).filter_map(|word| word.split_once('/'));
    for (nsg, rule) in named {
        let own = network.nsgs.iter().filter(|n| n.name == nsg).flat_map(|n| &n.rules).find(|r| r.name == rule);
        let head = own.map_or(format!("{rule} "), |own| format!("{} {} ", own.direction.to_lowercase(), own.priority));
        let text = |text: &str| text.starts_with(&format!("{nsg} ")) && format!("{text} ").contains(&head);
        if !steps.iter().any(|step| text(&step.text)) {
            wrong.push(format!("{nsg}/{rule} is to be on the way"));
        }
    }
    let Some(next) = &query.next_hop else { return wrong };
    match hop {
        Some(hop) => {
            let found = hop.route.as_ref().map_or("", |route| &route.hop_type);
            if found != next {
                wrong.push(format!("the next hop is to be {next}, not {found}"));
            }
        }
        // A tag is no one address; the trace tells the route.
        None => {
            let rule = match &**next {
                "VirtualNetworkServiceEndpoint" => "route.system.service-endpoint",
                "Internet" => "route.system.internet",
                "None" => "route.udr.none",
                other => panic!("`{other}` is the next hop to a tag, and this test does not know which rule that is"),
            };
            if !steps.iter().any(|step| step.rule == rule && step.mark != MarkWord::Note) {
                wrong.push(format!("the next hop is to be {next}, and no step names {rule}"));
            }
        }
    }
    wrong
}

/// The next hop to the one address that a query is about.
fn next_hop(session: &mut Session, network: &Network, query: &Query) -> Option<NextHopAnswer> {
    let of = |name: &String| network.nics.iter().find(|nic| nic.name == *name).map(|nic| nic.ip.clone());
    let server = || query.server().map(|(_, subnet)| network.subnet(subnet).first());
    let address = query.to_ip.clone().or_else(|| query.to.as_ref().and_then(of)).or_else(server)?;
    match session.ask(&format!("next-hop \"{}\" to {address}", query.source())) {
        Ok(Answer::NextHop(hop)) => Some(hop),
        other => panic!("{}: {other:?}", network.id),
    }
}

/// The networks of the corpus, where it is.
fn networks() -> Vec<Network> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in ["npguard", "batfish"] {
        let entries = std::fs::read_dir(root().join(CORPUS).join(folder)).into_iter().flatten();
        paths.extend(entries.map(|entry| entry.expect("a readable folder").path()));
    }
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a file of the corpus");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    paths.iter().map(read).collect()
}

#[test]
fn the_peers_networks_in_our_words_agree() {
    common::hold("tests/peers");
}

#[test]
fn the_peers_questions_are_answered_as_expected() {
    let networks = networks();
    if networks.is_empty() {
        println!("peers: the corpus is not here; 544 questions skipped");
        return;
    }
    for edition in Edition::all() {
        let (mut asked, mut agree, mut peer_asked, mut peer_agree, mut reasoned) = (0, 0, 0, 0, 0);
        let mut wrong = Vec::new();
        let mut excepted: Vec<(String, &str, String)> = Vec::new();
        for network in &networks {
            let mut session = Session::new();
            let text = script(network, edition);
            session.load(&text).unwrap_or_else(|errors| panic!("{}:\n{text}\n{errors}", network.id));
            for (at, query) in network.queries.iter().enumerate() {
                let case = format!("{} {}", network.id, at + 1);
                let answer = match session.ask(&query.text()) {
                    Ok(Answer::Reach(answer)) => answer,
                    other => panic!("{case}, {}: {other:?}", query.text()),
                };
                let hop = query.next_hop.as_ref().and_then(|_| next_hop(&mut session, network, query));
                asked += 1;
                if agrees(&query.expect, &answer) {
                    agree += 1;
                } else {
                    excepted.push((case.clone(), "expect", words(&answer)));
                }
                if let Some(peer) = query.peer_expected.as_deref().and_then(delivered) {
                    peer_asked += 1;
                    if answer.verdict.word() == if peer { "yes" } else { "no" } {
                        peer_agree += 1;
                    } else {
                        excepted.push((case.clone(), "peer_expected", words(&answer)));
                    }
                }
                reasoned += usize::from(query.blocked_by.is_some() || query.rule.is_some() || query.next_hop.is_some());
                let differing = reasons(network, query, &answer, hop.as_ref());
                wrong.extend(differing.iter().map(|words| format!("{case}, {}: {words}", query.text())));
            }
        }
        let listed: Vec<_> = EXCEPTIONS.iter().map(|(case, whose, says, _)| (*case, *whose, *says)).collect();
        for (case, whose, says) in &excepted {
            if !listed.contains(&(case, whose, says)) {
                wrong.push(format!("{case}: differs from `{whose}` and is no exception: fnet says {says}"));
            }
        }
        for (case, whose, says) in listed {
            if !excepted.iter().any(|(c, w, s)| (&**c, *w, &**s) == (case, whose, says)) {
                wrong.push(format!("{case}: an exception, and fnet does not say {says} against `{whose}`"));
            }
        }
        println!(
            "peers, edition {edition}: {agree} of {asked} agree, {} exceptions; {peer_agree} of {peer_asked} agree with \
             the peer's own words, {} exceptions; {reasoned} have the rules and next hops expected",
            asked - agree,
            peer_asked - peer_agree
        );
        common::report(&wrong, asked);
        assert_eq!(asked, 544, "the corpus has 544 questions");
    }
}
