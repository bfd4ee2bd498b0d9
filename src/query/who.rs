//! `who can reach TARGET`: every app, host, subnet, site and public range that can, exactly.

use super::answer::{EndWord, ReachableAnswer};
use super::estate::{Caller, callers};
use super::reachable::{Reached, answer};
use super::{Asked, name, reach};
use crate::diagnostic::Diagnostic;
use crate::engine::{Question, Source};
use crate::model::Thing;
use crate::net::PortSet;
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
    let question = |source: Source| {
        let (question, taken) = reach::question_from(asked, source, target, how, span)?;
        // Whoever asks for all of them asks for every source port too.
        let source_ports = question.source_ports.clone().or_else(|| Some(PortSet::all()));
        let (briefly, only_open) = (!explained, !explained);
        Ok((Question { source_ports, every_address: true, briefly, only_open, ..question }, taken))
    };
    let callers = callers(asked);
    // A target is read alike for all but the internet, which sees public addresses.
    let inside = callers.iter().find(|caller| caller.source != Source::Internet);
    let inside = inside.map(|caller| question(caller.source.clone())).transpose()?;
    let (outside, taken) = question(Source::Internet)?;
    let mut questions = Questions { inside: inside.map(|(question, _)| question), outside };
    let of = name::target_thing(asked, target);
    let mut reached = questions.reached(asked, &callers, of);
    // Where nothing passes, all that denies is told.
    if !reached.iter().any(Reached::is_open) && !explained {
        questions.all().for_each(|question| question.only_open = false);
        reached = questions.reached(asked, &callers, of);
    }
    Ok(answer(asked, span, EndWord::Source, vec![taken], reached, explained))
}

/// The question as those in networks ask it, and as the internet does.
struct Questions {
    inside: Option<Question>,
    outside: Question,
}

impl Questions {
    fn all(&mut self) -> impl Iterator<Item = &mut Question> {
        self.inside.iter_mut().chain([&mut self.outside])
    }

    /// What becomes of the flows of everybody but the target itself.
    fn reached(&mut self, asked: &Asked<'_>, callers: &[Caller], target: Option<Thing>) -> Vec<Reached> {
        let mut all = Vec::new();
        for Caller { name, source, .. } in
            callers.iter().filter(|caller| caller.thing.is_none() || caller.thing != target)
        {
            let question = match source {
                Source::Internet => &mut self.outside,
                _ => self.inside.as_mut().unwrap_or(&mut self.outside),
            };
            question.source = source.clone();
            all.extend(asked.engine.walk(question).into_iter().map(|part| {
                let end = part.flows.source.clone();
                Reached { part, end, name: Some(name.clone()), host: None }
            }));
        }
        all
    }
}
