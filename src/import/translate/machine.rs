//! What has a network interface: machines, and the gateways of applications and of administrators, which the network sees
//! as machines. What a machine listens on nobody states, except where the platform runs it.

use super::draft::{self, Draft};
use super::estate::{Estate, Part, Reason, key, own_name, parent_of};
use super::facts::{Facts, at, id_of, shown, texts};
use crate::import::Resource;
use crate::import::json::Json;
use std::net::IpAddr;

/// Where something stands in a network.
pub(super) struct Standing {
    /// The id of the subnet.
    pub(super) subnet: String,
    pub(super) addresses: Vec<String>,
    /// Is an address one that nobody stated?
    pub(super) is_guessed: bool,
    pub(super) public: Vec<String>,
    pub(super) is_public_guessed: bool,
    pub(super) groups: Vec<String>,
}

const INTERFACES: &str = "Microsoft.Network/networkInterfaces";
const MACHINES: &str = "Microsoft.Compute/virtualMachines";

/// The resources that stand in a subnet by `ipConfigurations`, or what they call those.
const STANDING: &[(&str, &str)] = &[
    (INTERFACES, "ipConfigurations"),
    ("Microsoft.Network/loadBalancers", "frontendIPConfigurations"),
    ("Microsoft.Network/applicationGateways", "frontendIPConfigurations"),
    ("Microsoft.Network/azureFirewalls", "ipConfigurations"),
    ("Microsoft.Network/privateEndpoints", "ipConfigurations"),
    ("Microsoft.Network/dnsResolvers/inboundEndpoints", "ipConfigurations"),
];

impl<'f> Estate<'f> {
    /// Notes every address that is stated, so that those which Azure chooses do not meet them.
    pub(super) fn stated_addresses(&mut self) {
        for (kind, list) in STANDING {
            for resource in self.all(kind) {
                let own_subnet = at(&resource.body, "subnet").and_then(id_of);
                for configuration in at(&resource.body, list).map(Json::list).unwrap_or_default() {
                    let subnet = at(configuration, "subnet").and_then(id_of).or(own_subnet);
                    let address = at(configuration, "privateIPAddress").and_then(Json::text);
                    let address = address.and_then(|text| text.parse::<IpAddr>().ok());
                    if let (Some(subnet), Some(address)) = (subnet, address) {
                        self.occupy(subnet, address);
                    }
                }
            }
        }
    }

