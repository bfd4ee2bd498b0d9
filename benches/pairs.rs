//! How long it takes to judge all pairs of apps and hosts, and to take over one edited rule.
//!
//! `cargo bench --bench pairs`. An estate of hubs and spokes: subnets with groups of 20 to 100 rules a direction, most with
//! routes to the appliance of their hub or nowhere. Apps call out of half of the subnets, hosts stand in the other half. The
//! references: a plain loop over arrays of the same rules and routes, and the walk, asked cell by cell; both on a sample. Every
//! sampled cell must be the same in all of them.
//!
//! `FNET_BENCH_APPS` (10000), `FNET_BENCH_HOSTS` (10000), `FNET_BENCH_VNETS` (100), `FNET_BENCH_SUBNETS` (1000) are the sizes,
//! `FNET_BENCH_RUNS` (5) how often is measured; medians count.
//!
//! `--count pairs|edit-out|edit-in 300` does that once with so many apps and hosts, to count its instructions.

mod common;

use common::estate::{Estate, Rule, Sizes, range};
use common::measure::told;
use common::{Dice, median, numbers};
use fnet::Session;
use fnet::engine::{Called, Ends, Engine, Pairs, Question, Source, Target, Traffic, Verdict};
use fnet::model::{AppId, Model, NsgId, Thing};
use fnet::net::PortSet;
use std::hint::black_box;
use std::sync::Arc;

fn main() {
    if let Some((what, many)) = told() {
        let many = many[0].max(60);
        let sizes = Sizes { apps: many, hosts: many, vnets: (many / 10).min(200), subnets: many / 3 };
        return Bench::of(&Estate::of(42, sizes)).once(&what);
    }
    let size = |name: &str, default: &str| numbers(name, default)[0].max(1);
    let sizes = Sizes {
        apps: size("FNET_BENCH_APPS", "10000"),
        hosts: size("FNET_BENCH_HOSTS", "10000"),
        vnets: size("FNET_BENCH_VNETS", "100"),
        subnets: size("FNET_BENCH_SUBNETS", "1000").max(2),
    };
    let runs = size("FNET_BENCH_RUNS", "5");
    let estate = Estate::of(42, sizes);
    let bench = Bench::of(&estate);
    bench.all(&estate, runs);
}

/// The model, and the same with one rule more in one group: outbound, and inbound.
struct Bench {
    model: Arc<Model>,
    apps: Vec<AppId>,
    called: Vec<Called>,
    edited: Vec<(&'static str, NsgId, Arc<Model>)>,
}

impl Bench {
    fn of(estate: &Estate) -> Self {
        let mut net = Session::new();
        net.only_declare(true);
        net.load(&estate.script()).unwrap_or_else(|errors| panic!("{errors}"));
        let model = net.model();
        let apps = model.apps().map(|(id, _)| id).collect();
        let hosts = model.hosts().zip(&estate.hosts);
        let called = hosts.map(|((host, _), of)| Called { host, ports: PortSet::one(of.port) }).collect();
        let group = |name: String| model.nsgs().find(|(_, nsg)| nsg.head.name == name).expect("a group").0;
        let mut edited = Vec::new();
        for (side, at) in [("outbound", estate.apps[0]), ("inbound", estate.hosts[0].subnet)] {
            let mut net = Session::new();
            net.only_declare(true);
            net.load(&estate.script()).unwrap_or_else(|errors| panic!("{errors}"));
            net.enter(&format!("amend nsg g{at} {{ {side} {{ 99 deny tcp * -> *:443 }} }}"))
                .or_else(|_| net.enter(&format!("amend nsg g{at} {{ {side} {{ 4000 deny tcp * -> *:443 }} }}")))
                .unwrap_or_else(|errors| panic!("{errors}"));
            edited.push((side, group(format!("g{at}")), net.model()));
        }
        Self { model, apps, called, edited }
    }

    fn question(&self, app: usize, host: usize) -> Question {
        let to = &self.called[host];
        Question {
            source: Source::App(self.apps[app]),
            target: Target::Ends(Ends::one(self.model[to.host].addresses[0].value)),
            named: Some(Thing::Host(to.host)),
            over: None,
            source_ports: None,
            ports: to.ports.clone(),
            traffic: Traffic::Application,
            headers: Vec::new(),
            host: None,
            scm: false,
            every_address: false,
            briefly: true,
            only_open: false,
        }
    }

