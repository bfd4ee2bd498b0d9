//! Gateways, and the integration that needs one.

use super::super::Engine;
use super::Finding;
use super::integration::region_of;
use super::occupancy::plan_id;
use crate::model::*;
use crate::net::AddressSet;
use crate::source::Span;
use indexmap::IndexMap;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, gateway) in engine.model.gateways() {
        all.extend(subnet(engine, id, gateway));
        all.extend(bgp(engine, id, gateway));
    }
    let mut networks: IndexMap<PlanId, IndexMap<VnetId, Span>> = IndexMap::new();
    for (id, app) in engine.model.apps() {
        for stated in &app.integrate {
            let Integration::Gateway(vnet, named) = stated.value else { continue };
            if let Some(plan) = plan_id(app) {
                networks.entry(plan).or_default().entry(vnet).or_insert(stated.span);
            }
            // What the plan refuses altogether is said elsewhere.
            let of_type = plan_id(app).and_then(|plan| engine.model[plan].plan_type.as_ref());
            if of_type.is_none_or(|of_type| of_type.integration.iter().any(|kind| kind == "gateway")) {
                Required { engine, app: id, noun: app, vnet, place: stated.span }.check(named, all);
            }
        }
    }
    for (plan, vnets) in networks {
        all.extend(too_many(engine, plan, &vnets));
    }
}

fn subnet(engine: &Engine<'_>, id: GatewayId, gateway: &Gateway) -> Option<Finding> {
    let vnet = &engine.model[gateway.vnet?];
    let name = engine.platform().word("gateway-subnet");
    if vnet.subnets.iter().any(|subnet| engine.model[*subnet].short_name().eq_ignore_ascii_case(&name)) {
        return None;
    }
    let message = format!("vnet `{}` has no subnet for the gateway `{}`", vnet.head.name, gateway.head.name);
    let found = Finding::of(engine, "gw.subnet", gateway.head.span, [Thing::Gateway(id)], message)?;
    Some(found.label(format!("it lives in a subnet named {name}")).also(vnet.head.span, "the network"))
}

fn bgp(engine: &Engine<'_>, id: GatewayId, gateway: &Gateway) -> Option<Finding> {
    let off = gateway.bgp.as_ref().filter(|bgp| !bgp.value && gateway.is_express_route())?;
    let message = format!("the ExpressRoute gateway `{}` cannot do without BGP", gateway.head.name);
    Finding::of(engine, "gw.types", off.span, [Thing::Gateway(id)], message)
}

fn too_many(engine: &Engine<'_>, plan: PlanId, vnets: &IndexMap<VnetId, Span>) -> Option<Finding> {
    let most = engine.platform().limit("gateway-vnets-of-plan");
    let (_, place) = vnets.get_index(usize::try_from(most).ok()?)?;
    let head = &engine.model[plan].head;
    let message = format!("plan `{}` connects to too many networks by gateway", head.name);
    let found = Finding::of(engine, "p2s.five-vnets-per-plan", *place, [Thing::Plan(plan)], message)?;
    Some(found.label(format!("{} networks, {most} possible", vnets.len())).also(head.span, "the plan"))
}

/// A gateway-required integration of an app.
struct Required<'e, 'm> {
    engine: &'e Engine<'m>,
    app: AppId,
    noun: &'m App,
    vnet: VnetId,
    place: Span,
}

impl Required<'_, '_> {
    fn found(&self, rule: &str, message: String) -> Option<Finding> {
        Finding::of(self.engine, rule, self.place, [Thing::App(self.app)], message)
    }

    fn check(&self, named: Option<GatewayId>, all: &mut Vec<Finding>) {
        let here: Vec<(GatewayId, &Gateway)> =
            self.engine.model.gateways().filter(|(_, gateway)| gateway.vnet == Some(self.vnet)).collect();
        let vpn = here.iter().find(|(id, gateway)| named.map_or(!gateway.is_express_route(), |named| named == *id));
        all.extend(self.same_region());
        all.extend(self.linux());
        let Some((_, gateway)) = vpn else {
            all.extend(self.no_gateway());
            return;
        };
        all.extend(self.requirements(gateway));
        all.extend(self.not_up(gateway));
        all.extend(self.pool(gateway));
        let express_route = here.iter().find(|(_, other)| other.is_express_route());
        if let Some((_, other)) = express_route.filter(|_| !gateway.is_express_route()) {
            let vnet = &self.engine.model[self.vnet].head.name;
            let message = format!("vnet `{vnet}` has an ExpressRoute gateway beside `{}`", gateway.head.name);
            all.extend(
                self.found("p2s.no-coexistence", message)
                    .map(|found| found.also(other.head.span, "ExpressRoute"))
                    .map(|found| found.further(self.engine, true, "p2s.no-express-route")),
            );
        }
    }

