//! `can APP start`, `can APP.TRIGGER fire`, `can APP.TRIGGER scale`.

use super::answer::{NeedAnswer, RunningAnswer, StepAnswer, Taken};
use super::{Asked, name, reach};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::engine::{Mark, Need, Verdict, deciding_need, verdict_of};
use crate::model::{AppId, Kind, Thing, Trigger};
use crate::source::Span;
use crate::syntax::ast::Word;
use crate::syntax::{literal, one_line};

/// Answers it; `explained` adds the rules' texts and the ways of all needs.
pub(super) fn running(
    asked: &Asked<'_>,
    subject: &Word,
    verb: &Word,
    span: Span,
    explained: bool,
) -> Result<(RunningAnswer, Vec<Need>), Diagnostic> {
    let (app, trigger) = subject_of(asked, subject, verb)?;
    let needs = match (&*verb.text, trigger) {
        ("fire", Some(trigger)) => asked.engine.fire(app, trigger),
        ("scale", Some(trigger)) => asked.engine.scale(app, trigger),
        _ => asked.engine.start(app),
    };
    let mut taken =
        vec![Taken { name: asked.model[app].head.name.clone(), text: name::describe(asked, Thing::App(app)) }];
    taken.extend(trigger.map(|trigger| Taken { name: trigger.name.clone(), text: describe(asked, trigger) }));
    let question = one_line(asked.sources.text(span));
    Ok((answer(asked, question, &verb.text, taken, &needs, explained), needs))
}

/// The answer to one of the three questions.
pub(super) fn answer(
    asked: &Asked<'_>,
    question: String,
    verb: &str,
    taken: Vec<Taken>,
    needs: &[Need],
    explained: bool,
) -> RunningAnswer {
    let verdict = verdict_of(needs);
    let decides = deciding_need(needs);
    let step = decides.and_then(|need| need.trail.deciding());
    let partly = decides.filter(|need| need.verdict() == Verdict::Partly);
    RunningAnswer {
        question,
        verb: verb.to_string(),
        verdict: verdict.into(),
        outcome: reach::outcome(verdict),
        headline: match partly {
            Some(need) => Some(format!("{}: {}", need.what, reach::split_text(asked, &need.way))),
            None => step.map(|step| step.words().to_string()),
        },
        decided_by: step.map(|step| step.rule.clone()),
        taken,
        needs: needs.iter().map(|need| need_answer(asked, need, explained)).collect(),
    }
}

pub(super) fn need_answer(asked: &Asked<'_>, need: &Need, explained: bool) -> NeedAnswer {
    let verdict = need.verdict();
    let deciding = need.trail.deciding();
    let own = deciding.and_then(|step| step.remedy.as_deref()).unwrap_or_default();
    let mut remedies: Vec<String> = own.lines().map(String::from).collect();
    if remedies.is_empty() && !need.way.is_empty() {
        for part in &need.way {
            let more = reach::remedies(asked, &part.trail.steps, part.verdict());
            remedies.extend(more.into_iter().filter(|line| !remedies.contains(line)).collect::<Vec<_>>());
        }
    }
    if remedies.is_empty() && verdict != Verdict::Yes {
        remedies = reach::remedies(asked, &need.trail.steps, verdict);
    }
    if matches!(verdict, Verdict::Yes | Verdict::Unknown) {
        remedies.clear();
    }
    let mut assumptions = need.trail.assumptions.clone();
    for assumption in need.way.iter().flat_map(|part| &part.trail.assumptions) {
        if !assumptions.contains(assumption) {
            assumptions.push(assumption.clone());
        }
    }
    NeedAnswer {
        what: need.what.clone(),
        decisive: need.decisive,
        verdict: verdict.into(),
        outcome: reach::outcome(verdict),
        headline: deciding.map(|step| step.words().to_string()),
        decided_by: deciding.map(|step| step.rule.clone()),
        steps: need.trail.steps.iter().map(|step| StepAnswer::of(step, asked, explained)).collect(),
        way: need.way.iter().map(|part| reach::part_answer(asked, part, explained)).collect(),
        assumptions,
        remedies,
    }
}

/// The app, or the trigger behind its dot, that a verb may be asked of.
fn subject_of<'m>(asked: &Asked<'m>, word: &Word, verb: &Word) -> Result<(AppId, Option<&'m Trigger>), Diagnostic> {
    let (id, trigger) = app_or_trigger(asked, word)?;
    let app = &asked.model[id];
    match (trigger, &*verb.text == "start") {
        (None, false) => {
            let message = format!("`{}` is an app, and a trigger of it {}s", app.head.name, verb.text);
            let help = match app.triggers.as_slice() {
                [] => format!("`{}` has no trigger; write `trigger NAME {{ type http }}` in its block", app.head.name),
                [first, ..] => format!("ask `can {}.{} {}`", app.head.name, first.name, verb.text),
            };
            Err(Diagnostic::error("FN0121", word.span(), message).help(help))
        }
        (Some(trigger), true) => {
            let message = format!("`{}` is a trigger, and apps start", trigger.name);
            Err(Diagnostic::error("FN0121", word.span(), message).help(format!("ask `can {} start`", app.head.name)))
        }
        _ => Ok((id, trigger)),
    }
}