    /// Where the configurations of an interface put it; the first says the subnet.
    pub(super) fn standing(&mut self, configurations: &[&'f Json]) -> Result<Standing, Reason> {
        let subnet = configurations.iter().find_map(|configuration| at(configuration, "subnet").and_then(id_of));
        let subnet = subnet.ok_or("its subnet is not stated")?.to_string();
        let mut standing = Standing {
            subnet,
            addresses: Vec::new(),
            is_guessed: false,
            public: Vec::new(),
            is_public_guessed: false,
            groups: Vec::new(),
        };
        self.subnet_ref(&standing.subnet)?;
        for configuration in configurations {
            let is_static = at(configuration, "privateIPAllocationMethod").and_then(Json::text) == Some("Static");
            match at(configuration, "privateIPAddress").filter(|json| json.text().is_some_and(|text| !text.is_empty()))
            {
                Some(json) => standing.addresses.push(self.address(json)?.to_string()),
                None if is_static => return Err("its address is not stated".into()),
                None if standing.addresses.is_empty() => {
                    let free = self.free_address(&standing.subnet).ok_or("its subnet has no address left")?;
                    standing.addresses.push(free.to_string());
                    standing.is_guessed = true;
                }
                None => {}
            }
            if let Some(id) = at(configuration, "publicIPAddress").and_then(id_of) {
                let (address, is_guessed) = self.public_or_guessed(id)?;
                standing.public.push(address);
                standing.is_public_guessed |= is_guessed;
            }
            for group in self.groups_of(configuration) {
                if !standing.groups.contains(&group) {
                    standing.groups.push(group);
                }
            }
        }
        Ok(standing)
    }

    /// A public address, or one that stands for what Azure will give.
    pub(super) fn public_or_guessed(&mut self, id: &str) -> Result<(String, bool), Reason> {
        if let Some(address) = self.public_address(id) {
            return Ok((address, false));
        }
        if let Some((_, address)) = self.guessed.iter().find(|(of, _)| *of == key(id)) {
            return Ok((address.clone(), true));
        }
        // Addresses set aside for documents, which nobody has.
        let next = self.guessed.len() as u32 + 1;
        let address = match next {
            1..=254 => format!("203.0.113.{next}"),
            255..=508 => format!("198.51.100.{}", next - 254),
            _ => return Err("there are too many public addresses that Azure has yet to choose".into()),
        };
        self.guessed.push((key(id), address.clone()));
        Ok((address, true))
    }

    /// `host NAME in SUBNET ADDRESSES`, with what its standing says.
    pub(super) fn standing_draft(
        &mut self,
        resource: &Resource,
        kind: &str,
        name: &str,
        standing: &Standing,
    ) -> Result<Draft, Reason> {
        let place = self.subnet_ref(&standing.subnet)?;
        let rest = format!(" in {place} {}", standing.addresses.join(", "));
        let mut draft = self.draft(resource, kind, name, &rest);
        if standing.is_guessed {
            draft.comment("Azure chooses its address: the first that is free is taken.");
        }
        draft.set_all("public-ip", &standing.public);
        if standing.is_public_guessed {
            draft.remark("Azure chooses its public address: this one stands for it");
        }
        draft.set_all("asg", &standing.groups);
        Ok(draft)
    }

    pub(super) fn machines(&mut self) {
        for interface in self.all(INTERFACES) {
            let facts = Facts::told(self, interface);
            if let Some(endpoint) = facts.id("privateEndpoint", self) {
                self.translated(interface, format!("the interface of private-endpoint {}", own_name(endpoint)));
                continue;
            }
            if let Err(reason) = self.machine(interface, &facts) {
                self.listed(interface, reason);
            }
        }
        for machine in self.all(MACHINES) {
            if !self.has_outcome(machine) {
                self.listed(machine, "its interfaces are not told");
            }
        }
    }

    /// The machine that an interface belongs to.
    fn machine_of(&mut self, interface: &Resource, facts: &Facts<'f>) -> Option<(&'f Resource, usize)> {
        let interfaces = |machine: &'f Resource| {
            at(&machine.body, "networkProfile.networkInterfaces").map(Json::list).unwrap_or_default()
        };
        if self.machine_by_interface.is_none() {
            let named = self
                .all(MACHINES)
                .into_iter()
                .flat_map(|machine| interfaces(machine).iter().filter_map(id_of).map(move |id| (id, machine)));
            let whole = |id: &str| self.find(id).map(|interface| key(&interface.id));
            let map = named.filter_map(|(id, machine)| Some((whole(id)?, machine))).collect();
            self.machine_by_interface = Some(map);
        }
        let by_machine = self.machine_by_interface.as_ref().and_then(|map| map.get(&key(&interface.id)).copied());
        let machine = by_machine.or_else(|| {
            let id = facts.id("virtualMachine", self)?;
            self.find(id)
        })?;
        Some((machine, interfaces(machine).len().max(1)))
    }

    fn machine(&mut self, interface: &'f Resource, facts: &Facts<'f>) -> Result<(), Reason> {
        let configurations = facts.get("ipConfigurations", self).map(Json::list).unwrap_or_default();
        let configurations: Vec<&'f Json> = configurations.iter().collect();
        let standing = self.standing(&configurations)?;
        let group = match facts.bodies().first() {
            Some(body) => self.group_ref(body)?,
            None => None,
        };
        let servers = facts.get("dnsSettings.dnsServers", self);
        let servers = self.dns_servers(servers).map_err(|why| format!("its DNS servers: {why}"))?;
        let machine = self.machine_of(interface, facts);
        let own = match machine {
            Some((machine, 1)) => machine.own_name(),
            _ => interface.own_name(),
        };
        let name = self.christen("host", &interface.id, own);
        let mut draft = self.standing_draft(interface, "host", &name, &standing)?;
        draft.set_some("nsg", group);
        draft.set_all("dns", &servers);
        match machine {
            Some((machine, count)) => {
                let facts = Facts::told(self, machine);
                if let Some(json) = facts.get("osProfile.computerName", self)
                    && let Ok(computer) = self.known(json)
                    && computer != name
                {
                    draft.set("computer-name", draft::name(computer));
                }
                let os = facts.get("storageProfile.osDisk.osType", self).and_then(Json::text).map(str::to_lowercase);
                let by_profile = ["windows", "linux"]
                    .into_iter()
                    .find(|os| facts.get(&format!("osProfile.{os}Configuration"), self).is_some());
                let os = os.filter(|os| matches!(os.as_str(), "windows" | "linux")).or(by_profile.map(str::to_string));
                draft.set_some("os", os);
                if count > 1 {
                    let list =
                        at(&machine.body, "networkProfile.networkInterfaces").map(Json::list).unwrap_or_default();
                    let mine = list.iter().position(|json| {
                        id_of(json).is_some_and(|id| own_name(id).eq_ignore_ascii_case(interface.own_name()))
                    });
                    let stated = mine.and_then(|mine| at(&list[mine], "primary")).and_then(Json::bool);
                    draft.switch("primary", stated.or(mine.map(|mine| mine == 0)));
                }
                self.translated(machine, format!("host {name}"));
            }
            // Azure tells of an interface that it has made whose it is.
            None if facts.get("provisioningState", self).is_some() => {
                draft.remark("no machine has this interface");
                draft.set("status", "deallocated");
            }
            None => draft.remark("whose interface it is does not follow from the resources"),
        }
        if facts.bool("enableIPForwarding", self) == Some(true) {
            draft.remark("it forwards packets: declare it as an appliance, with its rules, where routes lead to it");
        }
        self.declare((Part::Machines, 0), draft);
        self.translated(interface, format!("host {name}"));
        Ok(())
    }

