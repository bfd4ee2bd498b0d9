//! `fnet test PATHS`.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options};
use crate::doctest::{self, FileReport, TestOutcome, TestReport};
use crate::render::{Markup, Tag};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What `fnet test` is told.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct TestArguments {
    /// Scripts (.fnet), Markdown (.md), Rust (.rs), and folders of them.
    #[arg(required = true, value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// Write what is printed now in the place of what is expected; nothing else of a file changes.
    #[arg(long)]
    update: bool,
    /// Run only the tests that have these words in their name: file, line, headings or the title of a `check`.
    #[arg(long, value_name = "WORDS")]
    filter: Option<String>,
    /// Stop at the first test that fails.
    #[arg(long)]
    fail_fast: bool,
    /// Test so many files at once; otherwise as many as there are processors.
    #[arg(long, short, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Say which tests there are, and run none.
    #[arg(long, conflicts_with = "update")]
    list: bool,
    /// Say which lines no assertion depends on: of security groups, route tables, firewalls, access, zones' links and
    /// private endpoints; and which rules of the platform assertions exercise.
    #[arg(long)]
    coverage: bool,
    /// Fail where assertions depend on less than so many percent of the lines.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    coverage_min: Option<u8>,
    /// Write which lines assertions depend on into a file, as lcov does.
    #[arg(long, value_name = "FILE")]
    lcov: Option<PathBuf>,
    /// Go on: when a file changes, run the tests again.
    #[cfg(feature = "watch")]
    #[arg(long, conflicts_with_all = ["list", "update"])]
    pub(super) watch: bool,
}

/// How long nothing is told of how far it has come.
const SILENT: Duration = Duration::from_secs(1);

/// How often it is told.
const OFTEN: Duration = Duration::from_millis(100);

/// Runs the tests of files and folders.
pub(super) fn test(arguments: &TestArguments, options: &Options, output: &Output) -> Exit {
    let files = match doctest::find(&arguments.paths) {
        Ok(files) => files,
        Err(error) => {
            output.error(&error.to_string());
            return Exit::Usage;
        }
    };
    let mut wanted = doctest::Options::default();
    wanted.filter.clone_from(&arguments.filter);
    wanted.fail_fast = arguments.fail_fast;
    wanted.jobs = arguments.jobs.map(usize::from);
    wanted.edition = options.edition;
    wanted.coverage = arguments.coverage || arguments.coverage_min.is_some() || arguments.lcov.is_some();
    if arguments.list {
        return list(&files, &wanted, output);
    }
    #[cfg(feature = "watch")]
    if arguments.watch {
        return watch(arguments, &wanted, options, output);
    }
    let mut report = run(&files, &wanted, output);
    if arguments.update {
        if let Err(exit) = update(&report, output) {
            return exit;
        }
        report = run(&files, &wanted, output);
    }
    tell(&report, options, output);
    exit(&report, output).worse_of(covered(&report, arguments, output))
}

/// Tells what assertions depend on, where that was asked for.
fn covered(report: &TestReport, arguments: &TestArguments, output: &Output) -> Exit {
    let Some(coverage) = report.coverage() else { return Exit::Well };
    if arguments.coverage && matches!(output.format, Format::Text | Format::Plain) {
        output.print("\n");
        output.markup(&doctest::coverage(&coverage));
    }
    if let Some(path) = &arguments.lcov
        && let Err(error) = doctest::write(path, &doctest::lcov(&coverage))
    {
        output.error(&format!("{}: {error}", path.display()));
        return Exit::Usage;
    }
    match arguments.coverage_min {
        Some(least) if coverage.percent() < f64::from(least) => {
            let (covered, all) = coverage.tally();
            output.error(&format!("assertions depend on {covered} of {all} lines, and {least} % are wanted"));
            Exit::Failed
        }
        _ => Exit::Well,
    }
}

/// Runs the tests, and again whenever a file of theirs changes, until it is stopped.
#[cfg(feature = "watch")]
fn watch(arguments: &TestArguments, wanted: &doctest::Options, options: &Options, output: &Output) -> Exit {
    let watched = || -> Result<(), String> {
        let (mut watch, changes) = crate::watch::watch()?;
        loop {
            // Files may have come or gone.
            let files = doctest::find(&arguments.paths).map_err(|error| error.to_string())?;
            // Before they are read, so that no change of them is missed.
            watch.take(files.iter())?;
            let begun = std::time::SystemTime::now();
            let report = run(&files, wanted, output);
            tell(&report, options, output);
            exit(&report, output);
            covered(&report, arguments, output);
            let used = report.files.iter().flat_map(|file| &file.read);
            let new = watch.take(used)?;
            let changed = new.into_iter().find(|file| crate::watch::is_newer(file, begun));
            let Some(changed) = changed.or_else(|| changes.next()) else { return Ok(()) };
            if output.format != Format::Json {
                output.print(&format!("\n-- {} changed\n", changed.display()));
            }
        }
    };
    match watched() {
        Ok(()) => Exit::Well,
        Err(error) => {
            output.error(&error);
            Exit::Usage
        }
    }
}

