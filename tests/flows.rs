//! Sets of flows are sets, and lists of lines decide as a scan of them does: held to lists of boxes that are looked
//! through one by one.

use fnet::net::{AddressSet, FlowBox, FlowSet, IpNet, Line, LineList, OneFlow, PortSet, Protocol, ProtocolSet, Ranges};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Prefixes that hold each other, meet at their ends and reach the limits of both families.
const PREFIXES: &[&str] = &[
    "0.0.0.0/0",
    "0.0.0.0/1",
    "0.0.0.0/32",
    "10.0.0.0/8",
    "10.0.0.0/9",
    "10.128.0.0/9",
    "10.1.0.0/16",
    "10.1.2.0/24",
    "10.1.2.3/32",
    "10.1.3.0/24",
    "255.255.255.255/32",
    "128.0.0.0/1",
    "::/0",
    "::/1",
    "8000::/1",
    "2001:db8::/32",
    "2001:db8::/33",
    "2001:db8:8000::/33",
    "2001:db8::1/128",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
    "::/128",
];

fn prefix(text: &str) -> IpNet {
    text.parse().expect("a prefix")
}

fn addresses() -> impl Strategy<Value = AddressSet> {
    let some = prop::collection::vec(prop::sample::select(PREFIXES.to_vec()), 0..4);
    let some = some.prop_map(|texts| AddressSet::of(&texts.into_iter().map(prefix).collect::<Vec<_>>()));
    let but = (some.clone(), any::<bool>());
    prop_oneof![2 => Just(AddressSet::all()), 5 => some, 1 => but.prop_map(|(set, _)| AddressSet::all().difference(&set))]
}

fn ports() -> impl Strategy<Value = PortSet> {
    let bound = prop::sample::select(vec![0u16, 1, 22, 79, 80, 81, 442, 443, 444, 1024, 65534, 65535]);
    let range = (bound.clone(), bound).prop_map(|(a, b)| (a.min(b), a.max(b)));
    prop_oneof![2 => Just(PortSet::all()), 5 => prop::collection::vec(range, 0..3).prop_map(PortSet::of)]
}

fn protocols() -> impl Strategy<Value = ProtocolSet> {
    let of = |mask: u8| {
        let mine = Protocol::ALL.into_iter().enumerate().filter(move |(at, _)| mask >> at & 1 == 1);
        mine.fold(ProtocolSet::default(), |all, (_, one)| all.union(ProtocolSet::one(one)))
    };
    prop_oneof![2 => Just(ProtocolSet::all()), 2 => Just(ProtocolSet::one(Protocol::Tcp)), 3 => (0u8..32).prop_map(of)]
}

fn flow_box() -> impl Strategy<Value = FlowBox> {
    let source_ports = prop_oneof![4 => Just(PortSet::all()), 1 => ports()];
    (protocols(), addresses(), source_ports, addresses(), ports()).prop_map(
        |(protocols, sources, source_ports, destinations, ports)| FlowBox {
            protocols,
            sources,
            source_ports,
            destinations,
            ports,
        },
    )
}

fn boxes(most: usize) -> impl Strategy<Value = Vec<FlowBox>> {
    prop::collection::vec(flow_box(), 0..most)
}

fn lines(most: usize) -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec((flow_box(), any::<bool>()).prop_map(|(flows, allow)| Line { flows, allow }), 0..most)
}

/// A flow for every way in which some boxes can treat flows: one of each stretch between the ends of their sides.
struct Universe {
    sources: Vec<IpAddr>,
    destinations: Vec<IpAddr>,
    source_ports: Vec<u16>,
    ports: Vec<u16>,
}

