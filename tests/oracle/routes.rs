//! Sections G to I of the fact sheet: the routes of a subnet, and the one that is taken.

use super::evaluate::Walk;
use super::plain::*;
use super::security::At;

/// Where a route leads.
#[derive(Clone, Debug)]
pub enum To {
    Vnet,
    Peer(String),
    Endpoint(String),
    Service,
    Gateway,
    Appliance(Addr),
    Internet,
    None,
    /// A user route to a kind of gateway that is not there.
    Nowhere,
}

/// Who made a route, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    System,
    Gateway,
    User,
}

struct Route {
    prefix: Prefix,
    by: By,
    to: To,
}

impl<'a> Walk<'a> {
    pub fn table(&self, at: At) -> Option<&'a RouteTable> {
        let model: &'a Model = self.model;
        let name = model.subnet(at.vnet, at.subnet).table.as_deref()?;
        Some(model.tables.iter().find(|table| table.name == name).expect("a declared route table"))
    }

    /// The peerings of a vnet, each with the place of its own flags and of the other's.
    pub fn links(&self, vnet: &str) -> Vec<(&'a Peering, usize, usize)> {
        let mut all = Vec::new();
        for peering in &self.model.peerings {
            for own in 0..2 {
                if peering.ends[own] == vnet {
                    all.push((peering, own, 1 - own));
                }
            }
        }
        all
    }

    /// The gateways that a vnet uses: its own, or those of a peer that lends them.
    pub fn gateways_of(&self, vnet: &str) -> Vec<&'a Gateway> {
        let own: Vec<&Gateway> = self.model.gateways.iter().filter(|gateway| gateway.vnet == vnet).collect();
        if !own.is_empty() {
            return own;
        }
        let mut all = Vec::new();
        for (peering, own, other) in self.links(vnet) {
            if peering.connected && peering.transit[other] && peering.remote[own] {
                all.extend(self.model.gateways.iter().filter(|gateway| gateway.vnet == peering.ends[other]));
            }
        }
        all
    }

    pub fn sites_via(&self, gateway: &str) -> Vec<&'a Site> {
        self.model.sites.iter().filter(|site| site.via.iter().any(|via| via == gateway)).collect()
    }

    /// Does a service endpoint of the subnet cover the address?
    pub fn service_endpoint(&mut self, at: At, addr: Addr) -> Option<&'static str> {
        let subnet = self.model.subnet(at.vnet, at.subnet);
        let region = self.model.vnet(at.vnet).region;
        for endpoint in &subnet.endpoints {
            let tags: Vec<String> = match *endpoint {
                "Microsoft.Storage" => vec![regional("Storage", region), regional("Storage", pair(region))],
                "Microsoft.Sql" => vec![regional("Sql", region)],
                "Microsoft.KeyVault" => vec!["AzureKeyVault".into()],
                "Microsoft.AzureCosmosDB" => vec!["AzureCosmosDB".into()],
                "Microsoft.ServiceBus" => vec!["ServiceBus".into()],
                "Microsoft.Web" => vec!["AppService".into()],
                other => unreachable!("{other} has no tag here"),
            };
            for tag in tags {
                if self.in_service_tag(&tag, addr) {
                    return Some(endpoint);
                }
            }
        }
        None
    }

    /// The route that a packet of the subnet takes.
    pub fn route(&mut self, at: At, protocol: Protocol, dst: Addr) -> To {
        if protocol == Protocol::Tcp && dst.is_public() && self.service_endpoint(at, dst).is_some() {
            return To::Service;
        }
        let mut routes = self.all_routes(at);
        routes.retain(|route| route.prefix.has(dst));
        // A route of the network itself or of a peering is preferred to any that a gateway brought; unless the user has
        // replaced it.
        let replaced = |prefix| routes.iter().any(|route| route.by == By::User && route.prefix == prefix);
        let own = |route: &Route| matches!(route.to, To::Vnet | To::Peer(_)) && route.by == By::System;
        if routes.iter().any(|route| own(route) && !replaced(route.prefix)) {
            routes.retain(|route| route.by != By::Gateway);
        }
        let mut best: Option<Route> = None;
        for route in routes {
            let better = best.as_ref().is_none_or(|best| {
                route.prefix.len > best.prefix.len || (route.prefix.len == best.prefix.len && route.by > best.by)
            });
            if better {
                best = Some(route);
            }
        }
        best.map_or(To::None, |best| best.to)
    }

    fn all_routes(&self, at: At) -> Vec<Route> {
        let model = self.model;
        let vnet = model.vnet(at.vnet);
        let table = self.table(at);
        let user: &[UserRoute] = table.map_or(&[], |table| &table.routes);
        let mut routes = Vec::new();
        let mut add = |prefix, by, to| routes.push(Route { prefix, by, to });
        for prefix in &vnet.prefixes {
            add(*prefix, By::System, To::Vnet);
        }
        for (peering, _, other) in self.links(at.vnet) {
            if peering.connected {
                for prefix in &model.vnet(&peering.ends[other]).prefixes {
                    add(*prefix, By::System, To::Peer(peering.ends[other].clone()));
                }
            }
        }
        add(Prefix::four(0, 0, 0, 0, 0), By::System, To::Internet);
        add(Prefix { base: Addr { six: true, bits: 0 }, len: 0 }, By::System, To::Internet);
        let default = user.iter().any(|route| route.prefix == Prefix::four(0, 0, 0, 0, 0));
        for none in [PRIVATE[0], PRIVATE[1], PRIVATE[2], Prefix::four(100, 64, 0, 0, 10)] {
            // The listings of 2020 have no row for 172.16.0.0/12 (O-35).
            if none == PRIVATE[1] && model.edition == 2020 {
                continue;
            }
            // A range of the network as large as the row takes its place; so does a default route of the user.
            if !default && !vnet.prefixes.iter().any(|prefix| prefix.holds(none)) {
                add(none, By::System, To::None);
            }
        }
        if table.is_none_or(|table| table.propagation) {
            for gateway in self.gateways_of(at.vnet) {
                for site in self.sites_via(&gateway.name) {
                    for prefix in &site.prefixes {
                        add(*prefix, By::Gateway, To::Gateway);
                    }
                }
                for prefix in &gateway.learned {
                    add(*prefix, By::Gateway, To::Gateway);
                }
            }
        }
        for endpoint in self.endpoints_near(at.vnet) {
            let home = model.vnet(&endpoint.vnet);
            let open = matches!(model.subnet(&endpoint.vnet, &endpoint.subnet).policy, Policy::Routes | Policy::On);
            let space = home.prefixes.iter().find(|prefix| prefix.has(endpoint.addr)).expect("an address of the vnet");
            let taken = |route: &UserRoute| route.prefix.has(endpoint.addr) && route.prefix.len >= space.len;
            if !(open && user.iter().any(taken)) {
                add(Prefix::one(endpoint.addr), By::System, To::Endpoint(endpoint.name.clone()));
            }
        }
        for route in user {
            let to = match &route.hop {
                Hop::Appliance(addr) => To::Appliance(*addr),
                Hop::Vnet => To::Vnet,
                Hop::Internet => To::Internet,
                Hop::None => To::None,
                Hop::Gateway if self.gateways_of(at.vnet).iter().any(|gateway| gateway.vpn) => To::Gateway,
                Hop::Gateway => To::Nowhere,
            };
            add(route.prefix, By::User, to);
        }
        routes
    }

    /// The private endpoints of a vnet and of those peered with it directly.
    fn endpoints_near(&self, vnet: &str) -> Vec<&'a Endpoint> {
        let mut near = vec![vnet.to_string()];
        for (peering, _, other) in self.links(vnet) {
            if peering.connected {
                near.push(peering.ends[other].clone());
            }
        }
        self.model.endpoints.iter().filter(|endpoint| near.contains(&endpoint.vnet)).collect()
    }
}

/// `Storage.WestEurope`
pub fn regional(tag: &str, region: &str) -> String {
    format!("{tag}.{region}")
}

/// The region that Azure pairs with one.
pub fn pair(region: &str) -> &'static str {
    match region {
        "westeurope" => "northeurope",
        "northeurope" => "westeurope",
        "eastus" => "westus",
        _ => "eastus",
    }
}
