//! What the answers that assertions ask for rest on, as their traces tell it: the rules of the platform, and the lines.
//! Nothing is noted unless somebody wants to know, and nothing is worked out for it.
//!
//! A `yes` rests on every step of its way. Any other answer rests on the steps up to the one that decides: what a trace tells
//! behind a block stands in the way as well, but the answer would be the same without.

use super::answer::{MarkWord, StepAnswer};
use crate::engine::{Part, Step, Trail};
use crate::source::Span;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What an assertion rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestsOn {
    /// The ids of rules of the platform.
    pub rules: BTreeSet<String>,
    /// The places of lines.
    pub places: BTreeSet<Span>,
}

thread_local! {
    /// Assertion by assertion.
    static NOTED: RefCell<Option<Vec<RestsOn>>> = const { RefCell::new(None) };
}

/// Does something, and says what the assertions rest on that are checked meanwhile, one by one.
#[cfg(feature = "doctest")]
pub(crate) fn of<T>(go: impl FnOnce() -> T) -> (T, Vec<RestsOn>) {
    let before = NOTED.replace(Some(Vec::new()));
    let value = go();
    (value, NOTED.replace(before).unwrap_or_default())
}

/// The next assertion is checked.
pub(super) fn next() {
    NOTED.with_borrow_mut(|noted| noted.iter_mut().for_each(|all| all.push(RestsOn::default())));
}

fn note(note: impl FnOnce(&mut RestsOn)) {
    NOTED.with_borrow_mut(|noted| noted.as_mut().and_then(|all| all.last_mut()).map(note));
}

/// The answer rests on the ways of these parts.
pub(super) fn parts(parts: &[Part]) {
    parts.iter().for_each(|part| trail(&part.trail));
}

/// The answer rests on this trail.
pub(super) fn trail(trail: &Trail) {
    note(|noted| {
        let decides = trail.steps.iter().position(Step::is_block).or(trail.steps.iter().position(Step::is_unknown));
        for step in trail.steps.iter().take(decides.map_or(usize::MAX, |at| at + 1)) {
            noted.rules.extend(step.rules().map(String::from));
            noted.places.extend(step.place.iter().chain(&step.beside));
        }
    });
}

/// The answer rests on steps that are told already.
pub(super) fn told(steps: &[StepAnswer]) {
    note(|noted| {
        let ends = |mark: MarkWord| steps.iter().position(|step| step.mark == mark);
        let decides = ends(MarkWord::Block).or(ends(MarkWord::Unknown));
        for step in steps.iter().take(decides.map_or(usize::MAX, |at| at + 1)) {
            noted.rules.insert(step.rule.clone());
            noted.rules.extend(step.also.iter().map(|also| also.rule.clone()));
            noted.places.extend(step.place.iter().map(|place| place.span).chain(step.beside.iter().copied()));
        }
    });
}

/// The answer rests on a rule and the lines at these places.
pub(super) fn rule<'r>(rules: impl Iterator<Item = &'r str>, places: impl Iterator<Item = Span>) {
    note(|noted| {
        noted.rules.extend(rules.map(String::from));
        noted.places.extend(places);
    });
}
