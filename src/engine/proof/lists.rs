//! The lists of a model whose first matching line decides, each in the places where it stands: the tag VirtualNetwork
//! differs from subnet to subnet.

use super::super::Engine;
use super::super::meaning::Viewpoint;
use super::{Meaning, Meant, Point};
use crate::model::*;
use crate::net::PortSet;
use crate::platform::ComputedTag;
use crate::source::Span;

/// A list, and what its lines mean wherever it stands.
pub(in crate::engine) struct Subject {
    /// Whose it is: "nsg `web`".
    pub(in crate::engine) owner: String,
    /// What it is: "inbound".
    pub(in crate::engine) which: String,
    /// Of what kind: lists of one kind are compared.
    pub(in crate::engine) thing: Thing,
    pub(in crate::engine) span: Span,
    pub(in crate::engine) lines: Vec<Told>,
    /// What the lines mean, place by place.
    pub(super) views: Vec<Vec<Meaning>>,
    /// Does what no line matches pass?
    pub(super) end: bool,
    /// Has it only two ways to decide, so that lists can be compared?
    pub(super) comparable: bool,
}

/// A line in words.
pub(in crate::engine) struct Told {
    /// "rule `100`".
    pub(in crate::engine) called: String,
    pub(in crate::engine) span: Span,
    /// Did the user write it?
    pub(in crate::engine) own: bool,
    pub(super) allow: bool,
    pub(in crate::engine) action: Action,
}

/// Every list of the model that has lines of the user.
pub(in crate::engine) fn lists(engine: &Engine<'_>) -> Vec<Subject> {
    let mut all = Vec::new();
    for (id, nsg) in engine.model.nsgs() {
        let places = engine.places_of(id);
        for (which, rules) in [("inbound", &nsg.inbound), ("outbound", &nsg.outbound)] {
            all.push(engine.group(Thing::Nsg(id), &nsg.head, which, rules, &places));
        }
    }
    for (id, set) in engine.model.admin_rules() {
        let of = |vnet: VnetId| engine.model.subnets().filter(move |(_, subnet)| subnet.vnet == vnet);
        let vnets = set.to.iter().filter_map(|to| if let Thing::Vnet(vnet) = to.value { Some(vnet) } else { None });
        let places: Vec<Viewpoint> =
            vnets.flat_map(|vnet| of(vnet).map(move |(subnet, _)| Viewpoint { vnet, subnet: Some(subnet) })).collect();
        for (which, rules) in [("inbound", &set.inbound), ("outbound", &set.outbound)] {
            let list = engine.group(Thing::AdminRules(id), &set.head, which, rules, &places);
            // What no admin rule matches goes on to the groups, as what one allows does.
            let three = rules.iter().any(|rule| rule.action == Action::AlwaysAllow);
            all.push(Subject { end: true, comparable: !three, ..list });
        }
    }
    for (id, host) in engine.model.hosts() {
        let list = host.firewall.as_ref();
        all.extend(list.map(|list| engine.filter_lines(Thing::Host(id), &host.head, list, Action::Deny)));
    }
    for (id, site) in engine.model.on_premises() {
        let list = site.firewall.as_ref();
        all.extend(list.map(|list| engine.filter_lines(Thing::OnPremises(id), &site.head, list, Action::Allow)));
    }
    for (id, appliance) in engine.model.appliances() {
        all.push(engine.filter_lines(Thing::Appliance(id), &appliance.head, &appliance.filter, Action::Deny));
    }
    for (id, app) in engine.model.apps() {
        for (word, list) in super::super::validity::access_lists(app) {
            all.push(engine.access_lines(id, app, word, list));
        }
    }
    for (id, service) in engine.model.services() {
        all.extend(service.firewall.iter().flat_map(|firewall| engine.service_lines(id, service, firewall)));
    }
    all.retain(|list| list.lines.iter().any(|line| line.own));
    all
}

