//! The answers about all flows: to `what can … reach` and `who can reach …`. A group a rule that lets flows through, a
//! line an end; what a screen has no room for is counted.

use super::trace::{hanging, places, short, steps, taken};
use super::verdict;
use crate::query::answer::{
    AdmissionAnswer, EndWord, ReachableAnswer, ReachableFlows, ReachableGroup, ReachableOver, VerdictWord,
};
use crate::render::markup::{Markup, Tag};
use crate::render::table::{pad, width, wrap};

/// How wide the column of ports is at most.
const PORTS: usize = 24;

/// How many groups are shown; the data has them all.
const GROUPS: usize = 16;

/// How many lines of one group are shown; the data has them all.
const LINES: usize = 12;

pub(super) fn reachable(answer: &ReachableAnswer, mut out: Markup) -> Markup {
    let ends = match answer.asked_for {
        EndWord::Destination => ("destination", "destinations"),
        EndWord::Source => ("caller", "callers"),
    };
    let narrow = match answer.asked_for {
        EndWord::Destination => "`within` narrows it, --format json has it whole",
        EndWord::Source => "--format json has it whole",
    };
    let (word, headline) = match (answer.groups.is_empty(), answer.unknown.is_empty()) {
        (false, _) => (VerdictWord::Yes, counted(&answer.groups, ends)),
        (true, false) => (VerdictWord::Unknown, "nothing for certain".to_string()),
        (true, true) => (VerdictWord::No, "nothing".to_string()),
    };
    verdict(&mut out, word, None, Some(&headline));
    out.line();
    taken(&mut out, &answer.taken);
    let told = answer.groups.iter().chain(&answer.unknown).flat_map(|group| &group.by).chain(&answer.denied);
    let place = places(told.filter_map(|step| step.place.as_ref()));
    let place = |step: &AdmissionAnswer| step.place.as_ref().map(&place).unwrap_or_default();
    let shown = |groups: usize| if groups > GROUPS + 1 { GROUPS } else { groups };
    for group in answer.groups.iter().take(shown(answer.groups.len())) {
        out.line();
        heads(&mut out, &group.by, "  ", ("✓", Tag::Good), &place);
        flows(&mut out, &group.flows);
        assumed(&mut out, &group.assumptions);
        steps(&mut out, &group.steps);
    }
    rest(&mut out, &answer.groups[shown(answer.groups.len())..], "let through", narrow);
    for group in answer.unknown.iter().take(shown(answer.unknown.len())) {
        out.line();
        heads(&mut out, &group.by, "  ", ("?", Tag::Doubt), &place);
        flows(&mut out, &group.flows);
        if let Some(fact) = &group.fact {
            out.plain("    ").push(Tag::Doubt, "not stated: ").plain(fact).line();
        }
        if let Some(line) = &group.state_it {
            out.plain("    ").push(Tag::Doubt, "state it:   ").push(Tag::Code, line).line();
        }
        steps(&mut out, &group.steps);
    }
    rest(&mut out, &answer.unknown[shown(answer.unknown.len())..], "not known", narrow);
    if !answer.denied.is_empty() {
        out.line();
        heads(&mut out, &answer.denied, "  ", ("✗", Tag::Bad), &place);
    }
    out
}

/// What of the groups a screen has no room for, counted by whose addresses they are; and how to see it.
fn rest(out: &mut Markup, groups: &[ReachableGroup], what: &str, narrow: &str) {
    if groups.is_empty() {
        return;
    }
    let mut ends: Vec<(&str, usize)> = Vec::new();
    for flows in groups.iter().flat_map(|group| &group.flows) {
        match ends.iter_mut().find(|(end, _)| *end == flows.end) {
            Some((_, count)) => *count += 1,
            None => ends.push((&flows.end, 1)),
        }
    }
    let named: Vec<&str> = ends.iter().take(6).map(|(end, _)| *end).collect();
    let more =
        if ends.len() > named.len() { format!(" and {} others", ends.len() - named.len()) } else { String::new() };
    out.line();
    hanging(out, "  ", &format!("… and {} more {what}: {}{more}; {narrow}", groups.len(), named.join(", ")));
}

/// How much it is, in a few words.
fn counted(groups: &[ReachableGroup], (word, words): (&str, &str)) -> String {
    let ends: usize = groups.iter().map(|group| group.flows.len()).sum();
    let (word, ways) = (if ends == 1 { word } else { words }, if groups.len() == 1 { "way" } else { "ways" });
    format!("{ends} {word}, let through in {} {ways}", groups.len())
}

