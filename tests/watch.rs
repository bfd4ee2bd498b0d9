//! `--watch`: the program goes on, and says after each change of a file what comes out otherwise.
#![cfg(feature = "watch")]

mod common;

use common::{PATIENCE, TempFolder, program};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const NETWORK: &str = "edition 2026
use \"guard.fnet\"
vnet net 10.1.0.0/16 { subnet s 10.1.0.0/24 { nsg guard } }
host vm1 in net.s 10.1.0.10 { listen tcp 443, 22 }
host vm2 in net.s 10.1.0.11 { listen tcp 443 }
assert vm2 can reach vm1:22
assert next-hop vm2 to 10.1.0.10 is vnet
";

const GUARD: &str = "nsg guard { inbound { 100 allow tcp * -> *:22 } }\n";

/// A program that watches, and the lines that it writes to either output.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn of(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = program();
        command.current_dir(folder).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let (send, lines) = channel();
        let (out, err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        let other = send.clone();
        std::thread::spawn(move || {
            BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| send.send(line))
        });
        std::thread::spawn(move || {
            BufReader::new(err).lines().map_while(Result::ok).try_for_each(|line| other.send(line))
        });
        Self { child, lines }
    }

    /// What it writes up to a line with these words.
    #[track_caller]
    fn until(&self, words: &str) -> String {
        self.until_all(&[words])
    }

    /// What it writes until all of these have been written: the two outputs are read side by side.
    #[track_caller]
    fn until_all(&self, words: &[&str]) -> String {
        let end = Instant::now() + PATIENCE;
        let mut text = String::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else { panic!("no {words:?} in\n{text}") };
            text.push_str(&line);
            text.push('\n');
            if words.iter().all(|words| text.contains(words)) {
                return text;
            }
        }
    }

    /// Fails where it says anything within a moment.
    #[track_caller]
    fn is_silent(&self) {
        let said = self.lines.recv_timeout(Duration::from_secs(1));
        assert!(said.is_err(), "{said:?}");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_change_is_answered_for_and_nothing_else_is_asked_again() {
    let folder = TempFolder::new("watch");
    let path = folder.path().to_path_buf();
    folder.file("net.fnet", NETWORK);
    folder.file("guard.fnet", GUARD);
    let net = Watching::of(&path, &["run", "--watch", "net.fnet"]);
    net.until("2 passed, 0 failed");

    // A file that is used, and not named.
    folder.file("guard.fnet", GUARD.replace("allow", "deny"));
    let said = net.until_all(&["asked again", "FN0120"]);
    assert!(said.contains("-- guard.fnet changed"), "{said}");
    assert!(said.contains("1 of 2 asked again, 1 with another answer; 1 passed, 1 failed"), "{said}");

    // Lines that move say nothing new.
    folder.file(
        "net.fnet",
        format!("# a remark\n{NETWORK}").replace("# a remark\nedition 2026", "edition 2026\n# a remark"),
    );
    let said = net.until("asked again");
    assert!(said.contains("0 of 2 asked again, 0 with another answer; 1 passed, 1 failed"), "{said}");

    // What is not understood is told, and what was read before still stands.
    folder.file("guard.fnet", "nsg guard { inbound { 100 allow tcp * -> *:22 }");
    net.until_all(&["what was read before still stands", "FN0102"]);

    // As editors do it: a new file in the place of the old one.
    let new = folder.file("guard.new", GUARD);
    std::fs::rename(new, path.join("guard.fnet")).expect("a file");
    let said = net.until("asked again");
    assert!(said.contains("1 of 2 asked again, 1 with another answer; 2 passed, 0 failed"), "{said}");

    // A file that nobody reads.
    folder.file("other.fnet", "nsg other");
    net.is_silent();
}

#[test]
fn a_check_goes_on_too_and_begins_with_a_file_that_is_wrong() {
    let folder = TempFolder::new("watch-check");
    folder.file("net.fnet", "vnett net 10.1.0.0/16\n");
    let net = Watching::of(folder.path(), &["check", "--watch", "net.fnet"]);
    net.until("FN0106");
    folder.file("net.fnet", "vnet net 10.1.0.0/16\n");
    let said = net.until("0 errors");
    assert!(said.contains("-- net.fnet changed"), "{said}");
}

#[test]
fn standard_input_is_not_watched() {
    let folder = TempFolder::new("watch-input");
    let net = Watching::of(folder.path(), &["run", "--watch", "-"]);
    net.until("standard input cannot be watched");
}
