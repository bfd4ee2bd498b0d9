//! Peerings.

use super::fields::{Fields, Lowering, Shape, one};
use super::lower::Reading;
use super::*;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::Part;

/// Of which links a flag is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Of both.
    Both,
    /// Of none.
    Neither,
    /// Of the link of this network.
    Of(VnetId),
}

impl Links {
    /// Is it set on the link of that network?
    pub fn on(self, vnet: VnetId) -> bool {
        match self {
            Self::Both => true,
            Self::Neither => false,
            Self::Of(id) => id == vnet,
        }
    }
}

/// The state of a peering, where it is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeeringState {
    /// Both links stand.
    Connected,
    /// One link stands.
    Initiated,
    /// One link was deleted.
    Disconnected,
    /// It is being changed.
    Updating,
}

/// `peering A <-> B`, `peering A -> B`.
#[derive(Clone, Debug)]
pub struct Peering {
    /// Its link as a name, and its place.
    pub head: Head,
    /// The network of the first link.
    pub from: Option<VnetId>,
    /// The other network.
    pub to: Option<VnetId>,
    /// Does the line declare both links?
    pub both: bool,
    /// Access to the other network.
    pub vnet_access: Option<Stated<Links>>,
    /// Acceptance of forwarded packets.
    pub forwarded_traffic: Option<Stated<Links>>,
    /// The network whose gateway the other one uses.
    pub gateway_transit: Option<Stated<Links>>,
    /// The network that uses the other one's gateway.
    pub use_remote_gateway: Option<Stated<Links>>,
    /// Its state.
    pub state: Option<Stated<PeeringState>>,
}

impl Peering {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "peering",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("vnet-access"),
                one("forwarded-traffic"),
                one("gateway-transit"),
                one("use-remote-gateway"),
                one("state"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        r.no_more(3, cx);
        let mut end = |at: usize| {
            let word = r.word(at)?;
            match cx.refer(word, &[Kind::Vnet])?.value {
                Thing::Vnet(id) => Some(id),
                _ => None,
            }
        };
        let (from, to) = (end(0), end(2));
        let both = r.parts.iter().any(|part| matches!(part, Part::Arrow { both: true, .. }));
        const STATES: &[PeeringState] =
            &[PeeringState::Connected, PeeringState::Initiated, PeeringState::Disconnected, PeeringState::Updating];
        let state = f.choice("state", &["connected", "initiated", "disconnected", "updating"], cx);
        Self {
            from,
            to,
            both,
            vnet_access: links(&f, "vnet-access", [from, to], cx),
            forwarded_traffic: links(&f, "forwarded-traffic", [from, to], cx),
            gateway_transit: links(&f, "gateway-transit", [from, to], cx),
            use_remote_gateway: links(&f, "use-remote-gateway", [from, to], cx),
            state: state.map(|s| Stated::new(STATES[s.value], s.span)),
            head: r.head,
        }
    }

    /// Does it join these two networks, in either order?
    pub fn joins(&self, a: VnetId, b: VnetId) -> bool {
        (self.from, self.to) == (Some(a), Some(b)) || (self.from, self.to) == (Some(b), Some(a))
    }
}

fn links(f: &Fields<'_>, name: &str, ends: [Option<VnetId>; 2], cx: &mut Lowering<'_>) -> Option<Stated<Links>> {
    let word = f.word(name, cx)?;
    match &*word.text {
        "on" => return Some(Stated::new(Links::Both, word.span())),
        "off" => return Some(Stated::new(Links::Neither, word.span())),
        _ => {}
    }
    match cx.names.find(&word.text, &[Kind::Vnet]) {
        Ok(Thing::Vnet(id)) if ends.contains(&None) || ends.contains(&Some(id)) => {
            Some(Stated::new(Links::Of(id), word.span()))
        }
        _ => {
            let message = format!("`{name}` takes `on`, `off` or one of the two vnets");
            cx.report(Diagnostic::error("FN0109", word.span(), message));
            None
        }
    }
}
