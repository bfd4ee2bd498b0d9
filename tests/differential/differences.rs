//! Networks of many seeds, each compared in one way; what differs is made as small as it goes and told as a script.

use crate::asked::loaded;
use crate::oracle::plain::Model;
use crate::oracle::random::{Dice, model};
use crate::oracle::shrink::shrink;
use crate::oracle::text;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Something that both sides do not say alike.
pub struct Difference {
    /// Differences of one kind are told once.
    pub kind: String,
    pub shows: Box<Shows>,
}

/// What both sides say of a network, where they still differ.
pub type Shows = dyn Fn(&Model) -> Option<String>;

/// A network as it is compared: how many flows were, and the first difference.
pub type Compared = (usize, Option<Difference>);

pub fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// How many flows are asked about, all ways of comparing together.
pub fn flows() -> usize {
    number("FNET_DIFFERENTIAL_FLOWS", 1000)
}

/// The smallest script that still shows the difference, and what both sides say of it.
fn told(seed: u64, network: &Model, difference: &Difference) -> String {
    let shows = &difference.shows;
    let small =
        if shows(network).is_some() { shrink(network.clone(), |less| shows(less).is_some()) } else { network.clone() };
    let says = shows(&small).unwrap_or_else(|| format!("{}, seen once and not again", difference.kind));
    format!("seed {seed}\n{}{says}\n", text::script(&small))
}

/// Compares so many networks, and the seeds that failed once.
pub fn compare(networks: usize, way: impl Fn(&Model, &mut Dice, fnet::Session) -> Compared + Sync) {
    let first = number("FNET_DIFFERENTIAL_SEED", 1) as u64;
    let enough = number("FNET_DIFFERENTIAL_SHOWN", 3);
    let kept: Vec<u64> = include_str!("../oracle/seeds.txt")
        .lines()
        .filter_map(|line| line.split('#').next()?.trim().parse().ok())
        .collect();
    let networks = kept.len() + networks;
    let (next, compared, refused) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let (troubles, known) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let one = |seed: u64| {
        let mut dice = Dice::new(seed);
        let network = model(&mut dice);
        let session = match loaded(&text::script(&network)) {
            Ok(session) => session,
            Err(error) => return refused.lock().unwrap().push(error),
        };
        let (count, difference) = way(&network, &mut dice, session);
        compared.fetch_add(count, Ordering::Relaxed);
        let Some(difference) = difference else { return };
        let mut known = known.lock().unwrap();
        if known.contains(&difference.kind) {
            return;
        }
        known.push(difference.kind.clone());
        drop(known);
        let told = told(seed, &network, &difference);
        troubles.lock().unwrap().push(told);
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= networks || troubles.lock().unwrap().len() >= enough {
                        return;
                    }
                    one(kept.get(at).copied().unwrap_or_else(|| first + (at - kept.len()) as u64));
                }
            });
        }
    });
    let (refused, troubles) = (refused.into_inner().unwrap(), troubles.into_inner().unwrap());
    println!("{} flows of {networks} networks; {} networks did not load", compared.into_inner(), refused.len());
    for error in refused.iter().take(5) {
        println!("not loaded: {error}");
    }
    assert!(troubles.is_empty(), "{} differences:\n\n{}\n", troubles.len(), troubles.join("\n\n"));
    assert!(refused.len() * 10 <= networks, "too many networks do not load");
}
