//! The session of a section: scripts are loaded into it, entries of transcripts typed at its prompt.

use super::blocks::Use;
use super::coverage::Coverage;
use super::document::Document;
use super::found::{Found, Stands, Texts};
use super::shelf::Shelf;
use super::transcript::{entries, is_transcript};
use crate::conversation::Conversation;
use crate::diagnostic::Diagnostic;
use crate::platform::Edition;
use crate::query::Answer;
use crate::query::answer::Graph;
use crate::query::rests::{self, RestsOn};
use crate::render::Style;
use crate::session::{Outcome, Session};
use crate::source::SourceMap;
use std::sync::Arc;

/// A conversation that goes on from block to block.
pub(super) struct Talk {
    conversation: Conversation,
    stands: Stands,
    scripts: usize,
    rests: Vec<RestsOn>,
}

impl Talk {
    pub(super) fn new(shelf: Arc<Shelf>, edition: Option<Edition>) -> Self {
        let mut stands = Stands::default();
        stands.blocks.extend(shelf.own.iter().map(|(at, name, _)| (name.clone(), *at)));
        let mut session = Session::with_loader(shelf);
        if let Some(edition) = edition {
            session.set_edition(edition);
        }
        Self { conversation: Conversation::new(session), stands, scripts: 0, rests: Vec::new() }
    }

    /// Takes what a block declares; what it asks is not asked again.
    pub(super) fn take(&mut self, at: usize, document: &Document) {
        let Some(block) = document.outline.blocks.get(at) else { return };
        if block.names.is_some() || block.tag.to_do != Use::Run {
            return;
        }
        self.conversation.session().only_declare(true);
        let said = block.said(&document.text);
        if is_transcript(&said) {
            entries(&said).0.iter().for_each(|entry| drop(self.entry(&entry.typed)));
        } else {
            let name = self.next_name(at);
            // Where it has errors, they are told where it is judged.
            let _ = self.conversation.session().load_named(&name, &block.text(&document.text));
        }
        self.conversation.session().only_declare(false);
    }

    /// Loads a script, and says what is wrong with it that was not wrong before.
    pub(super) fn script(&mut self, at: usize, document: &Document, texts: &mut Texts) -> Vec<Found> {
        let Some(block) = document.outline.blocks.get(at) else { return Vec::new() };
        let name = self.next_name(at);
        let session = self.conversation.session();
        let before = if session.sources().is_empty() { Vec::new() } else { session.check() };
        let (loaded, mut rests) = rests::of(|| session.load_named(&name, &block.text(&document.text)));
        self.rests.append(&mut rests);
        let (found, sources) = match loaded {
            Ok(report) => {
                let new = report.diagnostics.into_iter().filter(|diagnostic| !before.contains(diagnostic));
                let mut found: Vec<(Diagnostic, _)> = new.map(|diagnostic| (diagnostic, None)).collect();
                for outcome in report.outcomes {
                    if let Outcome::Fails { diagnostic, answer, .. } = outcome {
                        found.push((*diagnostic, answer));
                    }
                }
                (found, session.sources().clone())
            }
            Err(errors) => (errors.diagnostics.into_iter().map(|one| (one, None)).collect(), errors.sources),
        };
        self.moved(found, &sources, document, texts)
    }

    /// Adds what is declared by now, and what the assertions of scripts rest on.
    pub(super) fn cover(&mut self, coverage: &mut Coverage, document: &Document) {
        coverage.take(self.conversation.session(), &self.rests, &self.stands, document);
    }

    fn moved(
        &self,
        found: Vec<(Diagnostic, Option<Box<Answer>>)>,
        sources: &SourceMap,
        document: &Document,
        texts: &mut Texts,
    ) -> Vec<Found> {
        let moved = found.into_iter().map(|(diagnostic, answer)| Found {
            diagnostic: texts.moved(diagnostic, sources, &self.stands, document),
            answer: answer.map(|answer| texts.told(answer, &self.stands, document)),
        });
        moved.collect()
    }

    /// What a script answers to its own questions; nothing where it has errors, which are told where it is judged.
    pub(super) fn answers(&mut self, at: usize, document: &Document) -> Vec<(String, Box<Answer>)> {
        let Some(block) = document.outline.blocks.get(at) else { return Vec::new() };
        let name = self.next_name(at);
        let Ok(report) = self.conversation.session().load_named(&name, &block.text(&document.text)) else {
            return Vec::new();
        };
        let answers = report.outcomes.into_iter().filter_map(|outcome| match outcome {
            Outcome::Answer { question, answer } => Some((question, answer)),
            _ => None,
        });
        answers.collect()
    }

    /// What is declared now, drawn, with the way of a question's flow.
    pub(super) fn graph(&mut self, question: Option<&str>) -> Option<Graph> {
        self.conversation.session().graph(question).ok()
    }

    /// Types an entry, and says what the prompt prints.
    pub(super) fn entry(&mut self, typed: &str) -> String {
        let said = self.conversation.entry(typed);
        said.shown.iter().map(|piece| piece.to_text(&Style::default())).collect()
    }

    /// What traces call the next script: they are to stay what they are when the document grows above it.
    fn next_name(&mut self, at: usize) -> String {
        self.scripts += 1;
        let name = if self.scripts == 1 { "script".to_string() } else { format!("script-{}", self.scripts) };
        self.stands.blocks.insert(name.clone(), at);
        name
    }
}
