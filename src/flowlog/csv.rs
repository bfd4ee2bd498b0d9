//! Lines of tuples, with a line of headings before them or not.

use super::tuple::Forms;
use super::{LogPlace, Sink, Surroundings};
use std::io::{self, BufRead, Read};

/// No line is longer: what is, is no tuple.
const LONGEST: u64 = 1 << 16;

/// Reads lines of tuples.
pub(super) fn read(mut input: impl BufRead, forms: &Forms, sink: &mut dyn Sink) -> io::Result<()> {
    sink.among(Surroundings::default());
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        if input.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        number += 1;
        let place = LogPlace { line: number, column: None };
        if line.len() as u64 == LONGEST && line.last() != Some(&b'\n') {
            skip_line(&mut input)?;
            sink.malformed(place, "no tuple is as long as this");
            continue;
        }
        let text = line.trim_ascii();
        // A tuple may stand in quotes, since it has commas.
        let text = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
        let heading = number == 1 && !text.first().is_some_and(u8::is_ascii_digit);
        if text.is_empty() || text[0] == b'#' || heading {
            continue;
        }
        match forms.read(text) {
            Ok(flow) => sink.flow(&flow),
            Err(what) => sink.malformed(place, &what),
        }
    }
}

/// Passes over the rest of a line.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let bytes = input.fill_buf()?;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (length, done) = (end.map_or(bytes.len(), |end| end + 1), end.is_some() || bytes.is_empty());
        input.consume(length);
        if done {
            return Ok(());
        }
    }
}
