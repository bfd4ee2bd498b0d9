//! Name resolution: which servers are asked, what they answer, and what answers for a network.

use super::Engine;
use super::flow::{Ends, Symbol, SymbolOf};
use super::trail::{Outcome, Step, Verdict};
use super::walk::{Question, Source, Target, Traffic};
use crate::model::*;
use crate::net::{AddressSet, PortSet, Protocol};
use crate::platform::ServiceEndpointType;
use crate::syntax::ast::Over;
use std::net::IpAddr;
use std::sync::Arc;

/// Who asks for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// An app.
    App(AppId),
    /// A host.
    Host(HostId),
    /// Any machine of a network.
    Vnet(VnetId),
    /// A machine of a site.
    Site(OnPremisesId),
    /// Somebody on the internet.
    Internet,
    /// Somebody of whom nothing is known.
    Nowhere,
}

/// What a name leads to.
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    /// The addresses; empty where the name does not resolve.
    pub answers: Vec<Ends>,
    /// How it came to that, server by server and zone by zone.
    pub steps: Vec<Step>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}

/// What one server says.
#[derive(Clone, Debug)]
pub enum Answered {
    /// Addresses.
    Yes(Vec<Ends>),
    /// That there is no such name.
    No,
    /// Nothing: it cannot be reached, or is down.
    Silent,
    /// Nobody can say what it would answer.
    Unknown,
}

/// How deep aliases, forwarding and nested reachability may go.
const DEPTH: usize = 12;

