//! The rooms of the source and who may use whom: each those above it in the table, none below.
//!
//! Reads paths that begin at the crate (`crate::net`, and `super::super` where it climbs to the top) outside comments
//! and strings. It is no parser: a path that a macro puts together would escape it.

mod common;

use common::{files, root, slashed};
use std::path::Path;

/// The rooms, from the ground up.
const ROOMS: &[&str] = &[
    "source",
    "diagnostic",
    "net",
    "syntax",
    "platform",
    "model",
    "flowlog",
    "load",
    "import",
    "engine",
    "query",
    "session",
    "render",
    "conversation",
    "watch",
    "doctest",
    "repl",
    "cli",
];

/// What the library gives its users by name, and the room that it comes from.
const REEXPORTS: &[(&str, &str)] = &[
    ("Session", "session"),
    ("Errors", "session"),
    ("Outcome", "session"),
    ("Report", "session"),
    ("format", "session"),
    ("Answer", "query"),
];

/// Crates that have one place, and what of the source that is.
const CRATES: &[(&str, &[&str])] = &[
    ("rustyline", &["src/repl/"]),
    ("notify", &["src/watch.rs"]),
    ("ctrlc", &["src/repl/"]),
    ("clap", &["src/cli/"]),
    ("ariadne", &["src/render/report.rs"]),
    ("pulldown_cmark", &["src/doctest/blocks/markdown.rs"]),
    ("similar", &["src/doctest/told.rs", "src/cli/fmt.rs"]),
    ("clap_complete", &["src/cli/"]),
    ("clap_mangen", &["src/cli/"]),
    ("terminal_size", &["src/cli/output.rs"]),
    ("unicode_width", &["src/render/", "src/syntax/format/"]),
    ("pest", &["src/syntax/"]),
    ("pest_derive", &["src/syntax/"]),
];

/// Where the disk may be touched.
const DISK: &[&str] = &["src/load.rs", "src/cli/", "src/repl/", "src/doctest/disk.rs"];

/// May one room use another?
fn may(room: &str, used: &str) -> bool {
    let place = |name: &str| ROOMS.iter().position(|room| *room == name);
    let (Some(own), Some(other)) = (place(room), place(used)) else { return false };
    match used {
        _ if room == used => true,
        // `fnet` without a subcommand is the prompt.
        "repl" => room == "cli",
        "cli" => false,
        "watch" => matches!(room, "repl" | "cli"),
        "load" => matches!(room, "session" | "conversation" | "doctest" | "repl" | "cli"),
        _ if room == "net" => false,
        _ => other < own,
    }
}

/// The code of a file: comments, strings and characters blanked, line by line as it was.
fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let next = chars.get(at + 1).copied();
        match chars[at] {
            '/' if next == Some('/') => {
                while at < chars.len() && chars[at] != '\n' {
                    at += 1;
                }
                continue;
            }
            'r' if next == Some('"') || (next == Some('#') && chars.get(at + 2) == Some(&'"')) => {
                let hash = next == Some('#');
                at += if hash { 3 } else { 2 };
                while at < chars.len() && !(chars[at] == '"' && (!hash || chars.get(at + 1) == Some(&'#'))) {
                    if chars[at] == '\n' {
                        out.push('\n');
                    }
                    at += 1;
                }
                out.push_str("\"\"");
            }
            '"' => {
                at += 1;
                while at < chars.len() && chars[at] != '"' {
                    if chars[at] == '\n' {
                        out.push('\n');
                    }
                    at += if chars[at] == '\\' { 2 } else { 1 };
                }
                out.push_str("\"\"");
            }
            '\'' if next == Some('\\') || chars.get(at + 2) == Some(&'\'') => {
                at += if next == Some('\\') { 3 } else { 2 };
                while at < chars.len() && chars[at] != '\'' {
                    at += 1;
                }
                out.push_str("' '");
            }
            other => out.push(other),
        }
        at += 1;
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The places of a word in code, whole.
fn places(code: &str, word: &str) -> Vec<usize> {
    let whole = |at: &usize| {
        let before = code[..*at].chars().next_back().is_none_or(|c| !is_word(c));
        let after = code[at + word.len()..].chars().next().is_none_or(|c| !is_word(c));
        before && after
    };
    code.match_indices(word).map(|(at, _)| at).filter(whole).collect()
}

