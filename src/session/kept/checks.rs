//! What the checks of the platform found, theme by theme: a theme that looked at nothing that has changed since is not
//! checked again.

use super::super::run::Above;
use super::moved::Moved;
use super::{Difference, Earlier};
use crate::engine::{Checked, Engine, Finding};
use crate::platform::Edition;

/// What was found in what was declared.
pub(super) struct Checks {
    of: Above,
    edition: Edition,
    themes: Vec<Option<Checked>>,
}

impl Earlier<'_> {
    /// Hands an engine what its checks need not find again.
    pub(in crate::session) fn hand_checks(&self, engine: &Engine<'_>, now: &Above, edition: Edition) {
        let Some(checks) = self.before.checks.as_ref().filter(|checks| checks.edition == edition) else { return };
        let between = self.between(&checks.of, now);
        let (difference, moved) = (&between.difference, &between.moved);
        if difference.is_all() || difference.has_renumbered() {
            return;
        }
        for (at, theme) in checks.themes.iter().enumerate() {
            if let Some(checked) = theme.as_ref().and_then(|theme| again(theme, engine, difference, moved)) {
                engine.take_over(at, checked);
            }
        }
    }

    /// Keeps what the checks found.
    pub(in crate::session) fn keep_checks(&self, engine: &Engine<'_>, now: &Above, edition: Edition) {
        let checks = Checks { of: now.clone(), edition, themes: engine.checked() };
        self.kept.borrow_mut().checks = Some(checks.into());
    }
}

/// What a theme would find now, where that is what it found.
fn again(theme: &Checked, engine: &Engine<'_>, difference: &Difference, moved: &Moved) -> Option<Checked> {
    let (found, reads) = theme;
    let model = engine.model;
    let touched = reads.everything()
        || reads.kinds().any(|kind| difference.has_other(kind))
        || reads
            .things()
            .any(|thing| thing.name_in(model).is_none_or(|name| difference.has_changed(thing.kind(), name)))
        || !reads.facts().all(|(fact, print)| engine.still_says(fact, print));
    if touched {
        return None;
    }
    let mut found = found.clone();
    let known = found.iter_mut().all(|finding: &mut Finding| {
        moved.takes(&mut finding.span) && finding.also.iter_mut().all(|(span, _)| moved.takes(span))
    });
    known.then(|| (found, reads.clone()))
}
