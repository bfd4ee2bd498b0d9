//! Where in the model the interface stands that a log tells of: by its address, and by what the log says that it is of.

use crate::flowlog::{Forms, ResourceKind};
use crate::model::*;
use crate::net::LongestPrefix;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A subnet, or an interface in it that has a security group of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Interface {
    pub(super) subnet: SubnetId,
    pub(super) nic: Option<NsgId>,
}

/// The sites of a model.
pub(super) struct Sites {
    all: Vec<Interface>,
    /// The networks of those, by their place in `all`.
    vnets: Vec<VnetId>,
    /// Which have an address. Networks that nothing joins may have the same ones.
    by_address: LongestPrefix<Vec<u32>>,
    /// The names of networks and subnets, in lower case.
    networks: BTreeMap<String, VnetId>,
    subnets: BTreeMap<(VnetId, String), SubnetId>,
}

/// What the target of a log says of where its interfaces stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Within {
    vnet: Option<VnetId>,
    subnet: Option<SubnetId>,
}

/// The site of an address.
pub(super) enum Site {
    One(usize),
    Several,
    None,
}

impl Sites {
    pub(super) fn of(model: &Model) -> Self {
        let hosts = model.hosts.iter().filter_map(|host| match (host.place, &host.nsg) {
            (Some(Thing::Subnet(subnet)), Some(nsg)) => Some((subnet, nsg.value, &host.addresses[..])),
            _ => None,
        });
        let appliances = model.appliances.iter().filter_map(|appliance| {
            let address = appliance.address.as_ref().map(std::slice::from_ref);
            Some((appliance.subnet?, appliance.nsg.as_ref()?.value, address.unwrap_or_default()))
        });
        let nics: BTreeMap<(SubnetId, IpAddr), NsgId> = hosts
            .chain(appliances)
            .flat_map(|(subnet, nsg, addresses)| addresses.iter().map(move |a| ((subnet, a.value), nsg)))
            .collect();
        let prefixes: BTreeSet<IpNet> = model
            .subnets
            .iter()
            .flat_map(|subnet| subnet.prefixes.iter().map(|prefix| prefix.value))
            .chain(nics.keys().map(|(_, address)| IpNet::from(*address)))
            .collect();
        let mut all: Vec<Interface> = Vec::new();
        let mut places: BTreeMap<Interface, u32> = BTreeMap::new();
        // Wider prefixes stand before those inside them.
        let mut open: Vec<IpNet> = Vec::new();
        let mut subnets_of: BTreeMap<IpNet, Vec<SubnetId>> = BTreeMap::new();
        for (id, subnet) in model.subnets() {
            for prefix in &subnet.prefixes {
                subnets_of.entry(prefix.value).or_default().push(id);
            }
        }
        let mut entries = Vec::new();
        for prefix in prefixes {
            open.retain(|outer| outer.contains(&prefix));
            open.push(prefix);
            let holding: BTreeSet<SubnetId> =
                open.iter().filter_map(|outer| subnets_of.get(outer)).flatten().copied().collect();
            let single = (prefix.prefix_len() == prefix.max_prefix_len()).then(|| prefix.addr());
            let sites = holding.into_iter().map(|subnet| {
                let nic = single.and_then(|address| nics.get(&(subnet, address)).copied());
                let interface = Interface { subnet, nic };
                *places.entry(interface).or_insert_with(|| {
                    all.push(interface);
                    all.len() as u32 - 1
                })
            });
            entries.push((prefix, sites.collect::<Vec<u32>>()));
        }
        let networks = model.vnets().map(|(id, vnet)| (vnet.head.name.to_lowercase(), id)).collect();
        let short = |subnet: &Subnet| {
            let name = &subnet.head.name;
            let vnet = &model[subnet.vnet].head.name;
            name.strip_prefix(vnet.as_str()).map_or(name.as_str(), |rest| rest.trim_start_matches('.')).to_lowercase()
        };
        Self {
            vnets: all.iter().map(|site| model[site.subnet].vnet).collect(),
            all,
            by_address: LongestPrefix::of(entries),
            networks,
            subnets: model.subnets().map(|(id, subnet)| ((subnet.vnet, short(subnet)), id)).collect(),
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Interface] {
        &self.all
    }

    /// What the id of a log's target says, where the model has what it names.
    pub(super) fn within(&self, target: Option<&str>, forms: &Forms) -> Within {
        let Some(target) = target else { return Within::default() };
        let name = |kind| forms.named_in(target, kind).map(str::to_lowercase);
        let vnet = name(ResourceKind::Vnet).and_then(|name| self.networks.get(&name).copied());
        let subnet = vnet.and_then(|vnet| self.subnets.get(&(vnet, name(ResourceKind::Subnet)?)).copied());
        Within { vnet, subnet }
    }

    /// The site of an address.
    #[inline]
    pub(super) fn find(&self, address: IpAddr, within: &Within) -> Site {
        let Some(found) = self.by_address.get(address) else { return Site::None };
        let fits = |site: &&u32| {
            let site = **site as usize;
            within.vnet.is_none_or(|vnet| self.vnets[site] == vnet)
                && within.subnet.is_none_or(|subnet| self.all[site].subnet == subnet)
        };
        let mut fitting = found.iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(site), None) => Site::One(*site as usize),
            (Some(_), Some(_)) => Site::Several,
            (None, _) => Site::None,
        }
    }
}
