//! Diagnostics as the workflow commands of GitHub Actions, which shows them at their lines.

use super::Finding;
use crate::diagnostic::Severity;

/// A line for each finding.
pub fn github(findings: &[Finding<'_>]) -> String {
    findings.iter().map(line).collect()
}

fn line(finding: &Finding<'_>) -> String {
    let diagnostic = finding.diagnostic;
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = finding.region().map(|region| {
        // Columns are told of what stands in one line alone.
        let columns = match region.end.0 == region.start.0 {
            true => format!(",col={},endColumn={}", region.start.1, region.end.1),
            false => String::new(),
        };
        format!("file={},line={},endLine={}{columns},", property(&region.file), region.start.0, region.end.0)
    });
    let place = place.unwrap_or_default();
    format!("::{level} {place}title={}::{}\n", property(&diagnostic.code), data(&finding.message()))
}

fn data(text: &str) -> String {
    text.trim_end().replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
