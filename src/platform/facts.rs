//! What the facts are, typed: one struct a kind of the stdlib.

use super::reader::{Reader, words_of};
use crate::diagnostic::Severity;
use crate::net::{AddressSet, PortSet};
use crate::syntax::ast::{Declaration, Item};
use crate::syntax::literal;

/// What a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleClass {
    /// It takes part in a verdict.
    Engine,
    /// It is checked when a model is loaded.
    Check,
    /// It is told where it helps.
    Information,
}

/// A rule of the platform.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id, as traces print it.
    pub id: String,
    /// What it is for.
    pub class: RuleClass,
    /// The diagnostic's code, of a check.
    pub code: Option<String>,
    /// The rule in a few words.
    pub title: String,
    /// The rule in full.
    pub text: String,
    /// Where it is documented: `KEY, heading`.
    pub sources: Vec<String>,
    /// What to change where it stands in the way.
    pub remedy: Option<String>,
    /// How bad breaking it is, of a check.
    pub severity: Severity,
    /// Is it an inference that no page states in so many words?
    pub derived: bool,
    /// The open points that it rests on.
    pub open_points: Vec<String>,
    /// Would Azure still run what breaks it (`runs on`), of a check?
    pub runs: bool,
}

impl Rule {
    pub(super) fn read(id: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self {
            id: id.to_string(),
            class: match r.word("class").as_deref() {
                Some("engine") => RuleClass::Engine,
                Some("check") => RuleClass::Check,
                _ => RuleClass::Information,
            },
            code: r.word("code"),
            title: r.text("title"),
            text: r.text("text"),
            sources: r.words("source"),
            remedy: Some(r.text("remedy")).filter(|remedy| !remedy.is_empty()),
            severity: if r.word("severity").as_deref() == Some("warning") {
                Severity::Warning
            } else {
                Severity::Error
            },
            derived: r.is_on("derived"),
            open_points: r.words("open-point"),
            runs: r.is_on("runs"),
        }
    }
}

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
    /// May its apps' outbound addresses change at any time?
    pub addresses_change: bool,
}

impl PlanType {
    pub(super) fn read(name: &str, declaration: &Declaration) -> Self {
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
            addresses_change: r.word("outbound-addresses").as_deref() == Some("dynamic"),
        }
    }

    /// May an app of this tier use that kind of integration?
    pub fn may_integrate(&self, tier: &str, kind: &str) -> bool {
        self.integration.iter().any(|k| k == kind)
            && (self.integration_tiers.is_empty() || self.integration_tiers.iter().any(|t| t == tier))
    }
}

/// One endpoint of a service: a public name, its private zone, its usual ports.
#[derive(Clone, Debug)]
pub struct ServiceEndpointType {
    /// The subresource, as private endpoints name it.
    pub subresource: String,
    /// The suffix of the public name.
    pub suffix: String,
    /// The private zone.
    pub zone: String,
    /// Further private zones.
    pub also_zones: Vec<String>,
    /// The usual ports.
    pub ports: PortSet,
    /// What is added to the resource's name in the label.
    pub label_suffix: String,
    /// The subresource whose private endpoint also answers for this name.
    pub record_of: Option<String>,
}

/// A type of Azure service.
#[derive(Clone, Debug)]
pub struct ServiceType {
    /// The language's word.
    pub name: String,
    /// What Azure calls it.
    pub title: String,
    /// The ARM resource type.
    pub resource_type: Option<String>,
    /// Its endpoints, the default first.
    pub endpoints: Vec<ServiceEndpointType>,
    /// The names of its service endpoints.
    pub service_endpoints: Vec<String>,
    /// Its service tag.
    pub tag: Option<String>,
    /// Does its public side admit everybody while no firewall is declared?
    pub open_by_default: bool,
    /// Does a declared firewall admit what no line of it names?
    pub open_once_filtered: bool,
    /// The rules that its public side goes by.
    pub firewall_rules: FirewallRules,
}

