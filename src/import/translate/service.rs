//! Services of the platform, and whom their public side admits.

use super::draft::{self, Draft};
use super::estate::{Estate, Part, Reason};
use super::facts::{Facts, at, id_of, shown, texts};
use crate::import::Resource;
use crate::import::json::Json;
use crate::platform::ServiceType;

/// Where the rules of a public side may stand, in the service or a child of it.
const RULES: &[&str] = &["networkAcls", "networkRuleSet", "networkRuleSets"];
const CHILDREN: &[&str] = &["firewallRules", "virtualNetworkRules", "networkRuleSets"];
/// What a line of addresses may be called in them.
const ADDRESS_LISTS: &[&str] = &["ipRules", "inboundIpRules"];
const ADDRESS: &[&str] = &["value", "ipAddressOrRange", "ipMask", "ipAddress"];
const SUBNET: &[&str] = &["virtualNetworkSubnetId", "subnet", "id"];

/// The lines of a firewall, as far as they are stated.
#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    default: Option<String>,
    is_stated: bool,
}

impl<'f> Estate<'f> {
    /// The service type of a resource type, in fnet's word; the kind says it where several are of one resource type.
    pub(super) fn service_type_of(&self, kind: &str, azure_kind: Option<&str>) -> Option<String> {
        if let Some(word) = azure_kind.and_then(|kind| self.platform.word_for("service-kinds", kind)) {
            return Some(word);
        }
        let of = |service: &ServiceType| service.resource_types.iter().any(|own| own.eq_ignore_ascii_case(kind));
        self.platform.service_types().into_iter().find(|service| of(service)).map(|service| service.name.clone())
    }

    /// The declared service of a type that Azure knows by a name, as a reference.
    pub(super) fn service_called(&self, of: &str, name: &str) -> Option<String> {
        let service = self.platform.service_type(of)?;
        let mut mine = service.resource_types.iter().flat_map(|kind| self.all(kind));
        let resource = mine.find(|resource| resource.own_name().eq_ignore_ascii_case(name))?;
        self.named("service", &resource.id).map(|name| draft::name(&name))
    }

    pub(super) fn services(&mut self) {
        let app = self.platform.app_type().map(|app| app.name.clone());
        let mut kinds: Vec<String> = Vec::new();
        for service in self.platform.service_types() {
            for kind in &service.resource_types {
                let is_told = self.platform.arm_resource(kind).is_some();
                if Some(&service.name) != app.as_ref() && !is_told && !kinds.contains(kind) {
                    kinds.push(kind.clone());
                }
            }
        }
        for kind in kinds {
            for resource in self.all(&kind) {
                let children: Vec<&'f Resource> =
                    CHILDREN.iter().flat_map(|child| self.children(resource, child)).collect();
                match self.service(resource, &children) {
                    Ok(name) => {
                        self.translated(resource, format!("service {name}"));
                        children
                            .into_iter()
                            .for_each(|child| self.translated(child, format!("a rule of service {name}")));
                    }
                    Err(reason) => {
                        children.into_iter().for_each(|child| self.listed(child, format!("its service: {reason}")));
                        self.listed(resource, reason);
                    }
                }
            }
        }
    }

