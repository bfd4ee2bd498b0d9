//! The answers about all flows: to `what can … reach` and `who can reach …`. Plain data; which flows arrive is the
//! engine's.

use super::{Place, StepAnswer, Taken};
use serde::Serialize;

/// The answer to `what can … reach` or `who can reach …`.
#[derive(Clone, Debug, Serialize)]
pub struct ReachableAnswer {
    /// The question, in one spelling.
    pub question: String,
    /// Which end of the flows is told.
    pub asked_for: EndWord,
    /// What the names were taken for.
    pub taken: Vec<Taken>,
    /// Everything that arrives, by what lets it through.
    pub groups: Vec<ReachableGroup>,
    /// Everything of which the model does not state enough to tell, by the fact that is missing.
    pub unknown: Vec<ReachableGroup>,
    /// Where nothing arrives, what stands in the way: the rules that decide, with how it is seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<AdmissionAnswer>,
}

/// An end of flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndWord {
    /// Where they go.
    Destination,
    /// Where they come from.
    Source,
}

/// Flows that share what decides them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReachableGroup {
    /// What lets them through, in their order; of unknown flows the step that lacks a fact.
    pub by: Vec<AdmissionAnswer>,
    /// The flows.
    pub flows: Vec<ReachableFlows>,
    /// What the model does not state and they rest on.
    pub assumptions: Vec<String>,
    /// The steps of the first of the flows, where they were asked to be explained.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepAnswer>,
    /// The fact that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// The line that would state it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_it: Option<String>,
}

/// A rule that decided, with the line that it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdmissionAnswer {
    /// The id of the platform's rule.
    pub rule: String,
    /// What it found.
    pub text: String,
    /// The line of the script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// Flows to, or from, the same addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReachableFlows {
    /// Whose addresses they are, where something declared or of the platform has them.
    pub end: String,
    /// The host names that were called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// The addresses: the fewest prefixes that make them up, or words where the model does not state them.
    pub addresses: Vec<String>,
    /// The addresses in the shortest words: `10.2.0.0/24 except 10.2.0.4`.
    pub words: String,
    /// By which protocols and ports.
    pub over: Vec<ReachableOver>,
}

/// Protocols and ports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReachableOver {
    /// The protocols, `tcp, udp`.
    pub protocols: String,
    /// The source ports, where not every one will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ports: Option<String>,
    /// The destination ports; `*` for all, empty where there are none.
    pub ports: String,
}
