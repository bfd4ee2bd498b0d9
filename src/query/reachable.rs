//! What all flows of a question come to: grouped by what lets them through, told in the shortest words that are exact.

use super::answer::{
    AdmissionAnswer, EndWord, Place, ReachableAnswer, ReachableFlows, ReachableGroup, ReachableOver, StepAnswer, Taken,
};
use super::{Asked, name};
use crate::diagnostic::Diagnostic;
use crate::engine::{Ends, Flows, LISTENS, Mark, Part, Step, Verdict};
use crate::net::{AddressSet, PortSet, Protocol, ProtocolSet};
use crate::source::Span;
use crate::syntax::one_line;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, RandomState};

/// Flows and what became of them, with the names that they were asked by.
pub(super) struct Reached {
    pub(super) part: Part,
    /// Their other end: where they go, or for `who` where they come from.
    pub(super) end: Ends,
    /// What people call that end, where it was asked about by its name.
    pub(super) name: Option<String>,
    /// The host name that was called.
    pub(super) host: Option<String>,
}

impl Reached {
    /// Do the flows pass, or may they?
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.part.verdict(), Verdict::No(_))
    }
}

/// The answer that some flows give.
pub(super) fn answer(
    asked: &Asked<'_>,
    span: Span,
    asked_for: EndWord,
    taken: Vec<Taken>,
    all: Vec<Reached>,
    explained: bool,
) -> ReachableAnswer {
    let question = one_line(asked.sources.text(span));
    let mut yes = Groups::default();
    let mut unknown = Groups::default();
    let mut no: Vec<Part> = Vec::new();
    for reached in all {
        match reached.part.verdict() {
            Verdict::Yes => yes.add(reached),
            Verdict::Unknown => unknown.add(reached),
            _ => no.push(reached.part),
        }
    }
    let (groups, unknown) = (yes.told(asked, explained), unknown.told(asked, explained));
    // What denies is told where nothing else is.
    let denied = if groups.is_empty() && unknown.is_empty() { denials(asked, &no) } else { Vec::new() };
    ReachableAnswer { question, asked_for, taken, groups, unknown, denied }
}

/// What denies these flows, each step once.
fn denials(asked: &Asked<'_>, parts: &[Part]) -> Vec<AdmissionAnswer> {
    let mut known = HashSet::new();
    let deciding = parts.iter().filter_map(|part| part.trail.deciding());
    let new = deciding.filter(|step| known.insert((&step.rule, step.words(), step.place)));
    let mut denied: Vec<AdmissionAnswer> = Vec::new();
    for step in new.map(|step| admission(asked, step, step.words())) {
        if !denied.contains(&step) {
            denied.push(step);
        }
    }
    denied
}

pub(super) fn admission(asked: &Asked<'_>, step: &Step, text: &str) -> AdmissionAnswer {
    let place = step.place.and_then(|span| Place::of(span, asked.sources));
    AdmissionAnswer { rule: step.rule.clone(), text: text.to_string(), place }
}

/// The steps that let flows through: those of lists, else what they passed last that rests on a line.
pub(super) fn admissions(part: &Part) -> Vec<&Step> {
    if part.verdict() != Verdict::Yes {
        return part.trail.deciding().into_iter().collect();
    }
    let admits: Vec<&Step> = part.trail.steps.iter().filter(|step| step.admits).collect();
    if !admits.is_empty() {
        return admits;
    }
    let passed = || part.trail.steps.iter().rev().filter(|step| step.mark == Mark::Pass);
    passed().find(|step| step.place.is_some()).or_else(|| passed().next()).into_iter().collect()
}

/// Flows that share what decides them, in the order in which they were found.
#[derive(Default)]
struct Groups {
    all: Vec<Group>,
    /// By the rules and places of their steps.
    known: Known,
}

struct Group {
    by: Vec<Step>,
    flows: Gathered,
    assumptions: Vec<String>,
    /// The whole way of those that were found first.
    first: Vec<Step>,
}

/// Protocols with their source ports and their ports.
type Over = (ProtocolSet, PortSet, PortSet);

/// Flows, end by end.
#[derive(Default)]
pub(super) struct Gathered {
    all: Vec<Same>,
    known: Known,
}

/// Where in a list the entries of some hash are: of many, few have to be compared.
#[derive(Default)]
struct Known {
    hasher: RandomState,
    places: HashMap<u64, Vec<usize>>,
}

impl Known {
    /// The first entry that is the same as one of these words.
    fn find(&self, words: impl Hash, same: impl Fn(usize) -> bool) -> Option<usize> {
        let places = self.places.get(&self.hasher.hash_one(words))?;
        places.iter().copied().filter(|at| same(*at)).min()
    }

    /// Takes in that an entry has these words.
    fn add(&mut self, words: impl Hash, at: usize) {
        self.places.entry(self.hasher.hash_one(words)).or_default().push(at);
    }
}

