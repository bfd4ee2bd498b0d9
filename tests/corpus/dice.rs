//! Numbers that look random and are the same in every run.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub struct Dice(u64);

impl Dice {
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number below that one.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Yes, so many times in a hundred.
    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of them.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A number from the first to the last; the ends more often than others, as mistakes are there.
    pub fn within<T: Into<u128> + Copy + TryFrom<u128>>(&mut self, (first, last): (T, T)) -> T {
        let (low, high) = (first.into(), last.into());
        let any = u128::from(self.next()) << 64 | u128::from(self.next());
        match self.below(8) {
            0 => first,
            1 => last,
            _ if high - low == u128::MAX => T::try_from(any).ok().expect("a number of its kind"),
            _ => T::try_from(low + any % (high - low + 1)).ok().expect("a number in the range"),
        }
    }

    /// An address of a prefix.
    pub fn address(&mut self, prefix: &ipnet::IpNet) -> IpAddr {
        match prefix {
            ipnet::IpNet::V4(net) => {
                Ipv4Addr::from(self.within((u32::from(net.network()), u32::from(net.broadcast())))).into()
            }
            ipnet::IpNet::V6(net) => {
                Ipv6Addr::from(self.within((u128::from(net.network()), u128::from(net.broadcast())))).into()
            }
        }
    }
}