    /// Application gateways: a machine that listens on the ports of its listeners. Its calls to what it serves are its own.
    pub(super) fn application_gateways(&mut self) {
        for gateway in self.all("Microsoft.Network/applicationGateways") {
            if let Err(reason) = self.application_gateway(gateway) {
                self.listed(gateway, reason);
            }
        }
        for bastion in self.all("Microsoft.Network/bastionHosts") {
            if let Err(reason) = self.bastion(bastion) {
                self.listed(bastion, reason);
            }
        }
    }

    fn application_gateway(&mut self, gateway: &'f Resource) -> Result<(), Reason> {
        let facts = Facts::told(self, gateway);
        let list = |path: &str, estate: &mut Self| facts.get(path, estate).map(Json::list).unwrap_or_default();
        let mut configurations: Vec<&'f Json> = list("frontendIPConfigurations", self).iter().collect();
        // Without a private front its machines have addresses of the subnet all the same.
        configurations.extend(list("gatewayIPConfigurations", self));
        let (fronts, machines): (Vec<_>, Vec<_>) = configurations
            .into_iter()
            .partition(|json| at(json, "publicIPAddress").is_some() || at(json, "privateIPAddress").is_some());
        let all: Vec<&'f Json> = fronts.into_iter().chain(machines).collect();
        let private: Vec<&'f Json> = all.into_iter().collect();
        let standing = self.standing_of_gateway(&private)?;
        let mut ports = Vec::new();
        for json in list("frontendPorts", self) {
            let port = at(json, "port").and_then(Json::number).ok_or("a port is not stated")?;
            if !ports.contains(&port.to_string()) {
                ports.push(port.to_string());
            }
        }
        let name = self.christen("host", &gateway.id, gateway.own_name());
        let mut draft = self.standing_draft(gateway, "host", &name, &standing)?;
        draft.comment("An application gateway: it answers callers, and calls what it serves, each for itself.");
        if !ports.is_empty() {
            draft.set("listen", format!("tcp {}", ports.join(",")));
        }
        self.declare((Part::Machines, 1), draft);
        self.translated(gateway, format!("host {name}"));
        Ok(())
    }

