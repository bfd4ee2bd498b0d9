//! A network as a picture: Mermaid and DOT for those who lay out themselves, and SVG with a layout of our own. What is in the
//! picture, and which way a flow goes through it, stands in the [`Graph`]; here it only gets its looks.

mod dot;
mod lanes;
mod layout;
mod measure;
mod mermaid;
mod svg;
mod wires;

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::{Sheet, style_sheet, svg};

use crate::query::answer::{Graph, GraphBox, GraphQuestion, MarkWord};

/// The line of the verdict: `no, dropped: why`.
fn verdict(asked: &GraphQuestion) -> String {
    let outcome = asked.outcome.as_ref().map(|outcome| format!(", {outcome}")).unwrap_or_default();
    let headline = asked.headline.as_ref().map(|headline| format!(": {headline}")).unwrap_or_default();
    format!("{}{outcome}{headline}", asked.verdict.word())
}

/// The sign of a mark.
fn sign(mark: MarkWord) -> &'static str {
    match mark {
        MarkWord::Pass => "✓",
        MarkWord::Block => "✗",
        MarkWord::Unknown => "?",
        MarkWord::Warn => "!",
        MarkWord::Note => "·",
    }
}

/// The word by which styles know a mark.
fn style_of(mark: MarkWord) -> &'static str {
    match mark {
        MarkWord::Pass => "pass",
        MarkWord::Block => "block",
        MarkWord::Unknown => "unknown",
        MarkWord::Warn => "warn",
        MarkWord::Note => "met",
    }
}

/// What a box says of the steps that rest on it: `✗ 6 nsg.security-rule` where one of them ends the flow, else their
/// numbers.
fn steps_of(graph: &Graph, held: &GraphBox) -> Option<String> {
    let mark = held.mark.filter(|_| !held.steps.is_empty())?;
    let numbers: Vec<String> = held.steps.iter().map(usize::to_string).collect();
    let all = graph.asked.as_ref().map(|asked| asked.steps.as_slice()).unwrap_or_default();
    let ends = held.steps.iter().find_map(|at| all.get(at - 1).filter(|step| step.mark == mark));
    let rule = ends.filter(|_| matches!(mark, MarkWord::Block | MarkWord::Unknown));
    let rule = rule.map(|step| format!(" {}", step.rule)).unwrap_or_default();
    Some(format!("{} {}{rule}", sign(mark), numbers.join(", ")))
}
