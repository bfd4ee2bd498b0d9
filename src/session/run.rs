//! Answering what was set aside while a text was read: each question and assertion with what was declared above it.
//! Reads no text; what a question means is for [`crate::query`].

use super::kept::Earlier;
use super::{Outcome, Report, Session};
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{Engine, findings};
use crate::model::{Declared, Growing, Grown, reads};
use crate::platform::Platform;
use crate::query::{self, Answer, Asked, Below};
use crate::source::Span;
use crate::syntax::ast::{Ask, Assertion, Query};
use crate::syntax::{Scope, one_line};
use std::sync::Arc;

/// A question or assertion, and what was declared above it.
pub(super) struct Pending {
    pub(super) statement: Said,
    pub(super) above: Above,
    /// The words that say it: the statement, or the `for` that says it in rounds.
    pub(super) whole: Span,
}

/// What was declared above a question.
pub(super) type Above = Arc<(Declared, Scope)>;

/// What waits for its answer.
pub(super) enum Said {
    Query(Box<Query>),
    Assert(Box<Assertion>, Option<String>),
    Notice(String),
}

impl Session {
    /// Answers what was asked and checks what was claimed, each with what was declared above it.
    pub(super) fn run(
        &self,
        pending: Vec<Pending>,
        last: &Engine<'_>,
        kept: Option<&Earlier<'_>>,
        report: &mut Report,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let mut earlier: Option<Growing> = None;
        let platform = Platform::of(self.edition());
        let count = self.state.declared.items().len();
        for said in pending {
            let (above, scope) = &*said.above;
            let whole = above.items().len() == count && same_items(above, &self.state.declared);
            if !whole && let Err(dangling) = grown(&mut earlier, above, scope, &platform) {
                let dangling = match said.span() {
                    Some(place) => dangling.also(place, "asked here, above what it refers to"),
                    None => dangling,
                };
                diagnostics.push(dangling.help("a question sees what is declared above it: move it further down"));
                continue;
            }
            let own = earlier.as_ref().filter(|_| !whole).map(|growing| Engine::of(growing.model()));
            let engine = own.as_ref().unwrap_or(last);
            let below = (!whole).then_some(Below { above, all: &self.state.declared });
            let asked = Asked {
                model: engine.model,
                engine,
                declared: &said.above.0,
                scope: &said.above.1,
                sources: &self.sources,
                below,
                open: &|file| self.open(file),
                matrices: &self.matrices,
            };
            let Some(earlier) = kept.filter(|_| said.can_be_kept()) else {
                match self.outcome(&said, &asked) {
                    Ok(outcome) => report.outcomes.push(outcome),
                    Err(diagnostic) => diagnostics.push(diagnostic),
                }
                continue;
            };
            if let Some(outcome) = earlier.answer(&said, self.edition(), engine) {
                report.kept += 1;
                report.outcomes.push(outcome);
                continue;
            }
            match reads::of(|| self.outcome(&said, &asked)) {
                (Ok(outcome), reads) => {
                    earlier.note(&said, self.edition(), &asked, &reads, &outcome);
                    report.outcomes.push(outcome);
                }
                (Err(diagnostic), _) => diagnostics.push(diagnostic),
            }
        }
    }

    /// What comes of a question or an assertion.
    fn outcome(&self, said: &Pending, asked: &Asked<'_>) -> Result<Outcome, Diagnostic> {
        match &said.statement {
            Said::Notice(text) => Ok(Outcome::Notice(text.clone())),
            Said::Query(query) => {
                let answer = Box::new(query::answer(asked, query)?);
                Ok(Outcome::Answer { question: self.words(query.span), answer })
            }
            Said::Assert(assertion, check) => {
                let outcome = query::check(asked, assertion)?;
                let (assertion, check) = (self.words(assertion.span), check.clone());
                Ok(match outcome {
                    query::Outcome::Holds => Outcome::Holds { assertion, check },
                    query::Outcome::Fails(diagnostic, answer) => {
                        Outcome::Fails { assertion, check, diagnostic, answer }
                    }
                })
            }
        }
    }

    fn words(&self, span: Span) -> String {
        one_line(self.sources.text(span))
    }

    pub(super) fn answer(&mut self, query: &Query, above: &(Declared, Scope)) -> Result<Answer, Diagnostic> {
        let model = self.model();
        let engine = &Engine::of(&model);
        let asked = Asked {
            model: &model,
            engine,
            declared: &above.0,
            scope: &above.1,
            sources: &self.sources,
            below: None,
            open: &|file| self.open(file),
            matrices: &self.matrices,
        };
        query::answer(&asked, query)
    }
}

impl Pending {
    /// Does it rest on what is declared alone? A comparison reads another file.
    fn can_be_kept(&self) -> bool {
        match &self.statement {
            Said::Query(query) => !reads_files(query),
            Said::Assert(..) => true,
            Said::Notice(_) => false,
        }
    }

    fn span(&self) -> Option<Span> {
        match &self.statement {
            Said::Query(query) => Some(query.span),
            Said::Assert(assertion, _) => Some(assertion.span),
            Said::Notice(_) => None,
        }
    }
}

fn reads_files(query: &Query) -> bool {
    match &query.ask {
        Ask::Diff(_) => true,
        Ask::ExplainQuery(inner) => reads_files(inner),
        _ => false,
    }
}

/// Lets a model grow to what was declared above a question, or makes it anew.
fn grown(
    earlier: &mut Option<Growing>,
    above: &Declared,
    scope: &Scope,
    platform: &Platform,
) -> Result<(), Diagnostic> {
    let grown = earlier.as_mut().map_or(Grown::No, |growing| growing.grow(above, scope));
    if let Grown::Yes = grown {
        return Ok(());
    }
    *earlier = None;
    if let Grown::Error(error) = grown {
        return Err(error);
    }
    *earlier = Some(Growing::of(above, scope, platform)?);
    Ok(())
}

/// Are the declarations the very same ones?
fn same_items(a: &Declared, b: &Declared) -> bool {
    let same_tags = match (a.tags(), b.tags()) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    same_tags && a.items().iter().zip(b.items()).all(|(x, y)| Arc::ptr_eq(&x.declaration, &y.declaration))
}

/// The broken rules of the platform, as diagnostics.
pub(super) fn platform_diagnostics(engine: &Engine<'_>) -> Vec<Diagnostic> {
    let found = findings(engine).into_iter().map(|finding| {
        let message = finding.message.clone();
        let mut diagnostic =
            Diagnostic::error(finding.code.clone(), finding.span, message).label(finding.label.clone());
        diagnostic.severity = finding.severity;
        for (span, label) in &finding.also {
            diagnostic = diagnostic.also(*span, label.clone());
        }
        for rule in finding.rules().filter_map(|rule| engine.platform().rule(rule)) {
            diagnostic = diagnostic.note(format!("rule `{}`: {}", rule.id, rule.title));
        }
        if let Some(note) = &finding.note {
            diagnostic = diagnostic.note(note.clone());
        }
        diagnostic.maybe_help(finding.help).rule(finding.rule)
    });
    let mut all: Vec<Diagnostic> = found.collect();
    all.sort_by_key(|diagnostic| (diagnostic.span(), diagnostic.severity == Severity::Warning));
    all
}
