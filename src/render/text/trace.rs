//! The answers that go step by step, `can … reach …` and `resolve`: what names were taken for, the numbered steps, what
//! was assumed and what to change. The verdict itself is a line of [`super`].

use super::{short_place, tag_of, verdict};
use crate::query::answer::{MarkWord, PartAnswer, Place, ReachAnswer, ResolveAnswer, StepAnswer, Taken, VerdictWord};
use crate::render::markup::{Markup, Tag};
use crate::render::table::{pad, width, wrap, wrap_code};

pub(super) fn reach(answer: &ReachAnswer, mut out: Markup) -> Markup {
    verdict(&mut out, answer.verdict, answer.outcome.as_ref(), answer.headline.as_ref());
    out.line();
    taken(&mut out, &answer.taken);
    let several = answer.parts.len() > 1;
    for part in &answer.parts {
        if several {
            out.line();
            part_head(&mut out, part);
        }
        steps(&mut out, &part.steps);
        let lead = lead(part, several);
        tail(&mut out, &part.steps, &part.assumptions, &part.remedies, lead);
    }
    out
}

/// What the names of a question were taken for.
pub(super) fn taken(out: &mut Markup, all: &[Taken]) {
    let widest = all.iter().map(|taken| width(&taken.name)).max().unwrap_or(0);
    for taken in all.iter().filter(|taken| !taken.text.is_empty()) {
        let lines = wrap(&taken.text, out.room(widest + 4));
        for (at, line) in lines.iter().enumerate() {
            let name = if at == 0 { taken.name.as_str() } else { "" };
            out.plain("  ").push(Tag::Strong, pad(name, widest)).plain("  ").plain(line).line();
        }
    }
}

pub(super) fn part_head(out: &mut Markup, part: &PartAnswer) {
    let ports = if part.ports.is_empty() || part.ports == "*" { String::new() } else { format!(":{}", part.ports) };
    let destination = short(&part.destination);
    // An IPv6 address has ports only behind brackets.
    let six = destination.parse::<std::net::Ipv6Addr>().is_ok() && !ports.is_empty();
    let destination = if six { format!("[{destination}]") } else { destination };
    let from = part.source_ports.as_ref().map(|ports| format!(" from-port {ports}")).unwrap_or_default();
    let over = if part.protocols == "tcp" { String::new() } else { format!(" over {}", part.protocols) };
    let flows = format!("from {} to {destination}{ports}{over}{from}", short(&part.source));
    out.plain("  ").push(Tag::Strong, flows).plain(": ");
    out.push(tag_of(part.verdict), part.verdict.word());
    if let Some(outcome) = &part.outcome {
        out.push(tag_of(part.verdict), format!(", {outcome}"));
    }
    out.line();
}

/// A long list, cut.
pub(in crate::render) fn short(list: &str) -> String {
    let all: Vec<&str> = list.split(", ").collect();
    if all.len() <= 4 { list.to_string() } else { format!("{}, … ({} prefixes)", all[..3].join(", "), all.len()) }
}

/// What goes before the first thing to change.
pub(super) const ALLOW: &str = "to allow it: ";

/// What goes before the first thing to change of a part; where others are stopped, what arrives needs no words.
pub(super) fn lead(part: &PartAnswer, several: bool) -> &'static str {
    if several && part.verdict == VerdictWord::Yes { "" } else { ALLOW }
}

