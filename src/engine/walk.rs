//! The walk: which stages flows pass, in which order, from their source to where they end. Not what a stage decides.

use super::Engine;
use super::flow::Ends;
use super::packet::{Packet, Part};
use super::question::{Question, Source, Target};
use super::resolve::Asker;
use super::trail::{Mark, Outcome, Step, Trail};
use crate::model::*;
use crate::net::{AddressSet, Protocol};
use crate::syntax::ast::Over;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

impl Engine<'_> {
    /// What becomes of the flows of a question, part by part; flows that share a way are one part.
    pub fn walk(&self, question: &Question) -> Vec<Part> {
        if question.only_open && self.is_plainly_dropped(question) {
            return Vec::new();
        }
        if question.over != Some(Over::Any) {
            return joined(self.walk_over(question));
        }
        // What answers over TCP is asked for its answer; of the others there is no more to know than that they arrive.
        let over = |protocol| (protocol != Protocol::Tcp).then_some(Over::Protocol(protocol));
        let questions = Protocol::ALL.map(|protocol| Question { over: over(protocol), ..question.clone() });
        joined(questions.iter().flat_map(|question| self.walk_over(question)).collect())
    }

    /// The same over one protocol.
    fn walk_over(&self, question: &Question) -> Vec<Part> {
        let mut parts = self.walk_apart(question);
        self.past_integration(question, &mut parts);
        self.never_inbound(question, &mut parts);
        let tcp = question.protocols().contains(Protocol::Tcp);
        let deciding = parts.iter_mut().filter_map(|part| part.trail.steps.iter_mut().find(|step| step.is_block()));
        for step in deciding {
            // How the caller notices it belongs to what decides.
            match step.mark {
                Mark::Block(Outcome::Dropped) if tcp => step.rests_also("diag.tcp-timeout"),
                Mark::Block(Outcome::Refused) => step.rests_also("verdict.ours.forbidden"),
                _ => {}
            }
        }
        parts
    }

    fn walk_apart(&self, question: &Question) -> Vec<Part> {
        let mut trail = Trail::default();
        match &question.source {
            Source::App(app) => self.from_app(question, *app),
            Source::Host(host) => self.from_host(question, *host, trail),
            Source::Subnet(subnet) => {
                trail.push(Step::note(
                    "eval.out.5-nsg-source",
                    format!("from any machine of {}", self.model[*subnet].head.name),
                ));
                let set = self.model[*subnet].addresses();
                let asker = Asker::Subnet(*subnet);
                self.each_target(question, asker, trail, |engine, goal, trail| {
                    engine.from_subnet(question, *subnet, None, Ends::Set(set.clone()), goal, trail)
                })
            }
            Source::OnPremises(site) => {
                let set = self.model[*site].addresses();
                self.from_site(question, *site, Asker::Site(*site), set, trail)
            }
            Source::Internet => self.from_internet(question, self.some_public_client(), trail),
            Source::Addresses(set) => self.from_addresses(question, set, trail),
        }
    }

    /// Resolves the target and goes on with each of its addresses.
    pub(super) fn each_target(
        &self,
        question: &Question,
        asker: Asker,
        trail: Trail,
        go: impl Fn(&Self, Ends, Trail) -> Vec<Part>,
    ) -> Vec<Part> {
        match &question.target {
            Target::Ends(ends) => {
                let pieces = self.pieces_of(question, ends);
                let mut parts: Vec<Part> = pieces.into_iter().flat_map(|ends| go(self, ends, trail.clone())).collect();
                // An address is told by the first step that it takes.
                for part in parts.iter_mut().filter(|_| ends.possible().single().is_some()) {
                    if let Some(step) = part.trail.steps.get_mut(trail.steps.len()).filter(|step| !step.is_block()) {
                        *step = step.clone().also("dns.literal");
                    }
                }
                parts
            }
            Target::Name(name, _) => {
                let resolution = self.resolve(asker, name, 0);
                let mut trail = trail;
                for step in resolution.steps {
                    trail.push(step.also_if(question.source.is_app(), "eval.out.3-resolve"));
                }
                for assumption in resolution.assumptions {
                    trail.assume(assumption);
                }
                if resolution.answers.is_empty() {
                    let nowhere = Ends::Set(AddressSet::empty());
                    return vec![Part::of(question.flows(nowhere.clone(), nowhere), trail)];
                }
                let answers = resolution.answers.into_iter().flat_map(|ends| self.pieces_of(question, &ends));
                answers.flat_map(|ends| go(self, ends, trail.clone())).collect()
            }
        }
    }

    /// From a host: its interface's group, its subnet's group, then the routes.
    fn from_host(&self, question: &Question, host: HostId, mut trail: Trail) -> Vec<Part> {
        let noun = &self.model[host];
        let own = noun.addresses.iter().map(|a| a.value).collect::<AddressSet>();
        if noun.is_down() {
            let status = noun.status.as_ref();
            let text = format!("{} is {}", noun.head.name, status.map_or("down", |s| &s.value));
            trail.push(
                Step::block("diag.causes.down", Outcome::Dropped, text)
                    .maybe_at(status.map(|s| s.span))
                    .headline(format!("{} is not running", noun.head.name)),
            );
        }
        match noun.place {
            Some(Thing::Subnet(subnet)) => {
                self.each_target(question, Asker::Host(host), trail, |engine, goal, trail| {
                    engine.from_subnet(question, subnet, Some(host), Ends::Set(own.clone()), goal, trail)
                })
            }
            Some(Thing::OnPremises(site)) => self.from_site(question, site, Asker::Host(host), own, trail),
            _ => Vec::new(),
        }
    }

    /// From a subnet, once the target is an address.
    fn from_subnet(
        &self,
        question: &Question,
        subnet: SubnetId,
        host: Option<HostId>,
        source: Ends,
        goal: Ends,
        trail: Trail,
    ) -> Vec<Part> {
        let source = of_family(source, &goal);
        if source.is_empty() && !goal.is_empty() {
            let who = host.map_or(&self.model[subnet].head, |host| &self.model[host].head);
            let mut trail = trail;
            trail.push(other_family(who, &goal));
            return vec![Part::of(question.flows(source, goal), trail)];
        }
        let packet = Packet {
            question,
            flows: question.flows(source.clone(), goal.clone()),
            origin: source,
            goal,
            trail,
            home: self.model[subnet].vnet,
            vnet: self.model[subnet].vnet,
            subnet: Some(subnet),
            app: None,
            host,
            forwarded: false,
            crossed: None,
            translated: false,
            hops: Vec::new(),
        };
        if self.is_to_itself(&packet) {
            return self.at_own_interface(packet);
        }
        self.leave(packet)
    }

    fn is_to_itself(&self, packet: &Packet<'_>) -> bool {
        packet.host.is_some() && packet.flows.destination == packet.flows.source
    }

    /// Out of a subnet: admin rules, the interface's group, the subnet's group, then the routes.
    pub(super) fn leave(&self, packet: Packet<'_>) -> Vec<Part> {
        let nic = packet.host.and_then(|host| self.model[host].nsg.as_ref()).map(|nsg| nsg.value);
        self.leave_by(packet, nic)
    }

    /// The same by an interface with a group of its own.
    pub(super) fn leave_by(&self, packet: Packet<'_>, nic: Option<NsgId>) -> Vec<Part> {
        let passed = self.outbound_security(packet, nic);
        passed.into_iter().flat_map(|packet| self.by_route(packet)).collect()
    }

    /// From addresses that are no declared thing: wherever they are.
    fn from_addresses(&self, question: &Question, set: &AddressSet, trail: Trail) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut rest = set.clone();
        let take = |mine: AddressSet, rest: &mut AddressSet| {
            let found = rest.intersection(&mine);
            *rest = rest.difference(&mine);
            (!found.is_empty()).then_some(found)
        };
        // Networks that are not joined may have the same addresses: each of them is asked.
        let mut hosts: Vec<(Option<Thing>, AddressSet)> = Vec::new();
        for (id, host) in self.model.hosts() {
            let own = host.addresses.iter().map(|a| a.value).collect::<AddressSet>();
            if own.meets(set) {
                parts.append(&mut self.from_host(question, id, trail.clone()));
                take(own.clone(), &mut rest);
                hosts.push((self.stands_in(Thing::Host(id)), own));
            }
        }
        for endpoint in &self.model.private_endpoints {
            let own = endpoint.addresses.iter().map(|a| a.value).collect::<AddressSet>();
            if let Some(found) = take(own, &mut rest) {
                let mut trail = trail.clone();
                let text = format!("{} takes calls and makes none", endpoint.head.name);
                trail.push(Step::block("pe.direction", Outcome::Unsupported, text).at(endpoint.head.span));
                let nowhere = Ends::Set(AddressSet::empty());
                let flows = question.flows(Ends::Set(found.clone()), nowhere);
                parts.push(Part::of(flows, trail));
                hosts.push((endpoint.subnet.map(|subnet| Thing::Vnet(self.model[subnet].vnet)), found));
            }
        }
        for (id, subnet) in self.model.subnets() {
            let here = hosts.iter().filter(|(place, _)| *place == Some(Thing::Vnet(subnet.vnet)));
            let nameless = here.fold(subnet.addresses(), |rest, (_, own)| rest.difference(own)).intersection(set);
            take(nameless.clone(), &mut rest);
            if !nameless.is_empty() {
                let found = nameless;
                let asker = Asker::Subnet(id);
                let mut found = self.each_target(question, asker, trail.clone(), |engine, goal, trail| {
                    engine.from_subnet(question, id, None, Ends::Set(found.clone()), goal, trail)
                });
                parts.append(&mut found);
            }
        }
        for (id, site) in self.model.on_premises() {
            if let Some(found) = take(site.addresses(), &mut rest) {
                parts.append(&mut self.from_site(question, id, Asker::Site(id), found, trail.clone()));
            }
        }
        if let Some(found) = take(self.probes(), &mut rest) {
            parts.append(&mut self.from_probe(question, &found, trail.clone()));
        }
        for (_, vnet) in self.model.vnets() {
            let Some(between) = take(vnet.addresses(), &mut rest) else { continue };
            // Addresses between subnets have no interface; where no subnet was asked about, one may be missing.
            if !vnet.subnets.iter().any(|id| self.model[*id].addresses().meets(set)) {
                let text = format!("no declared subnet of {} has {between}", vnet.head.name);
                let line = format!("amend vnet {} {{ subnet NAME PREFIX }}", vnet.head.name);
                parts.append(&mut self.from_nowhere(question, Ends::Set(between), text, line, trail.clone()));
            }
        }
        if let Some(found) = take(self.public_space(), &mut rest) {
            parts.append(&mut self.from_internet(question, Ends::Set(found), trail.clone()));
        }
        if !rest.is_empty() {
            let text = format!("{rest} belongs to nothing declared");
            let line = format!("vnet NAME {rest}, or on-premises NAME {rest} {{ via GATEWAY }}");
            parts.append(&mut self.from_nowhere(question, Ends::Set(rest), text, line, trail));
        }
        parts
    }

    /// A health probe, which the host of the machine itself sends: no route leads it, and groups see it come in.
    fn from_probe(&self, question: &Question, found: &AddressSet, trail: Trail) -> Vec<Part> {
        self.each_target(question, Asker::Nowhere, trail, |engine, goal, trail| {
            let source = Ends::Set(found.clone());
            if engine.model.vnets().any(|(_, vnet)| goal.possible().meets(&vnet.addresses())) {
                return engine.enter_from_outside(question, source, goal, trail);
            }
            engine.from_internet_to(question, source, goal, trail)
        })
    }

    /// From private addresses that belong to nothing declared: only the far side can be judged.
    fn from_nowhere(&self, question: &Question, source: Ends, text: String, line: String, trail: Trail) -> Vec<Part> {
        self.each_target(question, Asker::Nowhere, trail, |engine, goal, mut trail| {
            let fact = format!("where {} is", source);
            trail.push(Step::unknown("verdict.ours.unknown", text.clone(), fact, Some(line.clone())));
            engine.enter_from_outside(question, source.clone(), goal, trail)
        })
    }
}

