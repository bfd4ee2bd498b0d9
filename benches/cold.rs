//! How long one question takes, from the start of the program to its end.
//!
//! `cargo bench --bench cold`. Three programs are started in turn: one that does nothing (this one, told to exit at
//! once), `fnet --version`, and `fnet ask`. What the first takes is the price of starting any program here. Then the same
//! question is asked of a large script: `FNET_BENCH_NETWORKS` (325) networks of 40 rules each, with the memory that takes.
//!
//! `FNET_BENCH_RUNS` (200) is how often each is started; the large script is asked a twentieth as often. `--count ask 325`
//! reads the large script and asks once.

mod common;

use common::measure::{peak_megabytes, told};
use common::{networks, numbers};
use fnet::Session;
use fnet::load::Script;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Tells this program to exit at once.
const NOTHING: &str = "--nothing";

/// Tells this program to ask a script, as `fnet ask` does, and to say what memory it took.
const PEAK: &str = "--peak";

/// What the large script is asked: it is allowed.
const QUESTION: &str = "can app0-0 reach 10.0.2.4:1433";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, NOTHING] => {}
        [_, PEAK, path] => {
            ask(Script::File(path.into()));
            println!("{}", peak_megabytes().unwrap_or(0.0));
        }
        _ => match told() {
            Some((what, sizes)) => sizes.iter().for_each(|size| once(&what, *size)),
            None => table(),
        },
    }
}

/// One thing to be counted, and what it takes to be prepared for it.
fn once(what: &str, count: usize) {
    let script = networks::networks(count);
    if what == "ask" {
        ask(Script::text("networks", &script));
    }
}

fn ask(script: Script) {
    let mut net = Session::new();
    net.load_all([script]).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(black_box(net.ask(QUESTION)).expect("an answer").is_yes());
}

fn table() {
    let runs = numbers("FNET_BENCH_RUNS", "200")[0].max(1);
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
    for count in numbers("FNET_BENCH_NETWORKS", "325") {
        large(count, runs.div_ceil(20), fnet, &this);
    }
}

/// `fnet ask` with a large script.
fn large(count: usize, runs: usize, fnet: &Path, this: &Path) {
    let script = networks::networks(count);
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("large.fnet");
    std::fs::write(&file, &script).expect("the script can be kept for a moment");
    let path = file.to_str().expect("a path of Unicode");
    let taken = median((0..runs).map(|_| milliseconds(fnet, &["ask", QUESTION, path], 0)).collect());
    let peak = Command::new(this).args([PEAK, path]).output().expect("the program starts");
    let peak: f64 = String::from_utf8_lossy(&peak.stdout).trim().parse().unwrap_or(0.0);
    println!(
        "fnet ask with {} rules, {:.1} MB: {taken:.1} ms, at most {peak:.0} MB of memory",
        count * networks::RULES,
        script.len() as f64 / 1e6
    );
    let _ = std::fs::remove_file(file);
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
