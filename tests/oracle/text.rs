//! The same network as a person would write it in fnet, and the question.

use super::plain::*;
use std::fmt::{self, Display, Formatter, Write};
use std::net::{Ipv4Addr, Ipv6Addr};

impl Display for Addr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.six {
            write!(f, "{}", Ipv6Addr::from(self.bits))
        } else {
            write!(f, "{}", Ipv4Addr::from(self.bits as u32))
        }
    }
}

impl Display for Prefix {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.len)
    }
}

impl Display for Range {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.low == self.high {
            return write!(f, "{}", self.low);
        }
        let top = if self.low.six { 128 } else { 32 };
        for len in 0..top {
            let prefix = Prefix::around(self.low, len);
            if prefix.base == self.low && prefix.last() == self.high {
                return write!(f, "{prefix}");
            }
        }
        write!(f, "{}-{}", self.low, self.high)
    }
}

impl Display for Protocol {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Icmp => "icmp",
        })
    }
}

fn list<T: Display>(all: &[T]) -> String {
    all.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

fn on(yes: bool) -> &'static str {
    if yes { "on" } else { "off" }
}

/// Behind a list of addresses that may be of IPv6, ports need brackets.
fn side(side: &Side, ports: &Ports) -> String {
    let six = |range: &Range| range.low.six;
    let mut text = match side {
        Side::Any => "*".to_string(),
        Side::Tag(name) | Side::Asg(name) | Side::Named(name) => name.clone(),
        Side::Ranges(ranges) if !ports.is_empty() && ranges.last().is_some_and(six) => {
            let (last, others) = ranges.split_last().expect("a range");
            let others: String = others.iter().map(|range| format!("{range}, ")).collect();
            format!("{others}[{last}]")
        }
        Side::Ranges(ranges) => list(ranges),
    };
    for (at, (low, high)) in ports.iter().enumerate() {
        text.push(if at == 0 { ':' } else { ',' });
        text.push_str(&if low == high { low.to_string() } else { format!("{low}-{high}") });
    }
    text
}

fn line(rule: &Rule) -> String {
    let action = match rule.action {
        Action::Allow => "allow",
        Action::Deny => "deny",
        Action::AlwaysAllow => "always-allow",
    };
    let protocol = rule.protocol.map_or("*".to_string(), |protocol| protocol.to_string());
    format!("{action} {protocol} {} -> {}", side(&rule.from, &rule.from_ports), side(&rule.to, &rule.to_ports))
}

fn group(text: &mut String, rules: &[Rule]) {
    for (inbound, word) in [(true, "inbound"), (false, "outbound")] {
        if rules.iter().any(|rule| rule.inbound == inbound) {
            writeln!(text, "  {word} {{").unwrap();
            for rule in rules.iter().filter(|rule| rule.inbound == inbound) {
                writeln!(text, "    {} {}", rule.priority, line(rule)).unwrap();
            }
            text.push_str("  }\n");
        }
    }
}

fn filter(filter: &Filter, indent: &str) -> String {
    let mut text = String::new();
    for rule in &filter.rules {
        writeln!(text, "{indent}{}", line(rule)).unwrap();
    }
    if let Some(default) = filter.default {
        writeln!(text, "{indent}default {}", if default { "allow" } else { "deny" }).unwrap();
    }
    text
}

/// A line of a block where there is something to say.
fn stated<T: Display>(text: &mut String, word: &str, value: &Option<T>) {
    if let Some(value) = value {
        writeln!(text, "  {word} {value}").unwrap();
    }
}

/// A flag of both links of a peering.
fn flag(text: &mut String, peering: &Peering, word: &str, flags: [bool; 2], default: bool) {
    match flags {
        [one, other] if one == other && one == default => {}
        [one, other] if one == other => writeln!(text, "  {word} {}", on(one)).unwrap(),
        [one, _] => writeln!(text, "  {word} {}", peering.ends[if one { 0 } else { 1 }]).unwrap(),
    }
}

