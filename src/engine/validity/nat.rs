//! NAT gateways: which subnets they serve, and that the apps of a subnet use theirs.

use super::super::Engine;
use super::Finding;
use super::occupancy::joins;
use crate::model::*;
use crate::source::Span;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, gateway) in engine.model.nat_gateways() {
        served(engine, id, gateway, all);
    }
    unused(engine, all);
}

/// The subnets of a gateway: of one network, none of them that of a virtual network gateway, and none delegated to apps
/// where its kind does not serve these.
fn served(engine: &Engine<'_>, id: NatGatewayId, gateway: &NatGateway, all: &mut Vec<Finding>) {
    let mut first: Option<(&Subnet, Span)> = None;
    for (subnet, noun) in engine.model.subnets() {
        let Some(stated) = noun.nat_gateway.as_ref().filter(|stated| stated.value == id) else { continue };
        let (name, of) = (&gateway.head.name, &noun.head.name);
        let about = [Thing::NatGateway(id), Thing::Subnet(subnet)];
        if noun.short_name().eq_ignore_ascii_case(&engine.platform().word("gateway-subnet")) {
            let message = format!("NAT gateway `{name}` cannot serve `{of}`");
            all.extend(Finding::of(engine, "nat.subnets", stated.span, about, message));
        }
        match first {
            Some((other, place)) if other.vnet != noun.vnet => {
                let message = format!("NAT gateway `{name}` serves subnets of two networks");
                let found = Finding::of(engine, "nat.subnets", stated.span, about, message);
                let labels = (format!("`{of}`"), format!("`{}`", other.head.name));
                all.extend(found.map(|found| found.label(labels.0).also(place, labels.1)));
            }
            Some(_) => {}
            None => first = Some((noun, stated.span)),
        }
        all.extend(standard_v2(engine, id, gateway, subnet, stated.span));
    }
}

/// The newer kind of gateway on a subnet that is delegated to apps, or that apps integrate with (O-13).
fn standard_v2(
    engine: &Engine<'_>,
    id: NatGatewayId,
    gateway: &NatGateway,
    subnet: SubnetId,
    place: Span,
) -> Option<Finding> {
    let sku = gateway.standard_v2.as_ref().filter(|stated| stated.value)?;
    let noun = &engine.model[subnet];
    let of_plans = engine.platform().plan_types();
    let wanted = |stated: &&Stated<String>| {
        let delegations = of_plans.iter().filter(|of_type| !of_type.integration.is_empty());
        delegations.filter_map(|of_type| of_type.delegation.as_ref()).any(|of| of.eq_ignore_ascii_case(&stated.value))
    };
    let delegated = noun.delegation.as_ref().filter(wanted).map(|stated| stated.span);
    let joined = joins(engine).into_iter().find(|join| join.subnet == subnet).map(|join| join.place);
    let (why, words) =
        delegated.map(|span| (span, "delegated here")).or(joined.map(|span| (span, "integrated here")))?;
    let (gateway, subnet_name) = (&gateway.head.name, &noun.head.name);
    let message = format!("StandardV2 NAT gateway `{gateway}` cannot serve the apps of subnet `{subnet_name}` (O-13)");
    let about = [Thing::NatGateway(id), Thing::Subnet(subnet)];
    let found = Finding::of(engine, "nat.standard-v2", sku.span, about, message)?;
    Some(found.also(place, "used here").also(why, words))
}

fn unused(engine: &Engine<'_>, all: &mut Vec<Finding>) {
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
