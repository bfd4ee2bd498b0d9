//! Security groups and admin rules: what they mean by their words, and which line decides.

use super::Engine;
use super::flow::{Ends, Flows, SymbolOf};
use super::matching::{Decided, Matcher, first_match};
use super::trail::{Outcome, Step};
use super::walk::Packet;
use crate::model::*;
use crate::net::AddressSet;
use crate::platform::ComputedTag;
use std::net::IpAddr;

/// From where a group's words are understood: the tag VirtualNetwork differs from subnet to subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Viewpoint {
    pub(super) vnet: VnetId,
    pub(super) subnet: Option<SubnetId>,
}

impl Engine<'_> {
    /// The public addresses: those that no reserved or private range holds.
    pub(super) fn public_space(&self) -> AddressSet {
        AddressSet::all().difference(&self.platform().addresses("internet-excluded"))
    }

    /// What a public address that is not stated may be: Azure's services answer on IPv4.
    pub(super) fn some_public(&self) -> AddressSet {
        let v4 = ipnet::IpNet::V4(ipnet::Ipv4Net::default());
        self.public_space().intersection(&v4.into())
    }

    /// What an address set means, seen from a subnet.
    pub(super) fn matcher(&self, expr: &AddressExpr, view: Option<Viewpoint>) -> Matcher {
        expr.terms.iter().fold(Matcher::default(), |all, term| all.or(self.term(term, view)))
    }

    fn term(&self, term: &Term, view: Option<Viewpoint>) -> Matcher {
        match term {
            Term::Any => Matcher::any(),
            Term::Set(set) => Matcher::of(set.clone()),
            Term::Asg(asg) => Matcher::of(self.asg_members(*asg)),
            Term::Thing(thing) => self.thing_addresses(*thing),
            Term::Tag(tag) => self.tag(tag, view),
        }
    }

    /// The addresses of a declared thing; those that are not stated, as symbols.
    pub(super) fn thing_addresses(&self, thing: Thing) -> Matcher {
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
                let outbound = AddressSet::of(self.model[id].outbound_ip.iter().map(|ip| &ip.value));
                let mut matcher = Matcher::of(outbound.union(&subnet.unwrap_or_default()));
                matcher.symbols.push(SymbolOf::Platform(id));
                matcher
            }
            _ => Matcher::default(),
        }
    }

    /// The addresses of the interfaces that are in an application security group.
    fn asg_members(&self, asg: AsgId) -> AddressSet {
        let hosts = self.model.hosts().filter(|(_, host)| host.asgs.contains(&asg)).flat_map(|(_, h)| &h.addresses);
        let endpoints = self.model.private_endpoints().filter(|(_, e)| e.asgs.contains(&asg));
        let endpoints = endpoints.flat_map(|(_, e)| &e.addresses);
        AddressSet::of(&hosts.chain(endpoints).map(|a| a.value.into()).collect::<Vec<_>>())
    }

    /// What a service tag means, seen from a subnet. What declared services state of their addresses is known.
    pub(super) fn tag(&self, tag: &TagRef, view: Option<Viewpoint>) -> Matcher {
        let Some((facts, _)) = self.platform().tag(&tag.name) else { return Matcher::default() };
        match facts.computed {
            Some(ComputedTag::VirtualNetwork) => {
                return Matcher::of(view.map(|view| self.virtual_network(view)).unwrap_or_default());
            }
            Some(ComputedTag::Internet) => {
                let inside = view.map(|view| self.virtual_network(view)).unwrap_or_default();
                let inside = inside.difference(&self.platform().addresses("azure-dns"));
                let set = self.public_space().difference(&inside);
                return Matcher { set, internet: true, ..Matcher::default() };
            }
            None => {}
        }
        let regional = tag.region.as_ref().and_then(|region| {
            let spelled = self.platform().region(region).map(|r| r.tag_name);
            let names = [Some(tag.text.clone()), spelled.map(|region| format!("{}.{region}", tag.name))];
            names
                .into_iter()
                .flatten()
                .find_map(|name| self.platform().tag(&name).filter(|(t, r)| r.is_none() && t.prefixes.is_some()))
        });
        if let Some(set) = regional.and_then(|(tag, _)| tag.prefixes) {
            return Matcher::of(set);
        }
        if let (Some(set), None) = (facts.prefixes, &tag.region) {
            return Matcher::of(set);
        }
        let set = self.declared_members(&tag.name, tag.region.as_deref());
        let region = tag.region.as_ref().and_then(|region| self.platform().region(region));
        let text = region.map_or(tag.name.clone(), |region| format!("{}.{}", tag.name, region.tag_name));
        Matcher { set, tags: vec![TagRef { text, ..tag.clone() }], ..Matcher::default() }
    }

    /// The public addresses that declared services of a tag state.
    pub(super) fn declared_members(&self, tag: &str, region: Option<&str>) -> AddressSet {
        let of_tag = self.model.services().filter(|(_, service)| {
            service.service_type.as_ref().is_some_and(|t| t.tag.as_deref() == Some(tag))
                && region.is_none_or(|region| service.head.region.as_ref().is_some_and(|r| r.value == region))
        });
        AddressSet::of(of_tag.flat_map(|(_, service)| &service.public_ip).map(|ip| &ip.value))
    }

    /// The tag VirtualNetwork of a subnet: its network, peers, sites behind gateways, the prefixes of its user-defined
    /// routes, and the address of the host.
    pub(super) fn virtual_network(&self, view: Viewpoint) -> AddressSet {
        let vnet = &self.model[view.vnet];
        let mut set = vnet.addresses().union(&self.platform().addresses("azure-dns"));
        for peer in self.peers_of(view.vnet) {
            if peer.access {
                set = set.union(&self.model[peer.vnet].addresses());
            }
        }
        for gateway in self.gateways_for(view.vnet) {
            for (_, site) in self.sites_behind(gateway) {
                set = set.union(&site.addresses());
            }
            for other in &self.model[gateway].connections {
                if let Thing::Vnet(other) = other.value {
                    set = set.union(&self.model[other].addresses());
                }
            }
            set = set.union(&AddressSet::of(self.model[gateway].point_to_site.iter().map(|p| &p.value)));
        }
        let strict = vnet.strict_vnet_tag.as_ref().is_some_and(|stated| stated.value);
        let table = view.subnet.and_then(|subnet| self.model[subnet].route_table.as_ref());
        for route in table.into_iter().flat_map(|table| &self.model[table.value].routes) {
            if let RouteTarget::Prefix(prefix) = &route.target
                && (prefix.prefix_len() > 0 || strict)
            {
                set = set.union(&(*prefix).into());
            }
        }
        set
    }

    /// Out of a sender: admin rules, the interface's group, then the subnet's.
    pub(super) fn outbound_security<'q>(&self, packet: Packet<'q>) -> Vec<Packet<'q>> {
        if let Some(exempt) = self.platform_exemption(&packet, true) {
            return vec![exempt];
        }
        let mut packet = packet;
        self.note_inbound_rules(&mut packet);
        let nic = packet.host.and_then(|host| self.model[host].nsg.as_ref()).map(|nsg| nsg.value);
        let subnet = packet.subnet;
        let (after, delivered) = self.admin_rules(packet, true);
        let mut passed = delivered;
        for packet in after {
            let after_nic = match nic {
                Some(nsg) => self.pass_group(packet, nsg, true),
                None => vec![packet],
            };
            for packet in after_nic {
                passed.append(&mut self.pass_subnet_group(packet, subnet, true));
            }
        }
        passed
    }

    /// Inbound rules on an integration subnet never say anything about an app.
    fn note_inbound_rules(&self, packet: &mut Packet<'_>) {
        let (Some(app), Some(subnet)) = (packet.app, packet.subnet) else { return };
        if self.environment(app).is_some() || !packet.hops.is_empty() {
            return;
        }
        let Some(nsg) = &self.model[subnet].nsg else { return };
        if self.model[nsg.value].inbound.iter().any(|rule| rule.rule.is_none()) {
            let text = format!("the inbound rules of {} do not apply to the app", self.model[nsg.value].head.name);
            packet.push(Step::note("nsg.integration.outbound-only", text).at(nsg.span));
        }
    }

    /// The group of a subnet, or the step that says there is none.
    pub(super) fn pass_subnet_group<'q>(
        &self,
        mut packet: Packet<'q>,
        subnet: Option<SubnetId>,
        outbound: bool,
    ) -> Vec<Packet<'q>> {
        let Some(subnet) = subnet else { return vec![packet] };
        match &self.model[subnet].nsg {
            Some(nsg) => self.pass_group(packet, nsg.value, outbound),
            None => {
                let text = format!("no nsg on {}", self.model[subnet].head.name);
                packet.push(Step::note("nsg.none-allows-all", text).at(self.model[subnet].head.span));
                vec![packet]
            }
        }
    }

    /// Traffic to the addresses of the platform itself passes, unless a rule names their tags.
    fn platform_exemption<'q>(&self, packet: &Packet<'q>, outbound: bool) -> Option<Packet<'q>> {
        let platform = self.platform().addresses("platform-addresses");
        if !packet.flows.destination.possible().is_subset(&platform) || packet.flows.destination.is_empty() {
            return None;
        }
        let groups = packet.subnet.and_then(|subnet| self.model[subnet].nsg.as_ref()).map(|nsg| &self.model[nsg.value]);
        let names_platform = |rule: &SecurityRule| {
            rule.destination.addresses.terms.iter().any(|term| match term {
                Term::Tag(tag) => self.platform().tag(&tag.name).is_some_and(|(tag, _)| tag.platform),
                _ => false,
            })
        };
        let list = groups.map(|nsg| if outbound { &nsg.outbound } else { &nsg.inbound });
        if list.into_iter().flatten().any(names_platform) {
            return None;
        }
        let mut packet = packet.clone();
        let text = format!("{} is an address of the platform: no nsg looks at it", packet.flows.destination);
        packet.push(Step::pass("nsg.platform-addresses", text));
        Some(packet)
    }

    /// Security admin rules, which go before the groups: what goes on to the groups, and what is delivered past them.
    pub(super) fn admin_rules<'q>(&self, packet: Packet<'q>, outbound: bool) -> (Vec<Packet<'q>>, Vec<Packet<'q>>) {
        let vnet = packet.vnet;
        let applies = |rules: &&AdminRules| rules.to.iter().any(|to| to.value == Thing::Vnet(vnet));
        let (mut on, mut past) = (vec![packet], Vec::new());
        for set in self.model.admin_rules.iter().filter(applies) {
            let list = if outbound { &set.outbound } else { &set.inbound };
            let mut next = Vec::new();
            for packet in on {
                for decided in self.decide(list, &packet, packet.subnet) {
                    let mut packet = packet.with(decided.flows.clone());
                    let Some(line) = decided.line else {
                        next.push(packet);
                        continue;
                    };
                    let rule = &list[line];
                    let text = format!("{} {} {}", set.head.name, direction(outbound), rule.text);
                    let step = self.rule_step(
                        "nsg.admin-rules.first",
                        &set.head.name,
                        "admin rules",
                        rule,
                        text,
                        &decided,
                        list,
                    );
                    packet.push(step);
                    if rule.action == Action::AlwaysAllow { past.push(packet) } else { next.push(packet) }
                }
            }
            on = next;
        }
        (on, past)
    }

    /// One security group.
    pub(super) fn pass_group<'q>(&self, packet: Packet<'q>, nsg: NsgId, outbound: bool) -> Vec<Packet<'q>> {
        let group = &self.model[nsg];
        let list = if outbound { &group.outbound } else { &group.inbound };
        let mut passed = Vec::new();
        for decided in self.decide(list, &packet, packet.subnet) {
            let mut packet = packet.with(decided.flows.clone());
            if let Some(line) = decided.line {
                let rule = &list[line];
                let id = rule.rule.as_deref().unwrap_or("nsg.security-rule");
                let shown = match (&rule.rule, &rule.name) {
                    (Some(_), Some(name)) => format!("{} {name}", rule.priority),
                    _ => rule.text.clone(),
                };
                let text = format!("{} {} {shown}", group.head.name, direction(outbound));
                let mut step = self.rule_step(id, &group.head.name, "nsg", rule, text, &decided, list);
                if step.is_block() {
                    step.remedy = amendment(self, group, list, line, &decided.flows, outbound);
                }
                packet.push(step);
            }
            passed.push(packet);
        }
        passed
    }

    pub(super) fn decide(&self, list: &[SecurityRule], packet: &Packet<'_>, subnet: Option<SubnetId>) -> Vec<Decided> {
        let view = Viewpoint { vnet: packet.vnet, subnet };
        let public = self.public_space();
        first_match(list, &packet.flows, &public, |rule, source| {
            let side = if source { &rule.source } else { &rule.destination };
            self.matcher(&side.addresses, Some(view))
        })
    }

    /// The step of a line that decides, with the lines above it that may have decided otherwise.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn rule_step(
        &self,
        id: &str,
        owner: &str,
        what: &str,
        rule: &SecurityRule,
        text: String,
        decided: &Decided,
        list: &[SecurityRule],
    ) -> Step {
        let differs = decided.doubts.iter().find(|(line, _)| list[*line].action != rule.action);
        let mut step = match (differs, rule.action) {
            (Some((line, fact)), _) => {
                let doubtful = &list[*line];
                let words = format!("{owner} {}: it may match before {}", doubtful.text, rule.text);
                let line = tag_line(fact);
                let mut step = Step::unknown("tag.unknown", words, fact.clone(), line);
                if !fact.contains("service tag") {
                    step.rule = "verdict.ours.unknown".into();
                }
                return step.at(doubtful.span);
            }
            (None, Action::Deny) => {
                let name = rule.name.as_ref().filter(|_| rule.rule.is_none());
                let named = name.map(|name| format!(" ({name})")).unwrap_or_default();
                let default = rule.rule.is_some();
                let words = match (&rule.name, default) {
                    (Some(name), true) => format!("{what} {owner} denies it by its default rule {name}"),
                    _ => format!("{what} {owner} denies it at rule {}{named}", rule.priority),
                };
                Step::block(id, Outcome::Dropped, text).headline(words)
            }
            (None, _) => Step::pass(id, text),
        };
        let miss = |line: usize, fields: &[&str]| format!("{}: {}", list[line].text, fields.join(", "));
        step.misses = decided.misses.iter().map(|m| miss(m.line, &m.fields)).collect();
        step.at(rule.span)
    }
}

