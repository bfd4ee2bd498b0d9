//! Service endpoints and private endpoints.

use super::super::Engine;
use super::super::flow::Ends;
use super::super::routes::Hop;
use super::{Finding, environment};
use crate::diagnostic::did_you_mean;
use crate::model::*;
use crate::source::Span;
use indexmap::IndexMap;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, subnet) in engine.model.subnets() {
        service_endpoints(engine, id, subnet, all);
    }
    for (id, service) in engine.model.services() {
        all.extend(subnet_rules(engine, id, service));
    }
    for (id, endpoint) in engine.model.private_endpoints() {
        all.extend(location(engine, id, endpoint));
        all.extend(site(engine, id, endpoint));
        all.extend(no_snat(engine, id, endpoint));
        all.extend(environment::private_endpoint(engine, id, endpoint));
    }
    group_members(engine, all);
    endpoints_of_apps(engine, all);
}

/// Names that Azure does not publish. The subnet runs without them, so that the network must be on the way as well.
fn service_endpoints(engine: &Engine<'_>, id: SubnetId, subnet: &Subnet, all: &mut Vec<Finding>) {
    for stated in &subnet.service_endpoints {
        if engine.platform().endpoint_scope(&stated.value).is_some() {
            continue;
        }
        let about = [Thing::Subnet(id), Thing::Vnet(subnet.vnet)];
        let message = format!("`{}` is no service endpoint", stated.value);
        let near = did_you_mean(&stated.value, engine.platform().names("service-endpoint"));
        let found = Finding::of(engine, "se.names", stated.span, about, message);
        all.extend(found.map(|found| match near {
            Some(near) => found.help(near),
            None => found,
        }));
    }
}

/// How many subnets a service's firewall names; a network stands for all of its subnets.
fn subnet_rules(engine: &Engine<'_>, id: ServiceId, service: &Service) -> Option<Finding> {
    let of_type = service.service_type.as_ref()?;
    let firewall = service.firewall.as_ref()?;
    let limit = format!("se-rules-{}", of_type.name);
    engine.platform().declaration("limit", &limit)?;
    let most = usize::try_from(engine.platform().limit(&limit)).unwrap_or(usize::MAX);
    let named = |rule: &ServiceRule| match &rule.source {
        ServiceSource::Subnets(subnets) => subnets.len(),
        ServiceSource::Addresses(expr) => expr
            .terms
            .iter()
            .map(|term| match term {
                Term::Thing(Thing::Vnet(vnet)) => engine.model[*vnet].subnets.len(),
                Term::Thing(Thing::Subnet(_)) => 1,
                _ => 0,
            })
            .sum(),
        _ => 0,
    };
    let count: usize = firewall.rules.iter().map(named).sum();
    if count <= most {
        return None;
    }
    let message = format!("the firewall of service `{}` names too many subnets", service.head.name);
    let found = Finding::of(engine, "se.limits", firewall.span, [Thing::Service(id)], message)?;
    Some(found.label(format!("{count} subnets, {most} possible")))
}

/// Region and subscription of an endpoint against those of its network, where the endpoint states its own. What only
/// stands above it (`region westeurope`) is not meant for it: by default it is where its network is.
fn location(engine: &Engine<'_>, id: PrivateEndpointId, endpoint: &PrivateEndpoint) -> Option<Finding> {
    let vnet = &engine.model[engine.model[endpoint.subnet?].vnet].head;
    let differs = |mine: &Option<Stated<String>>, theirs: &Option<Stated<String>>| {
        let mine = mine.clone().filter(|stated| stated.span > endpoint.head.span)?;
        let theirs = theirs.clone()?;
        (mine.value != theirs.value).then_some((mine, theirs))
    };
    let region = differs(&endpoint.head.region, &vnet.region).map(|pair| ("region", pair));
    let subscription = || differs(&endpoint.head.subscription, &vnet.subscription).map(|pair| ("subscription", pair));
    let (what, (mine, theirs)) = region.or_else(subscription)?;
    let message = format!("private endpoint `{}` is not in the {what} of its vnet `{}`", endpoint.head.name, vnet.name);
    let found = Finding::of(engine, "pe.location", mine.span, [Thing::PrivateEndpoint(id)], message)?;
    Some(found.label(format!("{} here, {} there", mine.value, theirs.value)).also(theirs.span, "of the network"))
}

