//! `fnet fmt`, `fnet new`, `fnet completions` and `fnet man`, run as a user runs them.

mod common;

use common::{TempFolder, files, fnet, fnet_with, root, slashed};
use std::ffi::OsStr;
use std::path::Path;

const UNTIDY: &str = "nsg a{\n    inbound{100 allow tcp *->*:443}   # web\n}\n\n\n\nasg  b\n";
const TIDY: &str = "nsg a {\n  inbound { 100 allow tcp * -> *:443 }  # web\n}\n\nasg b\n";
const BROKEN: &str = "nsg  a {\n";

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file")
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[test]
fn scripts_are_laid_out_in_place_and_folders_gone_through() {
    let folder = TempFolder::new("fmt-in-place");
    let first = folder.file("first.fnet", UNTIDY);
    std::fs::create_dir(folder.path().join("inner")).expect("a folder");
    let second = folder.file("inner/second.fnet", UNTIDY);
    let other = folder.file("notes.txt", UNTIDY);
    let run = fnet([OsStr::new("fmt"), folder.path().as_os_str()]).ends(0);
    assert_eq!(run.all(), "");
    assert_eq!((read(&first), read(&second)), (TIDY.into(), TIDY.into()));
    assert_eq!(read(&other), UNTIDY);
    // A file that is named is a script whatever it is called.
    fnet([OsStr::new("fmt"), other.as_os_str()]).ends(0);
    assert_eq!(read(&other), TIDY);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 3, "nothing else is left behind: {left:?}");
}

#[test]
fn what_is_not_understood_is_left_alone_and_the_rest_is_not() {
    let folder = TempFolder::new("fmt-broken");
    let broken = folder.file("broken.fnet", BROKEN);
    let untidy = folder.file("untidy.fnet", UNTIDY);
    let run = fnet([OsStr::new("fmt"), broken.as_os_str(), untidy.as_os_str()]).ends(2);
    assert!(run.says("FN0102").stdout.is_empty());
    assert_eq!((read(&broken), read(&untidy)), (BROKEN.into(), TIDY.into()));
    let bytes = folder.file("bytes.fnet", [b'a', 0xff]);
    fnet([OsStr::new("fmt"), bytes.as_os_str()]).ends(2).says("is not UTF-8 text");
    fnet(["fmt", "no-such.fnet"]).ends(3).says("there is no such file");
    fnet([OsStr::new("fmt")]).ends(3);
    std::fs::create_dir(folder.path().join("empty")).expect("a folder");
    fnet([OsStr::new("fmt"), folder.path().join("empty").as_os_str()]).ends(3).says("holds no script");
}

#[test]
fn checking_names_what_would_change_and_writes_nothing() {
    let folder = TempFolder::new("fmt-check");
    let untidy = folder.file("untidy.fnet", UNTIDY);
    let tidy = folder.file("tidy.fnet", TIDY);
    let run = fnet(["fmt", "--check", &shown(folder.path())]).ends(1);
    assert_eq!(run.stdout, format!("{}\n", untidy.display()));
    assert_eq!(read(&untidy), UNTIDY);
    fnet(["fmt", "--check", &shown(&tidy)]).ends(0);
    fnet_with(["fmt", "--check", "-"], UNTIDY.as_bytes()).ends(1).says("standard input");
    fnet(["fmt", "--check", "--diff", &shown(&tidy)]).ends(3);
}

#[test]
fn the_difference_is_shown_and_nothing_written() {
    let folder = TempFolder::new("fmt-diff");
    let untidy = folder.file("untidy.fnet", UNTIDY);
    let run = fnet(["fmt", "--diff", &shown(&untidy)]).ends(1);
    let expected = format!(
        "--- {0}\n+++ {0} (formatted)\n@@ -1,7 +1,5 @@\n-nsg a{{\n-    inbound{{100 allow tcp *->*:443}}   # web\n+nsg a {{\n\
         +  inbound {{ 100 allow tcp * -> *:443 }}  # web\n }}\n-\n \n-\n-asg  b\n+asg b\n",
        untidy.display()
    );
    assert_eq!(run.stdout, expected);
    assert_eq!(read(&untidy), UNTIDY);
    let colours = fnet(["fmt", "--diff", "--color", "always", &shown(&untidy)]).ends(1);
    assert!(colours.stdout.contains("\u{1b}[32m+asg b"), "{}", colours.stdout);
}

#[test]
fn a_difference_never_sends_control_characters() {
    let run = fnet_with(["fmt", "--diff", "-"], "asg  a # \u{1b}[31mred\n".as_bytes()).ends(1);
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    // What is written is the text as it was.
    let run = fnet_with(["fmt", "-"], "asg  a # \u{1b}[31mred\n".as_bytes()).ends(0);
    assert_eq!(run.stdout, "asg a  # \u{1b}[31mred\n");
}

