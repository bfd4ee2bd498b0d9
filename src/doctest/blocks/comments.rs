//! The documentation comments of a Rust file: `///`, `//!`, `/** */` and `/*! */`, each run of them one piece of Markdown.
//! Knows as much of Rust as it takes to tell a comment from a string.

use super::excerpt::{Excerpt, lines};

/// The Markdown of each documentation comment, in order.
pub(super) fn excerpts(text: &str) -> Vec<Excerpt> {
    let mut found = Vec::new();
    let mut run: Option<(&str, Vec<(usize, &str)>)> = None;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (token, length) = token(rest, text[..at].chars().next_back());
        match token {
            Token::Blank => {}
            Token::Line(mark) => {
                let line = (at + mark.len(), &rest[mark.len()..length]);
                match &mut run {
                    Some((open, lines)) if *open == mark => lines.push(line),
                    _ => {
                        found.extend(run.take().map(|(_, lines)| unindented(&lines)));
                        run = Some((mark, vec![line]));
                    }
                }
            }
            other => {
                found.extend(run.take().map(|(_, lines)| unindented(&lines)));
                if other == Token::Block {
                    found.push(block(&rest[3..length], at + 3));
                }
            }
        }
        at += length;
    }
    found.extend(run.map(|(_, lines)| unindented(&lines)));
    found
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Blank,
    /// A line of documentation, its end included, and the mark that it begins with.
    Line(&'static str),
    /// A documentation comment in `/** */`.
    Block,
    /// Anything else.
    Code,
}

/// What a stretch of Rust begins with, and how long that is.
fn token(rest: &str, before: Option<char>) -> (Token, usize) {
    let first = rest.chars().next().map_or(1, char::len_utf8);
    let end_of_line = || rest.find('\n').map_or(rest.len(), |at| at + 1);
    if rest.starts_with("//") {
        let mark = if rest.starts_with("//!") {
            Some("//!")
        } else if rest.starts_with("///") && !rest.starts_with("////") {
            Some("///")
        } else {
            None
        };
        return (mark.map_or(Token::Code, Token::Line), end_of_line());
    }
    if rest.starts_with("/*") {
        let length = block_comment(rest);
        let documents = rest.starts_with("/*!") || (rest.starts_with("/**") && !rest.starts_with("/***"));
        return (if documents && length > 4 { Token::Block } else { Token::Code }, length);
    }
    if rest.starts_with(char::is_whitespace) {
        return (Token::Blank, first);
    }
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with('r') && (!in_word || matches!(before, Some('b' | 'c'))) {
        let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
        if rest[1 + hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let open = hashes + 2;
            return (Token::Code, rest[open..].find(&close).map_or(rest.len(), |at| open + at + close.len()));
        }
    }
    match rest.as_bytes()[0] {
        b'"' => (Token::Code, quoted(rest, '"')),
        b'\'' => {
            let mut after = rest[1..].chars();
            match (after.next(), after.next()) {
                (Some('\\'), _) => (Token::Code, quoted(rest, '\'')),
                (Some(c), Some('\'')) => (Token::Code, c.len_utf8() + 2),
                _ => (Token::Code, 1),
            }
        }
        _ => (Token::Code, first),
    }
}

/// The length of a text in quotes, both included.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a comment in `/* */`, with those in it.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// What stands between `/**` and `*/`: a star at the beginning of every line but the first is no part of it.
fn block(inner: &str, at: usize) -> Excerpt {
    let inner = inner.strip_suffix("*/").unwrap_or(inner);
    let mut all: Vec<(usize, &str)> = lines(inner).map(|(start, line)| (at + start, line)).collect();
    let is_blank = |line: &str| line.trim().is_empty();
    let starred =
        all.iter().skip(1).filter(|(_, line)| !is_blank(line)).all(|(_, line)| line.trim_start().starts_with('*'));
    for (start, line) in all.iter_mut().skip(1).filter(|(_, line)| starred && !is_blank(line)) {
        let gone = line.find('*').map_or(0, |star| star + 1);
        (*start, *line) = (*start + gone, &line[gone..]);
    }
    // The first line stands behind the mark, whatever the others are indented by.
    let mut excerpt = all.first().map(|first| unindented(&[*first])).unwrap_or_default();
    let rest = unindented(&all[1.min(all.len())..]);
    rest.append_to(&mut excerpt);
    excerpt
}

/// Lines without the blanks that all of them begin with.
fn unindented(lines: &[(usize, &str)]) -> Excerpt {
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let common = lines.iter().filter(|(_, line)| !line.trim().is_empty()).map(|(_, line)| blanks(line)).min();
    let mut excerpt = Excerpt::default();
    for (at, line) in lines {
        let gone = common.unwrap_or(0).min(blanks(line));
        excerpt.push(&line[gone..], at + gone);
    }
    excerpt
}
