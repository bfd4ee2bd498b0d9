//! Subscriptions, virtual networks, subnets and NAT gateways.

use super::fields::{Fields, Lowering, Shape, many, newer, one, single};
use super::lower::{Reading, nested_entries};
use super::*;
use crate::diagnostic::Diagnostic;
use crate::net::AddressSet;
use crate::syntax::ast::{Entry, Value};
use ipnet::IpNet;
use std::net::IpAddr;

/// `subscription NAME { … }`.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// Name and place.
    pub head: Head,
    /// The tenant.
    pub tenant: Option<Stated<String>>,
    /// The cloud: `public`, `us-gov`, `china`.
    pub cloud: Option<Stated<String>>,
    /// The registered resource providers; empty where none is stated.
    pub providers: Vec<Stated<String>>,
    /// May TCP 25 leave?
    pub smtp_allowed: Option<Stated<bool>>,
}

impl Subscription {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "subscription",
            properties: &[one("tenant"), one("cloud"), many("provider"), one("smtp-allowed")],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        const CLOUDS: &[&str] = &["public", "us-gov", "china"];
        let cloud = f.choice("cloud", CLOUDS, cx).map(|c| Stated::new(CLOUDS[c.value].to_string(), c.span));
        Self {
            tenant: f.text("tenant", cx),
            cloud,
            providers: f.texts("provider", cx),
            smtp_allowed: f.switch("smtp-allowed", cx),
            head: r.head,
        }
    }
}

/// The name servers that a network hands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsSetting {
    /// Custom servers, in order; none for the servers of Azure.
    pub servers: Option<Vec<IpAddr>>,
    /// Where it is stated.
    pub span: Span,
}

/// `vnet NAME PREFIX, … { … }`.
#[derive(Clone, Debug)]
pub struct Vnet {
    /// Name, place, region and subscription.
    pub head: Head,
    /// Its address space.
    pub prefixes: Vec<Stated<IpNet>>,
    /// Is it of the classic deployment model?
    pub classic: Option<Stated<bool>>,
    /// Its name servers.
    pub dns: Option<DnsSetting>,
    /// Does port 53 bypass the security groups once custom servers are set?
    pub dns_bypasses_nsg: Option<Stated<bool>>,
    /// Does a default route of the user or of BGP belong to the tag VirtualNetwork?
    pub strict_vnet_tag: Option<Stated<bool>>,
    /// May TCP 25 leave?
    pub smtp_allowed: Option<Stated<bool>>,
    /// Have its subnets default outbound access?
    pub default_outbound_access: Option<Stated<bool>>,
    /// Its subnets, in order.
    pub subnets: Vec<SubnetId>,
}

impl Vnet {
    /// The addresses of its whole space.
    pub fn addresses(&self) -> AddressSet {
        AddressSet::of(self.prefixes.iter().map(|prefix| &prefix.value))
    }

    pub(super) fn read(mut r: Reading<'_>, model: &mut Model, cx: &mut Lowering<'_>) {
        const SHAPE: Shape = Shape {
            kind: "vnet",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("deployment"),
                many("dns"),
                one("dns-bypasses-nsg"),
                one("strict-vnet-tag"),
                one("smtp-allowed"),
                one("default-outbound-access"),
                many("subnet"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        let prefixes = r.prefixes(1, cx);
        if r.group(1).is_none() {
            r.missing("its address space", "vnet NAME 10.0.0.0/16 { … }", cx);
        }
        r.no_more(2, cx);
        let id = VnetId(model.vnets.len() as u32);
        let classic = f.choice("deployment", &["resource-manager", "classic"], cx);
        let mut vnet = Vnet {
            prefixes,
            classic: classic.map(|c| Stated::new(c.value == 1, c.span)),
            dns: dns_setting(&f, cx),
            dns_bypasses_nsg: f.switch("dns-bypasses-nsg", cx),
            strict_vnet_tag: f.switch("strict-vnet-tag", cx),
            smtp_allowed: f.switch("smtp-allowed", cx),
            default_outbound_access: f.switch("default-outbound-access", cx),
            subnets: Vec::new(),
            head: r.head.clone(),
        };
        let mut seen: Vec<String> = Vec::new();
        for (entry, name) in nested_entries(&r.item.declaration, Kind::Subnet) {
            if seen.contains(&name) {
                continue;
            }
            vnet.subnets.push(SubnetId(model.subnets.len() as u32));
            model.subnets.push(Subnet::read(entry, &name, id, &r.head, cx));
            seen.push(name);
        }
        for entry in f.all("subnet") {
            if entry.groups.is_empty() {
                let message = "`subnet` lacks its name and prefix";
                cx.report(
                    Diagnostic::error("FN0116", entry.name.span(), message).help("write `subnet NAME 10.0.0.0/24`"),
                );
            }
        }
        model.vnets.push(vnet);
    }
}

/// `dns azure`, `dns 10.2.0.53, …`, `dns []`.
fn dns_setting(f: &Fields<'_>, cx: &mut Lowering<'_>) -> Option<DnsSetting> {
    let entry = f.entry("dns")?;
    let span = entry.values_span();
    if let [group] = entry.groups.as_slice()
        && let [Value::Word(word)] = group.as_slice()
        && &*word.text == "azure"
    {
        return Some(DnsSetting { servers: None, span });
    }
    let servers = f.addresses("dns", cx).into_iter().map(|address| address.value).collect();
    Some(DnsSetting { servers: Some(servers), span })
}

/// What the network policies of a subnet apply to private endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndpointPolicy {
    /// Do security groups apply?
    pub nsg: bool,
    /// Do route tables apply?
    pub route_table: bool,
}

/// `subnet NAME PREFIX, … { … }`.
#[derive(Clone, Debug)]
pub struct Subnet {
    /// Whole name (`hub.functions`), place, and region and subscription of its network.
    pub head: Head,
    /// Its network.
    pub vnet: VnetId,
    /// Its prefixes.
    pub prefixes: Vec<Stated<IpNet>>,
    /// What it is delegated to.
    pub delegation: Option<Stated<String>>,
    /// Its security group.
    pub nsg: Option<Stated<NsgId>>,
    /// Its route table.
    pub route_table: Option<Stated<RouteTableId>>,
    /// Its NAT gateway.
    pub nat_gateway: Option<Stated<NatGatewayId>>,
    /// The service endpoints that are on.
    pub service_endpoints: Vec<Stated<String>>,
    /// The services whose accounts its endpoint policy lets through.
    pub service_endpoint_policy: Vec<Stated<Thing>>,
    /// What applies to its private endpoints.
    pub private_endpoint_policy: Option<Stated<EndpointPolicy>>,
    /// Has it default outbound access?
    pub default_outbound_access: Option<Stated<bool>>,
    /// Was it made in the portal?
    pub created_by_portal: Option<Stated<bool>>,
    /// Network interfaces that the script does not declare.
    pub other_resources: Option<Stated<i64>>,
}

impl Subnet {
    /// Its addresses.
    pub fn addresses(&self) -> AddressSet {
        AddressSet::of(self.prefixes.iter().map(|prefix| &prefix.value))
    }

