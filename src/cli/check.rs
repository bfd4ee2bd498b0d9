//! `fnet check FILES`.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, load, run, session};
use crate::diagnostic::Severity;
use crate::render;
use crate::session::Outcome;
use std::path::PathBuf;

/// Says what is wrong with scripts.
pub(super) fn check(files: &[PathBuf], options: &Options, output: &Output) -> Exit {
    let mut session = session(options);
    let mut all = match load(&mut session, files) {
        Ok(report) => report,
        Err(errors) => return output.errors(&errors),
    };
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
        let count = |severity: Severity| {
            let count = all.diagnostics.iter().filter(|d| d.severity == severity).count();
            format!("{count} {}{}", severity.word(), if count == 1 { "" } else { "s" })
        };
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        output.print(&format!("{errors}, {warnings}, {}\n", all.tally()));
    }
    run::exit(&all)
}
