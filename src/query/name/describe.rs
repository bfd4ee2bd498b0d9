//! What a name or address is, in a few words, for people to see what it was taken for. No verdict rests on these words.

use crate::model::*;
use crate::net::AddressSet;
use crate::query::Asked;

/// What is declared at some addresses.
pub(in crate::query) fn whereabouts(asked: &Asked<'_>, set: &AddressSet) -> String {
    let model = asked.model;
    if let Some(address) = set.single() {
        let at = |all: &[Stated<std::net::IpAddr>]| all.iter().any(|a| a.value == address);
        // Networks that are not joined may have the same addresses: then all that it may mean is told.
        let hosts = model.hosts().filter(|(_, h)| at(&h.addresses));
        let mut found: Vec<String> =
            hosts.map(|(_, h)| format!("host {}{}", h.head.name, within(model, h.place))).collect();
        let endpoints = model.private_endpoints().filter(|(_, e)| at(&e.addresses));
        found.extend(
            endpoints.map(|(id, _)| format!("private endpoint {}", head_and(asked, Thing::PrivateEndpoint(id)))),
        );
        let appliances = model.appliances().filter(|(_, a)| a.address.as_ref().is_some_and(|a| a.value == address));
        found.extend(
            appliances.map(|(_, a)| format!("appliance {}{}", a.head.name, within(model, a.subnet.map(Thing::Subnet)))),
        );
        let servers = model.dns_servers().filter(|(_, s)| at(&s.addresses));
        found.extend(servers.map(|(_, s)| format!("DNS server {}", s.head.name)));
        if !found.is_empty() {
            return found.join(", or ");
        }
        if let Some((_, ase)) = model.ases().find(|(_, a)| a.address.as_ref().is_some_and(|a| a.value == address)) {
            return format!("the inbound address of App Service Environment {}", ase.head.name);
        }
        let public = |all: &[Stated<ipnet::IpNet>]| all.iter().any(|ip| ip.value.contains(&address));
        if let Some((_, service)) = model.services().find(|(_, s)| public(&s.public_ip)) {
            return format!("the public address of service {}", service.head.name);
        }
        if let Some((_, app)) = model.apps().find(|(_, app)| public(&app.inbound_ip)) {
            return format!("the inbound address of app {}", app.head.name);
        }
    }
    let subnets = model.subnets().filter(|(_, subnet)| set.is_subset(&subnet.addresses()));
    let subnets: Vec<String> = subnets.map(|(_, subnet)| format!("in {}", subnet.head.name)).collect();
    if !subnets.is_empty() {
        return subnets.join(", or ");
    }
    if let Some((_, vnet)) = model.vnets().find(|(_, vnet)| set.is_subset(&vnet.addresses())) {
        let met = vnet.subnets.iter().map(|id| &model[*id]).filter(|subnet| set.meets(&subnet.addresses()));
        let names: Vec<&str> = met.map(|subnet| subnet.head.name.as_str()).collect();
        return match names.as_slice() {
            [] => format!("in {}, in no declared subnet", vnet.head.name),
            names => format!("in {}: {}", vnet.head.name, names.join(", ")),
        };
    }
    if let Some((_, site)) = model.on_premises().find(|(_, site)| set.is_subset(&site.addresses())) {
        return format!("in {}", site.head.name);
    }
    // What holds whole networks is told by them.
    let nets = model.vnets().map(|(_, vnet)| (&vnet.head.name, vnet.addresses()));
    let sites = model.on_premises().map(|(_, site)| (&site.head.name, site.addresses()));
    let held = nets.chain(sites).filter(|(_, own)| own.meets(set)).map(|(name, _)| name.as_str());
    let held: Vec<&str> = held.collect();
    if !held.is_empty() {
        return format!("addresses of {}, and others", held.join(", "));
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

/// Where something stands, behind its name.
fn within(model: &Model, place: Option<Thing>) -> String {
    place.map_or(String::new(), |place| format!(" in {}", place.head(model).name))
}

fn head_and(asked: &Asked<'_>, thing: Thing) -> String {
    format!("{}, {}", thing.head(asked.model).name, describe(asked, thing))
}

/// A declared thing in a few words.
pub(in crate::query) fn describe(asked: &Asked<'_>, thing: Thing) -> String {
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
        Some(Thing::Ase(ase)) => {
            let place = model[ase].subnet.map(|subnet| format!(" in {}", model[subnet].head.name)).unwrap_or_default();
            return format!("App Service Environment {}{place}", model[ase].head.name);
        }
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