/// What an answer rests on and lacks, and what to change, behind its steps.
pub(super) fn tail(out: &mut Markup, steps: &[StepAnswer], assumptions: &[String], remedies: &[String], lead: &str) {
    if !(assumptions.is_empty() && remedies.is_empty()) || steps.iter().any(|s| s.fact.is_some()) {
        out.line();
    }
    for assumption in assumptions {
        out.plain("  ").push(Tag::Doubt, "assumed: ").plain(assumption).line();
    }
    for step in steps {
        if let Some(fact) = &step.fact {
            out.plain("  ").push(Tag::Doubt, "not stated: ").plain(fact).line();
        }
        if let Some(line) = &step.state_it {
            out.plain("  ").push(Tag::Doubt, "state it:   ").push(Tag::Code, line).line();
        }
    }
    // Where a doubtful answer on the way led to what blocks, mending the answer is a way out of its own.
    let doubtful =
        |remedy: &String| steps.iter().any(|step| step.mark == MarkWord::Warn && step.remedy.as_ref() == Some(remedy));
    for (at, remedy) in remedies.iter().enumerate() {
        let lead = match at.checked_sub(1).map(|before| doubtful(&remedies[before])) {
            None => lead,
            Some(true) => "         or: ",
            Some(false) => "       then: ",
        };
        let paste = remedy.contains('{') || remedy.starts_with("peering");
        let room = out.room(lead.len() + 2);
        let lines = if paste { wrap_code(remedy, room) } else { wrap(remedy, room) };
        for (n, line) in lines.iter().enumerate() {
            let start = if n == 0 { lead.to_string() } else { " ".repeat(lead.len()) };
            out.plain("  ").push(Tag::Strong, start).push(if paste { Tag::Code } else { Tag::Plain }, line).line();
        }
    }
}

/// How the places of some steps are told: the name of the one file that is spoken of may be long and says nothing new.
pub(super) fn places_of<'s>(steps: impl Iterator<Item = &'s StepAnswer>) -> impl Fn(&StepAnswer) -> String {
    let tell = places(steps.filter_map(|step| step.place.as_ref()));
    move |step| step.place.as_ref().map(&tell).unwrap_or_default()
}

/// The same of places themselves.
pub(super) fn places<'s>(all: impl Iterator<Item = &'s Place>) -> impl Fn(&Place) -> String {
    let mut files: Vec<&str> = all.map(|place| place.file.as_str()).collect();
    files.dedup();
    let by_line = files.len() == 1 && width(files[0].rsplit('/').next().unwrap_or("")) > 18;
    move |place| if by_line { format!("line {}", place.line) } else { short_place(place) }
}

/// The numbered steps.
pub(super) fn steps(out: &mut Markup, steps: &[StepAnswer]) {
    if !steps.is_empty() {
        out.line();
    }
    let number = steps.len().to_string().len();
    let rule = steps.iter().map(|step| width(&step.rule)).max().unwrap_or(0);
    let place = places_of(steps.iter());
    let places = steps.iter().map(|step| width(&place(step))).max().unwrap_or(0);
    // Where a line has no room for all of it, the words go below the rule.
    let stacked = !out.has_room(number + rule + places + 9 + 30);
    let room = if stacked { out.room(number + 5) } else { out.room(number + rule + places + 9) };
    let longest = steps.iter().map(|step| width(&step.text)).max().unwrap_or(0).min(room);
    for (at, step) in steps.iter().enumerate() {
        let (mark, tag) = mark(step.mark);
        let text = if step.open_points.is_empty() {
            step.text.clone()
        } else {
            format!("{} ({})", step.text, step.open_points.join(", "))
        };
        let lines = wrap(&text, longest.max(room.min(30)));
        out.plain(format!("  {:>number$} ", at + 1)).push(tag, mark).plain(" ");
        if stacked {
            out.push(Tag::Name, &step.rule).push(Tag::Dim, format!("  {}", place(step))).line();
        }
        for (n, line) in lines.iter().enumerate() {
            if stacked {
                out.plain(" ".repeat(number + 5)).plain(line);
            } else if n == 0 {
                out.push(Tag::Name, pad(&step.rule, rule)).plain("  ").plain(pad(line, longest));
                out.push(Tag::Dim, format!("  {}", place(step)));
            } else {
                out.plain(" ".repeat(number + rule + 7)).plain(line);
            }
            out.line();
        }
        explained(out, step, number + 5);
    }
}

