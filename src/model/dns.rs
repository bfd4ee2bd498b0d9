//! Private DNS zones and DNS servers.

use super::fields::{Fields, Lowering, Shape, many, newer, one};
use super::lower::Reading;
use super::*;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{Entry, Value, Values, Word};
use crate::syntax::literal;
use std::net::IpAddr;

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordData {
    /// Addresses, IPv4 or IPv6.
    Addresses(Vec<IpAddr>),
    /// Another name.
    Alias(String),
}

/// A DNS record.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its label in the zone (`@` for the zone itself), or the whole name at a DNS server.
    pub label: String,
    /// The service or app whose name the label is.
    pub of: Option<Thing>,
    /// What it says.
    pub data: RecordData,
    /// Where it stands.
    pub span: Span,
}

/// A link of a zone to a network.
#[derive(Clone, Debug)]
pub struct ZoneLink {
    /// The network.
    pub vnet: VnetId,
    /// Does it register the network's machines?
    pub registration: bool,
    /// Does a name that the zone lacks fall back to the public name?
    pub fallback: Option<Span>,
    /// Where it stands.
    pub span: Span,
}

/// `private-dns-zone NAME { … }`.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Its DNS name in lower case, and place.
    pub head: Head,
    /// Its links.
    pub links: Vec<ZoneLink>,
    /// Its records.
    pub records: Vec<Record>,
}

impl Zone {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "private-dns-zone",
            properties: &[one("region"), one("subscription"), one("tags"), many("link"), many("record")],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        r.no_more(1, cx);
        if !literal::is_host_name(&r.head.name, 1) {
            let message = format!("`{}` is not a DNS name", r.head.name);
            cx.report(Diagnostic::error("FN0109", r.head.span, message));
        }
        let mut zone = Self { links: Vec::new(), records: Vec::new(), head: r.head };
        for entry in f.all("link") {
            links(entry, &mut zone.links, cx);
        }
        for entry in f.all("record") {
            zone.records.extend(record(entry, cx));
        }
        zone
    }
}

fn links(entry: &Entry, links: &mut Vec<ZoneLink>, cx: &mut Lowering<'_>) {
    const SHAPE: Shape =
        Shape { kind: "link", properties: &[one("registration"), newer(one("fallback"))], rules: false, routes: false };
    let f = Fields::read(entry.block.as_deref(), &SHAPE, cx);
    let registration = f.switch("registration", cx).is_some_and(|s| s.value);
    let fallback = f.switch("fallback", cx).filter(|s| s.value).map(|s| s.span);
    let mut words = Vec::new();
    entry.groups.iter().flatten().for_each(|value| fields::open(value, cx, &mut words));
    for word in &words {
        if let Some(Stated { value: Thing::Vnet(vnet), span }) = cx.refer(word, &[Kind::Vnet]) {
            links.push(ZoneLink { vnet, registration, fallback, span });
        }
    }
}

/// `record NAME TYPE VALUE, …`.
fn record(entry: &Entry, cx: &mut Lowering<'_>) -> Option<Record> {
    let span = entry.span;
    let word = |at: usize| match entry.groups.get(at).map(Values::as_slice) {
        Some([Value::Word(word)]) => Some(word),
        _ => None,
    };
    let (Some(name), Some(kind), Some(values)) = (word(0), word(1), entry.groups.get(2)) else {
        let message = "a record is a name, a type and its values";
        cx.report(Diagnostic::error("FN0116", span, message).help("write `record orders-db A 10.2.0.4`"));
        return None;
    };
    let types = ["A", "AAAA", "CNAME"];
    let at = fields::choose(kind, "record", &types, cx)?.value;
    let mut words = Vec::new();
    values.iter().for_each(|value| fields::open(value, cx, &mut words));
    let data = if at == 2 {
        RecordData::Alias(words.first()?.plain().trim_end_matches('.').to_lowercase())
    } else {
        let addresses: Vec<_> = words.iter().filter_map(|word| fields::one_address(word, cx)).collect();
        for address in &addresses {
            if address.value.is_ipv4() != (at == 0) {
                let message = format!("{} is not an address of a record of type {}", address.value, types[at]);
                cx.report(Diagnostic::error("FN0109", address.span, message));
            }
        }
        RecordData::Addresses(addresses.into_iter().map(|a| a.value).collect())
    };
    let of = record_owner(name, cx);
    Some(Record { label: name.plain().trim_end_matches('.').to_lowercase(), of, data, span })
}

