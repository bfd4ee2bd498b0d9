//! Transport protocols and their sets.

use std::fmt;

/// A protocol that a security rule can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP.
    Icmp,
    /// IPsec's encapsulating security payload.
    Esp,
    /// IPsec's authentication header.
    Ah,
}

impl Protocol {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Protocol; 5] = [Self::Tcp, Self::Udp, Self::Icmp, Self::Esp, Self::Ah];

    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
            Self::Esp => "esp",
            Self::Ah => "ah",
        }
    }

    /// The protocol that a word names, in any case.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.word().eq_ignore_ascii_case(word))
    }

    /// Has it ports?
    pub fn has_ports(self) -> bool {
        matches!(self, Self::Tcp | Self::Udp)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A set of protocols.
///
/// ```
/// use fnet::net::{Protocol, ProtocolSet};
/// assert!(ProtocolSet::all().contains(Protocol::Esp));
/// assert_eq!(ProtocolSet::one(Protocol::Tcp).to_string(), "tcp");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProtocolSet(u8);

impl ProtocolSet {
    /// Every protocol.
    pub fn all() -> Self {
        Self(0b11111)
    }

    /// One protocol.
    pub fn one(protocol: Protocol) -> Self {
        Self(1 << protocol as u8)
    }

    /// A bit for each, in the order of [`Protocol::ALL`] from the lowest.
    pub(super) fn bits(self) -> u8 {
        self.0
    }

    /// Is the protocol in the set?
    pub fn contains(self, protocol: Protocol) -> bool {
        self.0 & (1 << protocol as u8) != 0
    }

    /// Has it no protocol?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Is a protocol without ports among them?
    pub(super) fn has_portless(self) -> bool {
        self.iter().any(|protocol| !protocol.has_ports())
    }

    /// The protocols of both sets.
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The protocols of either set.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The protocols that the other set lacks.
    pub fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The protocols, in the order of [`Protocol::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Protocol> {
        Protocol::ALL.into_iter().filter(move |protocol| self.contains(*protocol))
    }
}

impl fmt::Display for ProtocolSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::all() {
            return f.write_str("*");
        }
        let words: Vec<&str> = self.iter().map(Protocol::word).collect();
        f.write_str(&words.join(","))
    }
}
