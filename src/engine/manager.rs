//! Hybrid Connection Managers: where they run, whether they listen at the relay, and their way to the endpoint, which is
//! walked from there as every other flow. Not which calls come to them.

use super::Engine;
use super::flow::{Ends, Symbol, SymbolOf};
use super::packet::Part;
use super::question::{Question, Source, Target, Traffic};
use super::resolve::Asker;
use super::trail::{Mark, Outcome, Step, Trail, Verdict};
use crate::model::*;
use crate::net::{AddressSet, PortSet};
use crate::source::Span;
use std::net::IpAddr;
use std::sync::Arc;

impl Engine<'_> {
    /// Where a manager runs, as a source of flows.
    fn source_of(&self, manager: &HybridManager) -> Option<Source> {
        let address = manager.address.as_ref().map(|stated| AddressSet::from(stated.value));
        let place = match manager.place.as_ref().map(|place| place.value) {
            Some(Thing::Host(id)) => return Some(Source::Host(id)),
            Some(Thing::Subnet(id)) => Source::Subnet(id),
            Some(Thing::OnPremises(id)) => Source::OnPremises(id),
            _ => {
                let own = address?;
                let somewhere = self.model.subnets.iter().any(|subnet| own.is_subset(&subnet.addresses()))
                    || self.model.on_premises.iter().any(|site| own.is_subset(&site.addresses()));
                return somewhere.then_some(Source::Addresses(own));
            }
        };
        Some(address.map_or(place, Source::Addresses))
    }

    pub(super) fn asker_of(&self, manager: &HybridManager) -> Option<Asker> {
        let within = |set: &AddressSet| {
            let subnet = self.model.subnets().find(|(_, subnet)| set.is_subset(&subnet.addresses()));
            let site = || self.model.on_premises().find(|(_, site)| set.is_subset(&site.addresses()));
            subnet.map(|(id, _)| Asker::Subnet(id)).or_else(|| site().map(|(id, _)| Asker::Site(id)))
        };
        match manager.place.as_ref().map(|place| place.value) {
            Some(Thing::Host(id)) => Some(Asker::Host(id)),
            Some(Thing::Subnet(id)) => Some(Asker::Subnet(id)),
            Some(Thing::OnPremises(id)) => Some(Asker::Site(id)),
            _ => within(&manager.address.as_ref()?.value.into()),
        }
    }

    /// What the far side sees of a manager.
    fn seen(&self, manager: &HybridManager) -> Ends {
        match self.source_of(manager) {
            Some(Source::Host(id)) => {
                let all: Vec<ipnet::IpNet> = self.model[id].addresses.iter().map(|a| a.value.into()).collect();
                Ends::Set(AddressSet::of(&all))
            }
            Some(Source::Subnet(id)) => Ends::Set(self.model[id].addresses()),
            Some(Source::OnPremises(id)) => Ends::Set(self.model[id].addresses()),
            Some(Source::Addresses(set)) => Ends::Set(set),
            _ => unnamed(format!("the host of {}", manager.head.name)),
        }
    }

    /// The question of somebody's call to the relay.
    fn to_relay(&self, source: Source, hybrid: &HybridConnection) -> Question {
        let port = u16::try_from(self.platform().limit("hybrid-relay-port")).unwrap_or(0);
        let service = match hybrid.relay.as_ref().map(|relay| relay.value) {
            Some(Thing::Service(id)) => Some(id),
            _ => None,
        };
        let named = service.and_then(|id| Some((id, self.service_names(id).into_iter().next()?)));
        let target = match named {
            Some((id, known)) => Target::Name(known.name, Some(Thing::Service(id))),
            None => Target::Ends(Ends::Symbol(Arc::new(Symbol {
                of: SymbolOf::Other,
                text: "Azure Relay".into(),
                within: self.some_public(),
                tags: self.azure_tags(None),
                tags_known: false,
                never: Vec::new(),
            }))),
        };
        Question {
            source,
            target,
            named: None,
            over: None,
            source_ports: None,
            ports: PortSet::one(port),
            traffic: Traffic::Application,
            headers: Vec::new(),
            host: None,
            scm: false,
            every_address: false,
            briefly: false,
            only_open: false,
        }
    }

    /// The platform's own way to a relay that is declared.
    pub(super) fn relay_of_app(&self, app: AppId, hybrid: &HybridConnection) -> Option<Step> {
        let Some(Stated { value: Thing::Service(id), span }) = hybrid.relay else { return None };
        let question = self.to_relay(Source::App(app), hybrid);
        let parts = self.from_platform(&question, app, self.service_ends(id, ""), Trail::default());
        let name = &self.model[id].head.name;
        let failed = parts.iter().find(|part| part.verdict() != Verdict::Yes)?;
        relay_step(failed, &format!("the app's side does not reach the relay {name}"), span)
    }

    /// Does a manager listen at the relay? A step that blocks where it does not.
    pub(super) fn listens(&self, manager: &HybridManager, hybrid: &HybridConnection, place: Span) -> Trail {
        let name = &manager.head.name;
        let mut trail = Trail::default();
        match &manager.up {
            Some(up) if !up.value => {
                let step = Step::block("hc.manager", Outcome::Dropped, format!("manager {name} is down")).at(up.span);
                trail.push(step.remedy(format!("amend hybrid-connection-manager {name} {{ status up }}")));
                return trail;
            }
            Some(_) => {}
            None => trail.assume(format!("manager {name} is up")),
        }
        let port = self.platform().limit("hybrid-relay-port");
        match (&manager.relay_access, self.source_of(manager)) {
            (Some(on), _) if on.value => {
                trail.push(Step::pass("hc.relay", format!("{name} reaches Azure Relay on {port}")).at(on.span));
            }
            (Some(off), _) => {
                let text = format!("{name} does not reach Azure Relay on {port}");
                let step = Step::block("hc.relay", Outcome::Dropped, text).at(off.span).also("hc.manager");
                trail.push(step.remedy(format!("amend hybrid-connection-manager {name} {{ relay-access on }}")));
            }
            (None, None) => trail.assume(format!("{name} reaches Azure Relay on {port}")),
            (None, Some(source)) => {
                let parts = self.walk(&self.to_relay(source, hybrid));
                let failed = parts.iter().find(|part| part.verdict() != Verdict::Yes);
                let text = format!("{name} does not reach Azure Relay on {port}");
                match failed.and_then(|part| relay_step(part, &text, place)) {
                    Some(step) => trail.push(step),
                    None => {
                        let step = Step::pass("hc.relay", format!("{name} reaches Azure Relay on {port}"));
                        trail.push(step.at(place).beside(parts.iter().flat_map(|part| part.trail.places())));
                    }
                }
            }
        }
        trail
    }

    /// From a manager to the endpoint.
    pub(super) fn from_manager(
        &self,
        question: &Question,
        manager: &HybridManager,
        endpoint: &HostPort,
        goal: Ends,
        mut trail: Trail,
    ) -> Vec<Part> {
        let name = &manager.head.name;
        let HostPort { host, port } = endpoint;
        let seen = self.seen(manager);
        let ended = |trail: Trail| vec![Part::of(question.flows(seen.clone(), goal.clone()), trail)];
        let line = format!("amend hybrid-connection-manager {name} {{ reaches {host}:{port} }}");
        if let Some(reaches) = &manager.reaches {
            let found = reaches.iter().find(|reached| reached.value == *endpoint);
            let place = found.or(reaches.first()).map_or(manager.head.span, |reached| reached.span);
            trail.push(match found {
                Some(_) => Step::pass("hc.any-endpoint", format!("{name} is stated to reach {host}:{port}")).at(place),
                None => Step::block("hc.manager", Outcome::Dropped, format!("{name} does not reach {host}:{port}"))
                    .at(place)
                    .remedy(line),
            });
            return ended(trail);
        }
        let (Some(source), Some(asker)) = (self.source_of(manager), self.asker_of(manager)) else {
            let text = format!("whether {name} reaches {host}:{port} is not stated, nor where it runs");
            let fact = format!("what {name} reaches");
            trail.push(Step::unknown("hc.manager", text, fact, Some(line)).at(manager.head.span));
            return ended(trail);
        };
        let answers = match host.parse::<IpAddr>() {
            Ok(address) => vec![Ends::one(address)],
            Err(_) => match self.resolved_there(manager, host, asker, line, &mut trail) {
                Some(answers) => answers,
                None => return ended(trail),
            },
        };
        trail.push(
            Step::pass("src.hybrid", format!("the far side sees {name}, {}", self.name_of(&seen)))
                .at(manager.place.as_ref().map_or(manager.head.span, |place| place.span)),
        );
        let mut parts = Vec::new();
        for answer in answers {
            let known = answer.possible().single().and_then(|address| {
                self.model.hosts.iter().find(|host| host.addresses.iter().any(|own| own.value == address))
            });
            let one =
                Question { source: source.clone(), target: Target::Ends(answer), named: None, ..question.clone() };
            for mut part in self.walk(&one) {
                match part.verdict() {
                    Verdict::Yes => {
                        let last = part.trail.steps.iter_mut().rfind(|step| step.mark == Mark::Pass);
                        let told = known.is_some_and(|host| host.os.is_some());
                        if let Some(step) = last.filter(|_| told) {
                            *step = step.clone().also("hc.any-endpoint");
                        }
                    }
                    _ => {
                        let ends = |step: &&mut Step| step.is_block() || step.is_unknown();
                        if let Some(step) = part.trail.steps.iter_mut().find(ends) {
                            *step = step.clone().also("hc.manager");
                        }
                    }
                }
                let mut whole = trail.clone();
                part.trail.steps.into_iter().for_each(|step| whole.push(step));
                part.trail.assumptions.into_iter().for_each(|what| whole.assume(what));
                parts.push(Part { trail: whole, ..part });
            }
        }
        parts
    }

    /// The endpoint's name, looked up where the manager runs; none where it leads nowhere known.
    fn resolved_there(
        &self,
        manager: &HybridManager,
        host: &str,
        asker: Asker,
        line: String,
        trail: &mut Trail,
    ) -> Option<Vec<Ends>> {
        let rule = "hc.name-resolved-remotely";
        let name = &manager.head.name;
        let place = manager.place.as_ref().map_or(manager.head.span, |place| place.span);
        let resolution = self.resolve(asker, host, 0);
        let ends = |step: &&Step| step.is_block() || step.is_unknown();
        let failed = resolution.steps.iter().find(ends).cloned();
        if resolution.answers.is_empty() {
            let place = failed.as_ref().and_then(|step| step.place).unwrap_or(place);
            // What ends a lookup does not end the call: the step behind it does, and says so.
            let told = resolution.steps.into_iter().map(|step| match ends(&&step) {
                true => Step { mark: Mark::Note, ..step },
                false => step,
            });
            told.for_each(|step| trail.push(step));
            let (mark, remedy) = failed.map_or((None, None), |step| (Some(step.mark), step.remedy));
            trail.push(match mark {
                Some(Mark::Unknown(fact, line)) => {
                    let text = format!("whether {host} resolves where {name} runs is not known");
                    Step::unknown(rule, text, fact, line).at(place)
                }
                _ => {
                    let text = format!("{host} does not resolve where {name} runs");
                    let step = Step::block(rule, Outcome::Dropped, text).at(place).also("hc.manager");
                    Step { remedy, ..step }
                }
            });
            return None;
        }
        let declared = |ends: &Ends| !matches!(ends.symbol().map(|symbol| &symbol.of), Some(SymbolOf::Name(_)));
        if !resolution.answers.iter().all(declared) {
            let text = format!("where {host} leads from {name} is not stated");
            trail.push(Step::unknown(rule, text, format!("the address of {host}"), Some(line)).at(place));
            return None;
        }
        let list: Vec<String> = resolution.answers.iter().map(Ends::to_string).collect();
        trail.push(Step::pass(rule, format!("{host} is {} where {name} runs", list.join(", "))).at(place));
        resolution.steps.into_iter().for_each(|step| trail.push(step));
        resolution.assumptions.into_iter().for_each(|what| trail.assume(what));
        Some(resolution.answers)
    }
}

/// The step of a way to the relay that fails, or whose end nobody knows.
fn relay_step(failed: &Part, text: &str, place: Span) -> Option<Step> {
    let deciding = failed.trail.deciding()?;
    let text = format!("{text}: {}", deciding.words());
    let step = match &deciding.mark {
        Mark::Unknown(fact, line) => Step::unknown("hc.relay", text, fact.clone(), line.clone()),
        _ => {
            let step = Step::block("hc.relay", Outcome::Dropped, text);
            Step { remedy: deciding.remedy.clone(), ..step }
        }
    };
    Some(step.also("hc.manager").at(deciding.place.unwrap_or(place)))
}

/// Ends that have a name and no address.
pub(super) fn unnamed(text: String) -> Ends {
    Ends::Symbol(Arc::new(Symbol {
        of: SymbolOf::Other,
        text,
        within: AddressSet::empty(),
        tags: Vec::new(),
        tags_known: false,
        never: Vec::new(),
    }))
}
