//! Values of networks: addresses, ports, protocols and their exact sets. Knows no Azure.

mod address;
mod first_match;
mod intervals;
mod longest;
mod port;
mod protocol;
mod ranges;

pub use address::AddressSet;
pub use first_match::{FilterLine, FirstMatch, FiveTuple};
pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};
pub use longest::LongestPrefix;
pub use port::PortSet;
pub use protocol::{Protocol, ProtocolSet};
pub use ranges::{Bound, Ranges};
