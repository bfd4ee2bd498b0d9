//! The line that decides: its step, what would change it, and the plain lists of firewalls. Not the order of groups.

use super::Engine;
use super::flow::{Ends, Flows};
use super::matching::{Decided, Lines};
use super::packet::Packet;
use super::trail::{Outcome, Step};
use crate::model::*;

impl Engine<'_> {
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
        let step = match (differs, rule.action) {
            (Some((line, fact)), _) => return doubt(owner, &list[*line], fact, Some(rule)),
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
            (None, _) => Step::pass(id, text).admitting(),
        };
        // Of two lines with one priority the first that is written decides; `lint` tells that Azure has no such list.
        let twin = list.iter().any(|other| other.priority == rule.priority && other.span != rule.span);
        step.at(rule.span).also_if(twin && rule.rule.is_none() && rule.priority > 0, "eval.determinism")
    }
}

/// The lines of a list that did not match, and which of their fields did not.
pub(super) fn missed(decided: &Decided, list: &[SecurityRule]) -> Vec<String> {
    decided.misses.iter().map(|miss| format!("{}: {}", list[miss.line].text(), miss.fields.join(", "))).collect()
}

/// A list of lines without priorities, and whose it is.
#[derive(Clone, Copy)]
pub(super) struct Firewall<'f> {
    /// The kind of its owner.
    pub(super) kind: &'static str,
    /// The name of its owner.
    pub(super) name: &'f str,
    pub(super) list: &'f FilterList,
    /// The rule that a line of it answers to.
    pub(super) rule: &'static str,
    /// What becomes of the flows that no line names, where that is not stated.
    pub(super) unstated: Action,
}

impl Firewall<'_> {
    /// Are the lines the owner itself, and not a block in it?
    fn is_owner(self) -> bool {
        self.kind == "appliance"
    }

    fn owner(self) -> String {
        let Self { kind, name, .. } = self;
        if self.is_owner() { format!("{kind} {name}") } else { format!("{name} firewall") }
    }

    /// The statement that puts in a line for some flows, before a line that denies them or behind all.
    fn admitting(self, engine: &Engine<'_>, flows: &Flows, before: Option<usize>) -> Option<String> {
        let Ends::Set(_) = &flows.source else { return None };
        // What has no stated address is named by the tag of all that is public.
        let destination = match &flows.destination {
            Ends::Set(_) => written(engine, &flows.destination),
            Ends::Symbol(_) => "Internet".to_string(),
        };
        let place = before.map(|line| format!("{} ", line + 1)).unwrap_or_default();
        let (source, destination) = (written(engine, &flows.source), flows.with_ports(&destination));
        let line = format!("{place}allow {} {source} -> {destination}", flows.protocols);
        let line = if self.is_owner() { line } else { format!("firewall {{ {line} }}") };
        Some(format!("amend {} {} {{ {line} }}", self.kind, self.name))
    }
}

