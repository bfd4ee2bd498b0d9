//! Public answers: services and apps, the aliases that private endpoints give them, and names that nothing declared has.
//! Not the records of private zones, into which an alias may lead back.

use super::super::Engine;
use super::super::flow::{Ends, Symbol, SymbolOf};
use super::super::trail::{Mark, Outcome, Step};
use super::{Answered, Resolution, is_suffix};
use crate::model::*;
use std::sync::Arc;

impl Engine<'_> {
    /// What public name servers answer; an alias into a private zone is followed with the asker's view.
    pub(super) fn public_answer(
        &self,
        name: &str,
        view: Option<VnetId>,
        out: &mut Resolution,
        depth: usize,
    ) -> Answered {
        for (id, service) in self.model.services() {
            let Some(known) = self.service_names(id).into_iter().find(|known| known.name == name) else { continue };
            let endpoint = self.endpoint_for(id, &known.subresource);
            if !(endpoint || service.private_endpoint_elsewhere.is_some()) {
                if view.is_some_and(|vnet| self.zone_for(vnet, &known.alias).is_some()) {
                    let text = format!(
                        "{} has no private endpoint: its name has no alias, and the zone is not asked",
                        service.head.name
                    );
                    out.steps.push(Step::pass("dns.chain.no-endpoint", text).at(service.head.span));
                }
                return Answered::Yes(vec![self.service_ends(id, &known.subresource)]);
            }
            let text =
                format!("{name} is an alias of {}, because {} has a private endpoint", known.alias, service.head.name);
            out.steps.push(Step::pass("dns.chain.cname", text).at(service.head.span));
            if let Some(vnet) = view.filter(|vnet| self.zone_for(*vnet, &known.alias).is_some()) {
                return self.azure_answer(Some(vnet), &known.alias, true, out, depth + 1);
            }
            self.missing_link(&known.alias, Thing::Service(id), view, out);
            return Answered::Yes(vec![self.service_ends(id, &known.subresource)]);
        }
        for (id, app) in self.model.apps() {
            let names = self.app_names(id);
            if !names.contains(&name.to_string()) {
                continue;
            }
            return self.app_answer(id, app, name, view, out, depth);
        }
        self.public_leaf(name, out)
    }

    fn app_answer(
        &self,
        id: AppId,
        app: &App,
        name: &str,
        view: Option<VnetId>,
        out: &mut Resolution,
        depth: usize,
    ) -> Answered {
        let endpoint =
            self.model.private_endpoints.iter().any(|e| e.target.as_ref().is_some_and(|t| t.value == Thing::App(id)));
        let zone = self.platform().service_type("web-app").and_then(|t| t.endpoints.first().cloned());
        if let (true, Some(zone)) = (endpoint, zone) {
            let label = name.strip_suffix(&format!(".{}", zone.suffix)).unwrap_or(name);
            let alias = format!("{label}.{}", zone.zone);
            let text = format!("{name} is an alias of {alias}, because {} has a private endpoint", app.head.name);
            out.steps.push(Step::pass("dns.chain.cname", text).at(app.head.span));
            if let Some(vnet) = view.filter(|vnet| self.zone_for(*vnet, &alias).is_some()) {
                return self.azure_answer(Some(vnet), &alias, true, out, depth + 1);
            }
            self.missing_link(&alias, Thing::App(id), view, out);
        }
        Answered::Yes(vec![self.app_ends(id)])
    }

    /// Says that a declared zone is not linked to the network that asks.
    fn missing_link(&self, alias: &str, target: Thing, view: Option<VnetId>, out: &mut Resolution) {
        let Some(vnet) = view else { return };
        let vnet_name = &self.model[vnet].head.name;
        let declared = self.model.zones.iter().find(|zone| is_suffix(&zone.head.name.to_lowercase(), alias));
        let (label, zone) = alias.split_once('.').unwrap_or(("NAME", alias));
        match declared {
            Some(zone) => {
                let text =
                    format!("zone {} is not linked to {vnet_name}: the public address is answered", zone.head.name);
                let step = Step::new("dns.private-zone.link-required", Mark::Warn, text).at(zone.head.span);
                out.steps
                    .push(step.remedy(format!("amend private-dns-zone {} {{ link {vnet_name} }}", zone.head.name)));
            }
            None => {
                let text = format!("no zone {zone} is linked to {vnet_name}: the public address is answered");
                let step = Step::new("dns.chain.resolve", Mark::Warn, text);
                let is_mine = |e: &&PrivateEndpoint| e.target.as_ref().is_some_and(|t| t.value == target);
                let mut mine = self.model.private_endpoints.iter().filter(is_mine);
                let address = match (mine.next().map(|endpoint| &endpoint.addresses[..]), mine.next()) {
                    (Some([only]), None) => only.value.to_string(),
                    _ => "ADDRESS".to_string(),
                };
                let record = format!("record {label} A {address}");
                out.steps.push(step.remedy(format!("private-dns-zone {zone} {{ link {vnet_name}; {record} }}")));
            }
        }
    }

    /// A name that nothing declared has.
    pub(super) fn public_leaf(&self, name: &str, out: &mut Resolution) -> Answered {
        if !name.contains('.') || is_suffix(&self.platform().word("machine-suffix"), name) {
            let text = format!("{name} is no public name; names of machines resolve in their own network alone");
            out.steps.push(
                Step::block("dns.vm-names.from-app", Outcome::Unresolved, text)
                    .headline(format!("{name} does not resolve")),
            );
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
        }))])
    }

    /// Has a service a private endpoint for that subresource?
    fn endpoint_for(&self, service: ServiceId, subresource: &str) -> bool {
        let record_of = self.model[service]
            .service_type
            .as_ref()
            .and_then(|t| t.endpoint(subresource))
            .and_then(|e| e.record_of.clone());
        let wanted = record_of.unwrap_or_else(|| subresource.to_string());
        let first =
            self.model[service].service_type.as_ref().and_then(|t| t.endpoints.first()).map(|e| e.subresource.clone());
        self.model.private_endpoints.iter().any(|endpoint| {
            let mine = endpoint.target.as_ref().is_some_and(|target| target.value == Thing::Service(service));
            let of = endpoint.subresource.as_ref().map(|s| s.value.clone()).or(first.clone());
            mine && of.is_some_and(|of| of.eq_ignore_ascii_case(&wanted))
        })
    }
}
