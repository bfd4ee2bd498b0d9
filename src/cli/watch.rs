//! `--watch`: scripts are read again when one of their files changes. What the change cannot affect is not asked again;
//! where a file is not understood by now, what was read last still stands.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, check, load, run, session};
use crate::conversation::{news, tally};
use crate::session::{Report, Session};
use crate::watch::is_newer;
use std::path::PathBuf;
use std::time::SystemTime;

/// What is told of scripts.
pub(super) trait Told {
    /// Tells what came of the first reading.
    fn first(&self, report: Report, session: &Session, options: &Options, output: &Output);

    /// Tells what came of a later one; `before` is what came of the last.
    fn again(&self, before: &Report, report: Report, session: &Session, options: &Options, output: &Output);
}

/// `fnet run --watch`.
pub(super) struct Run;

/// `fnet check --watch`.
pub(super) struct Check;

/// Reads scripts, and again whenever a file changes, until it is stopped.
pub(super) fn watch(files: &[PathBuf], told: &dyn Told, options: &Options, output: &Output) -> Exit {
    if files.iter().any(|file| file.as_os_str() == "-") {
        output.error("standard input cannot be watched: name files");
        return Exit::Usage;
    }
    let (mut watch, changes) = match crate::watch::watch() {
        Ok(watch) => watch,
        Err(error) => {
            output.error(&error);
            return Exit::Usage;
        }
    };
    let mut session = session(options);
    session.keep_answers(true);
    let mut last: Option<Report> = None;
    loop {
        // Before they are read, so that no change of them is missed.
        if let Err(error) = watch.take(files.iter()) {
            output.error(&error);
            return Exit::Usage;
        }
        let begun = SystemTime::now();
        let read = if last.is_some() { session.reload() } else { load(&mut session, files) };
        match read {
            Ok(report) => {
                match &last {
                    None => told.first(report.clone(), &session, options, output),
                    Some(before) => told.again(before, report.clone(), &session, options, output),
                }
                last = Some(report);
            }
            Err(errors) => {
                output.errors(&errors);
                if last.is_some() && output.format != Format::Json {
                    output.error("what was read before still stands");
                }
            }
        }
        let changed = match watch.take(session.files()) {
            Ok(new) => new.into_iter().find(|file| is_newer(file, begun)).or_else(|| changes.next()),
            Err(error) => {
                output.error(&error);
                return Exit::Usage;
            }
        };
        let Some(file) = changed else { return Exit::Well };
        if output.format != Format::Json {
            output.print(&format!("\n-- {} changed\n", file.display()));
        }
    }
}

impl Told for Check {
    fn first(&self, mut report: Report, session: &Session, options: &Options, output: &Output) {
        check::tell(&mut report, session.sources(), options, output);
    }

    fn again(&self, _: &Report, report: Report, session: &Session, options: &Options, output: &Output) {
        self.first(report, session, options, output);
    }
}

impl Told for Run {
    fn first(&self, report: Report, session: &Session, options: &Options, output: &Output) {
        run::tell(&report, session.sources(), options, output);
    }

    /// Tells what comes out otherwise than before, and how much was asked again.
    fn again(&self, before: &Report, report: Report, session: &Session, options: &Options, output: &Output) {
        if output.format == Format::Json {
            return self.first(report, session, options, output);
        }
        let differs = news(before, &report);
        let count = differs.outcomes.len();
        let quiet = Options { quiet: true, ..options.clone() };
        if !options.quiet {
            output.diagnostics(&differs.diagnostics, session.sources());
        }
        run::tell(&differs, session.sources(), &quiet, output);
        if options.quiet {
            return;
        }
        let gap = if count > 0 { "\n" } else { "" };
        output.print(&format!("{gap}{}\n", tally(&report, count)));
    }
}
