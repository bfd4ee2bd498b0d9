//! fnet inside documentation: the blocks of Markdown and Rust files are run, scripts and their `check`s too, and what comes
//! out is held against what they say.
//!
//! A block marked `fnet` is a script that must be well, or a transcript, where lines begin with `fnet> `, that must print
//! what stands there. `docs/testing.md` tells it whole. In a Rust project one test is enough:
//!
//! ```no_run
//! #[test]
//! fn the_readme_is_true() {
//!     fnet::doctest::check("README.md");
//! }
//! ```
//!
//! Whoever wants to know more of it than that asks for the [`TestReport`], which is data:
//!
//! ```
//! use fnet::doctest::{Options, document};
//!
//! let text = "# Networks\n\n```fnet\nvnet hub 10.0.0.0/33\n```\n";
//! let report = document("guide.md", text, &Options::default());
//! let failure = report.failures().next().unwrap();
//! assert_eq!(failure.diagnostic.code, "FN0110");
//! assert_eq!(report.tests[0].name, "guide.md:3 Networks");
//! assert_eq!(report.sources.place(failure.diagnostic.span().unwrap()), "guide.md:4");
//! ```
//!
//! It asks nothing itself: a script goes through [`crate::Session`], an entry through [`crate::conversation`]. It writes no
//! file; [`FileReport::renewed`] is what a file would be with its expectations renewed.

mod blocks;
mod book;
mod coverage;
mod disk;
mod document;
mod expect;
mod formats;
mod found;
mod mark;
mod report;
mod script;
mod shelf;
mod talk;
mod told;
mod transcript;
mod update;

pub use book::{Book, NotABook, style_sheet};
pub use coverage::{Coverage, OwnLine};
pub use disk::{NoFile, find, write};
pub use formats::{github, json, junit, lcov, sarif};
pub use report::{Detail, Failure, FileReport, Test, TestOutcome, TestReport};
pub use told::{coverage, failure, failures};

use crate::diagnostic::Diagnostic;
use crate::load::{Disk, LoadError, Loader};
use crate::platform::Edition;
use crate::source::{SourceMap, Span};
use blocks::FileKind;
use document::Document;
use found::DOCUMENT;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// How tests are run.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// Only tests with these words in their name.
    pub filter: Option<String>,
    /// Stop at the first test that fails.
    pub fail_fast: bool,
    /// So many files at once; none for as many as there are processors.
    pub jobs: Option<usize>,
    /// Find out which lines assertions depend on.
    pub coverage: bool,
    /// The edition of scripts that name none.
    pub edition: Option<Edition>,
    /// Where files come from.
    pub loader: Arc<dyn Loader + Send + Sync>,
}

impl Default for Options {
    /// All tests, from the disk.
    fn default() -> Self {
        Self { filter: None, fail_fast: false, jobs: None, coverage: false, edition: None, loader: Arc::new(Disk) }
    }
}

impl Options {
    /// Is a test of that name to be run?
    fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }
}

/// Runs the tests of files. `passed` hears how many of them are done.
pub fn run(files: &[PathBuf], options: &Options, passed: &(dyn Fn(usize) + Sync)) -> TestReport {
    let available = || std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = options.jobs.unwrap_or_else(available).clamp(1, files.len().max(1));
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let ended = AtomicBool::new(false);
    let reports: Mutex<Vec<(usize, FileReport)>> = Mutex::new(Vec::new());
    let work = || {
        while !ended.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = files.get(at) else { return };
            let report = file(path, options);
            if options.fail_fast && report.tests.iter().any(Test::has_failed) {
                ended.store(true, Ordering::Relaxed);
            }
            if let Ok(mut reports) = reports.lock() {
                reports.push((at, report));
            }
            passed(done.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    if jobs == 1 {
        work();
    } else {
        std::thread::scope(|scope| (0..jobs).for_each(|_| drop(scope.spawn(work))));
    }
    let mut reports = reports.into_inner().unwrap_or_default();
    reports.sort_by_key(|(at, _)| *at);
    TestReport { files: reports.into_iter().map(|(_, report)| report).collect() }
}

/// The tests that a file has, and their lines; none of them is run. One that is left alone says so.
pub fn list(path: &Path, options: &Options) -> Vec<(String, usize)> {
    let Ok(text) = options.loader.read(path) else { return Vec::new() };
    let document = Document::read(path, &text);
    let all = match FileKind::of(path) {
        Some(FileKind::Script) => script::tests(&document),
        _ => document.tests(),
    };
    all.into_iter().filter(|(name, _)| options.wants(name)).collect()
}

/// Runs the tests of a file.
pub fn file(path: &Path, options: &Options) -> FileReport {
    let name = path.display().to_string();
    let text = match options.loader.read(path) {
        Ok(text) => text,
        Err(error) => return unreadable(name, &error),
    };
    match FileKind::of(path) {
        Some(FileKind::Script) => script::run(path, &text, options),
        _ => document(&name, &text, options),
    }
}

/// Runs the tests of a document, Markdown or by the ending of its name Rust; files that it uses stand beside it.
pub fn document(name: &str, text: &str, options: &Options) -> FileReport {
    Document::read(Path::new(name), text).run(options)
}

/// A file that cannot be read: a test that fails.
fn unreadable(name: String, error: &LoadError) -> FileReport {
    let mut sources = SourceMap::default();
    sources.add(name.as_str(), "");
    let (code, why) = match error {
        LoadError::Unreadable(why) => ("FN0001", format!("`{name}` cannot be read: {why}")),
        LoadError::NotText(at) => ("FN0002", format!("`{name}` is not UTF-8 text: byte {at} is none")),
    };
    let failure = Diagnostic::error(code, Span::new(DOCUMENT, 0, 0), why).into();
    let tests = vec![Test { name: name.clone(), line: 1, outcome: TestOutcome::Failed(vec![failure]) }];
    FileReport { file: name, tests, sources, renewed: None, coverage: None, read: Vec::new() }
}

/// Runs the tests of a file, or of all files below a folder, and panics with what is not as it should be. The path is relative
/// to the crate that is tested, as its `CARGO_MANIFEST_DIR` says.
///
/// # Panics
///
/// Where a test fails, where there is none, and where the path cannot be read.
#[track_caller]
pub fn check(path: impl AsRef<Path>) {
    if let Err(text) = checked(path.as_ref()) {
        panic!("{text}");
    }
}

fn checked(path: &Path) -> Result<(), String> {
    let path = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(folder) => PathBuf::from(folder).join(path),
        None => path.to_path_buf(),
    };
    let files = find(std::slice::from_ref(&path)).map_err(|error| error.to_string())?;
    let report = run(&files, &Options::default(), &|_| {});
    let (passed, failed) = report.tally();
    match (passed, failed) {
        (0, 0) => Err(format!("{}: no test found", path.display())),
        (_, 0) => Ok(()),
        _ => {
            Err(format!("\n{}\n{passed} passed, {failed} failed", failures(&report, &crate::render::Style::default())))
        }
    }
}
