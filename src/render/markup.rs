//! Tagged pieces of text, and how they become bytes.

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
}

impl Default for Style {
    /// No colours, marks beyond ASCII, 110 columns.
    fn default() -> Self {
        Self { color: false, unicode: true, width: 110 }
    }
}

/// Text in tagged pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup {
    pieces: Vec<(Tag, String)>,
}

impl Markup {
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
        for (tag, text) in &self.pieces {
            out.push_str(&painted(*tag, text, style));
        }
        let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
        let mut text = lines.join("\n");
        if out.ends_with('\n') {
            text.push('\n');
        }
        text
    }
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
