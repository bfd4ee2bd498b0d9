//! Route tables and NAT gateways.

use super::draft::{self, Draft};
use super::estate::{Estate, Part, Reason, own_name};
use super::facts::{Facts, at, id_of, shown, texts};
use crate::import::Resource;
use crate::import::json::Json;

impl<'f> Estate<'f> {
    pub(super) fn route_tables(&mut self) {
        for table in self.all("Microsoft.Network/routeTables") {
            let separate = self.children(table, "routes");
            match self.route_table(table, &separate) {
                Ok((name, draft)) => {
                    self.declare((Part::Networks, u32::MAX), draft);
                    self.translated(table, format!("route-table {name}"));
                    for route in separate {
                        self.translated(route, format!("a route of route-table {name}"));
                    }
                }
                Err(reason) => {
                    self.listed(table, &reason);
                    separate.into_iter().for_each(|route| self.listed(route, &reason));
                }
            }
        }
    }

    fn route_table(&mut self, table: &'f Resource, separate: &[&'f Resource]) -> Result<(String, Draft), Reason> {
        let facts = Facts::told(self, table);
        let mut routes: Vec<(String, Facts<'f>)> = Vec::new();
        let inline = facts.bodies().iter().flat_map(|body| at(body, "routes").map(Json::list).unwrap_or_default());
        let inline = inline.map(|route| (route.get("name").and_then(Json::text).unwrap_or("route"), route));
        let own = separate.iter().map(|route| (route.own_name(), &route.body));
        for (name, body) in own.chain(inline) {
            match routes.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
                Some((_, facts)) => facts.add(body),
                None => routes.push((name.to_string(), Facts::of([body]))),
            }
        }
        let mut lines = Vec::new();
        for (name, facts) in &routes {
            lines.push(self.route(name, facts).map_err(|reason| format!("route `{name}`: {reason}"))?);
        }
        let name = self.christen("route-table", &table.id, table.own_name());
        let mut draft = self.draft(table, "route-table", &name, "");
        let off = facts.bool("disableBgpRoutePropagation", self);
        draft.switch("bgp-propagation", off.map(|off| !off).filter(|on| !on));
        lines.into_iter().for_each(|line| draft.line(line));
        Ok((name, draft))
    }

    fn route(&mut self, name: &str, facts: &Facts<'f>) -> Result<String, Reason> {
        let json = facts.get("addressPrefix", self).ok_or("`addressPrefix` is not stated")?;
        let text = self.known(json)?;
        let prefix = match self.prefix(json) {
            Ok(prefix) => prefix.to_string(),
            Err(_) => self.tag_word(text).ok_or_else(|| format!("`{text}` is neither a prefix nor a service tag"))?,
        };
        let json = facts.get("nextHopType", self).ok_or("`nextHopType` is not stated")?;
        let hop = match self.known(json)?.to_lowercase().as_str() {
            "virtualnetworkgateway" => "gateway".to_string(),
            "vnetlocal" => "vnet".to_string(),
            "internet" => "internet".to_string(),
            "none" => "none".to_string(),
            "virtualappliance" => {
                let address = facts.get("nextHopIpAddress", self).ok_or("`nextHopIpAddress` is not stated")?;
                format!("appliance {}", self.address(address)?)
            }
            other => return Err(format!("`{other}` is no hop of a user's route")),
        };
        Ok(format!("{prefix} -> {hop} as {}", draft::name(name)))
    }

    pub(super) fn nat_gateways(&mut self) {
        for gateway in self.all("Microsoft.Network/natGateways") {
            let facts = Facts::told(self, gateway);
            let name = self.christen("nat-gateway", &gateway.id, gateway.own_name());
            let mut draft = self.draft(gateway, "nat-gateway", &name, "");
            let mut addresses = Vec::new();
            let mut whole = true;
            for path in ["publicIpAddresses", "publicIpAddressesV6", "publicIpPrefixes", "publicIpPrefixesV6"] {
                for id in facts.get(path, self).map(texts).unwrap_or_default().into_iter().filter_map(id_of) {
                    match self.public_address(id) {
                        Some(address) => addresses.push(address),
                        None => whole = false,
                    }
                }
            }
            if whole {
                draft.set_all("public-ip", &addresses);
            } else {
                draft.remark("Azure chooses its public addresses: state them as public-ip");
            }
            let sku = gateway.body.at_path("sku.name").and_then(Json::text).unwrap_or("");
            draft.set_some("sku", sku.eq_ignore_ascii_case("StandardV2").then_some("standard-v2"));
            let timeout =
                facts.get("idleTimeoutInMinutes", self).and_then(Json::number).filter(|minutes| *minutes != 4);
            draft.set_some("idle-timeout", timeout.map(|minutes| minutes.to_string()));
            self.declare((Part::Networks, u32::MAX), draft);
            self.translated(gateway, format!("nat-gateway {name}"));
        }
    }

    /// The NAT gateway that a subnet has; one that is not among the resources has addresses that nobody states.
    pub(super) fn nat_ref(&mut self, id: &str) -> String {
        if let Some(name) = self.named("nat-gateway", id) {
            return name;
        }
        let name = self.christen("nat-gateway", id, own_name(id));
        let mut draft = Draft::new(format!("nat-gateway {}", draft::name(&name)));
        draft.comment(format!("{id} is not among the resources"));
        self.declare((Part::Elsewhere, 0), draft);
        name
    }

    /// The address of a public address resource, where it is stated.
    pub(super) fn public_address(&mut self, id: &str) -> Option<String> {
        let resource = self.find(id)?;
        let facts = Facts::told(self, resource);
        let stated = facts.first(&["ipAddress", "ipPrefix"], self)?;
        self.prefix(stated).ok().map(|prefix| shown(&prefix))
    }
}
