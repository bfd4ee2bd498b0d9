//! The answer to `diff`: what opens, what closes, and what can no longer be told, each with what decides it before and
//! after.

use super::reachable::{flows, heads};
use super::trace::places;
use crate::query::answer::{DiffAnswer, DiffGroup, DiffSide, VerdictWord};
use crate::render::markup::{Markup, Tag};

pub(super) fn diff(answer: &DiffAnswer, mut out: Markup) -> Markup {
    let names = format!("{} and {}", answer.before, answer.after);
    if answer.groups.is_empty() {
        out.push(Tag::Good, "the same").plain(format!(": {names} allow the same flows")).line();
        return out;
    }
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for group in &answer.groups {
        match counts.iter_mut().find(|(word, _)| *word == word_of(group).0) {
            Some((_, count)) => *count += 1,
            None => counts.push((word_of(group).0, 1)),
        }
    }
    let words: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    out.push(Tag::Doubt, "different")
        .plain(format!(": from {} to {}: {}", answer.before, answer.after, words.join(", ")))
        .line();
    let sides = answer.groups.iter().flat_map(|group| [&group.before, &group.after]).flat_map(|side| &side.by);
    let tell = places(sides.filter_map(|step| step.place.as_ref()));
    let place = |step: &crate::query::answer::AdmissionAnswer| step.place.as_ref().map(&tell).unwrap_or_default();
    for group in &answer.groups {
        let (word, tag) = word_of(group);
        out.line();
        out.plain("  ").push(tag, word).plain(": ");
        callers(&mut out, &group.callers);
        flows(&mut out, &group.flows);
        for (lead, side) in [("    before  ", &group.before), ("    after   ", &group.after)] {
            match side.is_declared {
                true => heads(&mut out, &side.by, lead, mark(side), &place),
                false => drop(out.push(Tag::Dim, lead).plain("not declared").line()),
            }
        }
    }
    out
}

/// What becomes of flows, in a word.
fn word_of(group: &DiffGroup) -> (&'static str, Tag) {
    match (group.before.verdict, group.after.verdict) {
        (VerdictWord::No, VerdictWord::Yes) => ("opens", Tag::Bad),
        (_, VerdictWord::Yes) => ("opens for certain", Tag::Bad),
        (VerdictWord::Yes, VerdictWord::No) => ("closes", Tag::Good),
        (VerdictWord::Yes, _) => ("may close", Tag::Doubt),
        (_, VerdictWord::No) => ("closes for certain", Tag::Good),
        _ => ("may open", Tag::Doubt),
    }
}

fn mark(side: &DiffSide) -> (&'static str, Tag) {
    match side.verdict {
        VerdictWord::Yes => ("✓", Tag::Good),
        VerdictWord::No => ("✗", Tag::Bad),
        _ => ("?", Tag::Doubt),
    }
}

/// Who calls; of many the first ones.
fn callers(out: &mut Markup, all: &[String]) {
    let shown =
        if all.len() > 6 { format!("{}, … ({} callers)", all[..5].join(", "), all.len()) } else { all.join(", ") };
    out.push(Tag::Strong, shown).line();
}
