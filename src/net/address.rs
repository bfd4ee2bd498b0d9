//! Sets of IPv4 and IPv6 addresses. The families never mix: `10.0.0.1` and `::a00:1` are different addresses.

use super::ranges::Ranges;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An exact set of addresses.
///
/// ```
/// use fnet::net::AddressSet;
/// let vnet: AddressSet = "10.2.0.0/16".parse::<ipnet::IpNet>().unwrap().into();
/// let subnet: AddressSet = "10.2.1.0/26".parse::<ipnet::IpNet>().unwrap().into();
/// assert!(subnet.is_subset(&vnet));
/// assert_eq!(subnet.to_string(), "10.2.1.0/26");
/// assert_eq!(vnet.difference(&subnet).prefixes().len(), 10);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AddressSet {
    v4: Ranges<u32>,
    v6: Ranges<u128>,
}

impl AddressSet {
    /// No address.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Every address of both families.
    pub fn all() -> Self {
        Self { v4: Ranges::one(0, u32::MAX), v6: Ranges::one(0, u128::MAX) }
    }

    /// Every IPv4 address.
    pub fn all_v4() -> Self {
        Self { v4: Ranges::one(0, u32::MAX), ..Self::default() }
    }

    /// Every IPv6 address.
    pub fn all_v6() -> Self {
        Self { v6: Ranges::of([(0, u128::MAX)]), ..Self::default() }
    }

    /// The addresses of ranges of numbers.
    pub(super) fn of_ranges(v4: Ranges<u32>, v6: Ranges<u128>) -> Self {
        Self { v4, v6 }
    }

    /// Every address from `first` to `last`; empty where they are of different families.
    pub fn range(first: IpAddr, last: IpAddr) -> Self {
        match (first, last) {
            (IpAddr::V4(a), IpAddr::V4(b)) => Self { v4: Ranges::one(a.into(), b.into()), ..Self::default() },
            (IpAddr::V6(a), IpAddr::V6(b)) => Self { v6: Ranges::one(a.into(), b.into()), ..Self::default() },
            _ => Self::default(),
        }
    }

