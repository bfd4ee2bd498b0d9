//! Tagged pieces of text, and how they become bytes.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a piece of text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Plain words.
    Plain,
    /// A verdict or mark that is good.
    Good,
    /// A verdict or mark that is bad.
    Bad,
    /// A verdict or mark that leaves something open, or warns.
    Doubt,
    /// A rule's id, a name.
    Name,
    /// What stands back: places, notes.
    Dim,
    /// A heading.
    Strong,
    /// Something to paste.
    Code,
}

/// How text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// With colours?
    pub color: bool,
    /// With marks beyond ASCII?
    pub unicode: bool,
    /// How wide lines may be, in columns.
    pub width: usize,
    /// Is a line that is wider all the same to go on below? So at a terminal, which would break it anywhere.
    pub wrapped: bool,
}

impl Default for Style {
    /// No colours, marks beyond ASCII, 110 columns.
    fn default() -> Self {
        Self { color: false, unicode: true, width: 110, wrapped: false }
    }
}

/// Text in tagged pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markup {
    pieces: Vec<(Tag, String)>,
    width: usize,
}

impl Default for Markup {
    fn default() -> Self {
        Self::within(Style::default().width)
    }
}

impl Markup {
    /// No text yet; what is laid out in it is so wide at most.
    pub fn within(width: usize) -> Self {
        Self { pieces: Vec::new(), width }
    }

    /// How many columns are left of a line behind so many.
    pub(super) fn room(&self, taken: usize) -> usize {
        self.width.saturating_sub(taken).max(16)
    }

    /// Have lines so many columns?
    pub(super) fn has_room(&self, columns: usize) -> bool {
        columns <= self.width
    }

    /// Adds a piece. Control characters of user text never get through: they are shown as escapes.
    pub fn push(&mut self, tag: Tag, text: impl AsRef<str>) -> &mut Self {
        self.pieces.push((tag, safe(text.as_ref())));
        self
    }

    /// Adds plain words.
    pub fn plain(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.push(Tag::Plain, text)
    }

    /// Ends the line.
    pub fn line(&mut self) -> &mut Self {
        self.pieces.push((Tag::Plain, "\n".into()));
        self
    }

    /// Adds another text's pieces.
    pub fn append(&mut self, mut other: Markup) -> &mut Self {
        self.pieces.append(&mut other.pieces);
        self
    }

    /// The lines up to the first that is `last`; all where none is. Lines are counted from 0.
    pub(super) fn up_to(&self, mut last: impl FnMut(usize, &str) -> bool) -> Markup {
        let (mut out, mut line, mut count) = (Markup::default(), String::new(), 0);
        for (tag, text) in &self.pieces {
            for part in text.split_inclusive('\n') {
                out.pieces.push((*tag, part.into()));
                line.push_str(part);
                if part.ends_with('\n') {
                    if last(count, line.trim_end()) {
                        return out;
                    }
                    count += 1;
                    line.clear();
                }
            }
        }
        out
    }

    /// The text without its first line.
    pub(super) fn after_first_line(&self) -> Markup {
        let first = self.up_to(|_, _| true);
        let mut left: usize = first.pieces.iter().map(|(_, text)| text.len()).sum();
        let mut out = Markup::default();
        for (tag, text) in &self.pieces {
            let skipped = left.min(text.len());
            left -= skipped;
            if skipped < text.len() {
                out.pieces.push((*tag, text[skipped..].into()));
            }
        }
        out
    }

    /// The text without the blank line that it may end with.
    pub(super) fn without_last_blank(mut self) -> Markup {
        let ends: String = self.pieces.iter().rev().take(2).map(|(_, text)| text.as_str()).collect();
        if ends == "\n\n" {
            self.pieces.pop();
        }
        self
    }

    /// The text in a style, without trailing blanks.
    pub fn to_text(&self, style: &Style) -> String {
        let mut out = String::new();
        let mut line: Vec<(Tag, &str)> = Vec::new();
        for (tag, text) in &self.pieces {
            for part in text.split_inclusive('\n') {
                line.push((*tag, part));
                if part.ends_with('\n') {
                    put_line(&line, style, &mut out);
                    line.clear();
                }
            }
        }
        put_line(&line, style, &mut out);
        out
    }
}

