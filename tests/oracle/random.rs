//! Random networks and questions: one seed, one network. The address plan is small on purpose, so that prefixes touch,
//! hold one another and collide.

use super::names::{AZURE, host_name};
use super::plain::*;

/// splitmix64.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// Yes, so many times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }

    /// Dice of their own for something that comes on top, so that what was thrown before stays as it was.
    fn aside(&self, what: &str) -> Self {
        Self(what.bytes().fold(self.0, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    fn maybe<T>(&mut self, percent: usize, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(percent).then(|| value(self))
    }
}

const REGIONS: [&str; 3] = ["westeurope", "northeurope", "eastus"];
const SPACES: [Prefix; 6] = [
    Prefix::four(10, 0, 0, 0, 16),
    Prefix::four(10, 1, 0, 0, 16),
    Prefix::four(10, 2, 0, 0, 16),
    Prefix::four(192, 168, 0, 0, 16),
    Prefix::four(172, 16, 0, 0, 16),
    Prefix::four(100, 64, 0, 0, 16),
];
const PUBLIC: [Prefix; 4] = [
    Prefix::four(203, 0, 113, 0, 24),
    Prefix::four(198, 51, 100, 0, 25),
    Prefix::four(20, 80, 0, 0, 24),
    Prefix::four(20, 60, 0, 0, 16),
];
const PORTS: [u16; 8] = [80, 443, 1433, 22, 442, 444, 8080, 65535];
const ENDPOINTS: [&str; 6] = [
    "Microsoft.Storage",
    "Microsoft.Sql",
    "Microsoft.KeyVault",
    "Microsoft.AzureCosmosDB",
    "Microsoft.ServiceBus",
    "Microsoft.Web",
];
/// A zone of one's own, and names in it.
const OWN_ZONE: &str = "corp.internal";
const LABELS: [&str; 3] = ["api", "db", "api.deep"];
const FRONT_DOORS: [&str; 2] = ["aaaa", "bbbb"];
const TAGS: [(&str, Prefix); 10] = [
    ("Storage", Prefix::four(20, 60, 0, 0, 16)),
    ("Storage.westeurope", Prefix::four(20, 60, 0, 0, 24)),
    ("Storage.northeurope", Prefix::four(20, 60, 1, 0, 24)),
    ("Storage.eastus", Prefix::four(20, 60, 2, 0, 24)),
    ("Sql.westeurope", Prefix::four(20, 61, 0, 0, 24)),
    ("Sql.northeurope", Prefix::four(20, 61, 1, 0, 24)),
    ("AzureKeyVault", Prefix::four(20, 62, 0, 0, 24)),
    ("AzureCosmosDB", Prefix::four(20, 63, 0, 0, 24)),
    ("ServiceBus", Prefix::four(20, 64, 0, 0, 24)),
    ("AppService", Prefix::four(20, 70, 0, 0, 24)),
];

/// The network of a seed.
pub fn model(dice: &mut Dice) -> Model {
    let edition = if dice.chance(70) { 2026 } else { 2020 };
    let mut model = Model { edition, ..Model::default() };
    for (name, prefix) in TAGS {
        if dice.chance(90) {
            model.tags.push(Tag { name: name.into(), prefixes: vec![prefix] });
        }
    }
    vnets(&mut model, dice);
    joins(&mut model, dice);
    machines(&mut model, dice);
    services(&mut model, dice);
    apps(&mut model, dice);
    endpoints(&mut model, dice);
    security(&mut model, dice);
    routes(&mut model, dice);
    if dice.chance(30) {
        by_hub(&mut model, dice);
    }
    sites_of_apps(&mut model, &mut dice.aside("sites"));
    sessions(&mut model, &mut dice.aside("sessions"));
    mail(&mut model, &mut dice.aside("mail"));
    balancers(&mut model, &mut dice.aside("balancers"));
    environments(&mut model, &mut dice.aside("environments"));
    let mut aside = dice.aside("names");
    if aside.chance(35) {
        names(&mut model, &mut aside);
    }
    hybrids(&mut model, &mut dice.aside("hybrids"));
    model
}

/// SCM sites with lists of their own, and headers that rules ask for.
fn sites_of_apps(model: &mut Model, dice: &mut Dice) {
    for n in 0..model.apps.len() {
        let own = access_rules(model, dice);
        let new = model.edition == 2026;
        let app = &mut model.apps[n];
        // What is refused of the main site's rules is refused of these.
        let refused = new && app.tier == "Consumption" || model.endpoints.iter().any(|one| one.target == app.name);
        let own =
            own.into_iter().filter(|rule| !(refused && matches!(rule.source, AccessSource::Subnet(..)))).collect();
        app.scm = match dice.below(4) {
            0 => Some(Scm::Same),
            1 => Some(Scm::Own(own, if new { dice.maybe(40, |dice| dice.chance(50)) } else { None })),
            _ => None,
        };
        for rule in &mut app.access {
            if !new || !dice.chance(25) {
                continue;
            }
            if dice.chance(60) {
                rule.headers.push(Header::FrontDoor(FRONT_DOORS[..1 + dice.below(2)].to_vec()));
            }
            if dice.chance(40) {
                rule.headers.push(Header::ForwardedFor(vec![PUBLIC[dice.below(2)]]));
            }
        }
    }
}

/// What SQL servers do with sessions, and lists that tell the ports of handed on sessions apart.
fn sessions(model: &mut Model, dice: &mut Dice) {
    for service in model.services.iter_mut().filter(|one| one.kind == ServiceKind::Sql) {
        service.policy = *dice.of(&[None, None, Some("redirect"), Some("proxy")]);
    }
    for rule in model.nsgs.iter_mut().flat_map(|nsg| &mut nsg.rules) {
        if !rule.inbound && !rule.to_ports.is_empty() && dice.chance(12) {
            rule.to_ports.push(*dice.of(&[(11000, 11999), (11000, 11500), (1433, 1433)]));
        }
    }
}

/// Environments, each with an app, in the subnets that no other app has.
fn environments(model: &mut Model, dice: &mut Dice) {
    let new = model.edition == 2026;
    for v in 0..model.vnets.len() {
        let vnet = &model.vnets[v];
        let administered = model.admin.iter().any(|one| one.to.contains(&vnet.name));
        if vnet.subnets[3].delegation.is_some() || vnet.prefixes.len() > 1 || administered || !dice.chance(18) {
            continue;
        }
        let (name, vnet_name, region) = (format!("env{v}"), vnet.name.clone(), vnet.region);
        let (prefix, subnet) = (vnet.subnets[3].prefixes[0], vnet.subnets[3].name.clone());
        let internal = dice.chance(60);
        let addr = prefix.base.plus(11);
        let own = &mut model.vnets[v].subnets[3];
        own.delegation = new.then_some("Microsoft.Web/hostingEnvironments");
        own.nsg = None;
        if !new {
            // What an environment of that time needs of routes and groups is a check of its own.
            own.table = None;
        } else if dice.chance(60) {
            let mut list = vec![Rule {
                inbound: true,
                priority: 100,
                action: Action::Allow,
                protocol: Some(Protocol::Tcp),
                from: Side::Tag("AzureLoadBalancer".into()),
                from_ports: Vec::new(),
                to: Side::Any,
                to_ports: vec![(80, 80)],
            }];
            let mut more = rules(model, dice, false);
            for rule in &mut more {
                rule.priority += 100;
                // Which of its addresses a call from outside comes to, nobody says.
                if rule.inbound {
                    rule.to = Side::Any;
                }
            }
            more.retain(|rule| !matches!((&rule.from, &rule.to), (Side::Asg(one), Side::Asg(other)) if one != other));
            list.extend(more);
            model.nsgs.push(Nsg { name: format!("doors{v}"), rules: list });
            model.vnets[v].subnets[3].nsg = Some(format!("doors{v}"));
        }
        let public = Addr::four(20, 72, v as u32, 4);
        if internal && dice.chance(85) {
            let linked: Vec<String> = model.vnets.iter().map(|vnet| vnet.name.clone()).collect();
            let links = linked.into_iter().filter(|_| dice.chance(70)).map(|vnet| (vnet, false)).collect();
            let records = ["*", "*.scm"].into_iter().filter(|_| dice.chance(90)).map(|label| (label.to_string(), addr));
            let records = records.collect();
            model.zones.push(Zone { name: format!("{name}.appserviceenvironment.net"), links, records });
        }
        let mut access = access_rules(model, dice);
        // The only subnets that count in an environment are addresses.
        access.retain(|rule| matches!(rule.source, AccessSource::Any | AccessSource::Ranges(_)));
        model.ases.push(Ase { name: name.clone(), vnet: vnet_name, subnet, internal, addr, public });
        let inbound = if internal {
            Addr::four(0, 0, 0, v as u32 + 1)
        } else if new {
            Addr::four(20, 71, 0, 10 + v as u32)
        } else {
            public
        };
        model.apps.push(App {
            name: format!("inner{v}"),
            ase: Some(name),
            tier: "Isolated",
            region,
            subnet: None,
            route_setting: None,
            route_all: None,
            route_everything: None,
            dns_setting: Vec::new(),
            dns: Vec::new(),
            dns_alternative: None,
            inbound,
            outbound: Vec::new(),
            public: if new { dice.maybe(30, |dice| dice.chance(60)) } else { None },
            access,
            access_default: if new { dice.maybe(25, |dice| dice.chance(50)) } else { None },
            scm: None,
            hybrids: Vec::new(),
        });
    }
}

/// Hybrid Connections to names of one's own and to services, from the apps that may have them.
fn hybrids(model: &mut Model, dice: &mut Dice) {
    let machines: Vec<String> = model.hosts.iter().map(|host| host.name.clone()).collect();
    let targets: Vec<String> = model.services.iter().map(|one| one.name.clone()).collect();
    for n in 0..model.apps.len() {
        if matches!(model.apps[n].tier, "Consumption" | "FlexConsumption") || !dice.chance(20) {
            continue;
        }
        let (host, port) = if targets.is_empty() || dice.chance(60) {
            (format!("{}.{OWN_ZONE}", dice.of(&LABELS)), *dice.of(&PORTS))
        } else {
            (host_name(model, &dice.of(&targets).clone(), false), *dice.of(&[443, 1433]))
        };
        let mut managers = Vec::new();
        for m in 0..1 + dice.below(2) {
            let on = if machines.is_empty() || dice.chance(40) { None } else { Some(dice.of(&machines).clone()) };
            let name = format!("hcm{n}{m}");
            managers.push(Manager { name, on, up: dice.chance(88), relay: dice.chance(85), reaches: dice.chance(80) });
        }
        let name = format!("hc{n}");
        model.hybrids.push(Hybrid { name: name.clone(), host, port, managers });
        model.apps[n].hybrids.push(name);
    }
}

fn balancers(model: &mut Model, dice: &mut Dice) {
    for (v, vnet) in model.vnets.clone().iter().enumerate() {
        let inside = |host: &&Host| matches!(&host.place, Place::Subnet(home, _) if *home == vnet.name);
        let machines: Vec<String> = model.hosts.iter().filter(inside).map(|host| host.name.clone()).collect();
        if machines.is_empty() || !dice.chance(30) {
            continue;
        }
        let subnet = &vnet.subnets[dice.below(2)];
        let mut backends: Vec<String> = machines.into_iter().filter(|_| dice.chance(50)).collect();
        if backends.is_empty() {
            continue;
        }
        backends.truncate(2);
        let low = *dice.of(&PORTS);
        let high = if dice.chance(50) { low } else { low.saturating_add(2) };
        // Machines that a balancer of several would call out from have one balancer.
        let taken = model.balancers.iter().any(|one| one.backends.iter().any(|name| backends.contains(name)));
        model.balancers.push(Balancer {
            name: format!("lb{v}"),
            vnet: vnet.name.clone(),
            subnet: subnet.name.clone(),
            addr: subnet.prefixes[0].base.plus(9),
            basic: dice.chance(30),
            backends,
            listen: vec![(Protocol::Tcp, low, high), (*dice.of(&[Protocol::Tcp, Protocol::Udp]), 443, 443)],
            outbound: if taken { None } else { dice.maybe(40, |_| Addr::four(20, 94, v as u32, 4)) },
        });
    }
}

/// Zones and name servers of one's own.
fn names(model: &mut Model, dice: &mut Dice) {
    let new = model.edition == 2026;
    for zone in [OWN_ZONE, "deep.corp.internal"] {
        if dice.chance(if zone == OWN_ZONE { 80 } else { 30 }) {
            let links =
                model.vnets.iter().filter(|_| dice.chance(60)).map(|vnet| vnet.name.clone()).collect::<Vec<_>>();
            let links = links.into_iter().map(|vnet| (vnet, new && dice.chance(15))).collect();
            let mut records = Vec::new();
            for label in LABELS {
                if dice.chance(60) {
                    records.push((label.to_string(), address(model, dice)));
                }
            }
            records.retain(|(_, addr): &(String, Addr)| !addr.six);
            model.zones.push(Zone { name: zone.into(), links, records });
        }
    }
    let targets: Vec<String> = model.services.iter().map(|one| one.name.clone()).collect();
    for (v, vnet) in model.vnets.clone().iter().enumerate() {
        for n in 0..dice.below(3) {
            let subnet = &vnet.subnets[[0, 1, 2][dice.below(3)]];
            let addr = subnet.prefixes[0].base.plus(10 + n as i64);
            if model.servers.iter().any(|one| one.addr == addr) {
                continue;
            }
            let mut records = Vec::new();
            if dice.chance(40) {
                records.push((format!("{}.{OWN_ZONE}", LABELS[dice.below(2)]), address(model, dice)));
            }
            if !targets.is_empty() && dice.chance(30) {
                let target = dice.of(&targets).clone();
                records.push((host_name(model, &target, false), address(model, dice)));
            }
            records.retain(|(_, addr)| !addr.six);
            let others: Vec<Addr> = model.servers.iter().map(|one| one.addr).collect();
            let mut forwards = Vec::new();
            if dice.chance(70) {
                forwards.push((".".to_string(), AZURE));
            }
            for domain in [OWN_ZONE, "database.windows.net", "azurewebsites.net"] {
                if dice.chance(20) {
                    let to = if others.is_empty() || dice.chance(40) { AZURE } else { *dice.of(&others) };
                    forwards.push((domain.to_string(), to));
                }
            }
            model.servers.push(Server {
                name: format!("ns{v}{n}"),
                vnet: vnet.name.clone(),
                subnet: subnet.name.clone(),
                addr,
                up: dice.chance(88),
                records,
                forwards,
                public_names: [None, Some(true), Some(true), Some(false)][dice.below(4)],
            });
        }
    }
    let mut all: Vec<Addr> = model.servers.iter().map(|one| one.addr).collect();
    if all.is_empty() {
        return;
    }
    all.push(AZURE);
    let some = |dice: &mut Dice| {
        let mut some: Vec<Addr> = Vec::new();
        for _ in 0..1 + dice.below(2) {
            let one = *dice.of(&all);
            if !some.contains(&one) {
                some.push(one);
            }
        }
        some
    };
    for vnet in &mut model.vnets {
        if dice.chance(60) {
            vnet.dns = some(dice);
        }
    }
    for host in model.hosts.iter_mut().filter(|host| matches!(host.place, Place::Subnet(..))) {
        if dice.chance(15) {
            host.dns = some(dice);
        }
    }
    for app in model.apps.iter_mut().filter(|app| app.subnet.is_some()) {
        if new && dice.chance(20) {
            app.dns = some(dice);
        }
        if dice.chance(15) {
            app.dns_setting = some(dice);
        }
        if dice.chance(15) {
            app.dns_alternative = Some(*dice.of(&all));
        }
    }
}

fn mail(model: &mut Model, dice: &mut Dice) {
    for vnet in &mut model.vnets {
        vnet.smtp = dice.maybe(50, |dice| dice.chance(70));
    }
}

fn vnets(model: &mut Model, dice: &mut Dice) {
    let count = 1 + dice.below(4);
    for v in 0..count {
        // Now and then a network has the same addresses as another one; they are not joined then.
        let space = SPACES[if dice.chance(8) { dice.below(v + 1) } else { (v + dice.below(2)) % SPACES.len() }];
        let space = if dice.chance(10) { *dice.of(&SPACES) } else { space };
        let six = (dice.chance(30)).then(|| Prefix { base: Addr { six: true, bits: v6(v, 0, 0) }, len: 48 });
        let mut subnets = Vec::new();
        for s in 0..4u32 {
            let base = space.base.plus(i64::from(s) * 256);
            let len = [24, 24, 26, 27][s as usize];
            let mut prefixes = vec![Prefix { base, len }];
            if let (Some(_), 0..2) = (six, s) {
                prefixes.push(Prefix { base: Addr { six: true, bits: v6(v, s as usize, 0) }, len: 64 });
            }
            let endpoints =
                if s == 2 { Vec::new() } else { ENDPOINTS.iter().copied().filter(|_| dice.chance(15)).collect() };
            let policies = [Policy::Off, Policy::Off, Policy::Nsg, Policy::Routes, Policy::On];
            let policy = if model.edition == 2026 && s == 1 { *dice.of(&policies) } else { Policy::Off };
            subnets.push(Subnet {
                name: format!("s{s}"),
                prefixes,
                nsg: None,
                table: None,
                nat: None,
                endpoints,
                policy,
                delegation: None,
                default_outbound: if s < 2 { dice.maybe(60, |dice| dice.chance(70)) } else { None },
            });
        }
        let mut prefixes = vec![space];
        prefixes.extend(six);
        let region = if dice.chance(75) { REGIONS[0] } else { *dice.of(&REGIONS) };
        let strict = dice.chance(10);
        model.vnets.push(Vnet {
            name: format!("v{v}"),
            region,
            prefixes,
            subnets,
            strict,
            dns: Vec::new(),
            smtp: None,
        });
    }
}

/// `2001:db8:V:S::N`
fn v6(v: usize, s: usize, n: usize) -> u128 {
    0x2001_0db8u128 << 96 | (v as u128 + 1) << 80 | (s as u128) << 64 | n as u128
}

fn joins(model: &mut Model, dice: &mut Dice) {
    let count = model.vnets.len();
    for v in 0..count {
        if dice.chance(25) {
            let vnet = &mut model.vnets[v];
            let base = vnet.prefixes[0].base.plus(4 * 256);
            vnet.subnets.push(Subnet {
                name: "GatewaySubnet".into(),
                prefixes: vec![Prefix { base, len: 27 }],
                nsg: None,
                table: None,
                nat: None,
                endpoints: Vec::new(),
                policy: Policy::Off,
                delegation: None,
                default_outbound: None,
            });
            let learned: Vec<Prefix> = [
                Prefix::four(10, 50, 0, 0, 16),
                Prefix::four(10, 1, 1, 0, 24),
                Prefix::four(0, 0, 0, 0, 0),
                Prefix::four(10, 0, 0, 0, 8),
            ]
            .into_iter()
            .filter(|prefix| dice.chance(if prefix.len == 0 { 6 } else { 15 }))
            .collect();
            let name = format!("gw{v}");
            let vnet = vnet.name.clone();
            model.gateways.push(Gateway { name, vnet, vpn: dice.chance(60), learned, up: dice.chance(95) });
        }
    }
    for a in 0..count {
        for b in a + 1..count {
            let overlap = |one: &Vnet, other: &Vnet| {
                one.prefixes.iter().any(|left| other.prefixes.iter().any(|right| left.touches(*right)))
            };
            if overlap(&model.vnets[a], &model.vnets[b]) || !dice.chance(60) {
                continue;
            }
            // Nor may a network see two networks of the same addresses beside it.
            let beside = |model: &Model, v: usize| -> Vec<usize> {
                let own = &model.vnets[v].name;
                let far = |peering: &Peering| match &peering.ends {
                    [one, other] if one == own => Some(other.clone()),
                    [one, other] if other == own => Some(one.clone()),
                    _ => None,
                };
                let names: Vec<String> = model.peerings.iter().filter_map(far).collect();
                (0..count).filter(|at| names.contains(&model.vnets[*at].name)).collect()
            };
            let clash = beside(model, a).iter().any(|at| overlap(&model.vnets[*at], &model.vnets[b]))
                || beside(model, b).iter().any(|at| overlap(&model.vnets[*at], &model.vnets[a]));
            if clash {
                continue;
            }
            let ends = [model.vnets[a].name.clone(), model.vnets[b].name.clone()];
            let gateway = |v: usize| model.gateways.iter().any(|one| one.vnet == ends[v]);
            let borrows = |v: usize| {
                model
                    .peerings
                    .iter()
                    .any(|one| one.ends.iter().position(|end| *end == ends[v]).is_some_and(|at| one.remote[at]))
            };
            let mut transit = [false; 2];
            let mut remote = [false; 2];
            for own in 0..2 {
                if gateway(own) && !gateway(1 - own) && !borrows(1 - own) && dice.chance(60) {
                    transit[own] = true;
                    remote[1 - own] = dice.chance(85);
                }
            }
            model.peerings.push(Peering {
                ends,
                connected: dice.chance(92),
                access: [dice.chance(92), dice.chance(92)],
                forwarded: [dice.chance(60), dice.chance(60)],
                transit,
                remote,
            });
        }
    }
    for (at, gateway) in model.gateways.clone().into_iter().enumerate() {
        if !dice.chance(80) {
            continue;
        }
        let prefixes = [Prefix::four(192, 168, at as u32 + 100, 0, 24), Prefix::four(10, 60 + at as u32, 0, 0, 16)];
        if model.vnets.iter().any(|vnet| vnet.prefixes.iter().any(|own| prefixes.iter().any(|one| own.touches(*one)))) {
            continue;
        }
        let all = [Prefix::four(0, 0, 0, 0, 0), Prefix::four(10, 0, 0, 0, 8), Prefix::four(10, 0, 3, 0, 27)];
        let back = dice.maybe(85, |dice| if dice.chance(80) { vec![all[dice.below(3)]] } else { Vec::new() });
        let name = format!("hq{at}");
        let filter = dice.maybe(40, |dice| filter(model, dice));
        let addr = prefixes[1].base.plus(4);
        model.sites.push(Site {
            name: name.clone(),
            prefixes: prefixes.to_vec(),
            via: vec![gateway.name],
            back,
            filter,
            public: Addr::four(20, 93, 0, at as u32),
        });
        model.hosts.push(Host {
            name: format!("pc{at}"),
            place: Place::Site(name),
            addrs: vec![addr],
            listen: Some(vec![(Protocol::Tcp, 443, 443)]),
            nsg: None,
            asgs: Vec::new(),
            filter: None,
            public: None,
            dns: Vec::new(),
        });
    }
}

fn machines(model: &mut Model, dice: &mut Dice) {
    for (v, vnet) in model.vnets.clone().into_iter().enumerate() {
        for s in 0..2usize {
            for n in 0..dice.below(3) {
                let subnet = &vnet.subnets[s];
                let mut addrs = vec![subnet.prefixes[0].base.plus([4, 127][n])];
                if subnet.prefixes.len() > 1 && dice.chance(70) {
                    addrs.push(subnet.prefixes[1].base.plus(4 + n as i64));
                }
                let listen = dice.maybe(60, |dice| {
                    let mut listen = Vec::new();
                    for _ in 0..dice.below(3) {
                        let protocol = if dice.chance(80) { Protocol::Tcp } else { Protocol::Udp };
                        let low = *dice.of(&PORTS);
                        listen.push((protocol, low, if dice.chance(80) { low } else { low.saturating_add(2) }));
                    }
                    listen
                });
                model.hosts.push(Host {
                    name: format!("h{v}{s}{n}"),
                    place: Place::Subnet(vnet.name.clone(), subnet.name.clone()),
                    addrs,
                    listen,
                    nsg: None,
                    asgs: Vec::new(),
                    filter: dice.maybe(10, |dice| filter(model, dice)),
                    public: dice.maybe(25, |_| Addr::four(20, 90, v as u32, (s * 4 + n) as u32 + 4)),
                    dns: Vec::new(),
                });
            }
        }
        if dice.chance(50) {
            let subnet = &vnet.subnets[2];
            let public = dice.maybe(40, |_| Addr::four(20, 91, v as u32, 4));
            model.appliances.push(Appliance {
                name: format!("fw{v}"),
                vnet: vnet.name.clone(),
                subnet: subnet.name.clone(),
                addr: subnet.prefixes[0].base.plus(4),
                forwarding: dice.chance(92),
                filter: if dice.chance(50) { Filter { rules: Vec::new(), default: None } } else { filter(model, dice) },
                // With neither stated, what it does with calls to public addresses is open to reading.
                snat: if public.is_some() { dice.maybe(50, |dice| dice.chance(50)) } else { Some(dice.chance(50)) },
                public,
                nsg: None,
            });
        }
    }
}

fn services(model: &mut Model, dice: &mut Dice) {
    let kinds =
        [ServiceKind::Sql, ServiceKind::Storage, ServiceKind::KeyVault, ServiceKind::Cosmos, ServiceKind::ServiceBus];
    for n in 0..dice.below(4) {
        let kind = *dice.of(&kinds);
        let region = *dice.of(&REGIONS);
        let part = REGIONS.iter().position(|one| *one == region).expect("a region") as u32;
        let public = match kind {
            ServiceKind::Storage => Addr::four(20, 60, part, 10 + n as u32),
            ServiceKind::Sql => Addr::four(20, 61, part, 10 + n as u32),
            ServiceKind::KeyVault => Addr::four(20, 62, 0, 10 + n as u32),
            ServiceKind::Cosmos => Addr::four(20, 63, 0, 10 + n as u32),
            ServiceKind::ServiceBus => Addr::four(20, 64, 0, 10 + n as u32),
        };
        let firewall = dice.maybe(65, |dice| {
            let mut allow = Vec::new();
            for _ in 0..1 + dice.below(3) {
                let vnet = dice.of(&model.vnets);
                allow.push(match dice.below(4) {
                    0 => Allowed::Ranges(vec![public_range(dice)]),
                    1 if matches!(kind, ServiceKind::Sql | ServiceKind::Cosmos) => Allowed::Azure,
                    _ => Allowed::Subnet(vnet.name.clone(), vnet.subnets[[0, 1, 3][dice.below(3)]].name.clone()),
                });
            }
            let default = match kind {
                ServiceKind::Sql | ServiceKind::Cosmos => None,
                ServiceKind::ServiceBus => dice.maybe(80, |dice| dice.chance(20)),
                _ => dice.maybe(50, |dice| dice.chance(20)),
            };
            ServiceFirewall { allow, default }
        });
        let name = format!("svc{n}");
        let policy = (kind == ServiceKind::Sql).then_some("proxy");
        model.services.push(Service { name, kind, region, public, access: dice.chance(88), firewall, policy });
    }
}

/// A range of public addresses without host bits, as a firewall takes it.
fn public_range(dice: &mut Dice) -> Range {
    match dice.below(6) {
        0 => PUBLIC[0].range(),
        1 => PUBLIC[2].range(),
        2 => Prefix::one(Addr::four(20, 80, 0, dice.below(4) as u32)).range(),
        3 => Prefix::four(20, 80, 0, 0, 30).range(),
        4 => Prefix::four(20, 90, 0, 0, 16).range(),
        _ => Prefix::four(20, 88, 0, 0, 14).range(),
    }
}

fn apps(model: &mut Model, dice: &mut Dice) {
    let old = model.edition == 2020;
    for n in 0..1 + dice.below(3) {
        let tiers: &[&'static str] = if old {
            &["Premium", "PremiumV2", "Standard", "Consumption"]
        } else {
            &["Premium", "PremiumV3", "Standard", "Basic", "FlexConsumption", "Consumption"]
        };
        let tier = *dice.of(tiers);
        let free: Vec<usize> = (0..model.vnets.len())
            .filter(|v| {
                let vnet = &model.vnets[*v];
                vnet.subnets[3].delegation.is_none() && vnet.prefixes.len() == 1
            })
            .collect();
        let mut region = *dice.of(&REGIONS);
        let mut subnet = None;
        if tier != "Consumption" && !free.is_empty() && dice.chance(80) {
            let vnet = &mut model.vnets[*dice.of(&free)];
            region = vnet.region;
            vnet.subnets[3].delegation = Some(if tier == "FlexConsumption" {
                "Microsoft.App/environments"
            } else {
                "Microsoft.Web/serverFarms"
            });
            subnet = Some((vnet.name.clone(), "s3".to_string()));
        }
        let fixed = matches!(tier, "FlexConsumption" | "Consumption");
        let mut access = access_rules(model, dice);
        if tier == "Consumption" && !old {
            access.retain(|rule| !matches!(rule.source, AccessSource::Subnet(..)));
        }
        model.apps.push(App {
            name: format!("app{n}"),
            ase: None,
            tier,
            region,
            subnet,
            route_setting: if fixed { None } else { dice.maybe(30, |dice| dice.chance(70)) },
            route_all: if fixed || old { None } else { dice.maybe(40, |dice| dice.chance(60)) },
            route_everything: if fixed || old { None } else { dice.maybe(15, |dice| dice.chance(70)) },
            dns_setting: if old && dice.chance(50) { vec![AZURE] } else { Vec::new() },
            dns: Vec::new(),
            dns_alternative: None,
            inbound: Addr::four(20, 70, 0, 10 + n as u32),
            outbound: (0..dice.below(3)).map(|at| Addr::four(20, 80, 0, (n * 2 + at) as u32)).collect(),
            public: if old { None } else { dice.maybe(30, |dice| dice.chance(60)) },
            access,
            access_default: if old { None } else { dice.maybe(25, |dice| dice.chance(50)) },
            scm: None,
            hybrids: Vec::new(),
        });
    }
}

fn access_rules(model: &Model, dice: &mut Dice) -> Vec<AccessRule> {
    let mut access = Vec::new();
    for _ in 0..if dice.chance(50) { 0 } else { 1 + dice.below(4) } {
        let vnet = dice.of(&model.vnets);
        let source = match dice.below(if model.edition == 2020 { 6 } else { 9 }) {
            0 => AccessSource::Any,
            1 | 2 => AccessSource::Ranges(vec![public_range(dice)]),
            3 | 4 => AccessSource::Subnet(vnet.name.clone(), vnet.subnets[[0, 1, 3][dice.below(3)]].name.clone()),
            5 => AccessSource::Ranges(vec![vnet.prefixes[0].range()]),
            6 => AccessSource::AnyVnets,
            7 => AccessSource::Tag("AppService".into()),
            _ => AccessSource::Tag("Storage".into()),
        };
        let (priority, allow) = (100 + dice.below(6) as u32 * 10, dice.chance(65));
        access.push(AccessRule { priority, allow, source, headers: Vec::new() });
    }
    access
}

fn endpoints(model: &mut Model, dice: &mut Dice) {
    let mut targets: Vec<String> = model.services.iter().map(|one| one.name.clone()).collect();
    if model.edition == 2026 {
        let fits = |app: &&App| app.tier != "Consumption";
        targets.extend(model.apps.iter().filter(fits).map(|one| one.name.clone()));
    }
    for (at, target) in targets.iter().enumerate() {
        if !dice.chance(45) {
            continue;
        }
        let vnet = dice.of(&model.vnets).clone();
        let addr = vnet.subnets[1].prefixes[0].base.plus(20 + at as i64);
        model.endpoints.push(Endpoint {
            name: format!("pe{at}"),
            vnet: vnet.name.clone(),
            subnet: "s1".into(),
            target: target.clone(),
            addr,
            approved: dice.chance(92),
            asgs: Vec::new(),
        });
        // With an endpoint, an app has no rules for subnets.
        if let Some(app) = model.apps.iter_mut().find(|app| app.name == *target) {
            app.access.retain(|rule| !matches!(rule.source, AccessSource::Subnet(..)));
        }
        let zone = match model.services.iter().find(|one| one.name == *target) {
            Some(service) => service.kind.zone(),
            None => "privatelink.azurewebsites.net",
        };
        if !model.zones.iter().any(|one| one.name == zone) && dice.chance(80) {
            let mut links = Vec::new();
            for vnet in &model.vnets {
                if dice.chance(65) {
                    links.push((vnet.name.clone(), model.edition == 2026 && dice.chance(20)));
                }
            }
            model.zones.push(Zone { name: zone.into(), links, records: Vec::new() });
        }
        let app = zone == "privatelink.azurewebsites.net";
        let zone = model.zones.iter_mut().find(|one| one.name == zone);
        if let Some(zone) = zone.filter(|_| dice.chance(85)) {
            zone.records.push((target.clone(), addr));
            if app && !dice.aside("scm record").chance(15) {
                zone.records.push((format!("{target}.scm"), addr));
            }
        }
    }
}

fn prefix(model: &Model, dice: &mut Dice) -> Prefix {
    let vnet = dice.of(&model.vnets);
    let subnet = dice.of(&vnet.subnets).prefixes[0];
    match dice.below(12) {
        0 | 1 => vnet.prefixes[0],
        2..=4 => subnet,
        5 => Prefix::around(subnet.base.plus(if subnet.len == 24 { 128 } else { 16 }), subnet.len + 1),
        6 => Prefix::one(subnet.base.plus(4)),
        7 => Prefix::around(vnet.prefixes[0].base, 15),
        8 => PRIVATE[0],
        9 => Prefix::around(subnet.base, 22),
        10 => *dice.of(&PUBLIC),
        _ => dice.of(&TAGS).1,
    }
}

fn ports(dice: &mut Dice) -> Ports {
    match dice.below(8) {
        0..=2 => Vec::new(),
        3 => vec![(80, 80), (443, 443)],
        4 => vec![(0, 443)],
        5 => vec![(443, 65535)],
        _ => {
            let port = *dice.of(&PORTS);
            vec![(port, port)]
        }
    }
}

fn filter(model: &Model, dice: &mut Dice) -> Filter {
    let mut rules = Vec::new();
    for _ in 0..dice.below(4) {
        rules.push(Rule {
            inbound: true,
            priority: 0,
            action: if dice.chance(60) { Action::Allow } else { Action::Deny },
            protocol: protocol(dice),
            from: if dice.chance(50) { Side::Any } else { Side::Ranges(vec![prefix(model, dice).range()]) },
            from_ports: Vec::new(),
            to: if dice.chance(50) { Side::Any } else { Side::Ranges(vec![prefix(model, dice).range()]) },
            to_ports: ports(dice),
        });
    }
    Filter { rules, default: dice.maybe(60, |dice| dice.chance(60)) }
}

fn protocol(dice: &mut Dice) -> Option<Protocol> {
    match dice.below(10) {
        0..=4 => Some(Protocol::Tcp),
        5 => Some(Protocol::Udp),
        6 => Some(Protocol::Icmp),
        _ => None,
    }
}

fn side(model: &Model, dice: &mut Dice, asgs: bool) -> Side {
    match dice.below(16) {
        0..=3 => Side::Any,
        4 => Side::Tag("VirtualNetwork".into()),
        5 => Side::Tag("Internet".into()),
        6 => Side::Tag(dice.of(&["AzureLoadBalancer", "Storage", "Sql.westeurope", "AppService"]).to_string()),
        7 if asgs => Side::Asg(dice.of(&model.asgs).clone()),
        8 => {
            let vnet = dice.of(&model.vnets);
            Side::Named(format!("{}.{}", vnet.name, dice.of(&vnet.subnets).name))
        }
        9 if !model.hosts.is_empty() => Side::Named(dice.of(&model.hosts).name.clone()),
        10 => {
            let one = prefix(model, dice);
            let low = one.base.plus(dice.below(3) as i64);
            Side::Ranges(vec![Range { low, high: low.plus(30 + dice.below(4) as i64) }])
        }
        11 => Side::Ranges(vec![prefix(model, dice).range(), prefix(model, dice).range()]),
        12 => {
            let subnets = || model.vnets.iter().flat_map(|vnet| &vnet.subnets);
            let six: Vec<Prefix> =
                subnets().flat_map(|subnet| &subnet.prefixes).copied().filter(|one| one.base.six).collect();
            if six.is_empty() { Side::Any } else { Side::Ranges(vec![dice.of(&six).range()]) }
        }
        _ => Side::Ranges(vec![prefix(model, dice).range()]),
    }
}

fn rules(model: &Model, dice: &mut Dice, admin: bool) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for _ in 0..1 + dice.below(5) {
        let inbound = dice.chance(50);
        let priority = 100 + dice.below(9) as u32;
        if rules.iter().any(|one| one.inbound == inbound && one.priority == priority) {
            continue;
        }
        let asgs = !model.asgs.is_empty() && !admin;
        let action = match dice.below(10) {
            0..=4 => Action::Deny,
            5 | 6 if admin => Action::AlwaysAllow,
            _ => Action::Allow,
        };
        rules.push(Rule {
            inbound,
            priority,
            action,
            protocol: protocol(dice),
            from: side(model, dice, asgs),
            from_ports: if dice.chance(8) { vec![(5000, 5000)] } else { Vec::new() },
            to: side(model, dice, asgs),
            to_ports: ports(dice),
        });
    }
    rules
}

fn security(model: &mut Model, dice: &mut Dice) {
    // The members of a group are all of one network.
    for (a, vnet) in model.vnets.clone().iter().enumerate() {
        let inside = |host: &Host| matches!(&host.place, Place::Subnet(home, _) if *home == vnet.name);
        let members: Vec<usize> =
            (0..model.hosts.len()).filter(|at| inside(&model.hosts[*at]) && dice.chance(50)).collect();
        if members.is_empty() {
            continue;
        }
        let asg = format!("asg{a}");
        model.asgs.push(asg.clone());
        for at in members {
            model.hosts[at].asgs.push(asg.clone());
        }
        for endpoint in &mut model.endpoints {
            if model.edition == 2026 && endpoint.vnet == vnet.name && dice.chance(40) {
                endpoint.asgs.push(asg.clone());
            }
        }
    }
    for n in 0..1 + dice.below(4) {
        let mut rules = rules(model, dice, false);
        // Two application security groups in one rule must be of one network.
        rules.retain(|rule| !matches!((&rule.from, &rule.to), (Side::Asg(one), Side::Asg(other)) if one != other));
        model.nsgs.push(Nsg { name: format!("nsg{n}"), rules });
    }
    let names: Vec<String> = model.nsgs.iter().map(|nsg| nsg.name.clone()).collect();
    for vnet in &mut model.vnets {
        for subnet in vnet.subnets.iter_mut().filter(|subnet| subnet.name != "GatewaySubnet") {
            subnet.nsg = dice.maybe(45, |dice| dice.of(&names).clone());
        }
    }
    for host in model.hosts.iter_mut().filter(|host| matches!(host.place, Place::Subnet(..))) {
        host.nsg = dice.maybe(25, |dice| dice.of(&names).clone());
    }
    for appliance in &mut model.appliances {
        appliance.nsg = dice.maybe(15, |dice| dice.of(&names).clone());
    }
    if model.edition == 2026 && dice.chance(25) {
        let to: Vec<String> = model.vnets.iter().filter(|_| dice.chance(60)).map(|vnet| vnet.name.clone()).collect();
        if !to.is_empty() {
            model.admin.push(AdminRules { name: "org".into(), to, rules: rules(model, dice, true) });
        }
    }
}

fn routes(model: &mut Model, dice: &mut Dice) {
    if model.edition == 2026 {
        for v in 0..model.vnets.len() {
            if dice.chance(20) {
                let name = format!("nat{v}");
                model.nats.push(Nat { name: name.clone(), public: Addr::four(20, 92, v as u32, 4) });
                let s = [0, 1, 3, 2][dice.below(4)];
                model.vnets[v].subnets[s].nat = Some(name);
            }
        }
    }
    // A table belongs to one network, so that what it says of gateways and of the network itself makes sense there.
    for v in 0..model.vnets.len() {
        if !dice.chance(60) {
            continue;
        }
        let own = model.vnets[v].clone();
        let near: Vec<Addr> = model
            .appliances
            .iter()
            .filter(|one| {
                one.vnet == own.name
                    || model.peerings.iter().any(|peering| {
                        peering.connected
                            && peering.ends.contains(&one.vnet)
                            && peering.ends.contains(&own.name)
                            && one.vnet != own.name
                    })
            })
            .map(|one| one.addr)
            .collect();
        let has_vpn = |vnet: &str| model.gateways.iter().any(|gateway| gateway.vnet == vnet && gateway.vpn);
        let mut routes: Vec<UserRoute> = Vec::new();
        for _ in 0..1 + dice.below(4) {
            let prefix = match dice.below(8) {
                0 | 1 => Prefix::four(0, 0, 0, 0, 0),
                2 if !model.endpoints.is_empty() => Prefix::one(dice.of(&model.endpoints).addr),
                3 => own.prefixes[0],
                _ => prefix(model, dice),
            };
            if routes.iter().any(|route| route.prefix == prefix) {
                continue;
            }
            let hop = match dice.below(10) {
                0..=4 if !near.is_empty() => Hop::Appliance(*dice.of(&near)),
                5 | 6 => Hop::None,
                7 if own.prefixes[0].holds(prefix) => Hop::Vnet,
                8 if has_vpn(&own.name) => Hop::Gateway,
                _ => Hop::Internet,
            };
            routes.push(UserRoute { prefix, hop });
        }
        let name = format!("rt{v}");
        model.tables.push(RouteTable { name: name.clone(), routes, propagation: dice.chance(80) });
        for subnet in model.vnets[v].subnets.iter_mut().filter(|subnet| subnet.name != "GatewaySubnet") {
            subnet.table = dice.maybe(55, |_| name.clone());
        }
    }
}

/// Spokes that talk through the appliance of a hub, as most estates do: the first network that has an appliance, and
/// those beside it.
fn by_hub(model: &mut Model, dice: &mut Dice) {
    let Some(hub) = model.appliances.first().cloned() else { return };
    let beside = |peering: &Peering| match &peering.ends {
        [one, other] if *one == hub.vnet => Some(other.clone()),
        [one, other] if *other == hub.vnet => Some(one.clone()),
        _ => None,
    };
    let spokes: Vec<String> = model.peerings.iter().filter(|one| one.connected).filter_map(beside).collect();
    // Spokes that are joined themselves do not need the hub.
    model.peerings.retain(|peering| peering.ends.contains(&hub.vnet) || dice.chance(30));
    let spaces: Vec<Prefix> = model.vnets.iter().map(|vnet| vnet.prefixes[0]).collect();
    for spoke in spokes {
        let v = model.vnets.iter().position(|vnet| vnet.name == spoke).expect("a declared vnet");
        let mut routes: Vec<UserRoute> = Vec::new();
        for space in spaces.iter().filter(|space| !space.touches(model.vnets[v].prefixes[0])) {
            let prefix = if dice.chance(30) { PRIVATE[0] } else { *space };
            if !routes.iter().any(|route| route.prefix == prefix) {
                routes.push(UserRoute { prefix, hop: Hop::Appliance(hub.addr) });
            }
        }
        let name = format!("by-hub-{spoke}");
        model.tables.push(RouteTable { name: name.clone(), routes, propagation: dice.chance(80) });
        for subnet in model.vnets[v].subnets.iter_mut().filter(|subnet| subnet.name != "GatewaySubnet") {
            if dice.chance(85) {
                subnet.table = Some(name.clone());
            }
        }
    }
    let forwards = dice.chance(90);
    model.appliances[0].forwarding |= forwards;
    if dice.chance(60) {
        model.appliances[0].filter = Filter { rules: Vec::new(), default: None };
    }
    if model.appliances[0].public.is_some() && dice.chance(70) {
        model.appliances[0].snat = None;
    } else if dice.chance(70) {
        model.appliances[0].snat = Some(false);
    }
    // Its own subnet goes by the routes that it has of itself.
    let v = model.vnets.iter().position(|vnet| vnet.name == hub.vnet).expect("a declared vnet");
    if dice.chance(70) {
        model.vnets[v].subnets[2].table = None;
    }
}

/// A question of the network; biased to what is declared, and to the edges of its prefixes and ports.
pub fn question(model: &Model, dice: &mut Dice) -> Question {
    let source = match dice.below(10) {
        0..=4 if !model.apps.is_empty() => Source::App(dice.of(&model.apps).name.clone()),
        5 => Source::Addr(Addr::four(203, 0, 113, 1 + dice.below(250) as u32)),
        _ if !model.hosts.is_empty() => Source::Host(dice.of(&model.hosts).name.clone()),
        _ => Source::Addr(Addr::four(198, 51, 100, [1, 127, 128, 129][dice.below(4)])),
    };
    let target = match dice.below(10) {
        0 | 1 if !model.services.is_empty() => Target::Service(dice.of(&model.services).name.clone()),
        2 if !model.apps.is_empty() => Target::App(dice.of(&model.apps).name.clone()),
        3 | 4 if !model.hosts.is_empty() => Target::Host(dice.of(&model.hosts).name.clone()),
        _ => Target::Addr(address(model, dice)),
    };
    // What a private address is for a caller outside is not asked: nothing leads there.
    let target = match (&source, target) {
        (Source::Addr(_), Target::Addr(addr)) if !addr.is_public() => Target::Addr(Addr::four(20, 90, 0, 4)),
        (_, target) => target,
    };
    let over = match dice.below(10) {
        0 => Over::Tcp,
        1 => Over::Udp,
        2 => Over::Icmp,
        _ => Over::Answer,
    };
    let port = match &target {
        Target::Service(name) if dice.chance(85) => {
            let service = model.services.iter().find(|one| one.name == *name).expect("a declared service");
            *dice.of(service.kind.ports())
        }
        Target::App(_) if dice.chance(85) => 443,
        _ => *dice.of(&PORTS),
    };
    let from_port = if over == Over::Icmp { None } else { dice.maybe(8, |dice| *dice.of(&[5000u16, 4999])) };
    let mut question = Question { from_port, ..Question::of(source, target, port, over) };
    carried(model, &mut dice.aside("carried"), &mut question);
    question
}

/// What a request may carry besides, and the sites and ports that it may be for.
fn carried(model: &Model, dice: &mut Dice, question: &mut Question) {
    question.scm = matches!(question.target, Target::App(_)) && dice.chance(30);
    let to_app = matches!(question.target, Target::App(_))
        || matches!(question.target, Target::Addr(addr) if model.apps.iter().any(|app| app.inbound == addr)
            || model.endpoints.iter().any(|one| one.addr == addr));
    if to_app && question.over == Over::Answer {
        question.front_door = dice.maybe(25, |dice| *dice.of(&FRONT_DOORS));
        question.forwarded_for = dice.maybe(25, |dice| dice.of(&PUBLIC).base.plus(9));
        question.host = dice.maybe(30, |dice| {
            let app = dice.of(&model.apps);
            let scm = dice.chance(30);
            // Nobody says what the apps of an environment with a public entry are called.
            let external = model.ase_of(app).is_some_and(|ase| !ase.internal);
            host_name(model, if external { &model.apps[0].name } else { &app.name }, scm)
        });
    }
    let own = model.zones.iter().any(|zone| zone.name.ends_with(OWN_ZONE)) || !model.servers.is_empty();
    // Now and then what a Hybrid Connection is for.
    let mine = |name: &String| model.app(name).hybrids.first();
    let hybrid = match &question.source {
        Source::App(name) => mine(name).and_then(|name| model.hybrids.iter().find(|one| one.name == *name)),
        _ => None,
    };
    if let Some(hybrid) = hybrid.filter(|_| dice.chance(30)) {
        let named = model.services.iter().find(|one| host_name(model, &one.name, false) == hybrid.host);
        question.target = match named {
            Some(service) => Target::Service(service.name.clone()),
            None => Target::Name(hybrid.host.clone()),
        };
        (question.scm, question.front_door, question.forwarded_for, question.host) = (false, None, None, None);
        if dice.chance(85) {
            question.port = hybrid.port;
        }
        return;
    }
    if own && dice.chance(12) && !(question.scm || question.host.is_some()) {
        question.target = Target::Name(format!("{}.{OWN_ZONE}", dice.of(&LABELS)));
        (question.front_door, question.forwarded_for) = (None, None);
    }
    if dice.chance(3) && !matches!(question.target, Target::Service(_) | Target::App(_)) {
        question.port = 25;
    }
}

fn address(model: &Model, dice: &mut Dice) -> Addr {
    let edge = |prefix: Prefix, dice: &mut Dice| match dice.below(4) {
        0 => prefix.base.plus(4),
        1 => prefix.last().plus(-1),
        2 => prefix.last().plus(5),
        _ => prefix.base.plus(127),
    };
    match dice.below(12) {
        0..=2 if !model.hosts.is_empty() => {
            let host = dice.of(&model.hosts);
            match host.public {
                Some(public) if dice.chance(30) => public,
                _ => *dice.of(&host.addrs),
            }
        }
        3 if !model.endpoints.is_empty() => dice.of(&model.endpoints).addr,
        4 if !model.services.is_empty() => dice.of(&model.services).public,
        5 if !model.balancers.is_empty() && dice.aside("front").chance(60) => {
            dice.aside("which").of(&model.balancers).addr
        }
        5 => dice.of(&TAGS).1.base.plus(200),
        6 => dice.of(&PUBLIC).base.plus(9),
        7 => Addr::four(192, 168, 101, 9),
        8 => Addr::four(10, 60, 0, 9),
        9 => Addr::four(172, 20, 0, 9),
        _ => {
            let prefix = prefix(model, dice);
            edge(prefix, dice)
        }
    }
}

/// A prefix to ask about whole.
pub fn place(model: &Model, dice: &mut Dice) -> Prefix {
    prefix(model, dice)
}

/// An address of a prefix; one that something has, or one at an edge.
pub fn inside(model: &Model, place: Prefix, dice: &mut Dice) -> Addr {
    for _ in 0..4 {
        let addr = address(model, dice);
        if place.has(addr) {
            return addr;
        }
    }
    let known: Vec<Addr> =
        model.hosts.iter().flat_map(|host| host.addrs.clone()).filter(|one| place.has(*one)).collect();
    match dice.below(4) {
        0 if !known.is_empty() => *dice.of(&known),
        1 => place.last(),
        2 => place.base,
        _ => {
            let addr = place.base.plus(dice.below(300) as i64);
            if place.has(addr) { addr } else { place.base }
        }
    }
}

/// A port to ask about.
pub fn port(dice: &mut Dice) -> u16 {
    *dice.of(&PORTS)
}
