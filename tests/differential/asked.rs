//! Both sides are asked: the engine through sessions and their public answers, the oracle directly.

use crate::oracle::plain::{Model, Ports, Question, Source, Target};
use crate::oracle::text;
use crate::oracle::worlds::{Answer, Verdict};
use fnet::Session;
use fnet::query::answer::VerdictWord;

/// A session that has the network, or what is wrong with it.
pub fn loaded(script: &str) -> Result<Session, String> {
    let mut session = Session::new();
    let report = session.load(script).map_err(|errors| errors.to_string())?;
    let bad = |one: &fnet::diagnostic::Diagnostic| one.severity.word() == "error";
    let mut errors = report.diagnostics.iter().filter(|one| bad(one)).map(|one| one.message.clone());
    match errors.next() {
        Some(error) => Err(error),
        None => Ok(session),
    }
}

/// The session of a network that is known to load.
pub fn session(model: &Model) -> Option<Session> {
    loaded(&text::script(model)).ok()
}

pub fn verdict(word: VerdictWord) -> Verdict {
    match word {
        VerdictWord::Yes => Verdict::Yes,
        VerdictWord::No => Verdict::No,
        VerdictWord::Partly => Verdict::Partly,
        VerdictWord::Unknown => Verdict::Unknown,
    }
}

/// What `can` answers.
pub fn can(session: &mut Session, question: &str) -> Result<Verdict, String> {
    let answer = session.ask(question).map_err(|errors| errors.to_string())?;
    answer.verdict().map(verdict).ok_or_else(|| "no verdict".into())
}

/// Does `can` not say what the oracle does?
pub fn differ(session: &mut Session, model: &Model, question: &Question, ours: Answer) -> bool {
    let theirs = can(session, &text::question(model, question));
    // Where a fact is not stated, the engine may leave it at that though it would decide nothing in the end.
    let cautious = ours.guessed && theirs == Ok(Verdict::Unknown);
    theirs != Ok(ours.verdict) && !cautious
}

/// Does the network have what the question names?
pub fn has(model: &Model, question: &Question) -> bool {
    let host = |name: &String| model.hosts.iter().any(|one| one.name == *name);
    let app = |name: &String| model.apps.iter().any(|one| one.name == *name);
    let source = match &question.source {
        Source::App(name) => app(name),
        Source::Host(name) => host(name),
        Source::Addr(_) => true,
    };
    source
        && match &question.target {
            Target::Addr(_) | Target::Name(_) => true,
            Target::Host(name) => host(name),
            Target::App(name) => app(name),
            Target::Service(name) => model.services.iter().any(|one| one.name == *name),
        }
}

/// Ports as an answer writes them: `*`, `80,443`, `1-1024`, nothing.
pub fn port_ranges(text: &str) -> Ports {
    if text == "*" {
        return vec![(0, u16::MAX)];
    }
    let ranges = text.split(',').map(str::trim).filter(|one| !one.is_empty());
    let number = |text: &str| text.parse().expect("a port");
    ranges
        .map(|one| match one.split_once('-') {
            Some((low, high)) => (number(low), number(high)),
            None => (number(one), number(one)),
        })
        .collect()
}
