//! What the words of a question mean: sources, targets, ports, protocols.

use super::Asked;
use super::answer::Taken;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::engine::{Ends, Source, Symbol, SymbolOf, Target};
use crate::model::*;
use crate::net::{AddressSet, PortSet, Protocol};
use crate::syntax::ast::{Over, Word};
use crate::syntax::literal::{self, AddressLiteral};
use std::sync::Arc;

/// The kinds that may be a source.
pub(super) const SOURCES: &[Kind] = &[Kind::App, Kind::Host, Kind::Subnet, Kind::OnPremises];

/// The kinds that may be a target.
const TARGETS: &[Kind] = &[
    Kind::Service,
    Kind::App,
    Kind::Host,
    Kind::PrivateEndpoint,
    Kind::Subnet,
    Kind::Vnet,
    Kind::OnPremises,
    Kind::Appliance,
    Kind::LoadBalancer,
    Kind::DnsServer,
];

/// Reads a source: a name, an address, a prefix, or `Internet`.
pub(super) fn source(asked: &Asked<'_>, word: &Word) -> Result<(Source, Taken), Diagnostic> {
    let parts = literal::endpoint(&word.text);
    if let Some((ports, start)) = parts.ports {
        let span = word.part(start - 1, start + ports.len());
        return Err(Diagnostic::error("FN0121", span, "a source has no port; say `from-port N` behind the target"));
    }
    if literal::looks_like_address(&word.text) {
        let set = literal::address(parts.target).map_err(|fault| fault.at(word))?.set();
        let taken = Taken { name: word.text.to_string(), text: whereabouts(asked, &set) };
        return Ok((Source::Addresses(set), taken));
    }
    if asked
        .model
        .platform
        .tag(&word.text)
        .is_some_and(|(tag, _)| tag.computed == Some(crate::platform::ComputedTag::Internet))
    {
        return Ok((
            Source::Internet,
            Taken { name: word.text.to_string(), text: "any client of the internet".into() },
        ));
    }
    let thing = find(asked, word, SOURCES)?;
    let taken = Taken { name: thing.head(asked.model).name.clone(), text: describe(asked, thing) };
    let source = match thing {
        Thing::App(id) => Source::App(id),
        Thing::Host(id) => Source::Host(id),
        Thing::Subnet(id) => Source::Subnet(id),
        Thing::OnPremises(id) => Source::OnPremises(id),
        _ => return Err(Diagnostic::error("FN0121", word.span, format!("`{}` cannot be a source", word.plain()))),
    };
    Ok((source, taken))
}

/// The thing of these kinds that a word names; a name that is declared further down gets both places.
pub(super) fn find(asked: &Asked<'_>, word: &Word, kinds: &[Kind]) -> Result<Thing, Diagnostic> {
    asked.model.names.find(&word.text, kinds).map_err(|trouble| {
        let name = literal::labels(&word.text).join(".");
        let below = asked.below.iter().find(|(below, _)| *below == name);
        let diagnostic = name_trouble(word, kinds, trouble);
        match below {
            Some((_, place)) => {
                Diagnostic::error("FN0113", word.span, format!("`{name}` is declared only below this question"))
                    .also(*place, "declared here")
                    .help("a question sees what is declared above it: move one of the two")
            }
            None => diagnostic,
        }
    })
}

/// The declared thing that a target names, whatever its ports.
pub(super) fn target_thing(asked: &Asked<'_>, word: &Word) -> Option<Thing> {
    asked.model.names.find(literal::endpoint(&word.text).target, TARGETS).ok()
}

/// A target as it was read.
pub(super) struct TargetRead {
    pub(super) target: Target,
    pub(super) ports: Option<PortSet>,
    pub(super) taken: Taken,
    pub(super) scm: bool,
}

