//! Private zones: their names, their links, and which endpoints write their records there.

use super::super::Engine;
use super::super::flow::Ends;
use super::Finding;
use crate::model::*;
use crate::platform::{ServiceEndpointType, ServiceType};
use crate::source::Span;
use indexmap::IndexMap;
use std::sync::Arc;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, zone) in engine.model.zones() {
        all.extend(labels(engine, id, zone));
        all.extend(linked_twice(engine, id, zone));
    }
    let mut writers: IndexMap<Thing, Vec<Writer>> = IndexMap::new();
    for (id, endpoint) in engine.model.private_endpoints() {
        for stated in &endpoint.zones {
            writers.entry(stated.value).or_default().extend(Writer::of(engine, id, endpoint, stated.span));
        }
    }
    for (zone, writers) in writers {
        same_record(engine, zone, &writers, all);
        other_service(engine, zone, &writers, all);
    }
    let mut endpoints: IndexMap<(Thing, Option<String>), Vec<PrivateEndpointId>> = IndexMap::new();
    for (id, endpoint) in engine.model.private_endpoints() {
        let Some(target) = &endpoint.target else { continue };
        let of = endpoint.subresource.as_ref().map(|stated| stated.value.to_lowercase());
        endpoints.entry((target.value, of)).or_default().push(id);
    }
    for ids in endpoints.values().filter(|ids| ids.len() > 1) {
        for (id, zone) in engine.model.zones() {
            passed_over(engine, id, zone, ids, all);
        }
    }
}

/// Of several endpoints of one resource, those that no client of a zone is told of, though their networks are linked to
/// it. Two that write the same record are told elsewhere.
fn passed_over(engine: &Engine<'_>, id: ZoneId, zone: &Zone, ids: &[PrivateEndpointId], all: &mut Vec<Finding>) {
    let here = |endpoint: &PrivateEndpoint| {
        let vnet = endpoint.subnet.map(|subnet| engine.model[subnet].vnet);
        zone.links.iter().any(|link| Some(link.vnet) == vnet)
    };
    let writes = |endpoint: &PrivateEndpoint| endpoint.zones.iter().any(|z| z.value == Thing::PrivateDnsZone(id));
    let near = ids.iter().map(|id| (*id, &engine.model[*id])).filter(|(_, endpoint)| here(endpoint));
    // One that is not approved carries nothing anyway.
    let carries = |endpoint: &PrivateEndpoint| {
        endpoint.state.as_ref().is_none_or(|state| state.value == ConnectionState::Approved)
            && !endpoint.addresses.is_empty()
    };
    let near: Vec<_> = near.filter(|(_, endpoint)| carries(endpoint)).collect();
    let Some(answers) = near.first().and_then(|(_, first)| engine.record_of_endpoint(id, first)) else { return };
    let told = |endpoint: &PrivateEndpoint| endpoint.addresses.iter().any(|a| answers.contains(&Ends::one(a.value)));
    let Some((_, winner)) = near.iter().find(|(_, endpoint)| told(endpoint)) else { return };
    for (loser, endpoint) in near.iter().filter(|(_, endpoint)| !told(endpoint) && !writes(endpoint)) {
        let message =
            format!("zone `{}` leads to `{}` and never to `{}`", zone.head.name, winner.head.name, endpoint.head.name);
        let about = [Thing::PrivateEndpoint(*loser)];
        let found = Finding::of(engine, "pe.multiple", endpoint.head.span, about, message);
        all.extend(found.map(|found| {
            found.label("its network is linked to the zone").also(winner.head.span, "the one that is found by name")
        }));
    }
}

fn labels(engine: &Engine<'_>, id: ZoneId, zone: &Zone) -> Option<Finding> {
    let (least, most) = (engine.platform().limit("zone-labels-first"), engine.platform().limit("zone-labels-last"));
    let count = zone.head.name.split('.').count() as i64;
    if (least..=most).contains(&count) {
        return None;
    }
    let message = format!("`{}` cannot be the name of a private zone", zone.head.name);
    let found = Finding::of(engine, "dns.private-zone.labels", zone.head.span, [Thing::PrivateDnsZone(id)], message)?;
    Some(found.label(format!("{count} labels, {least} to {most} possible")))
}

