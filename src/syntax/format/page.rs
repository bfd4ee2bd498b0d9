//! What is put on the page, piece by piece: words, the places where a line may break or a column begins, comments.
//! How wide anything is, and what stands below what, is for [`super::layout`].

use super::trivia::{Comment, Trivia, behind_string};
use crate::syntax::ast::{Value, Word};
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// A piece of a line.
#[derive(Clone, Debug)]
pub(super) enum Bit<'t> {
    Word(Cow<'t, str>),
    Space,
    /// Behind a comma: a blank, or a line end where the line gets too long.
    Gap,
    /// Behind a comma: a line end that the source has there.
    Break,
    /// Lines go on from here, until `Unmark`.
    Mark,
    Unmark,
    /// A list whose values stand on lines of their own, until `Outdent`.
    Indent,
    Outdent,
    /// A column of that number begins.
    Column(u8),
    Comment(&'t str, OwnLine),
}

impl Bit<'_> {
    /// How wide it is on a line that nothing breaks and nothing aligns.
    pub(super) fn flat_width(&self) -> usize {
        match self {
            Self::Word(text) => columns(text),
            Self::Space | Self::Gap | Self::Break | Self::Column(_) => 1,
            Self::Mark | Self::Unmark | Self::Indent | Self::Outdent | Self::Comment(..) => 0,
        }
    }
}

/// How many columns of a screen a text takes.
pub(super) fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Does a comment inside a line stand on a line of its own?
pub(super) type OwnLine = bool;

/// What kind of line it is: neighbours of one kind have their columns aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// None that is aligned.
    Other,
    Property,
    Member,
    Rule,
    Route,
    Declaration,
    Let,
    Question,
    Able,
    Every,
    Is,
    Finds,
    Resolves,
}

/// A line: a comment, or pieces.
#[derive(Clone, Debug)]
pub(super) struct Line<'t> {
    pub(super) level: usize,
    /// Does a blank line stand before it?
    pub(super) blank: bool,
    pub(super) shape: Shape,
    /// Columns behind the first are aligned with those of the same key alone.
    pub(super) key: &'t str,
    /// Its pieces, up to this one; those of a comment on its own line are none.
    pub(super) bits: std::ops::Range<usize>,
    pub(super) comment: Option<&'t str>,
    /// Does it open a block, or close one?
    pub(super) brace: bool,
}

/// How wide a line may be.
pub(super) const WIDTH: usize = 120;

/// The page that is being written.
pub(super) struct Page<'t> {
    pub(super) trivia: Trivia<'t>,
    pub(super) bits: Vec<Bit<'t>>,
    pub(super) lines: Vec<Line<'t>>,
    level: usize,
    /// Where the pieces of the line begin that is being written.
    begun: usize,
    blank: bool,
    brace: bool,
    shape: Shape,
    key: &'t str,
    /// Where what was written last ends in the source; none where a block has just begun.
    end: Option<usize>,
    /// Is the line inside a block that stays on one line?
    inline: bool,
    /// Is there a block in that block which one line has no room for?
    overfull: bool,
}

/// What has a place and can be written: a statement, or a line of a block.
pub(super) trait Written<'t> {
    /// Its first byte, and the one behind its last.
    fn place(&self) -> (usize, usize);
    fn write(&'t self, page: &mut Page<'t>);
}

impl<'t> Page<'t> {
    pub(super) fn new(trivia: Trivia<'t>) -> Self {
        Self {
            trivia,
            bits: Vec::new(),
            lines: Vec::new(),
            level: 0,
            begun: 0,
            blank: false,
            brace: false,
            shape: Shape::Other,
            key: "",
            end: None,
            inline: false,
            overfull: false,
        }
    }

    // --- pieces ---------------------------------------------------------------------------------------------------

    pub(super) fn put(&mut self, text: &'t str) {
        self.bits.push(Bit::Word(Cow::Borrowed(text)));
    }

    pub(super) fn space(&mut self) {
        self.bits.push(Bit::Space);
    }

    /// A keyword and the blank behind it.
    pub(super) fn keyword(&mut self, text: &'t str) {
        self.put(text);
        self.space();
    }

