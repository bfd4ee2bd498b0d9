//! Sets of destinations, cut along every border that the model has, so that a stage may judge a piece as a whole: no
//! piece lies partly in a subnet, at a site or in a range of the platform. Lists and routes cut by themselves.

use super::Engine;
use super::flow::Ends;
use super::question::Question;
use crate::model::reads::Known;
use crate::model::{Stated, VnetId};
use crate::net::AddressSet;
use ipnet::IpNet;
use std::collections::HashMap;
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
        let dropped = self.plainly_dropped(question);
        let walked = |piece: &AddressSet| !dropped.as_ref().is_some_and(|dropped| piece.is_subset(dropped));
        if set.single().is_some() {
            return Some(ends.clone()).filter(|_| walked(set)).into_iter().collect();
        }
        let mut pieces = match self.all_pieces(set) {
            Some(all) => {
                let open = dropped.as_ref().map(|dropped| set.difference(dropped));
                all.within(set, open.as_ref().unwrap_or(set))
            }
            None => self.cut(set).into_iter().filter(|piece| walked(piece.possible())).collect(),
        };
        if !question.every_address {
            self.without_gaps(&mut pieces);
        }
        pieces
    }

    /// All addresses in pieces, where they have been cut or are to be cut.
    fn all_pieces(&self, set: &AddressSet) -> Option<&Pieces> {
        if set.is_all() {
            return Some(self.pieces.get_or_init(|| Known::of(|| Pieces::of(self.cut(set)))).get());
        }
        self.pieces.get().map(Known::get)
    }

    fn cut(&self, set: &AddressSet) -> Vec<Ends> {
        let mut borders: Vec<AddressSet> = self.interfaces().into_iter().map(AddressSet::from).collect();
        borders.retain(|border| border.meets(set));
        let machines = borders.iter().flat_map(AddressSet::prefixes).collect::<Vec<_>>();
        borders.append(&mut self.borders(&set.difference(&AddressSet::of(&machines))));
        set.dealt(&borders).iter().flat_map(by_family).collect()
    }

    /// Leaves out what lies between the subnets of a network, where some of its subnets were asked about too.
    fn without_gaps(&self, pieces: &mut Vec<Ends>) {
        let in_subnet = |piece: &Ends, vnet: VnetId| self.subnet_of(vnet, piece.possible()).is_some();
        let mut asked: HashMap<VnetId, bool> = HashMap::new();
        let places: Vec<Option<VnetId>> = pieces.iter().map(|piece| self.vnet_of(piece.possible())).collect();
        for vnet in places.iter().flatten() {
            let some = || pieces.iter().any(|piece| in_subnet(piece, *vnet));
            asked.entry(*vnet).or_insert_with(some);
        }
        let mut places = places.into_iter();
        pieces.retain(|piece| match places.next().flatten() {
            Some(vnet) => in_subnet(piece, vnet) || !asked[&vnet],
            None => true,
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

/// All addresses in pieces, each of one family, and where each range of them belongs.
pub(super) struct Pieces {
    all: Vec<Ends>,
    v4: Vec<(u32, u32, usize)>,
    v6: Vec<(u128, u128, usize)>,
}

impl Pieces {
    fn of(all: Vec<Ends>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (at, piece) in all.iter().enumerate() {
            v4.extend(piece.possible().v4_ranges().iter().map(|(start, end)| (*start, *end, at)));
            v6.extend(piece.possible().v6_ranges().iter().map(|(start, end)| (*start, *end, at)));
        }
        v4.sort_unstable();
        v6.sort_unstable();
        Self { all, v4, v6 }
    }

    /// What is in a set of the pieces that have some of these of its addresses, in their order.
    fn within(&self, set: &AddressSet, some: &AddressSet) -> Vec<Ends> {
        let mut met = Vec::new();
        meeting(&self.v4, some.v4_ranges(), &mut met);
        meeting(&self.v6, some.v6_ranges(), &mut met);
        met.sort_unstable();
        met.dedup();
        let piece = |at: usize| match set.is_all() {
            true => self.all[at].clone(),
            false => Ends::Set(self.all[at].possible().intersection(set)),
        };
        met.into_iter().map(piece).collect()
    }
}

/// The numbers of the ranges that meet others; both are in order, and none of either meets its own kind.
fn meeting<T: Copy + Ord>(ranges: &[(T, T, usize)], others: &[(T, T)], met: &mut Vec<usize>) {
    for (start, end) in others {
        let first = ranges.partition_point(|range| range.1 < *start);
        met.extend(ranges[first..].iter().take_while(|range| range.0 <= *end).map(|range| range.2));
    }
}

/// The IPv4 addresses of a set, and its IPv6 addresses.
fn by_family(set: &AddressSet) -> impl Iterator<Item = Ends> {
    let v4 = AddressSet::all_v4();
    [set.intersection(&v4), set.difference(&v4)].into_iter().filter(|set| !set.is_empty()).map(Ends::Set)
}
