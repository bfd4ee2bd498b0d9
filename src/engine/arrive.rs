//! Arrival at a private address: appliances on the way, interfaces, their groups, firewalls and listeners; and the
//! gateways that lead to sites, and from sites.

use super::Engine;
use super::flow::{Ends, Flows};
use super::matching::first_match;
use super::resolve::Asker;
use super::routes::Route;
use super::trail::{Outcome, Step, Trail};
use super::walk::{Packet, Part, Question};
use crate::model::*;
use crate::net::{AddressSet, PortSet, Protocol};
use std::net::IpAddr;

impl Engine<'_> {
    /// The addresses of every declared interface, in order.
    pub(super) fn interfaces(&self) -> Vec<IpAddr> {
        let hosts = self.model.hosts.iter().flat_map(|host| &host.addresses);
        let endpoints = self.model.private_endpoints.iter().flat_map(|endpoint| &endpoint.addresses);
        let appliances = self.model.appliances.iter().filter_map(|appliance| appliance.address.as_ref());
        let balancers = self.model.load_balancers.iter().filter_map(|balancer| balancer.address.as_ref());
        let servers = self.model.dns_servers.iter().flat_map(|server| &server.addresses);
        hosts.chain(endpoints).chain(appliances).chain(balancers).chain(servers).map(|a| a.value).collect()
    }

    /// The subnet of a network that holds an address.
    pub(super) fn subnet_of(&self, vnet: VnetId, address: &AddressSet) -> Option<SubnetId> {
        let found = self.model.subnets().find(|(_, s)| s.vnet == vnet && address.is_subset(&s.addresses()));
        found.map(|(id, _)| id)
    }

    /// At the network of the destination: its subnet's group, then what stands there.
    pub(super) fn arrive(&self, mut packet: Packet<'_>) -> Vec<Part> {
        let destination = packet.flows.destination.possible().clone();
        let endpoint = self
            .model
            .private_endpoints()
            .find(|(_, endpoint)| endpoint.addresses.iter().any(|a| AddressSet::from(a.value) == destination));
        if let Some((id, _)) = endpoint {
            return self.to_private_endpoint(packet, id);
        }
        packet.subnet = self.subnet_of(packet.vnet, &destination);
        let balancer = self
            .model
            .load_balancers()
            .find(|(_, balancer)| balancer.address.as_ref().is_some_and(|a| AddressSet::from(a.value) == destination));
        if let Some((id, _)) = balancer {
            return self.to_load_balancer(packet, id);
        }
        if packet.subnet.is_none() {
            let vnet = &self.model[packet.vnet].head.name;
            packet
                .trail
                .assume(format!("a subnet of {vnet} without a security group holds {}", packet.flows.destination));
        }
        self.inbound_subnet(packet)
    }

    /// The groups at the far end, the subnet's first, then what stands there.
    fn inbound_subnet(&self, packet: Packet<'_>) -> Vec<Part> {
        let subnet = packet.subnet;
        let (on, mut past) = self.admin_rules(packet, false);
        let mut passed: Vec<Packet<'_>> = Vec::new();
        for packet in on {
            passed.append(&mut self.pass_subnet_group(packet, subnet, false));
        }
        let mut parts: Vec<Part> = passed.into_iter().flat_map(|packet| self.at_nic(packet)).collect();
        parts.extend(past.drain(..).flat_map(|packet| self.at_interface(packet)));
        parts
    }

    fn at_nic(&self, packet: Packet<'_>) -> Vec<Part> {
        let nic = match self.interface_at(&packet) {
            Some(Thing::Host(id)) => self.model[id].nsg.as_ref(),
            Some(Thing::Appliance(id)) => self.model[id].nsg.as_ref(),
            _ => None,
        };
        let passed = match nic {
            Some(nsg) => self.pass_group(packet, nsg.value, false),
            None => vec![packet],
        };
        passed.into_iter().flat_map(|packet| self.at_interface(packet)).collect()
    }

    /// What has the destination as its address.
    fn interface_at(&self, packet: &Packet<'_>) -> Option<Thing> {
        let address = packet.flows.destination.possible().single()?;
        let has = |all: &[Stated<IpAddr>]| all.iter().any(|a| a.value == address);
        let host = self.model.hosts().find(|(_, host)| has(&host.addresses)).map(|(id, _)| Thing::Host(id));
        let server = || self.model.dns_servers().find(|(_, s)| has(&s.addresses)).map(|(id, _)| Thing::DnsServer(id));
        host.or_else(|| self.appliance_at(address).map(Thing::Appliance)).or_else(server)
    }

    /// At a machine: is it up, does its firewall admit, does it listen?
    pub(super) fn at_interface(&self, mut packet: Packet<'_>) -> Vec<Part> {
        let goal = packet.flows.destination.clone();
        match self.interface_at(&packet) {
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
                packet.trail.assume(format!("something listens on {name} {goal}{}", packet.flows.port_text()));
                packet.push(Step::pass("eval.out.8-private-target", format!("arrives at {name} {goal}")));
                vec![packet.end()]
            }
            None => {
                packet.trail.assume(format!("something listens on {goal}{}", packet.flows.port_text()));
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
        let owner = format!("{name} firewall");
        let passed = self.filter(packet, firewall, &owner, "diag.causes.host-firewall", Action::Deny);
        passed.into_iter().flat_map(|packet| self.listener(packet, name, noun.listen.as_deref(), span)).collect()
    }

    /// Does something listen?
    fn listener(
        &self,
        mut packet: Packet<'_>,
        name: &str,
        listen: Option<&[Stated<(Protocol, PortSet)>]>,
        span: crate::source::Span,
    ) -> Vec<Part> {
        let goal = packet.flows.destination.clone();
        let at = format!("{goal}{}", packet.flows.port_text());
        let Some(listen) = listen else {
            packet.trail.assume(format!("something listens on {name} {at}"));
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

    /// A list of lines in order; what no line names falls to its default.
    pub(super) fn filter<'q>(
        &self,
        packet: Packet<'q>,
        list: &FilterList,
        owner: &str,
        rule: &str,
        unstated: Action,
    ) -> Vec<Packet<'q>> {
        let public = self.public_space();
        let decided = first_match(&list.rules, &packet.flows, &public, |line, source| {
            self.matcher(&(if source { &line.source } else { &line.destination }).addresses, None)
        });
        let mut passed = Vec::new();
        for decision in decided {
            let mut packet = packet.with(decision.flows.clone());
            match decision.line {
                Some(at) => {
                    let line = &list.rules[at];
                    let text = format!("{owner} {}", line.text);
                    let mut step = self.rule_step(rule, owner, "", line, text.clone(), &decision, &list.rules);
                    if step.is_block() {
                        step.headline = Some(format!("{owner} denies it: {}", line.text));
                    }
                    packet.push(step);
                }
                None => {
                    let default = list.default.as_ref().map_or(unstated, |stated| stated.value);
                    let place = list.default.as_ref().map_or(list.span, |stated| stated.span);
                    let text = format!("{owner} default {}", default.word());
                    packet.push(match default {
                        Action::Deny => Step::block(rule, Outcome::Dropped, text)
                            .at(place)
                            .headline(format!("no line of {owner} allows it")),
                        _ => Step::pass(rule, text).at(place),
                    });
                }
            }
            passed.push(packet);
        }
        passed
    }

    /// To an appliance, through it, and on from its subnet.
    pub(super) fn to_appliance(&self, mut packet: Packet<'_>, address: IpAddr, route: &Route) -> Vec<Part> {
        let Some(id) = self.appliance_at(address) else { return self.to_undeclared_appliance(packet, address, route) };
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
        let passed = self.pass_subnet_group(packet, Some(subnet), false);
        let passed = passed.into_iter().flat_map(|packet| match &noun.nsg {
            Some(nsg) => self.pass_group(packet, nsg.value, false),
            None => vec![packet],
        });
        passed.flat_map(|packet| self.through_appliance(packet, id)).collect()
    }

    fn to_undeclared_appliance(&self, mut packet: Packet<'_>, address: IpAddr, route: &Route) -> Vec<Part> {
        let balancer =
            self.model.load_balancers().find(|(_, b)| b.address.as_ref().is_some_and(|a| a.value == address));
        if let Some((_, balancer)) = balancer {
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
        let owner = format!("appliance {name}");
        let passed = if noun.filter.rules.is_empty() && noun.filter.default.is_none() {
            packet.trail.assume(format!("appliance {name} lets everything through"));
            vec![packet]
        } else {
            self.filter(packet, &noun.filter, &owner, "eval.out.7-hops", unstated)
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
        let passed = match nic {
            Some(nsg) => self.pass_group(packet, nsg, true),
            None => vec![packet],
        };
        passed.into_iter().flat_map(|packet| self.leave(packet)).collect()
    }

    /// To an internal load balancer: rules see the machines behind it.
    fn to_load_balancer(&self, mut packet: Packet<'_>, id: LoadBalancerId) -> Vec<Part> {
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
        packet.push(Step::pass("nsg.lb-pool", format!("{name} hands it to a machine behind it")).at(noun.head.span));
        if addresses.is_empty() {
            packet.trail.assume(format!("something behind {name} answers on {}", packet.flows.port_text()));
            return vec![packet.end()];
        }
        let behind = addresses.into_iter().flat_map(|address| {
            let goal = packet.goal.clone();
            let mut packet = packet.with(Flows { destination: Ends::one(address), ..packet.flows.clone() });
            packet.goal = goal;
            packet.subnet = self.subnet_of(packet.vnet, &address.into());
            self.inbound_subnet(packet)
        });
        behind.collect()
    }

    /// By a gateway to the site behind it.
    pub(super) fn through_gateway(&self, mut packet: Packet<'_>, id: GatewayId) -> Vec<Part> {
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
        let destination = packet.flows.destination.possible().clone();
        let site = self.sites_behind(id).find(|(_, site)| destination.is_subset(&site.addresses()));
        let Some((site, _)) = site else {
            let text = format!("what lies behind gateway {name} for {destination} is not declared");
            let line = format!("on-premises NAME {destination} {{ via {name}; return-route all }}");
            let fact = format!("what answers to {destination} behind {name}");
            return vec![
                packet.end_with(Step::unknown("verdict.ours.unknown", text, fact, Some(line)).at(gateway.head.span)),
            ];
        };
        self.at_site(packet, site)
    }

    fn at_site(&self, mut packet: Packet<'_>, site: OnPremisesId) -> Vec<Part> {
        let noun = &self.model[site];
        let name = &noun.head.name;
        packet.push(Step::pass("gw.on-prem.reach", format!("reaches {name}")).at(noun.head.span));
        let source = packet.flows.source.possible().clone();
        let rule = if packet.app.is_some() { "route.app.return-route" } else { "gw.on-prem.return" };
        let mut pieces = Vec::new();
        match &noun.return_routes {
            Some(Stated { value: ReturnRoutes::All, span }) => {
                packet.push(Step::pass(rule, format!("{name} routes back to everything")).at(*span));
                pieces.push(packet);
            }
            Some(Stated { value: ReturnRoutes::Prefixes(set), span }) => {
                let (back, lost, _) = Ends::Set(source).split(set);
                if let Some(back) = back {
                    let mut packet = packet.with(Flows { source: back.clone(), ..packet.flows.clone() });
                    packet.push(Step::pass(rule, format!("{name} routes back to {back}")).at(*span));
                    pieces.push(packet);
                }
                if let Some(lost) = lost {
                    let mut packet = packet.with(Flows { source: lost.clone(), ..packet.flows.clone() });
                    let step =
                        Step::block(rule, Outcome::Dropped, format!("{name} has no route back to {lost}")).at(*span);
                    let step = step.headline(format!("{name} does not send replies back to {lost}"));
                    packet.push(step.remedy(format!("amend on-premises {name} {{ return-route {lost} }}")));
                    pieces.push(packet);
                }
            }
            None => {
                let fact = format!("what the routers of {name} send back to {source}");
                let line = format!("amend on-premises {name} {{ return-route {source} }}");
                let text = format!("whether {name} routes back to {source} is not stated");
                packet.push(Step::unknown(rule, text, fact, Some(line)).at(noun.head.span));
                pieces.push(packet);
            }
        }
        let owner = format!("{name} firewall");
        let filtered = pieces.into_iter().flat_map(|packet| match &noun.firewall {
            Some(firewall) => self.filter(packet, firewall, &owner, "gw.on-prem.return", Action::Allow),
            None => vec![packet],
        });
        filtered.flat_map(|packet| self.at_interface(packet)).collect()
    }

    /// From a site into Azure, or out of its own internet access.
    pub(super) fn from_site(
        &self,
        question: &Question,
        site: OnPremisesId,
        source: AddressSet,
        trail: Trail,
    ) -> Vec<Part> {
        let noun = &self.model[site];
        self.each_target(question, Asker::Site(site), trail, |engine, goal, mut trail| {
            if goal.possible().is_subset(&engine.public_space()) {
                let stated = AddressSet::of(noun.public_ip.iter().map(|ip| &ip.value));
                let ends = if stated.is_empty() { engine.some_public_client() } else { Ends::Set(stated) };
                let text = format!("{} calls from its own internet access: {ends}", noun.head.name);
                trail.push(Step::note("gw.on-prem.no-service-endpoint", text).at(noun.head.span));
                return engine.from_internet_to(question, ends, goal, trail);
            }
            let inside = goal.possible().is_subset(&noun.addresses());
            let via = noun.via.iter().find_map(|via| match via.value {
                Thing::Gateway(id) => engine.model[id].vnet.map(|vnet| (id, vnet)),
                _ => None,
            });
            let (Some((gateway, vnet)), false) = (via, inside) else {
                let rule = "gw.on-prem.reach";
                let step = if inside {
                    Step::pass(rule, format!("{goal} is inside {}", noun.head.name))
                } else {
                    Step::block(rule, Outcome::Dropped, format!("no gateway leads from {} to Azure", noun.head.name))
                };
                trail.push(step.at(noun.head.span));
                return vec![Part {
                    source: Ends::Set(source.clone()),
                    destination: goal,
                    ports: question.ports.clone(),
                    trail,
                }];
            };
            let text = format!("{} reaches Azure by gateway {}", noun.head.name, engine.model[gateway].head.name);
            trail.push(Step::pass("gw.on-prem.reach", text).at(noun.head.span));
            let flows = Flows {
                source: Ends::Set(source.clone()),
                destination: goal.clone(),
                protocols: question.protocols(),
                source_ports: question.source_ports.clone(),
                ports: question.ports.clone(),
            };
            let mut packet = engine.packet(question, flows, goal, trail, vnet);
            let here = engine.model[vnet].addresses();
            let destination = packet.flows.destination.possible().clone();
            let peer = engine.peers_of(vnet).into_iter().find(|peer| {
                destination.meets(&engine.model[peer.vnet].addresses()) && engine.lends_gateway(vnet, peer.vnet)
            });
            if !destination.meets(&here)
                && let Some(peer) = peer
            {
                packet = engine.cross_peering(packet, peer.vnet);
            } else if !destination.meets(&here) {
                let text =
                    format!("{destination} is not in a network that uses gateway {}", engine.model[gateway].head.name);
                return vec![
                    packet.end_with(
                        Step::block("peer.gateway-transit.effect", Outcome::Dropped, text).at(noun.head.span),
                    ),
                ];
            }
            engine.arrive(packet)
        })
    }

    /// A packet in a network that no declared interface sent.
    pub(super) fn packet<'q>(
        &self,
        question: &'q Question,
        flows: Flows,
        goal: Ends,
        trail: Trail,
        vnet: VnetId,
    ) -> Packet<'q> {
        Packet {
            question,
            origin: flows.source.clone(),
            flows,
            goal,
            trail,
            vnet,
            subnet: None,
            app: None,
            host: None,
            forwarded: false,
            translated: false,
            hops: Vec::new(),
        }
    }

    /// Flows whose way in is not known, judged by the far end alone.
    pub(super) fn enter_from_outside(&self, question: &Question, source: Ends, goal: Ends, trail: Trail) -> Vec<Part> {
        let destination = goal.possible().clone();
        let flows = Flows {
            source,
            destination: goal.clone(),
            protocols: question.protocols(),
            source_ports: question.source_ports.clone(),
            ports: question.ports.clone(),
        };
        match self.model.vnets().find(|(_, vnet)| destination.meets(&vnet.addresses())) {
            Some((vnet, _)) => self.arrive(self.packet(question, flows, goal, trail, vnet)),
            None => vec![Part { source: flows.source, destination: goal, ports: question.ports.clone(), trail }],
        }
    }
}
