//! Section M of the fact sheet: which name servers somebody asks, whether they are reached, and what they answer.

use super::evaluate::Walk;
use super::plain::*;
use super::security::At;
use super::worlds::{No, no};

/// Azure's own name servers.
pub const AZURE: Addr = Addr::four(168, 63, 129, 16);

/// Who asks for a name.
#[derive(Clone, Copy)]
pub enum Asker<'a> {
    App(&'a App),
    Host(&'a Host),
    Server(&'a Server),
    /// Somebody outside every network.
    Outside,
}

/// What a server says.
enum Said {
    Here(Addr),
    /// There is no such name.
    Nothing,
    /// It is down, or not to be reached.
    Silence,
}

/// The public host name of a service or app, or of the SCM site of an app (table T-1).
pub fn host_name(model: &Model, name: &str, scm: bool) -> String {
    if let Some(ase) = model.apps.iter().find(|one| one.name == name).and_then(|app| model.ase_of(app))
        && ase.internal
    {
        // ase.dns.ilb-names
        return format!("{name}{}.{}.appserviceenvironment.net", if scm { ".scm" } else { "" }, ase.name);
    }
    let suffix = match model.services.iter().find(|one| one.name == name).map(|one| one.kind) {
        Some(ServiceKind::Sql) => "database.windows.net",
        Some(ServiceKind::Storage) => "blob.core.windows.net",
        Some(ServiceKind::KeyVault) => "vault.azure.net",
        Some(ServiceKind::Cosmos) => "documents.azure.com",
        Some(ServiceKind::ServiceBus) => "servicebus.windows.net",
        None if scm => "scm.azurewebsites.net",
        None => "azurewebsites.net",
    };
    format!("{name}.{suffix}")
}

impl<'a> Walk<'a> {
    /// The address that the target's name has for who asks.
    pub fn resolve(&mut self, asker: Asker) -> Result<Addr, No> {
        let model = self.model;
        let name = match &self.question.target {
            Target::Addr(addr) => return Ok(*addr),
            Target::Host(name) => {
                let addrs = &model.host(name).addrs;
                return Ok(addrs[self.worlds.pick("address of the target".into(), addrs.len())]);
            }
            Target::Service(name) | Target::App(name) => host_name(model, name, self.question.scm),
            Target::Name(name) => name.clone(),
        };
        let said = match self.servers_of(asker) {
            Some(servers) => self.in_turn(asker, &servers, &name),
            None => self.publicly(&name),
        };
        match said {
            Said::Here(addr) => Ok(addr),
            Said::Nothing => no("unresolved", "dns.private-zone.nxdomain"),
            Said::Silence => no("unresolved", "dns.timeout.seed"),
        }
    }

    fn home(&self, asker: Asker) -> Option<String> {
        match asker {
            Asker::App(app) => match self.model.ase_of(app) {
                Some(ase) => Some(ase.vnet.clone()),
                None => app.subnet.as_ref().map(|(vnet, _)| vnet.clone()),
            },
            Asker::Host(host) => match &host.place {
                Place::Subnet(vnet, _) => Some(vnet.clone()),
                Place::Site(_) => None,
            },
            Asker::Server(server) => Some(server.vnet.clone()),
            Asker::Outside => None,
        }
    }

    /// dns.servers.*, dns.nic-over-vnet. None: public name servers.
    fn servers_of(&self, asker: Asker) -> Option<Vec<Addr>> {
        let own = match asker {
            Asker::App(app) if !app.dns.is_empty() => app.dns.clone(),
            Asker::App(app) => app.dns_setting.clone(),
            Asker::Host(host) => host.dns.clone(),
            Asker::Server(_) | Asker::Outside => Vec::new(),
        };
        let mut servers = match self.home(asker) {
            _ if !own.is_empty() => own,
            Some(vnet) if !self.model.vnet(&vnet).dns.is_empty() => self.model.vnet(&vnet).dns.clone(),
            Some(_) => vec![AZURE],
            None if matches!(asker, Asker::App(_)) => vec![AZURE],
            None => return None,
        };
        if let Asker::App(app) = asker {
            servers.extend(app.dns_alternative);
        }
        Some(servers)
    }

    /// The first server that answers is believed.
    fn in_turn(&mut self, asker: Asker, servers: &[Addr], name: &str) -> Said {
        for server in servers {
            match self.asks(asker, *server, name) {
                Said::Silence => {}
                said => return said,
            }
        }
        Said::Silence
    }

    fn asks(&mut self, asker: Asker, addr: Addr, name: &str) -> Said {
        if addr == AZURE {
            let blind = match asker {
                // dns.private-zone.app.2020
                Asker::App(app) => {
                    self.model.edition == 2020
                        && app.ase.is_none()
                        && (!app.dns_setting.contains(&AZURE) || app.route_setting != Some(true))
                }
                _ => false,
            };
            let view = self.home(asker).filter(|_| !blind);
            return self.azure(view.as_deref(), name);
        }
        let Some(server) = self.server_near(asker, addr) else {
            // Nobody says what it is.
            self.worlds.unsaid();
            return Said::Silence;
        };
        if !server.up || self.reaches(asker, addr).is_err() {
            return Said::Silence;
        }
        self.answers(server, name)
    }

    /// The server of that address in the network of who asks, or in one beside it, or anywhere.
    fn server_near(&self, asker: Asker, addr: Addr) -> Option<&'a Server> {
        let model: &'a Model = self.model;
        let mut near: Vec<String> = self.home(asker).into_iter().collect();
        if let Some(home) = near.first().cloned() {
            for (peering, _, other) in self.links(&home) {
                if peering.connected {
                    near.push(peering.ends[other].clone());
                }
            }
        }
        let there = |vnet: &String| model.servers.iter().find(|one| one.addr == addr && one.vnet == *vnet);
        near.iter().find_map(there).or_else(|| model.servers.iter().find(|one| one.addr == addr))
    }

    /// dns.server-reachability: to ask is a flow like any other.
    fn reaches(&mut self, asker: Asker, addr: Addr) -> Result<(), No> {
        let source = match asker {
            Asker::App(app) => Source::App(app.name.clone()),
            Asker::Host(host) => Source::Host(host.name.clone()),
            Asker::Server(server) => Source::Addr(server.addr),
            Asker::Outside => Source::Addr(addr),
        };
        let question = Question::of(source, Target::Addr(addr), 53, Over::Udp);
        let mut walk = Walk { model: self.model, worlds: self.worlds, question: &question, onward: false };
        match asker {
            Asker::Server(server) => walk.server_calls(server),
            _ => walk.run(),
        }
    }

    /// What a server says of itself or by another one.
    fn answers(&mut self, server: &'a Server, name: &str) -> Said {
        if let Some((_, addr)) = server.records.iter().find(|(known, _)| known == name) {
            return Said::Here(*addr);
        }
        let fits = server.forwards.iter().filter(|(domain, _)| domain == "." || is_in(name, domain));
        if let Some((_, to)) = fits.max_by_key(|(domain, _)| domain.len()) {
            // dns.private-zone.forwarder-vnet: Azure answers with the zones of the server's network.
            let said = self.asks(Asker::Server(server), *to, name);
            if matches!(said, Said::Silence) && server.public_names == Some(true) {
                // Whether a server that cannot pass a question on looks elsewhere is its own affair.
                self.worlds.unsaid();
            }
            return said;
        }
        let public = match server.public_names {
            Some(public) => public,
            None => self.worlds.guess(format!("{} resolves public names", server.name)),
        };
        if public { self.publicly(name) } else { Said::Nothing }
    }

    /// What Azure's name servers say to a network, or to nobody in particular.
    fn azure(&mut self, vnet: Option<&str>, name: &str) -> Said {
        let Some(vnet) = vnet else { return self.publicly(name) };
        if let Some(said) = self.by_zone(vnet, name) {
            return said;
        }
        if let Some(alias) = self.alias(name)
            && let Some(said) = self.by_zone(vnet, &alias)
        {
            return said;
        }
        self.publicly(name)
    }

    /// What the most specific of the linked zones has; none where no linked zone has the say.
    fn by_zone(&mut self, vnet: &str, name: &str) -> Option<Said> {
        let linked = |zone: &&Zone| is_in(name, &zone.name) && zone.links.iter().any(|(to, _)| to == vnet);
        let zone = self.model.zones.iter().filter(linked).max_by_key(|zone| zone.name.len())?;
        let label = &name[..name.len() - zone.name.len() - 1];
        let star = |known: &str| known == "*.scm" && label.ends_with(".scm") || known == "*";
        let exact = zone.records.iter().find(|(known, _)| known == label);
        let wild = || {
            let mut all: Vec<&(String, Addr)> = zone.records.iter().filter(|(known, _)| star(known)).collect();
            all.sort_by_key(|(known, _)| std::cmp::Reverse(known.len()));
            all.first().copied()
        };
        if let Some((_, addr)) = exact.or_else(wild) {
            return Some(Said::Here(*addr));
        }
        // dns.private-zone.fallback: for the zones of private endpoints alone.
        let fallback = zone.links.iter().any(|(to, fallback)| to == vnet && *fallback);
        if fallback && zone.name.starts_with("privatelink.") {
            return Some(self.publicly(name));
        }
        Some(Said::Nothing)
    }

    /// dns.chain.cname: what has a private endpoint has a name that leads on to its zone.
    fn alias(&self, name: &str) -> Option<String> {
        let model = self.model;
        for endpoint in &model.endpoints {
            let zone = match model.services.iter().find(|one| one.name == endpoint.target) {
                Some(service) => service.kind.zone(),
                None => "privatelink.azurewebsites.net",
            };
            for scm in [false, true] {
                if host_name(model, &endpoint.target, scm) == name {
                    let site = if scm && zone == "privatelink.azurewebsites.net" { ".scm" } else { "" };
                    return Some(format!("{}{site}.{zone}", endpoint.target));
                }
            }
        }
        None
    }

    fn publicly(&mut self, name: &str) -> Said {
        let model = self.model;
        let aliased = |own: &String| self.alias(own).is_some_and(|alias| alias == name);
        for service in &model.services {
            let own = host_name(model, &service.name, false);
            if own == name || aliased(&own) {
                return Said::Here(service.public);
            }
        }
        for app in &model.apps {
            for scm in [false, true] {
                let own = host_name(model, &app.name, scm);
                if own == name && model.ase_of(app).is_some_and(|ase| ase.internal) {
                    return Said::Nothing;
                }
                if own == name || aliased(&own) {
                    return Said::Here(app.inbound);
                }
            }
        }
        // A name that no private zone has may be anybody's: what is not declared is not told.
        let has = |zone: &Zone| {
            let own = |label: &String| format!("{label}.{}", zone.name) == name;
            zone.records.iter().any(|(label, _)| own(label))
        };
        if !model.zones.iter().any(has) {
            self.worlds.unsaid();
        }
        Said::Nothing
    }

    /// A name server passes a question on, from its own address.
    fn server_calls(&mut self, server: &Server) -> Result<(), No> {
        let Target::Addr(dst) = self.question.target else { return Ok(()) };
        let at = At { vnet: &server.vnet, subnet: &server.subnet };
        self.machine_calls(at, None, server.addr, dst)
    }
}

/// Is the name in the domain, below it?
fn is_in(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|label| label.ends_with('.'))
}
