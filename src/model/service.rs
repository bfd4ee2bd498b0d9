//! Services, their firewalls, and private endpoints.

use super::address::{self, AddressExpr};
use super::fields::{Fields, Lowering, Shape, many, one};
use super::host::asgs_of;
use super::lower::Reading;
use super::security::default_action;
use super::*;
use crate::diagnostic::{Diagnostic, Wanted, did_you_mean};
use crate::net::PortSet;
use crate::platform::ServiceType;
use crate::syntax::ast::{Entry, RuleLine, Value};
use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::Arc;

/// What a line of a service's firewall is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceSource {
    /// The subnets that are named, by their identity.
    Subnets(Vec<SubnetId>),
    /// Public addresses.
    Addresses(AddressExpr),
    /// Every public source inside Azure.
    AzureServices,
    /// The services that Microsoft trusts.
    TrustedServices,
    /// A resource instance.
    Resource(String),
}

/// A line of a service's firewall.
#[derive(Clone, Debug)]
pub struct ServiceRule {
    /// What it does.
    pub action: Action,
    /// What it is about.
    pub source: ServiceSource,
    /// May the subnet lack its service endpoint?
    pub ignore_missing: bool,
    /// The database that it belongs to.
    pub database: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// The line, in one spelling.
    pub text: String,
}

/// The firewall of a service.
#[derive(Clone, Debug)]
pub struct ServiceFirewall {
    /// Its lines.
    pub rules: Vec<ServiceRule>,
    /// `default allow` or `default deny`, where it is stated.
    pub default: Option<Stated<Action>>,
    /// Where it stands.
    pub span: Span,
}

/// `service NAME { … }`.
#[derive(Clone, Debug)]
pub struct Service {
    /// Name, place, region and subscription.
    pub head: Head,
    /// Its type.
    pub service_type: Option<Arc<ServiceType>>,
    /// Where the type is stated.
    pub type_span: Option<Span>,
    /// Its name in Azure.
    pub resource_name: Stated<String>,
    /// Host names stated in place of those of its type.
    pub host_names: Vec<Stated<String>>,
    /// Its public addresses; empty where they are not stated.
    pub public_ip: Vec<Stated<IpNet>>,
    /// Its ports, where they differ from those of its type.
    pub listen: Option<Stated<PortSet>>,
    /// Is its public side on?
    pub public_access: Option<Stated<bool>>,
    /// Its firewall.
    pub firewall: Option<ServiceFirewall>,
    /// Has it private endpoints that the script does not declare?
    pub private_endpoint_elsewhere: Option<Span>,
    /// Its tier.
    pub tier: Option<Stated<String>>,
    /// `default`, `redirect`, `proxy`.
    pub connection_policy: Option<Stated<String>>,
    /// The kind of a storage account.
    pub kind: Option<Stated<String>>,
    /// The redundancy of a storage account.
    pub redundancy: Option<Stated<String>>,
    /// The regions of a Cosmos DB account.
    pub endpoint_regions: Vec<Stated<String>>,
}

impl Service {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "service",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("type"),
                one("resource-name"),
                many("host-name"),
                many("public-ip"),
                one("listen"),
                one("public-access"),
                one("firewall"),
                one("private-endpoint"),
                one("tier"),
                one("connection-policy"),
                one("kind"),
                one("redundancy"),
                many("endpoint-region"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        r.no_more(1, cx);
        let stated = f.text("type", cx);
        if f.entry("type").is_none() {
            r.missing("its type", "service NAME { type sql }", cx);
        }
        let service_type = stated.as_ref().and_then(|stated| cx.platform.service_type(&stated.value));
        if let (Some(stated), None) = (&stated, &service_type) {
            let known = cx.platform.names("service-type");
            let help = did_you_mean(&stated.value, known.iter().copied())
                .unwrap_or_else(|| format!("the types are: {}", known.join(", ")));
            let message = format!("`{}` is not a type of service", stated.value);
            let wanted = Wanted::Words(known.iter().map(|word| word.to_string()).collect());
            cx.report(Diagnostic::error("FN0109", stated.span, message).help(help).wanted(wanted));
        }
        let own = r.head.name.rsplit('.').next().unwrap_or(&r.head.name).to_string();
        let resource_name = f.text("resource-name", cx).unwrap_or_else(|| Stated::new(own, r.head.span));
        let elsewhere = f.entry("private-endpoint").map(Entry::values_span);
        let policy = f.choice("connection-policy", POLICIES, cx);
        const POLICIES: &[&str] = &["default", "redirect", "proxy"];
        Self {
            type_span: stated.map(|stated| stated.span),
            service_type,
            resource_name,
            host_names: f.texts("host-name", cx).into_iter().map(lower_case).collect(),
            public_ip: f.prefixes("public-ip", cx),
            listen: f.ports("listen", cx),
            public_access: f.switch("public-access", cx),
            firewall: f.entry("firewall").map(|entry| service_firewall(entry, cx)),
            private_endpoint_elsewhere: elsewhere,
            tier: f.text("tier", cx).map(lower_case),
            connection_policy: policy.map(|p| Stated::new(POLICIES[p.value].to_string(), p.span)),
            kind: f.text("kind", cx),
            redundancy: f.text("redundancy", cx),
            endpoint_regions: f.texts("endpoint-region", cx),
            head: r.head,
        }
    }
}

pub(super) fn lower_case(stated: Stated<String>) -> Stated<String> {
    Stated::new(stated.value.to_lowercase(), stated.span)
}

