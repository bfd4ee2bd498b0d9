//! Networks as pictures: what is drawn, the way of a flow, and that no picture is broken by what stands in it.

mod common;

use common::{Expectations, TempFolder, files, fnet, root, slashed};
use fnet::Session;
use fnet::query::Answer;
use fnet::query::answer::{Graph, MarkWord, VerdictWord};
use fnet::render::{Sheet, dot, mermaid, svg};
use fnet::session::Outcome;
use std::collections::HashSet;

/// A picture of each kind of network, and of each kind of end that a flow may come to.
const PICTURES: &[(&str, &str, Option<&str>)] = &[
    ("orders", "examples/orders.fnet", None),
    ("blocked-by-a-group", "examples/orders.fnet", Some("can app1 reach orders-db:1433")),
    ("through-the-firewall-to-a-site", "examples/orders.fnet", Some("can app1 reach erp:8443")),
    ("refused-by-the-service", "examples/orders.fnet", Some("can app2 reach orders-db:1433")),
    ("to-an-address-of-the-internet", "examples/orders.fnet", Some("can app1 reach 203.0.113.80:443")),
    (
        "in-a-changed-copy",
        "examples/orders.fnet",
        Some("given { amend nsg egress { outbound { remove rule block-sql } } } can app1 reach orders-db:1433"),
    ),
    ("hybrid-connection", "examples/hybrid-connection.fnet", None),
    ("peering", "examples/peering.fnet", None),
];

#[test]
fn pictures_are_what_is_expected() {
    let mut expected = Expectations::of("graph", "graph");
    for (name, script, question) in PICTURES {
        let mut arguments = vec!["graph", script];
        arguments.extend(question.iter().flat_map(|question| ["--question", question]));
        expected.compare(name, &fnet(arguments).ends(0).stdout);
    }
    expected.finish();
}

fn drawn(script: &str, question: &str) -> Graph {
    let mut net = Session::new();
    net.only_declare(true);
    net.load_file(&root().join(script)).unwrap_or_else(|errors| panic!("{errors}"));
    net.graph(Some(question)).unwrap_or_else(|errors| panic!("{errors}"))
}

/// From where to where the flow is drawn, and whether it is open there.
fn way(graph: &Graph) -> Vec<(&str, &str, MarkWord)> {
    let marked = graph.lines.iter().filter_map(|line| Some((line, line.mark?)));
    let mut way: Vec<(&str, &str, MarkWord)> = marked
        .map(|(line, mark)| match line.backwards {
            true => (line.to.as_str(), line.from.as_str(), mark),
            false => (line.from.as_str(), line.to.as_str(), mark),
        })
        .collect();
    way.sort_unstable_by_key(|(from, to, _)| (from.to_string(), to.to_string()));
    way
}

#[test]
fn the_way_is_that_of_the_trace() {
    let graph = drawn("examples/orders.fnet", "can app1 reach erp:8443");
    let pass = MarkWord::Pass;
    assert_eq!(
        way(&graph),
        [
            ("app app1", "subnet hub.functions", pass),
            ("appliance fw", "gateway hq-vpn", pass),
            ("gateway hq-vpn", "on-premises hq", pass),
            ("subnet hub.functions", "appliance fw", pass),
        ]
    );
}

#[test]
fn behind_a_block_the_way_goes_on_as_blocked() {
    let graph = drawn("examples/orders.fnet", "can app1 reach orders-db:1433");
    assert_eq!(
        way(&graph),
        [
            ("app app1", "subnet hub.functions", MarkWord::Pass),
            ("private-endpoint orders-pe", "service orders-db", MarkWord::Block),
            ("subnet hub.functions", "private-endpoint orders-pe", MarkWord::Block),
        ]
    );
    let blocked: Vec<&str> =
        graph.boxes.iter().filter(|held| held.mark == Some(MarkWord::Block)).map(|held| held.id.as_str()).collect();
    assert_eq!(blocked, ["nsg egress at subnet hub.functions"]);
}

