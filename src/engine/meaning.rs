//! What the words of rules mean as addresses: things, groups of machines, service tags, seen from a subnet. Not which
//! flows a line then matches.

use super::Engine;
use super::flow::{Ends, SymbolOf};
use super::matching::Matcher;
use crate::model::reads::Known;
use crate::model::*;
use crate::net::AddressSet;
use crate::platform::ComputedTag;
use std::net::IpAddr;

/// From where a group's words are understood: the tag VirtualNetwork differs from subnet to subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Viewpoint {
    pub(super) vnet: VnetId,
    pub(super) subnet: Option<SubnetId>,
}

impl Engine<'_> {
    /// The public addresses: those that no reserved or private range holds.
    pub(super) fn public_space(&self) -> AddressSet {
        let made = || {
            let reserved = self.platform().addresses("internet-excluded");
            AddressSet::all().difference(&reserved).difference(&self.platform().addresses("reserved-ipv6"))
        };
        self.public.get_or_init(made).clone()
    }

    /// The addresses that the internet routes: all but those of reserved and private ranges.
    pub fn public_addresses(&self) -> AddressSet {
        self.public_space()
    }

    /// May a machine stand in the subnet? Not where it is delegated to a service, and not beside a gateway.
    pub fn takes_machines(&self, subnet: SubnetId) -> bool {
        let noun = &self.model[subnet];
        let own = noun.head.name.rsplit('.').next().unwrap_or_default();
        noun.delegation.is_none() && own != self.platform().word("gateway-subnet")
    }

    /// The addresses that health probes come from.
    pub(super) fn probes(&self) -> AddressSet {
        let tags = self
            .platform()
            .names_holding("service-tag", "probes")
            .into_iter()
            .filter_map(|name| self.platform().tag(name));
        let sets = tags.filter(|(tag, _)| tag.probes).filter_map(|(tag, _)| tag.prefixes.clone());
        sets.fold(AddressSet::empty(), |all, set| all.union(&set))
    }

    /// What a public address that is not stated may be: Azure's services answer on IPv4, and none of them has an address
    /// of the platform itself.
    pub(super) fn some_public(&self) -> AddressSet {
        let v4 = ipnet::IpNet::V4(ipnet::Ipv4Net::default());
        self.public_space().intersection(&v4.into()).difference(&self.platform().addresses("platform-addresses"))
    }

    /// The addresses that an unstated public address may be.
    pub fn unstated_public(&self) -> AddressSet {
        self.some_public()
    }

    /// What an address set means, seen from a subnet.
    pub(super) fn matcher(&self, expr: &AddressExpr, view: Option<Viewpoint>) -> Matcher {
        expr.terms.iter().fold(Matcher::default(), |all, term| all.or(self.term(term, view)))
    }

    /// The addresses that an address set surely means, seen from a subnet.
    pub(super) fn surely(&self, expr: &AddressExpr, view: Option<Viewpoint>) -> AddressSet {
        match expr.terms.as_slice() {
            [Term::Literal(literal)] => literal.set(),
            _ => self.matcher(expr, view).known(),
        }
    }

    /// The prefixes that an address set stands for at a subnet; a tag without data says so.
    pub fn expand(&self, expr: &AddressExpr, subnet: SubnetId) -> Vec<String> {
        let view = Viewpoint { vnet: self.model[subnet].vnet, subnet: Some(subnet) };
        let matcher = self.matcher(expr, Some(view));
        let mut words: Vec<String> = matcher.set.prefixes().iter().map(ToString::to_string).collect();
        words.extend(matcher.tagged.prefixes().iter().map(ToString::to_string));
        words.extend(matcher.unstated.iter().map(|tag| format!("(no data for {})", tag.text)));
        words
    }

    pub(super) fn term(&self, term: &Term, view: Option<Viewpoint>) -> Matcher {
        match term {
            Term::Any => Matcher::any(),
            Term::Literal(literal) => Matcher::of(literal.set()),
            Term::Asg(asg) => Matcher::of(self.asg_members(*asg, view)),
            Term::Thing(thing) => self.thing_addresses(*thing),
            Term::Tag(tag) => self.tag(tag, view),
        }
    }

    /// The addresses of a declared thing; those that are not stated, as symbols.
    fn thing_addresses(&self, thing: Thing) -> Matcher {
        let many = |all: &[Stated<IpAddr>]| AddressSet::of(&all.iter().map(|a| a.value.into()).collect::<Vec<_>>());
        match thing {
            Thing::Vnet(id) => Matcher::of(self.model[id].addresses()),
            Thing::Subnet(id) => Matcher::of(self.model[id].addresses()),
            Thing::OnPremises(id) => Matcher::of(self.model[id].addresses()),
            Thing::Host(id) => Matcher::of(many(&self.model[id].addresses)),
            Thing::DnsServer(id) => Matcher::of(many(&self.model[id].addresses)),
            Thing::Appliance(id) => Matcher::of(
                self.model[id]
                    .address
                    .iter()
                    .map(|a| a.value.into())
                    .collect::<Vec<AddressSet>>()
                    .into_iter()
                    .next()
                    .unwrap_or_default(),
            ),
            Thing::LoadBalancer(id) => {
                Matcher::of(self.model[id].address.as_ref().map(|a| a.value.into()).unwrap_or_default())
            }
            Thing::PrivateEndpoint(id) => {
                let noun = &self.model[id];
                let mut matcher = Matcher::of(many(&noun.addresses));
                if noun.addresses.is_empty() {
                    matcher.symbols.push(SymbolOf::PrivateEndpoint(id));
                }
                matcher
            }
            Thing::App(id) => {
                let subnet = self.integration_subnet(id).map(|id| self.model[id].addresses());
                let outbound = match self.platform_ends(id) {
                    Ends::Set(set) => set,
                    Ends::Symbol(_) => AddressSet::empty(),
                };
                let mut matcher = Matcher::of(outbound.union(&subnet.unwrap_or_default()).union(&self.pool_of(id)));
                matcher.symbols.push(SymbolOf::Platform(id));
                matcher
            }
            _ => Matcher::default(),
        }
    }

    /// The addresses of the interfaces that are in an application security group. Where another network has the
    /// addresses of the one that is looked from, an address is that of its own machine.
    fn asg_members(&self, asg: AsgId, view: Option<Viewpoint>) -> AddressSet {
        let hosts = self.model.hosts().filter(|(_, host)| host.asgs.contains(&asg));
        let hosts = hosts.map(|(id, host)| (Thing::Host(id), &host.addresses));
        let endpoints = self.model.private_endpoints().filter(|(_, e)| e.asgs.contains(&asg));
        let endpoints = endpoints.map(|(id, endpoint)| (Thing::PrivateEndpoint(id), &endpoint.addresses));
        let meant = |thing: Thing, addresses: AddressSet| match view {
            Some(view) if self.stands_in(thing) != Some(Thing::Vnet(view.vnet)) => {
                addresses.difference(&self.model[view.vnet].addresses())
            }
            _ => addresses,
        };
        let members = hosts.chain(endpoints).map(|(thing, all)| meant(thing, all.iter().map(|a| a.value).collect()));
        members.fold(AddressSet::empty(), |all, set| all.union(&set))
    }

    /// The tag VirtualNetwork of a subnet: its network, peers, sites behind gateways, the prefixes of its user-defined
    /// routes, and the address of the host.
    pub(super) fn virtual_network(&self, view: Viewpoint) -> AddressSet {
        if let Some(known) = self.networks.borrow().get(&view) {
            return known.get().clone();
        }
        let known = Known::of(|| self.joined_networks(view).union(&self.routed_prefixes(view)));
        let set = known.get().clone();
        self.networks.borrow_mut().insert(view, known);
        set
    }

    /// The tag without the prefixes of routes.
    pub(super) fn joined_networks(&self, view: Viewpoint) -> AddressSet {
        let strict = self.model[view.vnet].strict_vnet_tag.as_ref().is_some_and(|stated| stated.value);
        self.networks_joined_to(view, strict)
    }

    /// The network and those joined to it; with a default route that a gateway learned, or without.
    pub(super) fn networks_joined_to(&self, view: Viewpoint, strict: bool) -> AddressSet {
        let vnet = &self.model[view.vnet];
        let mut set = vnet.addresses().union(&self.platform().addresses("azure-dns"));
        for peer in self.peers_of(view.vnet).iter() {
            if peer.own_access {
                set = set.union(&self.model[peer.vnet].addresses());
            }
        }
        for gateway in self.gateways_for(view.vnet) {
            for (_, site) in self.sites_behind(gateway) {
                set = set.union(&site.addresses());
            }
            for (other, _) in self.joined_by(gateway) {
                set = set.union(&self.model[other].addresses());
            }
            let of_gateway = &self.model[gateway];
            let learned = of_gateway.learned_routes.iter().map(|p| &p.value).filter(|p| p.prefix_len() > 0 || strict);
            set = set.union(&AddressSet::of(of_gateway.point_to_site.iter().map(|p| &p.value).chain(learned)));
        }
        set
    }

    /// What the routes of a subnet add to the tag: the prefixes of the user's. A default route adds everything where
    /// the network says so.
    pub(super) fn routed_prefixes(&self, view: Viewpoint) -> AddressSet {
        self.routed_by(view, |_| true)
    }

    /// Has the tag of a subnet addresses that it would not have without some lines of the route table?
    pub(super) fn widens_network(&self, subnet: SubnetId, lines: &[crate::source::Span]) -> bool {
        let view = Viewpoint { vnet: self.model[subnet].vnet, subnet: Some(subnet) };
        let rest = self.joined_networks(view).union(&self.routed_by(view, |route| !lines.contains(&route.span)));
        !self.routed_by(view, |route| lines.contains(&route.span)).is_subset(&rest)
    }

    /// What some of the routes of a subnet add to the tag.
    fn routed_by(&self, view: Viewpoint, counted: impl Fn(&UserRoute) -> bool) -> AddressSet {
        let strict = self.model[view.vnet].strict_vnet_tag.as_ref().is_some_and(|stated| stated.value);
        let table = view.subnet.and_then(|subnet| self.model[subnet].route_table.as_ref());
        let user = table.into_iter().flat_map(|table| &self.model[table.value].routes);
        let user = user.filter(|route| counted(route)).filter_map(|route| match &route.target {
            RouteTarget::Prefix(prefix) => Some(*prefix),
            RouteTarget::Tag(_) => None,
        });
        let counts = |prefix: &ipnet::IpNet| prefix.prefix_len() > 0 || strict;
        user.filter(counts).fold(AddressSet::empty(), |set, prefix| set.union(&prefix.into()))
    }

    /// The rule that says what a service tag means in a line of a group.
    pub(super) fn rule_of_tag(&self, tag: &TagRef) -> Option<&'static str> {
        let (facts, _) = self.platform().tag(&tag.name)?;
        match facts.computed {
            Some(ComputedTag::VirtualNetwork) => Some("nsg.tag.virtual-network"),
            Some(ComputedTag::Internet) => Some("nsg.tag.internet"),
            None if facts.probes => Some("nsg.tag.azure-load-balancer"),
            None if facts.whole_cloud => Some("nsg.tag.azure-cloud"),
            None if facts.platform => None,
            None => Some("nsg.tag.service"),
        }
    }
}
