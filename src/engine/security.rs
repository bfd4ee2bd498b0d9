//! Security groups and admin rules: in which order they are asked, and which line decides. Not what the words of a line
//! mean.

use super::Engine;
use super::effective::ListOwner;
use super::lines::{amendment, direction, doubt, missed};
use super::matching::{Lines, Matcher};
use super::meaning::Viewpoint;
use super::packet::Packet;
use super::question::Traffic;
use super::reasons::Decision;
use super::trail::Step;
use crate::model::*;
use crate::net::{AddressSet, PortSet};
use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

impl Engine<'_> {
    /// Out of a sender: admin rules, the interface's group, then the subnet's.
    pub(super) fn outbound_security<'q>(&self, packet: Packet<'q>, nic: Option<NsgId>) -> Vec<Packet<'q>> {
        if let Some(exempt) = self.platform_exemption(&packet, true) {
            return vec![exempt];
        }
        let mut packet = packet;
        self.note_inbound_rules(&mut packet);
        let gate = Gate { subnet: packet.subnet, nic, outbound: true };
        let (after, delivered) = self.admin_rules(packet, true);
        let mut passed = delivered;
        passed.append(&mut self.pass_groups(after, gate));
        passed
    }

    /// Into a subnet: admin rules, the subnet's group, then the interface's. What goes on, and what an admin rule
    /// delivers past the groups.
    pub(super) fn inbound_security<'q>(&self, packet: Packet<'q>, nic: Option<NsgId>) -> Vec<Packet<'q>> {
        let gate = Gate { subnet: packet.subnet, nic, outbound: false };
        let (after, delivered) = self.admin_rules(packet, false);
        let mut passed = self.pass_groups(after, gate);
        passed.extend(delivered);
        passed
    }

    /// Both groups of a gate, in their order.
    fn pass_groups<'q>(&self, packets: Vec<Packet<'q>>, gate: Gate) -> Vec<Packet<'q>> {
        gate.order().into_iter().fold(packets, |packets, at_subnet| {
            let pass = |packet| match at_subnet {
                true => self.pass_subnet_group(packet, gate),
                false => self.pass_nic_group(packet, gate),
            };
            packets.into_iter().flat_map(pass).collect()
        })
    }

    fn pass_nic_group<'q>(&self, packet: Packet<'q>, gate: Gate) -> Vec<Packet<'q>> {
        match gate.nic {
            Some(nsg) => self.pass_group(packet, nsg, Checkpoint { gate, at_subnet: false }),
            None => vec![packet],
        }
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
    fn pass_subnet_group<'q>(&self, mut packet: Packet<'q>, gate: Gate) -> Vec<Packet<'q>> {
        let Some(subnet) = gate.subnet else { return vec![packet] };
        let lookup = gate.outbound && packet.question.traffic == Traffic::Lookup && packet.hops.is_empty();
        if lookup && packet.app.is_some_and(|app| self.passed_over(app).is_some()) {
            return vec![packet];
        }
        match &self.model[subnet].nsg {
            Some(nsg) => self.pass_group(packet, nsg.value, Checkpoint { gate, at_subnet: true }),
            None => {
                let text = format!("no nsg on {}", self.model[subnet].head.name);
                let step = Step::note("nsg.none-allows-all", text).at(self.model[subnet].head.span);
                packet.push(step.also(stage(gate.outbound)));
                vec![packet]
            }
        }
    }

    /// The group of a subnet before a private endpoint: every source port counts as any.
    pub(super) fn pass_inbound_group<'q>(&self, packet: Packet<'q>, nsg: NsgId) -> Vec<Packet<'q>> {
        let gate = Gate { subnet: packet.subnet, nic: None, outbound: false };
        let mut list = self.model[nsg].inbound.clone();
        list.iter_mut().for_each(|rule| rule.source.ports = Arc::new(PortSet::all()));
        self.pass_list(packet, nsg, &list, Checkpoint { gate, at_subnet: true })
    }

    /// Traffic to the addresses of the platform itself passes, unless a rule names their tags.
    fn platform_exemption<'q>(&self, packet: &Packet<'q>, outbound: bool) -> Option<Packet<'q>> {
        let platform = self.unfiltered(packet.subnet, outbound)?;
        if !packet.flows.destination.possible().is_subset(&platform) || packet.flows.destination.is_empty() {
            return None;
        }
        let mut packet = packet.clone();
        let text = format!("{} is an address of the platform: no nsg looks at it", packet.flows.destination);
        packet.push(Step::pass("nsg.platform-addresses", text));
        Some(packet)
    }

    /// The destinations that no group of a subnet looks at; none where one of its rules names their tags.
    pub(super) fn unfiltered(&self, subnet: Option<SubnetId>, outbound: bool) -> Option<AddressSet> {
        let group = subnet.and_then(|subnet| self.model[subnet].nsg.as_ref()).map(|nsg| &self.model[nsg.value]);
        let names_platform = |rule: &SecurityRule| {
            rule.destination.addresses.terms.iter().any(|term| match term {
                Term::Tag(tag) => self.platform().tag(&tag.name).is_some_and(|(tag, _)| tag.platform),
                _ => false,
            })
        };
        let list = group.map(|nsg| if outbound { &nsg.outbound } else { &nsg.inbound });
        let named = list.into_iter().flatten().any(names_platform);
        (!named).then(|| self.platform().addresses("platform-addresses"))
    }

    /// The security admin rules of a network, in order.
    pub(super) fn admin_sets(&self, vnet: VnetId) -> impl Iterator<Item = (AdminRulesId, &AdminRules)> {
        let applies = move |rules: &AdminRules| rules.to.iter().any(|to| to.value == Thing::Vnet(vnet));
        self.model.admin_rules().filter(move |(_, rules)| applies(rules))
    }

    /// Security admin rules, which go before the groups: what goes on to the groups, and what is delivered past them.
    pub(super) fn admin_rules<'q>(&self, packet: Packet<'q>, outbound: bool) -> (Vec<Packet<'q>>, Vec<Packet<'q>>) {
        let vnet = packet.vnet;
        let packet_subnet = packet.subnet;
        let (mut on, mut past) = (vec![packet], Vec::new());
        for (id, set) in self.admin_sets(vnet) {
            let list = if outbound { &set.outbound } else { &set.inbound };
            let view = Viewpoint { vnet, subnet: packet_subnet };
            let lines = self.lines((ListOwner::AdminRules(id), outbound), list, view);
            let mut next = Vec::new();
            for packet in on {
                for decided in lines.first_match(&packet.flows) {
                    let mut packet = packet.with(decided.flows.clone());
                    // What may be delivered past the groups is not theirs to deny.
                    let perhaps_past = decided.doubts.iter().any(|(line, _)| list[*line].action == Action::AlwaysAllow);
                    let Some(line) = decided.line else {
                        // The groups are asked of what no line names: a line that may allow changes nothing.
                        let otherwise = decided.doubts.iter().find(|(line, _)| list[*line].action != Action::Allow);
                        if let Some((line, fact)) = otherwise {
                            let step = doubt(&set.head.name, &list[*line], fact, None);
                            packet.push(step.also("nsg.admin-rules.first").also(stage(outbound)));
                        }
                        if perhaps_past {
                            past.push(packet)
                        } else {
                            next.push(packet)
                        }
                        continue;
                    };
                    let rule = &list[line];
                    let text = format!("{} {} {}", set.head.name, direction(outbound), rule.text());
                    let mut step = self.rule_step(
                        "nsg.admin-rules.first",
                        &set.head.name,
                        "admin rules",
                        rule,
                        text,
                        &decided,
                        list,
                    );
                    if !packet.question.briefly {
                        step.misses = missed(&decided, list);
                    }
                    packet.push(step.also("nsg.admin-rules.actions").also(stage(outbound)));
                    if rule.action == Action::AlwaysAllow || perhaps_past {
                        past.push(packet);
                    } else {
                        next.push(packet);
                    }
                }
            }
            on = next;
        }
        (on, past)
    }

    /// One security group.
    fn pass_group<'q>(&self, packet: Packet<'q>, nsg: NsgId, place: Checkpoint) -> Vec<Packet<'q>> {
        let group = &self.model[nsg];
        let list = if place.gate.outbound { &group.outbound } else { &group.inbound };
        self.pass_list(packet, nsg, list, place)
    }

    /// The lines of a group in one direction.
    fn pass_list<'q>(
        &self,
        packet: Packet<'q>,
        nsg: NsgId,
        list: &[SecurityRule],
        place: Checkpoint,
    ) -> Vec<Packet<'q>> {
        let group = &self.model[nsg];
        let outbound = place.gate.outbound;
        let other = if outbound { &group.inbound } else { &group.outbound };
        let view = Viewpoint { vnet: packet.vnet, subnet: packet.subnet };
        let owner = ListOwner::Nsg(nsg);
        let lines = self.lines((owner, outbound), list, view);
        let opposite = self.lines((owner, !outbound), other, view);
        let mut passed = Vec::new();
        for decided in lines.first_match(&packet.flows) {
            let mut packet = packet.with(decided.flows.clone());
            if let Some(line) = decided.line {
                let rule = &list[line];
                let id = rule.rule.as_deref().unwrap_or("nsg.security-rule");
                let shown = match (&rule.rule, &rule.name) {
                    (Some(_), Some(name)) => format!("{} {name}", rule.priority),
                    _ => rule.text(),
                };
                let text = format!("{} {} {shown}", group.head.name, direction(outbound));
                let mut step = self.rule_step(id, &group.head.name, "nsg", rule, text, &decided, list);
                if step.is_block() {
                    // Those that may match deny as well.
                    let first = decided.doubts.first().map_or(line, |(doubtful, _)| *doubtful);
                    step.remedy = amendment(self, group, list, first, &decided.flows, outbound);
                }
                let wholly = !packet.question.briefly;
                if wholly {
                    step.misses = missed(&decided, list);
                }
                if wholly && !step.is_unknown() {
                    let decision = Decision { decided: &decided, rule, line, view, place, app: packet.app };
                    step = self.with_reasons(step, &packet, &decision, &lines, &opposite);
                }
                if wholly {
                    step = self.with_tag_rules(step, list, line, &decided, &packet, outbound);
                }
                let passes = outbound && !step.is_block();
                let hint = if passes { self.what_else_is_needed(&packet, nsg, list) } else { None };
                packet.push(step.also(stage(outbound)));
                hint.into_iter().for_each(|hint| packet.push(hint));
            }
            passed.push(packet);
        }
        passed
    }

    /// The lines of a list, that of its owner in one direction (outbound is `true`), as they are understood at a subnet.
    /// What their addresses mean is looked up once; the ports may be others than those that were declared.
    pub(super) fn lines<'r>(
        &self,
        (owner, outbound): (ListOwner, bool),
        rules: &'r [SecurityRule],
        view: Viewpoint,
    ) -> Lines<'r, impl Fn(&SecurityRule, bool) -> Matcher> {
        let lines = Lines::of(rules, self.public_space(), move |rule, source| {
            let side = if source { &rule.source } else { &rule.destination };
            self.matcher(&side.addresses, Some(view))
        });
        let mut sides = self.sides.borrow_mut();
        lines.known(
            sides.entry((owner, outbound, view)).or_insert_with(|| Rc::new(vec![OnceCell::new(); rules.len()])).clone(),
        )
    }
}

/// The stage that a group speaks in: where flows leave, or where they arrive.
fn stage(outbound: bool) -> &'static str {
    if outbound { "eval.out.5-nsg-source" } else { "eval.out.8-private-target" }
}

/// Where groups filter: the subnet and the interface that flows leave or enter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    pub(super) subnet: Option<SubnetId>,
    pub(super) nic: Option<NsgId>,
    pub(super) outbound: bool,
}

impl Gate {
    /// In which order its groups are asked: is it the subnet's (`true`) or the interface's?
    pub(super) fn order(self) -> [bool; 2] {
        if self.outbound { [false, true] } else { [true, false] }
    }
}

/// One of the two groups of a gate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checkpoint {
    pub(super) gate: Gate,
    /// Is it the subnet's group, and not the interface's?
    pub(super) at_subnet: bool,
}