/// The script of a model.
pub fn script(model: &Model) -> String {
    let mut t = format!("edition {}\n", model.edition);
    for tag in &model.tags {
        writeln!(t, "amend service-tag {} {{ prefix {} }}", tag.name, list(&tag.prefixes)).unwrap();
    }
    for vnet in &model.vnets {
        writeln!(t, "vnet {} {} {{\n  region {}", vnet.name, list(&vnet.prefixes), vnet.region).unwrap();
        if vnet.strict {
            t.push_str("  strict-vnet-tag on\n");
        }
        stated(&mut t, "smtp-allowed", &vnet.smtp.map(on));
        if !vnet.dns.is_empty() {
            // What the groups of a network do with lookups is one of the open points (O-09).
            writeln!(t, "  dns {}\n  dns-bypasses-nsg off", list(&vnet.dns)).unwrap();
        }
        for subnet in &vnet.subnets {
            self::subnet(&mut t, subnet);
        }
        t.push_str("}\n");
    }
    for asg in &model.asgs {
        writeln!(t, "asg {asg}").unwrap();
    }
    for nsg in &model.nsgs {
        writeln!(t, "nsg {} {{", nsg.name).unwrap();
        group(&mut t, &nsg.rules);
        t.push_str("}\n");
    }
    for admin in &model.admin {
        writeln!(t, "admin-rules {} {{\n  to {}", admin.name, admin.to.join(", ")).unwrap();
        group(&mut t, &admin.rules);
        t.push_str("}\n");
    }
    for table in &model.tables {
        writeln!(t, "route-table {} {{", table.name).unwrap();
        for route in &table.routes {
            let hop = match &route.hop {
                Hop::Appliance(addr) => format!("appliance {addr}"),
                Hop::Gateway => "gateway".into(),
                Hop::Vnet => "vnet".into(),
                Hop::Internet => "internet".into(),
                Hop::None => "none".into(),
            };
            writeln!(t, "  {} -> {hop}", route.prefix).unwrap();
        }
        if !table.propagation {
            t.push_str("  bgp-propagation off\n");
        }
        t.push_str("}\n");
    }
    for nat in &model.nats {
        writeln!(t, "nat-gateway {} {{ public-ip {} }}", nat.name, nat.public).unwrap();
    }
    for peering in &model.peerings {
        writeln!(t, "peering {} <-> {} {{", peering.ends[0], peering.ends[1]).unwrap();
        flag(&mut t, peering, "vnet-access", peering.access, true);
        flag(&mut t, peering, "forwarded-traffic", peering.forwarded, false);
        flag(&mut t, peering, "gateway-transit", peering.transit, false);
        if peering.transit[0] != peering.remote[1] || peering.transit[1] != peering.remote[0] {
            t.push_str("  use-remote-gateway off\n");
        }
        if !peering.connected {
            t.push_str("  state initiated\n");
        }
        t.push_str("}\n");
    }
    for gateway in &model.gateways {
        writeln!(t, "gateway {} in {} {{", gateway.name, gateway.vnet).unwrap();
        writeln!(t, "  type {}", if gateway.vpn { "vpn" } else { "expressroute" }).unwrap();
        if !gateway.learned.is_empty() {
            writeln!(t, "  bgp on\n  learned-route {}", list(&gateway.learned)).unwrap();
        }
        writeln!(t, "  status {}\n}}", if gateway.up { "up" } else { "down" }).unwrap();
    }
    for site in &model.sites {
        writeln!(t, "on-premises {} {} {{\n  via {}", site.name, list(&site.prefixes), site.via.join(", ")).unwrap();
        writeln!(t, "  public-ip {}", site.public).unwrap();
        match &site.back {
            Some(back) if back.is_empty() => t.push_str("  return-route none\n"),
            Some(back) => writeln!(t, "  return-route {}", list(back)).unwrap(),
            None => {}
        }
        if let Some(lines) = &site.filter {
            write!(t, "  firewall {{\n{}  }}\n", filter(lines, "    ")).unwrap();
        }
        t.push_str("}\n");
    }
    for one in &model.appliances {
        writeln!(t, "appliance {} in {}.{} {} {{", one.name, one.vnet, one.subnet, one.addr).unwrap();
        writeln!(t, "  forwarding {}", on(one.forwarding)).unwrap();
        t.push_str(&filter(&one.filter, "  "));
        stated(&mut t, "snat", &one.snat.map(on));
        stated(&mut t, "public-ip", &one.public);
        stated(&mut t, "nsg", &one.nsg);
        t.push_str("}\n");
    }
    for host in &model.hosts {
        self::host(&mut t, host);
    }
    for one in &model.balancers {
        writeln!(t, "load-balancer {} in {}.{} {} {{", one.name, one.vnet, one.subnet, one.addr).unwrap();
        writeln!(t, "  sku {}", if one.basic { "basic" } else { "standard" }).unwrap();
        if !one.backends.is_empty() {
            writeln!(t, "  backend {}", one.backends.join(", ")).unwrap();
        }
        for (protocol, low, high) in &one.listen {
            writeln!(t, "  listen {protocol} {low}-{high}").unwrap();
        }
        if let Some(addr) = one.outbound {
            writeln!(t, "  public-ip {addr}\n  outbound-rule on").unwrap();
        }
        t.push_str("}\n");
    }
    for service in &model.services {
        self::service(&mut t, service);
    }
    for one in &model.endpoints {
        writeln!(t, "private-endpoint {} in {}.{} {{", one.name, one.vnet, one.subnet).unwrap();
        writeln!(t, "  target {}\n  address {}", one.target, one.addr).unwrap();
        if model.services.iter().any(|service| service.name == one.target && service.kind == ServiceKind::Storage) {
            t.push_str("  subresource blob\n");
        }
        if !one.approved {
            t.push_str("  state pending\n");
        }
        if !one.asgs.is_empty() {
            writeln!(t, "  asg {}", one.asgs.join(", ")).unwrap();
        }
        t.push_str("}\n");
    }
    for zone in &model.zones {
        writeln!(t, "private-dns-zone {} {{", zone.name).unwrap();
        for (vnet, fallback) in &zone.links {
            writeln!(t, "  link {vnet}{}", if *fallback { " { fallback on }" } else { "" }).unwrap();
        }
        for (label, addr) in &zone.records {
            writeln!(t, "  record {label} A {addr}").unwrap();
        }
        t.push_str("}\n");
    }
    for server in &model.servers {
        writeln!(t, "dns-server {} in {}.{} {} {{", server.name, server.vnet, server.subnet, server.addr).unwrap();
        for (name, addr) in &server.records {
            writeln!(t, "  record {name} A {addr}").unwrap();
        }
        for (domain, to) in &server.forwards {
            writeln!(t, "  forward \"{domain}\" {to}").unwrap();
        }
        stated(&mut t, "public-names", &server.public_names.map(on));
        writeln!(t, "  status {}\n}}", if server.up { "up" } else { "down" }).unwrap();
    }
    for one in &model.hybrids {
        for manager in &one.managers {
            let on_host = manager.on.as_ref().map_or(String::new(), |host| format!(" in {host}"));
            write!(t, "hybrid-connection-manager {}{on_host} {{ ", manager.name).unwrap();
            write!(t, "status {}; relay-access {}", if manager.up { "up" } else { "down" }, on(manager.relay)).unwrap();
            match manager.reaches {
                _ if manager.on.is_some() => {}
                true => write!(t, "; reaches {}:{}", one.host, one.port).unwrap(),
                false => t.push_str("; reaches none"),
            }
            t.push_str(" }\n");
        }
        let managers: Vec<&str> = one.managers.iter().map(|manager| manager.name.as_str()).collect();
        let managers = managers.join(", ");
        writeln!(t, "hybrid-connection {} {}:{} {{ manager {managers} }}", one.name, one.host, one.port).unwrap();
    }
    for ase in &model.ases {
        writeln!(t, "ase {} in {}.{} {{", ase.name, ase.vnet, ase.subnet).unwrap();
        if ase.internal {
            writeln!(t, "  load-balancer internal\n  address {}", ase.addr).unwrap();
        } else {
            t.push_str("  load-balancer external\n");
        }
        writeln!(t, "  public-ip {}\n}}", ase.public).unwrap();
    }
    for app in &model.apps {
        self::app(&mut t, model, app);
    }
    t
}

