//! The way of a flow, read from its trail: the boxes that its steps rest on, and the lines between them. Nothing is decided
//! here: a step says whether the flow goes on, and its place says where.

use super::drawn::id_of;
use super::owners::owners;
use crate::engine::{Mark, Part, Question, Source, Step, Target};
use crate::model::*;
use crate::query::Asked;
use crate::query::answer::{Graph, GraphBox, GraphLine, GraphRole, LineWord, MarkWord};
use crate::source::Span;

/// What a flow goes through on its way, where a step rests on it.
const STOPS: &[Kind] = &[
    Kind::Appliance,
    Kind::Gateway,
    Kind::LoadBalancer,
    Kind::PrivateEndpoint,
    Kind::OnPremises,
    Kind::HybridConnection,
    Kind::HybridConnectionManager,
];

/// Marks the boxes and lines that a part of a walk passes, and what blocks.
pub(super) fn draw(asked: &Asked<'_>, graph: &mut Graph, question: &Question, part: &Part) {
    let source = source(asked, graph, question);
    let target = target(asked, graph, question, part);
    let rests: Vec<Rest> = part.trail.steps.iter().map(|step| Rest::of(asked, step)).collect();
    let mut way = Way { stops: vec![source], ended: None };
    way.stops.extend(entry(asked, question, &rests).filter(|id| graph.of(id).is_some()));
    for (at, (step, rest)) in part.trail.steps.iter().zip(&rests).enumerate() {
        let here = way.take(graph, rest, &target, at + 1, step);
        if (step.is_block() || step.is_unknown()) && way.ended.is_none() {
            // What rests on nothing that is drawn ends the flow where it has come to.
            let arrived = here.is_some_and(|here| target.contains(&here));
            let last = if arrived { usize::MAX } else { way.stops.len() - 1 };
            way.ended = Some((last, word(step)));
        }
    }
    for id in target {
        if !way.stops.contains(&id) {
            way.stops.push(id);
        }
    }
    way.lines(graph);
}

/// Adds an end that is not declared.
fn undeclared(graph: &mut Graph, kind: &str, name: String) -> String {
    let id = format!("{kind} {name}");
    if graph.of(&id).is_none() {
        graph.boxes.push(GraphBox {
            id: id.clone(),
            kind: kind.into(),
            name,
            details: Vec::new(),
            within: None,
            role: GraphRole::Node,
            place: None,
            steps: Vec::new(),
            mark: None,
        });
    }
    id
}

/// What is declared at some addresses: what has the one address, else the narrowest place.
fn at(asked: &Asked<'_>, set: &crate::net::AddressSet) -> Option<Thing> {
    let machine = set.single().and_then(|address| {
        let public = || asked.engine.public_at(address).first().copied();
        asked.engine.machines_at(address).first().copied().or_else(public)
    });
    machine.or_else(|| asked.engine.place_with(set))
}

fn source(asked: &Asked<'_>, graph: &mut Graph, question: &Question) -> String {
    let thing = match &question.source {
        Source::App(id) => Some(Thing::App(*id)),
        Source::Host(id) => Some(Thing::Host(*id)),
        Source::Subnet(id) => Some(Thing::Subnet(*id)),
        Source::OnPremises(id) => Some(Thing::OnPremises(*id)),
        Source::Addresses(set) => at(asked, set),
        Source::Internet => None,
    };
    let drawn = thing.map(|thing| id_of(asked.model, thing)).filter(|id| graph.of(id).is_some());
    drawn.unwrap_or_else(|| match &question.source {
        Source::Addresses(set) => undeclared(graph, "addresses", set.to_string()),
        _ => undeclared(graph, "internet", "Internet".into()),
    })
}

/// What the flow is for, last: behind a private endpoint the service that it leads to.
fn target(asked: &Asked<'_>, graph: &mut Graph, question: &Question, part: &Part) -> Vec<String> {
    let met = match &part.flows.destination {
        crate::engine::Ends::Set(set) => at(asked, set),
        crate::engine::Ends::Symbol(_) => None,
    };
    let named = match &question.target {
        Target::Name(_, thing) => question.named.or(*thing),
        Target::Ends(_) => question.named,
    };
    let endpoint = met.filter(|thing| matches!(thing, Thing::PrivateEndpoint(_)));
    let behind = endpoint.and_then(|thing| match thing {
        Thing::PrivateEndpoint(id) => asked.model[id].target.as_ref().map(|target| target.value),
        _ => None,
    });
    let last = named.filter(|named| Some(*named) != endpoint).or(behind).or(met);
    let all = endpoint.into_iter().chain(last).map(|thing| id_of(asked.model, thing));
    let drawn: Vec<String> = all.filter(|id| graph.of(id).is_some()).collect();
    if !drawn.is_empty() {
        return drawn;
    }
    match &question.target {
        Target::Name(name, _) => vec![undeclared(graph, "host-name", name.clone())],
        Target::Ends(ends) => vec![undeclared(graph, "address", ends.to_string())],
    }
}