impl Engine<'_> {
    /// A list of lines in order; what no line names falls to its default.
    pub(super) fn filter<'q>(&self, packet: Packet<'q>, firewall: Firewall<'_>) -> Vec<Packet<'q>> {
        let Firewall { list, rule, unstated, .. } = firewall;
        let owner = firewall.owner();
        let lines = Lines::of(&list.rules, self.public_space(), |line, source| {
            self.matcher(&(if source { &line.source } else { &line.destination }).addresses, None)
        });
        let decided = lines.first_match(&packet.flows);
        // Does it matter which address of its subnet an app shows?
        let by_source = |packet: &Packet<'_>, decision: &Decided| {
            let narrow = |line: usize| !list.rules[line].source.addresses.terms.contains(&Term::Any);
            let missed = decision.misses.iter().any(|miss| *miss.fields == ["source"]);
            packet.app.is_some() && !packet.translated && (missed || decision.line.is_some_and(narrow))
        };
        let mut passed = Vec::new();
        for decision in decided {
            let mut packet = packet.with(decision.flows.clone());
            match decision.line {
                Some(at) => {
                    let line = &list.rules[at];
                    let text = format!("{owner} {}", line.text());
                    let mut step = self.rule_step(rule, &owner, "", line, text.clone(), &decision, &list.rules);
                    if !packet.question.briefly {
                        step.misses = missed(&decision, &list.rules);
                    }
                    if step.is_block() {
                        step.headline = Some(format!("{owner} denies it: {}", line.text()));
                        let first = decision.doubts.first().map_or(at, |(doubtful, _)| *doubtful);
                        step.remedy = firewall.admitting(self, &decision.flows, Some(first));
                    }
                    packet.push(step.also_if(by_source(&packet, &decision), "src.vnet.private-target"));
                }
                None => {
                    let default = list.default.as_ref().map_or(unstated, |stated| stated.value);
                    let place = list.default.as_ref().map_or(list.span, |stated| stated.span);
                    let text = format!("{owner} default {}", default.word());
                    let otherwise = decision.doubts.iter().find(|(line, _)| list.rules[*line].action != default);
                    let step = match (otherwise, default) {
                        (Some((line, fact)), _) => doubt(&owner, &list.rules[*line], fact, None),
                        (None, Action::Deny) => {
                            let mut step = Step::block(rule, Outcome::Dropped, text).at(place);
                            step.remedy = firewall.admitting(self, &decision.flows, None);
                            step.headline(format!("no line of {owner} allows it"))
                        }
                        (None, _) => Step::pass(rule, text).at(place).admitting(),
                    };
                    packet.push(step.also_if(by_source(&packet, &decision), "src.vnet.private-target"));
                }
            }
            passed.push(packet);
        }
        passed
    }
}

/// The addresses of one end, as a line of fnet has them.
fn written(engine: &Engine<'_>, ends: &Ends) -> String {
    match ends {
        Ends::Set(set) => match engine.internet_without(set) {
            Some(_) => engine.name_of(&engine.some_public_client()),
            None => set.to_string(),
        },
        Ends::Symbol(symbol) => match symbol.tags.first() {
            Some((tag, Some(region))) => {
                let region = engine.platform().region(region).map_or(region.clone(), |r| r.tag_name);
                format!("{tag}.{region}")
            }
            Some((tag, None)) => tag.clone(),
            None => symbol.within.to_string(),
        },
    }
}

pub(super) fn direction(outbound: bool) -> &'static str {
    if outbound { "outbound" } else { "inbound" }
}

/// A line that would let the flows pass, at a free priority before the one that denies.
pub(super) fn amendment(
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
            let moved = list[line].text().replacen(&before.to_string(), &(before + 1).to_string(), 1);
            format!("remove rule {before}; {moved}; ")
        }
        None => return None,
    };
    let priority = free.unwrap_or(before);
    let (source, destination) = (written(engine, &flows.source), written(engine, &flows.destination));
    let destination = flows.with_ports(&destination);
    let rule = format!("{priority} allow {} {source} -> {destination}", flows.protocols);
    Some(format!("amend nsg {} {{ {} {{ {moved}{rule} }} }}", group.head.name, direction(outbound)))
}

/// The step of a line of which nobody can say whether it matches, before the one that would decide otherwise.
pub(super) fn doubt(owner: &str, doubtful: &SecurityRule, fact: &str, before: Option<&SecurityRule>) -> Step {
    let before = before.map(|rule| format!(" before {}", rule.text())).unwrap_or_default();
    let words = format!("{owner} {}: it may match{before}", doubtful.text());
    let mut step = Step::unknown("tag.unknown", words, fact, tag_line(fact));
    if !fact.contains("service tag") {
        step.rule = "verdict.ours.unknown".into();
    }
    step.at(doubtful.span)
}

/// The line that would state a missing tag.
fn tag_line(fact: &str) -> Option<String> {
    let tag = fact.split("service tag ").nth(1)?;
    let tag = tag.split(' ').next().unwrap_or(tag);
    Some(format!("amend service-tag {tag} {{ prefix 192.0.2.0/24 }}, or use tags \"ServiceTags_Public.json\""))
}
