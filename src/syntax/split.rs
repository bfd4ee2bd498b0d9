//! The splitter: cuts a text into statements before the grammar sees it.
//!
//! It knows brackets, strings, comments and where a line end counts, and nothing else. It finds brackets without
//! partner, strings without end and nesting that is too deep, so that the grammar never meets them, and it tells
//! the prompt whether an entry is complete.

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// How deep brackets may be nested.
pub const NESTING_LIMIT: usize = 64;

/// A statement's stretch of the text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Is an entry at the prompt finished?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Nothing is open.
    Complete,
    /// So many brackets are open; zero where a string, a comma or an arrow is last.
    Open(usize),
}

/// Does the text end inside a bracket or a string, or after a comma or an arrow?
///
/// ```
/// use fnet::syntax::{completeness, Completeness};
/// assert_eq!(completeness("vnet hub 10.0.0.0/16 {"), Completeness::Open(1));
/// assert_eq!(completeness("vnet hub 10.0.0.0/16 { }"), Completeness::Complete);
/// ```
pub fn completeness(text: &str) -> Completeness {
    let mut scan = Scan::new(text.as_bytes(), 0);
    while scan.step() {
        if scan.ended {
            // A statement is done; what counts is how the last one ends.
            scan.ended = false;
            scan.at += 1;
        }
    }
    if !scan.open.is_empty() {
        Completeness::Open(scan.open.len())
    } else if scan.unclosed_string.is_some() || scan.joined {
        Completeness::Open(0)
    } else {
        Completeness::Complete
    }
}

/// The statements of a text, in order. What cannot be cut is reported and left out.
pub fn split(source: SourceId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Piece> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    if bytes.len() > u32::MAX as usize {
        let span = Span::new(source, 0, 0);
        diagnostics.push(Diagnostic::error("FN0004", span, "the text is larger than 4 GiB"));
        return pieces;
    }
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while at < bytes.len() {
        let (end, kept) = next_piece(source, text, at, diagnostics);
        if kept && has_words(&text[at..end]) {
            pieces.push(Piece { start: at, end });
        }
        at = end + 1;
    }
    pieces
}

/// Is there more than blanks and comments?
fn has_words(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().chars().next().is_some_and(|first| first != '#'))
}

/// Where the statement that begins at `start` ends, and whether the grammar may see it.
fn next_piece(source: SourceId, text: &str, start: usize, diagnostics: &mut Vec<Diagnostic>) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut scan = Scan::new(bytes, start);
    while !scan.ended && scan.step() {}
    let mut kept = true;
    let mut report = |code, span, message: String, help: Option<&str>| {
        kept = false;
        diagnostics.push(Diagnostic::error(code, span, message).maybe_help(help.map(String::from)));
    };
    let mut end = scan.at;
    if let Some(at) = scan.too_deep {
        let span = Span::new(source, at, at + 1);
        let message = format!("brackets are nested more than {NESTING_LIMIT} deep");
        report("FN0104", span, message, None);
    } else if let Some(&(open, bracket)) = scan.open.first() {
        let (innermost, _) = *scan.open.last().unwrap_or(&(open, bracket));
        let lone = bytes[innermost] as char;
        let partner = closing(bytes[innermost]) as char;
        let span = Span::new(source, innermost, innermost + 1);
        report(
            "FN0102",
            span,
            format!("`{lone}` is not closed"),
            Some(&format!("add `{partner}` where the block ends")),
        );
        end = resume(text, start, open).unwrap_or(end);
    } else if let Some((at, bracket, expected)) = scan.stray {
        let span = Span::new(source, at, at + 1);
        let lone = bracket as char;
        let help = expected.map(|e| format!("`{}` is open here", opening(e) as char));
        report("FN0102", span, format!("`{lone}` closes nothing"), help.as_deref());
    }
    if let Some(at) = scan.unclosed_string {
        let line_end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| at + n);
        let span = Span::new(source, at, line_end);
        report(
            "FN0103",
            span,
            "this string is not closed".into(),
            Some("end it with `\"` on the same line; a line break inside is `\\n`"),
        );
    }
    if let Some(at) = scan.strange {
        let span = Span::new(source, at, at + 1);
        let what = match bytes[at] {
            b'\r' => "a carriage return without a line feed".to_string(),
            other => format!("the control character U+{:04X}", u32::from(other)),
        };
        report("FN0105", span, format!("{what} cannot stand here"), None);
    }
    (end, kept)
}

/// After an open bracket swallowed the rest of the text: the start of the first later line, at the left margin,
/// that looks like the beginning of a statement.
fn resume(text: &str, start: usize, open: usize) -> Option<usize> {
    let first_break = open.max(start) + text[open.max(start)..].find('\n')?;
    let mut at = first_break;
    while let Some(next) = text[at + 1..].find('\n').map(|n| at + 1 + n).or((at + 1 < text.len()).then_some(text.len()))
    {
        let line = &text[at + 1..next];
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Some(at);
        }
        if next == text.len() {
            return None;
        }
        at = next;
    }
    None
}