impl Universe {
    fn of<'a>(boxes: impl IntoIterator<Item = &'a FlowBox>) -> Self {
        let (mut sources, mut destinations) = (BTreeSet::new(), BTreeSet::new());
        let (mut source_ports, mut ports) = (BTreeSet::from([0]), BTreeSet::from([0]));
        let ends = |set: &AddressSet, into: &mut BTreeSet<IpAddr>| {
            for whole in ["0.0.0.0", "::"] {
                into.insert(whole.parse().expect("an address"));
            }
            for prefix in set.prefixes() {
                into.insert(prefix.network());
                into.extend(next(prefix.broadcast()));
            }
        };
        let port_ends = |set: &PortSet, into: &mut BTreeSet<u16>| {
            for (start, end) in set.ranges() {
                into.insert(*start);
                into.extend(end.checked_add(1));
            }
        };
        for one in boxes {
            ends(&one.sources, &mut sources);
            ends(&one.destinations, &mut destinations);
            port_ends(&one.source_ports, &mut source_ports);
            port_ends(&one.ports, &mut ports);
        }
        let list = |set: BTreeSet<IpAddr>| set.into_iter().collect();
        Self {
            sources: list(sources),
            destinations: list(destinations),
            source_ports: source_ports.into_iter().collect(),
            ports: ports.into_iter().collect(),
        }
    }

    /// Every one of them.
    fn flows(&self) -> impl Iterator<Item = OneFlow> + '_ {
        let pairs = self.sources.iter().flat_map(|from| self.destinations.iter().map(move |to| (*from, *to)));
        pairs.filter(|(from, to)| from.is_ipv4() == to.is_ipv4()).flat_map(move |(source, destination)| {
            Protocol::ALL.into_iter().flat_map(move |protocol| {
                let of = move |all: &[u16]| if protocol.has_ports() { all.to_vec() } else { vec![0] };
                let (from, to) = (of(&self.source_ports), of(&self.ports));
                from.into_iter().flat_map(move |source_port| {
                    to.clone().into_iter().map(move |port| OneFlow { protocol, source, source_port, destination, port })
                })
            })
        })
    }
}

fn next(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => u32::from(address).checked_add(1).map(|next| Ipv4Addr::from(next).into()),
        IpAddr::V6(address) => u128::from(address).checked_add(1).map(|next| Ipv6Addr::from(next).into()),
    }
}

