//! Instances that found no address left in their subnet: they run, and have no way into the network.

use super::Engine;
use super::between::{self, CALLERS};
use super::flow::{Ends, Symbol, SymbolOf};
use super::packet::{Packet, Part};
use super::trail::{Outcome, Step};
use super::validity::usable_addresses;
use crate::model::reads::{self, Known};
use crate::model::*;
use crate::net::AddressSet;
use indexmap::IndexMap;
use std::collections::HashMap;
use std::sync::Arc;

impl Engine<'_> {
    /// The calls of the instances that have no address, beside those of the others. Only what enters the network is lost.
    pub(super) fn without_address(&self, packet: &Packet<'_>) -> Option<Part> {
        let (app, subnet) = (packet.app?, packet.subnet?);
        let (step, symbol) = self.lacking_addresses(app, subnet)?;
        let mut part = packet.clone().end();
        part.trail.push(step);
        part.flows.source = Ends::Symbol(Arc::new(symbol));
        Some(part)
    }

    /// The instances of the plans of a subnet that have no address there, where an app of one of them calls.
    pub(super) fn lacking_addresses(&self, app: AppId, subnet: SubnetId) -> Option<(Step, Symbol)> {
        let rule = "subnet.exhausted";
        if !self.fires(rule) || !self.plan_of(app)?.plan_type.as_ref()?.address_per_instance {
            return None;
        }
        let plans = self.plans_in(subnet);
        let noun = &self.model[subnet];
        let others = noun.other_resources.as_ref().map_or(0, |stated| stated.value);
        let usable = usable_addresses(self, noun) - others;
        let needed = plans.values().map(|count| count.map_or(1, |count| count.value)).fold(0, i64::saturating_add);
        let stated = plans.values().find_map(|count| *count)?;
        let lacking = needed - usable.max(0);
        if lacking <= 0 {
            return None;
        }
        let (name, plural) = (&noun.head.name, if lacking == 1 { "" } else { "s" });
        let whose = match plans.len() {
            1 => format!("{lacking} of {needed} instances"),
            count => format!("{lacking} of the {needed} instances of {count} plans"),
        };
        let symbol = Symbol {
            of: SymbolOf::Other,
            text: format!("{lacking} instance{plural} without an address"),
            within: AddressSet::empty(),
            tags: Vec::new(),
            tags_known: true,
            never: Vec::new(),
        };
        let step = Step::block(rule, Outcome::Dropped, format!("{name} has {usable} addresses for {needed} instances"));
        Some((step.at(stated.span).headline(format!("{whose} find no address in {name}")), symbol))
    }

    /// The apps that call out of a subnet, found out once for all subnets.
    pub(super) fn callers_of(&self, subnet: SubnetId) -> &[AppId] {
        let found = || {
            let mut callers: HashMap<SubnetId, Vec<AppId>> = HashMap::new();
            for (id, _) in self.model.apps() {
                if let Some(subnet) = self.integration_subnet(id) {
                    callers.entry(subnet).or_default().push(id);
                }
            }
            callers
        };
        reads::rests_on(between::of_one(CALLERS, Thing::Subnet(subnet)), || {
            let callers = self.callers.get_or_init(|| Known::of(found));
            callers.get().get(&subnet).map_or(&[][..], Vec::as_slice)
        })
    }

    /// The plans whose apps call out of a subnet, with the instances that they state to run.
    fn plans_in(&self, subnet: SubnetId) -> IndexMap<PlanId, Option<&Stated<i64>>> {
        let mut plans = IndexMap::new();
        for app in self.callers_of(subnet) {
            let Some(Thing::Plan(plan)) = self.model[*app].on else { continue };
            let noun = &self.model[plan];
            if noun.plan_type.as_ref().is_some_and(|of_type| of_type.address_per_instance) {
                plans.insert(plan, noun.instances.as_ref());
            }
        }
        plans
    }
}
