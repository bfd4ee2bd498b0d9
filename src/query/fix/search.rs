//! The search for sets of amendments that open the way: each is put into a copy of the model, as `given { … }` does it,
//! and the question is asked again. Sets with few amendments and few blocks left go first.

use super::amendment::Amendments;
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{Mark, Part, Step, Verdict, findings};
use crate::query::reach::{self, Judged};
use crate::query::{Asked, changed};
use crate::source::Span;
use crate::syntax::ast::{Reach, Statement};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

/// How many amendments a set holds at most.
const MOST_AMENDMENTS: usize = 6;

/// How many times the question is asked at most.
pub(super) const MOST_QUESTIONS: usize = 240;

/// How many sets are looked for.
const MOST_SETS: usize = 12;

/// Something that stands in the way: its rule, and what it found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Obstacle {
    pub(super) rule: String,
    pub(super) text: String,
    /// What one may do about it, in words, where no line of fnet does it.
    pub(super) advice: Option<String>,
    /// The fact that is missing, where it is no block.
    pub(super) fact: Option<String>,
    /// The line that would state it.
    pub(super) state_it: Option<String>,
}

/// What a changed model answers.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    pub(super) verdict: Verdict,
    pub(super) obstacles: Vec<Obstacle>,
    /// Texts that may open what stands first in the way, each with the rule that it answers to.
    ways: Vec<(String, String)>,
}

impl Tried {
    fn of(asked: &Asked<'_>, found: &Judged) -> Self {
        let verdict = Verdict::of(&found.parts);
        let stopped = || found.parts.iter().filter(|part| part.verdict() != Verdict::Yes);
        let mut obstacles: Vec<Obstacle> = Vec::new();
        for step in stopped().flat_map(|part| &part.trail.steps).filter(|step| step.is_block() || step.is_unknown()) {
            let obstacle = obstacle(asked, step);
            if !obstacles.contains(&obstacle) {
                obstacles.push(obstacle);
            }
        }
        let mut ways: Vec<(String, String)> = Vec::new();
        for part in stopped() {
            for way in self::ways(asked, found, part) {
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
            if !ways.is_empty() {
                break;
            }
        }
        Self { verdict, obstacles, ways }
    }

    /// What tells one answer from another.
    fn signature(&self) -> Vec<(&str, &str)> {
        self.obstacles.iter().map(|obstacle| (obstacle.rule.as_str(), obstacle.text.as_str())).collect()
    }

    fn blocks(&self) -> usize {
        self.obstacles.iter().filter(|obstacle| obstacle.fact.is_none()).count()
    }
}

fn obstacle(asked: &Asked<'_>, step: &Step) -> Obstacle {
    let (fact, state_it) = step.missing();
    let advice = step.remedy.clone().or_else(|| asked.model.platform.rule(&step.rule).and_then(|rule| rule.remedy));
    Obstacle { rule: step.rule.clone(), text: step.text.clone(), advice, fact, state_it }
}

/// What may open the way of a part: the lines of what blocks it first, and of what led it there.
fn ways(asked: &Asked<'_>, found: &Judged, part: &Part) -> Vec<(String, String)> {
    let first = part.trail.steps.iter().position(Step::is_block).unwrap_or(part.trail.steps.len());
    let steps = part.trail.steps.iter().enumerate().filter(|(at, step)| *at == first || step.mark == Mark::Warn);
    let of = |step: &Step| {
        let ways = asked.engine.ways(&found.question, part, step);
        ways.into_iter().map(|way| (step.rule.clone(), way)).collect::<Vec<_>>()
    };
    steps.flat_map(|(_, step)| of(step)).collect()
}

/// A set on its way: fewest amendments and blocks first, then in the order in which they were found.
type Waiting = BinaryHeap<Reverse<(usize, usize, usize, Vec<usize>)>>;

/// The search, and what it has found.
pub(super) struct Search<'a> {
    asked: &'a Asked<'a>,
    reach: &'a Reach,
    span: Span,
    pub(super) amendments: Amendments,
    tried: HashMap<Vec<usize>, Option<Tried>>,
    /// How many times the question was asked.
    pub(super) questions: usize,
    /// The sets that open the way.
    pub(super) open: Vec<Vec<usize>>,
    /// The sets after which only a fact is missing.
    pub(super) doubtful: Vec<(Vec<usize>, Tried)>,
    /// What some set has turned.
    pub(super) turned: HashSet<(String, String)>,
    /// The errors that the model has as it stands.
    known_errors: HashSet<(String, String)>,
}

impl<'a> Search<'a> {
    pub(super) fn of(asked: &'a Asked<'a>, reach: &'a Reach, span: Span) -> Self {
        Self {
            asked,
            reach,
            span,
            amendments: Amendments::from(asked.sources.len() as u32),
            tried: HashMap::new(),
            questions: 0,
            open: Vec::new(),
            doubtful: Vec::new(),
            turned: HashSet::new(),
            known_errors: errors(asked),
        }
    }

    /// Is it that not everything was tried?
    pub(super) fn is_cut(&self) -> bool {
        self.questions >= MOST_QUESTIONS
    }

