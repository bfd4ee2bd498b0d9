//! `fix SOURCE -> TARGET`: the smallest sets of amendments after which the answer is `yes`, each tried out. Where nothing
//! that a script states can turn the answer: what stands in the way, and why.

mod amendment;
mod interface;
mod opens;
mod search;

use super::Asked;
use super::answer::{FixAnswer, MissingAnswer, ObstacleAnswer, ProposalAnswer, RuleWord, VerdictWord};
use super::reach::{self, Judged};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::Reach;
use opens::{Estate, Opened};
use search::{MOST_QUESTIONS, Obstacle, Search};

/// How many proposals an answer tells.
const MOST_PROPOSALS: usize = 5;

/// Answers `fix SOURCE -> TARGET`.
pub(super) fn fix(asked: &Asked<'_>, reach: &Reach, span: Span) -> Result<FixAnswer, Diagnostic> {
    let found = reach::judged(asked, reach, span)?;
    let told = &found.answer;
    let mut answer = FixAnswer {
        question: told.question.clone(),
        verdict: told.verdict,
        outcome: told.outcome.clone(),
        headline: told.headline.clone(),
        decided_by: told.decided_by.clone(),
        taken: told.taken.clone(),
        proposals: Vec::new(),
        missing: Vec::new(),
        fixed: Vec::new(),
        tried: 0,
        cut: None,
    };
    if answer.verdict == VerdictWord::Yes {
        return Ok(answer);
    }
    let mut search = Search::of(asked, reach, span);
    let start = search.run(&found);
    answer.tried = search.questions;
    answer.cut = search.is_cut().then_some(MOST_QUESTIONS);
    for Measured { set, tiers, opened, in_part } in measured(asked, &search, &found).into_iter().take(MOST_PROPOSALS) {
        let told = proposal(asked, &search, &set);
        answer.proposals.push(ProposalAnswer { opens: opened.told, opens_in_part: in_part, tiers, ..told });
    }
    if !answer.proposals.is_empty() {
        return Ok(answer);
    }
    let (missing, blocks): (Vec<&Obstacle>, Vec<&Obstacle>) =
        start.obstacles.iter().partition(|obstacle| obstacle.fact.is_some());
    answer.missing = missing.into_iter().filter_map(self::missing).collect();
    let stands = |obstacle: &&Obstacle| !search.turned.contains(&(obstacle.rule.clone(), obstacle.text.clone()));
    answer.fixed = blocks.into_iter().filter(stands).map(|obstacle| self::obstacle(asked, obstacle)).collect();
    if answer.fixed.is_empty()
        && search.doubtful.is_empty()
        && let Some(nearest) = search.nearest()
    {
        // What stood in the way at first can be turned; then something else does.
        let left = nearest.obstacles.iter().filter(|obstacle| obstacle.fact.is_none());
        answer.fixed = left.map(|obstacle| self::obstacle(asked, obstacle)).collect();
    }
    if let Some((set, after)) = search.doubtful.iter().min_by_key(|(set, _)| set.len()) {
        let mut more = proposal(asked, &search, set);
        more.missing = after.obstacles.iter().filter_map(self::missing).collect();
        answer.proposals.push(more);
    }
    Ok(answer)
}

/// A set that opens the way, and what else it opens.
struct Measured {
    set: Vec<usize>,
    /// Other tiers with which the like of it does.
    tiers: Vec<String>,
    opened: Opened,
    /// Are the flows of the caller and of the internet compared alone?
    in_part: bool,
}

/// The sets that a search has found, of those that differ by a tier alone, or by the size of a new subnet, the first:
/// each with the tiers of the others.
fn apart(search: &Search<'_>) -> Vec<(Vec<usize>, Vec<String>)> {
    let mut sets = search.open.clone();
    sets.sort_by_key(Vec::len);
    let mut all: Vec<(Vec<usize>, Vec<String>)> = Vec::new();
    let mut shapes: Vec<Vec<String>> = Vec::new();
    for set in sets {
        let shape: Vec<String> = set.iter().map(|at| search.amendments.get(*at).shape()).collect();
        match shapes.iter().position(|known| known.iter().all(|line| shape.contains(line))) {
            Some(at) if shapes[at] == shape => {
                all[at].1.extend(set.iter().find_map(|at| search.amendments.get(*at).tier()));
            }
            Some(_) => {}
            None => {
                all.push((set, Vec::new()));
                shapes.push(shape);
            }
        }
    }
    all
}

/// The same, those that open least besides first.
fn measured(asked: &Asked<'_>, search: &Search<'_>, found: &Judged) -> Vec<Measured> {
    let sets = apart(search);
    if sets.is_empty() {
        return Vec::new();
    }
    let stranger = opens::stranger(search.amendments.next_number());
    let source = &found.question.source;
    let before = search.ask_after(&[], &stranger, |asked, found| Estate::of(asked, &found.question.source));
    let before = before.unwrap_or_else(|| Estate::of(asked, source));
    let measured = |(set, tiers): (Vec<usize>, Vec<String>)| {
        let (opened, in_part) = search.ask_after(&set, &stranger, |asked, found| {
            let after = Estate::of(asked, &found.question.source);
            let opened = opens::opened(asked, &before, &after, &found.question, &found.parts);
            (opened, !(before.whole && after.whole))
        })?;
        Some(Measured { set, tiers, opened, in_part })
    };
    let mut all: Vec<Measured> = sets.into_iter().filter_map(measured).collect();
    all.sort_by_key(|Measured { set, opened, .. }| (opened.outside, opened.count, set.len()));
    all
}

fn proposal(asked: &Asked<'_>, search: &Search<'_>, set: &[usize]) -> ProposalAnswer {
    let amendments = set.iter().map(|at| search.amendments.get(*at));
    let mut rules: Vec<RuleWord> = Vec::new();
    for rule in amendments.clone().filter_map(|amendment| asked.model.platform.rule(&amendment.rule)) {
        let word = RuleWord { rule: rule.id, title: rule.title };
        if !rules.contains(&word) {
            rules.push(word);
        }
    }
    let amend = amendments.map(|amendment| amendment.to_paste()).collect();
    let statements = set.iter().map(|at| &search.amendments.get(*at).statement);
    let interfaces = interface::interfaces(asked, statements);
    ProposalAnswer {
        amend,
        rules,
        opens: Vec::new(),
        opens_in_part: false,
        interfaces,
        tiers: Vec::new(),
        missing: Vec::new(),
    }
}

fn missing(obstacle: &Obstacle) -> Option<MissingAnswer> {
    Some(MissingAnswer { fact: obstacle.fact.clone()?, state_it: obstacle.state_it.clone() })
}

fn obstacle(asked: &Asked<'_>, obstacle: &Obstacle) -> ObstacleAnswer {
    let rule = asked.model.platform.rule(&obstacle.rule);
    ObstacleAnswer {
        rule: obstacle.rule.clone(),
        text: obstacle.text.clone(),
        why: rule.map(|rule| rule.text).unwrap_or_default(),
        advice: obstacle.advice.clone(),
    }
}
