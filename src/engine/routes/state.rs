//! Which routes of a table count, and what takes the place of those that do not. Not which one wins for an address.

use super::super::Engine;
use super::{Hop, Route, RouteSource, RouteState};
use crate::model::*;
use crate::net::AddressSet;

impl Engine<'_> {
    /// Marks the routes that do not count.
    pub(super) fn invalidate(&self, vnet: VnetId, routes: &mut [Route]) {
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
                _ if same_user && matches!(route.hop, Hop::PrivateEndpoint(_)) => {
                    Some("a user-defined route has the endpoint's own address (pe.udr.explicit-32)".to_string())
                }
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
}
