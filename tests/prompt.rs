//! The prompt, driven through a pipe.
#![cfg(feature = "repl")]

mod common;

use common::{Run, TempFolder, fnet_with};

fn prompt(lines: &str) -> Run {
    fnet_with(["--edition", "2026"], lines.as_bytes()).calm().ends(0)
}

#[test]
fn entries_go_on_while_something_is_open() {
    let run = prompt(
        "vnet hub 10.0.0.0/16 {\n  subnet s 10.0.0.0/24\n}\nhost vm1 in hub.s 10.0.0.10 {\n  listen tcp 443\n}\nhost vm2 in hub.s 10.0.0.11\ncan vm2 reach vm1:443\n",
    );
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    assert!(run.stdout.contains("yes"), "{}", run.stdout);
}

#[test]
fn an_entry_that_fails_leaves_no_mark() {
    let run = prompt("nsg a; vnett b\nshow\n");
    assert!(run.stderr.contains("FN0106"), "{}", run.stderr);
    assert!(!run.stdout.contains("nsg a"), "{}", run.stdout);
    let run = prompt("nsg a\nremove nsg a; vnett b\nshow\n");
    assert!(run.stdout.contains("nsg a"), "{}", run.stdout);
    let run = prompt("edition 2020; vnett b\nplan p { tier FlexConsumption }\nshow\n");
    assert!(run.stdout.contains("plan p"), "the edition is what it was: {}", run.all());
    let run = prompt("let ten = 10.0.0.0/24; vnett b\nnsg a { outbound { 100 allow tcp * -> ten } }\n");
    assert!(run.stderr.contains("FN0113"), "{}", run.stderr);
}

#[test]
fn a_new_declaration_replaces_the_old_one() {
    let run = prompt(
        "nsg a { outbound { 100 allow tcp * -> *:80 } }\nnsg a { outbound { 100 allow tcp * -> *:443 } }\nshow a\n",
    );
    assert!(run.stderr.is_empty() && run.stdout.contains("replaced nsg a"), "{}", run.all());
    assert!(run.stdout.contains(":443") && !run.stdout.contains(":80"), "{}", run.stdout);
}

#[test]
fn what_a_declaration_needs_cannot_be_removed_from_under_it() {
    let run = prompt("vnet hub 10.0.0.0/16 { subnet s 10.0.0.0/24 { nsg guard } }\nnsg guard\n");
    // The first entry names what nobody has declared yet; the second is all right.
    assert!(run.stderr.contains("FN0113"), "{}", run.stderr);
    let run = prompt(
        "nsg guard\nvnet hub 10.0.0.0/16 { subnet s 10.0.0.0/24 { nsg guard } }\nremove nsg guard\nshow guard\n",
    );
    assert!(run.stderr.contains("FN0113") && run.stdout.contains("nsg guard"), "{}", run.all());
}

#[test]
fn commands() {
    let run = prompt(":help\n");
    for word in ["Declare", "can SOURCE reach", ":load", ":reset", ":quit"] {
        assert!(run.stdout.contains(word), "no `{word}` in {}", run.stdout);
    }
    let run = prompt(":help load\n:help can\n:help nsg.first-match\n");
    assert!(run.stdout.contains(":load FILE") && run.stdout.contains("first matching"), "{}", run.stdout);
    let run = prompt("nsg a\n:reset\nshow\n");
    assert!(!run.stdout.contains("nsg a"), "{}", run.stdout);
    let run = prompt(":quit\nnsg a\nshow\n");
    assert!(!run.stdout.contains("nsg a"), "nothing is read after `:quit`");
    let run = prompt(":laod x\n");
    assert!(run.stderr.contains("no command `:laod`") && run.stderr.contains("load"), "{}", run.stderr);
    prompt(":\n: \n::\n:help nothing-at-all\n:load\n:quit now\n");
}

#[test]
fn files_are_loaded() {
    let run = prompt(":load examples/orders.fnet\ncan app1 reach vm1:443\n");
    assert!(run.stdout.contains("loaded examples/orders.fnet") && run.stdout.contains("yes"), "{}", run.all());
    let run = prompt(":load examples/peering.fnet\n");
    assert!(run.stderr.contains("FN0118"), "the other edition is in force: {}", run.all());
    let run = prompt(":load no-such-file.fnet\nnsg a\nshow\n");
    assert!(run.stderr.contains("FN0001") && run.stdout.contains("nsg a"), "{}", run.all());
    let folder = TempFolder::new("prompt");
    let path = folder.file("network.fnet", "nsg from-file\n");
    let run = fnet_with([path.as_os_str()], b"show\n").calm().ends(0);
    assert!(run.stdout.contains("nsg from-file"), "{}", run.all());
}

#[test]
fn the_end_of_input_is_the_end() {
    prompt("");
    prompt("\n\n\n");
    prompt("nsg a");
    let run = prompt("vnet hub 10.0.0.0/16 {\n");
    assert!(run.stdout.is_empty());
    prompt("\u{1b}[A\u{1b}[B\t\u{4}\u{3}\n");
    fnet_with([] as [&str; 0], b"nsg \xff\xfe\nnsg a\n").calm();
}

/// A long talk: undoing and doing, nothing lost and nothing doubled.
#[test]
fn a_long_talk() {
    let mut lines = String::new();
    for i in 0..50 {
        lines.push_str(&format!("nsg n{i}\nvnett broken\nnsg n{i}\n"));
    }
    lines.push_str("show\n");
    let run = prompt(&lines);
    let shown = run.stdout.lines().filter(|line| line.starts_with("nsg n")).count();
    assert_eq!(shown, 50, "{}", common::cut(&run.stdout));
}
