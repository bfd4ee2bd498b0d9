//! One flow through one model: section X of the fact sheet, from its source along its routes to what answers. What
//! answers in public stands in `public.rs`.
//!
//! Not told here, and not made by `random.rs`: gateway-required integration, connections of two gateways, container apps, port 25, and the platform's own traffic.

use super::names::Asker;
use super::plain::*;
use super::public::Caller;
use super::routes::To;
use super::security::At;
use super::worlds::{Answer, Arrives, Worlds, no, try_all};

/// A walk of one flow. What the model leaves open is in `worlds`.
pub struct Walk<'a> {
    pub model: &'a Model,
    pub worlds: &'a mut Worlds,
    pub question: &'a Question,
    /// A session that a server has handed on: what stands at its end is not asked for.
    pub onward: bool,
}

/// A packet as a checkpoint sees it.
#[derive(Clone, Debug)]
pub struct Packet {
    pub protocol: Protocol,
    pub src: Addr,
    /// The source is not stated: what to call it where something is guessed of it.
    pub unseen: Option<String>,
    /// None: some ephemeral port.
    pub from_port: Option<u16>,
    /// The checkpoint does not look at source ports.
    pub any_from_port: bool,
    pub dst: Addr,
    pub port: Option<u16>,
}

/// What a way has behind it.
#[derive(Clone)]
pub struct Way {
    /// The subnet that it began in, and the vnet where the packet's source address is at home.
    start: (String, String),
    born: String,
    by_app: bool,
    /// Who speaks to a public target from here, should the way lead there.
    speaker: Speaker,
    /// Appliances that handed the packet on with its source as it was.
    routers: Vec<String>,
    hops: usize,
    /// Has it come across a peering of two regions just now?
    abroad: bool,
}

#[derive(Clone)]
pub enum Speaker {
    App(String),
    Host(String),
    Appliance(String),
    /// One that has no public side.
    Machine,
}

/// The answer to a question. None where the oracle does not say.
pub fn decide(model: &Model, question: &Question) -> Option<Answer> {
    try_all(|worlds| Walk { model, worlds, question, onward: false }.run())
}

impl<'a> Walk<'a> {
    pub fn run(&mut self) -> Arrives {
        match &self.question.source {
            Source::App(name) => self.app_calls(self.model.app(name)),
            Source::Host(name) => self.host_calls(self.model.host(name)),
            Source::Addr(addr) => self.internet_calls(*addr),
        }
    }

    fn protocol(&self) -> Protocol {
        match self.question.over {
            Over::Answer | Over::Tcp => Protocol::Tcp,
            Over::Udp => Protocol::Udp,
            Over::Icmp => Protocol::Icmp,
        }
    }

    pub fn packet(&self, src: Addr, dst: Addr) -> Packet {
        let protocol = self.protocol();
        Packet {
            protocol,
            src,
            unseen: None,
            from_port: self.question.from_port,
            any_from_port: false,
            dst,
            port: (protocol != Protocol::Icmp).then_some(self.question.port),
        }
    }

    // --- sources ---------------------------------------------------------------------------------------------------

