//! The prompt, driven through a pipe.
#![cfg(feature = "repl")]

mod common;

use common::{Run, TempFolder, fnet_with};

fn prompt(lines: &str) -> Run {
    fnet_with(["--edition", "2026"], lines.as_bytes()).calm().ends(0)
}

#[test]
fn entries_go_on_while_something_is_open() {
    let run = prompt(
        "vnet hub 10.0.0.0/16 {\n  subnet s 10.0.0.0/24\n}\nhost vm1 in hub.s 10.0.0.10 {\n  listen tcp 443\n}\nhost vm2 in hub.s 10.0.0.11\ncan vm2 reach vm1:443\n",
    );
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    assert!(run.stdout.contains("yes"), "{}", run.stdout);
}

#[test]
fn an_entry_that_fails_leaves_no_mark() {
    let run = prompt("nsg a; vnett b\nshow\n");
    assert!(run.stderr.contains("FN0106"), "{}", run.stderr);
    assert!(!run.stdout.contains("nsg a"), "{}", run.stdout);
    let run = prompt("nsg a\nremove nsg a; vnett b\nshow\n");
    assert!(run.stdout.contains("nsg a"), "{}", run.stdout);
    let run = prompt("edition 2020; vnett b\nplan p { tier FlexConsumption }\nshow\n");
    assert!(run.stdout.contains("plan p"), "the edition is what it was: {}", run.all());
    let run = prompt("let ten = 10.0.0.0/24; vnett b\nnsg a { outbound { 100 allow tcp * -> ten } }\n");
    assert!(run.stderr.contains("FN0113"), "{}", run.stderr);
}

#[test]
fn a_new_declaration_replaces_the_old_one() {
    let run = prompt(
        "nsg a { outbound { 100 allow tcp * -> *:80 } }\nnsg a { outbound { 100 allow tcp * -> *:443 } }\nshow a\n",
    );
    assert!(run.stderr.is_empty() && run.stdout.contains("replaced nsg a"), "{}", run.all());
    assert!(run.stdout.contains(":443") && !run.stdout.contains(":80"), "{}", run.stdout);
}

#[test]
fn what_a_declaration_needs_cannot_be_removed_from_under_it() {
    let run = prompt("vnet hub 10.0.0.0/16 { subnet s 10.0.0.0/24 { nsg guard } }\nnsg guard\n");
    // The first entry names what nobody has declared yet; the second is all right.
    assert!(run.stderr.contains("FN0113"), "{}", run.stderr);
    let run = prompt(
        "nsg guard\nvnet hub 10.0.0.0/16 { subnet s 10.0.0.0/24 { nsg guard } }\nremove nsg guard\nshow guard\n",
    );
    assert!(run.stderr.contains("FN0113") && run.stdout.contains("nsg guard"), "{}", run.all());
}

#[test]
fn commands() {
    let run = prompt(":help\n");
    for word in ["Declare", "can app1 reach", ":load", ":reset", ":quit"] {
        assert!(run.stdout.contains(word), "no `{word}` in {}", run.stdout);
    }
    let run = prompt(":help load\n:help can\n:help nsg.first-match\n");
    assert!(run.stdout.contains(":load FILE") && run.stdout.contains("first matching"), "{}", run.stdout);
    let run = prompt("nsg a\n:reset\nshow\n");
    assert!(!run.stdout.contains("nsg a"), "{}", run.stdout);
    let run = prompt(":quit\nnsg a\nshow\n");
    assert!(!run.stdout.contains("nsg a"), "nothing is read after `:quit`");
    let run = prompt(":laod x\n");
    assert!(run.stderr.contains("no command `:laod`") && run.stderr.contains("load"), "{}", run.stderr);
    prompt(":\n: \n::\n:help nothing-at-all\n:load\n:quit now\n");
}

