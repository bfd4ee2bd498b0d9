//! Ordered diagrams of flows: the form in which sets of flows and lists of lines are worked on. Lists of boxes would
//! grow into the millions where these have hundreds of nodes. Not the sets that others use: see [`super::FlowSet`].
//!
//! A dimension is first cut into classes of values that nothing tells apart ([`table`]), so that IPv6, service tags with
//! thousands of prefixes and ranges of ports cost what an IPv4 prefix costs. A diagram asks for one dimension after the
//! other ([`arena`]); boxes are brought into it by [`parts`], and [`half`] is a diagram of one address family in the one
//! form that equal sets share.

mod arena;
mod half;
mod hash;
mod parts;
mod table;

pub(super) use arena::{Arena, Id, LEVELS, NO, Op, YES};
pub(super) use half::{Half, level_of};
pub(super) use hash::Map;
pub(super) use parts::{Address, Part, Parts, chain};
pub(super) use table::{Point, Runs, Table, add};

use super::Protocol;

/// What is asked of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    Destination,
    /// The protocol and the destination port in one: a protocol without ports is one value.
    Service,
    Source,
    SourcePort,
}

/// In which order diagrams ask.
pub(super) type Order = [Dimension; LEVELS];

/// The order of everything that is kept. Lists with service tags have the most classes among their destinations, and
/// the dimension with the most classes goes first.
pub(super) const ORDER: Order = [Dimension::Destination, Dimension::Service, Dimension::Source, Dimension::SourcePort];

/// The greatest source port.
pub(super) const LAST_PORT: u32 = u16::MAX as u32;

/// The protocols as values of the service dimension: those with ports have a value for each.
const SERVICES: [(Protocol, u32, u32); 5] = [
    (Protocol::Tcp, 0, LAST_PORT),
    (Protocol::Udp, LAST_PORT + 1, 2 * LAST_PORT + 1),
    (Protocol::Icmp, FIRST_PORTLESS, FIRST_PORTLESS),
    (Protocol::Esp, FIRST_PORTLESS + 1, FIRST_PORTLESS + 1),
    (Protocol::Ah, LAST_SERVICE, LAST_SERVICE),
];

/// The first service without ports; all behind it have none.
pub(super) const FIRST_PORTLESS: u32 = 2 * (LAST_PORT + 1);

/// The greatest service.
pub(super) const LAST_SERVICE: u32 = FIRST_PORTLESS + 2;

/// The value of a protocol with a port, which says nothing where the protocol has none.
pub(super) fn service_of(protocol: Protocol, port: u16) -> u32 {
    let (_, first, last) = SERVICES[protocol as usize];
    first + u32::from(port).min(last - first)
}

/// The protocol and port of a value; port 0 where the protocol has none.
pub(super) fn protocol_of(service: u32) -> (Protocol, u16) {
    let at = SERVICES.iter().position(|(_, _, last)| service <= *last).unwrap_or(SERVICES.len() - 1);
    let (protocol, first, _) = SERVICES[at];
    (protocol, (service - first) as u16)
}

/// The classes of all dimensions; addresses of one family.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Space<T: Point> {
    pub(super) destination: Table<T>,
    pub(super) service: Table<u32>,
    pub(super) source: Table<T>,
    pub(super) source_port: Table<u32>,
}

impl<T: Point> Space<T> {
    /// How many classes a dimension has.
    pub(super) fn count(&self, dimension: Dimension) -> u32 {
        match dimension {
            Dimension::Destination => self.destination.count(),
            Dimension::Service => self.service.count(),
            Dimension::Source => self.source.count(),
            Dimension::SourcePort => self.source_port.count(),
        }
    }
}
