//! What one edit costs where answers are kept, beside a full run of the same: an estate of apps, a question for each app,
//! and one rule of one group that changes.
//!
//! `cargo bench --bench edit`. `FNET_BENCH_APPS` (1000) is how many apps there are. The answers of both are compared. `--count
//! rule 40` changes a rule of a script of so many apps once and reads it again.

mod common;

use common::measure::told;
use common::networks::networks;
use common::numbers;
use fnet::load::{LoadError, Loader, Script};
use fnet::{Session, render};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// A file that changes.
struct Shelf(Mutex<String>);

impl Loader for Shelf {
    fn read(&self, _: &Path) -> Result<String, LoadError> {
        Ok(self.0.lock().expect("nobody panics").clone())
    }
}

fn main() {
    match told() {
        Some((what, sizes)) => sizes.iter().for_each(|apps| once(&what, *apps)),
        None => table(numbers("FNET_BENCH_APPS", "1000")[0]),
    }
}

/// Networks, and a question for each of so many apps.
fn script(apps: usize) -> String {
    let mut text = networks(apps.div_ceil(8));
    for at in 0..apps {
        text.push_str(&format!("can app{}-{} reach 10.0.0.{}:443\n", at / 8, at % 8, 70 + at % 100));
    }
    text
}

/// A session that has answered a script, and the file that it was read from.
fn answered(text: &str) -> (Session, Arc<Shelf>) {
    let shelf = Arc::new(Shelf(Mutex::new(text.to_string())));
    let mut net = Session::with_loader(shelf.clone());
    net.keep_answers(true);
    net.load_all([Script::File("net.fnet".into())]).expect("it is understood");
    (net, shelf)
}

/// One edit to be counted, and what it takes to be prepared for it.
fn once(what: &str, apps: usize) {
    let text = script(apps);
    let (mut net, shelf) = answered(&text);
    *shelf.0.lock().expect("nobody panics") = text.replacen("100 allow tcp", "101 allow tcp", 1);
    if what == "rule" {
        net.reload().expect("it is understood");
    }
}

fn table(apps: usize) {
    let text = script(apps);
    let edits: Vec<(&str, String)> = vec![
        ("a remark at the top", text.replacen("region westeurope\n", "region westeurope\n# a remark\n", 1)),
        ("a rule of one group", text.replacen("100 allow tcp", "101 allow tcp", 1)),
        ("a setting of one app", text.replacen("= dotnet", "= node", 1)),
        ("one more app", text.replacen("can app0-0", "app more on plan0\ncan app0-0", 1)),
    ];
    println!(
        "{apps} apps, {} KB, a question each; a script read again, milliseconds (medians of 5)",
        text.len() / 1000
    );
    println!("{:<22} {:>9} {:>9} {:>7} {:>12}", "edit", "kept", "full", "ratio", "asked again");
    for (what, edited) in edits {
        let (mut kept, mut full, mut asked) = (Vec::new(), Vec::new(), 0);
        for _ in 0..5 {
            let (mut net, shelf) = answered(&text);
            *shelf.0.lock().expect("nobody panics") = edited.clone();
            let start = Instant::now();
            let report = net.reload().expect("it is understood");
            kept.push(start.elapsed().as_secs_f64() * 1e3);
            let mut new = Session::with_loader(shelf);
            let start = Instant::now();
            let anew = new.load_all([Script::File("net.fnet".into())]).expect("it is understood");
            full.push(start.elapsed().as_secs_f64() * 1e3);
            asked = report.outcomes.len() - report.kept;
            let told = |report, session: &Session| render::report_json(report, &[], session.sources());
            assert!(told(&report, &net) == told(&anew, &new), "{what}: what is kept is not what is found anew");
        }
        let (kept, full) = (median(kept), median(full));
        println!("{what:<22} {kept:>9.1} {full:>9.1} {:>7.1} {asked:>12}", full / kept);
    }
    let mut net = Session::new();
    net.keep_answers(true);
    net.enter(&text).expect("it is understood");
    let entry = |net: &mut Session, entry: &str| {
        let times = (0..7).map(|_| {
            let start = Instant::now();
            net.enter(entry).expect("it is understood");
            start.elapsed().as_secs_f64() * 1e3
        });
        median(times.collect())
    };
    println!("\nan entry at the prompt, milliseconds (medians of 7)");
    for line in [
        "can app0-0 reach 10.0.0.70:443",
        "amend nsg guard0-1 { inbound { 4000 deny tcp * -> *:22 } }",
        "plan extra { tier Premium }",
    ] {
        println!("{line:<44} {:>8.1}", entry(&mut net, line));
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
