//! Sets of flows: a source, a destination, protocols and ports.

use crate::model::{AppId, AseId, PrivateEndpointId, ServiceId, TagRef};
use crate::net::{AddressSet, PortSet, Protocol, ProtocolSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

/// Whose address it is, where the model does not state the address itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SymbolOf {
    /// The public side of a service, by subresource.
    Service(ServiceId, String),
    /// The inbound address of an app.
    App(AppId),
    /// The address inside its subnet of an environment.
    Environment(AseId),
    /// A private endpoint.
    PrivateEndpoint(PrivateEndpointId),
    /// The outbound addresses of an app.
    Platform(AppId),
    /// Addresses of the platform that it does not publish, calling for an app.
    Unpublished(AppId),
    /// What a public name leads to.
    Name(String),
    /// Some address of a service tag.
    Tag,
    /// Something else.
    Other,
}

/// An address that the model does not state, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Whose it is.
    pub of: SymbolOf,
    /// What people call it.
    pub text: String,
    /// The addresses that it may be.
    pub within: AddressSet,
    /// The service tags that it belongs to, with their regions where they are known.
    pub tags: Vec<(String, Option<String>)>,
    /// Is every tag that it belongs to known?
    pub tags_known: bool,
    /// Where not, the tags that it does not belong to.
    pub never: Vec<String>,
}

impl Symbol {
    /// Does it surely belong to a tag?
    pub(super) fn has(&self, tag: &TagRef) -> bool {
        self.tags.iter().any(|(name, of)| *name == tag.name && (tag.region.is_none() || tag.region == *of))
    }
}

/// One end of a set of flows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ends {
    /// These addresses.
    Set(AddressSet),
    /// One address that is not stated.
    Symbol(Arc<Symbol>),
}

impl Ends {
    /// One address.
    pub fn one(address: IpAddr) -> Self {
        Self::Set(address.into())
    }

    /// The addresses that it may have.
    pub fn possible(&self) -> &AddressSet {
        match self {
            Self::Set(set) => set,
            Self::Symbol(symbol) => &symbol.within,
        }
    }

    /// The symbol, if it is one.
    pub fn symbol(&self) -> Option<&Symbol> {
        match self {
            Self::Set(_) => None,
            Self::Symbol(symbol) => Some(symbol),
        }
    }

    /// Has it no address?
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Set(set) if set.is_empty())
    }

    /// The addresses outside a set and inside it; a symbol that may be both is inside, with a doubt.
    pub fn split(&self, set: &AddressSet) -> (Option<Ends>, Option<Ends>, bool) {
        match self {
            Self::Set(mine) => {
                let some = |set: AddressSet| (!set.is_empty()).then_some(Ends::Set(set));
                (some(mine.intersection(set)), some(mine.difference(set)), false)
            }
            Self::Symbol(symbol) if symbol.within.is_subset(set) => (Some(self.clone()), None, false),
            Self::Symbol(symbol) if !symbol.within.meets(set) => (None, Some(self.clone()), false),
            Self::Symbol(_) => (Some(self.clone()), None, true),
        }
    }
}

impl Hash for Ends {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Set(set) => set.hash(state),
            Self::Symbol(symbol) => symbol.text.hash(state),
        }
    }
}

/// In a few words: of many prefixes the first ones, and how many they are.
impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = match self {
            Self::Set(set) => set,
            Self::Symbol(symbol) => return f.write_str(&symbol.text),
        };
        let prefixes = set.prefixes();
        if prefixes.len() <= 4 {
            return set.fmt(f);
        }
        let first = AddressSet::of(&prefixes[..3]);
        write!(f, "{first}, … ({} prefixes)", prefixes.len())
    }
}

/// A set of flows: every source to every destination, over every protocol and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flows {
    /// Where they come from.
    pub source: Ends,
    /// Where they go.
    pub destination: Ends,
    /// Their protocols.
    pub protocols: ProtocolSet,
    /// Their source ports; none for an ephemeral one, which no line with source ports of its own means.
    pub source_ports: Option<PortSet>,
    /// Their destination ports.
    pub ports: PortSet,
}

