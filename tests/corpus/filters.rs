//! Filter sets as security groups: which line decides a packet, which lines never decide one, and what sets of flows say.

use super::dice::Dice;
use super::naive::{Look, PROTOCOLS, Packet, Rule, covered, first, has_ports, rules, span};
use super::{asked, common, corpus, own, session, some};
use fnet::Answer;
use fnet::net::{
    AddressSet, FilterLine, FirstMatch, FiveTuple, FlowBox, Line, LineList, OneFlow, PortSet, Protocol, ProtocolSet,
};
use fnet::query::answer::{FindingAnswer, LintAnswer, ReachAnswer};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

/// The priority of the first line.
const FIRST: usize = 100;

/// In which addresses a set is told. One that is told in IPv6 has its 32 bits behind those of 2001:db8::/32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

impl Family {
    fn prefix(self, (address, length): (u32, u8)) -> String {
        match self {
            Self::V4 => format!("{}/{length}", Ipv4Addr::from(address)),
            Self::V6 => format!("{}/{}", Ipv6Addr::from(wide(address)), length + 32),
        }
    }

    fn address(self, address: u32) -> String {
        match self {
            Self::V4 => Ipv4Addr::from(address).to_string(),
            // Not the first address of its /64: that one is nobody's.
            Self::V6 => Ipv6Addr::from(wide(address) + 4).to_string(),
        }
    }

    /// An address or prefix with ports behind it.
    fn with(self, text: &str, ports: (u16, u16)) -> String {
        let ports = match ports {
            (0, u16::MAX) => return text.to_string(),
            (one, last) if one == last => one.to_string(),
            (first, last) => format!("{first}-{last}"),
        };
        match self {
            Self::V4 => format!("{text}:{ports}"),
            Self::V6 => format!("[{text}]:{ports}"),
        }
    }

    /// The subnets of a network of all addresses.
    fn subnets(self) -> Vec<String> {
        match self {
            Self::V4 => (0..4u32).map(|quarter| self.prefix((quarter << 30, 2))).collect(),
            Self::V6 => vec![self.prefix((0, 0))],
        }
    }
}

fn wide(address: u32) -> u128 {
    0x2001_0db8 << 96 | u128::from(address) << 64
}

/// ClassBench names no action: every other line allows.
fn allows(line: usize) -> bool {
    line.is_multiple_of(2)
}

fn word(protocol: u8) -> &'static str {
    PROTOCOLS.iter().find(|(number, _)| *number == protocol).expect("a protocol that rules can name").1
}

/// The set as the inbound lines of a security group, which stands at every subnet of a network of all addresses. Azure
/// would have neither so many lines nor such a network; the limit is told otherwise, and the network is a finding that
/// decides nothing.
fn script(rules: &[Rule], family: Family) -> String {
    let subnets = family.subnets();
    let last = FIRST + rules.len();
    let mut text = format!("edition 2026\namend limit nsg-priority-last {{ value {last} }}\n");
    let _ = writeln!(text, "vnet world {} {{", subnets.join(", "));
    for (at, subnet) in subnets.iter().enumerate() {
        let _ = writeln!(text, "  subnet part{at} {subnet} {{ nsg guard }}");
    }
    text.push_str("}\nnsg guard {\n  inbound {\n");
    for (at, rule) in rules.iter().enumerate() {
        let action = if allows(at) { "allow" } else { "deny" };
        let protocol = rule.protocol.map_or("*", word);
        let source = family.with(&family.prefix(rule.source), rule.source_ports);
        let destination = family.with(&family.prefix(rule.destination), rule.ports);
        let _ = writeln!(text, "    {} {action} {protocol} {source} -> {destination}", FIRST + at);
    }
    let _ = writeln!(text, "    {last} deny * * -> *\n  }}\n}}");
    text
}

/// The line of the script that is a line of the set, from 1.
fn place(rule: usize, family: Family) -> usize {
    3 + family.subnets().len() + 3 + rule + 1
}

/// Packets that meet the rules: most of them in one of them, at its ends more often than between.
fn packets(rules: &[Rule]) -> impl Iterator<Item = Packet> + '_ {
    let mut dice = Dice::of(7);
    std::iter::repeat_with(move || {
        let rule = dice.one(rules).clone();
        let stray = dice.percent(20);
        let protocol = rule.protocol.filter(|_| !stray).unwrap_or_else(|| dice.one(PROTOCOLS).0);
        let port = |dice: &mut Dice, ports| if has_ports(protocol) { dice.within(ports) } else { 0 };
        let any = dice.next() as u32;
        Packet {
            source: dice.within(span(rule.source)),
            destination: if stray && dice.percent(50) { any } else { dice.within(span(rule.destination)) },
            source_port: port(&mut dice, rule.source_ports),
            port: port(&mut dice, rule.ports),
            protocol,
        }
    })
}