#[test]
fn files_are_loaded() {
    let run = prompt(":load examples/orders.fnet\ncan app1 reach vm1:443\n");
    assert!(run.stdout.contains("loaded examples/orders.fnet") && run.stdout.contains("yes"), "{}", run.all());
    let run = prompt(":load examples/peering.fnet\n");
    assert!(run.stderr.contains("FN0118"), "the other edition is in force: {}", run.all());
    let run = prompt(":load no-such-file.fnet\nnsg a\nshow\n");
    assert!(run.stderr.contains("FN0001") && run.stdout.contains("nsg a"), "{}", run.all());
    let folder = TempFolder::new("prompt");
    let path = folder.file("network.fnet", "nsg from-file\n");
    let run = fnet_with([path.as_os_str()], b"show\n").calm().ends(0);
    assert!(run.stdout.contains("nsg from-file"), "{}", run.all());
}

#[test]
fn the_end_of_input_is_the_end() {
    prompt("");
    prompt("\n\n\n");
    prompt("nsg a");
    let run = prompt("vnet hub 10.0.0.0/16 {\n");
    assert!(run.stdout.is_empty());
    prompt("\u{1b}[A\u{1b}[B\t\u{4}\u{3}\n");
    fnet_with([] as [&str; 0], b"nsg \xff\xfe\nnsg a\n").calm();
}

