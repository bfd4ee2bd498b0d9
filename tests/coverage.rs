//! Which lines assertions depend on. A line that is told as one on which nothing depends can go, and every assertion comes out
//! as it did; and in a network where each line is there for one reason, each can be seen to be needed.
#![cfg(feature = "cli")]

mod common;

use common::{TempFolder, fnet, scripts, slashed};
use fnet::doctest::{Coverage, Options, file};
use fnet::load::{Disk, LoadError, Loader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The disk, with one file changed.
struct Changed {
    path: PathBuf,
    text: String,
}

impl Loader for Changed {
    fn read(&self, path: &Path) -> Result<String, LoadError> {
        if path == self.path { Ok(self.text.clone()) } else { Disk.read(path) }
    }

    fn canonical(&self, path: &Path) -> PathBuf {
        path.to_path_buf()
    }
}

fn coverage(path: &Path) -> Coverage {
    let mut options = Options::default();
    options.coverage = true;
    file(path, &options).coverage.expect("it was asked for")
}

/// The assertions that hold, those that fail, and whether the script is understood at all.
fn outcomes(path: &Path, text: &str) -> Option<Vec<bool>> {
    let loader = Changed { path: path.to_path_buf(), text: text.to_string() };
    let mut session = fnet::Session::with_loader(Arc::new(loader));
    let report = session.load_file(path).ok()?;
    let held = report.outcomes.iter().filter_map(|outcome| match outcome {
        fnet::Outcome::Holds { .. } => Some(true),
        fnet::Outcome::Fails { .. } => Some(false),
        _ => None,
    });
    Some(held.collect())
}

/// The text without a line; what stands around it stays.
fn without(text: &str, bytes: &std::ops::Range<usize>) -> String {
    let blanks: String = text[bytes.clone()].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
    format!("{}{blanks}{}", &text[..bytes.start], &text[bytes.end..])
}

#[test]
fn a_line_that_nothing_depends_on_can_go() {
    let (mut idle, mut needed, mut turned, mut wrong) = (0, 0, 0, Vec::new());
    for path in ["examples", "examples/troubles", "tests/decisive"].into_iter().flat_map(scripts) {
        let text = std::fs::read_to_string(common::root().join(&path)).expect("a script");
        let before = outcomes(&path, &text);
        for ((of, line), own) in coverage(&path).lines {
            if of != slashed(&path) {
                continue;
            }
            // Where something else names it, it cannot go; that is no assertion's doing.
            let Some(after) = outcomes(&path, &without(&text, &own.bytes)) else { continue };
            let turns = Some(&after) != before.as_ref();
            match own.assertions {
                0 => idle += 1,
                _ => needed += 1,
            }
            turned += usize::from(turns && own.assertions > 0);
            if turns && own.assertions == 0 {
                wrong.push(format!(
                    "{of}:{line} {}: nothing depends on it, and without it an assertion turns",
                    own.text
                ));
            }
        }
    }
    println!("{idle} lines that nothing depends on; of {needed} others {turned} turn an assertion where they go");
    assert!(idle > 10 && needed > 50, "{idle} and {needed} lines");
    assert!(turned * 10 > needed * 9, "{turned} of {needed} lines that are depended on are seen to be needed");
    common::report(&wrong, idle + needed);
}

/// Every line decides something that is asserted, and nothing else would decide it so.
const EXACT: &str = "edition 2026
vnet hub 10.2.0.0/16 {
  subnet functions 10.2.1.0/24 { delegation Microsoft.Web/serverFarms; nsg egress; route-table out }
  subnet data 10.2.0.0/24
  subnet firewall 10.2.3.0/24
}
nsg egress {
  outbound {
    100 allow tcp * -> 10.2.0.4:1433
    110 deny tcp * -> 10.2.0.10:443
    200 deny * * -> hub.data
  }
}
route-table out { 203.0.113.0/24 -> none }
service orders-db { type sql; public-access off }
private-endpoint orders-pe in hub.data { target orders-db; address 10.2.0.4 }
private-dns-zone privatelink.database.windows.net {
  link hub
  record orders-db A 10.2.0.4
}
host vm1 in hub.data 10.2.0.10 { listen tcp 80,443 }
host vm2 in hub.data 10.2.0.11 { listen tcp 443 }
plan ep1 { tier Premium }
app app1 on ep1 {
  integrate hub.functions
  access {
    100 allow 198.51.100.0/24
    default deny
  }
}
check \"each line\" {
  assert app1 can reach orders-db:1433
  assert app1 cannot reach vm1:443 because nsg.security-rule
  assert app1 cannot reach vm2:443 because nsg.security-rule
  assert next-hop app1 to 203.0.113.9 is none
  assert 198.51.100.7 can reach app1:443
}
";

