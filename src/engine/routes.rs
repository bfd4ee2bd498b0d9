//! Routes: what a subnet's table holds, which route wins, and where it sends.

use super::Engine;
use super::flow::{Ends, SymbolOf};
use super::matching::Matcher;
use super::security::Viewpoint;
use super::trail::{Outcome, Step};
use super::walk::{Packet, Part};
use crate::model::*;
use crate::net::AddressSet;
use crate::source::Span;
use std::net::IpAddr;

/// Where a route sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// Within the virtual network.
    Vnet,
    /// To a peered network.
    Peering(VnetId),
    /// To the network's gateway, or that of a peer.
    Gateway(GatewayId),
    /// To the gateway, where none is there.
    MissingGateway,
    /// To the appliance at this address.
    Appliance(IpAddr),
    /// To a private endpoint.
    PrivateEndpoint(PrivateEndpointId),
    /// To a service, by its service endpoint.
    ServiceEndpoint,
    /// To the internet.
    Internet,
    /// Nowhere.
    None,
}

impl Hop {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Vnet => "vnet",
            Self::Peering(_) => "peering",
            Self::Gateway(_) | Self::MissingGateway => "gateway",
            Self::Appliance(_) => "appliance",
            Self::PrivateEndpoint(_) => "private-endpoint",
            Self::ServiceEndpoint => "service-endpoint",
            Self::Internet => "internet",
            Self::None => "none",
        }
    }

    /// Azure's name in an effective route table.
    pub fn azure_name(self) -> &'static str {
        match self {
            Self::Vnet => "VnetLocal",
            Self::Peering(_) => "VNetPeering",
            Self::Gateway(_) | Self::MissingGateway => "VirtualNetworkGateway",
            Self::Appliance(_) => "VirtualAppliance",
            Self::PrivateEndpoint(_) => "InterfaceEndpoint",
            Self::ServiceEndpoint => "VirtualNetworkServiceEndpoint",
            Self::Internet => "Internet",
            Self::None => "None",
        }
    }
}

/// Where a route comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteSource {
    /// The user wrote it.
    User,
    /// A gateway learned it, or has it for a site.
    Gateway,
    /// The system has it.
    Default,
}

impl RouteSource {
    /// Azure's name in an effective route table.
    pub fn azure_name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Gateway => "VirtualNetworkGateway",
            Self::Default => "Default",
        }
    }
}

/// Does a route count?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteState {
    /// It counts.
    Active,
    /// Another one with its prefix, or a rule, took its place.
    Invalid(String),
    /// A rule took it out of the table.
    Removed(String),
}

/// A route of a subnet's effective table.
#[derive(Clone, Debug)]
pub struct Route {
    /// What it is for, as it is printed.
    pub target: String,
    /// The addresses that it is for.
    pub matcher: Matcher,
    /// The length of its prefix.
    pub length: u8,
    /// Where it sends.
    pub hop: Hop,
    /// Where it comes from.
    pub source: RouteSource,
    /// Does it count?
    pub state: RouteState,
    /// The platform's rule that gives it.
    pub rule: &'static str,
    /// Its name.
    pub name: Option<String>,
    /// Where it, or what gives it, is declared.
    pub place: Option<Span>,
    prefix: Option<ipnet::IpNet>,
}

impl Route {
    fn new(prefix: ipnet::IpNet, hop: Hop, source: RouteSource, rule: &'static str, place: Option<Span>) -> Self {
        Self {
            target: prefix.to_string(),
            matcher: Matcher::of(prefix.into()),
            length: prefix.prefix_len(),
            hop,
            source,
            state: RouteState::Active,
            rule,
            name: None,
            place,
            prefix: Some(prefix),
        }
    }

    /// Does it count?
    pub fn is_active(&self) -> bool {
        self.state == RouteState::Active
    }
}

