//! The tests of a script: that it is as its marks say, and each of its `check`s.

use super::Options;
use super::coverage::Coverage;
use super::document::{Document, is_marked_elsewhere};
use super::found::{DOCUMENT, Found, Stands, Texts, differing, unmet};
use super::mark::Mark;
use super::report::{Failure, FileReport, Test, TestOutcome};
use super::update::Edits;
use crate::diagnostic::Diagnostic;
use crate::load::Script;
use crate::query::rests;
use crate::session::{Outcome, Session};
use crate::source::Span;
use crate::syntax::{self, Scope, ast::Statement};
use std::path::Path;

/// Runs the tests of a script; `text` is what it holds.
pub(super) fn run(path: &Path, text: &str, options: &Options) -> FileReport {
    let document = Document::read(path, text);
    let mut texts = Texts::of(&document);
    let mut session = Session::with_loader(options.loader.clone());
    if let Some(edition) = options.edition {
        session.set_edition(edition);
    }
    let (loaded, rests) = rests::of(|| session.load_all([Script::File(path.to_path_buf())]));
    let coverage = options.coverage.then(|| {
        let mut coverage = Coverage::default();
        coverage.take(&mut session, &rests, &Stands::default(), &document);
        coverage
    });
    let (found, titles, sources) = match loaded {
        Ok(report) => {
            let mut found: Vec<(Diagnostic, _, Option<String>)> =
                report.diagnostics.into_iter().map(|diagnostic| (diagnostic, None, None)).collect();
            let mut titles: Vec<String> = Vec::new();
            for outcome in report.outcomes {
                match outcome {
                    Outcome::Holds { check: Some(title), .. } => titles.push(title),
                    Outcome::Fails { check, diagnostic, answer, .. } => {
                        titles.extend(check.clone());
                        found.push((*diagnostic, answer, check));
                    }
                    _ => {}
                }
            }
            (found, titles, session.sources().clone())
        }
        Err(errors) => {
            let found = errors.diagnostics.into_iter().map(|diagnostic| (diagnostic, None, None)).collect();
            (found, Vec::new(), errors.sources)
        }
    };
    let places = checks(&texts, text);
    let mut in_check: Vec<(Span, String)> = Vec::new();
    let mut all = Vec::new();
    for (diagnostic, answer, check) in found {
        let diagnostic = texts.moved(diagnostic, &sources, &Stands::default(), &document);
        if let (Some(span), Some(check)) = (diagnostic.span(), check) {
            in_check.push((span, check));
        }
        all.push(Found { diagnostic, answer });
    }
    all.retain(|found| !is_marked_elsewhere(found, &texts));
    let marks = Mark::all(text.lines());
    let line_at = |line: usize| {
        let source = texts.sources.get(DOCUMENT);
        let whole = source.map_or(0..0, |source| source.line(line + 1));
        whole.start..whole.start + text[whole.clone()].trim_end_matches(['\r', '\n']).len()
    };
    let differing = differing(all, &marks, &texts);
    let mut edits = Edits::default();
    edits.marks(&differing, !marks.is_empty(), &texts, line_at);
    let mut failures: Vec<Failure> = differing.unmet.iter().map(|mark| unmet(mark, line_at(mark.line).start)).collect();
    failures.extend(Found::failures(differing.unexpected));
    failures.sort_by_key(|failure| failure.diagnostic.span());
    let mut tests = vec![(document.name.clone(), 1, Vec::new())];
    for title in titles {
        let line = places.iter().find(|(known, _)| *known == title).map_or(1, |(_, line)| *line);
        let name = format!("{}:{line} {title}", document.name);
        if !tests.iter().any(|(known, ..)| *known == name) {
            tests.push((name, line, Vec::new()));
        }
    }
    for failure in failures {
        let span = failure.diagnostic.span();
        let check = in_check.iter().find(|(place, _)| Some(*place) == span).map(|(_, title)| format!(" {title}"));
        let mine =
            tests.iter().skip(1).position(|(name, ..)| check.as_ref().is_some_and(|check| name.ends_with(check)));
        tests[mine.map_or(0, |at| at + 1)].2.push(failure);
    }
    let tests = tests.into_iter().filter(|(name, ..)| options.wants(name)).map(|(name, line, failures)| {
        let outcome = if failures.is_empty() { TestOutcome::Passed } else { TestOutcome::Failed(failures) };
        Test { name, line, outcome }
    });
    let read = session.files().filter(|read| *read != path).cloned().collect();
    FileReport {
        file: document.name.clone(),
        tests: tests.collect(),
        sources: texts.sources,
        renewed: edits.made(text),
        coverage,
        read,
    }
}

/// The tests of a script by name, and their lines.
pub(super) fn tests(document: &Document) -> Vec<(String, usize)> {
    let mut all = vec![(document.name.clone(), 1)];
    for (title, line) in checks(&Texts::of(document), &document.text) {
        all.push((format!("{}:{line} {title}", document.name), line));
    }
    all
}

/// The titles of the `check`s of a text, and their lines.
fn checks(texts: &Texts, text: &str) -> Vec<(String, usize)> {
    let (statements, _) = syntax::parse(DOCUMENT, text);
    let expanded = syntax::expand(statements, &mut Scope::default(), &mut Vec::new());
    let checks = expanded.iter().filter_map(|statement| match statement {
        Statement::Check { title, span, .. } => Some((title.plain(), texts.line(span.start as usize) + 1)),
        _ => None,
    });
    checks.collect()
}
