//! Diagnostics as SARIF 2.1.0, which services that show the results of analysis read.

use super::Finding;
use super::finding::Region;
use crate::diagnostic::{Severity, page};
use serde_json::{Value, json};

/// The schema of the format.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Findings as a SARIF log of one run.
pub fn sarif(findings: &[Finding<'_>]) -> String {
    let mut codes: Vec<&str> = findings.iter().map(|finding| &*finding.diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(code, findings)).collect();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, &codes)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "fnet",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn rule(code: &str, findings: &[Finding<'_>]) -> Value {
    // A code of the platform has no page of the language: its rule's title is a note of each diagnostic.
    let title = page(code).map(|page| page.title.to_string()).or_else(|| {
        let mine = findings.iter().find(|finding| finding.diagnostic.code == code)?;
        let title = mine.diagnostic.notes.iter().find_map(|note| note.strip_prefix("rule `")?.split_once("`: "));
        title.map(|(_, title)| title.to_string())
    });
    match title {
        Some(title) => json!({ "id": code, "shortDescription": { "text": title } }),
        None => json!({ "id": code }),
    }
}

fn result(finding: &Finding<'_>, codes: &[&str]) -> Value {
    let diagnostic = finding.diagnostic;
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut result = json!({
        "ruleId": diagnostic.code,
        "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
        "level": level,
        "message": { "text": finding.message() },
        "locations": finding.region().iter().map(location).collect::<Vec<_>>(),
    });
    let others: Vec<Value> = diagnostic
        .labels
        .iter()
        .skip(1)
        .filter_map(|label| Some((finding.region_of(label.span)?, &label.message)))
        .enumerate()
        .map(|(at, (region, message))| {
            let mut other = location(&region);
            other["id"] = json!(at);
            other["message"] = json!({ "text": message });
            other
        })
        .collect();
    if !others.is_empty() {
        result["relatedLocations"] = Value::Array(others);
    }
    result
}

fn location(region: &Region) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&region.file) },
        "region": {
            "startLine": region.start.0,
            "startColumn": region.start.1,
            "endLine": region.end.0,
            "endColumn": region.end.1,
        },
    } })
}

/// A path as a reference of a URI.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
