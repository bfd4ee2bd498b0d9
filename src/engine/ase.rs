//! App Service Environments: where they are entered, what their subnet's group must let through, and the ports on which
//! they take calls. Not the site of an app behind it.

use super::Engine;
use super::effective::ListOwner;
use super::egress::Caller;
use super::flow::{Ends, Flows, Symbol, SymbolOf};
use super::meaning::Viewpoint;
use super::packet::{Packet, Part};
use super::question::Question;
use super::trail::{Outcome, Step, Trail};
use super::validity;
use crate::model::*;
use crate::net::{AddressSet, PortSet, Protocol, ProtocolSet};
use crate::platform::NeededTraffic;
use std::sync::Arc;

/// Traffic that an environment needs, and the line of its subnet's group that denies it.
pub(super) struct Lack<'m> {
    pub(super) needed: Arc<NeededTraffic>,
    pub(super) group: &'m Nsg,
    pub(super) line: &'m SecurityRule,
}

impl<'m> Engine<'m> {
    /// The version of an environment: as stated, else that of the edition.
    pub(super) fn version_of(&self, id: AseId) -> i64 {
        let stated = self.model[id].version.as_ref().map(|version| version.value);
        stated.unwrap_or_else(|| self.platform().limit("ase-version"))
    }

    pub(super) fn is_internal_environment(&self, id: AseId) -> bool {
        self.model[id].internal.as_ref().is_some_and(|internal| internal.value)
    }

