//! Lists of lines over plain callers and called: which line is the first for which of them. Not what lists are asked in
//! which order, and not what a line means: that is [`Engine::surely`].

use super::ClassId;
use super::bits::Bits;
use super::board::{Class, Classes};
use super::plain::Plain;
use crate::engine::Engine;
use crate::engine::meaning::Viewpoint;
use crate::model::{Action, AddressExpr, SecurityRule, Term};
use crate::net::{AddressSet, PortSet, Protocol};
use std::collections::HashMap;

/// What a line does to what it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It goes on to the next list.
    Pass,
    /// It goes on past the lists behind.
    Past,
    /// It ends here.
    Deny(ClassId),
}

/// Ranges, each from a position to before another.
pub(super) type Spans = Vec<(u32, u32)>;

/// A list, as far as it says something about plain callers and called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct List {
    lines: Vec<Line>,
    /// The ranges of the lines.
    ranges: Spans,
    /// What happens to what no line matches.
    unmatched: Effect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    effect: Effect,
    /// The number of its ports among the [`Ports`].
    ports: u32,
    /// Its columns, the sources that it means wholly, and those of which it means a part: where each of them end in
    /// the ranges.
    ends: [u32; 3],
}

/// What of a set of positions lists pass, deny, or cut: those of which a line means a part only.
pub(super) struct Judged {
    pub(super) passed: Bits,
    pub(super) past: Bits,
    pub(super) denied: Vec<(ClassId, Bits)>,
    pub(super) cut: Bits,
}

impl Judged {
    /// All of these go on.
    pub(super) fn of(all: Bits) -> Self {
        let none = Bits::none(all.words().len() * 64);
        Self { passed: all, past: none.clone(), denied: Vec::new(), cut: none }
    }

    fn deny(&mut self, class: ClassId) -> usize {
        self.denied.iter().position(|(known, _)| *known == class).unwrap_or_else(|| {
            self.denied.push((class, Bits::none(self.cut.words().len() * 64)));
            self.denied.len() - 1
        })
    }

    /// Takes what a line matches for certain out of what is open.
    fn decide(
        &mut self,
        open: &mut Bits,
        next: &mut Bits,
        range: (u32, u32),
        mask: Option<&Bits>,
        effect: Effect,
    ) -> usize {
        match effect {
            Effect::Pass => open.move_range(range, mask, next),
            Effect::Past => open.move_range(range, mask, &mut self.past),
            Effect::Deny(class) => {
                let at = self.deny(class);
                open.move_range(range, mask, &mut self.denied[at].1)
            }
        }
    }
}

/// The sets of ports that lines name, and what each of them holds of what columns are asked by.
#[derive(Clone, Debug, Default)]
pub(super) struct Ports {
    known: HashMap<PortSet, u32>,
    /// Of each port the set of it alone, counted from 1.
    single: Vec<u32>,
    sets: Vec<Held>,
}

#[derive(Clone, Debug)]
struct Held {
    /// Of each set of ports that columns are asked by: does the line mean all of them (2), some (1), or none (0)?
    of: Vec<u8>,
    /// The columns that it means wholly; none for all of them.
    whole: Option<Bits>,
    /// The columns of whose ports it means some; none where there are none.
    cut: Option<Bits>,
}

impl Ports {
    fn number(&mut self, ports: &PortSet, plain: &Plain) -> u32 {
        self.single.resize(usize::from(u16::MAX) + 1, 0);
        let known = match ports.single() {
            Some(port) => self.single[usize::from(port)].checked_sub(1),
            None => self.known.get(ports).copied(),
        };
        if let Some(known) = known {
            return known;
        }
        let number = self.sets.len() as u32;
        let of = plain.ports.iter().map(|asked| match asked.is_subset(ports) {
            true => 2,
            false => u8::from(asked.meets(ports)),
        });
        let of: Vec<u8> = of.collect();
        let columns = |wanted: u8| {
            let mut bits = Bits::none(plain.columns.len());
            let mut there = plain.columns.iter().enumerate().filter(|(_, column)| of[column.ports as usize] == wanted);
            there.by_ref().for_each(|(at, _)| bits.insert(at));
            bits
        };
        let whole = of.iter().any(|held| *held != 2).then(|| columns(2));
        let cut = of.contains(&1).then(|| columns(1));
        self.sets.push(Held { of, whole, cut });
        match ports.single() {
            Some(port) => self.single[usize::from(port)] = number + 1,
            None => drop(self.known.insert(ports.clone(), number)),
        }
        number
    }
}

