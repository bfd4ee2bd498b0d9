//! What answers outside every network: services and their firewalls, apps and their access restrictions, public
//! addresses of hosts; and under which address a caller is seen there (sections E, K, N and P). Names are in `names.rs`.

use super::evaluate::{Packet, Speaker, Walk};
use super::names::host_name;
use super::plain::*;
use super::security::At;
use super::worlds::{Arrives, No, may_be_public, no};

/// The address that the other side sees.
#[derive(Clone, Debug)]
pub enum Seen {
    Known(Addr),
    /// One that nobody stated, with a name for what is guessed of it.
    Some(String),
}

/// Who calls, as a public target sees it.
#[derive(Clone, Debug)]
pub struct Caller {
    pub seen: Seen,
    /// The subnet, where a service endpoint told it.
    pub identity: Option<(String, String)>,
    /// Does it call from within Azure, and from which region?
    pub azure: bool,
    pub region: Option<&'static str>,
    /// An address of the app platform: no service tag has it.
    pub platform: bool,
}

impl Caller {
    /// From an address that is not Azure's.
    pub fn outside(addr: Addr) -> Self {
        Self { seen: Seen::Known(addr), identity: None, azure: false, region: None, platform: false }
    }
}

impl ServiceKind {
    pub fn ports(self) -> &'static [u16] {
        match self {
            ServiceKind::Sql => &[1433],
            ServiceKind::ServiceBus => &[443, 5671],
            _ => &[443],
        }
    }

    pub fn tag(self) -> &'static str {
        match self {
            ServiceKind::Sql => "Sql",
            ServiceKind::Storage => "Storage",
            ServiceKind::KeyVault => "AzureKeyVault",
            ServiceKind::Cosmos => "AzureCosmosDB",
            ServiceKind::ServiceBus => "ServiceBus",
        }
    }

    pub fn zone(self) -> &'static str {
        match self {
            ServiceKind::Sql => "privatelink.database.windows.net",
            ServiceKind::Storage => "privatelink.blob.core.windows.net",
            ServiceKind::KeyVault => "privatelink.vaultcore.azure.net",
            ServiceKind::Cosmos => "privatelink.documents.azure.com",
            ServiceKind::ServiceBus => "privatelink.servicebus.windows.net",
        }
    }
}

impl<'a> Walk<'a> {
    // --- who calls -------------------------------------------------------------------------------------------------

    /// An app by the addresses of its platform.
    pub fn platform(&mut self, app: &App) -> Caller {
        let seen = if app.outbound.is_empty() {
            Seen::Some(format!("outbound address of {}", app.name))
        } else {
            let nth = self.worlds.pick(format!("outbound address of {}", app.name), app.outbound.len());
            Seen::Known(app.outbound[nth])
        };
        Caller { seen, identity: None, azure: true, region: Some(app.region), platform: true }
    }

