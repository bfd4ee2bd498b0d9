//! Calls into an app: which app a request means, its public access switch, then its access rules. Not the way to its
//! entry, and not which line of an access list matches.

use super::Engine;
use super::egress::Caller;
use super::flow::{Ends, Flows};
use super::packet::Part;
use super::question::{Question, Source, Target, Traffic};
use super::trail::{Outcome, Step, Trail};
use crate::model::*;
use crate::net::{AddressSet, PortSet, Protocol};

/// A request that has come to a front end: the app that it is for, and whether to its SCM site.
#[derive(Clone, Copy)]
pub(super) struct Visit<'q> {
    pub(super) question: &'q Question,
    pub(super) app: AppId,
    pub(super) scm: bool,
}

impl Engine<'_> {
    /// The ports that apps are called on.
    pub(super) fn app_ports(&self) -> PortSet {
        let of_type = self.platform().app_type();
        of_type.and_then(|of_type| of_type.endpoints.first().map(|e| e.ports.clone())).unwrap_or_default()
    }

    /// The one of them that a caller who names none means.
    pub fn usual_app_port(&self) -> PortSet {
        self.app_ports().ranges().last().map(|range| PortSet::one(range.0)).unwrap_or_default()
    }

    /// At the public entry of an app, which others may share.
    pub(super) fn at_app(
        &self,
        question: &Question,
        flows: Flows,
        goal: Ends,
        mut trail: Trail,
        caller: &Caller,
        app: AppId,
    ) -> Vec<Part> {
        let noun = &self.model[app];
        let name = &noun.head.name;
        let met = Flows { source: caller.ends.clone(), destination: goal.clone(), ..flows };
        let listening = self.app_ports();
        let mut parts = Vec::new();
        let deaf = |ports: PortSet, text: String, mut trail: Trail| {
            let text = format!("{name} listens on {listening}, not on {text}");
            trail.push(Step::block("diag.causes.port", Outcome::NotListening, text).at(noun.head.span));
            Part::of(Flows { ports, ..met.clone() }, trail)
        };
        if let Some(other) = met.protocols.iter().find(|protocol| *protocol != Protocol::Tcp) {
            let heard = if met.has_ports() { format!("{} {}", other.word(), met.ports) } else { other.word().into() };
            return vec![deaf(met.ports.clone(), heard, trail)];
        }
        let outside = met.ports.difference(&listening);
        if !outside.is_empty() {
            parts.push(deaf(outside.clone(), outside.to_string(), trail.clone()));
            if outside == met.ports {
                return parts;
            }
        }
        let heard = Flows { ports: met.ports.intersection(&listening), ..met.clone() };
        if question.handshake_only() {
            trail.push(self.handshake(name));
            parts.push(Part::of(heard, trail));
            return parts;
        }
        let sharing = match &goal {
            Ends::Set(set) => self.apps_entered_at(set),
            Ends::Symbol(_) => vec![app],
        };
        let (visit, step) = self.selected(question, &sharing, &goal, "in.address");
        step.into_iter().for_each(|step| trail.push(step));
        let Some(visit) = visit else {
            parts.push(Part::of(heard, trail));
            return parts;
        };
        parts.extend(self.at_front_end(visit, caller).into_iter().map(|(source, steps)| {
            let mut trail = trail.clone();
            steps.into_iter().for_each(|step| trail.push(step));
            Part::of(Flows { source, ..heard.clone() }, trail)
        }));
        parts
    }

    pub(super) fn handshake(&self, name: &str) -> Step {
        let text = format!("the front end of {name} completes the handshake, whatever it then answers");
        Step::pass("in.rules.denied-403", text).also("verdict.ours.forbidden")
    }

    /// The apps whose stated inbound address that is.
    fn apps_entered_at(&self, set: &AddressSet) -> Vec<AppId> {
        let own = |app: &App| AddressSet::of(app.inbound_ip.iter().map(|ip| &ip.value));
        let stated = self.model.apps().filter(|(_, app)| !app.inbound_ip.is_empty());
        let there = stated.filter(|(id, app)| self.environment(*id).is_none() && set.is_subset(&own(app)));
        there.map(|(id, _)| id).collect()
    }

    /// The app whose name a request carries, among those behind one address; and the step that says so where it is not
    /// plain. Without a name the walk goes on where only one app can be meant.
    pub(super) fn selected<'q>(
        &self,
        question: &'q Question,
        apps: &[AppId],
        goal: &Ends,
        rule: &'static str,
    ) -> (Option<Visit<'q>>, Option<Step>) {
        let visit = |app: AppId, scm: bool| Visit { question, app, scm };
        let names = |app: &AppId| self.app_names(*app);
        let only = match apps {
            [only] => Some(visit(*only, question.scm)),
            _ => None,
        };
        let an_app = only.map_or("app".to_string(), |visit| self.model[visit.app].head.name.clone());
        let Some(host) = question.host_name() else {
            let text = format!("a request to {goal} without a host name does not say which app it is for");
            let step =
                Step::block(rule, Outcome::Refused, text).headline(format!("{goal} alone does not lead to {an_app}"));
            let first = apps.iter().flat_map(names).next();
            let step = match first {
                Some(name) => step.remedy(format!("send the app's name: host-name {name}")),
                None => step,
            };
            return (only, Some(self.of_front_end(step, only)));
        };
        let of = |app: &AppId| names(app).iter().position(|name| name.eq_ignore_ascii_case(host)).map(|at| (*app, at));
        if let Some((app, at)) = apps.iter().find_map(of) {
            let chosen = visit(app, at == 1);
            let plain = question.host.is_none() && matches!(question.target, Target::Name(..));
            let text = format!("the request is for {host}, a name of {}", self.model[app].head.name);
            let step = Step::pass(rule, text).at(self.model[app].head.span);
            return (Some(chosen), (!plain).then(|| self.of_front_end(step, Some(chosen))));
        }
        let text = format!("no app at {goal} has the name {host}");
        let mut step = Step::block(rule, Outcome::Refused, text).headline(format!("{host} is no name of {an_app}"));
        if let Some(only) = only {
            step = step.at(self.model[only.app].head.span).remedy(match &question.host {
                Some(_) => format!("send the app's name: host-name {}", names(&only.app).first().map_or("", |n| n)),
                None => format!("amend app {an_app} {{ host-name {host} }}"),
            });
        }
        (None, Some(self.of_front_end(step, only)))
    }

    /// At the site of an app, past the way to it: public access, then the access rules. Apart for callers whom they
    /// treat apart.
    pub(super) fn at_front_end(&self, visit: Visit<'_>, caller: &Caller) -> Vec<(Ends, Vec<Step>)> {
        let mut before: Vec<Step> = self.public_access(visit).into_iter().collect();
        before.extend(self.shut_to_endpoints(visit, caller));
        before.extend(self.integration_says_nothing(visit.app));
        let steps = self.access_verdicts(visit, caller).into_iter().map(|(ends, step)| {
            let mut steps: Vec<Step> = before.clone();
            steps.push(step.admitting());
            (ends, steps.into_iter().map(|step| self.of_front_end(step, Some(visit)).also("eval.in.3-site")).collect())
        });
        steps.collect()
    }

    /// What every step of a front end rests on.
    fn of_front_end(&self, step: Step, visit: Option<Visit<'_>>) -> Step {
        let by_app = visit.is_some_and(|visit| matches!(visit.question.source, Source::App(_)));
        let refused = step.is_block();
        step.also_if(refused, "verdict.ours.forbidden").also_if(by_app, "fw.app-as-target")
    }

    /// The private endpoints of an app.
    pub(super) fn endpoints_of(&self, app: AppId) -> impl Iterator<Item = &PrivateEndpoint> {
        let leads =
            move |endpoint: &&PrivateEndpoint| endpoint.target.as_ref().is_some_and(|t| t.value == Thing::App(app));
        self.model.private_endpoints.iter().filter(leads)
    }

    /// Is the default entry of an app internal?
    pub(super) fn is_internal(&self, app: AppId) -> bool {
        self.environment(app).is_some_and(|ase| self.is_internal_environment(ase))
    }

    /// Is the default entry of an app open?
    fn public_access(&self, visit: Visit<'_>) -> Option<Step> {
        let noun = &self.model[visit.app];
        let name = &noun.head.name;
        let internal = self.is_internal(visit.app) && self.fires("ase.ilb.public-access");
        let endpoint = self.endpoints_of(visit.app).next();
        let rest = |step: Step| {
            let listed = self.access_list(visit).is_some_and(|list| !list.rules.is_empty());
            let shut = step.is_block();
            step.also_if(shut && listed, "in.entry.order")
                .also_if(shut && endpoint.is_some(), "pe.app.public-address-403")
                .also_if(shut && endpoint.is_some(), "in.private-site.ways")
                .also_if(internal, "ase.ilb.public-access")
        };
        if let Some((stated, _)) = noun.switch("public-access") {
            let step = if stated.value {
                let text = match (internal, endpoint) {
                    (true, _) => format!("public access of {name} is on, which opens its internal entry"),
                    (false, Some(_)) => format!("public access of {name} is on, beside its private endpoint"),
                    (false, None) => format!("public access of {name} is on"),
                };
                Step::pass("in.public-access.explicit", text)
                    .also_if(endpoint.is_some(), "in.private-endpoint-plus-public")
            } else {
                let (rule, text) = match internal {
                    true => {
                        ("ase.ilb.public-access", format!("public access of {name} is off: its internal entry is shut"))
                    }
                    false => ("in.public-access.disabled", format!("public access of {name} is off")),
                };
                Step::block(rule, Outcome::Refused, text.clone())
                    .headline(text)
                    .also("in.public-access.disabled")
                    .also("in.public-access.explicit")
                    .remedy(self.amend_app(visit.app, "public-access on"))
            };
            return Some(rest(step.at(stated.span)));
        }
        let endpoint = endpoint.filter(|_| self.fires("in.public-access.default"))?;
        let text = format!("{name} has a private endpoint, so its public access is off unless it is stated");
        let step = Step::block("in.public-access.default", Outcome::Refused, text)
            .at(endpoint.head.span)
            .headline(format!("{name} has a private endpoint: its public entry is shut"))
            .remedy(self.amend_app(visit.app, "public-access on"));
        Some(rest(step))
    }

    /// An app with private endpoints does not take subnets by their identity.
    fn shut_to_endpoints(&self, visit: Visit<'_>, caller: &Caller) -> Option<Step> {
        let rule = "pe.app.no-service-endpoint-rules";
        let subnet = caller.subnet.filter(|_| self.fires(rule))?;
        let endpoint = self.endpoints_of(visit.app).next()?;
        let (name, subnet) = (&self.model[visit.app].head.name, &self.model[subnet].head.name);
        let text = format!("the call comes by the service endpoint of {subnet}, and {name} has a private endpoint");
        let step = Step::block(rule, Outcome::Refused, text).at(endpoint.head.span);
        Some(step.headline(format!("{name} has private endpoints and takes no call by a service endpoint")))
    }

    /// The group of the subnet that an app integrates with says nothing about calls into the app.
    fn integration_says_nothing(&self, app: AppId) -> Option<Step> {
        if self.environment(app).is_some() {
            return None;
        }
        let subnet = &self.model[self.integration_subnet(app)?];
        let nsg = subnet.nsg.as_ref()?;
        let group = &self.model[nsg.value];
        if group.inbound.iter().all(|rule| rule.rule.is_some()) {
            return None;
        }
        let text = format!(
            "nsg {} of {} is not asked: integration has no part in calls into {}",
            group.head.name, subnet.head.name, self.model[app].head.name
        );
        Some(Step::note("in.integration-gives-nothing", text).at(nsg.span))
    }

    /// What is known of calls into an app before anybody calls.
    pub(super) fn inbound_facts(&self, app: AppId) -> Vec<(String, String)> {
        let noun = &self.model[app];
        let name = &noun.head.name;
        let source = Source::Internet;
        let target = Target::Name(String::new(), Some(Thing::App(app)));
        let question = Question { source, ..Question::of_app(app, target, PortSet::default(), Traffic::Application) };
        let mut facts: Vec<(String, String)> = Vec::new();
        let mut fact = |rule: &str, text: String| {
            if self.fires(rule) {
                facts.push((rule.to_string(), text));
            }
        };
        if let Some(ase) = self.environment(app) {
            let environment = &self.model[ase].head.name;
            match self.is_internal_environment(ase) {
                true => {
                    fact("ase.ilb", format!("{name} is entered at {}, inside the network", self.environment_ends(ase)))
                }
                false => fact("ase.external", format!("{name} is entered at the public side of {environment}")),
            }
        }
        for endpoint in self.endpoints_of(app) {
            let text = format!("{} leads into {name}, past its access rules", endpoint.head.name);
            fact("pe.app.bypasses-access-restrictions", text);
        }
        let visit = Visit { question: &question, app, scm: false };
        if let Some(step) = self.public_access(visit) {
            fact(&step.rule, step.text);
        }
        for visit in [visit, Visit { scm: true, ..visit }] {
            let (rule, text) = self.access_fact(visit);
            fact(rule, text);
        }
        facts
    }
}