/// The things that a step rests on, and its place.
struct Rest {
    things: Vec<Thing>,
    ids: Vec<String>,
    place: Option<Span>,
}

impl Rest {
    fn of(asked: &Asked<'_>, step: &Step) -> Self {
        // A note stands beside the way.
        let place = step.place.filter(|_| step.mark != Mark::Note);
        let things = place.map(|place| owners(asked, place)).unwrap_or_default();
        let ids = things.iter().map(|thing| id_of(asked.model, *thing)).collect();
        Self { things, ids, place }
    }
}

/// The subnet by which an app's flow enters a network: where a step of it rests on the network or on something in it.
fn entry<'a>(asked: &'a Asked<'_>, question: &Question, rests: &'a [Rest]) -> impl Iterator<Item = String> + use<'a> {
    let app = match question.source {
        Source::App(id) => Some(id),
        _ => None,
    };
    let subnet = app.and_then(|app| {
        let regional = asked.model[app].integrate.iter().find_map(|stated| match stated.value {
            Integration::Regional(subnet) => Some(subnet),
            Integration::Gateway(..) => None,
        });
        regional.filter(|subnet| {
            let vnet = asked.model[*subnet].vnet;
            rests.iter().flat_map(|rest| &rest.things).any(|thing| stands_in(asked.model, *thing, vnet))
        })
    });
    subnet.into_iter().map(|subnet| id_of(asked.model, Thing::Subnet(subnet)))
}

fn stands_in(model: &Model, thing: Thing, vnet: VnetId) -> bool {
    let within = |subnet: Option<SubnetId>| subnet.is_some_and(|subnet| model[subnet].vnet == vnet);
    match thing {
        Thing::Vnet(id) => id == vnet,
        Thing::Subnet(id) => within(Some(id)),
        Thing::Nsg(id) => model[vnet].subnets.iter().any(|s| model[*s].nsg.as_ref().is_some_and(|n| n.value == id)),
        Thing::RouteTable(id) => {
            model[vnet].subnets.iter().any(|s| model[*s].route_table.as_ref().is_some_and(|t| t.value == id))
        }
        Thing::Appliance(id) => within(model[id].subnet),
        Thing::PrivateEndpoint(id) => within(model[id].subnet),
        Thing::Gateway(id) => model[id].vnet == Some(vnet),
        Thing::Peering(id) => model[id].from == Some(vnet) || model[id].to == Some(vnet),
        Thing::LoadBalancer(id) => match model[id].place {
            Some(Thing::Subnet(subnet)) => within(Some(subnet)),
            _ => false,
        },
        Thing::Host(id) => match model[id].place {
            Some(Thing::Subnet(subnet)) => within(Some(subnet)),
            _ => false,
        },
        _ => false,
    }
}

fn word(step: &Step) -> MarkWord {
    match step.mark {
        Mark::Pass => MarkWord::Pass,
        Mark::Block(_) => MarkWord::Block,
        Mark::Unknown(..) => MarkWord::Unknown,
        Mark::Warn => MarkWord::Warn,
        Mark::Note => MarkWord::Note,
    }
}

/// Which of two marks of a box is shown.
fn graver(one: Option<MarkWord>, other: MarkWord) -> MarkWord {
    let weight = |mark: MarkWord| match mark {
        MarkWord::Note => 0,
        MarkWord::Pass => 1,
        MarkWord::Warn => 2,
        MarkWord::Unknown => 3,
        MarkWord::Block => 4,
    };
    one.filter(|one| weight(*one) >= weight(other)).unwrap_or(other)
}

/// The boxes that a flow comes by, in order.
struct Way {
    stops: Vec<String>,
    /// The stop where it ends, and how.
    ended: Option<(usize, MarkWord)>,
}

impl Way {
    /// Notes a step where it rests, and says at which box.
    fn take(
        &mut self,
        graph: &mut Graph,
        rest: &Rest,
        target: &[String],
        number: usize,
        step: &Step,
    ) -> Option<String> {
        rest.place?;
        let is_here = |line: &&mut GraphLine| line.place.as_ref().is_some_and(|at| covers(rest.place, at.span));
        let joins = [LineWord::Peering, LineWord::Gateway];
        if let Some(line) = graph.lines.iter_mut().filter(|line| joins.contains(&line.kind)).find(is_here) {
            line.steps.push(number);
            line.mark = Some(graver(line.mark, word(step)));
            if line.kind == LineWord::Peering {
                return Some(line.to.clone());
            }
            let site = line.to.clone();
            self.stop(graph, site.clone());
            return Some(site);
        }
        let id = self.place_of(graph, rest, target)?;
        let here = graph.boxes.iter_mut().find(|held| held.id == id)?;
        here.steps.push(number);
        here.mark = Some(graver(here.mark, word(step)));
        let stop = STOPS.iter().any(|kind| kind.word() == here.kind);
        if stop && target.last() != Some(&id) {
            self.stop(graph, id.clone());
        }
        Some(id)
    }

