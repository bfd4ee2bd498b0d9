//! Virtual network gateways and the networks behind them.

use super::fields::{Lowering, Shape, many, one};
use super::lower::Reading;
use super::security::firewall_block;
use super::*;
use crate::net::AddressSet;
use crate::syntax::ast::Value;
use ipnet::IpNet;
use std::net::IpAddr;

/// `gateway NAME in VNET { … }`.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Name, place, region and subscription.
    pub head: Head,
    /// Its network.
    pub vnet: Option<VnetId>,
    /// Is it an ExpressRoute gateway (or else a VPN gateway)?
    pub express_route: Option<Stated<bool>>,
    /// Is it policy-based?
    pub policy_based: Option<Stated<bool>>,
    /// Its SKU.
    pub sku: Option<Stated<String>>,
    /// Does it speak BGP?
    pub bgp: Option<Stated<bool>>,
    /// Prefixes learned by BGP.
    pub learned_routes: Vec<Stated<IpNet>>,
    /// Networks connected VNet to VNet.
    pub connections: Vec<Stated<Thing>>,
    /// The point-to-site pool.
    pub point_to_site: Vec<Stated<IpNet>>,
    /// The point-to-site protocols.
    pub point_to_site_protocols: Vec<Stated<String>>,
    /// The prefixes advertised to point-to-site clients.
    pub point_to_site_routes: Vec<Stated<IpNet>>,
    /// `up`, `down`, `provisioning`.
    pub status: Option<Stated<String>>,
    /// Are its certificates in sync?
    pub certificates_in_sync: Option<Stated<bool>>,
    /// Is its DNS in sync?
    pub dns_in_sync: Option<Stated<bool>>,
}

impl Gateway {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "gateway",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("type"),
                one("routing"),
                one("sku"),
                one("bgp"),
                many("learned-route"),
                many("connection"),
                many("point-to-site"),
                many("point-to-site-protocol"),
                many("point-to-site-route"),
                one("status"),
                one("certificates"),
                one("dns-sync"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        let vnet = r.place(&[Kind::Vnet], "gateway NAME in VNET { type vpn }", cx);
        r.no_more(3, cx);
        if f.entry("type").is_none() {
            r.missing("its type", "gateway NAME in VNET { type vpn }", cx);
        }
        let sync = ["out-of-sync", "in-sync"];
        let switch = |choice: Option<Stated<usize>>| choice.map(|c| Stated::new(c.value == 1, c.span));
        const STATES: &[&str] = &["up", "down", "provisioning"];
        let status = f.choice("status", STATES, cx);
        Self {
            vnet: match vnet.map(|v| v.value) {
                Some(Thing::Vnet(id)) => Some(id),
                _ => None,
            },
            express_route: switch(f.choice("type", &["vpn", "expressroute"], cx)),
            policy_based: switch(f.choice("routing", &["route-based", "policy-based"], cx)),
            sku: f.text("sku", cx),
            bgp: f.switch("bgp", cx),
            learned_routes: f.prefixes("learned-route", cx),
            connections: f.names("connection", &[Kind::Vnet], cx),
            point_to_site: f.prefixes("point-to-site", cx),
            point_to_site_protocols: f.texts("point-to-site-protocol", cx),
            point_to_site_routes: f.prefixes("point-to-site-route", cx),
            status: status.map(|s| Stated::new(STATES[s.value].to_string(), s.span)),
            certificates_in_sync: switch(f.choice("certificates", &sync, cx)),
            dns_in_sync: switch(f.choice("dns-sync", &sync, cx)),
            head: r.head,
        }
    }

    /// Is it an ExpressRoute gateway?
    pub fn is_express_route(&self) -> bool {
        self.express_route.as_ref().is_some_and(|stated| stated.value)
    }
}

/// What the routers of a site send back to Azure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReturnRoutes {
    /// Everything.
    All,
    /// These prefixes; none for `none`.
    Prefixes(AddressSet),
}

/// `on-premises NAME PREFIX, … { … }`.
#[derive(Clone, Debug)]
pub struct OnPremises {
    /// Name, place, region and subscription.
    pub head: Head,
    /// Its prefixes.
    pub prefixes: Vec<Stated<IpNet>>,
    /// The gateways that lead to it.
    pub via: Vec<Stated<Thing>>,
    /// What its routers send back; none where it is not stated.
    pub return_routes: Option<Stated<ReturnRoutes>>,
    /// Its firewall.
    pub firewall: Option<FilterList>,
    /// What the internet sees of its clients.
    pub public_ip: Vec<Stated<IpNet>>,
    /// Its name servers.
    pub dns: Vec<Stated<IpAddr>>,
}

impl OnPremises {
    /// Its addresses.
    pub fn addresses(&self) -> AddressSet {
        AddressSet::of(self.prefixes.iter().map(|prefix| &prefix.value))
    }

    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "on-premises",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                many("via"),
                many("return-route"),
                one("firewall"),
                many("public-ip"),
                many("dns"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        let prefixes = r.prefixes(1, cx);
        if r.group(1).is_none() {
            r.missing("its prefixes", "on-premises NAME 192.168.0.0/16 { … }", cx);
        }
        r.no_more(2, cx);
        let firewall = f.entry("firewall").map(|entry| firewall_block(entry.block.as_deref(), entry.name.span(), cx));
        Self {
            prefixes,
            via: f.names("via", &[Kind::Gateway], cx),
            return_routes: return_routes(&f, cx),
            firewall,
            public_ip: f.prefixes("public-ip", cx),
            dns: f.addresses("dns", cx),
            head: r.head,
        }
    }
}

fn return_routes(f: &fields::Fields<'_>, cx: &mut Lowering<'_>) -> Option<Stated<ReturnRoutes>> {
    let entry = f.entry("return-route")?;
    let span = entry.values_span();
    if let [group] = entry.groups.as_slice()
        && let [Value::Word(word)] = group.as_slice()
    {
        match &*word.text {
            "all" => return Some(Stated::new(ReturnRoutes::All, span)),
            "none" => return Some(Stated::new(ReturnRoutes::Prefixes(AddressSet::empty()), span)),
            _ => {}
        }
    }
    let prefixes = f.prefixes("return-route", cx);
    let set = AddressSet::of(prefixes.iter().map(|prefix| &prefix.value));
    Some(Stated::new(ReturnRoutes::Prefixes(set), span))
}
