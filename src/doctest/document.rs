//! The tests of a document: its blocks, section by section. What is below a heading goes on from what the headings above it
//! in the outline have declared.

use super::blocks::{Block, FileKind, Outline, Use};
use super::coverage::Coverage;
use super::found::{DOCUMENT, Differing, Found, Texts, differing, unmet};
use super::mark::Mark;
use super::report::{Detail, Failure, FileReport, Test, TestOutcome};
use super::shelf::Shelf;
use super::talk::Talk;
use super::transcript::{Entry, entries, is_transcript};
use super::update::{Edits, marks_of};
use super::{Options, expect};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;
use crate::syntax::{self, Completeness, completeness};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A document and what is in it.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) name: String,
    /// The folder that other files are named from; none of a script, whose session names them itself.
    pub(super) folder: PathBuf,
    pub(super) text: String,
    pub(super) outline: Outline,
}

/// The run of a document's tests.
struct Run<'d> {
    document: &'d Document,
    options: &'d Options,
    shelf: Arc<Shelf>,
    texts: Texts,
    edits: Edits,
    /// By the number of the block.
    outcomes: Vec<Option<TestOutcome>>,
    /// The marks of named blocks that were met: the block, the line.
    met: BTreeSet<(usize, usize)>,
    coverage: Option<Coverage>,
}

impl Document {
    /// A file's text; where its name does not say what it is, it is Markdown.
    pub(super) fn read(path: &Path, text: &str) -> Self {
        let kind = FileKind::of(path).unwrap_or(FileKind::Markdown);
        let folder = path.parent().filter(|_| kind != FileKind::Script).unwrap_or(Path::new(""));
        Self {
            name: path.display().to_string(),
            folder: folder.to_path_buf(),
            text: text.to_string(),
            outline: Outline::of(kind, text),
        }
    }

    /// Its tests by name, and their lines.
    pub(super) fn tests(&self) -> Vec<(String, usize)> {
        let texts = Texts::of(self);
        let ignored = |at: usize| self.outline.blocks[at].tag.to_do == Use::Ignore;
        let all = (0..self.outline.blocks.len()).map(|at| {
            let (name, line) = self.title(at, &texts);
            (if ignored(at) { format!("{name} (left alone)") } else { name }, line)
        });
        all.collect()
    }

    /// What a test of a block is called.
    pub(super) fn title(&self, number: usize, texts: &Texts) -> (String, usize) {
        let block = &self.outline.blocks[number];
        let line = texts.line(block.open.start) + 1;
        let titles = self.outline.titles(block.section);
        let name = format!("{}:{line} {titles}", self.name);
        (name.trim_end().to_string(), line)
    }

    /// Runs its tests.
    pub(super) fn run(&self, options: &Options) -> FileReport {
        let shelf = Arc::new(Shelf::of(self, options));
        let mut run = Run {
            document: self,
            options,
            shelf,
            texts: Texts::of(self),
            edits: Edits::default(),
            outcomes: vec![None; self.outline.blocks.len()],
            met: BTreeSet::new(),
            coverage: options.coverage.then(Coverage::default),
        };
        run.sections();
        run.named();
        let mut tests = Vec::new();
        for (at, outcome) in run.outcomes.into_iter().enumerate() {
            let (name, line) = self.title(at, &run.texts);
            tests.extend(outcome.map(|outcome| Test { name, line, outcome }));
        }
        let read = run.shelf.read.lock().map(|read| read.iter().cloned().collect()).unwrap_or_default();
        FileReport {
            file: self.name.clone(),
            tests,
            sources: run.texts.sources,
            renewed: run.edits.made(&self.text),
            coverage: run.coverage,
            read,
        }
    }
}

