//! Virtual network gateways, their connections, and the sites behind them.

use super::draft::{self, Draft};
use super::estate::{Estate, Part, Reason, key, own_name, parent_of};
use super::facts::{self, Facts, at, id_of, texts};
use crate::import::Resource;
use crate::import::json::Json;

const GATEWAYS: &str = "Microsoft.Network/virtualNetworkGateways";
const SITES: &str = "Microsoft.Network/localNetworkGateways";

impl<'f> Estate<'f> {
    pub(super) fn gateways(&mut self) {
        // A connection names the network of the other gateway, so all gateways get their names first.
        let all = self.all(GATEWAYS);
        let placed: Vec<(&'f Resource, Result<String, Reason>)> =
            all.into_iter().map(|gateway| (gateway, self.network_of_gateway(gateway))).collect();
        for (gateway, vnet) in placed {
            match vnet.and_then(|vnet| self.gateway(gateway, &vnet)) {
                Ok(()) => {}
                Err(reason) => self.listed(gateway, reason),
            }
        }
        self.sites();
        for connection in self.all("Microsoft.Network/connections") {
            self.connection(connection);
        }
    }

    /// The network that a gateway stands in, by the subnet of its configurations.
    fn network_of_gateway(&mut self, gateway: &'f Resource) -> Result<String, Reason> {
        let facts = Facts::told(self, gateway);
        let configurations = facts.get("ipConfigurations", self).map(Json::list).unwrap_or_default();
        let subnet = configurations.iter().find_map(|json| at(json, "subnet").and_then(id_of));
        let subnet = subnet.ok_or("its subnet is not stated")?;
        let vnet = parent_of(subnet);
        self.named("vnet", vnet).ok_or_else(|| format!("its network {} is not among the resources", facts::last(vnet)))
    }

    fn gateway(&mut self, gateway: &'f Resource, vnet: &str) -> Result<(), Reason> {
        let facts = Facts::told(self, gateway);
        let kind = facts.get("gatewayType", self).ok_or("its type is not stated")?;
        let kind = match self.known(kind)?.to_lowercase().as_str() {
            "vpn" => "vpn",
            "expressroute" => "expressroute",
            other => return Err(format!("`{other}` is no type of gateway")),
        };
        let name = self.christen("gateway", &gateway.id, gateway.own_name());
        let mut draft = self.draft(gateway, "gateway", &name, &format!(" in {}", draft::name(vnet)));
        draft.set("type", kind);
        if let Some(json) = facts.get("vpnType", self).filter(|_| kind == "vpn") {
            let is_policy = self.known(json)?.eq_ignore_ascii_case("PolicyBased");
            draft.set("routing", if is_policy { "policy-based" } else { "route-based" });
        }
        if let Some(json) = facts.get("sku.name", self)
            && let Ok(sku) = self.known(json)
        {
            draft.set("sku", draft::name(&sku.to_lowercase()));
        }
        draft.switch("bgp", facts.bool("enableBgp", self));
        for vnet in self.joined_by(gateway) {
            draft.set("connection", draft::name(&vnet));
        }
        if let Some(pool) = facts.get("vpnClientConfiguration.vpnClientAddressPool.addressPrefixes", self) {
            let pool = self.shown_prefixes(pool.list())?;
            draft.set_all("point-to-site", &pool);
        }
        if let Some(protocols) = facts.get("vpnClientConfiguration.vpnClientProtocols", self) {
            let words: Vec<String> = protocols.list().iter().filter_map(Json::text).map(str::to_lowercase).collect();
            draft.set_all("point-to-site-protocol", &words);
        }
        if let Some(routes) = facts.get("customRoutes.addressPrefixes", self) {
            let routes = self.shown_prefixes(routes.list())?;
            draft.set_all("point-to-site-route", &routes);
        }
        if kind == "expressroute" {
            draft.remark("what it learns is not stated: learned-route PREFIX, …, and on-premises NAME PREFIXES via it");
        }
        self.declare((Part::Joins, 1), draft);
        self.translated(gateway, format!("gateway {name}"));
        Ok(())
    }

    /// The networks that connections of two gateways join to that of this one.
    fn joined_by(&mut self, gateway: &'f Resource) -> Vec<String> {
        let mut joined = Vec::new();
        for connection in self.all("Microsoft.Network/connections") {
            let facts = Facts::told(self, connection);
            let ends = ["virtualNetworkGateway1", "virtualNetworkGateway2"].map(|path| facts.id(path, self));
            let [Some(first), Some(second)] = ends else { continue };
            let is = |id: &str| self.find(id).is_some_and(|own| key(&own.id) == key(&gateway.id));
            if !is(first) {
                continue;
            }
            let Some(other) = self.find(second) else { continue };
            if let Ok(vnet) = self.network_of_gateway(other)
                && !joined.contains(&vnet)
            {
                joined.push(vnet);
            }
        }
        joined
    }

    fn sites(&mut self) {
        for site in self.all(SITES) {
            if let Err(reason) = self.site(site) {
                self.listed(site, reason);
            }
        }
    }

    fn site(&mut self, site: &'f Resource) -> Result<(), Reason> {
        let facts = Facts::told(self, site);
        let stated = facts.get("localNetworkAddressSpace.addressPrefixes", self).map(texts).unwrap_or_default();
        let mut prefixes = Vec::new();
        for json in stated {
            prefixes.push(self.prefix(json)?.to_string());
        }
        if prefixes.is_empty() {
            return Err("its prefixes are not stated".into());
        }
        let mut via = Vec::new();
        for connection in self.all("Microsoft.Network/connections") {
            let facts = Facts::told(self, connection);
            let Some(local) = facts.id("localNetworkGateway2", self) else { continue };
            let Some(own) = facts.id("virtualNetworkGateway1", self) else { continue };
            if self.find(local).is_some_and(|local| key(&local.id) == key(&site.id)) {
                via.extend(self.named("gateway", own).map(|name| draft::name(&name)));
            }
        }
        let name = self.christen("on-premises", &site.id, site.own_name());
        let mut draft = Draft::new(format!("on-premises {} {}", draft::name(&name), prefixes.join(", ")));
        draft.comment(site.id.clone());
        draft.set_all("via", &via);
        self.declare((Part::Joins, 2), draft);
        self.translated(site, format!("on-premises {name}"));
        Ok(())
    }

    fn connection(&mut self, connection: &'f Resource) {
        let facts = Facts::told(self, connection);
        let ends = ["virtualNetworkGateway1", "virtualNetworkGateway2", "localNetworkGateway2"]
            .map(|path| facts.id(path, self));
        let told = match ends {
            [Some(first), Some(second), _] => self.named("gateway", first).zip(self.named("gateway", second)),
            [Some(first), _, Some(site)] => self.named("gateway", first).zip(self.named("on-premises", site)),
            _ => None,
        };
        match told {
            Some((first, second)) => self.translated(connection, format!("the connection of {first} and {second}")),
            None if facts.id("peer", self).is_some() => {
                self.listed(connection, "the prefixes behind a circuit are learned: state them as on-premises NAME PREFIXES via the gateway");
            }
            None => {
                let missing = ends.into_iter().flatten().find(|id| self.find(id).is_none());
                let reason = missing.map(|id| format!("its end {} is not among the resources", own_name(id)));
                self.listed(connection, reason.unwrap_or_else(|| "its ends are not told".into()));
            }
        }
    }
}