/// Can machines of a network send it to each other? Quarters of all addresses are subnets here, and the ends of a subnet
/// are nobody's; what is no address of a machine, and what the platform has for itself, is left out.
fn is_of_machines(packet: &Packet) -> bool {
    let plain = |address: u32| {
        let [first, second, ..] = address.to_be_bytes();
        let inner = (4..(1 << 30) - 1).contains(&(address & ((1 << 30) - 1)));
        inner && (1..=223).contains(&first) && first != 127 && ![(169, 254), (168, 63)].contains(&(first, second))
    };
    plain(packet.source) && plain(packet.destination) && packet.source != packet.destination
}

/// The sets: their names, and of their lines no more than that.
fn sets(most: usize) -> Vec<(String, Vec<Rule>)> {
    let mut paths = corpus("e-classification/classbench");
    if paths.is_empty() {
        println!("filter sets: the corpus is not here; 6 sets of ClassBench skipped, our own taken");
    }
    paths.push(own("office.rules"));
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).expect("a filter set");
        let all = rules(&text);
        let taken = some(all.clone(), most);
        let name = Path::new(path).file_name().expect("a file").to_string_lossy().to_string();
        println!("{name}: {} lines, {} of them nameable, {} taken", text.lines().count(), all.len(), taken.len());
        assert!(!all.is_empty(), "{name} has no line that a rule can tell");
        (name, taken)
    };
    paths.iter().map(read).collect()
}

#[test]
fn the_line_that_decides_is_the_first_that_matches() {
    for (name, rules) in sets(400) {
        for family in [Family::V4, Family::V6] {
            let mut net = session(&script(&rules, family));
            let mut wrong = Vec::new();
            let mut decided: BTreeMap<bool, usize> = BTreeMap::new();
            for packet in packets(&rules).filter(is_of_machines).take(asked()) {
                let expected = first(&rules, &packet);
                let (from, to) = (family.address(packet.source), family.address(packet.destination));
                let over = word(packet.protocol);
                let question = match has_ports(packet.protocol) {
                    true => format!(
                        "can {from} reach {} over {over} from-port {}",
                        family.with(&to, (packet.port, packet.port)),
                        packet.source_port
                    ),
                    false => format!("can {from} reach {to} over {over}"),
                };
                let answer = match net.ask(&question).unwrap_or_else(|errors| panic!("{errors}")) {
                    Answer::Reach(answer) => answer,
                    other => panic!("{other:?}"),
                };
                let verdict = if expected.is_some_and(allows) { "yes" } else { "no" };
                let line = expected.unwrap_or(rules.len());
                *decided.entry(expected.is_some()).or_default() += 1;
                if answer.verdict.word() != verdict || deciding(&answer) != Some(FIRST + line) {
                    let found = (answer.verdict.word(), deciding(&answer));
                    wrong.push(format!("{question}: {verdict} by {}, not {found:?}", FIRST + line));
                }
            }
            println!("{name}, {family:?}: {decided:?}");
            common::report(&wrong, asked());
        }
    }
}

/// The priority of the inbound line on the way.
fn deciding(answer: &ReachAnswer) -> Option<usize> {
    let [part] = &answer.parts[..] else { return None };
    let text = part.steps.iter().find_map(|step| step.text.strip_prefix("guard inbound "))?;
    text.split(' ').next()?.parse().ok()
}

#[test]
fn lint_finds_the_lines_that_never_decide_and_no_other() {
    for (name, rules) in sets(40) {
        for family in [Family::V4, Family::V6] {
            let mut net = session(&script(&rules, family));
            let Ok(Answer::Lint(LintAnswer { findings, .. })) = net.ask("lint") else { panic!("{name}: no answer") };
            let line_of = |label: &fnet::query::answer::LabelAnswer| label.place.as_ref().map(|place| place.line);
            let found = |rule: &str| -> BTreeMap<usize, Vec<usize>> {
                let mine = findings.iter().filter(|finding| finding.rule == rule);
                let lines = |finding: &FindingAnswer| finding.labels.iter().filter_map(line_of).collect::<Vec<_>>();
                mine.map(lines).filter_map(|lines| Some((*lines.first()?, lines[1..].to_vec()))).collect()
            };
            let at = |line: usize| line.checked_sub(place(0, family)).filter(|at| *at < rules.len());
            // `lint` claims a line where it never decides however source ports count.
            let looks = [Look::Stated, Look::Wide, Look::None];
            let idle = found("list.line-covered");
            let mut wrong = Vec::new();
            for (line, rule) in rules.iter().enumerate() {
                let never = looks.iter().all(|look| covered(rule, rules[..line].iter(), *look));
                let said = idle.get(&place(line, family));
                if never != said.is_some() {
                    wrong.push(format!("{name}, {}: never decides is {never}, {rule:?}", FIRST + line));
                }
                let Some(by) = said else { continue };
                // Of many lines a finding shows the places of the first six.
                let by: Vec<&Rule> = by.iter().filter_map(|line| at(*line)).map(|at| &rules[at]).collect();
                if by.len() < 6 && !looks.iter().all(|look| covered(rule, by.iter().copied(), *look)) {
                    wrong.push(format!("{name}, {}: {by:?} do not cover {rule:?}", FIRST + line));
                }
            }
            // Of the lines that could be left out it shows the places of seven.
            let needless = found("list.line-needless");
            let shown: Vec<usize> = needless.iter().flat_map(|(first, more)| [&[*first], &more[..]].concat()).collect();
            let without = |packet: &Packet, but: Option<usize>| {
                (0..rules.len()).find(|line| Some(*line) != but && rules[*line].holds(packet)).is_some_and(allows)
            };
            for line in shown.iter().filter_map(|line| at(*line)) {
                for packet in packets(&rules[line..=line]).take(asked() * 4) {
                    if without(&packet, None) != without(&packet, Some(line)) {
                        wrong.push(format!("{name}: without {}, {packet} fares otherwise", FIRST + line));
                    }
                }
            }
            println!("{name}, {family:?}: {} lines never decide, {} shown are needless", idle.len(), shown.len());
            common::report(&wrong, rules.len());
        }
    }
}

