//! `fnet replay`: logs in the shapes that Azure writes, held against a model; what is malformed, cut in any way, told as
//! text and as JSON. That the compiled rules decide as the walk does is held by `tests/effective.rs`.
//!
//! The expected outputs are made by `FNET_UPDATE=1 cargo test --test replay`; read what it changes before you keep it.
#![cfg(feature = "cli")]

mod common;

use common::{Expectations, TempFolder, files, fnet, fnet_with, root, slashed, stem};
use fnet::flowlog::{self, Forms, LogPlace, RecordedFlow, Sink, Surroundings};
use fnet::net::Protocol;
use fnet::platform::{Edition, Platform};
use fnet::{Answer, Session};
use proptest::prelude::*;
use std::io::Read;

const MODEL: &str = "tests/replay/shop.fnet";

#[test]
fn logs_are_told_as_expected() {
    let mut expected = Expectations::of("replay", "replay");
    for log in files("tests/replay", "").iter().map(|path| (slashed(path), stem(path))) {
        let (log, name) = log;
        if log.ends_with(".fnet") {
            continue;
        }
        let run = fnet(["replay", &log, MODEL]).calm();
        if !run.stderr.is_empty() {
            expected.trouble(format!("{log}: {}", run.stderr));
        }
        expected.compare(&name, &format!("{}status {}\n", run.stdout, run.code.unwrap_or(-1)));
    }
    // A change that is tried against what was recorded: the scanner is let in, mail is let out.
    let given =
        "amend nsg sql-nic { inbound { remove rule 100 } }\namend nsg web-guard { outbound { remove rule no-mail } }";
    let run = fnet(["replay", "tests/replay", MODEL, "--given", given]).calm();
    expected.compare("given", &format!("{}status {}\n", run.stdout, run.code.unwrap_or(-1)));
    expected.finish();
}

#[test]
fn the_status_tells_whether_all_agree() {
    let log = |tuple: &str| format!("1772442907412,{tuple},NX,0,0,0,0\n").into_bytes();
    fnet_with(["replay", "-", MODEL], &log("10.10.1.4,10.10.3.4,50412,443,6,O,B")).ends(0).says("as it was decided");
    fnet_with(["replay", "-", MODEL], &log("10.10.1.4,10.10.3.4,50412,443,6,O,D"))
        .ends(1)
        .says("1 of 1 record otherwise");
    // A tag without data, and an address that the model knows nothing of.
    fnet_with(["replay", "-", MODEL], &log("10.10.1.4,20.60.1.1,50412,443,6,O,B")).ends(4).says("does not state");
    fnet_with(["replay", "-", MODEL], &log("10.99.1.4,10.10.3.4,50412,443,6,O,B"))
        .ends(4)
        .says("no subnet of the model");
    fnet_with(["replay", "-", MODEL], b"").ends(4).says("no record of a flow was found");
    fnet_with(["replay", "-", MODEL], b"this is no log\n").ends(4).says("no record");
    fnet(["replay", MODEL]).ends(3).says("a flow log");
    fnet(["replay", "tests/replay/tuples.csv"]).ends(3).says("a script");
    fnet(["replay", "no-such-log.json", MODEL]).ends(3).says("no-such-log.json");
    fnet(["replay", "tests/replay/tuples.csv", MODEL, "--given", "amend nsg nobody { }"]).ends(2).says("nobody");
    fnet(["replay", "tests/replay/malformed.json", MODEL]).ends(0);
    fnet(["replay", "tests/replay/malformed.json", MODEL, "--strict"]).ends(2);
}

