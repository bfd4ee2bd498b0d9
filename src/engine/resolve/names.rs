//! The host names of services and apps, and the public ends that they stand for. Not who is told them.

use super::super::Engine;
use super::super::flow::{Ends, Symbol, SymbolOf};
use super::is_suffix;
use crate::model::*;
use crate::net::AddressSet;
use crate::platform::ServiceEndpointType;
use std::sync::Arc;

/// A public name of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceName {
    /// The subresource that it leads to.
    pub subresource: String,
    /// The name.
    pub name: String,
    /// The name that it is an alias of, once there is a private endpoint.
    pub alias: String,
}

impl ServiceName {
    fn plain(name: &str) -> Self {
        Self { subresource: String::new(), name: name.to_string(), alias: name.to_string() }
    }
}

impl Engine<'_> {
    /// The public side of a service, at one of its endpoints.
    pub fn service_ends(&self, id: ServiceId, subresource: &str) -> Ends {
        let noun = &self.model[id];
        if !noun.public_ip.is_empty() {
            return Ends::Set(AddressSet::of(noun.public_ip.iter().map(|ip| &ip.value)));
        }
        let tags = self.tags_of(noun);
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::Service(id, subresource.to_string()),
            text: format!("the public address of {}", noun.head.name),
            within: self.within(&tags),
            tags: tags.has,
            tags_known: tags.all,
            never: tags.never,
        }))
    }

    /// The default entry of an app: a public address, or in an internal environment an address of its subnet.
    pub fn app_ends(&self, id: AppId) -> Ends {
        let noun = &self.model[id];
        let environment = self.environment(id);
        if let Some(ase) = environment.filter(|ase| self.is_internal_environment(*ase)) {
            return self.environment_ends(ase);
        }
        if !noun.inbound_ip.is_empty() {
            return Ends::Set(AddressSet::of(noun.inbound_ip.iter().map(|ip| &ip.value)));
        }
        if let Some(entry) = environment.and_then(|ase| self.public_entry(ase)) {
            return Ends::Set(entry);
        }
        let region = noun.head.region.as_ref().map(|r| r.value.clone());
        let of_type = self.platform().app_type().filter(|_| self.is_tagged(id));
        let tag = of_type.and_then(|of_type| of_type.tag.clone());
        let mut tags: Vec<(String, Option<String>)> = tag.into_iter().map(|tag| (tag, region.clone())).collect();
        tags.extend(self.azure_tags(region.as_deref()));
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::App(id),
            text: format!("the inbound address of {}", noun.head.name),
            within: self.some_public(),
            tags,
            tags_known: environment.is_none(),
            never: Vec::new(),
        }))
    }

    /// The host names of an app and of its SCM site.
    pub fn app_names(&self, id: AppId) -> Vec<String> {
        self.app_service_names(id).into_iter().map(|known| known.name).collect()
    }

    /// The same with the aliases that they get once there is a private endpoint; a name of the customer's own is one
    /// more way to the first.
    pub(super) fn app_service_names(&self, id: AppId) -> Vec<ServiceName> {
        let noun = &self.model[id];
        let label = noun.head.name.replace('.', "-").to_lowercase();
        if let Some(ase) = self.environment(id).filter(|ase| self.is_internal_environment(*ase)) {
            let zone = self.environment_zone(ase);
            let own = noun.host_names.iter().map(|name| name.value.clone());
            let names = [format!("{label}.{zone}"), format!("{label}.scm.{zone}")].into_iter().chain(own);
            return names.map(|name| ServiceName::plain(&name)).collect();
        }
        let of_type = self.platform().app_type();
        let endpoints = of_type.iter().flat_map(|of_type| &of_type.endpoints);
        let mut names: Vec<ServiceName> = endpoints
            .map(|endpoint| ServiceName {
                subresource: endpoint.subresource.clone(),
                name: format!("{label}{}.{}", endpoint.label_suffix, endpoint.suffix),
                alias: format!("{label}{}.{}", endpoint.label_suffix, endpoint.zone),
            })
            .collect();
        for own in &noun.host_names {
            let alias = names.first().map_or_else(|| own.value.clone(), |first| first.alias.clone());
            names.push(ServiceName { name: own.value.clone(), alias, ..ServiceName::plain("") });
        }
        names
    }

    /// The public names of a service, endpoint by endpoint, with the aliases that they get once there is a private
    /// endpoint.
    pub fn service_names(&self, id: ServiceId) -> Vec<ServiceName> {
        let noun = &self.model[id];
        let Some(of_type) = &noun.service_type else {
            return noun.host_names.iter().map(|name| ServiceName::plain(&name.value)).collect();
        };
        let region = noun.head.region.is_some();
        let named = |endpoint: &&ServiceEndpointType| region || !endpoint.label_suffix.contains('{');
        let endpoints = of_type.endpoints.iter().filter(named);
        let mut names: Vec<ServiceName> =
            endpoints.clone().map(|endpoint| self.endpoint_name(noun, endpoint)).collect();
        names.extend(endpoints.flat_map(|endpoint| {
            endpoint.also_suffixes.iter().enumerate().map(|(at, suffix)| {
                let zone = endpoint.also_zones.get(at).unwrap_or(&endpoint.zone).clone();
                self.endpoint_name(noun, &ServiceEndpointType { suffix: suffix.clone(), zone, ..endpoint.clone() })
            })
        }));
        for host in &noun.host_names {
            let like = names
                .iter()
                .find(|known| is_suffix(known.name.split_once('.').map_or("", |(_, s)| s), &host.value))
                .cloned();
            match like.or_else(|| names.first().cloned()) {
                Some(mut known) => {
                    let label = host.value.split('.').next().unwrap_or("");
                    let zone = known.alias.split_once('.').map_or("", |(_, zone)| zone).to_string();
                    known.name = host.value.clone();
                    known.alias = format!("{label}.{zone}");
                    names.push(known);
                }
                None => names.push(ServiceName::plain(&host.value)),
            }
        }
        names
    }

    fn endpoint_name(&self, noun: &Service, endpoint: &ServiceEndpointType) -> ServiceName {
        let region = noun.head.region.as_ref().map_or("", |r| r.value.as_str());
        let fill = |template: &str| template.replace("{region}", region).to_lowercase();
        let label = format!("{}{}", noun.resource_name.value.to_lowercase(), fill(&endpoint.label_suffix));
        ServiceName {
            subresource: endpoint.subresource.clone(),
            name: format!("{label}.{}", fill(&endpoint.suffix)),
            alias: format!("{label}.{}", fill(&endpoint.zone)),
        }
    }
}
