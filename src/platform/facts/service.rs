//! Types of Azure service: their endpoints and the rules of their public side. Services as a script declares them are
//! the model's.

use crate::net::PortSet;
use crate::platform::reader::{Reader, words_of};
use crate::syntax::ast::Declaration;
use crate::syntax::literal;

/// One endpoint of a service: a public name, its private zone, its usual ports.
#[derive(Clone, Debug)]
pub struct ServiceEndpointType {
    /// The subresource, as private endpoints name it.
    pub subresource: String,
    /// The suffix of the public name.
    pub suffix: String,
    /// Further suffixes of its public name, each with the further zone of its place, else with the first zone.
    pub also_suffixes: Vec<String>,
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
    /// The rule that says where its records stand, where there is one.
    pub record_rule: Option<String>,
    /// When an app needs it of its own account: `always`, `durable`, `content-share`.
    pub of_app: Option<String>,
}

/// A type of Azure service.
#[derive(Clone, Debug)]
pub struct ServiceType {
    /// The language's word.
    pub name: String,
    /// What Azure calls it.
    pub title: String,
    /// Its ARM resource types.
    pub resource_types: Vec<String>,
    /// Its endpoints, the default first.
    pub endpoints: Vec<ServiceEndpointType>,
    /// The kinds of it that an app may have as its own account; empty where no app may.
    pub app_kinds: Vec<String>,
    /// The names of its service endpoints.
    pub service_endpoints: Vec<String>,
    /// Its service tag.
    pub tag: Option<String>,
    /// Does its public side admit everybody while no firewall is declared?
    pub open_by_default: bool,
    /// Does a declared firewall admit what no line of it names?
    pub open_once_filtered: bool,
    /// The ports that its sessions are handed on to.
    pub redirect_ports: PortSet,
    /// The tier that network rules and private endpoints need.
    pub network_tier: Option<String>,
    /// May a subnet of another tenant be admitted?
    pub across_tenants: bool,
    /// The rules that its public side goes by.
    pub firewall_rules: FirewallRules,
    /// The rule that keeps its private endpoints to its own ports, whatever its connection policy.
    pub proxy_rule: Option<String>,
    /// The rule that may ask security groups for every port to its private endpoints.
    pub all_ports_rule: Option<String>,
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
    /// The same for networks of the paired region that have a service endpoint.
    pub paired_region: Option<String>,
    /// Lines of addresses that do not match an app behind a NAT gateway.
    pub nat: Option<String>,
    /// A line that names a subnet.
    pub subnet: Option<String>,
    /// Lines that name subnets, for a caller outside Azure.
    pub outside: Option<String>,
    /// A line that names a subnet while public access is off.
    pub subnet_off: Option<String>,
    /// Lines of addresses that do not match who comes as a subnet.
    pub identity: Option<String>,
    /// A type that is switched by the service endpoint of another one.
    pub shared: Option<String>,
    /// Lines for the services that Microsoft trusts.
    pub trusted: Option<String>,
    /// The form of a line of addresses.
    pub address_form: Option<String>,
    /// Which tier has network rules.
    pub tier: Option<String>,
    /// Sessions that are handed on to other ports.
    pub redirect: Option<String>,
}

impl ServiceType {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        let endpoints = r.named("endpoint").map(|entry| {
            let e = Reader::of_entry(entry);
            let ports = e.words("port").join(",");
            ServiceEndpointType {
                subresource: words_of(entry).into_iter().next().unwrap_or_default(),
                suffix: e.text("suffix"),
                also_suffixes: e.words("also-suffix"),
                zone: e.text("zone"),
                also_zones: e.words("also-zone"),
                ports: literal::ports(&ports).unwrap_or_default(),
                label_suffix: e.text("label-suffix"),
                record_of: e.word("record-of"),
                record_rule: e.word("record-rule"),
                of_app: e.word("of-app"),
            }
        });
        Self {
            name: name.to_string(),
            title: r.text("title"),
            resource_types: r.words("resource-type"),
            endpoints: endpoints.collect(),
            app_kinds: r.words("app-kinds"),
            service_endpoints: r.words("service-endpoint"),
            tag: r.word("tag"),
            open_by_default: r.word("firewall-default").as_deref() != Some("deny"),
            open_once_filtered: r.word("firewall-once").as_deref() == Some("allow"),
            redirect_ports: literal::ports(&r.words("redirect-port").join(",")).unwrap_or_default(),
            network_tier: r.word("network-tier"),
            across_tenants: r.is_on("across-tenants"),
            firewall_rules: FirewallRules {
                unfiltered: r.word("rule-unfiltered"),
                public_off: r.word("rule-public-off"),
                address: r.word("rule-address"),
                azure: r.word("rule-azure"),
                refused: r.word("rule-refused"),
                empty: r.word("rule-empty"),
                default_action: r.word("rule-default-action"),
                same_region: r.word("rule-same-region"),
                paired_region: r.word("rule-paired-region"),
                nat: r.word("rule-nat"),
                subnet: r.word("rule-subnet"),
                outside: r.word("rule-outside"),
                subnet_off: r.word("rule-subnet-off"),
                identity: r.word("rule-identity"),
                shared: r.word("rule-shared"),
                trusted: r.word("rule-trusted"),
                address_form: r.word("rule-address-form"),
                tier: r.word("rule-tier"),
                redirect: r.word("rule-redirect"),
            },
            proxy_rule: r.word("rule-proxy"),
            all_ports_rule: r.word("rule-all-ports"),
        }
    }

    /// The endpoint of that subresource, in any case.
    pub fn endpoint(&self, subresource: &str) -> Option<&ServiceEndpointType> {
        self.endpoints.iter().find(|endpoint| endpoint.subresource.eq_ignore_ascii_case(subresource))
    }
}
