//! The answer to `matrix`: a table as wide as the screen allows, in as many pieces as it takes, and the reasons below. Of
//! one that nobody would read, how many cells there are of each kind.

use super::tag_of;
use crate::query::answer::{MatrixAnswer, MatrixCell, VerdictWord};
use crate::render::markup::{Markup, Tag};
use crate::render::table::{pad, width, wrap};

pub(super) fn matrix(answer: &MatrixAnswer, mut out: Markup) -> Markup {
    if answer.rows.is_empty() || answer.targets.is_empty() {
        let what = if answer.rows.is_empty() { "no app is declared" } else { "nothing to reach is declared" };
        out.plain(what).line();
        return out;
    }
    if answer.size() > MatrixAnswer::TOLD {
        return counted(answer);
    }
    // Each reason once, in the order in which the table names them.
    let mut reasons: Vec<&MatrixCell> = Vec::new();
    for cell in answer.rows.iter().flat_map(|row| answer.cells(row).flatten()) {
        if cell.headline.is_some() && !reasons.contains(&cell) {
            reasons.push(cell);
        }
    }
    let shown = |cell: Option<&MatrixCell>| match cell {
        None => ("·".to_string(), Tag::Dim),
        Some(cell) => {
            let number = reasons.iter().position(|reason| *reason == cell).map(|at| format!(" {}", at + 1));
            (format!("{}{}", cell.verdict.word(), number.unwrap_or_default()), tag_of(cell.verdict))
        }
    };
    let heads: Vec<String> =
        answer
            .targets
            .iter()
            .map(|target| {
                if target.ports.is_empty() { target.name.clone() } else { format!("{}:{}", target.name, target.ports) }
            })
            .collect();
    let first = answer.rows.iter().map(|row| width(&row.source)).max().unwrap_or(0);
    let wide = |at: usize| {
        let cells = (0..answer.rows.len()).map(|row| width(&shown(answer.cell(row, at)).0));
        cells.max().unwrap_or(0).max(width(&heads[at])) + 2
    };
    let mut from = 0;
    while from < heads.len() {
        let mut to = from + 1;
        let mut taken = first + 2 + wide(from);
        while to < heads.len() && taken + wide(to) <= out.room(0) {
            taken += wide(to);
            to += 1;
        }
        if from > 0 {
            out.line();
        }
        out.plain(" ".repeat(first + 4));
        for (at, head) in heads.iter().enumerate().take(to).skip(from) {
            out.push(Tag::Dim, pad(head, wide(at)));
        }
        out.line();
        for row in &answer.rows {
            out.plain("  ").push(Tag::Strong, pad(&row.source, first + 2));
            for (at, cell) in answer.cells(row).enumerate().take(to).skip(from) {
                let (text, tag) = shown(cell);
                out.push(tag, &text).plain(" ".repeat(wide(at) - width(&text)));
            }
            out.line();
        }
        from = to;
    }
    if !reasons.is_empty() {
        out.line();
    }
    let number = reasons.len().to_string().len();
    for (at, cell) in reasons.iter().enumerate() {
        let rule = cell.decided_by.as_ref().map(|rule| format!(" ({rule})")).unwrap_or_default();
        let outcome = cell.outcome.as_ref().map(|outcome| format!("{outcome}: ")).unwrap_or_default();
        let verdict =
            if cell.verdict == VerdictWord::No { String::new() } else { format!("{}: ", cell.verdict.word()) };
        let text = format!("{verdict}{outcome}{}{rule}", cell.headline.as_deref().unwrap_or_default());
        for (n, line) in wrap(&text, out.room(number + 4)).iter().enumerate() {
            let lead = if n == 0 { format!("  {:>number$}  ", at + 1) } else { " ".repeat(number + 4) };
            out.push(Tag::Dim, lead).plain(line).line();
        }
    }
    out
}

/// How many cells there are of each kind.
fn counted(answer: &MatrixAnswer) -> Markup {
    let mut out = Markup::default();
    let (rows, targets) = (answer.rows.len(), answer.targets.len());
    out.plain(format!("{rows} apps, {targets} targets; `--format csv` and `--format json` write every cell")).line();
    for (cell, count) in answer.counts() {
        out.push(Tag::Dim, format!("  {count:>11}  ")).push(tag_of(cell.verdict), cell.verdict.word());
        let outcome = cell.outcome.as_ref().map(|outcome| format!("  {outcome}")).unwrap_or_default();
        let rule = cell.decided_by.as_ref().map(|rule| format!("  {rule}")).unwrap_or_default();
        out.plain(format!("{outcome}{rule}")).line();
    }
    out
}
