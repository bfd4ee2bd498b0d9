//! The answer to `diff`. Plain data; what the flows come to in either network is the engine's.

use super::{AdmissionAnswer, ReachableFlows, VerdictWord};
use serde::Serialize;

/// The answer to `diff`: every flow whose verdict is not the same in two networks.
#[derive(Clone, Debug, Serialize)]
pub struct DiffAnswer {
    /// The network that is compared.
    pub before: String,
    /// The one that it is compared with.
    pub after: String,
    /// The flows, by what decides them.
    pub groups: Vec<DiffGroup>,
}

impl DiffAnswer {
    /// Does every flow come to the same in both?
    pub fn is_same(&self) -> bool {
        self.groups.is_empty()
    }
}

/// Flows that are decided alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffGroup {
    /// What becomes of them in the first network.
    pub before: DiffSide,
    /// What becomes of them in the second.
    pub after: DiffSide,
    /// Who calls.
    pub callers: Vec<String>,
    /// Where they go, and by what.
    pub flows: Vec<ReachableFlows>,
}

/// What becomes of flows in one of two networks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffSide {
    /// The verdict.
    pub verdict: VerdictWord,
    /// Are both ends of the flows there?
    pub is_declared: bool,
    /// What decides; nothing where the caller is in one of the networks alone.
    pub by: Vec<AdmissionAnswer>,
}
