//! Aligned columns, and text broken into lines.

use unicode_width::UnicodeWidthStr;

/// How many columns a text takes: wide characters take two.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// A text padded with blanks to so many columns.
pub(super) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// A text broken into lines of at most so many columns, at blanks; a longer word stands alone.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    joined(text.split(' '), columns)
}

/// Something to paste, broken where the language lets a line end: inside braces, and behind a comma or an arrow.
pub(super) fn wrap_code(text: &str, columns: usize) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match units.last_mut() {
            Some(unit) if !(word.starts_with('}') || unit.ends_with(['{', ',', ';']) || unit.ends_with("->")) => {
                unit.push(' ');
                unit.push_str(word);
            }
            _ => units.push(word.to_string()),
        }
    }
    joined(units.iter().map(String::as_str), columns)
}

/// As many of the units on a line as it has room for.
fn joined<'t>(units: impl Iterator<Item = &'t str>, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for unit in units {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(unit) <= columns => {
                line.push(' ');
                line.push_str(unit);
            }
            _ => lines.push(unit.to_string()),
        }
    }
    lines
}

/// A table cut into tables that are so wide at most, each with the first column and some of the others.
pub(super) fn cut_table(rows: &[Vec<String>], room: usize) -> Vec<Vec<Vec<String>>> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0);
    let (mut tables, mut from) = (Vec::new(), 1);
    while from < count {
        let (mut to, mut taken) = (from + 1, widest(0) + 2 + widest(from));
        while to < count && taken + 2 + widest(to) <= room {
            taken += 2 + widest(to);
            to += 1;
        }
        let part = |row: &Vec<String>| row.iter().take(1).chain(row.iter().take(to).skip(from)).cloned().collect();
        tables.push(rows.iter().map(part).collect());
        from = to;
    }
    tables
}

/// Rows as aligned lines: every column but the last as wide as its widest cell.
pub(super) fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(widest).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().enumerate().map(|(at, cell)| pad(cell, widths[at])).collect();
        cells.join("  ").trim_end().to_string()
    };
    rows.iter().map(line).collect()
}
