//! The program from outside: exit statuses, where output goes, formats, colours.
#![cfg(feature = "cli")]

mod common;

use common::{TempFolder, fnet, fnet_with, program, run};
use serde_json::Value;

/// A network with an answer of every kind: `vm1` is open, `vm2` says nothing of its ports.
const NETWORK: &str = "edition 2026
vnet net 10.1.0.0/16 { subnet s 10.1.0.0/24 { nsg guard } }
nsg guard { outbound { 100 deny tcp * -> *:25 as no-mail } }
host vm1 in net.s 10.1.0.10 { listen tcp 443; listen tcp 25 }
host vm2 in net.s 10.1.0.11
service vault { type key-vault; public-ip 203.0.113.7 }
service closed { type key-vault; public-access off; public-ip 203.0.113.8 }
plan p1 { tier Consumption }
app app1 on p1
";

fn script(more: &str) -> Vec<u8> {
    format!("{NETWORK}{more}\n").into_bytes()
}

#[test]
fn zero_when_all_is_well() {
    fnet_with(["run", "-"], &script("can app1 reach vault:443")).ends(0).says("yes");
    fnet_with(["check", "-"], &script("assert app1 can reach vault:443")).ends(0).says("1 assertion holds, 0 fail");
    fnet_with(["ask", "can app1 reach vault:443", "-"], &script("")).ends(0).says("yes");
    fnet_with(["ask", "lint", "-"], &script("")).ends(0).says("nothing is wrong");
    fnet(["explain", "nsg.first-match"]).ends(0).says("nsg.first-match");
    fnet(["--help"]).ends(0).says("Usage");
    fnet(["--version"]).ends(0).says(env!("CARGO_PKG_VERSION"));
}

#[test]
fn one_when_an_assertion_fails_or_the_answer_is_no() {
    fnet_with(["run", "-"], &script("assert app1 can reach closed:443")).ends(1).says("FN0120");
    fnet_with(["check", "-"], &script("assert app1 can reach closed:443")).ends(1).says("FN0120");
    fnet_with(["ask", "can app1 reach closed:443", "-"], &script("")).ends(1).says("no");
    fnet_with(["ask", "lint", "-"], &script("vnet far 10.1.0.0/30 { subnet s 10.1.0.0/30 }")).ends(1).says("1 error");
}

#[test]
fn two_when_the_source_has_errors() {
    fnet_with(["run", "-"], b"vnett hub 10.0.0.0/16\n").ends(2).says("FN0106");
    fnet_with(["check", "-"], b"vnet hub 10.0.0.0/33\n").ends(2).says("FN0110");
    fnet_with(["ask", "can app1 reach", "-"], &script("")).ends(2).says("FN0101");
    fnet_with(["ask", "can nobody reach vault:443", "-"], &script("")).ends(2).says("FN0113");
    // What Azure would refuse is an error of the source as well.
    fnet_with(["check", "-"], b"nsg a { outbound { 10 allow tcp * -> *:443 } }\n").ends(2).says("FN0302");
}

#[test]
fn three_on_wrong_usage_and_unreadable_files() {
    fnet(["frobnicate", "--what"]).ends(3);
    fnet(["run"]).ends(3);
    fnet(["run", "--format", "yaml", "x.fnet"]).ends(3).says("yaml");
    fnet(["--edition", "1999", "run", "-"]).ends(3).says("2026");
    fnet(["run", "no-such-file.fnet"]).ends(3).says("FN0001");
    fnet(["check", "src"]).ends(3).says("directory");
    fnet(["explain", "no.such-rule"]).ends(3);
    fnet(["no-such-file.fnet"]).ends(3).says("FN0001");
}

#[test]
fn four_when_the_answer_is_open() {
    let question = "can app1 reach 8.8.8.8:443";
    let partly = format!(
        "{NETWORK}service half {{ type sql; public-ip 203.0.113.9; firewall {{ allow 203.0.113.21; default deny }} }}
amend app app1 {{ outbound-ip 203.0.113.21, 203.0.113.22 }}\n"
    );
    fnet_with(["ask", "can app1 reach half:1433", "-"], partly.as_bytes()).ends(4).says("partly");
    let unknown = format!(
        "{NETWORK}nsg tags {{ outbound {{ 100 deny tcp * -> AzureMonitor }} }}\namend subnet net.s {{ nsg tags }}\n"
    );
    fnet_with(["ask", "can vm1 reach 8.8.8.8:443", "-"], unknown.as_bytes()).ends(4).says("unknown");
    let run = fnet_with(["ask", question, "-"], &script(""));
    assert!(run.code.is_some_and(|code| code <= 4));
}