fn linked_twice(engine: &Engine<'_>, id: ZoneId, zone: &Zone) -> Option<Finding> {
    let most = engine.platform().limit("zone-links-of-vnet");
    let mut places: IndexMap<VnetId, Vec<Span>> = IndexMap::new();
    for link in &zone.links {
        places.entry(link.vnet).or_default().push(link.span);
    }
    let (vnet, places) = places.into_iter().find(|(_, places)| places.len() as i64 > most)?;
    let message =
        format!("zone `{}` is linked to vnet `{}` more than once", zone.head.name, engine.model[vnet].head.name);
    let place = *places.last()?;
    let found = Finding::of(engine, "dns.private-zone.one-link", place, [Thing::PrivateDnsZone(id)], message)?;
    Some(found.label(format!("{} links, {most} possible", places.len())).also(places[0], "the first link"))
}

/// A private endpoint that writes its records into a zone.
struct Writer {
    id: PrivateEndpointId,
    name: String,
    target: Thing,
    subresource: String,
    of_type: Arc<ServiceType>,
    region: String,
    place: Span,
}

impl Writer {
    /// None where the target's type or subresource is not known.
    fn of(engine: &Engine<'_>, id: PrivateEndpointId, endpoint: &PrivateEndpoint, place: Span) -> Option<Self> {
        let target = endpoint.target.as_ref()?.value;
        let of_type = match target {
            Thing::Service(service) => engine.model[service].service_type.clone()?,
            _ => engine.platform().app_type()?,
        };
        let subresource = match &endpoint.subresource {
            Some(stated) => stated.value.clone(),
            None => of_type.endpoints.first()?.subresource.clone(),
        };
        let region = target.head(engine.model).region.as_ref().map_or(String::new(), |region| region.value.clone());
        Some(Self { id, name: endpoint.head.name.clone(), target, subresource, of_type, region, place })
    }

    /// Is it a zone that the documentation gives this subresource?
    fn owns(&self, zone: &str) -> bool {
        let named = self.of_type.endpoint(&self.subresource);
        named.is_none_or(|endpoint| zones_of(endpoint).any(|template| self.fills(template, zone)))
    }

    fn fills(&self, template: &str, zone: &str) -> bool {
        let filled = template.replace("{region}", &self.region).to_lowercase();
        // What else stands in braces is a value of the resource, which nobody states.
        match filled.rsplit_once('}') {
            Some((_, rest)) => zone.ends_with(rest),
            None => filled == zone,
        }
    }
}

fn zones_of(endpoint: &ServiceEndpointType) -> impl Iterator<Item = &str> {
    std::iter::once(endpoint.zone.as_str()).chain(endpoint.also_zones.iter().map(String::as_str))
}

/// Two endpoints for one name: the record of the first is lost.
fn same_record(engine: &Engine<'_>, zone: Thing, writers: &[Writer], all: &mut Vec<Finding>) {
    let name = &zone.head(engine.model).name;
    let mut first: IndexMap<(Thing, String), &Writer> = IndexMap::new();
    for writer in writers {
        let key = (writer.target, writer.subresource.to_lowercase());
        let Some(before) = first.get(&key) else {
            first.insert(key, writer);
            continue;
        };
        let target = &writer.target.head(engine.model).name;
        let message =
            format!("`{}` and `{}` write the same record of `{target}` into zone `{name}`", before.name, writer.name);
        let about = [Thing::PrivateEndpoint(writer.id)];
        let found = Finding::of(engine, "dns.zone.one-per-service", writer.place, about, message.clone());
        let found = found.or_else(|| Finding::of(engine, "pe.multiple", writer.place, about, message));
        all.extend(found.map(|found| found.label("the second one").also(before.place, "the first one")));
    }
}

/// Endpoints of different services in one zone: those whose own it is not.
fn other_service(engine: &Engine<'_>, zone: Thing, writers: &[Writer], all: &mut Vec<Finding>) {
    let name = &zone.head(engine.model).name;
    for writer in writers.iter().filter(|writer| !writer.owns(name)) {
        let Some(other) = writers.iter().find(|other| other.of_type.name != writer.of_type.name) else { continue };
        let message = format!("zone `{name}` is shared by unrelated services");
        let about = [Thing::PrivateEndpoint(writer.id)];
        let found = Finding::of(engine, "dns.zone.one-per-service", writer.place, about, message);
        let label = format!("`{}` is for {}", writer.name, writer.of_type.title);
        all.extend(found.map(|found| {
            found.label(label).also(other.place, format!("`{}` is for {}", other.name, other.of_type.title))
        }));
    }
}
