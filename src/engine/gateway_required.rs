//! Gateway-required integration: what of an app's traffic is sent to the gateway of its network, and as far as that
//! leads: the network itself, its peers, what a VPN joins. Not what stands there, which every other flow meets as well.

use super::Engine;
use super::flow::Ends;
use super::packet::{Packet, Part};
use super::question::{Question, Traffic};
use super::trail::{Outcome, Step, Trail};
use crate::model::*;
use crate::net::{AddressSet, Protocol};
use crate::source::Span;
use ipnet::IpNet;

/// The gateway-required integration of an app.
#[derive(Clone, Copy, Debug)]
pub(super) struct Required {
    pub(super) vnet: VnetId,
    /// The VPN gateway; none where the network has none.
    pub(super) gateway: Option<GatewayId>,
    /// Where it is stated.
    pub(super) place: Span,
}

/// Flows of an app on their way to the gateway.
pub(super) struct Entering<'e, 'm, 'q> {
    pub(super) engine: &'e Engine<'m>,
    pub(super) question: &'q Question,
    pub(super) app: AppId,
    pub(super) by: Required,
    pub(super) trail: Trail,
}

impl<'m> Engine<'m> {
    /// The gateway-required integration of an app that has no regional one.
    pub(super) fn gateway_integration(&self, app: AppId) -> Option<Required> {
        if self.integration_subnet(app).is_some() {
            return None;
        }
        self.model[app].integrate.iter().find_map(|stated| match stated.value {
            Integration::Gateway(vnet, named) => {
                let mut here = self.model.gateways().filter(|(_, gateway)| gateway.vnet == Some(vnet));
                let own = here.find(|(_, gateway)| !gateway.is_express_route()).map(|(id, _)| id);
                Some(Required { vnet, gateway: named.or(own), place: stated.span })
            }
            Integration::Regional(_) => None,
        })
    }

    /// Does a gateway join an app to its network?
    pub fn is_behind_gateway(&self, app: AppId) -> bool {
        self.gateway_integration(app).is_some()
    }

    /// The addresses that an app has inside the network that a gateway joins it to.
    pub(super) fn pool_of(&self, app: AppId) -> AddressSet {
        let gateway = self.gateway_integration(app).and_then(|by| by.gateway);
        gateway.map_or(AddressSet::empty(), |id| set_of(&self.model[id].point_to_site))
    }

    /// What a gateway does for an app, whatever it calls.
    pub(super) fn gateway_facts(&self, app: AppId) -> Vec<(String, String)> {
        let Some(by) = self.gateway_integration(app) else { return Vec::new() };
        let vnet = &self.model[by.vnet].head.name;
        let (name, pool) = (&self.model[app].head.name, self.pool_of(app));
        let own = self.model[by.vnet].addresses();
        let added = self.plan_of(app).map(|plan| set_of(&plan.gateway_routes)).unwrap_or_default();
        let mut words = vec![own.to_string()];
        words.extend(
            by.gateway.into_iter().flat_map(|id| self.sites_behind(id)).map(|(_, site)| site.head.name.clone()),
        );
        words.extend((!added.is_empty()).then(|| format!("{added}, which the plan adds,")));
        let routing = format!("of {name} only calls to {} enter {vnet}", words.join(" and to "));
        let seen = format!("there they come from the point-to-site pool {pool}");
        vec![("p2s.routing".into(), routing), ("src.gateway-required".into(), seen)]
    }

    /// From an app with gateway-required integration to an address.
    pub(super) fn by_point_to_site(
        &self,
        question: &Question,
        app: AppId,
        by: Required,
        goal: Ends,
        mut trail: Trail,
    ) -> Vec<Part> {
        let protocols = question.protocols();
        if let Some(other) = protocols.iter().find(|protocol| !matches!(protocol, Protocol::Tcp | Protocol::Udp)) {
            let text = format!("virtual network integration carries TCP and UDP, not {}", other.word().to_uppercase());
            trail.push(Step::block("vnet.protocols", Outcome::Unsupported, text).at(by.place));
        }
        let entering = Entering { engine: self, question, app, by, trail };
        match question.traffic {
            Traffic::Application | Traffic::Lookup => entering.each_network(goal),
            traffic => entering.configuration(traffic, goal),
        }
    }
}

