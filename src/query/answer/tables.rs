//! The answers that are tables: to `routes`, `next-hop`, `security` and `features`. Rows and cells, not yet laid out.

use super::Place;
use serde::Serialize;

/// The answer to `routes`.
#[derive(Clone, Debug, Serialize)]
pub struct RoutesAnswer {
    /// Whose routes.
    pub of: String,
    /// The subnet.
    pub subnet: String,
    /// The routes, the preferred first.
    pub routes: Vec<RouteAnswer>,
}

/// An effective route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteAnswer {
    /// `Default`, `User`, `VirtualNetworkGateway`.
    pub source: String,
    /// Does it count?
    pub active: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it is for.
    pub prefix: String,
    /// The type of its hop, as Azure names it.
    pub hop_type: String,
    /// Where it sends, in words.
    pub hop: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The rule that gives it.
    pub rule: String,
    /// Further rules by which it wins; of the route that does alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// The answer to `next-hop`.
#[derive(Clone, Debug, Serialize)]
pub struct NextHopAnswer {
    /// From where.
    pub of: String,
    /// To where.
    pub address: String,
    /// The hop in the language's words: `appliance 10.2.3.4`.
    pub hop: String,
    /// The route that wins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<RouteAnswer>,
    /// The fact that is missing, where the hop is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// The routes that would also lead there, and lost.
    pub lost: Vec<RouteAnswer>,
}

/// The answer to `security`.
#[derive(Clone, Debug, Serialize)]
pub struct SecurityAnswer {
    /// Whose rules.
    pub of: String,
    /// The groups, in the order in which outbound traffic meets them.
    pub groups: Vec<GroupAnswer>,
}

/// An effective security group, or a set of security admin rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupAnswer {
    /// `nsg` or `admin-rules`.
    pub kind: &'static str,
    /// Its name.
    pub nsg: String,
    /// What it is attached to.
    pub attached_to: String,
    /// What to know of it here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its rules, by direction and priority.
    pub rules: Vec<SecurityRuleAnswer>,
}

/// An effective security rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecurityRuleAnswer {
    /// `inbound` or `outbound`.
    pub direction: String,
    /// Its priority.
    pub priority: i64,
    /// Its name.
    pub name: String,
    /// `allow`, `deny` or `always-allow`.
    pub access: String,
    /// Its protocols.
    pub protocol: String,
    /// Its source.
    pub source: String,
    /// Its source ports.
    pub source_ports: String,
    /// Its destination.
    pub destination: String,
    /// Its destination ports.
    pub ports: String,
    /// What a tag, name or group stands for here: the words, and the prefixes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expanded: Vec<(String, Vec<String>)>,
}

/// The answer to `features`.
#[derive(Clone, Debug, Serialize)]
pub struct FeaturesAnswer {
    /// The edition.
    pub edition: String,
    /// The plan types, in order.
    pub plans: Vec<String>,
    /// The rows.
    pub rows: Vec<FeatureRow>,
    /// Whose plan it is, where an app or plan was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// A row of the feature matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeatureRow {
    /// The feature's word.
    pub feature: String,
    /// Its title.
    pub title: String,
    /// A cell a plan type.
    pub cells: Vec<FeatureAnswer>,
}

/// A cell of the feature matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeatureAnswer {
    /// Has the plan the feature? None where the documents do not say.
    pub yes: Option<bool>,
    /// How, or within which bounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The rule that states or enforces it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}
