//! `who can reach TARGET`: every app, host, subnet, site and public range that can, exactly.

use super::answer::{EndWord, ReachableAnswer, Taken};
use super::estate::{Caller, callers};
use super::reachable::{Reached, answer};
use super::{Asked, name, reach};
use crate::diagnostic::Diagnostic;
use crate::engine::Question;
use crate::source::Span;
use crate::syntax::ast::{How, Word};

/// Answers `who can reach TARGET`.
pub(super) fn who(
    asked: &Asked<'_>,
    target: &Word,
    how: &[How],
    span: Span,
    explained: bool,
) -> Result<ReachableAnswer, Diagnostic> {
    let (reached, taken) = reached(asked, target, how, span, explained)?;
    Ok(answer(asked, span, EndWord::Source, vec![taken], reached, explained))
}

/// What becomes of the flows of everybody to a target.
pub(super) fn reached(
    asked: &Asked<'_>,
    target: &Word,
    how: &[How],
    span: Span,
    explained: bool,
) -> Result<(Vec<Reached>, Taken), Diagnostic> {
    let mut all = Vec::new();
    let of = name::target_thing(asked, target);
    let mut taken = None;
    for Caller { name, thing, source } in callers(asked) {
        let (question, read) = reach::question_from(asked, source, target, how, span)?;
        taken = Some(read);
        if thing.is_some() && thing == of {
            continue;
        }
        // Whoever asks for all of them asks for every source port too.
        let source_ports = question.source_ports.clone().or_else(|| Some(crate::net::PortSet::all()));
        let question = Question { source_ports, every_address: true, briefly: !explained, ..question };
        all.extend(asked.engine.walk(&question).into_iter().map(|part| {
            let end = part.flows.source.clone();
            Reached { part, end, name: Some(name.clone()), host: None }
        }));
    }
    Ok((all, taken.unwrap_or(Taken { name: target.plain(), text: String::new() })))
}