/// The ids of the rules that the public side of a service type goes by; none where no rule speaks of it.
#[derive(Clone, Debug, Default)]
pub struct FirewallRules {
    /// What it does without a firewall.
    pub unfiltered: Option<String>,
    /// What it does once public access is off.
    pub public_off: Option<String>,
    /// A line of addresses that matches.
    pub address: Option<String>,
    /// The line for all of Azure.
    pub azure: Option<String>,
    /// A caller whom no line names.
    pub refused: Option<String>,
    /// A firewall without lines that admits all the same.
    pub empty: Option<String>,
    /// Its default action.
    pub default_action: Option<String>,
    /// Lines of addresses that do not match calls from its own region.
    pub same_region: Option<String>,
}

impl ServiceType {
    pub(super) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        let endpoints = r.named("endpoint").map(|entry| {
            let e = Reader::of_entry(entry);
            let ports = e.words("port").join(",");
            ServiceEndpointType {
                subresource: words_of(entry).into_iter().next().unwrap_or_default(),
                suffix: e.text("suffix"),
                zone: e.text("zone"),
                also_zones: e.words("also-zone"),
                ports: literal::ports(&ports).unwrap_or_default(),
                label_suffix: e.text("label-suffix"),
                record_of: e.word("record-of"),
            }
        });
        Self {
            name: name.to_string(),
            title: r.text("title"),
            resource_type: r.word("resource-type"),
            endpoints: endpoints.collect(),
            service_endpoints: r.words("service-endpoint"),
            tag: r.word("tag"),
            open_by_default: r.word("firewall-default").as_deref() != Some("deny"),
            open_once_filtered: r.word("firewall-once").as_deref() == Some("allow"),
            firewall_rules: FirewallRules {
                unfiltered: r.word("rule-unfiltered"),
                public_off: r.word("rule-public-off"),
                address: r.word("rule-address"),
                azure: r.word("rule-azure"),
                refused: r.word("rule-refused"),
                empty: r.word("rule-empty"),
                default_action: r.word("rule-default-action"),
                same_region: r.word("rule-same-region"),
            },
        }
    }

    /// The endpoint of that subresource, in any case.
    pub fn endpoint(&self, subresource: &str) -> Option<&ServiceEndpointType> {
        self.endpoints.iter().find(|endpoint| endpoint.subresource.eq_ignore_ascii_case(subresource))
    }
}

/// How a computed tag comes by its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComputedTag {
    /// The network of the subnet that is asked, and what is joined to it.
    VirtualNetwork,
    /// Public addresses outside the virtual network.
    Internet,
}

/// A service tag.
#[derive(Clone, Debug)]
pub struct ServiceTag {
    /// Its documented name.
    pub name: String,
    /// Are there regional forms?
    pub regional: bool,
    /// May it be the prefix of a route?
    pub route: bool,
    /// How it is computed, when it is.
    pub computed: Option<ComputedTag>,
    /// Its addresses, when they are known.
    pub prefixes: Option<AddressSet>,
    /// The service endpoints whose routes have its prefixes.
    pub service_endpoints: Vec<String>,
    /// Does it hold every public address of Azure?
    pub whole_cloud: bool,
    /// Are its addresses those of the platform itself, which groups look at only where a rule names it?
    pub platform: bool,
    /// What else to know.
    pub note: String,
}

impl ServiceTag {
    pub(super) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        let prefixes = r.prefixes("prefix");
        Self {
            name: name.to_string(),
            regional: r.is_on("regional"),
            route: r.is_on("route"),
            computed: match r.word("computed").as_deref() {
                Some("virtual-network") => Some(ComputedTag::VirtualNetwork),
                Some("internet") => Some(ComputedTag::Internet),
                _ => None,
            },
            prefixes: Some(prefixes).filter(|set| !set.is_empty()),
            service_endpoints: r.words("service-endpoint"),
            whole_cloud: r.is_on("whole-cloud"),
            platform: r.is_on("platform"),
            note: r.text("note"),
        }
    }
}

