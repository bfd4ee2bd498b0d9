//! Sites of the customer's own and the gateways that lead to them, both directions. Not point-to-site clients.

use super::Engine;
use super::flow::{Ends, Flows};
use super::packet::{Packet, Part};
use super::question::Question;
use super::resolve::Asker;
use super::trail::{Outcome, Step, Trail};
use crate::model::*;
use crate::net::AddressSet;
use crate::source::Span;

impl Engine<'_> {
    /// By a gateway to the site behind it.
    pub(super) fn through_gateway(&self, mut packet: Packet<'_>, id: GatewayId) -> Vec<Part> {
        let gateway = &self.model[id];
        let name = &gateway.head.name;
        if let Some(down) = gateway.status.as_ref().filter(|status| status.value != "up") {
            let text = format!("gateway {name} is {}", down.value);
            packet.push(
                Step::block("diag.gateway.up", Outcome::Dropped, text)
                    .at(down.span)
                    .headline(format!("gateway {name} is not up")),
            );
        } else if gateway.status.is_none() {
            packet.trail.assume(format!("gateway {name} is up"));
        }
        let destination = packet.flows.destination.possible().clone();
        let joined =
            self.joined_by(id).into_iter().find(|(other, _)| destination.meets(&self.model[*other].addresses()));
        if let Some((other, place)) = joined {
            return self.by_vpn(packet, other, place);
        }
        let site = self.sites_behind(id).find(|(_, site)| destination.is_subset(&site.addresses()));
        let Some((site, _)) = site else {
            let text = format!("what lies behind gateway {name} for {destination} is not declared");
            let line = format!("on-premises NAME {destination} {{ via {name}; return-route all }}");
            let fact = format!("what answers to {destination} behind {name}");
            return vec![
                packet.end_with(Step::unknown("verdict.ours.unknown", text, fact, Some(line)).at(gateway.head.span)),
            ];
        };
        self.at_site(packet, site)
    }

    /// By a VPN of two gateways into another network.
    fn by_vpn(&self, mut packet: Packet<'_>, to: VnetId, place: Span) -> Vec<Part> {
        let there = &self.model[to].head.name;
        let far = self.model.gateways().find(|(_, gateway)| gateway.vnet == Some(to) && !gateway.is_express_route());
        match far.map(|(_, gateway)| (&gateway.head.name, &gateway.status)) {
            Some((name, Some(status))) if status.value != "up" => {
                let step =
                    Step::block("diag.gateway.up", Outcome::Dropped, format!("gateway {name} is {}", status.value));
                packet.push(step.at(status.span).headline(format!("gateway {name} is not up")));
            }
            Some((_, Some(_))) => {}
            Some((name, None)) => packet.trail.assume(format!("gateway {name} is up")),
            None => packet.trail.assume(format!("the gateway of {there} is up")),
        }
        packet.push(Step::pass("route.system.gateway", format!("by VPN into {there}")).at(place));
        packet.vnet = to;
        packet.subnet = None;
        self.arrive(packet)
    }

    fn at_site(&self, mut packet: Packet<'_>, site: OnPremisesId) -> Vec<Part> {
        let noun = &self.model[site];
        let name = &noun.head.name;
        packet.push(Step::pass("gw.on-prem.reach", format!("reaches {name}")).at(noun.head.span));
        let source = packet.flows.source.possible().clone();
        let rule = if packet.app.is_some() { "route.app.return-route" } else { "gw.on-prem.return" };
        let mut pieces = Vec::new();
        match &noun.return_routes {
            Some(Stated { value: ReturnRoutes::All, span }) => {
                packet.push(Step::pass(rule, format!("{name} routes back to everything")).at(*span));
                pieces.push(packet);
            }
            Some(Stated { value: ReturnRoutes::Prefixes(set), span }) => {
                let (back, lost, _) = Ends::Set(source).split(set);
                if let Some(back) = back {
                    let mut packet = packet.with(Flows { source: back.clone(), ..packet.flows.clone() });
                    packet.push(Step::pass(rule, format!("{name} routes back to {back}")).at(*span));
                    pieces.push(packet);
                }
                if let Some(lost) = lost {
                    let mut packet = packet.with(Flows { source: lost.clone(), ..packet.flows.clone() });
                    let step =
                        Step::block(rule, Outcome::Dropped, format!("{name} has no route back to {lost}")).at(*span);
                    let step = step.headline(format!("{name} does not send replies back to {lost}"));
                    packet.push(step.remedy(format!("amend on-premises {name} {{ return-route {lost} }}")));
                    pieces.push(packet);
                }
            }
            None => {
                let fact = format!("what the routers of {name} send back to {source}");
                let line = format!("amend on-premises {name} {{ return-route {source} }}");
                let text = format!("whether {name} routes back to {source} is not stated");
                packet.push(Step::unknown(rule, text, fact, Some(line)).at(noun.head.span));
                pieces.push(packet);
            }
        }
        let owner = format!("{name} firewall");
        let filtered = pieces.into_iter().flat_map(|packet| match &noun.firewall {
            Some(firewall) => self.filter(packet, firewall, &owner, "gw.on-prem.return", Action::Allow),
            None => vec![packet],
        });
        filtered.flat_map(|packet| self.at_interface(packet, Thing::OnPremises(site))).collect()
    }

    /// From a site into Azure, or out of its own internet access.
    pub(super) fn from_site(
        &self,
        question: &Question,
        site: OnPremisesId,
        source: AddressSet,
        trail: Trail,
    ) -> Vec<Part> {
        let noun = &self.model[site];
        self.each_target(question, Asker::Site(site), trail, |engine, goal, mut trail| {
            if goal.possible().is_subset(&engine.public_space()) {
                let stated = AddressSet::of(noun.public_ip.iter().map(|ip| &ip.value));
                let ends = if stated.is_empty() { engine.some_public_client() } else { Ends::Set(stated) };
                let text = format!("{} calls from its own internet access: {ends}", noun.head.name);
                trail.push(Step::note("gw.on-prem.no-service-endpoint", text).at(noun.head.span));
                return engine.from_internet_to(question, ends, goal, trail);
            }
            let inside = goal.possible().is_subset(&noun.addresses());
            let via = noun.via.iter().find_map(|via| match via.value {
                Thing::Gateway(id) => engine.model[id].vnet.map(|vnet| (id, vnet)),
                _ => None,
            });
            let (Some((gateway, vnet)), false) = (via, inside) else {
                let rule = "gw.on-prem.reach";
                let step = if inside {
                    Step::pass(rule, format!("{goal} is inside {}", noun.head.name))
                } else {
                    Step::block(rule, Outcome::Dropped, format!("no gateway leads from {} to Azure", noun.head.name))
                };
                trail.push(step.at(noun.head.span));
                return vec![Part {
                    source: Ends::Set(source.clone()),
                    destination: goal,
                    ports: question.ports.clone(),
                    trail,
                }];
            };
            let text = format!("{} reaches Azure by gateway {}", noun.head.name, engine.model[gateway].head.name);
            trail.push(Step::pass("gw.on-prem.reach", text).at(noun.head.span));
            let flows = Flows {
                source: Ends::Set(source.clone()),
                destination: goal.clone(),
                protocols: question.protocols(),
                source_ports: question.source_ports.clone(),
                ports: question.ports.clone(),
            };
            let mut packet = engine.packet(question, flows, goal, trail, vnet);
            let here = engine.model[vnet].addresses();
            let destination = packet.flows.destination.possible().clone();
            let peer = engine.peers_of(vnet).into_iter().find(|peer| {
                destination.meets(&engine.model[peer.vnet].addresses()) && engine.lends_gateway(vnet, peer.vnet)
            });
            if !destination.meets(&here)
                && let Some(peer) = peer
            {
                packet = engine.cross_peering(packet, peer.vnet);
            } else if !destination.meets(&here) {
                let text =
                    format!("{destination} is not in a network that uses gateway {}", engine.model[gateway].head.name);
                return vec![
                    packet.end_with(
                        Step::block("peer.gateway-transit.effect", Outcome::Dropped, text).at(noun.head.span),
                    ),
                ];
            }
            engine.arrive(packet)
        })
    }
}
