//! The network as boxes and lines, and the way of a flow through it. The way is read from the trace of the answer, which is
//! the engine's; how it looks is decided by who draws.

mod drawn;
mod owners;
mod way;

use super::answer::{Graph, GraphQuestion, VerdictWord};
use super::{Asked, given, reach};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{Ask, Query};

/// Draws what is declared, and the way of the flows that a question asks about.
pub(crate) fn graph(asked: &Asked<'_>, query: Option<&Query>) -> Result<Graph, Diagnostic> {
    let Some(query) = query else { return Ok(drawn::drawn(asked)) };
    if let Some(changes) = &query.given {
        let plain = Query { given: None, ..query.clone() };
        return given(asked, changes, query.span, |changed| graph(changed, Some(&plain)));
    }
    let Ask::Reach(claim) = &query.ask else {
        let message = "the way of `can … reach …` can be drawn, and of no other question";
        return Err(Diagnostic::error("FN0121", query.span, message).help("ask as in `can app1 reach 10.2.0.4:1433`"));
    };
    let mut found = reach::judged(asked, claim, query.span)?;
    let mut drawing = drawn::drawn(asked);
    let at = found.parts.iter().position(|part| VerdictWord::from(part.verdict()) != VerdictWord::Yes).unwrap_or(0);
    let several = found.parts.len() > 1;
    let answer = found.answer.clone();
    if let Some(part) = found.parts.get(at) {
        way::draw(asked, &mut drawing, &found.question, part);
    }
    found.parts = found.parts.into_iter().skip(at).take(1).collect();
    let told = found.told(asked, false).parts.into_iter().next();
    let part = told.as_ref().filter(|_| several);
    drawing.asked = Some(GraphQuestion {
        question: answer.question,
        verdict: answer.verdict,
        outcome: answer.outcome,
        headline: answer.headline,
        part: part.map(|part| format!("{} -> {}:{}", part.source, part.destination, part.ports)),
        steps: told.map(|part| part.steps).unwrap_or_default(),
    });
    Ok(drawing)
}
