//! What happened to flows on their way: steps, each with the rule that it applies, and the verdict that follows.

use crate::source::Span;
use std::borrow::Cow;
use std::fmt;

/// How a person would see a flow that does not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Silent loss: the caller waits until its time-out.
    Dropped,
    /// Something answered and refused.
    Refused,
    /// The name did not lead to an address.
    Unresolved,
    /// The host is there and nothing listens.
    NotListening,
    /// The platform does not carry it.
    Unsupported,
    /// A configuration that Azure would not accept or run.
    Broken,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 6] =
        [Self::Dropped, Self::Refused, Self::Unresolved, Self::NotListening, Self::Unsupported, Self::Broken];

    /// The words of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Refused => "refused",
            Self::Unresolved => "unresolved",
            Self::NotListening => "not listening",
            Self::Unsupported => "unsupported",
            Self::Broken => "broken",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The verdict on a set of flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They arrive, as far as the model states it.
    Yes,
    /// They do not.
    No(Outcome),
    /// Some do.
    Partly,
    /// The model does not state a fact that decides it.
    Unknown,
}

impl Verdict {
    /// How a person would see a `no`.
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::No(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// `yes`, `no`, `partly`, `unknown`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No(_) => "no",
            Self::Partly => "partly",
            Self::Unknown => "unknown",
        }
    }
}

/// What a step means for the flows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// They go on.
    Pass,
    /// They end here.
    Block(Outcome),
    /// Nobody can say: the fact that is missing, and the line that would state it.
    Unknown(String, Option<String>),
    /// They go on, and something is worth a warning.
    Warn,
    /// Worth knowing.
    Note,
}

/// One step of a trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The id of the platform's rule.
    pub rule: String,
    /// What it means for the flows.
    pub mark: Mark,
    /// What it found, in one line.
    pub text: String,
    /// The line of the script that it rests on.
    pub place: Option<Span>,
    /// Further lines that it rests on.
    pub beside: Vec<Span>,
    /// What the headline says where this step decides.
    pub headline: Option<String>,
    /// What to change, as a line to paste.
    pub remedy: Option<String>,
    /// Further rules that it rests on.
    pub also: Vec<Cow<'static, str>>,
    /// The lines that were looked at before and did not match, and why.
    pub misses: Vec<String>,
    /// Does a list, by one of its lines or by its default, let the flows through here?
    pub admits: bool,
}

impl Step {
    /// A step with a mark.
    pub fn new(rule: &str, mark: Mark, text: impl Into<String>) -> Self {
        Self {
            rule: rule.to_string(),
            mark,
            text: text.into(),
            place: None,
            beside: Vec::new(),
            headline: None,
            remedy: None,
            also: Vec::new(),
            misses: Vec::new(),
            admits: false,
        }
    }

    /// The flows go on.
    pub fn pass(rule: &str, text: impl Into<String>) -> Self {
        Self::new(rule, Mark::Pass, text)
    }

    /// The flows end here.
    pub fn block(rule: &str, outcome: Outcome, text: impl Into<String>) -> Self {
        Self::new(rule, Mark::Block(outcome), text)
    }

    /// Worth knowing.
    pub fn note(rule: &str, text: impl Into<String>) -> Self {
        Self::new(rule, Mark::Note, text)
    }

    /// Nobody can say.
    pub fn unknown(rule: &str, text: impl Into<String>, fact: impl Into<String>, line: Option<String>) -> Self {
        Self::new(rule, Mark::Unknown(fact.into(), line), text).also("verdict.ours.unknown")
    }

    /// The same resting on a line of the script.
    pub fn at(mut self, place: Span) -> Self {
        self.place = Some(place);
        self
    }

    /// The same resting on a line, where there is one.
    pub fn maybe_at(mut self, place: Option<Span>) -> Self {
        self.place = place.or(self.place);
        self
    }

    /// The same resting on further lines.
    pub fn beside(mut self, places: impl IntoIterator<Item = Span>) -> Self {
        self.beside.extend(places);
        self
    }

