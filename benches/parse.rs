//! How fast a large script is read: cut, parsed, made into a model; and how much memory that takes.
//!
//! `cargo bench --bench parse`. The script is an estate of networks (`common/networks.rs`), the same bytes in every
//! run. Beside the stages stand two things that nobody can be faster than: counting the line ends of the text, and
//! checking that it is UTF-8. MB/s a core counts the processor's time, of all threads together; the last column says
//! how many cores were at work. Where valgrind is on the PATH, instructions per byte are counted too: they do not depend
//! on how busy the machine is.
//!
//! `FNET_BENCH_MB` (1,10,100) are the sizes of the script, `FNET_BENCH_INSTRUCTIONS_MB` (1) the one that instructions
//! are counted on.

mod common;

use common::measure::{self, COUNT, Time, counted};
use common::{networks, setting};
use fnet::Session;
use fnet::load::Script;
use fnet::source::SourceId;
use fnet::syntax::{parse, split};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

const STAGES: &[(&str, &str)] = &[
    ("lines", "line ends counted, byte by byte"),
    ("utf-8", "checked to be UTF-8"),
    ("split", "cut into statements"),
    ("parse", "the same, parsed into a tree"),
    ("model", "the same, made into a model"),
];

/// Tells this program to do one thing with a file, and to say what memory it took.
const PEAK: &str = "--peak";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, COUNT, what, megabytes] => once(what, &networks::script(bytes(megabytes)).into()),
        [_, PEAK, what, path] => peak(what, Path::new(path)),
        _ => {
            for megabytes in setting("FNET_BENCH_MB", "1,10,100").split(',') {
                at_size(megabytes);
            }
            instructions(&setting("FNET_BENCH_INSTRUCTIONS_MB", "1"));
        }
    }
}

fn bytes(megabytes: &str) -> usize {
    let megabytes: f64 = megabytes.parse().expect("a size in megabytes is a number");
    (megabytes * 1e6) as usize
}

fn at_size(megabytes: &str) {
    let text: Arc<str> = networks::script(bytes(megabytes)).into();
    let size = text.len() as f64 / 1e6;
    println!("\na script of {size:.1} MB, {} lines", text.lines().count());
    println!("{:<8} {:>10} {:>8} {:>8}", "", "MB/s core", "MB/s", "cores");
    for (what, about) in STAGES {
        let time = Time::of(|| once(what, &text));
        let (core, wall) = (size / time.processor, size / time.wall);
        println!("{what:<8} {core:>10.1} {wall:>8.1} {:>8.2}   {about}", time.processor / time.wall);
    }
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("networks.fnet");
    std::fs::write(&path, &*text).expect("the script can be kept for a moment");
    for what in ["parse", "model"] {
        match peak_of(what, &path) {
            Some(peak) => println!("{what:<8} at most {peak:.0} MB of memory, {:.1} times the file", peak / size),
            None => println!("{what:<8} memory is not told here"),
        }
    }
    let _ = std::fs::remove_file(path);
}

/// Does one of the things that are measured.
fn once(what: &str, text: &Arc<str>) {
    match what {
        "lines" => {
            black_box(text.bytes().filter(|byte| *byte == b'\n').count());
        }
        "utf-8" => {
            black_box(std::str::from_utf8(black_box(text.as_bytes()))).expect("a string is UTF-8");
        }
        "split" => {
            let mut diagnostics = Vec::new();
            black_box(split(SourceId(0), text, &mut diagnostics));
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
        }
        "parse" => {
            let (statements, diagnostics) = parse(SourceId(0), text.clone());
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            black_box(statements);
        }
        "model" => {
            let mut session = Session::new();
            session.only_declare(true);
            black_box(session.load(text)).unwrap_or_else(|errors| panic!("{errors}"));
        }
        _ => {}
    }
}

/// Reads a file as the program does, and says what memory that took at most, in MB.
fn peak(what: &str, path: &Path) {
    let mut session = Session::new();
    session.only_declare(true);
    match what {
        "parse" => once("parse", &std::fs::read_to_string(path).expect("the script is there").into()),
        _ => {
            session.load_all([Script::File(path.to_path_buf())]).unwrap_or_else(|errors| panic!("{errors}"));
        }
    }
    println!("{}", measure::peak_megabytes().map_or(String::new(), |peak| peak.to_string()));
}

fn peak_of(what: &str, path: &Path) -> Option<f64> {
    let output = Command::new(std::env::current_exe().ok()?).args([PEAK, what]).arg(path).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// Instructions per byte; making the script up is counted apart and taken off.
fn instructions(megabytes: &str) {
    let size = networks::script(bytes(megabytes)).len() as f64;
    println!();
    for what in ["split", "parse", "model"] {
        match counted(&[what, megabytes]).zip(counted(&["nothing", megabytes])) {
            Some((all, nothing)) => println!("{what:<8} {:>8.1} instructions per byte", (all - nothing) / size),
            None => return println!("instructions per byte: skipped, no valgrind here that can count them"),
        }
    }
}