/// The first names of what follows `crate::`: one, or those of a group in braces.
fn names(after: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| is_word(*c)).collect::<String>();
    let Some(group) = after.trim_start().strip_prefix('{') else { return vec![word(after.trim_start())] };
    let (mut depth, mut names, mut fresh) = (1, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => fresh = true,
            c if is_word(c) && fresh => {
                names.push(word(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// Every room that a file of the source names, with the line.
fn used(path: &Path, code: &str) -> Vec<(String, usize)> {
    // How often `super` leads from a file to the top of the crate.
    let inner: Vec<String> =
        slashed(path).trim_start_matches("src/").trim_end_matches(".rs").split('/').map(String::from).collect();
    let depth = inner.iter().filter(|part| *part != "mod").count();
    // The tests of a file are a module below it.
    let tests = code.find("#[cfg(test)]\nmod tests {").unwrap_or(code.len());
    let mut found = Vec::new();
    let mut take = |at: usize, after: &str| {
        let line = code[..at].matches('\n').count() + 1;
        found.extend(names(after).into_iter().map(|name| (name, line)));
    };
    for start in ["crate", "fnet"] {
        for at in places(code, start) {
            let behind_dollar = code[..at].ends_with('$');
            if let Some(after) = code[at + start.len()..].strip_prefix("::")
                && !behind_dollar
            {
                take(at, after);
            }
        }
    }
    for at in places(code, "super").into_iter().filter(|at| !code[..*at].ends_with("super::")) {
        let after = code[at..].trim_start_matches("super::");
        let climbed = (code[at..].len() - after.len()) / "super::".len();
        if climbed == depth + usize::from(at > tests) && climbed > 0 {
            take(at, after);
        }
    }
    let name_of =
        |name: String| REEXPORTS.iter().find(|(word, _)| *word == name).map_or(name, |(_, room)| room.to_string());
    found.into_iter().map(|(name, line)| (name_of(name), line)).collect()
}

fn sources() -> Vec<(std::path::PathBuf, String)> {
    let all = files("src", ".rs");
    assert!(all.len() > 50, "the source is read");
    all.into_iter()
        .map(|path| (path.clone(), code(&std::fs::read_to_string(root().join(&path)).expect("a source"))))
        .collect()
}

fn room_of(path: &Path) -> String {
    let inner = slashed(path).trim_start_matches("src/").to_string();
    inner.split('/').next().unwrap_or("").trim_end_matches(".rs").to_string()
}

#[test]
fn rooms_use_only_those_above_them() {
    let mut wrong = Vec::new();
    let all = sources();
    for (path, code) in &all {
        let room = room_of(path);
        if room == "lib" || room == "main" {
            continue;
        }
        if !ROOMS.contains(&room.as_str()) {
            wrong.push(format!("{} is in no room of the table", slashed(path)));
            continue;
        }
        for (name, line) in used(path, code) {
            if !ROOMS.contains(&name.as_str()) {
                wrong.push(format!("{}:{line} names `{name}`, which is no room", slashed(path)));
            } else if !may(&room, &name) {
                wrong.push(format!("{}:{line}: {room} may not use {name}", slashed(path)));
            }
        }
    }
    common::report(&wrong, all.len());
}

#[test]
fn crates_stay_in_their_place() {
    let mut wrong = Vec::new();
    let all = sources();
    for (path, code) in &all {
        let file = slashed(path);
        for (name, homes) in CRATES {
            if places(code, name).is_empty() || homes.iter().any(|home| file.starts_with(home)) {
                continue;
            }
            wrong.push(format!("{file} names {name}, which belongs to {}", homes.join(", ")));
        }
    }
    common::report(&wrong, all.len());
}

#[test]
fn only_the_edges_touch_the_disk() {
    let mut wrong = Vec::new();
    let all = sources();
    for (path, code) in &all {
        let file = slashed(path);
        let touches = code.contains("std::fs")
            || ["read_to_string", "File::open", "read_dir"].iter().any(|word| !places(code, word).is_empty());
        if touches && !DISK.iter().any(|home| file.starts_with(home)) {
            wrong.push(format!("{file} touches the disk"));
        }
    }
    common::report(&wrong, all.len());
}

/// The reader of this test sees what it should.
#[test]
fn the_reader_reads() {
    let text = "use crate::{net::PortSet, model::{self, App}};\n// crate::repl\nlet a = \"crate::cli\"; super::super::query::x();\n";
    let found = used(Path::new("src/engine/flow.rs"), &code(text));
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["net", "model", "query"]);
    assert!(may("session", "query") && may("render", "session") && may("syntax", "diagnostic"));
    assert!(
        !may("diagnostic", "syntax") && !may("net", "source") && !may("engine", "load") && !may("session", "render")
    );
}