    /// The same, where it passes, as the admission by a list.
    pub fn admitting(mut self) -> Self {
        self.admits = self.mark == Mark::Pass;
        self
    }

    /// The same with words for the headline.
    pub fn headline(mut self, text: impl Into<String>) -> Self {
        self.headline = Some(text.into());
        self
    }

    /// The same with what to change.
    pub fn remedy(mut self, line: impl Into<String>) -> Self {
        self.remedy = Some(line.into());
        self
    }

    /// The same resting on a further rule; one that the edition does not declare is left out where steps are read.
    pub fn also(mut self, rule: impl Into<Cow<'static, str>>) -> Self {
        self.rests_also(rule);
        self
    }

    /// Makes it rest on a further rule.
    pub fn rests_also(&mut self, rule: impl Into<Cow<'static, str>>) {
        let rule = rule.into();
        if self.rule != rule && !self.also.contains(&rule) {
            self.also.push(rule);
        }
    }

    /// The same resting on a further rule where that is so.
    pub fn also_if(self, holds: bool, rule: impl Into<Cow<'static, str>>) -> Self {
        if holds { self.also(rule) } else { self }
    }

    /// The same resting on a further rule, where there is one.
    pub fn also_some(self, rule: Option<String>) -> Self {
        match rule {
            Some(rule) => self.also(rule),
            None => self,
        }
    }

    /// The rules that it rests on: its own, then the further ones.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.rule.as_str()).chain(self.also.iter().map(|rule| rule.as_ref()))
    }

    /// Does it rest on a rule for which that holds?
    pub fn rests_on(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.rules().any(wanted)
    }

    /// The fact that it lacks, and the line that would state it.
    pub fn missing(&self) -> (Option<String>, Option<String>) {
        match &self.mark {
            Mark::Unknown(fact, line) => (Some(fact.clone()).filter(|fact| !fact.is_empty()), line.clone()),
            _ => (None, None),
        }
    }

    /// What it says where it decides.
    pub fn words(&self) -> &str {
        self.headline.as_ref().unwrap_or(&self.text)
    }

    /// Does it end the flows?
    pub fn is_block(&self) -> bool {
        matches!(self.mark, Mark::Block(_))
    }

    /// Does it leave the verdict open?
    pub fn is_unknown(&self) -> bool {
        matches!(self.mark, Mark::Unknown(..))
    }
}

/// How the assumption begins that something answers where nothing is declared.
pub const LISTENS: &str = "something listens on";

/// The steps of some flows so far, and what was taken for granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What the model does not state and the answer rests on.
    pub assumptions: Vec<String>,
}

impl Trail {
    /// Adds a step.
    pub fn push(&mut self, step: Step) {
        // Said once, for all that it rests on.
        let same = |known: &&mut Step| {
            known.rule == step.rule && known.text == step.text && known.mark == step.mark && known.place == step.place
        };
        match self.steps.iter_mut().find(same) {
            Some(known) => step.also.into_iter().for_each(|rule| known.rests_also(rule)),
            None => self.steps.push(step),
        }
    }

    /// Takes something for granted.
    pub fn assume(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.assumptions.contains(&what) {
            self.assumptions.push(what);
        }
    }

    /// The lines that its steps rest on.
    pub fn places(&self) -> impl Iterator<Item = Span> {
        self.steps.iter().flat_map(|step| step.place.iter().chain(&step.beside).copied())
    }

    /// The step that decides: the first block; else the first unknown.
    pub fn deciding(&self) -> Option<&Step> {
        let block = self.steps.iter().find(|step| step.is_block());
        block.or_else(|| self.steps.iter().find(|step| step.is_unknown()))
    }

    /// What follows from the steps.
    pub fn verdict(&self) -> Verdict {
        match self.deciding().map(|step| &step.mark) {
            Some(Mark::Block(outcome)) => Verdict::No(*outcome),
            Some(Mark::Unknown(..)) => Verdict::Unknown,
            _ => Verdict::Yes,
        }
    }
}
