//! The report of tests for other programs: JSON (`docs/json.md`), JUnit, SARIF and annotations of GitHub.

use super::coverage::Coverage;
use super::report::{Detail, Failure, FileReport, Test, TestOutcome, TestReport};
use crate::query::Answer;
use crate::render::{self, Came, Case, DiagnosticDocument, Finding, Style, Suite};
use serde::Serialize;

#[derive(Serialize)]
struct ReportDocument<'a> {
    tests: Vec<TestDocument<'a>>,
    passed: usize,
    failed: usize,
    ignored: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<CoverageDocument<'a>>,
}

#[derive(Serialize)]
struct CoverageDocument<'a> {
    covered: usize,
    percent: f64,
    lines: Vec<LineDocument<'a>>,
    rules: Vec<RuleDocument<'a>>,
}

#[derive(Serialize)]
struct LineDocument<'a> {
    file: &'a str,
    line: usize,
    kind: &'a str,
    text: &'a str,
    assertions: usize,
}

#[derive(Serialize)]
struct RuleDocument<'a> {
    rule: &'a str,
    assertions: usize,
}

#[derive(Serialize)]
struct TestDocument<'a> {
    name: &'a str,
    file: &'a str,
    line: usize,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<FailureDocument<'a>>,
}

#[derive(Serialize)]
struct FailureDocument<'a> {
    diagnostic: DiagnosticDocument<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a Answer>,
}

/// The report as a JSON document.
pub fn json(report: &TestReport) -> String {
    let tests = report.files.iter().flat_map(|file| file.tests.iter().map(move |test| document(file, test)));
    let (passed, failed) = report.tally();
    let all = report.coverage();
    let coverage = all.as_ref().map(covered);
    let tests = tests.collect();
    render::document_json(&ReportDocument { tests, passed, failed, ignored: report.ignored(), coverage })
}

fn covered(coverage: &Coverage) -> CoverageDocument<'_> {
    let lines = coverage.lines.iter().map(|((file, number), line)| LineDocument {
        file,
        line: *number,
        kind: line.kind,
        text: &line.text,
        assertions: line.assertions,
    });
    let rules = coverage.rules.iter().map(|(rule, assertions)| RuleDocument { rule, assertions: *assertions });
    CoverageDocument {
        covered: coverage.tally().0,
        percent: coverage.percent(),
        lines: lines.collect(),
        rules: rules.collect(),
    }
}

/// The lines that count, as the tracefile of lcov: how many assertions depend on each.
pub fn lcov(coverage: &Coverage) -> String {
    let mut out = String::new();
    let mut lines = coverage.lines.iter().peekable();
    while let Some(((file, _), _)) = lines.peek() {
        let (mut found, mut hit) = (0, 0);
        out.push_str(&format!("TN:\nSF:{file}\n"));
        while let Some(((_, number), line)) = lines.next_if(|((other, _), _)| other == file) {
            out.push_str(&format!("DA:{number},{}\n", line.assertions));
            found += 1;
            hit += usize::from(line.assertions > 0);
        }
        out.push_str(&format!("LF:{found}\nLH:{hit}\nend_of_record\n"));
    }
    out
}

fn document<'a>(file: &'a FileReport, test: &'a Test) -> TestDocument<'a> {
    let failures = test.failures().iter().map(|failure| {
        let (expected, right, answer) = match &failure.detail {
            Some(Detail::Lines { expected, right }) => (Some(&expected[..]), Some(&right[..]), None),
            Some(Detail::Answer(answer)) => (None, None, Some(&**answer)),
            None => (None, None, None),
        };
        let diagnostic = DiagnosticDocument::of(&failure.diagnostic, &file.sources);
        FailureDocument { diagnostic, expected, right, answer }
    });
    let outcome = match &test.outcome {
        TestOutcome::Passed => "passed",
        TestOutcome::Ignored => "ignored",
        TestOutcome::Failed(_) => "failed",
    };
    TestDocument { name: &test.name, file: &file.file, line: test.line, outcome, failures: failures.collect() }
}

/// The report as the XML of JUnit.
pub fn junit(report: &TestReport) -> String {
    let suites = report.files.iter().filter(|file| !file.tests.is_empty()).map(|file| Suite {
        name: file.file.clone(),
        cases: file.tests.iter().map(|test| Case { name: test.name.clone(), came: came(file, test) }).collect(),
    });
    render::junit(&suites.collect::<Vec<_>>())
}

fn came(file: &FileReport, test: &Test) -> Came {
    match &test.outcome {
        TestOutcome::Passed => Came::Passed,
        TestOutcome::Ignored => Came::Skipped,
        TestOutcome::Failed(failures) => {
            let message = failures.first().map_or("", |failure| &failure.diagnostic.message);
            let shown = failures.iter().map(|failure| super::failure(failure, &file.sources, &Style::default()));
            Came::Failed(message.to_string(), shown.collect::<Vec<_>>().join("\n"))
        }
    }
}

/// The failures as SARIF.
pub fn sarif(report: &TestReport) -> String {
    with_findings(report, render::sarif)
}

/// The failures as annotations of GitHub.
pub fn github(report: &TestReport) -> String {
    with_findings(report, render::github)
}

fn with_findings(report: &TestReport, write: impl FnOnce(&[Finding<'_>]) -> String) -> String {
    let shown = |failure: &Failure| {
        failure.detail.as_ref().map(|detail| detail.told().to_text(&Style::default())).unwrap_or_default()
    };
    let all: Vec<(&FileReport, &Failure, String)> = report
        .files
        .iter()
        .flat_map(|file| file.failures().map(move |failure| (file, failure)))
        .map(|(file, failure)| (file, failure, shown(failure)))
        .collect();
    let findings = all.iter().map(|(file, failure, shown)| Finding {
        diagnostic: &failure.diagnostic,
        sources: &file.sources,
        shown,
    });
    write(&findings.collect::<Vec<_>>())
}
