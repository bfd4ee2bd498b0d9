//! Which declared things have an address, and which lines join two networks: looked up, where a walk would go through all
//! of them for every piece. Found out once a model; what follows from it is for the stages.

use super::Engine;
use super::peering::Peer;
use crate::model::reads::Known;
use crate::model::*;
use crate::net::{AddressSet, Holders};
use ipnet::IpNet;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;

/// What is looked up by an address or by a network, each made when it is first wanted.
#[derive(Default)]
pub(super) struct Places {
    subnets: OnceCell<Known<Holders<SubnetId>>>,
    vnets: OnceCell<Known<Holders<VnetId>>>,
    sites: OnceCell<Known<Holders<OnPremisesId>>>,
    /// What has an address in a network or at a site: kind by kind, each in the order of declaration.
    machines: OnceCell<Known<HashMap<IpAddr, Vec<Thing>>>>,
    /// What states public addresses.
    public: OnceCell<Known<Holders<Thing>>>,
    joined: OnceCell<Known<Joined>>,
    /// The networks that are peered with those that were asked about.
    peers: RefCell<HashMap<VnetId, Known<Rc<[Peer]>>>>,
}

/// What the lines of peerings join.
#[derive(Default)]
struct Joined {
    /// The lines between two networks.
    lines: HashMap<(VnetId, VnetId), Vec<PeeringId>>,
    /// The networks on the other side of one, in the order of declaration, each with its first line.
    others: HashMap<VnetId, Vec<(VnetId, PeeringId)>>,
}

impl Joined {
    fn of(model: &Model) -> Self {
        let mut joined = Self::default();
        for (id, peering) in model.peerings() {
            let (Some(from), Some(to)) = (peering.from, peering.to) else { continue };
            let ways = [(from, to), (to, from)];
            for (one, other) in ways.into_iter().take(if from == to { 1 } else { 2 }) {
                joined.lines.entry((one, other)).or_default().push(id);
                let others = joined.others.entry(one).or_default();
                if !others.iter().any(|(known, _)| *known == other) {
                    others.push((other, id));
                }
            }
        }
        joined
    }
}

