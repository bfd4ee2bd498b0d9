//! Hybrid Connections: which calls of an app one takes over, and which of its managers they come to. Not the managers' own
//! way, and not that of calls that none takes.

use super::Engine;
use super::flow::{Ends, SymbolOf};
use super::manager::unnamed;
use super::packet::Part;
use super::question::{Question, Source, Target, Traffic};
use super::trail::{Mark, Outcome, Step, Trail, Verdict};
use super::validity;
use crate::model::*;
use crate::net::{PortSet, Protocol};
use crate::source::Span;
use crate::syntax::ast::Over;
use std::net::IpAddr;

/// What the Hybrid Connections of an app do with a question.
pub(super) struct Taken {
    /// What they take over.
    pub(super) parts: Vec<Part>,
    /// What is left to the network.
    pub(super) rest: Vec<Question>,
    /// Why one that looks right does not take it.
    pub(super) near: Vec<Near>,
    /// What becomes of it if the client looks the address up, which nobody states.
    pub(super) perhaps: Option<(Vec<Part>, Step)>,
}

/// Why a Hybrid Connection that looks right does not take a call.
pub(super) struct Near {
    /// The rule.
    pub(super) rule: &'static str,
    /// In words.
    pub(super) text: String,
    /// Where the app names it.
    pub(super) place: Span,
    /// What would make it take the call.
    pub(super) remedy: Option<String>,
}

/// A Hybrid Connection of an app, with its one endpoint.
#[derive(Clone, Copy)]
struct Mine<'m> {
    id: HybridId,
    noun: &'m HybridConnection,
    endpoint: &'m HostPort,
    /// Where the app names it.
    place: Span,
}