fn record_owner(name: &Word, cx: &Lowering<'_>) -> Option<Thing> {
    let whole = name.plain();
    [Kind::Service, Kind::App].into_iter().find_map(|kind| cx.names.get(kind, &whole))
}

/// Where a server sends names that end in a suffix.
#[derive(Clone, Debug)]
pub struct Forward {
    /// The suffix without its first dot; empty for all the rest.
    pub suffix: String,
    /// The servers.
    pub to: Vec<IpAddr>,
    /// Where it stands.
    pub span: Span,
}

/// `dns-server NAME in PLACE ADDRESS { … }`.
#[derive(Clone, Debug)]
pub struct DnsServer {
    /// Name, place, region and subscription.
    pub head: Head,
    /// The subnet or on-premises network; none for a public server.
    pub place: Option<Thing>,
    /// Its addresses.
    pub addresses: Vec<Stated<IpAddr>>,
    /// Is it the inbound endpoint of a private resolver?
    pub private_resolver: Option<Stated<bool>>,
    /// Where it sends what it does not know.
    pub forwards: Vec<Forward>,
    /// What it knows by itself.
    pub records: Vec<Record>,
    /// Does it resolve public names by itself?
    pub public_names: Option<Stated<bool>>,
    /// Is it up?
    pub up: Option<Stated<bool>>,
    /// What it listens on.
    pub listen: Option<Vec<Stated<(crate::net::Protocol, crate::net::PortSet)>>>,
}

impl DnsServer {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "dns-server",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("kind"),
                many("forward"),
                many("record"),
                one("public-names"),
                one("status"),
                many("listen"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        let placed = r.word(1).is_some_and(|word| &*word.text == "in");
        let shape = "dns-server NAME in SUBNET 10.0.0.53";
        let place = if placed { r.place(&[Kind::Subnet, Kind::OnPremises], shape, cx) } else { None };
        let addresses = r.addresses(if placed { 3 } else { 1 }, cx);
        if addresses.is_empty() {
            r.missing("its address", shape, cx);
        }
        let kind = f.choice("kind", &["server", "private-resolver"], cx);
        let status = f.choice("status", &["down", "up"], cx);
        let forwards = f.all("forward").to_vec();
        let records = f.all("record").to_vec();
        Self {
            place: place.map(|p| p.value),
            addresses,
            private_resolver: kind.map(|k| Stated::new(k.value == 1, k.span)),
            forwards: forwards.into_iter().filter_map(|entry| forward(entry, cx)).collect(),
            records: records.into_iter().filter_map(|entry| record(entry, cx)).collect(),
            public_names: f.switch("public-names", cx),
            up: status.map(|s| Stated::new(s.value == 1, s.span)),
            listen: f.listeners("listen", cx),
            head: r.head,
        }
    }
}

/// `forward SUFFIX ADDRESS, …`.
fn forward(entry: &Entry, cx: &mut Lowering<'_>) -> Option<Forward> {
    let (Some([Value::Word(suffix)]), Some(values)) = (entry.groups.first().map(Values::as_slice), entry.groups.get(1))
    else {
        let message = "`forward` takes a suffix and the servers that know it";
        let help = "write `forward \".\" 168.63.129.16`, or `forward corp.local 192.168.0.53`";
        cx.report(Diagnostic::error("FN0116", entry.span, message).help(help));
        return None;
    };
    let mut words = Vec::new();
    values.iter().for_each(|value| fields::open(value, cx, &mut words));
    let to = words.iter().filter_map(|word| fields::one_address(word, cx)).map(|a| a.value).collect();
    Some(Forward { suffix: suffix.plain().trim_matches('.').to_lowercase(), to, span: entry.span })
}
