//! A large script parsed, beside hcl-rs and the same estate in HCL: ours, the peer and the ratio, from one run.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml --bin parse`. `FNET_BENCH_MB` (1,10) are the sizes of the
//! script. HCL says the same in more bytes, so two ratios are told: of MB/s, and of the time for the same estate. Times are
//! the processor's; the last lines take the model too, which hcl-rs has none of.

#[path = "../../../common/mod.rs"]
mod common;

use common::measure::Time;
use common::{networks, setting};
use fnet::Session;
use fnet::source::SourceId;
use fnet::syntax::ast::{Block, Declaration, Item, Part, RuleLine, Statement, Value};
use fnet::syntax::{parse, print_values};
use std::fmt::Write;
use std::hint::black_box;
use std::sync::Arc;

fn main() {
    println!(
        "{:<6} {:>8} {:>8} {:>10} {:>10} {:>8} {:>10}",
        "", "our MB", "its MB", "our MB/s", "its MB/s", "ratio", "same text"
    );
    for megabytes in setting("FNET_BENCH_MB", "1,10").split(',') {
        let size: f64 = megabytes.parse().expect("a size in megabytes is a number");
        let text: Arc<str> = networks::script((size * 1e6) as usize).into();
        let twin = twin(&text);
        let its = Time::of(|| drop(black_box(hcl::parse(&twin).expect("the twin is HCL")))).processor;
        let (mine, theirs) = (text.len() as f64 / 1e6, twin.len() as f64 / 1e6);
        let print = |what: &str, ours: f64| {
            let (our, its_speed) = (mine / ours, theirs / its);
            println!(
                "{what:<6} {mine:>8.1} {theirs:>8.1} {our:>10.1} {its_speed:>10.1} {:>8.1} {:>10.1}",
                our / its_speed,
                its / ours
            );
        };
        print("parse", Time::of(|| drop(black_box(parse(SourceId(0), text.clone())))).processor);
        let model = Time::of(|| {
            let mut session = Session::new();
            session.only_declare(true);
            black_box(session.load(&text)).unwrap_or_else(|errors| panic!("{errors}"));
        });
        print("model", model.processor);
    }
}

/// The same in HCL: a declaration is a block, a line of one an attribute or a block.
fn twin(text: &Arc<str>) -> String {
    let (statements, diagnostics) = parse(SourceId(0), text.clone());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let mut out = String::with_capacity(text.len() * 3);
    for statement in &statements {
        if let Statement::Declaration(declaration) = statement {
            self::declaration(&mut out, declaration);
        }
    }
    out
}

fn declaration(out: &mut String, declaration: &Declaration) {
    let values = declaration.head.iter().filter_map(|part| match part {
        Part::Values(values) => Some(print_values(values)),
        Part::Arrow { .. } => None,
    });
    let labels: String = values.map(|values| format!(" \"{values}\"")).collect();
    writeln!(out, "{}{labels} {{", declaration.kind.text).expect("a string takes everything");
    block(out, declaration.block.as_deref(), 1);
    out.push_str("}\n\n");
}

fn block(out: &mut String, block: Option<&Block>, depth: usize) {
    let indent = "  ".repeat(depth);
    for item in block.iter().flat_map(|block| &block.items) {
        match item {
            Item::Entry(entry) => match &entry.block {
                Some(inner) => {
                    let labels: String =
                        entry.groups.iter().map(|group| format!(" \"{}\"", print_values(group))).collect();
                    writeln!(out, "{indent}{}{labels} {{", entry.name.text).expect("a string takes everything");
                    self::block(out, Some(inner), depth + 1);
                    writeln!(out, "{indent}}}").expect("a string takes everything");
                }
                None => {
                    let all: Vec<&Value> = entry.groups.iter().flatten().collect();
                    line(out, &indent, &entry.name.text, &all);
                }
            },
            Item::Rule(rule) => self::rule(out, &indent, rule),
            Item::Route(route) => {
                writeln!(out, "{indent}route {{").expect("a string takes everything");
                let inner = format!("{indent}  ");
                line(out, &inner, "prefix", &[&route.prefix]);
                writeln!(out, "{inner}hop = \"{}\"", route.hop.text).expect("a string takes everything");
                if let Some(target) = &route.target {
                    line(out, &inner, "target", &[target]);
                }
                writeln!(out, "{indent}}}").expect("a string takes everything");
            }
            Item::For(_) | Item::Remove(_) => {}
        }
    }
}

fn rule(out: &mut String, indent: &str, rule: &RuleLine) {
    let inner = format!("{indent}  ");
    writeln!(out, "{indent}rule {{").expect("a string takes everything");
    for (name, word) in [("priority", &rule.priority), ("protocol", &rule.protocol), ("name", &rule.alias)] {
        if let Some(word) = word {
            writeln!(out, "{inner}{name} = \"{}\"", word.text).expect("a string takes everything");
        }
    }
    writeln!(out, "{inner}action = \"{}\"", rule.action.text).expect("a string takes everything");
    line(out, &inner, "source", &rule.source.iter().collect::<Vec<_>>());
    line(out, &inner, "destination", &rule.destination.iter().flatten().collect::<Vec<_>>());
    writeln!(out, "{indent}}}").expect("a string takes everything");
}

/// An attribute: one value, or a list.
fn line(out: &mut String, indent: &str, name: &str, values: &[&Value]) {
    let quoted = |value: &&Value| format!("\"{}\"", print_values(std::slice::from_ref(*value)));
    let text = match values {
        [one] => quoted(one),
        many => format!("[{}]", many.iter().map(quoted).collect::<Vec<_>>().join(", ")),
    };
    writeln!(out, "{indent}{name} = {text}").expect("a string takes everything");
}
