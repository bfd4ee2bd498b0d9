//! Where the lines of statements have gone from one reading of a script to the next.

use super::Outcome;
use crate::diagnostic::Diagnostic;
use crate::query::answer::{Answer, EachPlace, Place};
use crate::source::{SourceId, SourceMap, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Stretches of text that stand word for word in both readings.
pub(super) struct Moved {
    /// By source and start: the end, and where it stands now.
    stretches: BTreeMap<(SourceId, u32), (u32, SourceId, u32)>,
    /// The texts that both readings have.
    shared: Vec<bool>,
}

impl Moved {
    pub(super) fn of(before: &SourceMap, now: &SourceMap) -> Self {
        let same = |at: usize| {
            let id = SourceId(at as u32);
            matches!((before.get(id), now.get(id)), (Some(a), Some(b)) if Arc::ptr_eq(&a.text, &b.text))
        };
        Self { stretches: BTreeMap::new(), shared: (0..before.len()).map(same).collect() }
    }

    /// A stretch stands there now, word for word.
    pub(super) fn went(&mut self, from: Span, to: Span) {
        self.stretches.insert((from.source, from.start), (from.end, to.source, to.start));
    }

    /// Where a place is now; none where its text is not known to stand anywhere.
    fn span(&self, span: Span, asked: Option<(Span, Span)>) -> Option<Span> {
        let inside =
            |source: SourceId, start: u32, end: u32| source == span.source && start <= span.start && span.end <= end;
        let moved = |start: u32, source: SourceId, to: u32| Span {
            source,
            start: to + (span.start - start),
            end: to + (span.end - start),
        };
        if let Some((from, to)) = asked
            && inside(from.source, from.start, from.end)
        {
            return Some(moved(from.start, to.source, to.start));
        }
        let before = self.stretches.range(..=(span.source, span.start)).next_back();
        if let Some(((source, start), (end, now, to))) = before
            && inside(*source, *start, *end)
        {
            return Some(moved(*start, *now, *to));
        }
        self.shared.get(span.source.0 as usize).is_some_and(|shared| *shared).then_some(span)
    }

    /// What was found before, with its places as they are now; none where one of them is not known. `asked` is where the
    /// question stood, and where it stands.
    pub(super) fn outcome(&self, outcome: &Outcome, asked: (Span, Span), now: &SourceMap) -> Option<Outcome> {
        let mut outcome = outcome.clone();
        let mut known = true;
        let mut place =
            |place: &mut Place| match self.span(place.span, Some(asked)).and_then(|span| Place::of(span, now)) {
                Some(moved) => *place = moved,
                None => known = false,
            };
        match &mut outcome {
            Outcome::Answer { answer, .. } => answer.each_place(&mut place),
            Outcome::Holds { .. } | Outcome::Notice(_) => {}
            Outcome::Fails { diagnostic, answer, .. } => {
                if let Some(answer) = answer {
                    let answer: &mut Answer = answer;
                    answer.each_place(&mut place);
                }
                known &= self.diagnostic(diagnostic, asked);
            }
        }
        known.then_some(outcome)
    }

    /// Moves a place of what nobody asked for; no where it is not known where it is now.
    pub(super) fn takes(&self, span: &mut Span) -> bool {
        self.span(*span, None).map(|moved| *span = moved).is_some()
    }

    fn diagnostic(&self, diagnostic: &mut Diagnostic, asked: (Span, Span)) -> bool {
        diagnostic.labels.iter_mut().all(|label| match self.span(label.span, Some(asked)) {
            Some(span) => {
                label.span = span;
                true
            }
            None => false,
        })
    }
}