impl Run<'_> {
    fn block(&self, at: usize) -> &Block {
        &self.document.outline.blocks[at]
    }

    fn is_wanted(&self, at: usize) -> bool {
        self.options.wants(&self.document.title(at, &self.texts).0)
    }

    fn sections(&mut self) {
        let outline = &self.document.outline;
        for section in 0..outline.sections.len() {
            let chain = outline.chain(section);
            let all = outline.blocks.iter().enumerate().filter(|(_, block)| chain.contains(&block.section));
            let all: Vec<usize> = all.map(|(at, _)| at).collect();
            let wanted = |at: &usize| outline.blocks[*at].section == section && self.is_wanted(*at);
            let Some(last) = all.iter().rposition(wanted) else { continue };
            let mut talk = self.talk();
            for (place, at) in all[..=last].iter().enumerate() {
                if outline.blocks[*at].section != section || !self.is_wanted(*at) {
                    talk.take(*at, self.document);
                    continue;
                }
                let failures = self.judge(*at, &mut talk, &all[..place]);
                let ends = self.options.fail_fast && matches!(failures, TestOutcome::Failed(_));
                self.outcomes[*at] = Some(failures);
                if ends {
                    return;
                }
            }
            if let Some(coverage) = &mut self.coverage {
                talk.cover(coverage, self.document);
            }
        }
    }

    fn talk(&self) -> Talk {
        Talk::new(self.shelf.clone(), self.options.edition)
    }

    /// What comes of a block; `before` are those that it goes on from.
    fn judge(&mut self, at: usize, talk: &mut Talk, before: &[usize]) -> TestOutcome {
        let document = self.document;
        let block = self.block(at);
        let said = block.said(&document.text);
        let mut failures = Vec::new();
        if let Some(word) = &block.tag.stray {
            let message = format!("`{word}` behind `fnet` says nothing");
            let shows = super::blocks::SHOWS.map(|(word, _)| word);
            let words: Vec<&str> = super::blocks::WORDS.map(|(word, _)| word).into_iter().chain(shows).collect();
            let help = did_you_mean(word, words.iter().copied())
                .unwrap_or_else(|| format!("it is one of: {}", words.join(", ")));
            failures.push(self.wrong("FN0404", block.open.start, block.open.end, message).help(help));
        }
        if block.tag.to_do == Use::Ignore {
            return outcome(failures.into_iter().map(Failure::from).collect(), TestOutcome::Ignored);
        }
        let mut failures: Vec<Failure> = failures.into_iter().map(Failure::from).collect();
        if block.names.is_some() || block.tag.to_do == Use::NoRun {
            failures.extend(self.read_only(at, &said));
        } else if is_transcript(&said) {
            failures.extend(self.transcript(at, &said, talk));
        } else if block.tag.to_do == Use::Fails {
            // What fails leaves no mark.
            let mut apart = self.talk();
            before.iter().for_each(|at| apart.take(*at, document));
            failures.extend(self.script(at, &mut apart));
        } else {
            failures.extend(self.script(at, talk));
        }
        outcome(failures, TestOutcome::Passed)
    }

    fn wrong(&self, code: &'static str, start: usize, end: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, Span::new(DOCUMENT, start, end), message)
    }

    /// A block that is read and not run.
    fn read_only(&mut self, at: usize, said: &[&str]) -> Vec<Failure> {
        let document = self.document;
        let block = self.block(at);
        let mut found = Vec::new();
        let mut read = |text: String, places: &dyn Fn(usize) -> usize| {
            let (_, diagnostics) = syntax::parse(DOCUMENT, text);
            for mut diagnostic in diagnostics {
                for label in &mut diagnostic.labels {
                    let (start, end) = (places(label.span.start as usize), places(label.span.end as usize));
                    label.span = Span::new(DOCUMENT, start, end);
                }
                found.push(Found { diagnostic, answer: None });
            }
        };
        if is_transcript(said) {
            for entry in entries(said).0.into_iter().filter(|entry| !entry.typed.starts_with(':')) {
                let start = block.lines[entry.prompt.start].start;
                read(entry.typed, &|_| start);
            }
        } else {
            read(block.text(&document.text), &|at| block.place(at));
        }
        let marks = if block.names.is_some() { Vec::new() } else { marks_of(block, &document.text, &self.texts) };
        let differing = differing(found, &marks, &self.texts);
        self.failures(at, differing, !marks.is_empty())
    }

    /// A script: it must be as its tag and its marks say.
    fn script(&mut self, at: usize, talk: &mut Talk) -> Vec<Failure> {
        let document = self.document;
        let block = &document.outline.blocks[at];
        let found = talk.script(at, document, &mut self.texts);
        let marks = marks_of(block, &document.text, &self.texts);
        let fails = block.tag.to_do == Use::Fails;
        if fails && !found.iter().any(|found| found.diagnostic.is_error()) {
            let message = "this is to fail, and all is well with it";
            return vec![
                self.wrong("FN0403", block.open.start, block.open.end, message)
                    .help("write `fnet` alone, without `fails`")
                    .into(),
            ];
        }
        if fails && marks.is_empty() {
            return Vec::new();
        }
        let found = self.without_marked(found, at);
        let differing = differing(found, &marks, &self.texts);
        self.failures(at, differing, !marks.is_empty())
    }

    /// Without what other blocks and files say themselves that they expect.
    fn without_marked(&mut self, found: Vec<Found>, at: usize) -> Vec<Found> {
        let mut left = Vec::new();
        for found in found {
            let Some(span) = found.diagnostic.span() else { continue };
            let named = self
                .document
                .outline
                .blocks
                .iter()
                .enumerate()
                .find(|(other, block)| *other != at && span.source == DOCUMENT && block.holds(span.start as usize));
            let marked = match named {
                Some((other, block)) => {
                    let marks = marks_of(block, &self.document.text, &self.texts);
                    let line = self.texts.line(span.start as usize);
                    let met = marks.iter().any(|mark| mark.line == line && mark.expects(&found.diagnostic));
                    met && {
                        self.met.insert((other, line));
                        true
                    }
                }
                None => is_marked_elsewhere(&found, &self.texts),
            };
            if !marked {
                left.push(found);
            }
        }
        left
    }

    fn failures(&mut self, at: usize, differing: Differing, has_marks: bool) -> Vec<Failure> {
        let block = &self.document.outline.blocks[at];
        let line_at = |line: usize| {
            let own = block.lines.iter().find(|own| self.texts.line(own.start) == line);
            own.cloned().unwrap_or(block.open.end..block.open.end)
        };
        self.edits.marks(&differing, has_marks, &self.texts, line_at);
        let mut all: Vec<Failure> = differing.unmet.iter().map(|mark| unmet(mark, line_at(mark.line).start)).collect();
        all.extend(Found::failures(differing.unexpected));
        all.sort_by_key(|failure| failure.diagnostic.span());
        all
    }

    fn transcript(&mut self, at: usize, said: &[&str], talk: &mut Talk) -> Vec<Failure> {
        let document = self.document;
        let block = &document.outline.blocks[at];
        let mut failures = Vec::new();
        if block.tag.to_do == Use::Fails {
            let message = "a transcript says itself what fails in it";
            let wrong = self.wrong("FN0404", block.open.start, block.open.end, message);
            failures.push(wrong.help("write `fnet` alone, without `fails`").into());
        }
        let (entries, stray) = entries(said);
        if let Some(line) = stray.and_then(|line| block.lines.get(line)) {
            let wrong = self.wrong("FN0404", line.start, line.end, "this stands above the first `fnet> `");
            failures.push(wrong.help("what is typed begins with `fnet> `, what it prints stands below it").into());
        }
        for entry in entries {
            failures.extend(self.entry(block, &entry, said, talk));
        }
        failures
    }

    fn entry(&mut self, block: &Block, entry: &Entry, said: &[&str], talk: &mut Talk) -> Option<Failure> {
        let first = &block.lines[entry.prompt.start];
        let last = &block.lines[entry.prompt.end - 1];
        if !entry.typed.starts_with(':') && matches!(completeness(&entry.typed), Completeness::Open(_)) {
            let wrong = self.wrong("FN0404", last.start, last.end, "the entry is not complete");
            return Some(wrong.help("begin the lines that it goes on with by `...> `").into());
        }
        let printed = talk.entry(&entry.typed);
        let printed: Vec<&str> = printed.trim_end().lines().collect();
        let expected = &said[entry.printed.clone()];
        if expect::fits(expected, &printed) {
            return None;
        }
        self.edits.lines(block, &self.document.text, entry.printed.clone(), &printed);
        let place = expect::first_difference(expected, &printed);
        let place = match block.lines.get(entry.printed.start + place) {
            Some(line) if place < expected.len() => line,
            _ if !expected.is_empty() => &block.lines[entry.printed.end - 1],
            _ => first,
        };
        let typed: String = entry.typed.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = typed.chars().take(60).collect();
        let more = if short.len() < typed.len() { "..." } else { "" };
        let label = match (expected.is_empty(), printed.is_empty()) {
            (true, _) => "it is expected to print nothing",
            (_, true) => "it prints nothing",
            _ => "this is expected",
        };
        let message = format!("`{short}{more}` prints something else");
        let diagnostic = self.wrong("FN0401", place.start, place.end, message).label(label);
        let lines = |lines: &[&str]| lines.iter().map(|line| line.to_string()).collect();
        let right = expect::renewed(expected, &printed);
        Some(Failure { diagnostic, detail: Some(Detail::Lines { expected: lines(expected), right: lines(&right) }) })
    }

    /// Blocks that are files: something must use them, and what they expect must have come.
    fn named(&mut self) {
        if self.options.filter.is_some() || self.options.fail_fast {
            return;
        }
        let used = self.shelf.used.lock().map(|used| used.clone()).unwrap_or_default();
        for at in 0..self.outcomes.len() {
            let block = self.block(at);
            let Some(name) = block.names.as_ref().filter(|_| block.tag.to_do == Use::Run) else { continue };
            let mut failures = Vec::new();
            if !used.contains(&at) {
                let message = format!("nothing uses `{name}`");
                let help = format!("a block of this document may: `use \"{name}\"`");
                failures.push(self.wrong("FN0405", block.open.start, block.open.end, message).help(help).into());
            } else {
                for mark in marks_of(block, &self.document.text, &self.texts) {
                    let line = block.lines.iter().find(|line| self.texts.line(line.start) == mark.line);
                    if let Some(line) = line.filter(|_| !self.met.contains(&(at, mark.line))) {
                        failures.push(unmet(&mark, line.start));
                    }
                }
            }
            if let (false, Some(known)) = (failures.is_empty(), &mut self.outcomes[at]) {
                match known {
                    TestOutcome::Failed(all) => all.append(&mut failures),
                    _ => *known = TestOutcome::Failed(failures),
                }
            }
        }
    }
}

/// Does a file that was used expect it itself?
pub(super) fn is_marked_elsewhere(found: &Found, texts: &Texts) -> bool {
    let Some(span) = found.diagnostic.span().filter(|span| span.source != DOCUMENT) else { return false };
    let Some(source) = texts.sources.get(span.source) else { return false };
    let (line, _) = source.position(span.start);
    Mark::all(source.text.lines()).iter().any(|mark| mark.line + 1 == line && mark.expects(&found.diagnostic))
}

fn outcome(failures: Vec<Failure>, otherwise: TestOutcome) -> TestOutcome {
    if failures.is_empty() { otherwise } else { TestOutcome::Failed(failures) }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostic, detail: None }
    }
}
