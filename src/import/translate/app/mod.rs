//! Apps and their slots: where they stand and what they are set to. Their settings and who may call them have files of
//! their own.

mod access;
mod setting;

use super::draft::{self, Draft};
use super::estate::{Estate, Part, Reason, key, own_name, parent_of};
use super::facts::{self, Facts, at, id_of, inner, texts};
use crate::import::Resource;
use crate::import::json::Json;
use std::collections::HashSet;

const SITES: &str = "Microsoft.Web/sites";
/// Switches of an app: the language's word, the paths of the site, and those of its configuration.
const SWITCHES: &[(&str, &[&str], &[&str])] = &[
    ("route-all", &["outboundVnetRouting.applicationTraffic", "vnetRouteAllEnabled"], &["vnetRouteAllEnabled"]),
    ("route-everything", &["outboundVnetRouting.allTraffic"], &[]),
    ("route-content-share", &["outboundVnetRouting.contentShareTraffic", "vnetContentShareEnabled"], &[]),
    ("route-image-pull", &["outboundVnetRouting.imagePullTraffic", "vnetImagePullEnabled"], &[]),
    ("route-backup", &["outboundVnetRouting.backupRestoreTraffic", "vnetBackupRestoreEnabled"], &[]),
    ("scale-monitoring", &[], &["functionsRuntimeScaleMonitoringEnabled"]),
];
/// Counts of an app, and the least that means something.
const COUNTS: &[(&str, &str)] = &[
    ("always-ready", "minimumElasticInstanceCount"),
    ("pre-warmed", "preWarmedInstanceCount"),
    ("max-instances", "functionAppScaleLimit"),
];

/// What is said of an app or a slot, in all places.
pub(super) struct Site<'f> {
    pub(super) resource: &'f Resource,
    /// The site itself.
    pub(super) facts: Facts<'f>,
    /// Its configuration: `siteConfig`, and `config/web`.
    pub(super) config: Facts<'f>,
    children: Vec<&'f Resource>,
}

impl<'f> Site<'f> {
    fn of(estate: &Estate<'f>, resource: &'f Resource) -> Self {
        let facts = Facts::told(estate, resource);
        let mut children = Vec::new();
        let kinds = [
            "config",
            "networkConfig",
            "virtualNetworkConnections",
            "hostNameBindings",
            "hybridConnectionNamespaces/relays",
            "privateEndpointConnections",
        ];
        for kind in kinds {
            let depth = resource.name.split('/').count() + kind.split('/').count();
            let prefix = format!("{}/", resource.name.to_lowercase());
            let mine = |child: &&'f Resource| {
                child.name.to_lowercase().starts_with(&prefix) && child.name.split('/').count() == depth
            };
            children.extend(estate.all(&format!("{}/{kind}", resource.kind)).into_iter().filter(mine));
        }
        let web = children.iter().filter(|child| is_config(child, "web")).flat_map(|child| estate.tellings(child));
        let mut config = Facts::of(web.map(|child| &child.body));
        for body in facts.bodies() {
            if let Some(nested) = at(body, "siteConfig") {
                config.add(nested);
            }
        }
        Self { resource, facts, config, children }
    }

    /// The children of a type, by its last words.
    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &'f Resource> {
        let end = format!("/{}", kind.to_lowercase());
        self.children.iter().copied().filter(move |child| child.kind.to_lowercase().ends_with(&end))
    }

    /// A configuration of that name.
    fn config_named(&self, name: &str) -> Option<&'f Resource> {
        self.children.iter().copied().find(|child| is_config(child, name))
    }

    /// Was it answered by Azure, and not written by somebody?
    fn is_answer(&self, estate: &mut Estate<'f>) -> bool {
        self.facts.get("defaultHostName", estate).is_some() && self.facts.get("state", estate).is_some()
    }
}

fn is_config(child: &Resource, name: &str) -> bool {
    child.kind.to_lowercase().ends_with("/config") && child.own_name().eq_ignore_ascii_case(name)
}

