//! Towards public addresses: who the far side sees.

use super::Engine;
use super::flow::{Ends, Flows, Symbol, SymbolOf};
use super::packet::{Packet, Part};
use super::question::Question;
use super::routes::{Route, RouteSource};
use super::trail::{Outcome, Step, Trail};
use crate::model::*;
use crate::net::{AddressSet, Protocol};
use crate::source::Span;
use std::sync::Arc;

/// Who the far side of a public call sees.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The addresses.
    pub(super) ends: Ends,
    /// The subnet whose identity a service endpoint carries.
    pub(super) subnet: Option<SubnetId>,
    /// The subnet that the call comes out of, whether the far side learns of it or not.
    pub(super) home: Option<SubnetId>,
    /// The addresses inside a network that the far side does not see.
    pub(super) inside: Option<Ends>,
    /// The app whose outbound addresses it shows.
    pub(super) app: Option<AppId>,
    /// The app that calls, whatever it shows.
    pub(super) by: Option<AppId>,
    /// Does it show the addresses of a NAT gateway?
    pub(super) nat: bool,
    /// The appliance that the call came through last.
    pub(super) behind: Option<ApplianceId>,
    /// Does the call come from inside Azure?
    pub(super) azure: bool,
    /// The region that it comes from.
    pub(super) region: Option<String>,
    /// May the addresses change at any time?
    pub(super) unstable: bool,
}

impl Caller {
    /// Does a feature of the platform call, from addresses that nobody publishes?
    pub(super) fn is_unpublished(&self) -> bool {
        self.ends.symbol().is_some_and(|symbol| matches!(symbol.of, SymbolOf::Unpublished(_)))
    }

    /// A caller of whom only the addresses are known.
    pub(super) fn of(ends: Ends) -> Self {
        Self {
            ends,
            subnet: None,
            home: None,
            inside: None,
            app: None,
            by: None,
            nat: false,
            behind: None,
            azure: false,
            region: None,
            unstable: false,
        }
    }
}

/// How flows leave a network for a public address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By a service endpoint.
    ServiceEndpoint,
    /// By the system's route to the internet.
    Internet,
    /// By a user's route to the internet.
    UserRoute,
}

