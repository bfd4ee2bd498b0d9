//! What Azure would not accept, or not run: the checks of the platform on what was declared.
//!
//! A finding is a broken rule of class `check`, with the places that break it. `fnet check` shows findings as
//! diagnostics; the walk of an app takes those that concern it as steps, so that both say the same.

mod ability;
mod access;
mod capacity;
mod change;
mod endpoint;
mod environment;
mod firewall;
mod gateway;
mod hybrid;
mod integration;
mod lines;
mod nat;
mod occupancy;
mod peering;
mod plan;
mod route;
mod route_lines;
mod security;
mod sharing;
mod subnet;
mod themes;
mod trigger;
mod zone;

pub(super) use access::lists as access_lists;
pub(super) use capacity::usable_addresses;
pub(crate) use themes::Checked;
pub(super) use themes::Themes;
pub(super) use trigger::of_trigger;

use super::Engine;
use super::between::{self, STEPS_OF_APP, STEPS_OF_ENVIRONMENT, STEPS_OF_HYBRID};
use super::trail::{Outcome, Step};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::reads;
use crate::model::*;
use crate::source::Span;

/// A rule of the platform that a declaration breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The id of the rule.
    pub rule: String,
    /// Further rules that it rests on.
    pub further: Vec<String>,
    /// The diagnostic's code.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to read under the place.
    pub label: String,
    /// Further places.
    pub also: Vec<(Span, String)>,
    /// What to know of it.
    pub note: Option<String>,
    /// How to mend it; the rule's remedy where nothing nearer is known.
    pub help: Option<String>,
    /// What it is about: an app whose plan, subnet or network is among these is concerned.
    pub about: Vec<Thing>,
    /// Would Azure run the model all the same?
    pub runs: bool,
}

impl Finding {
    /// A broken rule; none where the edition does not declare it.
    pub(super) fn of(
        engine: &Engine<'_>,
        rule: &str,
        span: Span,
        about: impl IntoIterator<Item = Thing>,
        message: impl Into<String>,
    ) -> Option<Finding> {
        let facts = engine.platform().rule(rule)?;
        Some(Finding {
            rule: rule.to_string(),
            further: Vec::new(),
            code: facts.code.unwrap_or_default(),
            severity: facts.severity,
            message: message.into(),
            span,
            label: String::new(),
            also: Vec::new(),
            note: None,
            help: facts.remedy,
            about: about.into_iter().collect(),
            runs: facts.runs,
        })
    }

    /// The finding that a diagnostic of the language is: the breach could not even be read.
    pub fn of_diagnostic(diagnostic: &Diagnostic) -> Option<Finding> {
        let rule = diagnostic.rule.clone()?;
        let mut labels = diagnostic.labels.iter();
        let first = labels.next()?;
        Some(Finding {
            rule,
            further: Vec::new(),
            code: diagnostic.code.to_string(),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            span: first.span,
            label: first.message.clone(),
            also: labels.map(|label| (label.span, label.message.clone())).collect(),
            note: None,
            help: diagnostic.helps.first().cloned(),
            about: Vec::new(),
            runs: false,
        })
    }

    /// The same as a warning, where the documents disagree or it is advice.
    pub(super) fn warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// The same resting on a further rule, where that is so and the edition declares it.
    pub(super) fn further(mut self, engine: &Engine<'_>, holds: bool, rule: &str) -> Self {
        if holds && engine.fires(rule) && self.rule != rule {
            self.further.push(rule.to_string());
        }
        self
    }

