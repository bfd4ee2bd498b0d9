//! Public addresses: whose they are, and what answers there. Also flows that come from the internet.

use super::Engine;
use super::egress::Caller;
use super::flow::{Ends, Flows, SymbolOf};
use super::packet::Part;
use super::question::Question;
use super::resolve::Asker;
use super::trail::{LISTENS, Outcome, Step, Trail};
use crate::model::*;
use crate::net::AddressSet;
use ipnet::IpNet;

/// Whose a public address is.
pub(super) enum Owner {
    Service(ServiceId),
    App(AppId),
    Environment(AseId),
    Host(HostId),
    Nat(NatGatewayId),
    Nobody,
}

impl Engine<'_> {
    fn owner(&self, goal: &Ends) -> Owner {
        if let Some(symbol) = goal.symbol() {
            return match &symbol.of {
                SymbolOf::Service(id, _) => Owner::Service(*id),
                SymbolOf::App(id) => Owner::App(*id),
                _ => Owner::Nobody,
            };
        }
        let has = |all: &[Stated<IpNet>]| goal.possible().is_subset(&AddressSet::of(all.iter().map(|ip| &ip.value)));
        let there = goal.possible().first().map(|first| self.public_at(first)).unwrap_or_default();
        let service = |thing: &Thing| match thing {
            Thing::Service(id) if has(&self.model[*id].public_ip) => Some(Owner::Service(*id)),
            _ => None,
        };
        let app = |thing: &Thing| match thing {
            Thing::App(id) if has(&self.model[*id].inbound_ip) => Some(Owner::App(*id)),
            _ => None,
        };
        let host = |thing: &Thing| match thing {
            Thing::Host(id) if has(&self.model[*id].public_ip) => Some(Owner::Host(*id)),
            _ => None,
        };
        let nat = |thing: &Thing| match thing {
            Thing::NatGateway(id) if has(&self.model[*id].public_ip) => Some(Owner::Nat(*id)),
            _ => None,
        };
        let entered = |id: AseId| self.public_entry(id).is_some_and(|entry| goal.possible().is_subset(&entry));
        let environment = || self.model.ases().find(|(id, _)| entered(*id)).map(|(id, _)| Owner::Environment(id));
        let found = there.iter().find_map(service).or_else(|| there.iter().find_map(app)).or_else(environment);
        let found = found.or_else(|| there.iter().find_map(host)).or_else(|| there.iter().find_map(nat));
        found.unwrap_or(Owner::Nobody)
    }

    /// The service whose public side has these ends.
    pub(super) fn service_at(&self, ends: &Ends) -> Option<ServiceId> {
        match self.owner(ends) {
            Owner::Service(id) => Some(id),
            _ => None,
        }
    }

    /// At a public address.
    pub(super) fn at_public(
        &self,
        question: &Question,
        flows: Flows,
        goal: Ends,
        mut trail: Trail,
        caller: Caller,
    ) -> Vec<Part> {
        match self.owner(&goal) {
            Owner::Service(id) => self.at_service(question, flows, goal, trail, &caller, id),
            Owner::App(id) => match self.environment(id) {
                Some(ase) => self.at_external_environment(question, flows, goal, trail, &caller, ase),
                None => self.at_app(question, flows, goal, trail, &caller, id),
            },
            Owner::Environment(id) => self.at_external_environment(question, flows, goal, trail, &caller, id),
            Owner::Host(id) => self.at_public_host(question, flows, goal, trail, id),
            Owner::Nat(id) => {
                let noun = &self.model[id];
                let text = format!("NAT gateway {} admits no connection from outside", noun.head.name);
                let rule = if self.fires("nat.no-inbound") { "nat.no-inbound" } else { "eval.out.9-public-target" };
                trail.push(Step::block(rule, Outcome::Dropped, text).at(noun.head.span));
                vec![Part::of(Flows { source: caller.ends, destination: goal, ..flows }, trail)]
            }
            Owner::Nobody => {
                if let Some(step) = self.inside(question, &goal) {
                    trail.push(step);
                    return vec![Part::of(Flows { source: caller.ends, destination: goal, ..flows }, trail)];
                }
                trail.assume(format!("{LISTENS} {}", flows.with_ports(&goal.to_string())));
                trail.push(Step::pass("eval.out.9-public-target", format!("arrives at {goal}")));
                vec![Part::of(Flows { source: caller.ends, destination: goal, ..flows }, trail)]
            }
        }
    }

    /// A thing of a network that the question names is at none of its addresses in public, private ones or not.
    fn inside(&self, question: &Question, goal: &Ends) -> Option<Step> {
        let named = question.named?;
        let place = self.stands_in(named)?;
        let name = |thing: Thing| &thing.head(self.model).name;
        let (what, where_it_is) = (name(named), name(place));
        let text = format!("{goal} is an address in {where_it_is}: the internet does not lead there");
        let step = Step::block("eval.in.1-entry", Outcome::Dropped, text).at(named.head(self.model).span);
        let step = step.headline(format!("{goal} of {what} is no public address"));
        Some(step.remedy("give the target a public address, or ask from a network that reaches it"))
    }

    /// At a host by its public address: the groups see its private one.
    fn at_public_host(
        &self,
        question: &Question,
        flows: Flows,
        goal: Ends,
        mut trail: Trail,
        host: HostId,
    ) -> Vec<Part> {
        let noun = &self.model[host];
        let (Some(address), Some(Thing::Subnet(subnet))) = (noun.addresses.first(), noun.place) else {
            return vec![Part::of(Flows { destination: goal, ..flows }, trail)];
        };
        let public = noun.public_ip.first().map_or(goal.to_string(), |ip| ip.value.addr().to_string());
        let text = format!("{public} is translated to {} {}", noun.head.name, address.value);
        trail.push(Step::pass("nsg.translation", text).at(noun.public_ip.first().map_or(noun.head.span, |ip| ip.span)));
        let flows = Flows { destination: Ends::one(address.value), ..flows };
        let packet = self.packet(question, flows, goal, trail, self.model[subnet].vnet);
        self.arrive(packet)
    }

    /// From the internet, once the target is known by name or address.
    pub(super) fn from_internet(&self, question: &Question, source: Ends, trail: Trail) -> Vec<Part> {
        self.each_target(question, Asker::Internet, trail, |engine, goal, trail| {
            engine.from_internet_to(question, source.clone(), goal, trail)
        })
    }

    pub(super) fn from_internet_to(&self, question: &Question, source: Ends, goal: Ends, trail: Trail) -> Vec<Part> {
        let flows = question.flows(source, goal.clone());
        self.by_internet(question, flows, goal, trail)
    }

    /// The same for flows that were already on their way.
    pub(super) fn by_internet(&self, question: &Question, flows: Flows, goal: Ends, trail: Trail) -> Vec<Part> {
        if !goal.possible().meets(&self.public_space()) {
            return self.private_from_internet(question, flows, goal, trail);
        }
        let caller = Caller::of(flows.source.clone());
        self.at_public(question, flows, goal, trail, caller)
    }

    /// A private address asked for from a public one: a host's own public address may stand for it.
    fn private_from_internet(&self, question: &Question, flows: Flows, goal: Ends, mut trail: Trail) -> Vec<Part> {
        let address = goal.possible().single();
        // Of machines with one address in several networks the named one is meant.
        let meant = |id: HostId| !matches!(question.named, Some(Thing::Host(named)) if named != id);
        let machines = address.map_or(&[][..], |address| self.machines_at(address));
        let mut hosts = machines.iter().filter_map(|thing| match thing {
            Thing::Host(id) if !self.model[*id].public_ip.is_empty() => Some(*id),
            _ => None,
        });
        if let Some(id) = hosts.find(|id| meant(*id)) {
            return self.at_public_host(question, flows, goal, trail, id);
        }
        let text = format!("{goal} is private and has no public address: the internet does not lead there");
        let step = Step::block("eval.in.1-entry", Outcome::Dropped, text);
        trail.push(step.remedy("give the target a public address, or ask from a network that reaches it"));
        self.enter_from_outside(question, flows.source, goal, trail)
    }
}
