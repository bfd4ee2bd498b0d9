//! A list as rows of bits: a row for each class of each field, with a bit for each line that takes it. The lines that a
//! flow is in are the bits that all of its rows have.

use super::classes::Rows;
use super::{FilterLine, FiveTuple};
use crate::net::intervals::Intervals;
use crate::net::{AddressSet, Protocol};
use std::net::IpAddr;

#[derive(Clone, Debug)]
pub(super) struct Matrix {
    sources: Addresses,
    destinations: Addresses,
    /// Protocols and destination ports together.
    services: (Intervals<u32>, Rows),
    /// Where a line names some.
    source_ports: Option<SourcePorts>,
}

#[derive(Clone, Debug)]
struct SourcePorts {
    classes: Intervals<u16>,
    /// The row of the lines that take any.
    any: u32,
    /// The row of all lines.
    all: u32,
    rows: Rows,
}

/// The classes of addresses of both families.
#[derive(Clone, Debug)]
struct Addresses {
    v4: Intervals<u32>,
    v6: Intervals<u128>,
    rows: Rows,
}

impl Addresses {
    fn of<'l>(count: usize, sets: impl Iterator<Item = &'l AddressSet>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (line, set) in sets.enumerate() {
            v4.extend(set.v4_ranges().iter().map(|(start, end)| (*start, *end, line as u32)));
            v6.extend(set.v6_ranges().iter().map(|(start, end)| (*start, *end, line as u32)));
        }
        let mut rows = Rows::of(count);
        let (v4, v6) = (rows.classes(&v4), rows.classes(&v6));
        rows.close();
        Self { v4, v6, rows }
    }

    #[inline]
    fn row(&self, address: IpAddr) -> &[u64] {
        self.rows.row(match address {
            IpAddr::V4(address) => self.v4.find(address.into()),
            IpAddr::V6(address) => self.v6.find(address.into()),
        })
    }

    fn size(&self) -> usize {
        self.rows.size() + self.v4.size() + self.v6.size()
    }
}

impl Matrix {
    pub(super) fn of(lines: &[FilterLine]) -> Self {
        let count = lines.len();
        let mut services = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            for protocol in line.protocols.iter() {
                let of = |port: u16| service(protocol, port);
                let line_at = at as u32;
                match protocol.has_ports() {
                    true => services.extend(line.ports.ranges().iter().map(|(a, b)| (of(*a), of(*b), line_at))),
                    // Only a line for all ports takes what has none.
                    false if line.ports.is_all() && line.source_ports.is_all() => {
                        services.push((of(0), of(u16::MAX), line_at));
                    }
                    false => {}
                }
            }
        }
        let mut rows = Rows::of(count);
        let services = (rows.classes(&services), rows);
        let source_ports = lines.iter().any(|line| !line.source_ports.is_all()).then(|| {
            let mut rows = Rows::of(count);
            let ranges = lines
                .iter()
                .enumerate()
                .flat_map(|(at, line)| line.source_ports.ranges().iter().map(move |(a, b)| (*a, *b, at as u32)));
            let classes = rows.classes(&ranges.collect::<Vec<_>>());
            let any = rows.row_of((0..count).filter(|at| lines[*at].source_ports.is_all()));
            let all = rows.row_of(0..count);
            rows.close();
            SourcePorts { classes, any, all, rows }
        });
        let mut matrix = Self {
            sources: Addresses::of(count, lines.iter().map(|line| &line.source)),
            destinations: Addresses::of(count, lines.iter().map(|line| &line.destination)),
            services,
            source_ports,
        };
        matrix.services.1.close();
        matrix
    }

    #[inline]
    pub(super) fn find(&self, flow: &FiveTuple) -> Option<usize> {
        let (sources, destinations) = (self.sources.row(flow.source), self.destinations.row(flow.destination));
        let services = self.services.1.row(self.services.0.find(service(flow.protocol, flow.port)));
        let first = |at: usize, lines: u64| (lines != 0).then(|| at * 64 + lines.trailing_zeros() as usize);
        let three = sources.iter().zip(destinations).zip(services).map(|((a, b), c)| a & b & c);
        match &self.source_ports {
            None => three.enumerate().find_map(|(at, lines)| first(at, lines)),
            Some(ports) => {
                let from = three.zip(ports.row(flow)).map(|(lines, d)| lines & d);
                from.enumerate().find_map(|(at, lines)| first(at, lines))
            }
        }
    }

    pub(super) fn size(&self) -> usize {
        let from = self.source_ports.as_ref().map_or(0, |ports| ports.classes.size() + ports.rows.size());
        let services = self.services.0.size() + self.services.1.size();
        self.sources.size() + self.destinations.size() + services + from
    }
}

/// Protocol and port as one number.
#[inline]
fn service(protocol: Protocol, port: u16) -> u32 {
    (protocol as u32) << 16 | u32::from(port)
}

impl SourcePorts {
    #[inline]
    fn row(&self, flow: &FiveTuple) -> &[u64] {
        self.rows.row(match (flow.protocol.has_ports(), flow.source_port) {
            (true, Some(port)) => self.classes.find(port),
            (true, None) => self.any,
            (false, _) => self.all,
        })
    }
}
