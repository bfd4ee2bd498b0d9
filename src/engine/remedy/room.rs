//! What is free: a prefix of a network, an address of a subnet, a name.

use crate::engine::Engine;
use crate::model::*;
use crate::net::AddressSet;
use ipnet::IpNet;
use std::net::IpAddr;

/// The length of the prefix of a network that is made.
const SPACE: u8 = 16;

impl Engine<'_> {
    /// The first prefix of that length that a network has and no subnet of it uses.
    pub(super) fn free_prefix(&self, vnet: VnetId, length: u8) -> Option<IpNet> {
        let noun = &self.model[vnet];
        let used = noun.subnets.iter().fold(AddressSet::empty(), |all, id| all.union(&self.model[*id].addresses()));
        let spaces = noun.prefixes.iter().map(|prefix| prefix.value).filter(|space| matches!(space, IpNet::V4(_)));
        spaces.filter(|space| space.prefix_len() <= length).find_map(|space| {
            let free = |prefix: &IpNet| !AddressSet::of([prefix]).meets(&used);
            space.subnets(length).ok()?.find(free)
        })
    }

    /// The first private space of a network that nothing declared uses.
    pub(super) fn free_space(&self) -> Option<IpNet> {
        let vnets = self.model.vnets.iter().map(Vnet::addresses);
        let used = vnets.chain(self.model.on_premises.iter().map(OnPremises::addresses));
        let used = used.fold(AddressSet::empty(), |all, more| all.union(&more));
        let mut spaces = self.platform().addresses("private-ranges").prefixes().into_iter();
        spaces.find_map(|range| {
            let free = |space: &IpNet| !AddressSet::of([space]).meets(&used);
            range.subnets(SPACE.max(range.prefix_len())).ok()?.find(free)
        })
    }

    /// The first address of a subnet that nothing declared has and Azure does not keep.
    pub(super) fn free_address(&self, subnet: SubnetId) -> Option<IpAddr> {
        let taken = self.interfaces();
        let first = self.platform().limit("subnet-reserved-first");
        let first = usize::try_from(first).unwrap_or(0);
        let prefixes = self.model[subnet].prefixes.iter();
        prefixes.map(|prefix| prefix.value).find_map(|prefix| match prefix {
            IpNet::V4(prefix) => {
                let all = u32::from(prefix.network())..=u32::from(prefix.broadcast());
                let last = u32::try_from(self.platform().limit("subnet-reserved-last")).unwrap_or(0);
                let end = u32::from(prefix.broadcast()).checked_sub(last)?;
                let mut usable = all.skip(first).take_while(|at| *at <= end).map(|at| IpAddr::V4(at.into()));
                usable.find(|address| !taken.contains(address))
            }
            IpNet::V6(_) => None,
        })
    }

    /// The first of some names that nothing has.
    pub(super) fn free_name(&self, base: &str) -> String {
        let taken = |name: &str| self.model.names.iter().any(|(known, _)| known == name);
        let numbered = (2..).map(|n| format!("{base}-{n}"));
        std::iter::once(base.to_string()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// A subnet of a network for some use, and the line that makes it.
    pub(super) fn new_subnet(&self, vnet: VnetId, name: &str, length: u8, block: &str) -> Option<NewSubnet> {
        let prefix = self.free_prefix(vnet, length)?;
        let of = &self.model[vnet].head.name;
        let taken = |short: &String| self.model[vnet].subnets.iter().any(|id| self.model[*id].short_name() == short);
        let numbered = (2..).map(|n| format!("{name}-{n}"));
        let short = std::iter::once(name.to_string()).chain(numbered).find(|short| !taken(short))?;
        let block = if block.is_empty() { String::new() } else { format!(" {{ {block} }}") };
        Some(NewSubnet {
            name: format!("{of}.{short}"),
            line: format!("amend vnet {of} {{ subnet {short} {prefix}{block} }}"),
            prefix,
        })
    }
}

/// A subnet that is not there yet.
pub(super) struct NewSubnet {
    pub(super) name: String,
    pub(super) line: String,
    pub(super) prefix: IpNet,
}
