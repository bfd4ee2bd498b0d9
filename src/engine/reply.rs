//! The way back of what an appliance handed on as it came. Azure implies replies; through an appliance they need a route
//! of their own, and a peering that takes them. Not the way back from a site, which is told there.

use super::Engine;
use super::flow::Flows;
use super::packet::Packet;
use super::routes::Hop;
use super::trail::{Outcome, Step};
use crate::model::*;
use crate::net::AddressSet;

/// Where the reply to what an appliance handed on is led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WayBack {
    /// Straight back, as far as is known.
    Open,
    /// Elsewhere, or nowhere.
    Lost,
    /// To an appliance.
    By(ApplianceId),
}

impl Engine<'_> {
    /// At the network of the destination: do its routes lead back to the sender?
    pub(super) fn replies<'q>(&self, packet: Packet<'q>) -> Vec<Packet<'q>> {
        let source = packet.flows.source.possible();
        let of_home = !source.is_empty() && source.is_subset(&self.model[packet.home].addresses());
        if self.is_of_site(source) {
            let at = (packet.vnet, packet.subnet);
            return self.on_the_way_back(packet, at, |piece, hop| match hop {
                Hop::None | Hop::Internet | Hop::MissingGateway => Some(self.no_way_to_site(piece)),
                _ => None,
            });
        }
        let Some(by) = packet.hops.last().copied().filter(|_| packet.forwarded && of_home) else { return vec![packet] };
        let at = (packet.vnet, packet.subnet);
        self.on_the_way_back(packet, at, |piece, hop| match self.way_back(piece.home, piece.vnet, hop) {
            WayBack::Open => None,
            WayBack::Lost => Some(self.no_way_back(piece, by)),
            WayBack::By(id) => Some(self.back_by(piece, id)),
        })
    }

    /// Where a hop takes the reply to what an appliance handed on from one network into another.
    pub(super) fn way_back(&self, home: VnetId, vnet: VnetId, hop: Hop) -> WayBack {
        match hop {
            Hop::None | Hop::Internet | Hop::MissingGateway => WayBack::Lost,
            // A gateway leads back to a network that its connections join, and to no other.
            Hop::Gateway(id) if !self.joins(id, home) => WayBack::Lost,
            Hop::Appliance(address) => self.appliance_near(vnet, address).map_or(WayBack::Open, WayBack::By),
            _ => WayBack::Open,
        }
    }

    fn joins(&self, gateway: GatewayId, vnet: VnetId) -> bool {
        self.joined_by(gateway).iter().any(|(other, _)| *other == vnet)
    }

    /// At a gateway that leads to a site: replies come back by it, and by the routes of its subnet.
    pub(super) fn replies_by_gateway<'q>(&self, packet: Packet<'q>, id: GatewayId) -> Vec<Packet<'q>> {
        let source = packet.flows.source.possible();
        let of_home = !source.is_empty() && source.is_subset(&self.model[packet.home].addresses());
        let place = self.model[id].vnet.and_then(|vnet| Some((vnet, self.gateway_table(vnet)?)));
        let Some((vnet, subnet)) = place.filter(|_| of_home && !packet.translated) else { return vec![packet] };
        self.on_the_way_back(packet, (vnet, Some(subnet)), |piece, hop| match hop {
            Hop::Appliance(address) => {
                let id = self.appliance_near(vnet, address)?;
                Some(self.back_by(piece, id)).filter(Step::is_block)
            }
            Hop::None => {
                let text = format!("the routes of the gateway's subnet drop the reply to {}", self.whole_range(piece));
                Some(Step::block("eval.out.10-reply", Outcome::Dropped, text.clone()).headline(text))
            }
            _ => None,
        })
    }

    /// The flows, apart for senders to whom different routes lead back, each with what is to be said of its route.
    fn on_the_way_back<'q>(
        &self,
        packet: Packet<'q>,
        (vnet, subnet): (VnetId, Option<SubnetId>),
        told: impl Fn(&Packet<'q>, Hop) -> Option<Step>,
    ) -> Vec<Packet<'q>> {
        let routes = self.effective_routes(vnet, subnet);
        let choices = self.choose_route(&routes, &packet.flows.source);
        let pieces = choices.into_iter().map(|choice| {
            let mut piece = packet.with(Flows { source: choice.ends.clone(), ..packet.flows.clone() });
            let hop = choice.route.map_or(Hop::None, |at| self.true_hop(&routes[at], choice.ends.possible()).0);
            let place = choice.route.and_then(|at| routes[at].place);
            if let Some(step) = told(&piece, hop) {
                piece.push(step.maybe_at(place));
            }
            piece
        });
        pieces.collect()
    }

    /// Are they addresses of a site alone?
    fn is_of_site(&self, source: &AddressSet) -> bool {
        !source.is_empty() && self.model.on_premises().any(|(_, site)| source.is_subset(&site.addresses()))
    }

    /// The reply has no route to the site that calls.
    fn no_way_to_site(&self, packet: &Packet<'_>) -> Step {
        let subnet = packet.subnet.map(|subnet| &self.model[subnet]);
        let name = &subnet.map_or(&self.model[packet.vnet].head, |subnet| &subnet.head).name;
        let source = self.whole_range(packet);
        let text = format!("the reply finds no route from {name} back to {source}");
        let step = Step::block("eval.out.10-reply", Outcome::Dropped, text)
            .headline(format!("{name} has no route back to {source}"));
        let table = subnet.and_then(|subnet| subnet.route_table.as_ref()).map(|table| &self.model[table.value]);
        match table.filter(|table| table.bgp_propagation.as_ref().is_some_and(|on| !on.value)) {
            Some(table) => step
                .also("route.gateway-propagation-off")
                .remedy(format!("amend route-table {} {{ bgp-propagation on }}", table.head.name)),
            None => step,
        }
    }

    /// The reply has no route to the sender.
    fn no_way_back(&self, packet: &Packet<'_>, by: ApplianceId) -> Step {
        let subnet = packet.subnet.map(|subnet| &self.model[subnet]);
        let here = subnet.map_or(&self.model[packet.vnet].head, |subnet| &subnet.head);
        let (name, appliance) = (&here.name, &self.model[by].head.name);
        let source = self.whole_range(packet);
        let text = format!("the reply finds no route from {name} back to {source}");
        let step = Step::block("eval.out.10-reply", Outcome::Dropped, text)
            .headline(format!("{name} has no route back to {source}"));
        let line = format!("{source} -> appliance {appliance}");
        match subnet.map(|subnet| subnet.route_table.as_ref()) {
            Some(Some(table)) => {
                step.remedy(format!("amend route-table {} {{ {line} }}", self.model[table.value].head.name))
            }
            Some(None) => step
                .remedy(format!("route-table way-back {{ {line} }}; amend subnet {name} {{ route-table way-back }}")),
            None => step,
        }
    }

    /// The reply goes through an appliance: the network of the sender must take what that forwards.
    fn back_by(&self, packet: &Packet<'_>, id: ApplianceId) -> Step {
        let name = &self.model[id].head.name;
        let between = self.model[id].subnet.map(|subnet| self.model[subnet].vnet);
        let text = format!("the reply comes back by {name}");
        let Some(between) = between.filter(|between| {
            self.is_back_foreign(packet.home, packet.vnet, packet.flows.destination.possible(), *between)
        }) else {
            return Step::pass("eval.out.10-reply", text);
        };
        let (a, b) = (&self.model[between].head.name, &self.model[packet.home].head.name);
        if self.takes_replies(packet.home, between) {
            let text = format!("{text}: {b} accepts packets that {a} forwards");
            return Step::pass("eval.out.10-reply", text).also("peer.flag.forwarded");
        }
        let text = format!("the reply comes by {name}, and {b} does not accept packets forwarded by {a}");
        Step::block("peer.flag.forwarded", Outcome::Dropped, text)
            .also("eval.out.10-reply")
            .headline(format!("the peering drops forwarded replies at {b}"))
            .remedy(self.forwarded_remedy(between, packet.home))
    }

    /// Needs the reply leave to be forwarded from that network? Its own network's packets, which replies from there are,
    /// need none; those of a site do.
    fn is_back_foreign(&self, home: VnetId, vnet: VnetId, destination: &AddressSet, between: VnetId) -> bool {
        let own = between == vnet && destination.is_subset(&self.model[between].addresses());
        between != home && !own
    }

    /// Does the network of a sender take what another one forwards?
    fn takes_replies(&self, home: VnetId, between: VnetId) -> bool {
        self.link_flag(home, between, |line| line.forwarded_traffic.as_ref(), false)
    }

    /// Does the network of a sender take replies of a machine's own network by that appliance?
    pub(super) fn is_let_back(&self, home: VnetId, vnet: VnetId, destination: &AddressSet, by: ApplianceId) -> bool {
        let between = self.model[by].subnet.map(|subnet| self.model[subnet].vnet);
        let foreign = between.filter(|between| self.is_back_foreign(home, vnet, destination, *between));
        foreign.is_none_or(|between| self.takes_replies(home, between))
    }

    /// The subnet of the sender, as a route would name it; else its addresses.
    fn whole_range(&self, packet: &Packet<'_>) -> AddressSet {
        let source = packet.flows.source.possible();
        let subnet = self.subnet_of(packet.home, source);
        subnet.map_or_else(|| source.clone(), |subnet| self.model[subnet].addresses())
    }
}