impl Entering<'_, '_, '_> {
    /// Apart by whose network the addresses are in.
    fn each_network(&self, goal: Ends) -> Vec<Part> {
        let model = self.engine.model;
        let mut parts = Vec::new();
        let mut open = Some(goal);
        let take = |open: &mut Option<Ends>, set: &AddressSet| {
            let (inside, outside, _) = open.take()?.split(set);
            *open = outside;
            inside
        };
        let own = &model[self.by.vnet];
        if let Some(ends) = take(&mut open, &own.addresses()) {
            let text = format!("{ends} is in {}, so the call enters it", own.head.name);
            let packet = self.enter(&ends, Step::pass("p2s.routing", text).at(self.by.place));
            parts.extend(packet.map_or_else(|part| vec![part], |packet| self.arrive_at(packet, self.by.vnet)));
        }
        // Networks that are not joined may have the same addresses: what the question names is where it stands.
        let meant = self.question.named.and_then(|thing| self.engine.stands_in(thing));
        let fits = |place: Thing| meant.is_none_or(|meant| meant == place);
        for (id, vnet) in model.vnets().filter(|(id, _)| *id != self.by.vnet && fits(Thing::Vnet(*id))) {
            if let Some(ends) = take(&mut open, &vnet.addresses()) {
                parts.extend(self.to_other_network(id, ends));
            }
        }
        for (id, site) in model.on_premises().filter(|(id, _)| fits(Thing::OnPremises(*id))) {
            if let Some(ends) = take(&mut open, &site.addresses()) {
                parts.extend(self.to_site(id, ends));
            }
        }
        if let Some(ends) = open {
            parts.extend(self.to_nothing_declared(ends));
        }
        parts
    }

    /// The prefixes that the plan adds.
    pub(super) fn added(&self) -> &[Stated<IpNet>] {
        self.engine.plan_of(self.app).map(|plan| plan.gateway_routes.as_slice()).unwrap_or_default()
    }

    /// A part that ends here.
    pub(super) fn ended(&self, ends: Ends, step: Step) -> Vec<Part> {
        let mut trail = self.trail.clone();
        trail.push(step);
        let source = self.engine.platform_ends(self.app);
        vec![Part::of(self.question.flows(source, ends), trail)]
    }

    /// Into the network: the state of the gateway, and an address of the pool.
    pub(super) fn enter(&self, ends: &Ends, why: Step) -> Result<Packet<'_>, Part> {
        let engine = self.engine;
        let mut trail = self.trail.clone();
        trail.push(why);
        let source = Ends::Set(engine.pool_of(self.app));
        let flows = self.question.flows(source.clone(), ends.clone());
        // Without a gateway or a pool the configuration is broken, and the trail has said so.
        let (Some(id), false) = (self.by.gateway, source.is_empty()) else {
            return Err(Part::of(flows, trail));
        };
        let gateway = &engine.model[id];
        let name = &gateway.head.name;
        match &gateway.status {
            Some(stated) if stated.value != "up" => {
                let text = format!("gateway {name} is {}", stated.value);
                let step = Step::block("p2s.gateway-requirements", Outcome::Dropped, text).at(stated.span);
                trail.push(
                    step.headline(format!("gateway {name} is not up"))
                        .remedy(format!("amend gateway {name} {{ status up }}"))
                        .also("diag.gateway.up"),
                );
            }
            Some(_) => {}
            None => trail.assume(format!("gateway {name} is up")),
        }
        match &gateway.certificates_in_sync {
            Some(stated) if !stated.value => {
                let text = format!("the certificates of gateway {name} and of the plan are out of sync");
                let step = Step::block("p2s.cert-sync", Outcome::Dropped, text).at(stated.span);
                trail.push(step.remedy(format!("amend gateway {name} {{ certificates in-sync }}")));
            }
            Some(_) => {}
            None => trail.assume(format!("the certificates of gateway {name} are in sync")),
        }
        let text = format!("the far side sees an address of the point-to-site pool {source}");
        trail.push(Step::pass("src.gateway-required", text).at(gateway.point_to_site[0].span));
        if let Some(step) = self.tables_ignored(ends) {
            trail.push(step);
        }
        let mut packet = engine.packet(self.question, flows, ends.clone(), trail, self.by.vnet);
        engine.unsupported_application(&mut packet, self.app);
        Ok(packet)
    }

    /// A route table on the gateway's subnet would send these flows elsewhere, and is not asked.
    fn tables_ignored(&self, ends: &Ends) -> Option<Step> {
        let model = self.engine.model;
        let name = self.engine.platform().word("gateway-subnet");
        let mut subnets = model[self.by.vnet].subnets.iter().map(|id| &model[*id]);
        let table = subnets.find(|subnet| subnet.short_name().eq_ignore_ascii_case(&name))?.route_table.as_ref()?;
        let covers = |line: &&UserRoute| match &line.target {
            RouteTarget::Prefix(prefix) => AddressSet::from(*prefix).meets(ends.possible()),
            RouteTarget::Tag(_) => false,
        };
        let line = model[table.value].routes.iter().find(covers)?;
        let text = format!("route table {} does not act on it", model[table.value].head.name);
        Some(Step::pass("route.gateway-required.ignored", text).at(line.span))
    }

    /// At a network: its groups and what stands there. What refuses the pool is said to.
    pub(super) fn arrive_at(&self, mut packet: Packet<'_>, vnet: VnetId) -> Vec<Part> {
        packet.vnet = vnet;
        let before = packet.trail.steps.len();
        let parts = match self.engine.endpoint_at(packet.vnet, &packet.flows.destination) {
            Some(id) => self.engine.to_private_endpoint(packet, id),
            None => self.engine.arrive(packet),
        };
        admit_the_pool(parts, before)
    }

    /// What the platform does for the app does not use the gateway.
    fn configuration(&self, traffic: Traffic, goal: Ends) -> Vec<Part> {
        if goal.possible().is_subset(&self.engine.public_space()) {
            return self.engine.from_platform(self.question, self.app, goal, self.trail.clone());
        }
        let text = format!("{} does not enter {}", traffic.word(), self.engine.model[self.by.vnet].head.name);
        self.ended(goal, Step::block("p2s.routing", Outcome::Dropped, text).at(self.by.place))
    }

    /// Public addresses stay public; a service that admits subnets alone then refuses.
    pub(super) fn stay_public(&self, ends: Ends) -> Vec<Part> {
        let engine = self.engine;
        let mut trail = self.trail.clone();
        let text = format!("{ends} is in no route of {}: the call stays public", engine.model[self.by.vnet].head.name);
        trail.push(Step::pass("p2s.routing", text).at(self.by.place));
        let before = trail.steps.len();
        let restricted = engine.admits_subnets(&ends);
        let mut parts = engine.from_platform(self.question, self.app, ends, trail);
        if let Some((service, place)) = restricted {
            for part in &mut parts {
                insert_before_refusal(part, before, |_| {
                    let text = format!("{service} admits subnets by service endpoint, which a gateway does not carry");
                    Some(Step::block("p2s.no-service-endpoints", Outcome::Refused, text).at(place))
                });
            }
        }
        parts
    }
}

