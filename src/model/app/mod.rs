//! Apps and their slots. Who may call them, their triggers and their settings have files of their own; what their plan
//! allows is judged by the engine.

mod access;
mod read;
mod setting;
mod trigger;

pub use access::{AccessList, AccessRule, AccessSource, ScmAccess};
pub use setting::{Setting, Via};
pub use trigger::{Trigger, TriggerSource};

use super::*;
use ipnet::IpNet;
use std::net::IpAddr;

/// How an app is joined to a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integration {
    /// Regional: it calls out of this subnet.
    Regional(SubnetId),
    /// Through a point-to-site gateway of this network.
    Gateway(VnetId, Option<GatewayId>),
}

/// `app NAME on PLAN { … }`, or a slot of one.
#[derive(Clone, Debug)]
pub struct App {
    /// Whole name, place, region and subscription.
    pub head: Head,
    /// The app that it is a slot of.
    pub slot_of: Option<AppId>,
    /// The plan or environment.
    pub on: Option<Thing>,
    /// How it is joined to a network.
    pub integrate: Vec<Stated<Integration>>,
    /// Its custom host names.
    pub host_names: Vec<Stated<String>>,
    /// Its inbound addresses.
    pub inbound_ip: Vec<Stated<IpNet>>,
    /// Its outbound addresses.
    pub outbound_ip: Vec<Stated<IpNet>>,
    /// The addresses that it may get as outbound ones.
    pub possible_outbound_ip: Vec<Stated<IpNet>>,
    /// Its settings.
    pub settings: Vec<Setting>,
    /// Switches by property, stated as property or as setting.
    switches: Vec<(&'static str, Stated<bool>, Via)>,
    /// Its own name servers, and how they were stated.
    pub dns: Option<Stated<(Vec<IpAddr>, Via)>>,
    /// One more name server.
    pub dns_alternative: Option<Stated<IpAddr>>,
    /// Seconds before a server is given up.
    pub dns_timeout: Option<Stated<i64>>,
    /// How often a server is asked.
    pub dns_attempts: Option<Stated<i64>>,
    /// Seconds that an answer is kept.
    pub dns_cache: Option<Stated<i64>>,
    /// `none`, `image`, `windows-image`, `docker-compose`.
    pub container: Option<Stated<String>>,
    /// The registry of its image.
    pub image: Option<Stated<String>>,
    /// The major version of the Functions runtime.
    pub runtime: Option<Stated<i64>>,
    /// Its storage account.
    pub storage: Option<Stated<Thing>>,
    /// The account of its content share.
    pub content_storage: Option<Stated<Thing>>,
    /// The vaults that its settings refer to.
    pub key_vault_references: Vec<Stated<Thing>>,
    /// The vault of its certificate.
    pub certificate_from: Option<Stated<Thing>>,
    /// The account that its logs go to.
    pub log_storage: Option<Stated<Thing>>,
    /// The account that its backups go to.
    pub backup_storage: Option<Stated<Thing>>,
    /// Network drives.
    pub mounts: Vec<Stated<TriggerSource>>,
    /// Its hybrid connections.
    pub hybrids: Vec<Stated<Thing>>,
    /// How many instances are always ready.
    pub always_ready: Option<Stated<i64>>,
    /// How many instances are warmed in advance.
    pub pre_warmed: Option<Stated<i64>>,
    /// How many instances it may have.
    pub max_instances: Option<Stated<i64>>,
    /// Its triggers.
    pub triggers: Vec<Trigger>,
    /// Who may call it.
    pub access: Option<AccessList>,
    /// Who may call its SCM site.
    pub scm_access: Option<ScmAccess>,
}

/// The switches of an app.
const SWITCHES: &[&str] = &[
    "route-all",
    "route-everything",
    "route-content-share",
    "route-image-pull",
    "route-backup",
    "durable",
    "domain-join",
    "scale-monitoring",
    "target-based-scaling",
    "public-access",
    "ip-tls",
];

impl App {
    /// A switch as it was stated, and how.
    pub fn switch(&self, name: &str) -> Option<(&Stated<bool>, Via)> {
        debug_assert!(SWITCHES.contains(&name), "an app has no switch {name}");
        self.switches.iter().find(|(of, _, _)| *of == name).map(|(_, stated, via)| (stated, *via))
    }

    /// Is a switch stated to be on?
    pub fn is_on(&self, name: &str) -> bool {
        self.switch(name).is_some_and(|(stated, _)| stated.value)
    }
}