impl<'f> Estate<'f> {
    /// The subnets that apps are integrated with, as keys of their ids.
    pub(super) fn integrated_subnets(&self) -> HashSet<String> {
        let mut subnets = HashSet::new();
        for kind in [SITES.to_string(), format!("{SITES}/slots")] {
            for resource in self.all(&kind) {
                let site = Site::of(self, resource);
                for (id, _) in self.integration_ids(&site) {
                    let whole = self.find(parent_of(id)).map(|vnet| format!("{}/subnets/{}", vnet.id, own_name(id)));
                    subnets.insert(key(&whole.unwrap_or_else(|| id.to_string())));
                }
            }
        }
        subnets
    }

    /// The ids of subnets and networks that an app is integrated with, and where that stands.
    fn integration_ids(&self, site: &Site<'f>) -> Vec<(&'f str, &'f Json)> {
        let mut ids = Vec::new();
        let mut add = |json: Option<&'f Json>| {
            if let Some((json, id)) = json.and_then(|json| Some((json, id_of(json)?))) {
                ids.push((id, json));
            }
        };
        site.facts.bodies().iter().for_each(|body| add(at(body, "virtualNetworkSubnetId")));
        site.of_kind("networkConfig").for_each(|child| add(at(&child.body, "subnetResourceId")));
        site.of_kind("virtualNetworkConnections").for_each(|child| add(at(&child.body, "vnetResourceId")));
        ids
    }

    /// Apps keep their names before all others do: their host names follow from them.
    pub(super) fn app_names(&mut self) {
        for site in self.all(SITES) {
            self.christen("app", &site.id, site.own_name());
        }
    }

    pub(super) fn apps(&mut self) {
        let sites = self.all(SITES);
        // Access rules and endpoints may name any of them.
        for site in &sites {
            let name = self.christen("app", &site.id, site.own_name());
            for slot in self.children(site, "slots") {
                self.slots.insert(key(&slot.id), draft::member(&name, slot.own_name()));
            }
        }
        for site in sites {
            if let Err(reason) = self.app(site) {
                for slot in self.children(site, "slots") {
                    self.slots.remove(&key(&slot.id));
                    self.listed_with_children(slot, &format!("its app: {reason}"));
                }
                self.untold_apps.insert(key(&site.id));
                self.listed_with_children(site, &reason);
            }
        }
        for kind in [
            "config",
            "networkConfig",
            "virtualNetworkConnections",
            "hostNameBindings",
            "hybridConnectionNamespaces/relays",
        ] {
            for of in [SITES.to_string(), format!("{SITES}/slots")] {
                for child in self.all(&format!("{of}/{kind}")) {
                    if !self.has_outcome(child) {
                        self.listed(child, "its app is not among the resources");
                    }
                }
            }
        }
    }

    /// An app or slot as the source calls it, where it is declared.
    pub(super) fn app_ref(&self, id: &str) -> Option<String> {
        let whole = self.find(id).map_or(id, |resource| &resource.id);
        if self.untold_apps.contains(&key(whole)) {
            return None;
        }
        self.slots.get(&key(whole)).cloned().or_else(|| self.named("app", whole).map(|name| draft::name(&name)))
    }

    fn listed_with_children(&mut self, resource: &'f Resource, reason: &str) {
        for child in Site::of(self, resource).children {
            self.listed(child, format!("its app: {reason}"));
        }
        self.listed(resource, reason);
    }

    fn app(&mut self, resource: &'f Resource) -> Result<(), Reason> {
        let site = Site::of(self, resource);
        let plan = self.plan_ref(resource, &site.facts)?;
        let name = self.christen("app", &resource.id, resource.own_name());
        let mut draft = self.draft(resource, "app", &name, &format!(" on {plan}"));
        self.fill(&site, &name, &mut draft)?;
        let mut told = vec![site];
        for slot in self.children(resource, "slots") {
            let site = Site::of(self, slot);
            let mut block = Draft::new(format!("slot {}", draft::name(slot.own_name())));
            self.fill(&site, &format!("{name}-{}", slot.own_name()), &mut block)?;
            draft.block(block);
            told.push(site);
        }
        self.declare((Part::Apps, 0), draft);
        for site in told {
            self.translated(site.resource, format!("app {name}"));
            site.children.into_iter().for_each(|child| self.translated(child, format!("a part of app {name}")));
        }
        Ok(())
    }

    fn fill(&mut self, site: &Site<'f>, azure_name: &str, draft: &mut Draft) -> Result<(), Reason> {
        self.integration(site, draft);
        self.addresses_of_app(site, azure_name, draft)?;
        for (word, paths, config_paths) in SWITCHES {
            let by_site = site.facts.first(paths, self);
            let by_config = site.config.first(config_paths, self);
            if let (Some(one), Some(other)) = (by_site, by_config)
                && one.bool() != other.bool()
            {
                self.contradiction(&format!("`{}`", config_paths[0]), one.at, other.at);
            }
            let Some(json) = by_site.or(by_config) else { continue };
            match json.bool() {
                Some(on) => draft.switch(word, Some(on)),
                None => return Err(self.known(json).err().unwrap_or_else(|| format!("its `{word}` is no switch"))),
            }
        }
        for (word, path) in COUNTS {
            let count = site.config.get(path, self).and_then(Json::number).filter(|count| *count > 0);
            draft.set_some(word, count.map(|count| count.to_string()));
        }
        let most =
            site.facts.get("functionAppConfig.scaleAndConcurrency.maximumInstanceCount", self).and_then(Json::number);
        if draft.values("max-instances").next().is_none() {
            draft.set_some("max-instances", most.filter(|most| *most > 0).map(|most| most.to_string()));
        }
        self.container(site, draft)?;
        let states = site.facts.get("hostNameSslStates", self).map(Json::list).unwrap_or_default();
        let by_address =
            states.iter().any(|state| at(state, "sslState").and_then(Json::text) == Some("IpBasedEnabled"));
        draft.switch("ip-tls", by_address.then_some(true));
        self.app_settings(site, draft)?;
        self.mounts(site, draft);
        self.hybrids(site, draft)?;
        self.app_access(site, draft)
    }

    fn integration(&mut self, site: &Site<'f>, draft: &mut Draft) {
        let ids = self.integration_ids(site);
        let Some((first, stated)) = ids.first().copied() else { return };
        if let Some((_, other)) = ids.iter().find(|(id, _)| key(id) != key(first)) {
            self.contradiction("the subnet of an app", stated.at, other.at);
        }
        if !first.to_lowercase().contains("/subnets/") {
            // Without a subnet, the network is reached by its gateway.
            match self.named("vnet", first) {
                Some(vnet) => draft.set("integrate", format!("{} via gateway", draft::name(&vnet))),
                None => {
                    self.note(
                        site.resource,
                        stated.at,
                        format!("its network {} is not among the resources", facts::last(first)),
                    );
                    let subnet = self.subnet_elsewhere(&format!("{first}/subnets/elsewhere"));
                    draft.set("integrate", subnet);
                }
            }
            return;
        }
        match self.subnet_ref(first) {
            Ok(subnet) => draft.set("integrate", subnet),
            Err(reason) => {
                self.note(site.resource, stated.at, format!("{reason}: what it reaches through there is not known"));
                let subnet = self.subnet_elsewhere(first);
                draft.set("integrate", subnet);
            }
        }
    }

    fn addresses_of_app(&mut self, site: &Site<'f>, azure_name: &str, draft: &mut Draft) -> Result<(), Reason> {
        let usual =
            self.platform.app_type().and_then(|of| Some(of.endpoints.first()?.suffix.clone())).unwrap_or_default();
        let in_azure = format!("{}.{usual}", site.resource.name.replace('/', "-"));
        let usual = format!("{azure_name}.{usual}");
        let mut names: Vec<String> = Vec::new();
        // Where the source had to give it another name, its host name is not the one that would follow from that.
        if !usual.eq_ignore_ascii_case(&in_azure) && self.found.placeholder_in(&in_azure).is_none() {
            names.push(in_azure.to_lowercase());
        }
        let stated = site.facts.get("defaultHostName", self).into_iter();
        let stated = stated.chain(site.facts.get("hostNames", self).map(texts).unwrap_or_default());
        let bound: Vec<&str> = site.of_kind("hostNameBindings").map(Resource::own_name).collect();
        let all = stated.filter_map(Json::text).chain(bound).map(str::to_lowercase).collect::<Vec<_>>();
        for name in all {
            if name != usual.to_lowercase() && !names.contains(&name) && self.found.placeholder_in(&name).is_none() {
                names.push(name);
            }
        }
        let names: Vec<String> = names.iter().map(|name| draft::host(name)).collect();
        draft.set_all("host-name", &names);
        let paths = [
            ("inbound-ip", "inboundIpAddress"),
            ("outbound-ip", "outboundIpAddresses"),
            ("possible-outbound-ip", "possibleOutboundIpAddresses"),
        ];
        for (word, path) in paths {
            let Some(json) = site.facts.get(path, self) else { continue };
            let Ok(text) = self.known(json) else { continue };
            let addresses: Vec<&str> =
                text.split(',').map(str::trim).filter(|text| text.parse::<std::net::IpAddr>().is_ok()).collect();
            draft.set_all(word, &addresses);
        }
        Ok(())
    }

    fn container(&mut self, site: &Site<'f>, draft: &mut Draft) -> Result<(), Reason> {
        for (path, word) in [("linuxFxVersion", "image"), ("windowsFxVersion", "windows-image")] {
            let Some(text) = site.config.get(path, self).and_then(Json::text) else { continue };
            let Some((form, image)) = text.split_once('|') else { continue };
            match form.to_lowercase().as_str() {
                "docker" => draft.set("container", word),
                "compose" => {
                    draft.set("container", "docker-compose");
                    continue;
                }
                _ => continue,
            }
            let registry = image.split('/').next().unwrap_or_default();
            let own = registry.split('.').next().unwrap_or_default();
            let service = self.service_called("container-registry", own).filter(|_| registry.contains('.'));
            let known = registry.contains('.') && self.found.placeholder_in(registry).is_none();
            draft.set_some("image", service.or_else(|| known.then(|| draft::host(registry))));
        }
        Ok(())
    }

    /// The shares that are mounted.
    fn mounts(&mut self, site: &Site<'f>, draft: &mut Draft) {
        let own = site.config_named("azurestorageaccounts").map(|child| inner(&child.body));
        let Some(stated) = own.or_else(|| site.config.get("azureStorageAccounts", self)) else { return };
        for (_, mount) in stated.map().into_iter().flat_map(|map| map.iter()) {
            let Some(account) = mount.get("accountName").and_then(Json::text) else { continue };
            match self.service_called("storage", account) {
                Some(service) => draft.set("mount", service),
                None => self.note(
                    site.resource,
                    mount.at,
                    format!("the storage account `{account}` of a mounted share is not among the resources"),
                ),
            }
        }
    }

    fn hybrids(&mut self, site: &Site<'f>, draft: &mut Draft) -> Result<(), Reason> {
        for relay in site.of_kind("relays").collect::<Vec<_>>() {
            let facts = Facts::told(self, relay);
            let (Some(host), Some(port)) = (facts.get("hostname", self), facts.get("port", self)) else {
                return Err("the host and port of a hybrid connection are not stated".into());
            };
            let host = self.known(host)?.to_string();
            let port = match port.number() {
                Some(port) => port,
                None => return Err(self.known(port).err().unwrap_or_else(|| "a port is no number".into())),
            };
            let id = facts.get("relayArmUri", self).and_then(Json::text).unwrap_or(&relay.id);
            let is_new = self.named("hybrid-connection", id).is_none();
            let name = self.christen("hybrid-connection", id, relay.own_name());
            if is_new {
                let mut connection =
                    Draft::new(format!("hybrid-connection {} {}:{port}", draft::name(&name), draft::host(&host)));
                connection.comment(relay.id.clone());
                connection.remark("its managers are not among the resources: manager NAME");
                self.declare((Part::Apps, 1), connection);
            }
            draft.set("hybrid", draft::name(&name));
        }
        Ok(())
    }
}
