//! The answer to `fix`: the verdict now, then the proposals by number, or what cannot be turned.

use super::reachable::shortened;
use super::trace::{hanging, taken};
use super::verdict;
use crate::query::answer::{FixAnswer, InterfaceAnswer, MissingAnswer, ObstacleAnswer, ProposalAnswer, VerdictWord};
use crate::render::markup::{Markup, Tag};
use crate::render::table::{width, wrap};

pub(super) fn fix(answer: &FixAnswer, mut out: Markup) -> Markup {
    verdict(&mut out, answer.verdict, answer.outcome.as_ref(), answer.headline.as_ref());
    if answer.verdict == VerdictWord::Yes {
        out.plain("  it arrives already: there is nothing to change").line();
        return out;
    }
    out.line();
    taken(&mut out, &answer.taken);
    missing(&mut out, &answer.missing, "  ");
    let sure = answer.proposals.iter().all(|proposal| proposal.missing.is_empty());
    if answer.proposals.is_empty() || !sure {
        out.line();
        let words = match answer.fixed.is_empty() {
            true if !sure => "no amendment was found that is sure to make it arrive",
            true => "no amendment was found that makes it arrive",
            false => "no amendment was found that makes it arrive; it is this that stands in the way:",
        };
        out.plain("  ").push(Tag::Bad, words).line();
    }
    answer.fixed.iter().for_each(|obstacle| self::obstacle(&mut out, obstacle));
    let several = answer.proposals.len() > 1;
    for (at, proposal) in answer.proposals.iter().enumerate() {
        out.line();
        let number = if several { format!("{} ", at + 1) } else { String::new() };
        self::proposal(&mut out, proposal, &number);
    }
    if let Some(most) = answer.cut {
        out.line();
        out.plain("  ")
            .push(Tag::Dim, format!("the search ended after {most} changed models: there may be more"))
            .line();
    }
    out
}

fn proposal(out: &mut Markup, proposal: &ProposalAnswer, number: &str) {
    let indent = " ".repeat(number.len() + 2);
    for (at, line) in proposal.amend.iter().flat_map(|amendment| amendment.lines()).enumerate() {
        match at {
            0 => out.plain("  ").push(Tag::Strong, number),
            _ => out.plain(&indent),
        };
        out.push(Tag::Code, line).line();
    }
    let lead = format!("{indent}  ");
    for rule in &proposal.rules {
        out.push(Tag::Dim, format!("{lead}answers to ")).push(Tag::Name, &rule.rule);
        out.push(Tag::Dim, format!(": {}", rule.title)).line();
    }
    opens(out, proposal, &lead);
    proposal.interfaces.iter().for_each(|interface| self::interface(out, interface, &lead));
    if !proposal.tiers.is_empty() {
        let tiers = proposal.tiers.join(" or ");
        out.plain(&lead).plain(format!("the like of it with tier {tiers} does too")).line();
    }
    if !proposal.missing.is_empty() {
        out.plain(format!("{lead}then it arrives as far as is known; it is still to be stated")).line();
        missing(out, &proposal.missing, &lead);
    }
}

/// How many lines of what else is opened are shown; the data has them all.
const OPENED: usize = 5;

/// What else it opens.
fn opens(out: &mut Markup, proposal: &ProposalAnswer, lead: &str) {
    let among = if proposal.opens_in_part { ", as far as the caller and the internet are concerned" } else { "" };
    if !proposal.missing.is_empty() {
        return;
    }
    if proposal.opens.is_empty() {
        out.plain(lead).push(Tag::Good, format!("opens nothing else{among}")).line();
        return;
    }
    out.plain(lead).push(Tag::Doubt, format!("this also opens{among}:")).line();
    let shown = if proposal.opens.len() > OPENED + 1 { OPENED } else { proposal.opens.len() };
    for opened in &proposal.opens[..shown] {
        let addresses = match opened.addresses.as_str() {
            "" => String::new(),
            addresses => format!(" ({})", shortened(addresses)),
        };
        let text = format!("{} to {}{addresses}: {}", few(&opened.callers), opened.end, opened.over);
        hanging(out, &format!("{lead}  "), &text);
    }
    if proposal.opens.len() > shown {
        out.push(Tag::Dim, format!("{lead}  … and {} more", proposal.opens.len() - shown)).line();
    }
}

/// Names; of many the first ones.
fn few(names: &[String]) -> String {
    match names {
        all if all.len() <= 4 => all.join(", "),
        all => format!("{} and {} more", all[..3].join(", "), all.len() - 3),
    }
}

/// The commands; where there is none, the property.
fn interface(out: &mut Markup, interface: &InterfaceAnswer, lead: &str) {
    if let Some(note) = &interface.note {
        hanging(out, &format!("{lead}in Azure: "), note);
    }
    for command in &interface.az {
        self::command(out, command, lead);
    }
    if let (true, Some(arm)) = (interface.az.is_empty(), &interface.arm) {
        out.plain(lead).push(Tag::Dim, "ARM: ").plain(arm).line();
    }
}

/// A command; a long one on several lines, as a shell takes them.
fn command(out: &mut Markup, command: &str, lead: &str) {
    let room = out.room(lead.len() + 4);
    let mut lines: Vec<String> = Vec::new();
    for option in command.split(" --") {
        match lines.last_mut() {
            None => lines.push(option.to_string()),
            Some(line) if width(line) + width(option) + 3 <= room => line.push_str(&format!(" --{option}")),
            Some(_) => lines.push(format!("  --{option}")),
        }
    }
    for (at, line) in lines.iter().enumerate() {
        out.plain(lead).push(Tag::Code, line);
        if at + 1 < lines.len() {
            out.push(Tag::Code, " \\");
        }
        out.line();
    }
}

fn missing(out: &mut Markup, facts: &[MissingAnswer], lead: &str) {
    for fact in facts {
        out.plain(lead).push(Tag::Doubt, "not stated: ").plain(&fact.fact).line();
        if let Some(line) = &fact.state_it {
            out.plain(lead).push(Tag::Doubt, "state it:   ").push(Tag::Code, line).line();
        }
    }
}

fn obstacle(out: &mut Markup, obstacle: &ObstacleAnswer) {
    out.line();
    out.plain("  ").push(Tag::Bad, "✗ ").push(Tag::Name, &obstacle.rule).plain("  ").plain(&obstacle.text).line();
    hanging(out, "    ", &obstacle.why);
    if let Some(advice) = &obstacle.advice {
        for (at, line) in wrap(advice, out.room(14)).iter().enumerate() {
            out.plain(if at == 0 { "    instead: " } else { "             " }).plain(line).line();
        }
    }
}
