//! The oracle's own picture of a network: plain structs with names and integers. Nothing here knows the library, and
//! nothing judges: `evaluate.rs` does.

/// An address: of IPv6 or not, and its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Addr {
    pub six: bool,
    pub bits: u128,
}

/// Addresses from `low` to `high`, both in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub low: Addr,
    pub high: Addr,
}

/// A prefix: its first address and its length in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    pub base: Addr,
    pub len: u32,
}

impl Addr {
    pub const fn four(a: u32, b: u32, c: u32, d: u32) -> Self {
        Self { six: false, bits: ((a << 24) | (b << 16) | (c << 8) | d) as u128 }
    }

    pub fn plus(self, n: i64) -> Self {
        Self { six: self.six, bits: self.bits.wrapping_add_signed(n as i128) & Self::top(self.six) }
    }

    fn top(six: bool) -> u128 {
        if six { u128::MAX } else { u32::MAX as u128 }
    }

    /// RFC 1918.
    pub fn is_private(self) -> bool {
        PRIVATE.iter().any(|prefix| prefix.has(self))
    }

    /// Neither private nor reserved, so that the internet could have it.
    pub fn is_public(self) -> bool {
        if self.six {
            let first = (self.bits >> 112) as u32;
            return first & 0xfe00 != 0xfc00 && first & 0xffc0 != 0xfe80 && first & 0xff00 != 0xff00;
        }
        let reserved = [
            Prefix::four(100, 64, 0, 0, 10),
            Prefix::four(0, 0, 0, 0, 8),
            Prefix::four(127, 0, 0, 0, 8),
            Prefix::four(169, 254, 0, 0, 16),
            Prefix::four(192, 0, 2, 0, 24),
            Prefix::four(198, 18, 0, 0, 15),
            Prefix::four(224, 0, 0, 0, 3),
        ];
        !self.is_private() && !reserved.iter().any(|prefix| prefix.has(self))
    }
}

/// RFC 1918.
pub const PRIVATE: [Prefix; 3] =
    [Prefix::four(10, 0, 0, 0, 8), Prefix::four(172, 16, 0, 0, 12), Prefix::four(192, 168, 0, 0, 16)];

impl Prefix {
    pub const fn four(a: u32, b: u32, c: u32, d: u32, len: u32) -> Self {
        Self { base: Addr::four(a, b, c, d), len }
    }

    pub fn one(addr: Addr) -> Self {
        Self { base: addr, len: if addr.six { 128 } else { 32 } }
    }

    fn host_bits(self) -> u32 {
        if self.base.six { 128 - self.len } else { 32 - self.len }
    }

    pub fn last(self) -> Addr {
        let free = self.host_bits();
        let mask = if free == 128 { u128::MAX } else { (1u128 << free) - 1 };
        Addr { six: self.base.six, bits: self.base.bits | mask }
    }

    pub fn has(self, addr: Addr) -> bool {
        addr.six == self.base.six && self.base.bits <= addr.bits && addr.bits <= self.last().bits
    }

    pub fn holds(self, other: Prefix) -> bool {
        self.len <= other.len && self.has(other.base)
    }

    pub fn touches(self, other: Prefix) -> bool {
        self.holds(other) || other.holds(self)
    }

    pub fn range(self) -> Range {
        Range { low: self.base, high: self.last() }
    }

    /// The prefix of that length which has the address.
    pub fn around(addr: Addr, len: u32) -> Self {
        let free = if addr.six { 128 - len } else { 32 - len };
        let bits = if free >= 128 { 0 } else { addr.bits >> free << free };
        Self { base: Addr { six: addr.six, bits }, len }
    }

    pub fn is_default(self) -> bool {
        self.len == 0
    }
}

