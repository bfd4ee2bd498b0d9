//! Why the line of a group decides: the further rules that its step rests on. Not which line it is.
//!
//! A rule is named where it makes a difference: the first match, where a later line says otherwise; a field, where a
//! line above would have matched but for it; a direction, where the list of the other one says otherwise.

use super::Engine;
use super::flow::{Ends, Flows};
use super::matching::{Decided, Lines, Matcher};
use super::meaning::Viewpoint;
use super::packet::Packet;
use super::routes::{Hop, RouteSource};
use super::security::Checkpoint;
use super::trail::Step;
use crate::model::*;
use crate::net::PortSet;

/// A line that decides some flows.
pub(super) struct Decision<'d> {
    pub(super) decided: &'d Decided,
    pub(super) rule: &'d SecurityRule,
    pub(super) line: usize,
    pub(super) view: Viewpoint,
    pub(super) place: Checkpoint,
    /// The app that sends the flows.
    pub(super) app: Option<AppId>,
}

impl Decision<'_> {
    fn flows(&self) -> &Flows {
        &self.decided.flows
    }

    /// Would that line have decided otherwise?
    fn differs(&self, other: &SecurityRule) -> bool {
        (other.action == Action::Deny) != (self.rule.action == Action::Deny)
    }

    /// The other end, seen from the group.
    fn far(&self) -> &Ends {
        if self.place.gate.outbound { &self.flows().destination } else { &self.flows().source }
    }

    /// The end at the group's own subnet.
    fn near(&self) -> &Ends {
        if self.place.gate.outbound { &self.flows().source } else { &self.flows().destination }
    }
}

