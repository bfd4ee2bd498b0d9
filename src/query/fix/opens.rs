//! What else a set of amendments opens: the flows of everybody to everything that arrive after it and do not before,
//! without those that were asked for. Exact, by the walk of all flows; what arrives where is the engine's.

use crate::engine::{Ends, Part, Question, Source, Target, Verdict};
use crate::model::{Thing, Vnet};
use crate::net::{AddressSet, Count, FlowBox, FlowSet, PortSet, Protocol};
use crate::query::answer::OpenedAnswer;
use crate::query::estate::{Caller, Narrowed, callees, callers};
use crate::query::what::{Scope, reached};
use crate::query::{Asked, name};
use crate::source::SourceId;
use crate::syntax;
use crate::syntax::ast::Statement;
use indexmap::IndexMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many walks may be made for one model; of larger estates only the flows of the caller and of the internet are
/// compared.
const MOST_WALKS: usize = 300;

/// How many boxes the flows of one caller are told as, at most.
const MOST_BOXES: usize = 6;

/// All flows that arrive, or may: by caller, and by what they call where that has no stated address.
pub(super) struct Estate {
    surely: IndexMap<(String, String), FlowSet>,
    perhaps: IndexMap<(String, String), FlowSet>,
    callers: Vec<String>,
    /// The addresses of the networks, and those of them that something can stand at.
    networks: AddressSet,
    subnets: AddressSet,
    /// The addresses of private endpoints.
    endpoints: AddressSet,
    /// Are the flows of everybody in it?
    pub(super) whole: bool,
}

/// The callers that are compared: everybody, or where that would be too much, the one who asks and the internet.
fn compared(asked: &Asked<'_>, source: &Source) -> (Vec<Caller>, bool) {
    let all = callers(asked);
    let walks = all.len() * (1 + callees(asked).len());
    if walks <= MOST_WALKS {
        return (all, true);
    }
    (all.into_iter().filter(|caller| caller.source == *source || caller.thing.is_none()).collect(), false)
}

impl Estate {
    pub(super) fn of(asked: &Asked<'_>, source: &Source) -> Self {
        let scope = Scope::everything(asked, Narrowed::default());
        let (callers, whole) = compared(asked, source);
        let mut surely: IndexMap<(String, String), Vec<FlowBox>> = IndexMap::new();
        let mut perhaps: IndexMap<(String, String), Vec<FlowBox>> = IndexMap::new();
        for caller in &callers {
            for reached in reached(asked, &caller.source, &scope) {
                if reached.name.as_ref().is_some_and(|name| name.starts_with(STRANGER)) {
                    continue;
                }
                let key = |end: &Ends| match end {
                    Ends::Set(_) => (caller.name.clone(), String::new()),
                    Ends::Symbol(symbol) => {
                        (caller.name.clone(), reached.name.clone().unwrap_or_else(|| symbol.text.clone()))
                    }
                };
                let flows = boxed(caller, &reached.part);
                match reached.part.verdict() {
                    Verdict::Yes => surely.entry(key(&reached.end)).or_default().push(flows),
                    Verdict::Unknown => perhaps.entry(key(&reached.end)).or_default().push(flows),
                    _ => {}
                }
            }
        }
        let together = |all: IndexMap<(String, String), Vec<FlowBox>>| {
            all.into_iter().map(|(key, boxes)| (key, FlowSet::of_all(&boxes))).collect()
        };
        let model = asked.model;
        let together_of =
            |all: &mut dyn Iterator<Item = AddressSet>| all.fold(AddressSet::empty(), |all, more| all.union(&more));
        let endpoints = model.private_endpoints.iter().flat_map(|endpoint| &endpoint.addresses);
        Self {
            surely: together(surely),
            perhaps: together(perhaps),
            callers: callers.into_iter().map(|caller| caller.name).collect(),
            networks: together_of(&mut model.vnets.iter().map(Vnet::addresses)),
            subnets: together_of(&mut model.subnets.iter().map(|subnet| subnet.addresses())),
            endpoints: endpoints.map(|address| address.value).collect(),
            whole,
        }
    }
}

/// The flows of a part as a box. A caller that has a name is one source, and what has no address is one destination.
fn boxed(caller: &Caller, part: &Part) -> FlowBox {
    let named = matches!(caller.source, Source::App(_) | Source::Host(_));
    FlowBox {
        protocols: part.flows.protocols,
        sources: match &part.flows.source {
            // Nobody knows where a stranger calls from.
            _ if caller.name == STRANGER => AddressSet::all(),
            Ends::Set(set) if !named => set.clone(),
            _ => one(),
        },
        source_ports: part.flows.source_ports.clone().unwrap_or_else(PortSet::all),
        destinations: match &part.flows.destination {
            Ends::Set(set) => set.clone(),
            Ends::Symbol(_) => one(),
        },
        ports: part.flows.ports.clone(),
    }
}