impl Range {
    pub fn has(self, addr: Addr) -> bool {
        addr.six == self.low.six && self.low.bits <= addr.bits && addr.bits <= self.high.bits
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Tcp,
    Udp,
    Icmp,
}

/// Ports from and to, both in it; none stand for all.
pub type Ports = Vec<(u16, u16)>;

/// One side of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    Any,
    Ranges(Vec<Range>),
    Tag(String),
    Asg(String),
    /// A declared subnet (`v0.s1`), vnet or host: its addresses.
    Named(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Allow,
    Deny,
    AlwaysAllow,
}

/// A line of a security group, of security admin rules, or (its priority aside) of a filter.
#[derive(Clone, Debug)]
pub struct Rule {
    pub inbound: bool,
    pub priority: u32,
    pub action: Action,
    /// None stands for all.
    pub protocol: Option<Protocol>,
    pub from: Side,
    pub from_ports: Ports,
    pub to: Side,
    pub to_ports: Ports,
}

#[derive(Clone, Debug)]
pub struct Nsg {
    pub name: String,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
pub struct AdminRules {
    pub name: String,
    pub to: Vec<String>,
    pub rules: Vec<Rule>,
}

/// Lines in order, the first match decides; behind them a default.
#[derive(Clone, Debug)]
pub struct Filter {
    pub rules: Vec<Rule>,
    pub default: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    Off,
    Nsg,
    Routes,
    On,
}

#[derive(Clone, Debug)]
pub struct Subnet {
    pub name: String,
    pub prefixes: Vec<Prefix>,
    pub nsg: Option<String>,
    pub table: Option<String>,
    pub nat: Option<String>,
    /// `Microsoft.Storage`, …
    pub endpoints: Vec<&'static str>,
    pub policy: Policy,
    pub delegation: Option<&'static str>,
    pub default_outbound: Option<bool>,
}

#[derive(Clone, Debug)]
pub struct Vnet {
    pub name: String,
    pub region: &'static str,
    pub prefixes: Vec<Prefix>,
    pub subnets: Vec<Subnet>,
    pub strict: bool,
    /// Name servers of the network's own; none stand for Azure's.
    pub dns: Vec<Addr>,
    /// `smtp-allowed`, where stated.
    pub smtp: Option<bool>,
}

#[derive(Clone, Debug)]
pub enum Hop {
    Appliance(Addr),
    Gateway,
    Vnet,
    Internet,
    None,
}

#[derive(Clone, Debug)]
pub struct UserRoute {
    pub prefix: Prefix,
    pub hop: Hop,
}

#[derive(Clone, Debug)]
pub struct RouteTable {
    pub name: String,
    pub routes: Vec<UserRoute>,
    pub propagation: bool,
}

#[derive(Clone, Debug)]
pub struct Nat {
    pub name: String,
    pub public: Addr,
}

/// Both links between two vnets; the first of each pair of flags is that of the link of `ends[0]`.
#[derive(Clone, Debug)]
pub struct Peering {
    pub ends: [String; 2],
    pub connected: bool,
    pub access: [bool; 2],
    pub forwarded: [bool; 2],
    /// Who lets the other use its gateway, and whether the other does.
    pub transit: [bool; 2],
    pub remote: [bool; 2],
}

#[derive(Clone, Debug)]
pub struct Gateway {
    pub name: String,
    pub vnet: String,
    pub vpn: bool,
    pub learned: Vec<Prefix>,
    pub up: bool,
}

#[derive(Clone, Debug)]
pub struct Site {
    pub name: String,
    pub prefixes: Vec<Prefix>,
    pub via: Vec<String>,
    /// What its routers send back; none where that is not stated.
    pub back: Option<Vec<Prefix>>,
    pub filter: Option<Filter>,
    pub public: Addr,
}

#[derive(Clone, Debug)]
pub struct Appliance {
    pub name: String,
    pub vnet: String,
    pub subnet: String,
    pub addr: Addr,
    pub forwarding: bool,
    pub filter: Filter,
    pub snat: Option<bool>,
    pub public: Option<Addr>,
    pub nsg: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    Subnet(String, String),
    Site(String),
}

#[derive(Clone, Debug)]
pub struct Host {
    pub name: String,
    pub place: Place,
    pub addrs: Vec<Addr>,
    /// None: not stated. Else what listens.
    pub listen: Option<Vec<(Protocol, u16, u16)>>,
    pub nsg: Option<String>,
    pub asgs: Vec<String>,
    pub filter: Option<Filter>,
    pub public: Option<Addr>,
    /// Name servers of its own.
    pub dns: Vec<Addr>,
}

/// A load balancer in a subnet, before machines of the same network.
#[derive(Clone, Debug)]
pub struct Balancer {
    pub name: String,
    pub vnet: String,
    pub subnet: String,
    pub addr: Addr,
    pub basic: bool,
    pub backends: Vec<String>,
    pub listen: Vec<(Protocol, u16, u16)>,
    /// The address that its machines call out from.
    pub outbound: Option<Addr>,
}

/// A name server in a subnet.
#[derive(Clone, Debug)]
pub struct Server {
    pub name: String,
    pub vnet: String,
    pub subnet: String,
    pub addr: Addr,
    pub up: bool,
    pub records: Vec<(String, Addr)>,
    /// Domains (`.` for all) whose questions it passes on, and to where.
    pub forwards: Vec<(String, Addr)>,
    /// Does it resolve public names, where that is stated?
    pub public_names: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceKind {
    Sql,
    Storage,
    KeyVault,
    Cosmos,
    ServiceBus,
}

/// Who a line of a service's firewall lets in.
#[derive(Clone, Debug)]
pub enum Allowed {
    Subnet(String, String),
    Ranges(Vec<Range>),
    Azure,
}

#[derive(Clone, Debug)]
pub struct ServiceFirewall {
    pub allow: Vec<Allowed>,
    pub default: Option<bool>,
}

#[derive(Clone, Debug)]
pub struct Service {
    pub name: String,
    pub kind: ServiceKind,
    pub region: &'static str,
    pub public: Addr,
    pub access: bool,
    pub firewall: Option<ServiceFirewall>,
    /// Of an SQL server: `proxy` or `redirect`, where stated.
    pub policy: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Endpoint {
    pub name: String,
    pub vnet: String,
    pub subnet: String,
    /// A service or an app.
    pub target: String,
    pub addr: Addr,
    pub approved: bool,
    pub asgs: Vec<String>,
}

/// A private zone; each link with its fallback to the internet, each record a label and an address.
#[derive(Clone, Debug)]
pub struct Zone {
    pub name: String,
    pub links: Vec<(String, bool)>,
    pub records: Vec<(String, Addr)>,
}

#[derive(Clone, Debug)]
pub enum AccessSource {
    Any,
    Ranges(Vec<Range>),
    Subnet(String, String),
    Tag(String),
    AnyVnets,
}

#[derive(Clone, Debug)]
pub struct AccessRule {
    pub priority: u32,
    pub allow: bool,
    pub source: AccessSource,
    /// Headers that a request must carry, each with one of these values.
    pub headers: Vec<Header>,
}

/// Two headers of a request, and what of them a rule may ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Header {
    /// `X-Azure-FDID`, and its values.
    FrontDoor(Vec<&'static str>),
    /// `X-Forwarded-For`, and the prefixes that its address must be in.
    ForwardedFor(Vec<Prefix>),
}

/// The rules of an app's SCM site.
#[derive(Clone, Debug)]
pub enum Scm {
    /// Those of the main site.
    Same,
    Own(Vec<AccessRule>, Option<bool>),
}

#[derive(Clone, Debug)]
pub struct App {
    pub name: String,
    /// The environment that it is in; then it has no plan.
    pub ase: Option<String>,
    pub tier: &'static str,
    pub region: &'static str,
    pub subnet: Option<(String, String)>,
    /// `WEBSITE_VNET_ROUTE_ALL`, `route-all`, `route-everything`, where stated.
    pub route_setting: Option<bool>,
    pub route_all: Option<bool>,
    pub route_everything: Option<bool>,
    /// `WEBSITE_DNS_SERVER`, `dns`, `dns-alternative`, where stated.
    pub dns_setting: Vec<Addr>,
    pub dns: Vec<Addr>,
    pub dns_alternative: Option<Addr>,
    pub inbound: Addr,
    pub outbound: Vec<Addr>,
    pub public: Option<bool>,
    pub access: Vec<AccessRule>,
    pub access_default: Option<bool>,
    pub scm: Option<Scm>,
    /// Its Hybrid Connections.
    pub hybrids: Vec<String>,
}

/// An App Service Environment in a subnet: with an internal entry, or a public one.
#[derive(Clone, Debug)]
pub struct Ase {
    pub name: String,
    pub vnet: String,
    pub subnet: String,
    pub internal: bool,
    /// The internal entry.
    pub addr: Addr,
    /// What it calls the internet from.
    pub public: Addr,
}

/// A Hybrid Connection: a name and a port, and who listens for it.
#[derive(Clone, Debug)]
pub struct Hybrid {
    pub name: String,
    pub host: String,
    pub port: u16,
    pub managers: Vec<Manager>,
}

/// A Hybrid Connection Manager, on a host or somewhere else; there it is stated what it reaches.
#[derive(Clone, Debug)]
pub struct Manager {
    pub name: String,
    pub on: Option<String>,
    pub up: bool,
    /// Does it reach Azure Relay?
    pub relay: bool,
    pub reaches: bool,
}

/// The addresses that a script states of a service tag.
#[derive(Clone, Debug)]
pub struct Tag {
    pub name: String,
    pub prefixes: Vec<Prefix>,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub edition: u16,
    pub tags: Vec<Tag>,
    pub vnets: Vec<Vnet>,
    pub nsgs: Vec<Nsg>,
    pub asgs: Vec<String>,
    pub admin: Vec<AdminRules>,
    pub tables: Vec<RouteTable>,
    pub nats: Vec<Nat>,
    pub peerings: Vec<Peering>,
    pub gateways: Vec<Gateway>,
    pub sites: Vec<Site>,
    pub appliances: Vec<Appliance>,
    pub hosts: Vec<Host>,
    pub balancers: Vec<Balancer>,
    pub services: Vec<Service>,
    pub endpoints: Vec<Endpoint>,
    pub zones: Vec<Zone>,
    pub servers: Vec<Server>,
    pub ases: Vec<Ase>,
    pub apps: Vec<App>,
    pub hybrids: Vec<Hybrid>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    App(String),
    Host(String),
    /// A public address.
    Addr(Addr),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    Addr(Addr),
    Host(String),
    Service(String),
    App(String),
    /// A host name that nothing public has.
    Name(String),
}

/// What a question asks over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// No `over`: TCP, and what the far end then answers.
    Answer,
    /// `over tcp`: the connection alone.
    Tcp,
    Udp,
    Icmp,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub source: Source,
    pub target: Target,
    pub port: u16,
    pub over: Over,
    pub from_port: Option<u16>,
    /// Is the SCM site of the app meant?
    pub scm: bool,
    /// What the request carries: `X-Azure-FDID`, `X-Forwarded-For`.
    pub front_door: Option<&'static str>,
    pub forwarded_for: Option<Addr>,
    /// The name that the request carries, where it is not the one that was called.
    pub host: Option<String>,
}

impl Question {
    /// A plain call.
    pub fn of(source: Source, target: Target, port: u16, over: Over) -> Self {
        let (front_door, forwarded_for) = (None, None);
        Self { source, target, port, over, from_port: None, scm: false, front_door, forwarded_for, host: None }
    }
}

impl Model {
    pub fn vnet(&self, name: &str) -> &Vnet {
        self.vnets.iter().find(|vnet| vnet.name == name).expect("a declared vnet")
    }

    pub fn subnet(&self, vnet: &str, name: &str) -> &Subnet {
        self.vnet(vnet).subnets.iter().find(|subnet| subnet.name == name).expect("a declared subnet")
    }

    pub fn app(&self, name: &str) -> &App {
        self.apps.iter().find(|app| app.name == name).expect("a declared app")
    }

    /// The environment of an app.
    pub fn ase_of(&self, app: &App) -> Option<&Ase> {
        let name = app.ase.as_ref()?;
        Some(self.ases.iter().find(|ase| ase.name == *name).expect("a declared environment"))
    }

    pub fn host(&self, name: &str) -> &Host {
        self.hosts.iter().find(|host| host.name == name).expect("a declared host")
    }
}
