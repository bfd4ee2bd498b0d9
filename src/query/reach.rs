//! `can SOURCE reach TARGET`.

use super::answer::{PartAnswer, ReachAnswer, StepAnswer, Taken, VerdictWord};
use super::{Asked, name};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::engine::{Mark, Part, Question, Source, Target, Traffic, Verdict};
use crate::net::PortSet;
use crate::source::Span;
use crate::syntax::ast::{How, Over, Reach, Word};
use crate::syntax::{literal, one_line};

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
    let (source, source_taken) = name::source(asked, &reach.source)?;
    let (question, target_taken) = question_from(asked, source, &reach.target, &reach.how, span)?;
    let text = one_line(asked.sources.text(span));
    Ok(judged_of(asked, question, vec![source_taken, target_taken], text))
}

/// The same of a question that is made already, in these words.
pub(super) fn judged_of(asked: &Asked<'_>, question: Question, taken: Vec<Taken>, text: String) -> Judged {
    let parts = asked.engine.walk(&question);
    parts.iter().flat_map(|part| &part.trail.steps).for_each(|step| StepAnswer::is_of(step, asked));
    let merged = Verdict::of(&parts);
    let deciding = parts.iter().find(|part| VerdictWord::from(part.verdict()) != VerdictWord::Yes).or(parts.first());
    let step = deciding.and_then(|part| part.trail.deciding());
    let headline = match merged {
        Verdict::Partly => Some(split_text(asked, &parts)),
        _ => step.map(|step| step.words().to_string()),
    };
    let answer = ReachAnswer {
        question: text,
        verdict: merged.into(),
        outcome: outcome(merged),
        headline,
        decided_by: step.map(|step| step.rule.clone()),
        taken,
        parts: Vec::new(),
    };
    Judged { question, answer, parts }
}

/// The word for how a person would see a `no`.
pub(super) fn outcome(verdict: Verdict) -> Option<String> {
    verdict.outcome().map(|outcome| outcome.word().to_string())
}

/// The engine's question from a source that is known, and what its target was taken for.
pub(super) fn question_from(
    asked: &Asked<'_>,
    source: Source,
    target: &Word,
    how: &[How],
    span: Span,
) -> Result<(Question, Taken), Diagnostic> {
    let read = name::target(asked, target, &source)?;
    let mut over = None;
    let mut source_ports = None;
    let mut traffic = Traffic::Application;
    let mut headers = Vec::new();
    let mut host = None;
    for how in how {
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
            let message = format!("`{}` needs a port", target.text);
            let help = format!("write `{}:443`, or ask `what can SOURCE reach within {}`", target.text, target.text);
            return Err(Diagnostic::error("FN0121", target.span(), message).help(help));
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
        briefly: false,
        only_open: false,
    };
    let taken = match &read.target {
        Target::Name(host, None) if read.taken.text == "a host name" => {
            Taken { name: host.clone(), text: "a host name".into() }
        }
        _ => read.taken,
    };
    Ok((question, taken))
}

pub(super) fn traffic_of(word: &crate::syntax::ast::Word) -> Result<Traffic, Diagnostic> {
    let text = word.plain();
    Traffic::ALL.into_iter().find(|traffic| traffic.word() == text).ok_or_else(|| {
        let words = Traffic::ALL.map(Traffic::word);
        let help = did_you_mean(&text, words).unwrap_or_else(|| format!("it is one of: {}", words.join(", ")));
        Diagnostic::error("FN0109", word.span(), format!("`{text}` is no kind of traffic")).help(help)
    })
}

/// Which part arrives and which does not, told by what tells them apart.
pub(super) fn split_text(asked: &Asked<'_>, parts: &[Part]) -> String {
    let differ = |same: fn(&Part, &Part) -> bool| parts.windows(2).any(|pair| !same(&pair[0], &pair[1]));
    let sources = differ(|a, b| a.flows.source == b.flows.source);
    let goals = differ(|a, b| a.flows.destination == b.flows.destination);
    let ports = differ(|a, b| a.flows.ports == b.flows.ports);
    let protocols = differ(|a, b| a.flows.protocols == b.flows.protocols);
    let source_ports = differ(|a, b| a.flows.source_ports == b.flows.source_ports);
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
        if protocols {
            words.push(format!("over {}", part.flows.protocols));
        }
        if let (true, Some(ports)) = (source_ports, &part.flows.source_ports) {
            words.push(format!("from port {ports}"));
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
        protocols: part.flows.protocols.to_string(),
        source_ports: part.flows.source_ports.as_ref().filter(|ports| !ports.is_all()).map(|ports| ports.to_string()),
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