/// Flows of one end.
struct Same {
    end: Ends,
    name: Option<String>,
    hosts: Vec<String>,
    over: Vec<Over>,
}

impl Gathered {
    /// Takes flows in: their other end, what people call it where it was asked about by its name, and the host name.
    pub(super) fn add(&mut self, end: Ends, name: Option<String>, host: Option<String>, flows: &Flows) {
        let hosts: Vec<String> = host.into_iter().collect();
        let source_ports = flows.source_ports.clone().unwrap_or_else(PortSet::all);
        let ports = if flows.has_ports() { flows.ports.clone() } else { PortSet::default() };
        let over = (flows.protocols, source_ports, ports);
        let all = &self.all;
        let same = |at: usize| all[at].end == end && all[at].name == name && all[at].hosts == hosts;
        match self.known.find((&end, &name, &hosts), same) {
            Some(at) => self.all[at].over.push(over),
            None => {
                self.known.add((&end, &name, &hosts), self.all.len());
                self.all.push(Same { end, name, hosts, over: vec![over] });
            }
        }
    }

    /// The flows in the shortest words.
    pub(super) fn told(self, asked: &Asked<'_>) -> Vec<ReachableFlows> {
        let mut flows: Vec<Same> = Vec::new();
        let (mut named, mut placed) = (Known::default(), Known::default());
        // Whose the addresses are, of those that are many.
        let place = |same: &Same| match &same.end {
            Ends::Set(set) if set.single().is_none() => Some(name::whose(asked, set)),
            _ => None,
        };
        let mut places: Vec<Option<String>> = Vec::new();
        for mut same in self.all {
            same.over = together(same.over);
            // Several names of one thing that lead to one place.
            let is_namesake = |known: &Same| {
                let named = !known.hosts.is_empty() && known.thing() == same.thing();
                named && known.end == same.end && known.over == same.over
            };
            let namesake = || named.find(same.as_named(), |at| is_namesake(&flows[at]));
            if let Some(at) = Some(&same).filter(|same| !same.hosts.is_empty()).and_then(|_| namesake()) {
                let known = &mut flows[at];
                known.name = known.thing().map(String::from);
                known.hosts.append(&mut same.hosts);
                placed.add((known.as_placed(), &places[at]), at);
                continue;
            }
            // Pieces of one place that go by the same ports are one set.
            let there = place(&same);
            let is_alike =
                |known: &Same| known.name == same.name && known.hosts == same.hosts && known.over == same.over;
            let alike = || placed.find((same.as_placed(), &there), |at| places[at] == there && is_alike(&flows[at]));
            match Some(&there).filter(|there| there.is_some()).and_then(|_| alike()) {
                Some(at) => {
                    let known = &mut flows[at];
                    known.end = Ends::Set(known.end.possible().union(same.end.possible()));
                    places[at] = place(known);
                    named.add(known.as_named(), at);
                    placed.add((known.as_placed(), &places[at]), at);
                }
                None => {
                    named.add(same.as_named(), flows.len());
                    placed.add((same.as_placed(), &there), flows.len());
                    flows.push(same);
                    places.push(there);
                }
            }
        }
        // What is called by its name is not told again by its address.
        let by_name = flows.iter().filter(|flows| !flows.hosts.is_empty());
        let called: HashSet<(Ends, Vec<Over>)> = by_name.map(|flows| (flows.end.clone(), flows.over.clone())).collect();
        let told = |flows: &Same| {
            let named = flows.name.is_some() || !flows.hosts.is_empty();
            named || called.is_empty() || !called.contains(&(flows.end.clone(), flows.over.clone()))
        };
        flows.retain(told);
        flows.into_iter().map(|same| same.told(asked)).collect()
    }
}

impl Groups {
    fn add(&mut self, reached: Reached) {
        let by = admissions(&reached.part);
        // What is missing is the same where the same line would state it, whichever addresses it is missing for.
        let same_step = |a: &Step, b: &Step| {
            let missing = a.is_unknown() && b.is_unknown() && a.missing().1.is_some() && a.missing().1 == b.missing().1;
            a.rule == b.rule && a.place == b.place && (a.text == b.text || missing)
        };
        let same = |group: &Group| {
            group.by.len() == by.len() && group.by.iter().zip(&by).all(|(known, step)| same_step(known, step))
        };
        let words: Vec<(&str, Option<Span>)> = by.iter().map(|step| (step.rule.as_str(), step.place)).collect();
        let at = self.known.find(&words, |at| same(&self.all[at])).unwrap_or_else(|| {
            let first = reached.part.trail.steps.clone();
            let by = by.iter().map(|step| (*step).clone()).collect();
            self.known.add(&words, self.all.len());
            self.all.push(Group { by, flows: Gathered::default(), assumptions: Vec::new(), first });
            self.all.len() - 1
        });
        let group = &mut self.all[at];
        for (known, step) in group.by.iter_mut().zip(&by).filter(|(known, _)| known.is_unknown()) {
            known.text = shared_words(&known.text, &step.text);
            if let (Mark::Unknown(fact, _), Mark::Unknown(other, _)) = (&mut known.mark, &step.mark) {
                *fact = shared_words(fact, other);
            }
        }
        let Reached { part, end, name, host } = reached;
        for assumption in part.trail.assumptions {
            // That something answers goes for all flows that are told, and is said once.
            let listens = assumption.starts_with(LISTENS);
            let assumption = if listens { "something listens there".into() } else { assumption };
            if !group.assumptions.contains(&assumption) {
                group.assumptions.push(assumption);
            }
        }
        group.flows.add(end, name, host, &part.flows);
    }