    /// Its name without that of its network.
    pub fn short_name(&self) -> &str {
        self.head.name.split_once('.').map_or(&self.head.name, |(_, short)| short)
    }

    fn read(entry: &Entry, name: &str, vnet: VnetId, of: &Head, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "subnet",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("delegation"),
                single(one("nsg"), "subnet.one-nsg"),
                single(one("route-table"), "subnet.one-route-table"),
                single(one("nat-gateway"), "subnet.one-nat-gateway"),
                many("service-endpoint"),
                many("service-endpoint-policy"),
                newer(one("private-endpoint-policy")),
                one("default-outbound-access"),
                one("created-by"),
                one("other-resources"),
            ],
            rules: false,
            routes: false,
        };
        let f = Fields::read(entry.block.as_deref(), &SHAPE, cx);
        let span = entry.name.span().to(entry.values_span());
        let mut words = Vec::new();
        entry.groups.iter().skip(1).flatten().for_each(|value| fields::open(value, cx, &mut words));
        if words.is_empty() {
            let message = format!("subnet `{name}` lacks its prefix");
            cx.report(Diagnostic::error("FN0116", span, message).help(format!("write `subnet {name} 10.0.0.0/24`")));
        }
        let policy = |at: usize| match at {
            1 => EndpointPolicy { nsg: true, route_table: false },
            2 => EndpointPolicy { nsg: false, route_table: true },
            3 => EndpointPolicy { nsg: true, route_table: true },
            _ => EndpointPolicy::default(),
        };
        let portal = f.choice("created-by", &["api", "portal"], cx);
        let policies = f.choice("private-endpoint-policy", &["off", "nsg", "route-table", "on"], cx);
        Self {
            head: Head { name: format!("{}.{name}", of.name), span, ..of.clone() },
            vnet,
            prefixes: fields::tight(words.iter().filter_map(|word| fields::one_prefix(word, cx))),
            delegation: f.text("delegation", cx),
            nsg: f.name("nsg", &[Kind::Nsg], cx).and_then(|s| match s.value {
                Thing::Nsg(id) => Some(Stated::new(id, s.span)),
                _ => None,
            }),
            route_table: f.name("route-table", &[Kind::RouteTable], cx).and_then(|s| match s.value {
                Thing::RouteTable(id) => Some(Stated::new(id, s.span)),
                _ => None,
            }),
            nat_gateway: f.name("nat-gateway", &[Kind::NatGateway], cx).and_then(|s| match s.value {
                Thing::NatGateway(id) => Some(Stated::new(id, s.span)),
                _ => None,
            }),
            service_endpoints: f.texts("service-endpoint", cx),
            service_endpoint_policy: f.names("service-endpoint-policy", &[Kind::Service], cx),
            private_endpoint_policy: policies.map(|p| Stated::new(policy(p.value), p.span)),
            default_outbound_access: f.switch("default-outbound-access", cx),
            created_by_portal: portal.map(|p| Stated::new(p.value == 1, p.span)),
            other_resources: f.integer("other-resources", 0, i64::MAX, cx),
        }
    }
}

/// `nat-gateway NAME { … }`.
#[derive(Clone, Debug)]
pub struct NatGateway {
    /// Name, place, region and subscription.
    pub head: Head,
    /// Its public addresses.
    pub public_ip: Vec<Stated<IpNet>>,
    /// Is it StandardV2?
    pub standard_v2: Option<Stated<bool>>,
    /// TCP idle timeout in minutes.
    pub idle_timeout: Option<Stated<i64>>,
}

impl NatGateway {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "nat-gateway",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                many("public-ip"),
                one("sku"),
                one("idle-timeout"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        r.no_more(1, cx);
        let sku = f.choice("sku", &["standard", "standard-v2"], cx);
        let (least, most) = (cx.platform.limit("nat-idle-timeout-first"), cx.platform.limit("nat-idle-timeout-last"));
        Self {
            public_ip: f.prefixes("public-ip", cx),
            standard_v2: sku.map(|s| Stated::new(s.value == 1, s.span)),
            idle_timeout: f.integer("idle-timeout", least, most, cx),
            head: r.head,
        }
    }
}
