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
        let has = |all: &[Stated<IpAddr>]| all.iter().any(|a| a.value == address);
        let here = |thing: &Thing| self.stands_in(*thing).is_none_or(|there| there == place);
        let hosts = self.model.hosts().filter(|(_, host)| has(&host.addresses)).map(|(id, _)| Thing::Host(id));
        let appliances =
            self.model.appliances().filter(|(_, a)| a.address.as_ref().is_some_and(|a| a.value == address));
        let servers = self.model.dns_servers().filter(|(_, s)| has(&s.addresses)).map(|(id, _)| Thing::DnsServer(id));
        hosts.chain(appliances.map(|(id, _)| Thing::Appliance(id))).chain(servers).find(here)
    }

    /// The private endpoint that has an address in a network.
    pub(super) fn endpoint_in(&self, vnet: VnetId, address: &AddressSet) -> Option<PrivateEndpointId> {
        let has = |all: &[Stated<IpAddr>]| all.iter().any(|a| AddressSet::from(a.value) == *address);
        let mut found = self.model.private_endpoints().filter(|(_, e)| has(&e.addresses)).map(|(id, _)| id);
        found.find(|id| self.stands_in(Thing::PrivateEndpoint(*id)) == Some(Thing::Vnet(vnet)))
    }

    /// The load balancer that has an address in a network.
    pub(super) fn balancer_in(&self, vnet: VnetId, address: &AddressSet) -> Option<LoadBalancerId> {
        let has = |b: &LoadBalancer| b.address.as_ref().is_some_and(|a| AddressSet::from(a.value) == *address);
        let mut found = self.model.load_balancers().filter(|(_, b)| has(b)).map(|(id, _)| id);
        found.find(|id| self.stands_in(Thing::LoadBalancer(*id)) == Some(Thing::Vnet(vnet)))
    }

    /// The appliance that a route of a network means by an address.
    pub(super) fn appliance_near(&self, vnet: VnetId, address: IpAddr) -> Option<ApplianceId> {
        let has = |a: &Appliance| a.address.as_ref().is_some_and(|a| a.value == address);
        let all = self.model.appliances().filter(|(_, a)| has(a));
        self.nearest(Some(Thing::Vnet(vnet)), all.map(|(id, _)| (id, Thing::Appliance(id))).collect())
    }

    /// The DNS server that somebody in a network or site means by an address.
    pub(super) fn server_near(&self, place: Option<Thing>, address: IpAddr) -> Option<DnsServerId> {
        let all = self.model.dns_servers().filter(|(_, s)| s.addresses.iter().any(|a| a.value == address));
        self.nearest(place, all.map(|(id, _)| (id, Thing::DnsServer(id))).collect())
    }

    /// Of things with the same address that of the network or site at hand, else that of a peer, else the first.
    fn nearest<T: Copy>(&self, place: Option<Thing>, all: Vec<(T, Thing)>) -> Option<T> {
        let at = |place: Thing| all.iter().find(|(_, thing)| self.stands_in(*thing) == Some(place));
        let peers = || match place {
            Some(Thing::Vnet(vnet)) => self.peers_of(vnet).into_iter().find_map(|peer| at(Thing::Vnet(peer.vnet))),
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