#[test]
fn answers_and_diagnostics_go_apart() {
    let run = fnet_with(["run", "-"], &script("can app1 reach vault:443")).ends(0);
    assert!(run.stdout.contains("yes") && run.stderr.is_empty(), "{}", run.stderr);
    let run = fnet_with(["run", "-"], b"vnett a\n").ends(2);
    assert!(run.stdout.is_empty() && run.stderr.contains("FN0106"), "{}", run.stdout);
    let warned = "edition 2026\nvnet net 10.1.0.0/16 { subnet s 10.1.1.0/26 }\nplan p1 { tier PremiumV2 }\napp a on p1 { integrate net.s }\nroutes a\n";
    let run = fnet_with(["run", "-"], warned.as_bytes()).ends(0);
    assert!(run.stderr.contains("warning[FN0241]") && !run.stdout.contains("FN0241"));
    let run = fnet_with(["run", "--quiet", "-"], warned.as_bytes()).ends(0);
    assert!(run.stderr.is_empty() && !run.stdout.is_empty());
}

#[test]
fn several_files_make_one_model() {
    let folder = TempFolder::new("several");
    let network = folder.file("network.fnet", NETWORK);
    let question = folder.file("question.fnet", "can app1 reach vault:443\n");
    let run = fnet([std::ffi::OsStr::new("run"), network.as_os_str(), question.as_os_str()]).ends(0);
    assert!(run.stdout.contains("yes"));
}

#[test]
fn json_is_data_of_version_one() {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{error} in\n{text}"));
    let run = fnet_with(["--format", "json", "ask", "can app1 reach vault:443", "-"], &script("")).ends(0);
    let value = read(&run.stdout);
    assert_eq!(
        (&value["version"], &value["answer"]["kind"], &value["answer"]["verdict"]),
        (&1.into(), &"reach".into(), &"yes".into())
    );
    assert!(run.stderr.is_empty());
    for (question, kind) in [
        ("routes vm1", "routes"),
        ("security vm1", "security"),
        ("next-hop vm1 to 8.8.8.8", "next-hop"),
        ("resolve vault.vault.azure.net from app1", "resolve"),
        ("features", "features"),
        ("show", "show"),
        ("explain nsg.first-match", "explain"),
    ] {
        let run = fnet_with(["ask", question, "-", "--format", "json"], &script("")).calm();
        assert_eq!(read(&run.stdout)["answer"]["kind"], kind, "{question}");
    }
    let run =
        fnet_with(["--format", "json", "run", "-"], &script("check \"a\" {\n  assert app1 can reach closed:443\n}"))
            .ends(1);
    let value = read(&run.stdout);
    assert_eq!((&value["version"], &value["passed"], &value["failed"]), (&1.into(), &0.into(), &1.into()));
    assert_eq!(value["outcomes"][0]["diagnostic"]["code"], "FN0120");
    let run = fnet_with(["--format", "json", "run", "-"], b"vnett a\n").ends(2);
    let value = read(&run.stdout);
    assert_eq!((&value["version"], &value["diagnostics"][0]["code"]), (&1.into(), &"FN0106".into()));
    assert_eq!(value["diagnostics"][0]["labels"][0]["place"]["line"], 1);
    let run = fnet(["--format", "json", "explain", "FN0204"]).ends(0);
    assert_eq!(read(&run.stdout)["version"], 1);
    let run = fnet(["--format", "json", "run", "no-such-file.fnet"]).ends(3);
    assert_eq!(read(&run.stdout)["diagnostics"][0]["code"], "FN0001");
}

#[test]
fn plain_is_ascii() {
    let question = "explain can app1 reach closed:443";
    for arguments in
        [vec!["--format", "plain", "ask", question, "-"], vec!["--format", "plain", "ask", "routes vm1", "-"]]
    {
        let run = fnet_with(&arguments, &script("")).calm();
        assert!(!run.stdout.is_empty() && run.all().is_ascii(), "{}", run.all());
    }
    let run = fnet_with(["--format", "plain", "run", "-"], b"vnet hub 10.0.0.0/33 {\n  nothing\n}\nvnett b\n").ends(2);
    assert!(run.all().is_ascii(), "{}", run.all());
    let run = fnet(["--format", "plain", "explain", "nsg"]).calm();
    assert!(run.all().is_ascii(), "{}", run.all());
    let run = fnet(["--format", "plain", "run", "examples/orders.fnet"]).calm();
    assert!(run.all().is_ascii());
}

