//! Expected lines and printed ones: do they fit, and what should be expected instead? `...` alone stands for any lines,
//! `[..]` for any text within one.

/// Any lines, none as well.
const ANY_LINES: &str = "...";

/// Any text within a line.
const ANY_TEXT: &str = "[..]";

/// Is every line that was printed expected, and every expected one printed?
pub(super) fn fits(expected: &[&str], printed: &[&str]) -> bool {
    aligned(expected, printed).iter().all(|pair| matches!(pair, Pair::Same(..) | Pair::Any(..)))
}

/// The lines to expect: those that still fit as they were written, and what was printed in the place of the others.
pub(super) fn renewed<'l>(expected: &[&'l str], printed: &[&'l str]) -> Vec<&'l str> {
    let line = |pair| match pair {
        Pair::Same(at, _) | Pair::Any(at) => Some(expected[at]),
        Pair::Other(_, at) | Pair::More(at) => Some(printed[at]),
        Pair::Gone(_) => None,
    };
    aligned(expected, printed).into_iter().filter_map(line).collect()
}

/// The first expected line that does not fit, or the number of them where there is more than is expected.
pub(super) fn first_difference(expected: &[&str], printed: &[&str]) -> usize {
    let mut passed = 0;
    for pair in aligned(expected, printed) {
        match pair {
            Pair::Same(at, _) | Pair::Any(at) => passed = at + 1,
            Pair::Other(at, _) | Pair::Gone(at) => return at,
            Pair::More(_) => return passed,
        }
    }
    passed
}

/// What an expected line and a printed one are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pair {
    /// The line fits.
    Same(usize, usize),
    /// `...`, and as many lines as it covers.
    Any(usize),
    /// Another line in its place.
    Other(usize, usize),
    /// An expected line that was not printed.
    Gone(usize),
    /// A printed line that was not expected.
    More(usize),
}

/// The pairing with the least difference. A line in another's place is less of one than a line too many and one too few.
fn aligned(expected: &[&str], printed: &[&str]) -> Vec<Pair> {
    let (rows, columns) = (expected.len() + 1, printed.len() + 1);
    // The least difference between what is left of both, from the end.
    let mut least = vec![vec![0u32; columns]; rows];
    let step = |least: &[Vec<u32>], row: usize, column: usize| -> (u32, Pair, (usize, usize)) {
        let mut best = (u32::MAX, Pair::Gone(row), (row, column));
        let mut consider = |cost: u32, pair: Pair, to: (usize, usize)| {
            let cost = cost + least[to.0][to.1];
            if cost < best.0 {
                best = (cost, pair, to);
            }
        };
        let (more_expected, more_printed) = (row + 1 < rows, column + 1 < columns);
        if more_expected && expected[row].trim() == ANY_LINES {
            // It covers nothing more, or one line more and then goes on covering.
            consider(0, Pair::Any(row), (row + 1, column));
            if more_printed {
                consider(0, Pair::Any(row), (row, column + 1));
            }
            return best;
        }
        if more_expected && more_printed {
            match line_fits(expected[row], printed[column]) {
                true => consider(0, Pair::Same(row, column), (row + 1, column + 1)),
                false => consider(3, Pair::Other(row, column), (row + 1, column + 1)),
            }
        }
        if more_expected {
            consider(4, Pair::Gone(row), (row + 1, column));
        }
        if more_printed {
            consider(2, Pair::More(column), (row, column + 1));
        }
        best
    };
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            if (row, column) != (rows - 1, columns - 1) {
                least[row][column] = step(&least, row, column).0;
            }
        }
    }
    let (mut row, mut column, mut pairs) = (0, 0, Vec::new());
    while (row, column) != (rows - 1, columns - 1) {
        let (_, pair, to) = step(&least, row, column);
        if pairs.last() != Some(&pair) {
            pairs.push(pair);
        }
        (row, column) = to;
    }
    pairs
}

/// Does a line fit the one that is expected?
fn line_fits(expected: &str, printed: &str) -> bool {
    let (expected, printed) = (expected.trim_end(), printed.trim_end());
    let mut parts = expected.split(ANY_TEXT);
    let Some(mut rest) = parts.next().and_then(|first| printed.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<&str> {
        text.split('|').filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn wildcards_fit() {
        for (expected, printed) in [
            ("", ""),
            ("a|b", "a|b"),
            ("...", ""),
            ("...", "a|b"),
            ("a|...|d", "a|b|c|d"),
            ("...|d", "a|d|d"),
            ("a [..] c", "a b c"),
            ("[..]", "anything"),
            ("a[..]b[..]c", "abbc"),
        ] {
            assert!(fits(&lines(expected), &lines(printed)), "{expected} and {printed}");
        }
        for (expected, printed) in
            [("a", ""), ("", "a"), ("a|...|d", "a|b|c"), ("a[..]a", "a"), ("a [..]c", "a b"), ("...|d", "d|e")]
        {
            assert!(!fits(&lines(expected), &lines(printed)), "{expected} and {printed}");
        }
    }

    #[test]
    fn what_still_fits_is_kept() {
        let renewed = |expected, printed| renewed(&lines(expected), &lines(printed)).join("|");
        assert_eq!(renewed("a[..]|old|...|z", "ab|new|1|2|z"), "a[..]|new|...|z");
        assert_eq!(renewed("aX|...|bX", "a|1|2|3|b"), "a|...|b");
        assert_eq!(renewed("a|b|c", "a|c"), "a|c");
        assert_eq!(renewed("a|c", "a|b|c"), "a|b|c");
        assert_eq!(renewed("", "a|b"), "a|b");
        assert_eq!(renewed("a|b", ""), "");
    }
}
