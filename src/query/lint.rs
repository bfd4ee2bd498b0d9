//! `lint`: what Azure would refuse or advise against in the whole model, and the names that nothing uses.

use super::answer::{FindingAnswer, LabelAnswer, LintAnswer, Place, SeverityWord, UnusedAnswer};
use super::because::{Wanted, belongs};
use super::check::Outcome;
use super::{Answer, Asked, rests};
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::engine::{Engine, Finding, advice, findings};
use crate::model::{DeclaredItem, Kind, Thing};
use crate::platform::RuleClass;
use crate::source::Span;
use crate::syntax::ast::{Ask, Block, Declaration, Item, Nested, Part, Query, Statement, Value, Word};
use crate::syntax::literal;
use std::collections::HashSet;

/// The kinds of declarations that are there to be used by others.
const TO_BE_USED: &[Kind] = &[
    Kind::Nsg,
    Kind::Asg,
    Kind::RouteTable,
    Kind::NatGateway,
    Kind::HybridConnection,
    Kind::HybridConnectionManager,
    Kind::Plan,
];

/// Answers `lint`.
pub(super) fn lint(asked: &Asked<'_>) -> LintAnswer {
    answer(asked, &all_of(asked.engine))
}

/// Answers `given { … } lint`.
pub(super) fn lint_given(asked: &Asked<'_>, changes: &[Statement], span: Span) -> Result<LintAnswer, Diagnostic> {
    given(asked, changes, span, |changed, all| Ok(answer(changed, &all)))
}

/// What is wrong, and what is worth knowing, in order of place.
fn all_of(engine: &Engine<'_>) -> Vec<Finding> {
    let mut all = findings(engine);
    all.extend(advice(engine));
    all.sort_by_key(|finding| finding.span);
    all
}

fn answer(asked: &Asked<'_>, all: &[Finding]) -> LintAnswer {
    let count = |severity: Severity| all.iter().filter(|finding| finding.severity == severity).count();
    LintAnswer {
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        findings: all.iter().map(|finding| finding_answer(asked, finding)).collect(),
        unused: unused(asked),
    }
}

/// Lints a changed copy of the model. An error of the language that names a rule of the platform is a finding: what
/// breaks it could not even be read.
fn given<T>(
    asked: &Asked<'_>,
    changes: &[Statement],
    span: Span,
    then: impl FnOnce(&Asked<'_>, Vec<Finding>) -> Result<T, Diagnostic>,
) -> Result<T, Diagnostic> {
    super::changed(asked, changes, span, |changed, diagnostics| {
        let mut all = all_of(changed.engine);
        for diagnostic in diagnostics.into_iter().filter(Diagnostic::is_error) {
            all.push(Finding::of_diagnostic(&diagnostic).ok_or(diagnostic)?);
        }
        all.sort_by_key(|finding| finding.span);
        then(changed, all)
    })
}

/// What is claimed of `lint`: a rule or family that it finds broken, or does not, perhaps on one thing.
pub(super) struct Claimed<'c> {
    pub(super) rule: &'c Word,
    pub(super) on: Option<&'c Word>,
    pub(super) found: bool,
    pub(super) span: Span,
}

/// Checks `lint finds RULE on NAME`.
pub(super) fn finds(asked: &Asked<'_>, query: &Query, claimed: &Claimed<'_>) -> Result<Outcome, Diagnostic> {
    if query.ask != Ask::Lint {
        return Err(Diagnostic::error("FN0121", query.span, "`finds` follows `lint` alone")
            .help("write `assert lint finds RULE`, or `assert given { … } lint finds RULE`"));
    }
    is_check(asked, claimed.rule)?;
    match &query.given {
        Some(changes) => given(asked, changes, query.span, |changed, all| found(changed, &all, claimed)),
        None => found(asked, &all_of(asked.engine), claimed),
    }
}

fn found(asked: &Asked<'_>, all: &[Finding], claimed: &Claimed<'_>) -> Result<Outcome, Diagnostic> {
    let about = claimed.on.map(|on| Target::of(asked, on)).transpose()?;
    let wanted = claimed.rule.plain();
    let asked_for = Wanted::of(&asked.model.platform, &wanted);
    let mine = |finding: &&Finding| {
        finding.rules().any(|rule| asked_for.is(rule)) && about.as_ref().is_none_or(|about| about.is_of(finding))
    };
    let first = all.iter().find(mine);
    if let Some(finding) = first {
        rests::rule(finding.rules(), std::iter::once(finding.span).chain(finding.also.iter().map(|(span, _)| *span)));
    }
    if first.is_some() == claimed.found {
        return Ok(Outcome::Holds);
    }
    let on = claimed.on.map_or(String::new(), |on| format!(" on `{}`", on.plain()));
    let diagnostic = match first {
        Some(finding) => Diagnostic::error("FN0120", claimed.span, format!("`lint` finds: {}", finding.message))
            .label(format!("claimed: no {wanted}{on}"))
            .also(finding.span, finding.rule.clone()),
        None => Diagnostic::error("FN0120", claimed.span, format!("`lint` does not find {wanted}{on}"))
            .label(format!("claimed: {wanted}{on}")),
    };
    Ok(Outcome::Fails(Box::new(diagnostic), Some(Box::new(Answer::Lint(answer(asked, all))))))
}