    /// A network of the app's own region is for the regional kind, unless it is classic.
    fn same_region(&self) -> Option<Finding> {
        let vnet = &self.engine.model[self.vnet];
        let (here, there) = (region_of(self.engine, self.app)?, vnet.head.region.as_ref()?);
        if here.value != there.value || vnet.classic.as_ref().is_some_and(|classic| classic.value) {
            return None;
        }
        let message = format!("app `{}` and vnet `{}` are in one region", self.noun.head.name, vnet.head.name);
        let found = self.found("vnet.kinds", message)?;
        Some(
            found
                .label(format!("both in {}: integrate with a subnet of it", here.value))
                .also(there.span, "the network's region"),
        )
    }

    fn linux(&self) -> Option<Finding> {
        let plan = &self.engine.model[plan_id(self.noun)?];
        let container = self.noun.container.as_ref().filter(|container| container.value != "none");
        let os = plan.os.as_ref().filter(|os| os.value == "linux");
        let (place, what) = match (container, os) {
            (Some(container), _) => (container.span, "a container"),
            (None, Some(os)) => (os.span, "Linux"),
            (None, None) => return None,
        };
        let message = format!("app `{}` runs {what} and cannot use a gateway", self.noun.head.name);
        Some(self.found("p2s.windows-only", message)?.also(place, what))
    }

    fn no_gateway(&self) -> Option<Finding> {
        let vnet = &self.engine.model[self.vnet].head;
        let message = format!("vnet `{}` has no VPN gateway that app `{}` could use", vnet.name, self.noun.head.name);
        Some(self.found("p2s.when", message)?.also(vnet.span, "the network"))
    }

    /// Route-based, with SSTP point-to-site alone, and up.
    fn requirements(&self, gateway: &Gateway) -> Option<Finding> {
        let offers =
            |protocol: &str| gateway.point_to_site_protocols.iter().find(|p| p.value.eq_ignore_ascii_case(protocol));
        let basic = gateway.sku.as_ref().is_some_and(|sku| sku.value.eq_ignore_ascii_case("basic"));
        let stated = gateway.point_to_site_protocols.first();
        let trouble = if gateway.is_express_route() {
            Some((gateway.head.span, "is no VPN gateway"))
        } else if let Some(policy) = gateway.policy_based.as_ref().filter(|policy| policy.value) {
            Some((policy.span, "is not route-based"))
        } else if gateway.point_to_site.is_empty() {
            Some((gateway.head.span, "has no point-to-site pool"))
        } else if let Some(other) = stated.filter(|_| offers("sstp").is_none()) {
            Some((other.span, "does not offer SSTP"))
        } else {
            offers("ikev2").filter(|_| !basic).map(|ikev2| (ikev2.span, "offers IKEv2 as well"))
        };
        let (place, what) = trouble?;
        let message = format!("app `{}` cannot use gateway `{}`, which {what}", self.noun.head.name, gateway.head.name);
        Some(self.found("p2s.gateway-requirements", message)?.also(place, what))
    }

    /// A gateway that is not up cuts the app off from the network, and from nothing else.
    fn not_up(&self, gateway: &Gateway) -> Option<Finding> {
        let status = gateway.status.as_ref().filter(|status| status.value != "up")?;
        let (app, name) = (&self.noun.head.name, &gateway.head.name);
        let message = format!("app `{app}` cannot use gateway `{name}`, which is {}", status.value);
        let found = self.found("p2s.gateway-requirements", message)?.also(status.span, "its status");
        Some(Finding { runs: true, ..found })
    }

    fn pool(&self, gateway: &Gateway) -> Option<Finding> {
        let private = self.engine.platform().addresses("private-ranges");
        let outside = gateway.point_to_site.iter().find(|pool| !AddressSet::of([&pool.value]).is_subset(&private))?;
        let message = format!("the point-to-site pool of gateway `{}` is not private", gateway.head.name);
        let found = self.found("p2s.pool-rfc1918", message)?;
        Some(found.also(outside.span, format!("{} is outside {private}", outside.value)))
    }
}
