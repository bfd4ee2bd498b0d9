//! Private zones: whose are seen, their records, those that endpoints and registration make, and names of machines.
//! Not public names, which are asked where no zone has a say.

use super::super::Engine;
use super::super::flow::{Ends, Symbol, SymbolOf};
use super::super::trail::{Mark, Outcome, Step};
use super::{Answered, Asker, DEPTH, Resolution, is_suffix};
use crate::model::*;
use crate::source::Span;
use std::sync::Arc;

/// What a zone has for a name.
enum Found {
    Addresses(Vec<Ends>),
    Alias(String),
}

impl Engine<'_> {
    /// The private zones that Azure's name servers show to an app.
    pub(in crate::engine) fn zones_seen_by(&self, app: AppId, out: &mut Resolution) -> Vec<String> {
        let Some(vnet) = self.view_of(Asker::App(app), out) else { return Vec::new() };
        let linked = self.model.zones.iter().filter(|zone| zone.links.iter().any(|link| link.vnet == vnet));
        linked.map(|zone| zone.head.name.clone()).collect()
    }

    /// The network whose private zones Azure's name servers show to somebody.
    pub(super) fn view_of(&self, asker: Asker, out: &mut Resolution) -> Option<VnetId> {
        match asker {
            Asker::App(app) => {
                let vnet = self.model[self.integration_subnet(app)?].vnet;
                if !self.fires("dns.azure-dns-scope") || self.environment(app).is_some() {
                    return Some(vnet);
                }
                let noun = &self.model[app];
                let chosen = noun.dns.as_ref().is_some_and(|dns| dns.value.0.contains(&self.azure_dns()));
                let all = noun.is_on("route-all")
                    || self.plan_of(app).and_then(|p| p.plan_type.as_ref()).is_some_and(|p| p.routes_all);
                if chosen && all {
                    return Some(vnet);
                }
                let linked = self.model.zones.iter().any(|zone| zone.links.iter().any(|link| link.vnet == vnet));
                if linked {
                    let text = format!(
                        "{} sees no private zone: it takes the name server {} and route-all, both",
                        noun.head.name,
                        self.azure_dns()
                    );
                    out.steps.push(
                        Step::new("dns.private-zone.app", Mark::Warn, text)
                            .at(noun.head.span)
                            .remedy(self.private_zone_remedy(app)),
                    );
                }
                None
            }
            Asker::Host(host) => match self.model[host].place {
                Some(Thing::Subnet(subnet)) => Some(self.model[subnet].vnet),
                _ => None,
            },
            Asker::Vnet(vnet) => Some(vnet),
            _ => None,
        }
    }

    fn private_zone_remedy(&self, app: AppId) -> String {
        let settings = self.platform().app_settings();
        let named = |property: &str| {
            let found = settings.iter().find(|setting| setting.property.as_deref() == Some(property));
            found.map_or(String::new(), |setting| setting.name.clone())
        };
        let name = &self.model[app].head.name;
        format!(
            "amend app {name} {{ setting {} = {}; setting {} = 1 }}",
            named("dns"),
            self.azure_dns(),
            named("route-all")
        )
    }

    /// What Azure's name servers answer for a network: linked private zones first, then public names.
    pub(super) fn azure_answer(
        &self,
        view: Option<VnetId>,
        name: &str,
        app: bool,
        out: &mut Resolution,
        depth: usize,
    ) -> Answered {
        if depth > DEPTH {
            return Answered::No;
        }
        let zone = view.and_then(|vnet| self.zone_for(vnet, name));
        let (Some(vnet), Some((zone, link))) = (view, zone) else {
            if let Some(answered) = view.filter(|_| !app).and_then(|vnet| self.machine_name(vnet, name, out)) {
                return answered;
            }
            return self.public_answer(name, view, out, depth);
        };
        let noun = &self.model[zone];
        let (zone_name, vnet_name) = (&noun.head.name, &self.model[vnet].head.name);
        let rule = if app { "dns.private-zone.app" } else { "dns.private-zone.resolution-link" };
        match self.lookup(zone, vnet, name) {
            Some((Found::Addresses(answers), place, rule_of)) => {
                let list: Vec<String> = answers.iter().map(Ends::to_string).collect();
                let text = format!("{name} is {} in zone {zone_name}, linked to {vnet_name}", list.join(", "));
                out.steps.push(Step::pass(rule_of.unwrap_or(rule), text).at(place));
                Answered::Yes(answers)
            }
            Some((Found::Alias(alias), place, _)) => {
                let text = format!("{name} is an alias of {alias} in zone {zone_name}, linked to {vnet_name}");
                out.steps.push(Step::pass(rule, text).at(place));
                self.azure_answer(view, &alias, app, out, depth + 1)
            }
            None => {
                if let Some(fallback) = noun.links[link].fallback {
                    let text = format!("zone {zone_name} lacks {name}; its link falls back to the public name");
                    out.steps.push(Step::pass("dns.private-zone.fallback", text).at(fallback));
                    return self.public_leaf(name, out);
                }
                let text = format!("zone {zone_name}, linked to {vnet_name}, has no record of {name}");
                let label = name.strip_suffix(&format!(".{zone_name}")).unwrap_or("@");
                out.steps.push(
                    Step::block("dns.private-zone.nxdomain", Outcome::Unresolved, text)
                        .at(noun.head.span)
                        .headline(format!("{name} does not resolve: zone {zone_name} has no record of it"))
                        .remedy(format!("amend private-dns-zone {zone_name} {{ record {label} A ADDRESS }}")),
                );
                Answered::No
            }
        }
    }

    /// The name of a machine, which Azure's name servers tell the machines of its own network.
    fn machine_name(&self, vnet: VnetId, name: &str, out: &mut Resolution) -> Option<Answered> {
        let suffix = format!(".{}", self.platform().word("machine-suffix"));
        let label = name.strip_suffix(&suffix).map_or(name, |rest| rest.split('.').next().unwrap_or(rest));
        if label.contains('.') {
            return None;
        }
        let (_, host) = self.model.hosts().find(|(_, host)| {
            let here = matches!(host.place, Some(Thing::Subnet(subnet)) if self.model[subnet].vnet == vnet);
            let own = host.computer_name.as_ref().map_or(&host.head.name, |n| &n.value);
            here && own.eq_ignore_ascii_case(label)
        })?;
        let text = format!("{label} is a machine of {}, whose names Azure resolves there", self.model[vnet].head.name);
        out.steps.push(Step::pass("dns.vm-names", text).at(host.head.span));
        Some(Answered::Yes(host.addresses.iter().map(|a| Ends::one(a.value)).collect()))
    }

    /// The most specific linked zone that a name belongs to, and its link.
    pub(super) fn zone_for(&self, vnet: VnetId, name: &str) -> Option<(ZoneId, usize)> {
        let linked = self.model.zones().filter_map(|(id, zone)| {
            let link = zone.links.iter().position(|link| link.vnet == vnet)?;
            is_suffix(&zone.head.name.to_lowercase(), name).then_some((id, link))
        });
        linked.max_by_key(|(id, _)| self.model[*id].head.name.len())
    }

    /// What a zone has for a name, where that is stated, and the rule that it rests on.
    #[allow(clippy::type_complexity)]
    fn lookup(&self, zone: ZoneId, vnet: VnetId, name: &str) -> Option<(Found, Span, Option<&'static str>)> {
        let noun = &self.model[zone];
        let zone_name = noun.head.name.to_lowercase();
        let label = name.strip_suffix(&zone_name).map(|l| l.trim_end_matches('.')).unwrap_or(name);
        let label = if label.is_empty() { "@" } else { label };
        let owned = |record: &Record| {
            record.of.is_some_and(|thing| match thing {
                Thing::Service(id) => self.model[id].resource_name.value.eq_ignore_ascii_case(label),
                _ => false,
            })
        };
        let exact: Vec<&Record> = noun.records.iter().filter(|r| r.label == label || owned(r)).collect();
        let records = if exact.is_empty() {
            noun.records.iter().filter(|record| wildcard(&record.label, label)).take(1).collect()
        } else {
            exact
        };
        if let Some(first) = records.first() {
            let mut answers = Vec::new();
            for record in &records {
                match &record.data {
                    RecordData::Addresses(all) => answers.extend(all.iter().map(|a| Ends::one(*a))),
                    RecordData::Alias(alias) => return Some((Found::Alias(alias.clone()), record.span, None)),
                }
            }
            return Some((Found::Addresses(answers), first.span, None));
        }
        self.endpoint_record(zone, label).or_else(|| self.registered(zone, vnet, label))
    }

    /// A record that a private endpoint makes by itself in the zones of its group.
    #[allow(clippy::type_complexity)]
    fn endpoint_record(&self, zone: ZoneId, label: &str) -> Option<(Found, Span, Option<&'static str>)> {
        let zone_name = &self.model[zone].head.name;
        let found = self.model.private_endpoints().find(|(_, endpoint)| {
            endpoint.zones.iter().any(|z| z.value == Thing::PrivateDnsZone(zone))
                && self.endpoint_labels(endpoint, zone_name).iter().any(|own| own == label)
        });
        let (id, endpoint) = found?;
        let answers = if endpoint.addresses.is_empty() {
            vec![self.endpoint_symbol(id)]
        } else {
            endpoint.addresses.iter().map(|a| Ends::one(a.value)).collect()
        };
        Some((Found::Addresses(answers), endpoint.head.span, None))
    }

    /// The labels that a private endpoint's records have in a zone.
    fn endpoint_labels(&self, endpoint: &PrivateEndpoint, zone: &str) -> Vec<String> {
        match endpoint.target.as_ref().map(|t| t.value) {
            Some(Thing::Service(id)) => {
                let names = self.service_names(id);
                let wanted = endpoint.subresource.as_ref().map(|s| s.value.to_lowercase());
                let of = names.iter().filter(|n| wanted.as_ref().is_none_or(|w| *w == n.subresource.to_lowercase()));
                of.filter_map(|n| n.alias.strip_suffix(&format!(".{}", zone.to_lowercase())).map(String::from))
                    .collect()
            }
            Some(Thing::App(id)) => {
                let name = self.model[id].head.name.replace('.', "-").to_lowercase();
                vec![format!("{name}.scm"), name]
            }
            _ => Vec::new(),
        }
    }

    /// The address of a private endpoint that is not stated.
    fn endpoint_symbol(&self, id: PrivateEndpointId) -> Ends {
        let noun = &self.model[id];
        let within = noun.subnet.map(|subnet| self.model[subnet].addresses()).unwrap_or_default();
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::PrivateEndpoint(id),
            text: format!("the address of {}", noun.head.name),
            within,
            tags: Vec::new(),
            tags_known: true,
        }))
    }

    /// A machine that a registration link put into the zone.
    #[allow(clippy::type_complexity)]
    fn registered(&self, zone: ZoneId, _view: VnetId, label: &str) -> Option<(Found, Span, Option<&'static str>)> {
        let noun = &self.model[zone];
        let of = noun.links.iter().filter(|link| link.registration).find_map(|link| {
            self.model.hosts().find(|(_, host)| {
                let here = matches!(host.place, Some(Thing::Subnet(s)) if self.model[s].vnet == link.vnet);
                let own = host.computer_name.as_ref().map_or(&host.head.name, |n| &n.value);
                let primary = host.primary.as_ref().is_none_or(|p| p.value);
                let kept = host.status.as_ref().is_none_or(|s| s.value != "deallocated");
                here && primary && kept && own.eq_ignore_ascii_case(label)
            })
        });
        let (_, host) = of?;
        let v4: Vec<Ends> = host.addresses.iter().filter(|a| a.value.is_ipv4()).map(|a| Ends::one(a.value)).collect();
        Some((Found::Addresses(v4), host.head.span, Some("dns.private-zone.autoregister")))
    }
}

/// Does a wildcard record cover a label?
fn wildcard(record: &str, label: &str) -> bool {
    record == "*" || record.strip_prefix("*.").is_some_and(|rest| is_suffix(rest, label) && rest != label)
}
