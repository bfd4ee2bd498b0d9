//! Lists of lines, by proof: lines that never decide, lists that a shorter one would equal, lists that mean the same.
//! What is claimed here holds of every flow and wherever the list stands.

use super::super::Engine;
use super::super::proof::{Subject, lists};
use super::Finding;
use crate::diagnostic::Severity;
use crate::model::Thing;

/// What is probably not what was meant: a line that another action keeps from deciding.
pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for list in lists(engine) {
        all.extend(idle(engine, &list).into_iter().filter(|found| found.severity == Severity::Warning));
    }
}

/// What is worth knowing.
pub(super) fn advise(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    let lists = lists(engine);
    for list in &lists {
        all.extend(idle(engine, list).into_iter().filter(|found| found.severity == Severity::Note));
        all.extend(needless(engine, list));
    }
    all.extend(same(engine, &lists));
}

/// Lines that never decide: those before them match all of what they match.
fn idle(engine: &Engine<'_>, list: &Subject) -> Vec<Finding> {
    let one = |idle: super::super::proof::Idle| {
        let line = &list.lines[idle.line];
        let by: Vec<&str> = idle.by.iter().map(|at| list.lines[*at].called.as_str()).collect();
        let (which, label) = match by.as_slice() {
            [one] => (format!("{one} matches all of it"), "matches all of it"),
            _ => (format!("{} together match all of it", joined(&by)), "matches a part of it"),
        };
        let message = format!("{} of {} never decides: {which}", line.called, list.owner);
        let found = Finding::of(engine, "list.line-covered", line.span, [list.thing], message)?;
        // A deny behind an allow, or the other way round, is mostly a mistake; a repetition is not.
        let differs = idle.by.iter().any(|at| list.lines[*at].action != line.action);
        let found = if differs { found } else { Finding { severity: Severity::Note, ..found } };
        let found = found.label("never decides");
        Some(idle.by.iter().take(SHOWN).fold(found, |found, at| found.also(list.lines[*at].span, label)))
    };
    list.idle().into_iter().filter_map(one).collect()
}

/// The places that a finding shows at the most.
const SHOWN: usize = 6;

/// Lines that could be left out although they decide something.
fn needless(engine: &Engine<'_>, list: &Subject) -> Option<Finding> {
    let lines = list.needless();
    let first = lines.first()?;
    let called: Vec<&str> = lines.iter().map(|line| list.lines[*line].called.as_str()).collect();
    let message = format!("{} would mean the same without {}", list.owner, joined(&called));
    let found = Finding::of(engine, "list.line-needless", list.lines[*first].span, [list.thing], message)?;
    let told = |instead: &[Option<usize>]| {
        let words: Vec<&str> =
            instead.iter().map(|at| at.map_or("the end of the list", |at| list.lines[at].called.as_str())).collect();
        let verb = if words.len() == 1 { "decides" } else { "decide" };
        format!("behind it {} {verb} alike", joined(&words))
    };
    let shown = &lines[..lines.len().min(1 + SHOWN)];
    let mut told = list.instead_of(shown).into_iter().map(|instead| told(&instead));
    let found = found.label(told.next()?);
    Some(shown[1..].iter().zip(told).fold(found, |found, (line, told)| found.also(list.lines[*line].span, told)))
}

/// Groups, and lists of one app, that let the same flows pass.
fn same(engine: &Engine<'_>, lists: &[Subject]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        let alike = |other: &&Subject| match (list.thing, other.thing) {
            // A group is the same as another in both directions; the first direction speaks for both.
            (Thing::Nsg(mine), Thing::Nsg(theirs)) => {
                let (mine, theirs) = (&engine.model[mine], &engine.model[theirs]);
                let own = |group: &crate::model::Nsg| {
                    [&group.inbound, &group.outbound].map(|all| all.iter().any(|rule| rule.rule.is_none()))
                };
                own(mine) == own(theirs) && list.which == other.which
            }
            (Thing::App(mine), Thing::App(theirs)) => mine == theirs,
            _ => false,
        };
        let Some(other) = lists[..at].iter().filter(alike).find(|other| engine.is_same(other, list)) else { continue };
        let message = match list.thing {
            Thing::Nsg(_) => format!("{} and {} mean the same {}", other.owner, list.owner, list.which),
            _ => format!("{} and {} mean the same", other.owner, list.owner),
        };
        let one = Finding::of(engine, "list.lists-same", list.span, [list.thing], message);
        let one = one.map(|one| one.label("this one"));
        found.extend(one.map(|one| one.also(other.span, "the other one")));
    }
    found
}

/// Words joined by commas, the last by `and`; of many the first ones and how many more there are.
fn joined(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => one.to_string(),
        [first @ .., last] if words.len() <= SHOWN => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {} more", words[..SHOWN - 1].join(", "), words.len() - SHOWN + 1),
    }
}
