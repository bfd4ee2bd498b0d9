//! Hosting plans, their features, and the settings of the apps on them. Plans as a script declares them are the model's.

use crate::platform::reader::{Reader, words_of};
use crate::syntax::ast::Declaration;

/// A hosting plan: what apps on it can do in a network.
#[derive(Clone, Debug)]
pub struct PlanType {
    /// `premium`, `consumption` …
    pub name: String,
    /// What Azure calls it.
    pub title: String,
    /// The tiers that belong to it.
    pub tiers: Vec<String>,
    /// Other spellings of its tier.
    pub also: Vec<String>,
    /// The operating systems that it has.
    pub os: Vec<String>,
    /// Do apps of many customers share its machines?
    pub multitenant: bool,
    /// The kinds of integration that it supports: `regional`, `gateway`.
    pub integration: Vec<String>,
    /// The tiers of it that may integrate; empty for all.
    pub integration_tiers: Vec<String>,
    /// May its apps have a private endpoint?
    pub private_endpoint: bool,
    /// What the integration subnet is delegated to.
    pub delegation: Option<String>,
    /// The longest prefix of an integration subnet.
    pub min_subnet: Option<u8>,
    /// The longest advised prefix of an integration subnet, on Windows and on Linux.
    pub recommended_subnet: (Option<u8>, Option<u8>),
    /// Does each instance take an address of the subnet?
    pub address_per_instance: bool,
    /// The most instances, on Windows and on Linux.
    pub max_instances: (Option<i64>, Option<i64>),
    /// May its apps use Hybrid Connections?
    pub hybrid_connections: bool,
    /// Does all traffic of an integrated app enter the network, whatever is set?
    pub routes_all: bool,
    /// May it host one app only?
    pub one_app: bool,
    /// The rule by which its apps may have access rules for subnets, where no row of the matrix is about these.
    pub subnet_rules_by: Option<String>,
    /// May its apps' outbound addresses change at any time?
    pub addresses_change: bool,
    /// How triggers with a source inside a network fare.
    pub triggers: NetworkTriggers,
    /// May the storage account of an app be closed to the public at all?
    pub restricted_storage: bool,
    /// Do its apps run from a content share?
    pub content_share: bool,
    /// How its count of instances changes.
    pub scaling: Scaling,
}

/// How triggers with a source inside a network fare on a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkTriggers {
    /// They never fire.
    None,
    /// They need runtime scale monitoring.
    Flag,
    /// They need nothing.
    Native,
}

/// How the count of instances of a plan changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaling {
    /// With the load.
    Load,
    /// By hand or by rules of autoscale.
    Fixed,
    /// As the environment has it, which fnet does not model.
    Environment,
}

impl PlanType {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        let per_os = |name: &str| {
            let both = r.number(name);
            let of = |os: &str| r.number(&format!("{name}-{os}")).or(both);
            (of("windows"), of("linux"))
        };
        let integration = r.words("vnet-integration");
        let (windows, linux) = per_os("recommended-subnet");
        let length = |n: i64| u8::try_from(n).ok();
        Self {
            name: name.to_string(),
            title: r.text("title"),
            tiers: r.words("tiers"),
            also: r.words("also"),
            os: r.words("os"),
            multitenant: r.is_on("multitenant"),
            integration: integration.into_iter().filter(|kind| kind != "none").collect(),
            integration_tiers: r.words("integration-tiers"),
            private_endpoint: r.is_on("private-endpoint"),
            delegation: r.word("delegation"),
            min_subnet: r.number("min-subnet").and_then(length),
            recommended_subnet: (windows.and_then(length), linux.and_then(length)),
            address_per_instance: r.word("addresses").as_deref() == Some("per-instance"),
            max_instances: per_os("max-instances"),
            hybrid_connections: r.is_on("hybrid-connections"),
            routes_all: r.word("route-all").as_deref() == Some("always"),
            one_app: r.is_on("one-app"),
            subnet_rules_by: r.word("subnet-rules-by"),
            addresses_change: r.word("outbound-addresses").as_deref() == Some("dynamic"),
            triggers: match r.word("triggers").as_deref() {
                Some("none") => NetworkTriggers::None,
                Some("flag") => NetworkTriggers::Flag,
                _ => NetworkTriggers::Native,
            },
            restricted_storage: r.word("app-storage").as_deref() == Some("restrictable"),
            content_share: r.is_on("content-share"),
            scaling: match r.word("scaling").as_deref() {
                Some("load") => Scaling::Load,
                Some("fixed") => Scaling::Fixed,
                _ => Scaling::Environment,
            },
        }
    }

    /// May an app of this tier use that kind of integration?
    pub fn may_integrate(&self, tier: &str, kind: &str) -> bool {
        self.integration.iter().any(|k| k == kind)
            && (self.integration_tiers.is_empty() || self.integration_tiers.iter().any(|t| t == tier))
    }
}

/// An app setting that means something for the network.
#[derive(Clone, Debug)]
pub struct AppSetting {
    /// The setting's name.
    pub name: String,
    /// The property that says the same.
    pub property: Option<String>,
    /// The texts that switch it on.
    pub on: Vec<String>,
    /// `switch`, `list`, `integer` or `text`.
    pub kind: Option<String>,
    /// Is it set by the platform alone?
    pub read_only: bool,
    /// Of a form that any setting may have: how its text begins.
    pub text_prefix: Option<String>,
    /// What it does.
    pub purpose: String,
}

impl AppSetting {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self {
            name: name.to_string(),
            property: r.word("property"),
            on: r.words("on"),
            kind: r.word("kind"),
            read_only: r.is_on("read-only"),
            text_prefix: r.word("text-prefix"),
            purpose: r.text("purpose"),
        }
    }
}

/// One cell of the feature matrix.
#[derive(Clone, Debug)]
pub struct FeatureCell {
    /// The plan type.
    pub plan: String,
    /// Do the documents say?
    pub known: bool,
    /// Has it the feature?
    pub yes: bool,
    /// How, or within which bounds.
    pub note: Option<String>,
    /// The rule that states or enforces it.
    pub by: Option<String>,
}

/// A row of the feature matrix.
#[derive(Clone, Debug)]
pub struct Feature {
    /// Its word.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// A cell a plan type.
    pub cells: Vec<FeatureCell>,
}

impl Feature {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        let cells = r.entries().filter(|entry| &*entry.name.text != "title").map(|entry| {
            let words = words_of(entry);
            let by = words.iter().position(|word| word == "by");
            FeatureCell {
                plan: entry.name.text.to_string(),
                known: words.first().is_some_and(|word| word == "yes" || word == "no"),
                yes: words.first().is_some_and(|word| word == "yes"),
                note: words.get(1).filter(|_| by != Some(1)).cloned(),
                by: by.and_then(|at| words.get(at + 1)).cloned(),
            }
        });
        Self { name: name.to_string(), title: r.text("title"), cells: cells.collect() }
    }
}