#[test]
fn standard_input_goes_to_standard_output() {
    assert_eq!(fnet_with(["fmt", "-"], UNTIDY.as_bytes()).ends(0).stdout, TIDY);
    assert!(fnet_with(["fmt", "-"], BROKEN.as_bytes()).ends(2).says("FN0102").stdout.is_empty());
}

/// The scripts that must not parse, or are about how a text is written, are left out.
#[test]
fn the_scripts_of_the_repository_are_in_the_one_style() {
    let mut all: Vec<String> =
        files("examples", ".fnet").iter().chain(&files("stdlib", ".fnet")).map(|p| slashed(p)).collect();
    all.retain(|path| !path.starts_with("examples/errors/"));
    assert!(all.len() > 60, "scripts are found: {}", all.len());
    let run = fnet(["fmt", "--check"].into_iter().chain(all.iter().map(String::as_str)));
    assert_eq!(run.ends(0).all(), "", "`fnet fmt` mends it");
}

#[test]
fn a_first_script_runs_and_answers_and_writes_over_nothing() {
    let folder = TempFolder::new("new");
    let path = folder.path().join("first");
    fnet([OsStr::new("new"), path.as_os_str()]).ends(0).says("fnet run");
    let script = folder.path().join("first.fnet");
    let text = read(&script);
    assert!(text.contains("\nedition 2026\n"), "{text}");
    let run = fnet([OsStr::new("run"), script.as_os_str()]).ends(0);
    assert!(run.stderr.is_empty() && run.stdout.contains("yes\n"), "{}{}", run.stdout, run.stderr);
    let changed = folder.file("first.fnet", "asg mine\n");
    fnet([OsStr::new("new"), path.as_os_str()]).ends(3).says("is there already");
    assert_eq!(read(&changed), "asg mine\n");
    fnet([OsStr::new("new"), folder.path().join("no/such").as_os_str()]).ends(3).says("no such folder");
}

/// The subcommands and options, from the help that a user reads.
fn arguments() -> Vec<(String, Vec<String>)> {
    let options = |help: &str| {
        let words = help.split([' ', ',', '[', '<', '\n']).filter(|word| word.starts_with("--") && word.len() > 2);
        words.map(|word| word.trim_end_matches([';', '.', '`', ')']).to_string()).collect::<Vec<_>>()
    };
    let help = fnet(["--help"]).ends(0).stdout;
    let commands = help.split("Commands:\n").nth(1).expect("commands").split("\n\n").next().expect("a list");
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> = names.filter_map(|line| line.split_whitespace().next()).map(String::from).collect();
    let mut all = vec![(String::new(), options(&help))];
    for name in names.into_iter().filter(|name| name != "help") {
        all.push((name.clone(), options(&fnet([name.as_str(), "--help"]).ends(0).stdout)));
    }
    all
}

#[test]
fn shells_and_the_manual_know_every_subcommand_and_option() {
    let all = arguments();
    let count: usize = all.iter().map(|(_, options)| options.len()).sum();
    assert!(all.len() >= 11 && count > 30, "{all:?}");
    let manual = fnet(["man"]).ends(0).stdout.replace("\\-", "-");
    assert!(manual.contains(".TH fnet 1"), "{manual}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = fnet(["completions", shell]).ends(0).stdout;
        for (name, options) in &all {
            assert!(script.contains(name.as_str()), "{shell} does not know `{name}`");
            for option in options {
                // fish has its options without the dashes.
                let known =
                    script.contains(option) || script.contains(&format!("-l {}", option.trim_start_matches('-')));
                assert!(known, "{shell} does not know `{option}` of `{name}`");
            }
        }
    }
    for (name, options) in &all {
        assert!(name.is_empty() || manual.contains(&format!(".SS fnet {name}\n")), "the manual does not know `{name}`");
        options
            .iter()
            .for_each(|option| assert!(manual.contains(option), "the manual does not know `{option}` of `{name}`"));
    }
    fnet(["completions", "tcsh"]).ends(3);
}

/// What the shell itself makes of the script, where there is one to ask.
#[test]
fn bash_completes_subcommands_and_options() {
    let script = fnet(["completions", "bash"]).ends(0).stdout;
    let ask = |words: &str, count: usize| {
        let line = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={count}; _fnet fnet \"${{COMP_WORDS[$COMP_CWORD]}}\" x; echo \"${{COMPREPLY[@]}}\""
        );
        std::process::Command::new("bash").args(["-c", &line]).current_dir(root()).output().ok()
    };
    let Some(told) = ask("fnet fm", 1) else { return };
    assert_eq!(String::from_utf8_lossy(&told.stdout).trim(), "fmt", "{}", String::from_utf8_lossy(&told.stderr));
    let told = ask("fnet fmt --", 2).expect("bash is there");
    let told = String::from_utf8_lossy(&told.stdout);
    assert!(["--check", "--diff", "--edition"].iter().all(|option| told.contains(option)), "{told}");
}
