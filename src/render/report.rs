//! Diagnostics as ariadne draws them, with its traps covered.
//!
//! Spans are clamped to the text and rounded to characters, control characters are replaced byte for byte, long
//! lines are cut around the label, trailing blanks go. Nowhere else is ariadne named.

use super::markup::{Style, ascii, is_unsafe, safe};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceMap, Span};
use ariadne::{CharSet, Config, IndexType, Label, Report, ReportKind, Source};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

/// The longest line that is shown whole, in bytes.
const LINE: usize = 200;

/// Diagnostics one after another, an empty line between two.
pub fn diagnostics(all: &[Diagnostic], sources: &SourceMap, style: &Style) -> String {
    let texts: Vec<String> = all.iter().map(|one| diagnostic(one, sources, style)).collect();
    texts.join("\n")
}

/// One diagnostic.
pub fn diagnostic(diagnostic: &Diagnostic, sources: &SourceMap, style: &Style) -> String {
    let head = format!("{}[{}]: {}", diagnostic.severity.word(), diagnostic.code, safe(&diagnostic.message));
    let mut out = match style.color {
        true => {
            let code = if diagnostic.severity == Severity::Error { "1;31" } else { "1;33" };
            format!(
                "\u{1b}[{code}m{}[{}]\u{1b}[0m: {}\n",
                diagnostic.severity.word(),
                diagnostic.code,
                safe(&diagnostic.message)
            )
        }
        false => format!("{head}\n"),
    };
    out.push_str(&frame(diagnostic, sources, style));
    for note in &diagnostic.notes {
        out.push_str(&format!("  = {}\n", safe(note)));
    }
    for help in &diagnostic.helps {
        out.push_str(&format!("  = help: {}\n", safe(help)));
    }
    if style.unicode { out } else { ascii(&out) }
}

/// The lines of the text, with the labels under them.
fn frame(diagnostic: &Diagnostic, sources: &SourceMap, style: &Style) -> String {
    let mut texts: HashMap<String, Shown> = HashMap::new();
    let mut labels = Vec::new();
    let shown = |label: &&crate::diagnostic::Label| sources.get(label.span.source).is_some_and(|s| !s.text.is_empty());
    for (at, label) in diagnostic.labels.iter().filter(shown).enumerate() {
        let Some(source) = sources.get(label.span.source) else { continue };
        let name = source.name.to_string();
        let shown = texts.entry(name.clone()).or_insert_with(|| {
            let mine = diagnostic.labels.iter().filter(|other| other.span.source == label.span.source);
            let spans: Vec<Span> = mine.map(|label| label.span).collect();
            Shown::of(source, &spans)
        });
        let (start, end) = shown.place(label.span);
        let line = shown.text[..start].bytes().filter(|byte| *byte == b'\n').count();
        labels.push((at, name, line, start..end, safe(&label.message)));
    }
    let Some((_, name, _, place, _)) = labels.first().cloned() else { return String::new() };
    let config = Config::default()
        .with_index_type(IndexType::Byte)
        .with_color(style.color)
        .with_compact(false)
        .with_char_set(if style.unicode { CharSet::Unicode } else { CharSet::Ascii });
    let kind = ReportKind::Custom("", ariadne::Color::Primary);
    let mut report = Report::build(kind, (name.clone(), place)).with_config(config);
    // The file of the first label before others, and its lines in their order: a label above another would otherwise
    // get a frame of its own. In a line the last one first, so that no line of one crosses the words of another.
    labels.sort_by_key(|(_, file, line, place, _)| (*file != name, file.clone(), *line, Reverse(place.start)));
    for (order, (at, name, _, place, message)) in labels.into_iter().enumerate() {
        let color = if at > 0 {
            ariadne::Color::Blue
        } else if diagnostic.severity == Severity::Error {
            ariadne::Color::Red
        } else {
            ariadne::Color::Yellow
        };
        let mut label = Label::new((name, place)).with_color(color).with_order(order as i32);
        // Without a message ariadne draws no underline.
        let message = if message.is_empty() && at == 0 { "here".to_string() } else { message };
        if !message.is_empty() {
            label = label.with_message(message);
        }
        report = report.with_label(label);
    }
    let mut bytes = Vec::new();
    let above: Vec<(String, usize)> = texts.iter().map(|(name, shown)| (name.clone(), shown.above)).collect();
    let sources = texts.into_iter().map(|(name, shown)| (name, shown.source())).collect();
    if report.finish().write(Cache(sources), &mut bytes).is_err() {
        return String::new();
    }
    let text = String::from_utf8_lossy(&bytes).to_string();
    // ariadne writes a head of its own first; ours stands already.
    let body: Vec<&str> = text.lines().skip(1).map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let mut out = renumbered(&body, &above).join("\n");
    out.push('\n');
    out
}

