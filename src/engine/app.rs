//! From an app: its plan, its subnet, and its way as far as the network's edge. Not what of it is in scope.

use super::Engine;
use super::flow::{Ends, Flows};
use super::packet::{Packet, Part};
use super::question::Question;
use super::resolve::Asker;
use super::routes::either;
use super::scope::{Covered, Scope};
use super::trail::{Outcome, Step, Trail};
use super::validity;
use super::walk::{of_family, other_family};
use crate::model::*;
use crate::net::{AddressSet, PortSet, Protocol};
use crate::platform::Scaling;
use crate::source::Span;
use crate::syntax::ast::Over;

impl Engine<'_> {
    /// The subnet that an app calls out of: its integration subnet, or that of its environment.
    pub fn integration_subnet(&self, app: AppId) -> Option<SubnetId> {
        let regional = self.model[app].integrate.iter().find_map(|stated| match stated.value {
            Integration::Regional(subnet) => Some(subnet),
            Integration::Gateway(..) => None,
        });
        regional.or_else(|| self.environment(app).and_then(|ase| self.model[ase].subnet))
    }

    /// The plan of an app.
    pub fn plan_of(&self, app: AppId) -> Option<&Plan> {
        match self.model[app].on {
            Some(Thing::Plan(id)) => Some(&self.model[id]),
            _ => None,
        }
    }

    /// The App Service Environment of an app.
    pub fn environment(&self, app: AppId) -> Option<AseId> {
        match self.model[app].on {
            Some(Thing::Ase(id)) => Some(id),
            _ => match self.plan_of(app)?.environment.as_ref()?.value {
                Thing::Ase(id) => Some(id),
                _ => None,
            },
        }
    }

    /// From an app: its configuration, its Hybrid Connections, the name, then its scope.
    pub(super) fn from_app(&self, question: &Question, app: AppId) -> Vec<Part> {
        let mut broken = Trail::default();
        validity::steps_for(self, app).into_iter().for_each(|step| broken.push(step));
        let taken = self.by_hybrid_connections(question, app, &broken);
        let mut parts = taken.parts;
        for rest in &taken.rest {
            let mut trail = Trail::default();
            self.plan_steps(app, &mut trail);
            broken.steps.iter().for_each(|step| trail.push(step.clone()));
            for near in &taken.near {
                trail.push(Step::note(near.rule, near.text.clone()).at(near.place));
            }
            let mut walked = self.each_target(rest, Asker::App(app), trail.clone(), |engine, goal, trail| {
                engine.app_to(rest, app, goal, trail)
            });
            for part in &mut walked {
                self.not_public(app, rest, part, &taken.near);
                let Some(at) = part.trail.steps.iter().position(Step::is_block) else { continue };
                for near in &taken.near {
                    let step = part.trail.steps[at].clone().also(near.rule);
                    let remedy = near.remedy.clone().or(step.remedy.clone());
                    part.trail.steps[at] = Step { remedy, ..step };
                }
            }
            parts.extend(match &taken.perhaps {
                Some((other, doubt)) => either_way(walked, other, trail, doubt, rest),
                None => walked,
            });
        }
        self.judge_platform_calls(question, app, &mut parts);
        parts
    }

    /// What the plan says of integration.
    fn plan_steps(&self, app: AppId, trail: &mut Trail) {
        let noun = &self.model[app];
        if let Some(ase) = self.environment(app) {
            let text = format!("{} runs in the App Service Environment {}", noun.head.name, self.model[ase].head.name);
            trail.push(Step::pass("plan.ase.vnet-native", text).at(noun.head.span));
            return;
        }
        let Some(plan) = self.plan_of(app) else { return };
        let Some((kind, stated)) = noun.integrate.first().map(|s| match s.value {
            Integration::Regional(_) => ("regional", s.span),
            Integration::Gateway(..) => ("gateway", s.span),
        }) else {
            return;
        };
        let (Some(plan_type), Some(tier)) = (&plan.plan_type, &plan.tier) else { return };
        if plan_type.may_integrate(&tier.value, kind) {
            let words = if kind == "regional" { "regional" } else { "gateway-required" };
            let text = format!("the tier {} has {words} virtual network integration", tier.value);
            trail.push(
                Step::pass("plan.vnet.tiers", text)
                    .at(stated)
                    .also_some(self.permitted_by(app, "vnet-integration"))
                    .also_if(self.shares_integration(app), "vnet.regional.apps-share"),
            );
        }
        if !plan_type.address_per_instance && self.fires("subnet.flex.shared-gateways") {
            let most = self.platform().limit("flex-gateway-addresses");
            let text = format!("its instances share gateways: at most {most} addresses of the subnet");
            trail.push(Step::pass("subnet.flex.shared-gateways", text).at(stated));
        }
    }

    /// Does another app of the same plan call out of the same subnet?
    fn shares_integration(&self, app: AppId) -> bool {
        let noun = &self.model[app];
        let regional = |app: &App| app.integrate.iter().any(|s| matches!(s.value, Integration::Regional(_)));
        let Some(subnet) = self.integration_subnet(app).filter(|_| regional(noun)) else { return false };
        let shares = |other: &AppId| {
            let their = &self.model[*other];
            let kin = their.slot_of == Some(app) || noun.slot_of == Some(*other);
            *other != app && !kin && their.on == noun.on && regional(their)
        };
        self.callers_of(subnet).iter().any(shares)
    }

    /// From an app to an address.
    fn app_to(&self, question: &Question, app: AppId, goal: Ends, mut trail: Trail) -> Vec<Part> {
        let noun = &self.model[app];
        if let Some(step) = self.managed_elsewhere(app) {
            trail.push(step);
            let nowhere = Ends::Set(AddressSet::empty());
            return vec![Part::of(question.flows(nowhere, goal), trail)];
        }
        if let Some(by) = self.gateway_integration(app) {
            return self.by_point_to_site(question, app, by, goal, trail);
        }
        let protocols = question.protocols();
        let joined = self.integration_subnet(app);
        if let Some(other) = protocols.iter().find(|protocol| !is_carried(*protocol)) {
            // An app that is not integrated sends no other packets either (O-30).
            let who = if joined.is_some() { "virtual network integration carries" } else { "an app calls over" };
            let text = format!("{who} TCP and UDP, not {}", other.word().to_uppercase());
            trail.push(Step::block("vnet.protocols", Outcome::Unsupported, text).at(noun.head.span));
        }
        let Some(subnet) = joined else {
            return vec![self.without_integration(question, app, goal, trail)].into_iter().flatten().collect();
        };
        let scope = match self.database_backup(question, app) {
            Some(step) => Scope::Nothing(step),
            None => self.scope(app, question.traffic, subnet),
        };
        let mut parts = Vec::new();
        let source = Ends::Set(self.model[subnet].addresses());
        let vnet = self.model[subnet].vnet;
        let packet = Packet {
            question,
            flows: question.flows(source.clone(), goal.clone()),
            origin: source,
            goal: goal.clone(),
            trail,
            home: vnet,
            vnet,
            subnet: Some(subnet),
            app: Some(app),
            host: None,
            forwarded: false,
            crossed: None,
            translated: false,
            hops: Vec::new(),
        };
        let into = |mut packet: Packet<'_>, step: Step, parts: &mut Vec<Part>| {
            packet.push(step.also("eval.out.4-scope"));
            if of_family(packet.flows.source.clone(), &packet.flows.destination).is_empty() {
                let step = other_family(&self.model[subnet].head, &packet.flows.destination);
                return parts.push(packet.end_with(step));
            }
            parts.extend(self.without_address(&packet));
            self.unsupported_application(&mut packet, app);
            parts.extend(self.mail(packet, true).into_iter().flat_map(|packet| self.leave(packet)));
        };
        let past = |packet: Packet<'_>, why: Option<Step>| -> Vec<Part> {
            let pieces = self.mail(packet, false).into_iter();
            pieces.flat_map(|packet| self.past_network(packet, app, why.clone())).collect()
        };
        match scope {
            Scope::All(step) => {
                let private = !goal.possible().meets(&self.public_space());
                let step = step.also_if(private && self.environment(app).is_some(), "src.ase.vnet");
                into(packet, step, &mut parts);
                self.routed_in(question, &mut parts);
            }
            Scope::PublicFirst => parts.append(&mut self.public_first(packet, app)),
            Scope::Nothing(step) => parts.append(&mut self.past_network(packet, app, Some(step))),
            Scope::Private => {
                let vnet_name = &self.model[vnet].head.name;
                let private = self.platform().addresses("private-ranges");
                let (inside, outside, _) = goal.split(&private);
                if let Some(inside) = inside {
                    let text = format!("{inside} is private (RFC 1918), so the call enters {vnet_name}");
                    let flows = Flows { destination: inside, ..packet.flows.clone() };
                    into(
                        packet.with(flows),
                        Step::pass("scope.default-rfc1918", text).at(integration_span(noun)),
                        &mut parts,
                    );
                }
                let Some(outside) = outside else { return parts };
                let mut found = self.by_service_endpoint(subnet, &outside);
                let mut why = None;
                if !protocols.contains(Protocol::Tcp) {
                    why = found.yes.map(|(_, endpoint, span)| {
                        let text = format!("the service endpoint {endpoint} takes TCP alone, not {protocols}");
                        Step::note("se.tcp-only", text).at(span)
                    });
                    found = Covered { yes: None, maybe: None, no: Some(outside) };
                }
                if let Some((ends, endpoint, span)) = found.yes {
                    let text = format!(
                        "{ends} is covered by the service endpoint {endpoint} of {}",
                        self.model[subnet].head.name
                    );
                    let flows = Flows { destination: ends, ..packet.flows.clone() };
                    into(packet.with(flows), Step::pass("scope.service-endpoint-prefixes", text).at(span), &mut parts);
                }
                if let Some(outside) = found.no {
                    let flows = Flows { destination: outside, ..packet.flows.clone() };
                    parts.append(&mut past(packet.with(flows), why));
                }
                if let Some((ends, endpoint, fact, span)) = found.maybe {
                    let packet = packet.with(Flows { destination: ends.clone(), ..packet.flows.clone() });
                    let taken = past(packet.clone(), None);
                    let mut other = Vec::new();
                    let step =
                        Step::pass("scope.service-endpoint-prefixes", format!("{ends} is covered by {endpoint}"));
                    into(packet.clone(), step, &mut other);
                    let text = format!("the service endpoint {endpoint} may send {ends} into {vnet_name}");
                    let doubt = Step::unknown("tag.unknown", text, fact, None).at(span);
                    let assumption = format!("{ends} is none of the addresses of {endpoint}");
                    parts.append(&mut either(taken, &other, packet, doubt, assumption));
                }
            }
        }
        parts
    }

    /// What of everything that is sent into the network is kept there: the rules that speak of it as a whole.
    fn routed_in(&self, question: &Question, parts: &mut [Part]) {
        for part in parts {
            let public = part.flows.destination.possible().is_subset(&self.public_space());
            let Some(step) = part.trail.steps.iter_mut().find(|step| step.is_block()) else { continue };
            let by_group = step.rule.starts_with("nsg.");
            if !question.traffic.is_own() && (by_group || step.rule.starts_with("route.")) {
                step.rests_also("scope.config.same-network-rules");
            } else if by_group && public {
                step.rests_also("scope.outbound-restriction");
            }
        }
    }

    /// What an application does over TCP that no integration carries. An environment is no integration.
    pub(super) fn unsupported_application(&self, packet: &mut Packet<'_>, app: AppId) {
        let Some(Over::Application(word)) = packet.question.over else { return };
        let Some(application) = self.platform().application(word) else { return };
        if let (Some(rule), None) = (&application.unsupported, self.environment(app)) {
            let text = format!("virtual network integration does not carry {}", application.title);
            let place = integration_span(&self.model[app]);
            packet.push(Step::block(rule, Outcome::Unsupported, text).at(place));
        }
    }

    /// An app whose network is that of a container environment or a cluster.
    pub(super) fn managed_elsewhere(&self, app: AppId) -> Option<Step> {
        let plan_type = self.plan_type(app).filter(|of_type| of_type.scaling == Scaling::Environment)?;
        let rule = ["plan.container-apps.environment-managed", "plan.kubernetes.all-yes"];
        let rule = rule.into_iter().find(|rule| self.fires(rule)).unwrap_or("verdict.ours.unknown");
        let text = format!("the network of {} is its environment's, which fnet does not model", plan_type.title);
        Some(Step::unknown(rule, text, "", None).at(self.model[app].head.span))
    }

    /// From an app that no network is joined to.
    fn without_integration(&self, question: &Question, app: AppId, goal: Ends, trail: Trail) -> Vec<Part> {
        let noun = &self.model[app];
        let name = &noun.head.name;
        let platform = self.platform_ends(app);
        let part = |trail| Part::of(question.flows(platform.clone(), goal.clone()), trail);
        let mut trail = trail;
        if !goal.possible().is_subset(&self.public_space()) {
            let mut text = format!("{name} has no virtual network integration, and {goal} is private");
            let endpoint = self.endpoints_of(app).next().filter(|_| self.fires("pe.app.inbound-only"));
            if let Some(endpoint) = endpoint {
                text = format!("{text}; its private endpoint {} serves calls into it alone", endpoint.head.name);
            }
            let step = Step::block("scope.no-integration", Outcome::Dropped, text)
                .also_if(endpoint.is_some(), "pe.app.inbound-only")
                .at(noun.head.span)
                .headline(format!("{name} is not integrated with a virtual network"));
            trail.push(match self.integration_remedy(app, &goal) {
                Some(remedy) => step.remedy(remedy),
                None => step,
            });
            return vec![part(trail)];
        }
        let text = format!("{name} has no virtual network integration: it calls from the platform's addresses");
        trail.push(Step::pass("scope.no-integration", text).at(noun.head.span));
        self.from_platform(question, app, goal, trail)
    }

    /// How an app gets into the network that an address is in: by a plan that can, and a subnet that no other plan uses.
    fn integration_remedy(&self, app: AppId, goal: &Ends) -> Option<String> {
        let (vnet, network) = self.model.vnets().find(|(_, vnet)| goal.possible().meets(&vnet.addresses()))?;
        let (name, network) = (&self.model[app].head.name, &network.head.name);
        let plan = self.plan_of(app)?;
        let (of_type, tier) = (plan.plan_type.as_ref()?, &plan.tier.as_ref()?.value);
        if !of_type.may_integrate(tier, "regional") {
            return Some(format!(
                "put {name} on a plan with virtual network integration ({tier} has none), and integrate it with {network}"
            ));
        }
        let wanted = of_type.delegation.as_ref()?;
        let used = |subnet: SubnetId| {
            self.model.apps().any(|(_, other)| {
                let there = |s: &Stated<Integration>| matches!(s.value, Integration::Regional(id) if id == subnet);
                other.on != self.model[app].on && other.integrate.iter().any(there)
            })
        };
        let delegated = |subnet: &Subnet| {
            subnet.delegation.as_ref().is_some_and(|stated| stated.value.eq_ignore_ascii_case(wanted))
        };
        let mut subnets = self.model.subnets();
        Some(match subnets.find(|(id, subnet)| subnet.vnet == vnet && delegated(subnet) && !used(*id)) {
            Some((_, subnet)) => format!("amend app {name} {{ integrate {} }}", subnet.head.name),
            None => format!("integrate {name} with a subnet of {network} of its own, delegated to {wanted}"),
        })
    }

    /// Apart, what is mail: it leaves only by the network, and only where that may send it. An environment is no
    /// integration.
    fn mail<'q>(&self, packet: Packet<'q>, enters: bool) -> Vec<Packet<'q>> {
        let rule = "vnet.regional.port-25";
        let port = u16::try_from(self.platform().limit("smtp-port")).unwrap_or(0);
        let (ports, flows) = (PortSet::one(port), &packet.flows);
        let mail = flows.protocols.contains(Protocol::Tcp) && !flows.ports.intersection(&ports).is_empty();
        let public = flows.destination.possible().is_subset(&self.public_space());
        let integrated = packet.app.is_some_and(|app| self.environment(app).is_none());
        let noun = &self.model[packet.vnet];
        let of_vnet = noun.head.subscription.as_ref();
        let subscription =
            of_vnet.and_then(|s| self.model.subscriptions.iter().find(|known| known.head.name == s.value));
        let allowed = noun.smtp_allowed.as_ref().or(subscription.and_then(|s| s.smtp_allowed.as_ref()));
        let on = allowed.is_some_and(|stated| stated.value);
        if !mail || !public || !integrated || (on && enters) || !self.fires(rule) {
            return vec![packet];
        }
        let others = flows.ports.difference(&ports);
        let rest = (!others.is_empty()).then(|| packet.with(Flows { ports: others, ..flows.clone() }));
        let mut mail = packet.with(Flows { ports, ..flows.clone() });
        let text = format!("TCP {port} cannot leave by an integration, as far as the documents agree");
        let open = format!("amend vnet {} {{ smtp-allowed on }}", noun.head.name);
        let lines = match (enters, packet.app) {
            (false, Some(app)) if on => self.route_all_line(app),
            (false, Some(app)) => format!("{open}; {}", self.route_all_line(app)),
            _ => open,
        };
        mail.push(Step::block(rule, Outcome::Dropped, text).maybe_at(allowed.map(|s| s.span)).remedy(lines));
        std::iter::once(mail).chain(rest).collect()
    }
}

/// Does anything carry the protocol for an app?
pub(super) fn is_carried(protocol: Protocol) -> bool {
    matches!(protocol, Protocol::Tcp | Protocol::Udp)
}

/// What becomes of flows that one of two ways takes, and nobody says which: known where both end alike.
fn either_way(taken: Vec<Part>, other: &[Part], mut trail: Trail, doubt: &Step, question: &Question) -> Vec<Part> {
    let first = taken.first().map(Part::verdict);
    if taken.iter().chain(other).all(|part| Some(part.verdict()) == first) {
        return taken;
    }
    trail.push(doubt.clone());
    let ends = taken.into_iter().next().map(|part| (part.flows.source, part.flows.destination));
    let (source, destination) = ends.unwrap_or((Ends::Set(AddressSet::empty()), Ends::Set(AddressSet::empty())));
    vec![Part::of(question.flows(source, destination), trail)]
}

/// Where the integration of an app is stated.
pub(super) fn integration_span(app: &App) -> Span {
    app.integrate.first().map_or(app.head.span, |stated| stated.span)
}
