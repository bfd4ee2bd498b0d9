//! What each word of a text is, for colours: the prompt and the documentation ask here.
//!
//! It goes by where a word stands and never fails: a text that is still being typed has classes too. What a name means,
//! and whether there is such a thing, is not known here.

use super::grammar::{QUERY_SHAPES, QUERY_WORDS};
use super::literal;
use std::ops::Range;

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// A word of the language: `can`, `allow`, `in`.
    Keyword,
    /// The word that a declaration begins with: `vnet`, `subnet`.
    Kind,
    /// The name that a declaration gives.
    NewName,
    /// A word that should name something that is declared, or known to the platform.
    Name,
    /// The name of a property.
    Property,
    /// A value of a property, which may be a name.
    Value,
    /// An address, prefix or range.
    Address,
    /// A number, or the ports behind a colon.
    Number,
    /// A text in double quotes.
    Text,
    /// From `#` to the end of the line.
    Comment,
    /// `->`, `<->`, `=`, `,`, `;`, `*`.
    Operator,
    /// A bracket.
    Bracket,
    /// A command of the prompt.
    Command,
}

impl Class {
    /// Its word, as it stands in style sheets.
    pub fn word(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Kind => "kind",
            Self::NewName => "new-name",
            Self::Name => "name",
            Self::Property => "property",
            Self::Value => "value",
            Self::Address => "address",
            Self::Number => "number",
            Self::Text => "text",
            Self::Comment => "comment",
            Self::Operator => "operator",
            Self::Bracket => "bracket",
            Self::Command => "command",
        }
    }
}

/// The classes of a text's words, in order. What stands between them is blank.
///
/// ```
/// use fnet::syntax::{Class, classes};
/// let text = "vnet hub 10.0.0.0/16 # the hub";
/// let found: Vec<(&str, Class)> = classes(text).into_iter().map(|(at, class)| (&text[at], class)).collect();
/// assert_eq!(
///     found,
///     [("vnet", Class::Kind), ("hub", Class::NewName), ("10.0.0.0/16", Class::Address), ("# the hub", Class::Comment)]
/// );
/// ```
pub fn classes(text: &str) -> Vec<(Range<usize>, Class)> {
    if text.trim_start().starts_with(':') {
        return command(text);
    }
    Reader::of(text).found
}

/// `:word` and what follows it.
fn command(text: &str) -> Vec<(Range<usize>, Class)> {
    let start = text.len() - text.trim_start().len();
    let end = text[start..].find(char::is_whitespace).map_or(text.len(), |n| start + n);
    let mut found = vec![(start..end, Class::Command)];
    let rest = text[end..].trim();
    if !rest.is_empty() {
        let at = end + (text[end..].len() - text[end..].trim_start().len());
        found.push((at..at + rest.len(), if rest.starts_with('"') { Class::Text } else { Class::Value }));
    }
    found
}

/// The length of what the text begins with: a blank, a comment, a string, a sign or a word.
pub(super) fn token(text: &str) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    let until = |stop: fn(char) -> bool| text.find(stop).unwrap_or(text.len());
    match text.as_bytes()[0] {
        b'#' => until(|c| c == '\n'),
        b'"' => string(text),
        b'<' if text.starts_with("<->") => 3,
        b'-' if text.starts_with("->") => 2,
        b'[' if text[1..]
            .find(|c: char| !(c.is_ascii_hexdigit() || ":./-".contains(c)))
            .is_some_and(|n| text[1 + n..].starts_with(']') && text[1..1 + n].contains(':')) =>
        {
            // `[2001:db8::4]:443` is one word.
            let end = text.find(']').map_or(text.len(), |n| n + 1);
            end + word(&text[end..])
        }
        b'{' | b'}' | b'(' | b')' | b'[' | b']' | b',' | b';' | b'=' | b'>' | b'<' => 1,
        _ if text.starts_with(char::is_whitespace) => first,
        _ => word(text).max(first),
    }
}

/// The length of the word that the text begins with; `${name}` may stand in it, and a string behind a dot.
fn word(text: &str) -> usize {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if text[at..].starts_with("${") {
            at += text[at..]
                .find(['}', '\n'])
                .map_or(text.len() - at, |n| n + usize::from(text[at + n..].starts_with('}')));
            continue;
        }
        let ends = c.is_whitespace() || "{}()[],;=#\"<>".contains(c) || text[at..].starts_with("->");
        if ends {
            break;
        }
        at += c.len_utf8();
    }
    at
}