fn is_in(boxes: &[FlowBox], flow: &OneFlow) -> bool {
    boxes.iter().any(|one| one.contains(flow))
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(config(200))]

    /// Operations mean what they say of every kind of flow, and equal sets are equal values however they came about.
    #[test]
    fn sets_are_lists_of_boxes(a in boxes(3), b in boxes(3)) {
        let (x, y) = (FlowSet::of_all(&a), FlowSet::of_all(&b));
        let (or, and, minus, not) = (x.union(&y), x.intersection(&y), x.difference(&y), x.complement());
        let (mut equal, mut subset, mut meet, mut count) = (true, true, false, false);
        for flow in Universe::of(a.iter().chain(&b)).flows() {
            let (p, q) = (is_in(&a, &flow), is_in(&b, &flow));
            prop_assert_eq!((x.contains(&flow), y.contains(&flow)), (p, q), "{}", flow);
            prop_assert_eq!((or.contains(&flow), and.contains(&flow)), (p | q, p & q), "{}", flow);
            prop_assert_eq!((minus.contains(&flow), not.contains(&flow)), (p & !q, !p), "{}", flow);
            (equal, subset, meet, count) = (equal & (p == q), subset & (!p | q), meet | (p & q), count | p);
        }
        prop_assert_eq!(x == y, equal);
        prop_assert_eq!(x.is_subset(&y), subset);
        prop_assert_eq!(x.meets(&y), meet);
        prop_assert_eq!(x.is_empty(), !count);
        for set in [&x, &or, &and, &minus, &not] {
            let witness = set.witness();
            prop_assert_eq!(witness.is_none(), set.is_empty());
            prop_assert!(witness.is_none_or(|flow| set.contains(&flow)), "{:?}", witness);
        }
    }

    /// The laws, of sets of which nobody lists the flows.
    #[test]
    fn sets_keep_the_laws(a in boxes(6), b in boxes(6), c in boxes(6)) {
        let (x, y, z) = (FlowSet::of_all(&a), FlowSet::of_all(&b), FlowSet::of_all(&c));
        prop_assert_eq!(x.union(&y), y.union(&x));
        prop_assert_eq!(x.union(&y), FlowSet::of_all(a.iter().chain(&b)));
        prop_assert_eq!(FlowSet::union_of([&x, &y, &z]), x.union(&y).union(&z));
        prop_assert_eq!(x.intersection(&y.union(&z)), x.intersection(&y).union(&x.intersection(&z)));
        prop_assert_eq!(x.union(&y.intersection(&z)), x.union(&y).intersection(&x.union(&z)));
        prop_assert_eq!(x.difference(&y).union(&x.intersection(&y)), x.clone());
        prop_assert_eq!(x.union(&y).complement(), x.complement().intersection(&y.complement()));
        prop_assert_eq!(x.complement().complement(), x.clone());
        prop_assert!(x.union(&x.complement()).is_all() && !x.meets(&x.complement()));
        prop_assert_eq!(x.union(&y).count() + x.intersection(&y).count(), x.count() + y.count());
        prop_assert_eq!(x.count() + x.complement().count(), FlowSet::all().count());
        prop_assert_eq!(x.is_subset(&y), x.difference(&y).is_empty());
        if let Some(one) = a.first() {
            prop_assert_eq!(y.within(one), y.intersection(&FlowSet::of(one)));
        }
    }

    /// What is told of a set is the set: boxes that do not overlap, and no more of them than asked for.
    #[test]
    fn boxes_are_the_set(a in boxes(5), limit in 0usize..6) {
        let set = FlowSet::of_all(&a);
        let all = set.boxes(usize::MAX);
        prop_assert_eq!(all.left_out, 0);
        prop_assert_eq!(FlowSet::of_all(&all.list), set.clone());
        let sum = all.list.iter().fold(FlowSet::empty().count(), |sum, one| sum + FlowSet::of(one).count());
        prop_assert_eq!(sum, set.count(), "they overlap");
        let some = set.boxes(limit);
        prop_assert_eq!(some.list.len() as u128 + some.left_out, all.list.len() as u128);
        prop_assert_eq!(&some.list[..], &all.list[..some.list.len()]);
        prop_assert_eq!(set.to_string(), FlowSet::of_all(a.iter().rev()).to_string());
        let sides = all.list.iter();
        let join = |pick: fn(&FlowBox) -> &AddressSet| {
            sides.clone().map(pick).fold(AddressSet::empty(), |all, one| all.union(one))
        };
        // A box of both families may name addresses of a family whose other side it lacks, boxes of a set never do.
        prop_assert_eq!(set.destinations(), join(|one| &one.destinations));
        prop_assert_eq!(set.sources(), join(|one| &one.sources));
        let over = all.list.iter().fold(ProtocolSet::default(), |all, one| all.union(one.protocols));
        prop_assert_eq!(set.protocols(), over);
        let ported = all.list.iter().filter(|one| one.protocols.iter().any(Protocol::has_ports));
        prop_assert_eq!(set.ports(), ported.fold(PortSet::default(), |all, one| all.union(&one.ports)));
    }

    /// A list permits what a scan of it lets pass, and every line decides what it meets first.
    #[test]
    fn lists_decide_as_a_scan_does(lines in lines(5)) {
        let list = LineList::of(lines.clone());
        let (permitted, decided, undecided) = (list.permitted(), list.decided(), list.undecided());
        for flow in Universe::of(lines.iter().map(|line| &line.flows)).flows() {
            let by = lines.iter().position(|line| line.flows.contains(&flow));
            prop_assert_eq!(list.decides(&flow), by);
            prop_assert_eq!(permitted.contains(&flow), by.is_some_and(|by| lines[by].allow));
            prop_assert_eq!(undecided.contains(&flow), by.is_none());
            for (at, flows) in decided.iter().enumerate() {
                prop_assert_eq!(flows.contains(&flow), by == Some(at));
            }
        }
    }

    /// Idle lines are those that no flow meets; what covers them covers them, and nothing of it can be spared.
    #[test]
    fn idle_lines_are_those_that_nothing_meets(lines in lines(7)) {
        let list = LineList::of(lines.clone());
        let decided = list.decided();
        let idle = list.idle();
        let never: Vec<usize> = (0..lines.len()).filter(|at| decided[*at].is_empty()).collect();
        prop_assert_eq!(idle.iter().map(|cover| cover.line).collect::<Vec<_>>(), never);
        for cover in &idle {
            let own = FlowSet::of(&lines[cover.line].flows);
            let over = |some: &[usize]| FlowSet::of_all(some.iter().map(|at| &lines[*at].flows));
            prop_assert!(cover.by.iter().all(|by| *by < cover.line));
            prop_assert!(own.is_subset(&over(&cover.by)));
            for (at, _) in cover.by.iter().enumerate() {
                let mut rest = cover.by.clone();
                rest.remove(at);
                prop_assert!(!own.is_subset(&over(&rest)), "{:?}", cover);
            }
            prop_assert_eq!(list.without(&[cover.line]).permitted(), list.permitted());
            let single = (0..cover.line).any(|by| own.is_subset(&over(&[by])));
            prop_assert_eq!(single && !own.is_empty(), cover.by.len() == 1);
        }
    }

    /// What can be left out can be, each alone and all together, and it is not idle.
    #[test]
    fn needless_lines_change_nothing(lines in lines(7)) {
        let list = LineList::of(lines.clone());
        let idle: Vec<usize> = list.idle().iter().map(|cover| cover.line).collect();
        let needless = list.needless();
        let permitted = list.permitted();
        for line in &needless {
            prop_assert!(!idle.contains(line));
            prop_assert_eq!(list.without(&[*line]).permitted(), permitted.clone());
        }
        let both = [idle.clone(), needless.clone()].concat();
        prop_assert_eq!(list.without(&both).permitted(), permitted.clone());
        // And no line is left that could go, too.
        let rest: Vec<usize> = (0..lines.len()).filter(|line| !both.contains(line)).collect();
        for line in rest {
            let alone = list.without(&[line]).permitted() == permitted;
            let too = list.without(&[both.clone(), vec![line]].concat()).permitted() == permitted;
            prop_assert!(!(alone && too), "{} could go", line);
        }
    }

    /// Two lists differ in just what one of them permits, also where only the changed lines are looked at.
    #[test]
    fn differences_are_those_of_what_is_permitted(
        lines in lines(7), other in lines(3), at in 0usize..7, cut in 0usize..3, within in flow_box(),
    ) {
        let mut changed = lines.clone();
        let at = at.min(changed.len());
        changed.splice(at..(at + cut).min(lines.len()), other);
        let (first, second) = (LineList::of(lines), LineList::of(changed));
        let (x, y) = (first.permitted(), second.permitted());
        let difference = first.difference(&second);
        prop_assert_eq!(&difference.first, &x.difference(&y));
        prop_assert_eq!(&difference.second, &y.difference(&x));
        prop_assert_eq!(first.means(&second), x == y);
        prop_assert_eq!(difference.is_empty(), x == y);
        prop_assert_eq!(difference.witness().is_none(), x == y);
        let inside = first.difference_within(&second, &within);
        prop_assert_eq!(inside.first, difference.first.within(&within));
        prop_assert_eq!(inside.second, difference.second.within(&within));
    }
}