    fn app_calls(&mut self, app: &App) -> Arrives {
        if let Some(arrives) = self.by_hybrid(app) {
            return arrives;
        }
        let dst = self.resolve(Asker::App(app));
        if self.protocol() == Protocol::Icmp {
            return no("unsupported", "vnet.protocols");
        }
        let dst = dst?;
        if let Some(ase) = self.model.ase_of(app) {
            return self.environment_calls(ase, app, dst);
        }
        let Some((vnet, subnet)) = &app.subnet else { return self.by_public_path(app, dst) };
        let at = At { vnet, subnet };
        let tcp = self.protocol() == Protocol::Tcp;
        let in_scope = self.routes_all(app)
            || dst.is_private()
            || (tcp && dst.is_public() && self.service_endpoint(at, dst).is_some());
        // vnet.regional.port-25, O-05.
        if tcp && self.question.port == 25 && self.model.edition == 2026 {
            if !dst.is_public() {
                // "Cannot be used" does not say whether that is so inside the network.
                self.worlds.unsaid();
            } else if !in_scope || self.model.vnet(vnet).smtp != Some(true) {
                return no("dropped", "vnet.regional.port-25");
            }
        }
        if !in_scope {
            return self.by_public_path(app, dst);
        }
        let prefix = self.model.subnet(vnet, subnet).prefixes[0];
        let many = (prefix.last().bits - prefix.base.bits + 1) as usize;
        let nth = self.worlds.pick("address of the app".into(), many);
        let packet = self.packet(prefix.base.plus(nth as i64), dst);
        if packet.src.six != dst.six {
            return no("dropped", "route.lpm");
        }
        self.leave(at, None, &packet)?;
        let way = Way {
            start: (vnet.clone(), subnet.clone()),
            born: vnet.clone(),
            by_app: true,
            speaker: Speaker::App(app.name.clone()),
            routers: Vec::new(),
            hops: 0,
            abroad: false,
        };
        self.travel(at, packet, way)
    }

    /// Section S: what is called by the name and port of a Hybrid Connection goes by it, whatever network the app is in.
    fn by_hybrid(&mut self, app: &App) -> Option<Arrives> {
        let model = self.model;
        let called = match &self.question.target {
            Target::Service(name) | Target::App(name) => super::names::host_name(model, name, self.question.scm),
            Target::Name(name) => name.clone(),
            Target::Addr(_) | Target::Host(_) => return None,
        };
        let mine = model.hybrids.iter().filter(|one| app.hybrids.contains(&one.name));
        let takes = |one: &&Hybrid| one.host == called && one.port == self.question.port;
        let hybrid = mine.into_iter().find(takes).filter(|_| self.protocol() == Protocol::Tcp)?;
        if self.question.from_port.is_some() {
            // The manager's connection has a source port of its own.
            self.worlds.unsaid();
        }
        let listening: Vec<&Manager> = hybrid.managers.iter().filter(|one| one.up && one.relay).collect();
        if listening.is_empty() {
            return Some(no("dropped", "hc.manager"));
        }
        let nth = self.worlds.pick(format!("manager of {}", hybrid.name), listening.len());
        let Some(host) = &listening[nth].on else {
            return Some(if listening[nth].reaches { Ok(()) } else { no("dropped", "hc.manager") });
        };
        if matches!(&self.question.target, Target::App(_)) && self.question.host.is_some() {
            self.worlds.unsaid();
        }
        let question = Question { source: Source::Host(host.clone()), ..self.question.clone() };
        Some(Walk { model, worlds: self.worlds, question: &question, onward: false }.run())
    }

    /// ase.in-vnet: an app of an environment is in its network already.
    fn environment_calls(&mut self, ase: &Ase, app: &App, dst: Addr) -> Arrives {
        let prefix = self.model.subnet(&ase.vnet, &ase.subnet).prefixes[0];
        let many = (prefix.last().bits - prefix.base.bits + 1) as usize;
        let nth = self.worlds.pick("address of the app".into(), many);
        let packet = self.packet(prefix.base.plus(nth as i64), dst);
        if packet.src.six != dst.six {
            return no("dropped", "route.lpm");
        }
        let at = At { vnet: &ase.vnet, subnet: &ase.subnet };
        self.leave(at, None, &packet)?;
        let way = Way {
            start: (ase.vnet.clone(), ase.subnet.clone()),
            born: ase.vnet.clone(),
            by_app: false,
            speaker: Speaker::App(app.name.clone()),
            routers: Vec::new(),
            hops: 0,
            abroad: false,
        };
        self.travel(at, packet, way)
    }

    /// Does every call of the app enter its network? The newest setting that is stated decides.
    pub fn routes_all(&self, app: &App) -> bool {
        if app.tier == "FlexConsumption" {
            return true;
        }
        if self.model.edition == 2020 {
            return app.route_setting == Some(true);
        }
        app.route_everything == Some(true) || app.route_all.or(app.route_setting).unwrap_or(false)
    }

