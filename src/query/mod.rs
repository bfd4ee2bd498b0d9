//! Questions and their answers: one question a file. Answers are plain data; [`crate::render`] makes text of them.

pub mod answer;
mod because;
mod check;
mod diff;
mod estate;
mod explain;
mod features;
mod fix;
mod graph;
mod lint;
mod matrix;
mod name;
mod next_hop;
mod quantified;
mod reach;
mod reachable;
mod replay;
mod resolve;
pub(crate) mod rests;
mod running;
mod security;
mod show;
mod tools;
mod troubleshoot;
mod what;
mod who;

pub use answer::Answer;
pub use check::{Outcome, check};
pub(crate) use diff::between;
pub(crate) use explain::explain_words;
pub(crate) use graph::graph;
pub use matrix::KeptMatrix;
pub use name::Listed;
pub(crate) use name::{SOURCES, TARGETS, listed, protocols};
pub use replay::Replay;

use crate::diagnostic::Diagnostic;
use crate::engine::Engine;
use crate::model::{Declared, Model, lower, reads};
use crate::platform::Platform;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Ask, Query, Statement, Word};
use crate::syntax::{self, Scope};
use std::sync::Arc;

/// What a question is asked of.
pub struct Asked<'a> {
    /// What was declared, lowered.
    pub model: &'a Model,
    /// The engine of the model.
    pub engine: &'a Engine<'a>,
    /// What was declared, as it was written.
    pub declared: &'a Declared,
    /// What `let` named.
    pub scope: &'a Scope,
    /// The texts that places point into.
    pub sources: &'a SourceMap,
    /// Where the question stands above some declarations: it cannot see them yet.
    pub below: Option<Below<'a>>,
    /// Opens another network, for `diff`.
    pub open: Open<'a>,
    /// What an earlier `matrix` has worked out, for this one to go on from.
    pub matrices: &'a KeptMatrix,
}

/// What is declared further down than a question.
#[derive(Clone, Copy)]
pub struct Below<'a> {
    /// What is declared above the question.
    pub above: &'a Declared,
    /// What is declared in the end.
    pub all: &'a Declared,
}

impl Below<'_> {
    /// The place of a name that is declared further down.
    fn place(&self, name: &str) -> Option<Span> {
        let mut called = self.all.items().iter().filter(|item| item.name == name);
        let item = called.find(|item| self.above.find(&item.word, &item.name).is_none())?;
        Some(item.declaration.head_span())
    }
}

/// Another network, to be compared with.
pub struct Other {
    /// What people call it: the file's name as it was given.
    pub name: String,
    /// What it declares, lowered.
    pub model: Arc<Model>,
    /// What it declares, as it was written.
    pub declared: Declared,
    /// What `let` named in it.
    pub scope: Scope,
    /// The texts that its places point into.
    pub sources: SourceMap,
}

/// How another network is opened by the name of its file.
pub type Open<'a> = &'a dyn Fn(&Word) -> Result<Other, Diagnostic>;

