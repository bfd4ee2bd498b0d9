//! Questions about all flows at once: what they answer for the networks in `tests/estate`, held to what is expected.
//!
//! The expectations are made by `FNET_UPDATE=1 cargo test --test estate`; read what it changes before you keep it.
#![cfg(feature = "cli")]

mod common;

use common::{Expectations, fnet, scripts, slashed, stem};

#[test]
fn questions_about_all_flows_are_answered_as_expected() {
    let mut expected = Expectations::of("estate", "estate");
    for path in scripts("tests/estate") {
        let file = slashed(&path);
        let run = fnet(["run", &file]).calm();
        let code = run.code.expect("an exit status");
        let text =
            format!("$ fnet run {file}\nexit status {code}\n--- stdout\n{}--- stderr\n{}", run.stdout, run.stderr);
        expected.compare(&stem(&path), &text);
    }
    expected.finish();
}

/// The table of apps and what they may reach, in every form that it has.
#[test]
fn a_matrix_is_a_table_in_every_format() {
    let mut expected = Expectations::of("tables", "estate");
    for format in ["text", "json", "csv"] {
        let run = fnet(["ask", "matrix", "--format", format, "examples/orders.fnet"]).calm();
        expected.compare(&format!("matrix-{format}"), &run.stdout);
    }
    let run = fnet(["ask", "who can reach orders-db:1433", "--format", "csv", "examples/orders.fnet"]).calm();
    expected.compare("who-csv", &run.stdout);
    let no_table = fnet(["ask", "show app1", "--format", "csv", "examples/orders.fnet"]).calm();
    assert_eq!((no_table.code, no_table.stdout.as_str()), (Some(3), ""), "{}", no_table.stderr);
    expected.finish();
}

/// Two files are compared as one compares with the other, and the exit status tells whether they differ.
#[test]
fn files_are_compared() {
    let (before, after) = ("tests/estate/before.fnet", "tests/estate/after.fnet");
    let mut expected = Expectations::of("diff", "estate");
    let run = fnet(["diff", before, after]).calm();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    expected.compare("before-and-after", &run.stdout);
    let json = fnet(["diff", before, after, "--format", "json"]).calm();
    assert!(json.stdout.contains("\"kind\": \"diff\""), "{}", json.stdout);
    let same = fnet(["diff", before, before]).calm();
    assert_eq!(same.code, Some(0), "{}", same.stdout);
    expected.compare("same", &same.stdout);
    let missing = fnet(["diff", before, "tests/estate/nowhere.fnet"]).calm();
    assert_eq!(missing.code, Some(3), "{}", missing.stderr);
    expected.compare("missing", &missing.stderr);
    expected.finish();
}

/// A network does not differ from itself, however its flows are taken apart.
#[test]
fn a_network_is_what_it_is() {
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for path in ["examples", "examples/troubles", "tests/decisive", "tests/rules"].into_iter().flat_map(scripts) {
        let mut session = fnet::Session::new();
        session.only_declare(true);
        let path = common::root().join(path);
        // Those that are not to load are no networks.
        if session.load_file(&path).is_err() {
            continue;
        }
        let answer = session.diff("before", &path).unwrap_or_else(|errors| panic!("{errors}"));
        compared += 1;
        if !answer.is_same() {
            wrong.push(format!("{}\n{}", slashed(&path), fnet::Answer::Diff(answer)));
        }
    }
    assert!(compared > 100, "{compared} networks");
    common::report(&wrong, compared);
}