fn to(text: &str, ports: impl IntoIterator<Item = (u16, u16)>) -> FlowBox {
    let protocols = ProtocolSet::one(Protocol::Tcp);
    FlowBox { protocols, destinations: prefix(text).into(), ports: PortSet::of(ports), ..FlowBox::all() }
}

/// Protocols without ports are the same whatever ports are written.
#[test]
fn ports_say_nothing_of_protocols_without_ports() {
    let ping = FlowBox { protocols: ProtocolSet::one(Protocol::Icmp), ..FlowBox::all() };
    let written = FlowBox { ports: PortSet::one(443), source_ports: PortSet::default(), ..ping.clone() };
    assert_eq!(FlowSet::of(&ping), FlowSet::of(&written));
    let any = FlowBox { ports: PortSet::one(443), ..FlowBox::all() };
    assert!(FlowSet::of(&ping).is_subset(&FlowSet::of(&any)));
}

/// IPv4 and IPv6 are apart: a flow from one to the other is none, and both whole families are everything.
#[test]
fn families_never_mix() {
    let of = |sources: AddressSet, destinations: AddressSet| {
        FlowSet::of(&FlowBox { sources, destinations, ..FlowBox::all() })
    };
    assert!(of(AddressSet::all_v4(), AddressSet::all_v6()).is_empty());
    let four = of(AddressSet::all_v4(), AddressSet::all());
    let six = of(AddressSet::all(), AddressSet::all_v6());
    assert!(four.union(&six).is_all());
    assert_eq!(four.to_string(), "* 0.0.0.0/0 -> 0.0.0.0/0");
}