fn subnet(t: &mut String, subnet: &Subnet) {
    writeln!(t, "  subnet {} {} {{", subnet.name, list(&subnet.prefixes)).unwrap();
    let mut inner = String::new();
    stated(&mut inner, "nsg", &subnet.nsg);
    stated(&mut inner, "route-table", &subnet.table);
    stated(&mut inner, "nat-gateway", &subnet.nat);
    stated(&mut inner, "delegation", &subnet.delegation);
    stated(&mut inner, "default-outbound-access", &subnet.default_outbound.map(on));
    if !subnet.endpoints.is_empty() {
        writeln!(inner, "  service-endpoint {}", subnet.endpoints.join(", ")).unwrap();
    }
    let policy = match subnet.policy {
        Policy::Off => None,
        Policy::Nsg => Some("nsg"),
        Policy::Routes => Some("route-table"),
        Policy::On => Some("on"),
    };
    stated(&mut inner, "private-endpoint-policy", &policy);
    for line in inner.lines() {
        writeln!(t, "  {line}").unwrap();
    }
    t.push_str("  }\n");
}

fn host(t: &mut String, host: &Host) {
    let place = match &host.place {
        Place::Subnet(vnet, subnet) => format!("{vnet}.{subnet}"),
        Place::Site(site) => site.clone(),
    };
    writeln!(t, "host {} in {place} {} {{", host.name, list(&host.addrs)).unwrap();
    if let Some(listen) = &host.listen {
        if listen.is_empty() {
            t.push_str("  listen none\n");
        }
        for (protocol, low, high) in listen {
            let ports = if low == high { low.to_string() } else { format!("{low}-{high}") };
            writeln!(t, "  listen {protocol} {ports}").unwrap();
        }
    }
    stated(t, "nsg", &host.nsg);
    if !host.asgs.is_empty() {
        writeln!(t, "  asg {}", host.asgs.join(", ")).unwrap();
    }
    if let Some(lines) = &host.filter {
        write!(t, "  firewall {{\n{}  }}\n", filter(lines, "    ")).unwrap();
    }
    stated(t, "public-ip", &host.public);
    if !host.dns.is_empty() {
        writeln!(t, "  dns {}", list(&host.dns)).unwrap();
    }
    t.push_str("}\n");
}

