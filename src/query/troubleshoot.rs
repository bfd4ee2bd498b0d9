//! `troubleshoot SOURCE -> TARGET`: what the walk of the call blames, and every suspect of the lists that a person would go
//! through, each answered from the same walk. `troubleshoot APP`: the same for what keeps an app from running. No rule is
//! judged here.

use super::answer::{
    Answer, CauseAnswer, ComparisonAnswer, Place, ReachAnswer, SuspectAnswer, SuspectListAnswer, SuspectWord, Taken,
    TroubleshootAnswer, VerdictWord,
};
use super::because::belongs;
use super::explain::concerns;
use super::{Asked, reach, running};
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{Mark, Part, Question, Source, Step, Verdict, findings};
use crate::model::{AppId, Integration, Thing};
use crate::platform::{Suspect, SuspectList};
use crate::source::Span;
use crate::syntax::ast::{Reach, Word};
use crate::syntax::one_line;

/// Answers `troubleshoot`.
pub(super) fn troubleshoot(asked: &Asked<'_>, reach: &Reach, span: Span) -> Result<Answer, Diagnostic> {
    let reach::Judged { question, answer: found, parts } = reach::judged(asked, reach, span)?;
    let steps = all_steps(&parts);
    let mut causes = Vec::new();
    let failing = || parts.iter().filter(|part| part.verdict() != Verdict::Yes);
    let deciding = failing().filter_map(|part| part.trail.deciding());
    let others = failing().flat_map(|part| part.trail.steps.iter().filter(|step| step.is_block()));
    // A doubtful answer on the way leads to the block behind it: it goes first.
    let before = failing().flat_map(|part| {
        let steps = part.trail.steps.iter().take_while(|step| !step.is_block());
        steps.filter(|step| step.mark == Mark::Warn && step.remedy.is_some())
    });
    before.chain(deciding).chain(others).for_each(|step| blame(asked, &mut causes, step));
    if let Source::App(app) = question.source {
        advise(asked, &mut causes, app);
    }
    Ok(Answer::Troubleshoot(TroubleshootAnswer {
        lists: lists(asked, &question, &steps, found.verdict != VerdictWord::Yes),
        comparison: comparison(asked, &question, &found),
        question: found.question,
        verdict: found.verdict,
        outcome: found.outcome,
        headline: found.headline,
        taken: found.taken,
        causes,
    }))
}

/// The steps of all parts, each once.
fn all_steps(parts: &[Part]) -> Vec<&Step> {
    let mut steps: Vec<&Step> = Vec::new();
    for step in parts.iter().flat_map(|part| &part.trail.steps) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
}

/// Answers `troubleshoot` of an app or a trigger: does it start, fire and scale, and what is against it?
pub(super) fn of_app(asked: &Asked<'_>, word: &Word, span: Span) -> Result<Answer, Diagnostic> {
    let (app, trigger) = running::app_or_trigger(asked, word)?;
    let noun = &asked.model[app];
    let name = &noun.head.name;
    let mut questions = vec![(format!("can {name} start"), asked.engine.start(app))];
    for each in noun.triggers.iter().filter(|each| trigger.is_none_or(|wanted| wanted.name == each.name)) {
        questions.push((format!("can {name}.{} fire", each.name), asked.engine.fire(app, each)));
        questions.push((format!("can {name}.{} scale", each.name), asked.engine.scale(app, each)));
    }
    let mut causes = Vec::new();
    let mut lists = Vec::new();
    let mut found: Option<(Verdict, Option<String>)> = None;
    for (question, needs) in &questions {
        let mut suspects = Vec::new();
        for need in needs {
            let verdict = need.verdict();
            let step = need.trail.deciding();
            if verdict != Verdict::Yes {
                // Where a walk stands behind the need, the step that ends the walk is the cause.
                let walked = || need.way.iter().filter(|part| part.verdict() != Verdict::Yes);
                let behind: Vec<&Step> = walked().filter_map(|part| part.trail.deciding()).collect();
                let steps = if behind.is_empty() { step.into_iter().collect() } else { behind };
                steps.into_iter().for_each(|step| blame(asked, &mut causes, step));
                if need.decisive && found.is_none() {
                    found = Some((verdict, step.map(|step| step.words().to_string())));
                }
            }
            let shown = step.or(need.trail.steps.last());
            suspects.push(SuspectAnswer {
                rule: shown.map(|step| step.rule.clone()),
                ask: need.what.clone(),
                status: match verdict {
                    Verdict::Yes => SuspectWord::Clear,
                    Verdict::Unknown => SuspectWord::Unknown,
                    _ => SuspectWord::AtFault,
                },
                text: shown.map(|step| step.text.clone()),
                place: shown.and_then(|step| step.place).and_then(|place| Place::of(place, asked.sources)),
                fact: None,
                state_it: None,
            });
        }
        lists.push(SuspectListAnswer { title: question.clone(), suspects });
    }
    advise(asked, &mut causes, app);
    let runs = match noun.triggers.is_empty() {
        true => format!("{name} starts"),
        false => format!("{name} starts, and what was asked of its triggers holds"),
    };
    let (verdict, headline) = found.unwrap_or((Verdict::Yes, Some(runs)));
    Ok(Answer::Troubleshoot(TroubleshootAnswer {
        question: one_line(asked.sources.text(span)),
        verdict: verdict.into(),
        outcome: reach::outcome(verdict),
        headline,
        taken: vec![Taken { name: name.clone(), text: super::name::describe(asked, Thing::App(app)) }],
        causes,
        lists,
        comparison: None,
    }))
}