    /// Comes by a box; at a site that one gateway leads to, by that as well.
    fn stop(&mut self, graph: &Graph, id: String) {
        let leads = |line: &&GraphLine| line.kind == LineWord::Gateway && line.to == id;
        let mut gateways = graph.lines.iter().filter(leads).map(|line| line.from.clone());
        let gateway = gateways.next().filter(|_| gateways.next().is_none());
        let begins = self.stops.first().is_some_and(|first| ancestors(graph, first).any(|held| held == id));
        for stop in gateway.into_iter().chain(Some(id).filter(|_| !begins)) {
            if !self.stops.contains(&stop) {
                self.stops.push(stop);
            }
        }
    }

    /// The box of what a step rests on. What is attached several times is met where the flow is, or else where it goes.
    fn place_of(&self, graph: &Graph, rest: &Rest, target: &[String]) -> Option<String> {
        let way = self.stops.iter().rev().chain(target).map(String::as_str);
        let holders: Vec<&str> = way.flat_map(|id| ancestors(graph, id)).collect();
        let of = |held: &&GraphBox| {
            rest.ids.iter().any(|id| match held.role {
                GraphRole::Attached => held.id.strip_prefix(id.as_str()).is_some_and(|left| left.starts_with(" at ")),
                _ => held.id == *id,
            })
        };
        let rank = |held: &GraphBox| {
            let home = held.within.as_deref().filter(|_| held.role == GraphRole::Attached).unwrap_or(&held.id);
            let known = holders.iter().position(|holder| *holder == home).unwrap_or(holders.len());
            // Met a second time, a list is that of the next place.
            (known + holders.len() * usize::from(held.role == GraphRole::Attached && !held.steps.is_empty()), known)
        };
        let found = graph.boxes.iter().filter(of).min_by_key(|held| rank(held))?;
        Some(found.id.clone())
    }

    /// Marks the lines between its stops, and adds those that are not there. What holds the next stop is gone into and is
    /// none itself.
    fn lines(mut self, graph: &mut Graph) {
        for at in (1..self.stops.len().saturating_sub(1)).rev() {
            if ancestors(graph, &self.stops[at + 1]).skip(1).any(|held| held == self.stops[at]) {
                self.stops.remove(at);
                self.ended =
                    self.ended.map(|(last, mark)| (if last > at && last < usize::MAX { last - 1 } else { last }, mark));
            }
        }
        for id in &self.stops {
            if let Some(held) = graph.boxes.iter_mut().find(|held| held.id == *id) {
                held.mark.get_or_insert(MarkWord::Note);
            }
        }
        for (at, pair) in self.stops.windows(2).enumerate() {
            let mark = match self.ended {
                Some((last, mark)) if at >= last => mark,
                _ => MarkWord::Pass,
            };
            let (from, to) = (pair[0].as_str(), pair[1].as_str());
            let above: Vec<String> = ancestors(graph, to).map(String::from).collect();
            let before: Vec<String> = ancestors(graph, from).map(String::from).collect();
            let joins = |line: &GraphLine| {
                let ahead = line.from == from && above.contains(&line.to);
                let back = line.to == from && above.contains(&line.from);
                (line.kind != LineWord::Peering && (ahead || back)).then_some(back)
            };
            if let Some((line, back)) = graph.lines.iter_mut().find_map(|line| joins(line).map(|back| (line, back))) {
                line.mark = Some(mark);
                line.backwards = back;
                continue;
            }
            for line in graph.lines.iter_mut().filter(|line| line.kind == LineWord::Peering) {
                let ahead = before.contains(&line.from) && above.contains(&line.to);
                let back = before.contains(&line.to) && above.contains(&line.from);
                if ahead || back {
                    line.mark = Some(graver(line.mark, mark));
                    line.backwards = back;
                }
            }
            graph.lines.push(GraphLine {
                from: from.into(),
                to: to.into(),
                kind: LineWord::Way,
                both: false,
                place: None,
                steps: Vec::new(),
                mark: Some(mark),
                backwards: false,
            });
        }
    }
}

/// A box and those that it stands in, from the inside out.
fn ancestors<'a>(graph: &'a Graph, id: &'a str) -> impl Iterator<Item = &'a str> {
    std::iter::successors(graph.of(id), |held| graph.of(held.within.as_deref()?)).map(|held| held.id.as_str())
}

/// Does a step rest on just this?
fn covers(place: Option<Span>, other: Span) -> bool {
    place.is_some_and(|place| place.source == other.source && other.start <= place.start && place.end <= other.end)
}
