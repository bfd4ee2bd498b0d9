//! Whether an app runs, whether its triggers fire, and whether they make it scale. What can be reached is the walk's: here
//! stands what is asked of it, and what the answer means for the app.

mod fire;
mod scale;
mod start;

use super::Engine;
use super::flow::Ends;
use super::packet::Part;
use super::question::{Question, Target, Traffic};
use super::trail::{Mark, Outcome, Step, Trail, Verdict};
use crate::model::*;
use crate::net::PortSet;

/// One thing that an app or a trigger needs, and whether it has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What, in a few words.
    pub what: String,
    /// Does the answer rest on it, or is it told beside it?
    pub decisive: bool,
    /// The steps that judge it.
    pub trail: Trail,
    /// The walk that they rest on; empty where none was needed.
    pub way: Vec<Part>,
}

impl Need {
    fn of(what: impl Into<String>) -> Self {
        Self { what: what.into(), decisive: true, trail: Trail::default(), way: Vec::new() }
    }

    fn with(mut self, step: Step) -> Self {
        self.trail.push(step);
        self
    }

    /// Is it met?
    pub fn verdict(&self) -> Verdict {
        match self.trail.verdict() {
            Verdict::Yes if !self.way.is_empty() && Verdict::of(&self.way) == Verdict::Partly => Verdict::Partly,
            verdict => verdict,
        }
    }
}

/// The verdict on all needs together: the first that is not met decides.
pub fn verdict_of(needs: &[Need]) -> Verdict {
    deciding(needs).map_or(Verdict::Yes, Need::verdict)
}

/// The need that decides: the first that is not met, else the first in doubt.
pub fn deciding(needs: &[Need]) -> Option<&Need> {
    let find = |wanted: fn(Verdict) -> bool| needs.iter().find(|need| need.decisive && wanted(need.verdict()));
    find(|verdict| matches!(verdict, Verdict::No(_))).or_else(|| find(|verdict| verdict != Verdict::Yes))
}

/// A call that something needs: its words, and what is asked of the walk.
struct Call {
    what: String,
    question: Question,
}

impl Engine<'_> {
    /// A call of an app to an endpoint of a service.
    fn call(&self, app: AppId, service: ServiceId, endpoint: &str, ports: PortSet, traffic: Traffic) -> Call {
        let noun = &self.model[service].head.name;
        let names = self.service_names(service);
        let named = names.iter().find(|name| name.subresource.eq_ignore_ascii_case(endpoint)).or(names.first());
        let target = match named {
            Some(named) => Target::Name(named.name.clone(), Some(Thing::Service(service))),
            None => Target::Ends(self.service_ends(service, endpoint)),
        };
        let of = if names.len() > 1 && !endpoint.is_empty() { format!("{noun}.{endpoint}") } else { noun.clone() };
        Call { what: format!("{of}:{ports}"), question: Question::of_app(app, target, ports, traffic) }
    }

    /// Walks a call and judges what becomes of it: `met` where it arrives, `failed` where it does not.
    fn judged(
        &self,
        what: String,
        question: &Question,
        met: impl FnOnce(&[Part]) -> Step,
        failed: impl FnOnce(&Step, Outcome) -> Step,
    ) -> Need {
        let way = self.walk(question);
        let step = match Verdict::of(&way) {
            Verdict::Yes => met(&way),
            Verdict::Partly => {
                let text = "reached from a part of the addresses that the app may have".to_string();
                Step { text, mark: Mark::Warn, ..met(&way) }
            }
            verdict => {
                let part = way.iter().find(|part| part.verdict() == verdict).or(way.first());
                let found = part.and_then(|part| part.trail.deciding());
                let fallback = Step::block("verdict.ours.unknown", Outcome::Dropped, "nothing answers");
                let found = found.unwrap_or(&fallback);
                let outcome = if let Verdict::No(outcome) = verdict { outcome } else { Outcome::Dropped };
                let step = self.resting_on(failed(found, outcome), found);
                match verdict {
                    Verdict::No(_) => step,
                    _ => {
                        let headline = Some(format!("{what}: {}", found.words()));
                        Step { mark: found.mark.clone(), headline, remedy: None, ..step }
                    }
                }
            }
        };
        Need { way, ..Need::of(what).with(step) }
    }

    /// A step that rests on all that another one rests on.
    fn resting_on(&self, mut step: Step, other: &Step) -> Step {
        step.rests_also(other.rule.clone());
        for rule in &other.also {
            step.rests_also(rule.clone());
        }
        step
    }

    /// The first of these rules that the edition declares.
    fn first_rule<'r>(&self, rules: &[&'r str], otherwise: &'r str) -> &'r str {
        rules.iter().find(|rule| self.fires(rule)).copied().unwrap_or(otherwise)
    }

    /// Can what a trigger listens to be reached from inside networks alone?
    pub(super) fn network_only(&self, app: AppId, source: &TriggerSource) -> bool {
        match source {
            TriggerSource::Thing(Thing::Service(id)) => self.admits_networks_alone(app, *id),
            TriggerSource::Thing(_) => true,
            TriggerSource::HostPort(endpoint) => {
                let private = |ends: &Ends| !ends.possible().is_subset(&self.public_space());
                match endpoint.host.parse() {
                    Ok(address) => private(&Ends::one(address)),
                    Err(_) => {
                        let found = self.resolve(super::resolve::Asker::App(app), &endpoint.host, 0);
                        found.answers.iter().any(private)
                    }
                }
            }
        }
    }

    /// Does a service admit an app from inside networks alone? Not where its public side admits the app, or admits
    /// nothing but addresses.
    fn admits_networks_alone(&self, app: AppId, service: ServiceId) -> bool {
        let lines = || self.model[service].firewall.iter().flat_map(|firewall| &firewall.rules);
        let names_addresses = lines().any(|rule| rule.action == Action::Allow);
        self.closed(service).is_some()
            && (self.admits_networks(service) || !names_addresses)
            && !self.admits_publicly(app, service)
    }

    /// Is the public side of a service shut, or open to networks by name?
    fn admits_networks(&self, service: ServiceId) -> bool {
        let noun = &self.model[service];
        let of_network = |term: &Term| matches!(term, Term::Thing(Thing::Subnet(_) | Thing::Vnet(_)));
        let names = |rule: &ServiceRule| match &rule.source {
            ServiceSource::Subnets(_) => true,
            ServiceSource::Addresses(expr) => expr.terms.iter().any(of_network),
            _ => false,
        };
        noun.public_access.as_ref().is_some_and(|stated| !stated.value)
            || noun.firewall.as_ref().is_some_and(|firewall| firewall.rules.iter().any(names))
    }
}
