//! App Service Environments: what their subnet must let through, its routes, and what their version can have.

use super::super::Engine;
use super::super::routes::{Hop, Route, RouteState};
use super::Finding;
use crate::model::*;
use crate::platform::RuleClass;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, ase) in engine.model.ases() {
        group(engine, id, ase, all);
        all.extend(routes(engine, id, ase));
        all.extend(nat_gateway(engine, id, ase));
    }
}

/// Traffic that it needs and its subnet's group denies: once a rule, at the first line that does.
fn group(engine: &Engine<'_>, id: AseId, ase: &Ase, all: &mut Vec<Finding>) {
    let mut said: Vec<String> = Vec::new();
    for lack in engine.lacks(id) {
        let rule = &lack.needed.rule;
        let is_check = engine.platform().rule(rule).is_some_and(|rule| rule.class == RuleClass::Check);
        if !is_check || said.contains(rule) {
            continue;
        }
        said.push(rule.clone());
        let needed = &lack.needed;
        let peer = if needed.peer == "subnet" { "itself" } else { &needed.peer };
        let ports = if needed.ports.is_all() { "every port".to_string() } else { needed.ports.to_string() };
        let (way, word) = if needed.outbound { ("to", "outbound") } else { ("from", "inbound") };
        let message = format!("nsg `{}` denies environment `{}` what it needs", lack.group.head.name, ase.head.name);
        let line = lack.line;
        // A default rule has no place: then the group as a whole is the place.
        let place = if line.rule.is_some() { lack.group.head.span } else { line.span };
        let label = format!("denies {word} traffic {way} {peer} on {ports}");
        let found = Finding::of(engine, rule, place, [Thing::Ase(id)], message);
        all.extend(found.map(|found| found.label(label).also(ase.head.span, "the environment")));
    }
}

/// The default route of an environment that is managed from the internet.
fn routes(engine: &Engine<'_>, id: AseId, ase: &Ase) -> Option<Finding> {
    let rule = "ase.v2.routes";
    let subnet = ase.subnet.filter(|_| engine.fires(rule) && engine.has_vip(id))?;
    if ase.forced_tunnel.as_ref().is_some_and(|stated| stated.value) {
        return None;
    }
    let routes = engine.effective_routes(engine.model[subnet].vnet, Some(subnet));
    let everything =
        |route: &&Route| route.length == 0 && route.matcher.set.first().is_some_and(|first| first.is_ipv4());
    let mut active = routes.iter().filter(|route| route.state == RouteState::Active);
    let route = active.find(everything).filter(|route| route.hop != Hop::Internet)?;
    let message = format!("environment `{}` has no default route to the internet", ase.head.name);
    let found = Finding::of(engine, rule, route.place.unwrap_or(ase.head.span), [Thing::Ase(id)], message)?;
    Some(
        found
            .label(format!("0.0.0.0/0 leads to {}", engine.hop_text(engine.model[subnet].vnet, route.hop)))
            .also(ase.head.span, "the environment"),
    )
}

fn nat_gateway(engine: &Engine<'_>, id: AseId, ase: &Ase) -> Option<Finding> {
    let nat = engine.model[ase.subnet?].nat_gateway.as_ref().filter(|_| engine.has_vip(id))?;
    let message = format!("environment `{}` cannot use a NAT gateway", ase.head.name);
    let found = Finding::of(engine, "ase.nat", nat.span, [Thing::Ase(id)], message)?;
    let version = ase.version.as_ref().map_or(ase.head.span, |version| version.span);
    Some(found.label("on its subnet").also(version, format!("version {}", engine.version_of(id))))
}

/// A private endpoint of an app whose environment does not allow any. The app itself runs.
pub(super) fn private_endpoint(
    engine: &Engine<'_>,
    id: PrivateEndpointId,
    endpoint: &PrivateEndpoint,
) -> Option<Finding> {
    let target = endpoint.target.as_ref()?;
    let Thing::App(app) = target.value else { return None };
    let ase = &engine.model[engine.environment(app)?];
    if ase.private_endpoints.as_ref().is_some_and(|allowed| allowed.value) {
        return None;
    }
    let about = [Thing::App(app), Thing::PrivateEndpoint(id)];
    let message = format!("environment `{}` does not allow private endpoints of its apps", ase.head.name);
    let found = Finding::of(engine, "ase.v3.private-endpoint", target.span, about, message)?;
    let place = ase.private_endpoints.as_ref().map_or(ase.head.span, |stated| stated.span);
    let found = found.label(format!("leads to `{}`", engine.model[app].head.name)).also(place, "the environment");
    Some(found.help(format!("amend ase {} {{ private-endpoints on }}", ase.head.name)))
}
