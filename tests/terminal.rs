//! The prompt at a terminal: the program in a pseudo-terminal, key by key, and what stands on the screen.
#![cfg(all(unix, feature = "repl"))]

mod common;

use common::{PATIENCE, TempFolder};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a size")
}

/// The program in a terminal.
struct Terminal {
    screen: Arc<Mutex<vt100::Parser>>,
    /// Everything that was written, raw.
    raw: Arc<Mutex<Vec<u8>>>,
    keys: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// How many prompts have begun to wait, as far as a test has waited for them.
    prompts: usize,
}

/// What the program writes when it begins to wait for keys: keys before that are not its own.
const WAITS: &[u8] = b"\x1b[?2004h";

const TAB: &str = "\t";
const ENTER: &str = "\r";
const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";
const UP: &str = "\u{1b}[A";
const RIGHT: &str = "\u{1b}[C";

impl Terminal {
    /// The program with these arguments, in a window of so many columns and rows, and with these variables besides.
    fn of(arguments: &[&str], (columns, rows): (u16, u16), variables: &[(&str, &str)]) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_fnet"));
        command.args(arguments);
        command.cwd(common::root());
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "LANG", "LC_CTYPE", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        for (name, value) in [("TERM", "xterm-256color"), ("LC_ALL", "C.UTF-8"), ("FNET_HISTORY", "")] {
            command.env(name, value);
        }
        variables.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(rows), cells(columns), 1000)));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let mut from = pair.master.try_clone_reader().expect("its output");
        let (shown, kept) = (screen.clone(), raw.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                kept.lock().expect("the output").extend_from_slice(&bytes[..count]);
                shown.lock().expect("the screen").process(&bytes[..count]);
            }
        });
        let keys = pair.master.take_writer().expect("its input");
        Self { screen, raw, keys, master: pair.master, child, prompts: 0 }
    }

    /// With an edition, 80 columns and 24 rows.
    fn plain() -> Self {
        let mut terminal = Self::of(&["--edition", "2026"], (80, 24), &[]);
        terminal.prompt();
        terminal
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).expect("keys");
        self.keys.flush().expect("keys");
        self
    }

    fn screen(&self) -> String {
        self.screen.lock().expect("the screen").screen().contents()
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    fn wait(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if holds(&screen) {
                return screen;
            }
            assert!(begun.elapsed() < PATIENCE, "no {what} on\n{screen}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until these words stand on the screen.
    #[track_caller]
    fn until(&mut self, words: &str) -> String {
        self.wait(&format!("`{words}`"), |screen| screen.contains(words))
    }

    /// Waits until the next prompt waits for keys, and says what stands on the screen then.
    #[track_caller]
    fn prompt(&mut self) -> String {
        let raw = self.raw.clone();
        let begun = move || raw.lock().expect("the output").windows(WAITS.len()).filter(|part| *part == WAITS).count();
        let seen = self.prompts;
        let screen = self.wait("prompt", |screen| begun() > seen && screen.trim_end().ends_with("fnet>"));
        self.prompts = self.prompts.max(seen + 1);
        screen
    }

    /// Drops what was typed.
    #[track_caller]
    fn drop_entry(&mut self) {
        self.press(CTRL_C);
        self.prompt();
    }

    /// An empty screen but for the prompt, so that nothing of what was is taken for what comes.
    #[track_caller]
    fn fresh(&mut self) {
        self.press("\u{c}");
        self.wait("fresh screen", |screen| screen.trim_end() == "fnet>");
    }

    /// Types an entry and waits for the words that it is to bring.
    #[track_caller]
    fn enter(&mut self, entry: &str, words: &str) -> String {
        self.press(entry).press(ENTER);
        self.until(words);
        self.prompt()
    }

    /// Waits for the end of the program.
    #[track_caller]
    fn ends(mut self) {
        let begun = Instant::now();
        while self.child.try_wait().expect("a child").is_none() {
            assert!(begun.elapsed() < PATIENCE, "it goes on:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already, mostly.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const NET: &str = "vnet hub 10.2.0.0/16 { subnet functions 10.2.1.0/26; subnet data 10.2.0.0/24 }; nsg guard; nsg gate; \
                   host db in hub.data 10.2.0.10 { listen tcp 1433 }; service shop { type sql }; \
                   plan big { tier Premium }; app orders on big { integrate hub.functions }";

#[test]
fn the_banner_has_two_lines_and_invites() {
    let mut terminal = Terminal::plain();
    let screen = terminal.screen();
    let lines: Vec<&str> = screen.lines().collect();
    assert_eq!(lines.len(), 3, "{screen}");
    assert!(lines[0].starts_with("fnet 0.1.0") && lines[1].contains(":tour"), "{screen}");
    terminal.press(CTRL_D);
    terminal.ends();
    let mut terminal = Terminal::of(&["examples/orders.fnet"], (100, 30), &[]);
    let screen = terminal.prompt();
    assert!(screen.contains("can app1 reach") && !screen.contains(":tour"), "{screen}");
    terminal.press(":quit\r");
    terminal.ends();
}

#[test]
fn an_entry_goes_on_over_lines_and_an_empty_line_ends_it() {
    let mut terminal = Terminal::plain();
    terminal.press("vnet hub 10.2.0.0/16 {\r");
    terminal.until("(1 open");
    terminal.press("  subnet data 10.2.0.0/24 {\r");
    terminal.until("(2 open");
    terminal.press("  }\r}\r");
    terminal.prompt();
    let screen = terminal.enter("show hub", "subnet data 10.2.0.0/24");
    assert!(!screen.contains("error"), "{screen}");
    // What is open is told, and an empty line submits it all the same.
    terminal.press("nsg guard {\r\r");
    terminal.until("FN0102");
    // One item of the history an entry, whole.
    terminal.prompt();
    terminal.press(UP).press(UP).press(UP);
    let screen = terminal.until("subnet data 10.2.0.0/24 {");
    assert!(screen.contains("vnet hub 10.2.0.0/16 {"), "{screen}");
    // Ctrl-C drops the entry.
    terminal.drop_entry();
    terminal.press(CTRL_D);
    terminal.ends();
}

/// What Tab shows behind a text.
#[track_caller]
fn menu(terminal: &mut Terminal, typed: &str, shown: &[&str]) {
    terminal.press(typed).press(TAB);
    for words in shown {
        terminal.until(words);
    }
    terminal.drop_entry();
    terminal.fresh();
}

#[test]
fn completion_at_every_kind_of_place() {
    let mut terminal = Terminal::plain();
    terminal.press(NET).press(ENTER);
    terminal.prompt();
    terminal.fresh();
    let all: &[(&str, &[&str])] = &[
        ("ap", &["appliance  appliance NAME in", "app        app NAME on PLAN"]),
        ("can ", &["orders", "app, plan big (Premium)", "Internet"]),
        ("can orders ", &["reach  does it arrive there?", "scale"]),
        ("can orders reach d", &["hub.data", "db:1433", "host 10.2.0.10 in hub.data"]),
        ("can orders reach db:1433 ", &["over", "from-port"]),
        ("vnet lab 10.9.0.0/16 { subnet a 10.9.0.0/24 { nsg g", &["guard  nsg", "gate   nsg"]),
        ("plan p { ", &["tier", "Consumption, FlexConsumption", "scale-unit"]),
        ("plan p { os ", &["windows", "linux"]),
        ("app new on big { s", &["storage", "names: service", "slot"]),
        ("nsg n { inbound { 100 ", &["allow", "deny   action"]),
        ("nsg n { inbound { 100 allow tcp hub", &["hub.functions", "virtual network 10.2.0.0/16"]),
        ("remove nsg ", &["guard", "gate"]),
        ("assert orders ", &["cannot", "claims a `no`"]),
        ("use \"examples/p", &["peering.fnet", "private-endpoint-with-zone.fnet"]),
        (":load examples/orders", &["examples/orders.fnet"]),
        (":", &["undo", "take the last change back"]),
        (":depth ", &["verdict", "rules"]),
        ("explain dns.serv", &["dns.servers.vnet", "dns.servers.no-vnet"]),
    ];
    for (typed, shown) in all {
        menu(&mut terminal, typed, shown);
    }
    // The one that is left is taken, and its ports with it.
    terminal.press("can orders reach sh").press(TAB);
    terminal.until("can orders reach shop:1433");
    terminal.drop_entry();
    terminal.press(CTRL_D);
    terminal.ends();
}

#[test]
fn colours_tell_names_that_exist_from_those_that_do_not() {
    let mut terminal = Terminal::plain();
    terminal.press(NET).press(ENTER);
    terminal.prompt();
    terminal.fresh();
    terminal.press("can orders reach nobody:22");
    terminal.until("nobody:22");
    let parser = terminal.screen.lock().expect("the screen");
    let cell = |column: u16| parser.screen().cell(0, column).expect("a cell").clone();
    let (keyword, known, unknown, port) = (cell(6), cell(10), cell(23), cell(30));
    assert!(keyword.bold() && keyword.fgcolor() != vt100::Color::Default);
    assert!(!known.underline() && known.fgcolor() != vt100::Color::Default && known.fgcolor() != unknown.fgcolor());
    assert!(unknown.underline(), "{}", parser.screen().contents());
    assert!(!port.underline() && port.fgcolor() != unknown.fgcolor());
    drop(parser);
    // The bracket that belongs to the one at the cursor.
    terminal.drop_entry();
    terminal.fresh();
    terminal.press("nsg n { inbound { } }");
    terminal.until("inbound { } }");
    let underlined = |terminal: &Terminal, column: u16| {
        terminal.screen.lock().expect("the screen").screen().cell(0, column).expect("a cell").underline()
    };
    let begun = Instant::now();
    while !(underlined(&terminal, 12) && underlined(&terminal, 26) && !underlined(&terminal, 22)) {
        assert!(begun.elapsed() < PATIENCE, "no brackets set off");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn hints_are_shown_and_taken() {
    let mut terminal = Terminal::plain();
    terminal.press("next-hop ");
    terminal.until("next-hop    SOURCE to ADDRESS");
    terminal.drop_entry();
    terminal.enter("nsg guard-of-the-orders", "fnet>");
    terminal.press("nsg gu");
    terminal.until("nsg guard-of-the-orders");
    terminal.press(RIGHT).press(" { }\r");
    terminal.until("replaced nsg guard-of-the-orders");
}

#[test]
fn an_error_leaves_no_mark_and_undo_goes_back() {
    let mut terminal = Terminal::plain();
    terminal.enter("nsg guard { inbound { 100 allow tcp * -> *:22 } }", "fnet>");
    terminal.enter("nsg guard { inbound { 100 deny tcp * -> *:22 } }", "replaced nsg guard");
    terminal.enter("nsg gard2 { inbond }", "FN0107");
    terminal.enter(":undo", "undone: nsg guard { inbound { 100 deny");
    let screen = terminal.enter("show guard", "100 allow tcp");
    assert!(screen.trim_end().ends_with("fnet>"), "{screen}");
    terminal.enter(":redo", "done again: nsg guard");
    terminal.fresh();
    terminal.enter("show guard", "100 deny tcp");
}

#[test]
fn a_file_that_changes_is_loaded_again_while_one_types() {
    let folder = TempFolder::new("terminal-watch");
    let file = folder.file("net.fnet", "edition 2026\nnsg guard { inbound { 100 allow tcp * -> *:22 } }\n");
    let path = file.display().to_string();
    let mut terminal = Terminal::of(&[&path], (100, 30), &[]);
    terminal.prompt();
    terminal.enter(":watch", "watching");
    terminal.press("show gu");
    terminal.until("show gu");
    replace(&file, "edition 2026\nnsg guard { inbound { 100 deny tcp * -> *:22 } }\nnsg other\n");
    terminal.until("new: nsg other");
    let screen = terminal.until("changed: nsg guard");
    // What was being typed is still there.
    terminal.wait("entry below the news", |screen| screen.trim_end().ends_with("fnet> show gu"));
    assert!(screen.contains("net.fnet changed"), "{screen}");
    terminal.press("ard\r");
    terminal.until("100 deny tcp");
    terminal.prompt();
    // What is not understood changes nothing.
    replace(&file, "edition 2026\nnsg guard { inbound {\n");
    terminal.until("what was loaded before still stands");
    terminal.fresh();
    terminal.enter("show other", "nsg other");
    terminal.enter(":watch off", "files are not watched");
}

/// As editors do it: a new file in the place of the old one.
fn replace(file: &Path, text: &str) {
    let new = file.with_extension("new");
    std::fs::write(&new, text).expect("a file");
    std::fs::rename(new, file).expect("a file");
}

#[test]
fn a_script_is_pasted_as_one_entry() {
    let mut script = String::from("vnet hub 10.0.0.0/8 {\n");
    for i in 0..140 {
        script.push_str(&format!("  subnet s{i} 10.1.{i}.0/24 {{ nsg n{i} }}\n"));
    }
    script.push_str("}\n");
    for i in 0..140 {
        script.push_str(&format!("nsg n{i}\n"));
    }
    script.push_str("host first in hub.s0 10.1.0.4 { listen tcp 22 }\nhost last in hub.s139 10.1.139.4\n");
    for i in 0..10 {
        script.push_str(&format!("# remark {i}\n"));
    }
    script.push_str("can last reach first:22\nshow n7\nlint\n");
    assert!(script.lines().count() > 295, "{}", script.lines().count());
    let mut terminal = Terminal::plain();
    terminal.press(&format!("\u{1b}[200~{script}\u{1b}[201~"));
    terminal.until("lint");
    terminal.press(ENTER);
    // The answers come in order.
    let screen = terminal.prompt();
    let (verdict, shown, lint) = (screen.find("\nyes\n"), screen.find("\nnsg n7\n"), screen.find("nothing is wrong"));
    assert!(verdict.is_some() && verdict < shown && shown < lint, "{screen}");
    terminal.fresh();
    terminal.enter("can last reach first:22", "yes");
    // It is one item of the history, and one change.
    terminal.enter(":undo", "undone: vnet hub");
    terminal.press(CTRL_D);
    terminal.ends();
}

#[test]
fn a_long_answer_waits_at_each_screen() {
    let mut terminal = Terminal::of(&["examples/orders.fnet", "--quiet"], (100, 12), &[]);
    // The warning of the file is longer than the screen too.
    terminal.until("Enter goes on, q ends");
    terminal.press("q\r");
    terminal.prompts += 1;
    terminal.prompt();
    terminal.fresh();
    terminal.press("can app1 reach 10.2.0.4:1433\r");
    let screen = terminal.until("Enter goes on, q ends");
    assert!(screen.contains("no, dropped: nsg egress"), "the verdict stands on the screen:\n{screen}");
    terminal.press(ENTER);
    terminal.until("assumed: the connection");
    terminal.press(ENTER);
    terminal.until("to allow it");
}

#[test]
fn a_window_that_changes_its_size() {
    let mut terminal = Terminal::of(&["examples/orders.fnet"], (120, 40), &[]);
    terminal.prompt();
    terminal.press("can app1 reach 10.2.0.4:14");
    terminal.until("10.2.0.4:14");
    terminal.master.resize(PtySize { rows: 40, cols: 60, pixel_width: 0, pixel_height: 0 }).expect("a size");
    terminal.screen.lock().expect("the screen").screen_mut().set_size(cells(40), cells(60));
    terminal.press("33");
    terminal.until("10.2.0.4:1433");
    terminal.press(ENTER);
    terminal.until("to allow it");
    terminal.prompt();
    terminal.press(CTRL_D);
    terminal.ends();
}

#[test]
fn simple_terminals_get_simple_text() {
    for (variables, columns) in [
        (&[("NO_COLOR", "1")][..], 80),
        (&[("TERM", "dumb")][..], 80),
        (&[("LC_ALL", "C"), ("NO_COLOR", "1")][..], 80),
        (&[("LC_ALL", "C"), ("NO_COLOR", "1")][..], 40),
    ] {
        let mut terminal = Terminal::of(&["--edition", "2026"], (columns, 40), variables);
        terminal.until("fnet>");
        terminal.press("vnet hub 10.0.0.0/16 { subnet s 10.0.0.0/24 }; host a in hub.s 10.0.0.4 { listen tcp 22 }; host b in hub.s 10.0.0.5; can b reach a:22\r");
        terminal.until("listens on");
        let raw = String::from_utf8_lossy(&terminal.raw.lock().expect("the output")).to_string();
        let colours = raw.contains("\u{1b}[1;34m") || raw.contains("\u{1b}[32m") || raw.contains("\u{1b}[36m");
        assert!(!colours, "{variables:?}: {raw:?}");
        if variables.iter().any(|(name, _)| *name == "LC_ALL") {
            assert!(raw.is_ascii(), "{variables:?}: {raw:?}");
        }
    }
}

/// Control characters of names, files and messages reach the screen as escapes.
#[test]
fn control_characters_do_not_act() {
    let folder = TempFolder::new("terminal-control");
    let bell = "nsg \"a\\u{7}b\\u{1b}[31m\"\nuse \"no\\u{9b}31mfile.fnet\"\n";
    let file = folder.file("bell.fnet", bell);
    let raw_file = folder.file("raw.fnet", "nsg \u{1b}]0;owned\u{7}\nnsg a\u{202e}b\n");
    let mut terminal = Terminal::plain();
    terminal.enter("nsg \"a\\u{7}b\\u{1b}[31mred\"", "fnet>");
    terminal.enter("show", "nsg");
    terminal.enter(&format!(":load {}", file.display()), "FN0001");
    terminal.enter(&format!(":load {}", raw_file.display()), "FN0105");
    let raw = terminal.raw.lock().expect("the output").clone();
    let text = String::from_utf8_lossy(&raw);
    assert!(!text.contains("\u{1b}]0;owned") && !raw.contains(&7), "{text:?}");
    assert!(!text.contains("\u{1b}[31mred") && !text.contains('\u{202e}'), "{text:?}");
}

#[test]
fn the_history_is_kept_between_runs() {
    let folder = TempFolder::new("terminal-history");
    let history = folder.path().join("history").display().to_string();
    let mut terminal = Terminal::of(&["--edition", "2026"], (80, 24), &[("FNET_HISTORY", &history)]);
    terminal.prompt();
    terminal.press("nsg guard {\r  inbound { }\r}\r");
    terminal.prompt();
    terminal.press(CTRL_D);
    terminal.ends();
    let mut terminal = Terminal::of(&["--edition", "2026"], (80, 24), &[("FNET_HISTORY", &history)]);
    terminal.prompt();
    terminal.press(UP);
    terminal.until("inbound { }");
    terminal.press(ENTER);
    terminal.prompt();
    terminal.enter("show guard", "nsg guard {");
}
