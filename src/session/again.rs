//! Loading again what was loaded, and keeping the answers for it. What an answer rests on is for [`super::kept`].

use super::kept::{Earlier, Kept};
use super::run::platform_diagnostics;
use super::{Errors, Report, Session};
use crate::diagnostic::Diagnostic;
use crate::engine::Engine;
use crate::model::reads;
use std::path::PathBuf;
use std::sync::Arc;

impl Session {
    /// Should answers be kept? Then what was asked before, and rests on nothing that has changed since, is told again
    /// without being worked out anew: by [`Session::enter`] and [`Session::reload`]. The answers are the same either way.
    pub fn keep_answers(&mut self, yes: bool) {
        self.kept = yes.then(Kept::default);
    }

    /// What Azure would refuse or advise against, where only what may have changed is checked again. What the checks look
    /// at is noted, so that answers that rest on them know what these rest on.
    pub(super) fn checked_again(&self, engine: &Engine<'_>, earlier: &Earlier<'_>) -> Vec<Diagnostic> {
        let now = Arc::new((self.state.declared.clone(), self.state.scope.clone()));
        earlier.hand_checks(engine, &now, self.edition());
        let (found, _) = reads::of(|| platform_diagnostics(engine));
        earlier.keep_checks(engine, &now, self.edition());
        found
    }

    /// Loads again what was loaded: the scripts as they stand now, without what was entered since. Where a script is not
    /// understood by now, everything stays as it was.
    ///
    /// ```
    /// use fnet::load::{Loader, LoadError, Script};
    /// use std::path::Path;
    /// use std::sync::{Arc, Mutex};
    ///
    /// /// A file that changes.
    /// struct Shelf(Mutex<&'static str>);
    ///
    /// impl Loader for Shelf {
    ///     fn read(&self, _: &Path) -> Result<String, LoadError> {
    ///         Ok(self.0.lock().unwrap().to_string())
    ///     }
    /// }
    ///
    /// let shelf = Arc::new(Shelf(Mutex::new("vnet hub 10.0.0.0/16 { subnet a 10.0.0.0/24; subnet b 10.0.1.0/24 }
    /// host vm in hub.a 10.0.0.4
    /// can vm reach 10.0.1.4:22")));
    /// let mut net = fnet::Session::with_loader(shelf.clone());
    /// net.keep_answers(true);
    /// net.load_all([Script::File("net.fnet".into())])?;
    /// let text = "# nothing but this line is new\nvnet hub 10.0.0.0/16 { subnet a 10.0.0.0/24; subnet b 10.0.1.0/24 }
    /// host vm in hub.a 10.0.0.4
    /// can vm reach 10.0.1.4:22";
    /// *shelf.0.lock().unwrap() = text;
    /// let report = net.reload()?;
    /// assert_eq!((report.outcomes.len(), report.kept), (1, 1));
    /// # Ok::<(), fnet::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a script cannot be read or is not understood.
    pub fn reload(&mut self) -> Result<Report, Errors> {
        let mut anew = self.anew();
        let report = anew.load_all(self.loaded.clone())?;
        *self = anew;
        Ok(report)
    }

    /// The files that were read: those that were loaded, what they use, and lists of service tags.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.state.read.iter().chain(&self.state.tag_files)
    }
}
