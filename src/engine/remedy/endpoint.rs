//! A private endpoint: its subnet and address, and the zone by which callers find it.

use super::Stop;
use crate::engine::Engine;
use crate::engine::trail::Outcome;
use crate::model::*;
use crate::platform::ServiceEndpointType;

/// The length of the prefix of a subnet that is made for private endpoints.
const LENGTH: u8 = 28;

impl Engine<'_> {
    /// What is refused at the public side is let in by a private endpoint in a network that the caller is in, or joins.
    pub(super) fn by_endpoint(&self, stop: Stop<'_>, all: &mut Vec<String>) {
        if stop.outcome() != Some(Outcome::Refused) {
            return;
        }
        let Some((called, subresource)) = self.called(stop) else { return };
        let home = self.home(stop).map(|subnet| self.model[subnet].vnet);
        let vnets = match home {
            Some(vnet) => vec![vnet],
            None => self.networks_for(stop),
        };
        for vnet in vnets {
            let Some(endpoint) = self.private_endpoint_lines(called, subresource.as_deref(), vnet) else { continue };
            match (home, stop.app()) {
                (Some(_), _) => all.push(endpoint),
                // The endpoint is looked for beside what the app joins by, so that both find room.
                (None, Some(app)) => {
                    let joins = self.joining(app, vnet, false);
                    all.extend(joins.into_iter().map(|join| format!("{}; {endpoint}", join.line)));
                }
                _ => {}
            }
        }
    }

    /// The statements that make a private endpoint in a network, with the zone that leads to it.
    fn private_endpoint_lines(&self, called: Thing, subresource: Option<&str>, vnet: VnetId) -> Option<String> {
        let (of_type, label, target) = match called {
            Thing::Service(id) => {
                let noun = &self.model[id];
                (noun.service_type.clone()?, noun.resource_name.value.clone(), &noun.head.name)
            }
            Thing::App(id) => {
                (self.platform().app_type()?, self.model[id].head.name.replace('.', "-"), &self.model[id].head.name)
            }
            _ => return None,
        };
        let endpoint = match subresource {
            Some(name) => of_type.endpoint(name)?,
            None => of_type.endpoints.first()?,
        };
        let first = of_type.endpoints.first().is_some_and(|first| first.subresource == endpoint.subresource);
        let (subnet, made, address) = self.place_for_endpoint(vnet)?;
        let zone = self.zone_lines(endpoint, &label, vnet, &address)?;
        let of_which = if first { String::new() } else { format!("subresource {}; ", endpoint.subresource) };
        let name = self.free_name(&format!("{}-pe", target.replace('.', "-")));
        let line = format!("private-endpoint {name} in {subnet} {{ target {target}; {of_which}address {address} }}");
        Some(made.into_iter().chain([line, zone]).collect::<Vec<_>>().join("; "))
    }

    /// A subnet of a network that takes private endpoints, the line that makes it where there is none, and an address.
    fn place_for_endpoint(&self, vnet: VnetId) -> Option<(String, Option<String>, String)> {
        let noun = &self.model[vnet];
        let has_endpoints = |id: &&SubnetId| self.model.private_endpoints.iter().any(|e| e.subnet == Some(**id));
        let gateway = self.platform().word("gateway-subnet");
        let takes = |id: &&SubnetId| {
            let subnet = &self.model[**id];
            let appliance = self.model.appliances.iter().any(|appliance| appliance.subnet == Some(**id));
            let other_use = subnet.delegation.is_some() || subnet.short_name() == gateway || appliance;
            !other_use && self.callers_of(**id).is_empty()
        };
        let known = |id: SubnetId| {
            let address = self.free_address(id)?;
            Some((self.model[id].head.name.clone(), None, address.to_string()))
        };
        let machines = self.interfaces();
        let is_empty = |id: &&SubnetId| {
            let own = self.model[**id].addresses();
            takes(id) && !machines.iter().any(|address| own.contains(*address))
        };
        let fit = noun.subnets.iter().find(has_endpoints).or_else(|| noun.subnets.iter().find(is_empty));
        if let Some(place) = fit.and_then(|id| known(*id)) {
            return Some(place);
        }
        match self.new_subnet(vnet, "endpoints", LENGTH, "") {
            Some(made) => {
                let reserved = usize::try_from(self.platform().limit("subnet-reserved-first")).ok()?;
                let address = made.prefix.hosts().nth(reserved.checked_sub(1)?)?;
                Some((made.name, Some(made.line), address.to_string()))
            }
            None => noun.subnets.iter().filter(takes).find_map(|id| known(*id)),
        }
    }

    /// The zone of an endpoint, linked to a network and with its record.
    fn zone_lines(&self, endpoint: &ServiceEndpointType, label: &str, vnet: VnetId, address: &str) -> Option<String> {
        let (zone, network) = (&endpoint.zone, &self.model[vnet].head.name);
        if zone.is_empty() {
            return None;
        }
        let record = format!("record {label}{} A {address}", endpoint.label_suffix);
        let known = self.model.zones.iter().find(|known| known.head.name.eq_ignore_ascii_case(zone));
        Some(match known {
            Some(known) if known.links.iter().any(|link| link.vnet == vnet) => {
                format!("amend private-dns-zone {zone} {{ {record} }}")
            }
            Some(_) => format!("amend private-dns-zone {zone} {{ link {network}; {record} }}"),
            None => format!("private-dns-zone {zone} {{ link {network}; {record} }}"),
        })
    }
}
