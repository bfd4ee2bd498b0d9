//! The rules of service tags that a line of a security group rests on: where a tag matches, where it nearly does, what a
//! service endpoint changes of it, and what else must be open. Which line decides is not found out here.

use super::Engine;
use super::effective::ListOwner;
use super::flow::{Ends, Flows, SymbolOf};
use super::lines::amendment;
use super::matching::Decided;
use super::meaning::Viewpoint;
use super::packet::Packet;
use super::trail::{Mark, Step};
use crate::model::*;
use crate::net::{AddressSet, Protocol};

impl Engine<'_> {
    /// The step of the line that decides, with the rules of tags that it rests on.
    pub(super) fn with_tag_rules(
        &self,
        mut step: Step,
        list: &[SecurityRule],
        line: usize,
        decided: &Decided,
        packet: &Packet<'_>,
        outbound: bool,
    ) -> Step {
        let view = Viewpoint { vnet: packet.vnet, subnet: packet.subnet };
        let rule = &list[line];
        let own = |rule: &SecurityRule| rule.rule.is_none();
        let sides = |rule: &SecurityRule| {
            [(rule.source.clone(), &decided.flows.source), (rule.destination.clone(), &decided.flows.destination)]
        };
        if own(rule) && !step.is_unknown() {
            for (side, ends) in sides(rule) {
                for tag in tags_in(&side).filter(|tag| self.holds(tag, view, ends)) {
                    self.rules_of_tag(tag).into_iter().for_each(|id| step.rests_also(id));
                }
            }
        }
        // A line above that says the opposite, and that a tag alone kept from matching.
        let opposite = |rule: &SecurityRule| own(rule) && rule.action != list[line].action;
        for miss in decided.misses.iter().filter(|miss| opposite(&list[miss.line])) {
            let [(source, from), (destination, to)] = sides(&list[miss.line]);
            let (side, ends) = match miss.fields {
                ["source"] => (source, from),
                ["destination"] => (destination, to),
                _ => continue,
            };
            for tag in tags_in(&side) {
                self.near_miss(tag, view, ends).into_iter().for_each(|id| step.rests_also(id));
            }
        }
        if outbound && (own(rule) || step.is_block()) && packet.flows.protocols.contains(Protocol::Tcp) {
            let covered =
                packet.subnet.and_then(|subnet| self.by_service_endpoint(subnet, &decided.flows.destination).yes);
            if let Some((_, endpoint, _)) = covered {
                step.rests_also("nsg.service-endpoint-still-filtered");
                step = step.also_some(self.platform().endpoint_filter_rule(&endpoint));
            }
        }
        step
    }

    fn holds(&self, tag: &TagRef, view: Viewpoint, ends: &Ends) -> bool {
        self.tag(tag, Some(view)).split(ends, &self.public_space()).yes.is_some()
    }

    /// The rules that a tag rests on where it matches.
    fn rules_of_tag(&self, tag: &TagRef) -> Vec<String> {
        let Some((facts, _)) = self.platform().tag(&tag.name) else { return Vec::new() };
        if self.platform().is_fixed_tag(&tag.name) {
            return vec!["tag.file.virtual-tags".into()];
        }
        let mut rules = vec!["tag.name-form".to_string()];
        rules.extend(facts.rule.clone());
        if tag.region.is_some() {
            rules.push("tag.regional".into());
        }
        if self.platform().is_listed(&tag.name, tag.region.as_deref()) {
            rules.push("tag.file.shape".into());
        }
        rules
    }

    /// The rules that keep a tag from matching where one might think that it does.
    fn near_miss(&self, tag: &TagRef, view: Viewpoint, ends: &Ends) -> Vec<String> {
        let Some((facts, _)) = self.platform().tag(&tag.name) else { return Vec::new() };
        let mut rules = Vec::new();
        if facts.ipv4_only && !ends.possible().meets(&AddressSet::all_v4()) {
            rules.push("tag.azurecloud-no-ipv6".to_string());
        }
        let whole = TagRef { region: None, text: tag.name.clone(), ..tag.clone() };
        if tag.region.is_some() && self.holds(&whole, view, ends) {
            rules.push("tag.regional".into());
        }
        let service =
            self.service_with(ends).and_then(|id| Some((&self.model[id], self.model[id].service_type.as_ref()?)));
        let looks_so = service.is_some_and(|(service, of_type)| {
            let other_tier = of_type.tag.as_ref() == Some(&tag.name) && facts.tier.is_some() && service.tier.is_some();
            facts.without.contains(&of_type.name) || other_tier
        });
        let calls_out = || match ends.symbol().map(|symbol| &symbol.of) {
            Some(of) => matches!(of, SymbolOf::Platform(_) | SymbolOf::Unpublished(_)),
            None => ends.possible().is_subset(&self.addresses_of_callers()),
        };
        if looks_so || (self.is_of_apps(&tag.name) && calls_out()) {
            rules.extend(facts.rule.clone());
        }
        rules
    }

    /// The service whose public side has these ends.
    fn service_with(&self, ends: &Ends) -> Option<ServiceId> {
        if let Some(SymbolOf::Service(id, _)) = ends.symbol().map(|symbol| &symbol.of) {
            return Some(*id);
        }
        let stated = |service: &Service| AddressSet::of(service.public_ip.iter().map(|ip| &ip.value));
        let mut services = self.model.services().filter(|(_, service)| !service.public_ip.is_empty());
        services.find(|(_, service)| ends.possible().is_subset(&stated(service))).map(|(id, _)| id)
    }

    /// A hint where a group lets a service be called and not what the service needs besides.
    pub(super) fn what_else_is_needed(&self, packet: &Packet<'_>, nsg: NsgId, list: &[SecurityRule]) -> Option<Step> {
        let destination = &packet.flows.destination;
        let service = self.service_with(destination).map(|id| self.tags_of(&self.model[id]).has);
        let tags = service.or_else(|| destination.symbol().map(|symbol| symbol.tags.clone()))?;
        let (tag, needs) = tags.iter().find_map(|(tag, _)| Some((tag, self.platform().tag(tag)?.0.needs.clone()?)))?;
        let (_, region) = self.platform().tag(&needs)?;
        let wanted = TagRef { name: needs.clone(), region, text: needs.clone() };
        let flows = Flows { destination: self.tag_ends(&wanted), ..packet.flows.clone() };
        let view = Viewpoint { vnet: packet.vnet, subnet: packet.subnet };
        let decided = self.lines((ListOwner::Nsg(nsg), true), list, view).first_match(&flows);
        let denied = decided.iter().find(|decided| {
            decided.doubts.is_empty() && decided.line.is_some_and(|line| list[line].action == Action::Deny)
        })?;
        let line = denied.line?;
        let group = &self.model[nsg];
        let text = format!("{tag} needs {needs} too, which {} denies at rule {}", group.head.name, list[line].priority);
        let step = Step::new("tag.keyvault-dependency", Mark::Warn, text).at(list[line].span);
        Some(match amendment(self, group, list, line, &denied.flows, true) {
            Some(remedy) => step.remedy(remedy),
            None => step,
        })
    }
}

fn tags_in(side: &Side) -> impl Iterator<Item = &TagRef> {
    side.addresses.terms.iter().filter_map(|term| match term {
        Term::Tag(tag) => Some(&**tag),
        _ => None,
    })
}