/// Those of some addresses that can talk to a target: of IPv4 to IPv4, of IPv6 to IPv6.
pub(super) fn of_family(source: Ends, goal: &Ends) -> Ends {
    let goal = goal.possible();
    match source {
        Ends::Set(all) if goal.is_subset(&v4()) => Ends::Set(all.intersection(&v4())),
        Ends::Set(all) if !goal.meets(&v4()) => Ends::Set(all.difference(&v4())),
        other => other,
    }
}

/// Who has no address of the target's kind sends nothing there.
pub(super) fn other_family(who: &Head, goal: &Ends) -> Step {
    let kind = if goal.possible().meets(&v4()) { "IPv4" } else { "IPv6" };
    let text = format!("{} has no {kind} address, so it cannot call {goal}", who.name);
    let step = Step::block("eval.out.6-route", Outcome::Dropped, text).at(who.span);
    step.headline(format!("{} has no {kind} address", who.name))
}

fn v4() -> AddressSet {
    AddressSet::from(ipnet::IpNet::V4(ipnet::Ipv4Net::default()))
}

/// Parts of one way whose flows make one set, put together.
fn joined(apart: Vec<Part>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::with_capacity(apart.len());
    // What is joined goes to the same destinations: those are looked up, and only then compared.
    let mut places: HashMap<u64, Vec<usize>> = HashMap::with_capacity(apart.len());
    let hasher = RandomState::new();
    for part in apart {
        let there = places.entry(hasher.hash_one(&part.flows.destination)).or_default();
        let alike = |at: &usize| {
            let known = &parts[*at];
            let flows = known.flows.joined(&part.flows)?;
            (known.trail == part.trail).then_some((*at, flows))
        };
        match there.iter().find_map(alike) {
            Some((at, flows)) => parts[at].flows = flows,
            None => {
                there.push(parts.len());
                parts.push(part);
            }
        }
    }
    parts
}