/// Writes a line; one that is too wide for the terminal goes on below, further in. What is there to paste stays whole.
fn put_line(line: &[(Tag, &str)], style: &Style, out: &mut String) {
    let mut text: String = line.iter().map(|(_, part)| *part).collect();
    let indent = text.len() - text.trim_start_matches(' ').len();
    // What stands far in has no room there.
    let mut surplus =
        if style.wrapped && text.trim_end().width() > style.width { indent.saturating_sub(style.width / 2) } else { 0 };
    text.drain(..surplus);
    let is_pasted = line.iter().any(|(tag, _)| *tag == Tag::Code);
    let breaks = if style.wrapped && !is_pasted { breaks(text.trim_end(), style.width) } else { Vec::new() };
    let further = format!("\n{}", " ".repeat((indent + 2).min(style.width / 2)));
    let (mut breaks, mut at) = (breaks.into_iter().peekable(), 0);
    let kept = text.trim_end().len();
    for (tag, part) in line {
        let cut = surplus.min(part.len());
        surplus -= cut;
        let part = &part[cut..];
        let part = part.get(..kept.saturating_sub(at)).unwrap_or(part);
        let (mut rest, end) = (part, at + part.len());
        while let Some(next) = breaks.next_if(|next| *next < end) {
            let (before, behind) = rest.split_at(next.saturating_sub(at));
            out.push_str(&painted(*tag, before, style));
            out.push_str(&further);
            (rest, at) = (behind.trim_start_matches(' '), end - behind.trim_start_matches(' ').len());
        }
        out.push_str(&painted(*tag, rest, style));
        at = end;
    }
    if text.ends_with('\n') {
        out.push('\n');
    }
}

/// Where a line that is too wide is broken: at blanks, and where a word alone is too wide inside it.
fn breaks(text: &str, room: usize) -> Vec<usize> {
    if text.width() <= room {
        return Vec::new();
    }
    let indent = text.len() - text.trim_start_matches(' ').len();
    let further = (indent + 2).min(room / 2);
    let (mut breaks, mut column, mut blank, mut begun) = (Vec::new(), indent, None, indent);
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < indent) {
        let wide = c.width().unwrap_or(0);
        if column + wide > room {
            let next = match blank.take() {
                Some(next) if next > begun => next,
                _ => at,
            };
            breaks.push(next);
            begun = next;
            column = further + text[next..at].trim_start_matches(' ').width();
        }
        if c == ' ' {
            blank = Some(at);
        }
        column += wide;
    }
    breaks
}

fn painted(tag: Tag, text: &str, style: &Style) -> String {
    let text = if style.unicode { text.to_string() } else { ascii(text) };
    match code(tag).filter(|_| style.color && !text.trim().is_empty()) {
        Some(code) => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        None => text,
    }
}

/// A line of somebody else's text, blanks at its end and all; control characters are shown as escapes.
#[cfg(feature = "cli")]
pub fn verbatim(tag: Tag, line: &str, style: &Style) -> String {
    painted(tag, &safe(line), &Style { unicode: true, ..*style })
}

/// The ANSI code of a tag.
fn code(tag: Tag) -> Option<&'static str> {
    Some(match tag {
        Tag::Plain => return None,
        Tag::Good => "32",
        Tag::Bad => "31",
        Tag::Doubt => "33",
        Tag::Name => "36",
        Tag::Dim => "2",
        Tag::Strong => "1",
        Tag::Code => "34",
    })
}

/// Text without control characters but line ends.
pub(super) fn safe(text: &str) -> String {
    let unsafe_here = |c: char| c != '\n' && is_unsafe(c);
    if !text.chars().any(unsafe_here) {
        return text.to_string();
    }
    text.chars().map(|c| if unsafe_here(c) { format!("\\u{{{:x}}}", u32::from(c)) } else { c.to_string() }).collect()
}

/// Would the character act on the terminal, or turn the direction of what follows?
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Our own marks in ASCII; what the user wrote stays.
pub(super) fn ascii(text: &str) -> String {
    text.replace('✓', "+").replace('✗', "x").replace('·', "-").replace('…', "...").replace('→', "->")
}
