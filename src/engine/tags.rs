//! What service tags mean as addresses, and which tags an address has. Not how a tag is called or listed: that is for the
//! platform.

use super::Engine;
use super::flow::{Ends, Symbol, SymbolOf};
use super::matching::Matcher;
use super::meaning::Viewpoint;
use super::packet::Packet;
use super::question::Target;
use super::trail::Step;
use crate::model::*;
use crate::net::AddressSet;
use crate::platform::ComputedTag;
use std::sync::Arc;

/// The tags of a public address that is not stated.
#[derive(Clone, Debug, Default)]
pub(super) struct Tags {
    /// Those that it has, with their regions where they are known.
    pub(super) has: Vec<(String, Option<String>)>,
    /// Are these all?
    pub(super) all: bool,
    /// Where not, those that it does not have.
    pub(super) never: Vec<String>,
}

impl Engine<'_> {
    /// What a service tag means, seen from a subnet. What declared services state of their addresses is known.
    pub(super) fn tag(&self, tag: &TagRef, view: Option<Viewpoint>) -> Matcher {
        let Some((facts, _)) = self.platform().tag(&tag.name) else { return Matcher::default() };
        match facts.computed {
            Some(ComputedTag::VirtualNetwork) => {
                return Matcher::of(view.map(|view| self.virtual_network(view)).unwrap_or_default());
            }
            Some(ComputedTag::Internet) => {
                let inside = view.map(|view| self.virtual_network(view)).unwrap_or_default();
                let inside = inside.difference(&self.platform().addresses("azure-dns"));
                let set = self.public_space().difference(&inside);
                return Matcher { set, internet: true, ..Matcher::default() };
            }
            None => {}
        }
        let region = tag.region.as_deref();
        let named = TagRef { text: self.platform().tag_name(&tag.name, region), ..tag.clone() };
        let tags = vec![named.clone()];
        if let Some(tagged) = self.platform().tag_addresses(&tag.name, region) {
            return Matcher { tags, tagged, ..Matcher::default() };
        }
        let mut tagged = self.declared_members(&tag.name, region);
        // A regional form lies within the whole tag, and the whole tag holds its regional forms.
        let whole = region.and_then(|_| self.platform().tag_addresses(&tag.name, None));
        if region.is_none() {
            tagged = tagged.union(&self.platform().stated_forms(&tag.name));
        }
        let within = whole.unwrap_or_else(AddressSet::all);
        let within = if facts.ipv4_only { within.intersection(&AddressSet::all_v4()) } else { within };
        let within = within.difference(&self.declared_others(&tag.name, region));
        Matcher { tags, tagged, unstated: vec![named], within, ..Matcher::default() }
    }

    /// The public addresses that declared services and apps of a tag state.
    fn declared_members(&self, tag: &str, region: Option<&str>) -> AddressSet {
        let stated = self.model.services.iter().filter(|service| !service.public_ip.is_empty());
        let of_tag = stated.filter(|service| {
            let mine =
                |(name, of): &(String, Option<String>)| name == tag && (region.is_none() || of.as_deref() == region);
            self.tags_of(service).has.iter().any(mine)
        });
        let services = of_tag.flat_map(|service| &service.public_ip);
        let of_apps = self.is_of_apps(tag);
        let there = |app: &App| region.is_none() || app.head.region.as_ref().map(|r| r.value.as_str()) == region;
        let apps = self.model.apps().filter(|(id, app)| of_apps && there(app) && self.is_tagged(*id));
        AddressSet::of(services.chain(apps.flat_map(|(_, app)| &app.inbound_ip)).map(|ip| &ip.value))
    }

    /// Has the inbound address of an app the tag of apps, so that service endpoints lead to it and show their subnets?
    /// One of its own TLS binding has not, and what those of environments have is documented nowhere.
    pub(super) fn is_tagged(&self, app: AppId) -> bool {
        self.environment(app).is_none() && !self.model[app].is_on("ip-tls")
    }

    /// The public addresses that declared services state and that the tag surely does not hold.
    fn declared_others(&self, tag: &str, region: Option<&str>) -> AddressSet {
        let stated = self.model.services.iter().filter(|service| !service.public_ip.is_empty());
        let others = stated.filter(|service| {
            let tags = self.tags_of(service);
            let other_region = |of: &Option<String>| region.is_some() && of.is_some() && of.as_deref() != region;
            match tags.has.iter().find(|(name, _)| name == tag) {
                Some((_, of)) => other_region(of),
                None => tags.all || tags.never.iter().any(|never| never == tag),
            }
        });
        // The address of an app's own TLS binding is none of the addresses of apps; where apps are called, no other
        // service is; and no service is where apps call from, or where a machine or an environment of the customer's has
        // its address.
        let of_apps = self.is_of_apps(tag);
        let elsewhere = |app: &App| region.is_some_and(|of| app.head.region.as_ref().is_some_and(|r| r.value != of));
        let of_type = of_apps || self.is_of_services(tag);
        let apart = self.model.apps().filter(|(id, app)| match (of_apps, self.environment(*id)) {
            (true, _) => app.is_on("ip-tls") || elsewhere(app),
            (false, none) => of_type && none.is_none(),
        });
        let others = others.flat_map(|service| &service.public_ip);
        let others = AddressSet::of(others.chain(apart.flat_map(|(_, app)| &app.inbound_ip)).map(|ip| &ip.value));
        let others = if of_type && !of_apps { others.union(&self.addresses_of_environments()) } else { others };
        if of_type { others.union(&self.addresses_of_callers()).union(&self.addresses_of_machines()) } else { others }
    }

    /// The public addresses that declared machines, appliances, NAT gateways and load balancers have.
    fn addresses_of_machines(&self) -> AddressSet {
        let hosts = self.model.hosts.iter().flat_map(|host| &host.public_ip);
        let appliances = self.model.appliances.iter().flat_map(|appliance| &appliance.public_ip);
        let gateways = self.model.nat_gateways.iter().flat_map(|nat| &nat.public_ip);
        let balancers = self.model.load_balancers.iter().flat_map(|balancer| &balancer.public_ip);
        AddressSet::of(hosts.chain(appliances).chain(gateways).chain(balancers).map(|ip| &ip.value))
    }

    /// The public addresses at which declared environments are called.
    fn addresses_of_environments(&self) -> AddressSet {
        AddressSet::of(self.model.ases.iter().flat_map(|ase| &ase.public_ip).map(|ip| &ip.value))
    }

    /// Is it the tag of one kind of service?
    fn is_of_services(&self, tag: &str) -> bool {
        self.platform().service_types().iter().any(|of_type| of_type.tag.as_deref() == Some(tag))
    }

    /// Is it the tag of the addresses at which apps are called?
    pub(super) fn is_of_apps(&self, tag: &str) -> bool {
        self.platform().app_type().and_then(|of_type| of_type.tag.clone()).is_some_and(|of_apps| of_apps == tag)
    }

    /// The addresses that declared apps are stated to call from.
    pub(super) fn addresses_of_callers(&self) -> AddressSet {
        let of_apps = self.model.apps.iter().flat_map(|app| &app.outbound_ip);
        let of_plans = self.model.plans.iter().flat_map(|plan| &plan.outbound_ip);
        AddressSet::of(of_apps.chain(of_plans).map(|ip| &ip.value))
    }

    /// Some address of a service tag.
    pub fn tag_ends(&self, tag: &TagRef) -> Ends {
        let mut has = vec![(tag.name.clone(), tag.region.clone())];
        let types = self.platform().service_types();
        let of_types: Vec<String> = types.into_iter().filter_map(|of_type| of_type.tag.clone()).collect();
        let all = of_types.contains(&tag.name);
        if all {
            has.extend(self.azure_tags(tag.region.as_deref()));
        }
        let never = of_types.into_iter().filter(|other| *other != tag.name).collect();
        let tags = Tags { has, all, never };
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::Tag,
            text: tag.text.clone(),
            within: self.within(&tags),
            tags: tags.has,
            tags_known: tags.all,
            never: tags.never,
        }))
    }

    /// The rules that a call over a service endpoint rests on.
    pub(super) fn by_endpoint_rules(&self, step: Step, packet: &mut Packet<'_>, subnet: SubnetId) -> Step {
        let covered = self.by_service_endpoint(subnet, &packet.flows.destination).yes.map(|(_, name, _)| name);
        let scope = covered.as_ref().and_then(|name| self.platform().endpoint_scope(name));
        let vnet = &self.model[packet.vnet].head;
        if let (Some("region" | "pair"), None) = (scope.as_deref(), &vnet.region) {
            let pair = if scope.as_deref() == Some("pair") { ", or in the one that is paired with it" } else { "" };
            let goal = &packet.flows.destination;
            packet.trail.assume(format!("{} is in the region of {goal}{pair}", vnet.name));
        }
        let reach = covered.as_deref().and_then(|name| self.platform().endpoint_rule(name));
        step.also("se.source-switch")
            .also("tag.endpoint-link")
            .also_some(reach)
            .also_if(packet.app.is_some(), "se.plans")
            .also_if(matches!(packet.question.target, Target::Name(..)), "se.dns-unchanged")
            .also_if(!packet.hops.is_empty(), "se.nva-subnet")
    }

    /// The tags of a service's public side.
    pub(super) fn tags_of(&self, service: &Service) -> Tags {
        let region = service.head.region.as_ref().map(|r| r.value.clone());
        let mut tags = Tags { has: self.azure_tags(region.as_deref()), all: true, never: Vec::new() };
        let Some(of_type) = &service.service_type else { return Tags { all: false, ..tags } };
        let Some(tag) = of_type.tag.clone() else {
            // Its type has no tag that the stdlib knows: it has none of those that belong to other types.
            let types = self.platform().service_types();
            return Tags {
                all: false,
                never: types.into_iter().filter_map(|of_type| of_type.tag.clone()).collect(),
                ..tags
            };
        };
        let facts = self.platform().tag(&tag);
        let wanted = facts.as_ref().and_then(|(tag, _)| tag.tier.as_ref());
        match (wanted, service.tier.as_ref()) {
            (Some(wanted), Some(tier)) if tier.value != *wanted => return tags,
            (Some(_), None) => {
                let types = self.platform().service_types();
                let others = types.into_iter().filter_map(|of_type| of_type.tag.clone()).filter(|other| *other != tag);
                return Tags { all: false, never: others.collect(), ..tags };
            }
            _ => tags.has.insert(0, (tag, region)),
        }
        tags
    }

    /// The public addresses that something of these tags may have: those of its tag, where they are known.
    pub(super) fn within(&self, tags: &Tags) -> AddressSet {
        let public = self.some_public();
        let known = tags.has.first().and_then(|(tag, region)| self.platform().tag_addresses(tag, region.as_deref()));
        match known.map(|set| set.intersection(&public)).filter(|set| !set.is_empty()) {
            Some(set) => set,
            None => public,
        }
    }
}