/// One of the rules that every security group ends with.
#[derive(Clone, Debug)]
pub struct DefaultRule {
    /// Azure's name.
    pub name: String,
    /// Is it for traffic that leaves?
    pub outbound: bool,
    /// Its priority.
    pub priority: u32,
    /// Does it allow?
    pub allow: bool,
    /// A tag, or `*`.
    pub source: String,
    /// A tag, or `*`.
    pub destination: String,
    /// The id of the rule that states it.
    pub rule: String,
}

impl DefaultRule {
    pub(super) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self {
            name: name.to_string(),
            outbound: r.word("direction").as_deref() == Some("outbound"),
            priority: r.number("priority").and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
            allow: r.word("access").as_deref() == Some("allow"),
            source: r.text("source"),
            destination: r.text("destination"),
            rule: r.text("rule"),
        }
    }
}

/// One of the routes that every subnet has.
#[derive(Clone, Debug)]
pub struct SystemRoute {
    /// What it is for.
    pub prefix: ipnet::IpNet,
    /// The word of its hop: `internet` or `none`.
    pub hop: String,
    /// The id of the rule that states it.
    pub rule: String,
}

impl SystemRoute {
    pub(super) fn read_all(declaration: &Declaration) -> Vec<Self> {
        let items = declaration.block.as_ref().map(|block| block.items.as_slice()).unwrap_or_default();
        let routes = items.iter().filter_map(|item| {
            let Item::Route(line) = item else { return None };
            let word = line.prefix.word()?;
            let literal::AddressLiteral::Prefix(prefix) = literal::address(&word.text).ok()? else { return None };
            let rule = line.alias.as_ref().map(|word| word.plain()).unwrap_or_default();
            Some(SystemRoute { prefix, hop: line.hop.text.to_string(), rule })
        });
        routes.collect()
    }
}

/// A region of Azure.
#[derive(Clone, Debug)]
pub struct Region {
    /// Its name without blanks, in lower case.
    pub name: String,
    /// The name that service tags carry.
    pub tag_name: String,
    /// Its pair.
    pub pair: Option<String>,
    /// The most instances of a Premium plan, on Windows and on Linux.
    pub premium_max: (Option<i64>, Option<i64>),
}

impl Region {
    pub(super) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self {
            name: name.to_string(),
            tag_name: r.word("tag-name").unwrap_or_else(|| name.to_string()),
            pair: r.word("pair"),
            premium_max: (r.number("premium-max-windows"), r.number("premium-max-linux")),
        }
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
    /// What it does.
    pub purpose: String,
}

impl AppSetting {
    pub(super) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self {
            name: name.to_string(),
            property: r.word("property"),
            on: r.words("on"),
            kind: r.word("kind"),
            read_only: r.is_on("read-only"),
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
    pub(super) fn read(name: &str, declaration: &Declaration) -> Self {
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

/// Something that a person may ask `explain` about.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// The words that people use for it.
    pub words: Vec<String>,
    /// The ids, or beginnings of ids, of its rules.
    pub rules: Vec<String>,
}

impl Topic {
    pub(super) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self { name: name.to_string(), title: r.text("title"), words: r.words("words"), rules: r.words("rules") }
    }
}

/// A document that rules cite.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its file in Microsoft's documentation.
    pub file: Option<String>,
    /// The date of the text that was read.
    pub date: Option<String>,
}

impl Document {
    pub(super) fn read(key: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self { key: key.to_string(), title: r.text("title"), file: r.word("file"), date: r.word("date") }
    }
}

/// A question that the documents leave open.
#[derive(Clone, Debug)]
pub struct OpenPoint {
    /// `O-08`.
    pub id: String,
    /// The question.
    pub question: String,
    /// What fnet takes until it is answered.
    pub default: String,
}

impl OpenPoint {
    pub(super) fn read(id: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self { id: id.to_string(), question: r.text("question"), default: r.text("default") }
    }
}