    /// Who leaves a network for the internet, and as what.
    pub fn speaks(&mut self, speaker: &Speaker, at: At, packet: &Packet) -> Result<Caller, No> {
        let model = self.model;
        let subnet = model.subnet(at.vnet, at.subnet);
        let region = Some(model.vnet(at.vnet).region);
        let known = |addr| Caller { seen: Seen::Known(addr), identity: None, azure: true, region, platform: false };
        let nat =
            subnet.nat.as_ref().map(|nat| model.nats.iter().find(|one| one.name == *nat).expect("declared").public);
        let public = match speaker {
            Speaker::App(name) => {
                let app = model.app(name);
                // src.ase.internet
                if let Some(ase) = model.ase_of(app) {
                    let mut caller = known(nat.unwrap_or(ase.public));
                    caller.platform = nat.is_none();
                    return Ok(caller);
                }
                return Ok(match nat {
                    Some(nat) if self.routes_all(app) => known(nat),
                    _ => self.platform(app),
                });
            }
            Speaker::Host(name) => model.host(name).public,
            Speaker::Machine => None,
            Speaker::Appliance(name) => {
                let appliance = model.appliances.iter().find(|one| one.name == *name).expect("a declared appliance");
                if !appliance.snat.unwrap_or(appliance.public.is_some()) {
                    return no("dropped", "route.udr.appliance-internet-nat");
                }
                appliance.public
            }
        };
        if let Some(nat) = nat {
            return if packet.protocol == Protocol::Icmp { no("dropped", "nat.protocols") } else { Ok(known(nat)) };
        }
        if let Some(public) = public {
            return Ok(known(public));
        }
        // nat.order: behind its own address, that of a balancer with an outbound rule.
        let inside = |host: &Host| matches!(&host.place, Place::Subnet(vnet, _) if vnet == at.vnet);
        let by_balancer = match speaker {
            Speaker::Host(name) => model.balancers.iter().find_map(|one| {
                let mine = one.backends.contains(name) && inside(model.host(name));
                one.outbound.filter(|_| mine)
            }),
            _ => None,
        };
        if let Some(addr) = by_balancer {
            if packet.protocol == Protocol::Icmp {
                self.worlds.unsaid();
            }
            return Ok(known(addr));
        }
        // Over a service endpoint a private source does; otherwise the network must have a way out by default.
        if self.covered(at, packet) {
            return Ok(known(packet.src));
        }
        let open = match (subnet.default_outbound, model.edition) {
            (Some(open), _) => open,
            (None, 2020) => true,
            // An appliance that says that it translates is taken to have a way out.
            (None, _) if matches!(speaker, Speaker::Appliance(_)) => true,
            (None, _) => self.worlds.guess(format!("{}.{} has default outbound access", at.vnet, at.subnet)),
        };
        if !open {
            return no("dropped", "egress.default-vm");
        }
        let seen = Seen::Some(format!("default address of {}.{}", at.vnet, at.subnet));
        Ok(Caller { seen, identity: None, azure: true, region, platform: false })
    }

    fn covered(&mut self, at: At, packet: &Packet) -> bool {
        packet.protocol == Protocol::Tcp && packet.dst.is_public() && self.service_endpoint(at, packet.dst).is_some()
    }

    // --- what answers ----------------------------------------------------------------------------------------------

    /// A public address, and whoever has it.
    pub fn public(&mut self, caller: Caller, dst: Addr) -> Arrives {
        let model = self.model;
        if self.onward {
            return Ok(());
        }
        if let Some(service) = model.services.iter().find(|one| one.public == dst) {
            self.speaks_there(&service.name)?;
            self.firewall(service, &caller)?;
            return self.handed_on(service, &caller);
        }
        if let Some(ase) = model.ases.iter().find(|one| one.public == dst)
            && !model.apps.iter().any(|app| app.inbound == dst)
        {
            // What an environment calls from, called itself.
            let _ = ase;
            self.worlds.unsaid();
        }
        if let Some(app) = model.apps.iter().find(|one| one.inbound == dst) {
            if let Some(ase) = model.ase_of(app) {
                // ase.external: by the group of its subnet.
                let place = (ase.vnet.clone(), ase.subnet.clone());
                let packet =
                    self.outside_packet(&caller, model.subnet(&ase.vnet, &ase.subnet).prefixes[0].base.plus(11));
                self.enter(At { vnet: &place.0, subnet: &place.1 }, None, &packet)?;
            }
            self.speaks_there(&app.name)?;
            let Some(scm) = self.site_meant(&app.name) else { return no("refused", "in.address") };
            return self.access(app, &caller, scm);
        }
        if let Some(host) = model.hosts.iter().find(|one| one.public == Some(dst)) {
            return self.called_from_outside(host, &caller);
        }
        // The name of a machine leads to where it stands, and that is not in public.
        if matches!(self.question.target, Target::Host(_)) {
            return no("dropped", "eval.in.1-entry");
        }
        Ok(())
    }

    /// Does the service or app of that name answer on the port?
    pub fn speaks_there(&self, name: &str) -> Arrives {
        let ports = match self.model.services.iter().find(|one| one.name == name) {
            Some(service) => service.kind.ports(),
            None => &[80, 443],
        };
        let tcp = matches!(self.question.over, Over::Answer | Over::Tcp);
        if tcp && ports.contains(&self.question.port) { Ok(()) } else { no("not listening", "tool.tcpping") }
    }