/// Reads a target: an address, a name, a host name, a tag; with ports behind a colon.
pub(super) fn target(asked: &Asked<'_>, word: &Word, sources: &Source) -> Result<TargetRead, Diagnostic> {
    let parts = literal::endpoint(&word.text);
    let ports = match parts.ports {
        Some((text, start)) => Some(literal::ports(text).map_err(|mut fault| {
            (fault.start, fault.end) = (fault.start + start, fault.end + start);
            fault.at(word)
        })?),
        None => None,
    };
    let target = Word::new(parts.target, word.part(parts.target_start, parts.target_start + parts.target.len()));
    let name = target.text.to_string();
    let read = |target, own: PortSet, text: String| TargetRead {
        target,
        ports: ports.clone().or(Some(own).filter(|own| !own.is_empty())),
        taken: Taken { name: name.clone(), text },
        scm: false,
    };
    if literal::looks_like_address(&target.text) {
        let literal = literal::address(&target.text).map_err(|fault| fault.at(&target))?;
        let own = match &literal {
            AddressLiteral::Address(address) => ports_at(asked, *address),
            _ => PortSet::default(),
        };
        let set = literal.set();
        let text = whereabouts(asked, &set);
        return Ok(read(Target::Ends(Ends::Set(set)), own, text));
    }
    if &*target.text == "*" {
        let message = "one question asks about one target; `what can … reach` lists all";
        return Err(Diagnostic::error("FN0121", target.span, message));
    }
    if let Ok(thing) = asked.model.names.find(&target.text, TARGETS) {
        return Ok(named_target(asked, thing, ports.as_ref(), read, sources));
    }
    if let Some((base, member)) = name.rsplit_once('.') {
        if let Ok(Thing::Service(id)) = asked.model.names.find(base, &[Kind::Service]) {
            return member_target(asked, id, member, &target, read);
        }
        if let (Ok(Thing::App(id)), "scm") = (asked.model.names.find(base, &[Kind::App]), member) {
            let names = asked.engine().app_names(id);
            let host = names.get(1).or(names.first()).cloned().unwrap_or_default();
            let mut found = read(
                Target::Name(host.clone(), Some(Thing::App(id))),
                web_ports(asked),
                format!("the SCM site of {base}: {host}"),
            );
            found.scm = true;
            return Ok(found);
        }
    }
    if let Some((tag, region)) = asked.model.platform.tag(&target.text) {
        let text = format!("service tag {}", target.text);
        return Ok(read(Target::Ends(tag_ends(asked, &tag.name, region, &target.text)), PortSet::default(), text));
    }
    let host = target.plain();
    if literal::is_host_name(&host, 2) && !target.text.starts_with('"') {
        let own = host_ports(asked, &host);
        return Ok(read(Target::Name(host.to_lowercase(), None), own, "a host name".to_string()));
    }
    find(asked, &target, TARGETS).map(|thing| named_target(asked, thing, ports.as_ref(), read, sources))
}