fn filter(rule: &Rule) -> FilterLine {
    let FlowBox { protocols, sources, source_ports, destinations, ports } = flows(rule);
    FilterLine { protocols, source: sources, source_ports, destination: destinations, ports }
}

fn flows(rule: &Rule) -> FlowBox {
    let side = |prefix| {
        let (first, last) = span(prefix);
        AddressSet::range(Ipv4Addr::from(first).into(), Ipv4Addr::from(last).into())
    };
    let any = [rule.source_ports, rule.ports] == [(0, u16::MAX); 2];
    let ported = ProtocolSet::one(Protocol::Tcp).union(ProtocolSet::one(Protocol::Udp));
    FlowBox {
        protocols: match rule.protocol {
            Some(number) => ProtocolSet::one(protocol(number)),
            None if any => ProtocolSet::all(),
            None => ported,
        },
        sources: side(rule.source),
        source_ports: PortSet::of([rule.source_ports]),
        destinations: side(rule.destination),
        ports: PortSet::of([rule.ports]),
    }
}

fn protocol(number: u8) -> Protocol {
    Protocol::named(word(number)).expect("a protocol of fnet")
}

fn list(rules: &[Rule], allows: impl Fn(usize) -> bool) -> LineList {
    LineList::of(rules.iter().enumerate().map(|(at, rule)| Line { flows: flows(rule), allow: allows(at) }))
}

/// The same set in other lines: each with its destinations in two halves, and what has no halves twice.
fn halved(rules: &[Rule]) -> LineList {
    let halves = |rule: &Rule| {
        let (start, length) = rule.destination;
        match length {
            32 => [rule.clone(), rule.clone()],
            _ => [start, start | 1 << (31 - length)]
                .map(|start| Rule { destination: (start, length + 1), ..rule.clone() }),
        }
    };
    let all: Vec<Rule> = rules.iter().flat_map(halves).collect();
    list(&all, |at| allows(at / 2))
}

#[test]
fn sets_and_compiled_lists_say_what_the_raw_lines_say() {
    for (name, rules) in sets(1_000) {
        let compiled = FirstMatch::of(rules.iter().map(filter).collect());
        let own = list(&rules, allows);
        let permitted = own.permitted();
        // The same with the action of one line turned, and its first and last line changed over.
        let mut other = rules.clone();
        other.swap(0, rules.len() - 1);
        let otherwise = |at: usize| allows(at) != (at == rules.len() / 2);
        let difference = own.difference(&list(&other, otherwise));
        let mut differing = 0;
        for packet in packets(&rules).take(asked() * 100) {
            let expected = first(&rules, &packet);
            let Packet { source_port, port, .. } = packet;
            let [source, destination] =
                [packet.source, packet.destination].map(|address| Ipv4Addr::from(address).into());
            let protocol = protocol(packet.protocol);
            let tuple = FiveTuple { protocol, source, source_port: Some(source_port), destination, port };
            assert_eq!(compiled.find(&tuple), expected, "{name}: {packet}");
            let flow = OneFlow { protocol, source, source_port, destination, port };
            let (was, is) = (expected.is_some_and(allows), first(&other, &packet).is_some_and(otherwise));
            assert_eq!(permitted.contains(&flow), was, "{name}: {packet}");
            assert_eq!(difference.first.contains(&flow), was && !is, "{name}: {packet}");
            assert_eq!(difference.second.contains(&flow), !was && is, "{name}: {packet}");
            differing += usize::from(was != is);
        }
        assert!(own.means(&halved(&rules)), "{name}: a list means what it means with its lines in halves");
        println!("{name}: {} nodes, {differing} packets fare otherwise in the changed list", permitted.size());
    }
}
