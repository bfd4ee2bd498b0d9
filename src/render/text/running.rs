//! The answer to `can … start`, `can … fire`, `can … scale`: what is needed, each with its mark, then the way of the one
//! that decides.

use super::trace::{ALLOW, explained, mark, part_head, places_of, steps, tail, taken};
use super::{tag_of, verdict};
use crate::query::answer::{MarkWord, NeedAnswer, RunningAnswer, StepAnswer, VerdictWord};
use crate::render::markup::{Markup, Tag};
use crate::render::table::{pad, width, wrap};

pub(super) fn running(answer: &RunningAnswer, mut out: Markup) -> Markup {
    verdict(&mut out, answer.verdict, answer.outcome.as_ref(), answer.headline.as_ref());
    out.line();
    taken(&mut out, &answer.taken);
    needs(&mut out, &answer.needs);
    let in_full = answer.needs.iter().flat_map(|need| &need.steps).any(|step| step.explained.is_some());
    let decides = |need: &&NeedAnswer| need.decisive && need.verdict != VerdictWord::Yes;
    let deciding = answer.needs.iter().find(|need| decides(need) && Some(need.verdict) == Some(answer.verdict));
    let shown: Vec<&NeedAnswer> = match in_full {
        true => answer.needs.iter().filter(|need| !need.way.is_empty()).collect(),
        false => deciding.into_iter().collect(),
    };
    for need in &shown {
        way(&mut out, need);
    }
    let told =
        |assumption: &String| !shown.iter().any(|need| need.way.iter().any(|p| p.assumptions.contains(assumption)));
    let mut assumed: Vec<&String> = Vec::new();
    for assumption in answer.needs.iter().flat_map(|need| &need.assumptions).filter(|a| told(a)) {
        if !assumed.contains(&assumption) {
            assumed.push(assumption);
        }
    }
    if !assumed.is_empty() {
        out.line();
    }
    for assumption in assumed {
        out.plain("  ").push(Tag::Doubt, "assumed: ").plain(assumption).line();
    }
    out
}

/// The step that tells of a need; none where it is told by its name alone, as several things that passed together are.
fn telling(need: &NeedAnswer) -> Option<&StepAnswer> {
    let marked = |wanted: MarkWord| need.steps.iter().find(|step| step.mark == wanted);
    let last = || need.steps.last().filter(|step| need.steps.len() == 1 && step.mark != MarkWord::Note);
    marked(MarkWord::Block).or_else(|| marked(MarkWord::Unknown)).or_else(last)
}

/// What is needed, a line each.
fn needs(out: &mut Markup, needs: &[NeedAnswer]) {
    let told: Vec<&StepAnswer> = needs.iter().filter_map(telling).collect();
    let place = places_of(told.iter().copied());
    let whats = needs.iter().filter(|need| telling(need).is_some()).map(|need| width(&need.what)).max().unwrap_or(0);
    let rules = told.iter().map(|step| width(&step.rule)).max().unwrap_or(0);
    let places = told.iter().map(|step| width(&place(step))).max().unwrap_or(0);
    let room = out.room(whats + rules + places + 10).max(30);
    let longest = told.iter().map(|step| width(&step.text)).max().unwrap_or(0).min(room);
    out.line();
    for need in needs {
        let word = match need.verdict {
            VerdictWord::Yes => MarkWord::Pass,
            VerdictWord::No if need.decisive => MarkWord::Block,
            VerdictWord::No => MarkWord::Warn,
            _ => MarkWord::Unknown,
        };
        let (sign, tag) = mark(word);
        out.plain("  ").push(tag, sign).plain(" ");
        match telling(need) {
            None => {
                out.push(Tag::Strong, &need.what).line();
            }
            Some(step) => {
                for (at, line) in wrap(&step.text, longest.max(30)).iter().enumerate() {
                    if at == 0 {
                        out.push(Tag::Strong, pad(&need.what, whats)).plain("  ");
                        out.push(Tag::Name, pad(&step.rule, rules)).plain("  ").plain(pad(line, longest));
                        out.push(Tag::Dim, format!("  {}", place(step))).line();
                    } else {
                        out.plain(" ".repeat(whats + rules + 8)).plain(line).line();
                    }
                }
            }
        }
        for step in &need.steps {
            explained(out, step, 6);
        }
    }
}

/// The walk behind a need, and what to change.
fn way(out: &mut Markup, need: &NeedAnswer) {
    if need.way.is_empty() {
        tail(out, &need.steps, &[], &need.remedies, ALLOW);
        return;
    }
    out.line().plain("  ").push(Tag::Strong, &need.what).push(Tag::Dim, ", the way").line();
    let several = need.way.len() > 1;
    for part in &need.way {
        if several {
            out.line();
            part_head(out, part);
        }
        steps(out, &part.steps);
        tail(out, &part.steps, &part.assumptions, &[], ALLOW);
    }
    if !need.remedies.is_empty() {
        tail(out, &[], &[], &need.remedies, ALLOW);
    }
}

/// The verdicts on an app and its triggers, a line each.
pub(super) fn survey(out: &mut Markup, answers: &[RunningAnswer]) {
    let questions = answers.iter().map(|answer| width(&answer.question)).max().unwrap_or(0);
    out.line().push(Tag::Strong, "  Does it run").line().line();
    // What keeps the app from running is told once, though its triggers do nothing for the same reason.
    let first = answers.first().and_then(|answer| answer.headline.as_ref());
    for (at, answer) in answers.iter().enumerate() {
        let mut words = answer.verdict.word().to_string();
        if let Some(outcome) = &answer.outcome {
            words = format!("{words}, {outcome}");
        }
        let told = at > 0 && answer.headline.as_ref() == first;
        let why = answer.headline.as_ref().filter(|_| !told).map(|headline| format!(": {headline}"));
        let why = why.unwrap_or_default();
        let lead = questions + 6;
        let room = out.room(lead);
        for (n, line) in wrap(&format!("{words}{why}"), room).iter().enumerate() {
            if n == 0 {
                out.plain("    ").push(Tag::Code, pad(&answer.question, questions)).plain("  ");
                let rest = line.strip_prefix(&words).unwrap_or("");
                out.push(tag_of(answer.verdict), if rest.is_empty() && *line != words { line } else { &words });
                out.plain(rest).line();
            } else {
                out.plain(" ".repeat(lead)).plain(line).line();
            }
        }
    }
}
