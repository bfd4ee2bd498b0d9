//! What is compiled for speed answers what asking one after the other would: longest prefixes and first matches.

use fnet::net::{AddressSet, FilterLine, FirstMatch, FiveTuple, IpNet, LongestPrefix, PortSet, Protocol, ProtocolSet};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address of a small world, where prefixes meet: the ends of the families included.
fn address() -> impl Strategy<Value = IpAddr> {
    let v4 = prop_oneof![
        4 => (0u32..64).prop_map(|low| 0x0a00_0000 + low * 37),
        1 => Just(0),
        1 => Just(u32::MAX),
        2 => any::<u32>(),
    ];
    let v6 = prop_oneof![
        4 => (0u128..64).prop_map(|low| (0x2001_0db8u128 << 96) + low * 37),
        1 => Just(0),
        1 => Just(u128::MAX),
        2 => any::<u128>(),
    ];
    prop_oneof![3 => v4.prop_map(|a| Ipv4Addr::from(a).into()), 1 => v6.prop_map(|a| Ipv6Addr::from(a).into())]
}

fn prefix() -> impl Strategy<Value = IpNet> {
    (address(), 0u8..=128).prop_map(|(address, length)| {
        let length = if address.is_ipv4() { length % 33 } else { length };
        IpNet::new(address, length).expect("a length of its family").trunc()
    })
}

fn addresses() -> impl Strategy<Value = AddressSet> {
    prop_oneof![
        2 => Just(AddressSet::all()),
        6 => prop::collection::vec(prefix(), 0..5).prop_map(|all| AddressSet::of(&all)),
        1 => prop::collection::vec(prefix(), 0..3).prop_map(|all| AddressSet::all().difference(&AddressSet::of(&all))),
    ]
}

fn port() -> impl Strategy<Value = u16> {
    prop_oneof![6 => 0u16..40, 1 => Just(u16::MAX), 1 => any::<u16>()]
}

fn ports() -> impl Strategy<Value = PortSet> {
    let some = prop::collection::vec((port(), port()), 0..3);
    prop_oneof![3 => Just(PortSet::all()), 2 => some.prop_map(PortSet::of)]
}

fn protocols() -> impl Strategy<Value = ProtocolSet> {
    let one = |at: usize| ProtocolSet::one(Protocol::ALL[at]);
    let some = prop::collection::vec(0..Protocol::ALL.len(), 0..3);
    let some = some.prop_map(move |all| all.into_iter().fold(ProtocolSet::default(), |set, at| set.union(one(at))));
    prop_oneof![2 => Just(ProtocolSet::all()), 3 => some]
}

fn line() -> impl Strategy<Value = FilterLine> {
    let source_ports = prop_oneof![5 => Just(PortSet::all()), 1 => ports()];
    (protocols(), addresses(), source_ports, addresses(), ports()).prop_map(
        |(protocols, source, source_ports, destination, ports)| FilterLine {
            protocols,
            source,
            source_ports,
            destination,
            ports,
        },
    )
}

fn flow() -> impl Strategy<Value = FiveTuple> {
    (0..Protocol::ALL.len(), address(), prop::option::of(port()), address(), port()).prop_map(
        |(protocol, source, source_port, destination, port)| FiveTuple {
            protocol: Protocol::ALL[protocol],
            source,
            source_port,
            destination,
            port,
        },
    )
}

fn naive(lines: &[FilterLine], flow: &FiveTuple) -> Option<usize> {
    lines.iter().position(|line| line.holds(flow))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn the_longest_prefix_is_found(entries in prop::collection::vec(prefix(), 0..40), asked in prop::collection::vec(address(), 40)) {
        let map = LongestPrefix::of(entries.iter().copied().zip(0usize..));
        // Just inside and just outside of every prefix is where a cut can go wrong.
        let borders = entries.iter().flat_map(|net| [net.network(), net.broadcast()]);
        for address in asked.into_iter().chain(borders) {
            let holding = entries.iter().enumerate().filter(|(_, net)| net.contains(&address));
            let longest = holding.max_by_key(|(at, net)| (net.prefix_len(), std::cmp::Reverse(*at))).map(|(at, _)| at);
            prop_assert_eq!(map.get(address).copied(), longest, "{}", address);
        }
    }

    #[test]
    fn the_first_line_is_found(lines in prop::collection::vec(line(), 0..150), asked in prop::collection::vec(flow(), 60)) {
        let list = FirstMatch::of(lines.clone());
        for flow in asked {
            let first = naive(&lines, &flow);
            prop_assert_eq!(list.find(&flow), first, "{:?}", flow);
            if let Some(first) = first {
                let next = naive(&lines[first + 1..], &flow).map(|at| first + 1 + at);
                prop_assert_eq!(list.find_behind(first, &flow), next);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3) })]

    /// Lists that are long enough to be cut into regions: a few random lines again and again, so that many are reached.
    #[test]
    fn the_first_line_of_a_long_list_is_found(lines in prop::collection::vec(line(), 300), asked in prop::collection::vec(flow(), 200)) {
        let narrow = |line: &&FilterLine| !(line.source.is_all() && line.destination.is_all());
        let mut long: Vec<FilterLine> = lines.iter().filter(narrow).cycle().take(16_500).cloned().collect();
        // Lines that decide nothing stand between, so that the deciding ones lie deep.
        for (at, line) in long.iter_mut().enumerate().filter(|(at, _)| at % 7 != 0) {
            line.ports = PortSet::one(1_000 + (at % 50_000) as u16);
        }
        let list = FirstMatch::of(long.clone());
        for flow in asked {
            prop_assert_eq!(list.find(&flow), naive(&long, &flow), "{:?}", flow);
        }
    }
}