impl Engine<'_> {
    /// Resolves a name for somebody, with the servers that they use.
    pub fn resolve(&self, asker: Asker, name: &str, depth: usize) -> Resolution {
        let mut out = Resolution::default();
        let name = name.trim_end_matches('.').to_lowercase();
        let servers = self.servers_of(asker, &mut out);
        let Some(servers) = servers else {
            let answered = self.public_answer(&name, None, &mut out, depth);
            self.conclude(&name, answered, &mut out);
            return out;
        };
        let mut silent = 0;
        for server in &servers {
            match self.ask(asker, *server, &name, &mut out, depth) {
                Answered::Silent => silent += 1,
                answered => {
                    self.conclude(&name, answered, &mut out);
                    return out;
                }
            }
        }
        let seconds = self.platform().limit("dns-timeout") * silent;
        let text = format!(
            "no name server answers: {silent} x {} s, {seconds} s in all",
            self.platform().limit("dns-timeout")
        );
        out.steps.push(
            Step::block("dns.timeout.seed", Outcome::Unresolved, text)
                .headline(format!("{name} does not resolve: no name server answers")),
        );
        out
    }

    /// Asks one server, whatever servers the asker uses.
    pub fn resolve_using(&self, asker: Asker, name: &str, server: IpAddr) -> Resolution {
        let mut out = Resolution::default();
        let name = name.trim_end_matches('.').to_lowercase();
        let answered = self.ask(asker, server, &name, &mut out, 0);
        if let Answered::Silent = answered {
            let text = format!("{server} does not answer");
            out.steps.push(Step::block("dns.timeout.seed", Outcome::Unresolved, text));
        } else {
            self.conclude(&name, answered, &mut out);
        }
        out
    }

    fn conclude(&self, name: &str, answered: Answered, out: &mut Resolution) {
        match answered {
            Answered::Yes(answers) => out.answers = answers,
            Answered::No => {
                if !out.steps.iter().any(Step::is_block) {
                    let text = format!("{name} does not exist");
                    out.steps.push(
                        Step::block("dns.failure.result", Outcome::Unresolved, text)
                            .headline(format!("{name} does not resolve")),
                    );
                }
            }
            Answered::Silent | Answered::Unknown => {}
        }
    }

    /// The servers that somebody uses, in order; none for public resolution.
    fn servers_of(&self, asker: Asker, out: &mut Resolution) -> Option<Vec<IpAddr>> {
        let azure = self.azure_dns();
        match asker {
            Asker::App(app) => Some(self.servers_of_app(app, out)),
            Asker::Host(host) => {
                let noun = &self.model[host];
                if let (Some(first), false) = (noun.dns.first(), noun.dns.is_empty()) {
                    let text = format!("{} has name servers of its own", noun.head.name);
                    out.steps.push(Step::pass("dns.nic-over-vnet", text).at(first.span));
                    return Some(noun.dns.iter().map(|a| a.value).collect());
                }
                match noun.place {
                    Some(Thing::Subnet(subnet)) => Some(self.servers_of_vnet(self.model[subnet].vnet, out)),
                    Some(Thing::OnPremises(site)) => self.servers_of(Asker::Site(site), out),
                    _ => Some(vec![azure]),
                }
            }
            Asker::Vnet(vnet) => Some(self.servers_of_vnet(vnet, out)),
            Asker::Site(site) => {
                let noun = &self.model[site];
                if noun.dns.is_empty() {
                    out.assumptions.push(format!("{} resolves public names publicly", noun.head.name));
                    return None;
                }
                Some(noun.dns.iter().map(|a| a.value).collect())
            }
            Asker::Internet | Asker::Nowhere => None,
        }
    }

    /// The address of Azure's own name servers.
    pub(super) fn azure_dns(&self) -> IpAddr {
        self.platform().addresses("azure-dns").first().unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))
    }

    fn servers_of_vnet(&self, vnet: VnetId, out: &mut Resolution) -> Vec<IpAddr> {
        let noun = &self.model[vnet];
        match &noun.dns {
            Some(DnsSetting { servers: Some(servers), span }) if servers.is_empty() => {
                let text = format!("{} has custom DNS without a server: Azure's is used", noun.head.name);
                out.steps.push(Step::pass("dns.servers.vnet-empty-list", text).at(*span));
                vec![self.azure_dns()]
            }
            Some(DnsSetting { servers: Some(servers), span }) => {
                let list: Vec<String> = servers.iter().map(IpAddr::to_string).collect();
                let text = format!("{} uses the name servers {}", noun.head.name, list.join(", "));
                out.steps.push(Step::pass("dns.servers.vnet", text).at(*span));
                servers.clone()
            }
            _ => vec![self.azure_dns()],
        }
    }

    fn servers_of_app(&self, app: AppId, out: &mut Resolution) -> Vec<IpAddr> {
        let noun = &self.model[app];
        let mut servers = match &noun.dns {
            Some(Stated { value: (servers, via), span }) => {
                let rule = match via {
                    Via::Property if self.fires("dns.servers.app-override") => "dns.servers.app-override",
                    _ => "dns.servers.app-setting",
                };
                let list: Vec<String> = servers.iter().map(IpAddr::to_string).collect();
                let text = format!("{} asks {}", noun.head.name, list.join(", "));
                out.steps.push(Step::pass(rule, text).at(*span));
                servers.clone()
            }
            None => match self.integration_subnet(app) {
                Some(subnet) => {
                    let vnet = self.model[subnet].vnet;
                    let servers = self.servers_of_vnet(vnet, out);
                    if servers == [self.azure_dns()] {
                        let text = format!(
                            "{} asks Azure's name servers, as {} does",
                            noun.head.name, self.model[vnet].head.name
                        );
                        out.steps.push(Step::pass("dns.servers.vnet", text).at(super::scope::integration_span(noun)));
                    }
                    servers
                }
                None => {
                    let text =
                        format!("{} asks Azure's name servers, which tell it public names alone", noun.head.name);
                    out.steps.push(Step::pass("dns.servers.no-vnet", text).at(noun.head.span));
                    vec![self.azure_dns()]
                }
            },
        };
        if let Some(alternative) = &noun.dns_alternative {
            out.steps.push(Step::pass("dns.servers.alt", format!("and {}", alternative.value)).at(alternative.span));
            servers.push(alternative.value);
        }
        servers
    }

    /// The name servers of an app, with the steps that lead to them.
    pub(super) fn name_servers(&self, app: AppId, out: &mut Resolution) -> Vec<IpAddr> {
        self.servers_of_app(app, out)
    }

    /// The private zones that Azure's name servers show to an app.
    pub(super) fn zones_seen_by(&self, app: AppId, out: &mut Resolution) -> Vec<String> {
        let Some(vnet) = self.view_of(Asker::App(app), out) else { return Vec::new() };
        let linked = self.model.zones.iter().filter(|zone| zone.links.iter().any(|link| link.vnet == vnet));
        linked.map(|zone| zone.head.name.clone()).collect()
    }

    fn ask(&self, asker: Asker, server: IpAddr, name: &str, out: &mut Resolution, depth: usize) -> Answered {
        if depth > DEPTH {
            return Answered::Silent;
        }
        if server == self.azure_dns() {
            let view = self.view_of(asker, out);
            return self.azure_answer(view, name, matches!(asker, Asker::App(_)), out, depth);
        }
        if let Some(failed) = self.reach_server(asker, server, out, depth) {
            return failed;
        }
        let declared = self.model.dns_servers().find(|(_, s)| s.addresses.iter().any(|a| a.value == server));
        let Some((id, noun)) = declared else {
            let text = format!("what the name server {server} answers is not known");
            let line = format!("dns-server NAME in SUBNET {server} {{ forward \".\" {} }}", self.azure_dns());
            let fact = format!("what the name server {server} answers to {name}");
            out.steps.push(Step::unknown("verdict.ours.unknown", text, fact, Some(line)));
            return Answered::Unknown;
        };
        if noun.up.as_ref().is_some_and(|up| !up.value) {
            out.steps.push(Step::note("dns.timeout.seed", format!("{} is down", noun.head.name)).at(noun.head.span));
            return Answered::Silent;
        }
        self.server_answer(id, name, out, depth + 1)
    }

    /// Is a custom server reached? None when it is.
    fn reach_server(&self, asker: Asker, server: IpAddr, out: &mut Resolution, depth: usize) -> Option<Answered> {
        let source = match asker {
            Asker::App(app) if self.integration_subnet(app).is_some() => Source::App(app),
            Asker::Host(host) => Source::Host(host),
            _ => return None,
        };
        if let Asker::App(app) = asker
            && self.bypasses_groups(app)
        {
            let text = "port 53 to custom name servers is not filtered by the network's groups (O-09)";
            out.steps.push(Step::pass("nsg.custom-dns-bypass", text));
            return None;
        }
        let _ = depth;
        let port = u16::try_from(self.platform().limit("dns-port")).unwrap_or(0);
        let question = Question {
            source,
            target: Target::Ends(Ends::one(server)),
            over: Some(Over::Protocol(Protocol::Udp)),
            source_ports: PortSet::all(),
            ports: PortSet::one(port),
            traffic: Traffic::Application,
            headers: Vec::new(),
            scm: false,
        };
        let parts = self.walk(&question);
        let failed = parts.iter().find(|part| part.verdict() != Verdict::Yes)?;
        let deciding = failed.trail.deciding()?;
        let why = deciding.headline.clone().unwrap_or_else(|| deciding.text.clone());
        match failed.verdict() {
            Verdict::Unknown => {
                let mut step = deciding.clone();
                step.text = format!("name server {server}: {}", step.text);
                out.steps.push(step);
                Some(Answered::Unknown)
            }
            _ => {
                let text = format!("name server {server} is not reached: {why}");
                out.steps.push(Step::note("dns.server-reachability", text).maybe_at(deciding.place));
                Some(Answered::Silent)
            }
        }
    }

    fn bypasses_groups(&self, app: AppId) -> bool {
        let Some(subnet) = self.integration_subnet(app) else { return false };
        let vnet = &self.model[self.model[subnet].vnet];
        let custom = vnet.dns.as_ref().is_some_and(|dns| dns.servers.as_ref().is_some_and(|s| !s.is_empty()));
        let stated = vnet.dns_bypasses_nsg.as_ref().map(|stated| stated.value);
        custom && stated.unwrap_or(self.fires("nsg.custom-dns-bypass"))
    }

    /// The network whose private zones Azure's name servers show to somebody.
    fn view_of(&self, asker: Asker, out: &mut Resolution) -> Option<VnetId> {
        match asker {
            Asker::App(app) => {
                let vnet = self.model[self.integration_subnet(app)?].vnet;
                if !self.fires("dns.azure-dns-scope") || self.environment(app).is_some() {
                    return Some(vnet);
                }
                let noun = &self.model[app];
                let chosen = noun.dns.as_ref().is_some_and(|dns| dns.value.0.contains(&self.azure_dns()));
                let all = noun.is_on("route-all")
                    || self.plan_of(app).and_then(|p| p.plan_type.as_ref()).is_some_and(|p| p.routes_all);
                if chosen && all {
                    return Some(vnet);
                }
                let linked = self.model.zones.iter().any(|zone| zone.links.iter().any(|link| link.vnet == vnet));
                if linked {
                    let text = format!(
                        "{} sees no private zone: it takes the name server {} and route-all, both",
                        noun.head.name,
                        self.azure_dns()
                    );
                    out.steps.push(
                        Step::new("dns.private-zone.app", super::trail::Mark::Warn, text)
                            .at(noun.head.span)
                            .remedy(self.private_zone_remedy(app)),
                    );
                }
                None
            }
            Asker::Host(host) => match self.model[host].place {
                Some(Thing::Subnet(subnet)) => Some(self.model[subnet].vnet),
                _ => None,
            },
            Asker::Vnet(vnet) => Some(vnet),
            _ => None,
        }
    }

    fn private_zone_remedy(&self, app: AppId) -> String {
        let settings = self.platform().app_settings();
        let named = |property: &str| {
            let found = settings.iter().find(|setting| setting.property.as_deref() == Some(property));
            found.map_or(String::new(), |setting| setting.name.clone())
        };
        let name = &self.model[app].head.name;
        format!(
            "amend app {name} {{ setting {} = {}; setting {} = 1 }}",
            named("dns"),
            self.azure_dns(),
            named("route-all")
        )
    }

    /// What a declared server answers: its own records, what it forwards, public names.
    fn server_answer(&self, id: DnsServerId, name: &str, out: &mut Resolution, depth: usize) -> Answered {
        let noun = &self.model[id];
        let server = &noun.head.name;
        if let Some(record) = noun.records.iter().find(|record| record.label == name) {
            out.steps.push(
                Step::pass("dns.endpoint-alternatives", format!("{server} has a record of its own for {name}"))
                    .at(record.span),
            );
            return match &record.data {
                RecordData::Addresses(all) => Answered::Yes(all.iter().map(|a| Ends::one(*a)).collect()),
                RecordData::Alias(alias) => self.server_answer(id, alias, out, depth + 1),
            };
        }
        let matching = noun.forwards.iter().filter(|forward| is_suffix(&forward.suffix, name));
        let azure = self.azure_dns();
        let resolver = noun.private_resolver.as_ref().is_some_and(|stated| stated.value);
        let forward = matching.max_by_key(|forward| forward.suffix.len());
        let to = match forward {
            Some(forward) => forward.to.clone(),
            None if resolver => vec![azure],
            None => Vec::new(),
        };
        let place = forward.map_or(noun.head.span, |forward| forward.span);
        for next in &to {
            if depth > DEPTH {
                return Answered::Silent;
            }
            if *next == azure {
                let view = match noun.place {
                    Some(Thing::Subnet(subnet)) => Some(self.model[subnet].vnet),
                    _ => None,
                };
                let Some(vnet) = view else {
                    let text = format!("{server} cannot reach {azure}: it answers inside Azure alone");
                    out.steps.push(Step::note("dns.private-zone.forwarder-vnet", text).at(place));
                    return Answered::Silent;
                };
                let text = format!(
                    "{server} forwards to Azure's name servers, which answer it with the zones of {}",
                    self.model[vnet].head.name
                );
                out.steps.push(Step::pass("dns.private-zone.forwarder-vnet", text).at(place));
                return self.azure_answer(Some(vnet), name, false, out, depth + 1);
            }
            out.steps
                .push(Step::pass("dns.endpoint-alternatives", format!("{server} forwards {name} to {next}")).at(place));
            let asker = match noun.place {
                Some(Thing::Subnet(subnet)) => Asker::Vnet(self.model[subnet].vnet),
                Some(Thing::OnPremises(site)) => Asker::Site(site),
                _ => Asker::Internet,
            };
            match self.ask(asker, *next, name, out, depth + 1) {
                Answered::Silent => continue,
                answered => return answered,
            }
        }
        match &noun.public_names {
            Some(on) if on.value => self.public_answer(name, None, out, depth + 1),
            Some(off) => {
                let text = format!("{server} does not resolve public names");
                out.steps.push(Step::note("dns.custom-must-resolve-public", text).at(off.span));
                Answered::No
            }
            None => {
                let text = format!("whether {server} resolves public names is not stated");
                let line = format!("amend dns-server {server} {{ public-names on }}");
                let fact = format!("what {server} answers to {name}");
                out.steps
                    .push(Step::unknown("dns.custom-must-resolve-public", text, fact, Some(line)).at(noun.head.span));
                Answered::Unknown
            }
        }
    }

    /// What Azure's name servers answer for a network: linked private zones first, then public names.
    fn azure_answer(
        &self,
        view: Option<VnetId>,
        name: &str,
        app: bool,
        out: &mut Resolution,
        depth: usize,
    ) -> Answered {
        if depth > DEPTH {
            return Answered::No;
        }
        let zone = view.and_then(|vnet| self.zone_for(vnet, name));
        let (Some(vnet), Some((zone, link))) = (view, zone) else {
            if let Some(answered) = view.filter(|_| !app).and_then(|vnet| self.machine_name(vnet, name, out)) {
                return answered;
            }
            return self.public_answer(name, view, out, depth);
        };
        let noun = &self.model[zone];
        let (zone_name, vnet_name) = (&noun.head.name, &self.model[vnet].head.name);
        let rule = if app { "dns.private-zone.app" } else { "dns.private-zone.resolution-link" };
        match self.lookup(zone, vnet, name) {
            Some((Found::Addresses(answers), place, rule_of)) => {
                let list: Vec<String> = answers.iter().map(Ends::to_string).collect();
                let text = format!("{name} is {} in zone {zone_name}, linked to {vnet_name}", list.join(", "));
                out.steps.push(Step::pass(rule_of.unwrap_or(rule), text).at(place));
                Answered::Yes(answers)
            }
            Some((Found::Alias(alias), place, _)) => {
                let text = format!("{name} is an alias of {alias} in zone {zone_name}, linked to {vnet_name}");
                out.steps.push(Step::pass(rule, text).at(place));
                self.azure_answer(view, &alias, app, out, depth + 1)
            }
            None => {
                if let Some(fallback) = noun.links[link].fallback {
                    let text = format!("zone {zone_name} lacks {name}; its link falls back to the public name");
                    out.steps.push(Step::pass("dns.private-zone.fallback", text).at(fallback));
                    return self.public_leaf(name, out);
                }
                let text = format!("zone {zone_name}, linked to {vnet_name}, has no record of {name}");
                let label = name.strip_suffix(&format!(".{zone_name}")).unwrap_or("@");
                out.steps.push(
                    Step::block("dns.private-zone.nxdomain", Outcome::Unresolved, text)
                        .at(noun.head.span)
                        .headline(format!("{name} does not resolve: zone {zone_name} has no record of it"))
                        .remedy(format!("amend private-dns-zone {zone_name} {{ record {label} A ADDRESS }}")),
                );
                Answered::No
            }
        }
    }

    /// The name of a machine, which Azure's name servers tell the machines of its own network.
    fn machine_name(&self, vnet: VnetId, name: &str, out: &mut Resolution) -> Option<Answered> {
        let suffix = format!(".{}", self.platform().word("machine-suffix"));
        let label = name.strip_suffix(&suffix).map_or(name, |rest| rest.split('.').next().unwrap_or(rest));
        if label.contains('.') {
            return None;
        }
        let (_, host) = self.model.hosts().find(|(_, host)| {
            let here = matches!(host.place, Some(Thing::Subnet(subnet)) if self.model[subnet].vnet == vnet);
            let own = host.computer_name.as_ref().map_or(&host.head.name, |n| &n.value);
            here && own.eq_ignore_ascii_case(label)
        })?;
        let text = format!("{label} is a machine of {}, whose names Azure resolves there", self.model[vnet].head.name);
        out.steps.push(Step::pass("dns.vm-names", text).at(host.head.span));
        Some(Answered::Yes(host.addresses.iter().map(|a| Ends::one(a.value)).collect()))
    }

    /// The most specific linked zone that a name belongs to, and its link.
    fn zone_for(&self, vnet: VnetId, name: &str) -> Option<(ZoneId, usize)> {
        let linked = self.model.zones().filter_map(|(id, zone)| {
            let link = zone.links.iter().position(|link| link.vnet == vnet)?;
            is_suffix(&zone.head.name.to_lowercase(), name).then_some((id, link))
        });
        linked.max_by_key(|(id, _)| self.model[*id].head.name.len())
    }

    /// What a zone has for a name, where that is stated, and the rule that it rests on.
    #[allow(clippy::type_complexity)]
    fn lookup(
        &self,
        zone: ZoneId,
        vnet: VnetId,
        name: &str,
    ) -> Option<(Found, crate::source::Span, Option<&'static str>)> {
        let noun = &self.model[zone];
        let zone_name = noun.head.name.to_lowercase();
        let label = name.strip_suffix(&zone_name).map(|l| l.trim_end_matches('.')).unwrap_or(name);
        let label = if label.is_empty() { "@" } else { label };
        let owned = |record: &Record| {
            record.of.is_some_and(|thing| match thing {
                Thing::Service(id) => self.model[id].resource_name.value.eq_ignore_ascii_case(label),
                _ => false,
            })
        };
        let exact: Vec<&Record> = noun.records.iter().filter(|r| r.label == label || owned(r)).collect();
        let records = if exact.is_empty() {
            noun.records.iter().filter(|record| wildcard(&record.label, label)).take(1).collect()
        } else {
            exact
        };
        if let Some(first) = records.first() {
            let mut answers = Vec::new();
            for record in &records {
                match &record.data {
                    RecordData::Addresses(all) => answers.extend(all.iter().map(|a| Ends::one(*a))),
                    RecordData::Alias(alias) => return Some((Found::Alias(alias.clone()), record.span, None)),
                }
            }
            return Some((Found::Addresses(answers), first.span, None));
        }
        self.endpoint_record(zone, label).or_else(|| self.registered(zone, vnet, label))
    }

    /// A record that a private endpoint makes by itself in the zones of its group.
    #[allow(clippy::type_complexity)]
    fn endpoint_record(&self, zone: ZoneId, label: &str) -> Option<(Found, crate::source::Span, Option<&'static str>)> {
        let zone_name = &self.model[zone].head.name;
        let found = self.model.private_endpoints().find(|(_, endpoint)| {
            endpoint.zones.iter().any(|z| z.value == Thing::PrivateDnsZone(zone))
                && self.endpoint_labels(endpoint, zone_name).iter().any(|own| own == label)
        });
        let (id, endpoint) = found?;
        let answers = if endpoint.addresses.is_empty() {
            vec![self.endpoint_symbol(id)]
        } else {
            endpoint.addresses.iter().map(|a| Ends::one(a.value)).collect()
        };
        Some((Found::Addresses(answers), endpoint.head.span, None))
    }

    /// The labels that a private endpoint's records have in a zone.
    fn endpoint_labels(&self, endpoint: &PrivateEndpoint, zone: &str) -> Vec<String> {
        match endpoint.target.as_ref().map(|t| t.value) {
            Some(Thing::Service(id)) => {
                let names = self.service_names(id);
                let wanted = endpoint.subresource.as_ref().map(|s| s.value.to_lowercase());
                let of = names.iter().filter(|n| wanted.as_ref().is_none_or(|w| *w == n.subresource.to_lowercase()));
                of.filter_map(|n| n.alias.strip_suffix(&format!(".{}", zone.to_lowercase())).map(String::from))
                    .collect()
            }
            Some(Thing::App(id)) => {
                let name = self.model[id].head.name.replace('.', "-").to_lowercase();
                vec![format!("{name}.scm"), name]
            }
            _ => Vec::new(),
        }
    }

    /// The address of a private endpoint that is not stated.
    pub(super) fn endpoint_symbol(&self, id: PrivateEndpointId) -> Ends {
        let noun = &self.model[id];
        let within = noun.subnet.map(|subnet| self.model[subnet].addresses()).unwrap_or_default();
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::PrivateEndpoint(id),
            text: format!("the address of {}", noun.head.name),
            within,
            tags: Vec::new(),
            tags_known: true,
        }))
    }

    /// A machine that a registration link put into the zone.
    #[allow(clippy::type_complexity)]
    fn registered(
        &self,
        zone: ZoneId,
        _view: VnetId,
        label: &str,
    ) -> Option<(Found, crate::source::Span, Option<&'static str>)> {
        let noun = &self.model[zone];
        let of = noun.links.iter().filter(|link| link.registration).find_map(|link| {
            self.model.hosts().find(|(_, host)| {
                let here = matches!(host.place, Some(Thing::Subnet(s)) if self.model[s].vnet == link.vnet);
                let own = host.computer_name.as_ref().map_or(&host.head.name, |n| &n.value);
                let primary = host.primary.as_ref().is_none_or(|p| p.value);
                let kept = host.status.as_ref().is_none_or(|s| s.value != "deallocated");
                here && primary && kept && own.eq_ignore_ascii_case(label)
            })
        });
        let (_, host) = of?;
        let v4: Vec<Ends> = host.addresses.iter().filter(|a| a.value.is_ipv4()).map(|a| Ends::one(a.value)).collect();
        Some((Found::Addresses(v4), host.head.span, Some("dns.private-zone.autoregister")))
    }

    /// What public name servers answer; an alias into a private zone is followed with the asker's view.
    fn public_answer(&self, name: &str, view: Option<VnetId>, out: &mut Resolution, depth: usize) -> Answered {
        for (id, service) in self.model.services() {
            let Some(known) = self.service_names(id).into_iter().find(|known| known.name == name) else { continue };
            let endpoint = self.endpoint_for(id, &known.subresource);
            if !(endpoint || service.private_endpoint_elsewhere.is_some()) {
                if view.is_some_and(|vnet| self.zone_for(vnet, &known.alias).is_some()) {
                    let text = format!(
                        "{} has no private endpoint: its name has no alias, and the zone is not asked",
                        service.head.name
                    );
                    out.steps.push(Step::pass("dns.chain.no-endpoint", text).at(service.head.span));
                }
                return Answered::Yes(vec![self.service_ends(id, &known.subresource)]);
            }
            let text =
                format!("{name} is an alias of {}, because {} has a private endpoint", known.alias, service.head.name);
            out.steps.push(Step::pass("dns.chain.cname", text).at(service.head.span));
            if let Some(vnet) = view.filter(|vnet| self.zone_for(*vnet, &known.alias).is_some()) {
                return self.azure_answer(Some(vnet), &known.alias, true, out, depth + 1);
            }
            self.missing_link(&known.alias, view, out);
            return Answered::Yes(vec![self.service_ends(id, &known.subresource)]);
        }
        for (id, app) in self.model.apps() {
            let names = self.app_names(id);
            if !names.contains(&name.to_string()) {
                continue;
            }
            return self.app_answer(id, app, name, view, out, depth);
        }
        self.public_leaf(name, out)
    }

    fn app_answer(
        &self,
        id: AppId,
        app: &App,
        name: &str,
        view: Option<VnetId>,
        out: &mut Resolution,
        depth: usize,
    ) -> Answered {
        let endpoint =
            self.model.private_endpoints.iter().any(|e| e.target.as_ref().is_some_and(|t| t.value == Thing::App(id)));
        let zone = self.platform().service_type("web-app").and_then(|t| t.endpoints.first().cloned());
        if let (true, Some(zone)) = (endpoint, zone) {
            let label = name.strip_suffix(&format!(".{}", zone.suffix)).unwrap_or(name);
            let alias = format!("{label}.{}", zone.zone);
            let text = format!("{name} is an alias of {alias}, because {} has a private endpoint", app.head.name);
            out.steps.push(Step::pass("dns.chain.cname", text).at(app.head.span));
            if let Some(vnet) = view.filter(|vnet| self.zone_for(*vnet, &alias).is_some()) {
                return self.azure_answer(Some(vnet), &alias, true, out, depth + 1);
            }
            self.missing_link(&alias, view, out);
        }
        Answered::Yes(vec![self.app_ends(id)])
    }

    /// Says that a declared zone is not linked to the network that asks.
    fn missing_link(&self, alias: &str, view: Option<VnetId>, out: &mut Resolution) {
        let Some(vnet) = view else { return };
        let vnet_name = &self.model[vnet].head.name;
        let declared = self.model.zones.iter().find(|zone| is_suffix(&zone.head.name.to_lowercase(), alias));
        let zone = alias.split_once('.').map_or(alias, |(_, zone)| zone);
        match declared {
            Some(zone) => {
                let text =
                    format!("zone {} is not linked to {vnet_name}: the public address is answered", zone.head.name);
                let step =
                    Step::new("dns.private-zone.link-required", super::trail::Mark::Warn, text).at(zone.head.span);
                out.steps
                    .push(step.remedy(format!("amend private-dns-zone {} {{ link {vnet_name} }}", zone.head.name)));
            }
            None => {
                let text = format!("no zone {zone} is linked to {vnet_name}: the public address is answered");
                let step = Step::new("dns.chain.resolve", super::trail::Mark::Warn, text);
                out.steps.push(
                    step.remedy(format!("private-dns-zone {zone} {{ link {vnet_name}; record NAME A ADDRESS }}")),
                );
            }
        }
    }

    /// A name that nothing declared has.
    fn public_leaf(&self, name: &str, out: &mut Resolution) -> Answered {
        if !name.contains('.') || is_suffix(&self.platform().word("machine-suffix"), name) {
            let text = format!("{name} is no public name; names of machines resolve in their own network alone");
            out.steps.push(
                Step::block("dns.vm-names.from-app", Outcome::Unresolved, text)
                    .headline(format!("{name} does not resolve")),
            );
            return Answered::No;
        }
        let of_type = self.platform().service_types().into_iter().find(|of_type| {
            of_type.endpoints.iter().any(|endpoint| is_suffix(&endpoint.suffix, name) && !endpoint.suffix.contains('{'))
        });
        out.assumptions.push(format!("{name} resolves to a public address"));
        let tags = of_type.as_ref().and_then(|t| t.tag.clone()).map(|tag| (tag, None)).into_iter().collect();
        Answered::Yes(vec![Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::Name(name.to_string()),
            text: name.to_string(),
            within: self.some_public(),
            tags,
            tags_known: of_type.is_some(),
        }))])
    }

    /// Has a service a private endpoint for that subresource?
    fn endpoint_for(&self, service: ServiceId, subresource: &str) -> bool {
        let record_of = self.model[service]
            .service_type
            .as_ref()
            .and_then(|t| t.endpoint(subresource))
            .and_then(|e| e.record_of.clone());
        let wanted = record_of.unwrap_or_else(|| subresource.to_string());
        let first =
            self.model[service].service_type.as_ref().and_then(|t| t.endpoints.first()).map(|e| e.subresource.clone());
        self.model.private_endpoints.iter().any(|endpoint| {
            let mine = endpoint.target.as_ref().is_some_and(|target| target.value == Thing::Service(service));
            let of = endpoint.subresource.as_ref().map(|s| s.value.clone()).or(first.clone());
            mine && of.is_some_and(|of| of.eq_ignore_ascii_case(&wanted))
        })
    }

    /// The public side of a service, at one of its endpoints.
    pub fn service_ends(&self, id: ServiceId, subresource: &str) -> Ends {
        let noun = &self.model[id];
        if !noun.public_ip.is_empty() {
            return Ends::Set(AddressSet::of(noun.public_ip.iter().map(|ip| &ip.value)));
        }
        let region = noun.head.region.as_ref().map(|r| r.value.clone());
        let tag = noun.service_type.as_ref().and_then(|of_type| of_type.tag.clone());
        let mut tags: Vec<(String, Option<String>)> = tag.into_iter().map(|tag| (tag, region.clone())).collect();
        tags.extend(self.azure_tags(region.as_deref()));
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::Service(id, subresource.to_string()),
            text: format!("the public address of {}", noun.head.name),
            within: self.some_public(),
            tags,
            tags_known: true,
        }))
    }

    /// The public entry of an app.
    pub fn app_ends(&self, id: AppId) -> Ends {
        let noun = &self.model[id];
        if !noun.inbound_ip.is_empty() {
            return Ends::Set(AddressSet::of(noun.inbound_ip.iter().map(|ip| &ip.value)));
        }
        let region = noun.head.region.as_ref().map(|r| r.value.clone());
        let tag = self.platform().service_type("web-app").and_then(|of_type| of_type.tag);
        let mut tags: Vec<(String, Option<String>)> = tag.into_iter().map(|tag| (tag, region.clone())).collect();
        tags.extend(self.azure_tags(region.as_deref()));
        Ends::Symbol(Arc::new(Symbol {
            of: SymbolOf::App(id),
            text: format!("the inbound address of {}", noun.head.name),
            within: self.some_public(),
            tags,
            tags_known: true,
        }))
    }

    /// The host names of an app and of its SCM site.
    pub fn app_names(&self, id: AppId) -> Vec<String> {
        let noun = &self.model[id];
        let label = noun.head.name.replace('.', "-").to_lowercase();
        let of_type = self.platform().service_type("web-app");
        let suffixes = of_type.iter().flat_map(|t| &t.endpoints).map(|e| e.suffix.clone());
        let mut names: Vec<String> = suffixes.map(|suffix| format!("{label}.{suffix}")).collect();
        names.extend(noun.host_names.iter().map(|name| name.value.clone()));
        names
    }

    /// The public names of a service, endpoint by endpoint, with the aliases that they get once there is a private
    /// endpoint.
    pub fn service_names(&self, id: ServiceId) -> Vec<ServiceName> {
        let noun = &self.model[id];
        let Some(of_type) = &noun.service_type else {
            return noun.host_names.iter().map(|name| ServiceName::plain(&name.value)).collect();
        };
        let mut names: Vec<ServiceName> =
            of_type.endpoints.iter().map(|endpoint| self.endpoint_name(noun, endpoint)).collect();
        for host in &noun.host_names {
            let like = names
                .iter()
                .find(|known| is_suffix(known.name.split_once('.').map_or("", |(_, s)| s), &host.value))
                .cloned();
            match like.or_else(|| names.first().cloned()) {
                Some(mut known) => {
                    let label = host.value.split('.').next().unwrap_or("");
                    let zone = known.alias.split_once('.').map_or("", |(_, zone)| zone).to_string();
                    known.name = host.value.clone();
                    known.alias = format!("{label}.{zone}");
                    names.push(known);
                }
                None => names.push(ServiceName::plain(&host.value)),
            }
        }
        names
    }

    fn endpoint_name(&self, noun: &Service, endpoint: &ServiceEndpointType) -> ServiceName {
        let region = noun.head.region.as_ref().map_or("", |r| r.value.as_str());
        let fill = |template: &str| template.replace("{region}", region).to_lowercase();
        let label = format!("{}{}", noun.resource_name.value.to_lowercase(), endpoint.label_suffix);
        ServiceName {
            subresource: endpoint.subresource.clone(),
            name: format!("{label}.{}", fill(&endpoint.suffix)),
            alias: format!("{label}.{}", fill(&endpoint.zone)),
        }
    }
}

/// A public name of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceName {
    /// The subresource that it leads to.
    pub subresource: String,
    /// The name.
    pub name: String,
    /// The name that it is an alias of, once there is a private endpoint.
    pub alias: String,
}

impl ServiceName {
    fn plain(name: &str) -> Self {
        Self { subresource: String::new(), name: name.to_string(), alias: name.to_string() }
    }
}

/// What a zone has for a name.
enum Found {
    Addresses(Vec<Ends>),
    Alias(String),
}

/// Is the name the suffix itself, or does it end in it, label by label?
fn is_suffix(suffix: &str, name: &str) -> bool {
    suffix.is_empty() || name == suffix || name.ends_with(&format!(".{suffix}"))
}

/// Does a wildcard record cover a label?
fn wildcard(record: &str, label: &str) -> bool {
    record == "*" || record.strip_prefix("*.").is_some_and(|rest| is_suffix(rest, label) && rest != label)
}