/// What a list is of: it says how its lines end flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Security admin rules.
    Admin,
    /// A security group.
    Group,
    /// The lines of an appliance, with what becomes of what none of them names.
    Appliance(Action),
}

impl Kind {
    fn effect(self, rule: &SecurityRule, classes: &mut Classes) -> Effect {
        let id = match self {
            Self::Admin => "nsg.admin-rules.first",
            Self::Group => rule.rule.as_deref().unwrap_or("nsg.security-rule"),
            Self::Appliance(_) => "eval.out.7-hops",
        };
        match (rule.action, self) {
            (Action::Deny, _) => Effect::Deny(classes.number(Class::Denied(id.to_string()))),
            (Action::AlwaysAllow, Self::Admin) => Effect::Past,
            _ => Effect::Pass,
        }
    }

    fn unmatched(self, classes: &mut Classes) -> Effect {
        match self {
            Self::Appliance(Action::Deny) => Effect::Deny(classes.number(Class::Denied("eval.out.7-hops".into()))),
            _ => Effect::Pass,
        }
    }
}

impl List {
    /// The lines as they are understood from somewhere.
    pub(super) fn of(
        engine: &Engine<'_>,
        rules: &[SecurityRule],
        (kind, view): (Kind, Option<Viewpoint>),
        plain: &Plain,
        ports: &mut Ports,
        classes: &mut Classes,
    ) -> Self {
        let mut list = Self { lines: Vec::new(), ranges: Vec::new(), unmatched: kind.unmatched(classes) };
        let mut last: Option<(Action, Option<&str>, Effect)> = None;
        for rule in rules {
            // A client's port is one that nobody stated: a line that names some means it not.
            if !rule.protocols.contains(Protocol::Tcp) || !rule.source.ports.is_all() {
                continue;
            }
            let before = list.ranges.len();
            list.columns(engine, &rule.destination.addresses, view, plain);
            let columns = list.ranges.len();
            if columns == before {
                continue;
            }
            let cut = list.sources(engine, &rule.source.addresses, view, plain);
            let sources = list.ranges.len();
            list.ranges.extend(cut);
            if list.ranges.len() == columns {
                list.ranges.truncate(before);
                continue;
            }
            let effect = match last {
                Some((action, id, effect)) if (action, id) == (rule.action, rule.rule.as_deref()) => effect,
                _ => kind.effect(rule, classes),
            };
            last = Some((rule.action, rule.rule.as_deref(), effect));
            list.lines.push(Line {
                effect,
                ports: ports.number(&rule.destination.ports, plain),
                ends: [columns as u32, sources as u32, list.ranges.len() as u32],
            });
        }
        list
    }

    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        size_of_val(&*self.lines) + size_of_val(&*self.ranges)
    }

    fn columns(&mut self, engine: &Engine<'_>, expr: &AddressExpr, view: Option<Viewpoint>, plain: &Plain) {
        match expr.terms.as_slice() {
            [Term::Any] => self.ranges.push((0, plain.columns.len() as u32)),
            _ => self.ranges.extend(columns_in(&engine.surely(expr, view), plain)),
        }
    }

    /// The sources that are meant wholly; those of which a part is meant are given back.
    fn sources(&mut self, engine: &Engine<'_>, expr: &AddressExpr, view: Option<Viewpoint>, plain: &Plain) -> Spans {
        if let [Term::Any] = expr.terms.as_slice() {
            self.ranges.push((0, plain.sources.len() as u32));
            return Vec::new();
        }
        let (whole, cut) = sources_in(&engine.surely(expr, view), plain);
        self.ranges.extend(whole);
        cut
    }

    fn parts(&self, at: usize) -> (Line, [&[(u32, u32)]; 3]) {
        let line = self.lines[at];
        let start = at.checked_sub(1).map_or(0, |before| self.lines[before].ends[2]) as usize;
        let [columns, sources, end] = line.ends.map(|end| end as usize);
        (line, [&self.ranges[start..columns], &self.ranges[columns..sources], &self.ranges[sources..end]])
    }

    /// Asks the list about what one source sends to columns, those that are still on their way.
    pub(super) fn ask_from(&self, source: u32, judged: &mut Judged, ports: &Ports) {
        let none = Bits::none(judged.cut.words().len() * 64);
        let mut open = std::mem::replace(&mut judged.passed, none.clone());
        let mut next = none;
        let mut left = open.count();
        for at in 0..self.lines.len() {
            if left == 0 {
                break;
            }
            let (line, [columns, whole, cut]) = self.parts(at);
            let means = |ranges: &[(u32, u32)]| ranges.iter().any(|(start, end)| (*start..*end).contains(&source));
            let wholly = means(whole);
            if !wholly && !means(cut) {
                continue;
            }
            let held = &ports.sets[line.ports as usize];
            for range in columns {
                if let Some(some) = &held.cut {
                    left -= open.move_range(*range, Some(some), &mut judged.cut);
                }
                left -= match wholly {
                    true => judged.decide(&mut open, &mut next, *range, held.whole.as_ref(), line.effect),
                    false => open.move_range(*range, held.whole.as_ref(), &mut judged.cut),
                };
            }
        }
        self.end(open, next, judged);
    }

    /// Asks the list about what sources send to one column, those that are still on their way.
    pub(super) fn ask_to(&self, (column, asked): (u32, u32), judged: &mut Judged, ports: &Ports) {
        let none = Bits::none(judged.cut.words().len() * 64);
        let mut open = std::mem::replace(&mut judged.passed, none.clone());
        let mut next = none;
        let mut left = open.count();
        for at in 0..self.lines.len() {
            if left == 0 {
                break;
            }
            let (line, [columns, whole, cut]) = self.parts(at);
            let held = ports.sets[line.ports as usize].of[asked as usize];
            if held == 0 || !columns.iter().any(|(start, end)| (*start..*end).contains(&column)) {
                continue;
            }
            for range in whole {
                left -= match held {
                    2 => judged.decide(&mut open, &mut next, *range, None, line.effect),
                    _ => open.move_range(*range, None, &mut judged.cut),
                };
            }
            for range in cut {
                left -= open.move_range(*range, None, &mut judged.cut);
            }
        }
        self.end(open, next, judged);
    }

    /// What no line matched.
    fn end(&self, mut open: Bits, mut next: Bits, judged: &mut Judged) {
        let all = (0, (open.words().len() * 64) as u32);
        judged.decide(&mut open, &mut next, all, None, self.unmatched);
        judged.passed = next;
    }
}