    fn by_public_path(&mut self, app: &App, dst: Addr) -> Arrives {
        if !dst.is_public() {
            return no("dropped", "eval.out.4-scope");
        }
        // What the network and those joined to it have is not to be found in public.
        if let Some((vnet, _)) = &app.subnet {
            let mut inside = self.model.vnet(vnet).prefixes.clone();
            for (peering, _, other) in self.links(vnet) {
                if peering.connected {
                    inside.extend(&self.model.vnet(&peering.ends[other]).prefixes);
                }
            }
            for gateway in self.gateways_of(vnet) {
                for site in self.sites_via(&gateway.name) {
                    inside.extend(&site.prefixes);
                }
            }
            if inside.iter().any(|prefix| prefix.has(dst)) {
                return no("dropped", "scope.not-rfc1918-private");
            }
        }
        let caller = self.platform(app);
        self.public(caller, dst)
    }

    fn host_calls(&mut self, host: &Host) -> Arrives {
        let Place::Subnet(vnet, subnet) = &host.place else { return self.site_calls(host) };
        let dst = self.resolve(Asker::Host(host))?;
        if host.addrs.contains(&dst) {
            if matches!(&self.question.target, Target::Host(name) if *name != host.name) {
                return no("dropped", "route.system.vnet");
            }
            let packet = self.packet(dst, dst);
            return self.listens(host, &packet);
        }
        let Some(src) = host.addrs.iter().find(|addr| addr.six == dst.six) else {
            return no("dropped", "route.lpm");
        };
        self.machine_calls(At { vnet, subnet }, Some(host), *src, dst)
    }

    /// A machine of a subnet calls: a host, or one that is no more than its address.
    pub fn machine_calls(&mut self, at: At, host: Option<&Host>, src: Addr, dst: Addr) -> Arrives {
        let packet = self.packet(src, dst);
        self.leave(at, host.and_then(|host| host.nsg.as_deref()), &packet)?;
        let way = Way {
            start: (at.vnet.to_string(), at.subnet.to_string()),
            born: at.vnet.to_string(),
            by_app: false,
            speaker: host.map_or(Speaker::Machine, |host| Speaker::Host(host.name.clone())),
            routers: Vec::new(),
            hops: 0,
            abroad: false,
        };
        self.travel(at, packet, way)
    }

    /// A machine of a site: through a gateway of its site into that network or one that borrows the gateway.
    fn site_calls(&mut self, host: &Host) -> Arrives {
        let Place::Site(site) = &host.place else { unreachable!("a host of a site") };
        let site = self.model.sites.iter().find(|one| one.name == *site).expect("a declared site");
        let dst = self.resolve(Asker::Host(host))?;
        let packet = self.packet(host.addrs[0], dst);
        if site.prefixes.iter().any(|prefix| prefix.has(dst)) {
            return self.in_site(site, &packet);
        }
        if let Some(filter) = &site.filter {
            self.filter(filter, true, &packet, "dropped")?;
        }
        if dst.is_public() {
            return self.public(Caller::outside(site.public), dst);
        }
        let mut last = no("dropped", "gw.on-prem.reach");
        for gateway in self.model.gateways.iter().filter(|one| site.via.contains(&one.name)) {
            for vnet in &self.model.vnets {
                let uses = self.gateways_of(&vnet.name).iter().any(|one| one.name == gateway.name);
                if !uses || !vnet.prefixes.iter().any(|prefix| prefix.has(dst)) {
                    continue;
                }
                last = self.out_of_gateway(gateway, vnet, packet.clone());
                if last.is_ok() {
                    return last;
                }
            }
        }
        last
    }

    fn out_of_gateway(&mut self, gateway: &Gateway, vnet: &Vnet, packet: Packet) -> Arrives {
        if !gateway.up {
            return no("dropped", "p2s.gateway-requirements");
        }
        if vnet.name != gateway.vnet {
            self.may_cross(&gateway.vnet, &vnet.name, None, false)?;
        }
        let mut packet = packet;
        self.at_front(&vnet.name, &mut packet, false)?;
        let Some(subnet) = subnet_of(vnet, packet.dst) else { return self.somewhere(packet.dst) };
        let at = At { vnet: &vnet.name, subnet: &subnet.name };
        self.arrive(&vnet.name, packet.clone())?;
        if self.model.endpoints.iter().any(|one| one.vnet == vnet.name && one.addr == packet.dst) {
            return Ok(());
        }
        match self.route(at, packet.protocol, packet.src) {
            To::None | To::Internet | To::Nowhere => no("dropped", "eval.out.10-reply"),
            _ => Ok(()),
        }
    }