impl Flows {
    /// Flows over one protocol.
    pub fn over(protocol: Protocol, source: Ends, destination: Ends, ports: PortSet) -> Self {
        let protocols = ProtocolSet::one(protocol);
        Self { source, destination, protocols, source_ports: None, ports }
    }

    /// These flows and others, where they are the same but for their sources or but for their protocols.
    pub(super) fn joined(&self, other: &Self) -> Option<Self> {
        let same_ports = self.source_ports == other.source_ports && self.ports == other.ports;
        if self.destination != other.destination || !same_ports {
            return None;
        }
        if self.protocols != other.protocols {
            let protocols = self.protocols.union(other.protocols);
            let alike = self.source == other.source && self.has_ports() == other.has_ports();
            return alike.then(|| Self { protocols, ..self.clone() });
        }
        let source = match (&self.source, &other.source) {
            (Ends::Set(mine), Ends::Set(more)) => Ends::Set(mine.union(more)),
            (mine, more) if mine == more => mine.clone(),
            _ => return None,
        };
        Some(Self { source, ..self.clone() })
    }

    /// What goes to the same destinations by the same protocols and ports, whichever address it shows as its source.
    pub(super) fn shared(&self, other: &Self) -> Option<Self> {
        let destination = match (&self.destination, &other.destination) {
            (Ends::Set(mine), Ends::Set(more)) => Ends::Set(mine.intersection(more)),
            (mine, more) if mine == more => mine.clone(),
            _ => return None,
        };
        let protocols = self.protocols.intersection(other.protocols);
        let ports = self.ports.intersection(&other.ports);
        let source_ports = match (&self.source_ports, &other.source_ports) {
            (Some(mine), Some(more)) => Some(mine.intersection(more)),
            (mine, more) => mine.clone().or_else(|| more.clone()),
        };
        let none = protocols.is_empty() || ports.is_empty() || source_ports.as_ref().is_some_and(PortSet::is_empty);
        let nowhere = destination.is_empty() && !self.destination.is_empty();
        (!none && !nowhere).then(|| Self { destination, protocols, ports, source_ports, ..self.clone() })
    }

    /// One of them in words, as they would be seen on the wire; none where an end has no stated address.
    pub fn example(&self) -> Option<String> {
        let one = |ends: &Ends| match ends {
            Ends::Set(set) => set.first().map(|address| address.to_string()),
            Ends::Symbol(symbol) => Some(symbol.text.clone()),
        };
        let protocol = self.protocols.iter().next()?;
        let (source, destination) = (one(&self.source)?, one(&self.destination)?);
        let port = |ports: &PortSet| {
            ports.ranges().first().map(|range| format!(":{}", range.0)).filter(|_| protocol.has_ports())
        };
        let to = port(&self.ports).unwrap_or_default();
        // A client's port that nobody asked about is not told.
        let from = self.source_ports.as_ref().filter(|ports| !ports.is_all()).and_then(port).unwrap_or_default();
        let bracketed = |address: String, port: &str| match address.contains(':') && !port.is_empty() {
            true => format!("[{address}]{port}"),
            false => format!("{address}{port}"),
        };
        Some(format!("{protocol} {} -> {}", bracketed(source, &from), bracketed(destination, &to)))
    }

    /// Have its protocols ports?
    pub fn has_ports(&self) -> bool {
        self.protocols.iter().all(Protocol::has_ports)
    }

    /// The ports as words, `:443`; empty where there are none.
    pub fn port_text(&self) -> String {
        if self.has_ports() && !self.ports.is_all() { format!(":{}", self.ports) } else { String::new() }
    }
}

impl Flows {
    /// Addresses in words with the ports behind them; of the last one in brackets where it is IPv6.
    pub fn with_ports(&self, addresses: &str) -> String {
        let ports = self.port_text();
        let cut = addresses.rfind(", ").map_or(0, |comma| comma + 2);
        let (first, last) = addresses.split_at(cut);
        let six = last.matches(':').count() > 1 && last.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':');
        if six && !ports.is_empty() { format!("{first}[{last}]{ports}") } else { format!("{addresses}{ports}") }
    }
}

impl fmt::Display for Flows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.protocols, self.source, self.with_ports(&self.destination.to_string()))
    }
}
