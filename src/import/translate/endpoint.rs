//! Private endpoints, private DNS zones, and the inbound endpoints of private resolvers.

use super::draft::{self, Draft};
use super::estate::{Estate, Part, Reason, key, kind_and_name, own_name};
use super::facts::{self, Facts, at, id_of, texts};
use crate::import::Resource;
use crate::import::json::Json;

const ZONES: &str = "Microsoft.Network/privateDnsZones";

impl<'f> Estate<'f> {
    pub(super) fn private_endpoints(&mut self) {
        for endpoint in self.all("Microsoft.Network/privateEndpoints") {
            let groups = self.children(endpoint, "privateDnsZoneGroups");
            match self.private_endpoint(endpoint, &groups) {
                Ok(name) => {
                    self.translated(endpoint, format!("private-endpoint {name}"));
                    groups
                        .into_iter()
                        .for_each(|group| self.translated(group, format!("zones of private-endpoint {name}")));
                }
                Err(reason) => {
                    self.endpoint_is_untold(endpoint);
                    groups.into_iter().for_each(|group| self.listed(group, format!("its endpoint: {reason}")));
                    self.listed(endpoint, reason);
                }
            }
        }
    }

    fn private_endpoint(&mut self, endpoint: &'f Resource, groups: &[&'f Resource]) -> Result<String, Reason> {
        let facts = Facts::told(self, endpoint);
        let subnet = facts.id("subnet", self).ok_or("its subnet is not stated")?.to_string();
        let place = self.subnet_ref(&subnet)?;
        let by_hand = facts.get("manualPrivateLinkServiceConnections", self).map(Json::list).unwrap_or_default();
        let by_itself = facts.get("privateLinkServiceConnections", self).map(Json::list).unwrap_or_default();
        let connection = by_itself.first().or(by_hand.first()).ok_or("its target is not stated")?;
        let target = at(connection, "privateLinkServiceId").and_then(id_of).ok_or("its target is not stated")?;
        let group =
            at(connection, "groupIds").and_then(|ids| ids.list().first()).map(|json| self.known(json)).transpose()?;
        let target_name = self.endpoint_target(target, group)?;
        let name = self.christen("private-endpoint", &endpoint.id, endpoint.own_name());
        let mut draft = self.draft(endpoint, "private-endpoint", &name, &format!(" in {place}"));
        draft.set("target", target_name);
        // Of an app the subresource says the slot, which the target has told.
        let is_of_app =
            kind_and_name(target).is_some_and(|(kind, _)| kind.to_lowercase().starts_with("microsoft.web/sites"));
        draft.set_some("subresource", group.filter(|_| !is_of_app).map(draft::name));
        let addresses = self.endpoint_addresses(endpoint, &facts, target)?;
        draft.set_all("address", &addresses);
        if addresses.is_empty() {
            draft.remark("Azure chooses its address: state it as address");
        }
        // The owner of the target approves, so what the target tells goes before.
        let path = "privateLinkServiceConnectionState.status";
        let states = Facts::of(self.connection_of(endpoint, target).into_iter().chain([connection]));
        let stated = states.get(path, self).and_then(Json::text).map(str::to_lowercase);
        let stated =
            stated.filter(|word| matches!(word.as_str(), "approved" | "pending" | "rejected" | "disconnected"));
        // Who asks by hand waits for the owner of the target.
        let state = stated.or((by_itself.is_empty()).then(|| "pending".to_string()));
        draft.set_some("state", state);
        let mut zones = Vec::new();
        let configurations = groups
            .iter()
            .flat_map(|group| at(&group.body, "privateDnsZoneConfigs").map(Json::list).unwrap_or_default());
        for configuration in configurations {
            let Some(zone) = at(configuration, "privateDnsZoneId").and_then(id_of) else { continue };
            match self.named("private-dns-zone", zone) {
                Some(name) if !zones.contains(&draft::host(&name)) => zones.push(draft::host(&name)),
                Some(_) => {}
                None => {
                    let text = format!(
                        "its zone {} is not among the resources: who resolves its name there is not known",
                        facts::last(zone)
                    );
                    self.note(endpoint, configuration.at, text);
                    draft.remark(format!("its zone {} is not among the resources", own_name(zone)));
                }
            }
        }
        draft.set_all("zone", &zones);
        let groups: Vec<String> = match facts.bodies().first() {
            Some(body) => self.groups_of(body),
            None => Vec::new(),
        };
        draft.set_all("asg", &groups);
        self.declare((Part::Endpoints, 0), draft);
        Ok(name)
    }

    /// An endpoint that is not told changes its target all the same: an app that has one is closed to the public where
    /// nothing else is said, and the names of a service lead there.
    fn endpoint_is_untold(&mut self, endpoint: &Resource) {
        let connections = ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"];
        let all = connections.iter().flat_map(|path| at(&endpoint.body, path).map(Json::list).unwrap_or_default());
        let target = all.into_iter().find_map(|json| at(json, "privateLinkServiceId").and_then(id_of));
        let Some(target) = target else { return };
        let (head, property, value) = match (self.app_ref(target), self.named("service", target)) {
            (Some(app), _) => (format!("app {app} on "), "public-access", "off"),
            (_, Some(service)) => (format!("service {}", draft::name(&service)), "private-endpoint", "elsewhere"),
            _ => return,
        };
        let is_own = |draft: &Draft| draft.head == head || property == "public-access" && draft.head.starts_with(&head);
        if let Some((_, draft)) = self.drafts.iter_mut().find(|(_, draft)| is_own(draft))
            && draft.values(property).next().is_none()
        {
            draft.remark(format!("it has the private endpoint {}, which is not told", endpoint.own_name()));
            draft.set(property, value);
        }
    }

    /// The target as the source calls it: an app, a slot, a service; a service that is not among the resources is one of
    /// which nobody knows whom it admits.
    fn endpoint_target(&mut self, target: &str, group: Option<&str>) -> Result<String, Reason> {
        let Some((kind, _)) = kind_and_name(target) else {
            return Err(format!("its target `{target}` is no resource"));
        };
        if kind.to_lowercase().starts_with("microsoft.web/sites") {
            let app = self.app_ref(target).ok_or_else(|| match self.find(target) {
                Some(_) => format!("its target {} is not told", facts::last(target)),
                None => format!("its target {} is not among the resources", facts::last(target)),
            })?;
            return match group.and_then(|group| group.to_lowercase().strip_prefix("sites-").map(str::to_string)) {
                Some(slot) => {
                    let id = format!("{}/slots/{slot}", self.find(target).map_or(target, |app| &app.id));
                    self.app_ref(&id).ok_or_else(|| format!("its target, slot `{slot}`, is not among the resources"))
                }
                None => Ok(app),
            };
        }
        if let Some(name) = self.named("service", target) {
            return Ok(draft::name(&name));
        }
        if self.find(target).is_some() {
            return Err(format!("its target {} is not told", facts::last(target)));
        }
        let of = self.service_type_of(&kind, None).ok_or_else(|| format!("fnet knows no service of type {kind}"))?;
        let name = self.christen("service", target, own_name(target));
        let mut draft = Draft::new(format!("service {}", draft::name(&name)));
        draft.comment(format!("{target} is not among the resources: whom its public side admits is not known."));
        draft.set("type", of);
        let mut firewall = Draft::new("firewall");
        firewall.line(format!("allow {}", self.unknown_callers()));
        draft.block(firewall);
        self.declare((Part::Elsewhere, 2), draft);
        Ok(draft::name(&name))
    }

    /// The addresses of an endpoint: its own, those of its interface, or those that its target tells of it.
    fn endpoint_addresses(
        &mut self,
        endpoint: &'f Resource,
        facts: &Facts<'f>,
        target: &str,
    ) -> Result<Vec<String>, Reason> {
        let mut stated: Vec<&'f Json> = Vec::new();
        for configuration in facts.get("ipConfigurations", self).map(Json::list).unwrap_or_default() {
            stated.extend(at(configuration, "privateIPAddress"));
        }
        if stated.is_empty() {
            for configuration in facts.get("customDnsConfigs", self).map(Json::list).unwrap_or_default() {
                stated.extend(at(configuration, "ipAddresses").map(texts).unwrap_or_default());
            }
        }
        if stated.is_empty() {
            for id in facts.get("networkInterfaces", self).map(texts).unwrap_or_default().into_iter().filter_map(id_of)
            {
                let Some(interface) = self.find(id) else { continue };
                for configuration in at(&interface.body, "ipConfigurations").map(Json::list).unwrap_or_default() {
                    stated.extend(at(configuration, "privateIPAddress"));
                }
            }
        }
        if stated.is_empty()
            && let Some(connection) = self.connection_of(endpoint, target)
        {
            stated.extend(at(connection, "ipAddresses").map(texts).unwrap_or_default());
        }
        let mut addresses = Vec::new();
        for json in stated {
            let address = self.address(json)?.to_string();
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        Ok(addresses)
    }

    /// What the target tells of its connection with an endpoint.
    fn connection_of(&self, endpoint: &Resource, target: &str) -> Option<&'f Json> {
        let target = self.find(target)?;
        let connections = at(&target.body, "privateEndpointConnections").map(Json::list).unwrap_or_default();
        let is_own =
            |json: &&Json| at(json, "privateEndpoint").and_then(id_of).is_some_and(|id| key(id) == key(&endpoint.id));
        connections.iter().find(is_own)
    }

    /// Zones get their names before the endpoints that register there.
    pub(super) fn zone_names(&mut self) {
        for zone in self.all(ZONES) {
            if self.found.placeholder_in(&zone.name).is_some() {
                self.listed(zone, "its name is known after the deployment alone");
                continue;
            }
            let taken = self.all(ZONES).into_iter().find(|other| other.name.eq_ignore_ascii_case(&zone.name));
            if taken.is_some_and(|first| key(&first.id) != key(&zone.id)) {
                self.listed(zone, "another zone has the same name, and fnet knows one of a name");
                continue;
            }
            self.christen("private-dns-zone", &zone.id, &zone.name.to_lowercase());
        }
    }

    pub(super) fn zones(&mut self) {
        for zone in self.all(ZONES) {
            let Some(name) = self.named("private-dns-zone", &zone.id) else {
                for kind in ["virtualNetworkLinks", "A", "AAAA", "CNAME"] {
                    self.children(zone, kind).into_iter().for_each(|child| self.listed(child, "its zone is not told"));
                }
                continue;
            };
            let mut draft = Draft::new(format!("private-dns-zone {}", draft::host(&name)));
            draft.comment(zone.id.clone());
            for link in self.children(zone, "virtualNetworkLinks") {
                self.zone_link(link, &name, &mut draft);
            }
            for kind in ["A", "AAAA", "CNAME"] {
                for record in self.children(zone, kind) {
                    match self.record(record, kind, &mut draft) {
                        Ok(()) => self.translated(record, format!("a record of private-dns-zone {name}")),
                        Err(reason) => {
                            draft.remark(format!("record {} is not told: {reason}", record.own_name()));
                            self.listed(record, reason);
                        }
                    }
                }
            }
            self.declare((Part::Zones, 0), draft);
            self.translated(zone, format!("private-dns-zone {name}"));
        }
    }

    fn zone_link(&mut self, link: &'f Resource, zone: &str, draft: &mut Draft) {
        let facts = Facts::told(self, link);
        let vnet = facts.id("virtualNetwork", self);
        let Some(name) = vnet.and_then(|id| self.named("vnet", id)) else {
            let vnet = vnet.map_or_else(|| "it".to_string(), facts::last);
            draft.remark(format!("linked to {vnet}, which is not among the resources"));
            self.listed(link, format!("its network {vnet} is not among the resources"));
            return;
        };
        let registration = facts.bool("registrationEnabled", self).filter(|on| *on);
        let fallback = facts.get("resolutionPolicy", self).and_then(Json::text);
        let fallback = fallback.is_some_and(|policy| policy.eq_ignore_ascii_case("NxDomainRedirect")).then_some(true);
        if registration.is_none() && fallback.is_none() {
            draft.set("link", draft::name(&name));
        } else {
            let mut block = Draft::new(format!("link {}", draft::name(&name)));
            block.switch("registration", registration);
            block.switch("fallback", fallback);
            draft.block(block);
        }
        self.translated(link, format!("a link of private-dns-zone {zone}"));
    }

    fn record(&mut self, record: &'f Resource, kind: &str, draft: &mut Draft) -> Result<(), Reason> {
        let facts = Facts::told(self, record);
        if self.found.placeholder_in(&record.name).is_some() {
            return Err("its name is known after the deployment alone".into());
        }
        let (list, member) = match kind {
            "A" => ("aRecords", "ipv4Address"),
            "AAAA" => ("aaaaRecords", "ipv6Address"),
            _ => ("cnameRecord", "cname"),
        };
        let stated = facts.get(list, self).ok_or("its values are not stated")?;
        let values: Vec<&Json> = if kind == "CNAME" { vec![stated] } else { texts(stated) };
        let mut words = Vec::new();
        for value in values {
            let json = value.get(member).ok_or("its values are not stated")?;
            words.push(if kind == "CNAME" { draft::host(self.known(json)?) } else { self.address(json)?.to_string() });
        }
        draft.set("record", format!("{} {kind} {}", draft::host(record.own_name()), words.join(", ")));
        Ok(())
    }

    pub(super) fn resolvers(&mut self) {
        for inbound in self.all("Microsoft.Network/dnsResolvers/inboundEndpoints") {
            let facts = Facts::told(self, inbound);
            let configurations: Vec<&'f Json> =
                facts.get("ipConfigurations", self).map(Json::list).unwrap_or_default().iter().collect();
            match self.standing(&configurations) {
                Ok(standing) => {
                    let own = inbound.name.replace('/', "-");
                    let name = self.christen("dns-server", &inbound.id, &own);
                    match self.standing_draft(inbound, "dns-server", &name, &standing) {
                        Ok(mut draft) => {
                            draft.set("kind", "private-resolver");
                            self.declare((Part::Zones, 1), draft);
                            self.translated(inbound, format!("dns-server {name}"));
                        }
                        Err(reason) => self.listed(inbound, reason),
                    }
                }
                Err(reason) => self.listed(inbound, reason),
            }
        }
    }
}
