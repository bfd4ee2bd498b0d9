//! Private zones: whose are seen, and what Azure's name servers answer from them. Not what a zone holds, nor public
//! names, which are asked where no zone has a say.

use super::super::Engine;
use super::super::flow::Ends;
use super::super::trail::{Mark, Outcome, Step};
use super::records::{Data, Found};
use super::{Answered, Asker, DEPTH, Resolution, View, is_suffix};
use crate::model::*;

impl Engine<'_> {
    /// The private zones that Azure's name servers show to an app.
    pub(in crate::engine) fn zones_seen_by(&self, app: AppId, out: &mut Resolution) -> Vec<String> {
        let view = self.view_of(Asker::App(app)).unwrap_or_default();
        let Some(home) = view.home else { return Vec::new() };
        let linked = self.model.zones.iter().filter(|zone| zone.links.iter().any(|link| link.vnet == home));
        let names: Vec<String> = linked.map(|zone| zone.head.name.clone()).collect();
        if view.vnet.is_some() {
            return names;
        }
        out.steps.extend(self.blindness(app).filter(|_| !names.is_empty()));
        Vec::new()
    }

    /// What Azure's name servers show to somebody; none where they do not answer at all, outside Azure.
    pub(super) fn view_of(&self, asker: Asker) -> Option<View> {
        let within = |subnet: SubnetId| {
            let vnet = Some(self.model[subnet].vnet);
            View { vnet, home: vnet, ..View::default() }
        };
        match asker {
            Asker::App(app) => {
                let by_gateway = self.gateway_integration(app).map(|by| by.vnet);
                let home = self.integration_subnet(app).map(|subnet| self.model[subnet].vnet).or(by_gateway);
                let vnet = home.filter(|_| self.sees_zones(app));
                Some(View { vnet, home, app: Some(app), forwarded: false })
            }
            Asker::Host(host) => match self.model[host].place {
                Some(Thing::Subnet(subnet)) => Some(within(subnet)),
                _ => None,
            },
            Asker::Subnet(subnet) => Some(within(subnet)),
            Asker::Site(_) | Asker::Internet | Asker::Nowhere => None,
        }
    }

    /// Does an app see the zones of its network?
    fn sees_zones(&self, app: AppId) -> bool {
        // No document says so of an app behind a gateway; it is taken to see the zones of its network (O-11).
        let by_gateway = self.gateway_integration(app).is_some();
        if !self.fires("dns.azure-dns-scope") || self.environment(app).is_some() || by_gateway {
            return true;
        }
        self.asks_azure(app) && self.routes_all(app)
    }

    fn asks_azure(&self, app: AppId) -> bool {
        self.model[app].dns.as_ref().is_some_and(|dns| dns.value.0.contains(&self.azure_dns()))
    }

    fn routes_all(&self, app: AppId) -> bool {
        let by_plan = self.plan_of(app).and_then(|p| p.plan_type.as_ref()).is_some_and(|p| p.routes_all);
        by_plan || self.model[app].is_on("route-all")
    }

    /// Why an app sees no zone of its network; none where it does, or has no network.
    pub(super) fn blindness(&self, app: AppId) -> Option<Step> {
        if self.sees_zones(app) {
            return None;
        }
        let noun = &self.model[app];
        let text = format!(
            "{} sees no private zone: it takes the name server {} and route-all, both",
            noun.head.name,
            self.azure_dns()
        );
        let step = Step::new("dns.private-zone.app", Mark::Warn, text).at(noun.head.span);
        let only_scope = self.asks_azure(app) && !self.routes_all(app);
        Some(step.remedy(self.private_zone_remedy(app)).also_if(only_scope, "dns.azure-dns-scope"))
    }

    /// The settings that an app lacks to see private zones.
    fn private_zone_remedy(&self, app: AppId) -> String {
        let settings = self.platform().app_settings();
        let named = |property: &str| settings.iter().find(|setting| setting.property.as_deref() == Some(property));
        let azure = self.azure_dns().to_string();
        let missing = [("dns", self.asks_azure(app)), ("route-all", self.routes_all(app))].map(|(property, has)| {
            let setting = named(property).filter(|_| !has)?;
            let value = setting.on.first().unwrap_or(&azure);
            Some(format!("setting {} = {value}", setting.name))
        });
        let missing: Vec<String> = missing.into_iter().flatten().collect();
        format!("amend app {} {{ {} }}", self.model[app].head.name, missing.join("; "))
    }

    /// What Azure's name servers answer for a network: linked private zones first, then public names.
    pub(super) fn azure_answer(&self, view: View, name: &str, out: &mut Resolution, depth: usize) -> Answered {
        if depth > DEPTH {
            return Answered::No;
        }
        let found = view.vnet.and_then(|vnet| self.zone_for(vnet, name).map(|(zone, link)| (vnet, zone, link)));
        let Some((vnet, zone, link)) = found else {
            let machine = view.vnet.filter(|_| view.app.is_none());
            if let Some(answered) = machine.and_then(|vnet| self.machine_name(vnet, view.forwarded, name, out)) {
                return answered;
            }
            return self.public_answer(name, view, out, depth);
        };
        let (zone_name, vnet_name) = (&self.model[zone].head.name, &self.model[vnet].head.name);
        let Some(Found { data, place, rule, also }) = self.lookup(zone, name) else {
            return self.not_in_zone(zone, link, vnet, name, out);
        };
        let by_gateway = view.app.is_some_and(|app| self.gateway_integration(app).is_some());
        let is_alias = out.aliases.last().is_some_and(|alias| alias == name);
        let usual = match view.app {
            Some(_) if by_gateway => "dns.gateway-required",
            Some(_) => "dns.private-zone.app",
            None => "dns.private-zone.resolution-link",
        };
        let what = match &data {
            Data::Addresses(answers) => answers.iter().map(Ends::to_string).collect::<Vec<_>>().join(", "),
            Data::Alias(alias) => format!("an alias of {alias}"),
        };
        let text = format!("{name} is {what} in zone {zone_name}, linked to {vnet_name}");
        let mut step = Step::pass(rule.unwrap_or(usual), text)
            .at(place)
            .beside([self.model[zone].links[link].span])
            .also_if(rule.is_none(), "dns.private-zone.resolution-link")
            .also_if(self.is_environment_zone(zone_name), "ase.dns.ilb-names")
            .also_if(self.others_match(vnet, zone, name), "dns.private-zone.most-specific")
            .also_if(!is_alias && self.is_public_name(name), "dns.private-zone.default-order");
        for rule in also {
            step = step.also(rule);
        }
        out.steps.push(step);
        match data {
            Data::Addresses(answers) => Answered::Yes(answers),
            Data::Alias(alias) => {
                out.aliases.push(alias.clone());
                self.azure_answer(view, &alias, out, depth + 1)
            }
        }
    }

    /// What follows where the zone that has the say lacks a name.
    fn not_in_zone(&self, zone: ZoneId, link: usize, vnet: VnetId, name: &str, out: &mut Resolution) -> Answered {
        let noun = &self.model[zone];
        let (zone_name, vnet_name) = (&noun.head.name, &self.model[vnet].head.name);
        let fallback = noun.links[link].fallback;
        let private_link = self.is_private_link_zone(zone_name);
        if let Some(place) = fallback.filter(|_| private_link) {
            let text = format!("zone {zone_name} lacks {name}; its link falls back to the public name");
            out.steps.push(Step::pass("dns.private-zone.fallback", text).at(place).beside([noun.links[link].span]));
            return self.public_answer(name, View::default(), out, DEPTH);
        }
        let label = name.strip_suffix(&format!(".{zone_name}")).unwrap_or("@");
        let mut text = format!("zone {zone_name}, linked to {vnet_name}, has no record of {name}");
        if fallback.is_some() {
            text = format!("{text}, and falls back for private link names alone");
        }
        let machine = self.unregistered(zone, label);
        let remedy = match (&machine, self.endpoint_address(name)) {
            (Some((_, Some(line))), _) => line.clone(),
            (_, Some(address)) => format!("amend private-dns-zone {zone_name} {{ record {label} A {address} }}"),
            _ if private_link && self.fires("dns.private-zone.fallback") => {
                format!("amend private-dns-zone {zone_name} {{ link {vnet_name} {{ fallback on }} }}")
            }
            _ => format!("amend private-dns-zone {zone_name} {{ record {label} A ADDRESS }}"),
        };
        let mut step = Step::block("dns.private-zone.nxdomain", Outcome::Unresolved, text)
            .at(noun.head.span)
            .beside([noun.links[link].span])
            .headline(format!("{name} does not resolve: zone {zone_name} has no record of it"))
            .remedy(remedy)
            .also_if(fallback.is_some(), "dns.private-zone.fallback")
            .also_if(self.is_environment_zone(zone_name), "ase.dns.ilb-names")
            .also_if(self.others_match(vnet, zone, name), "dns.private-zone.most-specific");
        for rule in machine.map(|(rule, _)| rule.into()).into_iter().chain(self.record_rule(zone_name, label)) {
            step = step.also(rule);
        }
        out.steps.push(step);
        Answered::No
    }

    /// The address of the private endpoint that a name is the alias of, where it is one.
    fn endpoint_address(&self, alias: &str) -> Option<std::net::IpAddr> {
        let mut all = self.model.private_endpoints.iter().filter(|endpoint| self.is_alias_of(alias, endpoint));
        match (all.next()?.addresses.as_slice(), all.next()) {
            ([only], None) => Some(only.value),
            _ => None,
        }
    }

    /// The name of a machine, which Azure's name servers tell the machines of its own network.
    fn machine_name(&self, vnet: VnetId, in_full: bool, name: &str, out: &mut Resolution) -> Option<Answered> {
        let label = self.machine_label(in_full, name)?;
        let host = self.machine_of(vnet, label)?;
        let text = format!("{label} is a machine of {}, whose names Azure resolves there", self.model[vnet].head.name);
        let step = Step::pass("dns.vm-names", text).at(host.head.span);
        out.steps.push(step.also_if(in_full, "dns.vm-names.from-app"));
        Some(Answered::Yes(host.addresses.iter().map(|a| Ends::one(a.value)).collect()))
    }

    /// The label of a name that a machine may have; `in_full` where a bare one is not completed.
    fn machine_label<'n>(&self, in_full: bool, name: &'n str) -> Option<&'n str> {
        let suffix = format!(".{}", self.platform().word("machine-suffix"));
        let label = match name.strip_suffix(&suffix) {
            Some(rest) => rest.split('.').next().unwrap_or(rest),
            None if in_full => return None,
            None => name,
        };
        (!label.contains('.')).then_some(label)
    }

    fn machine_of(&self, vnet: VnetId, label: &str) -> Option<&Host> {
        self.model.hosts.iter().find(|host| {
            let here = matches!(host.place, Some(Thing::Subnet(subnet)) if self.model[subnet].vnet == vnet);
            let own = host.computer_name.as_ref().map_or(&host.head.name, |n| &n.value);
            here && own.eq_ignore_ascii_case(label)
        })
    }

    /// Has a machine of a peered network that name?
    pub(super) fn is_machine_of_peer(&self, vnet: Option<VnetId>, name: &str) -> bool {
        let Some((vnet, label)) = vnet.zip(self.machine_label(false, name)) else { return false };
        self.peers_of(vnet).iter().any(|peer| peer.connected && self.machine_of(peer.vnet, label).is_some())
    }

    /// The most specific linked zone that a name belongs to, and its link.
    pub(super) fn zone_for(&self, vnet: VnetId, name: &str) -> Option<(ZoneId, usize)> {
        self.zones_of(vnet, name).max_by_key(|(id, _)| self.model[*id].head.name.len())
    }

    fn zones_of(&self, vnet: VnetId, name: &str) -> impl Iterator<Item = (ZoneId, usize)> {
        self.model.zones().filter_map(move |(id, zone)| {
            let link = zone.links.iter().position(|link| link.vnet == vnet)?;
            is_suffix(&zone.head.name.to_lowercase(), name).then_some((id, link))
        })
    }

    /// Does the name belong to a less specific linked zone as well?
    fn others_match(&self, vnet: VnetId, zone: ZoneId, name: &str) -> bool {
        self.zones_of(vnet, name).any(|(other, _)| other != zone)
    }

    /// Is it a name that public name servers have an answer to as well?
    fn is_public_name(&self, name: &str) -> bool {
        let of_service = || self.model.services().any(|(id, _)| self.service_names(id).iter().any(|n| n.name == name));
        of_service() || self.model.apps().any(|(id, _)| self.app_names(id).iter().any(|known| known == name))
    }
}
