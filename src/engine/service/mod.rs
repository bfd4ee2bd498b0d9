//! The public side of a service: its ports, and the session behind its handshake. Whom its firewall admits, and why it
//! admits somebody not, are beside it.

mod firewall;
mod redirect;
mod refusal;

use super::Engine;
use super::egress::Caller;
use super::flow::{Ends, Flows, SymbolOf};
use super::packet::Part;
use super::question::Question;
use super::trail::{Outcome, Step, Trail};
use crate::model::*;
use crate::net::{PortSet, Protocol};
use crate::platform::FirewallRules;
use crate::source::Span;

impl Engine<'_> {
    /// The usual ports of a service, or of one of its endpoints.
    pub fn endpoint_ports(&self, service: ServiceId, subresource: Option<&str>) -> PortSet {
        let noun = &self.model[service];
        if let Some(listen) = &noun.listen {
            return listen.value.clone();
        }
        let Some(of_type) = &noun.service_type else { return PortSet::default() };
        let endpoint = subresource.and_then(|name| of_type.endpoint(name)).or(of_type.endpoints.first());
        endpoint.map(|endpoint| endpoint.ports.clone()).unwrap_or_default()
    }

    /// At the public side of a service.
    pub(super) fn at_service(
        &self,
        question: &Question,
        flows: Flows,
        goal: Ends,
        mut trail: Trail,
        caller: &Caller,
        id: ServiceId,
    ) -> Vec<Part> {
        let noun = &self.model[id];
        let subresource = match goal.symbol().map(|symbol| &symbol.of) {
            Some(SymbolOf::Service(_, subresource)) => Some(subresource.as_str()),
            _ => None,
        };
        let met = Flows { source: caller.ends.clone(), destination: goal.clone(), ..flows };
        let part = |trail: Trail, ports: PortSet| Part::of(Flows { ports, ..met.clone() }, trail);
        let ports = self.all_ports(id, subresource);
        let other = met.protocols.iter().find(|p| *p != Protocol::Tcp);
        if let Some(other) = other {
            let text = format!("{} answers over TCP, not over {}", noun.head.name, other.word().to_uppercase());
            trail.push(Step::block("diag.causes.port", Outcome::NotListening, text).at(noun.head.span));
            return vec![part(trail, met.ports.clone())];
        }
        let outside = met.ports.difference(&ports);
        let inside = met.ports.intersection(&ports);
        let mut parts = Vec::new();
        if !outside.is_empty() && !ports.is_empty() {
            let mut trail = trail.clone();
            let text = format!("{} listens on {ports}, not on {outside}", noun.head.name);
            trail.push(Step::block("diag.causes.port", Outcome::NotListening, text).at(noun.head.span));
            parts.push(part(trail, outside));
            if inside.is_empty() {
                return parts;
            }
        }
        let asked = if ports.is_empty() { met.ports.clone() } else { inside };
        if question.handshake_only() {
            trail.push(Step::pass(
                "in.rules.denied-403",
                format!("{} completes the handshake, whatever it then answers", noun.head.name),
            ));
            parts.push(part(trail, asked));
            return parts;
        }
        let redirected = self.redirected(question, noun, caller, &asked);
        for (ends, step) in self.service_verdicts(noun, caller) {
            let mut trail = trail.clone();
            let beside = self.has_endpoint(Thing::Service(id)) && !step.is_block();
            let step = step.also_if(beside, "pe.public-access-separate").admitting();
            match &redirected {
                Some(onward) => onward.follow(step, &asked, &mut trail),
                None => trail.push(step),
            }
            let source = if ends.is_empty() { caller.ends.clone() } else { ends };
            parts.push(Part::of(Flows { source, ports: asked.clone(), ..met.clone() }, trail));
        }
        parts
    }

    /// Is the public side of a service closed to some of Azure's public addresses? Where that is stated.
    pub(super) fn closed(&self, id: ServiceId) -> Option<Span> {
        let noun = &self.model[id];
        let ends = Ends::Set(self.some_public());
        let caller = Caller { azure: true, ..Caller::of(ends) };
        let open = self.service_verdicts(noun, &caller).iter().all(|(_, step)| !step.is_block() && !step.is_unknown());
        let firewall = || noun.firewall.as_ref().map(|firewall| firewall.span);
        let off = noun.public_access.as_ref().filter(|stated| !stated.value).map(|stated| stated.span);
        (!open).then(|| off.or_else(firewall).unwrap_or(noun.head.span))
    }

    /// Does the public side of a service admit an app that calls by the platform's own way?
    pub(super) fn admits_publicly(&self, app: AppId, id: ServiceId) -> bool {
        let caller = self.platform_caller(app, self.platform_ends(app));
        let verdicts = self.service_verdicts(&self.model[id], &caller);
        verdicts.iter().all(|(_, step)| !step.is_block() && !step.is_unknown())
    }

    /// Every port that a service answers on, at one of its endpoints or at all of them.
    fn all_ports(&self, id: ServiceId, subresource: Option<&str>) -> PortSet {
        let noun = &self.model[id];
        match (&noun.service_type, subresource, &noun.listen) {
            (Some(of_type), None, None) => {
                of_type.endpoints.iter().fold(PortSet::default(), |all, endpoint| all.union(&endpoint.ports))
            }
            _ => self.endpoint_ports(id, subresource),
        }
    }
}

/// One of the rules of a service type's firewall, where the edition declares it.
fn rule_of(engine: &Engine<'_>, noun: &Service, which: impl Fn(&FirewallRules) -> &Option<String>) -> Option<String> {
    let rules = &noun.service_type.as_ref()?.firewall_rules;
    which(rules).clone().filter(|rule| engine.fires(rule))
}