/// Stands for an address that is not stated, or does not matter.
fn one() -> AddressSet {
    [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)].into_iter().collect()
}

/// The internet, as a caller.
const INTERNET: &str = "Internet";

/// So many callers of the internet are not one's own.
const MANY: u128 = 1 << 16;

/// Somebody else's app in Azure, as the estate has it beside what is declared.
const STRANGER: &str = "any app in Azure";

/// The statements that declare it.
pub(super) fn stranger(next: u32) -> Vec<Statement> {
    let texts =
        [format!("plan \"{STRANGER}\" {{ tier Consumption }}"), format!("app \"{STRANGER}\" on \"{STRANGER}\"")];
    let numbered = texts.iter().zip(next..);
    numbered.flat_map(|(text, number)| syntax::parse(SourceId(number), text.as_str()).0).collect()
}

/// What a set of amendments opens besides what was asked for.
pub(super) struct Opened {
    pub(super) told: Vec<OpenedAnswer>,
    /// Is it opened to those who have nothing to do with what is declared?
    pub(super) outside: bool,
    /// How many flows they are.
    pub(super) count: Count,
}

/// The flows of the changed model that the plain one has not. `parts` are those that were asked for.
pub(super) fn opened(
    asked: &Asked<'_>,
    before: &Estate,
    after: &Estate,
    question: &Question,
    parts: &[Part],
) -> Opened {
    // A subnet that is made has nothing in it but what is made with it, and between subnets nothing stands.
    let made = after.subnets.difference(&before.subnets).difference(&after.endpoints);
    let made = made.union(&after.networks.difference(&after.subnets));
    let places = places(asked);
    let own = FlowSet::of(&FlowBox { sources: own_addresses(asked), ..FlowBox::all() });
    let (mut count, mut outside) = (Count::default(), false);
    let mut told: Vec<OpenedAnswer> = Vec::new();
    for ((caller, callee), flows) in &after.surely {
        if !before.callers.contains(caller) {
            continue;
        }
        let key = (caller.clone(), callee.clone());
        let known = [&before.surely, &before.perhaps].into_iter().filter_map(|all| all.get(&key));
        let mut new = known.fold(flows.clone(), |rest, known| rest.difference(known));
        let empty = FlowBox { destinations: made.clone(), ..FlowBox::all() };
        new = new.difference(&FlowSet::of(&empty));
        if *caller == *INTERNET {
            new = new.difference(&own);
        }
        if is_asked(asked, question, caller) {
            new = new.difference(&asked_for(asked, question, parts, callee));
        }
        if new.is_empty() {
            continue;
        }
        count = count + new.count();
        outside |= caller == STRANGER || *caller == *INTERNET && new.sources().count() > MANY;
        if !callee.is_empty() {
            told.extend(entries(asked, &new, caller, None, callee));
            continue;
        }
        // Place by place, so that each is told by its name.
        for place in &places {
            let inside = new.within(&FlowBox { destinations: place.addresses.clone(), ..FlowBox::all() });
            new = new.difference(&inside);
            told.extend(entries(asked, &inside, caller, Some(place), callee));
        }
    }
    Opened { told: by_flows(told), outside, count }
}

/// A place that destinations are told by.
struct Place {
    name: String,
    addresses: AddressSet,
}

/// The places, the narrower first: subnets, sites, what is public.
fn places(asked: &Asked<'_>) -> Vec<Place> {
    let model = asked.model;
    let place = |name: &str, addresses: AddressSet| Place { name: name.to_string(), addresses };
    let subnets = model.subnets.iter().map(|subnet| place(&subnet.head.name, subnet.addresses()));
    let sites = model.on_premises.iter().map(|site| place(&site.head.name, site.addresses()));
    let (four, public) = (AddressSet::all_v4(), asked.engine.public_addresses());
    let internet = [
        place("Internet", public.intersection(&four)),
        place("Internet over IPv6", public.difference(&four)),
        place("addresses that nothing declared has", AddressSet::all()),
    ];
    subnets.chain(sites).chain(internet).collect()
}

/// The public addresses that calls of what is declared come from: it is a caller itself.
fn own_addresses(asked: &Asked<'_>) -> AddressSet {
    let model = asked.model;
    let nat = model.nat_gateways.iter().flat_map(|nat| &nat.public_ip);
    let plans = model.plans.iter().flat_map(|plan| &plan.outbound_ip);
    let apps = model.apps.iter().flat_map(|app| app.outbound_ip.iter().chain(&app.possible_outbound_ip));
    let hosts = model.hosts.iter().flat_map(|host| &host.public_ip);
    AddressSet::of(nat.chain(plans).chain(apps).chain(hosts).map(|ip| &ip.value))
}