impl Engine<'_> {
    /// The outbound addresses of an app, as far as they are stated.
    pub(super) fn platform_ends(&self, app: AppId) -> Ends {
        let noun = &self.model[app];
        let plan = self.plan_of(app).map(|plan| plan.outbound_ip.as_slice()).unwrap_or_default();
        let environment = self.environment(app).map(|ase| self.model[ase].public_ip.as_slice()).unwrap_or_default();
        let all = [noun.outbound_ip.as_slice(), plan, environment];
        let stated = all.into_iter().find(|stated| !stated.is_empty()).unwrap_or_default();
        if !stated.is_empty() {
            return Ends::Set(AddressSet::of(stated.iter().map(|ip| &ip.value)));
        }
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::Platform(app),
            text: format!("the outbound addresses of {}", noun.head.name),
            within: self.some_public(),
            tags: self.azure_tags(noun.head.region.as_ref().map(|r| r.value.as_str())),
            tags_known: true,
            never: Vec::new(),
        }))
    }

    /// Who the far side sees of a call by the platform's own way, and the step that says so: the app's outbound
    /// addresses, or for a feature of the platform some that are not published.
    fn platform_source(&self, question: &Question, app: AppId) -> (Ends, Step) {
        let noun = &self.model[app];
        let (ends, rule) = if question.traffic.is_of_platform() && self.fires("src.key-vault-reference") {
            let symbol = Symbol {
                of: SymbolOf::Unpublished(app),
                text: "unpublished addresses of the platform".into(),
                within: self.some_public(),
                tags: self.azure_tags(None),
                tags_known: true,
                never: Vec::new(),
            };
            (Ends::Symbol(Arc::new(symbol)), "src.key-vault-reference")
        } else {
            (self.platform_ends(app), "src.platform")
        };
        let step = Step::pass(rule, format!("the far side sees {ends}")).at(noun.head.span);
        let step = step.also_if(self.guarded_by_subnets(app), "se.inbound-no-egress-effect");
        (ends, step)
    }

    /// Do service endpoints guard the app's own entry? They say nothing about what it calls.
    fn guarded_by_subnets(&self, app: AppId) -> bool {
        let access = self.model[app].access.iter().flat_map(|list| &list.rules);
        let names_subnets = |rule: &AccessRule| match &rule.source {
            AccessSource::AnyVnets => true,
            AccessSource::Addresses(expr) => {
                expr.terms.iter().any(|term| matches!(term, Term::Thing(Thing::Subnet(_) | Thing::Vnet(_))))
            }
        };
        access.into_iter().any(names_subnets)
    }

    /// The names of the tags that hold all of Azure's public addresses.
    pub(super) fn cloud_tags(&self) -> &[String] {
        let is_whole = |name: &&str| self.platform().tag(name).is_some_and(|(tag, _)| tag.whole_cloud);
        let likely = || self.platform().names_holding("service-tag", "whole-cloud").into_iter();
        let names = || likely().filter(is_whole).map(String::from).collect();
        self.cloud.get_or_init(names)
    }

    /// The tags that every public address of Azure has.
    pub(super) fn azure_tags(&self, region: Option<&str>) -> Vec<(String, Option<String>)> {
        self.cloud_tags().iter().map(|name| (name.to_string(), region.map(String::from))).collect()
    }

    /// The line that would state the addresses of a caller who shows an app's outbound ones.
    pub(super) fn outbound_line(&self, ends: &Ends) -> Option<String> {
        match &ends.symbol()?.of {
            SymbolOf::Platform(app) => {
                Some(format!("amend app {} {{ outbound-ip ADDRESS, ADDRESS }}", self.model[*app].head.name))
            }
            _ => None,
        }
    }

    /// Every client of the internet: what the tag Internet holds, without the addresses of the platform itself.
    pub(super) fn some_public_client(&self) -> Ends {
        let own = self.platform().addresses("platform-addresses").union(&self.probes());
        Ends::Set(self.public_space().difference(&own))
    }

    /// Ends in words: the whole internet, and all of it but some, by name.
    pub fn name_of(&self, ends: &Ends) -> String {
        let Ends::Set(set) = ends else { return ends.to_string() };
        match self.internet_without(set) {
            Some(rest) if rest.is_empty() => "Internet".into(),
            Some(rest) => format!("Internet except {rest}"),
            None => set.to_string(),
        }
    }

    /// What of the internet a set leaves out, where that is shorter to tell than the set.
    pub(super) fn internet_without(&self, set: &AddressSet) -> Option<AddressSet> {
        let length = set.prefixes().len();
        // A short list is told as it is, and asks for no tags.
        if length <= 4 || !set.is_subset(&self.public_space()) {
            return None;
        }
        let Ends::Set(clients) = self.some_public_client() else { return None };
        Some(clients.difference(set)).filter(|rest| rest.prefixes().len() < length)
    }

    /// An app's call by the platform's own way out.
    pub(super) fn from_platform(&self, question: &Question, app: AppId, goal: Ends, mut trail: Trail) -> Vec<Part> {
        let (source, step) = self.platform_source(question, app);
        trail.push(step);
        let flows = question.flows(source.clone(), goal.clone());
        let caller = self.platform_caller(app, source);
        self.at_public(question, flows, goal, trail, caller)
    }

    pub(super) fn platform_caller(&self, app: AppId, ends: Ends) -> Caller {
        let unstable = self.plan_of(app).and_then(|p| p.plan_type.as_ref()).is_some_and(|p| p.addresses_change);
        let region = self.model[app].head.region.as_ref().map(|r| r.value.clone());
        Caller { app: Some(app), by: Some(app), azure: true, region, unstable, ..Caller::of(ends) }
    }

    /// The same for flows that were already on their way.
    pub(super) fn as_platform(&self, packet: Packet<'_>, app: AppId) -> Vec<Part> {
        let mut trail = packet.trail;
        let (source, step) = self.platform_source(packet.question, app);
        trail.push(step);
        let caller = Caller {
            home: packet.subnet,
            inside: Some(packet.origin.clone()),
            ..self.platform_caller(app, source.clone())
        };
        let flows = Flows { source: source.clone(), ..packet.flows };
        let mut parts = self.at_public(packet.question, flows, packet.goal, trail, caller);
        for part in parts.iter_mut().filter(|part| part.flows.source == source) {
            part.flows.source = packet.origin.clone();
        }
        parts
    }

    /// A hop `internet` out of a network, by a route of its table.
    pub(super) fn to_internet(&self, packet: Packet<'_>, route: &Route) -> Vec<Part> {
        let destination = packet.flows.destination.possible();
        if !destination.meets(&self.public_space()) {
            let text = format!("{} is no public address: the internet does not carry it", packet.flows.destination);
            let step = Step::block("eval.out.9-public-target", Outcome::Dropped, text);
            return vec![
                packet.end_with(step.remedy("route it to what leads to it: a peering, a gateway or an appliance")),
            ];
        }
        let by_user = route.source == RouteSource::User;
        self.to_public(packet, if by_user { Way::UserRoute } else { Way::Internet })
    }

    /// To a public address, by the internet or by a service endpoint.
    pub(super) fn to_public(&self, mut packet: Packet<'_>, way: Way) -> Vec<Part> {
        let subnet = packet.subnet;
        let region = self.model[packet.vnet].head.region.as_ref().map(|r| r.value.clone());
        let mut caller = Caller {
            home: subnet,
            by: packet.app,
            behind: packet.hops.last().copied(),
            inside: Some(packet.origin.clone()),
            azure: true,
            region,
            ..Caller::of(packet.flows.source.clone())
        };
        if way == Way::ServiceEndpoint {
            let tcp = packet.flows.protocols.iter().all(|protocol| protocol == Protocol::Tcp);
            if tcp && let Some(subnet) = subnet {
                let text = format!("the service sees {} and the subnet's identity", self.model[subnet].head.name);
                let environment = packet.app.is_some_and(|app| self.environment(app).is_some());
                let step = Step::pass("src.vnet.service-endpoint", text).at(self.model[subnet].head.span);
                let step = self.by_endpoint_rules(step, &mut packet, subnet);
                packet.push(step.also_if(environment, "ase.service-endpoints-out"));
                caller.subnet = Some(subnet);
            }
        } else {
            self.translate(&mut packet, &mut caller, way);
        }
        let flows = Flows { source: caller.ends.clone(), ..packet.flows.clone() };
        let mut parts = self.at_public(packet.question, flows, packet.goal.clone(), packet.trail, caller);
        for part in &mut parts {
            part.flows.source = packet.origin.clone();
        }
        parts
    }

    /// What the internet sees of a network's flows: NAT gateway, own public address, the app's, or a default one.
    fn translate(&self, packet: &mut Packet<'_>, caller: &mut Caller, way: Way) {
        if let Some(last) = packet.hops.last().copied()
            && !self.translates(packet, last)
        {
            return;
        }
        let subnet = packet.subnet.map(|subnet| &self.model[subnet]);
        let nat = subnet.and_then(|subnet| subnet.nat_gateway.as_ref());
        if let Some(nat) = nat.filter(|_| self.fires("nat.order")) {
            let noun = &self.model[nat.value];
            let only_ports = packet.flows.has_ports();
            if !only_ports {
                let text = format!("NAT gateway {} translates TCP and UDP alone", noun.head.name);
                packet.push(Step::block("nat.protocols", Outcome::Dropped, text).at(nat.span));
            }
            caller.ends = if noun.public_ip.is_empty() {
                self.unnamed_public(format!("the addresses of NAT gateway {}", noun.head.name))
            } else {
                Ends::Set(AddressSet::of(noun.public_ip.iter().map(|ip| &ip.value)))
            };
            caller.nat = true;
            let rule = if packet.app.is_some() { "src.vnet.nat" } else { "nat.order" };
            let text = format!("NAT gateway {}: the far side sees {}", noun.head.name, caller.ends);
            let of_ase = packet.app.is_some_and(|app| self.environment(app).is_some());
            packet.push(Step::pass(rule, text).at(nat.span).also_if(of_ase, "src.ase.internet"));
            return;
        }
        let default = subnet.and_then(|s| s.default_outbound_access.as_ref());
        let default = default.or(self.model[packet.vnet].default_outbound_access.as_ref()).cloned();
        if let Some(last) = packet.hops.last().copied() {
            self.out_of_appliance(packet, caller, last, default, way);
            return;
        }
        if let Some(app) = packet.app {
            caller.ends = self.platform_ends(app);
            caller.app = Some(app);
            let rule = if self.environment(app).is_some() { "src.ase.internet" } else { "src.vnet.public-target" };
            let step = Step::pass(rule, format!("the far side sees {}", caller.ends)).at(self.model[app].head.span);
            let step = step.also_if(self.guarded_by_subnets(app), "se.inbound-no-egress-effect");
            packet.push(step.also_if(default.is_some_and(|stated| !stated.value), "egress.private-not-delegated"));
            return;
        }
        if let Some((ends, text, place)) = packet.host.and_then(|host| self.explicit_egress(host)) {
            caller.ends = ends;
            let rule = if self.fires("nat.order") { "nat.order" } else { "eval.out.9-public-target" };
            packet.push(Step::pass(rule, format!("{text}: the far side sees {}", caller.ends)).at(place));
            return;
        }
        caller.ends = self.unnamed_public("an address that Microsoft owns".into());
        self.by_default_access(packet, default, way);
    }

    /// What a machine calls out by of its own: its public address, else the outbound rules of a load balancer.
    fn explicit_egress(&self, host: HostId) -> Option<(Ends, String, Span)> {
        let ends = |all: &[Stated<ipnet::IpNet>]| Ends::Set(AddressSet::of(all.iter().map(|ip| &ip.value)));
        let own = &self.model[host].public_ip;
        if let Some(first) = own.first() {
            return Some((ends(own), "its own public address".into(), first.span));
        }
        let balancers = self.model.load_balancers().map(|(_, balancer)| balancer);
        let mut balancers = balancers.filter(|balancer| {
            let outbound = balancer.outbound_rule.as_ref().is_some_and(|stated| stated.value);
            outbound && balancer.backends.iter().any(|backend| backend.value == Thing::Host(host))
        });
        let balancer = balancers.find(|balancer| !balancer.public_ip.is_empty())?;
        let text = format!("the outbound rules of {}", balancer.head.name);
        Some((ends(&balancer.public_ip), text, balancer.public_ip[0].span))
    }

    /// Without egress of its own a machine has the default one, where its subnet is not private.
    fn by_default_access(&self, packet: &mut Packet<'_>, default: Option<Stated<bool>>, way: Way) {
        let place = packet.subnet.map_or(&self.model[packet.vnet].head, |subnet| &self.model[subnet].head);
        let (name, span) = (place.name.clone(), place.span);
        match default {
            Some(off) if !off.value => {
                let by_route = way == Way::UserRoute && self.fires("egress.private-udr-internet");
                let rule = if by_route { "egress.private-udr-internet" } else { "egress.default-vm" };
                let text = match by_route {
                    true => format!("{name} is private: a route to the internet does not help without explicit egress"),
                    false => format!("{name} is private: without explicit egress it has no way out"),
                };
                let headline = format!("{name} is private, and nothing gives it a way out");
                let line = format!("amend subnet {name} {{ default-outbound-access on }}");
                let step = Step::block(rule, Outcome::Dropped, text).at(off.span).headline(headline);
                packet.push(step.remedy(line).also("egress.default-vm"));
            }
            None if self.fires("egress.private-default") => {
                let text = format!("networks that are created now have private subnets, and {name} may be one");
                let fact = format!("whether {name} has default outbound access");
                let line = format!("amend subnet {name} {{ default-outbound-access on }}");
                let headline = format!("{fact} is not stated");
                packet
                    .push(Step::unknown("egress.private-default", text, fact, Some(line)).at(span).headline(headline));
            }
            _ => {
                packet.push(Step::pass("egress.default-vm", "default outbound access: an address that Microsoft owns"))
            }
        }
    }

    /// Does an appliance put an address of its own into what it hands on to the internet? Unless it says it does not.
    fn translates(&self, packet: &mut Packet<'_>, last: ApplianceId) -> bool {
        let noun = &self.model[last];
        let name = &noun.head.name;
        let Some(off) = noun.snat.as_ref().filter(|snat| matches!(snat.value, Snat::Off)) else { return true };
        let text = format!("{name} does not translate to an address of its own: replies cannot come back");
        let step = Step::block("route.udr.appliance-internet-nat", Outcome::Dropped, text).at(off.span);
        let line = if noun.public_ip.is_empty() { "snat on; public-ip ADDRESS" } else { "snat on" };
        packet.push(step.remedy(format!("amend appliance {name} {{ {line} }}")));
        false
    }

    /// Out of an appliance by its own public address, or by one that nobody stated where its subnet may have one.
    fn out_of_appliance(
        &self,
        packet: &mut Packet<'_>,
        caller: &mut Caller,
        last: ApplianceId,
        default: Option<Stated<bool>>,
        way: Way,
    ) {
        let noun = &self.model[last];
        let name = &noun.head.name;
        caller.ends = if noun.public_ip.is_empty() {
            if default.as_ref().is_some_and(|stated| !stated.value) {
                self.by_default_access(packet, default, way);
                return;
            }
            packet.trail.assume(format!("{name} translates to a public address of its own"));
            self.unnamed_public(format!("the public address of {name}"))
        } else {
            Ends::Set(AddressSet::of(noun.public_ip.iter().map(|ip| &ip.value)))
        };
        let text = format!("{name} translates: the far side sees {}", caller.ends);
        packet.push(Step::pass("src.vnet.nva", text).at(noun.head.span));
    }

    fn unnamed_public(&self, text: String) -> Ends {
        let within = self.some_public();
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::Other,
            text,
            within,
            tags: self.azure_tags(None),
            tags_known: true,
            never: Vec::new(),
        }))
    }
}
