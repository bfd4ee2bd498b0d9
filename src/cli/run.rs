//! `fnet run FILES`.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, findings, load, session};
use crate::render;
use crate::session::{Outcome, Report};
use crate::source::SourceMap;
use std::path::PathBuf;

/// Runs scripts, prints their answers, checks their assertions.
pub(super) fn run(files: &[PathBuf], options: &Options, output: &Output) -> Exit {
    let mut session = session(options);
    let all = match load(&mut session, files) {
        Ok(report) => report,
        Err(errors) => return output.errors(&errors),
    };
    tell(&all, session.sources(), options, output);
    exit(&all)
}

/// Tells all that came of the scripts.
pub(super) fn tell(all: &Report, sources: &SourceMap, options: &Options, output: &Output) {
    if output.format == Format::Json {
        output.print(&render::report_json(all, &[], sources));
        return;
    }
    if let Some(text) = findings::written(output.format, all, &[], sources) {
        output.print(&text);
        return;
    }
    if !options.quiet {
        output.diagnostics(&all.diagnostics, sources);
        if !all.diagnostics.is_empty() && !all.outcomes.is_empty() {
            output.error("");
        }
    }
    print(all, options, output, sources);
}

/// How the program ends after a script.
pub(super) fn exit(report: &Report) -> Exit {
    match (report.has_errors(), report.assertions().1) {
        (true, _) => Exit::Errors,
        (false, 0) => Exit::Well,
        _ => Exit::Failed,
    }
}

fn print(report: &Report, options: &Options, output: &Output, sources: &SourceMap) {
    let mut check: Option<&str> = None;
    for (at, outcome) in report.outcomes.iter().enumerate() {
        let title = match outcome {
            Outcome::Holds { check, .. } | Outcome::Fails { check, .. } => check.as_deref(),
            _ => None,
        };
        if at > 0 && (title.is_none() || title != check) {
            output.print("\n");
        }
        if let Some(title) = title.filter(|title| check != Some(title)) {
            output.print(&format!("{title}\n"));
        }
        check = title;
        let mut markup = render::Markup::default();
        if title.is_some() {
            markup.plain("  ");
        }
        markup.append(render::outcome_within(outcome, output.style.width));
        output.markup(&markup);
        if let Outcome::Fails { diagnostic, .. } = outcome {
            output.diagnostics(std::slice::from_ref(diagnostic), sources);
        }
    }
    let (passed, failed) = report.assertions();
    if !options.quiet && passed + failed > 0 {
        output.print(&format!("\n{passed} passed, {failed} failed\n"));
    }
}
