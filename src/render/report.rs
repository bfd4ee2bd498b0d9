//! Diagnostics as ariadne draws them, with its traps covered.
//!
//! Spans are clamped to the text and rounded to characters, control characters are replaced byte for byte, long
//! lines are cut around the label, trailing blanks go. Nowhere else is ariadne named.

use super::markup::{Style, ascii, is_unsafe, safe};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceMap, Span};
use ariadne::{CharSet, Config, IndexType, Label, Report, ReportKind, Source};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// How many diagnostics are drawn at once. Nobody reads more, and a large file of another kind has millions.
const MOST: usize = 500;

/// The longest line that is shown whole, in bytes.
const LINE: usize = 200;

/// Diagnostics one after another, an empty line between two.
pub fn diagnostics(all: &[Diagnostic], sources: &SourceMap, style: &Style) -> String {
    let mut texts: Vec<String> = all.iter().take(MOST).map(|one| diagnostic(one, sources, style)).collect();
    if all.len() > MOST {
        texts.push(format!("and {} more; `--format json` lists them all\n", all.len() - MOST));
    }
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
    let numbers: Numbers = texts.iter().map(|(name, shown)| (name.clone(), shown.numbers.clone())).collect();
    let sources = texts.into_iter().map(|(name, shown)| (name, shown.source())).collect();
    if report.finish().write(Cache(sources), &mut bytes).is_err() {
        return String::new();
    }
    let text = String::from_utf8_lossy(&bytes).to_string();
    // ariadne writes a head of its own first; ours stands already.
    let body: Vec<&str> = text.lines().skip(1).map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let mut out = renumbered(&body, &numbers).join("\n");
    out.push('\n');
    out
}

/// File by file, the number of each line that is shown.
type Numbers = Vec<(String, Vec<usize>)>;

/// The lines of a frame with the numbers that they have in their files. ariadne is given the lines with labels alone,
/// for a whole text costs time with each message, and counts those.
fn renumbered(body: &[&str], numbers: &Numbers) -> Vec<String> {
    let mut file: &[usize] = &[];
    let mut body: Vec<String> = body.iter().map(|line| line.to_string()).collect();
    let mut found = Vec::with_capacity(body.len());
    let truly = |file: &[usize], line: usize| file.get(line.wrapping_sub(1)).copied().unwrap_or(line);
    for line in &mut body {
        let number = line_number(line);
        let mark = |name: &str| {
            ["[ ", "m "]
                .iter()
                .find_map(|mark| line.find(&format!("{mark}{name}:")).map(|at| at + mark.len() + name.len() + 1))
        };
        let head = numbers.iter().find_map(|(name, lines)| Some((mark(name)?, lines)));
        if let (None, Some((at, lines))) = (&number, head) {
            file = lines;
            let digits = line[at..].bytes().take_while(u8::is_ascii_digit).count();
            if let Ok(given) = line[at..at + digits].parse() {
                line.replace_range(at..at + digits, &truly(file, given).to_string());
            }
        }
        found.push(number.map(|(place, number)| (place, truly(file, number))));
    }
    let numbers = found;
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
    /// The number of each line in its file.
    numbers: Vec<usize>,
    /// What was kept, as (first byte kept, first byte of it in the shown text, length).
    kept: Vec<(usize, usize, usize)>,
}

impl Shown {
    fn of(source: &crate::source::Source, spans: &[Span]) -> Self {
        let length = source.text.len() as u32;
        let ends = |span: &Span| {
            [span.start.min(length), span.end.saturating_sub(1).clamp(span.start, length.max(span.start)).min(length)]
        };
        let lines: BTreeSet<usize> = spans.iter().flat_map(ends).map(|byte| source.position(byte).0).collect();
        let mut shown = Shown { text: String::new(), numbers: Vec::new(), kept: Vec::new() };
        for number in lines {
            // One empty line for all that are left out, so that the frame shows a gap.
            if shown.numbers.last().is_some_and(|last| last + 1 < number) {
                shown.text.push('\n');
                shown.numbers.push(number - 1);
            }
            let place = source.line(number);
            let span = spans.iter().find(|span| place.contains(&(span.start as usize)));
            shown.line(&source.text[place.clone()], place.start, span.or(spans.first()).copied());
            shown.numbers.push(number);
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
        Source::from(self.text)
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
