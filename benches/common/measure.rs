//! What benches measure with: time by the clock and by the processor, memory, instructions. Knows no workload.

use std::process::{Command, Stdio};
use std::time::Instant;

/// What a bench is told to do one thing once and nothing else, so that its instructions can be counted.
pub const COUNT: &str = "--count";

/// What a bench is told to do once: a word, and numbers that say how much of it; none where it is to measure.
pub fn told() -> Option<(String, Vec<usize>)> {
    let mut words = std::env::args().skip(1);
    words.next().filter(|word| word == COUNT)?;
    let what = words.next().expect("a bench that counts is told what");
    let numbers = words.map(|word| word.parse().expect("how much of it is a whole number"));
    Some((what, numbers.collect()))
}

/// What some work takes, in seconds.
#[derive(Clone, Copy)]
pub struct Time {
    /// By the clock.
    pub wall: f64,
    /// Of the processor, all threads together; by the clock where that is not told.
    pub processor: f64,
}

impl Time {
    /// The mean of rounds that take half a second together, or five rounds of what takes longer.
    pub fn of(mut work: impl FnMut()) -> Self {
        work();
        let (start, before) = (Instant::now(), processor_seconds());
        let mut rounds = 0;
        while rounds < 5 || start.elapsed().as_secs_f64() < 0.5 {
            work();
            rounds += 1;
            if start.elapsed().as_secs_f64() > 10.0 {
                break;
            }
        }
        let wall = start.elapsed().as_secs_f64();
        let spent = processor_seconds().zip(before).map(|(after, before)| after - before);
        let rounds = f64::from(rounds);
        Self { wall: wall / rounds, processor: spent.filter(|spent| *spent > 0.0).unwrap_or(wall) / rounds }
    }
}

/// The processor's time of this program so far, in hundredths of a second as Linux tells it.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / 100.0)
}

/// The most memory that this program has had, in MB, where Linux tells it.
pub fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? * 1024.0 / 1e6)
}

/// The instructions that this bench takes for one thing, as valgrind counts them; none where it cannot.
pub fn counted(what: &[&str]) -> Option<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(std::env::current_exe().ok()?)
        .arg(COUNT)
        .args(what)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr).to_string();
    let line = text.lines().find(|line| line.contains('I') && line.contains("refs:"))?;
    let number: String = line.rsplit(':').next()?.chars().filter(char::is_ascii_digit).collect();
    number.parse().ok().filter(|_| output.status.success())
}