    /// A standing whose public fronts have no subnet of their own.
    fn standing_of_gateway(&mut self, configurations: &[&'f Json]) -> Result<Standing, Reason> {
        let (public, private): (Vec<&Json>, Vec<&Json>) =
            configurations.iter().partition(|json| at(json, "subnet").is_none());
        let addressed: Vec<&'f Json> =
            private.iter().copied().filter(|json| at(json, "privateIPAddress").is_some()).collect();
        let private = if addressed.is_empty() { private } else { addressed };
        let mut standing = self.standing(&private)?;
        for json in public {
            if let Some(id) = at(json, "publicIPAddress").and_then(id_of) {
                let (address, is_guessed) = self.public_or_guessed(id)?;
                standing.public.push(address);
                standing.is_public_guessed |= is_guessed;
            }
        }
        Ok(standing)
    }

    fn bastion(&mut self, bastion: &'f Resource) -> Result<(), Reason> {
        let facts = Facts::told(self, bastion);
        let configurations: Vec<&'f Json> =
            facts.get("ipConfigurations", self).map(Json::list).unwrap_or_default().iter().collect();
        let standing = self.standing(&configurations)?;
        let name = self.christen("host", &bastion.id, bastion.own_name());
        let mut draft = self.standing_draft(bastion, "host", &name, &standing)?;
        draft.comment("A Bastion: it answers administrators, and calls machines for them.");
        let ports = self.platform.ports("bastion");
        draft.set("listen", format!("tcp {ports}"));
        self.declare((Part::Machines, 1), draft);
        self.translated(bastion, format!("host {name}"));
        Ok(())
    }

    pub(super) fn load_balancers(&mut self) {
        for balancer in self.all("Microsoft.Network/loadBalancers") {
            let pools = self.children(balancer, "backendAddressPools");
            match self.load_balancer(balancer) {
                Ok(name) => {
                    self.translated(balancer, format!("load-balancer {name}"));
                    pools.into_iter().for_each(|pool| self.translated(pool, format!("a pool of load-balancer {name}")));
                }
                Err(reason) => {
                    pools.into_iter().for_each(|pool| self.listed(pool, format!("its load balancer: {reason}")));
                    self.listed(balancer, reason);
                }
            }
        }
    }

    fn load_balancer(&mut self, balancer: &'f Resource) -> Result<String, Reason> {
        let facts = Facts::told(self, balancer);
        let list = |path: &str, estate: &mut Self| facts.get(path, estate).map(Json::list).unwrap_or_default();
        let fronts: Vec<&'f Json> = list("frontendIPConfigurations", self).iter().collect();
        let (private, public): (Vec<&'f Json>, Vec<&'f Json>) =
            fronts.into_iter().partition(|front| at(front, "subnet").is_some());
        let mut backends = Vec::new();
        let mut vnet = None;
        for interface in self.all(INTERFACES) {
            let configurations = at(&interface.body, "ipConfigurations").map(Json::list).unwrap_or_default();
            let is_behind = configurations.iter().any(|configuration| {
                ["loadBalancerBackendAddressPools", "loadBalancerInboundNatRules"].iter().any(|path| {
                    let pools = at(configuration, path).map(texts).unwrap_or_default();
                    pools
                        .into_iter()
                        .filter_map(id_of)
                        .any(|id| self.find(parent_of(id)).is_some_and(|own| key(&own.id) == key(&balancer.id)))
                })
            });
            if is_behind {
                let subnet =
                    configurations.iter().find_map(|configuration| at(configuration, "subnet").and_then(id_of));
                vnet = vnet.or(subnet.map(|subnet| parent_of(subnet).to_string()));
                match self.named("host", &interface.id) {
                    Some(host) => backends.push(draft::name(&host)),
                    None => {
                        self.note(balancer, interface.at, format!("its backend `{}` is not told", interface.own_name()))
                    }
                }
            }
        }
        let mut addresses = Vec::new();
        let mut is_guessed = false;
        for front in &public {
            if let Some(id) = at(front, "publicIPAddress").and_then(id_of) {
                let (address, guessed) = self.public_or_guessed(id)?;
                addresses.push(address);
                is_guessed |= guessed;
            }
        }
        let name = self.christen("load-balancer", &balancer.id, balancer.own_name());
        let mut draft = if private.is_empty() {
            let vnet = vnet.ok_or("nothing stands behind it, so its network is not known")?;
            let vnet = self.named("vnet", &vnet).ok_or("its network is not among the resources")?;
            self.draft(balancer, "load-balancer", &name, &format!(" in {}", draft::name(&vnet)))
        } else {
            let standing = self.standing(&private)?;
            self.standing_draft(balancer, "load-balancer", &name, &standing)?
        };
        draft.set_all("public-ip", &addresses);
        if is_guessed {
            draft.remark("Azure chooses its public address: this one stands for it");
        }
        let sku = balancer.body.at_path("sku.name").and_then(Json::text).unwrap_or("Basic").to_lowercase();
        draft.set("sku", if sku == "standard" { "standard" } else { "basic" });
        draft.set_all("backend", &backends);
        for rule in list("loadBalancingRules", self).iter().chain(list("inboundNatRules", self)) {
            if let Some(line) = self.listener(rule)? {
                draft.set("listen", line);
            }
        }
        draft.switch("outbound-rule", (!list("outboundRules", self).is_empty()).then_some(true));
        self.declare((Part::Machines, 2), draft);
        Ok(name)
    }

    /// `tcp 80` of a rule with a port in front.
    fn listener(&mut self, rule: &'f Json) -> Result<Option<String>, Reason> {
        let protocol = at(rule, "protocol").and_then(Json::text).unwrap_or("tcp").to_lowercase();
        let port = at(rule, "frontendPort").and_then(Json::number);
        let Some(port) = port else {
            if let Some(json) = at(rule, "frontendPort") {
                self.known(json)?;
            }
            return Ok(None);
        };
        if port == 0 || !matches!(protocol.as_str(), "tcp" | "udp") {
            return Ok(Some("tcp 1-65535".to_string()));
        }
        Ok(Some(format!("{protocol} {port}")))
    }

    /// Azure Firewalls whose rules name addresses alone; another one is listed, and what routes lead to it is not known.
    pub(super) fn firewalls(&mut self) {
        for firewall in self.all("Microsoft.Network/azureFirewalls") {
            if let Err(reason) = self.firewall(firewall) {
                self.listed(firewall, reason);
            }
        }
    }

    fn firewall(&mut self, firewall: &'f Resource) -> Result<(), Reason> {
        let facts = Facts::told(self, firewall);
        let list = |path: &str, estate: &mut Self| facts.get(path, estate).map(Json::list).unwrap_or_default();
        for (path, what) in [
            ("applicationRuleCollections", "rules that name hosts"),
            ("natRuleCollections", "rules that translate addresses"),
        ] {
            if !list(path, self).is_empty() {
                return Err(format!("it has {what}: what becomes of a call there is not told"));
            }
        }
        if facts.id("firewallPolicy", self).is_some() {
            return Err("its rules stand in a policy: what becomes of a call there is not told".into());
        }
        let mut collections: Vec<&'f Json> = list("networkRuleCollections", self).iter().collect();
        collections.sort_by_key(|collection| at(collection, "priority").and_then(Json::number).unwrap_or(i64::MAX));
        let mut lines = Vec::new();
        for collection in collections {
            let action =
                at(collection, "action.type").and_then(Json::text).ok_or("an action is not stated")?.to_lowercase();
            if !matches!(action.as_str(), "allow" | "deny") {
                return Err(format!("`{action}` is no action"));
            }
            for rule in at(collection, "rules").map(Json::list).unwrap_or_default() {
                lines.extend(self.firewall_lines(&action, rule)?);
            }
        }
        let configurations: Vec<&'f Json> = list("ipConfigurations", self).iter().collect();
        let standing = self.standing(&configurations)?;
        let name = self.christen("appliance", &firewall.id, firewall.own_name());
        let mut draft = self.standing_draft(firewall, "appliance", &name, &standing)?;
        draft.set("forwarding", "on");
        draft.set("default", "deny");
        lines.into_iter().for_each(|line| draft.line(line));
        self.declare((Part::Machines, 3), draft);
        self.translated(firewall, format!("appliance {name}"));
        Ok(())
    }

    fn firewall_lines(&mut self, action: &str, rule: &'f Json) -> Result<Vec<String>, Reason> {
        let side = |paths: [&str; 2], estate: &mut Self| -> Result<String, Reason> {
            if at(rule, paths[1]).is_some_and(|groups| !groups.list().is_empty()) {
                return Err("a rule names groups of addresses".into());
            }
            let mut words = Vec::new();
            for json in at(rule, paths[0]).map(Json::list).unwrap_or_default() {
                words.push(estate.address_word(json)?);
            }
            if words.is_empty() { Err("a rule names no addresses".into()) } else { Ok(words.join(", ")) }
        };
        let source = side(["sourceAddresses", "sourceIpGroups"], self)?;
        let destination = side(["destinationAddresses", "destinationIpGroups"], self)?;
        let ports: Vec<&str> =
            at(rule, "destinationPorts").map(Json::list).unwrap_or_default().iter().filter_map(Json::text).collect();
        let ports =
            if ports.is_empty() || ports.contains(&"*") { String::new() } else { format!(":{}", ports.join(",")) };
        let mut lines = Vec::new();
        for json in at(rule, "protocols").map(Json::list).unwrap_or_default() {
            let protocol = match self.known(json)?.to_lowercase().as_str() {
                "any" => "*".to_string(),
                known @ ("tcp" | "udp" | "icmp") => known.to_string(),
                other => return Err(format!("`{other}` is no protocol")),
            };
            lines.push(format!("{action} {protocol} {source} -> {destination}{ports}"));
        }
        Ok(lines)
    }

    /// A public address that only something which is not told has is told with it.
    pub(super) fn public_addresses(&mut self) {
        for kind in ["Microsoft.Network/publicIPAddresses", "Microsoft.Network/publicIPPrefixes"] {
            for address in self.all(kind) {
                let told = match self.public_address(&address.id) {
                    Some(known) => format!("public address {known} of what has it"),
                    None => "a public address of what has it".to_string(),
                };
                self.translated(address, told);
            }
        }
    }

    /// A prefix for a reader.
    pub(super) fn shown_prefixes(&mut self, list: &[Json]) -> Result<Vec<String>, Reason> {
        list.iter().map(|json| self.prefix(json).map(|prefix| shown(&prefix))).collect()
    }
}