/// Asks of a changed copy of the model: `given { … }`.
fn given<T>(
    asked: &Asked<'_>,
    changes: &[Statement],
    span: Span,
    ask: impl FnOnce(&Asked<'_>) -> Result<T, Diagnostic>,
) -> Result<T, Diagnostic> {
    changed(asked, changes, span, |asked, diagnostics| match diagnostics.into_iter().find(Diagnostic::is_error) {
        Some(error) => Err(error),
        None => ask(asked),
    })
}

/// The same, where the errors of the changed copy are looked at by who asks.
fn changed<T>(
    asked: &Asked<'_>,
    changes: &[Statement],
    span: Span,
    ask: impl FnOnce(&Asked<'_>, Vec<Diagnostic>) -> Result<T, Diagnostic>,
) -> Result<T, Diagnostic> {
    reads::everything();
    let mut declared = asked.declared.clone();
    let mut scope = asked.scope.clone();
    let mut diagnostics = Vec::new();
    let platform = &asked.model.platform;
    for statement in syntax::expand(changes.to_vec(), &mut scope, &mut diagnostics) {
        let done = match statement {
            Statement::Declaration(declaration) => declared.add(declaration, true).map(|_| ()),
            Statement::Amend(change) => declared.amend(&change, platform),
            Statement::Remove(which) => declared.remove(&which, platform),
            Statement::Let { .. } => Ok(()),
            _ => {
                let message = "`given` holds declarations, `amend` and `remove` alone";
                Err(Diagnostic::error("FN0125", span, message))
            }
        };
        diagnostics.extend(done.err());
    }
    let (model, mut found) = lower(&declared, &scope, &Platform::of(asked.model.platform.edition()));
    diagnostics.append(&mut found);
    let engine = Engine::of(&model);
    ask(&Asked { model: &model, engine: &engine, declared: &declared, scope: &scope, ..*asked }, diagnostics)
}

/// Does the answer rest on the model alone, and not on what was declared as it was written?
fn rests_on_model(ask: &Ask) -> bool {
    match ask {
        Ask::ExplainTopic(_) | Ask::Lint | Ask::Show(_) | Ask::Fix(_) | Ask::Diff(_) => false,
        // It goes on from an earlier one, which nobody noted.
        Ask::Matrix => false,
        Ask::ExplainQuery(inner) => rests_on_model(&inner.ask),
        _ => true,
    }
}

/// Answers a question, or says what keeps it from being asked.
pub fn answer(asked: &Asked<'_>, query: &Query) -> Result<Answer, Diagnostic> {
    let inner = match &query.ask {
        Ask::ExplainQuery(inner) => inner.given.as_ref(),
        _ => None,
    };
    if let Some(changes) = query.given.as_ref().or(inner) {
        let mut plain = Query { given: None, ..query.clone() };
        if let Ask::ExplainQuery(inner) = &mut plain.ask {
            inner.given = None;
        }
        if plain.ask == Ask::Lint {
            return lint::lint_given(asked, changes, query.span).map(Answer::Lint);
        }
        return given(asked, changes, query.span, |changed| answer(changed, &plain));
    }
    if !rests_on_model(&query.ask) {
        reads::everything();
    }
    match &query.ask {
        Ask::Reach(reach) => reach::reach(asked, reach, query.span, false).map(Answer::Reach),
        Ask::Resolve { name, from, using } => {
            resolve::resolve(asked, name, from.as_ref(), using.as_ref()).map(Answer::Resolve)
        }
        Ask::ExplainQuery(inner) => match &inner.ask {
            Ask::Reach(reach) => reach::reach(asked, reach, inner.span, true).map(Answer::Reach),
            Ask::What(source, how) => what::what(asked, source, how, inner.span, true).map(Answer::Reachable),
            Ask::Who(target, how) => who::who(asked, target, how, inner.span, true).map(Answer::Reachable),
            Ask::Verb(subject, verb) => {
                running::running(asked, subject, verb, inner.span, true).map(|(answer, _)| Answer::Running(answer))
            }
            _ => answer(asked, inner),
        },
        Ask::ExplainTopic(words) => explain::explain(asked, words),
        Ask::Routes(source) => next_hop::routes(asked, source).map(Answer::Routes),
        Ask::Security(source) => security::security(asked, source).map(Answer::Security),
        Ask::NextHop(source, address) => next_hop::next_hop(asked, source, address).map(Answer::NextHop),
        Ask::Features(what) => features::features(asked, what.as_ref()).map(Answer::Features),
        Ask::Lint => Ok(Answer::Lint(lint::lint(asked))),
        Ask::Show(what) => show::show(asked, what.as_ref()).map(Answer::Show),
        Ask::Verb(subject, verb) => {
            running::running(asked, subject, verb, query.span, false).map(|(answer, _)| Answer::Running(answer))
        }
        Ask::What(source, how) => what::what(asked, source, how, query.span, false).map(Answer::Reachable),
        Ask::Who(target, how) => who::who(asked, target, how, query.span, false).map(Answer::Reachable),
        Ask::Tcpping(app, target) => tools::tcpping(asked, app, target, query.span).map(Answer::Tcpping),
        Ask::Nameresolver(app, name, server) => {
            tools::nameresolver(asked, app, name, server.as_ref()).map(Answer::Nameresolver)
        }
        Ask::TroubleshootApp(word) => troubleshoot::of_app(asked, word, query.span),
        Ask::Troubleshoot(reach) => troubleshoot::troubleshoot(asked, reach, query.span),
        Ask::Fix(reach) => fix::fix(asked, reach, query.span).map(Answer::Fix),
        Ask::Matrix => Ok(Answer::Matrix(matrix::matrix(asked))),
        Ask::Diff(file) => diff::diff(asked, file).map(Answer::Diff),
    }
}
