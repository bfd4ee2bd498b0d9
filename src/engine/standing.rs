//! Where declared things stand. Networks that are not joined may have the same addresses, so an address means something
//! only in the network that it is looked for in. Not what becomes of flows there.

use super::Engine;
use super::flow::{Ends, SymbolOf};
use super::packet::Packet;
use super::question::Target;
use super::trail::{Outcome, Step};
use crate::model::*;
use crate::net::AddressSet;
use std::net::IpAddr;

impl Engine<'_> {
    /// The network or site that a declared thing stands in.
    pub(super) fn stands_in(&self, thing: Thing) -> Option<Thing> {
        match thing {
            Thing::Vnet(_) | Thing::OnPremises(_) => Some(thing),
            Thing::Subnet(id) => Some(Thing::Vnet(self.model[id].vnet)),
            Thing::Host(id) => self.model[id].place.and_then(|place| self.stands_in(place)),
            Thing::DnsServer(id) => self.model[id].place.and_then(|place| self.stands_in(place)),
            Thing::LoadBalancer(id) => self.model[id].place.and_then(|place| self.stands_in(place)),
            Thing::Appliance(id) => self.stands_in(Thing::Subnet(self.model[id].subnet?)),
            Thing::PrivateEndpoint(id) => self.stands_in(Thing::Subnet(self.model[id].subnet?)),
            _ => None,
        }
    }

    /// The interface that has an address in a network or site. A DNS server without a place is wherever it is asked for.
    pub(super) fn interface_in(&self, place: Thing, address: IpAddr) -> Option<Thing> {
        let is_one = |thing: &Thing| matches!(thing, Thing::Host(_) | Thing::Appliance(_) | Thing::DnsServer(_));
        let here = |thing: &Thing| self.stands_in(*thing).is_none_or(|there| there == place);
        self.machines_at(address).iter().copied().filter(is_one).find(here)
    }

    /// The private endpoint that has an address in a network.
    pub(super) fn endpoint_in(&self, vnet: VnetId, address: &AddressSet) -> Option<PrivateEndpointId> {
        self.machines_at(address.single()?).iter().find_map(|thing| match thing {
            Thing::PrivateEndpoint(id) if self.stands_in(*thing) == Some(Thing::Vnet(vnet)) => Some(*id),
            _ => None,
        })
    }

    /// The load balancer that has an address in a network.
    pub(super) fn balancer_in(&self, vnet: VnetId, address: &AddressSet) -> Option<LoadBalancerId> {
        self.machines_at(address.single()?).iter().find_map(|thing| match thing {
            Thing::LoadBalancer(id) if self.stands_in(*thing) == Some(Thing::Vnet(vnet)) => Some(*id),
            _ => None,
        })
    }

    /// The appliance that a route of a network means by an address.
    pub(super) fn appliance_near(&self, vnet: VnetId, address: IpAddr) -> Option<ApplianceId> {
        let all = self.machines_at(address).iter().filter_map(|thing| match thing {
            Thing::Appliance(id) => Some((*id, *thing)),
            _ => None,
        });
        self.nearest(Some(Thing::Vnet(vnet)), all.collect())
    }

    /// The DNS server that somebody in a network or site means by an address.
    pub(super) fn server_near(&self, place: Option<Thing>, address: IpAddr) -> Option<DnsServerId> {
        let all = self.machines_at(address).iter().filter_map(|thing| match thing {
            Thing::DnsServer(id) => Some((*id, *thing)),
            _ => None,
        });
        self.nearest(place, all.collect())
    }

    /// Of things with the same address that of the network or site at hand, else that of a peer, else the first.
    fn nearest<T: Copy>(&self, place: Option<Thing>, all: Vec<(T, Thing)>) -> Option<T> {
        let at = |place: Thing| all.iter().find(|(_, thing)| self.stands_in(*thing) == Some(place));
        let peers = || match place {
            Some(Thing::Vnet(vnet)) => self.peers_of(vnet).iter().find_map(|peer| at(Thing::Vnet(peer.vnet))),
            _ => None,
        };
        let found = place.and_then(at).or_else(peers).or(all.first());
        found.map(|(id, _)| *id)
    }

    /// The line that states an address that the script leaves open.
    pub(super) fn line_that_states(&self, ends: &Ends) -> Option<String> {
        match &ends.symbol()?.of {
            SymbolOf::Service(id, _) => {
                Some(format!("amend service {} {{ public-ip ADDRESS }}", self.model[*id].head.name))
            }
            SymbolOf::App(id) => Some(format!("amend app {} {{ inbound-ip ADDRESS }}", self.model[*id].head.name)),
            SymbolOf::PrivateEndpoint(id) => {
                Some(format!("amend private-endpoint {} {{ address ADDRESS }}", self.model[*id].head.name))
            }
            _ => None,
        }
    }

    /// The private endpoint whose address the name of a service or app led to.
    fn endpoint_meant(&self, packet: &Packet<'_>) -> Option<Thing> {
        let Target::Name(_, Some(thing)) = packet.question.target else { return None };
        let goal = packet.flows.destination.possible().single()?;
        let endpoints = self.model.private_endpoints();
        let mut meant = endpoints.filter(|(_, one)| one.target.as_ref().is_some_and(|target| target.value == thing));
        let there = meant.find(|(_, one)| one.addresses.iter().any(|address| address.value == goal));
        there.map(|(id, _)| Thing::PrivateEndpoint(id))
    }

    /// Where flows do not come to what the question names, because they are at another place with the same addresses.
    pub(super) fn elsewhere(&self, packet: &Packet<'_>, place: Thing) -> Option<Step> {
        let stands = |thing: &Thing| self.stands_in(*thing).is_some();
        let named = packet.question.named.filter(stands).or_else(|| self.endpoint_meant(packet))?;
        let meant = self.stands_in(named)?;
        if meant == place {
            return None;
        }
        let name = |thing: Thing| &thing.head(self.model).name;
        let (what, there, here) = (name(named), name(meant), name(place));
        let goal = &packet.flows.destination;
        let text = format!("{goal} belongs to {here} itself, and {what} stands in {there}");
        let step = Step::block("route.system.vnet", Outcome::Dropped, text).at(place.head(self.model).span);
        let headline = format!("{here} has the addresses of {there}, so {goal} does not lead to {what}");
        Some(step.headline(headline).remedy("give the two networks addresses of their own"))
    }
}