    fn service(&mut self, resource: &'f Resource, children: &[&'f Resource]) -> Result<String, Reason> {
        let facts = Facts::told(self, resource);
        let azure_kind = resource.body.get("kind").and_then(Json::text);
        let of = self.service_type_of(&resource.kind, azure_kind).ok_or("fnet has no word for this type")?;
        if facts
            .get("virtualNetworkType", self)
            .and_then(Json::text)
            .is_some_and(|mode| !mode.eq_ignore_ascii_case("none"))
            || facts.id("subnetId", self).is_some()
        {
            return Err("it stands in a subnet at an address that is not stated: declare it as a host".into());
        }
        let name = self.christen("service", &resource.id, resource.own_name());
        let mut draft = self.draft(resource, "service", &name, "");
        draft.put_first("type", of.as_str());
        if name != resource.own_name() {
            draft.set("resource-name", draft::name(resource.own_name()));
        }
        if let Some(json) = facts.get("publicNetworkAccess", self) {
            match self.known(json)?.to_lowercase().as_str() {
                "enabled" => draft.set("public-access", "on"),
                "disabled" => draft.set("public-access", "off"),
                "securedbyperimeter" => return Err("a network security perimeter stands before it".into()),
                _ => {}
            }
        }
        let sku = resource.body.at_path("sku.name").and_then(Json::text).map(str::to_string);
        if of == "storage" {
            let kind = azure_kind.and_then(|kind| self.platform.word_for("storage-kinds", kind));
            draft.set_some("kind", kind.filter(|kind| kind != "general-purpose-v2"));
            let redundancy = sku.as_deref().and_then(|sku| sku.split_once('_')).map(|(_, end)| end.to_lowercase());
            let redundancy =
                redundancy.map(|word| word.strip_prefix("ra").map_or(word.clone(), |rest| format!("ra-{rest}")));
            draft.set_some(
                "redundancy",
                redundancy.filter(|word| word.chars().all(|c| c.is_ascii_alphabetic() || c == '-')),
            );
        } else if self.platform.service_type(&of).is_some_and(|of| of.network_tier.is_some()) {
            let tier = resource.body.at_path("sku.tier").and_then(Json::text).map(str::to_string).or(sku);
            draft.set_some(
                "tier",
                tier.filter(|tier| self.found.placeholder_in(tier).is_none()).map(|tier| tier.to_lowercase()),
            );
        }
        if let Some(policy) = facts.get("connectionType", self).and_then(Json::text) {
            draft.set("connection-policy", draft::name(&policy.to_lowercase()));
        }
        let lines = self.public_side(resource, &facts, children)?;
        self.firewall_block(lines, &mut draft);
        let connections = facts.get("privateEndpointConnections", self).map(Json::list).unwrap_or_default();
        let is_elsewhere = connections
            .iter()
            .filter_map(|json| at(json, "privateEndpoint").and_then(id_of))
            .any(|id| self.find(id).is_none());
        draft.set_some("private-endpoint", is_elsewhere.then_some("elsewhere"));
        self.declare((Part::Services, 0), draft);
        Ok(name)
    }

    fn firewall_block(&mut self, lines: Lines, draft: &mut Draft) {
        // Where everybody is admitted, the lines have no say.
        let is_open = lines.default.as_deref() == Some("allow") && lines.lines.is_empty();
        if is_open || !lines.is_stated {
            return;
        }
        let mut block = Draft::new("firewall");
        lines.lines.into_iter().for_each(|line| block.line(line));
        block.set_some("default", lines.default);
        if block.is_empty() {
            block.set("default", "deny");
        }
        draft.block(block);
    }

    fn public_side(
        &mut self,
        resource: &'f Resource,
        facts: &Facts<'f>,
        children: &[&'f Resource],
    ) -> Result<Lines, Reason> {
        let mut all = Lines::default();
        for body in facts.bodies() {
            self.rules_in(resource, body, &mut all)?;
            for path in RULES {
                if let Some(rules) = at(body, path) {
                    let rules = if rules.list().is_empty() { vec![rules] } else { rules.list().iter().collect() };
                    for rules in rules {
                        self.rules_in(resource, rules, &mut all)?;
                    }
                }
            }
        }
        for child in children {
            match child.kind.rsplit('/').next().unwrap_or_default().to_lowercase().as_str() {
                "firewallrules" => {
                    all.is_stated = true;
                    self.range_line(&child.body, &mut all)?;
                }
                "virtualnetworkrules" => {
                    all.is_stated = true;
                    self.subnet_line(resource, &child.body, &mut all)?;
                }
                _ => self.rules_in(resource, &child.body, &mut all)?,
            }
        }
        Ok(all)
    }

    /// The lines in one object: a rule set, or the service where it holds them itself.
    fn rules_in(&mut self, resource: &'f Resource, rules: &'f Json, all: &mut Lines) -> Result<(), Reason> {
        if let Some(json) = at(rules, "defaultAction") {
            let action = self.known(json)?.to_lowercase();
            all.is_stated = true;
            if let Some(known) = &all.default
                && *known != action
            {
                self.contradiction("`defaultAction`", json.at, json.at);
            }
            all.default.get_or_insert(action);
        }
        // Lines that nothing asks are not told: Azure keeps them and admits everybody.
        for path in ADDRESS_LISTS {
            for line in at(rules, path).map(Json::list).unwrap_or_default() {
                all.is_stated = true;
                let json = ADDRESS.iter().find_map(|word| at(line, word)).unwrap_or(line);
                let action = at(line, "action").and_then(Json::text).unwrap_or("Allow").to_lowercase();
                let word = self.address_word(json)?;
                let word = if word == "0.0.0.0" { "azure-services".to_string() } else { word };
                add(all, format!("{} {word}", if action == "deny" { "deny" } else { "allow" }));
            }
        }
        if let Some(text) = at(rules, "ipRangeFilter").and_then(Json::text).filter(|text| !text.is_empty()) {
            all.is_stated = true;
            for part in text.split(',').map(str::trim) {
                let prefix: ipnet::IpNet = part
                    .parse()
                    .or_else(|_| part.parse::<std::net::IpAddr>().map(ipnet::IpNet::from))
                    .map_err(|_| format!("`{part}` is no prefix"))?;
                add(all, format!("allow {}", shown(&prefix.trunc())));
            }
        }
        for line in at(rules, "virtualNetworkRules").map(Json::list).unwrap_or_default() {
            all.is_stated = true;
            self.subnet_line(resource, line, all)?;
        }
        for line in at(rules, "resourceAccessRules").map(Json::list).unwrap_or_default() {
            if let Some(id) = at(line, "resourceId").and_then(Json::text) {
                add(all, format!("allow resource {}", draft::name(super::estate::own_name(id))));
            }
        }
        let bypass = at(rules, "bypass").map(texts).unwrap_or_default();
        let trusted = bypass.iter().filter_map(|json| json.text()).any(|text| text.contains("AzureServices"))
            || at(rules, "trustedServiceAccessEnabled").and_then(Json::bool) == Some(true);
        if trusted && all.default.as_deref() == Some("deny") {
            add(all, "allow trusted-services".to_string());
        }
        Ok(())
    }

    fn range_line(&mut self, body: &'f Json, all: &mut Lines) -> Result<(), Reason> {
        let end = |words: [&str; 2], estate: &mut Self| {
            let json = words.iter().find_map(|word| at(body, word)).ok_or("a firewall rule names no addresses")?;
            estate.address(json)
        };
        let first = end(["startIpAddress", "startIP"], self)?;
        let last = end(["endIpAddress", "endIP"], self)?;
        add(
            all,
            match (first.to_string().as_str(), last.to_string().as_str()) {
                ("0.0.0.0", "0.0.0.0") => "allow azure-services".to_string(),
                (first, last) if first == last => format!("allow {first}"),
                (first, last) => format!("allow {first}-{last}"),
            },
        );
        Ok(())
    }

    fn subnet_line(&mut self, resource: &'f Resource, line: &'f Json, all: &mut Lines) -> Result<(), Reason> {
        let id =
            SUBNET.iter().find_map(|word| at(line, word).and_then(id_of)).ok_or("a firewall rule names no subnet")?;
        let subnet = match self.subnet_ref(id) {
            Ok(subnet) => subnet,
            Err(reason) => {
                self.note(resource, line.at, format!("a rule of its firewall: {reason}"));
                self.subnet_elsewhere(id)
            }
        };
        let ignores = ["ignoreMissingVnetServiceEndpoint", "ignoreMissingVNetServiceEndpoint"]
            .iter()
            .any(|word| at(line, word).and_then(Json::bool) == Some(true));
        add(all, format!("allow {subnet}{}", if ignores { " ignore-missing-endpoint" } else { "" }));
        Ok(())
    }
}

fn add(all: &mut Lines, line: String) {
    if !all.lines.contains(&line) {
        all.lines.push(line);
    }
}
