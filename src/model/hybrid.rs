//! Hybrid connections and their managers.

use super::fields::{Lowering, Shape, many, one};
use super::lower::Reading;
use super::*;
use crate::diagnostic::Diagnostic;
use crate::syntax::literal;
use std::net::IpAddr;

/// A host and one port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// The name or address, in lower case.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Reads `HOST:PORT`; reported where it is not one.
pub(super) fn host_port(word: &crate::syntax::ast::Word, cx: &mut Lowering<'_>) -> Option<HostPort> {
    let parts = literal::endpoint(&word.text);
    let port = match parts.ports {
        Some((text, start)) => match literal::ports(text) {
            Ok(set) => set.single(),
            Err(mut fault) => {
                (fault.start, fault.end) = (fault.start + start, fault.end + start);
                cx.report(fault.at(word));
                return None;
            }
        },
        None => None,
    };
    let Some(port) = port else {
        let message = format!("`{}` is not a host and one port", word.text);
        cx.report(Diagnostic::error("FN0109", word.span(), message).help("write `erp.corp.local:8443`"));
        return None;
    };
    Some(HostPort { host: literal::labels(parts.target).join(".").to_lowercase(), port })
}

/// `hybrid-connection NAME HOST:PORT { … }`.
#[derive(Clone, Debug)]
pub struct HybridConnection {
    /// Name, place, region and subscription.
    pub head: Head,
    /// The one endpoint.
    pub endpoint: Option<Stated<HostPort>>,
    /// Its managers; none where they are not stated.
    pub managers: Vec<Stated<Thing>>,
    /// The relay, where it is declared.
    pub relay: Option<Stated<Thing>>,
}

impl HybridConnection {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "hybrid-connection",
            properties: &[one("region"), one("subscription"), one("tags"), many("manager"), one("relay")],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        r.no_more(2, cx);
        let endpoint = match r.word(1) {
            Some(word) => host_port(word, cx).map(|value| Stated::new(value, word.span())),
            None => {
                r.missing("its host and port", "hybrid-connection NAME HOST:PORT", cx);
                None
            }
        };
        Self {
            endpoint,
            managers: f.names("manager", &[Kind::HybridConnectionManager], cx),
            relay: f.name("relay", &[Kind::Service], cx),
            head: r.head,
        }
    }
}

/// `hybrid-connection-manager NAME [in PLACE] { … }`.
#[derive(Clone, Debug)]
pub struct HybridManager {
    /// Name, place, region and subscription.
    pub head: Head,
    /// Where it runs.
    pub place: Option<Stated<Thing>>,
    /// Its address.
    pub address: Option<Stated<IpAddr>>,
    /// Does it run on Linux?
    pub linux: Option<Stated<bool>>,
    /// The endpoints that it reaches; none where it is not stated, empty for `none`.
    pub reaches: Option<Vec<Stated<HostPort>>>,
    /// Does it reach Azure Relay?
    pub relay_access: Option<Stated<bool>>,
    /// Is it up?
    pub up: Option<Stated<bool>>,
}

impl HybridManager {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "hybrid-connection-manager",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("address"),
                one("os"),
                many("reaches"),
                one("relay-access"),
                one("status"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        let placed = r.group(1).is_some();
        let kinds = &[Kind::Subnet, Kind::OnPremises, Kind::Host];
        let place = if placed { r.place(kinds, "hybrid-connection-manager NAME in PLACE", cx) } else { None };
        r.no_more(3, cx);
        let os = f.choice("os", &["windows", "linux"], cx);
        let status = f.choice("status", &["down", "up"], cx);
        let reaches = f.entry("reaches").map(|_| {
            let words = f.words("reaches", cx);
            let named = words.iter().filter(|word| &*word.text != "none");
            named.filter_map(|word| host_port(word, cx).map(|value| Stated::new(value, word.span()))).collect()
        });
        Self {
            place,
            address: f.addresses("address", cx).into_iter().next(),
            linux: os.map(|os| Stated::new(os.value == 1, os.span)),
            reaches,
            relay_access: f.switch("relay-access", cx),
            up: status.map(|s| Stated::new(s.value == 1, s.span)),
            head: r.head,
        }
    }
}
