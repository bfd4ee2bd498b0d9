//! NAT gateways that the apps of a subnet do not use.

use super::super::Engine;
use super::Finding;
use super::occupancy::joins;
use crate::model::*;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for join in joins(engine) {
        let Some(nat) = &engine.model[join.subnet].nat_gateway else { continue };
        let app = &engine.model[join.app];
        let of_type = join.plan.and_then(|plan| engine.model[plan].plan_type.as_ref());
        if of_type.is_some_and(|of_type| of_type.routes_all) || app.is_on("route-all") || app.is_on("route-everything")
        {
            continue;
        }
        let gateway = &engine.model[nat.value].head.name;
        let message = format!("app `{}` does not use the NAT gateway `{gateway}`: route-all is off", app.head.name);
        let found = Finding::of(engine, "nat.needs", join.place, [Thing::App(join.app)], message);
        all.extend(found.map(|found| {
            let help = engine.route_all_line(join.app);
            found.label("only private calls enter the network").also(nat.span, "the NAT gateway").help(help)
        }));
    }
}
