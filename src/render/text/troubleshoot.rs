//! The answer to `troubleshoot`: what is to blame, then the lists, then the comparison.

use super::trace::places;
use super::{tag_of, verdict};
use crate::query::answer::{CauseAnswer, Place, SuspectAnswer, SuspectWord, TroubleshootAnswer, VerdictWord};
use crate::render::markup::{Markup, Tag};
use crate::render::table::{pad, width, wrap, wrap_code};

pub(super) fn troubleshoot(answer: &TroubleshootAnswer, mut out: Markup) -> Markup {
    verdict(&mut out, answer.verdict, answer.outcome.as_ref(), answer.headline.as_ref());
    let all = || answer.lists.iter().flat_map(|list| &list.suspects);
    let at_fault =
        all().filter(|suspect| suspect.status != SuspectWord::Clear).filter_map(|suspect| suspect.place.as_ref());
    let place = places(answer.causes.iter().filter_map(|cause| cause.place.as_ref()).chain(at_fault));
    for (at, cause) in answer.causes.iter().enumerate() {
        out.line();
        let word = match (cause.warning, at) {
            (true, _) => "warning",
            // Azure would refuse it, and what was asked does not rest on it.
            (false, _) if answer.verdict == VerdictWord::Yes => "besides",
            (false, 0) => "cause",
            _ => "also",
        };
        self::cause(&mut out, cause, word, &place);
    }
    let rule = all().map(|suspect| width(rule_of(suspect))).max().unwrap_or(0);
    let ask = all().map(|suspect| width(&suspect.ask)).max().unwrap_or(0);
    for list in &answer.lists {
        out.line();
        out.plain("  ").push(Tag::Strong, &list.title).line();
        list.suspects.iter().for_each(|suspect| self::suspect(&mut out, suspect, (rule, ask), &place));
    }
    if let Some(found) = &answer.comparison {
        out.line();
        out.plain("  ").push(Tag::Strong, format!("the same call from {}", found.from)).plain(": ");
        out.push(tag_of(found.verdict), found.verdict.word());
        if let Some(outcome) = &found.outcome {
            out.push(tag_of(found.verdict), format!(", {outcome}"));
        }
        let why = found.headline.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        out.plain(why).line();
        out.plain("    ").plain(&found.says).push(Tag::Dim, format!("  ({})", found.rule)).line();
    }
    out
}

fn cause(out: &mut Markup, cause: &CauseAnswer, word: &str, tell: impl Fn(&Place) -> String) {
    let place = cause.place.as_ref().map(|place| format!("  {}", tell(place))).unwrap_or_default();
    let tag = if cause.warning { Tag::Doubt } else { Tag::Bad };
    out.plain("  ").push(tag, pad(word, 9)).push(Tag::Name, &cause.rule).push(Tag::Dim, place).line();
    for line in wrap(&cause.text, out.room(12)) {
        out.plain("           ").plain(line).line();
    }
    let mut tell = |lead: &str, text: &Option<String>, tag: Tag| {
        let Some(text) = text else { return };
        let is_pasted = tag == Tag::Code && text.contains('{');
        let lines = if is_pasted { wrap_code(text, out.room(24)) } else { wrap(text, out.room(24)) };
        for (at, line) in lines.iter().enumerate() {
            out.plain("           ").push(Tag::Strong, if at == 0 { pad(lead, 12) } else { " ".repeat(12) });
            out.push(tag, line).line();
        }
    };
    tell("to change:", &cause.remedy, Tag::Code);
    tell("not stated:", &cause.fact, Tag::Plain);
    tell("state it:", &cause.state_it, Tag::Code);
}

fn suspect(out: &mut Markup, suspect: &SuspectAnswer, (rule, ask): (usize, usize), tell: impl Fn(&Place) -> String) {
    let (mark, tag) = match suspect.status {
        SuspectWord::Clear => ("✓", Tag::Good),
        SuspectWord::AtFault => ("✗", Tag::Bad),
        SuspectWord::Unknown => ("?", Tag::Doubt),
        SuspectWord::NotReached => ("·", Tag::Dim),
    };
    // A question is answered with yes or no, a need with how it is met.
    let asks = suspect.ask.ends_with('?');
    let word = match suspect.status {
        SuspectWord::Clear if asks => "no",
        SuspectWord::Clear => "ok",
        SuspectWord::AtFault if asks => "yes",
        SuspectWord::AtFault => "not met",
        SuspectWord::Unknown => "not stated",
        SuspectWord::NotReached => "it does not come so far",
    };
    let place = suspect.place.as_ref().filter(|_| suspect.status != SuspectWord::Clear);
    out.plain("  ").push(tag, mark).plain(" ").push(Tag::Name, pad(rule_of(suspect), rule)).plain("  ");
    out.plain(pad(&suspect.ask, ask)).plain("  ").push(tag, word);
    out.push(Tag::Dim, place.map(|place| format!("  {}", tell(place))).unwrap_or_default()).line();
}

fn rule_of(suspect: &SuspectAnswer) -> &str {
    suspect.rule.as_deref().unwrap_or_default()
}
