//! `can SOURCE reach TARGET`.

use super::answer::{PartAnswer, ReachAnswer, StepAnswer, VerdictWord};
use super::{Asked, name};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::engine::{Mark, Part, Question, Target, Traffic, Verdict};
use crate::net::PortSet;
use crate::source::Span;
use crate::syntax::ast::{How, Over, Reach};
use crate::syntax::literal;

/// Answers `can SOURCE reach TARGET`; `explained` adds the rules' texts and the lines that did not match.
pub(super) fn reach(asked: &Asked<'_>, reach: &Reach, span: Span, explained: bool) -> Result<ReachAnswer, Diagnostic> {
    judged(asked, reach, span).map(|found| found.told(asked, explained))
}

/// What a walk comes to, before its steps are told.
pub(super) struct Judged {
    /// What was asked.
    pub(super) question: Question,
    /// The answer but for its parts.
    pub(super) answer: ReachAnswer,
    /// The parts of the walk.
    pub(super) parts: Vec<Part>,
}

impl Judged {
    /// The whole answer.
    pub(super) fn told(self, asked: &Asked<'_>, explained: bool) -> ReachAnswer {
        let parts = self.parts.iter().map(|part| part_answer(asked, part, explained)).collect();
        ReachAnswer { parts, ..self.answer }
    }
}

/// Judges without telling the steps, for those who want the verdict or look into the engine's parts.
pub(super) fn judged(asked: &Asked<'_>, reach: &Reach, span: Span) -> Result<Judged, Diagnostic> {
    let (question, mut answer) = question(asked, reach, span)?;
    let parts = asked.engine.walk(&question);
    parts.iter().flat_map(|part| &part.trail.steps).for_each(|step| StepAnswer::is_of(step, asked));
    let merged = Verdict::of(&parts);
    let deciding = parts.iter().find(|part| VerdictWord::from(part.verdict()) != VerdictWord::Yes).or(parts.first());
    let step = deciding.and_then(|part| part.trail.deciding());
    answer.verdict = merged.into();
    answer.outcome = outcome(merged);
    answer.headline = step.map(|step| step.words().to_string());
    answer.decided_by = step.map(|step| step.rule.clone());
    if matches!(merged, Verdict::Partly) {
        answer.headline = Some(split_text(asked, &parts));
    }
    Ok(Judged { question, answer, parts })
}

/// The word for how a person would see a `no`.
pub(super) fn outcome(verdict: Verdict) -> Option<String> {
    verdict.outcome().map(|outcome| outcome.word().to_string())
}

/// The engine's question, and the answer as far as the words alone give it.
fn question(asked: &Asked<'_>, reach: &Reach, span: Span) -> Result<(Question, ReachAnswer), Diagnostic> {
    let (source, source_taken) = name::source(asked, &reach.source)?;
    let read = name::target(asked, &reach.target, &source)?;
    let mut over = None;
    let mut source_ports = None;
    let mut traffic = Traffic::Application;
    let mut headers = Vec::new();
    let mut host = None;
    for how in &reach.how {
        match how {
            How::Over(word) => over = name::over(asked, word)?,
            How::FromPort(word) => source_ports = Some(literal::ports(&word.text).map_err(|fault| fault.at(word))?),
            How::For(word) => traffic = traffic_of(word)?,
            How::Header(filter) => {
                headers.push((filter.name.plain(), filter.values.iter().map(|w| w.plain()).collect()));
            }
            How::HostName(word) => {
                host = Some(word.plain().trim_end_matches('.').to_lowercase());
            }
            How::Within(values) => {
                let place = values.first().map_or(span, |value| value.span());
                return Err(Diagnostic::error("FN0121", place, "`within` belongs to `what can … reach`"));
            }
        }
    }
    let portless = matches!(over, Some(Over::Protocol(protocol)) if !protocol.has_ports());
    let ports = match read.ports {
        Some(ports) => ports,
        None if portless => PortSet::all(),
        None => {
            let message = format!("`{}` needs a port", reach.target.text);
            let help = format!(
                "write `{}:443`, or ask `what can {} reach within {}`",
                reach.target.text, reach.source.text, reach.target.text
            );
            return Err(Diagnostic::error("FN0121", reach.target.span, message).help(help));
        }
    };
    let question = Question {
        source,
        target: read.target.clone(),
        named: read.named,
        over,
        source_ports,
        ports,
        traffic,
        headers,
        host,
        scm: read.scm,
        every_address: false,
    };
    let target_taken = match &read.target {
        Target::Name(host, None) if read.taken.text == "a host name" => {
            super::answer::Taken { name: host.clone(), text: "a host name".into() }
        }
        _ => read.taken,
    };
    let answer = ReachAnswer {
        question: asked.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" "),
        verdict: VerdictWord::Unknown,
        outcome: None,
        headline: None,
        decided_by: None,
        taken: vec![source_taken, target_taken],
        parts: Vec::new(),
    };
    Ok((question, answer))
}

