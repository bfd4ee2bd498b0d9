//! How long Microsoft's list of service tags takes to read, beside a plain reader of JSON, and what a tag of it costs.
//!
//! `cargo bench --bench tags`. The list is `FNET_TAGS`, else one beside the crate; without either one of the same size
//! and shape is made up. Each figure is the best of `FNET_BENCH_RUNS` (20). `--count read` reads a made-up list once,
//! `--count sets` makes the address sets of all its tags.

mod common;

use common::measure::told;
use fnet::platform::{Edition, Platform, TagList};
use std::fmt::Write;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

fn main() {
    match told() {
        Some((what, _)) => once(&what),
        None => table(),
    }
}

/// One thing to be counted, and what it takes to be prepared for either.
fn once(what: &str) {
    let text = made_up();
    let list = TagList::read(&text).expect("a list");
    match what {
        "read" => drop(black_box(TagList::read(&text).expect("a list"))),
        "sets" => names(&text).iter().for_each(|tag| {
            black_box(list.addresses(tag));
        }),
        _ => {}
    }
}

fn table() {
    let runs = std::env::var("FNET_BENCH_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(20).max(1);
    let (name, text) = match real() {
        Some(path) => (path.display().to_string(), std::fs::read_to_string(&path).expect("a list")),
        None => ("made up".to_string(), made_up()),
    };
    let list = TagList::read(&text).expect("a list");
    let count = list.count();
    println!("{name}: {:.1} MB, {} tags, {} prefixes", text.len() as f64 / 1e6, count.tags, count.prefixes);
    let plain = best(runs, || (), |_| drop(black_box(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"))));
    let read = best(runs, || (), |_| drop(black_box(TagList::read(&text).expect("a list"))));
    println!("plain JSON values      {plain:>8.2} ms");
    println!("read as a list of tags {read:>8.2} ms   {:.2} of it", read / plain);
    let fresh = || TagList::read(&text).expect("a list");
    let two = best(runs, fresh, |list| {
        for tag in ["Storage.WestEurope", "Sql.WestEurope"] {
            black_box(list.addresses(tag));
        }
    });
    println!("+ the sets of two tags {two:>8.2} ms");
    let names = names(&text);
    let all = best(runs, fresh, |list| {
        for tag in &names {
            black_box(list.addresses(tag));
        }
    });
    println!("+ the sets of all tags {all:>8.2} ms");
    let platform = Platform::of(Edition::newest()).with_tags(Some(Arc::new(list)));
    let found = best(
        runs,
        || (),
        |_| {
            black_box(platform.tag("Storage.WestEurope"));
        },
    );
    println!("a tag by its name      {found:>8.4} ms");
}

/// The list beside the crate, or the one that was named.
fn real() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("FNET_TAGS") {
        return Some(path.into());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/d-service-tags");
    let mut files = std::fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
    files.find(|path| path.extension().is_some_and(|kind| kind == "json"))
}

/// The names of the tags.
fn names(text: &str) -> Vec<&str> {
    text.split("\"name\": \"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// 3,000 tags of 31 prefixes, a fourth of them IPv6, as Microsoft writes them.
fn made_up() -> String {
    let mut text = String::from("{\n  \"changeNumber\": 1,\n  \"cloud\": \"Public\",\n  \"values\": [\n");
    for tag in 0..3000u32 {
        let comma = if tag == 2999 { "" } else { "," };
        let prefixes: Vec<String> = (0..31u32)
            .map(|n| match n % 4 {
                0 => format!("          \"2603:1020:{:x}:{n:x}::/64\"", tag),
                _ => format!("          \"{}.{}.{}.{}/30\"", 20 + tag % 100, tag / 100, n, 4 * (n % 60)),
            })
            .collect();
        let _ = write!(
            text,
            "    {{\n      \"name\": \"Made{tag}\",\n      \"id\": \"Made{tag}\",\n      \"properties\": {{\n        \
             \"changeNumber\": 1,\n        \"region\": \"\",\n        \"regionId\": 0,\n        \"platform\": \
             \"Azure\",\n        \"systemService\": \"\",\n        \"addressPrefixes\": [\n{}\n        ],\n        \
             \"networkFeatures\": [ \"API\", \"NSG\" ]\n      }}\n    }}{comma}\n",
            prefixes.join(",\n")
        );
    }
    text.push_str("  ]\n}\n");
    text
}

/// The shortest of some runs, in milliseconds; what a run needs is made before it.
fn best<T>(runs: usize, make: impl Fn() -> T, run: impl Fn(&T)) -> f64 {
    let times = (0..runs).map(|_| {
        let made = make();
        let start = Instant::now();
        run(&made);
        start.elapsed().as_secs_f64() * 1e3
    });
    times.fold(f64::INFINITY, f64::min)
}
