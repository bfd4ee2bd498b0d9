//! Section F of the fact sheet: security groups, security admin rules, service tags; and the plain filters of
//! appliances, sites and hosts.

use super::evaluate::{Packet, Walk};
use super::plain::*;
use super::routes::regional;
use super::worlds::{Answer, Arrives, may_be_public, no, try_all};

/// A network interface as a checkpoint sees it: where it is.
#[derive(Clone, Copy)]
pub struct At<'a> {
    pub vnet: &'a str,
    pub subnet: &'a str,
}

/// Addresses that the host of a machine serves itself.
const PLATFORM: [Addr; 2] = [Addr::four(168, 63, 129, 16), Addr::four(169, 254, 169, 254)];

/// A flow as a log records it.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub over: Over,
    pub src: Addr,
    pub from_port: Option<u16>,
    pub dst: Addr,
    pub port: u16,
}

/// What the lists at an interface say of a flow that leaves it or comes to it.
pub fn ruling(model: &Model, at: (&str, &str), nic: Option<&str>, outbound: bool, flow: &Recorded) -> Option<Answer> {
    let plain = Question::of(Source::Addr(flow.src), Target::Addr(flow.dst), flow.port, flow.over);
    let question = Question { from_port: flow.from_port, ..plain };
    let at = At { vnet: at.0, subnet: at.1 };
    try_all(|worlds| {
        let mut walk = Walk { model, worlds, question: &question, onward: false };
        let packet = walk.packet(flow.src, flow.dst);
        if outbound { walk.leave(at, nic, &packet) } else { walk.enter(at, nic, &packet) }
    })
}

impl<'a> Walk<'a> {
    /// What leaves an interface: admin rules, the group of the interface, that of the subnet.
    pub fn leave(&mut self, at: At, nic: Option<&str>, packet: &Packet) -> Arrives {
        // nsg.platform-addresses: DNS and metadata are not filtered.
        if PLATFORM.contains(&packet.dst) {
            return Ok(());
        }
        match self.admin(at, false, packet) {
            Some(Action::Deny) => return no("dropped", "nsg.admin-rules.actions"),
            Some(Action::AlwaysAllow) => return Ok(()),
            _ => {}
        }
        let subnet = self.model.subnet(at.vnet, at.subnet);
        self.group(nic, at, false, packet)?;
        self.group(subnet.nsg.as_deref(), at, false, packet)
    }

    /// What comes to an interface: the same the other way round.
    pub fn enter(&mut self, at: At, nic: Option<&str>, packet: &Packet) -> Arrives {
        match self.admin(at, true, packet) {
            Some(Action::Deny) => return no("dropped", "nsg.admin-rules.actions"),
            Some(Action::AlwaysAllow) => return Ok(()),
            _ => {}
        }
        let subnet = self.model.subnet(at.vnet, at.subnet);
        self.group(subnet.nsg.as_deref(), at, true, packet)?;
        self.group(nic, at, true, packet)
    }

    fn admin(&mut self, at: At, inbound: bool, packet: &Packet) -> Option<Action> {
        if self.model.edition == 2020 {
            return None;
        }
        let mut rules: Vec<&Rule> = Vec::new();
        for group in self.model.admin.iter().filter(|group| group.to.iter().any(|to| to == at.vnet)) {
            rules.extend(group.rules.iter().filter(|rule| rule.inbound == inbound));
        }
        rules.sort_by_key(|rule| rule.priority);
        rules.into_iter().find(|rule| self.matches(rule, at, packet)).map(|rule| rule.action)
    }

    /// One security group, its default rules behind its own.
    pub fn group(&mut self, name: Option<&str>, at: At, inbound: bool, packet: &Packet) -> Arrives {
        let Some(name) = name else { return Ok(()) };
        let group = self.model.nsgs.iter().find(|nsg| nsg.name == name).expect("a declared nsg");
        let mut rules: Vec<&Rule> = group.rules.iter().filter(|rule| rule.inbound == inbound).collect();
        rules.sort_by_key(|rule| rule.priority);
        for rule in rules {
            if self.matches(rule, at, packet) {
                return if rule.action == Action::Deny { no("dropped", "nsg.security-rule") } else { Ok(()) };
            }
        }
        let from_network = match &packet.unseen {
            Some(unseen) => self.unseen_in_network(unseen, at),
            None => self.in_virtual_network(packet.src, at),
        };
        if from_network && self.in_virtual_network(packet.dst, at) {
            return Ok(());
        }
        if inbound {
            if self.in_tag("AzureLoadBalancer", packet.src, at) {
                return Ok(());
            }
            return no("dropped", "nsg.default.deny-all-inbound");
        }
        if self.in_tag("Internet", packet.dst, at) {
            return Ok(());
        }
        no("dropped", "nsg.default.deny-all-outbound")
    }

