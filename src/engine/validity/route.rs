//! Route tables: what a route may be for, where it may lead, and what the gateway's own subnet must keep.

use super::super::Engine;
use super::Finding;
use crate::model::*;
use std::net::IpAddr;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, table) in engine.model.route_tables() {
        let users: Vec<SubnetId> = engine
            .model
            .subnets()
            .filter(|(_, s)| s.route_table.as_ref().is_some_and(|t| t.value == id))
            .map(|(s, _)| s)
            .collect();
        tags(engine, id, table, all);
        for route in &table.routes {
            match route.hop {
                UserHop::Appliance(address) => all.extend(unreachable(engine, id, route, address, &users)),
                UserHop::Gateway => all.extend(express_route(engine, id, route, &users)),
                _ => {}
            }
        }
        for subnet in users {
            let short = engine.model[subnet].short_name();
            if short.eq_ignore_ascii_case(&engine.platform().word("gateway-subnet")) {
                all.extend(propagation(engine, id, table, subnet));
                all.extend(default_route(engine, id, table, subnet));
            }
        }
    }
}

/// Service tags in place of prefixes: whether at all, which, and how many.
fn tags(engine: &Engine<'_>, id: RouteTableId, table: &RouteTable, all: &mut Vec<Finding>) {
    let tagged: Vec<(&UserRoute, &TagRef)> = table
        .routes
        .iter()
        .filter_map(|route| match &route.target {
            RouteTarget::Tag(tag) => Some((route, tag)),
            RouteTarget::Prefix(_) => None,
        })
        .collect();
    let about = [Thing::RouteTable(id)];
    for (route, tag) in &tagged {
        let message = format!("a route of `{}` is for the service tag {}", table.head.name, tag.text);
        let found = Finding::of(engine, "route.udr.no-service-tag", route.span, about, message);
        let usable = engine.platform().tag(&tag.name).is_some_and(|(tag, _)| tag.route);
        all.extend(found.or_else(|| {
            let message = format!("a route cannot be for the service tag {}", tag.text);
            (!usable)
                .then(|| Finding::of(engine, "route.udr.service-tag.unsupported", route.span, about, message))
                .flatten()
        }));
    }
    let rule = "route.udr.service-tag";
    if !engine.fires(rule) {
        return;
    }
    let most = engine.platform().limit("route-tag-routes");
    if let Some((route, _)) = usize::try_from(most).ok().and_then(|most| tagged.get(most)) {
        let message = format!("route table `{}` has too many routes for service tags", table.head.name);
        let found = Finding::of(engine, rule, route.span, about, message);
        let label = format!("{} such routes, {most} possible", tagged.len());
        all.extend(found.map(|found| found.label(label).also(table.head.span, "the table")));
    }
}

/// An appliance that a subnet of the table does not reach directly: it is neither in its network nor in a peered one.
fn unreachable(
    engine: &Engine<'_>,
    id: RouteTableId,
    route: &UserRoute,
    address: IpAddr,
    users: &[SubnetId],
) -> Option<Finding> {
    let holds = |vnet: VnetId| engine.model[vnet].prefixes.iter().any(|prefix| prefix.value.contains(&address));
    let reaches =
        |vnet: VnetId| holds(vnet) || engine.peers_of(vnet).iter().any(|peer| peer.connected && holds(peer.vnet));
    let subnet = users.iter().find(|subnet| !reaches(engine.model[**subnet].vnet))?;
    let head = &engine.model[*subnet].head;
    let message = format!("subnet `{}` does not reach the appliance {address} directly", head.name);
    let found = Finding::of(engine, "route.udr.appliance-address", route.span, [Thing::RouteTable(id)], message)?;
    let vnet = &engine.model[engine.model[*subnet].vnet].head.name;
    let found = found.label(format!("neither in vnet `{vnet}` nor in a network peered with it"));
    Some(found.also(head.span, "uses the table"))
}

/// `gateway` leads to a VPN gateway alone.
fn express_route(engine: &Engine<'_>, id: RouteTableId, route: &UserRoute, users: &[SubnetId]) -> Option<Finding> {
    let (subnet, gateway) = users.iter().find_map(|subnet| {
        let gateways = engine.gateways_for(engine.model[*subnet].vnet);
        let found = gateways.into_iter().find(|gateway| engine.model[*gateway].is_express_route())?;
        Some((*subnet, found))
    })?;
    let gateway = &engine.model[gateway].head;
    let message = format!("a route leads to the ExpressRoute gateway `{}` (O-10)", gateway.name);
    let found = Finding::of(engine, "route.udr.gateway-vpn-only", route.span, [Thing::RouteTable(id)], message)?;
    let found = found.also(gateway.span, "the gateway");
    Some(found.also(engine.model[subnet].head.span, "uses the table"))
}

fn propagation(engine: &Engine<'_>, id: RouteTableId, table: &RouteTable, subnet: SubnetId) -> Option<Finding> {
    let off = table.bgp_propagation.as_ref().filter(|stated| !stated.value)?;
    let head = &engine.model[subnet].head;
    let message = format!("route table `{}` keeps the gateway's routes from `{}`", table.head.name, head.name);
    let found = Finding::of(engine, "route.gateway-subnet.propagation", off.span, [Thing::RouteTable(id)], message)?;
    Some(found.also(head.span, "uses the table"))
}

fn default_route(engine: &Engine<'_>, id: RouteTableId, table: &RouteTable, subnet: SubnetId) -> Option<Finding> {
    let vnet = engine.model[subnet].vnet;
    let (_, gateway) =
        engine.model.gateways().find(|(_, gateway)| gateway.vnet == Some(vnet) && !gateway.is_express_route())?;
    let is_default = |route: &&UserRoute| matches!(&route.target, RouteTarget::Prefix(p) if p.prefix_len() == 0);
    let route = table.routes.iter().find(is_default)?;
    let head = &engine.model[subnet].head;
    let message = format!("a default route on `{}` may stop the gateway `{}`", head.name, gateway.head.name);
    let found = Finding::of(engine, "route.gateway-subnet.default", route.span, [Thing::RouteTable(id)], message)?;
    Some(found.also(head.span, "uses the table").also(gateway.head.span, "the gateway"))
}
