//! Peerings, gateways, and which network is joined to which.

use super::Engine;
use super::packet::Packet;
use super::trail::{Outcome, Step};
use crate::model::*;
use crate::net::AddressSet;
use crate::source::Span;

/// What keeps the flows of an app from crossing a peering, if anything does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Crossing {
    /// Is virtual network access off?
    shut: bool,
    /// Is the far network a classic one, which an app does not reach so?
    classic: bool,
    /// Is it in another region, where an app does not reach so?
    global: bool,
    /// Does the far network not take what others forward?
    unforwarded: bool,
}

impl Crossing {
    /// Does nothing keep them?
    pub(super) fn is_open(self) -> bool {
        !(self.shut || self.classic || self.global || self.unforwarded)
    }
}

/// Why no peering leads from one network to another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Apart {
    /// Theirs is not connected.
    Unlinked(Peer),
    /// Both are peers of a third one: the peering with that.
    Between(Peer),
    /// Nothing joins them.
    Unpeered,
}

impl Apart {
    /// The platform's rule of it.
    pub(super) fn rule(self) -> &'static str {
        match self {
            Self::Unlinked(_) => "peer.two-links",
            Self::Between(_) => "peer.non-transitive",
            Self::Unpeered => "route.peering-required",
        }
    }
}

/// A network that is peered with another, seen from that other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    pub(super) vnet: VnetId,
    /// Are both links up?
    pub(super) connected: bool,
    /// May traffic pass (the flag of both links)?
    pub(super) access: bool,
    /// Is the flag of the network's own link on, so that its tag has the addresses of the other?
    pub(super) own_access: bool,
    /// Where it is declared.
    pub(super) place: Span,
}

