//! What came of documentation tests, as plain data. How it looks is for [`super::told`].

use super::coverage::Coverage;
use crate::diagnostic::Diagnostic;
use crate::query::Answer;
use crate::source::SourceMap;
use std::path::PathBuf;

/// What came of the tests of files.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TestReport {
    /// File by file, in the order in which they were named or found.
    pub files: Vec<FileReport>,
}

/// What came of the tests of one file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FileReport {
    /// The file's name as it was given.
    pub file: String,
    /// Its tests, in order of place.
    pub tests: Vec<Test>,
    /// The texts that places point into; the first one is the file itself.
    pub sources: SourceMap,
    /// The file with its expectations renewed, where that makes another one of it.
    pub renewed: Option<String>,
    /// Which lines its assertions depend on, where that was asked for.
    pub coverage: Option<Coverage>,
    /// The other files that it uses.
    pub read: Vec<PathBuf>,
}

/// One test: a block of a document, a script, or a `check` of a script.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Test {
    /// `docs/guide.md:12 Endpoints > In short`: the file, the line, and the headings or the title of the `check`.
    pub name: String,
    /// The line, from 1.
    pub line: usize,
    /// What came of it.
    pub outcome: TestOutcome,
}

/// What came of a test.
#[derive(Clone, Debug)]
pub enum TestOutcome {
    /// All is as it should be.
    Passed,
    /// It was left alone, as its tag says.
    Ignored,
    /// Something is not as it should be.
    Failed(Vec<Failure>),
}

/// Something that is not as it should be.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What is wrong, at its place in the file.
    pub diagnostic: Diagnostic,
    /// What shows it.
    pub detail: Option<Detail>,
}

/// What shows a failure.
#[derive(Clone, Debug)]
pub enum Detail {
    /// The lines that were expected, and those to expect instead: what still fits stands in both as it was written.
    Lines {
        /// What was expected.
        expected: Vec<String>,
        /// What would be right.
        right: Vec<String>,
    },
    /// The answer that refutes an assertion.
    Answer(Box<Answer>),
}

impl TestReport {
    /// How many tests passed, and how many failed.
    pub fn tally(&self) -> (usize, usize) {
        let all = || self.files.iter().flat_map(|file| &file.tests);
        let failed = all().filter(|test| test.has_failed()).count();
        (all().filter(|test| matches!(test.outcome, TestOutcome::Passed)).count(), failed)
    }

    /// How many were left alone.
    pub fn ignored(&self) -> usize {
        let all = self.files.iter().flat_map(|file| &file.tests);
        all.filter(|test| matches!(test.outcome, TestOutcome::Ignored)).count()
    }

    /// Which lines assertions depend on, in all files together; none where nobody asked.
    pub fn coverage(&self) -> Option<Coverage> {
        let mut all = self.files.iter().filter_map(|file| file.coverage.clone());
        let mut sum = all.next()?;
        all.for_each(|coverage| sum.add(coverage));
        Some(sum)
    }

    /// Was there a test, and did all pass?
    pub fn is_well(&self) -> bool {
        let (passed, failed) = self.tally();
        passed > 0 && failed == 0
    }
}

impl FileReport {
    /// What is not as it should be, in order of place.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.tests.iter().flat_map(Test::failures)
    }
}

impl Test {
    /// Is something not as it should be?
    pub fn has_failed(&self) -> bool {
        matches!(self.outcome, TestOutcome::Failed(_))
    }

    /// What is not as it should be.
    pub fn failures(&self) -> &[Failure] {
        match &self.outcome {
            TestOutcome::Failed(failures) => failures,
            _ => &[],
        }
    }
}
