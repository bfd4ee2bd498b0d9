//! How much of an answer is told: the verdict alone, the way as one line, or every rule. What is left out is still in the
//! answer.

use super::markup::{Markup, Tag};
use super::table::width;
use super::text;
use crate::query::answer::{Answer, MarkWord, ReachAnswer, StepAnswer};

/// How much of an answer is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// The line of the verdict.
    Verdict,
    /// The verdict, the way as a line, and what the names were taken for.
    Path,
    /// Everything.
    #[default]
    Rules,
}

impl Depth {
    /// Every depth.
    pub const ALL: [Depth; 3] = [Self::Verdict, Self::Path, Self::Rules];

    /// Its word at the prompt.
    pub fn word(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Path => "path",
            Self::Rules => "rules",
        }
    }

    /// The depth that a word names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|depth| depth.word() == word)
    }
}

/// An answer as it is told at a prompt: the verdict first, then the way as a line, then the rest, as deep as is wanted.
pub fn answer_to(answer: &Answer, depth: Depth, width: usize) -> Markup {
    let whole = text::answer_within(answer, width);
    let Answer::Reach(reach) = answer else {
        return match depth {
            Depth::Rules => whole,
            // What has no trace is not cut: it is what was asked for.
            Depth::Path if !has_trace(answer) => whole,
            Depth::Path => whole.up_to(|at, line| at > 0 && line.is_empty()).without_last_blank(),
            Depth::Verdict => whole.up_to(|_, line| !line.is_empty()),
        };
    };
    let mut out = whole.up_to(|at, _| at == 0);
    if depth == Depth::Verdict {
        return out;
    }
    way(&mut out, reach);
    let mut blank = 0;
    let rest = whole.after_first_line();
    out.append(match depth {
        Depth::Path => rest
            .up_to(|_, line| {
                blank += usize::from(line.is_empty());
                blank == 2
            })
            .without_last_blank(),
        _ => rest,
    });
    out
}

/// Does an answer tell its steps one by one, apart from what was asked?
fn has_trace(answer: &Answer) -> bool {
    matches!(
        answer,
        Answer::Resolve(_)
            | Answer::Running(_)
            | Answer::Troubleshoot(_)
            | Answer::Tcpping(_)
            | Answer::Nameresolver(_)
    )
}

/// The way as a line, part by part where there are several: the stages that decided, each with its mark.
fn way(out: &mut Markup, answer: &ReachAnswer) {
    let ends = |at: usize| answer.taken.get(at).map_or("", |taken| taken.name.as_str());
    for part in &answer.parts {
        let several = answer.parts.len() > 1;
        let from = if several { part.source.as_str() } else { ends(0) };
        let to = if several { part.destination.as_str() } else { ends(1) };
        let mut room = 78usize.saturating_sub(width(from) + 2);
        out.plain("  ").push(Tag::Strong, text::short(from));
        for (family, mark) in stages(&part.steps) {
            let (sign, tag) = text::mark(mark);
            if room < width(family) + 7 {
                out.line().plain("   ");
                room = 76;
            }
            room -= width(family) + 5;
            out.push(Tag::Dim, " → ").plain(format!("{family} ")).push(tag, sign);
        }
        out.push(Tag::Dim, " → ").push(Tag::Strong, text::short(to)).line();
    }
}

/// The families of the rules on the way, in order, each run of one with the mark that says the most.
fn stages(steps: &[StepAnswer]) -> Vec<(&str, MarkWord)> {
    let weight = |mark: MarkWord| match mark {
        MarkWord::Note => 0,
        MarkWord::Pass => 1,
        MarkWord::Warn => 2,
        MarkWord::Unknown => 3,
        MarkWord::Block => 4,
    };
    let mut all: Vec<(&str, MarkWord)> = Vec::new();
    for step in steps {
        let family = step.rule.split('.').next().unwrap_or(&step.rule);
        match all.last_mut() {
            Some((last, mark)) if *last == family => {
                if weight(step.mark) > weight(*mark) {
                    *mark = step.mark;
                }
            }
            _ => all.push((family, step.mark)),
        }
    }
    all
}