/// The app, and the trigger behind its dot.
pub(super) fn app_or_trigger<'m>(asked: &Asked<'m>, word: &Word) -> Result<(AppId, Option<&'m Trigger>), Diagnostic> {
    let names = &asked.model.names;
    if let Ok(Thing::App(id)) = names.find(&word.text, &[Kind::App]) {
        return Ok((id, None));
    }
    let labels = literal::labels(&word.text);
    let (short, base) = match labels.split_last() {
        Some((short, base)) if !base.is_empty() => (short.clone(), base.join(".")),
        _ => return name::find(asked, word, &[Kind::App]).and(Err(no_app(word))),
    };
    let Ok(Thing::App(id)) = names.find(&base, &[Kind::App]) else {
        return name::find(asked, word, &[Kind::App]).and(Err(no_app(word)));
    };
    let triggers = &asked.model[id].triggers;
    if let Some(trigger) = triggers.iter().find(|trigger| trigger.name.eq_ignore_ascii_case(&short)) {
        return Ok((id, Some(trigger)));
    }
    let all: Vec<&str> = triggers.iter().map(|trigger| trigger.name.as_str()).collect();
    let message = format!("`{base}` has no trigger `{short}`");
    let help = did_you_mean(&short, all.iter().copied()).unwrap_or_else(|| match all.as_slice() {
        [] => "it has none".to_string(),
        all => format!("it has: {}", all.join(", ")),
    });
    Err(Diagnostic::error("FN0113", word.span(), message).help(help))
}

fn no_app(word: &Word) -> Diagnostic {
    Diagnostic::error("FN0113", word.span(), format!("`{}` is no app and no trigger of one", word.plain()))
}

/// A trigger in a few words.
pub(super) fn describe(asked: &Asked<'_>, trigger: &Trigger) -> String {
    let platform = &asked.model.platform;
    let of_type = trigger.trigger_type.as_ref().and_then(|t| platform.trigger_type(&t.value));
    let title = of_type.map_or("trigger".to_string(), |of_type| match of_type.title.ends_with("trigger") {
        true => of_type.title.clone(),
        false => format!("{} trigger", of_type.title),
    });
    let source = match trigger.source.as_ref().map(|source| &source.value) {
        Some(crate::model::TriggerSource::Thing(thing)) => format!(" on {}", thing.head(asked.model).name),
        Some(crate::model::TriggerSource::HostPort(at)) => format!(" on {}:{}", at.host, at.port),
        None => String::new(),
    };
    let version = trigger.extension.as_ref().map(|e| format!(", extension {}.{}.{}", e.value.0, e.value.1, e.value.2));
    format!("{title}{source}{}", version.unwrap_or_default())
}

/// The verdict in one line, for a survey of an app.
pub(super) fn in_a_line(asked: &Asked<'_>, question: String, verb: &str, needs: &[Need]) -> RunningAnswer {
    let mut answer = answer(asked, question, verb, Vec::new(), needs, false);
    answer.needs.clear();
    answer
}

/// How an app and its triggers fare under some rules: the needs that rest on one of them.
pub(super) fn fares(asked: &Asked<'_>, app: AppId, belongs: impl Fn(&str) -> bool) -> Vec<String> {
    let engine = asked.engine;
    // The rules that speak of nothing else: a topic without them asks for no walk.
    let families = ["storage.", "kvref.", "trigger.", "plan.consumption.no-vnet-triggers", "pe.storage."];
    let ids = asked.model.platform.rule_ids();
    if !ids.iter().any(|id| belongs(id) && families.iter().any(|family| id.starts_with(family))) {
        return Vec::new();
    }
    let mut lines: Vec<String> = Vec::new();
    let mut tell = |lead: &str, need: &Need| {
        for step in &need.trail.steps {
            let also = step.also.iter().map(|rule| rule.as_ref());
            let mut rules = std::iter::once(step.rule.as_str()).chain(also);
            let rule = rules.find(|rule| belongs(rule) && asked.model.platform.declares(rule));
            let line = rule.map(|rule| format!("{rule}: {lead}{}: {}", need.what, step.words()));
            lines.extend(line.filter(|line| !lines.contains(line)));
        }
    };
    engine.start(app).iter().for_each(|need| tell("", need));
    for trigger in &asked.model[app].triggers {
        let lead = format!("{}, ", trigger.name);
        // The first need of a trigger is that the app runs, which is told once.
        engine.scale(app, trigger).iter().skip(1).for_each(|need| tell(&lead, need));
    }
    lines
}

/// Do the needs rest on the rule? Of a `no` or a doubt the step that decides must; of a `yes` a step of any need.
pub(super) fn decided(needs: &[Need], belongs: impl Fn(&str) -> bool + Copy) -> bool {
    match deciding_need(needs) {
        Some(need) if need.verdict() == Verdict::Partly => {
            need.way.iter().filter_map(|part| part.trail.deciding()).any(|step| step.rests_on(belongs))
        }
        Some(need) => need.trail.deciding().is_some_and(|step| step.rests_on(belongs)),
        None => steps_of(needs).any(|step| step.rests_on(belongs)),
    }
}

fn steps_of(needs: &[Need]) -> impl Iterator<Item = &crate::engine::Step> {
    needs.iter().flat_map(|need| {
        let walked = need.way.iter().flat_map(|part| &part.trail.steps);
        need.trail.steps.iter().chain(walked)
    })
}

/// The rules that decided.
pub(super) fn actual(needs: &[Need]) -> Vec<String> {
    let rules = |step: &crate::engine::Step| step.rules().map(String::from).collect::<Vec<_>>();
    let mut all: Vec<String> = match deciding_need(needs).and_then(|need| need.trail.deciding()) {
        Some(step) => rules(step),
        None => steps_of(needs).filter(|step| step.mark == Mark::Pass).flat_map(rules).collect(),
    };
    let mut seen = Vec::new();
    all.retain(|rule| {
        !seen.contains(rule) && {
            seen.push(rule.clone());
            true
        }
    });
    all
}
