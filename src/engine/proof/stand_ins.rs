//! Addresses that stand in for what has none. Sets of flows know addresses alone; but of a stretch of addresses that no
//! line tells apart one address says as much as all, and the others are free to stand for points.

use super::{Meaning, Meant, Point};
use crate::net::{AddressSet, FlowBox, Line, LineList, Protocol, ProtocolSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Lines with whether they let flows pass, and what becomes of the rest, as a list of sets; the last line is the end of
/// the list where that lets flows pass. None where there are more points than free addresses.
pub(super) fn list<'l>(lines: impl Iterator<Item = (&'l Meaning, bool)>, end: bool) -> Option<LineList> {
    let lines: Vec<(&Meaning, bool)> = lines.collect();
    let sources = Side::of(lines.iter().map(|(line, _)| &line.source))?;
    let destinations = Side::of(lines.iter().map(|(line, _)| &line.destination))?;
    Some(made(&lines, end, &sources, &destinations))
}

/// Do two lists let the same flows pass?
pub(super) fn means<'l>(
    mine: (impl Iterator<Item = (&'l Meaning, bool)>, bool),
    theirs: (impl Iterator<Item = (&'l Meaning, bool)>, bool),
) -> bool {
    let (first, second): (Vec<_>, Vec<_>) = (mine.0.collect(), theirs.0.collect());
    let both = || first.iter().chain(&second);
    let sides = Side::of(both().map(|(line, _)| &line.source)).zip(Side::of(both().map(|(line, _)| &line.destination)));
    let Some((sources, destinations)) = sides else { return false };
    made(&first, mine.1, &sources, &destinations).means(&made(&second, theirs.1, &sources, &destinations))
}

fn made(lines: &[(&Meaning, bool)], end: bool, sources: &Side, destinations: &Side) -> LineList {
    let own = lines.iter().map(|(line, allow)| Line {
        flows: FlowBox {
            protocols: protocols(line),
            sources: sources.set(&line.source),
            source_ports: line.source_ports.clone(),
            destinations: destinations.set(&line.destination),
            ports: line.ports.clone(),
        },
        allow: *allow,
    });
    let rest = end.then(|| Line { flows: FlowBox::all(), allow: true });
    own.chain(rest).collect()
}

/// Protocols without ports match a line for every port alone.
fn protocols(line: &Meaning) -> ProtocolSet {
    if line.ports.is_all() && line.source_ports.is_all() {
        return line.protocols;
    }
    let ported = line.protocols.iter().filter(|protocol: &Protocol| protocol.has_ports());
    ported.fold(ProtocolSet::default(), |all, one| all.union(ProtocolSet::one(one)))
}

/// The points of one side of a list, each with addresses of both families that stand for it.
struct Side {
    points: Vec<Point>,
    v4: u32,
    v6: u128,
}

impl Side {
    fn of<'l>(sides: impl Iterator<Item = &'l Meant>) -> Option<Self> {
        let (mut points, mut v4, mut v6) = (Vec::new(), vec![0u32], vec![0u128]);
        for meant in sides {
            for point in &meant.points {
                if !points.contains(point) {
                    points.push(point.clone());
                }
            }
            v4.extend(
                meant.set.v4_ranges().iter().flat_map(|(start, end)| [Some(*start), end.checked_add(1)]).flatten(),
            );
            v6.extend(
                meant.set.v6_ranges().iter().flat_map(|(start, end)| [Some(*start), end.checked_add(1)]).flatten(),
            );
        }
        // The longest stretch without a limit, of which one address is left to itself.
        let longest = |mut limits: Vec<u128>, last: u128| {
            limits.sort_unstable();
            limits.dedup();
            let ends = limits.iter().skip(1).map(|start| start - 1).chain([last]);
            limits.iter().zip(ends).map(|(start, end)| (end - start, *start)).max().unwrap_or_default()
        };
        let (room4, start4) = longest(v4.into_iter().map(u128::from).collect(), u32::MAX.into());
        let (room6, start6) = longest(v6, u128::MAX);
        let fits = (points.len() as u128) <= room4 && (points.len() as u128) <= room6;
        fits.then_some(Self { points, v4: start4 as u32, v6: start6 })
    }

    /// What a side of a line means, points and all.
    fn set(&self, meant: &Meant) -> AddressSet {
        let stand_in = |at: usize| {
            let four = IpAddr::from(Ipv4Addr::from(self.v4 + at as u32));
            AddressSet::from(four).union(&IpAddr::from(Ipv6Addr::from(self.v6 + at as u128)).into())
        };
        let held = self.points.iter().enumerate().filter(|(_, point)| meant.holds(point));
        let mut set = meant.set.clone();
        if !self.points.is_empty() && !meant.any {
            let free = (0..self.points.len()).fold(AddressSet::empty(), |all, at| all.union(&stand_in(at)));
            set = set.difference(&free);
        }
        held.fold(set, |all, (at, _)| all.union(&stand_in(at)))
    }
}
