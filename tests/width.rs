//! Answers in narrow windows: no line is wider than the window, nothing is lost, and what is there to paste can be pasted.

mod common;

use common::{report, root};
use fnet::Session;
use fnet::render::{Style, answer_within};

/// Questions of every form, about `examples/orders.fnet`.
const QUESTIONS: &[&str] = &[
    "can app1 reach 10.2.0.4:1433",
    "can app1 reach erp:8443",
    "explain can app1 reach 10.2.0.4:1433",
    "explain nsg.first-match",
    "resolve orders-db.database.windows.net from app1",
    "tcpping app1 erp:8443",
    "nameresolver app1 orders-db",
    "troubleshoot app1 -> 10.2.0.4:1433",
    "fix app1 -> 10.2.0.4:1433",
    "what can app1 reach",
    "who can reach vm1:443",
    "can app1 start",
    "routes app1",
    "security app1",
    "next-hop app1 to 10.2.0.4",
    "features",
    "features Premium",
    "matrix",
    "lint",
];

fn orders() -> Session {
    let mut session = Session::new();
    session.load_file(&root().join("examples/orders.fnet")).expect("it loads");
    session
}

/// A line without its colours.
fn seen(line: &str) -> String {
    let mut pieces = line.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_string();
    pieces.fold(first, |all, piece| all + piece.split_once('m').map_or(piece, |(_, rest)| rest))
}

/// The letters and digits of a text.
fn letters(text: &str) -> Vec<char> {
    let mut all: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    all.sort_unstable();
    all
}

#[test]
fn no_line_is_wider_than_the_window() {
    let mut session = orders();
    let mut wrong = Vec::new();
    for question in QUESTIONS {
        let answer = session.ask(question).expect("it answers");
        for width in [40, 60, 80, 200] {
            let style = Style { width, wrapped: true, color: true, ..Style::default() };
            let text = answer_within(&answer, width).to_text(&style);
            // What is there to paste is left to the terminal, which keeps it whole.
            let pasted = |line: &str| line.contains("\u{1b}[34m");
            let wide = text.lines().filter(|line| seen(line).chars().count() > width && !pasted(line));
            wrong.extend(wide.map(|line| format!("{question}, {width} columns: {line}")));
        }
    }
    report(&wrong, QUESTIONS.len() * 4);
}

#[test]
fn a_line_that_goes_on_below_loses_nothing() {
    let mut session = orders();
    for question in QUESTIONS {
        let whole = answer_within(&session.ask(question).expect("it answers"), 110);
        let wide = whole.to_text(&Style::default());
        let narrow = whole.to_text(&Style { width: 40, wrapped: true, ..Style::default() });
        assert_eq!(letters(&wide), letters(&narrow), "{question}\n{narrow}");
    }
}

#[test]
fn what_is_there_to_paste_is_read_as_it_was() {
    let mut session = orders();
    let answer = session.ask("can app1 reach 10.2.0.4:1433").expect("it answers");
    let text = answer_within(&answer, 40).to_text(&Style { width: 40, wrapped: true, ..Style::default() });
    let pasted = text.split("to allow it: ").nth(1).expect("a remedy");
    session.enter(pasted).expect("it is understood");
    assert!(session.ask("can app1 reach 10.2.0.4:1433").expect("it answers").is_yes(), "{pasted}");
}