impl Engine<'_> {
    /// The places where a group filters: its subnets, and those of the interfaces that have it.
    fn places_of(&self, nsg: NsgId) -> Vec<Viewpoint> {
        let has = |own: &Option<Stated<NsgId>>| own.as_ref().is_some_and(|own| own.value == nsg);
        let subnets = self.model.subnets().filter(|(_, subnet)| has(&subnet.nsg)).map(|(id, _)| id);
        let hosts = self.model.hosts().filter(|(_, host)| has(&host.nsg)).filter_map(|(_, host)| match host.place {
            Some(Thing::Subnet(id)) => Some(id),
            _ => None,
        });
        let appliances = self.model.appliances().filter(|(_, own)| has(&own.nsg)).filter_map(|(_, own)| own.subnet);
        let mut all: Vec<Viewpoint> = Vec::new();
        for subnet in subnets.chain(hosts).chain(appliances) {
            let place = Viewpoint { vnet: self.model[subnet].vnet, subnet: Some(subnet) };
            if !all.contains(&place) {
                all.push(place);
            }
        }
        all
    }
}

impl Engine<'_> {
    /// The lines of a group or of admin rules in some places; without any, whatever the tags of a network hold.
    fn group(&self, thing: Thing, head: &Head, which: &str, rules: &[SecurityRule], places: &[Viewpoint]) -> Subject {
        let mut places: Vec<Option<Viewpoint>> = places.iter().copied().map(Some).collect();
        if places.is_empty() {
            places.push(None);
        }
        let mut views: Vec<Vec<Meaning>> = Vec::new();
        for place in places {
            let view: Vec<Meaning> = rules.iter().map(|rule| self.meaning(rule, place, true)).collect();
            // Behind a private endpoint source ports count as any, and a caller's port may not be stated.
            if rules.iter().any(|rule| !rule.source.ports.is_all()) {
                let wide = |line: &Meaning| Meaning { source_ports: PortSet::all(), ..line.clone() };
                let none = |line: &Meaning| match line.source_ports.is_all() {
                    true => line.clone(),
                    false => Meaning { source: Meant::default(), ..line.clone() },
                };
                views.push(view.iter().map(wide).collect());
                views.push(view.iter().map(none).collect());
            }
            if !views.contains(&view) {
                views.push(view);
            }
        }
        let owner = format!("{} `{}`", thing.kind().word(), head.name);
        let told = |rule: &SecurityRule| Told {
            called: match (&rule.name, &rule.rule) {
                (Some(name), Some(_)) => format!("default rule {name}"),
                (Some(name), None) => format!("{which} rule `{name}`"),
                (None, _) => format!("{which} rule `{}`", rule.priority),
            },
            span: rule.span,
            own: rule.rule.is_none(),
            allow: rule.action != Action::Deny,
            action: rule.action,
        };
        let lines = rules.iter().map(told).collect();
        Subject { owner, which: which.into(), thing, span: head.span, lines, views, end: false, comparable: true }
    }

    /// What a line of five fields means in a place; where it has none, the tags of a network are points.
    fn meaning(&self, rule: &SecurityRule, place: Option<Viewpoint>, placed: bool) -> Meaning {
        let public = self.public_space();
        let side = |side: &Side| {
            let terms = side.addresses.terms.iter().map(|term| match term {
                Term::Tag(tag) if place.is_none() && placed && self.is_of_network(tag) => {
                    Meant::point(Point::Tag((**tag).clone(), crate::net::AddressSet::empty()))
                }
                term => Meant::of(self.term(term, place), &public),
            });
            terms.fold(Meant::default(), Meant::or)
        };
        Meaning {
            protocols: rule.protocols,
            source: side(&rule.source),
            source_ports: (*rule.source.ports).clone(),
            destination: side(&rule.destination),
            ports: (*rule.destination.ports).clone(),
        }
    }

    /// Does what the tag holds follow from the network of the place?
    fn is_of_network(&self, tag: &TagRef) -> bool {
        let computed = self.platform().tag(&tag.name).and_then(|(facts, _)| facts.computed);
        matches!(computed, Some(ComputedTag::VirtualNetwork | ComputedTag::Internet))
    }

    /// The lines of an appliance, or of the firewall of a host or a site.
    fn filter_lines(&self, thing: Thing, head: &Head, list: &FilterList, unstated: Action) -> Subject {
        let view = list.rules.iter().map(|rule| self.meaning(rule, None, false)).collect();
        let own = matches!(thing, Thing::Appliance(_));
        let of = format!("{} `{}`", thing.kind().word(), head.name);
        let told = |rule: &SecurityRule| Told {
            called: format!("line `{}`", rule.text()),
            span: rule.span,
            own: true,
            allow: rule.action != Action::Deny,
            action: rule.action,
        };
        Subject {
            owner: if own { of } else { format!("the firewall of {of}") },
            which: "lines".into(),
            thing,
            span: list.span,
            lines: list.rules.iter().map(told).collect(),
            views: vec![view],
            end: list.default.as_ref().map_or(unstated, |stated| stated.value) != Action::Deny,
            comparable: true,
        }
    }

    /// The lines of an access list. A caller shows a subnet or an address; what headers a line asks for stands in the
    /// place of its ports.
    fn access_lines<'l>(&self, id: AppId, app: &App, word: &str, list: &'l AccessList) -> Subject {
        let shown = self.is_tagged(id);
        let mut asked: Vec<&'l Vec<(String, Vec<String>)>> = Vec::new();
        let mut meaning = |rule: &'l AccessRule| {
            let source = match &rule.source {
                AccessSource::AnyVnets if !shown => Meant::default(),
                AccessSource::AnyVnets => self.every_subnet(list).fold(Meant::point(Point::OtherSubnet), Meant::or),
                AccessSource::Addresses(expr) => {
                    expr.terms.iter().map(|term| self.access_side(id, term, shown)).fold(Meant::default(), Meant::or)
                }
            };
            let ports = match rule.headers.is_empty() {
                true => PortSet::all(),
                false => {
                    let known = asked.iter().position(|other| **other == rule.headers);
                    let at = known.unwrap_or_else(|| {
                        asked.push(&rule.headers);
                        asked.len() - 1
                    });
                    PortSet::one(1 + at as u16)
                }
            };
            Meaning { ports, ..Meaning::caller(source) }
        };
        let view: Vec<Meaning> = list.rules.iter().map(&mut meaning).collect();
        let told = |rule: &AccessRule| Told {
            called: format!("rule `{}`", rule.name.clone().unwrap_or_else(|| rule.priority.to_string())),
            span: rule.span,
            own: true,
            allow: rule.action != Action::Deny,
            action: rule.action,
        };
        Subject {
            owner: format!("`{word}` of app `{}`", app.head.name),
            which: word.into(),
            thing: Thing::App(id),
            span: list.span,
            lines: list.rules.iter().map(told).collect(),
            views: vec![view],
            end: list.default.as_ref().map_or(list.rules.is_empty(), |stated| stated.value == Action::Allow),
            // Headers of two kinds may come in one call.
            comparable: asked.is_empty(),
        }
    }

    /// What a word of an access list means. What a tag holds hangs on who calls, so a tag is a point of its own.
    fn access_side(&self, app: AppId, term: &Term, shown: bool) -> Meant {
        match term {
            Term::Any => Meant::all(),
            Term::Thing(Thing::Subnet(subnet)) if shown => Meant::point(Point::Subnet(*subnet)),
            Term::Thing(Thing::Subnet(_)) => Meant::default(),
            Term::Tag(tag) => Meant {
                tags: vec![(**tag).clone()],
                ..Meant::point(Point::Tag((**tag).clone(), crate::net::AddressSet::empty()))
            },
            term => Meant::of(self.access_addresses(app, term), &self.public_space()),
        }
    }

    /// The subnets that an access list names.
    fn every_subnet<'l>(&self, list: &'l AccessList) -> impl Iterator<Item = Meant> + 'l {
        let terms = list.rules.iter().flat_map(|rule| match &rule.source {
            AccessSource::Addresses(expr) => expr.terms.as_slice(),
            AccessSource::AnyVnets => &[],
        });
        terms.filter_map(|term| match term {
            Term::Thing(Thing::Subnet(subnet)) => Some(Meant::point(Point::Subnet(*subnet))),
            _ => None,
        })
    }

    /// The lines of a service's firewall; those of a database are a list of their own.
    fn service_lines(&self, id: ServiceId, service: &Service, firewall: &ServiceFirewall) -> Vec<Subject> {
        let enforced = !self.admits_all(service, firewall);
        let mut databases: Vec<Option<&String>> = Vec::new();
        for rule in firewall.rules.iter().filter(|_| enforced) {
            if !databases.contains(&rule.database.as_ref()) {
                databases.push(rule.database.as_ref());
            }
        }
        let list = |database: Option<&String>| {
            let rules: Vec<&ServiceRule> =
                firewall.rules.iter().filter(|rule| rule.database.as_ref() == database).collect();
            let told = |rule: &&ServiceRule| Told {
                called: format!("line `{}`", rule.text),
                span: rule.span,
                own: true,
                allow: rule.action != Action::Deny,
                action: rule.action,
            };
            let of = match database {
                Some(database) => format!("database `{database}` of service `{}`", service.head.name),
                None => format!("service `{}`", service.head.name),
            };
            Subject {
                owner: format!("the firewall of {of}"),
                which: "lines".into(),
                thing: Thing::Service(id),
                span: firewall.span,
                lines: rules.iter().map(told).collect(),
                views: vec![rules.iter().map(|rule| Meaning::caller(self.service_side(&rule.source))).collect()],
                end: false,
                comparable: false,
            }
        };
        databases.into_iter().map(list).collect()
    }

    /// Whom a line of a service's firewall is about.
    fn service_side(&self, source: &ServiceSource) -> Meant {
        let word = |word: String| Meant::point(Point::Word(word));
        let subnet = |id: SubnetId| Meant::point(Point::Subnet(id));
        match source {
            ServiceSource::Subnets(subnets) => subnets.iter().copied().map(subnet).fold(Meant::default(), Meant::or),
            ServiceSource::AzureServices => word("azure".into()),
            ServiceSource::TrustedServices => word("trusted".into()),
            ServiceSource::Resource(name) => word(format!("resource {name}")),
            ServiceSource::Addresses(expr) => {
                let terms = expr.terms.iter().map(|term| {
                    let named = self.subnets_named(term);
                    match named.is_empty() {
                        true => {
                            // Everybody with an address, and nobody who shows a subnet or is known by a word.
                            let all = Meant::of(self.term(term, None), &self.public_space());
                            Meant { any: false, ..all }
                        }
                        false => named.into_iter().map(subnet).fold(Meant::default(), Meant::or),
                    }
                });
                terms.fold(Meant::default(), Meant::or)
            }
        }
    }
}

impl Engine<'_> {
    /// Do two lists mean the same wherever one of them stands?
    pub(in crate::engine) fn is_same(&self, first: &Subject, second: &Subject) -> bool {
        let (Thing::Nsg(a), Thing::Nsg(b)) = (first.thing, second.thing) else { return first.means(second) };
        let mut places = self.places_of(a);
        places.extend(self.places_of(b).into_iter().filter(|place| !self.places_of(a).contains(place)));
        let list = |id: NsgId, which: &str| {
            let group = &self.model[id];
            let rules = if which == "inbound" { &group.inbound } else { &group.outbound };
            self.group(Thing::Nsg(id), &group.head, which, rules, &places)
        };
        list(a, &first.which).means(&list(b, &second.which))
    }
}
