//! Which of the lines that were written in fnet assertions depend on, and which rules of the platform they exercise.
//!
//! What an assertion depends on is what the trace of its own answer tells ([`crate::query::rests`]): nothing is worked out a
//! second time here. Lines typed at the prompt of a transcript are not counted, nor what a transcript shows.

use super::document::Document;
use super::found::Stands;
use super::shelf::plain;
use crate::platform::RuleClass;
use crate::query::rests::RestsOn;
use crate::session::Session;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Block, Item};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// Which lines assertions depend on, and which rules they exercise.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Coverage {
    /// The lines, by file and number.
    pub lines: BTreeMap<(String, usize), OwnLine>,
    /// The rules of the platform that take part in verdicts, in the editions that were used: by how many assertions each is
    /// exercised.
    pub rules: BTreeMap<String, usize>,
}

/// A line that decides something: of a security group, a route table, a firewall, an app's access, a zone's link, a private
/// endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnLine {
    /// What it is, such as `route`.
    pub kind: &'static str,
    /// The line, in one spelling.
    pub text: String,
    /// Where it stands, in bytes of the file.
    pub bytes: Range<usize>,
    /// How many assertions depend on it.
    pub assertions: usize,
}

impl Coverage {
    /// How many lines assertions depend on, and how many there are.
    pub fn tally(&self) -> (usize, usize) {
        (self.lines.values().filter(|line| line.assertions > 0).count(), self.lines.len())
    }

    /// The share of lines that assertions depend on, in percent; all where there are none.
    pub fn percent(&self) -> f64 {
        match self.tally() {
            (_, 0) => 100.0,
            (covered, all) => covered as f64 * 100.0 / all as f64,
        }
    }

    /// Adds another one: what is in both is counted together.
    pub(super) fn add(&mut self, other: Coverage) {
        for (place, line) in other.lines {
            self.lines.entry(place).and_modify(|known| known.assertions += line.assertions).or_insert(line);
        }
        for (rule, count) in other.rules {
            *self.rules.entry(rule).or_default() += count;
        }
    }

    /// Adds what a session declares, and what its assertions rest on. `stands` says which of its texts are blocks of the
    /// document.
    pub(super) fn take(&mut self, session: &mut Session, rests: &[RestsOn], stands: &Stands, document: &Document) {
        let sources = session.sources().clone();
        let mut lines = Vec::new();
        for item in session.declared().items() {
            if item.word == "private-endpoint" {
                lines.push(("private endpoint", item.declaration.span));
            }
            if let Some(block) = &item.declaration.block {
                within(block, &item.word, &mut lines);
            }
        }
        let mut found = Coverage::default();
        for (kind, span) in lines {
            let Some((place, bytes)) = place(span, &sources, stands, document) else { continue };
            let depends = |rests: &&RestsOn| rests.places.iter().any(|place| overlaps(*place, span));
            let assertions = rests.iter().filter(depends).count();
            let said = sources.text(span);
            let text: Vec<&str> = said.lines().next().unwrap_or_default().split_whitespace().collect();
            let line = OwnLine { kind, text: text.join(" "), bytes, assertions };
            // A line with several things on it is one line.
            found
                .lines
                .entry(place)
                .and_modify(|known| known.assertions = known.assertions.max(assertions))
                .or_insert(line);
        }
        let model = session.model();
        let engine = |id: &&str| model.platform.rule(id).is_some_and(|rule| rule.class == RuleClass::Engine);
        for id in model.platform.rule_ids().iter().map(|id| &**id).filter(engine) {
            found.rules.insert(id.to_string(), rests.iter().filter(|rests| rests.rules.contains(id)).count());
        }
        self.add(found);
    }
}

/// The lines of a block, however deep, with what they are.
fn within(block: &Block, of: &str, lines: &mut Vec<(&'static str, Span)>) {
    for item in &block.items {
        match item {
            Item::Rule(line) => lines.push((kind_of(of), line.span)),
            Item::Route(line) => lines.push(("route", line.span)),
            Item::Entry(entry) => {
                let word = &*entry.name.text;
                if word == "link" && of == "private-dns-zone" {
                    lines.push(("link", entry.span));
                }
                if let Some(block) = &entry.block {
                    within(block, if matches!(word, "inbound" | "outbound") { of } else { word }, lines);
                }
            }
            Item::For(each) => {
                let items = each.body.to_vec();
                within(&Block { items, span: each.span }, of, lines);
            }
            Item::Remove(_) => {}
        }
    }
}

fn kind_of(of: &str) -> &'static str {
    match of {
        "nsg" => "security rule",
        "admin-rules" => "admin rule",
        "access" | "scm-access" => "access rule",
        _ => "firewall line",
    }
}

/// Does one lie in the other?
fn overlaps(place: Span, line: Span) -> bool {
    place.source == line.source && place.start < line.end && line.start < place.end.max(place.start + 1)
}

/// The file and the line where something stands; none where it was typed at a prompt.
fn place(
    span: Span,
    sources: &SourceMap,
    stands: &Stands,
    document: &Document,
) -> Option<((String, usize), Range<usize>)> {
    let source = sources.get(span.source)?;
    if let Some(block) = stands.blocks.get(&*source.name).and_then(|at| document.outline.blocks.get(*at)) {
        let (start, end) = (block.place(span.start as usize), block.place(span.end as usize));
        let line = document.text[..start].matches('\n').count() + 1;
        return Some(((plain(Path::new(&document.name)), line), start..end));
    }
    if &*source.name == "prompt" {
        return None;
    }
    let (line, _) = source.position(span.start);
    let file = plain(&document.folder.join(&*source.name));
    Some(((file, line), span.start as usize..span.end as usize))
}
