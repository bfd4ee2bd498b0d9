//! Values of networks: addresses, ports, protocols, flows and their exact sets, longest prefixes, and lists of lines of
//! which the first that matches decides. Knows no Azure.

mod address;
mod diagram;
mod first_match;
mod flow;
mod flows;
mod holders;
mod intervals;
mod line_list;
mod longest;
mod port;
mod protocol;
mod ranges;

pub use address::AddressSet;
pub use first_match::{FilterLine, FirstMatch, FiveTuple};
pub use flow::{FlowBox, OneFlow};
pub use flows::{Boxes, Count, FlowSet};
pub use holders::Holders;
pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};
pub use line_list::{Cover, Difference, Line, LineList};
pub use longest::LongestPrefix;
pub use port::PortSet;
pub use protocol::{Protocol, ProtocolSet};
pub use ranges::{Bound, Ranges};