fn service_firewall(entry: &Entry, cx: &mut Lowering<'_>) -> ServiceFirewall {
    const SHAPE: Shape =
        Shape { kind: "firewall", properties: &[one("default"), many("database")], rules: true, routes: false };
    let f = Fields::read(entry.block.as_deref(), &SHAPE, cx);
    let mut rules: Vec<ServiceRule> = f.rules.iter().filter_map(|line| service_rule(line, None, cx)).collect();
    for database in f.all("database") {
        const LINES: Shape = Shape { kind: "database", properties: &[], rules: true, routes: false };
        let name = database.groups.first().and_then(|g| g.first()).and_then(Value::word).map(|w| w.plain());
        let lines = Fields::read(database.block.as_deref(), &LINES, cx);
        rules.extend(lines.rules.iter().filter_map(|line| service_rule(line, name.clone(), cx)));
    }
    ServiceFirewall { rules, default: default_action(&f, cx), span: entry.name.span() }
}

fn service_rule(line: &RuleLine, database: Option<String>, cx: &mut Lowering<'_>) -> Option<ServiceRule> {
    if line.destination.is_some() {
        let message = "a line of a service's firewall names its source alone";
        cx.report(
            Diagnostic::error("FN0109", line.span, message)
                .help("write `allow hub.functions` or `allow 203.0.113.0/24`"),
        );
        return None;
    }
    no_priority(line, "write the line alone: their order has no meaning", cx);
    let text: Vec<String> = line.source.iter().map(fields::show).collect();
    let word = match line.source.as_slice() {
        [Value::Word(word)] => Some(word),
        _ => None,
    };
    let source = match word.map(|word| &*word.text) {
        Some("azure-services" | "0.0.0.0") => ServiceSource::AzureServices,
        Some("trusted-services") => ServiceSource::TrustedServices,
        Some(name) if line.resource => ServiceSource::Resource(name.to_string()),
        _ => {
            let expr = address::expr(&line.source, cx)?;
            match subnets_of(&expr) {
                Some(subnets) => ServiceSource::Subnets(subnets),
                None => ServiceSource::Addresses(expr),
            }
        }
    };
    Some(ServiceRule {
        action: if &*line.action.text == "deny" { Action::Deny } else { Action::Allow },
        source,
        ignore_missing: line.ignore_missing.is_some(),
        database,
        span: line.span,
        text: format!("{} {}", line.action.text, text.join(", ")),
    })
}

/// The subnets of a set that names only subnets; a vnet stands for no subnets here and is resolved by the engine.
fn subnets_of(expr: &AddressExpr) -> Option<Vec<SubnetId>> {
    let subnet = |term: &Term| match term {
        Term::Thing(Thing::Subnet(id)) => Some(*id),
        _ => None,
    };
    expr.terms.iter().map(subnet).collect()
}

/// The state of a private endpoint's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// It carries traffic.
    Approved,
    /// It waits for approval.
    Pending,
    /// It was refused.
    Rejected,
    /// It was taken away.
    Disconnected,
}

/// `private-endpoint NAME in SUBNET { … }`.
#[derive(Clone, Debug)]
pub struct PrivateEndpoint {
    /// Name, place, region and subscription.
    pub head: Head,
    /// Its subnet.
    pub subnet: Option<SubnetId>,
    /// The service or app that it leads to.
    pub target: Option<Stated<Thing>>,
    /// The subresource, where it is stated.
    pub subresource: Option<Stated<String>>,
    /// Its addresses; empty where they are not stated.
    pub addresses: Vec<Stated<IpAddr>>,
    /// The state of its connection.
    pub state: Option<Stated<ConnectionState>>,
    /// The zones in which its records are made.
    pub zones: Vec<Stated<Thing>>,
    /// Its application security groups.
    pub asgs: Vec<AsgId>,
}

impl PrivateEndpoint {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "private-endpoint",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("target"),
                one("subresource"),
                many("address"),
                one("state"),
                many("zone"),
                many("asg"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        let shape = "private-endpoint NAME in SUBNET { target SERVICE; address 10.0.0.4 }";
        let subnet = r.place(&[Kind::Subnet], shape, cx);
        r.no_more(3, cx);
        let target = f.name("target", &[Kind::Service, Kind::App], cx);
        if let Some(Stated { value: Thing::App(_), span }) = target {
            cx.edition_must_declare("private-endpoint.target-app", "private endpoints of apps", span);
        }
        if f.entry("target").is_none() {
            r.missing("its target", shape, cx);
        }
        const STATES: &[ConnectionState] = &[
            ConnectionState::Approved,
            ConnectionState::Pending,
            ConnectionState::Rejected,
            ConnectionState::Disconnected,
        ];
        let target = f.name("target", &[Kind::Service, Kind::App], cx);
        if let Some(Stated { value: Thing::App(_), span }) = &target {
            cx.edition_must_declare("private-endpoint.app", "private endpoints of function apps", *span);
        }
        let state = f.choice("state", &["approved", "pending", "rejected", "disconnected"], cx);
        Self {
            subnet: match subnet.map(|s| s.value) {
                Some(Thing::Subnet(id)) => Some(id),
                _ => None,
            },
            target,
            subresource: f.text("subresource", cx),
            addresses: f.addresses("address", cx),
            state: state.map(|s| Stated::new(STATES[s.value], s.span)),
            zones: f.names("zone", &[Kind::PrivateDnsZone], cx),
            asgs: asgs_of(&f, cx),
            head: r.head,
        }
    }
}
