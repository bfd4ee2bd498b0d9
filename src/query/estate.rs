//! The things of a model that call and those that are called by name: the ends of the questions about all flows. What
//! becomes of the flows between them is the engine's.

use super::Asked;
use crate::engine::{Ends, Question, Source, Target, Traffic};
use crate::model::{Subnet, SubnetId, Thing};
use crate::net::{AddressSet, PortSet};
use crate::syntax::ast::Over;

/// Something that calls.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// What people call it.
    pub(super) name: String,
    /// The declared thing; none for the internet.
    pub(super) thing: Option<Thing>,
    /// Where its calls come from.
    pub(super) source: Source,
}

/// Something that is called by a name, or has no stated address to be called by.
#[derive(Clone, Debug)]
pub(super) struct Callee {
    /// What people call it: a service with more than one name has the subresource behind it.
    pub(super) name: String,
    /// The declared thing.
    pub(super) thing: Thing,
    /// Where calls to it go.
    pub(super) target: Target,
    /// Is it the SCM site of an app?
    pub(super) scm: bool,
}

/// Everything that calls: apps, hosts, machines of subnets, networks of the customer's own, and the internet.
pub(super) fn callers(asked: &Asked<'_>) -> Vec<Caller> {
    let model = asked.model;
    let caller =
        |thing: Thing, source: Source| Caller { name: thing.head(model).name.clone(), thing: Some(thing), source };
    let mut all: Vec<Caller> = model.apps().map(|(id, _)| caller(Thing::App(id), Source::App(id))).collect();
    all.extend(model.hosts().map(|(id, _)| caller(Thing::Host(id), Source::Host(id))));
    let takes_machines = |(id, _): &(SubnetId, &Subnet)| asked.engine.takes_machines(*id);
    let subnets = model.subnets().filter(takes_machines);
    all.extend(subnets.map(|(id, _)| caller(Thing::Subnet(id), Source::Subnet(id))));
    all.extend(model.on_premises().map(|(id, _)| caller(Thing::OnPremises(id), Source::OnPremises(id))));
    all.push(Caller { name: "Internet".into(), thing: None, source: Source::Internet });
    all
}

/// Everything that is called by a name, and every private endpoint without a stated address.
pub(super) fn callees(asked: &Asked<'_>) -> Vec<Callee> {
    let (model, engine) = (asked.model, asked.engine);
    let mut all = Vec::new();
    for (id, service) in model.services() {
        let (thing, names) = (Thing::Service(id), engine.service_names(id));
        let name = &service.head.name;
        if names.is_empty() {
            let target = Target::Ends(engine.service_ends(id, ""));
            all.push(Callee { name: name.clone(), thing, target, scm: false });
        }
        let several = names.len() > 1;
        all.extend(names.into_iter().map(|known| Callee {
            name: if several { format!("{name}.{}", known.subresource) } else { name.clone() },
            thing,
            target: Target::Name(known.name, Some(thing)),
            scm: false,
        }));
    }
    for (id, app) in model.apps() {
        let thing = Thing::App(id);
        let names = engine.app_names(id).into_iter().take(2).enumerate();
        all.extend(names.map(|(at, host)| Callee {
            name: if at == 0 { app.head.name.clone() } else { format!("{}.scm", app.head.name) },
            thing,
            target: Target::Name(host, Some(thing)),
            scm: at == 1,
        }));
    }
    for (id, endpoint) in model.private_endpoints().filter(|(_, endpoint)| endpoint.addresses.is_empty()) {
        let target = Target::Ends(engine.endpoint_symbol(id));
        let thing = Thing::PrivateEndpoint(id);
        all.push(Callee { name: endpoint.head.name.clone(), thing, target, scm: false });
    }
    all
}

/// How the flows of a question about all of them are narrowed.
#[derive(Clone, Debug)]
pub(super) struct Narrowed {
    /// What they are carried by; none for everything.
    pub(super) over: Option<Over>,
    /// Their source ports.
    pub(super) source_ports: PortSet,
    /// Their destination ports.
    pub(super) ports: PortSet,
    /// What kind of traffic they are.
    pub(super) traffic: Traffic,
    /// Do the verdict and the rules that decide suffice?
    pub(super) briefly: bool,
    /// Are those alone wanted that pass or may pass?
    pub(super) only_open: bool,
}

impl Default for Narrowed {
    fn default() -> Self {
        let (source_ports, ports) = (PortSet::all(), PortSet::all());
        Self { over: None, source_ports, ports, traffic: Traffic::Application, briefly: true, only_open: false }
    }
}

impl Narrowed {
    fn question(&self, source: Source, target: Target, over: Option<Over>) -> Question {
        Question {
            source,
            target,
            named: None,
            over,
            source_ports: Some(self.source_ports.clone()),
            ports: self.ports.clone(),
            traffic: self.traffic,
            headers: Vec::new(),
            host: None,
            scm: false,
            every_address: true,
            briefly: self.briefly,
            only_open: self.only_open,
        }
    }

    /// Is everything asked about that goes to these addresses?
    pub(super) fn to_addresses(&self, source: Source, addresses: AddressSet) -> Question {
        self.question(source, Target::Ends(Ends::Set(addresses)), self.over.or(Some(Over::Any)))
    }

    /// Calls of something by its name. What has a name answers over TCP alone.
    pub(super) fn to_callee(&self, source: Source, callee: &Callee) -> Question {
        let question = self.question(source, callee.target.clone(), self.over);
        Question { named: Some(callee.thing), scm: callee.scm, ..question }
    }
}