/// Says which tests there are.
fn list(files: &[PathBuf], wanted: &doctest::Options, output: &Output) -> Exit {
    let mut count = 0;
    for (name, _) in files.iter().flat_map(|file| doctest::list(file, wanted)) {
        output.markup(Markup::default().plain(name).line());
        count += 1;
    }
    if count == 0 {
        return nothing(output);
    }
    Exit::Well
}

fn nothing(output: &Output) -> Exit {
    output.error("no test found: fnet tests scripts, and blocks marked `fnet` in Markdown and Rust files");
    Exit::Failed
}

/// Runs the tests; on a terminal one sees how far that has come where it takes longer than a moment.
fn run(files: &[PathBuf], wanted: &doctest::Options, output: &Output) -> TestReport {
    let tell = std::io::stderr().is_terminal() && output.format == Format::Text;
    let begun = Instant::now();
    let told: Mutex<Option<Instant>> = Mutex::new(None);
    let report = doctest::run(files, wanted, &|done| {
        if !tell || begun.elapsed() < SILENT {
            return;
        }
        let Ok(mut last) = told.lock() else { return };
        if last.is_none_or(|last| last.elapsed() >= OFTEN) {
            *last = Some(Instant::now());
            let _ = write!(std::io::stderr(), "\r\x1b[K{}", bar(done, files.len()));
        }
    });
    if told.into_inner().is_ok_and(|last| last.is_some()) {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
    report
}

/// `[#####-----] 12 of 24 files`.
fn bar(done: usize, all: usize) -> String {
    const WIDTH: usize = 30;
    let full = done * WIDTH / all.max(1);
    format!("[{}{}] {done} of {all} files", "#".repeat(full), "-".repeat(WIDTH - full))
}

/// Writes down what is printed now.
fn update(report: &TestReport, output: &Output) -> Result<(), Exit> {
    for file in &report.files {
        let Some(text) = &file.renewed else { continue };
        let path = PathBuf::from(&file.file);
        if let Err(error) = doctest::write(&path, text) {
            output.error(&format!("{}: {error}", path.display()));
            return Err(Exit::Usage);
        }
        output.error(&format!("{}: expectations renewed", path.display()));
    }
    Ok(())
}

/// Tells what came of the tests.
fn tell(report: &TestReport, options: &Options, output: &Output) {
    let (passed, failed) = report.tally();
    match output.format {
        Format::Json => return output.print(&doctest::json(report)),
        Format::Junit => return output.print(&doctest::junit(report)),
        Format::Sarif => return output.print(&doctest::sarif(report)),
        Format::Github => output.print(&doctest::github(report)),
        _ => {
            let mut between = "";
            for file in report.files.iter().filter(|file| !file.tests.is_empty()) {
                let failures: Vec<String> =
                    file.failures().map(|failure| doctest::failure(failure, &file.sources, &output.style)).collect();
                if !options.quiet || !failures.is_empty() {
                    output.print(between);
                    output.markup(&head(file));
                    between = "";
                }
                if !failures.is_empty() {
                    output.print(&format!("\n{}", failures.join("\n")));
                    between = "\n";
                }
            }
        }
    }
    if passed + failed > 0 {
        let ignored = match report.ignored() {
            0 => String::new(),
            count => format!(", {count} left alone"),
        };
        output.print(&format!("\n{passed} passed, {failed} failed{ignored}\n"));
    }
}

/// `✓ README.md: 3 tests`.
fn head(file: &FileReport) -> Markup {
    let failed = file.tests.iter().filter(|test| test.has_failed()).count();
    let all = file.tests.iter().filter(|test| !matches!(test.outcome, TestOutcome::Ignored)).count();
    let s = if all == 1 { "" } else { "s" };
    let mut out = Markup::default();
    match failed {
        0 => out.push(Tag::Good, "✓ ").plain(format!("{}: {all} test{s}", file.file)),
        _ => out.push(Tag::Bad, "✗ ").plain(format!("{}: {failed} of {all} test{s} failed", file.file)),
    };
    out.line();
    out
}

fn exit(report: &TestReport, output: &Output) -> Exit {
    match report.tally() {
        (0, 0) => nothing(output),
        (_, 0) => Exit::Well,
        _ => Exit::Failed,
    }
}
