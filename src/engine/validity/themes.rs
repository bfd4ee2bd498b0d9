//! What the checks of each theme found, theme by theme, found out when it is wanted. A theme that looked at nothing that
//! has changed since may be taken over from another engine.

use super::*;
use crate::model::reads::{Known, Reads};
use std::cell::OnceCell;

/// The findings of a theme, and what of the model its checks looked at.
pub(crate) type Checked = (Vec<Finding>, Reads);

/// What the checks found.
pub(in crate::engine) struct Themes {
    of_apps: [OnceCell<Known<Vec<Finding>>>; OF_APPS.len()],
    of_others: [OnceCell<Known<Vec<Finding>>>; OF_OTHERS.len()],
    /// All those of apps, in order of place.
    all_of_apps: OnceCell<Known<Vec<Finding>>>,
}

impl Default for Themes {
    fn default() -> Self {
        let (of_apps, of_others) = ([const { OnceCell::new() }; _], [const { OnceCell::new() }; _]);
        Self { of_apps, of_others, all_of_apps: OnceCell::new() }
    }
}

impl Themes {
    fn all(&self) -> impl Iterator<Item = &OnceCell<Known<Vec<Finding>>>> {
        self.of_apps.iter().chain(&self.of_others)
    }
}

impl Engine<'_> {
    /// What was found so far, theme by theme, where somebody wanted to know what it rests on.
    pub(crate) fn checked(&self) -> Vec<Option<Checked>> {
        self.themes.all().map(|theme| theme.get()?.noted()).collect()
    }

    /// Takes over what the theme at a place of [`Engine::checked`] found in the same declarations.
    pub(crate) fn take_over(&self, theme: usize, (found, reads): Checked) {
        if let Some(own) = self.themes.all().nth(theme) {
            // What has been found here already stands.
            let _ = own.set(Known::noted_before(found, reads));
        }
    }

    /// What may keep an app from running, in order of place.
    pub(super) fn findings_of_apps(&self) -> &[Finding] {
        let all = || Known::of(|| self.under(OF_APPS, &self.themes.of_apps, Vec::new()));
        self.themes.all_of_apps.get_or_init(all).get()
    }

    /// What is wrong with anything, in order of place.
    pub(super) fn all_findings(&self) -> Vec<Finding> {
        self.under(OF_OTHERS, &self.themes.of_others, self.findings_of_apps().to_vec())
    }

    fn under(&self, checks: &[Check], themes: &[OnceCell<Known<Vec<Finding>>>], mut all: Vec<Finding>) -> Vec<Finding> {
        for (check, theme) in checks.iter().zip(themes) {
            let found = || {
                let mut found = Vec::new();
                check(self, &mut found);
                found
            };
            all.extend_from_slice(theme.get_or_init(|| Known::of(found)).get());
        }
        all.sort_by_key(|finding| finding.span);
        all
    }
}
