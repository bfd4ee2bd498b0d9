//! Where a cursor stands in a text that is being typed: what is open, and what was said before. What may stand there is not
//! known here.

use super::highlight::{Place, Reader, token};
use std::ops::Range;

/// Where a cursor stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The word that is being typed; empty where none is.
    pub begun: Range<usize>,
    /// The words before it, of the statement or of the line of a block.
    pub words: Vec<String>,
    /// The words before each open block, from the outside.
    pub heads: Vec<Vec<String>>,
    /// Is it in the block of a declaration, where lines stand, and not statements?
    pub is_line: bool,
    /// Is it in a comment?
    pub is_comment: bool,
    /// Is the word that is being typed a text in double quotes?
    pub is_text: bool,
    /// Where the statement that is being typed begins; of what is in a `check` or `for`, what stands in it.
    pub start: usize,
    /// The brackets that would close what is open in that statement.
    pub closing: String,
}

/// Where the cursor behind a text stands.
///
/// ```
/// let standing = fnet::syntax::standing("vnet hub 10.0.0.0/16 { subnet a 10.0.0.0/24 { nsg gu");
/// assert_eq!((standing.begun, standing.closing.as_str()), (50..52, "}}"));
/// assert_eq!(standing.words, ["nsg"]);
/// assert_eq!(standing.heads[1], ["subnet", "a", "10.0.0.0/24"]);
/// ```
pub fn standing(text: &str) -> Standing {
    let (begun, is_comment) = last_word(text);
    let reader = Reader::of(&text[..begun.start]);
    let inner = reader.blocks.iter().position(|open| open.place == Place::Lines);
    let start = match inner {
        Some(at) => reader.blocks[at].start,
        None => reader.line.start.unwrap_or(begun.start),
    };
    let outside = inner.unwrap_or(reader.blocks.len());
    let mut braces = 0;
    let own = reader.open.iter().filter(|bracket| {
        braces += usize::from(**bracket == '{');
        braces > outside || (**bracket != '{' && braces == outside)
    });
    let mut closing: Vec<char> = own
        .map(|bracket| match bracket {
            '{' => '}',
            '(' => ')',
            _ => ']',
        })
        .collect();
    closing.reverse();
    Standing {
        is_text: text[begun.clone()].starts_with('"'),
        words: reader.line.words.clone(),
        heads: reader.blocks.iter().map(|open| open.head.clone()).collect(),
        is_line: reader.place() == Place::Lines,
        is_comment,
        start,
        closing: closing.into_iter().collect(),
        begun,
    }
}

/// The word that the text ends in, and does it end in a comment?
fn last_word(text: &str) -> (Range<usize>, bool) {
    let (mut at, mut last) = (0, 0..0);
    while at < text.len() {
        let len = token(&text[at..]).max(1);
        last = at..at + len;
        at += len;
    }
    let word = &text[last.clone()];
    let closed = word.len() > 1 && word.starts_with('"') && word.ends_with('"') && !word.ends_with("\\\"");
    let ends = word.is_empty() || word.ends_with(|c: char| c.is_whitespace() || "{}()[],;=<>".contains(c)) || closed;
    if word.starts_with('#') {
        return (text.len()..text.len(), true);
    }
    (if ends { text.len()..text.len() } else { last }, false)
}
