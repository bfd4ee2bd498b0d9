//! `#~ error[FN0301] "overlaps"` at the end of a line of fnet: the diagnostics that it expects. Nothing is found out here.

use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// What a mark begins with.
const SIGN: &str = "#~";

/// A diagnostic that a line expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The line, from 0.
    pub(super) line: usize,
    /// Where in the line it stands, its sign included.
    pub(super) within: Range<usize>,
    /// `error[FN0301]`.
    head: String,
    /// Words of the message.
    words: Option<String>,
}

impl Mark {
    /// The marks of lines.
    pub(super) fn all<'l>(lines: impl IntoIterator<Item = &'l str>) -> Vec<Self> {
        lines.into_iter().enumerate().flat_map(|(at, line)| Self::of_line(at, line)).collect()
    }

    fn of_line(at: usize, line: &str) -> Vec<Self> {
        let starts: Vec<usize> = line.match_indices(SIGN).map(|(start, _)| start).collect();
        let ends = starts.iter().skip(1).copied().chain([line.len()]);
        let marks = starts.iter().zip(ends).map(|(start, end)| {
            let said = line[start + SIGN.len()..end].trim();
            let (head, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
            let words = rest.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map(String::from);
            let end = start + line[*start..end].trim_end().len();
            Self { line: at, within: *start..end, head: head.to_string(), words }
        });
        marks.collect()
    }

    /// Is it this diagnostic that is expected?
    pub(super) fn expects(&self, diagnostic: &Diagnostic) -> bool {
        self.head == head(diagnostic) && self.words.as_ref().is_none_or(|words| diagnostic.message.contains(words))
    }

    /// What it expects, in words.
    pub(super) fn said(&self) -> String {
        match &self.words {
            Some(words) => format!("`{}` with `{words}`", self.head),
            None => format!("`{}`", self.head),
        }
    }

    /// The mark that would expect a diagnostic; words that its message has stay.
    pub(super) fn renewed(&self, diagnostic: &Diagnostic) -> String {
        let words = match &self.words {
            Some(words) if diagnostic.message.contains(words) => Some(words.as_str()),
            Some(_) => Some(diagnostic.message.as_str()),
            None => None,
        };
        match words {
            Some(words) => format!("{SIGN} {} \"{words}\"", head(diagnostic)),
            None => format!("{SIGN} {}", head(diagnostic)),
        }
    }
}

/// What a mark says of a diagnostic: `error[FN0301]`.
pub(super) fn head(diagnostic: &Diagnostic) -> String {
    format!("{}[{}]", diagnostic.severity.word(), diagnostic.code)
}
