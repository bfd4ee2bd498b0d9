//! Longest prefix: the most specific of many prefixes that holds an address.
//!
//! The prefixes are cut into disjoint intervals when the map is made, so that a look-up compares no lengths.

use super::intervals::{Intervals, Key};
use ipnet::IpNet;
use std::net::IpAddr;

/// The interval of no prefix.
const NONE: u32 = u32::MAX;

/// Bits of the index beyond one interval a run: look-ups are all that a map is for.
const MORE: u32 = 4;

/// Values by prefix, looked up by address: the longest prefix decides.
///
/// ```
/// use fnet::net::LongestPrefix;
/// let prefix = |text: &str| text.parse::<ipnet::IpNet>().unwrap();
/// let routes = LongestPrefix::of([(prefix("0.0.0.0/0"), "internet"), (prefix("10.2.0.0/16"), "vnet")]);
/// assert_eq!(routes.get("10.2.0.4".parse().unwrap()), Some(&"vnet"));
/// assert_eq!(routes.get("10.3.0.4".parse().unwrap()), Some(&"internet"));
/// assert_eq!(routes.get("2001:db8::4".parse().unwrap()), None);
/// ```
#[derive(Clone, Debug)]
pub struct LongestPrefix<V> {
    v4: Intervals<u32>,
    v6: Intervals<u128>,
    values: Vec<V>,
}

impl<V> LongestPrefix<V> {
    /// A map of these prefixes, host bits aside. Of one prefix that stands there twice the first counts.
    ///
    /// # Panics
    ///
    /// Where there are 2^32 prefixes or more.
    pub fn of(entries: impl IntoIterator<Item = (IpNet, V)>) -> Self {
        let (mut v4, mut v6, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for (prefix, value) in entries {
            let id = u32::try_from(values.len()).expect("fewer than 2^32 prefixes");
            match prefix {
                IpNet::V4(net) => v4.push((u32::from(net.network()), u32::from(net.broadcast()), id)),
                IpNet::V6(net) => v6.push((u128::from(net.network()), u128::from(net.broadcast()), id)),
            }
            values.push(value);
        }
        Self { v4: Intervals::of(&flat(v4), MORE), v6: Intervals::of(&flat(v6), MORE), values }
    }

    /// The value of the longest prefix that holds the address.
    #[inline]
    pub fn get(&self, address: IpAddr) -> Option<&V> {
        let id = match address {
            IpAddr::V4(address) => self.v4.find(address.into()),
            IpAddr::V6(address) => self.v6.find(address.into()),
        };
        self.values.get(id as usize)
    }

    /// How many disjoint intervals it is made of, of both families.
    pub fn intervals(&self) -> usize {
        self.v4.len() + self.v6.len()
    }
}

/// Nested ranges with their ids as disjoint intervals: where each begins, and the id of the narrowest range there.
fn flat<T: Key>(mut ranges: Vec<(T, T, u32)>) -> Vec<(T, u32)> {
    // The wider before the narrower; of equal ones the first, the others stay without a number.
    ranges.sort_unstable_by_key(|&(start, end, id)| (start, std::cmp::Reverse(end), id));
    ranges.dedup_by(|later, first| (later.0, later.1) == (first.0, first.1));
    let mut list: Vec<(T, u32)> = vec![(T::default(), NONE)];
    let mut begin = |start: T, id: u32| match list.last_mut() {
        Some(last) if last.0 == start => last.1 = id,
        Some(last) if last.1 == id => {}
        _ => list.push((start, id)),
    };
    let mut open: Vec<(T, u32)> = Vec::new();
    let close = |open: &mut Vec<(T, u32)>, before: Option<T>, begin: &mut dyn FnMut(T, u32)| {
        while let Some((end, _)) = open.last().copied().filter(|(end, _)| before.is_none_or(|start| *end < start)) {
            open.pop();
            if end < T::MAX {
                begin(end.next(), open.last().map_or(NONE, |(_, id)| *id));
            }
        }
    };
    for (start, end, id) in ranges {
        close(&mut open, Some(start), &mut begin);
        begin(start, id);
        open.push((end, id));
    }
    close(&mut open, None, &mut begin);
    list
}