    /// All five fields; what is certain is looked at before what must be guessed.
    fn matches(&mut self, rule: &Rule, at: At, packet: &Packet) -> bool {
        let ports = |ports: &Ports, port: Option<u16>| {
            ports.is_empty() || port.is_some_and(|port| ports.iter().any(|(low, high)| *low <= port && port <= *high))
        };
        rule.protocol.is_none_or(|protocol| protocol == packet.protocol)
            && ports(&rule.to_ports, packet.port)
            && (packet.any_from_port || ports(&rule.from_ports, packet.from_port))
            && (packet.unseen.is_some() || self.could(&rule.from, packet.src, at))
            && self.could(&rule.to, packet.dst, at)
            && self.sender_is_on_side(rule, packet, at)
            && self.on_side(&rule.to, packet.dst, at)
    }

    /// False where a side certainly does not hold the address; tags may.
    fn could(&self, side: &Side, addr: Addr, at: At) -> bool {
        match side {
            Side::Any | Side::Tag(_) => true,
            Side::Ranges(ranges) => ranges.iter().any(|range| range.has(addr)),
            Side::Asg(asg) => self.member(addr, asg, at),
            Side::Named(name) => self.named(name).iter().any(|prefix| prefix.has(addr)),
        }
    }

    fn sender_is_on_side(&mut self, rule: &Rule, packet: &Packet, at: At) -> bool {
        let Some(unseen) = &packet.unseen else {
            return self.on_side(&rule.from, packet.src, at);
        };
        // An address that nobody stated is a public one of Azure, and in no tag of a service.
        match &rule.from {
            Side::Any => true,
            Side::Tag(tag) if tag == "Internet" => !self.unseen_in_network(unseen, at),
            Side::Tag(tag) => tag == "VirtualNetwork" && self.unseen_in_network(unseen, at),
            Side::Ranges(ranges) => may_be_public(ranges) && self.worlds.guess_within(unseen, ranges),
            Side::Asg(_) | Side::Named(_) => false,
        }
    }

    fn on_side(&mut self, side: &Side, addr: Addr, at: At) -> bool {
        match side {
            Side::Tag(tag) => self.in_tag(tag, addr, at),
            _ => self.could(side, addr, at),
        }
    }

    /// Is an interface of that address in the group? In the network that is looked from, or in one with other addresses.
    fn member(&self, addr: Addr, asg: &str, at: At) -> bool {
        let holds = |asgs: &[String]| asgs.iter().any(|one| one == asg);
        let own = !at.vnet.is_empty() && self.model.vnet(at.vnet).prefixes.iter().any(|prefix| prefix.has(addr));
        let meant = |vnet: &str| vnet == at.vnet || !own;
        let hosts = self.model.hosts.iter().filter(|host| holds(&host.asgs) && host.addrs.contains(&addr));
        let mut vnets = hosts.filter_map(|host| match &host.place {
            Place::Subnet(vnet, _) => Some(vnet),
            Place::Site(_) => None,
        });
        let mut endpoints = self.model.endpoints.iter().filter(|one| holds(&one.asgs) && one.addr == addr);
        vnets.any(|vnet| meant(vnet)) || endpoints.any(|one| meant(&one.vnet))
    }

    fn named(&self, name: &str) -> Vec<Prefix> {
        if let Some((vnet, subnet)) = name.split_once('.') {
            return self.model.subnet(vnet, subnet).prefixes.clone();
        }
        if let Some(vnet) = self.model.vnets.iter().find(|vnet| vnet.name == name) {
            return vnet.prefixes.clone();
        }
        self.model.host(name).addrs.iter().map(|addr| Prefix::one(*addr)).collect()
    }

    /// Is the address in the tag, seen from that subnet?
    pub fn in_tag(&mut self, tag: &str, addr: Addr, at: At) -> bool {
        match tag {
            "VirtualNetwork" => self.in_virtual_network(addr, at),
            // As Azure expands it, it has the platform's own address too (O-36).
            "Internet" => addr == PLATFORM[0] || addr.is_public() && !self.in_virtual_network(addr, at),
            "AzureLoadBalancer" => addr == Addr::four(168, 63, 129, 16),
            _ => self.in_service_tag(tag, addr),
        }
    }

