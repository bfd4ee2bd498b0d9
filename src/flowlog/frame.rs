//! Cutting JSON into its records without reading them: the objects of the first array, of the array of a top object, or the
//! top objects themselves, one a line or not. So a log is read record by record, and a bad one ends with itself.

use super::LogPlace;
use super::find::either;
use std::io::{self, Read};

/// No record is longer: what is, is no log.
const LONGEST: usize = 64 << 20;

/// How much is read at once.
const CHUNK: usize = 1 << 17;

/// What follows in a stream of JSON.
pub(super) enum Frame<'b> {
    /// The bytes of an object, and the line that it begins in.
    Record(&'b [u8], u64),
    /// Something that is no record.
    Malformed(LogPlace, &'static str),
}

/// A stream of JSON, cut into records.
pub(super) struct Frames<R> {
    input: R,
    buffer: Vec<u8>,
    /// How far the buffer has been given out.
    from: usize,
    /// The line of that byte.
    line: u64,
    ended: bool,
    /// Are we inside the array of a top object, or a top array?
    inside: bool,
    /// Has the top object that we are in given records?
    within_object: bool,
}

/// How far into an object one has looked.
#[derive(Default)]
struct Look {
    at: usize,
    depth: u32,
    in_text: bool,
}

enum Found {
    /// The object ends before this byte.
    End(usize),
    /// It holds an array of objects, the first of which begins at this byte.
    Array(usize),
    /// More bytes are needed.
    More,
}

impl<R: Read> Frames<R> {
    pub(super) fn of(input: R) -> Self {
        Self {
            input,
            buffer: Vec::with_capacity(CHUNK * 2),
            from: 0,
            line: 1,
            ended: false,
            inside: false,
            within_object: false,
        }
    }

    /// Reads more behind what is there; the given-out part goes away. Is there more?
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.from);
        self.from = 0;
        let have = self.buffer.len();
        self.buffer.resize(have + CHUNK.max(have / 2), 0);
        let mut filled = have;
        while filled == have && !self.ended {
            match self.input.read(&mut self.buffer[filled..]) {
                Ok(0) => self.ended = true,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.buffer.truncate(filled);
        Ok(filled > have)
    }

    /// Gives bytes out, and counts their lines.
    fn pass(&mut self, to: usize) {
        self.line += self.buffer[self.from..to].iter().filter(|byte| **byte == b'\n').count() as u64;
        self.from = to;
    }

    /// The next record.
    pub(super) fn next(&mut self) -> io::Result<Option<Frame<'_>>> {
        loop {
            let Some(byte) = self.buffer.get(self.from).copied() else {
                if self.fill()? {
                    continue;
                }
                let open = self.inside || self.within_object;
                (self.inside, self.within_object) = (false, false);
                let place = LogPlace { line: self.line, column: None };
                return Ok(open.then_some(Frame::Malformed(place, "the log ends before its records do")));
            };
            match byte {
                b'{' => {
                    let begin = self.line;
                    return match self.object(!self.inside && !self.within_object)? {
                        Some(end) => {
                            let start = self.from;
                            self.pass(end);
                            Ok(Some(Frame::Record(&self.buffer[start..end], begin)))
                        }
                        None if self.inside => continue,
                        None => {
                            let long = self.buffer.len() - self.from > LONGEST;
                            let what =
                                if long { "no record is as long as this" } else { "the log ends within a record" };
                            self.from = self.buffer.len();
                            self.ended |= long;
                            (self.inside, self.within_object) = (false, false);
                            Ok(Some(Frame::Malformed(LogPlace { line: begin, column: None }, what)))
                        }
                    };
                }
                b'[' => self.inside = true,
                b']' => self.inside = false,
                b'}' => self.within_object = false,
                b',' | b':' => {}
                byte if byte.is_ascii_whitespace() || [0xef, 0xbb, 0xbf].contains(&byte) => {}
                // A key of the object behind its records, or a value of it.
                b'"' if self.within_object && !self.inside => {
                    let end = self.text_end()?;
                    self.pass(end);
                    continue;
                }
                _ if self.within_object && !self.inside => {}
                _ => {
                    let place = LogPlace { line: self.line, column: None };
                    self.skip_to_object()?;
                    return Ok(Some(Frame::Malformed(place, "this is no record")));
                }
            }
            self.pass(self.from + 1);
        }
    }

    /// The end of the object that begins here; none where it turns out to hold the records, and now stands at the first of
    /// them, or where the log ends before.
    fn object(&mut self, may_hold: bool) -> io::Result<Option<usize>> {
        let mut look = Look::default();
        loop {
            match look.on(&self.buffer[self.from..], may_hold) {
                Found::End(end) => return Ok(Some(self.from + end)),
                Found::Array(first) => {
                    self.pass(self.from + first);
                    (self.inside, self.within_object) = (true, true);
                    return Ok(None);
                }
                Found::More => {
                    if self.buffer.len() - self.from > LONGEST || !self.fill()? {
                        // An unfinished record inside an array is the last of the log.
                        self.inside = false;
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// The end of the text that begins here.
    fn text_end(&mut self) -> io::Result<usize> {
        let mut at = 1;
        loop {
            let bytes = &self.buffer[self.from..];
            match bytes.get(at..).and_then(|rest| either(rest, b'"', b'\\')) {
                Some(more) if bytes[at + more] == b'"' => return Ok(self.from + at + more + 1),
                Some(more) => at += more + 2,
                None => {
                    at = at.max(bytes.len());
                    if bytes.len() > LONGEST || !self.fill()? {
                        return Ok(self.buffer.len());
                    }
                }
            }
        }
    }

    /// Goes on to what may be the next record.
    fn skip_to_object(&mut self) -> io::Result<()> {
        loop {
            match either(&self.buffer[self.from..], b'{', b'{') {
                Some(more) => {
                    self.pass(self.from + more);
                    return Ok(());
                }
                None => {
                    self.pass(self.buffer.len());
                    if !self.fill()? {
                        return Ok(());
                    }
                }
            }
        }
    }
}

impl Look {
    /// Looks on in the bytes of an object, from its first one.
    fn on(&mut self, bytes: &[u8], may_hold: bool) -> Found {
        while let Some(byte) = bytes.get(self.at) {
            if self.in_text {
                match either(&bytes[self.at..], b'"', b'\\') {
                    None => {
                        self.at = bytes.len();
                        return Found::More;
                    }
                    Some(more) if bytes[self.at + more] == b'\\' => {
                        // What follows belongs to it, whatever it is.
                        if self.at + more + 1 >= bytes.len() {
                            self.at += more;
                            return Found::More;
                        }
                        self.at += more + 2;
                    }
                    Some(more) => {
                        self.at += more + 1;
                        self.in_text = false;
                    }
                }
                continue;
            }
            match byte {
                b'"' => self.in_text = true,
                b'[' if may_hold && self.depth == 1 => {
                    match bytes[self.at + 1..].iter().position(|b| !b.is_ascii_whitespace()) {
                        // Wait until what the array holds can be seen.
                        None => return Found::More,
                        Some(blank) if bytes[self.at + 1 + blank] == b'{' => return Found::Array(self.at + 1 + blank),
                        Some(_) => self.depth += 1,
                    }
                }
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Found::End(self.at + 1);
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        Found::More
    }
}