/// The lines of a frame with the numbers that they have in their files. ariadne counts from the first line that it is
/// given (its display offset goes to the head alone), and giving it all the lines above costs time for each message.
fn renumbered(body: &[&str], above: &[(String, usize)]) -> Vec<String> {
    let mut offset = 0;
    let mut numbers = Vec::with_capacity(body.len());
    for line in body {
        let number = line_number(line);
        let is_head = |name: &str| ["[ ", "m "].iter().any(|mark| line.contains(&format!("{mark}{name}:")));
        if number.is_none() {
            offset = above.iter().find(|(name, _)| is_head(name)).map_or(offset, |(_, lines)| *lines);
        }
        numbers.push(number.map(|(place, number)| (place, number + offset)));
    }
    let given = body.first().map_or(0, |head| head.bytes().take_while(|byte| *byte == b' ').count().saturating_sub(2));
    let wanted = numbers.iter().flatten().map(|(_, number)| number.to_string().len()).max().unwrap_or(given);
    let more = wanted.saturating_sub(given);
    let last = body.len().saturating_sub(1);
    let lines = body.iter().zip(numbers).enumerate().map(|(at, (line, number))| match number {
        // The blanks before a number are part of its place.
        Some((place, number)) => format!("{}{number:>wanted$}{}", &line[..place.end - given], &line[place.end..]),
        None if at == last => {
            let start = visible(line, 0);
            let bar = line[start..].chars().next().unwrap_or(' ').to_string();
            format!("{}{}{}", &line[..start], bar.repeat(more), &line[start..])
        }
        None => format!("{}{line}", " ".repeat(more)),
    });
    lines.collect()
}

/// The number at the margin of a line, and where it stands.
fn line_number(line: &str) -> Option<(Range<usize>, usize)> {
    let mut start = visible(line, 0);
    while line[start..].starts_with(' ') {
        start = visible(line, start + 1);
    }
    let digits = line[start..].bytes().take_while(u8::is_ascii_digit).count();
    let number = line[start..start + digits].parse().ok()?;
    Some((start..start + digits, number))
}

/// The first byte from `at` on that is no part of a colour.
fn visible(line: &str, mut at: usize) -> usize {
    while line[at..].starts_with('\u{1b}') {
        at += line[at..].find('m').map_or(1, |n| n + 1);
    }
    at
}

/// The lines of a text that labels stand in, as they are shown: control characters replaced, overlong lines cut around
/// the place that matters.
struct Shown {
    text: String,
    /// How many lines stand above.
    above: usize,
    /// What was kept, as (first byte kept, first byte of it in the shown text, length).
    kept: Vec<(usize, usize, usize)>,
}

impl Shown {
    fn of(source: &crate::source::Source, spans: &[Span]) -> Self {
        let whole = &*source.text;
        let first = spans.iter().map(|span| span.start as usize).min().unwrap_or(0).min(whole.len());
        let last = spans.iter().map(|span| span.end as usize).max().unwrap_or(0).clamp(first, whole.len());
        let bytes = whole.as_bytes();
        let start = bytes[..first].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        let end = bytes[last..].iter().position(|b| *b == b'\n').map_or(whole.len(), |n| last + n + 1);
        let above = source.position(start as u32).0 - 1;
        let mut shown = Shown { text: String::with_capacity(end - start), above, kept: Vec::new() };
        let mut at = start;
        for line in whole[start..end].split_inclusive('\n') {
            let span = spans.iter().find(|span| (at..at + line.len()).contains(&(span.start as usize)));
            shown.line(line, at, span.or(spans.first()).copied());
            at += line.len();
        }
        shown
    }

    fn line(&mut self, line: &str, at: usize, span: Option<Span>) {
        let (from, to) = window(line, at, span);
        self.kept.push((at + from, self.text.len(), to - from));
        for c in line[from..to].chars() {
            match c {
                '\n' | '\t' => self.text.push(c),
                // As many bytes as it had, so that places stay what they are.
                c if is_unsafe(c) || c == '\u{2028}' || c == '\u{2029}' => {
                    self.text.push_str(&"?".repeat(c.len_utf8()))
                }
                c => self.text.push(c),
            }
        }
        if to < line.len() && line.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn source(self) -> Source<String> {
        Source::from(self.text).with_display_line_offset(self.above)
    }

    /// A place of the original text in the shown one.
    fn place(&self, span: Span) -> (usize, usize) {
        let map = |byte: usize| {
            let found = self.kept.iter().rev().find(|(from, _, _)| *from <= byte).or(self.kept.first());
            found.map_or(0, |(from, to, len)| to + byte.saturating_sub(*from).min(*len))
        };
        let (mut start, mut end) = (map(span.start as usize), map(span.end as usize));
        start = start.min(self.text.len());
        end = end.clamp(start, self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        (start, end)
    }
}

/// The part of a line that is shown.
fn window(line: &str, at: usize, span: Option<Span>) -> (usize, usize) {
    let Some(span) = span.filter(|_| line.len() > LINE) else { return (0, line.len()) };
    let middle = (span.start as usize).clamp(at, at + line.len()) - at;
    let mut from = middle.saturating_sub(LINE / 2);
    let mut to = (from + LINE).min(line.len());
    while !line.is_char_boundary(from) {
        from -= 1;
    }
    while !line.is_char_boundary(to) {
        to += 1;
    }
    (from, to)
}

/// The texts, as ariadne wants them.
struct Cache(HashMap<String, Source<String>>);

impl ariadne::Cache<String> for Cache {
    type Storage = String;

    fn fetch(&mut self, id: &String) -> Result<&Source<String>, impl std::fmt::Debug> {
        self.0.get(id).ok_or_else(|| Box::new(format!("no text {id}")))
    }

    fn display<'a>(&self, id: &'a String) -> Option<impl std::fmt::Display + 'a> {
        Some(id.clone())
    }
}