impl Engine<'_> {
    /// The service at public ends whose firewall admits subnets, and the line that does.
    pub(super) fn admits_subnets(&self, ends: &Ends) -> Option<(String, Span)> {
        let noun = &self.model[self.service_at(ends)?];
        let subnet = |term: &Term| matches!(term, Term::Thing(Thing::Subnet(_) | Thing::Vnet(_)));
        let line = noun.firewall.iter().flat_map(|firewall| &firewall.rules).find(|line| match &line.source {
            ServiceSource::Subnets(_) => line.action == Action::Allow,
            ServiceSource::Addresses(expr) => line.action == Action::Allow && expr.terms.iter().any(subnet),
            _ => false,
        })?;
        Some((noun.head.name.clone(), line.span))
    }
}

/// Puts a step before the one that refuses, where one behind `from` is the first to block.
pub(super) fn insert_before_refusal(part: &mut Part, from: usize, step: impl Fn(&Step) -> Option<Step>) {
    let steps = &mut part.trail.steps;
    let Some(at) = steps.iter().position(Step::is_block).filter(|at| *at >= from) else { return };
    if steps[at].mark == super::trail::Mark::Block(Outcome::Refused)
        && let Some(step) = step(&steps[at])
    {
        steps.insert(at, step);
    }
}

/// A group or a machine's firewall that stops some of the pool.
pub(super) fn admit_the_pool(mut parts: Vec<Part>, from: usize) -> Vec<Part> {
    let filters = |step: &Step| step.rule.starts_with("nsg.") || step.rule == "diag.causes.host-firewall";
    for step in parts.iter_mut().flat_map(|part| part.trail.steps.iter_mut().skip(from)) {
        if step.is_block() && filters(step) {
            *step = step.clone().also("p2s.nsg-allows-pool");
        }
    }
    parts
}

/// The addresses of some prefixes.
pub(super) fn set_of(prefixes: &[Stated<IpNet>]) -> AddressSet {
    AddressSet::of(prefixes.iter().map(|prefix| &prefix.value))
}
