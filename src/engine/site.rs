//! Sites of the customer's own and the gateways that lead to them, both directions. Not point-to-site clients.

use super::Engine;
use super::flow::{Ends, Flows, SymbolOf};
use super::gateway_required::insert_before_refusal;
use super::lines::Firewall;
use super::packet::{Packet, Part};
use super::question::Question;
use super::resolve::Asker;
use super::trail::{Outcome, Step, Trail};
use crate::model::*;
use crate::net::AddressSet;
use crate::source::Span;

impl Engine<'_> {
    /// Is a gateway up?
    fn gateway_state(&self, packet: &mut Packet<'_>, id: GatewayId) {
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
    }

    /// By a gateway to the site behind it.
    pub(super) fn through_gateway(&self, mut packet: Packet<'_>, id: GatewayId) -> Vec<Part> {
        let gateway = &self.model[id];
        let name = &gateway.head.name;
        let lent = gateway
            .vnet
            .filter(|vnet| *vnet != packet.vnet && self.peers_of(*vnet).iter().any(|p| p.vnet == packet.vnet));
        if let Some(owner) = lent {
            packet = self.cross_peering(packet, owner);
        }
        self.gateway_state(&mut packet, id);
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
        let across = gateway.is_express_route() && packet.app.is_some();
        let reached = Step::pass("gw.on-prem.reach", format!("reaches {}", self.model[site].head.name));
        packet.push(reached.at(self.model[site].head.span).also_if(across, "gw.express-route.regional-only"));
        let rule = if packet.app.is_some() { "route.app.return-route" } else { "gw.on-prem.return" };
        self.replies_by_gateway(packet, id).into_iter().flat_map(|packet| self.at_site(packet, site, rule)).collect()
    }

    /// By a VPN of two gateways into another network.
    pub(super) fn by_vpn(&self, mut packet: Packet<'_>, to: VnetId, place: Span) -> Vec<Part> {
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

    /// At a site: the way back, its firewall, and what stands there.
    pub(super) fn at_site(&self, mut packet: Packet<'_>, site: OnPremisesId, rule: &'static str) -> Vec<Part> {
        let noun = &self.model[site];
        let name = &noun.head.name;
        let source = packet.flows.source.possible().clone();
        let mut pieces = Vec::new();
        match &noun.return_routes {
            Some(Stated { value: ReturnRoutes::All, span }) => {
                packet.push(
                    Step::pass(rule, format!("{name} routes back to everything"))
                        .at(*span)
                        .also("gw.on-prem.return")
                        .also("eval.out.10-reply"),
                );
                pieces.push(packet);
            }
            Some(Stated { value: ReturnRoutes::Prefixes(set), span }) => {
                let (back, lost, _) = Ends::Set(source).split(set);
                if let Some(back) = back {
                    let mut packet = packet.with(Flows { source: back.clone(), ..packet.flows.clone() });
                    packet.push(
                        Step::pass(rule, format!("{name} routes back to {back}"))
                            .at(*span)
                            .also("gw.on-prem.return")
                            .also("eval.out.10-reply"),
                    );
                    pieces.push(packet);
                }
                if let Some(lost) = lost {
                    let mut packet = packet.with(Flows { source: lost.clone(), ..packet.flows.clone() });
                    let step =
                        Step::block(rule, Outcome::Dropped, format!("{name} has no route back to {lost}")).at(*span);
                    let step = step.headline(format!("{name} does not send replies back to {lost}"));
                    let step = step.also("gw.on-prem.return").also("eval.out.10-reply");
                    let both = set.union(lost.possible());
                    packet.push(step.remedy(format!("amend on-premises {name} {{ return-route {both} }}")));
                    pieces.push(packet);
                }
            }
            None => {
                let fact = format!("what the routers of {name} send back to {source}");
                let line = format!("amend on-premises {name} {{ return-route {source} }}");
                let text = format!("whether {name} routes back to {source} is not stated");
                packet.push(
                    Step::unknown(rule, text, fact, Some(line))
                        .at(noun.head.span)
                        .also("gw.on-prem.return")
                        .also("eval.out.10-reply"),
                );
                pieces.push(packet);
            }
        }
        let filtered = pieces.into_iter().flat_map(|packet| self.at_edge(packet, noun));
        filtered.flat_map(|packet| self.at_interface(packet, Thing::OnPremises(site))).collect()
    }

    /// The firewall at the edge of a site, for what comes in and what goes out.
    fn at_edge<'q>(&self, packet: Packet<'q>, site: &OnPremises) -> Vec<Packet<'q>> {
        let (name, rule) = (&site.head.name, "gw.on-prem.return");
        match &site.firewall {
            Some(list) => {
                self.filter(packet, Firewall { kind: "on-premises", name, list, rule, unstated: Action::Allow })
            }
            None => vec![packet],
        }
    }

    /// From a site: inside it, out of its own internet access, or by a gateway into Azure.
    pub(super) fn from_site(
        &self,
        question: &Question,
        site: OnPremisesId,
        asker: Asker,
        source: AddressSet,
        trail: Trail,
    ) -> Vec<Part> {
        let noun = &self.model[site];
        self.each_target(question, asker, trail, |engine, goal, trail| {
            let flows = question.flows(Ends::Set(source.clone()), goal.clone());
            let via = engine.gateway_towards(site, &goal);
            // Inside a site, and out of its own internet access, no network of Azure has a say.
            let vnet = via.map_or(VnetId(0), |(_, vnet)| vnet);
            let mut packet = engine.packet(question, flows, goal.clone(), trail, vnet);
            if goal.possible().is_subset(&noun.addresses()) {
                packet.push(Step::pass("gw.on-prem.reach", format!("inside {}", noun.head.name)).at(noun.head.span));
                return engine.at_interface(packet, Thing::OnPremises(site));
            }
            let passed = engine.at_edge(packet, noun);
            let public = goal.possible().is_subset(&engine.public_space());
            passed
                .into_iter()
                .flat_map(|packet| match (public, via) {
                    (true, _) => engine.out_of_site(packet, noun),
                    (false, Some((gateway, _))) => engine.into_azure(packet, noun, gateway),
                    (false, None) => {
                        let text = format!("no gateway leads from {} to Azure", noun.head.name);
                        let step = Step::block("gw.on-prem.reach", Outcome::Dropped, text);
                        vec![packet.end_with(step.at(noun.head.span))]
                    }
                })
                .collect()
        })
    }

    /// The gateway of a site that leads to some ends; its first one where none does.
    fn gateway_towards(&self, site: OnPremisesId, goal: &Ends) -> Option<(GatewayId, VnetId)> {
        let all: Vec<(GatewayId, VnetId)> = self.model[site]
            .via
            .iter()
            .filter_map(|via| match via.value {
                Thing::Gateway(id) => Some((id, self.model[id].vnet?)),
                _ => None,
            })
            .collect();
        let near = |vnet: VnetId| goal.possible().meets(&self.model[vnet].addresses());
        let lends = |vnet: VnetId| {
            self.peers_of(vnet).iter().any(|peer| near(peer.vnet) && self.lends_gateway(vnet, peer.vnet))
        };
        let leads = all.iter().find(|(_, vnet)| near(*vnet)).or_else(|| all.iter().find(|(_, vnet)| lends(*vnet)));
        leads.or(all.first()).copied()
    }

    /// Out of a site's own internet access: what answers sees no subnet of Azure.
    fn out_of_site(&self, mut packet: Packet<'_>, noun: &OnPremises) -> Vec<Part> {
        let name = &noun.head.name;
        let stated = AddressSet::of(noun.public_ip.iter().map(|ip| &ip.value));
        let ends = if stated.is_empty() { self.some_public_client() } else { Ends::Set(stated) };
        let text = format!("{name} calls from its own internet access: {}", self.name_of(&ends));
        packet.push(Step::note("eval.out.9-public-target", text).at(noun.head.span));
        let goal = packet.goal.clone();
        let before = packet.trail.steps.len();
        let restricted = self.admits_subnets(&goal);
        let endpoint = goal.symbol().is_some_and(|symbol| match &symbol.of {
            SymbolOf::Service(id, _) => {
                let is_its = |endpoint: &PrivateEndpoint| {
                    endpoint.target.as_ref().is_some_and(|target| target.value == Thing::Service(*id))
                };
                self.model.private_endpoints.iter().any(is_its)
            }
            _ => false,
        });
        let flows = Flows { source: ends.clone(), ..packet.flows };
        let mut parts = self.by_internet(packet.question, flows, goal, packet.trail);
        for part in &mut parts {
            // Whom the far side does not tell apart, the question does.
            if part.flows.source == ends {
                part.flows.source = packet.origin.clone();
            }
            if let Some((service, place)) = &restricted {
                insert_before_refusal(part, before, |_| {
                    let text = format!("{service} admits subnets by service endpoint, which {name} cannot use");
                    Some(Step::block("gw.on-prem.no-service-endpoint", Outcome::Refused, text).at(*place))
                });
            }
            if let Some(step) = part.trail.steps.iter_mut().find(|step| step.is_block()).filter(|_| endpoint) {
                *step = step.clone().also("gw.on-prem.private-endpoint");
            }
        }
        parts
    }

    /// By a gateway into its network, or into a peer that uses it.
    fn into_azure(&self, mut packet: Packet<'_>, noun: &OnPremises, id: GatewayId) -> Vec<Part> {
        let name = &self.model[id].head.name;
        let text = format!("{} reaches Azure by gateway {name}", noun.head.name);
        packet.push(Step::pass("gw.on-prem.reach", text).at(noun.head.span));
        self.gateway_state(&mut packet, id);
        let vnet = packet.vnet;
        let destination = packet.flows.destination.possible().clone();
        let near = |vnet: VnetId| destination.meets(&self.model[vnet].addresses());
        let borrows =
            self.peers_of(vnet).iter().copied().find(|peer| near(peer.vnet) && self.lends_gateway(vnet, peer.vnet));
        let there = if near(vnet) { vnet } else { borrows.as_ref().map_or(vnet, |peer| peer.vnet) };
        let endpoint = self.endpoint_at(there, &packet.flows.destination);
        if let Some(endpoint) = endpoint {
            let text = format!("private endpoint {} is reached over the gateway", self.model[endpoint].head.name);
            packet.push(Step::pass("gw.on-prem.private-endpoint", text).at(self.model[endpoint].head.span));
        }
        if !near(vnet) {
            let Some(peer) = borrows else {
                let text = format!("{destination} is not in a network that uses gateway {name}");
                let step = Step::block("peer.gateway-transit.effect", Outcome::Dropped, text);
                return vec![packet.end_with(step.at(noun.head.span))];
            };
            if self.gateway_table(vnet).is_none() {
                packet = self.cross_peering(packet, peer.vnet);
            }
        }
        if let Some(subnet) = self.gateway_table(vnet) {
            packet.subnet = Some(subnet);
            return self.by_route(packet);
        }
        match endpoint {
            Some(endpoint) => self.to_private_endpoint(packet, endpoint),
            None => self.arrive(packet),
        }
    }

    /// The gateway's subnet, where a route table sends what comes from sites on its way.
    pub(super) fn gateway_table(&self, vnet: VnetId) -> Option<SubnetId> {
        let name = self.platform().word("gateway-subnet");
        let mut subnets = self.model[vnet].subnets.iter().copied();
        subnets.find(|id| {
            let subnet = &self.model[*id];
            subnet.route_table.is_some() && subnet.short_name().eq_ignore_ascii_case(&name)
        })
    }

    /// The private endpoint of a network at some ends.
    pub(super) fn endpoint_at(&self, vnet: VnetId, ends: &Ends) -> Option<PrivateEndpointId> {
        if let Some(SymbolOf::PrivateEndpoint(id)) = ends.symbol().map(|symbol| &symbol.of) {
            return Some(*id);
        }
        self.endpoint_in(vnet, ends.possible())
    }
}
