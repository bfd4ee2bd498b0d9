//! Flows on their way, and the parts that they end as. Not where they go.

use super::Engine;
use super::flow::{Ends, Flows};
use super::question::Question;
use super::trail::{Step, Trail, Verdict};
use crate::model::*;

/// Some flows of a question, and what becomes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// They: their source as the question has it, and where they go after name resolution.
    pub flows: Flows,
    /// The way.
    pub trail: Trail,
}

impl Part {
    /// Flows that have come to their end.
    pub(super) fn of(flows: Flows, trail: Trail) -> Self {
        Self { flows, trail }
    }

    /// What becomes of them.
    pub fn verdict(&self) -> Verdict {
        self.trail.verdict()
    }
}

impl Verdict {
    /// The verdict on all parts together.
    pub fn of(parts: &[Part]) -> Self {
        let verdicts: Vec<Verdict> = parts.iter().map(Part::verdict).collect();
        let yes = verdicts.contains(&Verdict::Yes);
        let no = verdicts.iter().find(|verdict| matches!(verdict, Verdict::No(_)));
        let unknown = verdicts.contains(&Verdict::Unknown);
        match (yes, no, unknown) {
            (true, Some(_), _) => Verdict::Partly,
            (true, None, false) => Verdict::Yes,
            (false, Some(no), false) => *no,
            _ => Verdict::Unknown,
        }
    }
}

/// Flows on their way through a network.
#[derive(Clone, Debug)]
pub(super) struct Packet<'q> {
    pub(super) question: &'q Question,
    pub(super) flows: Flows,
    /// The source as the question has it.
    pub(super) origin: Ends,
    /// Where the question sends them.
    pub(super) goal: Ends,
    pub(super) trail: Trail,
    /// The network that they come from.
    pub(super) home: VnetId,
    /// The network that they are in.
    pub(super) vnet: VnetId,
    /// The subnet that they leave, where it is known.
    pub(super) subnet: Option<SubnetId>,
    /// The app that sends them.
    pub(super) app: Option<AppId>,
    /// The host that sends them.
    pub(super) host: Option<HostId>,
    /// Did an appliance forward them into this network?
    pub(super) forwarded: bool,
    /// The networks of the peering that they came across last.
    pub(super) crossed: Option<(VnetId, VnetId)>,
    /// Has their source been translated?
    pub(super) translated: bool,
    /// The appliances that they have passed.
    pub(super) hops: Vec<ApplianceId>,
}

impl Packet<'_> {
    pub(super) fn push(&mut self, step: Step) {
        self.trail.push(step);
    }

    /// The same with fewer flows; the origin follows as long as nobody translates.
    pub(super) fn with(&self, flows: Flows) -> Self {
        let mut next = self.clone();
        if !self.translated {
            next.origin = flows.source.clone();
        }
        if self.flows.destination == self.goal {
            next.goal = flows.destination.clone();
        }
        next.flows = flows;
        next
    }

    pub(super) fn end(self) -> Part {
        Part::of(Flows { source: self.origin, destination: self.goal, ..self.flows }, self.trail)
    }

    pub(super) fn end_with(mut self, step: Step) -> Part {
        self.trail.push(step);
        self.end()
    }
}

impl Engine<'_> {
    /// A packet in a network that no declared interface sent.
    pub(super) fn packet<'q>(
        &self,
        question: &'q Question,
        flows: Flows,
        goal: Ends,
        trail: Trail,
        vnet: VnetId,
    ) -> Packet<'q> {
        Packet {
            question,
            origin: flows.source.clone(),
            flows,
            goal,
            trail,
            home: vnet,
            vnet,
            subnet: None,
            app: None,
            host: None,
            forwarded: false,
            crossed: None,
            translated: false,
            hops: Vec::new(),
        }
    }
}
