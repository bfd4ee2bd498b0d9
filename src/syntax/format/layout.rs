//! From lines of pieces to text: columns below each other, long lists over several lines, comments at the ends of lines.
//! Takes time that grows with the text alone: each line is looked at once for its widths and once to be written.

use super::page::{Bit, Line, Page, Shape, WIDTH, columns};
use std::collections::BTreeMap;

/// What is wider than this does not push its neighbours' columns.
const WIDE: usize = 40;

/// Where lines go on that go on far to the right: this far, and no further.
const FAR: usize = 60;

/// The widths of columns, by their number.
type Widths = BTreeMap<u8, usize>;

/// The text of a page.
pub(super) fn text(page: &Page<'_>) -> String {
    let mut out = String::new();
    let mut rest = page.lines.as_slice();
    while !rest.is_empty() {
        let (run, others) = rest.split_at(run_length(rest));
        let widths = run_widths(run, &page.bits);
        let written: Vec<Row<'_>> =
            run.iter().zip(&widths).map(|(line, widths)| Row::written(line, &page.bits, widths)).collect();
        put_run(run, written, &mut out);
        rest = others;
    }
    out
}

/// How many lines stand together: of one block, with no blank line and no other block between.
fn run_length(lines: &[Line<'_>]) -> usize {
    let together = |line: &Line<'_>| !line.blank && !line.brace && line.level == lines[0].level;
    if lines[0].brace { 1 } else { 1 + lines[1..].iter().take_while(|line| together(line)).count() }
}

/// The widths of the columns, line by line.
fn run_widths(run: &[Line<'_>], bits: &[Bit<'_>]) -> Vec<Widths> {
    let cells: Vec<Vec<(u8, usize)>> = run.iter().map(|line| cells(&bits[line.bits.clone()])).collect();
    let mut widths = vec![Widths::new(); run.len()];
    // A comment on its own line is in nobody's way.
    let code: Vec<usize> = (0..run.len()).filter(|at| !run[*at].bits.is_empty()).collect();
    let firsts = code.chunk_by(|a, b| run[*a].shape == run[*b].shape);
    for group in firsts.filter(|group| run[group[0]].shape != Shape::Other) {
        let first = group.iter().filter_map(|at| cells[*at].first()).filter(|(number, _)| *number == 0);
        let first = first.map(|(_, width)| *width).max().unwrap_or(0);
        for same in group.chunk_by(|a, b| run[*a].key == run[*b].key) {
            let mut all = Widths::from([(0, first)]);
            for (number, width) in same.iter().flat_map(|at| &cells[*at]).filter(|(number, _)| *number > 0) {
                let most = all.entry(*number).or_default();
                *most = (*most).max(*width);
            }
            same.iter().for_each(|at| widths[*at].clone_from(&all));
        }
    }
    widths
}

/// The columns of a line that others follow: their numbers, and how wide they are where that is not too wide.
fn cells(bits: &[Bit<'_>]) -> Vec<(u8, usize)> {
    let (mut cells, mut number, mut width) = (Vec::new(), 0, 0);
    let mut odd = false;
    for bit in bits {
        match bit {
            Bit::Column(next) => {
                if width > 0 {
                    cells.push((number, if odd || width > WIDE { 0 } else { width }));
                }
                (number, width, odd) = (*next, 0, false);
            }
            Bit::Comment(..) | Bit::Indent => odd = true,
            other => width += other.flat_width(),
        }
    }
    cells
}

/// A line as text, without its indentation and the comment at its end.
struct Row<'w> {
    text: String,
    widths: &'w Widths,
    indent: usize,
    /// The column where the text ends.
    column: usize,
    /// Where lines go on, the innermost last.
    marks: Vec<usize>,
    /// How many lists stand open whose values stand on lines of their own.
    lists: usize,
    /// Must what follows stand on a new line?
    fresh: bool,
    /// The number of the column, where it begins, and does it go over lines?
    cell: (u8, usize, bool),
}

impl<'w> Row<'w> {
    fn written(line: &Line<'_>, bits: &[Bit<'_>], widths: &'w Widths) -> Self {
        let indent = 2 * line.level;
        let (marks, cell) = (Vec::new(), (0, indent, false));
        let mut row = Self { text: String::new(), widths, indent, column: indent, marks, lists: 0, fresh: false, cell };
        let bits = &bits[line.bits.clone()];
        for (at, bit) in bits.iter().enumerate() {
            row.bit(bit, &bits[at + 1..]);
        }
        row
    }

    fn bit(&mut self, bit: &Bit<'_>, rest: &[Bit<'_>]) {
        match bit {
            Bit::Word(text) => self.word(text),
            Bit::Space => self.blanks(1),
            Bit::Gap => {
                let next = rest.iter().take_while(|bit| matches!(bit, Bit::Word(_) | Bit::Mark | Bit::Unmark));
                let wide = 1 + next.map(Bit::flat_width).sum::<usize>();
                if self.column + wide > WIDTH { self.fresh = true } else { self.blanks(1) }
            }
            Bit::Break => self.fresh = true,
            Bit::Mark => self.marks.push(if self.column <= FAR { self.column } else { self.indent + 4 }),
            Bit::Unmark => {
                self.marks.pop();
            }
            Bit::Indent => {
                self.lists += 1;
                self.marks.push(self.indent + 2 * self.lists);
                self.fresh = true;
            }
            Bit::Outdent => {
                self.marks.pop();
                self.lists = self.lists.saturating_sub(1);
                self.line(self.indent + 2 * self.lists);
            }
            Bit::Column(number) => self.next_column(*number),
            Bit::Comment(text, own_line) => {
                match (own_line, self.fresh) {
                    (_, true) => self.line(self.going_on()),
                    (true, false) => self.line(self.going_on()),
                    (false, false) => {
                        self.trim();
                        self.text.push_str("  ");
                    }
                }
                self.text.push_str(text);
                self.fresh = true;
            }
        }
    }

    fn word(&mut self, text: &str) {
        if self.fresh {
            self.line(self.going_on());
        }
        self.text.push_str(text);
        self.column += columns(text);
    }

    /// Where the line goes on.
    fn going_on(&self) -> usize {
        self.marks.last().copied().unwrap_or(self.indent + 4)
    }

    fn blanks(&mut self, count: usize) {
        if !self.fresh {
            self.text.extend(std::iter::repeat_n(' ', count));
            self.column += count;
        }
    }

    fn trim(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
    }

    /// A new line, so far in.
    fn line(&mut self, column: usize) {
        self.trim();
        self.text.push('\n');
        self.fresh = false;
        self.column = 0;
        self.blanks(column);
        self.cell.2 = true;
    }

    fn next_column(&mut self, next: u8) {
        let (number, start, broken) = self.cell;
        let width = self.widths.get(&number).copied().filter(|_| !broken).unwrap_or(0);
        let behind = (start + width).max(self.column) + 1;
        // Those that the line does not have, and its neighbours do.
        let missing = self.widths.range(number + 1..next.max(number + 1));
        let missing: usize = missing.map(|(_, width)| if *width > 0 { width + 1 } else { 0 }).sum();
        self.blanks(behind + missing - self.column);
        self.cell = (next, self.column, false);
    }
}

/// Writes lines that stand together; comments at the ends of neighbours begin in one column.
fn put_run(run: &[Line<'_>], rows: Vec<Row<'_>>, out: &mut String) {
    let mut at = 0;
    while at < run.len() {
        let commented = |at: &usize| !run[*at].bits.is_empty() && run[*at].comment.is_some();
        let many = (at..run.len()).take_while(commented).count();
        let widest = rows[at..at + many].iter().map(|row| row.column).filter(|column| *column <= WIDTH - WIDE).max();
        for at in at..at + many.max(1) {
            let (line, row) = (&run[at], &rows[at]);
            if line.blank {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n(' ', row.indent));
            out.push_str(row.text.trim_end_matches(' '));
            if let Some(comment) = line.comment {
                if !line.bits.is_empty() {
                    let column = widest.unwrap_or(0).max(row.column);
                    out.extend(std::iter::repeat_n(' ', column - row.column + 2));
                }
                out.push_str(comment);
            }
            out.push('\n');
        }
        at += many.max(1);
    }
}