impl Engine<'_> {
    /// The effective routes of a subnet, those that lost included, in the order in which they are preferred.
    pub fn effective_routes(&self, vnet: VnetId, subnet: Option<SubnetId>) -> Vec<Route> {
        let mut routes = self.user_routes(vnet, subnet);
        routes.append(&mut self.gateway_routes(vnet, subnet));
        routes.append(&mut self.default_routes(vnet, subnet));
        self.invalidate(vnet, &mut routes);
        // A service endpoint's route goes before all; then the longest prefix, the source, the declaration.
        let order = |route: &Route| {
            let endpoint = route.hop == Hop::ServiceEndpoint && self.fires("route.service-endpoint-wins");
            (!endpoint, std::cmp::Reverse(route.length), route.source)
        };
        routes.sort_by_key(order);
        routes
    }

    fn user_routes(&self, vnet: VnetId, subnet: Option<SubnetId>) -> Vec<Route> {
        let Some(table) = subnet.and_then(|subnet| self.model[subnet].route_table.as_ref()) else { return Vec::new() };
        let hop = |hop: UserHop| match hop {
            UserHop::Appliance(address) => (Hop::Appliance(address), "eval.out.7-hops"),
            UserHop::Gateway => match self.gateways_for(vnet).first() {
                Some(id) => (Hop::Gateway(*id), "eval.out.7-hops"),
                None => (Hop::MissingGateway, "eval.out.7-hops"),
            },
            UserHop::Vnet => (Hop::Vnet, "eval.out.7-hops"),
            UserHop::Internet => (Hop::Internet, "eval.out.7-hops"),
            UserHop::None => (Hop::None, "route.udr.none"),
        };
        let routes = self.model[table.value].routes.iter().map(|line| {
            let (to, rule) = hop(line.hop);
            let mut route = match &line.target {
                RouteTarget::Prefix(prefix) => Route::new(*prefix, to, RouteSource::User, rule, Some(line.span)),
                RouteTarget::Tag(tag) => {
                    let any = ipnet::IpNet::V4(ipnet::Ipv4Net::default());
                    let mut route =
                        Route::new(any, to, RouteSource::User, "route.udr.service-tag.exact", Some(line.span));
                    route.target = tag.text.clone();
                    route.matcher = self.tag(tag, Some(Viewpoint { vnet, subnet }));
                    route.prefix = None;
                    route.length = 1;
                    route
                }
            };
            route.name = line.name.clone();
            route
        });
        routes.collect()
    }

    fn gateway_routes(&self, vnet: VnetId, subnet: Option<SubnetId>) -> Vec<Route> {
        let table = subnet.and_then(|subnet| self.model[subnet].route_table.as_ref());
        let propagates = table
            .is_none_or(|table| self.model[table.value].bgp_propagation.as_ref().is_none_or(|stated| stated.value));
        if !propagates {
            return Vec::new();
        }
        let mut routes = Vec::new();
        for id in self.gateways_for(vnet) {
            let gateway = &self.model[id];
            let own = gateway.vnet == Some(vnet);
            let rule = if own { "route.system.gateway" } else { "peer.gateway-transit.effect" };
            for (_, site) in self.sites_behind(id) {
                for prefix in &site.prefixes {
                    routes.push(Route::new(
                        prefix.value,
                        Hop::Gateway(id),
                        RouteSource::Gateway,
                        rule,
                        Some(prefix.span),
                    ));
                }
            }
            for prefix in &gateway.learned_routes {
                let rule = if prefix.value.prefix_len() == 0 { "route.forced-tunnel.bgp" } else { rule };
                routes.push(Route::new(prefix.value, Hop::Gateway(id), RouteSource::Gateway, rule, Some(prefix.span)));
            }
            for prefix in &gateway.point_to_site {
                routes.push(Route::new(prefix.value, Hop::Gateway(id), RouteSource::Gateway, rule, Some(prefix.span)));
            }
        }
        routes
    }

    fn default_routes(&self, vnet: VnetId, subnet: Option<SubnetId>) -> Vec<Route> {
        let mut routes = Vec::new();
        let system = |prefix, hop, rule, place| Route::new(prefix, hop, RouteSource::Default, rule, place);
        for prefix in &self.model[vnet].prefixes {
            routes.push(system(prefix.value, Hop::Vnet, "route.system.vnet", Some(prefix.span)));
        }
        for peer in self.peers_of(vnet).into_iter().filter(|peer| peer.connected) {
            for prefix in &self.model[peer.vnet].prefixes {
                let hop = Hop::Peering(peer.vnet);
                routes.push(system(prefix.value, hop, "route.system.peering", Some(peer.place)));
            }
        }
        let has_v6 = self.model[vnet].prefixes.iter().any(|prefix| matches!(prefix.value, ipnet::IpNet::V6(_)));
        let routed = |prefix: &ipnet::IpNet| has_v6 || matches!(prefix, ipnet::IpNet::V4(_));
        for route in self.platform().system_routes().into_iter().filter(|route| routed(&route.prefix)) {
            let (hop, rule) = match route.hop.as_str() {
                "internet" => (Hop::Internet, "route.system.internet"),
                _ => (Hop::None, "route.system.none"),
            };
            routes.push(system(route.prefix, hop, rule, None));
        }
        for (id, endpoint) in self.model.private_endpoints() {
            routes.append(&mut self.endpoint_routes(vnet, id, endpoint));
        }
        routes.append(&mut self.service_endpoint_routes(vnet, subnet));
        routes
    }

    /// The host routes of a private endpoint: in its own network and those peered with it.
    fn endpoint_routes(&self, vnet: VnetId, id: PrivateEndpointId, endpoint: &PrivateEndpoint) -> Vec<Route> {
        let rule = "route.system.private-endpoint";
        let Some(subnet) = endpoint.subnet.map(|subnet| &self.model[subnet]) else { return Vec::new() };
        let near = self.peers_of(vnet).iter().any(|peer| peer.vnet == subnet.vnet && peer.connected);
        if subnet.vnet != vnet && !near {
            return Vec::new();
        }
        let (hop, place) = (Hop::PrivateEndpoint(id), Some(endpoint.head.span));
        let of = |prefix| Route::new(prefix, hop, RouteSource::Default, rule, place);
        if !endpoint.addresses.is_empty() {
            return endpoint.addresses.iter().map(|address| of(address.value.into())).collect();
        }
        let Some(prefix) = subnet.prefixes.first() else { return Vec::new() };
        let mut route = of(prefix.value);
        route.target = format!("the address of {}", endpoint.head.name);
        route.matcher = Matcher { symbols: vec![SymbolOf::PrivateEndpoint(id)], ..Matcher::default() };
        route.length = prefix.value.max_prefix_len();
        route.prefix = None;
        vec![route]
    }

    fn service_endpoint_routes(&self, vnet: VnetId, subnet: Option<SubnetId>) -> Vec<Route> {
        let Some(subnet) = subnet else { return Vec::new() };
        let mut routes = Vec::new();
        for stated in &self.model[subnet].service_endpoints {
            for tag in self.tags_of_endpoint(&stated.value, vnet) {
                let any = ipnet::IpNet::V4(ipnet::Ipv4Net::default());
                let mut route = Route::new(
                    any,
                    Hop::ServiceEndpoint,
                    RouteSource::Default,
                    "route.system.service-endpoint",
                    Some(stated.span),
                );
                route.target = format!("service tag {}", tag.text);
                route.matcher = self.tag(&tag, None);
                route.prefix = None;
                route.length = u8::MAX;
                routes.push(route);
            }
        }
        routes
    }

    /// The tags whose prefixes a service endpoint routes: of the network's region and its pair for storage, of its
    /// region for SQL, of the whole cloud else.
    pub(super) fn tags_of_endpoint(&self, endpoint: &str, vnet: VnetId) -> Vec<TagRef> {
        let tags = self.platform().names("service-tag");
        let tag = tags
            .into_iter()
            .filter_map(|name| self.platform().tag(name))
            .find(|(tag, _)| tag.service_endpoints.iter().any(|name| name.eq_ignore_ascii_case(endpoint)));
        let Some((tag, _)) = tag else { return Vec::new() };
        let whole = TagRef { name: tag.name.clone(), region: None, text: tag.name.clone() };
        let scope = self.platform().endpoint_scope(endpoint);
        let region = self.model[vnet].head.region.as_ref().map(|r| r.value.clone());
        let mut regions = match (scope.as_deref(), region) {
            (Some("region" | "pair"), Some(region)) => vec![region],
            _ => return vec![whole],
        };
        if scope.as_deref() == Some("pair") {
            regions.extend(self.platform().region(&regions[0]).and_then(|facts| facts.pair));
        }
        let spelled = |region: &str| self.platform().region(region).map_or(region.to_string(), |r| r.tag_name);
        regions
            .into_iter()
            .map(|region| TagRef {
                text: format!("{}.{}", tag.name, spelled(&region)),
                name: tag.name.clone(),
                region: Some(region),
            })
            .collect()
    }

    /// Marks the routes that do not count.
    fn invalidate(&self, vnet: VnetId, routes: &mut [Route]) {
        let user: Vec<(ipnet::IpNet, String)> = routes
            .iter()
            .filter(|route| route.source == RouteSource::User)
            .filter_map(|route| route.prefix.map(|prefix| (prefix, route.target.clone())))
            .collect();
        let gateway: Vec<ipnet::IpNet> =
            routes.iter().filter(|r| r.source == RouteSource::Gateway).filter_map(|r| r.prefix).collect();
        let own: Vec<ipnet::IpNet> = self.model[vnet].prefixes.iter().map(|p| p.value).collect();
        let preferred: AddressSet = routes
            .iter()
            .filter(|r| matches!(r.hop, Hop::Vnet | Hop::Peering(_)) && r.source == RouteSource::Default)
            .filter(|r| !user.iter().any(|(prefix, _)| Some(*prefix) == r.prefix))
            .fold(AddressSet::empty(), |all, route| all.union(&route.matcher.set));
        let default_by_user = user.iter().any(|(prefix, _)| prefix.prefix_len() == 0);
        for route in routes.iter_mut() {
            let Some(prefix) = route.prefix else { continue };
            let same_user = user.iter().any(|(other, _)| *other == prefix);
            let reason = match route.source {
                RouteSource::User => None,
                _ if same_user => Some("a user-defined route has the same prefix (route.tie-break)".to_string()),
                RouteSource::Default if route.hop == Hop::None && default_by_user => {
                    let removed = self.fires("route.default-override.removes-none");
                    removed
                        .then(|| "a user-defined default route removes it (route.default-override.removes-none)".into())
                }
                RouteSource::Default if route.hop == Hop::None => {
                    let converted = own.iter().any(|mine| mine.contains(&prefix));
                    converted.then(|| "the network's own space covers it (route.system.none.converted)".to_string())
                }
                RouteSource::Default if gateway.contains(&prefix) && matches!(route.hop, Hop::Internet) => {
                    Some("a route of the gateway has the same prefix (route.tie-break)".to_string())
                }
                RouteSource::Default => self.invalid_endpoint_route(route, &user),
                RouteSource::Gateway => {
                    let left = route.matcher.set.difference(&preferred);
                    let covered = left.is_empty();
                    route.matcher.set = left;
                    covered
                        .then(|| "system routes are preferred to routes of a gateway (route.system-preferred)".into())
                }
            };
            if let Some(reason) = reason {
                let removed = route.hop == Hop::None && !reason.contains("route.tie-break");
                route.state = if removed { RouteState::Removed(reason) } else { RouteState::Invalid(reason) };
            }
        }
    }

    /// Is the /32 of a private endpoint invalidated by a user-defined route?
    fn invalid_endpoint_route(&self, route: &Route, user: &[(ipnet::IpNet, String)]) -> Option<String> {
        let Hop::PrivateEndpoint(id) = route.hop else { return None };
        let subnet = &self.model[self.model[id].subnet?];
        let policy = subnet.private_endpoint_policy.as_ref()?;
        if !policy.value.route_table || !self.fires("pe.udr.invalidate") {
            return None;
        }
        let address = route.prefix?.addr();
        let space = self.model[subnet.vnet].prefixes.iter().find(|prefix| prefix.value.contains(&address))?;
        let (prefix, text) = user.iter().find(|(prefix, _)| {
            prefix.contains(&address) && prefix.prefix_len() >= space.value.prefix_len() && prefix.prefix_len() > 0
        })?;
        let _ = prefix;
        Some(format!("the user-defined route {text} invalidates it (pe.udr.invalidate)"))
    }

    /// Every route that may win for some ends, with the ends that it wins for.
    pub(super) fn choose_route(&self, routes: &[Route], ends: &Ends) -> Vec<Chosen> {
        let public = self.public_space();
        let mut open = vec![(ends.clone(), Vec::new())];
        let mut chosen = Vec::new();
        for (at, route) in routes.iter().enumerate().filter(|(_, route)| route.is_active()) {
            let mut rest = Vec::new();
            for (ends, mut doubts) in open {
                let cut = route.matcher.split(&ends, &public);
                if let Some(ends) = cut.yes {
                    chosen.push(Chosen { ends, route: Some(at), doubts: doubts.clone() });
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

    /// By the winning route to the next hop.
    pub(super) fn by_route(&self, mut packet: Packet<'_>) -> Vec<Part> {
        if packet.flows.destination.possible().is_subset(&self.platform().addresses("platform-addresses")) {
            let text = format!("{} is served by the host itself: no route applies", packet.flows.destination);
            packet.push(Step::pass("nsg.platform-addresses", text));
            return vec![packet.end()];
        }
        let routes = self.effective_routes(packet.vnet, packet.subnet);
        let mut parts = Vec::new();
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
                    let doubt = Step::unknown("tag.unknown", text, fact, None).maybe_at(route.place);
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
    fn true_hop(&self, route: &Route, destination: &AddressSet) -> (Hop, &'static str) {
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
        let text = format!("{} -> {}", shown(route), self.hop_text(route.hop));
        if matches!(route.hop, Hop::None | Hop::Internet) && route.source != RouteSource::User {
            let private = !destination.meets(&self.public_space());
            if private && let Some(why) = self.why_no_route(packet.vnet, &destination) {
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
                vec![packet.end_with(step)]
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
                packet.push(Step::pass(self.route_rule(route), text).maybe_at(route.place));
                match hop {
                    Hop::Vnet => self.arrive(packet),
                    Hop::Peering(vnet) => {
                        let packet = self.cross_peering(packet, vnet);
                        self.arrive(packet)
                    }
                    Hop::PrivateEndpoint(id) => self.to_private_endpoint(packet, id),
                    Hop::Gateway(id) => self.through_gateway(packet, id),
                    Hop::Appliance(address) => self.to_appliance(packet, address, route),
                    Hop::ServiceEndpoint => self.to_public(packet, true),
                    _ => self.to_internet(packet),
                }
            }
        }
    }

    /// The rule that a passing route shows.
    fn route_rule(&self, route: &Route) -> &'static str {
        match (route.source, route.hop) {
            (RouteSource::User, _) => "route.lpm",
            (_, Hop::ServiceEndpoint) => "route.service-endpoint-wins",
            _ => route.rule,
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
                (Hop::ServiceEndpoint, RouteState::Active) if user => Some("route.service-endpoint-wins"),
                (_, RouteState::Invalid(reason) | RouteState::Removed(reason)) => {
                    let named = ["route.system-preferred", "pe.udr.invalidate", "route.default-override.removes-none"];
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
                packet.push(
                    Step::pass(rule, format!("not {}: {why}", shown(route))).maybe_at(route.place.or(winner.place)),
                );
            }
        }
    }

    /// A hop in words.
    pub fn hop_text(&self, hop: Hop) -> String {
        match hop {
            Hop::Vnet => "the network itself".into(),
            Hop::Peering(vnet) => format!("peered network {}", self.model[vnet].head.name),
            Hop::Gateway(id) => format!("gateway {}", self.model[id].head.name),
            Hop::MissingGateway => "gateway".into(),
            Hop::Appliance(address) => match self.appliance_at(address) {
                Some(id) => format!("appliance {} {address}", self.model[id].head.name),
                None => format!("appliance {address}"),
            },
            Hop::PrivateEndpoint(id) => format!("private endpoint {}", self.model[id].head.name),
            Hop::ServiceEndpoint => "the service, by its service endpoint".into(),
            Hop::Internet => "internet".into(),
            Hop::None => "none: dropped".into(),
        }
    }

    /// The appliance with that address.
    pub(super) fn appliance_at(&self, address: IpAddr) -> Option<ApplianceId> {
        let found = self.model.appliances().find(|(_, a)| a.address.as_ref().is_some_and(|a| a.value == address));
        found.map(|(id, _)| id)
    }
}

/// What becomes of flows whose way hangs on a fact that is not stated: known where every way ends alike.
pub(super) fn either(
    taken: Vec<Part>,
    other: &[Part],
    packet: Packet<'_>,
    doubt: Step,
    assumption: String,
) -> Vec<Part> {
    let verdicts = |parts: &[Part]| parts.iter().map(Part::verdict).collect::<Vec<_>>();
    let (a, b) = (verdicts(&taken), verdicts(other));
    let alike = a.windows(2).all(|pair| pair[0] == pair[1])
        && b.windows(2).all(|pair| pair[0] == pair[1])
        && a.first() == b.first();
    if !alike {
        return vec![packet.end_with(doubt)];
    }
    let mut taken = taken;
    taken.iter_mut().for_each(|part| part.trail.assume(assumption.clone()));
    taken
}

/// A route that wins for some ends.
pub(super) struct Chosen {
    pub(super) ends: Ends,
    /// Its place in the table; none where no route leads there.
    pub(super) route: Option<usize>,
    /// Routes before it that may win, and the facts that would tell.
    pub(super) doubts: Vec<(usize, String)>,
}

impl Chosen {
    /// The first route that may win and leads elsewhere, and the fact that would tell.
    fn differing(&self, routes: &[Route]) -> Option<(usize, String)> {
        let hop = self.route.map(|at| routes[at].hop);
        self.doubts.iter().find(|(at, _)| Some(routes[*at].hop) != hop).cloned()
    }
}

/// A route's prefix and name.
pub(super) fn shown(route: &Route) -> String {
    match &route.name {
        Some(name) => format!("{} ({name})", route.target),
        None => route.target.clone(),
    }
}