    fn told(self, asked: &Asked<'_>, explained: bool) -> Vec<ReachableGroup> {
        self.all.into_iter().map(|group| group.told(asked, explained)).collect()
    }
}

impl Group {
    fn told(self, asked: &Asked<'_>, explained: bool) -> ReachableGroup {
        let missing = self.by.iter().find(|step| step.is_unknown()).map(Step::missing);
        let (fact, state_it) = missing.unwrap_or((None, None));
        ReachableGroup {
            by: self.by.iter().map(|step| admission(asked, step, &step.text)).collect(),
            flows: self.flows.told(asked),
            assumptions: self.assumptions,
            steps: match explained {
                true => self.first.iter().map(|step| StepAnswer::of(step, asked, true)).collect(),
                false => Vec::new(),
            },
            fact,
            state_it,
        }
    }
}

impl Same {
    /// The thing that they belong to, where they were asked about by a name.
    fn thing(&self) -> Option<&str> {
        self.name.as_ref().and_then(|name| name.split('.').next())
    }

    /// What the flows to one place of one thing share, whichever of its names was called.
    fn as_named(&self) -> impl Hash {
        (self.thing(), &self.end, &self.over)
    }

    /// What the flows to several pieces of one place share.
    fn as_placed(&self) -> impl Hash {
        (&self.name, &self.hosts, &self.over)
    }

    fn told(self, asked: &Asked<'_>) -> ReachableFlows {
        let (whose, addresses, words) = match &self.end {
            Ends::Set(set) => {
                let prefixes = set.prefixes().iter().map(prefix_text).collect();
                (name::whose(asked, set), prefixes, name::in_words(asked, set))
            }
            Ends::Symbol(symbol) => (symbol.text.clone(), vec![symbol.text.clone()], symbol.text.clone()),
        };
        let over = self.over.into_iter().map(|(protocols, source_ports, ports)| ReachableOver {
            protocols: protocols.to_string(),
            source_ports: (!source_ports.is_all()).then(|| source_ports.to_string()),
            ports: ports.to_string(),
        });
        ReachableFlows { end: self.name.unwrap_or(whose), hosts: self.hosts, addresses, words, over: over.collect() }
    }
}

/// A prefix; of one address the address alone.
fn prefix_text(prefix: &ipnet::IpNet) -> String {
    AddressSet::from(*prefix).to_string()
}

/// The words that two texts begin with, and that they go on.
fn shared_words(a: &str, b: &str) -> String {
    if a == b {
        return a.to_string();
    }
    let same = a.split(' ').zip(b.split(' ')).take_while(|(a, b)| a == b && *a != "…");
    let mut words: Vec<&str> = same.map(|(word, _)| word).collect();
    words.push("…");
    words.join(" ")
}

/// Ports by protocol: what goes by the same ports is told together.
fn together(over: Vec<Over>) -> Vec<Over> {
    // By protocol and source ports first, so that ports which were taken apart come together.
    let mut ports: Vec<(Protocol, PortSet, PortSet)> = Vec::new();
    for (protocols, from, to) in over {
        for protocol in protocols.iter() {
            match ports.iter_mut().find(|(known, source, _)| *known == protocol && *source == from) {
                Some((_, _, known)) => *known = known.union(&to),
                None => ports.push((protocol, from.clone(), to.clone())),
            }
        }
    }
    let mut merged: Vec<Over> = Vec::new();
    for (protocol, from, to) in ports {
        let one = ProtocolSet::one(protocol);
        match merged.iter_mut().find(|(_, source, known)| *source == from && *known == to) {
            Some((protocols, ..)) => *protocols = protocols.union(one),
            None => merged.push((one, from, to)),
        }
    }
    merged
}

/// The diagnostic of a qualifier that belongs to another question.
pub(super) fn out_of_place(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("FN0121", span, format!("{what} does not belong to a question about all flows"))
        .help("it is narrowed by `within`, `over`, `from-port` and `for`")
}
