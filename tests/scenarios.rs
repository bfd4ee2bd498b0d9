//! Every script of `tests/azure` and `tests/decisive` loads, and all that it asserts holds.
//!
//! Scripts of `tests/azure` that end with a question are also held to what it answers; those expectations are made by
//! `FNET_UPDATE=1 cargo test --test scenarios`.
#![cfg(feature = "cli")]

mod common;

use common::{Expectations, cut, differing, fnet, marks, root, scripts, slashed, stem};
use std::path::PathBuf;

/// Checks the scripts of a folder and prints how many assertions hold.
fn hold(folder: &str) {
    let all = scripts(folder);
    let mut wrong = Vec::new();
    let mut assertions = 0;
    for path in &all {
        let file = slashed(path);
        let text = std::fs::read_to_string(root().join(path)).expect("a script");
        // What the script expects Azure to refuse ends `check` with 2.
        let refused = marks(&text).iter().any(|mark| mark.head.starts_with("error"));
        let run = fnet(["check", &file]).calm();
        if run.code != Some(if refused { 2 } else { 0 }) || !run.stdout.ends_with(" 0 fail\n") {
            wrong.push(format!("{file}: status {:?}\n{}", run.code, cut(&run.all())));
        }
        wrong.extend(differing(path));
        let count =
            run.stdout.lines().last().and_then(|line| line.split(", ").find_map(|part| part.split_once(" assertion")));
        let count: usize = count.and_then(|(count, _)| count.parse().ok()).unwrap_or(0);
        if count == 0 && !refused && last_question(path).is_none() {
            wrong.push(format!("{file} asserts nothing"));
        }
        assertions += count;
    }
    println!("{folder}: {} scripts, {assertions} assertions hold", all.len());
    common::report(&wrong, all.len());
}

/// The `routes` or `security` query that a script ends with.
fn last_question(path: &PathBuf) -> Option<String> {
    let text = std::fs::read_to_string(root().join(path)).ok()?;
    let mut lines = text.lines().map(|line| line.split('#').next().unwrap_or("").trim_end());
    let last = lines.rfind(|line| !line.trim().is_empty())?;
    ["routes ", "security "].iter().any(|word| last.starts_with(word)).then(|| last.to_string())
}

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
        if run.code != Some(0) {
            expected.trouble(format!("{file}: status {:?}\n{}", run.code, cut(&run.stderr)));
        }
        expected.compare(&stem(&path), &format!("$ fnet ask \"{question}\" {file}\n{}", run.stdout));
    }
    expected.finish();
}
