//! The ports that a target has of itself, where the question names none. Ports that are written are literals.

use crate::model::{Stated, Thing};
use crate::net::{PortSet, Protocol};
use crate::query::Asked;

/// The usual ports behind a public host name of a known type.
pub(super) fn host_ports(asked: &Asked<'_>, host: &str) -> PortSet {
    let engine = asked.engine;
    for (id, _) in asked.model.services() {
        if let Some(known) = engine.service_names(id).into_iter().find(|name| name.name.eq_ignore_ascii_case(host)) {
            return engine.endpoint_ports(id, Some(&known.subresource));
        }
    }
    if asked.model.apps().any(|(id, _)| engine.app_names(id).iter().any(|name| name.eq_ignore_ascii_case(host))) {
        return engine.usual_app_port();
    }
    PortSet::default()
}

/// The ports that a machine listens on: over TCP, which a question that names no protocol asks about, where there are such.
pub(super) fn listened(listen: Option<&[Stated<(Protocol, PortSet)>]>) -> PortSet {
    let all = listen.unwrap_or_default();
    let tcp = |stated: &&Stated<(Protocol, PortSet)>| stated.value.0 == Protocol::Tcp;
    let own = |of: &mut dyn Iterator<Item = &Stated<(Protocol, PortSet)>>| {
        of.fold(PortSet::default(), |ports, stated| ports.union(&stated.value.1))
    };
    let by_tcp = own(&mut all.iter().filter(tcp));
    if by_tcp.is_empty() { own(&mut all.iter()) } else { by_tcp }
}

/// The ports of what is declared at an address.
pub(super) fn ports_at(asked: &Asked<'_>, address: std::net::IpAddr) -> PortSet {
    let host = asked.model.hosts().find(|(_, host)| host.addresses.iter().any(|a| a.value == address));
    if let Some((_, host)) = host {
        return listened(host.listen.as_deref());
    }
    let endpoint = asked.model.private_endpoints().find(|(_, e)| e.addresses.iter().any(|a| a.value == address));
    match endpoint.and_then(|(_, endpoint)| Some((endpoint, endpoint.target.as_ref()?.value))) {
        Some((endpoint, Thing::Service(id))) => {
            asked.engine.endpoint_ports(id, endpoint.subresource.as_ref().map(|s| s.value.as_str()))
        }
        Some(_) => asked.engine.usual_app_port(),
        None => PortSet::default(),
    }
}
