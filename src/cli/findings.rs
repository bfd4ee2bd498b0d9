//! What came of scripts, for programs that read the reports of many tools: SARIF, JUnit, annotations of GitHub.

use super::Format;
use crate::diagnostic::Diagnostic;
use crate::render::{self, Came, Case, Finding, Style, Suite};
use crate::session::{Outcome, Report};
use crate::source::SourceMap;

/// The report in a format of that kind; none where it is another one.
pub(super) fn written(format: Format, report: &Report, more: &[Diagnostic], sources: &SourceMap) -> Option<String> {
    let write = match format {
        Format::Sarif => render::sarif,
        Format::Github => render::github,
        Format::Junit => return Some(junit(report, more, sources)),
        _ => return None,
    };
    let shown: Vec<(&Diagnostic, String)> = report
        .diagnostics
        .iter()
        .chain(more)
        .map(|diagnostic| (diagnostic, String::new()))
        .chain(report.outcomes.iter().filter_map(refuted))
        .collect();
    let findings = shown.iter().map(|(diagnostic, shown)| Finding { diagnostic, sources, shown });
    Some(write(&findings.collect::<Vec<_>>()))
}

/// What an assertion that does not hold comes to, and the trace that refutes it.
fn refuted(outcome: &Outcome) -> Option<(&Diagnostic, String)> {
    let Outcome::Fails { diagnostic, answer, .. } = outcome else { return None };
    let trace = answer.as_ref().map(|answer| render::answer(answer).to_text(&Style::default()));
    Some((&**diagnostic, trace.unwrap_or_default()))
}

/// A case for what is declared, and one for each assertion.
fn junit(report: &Report, more: &[Diagnostic], sources: &SourceMap) -> String {
    let style = Style::default();
    let errors: Vec<Diagnostic> =
        report.diagnostics.iter().chain(more).filter(|diagnostic| diagnostic.is_error()).cloned().collect();
    let came = match errors.first() {
        None => Came::Passed,
        Some(first) => Came::Failed(first.message.clone(), render::diagnostics(&errors, sources, &style)),
    };
    let mut cases = vec![Case { name: "what is declared".into(), came }];
    for outcome in &report.outcomes {
        let (assertion, check, came) = match outcome {
            Outcome::Holds { assertion, check } => (assertion, check, Came::Passed),
            Outcome::Fails { assertion, check, diagnostic, .. } => {
                let trace = refuted(outcome).map(|(_, trace)| trace).unwrap_or_default();
                let text = format!("{}{trace}", render::diagnostic(diagnostic, sources, &style));
                (assertion, check, Came::Failed(diagnostic.message.clone(), text))
            }
            _ => continue,
        };
        let name = check.as_ref().map_or_else(|| assertion.clone(), |check| format!("{check}: {assertion}"));
        cases.push(Case { name, came });
    }
    let name = sources.get(crate::source::SourceId(0)).map_or(String::new(), |source| source.name.to_string());
    render::junit(&[Suite { name, cases }])
}
