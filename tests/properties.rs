//! Laws that hold for every input: reading never panics, places lie in the text, printing is faithful.

mod common;

use common::{files, report, root, slashed};
use fnet::diagnostic::Diagnostic;
use fnet::source::{SourceId, SourceMap};
use fnet::syntax::ast::{Declaration, Statement};
use fnet::syntax::{Completeness, completeness, parse, print_declaration, split};
use proptest::prelude::*;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

// --- reading ------------------------------------------------------------------------------------------------------

/// Pieces that mean something to the language, to be put together in every order.
const PIECES: &[&str] = &[
    "nsg",
    "vnet",
    "subnet",
    "app",
    "plan",
    "for",
    "in",
    "let",
    "use",
    "edition",
    "2020",
    "2026",
    "check",
    "assert",
    "given",
    "amend",
    "remove",
    "rule",
    "can",
    "reach",
    "explain",
    "next-hop",
    "to",
    "is",
    "because",
    "what",
    "who",
    "routes",
    "security",
    "features",
    "show",
    "resolve",
    "from",
    "over",
    "udp",
    "outbound",
    "inbound",
    "allow",
    "deny",
    "tcp",
    "as",
    "a",
    "b",
    "hub",
    "hub.s",
    "10.0.0.0/16",
    "10.0.0.4",
    "10.0.0.5/16",
    "10.0.0.4-10.0.0.9",
    "::1",
    "2001:db8::/32",
    "[::1]:443",
    "*:443",
    "a:80,443",
    "*",
    "100",
    "1..3",
    "3.0.10",
    "443",
    "\"a b\"",
    "\"",
    "\\",
    "${i}",
    "${",
    "$",
    "nth(10.0.0.0/8, 16, 1)",
    "nth(",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "->",
    "<->",
    ",",
    ";",
    "=",
    "#",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\0",
    "\u{1b}",
    "\u{feff}",
    "\u{e9}",
    "\u{6771}",
    "\u{301}",
    "\u{1f600}",
    "\u{2028}",
    "Sql",
    "Internet",
    "Storage.WestEurope",
    "tier",
    "Premium",
    "integrate",
    "region",
    "westeurope",
    "on",
    "off",
    "<",
    ">",
    ":",
    "..",
    "/",
];

fn soup() -> impl Strategy<Value = String> {
    let piece = (prop::sample::select(PIECES), prop::bool::weighted(0.8));
    prop::collection::vec(piece, 0..60).prop_map(|pieces| {
        pieces.into_iter().map(|(piece, blank)| format!("{piece}{}", if blank { " " } else { "" })).collect()
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => soup(), 1 => any::<String>(), 1 => "[ -~\n]{0,200}"]
}

/// What is made of a text, or a failure when that takes long. The thread that goes on is lost with the test.
fn ends<T: Send + 'static>(text: &str, work: impl FnOnce(&str) -> T + Send + 'static) -> T {
    let (done, wait) = channel();
    let own = text.to_string();
    std::thread::spawn(move || done.send(work(&own)));
    match wait.recv_timeout(Duration::from_secs(20)) {
        Ok(made) => made,
        Err(RecvTimeoutError::Timeout) => panic!("no end with {text:?}"),
        Err(RecvTimeoutError::Disconnected) => panic!("a panic with {text:?}"),
    }
}

