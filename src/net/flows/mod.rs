//! Exact sets of flows. Knows no rules: lists of lines are [`super::LineList`].

mod boxes;
mod count;
mod read;

pub use boxes::Boxes;
pub use count::Count;

use super::diagram::{Half, Op, Parts};
use super::{AddressSet, FlowBox, OneFlow, PortSet, ProtocolSet};
use std::sync::Arc;

/// An exact set of flows: protocol, source, source port, destination and destination port, of both address families.
///
/// The form is canonical: two sets are equal exactly when they have the same flows. A value is plain data that does not
/// change; copies share it.
///
/// ```
/// use fnet::net::{AddressSet, FlowBox, FlowSet, IpNet, PortSet, Protocol, ProtocolSet};
/// let net = |text: &str| AddressSet::from(text.parse::<IpNet>().unwrap());
/// let web = FlowBox {
///     protocols: ProtocolSet::one(Protocol::Tcp),
///     destinations: net("10.1.0.0/16"),
///     ports: PortSet::one(443),
///     ..FlowBox::all()
/// };
/// let lower = FlowBox { destinations: net("10.1.0.0/17"), ..web.clone() };
/// let upper = FlowBox { destinations: net("10.1.128.0/17"), ..web.clone() };
/// assert_eq!(FlowSet::of(&lower).union(&FlowSet::of(&upper)), FlowSet::of(&web));
///
/// let rest = FlowSet::of(&web).difference(&FlowSet::of(&lower));
/// assert!(rest.contains(&rest.witness().unwrap()));
/// assert_eq!(rest.to_string(), "tcp * -> 10.1.128.0/17:443");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FlowSet {
    v4: Arc<Half<u32>>,
    v6: Arc<Half<u128>>,
}

impl Default for FlowSet {
    fn default() -> Self {
        Self::empty()
    }
}

impl FlowSet {
    /// No flow.
    pub fn empty() -> Self {
        Self::whole(false)
    }

    /// Every flow.
    pub fn all() -> Self {
        Self::whole(true)
    }

    fn whole(everything: bool) -> Self {
        Self::of_halves(Half::whole(everything), Half::whole(everything))
    }

    pub(super) fn of_halves(v4: Half<u32>, v6: Half<u128>) -> Self {
        Self { v4: Arc::new(v4), v6: Arc::new(v6) }
    }

    /// The flows of a box.
    pub fn of(flows: &FlowBox) -> Self {
        Self::of_all([flows])
    }

    /// The flows of any of several boxes.
    pub fn of_all<'a>(boxes: impl IntoIterator<Item = &'a FlowBox>) -> Self {
        let boxes: Vec<&FlowBox> = boxes.into_iter().collect();
        let v4 = Half::of_parts(&Parts::of(boxes.iter().copied()));
        Self::of_halves(v4, Half::of_parts(&Parts::of(boxes)))
    }

    /// The flows of any of several sets.
    pub fn union_of<'a>(sets: impl IntoIterator<Item = &'a FlowSet>) -> Self {
        let mut sets: Vec<FlowSet> = sets.into_iter().cloned().collect();
        while sets.len() > 1 {
            sets = sets.chunks(2).map(|pair| pair.iter().skip(1).fold(pair[0].clone(), |a, b| a.union(b))).collect();
        }
        sets.pop().unwrap_or_default()
    }

    fn apply(&self, op: Op, other: &Self) -> Self {
        Self::of_halves(self.v4.apply(op, &other.v4), self.v6.apply(op, &other.v6))
    }

    /// The flows of either set.
    pub fn union(&self, other: &Self) -> Self {
        self.apply(Op::Over, other)
    }

    /// The flows of both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        self.apply(Op::And, other)
    }

    /// The flows that the other set lacks.
    pub fn difference(&self, other: &Self) -> Self {
        self.apply(Op::Minus, other)
    }

    /// The flows that it lacks.
    pub fn complement(&self) -> Self {
        Self::all().difference(self)
    }

    /// The flows of the set that are in a box.
    pub fn within(&self, flows: &FlowBox) -> Self {
        self.intersection(&Self::of(flows))
    }

    /// Has it no flow?
    pub fn is_empty(&self) -> bool {
        *self.v4 == Half::whole(false) && *self.v6 == Half::whole(false)
    }

    /// Has it every flow?
    pub fn is_all(&self) -> bool {
        *self.v4 == Half::whole(true) && *self.v6 == Half::whole(true)
    }

    /// Is every flow of this set in the other?
    pub fn is_subset(&self, other: &Self) -> bool {
        self.v4.leaves_nothing(Op::Minus, &other.v4) && self.v6.leaves_nothing(Op::Minus, &other.v6)
    }

    /// Have the sets a flow in common?
    pub fn meets(&self, other: &Self) -> bool {
        !(self.v4.leaves_nothing(Op::And, &other.v4) && self.v6.leaves_nothing(Op::And, &other.v6))
    }

    /// Is the flow in the set? A flow between addresses of two families is in none.
    pub fn contains(&self, flow: &OneFlow) -> bool {
        self.v4.contains(flow) || self.v6.contains(flow)
    }

    /// One of its flows, always the same one; IPv4 where there is one.
    pub fn witness(&self) -> Option<OneFlow> {
        self.v4.witness().or_else(|| self.v6.witness())
    }

    /// How many flows it has. A protocol without ports counts once.
    pub fn count(&self) -> Count {
        self.v4.count() + self.v6.count()
    }

    /// How many nodes its diagram has: what it costs to work on.
    pub fn size(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Where its flows go.
    pub fn destinations(&self) -> AddressSet {
        self.v4.destinations().union(&self.v6.destinations())
    }

    /// Where its flows come from.
    pub fn sources(&self) -> AddressSet {
        self.v4.sources().union(&self.v6.sources())
    }

    /// The destination ports of those of its flows that have ports.
    pub fn ports(&self) -> PortSet {
        let (_, four) = self.v4.services();
        let (_, six) = self.v6.services();
        four.union(&six)
    }

    /// The protocols of its flows.
    pub fn protocols(&self) -> ProtocolSet {
        let (four, _) = self.v4.services();
        let (six, _) = self.v6.services();
        four.union(six)
    }
}
