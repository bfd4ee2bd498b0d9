//! Sets of ports.

use super::ranges::Ranges;
use std::fmt;

/// An exact set of ports, 0 to 65535.
///
/// ```
/// use fnet::net::PortSet;
/// let web = PortSet::of([(80, 80), (443, 443)]);
/// assert!(web.contains(443) && !web.contains(1433));
/// assert_eq!(web.to_string(), "80,443");
/// assert_eq!(PortSet::all().to_string(), "*");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PortSet(Ranges<u16>);

impl PortSet {
    /// The ports of these inclusive ranges.
    pub fn of(ranges: impl IntoIterator<Item = (u16, u16)>) -> Self {
        Self(Ranges::of(ranges))
    }

    /// One port.
    pub fn one(port: u16) -> Self {
        Self(Ranges::one(port, port))
    }

    /// Every port.
    pub fn all() -> Self {
        Self(Ranges::one(0, u16::MAX))
    }

    /// Is it every port?
    pub fn is_all(&self) -> bool {
        self.0.as_slice() == [(0, u16::MAX)]
    }

    /// Has it no port?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is the port in the set?
    pub fn contains(&self, port: u16) -> bool {
        self.0.contains(port)
    }

    /// The only port, when there is just one.
    pub fn single(&self) -> Option<u16> {
        match self.0.as_slice() {
            [(start, end)] if start == end => Some(*start),
            _ => None,
        }
    }

    /// The inclusive ranges, ascending.
    pub fn ranges(&self) -> &[(u16, u16)] {
        self.0.as_slice()
    }

    /// The ports of either set.
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0))
    }

    /// The ports of both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0))
    }

    /// The ports that the other set lacks.
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0))
    }

    /// Have the sets a port in common?
    pub fn meets(&self, other: &Self) -> bool {
        self.0.meets(&other.0)
    }

    /// Is every port of this set in the other?
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }
}

impl fmt::Display for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("*");
        }
        for (index, (start, end)) in self.ranges().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            if start == end { write!(f, "{start}")? } else { write!(f, "{start}-{end}")? }
        }
        Ok(())
    }
}
