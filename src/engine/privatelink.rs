//! Private endpoints: the connection's state, the network policies of their subnet, and the service behind them.

use super::Engine;
use super::flow::Flows;
use super::packet::{Packet, Part};
use super::question::Target;
use super::trail::{Mark, Outcome, Step, Trail};
use crate::model::*;
use crate::net::{PortSet, Protocol};

impl Engine<'_> {
    /// To a private endpoint.
    pub(super) fn to_private_endpoint(&self, mut packet: Packet<'_>, id: PrivateEndpointId) -> Vec<Part> {
        let noun = &self.model[id];
        let name = &noun.head.name;
        let Some(subnet) = noun.subnet else { return vec![packet.end()] };
        let there = self.model[subnet].vnet;
        if there != packet.vnet {
            packet = self.cross_peering(packet, there);
            let text = format!("{name} is reachable from the networks peered with {}", self.model[there].head.name);
            packet.push(Step::pass("pe.reachable-from", text).at(noun.head.span));
        }
        packet.subnet = Some(subnet);
        let policy = self.model[subnet].private_endpoint_policy.as_ref();
        let filtered = policy.is_some_and(|stated| stated.value.nsg) && self.fires("pe.policy.nsg");
        let passed = match (&self.model[subnet].nsg, filtered) {
            (Some(nsg), true) => {
                let text = format!(
                    "the network policy of {} applies its nsg to private endpoints",
                    self.model[subnet].head.name
                );
                let step = Step::pass("pe.policy.nsg", text).maybe_at(policy.map(|p| p.span));
                packet.push(step.also("pe.policy.values").also("nsg.private-endpoint"));
                let before = packet.trail.steps.len();
                let mut passed = self.pass_inbound_group(packet, nsg.value);
                for packet in &mut passed {
                    let steps = packet.trail.steps.iter_mut().skip(before);
                    steps.filter(|step| step.is_block()).for_each(|step| *step = step.clone().also("pe.policy.nsg"));
                }
                passed
            }
            (Some(nsg), false) => {
                let stated = policy.filter(|stated| stated.value.route_table);
                let rule = match (stated.is_some(), self.fires("pe.policy.nsg")) {
                    (true, _) => "pe.policy.values",
                    (false, true) => "pe.policy.default-off",
                    (false, false) => "pe.policy",
                };
                let text = format!("nsg {} is not applied to private endpoints", self.model[nsg.value].head.name);
                let step = Step::pass(rule, text).at(nsg.span).also("nsg.private-endpoint");
                packet.push(step.also_if(stated.is_none(), "pe.policy.default-off"));
                vec![packet]
            }
            (None, _) => vec![packet],
        };
        passed.into_iter().flat_map(|packet| self.into_service(packet, id, name)).collect()
    }

    fn into_service(&self, mut packet: Packet<'_>, id: PrivateEndpointId, name: &str) -> Vec<Part> {
        let noun = &self.model[id];
        let other = packet.flows.protocols.iter().find(|protocol| *protocol != Protocol::Tcp);
        if let Some(other) = other {
            let word = other.word().to_uppercase();
            let (rule, outcome, text) = if self.fires("pe.tcp-only") {
                ("pe.tcp-only", Outcome::Dropped, format!("a private endpoint carries TCP, not {word}"))
            } else {
                let text = format!("what is behind {name} answers over TCP, not over {word}");
                ("diag.causes.port", Outcome::NotListening, text)
            };
            packet.push(Step::block(rule, outcome, text).at(noun.head.span));
        }
        match &noun.state {
            Some(Stated { value: ConnectionState::Approved, span }) => {
                packet.push(Step::pass("pe.state", format!("the connection of {name} is approved")).at(*span));
            }
            Some(stated) => {
                let word = match stated.value {
                    ConnectionState::Pending => "pending",
                    ConnectionState::Rejected => "rejected",
                    _ => "disconnected",
                };
                let text = format!("the connection of {name} is {word}");
                let step = Step::block("pe.state", Outcome::Dropped, text).at(stated.span);
                packet.push(
                    step.headline(format!("private endpoint {name} is {word}"))
                        .remedy(format!("amend private-endpoint {name} {{ state approved }}")),
                );
            }
            None => packet.trail.assume(format!("the connection of private endpoint {name} is approved")),
        }
        let target = noun.target.as_ref().map(|t| t.value);
        if let Some(step) = self.of_another_service(&packet, noun, target) {
            packet.push(step);
        }
        let listening = match target {
            Some(Thing::Service(id)) => self.endpoint_ports(id, noun.subresource.as_ref().map(|s| s.value.as_str())),
            Some(Thing::App(_)) => self.app_ports(),
            _ => PortSet::default(),
        };
        let outside = packet.flows.ports.difference(&listening);
        let mut parts = Vec::new();
        let by_port = !listening.is_empty() && !outside.is_empty() && packet.flows.has_ports();
        if let (Some(target), true) = (target, by_port) {
            let deaf = packet.with(Flows { ports: outside.clone(), ..packet.flows.clone() });
            parts.push(deaf.end_with(self.not_listening(noun, target, &listening, &outside)));
            if outside == packet.flows.ports {
                return parts;
            }
            packet = packet.with(Flows { ports: packet.flows.ports.intersection(&listening), ..packet.flows.clone() });
        }
        parts.push(match target {
            Some(Thing::App(app)) => self.into_app(packet, id, app),
            _ => self.past_endpoint(packet, id, name, target),
        });
        parts
    }

    /// Where a record leads the name of a service to the endpoint of something else.
    fn of_another_service(&self, packet: &Packet<'_>, noun: &PrivateEndpoint, target: Option<Thing>) -> Option<Step> {
        let called = packet.question.named.or(match &packet.question.target {
            Target::Name(_, thing) => *thing,
            Target::Ends(_) => None,
        })?;
        if !matches!(called, Thing::Service(_)) || target.is_none_or(|target| target == called) {
            return None;
        }
        let (called, other) = (&called.head(self.model).name, &target?.head(self.model).name);
        let text = format!("{} leads to {other}, not to {called}", noun.head.name);
        let step = Step::block("pe.subresource", Outcome::Refused, text).at(noun.head.span);
        Some(step.headline(format!("the name of {called} leads to the private endpoint of {other}")))
    }

    /// The step of ports that what is behind an endpoint does not take by it.
    fn not_listening(&self, endpoint: &PrivateEndpoint, target: Thing, listening: &PortSet, outside: &PortSet) -> Step {
        let head = target.head(self.model);
        let text = format!("{} listens on {listening}, not on {outside}", head.name);
        let step = Step::block("diag.causes.port", Outcome::NotListening, text).at(head.span);
        match target {
            Thing::Service(service) => step
                .also_if(self.is_of_another(service, endpoint, outside), "pe.subresource")
                .also_some(self.proxy_rule(service)),
            _ => step,
        }
    }

    /// Past an endpoint to its service.
    fn past_endpoint(&self, mut packet: Packet<'_>, id: PrivateEndpointId, name: &str, target: Option<Thing>) -> Part {
        let noun = &self.model[id];
        let what = target.map_or("its service".to_string(), |thing| thing.head(self.model).name.clone());
        let text = format!("{name} leads to {what}, whose public firewall is not asked");
        let rule = match target {
            _ if self.fires("src.vnet.private-endpoint") => "src.vnet.private-endpoint",
            _ => "eval.out.8-private-target",
        };
        let mut step = Step::pass(rule, text)
            .at(noun.head.span)
            .also_if(packet.app.is_some(), "pe.app-outbound")
            .also_if(noun.addresses.len() != 1, "pe.interface");
        if let Some(Thing::Service(service)) = target {
            let beside = self.has_service_endpoint(&packet, service);
            step = step.also_if(beside, "pe.service-endpoint-coexist");
            if let Some(rule) = self.proxy_rule(service) {
                step = step.also(rule);
            }
            if let Some(warning) = self.some_ports_shut(&packet, id, service) {
                packet.push(warning);
            }
        }
        packet.push(step);
        packet.end()
    }

    /// Do the ports belong to another subresource of the service?
    fn is_of_another(&self, service: ServiceId, endpoint: &PrivateEndpoint, ports: &PortSet) -> bool {
        let Some(of_type) = &self.model[service].service_type else { return false };
        let own = endpoint.subresource.as_ref().map(|stated| stated.value.as_str());
        let own = own.or(of_type.endpoints.first().map(|first| first.subresource.as_str()));
        of_type.endpoints.iter().any(|other| Some(other.subresource.as_str()) != own && ports.is_subset(&other.ports))
    }

    /// The rule that keeps calls to a service's endpoint to its own ports where its connection policy would not.
    fn proxy_rule(&self, service: ServiceId) -> Option<String> {
        let noun = &self.model[service];
        let rule = noun.service_type.as_ref()?.proxy_rule.clone()?;
        noun.connection_policy.as_ref().is_none_or(|stated| stated.value != "proxy").then_some(rule)
    }

    /// The subnet that the flows come from.
    fn sender(&self, packet: &Packet<'_>) -> Option<SubnetId> {
        let of_host = |host: HostId| match self.model[host].place {
            Some(Thing::Subnet(subnet)) => Some(subnet),
            _ => None,
        };
        packet.app.and_then(|app| self.integration_subnet(app)).or(packet.host.and_then(of_host))
    }

    /// Has the subnet that the flows come from a service endpoint for that service?
    fn has_service_endpoint(&self, packet: &Packet<'_>, service: ServiceId) -> bool {
        let (Some(subnet), Some(of_type)) = (self.sender(packet), &self.model[service].service_type) else {
            return false;
        };
        let of_it = |name: &str| of_type.service_endpoints.iter().any(|known| known.eq_ignore_ascii_case(name));
        self.model[subnet].service_endpoints.iter().any(|stated| of_it(&stated.value))
    }

    /// The warning that security groups on the way shut ports that a service of this kind may need.
    fn some_ports_shut(&self, packet: &Packet<'_>, id: PrivateEndpointId, service: ServiceId) -> Option<Step> {
        let rule = self.model[service].service_type.as_ref()?.all_ports_rule.as_ref().filter(|id| self.fires(id))?;
        let every = Packet { trail: Trail::default(), ..packet.clone() };
        let every = every.with(Flows { ports: PortSet::all(), ..packet.flows.clone() });
        let shut = |passed: Vec<Packet<'_>>| passed.iter().any(|packet| packet.trail.steps.iter().any(Step::is_block));
        let guarded = |subnet: SubnetId| self.model[subnet].nsg.clone();
        let out = self.sender(packet).and_then(|from| guarded(from).map(|nsg| (from, nsg))).filter(|(from, _)| {
            let leaving = Packet { subnet: Some(*from), vnet: self.model[*from].vnet, ..every.clone() };
            let nic = packet.host.and_then(|host| self.model[host].nsg.as_ref()).map(|nsg| nsg.value);
            shut(self.outbound_security(leaving, nic))
        });
        let subnet = self.model[id].subnet?;
        let policy = self.model[subnet].private_endpoint_policy.as_ref().is_some_and(|stated| stated.value.nsg);
        let into = guarded(subnet).filter(|nsg| policy && shut(self.pass_inbound_group(every.clone(), nsg.value)));
        let nsg = out.map(|(_, nsg)| nsg).or(into)?;
        let text = format!(
            "{} allows some ports alone, and {} may need all of them",
            self.model[nsg.value].head.name, self.model[service].head.name
        );
        Some(Step::new(rule, Mark::Warn, text).at(nsg.span))
    }

    /// Past a private endpoint to the site of an app, by its name and by nothing else.
    fn into_app(&self, mut packet: Packet<'_>, id: PrivateEndpointId, app: AppId) -> Part {
        let (endpoint, noun) = (&self.model[id].head, &self.model[app]);
        let name = &noun.head.name;
        let rule = "pe.app.bypasses-access-restrictions";
        let rule = if self.fires(rule) { rule } else { "eval.out.8-private-target" };
        let guarded = noun.access.is_some() || noun.scm_access.is_some();
        let off = noun.switch("public-access").is_none_or(|(stated, _)| !stated.value);
        let past = if guarded { ", past its access restrictions" } else { "" };
        let text = format!("{} leads to {name}{past}", endpoint.name);
        let step = Step::pass(rule, text)
            .at(endpoint.span)
            .also("eval.in.2-client-path")
            .also_if(guarded || off, "in.entry.order")
            .also_if(!off, "in.private-endpoint-plus-public")
            .also_if(packet.app.is_some(), "pe.app-outbound")
            .also_if(self.model[id].addresses.len() != 1, "pe.interface")
            .also_some(self.permitted_by(app, "private-endpoints"));
        packet.push(step);
        if packet.question.handshake_only() {
            return packet.end();
        }
        let rule = if self.fires("pe.app.host-name") { "pe.app.host-name" } else { "in.address" };
        let goal = packet.flows.destination.clone();
        let (_, step) = self.selected(packet.question, &[app], &goal, rule);
        if let Some(step) = step {
            packet.push(step.also("in.address"));
        }
        packet.end()
    }
}
