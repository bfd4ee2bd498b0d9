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
