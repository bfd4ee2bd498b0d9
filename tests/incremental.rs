//! What is told again without being asked is what would be answered: after every edit of every script, and after every
//! entry of a conversation. And an edit asks no more again than what it can affect.

mod common;

use common::{files, root};
use fnet::load::{Disk, LoadError, Loader, Script};
use fnet::session::Report;
use fnet::source::SourceId;
use fnet::{Errors, Session, render, syntax};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A file that changes, beside those of the disk.
struct Shelf {
    path: PathBuf,
    text: Mutex<String>,
}

impl Shelf {
    fn of(path: &Path, text: &str) -> Arc<Self> {
        Arc::new(Self { path: path.to_path_buf(), text: Mutex::new(text.to_string()) })
    }

    fn put(&self, text: &str) {
        *self.text.lock().unwrap() = text.to_string();
    }
}

impl Loader for Shelf {
    fn read(&self, path: &Path) -> Result<String, LoadError> {
        if path == self.path { Ok(self.text.lock().unwrap().clone()) } else { Disk.read(&root().join(path)) }
    }
}

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

/// Everything that a reading comes to, as text.
fn told(result: &Result<Report, Errors>, session: &Session) -> String {
    match result {
        Ok(report) => render::report_json(report, &[], session.sources()),
        Err(errors) => render::report_json(&Report::default(), &errors.diagnostics, &errors.sources),
    }
}

/// What people add: names that were not there, names that make others ambiguous.
const NEW: &[&str] = &[
    "vnet extra 10.250.0.0/16 { subnet data 10.250.1.0/24; subnet functions 10.250.2.0/24; subnet apps 10.250.3.0/24 }",
    "service extra { type sql }",
    "plan extra { tier Premium }",
    "nsg extra { inbound { 100 deny tcp * -> *:1433 } }",
    "private-dns-zone privatelink.database.windows.net { record extra 10.250.1.9 }",
    "let extra = 10.250.1.0/24",
    "service-tag Extra { prefix 10.250.0.0/16 }",
];

/// A script after one more edit.
fn edited(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    let at = dice.below(lines.len());
    match dice.below(10) {
        0 => lines.insert(at, "# a remark".into()),
        1 => drop(lines.remove(at)),
        2 => lines.insert(at, lines[at].clone()),
        3 if at > 0 => lines.swap(at - 1, at),
        4 => lines.insert(at, NEW[dice.below(NEW.len())].into()),
        5 => lines.push(NEW[dice.below(NEW.len())].into()),
        6 | 7 => {
            let turned = |line: &str| match (line.contains("allow"), line.contains("deny")) {
                (true, false) => line.replace("allow", "deny"),
                (false, true) => line.replace("deny", "allow"),
                _ if line.contains(" on") => line.replace(" on", " off"),
                _ => line.replace(" off", " on"),
            };
            let wanted = |line: &&mut String| turned(line) != **line;
            let count = lines.iter_mut().filter(wanted).count();
            let one = dice.below(count);
            if let Some(line) = lines.iter_mut().filter(wanted).nth(one) {
                *line = turned(line);
            }
        }
        _ => {
            let digits: Vec<usize> =
                lines[at].char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(i, _)| i).collect();
            if !digits.is_empty() {
                let digit = digits[dice.below(digits.len())];
                let new = char::from(b'0' + dice.below(10) as u8).to_string();
                lines[at].replace_range(digit..=digit, &new);
            }
        }
    }
    lines.join("\n") + "\n"
}

fn every_script() -> Vec<PathBuf> {
    let mut all = files("examples", ".fnet");
    all.extend(files("tests", ".fnet"));
    all.retain(|path| !path.to_string_lossy().contains("errors/"));
    all
}

