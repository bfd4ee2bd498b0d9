//! What may open the way of flows that are stopped: lines of fnet with their values filled in from the model, one theme a
//! file. They are worth a try and no more: whether one opens the way is asked of the changed model, by who tries it.
//!
//! The line that a step tells itself (`to allow it`) is the first of them.

mod endpoint;
mod join;
mod plan;
mod room;
mod route;
mod service;

use super::Engine;
use super::flow::SymbolOf;
use super::packet::Part;
use super::question::{Question, Source};
use super::trail::{Mark, Outcome, Step};
use crate::model::*;

/// Flows that are stopped, and the step that stops them.
#[derive(Clone, Copy)]
pub(super) struct Stop<'s> {
    pub(super) question: &'s Question,
    pub(super) part: &'s Part,
    pub(super) step: &'s Step,
}

impl Stop<'_> {
    /// How a person would see it.
    fn outcome(&self) -> Option<Outcome> {
        match self.step.mark {
            Mark::Block(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// The app that calls.
    fn app(&self) -> Option<AppId> {
        match self.question.source {
            Source::App(app) => Some(app),
            _ => None,
        }
    }
}

impl Engine<'_> {
    /// Statements of fnet, joined by `;`, of which each may open the way that a step of a part blocks, or that led it
    /// there. Advice in words, where a step has nothing else, is among them.
    pub fn ways(&self, question: &Question, part: &Part, step: &Step) -> Vec<String> {
        let stop = Stop { question, part, step };
        let mut all: Vec<String> = step.remedy.clone().into_iter().collect();
        if step.is_block() {
            self.by_joining(stop, &mut all);
            self.by_plan(stop, &mut all);
            self.by_admitting(stop, &mut all);
            self.by_endpoint(stop, &mut all);
            self.by_other_route(stop, &mut all);
        }
        let mut once: Vec<String> = Vec::new();
        all.into_iter().for_each(|way| {
            if !once.contains(&way) {
                once.push(way);
            }
        });
        once
    }

    /// The service or app that flows are for, and which of its endpoints.
    fn called(&self, stop: Stop<'_>) -> Option<(Thing, Option<String>)> {
        match &stop.part.flows.destination.symbol().map(|symbol| &symbol.of) {
            Some(SymbolOf::Service(id, endpoint)) => return Some((Thing::Service(*id), Some(endpoint.clone()))),
            Some(SymbolOf::App(id)) => return Some((Thing::App(*id), None)),
            _ => {}
        }
        let by_address = || {
            let goal = stop.part.flows.destination.possible();
            let holds = |service: &Service| {
                service
                    .public_ip
                    .iter()
                    .any(|ip| !goal.is_empty() && goal.is_subset(&crate::net::AddressSet::of([&ip.value])))
            };
            self.model.services().find(|(_, service)| holds(service)).map(|(id, _)| Thing::Service(id))
        };
        let named = stop.question.named.filter(|thing| matches!(thing, Thing::Service(_) | Thing::App(_)));
        named.or_else(by_address).map(|thing| (thing, None))
    }

    /// The subnet that flows come out of: of the app's integration, or the machine's.
    fn home(&self, stop: Stop<'_>) -> Option<SubnetId> {
        match stop.question.source {
            Source::App(app) => self.integration_subnet(app),
            Source::Subnet(subnet) => Some(subnet),
            Source::Host(host) => match self.model[host].place {
                Some(Thing::Subnet(subnet)) => Some(subnet),
                _ => None,
            },
            _ => None,
        }
    }

    /// `amend app …` with a line for it, which for a slot stands in the block of its app.
    pub(super) fn amend_app(&self, app: AppId, line: &str) -> String {
        match self.model[app].head.name.split_once('.') {
            Some((of, slot)) => format!("amend app {of} {{ slot {slot} {{ {line} }} }}"),
            None => format!("amend app {} {{ {line} }}", self.model[app].head.name),
        }
    }
}