#[test]
fn colours_only_where_they_are_wanted() {
    let ask = ["ask", "can app1 reach closed:443", "-"];
    let has = |run: &common::Run| run.all().contains('\u{1b}');
    assert!(!has(&fnet_with(ask, &script(""))));
    assert!(!has(&run(program().env_remove("NO_COLOR").args(ask), &script(""))), "a pipe is no terminal");
    assert!(has(&fnet_with(["--color", "always", "ask", "can app1 reach closed:443", "-"], &script(""))));
    assert!(has(&fnet_with(["--color", "always", "run", "-"], b"vnett a\n")), "diagnostics have colours as well");
    assert!(!has(&fnet_with(["--color", "never", "run", "-"], b"vnett a\n")));
    assert!(has(&run(program().env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").args(ask), &script(""))));
    assert!(!has(&run(program().env("CLICOLOR_FORCE", "1").args(ask), &script(""))), "NO_COLOR wins");
    assert!(!has(&fnet_with(
        ["--color", "always", "--format", "json", "ask", "can app1 reach closed:443", "-"],
        &script("")
    )));
}

#[test]
fn the_edition_can_be_chosen() {
    let text = b"plan p1 { tier FlexConsumption }\n";
    fnet_with(["check", "-"], text).ends(2).says("FN0117");
    fnet_with(["--edition", "2026", "check", "-"], text).ends(0);
    fnet_with(["--edition", "2026", "check", "-"], b"edition 2020\nnsg a\n").ends(2).says("FN0118");
}

/// What a script can hold of control characters never reaches the terminal as such.
#[test]
fn escapes_in_a_script_stay_inside() {
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[31m\u{9b}31m\u{8}";
    let scripts = [
        format!("nsg \"{evil}\"\nshow\n"),
        format!("nsg a # {evil}\nvnett b\n"),
        format!("nsg {evil}\n"),
        format!("check \"{evil}\" {{ assert a can reach b:1 }}\n"),
        format!(
            "service \"{evil}\" {{ type sql }}\nplan p {{ tier Consumption }}\napp a on p\ncan a reach \"{evil}\":1433\n"
        ),
        "nsg \"\\u{1b}[31m\"\nshow\nvnett x\n".to_string(),
        format!("use \"{evil}\"\n"),
        format!("explain {evil}\n"),
        format!("for i in \"{evil}\" {{ nsg \"${{i}}\" }}\nshow\n"),
    ];
    for text in &scripts {
        for command in ["run", "check"] {
            let run = fnet_with([command, "-"], text.as_bytes()).calm();
            let raw = |c: char| {
                (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            };
            assert!(!run.all().contains(raw), "{command} of {text:?} printed {:?}", run.all());
            let run = fnet_with(["--format", "json", command, "-"], text.as_bytes()).calm();
            assert!(!run.stdout.contains(|c: char| c.is_ascii_control() && c != '\n'), "json {:?}", run.stdout);
        }
    }
}

/// Nor do the signs that turn the direction of writing, which make a line read as what it is not.
#[test]
fn turned_writing_stays_inside() {
    for text in ["nsg \"a\u{202e}b\u{2066}\"\nshow\n", "vnett \"a\u{202e}b\"\n", "nsg a # \u{202e}\nvnett b\n"] {
        let run = fnet_with(["run", "-"], text.as_bytes()).calm();
        let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!run.all().contains(turns), "{:?}", run.all());
    }
}

/// The errors of all files are reported together, and a file that cannot be read makes no name unknown.
#[test]
fn all_files_are_reported_together() {
    let (twice, tier) = ("examples/errors/fn0114-declared-twice.fnet", "examples/errors/fn0109-wrong-value.fnet");
    let run = fnet(["check", twice, tier, "missing.fnet"]).ends(2);
    let at: Vec<Option<usize>> = [twice, tier, "missing.fnet"].iter().map(|file| run.stderr.find(file)).collect();
    assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{at:?} in\n{}", run.stderr);
    let run = fnet_with(["check", "missing.fnet", "-"], b"app x on p1 {}\n").ends(3);
    assert!(run.stderr.contains("missing.fnet") && !run.stderr.contains("p1"), "{}", run.stderr);
    // A file that another one uses may be named too.
    fnet(["check", "examples/orders.fnet", "examples/orders.fnet"]).ends(0);
}

/// The numbers in the frame are those of the file, of a place far down and of two places far apart.
#[test]
fn frames_number_their_lines() {
    let text = format!("nsg a\n{}nsg a\nvnett b\n", "# nothing\n".repeat(40));
    let run = fnet_with(["check", "-"], text.as_bytes()).ends(2);
    for line in ["\n  1 \u{2502} nsg a", "\n 42 \u{2502} nsg a", ":42:1", "\n 43 \u{2502} vnett b", ":43:1"] {
        assert!(run.stderr.contains(line), "no {line:?} in\n{}", run.stderr);
    }
}
