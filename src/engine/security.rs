//! Security groups and admin rules: in which order they are asked, and which line decides. Not what the words of a line
//! mean.

use super::Engine;
use super::lines::{amendment, direction};
use super::matching::{Decided, first_match};
use super::meaning::Viewpoint;
use super::packet::Packet;
use super::question::Traffic;
use super::trail::Step;
use crate::model::*;

impl Engine<'_> {
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
        let lookup = outbound && packet.question.traffic == Traffic::Lookup && packet.hops.is_empty();
        if lookup && packet.app.is_some_and(|app| self.passed_over(app).is_some()) {
            return vec![packet];
        }
        match &self.model[subnet].nsg {
            Some(nsg) => self.pass_group(packet, nsg.value, outbound),
            None => {
                let text = format!("no nsg on {}", self.model[subnet].head.name);
                let step = Step::note("nsg.none-allows-all", text).at(self.model[subnet].head.span);
                packet.push(step.also(stage(outbound)));
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
                    packet.push(step.also(stage(outbound)));
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
                packet.push(step.also(stage(outbound)));
            }
            passed.push(packet);
        }
        passed
    }

    fn decide(&self, list: &[SecurityRule], packet: &Packet<'_>, subnet: Option<SubnetId>) -> Vec<Decided> {
        let view = Viewpoint { vnet: packet.vnet, subnet };
        let public = self.public_space();
        first_match(list, &packet.flows, &public, |rule, source| {
            let side = if source { &rule.source } else { &rule.destination };
            self.matcher(&side.addresses, Some(view))
        })
    }
}

/// The stage that a group speaks in: where flows leave, or where they arrive.
fn stage(outbound: bool) -> &'static str {
    if outbound { "eval.out.5-nsg-source" } else { "eval.out.8-private-target" }
}