fn named_target(
    asked: &Asked<'_>,
    thing: Thing,
    ports: Option<&PortSet>,
    read: impl Fn(Target, PortSet, String) -> TargetRead,
    source: &Source,
) -> TargetRead {
    let engine = asked.engine();
    let text = describe(asked, thing);
    let ends = |set: AddressSet| Target::Ends(Ends::Set(set));
    match thing {
        Thing::Service(id) => {
            let names = engine.service_names(id);
            let fits = |subresource: &str| {
                ports.is_some_and(|ports| ports.is_subset(&engine.endpoint_ports(id, Some(subresource))))
            };
            let chosen = names.iter().find(|name| fits(&name.subresource)).or(names.first());
            match chosen {
                Some(chosen) => {
                    let own = engine.endpoint_ports(id, Some(&chosen.subresource));
                    read(Target::Name(chosen.name.clone(), Some(thing)), own, format!("{text}: {}", chosen.name))
                }
                None => read(Target::Ends(engine.service_ends(id, "")), engine.endpoint_ports(id, None), text),
            }
        }
        Thing::App(id) => {
            let host = engine.app_names(id).into_iter().next().unwrap_or_default();
            read(Target::Name(host.clone(), Some(thing)), web_ports(asked), format!("{text}: {host}"))
        }
        Thing::PrivateEndpoint(id) => {
            let noun = &asked.model[id];
            let own = match noun.target.as_ref().map(|t| t.value) {
                Some(Thing::Service(service)) => {
                    engine.endpoint_ports(service, noun.subresource.as_ref().map(|s| s.value.as_str()))
                }
                _ => web_ports(asked),
            };
            let target = match noun.addresses.as_slice() {
                [] => Target::Ends(endpoint_symbol(asked, id)),
                all => ends(AddressSet::of(&all.iter().map(|a| a.value.into()).collect::<Vec<_>>())),
            };
            read(target, own, text)
        }
        Thing::Host(id) => {
            let noun = &asked.model[id];
            let mut own = PortSet::default();
            for stated in noun.listen.iter().flatten() {
                own = own.union(&stated.value.1);
            }
            let public = matches!(source, Source::Internet) && !noun.public_ip.is_empty();
            let set = if public {
                AddressSet::of(noun.public_ip.iter().map(|ip| &ip.value))
            } else {
                AddressSet::of(&noun.addresses.iter().map(|a| a.value.into()).collect::<Vec<_>>())
            };
            read(ends(set), own, text)
        }
        Thing::Subnet(id) => read(ends(asked.model[id].addresses()), PortSet::default(), text),
        Thing::Vnet(id) => read(ends(asked.model[id].addresses()), PortSet::default(), text),
        Thing::OnPremises(id) => read(ends(asked.model[id].addresses()), PortSet::default(), text),
        Thing::Appliance(id) => {
            let set = asked.model[id].address.as_ref().map(|a| a.value.into()).unwrap_or_default();
            read(ends(set), PortSet::default(), text)
        }
        Thing::LoadBalancer(id) => {
            let noun = &asked.model[id];
            let set = noun.address.as_ref().map(|a| a.value.into()).unwrap_or_default();
            let own = noun.listen.iter().flatten().fold(PortSet::default(), |all, s| all.union(&s.value.1));
            read(ends(set), own, text)
        }
        Thing::DnsServer(id) => {
            let all: Vec<_> = asked.model[id].addresses.iter().map(|a| a.value.into()).collect();
            let port = u16::try_from(asked.model.platform.limit("dns-port")).unwrap_or(0);
            read(ends(AddressSet::of(&all)), PortSet::one(port), text)
        }
        _ => read(ends(AddressSet::empty()), PortSet::default(), text),
    }
}

/// `service.subresource`.
fn member_target(
    asked: &Asked<'_>,
    id: ServiceId,
    member: &str,
    word: &Word,
    read: impl Fn(Target, PortSet, String) -> TargetRead,
) -> Result<TargetRead, Diagnostic> {
    let engine = asked.engine();
    let names = engine.service_names(id);
    let Some(found) = names.iter().find(|name| name.subresource.eq_ignore_ascii_case(member)) else {
        let all: Vec<&str> = names.iter().map(|name| name.subresource.as_str()).collect();
        let message = format!("`{}` has no endpoint `{member}`", asked.model[id].head.name);
        let help = did_you_mean(member, all.iter().copied()).unwrap_or_else(|| format!("it has: {}", all.join(", ")));
        return Err(Diagnostic::error("FN0113", word.span, message).help(help));
    };
    let own = engine.endpoint_ports(id, Some(&found.subresource));
    let text = format!("{}: {}", describe(asked, Thing::Service(id)), found.name);
    Ok(read(Target::Name(found.name.clone(), Some(Thing::Service(id))), own, text))
}

fn endpoint_symbol(asked: &Asked<'_>, id: PrivateEndpointId) -> Ends {
    let noun = &asked.model[id];
    let within = noun.subnet.map(|subnet| asked.model[subnet].addresses()).unwrap_or_default();
    Ends::Symbol(Arc::new(Symbol {
        of: SymbolOf::PrivateEndpoint(id),
        text: format!("the address of {}", noun.head.name),
        within,
        tags: Vec::new(),
        tags_known: true,
    }))
}