impl Engine<'_> {
    /// A network that is joined with one by lines, the first of them there.
    pub(super) fn peer(&self, vnet: VnetId, other: VnetId, place: Span) -> Peer {
        let lines: Vec<&Peering> = self.links(vnet, other).collect();
        let stated = lines.iter().find_map(|line| line.state.as_ref());
        let both_links = lines.iter().any(|line| line.both) || lines.len() > 1;
        let connected = stated.map_or(both_links, |state| state.value == PeeringState::Connected);
        let access = |owner, other| connected && self.link_flag(owner, other, |line| line.vnet_access.as_ref(), true);
        let own_access = access(vnet, other);
        Peer { vnet: other, connected, access: own_access && access(other, vnet), own_access, place }
    }

    /// A flag of the link that `owner` has to `other`.
    pub(super) fn link_flag(
        &self,
        owner: VnetId,
        other: VnetId,
        flag: impl Fn(&Peering) -> Option<&Stated<Links>>,
        default: bool,
    ) -> bool {
        let mine = self.links(owner, other).filter(|line| line.both || line.from == Some(owner));
        mine.filter_map(flag).map(|stated| stated.value.on(owner)).next().unwrap_or(default)
    }

    fn flag_place(&self, a: VnetId, b: VnetId, flag: impl Fn(&Peering) -> Option<&Stated<Links>>) -> Option<Span> {
        self.links(a, b).filter_map(flag).map(|s| s.span).next()
    }

    /// The gateways that serve a network: its own, and those of peers that lend theirs.
    pub(super) fn gateways_for(&self, vnet: VnetId) -> Vec<GatewayId> {
        let of = |vnet: VnetId| self.model.gateways().filter(move |(_, g)| g.vnet == Some(vnet)).map(|(id, _)| id);
        let mut all: Vec<GatewayId> = of(vnet).collect();
        for peer in self.peers_of(vnet).iter() {
            let lent: Vec<GatewayId> = of(peer.vnet).filter(|_| peer.connected).collect();
            if !lent.is_empty() && self.lends_gateway(peer.vnet, vnet) {
                all.extend(lent);
            }
        }
        all
    }

    /// Does the link of `owner` lend its gateway, and does `user` take it?
    pub(super) fn lends_gateway(&self, owner: VnetId, user: VnetId) -> bool {
        let lends = self.link_flag(owner, user, |line| line.gateway_transit.as_ref(), false);
        // `gateway-transit hub` says both: hub lends, and the other side uses.
        let implied = lends && self.flag_place(owner, user, |line| line.use_remote_gateway.as_ref()).is_none();
        lends && (implied || self.link_flag(user, owner, |line| line.use_remote_gateway.as_ref(), false))
    }

    /// The sites behind a gateway.
    pub(super) fn sites_behind(&self, gateway: GatewayId) -> impl Iterator<Item = (OnPremisesId, &OnPremises)> {
        self.model
            .on_premises()
            .filter(move |(_, site)| site.via.iter().any(|via| via.value == Thing::Gateway(gateway)))
    }

    /// The networks that a VPN joins to the network of a gateway, and where that is declared. A connection is one of both
    /// ends, whichever states it.
    pub(super) fn joined_by(&self, gateway: GatewayId) -> Vec<(VnetId, Span)> {
        let noun = &self.model[gateway];
        let Some(home) = noun.vnet.filter(|_| !noun.is_express_route()) else { return Vec::new() };
        let mut joined: Vec<(VnetId, Span)> = Vec::new();
        let mut join = |other: VnetId, place: Span| {
            if other != home && !joined.iter().any(|(known, _)| *known == other) {
                joined.push((other, place));
            }
        };
        for connection in &noun.connections {
            if let Thing::Vnet(other) = connection.value {
                join(other, connection.span);
            }
        }
        for (_, far) in self.model.gateways().filter(|(_, far)| !far.is_express_route()) {
            let back = far.connections.iter().find(|connection| connection.value == Thing::Vnet(home));
            if let (Some(other), Some(connection)) = (far.vnet, back) {
                join(other, connection.span);
            }
        }
        joined
    }

    /// Is it a peering between regions? None where a region is not stated.
    pub(super) fn is_global(&self, a: VnetId, b: VnetId) -> Option<bool> {
        let region = |id: VnetId| self.model[id].head.region.as_ref().map(|r| &r.value);
        Some(region(a)? != region(b)?)
    }

    /// What keeps flows that an app sent from crossing a peering; `foreign` are those that an appliance handed on and that
    /// did not set out in the network itself.
    pub(super) fn crossing(&self, from: VnetId, to: VnetId, foreign: bool) -> Crossing {
        let peer = self.peers_of(from).iter().copied().find(|peer| peer.vnet == to);
        let classic = self.model[to].classic.as_ref().is_some_and(|stated| stated.value);
        let global = self.is_global(from, to) == Some(true);
        Crossing {
            shut: peer.is_some_and(|peer| !peer.access),
            classic: classic && self.fires("vnet.regional.no-classic-peering"),
            global: global && self.fires("vnet.regional.no-global-peering"),
            unforwarded: foreign && !self.link_flag(to, from, |line| line.forwarded_traffic.as_ref(), false),
        }
    }

    /// Are flows that an appliance handed on no flows of a network's own? What set out in the network itself is no
    /// foreign traffic there, by whomever it is handed on.
    pub(super) fn is_foreign(&self, source: &AddressSet, vnet: VnetId) -> bool {
        !source.is_subset(&self.model[vnet].addresses())
    }

    /// Across a peering into another network.
    pub(super) fn cross_peering<'q>(&self, mut packet: Packet<'q>, to: VnetId) -> Packet<'q> {
        let from = packet.vnet;
        let name = |id: VnetId| self.model[id].head.name.clone();
        let peer = self.peers_of(from).iter().copied().find(|peer| peer.vnet == to);
        let place = peer.map(|peer| peer.place);
        let (a, b) = (name(from), name(to));
        let foreign = packet.forwarded && self.is_foreign(packet.flows.source.possible(), from);
        let crossing = self.crossing(from, to, foreign);
        if crossing.shut {
            let flag = self.flag_place(from, to, |line| line.vnet_access.as_ref());
            let text = format!("the peering of {a} and {b} has virtual network access off");
            let step = Step::block("peer.flag.vnet-access", Outcome::Dropped, text)
                .maybe_at(flag.or(place))
                .headline(format!("the peering of {a} and {b} does not allow access"));
            packet.push(Step { remedy: self.access_remedy(from, to), ..step });
        }
        // What is said of integration holds for no app that stands in a network itself.
        if let Some(app) = packet.app.filter(|app| self.environment(*app).is_none()) {
            self.app_over_peering(&mut packet, app, crossing, (from, to), place);
        } else if self.is_global(from, to) == Some(true) {
            packet
                .push(Step::pass("peer.global", format!("{b} is in another region: a global peering")).maybe_at(place));
        }
        if foreign {
            let flag = self.flag_place(from, to, |line| line.forwarded_traffic.as_ref());
            if !crossing.unforwarded {
                let text = format!("{b} accepts packets that {a} forwards");
                packet.push(Step::pass("peer.flag.forwarded", text).maybe_at(flag.or(place)));
            } else {
                let text = format!("{b} does not accept packets forwarded by {a}");
                packet.push(
                    Step::block("peer.flag.forwarded", Outcome::Dropped, text)
                        .maybe_at(flag.or(place))
                        .headline(format!("the peering drops forwarded packets at {b}"))
                        .remedy(self.forwarded_remedy(from, to)),
                );
            }
        }
        packet.crossed = Some((from, to));
        packet.vnet = to;
        packet.subnet = None;
        packet
    }

    /// The line that opens a peering: for each of its declarations that has the flag off.
    fn access_remedy(&self, a: VnetId, b: VnetId) -> Option<String> {
        let shut = |line: &&Peering| line.vnet_access.as_ref().is_some_and(|stated| stated.value != Links::Both);
        let lines: Vec<String> = self
            .links(a, b)
            .filter(shut)
            .map(|line| format!("amend peering {} {{ vnet-access on }}", line.head.name))
            .collect();
        (!lines.is_empty()).then(|| lines.join("; "))
    }

    pub(super) fn forwarded_remedy(&self, from: VnetId, to: VnetId) -> String {
        let line = self.links(from, to).find(|p| p.both || p.from == Some(to));
        let (name, to) = (line.map_or("", |line| &line.head.name), &self.model[to].head.name);
        let value = if line.is_some_and(|line| line.forwarded_traffic.is_none()) { to.as_str() } else { "on" };
        format!("amend peering {name} {{ forwarded-traffic {value} }}")
    }

    fn app_over_peering(
        &self,
        packet: &mut Packet<'_>,
        app: AppId,
        crossing: Crossing,
        (from, to): (VnetId, VnetId),
        place: Option<Span>,
    ) {
        let b = &self.model[to].head.name;
        if crossing.classic {
            let text = format!("{b} is a classic network: an app does not reach it across a peering");
            let place = self.model[to].classic.as_ref().map(|stated| stated.span);
            packet.push(Step::block("vnet.regional.no-classic-peering", Outcome::Dropped, text).maybe_at(place));
        }
        match (self.is_global(from, to), self.fires("vnet.regional.no-global-peering")) {
            _ if crossing.global => {
                let text = format!("{b} is in another region, and an app does not reach across a global peering");
                packet.push(
                    Step::block("vnet.regional.no-global-peering", Outcome::Dropped, text)
                        .maybe_at(place)
                        .headline(format!("{} cannot use the global peering to {b}", self.model[app].head.name)),
                );
            }
            (Some(true), false) => {
                let text = format!("{b} is in another region: a global peering, which an app may use");
                packet.push(Step::pass("vnet.regional.global-peering", text).maybe_at(place));
            }
            (None, true) => {
                packet.trail.assume(format!("{} and {b} are in one region", self.model[from].head.name));
            }
            _ => packet.push(
                Step::pass("peer.nothing-for-app", format!("the peering to {b} needs nothing of the app"))
                    .maybe_at(place),
            ),
        }
    }

    /// Why no peering leads from one network to another; none where a connected one does.
    pub(super) fn apart(&self, from: VnetId, to: VnetId) -> Option<Apart> {
        let peers = self.peers_of(from);
        if let Some(peer) = peers.iter().find(|peer| peer.vnet == to) {
            return (!peer.connected).then_some(Apart::Unlinked(*peer));
        }
        let joins = |peer: &&Peer| self.peers_of(peer.vnet).iter().any(|next| next.vnet == to);
        Some(peers.iter().find(joins).map_or(Apart::Unpeered, |between| Apart::Between(*between)))
    }

    /// Why no route leads to an address that belongs to something declared.
    pub(super) fn why_no_route(&self, from: VnetId, destination: &AddressSet, named: Option<Thing>) -> Option<Step> {
        let meant = named.and_then(|thing| self.stands_in(thing));
        let a = &self.model[from].head.name;
        for (to, vnet) in self.model.vnets() {
            if to == from
                || !destination.meets(&vnet.addresses())
                || meant.is_some_and(|place| place != Thing::Vnet(to))
            {
                continue;
            }
            let b = &vnet.head.name;
            let Some(apart) = self.apart(from, to) else { continue };
            let block = |text: String| Step::block(apart.rule(), Outcome::Dropped, text);
            return Some(match apart {
                Apart::Unlinked(peer) => {
                    block(format!("the peering of {a} and {b} is not connected: each side needs its link"))
                        .at(peer.place)
                        .headline(format!("the peering of {a} and {b} is not connected"))
                        .remedy(format!("peering {b} -> {a}"))
                }
                Apart::Between(between) => {
                    let c = &self.model[between.vnet].head.name;
                    block(format!("{a} is peered with {c} and {c} with {b}, which does not join {a} and {b}"))
                        .at(between.place)
                        .headline(format!("{a} and {b} are not peered; peerings are not transitive"))
                        .remedy(format!("peering {a} <-> {b}"))
                }
                Apart::Unpeered => block(format!("{a} and {b} are not peered"))
                    .at(vnet.head.span)
                    .headline(format!("no peering joins {a} and {b}"))
                    .remedy(format!("peering {a} <-> {b}")),
            });
        }
        self.model.on_premises().find(|(_, site)| destination.meets(&site.addresses())).map(|(_, site)| {
            let s = &site.head.name;
            let hub = site.via.iter().find_map(|via| match via.value {
                Thing::Gateway(id) => self.model[id].vnet,
                _ => None,
            });
            match hub.filter(|hub| *hub != from && self.peers_of(from).iter().any(|p| p.vnet == *hub)) {
                Some(hub) => {
                    let h = &self.model[hub].head.name;
                    let text = format!("{s} stands behind the gateway of {h}, which {a} does not use");
                    Step::block("peer.gateway-transit.effect", Outcome::Dropped, text)
                        .at(site.head.span)
                        .also("peer.flag.gateway-transit")
                        .headline(format!("{a} does not use the gateway of {h}"))
                        .remedy(format!("amend peering {h} <-> {a} {{ gateway-transit {h} }}"))
                }
                None => Step::block("gw.on-prem.reach", Outcome::Dropped, format!("no gateway of {a} leads to {s}"))
                    .at(site.head.span)
                    .headline(format!("no gateway leads from {a} to {s}")),
            }
        })
    }
}
