//! Every script of `tests/azure` and `tests/decisive` loads, and all that it asserts holds.
//!
//! Scripts of `tests/azure` that end with a question are also held to what it answers; those expectations are made by
//! `FNET_UPDATE=1 cargo test --test scenarios`.
#![cfg(feature = "cli")]

mod common;

use common::{Expectations, cut, fnet, hold, last_question, scripts, slashed, stem};

#[test]
fn azure_agrees() {
    hold("tests/azure");
}

#[test]
fn decisive_cases_agree() {
    hold("tests/decisive");
}

#[test]
fn azure_tables_are_as_expected() {
    let mut expected = Expectations::of("azure", "scenarios");
    for path in scripts("tests/azure") {
        let Some(question) = last_question(&path) else { continue };
        let file = slashed(&path);
        let run = fnet(["ask", &question, &file]).calm();
        // A verdict of `no` ends with 1.
        if !matches!(run.code, Some(0 | 1)) {
            expected.trouble(format!("{file}: status {:?}\n{}", run.code, cut(&run.stderr)));
        }
        expected.compare(&stem(&path), &format!("$ fnet ask \"{question}\" {file}\n{}", run.stdout));
    }
    expected.finish();
}
