//! The answers that go step by step: to `can … reach …` and to `resolve`. Plain data; the trace that they are made from
//! is the engine's.

use super::{Place, RuleAnswer, Taken, VerdictWord};
use crate::engine::{Mark, Step};
use crate::query::Asked;
use crate::source::Span;
use serde::Serialize;

/// What a step means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkWord {
    /// The flow goes on.
    Pass,
    /// The flow ends.
    Block,
    /// A fact is missing.
    Unknown,
    /// The flow goes on, with a warning.
    Warn,
    /// Worth knowing.
    Note,
}

/// A step of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepAnswer {
    /// The id of the platform's rule.
    pub rule: String,
    /// What the step means.
    pub mark: MarkWord,
    /// What it found.
    pub text: String,
    /// The line of the script that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Further lines that it rests on.
    #[serde(skip)]
    pub(crate) beside: Vec<Span>,
    /// The fact that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// The line that would state the missing fact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_it: Option<String>,
    /// What to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The open points that the rule rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_points: Vec<String>,
    /// Further rules that the step rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<RuleWord>,
    /// The lines looked at before, and the fields that did not match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub misses: Vec<String>,
    /// The rule itself, where it was asked to be explained.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained: Option<RuleAnswer>,
}

impl StepAnswer {
    /// A step names a rule that the edition declares: what does not is a slip of the engine.
    pub(in crate::query) fn is_of(step: &Step, asked: &Asked<'_>) {
        debug_assert!(
            asked.model.platform.declares(&step.rule),
            "the engine names rule {}, which edition {} does not declare",
            step.rule,
            asked.model.platform.edition()
        );
    }

    /// The plain data of an engine's step.
    pub(in crate::query) fn of(step: &Step, asked: &Asked<'_>, explained: bool) -> Self {
        Self::is_of(step, asked);
        let mark = match &step.mark {
            Mark::Pass => MarkWord::Pass,
            Mark::Block(_) => MarkWord::Block,
            Mark::Unknown(..) => MarkWord::Unknown,
            Mark::Warn => MarkWord::Warn,
            Mark::Note => MarkWord::Note,
        };
        let (fact, state_it) = step.missing();
        let rule = asked.model.platform.rule(&step.rule);
        Self {
            rule: step.rule.clone(),
            mark,
            text: step.text.clone(),
            place: step.place.and_then(|span| Place::of(span, asked.sources)),
            beside: step.beside.clone(),
            fact,
            state_it,
            remedy: step.remedy.clone(),
            open_points: rule.as_ref().map(|rule| rule.open_points.clone()).unwrap_or_default(),
            also: step
                .also
                .iter()
                .filter_map(|id| asked.model.platform.rule(id))
                .map(|rule| RuleWord { rule: rule.id, title: rule.title })
                .collect(),
            misses: if explained { step.misses.clone() } else { Vec::new() },
            explained: rule.filter(|_| explained).map(|rule| RuleAnswer::of(&rule, &asked.model.platform)),
        }
    }
}

/// A rule in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleWord {
    /// Its id.
    pub rule: String,
    /// Its title.
    pub title: String,
}

/// The answer to `can … reach …`.
#[derive(Clone, Debug, Serialize)]
pub struct ReachAnswer {
    /// The question, in one spelling.
    pub question: String,
    /// The verdict.
    pub verdict: VerdictWord,
    /// How a person would see a `no`: `dropped`, `refused`, `unresolved`, `not listening`, `unsupported`, `broken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// What the names were taken for.
    pub taken: Vec<Taken>,
    /// The flows, in parts that share a way.
    pub parts: Vec<PartAnswer>,
}

/// Some flows of a question, and their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartAnswer {
    /// Their sources.
    pub source: String,
    /// Where they go.
    pub destination: String,
    /// Their ports.
    pub ports: String,
    /// Their protocols: `tcp`, `tcp,udp`, `*` for all.
    pub protocols: String,
    /// Their source ports, where not every one is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ports: Option<String>,
    /// Their verdict.
    pub verdict: VerdictWord,
    /// How a person would see a `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// The steps.
    pub steps: Vec<StepAnswer>,
    /// What the model does not state and the verdict rests on.
    pub assumptions: Vec<String>,
    /// What to change, line by line.
    pub remedies: Vec<String>,
}

/// The answer to `resolve`.
#[derive(Clone, Debug, Serialize)]
pub struct ResolveAnswer {
    /// The name.
    pub name: String,
    /// Who asked.
    pub asker: String,
    /// Does it resolve?
    pub verdict: VerdictWord,
    /// What it resolves to: addresses, or words where the model does not state them.
    pub addresses: Vec<String>,
    /// How, server by server and zone by zone.
    pub steps: Vec<StepAnswer>,
    /// What the model does not state and the answer rests on.
    pub assumptions: Vec<String>,
    /// What to change, line by line.
    pub remedies: Vec<String>,
}