    pub(super) fn column(&mut self, number: usize) {
        self.bits.push(if self.inline { Bit::Space } else { Bit::Column(number.min(u8::MAX.into()) as u8) });
    }

    /// Neighbours of the shape are aligned with this line.
    pub(super) fn shape(&mut self, shape: Shape, key: &'t str) {
        if !self.inline {
            (self.shape, self.key) = (shape, key);
        }
    }

    /// Is that the shape of the line?
    pub(super) fn is_shaped(&self, shape: Shape) -> bool {
        !self.inline && self.shape == shape
    }

    pub(super) fn word(&mut self, word: &'t Word) {
        let span = word.span();
        self.comments(span.start as usize);
        self.ports(&word.text);
        // Those between the ports of the word are written with it.
        while self.trivia.before(span.end as usize).is_some() {}
    }

    /// A word; between its ports there may be blanks, line ends and comments, of which the comments stay.
    fn ports(&mut self, text: &'t str) {
        let bytes = text.as_bytes();
        let quoted = if text.starts_with('"') { behind_string(bytes, 0) } else { 0 };
        let is_odd = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'#');
        if !bytes[quoted..].iter().any(is_odd) {
            return self.put(text);
        }
        let (mut at, mut joined) = (quoted, text[..quoted].to_string());
        while at < bytes.len() {
            if bytes[at] == b'#' {
                let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
                self.bits.push(Bit::Word(Cow::Owned(std::mem::take(&mut joined))));
                let own_line = text[..at].trim_end_matches([' ', '\t']).ends_with('\n');
                self.bits.push(Bit::Comment(text[at..end].trim_end(), own_line));
                at = end;
            } else if is_odd(&bytes[at]) {
                at += 1;
            } else {
                let end = bytes[at..].iter().position(is_odd).map_or(text.len(), |n| at + n);
                joined.push_str(&text[at..end]);
                at = end;
            }
        }
        self.bits.push(Bit::Word(Cow::Owned(joined)));
    }

    /// The comments inside a line that stand before a byte.
    fn comments(&mut self, at: usize) {
        while let Some(Comment { text, own_line, .. }) = self.trivia.before(at) {
            self.bits.push(Bit::Comment(text, own_line));
        }
    }

    pub(super) fn value(&mut self, value: &'t Value) {
        use crate::syntax::ast::Nested;
        let nested = match value {
            Value::Word(word) => return self.word(word),
            Value::Nested(nested) => nested,
        };
        let end = value.span().end as usize;
        match &**nested {
            Nested::List(list, span) => {
                self.comments(span.start as usize);
                self.put("[");
                let first = list.first().map_or(end, |value| value.span().start as usize);
                let broken = !list.is_empty() && self.trivia.is_broken(span.start as usize, first);
                // Without a blank, an IPv6 address alone in a list would be an address in its own brackets.
                let apart = matches!(list.as_slice(), [Value::Word(word)] if word.text.matches(':').count() > 1);
                self.bits.push(if broken { Bit::Indent } else { Bit::Mark });
                if apart {
                    self.space();
                }
                self.values(list);
                self.comments(end);
                if apart {
                    self.space();
                }
                self.bits.push(if broken { Bit::Outdent } else { Bit::Unmark });
                self.put("]");
            }
            Nested::Call(name, arguments, _) => {
                self.word(name);
                self.put("(");
                self.values(arguments);
                self.comments(end);
                self.put(")");
            }
        }
    }

    /// Values joined by commas.
    pub(super) fn values(&mut self, values: &'t [Value]) {
        self.bits.push(Bit::Mark);
        for (at, value) in values.iter().enumerate() {
            if let Some(before) = at.checked_sub(1).and_then(|before| values.get(before)) {
                // A number behind `x:80,` would be another port of the word.
                if ends_in_ports(before) && value.word().is_some_and(|word| is_port(&word.text)) {
                    self.space();
                }
                self.comma(before.span().end as usize, value.span().start as usize);
            }
            self.value(value);
        }
        self.bits.push(Bit::Unmark);
    }

    /// Words joined by commas.
    pub(super) fn words(&mut self, words: &'t [Word]) {
        self.bits.push(Bit::Mark);
        for (at, word) in words.iter().enumerate() {
            if let Some(before) = at.checked_sub(1).and_then(|before| words.get(before)) {
                self.comma(before.span().end as usize, word.span().start as usize);
            }
            self.word(word);
        }
        self.bits.push(Bit::Unmark);
    }

    fn comma(&mut self, before: usize, behind: usize) {
        self.put(",");
        self.comments(behind);
        let broken = self.trivia.is_broken(before, behind);
        self.bits.push(match (self.inline, broken) {
            (true, _) => Bit::Space,
            (false, true) => Bit::Break,
            (false, false) => Bit::Gap,
        });
    }

    // --- lines ----------------------------------------------------------------------------------------------------

    /// Statements or lines of a block, each on its own line; comments before the byte `end` stand behind the last.
    pub(super) fn each<W: Written<'t>>(&mut self, parts: &'t [W], end: usize) {
        for part in parts {
            let (start, end) = part.place();
            self.begin(start);
            part.write(self);
            self.finish(end);
        }
        while let Some(comment) = self.trivia.before(end) {
            self.comment_line(comment);
        }
    }

    /// A block whose `{` stands behind the byte `from` and whose `}` at `to`, in the source.
    pub(super) fn block<W: Written<'t>>(&mut self, parts: &'t [W], from: usize, to: usize) {
        if parts.is_empty() && !self.trivia.has_before(to) {
            return self.put("{ }");
        }
        if self.trivia.is_one_line(from, to) && self.inline(parts) {
            return;
        }
        if self.inline {
            self.overfull = true;
            return;
        }
        self.put("{");
        (self.brace, self.shape) = (true, Shape::Other);
        self.finish(from);
        self.end = None;
        self.level += 1;
        self.each(parts, to);
        self.level -= 1;
        (self.blank, self.brace) = (false, true);
        self.put("}");
    }

    /// A block that its author has on one line stays on one; false, and nothing written, where that would be too long.
    fn inline<W: Written<'t>>(&mut self, parts: &'t [W]) -> bool {
        let (bits, taken) = (self.bits.len(), self.trivia.taken);
        let inline = std::mem::replace(&mut self.inline, true);
        self.keyword("{");
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.keyword(";");
            }
            part.write(self);
        }
        self.space();
        self.put("}");
        self.inline = inline;
        let wide = 2 * self.level + self.bits[self.begun..].iter().map(Bit::flat_width).sum::<usize>();
        if wide > WIDTH || self.overfull {
            self.bits.truncate(bits);
            self.trivia.taken = taken;
            self.overfull = false;
            return false;
        }
        true
    }

    /// Begins the line of what begins at a byte: its comments stand above it.
    fn begin(&mut self, start: usize) {
        while let Some(comment) = self.trivia.before(start) {
            self.comment_line(comment);
        }
        self.blank = self.end.is_some_and(|end| self.trivia.is_blank(end, start));
    }

    /// Ends the line of what ends at a byte; a comment behind it goes with it.
    pub(super) fn finish(&mut self, end: usize) {
        let comment = self.trivia.trailing(end);
        self.end = Some(comment.map_or(end, |comment| comment.end));
        self.line(comment.map(|comment| comment.text));
    }

    fn comment_line(&mut self, comment: Comment<'t>) {
        self.blank = self.end.is_some_and(|end| self.trivia.is_blank(end, comment.start));
        self.end = Some(comment.end);
        self.line(Some(comment.text));
    }

    fn line(&mut self, comment: Option<&'t str>) {
        let bits = self.begun..self.bits.len();
        self.begun = bits.end;
        let Self { level, blank, shape, key, brace, .. } = *self;
        self.lines.push(Line { level, blank, shape, key, bits, comment, brace });
        (self.blank, self.brace, self.shape, self.key) = (false, false, Shape::Other, "");
    }
}

/// Does a word end in what may be ports? There may be blanks and comments between them.
fn ends_in_ports(value: &Value) -> bool {
    let last =
        value.word().and_then(|word| word.text.contains(':').then(|| word.text.rsplit([':', ',', '\n', ' ', '\t'])));
    last.and_then(|mut parts| parts.next()).is_some_and(is_port)
}

/// Does it read as ports, be they a number, a range or all?
fn is_port(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text == "*" || text.split_once('-').map_or(digits(text), |(first, last)| digits(first) && digits(last))
}