/// How much is tried, times the usual: `FNET_EDITS`.
fn share() -> usize {
    std::env::var("FNET_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[test]
fn a_script_that_is_read_again_says_what_it_would_say_if_it_were_new() {
    let mut scripts = every_script();
    let mut dice = Dice(share() as u64);
    let (mut kept, mut asked, mut tried) = (0, 0, 0);
    while tried < 8 * share() && !scripts.is_empty() {
        let path = scripts.swap_remove(dice.below(scripts.len()));
        let text = std::fs::read_to_string(root().join(&path)).expect("a script");
        let shelf = Shelf::of(&path, &text);
        let mut net = Session::with_loader(shelf.clone());
        net.keep_answers(true);
        if net.load_all([Script::File(path.clone())]).is_err() {
            continue;
        }
        tried += 1;
        let mut good = text;
        for round in 0..6 {
            let text = edited(&good, &mut dice);
            shelf.put(&text);
            let again = net.reload();
            let mut new = Session::with_loader(shelf.clone());
            let anew = new.load_all([Script::File(path.clone())]);
            let (again_told, anew_told) = (told(&again, &net), told(&anew, &new));
            if again_told != anew_told {
                let diff = similar::TextDiff::from_lines(&anew_told, &again_told);
                let change = similar::TextDiff::from_lines(&good, &text);
                panic!(
                    "{} differs after edit {round}\n{}\nmust be (-) and is (+)\n{}",
                    path.display(),
                    change.unified_diff().context_radius(1),
                    diff.unified_diff().context_radius(3)
                );
            }
            if let Ok(report) = again {
                kept += report.kept;
                asked += report.outcomes.len() - report.kept;
                good = text;
            }
        }
    }
    println!("{tried} scripts: {kept} answers told again, {asked} asked again");
    assert!(kept > asked / 4, "hardly anything was kept: {kept} of {}", kept + asked);
}

#[test]
fn a_conversation_that_keeps_its_answers_says_what_another_would_say() {
    let mut scripts = every_script();
    let mut dice = Dice(77 + share() as u64);
    let (mut kept, mut tried) = (0, 0);
    while tried < 5 * share() && !scripts.is_empty() {
        let path = scripts.swap_remove(dice.below(scripts.len()));
        let text = std::fs::read_to_string(root().join(&path)).expect("a script");
        let (statements, wrong) = syntax::parse(SourceId(0), text.as_str());
        if !wrong.is_empty() || text.contains("use ") {
            continue;
        }
        tried += 1;
        let entries: Vec<&str> = statements
            .iter()
            .map(|statement| statement.span())
            .map(|span| &text[span.start as usize..span.end as usize])
            .filter(|entry| !entry.starts_with("edition"))
            .collect();
        let (mut keeping, mut plain) = (Session::new(), Session::new());
        keeping.keep_answers(true);
        let all = entries.iter().map(|entry| entry.to_string());
        let more = (0..2 * entries.len()).map(|_| {
            let entry = entries[dice.below(entries.len())];
            if dice.below(2) == 0 { entry.to_string() } else { edited(entry, &mut dice) }
        });
        for entry in all.chain(more.collect::<Vec<_>>()) {
            let (one, other) = (keeping.enter(&entry), plain.enter(&entry));
            assert_eq!(told(&one, &keeping), told(&other, &plain), "{}: {entry}", path.display());
            kept += one.map_or(0, |report| report.kept);
        }
    }
    println!("{tried} scripts: {kept} answers told again");
    assert!(kept > 0);
}

/// A network of two apps that share nothing but their virtual network.
const TWO: &str = "edition 2026
vnet hub 10.0.0.0/16 {
  subnet a 10.0.1.0/24 { nsg guard-a; delegation Microsoft.Web/serverFarms }
  subnet b 10.0.2.0/24 { nsg guard-b; delegation Microsoft.Web/serverFarms }
  subnet data 10.0.3.0/24
}
nsg guard-a { outbound { 100 allow tcp * -> 10.0.3.4:1433 } }
nsg guard-b { outbound { 100 deny tcp * -> 10.0.3.4:1433 } }
plan pa { tier ElasticPremium }
plan pb { tier ElasticPremium }
app app-a on pa { integrate hub.a }
app app-b on pb { integrate hub.b }
host db in hub.data 10.0.3.4 { listen tcp 1433 }
assert app-a can reach db:1433
assert app-b cannot reach db:1433
what can app-a reach within 10.0.3.0/24
";

/// What is asked again after an edit of [`TWO`].
#[track_caller]
fn asked_again(from: &str, to: &str) -> usize {
    let shelf = Shelf::of(Path::new("two.fnet"), TWO);
    let mut net = Session::with_loader(shelf.clone());
    net.keep_answers(true);
    net.load_all([Script::File("two.fnet".into())]).expect("it is understood");
    assert!(TWO.contains(from), "{from}");
    shelf.put(&TWO.replacen(from, to, 1));
    let report = net.reload().expect("it is understood");
    report.outcomes.len() - report.kept
}

#[test]
fn an_edit_asks_again_what_it_can_affect_and_no_more() {
    assert_eq!(asked_again("edition 2026", "edition 2026\n# a remark"), 0, "a remark");
    assert_eq!(asked_again("100 deny", "200 deny"), 1, "the group of b");
    assert_eq!(asked_again("100 allow", "200 allow"), 2, "the group of a");
    assert_eq!(asked_again("cannot reach", "can reach"), 1, "the assertion itself");
    assert_eq!(asked_again("plan pa", "nsg idle { inbound { 100 deny tcp * -> *:22 } }\nplan pa"), 0, "an idle group");
    assert_eq!(asked_again("listen tcp 1433", "listen tcp 1434"), 3, "what all of them call");
    assert_eq!(
        asked_again("pb { tier ElasticPremium }", "pb { tier ElasticPremium; instances 2 }"),
        1,
        "the plan of b"
    );
}
