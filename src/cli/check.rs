//! `fnet check FILES`.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, load, run, session};
use crate::diagnostic::Severity;
use crate::render;
use crate::session::{Outcome, Report};
use std::path::PathBuf;

/// Says what is wrong with scripts.
pub(super) fn check(files: &[PathBuf], options: &Options, output: &Output) -> Exit {
    let mut session = session(options);
    let mut all = Report::default();
    for file in files {
        match load(&mut session, file) {
            Ok(mut report) => {
                all.outcomes.append(&mut report.outcomes);
                all.diagnostics = report.diagnostics;
            }
            Err(errors) => return output.errors(&errors),
        }
    }
    all.outcomes.retain(|outcome| matches!(outcome, Outcome::Holds { .. } | Outcome::Fails { .. }));
    if output.format == Format::Json {
        output.print(&render::report_json(&all, &[], session.sources()));
        return run::exit(&all);
    }
    output.diagnostics(&all.diagnostics, session.sources());
    for outcome in &all.outcomes {
        if let Outcome::Fails { diagnostic, .. } = outcome {
            output.markup(&render::outcome(outcome));
            output.diagnostics(std::slice::from_ref(diagnostic), session.sources());
        }
    }
    if !options.quiet {
        let count = |severity| all.diagnostics.iter().filter(|d| d.severity == severity).count();
        let (passed, failed) = all.assertions();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        output.print(&format!("{errors} errors, {warnings} warnings, {passed} assertions hold, {failed} fail\n"));
    }
    run::exit(&all)
}
