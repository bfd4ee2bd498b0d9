//! Reading Azure's flow logs as a stream: bytes become recorded flows, one at a time, in constant memory.
//!
//! The forms of the logs stand in the stdlib. What is malformed is told with its place, and what stands behind it is read
//! all the same. What the model makes of a flow is not known here.

mod csv;
mod find;
mod frame;
mod json;
mod tuple;

pub use tuple::{Forms, RecordedFlow, ResourceKind};

use std::io::{self, BufRead, Read};

/// What was going on where a log's tuples stand: the values of the keys around them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings<'r> {
    /// The id of the resource that the log is of.
    pub target: Option<&'r str>,
    /// What decided the flows, a group or admin rules.
    pub group: Option<&'r str>,
    /// The rule that decided them.
    pub rule: Option<&'r str>,
}

/// A place in a log, from 1; columns in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPlace {
    /// The line.
    pub line: u64,
    /// The column; none where the whole line is meant.
    pub column: Option<u64>,
}

/// Who takes what a log holds.
pub trait Sink {
    /// Tuples follow that stand among these.
    fn among(&mut self, surroundings: Surroundings<'_>);
    /// A flow was recorded.
    fn flow(&mut self, flow: &RecordedFlow);
    /// Something could not be read; what it is, in words.
    fn malformed(&mut self, place: LogPlace, what: &str);
}

/// Reads a log: JSON with records in the shape of one of the forms, or lines of tuples. Which of them it is shows in its
/// first byte.
///
/// # Errors
///
/// When the bytes cannot be read.
pub fn read(input: impl Read, forms: &Forms, sink: &mut dyn Sink) -> io::Result<()> {
    let mut input = io::BufReader::with_capacity(1 << 17, input);
    let first = loop {
        let bytes = input.fill_buf()?;
        // Some editors begin a text with a mark of its encoding.
        let blank = bytes.iter().take_while(|b| b.is_ascii_whitespace() || [0xef, 0xbb, 0xbf].contains(*b)).count();
        match bytes.get(blank) {
            Some(first) => break Some(*first),
            None if bytes.is_empty() => break None,
            None => input.consume(blank),
        }
    };
    match first {
        None => Ok(()),
        Some(b'{' | b'[') => json::read(input, forms, sink),
        Some(_) => csv::read(input, forms, sink),
    }
}