    fn internet_calls(&mut self, src: Addr) -> Arrives {
        if let Target::Host(name) = &self.question.target {
            // From outside, a machine is its public address, which stands for its first one.
            let host = self.model.host(name);
            let nth = self.worlds.pick("address of the target".into(), host.addrs.len());
            let Some(public) = host.public.filter(|_| nth == 0) else { return no("dropped", "eval.in.1-entry") };
            return self.public(Caller::outside(src), public);
        }
        let dst = self.resolve(Asker::Outside)?;
        if !dst.is_public() {
            return no("dropped", "route.system.none");
        }
        self.public(Caller::outside(src), dst)
    }

    // --- on the way ------------------------------------------------------------------------------------------------

    /// From the edge of a subnet, behind its groups, along its route.
    fn travel(&mut self, at: At, mut packet: Packet, mut way: Way) -> Arrives {
        way.hops += 1;
        if way.hops > 8 {
            return no("dropped", "route.udr.appliance-same-subnet");
        }
        match self.route(at, packet.protocol, packet.dst) {
            To::None | To::Nowhere => no("dropped", "route.udr.none"),
            To::Vnet => self.deliver(at.vnet, packet, &way),
            To::Peer(peer) => {
                self.may_cross(at.vnet, &peer, Some(&way.born), way.by_app)?;
                way.abroad = self.model.vnet(at.vnet).region != self.model.vnet(&peer).region;
                self.deliver(&peer, packet, &way)
            }
            To::Endpoint(name) => {
                let home = self.model.endpoints.iter().find(|one| one.name == name).expect("declared").vnet.clone();
                if home != at.vnet {
                    self.may_cross(at.vnet, &home, Some(&way.born), way.by_app)?;
                }
                self.deliver(&home, packet, &way)
            }
            To::Gateway => self.calls_site(at.vnet, packet, &way),
            To::Service => {
                let identity = Some((at.vnet.to_string(), at.subnet.to_string()));
                let mut caller = self.speaks(&way.speaker, at, &packet)?;
                caller.identity = identity;
                self.public(caller, packet.dst)
            }
            To::Internet => {
                if !packet.dst.is_public() {
                    return no("dropped", "route.system.internet");
                }
                let caller = self.speaks(&way.speaker, at, &packet)?;
                self.public(caller, packet.dst)
            }
            To::Appliance(addr) => {
                let Some(appliance) = self.appliance_near(at.vnet, addr) else { return self.somewhere(addr) };
                if appliance.vnet != at.vnet {
                    self.may_cross(at.vnet, &appliance.vnet, Some(&way.born), way.by_app)?;
                }
                let here = At { vnet: &appliance.vnet, subnet: &appliance.subnet };
                self.enter(here, appliance.nsg.as_deref(), &packet)?;
                if !appliance.forwarding {
                    return no("dropped", "route.udr.appliance-forwarding");
                }
                self.filter(&appliance.filter, appliance.filter.rules.is_empty(), &packet, "dropped")?;
                if appliance.snat == Some(true)
                    && !matches!(self.route(here, packet.protocol, packet.dst), To::Internet)
                {
                    packet.src = appliance.addr;
                    way.routers.clear();
                    way.by_app = false;
                    way.start = (appliance.vnet.clone(), appliance.subnet.clone());
                    way.born = appliance.vnet.clone();
                } else {
                    way.routers.push(appliance.name.clone());
                }
                way.speaker = Speaker::Appliance(appliance.name.clone());
                self.leave(here, appliance.nsg.as_deref(), &packet)?;
                self.travel(here, packet, way)
            }
        }
    }

