//! Assertions: what is claimed, what is the case, and the trace that refutes.

use super::answer::{Answer, StepAnswer, VerdictWord};
use super::because::{Wanted, actual, decided, refuted, resolved_by, rules_of};
use super::quantified::Claimed;
use super::{Asked, answer, lint, next_hop, quantified, reach, resolve, rests, running};
use crate::diagnostic::Diagnostic;
use crate::engine;
use crate::model::Kind;
use crate::source::Span;
use crate::syntax::ast::{Ask, Assertion, Because, Claim, Query, Reach, Value, Word};

/// What became of an assertion.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not: what is the case instead, and the answer that shows it.
    Fails(Box<Diagnostic>, Option<Box<Answer>>),
}

pub(super) fn fails(diagnostic: Diagnostic, found: Answer) -> Result<Outcome, Diagnostic> {
    Ok(Outcome::Fails(Box::new(diagnostic), Some(Box::new(found))))
}

/// Checks an assertion, or says what keeps it from being checked.
pub fn check(asked: &Asked<'_>, assertion: &Assertion) -> Result<Outcome, Diagnostic> {
    rests::next();
    let because = assertion.because.as_slice();
    match &assertion.claim {
        Claim::Reach(claim, can) => {
            let wanted = if *can { VerdictWord::Yes } else { VerdictWord::No };
            reached(
                asked,
                claim,
                assertion.span,
                because,
                |found, _| *found == wanted,
                &format!("`{}`", if *can { "can" } else { "cannot" }),
            )
        }
        Claim::Is(query, verdict, second) => is(asked, query, verdict, second.as_ref(), assertion.span, because),
        Claim::NextHop(query, hop, target) => hop_is(asked, query, hop, target.as_ref(), assertion.span, because),
        Claim::Resolves(source, host, values) => resolves(asked, source, host, values, assertion.span, because),
        Claim::Only(sources, target, how) => {
            quantified::only(asked, sources, &Claimed { target, how, because, span: assertion.span })
        }
        Claim::Every(kind, target, how, every) => {
            quantified::every(asked, kind, *every, &Claimed { target, how, because, span: assertion.span })
        }
        Claim::Finds { query, rule, on, found } => {
            if let Some(because) = because.first() {
                return Err(Diagnostic::error("FN0121", because.rule.span(), "`finds` names its rule itself"));
            }
            let claimed = lint::Claimed { rule, on: on.as_ref(), found: *found, span: assertion.span };
            lint::finds(asked, query, &claimed)
        }
        Claim::Verb(subject, verb, can) => {
            let wanted = if *can { VerdictWord::Yes } else { VerdictWord::No };
            let claimed = format!("`{}`", if *can { "can" } else { "cannot" });
            ran(asked, (subject, verb), assertion.span, because, |found, _| *found == wanted, &claimed)
        }
    }
}

/// `APP can start`, `APP.TRIGGER cannot fire`.
fn ran(
    asked: &Asked<'_>,
    (subject, verb): (&Word, &Word),
    span: Span,
    because: &[Because],
    holds: impl Fn(&VerdictWord, Option<&str>) -> bool,
    claimed: &str,
) -> Result<Outcome, Diagnostic> {
    let (found, needs) = running::running(asked, subject, verb, span, false)?;
    for need in needs.iter().filter(|need| need.decisive) {
        rests::trail(&need.trail);
        rests::parts(&need.way);
    }
    if !holds(&found.verdict, found.outcome.as_deref()) {
        return refutes(found.verdict, found.outcome.clone(), found.headline.clone(), span, claimed, |diagnostic| {
            fails(diagnostic, Answer::Running(found))
        });
    }
    let decided = |wanted: Wanted<'_>| running::decided(&needs, |rule| wanted.is(rule));
    match refuted(asked, because, decided, || running::actual(&needs))? {
        Some(diagnostic) => fails(diagnostic, Answer::Running(found)),
        None => Ok(Outcome::Holds),
    }
}