/// Puts a step that stops something among the causes.
fn blame(asked: &Asked<'_>, causes: &mut Vec<CauseAnswer>, step: &Step) {
    let advice = asked.model.platform.rule(&step.rule).and_then(|rule| rule.remedy);
    let (fact, state_it) = step.missing();
    let cause = CauseAnswer {
        rule: step.rule.clone(),
        warning: false,
        text: step.words().to_string(),
        place: step.place.and_then(|place| Place::of(place, asked.sources)),
        remedy: step.remedy.clone().or(advice).filter(|_| fact.is_none()),
        fact,
        state_it,
    };
    if !causes.iter().any(|known| known.rule == cause.rule && known.text == cause.text) {
        causes.push(cause);
    }
}

/// What Azure would refuse or advise against in an app and what it stands on, unless it is told already.
fn advise(asked: &Asked<'_>, causes: &mut Vec<CauseAnswer>, app: AppId) {
    for finding in findings(asked.engine).into_iter().filter(|finding| concerns(asked, finding, app)) {
        if causes.iter().any(|known| known.rule == finding.rule && known.text == finding.message) {
            continue;
        }
        causes.push(CauseAnswer {
            rule: finding.rule,
            warning: finding.severity == Severity::Warning,
            text: finding.message,
            place: Place::of(finding.span, asked.sources),
            remedy: finding.help,
            fact: None,
            state_it: None,
        });
    }
}

/// The lists that a person goes through for such a call.
fn lists(asked: &Asked<'_>, question: &Question, steps: &[&Step], failed: bool) -> Vec<SuspectListAnswer> {
    let platform = &asked.model.platform;
    let integration = match &question.source {
        Source::App(app) => Some(asked.model[*app].integrate.first().map(|stated| &stated.value)),
        _ => None,
    };
    let wanted = |when: &str| match when {
        "app" => integration.is_some(),
        "regional" => matches!(integration, Some(Some(Integration::Regional(_)))),
        "gateway-required" => matches!(integration, Some(Some(Integration::Gateway(..)))),
        _ => true,
    };
    let suspects = platform.suspects();
    let of = |list: &str| {
        let mine = suspects.iter().filter(|suspect| suspect.list == list && platform.declares(&suspect.rule));
        mine.map(|suspect| judged(asked, suspect, steps, failed)).collect()
    };
    let comes = |list: &SuspectList| {
        let by = |step: &&Step| step.rests_on(|rule| list.reached_by.iter().any(|by| belongs(rule, by)));
        list.reached_by.is_empty() || steps.iter().any(by)
    };
    let lists = platform.suspect_lists().into_iter().filter(|list| wanted(&list.when) && comes(list));
    lists.map(|list| SuspectListAnswer { suspects: of(&list.name), title: list.title.clone() }).collect()
}