fn service(t: &mut String, service: &Service) {
    let kind = match service.kind {
        ServiceKind::Sql => "sql",
        ServiceKind::Storage => "storage",
        ServiceKind::KeyVault => "key-vault",
        ServiceKind::Cosmos => "cosmos-db",
        ServiceKind::ServiceBus => "service-bus",
    };
    writeln!(t, "service {} {{\n  type {kind}\n  region {}", service.name, service.region).unwrap();
    writeln!(t, "  public-ip {}", service.public).unwrap();
    if service.kind == ServiceKind::ServiceBus {
        t.push_str("  tier premium\n");
    }
    stated(t, "connection-policy", &service.policy);
    if !service.access {
        t.push_str("  public-access off\n");
    }
    if let Some(firewall) = &service.firewall {
        t.push_str("  firewall {\n");
        for line in &firewall.allow {
            let who = match line {
                Allowed::Subnet(vnet, subnet) => format!("{vnet}.{subnet} ignore-missing-endpoint"),
                Allowed::Ranges(ranges) => list(ranges),
                Allowed::Azure => "azure-services".into(),
            };
            writeln!(t, "    allow {who}").unwrap();
        }
        if let Some(default) = firewall.default {
            writeln!(t, "    default {}", if default { "allow" } else { "deny" }).unwrap();
        }
        t.push_str("  }\n");
    }
    t.push_str("}\n");
}

fn app(t: &mut String, model: &Model, app: &App) {
    let ase = model.ase_of(app);
    if let Some(ase) = ase {
        writeln!(t, "app {} on {} {{\n  region {}", app.name, ase.name, app.region).unwrap();
    } else {
        writeln!(t, "plan plan-{} {{ tier {}; region {} }}", app.name, app.tier, app.region).unwrap();
        writeln!(t, "app {} on plan-{} {{\n  region {}", app.name, app.name, app.region).unwrap();
    }
    if let Some((vnet, subnet)) = &app.subnet {
        writeln!(t, "  integrate {vnet}.{subnet}").unwrap();
    }
    if let Some(all) = app.route_setting {
        writeln!(t, "  setting WEBSITE_VNET_ROUTE_ALL = {}", u8::from(all)).unwrap();
    }
    if !app.dns_setting.is_empty() {
        let all: Vec<String> = app.dns_setting.iter().map(Addr::to_string).collect();
        writeln!(t, "  setting WEBSITE_DNS_SERVER = {}", all.join(",")).unwrap();
    }
    if !app.dns.is_empty() {
        writeln!(t, "  dns {}", list(&app.dns)).unwrap();
    }
    stated(t, "dns-alternative", &app.dns_alternative);
    if !app.hybrids.is_empty() {
        writeln!(t, "  hybrid {}", app.hybrids.join(", ")).unwrap();
    }
    stated(t, "route-all", &app.route_all.map(on));
    stated(t, "route-everything", &app.route_everything.map(on));
    // An environment of 2020 is called at its own address, and an internal one at none of the internet.
    if ase.is_none_or(|ase| !ase.internal && model.edition != 2020) {
        writeln!(t, "  inbound-ip {}", app.inbound).unwrap();
    }
    if !app.outbound.is_empty() {
        writeln!(t, "  outbound-ip {}", list(&app.outbound)).unwrap();
    }
    stated(t, "public-access", &app.public.map(on));
    access(t, "access", &app.access, app.access_default);
    match &app.scm {
        Some(Scm::Same) => t.push_str("  scm-access same\n"),
        Some(Scm::Own(rules, default)) => access(t, "scm-access", rules, *default),
        None => {}
    }
    t.push_str("}\n");
}

