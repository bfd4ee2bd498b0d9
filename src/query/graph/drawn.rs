//! What is declared, as boxes and lines. No flow is known here, and nothing judged: what is drawn stands in the model.

use crate::model::*;
use crate::net::AddressSet;
use crate::query::Asked;
use crate::query::answer::{Graph, GraphBox, GraphLine, GraphRole, LineWord, Place};
use crate::source::Span;
use ipnet::IpNet;
use std::net::IpAddr;

/// Draws everything that is declared.
pub(super) fn drawn(asked: &Asked<'_>) -> Graph {
    let mut drawing = Drawing { asked, graph: Graph::default() };
    drawing.networks();
    drawing.sites();
    drawing.plans();
    drawing.machines();
    drawing.services();
    drawing.names();
    drawing.hybrids();
    drawing.joins();
    drawing.graph
}

/// What a thing is called in a drawing.
pub(super) fn id_of(model: &Model, thing: Thing) -> String {
    format!("{} {}", thing.kind().word(), thing.head(model).name)
}

struct Drawing<'a> {
    asked: &'a Asked<'a>,
    graph: Graph,
}

/// The details that say something.
fn details(all: impl IntoIterator<Item = Option<String>>) -> Vec<String> {
    all.into_iter().flatten().filter(|detail| !detail.is_empty()).collect()
}

fn prefixes(all: &[Stated<IpNet>]) -> Option<String> {
    let set = AddressSet::of(all.iter().map(|prefix| &prefix.value));
    (!all.is_empty()).then(|| set.to_string())
}