/// What `explain` adds to a step.
pub(super) fn explained(out: &mut Markup, step: &StepAnswer, indent: usize) {
    let lead = " ".repeat(indent);
    for miss in &step.misses {
        let (line, fields) = miss.rsplit_once(": ").unwrap_or((miss, ""));
        out.push(Tag::Dim, format!("{lead}no match: {line}")).plain(format!("  ({fields})")).line();
    }
    let Some(rule) = &step.explained else { return };
    for line in wrap(&rule.text, out.room(indent)) {
        out.push(Tag::Dim, format!("{lead}{line}")).line();
    }
    // Where a rule is documented many times over, `explain RULE` has the rest.
    for source in rule.sources.iter().take(2) {
        hanging(out, &format!("{lead}source: "), source);
    }
    further(out, step, &lead);
}

/// The further rules that a step rests on: the first of them in words, and the ids of the rest. The stages of the
/// evaluation (`eval.…`) say the least and go last.
fn further(out: &mut Markup, step: &StepAnswer, lead: &str) {
    let (stages, mut all): (Vec<_>, Vec<_>) = step.also.iter().partition(|also| also.rule.starts_with("eval."));
    all.extend(stages);
    let (told, rest) = all.split_at(all.len().min(3));
    for also in told {
        out.push(Tag::Dim, format!("{lead}also ")).push(Tag::Name, &also.rule);
        out.push(Tag::Dim, format!(": {}", also.title)).line();
    }
    let rest: Vec<&str> = rest.iter().map(|also| also.rule.as_str()).collect();
    if !rest.is_empty() {
        hanging(out, &format!("{lead}also "), &rest.join(", "));
    }
}

/// A text of minor weight behind a lead, its further lines under its first.
pub(super) fn hanging(out: &mut Markup, lead: &str, text: &str) {
    let indent = width(lead);
    for (at, line) in wrap(text, out.room(indent)).iter().enumerate() {
        let start = if at == 0 { lead.to_string() } else { " ".repeat(indent) };
        out.push(Tag::Dim, format!("{start}{line}")).line();
    }
}

pub(in crate::render) fn mark(mark: MarkWord) -> (&'static str, Tag) {
    match mark {
        MarkWord::Pass => ("✓", Tag::Good),
        MarkWord::Block => ("✗", Tag::Bad),
        MarkWord::Unknown => ("?", Tag::Doubt),
        MarkWord::Warn => ("!", Tag::Doubt),
        MarkWord::Note => ("·", Tag::Dim),
    }
}

pub(super) fn resolve(answer: &ResolveAnswer, mut out: Markup) -> Markup {
    if answer.addresses.is_empty() {
        let words = if answer.verdict == VerdictWord::Unknown { "unknown" } else { "does not resolve" };
        out.push(Tag::Strong, &answer.name).plain(": ").push(tag_of(answer.verdict), words).line();
    } else {
        out.push(Tag::Strong, &answer.name).plain(" is ").push(Tag::Good, answer.addresses.join(", ")).line();
    }
    out.plain(format!("  asked by {}", answer.asker)).line();
    steps(&mut out, &answer.steps);
    tail(&mut out, &answer.steps, &answer.assumptions, &[], ALLOW);
    to_change(&mut out, &answer.remedies, answer.assumptions.is_empty());
    out
}

/// What would change how a name resolves.
pub(super) fn to_change(out: &mut Markup, remedies: &[String], apart: bool) {
    for (at, remedy) in remedies.iter().enumerate() {
        if at == 0 && apart {
            out.line();
        }
        let lead = if at == 0 { "to change it: " } else { "        then: " };
        for (n, line) in wrap_code(remedy, out.room(lead.len() + 2)).iter().enumerate() {
            let start = if n == 0 { lead.to_string() } else { " ".repeat(lead.len()) };
            out.plain("  ").push(Tag::Strong, start).push(Tag::Code, line).line();
        }
    }
}