/// The length of the string that the text begins with; one that is not closed ends with its line.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Statements,
    Lines,
}

/// What has been read of a statement, or of a line of a block.
#[derive(Default)]
pub(super) struct Line {
    /// Where it begins.
    pub(super) start: Option<usize>,
    /// Its words so far.
    pub(super) words: Vec<String>,
    /// Is the block that follows one of statements?
    opens_statements: bool,
    /// Does it go on behind its end: after a comma or an arrow?
    joined: bool,
}

/// An open block.
pub(super) struct Open {
    pub(super) place: Place,
    /// The words before it, and where they begin.
    pub(super) head: Vec<String>,
    pub(super) start: usize,
    /// What goes on behind it.
    behind: Line,
}

/// Reads a text word by word, as far as it goes.
#[derive(Default)]
pub(super) struct Reader {
    found: Vec<(Range<usize>, Class)>,
    pub(super) line: Line,
    /// The open blocks, from the outside.
    pub(super) blocks: Vec<Open>,
    /// Every open bracket.
    pub(super) open: Vec<char>,
}

impl Reader {
    pub(super) fn of(text: &str) -> Self {
        let mut reader = Reader::default();
        let mut at = 0;
        while let Some(first) = text[at..].chars().next() {
            let len = token(&text[at..]);
            if first == '\n' {
                reader.ends(!matches!(reader.open.last(), Some('(' | '[')));
            } else if !first.is_whitespace() {
                reader.take(at, &text[at..at + len]);
            }
            at += len;
        }
        reader
    }

    fn ends(&mut self, counts: bool) {
        if counts && !self.line.joined {
            self.line = Line::default();
        }
    }

    pub(super) fn place(&self) -> Place {
        self.blocks.last().map_or(Place::Statements, |open| open.place)
    }

    fn take(&mut self, at: usize, token: &str) {
        let range = at..at + token.len();
        self.line.start.get_or_insert(at);
        let joined = std::mem::take(&mut self.line.joined);
        let class = match token {
            "{" => {
                let statements = self.place() == Place::Statements && self.line.opens_statements;
                let mut behind = std::mem::take(&mut self.line);
                let (head, start) = (behind.words.clone(), behind.start.unwrap_or(at));
                match behind.words.iter().rposition(|word| word == "given") {
                    Some(given) => behind.words.truncate(given),
                    None => behind = Line::default(),
                }
                let place = if statements { Place::Statements } else { Place::Lines };
                self.blocks.push(Open { place, head, start, behind });
                self.open.push('{');
                Class::Bracket
            }
            "}" => {
                self.line = self.blocks.pop().map(|open| open.behind).unwrap_or_default();
                self.open.pop();
                Class::Bracket
            }
            "(" | "[" => {
                self.open.push(if token == "(" { '(' } else { '[' });
                Class::Bracket
            }
            ")" | "]" => {
                self.open.pop();
                Class::Bracket
            }
            ";" => {
                self.line = Line::default();
                Class::Operator
            }
            "," | "->" | "<->" | "=" | "*" | "<" | ">" => {
                self.line.joined = token == "," || token == "->" || (token == "*" && joined);
                Class::Operator
            }
            _ if token.starts_with('#') => {
                self.line.joined = joined;
                Class::Comment
            }
            _ => return self.word(range, token),
        };
        self.found.push((range, class));
    }

    /// A word or string, its ports apart.
    fn word(&mut self, range: Range<usize>, token: &str) {
        let class = match self.place() {
            Place::Statements => self.of_statement(token),
            Place::Lines => self.of_line(token),
        };
        self.line.opens_statements |=
            matches!(token, "given" | "check") || (token == "for" && self.line.words.is_empty());
        self.line.words.push(token.to_string());
        let parts = literal::endpoint(token);
        match parts.ports {
            Some((_, start)) if start < token.len() && !matches!(class, Class::Keyword | Class::Kind | Class::Text) => {
                let colon = range.start + start - 1;
                self.found.push((range.start..colon, class));
                self.found.push((colon..colon + 1, Class::Operator));
                self.found.push((colon + 1..range.end, Class::Number));
            }
            _ => self.found.push((range, class)),
        }
    }

