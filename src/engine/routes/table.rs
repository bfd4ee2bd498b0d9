//! The effective table of a subnet: routes of the user, of gateways and of the system. Not which of them wins.

use super::super::Engine;
use super::super::flow::SymbolOf;
use super::super::matching::Matcher;
use super::super::meaning::Viewpoint;
use super::{Hop, Route, RouteSource};
use crate::model::reads::Known;
use crate::model::*;
use crate::net::AddressSet;
use crate::source::Span;
use std::collections::BTreeMap;
use std::rc::Rc;

impl Engine<'_> {
    /// The effective routes of a subnet, those that lost included, in the order in which they are preferred.
    pub fn effective_routes(&self, vnet: VnetId, subnet: Option<SubnetId>) -> Rc<Vec<Route>> {
        let (vnet, subnet) = self.routed_like(vnet, subnet);
        if let Some(known) = self.routes.borrow().get(&(vnet, subnet)) {
            return Rc::clone(known.get());
        }
        let routes = Known::of(|| Rc::new(self.routes_of(vnet, subnet)));
        let known = Rc::clone(routes.get());
        self.routes.borrow_mut().insert((vnet, subnet), routes);
        known
    }

    /// The subnet of a network whose effective routes are those of another: the first that has the same route table. What
    /// has service endpoints has routes of its own.
    pub(in crate::engine) fn routed_like(&self, vnet: VnetId, subnet: Option<SubnetId>) -> (VnetId, Option<SubnetId>) {
        let Some(own) = subnet.filter(|own| self.model[*own].vnet == vnet) else { return (vnet, subnet) };
        let noun = &self.model[own];
        if !noun.service_endpoints.is_empty() {
            return (vnet, subnet);
        }
        let table = noun.route_table.as_ref().map(|table| table.value);
        (vnet, Some(*self.routed.borrow_mut().entry((vnet, table)).or_insert(own)))
    }

    fn routes_of(&self, vnet: VnetId, subnet: Option<SubnetId>) -> Vec<Route> {
        self.completed(vnet, subnet, self.user_routes(vnet, subnet))
    }

    /// The effective routes that a subnet would have without some lines of its table.
    pub(in crate::engine) fn routes_without(&self, subnet: SubnetId, lines: &[Span]) -> Vec<Route> {
        let vnet = self.model[subnet].vnet;
        let mut routes = self.user_routes(vnet, Some(subnet));
        routes.retain(|route| route.place.is_none_or(|place| !lines.contains(&place)));
        self.completed(vnet, Some(subnet), routes)
    }

    /// The user's routes with those of gateways and of the system.
    fn completed(&self, vnet: VnetId, subnet: Option<SubnetId>, mut routes: Vec<Route>) -> Vec<Route> {
        routes.append(&mut self.gateway_routes(vnet, subnet));
        routes.append(&mut self.default_routes(vnet, subnet));
        self.invalidate(vnet, &mut routes);
        // A service endpoint's route goes before all; then the longest prefix, the source, the declaration.
        let order = |route: &Route| {
            let endpoint = route.hop == Hop::ServiceEndpoint && self.fires("route.service-endpoint-wins");
            (!endpoint, std::cmp::Reverse(route.length), route.source, route.rank)
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
        let routes = self.model[table.value].routes.iter().flat_map(|line| {
            let (to, rule) = hop(line.hop);
            let mut routes = match &line.target {
                RouteTarget::Prefix(prefix) => {
                    vec![Route::new(*prefix, to, RouteSource::User, rule, Some(line.span))]
                }
                RouteTarget::Tag(tag) => self.tag_routes(tag, Viewpoint { vnet, subnet }, to, line.span),
            };
            routes.iter_mut().for_each(|route| route.name = line.name.clone());
            routes
        });
        routes.collect()
    }

    /// The routes of a line for a service tag: one for each length of its prefixes, since the longest match decides
    /// among them and the lines for prefixes. Where the prefixes are not known, one that may be as long as any.
    fn tag_routes(&self, tag: &TagRef, view: Viewpoint, hop: Hop, place: Span) -> Vec<Route> {
        let rule = "route.udr.service-tag.exact";
        let any = ipnet::IpNet::V4(ipnet::Ipv4Net::default());
        let whole = self.platform().tag(&tag.name).is_some_and(|(tag, _)| tag.whole_cloud);
        let rank = match (whole, &tag.region) {
            (false, Some(_)) => 1,
            (false, None) => 2,
            (true, Some(_)) => 3,
            (true, None) => 4,
        };
        let of = |matcher: Matcher, length: u8| {
            let mut route = Route::new(any, hop, RouteSource::User, rule, Some(place));
            (route.target, route.matcher, route.length, route.rank) = (tag.text.clone(), matcher, length, rank);
            route.prefix = None;
            route
        };
        let matcher = self.tag(tag, Some(view));
        let mut by_length: BTreeMap<u8, AddressSet> = BTreeMap::new();
        for prefix in matcher.tagged.prefixes() {
            let known = by_length.entry(prefix.prefix_len()).or_insert_with(AddressSet::empty);
            *known = known.union(&prefix.into());
        }
        let stated = |tagged| Matcher { tags: matcher.tags.clone(), tagged, ..Matcher::default() };
        let mut routes: Vec<Route> = by_length.into_iter().map(|(len, set)| of(stated(set), len)).collect();
        if !matcher.unstated.is_empty() {
            routes.push(of(Matcher { tagged: AddressSet::empty(), ..matcher.clone() }, any.max_prefix_len()));
        }
        routes
    }

    fn gateway_routes(&self, vnet: VnetId, subnet: Option<SubnetId>) -> Vec<Route> {
        let table = subnet.and_then(|subnet| self.model[subnet].route_table.as_ref());
        let propagates = table
            .is_none_or(|table| self.model[table.value].bgp_propagation.as_ref().is_none_or(|stated| stated.value));
        if !propagates {
            return Vec::new();
        }
        self.all_gateway_routes(vnet)
    }

    /// What the gateways of a network bring to a subnet that takes their routes in.
    pub(super) fn all_gateway_routes(&self, vnet: VnetId) -> Vec<Route> {
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
            for (other, place) in self.joined_by(id).into_iter().filter(|(other, _)| *other != vnet) {
                for prefix in &self.model[other].prefixes {
                    routes.push(Route::new(prefix.value, Hop::Gateway(id), RouteSource::Gateway, rule, Some(place)));
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
        for peer in self.peers_of(vnet).iter().filter(|peer| peer.connected) {
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
    pub(in crate::engine) fn tags_of_endpoint(&self, endpoint: &str, vnet: VnetId) -> Vec<TagRef> {
        let tags = self.platform().names_holding("service-tag", "service-endpoint");
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
}
