//! The answers to `tcpping` and `nameresolver`: the console first, then why, and how long one waits.

use super::trace::{ALLOW, lead, short, steps, tail, to_change};
use super::verdict;
use crate::query::answer::{
    ConsoleAnswer, MarkWord, NameresolverAnswer, PartAnswer, RunAnswer, StepAnswer, TcppingAnswer, VerdictWord,
    WaitAnswer,
};
use crate::render::markup::{Markup, Tag};
use crate::render::table::wrap;

pub(super) fn tcpping(answer: &TcppingAnswer, mut out: Markup) -> Markup {
    prompt(&mut out, &answer.console);
    let alike = answer.runs.windows(2).all(|pair| pair[0].lines == pair[1].lines && pair[0].wait == pair[1].wait);
    for run in answer.runs.iter().take(if alike { 1 } else { answer.runs.len() }) {
        if !alike {
            out.plain("  ").push(Tag::Dim, format!("from {} to {}", short(&run.part.source), run.part.destination));
            out.line();
        }
        lines(&mut out, &run.lines);
        wait(&mut out, run.wait.as_ref());
    }
    out.line();
    verdict(&mut out, answer.verdict, answer.outcome.as_ref(), answer.headline.as_ref());
    // Of what is worth knowing on the way, only what makes one wait.
    let telling_here = |step: &&StepAnswer| step.mark != MarkWord::Note || step.rule.starts_with("dns.");
    let all = answer.runs.iter().flat_map(|run| &run.part.steps).filter(telling_here).chain(&answer.console.notes);
    steps(&mut out, &telling(all));
    for run in &answer.runs {
        let mut part = run.part.clone();
        part.assumptions.retain(|assumption| first(answer, run, |other| other.assumptions.contains(assumption)));
        part.remedies.retain(|remedy| first(answer, run, |other| other.remedies.contains(remedy)));
        part.steps.retain(|step| step.fact.is_some() && first(answer, run, |other| other.steps.contains(step)));
        let lead = lead(&part, answer.runs.len() > 1);
        tail(&mut out, &part.steps, &part.assumptions, &part.remedies, lead);
    }
    out
}

pub(super) fn nameresolver(answer: &NameresolverAnswer, mut out: Markup) -> Markup {
    prompt(&mut out, &answer.console);
    lines(&mut out, &answer.lines);
    wait(&mut out, answer.wait.as_ref());
    if answer.verdict == VerdictWord::Unknown {
        out.push(Tag::Doubt, "unknown").line();
    }
    steps(&mut out, &telling(answer.steps.iter().chain(&answer.console.notes)));
    tail(&mut out, &answer.steps, &answer.assumptions, &[], ALLOW);
    to_change(&mut out, &answer.remedies, answer.assumptions.is_empty());
    out
}

/// Is that run the first that has it?
fn first(answer: &TcppingAnswer, run: &RunAnswer, has: impl Fn(&PartAnswer) -> bool) -> bool {
    answer.runs.iter().find(|other| has(&other.part)).is_some_and(|first| std::ptr::eq(first, run))
}

/// The console's prompt and the command behind it.
fn prompt(out: &mut Markup, console: &ConsoleAnswer) {
    out.push(Tag::Dim, format!("{}> ", console.site)).push(Tag::Strong, &console.command).line();
}

fn lines(out: &mut Markup, lines: &[String]) {
    for line in lines {
        if line.is_empty() {
            out.line();
        } else {
            out.plain("  ").push(Tag::Code, line).line();
        }
    }
}

fn wait(out: &mut Markup, wait: Option<&WaitAnswer>) {
    let Some(wait) = wait else { return };
    for line in wrap(&format!("takes {} s {}", wait.seconds, wait.text), out.room(2)) {
        out.plain("  ").push(Tag::Doubt, line).line();
    }
}

/// The steps that say why, without those that let it pass.
fn telling<'a>(steps: impl Iterator<Item = &'a StepAnswer>) -> Vec<StepAnswer> {
    let mut told: Vec<StepAnswer> = Vec::new();
    for step in steps.filter(|step| step.mark != MarkWord::Pass) {
        if !told.contains(step) {
            told.push(step.clone());
        }
    }
    told
}
