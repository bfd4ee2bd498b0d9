//! How fast a large script is read: cut, parsed, lowered.
//!
//! `cargo bench --bench parse`. The script is made up by counting, so that every run reads the same bytes. Times are
//! medians. Where valgrind is on the PATH, the instructions per byte are counted too: they do not depend on how busy
//! the machine is.
//!
//! `FNET_BENCH_MB` (10) is the size of the script, `FNET_BENCH_INSTRUCTIONS_MB` (2) the one that instructions are
//! counted on, `FNET_BENCH_RUNS` (5) how often each measurement is taken.

use fnet::Session;
use fnet::source::SourceId;
use fnet::syntax::{parse, split};
use std::fmt::Write;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What this program does when it counts its own instructions.
const COUNT: &str = "--count";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, what, megabytes] = arguments.as_slice()
        && flag == COUNT
    {
        return once(what, &script(bytes(megabytes)));
    }
    let text = script(bytes(&setting("FNET_BENCH_MB", "10")));
    let runs = setting("FNET_BENCH_RUNS", "5").parse().unwrap_or(5).max(1);
    let size = text.len() as f64 / 1e6;
    println!("a script of {size:.1} MB, {} lines; medians of {runs} runs", text.lines().count());
    for (what, about) in [
        ("split", "cut into statements"),
        ("parse", "cut, parsed, built into a tree"),
        ("lower", "the same, made into a model and checked"),
    ] {
        let seconds = median(runs, || once(what, &text));
        println!("{what:<8} {:>8.1} MB/s   {about}", size / seconds);
    }
    instructions(&setting("FNET_BENCH_INSTRUCTIONS_MB", "2"));
}

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_string())
}

fn bytes(megabytes: &str) -> usize {
    let megabytes: f64 = megabytes.parse().expect("a size in megabytes is a number");
    (megabytes * 1e6) as usize
}

/// Does one of the things that are measured.
fn once(what: &str, text: &str) {
    match what {
        "split" => {
            let mut diagnostics = Vec::new();
            black_box(split(SourceId(0), text, &mut diagnostics));
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
        }
        "parse" => {
            let (statements, diagnostics) = parse(SourceId(0), text);
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            black_box(statements);
        }
        "lower" => {
            let mut session = Session::new();
            session.only_declare(true);
            black_box(session.load(text)).unwrap_or_else(|errors| panic!("{errors}"));
        }
        _ => {}
    }
}

/// The median of what some work takes, in seconds.
fn median(runs: usize, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Instructions per byte; making the script up is counted apart and taken off.
fn instructions(megabytes: &str) {
    let Some(nothing) = counted("nothing", megabytes) else {
        return println!("instructions per byte: skipped, no valgrind here that can count them");
    };
    let size = script(bytes(megabytes)).len() as f64;
    for what in ["split", "parse"] {
        match counted(what, megabytes) {
            Some(all) => println!("{what:<8} {:>8.1} instructions per byte", (all - nothing) / size),
            None => println!("{what:<8} could not be counted"),
        }
    }
}

/// The instructions that this program takes for one thing, as valgrind's summary tells them.
fn counted(what: &str, megabytes: &str) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(program)
        .args([COUNT, what, megabytes])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr).to_string();
    let line = text.lines().find(|line| line.contains("I") && line.contains("refs:"))?;
    let number: String = line.rsplit(':').next()?.chars().filter(char::is_ascii_digit).collect();
    number.parse().ok().filter(|_| output.status.success())
}

/// A script of about so many bytes: networks of one pattern, one after another, and what is claimed of their apps.
fn script(size: usize) -> String {
    let mut text = String::with_capacity(size + 8192);
    let mut claims = String::new();
    text.push_str("edition 2026\n\nregion westeurope\n");
    let mut at = 0;
    while text.len() + claims.len() < size {
        network(at, &mut text, &mut claims).expect("a string takes everything");
        at += 1;
    }
    text.push_str("\ncheck \"every app reaches its database\" {\n");
    text.push_str(&claims);
    text.push_str("}\n");
    text
}

/// One network with its groups, routes, plan, and four apps with their databases.
fn network(at: usize, text: &mut String, claims: &mut String) -> std::fmt::Result {
    let net = format!("10.{}.{}", at / 64 % 256, at % 64 * 4);
    let third = at % 64 * 4;
    let block = format!("10.{}", at / 64 % 256);
    writeln!(text, "\n# Network {at}: four apps, each with a database of its own.")?;
    writeln!(text, "vnet net{at} {net}.0/22 {{")?;
    writeln!(text, "  subnet functions {block}.{third}.0/24 {{")?;
    writeln!(text, "    delegation       Microsoft.Web/serverFarms")?;
    writeln!(text, "    nsg              calls{at}")?;
    writeln!(text, "    route-table      routes{at}")?;
    writeln!(text, "    service-endpoint Microsoft.Storage, Microsoft.KeyVault\n  }}")?;
    writeln!(text, "  subnet data     {block}.{}.0/24 {{ nsg answers{at} }}", third + 1)?;
    writeln!(text, "  subnet machines {block}.{}.0/24", third + 2)?;
    writeln!(text, "  subnet firewall {block}.{}.0/26\n}}", third + 3)?;
    for (name, direction) in [("calls", "outbound"), ("answers", "inbound")] {
        writeln!(text, "nsg {name}{at} {{\n  {direction} {{")?;
        for rule in 0..10 {
            let (priority, port) = (100 + rule * 10, 1433 + rule * 7 + at % 50);
            let action = if rule % 3 == 2 { "deny " } else { "allow" };
            writeln!(
                text,
                "    {priority} {action} tcp * -> {block}.{}.0/24:{port},8000-8999 as rule-{rule}",
                third + 1
            )?;
        }
        writeln!(text, "    900 allow tcp {block}.{third}.0/24 -> net{at}.data:1433 as databases\n  }}\n}}")?;
    }
    writeln!(text, "route-table routes{at} {{")?;
    writeln!(text, "  0.0.0.0/0      -> appliance {block}.{}.4 as default-route", third + 3)?;
    writeln!(text, "  192.168.0.0/16 -> none\n  203.0.113.0/24 -> internet\n  bgp-propagation off\n}}")?;
    writeln!(text, "appliance firewall{at} in net{at}.firewall {block}.{}.4 {{", third + 3)?;
    writeln!(text, "  forwarding on\n  allow tcp * -> *:443\n  default deny\n}}")?;
    writeln!(text, "plan plan{at} {{ tier Premium; sku EP1; os linux; instances 3; max-instances 20 }}")?;
    for app in 0..4 {
        let name = format!("app{at}-{app}");
        writeln!(text, "service db{at}-{app} {{\n  type          sql\n  public-access off\n}}")?;
        writeln!(text, "private-endpoint pe{at}-{app} in net{at}.data {{")?;
        writeln!(text, "  target  db{at}-{app}\n  address {block}.{}.{}\n}}", third + 1, 4 + app)?;
        writeln!(text, "app {name} on plan{at} {{\n  integrate net{at}.functions\n  route-all on")?;
        writeln!(text, "  setting   FUNCTIONS_WORKER_RUNTIME = dotnet\n  trigger   http {{ type http }}")?;
        writeln!(text, "  access    {{ 100 allow 198.51.100.0/24 as office; default deny }}\n}}")?;
        writeln!(claims, "  assert {name} can reach {block}.{}.{}:1433", third + 1, 4 + app)?;
    }
    Ok(())
}
