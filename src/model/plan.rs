//! Hosting plans and App Service Environments.

use super::fields::{Lowering, Shape, many, newer, one};
use super::lower::Reading;
use super::*;
use crate::diagnostic::{Diagnostic, Wanted, did_you_mean};
use crate::platform::{Edition, PlanType};
use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::Arc;

/// `plan NAME { … }`.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name, place, region and subscription.
    pub head: Head,
    /// What the platform says of its tier.
    pub plan_type: Option<Arc<PlanType>>,
    /// Its tier, as the platform spells it.
    pub tier: Option<Stated<String>>,
    /// Its SKU.
    pub sku: Option<Stated<String>>,
    /// `windows` or `linux`.
    pub os: Option<Stated<String>>,
    /// Does it stand on a scale unit that has no PremiumV2?
    pub older_scale_unit: Option<Stated<bool>>,
    /// How many instances it has.
    pub instances: Option<Stated<i64>>,
    /// How many it may have.
    pub max_instances: Option<Stated<i64>>,
    /// How many it always has.
    pub min_instances: Option<Stated<i64>>,
    /// The subnet of a container environment.
    pub subnet: Option<Stated<Thing>>,
    /// The prefixes that gateway-required integration sends in besides.
    pub gateway_routes: Vec<Stated<IpNet>>,
    /// The outbound addresses of all its apps.
    pub outbound_ip: Vec<Stated<IpNet>>,
    /// The environment that it stands in.
    pub environment: Option<Stated<Thing>>,
}

impl Plan {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "plan",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("tier"),
                one("sku"),
                one("os"),
                one("scale-unit"),
                one("instances"),
                one("max-instances"),
                one("min-instances"),
                one("subnet"),
                many("gateway-route"),
                many("outbound-ip"),
                one("environment"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        r.no_more(1, cx);
        let stated = f.text("tier", cx);
        if f.entry("tier").is_none() {
            r.missing("its tier", "plan NAME { tier Premium }", cx);
        }
        let known = stated.as_ref().and_then(|stated| cx.platform.plan_type(&stated.value));
        if let (Some(stated), None) = (&stated, &known) {
            unknown_tier(stated, cx);
        }
        let os = f.choice("os", &["windows", "linux"], cx);
        let unit = f.choice("scale-unit", &["premium-v2", "older"], cx);
        let (plan_type, tier) = match (known, stated) {
            (Some((plan, tier)), Some(stated)) => (Some(plan), Some(Stated::new(tier, stated.span))),
            _ => (None, None),
        };
        Self {
            plan_type,
            tier,
            sku: f.text("sku", cx),
            os: os.map(|os| Stated::new(["windows", "linux"][os.value].to_string(), os.span)),
            older_scale_unit: unit.map(|u| Stated::new(u.value == 1, u.span)),
            instances: f.integer("instances", 0, i64::MAX, cx),
            max_instances: f.integer("max-instances", 1, i64::MAX, cx),
            min_instances: f.integer("min-instances", 1, i64::MAX, cx),
            subnet: f.name("subnet", &[Kind::Subnet], cx),
            gateway_routes: f.prefixes("gateway-route", cx),
            outbound_ip: f.prefixes("outbound-ip", cx),
            environment: f.name("environment", &[Kind::Ase], cx),
            head: r.head,
        }
    }

    /// Does it run Linux? An operating system that is not stated is Windows where its plan type has Windows.
    pub fn is_linux(&self) -> bool {
        match &self.os {
            Some(os) => os.value == "linux",
            None => self.plan_type.as_ref().is_some_and(|plan| !plan.os.iter().any(|os| os == "windows")),
        }
    }

    /// The most instances that it may have: as stated, else what the platform gives its type.
    pub fn most_instances(&self) -> Option<i64> {
        let of_type = self.plan_type.as_ref().map(|plan| plan.max_instances);
        let most = of_type.and_then(|(windows, linux)| if self.is_linux() { linux } else { windows });
        self.max_instances.as_ref().map(|stated| stated.value).or(most)
    }
}

fn unknown_tier(stated: &Stated<String>, cx: &mut Lowering<'_>) {
    let elsewhere = Edition::all().find(|edition| Platform::of(*edition).plan_type(&stated.value).is_some());
    let mine = cx.platform.edition();
    if let Some(edition) = elsewhere {
        let message = format!("edition {mine} does not know the tier `{}`", stated.value);
        let help = format!("it belongs to edition {edition}: begin the file with `edition {edition}`");
        cx.report(Diagnostic::error("FN0117", stated.span, message).help(help).rule("eval.edition"));
        return;
    }
    let tiers: Vec<String> = cx.platform.plan_types().into_iter().flat_map(|plan| plan.tiers.clone()).collect();
    let help = did_you_mean(&stated.value, tiers.iter().map(String::as_str))
        .unwrap_or_else(|| format!("the tiers are: {}", tiers.join(", ")));
    let message = format!("`{}` is not a tier", stated.value);
    cx.report(Diagnostic::error("FN0109", stated.span, message).help(help).wanted(Wanted::Words(tiers)));
}

/// `ase NAME in SUBNET { … }`.
#[derive(Clone, Debug)]
pub struct Ase {
    /// Name, place, region and subscription.
    pub head: Head,
    /// Its subnet.
    pub subnet: Option<SubnetId>,
    /// Its version.
    pub version: Option<Stated<i64>>,
    /// Is its entry internal?
    pub internal: Option<Stated<bool>>,
    /// The inbound address of an internal one.
    pub address: Option<Stated<IpAddr>>,
    /// Its public addresses.
    pub public_ip: Vec<Stated<IpNet>>,
    /// Is it configured for forced tunnelling?
    pub forced_tunnel: Option<Stated<bool>>,
    /// May its apps have private endpoints?
    pub private_endpoints: Option<Stated<bool>>,
    /// Is FTP on?
    pub ftp: Option<Stated<bool>>,
    /// Is remote debugging on?
    pub remote_debug: Option<Stated<bool>>,
    /// How many instances it has.
    pub instances: Option<Stated<i64>>,
    /// Has it a Basic load balancer?
    pub basic_load_balancer: Option<Stated<bool>>,
}

impl Ase {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "ase",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                one("version"),
                one("load-balancer"),
                one("address"),
                many("public-ip"),
                one("forced-tunnel"),
                newer(one("private-endpoints")),
                one("ftp"),
                one("remote-debug"),
                one("instances"),
                one("basic-load-balancer"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        let shape = "ase NAME in SUBNET { load-balancer internal }";
        let subnet = r.place(&[Kind::Subnet], shape, cx);
        r.no_more(3, cx);
        if f.entry("load-balancer").is_none() {
            r.missing("its load balancer", shape, cx);
        }
        let balancer = f.choice("load-balancer", &["external", "internal"], cx);
        Self {
            subnet: match subnet.map(|s| s.value) {
                Some(Thing::Subnet(id)) => Some(id),
                _ => None,
            },
            version: f.integer("version", 2, 3, cx),
            internal: balancer.map(|b| Stated::new(b.value == 1, b.span)),
            address: f.addresses("address", cx).into_iter().next(),
            public_ip: f.prefixes("public-ip", cx),
            forced_tunnel: f.switch("forced-tunnel", cx),
            private_endpoints: f.switch("private-endpoints", cx),
            ftp: f.switch("ftp", cx),
            remote_debug: f.switch("remote-debug", cx),
            instances: f.integer("instances", 0, i64::MAX, cx),
            basic_load_balancer: f.switch("basic-load-balancer", cx),
            head: r.head,
        }
    }
}