#[test]
fn a_line_that_is_needed_turns_an_assertion_where_it_goes() {
    let folder = TempFolder::new("coverage");
    let path = folder.file("exact.fnet", EXACT);
    let found = coverage(&path);
    let before = outcomes(&path, EXACT).expect("it is understood");
    assert_eq!(before, [true; 5]);
    let kinds: Vec<&str> = found.lines.values().map(|line| line.kind).collect();
    let security = "security rule";
    assert_eq!(kinds, [security, security, security, "route", "private endpoint", "link", "access rule"]);
    assert_eq!(found.tally(), (7, 7), "{:#?}", found.lines);
    for ((_, line), own) in &found.lines {
        // The line 110 is passed over to 200, which denies the same: what turns is what is told of it, not the verdict.
        let turns = outcomes(&path, &without(EXACT, &own.bytes)).as_ref() != Some(&before);
        assert_eq!(turns, !own.text.starts_with("110"), "line {line}: {}", own.text);
    }
    // What an assertion no longer asks for, nothing depends on.
    let less = EXACT.replace("  assert next-hop app1 to 203.0.113.9 is none\n", "");
    let path = folder.file("less.fnet", &less);
    let idle: Vec<usize> =
        coverage(&path).lines.iter().filter(|(_, own)| own.assertions == 0).map(|((_, line), _)| *line).collect();
    assert_eq!(idle, [14]);
}

#[test]
fn coverage_is_told() {
    let folder = TempFolder::new("coverage-told");
    let script = folder.file("less.fnet", EXACT.replace("  assert next-hop app1 to 203.0.113.9 is none\n", ""));
    let page = folder.file(
        "page.md",
        "# Page\n\n```fnet\nuse \"less.fnet\"\ncheck \"route\" { assert next-hop app1 to 203.0.113.9 is none }\n```\n",
    );
    let (script, page) = (script.to_str().expect("a path"), page.to_str().expect("a path"));
    let run = fnet(["test", "--coverage", script]).ends(0).says("assertions depend on 6 of 7 lines (86 %)");
    assert!(run.stdout.contains("less.fnet:14  route             203.0.113.0/24 -> none\n"), "{}", run.stdout);
    assert!(run.stdout.contains("nsg.security-rule") && !run.stdout.contains("peer."), "{}", run.stdout);
    // A document's assertions count for the files that it uses.
    fnet(["test", "--coverage", script, page]).ends(0).says("assertions depend on 7 of 7 lines (100 %)");
    fnet(["test", "--coverage-min", "90", script]).ends(1).says("depend on 6 of 7 lines, and 90 % are wanted");
    fnet(["test", "--coverage-min", "80", script]).ends(0);
    let lcov = folder.path().join("lcov.info");
    fnet(["test", "--lcov", lcov.to_str().expect("a path"), script]).ends(0);
    let traced = std::fs::read_to_string(lcov).expect("the file");
    assert!(traced.contains("DA:9,1\n") && traced.contains("DA:14,0\n") && traced.contains("LF:7\nLH:6\n"), "{traced}");
    let json = fnet(["test", "--coverage", "--format", "json", script]).ends(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["coverage"]["covered"], 6);
    assert_eq!(json["coverage"]["lines"][3]["assertions"], 0);
}
