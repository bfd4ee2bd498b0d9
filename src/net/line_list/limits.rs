//! The least and the greatest values of what a line matches, side by side with those of the other lines: which lines may
//! meet a box is told by a look at them, and by no look at the lines. Not whether they do.

use super::super::{AddressSet, FlowBox, ProtocolSet};

/// The limits of a box of flows. Of IPv6 addresses the upper half is enough to keep most boxes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    four: [(u32, u32); 2],
    six: [(u64, u64); 2],
    ports: (u16, u16),
    protocols: ProtocolSet,
    portless: bool,
}

/// From the first range to the last one; a range that meets none where there is none.
fn whole<T: Copy, N>(ranges: &[(T, T)], nothing: (N, N), of: impl Fn(T) -> N) -> (N, N) {
    match (ranges.first(), ranges.last()) {
        (Some(first), Some(last)) => (of(first.0), of(last.1)),
        _ => nothing,
    }
}

impl Limits {
    pub(super) fn of(flows: &FlowBox) -> Self {
        let sides = [&flows.destinations, &flows.sources];
        let four = |side: &AddressSet| whole(side.v4_ranges(), (u32::MAX, 0), |address| address);
        let six = |side: &AddressSet| whole(side.v6_ranges(), (u64::MAX, 0), |address| (address >> 64) as u64);
        Self {
            four: sides.map(four),
            six: sides.map(six),
            ports: whole(flows.ports.ranges(), (u16::MAX, 0), |port| port),
            protocols: flows.protocols,
            portless: flows.protocols.has_portless(),
        }
    }

    /// May the boxes have a flow in common?
    pub(super) fn meet(&self, other: &Self) -> bool {
        fn all<T: PartialOrd>(mine: &[(T, T)], theirs: &[(T, T)]) -> bool {
            // Nothing begins behind its end, and what it is compared with may be everything.
            mine.iter().zip(theirs).all(|(a, b)| a.0 <= b.1 && b.0 <= a.1 && a.0 <= a.1 && b.0 <= b.1)
        }
        !self.protocols.intersection(other.protocols).is_empty()
            && (self.portless && other.portless || all(&[self.ports], &[other.ports]))
            && (all(&self.four, &other.four) || all(&self.six, &other.six))
    }
}
