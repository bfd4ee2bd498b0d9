//! Appliances and internal load balancers: what takes flows and hands them on. Not where they end.

use super::Engine;
use super::flow::{Ends, Flows};
use super::lines::Firewall;
use super::packet::{Packet, Part};
use super::routes::Route;
use super::trail::{Outcome, Step};
use crate::model::*;
use crate::net::{AddressSet, PortSet};
use std::net::IpAddr;

impl Engine<'_> {
    /// To an appliance, through it, and on from its subnet.
    pub(super) fn to_appliance(&self, mut packet: Packet<'_>, address: IpAddr, route: &Route) -> Vec<Part> {
        let Some(id) = self.appliance_near(packet.vnet, address) else {
            return self.to_undeclared_appliance(packet, address, route);
        };
        let noun = &self.model[id];
        let name = noun.head.name.clone();
        let Some(subnet) = noun.subnet else { return vec![packet.end()] };
        let place = route.place.unwrap_or(noun.head.span);
        if packet.subnet == Some(subnet) && packet.host.is_none() {
            let text = format!("{name} stands in {} itself: a loop", self.model[subnet].head.name);
            let step = Step::block("route.udr.appliance-same-subnet", Outcome::Dropped, text).at(place);
            return vec![
                packet.end_with(step.headline(format!("the route to {name} loops: it stands in the same subnet"))),
            ];
        }
        let limit = usize::try_from(self.platform().limit("hops")).unwrap_or(0);
        if packet.hops.contains(&id) || packet.hops.len() >= limit {
            let text = format!("{name} has been passed before: the routes go round in a circle");
            return vec![
                packet.end_with(Step::block("route.udr.appliance-continues", Outcome::Dropped, text).at(place)),
            ];
        }
        let there = self.model[subnet].vnet;
        if there != packet.vnet {
            if !self.peers_of(packet.vnet).iter().any(|peer| peer.vnet == there && peer.connected) {
                let text = format!("{name} is not directly reachable: its network is not peered");
                return vec![
                    packet.end_with(Step::block("route.udr.appliance-address", Outcome::Dropped, text).at(place)),
                ];
            }
            packet = self.cross_peering(packet, there);
        }
        packet.subnet = Some(subnet);
        let passed = self.inbound_security(packet, noun.nsg.as_ref().map(|nsg| nsg.value));
        passed.into_iter().flat_map(|packet| self.through_appliance(packet, id)).collect()
    }

    /// The front end of a Basic load balancer does not answer what comes across a global peering.
    fn basic_front(&self, noun: &LoadBalancer, from: VnetId, to: VnetId) -> Option<Step> {
        let basic = noun.basic.as_ref().filter(|basic| basic.value && self.is_global(from, to) == Some(true))?;
        let (name, from) = (&noun.head.name, &self.model[from].head.name);
        let text = format!("{name} is a Basic load balancer, and {from} comes across a global peering");
        let step = Step::block("peer.global.basic-lb", Outcome::Dropped, text).at(basic.span);
        let step = step.headline(format!("the Basic load balancer {name} does not answer across a global peering"));
        Some(step.remedy(format!("amend load-balancer {name} {{ sku standard }}")))
    }

    fn to_undeclared_appliance(&self, mut packet: Packet<'_>, address: IpAddr, route: &Route) -> Vec<Part> {
        let balancer =
            self.model.load_balancers().find(|(_, b)| b.address.as_ref().is_some_and(|a| a.value == address));
        if let Some((_, balancer)) = balancer {
            if let Some(Thing::Vnet(there)) = balancer.place.and_then(|place| self.stands_in(place)) {
                packet.trail.steps.extend(self.basic_front(balancer, packet.vnet, there));
            }
            packet.push(Step::pass("nsg.lb-pool", format!("{} hands it to a machine behind it", balancer.head.name)));
            let behind = balancer.backends.iter().find_map(|backend| match backend.value {
                Thing::Appliance(id) => self.model[id].address.as_ref().map(|a| a.value),
                _ => None,
            });
            if let Some(behind) = behind {
                return self.to_appliance(packet, behind, route);
            }
        }
        let text = format!("nothing is declared at {address}: what it does with the packet is not known");
        let line = format!("appliance NAME in SUBNET {address} {{ forwarding on }}");
        let step = Step::unknown("verdict.ours.unknown", text, format!("what stands at {address}"), Some(line));
        vec![packet.end_with(step.maybe_at(route.place))]
    }

    fn through_appliance(&self, mut packet: Packet<'_>, id: ApplianceId) -> Vec<Part> {
        let noun = &self.model[id];
        let name = &noun.head.name;
        let forwards = noun.forwarding.as_ref();
        if forwards.is_some_and(|stated| stated.value) {
            let text = format!("{name} has IP forwarding on");
            packet.push(Step::pass("route.udr.appliance-forwarding", text).maybe_at(forwards.map(|s| s.span)));
        } else {
            let text = format!("IP forwarding is off on {name}");
            packet.push(
                Step::block("route.udr.appliance-forwarding", Outcome::Dropped, text)
                    .at(forwards.map_or(noun.head.span, |s| s.span))
                    .headline(format!("appliance {name} does not forward"))
                    .remedy(format!("amend appliance {name} {{ forwarding on }}")),
            );
        }
        let unstated = if noun.filter.rules.is_empty() { Action::Allow } else { Action::Deny };
        let passed = if noun.filter.rules.is_empty() && noun.filter.default.is_none() {
            packet.trail.assume(format!("appliance {name} lets everything through"));
            vec![packet]
        } else {
            let list = &noun.filter;
            self.filter(packet, Firewall { kind: "appliance", name, list, rule: "eval.out.7-hops", unstated })
        };
        passed.into_iter().flat_map(|packet| self.on_from_appliance(packet, id)).collect()
    }

    fn on_from_appliance(&self, mut packet: Packet<'_>, id: ApplianceId) -> Vec<Part> {
        let noun = &self.model[id];
        let public = packet.flows.destination.possible().is_subset(&self.public_space());
        let own = noun.address.as_ref().map(|a| AddressSet::from(a.value));
        let snat = match (&noun.snat, public) {
            (Some(Stated { value: Snat::On, .. }), _) => own,
            (Some(Stated { value: Snat::Addresses(all), .. }), _) => {
                Some(AddressSet::of(&all.iter().map(|a| (*a).into()).collect::<Vec<_>>()))
            }
            _ => None,
        };
        packet.hops.push(id);
        packet.forwarded = true;
        packet.host = None;
        if let Some(set) = snat {
            packet.translated = true;
            packet.flows.source = Ends::Set(set);
            packet.forwarded = false;
            let text = format!("{} puts its own address {} in the packet", noun.head.name, packet.flows.source);
            packet.push(Step::pass("src.vnet.nva", text).at(noun.head.span));
        }
        let name = self.model[noun.subnet.unwrap_or(SubnetId(0))].head.name.clone();
        packet.push(Step::note("route.udr.appliance-continues", format!("goes on from {name}")));
        packet.subnet = noun.subnet;
        let nic = noun.nsg.as_ref().map(|nsg| nsg.value);
        if packet.translated {
            packet.app = None;
        }
        self.leave_by(packet, nic)
    }

    /// To an internal load balancer: rules see the machines behind it.
    pub(super) fn to_load_balancer(&self, mut packet: Packet<'_>, id: LoadBalancerId) -> Vec<Part> {
        let noun = &self.model[id];
        let name = &noun.head.name;
        let addresses: Vec<IpAddr> = noun
            .backends
            .iter()
            .filter_map(|backend| match backend.value {
                Thing::Host(host) => self.model[host].addresses.first().map(|a| a.value),
                Thing::Appliance(id) => self.model[id].address.as_ref().map(|a| a.value),
                _ => None,
            })
            .collect();
        if let Some((from, _)) = packet.crossed.filter(|(_, to)| *to == packet.vnet) {
            packet.trail.steps.extend(self.basic_front(noun, from, packet.vnet));
        }
        let mut deaf = self.not_balanced(&mut packet, noun);
        if packet.flows.has_ports() && packet.flows.ports.is_empty() {
            return deaf;
        }
        packet.push(Step::pass("nsg.lb-pool", format!("{name} hands it to a machine behind it")).at(noun.head.span));
        if addresses.is_empty() {
            packet.trail.assume(format!("something behind {name} answers on {}", packet.flows.port_text()));
            deaf.push(packet.end());
            return deaf;
        }
        let behind = addresses.into_iter().flat_map(|address| {
            let goal = packet.goal.clone();
            let mut packet = packet.with(Flows { destination: Ends::one(address), ..packet.flows.clone() });
            packet.goal = goal;
            packet.subnet = self.subnet_of(packet.vnet, &address.into());
            self.inbound_subnet(packet)
        });
        deaf.extend(behind);
        deaf
    }

    /// Takes out of a packet the ports for which a load balancer has no rule, where it states any.
    fn not_balanced(&self, packet: &mut Packet<'_>, noun: &LoadBalancer) -> Vec<Part> {
        let Some(listen) = noun.listen.as_ref().filter(|_| packet.flows.has_ports()) else { return Vec::new() };
        let mine = listen.iter().filter(|stated| packet.flows.protocols.contains(stated.value.0));
        let balanced = mine.fold(PortSet::default(), |ports, stated| ports.union(&stated.value.1));
        let rest = packet.flows.ports.difference(&balanced);
        if rest.is_empty() {
            return Vec::new();
        }
        let words: Vec<String> = listen.iter().map(|s| format!("{} {}", s.value.0, s.value.1)).collect();
        let (name, heard) = (&noun.head.name, if words.is_empty() { "nothing".into() } else { words.join(", ") });
        let what = format!("{} {rest}", packet.flows.protocols);
        let place = listen.first().map_or(noun.head.span, |stated| stated.span);
        let step =
            Step::block("diag.causes.port", Outcome::NotListening, format!("{name} balances {heard}, not {what}"));
        let step = step.at(place).headline(format!("{name} has no rule for {what}"));
        let deaf = packet.with(Flows { ports: rest, ..packet.flows.clone() });
        packet.flows.ports = packet.flows.ports.intersection(&balanced);
        vec![deaf.end_with(step)]
    }
}
