//! Calls to an app's public side: the public access switch, then the access rules of the site.

use super::Engine;
use super::egress::Caller;
use super::flow::{Ends, Flows};
use super::packet::Part;
use super::question::Question;
use super::trail::{Outcome, Step, Trail};
use crate::model::*;

impl Engine<'_> {
    /// At the public entry of an app.
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
        let part = |trail: Trail| {
            vec![Part { source: caller.ends.clone(), destination: goal.clone(), ports: flows.ports.clone(), trail }]
        };
        let ports = self.platform().service_type("web-app").map(|t| t.endpoints[0].ports.clone()).unwrap_or_default();
        if !flows.ports.is_subset(&ports) {
            let text = format!("{name} listens on {ports}, not on {}", flows.ports.difference(&ports));
            trail.push(Step::block("diag.causes.port", Outcome::NotListening, text).at(noun.head.span));
            return part(trail);
        }
        if question.handshake_only() {
            trail.push(Step::pass(
                "in.rules.denied-403",
                format!("the front end of {name} completes the handshake, whatever it then answers"),
            ));
            return part(trail);
        }
        if let Some(step) = self.public_access(app) {
            let refused = step.is_block();
            trail.push(step);
            if refused {
                return part(trail);
            }
        }
        let list = match (question.scm, &noun.scm_access) {
            (false, _) | (true, Some(ScmAccess::Same(_))) => noun.access.as_ref(),
            (true, Some(ScmAccess::Own(list))) => Some(list),
            (true, None) => None,
        };
        let named = match (question.scm, &noun.scm_access) {
            (true, Some(ScmAccess::Own(_)) | None) => "scm-access",
            _ => "access",
        };
        let verdicts = self.access_verdicts(question, app, list, named, caller);
        let parts = verdicts.into_iter().map(|(ends, step)| {
            let mut trail = trail.clone();
            trail.push(step);
            Part { source: ends, destination: goal.clone(), ports: flows.ports.clone(), trail }
        });
        parts.collect()
    }

    /// Is the public entry of an app open?
    fn public_access(&self, app: AppId) -> Option<Step> {
        let noun = &self.model[app];
        let name = &noun.head.name;
        if let Some((stated, _)) = noun.switch("public-access") {
            let word = if stated.value { "on" } else { "off" };
            let text = format!("public access of {name} is stated to be {word}");
            return Some(if stated.value {
                Step::pass("in.public-access.explicit", text).at(stated.span)
            } else {
                Step::block("in.public-access.disabled", Outcome::Refused, text)
                    .at(stated.span)
                    .headline(format!("public access of {name} is off"))
            });
        }
        let endpoint = self
            .model
            .private_endpoints
            .iter()
            .find(|endpoint| endpoint.target.as_ref().is_some_and(|target| target.value == Thing::App(app)))?;
        let text = format!("{name} has a private endpoint, so its public access is off unless it is stated");
        self.fires("in.public-access.default").then(|| {
            Step::block("in.public-access.default", Outcome::Refused, text)
                .at(endpoint.head.span)
                .headline(format!("{name} has a private endpoint: its public entry is shut"))
                .remedy(format!("amend app {name} {{ public-access on }}"))
        })
    }

    /// What the access rules of a site say to a caller; apart for the addresses that they treat apart.
    fn access_verdicts(
        &self,
        question: &Question,
        app: AppId,
        list: Option<&AccessList>,
        named: &str,
        caller: &Caller,
    ) -> Vec<(Ends, Step)> {
        let noun = &self.model[app];
        let name = &noun.head.name;
        let Some(list) = list else {
            let text = format!("{name} has no {named} rules: everybody is admitted");
            return vec![(caller.ends.clone(), Step::pass("in.rules.none", text).at(noun.head.span))];
        };
        let mut verdicts = Vec::new();
        let mut misses = Vec::new();
        let mut open = Some(caller.clone());
        for rule in &list.rules {
            let Some(caller) = open.take() else { break };
            let matched = self.access_rule(question, rule, &caller);
            if let Some((ends, id)) = matched.yes {
                let text = format!("{name} {named} {}", rule.text);
                let mut step = match rule.action {
                    Action::Deny => Step::block(id, Outcome::Refused, text)
                        .headline(format!("{name} denies it by {named} rule {}", rule.priority)),
                    _ => Step::pass(id, text),
                };
                step.misses = misses.clone();
                verdicts.push((ends, step.at(rule.span)));
            } else if matched.maybe.is_none() {
                misses.push(format!("{}: source", rule.text));
            }
            if let Some((ends, fact)) = matched.maybe {
                let text = format!("{name} {named} {}: it may match", rule.text);
                let line = self.outbound_line(&ends);
                verdicts.push((ends, Step::unknown("verdict.ours.unknown", text, fact, line).at(rule.span)));
            }
            open = matched.no.map(|ends| Caller { ends, ..caller });
        }
        if let Some(caller) = open {
            let step = self.access_default(app, list, named, &caller, misses);
            verdicts.push((caller.ends, step));
        }
        verdicts
    }

    /// What becomes of a caller whom no access rule names.
    fn access_default(&self, app: AppId, list: &AccessList, named: &str, caller: &Caller, misses: Vec<String>) -> Step {
        let name = &self.model[app].head.name;
        let stated = list.default.as_ref();
        let open = stated.map_or(list.rules.is_empty(), |stated| stated.value == Action::Allow);
        let place = stated.map_or(list.span, |stated| stated.span);
        let rule = match (stated, self.fires("in.rules.default-action")) {
            (Some(_), true) => "in.rules.default-action",
            (None, _) if list.rules.is_empty() => "in.rules.none",
            _ => "in.rules.implicit-deny",
        };
        let rule = self.refined_refusal(list, caller, open).unwrap_or(rule);
        let mut step = if open {
            Step::pass(rule, format!("{name} {named}: no rule matches and the default admits"))
        } else {
            let seen = self.name_of(&caller.ends);
            let who = match &caller.ends {
                Ends::Set(set) if set.prefixes().len() <= 4 => set.to_string(),
                _ => "ADDRESS".to_string(),
            };
            Step::block(rule, Outcome::Refused, format!("{name} {named}: no rule admits {seen}"))
                .headline(format!("the {named} rules of {name} do not admit {seen}"))
                .remedy(format!("amend app {name} {{ {named} {{ {} allow {who} }} }}", free_priority(list)))
        };
        step.misses = misses;
        step.at(place)
    }

    /// Why a rule that looks right does not match.
    fn refined_refusal(&self, list: &AccessList, caller: &Caller, open: bool) -> Option<&'static str> {
        if open {
            return None;
        }
        let terms = || {
            list.rules.iter().filter(|rule| rule.action == Action::Allow).filter_map(|rule| match &rule.source {
                AccessSource::Addresses(expr) => Some(&expr.terms),
                AccessSource::AnyVnets => None,
            })
        };
        let names = |want: fn(&Term) -> bool| terms().flatten().any(want);
        let of_apps = self.platform().service_type("web-app").and_then(|of_type| of_type.tag).unwrap_or_default();
        let is_tag = |term: &Term| matches!(term, Term::Tag(tag) if tag.name == of_apps);
        if terms().flatten().any(is_tag) && caller.azure {
            return Some("src.platform.no-service-tag");
        }
        if names(|term| matches!(term, Term::Thing(Thing::Subnet(_)))) && caller.subnet.is_none() {
            return Some("in.rules.subnet-needs-endpoint");
        }
        None
    }

    /// Which callers an access rule matches, may match, and does not match.
    fn access_rule(&self, question: &Question, rule: &AccessRule, caller: &Caller) -> Matched {
        let mut matched = Matched { yes: None, maybe: None, no: Some(caller.ends.clone()) };
        if !self.headers_match(question, rule) {
            return matched;
        }
        let all = |id| Matched { yes: Some((caller.ends.clone(), id)), maybe: None, no: None };
        let expr = match &rule.source {
            AccessSource::AnyVnets if caller.subnet.is_some() => return all("in.rules.any-vnets"),
            AccessSource::AnyVnets => return matched,
            AccessSource::Addresses(expr) => expr,
        };
        for term in &expr.terms {
            if let Term::Thing(Thing::Subnet(subnet)) = term {
                if caller.subnet == Some(*subnet) {
                    return all("in.rules.subnet-match");
                }
                continue;
            }
            // A caller with a subnet's identity shows no address.
            if caller.subnet.is_some() && !matches!(term, Term::Any) {
                continue;
            }
            let Some(left) = matched.no.take() else { break };
            let one = AddressExpr { terms: vec![term.clone()], ..expr.clone() };
            let cut = self.matcher(&one, None).split(&left, &self.public_space());
            if let Some(ends) = cut.yes {
                matched.yes = Some(match (matched.yes.take(), ends) {
                    (Some((Ends::Set(a), id)), Ends::Set(b)) => (Ends::Set(a.union(&b)), id),
                    (_, ends) => (ends, "in.rules.order"),
                });
            }
            matched.maybe = matched.maybe.or(cut.maybe);
            matched.no = cut.no;
        }
        matched
    }

    fn headers_match(&self, question: &Question, rule: &AccessRule) -> bool {
        rule.headers.iter().all(|(name, values)| {
            let sent = question.headers.iter().find(|(sent, _)| sent.eq_ignore_ascii_case(name));
            sent.is_some_and(|(_, sent)| sent.iter().any(|value| values.iter().any(|v| v.eq_ignore_ascii_case(value))))
        })
    }
}

/// What an access rule does to callers.
struct Matched {
    yes: Option<(Ends, &'static str)>,
    maybe: Option<(Ends, String)>,
    no: Option<Ends>,
}

/// A priority behind those of a list.
fn free_priority(list: &AccessList) -> i64 {
    list.rules.last().map_or(100, |rule| rule.priority + 1)
}