impl<'m> Engine<'m> {
    fn hybrids_of(&self, app: AppId) -> Vec<Mine<'m>> {
        let mine = self.model[app].hybrids.iter().filter_map(|stated| match stated.value {
            Thing::HybridConnection(id) => {
                let noun = &self.model[id];
                Some(Mine { id, noun, endpoint: &noun.endpoint.as_ref()?.value, place: stated.span })
            }
            _ => None,
        });
        mine.collect()
    }

    /// What the Hybrid Connections of an app take over.
    pub(super) fn by_hybrid_connections(&self, question: &Question, app: AppId, trail: &Trail) -> Taken {
        let mut taken = Taken { parts: Vec::new(), rest: Vec::new(), near: Vec::new(), perhaps: None };
        let mut open = question.clone();
        let tcp = question.protocols().contains(Protocol::Tcp);
        let mine = if question.traffic == Traffic::Application { self.hybrids_of(app) } else { Vec::new() };
        for mine in mine {
            let (name, HostPort { host, port }) = (&mine.noun.head.name, mine.endpoint);
            let here = open.ports.contains(*port);
            let near = |rule, text, remedy| Near { rule, text, place: mine.place, remedy };
            match &question.target {
                Target::Name(wanted, _) if wanted == host && here && tcp => {
                    open.ports = open.ports.difference(&PortSet::one(*port));
                    let over = match question.over {
                        Some(Over::Any) => Some(Over::Protocol(Protocol::Tcp)),
                        over => over,
                    };
                    let one = Question { ports: PortSet::one(*port), over, ..question.clone() };
                    taken.parts.extend(self.cross(&one, app, mine, trail.clone()));
                    if !open.ports.is_empty() {
                        let line = self.another(app, mine, &open.ports);
                        taken.near.push(near("hc.one-endpoint", format!("{name} covers port {port} alone"), line));
                    }
                    if question.over == Some(Over::Any) {
                        taken.near.push(near("hc.no-udp", format!("{name} carries TCP alone"), None));
                    }
                }
                Target::Name(wanted, _) if wanted == host && here => {
                    taken.near.push(near("hc.no-udp", format!("{name} carries TCP alone"), None));
                }
                Target::Name(wanted, _) if wanted == host => {
                    let line = self.another(app, mine, &question.ports);
                    taken.near.push(near("hc.one-endpoint", format!("{name} covers port {port} alone"), line));
                }
                Target::Ends(ends) if here && tcp => self.by_literal(question, app, mine, ends, trail, &mut taken),
                _ => {}
            }
        }
        let others = |over: Option<Over>| Question { over, ports: question.ports.clone(), ..question.clone() };
        if taken.parts.is_empty() {
            taken.rest.push(open);
        } else {
            if !open.ports.is_empty() {
                taken.rest.push(open);
            }
            if question.over == Some(Over::Any) {
                let rest =
                    question.protocols().iter().filter(|protocol| *protocol != Protocol::Tcp).collect::<Vec<_>>();
                taken.rest.extend(rest.into_iter().map(|protocol| others(Some(Over::Protocol(protocol)))));
            }
        }
        taken
    }

    /// What the Hybrid Connections of an app take over, and whether their managers listen.
    pub(super) fn hybrid_facts(&self, app: AppId) -> Vec<(String, String)> {
        let mut facts = Vec::new();
        for mine in self.hybrids_of(app) {
            let (name, HostPort { host, port }) = (&mine.noun.head.name, mine.endpoint);
            facts.push(("hc.match-by-name".to_string(), format!("{name} takes calls to {host}:{port} over")));
            for (_, manager, place) in self.managers_of(mine.noun) {
                let heard = self.listens(manager, mine.noun, place);
                facts.extend(heard.steps.into_iter().map(|step| (step.rule, step.text)));
            }
        }
        facts
    }

    /// A call to an address: what a Hybrid Connection is for goes by its name, which the call does not look up.
    fn by_literal(
        &self,
        question: &Question,
        app: AppId,
        mine: Mine<'_>,
        ends: &Ends,
        trail: &Trail,
        taken: &mut Taken,
    ) {
        let Some(address) = ends.possible().single() else { return };
        let (name, host) = (&mine.noun.head.name, &mine.endpoint.host);
        match host.parse::<IpAddr>() {
            Ok(own) if own == address => {
                let one = Question { ports: PortSet::one(mine.endpoint.port), ..question.clone() };
                let text =
                    format!("{name} takes {address} over only from a client that looks it up, as if it were a name");
                let fact = format!("whether the client looks {address} up");
                let step = Step::unknown("hc.match-by-name", text, fact, None).at(mine.place);
                taken.perhaps = Some((self.cross(&one, app, mine, trail.clone()), step));
            }
            Ok(_) => {}
            Err(_) => {
                let askers =
                    self.managers_of(mine.noun).into_iter().filter_map(|(_, manager, _)| self.asker_of(manager));
                let is_its = |asker| self.resolve(asker, host, 0).answers.contains(ends);
                if askers.into_iter().any(is_its) {
                    let text = format!("{name} takes calls to {host}, not to its address {address}");
                    let remedy = Some(format!("call {host}:{}", mine.endpoint.port));
                    taken.near.push(Near { rule: "hc.match-by-name", text, place: mine.place, remedy });
                }
            }
        }
    }

    pub(super) fn managers_of(&self, hybrid: &HybridConnection) -> Vec<(HybridManagerId, &'m HybridManager, Span)> {
        let named = hybrid.managers.iter().filter_map(|stated| match stated.value {
            Thing::HybridConnectionManager(id) => Some((id, &self.model[id], stated.span)),
            _ => None,
        });
        named.collect()
    }

    /// A machine where a manager of an app's Hybrid Connection runs does not get into the app by it.
    pub(super) fn never_inbound(&self, question: &Question, parts: &mut [Part]) {
        let app = match &question.target {
            Target::Name(_, Some(Thing::App(id))) => *id,
            Target::Ends(Ends::Symbol(symbol)) => match symbol.of {
                SymbolOf::App(id) => id,
                _ => return,
            },
            _ => return,
        };
        let caller = match question.source {
            Source::Host(id) => Some((Thing::Host(id), self.model[id].place)),
            Source::Subnet(id) => Some((Thing::Subnet(id), None)),
            Source::OnPremises(id) => Some((Thing::OnPremises(id), None)),
            _ => None,
        };
        let Some((caller, around)) = caller else { return };
        let beside = |manager: &HybridManager| {
            let place = manager.place.as_ref().map(|place| place.value);
            place.is_some_and(|place| {
                let of_host = match place {
                    Thing::Host(id) => self.model[id].place,
                    _ => None,
                };
                place == caller
                    || of_host == Some(caller)
                    || around.is_some_and(|around| place == around || of_host == Some(around))
            })
        };
        let there = self.hybrids_of(app).iter().any(|mine| {
            let managers = self.managers_of(mine.noun);
            managers.iter().any(|(_, manager, _)| beside(manager))
        });
        if !there {
            return;
        }
        for part in parts.iter_mut() {
            if let Some(step) = part.trail.steps.iter_mut().find(|step| step.is_block()) {
                *step = step.clone().also("hc.outbound-only");
            }
        }
    }

    /// A name of which only a Hybrid Connection is known to know: that it is a public one as well is not taken for granted.
    pub(super) fn not_public(&self, app: AppId, question: &Question, part: &mut Part, near: &[Near]) {
        let named = part.flows.destination.symbol().is_some_and(|symbol| matches!(symbol.of, SymbolOf::Name(_)));
        let found = near.iter().find(|near| ["hc.one-endpoint", "hc.no-udp"].contains(&near.rule));
        let (Some(near), Target::Name(host, _), true) = (found, &question.target, named) else { return };
        if part.verdict() != Verdict::Yes {
            return;
        }
        let name = &self.model[app].head.name;
        let text = format!("{}, and whether {name} resolves {host} without it is not stated", near.text);
        part.trail.assumptions.clear();
        part.trail.steps.clear();
        let fact = format!("the address of {host}");
        part.trail.push(Step::unknown(near.rule, text, fact, near.remedy.clone()).at(near.place));
    }

    /// The lines that make another port of an endpoint a Hybrid Connection of its own.
    fn another(&self, app: AppId, mine: Mine<'_>, ports: &PortSet) -> Option<String> {
        let (port, HostPort { host, .. }) = (ports.single()?, mine.endpoint);
        let managers: Vec<&str> =
            self.managers_of(mine.noun).into_iter().map(|(_, manager, _)| &*manager.head.name).collect();
        let block = if managers.is_empty() { String::new() } else { format!(" {{ manager {} }}", managers.join(", ")) };
        let (other, name) = (format!("{}-{port}", mine.noun.head.name), &self.model[app].head.name);
        Some(format!("hybrid-connection {other} {host}:{port}{block}; amend app {name} {{ hybrid {other} }}"))
    }

    /// Across a Hybrid Connection: the configuration, the relay, the managers, the endpoint.
    fn cross(&self, question: &Question, app: AppId, mine: Mine<'_>, mut trail: Trail) -> Vec<Part> {
        let (name, HostPort { host, port }) = (&mine.noun.head.name, mine.endpoint);
        let integrated = !self.model[app].integrate.is_empty();
        let text = format!("hybrid connection {name} takes calls to {host}:{port} over");
        trail.push(
            Step::pass("hc.match-by-name", text)
                .at(mine.place)
                .also("eval.out.2-hybrid")
                .also_if(!integrated, "hc.no-vnet-needed"),
        );
        let nowhere = || match host.parse::<IpAddr>() {
            Ok(address) => Ends::one(address),
            Err(_) => unnamed(host.clone()),
        };
        let ended = |trail: Trail| vec![Part::of(question.flows(self.platform_ends(app), nowhere()), trail)];
        let broken = validity::steps_for_hybrid(self, app, mine.id);
        if !broken.is_empty() {
            broken.into_iter().for_each(|step| trail.push(step));
            return ended(trail);
        }
        if let Some(Over::Application(word)) = question.over
            && let Some(application) = self.platform().application(word)
            && let Some(rule) = &application.unsupported_by_hybrid
        {
            let text = format!("a hybrid connection does not carry {}", application.title);
            trail.push(Step::block(rule, Outcome::Unsupported, text).at(mine.place));
        }
        if integrated {
            let text = "the platform connects to the relay: the integration, its nsg and its routes have no say";
            trail.push(Step::note("hc.no-vnet-needed", text).at(self.model[app].integrate[0].span));
        }
        if let Some(step) = self.relay_of_app(app, mine.noun) {
            let ends = step.is_block() || step.is_unknown();
            trail.push(step);
            if ends {
                return ended(trail);
            }
        }
        let managers = self.managers_of(mine.noun);
        if managers.is_empty() {
            let text = format!("which manager listens for {name} is not stated");
            let line = format!(
                "hybrid-connection-manager {name}-manager {{ reaches {host}:{port} }}; \
                 amend hybrid-connection {name} {{ manager {name}-manager }}"
            );
            trail.push(
                Step::unknown("hc.manager", text, format!("the manager of {name}"), Some(line)).at(mine.noun.head.span),
            );
            return ended(trail);
        }
        let before = trail.steps.len();
        let mut listening = Vec::new();
        for (_, manager, place) in managers {
            let heard = self.listens(manager, mine.noun, place);
            let lost = heard.steps.iter().any(Step::is_block);
            if lost { deaf(&mut trail, heard) } else { listening.push((manager, heard)) }
        }
        if listening.is_empty() {
            return ended(trail);
        }
        // Who does not listen takes no calls: the others do.
        for step in trail.steps.iter_mut().skip(before).filter(|step| step.is_block()) {
            step.mark = Mark::Note;
        }
        if listening.len() > 1 {
            let names: Vec<&str> = listening.iter().map(|(manager, _)| &*manager.head.name).collect();
            let text = format!("each call goes to one of {} at random", names.join(", "));
            trail.push(Step::note("hc.manager", text).at(mine.noun.head.span));
        }
        let mut parts = Vec::new();
        for (manager, heard) in listening {
            let mut trail = trail.clone();
            heard.steps.into_iter().for_each(|step| trail.push(step));
            heard.assumptions.into_iter().for_each(|what| trail.assume(what));
            parts.extend(self.from_manager(question, manager, mine.endpoint, nowhere(), trail));
        }
        parts
    }
}

/// A manager that does not listen: its steps, of which the first block decides where no other listens.
fn deaf(trail: &mut Trail, heard: Trail) {
    heard.steps.into_iter().for_each(|step| trail.push(step));
}
