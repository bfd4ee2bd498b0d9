//! From the text of a file to the blocks of fnet in it: what each is, which heading it stands below, and where each of its
//! bytes stands in the file. Nothing is run here.

mod comments;
mod excerpt;
mod markdown;
mod tag;

pub(super) use tag::{SHOWS, Show, Tag, Use, WORDS};

use excerpt::Excerpt;
use markdown::{Fence, Found};
use std::ops::Range;
use std::path::Path;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// A script, whole.
    Script,
    /// Markdown.
    Markdown,
    /// Rust, with Markdown in its comments.
    Rust,
}

impl FileKind {
    /// By the ending of its name; none where nothing of fnet is looked for.
    pub(super) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "fnet" => Some(Self::Script),
            "md" | "markdown" => Some(Self::Markdown),
            "rs" => Some(Self::Rust),
            _ => None,
        }
    }
}

/// The blocks of a file, and the headings that they stand below.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The sections, those above before those below; a comment of Rust begins a new outline.
    pub(super) sections: Vec<Section>,
    /// The blocks, in order.
    pub(super) blocks: Vec<Block>,
}

/// What stands below one heading, up to the next.
#[derive(Debug)]
pub(super) struct Section {
    title: String,
    level: usize,
    /// The section that it is a part of.
    parent: Option<usize>,
}

/// A block of fnet.
#[derive(Debug)]
pub(super) struct Block {
    /// What its tag says.
    pub(super) tag: Tag,
    /// The name of the file that it stands for.
    pub(super) names: Option<String>,
    /// The number of its section.
    pub(super) section: usize,
    /// The opening fence.
    pub(super) open: Range<usize>,
    /// Where the first line of its content begins, or would.
    pub(super) content: usize,
    /// Where its closing fence ends.
    pub(super) end: usize,
    /// Its lines, without what stands before them and without their ends.
    pub(super) lines: Vec<Range<usize>>,
}

impl Outline {
    /// The blocks of a text; of a script there are none, it is run whole.
    pub(super) fn of(kind: FileKind, text: &str) -> Self {
        let mut outline = Self::default();
        match kind {
            FileKind::Script => {}
            FileKind::Markdown => outline.add(&Excerpt::whole(text), text),
            // Most comments have no block: they need not be read as Markdown.
            FileKind::Rust if !text.contains("fnet") => {}
            FileKind::Rust => comments::excerpts(text)
                .iter()
                .filter(|excerpt| excerpt.text.contains("fnet"))
                .for_each(|excerpt| outline.add(excerpt, text)),
        }
        outline
    }

    fn add(&mut self, excerpt: &Excerpt, file: &str) {
        let root = self.sections.len();
        self.sections.push(Section { title: String::new(), level: 0, parent: None });
        for found in markdown::found(excerpt, file) {
            match found {
                Found::Heading { level, title } => {
                    let above = (root..self.sections.len()).rev().find(|at| self.is_above(*at, root, level));
                    self.sections.push(Section { title, level, parent: above });
                }
                Found::Fence(fence) => self.blocks.extend(Block::of(fence, self.sections.len() - 1)),
            }
        }
    }

    /// Is a section still open where a heading of that level stands?
    fn is_above(&self, at: usize, root: usize, level: usize) -> bool {
        let last = self.sections.len() - 1;
        self.sections[at].level < level && (at == root || self.chain(last).contains(&at))
    }

    /// A section and those that it is a part of, the outermost first.
    pub(super) fn chain(&self, section: usize) -> Vec<usize> {
        let mut chain: Vec<usize> =
            std::iter::successors(Some(section), |at| self.sections.get(*at).and_then(|section| section.parent))
                .collect();
        chain.reverse();
        chain
    }

    /// The headings of a section, the outermost first.
    pub(super) fn titles(&self, section: usize) -> String {
        let titles: Vec<&str> = self
            .chain(section)
            .into_iter()
            .map(|at| self.sections[at].title.trim())
            .filter(|title| !title.is_empty())
            .collect();
        titles.join(" > ")
    }
}

impl Block {
    fn of(fence: Fence, section: usize) -> Option<Self> {
        let tag = Tag::of(&fence.tag)?;
        Some(Self {
            tag,
            names: file_name(&fence.above),
            section,
            open: fence.open,
            content: fence.content,
            end: fence.end,
            lines: fence.lines,
        })
    }

    /// Its lines, as words.
    pub(super) fn said<'t>(&self, file: &'t str) -> Vec<&'t str> {
        self.lines.iter().map(|line| file.get(line.clone()).unwrap_or("")).collect()
    }

    /// Its text as fnet reads it.
    pub(super) fn text(&self, file: &str) -> String {
        let mut text = String::new();
        for line in self.said(file) {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// The byte of the file that a byte of [`Block::text`] is.
    pub(super) fn place(&self, at: usize) -> usize {
        let mut start = 0;
        for line in &self.lines {
            let length = line.len() + 1;
            if at < start + length {
                return (line.start + (at - start)).min(line.end);
            }
            start += length;
        }
        self.lines.last().map_or(self.content, |line| line.end)
    }

    /// Does a byte of the file stand in it?
    pub(super) fn holds(&self, at: usize) -> bool {
        let end = self.lines.last().map_or(self.content, |line| line.end);
        (self.content..=end).contains(&at)
    }

    /// What a further line of it would begin with.
    pub(super) fn margin(&self, file: &str) -> String {
        let before = |at: usize| {
            let start = file[..at].rfind('\n').map_or(0, |end| end + 1);
            &file[start..at]
        };
        match self.lines.iter().find(|line| !line.is_empty()) {
            Some(line) => before(line.start).to_string(),
            // The mark of a list's item stands before its first line alone.
            None => {
                let keep = |c: char| if matches!(c, '>' | '/' | '!' | '*' | ' ' | '\t') { c } else { ' ' };
                before(self.open.start).chars().map(keep).collect()
            }
        }
    }
}

/// `network.fnet:`, the line that makes a block a file.
fn file_name(line: &str) -> Option<String> {
    let name = line.trim().strip_suffix(':')?.trim_matches('`');
    (name.ends_with(".fnet") && !name.contains(char::is_whitespace)).then(|| name.to_string())
}