/// Some address of a tag.
fn tag_ends(asked: &Asked<'_>, tag: &str, region: Option<String>, text: &str) -> Ends {
    Ends::Symbol(Arc::new(Symbol {
        of: SymbolOf::Tag,
        text: text.to_string(),
        within: asked.engine().unstated_public(),
        tags: vec![(tag.to_string(), region)],
        tags_known: true,
    }))
}

/// The ports of a web app.
fn web_ports(asked: &Asked<'_>) -> PortSet {
    let of_type = asked.model.platform.service_type("web-app");
    let ports = of_type.and_then(|t| t.endpoints.first().map(|e| e.ports.clone())).unwrap_or_default();
    ports.ranges().last().map(|range| PortSet::one(range.0)).unwrap_or_default()
}

/// The usual ports behind a public host name of a known type.
fn host_ports(asked: &Asked<'_>, host: &str) -> PortSet {
    let engine = asked.engine();
    for (id, _) in asked.model.services() {
        if let Some(known) = engine.service_names(id).into_iter().find(|name| name.name.eq_ignore_ascii_case(host)) {
            return engine.endpoint_ports(id, Some(&known.subresource));
        }
    }
    if asked.model.apps().any(|(id, _)| engine.app_names(id).iter().any(|name| name.eq_ignore_ascii_case(host))) {
        return web_ports(asked);
    }
    PortSet::default()
}

/// The ports of what is declared at an address.
fn ports_at(asked: &Asked<'_>, address: std::net::IpAddr) -> PortSet {
    let host = asked.model.hosts().find(|(_, host)| host.addresses.iter().any(|a| a.value == address));
    if let Some((_, host)) = host {
        return host.listen.iter().flatten().fold(PortSet::default(), |all, s| all.union(&s.value.1));
    }
    let endpoint = asked.model.private_endpoints().find(|(_, e)| e.addresses.iter().any(|a| a.value == address));
    match endpoint.and_then(|(_, endpoint)| Some((endpoint, endpoint.target.as_ref()?.value))) {
        Some((endpoint, Thing::Service(id))) => {
            asked.engine().endpoint_ports(id, endpoint.subresource.as_ref().map(|s| s.value.as_str()))
        }
        Some(_) => web_ports(asked),
        None => PortSet::default(),
    }
}

/// What is declared at some addresses.
pub(super) fn whereabouts(asked: &Asked<'_>, set: &AddressSet) -> String {
    let model = asked.model;
    if let Some(address) = set.single() {
        let at = |all: &[Stated<std::net::IpAddr>]| all.iter().any(|a| a.value == address);
        if let Some((id, _)) = model.hosts().find(|(_, h)| at(&h.addresses)) {
            return format!("host {}", head_and(asked, Thing::Host(id)));
        }
        if let Some((id, _)) = model.private_endpoints().find(|(_, e)| at(&e.addresses)) {
            return format!("private endpoint {}", head_and(asked, Thing::PrivateEndpoint(id)));
        }
        if let Some((id, _)) = model.appliances().find(|(_, a)| a.address.as_ref().is_some_and(|a| a.value == address))
        {
            return format!("appliance {}", head_and(asked, Thing::Appliance(id)));
        }
        if let Some((id, _)) = model.dns_servers().find(|(_, s)| at(&s.addresses)) {
            return format!("DNS server {}", model[id].head.name);
        }
        let public = |all: &[Stated<ipnet::IpNet>]| all.iter().any(|ip| ip.value.contains(&address));
        if let Some((_, service)) = model.services().find(|(_, s)| public(&s.public_ip)) {
            return format!("the public address of service {}", service.head.name);
        }
    }
    if let Some((_, subnet)) = model.subnets().find(|(_, subnet)| set.is_subset(&subnet.addresses())) {
        return format!("in {}", subnet.head.name);
    }
    if let Some((_, vnet)) = model.vnets().find(|(_, vnet)| set.is_subset(&vnet.addresses())) {
        return format!("in {}, in no declared subnet", vnet.head.name);
    }
    if let Some((_, site)) = model.on_premises().find(|(_, site)| set.is_subset(&site.addresses())) {
        return format!("in {}", site.head.name);
    }
    if model.platform.addresses("platform-addresses").meets(set)
        && set.is_subset(&model.platform.addresses("platform-addresses"))
    {
        return "an address of the platform itself".into();
    }
    if set.is_subset(&asked.model.platform.addresses("private-ranges")) {
        return "a private address that nothing declared has".into();
    }
    "a public address".into()
}

