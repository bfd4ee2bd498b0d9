//! Long answers, a screenful at a time: the verdict does not scroll away. A pager of our own, as it asks in the prompt's
//! own words and never meets raw bytes.

/// How an answer is cut into screens.
pub(super) struct Pages<'t> {
    lines: Vec<&'t str>,
    columns: usize,
    rows: usize,
    at: usize,
}

impl<'t> Pages<'t> {
    /// A text on a screen of so many columns and rows.
    pub(super) fn of(text: &'t str, (columns, rows): (usize, usize)) -> Self {
        Self { lines: text.lines().collect(), columns: columns.max(1), rows: rows.max(4), at: 0 }
    }

    /// The lines of the next screen, and how many are left behind it.
    pub(super) fn next(&mut self) -> (String, usize) {
        let all: usize = self.lines[self.at..].iter().map(|line| self.height(line)).sum();
        // The last line of the screen is for the question whether to go on, or for the prompt.
        let mut room = self.rows - 1;
        let mut page = String::new();
        if all <= room {
            room = usize::MAX;
        }
        while let Some(line) = self.lines.get(self.at) {
            let height = self.height(line);
            if height > room && !page.is_empty() {
                break;
            }
            room = room.saturating_sub(height);
            page.push_str(line);
            page.push('\n');
            self.at += 1;
        }
        (page, self.lines.len() - self.at)
    }

    /// How many rows a line takes.
    fn height(&self, line: &str) -> usize {
        let mut width = 0;
        let mut escaped = false;
        for c in line.chars() {
            match c {
                '\u{1b}' => escaped = true,
                'm' if escaped => escaped = false,
                _ if escaped => {}
                c => width += crate::render::columns(c.encode_utf8(&mut [0; 4])),
            }
        }
        width.div_ceil(self.columns).max(1)
    }
}