fn traffic_of(word: &crate::syntax::ast::Word) -> Result<Traffic, Diagnostic> {
    let text = word.plain();
    Traffic::ALL.into_iter().find(|traffic| traffic.word() == text).ok_or_else(|| {
        let words = Traffic::ALL.map(Traffic::word);
        let help = did_you_mean(&text, words).unwrap_or_else(|| format!("it is one of: {}", words.join(", ")));
        Diagnostic::error("FN0109", word.span, format!("`{text}` is no kind of traffic")).help(help)
    })
}

/// Which part arrives and which does not, told by what tells them apart.
pub(super) fn split_text(asked: &Asked<'_>, parts: &[Part]) -> String {
    let differ = |same: fn(&Part, &Part) -> bool| parts.windows(2).any(|pair| !same(&pair[0], &pair[1]));
    let sources = differ(|a, b| a.flows.source == b.flows.source);
    let goals = differ(|a, b| a.flows.destination == b.flows.destination);
    let ports = differ(|a, b| a.flows.ports == b.flows.ports);
    let name = |part: &Part| {
        let mut words = Vec::new();
        if sources {
            words.push(format!("from {}", shorten(asked.engine.name_of(&part.flows.source))));
        }
        if goals {
            words.push(format!("to {}", shorten(asked.engine.name_of(&part.flows.destination))));
        }
        if ports {
            words.push(format!("port {}", part.flows.ports));
        }
        words.join(" ")
    };
    let of = |yes: bool| {
        let mine: Vec<&Part> = parts.iter().filter(|part| (part.verdict() == Verdict::Yes) == yes).collect();
        match mine.as_slice() {
            all if all.len() <= 2 => all.iter().map(|part| name(part)).collect::<Vec<_>>().join(" and "),
            all => format!("{} and {} other parts", name(all[0]), all.len() - 1),
        }
    };
    format!("{}: yes; {}: no", of(true), of(false))
}

/// A long list of prefixes, cut.
fn shorten(list: String) -> String {
    let all: Vec<&str> = list.split(", ").collect();
    if all.len() <= 4 { list } else { format!("{}, … ({} prefixes)", all[..3].join(", "), all.len()) }
}

pub(super) fn part_answer(asked: &Asked<'_>, part: &Part, explained: bool) -> PartAnswer {
    let deciding = part.trail.deciding();
    let portless = part.trail.steps.is_empty() && part.flows.ports.is_all();
    PartAnswer {
        source: asked.engine.name_of(&part.flows.source),
        destination: asked.engine.name_of(&part.flows.destination),
        ports: if portless { String::new() } else { part.flows.ports.to_string() },
        verdict: part.verdict().into(),
        outcome: outcome(part.verdict()),
        headline: deciding.map(|step| step.words().to_string()),
        decided_by: deciding.map(|step| step.rule.clone()),
        steps: part.trail.steps.iter().map(|step| StepAnswer::of(step, asked, explained)).collect(),
        assumptions: part.trail.assumptions.clone(),
        remedies: remedies(asked, &part.trail.steps, part.verdict()),
    }
}

/// What to change: the lines of what blocks or warns, or the rule's own advice.
pub(super) fn remedies(asked: &Asked<'_>, steps: &[crate::engine::Step], verdict: Verdict) -> Vec<String> {
    if verdict == Verdict::Yes {
        return Vec::new();
    }
    let mut lines: Vec<String> = Vec::new();
    for step in steps {
        // Half of what blocks is no remedy: where the step has no line of its own, the rule's advice stands for it.
        let advice = || asked.model.platform.rule(&step.rule).and_then(|rule| rule.remedy);
        let line = match step.mark {
            Mark::Block(_) => step.remedy.clone().or_else(advice),
            Mark::Warn => step.remedy.clone(),
            _ => None,
        };
        lines.extend(line.filter(|line| !lines.contains(line)));
    }
    lines
}
