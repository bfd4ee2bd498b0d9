//! The security rules that are in force at an interface in one direction, compiled to decide many single flows: the fast
//! way to what [`super::security`] decides and explains. Not a trace, and not where flows then go.

use super::Engine;
use super::flow::Ends;
use super::matching::{Matcher, is_one_doubt};
use super::meaning::Viewpoint;
use super::security::Gate;
use crate::model::*;
use crate::net::{AddressSet, FilterLine, FirstMatch, FiveTuple};
use std::collections::HashMap;

/// The lists that are asked at an interface in one direction, in order.
///
/// ```
/// use fnet::engine::{Engine, Ruling};
/// use fnet::net::{FiveTuple, Protocol};
/// let mut net = fnet::Session::new();
/// net.load("vnet hub 10.0.0.0/16 { subnet data 10.0.1.0/24 { nsg guard } }
/// nsg guard { inbound { 100 deny tcp * -> *:22 } }")?;
/// let model = net.model();
/// let (subnet, _) = model.subnets().next().unwrap();
/// let security = Engine::of(&model).effective_security(subnet, None, false);
/// let flow = |port| FiveTuple {
///     protocol: Protocol::Tcp,
///     source: "10.0.2.4".parse().unwrap(),
///     source_port: Some(50_000),
///     destination: "10.0.1.4".parse().unwrap(),
///     port,
/// };
/// let by = security.decide(&flow(22)).by.unwrap();
/// assert_eq!(security.rule(by).text(), "100 deny tcp * -> *:22");
/// assert_eq!(security.decide(&flow(443)).ruling, Ruling::Allowed);
/// # Ok::<(), fnet::Errors>(())
/// ```
#[derive(Debug)]
pub struct EffectiveSecurity<'m> {
    /// Destinations that no list is asked about.
    unfiltered: AddressSet,
    lists: Vec<List<'m>>,
}

/// Whose list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListOwner {
    /// Security admin rules.
    AdminRules(AdminRulesId),
    /// A security group.
    Nsg(NsgId),
}

/// One of the lists.
#[derive(Debug)]
struct List<'m> {
    owner: ListOwner,
    rules: &'m [SecurityRule],
    /// Its lines; behind one that may match more than is stated another for what it may match.
    compiled: FirstMatch,
    /// Which rule each of them is of, and whether it only may match.
    entries: Vec<(u32, bool)>,
    /// What the sides mean of those that may match more than is stated.
    doubtful: HashMap<u32, (Matcher, Matcher)>,
}

/// What the lists say of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ruling {
    /// It passes all of them.
    Allowed,
    /// One of them denies it.
    Denied,
    /// The model does not state what decides.
    Unknown,
}

/// A line: which list, and which rule of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineAt {
    list: u32,
    rule: u32,
}

/// What becomes of a flow, and by which line: the one that denies, the last that allows, or the one of which nobody can say
/// whether it matches. None where no list has a say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecurityDecision {
    /// What becomes of it.
    pub ruling: Ruling,
    /// By which line.
    pub by: Option<LineAt>,
}

impl<'m> Engine<'m> {
    /// The security rules in force at an interface of a subnet, in one direction; `nic` is the group of the interface.
    pub fn effective_security(&self, subnet: SubnetId, nic: Option<NsgId>, outbound: bool) -> EffectiveSecurity<'m> {
        let model: &'m Model = self.model;
        let vnet = model[subnet].vnet;
        let view = Viewpoint { vnet, subnet: Some(subnet) };
        let mut lists = Vec::new();
        for (id, _) in self.admin_sets(vnet) {
            let set = &model[id];
            let rules = if outbound { &set.outbound } else { &set.inbound };
            lists.push(self.compiled((ListOwner::AdminRules(id), outbound), rules, view));
        }
        for at_subnet in (Gate { subnet: Some(subnet), nic, outbound }).order() {
            let group = if at_subnet { model[subnet].nsg.as_ref().map(|nsg| nsg.value) } else { nic };
            if let Some(id) = group {
                let rules = if outbound { &model[id].outbound } else { &model[id].inbound };
                lists.push(self.compiled((ListOwner::Nsg(id), outbound), rules, view));
            }
        }
        let unfiltered = if outbound { self.unfiltered(Some(subnet), true) } else { None };
        EffectiveSecurity { unfiltered: unfiltered.unwrap_or_default(), lists }
    }

    fn compiled(&self, (owner, outbound): (ListOwner, bool), rules: &'m [SecurityRule], view: Viewpoint) -> List<'m> {
        let (means, public) = (self.lines((owner, outbound), rules, view), self.public_space());
        let (mut lines, mut entries, mut doubts) = (Vec::new(), Vec::new(), HashMap::new());
        for (at, rule) in rules.iter().enumerate() {
            let (source, destination) = means.matchers(at);
            let line = |source: AddressSet, destination: AddressSet| FilterLine {
                protocols: rule.protocols,
                source,
                source_ports: (*rule.source.ports).clone(),
                destination,
                ports: (*rule.destination.ports).clone(),
            };
            let sure = line(source.known(), destination.known());
            let doubtful = (source.doubtful(&public), destination.doubtful(&public));
            if !(doubtful.0.is_empty() && doubtful.1.is_empty()) {
                let (from, to) = (sure.source.union(&doubtful.0), sure.destination.union(&doubtful.1));
                lines.push(sure);
                lines.push(line(from, to));
                entries.extend([(at as u32, false), (at as u32, true)]);
                doubts.insert(at as u32, means.matchers(at).clone());
            } else {
                lines.push(sure);
                entries.push((at as u32, false));
            }
        }
        List { owner, rules, compiled: FirstMatch::of(lines), entries, doubtful: doubts }
    }

    /// The facts that would tell whether a rule matches what it only may match, seen from a subnet.
    pub fn missing_facts(&self, rule: &SecurityRule, subnet: SubnetId) -> Vec<String> {
        let view = Viewpoint { vnet: self.model[subnet].vnet, subnet: Some(subnet) };
        let sides = [&rule.source, &rule.destination].map(|side| self.matcher(&side.addresses, Some(view)));
        sides.iter().filter(|side| !side.unstated.is_empty()).map(|side| side.missing_tags()).collect()
    }
}

