//! Address space: the ranges of networks and subnets, the addresses that Azure keeps, and subnets of environments.

use super::super::Engine;
use super::Finding;
use super::capacity::{addresses_of, size};
use super::occupancy::{Occupant, named, occupants};
use crate::model::*;
use ipnet::IpNet;
use std::net::IpAddr;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, vnet) in engine.model.vnets() {
        all.extend(forbidden(engine, id, vnet));
        overlaps(engine, vnet, all);
    }
    for (id, subnet) in engine.model.subnets() {
        for prefix in &subnet.prefixes {
            all.extend(length(engine, id, subnet, prefix));
            all.extend(outside(engine, id, subnet, prefix));
        }
    }
    let occupants = occupants(engine);
    for occupant in &occupants {
        reserved(engine, occupant, all);
    }
    for (id, ase) in engine.model.ases() {
        environment(engine, id, ase, &occupants, all);
    }
}

fn forbidden(engine: &Engine<'_>, id: VnetId, vnet: &Vnet) -> Option<Finding> {
    let ranges = engine.platform().addresses("forbidden-ranges");
    let meets = |prefix: &&Stated<IpNet>| crate::net::AddressSet::of([&prefix.value]).meets(&ranges);
    let prefix = vnet.prefixes.iter().find(meets)?;
    let message = format!("vnet `{}` contains addresses that no network may have", vnet.head.name);
    let found = Finding::of(engine, "subnet.forbidden-ranges", prefix.span, [Thing::Vnet(id)], message)?;
    let taken = crate::net::AddressSet::of([&prefix.value]).intersection(&ranges);
    Some(found.label(format!("{} holds {taken}", prefix.value)))
}

/// Siblings that share addresses. Sorted, a prefix can only overlap the one before that reaches farthest.
fn overlaps(engine: &Engine<'_>, vnet: &Vnet, all: &mut Vec<Finding>) {
    let of = |id: &SubnetId| engine.model[*id].prefixes.iter().map(|prefix| (*id, prefix)).collect::<Vec<_>>();
    let mut prefixes: Vec<(SubnetId, &Stated<IpNet>)> = vnet.subnets.iter().flat_map(of).collect();
    prefixes.sort_by_key(|(_, prefix)| (prefix.value.network(), prefix.value.prefix_len()));
    let mut widest: Option<(SubnetId, &Stated<IpNet>)> = None;
    for (id, prefix) in prefixes {
        let before = widest.filter(|(_, before)| before.value.contains(&prefix.value.network()));
        let Some((other, before)) = before else {
            widest = Some((id, prefix));
            continue;
        };
        // The one that is declared later is the one that Azure refuses.
        let (late, place, early, first) =
            if id > other { (id, prefix, other, before) } else { (other, before, id, prefix) };
        let (late_name, early_name) = (&engine.model[late].head.name, &engine.model[early].head.name);
        let message = format!("subnet `{late_name}` overlaps `{early_name}`");
        let found = Finding::of(engine, "subnet.inside-vnet", place.span, [Thing::Subnet(late)], message);
        let label = format!("{} and {}", place.value, first.value);
        all.extend(found.map(|found| found.label(label).also(first.span, format!("`{early_name}`"))));
    }
}

fn length(engine: &Engine<'_>, id: SubnetId, subnet: &Subnet, prefix: &Stated<IpNet>) -> Option<Finding> {
    let (platform, length) = (engine.platform(), i64::from(prefix.value.prefix_len()));
    let (least, most) = match prefix.value {
        IpNet::V4(_) => (platform.limit("subnet-shortest-prefix"), platform.limit("subnet-longest-prefix")),
        IpNet::V6(_) => (platform.limit("subnet-ipv6-prefix"), platform.limit("subnet-ipv6-prefix")),
    };
    if (least..=most).contains(&length) {
        return None;
    }
    let message = format!("subnet `{}` has a prefix of a length that Azure refuses", subnet.head.name);
    let found = Finding::of(engine, "subnet.prefix-range", prefix.span, [Thing::Subnet(id)], message)?;
    let allowed = if least == most { format!("/{least}") } else { format!("/{least} to /{most}") };
    Some(found.label(format!("/{length} stated, {allowed} possible")))
}

