//! Forwarding: which route wins for a destination, and where flows go along it. Not what the table holds.

use super::super::Engine;
use super::super::egress::Way;
use super::super::flow::{Ends, Flows};
use super::super::packet::{Packet, Part};
use super::super::trail::{Outcome, Step};
use super::{Hop, Route, RouteSource, RouteState};
use crate::model::VnetId;
use crate::net::{AddressSet, Protocol, ProtocolSet};
use std::net::IpAddr;

/// A route that wins for some ends.
pub(in crate::engine) struct Chosen {
    pub(in crate::engine) ends: Ends,
    /// Its place in the table; none where no route leads there.
    pub(in crate::engine) route: Option<usize>,
    /// Routes before it that may win, and the facts that would tell.
    doubts: Vec<(usize, String)>,
}

impl Chosen {
    /// The first route that may win and leads elsewhere, and the fact that would tell.
    pub(in crate::engine) fn differing(&self, routes: &[Route]) -> Option<(usize, String)> {
        let hop = self.route.map(|at| routes[at].hop);
        self.doubts.iter().find(|(at, _)| Some(routes[*at].hop) != hop).cloned()
    }
}

impl Engine<'_> {
    /// Every route that may win for some ends, with the ends that it wins for.
    pub(in crate::engine) fn choose_route(&self, routes: &[Route], ends: &Ends) -> Vec<Chosen> {
        let public = self.public_space();
        let mut open = vec![(ends.clone(), Vec::new())];
        let mut chosen = Vec::new();
        for (at, route) in routes.iter().enumerate().filter(|(_, route)| route.is_active()) {
            let mut rest = Vec::new();
            for (ends, mut doubts) in open {
                let cut = route.matcher.split(&ends, &public);
                if let Some(ends) = cut.yes {
                    let mut doubts = doubts.clone();
                    doubts.extend(self.perhaps_longer(routes, at, &ends));
                    chosen.push(Chosen { ends, route: Some(at), doubts });
                }
                if let Some(ends) = cut.no {
                    rest.push((ends, doubts.clone()));
                }
                if let Some((ends, fact)) = cut.maybe {
                    doubts.push((at, fact));
                    rest.push((ends, doubts));
                }
            }
            open = rest;
        }
        chosen.extend(open.into_iter().map(|(ends, doubts)| Chosen { ends, route: None, doubts }));
        chosen
    }

    /// Of every route the addresses that it surely wins, for what a service endpoint takes or for the rest.
    pub(in crate::engine) fn won(&self, routes: &[Route], by_endpoint: bool) -> Vec<AddressSet> {
        let mut open = AddressSet::all();
        let win = |route: &Route| {
            if !route.is_active() || (route.hop == Hop::ServiceEndpoint && !by_endpoint) {
                return AddressSet::empty();
            }
            let own = route.matcher.set.union(&route.matcher.tagged).intersection(&open);
            open = open.difference(&own);
            own
        };
        routes.iter().map(win).collect()
    }

    /// A route for a prefix that may hold an address which is not stated, behind one for a tag whose prefixes are not
    /// known: which of them is longer cannot be told.
    fn perhaps_longer(&self, routes: &[Route], at: usize, ends: &Ends) -> Option<(usize, String)> {
        if ends.symbol().is_none() || routes[at].matcher.tags.is_empty() || routes[at].hop == Hop::ServiceEndpoint {
            return None;
        }
        let public = self.public_space();
        let behind = routes.iter().enumerate().skip(at + 1);
        let other = |route: &Route| route.is_active() && route.source == RouteSource::User && route.prefix.is_some();
        let mut behind = behind.filter(|(_, route)| other(route) && route.hop != routes[at].hop);
        behind.find_map(|(n, route)| Some((n, route.matcher.split(ends, &public).maybe?.1)))
    }

    /// By the winning route to the next hop.
    pub(in crate::engine) fn by_route(&self, mut packet: Packet<'_>) -> Vec<Part> {
        if packet.flows.destination.possible().is_subset(&self.platform().addresses("platform-addresses")) {
            let text = format!("{} is served by the host itself: no route applies", packet.flows.destination);
            packet.push(Step::pass("nsg.platform-addresses", text));
            return vec![packet.end()];
        }
        let mut routes = self.effective_routes(packet.vnet, packet.subnet);
        let mut parts = Vec::new();
        // A service endpoint takes TCP alone: what else there is goes the ordinary way.
        let tcp = ProtocolSet::one(Protocol::Tcp);
        let others = packet.flows.protocols.difference(tcp);
        if !others.is_empty() && routes.iter().any(|route| route.hop == Hop::ServiceEndpoint) {
            if others != packet.flows.protocols {
                let only = packet.with(Flows { protocols: tcp, ..packet.flows.clone() });
                parts.append(&mut self.by_route(only));
                packet = packet.with(Flows { protocols: others, ..packet.flows.clone() });
            }
            let found = self.choose_route(&routes, &packet.flows.destination);
            let passed_by =
                found.iter().filter_map(|choice| choice.route).find(|at| routes[*at].hop == Hop::ServiceEndpoint);
            if let Some(at) = passed_by {
                let text = format!("the service endpoint takes TCP alone: {others} goes the ordinary way");
                packet.push(Step::note("se.tcp-only", text).maybe_at(routes[at].place));
            }
            routes =
                routes.iter().filter(|route| route.hop != Hop::ServiceEndpoint).cloned().collect::<Vec<_>>().into();
        }
        for choice in self.choose_route(&routes, &packet.flows.destination) {
            let mut flows = packet.flows.clone();
            flows.destination = choice.ends.clone();
            let packet = packet.with(flows);
            let taken = self.along(packet.clone(), &routes, choice.route);
            match choice.differing(&routes) {
                None => parts.extend(taken),
                Some((at, fact)) => {
                    let route = &routes[at];
                    let text = format!("the route {} may lead elsewhere", shown(route));
                    // A prefix is known; what is not is the address.
                    let rule = if route.prefix.is_some() { "verdict.ours.unknown" } else { "tag.unknown" };
                    let line = self.line_that_states(&choice.ends);
                    let doubt = Step::unknown(rule, text, fact, line).maybe_at(route.place);
                    let assumption = format!("{} is none of the addresses of {}", choice.ends, route.target);
                    let other = self.along(packet.clone(), &routes, Some(at));
                    parts.extend(either(taken, &other, packet, doubt, assumption));
                }
            }
        }
        parts
    }

    fn along(&self, packet: Packet<'_>, routes: &[Route], chosen: Option<usize>) -> Vec<Part> {
        match chosen {
            Some(at) => self.follow(packet, routes, at),
            None => {
                let text = format!("no route leads to {}", packet.flows.destination);
                vec![packet.end_with(Step::block("eval.out.6-route", Outcome::Dropped, text))]
            }
        }
    }

    /// The route that wins for one address with where it sends; or the fact that would tell.
    pub fn winner(&self, routes: &[Route], to: IpAddr) -> Result<Option<(usize, Hop, &'static str)>, String> {
        let ends = Ends::one(to);
        if self.platform().addresses("platform-addresses").contains(to) {
            let host =
                routes.iter().position(|route| route.hop == Hop::Internet && route.source == RouteSource::Default);
            return Ok(host.map(|at| (at, Hop::Internet, routes[at].rule)));
        }
        let Some(choice) = self.choose_route(routes, &ends).into_iter().next() else { return Ok(None) };
        if let Some((_, fact)) = choice.differing(routes) {
            return Err(fact);
        }
        Ok(choice.route.map(|at| {
            let (hop, rule) = self.true_hop(&routes[at], ends.possible());
            (at, hop, rule)
        }))
    }

    /// Where a route really sends: the system's route to the internet carries public addresses alone (O-35).
    pub(in crate::engine) fn true_hop(&self, route: &Route, destination: &AddressSet) -> (Hop, &'static str) {
        let by_system = route.hop == Hop::Internet && route.source == RouteSource::Default;
        let platform = self.platform().addresses("platform-addresses");
        if by_system && !destination.meets(&self.public_space()) && !destination.is_subset(&platform) {
            return (Hop::None, "route.system.none");
        }
        (route.hop, route.rule)
    }

    /// Along the route that won.
    fn follow(&self, mut packet: Packet<'_>, routes: &[Route], at: usize) -> Vec<Part> {
        let route = &routes[at];
        let destination = packet.flows.destination.possible().clone();
        self.note_losers(&mut packet, routes, at);
        let text = format!("{} -> {}", shown(route), self.hop_text(packet.vnet, route.hop));
        // What brings the missing route mends the drop too.
        let mut mends = None;
        if matches!(route.hop, Hop::None | Hop::Internet) && route.source != RouteSource::User {
            let private = !destination.meets(&self.public_space());
            if let Some(why) = self.without_propagation(&packet, route) {
                mends = why.remedy.clone();
                packet.push(why);
            } else if private && let Some(why) = self.why_no_route(packet.vnet, &destination, packet.question.named) {
                mends = why.remedy.clone();
                packet.push(why);
            }
        }
        let (hop, rule) = self.true_hop(route, &destination);
        let text = if hop == route.hop {
            text
        } else {
            format!("{} is no public address, and no other route leads there", packet.flows.destination)
        };
        match hop {
            Hop::None => {
                let headline = if hop == route.hop { format!("route {} drops it", shown(route)) } else { text.clone() };
                let step = Step::block(rule, Outcome::Dropped, text).maybe_at(route.place).headline(headline);
                let step = self.with_route_reasons(Step { remedy: mends, ..step }, &packet, routes, at);
                vec![packet.end_with(step.also("eval.out.6-route"))]
            }
            Hop::MissingGateway => {
                let text = format!("{text}: the network has no gateway");
                vec![
                    packet.end_with(
                        Step::block("route.udr.gateway-vpn-only", Outcome::Dropped, text).maybe_at(route.place),
                    ),
                ]
            }
            hop => {
                let free =
                    route.source == RouteSource::User && packet.app.is_some_and(|app| self.takes_any_routes(app));
                let step = Step::pass(self.route_rule(routes, at), text).maybe_at(route.place);
                let step = self.with_route_reasons(step, &packet, routes, at);
                packet.push(step.also("eval.out.6-route").also_if(free, "ase.v3.routes-free"));
                self.note_nat(&mut packet, route);
                match hop {
                    Hop::Vnet => self.arrive(packet),
                    Hop::Peering(vnet) => {
                        let packet = self.cross_peering(packet, vnet);
                        self.arrive(packet)
                    }
                    Hop::PrivateEndpoint(id) => self.to_private_endpoint(packet, id),
                    Hop::Gateway(id) => self.through_gateway(packet, id),
                    Hop::Appliance(address) => self.to_appliance(packet, address, route),
                    Hop::ServiceEndpoint => self.to_public(packet, Way::ServiceEndpoint),
                    _ => self.to_internet(packet, route),
                }
            }
        }
    }

    /// The step of a route that drops, where the table of the subnet keeps the route of a gateway away.
    fn without_propagation(&self, packet: &Packet<'_>, route: &Route) -> Option<Step> {
        let subnet = packet.subnet?;
        let to = packet.flows.destination.possible();
        if route.hop != Hop::None && to.meets(&self.public_space())
            || !self.kept_away(packet.vnet, Some(subnet), route, to)
        {
            return None;
        }
        let table = &self.model[self.model[subnet].route_table.as_ref()?.value];
        let (name, own) = (&table.head.name, &self.model[subnet].head.name);
        let text = format!("route table {name} keeps the routes of gateways from {own}");
        let step = Step::block("route.gateway-propagation-off", Outcome::Dropped, text.clone());
        let step = step.maybe_at(table.bgp_propagation.as_ref().map(|stated| stated.span)).headline(text);
        Some(step.remedy(format!("amend route-table {name} {{ bgp-propagation on }}")))
    }

    /// The rule that a passing route shows.
    fn route_rule(&self, routes: &[Route], at: usize) -> &'static str {
        let route = &routes[at];
        let same = |other: &Route| other.source != RouteSource::User && other.prefix == route.prefix;
        match (route.source, route.hop) {
            (RouteSource::User, _) if route.prefix.is_none() => route.rule,
            (RouteSource::User, _) if routes.iter().any(same) => "route.tie-break",
            (RouteSource::User, _) => "route.lpm",
            _ => route.rule,
        }
    }

    /// The NAT gateway of the subnet, where a default route leads past it.
    fn note_nat(&self, packet: &mut Packet<'_>, route: &Route) {
        let nat = packet.subnet.and_then(|subnet| self.model[subnet].nat_gateway.as_ref());
        let past = route.source == RouteSource::User
            && route.length == 0
            && matches!(route.hop, Hop::Appliance(_) | Hop::Gateway(_));
        if let Some(nat) = nat.filter(|_| past && self.fires("nat.udr-overrides")) {
            let text =
                format!("NAT gateway {} is not used: the default route leads away", self.model[nat.value].head.name);
            packet.push(Step::pass("nat.udr-overrides", text).at(nat.span));
        }
    }

    /// Steps for the routes whose loss is a rule of its own.
    fn note_losers(&self, packet: &mut Packet<'_>, routes: &[Route], at: usize) {
        let winner = &routes[at];
        let ends = packet.flows.destination.possible().clone();
        let would = |route: &Route| route.prefix.is_some_and(|prefix| AddressSet::from(prefix).meets(&ends));
        for (_, route) in routes.iter().enumerate().filter(|(n, route)| *n != at && would(route)) {
            let user = route.source == RouteSource::User;
            let lost = match (&winner.hop, &route.state) {
                (Hop::PrivateEndpoint(_), RouteState::Active) if user && route.length == 0 => {
                    self.fires("pe.udr.default-insufficient").then_some("pe.udr.default-insufficient")
                }
                (Hop::PrivateEndpoint(_), RouteState::Active) if user => Some("pe.route-32"),
                (Hop::ServiceEndpoint, RouteState::Active) if route.source != RouteSource::Default => {
                    Some("route.service-endpoint-wins")
                }
                (_, RouteState::Invalid(reason) | RouteState::Removed(reason)) => {
                    let named = [
                        "route.system-preferred",
                        "pe.udr.invalidate",
                        "pe.udr.explicit-32",
                        "route.default-override.removes-none",
                    ];
                    let by_default = winner.source == RouteSource::User && winner.length == 0;
                    named.into_iter().find(|rule| {
                        reason.contains(rule) && (by_default || *rule != "route.default-override.removes-none")
                    })
                }
                _ => None,
            };
            if let Some(rule) = lost {
                let why = match &route.state {
                    RouteState::Invalid(reason) | RouteState::Removed(reason) => {
                        reason.rsplit_once(" (").map_or(reason.clone(), |(why, _)| why.to_string())
                    }
                    RouteState::Active => format!("{} goes before it", shown(winner)),
                };
                // Two networks that are joined both ways.
                let both_ways = match (winner.hop, route.hop) {
                    (Hop::Peering(peer), Hop::Gateway(id)) => self.joined_by(id).iter().any(|(vnet, _)| *vnet == peer),
                    _ => false,
                };
                packet.push(
                    Step::pass(rule, format!("not {}: {why}", shown(route)))
                        .maybe_at(route.place.or(winner.place))
                        .also_if(both_ways, "peer.prefers-peering"),
                );
            }
        }
    }

    /// A hop of a network's route in words.
    pub fn hop_text(&self, vnet: VnetId, hop: Hop) -> String {
        match hop {
            Hop::Vnet => "the network itself".into(),
            Hop::Peering(vnet) => format!("peered network {}", self.model[vnet].head.name),
            Hop::Gateway(id) => format!("gateway {}", self.model[id].head.name),
            Hop::MissingGateway => "gateway".into(),
            Hop::Appliance(address) => match self.appliance_near(vnet, address) {
                Some(id) => format!("appliance {} {address}", self.model[id].head.name),
                None => format!("appliance {address}"),
            },
            Hop::PrivateEndpoint(id) => format!("private endpoint {}", self.model[id].head.name),
            Hop::ServiceEndpoint => "the service, by its service endpoint".into(),
            Hop::Internet => "internet".into(),
            Hop::None => "none: dropped".into(),
        }
    }
}

/// What becomes of flows whose way hangs on a fact that is not stated: known where every way ends alike.
pub(in crate::engine) fn either(
    taken: Vec<Part>,
    other: &[Part],
    packet: Packet<'_>,
    doubt: Step,
    assumption: String,
) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for part in taken {
        let ways = other.iter().filter_map(|other| Some((part.flows.shared(&other.flows)?, other.verdict())));
        for (flows, verdict) in ways {
            if verdict == part.verdict() {
                let mut known = Part { flows, ..part.clone() };
                known.trail.assume(assumption.clone());
                parts.push(known);
            } else {
                parts.push(packet.with(Flows { source: packet.flows.source.clone(), ..flows }).end_with(doubt.clone()));
            }
        }
    }
    if parts.is_empty() { vec![packet.end_with(doubt)] } else { parts }
}

/// A route's prefix and name.
fn shown(route: &Route) -> String {
    match &route.name {
        Some(name) => format!("{} ({name})", route.target),
        None => route.target.clone(),
    }
}
