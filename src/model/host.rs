//! What has a network interface of its own: hosts, appliances and load balancers.

use super::fields::{Lowering, Shape, many, one, single};
use super::lower::Reading;
use super::security::{filter_list, firewall_block};
use super::*;
use crate::net::{PortSet, Protocol};
use ipnet::IpNet;
use std::net::IpAddr;

/// The kinds of place that an interface may stand in.
const PLACES: &[Kind] = &[Kind::Subnet, Kind::OnPremises];

/// `host NAME in PLACE ADDRESS, … { … }`.
#[derive(Clone, Debug)]
pub struct Host {
    /// Name, place, region and subscription.
    pub head: Head,
    /// The subnet or on-premises network.
    pub place: Option<Thing>,
    /// Its addresses.
    pub addresses: Vec<Stated<IpAddr>>,
    /// What it listens on; none where it is not stated.
    pub listen: Option<Vec<Stated<(Protocol, PortSet)>>>,
    /// The security group of its interface.
    pub nsg: Option<Stated<NsgId>>,
    /// Its application security groups.
    pub asgs: Vec<AsgId>,
    /// Its own firewall.
    pub firewall: Option<FilterList>,
    /// Its public addresses.
    pub public_ip: Vec<Stated<IpNet>>,
    /// `running`, `stopped`, `deallocated`.
    pub status: Option<Stated<String>>,
    /// The name servers of its interface.
    pub dns: Vec<Stated<IpAddr>>,
    /// Its name in the guest.
    pub computer_name: Option<Stated<String>>,
    /// Is this its primary interface?
    pub primary: Option<Stated<bool>>,
    /// `windows`, `linux`, `unknown`.
    pub os: Option<Stated<String>>,
}

impl Host {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "host",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                many("listen"),
                single(one("nsg"), "subnet.one-nsg"),
                many("asg"),
                one("firewall"),
                many("public-ip"),
                one("status"),
                many("dns"),
                one("computer-name"),
                one("primary"),
                one("os"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        let shape = "host NAME in SUBNET 10.0.0.4";
        let place = r.place(PLACES, shape, cx);
        let addresses = interface_addresses(&r, shape, cx);
        const STATES: &[&str] = &["running", "stopped", "deallocated"];
        const SYSTEMS: &[&str] = &["windows", "linux", "unknown"];
        let status = f.choice("status", STATES, cx);
        let os = f.choice("os", SYSTEMS, cx);
        Self {
            place: place.map(|p| p.value),
            addresses,
            listen: f.listeners("listen", cx),
            nsg: nsg_of(&f, cx),
            asgs: asgs_of(&f, cx),
            firewall: f.entry("firewall").map(|e| firewall_block(e.block.as_deref(), e.name.span(), cx)),
            public_ip: f.prefixes("public-ip", cx),
            status: status.map(|s| Stated::new(STATES[s.value].to_string(), s.span)),
            dns: f.addresses("dns", cx),
            computer_name: f.text("computer-name", cx),
            primary: f.switch("primary", cx),
            os: os.map(|s| Stated::new(SYSTEMS[s.value].to_string(), s.span)),
            head: r.head,
        }
    }

    /// Is it stated to be stopped or deallocated?
    pub fn is_down(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.value != "running")
    }
}

fn interface_addresses(r: &Reading<'_>, shape: &str, cx: &mut Lowering<'_>) -> Vec<Stated<IpAddr>> {
    let addresses = r.addresses(3, cx);
    if r.group(3).is_none() && r.group(2).is_some() {
        r.missing("its address", shape, cx);
    }
    r.no_more(4, cx);
    addresses
}

pub(super) fn nsg_of(f: &fields::Fields<'_>, cx: &mut Lowering<'_>) -> Option<Stated<NsgId>> {
    let stated = f.name("nsg", &[Kind::Nsg], cx)?;
    match stated.value {
        Thing::Nsg(id) => Some(Stated::new(id, stated.span)),
        _ => None,
    }
}

pub(super) fn asgs_of(f: &fields::Fields<'_>, cx: &mut Lowering<'_>) -> Vec<AsgId> {
    let named = f.names("asg", &[Kind::Asg], cx);
    let id = |stated: &Stated<Thing>| match stated.value {
        Thing::Asg(id) => Some(id),
        _ => None,
    };
    named.iter().filter_map(id).collect()
}