    /// Which site of the app does the request mean, its main site or the other one? None where it carries no name of the
    /// app, so that the front end does not know what is meant. What is no app, and what only connects, needs no name.
    pub fn site_meant(&self, name: &str) -> Option<bool> {
        if !self.model.apps.iter().any(|app| app.name == name) || self.question.over != Over::Answer {
            return Some(self.question.scm);
        }
        let (main, scm) = (host_name(self.model, name, false), host_name(self.model, name, true));
        match (&self.question.host, &self.question.target) {
            (Some(host), _) if *host == main => Some(false),
            (Some(host), _) if *host == scm => Some(true),
            (None, Target::App(called)) if called == name => Some(self.question.scm),
            _ => None,
        }
    }

    /// A session of SQL inside Azure goes on at ports of its own, anywhere in the service of the region (fw.sql.redirect-ports).
    fn handed_on(&mut self, service: &Service, caller: &Caller) -> Arrives {
        let redirects = service.policy.map_or(caller.azure, |policy| policy == "redirect");
        if service.kind != ServiceKind::Sql || !redirects || self.question.over != Over::Answer {
            return Ok(());
        }
        if self.question.from_port.is_some() {
            // The new connection has a source port of its own.
            self.worlds.unsaid();
        }
        let tag = super::routes::regional("Sql", service.region);
        let stated = self.model.tags.iter().find(|one| one.name.eq_ignore_ascii_case(&tag));
        let (addrs, ports) = match stated {
            Some(tag) => (self.told_apart(tag.prefixes[0]), vec![11000, 11500, 11501, 11999]),
            // Some address of the service, of which no more is known.
            None => (vec![service.public], vec![11000, 11500, 11501, 11999]),
        };
        let to =
            addrs[self.worlds.fact(format!("where {} hands on to", service.name), addrs.len().max(2)) % addrs.len()];
        let port = ports[self.worlds.fact(format!("the port that {} hands on to", service.name), ports.len())];
        let question = Question::of(self.question.source.clone(), Target::Addr(to), port, Over::Tcp);
        Walk { model: self.model, worlds: self.worlds, question: &question, onward: true }.run()
    }