fn closing(bracket: u8) -> u8 {
    match bracket {
        b'{' => b'}',
        b'(' => b')',
        _ => b']',
    }
}

fn opening(bracket: u8) -> u8 {
    match bracket {
        b'}' => b'{',
        b')' => b'(',
        _ => b'[',
    }
}

/// The bytes that mean nothing to the splitter: those of words.
const ORDINARY: [bool; 256] = {
    let mut ordinary = [true; 256];
    let mut byte = 0;
    while byte <= b' ' as usize {
        ordinary[byte] = false;
        byte += 1;
    }
    let special = b"#\"$(),;>[]{}\x7f";
    let mut at = 0;
    while at < special.len() {
        ordinary[special[at] as usize] = false;
        at += 1;
    }
    ordinary
};

/// One pass over the bytes of a statement.
struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    ended: bool,
    /// Where each open bracket stands, and which it is.
    open: Vec<(usize, u8)>,
    /// Is the last word a comma or an arrow, so that a line end does not count?
    joined: bool,
    stray: Option<(usize, u8, Option<u8>)>,
    too_deep: Option<usize>,
    unclosed_string: Option<usize>,
    strange: Option<usize>,
}

impl<'t> Scan<'t> {
    fn new(bytes: &'t [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            ended: false,
            open: Vec::new(),
            joined: false,
            stray: None,
            too_deep: None,
            unclosed_string: None,
            strange: None,
        }
    }

    /// Takes one token in; false at the end of the text.
    fn step(&mut self) -> bool {
        let Some(&byte) = self.bytes.get(self.at) else { return false };
        match byte {
            b'\n' | b';' => {
                if self.open.is_empty() && !(self.joined && byte == b'\n') {
                    self.ended = true;
                    return true;
                }
            }
            b' ' | b'\t' => {}
            b'\r' => {
                if self.bytes.get(self.at + 1) != Some(&b'\n') && self.at + 1 < self.bytes.len() {
                    self.strange.get_or_insert(self.at);
                }
            }
            b'#' => {
                let rest = &self.bytes[self.at..];
                let comment = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                if let Some(lone) = rest[..comment].iter().position(|b| *b == b'\r').filter(|n| n + 1 < comment) {
                    self.strange.get_or_insert(self.at + lone);
                }
                self.at += comment;
                return true;
            }
            b'"' => {
                self.string();
                return true;
            }
            b'$' if self.bytes.get(self.at + 1) == Some(&b'{') => {
                // `${name}` is part of a word, not a block.
                let rest = &self.bytes[self.at..];
                let line = rest.iter().position(|b| matches!(b, b'}' | b'\n')).unwrap_or(rest.len() - 1);
                self.at += if rest[line] == b'}' { line } else { line.saturating_sub(1) };
                self.joined = false;
            }
            b'{' | b'(' | b'[' => {
                self.joined = false;
                self.open.push((self.at, byte));
                if self.open.len() > NESTING_LIMIT {
                    self.too_deep.get_or_insert(self.at);
                }
            }
            b'}' | b')' | b']' => {
                self.joined = false;
                self.close(byte);
            }
            b',' => self.joined = true,
            b'>' => self.joined = self.at > 0 && self.bytes[self.at - 1] == b'-',
            0..=31 | 127 => {
                self.strange.get_or_insert(self.at);
            }
            _ => {
                // The rest of a word goes in one go.
                self.joined = false;
                let rest = &self.bytes[self.at + 1..];
                self.at += rest.iter().position(|byte| !ORDINARY[usize::from(*byte)]).unwrap_or(rest.len());
            }
        }
        self.at += 1;
        true
    }

    fn close(&mut self, byte: u8) {
        match self.open.last() {
            Some(&(_, open)) if closing(open) == byte => {
                self.open.pop();
            }
            Some(&(_, open)) => {
                self.stray.get_or_insert((self.at, byte, Some(closing(open))));
                // `}` closes what stands open inside it.
                if let Some(level) = self.open.iter().rposition(|&(_, b)| closing(b) == byte) {
                    self.open.truncate(level);
                }
            }
            None => {
                self.stray.get_or_insert((self.at, byte, None));
            }
        }
    }

    fn string(&mut self) {
        let start = self.at;
        self.joined = false;
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if self.bytes.get(self.at + 1).is_some_and(|b| *b != b'\n') => self.at += 2,
                b'\n' => break,
                b'\r' if self.bytes.get(self.at + 1) != Some(&b'\n') => {
                    self.strange.get_or_insert(self.at);
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.bytes.len());
        self.unclosed_string.get_or_insert(start);
    }
}
