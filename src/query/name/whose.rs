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
    let (machines, public) = (asked.engine.machines_at(address), asked.engine.public_at(address));
    let is_host = |thing: &&Thing| matches!(thing, Thing::Host(_));
    let mut hosts: Vec<Thing> = machines.iter().chain(&public).filter(is_host).copied().collect();
    hosts.sort_unstable();
    let others = machines.iter().filter(|thing| !is_host(thing));
    let entries = public.iter().filter(|thing| matches!(thing, Thing::Service(_) | Thing::App(_)));
    let all = hosts.iter().chain(others).chain(entries);
    let mut found: Vec<&str> = all.map(|thing| thing.head(asked.model).name.as_str()).collect();
    found.dedup();
    (!found.is_empty()).then(|| found.join(" or "))
}

/// The narrowest declared place that has all of some addresses, with its own.
fn border(asked: &Asked<'_>, set: &AddressSet) -> Option<(Thing, AddressSet)> {
    let thing = asked.engine.place_with(set)?;
    let addresses = match thing {
        Thing::Subnet(id) => asked.model[id].addresses(),
        Thing::Vnet(id) => asked.model[id].addresses(),
        Thing::OnPremises(id) => asked.model[id].addresses(),
        _ => return None,
    };
    Some((thing, addresses))
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
