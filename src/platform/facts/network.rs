//! What every network has of the platform: service tags, default security rules, system routes, regions. Nothing here
//! that a script declares.

use crate::net::{AddressSet, PortSet, Protocol};
use crate::platform::reader::Reader;
use crate::syntax::ast::{Declaration, Item};
use crate::syntax::literal;

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
    /// Has it no IPv6 address?
    pub ipv4_only: bool,
    /// The tier of its service whose traffic alone it covers.
    pub tier: Option<String>,
    /// The tag that must be open too for its service to work.
    pub needs: Option<String>,
    /// The types of service that it does not cover, though one may think so.
    pub without: Vec<String>,
    /// The rule that says what it covers.
    pub rule: Option<String>,
    /// Are its addresses those of the platform itself, which groups look at only where a rule names it?
    pub platform: bool,
    /// Does it stand for the health probes of load balancers?
    pub probes: bool,
    /// What else to know.
    pub note: String,
}

impl ServiceTag {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
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
            ipv4_only: r.word("ip-version").as_deref() == Some("4"),
            tier: r.word("tier"),
            needs: r.word("needs"),
            without: r.words("without"),
            rule: r.word("rule"),
            platform: r.is_on("platform"),
            probes: r.is_on("probes"),
            note: r.text("note"),
        }
    }

    /// One that only Microsoft's list has.
    pub(in crate::platform) fn listed(name: &str, route: bool) -> Self {
        Self {
            name: name.to_string(),
            regional: false,
            route,
            computed: None,
            prefixes: None,
            service_endpoints: Vec::new(),
            whole_cloud: false,
            ipv4_only: false,
            tier: None,
            needs: None,
            probes: false,
            without: Vec::new(),
            rule: None,
            platform: false,
            note: String::new(),
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
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
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

/// Traffic that an App Service Environment must be let have.
#[derive(Clone, Debug)]
pub struct NeededTraffic {
    /// The id of the rule that asks for it.
    pub rule: String,
    /// The version of the environment.
    pub version: i64,
    /// Does it leave the subnet?
    pub outbound: bool,
    /// Its protocol; none for every one.
    pub protocol: Option<Protocol>,
    /// Who is at the other end: a tag, `*`, or `subnet` for the environment itself.
    pub peer: String,
    /// Its ports.
    pub ports: PortSet,
    /// The switch of the environment without which nobody needs it.
    pub only_where: Option<String>,
}

impl NeededTraffic {
    pub(in crate::platform) fn read(_name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        let ports = r.ports("port");
        Self {
            rule: r.text("rule"),
            version: r.number("version").unwrap_or(0),
            outbound: r.word("direction").as_deref() == Some("outbound"),
            protocol: r.word("protocol").as_deref().and_then(Protocol::named),
            peer: r.text("peer"),
            ports: if ports.is_empty() { PortSet::all() } else { ports },
            only_where: r.word("where"),
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
    pub(in crate::platform) fn read_all(declaration: &Declaration) -> Vec<Self> {
        let items = declaration.block.as_deref().map(|block| block.items.as_slice()).unwrap_or_default();
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
    /// The odd name that some tags have for it.
    pub alias: Option<String>,
    /// Its pair.
    pub pair: Option<String>,
    /// The most instances of a Premium plan, on Windows and on Linux.
    pub premium_max: (Option<i64>, Option<i64>),
}

impl Region {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self {
            name: name.to_string(),
            tag_name: r.word("tag-name").unwrap_or_else(|| name.to_string()),
            alias: r.word("tag-alias").map(|alias| alias.to_lowercase()),
            pair: r.word("pair"),
            premium_max: (r.number("premium-max-windows"), r.number("premium-max-linux")),
        }
    }
}