/// Things with what they have by prefixes.
fn holders<'a, T: Copy + 'a>(things: impl Iterator<Item = (T, &'a [Stated<IpNet>])>) -> Holders<T> {
    Holders::of(things.flat_map(|(thing, all)| all.iter().map(move |stated| (stated.value, thing))))
}

fn machines(model: &Model) -> HashMap<IpAddr, Vec<Thing>> {
    let mut machines: HashMap<IpAddr, Vec<Thing>> = HashMap::new();
    let mut take = |address: &Stated<IpAddr>, thing: Thing| {
        let here = machines.entry(address.value).or_default();
        if here.last() != Some(&thing) {
            here.push(thing);
        }
    };
    model.hosts().for_each(|(id, noun)| noun.addresses.iter().for_each(|at| take(at, Thing::Host(id))));
    let endpoints = model.private_endpoints();
    endpoints.for_each(|(id, noun)| noun.addresses.iter().for_each(|at| take(at, Thing::PrivateEndpoint(id))));
    model.appliances().for_each(|(id, noun)| noun.address.iter().for_each(|at| take(at, Thing::Appliance(id))));
    let balancers = model.load_balancers();
    balancers.for_each(|(id, noun)| noun.address.iter().for_each(|at| take(at, Thing::LoadBalancer(id))));
    model.dns_servers().for_each(|(id, noun)| noun.addresses.iter().for_each(|at| take(at, Thing::DnsServer(id))));
    model.ases().for_each(|(id, noun)| noun.address.iter().for_each(|at| take(at, Thing::Ase(id))));
    machines
}

fn public(model: &Model) -> Holders<Thing> {
    let hosts = model.hosts().map(|(id, host)| (Thing::Host(id), host.public_ip.as_slice()));
    let services = model.services().map(|(id, service)| (Thing::Service(id), service.public_ip.as_slice()));
    let apps = model.apps().map(|(id, app)| (Thing::App(id), app.inbound_ip.as_slice()));
    let gateways = model.nat_gateways().map(|(id, nat)| (Thing::NatGateway(id), nat.public_ip.as_slice()));
    holders(hosts.chain(services).chain(apps).chain(gateways))
}

impl<'m> Engine<'m> {
    /// What has an address in a network or at a site: hosts, private endpoints, appliances, load balancers, DNS servers,
    /// environments, each kind in the order of declaration.
    pub fn machines_at(&self, address: IpAddr) -> &[Thing] {
        let machines = self.places.machines.get_or_init(|| Known::of(|| machines(self.model)));
        machines.get().get(&address).map_or(&[], Vec::as_slice)
    }

    /// The hosts, services, apps and NAT gateways that state a public address, each kind in the order of declaration.
    pub fn public_at(&self, address: IpAddr) -> Vec<Thing> {
        let public = self.places.public.get_or_init(|| Known::of(|| public(self.model)));
        sorted(public.get().at(address))
    }

    /// The subnets that have an address, in the order of declaration.
    pub(super) fn subnets_at(&self, address: IpAddr) -> Vec<SubnetId> {
        let all = || holders(self.model.subnets().map(|(id, subnet)| (id, subnet.prefixes.as_slice())));
        sorted(self.places.subnets.get_or_init(|| Known::of(all)).get().at(address))
    }

    /// The narrowest declared place that has all of some addresses: the first subnet, else network, else site; none for no
    /// address.
    pub fn place_with(&self, set: &AddressSet) -> Option<Thing> {
        let first = set.first()?;
        let subnet = || self.subnets_at(first).into_iter().find(|id| set.is_subset(&self.model[*id].addresses()));
        let site = || {
            let all = || holders(self.model.on_premises().map(|(id, site)| (id, site.prefixes.as_slice())));
            let found = sorted(self.places.sites.get_or_init(|| Known::of(all)).get().at(first));
            found.into_iter().find(|id| set.is_subset(&self.model[*id].addresses()))
        };
        let vnet = || self.vnet_of(set).map(Thing::Vnet);
        subnet().map(Thing::Subnet).or_else(vnet).or_else(|| site().map(Thing::OnPremises))
    }

    /// The network that has all of some addresses, the first of several.
    pub(super) fn vnet_of(&self, set: &AddressSet) -> Option<VnetId> {
        let Some(first) = set.first() else { return self.model.vnets().map(|(id, _)| id).next() };
        let all = || holders(self.model.vnets().map(|(id, vnet)| (id, vnet.prefixes.as_slice())));
        let found = sorted(self.places.vnets.get_or_init(|| Known::of(all)).get().at(first));
        found.into_iter().find(|id| set.is_subset(&self.model[*id].addresses()))
    }

    fn joined(&self) -> &Joined {
        self.places.joined.get_or_init(|| Known::of(|| Joined::of(self.model))).get()
    }

    /// The lines that join two networks.
    pub(super) fn links(&self, one: VnetId, other: VnetId) -> impl Iterator<Item = &'m Peering> {
        let lines = self.joined().lines.get(&(one, other)).map_or(&[][..], Vec::as_slice);
        lines.iter().map(|id| &self.model[*id])
    }

    /// The networks peered with one, in the order of declaration.
    pub(super) fn peers_of(&self, vnet: VnetId) -> Rc<[Peer]> {
        if let Some(known) = self.places.peers.borrow().get(&vnet) {
            return known.get().clone();
        }
        let peers = || {
            let others = self.joined().others.get(&vnet).map_or(&[][..], Vec::as_slice);
            others.iter().map(|(other, line)| self.peer(vnet, *other, self.model[*line].head.span)).collect()
        };
        let known: Known<Rc<[Peer]>> = Known::of(peers);
        let peers: Rc<[Peer]> = known.get().clone();
        self.places.peers.borrow_mut().insert(vnet, known);
        peers
    }
}

/// Each once, in the order of declaration.
fn sorted<T: Ord>(found: impl Iterator<Item = T>) -> Vec<T> {
    let mut found: Vec<T> = found.collect();
    found.sort_unstable();
    found.dedup();
    found
}