    /// The rules that it rests on, the one that it names first.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.rule).chain(&self.further).map(String::as_str)
    }

    /// The same with words under its place.
    pub(super) fn label(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// The same with a further place.
    pub(super) fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.also.push((span, label.into()));
        self
    }

    /// The same with something to know.
    pub(super) fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    /// The same with its own help.
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// The checks of a theme.
type Check = fn(&Engine<'_>, &mut Vec<Finding>);

/// The themes whose findings may stop an app.
const OF_APPS: &[Check] = &[
    plan::check,
    ability::check,
    integration::check,
    sharing::check,
    capacity::check,
    subnet::check,
    gateway::check,
    change::check,
    trigger::check,
    hybrid::check,
    environment::check,
];

/// The themes whose findings are about what no app is or stands on: a walk need not ask them.
const OF_OTHERS: &[Check] = &[
    security::check,
    route::check,
    peering::check,
    endpoint::check,
    firewall::check,
    zone::check,
    nat::check,
    access::check,
    lines::check,
    route_lines::check,
];

/// The themes of advice, which is given where somebody asks for it.
const ADVICE: &[Check] = &[lines::advise, route_lines::advise];

/// Every rule that the model breaks, in order of place.
pub fn findings(engine: &Engine<'_>) -> Vec<Finding> {
    engine.all_findings()
}

/// What is worth knowing of the model and wrong in no way, in order of place: lines and lists that could go.
pub fn advice(engine: &Engine<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    ADVICE.iter().for_each(|check| check(engine, &mut all));
    all.sort_by_key(|finding: &Finding| finding.span);
    all
}

/// Does any finding keep something from running?
pub(super) fn stops_any(engine: &Engine<'_>) -> bool {
    engine.findings_of_apps().iter().any(|finding| finding.severity == Severity::Error && !finding.runs)
}

/// The findings that keep an app from running, as steps of its walk.
pub(super) fn steps_for(engine: &Engine<'_>, app: AppId) -> Vec<Step> {
    reads::rests_on(between::of_one(STEPS_OF_APP, Thing::App(app)), || {
        let mut about = vec![Thing::App(app)];
        about.extend(engine.model[app].on);
        about.extend(engine.environment(app).map(Thing::Ase));
        if let Some(subnet) = engine.integration_subnet(app) {
            about.push(Thing::Subnet(subnet));
        }
        steps(engine, |finding| finding.about.iter().all(|thing| about.contains(thing)))
    })
}

/// The findings that keep a Hybrid Connection of an app from working, and the app running all the same.
pub(super) fn steps_for_hybrid(engine: &Engine<'_>, app: AppId, hybrid: HybridId) -> Vec<Step> {
    let hybrid = Thing::HybridConnection(hybrid);
    reads::rests_on(between::of_two(STEPS_OF_HYBRID, Thing::App(app), hybrid), || {
        let mut about = vec![Thing::App(app), hybrid];
        about.extend(engine.model[app].on);
        let concerns = |about: &[Thing], finding: &Finding| finding.about.iter().all(|thing| about.contains(thing));
        steps(engine, |finding| finding.about.contains(&hybrid) && concerns(&about, finding))
    })
}

/// The findings that keep an environment from running, as steps of the way into it.
pub(super) fn steps_for_environment(engine: &Engine<'_>, ase: AseId) -> Vec<Step> {
    reads::rests_on(between::of_one(STEPS_OF_ENVIRONMENT, Thing::Ase(ase)), || {
        steps(engine, |finding| finding.about.iter().all(|thing| *thing == Thing::Ase(ase)))
    })
}

fn steps(engine: &Engine<'_>, concerns: impl Fn(&Finding) -> bool) -> Vec<Step> {
    let stops = |finding: &&Finding| finding.severity == Severity::Error && !finding.runs && concerns(finding);
    engine
        .findings_of_apps()
        .iter()
        .filter(stops)
        .map(|finding| {
            let step = Step::block(&finding.rule, Outcome::Broken, finding.message.clone())
                .at(finding.span)
                .headline(finding.message.clone())
                .also("eval.out.1-plan");
            let step = Step { remedy: finding.help.clone(), ..step };
            finding.further.iter().fold(step, |step, rule| step.also(rule.clone()))
        })
        .collect()
}
