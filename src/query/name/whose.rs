//! Whose some addresses are, and the shortest words that say exactly which they are. Words for people; no verdict rests
//! on them.

use crate::engine::Ends;
use crate::model::*;
use crate::net::AddressSet;
use crate::query::Asked;
use std::net::IpAddr;

/// Whose addresses they are: the machine of a single one, else the subnet, network or site that has them all; `Internet`
/// for public ones.
pub(in crate::query) fn whose(asked: &Asked<'_>, set: &AddressSet) -> String {
    let model = asked.model;
    if let Some(name) = set.single().and_then(|address| at_address(asked, address)) {
        return name;
    }
    match border(asked, set) {
        Some((thing, _)) => thing.head(model).name.clone(),
        None if set.is_subset(&model.platform.addresses("platform-addresses")) => "the platform".into(),
        None if set.is_subset(&asked.engine.public_addresses()) => "Internet".into(),
        None => "nothing declared".into(),
    }
}

/// What stands at an address: all of it, where networks that are not joined have the same addresses.
fn at_address(asked: &Asked<'_>, address: IpAddr) -> Option<String> {
    let model = asked.model;
    let is = |stated: &Stated<IpAddr>| stated.value == address;
    let public = |all: &[Stated<ipnet::IpNet>]| all.iter().any(|ip| ip.value.contains(&address));
    let hosts = model.hosts().filter(|(_, host)| host.addresses.iter().any(is) || public(&host.public_ip));
    let mut found: Vec<&str> = hosts.map(|(_, host)| host.head.name.as_str()).collect();
    let endpoints = model.private_endpoints().filter(|(_, endpoint)| endpoint.addresses.iter().any(is));
    found.extend(endpoints.map(|(_, endpoint)| endpoint.head.name.as_str()));
    let appliances = model.appliances().filter(|(_, appliance)| appliance.address.as_ref().is_some_and(is));
    found.extend(appliances.map(|(_, appliance)| appliance.head.name.as_str()));
    let balancers = model.load_balancers().filter(|(_, balancer)| balancer.address.as_ref().is_some_and(is));
    found.extend(balancers.map(|(_, balancer)| balancer.head.name.as_str()));
    let servers = model.dns_servers().filter(|(_, server)| server.addresses.iter().any(is));
    found.extend(servers.map(|(_, server)| server.head.name.as_str()));
    let environments = model.ases().filter(|(_, ase)| ase.address.as_ref().is_some_and(is));
    found.extend(environments.map(|(_, ase)| ase.head.name.as_str()));
    let services = model.services().filter(|(_, service)| public(&service.public_ip));
    found.extend(services.map(|(_, service)| service.head.name.as_str()));
    let apps = model.apps().filter(|(_, app)| public(&app.inbound_ip));
    found.extend(apps.map(|(_, app)| app.head.name.as_str()));
    found.dedup();
    (!found.is_empty()).then(|| found.join(" or "))
}

/// The narrowest declared place that has all of some addresses, with its own.
fn border(asked: &Asked<'_>, set: &AddressSet) -> Option<(Thing, AddressSet)> {
    let model = asked.model;
    let subnets = model.subnets().map(|(id, subnet)| (Thing::Subnet(id), subnet.addresses()));
    let vnets = model.vnets().map(|(id, vnet)| (Thing::Vnet(id), vnet.addresses()));
    let sites = model.on_premises().map(|(id, site)| (Thing::OnPremises(id), site.addresses()));
    subnets.chain(vnets).chain(sites).find(|(_, border)| set.is_subset(border))
}

/// Which addresses they are: their prefixes, or those of what they are nearly all of with the exceptions, whichever is
/// shorter.
pub(in crate::query) fn in_words(asked: &Asked<'_>, set: &AddressSet) -> String {
    let length = set.prefixes().len();
    if length <= 2 {
        return set.to_string();
    }
    let Some((_, whole)) = border(asked, set) else { return asked.engine.name_of(&Ends::Set(set.clone())) };
    let rest = whole.difference(set);
    if !rest.is_empty() && rest.prefixes().len() + whole.prefixes().len() < length {
        return format!("{whole} except {rest}");
    }
    set.to_string()
}
