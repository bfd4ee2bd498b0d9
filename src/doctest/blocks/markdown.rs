//! Fenced blocks and headings of Markdown, wherever they stand, with their places in the file. Only here is
//! pulldown-cmark named. What a block means is not known here.

use super::excerpt::{Excerpt, lines};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// A heading or a fenced block.
pub(super) enum Found {
    /// A heading of the document's own outline.
    Heading { level: usize, title: String },
    /// A fenced block.
    Fence(Fence),
}

/// A fenced block as it stands in the file; all places are bytes of the file.
#[derive(Debug)]
pub(super) struct Fence {
    /// The words behind the opening fence.
    pub(super) tag: String,
    /// The opening fence with its words.
    pub(super) open: Range<usize>,
    /// Where the first line of the content begins, or would.
    pub(super) content: usize,
    /// Where the closing fence ends.
    pub(super) end: usize,
    /// The lines: what belongs to the block, without the quote marks and blanks before it and the end of the line.
    pub(super) lines: Vec<Range<usize>>,
    /// The line with words that stands before the block.
    pub(super) above: String,
}

/// The headings and fenced blocks, in order.
pub(super) fn found(excerpt: &Excerpt, file: &str) -> Vec<Found> {
    let text = excerpt.text.as_str();
    let mut all = Vec::new();
    let mut inside = 0usize;
    let mut heading: Option<(usize, String)> = None;
    let mut fence: Option<(String, Range<usize>, Vec<Range<usize>>)> = None;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_YAML_STYLE_METADATA_BLOCKS).into_offset_iter() {
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::Item) => inside += 1,
            Event::End(TagEnd::BlockQuote(_) | TagEnd::Item) => inside = inside.saturating_sub(1),
            Event::Start(Tag::Heading { level, .. }) if inside == 0 => heading = Some((depth(level), String::new())),
            Event::End(TagEnd::Heading(_)) => {
                all.extend(heading.take().map(|(level, title)| Found::Heading { level, title }));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(tag))) => {
                fence = Some((tag.to_string(), range, Vec::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                all.extend(fence.take().map(|(tag, whole, said)| Found::Fence(one(excerpt, file, tag, whole, &said))));
            }
            Event::Text(words) | Event::Code(words) => {
                if let Some((_, _, said)) = &mut fence {
                    said.push(range);
                } else if let Some((_, title)) = &mut heading {
                    title.push_str(&words);
                }
            }
            _ => {}
        }
    }
    all
}

fn depth(level: HeadingLevel) -> usize {
    level as usize
}

/// A block from what the parser said of it: `said` are the stretches of its content.
fn one(excerpt: &Excerpt, file: &str, tag: String, whole: Range<usize>, said: &[Range<usize>]) -> Fence {
    let text = excerpt.text.as_str();
    let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    let opening_end = line_end(whole.start);
    let trimmed = text[whole.start..opening_end].trim_end().len();
    let own_line = text[..whole.start].rfind('\n').map_or(0, |at| at + 1);
    let is_empty_here = |line: &str| line.trim_matches([' ', '\t', '>', '\r', '\n']).is_empty();
    let above = text[..own_line].lines().rev().find(|line| !is_empty_here(line)).unwrap_or("");
    let mut own = Vec::new();
    for (start, line) in lines(&text[opening_end..]).map(|(start, line)| (opening_end + start, line)) {
        if start >= whole.end {
            break;
        }
        let end = start + line.len();
        let first =
            said.iter().filter(|said| said.start < end && said.end > start).map(|said| said.start.max(start)).min();
        let Some(first) = first else { continue };
        let ends = start + line.trim_end_matches(['\n', '\r']).len();
        let first = first.min(ends);
        let place = excerpt.place(first);
        own.push(place..place + (ends - first));
    }
    let open = excerpt.place(whole.start);
    let open = open..open + trimmed;
    let content = file[open.end..].find('\n').map_or(file.len(), |at| open.end + at + 1);
    let end = excerpt.place(whole.start + text[whole.clone()].trim_end().len());
    Fence { tag, open, content, end, lines: own, above: above.trim_matches([' ', '\t', '>']).to_string() }
}
