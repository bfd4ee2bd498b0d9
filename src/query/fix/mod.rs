//! `fix SOURCE -> TARGET`: the smallest sets of amendments after which the answer is `yes`, each tried out. Where nothing
//! that a script states can turn the answer: what stands in the way, and why.

mod amendment;
mod interface;
mod search;

use super::Asked;
use super::answer::{FixAnswer, MissingAnswer, ObstacleAnswer, ProposalAnswer, RuleWord, VerdictWord};
use super::reach;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::Reach;
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
    let mut open = search.open.clone();
    open.sort_by_key(Vec::len);
    let mut shapes: Vec<Vec<String>> = Vec::new();
    for set in &open {
        // What differs by a tier alone, or by the size of a new subnet, is one proposal.
        let shape: Vec<String> = set.iter().map(|at| search.amendments.get(*at).shape()).collect();
        let tiers = set.iter().find_map(|at| search.amendments.get(*at).tier());
        match shapes.iter().position(|known| known.iter().all(|line| shape.contains(line))) {
            Some(at) if shapes[at] == shape => answer.proposals[at].tiers.extend(tiers),
            Some(_) => {}
            None if shapes.len() == MOST_PROPOSALS => {}
            None => {
                answer.proposals.push(proposal(asked, &search, set));
                shapes.push(shape);
            }
        }
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
    ProposalAnswer { amend, rules, interfaces, tiers: Vec::new(), missing: Vec::new() }
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
