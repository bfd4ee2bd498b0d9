//! `because RULE` behind an assertion: which rule decided. Not what is claimed.

use super::Asked;
use super::answer::{MarkWord, StepAnswer};
use crate::diagnostic::Diagnostic;
use crate::engine::{Mark, Part, Step, Verdict};
use crate::platform::Platform;
use crate::syntax::ast::Because;

/// The first `because` that is not so: `decided` says whether a rule did, `actual` names those that did.
pub(super) fn refuted(
    asked: &Asked<'_>,
    because: &[Because],
    decided: impl Fn(Wanted<'_>) -> bool,
    actual: impl Fn() -> Vec<String>,
) -> Result<Option<Diagnostic>, Diagnostic> {
    for Because { rule, not } in because {
        let wanted = rule.plain();
        if !asked.model.platform.rule_ids().iter().any(|id| belongs(id, &wanted)) {
            let near = crate::diagnostic::did_you_mean(&wanted, asked.model.platform.rule_ids());
            let message = format!("edition {} declares no rule `{wanted}`", asked.model.platform.edition());
            return Err(Diagnostic::error("FN0113", rule.span(), message).maybe_help(near));
        }
        if decided(Wanted::of(&asked.model.platform, &wanted)) == *not {
            let so = if *not { "decided it" } else { "did not decide it" };
            let message = format!("what is claimed holds, but `{wanted}` {so}");
            let help = format!("it was decided by {}", actual().join(", "));
            return Ok(Some(Diagnostic::error("FN0120", rule.span(), message).help(help)));
        }
    }
    Ok(None)
}

/// Did the rule decide? Of a `no` the first block must rest on it; of a `yes` a step on the way.
pub(super) fn decided(parts: &[Part], wanted: Wanted<'_>) -> bool {
    let decides = |part: &Part| match part.verdict() {
        Verdict::Yes => part.trail.steps.iter().any(|step| step.rests_on(|rule| wanted.is(rule))),
        _ => part.trail.deciding().is_some_and(|step| step.rests_on(|rule| wanted.is(rule))),
    };
    let partly = parts.iter().any(|p| p.verdict() == Verdict::Yes) && parts.iter().any(|p| p.verdict() != Verdict::Yes);
    let of_splits = || ["verdict.ours.partial", "src.vnet.unknown-address"].iter().any(|id| wanted.is(id));
    parts.iter().any(decides) || (partly && of_splits())
}

/// The rules that decided.
pub(super) fn actual(parts: &[Part]) -> Vec<String> {
    let rules = |step: &Step| step.rules().map(String::from).collect::<Vec<_>>();
    match parts.iter().find_map(|part| part.trail.deciding()) {
        Some(step) => rules(step),
        None => parts
            .first()
            .map(|part| part.trail.steps.iter().filter(|s| s.mark == Mark::Pass).flat_map(rules).collect())
            .unwrap_or_default(),
    }
}

/// What a `because` names: a rule, or a family where no rule has that name. `trigger.extensions` is not
/// `trigger.extensions.target-based`, which may refuse what it admits.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    name: &'a str,
    is_rule: bool,
}

impl<'a> Wanted<'a> {
    pub(super) fn of(platform: &Platform, name: &'a str) -> Self {
        Self { name, is_rule: platform.rule(name).is_some() }
    }

    /// Does a rule answer to it?
    pub(super) fn is(self, rule: &str) -> bool {
        rule == self.name || !self.is_rule && belongs(rule, self.name)
    }
}

/// Is the rule that one, or of that family?
pub(super) fn belongs(rule: &str, wanted: &str) -> bool {
    rule == wanted || rule.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'))
}

/// Does a step of a resolution rest on the rule? Where one ends it, that one must.
pub(super) fn resolved_by(steps: &[StepAnswer], wanted: Wanted<'_>) -> bool {
    let rests = |step: &StepAnswer| wanted.is(&step.rule) || step.also.iter().any(|also| wanted.is(&also.rule));
    let marked = |mark: MarkWord| steps.iter().find(|step| step.mark == mark);
    match marked(MarkWord::Block).or_else(|| marked(MarkWord::Unknown)) {
        Some(step) => rests(step),
        None => steps.iter().any(rests),
    }
}

/// The rules that the steps of an answer rest on.
pub(super) fn rules_of(steps: &[StepAnswer]) -> Vec<String> {
    let mut rules = Vec::new();
    for step in steps {
        rules.push(step.rule.clone());
        rules.extend(step.also.iter().map(|also| also.rule.clone()));
    }
    rules
}