#[test]
fn sets_are_told_in_few_words() {
    let told = |boxes: &[FlowBox]| FlowSet::of_all(boxes).to_string();
    assert_eq!(told(&[]), "nothing");
    assert_eq!(told(&[FlowBox::all()]), "everything");
    assert_eq!(told(&[to("10.1.0.0/16", [(443, 443)])]), "tcp * -> 10.1.0.0/16:443");
    let (web, sql) = (to("10.1.0.0/16", [(443, 443), (80, 81)]), to("10.2.0.4/32", [(1433, 1433)]));
    assert_eq!(told(&[web.clone(), sql.clone()]), "tcp * -> 10.1.0.0/16:80-81,443; tcp * -> 10.2.0.4:1433");
    let rest = FlowSet::of_all([&web, &sql]).complement().to_string();
    assert_eq!(rest, "everything except tcp * -> 10.1.0.0/16:80-81,443; tcp * -> 10.2.0.4:1433");
    let out = FlowBox { destinations: AddressSet::all().difference(&prefix("10.0.0.0/8").into()), ..FlowBox::all() };
    assert_eq!(told(&[FlowBox { protocols: ProtocolSet::one(Protocol::Udp), ..out }]), "udp * -> * except 10.0.0.0/8");
    let six = FlowBox { ports: PortSet::one(53), ..to("2001:db8::/32", [(53, 53)]) };
    assert_eq!(told(&[six]), "tcp * -> [2001:db8::/32]:53");
    let crossing =
        [FlowBox { destinations: AddressSet::all(), ..to("::/0", [(80, 80)]) }, to("10.0.0.0/8", [(443, 443)])];
    assert_eq!(told(&crossing), "tcp * -> *:80; tcp * -> 10.0.0.0/8:443");
}

