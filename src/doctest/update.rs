//! Expectations written anew, in the text of a file: what is replaced, and what is put in. Everything else stays, byte for
//! byte. Touches no disk.

use super::blocks::Block;
use super::expect::renewed;
use super::found::{DOCUMENT, Differing, Texts};
use super::mark::{Mark, head};
use std::ops::Range;

/// Stretches of a text, each with what is to stand there.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// The text with all of them made; none where that leaves it as it is.
    pub(super) fn made(mut self, text: &str) -> Option<String> {
        self.0.sort_by_key(|(place, _)| place.start);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (place, new) in &self.0 {
            if place.start < at {
                continue;
            }
            out.push_str(&text[at..place.start]);
            out.push_str(new);
            at = place.end;
        }
        out.push_str(&text[at..]);
        (out != text).then_some(out)
    }

    /// Writes down what an entry prints, in the place of the lines of the block that say so now.
    pub(super) fn lines(&mut self, block: &Block, file: &str, lines: Range<usize>, printed: &[&str]) {
        let said = block.said(file);
        let expected = &said[lines.clone()];
        let right = renewed(expected, printed);
        if right == expected {
            return;
        }
        // Lines that stay as they are at both ends are not touched.
        let same = |a: &[&str], b: &[&str]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let before = same(expected, &right);
        let reversed = |lines: &[&str]| lines.iter().rev().map(|line| line.to_string()).collect::<Vec<_>>();
        let (old, new) = (reversed(&expected[before..]), reversed(&right[before..]));
        let after = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let new_lines = &right[before..right.len() - after];
        let first = lines.start + before;
        let last = lines.end - after;
        let line_start = |at: usize| file[..at].rfind('\n').map_or(0, |end| end + 1);
        let line_end = |at: usize| file[at..].find('\n').map_or(file.len(), |end| at + end + 1);
        // What is replaced are whole lines, with what stands before them and their ends.
        let mut start = match block.lines.get(first) {
            Some(line) => line_start(line.start),
            None => block.lines.last().map_or(block.content, |line| line_end(line.end)),
        };
        let end = if last > first { block.lines.get(last - 1).map_or(start, |line| line_end(line.end)) } else { start };
        let margin = block.margin(file);
        let ending = if file[..block.content].ends_with("\r\n") { "\r\n" } else { "\n" };
        let mut text = String::new();
        // The last line of a file may have no end, and what comes behind it needs one.
        if start > 0 && !file[..start].ends_with('\n') && !new_lines.is_empty() {
            text.push_str(ending);
        }
        for line in new_lines {
            let line = format!("{margin}{line}");
            text.push_str(line.trim_end());
            text.push_str(ending);
        }
        if !file[..end].ends_with('\n') {
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
            if new_lines.is_empty() {
                start = file[..start].trim_end_matches(['\r', '\n']).len();
            }
        }
        self.0.push((start..end, text));
    }

    /// Writes the marks of a block's lines anew; where it has none, none are put in. `line_at` says where a line begins, and
    /// where it ends.
    pub(super) fn marks(
        &mut self,
        differing: &Differing,
        has_marks: bool,
        texts: &Texts,
        line_at: impl Fn(usize) -> Range<usize>,
    ) {
        let file = texts.sources.get(DOCUMENT).map(|source| source.text.clone()).unwrap_or_default();
        let mut left: Vec<_> = differing.unexpected.iter().map(|found| &found.diagnostic).collect();
        let line_of = |diagnostic: &crate::diagnostic::Diagnostic| {
            let span = diagnostic.span().filter(|span| span.source == DOCUMENT);
            span.map(|span| texts.line(span.start as usize))
        };
        for mark in &differing.unmet {
            let start = line_at(mark.line).start;
            let place = start + mark.within.start..start + mark.within.end;
            match left.iter().position(|diagnostic| line_of(diagnostic) == Some(mark.line)) {
                Some(at) => self.0.push((place, mark.renewed(left.remove(at)))),
                None => {
                    let blanks = file[start..place.start].len() - file[start..place.start].trim_end().len();
                    self.0.push((place.start - blanks..place.end, String::new()));
                }
            }
        }
        if !has_marks {
            return;
        }
        for diagnostic in left {
            let Some(line) = line_of(diagnostic) else { continue };
            let end = line_at(line).end;
            self.0.push((end..end, format!("  #~ {}", head(diagnostic))));
        }
    }
}

/// The marks of a block, with the lines of the document.
pub(super) fn marks_of(block: &Block, file: &str, texts: &Texts) -> Vec<Mark> {
    let mut marks = Mark::all(block.said(file));
    for mark in &mut marks {
        mark.line = block.lines.get(mark.line).map_or(0, |line| texts.line(line.start));
    }
    marks
}
