//! How long exact sets of flows take: what a list permits, where two lists differ, whether they mean the same, which of
//! their lines never decide; and lists whose destinations are service tags.
//!
//! `cargo bench --bench sets`. The naive way beside it cuts boxes of flows, line by line, and gives up at
//! `FNET_BENCH_BOXES` (300000) of them. A proof is checked against it where it ends, and by flows at random.
//!
//! `FNET_BENCH_RULES` (100,1000,10000) are the lengths of the lists, `FNET_BENCH_CROSSING` (990,3000) those of lists whose
//! rules cross. Times are the processor's, as others may use it too.
//! `FNET_TAGS` is a list of service tags; one beside the crate is taken where it is not set. `--count permitted 1000` makes
//! that set of a security group of that length once; so do `difference`, `same`, `idle`, `tagged` with made-up tags, and `crossing`.

mod common;

use common::edits::{crossing, lines, mutated, refactored, tagged};
use common::measure::{Time, told};
use common::rules::{Family, flows, rules};
use common::{Dice, numbers, setting};
use fnet::net::{AddressSet, FlowBox, FlowSet, IpNet, Line, LineList, OneFlow};
use fnet::platform::TagList;
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

fn main() {
    match told() {
        Some((what, sizes)) => sizes.iter().for_each(|size| once(&what, *size)),
        None => table(),
    }
}

/// One thing to be counted, and what it takes to be prepared for any.
fn once(what: &str, size: usize) {
    let rules = rules(42, size, Family::Nsg);
    let list = LineList::of(lines(&rules));
    let edited = LineList::of(lines(&mutated(1, &rules)));
    let other = LineList::of(lines(&refactored(2, &rules)));
    let tagged = LineList::of(tagged(42, size, 90, &made_up()));
    let crossed = LineList::of(lines(&crossing(42, size)));
    match what {
        "permitted" => drop(black_box(list.permitted())),
        "difference" => drop(black_box(list.difference(&edited))),
        "same" => assert!(black_box(list.means(&other))),
        "idle" => drop(black_box(list.idle())),
        "tagged" => drop(black_box(tagged.permitted())),
        "crossing" => drop(black_box(crossed.permitted())),
        _ => {}
    }
}

fn table() {
    let most = numbers("FNET_BENCH_BOXES", "300000")[0];
    println!("milliseconds of the processor");
    println!(
        "{:<4} {:>6} {:>10} {:>8} {:>10} {:>7} {:>10} {:>10} {:>8} {:>5}",
        "", "rules", "permitted", "nodes", "naive", "ratio", "difference", "the same", "idle", "lines"
    );
    for size in numbers("FNET_BENCH_RULES", "100,1000,10000") {
        for family in Family::ALL {
            one(family, size, most);
        }
    }
    crossed(most);
    tags();
}

/// The adversary: rules of three kinds that cross one another.
fn crossed(most: usize) {
    println!("\nrules that tell sources, destinations or ports apart, and cross");
    println!("{:>6} {:>10} {:>8} {:>10}", "rules", "permitted", "nodes", "naive");
    for size in numbers("FNET_BENCH_CROSSING", "990,3000") {
        let list = LineList::of(lines(&crossing(42, size)));
        let set = list.permitted();
        let permitted = seconds(|| drop(black_box(list.permitted()))) * 1e3;
        let naive = if cut(list.lines(), most).is_some() { "ends" } else { "gave up" };
        println!("{size:>6} {permitted:>10.2} {:>8} {naive:>10}", set.size());
    }
}

fn one(family: Family, size: usize, most: usize) {
    let rules = rules(42, size, family);
    let list = LineList::of(lines(&rules));
    let edited = LineList::of(lines(&mutated(1, &rules)));
    let other = LineList::of(lines(&refactored(2, &rules)));
    let set = list.permitted();
    for flow in flows(7, 1000, &rules) {
        let flow = OneFlow {
            protocol: flow.protocol,
            source: flow.source,
            source_port: flow.source_port.unwrap_or_default(),
            destination: flow.destination,
            port: flow.port,
        };
        assert_eq!(set.contains(&flow), list.permits(&flow), "{flow}");
    }
    let difference = list.difference(&edited);
    let witness = difference.witness();
    assert!(witness.is_none_or(|flow| list.permits(&flow) != edited.permits(&flow)));
    assert!(list.means(&other), "a list means what it means in other rules");
    let naive = cut(list.lines(), most);
    if let Some(boxes) = naive.as_ref().filter(|_| size <= 100) {
        assert_eq!(FlowSet::of_all(boxes), set);
    }
    let slow = naive.is_some().then(|| seconds(|| drop(black_box(cut(list.lines(), most)))));
    let permitted = seconds(|| drop(black_box(list.permitted())));
    let (naive, ratio) = match slow {
        Some(slow) => (format!("{:.2}", slow * 1e3), format!("{:.1}", slow / permitted)),
        None => ("gave up".into(), String::new()),
    };
    let idle = list.idle();
    println!(
        "{:<4} {size:>6} {:>10.2} {:>8} {naive:>10} {ratio:>7} {:>10.2} {:>10.2} {:>8.2} {:>5}",
        family.word(),
        permitted * 1e3,
        set.size(),
        seconds(|| drop(black_box(list.difference(&edited)))) * 1e3,
        seconds(|| assert!(black_box(list.means(&other)))) * 1e3,
        seconds(|| drop(black_box(list.idle()))) * 1e3,
        idle.len(),
    );
}