#[test]
fn json_has_what_the_text_has() {
    let run = fnet(["--format", "json", "replay", "tests/replay/virtual-network.json", MODEL]).ends(1);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let answer = &value["answer"];
    assert_eq!((&value["version"], &answer["kind"]), (&1.into(), &"replay".into()));
    assert_eq!((&answer["records"], &answer["now_denied"], &answer["now_allowed"]), (&16.into(), &3.into(), &1.into()));
    let difference = &answer["differences"][0];
    assert_eq!((&difference["recorded"], &difference["model"]), (&"allowed".into(), &"denied".into()));
    assert_eq!(difference["list"], "nsg sql-nic");
    assert_eq!(difference["flows"][0]["source_name"], "scan");
    assert_eq!(difference["flows"][0]["port"], 1433);
}

#[test]
fn what_a_log_says_never_reaches_the_terminal_as_it_is() {
    let log = b"{\"records\":[{\"rule\":\"\\u001b[31m\",\"flowTuples\":[\"1,\\u001b]0;x\\u0007,10.10.1.4,1,2,6,I,B\",\"1772442907412,10.10.1.9,10.10.2.4,1,1433,6,I,B,NX,0,0,0,0\"]}]}";
    let one = "{ nsg-x ";
    let run = fnet_with(["replay", "-", MODEL], log).calm();
    assert!(!run.all().contains(['\u{1b}', '\u{7}']) && !run.all().contains(one), "{:?}", run.all());
    let run = fnet_with(["--format", "plain", "replay", "-", MODEL], log).calm();
    assert!(run.all().is_ascii());
}

#[test]
fn folders_are_gone_through() {
    let folder = TempFolder::new("logs");
    let hours = folder.path().join("y=2026/m=03");
    std::fs::create_dir_all(&hours).expect("a folder");
    let tuples = std::fs::read(root().join("tests/replay/tuples.csv")).expect("a log");
    std::fs::write(hours.join("a.csv"), &tuples).expect("a file");
    std::fs::write(hours.join("b.csv"), &tuples).expect("a file");
    std::fs::write(hours.join("note.txt"), "not a log").expect("a file");
    let folder = folder.path().to_string_lossy().to_string();
    fnet(["replay", &folder, MODEL]).ends(1).says("8 records of").says("b.csv");
}

// --- reading ------------------------------------------------------------------------------------------------------

/// What a log gave: flows with the rule around them, and what could not be read.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    rule: Option<String>,
    flows: Vec<(Option<String>, RecordedFlow)>,
    wrong: Vec<(u64, String)>,
}

impl Sink for Heard {
    fn among(&mut self, surroundings: Surroundings<'_>) {
        self.rule = surroundings.rule.map(String::from);
    }
    fn flow(&mut self, flow: &RecordedFlow) {
        self.flows.push((self.rule.clone(), *flow));
    }
    fn malformed(&mut self, place: LogPlace, what: &str) {
        self.wrong.push((place.line, what.to_string()));
    }
}

/// Bytes that come in pieces of these lengths, again and again.
struct Pieces<'b>(&'b [u8], Vec<usize>, usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let wanted = self.1[self.2 % self.1.len()].max(1);
        self.2 += 1;
        let more = wanted.min(buffer.len()).min(self.0.len());
        buffer[..more].copy_from_slice(&self.0[..more]);
        self.0 = &self.0[more..];
        Ok(more)
    }
}

fn heard(bytes: &[u8], pieces: Vec<usize>) -> Heard {
    let forms = Forms::of(&Platform::of(Edition::newest()));
    let mut heard = Heard::default();
    flowlog::read(Pieces(bytes, pieces, 0), &forms, &mut heard).expect("bytes can be read");
    heard
}

/// Text for a value that looks like structure: quotes, braces, escapes.
fn tricky() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["plain", "", "a\"b", "{[", "]}", "back\\", "\\\"}", "ü😀", "line\nend", "flowTuples"])
        .prop_map(String::from)
}

#[derive(Clone, Debug)]
struct Recorded {
    rule: String,
    note: String,
    ports: Vec<u16>,
}

