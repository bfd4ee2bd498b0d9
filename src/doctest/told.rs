//! Failures as text: the diagnostic in its frame, and below it the lines that differ, or the trace that refutes.

use super::coverage::Coverage;
use super::report::{Detail, Failure, TestReport};
use crate::render::{self, Markup, Style, Tag};
use crate::source::SourceMap;
use similar::{Algorithm, ChangeTag, TextDiff};

/// How many lines that are as they should be are shown around those that are not.
const AROUND: usize = 3;

/// One failure.
pub fn failure(failure: &Failure, sources: &SourceMap, style: &Style) -> String {
    let mut text = render::diagnostic(&failure.diagnostic, sources, style);
    if let Some(detail) = &failure.detail {
        text.push_str(&detail.told().to_text(style));
    }
    text
}

/// All failures, an empty line between two.
pub fn failures(report: &TestReport, style: &Style) -> String {
    let all = report.files.iter().flat_map(|file| file.failures().map(|one| failure(one, &file.sources, style)));
    all.collect::<Vec<_>>().join("\n")
}

impl Detail {
    /// It as text.
    pub fn told(&self) -> Markup {
        match self {
            Self::Answer(answer) => render::answer(answer),
            Self::Lines { expected, right } => difference(expected, right),
        }
    }
}

/// The lines that differ: those that were expected with a `-`, those that were printed with a `+`.
fn difference(expected: &[String], right: &[String]) -> Markup {
    let mut out = Markup::default();
    let (old, new): (Vec<&str>, Vec<&str>) =
        (expected.iter().map(String::as_str).collect(), right.iter().map(String::as_str).collect());
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(&old, &new);
    for (at, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if at > 0 {
            out.push(Tag::Dim, "    ...").line();
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, tag) = match change.tag() {
                ChangeTag::Delete => ("-", Tag::Bad),
                ChangeTag::Insert => ("+", Tag::Good),
                ChangeTag::Equal => (" ", Tag::Plain),
            };
            out.push(tag, format!("  {sign} {}", change.value())).line();
        }
    }
    out
}

/// How wide lines of names may be.
const WIDTH: usize = 100;

/// The lines that no assertion depends on, the rules that are exercised, and how many there are of both.
pub fn coverage(coverage: &Coverage) -> Markup {
    let mut out = Markup::default();
    let idle: Vec<_> = coverage.lines.iter().filter(|(_, line)| line.assertions == 0).collect();
    if !idle.is_empty() {
        out.push(Tag::Strong, "lines that no assertion depends on").line();
        let place = |(file, number): &(String, usize)| format!("{file}:{number}");
        let width = idle.iter().map(|(at, _)| place(at).chars().count()).max().unwrap_or(0);
        for (at, line) in idle {
            let place = place(at);
            let blanks = " ".repeat(width - place.chars().count() + 2);
            out.plain("  ").push(Tag::Dim, place).plain(format!("{blanks}{:<18}", line.kind)).plain(&line.text).line();
        }
        out.line();
    }
    let rules: Vec<&str> =
        coverage.rules.iter().filter(|(_, count)| **count > 0).map(|(rule, _)| rule.as_str()).collect();
    if !rules.is_empty() {
        out.push(Tag::Strong, "rules of the platform that assertions exercise").line();
        let mut length = 0;
        for rule in &rules {
            if length == 0 || length + rule.len() > WIDTH {
                if length > 0 {
                    out.line();
                }
                out.plain("  ");
                length = 0;
            }
            out.push(Tag::Name, format!("{rule} "));
            length += rule.len() + 1;
        }
        out.line().line();
    }
    let (covered, all) = coverage.tally();
    let lines = if all == 1 { "line" } else { "lines" };
    out.plain(format!("assertions depend on {covered} of {all} {lines} ({:.0} %)", coverage.percent()));
    out.plain(format!(", and exercise {} of {} rules", rules.len(), coverage.rules.len())).line();
    out
}