fn outside(engine: &Engine<'_>, id: SubnetId, subnet: &Subnet, prefix: &Stated<IpNet>) -> Option<Finding> {
    let vnet = &engine.model[subnet.vnet];
    let first = vnet.prefixes.first()?;
    if vnet.prefixes.iter().any(|range| range.value.contains(&prefix.value)) {
        return None;
    }
    let message = format!("subnet `{}` lies outside vnet `{}`", subnet.head.name, vnet.head.name);
    let found = Finding::of(engine, "subnet.inside-vnet", prefix.span, [Thing::Subnet(id)], message)?;
    let ranges: Vec<String> = vnet.prefixes.iter().map(|range| range.value.to_string()).collect();
    Some(found.label(format!("{} is in no range of it", prefix.value)).also(first.span, ranges.join(", ")))
}

/// Interfaces on the addresses that Azure keeps: the first few and the last of a subnet.
fn reserved(engine: &Engine<'_>, occupant: &Occupant, all: &mut Vec<Finding>) {
    let subnet = &engine.model[occupant.subnet];
    let platform = engine.platform();
    let (first, last) = (platform.limit("subnet-reserved-first"), platform.limit("subnet-reserved-last"));
    for address in &occupant.addresses {
        let Some(prefix) = subnet.prefixes.iter().find(|prefix| prefix.value.contains(&address.value)) else {
            continue;
        };
        let (IpNet::V4(range), IpAddr::V4(own)) = (prefix.value, address.value) else { continue };
        let from_start = i64::from(u32::from(own) - u32::from(range.network()));
        let from_end = i64::from(u32::from(range.broadcast()) - u32::from(own));
        if from_start >= first && from_end >= last {
            continue;
        }
        let message = format!("{} stands on {own}, which Azure keeps for itself", named(engine, occupant.thing));
        let found = Finding::of(engine, "subnet.reserved-five", address.span, [occupant.thing], message);
        let label = format!("among the first {first} or the last {last} of {range}");
        all.extend(found.map(|found| found.label(label).also(prefix.span, format!("subnet `{}`", subnet.head.name))));
    }
}

/// The subnet of an environment: of its own, delegated and not too small.
fn environment(engine: &Engine<'_>, id: AseId, ase: &Ase, occupants: &[Occupant], all: &mut Vec<Finding>) {
    let version = ase.version.as_ref().map(|version| version.value);
    let rules = [("subnet.ase.v2", 2), ("subnet.ase.v3", 3)];
    let rule = rules.into_iter().find(|(rule, of)| version.is_none_or(|version| version == *of) && engine.fires(rule));
    let (Some((rule, _)), Some(subnet)) = (rule, ase.subnet) else { return };
    let noun = &engine.model[subnet];
    let name = &noun.head.name;
    let about = [Thing::Ase(id), Thing::Subnet(subnet)];
    for other in occupants.iter().filter(|other| other.subnet == subnet && other.thing != Thing::Ase(id)) {
        let span = other.thing.head(engine.model).span;
        let message = format!("{} stands in the subnet of environment `{}`", named(engine, other.thing), ase.head.name);
        let found = Finding::of(engine, rule, span, about, message);
        all.extend(found.map(|found| found.also(ase.head.span, "which must be alone in it")));
    }
    if let Some(others) = noun.other_resources.as_ref().filter(|others| others.value > 0) {
        let message = format!("subnet `{name}` of environment `{}` holds other resources", ase.head.name);
        let found = Finding::of(engine, rule, others.span, about, message);
        all.extend(found.map(|found| found.label(format!("{} other interfaces", others.value))));
    }
    // The tiers of an environment say what its subnet is delegated to and how small it may be, where anything.
    let isolated =
        engine.platform().plan_types().into_iter().find(|of_type| !of_type.multitenant && of_type.min_subnet.is_some());
    let Some(isolated) = isolated else { return };
    let longest = isolated.min_subnet.map_or(32, i64::from);
    if size(noun) < addresses_of(longest) {
        let message = format!("subnet `{name}` is too small for environment `{}`", ase.head.name);
        let found = Finding::of(engine, rule, noun.head.span, about, message);
        let label = format!("{} addresses, less than a /{longest}", size(noun));
        all.extend(found.map(|found| found.label(label).also(ase.head.span, "the environment")));
    }
    let Some(wanted) = isolated.delegation.clone() else { return };
    let found = match &noun.delegation {
        Some(stated) if stated.value.eq_ignore_ascii_case(&wanted) => None,
        Some(stated) => {
            let message = format!("subnet `{name}` is delegated to {}", stated.value);
            Finding::of(engine, rule, stated.span, about, message)
        }
        None => {
            let message = format!("subnet `{name}` does not state its delegation");
            Finding::of(engine, rule, noun.head.span, about, message).map(Finding::warning)
        }
    };
    let label = format!("environment `{}` needs {wanted}", ase.head.name);
    all.extend(found.map(|found| found.label(label).also(ase.head.span, "the environment")));
}