/// What an appliance does to the source of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Snat {
    /// It leaves it.
    Off,
    /// It puts its own address there.
    On,
    /// It puts these there.
    Addresses(Vec<IpAddr>),
}

/// `appliance NAME in SUBNET ADDRESS { … }`.
#[derive(Clone, Debug)]
pub struct Appliance {
    /// Name, place, region and subscription.
    pub head: Head,
    /// Its subnet.
    pub subnet: Option<SubnetId>,
    /// Its address.
    pub address: Option<Stated<IpAddr>>,
    /// Is IP forwarding on?
    pub forwarding: Option<Stated<bool>>,
    /// Its rule lines.
    pub filter: FilterList,
    /// What it does to sources; none where it is not stated.
    pub snat: Option<Stated<Snat>>,
    /// Its public addresses.
    pub public_ip: Vec<Stated<IpNet>>,
    /// The security group of its interface.
    pub nsg: Option<Stated<NsgId>>,
}

impl Appliance {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "appliance",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("forwarding"),
                one("default"),
                many("snat"),
                many("public-ip"),
                single(one("nsg"), "subnet.one-nsg"),
            ],
            rules: true,
            routes: false,
        };
        let span = r.head.span;
        let f = r.fields(&SHAPE, cx);
        let shape = "appliance NAME in SUBNET 10.0.0.4 { forwarding on }";
        let place = r.place(&[Kind::Subnet], shape, cx);
        let addresses = interface_addresses(&r, shape, cx);
        Self {
            subnet: match place.map(|p| p.value) {
                Some(Thing::Subnet(id)) => Some(id),
                _ => None,
            },
            address: addresses.into_iter().next(),
            forwarding: f.switch("forwarding", cx),
            filter: filter_list(&f, span, cx),
            snat: snat(&f, cx),
            public_ip: f.prefixes("public-ip", cx),
            nsg: nsg_of(&f, cx),
            head: r.head,
        }
    }
}

fn snat(f: &fields::Fields<'_>, cx: &mut Lowering<'_>) -> Option<Stated<Snat>> {
    let entry = f.entry("snat")?;
    let span = entry.values_span();
    let words = f.words("snat", cx);
    match words.first().map(|word| &*word.text) {
        Some("on") => Some(Stated::new(Snat::On, span)),
        Some("off") => Some(Stated::new(Snat::Off, span)),
        _ => {
            let addresses = words.iter().filter_map(|word| fields::one_address(word, cx)).map(|a| a.value).collect();
            Some(Stated::new(Snat::Addresses(addresses), span))
        }
    }
}

/// `load-balancer NAME in SUBNET ADDRESS { … }`.
#[derive(Clone, Debug)]
pub struct LoadBalancer {
    /// Name, place, region and subscription.
    pub head: Head,
    /// The subnet, or the network of a public one.
    pub place: Option<Thing>,
    /// Its internal front end.
    pub address: Option<Stated<IpAddr>>,
    /// Is it of the Basic SKU?
    pub basic: Option<Stated<bool>>,
    /// The machines behind it.
    pub backends: Vec<Stated<Thing>>,
    /// Its rules; none where none is stated.
    pub listen: Option<Vec<Stated<(Protocol, PortSet)>>>,
    /// Its public front end.
    pub public_ip: Vec<Stated<IpNet>>,
    /// Has it outbound rules?
    pub outbound_rule: Option<Stated<bool>>,
}

impl LoadBalancer {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "load-balancer",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("sku"),
                many("backend"),
                many("listen"),
                many("public-ip"),
                one("outbound-rule"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        let place = r.place(&[Kind::Subnet, Kind::Vnet], "load-balancer NAME in SUBNET 10.0.0.4", cx);
        r.no_more(4, cx);
        let sku = f.choice("sku", &["standard", "basic"], cx);
        Self {
            place: place.map(|p| p.value),
            address: r.addresses(3, cx).into_iter().next(),
            basic: sku.map(|s| Stated::new(s.value == 1, s.span)),
            backends: f.names("backend", &[Kind::Host, Kind::Appliance], cx),
            listen: f.listeners("listen", cx),
            public_ip: f.prefixes("public-ip", cx),
            outbound_rule: f.switch("outbound-rule", cx),
            head: r.head,
        }
    }
}