    /// The address inside its subnet at which an environment takes calls.
    pub fn environment_ends(&self, id: AseId) -> Ends {
        let noun = &self.model[id];
        if let Some(address) = noun.address.as_ref().filter(|_| self.is_internal_environment(id)) {
            return Ends::one(address.value);
        }
        let within = noun.subnet.map(|subnet| self.model[subnet].addresses()).unwrap_or_default();
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::Environment(id),
            text: format!("the inbound address of {}", noun.head.name),
            within,
            tags: Vec::new(),
            tags_known: true,
            never: Vec::new(),
        }))
    }

    /// Does it call from the public address at which it is called and managed?
    pub(super) fn has_vip(&self, id: AseId) -> bool {
        self.platform().words("environment-vip-versions").contains(&self.version_of(id).to_string())
    }

    /// The public addresses at which an environment is called, where they are stated.
    pub(super) fn public_entry(&self, id: AseId) -> Option<AddressSet> {
        let noun = &self.model[id];
        (self.has_vip(id) && !self.is_internal_environment(id) && !noun.public_ip.is_empty())
            .then(|| AddressSet::of(noun.public_ip.iter().map(|ip| &ip.value)))
    }

    /// Is it an app of an environment whose subnet may have any route table?
    pub(super) fn takes_any_routes(&self, app: AppId) -> bool {
        self.environment(app).is_some_and(|ase| !self.has_vip(ase))
    }

    /// The private zone in which the names of an internal environment stand.
    pub(super) fn environment_zone(&self, id: AseId) -> String {
        format!("{}.{}", self.model[id].head.name.to_lowercase(), self.platform().word("environment-suffix"))
    }

    /// Is it the zone of an internal environment?
    pub(super) fn is_environment_zone(&self, zone: &str) -> bool {
        let is = |id: AseId| self.is_internal_environment(id) && self.environment_zone(id).eq_ignore_ascii_case(zone);
        self.model.ases().any(|(id, _)| is(id))
    }

    /// The apps of an environment.
    fn apps_in(&self, id: AseId) -> Vec<AppId> {
        self.model.apps().map(|(app, _)| app).filter(|app| self.environment(*app) == Some(id)).collect()
    }

    /// The environment that is entered at an address of a network.
    pub(super) fn environment_at(&self, vnet: VnetId, ends: &Ends) -> Option<AseId> {
        match ends {
            Ends::Symbol(symbol) => match symbol.of {
                SymbolOf::Environment(id) => Some(id),
                _ => None,
            },
            Ends::Set(set) => {
                let address = set.single()?;
                let here = |ase: &Ase| ase.subnet.is_some_and(|subnet| self.model[subnet].vnet == vnet);
                let is = |ase: &Ase| here(ase) && ase.address.as_ref().is_some_and(|own| own.value == address);
                self.model.ases().find(|(id, ase)| self.is_internal_environment(*id) && is(ase)).map(|(id, _)| id)
            }
        }
    }

    /// What an environment needs and its subnet's group denies.
    pub(super) fn lacks(&self, id: AseId) -> Vec<Lack<'m>> {
        let noun = &self.model[id];
        let version = self.version_of(id);
        let Some(subnet) = noun.subnet else { return Vec::new() };
        let Some(nsg) = self.model[subnet].nsg.as_ref().map(|nsg| nsg.value) else { return Vec::new() };
        let group = &self.model[nsg];
        let wanted = |needed: &NeededTraffic| match needed.only_where.as_deref() {
            Some("ftp") => noun.ftp.as_ref().is_some_and(|ftp| ftp.value),
            Some(_) => false,
            None => true,
        };
        let needed = self.platform().needed_traffic().into_iter();
        let needed = needed.filter(|n| n.version == version && self.fires(&n.rule) && wanted(n));
        needed.filter_map(|needed| Some(Lack { line: self.denying(nsg, subnet, &needed)?, needed, group })).collect()
    }

    /// The line of a group that denies some of the traffic, for certain.
    fn denying(&self, nsg: NsgId, subnet: SubnetId, needed: &NeededTraffic) -> Option<&'m SecurityRule> {
        let group: &'m Nsg = &self.model[nsg];
        let here = Ends::Set(self.model[subnet].addresses());
        let peer = match needed.peer.as_str() {
            "subnet" => here.clone(),
            "*" => Ends::Set(self.public_space()),
            tag => self.some_of_tag(tag),
        };
        let (source, destination) = if needed.outbound { (here, peer) } else { (peer, here) };
        let protocols = needed.protocol.map_or(ProtocolSet::one(Protocol::Tcp), ProtocolSet::one);
        let flows = Flows { source, destination, protocols, source_ports: None, ports: needed.ports.clone() };
        let list = if needed.outbound { &group.outbound } else { &group.inbound };
        let view = Viewpoint { vnet: self.model[subnet].vnet, subnet: Some(subnet) };
        let decided = self.lines((ListOwner::Nsg(nsg), needed.outbound), list, view).first_match(&flows);
        let denied = |line: usize| list[line].action == Action::Deny;
        decided
            .iter()
            .filter(|piece| piece.doubts.is_empty())
            .filter_map(|p| p.line)
            .find(|at| denied(*at))
            .map(|at| &list[at])
    }

    /// Some address of a service tag.
    fn some_of_tag(&self, tag: &str) -> Ends {
        let prefixes = self.platform().tag(tag).and_then(|(tag, _)| tag.prefixes.clone());
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::Tag,
            text: tag.to_string(),
            within: prefixes.unwrap_or_else(|| self.some_public()),
            tags: vec![(tag.to_string(), None)],
            tags_known: true,
            never: Vec::new(),
        }))
    }

    /// At the public entry of an environment: past it, the call is inside the network.
    pub(super) fn at_external_environment(
        &self,
        question: &Question,
        flows: Flows,
        goal: Ends,
        mut trail: Trail,
        caller: &Caller,
        id: AseId,
    ) -> Vec<Part> {
        let noun = &self.model[id];
        let part =
            |trail| Part::of(Flows { source: caller.ends.clone(), destination: goal.clone(), ..flows.clone() }, trail);
        let Some(subnet) = noun.subnet else { return vec![part(trail)] };
        let text = format!(
            "{} is entered at a public address, which leads into {}",
            noun.head.name, self.model[subnet].head.name
        );
        trail.push(Step::pass("ase.external", text).at(noun.head.span));
        let flows = Flows { source: caller.ends.clone(), destination: self.environment_ends(id), ..flows };
        let packet = self.packet(question, flows, goal, trail, self.model[subnet].vnet);
        self.into_environment(packet, id, caller)
    }

    /// At the internal entry of an environment.
    pub(super) fn at_internal_environment(&self, mut packet: Packet<'_>, id: AseId) -> Vec<Part> {
        let noun = &self.model[id];
        let source = packet.flows.source.clone();
        let home = self.model.subnets().find(|(_, subnet)| source.possible().is_subset(&subnet.addresses()));
        let caller = Caller { home: home.map(|(id, _)| id), azure: true, ..Caller::of(source) };
        let subnet = noun.subnet.map_or("its subnet", |subnet| &self.model[subnet].head.name);
        let text = format!("{} is entered at {}, an address of {subnet}", noun.head.name, packet.flows.destination);
        let step =
            Step::pass("ase.ilb", text).at(noun.internal.as_ref().map_or(noun.head.span, |internal| internal.span));
        packet.push(step.also("in.entry.default-public").also("eval.in.2-client-path"));
        self.into_environment(packet, id, &caller)
    }

    /// Through the group of the environment's subnet to its front ends.
    fn into_environment(&self, mut packet: Packet<'_>, id: AseId, caller: &Caller) -> Vec<Part> {
        packet.subnet = self.model[id].subnet;
        validity::steps_for_environment(self, id).into_iter().for_each(|step| packet.push(step));
        for lack in self.lacks(id).into_iter().filter(|lack| lack.needed.rule == "ase.v3.inbound-minimum") {
            packet.push(self.probes_denied(id, &lack));
        }
        let grouped = packet.subnet.is_some_and(|subnet| self.model[subnet].nsg.is_some());
        let mut arrived = self.inbound_security(packet, None);
        for packet in arrived.iter_mut().filter(|_| grouped) {
            if let Some(step) = packet.trail.steps.iter_mut().rfind(|step| step.rule.starts_with("nsg.")) {
                step.rests_also("ase.in-vnet");
            }
        }
        let answered = arrived.into_iter().flat_map(|packet| self.replies(packet));
        answered.flat_map(|packet| self.at_environment(packet, id, caller)).collect()
    }

    fn probes_denied(&self, id: AseId, lack: &Lack<'_>) -> Step {
        let (name, group) = (&self.model[id].head.name, &lack.group.head.name);
        let NeededTraffic { peer, ports, .. } = &*lack.needed;
        let text = format!("nsg {group} denies {peer} on {ports} at {}", lack.line.text());
        let subnet = self.model[id].subnet.map_or("*", |subnet| &self.model[subnet].head.name);
        let step = Step::block("ase.v3.inbound-minimum", Outcome::Broken, text).at(lack.line.span);
        let step = step.headline(format!("nsg {group} keeps the Azure load balancer from {name}"));
        let free = lack.line.priority.min(self.platform().limit("nsg-priority-last") + 1) - 1;
        match free >= self.platform().limit("nsg-priority-first") {
            true => step
                .remedy(format!("amend nsg {group} {{ inbound {{ {free} allow tcp {peer} -> {subnet}:{ports} }} }}")),
            false => step,
        }
    }

    /// At the front ends of an environment: its ports, then the site that the request names.
    fn at_environment(&self, packet: Packet<'_>, id: AseId, caller: &Caller) -> Vec<Part> {
        let noun = &self.model[id];
        let name = &noun.head.name;
        let web = self.platform().ports("app-web");
        let ftp = self.platform().ports("app-ftp");
        let debug = self.platform().ports(&format!("app-debug-{}", self.version_of(id)));
        let is_on = |stated: &Option<Stated<bool>>| stated.as_ref().is_some_and(|stated| stated.value);
        let mut taken = web.union(&self.platform().ports("app-deploy"));
        for (on, ports) in [(is_on(&noun.ftp), &ftp), (is_on(&noun.remote_debug), &debug)] {
            if on {
                taken = taken.union(ports);
            }
        }
        let asked = packet.flows.ports.clone();
        let mut parts = Vec::new();
        let mut tcp = true;
        if let Some(other) = packet.flows.protocols.iter().find(|protocol| *protocol != Protocol::Tcp) {
            let text = format!("{name} takes calls over TCP, not over {}", other.word().to_uppercase());
            let packet = packet.with(packet.flows.clone());
            parts.push(packet.end_with(Step::block("ase.ports", Outcome::NotListening, text).at(noun.head.span)));
            tcp = false;
        }
        let piece =
            |ports: PortSet| (tcp && !ports.is_empty()).then(|| packet.with(Flows { ports, ..packet.flows.clone() }));
        if let Some(packet) = piece(asked.difference(&taken)) {
            let ports = &packet.flows.ports;
            let text = format!("{name} takes calls on {taken}, not on {ports}");
            let step = Step::block("ase.ports", Outcome::NotListening, text).at(noun.head.span);
            let step = step.headline(format!("{name} does not take calls on {ports}"));
            let switch = [("ftp", &ftp), ("remote-debug", &debug)].into_iter().find(|(_, all)| ports.is_subset(all));
            parts.push(packet.end_with(match switch {
                Some((switch, _)) => step.remedy(format!("amend ase {name} {{ {switch} on }}")),
                None => step,
            }));
        }
        if let Some(mut packet) = piece(asked.intersection(&taken).difference(&web)) {
            let text = format!("{name} takes {} for its apps", packet.flows.ports);
            packet.push(Step::pass("ase.ports", text).at(noun.head.span));
            parts.push(packet.end());
        }
        if let Some(packet) = piece(asked.intersection(&web)) {
            parts.append(&mut self.at_environment_site(packet, id, caller));
        }
        parts
    }

    fn at_environment_site(&self, mut packet: Packet<'_>, id: AseId, caller: &Caller) -> Vec<Part> {
        if packet.question.handshake_only() {
            packet.push(self.handshake(&self.model[id].head.name));
            return vec![packet.end()];
        }
        let apps = self.apps_in(id);
        let goal = packet.goal.clone();
        let (visit, step) = self.selected(packet.question, &apps, &goal, "in.address");
        step.into_iter().for_each(|step| packet.push(step));
        let Some(visit) = visit else { return vec![packet.end()] };
        // A group may have taken callers apart on the way.
        let caller = Caller { ends: packet.flows.source.clone(), ..caller.clone() };
        let pieces = self.at_front_end(visit, &caller).into_iter().map(|(ends, steps)| {
            let mut packet = packet.with(Flows { source: ends, ..packet.flows.clone() });
            steps.into_iter().for_each(|step| packet.push(step));
            packet.end()
        });
        pieces.collect()
    }
}