/// Every script that declares something, with the questions of `can … reach …` in it.
fn estates() -> Vec<(String, Session, Vec<String>)> {
    let mut all = Vec::new();
    for path in files("examples", ".fnet").into_iter().chain(files("tests/decisive", ".fnet")) {
        let mut net = Session::new();
        let Ok(report) = net.load_file(&root().join(&path)) else { continue };
        let questions = report.outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Answer { question, answer } if matches!(**answer, Answer::Reach(_)) => Some(question.clone()),
            _ => None,
        });
        let questions: Vec<String> = questions.filter(|question| question.starts_with("can ")).collect();
        all.push((slashed(&path), net, questions));
    }
    assert!(all.len() > 60, "scripts are found");
    all
}

#[test]
fn every_picture_holds_together_and_tells_the_answer() {
    let mut asked = 0;
    for (name, mut net, questions) in estates() {
        let plain = net.graph(None).unwrap_or_else(|errors| panic!("{name}: {errors}"));
        holds_together(&name, &plain);
        for question in questions {
            asked += 1;
            let told = format!("{name}: {question}");
            let answer = net.ask(&question).unwrap_or_else(|errors| panic!("{told}: {errors}"));
            let graph = net.graph(Some(&question)).unwrap_or_else(|errors| panic!("{told}: {errors}"));
            holds_together(&told, &graph);
            let drawn = graph.asked.as_ref().expect("it was asked");
            assert_eq!(Some(drawn.verdict), answer.verdict(), "{told}");
            let lines = graph.lines.iter().filter(|line| line.mark.is_some());
            let marks: Vec<MarkWord> = lines.filter_map(|line| line.mark).collect();
            let boxes: Vec<MarkWord> = graph.boxes.iter().filter_map(|held| held.mark).collect();
            let blocks = marks.iter().chain(&boxes).any(|mark| *mark == MarkWord::Block);
            match drawn.verdict {
                VerdictWord::Yes => assert!(!blocks, "{told} is yes and something is red"),
                VerdictWord::No => assert!(blocks, "{told} is no and nothing is red"),
                _ => {}
            }
        }
    }
    assert!(asked > 40, "questions are asked");
}

#[track_caller]
fn holds_together(name: &str, graph: &Graph) {
    let ids: HashSet<&str> = graph.boxes.iter().map(|held| held.id.as_str()).collect();
    assert_eq!(ids.len(), graph.boxes.len(), "{name}: two boxes have one name");
    for (at, held) in graph.boxes.iter().enumerate() {
        let known = |id: &String| graph.boxes[..at].iter().any(|before| before.id == *id);
        assert!(held.within.as_ref().is_none_or(known), "{name}: {} stands in nothing that is drawn before", held.id);
    }
    for line in &graph.lines {
        assert!(ids.contains(&*line.from) && ids.contains(&*line.to), "{name}: a line without an end: {line:?}");
    }
    let picture = svg(graph, Sheet::Alone);
    assert!(picture == svg(graph, Sheet::Alone), "{name}: twice is not the same");
    let frames = frames(&picture);
    assert_eq!(frames.len(), graph.boxes.len(), "{name}: each box is drawn");
    let (wide, high) = size(&picture);
    for (at, (x, y, w, h)) in frames.iter().enumerate() {
        assert!(*x >= 0.0 && *y >= 0.0 && x + w <= wide && y + h <= high, "{name}: {} is cut", graph.boxes[at].id);
        for (other, (ox, oy, ow, oh)) in frames.iter().enumerate().skip(at + 1) {
            let apart = x + w <= *ox || ox + ow <= *x || y + h <= *oy || oy + oh <= *y;
            let inside = *ox >= *x && *oy >= *y && ox + ow <= x + w + 0.2 && oy + oh <= y + h + 0.2;
            assert!(apart || inside, "{name}: {} and {} overlap", graph.boxes[at].id, graph.boxes[other].id);
            let holder =
                std::iter::successors(graph.boxes[other].within.as_deref(), |id| graph.of(id)?.within.as_deref());
            let held = holder.into_iter().any(|id| id == graph.boxes[at].id);
            assert_eq!(inside && !apart, held, "{name}: {} in {}", graph.boxes[other].id, graph.boxes[at].id);
        }
    }
    // Text is drawn inside its picture, by a narrow estimate of its width.
    for text in picture.lines().filter(|line| line.starts_with("<text") && !line.contains("\"place\"")) {
        let x = number(text, " x=\"");
        let words = text.split_once('>').map(|(_, words)| words.trim_end_matches("</text>")).unwrap_or("");
        assert!(x + words.chars().count() as f64 * 4.5 <= wide, "{name}: cut: {text}");
    }
    balanced(name, &picture);
}