/// Do the places of diagnostics lie in the text, between characters?
fn places(text: &str, diagnostics: &[Diagnostic]) -> Result<(), TestCaseError> {
    for diagnostic in diagnostics {
        prop_assert!(!diagnostic.labels.is_empty(), "no place: {:?}", diagnostic);
        for label in &diagnostic.labels {
            let (start, end) = (label.span.start as usize, label.span.end as usize);
            let inside =
                start <= end && end <= text.len() && text.is_char_boundary(start) && text.is_char_boundary(end);
            prop_assert!(inside, "{}..{} of {} bytes: {:?}", start, end, text.len(), diagnostic);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_time: 60_000, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn reading_ends_and_keeps_its_places(text in text()) {
        let diagnostics = ends(&text, |text| parse(SourceId(0), text).1);
        places(&text, &diagnostics)?;
    }

    /// Statements lie in the text one behind the other, and a text that is cut without complaint is complete.
    #[test]
    fn cutting_keeps_order(text in text()) {
        let (pieces, diagnostics) = ends(&text, |text| {
            let mut diagnostics = Vec::new();
            (split(SourceId(0), text, &mut diagnostics), diagnostics)
        });
        let mut before = 0;
        for piece in &pieces {
            prop_assert!(before <= piece.start && piece.start <= piece.end && piece.end <= text.len());
            prop_assert!(text.is_char_boundary(piece.start) && text.is_char_boundary(piece.end));
            before = piece.end;
        }
        if let Completeness::Open(depth) = ends(&text, completeness) && depth > 0 {
            prop_assert!(!diagnostics.is_empty(), "open, and nobody says so: {:?}", text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// A session takes any text or says why not, and what it says can be drawn.
    #[test]
    fn a_session_survives(first in text(), second in text()) {
        let mut session = fnet::Session::with_loader(std::sync::Arc::new(Nothing));
        for text in [&first, &second] {
            let shown = match session.enter(text) {
                Ok(report) => fnet::render::diagnostics(&report.diagnostics, session.sources(), &Default::default()),
                Err(errors) => fnet::render::diagnostics(&errors.diagnostics, &errors.sources, &Default::default()),
            };
            prop_assert!(!shown.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{:?}", shown);
        }
        let _ = session.ask(&second);
    }
}

/// Reads no file.
struct Nothing;

impl fnet::load::Loader for Nothing {
    fn read(&self, _: &std::path::Path) -> Result<String, fnet::load::LoadError> {
        Err(fnet::load::LoadError::Unreadable("there are no files here".into()))
    }
}

/// The scripts of the repository as text; what is not UTF-8 is left out.
fn texts() -> Vec<(String, String)> {
    let folders = ["stdlib", "examples", "tests"];
    let all = folders.iter().flat_map(|folder| files(folder, ".fnet"));
    let read = all.filter_map(|path| Some((slashed(&path), std::fs::read_to_string(root().join(&path)).ok()?)));
    let all: Vec<(String, String)> = read.collect();
    assert!(all.len() > 100, "the scripts are read");
    all
}

/// Scripts of people, to be damaged.
fn written() -> Vec<String> {
    let mine = |name: &str| name.starts_with("examples/") || name.starts_with("tests/decisive");
    texts().into_iter().filter(|(name, _)| mine(name) && !name.contains("fn0")).map(|(_, text)| text).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    /// A script with lines lost, doubled, swapped or spoilt is answered or refused, and never breaks the program.
    #[test]
    fn damaged_scripts_are_answered_or_refused(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec((0u8..5, any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::sample::select(PIECES)), 1..5),
    ) {
        let all = written();
        let mut lines: Vec<String> = which.get(&all).lines().map(String::from).collect();
        for (how, at, other, piece) in damage {
            let (at, other) = (at.index(lines.len()), other.index(lines.len()));
            match how {
                0 if lines.len() > 1 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[other].clone()),
                2 => lines.swap(at, other),
                3 => lines[at] = format!("{} {piece}", lines[at]),
                _ => {
                    let mut words: Vec<&str> = lines[at].split(' ').collect();
                    let place = other % words.len();
                    words[place] = piece;
                    lines[at] = words.join(" ");
                }
            }
        }
        let text = lines.join("\n");
        let mut session = fnet::Session::with_loader(std::sync::Arc::new(Nothing));
        match session.load(&text) {
            Ok(report) => {
                places(&text, &report.diagnostics)?;
                for outcome in &report.outcomes {
                    let _ = fnet::render::outcome(outcome).to_text(&Default::default());
                }
            }
            Err(errors) => {
                places(&text, &errors.diagnostics)?;
                let _ = fnet::render::diagnostics(&errors.diagnostics, &errors.sources, &Default::default());
            }
        }
    }
}

// --- printing -----------------------------------------------------------------------------------------------------

/// The declarations of a statement, those inside loops included.
fn declarations(statement: Statement, all: &mut Vec<Declaration>) {
    match statement {
        Statement::Declaration(declaration) => all.push(declaration),
        Statement::For(each) => each.body.into_iter().for_each(|inner| declarations(inner, all)),
        _ => {}
    }
}

/// What is printed is read as what prints the same, and says the same words.
#[test]
fn printing_is_faithful() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (name, text) in texts() {
        let mut all = Vec::new();
        for statement in parse(SourceId(0), text.as_str()).0 {
            declarations(statement, &mut all);
        }
        for declaration in all {
            count += 1;
            let once = print_declaration(&declaration, false);
            let (mut again, diagnostics) = parse(SourceId(0), once.as_str());
            let read = (again.len() == 1 && diagnostics.is_empty()).then(|| again.remove(0));
            let Some(Statement::Declaration(read)) = read else {
                wrong.push(format!("{name}: what is printed is not one declaration:\n{once}{diagnostics:?}"));
                continue;
            };
            let twice = print_declaration(&read, false);
            if once != twice {
                wrong.push(format!("{name}: printed again it is another text:\n{once}---\n{twice}"));
            }
            let (start, end) = (declaration.span.start as usize, declaration.span.end as usize);
            if words(&text[start..end]) != words(&once) {
                wrong.push(format!("{name}: words are lost:\n{}\n---\n{once}", &text[start..end]));
            }
        }
    }
    assert!(count > 500, "declarations are read: {count}");
    report(&wrong, count);
}

/// A text without its comments, its blanks and the signs that only part lines.
fn words(text: &str) -> String {
    let mut out = String::new();
    let (mut string, mut comment, mut escaped) = (false, false, false);
    for c in text.chars() {
        match c {
            '\n' => comment = false,
            _ if comment => {}
            '"' if !escaped => {
                string = !string;
                out.push(c);
            }
            '#' if !string => comment = true,
            c if string => out.push(c),
            ';' => {}
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
        escaped = string && c == '\\' && !escaped;
    }
    out
}

/// A span of a statement of a text is found again by line and column.
#[test]
fn lines_and_columns_agree_with_the_text() {
    let mut sources = SourceMap::default();
    for (name, text) in texts() {
        let id = sources.add(name.as_str(), text.as_str());
        for statement in parse(id, text.as_str()).0 {
            let Statement::Declaration(declaration) = statement else { continue };
            let (line, column) = sources.position(declaration.kind.span()).expect("a place");
            let written: String = text.lines().nth(line - 1).expect("a line").chars().skip(column - 1).collect();
            assert!(written.starts_with(&*declaration.kind.text), "{name}:{line}:{column}");
        }
    }
}