    /// An address of each of the parts of a prefix that some line of the model tells from the next.
    fn told_apart(&self, prefix: Prefix) -> Vec<Addr> {
        let groups = self.model.nsgs.iter().map(|one| &one.rules).chain(self.model.admin.iter().map(|one| &one.rules));
        let rules = groups.chain(self.model.appliances.iter().map(|one| &one.filter.rules)).flatten();
        let mut edges = vec![prefix.base];
        let mut edge = |range: Range| edges.extend([range.low, range.high.plus(1)]);
        for rule in rules {
            for side in [&rule.from, &rule.to] {
                if let Side::Ranges(ranges) = side {
                    ranges.iter().copied().for_each(&mut edge);
                }
            }
        }
        self.model.tables.iter().flat_map(|table| &table.routes).for_each(|route| edge(route.prefix.range()));
        edges.retain(|addr| prefix.has(*addr));
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    fn is_within(&mut self, caller: &Caller, ranges: &[Range], line: &str) -> bool {
        match &caller.seen {
            Seen::Known(addr) => ranges.iter().any(|range| range.has(*addr)),
            // Nobody knows the address, but it is no private one.
            Seen::Some(_) if !may_be_public(ranges) => false,
            Seen::Some(name) => self.worlds.guess(format!("{name} is in {line}")),
        }
    }

    fn firewall(&mut self, service: &Service, caller: &Caller) -> Arrives {
        // The connection is made before the service judges it.
        if self.question.over == Over::Tcp {
            return Ok(());
        }
        if !service.access {
            return no("refused", "fw.order");
        }
        let sql = service.kind == ServiceKind::Sql;
        let Some(firewall) = &service.firewall else {
            return if sql { no("refused", "fw.sql.default-deny") } else { Ok(()) };
        };
        let bus = service.kind == ServiceKind::ServiceBus;
        if bus && (firewall.default != Some(false) || firewall.allow.is_empty()) {
            return Ok(());
        }
        let near = caller.azure && caller.region == Some(service.region);
        for (at, line) in firewall.allow.iter().enumerate() {
            let admits = match line {
                Allowed::Subnet(vnet, subnet) => {
                    caller.identity.as_ref().is_some_and(|one| one.0 == *vnet && one.1 == *subnet)
                        && (!sql || self.model.vnet(vnet).region == service.region)
                }
                Allowed::Ranges(_) if caller.identity.is_some() => false,
                Allowed::Ranges(_) if service.kind == ServiceKind::Storage && near => false,
                Allowed::Ranges(ranges) => self.is_within(caller, ranges, &format!("{} line {at}", service.name)),
                Allowed::Azure => caller.azure && caller.identity.is_none(),
            };
            if admits {
                return Ok(());
            }
        }
        if firewall.default == Some(true) { Ok(()) } else { no("refused", "fw.order") }
    }

    pub fn access(&mut self, app: &App, caller: &Caller, scm: bool) -> Arrives {
        if self.question.over == Over::Tcp {
            return Ok(());
        }
        let model = self.model;
        let endpoint = model.endpoints.iter().any(|one| one.target == app.name);
        if model.edition != 2020 {
            if !app.public.unwrap_or(!endpoint) {
                return no("refused", "in.public-access.disabled");
            }
            if endpoint && caller.identity.is_some() {
                return no("refused", "pe.app.no-service-endpoint-rules");
            }
        }
        let ase = model.ase_of(app);
        if ase.is_some() && (caller.identity.is_some() || caller.platform) {
            // What of a subnet's identity or of another environment's address its rules see, nobody says.
            self.worlds.unsaid();
        }
        let (list, default) = match &app.scm {
            Some(Scm::Own(list, default)) if scm => (list.clone(), *default),
            None if scm => (Vec::new(), None),
            _ => (app.access.clone(), app.access_default),
        };
        let mut rules: Vec<&AccessRule> = list.iter().collect();
        rules.sort_by_key(|rule| rule.priority);
        for rule in rules {
            // in.rules.headers
            let carries = rule.headers.iter().all(|header| match header {
                Header::FrontDoor(values) => self.question.front_door.is_some_and(|value| values.contains(&value)),
                Header::ForwardedFor(values) => {
                    self.question.forwarded_for.is_some_and(|addr| values.iter().any(|prefix| prefix.has(addr)))
                }
            });
            if !carries {
                continue;
            }
            let matches = match &rule.source {
                AccessSource::Any => true,
                AccessSource::AnyVnets => caller.identity.is_some(),
                AccessSource::Subnet(vnet, subnet) => {
                    caller.identity.as_ref().is_some_and(|one| one.0 == *vnet && one.1 == *subnet)
                }
                _ if caller.identity.is_some() => false,
                AccessSource::Ranges(ranges) => self.is_within(caller, ranges, &format!("{ranges:?}")),
                // in.rules.ip-multitenant: inside an environment alone do private addresses count, and there they are
                // those of no tag.
                AccessSource::Tag(_) if caller.platform => false,
                AccessSource::Tag(tag) => match caller.seen.clone() {
                    Seen::Known(addr) => self.in_service_tag(tag, addr),
                    // Addresses by default are in no tag of a service.
                    Seen::Some(_) => false,
                },
            };
            if matches {
                return if rule.allow { Ok(()) } else { no("refused", "in.rules.denied-403") };
            }
        }
        let open = default.unwrap_or(list.is_empty());
        if open { Ok(()) } else { no("refused", "in.rules.implicit-deny") }
    }

    /// What the group of a machine sees of a call to its public address.
    fn outside_packet(&self, caller: &Caller, dst: Addr) -> Packet {
        // Only the address that the caller shows is known to its group, and only where there is one.
        let (src, unseen) = match &caller.seen {
            Seen::Known(addr) => (*addr, None),
            Seen::Some(name) => (Addr::four(20, 99, 99, 99), Some(name.clone())),
        };
        let protocol = match self.question.over {
            Over::Answer | Over::Tcp => Protocol::Tcp,
            Over::Udp => Protocol::Udp,
            Over::Icmp => Protocol::Icmp,
        };
        Packet {
            protocol,
            src,
            unseen,
            from_port: self.question.from_port,
            any_from_port: false,
            dst,
            port: (protocol != Protocol::Icmp).then_some(self.question.port),
        }
    }

    /// From the internet to the public address of a machine.
    fn called_from_outside(&mut self, host: &Host, caller: &Caller) -> Arrives {
        let Place::Subnet(vnet, subnet) = &host.place else { return Ok(()) };
        let packet = self.outside_packet(caller, host.addrs[0]);
        self.enter(At { vnet, subnet }, host.nsg.as_deref(), &packet)?;
        self.listens(host, &packet)
    }
}
