//! Answers as text for people: which answer goes where, and the line of the verdict, which comes first.
//!
//! No answer is worked out here, and no colour chosen: a piece of text has a tag.

mod diff;
mod explain;
mod fix;
mod lint;
mod matrix;
mod reachable;
mod replay;
mod running;
mod tables;
mod tools;
mod trace;
mod troubleshoot;

pub(super) use trace::{mark, short};

use super::markup::{Markup, Tag};
use crate::query::answer::{Answer, Place, VerdictWord};
use crate::session::Outcome;

/// How wide the lines of an answer are, at most.
const WIDTH: usize = 110;

/// An answer as text.
pub fn answer(answer: &Answer) -> Markup {
    match answer {
        Answer::Reach(answer) => trace::reach(answer),
        Answer::Reachable(answer) => reachable::reachable(answer),
        Answer::Matrix(answer) => matrix::matrix(answer),
        Answer::Diff(answer) => diff::diff(answer),
        Answer::Running(answer) => running::running(answer),
        Answer::Resolve(answer) => trace::resolve(answer),
        Answer::Tcpping(answer) => tools::tcpping(answer),
        Answer::Nameresolver(answer) => tools::nameresolver(answer),
        Answer::Explain(answer) => explain::explain(answer),
        Answer::Routes(answer) => tables::routes(answer),
        Answer::Security(answer) => tables::security(answer),
        Answer::NextHop(answer) => tables::next_hop(answer),
        Answer::Features(answer) => tables::features(answer),
        Answer::Lint(answer) => lint::lint(answer),
        Answer::Fix(answer) => fix::fix(answer),
        Answer::Troubleshoot(answer) => troubleshoot::troubleshoot(answer),
        Answer::Replay(answer) => replay::replay(answer),
        Answer::Show(answer) => {
            let mut out = Markup::default();
            out.plain(&answer.source);
            out
        }
    }
}

/// What a statement came to, as text.
pub fn outcome(outcome: &Outcome) -> Markup {
    let mut out = Markup::default();
    match outcome {
        Outcome::Answer { question, answer: found } => {
            out.push(Tag::Dim, "fnet> ").push(Tag::Strong, question).line();
            out.append(answer(found));
        }
        Outcome::Holds { assertion, .. } => {
            out.push(Tag::Good, "✓ ").plain(assertion).line();
        }
        Outcome::Fails { assertion, answer: found, .. } => {
            out.push(Tag::Bad, "✗ ").plain(assertion).line();
            if let Some(found) = found {
                out.append(answer(found));
            }
        }
        Outcome::Notice(text) => {
            out.push(Tag::Dim, text).line();
        }
    }
    out
}

fn tag_of(verdict: VerdictWord) -> Tag {
    match verdict {
        VerdictWord::Yes => Tag::Good,
        VerdictWord::No => Tag::Bad,
        _ => Tag::Doubt,
    }
}

/// `no, dropped: why`.
fn verdict(out: &mut Markup, word: VerdictWord, outcome: Option<&String>, headline: Option<&String>) {
    out.push(tag_of(word), word.word());
    if let Some(outcome) = outcome {
        out.push(tag_of(word), format!(", {outcome}"));
    }
    if let Some(headline) = headline {
        out.plain(format!(": {headline}"));
    }
    out.line();
}

/// The file without its folders, and the line.
fn short_place(place: &Place) -> String {
    let file = place.file.rsplit(['/', '\\']).next().unwrap_or(&place.file);
    format!("{file}:{}", place.line)
}
