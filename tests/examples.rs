//! Every script of `examples/` is run, and what it prints is held to what is expected.
//!
//! The expectations are made by `FNET_UPDATE=1 cargo test --test examples`; read what it changes before you keep it.
#![cfg(feature = "cli")]

mod common;

use common::{Expectations, differing, fnet, scripts, slashed, stem};
use std::path::Path;

/// What `fnet run` makes of a script, as it is kept.
fn transcript(path: &Path) -> String {
    let file = slashed(path);
    let run = fnet(["run", &file]).calm();
    let code = run.code.expect("an exit status");
    format!("$ fnet run {file}\nexit status {code}\n--- stdout\n{}--- stderr\n{}", run.stdout, run.stderr)
}

#[test]
fn examples_print_what_is_expected() {
    let mut expected = Expectations::of("examples", "examples");
    for path in scripts("examples") {
        expected.compare(&stem(&path), &transcript(&path));
    }
    expected.finish();
}

#[test]
fn troubles_print_what_is_expected() {
    let mut expected = Expectations::of("troubles", "examples");
    for path in scripts("examples/troubles") {
        let text = transcript(&path);
        if text.contains("\nexit status 1\n") {
            expected.trouble(format!("{}: an assertion fails", slashed(&path)));
        }
        expected.compare(&stem(&path), &text);
    }
    expected.finish();
}

#[test]
fn troubles_have_the_diagnostics_that_they_mark() {
    let all = scripts("examples/troubles");
    let wrong: Vec<String> = all.iter().flat_map(|path| differing(path)).collect();
    common::report(&wrong, all.len());
}

#[test]
fn examples_have_the_diagnostics_that_they_mark() {
    let all = scripts("examples");
    let wrong: Vec<String> = all.iter().flat_map(|path| differing(path)).collect();
    common::report(&wrong, all.len());
}

#[test]
fn errors_print_what_is_expected() {
    let mut expected = Expectations::of("errors", "examples");
    for path in scripts("examples/errors") {
        let name = stem(&path);
        let text = transcript(&path);
        let code = name.split('-').next().expect("a code").to_uppercase();
        let heads: Vec<&str> =
            text.lines().filter(|line| line.starts_with("error[") || line.starts_with("warning[")).collect();
        if !heads.iter().any(|head| head.contains(&format!("[{code}]"))) {
            expected.trouble(format!("{} does not show {code}, but {heads:?}", slashed(&path)));
        }
        expected.compare(&name, &text);
    }
    expected.finish();
}

/// One script a code, with a comment that says what is wrong.
#[test]
fn errors_are_named_after_their_code() {
    let mut wrong = Vec::new();
    let mut codes: Vec<String> = Vec::new();
    for path in scripts("examples/errors") {
        let (name, file) = (stem(&path), slashed(&path));
        let code = name.split('-').next().expect("a code").to_string();
        let number = code.strip_prefix("fn").unwrap_or_default();
        if number.len() != 4 || !number.chars().all(|c| c.is_ascii_digit()) || name.len() <= code.len() + 1 {
            wrong.push(format!("{file} is not called fnNNNN-what-is-wrong.fnet"));
        }
        if codes.contains(&code) {
            wrong.push(format!("{file} is the second script of {code}"));
        }
        codes.push(code);
        let text = std::fs::read(common::root().join(&path)).expect("a script");
        let first = String::from_utf8_lossy(&text).lines().next().unwrap_or_default().to_string();
        if !first.starts_with("# ") || !first.ends_with(['.', ' ']) && !first.contains('\u{fffd}') {
            wrong.push(format!("{file} does not begin with a comment that says what is wrong"));
        }
    }
    common::report(&wrong, codes.len());
}

/// Every code of the language that a script alone can show is shown.
#[test]
fn every_code_of_the_language_has_a_script() {
    let names: Vec<String> = scripts("examples/errors").iter().map(|path| stem(path)).collect();
    let missing: Vec<String> = fnet::diagnostic::CODES
        .iter()
        // Those of documents no script shows; tests/doctest/ does.
        .filter(|page| !page.code.starts_with("FN04"))
        .filter(|page| !names.iter().any(|name| name.starts_with(&format!("{}-", page.code.to_lowercase()))))
        .map(|page| format!("{} has no script in examples/errors", page.code))
        .collect();
    common::report(&missing, names.len());
}

/// The example on the page of a code shows that code.
#[test]
fn the_pages_of_codes_show_their_codes() {
    let mut wrong = Vec::new();
    let pages: Vec<_> = fnet::diagnostic::CODES.iter().filter(|page| !page.example.is_empty()).collect();
    for page in &pages {
        let mut session = fnet::Session::new();
        let found: Vec<String> = match session.load(page.example) {
            Err(errors) => errors.diagnostics.iter().map(|d| d.code.to_string()).collect(),
            Ok(report) => {
                let fails = report.outcomes.iter().filter_map(|outcome| match outcome {
                    fnet::Outcome::Fails { diagnostic, .. } => Some(diagnostic.code.to_string()),
                    _ => None,
                });
                fails.collect()
            }
        };
        if !found.iter().any(|code| code == page.code) {
            wrong.push(format!("the example of {} gives {found:?}", page.code));
        }
    }
    common::report(&wrong, pages.len());
}
