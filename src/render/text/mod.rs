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

use super::markup::{Markup, Style, Tag};
use crate::query::answer::{Answer, Place, VerdictWord};
use crate::session::Outcome;

/// An answer as text.
pub fn answer(answer: &Answer) -> Markup {
    answer_within(answer, Style::default().width)
}

/// An answer as text whose lines are so wide at most, where its tables and words are.
pub fn answer_within(answer: &Answer, width: usize) -> Markup {
    let out = Markup::within(width);
    match answer {
        Answer::Reach(answer) => trace::reach(answer, out),
        Answer::Reachable(answer) => reachable::reachable(answer, out),
        Answer::Matrix(answer) => matrix::matrix(answer, out),
        Answer::Diff(answer) => diff::diff(answer, out),
        Answer::Running(answer) => running::running(answer, out),
        Answer::Resolve(answer) => trace::resolve(answer, out),
        Answer::Tcpping(answer) => tools::tcpping(answer, out),
        Answer::Nameresolver(answer) => tools::nameresolver(answer, out),
        Answer::Explain(answer) => explain::explain(answer, out),
        Answer::Routes(answer) => tables::routes(answer, out),
        Answer::Security(answer) => tables::security(answer, out),
        Answer::NextHop(answer) => tables::next_hop(answer, out),
        Answer::Features(answer) => tables::features(answer, out),
        Answer::Lint(answer) => lint::lint(answer, out),
        Answer::Fix(answer) => fix::fix(answer, out),
        Answer::Troubleshoot(answer) => troubleshoot::troubleshoot(answer, out),
        Answer::Replay(answer) => replay::replay(answer, out),
        Answer::Show(answer) => {
            let mut out = out;
            out.plain(&answer.source);
            out
        }
    }
}

/// What a statement came to, as text.
pub fn outcome(outcome: &Outcome) -> Markup {
    outcome_within(outcome, Style::default().width)
}

/// The same, in lines so wide at most.
pub fn outcome_within(outcome: &Outcome, width: usize) -> Markup {
    let mut out = Markup::within(width);
    match outcome {
        Outcome::Answer { question, answer: found } => {
            out.push(Tag::Dim, "fnet> ").push(Tag::Strong, question).line();
            out.append(answer_within(found, width));
        }
        Outcome::Holds { assertion, .. } => {
            out.push(Tag::Good, "✓ ").plain(assertion).line();
        }
        Outcome::Fails { assertion, answer: found, .. } => {
            out.push(Tag::Bad, "✗ ").plain(assertion).line();
            if let Some(found) = found {
                out.append(answer_within(found, width));
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