/// The diagnostic of a verdict that is not the claimed one.
fn refutes(
    verdict: VerdictWord,
    outcome: Option<String>,
    headline: Option<String>,
    span: Span,
    claimed: &str,
    fails: impl FnOnce(Diagnostic) -> Result<Outcome, Diagnostic>,
) -> Result<Outcome, Diagnostic> {
    let words = match outcome {
        Some(outcome) => format!("{}, {outcome}", verdict.word()),
        None => verdict.word().to_string(),
    };
    let why = headline.map(|headline| format!(": {headline}")).unwrap_or_default();
    let diagnostic = Diagnostic::error("FN0120", span, format!("the answer is {words}{why}"));
    fails(diagnostic.label(format!("claimed: {claimed}")))
}

fn reached(
    asked: &Asked<'_>,
    claim: &Reach,
    span: Span,
    because: &[Because],
    holds: impl Fn(&VerdictWord, Option<&str>) -> bool,
    claimed: &str,
) -> Result<Outcome, Diagnostic> {
    let found = reach::judged(asked, claim, span)?;
    let parts = &found.parts;
    rests::parts(parts);
    let (verdict, outcome) = (found.answer.verdict, found.answer.outcome.clone());
    if !holds(&verdict, outcome.as_deref()) {
        let headline = found.answer.headline.clone();
        return refutes(verdict, outcome, headline, span, claimed, |diagnostic| {
            fails(diagnostic, Answer::Reach(found.told(asked, false)))
        });
    }
    match refuted(asked, because, |wanted| decided(parts, wanted), || actual(parts))? {
        Some(diagnostic) => fails(diagnostic, Answer::Reach(found.told(asked, false))),
        None => Ok(Outcome::Holds),
    }
}

fn is(
    asked: &Asked<'_>,
    query: &Query,
    verdict: &Word,
    second: Option<&Word>,
    span: Span,
    because: &[Because],
) -> Result<Outcome, Diagnostic> {
    if let (Ask::NextHop(..), Some(changes)) = (&query.ask, &query.given) {
        let plain = Query { given: None, ..query.clone() };
        let target = second.cloned().map(Value::Word);
        return super::given(asked, changes, query.span, |changed| {
            hop_is(changed, &plain, verdict, target.as_ref(), span, because)
        });
    }
    let mut wanted = verdict.text.to_string();
    if let Some(second) = second {
        wanted = format!("{wanted} {}", second.text);
    }
    let outcomes: Vec<&str> = engine::Outcome::ALL.iter().map(|outcome| outcome.word()).collect();
    let verdicts = ["yes", "no", "partly", "unknown"];
    if !verdicts.contains(&&*wanted) && !outcomes.contains(&&*wanted) {
        let all = verdicts.iter().chain(&outcomes).copied();
        let help = crate::diagnostic::did_you_mean(&wanted, all.clone())
            .unwrap_or_else(|| format!("it is one of: {}", all.collect::<Vec<_>>().join(", ")));
        let place = second.map_or(verdict.span(), |second| verdict.span().to(second.span()));
        return Err(Diagnostic::error("FN0109", place, format!("`{wanted}` is no verdict and no outcome")).help(help));
    }
    let holds = |found: &VerdictWord, outcome: Option<&str>| found.word() == wanted || outcome == Some(&wanted);
    let inner = match &query.ask {
        Ask::ExplainQuery(inner) => inner,
        _ => query,
    };
    if let Some(changes) = query.given.as_ref().or(inner.given.as_ref()) {
        let plain = Query { given: None, ..inner.clone() };
        return super::given(asked, changes, query.span, |changed| is(changed, &plain, verdict, second, span, because));
    }
    match &inner.ask {
        Ask::Reach(claim) | Ask::Troubleshoot(claim) => {
            reached(asked, claim, span, because, holds, &format!("`{wanted}`"))
        }
        Ask::Verb(subject, verb) => ran(asked, (subject, verb), span, because, holds, &format!("`{wanted}`")),
        _ => {
            let found = answer(asked, inner)?;
            let steps: &[StepAnswer] = match &found {
                Answer::Resolve(resolved) => &resolved.steps,
                Answer::Nameresolver(resolved) => &resolved.steps,
                Answer::Tcpping(tried) => tried.runs.first().map_or(&[], |run| &run.part.steps),
                _ => &[],
            };
            rests::told(steps);
            let word = found.verdict();
            let outcome = match &found {
                Answer::Tcpping(found) => found.outcome.as_deref(),
                _ => (word == Some(VerdictWord::No)).then_some("unresolved"),
            };
            if word.as_ref().is_some_and(|word| holds(word, outcome)) {
                let refutal = refuted(asked, because, |wanted| resolved_by(steps, wanted), || rules_of(steps))?;
                return match refutal {
                    Some(diagnostic) => fails(diagnostic, found),
                    None => Ok(Outcome::Holds),
                };
            }
            let words = word.map_or("no verdict", VerdictWord::word);
            let diagnostic = Diagnostic::error("FN0120", span, format!("the answer is {words}"))
                .label(format!("claimed: `{wanted}`"));
            fails(diagnostic, found)
        }
    }
}