/// Is the word a rule, or a family with a rule, that is checked when a model is loaded?
fn is_check(asked: &Asked<'_>, word: &Word) -> Result<(), Diagnostic> {
    let (platform, wanted) = (&asked.model.platform, word.plain());
    let ids: Vec<&str> = platform.rule_ids().into_iter().filter(|id| belongs(id, &wanted)).collect();
    let class = |id: &str| platform.rule(id).map(|rule| rule.class);
    if ids.iter().any(|id| class(id) == Some(RuleClass::Check)) {
        return Ok(());
    }
    if ids.is_empty() {
        let checks = platform.rule_ids().into_iter().filter(|id| class(id) == Some(RuleClass::Check));
        let message = format!("edition {} declares no rule `{wanted}`", platform.edition());
        return Err(Diagnostic::error("FN0113", word.span(), message).maybe_help(did_you_mean(&wanted, checks)));
    }
    let message = format!("`{wanted}` is no check: `lint` never finds it");
    Err(Diagnostic::error("FN0109", word.span(), message).help(match class(ids[0]) {
        Some(RuleClass::Engine) => {
            format!("it takes part in answers, as in `assert app1 cannot reach … because {wanted}`")
        }
        _ => format!("it only tells something; `explain {wanted}` shows it"),
    }))
}

/// What a finding is to be about: the things of a name, and the text that declares it.
struct Target {
    things: Vec<Thing>,
    places: Vec<Span>,
}

impl Target {
    fn of(asked: &Asked<'_>, word: &Word) -> Result<Self, Diagnostic> {
        let name = literal::labels(&word.text).join(".");
        let things: Vec<Thing> =
            asked.model.names.iter().filter(|(whole, _)| *whole == name).map(|(_, thing)| thing).collect();
        let items = asked.declared.items().iter().filter(|item| item.name == name);
        let mut places: Vec<Span> = items.map(|item| item.declaration.span).collect();
        places.extend(things.iter().map(|thing| thing.head(asked.model).span));
        if places.is_empty() {
            let near = did_you_mean(&name, asked.model.names.iter().map(|(name, _)| name));
            return Err(
                Diagnostic::error("FN0113", word.span(), format!("nothing is called `{name}`")).maybe_help(near)
            );
        }
        Ok(Self { things, places })
    }

    fn is_of(&self, finding: &Finding) -> bool {
        let within = |place: &Span| {
            place.source == finding.span.source && place.start <= finding.span.start && finding.span.end <= place.end
        };
        finding.about.iter().any(|thing| self.things.contains(thing)) || self.places.iter().any(within)
    }
}

fn finding_answer(asked: &Asked<'_>, finding: &Finding) -> FindingAnswer {
    let label =
        |span: Span, message: &str| LabelAnswer { place: Place::of(span, asked.sources), message: message.to_string() };
    let first = label(finding.span, &finding.label);
    let labels = std::iter::once(first).chain(finding.also.iter().map(|(span, text)| label(*span, text)));
    FindingAnswer {
        severity: SeverityWord::from(finding.severity),
        code: finding.code.clone(),
        rule: finding.rule.clone(),
        further: finding.further.clone(),
        message: finding.message.clone(),
        labels: labels.collect(),
        note: finding.note.clone(),
        remedy: finding.help.clone(),
        runs: finding.runs || finding.severity != Severity::Error,
    }
}

/// What is declared to be used, and is named by no other declaration.
fn unused(asked: &Asked<'_>) -> Vec<UnusedAnswer> {
    let mut named = HashSet::new();
    for item in asked.declared.items() {
        words_of(&item.declaration, &mut named);
    }
    for (values, _) in asked.scope.lets.values() {
        values.iter().for_each(|value| words_of_value(value, &mut named));
    }
    let idle = |item: &&std::sync::Arc<DeclaredItem>| {
        item.kind.is_some_and(|kind| TO_BE_USED.contains(&kind)) && !named.contains(&item.name)
    };
    let answer = |item: &std::sync::Arc<DeclaredItem>| UnusedAnswer {
        kind: item.word.clone(),
        name: item.name.clone(),
        place: Place::of(item.declaration.head_span(), asked.sources),
    };
    asked.declared.items().iter().filter(idle).map(answer).collect()
}

/// Every name that a declaration names, its own not among them.
fn words_of(declaration: &Declaration, named: &mut HashSet<String>) {
    for part in declaration.head.iter().skip(1) {
        if let Part::Values(values) = part {
            values.iter().for_each(|value| words_of_value(value, named));
        }
    }
    declaration.block.iter().for_each(|block| words_of_block(block, named));
}

fn words_of_block(block: &Block, named: &mut HashSet<String>) {
    for item in &block.items {
        match item {
            Item::Entry(entry) => {
                entry.groups.iter().flatten().for_each(|value| words_of_value(value, named));
                entry.block.iter().for_each(|block| words_of_block(block, named));
            }
            Item::Rule(line) => {
                let both = line.source.iter().chain(line.destination.iter().flatten());
                both.for_each(|value| words_of_value(value, named));
            }
            Item::Route(line) => line.target.iter().for_each(|value| words_of_value(value, named)),
            Item::For(_) | Item::Remove(..) => {}
        }
    }
}

fn words_of_value(value: &Value, named: &mut HashSet<String>) {
    match value {
        Value::Word(word) => named.extend(names_in(word)),
        Value::Nested(nested) => {
            let (Nested::List(values, _) | Nested::Call(_, values, _)) = &**nested;
            values.iter().for_each(|value| words_of_value(value, named))
        }
    }
}

/// The name that a word is, with and without the ports behind it.
fn names_in(word: &Word) -> Vec<String> {
    let whole = literal::labels(&word.text).join(".");
    let without_ports = whole.rsplit_once(':').map(|(name, _)| name.to_string());
    std::iter::once(whole).chain(without_ports).collect()
}