    /// An engine that knows what keeps apps from running, as it does once a script has been read.
    fn engine<'m>(&self, model: &'m Model) -> Engine<'m> {
        let engine = Engine::of(model);
        black_box(engine.walk(&self.question(0, 0)));
        engine
    }

    /// The pairs, with what becomes of each class: what `matrix` makes.
    fn pairs(&self, engine: &Engine<'_>) -> (Pairs, Vec<Option<Verdict>>) {
        let pairs = engine.pairs(&self.apps, &self.called);
        let fates = self.fates(engine, &pairs);
        (pairs, fates)
    }

    fn fates(&self, engine: &Engine<'_>, pairs: &Pairs) -> Vec<Option<Verdict>> {
        let mut fates = vec![None; pairs.classes()];
        for (class, app, host) in pairs.samples() {
            fates[class.number()] = Some(Verdict::of(&engine.walk(&self.question(app, host))));
        }
        fates
    }

    /// One thing to be counted, and what it takes to be prepared for any.
    fn once(&self, what: &str) {
        let engine = self.engine(&self.model);
        let mut known = engine.pairs(&self.apps, &self.called);
        let others: Vec<Engine<'_>> = self.edited.iter().map(|(_, _, model)| self.engine(model)).collect();
        let mut edit = |at: usize| assert!(known.edit(&others[at], &[self.edited[at].1]));
        match what {
            "pairs" => drop(black_box(self.pairs(&engine))),
            "edit-out" => edit(0),
            "edit-in" => edit(1),
            _ => {}
        }
    }

    fn all(&self, estate: &Estate, runs: usize) {
        let (apps, hosts) = (self.apps.len(), self.called.len());
        let cells = (apps * hosts) as f64;
        println!(
            "{apps} apps, {hosts} hosts, {} subnets, {} rules; medians of {runs} runs",
            estate.subnets.len(),
            estate.rules()
        );
        let engines: Vec<Engine<'_>> = (0..runs).map(|_| self.engine(&self.model)).collect();
        let mut next = engines.iter();
        let ours = median(runs, || drop(black_box(self.pairs(next.next().expect("an engine a run")))));
        let engine = self.engine(&self.model);
        let (pairs, fates) = self.pairs(&engine);
        let verdict = |app: usize, host: usize| pairs.class(app, host).and_then(|class| fates[class.number()]);
        let dice = &mut Dice::of(7);
        let sample: Vec<(usize, usize)> =
            (0..500).map(|_| (dice.below(apps as u64) as usize, dice.below(hosts as u64) as usize)).collect();
        let walked = median(1, || {
            for (app, host) in &sample {
                let found = Verdict::of(&engine.walk(&self.question(*app, *host)));
                assert_eq!(verdict(*app, *host), Some(found), "{app} {host}");
            }
        }) / sample.len() as f64;
        let rows: Vec<usize> =
            (0..(2_000_000 / hosts).clamp(1, apps)).map(|_| dice.below(apps as u64) as usize).collect();
        let mut reached = 0usize;
        let plain = median(1, || {
            for app in &rows {
                for host in 0..hosts {
                    let yes = reaches(estate, estate.apps[*app], host);
                    reached += usize::from(yes);
                }
            }
        }) / (rows.len() * hosts) as f64;
        let ours_there =
            rows.iter().map(|app| (0..hosts).filter(|host| verdict(*app, *host) == Some(Verdict::Yes)).count());
        assert_eq!(ours_there.sum::<usize>(), reached, "as many pairs reach as in the plain loop");
        let all: usize = (0..apps)
            .filter_map(|app| pairs.row(app))
            .flat_map(|row| pairs.counts(row))
            .filter(|(class, _)| fates[class.number()] == Some(Verdict::Yes))
            .map(|(_, count)| count)
            .sum();
        println!("{} classes; {all} pairs reach, {:.1} %", pairs.samples().len(), all as f64 / cells * 100.0);
        let told = |what: &str, seconds: f64| {
            println!("{what:<34} {:>12.2} ms {:>10.0} times ours", seconds * 1e3, seconds / ours)
        };
        told("all pairs", ours);
        told("a plain loop over the same data", plain * cells);
        told("the walk, cell by cell", walked * cells);
        println!("{:<34} {:>12.1} MB", "what is kept", pairs.size() as f64 / 1e6);
        for (side, group, model) in &self.edited {
            let (one, other) = (self.engine(&self.model), self.engine(model));
            let mut kept = one.pairs(&self.apps, &self.called);
            assert!(kept.edit(&other, &[*group]));
            self.same(&other, &kept);
            let turns = [&one, &other];
            let mut at = 0;
            // Many at once: the clock of a thread is a coarse one.
            let taken = median(runs, || {
                for _ in 0..200 {
                    assert!(kept.edit(turns[at % 2], &[*group]));
                    at += 1;
                }
            }) / 200.0;
            println!(
                "{:<34} {:>12.3} ms {:>10.0} times faster than anew",
                format!("one {side} rule edited"),
                taken * 1e3,
                ours / taken
            );
        }
    }

    /// Is what was taken over what would be made anew?
    fn same(&self, engine: &Engine<'_>, kept: &Pairs) {
        let (anew, fates) = self.pairs(engine);
        let kept_fates = self.fates(engine, kept);
        for app in (0..self.apps.len()).step_by(1 + self.apps.len() / 1000) {
            for host in 0..self.called.len() {
                let of = |pairs: &Pairs, fates: &[Option<Verdict>]| {
                    pairs.class(app, host).map(|class| fates[class.number()])
                };
                assert_eq!(of(kept, &kept_fates), of(&anew, &fates), "{app} {host}");
            }
        }
    }
}

