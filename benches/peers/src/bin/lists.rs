//! Lists of rules: what they permit, beside binary decision diagrams; whether two mean the same, a difference of two, and
//! which rules never decide, beside z3. Each time ours, the peer and the ratio, from one run.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml --bin lists`. `FNET_BENCH_RULES` (100,1000) are the
//! lengths of the lists; z3 is asked of those of up to `FNET_BENCH_Z3` (1000) rules, as longer ones take it minutes. Times are
//! the processor's. Ours takes IPv6 along, the peers IPv4 alone.

#[path = "../../../common/mod.rs"]
mod common;

use common::edits::{lines, mutated, refactored};
use common::measure::Time;
use common::{median, numbers};
use common::rules::{Family, Rule, rules};
use fnet::net::LineList;
use fnet_peers::bdd::{Boxed, Lists, PORTED};
use fnet_peers::z3::Z3;
use std::fmt::Write;
use std::hint::black_box;

fn main() {
    println!("milliseconds of the processor");
    println!("{:<4} {:>6} {:<22} {:>10} {:<10} {:>10} {:>8}", "", "rules", "", "ours", "peer", "its", "ratio");
    let most = numbers("FNET_BENCH_Z3", "1000")[0];
    for size in numbers("FNET_BENCH_RULES", "100,1000") {
        for family in Family::ALL {
            let rules = rules(42, size, family);
            let print = |what: &str, ours: f64, peer: &str, its: f64| {
                let (ours, its, ratio) = (ours * 1e3, its * 1e3, its / ours);
                println!("{:<4} {size:>6} {what:<22} {ours:>10.2} {peer:<10} {its:>10.1} {ratio:>8.1}", family.word());
            };
            let list = LineList::of(lines(&rules));
            let our = ours(|| drop(black_box(list.permitted())));
            let boxed: Vec<Boxed> = rules.iter().map(boxed).collect();
            let bdd = Lists::default();
            print("permitted", our, "biodivine", ours(|| drop(black_box(bdd.permitted(&boxed)))));

            if size > most {
                continue;
            }
            let edited = mutated(1, &rules);
            let other = LineList::of(lines(&edited));
            let our = ours(|| drop(black_box(list.difference(&other))));
            let expected = if list.difference(&other).is_empty() { "unsat" } else { "sat" };
            print("a difference", our, "z3", ours(|| same(&rules, &edited, expected)));

            let told = refactored(2, &rules);
            let other = LineList::of(lines(&told));
            let our = ours(|| assert!(black_box(list.means(&other))));
            print("the same", our, "z3", once(|| same(&rules, &told, "unsat")));

            let our = ours(|| drop(black_box(list.idle())));
            let mut count = 0;
            let its = once(|| count = never(&rules));
            // Whoever is right about one rule is right about all of them.
            let idle = list.idle();
            assert_eq!(idle.iter().filter(|cover| !cover.by.is_empty()).count(), count, "{}", family.word());
            print("never decide", our, "z3", its);
        }
    }
}

/// How long something takes the processor.
fn ours(work: impl FnMut()) -> f64 {
    Time::of(work).processor
}

/// How long something that takes long takes the processor, once.
fn once(work: impl FnMut()) -> f64 {
    median(1, work)
}

fn number(protocol: fnet::net::Protocol) -> u32 {
    protocol as u32
}

fn boxed(rule: &Rule) -> Boxed {
    Boxed {
        allow: rule.allow,
        source: rule.source,
        destination: rule.destination,
        ports: (rule.ports.0.into(), rule.ports.1.into()),
        protocols: rule.protocols.iter().map(number).collect(),
    }
}

/// The fields of a flow.
const FIELDS: &str = "(set-logic QF_BV)
(declare-const src (_ BitVec 32)) (declare-const dst (_ BitVec 32))
(declare-const port (_ BitVec 16)) (declare-const proto (_ BitVec 3))
(assert (bvule proto #b100))
";

/// Is a flow in a rule?
fn holds(rule: &Rule) -> String {
    let mut all = String::from("(and true");
    let mut range = |name: &str, first: u32, last: u32, width: u32| {
        let top = if width == 32 { u32::MAX } else { (1 << width) - 1 };
        let hex = |value: u32| format!("#x{value:0digits$x}", digits = width as usize / 4);
        if first == last {
            write!(all, " (= {name} {})", hex(first)).expect("a string");
            return;
        }
        if first == 0 && last == top {
            return;
        }
        let size = last.wrapping_sub(first).wrapping_add(1);
        if size.is_power_of_two() && first % size == 0 {
            // A prefix is its first bits.
            let low = size.trailing_zeros();
            let bits = format!("{:0digits$b}", first >> low, digits = (width - low) as usize);
            write!(all, " (= ((_ extract {} {low}) {name}) #b{bits})", width - 1).expect("a string");
            return;
        }
        if first > 0 {
            write!(all, " (bvuge {name} {})", hex(first)).expect("a string");
        }
        if last < top {
            write!(all, " (bvule {name} {})", hex(last)).expect("a string");
        }
    };
    range("src", rule.source.0, rule.source.1, 32);
    range("dst", rule.destination.0, rule.destination.1, 32);
    let whole = rule.ports == (0, u16::MAX);
    range("port", rule.ports.0.into(), rule.ports.1.into(), 16);
    let protocols = rule.protocols.iter().map(number).filter(|protocol| whole || *protocol < PORTED);
    let protocols: String = protocols.map(|protocol| format!(" (= proto #b{protocol:03b})")).collect();
    write!(all, " (or false{protocols}))").expect("a string");
    all
}

/// Asks z3 for a flow that two lists treat differently, and holds it to the answer that is expected.
fn same(mine: &[Rule], theirs: &[Rule], expected: &str) {
    let mut text = String::from(FIELDS);
    for (name, rules) in [("a", mine), ("b", theirs)] {
        let end = rules.len();
        writeln!(text, "(declare-const {name}{end} Bool)(assert (not {name}{end}))").expect("a string");
        for (at, rule) in rules.iter().enumerate().rev() {
            let (next, allow) = (at + 1, rule.allow);
            let holds = holds(rule);
            let value = format!("(ite {holds} {allow} {name}{next})");
            writeln!(text, "(declare-const {name}{at} Bool)(assert (= {name}{at} {value}))").expect("a string");
        }
    }
    // Of the encodings and modes that were tried (macros, names; with and without a level) the fastest.
    text.push_str("(push)\n(assert (distinct a0 b0))\n(check-sat)\n");
    let answer = Z3::default().say(&text);
    assert_eq!(answer.trim(), expected, "z3 and fnet differ");
}

/// How many rules z3 proves never to decide, asking for one after the other.
fn never(rules: &[Rule]) -> usize {
    let mut text = String::from(FIELDS);
    for rule in rules {
        let holds = holds(rule);
        writeln!(text, "(push)\n(assert {holds})\n(check-sat)\n(pop)\n(assert (not {holds}))").expect("a string");
    }
    let answer = Z3::default().say(&text);
    answer.lines().filter(|line| line.trim() == "unsat").count()
}
