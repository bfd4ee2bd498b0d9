//! Which of many things hold an address: all of them, where [`super::LongestPrefix`] tells the most specific alone.

use ipnet::IpNet;
use std::net::IpAddr;

/// No range around this one.
const NONE: u32 = u32::MAX;

/// Things by the prefixes that they hold, looked up by address.
///
/// ```
/// use fnet::net::Holders;
/// let prefix = |text: &str| text.parse::<ipnet::IpNet>().unwrap();
/// let places = Holders::of([(prefix("10.2.0.0/16"), "hub"), (prefix("10.2.1.0/24"), "data"), (prefix("10.2.0.0/16"), "lab")]);
/// assert_eq!(places.at("10.2.1.4".parse().unwrap()).collect::<Vec<_>>(), ["data", "hub", "lab"]);
/// assert_eq!(places.at("10.3.0.4".parse().unwrap()).count(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Holders<T> {
    v4: Nested,
    v6: Nested,
    /// The things, those of one range side by side.
    things: Vec<T>,
}

/// Nested ranges, by where they start and the wider before the narrower.
#[derive(Clone, Debug, Default)]
struct Nested(Vec<Range>);

#[derive(Clone, Debug)]
struct Range {
    start: u128,
    end: u128,
    /// The range around it.
    around: u32,
    /// Its things.
    first: u32,
    count: u32,
}

impl<T: Copy> Holders<T> {
    /// Things with the prefixes that they hold, host bits aside.
    ///
    /// # Panics
    ///
    /// Where there are 2^32 prefixes or more.
    pub fn of(entries: impl IntoIterator<Item = (IpNet, T)>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (prefix, thing) in entries {
            match prefix {
                IpNet::V4(net) => v4.push((u32::from(net.network()).into(), u32::from(net.broadcast()).into(), thing)),
                IpNet::V6(net) => v6.push((u128::from(net.network()), u128::from(net.broadcast()), thing)),
            }
        }
        assert!(u32::try_from(v4.len() + v6.len()).is_ok(), "fewer than 2^32 prefixes");
        let mut things = Vec::with_capacity(v4.len() + v6.len());
        Self { v4: Nested::of(v4, &mut things), v6: Nested::of(v6, &mut things), things }
    }

    /// The things that hold an address: those of narrower prefixes first, of one prefix in the order of the entries.
    pub fn at(&self, address: IpAddr) -> impl Iterator<Item = T> {
        let (ranges, address) = match address {
            IpAddr::V4(address) => (&self.v4, u32::from(address).into()),
            IpAddr::V6(address) => (&self.v6, u128::from(address)),
        };
        let narrowest = ranges.narrowest(address);
        let around = |range: &&Range| ranges.0.get(range.around as usize);
        std::iter::successors(narrowest, around).flat_map(|range| {
            let first = range.first as usize;
            self.things[first..first + range.count as usize].iter().copied()
        })
    }
}

impl Nested {
    fn of<T: Copy>(mut entries: Vec<(u128, u128, T)>, things: &mut Vec<T>) -> Self {
        entries.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
        let mut ranges: Vec<Range> = Vec::with_capacity(entries.len());
        let mut open: Vec<u32> = Vec::new();
        for (start, end, thing) in entries {
            match ranges.last_mut().filter(|last| last.start == start && last.end == end) {
                Some(same) => same.count += 1,
                None => {
                    while open.last().is_some_and(|at| ranges[*at as usize].end < start) {
                        open.pop();
                    }
                    let around = open.last().copied().unwrap_or(NONE);
                    open.push(ranges.len() as u32);
                    ranges.push(Range { start, end, around, first: things.len() as u32, count: 1 });
                }
            }
            things.push(thing);
        }
        Self(ranges)
    }

    fn narrowest(&self, address: u128) -> Option<&Range> {
        let behind = self.0.partition_point(|range| range.start <= address);
        let last = self.0.get(behind.checked_sub(1)?)?;
        let mut holding = std::iter::successors(Some(last), |range| self.0.get(range.around as usize));
        holding.find(|range| address <= range.end)
    }
}