/// The reference: does a host take what comes out of a subnet? Lists line by line, routes one by one.
fn reaches(estate: &Estate, from: usize, host: usize) -> bool {
    let (source, to) = (&estate.subnets[from], &estate.hosts[host]);
    let target = &estate.subnets[to.subnet];
    let holds = |prefix: (u32, u8), (first, last): (u32, u32)| {
        let (start, end) = range(prefix);
        start <= first && last <= end
    };
    let first = |rules: &[Rule]| {
        let matches = |rule: &&Rule| {
            rule.tcp
                && holds(rule.from, source.range)
                && holds(rule.to, (to.address, to.address))
                && (rule.ports.0..=rule.ports.1).contains(&to.port)
        };
        rules.iter().find(matches).map(|rule| rule.allow)
    };
    let longest = |routes: &[(u32, u8, bool)], wanted: (u32, u32)| {
        let there = routes.iter().filter(|(base, length, _)| holds((*base, *length), wanted));
        there.max_by_key(|(_, length, _)| *length).copied()
    };
    // A route of the user goes before one of the system for a prefix no longer than it.
    let by_user = longest(&source.routes, (to.address, to.address));
    let near = source.vnet == target.vnet || estate.peered(source.vnet, target.vnet);
    let by_user = by_user.filter(|(_, length, _)| !near || *length >= 16);
    let joined = |first: (u32, u8)| holds(first, (to.address, to.address));
    // What the tag VirtualNetwork holds: the network, its peers, and the prefixes of its routes.
    let outbound = first(&source.outbound)
        .unwrap_or(near || source.routes.iter().any(|(base, length, _)| joined((*base, *length))));
    if !outbound {
        return false;
    }
    match by_user {
        Some((.., false)) => return false,
        Some((.., true)) => {
            let hub = estate.vnets[source.vnet].hub;
            let there = target.vnet == hub || estate.peered(hub, target.vnet) || estate.vnets[target.vnet].hub != hub;
            let back = longest(&target.routes, source.range);
            let own = source.vnet == target.vnet || estate.peered(source.vnet, target.vnet);
            let back = back.filter(|(_, length, _)| !own || *length >= 16);
            // The appliance that a reply comes by hands it on to the networks that its own is peered with.
            let next = estate.vnets[target.vnet].hub;
            let taken = next == source.vnet || next == target.vnet || estate.peered(next, source.vnet);
            if !there || back.map_or(!own, |(.., by_hub)| !by_hub || !taken) {
                return false;
            }
        }
        None if !near => return false,
        None => {}
    }
    let known = source.vnet == target.vnet
        || estate.peered(source.vnet, target.vnet)
        || target.routes.iter().any(|(base, length, _)| holds((*base, *length), source.range));
    first(&target.inbound).unwrap_or(known)
}