fn addresses<'a>(all: impl IntoIterator<Item = &'a Stated<IpAddr>>) -> Option<String> {
    let all: Vec<String> = all.into_iter().map(|address| address.value.to_string()).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn words<T: Clone>(stated: &Option<Stated<T>>, lead: &str, text: impl Fn(T) -> String) -> Option<String> {
    stated.as_ref().map(|stated| format!("{lead}{}", text(stated.value.clone())))
}

impl<'a> Drawing<'a> {
    fn model(&self) -> &'a Model {
        self.asked.model
    }

    fn put(&mut self, thing: Thing, role: GraphRole, within: Option<Thing>, details: Vec<String>) {
        let model = self.model();
        let head = thing.head(model);
        // A member is told by its own name where it stands in what holds it.
        let holder = within.map(|thing| format!("{}.", thing.head(model).name));
        let own = holder.and_then(|holder| head.name.strip_prefix(&holder)).unwrap_or(&head.name);
        self.graph.boxes.push(GraphBox {
            id: id_of(model, thing),
            kind: thing.kind().word().into(),
            name: own.into(),
            details,
            within: within.map(|thing| id_of(model, thing)),
            role,
            place: Place::of(head.span, self.asked.sources),
            steps: Vec::new(),
            mark: None,
        });
    }

    /// Something that is attached to what stands already: once for each that it is attached to.
    fn attach(&mut self, thing: Thing, to: Thing) {
        self.put(thing, GraphRole::Attached, Some(to), Vec::new());
        if let Some(last) = self.graph.boxes.last_mut() {
            last.id = format!("{} at {}", last.id, id_of(self.asked.model, to));
        }
    }

    fn line(&mut self, from: Thing, to: Thing, kind: LineWord, both: bool, place: Span) {
        let model = self.model();
        self.graph.lines.push(GraphLine {
            from: id_of(model, from),
            to: id_of(model, to),
            kind,
            both,
            place: Place::of(place, self.asked.sources),
            steps: Vec::new(),
            mark: None,
            backwards: false,
        });
    }

    fn networks(&mut self) {
        let model = self.model();
        for (id, vnet) in model.vnets() {
            let dns = vnet.dns.as_ref().and_then(|dns| dns.servers.as_ref());
            let dns =
                dns.map(|all| format!("DNS {}", all.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ")));
            self.put(Thing::Vnet(id), GraphRole::Group, None, details([prefixes(&vnet.prefixes), dns]));
            for subnet in &vnet.subnets {
                self.subnet(*subnet, id);
            }
        }
        for (id, gateway) in model.gateways() {
            let kind = gateway.express_route.is_some().then(|| match gateway.is_express_route() {
                true => "ExpressRoute".to_string(),
                false => "VPN".to_string(),
            });
            let pool = prefixes(&gateway.point_to_site).map(|pool| format!("point-to-site {pool}"));
            self.put(
                Thing::Gateway(id),
                GraphRole::Node,
                gateway.vnet.map(Thing::Vnet),
                details([kind, pool, words(&gateway.status, "", |status| status)]),
            );
        }
        for (id, rules) in model.admin_rules() {
            for to in &rules.to {
                if matches!(to.value, Thing::Vnet(_) | Thing::Subnet(_)) {
                    self.attach(Thing::AdminRules(id), to.value);
                }
            }
        }
    }

    fn subnet(&mut self, id: SubnetId, vnet: VnetId) {
        let subnet = &self.model()[id];
        let endpoints: Vec<&str> = subnet.service_endpoints.iter().map(|service| service.value.as_str()).collect();
        let endpoints = (!endpoints.is_empty()).then(|| format!("service endpoints {}", endpoints.join(", ")));
        let delegation = words(&subnet.delegation, "delegated to ", |to| to);
        let here = Thing::Subnet(id);
        self.put(
            here,
            GraphRole::Group,
            Some(Thing::Vnet(vnet)),
            details([prefixes(&subnet.prefixes), delegation, endpoints]),
        );
        let attached = [
            subnet.nsg.as_ref().map(|nsg| Thing::Nsg(nsg.value)),
            subnet.route_table.as_ref().map(|table| Thing::RouteTable(table.value)),
            subnet.nat_gateway.as_ref().map(|nat| Thing::NatGateway(nat.value)),
        ];
        attached.into_iter().flatten().for_each(|thing| self.attach(thing, here));
    }

    fn sites(&mut self) {
        for (id, site) in self.model().on_premises() {
            self.put(Thing::OnPremises(id), GraphRole::Group, None, details([prefixes(&site.prefixes)]));
        }
    }

    fn plans(&mut self) {
        let model = self.model();
        for (id, ase) in model.ases() {
            let entry = words(&ase.internal, "", |internal| if internal { "internal" } else { "external" }.to_string());
            let place = ase.subnet.map(Thing::Subnet);
            self.put(Thing::Ase(id), GraphRole::Group, place, details([entry, addresses(&ase.address)]));
        }
        for (id, plan) in model.plans() {
            let tier = words(&plan.tier, "", |tier| tier);
            let sku = words(&plan.sku, "", |sku| sku);
            let within = plan.environment.as_ref().map(|environment| environment.value);
            self.put(Thing::Plan(id), GraphRole::Group, within, details([tier, sku]));
        }
        for (id, app) in model.apps() {
            let triggers: Vec<&str> = app.triggers.iter().map(|trigger| trigger.name.as_str()).collect();
            let triggers = (!triggers.is_empty()).then(|| {
                let word = if triggers.len() == 1 { "trigger" } else { "triggers" };
                format!("{word} {}", triggers.join(", "))
            });
            let storage = words(&app.storage, "storage ", |account| account.head(model).name.clone());
            let slot = app.slot_of.map(|of| format!("slot of {}", model[of].head.name));
            self.put(Thing::App(id), GraphRole::Node, app.on, details([slot, triggers, storage]));
        }
    }

    fn machines(&mut self) {
        let model = self.model();
        let listens = |listen: &Option<Vec<Stated<(crate::net::Protocol, crate::net::PortSet)>>>| {
            let all: Vec<String> = listen.iter().flatten().map(|on| format!("{} {}", on.value.0, on.value.1)).collect();
            (!all.is_empty()).then(|| all.join(", "))
        };
        for (id, noun) in model.appliances() {
            let own = details([addresses(&noun.address), prefixes(&noun.public_ip)]);
            self.put(Thing::Appliance(id), GraphRole::Node, noun.subnet.map(Thing::Subnet), own);
            self.interface(&noun.nsg, Thing::Appliance(id));
        }
        for (id, noun) in model.load_balancers() {
            let own = details([addresses(&noun.address), prefixes(&noun.public_ip), listens(&noun.listen)]);
            self.put(Thing::LoadBalancer(id), GraphRole::Node, noun.place, own);
        }
        for (id, noun) in model.hosts() {
            let asgs: Vec<&str> = noun.asgs.iter().map(|id| model[*id].head.name.as_str()).collect();
            let asgs = (!asgs.is_empty()).then(|| format!("asg {}", asgs.join(", ")));
            let own = [addresses(&noun.addresses), prefixes(&noun.public_ip), listens(&noun.listen), asgs];
            self.put(Thing::Host(id), GraphRole::Node, noun.place, details(own));
            self.interface(&noun.nsg, Thing::Host(id));
        }
        for (id, noun) in model.private_endpoints() {
            let place = noun.subnet.map(Thing::Subnet);
            self.put(Thing::PrivateEndpoint(id), GraphRole::Node, place, details([addresses(&noun.addresses)]));
        }
    }

    fn interface(&mut self, nsg: &Option<Stated<NsgId>>, of: Thing) {
        if let Some(nsg) = nsg {
            self.attach(Thing::Nsg(nsg.value), of);
        }
    }

    fn services(&mut self) {
        for (id, service) in self.model().services() {
            let title = service.service_type.as_ref().map(|of_type| of_type.title.clone());
            let shut = service.public_access.as_ref().filter(|access| !access.value);
            let shut = shut.map(|_| "public access off".to_string());
            self.put(Thing::Service(id), GraphRole::Node, None, details([title, prefixes(&service.public_ip), shut]));
        }
    }

    fn names(&mut self) {
        let model = self.model();
        for (id, server) in model.dns_servers() {
            self.put(Thing::DnsServer(id), GraphRole::Node, server.place, details([addresses(&server.addresses)]));
        }
        for (id, zone) in model.zones() {
            let record = |record: &Record| match &record.data {
                RecordData::Addresses(all) => {
                    let all: Vec<String> = all.iter().map(IpAddr::to_string).collect();
                    format!("{} {}", record.label, all.join(", "))
                }
                RecordData::Alias(name) => format!("{} {name}", record.label),
            };
            let mut records: Vec<String> = zone.records.iter().take(SHOWN).map(record).collect();
            if zone.records.len() > SHOWN {
                records.push(format!("{} records more", zone.records.len() - SHOWN));
            }
            self.put(Thing::PrivateDnsZone(id), GraphRole::Node, None, records);
        }
    }

    fn hybrids(&mut self) {
        for (id, noun) in self.model().hybrids() {
            let endpoint = words(&noun.endpoint, "", |at| format!("{}:{}", at.host, at.port));
            self.put(Thing::HybridConnection(id), GraphRole::Node, None, details([endpoint]));
        }
        for (id, noun) in self.model().hybrid_managers() {
            let place = noun.place.as_ref().map(|place| place.value);
            // One may run on a host, which is no place for a box.
            let within =
                place.filter(|place| matches!(place, Thing::Subnet(_) | Thing::OnPremises(_) | Thing::Vnet(_)));
            self.put(Thing::HybridConnectionManager(id), GraphRole::Node, within, details([addresses(&noun.address)]));
        }
    }

    /// The lines between what stands now.
    fn joins(&mut self) {
        let model = self.model();
        for (id, app) in model.apps() {
            for integration in &app.integrate {
                let to = match integration.value {
                    Integration::Regional(subnet) => Thing::Subnet(subnet),
                    Integration::Gateway(_, Some(gateway)) => Thing::Gateway(gateway),
                    Integration::Gateway(vnet, None) => Thing::Vnet(vnet),
                };
                self.line(Thing::App(id), to, LineWord::Integration, false, integration.span);
            }
            for hybrid in &app.hybrids {
                self.line(Thing::App(id), hybrid.value, LineWord::HybridConnection, false, hybrid.span);
            }
        }
        for (id, endpoint) in model.private_endpoints() {
            if let Some(target) = &endpoint.target {
                self.line(Thing::PrivateEndpoint(id), target.value, LineWord::PrivateLink, false, target.span);
            }
        }
        for (id, zone) in model.zones() {
            for link in &zone.links {
                self.line(Thing::PrivateDnsZone(id), Thing::Vnet(link.vnet), LineWord::ZoneLink, false, link.span);
            }
        }
        for (_, peering) in model.peerings() {
            if let (Some(from), Some(to)) = (peering.from, peering.to) {
                self.line(Thing::Vnet(from), Thing::Vnet(to), LineWord::Peering, peering.both, peering.head.span);
            }
        }
        for (id, gateway) in model.gateways() {
            for other in &gateway.connections {
                self.line(Thing::Gateway(id), other.value, LineWord::Gateway, true, other.span);
            }
        }
        for (id, site) in model.on_premises() {
            for via in &site.via {
                self.line(via.value, Thing::OnPremises(id), LineWord::Gateway, true, via.span);
            }
        }
        for (id, balancer) in model.load_balancers() {
            for backend in &balancer.backends {
                self.line(Thing::LoadBalancer(id), backend.value, LineWord::Backend, false, backend.span);
            }
        }
        for (id, hybrid) in model.hybrids() {
            for manager in &hybrid.managers {
                self.line(Thing::HybridConnection(id), manager.value, LineWord::HybridConnection, false, manager.span);
            }
        }
    }
}

/// How many records of a zone are told.
const SHOWN: usize = 3;
