//! What all flows of a question come to: grouped by what lets them through, told in the shortest words that are exact.

use super::answer::{
    AdmissionAnswer, EndWord, Place, ReachableAnswer, ReachableFlows, ReachableGroup, ReachableOver, StepAnswer, Taken,
};
use super::{Asked, name};
use crate::diagnostic::Diagnostic;
use crate::engine::{Ends, LISTENS, Mark, Part, Step, Verdict};
use crate::net::{AddressSet, PortSet, Protocol, ProtocolSet};
use crate::source::Span;

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

/// The answer that some flows give.
pub(super) fn answer(
    asked: &Asked<'_>,
    span: Span,
    asked_for: EndWord,
    taken: Vec<Taken>,
    all: Vec<Reached>,
    explained: bool,
) -> ReachableAnswer {
    let question = asked.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut yes = Groups::default();
    let mut unknown = Groups::default();
    let mut denied: Vec<AdmissionAnswer> = Vec::new();
    for reached in all {
        match reached.part.verdict() {
            Verdict::Yes => yes.add(reached),
            Verdict::Unknown => unknown.add(reached),
            _ => {
                let deciding = reached.part.trail.deciding().map(|step| admission(asked, step, step.words()));
                denied.extend(deciding.filter(|step| !denied.contains(step)));
            }
        }
    }
    let (groups, unknown) = (yes.told(asked, explained), unknown.told(asked, explained));
    if !groups.is_empty() || !unknown.is_empty() {
        denied.clear();
    }
    ReachableAnswer { question, asked_for, taken, groups, unknown, denied }
}

fn admission(asked: &Asked<'_>, step: &Step, text: &str) -> AdmissionAnswer {
    let place = step.place.and_then(|span| Place::of(span, asked.sources));
    AdmissionAnswer { rule: step.rule.clone(), text: text.to_string(), place }
}

/// The steps that let flows through: those of lists, else what they passed last that rests on a line.
fn admissions(part: &Part) -> Vec<&Step> {
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
struct Groups(Vec<Group>);

struct Group {
    by: Vec<Step>,
    flows: Vec<Same>,
    assumptions: Vec<String>,
    /// The whole way of those that were found first.
    first: Vec<Step>,
}

/// Flows of one end.
struct Same {
    end: Ends,
    name: Option<String>,
    hosts: Vec<String>,
    over: Vec<(ProtocolSet, PortSet, PortSet)>,
}

impl Groups {
    fn add(&mut self, reached: Reached) {
        let by: Vec<Step> = admissions(&reached.part).into_iter().cloned().collect();
        let same_step = |a: &Step, b: &Step| a.rule == b.rule && a.text == b.text && a.place == b.place;
        let same = |group: &Group| {
            group.by.len() == by.len() && group.by.iter().zip(&by).all(|(known, step)| same_step(known, step))
        };
        let at = self.0.iter().position(same).unwrap_or_else(|| {
            let first = reached.part.trail.steps.clone();
            self.0.push(Group { by, flows: Vec::new(), assumptions: Vec::new(), first });
            self.0.len() - 1
        });
        let group = &mut self.0[at];
        let Reached { part, end, name, host } = reached;
        let hosts: Vec<String> = host.into_iter().collect();
        for assumption in part.trail.assumptions {
            // That something answers goes for all flows that are told, and is said once.
            let assumption =
                if assumption.starts_with(LISTENS) { "something listens there".into() } else { assumption };
            if !group.assumptions.contains(&assumption) {
                group.assumptions.push(assumption);
            }
        }
        let source_ports = part.flows.source_ports.clone().unwrap_or_else(PortSet::all);
        let ports = if part.flows.has_ports() { part.flows.ports.clone() } else { PortSet::default() };
        let over = (part.flows.protocols, source_ports, ports);
        let known = group.flows.iter_mut().find(|flows| flows.end == end && flows.name == name && flows.hosts == hosts);
        match known {
            Some(known) => known.over.push(over),
            None => group.flows.push(Same { end, name, hosts, over: vec![over] }),
        }
    }

    fn told(self, asked: &Asked<'_>, explained: bool) -> Vec<ReachableGroup> {
        self.0.into_iter().map(|group| group.told(asked, explained)).collect()
    }
}

impl Group {
    fn told(self, asked: &Asked<'_>, explained: bool) -> ReachableGroup {
        let missing = self.by.iter().find(|step| step.is_unknown()).map(Step::missing);
        let (fact, state_it) = missing.unwrap_or((None, None));
        let mut flows: Vec<Same> = Vec::new();
        for mut same in self.flows {
            same.over = together(same.over);
            // Several names of one thing that lead to one place.
            let namesake = |known: &&mut Same| {
                let of_thing = |same: &Same| same.name.as_ref().map(|name| name.split('.').next().map(String::from));
                let named = !known.hosts.is_empty() && !same.hosts.is_empty() && of_thing(known) == of_thing(&same);
                named && known.end == same.end && known.over == same.over
            };
            if let Some(known) = flows.iter_mut().find(namesake) {
                known.name = known.name.take().map(|name| name.split('.').next().unwrap_or_default().to_string());
                known.hosts.append(&mut same.hosts);
                continue;
            }
            let whose = |end: &Ends| match end {
                Ends::Set(set) => name::whose(asked, set),
                Ends::Symbol(_) => String::new(),
            };
            // Pieces of one place that go by the same ports are one set.
            let alike = |known: &&mut Same| {
                let sets = matches!((&known.end, &same.end), (Ends::Set(a), Ends::Set(b)) if a.single().is_none() && b.single().is_none());
                let named = known.name == same.name && known.hosts == same.hosts;
                sets && named && known.over == same.over && whose(&known.end) == whose(&same.end)
            };
            match flows.iter_mut().find(alike) {
                Some(known) => known.end = Ends::Set(known.end.possible().union(same.end.possible())),
                None => flows.push(same),
            }
        }
        // What is called by its name is not told again by its address.
        let called: Vec<(Ends, Vec<_>)> =
            flows.iter().filter(|f| !f.hosts.is_empty()).map(|f| (f.end.clone(), f.over.clone())).collect();
        flows.retain(|f| !f.hosts.is_empty() || f.name.is_some() || !called.contains(&(f.end.clone(), f.over.clone())));
        ReachableGroup {
            by: self.by.iter().map(|step| admission(asked, step, &step.text)).collect(),
            flows: flows.into_iter().map(|same| same.told(asked)).collect(),
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

/// Ports by protocol: what goes by the same ports is told together.
fn together(over: Vec<(ProtocolSet, PortSet, PortSet)>) -> Vec<(ProtocolSet, PortSet, PortSet)> {
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
    let mut merged: Vec<(ProtocolSet, PortSet, PortSet)> = Vec::new();
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
