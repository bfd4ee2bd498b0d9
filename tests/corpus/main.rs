//! Lists that others made, whole: filter sets of ClassBench as security groups, Microsoft's service tags in rules, and a
//! routing table of the internet as a route table. What fnet decides is held to plain loops over the raw lines.
//!
//! Where the corpus lies beside the crate it is read; a clone without it has small sets of our own in the same shapes, in
//! this folder. `FNET_CORPUS_ASKED` (6) is how many questions are asked of each list; what lies below the engine is asked a
//! hundred times as many. `FNET_CORPUS_LINES` is how long a list may be, of which evenly spread lines are taken; without it each
//! test takes what it can do in seconds. `.ci/run` takes lists of a thousand lines whole.
#![cfg(feature = "cli")]

#[path = "../common/mod.rs"]
mod common;
mod dice;
mod filters;
mod naive;
mod routes;
mod tags;

use std::path::PathBuf;

/// A number of the environment, or what is taken without it.
fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// How many questions are asked of a list.
fn asked() -> usize {
    setting("FNET_CORPUS_ASKED", 6).max(1)
}

/// So many of the lines or fewer, evenly spread.
fn some<T>(lines: Vec<T>, most: usize) -> Vec<T> {
    let step = lines.len().div_ceil(setting("FNET_CORPUS_LINES", most).max(1)).max(1);
    lines.into_iter().step_by(step).collect()
}

/// The files of a folder of the corpus; none where it is not beside the crate.
fn corpus(folder: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(common::root().join("../shared/corpus").join(folder));
    let mut files: Vec<PathBuf> = files.into_iter().flatten().flatten().map(|file| file.path()).collect();
    files.retain(|path| path.is_file() && path.extension().is_none_or(|ending| ending != "md"));
    files.sort();
    files
}

/// A file beside this one.
fn own(name: &str) -> PathBuf {
    common::root().join("tests/corpus").join(name)
}

/// A session that knows a script.
#[track_caller]
fn session(script: &str) -> fnet::Session {
    let mut net = fnet::Session::new();
    net.load(script).unwrap_or_else(|errors| panic!("{errors}"));
    net
}
