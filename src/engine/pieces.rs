//! Sets of destinations, cut along every border that the model has, so that a stage may judge a piece as a whole: no
//! piece lies partly in a subnet, at a site or in a range of the platform. Lists and routes cut by themselves.

use super::Engine;
use super::flow::Ends;
use super::question::Question;
use crate::model::Stated;
use crate::net::AddressSet;
use ipnet::IpNet;
use std::net::IpAddr;

impl Engine<'_> {
    /// The addresses of every declared interface, in order.
    pub(super) fn interfaces(&self) -> Vec<IpAddr> {
        let hosts = self.model.hosts.iter().flat_map(|host| &host.addresses);
        let endpoints = self.model.private_endpoints.iter().flat_map(|endpoint| &endpoint.addresses);
        let appliances = self.model.appliances.iter().filter_map(|appliance| appliance.address.as_ref());
        let balancers = self.model.load_balancers.iter().filter_map(|balancer| balancer.address.as_ref());
        let servers = self.model.dns_servers.iter().flat_map(|server| &server.addresses);
        let environments = self.model.ases.iter().filter_map(|ase| ase.address.as_ref());
        let machines = hosts.chain(appliances).chain(balancers).chain(servers);
        machines.chain(endpoints).chain(environments).map(|a| a.value).collect()
    }

    /// A set of destinations, cut so that every declared interface stands alone and the rest by where it is.
    pub(super) fn pieces_of(&self, question: &Question, ends: &Ends) -> Vec<Ends> {
        let Ends::Set(set) = ends else { return vec![ends.clone()] };
        if set.single().is_some() {
            return vec![ends.clone()];
        }
        let mut rest = set.clone();
        let mut pieces = Vec::new();
        for address in self.interfaces() {
            if rest.contains(address) {
                pieces.push(Ends::one(address));
                rest = rest.difference(&address.into());
            }
        }
        for border in self.borders(&rest) {
            let inside = rest.intersection(&border);
            if !inside.is_empty() {
                rest = rest.difference(&inside);
                pieces.extend(by_family(&inside));
            }
        }
        pieces.extend(by_family(&rest));
        if !question.every_address {
            self.without_gaps(&mut pieces);
        }
        pieces
    }

    /// Leaves out what lies between the subnets of a network, where some of its subnets were asked about too.
    fn without_gaps(&self, pieces: &mut Vec<Ends>) {
        let all = pieces.clone();
        let within = |ends: &Ends, border: &AddressSet| ends.possible().is_subset(border);
        pieces.retain(|piece| {
            let Some((_, vnet)) = self.model.vnets().find(|(_, vnet)| within(piece, &vnet.addresses())) else {
                return true;
            };
            let subnets: Vec<AddressSet> = vnet.subnets.iter().map(|id| self.model[*id].addresses()).collect();
            let in_subnet = |ends: &Ends| subnets.iter().any(|subnet| within(ends, subnet));
            in_subnet(piece) || !all.iter().any(in_subnet)
        });
    }

    /// What the model and the platform make of these addresses, the narrower first.
    fn borders(&self, of: &AddressSet) -> Vec<AddressSet> {
        let model = self.model;
        let stated = |all: &[Stated<IpNet>]| AddressSet::of(all.iter().map(|ip| &ip.value));
        let mut borders: Vec<AddressSet> = Vec::new();
        borders.extend(model.services().map(|(_, service)| stated(&service.public_ip)));
        borders.extend(model.apps().map(|(_, app)| stated(&app.inbound_ip)));
        borders.extend(model.ases().filter_map(|(id, _)| self.public_entry(id)));
        borders.extend(model.hosts().map(|(_, host)| stated(&host.public_ip)));
        borders.extend(model.nat_gateways().map(|(_, nat)| stated(&nat.public_ip)));
        borders.extend(model.subnets().map(|(_, subnet)| subnet.addresses()));
        borders.extend(model.vnets().map(|(_, vnet)| vnet.addresses()));
        borders.extend(model.on_premises().map(|(_, site)| site.addresses()));
        borders.retain(|border| border.meets(of));
        // Where all of a set lies in one of these, the platform's ranges are asked for nothing.
        // Of the platform's addresses the internet routes some, which leave the public way where no other takes them.
        let platform = self.platform().addresses("platform-addresses");
        if platform.meets(of) {
            borders.push(platform.intersection(&self.public_space()));
            borders.push(platform);
        }
        borders.extend(Some(self.platform().addresses("private-ranges")).filter(|range| range.meets(of)));
        if !borders.iter().any(|border| of.is_subset(border)) {
            borders.push(self.public_space());
        }
        borders
    }
}

/// The IPv4 addresses of a set, and its IPv6 addresses.
fn by_family(set: &AddressSet) -> impl Iterator<Item = Ends> {
    let v4 = AddressSet::all_v4();
    [set.intersection(&v4), set.difference(&v4)].into_iter().filter(|set| !set.is_empty()).map(Ends::Set)
}
