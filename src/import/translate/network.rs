//! Virtual networks, their subnets and peerings.

use super::draft::{self, Draft};
use super::elsewhere;
use super::estate::{Estate, Part, Reason, key, kind_and_name, own_name, parent_of};
use super::facts::{self, Facts, at, id_of, place, shown, texts};
use crate::import::Resource;
use crate::import::json::Json;
use ipnet::IpNet;
use std::collections::HashSet;
use std::net::IpAddr;

/// A subnet that the source declares.
#[derive(Clone, Debug)]
pub(super) struct Subnet {
    /// As a reference: `hub.data`.
    pub(super) shown: String,
    pub(super) prefixes: Vec<IpNet>,
    /// The addresses that something has.
    pub(super) used: HashSet<IpAddr>,
}

/// One link of a peering.
pub(super) struct Link<'f> {
    from: String,
    to: String,
    facts: Facts<'f>,
}

impl<'f> Estate<'f> {
    pub(super) fn networks(&mut self) {
        let integrated = self.integrated_subnets();
        for (rank, vnet) in self.all("Microsoft.Network/virtualNetworks").into_iter().enumerate() {
            let separate = self.children(vnet, "subnets");
            if let Err(reason) = self.network(vnet, &separate, &integrated, rank as u32) {
                self.listed(vnet, &reason);
                separate.into_iter().for_each(|subnet| self.listed(subnet, format!("its network: {reason}")));
            }
        }
        for subnet in self.all("Microsoft.Network/virtualNetworks/subnets") {
            if !self.has_outcome(subnet) {
                self.subnet_of_absent(subnet, &integrated);
            }
        }
    }