impl<'m> EffectiveSecurity<'m> {
    /// What becomes of a flow.
    pub fn decide(&self, flow: &FiveTuple) -> SecurityDecision {
        if self.unfiltered.contains(flow.destination) {
            return SecurityDecision { ruling: Ruling::Allowed, by: None };
        }
        let (mut open, mut last) = (None, None);
        for (at, list) in self.lists.iter().enumerate() {
            let Some(first) = list.first(flow) else { continue };
            let by = |rule: u32| Some(LineAt { list: at as u32, rule });
            match (first.otherwise, first.action) {
                (Some(doubtful), _) => open = open.or(by(doubtful)),
                (None, Some(Action::Deny)) => {
                    return SecurityDecision { ruling: Ruling::Denied, by: by(first.rule) };
                }
                (None, Some(_)) => last = by(first.rule),
                (None, None) => {}
            }
            if first.past {
                break;
            }
        }
        match open {
            Some(_) => SecurityDecision { ruling: Ruling::Unknown, by: open },
            None => SecurityDecision { ruling: Ruling::Allowed, by: last },
        }
    }

    /// The rule of a line.
    pub fn rule(&self, line: LineAt) -> &'m SecurityRule {
        &self.lists[line.list as usize].rules[line.rule as usize]
    }

    /// The place of a line in its list, from 0.
    pub fn rule_number(&self, line: LineAt) -> u32 {
        line.rule
    }

    /// The owner of a line's list.
    pub fn owner(&self, line: LineAt) -> ListOwner {
        self.lists[line.list as usize].owner
    }
}

/// What a list says of a flow.
struct First {
    /// The rule that decides; of no meaning where none does.
    rule: u32,
    /// What it does; none where no rule decides.
    action: Option<Action>,
    /// A rule above it that may match and would decide otherwise.
    otherwise: Option<u32>,
    /// Is the flow, perhaps, delivered past what is asked behind?
    past: bool,
}

impl List<'_> {
    fn action(&self, rule: u32) -> Action {
        self.rules[rule as usize].action
    }

    #[inline]
    fn first(&self, flow: &FiveTuple) -> Option<First> {
        let found = self.compiled.find(flow)?;
        match self.entries[found] {
            (rule, false) => {
                let action = self.action(rule);
                Some(First { rule, action: Some(action), otherwise: None, past: action == Action::AlwaysAllow })
            }
            _ => Some(self.behind_doubts(found, flow)),
        }
    }

    #[cold]
    fn behind_doubts(&self, first: usize, flow: &FiveTuple) -> First {
        let (from, to) = (Ends::one(flow.source), Ends::one(flow.destination));
        let one = |a: &u32, b: &u32| is_one_doubt(&self.doubtful[a], &self.doubtful[b], &from, &to);
        let mut doubts: Vec<u32> = Vec::new();
        let mut next = Some(first);
        let mut sure = None;
        while let Some(at) = next {
            match self.entries[at] {
                (rule, false) => {
                    sure = Some(rule);
                    break;
                }
                (rule, true) if doubts.iter().any(|before| one(before, &rule)) => {}
                (rule, true) => doubts.push(rule),
            }
            next = self.compiled.find_behind(at, flow);
        }
        let action = sure.map(|rule| self.action(rule));
        // What no rule names goes on, as what a rule allows does.
        let plain = action.unwrap_or(Action::Allow);
        let past = |rule: &u32| self.action(*rule) == Action::AlwaysAllow;
        First {
            rule: sure.unwrap_or(0),
            action,
            otherwise: doubts.iter().copied().find(|rule| self.action(*rule) != plain),
            past: plain == Action::AlwaysAllow || doubts.iter().any(past),
        }
    }
}