    /// Looks for sets, from what the model answers as it stands.
    pub(super) fn run(&mut self, found: &Judged) -> Tried {
        let start = Tried::of(self.asked, found);
        self.tried.insert(Vec::new(), Some(start.clone()));
        let mut waiting: Waiting = BinaryHeap::from([Reverse((0, 0, 0, Vec::new()))]);
        let mut order = 0;
        while let Some(Reverse((_, _, _, set))) = waiting.pop() {
            let Some(Some(here)) = self.tried.get(&sorted(&set)).cloned() else { continue };
            if self.covers(&set) {
                continue;
            }
            for (rule, text) in &here.ways {
                if self.is_cut() || self.open.len() >= MOST_SETS {
                    return start;
                }
                let Some(more) = self.amendments.read(text, rule) else { continue };
                let next = joined(&set, &more);
                if next.len() == set.len() || next.len() > MOST_AMENDMENTS || self.covers(&next) {
                    continue;
                }
                if self.tried.contains_key(&sorted(&next)) {
                    continue;
                }
                let Some(there) = self.try_set(&next) else { continue };
                self.note_turned(&start, &there);
                match there.verdict {
                    Verdict::Yes => {
                        let least = self.without_needless(next);
                        if !self.open.iter().any(|known| sorted(known) == sorted(&least)) {
                            self.open.push(least);
                        }
                    }
                    _ if there.signature() == here.signature() => {}
                    Verdict::Unknown if there.blocks() == 0 => self.doubtful.push((next, there)),
                    _ => {
                        order += 1;
                        waiting.push(Reverse((next.len() + there.blocks(), next.len(), order, next)));
                    }
                }
            }
        }
        start
    }

    fn note_turned(&mut self, start: &Tried, there: &Tried) {
        let still = there.signature();
        for obstacle in &start.obstacles {
            if !still.contains(&(obstacle.rule.as_str(), obstacle.text.as_str())) {
                self.turned.insert((obstacle.rule.clone(), obstacle.text.clone()));
            }
        }
    }

    /// Does it hold a set that is known to open the way?
    fn covers(&self, set: &[usize]) -> bool {
        self.open.iter().any(|known| known.iter().all(|at| set.contains(at)))
    }

    /// The answer that is nearest to a `yes`: where the fewest blocks are left.
    pub(super) fn nearest(&self) -> Option<&Tried> {
        let tried = self.tried.iter().filter_map(|(set, tried)| Some((set, tried.as_ref()?)));
        let stopped = tried.filter(|(_, tried)| tried.blocks() > 0);
        stopped.min_by_key(|(set, tried)| (tried.blocks(), set.len(), *set)).map(|(_, tried)| tried)
    }

    /// Asks in the changed model; none where it cannot be, or Azure would not take it.
    pub(super) fn try_set(&mut self, set: &[usize]) -> Option<Tried> {
        let key = sorted(set);
        if let Some(known) = self.tried.get(&key) {
            return known.clone();
        }
        self.questions += 1;
        let statements = self.amendments.statements(set);
        let (reach, span, known_errors) = (self.reach, self.span, &self.known_errors);
        let found = changed(self.asked, &statements, span, |asked, diagnostics| {
            if let Some(error) = diagnostics.into_iter().find(Diagnostic::is_error) {
                return Err(error);
            }
            let found = reach::judged(asked, reach, span)?;
            let tried = Tried::of(asked, &found);
            // What Azure would refuse opens nothing.
            let refused =
                tried.verdict == Verdict::Yes && errors(asked).iter().any(|error| !known_errors.contains(error));
            Ok((!refused).then_some(tried))
        });
        let found = found.ok().flatten();
        self.tried.insert(key, found.clone());
        found
    }

    /// Asks something else of a model that a set has changed, and some more statements; none where it cannot be asked.
    pub(super) fn ask_after<T>(
        &self,
        set: &[usize],
        more: &[Statement],
        ask: impl FnOnce(&Asked<'_>, &Judged) -> T,
    ) -> Option<T> {
        let mut statements = self.amendments.statements(set);
        statements.extend_from_slice(more);
        let (reach, span) = (self.reach, self.span);
        let asked = changed(self.asked, &statements, span, |asked, _| {
            reach::judged(asked, reach, span).map(|found| ask(asked, &found))
        });
        asked.ok()
    }

    /// The set without what it opens the way without.
    fn without_needless(&mut self, mut set: Vec<usize>) -> Vec<usize> {
        let mut at = 0;
        while at < set.len() && set.len() > 1 {
            let mut fewer = set.clone();
            fewer.remove(at);
            match self.try_set(&fewer) {
                // What was needed beside the one that is gone may be needless now.
                Some(Tried { verdict: Verdict::Yes, .. }) => (set, at) = (fewer, 0),
                _ => at += 1,
            }
        }
        set
    }
}

/// The errors of a model: what Azure would refuse.
fn errors(asked: &Asked<'_>) -> HashSet<(String, String)> {
    let all = findings(asked.engine).into_iter().filter(|finding| finding.severity == Severity::Error);
    all.map(|finding| (finding.rule, finding.message)).collect()
}

fn sorted(set: &[usize]) -> Vec<usize> {
    let mut set = set.to_vec();
    set.sort_unstable();
    set
}

/// Both, each amendment once.
fn joined(set: &[usize], more: &[usize]) -> Vec<usize> {
    let mut all = set.to_vec();
    for at in more {
        if !all.contains(at) {
            all.push(*at);
        }
    }
    all
}
