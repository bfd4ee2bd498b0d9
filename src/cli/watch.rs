//! `--watch`: scripts are read again when one of their files changes. What the change cannot affect is not asked again;
//! where a file is not understood by now, what was read last still stands.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, check, load, run, session};
use crate::query::answer::{EachPlace, Place};
use crate::render;
use crate::session::{Outcome, Report, Session};
use notify::{EventKind, RecursiveMode, Watcher};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, SystemTime};

/// How long files must be left alone until they are read: editors write in several steps.
const QUIET: Duration = Duration::from_millis(200);

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
    let (changed, changes) = channel();
    let events = move |event: notify::Result<notify::Event>| {
        let told = match event {
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
            Ok(event) => event.paths,
            // What was missed is not known, so everything may have changed.
            Err(_) => Vec::new(),
        };
        // Nobody listens any more: the program is about to end.
        let _ = changed.send(told);
    };
    let mut watcher = match notify::recommended_watcher(events) {
        Ok(watcher) => watcher,
        Err(error) => {
            output.error(&format!("files cannot be watched here: {error}"));
            return Exit::Usage;
        }
    };
    let mut session = session(options);
    session.keep_answers(true);
    let mut watched = Watched::default();
    let mut last: Option<Report> = None;
    loop {
        // Before they are read, so that no change of them is missed.
        if let Err(error) = watched.take(files.iter(), &mut watcher) {
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
        let changed = match watched.take(session.files(), &mut watcher) {
            Ok(new) => new.into_iter().find(|file| is_newer(file, begun)).or_else(|| watched.next(&changes)),
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

/// The files that are watched, by the folders that they stand in: an editor may put a new file in the place of the old one.
#[derive(Default)]
struct Watched {
    files: HashSet<PathBuf>,
    folders: HashSet<PathBuf>,
}

impl Watched {
    /// Watches these files too; those that stand in a folder that was not watched so far.
    fn take<'f>(
        &mut self,
        files: impl Iterator<Item = &'f PathBuf>,
        watcher: &mut dyn Watcher,
    ) -> Result<Vec<PathBuf>, String> {
        let mut new = Vec::new();
        for file in files {
            let folder = match file.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            let Ok(folder) = folder.canonicalize() else { continue };
            let Some(name) = file.file_name() else { continue };
            self.files.insert(folder.join(name));
            if self.folders.insert(folder.clone()) {
                watcher
                    .watch(&folder, RecursiveMode::NonRecursive)
                    .map_err(|error| format!("{} cannot be watched: {error}", folder.display()))?;
                new.push(folder.join(name));
            }
        }
        Ok(new)
    }

    /// Waits until a file has changed and is left alone; none where nobody will say so any more.
    fn next(&self, changes: &Receiver<Vec<PathBuf>>) -> Option<PathBuf> {
        let mine = |paths: Vec<PathBuf>| match paths.is_empty() {
            true => self.files.iter().min().cloned(),
            false => paths.into_iter().find(|path| self.files.contains(path)),
        };
        let mut changed = None;
        loop {
            let Some(first) = &changed else {
                changed = mine(changes.recv().ok()?);
                continue;
            };
            match changes.recv_timeout(QUIET) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Some(short(first)),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

/// Was a file written since?
fn is_newer(file: &Path, since: SystemTime) -> bool {
    file.metadata().and_then(|data| data.modified()).is_ok_and(|written| written >= since)
}

/// A path as people would write it from where they are.
fn short(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    here.ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf)).unwrap_or_else(|| path.to_path_buf())
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
        let (asked, all) = (report.outcomes.len() - report.kept, report.outcomes.len());
        let mut known: Vec<String> = before.outcomes.iter().map(words).collect();
        let mut is_new = |outcome: &Outcome| match known.iter().position(|known| *known == words(outcome)) {
            Some(at) => {
                known.swap_remove(at);
                false
            }
            None => true,
        };
        let mut differs = report.clone();
        differs.diagnostics.retain(|one| !before.diagnostics.iter().any(|known| known.message == one.message));
        differs.outcomes.retain(|outcome| is_new(outcome));
        let count = differs.outcomes.len();
        let quiet = Options { quiet: true, ..options.clone() };
        if !options.quiet {
            output.diagnostics(&differs.diagnostics, session.sources());
        }
        run::tell(&differs, session.sources(), &quiet, output);
        if options.quiet {
            return;
        }
        let (passed, failed) = report.assertions();
        let tally = if passed + failed > 0 { format!("; {passed} passed, {failed} failed") } else { String::new() };
        let gap = if count > 0 { "\n" } else { "" };
        output.print(&format!("{gap}{asked} of {all} asked again, {count} with another answer{tally}\n"));
    }
}

/// What came of a question or an assertion, as it is told but for the places of lines: a line that has only moved says
/// nothing new.
fn words(outcome: &Outcome) -> String {
    let mut outcome = outcome.clone();
    let mut nowhere = |place: &mut Place| (place.line, place.column) = (0, 0);
    match &mut outcome {
        Outcome::Answer { answer, .. } => answer.each_place(&mut nowhere),
        Outcome::Fails { answer: Some(answer), .. } => answer.each_place(&mut nowhere),
        _ => {}
    }
    let text = render::outcome(&outcome).to_text(&render::Style::default());
    match outcome {
        Outcome::Fails { diagnostic, .. } => format!("{text}{}", diagnostic.message),
        _ => text,
    }
}
