//! The answer to `lint` as text: grouped by severity, in order of place, a line or two each, then the count.

use super::short_place;
use crate::query::answer::{FindingAnswer, LintAnswer, SeverityWord};
use crate::render::markup::{Markup, Tag};
use crate::render::table::{pad, width, wrap};

pub(super) fn lint(answer: &LintAnswer, mut out: Markup) -> Markup {
    if answer.findings.is_empty() {
        out.push(Tag::Good, "nothing is wrong").line();
    }
    let place = |finding: &FindingAnswer| {
        finding.labels.iter().find_map(|label| label.place.as_ref()).map_or(String::new(), short_place)
    };
    let column = answer.findings.iter().map(|finding| width(&place(finding))).max().unwrap_or(0);
    let groups = [
        (SeverityWord::Error, "errors", Tag::Bad),
        (SeverityWord::Warning, "warnings", Tag::Doubt),
        (SeverityWord::Note, "notes", Tag::Dim),
    ];
    for (severity, title, tag) in groups {
        let mine: Vec<&FindingAnswer> = answer.findings.iter().filter(|f| f.severity == severity).collect();
        if mine.is_empty() {
            continue;
        }
        out.push(tag, title).line();
        for finding in mine {
            one(&mut out, finding, &place(finding), column);
        }
        out.line();
    }
    if !answer.unused.is_empty() {
        if answer.findings.is_empty() {
            out.line();
        }
        out.push(Tag::Doubt, "nothing uses").line();
        for thing in &answer.unused {
            let place = thing.place.as_ref().map_or(String::new(), short_place);
            out.plain("  ")
                .push(Tag::Dim, pad(&place, column))
                .plain(format!("  {} {}", thing.kind, thing.name))
                .line();
        }
        out.line();
    }
    if !answer.findings.is_empty() {
        out.plain(format!("{}, {}", count(answer.errors, "error"), count(answer.warnings, "warning"))).line();
    }
    out
}

/// `orders.fnet:8  FN0204  what is wrong  rule`, and below it what to do.
fn one(out: &mut Markup, finding: &FindingAnswer, place: &str, column: usize) {
    let before = |first: bool| match first {
        true => format!("  {}  {}  ", pad(place, column), finding.code),
        false => " ".repeat(column + finding.code.len() + 6),
    };
    let room = out.room(width(&before(true))).max(20);
    let lines = wrap(&finding.message, room);
    for (at, line) in lines.iter().enumerate() {
        out.push(Tag::Dim, before(at == 0)).plain(line);
        if at + 1 < lines.len() {
            out.line();
        }
    }
    let rules = std::iter::once(&finding.rule).chain(&finding.further).cloned().collect::<Vec<_>>().join(", ");
    if lines.last().is_some_and(|line| width(line) + 2 + width(&rules) > room) {
        out.line().plain(before(false));
    } else {
        out.plain("  ");
    }
    out.push(Tag::Name, &rules).line();
    let note = finding.note.iter().flat_map(|note| wrap(note, room));
    for line in note.chain(finding.remedy.iter().flat_map(|remedy| wrap(&format!("help: {remedy}"), room))) {
        out.plain(before(false)).push(Tag::Dim, line).line();
    }
}

fn count(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
