//! A network as it is drawn: boxes in boxes, and the lines between them. Plain data; which boxes a flow passes is read from
//! the trace of its answer, and how it looks is decided by who draws.

use super::{MarkWord, Place, StepAnswer, VerdictWord};
use serde::Serialize;

/// A network to be drawn, and the way of a flow through it where one was asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Graph {
    /// The boxes. A box comes after the one that it stands in.
    pub boxes: Vec<GraphBox>,
    /// The lines between them.
    pub lines: Vec<GraphLine>,
    /// What was asked, and what came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<GraphQuestion>,
}

/// Something declared, or an address that a question names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GraphBox {
    /// What it is called by lines and other boxes: `subnet hub.data`.
    pub id: String,
    /// The word of its kind.
    pub kind: String,
    /// What people call it: `data` for the subnet `hub.data` in its network.
    pub name: String,
    /// What is worth knowing of it: prefixes, addresses, a tier.
    pub details: Vec<String>,
    /// The box that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// What it is to the box that it stands in.
    pub role: GraphRole,
    /// Where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The steps of the trace that rest on it, by their numbers, from 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<usize>,
    /// What the flow meets here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<MarkWord>,
}

/// What a box is to the one that it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GraphRole {
    /// It holds others: a network, a subnet, a plan, a site.
    Group,
    /// It stands there.
    Node,
    /// It is attached: a security group, a route table, a NAT gateway.
    Attached,
}

/// What a line means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineWord {
    /// An app calls out of a subnet, or through a gateway.
    Integration,
    /// A private endpoint leads to a service.
    PrivateLink,
    /// A zone is linked to a network.
    ZoneLink,
    /// Networks are peered.
    Peering,
    /// A gateway leads to a site or another network.
    Gateway,
    /// A load balancer hands on to a machine.
    Backend,
    /// A hybrid connection leads somewhere.
    HybridConnection,
    /// A flow goes that way, where none of the others is.
    Way,
}

impl LineWord {
    /// In words, for a key.
    pub fn text(self) -> &'static str {
        match self {
            Self::Integration => "integration",
            Self::PrivateLink => "private link",
            Self::ZoneLink => "zone link",
            Self::Peering => "peering",
            Self::Gateway => "gateway",
            Self::Backend => "backend",
            Self::HybridConnection => "hybrid connection",
            Self::Way => "way of the flow",
        }
    }
}

/// A line between two boxes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GraphLine {
    /// The box where it begins.
    pub from: String,
    /// The box where it ends.
    pub to: String,
    /// What it means.
    pub kind: LineWord,
    /// Do both ends mean the same, as in a peering?
    pub both: bool,
    /// Where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The steps of the trace that rest on it, by their numbers, from 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<usize>,
    /// What becomes of the flow here: it passes, or was blocked before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<MarkWord>,
    /// Does the flow go from its end to its beginning?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub backwards: bool,
}

/// A question whose flow is drawn, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GraphQuestion {
    /// The question, in one spelling.
    pub question: String,
    /// The verdict.
    pub verdict: VerdictWord,
    /// How a person would see a `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The flows whose way is drawn, where the answer has several parts: those of the first part that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The steps of their way.
    pub steps: Vec<StepAnswer>,
}

impl Graph {
    /// The box of that id.
    pub fn of(&self, id: &str) -> Option<&GraphBox> {
        self.boxes.iter().find(|held| held.id == id)
    }

    /// The boxes that stand in one, or in none.
    pub fn within<'a>(&'a self, id: Option<&'a str>) -> impl Iterator<Item = &'a GraphBox> {
        self.boxes.iter().filter(move |held| held.within.as_deref() == id)
    }
}