/// `:help` and docs/prompt.md tell of every command what the table says, and `:help` fits on a screen.
#[test]
fn help_and_the_documentation_are_the_table() {
    let page = std::fs::read_to_string(common::root().join("docs/prompt.md")).expect("the page");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `:")).collect();
    let wanted: Vec<String> = fnet::conversation::commands()
        .iter()
        .map(|command| format!("| `{}` | {} |", command.shape.replace('|', "\\|"), command.about))
        .collect();
    assert_eq!(rows, wanted);
    let help = prompt(":help\n").stdout;
    for command in fnet::conversation::commands() {
        assert!(help.contains(command.shape) && help.contains(command.about), "{}", command.shape);
        assert!(command.shape.starts_with(&format!(":{}", command.word)), "{}", command.shape);
    }
    assert!(help.lines().count() < 24 && help.lines().all(|line| line.chars().count() <= 80), "{help}");
}

#[test]
fn what_was_changed_is_undone_and_done_again() {
    let run = prompt("nsg a\nnsg b\nshow\n:undo\n:undo\n:undo\n:redo\nshow\n");
    assert!(run.stderr.contains("there is nothing to undo"), "{}", run.all());
    let last = run.stdout.rsplit("done again").next().unwrap_or_default();
    assert!(last.contains("nsg a") && !last.contains("nsg b"), "{}", run.all());
    // What is undone cannot be done again behind a change, but behind a question.
    let run = prompt("nsg a\n:undo\nshow\n:redo\n:undo\nnsg b\n:redo\n:reset\nshow\n:undo\nshow\n");
    assert!(run.stdout.contains("done again: nsg a"), "{}", run.all());
    assert!(run.stderr.contains("there is nothing to do again"), "{}", run.all());
    assert!(run.stdout.ends_with("undone: :reset\nnsg b\n"), "{}", run.all());
}

#[test]
fn an_error_can_be_undone_by_doing_nothing() {
    let run = prompt("nsg a\nvnett b\n:undo\nshow\n");
    assert!(run.stdout.ends_with("undone: nsg a\n"), "{}", run.all());
}

#[test]
fn a_pasted_text_with_commands_goes_on_up_to_an_error() {
    let run = prompt("vnet v 10.0.0.0/16 {\n subnet s 10.0.0.0/24 }; nsg a\n");
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    let mut talk = fnet::conversation::Conversation::new(fnet::Session::new());
    let style = fnet::render::Style::default();
    let said = talk.entry("nsg a\nshow\n:undo\nshow\nnsg b\nvnett c\n:undo\nshow\n");
    assert_eq!(said.out(&style), "nsg a\nundone: nsg a show\n");
    assert!(said.err(&style).contains("FN0106") && said.err(&style).ends_with("left out, behind the error: 2 lines\n"));
    assert!(!said.taken && talk.is_empty());
}

#[test]
fn what_is_told_of_an_answer() {
    let net = "vnet hub 10.0.0.0/16 { subnet s 10.0.0.0/24 }\nhost vm1 in hub.s 10.0.0.10 { listen tcp 443 }\nhost vm2 in hub.s 10.0.0.11\n";
    let run = prompt(&format!("{net}can vm2 reach vm1:443\n"));
    assert!(run.stdout.starts_with("yes\n  vm2 → nsg · → route ✓"), "{}", run.stdout);
    let run = prompt(&format!("{net}:depth verdict\ncan vm2 reach vm1:443\nlint\nshow vm2\n"));
    assert!(run.stdout.contains("`verdict`\nyes\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("nsg.none"), "{}", run.stdout);
    let run = prompt(&format!("{net}:depth path\ncan vm2 reach vm1:443\n"));
    assert!(run.stdout.ends_with("vm1  host 10.0.0.10 in hub.s\n"), "{}", run.stdout);
    let run = prompt(&format!("{net}:format json\ncan vm2 reach vm1:443\nvnett x\n"));
    assert!(run.stdout.contains("\"verdict\": \"yes\"") && run.stdout.contains("FN0106"), "{}", run.stdout);
    let run = prompt(&format!("{net}:format plain\ncan vm2 reach vm1:443\n"));
    assert!(run.stdout.is_ascii() && run.stdout.contains("-> route +"), "{}", run.stdout);
    let run =
        prompt(":time\nshow\n:time off\nshow\n:depth deep\n:format jason\n:edition 2021\n:undo it\n:edition 2020\n");
    assert_eq!(run.stdout.lines().filter(|line| line.ends_with(" ms")).count(), 2, "{}", run.stdout);
    assert!(run.stderr.contains("`:depth` does not know `deep`") && run.stderr.contains("did you mean `json`"));
    assert!(run.stderr.contains("FN0118") && run.stderr.contains("`:undo` takes nothing"), "{}", run.stderr);
    assert!(run.stdout.ends_with("edition 2020; there is also 2026\n"), "{}", run.stdout);
}

#[test]
fn files_are_loaded_again_with_what_was_entered_since() {
    let folder = TempFolder::new("prompt-again");
    let net = "edition 2026\nvnet hub 10.0.0.0/16 { subnet s 10.0.0.0/24 { nsg guard } }\nhost vm1 in hub.s 10.0.0.10 { listen tcp 22 }\n";
    let guard = "nsg guard { inbound { 100 allow tcp * -> *:22 } }\n";
    folder.file("net.fnet", format!("{net}use \"guard.fnet\"\nassert 10.0.0.9 can reach vm1:22\n"));
    folder.file("guard.fnet", guard);
    let mut talk = fnet::conversation::Conversation::new(fnet::Session::new());
    let style = fnet::render::Style::default();
    assert!(talk.entry(":reload").err(&style).contains("nothing is loaded"));
    assert!(talk.entry(":changes").err(&style).contains("nothing was loaded"));
    let path = folder.path().join("net.fnet");
    let said = talk.entry(&format!(":load \"{}\"", path.display())).out(&style);
    assert!(said.contains("3 declarations, 1 assertion holds"), "{said}");
    talk.entry("host vm2 in hub.s 10.0.0.11");
    assert!(talk.entry(":changes").out(&style).starts_with("different"));

    folder.file("guard.fnet", guard.replace("allow", "deny"));
    let said = talk.entry(":reload");
    let (out, err) = (said.out(&style), said.err(&style));
    assert!(out.contains("changed: nsg guard") && out.contains("1 of 1 asked again, 1 with another answer"), "{out}");
    assert!(err.contains("FN0120"), "{err}");
    assert!(talk.entry("show vm2").out(&style).contains("vm2"), "what was entered is still there");
    let said = talk.entry(":changes").out(&style);
    assert!(said.contains("closes: 10.0.0.9") || said.contains("closes: "), "{said}");

    folder.file("guard.fnet", "nsg guard {");
    let said = talk.entry(":reload");
    assert!(said.err(&style).contains("FN0102") && said.err(&style).ends_with("what was loaded before still stands\n"));
    assert!(talk.entry("show vm2").out(&style).contains("vm2"));

    // An entry that does not fit any more is told and left out.
    folder.file("guard.fnet", guard);
    folder.file("net.fnet", "edition 2026\nuse \"guard.fnet\"\n");
    let said = talk.entry(":reload");
    assert!(said.err(&style).contains("left out, as it does not fit any more: host vm2"), "{}", said.err(&style));
    assert!(said.out(&style).contains("gone: vnet hub"), "{}", said.out(&style));
}

#[test]
fn what_worked_is_saved_as_a_script_that_runs() {
    let folder = TempFolder::new("prompt-save");
    folder.file("base.fnet", "edition 2026\nvnet hub 10.0.0.0/16 { subnet s 10.0.0.0/24 { nsg guard } }\nnsg guard\n");
    let (base, saved) = (folder.path().join("base.fnet"), folder.path().join("saved.fnet"));
    let run = prompt(&format!(
        ":load \"{}\"\n\
         host vm1 in hub.s 10.0.0.10 {{ listen tcp 22 }}   # the first\n\
         host vm2 in hub.s 10.0.0.11\n\
         can vm2 reach vm1:22\n\
         can vm2 reach vm9:22\n\
         nsg other {{ inbound {{ 100 deny * * -> * }} }}\n\
         nsg other {{ inbound {{ 110 deny * * -> * }} }}\n\
         host gone in hub.s 10.0.0.12\n\
         can gone reach vm1:22\n\
         remove host gone\n\
         let office = 203.0.113.0/24; region westeurope\n\
         amend nsg guard {{\n  inbound {{ 100 deny tcp office -> *:22 }}\n}}\n\
         assert vm2 can reach vm1:22\n\
         :save \"{}\"\n:save \"{}\"\n:save \"{}\"\n",
        base.display(),
        saved.display(),
        saved.display(),
        base.display(),
    ));
    let text = std::fs::read_to_string(&saved).expect("a script");
    assert!(run.stderr.contains("there is a file") && run.stdout.matches("saved ").count() == 2, "{}", run.all());
    assert!(text.contains("use \"base.fnet\"") && text.contains("can vm2 reach vm1:22"), "{text}");
    assert!(!text.contains("vm9") && !text.contains("100 deny * * -> *"), "{text}");
    assert!(text.contains("# can gone reach vm1:22") && !text.contains("\nhost gone"), "{text}");
    assert!(text.contains("# the first"), "{text}");
    let run = common::fnet(["check".as_ref(), saved.as_os_str()]).calm().ends(0);
    assert!(run.stdout.contains("1 assertion holds"), "{}", run.all());
}

/// Every entry of the tour is run, and the own network comes back.
#[test]
fn the_tour() {
    let run = prompt(&format!("nsg mine\n:tour\n{}show\n", "\n".repeat(10)));
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    for (at, verdict) in [
        (2, "no, dropped: report is not integrated"),
        (3, "\nyes\n"),
        (4, "rule 110 (no-sql)"),
        (5, "amend nsg egress"),
        (6, "\nyes\n"),
        (7, "no, refused: shop refuses its public side"),
        (8, "\nyes\n"),
        (9, "no, refused"),
        (10, "✓ assert report cannot reach shop:1433"),
    ] {
        let part = run.stdout.split(&format!("{at} of 10")).nth(1).unwrap_or_default();
        let part = part.split(&format!("{} of 10", at + 1)).next().unwrap_or_default();
        assert!(part.contains(verdict), "{at}: no `{verdict}` in {part}");
    }
    assert!(run.stdout.ends_with("the tour is over, and what you had declared is back\nnsg mine\n"), "{}", run.stdout);
}

/// A long talk: undoing and doing, nothing lost and nothing doubled.
#[test]
fn a_long_talk() {
    let mut lines = String::new();
    for i in 0..50 {
        lines.push_str(&format!("nsg n{i}\nvnett broken\nnsg n{i}\n"));
    }
    lines.push_str("show\n");
    let run = prompt(&lines);
    let shown = run.stdout.lines().filter(|line| line.starts_with("nsg n")).count();
    assert_eq!(shown, 50, "{}", common::cut(&run.stdout));
}
