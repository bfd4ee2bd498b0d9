//! How many recorded flows a second are held against a model, and in how much memory.
//!
//! `cargo bench --bench replay`. The model has 1,000 subnets, each with a security group of 40 lines; the log is virtual
//! network flow log JSON as Azure writes it, made up while it is read, so that its size costs no memory. The reference makes
//! values of the same records with serde_json and splits the tuples, and decides nothing.
//!
//! `FNET_BENCH_LOG_MB` (400) is the size of the log, `FNET_BENCH_SUBNETS` (1000) that of the model, `FNET_BENCH_RUNS` (3) how often
//! it is read; medians count. `--count read 100` reads a megabyte of the log of a model of so many subnets once, `--count
//! decided 100` holds it against the model as well.

mod common;

use common::measure::told;
use common::{Dice, median, numbers, setting};
use fnet::flowlog::{self, Forms, LogPlace, RecordedFlow, Sink, Surroundings};
use fnet::platform::{Edition, Platform};
use fnet::{Answer, Session};
use std::fmt::Write;
use std::hint::black_box;
use std::io::Read;

fn main() {
    match told() {
        Some((what, sizes)) => sizes.iter().for_each(|size| once(&what, *size)),
        None => table(),
    }
}

/// One thing to be counted, and what it takes to be prepared for either.
fn once(what: &str, subnets: usize) {
    let mut net = Session::new();
    net.only_declare(true);
    net.load(&model(subnets)).unwrap_or_else(|errors| panic!("{errors}"));
    let records = records(subnets);
    let log = Log::of(&records, 1_000_000);
    match what {
        "read" => {
            let forms = Forms::of(&Platform::of(Edition::newest()));
            flowlog::read(log, &forms, &mut Count(0)).expect("a log");
        }
        "decided" => drop(black_box(net.replay(|replay| replay.read("log", log)))),
        _ => {}
    }
}

fn table() {
    let bytes = (setting("FNET_BENCH_LOG_MB", "400").parse::<f64>().expect("a size in megabytes") * 1e6) as usize;
    let subnets = numbers("FNET_BENCH_SUBNETS", "1000")[0].max(1);
    let runs = numbers("FNET_BENCH_RUNS", "3")[0];
    let mut net = Session::new();
    net.only_declare(true);
    net.load(&model(subnets)).unwrap_or_else(|errors| panic!("{errors}"));
    let records = records(subnets);
    let log = |size| Log::of(&records, size);
    let mut replay = |size: usize| {
        let (read, answer) = net.replay(|replay| replay.read("log", log(size)));
        read.expect("a log");
        let Answer::Replay(answer) = answer else { unreachable!() };
        assert_eq!((answer.unreadable, answer.compared()), (0, answer.records));
        answer
    };
    let first = replay(bytes);
    let small = peak();
    replay(bytes * 4);
    let large = peak();
    let flows = first.records as f64;
    println!("{:.0} MB of log, {flows} flows, {subnets} subnets; medians of {runs} runs", bytes as f64 / 1e6);
    let forms = Forms::of(&Platform::of(Edition::newest()));
    let told = |what: &str, seconds: f64| {
        println!("{what:<34} {:>6.2} M flows/s {:>7.0} MB/s", flows / seconds / 1e6, bytes as f64 / seconds / 1e6);
        seconds
    };
    let values = told("values of serde_json, tuples split", median(1, || plain(log(bytes))));
    told("read", median(runs, || flowlog::read(log(bytes), &forms, &mut Count(0)).expect("a log")));
    let ours = told("read and decided", median(runs, || drop(black_box(replay(bytes)))));
    println!("{:.1} times as fast as making values", values / ours);
    println!("peak memory: {small} MB after one log, {large} MB after one four times as long");
    println!("{} allowed that the model denies, {} denied that it allows", first.now_denied, first.now_allowed);
}

/// Networks of 50 subnets, each subnet with a group of its own.
fn model(subnets: usize) -> String {
    let mut text = String::from("edition 2026\n");
    for vnet in 0..subnets.div_ceil(50) {
        let _ = writeln!(text, "vnet v{vnet} 10.{vnet}.0.0/16 {{");
        for subnet in 0..50.min(subnets - vnet * 50) {
            let _ = writeln!(text, "  subnet s{subnet} 10.{vnet}.{subnet}.0/24 {{ nsg g{vnet}-{subnet} }}");
        }
        text.push_str("}\n");
    }
    for vnet in 0..subnets.div_ceil(50) {
        for subnet in 0..50.min(subnets - vnet * 50) {
            let _ = writeln!(text, "nsg g{vnet}-{subnet} {{");
            for direction in ["inbound", "outbound"] {
                let _ = writeln!(text, "  {direction} {{");
                for line in 0..20 {
                    let action = if line % 3 == 0 { "deny" } else { "allow" };
                    let (of, port) = ((subnet * 7 + line * 3) % 50, 1000 + line * 100 + subnet);
                    let _ =
                        writeln!(text, "    {} {action} tcp 10.{vnet}.{of}.0/24 -> *:{port}-{}", 100 + line, port + 60);
                }
                text.push_str("  }\n");
            }
            text.push_str("}\n");
        }
    }
    text
}

