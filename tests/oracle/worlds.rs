//! Trying every case. A walk picks where the model leaves several possibilities (which address of its subnet an app
//! uses) and guesses where it leaves a fact open (whether a service tag without data has an address); every combination
//! is walked once. What holds in all of them is the answer.

use super::plain::Range;

/// The answer to a question about one flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    No,
    /// It differs between possibilities.
    Partly,
    /// It differs between what an open fact could be.
    Unknown,
}

/// Why a flow does not arrive: how it shows, and the rule of the fact sheet that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct No {
    pub outcome: &'static str,
    pub rule: &'static str,
}

pub type Arrives = Result<(), No>;

/// A flow that does not arrive.
pub fn no<T>(outcome: &'static str, rule: &'static str) -> Result<T, No> {
    Err(No { outcome, rule })
}

struct Taken {
    label: String,
    value: usize,
    of: usize,
    fact: bool,
    /// Of an address that nobody stated, whose it is and the ranges that it is in or not.
    within: Option<(String, Vec<Range>)>,
}

/// What was picked and guessed in the walk under way.
#[derive(Default)]
pub struct Worlds {
    taken: Vec<Taken>,
    at: usize,
    silent: bool,
}

/// More combinations than this are not walked: the question is left out.
const ENOUGH: usize = 5000;

impl Worlds {
    fn take(&mut self, label: String, of: usize, fact: bool) -> usize {
        if let Some(before) = self.taken[..self.at].iter().find(|taken| taken.label == label) {
            return before.value;
        }
        if self.at == self.taken.len() {
            self.taken.push(Taken { label, value: 0, of, fact, within: None });
        }
        self.at += 1;
        self.taken[self.at - 1].value
    }

    /// One of so many possibilities, each of which is real.
    pub fn pick(&mut self, label: String, of: usize) -> usize {
        self.take(label, of, false)
    }

    /// A fact that the model does not state.
    pub fn guess(&mut self, label: String) -> bool {
        self.take(label, 2, true) == 1
    }

    /// Is an address that nobody stated in one of these ranges? Where it is known to be in fewer, it is; where it is
    /// known to be in none of more, it is not.
    pub fn guess_within(&mut self, whose: &str, ranges: &[Range]) -> bool {
        let ranges: Vec<Range> = ranges.iter().copied().filter(|range| may_be_public(&[*range])).collect();
        for taken in &self.taken[..self.at] {
            match &taken.within {
                Some((who, known)) if who == whose && taken.value == 1 && covered(known, &ranges) => return true,
                Some((who, known)) if who == whose && taken.value == 0 && covered(&ranges, known) => return false,
                _ => {}
            }
        }
        let value = self.guess(format!("{whose} is in {ranges:?}"));
        self.taken[self.at - 1].within = Some((whose.to_string(), ranges));
        value
    }

    /// One of so many things that a fact could be that the model does not state.
    pub fn fact(&mut self, label: String, of: usize) -> usize {
        self.take(label, of, true)
    }

    /// The sheet does not say what comes of it: the question is left out.
    pub fn unsaid(&mut self) {
        self.silent = true;
    }

    /// On to the next combination; false behind the last one.
    fn next(&mut self) -> bool {
        while let Some(last) = self.taken.last_mut() {
            if last.value + 1 < last.of {
                last.value += 1;
                self.at = 0;
                return true;
            }
            self.taken.pop();
        }
        false
    }

    /// What was picked, facts aside.
    fn possibility(&self) -> Vec<(String, usize)> {
        self.taken.iter().filter(|taken| !taken.fact).map(|taken| (taken.label.clone(), taken.value)).collect()
    }
}

/// Could an IPv4 address that nobody stated be among them?
pub fn may_be_public(ranges: &[Range]) -> bool {
    ranges.iter().any(|range| !range.low.six && (range.low.is_public() || range.high.is_public()))
}

/// Are all addresses of some ranges in others?
fn covered(ranges: &[Range], others: &[Range]) -> bool {
    let holds = |range: &Range| {
        let mut at = range.low;
        loop {
            match others.iter().find(|other| other.has(at)) {
                Some(other) if other.has(range.high) => return true,
                Some(other) => at = other.high.plus(1),
                None => return false,
            }
        }
    };
    ranges.iter().all(holds)
}

/// What is known of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub verdict: Verdict,
    /// The first reason of a no.
    pub reason: Option<No>,
    /// Was a fact met that the model does not state, whether it decides or not?
    pub guessed: bool,
}

/// A possibility, and what became of it whatever the open facts are.
struct Seen {
    possibility: Vec<(String, usize)>,
    yes: bool,
    no: bool,
}

/// The answer over all combinations. None where there are too many.
pub fn try_all(mut walk: impl FnMut(&mut Worlds) -> Arrives) -> Option<Answer> {
    let mut worlds = Worlds::default();
    let mut seen: Vec<Seen> = Vec::new();
    let (mut reason, mut guessed) = (None, false);
    for _ in 0..ENOUGH {
        let arrives = walk(&mut worlds);
        if worlds.silent {
            return None;
        }
        reason = reason.or(arrives.err());
        guessed |= worlds.taken.iter().any(|taken| taken.fact);
        let possibility = worlds.possibility();
        let at = seen.iter().position(|one| one.possibility == possibility).unwrap_or_else(|| {
            seen.push(Seen { possibility, yes: false, no: false });
            seen.len() - 1
        });
        match arrives {
            Ok(()) => seen[at].yes = true,
            Err(_) => seen[at].no = true,
        }
        if !worlds.next() {
            return Some(Answer { verdict: verdict(&seen), reason, guessed });
        }
    }
    None
}

fn verdict(seen: &[Seen]) -> Verdict {
    let yes = seen.iter().any(|one| one.yes && !one.no);
    let no = seen.iter().any(|one| !one.yes && one.no);
    let open = seen.iter().any(|one| one.yes && one.no);
    match (yes, no, open) {
        (true, true, _) => Verdict::Partly,
        (_, _, true) => Verdict::Unknown,
        (true, ..) => Verdict::Yes,
        _ => Verdict::No,
    }
}