/// The columns whose addresses are in a set, as ranges.
pub(super) fn columns_in(set: &AddressSet, plain: &Plain) -> impl Iterator<Item = (u32, u32)> {
    let position = |wanted: &dyn Fn(u32) -> bool| plain.columns.partition_point(|column| wanted(column.address)) as u32;
    let range = move |(start, end): &(u32, u32)| (position(&|a| a < *start), position(&|a| a <= *end));
    set.v4_ranges().iter().map(range).filter(|(start, end)| start < end)
}

/// The sources whose addresses are in a set, and those of which some are, as ranges.
pub(super) fn sources_in(set: &AddressSet, plain: &Plain) -> (Spans, Spans) {
    let (mut whole, mut cut): (Spans, Spans) = (Vec::new(), Vec::new());
    let part = |at: usize, cut: &mut Spans| {
        let at = at as u32;
        if cut.last() != Some(&(at, at + 1)) {
            cut.push((at, at + 1));
        }
    };
    for (start, end) in set.v4_ranges() {
        let mut from = plain.sources.partition_point(|source| source.range.1 < *start);
        let mut to = plain.sources.partition_point(|source| source.range.0 <= *end);
        if from < to && plain.sources[from].range.0 < *start {
            part(from, &mut cut);
            from += 1;
        }
        if from < to && plain.sources[to - 1].range.1 > *end {
            to -= 1;
            part(to, &mut cut);
        }
        if from < to {
            whole.push((from as u32, to as u32));
        }
    }
    (whole, cut)
}