/// How long something takes the processor.
fn seconds(work: impl FnMut()) -> f64 {
    Time::of(work).processor
}

/// What lines permit as boxes that do not overlap, each cut away from those above it; none where there are too many.
fn cut(lines: &[Line], most: usize) -> Option<Vec<FlowBox>> {
    let (mut open, mut permitted) = (vec![FlowBox::all()], Vec::new());
    for line in lines {
        let mut rest = Vec::new();
        for piece in open {
            let inside = piece.intersection(&line.flows);
            if inside.is_empty() {
                rest.push(piece);
                continue;
            }
            let mut left = piece;
            let mut keep = |piece: FlowBox| {
                if !piece.is_empty() {
                    rest.push(piece)
                }
            };
            keep(FlowBox { protocols: left.protocols.difference(line.flows.protocols), ..left.clone() });
            left.protocols = inside.protocols;
            keep(FlowBox { sources: left.sources.difference(&line.flows.sources), ..left.clone() });
            left.sources = inside.sources.clone();
            keep(FlowBox { destinations: left.destinations.difference(&line.flows.destinations), ..left.clone() });
            left.destinations = inside.destinations.clone();
            if left.protocols.iter().all(|protocol| protocol.has_ports()) {
                keep(FlowBox { ports: left.ports.difference(&line.flows.ports), ..left.clone() });
            }
            if line.allow {
                permitted.push(inside);
            }
        }
        if rest.len() + permitted.len() > most {
            return None;
        }
        open = rest;
    }
    Some(permitted)
}

/// Lists with service tags.
fn tags() {
    let (name, tags) = tag_sets();
    println!("\nlists whose destinations are tags: {name}");
    println!("{:>6} {:>7} {:>10} {:>8} {:>8} {:>5}", "rules", "tagged", "permitted", "nodes", "idle", "lines");
    for size in numbers("FNET_BENCH_RULES", "100,1000,10000").into_iter().filter(|size| *size <= 1000) {
        for percent in [40, 90] {
            let list = LineList::of(tagged(42, size, percent, &tags));
            let permitted = seconds(|| drop(black_box(list.permitted())));
            let idle = seconds(|| drop(black_box(list.idle())));
            let (nodes, count) = (list.permitted().size(), list.idle().len());
            println!("{size:>6} {percent:>5} % {:>10.2} {nodes:>8} {:>8.2} {count:>5}", permitted * 1e3, idle * 1e3,);
        }
    }
}

/// The addresses of the tags of a list, or of made-up ones.
fn tag_sets() -> (String, Vec<AddressSet>) {
    let Some(path) = real() else { return ("made up".into(), made_up()) };
    let text = std::fs::read_to_string(&path).expect("a list");
    let list = TagList::read(&text).expect("a list");
    let all: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let names = all["values"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str());
    let sets: Vec<AddressSet> = names.filter_map(|name| list.addresses(name).cloned()).collect();
    (format!("{} tags", sets.len()), sets)
}

fn made_up() -> Vec<AddressSet> {
    let mut dice = Dice::of(3);
    let prefix = |dice: &mut Dice| {
        let length = 16 + dice.below(12) as u8;
        IpNet::new(Ipv4Addr::from(dice.next() as u32).into(), length).expect("a length").trunc()
    };
    let mut tag = || AddressSet::of(&(0..1 + dice.below(60)).map(|_| prefix(&mut dice)).collect::<Vec<_>>());
    (0..300).map(|_| tag()).collect()
}

/// The list that was named, or one beside the crate.
fn real() -> Option<PathBuf> {
    let named = setting("FNET_TAGS", "");
    if !named.is_empty() {
        return Some(named.into());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/d-service-tags");
    let mut files = std::fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
    files.find(|path| path.extension().is_some_and(|kind| kind == "json"))
}
