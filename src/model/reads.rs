//! What of a model somebody looked at while something was worked out: what came of it holds as long as that stays the
//! same. Nothing is noted unless somebody wants to know. What is made of it is for those who ask.

use super::{Kind, Thing};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::{Debug, Write};
use std::hash::{DefaultHasher, Hasher};
use std::rc::Rc;

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    /// By kind, the declarations that were looked at: a bit each.
    nouns: Vec<Vec<u64>>,
    /// The kinds of which somebody wanted to know which declarations there are: a bit each.
    kinds: u32,
    /// Questions about the model, and a number for what was answered.
    facts: HashMap<Fact, u64>,
    /// Did it rest on more than declarations?
    all: bool,
}

/// A question about a model that stands between it and those who ask: as long as its answer is the same, it does not
/// matter to them what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fact {
    /// What is asked.
    pub(crate) name: &'static str,
    /// What it is asked of.
    pub(crate) of: [Option<Thing>; 2],
}

impl Reads {
    fn note(&mut self, kind: Kind, at: usize) {
        let kind = kind as usize;
        if self.nouns.len() <= kind {
            self.nouns.resize(kind + 1, Vec::new());
        }
        let bits = &mut self.nouns[kind];
        let (word, bit) = (at / 64, at % 64);
        if bits.len() <= word {
            bits.resize(word + 1, 0);
        }
        bits[word] |= 1 << bit;
    }

    fn add(&mut self, other: &Reads) {
        self.all |= other.all;
        self.kinds |= other.kinds;
        self.facts.extend(&other.facts);
        if self.nouns.len() < other.nouns.len() {
            self.nouns.resize(other.nouns.len(), Vec::new());
        }
        for (mine, theirs) in self.nouns.iter_mut().zip(&other.nouns) {
            if mine.len() < theirs.len() {
                mine.resize(theirs.len(), 0);
            }
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine |= theirs);
        }
    }

    /// The declarations that were looked at.
    pub(crate) fn things(&self) -> impl Iterator<Item = Thing> {
        self.nouns.iter().zip(Kind::ALL).flat_map(|(bits, kind)| {
            let set = bits.iter().enumerate().flat_map(|(word, bits)| {
                (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| (word * 64 + bit) as u32)
            });
            set.filter_map(|at| Thing::numbered(*kind, at))
        })
    }

    /// The kinds of which somebody wanted to know which declarations there are.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(|kind| self.kinds >> (*kind as u32) & 1 == 1)
    }

    /// The questions that it rests on, each with a number for its answer.
    pub(crate) fn facts(&self) -> impl Iterator<Item = (Fact, u64)> {
        self.facts.iter().map(|(fact, print)| (*fact, *print))
    }

    /// Did it rest on more than declarations, so that nothing but the very same text says that it holds?
    pub(crate) fn everything(&self) -> bool {
        self.all
    }
}

thread_local! {
    /// Does anybody want to know?
    static ON: Cell<bool> = const { Cell::new(false) };
    static NOTED: RefCell<Reads> = RefCell::default();
}

/// Does anybody want to know what is looked at?
#[inline]
pub(crate) fn wanted() -> bool {
    ON.get()
}

/// Does something, and says what of the model it looked at. Whoever wants to know of more than this hears of it too.
pub(crate) fn of<T>(go: impl FnOnce() -> T) -> (T, Reads) {
    let told = Told::new(true);
    let value = go();
    let reads = NOTED.with_borrow(Clone::clone);
    drop(told);
    (value, reads)
}

/// What was worked out once for many, and what it rests on.
#[derive(Clone, Debug)]
pub(crate) struct Known<T> {
    value: T,
    reads: Option<Rc<Reads>>,
}

impl<T> Known<T> {
    /// Works it out.
    pub(crate) fn of(go: impl FnOnce() -> T) -> Self {
        if !wanted() {
            return Self { value: go(), reads: None };
        }
        let (value, reads) = of(go);
        Self { value, reads: Some(Rc::new(reads)) }
    }

    /// What was worked out elsewhere, and looked at this.
    pub(crate) fn noted_before(value: T, reads: Reads) -> Self {
        Self { value, reads: Some(Rc::new(reads)) }
    }

    /// The value and what it rests on, where somebody wanted to know.
    pub(crate) fn noted(&self) -> Option<(T, Reads)>
    where
        T: Clone,
    {
        Some((self.value.clone(), self.reads.as_deref()?.clone()))
    }

    /// The value. Who wants to know what is looked at hears what it rests on.
    pub(crate) fn get(&self) -> &T {
        if wanted() {
            match &self.reads {
                Some(reads) => NOTED.with_borrow_mut(|noted| noted.add(reads)),
                // It was worked out while nobody wanted to know.
                None => everything(),
            }
        }
        &self.value
    }
}

/// Notes that a declaration was looked at.
#[inline]
pub(super) fn note(kind: Kind, at: usize) {
    if wanted() {
        NOTED.with_borrow_mut(|noted| noted.note(kind, at));
    }
}

/// Notes that somebody wanted to know which declarations of a kind there are.
#[inline]
pub(super) fn note_kind(kind: Kind) {
    if wanted() {
        NOTED.with_borrow_mut(|noted| noted.kinds |= 1 << kind as u32);
    }
}

/// Notes that something rests on more than what can be noted.
pub(crate) fn everything() {
    if wanted() {
        NOTED.with_borrow_mut(|noted| noted.all = true);
    }
}

/// Answers a question about the model that stands between it and those who ask.
pub(crate) fn rests_on<T: Debug>(fact: Fact, go: impl FnOnce() -> T) -> T {
    if !wanted() {
        return go();
    }
    let value = unnoted(go);
    let print = print_of(&value);
    NOTED.with_borrow_mut(|noted| noted.facts.insert(fact, print));
    value
}

/// A number for an answer: the same for the same answer.
pub(crate) fn print_of(value: &impl Debug) -> u64 {
    struct Hashed(DefaultHasher);
    impl Write for Hashed {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut hashed = Hashed(DefaultHasher::new());
    // Writing into a hash does not fail.
    let _ = write!(hashed, "{value:?}");
    hashed.0.finish()
}

/// Does something that nobody is to hear of.
fn unnoted<T>(go: impl FnOnce() -> T) -> T {
    let _told = wanted().then(|| Told::new(false));
    go()
}

/// Puts things back as they were, also where something panics.
struct Told {
    before: Option<(bool, Reads)>,
    pass_on: bool,
}

impl Told {
    fn new(pass_on: bool) -> Self {
        let noted = NOTED.take();
        Self { before: Some((ON.replace(true), noted)), pass_on }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let Some((on, mut noted)) = self.before.take() else { return };
        let mine = NOTED.take();
        if self.pass_on && on {
            noted.add(&mine);
        }
        ON.set(on);
        NOTED.set(noted);
    }
}