fn recorded() -> impl Strategy<Value = Vec<Recorded>> {
    let one = (tricky(), tricky(), prop::collection::vec(any::<u16>(), 0..4));
    prop::collection::vec(one.prop_map(|(rule, note, ports)| Recorded { rule, note, ports }), 0..6)
}

fn json(all: &[Recorded]) -> Vec<serde_json::Value> {
    let tuple = |port: &u16| format!("1772442907412,10.0.0.4,10.0.1.4,50000,{port},6,O,B,NX,1,2,3,4");
    let record = |one: &Recorded| {
        serde_json::json!({
            "category": one.note, format!("x{}", one.note): [1, {"x": null}, [true]],
            "flowRecords": { "flows": [ { "flowGroups": [ { "rule": one.rule, "flowTuples": one.ports.iter().map(tuple).collect::<Vec<_>>() } ] } ] }
        })
    };
    all.iter().map(record).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(80) })]

    /// Records are found however the bytes come and however the log is laid out: in an object, in an array, one a line.
    #[test]
    fn records_are_read_however_they_come(all in recorded(), pieces in prop::collection::vec(1usize..50, 1..5), pretty in any::<bool>()) {
        let records = json(&all);
        let text = |value: &serde_json::Value| if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) }.unwrap();
        let wrapped = serde_json::json!({ "note": "]}", "records": records, "behind": { "a": [2] } });
        let lines: String = records.iter().map(|record| text(record) + "\n").collect();
        let ports: Vec<(Option<String>, u16)> = all.iter().flat_map(|one| one.ports.iter().map(|port| (Some(one.rule.clone()), *port))).collect();
        for layout in [text(&wrapped), text(&serde_json::Value::Array(records.clone())), lines] {
            let found = heard(layout.as_bytes(), pieces.clone());
            prop_assert_eq!(&found.wrong, &[], "{}", layout);
            let flows: Vec<(Option<String>, u16)> = found.flows.iter().map(|(rule, flow)| (rule.clone(), flow.port)).collect();
            prop_assert_eq!(&flows, &ports, "{}", layout);
            prop_assert!(found.flows.iter().all(|(_, flow)| flow.protocol == Some(Protocol::Tcp) && flow.bytes == 6 && flow.outbound && flow.allowed));
        }
    }

    /// A log that is cut off anywhere, or has a byte that does not belong there, gives what is whole and never panics.
    #[test]
    fn what_is_cut_or_wrong_is_told(all in recorded(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let text = serde_json::json!({ "records": json(&all) }).to_string().into_bytes();
        let whole = heard(&text, vec![1 << 16]).flows.len();
        let mut bytes = text.clone();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let found = heard(&bytes, vec![7, 64]);
        prop_assert!(found.flows.len() <= whole);
        prop_assert!(bytes == text || !cut || at == 0 || !found.wrong.is_empty(), "{}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), start in prop::sample::select(vec!["", "{", "[", "{\"records\":[", "1,"])) {
        heard(&[start.as_bytes(), &bytes].concat(), vec![5, 31]);
    }
}

/// What is counted adds up, whatever the log holds.
#[test]
fn every_record_is_counted_once() {
    let mut net = Session::new();
    net.only_declare(true);
    net.load_file(&root().join(MODEL)).expect("the model is understood");
    for log in ["virtual-network.json", "network-security-group.json", "tuples.csv", "malformed.json"] {
        let bytes = std::fs::read(root().join("tests/replay").join(log)).expect("a log");
        let (read, answer) = net.replay(|replay| replay.read(log, &bytes[..]));
        read.expect("bytes can be read");
        let Answer::Replay(answer) = answer else { panic!("{log}") };
        let skipped: u64 = answer.not_compared.iter().map(|one| one.records).sum();
        assert_eq!(answer.records, answer.compared() + skipped, "{log}");
        for one in &answer.differences {
            assert_eq!(one.records, one.flows.iter().map(|flows| flows.records).sum::<u64>() + one.more, "{log}");
        }
    }
}