/// The line that would state a missing tag.
fn tag_line(fact: &str) -> Option<String> {
    let tag = fact.split("service tag ").nth(1)?;
    let tag = tag.split(' ').next().unwrap_or(tag);
    Some(format!("amend service-tag {tag} {{ prefix 192.0.2.0/24 }}, or use tags \"ServiceTags_Public.json\""))
}

pub(super) fn direction(outbound: bool) -> &'static str {
    if outbound { "outbound" } else { "inbound" }
}

/// A line that would let the flows pass, at a free priority before the one that denies.
fn amendment(
    engine: &Engine<'_>,
    group: &Nsg,
    list: &[SecurityRule],
    line: usize,
    flows: &Flows,
    outbound: bool,
) -> Option<String> {
    let (first, last) = (engine.platform().limit("nsg-priority-first"), engine.platform().limit("nsg-priority-last"));
    let before = list[line].priority.min(last + 1);
    let taken = |priority: i64| list.iter().any(|rule| rule.priority == priority);
    let free = (first..before).rev().find(|priority| !taken(*priority));
    // Without a free number before it, the rule that denies makes room by taking the next one.
    let moved = match free {
        Some(_) => String::new(),
        None if before <= last && !taken(before + 1) => {
            let moved = list[line].text.replacen(&before.to_string(), &(before + 1).to_string(), 1);
            format!("remove rule {before}; {moved}; ")
        }
        None => return None,
    };
    let priority = free.unwrap_or(before);
    let ends = |ends: &Ends| match ends {
        Ends::Set(set) => set.to_string(),
        Ends::Symbol(symbol) => match symbol.tags.first() {
            Some((tag, Some(region))) => {
                let region = engine.platform().region(region).map_or(region.clone(), |r| r.tag_name);
                format!("{tag}.{region}")
            }
            Some((tag, None)) => tag.clone(),
            None => symbol.within.to_string(),
        },
    };
    let (source, destination) = (ends(&flows.source), ends(&flows.destination));
    let rule = format!("{priority} allow {} {source} -> {destination}{}", flows.protocols, flows.port_text());
    Some(format!("amend nsg {} {{ {} {{ {moved}{rule} }} }}", group.head.name, direction(outbound)))
}

impl Engine<'_> {
    /// The addresses that an unstated public address may be.
    pub fn unstated_public(&self) -> AddressSet {
        self.some_public()
    }

    /// The prefixes that an address set stands for at a subnet; a tag without data says so.
    pub fn expand(&self, expr: &AddressExpr, subnet: SubnetId) -> Vec<String> {
        let view = Viewpoint { vnet: self.model[subnet].vnet, subnet: Some(subnet) };
        let matcher = self.matcher(expr, Some(view));
        let mut words: Vec<String> = matcher.set.prefixes().iter().map(ToString::to_string).collect();
        words.extend(matcher.tags.iter().map(|tag| format!("(no data for {})", tag.text)));
        words
    }
}
