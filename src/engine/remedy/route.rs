//! Another way out of a subnet: a route that goes, a longer one, a peering, or traffic that keeps out of the network.

use super::Stop;
use crate::engine::Engine;
use crate::engine::trail::Outcome;
use crate::model::*;
use crate::net::AddressSet;

impl Engine<'_> {
    /// What is dropped on the way.
    pub(super) fn by_other_route(&self, stop: Stop<'_>, all: &mut Vec<String>) {
        if stop.outcome() != Some(Outcome::Dropped) {
            return;
        }
        let Some(home) = self.home(stop) else { return };
        let goal = stop.part.flows.destination.possible();
        let vnet = self.model[home].vnet;
        let public = goal.is_subset(&self.public_space());
        if let Some(table) = self.model[home].route_table.as_ref().map(|stated| stated.value) {
            self.other_routes(table, goal, vnet, public, all);
        }
        let holds = |(_, noun): &(VnetId, &Vnet)| !goal.is_empty() && goal.is_subset(&noun.addresses());
        if let Some((other, _)) = self.model.vnets().find(holds)
            && other != vnet
            && !self.peers_of(vnet).iter().any(|peer| peer.vnet == other)
        {
            all.push(format!("peering {} <-> {}", self.model[vnet].head.name, self.model[other].head.name));
        }
        if let Some(app) = stop.app().filter(|_| public) {
            all.push(self.no_route_all_line(app));
        }
    }

    /// A longer route in the table, or one line less.
    fn other_routes(&self, table: RouteTableId, goal: &AddressSet, vnet: VnetId, public: bool, all: &mut Vec<String>) {
        let noun = &self.model[table];
        let name = &noun.head.name;
        let prefixes = goal.prefixes();
        let own = goal.is_subset(&self.model[vnet].addresses());
        let hop = if own {
            Some("vnet")
        } else if public {
            Some("internet")
        } else {
            None
        };
        // One line for each prefix; what many would say, one line less says better.
        if let (Some(hop), [prefix]) = (hop, prefixes.as_slice()) {
            all.push(format!("amend route-table {name} {{ {prefix} -> {hop} }}"));
        }
        let for_goal = |route: &&UserRoute| match &route.target {
            RouteTarget::Prefix(prefix) => AddressSet::of([prefix]).meets(goal),
            RouteTarget::Tag(_) => false,
        };
        for route in noun.routes.iter().filter(for_goal) {
            if let RouteTarget::Prefix(prefix) = &route.target {
                all.push(format!("amend route-table {name} {{ remove route {prefix} }}"));
            }
        }
    }
}
