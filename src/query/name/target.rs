//! Where a call goes: the words that may stand behind `reach`, with their ports. Whether it arrives is the engine's.

use super::ports::{host_ports, listened, ports_at};
use super::{describe, find, whereabouts};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::engine::{Ends, Source, Target};
use crate::model::*;
use crate::net::{AddressSet, PortSet};
use crate::query::Asked;
use crate::query::answer::Taken;
use crate::syntax::ast::Word;
use crate::syntax::literal::{self, AddressLiteral};

/// The kinds that may be a target.
pub(crate) const TARGETS: &[Kind] = &[
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

/// The declared thing that a target names, whatever its ports.
pub(in crate::query) fn target_thing(asked: &Asked<'_>, word: &Word) -> Option<Thing> {
    asked.model.names.find(literal::endpoint(&word.text).target, TARGETS).ok()
}

/// A target as it was read.
pub(in crate::query) struct TargetRead {
    pub(in crate::query) target: Target,
    pub(in crate::query) named: Option<Thing>,
    pub(in crate::query) ports: Option<PortSet>,
    pub(in crate::query) taken: Taken,
    pub(in crate::query) scm: bool,
}

/// Reads a target: an address, a name, a host name, a tag; with ports behind a colon.
pub(in crate::query) fn target(asked: &Asked<'_>, word: &Word, sources: &Source) -> Result<TargetRead, Diagnostic> {
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
    let target_name = target.plain();
    let read = |target, own: PortSet, text: String| TargetRead {
        target,
        named: None,
        ports: ports.clone().or(Some(own).filter(|own| !own.is_empty())),
        taken: Taken { name: target_name.clone(), text },
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
        return Err(Diagnostic::error("FN0121", target.span(), message));
    }
    if let Ok(thing) = asked.model.names.find(&target.text, TARGETS) {
        let read = named_target(asked, thing, ports.as_ref(), read, sources);
        return Ok(TargetRead { named: Some(thing), ..read });
    }
    if let Some((base, member)) = name.rsplit_once('.') {
        if let Ok(Thing::Service(id)) = asked.model.names.find(base, &[Kind::Service]) {
            return member_target(asked, id, member, &target, read);
        }
        if let (Ok(Thing::App(id)), "scm") = (asked.model.names.find(base, &[Kind::App]), member) {
            let names = asked.engine.app_names(id);
            let host = names.get(1).or(names.first()).cloned().unwrap_or_default();
            let mut found = read(
                Target::Name(host.clone(), Some(Thing::App(id))),
                asked.engine.usual_app_port(),
                format!("the SCM site of {base}: {host}"),
            );
            found.scm = true;
            return Ok(found);
        }
    }
    if let Some((tag, region)) = asked.model.platform.tag(&target.text) {
        let text = format!("service tag {}", target.text);
        let ends = asked.engine.tag_ends(&TagRef { name: tag.name.clone(), region, text: target.text.to_string() });
        return Ok(read(Target::Ends(ends), PortSet::default(), text));
    }
    let host = target.plain();
    if literal::is_host_name(&host, 2) && !target.text.starts_with('"') {
        let own = host_ports(asked, &host);
        return Ok(read(Target::Name(host.to_lowercase(), None), own, "a host name".to_string()));
    }
    let thing = find(asked, &target, TARGETS)?;
    Ok(TargetRead { named: Some(thing), ..named_target(asked, thing, ports.as_ref(), read, sources) })
}

/// A thing as a target, by the ports that are its own.
pub(in crate::query) fn target_of(asked: &Asked<'_>, thing: Thing, source: &Source) -> TargetRead {
    let name = thing.head(asked.model).name.clone();
    let read = |target, own: PortSet, text: String| TargetRead {
        target,
        named: None,
        ports: Some(own).filter(|own| !own.is_empty()),
        taken: Taken { name: name.clone(), text },
        scm: false,
    };
    TargetRead { named: Some(thing), ..named_target(asked, thing, None, read, source) }
}

fn named_target(
    asked: &Asked<'_>,
    thing: Thing,
    ports: Option<&PortSet>,
    read: impl Fn(Target, PortSet, String) -> TargetRead,
    source: &Source,
) -> TargetRead {
    let engine = asked.engine;
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
            read(Target::Name(host.clone(), Some(thing)), asked.engine.usual_app_port(), format!("{text}: {host}"))
        }
        Thing::PrivateEndpoint(id) => {
            let noun = &asked.model[id];
            let own = match noun.target.as_ref().map(|t| t.value) {
                Some(Thing::Service(service)) => {
                    engine.endpoint_ports(service, noun.subresource.as_ref().map(|s| s.value.as_str()))
                }
                _ => asked.engine.usual_app_port(),
            };
            let target = match noun.addresses.as_slice() {
                [] => Target::Ends(engine.endpoint_symbol(id)),
                all => ends(AddressSet::of(&all.iter().map(|a| a.value.into()).collect::<Vec<_>>())),
            };
            read(target, own, text)
        }
        Thing::Host(id) => {
            let noun = &asked.model[id];
            let own = listened(noun.listen.as_deref());
            let public = matches!(source, Source::Internet) && !noun.public_ip.is_empty();
            let set = if public {
                AddressSet::of(noun.public_ip.iter().map(|ip| &ip.value))
            } else {
                noun.addresses.iter().map(|a| a.value).collect::<AddressSet>()
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
    let engine = asked.engine;
    let names = engine.service_names(id);
    let Some(found) = names.iter().find(|name| name.subresource.eq_ignore_ascii_case(member)) else {
        let all: Vec<&str> = names.iter().map(|name| name.subresource.as_str()).collect();
        let message = format!("`{}` has no endpoint `{member}`", asked.model[id].head.name);
        let help = did_you_mean(member, all.iter().copied()).unwrap_or_else(|| format!("it has: {}", all.join(", ")));
        return Err(Diagnostic::error("FN0113", word.span(), message).help(help));
    };
    let own = engine.endpoint_ports(id, Some(&found.subresource));
    let text = format!("{}: {}", describe(asked, Thing::Service(id)), found.name);
    Ok(read(Target::Name(found.name.clone(), Some(Thing::Service(id))), own, text))
}