fn access(t: &mut String, word: &str, rules: &[AccessRule], default: Option<bool>) {
    if rules.is_empty() && default.is_none() {
        return;
    }
    writeln!(t, "  {word} {{").unwrap();
    for rule in rules {
        let source = match &rule.source {
            AccessSource::Any => "*".into(),
            AccessSource::Ranges(ranges) => list(ranges),
            AccessSource::Subnet(vnet, subnet) => format!("{vnet}.{subnet} ignore-missing-endpoint"),
            AccessSource::Tag(tag) => tag.clone(),
            AccessSource::AnyVnets => "AnyVnets".into(),
        };
        write!(t, "    {} {} {source}", rule.priority, if rule.allow { "allow" } else { "deny" }).unwrap();
        for header in &rule.headers {
            let (name, values): (_, Vec<String>) = match header {
                Header::FrontDoor(values) => ("X-Azure-FDID", values.iter().map(|one| one.to_string()).collect()),
                Header::ForwardedFor(values) => ("X-Forwarded-For", values.iter().map(Prefix::to_string).collect()),
            };
            let values: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
            write!(t, " header {name} {}", values.join(", ")).unwrap();
        }
        t.push('\n');
    }
    if let Some(default) = default {
        writeln!(t, "    default {}", if default { "allow" } else { "deny" }).unwrap();
    }
    t.push_str("  }\n");
}

/// A target as one would type it.
pub fn target(model: &Model, target: &Target) -> String {
    match target {
        Target::Addr(addr) if addr.six => format!("[{addr}]"),
        Target::Addr(addr) => addr.to_string(),
        Target::Service(name) => {
            let storage = |one: &Service| one.name == *name && one.kind == ServiceKind::Storage;
            if model.services.iter().any(storage) { format!("{name}.blob") } else { name.clone() }
        }
        Target::Host(name) | Target::App(name) | Target::Name(name) => name.clone(),
    }
}

/// The target of a question: an app's SCM site is one of its own.
pub fn called(model: &Model, question: &Question) -> String {
    format!("{}{}", target(model, &question.target), if question.scm { ".scm" } else { "" })
}

/// The question as one would type it.
pub fn question(model: &Model, question: &Question) -> String {
    let source = match &question.source {
        Source::App(name) | Source::Host(name) => name.clone(),
        Source::Addr(addr) => addr.to_string(),
    };
    let target = called(model, question);
    let over = match question.over {
        Over::Answer => "",
        Over::Tcp => " over tcp",
        Over::Udp => " over udp",
        Over::Icmp => " over icmp",
    };
    let port = if question.over == Over::Icmp { String::new() } else { format!(":{}", question.port) };
    let from = question.from_port.map_or(String::new(), |port| format!(" from-port {port}"));
    let mut carried = String::new();
    if let Some(value) = question.front_door {
        write!(carried, " header X-Azure-FDID \"{value}\"").unwrap();
    }
    if let Some(addr) = question.forwarded_for {
        write!(carried, " header X-Forwarded-For \"{addr}\"").unwrap();
    }
    if let Some(host) = &question.host {
        write!(carried, " host-name {host}").unwrap();
    }
    format!("can {source} reach {target}{port}{over}{from}{carried}")
}