fn number(text: &str, before: &str) -> f64 {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest[..rest.find('"').expect("it is quoted")].parse().expect("a number")
}

fn size(picture: &str) -> (f64, f64) {
    (number(picture, " width=\""), number(picture, " height=\""))
}

/// The borders of the boxes, in the order of the graph.
fn frames(picture: &str) -> Vec<(f64, f64, f64, f64)> {
    let rects = picture.lines().filter(|line| line.starts_with("<rect class=\"frame\""));
    let side = |rect: &str| {
        (number(rect, " x=\""), number(rect, " y=\""), number(rect, " width=\""), number(rect, " height=\""))
    };
    rects.map(side).collect()
}

/// Every element is closed by its own end, and no text is taken for one.
fn balanced(name: &str, picture: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = picture;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').unwrap_or_else(|| panic!("{name}: a tag has no end"));
        let tag = &rest[start + 1..end];
        let word = |tag: &'_ str| tag.split([' ', '\n']).next().map(str::len).unwrap_or(0);
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{name}: a wrong end");
        } else if !tag.ends_with('/') {
            open.push(&tag[..word(tag)]);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{name}: left open: {open:?}");
}

#[test]
fn what_users_write_does_no_harm_to_pictures() {
    let evil = r#"edition 2026
vnet "<b>&\"]end" 10.0.0.0/16 { subnet "s#;`|{}" 10.0.1.0/24 }
host "</text><script>alert(1)</script>" in "s#;`|{}" 10.0.1.4
host "\u{1b}[31mred\u{202e}" in "s#;`|{}" 10.0.1.5
"#;
    let mut net = Session::new();
    net.load(evil).unwrap_or_else(|errors| panic!("{errors}"));
    let graph = net.graph(None).unwrap_or_else(|errors| panic!("{errors}"));
    holds_together("evil", &graph);
    let all = [svg(&graph, Sheet::Alone), mermaid(&graph), dot(&graph)];
    for text in &all {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "control characters get through");
    }
    assert!(!all[0].contains("<script") && !all[0].contains("<b>"));
    assert!(!all[1].contains("<script") && !all[1].contains("]end"));
}

#[test]
fn the_name_of_the_file_says_what_it_is() {
    let folder = TempFolder::new("graph");
    for (name, begins) in [("a.svg", "<svg"), ("a.dot", "digraph"), ("a.json", "{"), ("a.mmd", "---")] {
        let path = folder.path().join(name);
        fnet(["graph", "examples/orders.fnet", "-o", &path.to_string_lossy()]).ends(0);
        let text = std::fs::read_to_string(&path).expect("it is written");
        assert!(text.starts_with(begins), "{name}: {}", common::cut(&text));
    }
    let text = fnet(["graph", "examples/orders.fnet", "--format", "json"]).ends(0).stdout;
    let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(told["graph"]["boxes"][0]["id"], "vnet hub");
}

#[test]
fn what_cannot_be_drawn_is_told() {
    fnet(["graph", "examples/orders.fnet", "-Q", "resolve orders-db"]).ends(2).says("of no other question");
    fnet(["graph", "examples/orders.fnet", "-Q", "can app9 reach vm1:443"]).ends(2).says("FN01");
    fnet(["graph", "examples/orders.fnet", "--format", "csv"]).ends(3).says("`fnet ask`");
    fnet(["run", "examples/orders.fnet", "--format", "svg"]).ends(3).says("`fnet graph`");
    fnet(["graph", "no-such.fnet"]).ends(3);
}
