//! Why a route decides: the further rules that its winning rests on. Not which route wins.
//!
//! A rule is named where it makes a difference: a longer prefix where a shorter one leads elsewhere, the source where
//! two have one prefix, the flag that brings a route or keeps one away.

use super::super::Engine;
use super::super::flow::Ends;
use super::super::packet::Packet;
use super::super::trail::Step;
use super::{Hop, Route, RouteSource, RouteState};
use crate::model::*;
use crate::net::AddressSet;

impl Engine<'_> {
    /// The rules by which a route wins for a destination, and those that give or take away routes for it.
    pub fn route_reasons(
        &self,
        vnet: VnetId,
        subnet: Option<SubnetId>,
        routes: &[Route],
        at: usize,
        to: &AddressSet,
    ) -> Vec<&'static str> {
        let won = &routes[at];
        let would = |route: &&Route| {
            let prefix = route.prefix.filter(|_| !std::ptr::eq(*route, won));
            prefix.is_some_and(|prefix| !to.is_empty() && to.is_subset(&prefix.into()))
        };
        let lost: Vec<&Route> = routes.iter().filter(would).collect();
        let user = won.source == RouteSource::User;
        let system = |route: &Route| route.source == RouteSource::Default;
        let of_space = |route: &Route| system(route) && matches!(route.hop, Hop::Vnet | Hop::Peering(_));
        // The default route and the routes that drop are everybody's: to be longer than those says nothing.
        let told = |route: &Route| !system(route) || route.length > 0 && route.hop != Hop::None;
        let longer = lost
            .iter()
            .any(|route| route.is_active() && route.length < won.length && route.hop != won.hop && told(route));
        let same = |route: &Route| route.prefix.is_some() && route.prefix == won.prefix;
        let tied = lost.iter().any(|route| same(route) && route.source != won.source);
        let converted = |route: &Route| matches!(&route.state, RouteState::Removed(why) if why.contains("route.system.none.converted"));
        let replaces = |taker: &Route| {
            taker.source == RouteSource::User && routes.iter().any(|r| of_space(r) && r.prefix == taker.prefix)
        };
        let opens = user && won.hop == Hop::Vnet && lost.iter().any(|r| r.length < won.length && replaces(r));
        let invalid = lost.iter().any(|route| matches!(route.state, RouteState::Invalid(_)) && system(route));
        let found = [
            (longer, "route.lpm"),
            (tied, "route.tie-break"),
            (invalid && lost.iter().any(|route| route.prefix == won.prefix), "route.state"),
            (lost.iter().any(|route| converted(route)), "route.system.none.converted"),
            ((user && replaces(won)) || opens, "route.udr.vnet-space"),
            (self.kept_away(vnet, subnet, won, to), "route.gateway-propagation-off"),
        ];
        let mut rules: Vec<&'static str> =
            found.into_iter().filter(|(holds, _)| *holds).map(|(_, rule)| rule).collect();
        rules.extend(self.reasons_of_hop(vnet, won));
        rules
    }

    /// Would a route of a gateway win, if the table of the subnet took them in?
    pub(super) fn kept_away(&self, vnet: VnetId, subnet: Option<SubnetId>, won: &Route, to: &AddressSet) -> bool {
        let table = subnet.and_then(|subnet| self.model[subnet].route_table.as_ref());
        let off = table.and_then(|table| self.model[table.value].bgp_propagation.as_ref()).is_some_and(|p| !p.value);
        let preferred = won.source == RouteSource::Default && !matches!(won.hop, Hop::None | Hop::Internet);
        if !off || preferred {
            return false;
        }
        self.all_gateway_routes(vnet).iter().any(|route| {
            let better = route.length > won.length || route.length == won.length && won.source == RouteSource::Default;
            better && route.hop != won.hop && route.prefix.is_some_and(|prefix| to.is_subset(&prefix.into()))
        })
    }

    /// What a hop to the gateway of a peer rests on: the flag of the peering that lends it.
    fn reasons_of_hop(&self, vnet: VnetId, won: &Route) -> Vec<&'static str> {
        let Hop::Gateway(id) = won.hop else { return Vec::new() };
        let Some(owner) = self.model[id].vnet.filter(|owner| *owner != vnet) else { return Vec::new() };
        let global = (self.is_global(vnet, owner) == Some(true)).then_some("peer.global.gateway-transit");
        std::iter::once("peer.flag.gateway-transit").chain(global).collect()
    }

    /// The step of the route that won, with all that it rests on for these flows.
    pub(super) fn with_route_reasons(&self, step: Step, packet: &Packet<'_>, routes: &[Route], at: usize) -> Step {
        let won = &routes[at];
        let to = packet.flows.destination.possible();
        let step = self.route_reasons(packet.vnet, packet.subnet, routes, at, to).into_iter().fold(step, Step::also);
        let (everything, azure) = (won.length == 0, self.is_azure(&packet.flows.destination));
        let away = matches!(won.hop, Hop::Appliance(_) | Hop::Gateway(_));
        let of_app = packet.app.is_some() && packet.hops.is_empty();
        let nat = packet.subnet.is_some_and(|subnet| self.model[subnet].nat_gateway.is_some());
        let overrides = everything && away && won.source == RouteSource::User;
        step.also_if(everything && away && azure, "route.default-override.azure-services")
            .also_if(won.hop == Hop::Internet && azure, "route.default-internet.backbone")
            .also_if(of_app && won.source == RouteSource::User, "route.app.scope")
            .also_if(of_app && won.source == RouteSource::Gateway, "route.app.bgp-scope")
            .also_if(nat && !matches!(won.hop, Hop::Internet | Hop::None) && !overrides, "nat.private-targets")
    }

    /// Is it surely an address of Azure: one of a declared service or app, or of a tag that holds all of them?
    fn is_azure(&self, ends: &Ends) -> bool {
        let whole = |name: &str| self.platform().tag(name).is_some_and(|(tag, _)| tag.whole_cloud);
        match ends {
            Ends::Symbol(symbol) => symbol.tags.iter().any(|(name, _)| whole(name)),
            Ends::Set(set) => {
                let declared = self.model.services().flat_map(|(_, service)| &service.public_ip);
                let declared = declared.chain(self.model.apps().flat_map(|(_, app)| &app.inbound_ip));
                let stated = self.cloud_tags().iter().filter_map(|name| self.platform().tag(name)?.0.prefixes.clone());
                let all = stated.fold(AddressSet::of(declared.map(|ip| &ip.value)), |all, set| all.union(&set));
                !set.is_empty() && set.is_subset(&all)
            }
        }
    }
}
