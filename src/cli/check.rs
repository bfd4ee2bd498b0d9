//! `fnet check FILES`.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, findings, load, run, session};
use crate::diagnostic::Severity;
use crate::render;
use crate::session::{Outcome, Report};
use crate::source::SourceMap;
use std::path::PathBuf;

/// Says what is wrong with scripts.
pub(super) fn check(files: &[PathBuf], options: &Options, output: &Output) -> Exit {
    let mut session = session(options);
    let mut all = match load(&mut session, files) {
        Ok(report) => report,
        Err(errors) => return output.errors(&errors),
    };
    tell(&mut all, session.sources(), options, output);
    run::exit(&all)
}

/// Tells what is wrong; what was only asked is left out.
pub(super) fn tell(all: &mut Report, sources: &SourceMap, options: &Options, output: &Output) {
    all.outcomes.retain(|outcome| matches!(outcome, Outcome::Holds { .. } | Outcome::Fails { .. }));
    if output.format == Format::Json {
        output.print(&render::report_json(all, &[], sources));
        return;
    }
    if let Some(text) = findings::written(output.format, all, &[], sources) {
        output.print(&text);
        return;
    }
    output.diagnostics(&all.diagnostics, sources);
    for outcome in &all.outcomes {
        if let Outcome::Fails { diagnostic, .. } = outcome {
            output.markup(&render::outcome_within(outcome, output.style.width));
            output.diagnostics(std::slice::from_ref(diagnostic), sources);
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
}