/// Records of one minute each, as JSON; the log is these again and again.
fn records(subnets: usize) -> Vec<Vec<u8>> {
    let mut dice = Dice::of(7);
    let record = |_| {
        let (vnet, subnet) = (dice.below(subnets.div_ceil(50) as u64), dice.below(50.min(subnets as u64)));
        let own = format!("10.{vnet}.{subnet}.{}", 4 + dice.below(200));
        let mut text = format!(
            "{{\"time\":\"2026-03-02T09:15:52.1234567Z\",\"flowLogVersion\":4,\"macAddress\":\"0022480A1B2C\",\"category\":\"FlowLogFlowEvent\",\
             \"targetResourceID\":\"/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v{vnet}\",\
             \"operationName\":\"FlowLogFlowEvent\",\"flowRecords\":{{\"flows\":[{{\"aclID\":\"22cc22cc-dd33-ee44-ff55-66aa66aa66aa\",\"flowGroups\":[{{\"rule\":\"r\",\"flowTuples\":["
        );
        for at in 0..100 {
            let far = format!("10.{vnet}.{}.{}", dice.below(50), 4 + dice.below(200));
            let (way, from, to) = if dice.percent(50) { ('I', &far, &own) } else { ('O', &own, &far) };
            let (port, state) = (1000 + dice.below(2000), if dice.percent(90) { 'B' } else { 'D' });
            let from_port = 49_152 + dice.below(16_384);
            let comma = if at > 0 { "," } else { "" };
            let _ = write!(
                text,
                "{comma}\"17724429{:05},{from},{to},{from_port},{port},6,{way},{state},NX,0,0,0,0\"",
                dice.below(100_000)
            );
        }
        text.push_str("]}]}]}}");
        text.into_bytes()
    };
    (0..500).map(record).collect()
}

/// A log that is made up while it is read.
struct Log<'r> {
    records: &'r [Vec<u8>],
    size: usize,
    given: usize,
    record: usize,
    rest: Vec<u8>,
    at: usize,
}

impl<'r> Log<'r> {
    fn of(records: &'r [Vec<u8>], size: usize) -> Self {
        Self { records, size, given: 0, record: 0, rest: b"{\"records\":[".to_vec(), at: 0 }
    }
}

impl Read for Log<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.rest.len() {
            if self.given >= self.size {
                return Ok(0);
            }
            self.rest.clear();
            self.rest.extend_from_slice(if self.record > 0 { b"," } else { b"" });
            self.rest.extend_from_slice(&self.records[self.record % self.records.len()]);
            self.record += 1;
            self.given += self.rest.len();
            if self.given >= self.size {
                self.rest.extend_from_slice(b"]}");
            }
            self.at = 0;
        }
        let more = buffer.len().min(self.rest.len() - self.at);
        buffer[..more].copy_from_slice(&self.rest[self.at..self.at + more]);
        self.at += more;
        Ok(more)
    }
}

/// A sink that counts.
struct Count(u64);

impl Sink for Count {
    fn among(&mut self, _: Surroundings<'_>) {}
    fn flow(&mut self, flow: &RecordedFlow) {
        self.0 += u64::from(black_box(flow).allowed);
    }
    fn malformed(&mut self, place: LogPlace, what: &str) {
        panic!("{place:?}: {what}");
    }
}

/// The reference: every record as values, every tuple split.
fn plain(mut log: Log<'_>) {
    let mut all = Vec::new();
    log.read_to_end(&mut all).expect("a log");
    let value: serde_json::Value = serde_json::from_slice(&all).expect("JSON");
    drop(all);
    let mut count = 0;
    for record in value["records"].as_array().into_iter().flatten() {
        for flow in record["flowRecords"]["flows"].as_array().into_iter().flatten() {
            for group in flow["flowGroups"].as_array().into_iter().flatten() {
                for tuple in group["flowTuples"].as_array().into_iter().flatten() {
                    count += tuple.as_str().map_or(0, |tuple| tuple.split(',').count());
                }
            }
        }
    }
    black_box(count);
}

/// The most memory that this program has had, in megabytes; 0 where that is not told.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1000
}