    fn network(
        &mut self,
        vnet: &'f Resource,
        separate: &[&'f Resource],
        integrated: &HashSet<String>,
        rank: u32,
    ) -> Result<(), Reason> {
        let facts = Facts::told(self, vnet);
        let stated = facts.get("addressSpace.addressPrefixes", self).ok_or("its address space is not stated")?;
        let mut prefixes = Vec::new();
        for json in texts(stated) {
            prefixes.push(self.prefix(json)?);
        }
        if prefixes.is_empty() {
            return Err("its address space is empty".into());
        }
        let name = self.christen("vnet", &vnet.id, vnet.own_name());
        let all: Vec<String> = prefixes.iter().map(IpNet::to_string).collect();
        let mut draft = self.draft(vnet, "vnet", &name, &format!(" {}", all.join(", ")));
        let servers = facts.get("dhcpOptions.dnsServers", self);
        match self.dns_servers(servers) {
            Ok(servers) => draft.set_all("dns", &servers),
            Err(reason) => {
                self.note(vnet, place(servers, vnet), format!("its DNS servers: {reason}"));
                draft.set("dns", elsewhere::NAME_SERVER);
                draft.remark("its DNS servers are not known: nothing stands at this address");
            }
        }
        let mut subnets: Vec<(String, String, Facts<'f>)> = Vec::new();
        let inline = facts.bodies().iter().flat_map(|body| at(body, "subnets").map(Json::list).unwrap_or_default());
        let inline = inline.filter_map(|subnet| Some((subnet.get("name")?.text()?, subnet)));
        let own =
            separate.iter().flat_map(|subnet| self.tellings(subnet)).map(|subnet| (subnet.own_name(), &subnet.body));
        for (own, body) in own.chain(inline).collect::<Vec<_>>() {
            match subnets.iter_mut().find(|(known, ..)| known.eq_ignore_ascii_case(own)) {
                Some((.., facts)) => facts.add(body),
                None => subnets.push((own.into(), format!("{}/subnets/{own}", vnet.id), Facts::of([body]))),
            }
        }
        for (own, id, facts) in subnets {
            let resource = separate.iter().find(|subnet| subnet.own_name().eq_ignore_ascii_case(&own)).copied();
            match self.subnet(&name, &own, &id, &facts, integrated.contains(&key(&id)), &prefixes) {
                Ok(subnet) => {
                    draft.block(subnet);
                    if let Some(resource) = resource {
                        self.translated(resource, format!("subnet {name}.{own}"));
                    }
                }
                Err(reason) => {
                    draft.remark(format!("subnet {own} is not told: {reason}"));
                    match resource {
                        Some(resource) => self.listed(resource, reason),
                        None => self.note(vnet, facts.bodies()[0].at, format!("subnet `{own}`: {reason}")),
                    }
                }
            }
        }
        self.declare((Part::Networks, rank), draft);
        self.translated(vnet, format!("vnet {name}"));
        Ok(())
    }

    /// The servers of a list of addresses.
    pub(super) fn dns_servers(&mut self, stated: Option<&'f Json>) -> Result<Vec<String>, Reason> {
        let mut servers = Vec::new();
        for json in stated.map(texts).unwrap_or_default() {
            servers.push(self.address(json)?.to_string());
        }
        Ok(servers)
    }

    fn subnet(
        &mut self,
        vnet: &str,
        own: &str,
        id: &str,
        facts: &Facts<'f>,
        is_integrated: bool,
        space: &[IpNet],
    ) -> Result<Draft, Reason> {
        let mut prefixes = Vec::new();
        for json in facts.both("addressPrefix", "addressPrefixes", self) {
            prefixes.push(self.prefix(json)?);
        }
        if prefixes.is_empty() {
            return Err("its prefix is not stated".into());
        }
        let all: Vec<String> = prefixes.iter().map(IpNet::to_string).collect();
        let mut draft = Draft::new(format!("subnet {} {}", draft::name(own), all.join(", ")));
        let delegations = facts.get("delegations", self).map(Json::list).unwrap_or_default();
        let delegation = delegations.iter().find_map(|delegation| at(delegation, "serviceName"));
        match delegation {
            Some(json) => draft.set("delegation", resource_type(self.known(json)?)),
            None if is_integrated => draft.set("delegation", "none"),
            None => {}
        }
        if let Some(group) = facts.get("networkSecurityGroup", self).and_then(id_of) {
            let name = self.named("nsg", group).ok_or_else(|| match self.find(group) {
                Some(_) => format!("its security group {} is not told", facts::last(group)),
                None => format!("its security group {} is not among the resources", facts::last(group)),
            })?;
            draft.set("nsg", draft::name(&name));
        }
        if let Some(table) = facts.id("routeTable", self) {
            match self.named("route-table", table) {
                Some(name) => draft.set("route-table", draft::name(&name)),
                None => {
                    draft.remark(format!("route table {} is not told", own_name(table)));
                    let own = if space.is_empty() { &prefixes } else { space };
                    draft.set("route-table", self.unknown_routes(vnet, own));
                }
            }
        }
        if let Some(gateway) = facts.id("natGateway", self) {
            draft.set("nat-gateway", draft::name(&self.nat_ref(gateway)));
        }
        let endpoints = facts.get("serviceEndpoints", self).map(Json::list).unwrap_or_default();
        let mut services = Vec::new();
        for json in endpoints.iter().filter_map(|endpoint| at(endpoint, "service")) {
            services.push(resource_type(self.known(json)?));
        }
        draft.set_all("service-endpoint", &services);
        if facts.get("serviceEndpointPolicies", self).is_some_and(|policies| !policies.list().is_empty()) {
            return Err("it has service endpoint policies, which are not told".into());
        }
        if let Some(json) = facts.get("privateEndpointNetworkPolicies", self) {
            let word = match self.known(json)?.to_lowercase().as_str() {
                "enabled" => Some("on"),
                "networksecuritygroupenabled" => Some("nsg"),
                "routetableenabled" => Some("route-table"),
                _ => None,
            };
            draft.set_some("private-endpoint-policy", word);
        }
        draft.switch("default-outbound-access", facts.bool("defaultOutboundAccess", self));
        let shown = draft::member(vnet, own);
        self.subnets.insert(key(id), Subnet { shown, prefixes, used: HashSet::new() });
        Ok(draft)
    }

    /// A subnet whose network is not among the resources: what lies around it is not known.
    fn subnet_of_absent(&mut self, subnet: &'f Resource, integrated: &HashSet<String>) {
        let facts = Facts::told(self, subnet);
        let vnet = parent_of(&subnet.id).to_string();
        let name = self.christen("vnet", &vnet, own_name(&vnet));
        let told =
            self.subnet(&name, subnet.own_name(), &subnet.id, &facts, integrated.contains(&key(&subnet.id)), &[]);
        match told {
            Ok(mut draft) => {
                if draft.values("route-table").next().is_none() {
                    let space = self.subnets[&key(&subnet.id)].prefixes.clone();
                    draft.remark("what lies around it is not known");
                    draft.set("route-table", self.unknown_routes(&name, &space));
                }
                let prefixes: Vec<String> =
                    self.subnets[&key(&subnet.id)].prefixes.iter().map(IpNet::to_string).collect();
                self.add_to_absent(&vnet, &name, prefixes, draft);
                self.translated(subnet, format!("subnet {name}.{}", subnet.own_name()));
            }
            Err(reason) => self.listed(subnet, reason),
        }
    }

    /// The subnet of an id, where the source declares it.
    pub(super) fn subnet_key(&self, id: &str) -> Option<String> {
        let exact = key(id);
        if self.subnets.contains_key(&exact) {
            return Some(exact);
        }
        let (kind, _) = kind_and_name(id)?;
        if !kind.eq_ignore_ascii_case("Microsoft.Network/virtualNetworks/subnets") {
            return None;
        }
        let vnet = self.find(parent_of(id))?;
        Some(key(&format!("{}/subnets/{}", vnet.id, own_name(id)))).filter(|near| self.subnets.contains_key(near))
    }

    /// A subnet as the source calls it; where it is not declared, why.
    pub(super) fn subnet_ref(&self, id: &str) -> Result<String, Reason> {
        match self.subnet_key(id) {
            Some(known) => Ok(self.subnets[&known].shown.clone()),
            None if self.find(parent_of(id)).is_some() => Err(format!("its subnet {} is not told", facts::last(id))),
            None => Err(format!("its subnet {} is not among the resources", facts::last(id))),
        }
    }

    /// Notes that something has an address.
    pub(super) fn occupy(&mut self, subnet: &str, address: IpAddr) {
        if let Some(known) = self.subnet_key(subnet)
            && let Some(subnet) = self.subnets.get_mut(&known)
        {
            subnet.used.insert(address);
        }
    }

    /// The first address of a subnet that nothing has: what Azure gives to who asks for any.
    pub(super) fn free_address(&mut self, subnet: &str) -> Option<IpAddr> {
        let known = self.subnet_key(subnet)?;
        let subnet = self.subnets.get_mut(&known)?;
        let prefix =
            subnet.prefixes.iter().find(|prefix| matches!(prefix, IpNet::V4(_))).or(subnet.prefixes.first())?;
        // The first four addresses and the last one are the platform's.
        let free = prefix.hosts().filter(|address| !subnet.used.contains(address)).find(|address| {
            let reserved = match (address, prefix.network()) {
                (IpAddr::V4(own), IpAddr::V4(first)) => u32::from(*own) - u32::from(first) < 4,
                (IpAddr::V6(own), IpAddr::V6(first)) => u128::from(*own) - u128::from(first) < 4,
                _ => false,
            };
            !reserved
        })?;
        subnet.used.insert(free);
        Some(free)
    }

    pub(super) fn peerings(&mut self) {
        let links = self.links();
        let mut done = HashSet::new();
        for link in &links {
            let (from, to) = (key(&link.from), key(&link.to));
            if !done.insert((from.clone(), to.clone())) {
                continue;
            }
            let back = links.iter().find(|other| key(&other.from) == to && key(&other.to) == from);
            if back.is_some() {
                done.insert((to, from));
            }
            self.peering(link, back);
        }
    }

    /// The links, each with the ids of its ends as the resources have them.
    fn links(&mut self) -> Vec<Link<'f>> {
        let kind = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings";
        let mut found: Vec<(String, &'f Json)> = Vec::new();
        for peering in self.all(kind) {
            found.push((parent_of(&peering.id).to_string(), &peering.body));
        }
        for vnet in self.all("Microsoft.Network/virtualNetworks") {
            for body in Facts::told(self, vnet).bodies() {
                let inline = at(body, "virtualNetworkPeerings").map(Json::list).unwrap_or_default();
                found.extend(inline.iter().map(|peering| (vnet.id.clone(), peering)));
            }
        }
        let mut links: Vec<Link<'f>> = Vec::new();
        for (from, body) in found {
            let Some(to) = at(body, "remoteVirtualNetwork").and_then(id_of) else { continue };
            let whole = |id: &str| self.find(id).map_or(id.to_string(), |vnet| vnet.id.clone());
            let (from, to) = (whole(&from), whole(to));
            match links.iter_mut().find(|link| key(&link.from) == key(&from) && key(&link.to) == key(&to)) {
                Some(link) => link.facts.add(body),
                None => links.push(Link { from, to, facts: Facts::of([body]) }),
            }
        }
        links
    }

    fn peering(&mut self, link: &Link<'f>, back: Option<&Link<'f>>) {
        let resources = self.all("Microsoft.Network/virtualNetworks/virtualNetworkPeerings");
        let is_of = |resource: &&&'f Resource| {
            [Some(link), back]
                .into_iter()
                .flatten()
                .any(|link| link.facts.bodies().iter().any(|body| std::ptr::eq(*body, &resource.body)))
        };
        let mine: Vec<&'f Resource> = resources.iter().filter(is_of).copied().collect();
        let from = match self.named("vnet", &link.from) {
            Some(name) => name,
            None => {
                mine.into_iter().for_each(|resource| self.listed(resource, "its network is not among the resources"));
                return;
            }
        };
        let to = match self.named("vnet", &link.to) {
            Some(name) => name,
            None => match self.absent_remote(link) {
                Ok(name) => name,
                Err(reason) => {
                    for resource in &mine {
                        self.listed(resource, &reason);
                    }
                    if mine.is_empty()
                        && let Some(vnet) = self.find(&link.from)
                    {
                        self.note(vnet, link.facts.bodies()[0].at, format!("a peering: {reason}"));
                    }
                    return;
                }
            },
        };
        let arrow = if back.is_some() { "<->" } else { "->" };
        let (first, second) = (draft::name(&from), draft::name(&to));
        let mut draft = Draft::new(format!("peering {first} {arrow} {second}"));
        let flags = [
            ("vnet-access", "allowVirtualNetworkAccess", true),
            ("forwarded-traffic", "allowForwardedTraffic", false),
            ("gateway-transit", "allowGatewayTransit", false),
            ("use-remote-gateway", "useRemoteGateways", false),
        ];
        for (word, path, usual) in flags {
            let here = link.facts.bool(path, self).unwrap_or(usual);
            let there = back.map_or(usual, |back| back.facts.bool(path, self).unwrap_or(usual));
            // Who has the transit of a gateway is taken to be used, so that it is not must be said.
            let is_said = path == "useRemoteGateways" && draft.values("gateway-transit").next().is_some();
            let value = match (here, there, back.is_some()) {
                (false, false, _) | (false, _, false) if is_said => "off".to_string(),
                (true, true, _) | (true, _, false) if usual => continue,
                (false, false, _) | (false, _, false) if !usual => continue,
                (true, true, true) => "on".to_string(),
                (true, _, _) => first.clone(),
                (false, true, true) => second.clone(),
                (false, _, _) => "off".to_string(),
            };
            draft.set(word, value);
        }
        let states = [Some(link), back]
            .into_iter()
            .flatten()
            .filter_map(|link| link.facts.get("peeringState", self))
            .collect::<Vec<_>>();
        let words: Vec<String> = states.iter().filter_map(|json| json.text()).map(str::to_lowercase).collect();
        // Two links that are there are connected, and one is initiated, where nothing else is said.
        let usual = if back.is_some() { "connected" } else { "initiated" };
        draft.set_some("state", words.iter().find(|word| *word != usual));
        self.declare((Part::Joins, 0), draft);
        mine.into_iter().for_each(|resource| self.translated(resource, format!("peering {from} {arrow} {to}")));
    }

    /// The far end of a peering that is not among the resources, where the link tells its addresses.
    fn absent_remote(&mut self, link: &Link<'f>) -> Result<String, Reason> {
        let paths = ["remoteVirtualNetworkAddressSpace.addressPrefixes", "remoteAddressSpace.addressPrefixes"];
        let stated = link.facts.first(&paths, self).map(texts).unwrap_or_default();
        let mut prefixes = Vec::new();
        for json in stated {
            prefixes.push(shown_prefix(&self.prefix(json)?));
        }
        if prefixes.is_empty() {
            return Err(format!(
                "its network {} is not among the resources: what is told of addresses there does not hold",
                facts::last(&link.to)
            ));
        }
        let name = self.christen("vnet", &link.to, own_name(&link.to));
        let mut draft = Draft::new(format!("vnet {} {}", draft::name(&name), prefixes.join(", ")));
        draft
            .comment(format!("{} is not among the resources; its addresses are those that the peering tells", link.to));
        self.declare((Part::Elsewhere, 0), draft);
        Ok(name)
    }
}

fn shown_prefix(prefix: &IpNet) -> String {
    if prefix.prefix_len() == prefix.max_prefix_len() { prefix.to_string() } else { shown(prefix) }
}

/// A resource type as a word, quoted where it is none.
fn resource_type(text: &str) -> String {
    let is_word = text.split(['.', '/']).all(|part| draft::name(part) == part);
    if is_word { text.to_string() } else { draft::quoted(text) }
}