/// Rules that decide, a line each behind a lead.
pub(super) fn heads(
    out: &mut Markup,
    all: &[AdmissionAnswer],
    lead: &str,
    mark: (&str, Tag),
    place: &impl Fn(&AdmissionAnswer) -> String,
) {
    let rule = all.iter().map(|step| width(&step.rule)).max().unwrap_or(0);
    let widest = all.iter().map(|step| width(&place(step))).max().unwrap_or(0);
    let indent = width(lead) + rule + 4;
    let room = out.room(indent + widest + 2).max(30);
    for (nth, step) in all.iter().enumerate() {
        let lead = if nth == 0 { lead.to_string() } else { " ".repeat(width(lead)) };
        for (at, line) in wrap(&step.text, room).iter().enumerate() {
            if at == 0 {
                out.push(Tag::Dim, &lead).push(mark.1, mark.0).plain(" ").push(Tag::Name, pad(&step.rule, rule));
                out.plain("  ").plain(line).push(Tag::Dim, format!("  {}", place(step))).line();
            } else {
                out.plain(" ".repeat(indent)).plain(line).line();
            }
        }
    }
}

/// The flows of a group: whose address it is, which addresses they are, by which protocols and ports.
pub(super) fn flows(out: &mut Markup, all: &[ReachableFlows]) {
    let shown = if all.len() > LINES + 1 { &all[..LINES] } else { all };
    let end = shown.iter().map(|flows| width(&flows.end)).max().unwrap_or(0).min(36);
    let widths = shown.iter().map(|flows| width(&ports(&flows.over)));
    let over = widths.filter(|width| *width <= PORTS).max().unwrap_or(0);
    for flows in shown {
        let words = match flows.hosts.as_slice() {
            [] => flows.words.clone(),
            [host] if flows.words == *host => host.clone(),
            [host] => format!("{host} ({})", short(&flows.words)),
            [host, ..] => format!("{} names, such as {host} ({})", flows.hosts.len(), short(&flows.words)),
        };
        let words = if flows.words == flows.end { String::new() } else { words };
        let ports = ports(&flows.over);
        let room = out.room(end + over + 8).max(30);
        let mut lines = wrap(&shortened(&words), room);
        // Many ports have a line of their own.
        if width(&ports) > PORTS {
            out.plain("    ").push(Tag::Strong, pad(&flows.end, end)).plain("  ").plain(&ports).line();
            for line in lines.drain(..).filter(|line| !line.is_empty()) {
                out.plain(" ".repeat(end + 6)).plain(line).line();
            }
        }
        for (at, line) in lines.iter().enumerate() {
            let (first, second) = if at == 0 { (flows.end.as_str(), ports.as_str()) } else { ("", "") };
            out.plain("    ").push(Tag::Strong, pad(first, end)).plain("  ").plain(pad(second, over)).plain("  ");
            out.plain(line).line();
        }
    }
    if all.len() > shown.len() {
        out.push(Tag::Dim, format!("    … and {} more", all.len() - shown.len())).line();
    }
}

/// Addresses with their exceptions, each list cut where it is long.
pub(super) fn shortened(words: &str) -> String {
    match words.split_once(" except ") {
        Some((whole, rest)) => format!("{} except {}", short(whole), short(rest)),
        None => short(words),
    }
}

/// `tcp 443; udp *`.
fn ports(over: &[ReachableOver]) -> String {
    let one = |over: &ReachableOver| {
        let protocols = if over.protocols == "*" { "any".to_string() } else { over.protocols.clone() };
        let ports = if over.ports.is_empty() { String::new() } else { format!(" {}", over.ports) };
        let from = over.source_ports.as_ref().map(|ports| format!(" from-port {ports}")).unwrap_or_default();
        format!("{protocols}{ports}{from}")
    };
    over.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What a group rests on; of many assumptions the first ones.
fn assumed(out: &mut Markup, all: &[String]) {
    let shown = if all.len() > 3 { &all[..2] } else { all };
    for assumption in shown {
        hanging(out, "    assumed: ", assumption);
    }
    if all.len() > shown.len() {
        hanging(out, "    ", &format!("… and {} more assumptions", all.len() - shown.len()));
    }
}