/// The subresource of an app's endpoint: `sites`, and for a slot its own.
fn site(engine: &Engine<'_>, id: PrivateEndpointId, endpoint: &PrivateEndpoint) -> Option<Finding> {
    let (target, stated) = (endpoint.target.as_ref()?, endpoint.subresource.as_ref()?);
    let Thing::App(app) = target.value else { return None };
    let noun = &engine.model[app];
    let of_type = engine.platform().app_type()?;
    let site = &of_type.endpoints.first()?.subresource;
    let wanted = match noun.slot_of {
        Some(_) => format!("{site}-{}", noun.head.name.rsplit('.').next().unwrap_or("")),
        None => site.clone(),
    };
    if stated.value.eq_ignore_ascii_case(&wanted) {
        return None;
    }
    let message =
        format!("private endpoint `{}` leads to `{}`, not to `{}`", endpoint.head.name, stated.value, noun.head.name);
    let found = Finding::of(engine, "pe.app.per-slot", stated.span, [Thing::PrivateEndpoint(id)], message)?;
    Some(found.label(format!("`{wanted}` is its subresource")).also(target.span, "the target"))
}

/// An appliance on the way to an endpoint that leaves the source as it is. A route that covers the endpoint is only
/// looked at closely when its appliance is such a one.
fn no_snat(engine: &Engine<'_>, id: PrivateEndpointId, endpoint: &PrivateEndpoint) -> Option<Finding> {
    let rule = "pe.udr.snat";
    let address = endpoint.addresses.first().filter(|_| engine.fires(rule))?.value;
    for (table, noun) in engine.model.route_tables() {
        for route in &noun.routes {
            let (RouteTarget::Prefix(prefix), UserHop::Appliance(hop)) = (&route.target, route.hop) else { continue };
            if !prefix.contains(&address) {
                continue;
            }
            let wins = |subnet: SubnetId| {
                let routes = engine.effective_routes(engine.model[subnet].vnet, Some(subnet));
                let chosen = engine.choose_route(&routes, &Ends::one(address));
                chosen.iter().filter_map(|chosen| chosen.route).any(|at| routes[at].hop == Hop::Appliance(hop))
            };
            let keeping = |subnet: SubnetId| {
                let appliance = &engine.model[engine.appliance_near(engine.model[subnet].vnet, hop)?];
                let keeps = appliance.snat.as_ref().is_none_or(|snat| snat.value == Snat::Off);
                (keeps && wins(subnet)).then_some(appliance)
            };
            let mut users =
                engine.model.subnets().filter(|(_, s)| s.route_table.as_ref().is_some_and(|t| t.value == table));
            let Some(appliance) = users.find_map(|(subnet, _)| keeping(subnet)) else { continue };
            let message =
                format!("replies of `{}` may not come back through `{}`", endpoint.head.name, appliance.head.name);
            let place = appliance.snat.as_ref().map_or(appliance.head.span, |snat| snat.span);
            let found = Finding::of(engine, rule, place, [Thing::PrivateEndpoint(id)], message)?;
            let found = found.label("does not translate the source").also(route.span, "leads to it");
            return Some(found.also(endpoint.head.span, "the endpoint"));
        }
    }
    None
}

/// Application security groups that hold endpoints, and more members than they may then.
fn group_members(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    let rule = "pe.asg";
    if !engine.fires(rule) {
        return;
    }
    let mut members: IndexMap<AsgId, (usize, Option<Span>)> = IndexMap::new();
    for asg in engine.model.hosts.iter().flat_map(|host| &host.asgs) {
        members.entry(*asg).or_default().0 += 1;
    }
    for endpoint in &engine.model.private_endpoints {
        for asg in &endpoint.asgs {
            let entry = members.entry(*asg).or_default();
            *entry = (entry.0 + 1, Some(endpoint.head.span));
        }
    }
    let most = usize::try_from(engine.platform().limit("asg-members")).unwrap_or(usize::MAX);
    for (asg, (count, endpoint)) in members {
        let Some(endpoint) = endpoint.filter(|_| count > most) else { continue };
        let head = &engine.model[asg].head;
        let message = format!("asg `{}` has too many members", head.name);
        let found = Finding::of(engine, rule, head.span, [Thing::Asg(asg)], message);
        all.extend(
            found.map(|found| {
                found.label(format!("{count} members, {most} possible")).also(endpoint, "an endpoint of it")
            }),
        );
    }
}

fn endpoints_of_apps(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    let mut places: IndexMap<AppId, Vec<(PrivateEndpointId, Span)>> = IndexMap::new();
    for (id, endpoint) in engine.model.private_endpoints() {
        if let Some(Stated { value: Thing::App(app), span }) = &endpoint.target {
            places.entry(*app).or_default().push((id, *span));
        }
    }
    let most = engine.platform().limit("private-endpoints-of-app");
    for (app, places) in places {
        let Some((id, surplus)) = usize::try_from(most).ok().and_then(|most| places.get(most)) else { continue };
        let head = &engine.model[app].head;
        let message = format!("app `{}` has too many private endpoints", head.name);
        let found = Finding::of(engine, "pe.app.per-slot", *surplus, [Thing::PrivateEndpoint(*id)], message);
        let label = format!("{} endpoints, {most} possible", places.len());
        all.extend(found.map(|found| found.label(label).also(head.span, "the app")));
    }
}
