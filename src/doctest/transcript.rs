//! A transcript: what is typed at the prompt, and the lines that must come back.

use std::ops::Range;

/// What an entry begins with.
const PROMPT: &str = "fnet>";

/// What a line begins with that goes on with an entry.
const MORE: &str = "...>";

/// An entry of a transcript; places are numbers of lines of the block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What is typed.
    pub(super) typed: String,
    /// The lines that are typed.
    pub(super) prompt: Range<usize>,
    /// The lines that must come back, without blank ones at the end.
    pub(super) printed: Range<usize>,
}

/// Is a block a transcript?
pub(super) fn is_transcript(lines: &[&str]) -> bool {
    lines.iter().any(|line| typed(line, PROMPT).is_some())
}

/// The entries, and the first line with words above them all.
pub(super) fn entries(lines: &[&str]) -> (Vec<Entry>, Option<usize>) {
    let mut all: Vec<Entry> = Vec::new();
    let mut stray = None;
    for (at, line) in lines.iter().enumerate() {
        if let Some(words) = typed(line, PROMPT) {
            all.push(Entry { typed: words.to_string(), prompt: at..at + 1, printed: at + 1..at + 1 });
            continue;
        }
        match all.last_mut() {
            Some(entry) if entry.prompt.end == at && typed(line, MORE).is_some() => {
                entry.typed.push('\n');
                entry.typed.push_str(typed(line, MORE).unwrap_or(""));
                (entry.prompt.end, entry.printed) = (at + 1, at + 1..at + 1);
            }
            Some(entry) if !line.trim().is_empty() => entry.printed.end = at + 1,
            None if !line.trim().is_empty() => stray = stray.or(Some(at)),
            _ => {}
        }
    }
    (all, stray)
}

/// What stands behind a prompt.
fn typed<'l>(line: &'l str, prompt: &str) -> Option<&'l str> {
    let words = line.strip_prefix(prompt)?;
    if words.is_empty() { Some(words) } else { words.strip_prefix(' ') }
}