fn head_and(asked: &Asked<'_>, thing: Thing) -> String {
    format!("{}, {}", thing.head(asked.model).name, describe(asked, thing))
}

/// A declared thing in a few words.
pub(super) fn describe(asked: &Asked<'_>, thing: Thing) -> String {
    let model = asked.model;
    let set = |prefixes: &[Stated<ipnet::IpNet>]| AddressSet::of(prefixes.iter().map(|p| &p.value)).to_string();
    let place = |thing: Option<Thing>| thing.map_or(String::new(), |thing| format!("in {}", thing.head(model).name));
    match thing {
        Thing::App(id) => describe_app(asked, id),
        Thing::Host(id) => {
            let all: Vec<String> = model[id].addresses.iter().map(|a| a.value.to_string()).collect();
            format!("host {} {}", all.join(", "), place(model[id].place))
        }
        Thing::Subnet(id) => format!("subnet {}", set(&model[id].prefixes)),
        Thing::Vnet(id) => format!("virtual network {}", set(&model[id].prefixes)),
        Thing::OnPremises(id) => format!("on-premises network {}", set(&model[id].prefixes)),
        Thing::Service(id) => model[id].service_type.as_ref().map_or("service".into(), |of_type| of_type.title.clone()),
        Thing::PrivateEndpoint(id) => {
            let target = model[id].target.as_ref().map(|t| t.value.head(model).name.clone()).unwrap_or_default();
            format!("of {target}, {}", place(model[id].subnet.map(Thing::Subnet)))
        }
        Thing::Appliance(id) => place(model[id].subnet.map(Thing::Subnet)),
        other => other.kind().word().to_string(),
    }
}

fn describe_app(asked: &Asked<'_>, id: AppId) -> String {
    let model = asked.model;
    let app = &model[id];
    let on = match app.on {
        Some(Thing::Plan(plan)) => {
            let tier = model[plan].tier.as_ref().map_or("?", |tier| tier.value.as_str());
            format!("plan {} ({tier})", model[plan].head.name)
        }
        Some(Thing::Ase(ase)) => format!("App Service Environment {}", model[ase].head.name),
        _ => "no plan".into(),
    };
    match app.integrate.first().map(|stated| &stated.value) {
        Some(Integration::Regional(subnet)) => {
            format!("{on}, integrated with {} {}", model[*subnet].head.name, model[*subnet].addresses())
        }
        Some(Integration::Gateway(vnet, _)) => format!("{on}, joined to {} by a gateway", model[*vnet].head.name),
        None => format!("{on}, no virtual network integration"),
    }
}

/// Reads what follows `over`.
pub(super) fn over(word: &Word) -> Result<Option<Over>, Diagnostic> {
    let text = word.text.to_lowercase();
    if text == "*" {
        return Ok(Some(Over::Any));
    }
    if matches!(text.as_str(), "http" | "https") {
        return Ok(Some(Over::Http));
    }
    if let Some(protocol) = Protocol::named(&text) {
        return Ok(Some(Over::Protocol(protocol)));
    }
    let known = ["tcp", "udp", "icmp", "esp", "ah", "http", "https", "*"];
    let applications = ["smb", "netbios", "ldap", "active-directory", "drive-mount"];
    if applications.contains(&text.as_str()) {
        return Err(Diagnostic::error("FN0122", word.span, format!("`over {text}` is not answered yet")));
    }
    let help = did_you_mean(&text, known.into_iter().chain(applications));
    Err(Diagnostic::error("FN0109", word.span, format!("`{}` is no protocol", word.text))
        .help(help.unwrap_or_else(|| format!("it is one of: {}", known.join(", ")))))
}