    /// The appliance of that address in the network or in one beside it.
    fn appliance_near(&self, vnet: &str, addr: Addr) -> Option<&'a Appliance> {
        let mut near = vec![vnet.to_string()];
        for (peering, _, other) in self.links(vnet) {
            if peering.connected {
                near.push(peering.ends[other].clone());
            }
        }
        let model: &'a Model = self.model;
        near.iter().find_map(|near| model.appliances.iter().find(|one| one.addr == addr && one.vnet == *near))
    }

    /// From one network into the one beside it. `born` is the network of the packet's source, none of one that an
    /// Azure gateway hands on.
    fn may_cross(&self, from: &str, to: &str, born: Option<&str>, by_app: bool) -> Arrives {
        let links = self.links(from);
        let Some((peering, _, far)) = links.into_iter().find(|(peering, _, far)| peering.ends[*far] == to) else {
            return no("dropped", "peer.non-transitive");
        };
        if !peering.connected {
            return no("dropped", "peer.two-links");
        }
        if !peering.access[0] || !peering.access[1] {
            return no("dropped", "peer.flag.vnet-access");
        }
        if born.is_some_and(|born| born != from) && !peering.forwarded[far] {
            return no("dropped", "peer.flag.forwarded");
        }
        if by_app && self.model.edition == 2020 && self.model.vnet(from).region != self.model.vnet(to).region {
            return no("dropped", "vnet.regional.no-global-peering");
        }
        Ok(())
    }

    fn calls_site(&mut self, vnet: &str, packet: Packet, way: &Way) -> Arrives {
        let mut last = no("dropped", "gw.on-prem.reach");
        for gateway in self.gateways_of(vnet) {
            if gateway.vnet != vnet {
                self.may_cross(vnet, &gateway.vnet, Some(&way.born), way.by_app)?;
            }
            let sites = self.sites_via(&gateway.name);
            let site = sites.into_iter().find(|site| site.prefixes.iter().any(|prefix| prefix.has(packet.dst)));
            if !gateway.up {
                return no("dropped", "diag.gateway.up");
            }
            let Some(site) = site else {
                last = self.somewhere(packet.dst);
                continue;
            };
            if let Some(filter) = &site.filter {
                self.filter(filter, true, &packet, "dropped")?;
            }
            self.in_site(site, &packet)?;
            return self.sends_back(site, packet.src);
        }
        last
    }

    /// A machine of a site answers.
    fn in_site(&mut self, site: &Site, packet: &Packet) -> Arrives {
        let inside = |host: &&Host| host.place == Place::Site(site.name.clone()) && host.addrs.contains(&packet.dst);
        let host = self.model.hosts.iter().find(inside);
        match &self.question.target {
            Target::Host(name) if host.is_none_or(|host| host.name != *name) => no("not listening", "diag.causes.name"),
            Target::Service(_) | Target::App(_) => {
                self.worlds.unsaid();
                Ok(())
            }
            _ => host.map_or(Ok(()), |host| self.listens(host, packet)),
        }
    }

    fn sends_back(&mut self, site: &Site, addr: Addr) -> Arrives {
        let back = match &site.back {
            Some(back) => back.iter().any(|prefix| prefix.has(addr)),
            None => self.worlds.guess(format!("{} sends {addr:?} back", site.name)),
        };
        if back { Ok(()) } else { no("dropped", "gw.on-prem.return") }
    }

    /// An address of which nothing is declared.
    fn somewhere(&mut self, addr: Addr) -> Arrives {
        if self.worlds.guess(format!("something is at {addr:?}")) { Ok(()) } else { no("dropped", "route.lpm") }
    }

    // --- arrival ---------------------------------------------------------------------------------------------------

    fn deliver(&mut self, vnet: &str, mut packet: Packet, way: &Way) -> Arrives {
        self.at_front(vnet, &mut packet, way.abroad)?;
        let to = (packet.src, packet.dst);
        let endpoint = self.model.endpoints.iter().any(|one| one.vnet == vnet && one.addr == to.1);
        let protocol = packet.protocol;
        self.arrive(vnet, packet)?;
        if way.routers.is_empty() || endpoint {
            return Ok(());
        }
        self.comes_back(vnet, to.1, to.0, protocol, way)
    }

    /// At the front of a load balancer: on to one of its machines, which sees the caller as it was (nsg.lb-pool).
    fn at_front(&mut self, vnet: &str, packet: &mut Packet, abroad: bool) -> Arrives {
        let model = self.model;
        let Some(one) = model.balancers.iter().find(|one| one.vnet == vnet && one.addr == packet.dst) else {
            return Ok(());
        };
        if one.basic && abroad {
            return no("dropped", "peer.global.basic-lb");
        }
        if packet.protocol == Protocol::Icmp || !matches!(self.question.target, Target::Addr(_)) {
            // Nobody says whether it answers to these itself, nor whether it is what a name means.
            self.worlds.unsaid();
        }
        let port = self.question.port;
        let heard = |(protocol, low, high): &(Protocol, u16, u16)| {
            *protocol == packet.protocol && *low <= port && port <= *high
        };
        if !one.listen.iter().any(heard) {
            return no("not listening", "diag.causes.port");
        }
        let nth = self.worlds.pick(format!("machine of {}", one.name), one.backends.len());
        let host = model.host(&one.backends[nth]);
        if matches!(&self.question.source, Source::Host(name) if *name == host.name) || packet.src == host.addrs[0] {
            // A machine that calls itself by its balancer.
            self.worlds.unsaid();
        }
        packet.dst = host.addrs[0];
        Ok(())
    }

    /// What has an address of the network lets a packet in, and is what was asked for.
    fn arrive(&mut self, vnet: &str, packet: Packet) -> Arrives {
        let model = self.model;
        if let Some(endpoint) = model.endpoints.iter().find(|one| one.vnet == vnet && one.addr == packet.dst) {
            return self.at_endpoint(endpoint, packet);
        }
        let network = model.vnet(vnet);
        let here = |place: &Place| matches!(place, Place::Subnet(home, _) if home == vnet);
        if matches!(&self.question.target, Target::Host(name) if !here(&model.host(name).place)) {
            return no("dropped", "route.system.vnet");
        }
        let Some(subnet) = subnet_of(network, packet.dst) else { return self.somewhere(packet.dst) };
        let at = At { vnet, subnet: &subnet.name };
        if let Some(ase) = model.ases.iter().find(|ase| ase.vnet == vnet && ase.subnet == subnet.name) {
            return self.enter_environment(ase, at, packet);
        }
        let place = Place::Subnet(vnet.to_string(), subnet.name.clone());
        let host = model.hosts.iter().find(|host| host.place == place && host.addrs.contains(&packet.dst));
        let appliance = model.appliances.iter().find(|one| one.vnet == vnet && one.addr == packet.dst);
        let nic = host.map(|host| &host.nsg).or(appliance.map(|one| &one.nsg)).and_then(|nsg| nsg.as_deref());
        self.enter(at, nic, &packet)?;
        let integrated = |app: &App| app.subnet.as_ref().is_some_and(|(v, s)| v == vnet && *s == subnet.name);
        if model.apps.iter().any(integrated) {
            return no("not listening", "vnet.outbound-only");
        }
        match &self.question.target {
            Target::Host(name) if host.is_none_or(|host| host.name != *name) => {
                return no("not listening", "diag.causes.name");
            }
            // A record of one's own may lead a name to a machine that passes calls on, or to a wrong one.
            Target::Service(_) | Target::App(_) => self.worlds.unsaid(),
            _ => {}
        }
        if let Some(host) = host {
            self.listens(host, &packet)?;
        }
        if model.servers.iter().any(|one| one.vnet == vnet && one.addr == packet.dst)
            && (packet.protocol == Protocol::Icmp || self.question.port != 53)
        {
            // What else a name server answers, nobody says.
            self.worlds.unsaid();
        }
        Ok(())
    }

    /// To the internal entry of an environment, by the group of its subnet (ase.in-vnet, ase.ilb).
    fn enter_environment(&mut self, ase: &Ase, at: At, packet: Packet) -> Arrives {
        self.enter(at, None, &packet)?;
        let model = self.model;
        let app = model.apps.iter().find(|app| app.ase.as_ref() == Some(&ase.name));
        let Some(app) = app.filter(|_| ase.internal && ase.addr == packet.dst) else {
            // Its other addresses are machines of the platform, of which nobody says more.
            self.worlds.unsaid();
            return Ok(());
        };
        self.speaks_there(&app.name)?;
        let Some(scm) = self.site_meant(&app.name) else { return no("refused", "in.address") };
        let azure = super::public::Caller {
            seen: super::public::Seen::Known(packet.src),
            identity: None,
            azure: true,
            region: None,
            platform: false,
        };
        self.access(app, &azure, scm)
    }

    pub fn listens(&mut self, host: &Host, packet: &Packet) -> Arrives {
        if let Some(filter) = &host.filter {
            self.filter(filter, false, packet, "dropped")?;
        }
        let Some(listen) = &host.listen else { return Ok(()) };
        if packet.protocol == Protocol::Icmp {
            return Ok(());
        }
        let port = self.question.port;
        if listen.iter().any(|(protocol, low, high)| *protocol == packet.protocol && *low <= port && port <= *high) {
            return Ok(());
        }
        no("not listening", "tool.tcpping")
    }

    fn at_endpoint(&mut self, endpoint: &Endpoint, mut packet: Packet) -> Arrives {
        let subnet = self.model.subnet(&endpoint.vnet, &endpoint.subnet);
        if matches!(subnet.policy, Policy::Nsg | Policy::On) {
            packet.any_from_port = true;
            let at = At { vnet: &endpoint.vnet, subnet: &endpoint.subnet };
            // Security admin rules do not apply to private endpoints.
            self.group(subnet.nsg.as_deref(), at, true, &packet)?;
        }
        if !endpoint.approved {
            return no("dropped", "pe.state");
        }
        if packet.protocol != Protocol::Tcp {
            return no("dropped", "pe.tcp-only");
        }
        match &self.question.target {
            Target::Service(name) | Target::App(name) if *name != endpoint.target => {
                return no("not listening", "diag.causes.name");
            }
            Target::Host(_) => return no("not listening", "diag.causes.name"),
            _ => {}
        }
        self.speaks_there(&endpoint.target)?;
        if self.site_meant(&endpoint.target).is_none() { no("refused", "pe.app.host-name") } else { Ok(()) }
    }

    /// Replies to what an appliance handed on: the target's subnet needs a route for them, and where that leads through
    /// the appliance of a third network the caller's link must take what is forwarded. The sheet does not say what
    /// becomes of replies on their further way, so that they may well be lost there is not judged.
    fn comes_back(&mut self, vnet: &str, from: Addr, to: Addr, protocol: Protocol, way: &Way) -> Arrives {
        let Some(subnet) = subnet_of(self.model.vnet(vnet), from) else { return Ok(()) };
        match self.route(At { vnet, subnet: &subnet.name }, protocol, to) {
            To::None | To::Internet | To::Nowhere | To::Gateway => no("dropped", "eval.out.10-reply"),
            To::Appliance(addr) => {
                let Some(appliance) = self.appliance_near(vnet, addr) else { return Ok(()) };
                if appliance.vnet == way.start.0 || appliance.vnet == vnet {
                    return Ok(());
                }
                let links = self.links(&appliance.vnet);
                let link = links.into_iter().find(|(peering, _, far)| peering.ends[*far] == way.start.0);
                let taken = link.is_some_and(|(peering, _, far)| peering.forwarded[far]);
                if taken { Ok(()) } else { no("dropped", "peer.flag.forwarded") }
            }
            _ => Ok(()),
        }
    }
}

/// The subnet of a network that has an address.
pub fn subnet_of(vnet: &Vnet, addr: Addr) -> Option<&Subnet> {
    vnet.subnets.iter().find(|subnet| subnet.prefixes.iter().any(|prefix| prefix.has(addr)))
}
