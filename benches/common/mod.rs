//! What benches share: made-up rules, flows and prefixes, the same in every run, and how times are taken.
#![allow(dead_code)]

pub mod edits;
pub mod estate;
pub mod hubs;
pub mod measure;
pub mod networks;
pub mod rules;

use std::time::Instant;

/// A setting of the environment, or its default.
pub fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_string())
}

/// The numbers of a setting, joined by commas.
pub fn numbers(name: &str, default: &str) -> Vec<usize> {
    setting(name, default).split(',').filter_map(|word| word.trim().parse().ok()).collect()
}

/// The middle one of the seconds that several runs take.
pub fn median(runs: usize, mut once: impl FnMut()) -> f64 {
    let time = |once: &mut dyn FnMut()| {
        let start = (Instant::now(), on_processor());
        once();
        // Where it is told, what the thread had of a processor: others that wait for one do not count.
        let taken = start.1.zip(on_processor()).map(|(start, end)| end - start);
        taken.unwrap_or_else(|| start.0.elapsed().as_secs_f64())
    };
    let mut times: Vec<f64> = (0..runs.max(1)).map(|_| time(&mut once)).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The seconds that this thread has had of a processor so far, where the system tells them.
pub fn on_processor() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = told.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}

/// Numbers that look random and are the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number below that one.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// Yes, so many times in a hundred.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}
