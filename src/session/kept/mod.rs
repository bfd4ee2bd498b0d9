//! Answers that were given before, each with what it rests on: one that nothing has touched since is told again without
//! being asked. It is told as it would be now, its places moved to where their lines stand by now.
//!
//! What has changed between two states of what is declared is for [`difference`], where lines have gone for [`moved`].

mod checks;
mod difference;
mod moved;

use super::Outcome;
use super::run::{Above, Pending, Said};
use crate::engine::Engine;
use crate::model::reads::{Fact, Reads};
use crate::model::{Kind, Model, Thing};
use crate::platform::Edition;
use crate::query::Asked;
use crate::source::{SourceMap, Span};
use difference::Difference;
use moved::Moved;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// What asks: the name of the text that it stands in, and its words.
type Words = (Arc<str>, Box<str>);

/// The answers of a conversation.
#[derive(Clone, Default)]
pub(super) struct Kept {
    /// By what asked, one for each time that it did.
    answers: HashMap<Words, Vec<Arc<Answered>>>,
    checks: Option<Arc<checks::Checks>>,
    /// The texts that their places point into.
    sources: SourceMap,
}

/// What was asked, what came of it, and what that rests on.
struct Answered {
    whole: Span,
    above: Above,
    edition: Edition,
    /// The whole names of the declarations that were looked at.
    things: Vec<(Kind, Box<str>)>,
    /// The kinds of which all declarations were looked for.
    kinds: Vec<Kind>,
    /// The questions that it rests on, with a number for what was answered.
    facts: Vec<(Fact, u64)>,
    /// Does it rest on everything that is declared?
    everything: bool,
    outcome: Outcome,
}

impl Answered {
    fn of(said: &Pending, edition: Edition, model: &Model, reads: &Reads, outcome: Outcome) -> Self {
        let name = |thing: Thing| Some((thing.kind(), thing.name_in(model)?.into()));
        Self {
            whole: said.whole,
            above: said.above.clone(),
            edition,
            things: reads.things().filter_map(name).collect(),
            kinds: reads.kinds().collect(),
            facts: reads.facts().collect(),
            everything: reads.everything(),
            outcome,
        }
    }

    /// Is what it rests on as it was? `words` are those that ask.
    fn holds(&self, difference: &Difference, words: &str, engine: &Engine<'_>) -> bool {
        if difference.is_nothing() {
            return true;
        }
        let touched = self.everything
            || difference.is_all()
            || difference.is_named_in(words)
            || self.kinds.iter().any(|kind| difference.has_other(*kind))
            || self.things.iter().any(|(kind, name)| difference.has_changed(*kind, name))
            || !self.facts.is_empty() && difference.has_renumbered();
        !touched && self.facts.iter().all(|(fact, print)| engine.still_says(*fact, *print))
    }
}

/// The answers from before, while those of now are found.
pub(super) struct Earlier<'s> {
    before: Kept,
    now: &'s SourceMap,
    /// What is different between what was declared above an answer and above the question now.
    differences: RefCell<HashMap<(*const (), *const ()), Arc<Between>>>,
    /// The rounds of what was asked in these words so far.
    rounds: RefCell<HashMap<Words, usize>>,
    kept: RefCell<Kept>,
}

/// What is different between two states of what is declared, and where the rest has gone.
struct Between {
    difference: Difference,
    moved: Moved,
    /// They are known by where they are kept, so they are kept.
    _of: (Above, Above),
}

impl<'s> Earlier<'s> {
    pub(super) fn of(before: Kept, now: &'s SourceMap) -> Self {
        Self {
            before,
            now,
            differences: RefCell::default(),
            rounds: RefCell::default(),
            kept: RefCell::new(Kept { answers: HashMap::new(), checks: None, sources: now.clone() }),
        }
    }

    fn key(&self, said: &Pending) -> Option<Words> {
        Some((self.now.get(said.whole.source)?.name.clone(), self.now.text(said.whole).into()))
    }

    /// What came of it before, where nothing that it rests on has changed since.
    pub(super) fn answer(&self, said: &Pending, edition: Edition, engine: &Engine<'_>) -> Option<Outcome> {
        let key = self.key(said)?;
        let round = {
            let mut rounds = self.rounds.borrow_mut();
            let round = rounds.entry(key.clone()).or_insert(0);
            *round += 1;
            *round - 1
        };
        let answered = self.before.answers.get(&key)?.get(round)?;
        if answered.edition != edition {
            return None;
        }
        let between = self.between(&answered.above, &said.above);
        if !answered.holds(&between.difference, &key.1, engine) {
            return None;
        }
        let mut outcome = between.moved.outcome(&answered.outcome, (answered.whole, said.whole), self.now)?;
        if let (Outcome::Holds { check, .. } | Outcome::Fails { check, .. }, Said::Assert(_, title)) =
            (&mut outcome, &said.statement)
        {
            check.clone_from(title);
        }
        let again = Answered {
            whole: said.whole,
            above: said.above.clone(),
            things: answered.things.clone(),
            kinds: answered.kinds.clone(),
            facts: answered.facts.clone(),
            outcome: outcome.clone(),
            ..**answered
        };
        self.keep(key, again);
        Some(outcome)
    }

    /// Keeps what came of a question, and what of the model was looked at for it.
    pub(super) fn note(&self, said: &Pending, edition: Edition, asked: &Asked<'_>, reads: &Reads, outcome: &Outcome) {
        if let Some(key) = self.key(said) {
            self.keep(key, Answered::of(said, edition, asked.model, reads, outcome.clone()));
        }
    }

    fn keep(&self, key: Words, answered: Answered) {
        self.kept.borrow_mut().answers.entry(key).or_default().push(Arc::new(answered));
    }

    fn between(&self, before: &Above, now: &Above) -> Arc<Between> {
        let key = (Arc::as_ptr(before).cast(), Arc::as_ptr(now).cast());
        if let Some(known) = self.differences.borrow().get(&key) {
            return known.clone();
        }
        let mut moved = Moved::of(&self.before.sources, self.now);
        let difference = Difference::of(before, now, (&self.before.sources, self.now), &mut moved);
        let found = Arc::new(Between { difference, moved, _of: (before.clone(), now.clone()) });
        self.differences.borrow_mut().insert(key, found.clone());
        found
    }

    /// What is kept for the next time: the answers of now, and those of before that were not asked for, where a
    /// conversation goes on (`entry`).
    pub(super) fn kept(self, entry: bool) -> Kept {
        let mut kept = self.kept.into_inner();
        if entry {
            for (key, answers) in self.before.answers {
                kept.answers.entry(key).or_insert(answers);
            }
        }
        kept
    }
}
