//! Values of networks: addresses, ports, protocols and their exact sets. Knows no Azure.

mod address;
mod port;
mod protocol;
mod ranges;

pub use address::AddressSet;
pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};
pub use port::PortSet;
pub use protocol::{Protocol, ProtocolSet};
pub use ranges::{Bound, Ranges};
