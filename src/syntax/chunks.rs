//! Parsing the pieces of a text: a short one here and now, a long one in chunks of whole statements, on as many threads
//! as the machine has. The result is the same either way.

use super::ast::Statement;
use super::build::Building;
use super::split::Piece;
use crate::diagnostic::Diagnostic;
use crate::source::SourceId;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// The least bytes of a chunk; below two of them no thread is worth its start.
const CHUNK: usize = 64 * 1024;

/// What a thread may need for brackets nested as deep as the splitter lets them be, with room to spare.
const STACK: usize = 16 * 1024 * 1024;

type Parsed = (Vec<Statement>, Vec<Diagnostic>);

/// The statements of pieces, in order; what is wrong with the rest is added to the diagnostics.
pub(super) fn parse(
    source: SourceId,
    text: &Arc<str>,
    pieces: &[Piece],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Statement> {
    let threads = match pieces.last() {
        Some(last) if last.end >= 2 * CHUNK => thread::available_parallelism().map_or(1, usize::from),
        _ => 1,
    };
    if threads == 1 {
        let (statements, mut found) = one_after_another(source, text, pieces);
        diagnostics.append(&mut found);
        return statements;
    }
    let chunks = chunks(pieces);
    let parsed: Vec<Mutex<Parsed>> = chunks.iter().map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((chunk, slot)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            chunks.get(at).zip(parsed.get(at))
        } {
            let done = one_after_another(source, text, chunk);
            *slot.lock().expect("each slot is filled once") = done;
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(chunks.len()) {
            // Where no thread is to be had, those that are there do the work.
            let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        }
        work();
    });
    let mut statements = Vec::with_capacity(pieces.len());
    for slot in parsed {
        let (mut some, mut found) = slot.into_inner().expect("no thread is left");
        statements.append(&mut some);
        diagnostics.append(&mut found);
    }
    statements
}

fn one_after_another(source: SourceId, text: &Arc<str>, pieces: &[Piece]) -> Parsed {
    let mut building = Building::of(source, text);
    let (mut statements, mut diagnostics) = (Vec::with_capacity(pieces.len()), Vec::new());
    statements.extend(pieces.iter().filter_map(|piece| building.statement(text, *piece, &mut diagnostics)));
    (statements, diagnostics)
}

/// Cuts pieces into runs of [`CHUNK`] bytes or a little more.
fn chunks(pieces: &[Piece]) -> Vec<&[Piece]> {
    let mut chunks = Vec::new();
    let mut start = 0;
    for (at, piece) in pieces.iter().enumerate() {
        if piece.end - pieces[start].start >= CHUNK {
            chunks.push(&pieces[start..=at]);
            start = at + 1;
        }
    }
    if start < pieces.len() {
        chunks.push(&pieces[start..]);
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::split;

    #[test]
    fn many_threads_find_what_one_does() {
        let mut text = String::new();
        for at in 0..4_000 {
            text.push_str(&match at % 5 {
                0 => format!("vnet v{at} 10.0.0.0/16 {{ subnet a 10.0.0.0/24 {{ nsg n{at} }} }}\n"),
                1 => format!("nsg n{at} {{ inbound {{ 100 allow tcp *, 10.0.0.1 -> *:80,443 as \"web {at}\" }} }}\n"),
                2 => format!("route-table r{at} {{ 0.0.0.0/0 -> }} # nowhere\n"),
                3 => format!("nsg = {at}\n"),
                _ => format!("for i in 1..3 {{ assert v{at} can reach [1, nth(10.0.0.0/8, 16, ${{i}})] }}\n"),
            });
        }
        assert!(text.len() > 3 * CHUNK);
        let (source, text) = (SourceId(3), Arc::from(text));
        let pieces = split(source, &text, &mut Vec::new());
        let (statements, found) = one_after_another(source, &text, &pieces);
        let mut diagnostics = Vec::new();
        assert_eq!(parse(source, &text, &pieces, &mut diagnostics), statements);
        assert_eq!(diagnostics, found);
        assert!(!statements.is_empty() && !found.is_empty());
    }
}
