//! Private endpoints: the connection's state, the network policies of their subnet, and the service behind them.

use super::Engine;
use super::packet::{Packet, Part};
use super::trail::{Outcome, Step};
use crate::model::*;
use crate::net::Protocol;

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
                packet.push(Step::pass("pe.policy.nsg", text).maybe_at(policy.map(|p| p.span)));
                self.pass_group(packet, nsg.value, false)
            }
            (Some(nsg), false) => {
                let rule = if self.fires("pe.policy.nsg") { "pe.policy.default-off" } else { "pe.policy" };
                let text = format!("nsg {} is not applied to private endpoints", self.model[nsg.value].head.name);
                packet.push(Step::pass(rule, text).at(nsg.span));
                vec![packet]
            }
            (None, _) => vec![packet],
        };
        passed.into_iter().map(|packet| self.into_service(packet, id, name)).collect()
    }

    fn into_service(&self, mut packet: Packet<'_>, id: PrivateEndpointId, name: &str) -> Part {
        let noun = &self.model[id];
        let other = packet.flows.protocols.iter().find(|protocol| *protocol != Protocol::Tcp);
        if let (Some(other), true) = (other, self.fires("pe.tcp-only")) {
            let text = format!("a private endpoint carries TCP, not {}", other.word().to_uppercase());
            packet.push(Step::block("pe.tcp-only", Outcome::Dropped, text).at(noun.head.span));
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
        if let (Some(Thing::Service(service)), false) = (target, packet.flows.ports.is_all()) {
            let ports = self.endpoint_ports(service, noun.subresource.as_ref().map(|s| s.value.as_str()));
            let outside = packet.flows.ports.difference(&ports);
            if !ports.is_empty() && !outside.is_empty() && packet.flows.protocols.contains(Protocol::Tcp) {
                let text = format!("{} listens on {ports}, not on {outside}", self.model[service].head.name);
                let step =
                    Step::block("diag.causes.port", Outcome::NotListening, text).at(self.model[service].head.span);
                return packet.end_with(step);
            }
        }
        let what = target.map_or("its service".to_string(), |thing| thing.head(self.model).name.clone());
        let mut text = format!("{name} leads to {what}, whose public firewall is not asked");
        if let Some(Thing::App(_)) = target {
            text = format!("{name} leads to {what}, past its access restrictions");
        }
        let rule = match target {
            Some(Thing::App(_)) if self.fires("pe.app.bypasses-access-restrictions") => {
                "pe.app.bypasses-access-restrictions"
            }
            _ if self.fires("src.vnet.private-endpoint") => "src.vnet.private-endpoint",
            _ => "eval.out.8-private-target",
        };
        let permitted = match target {
            Some(Thing::App(app)) => self.permitted_by(app, "private-endpoints"),
            _ => None,
        };
        packet.push(Step::pass(rule, text).at(noun.head.span).also_some(permitted));
        packet.end()
    }
}
