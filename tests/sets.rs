//! Sets of ports and addresses are sets: held to lists and bits that anybody understands.

use fnet::net::{AddressSet, IpNet, PortSet, Ranges};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Ranges near each other and near the ends, so that they touch, overlap and reach the limits. Long ones are rare: a
/// list of their members takes long to make.
fn ranges() -> impl Strategy<Value = Vec<(u16, u16)>> {
    let range = prop_oneof![20 => (0u16..60, 0u16..60), 20 => (65_480u16..=65_535, 65_480u16..=65_535), 1 => any::<(u16, u16)>()];
    prop::collection::vec(range, 0..12)
}

fn naive(ranges: &[(u16, u16)]) -> BTreeSet<u16> {
    ranges.iter().flat_map(|(start, end)| *start..=*end).collect()
}

fn members(set: &Ranges<u16>) -> BTreeSet<u16> {
    set.as_slice().iter().flat_map(|(start, end)| *start..=*end).collect()
}

/// Is the set in its one form: ascending, with gaps?
fn is_canonical(slice: &[(u16, u16)]) -> bool {
    slice.iter().all(|(start, end)| start <= end)
        && slice.windows(2).all(|pair| u32::from(pair[0].1) + 1 < u32::from(pair[1].0))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn ranges_are_sets(a in ranges(), b in ranges(), probe in any::<u16>()) {
        let (x, y) = (Ranges::of(a.clone()), Ranges::of(b.clone()));
        let (p, q) = (naive(&a), naive(&b));
        prop_assert_eq!(members(&x), p.clone());
        prop_assert_eq!(members(&x.union(&y)), &p | &q);
        prop_assert_eq!(members(&x.intersection(&y)), &p & &q);
        prop_assert_eq!(members(&x.difference(&y)), &p - &q);
        prop_assert_eq!(x.is_subset(&y), p.is_subset(&q));
        prop_assert_eq!(x.contains(probe), p.contains(&probe));
        prop_assert_eq!(x.is_empty(), p.is_empty());
        prop_assert_eq!(x.first(), p.first().copied());
        for set in [&x, &x.union(&y), &x.intersection(&y), &x.difference(&y)] {
            prop_assert!(is_canonical(set.as_slice()), "{:?}", set);
        }
        prop_assert_eq!(x == y, p == q);
    }

    #[test]
    fn ports_are_sets(a in ranges(), b in ranges(), c in ranges()) {
        let (x, y, z) = (PortSet::of(a.clone()), PortSet::of(b.clone()), PortSet::of(c));
        let (p, q) = (naive(&a), naive(&b));
        let list = |set: &PortSet| set.ranges().iter().flat_map(|(start, end)| *start..=*end).collect::<BTreeSet<u16>>();
        prop_assert_eq!(list(&x.union(&y)), &p | &q);
        prop_assert_eq!(list(&x.intersection(&y)), &p & &q);
        prop_assert_eq!(list(&x.difference(&y)), &p - &q);
        prop_assert_eq!(x.is_subset(&y), p.is_subset(&q));
        prop_assert_eq!(x.single(), if p.len() == 1 { p.first().copied() } else { None });
        prop_assert_eq!(x.is_all(), p.len() == 65_536);
        // The laws, on sets of which no list is made.
        prop_assert_eq!(x.union(&y), y.union(&x));
        prop_assert_eq!(x.intersection(&y.union(&z)), x.intersection(&y).union(&x.intersection(&z)));
        prop_assert_eq!(x.difference(&y).union(&x.intersection(&y)), x.clone());
        let all = PortSet::all();
        prop_assert_eq!(all.difference(&x.union(&y)), all.difference(&x).intersection(&all.difference(&y)));
        if !x.is_empty() && !x.is_all() {
            prop_assert_eq!(fnet::syntax::literal::ports(&x.to_string()).ok(), Some(x));
        }
    }
}

/// Sixty-four addresses of a family in a row, as bits: at the bottom, in the middle and at the top.
#[derive(Clone, Copy, Debug)]
enum Window {
    V4(u32),
    V6(u128),
}

impl Window {
    fn at(self, bit: u32) -> IpAddr {
        match self {
            Self::V4(base) => Ipv4Addr::from(base + bit).into(),
            Self::V6(base) => Ipv6Addr::from(base + u128::from(bit)).into(),
        }
    }

    fn set(self, bits: u64) -> AddressSet {
        let mut set = AddressSet::default();
        for bit in (0..64).filter(|bit| bits >> bit & 1 == 1) {
            set = set.union(&self.at(bit).into());
        }
        set
    }

    fn bits(self, set: &AddressSet) -> u64 {
        (0..64).filter(|bit| set.contains(self.at(*bit))).fold(0, |bits, bit| bits | 1 << bit)
    }
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![
        prop::sample::select(vec![0u32, 0x0a00_0000, 0x0a00_0020, u32::MAX - 63]).prop_map(Window::V4),
        prop::sample::select(vec![0u128, 0x2001_0db8 << 96, u128::MAX - 63]).prop_map(Window::V6),
    ]
}

/// Bits in runs, as prefixes make them, and bits by chance.
fn bits() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        (0u32..64, 0u32..64).prop_map(|(a, b)| (u64::MAX >> a.min(b)) & (u64::MAX << (63 - a.max(b)))),
        Just(0),
        Just(u64::MAX),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn addresses_are_sets(w in window(), a in bits(), b in bits()) {
        let (x, y) = (w.set(a), w.set(b));
        prop_assert_eq!(w.bits(&x), a);
        prop_assert_eq!(w.bits(&x.union(&y)), a | b);
        prop_assert_eq!(w.bits(&x.intersection(&y)), a & b);
        prop_assert_eq!(w.bits(&x.difference(&y)), a & !b);
        prop_assert_eq!(x.is_subset(&y), a & !b == 0);
        prop_assert_eq!(x.meets(&y), a & b != 0);
        prop_assert_eq!(x.is_empty(), a == 0);
        prop_assert_eq!(x.count(), u128::from(a.count_ones()));
        prop_assert_eq!(x.single(), (a.count_ones() == 1).then(|| w.at(a.trailing_zeros())));
        prop_assert_eq!(x.first(), (a != 0).then(|| w.at(a.trailing_zeros())));
        prop_assert_eq!(x == y, a == b);
        let rest = AddressSet::all().difference(&x);
        prop_assert_eq!(w.bits(&rest), !a);
        prop_assert_eq!(AddressSet::all().difference(&rest), x);
    }

    /// A set is its prefixes, no more of them than needed, and is read back from what it prints.
    #[test]
    fn addresses_are_their_prefixes(w in window(), a in bits()) {
        let set = w.set(a);
        let prefixes = set.prefixes();
        prop_assert_eq!(AddressSet::of(&prefixes), set.clone());
        for pair in prefixes.windows(2) {
            prop_assert!(pair[0] < pair[1], "ascending: {:?}", prefixes);
            let joined = pair[0].supernet();
            let siblings = pair[0].prefix_len() == pair[1].prefix_len() && joined == pair[1].supernet();
            prop_assert!(!siblings, "{:?} could be {:?}", pair, joined);
        }
        let text = set.to_string();
        let read = text.split(", ").filter(|word| !word.is_empty()).map(|word| match word.parse::<IpNet>() {
            Ok(prefix) => AddressSet::from(prefix),
            Err(_) => word.parse::<IpAddr>().expect("an address").into(),
        });
        prop_assert_eq!(read.fold(AddressSet::default(), |all, one| all.union(&one)), set);
    }
}
