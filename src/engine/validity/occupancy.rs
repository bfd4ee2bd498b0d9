//! Who uses which subnet: the apps that call out of it, with their plans, and what else stands in it.

use super::super::Engine;
use crate::model::*;
use crate::source::Span;
use indexmap::IndexMap;
use std::net::IpAddr;

/// An app that calls out of a subnet by regional integration.
pub(super) struct Join {
    pub(super) app: AppId,
    pub(super) subnet: SubnetId,
    pub(super) plan: Option<PlanId>,
    /// The line that says so.
    pub(super) place: Span,
}

/// Every regional integration, in the order of declaration. Apps of an environment are left out: they may not have one.
pub(super) fn joins(engine: &Engine<'_>) -> Vec<Join> {
    let mut joins = Vec::new();
    for (id, app) in engine.model.apps() {
        if engine.environment(id).is_some() {
            continue;
        }
        for stated in &app.integrate {
            if let Integration::Regional(subnet) = stated.value {
                joins.push(Join { app: id, subnet, plan: plan_id(app), place: stated.span });
            }
        }
    }
    joins
}

/// The same, subnet by subnet.
pub(super) fn by_subnet(joins: &[Join]) -> IndexMap<SubnetId, Vec<&Join>> {
    let mut all: IndexMap<SubnetId, Vec<&Join>> = IndexMap::new();
    for join in joins {
        all.entry(join.subnet).or_default().push(join);
    }
    all
}

/// The plans of some integrations, each once, with the first place that brings it in.
pub(super) fn plans_of(joins: &[&Join]) -> IndexMap<PlanId, Span> {
    let mut plans = IndexMap::new();
    for join in joins {
        if let Some(plan) = join.plan {
            plans.entry(plan).or_insert(join.place);
        }
    }
    plans
}

/// The apps and slots of every plan.
pub(super) fn hosted(engine: &Engine<'_>) -> IndexMap<PlanId, Vec<AppId>> {
    let mut hosted: IndexMap<PlanId, Vec<AppId>> = IndexMap::new();
    for (id, app) in engine.model.apps() {
        if let Some(plan) = plan_id(app) {
            hosted.entry(plan).or_default().push(id);
        }
    }
    hosted
}

pub(super) fn plan_id(app: &App) -> Option<PlanId> {
    match app.on {
        Some(Thing::Plan(id)) => Some(id),
        _ => None,
    }
}

/// Something with an interface in a subnet.
pub(super) struct Occupant {
    pub(super) thing: Thing,
    pub(super) subnet: SubnetId,
    pub(super) addresses: Vec<Stated<IpAddr>>,
}

/// Everything that stands in a subnet, kind by kind.
pub(super) fn occupants(engine: &Engine<'_>) -> Vec<Occupant> {
    let model = engine.model;
    let mut all = Vec::new();
    let mut put = |thing, place: Option<Thing>, addresses: Vec<Stated<IpAddr>>| {
        if let Some(Thing::Subnet(subnet)) = place {
            all.push(Occupant { thing, subnet, addresses });
        }
    };
    for (id, noun) in model.hosts() {
        put(Thing::Host(id), noun.place, noun.addresses.clone());
    }
    for (id, noun) in model.appliances() {
        put(Thing::Appliance(id), noun.subnet.map(Thing::Subnet), noun.address.iter().cloned().collect());
    }
    for (id, noun) in model.load_balancers() {
        put(Thing::LoadBalancer(id), noun.place, noun.address.iter().cloned().collect());
    }
    for (id, noun) in model.dns_servers() {
        put(Thing::DnsServer(id), noun.place, noun.addresses.clone());
    }
    for (id, noun) in model.private_endpoints() {
        put(Thing::PrivateEndpoint(id), noun.subnet.map(Thing::Subnet), noun.addresses.clone());
    }
    for (id, noun) in model.ases() {
        put(Thing::Ase(id), noun.subnet.map(Thing::Subnet), noun.address.iter().cloned().collect());
    }
    all
}

/// `private-endpoint orders-pe`, as a message names a thing.
pub(super) fn named(engine: &Engine<'_>, thing: Thing) -> String {
    format!("{} `{}`", thing.kind().word(), thing.head(engine.model).name)
}