    /// Of a tag whose addresses nobody stated nothing is known, except that its regions lie inside it.
    pub fn in_service_tag(&mut self, tag: &str, addr: Addr) -> bool {
        let stated = |name: &str| self.model.tags.iter().find(|tag| tag.name.eq_ignore_ascii_case(name));
        let has = |tag: &Tag| tag.prefixes.iter().any(|prefix| prefix.has(addr));
        if let Some(own) = stated(tag) {
            return has(own);
        }
        if let Some((whole, _)) = tag.split_once('.') {
            if stated(whole).is_some_and(|whole| !has(whole)) {
                return false;
            }
        } else {
            let region = format!("{tag}.");
            if self.model.tags.iter().any(|tag| tag.name.starts_with(&region) && has(tag)) {
                return true;
            }
        }
        if !addr.is_public() {
            return false;
        }
        // The public address of what is declared is in the tag of its own service and of no other.
        if let Some((own, region)) = self.service_of(addr) {
            return tag.eq_ignore_ascii_case(own) || tag.eq_ignore_ascii_case(&regional(own, region));
        }
        // Nor is an address of a machine in the tag of a service, or one that apps call from.
        let model = self.model;
        let of_machines = model.hosts.iter().any(|one| one.public == Some(addr))
            || model.appliances.iter().any(|one| one.public == Some(addr))
            || model.nats.iter().any(|one| one.public == addr)
            || model.balancers.iter().any(|one| one.outbound == Some(addr))
            || model.apps.iter().any(|one| one.outbound.contains(&addr));
        // Nor is the entry of an environment in the tag of another service.
        let of_apps = tag.split('.').next().is_some_and(|whole| whole.eq_ignore_ascii_case("AppService"));
        let of_machines = of_machines || !of_apps && model.ases.iter().any(|one| one.public == addr);
        !of_machines && self.worlds.guess(format!("{} has {addr:?}", tag.to_lowercase()))
    }

    fn service_of(&self, addr: Addr) -> Option<(&'static str, &'static str)> {
        if let Some(service) = self.model.services.iter().find(|one| one.public == addr) {
            return Some((service.kind.tag(), service.region));
        }
        // Whether the entry of an environment is in the tag, nobody says.
        let shared = |one: &&App| one.inbound == addr && one.ase.is_none();
        self.model.apps.iter().find(shared).map(|app| ("AppService", app.region))
    }

    fn in_virtual_network(&self, addr: Addr, at: At) -> bool {
        self.virtual_network(at).iter().any(|prefix| prefix.has(addr))
    }

    /// The tag holds a public address that nobody stated only where it holds public ones.
    fn unseen_in_network(&mut self, unseen: &str, at: At) -> bool {
        let ranges: Vec<Range> = self.virtual_network(at).into_iter().map(Prefix::range).skip(1).collect();
        let all = ranges.iter().any(|range| *range == Prefix::four(0, 0, 0, 0, 0).range());
        all || may_be_public(&ranges) && self.worlds.guess_within(unseen, &ranges)
    }

    fn virtual_network(&self, at: At) -> Vec<Prefix> {
        let mut all: Vec<Prefix> = vec![Prefix::one(Addr::four(168, 63, 129, 16))];
        all.extend(&self.model.vnet(at.vnet).prefixes);
        for (peering, own, other) in self.links(at.vnet) {
            if peering.connected && peering.access[own] {
                all.extend(&self.model.vnet(&peering.ends[other]).prefixes);
            }
        }
        let strict = self.model.vnet(at.vnet).strict;
        for gateway in self.gateways_of(at.vnet) {
            for site in self.sites_via(&gateway.name) {
                all.extend(&site.prefixes);
            }
            all.extend(gateway.learned.iter().filter(|prefix| strict || !prefix.is_default()));
        }
        if let Some(table) = self.table(at) {
            all.extend(table.routes.iter().map(|route| route.prefix).filter(|prefix| strict || !prefix.is_default()));
        }
        all
    }

    /// A filter of a site, a host or an appliance, and what it does where it says nothing.
    pub fn filter(&mut self, filter: &Filter, open: bool, packet: &Packet, outcome: &'static str) -> Arrives {
        // Its lines have no tags, so it does not matter from where they are looked at.
        let at = At { vnet: "", subnet: "" };
        for rule in &filter.rules {
            let port = rule.to_ports.is_empty()
                || packet
                    .port
                    .is_some_and(|port| rule.to_ports.iter().any(|(low, high)| *low <= port && port <= *high));
            if rule.protocol.is_none_or(|protocol| protocol == packet.protocol)
                && port
                && self.could(&rule.to, packet.dst, at)
                && self.sender_is_on_side(rule, packet, at)
            {
                return if rule.action == Action::Deny { no(outcome, "eval.out.7-hops") } else { Ok(()) };
            }
        }
        if filter.default.unwrap_or(open) { Ok(()) } else { no(outcome, "eval.out.7-hops") }
    }
}