    /// The addresses of several prefixes.
    pub fn of<'a>(prefixes: impl IntoIterator<Item = &'a IpNet>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for prefix in prefixes {
            match prefix {
                IpNet::V4(net) => v4.push((u32::from(net.network()), u32::from(net.broadcast()))),
                IpNet::V6(net) => v6.push((u128::from(net.network()), u128::from(net.broadcast()))),
            }
        }
        Self { v4: Ranges::of(v4), v6: Ranges::of(v6) }
    }

    /// Has it no address?
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Is it every address of both families?
    pub fn is_all(&self) -> bool {
        *self == Self::all()
    }

    /// Is the address in the set?
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(a) => self.v4.contains(a.into()),
            IpAddr::V6(a) => self.v6.contains(a.into()),
        }
    }

    /// The addresses of either set.
    pub fn union(&self, other: &Self) -> Self {
        Self { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    /// The addresses of both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    /// The addresses that the other set lacks.
    pub fn difference(&self, other: &Self) -> Self {
        Self { v4: self.v4.difference(&other.v4), v6: self.v6.difference(&other.v6) }
    }

    /// Every address with the first of several sets that has it: what falls to each of them, and at the end what none has.
    ///
    /// ```
    /// use fnet::net::AddressSet;
    /// let set = |text: &str| AddressSet::from(text.parse::<ipnet::IpNet>().unwrap());
    /// let parts = set("10.2.0.0/24").dealt(&[set("10.2.0.4/32"), set("10.2.0.0/29"), set("10.9.0.0/16")]);
    /// let words: Vec<String> = parts.iter().map(ToString::to_string).collect();
    /// assert_eq!(words[..3], ["10.2.0.4", "10.2.0.0/30, 10.2.0.5, 10.2.0.6/31", ""]);
    /// assert_eq!(words[3], "10.2.0.8/29, 10.2.0.16/28, 10.2.0.32/27, 10.2.0.64/26, 10.2.0.128/25");
    /// ```
    pub fn dealt(&self, among: &[Self]) -> Vec<Self> {
        let v4 = self.v4.dealt(&among.iter().map(|set| &set.v4).collect::<Vec<_>>());
        let v6 = self.v6.dealt(&among.iter().map(|set| &set.v6).collect::<Vec<_>>());
        v4.into_iter().zip(v6).map(|(v4, v6)| Self { v4, v6 }).collect()
    }

    /// Is every address of this set in the other?
    pub fn is_subset(&self, other: &Self) -> bool {
        self.v4.is_subset(&other.v4) && self.v6.is_subset(&other.v6)
    }

    /// Have the sets an address in common?
    pub fn meets(&self, other: &Self) -> bool {
        self.v4.meets(&other.v4) || self.v6.meets(&other.v6)
    }

    /// The only address, when there is just one.
    pub fn single(&self) -> Option<IpAddr> {
        match (self.v4.as_slice(), self.v6.as_slice()) {
            ([(a, b)], []) if a == b => Some(Ipv4Addr::from(*a).into()),
            ([], [(a, b)]) if a == b => Some(Ipv6Addr::from(*a).into()),
            _ => None,
        }
    }

    /// The least address; IPv4 first.
    pub fn first(&self) -> Option<IpAddr> {
        let v6 = || self.v6.first().map(|a| Ipv6Addr::from(a).into());
        self.v4.first().map(|a| Ipv4Addr::from(a).into()).or_else(v6)
    }

    /// How many addresses it has; at the greatest `u128::MAX` where there are more.
    pub fn count(&self) -> u128 {
        let v4: u128 = self.v4.as_slice().iter().map(|(a, b)| u128::from(b - a) + 1).sum();
        let v6 = self.v6.as_slice().iter().fold(0u128, |n, (a, b)| n.saturating_add((b - a).saturating_add(1)));
        v4.saturating_add(v6)
    }

    /// The ranges of its IPv4 addresses as numbers, ascending, with a gap between any two.
    pub fn v4_ranges(&self) -> &[(u32, u32)] {
        self.v4.as_slice()
    }

    /// The ranges of its IPv6 addresses as numbers, ascending, with a gap between any two.
    pub fn v6_ranges(&self) -> &[(u128, u128)] {
        self.v6.as_slice()
    }

    /// The fewest prefixes that make up the set, ascending, IPv4 first.
    pub fn prefixes(&self) -> Vec<IpNet> {
        let v4 = self.v4.as_slice().iter().flat_map(|(a, b)| {
            let cut = ipnet::Ipv4Subnets::new((*a).into(), (*b).into(), 0);
            cut.map(IpNet::from)
        });
        let v6 = self.v6.as_slice().iter().flat_map(|(a, b)| {
            let cut = ipnet::Ipv6Subnets::new((*a).into(), (*b).into(), 0);
            cut.map(IpNet::from)
        });
        v4.chain(v6).collect()
    }
}

impl From<IpNet> for AddressSet {
    fn from(prefix: IpNet) -> Self {
        match prefix {
            IpNet::V4(net) => Self::range(net.network().into(), net.broadcast().into()),
            IpNet::V6(net) => Self::range(net.network().into(), net.broadcast().into()),
        }
    }
}

impl From<IpAddr> for AddressSet {
    fn from(address: IpAddr) -> Self {
        Self::range(address, address)
    }
}

impl FromIterator<IpAddr> for AddressSet {
    fn from_iter<I: IntoIterator<Item = IpAddr>>(addresses: I) -> Self {
        Self::of(&addresses.into_iter().map(IpNet::from).collect::<Vec<_>>())
    }
}

impl From<Ipv4Net> for AddressSet {
    fn from(prefix: Ipv4Net) -> Self {
        IpNet::from(prefix).into()
    }
}

impl From<Ipv6Net> for AddressSet {
    fn from(prefix: Ipv6Net) -> Self {
        IpNet::from(prefix).into()
    }
}

/// Prefixes joined by commas; a single address without its length; `*` for every address.
impl fmt::Display for AddressSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("*");
        }
        for (index, prefix) in self.prefixes().iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            if prefix.prefix_len() == prefix.max_prefix_len() {
                write!(f, "{}", prefix.addr())?;
            } else {
                write!(f, "{prefix}")?;
            }
        }
        Ok(())
    }
}