/// What the steps say of a suspect.
fn judged(asked: &Asked<'_>, suspect: &Suspect, steps: &[&Step], failed: bool) -> SuspectAnswer {
    let rests = |step: &Step, stage: &String| step.rests_on(|rule| rule == stage);
    let staged = |step: &&&Step| {
        suspect.stage.as_ref().is_none_or(|stage| rests(step, stage))
            && !suspect.unless.as_ref().is_some_and(|stage| rests(step, stage))
    };
    let named = |step: &&&Step| step.rests_on(|rule| suspect.by.iter().any(|by| belongs(rule, by)));
    let mine = || steps.iter().filter(staged).filter(named);
    let came_by = |step: &&Step| step.rests_on(|rule| suspect.reached_by.iter().any(|by| belongs(rule, by)));
    let reached = suspect.reached_by.is_empty() || steps.iter().any(came_by);
    let blocks = mine().find(|step| step.is_block());
    let open = mine().find(|step| step.is_unknown());
    // A warning with something to change is to blame where the call fails.
    let blocks = blocks.or_else(|| mine().find(|step| failed && step.mark == Mark::Warn && step.remedy.is_some()));
    let passes = mine().rfind(|step| matches!(step.mark, Mark::Pass | Mark::Warn));
    let (status, step) = match (blocks, open) {
        (Some(step), _) => (SuspectWord::AtFault, Some(step)),
        (None, Some(step)) => (SuspectWord::Unknown, Some(step)),
        (None, None) if !reached => (SuspectWord::NotReached, None),
        (None, None) => (SuspectWord::Clear, passes),
    };
    let (fact, state_it) = step.map(|step| step.missing()).unwrap_or_default();
    SuspectAnswer {
        rule: Some(suspect.rule.clone()),
        ask: suspect.ask.clone(),
        status,
        text: step.map(|step| step.text.clone()),
        place: step.and_then(|step| step.place).and_then(|place| Place::of(place, asked.sources)),
        fact,
        state_it,
    }
}

/// The test that a person makes next: the same target from a machine of the app's network.
fn comparison(asked: &Asked<'_>, question: &Question, found: &ReachAnswer) -> Option<ComparisonAnswer> {
    let Source::App(app) = question.source else { return None };
    if found.verdict == VerdictWord::Yes {
        return None;
    }
    let (source, from) = machine_near(asked, app)?;
    let parts = asked.engine.walk(&Question { source, ..question.clone() });
    let verdict = Verdict::of(&parts);
    let deciding = parts.iter().find_map(|part| part.trail.deciding());
    let of_sites = ["gw.on-prem.reach", "gw.on-prem.return"];
    let to_site = parts.iter().flat_map(|part| &part.trail.steps).any(|step| of_sites.contains(&step.rule.as_str()));
    let (rule, says) = match (verdict, to_site) {
        (Verdict::Yes, true) => {
            ("diag.onprem.vm-works", "what blocks is on the app's own way, or on the way back to it")
        }
        (Verdict::Yes, false) => ("diag.compare-vm", "what blocks is on the app's own way"),
        (Verdict::No(_), true) => ("diag.onprem.vm-also-fails", "the way to the site itself is at fault"),
        (Verdict::No(_), false) => ("diag.compare-vm", "the target, or the way to it that both share, is at fault"),
        _ => ("diag.compare-vm", "what the model states does not tell the two ways apart"),
    };
    Some(ComparisonAnswer {
        from,
        verdict: verdict.into(),
        outcome: reach::outcome(verdict),
        headline: deciding.map(|step| step.words().to_string()),
        rule: rule.to_string(),
        says: says.to_string(),
    })
}

/// A machine in the network of an app: a declared one outside of its subnet, else any in another subnet.
fn machine_near(asked: &Asked<'_>, app: AppId) -> Option<(Source, String)> {
    let model = asked.model;
    let own = asked.engine.integration_subnet(app);
    let vnet = match own {
        Some(subnet) => model[subnet].vnet,
        None => model[app].integrate.iter().find_map(|stated| match stated.value {
            Integration::Gateway(vnet, _) => Some(vnet),
            Integration::Regional(_) => None,
        })?,
    };
    let elsewhere = |place: Option<Thing>| match place {
        Some(Thing::Subnet(subnet)) => model[subnet].vnet == vnet && Some(subnet) != own,
        _ => false,
    };
    if let Some((id, host)) = model.hosts().find(|(_, host)| elsewhere(host.place) && !host.is_down()) {
        return Some((Source::Host(id), host.head.name.clone()));
    }
    let (id, subnet) = model.subnets().find(|(id, subnet)| subnet.vnet == vnet && Some(*id) != own)?;
    Some((Source::Subnet(id), format!("a machine in {}", subnet.head.name)))
}
