//! How much of a processor it takes to say everything that somebody reaches, and everybody who reaches something, in large estates.
//!
//! `cargo bench --bench wide`. The estate is made up: hubs and spokes of 50 subnets a network, security groups of 20 to 100
//! lines a direction, route tables, appliances (`benches/common/hubs.rs`). The model is made once; what holds of it whatever
//! is asked is found out by a first question. The reference asks the same of single flows: one to each declared subnet over
//! one protocol and port, which is far less than the question about all of them answers.
//!
//! `FNET_BENCH_SUBNETS` (1000,3000,10000) are the sizes, `FNET_BENCH_GROUPS` (1000) is how many groups there are at most,
//! `FNET_BENCH_CALLERS` (30) how many callers and targets are asked about.

mod common;

use common::hubs::{self, Ends};
use common::measure::COUNT;
use common::{numbers, on_processor, setting};
use fnet::engine::Engine;
use fnet::model::Model;
use fnet::query::{self, Asked};
use fnet::source::SourceMap;
use fnet::syntax::ast::Statement;
use fnet::syntax::{self, Scope};
use fnet::{Answer, Session};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

/// How many single flows of the reference are asked; the others are reckoned by these.
const SAMPLE: usize = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let groups = numbers("FNET_BENCH_GROUPS", "1000")[0];
    let callers = numbers("FNET_BENCH_CALLERS", "30")[0].max(1);
    if let Some(at) = arguments.iter().position(|argument| argument == COUNT) {
        let (what, subnets) = (arguments[at + 1].as_str(), arguments.last().and_then(|word| word.parse().ok()));
        let estate = Estate::of(subnets.expect("how many subnets"), groups, callers);
        return estate.asked(|ask| match what {
            "what" => drop(ask(&estate.what(callers / 2))),
            "who" => drop(ask(&estate.who(callers / 2))),
            _ => {}
        });
    }
    println!("milliseconds; medians and worst of {callers} callers and as many targets");
    println!("subnets  rules    | what       worst    flows  ratio | who        worst    flows  ratio");
    for subnets in numbers("FNET_BENCH_SUBNETS", "1000,3000,10000") {
        row(&Estate::of(subnets, groups, callers), callers);
    }
}

fn row(estate: &Estate, callers: usize) {
    estate.asked(|ask| {
        let what = Times::of(callers, |at| drop(black_box(ask(&estate.what(at)))));
        let who = Times::of(callers, |at| drop(black_box(ask(&estate.who(at)))));
        // The same asked flow by flow.
        let single = |one: &dyn Fn(usize) -> String| {
            let sample = SAMPLE.min(estate.subnets);
            let step = estate.subnets / sample;
            let flows = Times::of(sample, |at| drop(black_box(ask(&one(at * step)))));
            flows.mean() * estate.subnets as f64
        };
        let app = hubs::app(callers / 2);
        let to_each = single(&|at| format!("can {app} reach {}.10:443", hubs::subnet(at).1));
        let from_each = single(&|at| format!("can {}.10 reach vm{}:443", hubs::subnet(at).1, callers / 2));
        println!(
            "{:<8} {:<8} | {:<10.3} {:<8.3} {:<6.0} {:<5.0} | {:<10.3} {:<8.3} {:<6.0} {:<5.0}",
            estate.subnets,
            estate.rules,
            what.median(),
            what.worst(),
            to_each,
            to_each / what.median(),
            who.median(),
            who.worst(),
            from_each,
            from_each / who.median(),
        );
    });
}

/// An estate, lowered.
struct Estate {
    subnets: usize,
    rules: usize,
    session: Session,
    model: Arc<Model>,
}

impl Estate {
    fn of(subnets: usize, groups: usize, ends: usize) -> Self {
        let services = setting("FNET_BENCH_SERVICES", "10").parse().expect("a number");
        let text = hubs::script(subnets, groups, &Ends { apps: ends, hosts: ends, services });
        let mut session = Session::new();
        session.only_declare(true);
        session.load(&text).unwrap_or_else(|errors| panic!("{errors}"));
        let rules = text.lines().filter(|line| line.starts_with("    ")).count();
        let model = session.model();
        Self { subnets, rules, session, model }
    }

    fn what(&self, caller: usize) -> String {
        format!("what can {} reach", hubs::app(caller))
    }

    fn who(&self, target: usize) -> String {
        format!("who can reach vm{target}:443")
    }

    /// Asks questions of one engine, which has answered one before.
    fn asked(&self, go: impl FnOnce(&dyn Fn(&str) -> Answer)) {
        let model = &*self.model;
        let engine = Engine::of(model);
        let (scope, matrices) = (Scope::default(), query::KeptMatrix::default());
        let ask = |question: &str| {
            let mut sources: SourceMap = self.session.sources().clone();
            let id = sources.add("question", question);
            let (statements, _) = syntax::parse(id, question);
            let Some(Statement::Query(query)) = statements.first() else { panic!("no question: {question}") };
            let asked = Asked {
                model,
                engine: &engine,
                declared: self.session.declared(),
                scope: &scope,
                sources: &sources,
                below: None,
                open: &|_| unreachable!(),
                matrices: &matrices,
            };
            query::answer(&asked, query).unwrap_or_else(|error| panic!("{question}: {error:?}"))
        };
        ask("can app0 reach 10.0.0.10:443");
        go(&ask);
    }
}

/// What some questions took, in milliseconds.
struct Times(Vec<f64>);

impl Times {
    fn of(count: usize, mut one: impl FnMut(usize)) -> Self {
        let mut times: Vec<f64> = (0..count)
            .map(|at| {
                let start = (Instant::now(), on_processor());
                one(at);
                let taken = start.1.zip(on_processor()).map(|(start, end)| end - start);
                taken.unwrap_or_else(|| start.0.elapsed().as_secs_f64()) * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }

    fn worst(&self) -> f64 {
        self.0[self.0.len() - 1]
    }

    fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }
}