/// A number that follows from another, so that adversaries are the same every time.
fn next_number(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn range_v4(first: u32, last: u32) -> AddressSet {
    AddressSet::range(Ipv4Addr::from(first).into(), Ipv4Addr::from(last).into())
}

/// A box cut into pieces by four of its sides: all of them together cover it, and none of them can be spared.
#[test]
fn a_partition_covers_what_it_was_cut_from() {
    let mut state = 42;
    let whole = [(0u32, u32::MAX), (0, u32::MAX), (0, 65535), (0, 65535)];
    let mut pieces = vec![whole];
    while pieces.len() < 120 {
        let at = next_number(&mut state) as usize % pieces.len();
        let side = next_number(&mut state) as usize % 4;
        let (first, last) = pieces[at][side];
        if first < last {
            let cut = first + (next_number(&mut state) % u64::from(last - first)) as u32;
            let mut upper = pieces[at];
            (pieces[at][side], upper[side]) = ((first, cut), (cut + 1, last));
            pieces.push(upper);
        }
    }
    let of = |[from, to, source, port]: [(u32, u32); 4]| FlowBox {
        protocols: ProtocolSet::one(Protocol::Tcp),
        sources: range_v4(from.0, from.1),
        destinations: range_v4(to.0, to.1),
        source_ports: PortSet::of([(source.0 as u16, source.1 as u16)]),
        ports: PortSet::of([(port.0 as u16, port.1 as u16)]),
    };
    let line = |flows: FlowBox| Line { flows, allow: true };
    let list = LineList::of(pieces.iter().map(|piece| line(of(*piece))).chain([line(of(whole))]));
    let idle = list.idle();
    assert_eq!(idle.len(), 1);
    assert_eq!((idle[0].line, idle[0].by.len()), (120, 120));
    assert_eq!(list.permitted(), FlowSet::of(&of(whole)));
    assert!(list.without(&[77]).idle().is_empty());
}

/// A third of the lines tells sources apart, a third destinations, a third ports: the set has few nodes, where boxes
/// of one range a side would be many thousands.
#[test]
fn crossing_lines_stay_small() {
    let mut state = 7;
    let mut lines: Vec<Line> = (0..150u32)
        .map(|at| {
            let first = (at / 3) << 24 | 0x0080_0000;
            let side = range_v4(first, first | 0x00ff_ffff);
            let port = 1000 + 7 * (at / 3) as u16;
            let all = FlowBox { sources: AddressSet::all_v4(), destinations: AddressSet::all_v4(), ..FlowBox::all() };
            let flows = match at % 3 {
                0 => FlowBox { sources: side, ..all },
                1 => FlowBox { destinations: side, ..all },
                _ => FlowBox {
                    ports: PortSet::of([(port, port + 3)]),
                    protocols: ProtocolSet::one(Protocol::Tcp),
                    ..all
                },
            };
            Line { flows, allow: next_number(&mut state) % 100 < 50 }
        })
        .collect();
    for at in (1..lines.len()).rev() {
        lines.swap(at, next_number(&mut state) as usize % (at + 1));
    }
    let list = LineList::of(lines.clone());
    let permitted = list.permitted();
    assert!(permitted.size() < 2_000, "{}", permitted.size());
    let boxes = permitted.boxes(10);
    assert_eq!(boxes.list.len(), 10);
    assert!(boxes.left_out > 300, "{}", boxes.left_out);
    for _ in 0..2_000 {
        let mut number = || next_number(&mut state);
        let flow = OneFlow {
            protocol: if number() % 3 == 0 { Protocol::Udp } else { Protocol::Tcp },
            source: Ipv4Addr::from((number() % 60) as u32 * 0x0100_0000 + (number() as u32 & 0x00ff_ffff)).into(),
            source_port: 5000,
            destination: Ipv4Addr::from((number() % 60) as u32 * 0x0100_0000 + (number() as u32 & 0x00ff_ffff)).into(),
            port: 990 + (number() % 400) as u16,
        };
        let scan = lines.iter().find(|line| line.flows.contains(&flow)).is_some_and(|line| line.allow);
        assert_eq!(permitted.contains(&flow), scan, "{flow}");
    }
}

/// Numbers of flows are exact.
#[test]
fn flows_are_counted() {
    let one = FlowBox { sources: range_v4(5, 5), destinations: range_v4(1, 10), ..to("0.0.0.0/0", [(1, 3)]) };
    let one = FlowBox { source_ports: PortSet::of([(1, 2)]), ..one };
    assert_eq!(FlowSet::of(&one).count().small(), Some(60));
    let with_ping =
        FlowBox { protocols: ProtocolSet::one(Protocol::Tcp).union(ProtocolSet::one(Protocol::Icmp)), ..one };
    assert_eq!(FlowSet::of(&with_ping).count().small(), Some(70));
    let four = FlowBox { sources: AddressSet::all_v4(), ..FlowBox::all() };
    let all: u128 = (1 << 64) * ((1 << 33) + 3);
    assert_eq!(FlowSet::of(&four).count().to_string(), all.to_string());
    assert_eq!(Ranges::of([(0u32, 9)]).as_slice().len(), 1);
}