impl Engine<'_> {
    /// The step with the further rules that it rests on.
    pub(super) fn with_reasons<S: Fn(&SecurityRule, bool) -> Matcher>(
        &self,
        step: Step,
        packet: &Packet<'_>,
        decision: &Decision<'_>,
        lines: &Lines<'_, S>,
        opposite: &Lines<'_, impl Fn(&SecurityRule, bool) -> Matcher>,
    ) -> Step {
        let step = self.by_place(step, decision);
        let step = self.by_other_lines(step, packet, decision, lines, opposite);
        let step = self.by_misses(step, packet, decision, lines.rules);
        let step = self.by_meaning(step, packet, decision);
        self.by_routes(step, packet, decision, lines)
    }

    /// Both groups of a gate, both ends in one subnet, the other end in a peered network.
    fn by_place(&self, step: Step, decision: &Decision<'_>) -> Step {
        let Checkpoint { gate, at_subnet } = decision.place;
        let grouped = gate.subnet.is_some_and(|subnet| self.model[subnet].nsg.is_some());
        let order = if gate.outbound { "nsg.order.outbound" } else { "nsg.order.inbound" };
        let own = gate.subnet.map(|subnet| self.model[subnet].addresses());
        let inside = |ends: &Ends| own.as_ref().is_some_and(|own| !ends.is_empty() && ends.possible().is_subset(own));
        let in_peer = |ends: &Ends| {
            let peers = self.peers_of(decision.view.vnet);
            let holds = |vnet: VnetId| ends.possible().is_subset(&self.model[vnet].addresses());
            !ends.is_empty() && peers.iter().any(|peer| peer.connected && holds(peer.vnet))
        };
        step.also_if(grouped && gate.nic.is_some(), order)
            .also_if(at_subnet && inside(decision.near()) && inside(decision.far()), "nsg.intra-subnet")
            .also_if(in_peer(decision.far()), "nsg.peering-still-filtered")
    }

    /// The lines behind it, and those of the other direction.
    fn by_other_lines(
        &self,
        step: Step,
        packet: &Packet<'_>,
        decision: &Decision<'_>,
        lines: &Lines<'_, impl Fn(&SecurityRule, bool) -> Matcher>,
        opposite: &Lines<'_, impl Fn(&SecurityRule, bool) -> Matcher>,
    ) -> Step {
        let flows = decision.flows();
        // The default lines are in their order whatever the user writes: that says nothing.
        let declared = decision.rule.rule.is_none();
        let later = declared && lines.next_match(decision.line, flows).is_some_and(|rule| decision.differs(rule));
        let says_otherwise = |decided: &Decided| {
            let line = decided.line.map(|line| &opposite.rules[line]);
            decided.doubts.is_empty() && line.is_some_and(|rule| rule.rule.is_none() && decision.differs(rule))
        };
        let direction = opposite.first_match(flows).iter().all(says_otherwise);
        // An app's subnet has no say in what comes back: its inbound rules are none of the app's.
        let of_app = packet.hops.is_empty() && decision.app.is_some_and(|app| self.environment(app).is_none());
        let replies = !(step.is_block() || of_app && decision.place.gate.outbound);
        let reply = Flows {
            source: flows.destination.clone(),
            destination: flows.source.clone(),
            source_ports: Some(flows.ports.clone()),
            ports: flows.source_ports.clone().unwrap_or_else(PortSet::all),
            protocols: flows.protocols,
        };
        // The client's port is some ephemeral one: a line for some ports says nothing of the reply.
        let fixed = flows.source_ports.is_some();
        let denied = |decided: &Decided| {
            let denies =
                |rule: &SecurityRule| rule.action == Action::Deny && (fixed || rule.destination.ports.is_all());
            decided.line.is_some_and(|line| denies(&opposite.rules[line])) && decided.doubts.is_empty()
        };
        let stateful = replies && opposite.first_match(&reply).iter().any(denied);
        step.also_if(later, "nsg.first-match").also_if(direction, "nsg.direction").also_if(stateful, "nsg.stateful")
    }

    /// The lines above it that would have decided otherwise, but for one field.
    fn by_misses(&self, mut step: Step, packet: &Packet<'_>, decision: &Decision<'_>, rules: &[SecurityRule]) -> Step {
        let otherwise = decision.decided.misses.iter().filter(|miss| decision.differs(&rules[miss.line]));
        for miss in otherwise {
            let [field] = miss.fields else { continue };
            let rule = &rules[miss.line];
            let own = match *field {
                "protocol" => "nsg.protocols",
                "source port" => "nsg.source-port",
                "port" => "nsg.ports",
                _ => "nsg.addresses",
            };
            let declared = rule.rule.is_none();
            step = step.also_if(declared, "nsg.five-tuple").also_if(declared, own);
            let (side, ends) = match *field {
                "source" => (&rule.source, &decision.flows().source),
                "destination" => (&rule.destination, &decision.flows().destination),
                _ => continue,
            };
            let app = decision.app.is_some() && !packet.translated && *field == "source";
            step = step.also_if(app && declared && !decision.place.gate.outbound, "src.vnet.private-target");
            for term in &side.addresses.terms {
                step = match term {
                    Term::Asg(_) => step.also("nsg.asg.members").also_if(app, "nsg.integration.no-nic-nsg"),
                    Term::Tag(tag) => {
                        let rule = self.rule_of_missed_tag(tag, ends, packet, decision);
                        rule.into_iter().fold(step, Step::also)
                    }
                    _ => step,
                };
            }
        }
        step
    }

    /// The rule by which a tag does not mean these ends, where a reader may have thought so.
    fn rule_of_missed_tag(
        &self,
        tag: &TagRef,
        ends: &Ends,
        packet: &Packet<'_>,
        decision: &Decision<'_>,
    ) -> Option<&'static str> {
        let public = ends.possible().meets(&self.public_space());
        let balanced = || packet.trail.steps.iter().any(|step| step.rule == "nsg.lb-pool");
        match self.rule_of_tag(tag)? {
            "nsg.tag.internet" if !public => Some("nsg.tag.internet.complement"),
            "nsg.tag.azure-load-balancer" if balanced() => Some("nsg.tag.azure-load-balancer"),
            "nsg.tag.virtual-network" => {
                let seen = self.far_viewpoint(decision.far()).map(|view| self.virtual_network(view));
                let inside = |ends: &Ends| seen.as_ref().is_some_and(|seen| ends.possible().is_subset(seen));
                (inside(decision.near()) && inside(decision.far())).then_some("nsg.tag.virtual-network.per-nsg-scope")
            }
            _ => None,
        }
    }

    /// Where the other end stands.
    fn far_viewpoint(&self, ends: &Ends) -> Option<Viewpoint> {
        let set = ends.possible();
        let (vnet, _) = self.model.vnets().find(|(_, vnet)| !set.is_empty() && set.is_subset(&vnet.addresses()))?;
        Some(Viewpoint { vnet, subnet: self.subnet_of(vnet, set) })
    }

    /// The words of the line that make it match.
    fn by_meaning(&self, mut step: Step, packet: &Packet<'_>, decision: &Decision<'_>) -> Step {
        let flows = decision.flows();
        let public = self.public_space();
        for (side, ends) in [(&decision.rule.source, &flows.source), (&decision.rule.destination, &flows.destination)] {
            let view = Some(decision.view);
            let means = |term: &&Term| self.term(term, view).split(ends, &public).yes.is_some();
            for term in side.addresses.terms.iter().filter(means) {
                step = match term {
                    Term::Asg(_) => step.also("nsg.asg.members"),
                    Term::Tag(tag) => self.rule_of_tag(tag).into_iter().fold(step, Step::also),
                    _ => step,
                };
                let joined = || ends.possible().is_subset(&self.joined_networks(decision.view));
                if matches!(term, Term::Tag(tag) if self.rule_of_tag(tag) == Some("nsg.tag.virtual-network"))
                    && !joined()
                {
                    step = step.also("nsg.tag.virtual-network.udr");
                }
            }
        }
        let narrow = !decision.rule.source.addresses.terms.iter().any(|term| matches!(term, Term::Any));
        let of_app = decision.app.is_some() && !packet.translated && !decision.place.gate.outbound;
        step.also_if(of_app && narrow, "src.vnet.private-target")
    }

    /// The routes of the subnet, which outbound rules go before and know nothing of.
    fn by_routes(
        &self,
        mut step: Step,
        packet: &Packet<'_>,
        decision: &Decision<'_>,
        lines: &Lines<'_, impl Fn(&SecurityRule, bool) -> Matcher>,
    ) -> Step {
        let Checkpoint { gate, at_subnet } = decision.place;
        let Some(subnet) = gate.subnet.filter(|_| gate.outbound) else { return step };
        let routes = self.effective_routes(packet.vnet, Some(subnet));
        let flows = decision.flows();
        for chosen in self.choose_route(&routes, &flows.destination) {
            let Some(route) = chosen.route.map(|at| &routes[at]) else { continue };
            let user = route.source == RouteSource::User;
            let of_app = decision.app.is_some() && packet.hops.is_empty() && at_subnet;
            let blocks = step.is_block();
            step = step
                .also_if(user && blocks, "nsg.before-routes")
                .also_if(user && of_app, "nsg.independent-of-routes")
                .also_if(route.hop == Hop::ServiceEndpoint, "nsg.service-endpoint-still-filtered")
                .also_if(matches!(route.hop, Hop::PrivateEndpoint(_)), "nsg.private-endpoint");
            if let Hop::Appliance(address) = route.hop {
                let toward = Flows { destination: Ends::one(address), ..flows.clone() };
                let otherwise = |decided: &Decided| {
                    decided.line.is_some_and(|line| decision.differs(&lines.rules[line])) && decided.doubts.is_empty()
                };
                let differs = lines.first_match(&toward).iter().any(otherwise);
                step = step.also_if(differs, "nsg.final-destination");
            }
        }
        step
    }
}
