//! `fnet new [FILE]`: a first script, which runs and answers.

use super::exit::Exit;
use super::output::Output;
use crate::platform::Edition;
use crate::render::{Markup, Tag};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The script, in an edition that gives way to the newest.
const FIRST_SCRIPT: &str = include_str!("../../examples/first.fnet");

/// Writes a first script where there is no file yet.
pub(super) fn new(file: &Path, output: &Output) -> Exit {
    let path = if file.extension().is_none() { file.with_extension("fnet") } else { file.to_path_buf() };
    let mut open = std::fs::OpenOptions::new();
    // Made in one step, so that no file is written over that somebody else makes meanwhile.
    let made = open.write(true).create_new(true).open(&path);
    let written = made.and_then(|mut made| made.write_all(script().as_bytes()));
    let path = path.display();
    let why = match written {
        Ok(()) => {
            let mut out = Markup::default();
            out.plain(format!("made {path}; ask it with ")).push(Tag::Code, format!("fnet run {path}")).line();
            output.markup(&out);
            return Exit::Well;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            output.remark(&format!("`{path}` is there already, and is left as it is; choose another name"));
            return Exit::Usage;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => "there is no such folder".to_string(),
        Err(error) => error.to_string(),
    };
    output.remark(&format!("`{path}` cannot be made: {why}"));
    Exit::Usage
}

/// The script in the newest edition.
fn script() -> String {
    let newest = Edition::newest().name();
    let line = |line: &str| match line.starts_with("edition ") {
        true => format!("edition {newest}\n"),
        false => format!("{line}\n"),
    };
    FIRST_SCRIPT.lines().map(line).collect()
}