/// Is it the caller that the question is about?
fn is_asked(asked: &Asked<'_>, question: &Question, caller: &str) -> bool {
    let head = |thing: Thing| thing.head(asked.model).name == caller;
    match question.source {
        Source::App(id) => head(Thing::App(id)),
        Source::Host(id) => head(Thing::Host(id)),
        Source::Subnet(id) => head(Thing::Subnet(id)),
        Source::OnPremises(id) => head(Thing::OnPremises(id)),
        Source::Internet => caller == INTERNET,
        Source::Addresses(_) => true,
    }
}

/// The flows that were asked for, as they go in the changed model.
fn asked_for(asked: &Asked<'_>, question: &Question, parts: &[Part], callee: &str) -> FlowSet {
    let named = match (&question.target, question.named) {
        (_, Some(thing)) => Some(thing.head(asked.model).name.clone()),
        (Target::Name(..), None) => callee.split('.').next().map(String::from),
        _ => None,
    };
    let mine = |part: &&Part| match &part.flows.destination {
        Ends::Set(_) => callee.is_empty(),
        Ends::Symbol(_) => named.as_deref() == callee.split('.').next(),
    };
    let own = |part: &Part| FlowBox {
        protocols: part.flows.protocols,
        ports: part.flows.ports.clone(),
        destinations: match &part.flows.destination {
            Ends::Set(set) => set.clone(),
            Ends::Symbol(_) => one(),
        },
        sources: match (&question.source, &part.flows.source) {
            (Source::Addresses(_), Ends::Set(set)) => set.clone(),
            _ => AddressSet::all(),
        },
        source_ports: PortSet::all(),
    };
    let boxes: Vec<FlowBox> = parts.iter().filter(mine).map(own).collect();
    FlowSet::of_all(&boxes)
}

/// A set of flows of one caller in words: where they go, and by which protocols and ports. They go to one place, or to
/// what is called by its name.
fn entries(asked: &Asked<'_>, flows: &FlowSet, caller: &str, place: Option<&Place>, callee: &str) -> Vec<OpenedAnswer> {
    if flows.is_empty() {
        return Vec::new();
    }
    let boxes = flows.boxes(MOST_BOXES);
    let told = boxes.list.iter().map(|flows| {
        let goal = &flows.destinations;
        let (end, addresses) = match place {
            None => (callee.to_string(), String::new()),
            Some(place) if *goal == place.addresses => (place.name.clone(), String::new()),
            Some(place) => {
                let rest = place.addresses.difference(goal);
                let end = if goal.single().is_some() { name::whose(asked, goal) } else { place.name.clone() };
                let except = rest.prefixes().len() < goal.prefixes().len().min(4);
                (end, if except { format!("all except {rest}") } else { goal.to_string() })
            }
        };
        // Of a caller with many addresses, which of them, where they are few.
        let sources = &flows.sources;
        let whole = caller != INTERNET && name::whose(asked, sources) == caller;
        let plain = sources.is_subset(&one()) || caller == STRANGER || whole;
        let caller = match plain || sources.prefixes().len() > 2 {
            true => caller.to_string(),
            false => format!("{caller} ({sources})"),
        };
        OpenedAnswer { callers: vec![caller], end, addresses, over: over(flows) }
    });
    let mut told: Vec<OpenedAnswer> = told.collect();
    if boxes.left_out > 0 {
        told.push(OpenedAnswer {
            callers: vec![caller.to_string()],
            end: format!("{} more sets of flows", boxes.left_out),
            addresses: String::new(),
            over: String::new(),
        });
    }
    told
}

/// `tcp 1433`, `tcp, udp`, `everything`.
fn over(flows: &FlowBox) -> String {
    let with_ports = flows.protocols.iter().any(Protocol::has_ports);
    match (flows.protocols.to_string().as_str(), flows.ports.is_all() || !with_ports) {
        ("*", true) => "everything".to_string(),
        (protocols, true) => protocols.to_string(),
        ("*", false) => format!("every protocol, port {}", flows.ports),
        (protocols, false) => format!("{protocols} {}", flows.ports),
    }
}

/// The same flows of several callers are told once.
fn by_flows(told: Vec<OpenedAnswer>) -> Vec<OpenedAnswer> {
    let mut all: Vec<OpenedAnswer> = Vec::new();
    for entry in told {
        let same = |known: &&mut OpenedAnswer| {
            (&known.end, &known.addresses, &known.over) == (&entry.end, &entry.addresses, &entry.over)
        };
        match all.iter_mut().find(same) {
            Some(known) => {
                let more = entry.callers.into_iter().filter(|caller| !known.callers.contains(caller));
                known.callers.extend(more.collect::<Vec<_>>());
            }
            None => all.push(entry),
        }
    }
    all
}
