//! Public answers: services and apps, the aliases that private endpoints give them, and names that nothing declared has.
//! Not the records of private zones, into which an alias may lead back.

use super::super::Engine;
use super::super::flow::{Ends, Symbol, SymbolOf};
use super::super::trail::{Mark, Outcome, Step};
use super::{Answered, Resolution, ServiceName, View, is_suffix};
use crate::model::*;
use std::sync::Arc;

impl Engine<'_> {
    /// What public name servers answer; an alias into a private zone is followed with the asker's view.
    pub(super) fn public_answer(&self, name: &str, view: View, out: &mut Resolution, depth: usize) -> Answered {
        for (id, service) in self.model.services() {
            let names = self.service_names(id);
            if let Some(known) = names.iter().find(|known| known.name == name) {
                let aliased = self.endpoints_for(id, &known.subresource).next().is_some()
                    || service.private_endpoint_elsewhere.is_some();
                let ends = self.service_ends(id, &known.subresource);
                if !aliased {
                    self.note_no_alias(id, known, view, out);
                    return Answered::Yes(vec![ends]);
                }
                return self.aliased(known, Thing::Service(id), ends, view, out, depth);
            }
            if let Some(known) = names.iter().find(|known| known.alias == name) {
                let aliased = self.endpoints_for(id, &known.subresource).next().is_some()
                    || service.private_endpoint_elsewhere.is_some();
                let ends = self.service_ends(id, &known.subresource);
                return self.alias_itself(name, Thing::Service(id), aliased, ends, out);
            }
        }
        for (id, _) in self.model.apps() {
            let aliased = self.has_endpoint(Thing::App(id));
            let names = self.app_service_names(id);
            if let Some(known) = names.iter().find(|known| known.name == name) {
                if let Some(ase) = self.environment(id).filter(|ase| self.is_internal_environment(*ase)) {
                    let opened = self.model[id].switch("public-access").is_some_and(|(stated, _)| stated.value);
                    return self.environment_answer(ase, name, opened, view, out);
                }
                if !aliased {
                    return Answered::Yes(vec![self.app_ends(id)]);
                }
                return self.aliased(known, Thing::App(id), self.app_ends(id), view, out, depth);
            }
            if names.iter().any(|known| known.alias == name) {
                return self.alias_itself(name, Thing::App(id), aliased, self.app_ends(id), out);
            }
        }
        self.public_leaf(name, view, out)
    }

    /// A name of an internal environment: it stands in a private zone, if anywhere. A custom name leads where its owner
    /// points it.
    /// To open the public access of its app makes it no public name.
    fn environment_answer(&self, id: AseId, name: &str, opened: bool, view: View, out: &mut Resolution) -> Answered {
        let noun = &self.model[id];
        let zone = self.environment_zone(id);
        if !is_suffix(&zone, name) {
            out.assumptions.push(format!("{name} leads to {}", self.environment_ends(id)));
            return Answered::Yes(vec![self.environment_ends(id)]);
        }
        let text = format!("{name} is no public name: {} has an internal load balancer", noun.head.name);
        let step = Step::block("ase.dns.ilb-names", Outcome::Unresolved, text)
            .at(noun.head.span)
            .headline(format!("{name} does not resolve: it stands in a private zone alone"))
            .also("in.entry.default-public")
            .also("ase.ilb")
            .also_if(opened, "ase.ilb.public-access")
            .also_if(view.vnet.is_none(), "in.private-site.ways");
        let declared = self.model.zones.iter().find(|known| known.head.name.eq_ignore_ascii_case(&zone));
        let step = match (view.vnet.map(|vnet| &self.model[vnet].head.name), declared) {
            (Some(vnet), Some(known)) => {
                step.remedy(format!("amend private-dns-zone {} {{ link {vnet} }}", known.head.name))
            }
            (Some(vnet), None) => {
                let address = noun.address.as_ref().map_or("ADDRESS".to_string(), |address| address.value.to_string());
                let records = [r#""*""#, r#""@""#, r#""*.scm""#].map(|label| format!("record {label} A {address}"));
                step.remedy(format!("private-dns-zone {zone} {{ link {vnet}; {} }}", records.join("; ")))
            }
            (None, _) => step.remedy("call it from a network that resolves its private zone".to_string()),
        };
        out.steps.push(step);
        Answered::No
    }

    /// A public name that is an alias into a private zone, since what it names has a private endpoint.
    fn aliased(
        &self,
        known: &ServiceName,
        target: Thing,
        public: Ends,
        view: View,
        out: &mut Resolution,
        depth: usize,
    ) -> Answered {
        let head = target.head(self.model);
        let (name, alias) = (&known.name, &known.alias);
        let text = format!("{name} is an alias of {alias}, because {} has a private endpoint", head.name);
        // Where there are several, each of them would do.
        let mut endpoints: Box<dyn Iterator<Item = &PrivateEndpoint>> = match target {
            Thing::Service(id) => Box::new(self.endpoints_for(id, &known.subresource)),
            _ => Box::new(self.model.private_endpoints.iter().filter(|endpoint| is_of(endpoint, target))),
        };
        let only = endpoints.next().map(|endpoint| endpoint.head.span).filter(|_| endpoints.next().is_none());
        out.steps.push(Step::pass("dns.chain.cname", text).at(head.span).beside(only));
        out.aliases.push(alias.clone());
        if view.vnet.is_some_and(|vnet| self.zone_for(vnet, alias).is_some()) {
            let answered = self.azure_answer(view, alias, out, depth + 1);
            if let (Answered::Yes(_), Some(step)) = (&answered, out.steps.last_mut()) {
                *step = step.clone().also("dns.chain.resolve");
            }
            return answered;
        }
        self.note_not_seen(alias, target, view, out);
        Answered::Yes(vec![public])
    }

    /// The name that a private endpoint gives, asked of public name servers: the chain goes on to the public address.
    fn alias_itself(&self, name: &str, target: Thing, aliased: bool, public: Ends, out: &mut Resolution) -> Answered {
        let head = target.head(self.model);
        if aliased {
            let text = format!("{name} leads on to the public address of {}", head.name);
            out.steps.push(Step::pass("dns.chain.resolve", text).at(head.span));
            return Answered::Yes(vec![public]);
        }
        let text = format!("{} has no private endpoint, so {name} is no public name", head.name);
        let step = Step::block("dns.chain.no-endpoint", Outcome::Unresolved, text).at(head.span);
        out.steps.push(step.headline(format!("{name} does not resolve")));
        Answered::No
    }

    /// Why a service's name is no alias, where somebody may have thought so.
    fn note_no_alias(&self, id: ServiceId, known: &ServiceName, view: View, out: &mut Resolution) {
        let head = &self.model[id].head;
        let other = self.model.private_endpoints.iter().find(|endpoint| is_of(endpoint, Thing::Service(id)));
        if let Some(other) = other {
            let of = other.subresource.as_ref().map_or("another subresource", |stated| &stated.value);
            let text = format!(
                "{} of {} leads to {of}, not to {}: {} is no alias",
                other.head.name, head.name, known.subresource, known.name
            );
            out.steps.push(Step::pass("pe.subresource", text).at(other.head.span).also("dns.chain.no-endpoint"));
        } else if view.vnet.is_some_and(|vnet| self.zone_for(vnet, &known.alias).is_some()) {
            let text =
                format!("{} has no private endpoint: its name has no alias, and the zone is not asked", head.name);
            out.steps.push(Step::pass("dns.chain.no-endpoint", text).at(head.span));
        }
    }

    /// Why a private name leads to the public address: zones are not seen, not linked, or not there.
    fn note_not_seen(&self, alias: &str, target: Thing, view: View, out: &mut Resolution) {
        let Some(home) = view.home else { return };
        if let (None, Some(app)) = (view.vnet, view.app) {
            out.steps.extend(self.blindness(app));
        }
        if self.zone_for(home, alias).is_some() {
            return;
        }
        let home = &self.model[home].head.name;
        let declared = self.model.zones.iter().find(|zone| is_suffix(&zone.head.name.to_lowercase(), alias));
        if let Some(zone) = declared {
            let text = format!("zone {} is not linked to {home}: the public address is answered", zone.head.name);
            let step = Step::new("dns.private-zone.link-required", Mark::Warn, text).at(zone.head.span);
            out.steps.push(step.remedy(format!("amend private-dns-zone {} {{ link {home} }}", zone.head.name)));
            return;
        }
        let endpoints = || self.model.private_endpoints.iter().filter(move |endpoint| is_of(endpoint, target));
        let (label, zone) = self.cut_alias(alias);
        if let Some((endpoint, wrong)) = endpoints().find_map(|endpoint| endpoint.zones.first().map(|z| (endpoint, z)))
        {
            let text = format!(
                "{} makes no record in {}, which is not the zone {zone}",
                endpoint.head.name,
                wrong.value.head(self.model).name
            );
            out.steps.push(Step::new("dns.zone-names", Mark::Warn, text).at(wrong.span));
        }
        let text = format!("no zone {zone} is linked to {home}: the public address is answered");
        let step = Step::new("dns.chain.resolve", Mark::Warn, text);
        let mut mine = endpoints();
        let address = match (mine.next().map(|endpoint| &endpoint.addresses[..]), mine.next()) {
            (Some([only]), None) => only.value.to_string(),
            _ => "ADDRESS".to_string(),
        };
        let record = format!("record {label} A {address}");
        out.steps.push(step.remedy(format!("private-dns-zone {zone} {{ link {home}; {record} }}")));
    }

    /// The label and the recommended zone of an alias.
    fn cut_alias<'a>(&self, alias: &'a str) -> (&'a str, &'a str) {
        let types = self.platform().service_types();
        let zones = types.iter().flat_map(|of_type| &of_type.endpoints).map(|endpoint| endpoint.zone.as_str());
        let labels = zones.filter(|zone| is_suffix(zone, alias)).map(|zone| alias.len() - zone.len() - 1);
        match labels.min() {
            Some(at) => (&alias[..at], &alias[at + 1..]),
            None => alias.split_once('.').unwrap_or(("NAME", alias)),
        }
    }

    /// A name that nothing declared has.
    pub(super) fn public_leaf(&self, name: &str, view: View, out: &mut Resolution) -> Answered {
        if !name.contains('.') || is_suffix(&self.platform().word("machine-suffix"), name) {
            let rule = if view.app.is_some() { "dns.vm-names.from-app" } else { "dns.vm-names" };
            let text = format!("{name} is no public name; names of machines resolve in their own network alone");
            let step = Step::block(rule, Outcome::Unresolved, text).headline(format!("{name} does not resolve"));
            let step = step.also_if(self.is_machine_of_peer(view.home, name), "peer.dns-not-shared");
            out.steps.push(step.also_if(view.forwarded, "dns.vm-names.from-app"));
            return Answered::No;
        }
        if let Some(step) = self.private_elsewhere(name, view) {
            out.assumptions.push(format!("no public name server has {name}"));
            out.steps.push(step);
            return Answered::No;
        }
        let of_type = self.platform().service_types().into_iter().find(|of_type| {
            of_type.endpoints.iter().any(|endpoint| is_suffix(&endpoint.suffix, name) && !endpoint.suffix.contains('{'))
        });
        out.assumptions.push(format!("{name} resolves to a public address"));
        let tags = of_type.as_ref().and_then(|t| t.tag.clone()).map(|tag| (tag, None)).into_iter().collect();
        Answered::Yes(vec![Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::Name(name.to_string()),
            text: name.to_string(),
            within: self.some_public(),
            tags,
            tags_known: of_type.is_some(),
            never: Vec::new(),
        }))])
    }

    /// A name that a private zone holds and the asker does not see: the step that ends the lookup.
    fn private_elsewhere(&self, name: &str, view: View) -> Option<Step> {
        let (id, zone) = self
            .model
            .zones()
            .find(|(id, zone)| is_suffix(&zone.head.name.to_lowercase(), name) && self.lookup(*id, name).is_some())?;
        let headline = format!("{name} does not resolve");
        let linked = view.home.is_some_and(|home| self.model[id].links.iter().any(|link| link.vnet == home));
        let blind = view.app.filter(|_| view.vnet.is_none() && linked).and_then(|app| self.blindness(app));
        if let Some(step) = blind {
            return Some(Step { mark: Mark::Block(Outcome::Unresolved), ..step }.headline(headline));
        }
        let zone_name = &zone.head.name;
        let step = match view.home {
            Some(home) => {
                let home = &self.model[home].head.name;
                let text = format!("zone {zone_name}, which has {name}, is not linked to {home}");
                Step::block("dns.private-zone.link-required", Outcome::Unresolved, text)
                    .headline(format!("{headline}: zone {zone_name} is not linked to {home}"))
                    .remedy(format!("amend private-dns-zone {zone_name} {{ link {home} }}"))
                    .also("dns.private-zone.not-public")
            }
            None => {
                let text = format!("{name} is in private zone {zone_name}, which public name servers do not know");
                Step::block("dns.private-zone.not-public", Outcome::Unresolved, text)
                    .headline(format!("{headline}: zone {zone_name} is private"))
            }
        };
        Some(step.at(zone.head.span))
    }

    /// Leads a private endpoint to it?
    pub(in crate::engine) fn has_endpoint(&self, target: Thing) -> bool {
        self.model.private_endpoints.iter().any(|endpoint| is_of(endpoint, target))
    }

    /// The private endpoints of a service for that subresource.
    fn endpoints_for(&self, service: ServiceId, subresource: &str) -> impl Iterator<Item = &PrivateEndpoint> {
        let of_type = self.model[service].service_type.as_ref();
        let record_of = of_type.and_then(|t| t.endpoint(subresource)).and_then(|e| e.record_of.clone());
        let wanted = record_of.unwrap_or_else(|| subresource.to_string());
        let first = of_type.and_then(|t| t.endpoints.first()).map(|e| e.subresource.clone());
        let all = self.model.private_endpoints.iter().filter(move |endpoint| is_of(endpoint, Thing::Service(service)));
        all.filter(move |endpoint| {
            let of = endpoint.subresource.as_ref().map(|s| s.value.clone()).or(first.clone());
            of.is_some_and(|of| of.eq_ignore_ascii_case(&wanted))
        })
    }
}

/// Does the endpoint lead there?
fn is_of(endpoint: &PrivateEndpoint, target: Thing) -> bool {
    endpoint.target.as_ref().is_some_and(|stated| stated.value == target)
}
