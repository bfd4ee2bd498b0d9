//! Whether a trigger fires: the app runs, and reaches what the trigger listens to. HTTP triggers ask who may call.

use super::super::Engine;
use super::super::question::{Question, Source, Target, Traffic};
use super::super::trail::{Outcome, Step, Verdict};
use super::{Need, deciding};
use crate::model::*;
use crate::net::{PortSet, Protocol};
use crate::platform::{NetworkTriggers, PlanType, TriggerType};

impl Engine<'_> {
    /// The plan type of an app.
    pub(in crate::engine) fn plan_type(&self, app: AppId) -> Option<&PlanType> {
        self.plan_of(app).and_then(|plan| plan.plan_type.as_deref())
    }

    /// How triggers with a source inside a network fare on the plan of an app.
    pub(super) fn network_triggers(&self, app: AppId) -> NetworkTriggers {
        match self.plan_type(app) {
            Some(plan) => plan.triggers,
            None => NetworkTriggers::Native,
        }
    }

    /// What a trigger needs to fire. Where the app does not run, nothing else is asked.
    pub fn fire(&self, app: AppId, trigger: &Trigger) -> Vec<Need> {
        let runs = self.runs(app);
        let down = deciding(std::slice::from_ref(&runs)).is_some();
        let mut needs = vec![runs];
        let Some(of_type) = trigger.trigger_type.as_ref().and_then(|t| self.platform().trigger_type(&t.value)) else {
            return needs;
        };
        if down {
            return needs;
        }
        if of_type.name == "http" {
            needs.push(self.callable(app, trigger));
        } else if of_type.needs_source {
            needs.extend(self.source(app, trigger, &of_type));
        }
        needs
    }

    /// That the app runs, as one need.
    fn runs(&self, app: AppId) -> Need {
        let name = &self.model[app].head.name;
        let needs = self.start(app);
        let mut all = Need::of(format!("{name} runs"));
        match deciding(&needs) {
            Some(need) => {
                all.what = need.what.clone();
                all.trail = need.trail.clone();
                all.way = need.way.clone();
                let down = all.trail.steps.iter_mut().find(|step| step.is_block());
                if let Some(down) = down {
                    down.rests_also("storage.broken-app");
                }
            }
            None => {
                let judged = needs.iter().filter(|need| need.decisive);
                for trail in judged.map(|need| &need.trail) {
                    trail.steps.iter().for_each(|step| all.trail.push(step.clone()));
                    trail.assumptions.iter().for_each(|assumption| all.trail.assume(assumption.clone()));
                }
            }
        }
        all
    }

    /// Who may call the app: somebody must.
    fn callable(&self, app: AppId, trigger: &Trigger) -> Need {
        let name = &self.model[app].head.name;
        let host = self.app_names(app).into_iter().next().unwrap_or_default();
        let port = self.usual_app_port();
        let ask = |source: Source| {
            let target = Target::Name(host.clone(), Some(Thing::App(app)));
            Question { source, ..Question::of_app(app, target, port.clone(), Traffic::Application) }
        };
        let internet = self.walk(&ask(Source::Internet));
        let answer = Verdict::of(&internet);
        let inside = || {
            let subnets = self.model.subnets().map(|(id, noun)| (Source::Subnet(id), noun.head.name.clone()));
            let hosts = self.model.hosts().map(|(id, noun)| (Source::Host(id), noun.head.name.clone()));
            let sites = self.model.on_premises().map(|(id, noun)| (Source::OnPremises(id), noun.head.name.clone()));
            let apps = self.model.apps().filter(|(id, _)| *id != app);
            let apps = apps.map(|(id, noun)| (Source::App(id), noun.head.name.clone()));
            let mut callers = subnets.chain(hosts).chain(sites).chain(apps);
            callers.find_map(|(source, caller)| {
                let way = self.walk(&ask(source));
                (Verdict::of(&way) == Verdict::Yes).then_some((caller, way))
            })
        };
        let need = Need::of(format!("callers of {name}"));
        let pass = |text: String| Step::pass("trigger.http", text).at(trigger.span);
        match answer {
            Verdict::Yes => need.with(pass(format!("clients of the internet may call {name}"))),
            Verdict::Partly => need.with(pass(format!("some clients of the internet may call {name}"))),
            other => match inside() {
                Some((caller, way)) => Need { way, ..need.with(pass(format!("{caller} may call {name}"))) },
                None => {
                    let found = internet.iter().find_map(|part| part.trail.deciding().cloned());
                    let text = format!("nobody that is declared may call {name}");
                    let Some(found) = found else { return need.with(pass(text)) };
                    let outcome = if let Verdict::No(outcome) = other { outcome } else { Outcome::Refused };
                    let step = Step::block("trigger.http", outcome, text)
                        .at(trigger.span)
                        .headline(format!("nobody may call {name}: {}", found.words()));
                    let step = self.resting_on(step, &found);
                    let step = match other {
                        Verdict::Unknown => {
                            let words = format!("who may call {name} is not known: {}", found.words());
                            Step { mark: found.mark, ..step.headline(words) }
                        }
                        _ => step,
                    };
                    Need { way: internet, ..need.with(step) }
                }
            },
        }
    }

    /// What is asked of the walk for a source: its words, and the question. None where the model does not state a port.
    pub(super) fn source_question(
        &self,
        app: AppId,
        source: &TriggerSource,
        of_type: Option<(&TriggerType, &str)>,
    ) -> Option<(String, Question)> {
        let port = of_type.and_then(|(of_type, _)| of_type.port).map(PortSet::one);
        match source {
            TriggerSource::Thing(Thing::Service(id)) => {
                let endpoint = of_type.map_or("", |(_, endpoint)| endpoint);
                let known = self.endpoint_ports(*id, Some(endpoint).filter(|name| !name.is_empty()));
                let ports = port.filter(|port| port.is_subset(&known)).unwrap_or(known);
                let call = self.call(app, *id, endpoint, ports, Traffic::Application);
                Some((call.what, call.question))
            }
            TriggerSource::Thing(Thing::Host(id)) => {
                let noun = &self.model[*id];
                let listens = noun.listen.iter().flatten().filter(|stated| stated.value.0 == Protocol::Tcp);
                let ports = listens.fold(PortSet::default(), |all, stated| all.union(&stated.value.1));
                let addresses: Vec<_> = noun.addresses.iter().map(|a| a.value.into()).collect();
                let target = Target::Ends(super::Ends::Set(crate::net::AddressSet::of(&addresses)));
                let question = Question::of_app(app, target, ports.clone(), Traffic::Application);
                (!ports.is_empty()).then(|| (format!("{}:{ports}", noun.head.name), question))
            }
            TriggerSource::Thing(_) => None,
            TriggerSource::HostPort(endpoint) => {
                let target = match endpoint.host.parse() {
                    Ok(address) => Target::Ends(super::Ends::one(address)),
                    Err(_) => Target::Name(endpoint.host.clone(), None),
                };
                let ports = PortSet::one(endpoint.port);
                let what = format!("{}:{}", endpoint.host, endpoint.port);
                Some((what, Question::of_app(app, target, ports, Traffic::Application)))
            }
        }
    }

    /// What a trigger listens to: the app must reach it, and its plan must have triggers for it.
    fn source(&self, app: AppId, trigger: &Trigger, of_type: &TriggerType) -> Vec<Need> {
        let name = &self.model[app].head.name;
        let (short, rule) = (&trigger.name, "trigger.nonhttp.reach");
        let state = |property: &str| format!("amend app {name} {{ trigger {short} {{ {property} }} }}");
        let Some(source) = &trigger.source else {
            let step = Step::unknown(
                rule,
                format!("what {short} listens to is not stated"),
                format!("the source of {short}"),
                Some(state("source NAME")),
            );
            return vec![Need::of("its source").with(step.at(trigger.span))];
        };
        let inside = self.network_only(app, &source.value);
        let mut needs: Vec<Need> = self.refusal(app, trigger, of_type, inside).into_iter().collect();
        if !needs.is_empty() {
            return needs;
        }
        let none = [String::new()];
        let endpoints = if of_type.endpoints.is_empty() { &none[..] } else { &of_type.endpoints };
        for endpoint in endpoints {
            let Some((what, question)) = self.source_question(app, &source.value, Some((of_type, endpoint))) else {
                let fact = format!("the port that {short} listens to");
                let line = match &source.value {
                    TriggerSource::Thing(thing) => {
                        let head = thing.head(self.model);
                        Some(format!("amend {} {} {{ listen tcp PORT }}", thing.kind().word(), head.name))
                    }
                    TriggerSource::HostPort(_) => None,
                };
                let step = Step::unknown(rule, format!("no port of the source of {short} is stated"), fact, line);
                needs.push(Need::of("its source").with(step.at(source.span)));
                continue;
            };
            let met = |_: &[super::Part]| self.fires_by(app, of_type, inside).at(source.span);
            let failed = |found: &Step, outcome: Outcome| {
                let own = match self.network_triggers(app) {
                    NetworkTriggers::None if inside => "plan.consumption.no-vnet-triggers",
                    _ => rule,
                };
                let joined = self.integration_subnet(app).is_some() || !self.model[app].integrate.is_empty();
                let step = Step::block(own, outcome, found.words())
                    .at(source.span)
                    .also(rule)
                    .also_if(inside && !joined, "trigger.ways")
                    .also_if(inside && !joined && self.by_integration(app), "trigger.dedicated")
                    .headline(format!("{short} does not fire, since {name} does not reach {what}: {}", found.words()));
                let step = match own == rule {
                    true => step,
                    false => {
                        let plan = self.plan_type(app).map_or("plan", |plan| &plan.title);
                        let step = step
                            .headline(format!("{what} admits networks alone, and a {plan} has no triggers for that"));
                        match self.platform().rule(own).and_then(|rule| rule.remedy) {
                            Some(advice) => step.remedy(advice),
                            None => step,
                        }
                    }
                };
                self.restricted(step, of_type, inside)
            };
            needs.push(self.judged(format!("source {what}"), &question, met, failed));
        }
        needs
    }

    /// Does the plan need nothing but integration for triggers from a network?
    fn by_integration(&self, app: AppId) -> bool {
        let all = self.plan_type(app).is_none_or(|plan| plan.routes_all);
        self.network_triggers(app) == NetworkTriggers::Native && !all
    }

    /// A step about a source that admits a network alone, with the rule that speaks of its type.
    fn restricted(&self, mut step: Step, of_type: &TriggerType, inside: bool) -> Step {
        let rule = of_type.rule_restricted.as_ref().filter(|_| inside);
        if let Some(rule) = rule {
            step.rests_also(rule.clone());
        }
        step
    }

    /// By which rule a trigger fires whose source is reached.
    fn fires_by(&self, app: AppId, of_type: &TriggerType, inside: bool) -> Step {
        let noun = &self.model[app];
        let rule = match self.network_triggers(app) {
            _ if !inside => "trigger.nonhttp.reach",
            NetworkTriggers::None => "trigger.nonhttp.reach",
            NetworkTriggers::Flag if noun.is_on("scale-monitoring") => "trigger.premium.flag",
            NetworkTriggers::Flag => "trigger.premium.flag-off",
            NetworkTriggers::Native if self.plan_type(app).is_some_and(|plan| plan.routes_all) => "trigger.flex",
            NetworkTriggers::Native => "trigger.dedicated",
        };
        let rule = if self.fires(rule) { rule } else { "trigger.nonhttp.reach" };
        let text = match rule {
            "trigger.premium.flag-off" => "reached; scale monitoring is off, so it fires and does not scale",
            _ if inside => "it admits networks alone, and is reached",
            _ => "reached",
        };
        let step = Step::pass(rule, text).also("trigger.nonhttp.reach").also_if(inside, "trigger.ways");
        self.restricted(step, of_type, inside)
    }

    /// What keeps a trigger from firing whatever the app reaches.
    fn refusal(&self, app: AppId, trigger: &Trigger, of_type: &TriggerType, inside: bool) -> Option<Need> {
        let noun = &self.model[app];
        let need = |step: Step| Some(Need::of("its configuration").with(step));
        if let Some(finding) = super::super::validity::of_trigger(self, app, trigger) {
            let step = Step::block(&finding.rule, Outcome::Broken, finding.message.clone()).at(finding.span);
            let step = step.headline(finding.message);
            return need(match finding.help {
                Some(help) => step.remedy(help),
                None => step,
            });
        }
        let off = !noun.is_on("scale-monitoring");
        // Where the edition knows the ways by name, a switch that is off is no way.
        if inside && off && self.network_triggers(app) == NetworkTriggers::Flag && self.fires("trigger.ways") {
            let name = &noun.head.name;
            let text = format!("scale monitoring of {name} is off, and its source admits networks alone");
            let step = Step::block("trigger.premium.flag-off", Outcome::Unsupported, text)
                .at(trigger.span)
                .also("trigger.premium.flag")
                .also("trigger.ways")
                .headline(format!("{} does not fire: virtual network triggers of {name} are off", trigger.name))
                .remedy(format!("amend app {name} {{ scale-monitoring on }}"));
            return need(self.restricted(step, of_type, inside));
        }
        None
    }
}
