//! Arrival at a private address: the interface that has it, its groups, its firewall and what listens there. Not the
//! appliances on the way, and not the sites behind gateways.

use super::Engine;
use super::flow::{Ends, Flows};
use super::lines::Firewall;
use super::packet::{Packet, Part};
use super::question::Question;
use super::trail::{LISTENS, Outcome, Step, Trail};
use crate::model::*;
use crate::net::{AddressSet, PortSet, Protocol};
use crate::source::Span;

impl Engine<'_> {
    /// The subnet of a network that holds an address.
    pub(super) fn subnet_of(&self, vnet: VnetId, address: &AddressSet) -> Option<SubnetId> {
        let holds = |id: &SubnetId| address.is_subset(&self.model[*id].addresses());
        match address.first() {
            Some(first) => {
                let here = self.subnets_at(first).into_iter().filter(|id| self.model[*id].vnet == vnet);
                here.into_iter().find(holds)
            }
            None => self.model[vnet].subnets.first().copied(),
        }
    }

    /// At the network of the destination: its subnet's group, then what stands there.
    pub(super) fn arrive(&self, mut packet: Packet<'_>) -> Vec<Part> {
        if let Some(step) = self.elsewhere(&packet, Thing::Vnet(packet.vnet)) {
            return vec![packet.end_with(step)];
        }
        let destination = packet.flows.destination.possible().clone();
        if let Some(id) = self.endpoint_in(packet.vnet, &destination) {
            return self.to_private_endpoint(packet, id);
        }
        if let Some(id) = self.environment_at(packet.vnet, &packet.flows.destination) {
            return self.at_internal_environment(packet, id);
        }
        packet.subnet = self.subnet_of(packet.vnet, &destination);
        if let Some(id) = self.balancer_in(packet.vnet, &destination) {
            return self.to_load_balancer(packet, id);
        }
        if packet.subnet.is_some() {
            return self.inbound_subnet(packet);
        }
        self.by_subnet(packet)
    }

    /// At several subnets, each with what is meant for it. Addresses between them can have no interface; where nothing
    /// else was asked for, a subnet may be missing in the script.
    fn by_subnet(&self, packet: Packet<'_>) -> Vec<Part> {
        let mut parts = Vec::new();
        for id in &self.model[packet.vnet].subnets {
            let (Some(here), ..) = packet.flows.destination.split(&self.model[*id].addresses()) else { continue };
            let mut piece = packet.with(Flows { destination: here, ..packet.flows.clone() });
            piece.subnet = Some(*id);
            parts.append(&mut self.inbound_subnet(piece));
        }
        if !parts.is_empty() {
            return parts;
        }
        let (vnet, goal) = (&self.model[packet.vnet].head, &packet.flows.destination);
        let step = Step::unknown(
            "verdict.ours.unknown",
            format!("no declared subnet of {} has {goal}", vnet.name),
            format!("the subnet of {} that {goal} is in, and its security group", vnet.name),
            Some(format!("amend vnet {} {{ subnet NAME PREFIX }}", vnet.name)),
        );
        vec![packet.end_with(step.at(vnet.span))]
    }

    /// Flows whose way in is not known, judged by the far end alone.
    pub(super) fn enter_from_outside(&self, question: &Question, source: Ends, goal: Ends, trail: Trail) -> Vec<Part> {
        let destination = goal.possible().clone();
        let named = question.named.and_then(|thing| self.stands_in(thing));
        let flows = question.flows(source, goal.clone());
        let fits = |id: VnetId| named.is_none_or(|place| place == Thing::Vnet(id));
        match self.model.vnets().find(|(id, vnet)| destination.meets(&vnet.addresses()) && fits(*id)) {
            Some((vnet, _)) => self.arrive(self.packet(question, flows, goal, trail, vnet)),
            None => vec![Part::of(flows, trail)],
        }
    }

    /// The groups at the far end, the subnet's first, then what stands there.
    pub(super) fn inbound_subnet(&self, packet: Packet<'_>) -> Vec<Part> {
        let nic = match self.interface_at(&packet, Thing::Vnet(packet.vnet)) {
            Some(Thing::Host(id)) => self.model[id].nsg.as_ref(),
            Some(Thing::Appliance(id)) => self.model[id].nsg.as_ref(),
            _ => None,
        };
        let passed = self.inbound_security(packet, nic.map(|nsg| nsg.value));
        let passed = passed.into_iter().flat_map(|packet| self.replies(packet));
        passed.flat_map(|packet| self.at_own_interface(packet)).collect()
    }

    /// What has the destination as its address in a network or site.
    fn interface_at(&self, packet: &Packet<'_>, place: Thing) -> Option<Thing> {
        self.interface_in(place, packet.flows.destination.possible().single()?)
    }

    /// At a machine of the network that the flows are in.
    pub(super) fn at_own_interface(&self, packet: Packet<'_>) -> Vec<Part> {
        let place = Thing::Vnet(packet.vnet);
        self.at_interface(packet, place)
    }

    /// At a machine of a network or site: is it up, does its firewall admit, does it listen?
    pub(super) fn at_interface(&self, mut packet: Packet<'_>, place: Thing) -> Vec<Part> {
        if let Some(step) = self.elsewhere(&packet, place) {
            return vec![packet.end_with(step)];
        }
        let goal = packet.flows.destination.clone();
        match self.interface_at(&packet, place) {
            Some(Thing::Host(id)) => self.at_host(packet, id),
            Some(Thing::DnsServer(id)) => {
                let noun = &self.model[id];
                if noun.up.as_ref().is_some_and(|up| !up.value) {
                    let text = format!("{} is down", noun.head.name);
                    packet.push(Step::block("diag.causes.down", Outcome::Dropped, text).at(noun.head.span));
                }
                let dns = u16::try_from(self.platform().limit("dns-port")).unwrap_or(0);
                let ports = noun.listen.clone().unwrap_or_else(|| {
                    let both =
                        [Protocol::Udp, Protocol::Tcp].map(|p| Stated::new((p, PortSet::one(dns)), noun.head.span));
                    both.to_vec()
                });
                let name = noun.head.name.clone();
                self.listener(packet, &name, Some(&ports), noun.head.span)
            }
            Some(thing) => {
                let name = &thing.head(self.model).name;
                packet.trail.assume(format!("{LISTENS} {name} {}", packet.flows.with_ports(&goal.to_string())));
                packet.push(Step::pass("eval.out.8-private-target", format!("arrives at {name} {goal}")));
                vec![packet.end()]
            }
            None => {
                let there = self.subnet_of(packet.vnet, goal.possible());
                if let Some(step) = there.and_then(|subnet| self.only_outbound(subnet)) {
                    return vec![packet.end_with(step)];
                }
                packet.trail.assume(format!("{LISTENS} {}", packet.flows.with_ports(&goal.to_string())));
                packet.push(Step::pass("eval.out.8-private-target", format!("arrives at {goal}")));
                vec![packet.end()]
            }
        }
    }

    fn at_host(&self, mut packet: Packet<'_>, host: HostId) -> Vec<Part> {
        let noun = &self.model[host];
        let name = &noun.head.name;
        if let Some(status) = noun.status.as_ref().filter(|_| noun.is_down()) {
            let text = format!("{name} is {}", status.value);
            let step = Step::block("diag.causes.down", Outcome::Dropped, text).at(status.span);
            packet.push(step.headline(format!("{name} is not running")));
        }
        let span = noun.head.span;
        let Some(firewall) = &noun.firewall else {
            return self.listener(packet, name, noun.listen.as_deref(), span);
        };
        let rule = "diag.causes.host-firewall";
        let firewall = Firewall { kind: "host", name, list: firewall, rule, unstated: Action::Deny };
        let passed = self.filter(packet, firewall);
        passed.into_iter().flat_map(|packet| self.listener(packet, name, noun.listen.as_deref(), span)).collect()
    }

    /// Does something listen?
    fn listener(
        &self,
        mut packet: Packet<'_>,
        name: &str,
        listen: Option<&[Stated<(Protocol, PortSet)>]>,
        span: Span,
    ) -> Vec<Part> {
        let goal = packet.flows.destination.clone();
        let at = packet.flows.with_ports(&goal.to_string());
        let Some(listen) = listen else {
            packet.trail.assume(format!("{LISTENS} {name} {at}"));
            packet.push(Step::pass("eval.out.8-private-target", format!("arrives at {name} {goal}")).at(span));
            return vec![packet.end()];
        };
        if !packet.flows.has_ports() {
            packet.push(Step::pass("eval.out.8-private-target", format!("arrives at {name} {goal}")).at(span));
            return vec![packet.end()];
        }
        let mut rest = packet.flows.ports.clone();
        let mut parts = Vec::new();
        for stated in listen {
            let (protocol, ports) = &stated.value;
            let found = rest.intersection(ports);
            if packet.flows.protocols.contains(*protocol) && !found.is_empty() {
                rest = rest.difference(&found);
                let mut heard = packet.with(Flows { ports: found.clone(), ..packet.flows.clone() });
                let text = format!("{name} listens on {protocol} {found}");
                heard.push(Step::pass("eval.out.8-private-target", text).at(stated.span));
                parts.push(heard.end());
            }
        }
        if !rest.is_empty() {
            let words: Vec<String> = listen.iter().map(|s| format!("{} {}", s.value.0, s.value.1)).collect();
            let heard = if words.is_empty() { "nothing".to_string() } else { words.join(", ") };
            let text = format!("{name} listens on {heard}, not on {} {rest}", packet.flows.protocols);
            let place = listen.first().map_or(span, |stated| stated.span);
            let deaf = packet.with(Flows { ports: rest.clone(), ..packet.flows.clone() });
            let step = Step::block("diag.causes.port", Outcome::NotListening, text).at(place);
            parts.push(
                deaf.end_with(step.headline(format!("nothing listens on {name} {} {rest}", packet.flows.protocols))),
            );
        }
        parts
    }
}
