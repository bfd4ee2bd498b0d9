//! How long one question takes, from the start of the program to its end.
//!
//! `cargo bench --bench cold`. Three programs are started in turn: one that does nothing (this one, told to exit at
//! once), `fnet --version`, and `fnet ask`. What the first takes is the price of starting any program here.
//!
//! `FNET_BENCH_RUNS` (200) is how often each is started.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Tells this program to exit at once.
const NOTHING: &str = "--nothing";

fn main() {
    if std::env::args().nth(1).as_deref() == Some(NOTHING) {
        return;
    }
    let runs = std::env::var("FNET_BENCH_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(200).max(1);
    let fnet = Path::new(env!("CARGO_BIN_EXE_fnet"));
    let this = std::env::current_exe().expect("a program knows where it is");
    let ask = ["ask", "can app1 reach 10.2.0.4:1433", "examples/orders.fnet"];
    // The answer to the question is no, and `ask` says so with its exit code.
    let programs: [(&str, &Path, &[&str], i32); 3] =
        [("nothing", &this, &[NOTHING], 0), ("fnet --version", fnet, &["--version"], 0), ("fnet ask", fnet, &ask, 1)];
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..runs {
        for ((_, program, arguments, code), times) in programs.iter().zip(&mut times) {
            times.push(milliseconds(program, arguments, *code));
        }
    }
    println!("from start to end, medians of {runs} runs in turn");
    let medians = times.map(median);
    for ((name, ..), median) in programs.iter().zip(&medians) {
        println!("{name:<15} {median:>7.2} ms   {:>5.1} times nothing", median / medians[0]);
    }
}

/// What a program takes from its start to its end.
fn milliseconds(program: &Path, arguments: &[&str], code: i32) -> f64 {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the program starts");
    let taken = start.elapsed();
    assert_eq!(status.code(), Some(code), "{} {arguments:?}", program.display());
    taken.as_secs_f64() * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
