//! What is plain before a walk: flows that no route of the sender leads anywhere, and protocols that nothing carries for an
//! app. Who wants to know only of flows that pass need not walk them. Each stage is asked what it would do; none is stated
//! a second time.

use super::Engine;
use super::app::is_carried;
use super::flow::Ends;
use super::question::{Question, Source, Target};
use super::routes::Hop;
use super::scope::Scope;
use crate::model::reads::Known;
use crate::model::{AppId, Integration, SubnetId, Thing, VnetId};
use crate::net::AddressSet;
use std::rc::Rc;

impl Engine<'_> {
    /// Is it plain that none of the flows passes?
    pub(super) fn is_plainly_dropped(&self, question: &Question) -> bool {
        let Target::Ends(Ends::Set(set)) = &question.target else { return false };
        self.plainly_dropped(question).is_some_and(|dropped| set.is_subset(&dropped))
    }

    /// Destinations of which it is plain that no flow of the question passes to them, where nobody wants to know why.
    pub(super) fn plainly_dropped(&self, question: &Question) -> Option<Rc<AddressSet>> {
        if !question.only_open || !question.traffic.is_own() {
            return None;
        }
        match question.source {
            Source::Subnet(subnet) => Some(self.dropped_by_routes(subnet)),
            Source::Host(host) => {
                let Some(Thing::Subnet(subnet)) = self.model[host].place else { return None };
                // Its own address a machine reaches without any route.
                let own: AddressSet = self.model[host].addresses.iter().map(|address| address.value).collect();
                let dropped = self.dropped_by_routes(subnet);
                Some(if dropped.meets(&own) { Rc::new(dropped.difference(&own)) } else { dropped })
            }
            Source::App(app) => self.dropped_of_app(question, app),
            _ => None,
        }
    }

    /// The same for an app whose calls go into its network and nowhere else.
    fn dropped_of_app(&self, question: &Question, app: AppId) -> Option<Rc<AddressSet>> {
        let by_gateway = |stated: &crate::model::Stated<Integration>| matches!(stated.value, Integration::Gateway(..));
        let noun = &self.model[app];
        if !noun.hybrids.is_empty() || noun.integrate.iter().any(by_gateway) || self.managed_elsewhere(app).is_some() {
            return None;
        }
        if !question.protocols().iter().any(is_carried) {
            return Some(Rc::new(AddressSet::all()));
        }
        let subnet = self.integration_subnet(app)?;
        match self.scope(app, question.traffic, subnet) {
            Scope::All(_) => Some(self.dropped_by_routes(subnet)),
            Scope::Private => {
                let private = self.platform().addresses("private-ranges");
                let dropped = self.dropped_by_routes(subnet);
                Some(if dropped.is_subset(&private) { dropped } else { Rc::new(dropped.intersection(&private)) })
            }
            Scope::Nothing(_) | Scope::PublicFirst => None,
        }
    }

    /// The private addresses that the routes of a subnet lead nowhere, whatever is not stated.
    fn dropped_by_routes(&self, subnet: SubnetId) -> Rc<AddressSet> {
        let like = self.routed_like(self.model[subnet].vnet, Some(subnet));
        if let Some(known) = self.dropped.borrow().get(&like) {
            return Rc::clone(known.get());
        }
        let known = Known::of(|| Rc::new(self.nowhere(like)));
        let dropped = Rc::clone(known.get());
        self.dropped.borrow_mut().insert(like, known);
        dropped
    }

    fn nowhere(&self, (vnet, subnet): (VnetId, Option<SubnetId>)) -> AddressSet {
        let platform = self.platform().addresses("platform-addresses");
        let private = AddressSet::all().difference(&self.public_space()).difference(&platform);
        let routes = self.effective_routes(vnet, subnet);
        let mut dropped = Vec::new();
        for choice in self.choose_route(&routes, &Ends::Set(private)) {
            let ends = choice.ends.possible();
            let nowhere = choice.route.is_none_or(|at| self.true_hop(&routes[at], ends).0 == Hop::None);
            if nowhere && choice.differing(&routes).is_none() {
                dropped.append(&mut ends.prefixes());
            }
        }
        AddressSet::of(&dropped)
    }
}
