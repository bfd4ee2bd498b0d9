//! The formatter: it loses nothing, changes no meaning, and has nothing left to do after the first time.

mod common;
#[path = "common/program.rs"]
mod program;

use common::{files, report, root, slashed};
use fnet::source::SourceId;
use fnet::syntax::parse;
use program::Program;
use proptest::prelude::*;

/// What is wrong with how a text is formatted, if anything is. Of a text that does not parse: nothing, if it is refused.
fn faults(name: &str, text: &str) -> Vec<String> {
    let (tree, diagnostics) = parse(SourceId(0), text);
    let once = match fnet::format(text) {
        Err(errors) if diagnostics.is_empty() => return vec![format!("{name}: refused: {:?}", errors.diagnostics)],
        Err(_) => return Vec::new(),
        Ok(_) if !diagnostics.is_empty() => return vec![format!("{name}: formatted, though it does not parse")],
        Ok(once) => once,
    };
    let mut faults = Vec::new();
    let mut differ = |what: &str, a: &str, b: &str| {
        if a != b {
            let diff = similar::TextDiff::from_lines(a, b);
            faults.push(format!("{name}: {what}\n{}", diff.unified_diff().context_radius(2)));
        }
    };
    let again = fnet::format(&once).unwrap_or_else(|errors| format!("does not parse: {:?}", errors.diagnostics));
    differ("formatted again it is another text", &once, &again);
    let (read, _) = parse(SourceId(0), once.as_str());
    differ("it means something else", &meaning(&format!("{tree:?}")), &meaning(&format!("{read:?}")));
    differ("words are not the same", &words(text), &words(&once));
    differ("comments are not the same", &comments(text), &comments(&once));
    let once = once.replace("\r\n", "\n");
    differ("blanks at the end of a line", &once, &without_blanks(&once));
    if once.contains("\n\n\n") || once.starts_with('\n') || once.ends_with("\n\n") {
        faults.push(format!("{name}: too many blank lines"));
    }
    faults
}

/// A tree as text, without its places, and ports without blanks between them.
fn meaning(tree: &str) -> String {
    let mut places = tree.split("Span {");
    let first = places.next().unwrap_or_default().to_string();
    // No place has a brace in it.
    let rest = places.map(|piece| piece.split_once('}').map_or(piece, |(_, behind)| behind));
    words(&rest.fold(first, |all, piece| all + piece))
}

/// A text cut where strings and comments begin and end: each piece with the sign it begins with, if it is one of them.
fn cut(text: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let end = match rest.as_bytes()[0] {
            b'#' => rest.find('\n').unwrap_or(rest.len()),
            b'"' => {
                let mut escaped = false;
                let mut closes = |c: char| {
                    let closes = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    closes
                };
                rest[1..].find(&mut closes).map_or(rest.len(), |n| n + 2)
            }
            _ => rest.find(['#', '"']).unwrap_or(rest.len()),
        };
        let (piece, others) = rest.split_at(end);
        pieces.push(piece);
        rest = others;
    }
    pieces
}

/// What counts: no comments, no blanks, no `;`, no comma behind the last value of a list.
fn words(text: &str) -> String {
    let mut out = String::new();
    for piece in cut(text).into_iter().filter(|piece| !piece.starts_with('#')) {
        if piece.starts_with('"') {
            out.push_str(piece);
        } else {
            out.extend(piece.chars().filter(|c| !c.is_whitespace() && *c != ';'));
        }
    }
    out.replace(",]", "]").replace([',', '{', '}'], "\n")
}

/// The comments, a line each.
fn comments(text: &str) -> String {
    let comments = cut(text).into_iter().filter(|piece| piece.starts_with('#'));
    comments.map(|comment| format!("{}\n", comment.trim_end())).collect()
}

fn without_blanks(text: &str) -> String {
    text.split_inclusive('\n').map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The blocks of a page that are scripts.
fn blocks(page: &str) -> Vec<String> {
    let (mut blocks, mut open) = (Vec::new(), None::<String>);
    for line in page.lines() {
        match &mut open {
            None if line.starts_with("```fnet") => open = Some(String::new()),
            None => {}
            Some(_) if line.starts_with("```") => blocks.extend(open.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    blocks
}

/// Every script of the repository, with a name.
fn scripts() -> Vec<(String, String)> {
    let read = |path: &std::path::PathBuf| std::fs::read(root().join(path)).expect("a file");
    let mut all = Vec::new();
    for folder in ["examples", "tests", "stdlib", "docs", "benches"] {
        for path in files(folder, ".fnet") {
            // One example is no text at all.
            all.extend(String::from_utf8(read(&path)).ok().map(|text| (slashed(&path), text)));
        }
        for path in files(folder, ".md") {
            let page = String::from_utf8(read(&path)).expect("a page is text");
            all.extend(blocks(&page).into_iter().map(|block| (slashed(&path), block)));
        }
    }
    all
}

#[test]
fn every_script_of_the_repository_keeps_its_words_and_its_meaning() {
    let all = scripts();
    assert!(all.len() > 400, "scripts are found: {}", all.len());
    let wrong: Vec<String> = all.iter().flat_map(|(name, text)| faults(name, text)).collect();
    report(&wrong, all.len());
}

/// Programs that the grammar allows, and some that it nearly does: what does not parse is refused, and nothing else is.
#[test]
fn programs_put_together_at_random_keep_their_words_and_their_meaning() {
    let usual = ProptestConfig::default();
    // `PROPTEST_CASES` asks for more of them.
    let cases = usual.cases.max(800);
    let config = ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 20_000, ..usual };
    let understood = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let result = runner.run(&proptest::collection::vec(any::<u8>(), 0..400), |bytes| {
        let text = Program::of(&bytes);
        understood.set(understood.get() + usize::from(fnet::format(&text).is_ok()));
        let faults = faults("generated", &text);
        prop_assert!(faults.is_empty(), "{}\n--- the program\n{text}\n--- as bytes\n{text:?}", faults.join("\n"));
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let understood = understood.get() as u32;
    assert!(understood > cases / 2, "programs that are understood: {understood} of {cases}");
}
