//! What is new after scripts were read again: declarations that are other, answers that are other. Flows that differ are
//! a question of their own (`:changes`).

use crate::model::Declared;
use crate::query::answer::{EachPlace, Place};
use crate::render;
use crate::session::{Outcome, Report};
use crate::syntax::print_declaration;
use std::collections::HashMap;

/// What of a report was not in the one before: warnings by their words, outcomes but for the places of lines.
pub(crate) fn news(before: &Report, report: &Report) -> Report {
    let mut known: Vec<String> = before.outcomes.iter().map(words).collect();
    let mut is_new = |outcome: &Outcome| match known.iter().position(|known| *known == words(outcome)) {
        Some(at) => {
            known.swap_remove(at);
            false
        }
        None => true,
    };
    let mut differs = report.clone();
    differs.diagnostics.retain(|one| !before.diagnostics.iter().any(|known| known.message == one.message));
    differs.outcomes.retain(|outcome| is_new(outcome));
    differs
}

/// How much was asked again, and what of it came out otherwise, in a line.
pub(crate) fn tally(report: &Report, other: usize) -> String {
    let (asked, all) = (report.outcomes.len() - report.kept, report.outcomes.len());
    let (passed, failed) = report.assertions();
    let tally = if passed + failed > 0 { format!("; {passed} passed, {failed} failed") } else { String::new() };
    format!("{asked} of {all} asked again, {other} with another answer{tally}")
}

/// What came of a question or an assertion, as it is told but for the places of lines: a line that has only moved says
/// nothing new.
fn words(outcome: &Outcome) -> String {
    let mut outcome = outcome.clone();
    let mut nowhere = |place: &mut Place| (place.line, place.column) = (0, 0);
    match &mut outcome {
        Outcome::Answer { answer, .. } => answer.each_place(&mut nowhere),
        Outcome::Fails { answer: Some(answer), .. } => answer.each_place(&mut nowhere),
        _ => {}
    }
    let text = render::outcome(&outcome).to_text(&render::Style::default());
    match outcome {
        Outcome::Fails { diagnostic, .. } => format!("{text}{}", diagnostic.message),
        _ => text,
    }
}

/// The declarations that are new, other or gone, in words.
pub(super) fn other_declarations(before: &Declared, now: &Declared) -> Vec<String> {
    let told = |declared: &Declared| -> HashMap<(String, String), String> {
        let item = |item: &std::sync::Arc<crate::model::DeclaredItem>| {
            ((item.word.clone(), item.name.clone()), print_declaration(&item.declaration, false))
        };
        declared.items().iter().map(item).collect()
    };
    let (old, new) = (told(before), told(now));
    let mut all = Vec::new();
    for item in now.items() {
        let key = (item.word.clone(), item.name.clone());
        match old.get(&key) {
            None => all.push(format!("new: {} {}", item.word, item.name)),
            Some(text) if Some(text) != new.get(&key) => all.push(format!("changed: {} {}", item.word, item.name)),
            Some(_) => {}
        }
    }
    let gone = before.items().iter().filter(|item| !new.contains_key(&(item.word.clone(), item.name.clone())));
    all.extend(gone.map(|item| format!("gone: {} {}", item.word, item.name)));
    all
}
