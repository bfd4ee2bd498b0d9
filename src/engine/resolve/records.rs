//! What a private zone holds: records as they are stated, those that endpoints make by themselves, and those of
//! registered machines. Not who may ask for them.

use super::super::Engine;
use super::super::flow::{Ends, Symbol, SymbolOf};
use super::is_suffix;
use crate::model::*;
use crate::source::Span;
use std::borrow::Cow;
use std::sync::Arc;

/// What a zone has for a name.
pub(super) struct Found {
    pub(super) data: Data,
    /// Where it is stated.
    pub(super) place: Span,
    /// The rule that made it, where nobody wrote it.
    pub(super) rule: Option<&'static str>,
    /// Further rules that it rests on.
    pub(super) also: Vec<Cow<'static, str>>,
}

/// What a record says.
pub(super) enum Data {
    Addresses(Vec<Ends>),
    Alias(String),
}

impl Engine<'_> {
    /// What a zone has for a name.
    pub(super) fn lookup(&self, zone: ZoneId, name: &str) -> Option<Found> {
        let noun = &self.model[zone];
        let zone_name = noun.head.name.to_lowercase();
        let label = name.strip_suffix(&zone_name).map(|l| l.trim_end_matches('.')).unwrap_or(name);
        let label = if label.is_empty() { "@" } else { label };
        let owned = |record: &Record| match record.of {
            Some(Thing::Service(id)) => self.model[id].resource_name.value.eq_ignore_ascii_case(label),
            _ => false,
        };
        let exact: Vec<&Record> = noun.records.iter().filter(|r| r.label == label || owned(r)).collect();
        let records = if exact.is_empty() {
            noun.records.iter().filter(|record| wildcard(&record.label, label)).take(1).collect()
        } else {
            exact
        };
        let also: Vec<Cow<'static, str>> = self.record_rule(&zone_name, label).into_iter().collect();
        let Some(first) = records.first() else {
            let made = self.endpoint_record(zone, label).or_else(|| self.registered(zone, label));
            return made.map(|mut found| {
                found.also.extend(also);
                found
            });
        };
        let alias = records.iter().find_map(|record| match &record.data {
            RecordData::Alias(alias) => Some((alias, record.span)),
            RecordData::Addresses(_) => None,
        });
        let (data, place) = match alias {
            Some((alias, span)) => (Data::Alias(alias.clone()), span),
            None => {
                let all = records.iter().flat_map(|record| match &record.data {
                    RecordData::Addresses(all) => all.as_slice(),
                    RecordData::Alias(_) => &[],
                });
                (Data::Addresses(all.map(|a| Ends::one(*a)).collect()), first.span)
            }
        };
        Some(Found { data, place, rule: None, also })
    }

    /// The addresses that a zone has for the name of a private endpoint; none where it has none.
    pub(in crate::engine) fn record_of_endpoint(&self, zone: ZoneId, endpoint: &PrivateEndpoint) -> Option<Vec<Ends>> {
        let suffix = self.model[zone].head.name.to_lowercase();
        let names = match endpoint.target.as_ref()?.value {
            Thing::Service(id) => self.service_names(id),
            Thing::App(id) => self.app_service_names(id),
            _ => return None,
        };
        let mine = names.iter().map(|known| &known.alias).filter(|alias| is_suffix(&suffix, alias));
        let found =
            mine.filter(|alias| self.is_alias_of(alias, endpoint)).find_map(|alias| self.lookup(zone, alias))?;
        match found.data {
            Data::Addresses(all) => Some(all),
            Data::Alias(_) => None,
        }
    }

    /// The rule that says where records of such a label stand, where there is one.
    pub(super) fn record_rule(&self, zone: &str, label: &str) -> Option<Cow<'static, str>> {
        // Only what a resource has beside its own name has a rule of its own, and that name is one label.
        if !label.contains('.') {
            return None;
        }
        let types = self.platform().service_types();
        let mut endpoints = types.iter().flat_map(|of_type| &of_type.endpoints);
        let found = endpoints.find(|endpoint| {
            // What stands in braces is a value of the resource, which the label has before the rest.
            let rest = endpoint.label_suffix.rsplit('}').next().unwrap_or("");
            endpoint.record_rule.is_some() && fits(&endpoint.zone, zone) && label.ends_with(rest) && label != rest
        });
        found.and_then(|endpoint| endpoint.record_rule.clone()).map(Cow::Owned)
    }

    /// Is it a zone that Azure recommends for private endpoints?
    pub(super) fn is_private_link_zone(&self, zone: &str) -> bool {
        let types = self.platform().service_types();
        let mut endpoints = types.iter().flat_map(|of_type| &of_type.endpoints);
        endpoints.any(|e| std::iter::once(&e.zone).chain(&e.also_zones).any(|template| fits(template, zone)))
    }

    /// A record that a private endpoint makes by itself in the zones of its group.
    fn endpoint_record(&self, zone: ZoneId, label: &str) -> Option<Found> {
        let name = format!("{label}.{}", self.model[zone].head.name.to_lowercase());
        let (id, endpoint) = self.model.private_endpoints().find(|(_, endpoint)| {
            endpoint.zones.iter().any(|z| z.value == Thing::PrivateDnsZone(zone)) && self.is_alias_of(&name, endpoint)
        })?;
        let answers = match endpoint.addresses.as_slice() {
            [] => vec![self.endpoint_symbol(id)],
            all => all.iter().map(|a| Ends::one(a.value)).collect(),
        };
        let (data, also) = (Data::Addresses(answers), vec!["dns.zone-names".into()]);
        Some(Found { data, place: endpoint.head.span, rule: None, also })
    }

    /// Is it the name that leads to a private endpoint?
    pub(super) fn is_alias_of(&self, alias: &str, endpoint: &PrivateEndpoint) -> bool {
        match endpoint.target.as_ref().map(|target| target.value) {
            Some(Thing::Service(id)) => {
                let of_type = self.model[id].service_type.as_ref();
                let serves = |subresource: &str| {
                    let Some(wanted) = &endpoint.subresource else { return true };
                    let known = of_type.and_then(|of_type| of_type.endpoint(subresource));
                    let record_of = known.and_then(|known| known.record_of.as_deref()).unwrap_or(subresource);
                    record_of.eq_ignore_ascii_case(&wanted.value)
                };
                self.service_names(id).iter().any(|known| known.alias == alias && serves(&known.subresource))
            }
            Some(Thing::App(id)) => self.app_service_names(id).iter().any(|known| known.alias == alias),
            _ => false,
        }
    }

    /// The address of a private endpoint that is not stated: one of its subnet that nobody else there has.
    pub fn endpoint_symbol(&self, id: PrivateEndpointId) -> Ends {
        let noun = &self.model[id];
        let mut within = noun.subnet.map(|subnet| self.model[subnet].addresses()).unwrap_or_default();
        let here = self.stands_in(Thing::PrivateEndpoint(id));
        let others = self
            .model
            .private_endpoints()
            .filter(|(other, _)| *other != id && self.stands_in(Thing::PrivateEndpoint(*other)) == here);
        let mut taken: Vec<std::net::IpAddr> =
            others.flat_map(|(_, other)| &other.addresses).map(|address| address.value).collect();
        taken.extend(self.interfaces().into_iter().filter(|address| {
            here.is_some_and(|here| within.contains(*address) && self.interface_in(here, *address).is_some())
        }));
        for address in taken {
            within = within.difference(&address.into());
        }
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::PrivateEndpoint(id),
            text: format!("the address of {}", noun.head.name),
            within,
            tags: Vec::new(),
            tags_known: true,
            never: Vec::new(),
        }))
    }

    /// The machines of that name in a network, in order.
    fn machines(&self, vnet: VnetId, label: &str) -> impl Iterator<Item = &Host> {
        self.model.hosts.iter().filter(move |host| {
            let here = matches!(host.place, Some(Thing::Subnet(s)) if self.model[s].vnet == vnet);
            let own = host.computer_name.as_ref().map_or(&host.head.name, |n| &n.value);
            here && own.eq_ignore_ascii_case(label)
        })
    }

    /// Is it the zone that registers the machines of a network? There is one at most, the first.
    fn registers(&self, zone: ZoneId, vnet: VnetId) -> bool {
        let of = |zone: &Zone| zone.links.iter().any(|link| link.registration && link.vnet == vnet);
        self.model.zones().find(|(_, noun)| of(noun)).is_some_and(|(first, _)| first == zone)
    }

    /// A machine that a registration link put into the zone.
    fn registered(&self, zone: ZoneId, label: &str) -> Option<Found> {
        let links = self.model[zone].links.iter().filter(|link| link.registration && self.registers(zone, link.vnet));
        let host = links.flat_map(|link| self.machines(link.vnet, label)).find(|host| is_registered(host))?;
        let v4: Vec<Ends> = host.addresses.iter().filter(|a| a.value.is_ipv4()).map(|a| Ends::one(a.value)).collect();
        Some(Found {
            data: Data::Addresses(v4),
            place: host.head.span,
            rule: Some("dns.private-zone.autoregister"),
            also: vec!["dns.private-zone.registration-link".into()],
        })
    }

    /// The rule that keeps a machine of that name out of a zone that is linked to its network, and what to change.
    pub(super) fn unregistered(&self, zone: ZoneId, label: &str) -> Option<(&'static str, Option<String>)> {
        let noun = &self.model[zone];
        let name = &noun.head.name;
        noun.links.iter().find_map(|link| {
            let host = self.machines(link.vnet, label).next()?;
            let record = || {
                let address = host.addresses.iter().find(|address| address.value.is_ipv4())?.value;
                Some(format!("amend private-dns-zone {name} {{ record {label} A {address} }}"))
            };
            if self.registers(zone, link.vnet) {
                return Some(("dns.private-zone.autoregister", record()));
            }
            let vnet = &self.model[link.vnet].head.name;
            let line = format!("amend private-dns-zone {name} {{ link {vnet} {{ registration on }} }}");
            let line = if self.is_registering(link.vnet) { record() } else { Some(line) };
            Some(("dns.private-zone.registration-link", line))
        })
    }

    /// Has a network a zone that registers its machines?
    fn is_registering(&self, vnet: VnetId) -> bool {
        self.model.zones.iter().any(|zone| zone.links.iter().any(|link| link.registration && link.vnet == vnet))
    }
}

/// Has a machine an interface that is registered?
fn is_registered(host: &Host) -> bool {
    let primary = host.primary.as_ref().is_none_or(|p| p.value);
    let kept = host.status.as_ref().is_none_or(|s| s.value != "deallocated");
    primary && kept && host.addresses.iter().any(|a| a.value.is_ipv4())
}

/// Does a wildcard record cover a label?
fn wildcard(record: &str, label: &str) -> bool {
    record == "*" || record.strip_prefix("*.").is_some_and(|rest| is_suffix(rest, label) && rest != label)
}

/// Is it a zone of that template? What stands in braces is a value of the resource, which nobody states.
fn fits(template: &str, zone: &str) -> bool {
    match template.rsplit_once('}') {
        Some((_, rest)) => zone.ends_with(rest),
        None => template == zone,
    }
}