    /// A word of a declaration's head, of a question or of another statement.
    fn of_statement(&self, token: &str) -> Class {
        let words: Vec<&str> = self.line.words.iter().map(String::as_str).collect();
        let Some(first) = words.first().copied() else {
            let keyword = QUERY_WORDS.contains(&token) || is_query(token);
            return if keyword { Class::Keyword } else { Class::Kind };
        };
        if token.starts_with('"') && !matches!(words.as_slice(), [_] if !QUERY_WORDS.contains(&first)) {
            return Class::Text;
        }
        if let Some(literal) = of_literal(token) {
            return literal;
        }
        let previous = words.last().copied().unwrap_or(first);
        match first {
            "edition" => Class::Number,
            "use" => Class::Keyword,
            "let" if words.len() == 1 => Class::NewName,
            "let" => Class::Name,
            "for" if words.len() == 1 => Class::NewName,
            "for" if token == "in" && words.len() == 2 => Class::Keyword,
            "for" => Class::Value,
            "amend" | "remove" if words.len() == 1 => Class::Kind,
            "assert" if ASSERTED.contains(&token) || is_query(token) => Class::Keyword,
            "assert" if matches!(previous, "is" | "because") => Class::Value,
            "explain" if words.len() == 1 && (is_query(token) || token == "given") => Class::Keyword,
            _ if is_query(first) => match keywords(&words).any(|word| word == token) {
                true => Class::Keyword,
                false if matches!(previous, "over" | "for" | "header") => Class::Value,
                false if matches!(first, "show" | "features") => Class::Value,
                false if first == "explain" && !words.get(1).is_some_and(|second| is_query(second)) => Class::Value,
                false => Class::Name,
            },
            _ if QUERY_WORDS.contains(&first) => Class::Name,
            _ if words.len() == 1 => Class::NewName,
            _ if matches!(token, "in" | "on") => Class::Keyword,
            _ => Class::Name,
        }
    }

    /// A word of a line in a block.
    fn of_line(&self, token: &str) -> Class {
        if token.starts_with('"') {
            return Class::Text;
        }
        let literal = of_literal(token);
        let words = &self.line.words;
        let Some(first) = words.first().map(String::as_str) else {
            return match token {
                "allow" | "deny" | "always-allow" | "for" | "remove" => Class::Keyword,
                "subnet" | "slot" | "trigger" | "database" => Class::Kind,
                _ => literal.unwrap_or(Class::Property),
            };
        };
        let rule = words.iter().take(2).any(|word| matches!(word.as_str(), "allow" | "deny" | "always-allow"));
        let ordered = rule || first.starts_with(|c: char| c.is_ascii_digit());
        match token {
            "allow" | "deny" | "always-allow" if words.len() == 1 && ordered | literal.is_none() => Class::Keyword,
            "as" | "header" | "ignore-missing-endpoint" | "resource" if ordered => Class::Keyword,
            "tcp" | "udp" | "icmp" | "esp" | "ah" => Class::Keyword,
            "via" | "gateway" if first == "integrate" => Class::Keyword,
            "in" if first == "for" => Class::Keyword,
            _ if matches!(first, "subnet" | "slot" | "trigger" | "database") && words.len() == 1 => Class::NewName,
            _ => literal.unwrap_or(if ordered { Class::Name } else { Class::Value }),
        }
    }
}

/// The words that claims are made of.
const ASSERTED: &[&str] = &[
    "can",
    "cannot",
    "reach",
    "start",
    "fire",
    "scale",
    "is",
    "because",
    "not",
    "only",
    "every",
    "no",
    "resolves",
    "as",
    "finds",
    "on",
    "given",
    "to",
    "over",
    "from-port",
    "for",
    "from",
    "using",
];

/// Does a question begin with the word?
fn is_query(word: &str) -> bool {
    QUERY_SHAPES.iter().any(|(query, _)| *query == word)
}

/// The words of the language that a question with these words may hold, from its shape.
fn keywords<'w>(words: &[&'w str]) -> impl Iterator<Item = &'w str> + use<'w> {
    let first = match words {
        ["explain", second, ..] if is_query(second) => second,
        [first, ..] => first,
        [] => "",
    };
    let shapes = QUERY_SHAPES.iter().filter(move |(query, _)| *query == first).map(|(_, shape)| *shape);
    shapes
        .flat_map(|shape| shape.split([' ', '[', ']', '|']))
        .chain(["start", "fire", "scale", "header", "host-name", "within"])
        .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// The class of a word that is a literal.
fn of_literal(token: &str) -> Option<Class> {
    let target = literal::endpoint(token).target;
    if target == "*" {
        Some(Class::Operator)
    } else if literal::looks_like_address(target) {
        Some(Class::Address)
    } else if token.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'.')
        && token.starts_with(|c: char| c.is_ascii_digit())
    {
        Some(Class::Number)
    } else {
        None
    }
}
