//! First match: which line of an ordered list is the first that a flow is in, in five fields.
//!
//! A list is compiled once and asked often. Where its lines can be read as classes, a flow's fields are looked up one by
//! one and the lines that each of them leaves are put together bit by bit; longer lists are cut into regions. What a line
//! means is [`FilterLine::holds`], and a compiled list answers what asking line after line would.

mod classes;
mod matrix;
mod tree;

use super::{AddressSet, PortSet, Protocol, ProtocolSet};
use matrix::Matrix;
use std::net::IpAddr;
use tree::Forest;

/// From how many lines on a list is cut into regions: the classes of more would not fit the caches.
const MANY: usize = 16_384;

/// One flow, as its packets show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FiveTuple {
    /// Its protocol.
    pub protocol: Protocol,
    /// Where it comes from.
    pub source: IpAddr,
    /// The port that it comes from; none for some port that the sender chose. Of a protocol without ports it counts for
    /// nothing.
    pub source_port: Option<u16>,
    /// Where it goes.
    pub destination: IpAddr,
    /// The port that it goes to. Of a protocol without ports it counts for nothing.
    pub port: u16,
}

/// The five fields of a line of a list.
///
/// ```
/// use fnet::net::{AddressSet, FilterLine, FirstMatch, FiveTuple, PortSet, Protocol, ProtocolSet};
/// let web = FilterLine {
///     protocols: ProtocolSet::one(Protocol::Tcp),
///     ports: PortSet::one(443),
///     ..FilterLine::any()
/// };
/// let list = FirstMatch::of(vec![web, FilterLine::any()]);
/// let flow = |protocol, port| FiveTuple {
///     protocol,
///     source: "10.0.0.4".parse().unwrap(),
///     source_port: None,
///     destination: "10.0.1.4".parse().unwrap(),
///     port,
/// };
/// assert_eq!(list.find(&flow(Protocol::Tcp, 443)), Some(0));
/// assert_eq!(list.find(&flow(Protocol::Udp, 443)), Some(1));
/// assert_eq!(list.find(&flow(Protocol::Icmp, 443)), Some(1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterLine {
    /// The protocols.
    pub protocols: ProtocolSet,
    /// The sources.
    pub source: AddressSet,
    /// The ports of the sources. Only a line for all of them takes a flow that comes from some port.
    pub source_ports: PortSet,
    /// The destinations.
    pub destination: AddressSet,
    /// The ports of the destinations. Only a line for all ports takes flows of protocols that have none.
    pub ports: PortSet,
}

impl FilterLine {
    /// The line that every flow is in.
    pub fn any() -> Self {
        Self {
            protocols: ProtocolSet::all(),
            source: AddressSet::all(),
            source_ports: PortSet::all(),
            destination: AddressSet::all(),
            ports: PortSet::all(),
        }
    }

    /// Is the flow in this line?
    pub fn holds(&self, flow: &FiveTuple) -> bool {
        self.protocols.contains(flow.protocol)
            && self.source.contains(flow.source)
            && self.destination.contains(flow.destination)
            && match flow.protocol.has_ports() {
                true => {
                    self.ports.contains(flow.port)
                        && flow.source_port.map_or(self.source_ports.is_all(), |port| self.source_ports.contains(port))
                }
                false => self.ports.is_all() && self.source_ports.is_all(),
            }
    }
}

/// A compiled list.
#[derive(Clone, Debug)]
pub struct FirstMatch {
    lines: Vec<FilterLine>,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Matrix(Box<Matrix>),
    Forest(Forest),
}

impl FirstMatch {
    /// The list of these lines, in order.
    pub fn of(lines: Vec<FilterLine>) -> Self {
        let form = if lines.len() < MANY {
            Form::Matrix(Box::new(Matrix::of(&lines)))
        } else {
            Form::Forest(Forest::of(&lines))
        };
        Self { lines, form }
    }

    /// The place of the first line that the flow is in.
    #[inline]
    pub fn find(&self, flow: &FiveTuple) -> Option<usize> {
        match &self.form {
            Form::Matrix(matrix) => matrix.find(flow),
            Form::Forest(forest) => forest.find(flow, &self.lines),
        }
    }

    /// The place of the next line behind that one, found by asking line after line.
    pub fn find_behind(&self, line: usize, flow: &FiveTuple) -> Option<usize> {
        (line + 1..self.lines.len()).find(|at| self.lines[*at].holds(flow))
    }

    /// The lines, in order.
    pub fn lines(&self) -> &[FilterLine] {
        &self.lines
    }

    /// About how many bytes the compiled form takes, beside the lines.
    pub fn size(&self) -> usize {
        match &self.form {
            Form::Matrix(matrix) => matrix.size(),
            Form::Forest(forest) => forest.size(),
        }
    }
}