fn hop_is(
    asked: &Asked<'_>,
    query: &Query,
    hop: &Word,
    target: Option<&Value>,
    span: Span,
    because: &[Because],
) -> Result<Outcome, Diagnostic> {
    let Ask::NextHop(source, address) = &query.ask else {
        return Err(Diagnostic::error("FN0121", span, "a hop is the answer to `next-hop`"));
    };
    let found = next_hop::next_hop(asked, source, address)?;
    if let Some(route) = &found.route {
        let rules = std::iter::once(&route.rule).chain(&route.also).map(String::as_str);
        rests::rule(rules, route.place.iter().map(|place| place.span));
    }
    let mut wanted = hop.text.to_string();
    if let Some(target) = target.and_then(Value::word) {
        let appliance = asked.model.names.find(&target.text, &[Kind::Appliance]).ok();
        let shown = match appliance {
            Some(crate::model::Thing::Appliance(id)) => {
                asked.model[id].address.as_ref().map_or(target.plain(), |a| a.value.to_string())
            }
            _ => target.plain(),
        };
        wanted = format!("{wanted} {shown}");
    }
    let same = found.hop == wanted || (target.is_none() && found.hop.split(' ').next() == Some(&wanted));
    let rule = found.route.as_ref().map(|route| route.rule.clone()).unwrap_or_default();
    if !same {
        let diagnostic = Diagnostic::error("FN0120", span, format!("the next hop is {}", found.hop))
            .label(format!("claimed: `{wanted}`"));
        return fails(diagnostic, Answer::NextHop(found));
    }
    // Which source goes before is said of the route that wins, by `also`.
    let of_winner = "route.tie-break";
    let lost = |wanted: Wanted<'_>| {
        let named = |reason: &String| {
            let rule = reason.rsplit_once('(').and_then(|(_, rule)| rule.strip_suffix(')'));
            rule.is_some_and(|rule| wanted.is(rule))
        };
        !wanted.is(of_winner) && found.lost.iter().any(|route| route.reason.as_ref().is_some_and(named))
    };
    let also = found.route.as_ref().map(|route| route.also.clone()).unwrap_or_default();
    let decided = |wanted: Wanted<'_>| wanted.is(&rule) || lost(wanted) || also.iter().any(|also| wanted.is(also));
    let actual = || std::iter::once(rule.clone()).chain(also.iter().cloned()).collect();
    match refuted(asked, because, decided, actual)? {
        Some(diagnostic) => fails(diagnostic, Answer::NextHop(found)),
        None => Ok(Outcome::Holds),
    }
}

fn resolves(
    asked: &Asked<'_>,
    source: &Word,
    host: &Word,
    values: &[Value],
    span: Span,
    because: &[Because],
) -> Result<Outcome, Diagnostic> {
    let found = resolve::resolve(asked, host, Some(source), None)?;
    rests::told(&found.steps);
    let wanted: Vec<String> = values.iter().filter_map(Value::word).map(|word| word.plain()).collect();
    let mut actual = found.addresses.clone();
    let mut sorted = wanted.clone();
    actual.sort();
    sorted.sort();
    if actual != sorted {
        let shown = if actual.is_empty() {
            "does not resolve".to_string()
        } else {
            format!("resolves to {}", found.addresses.join(", "))
        };
        let diagnostic = Diagnostic::error("FN0120", span, format!("{} {shown}", found.name))
            .label(format!("claimed: {}", wanted.join(", ")));
        return fails(diagnostic, Answer::Resolve(found));
    }
    match refuted(asked, because, |wanted| resolved_by(&found.steps, wanted), || rules_of(&found.steps))? {
        Some(diagnostic) => fails(diagnostic, Answer::Resolve(found)),
        None => Ok(Outcome::Holds),
    }
}
