//! Why a line of an access list that seems to name a caller does not match, and what to change. Not which line does.

use super::Engine;
use super::access::free_priority;
use super::egress::Caller;
use super::inbound::Visit;
use super::trail::Step;
use crate::model::*;
use crate::source::Span;

/// Why a line that seems to name the caller does not match, and what to change.
pub(super) struct Overlooked {
    pub(super) rule: &'static str,
    pub(super) text: String,
    pub(super) remedy: Option<String>,
    /// The line.
    line: Span,
    /// Was the line made although the subnet lacks its service endpoint?
    ignored: bool,
}

impl Overlooked {
    pub(super) fn told_by(&self, step: Step) -> Step {
        step.beside([self.line])
            .also_if(self.ignored, "se.ignore-missing")
            .also_if(self.rule == "src.platform.no-service-tag", "tag.appservice")
    }
}

impl Engine<'_> {
    /// The first line of that action which seems to name the caller and does not match, and why.
    pub(super) fn overlooked(
        &self,
        visit: Visit<'_>,
        list: &AccessList,
        caller: &Caller,
        action: Action,
    ) -> Option<Overlooked> {
        let of_action = list.rules.iter().filter(|rule| rule.action == action);
        of_action.into_iter().find_map(|rule| self.overlooked_rule(visit, list, rule, caller))
    }

    fn overlooked_rule(
        &self,
        visit: Visit<'_>,
        list: &AccessList,
        rule: &AccessRule,
        caller: &Caller,
    ) -> Option<Overlooked> {
        let named = self.access_word(visit);
        let place = rule.span;
        let why = |rule, text: String, remedy| Some(Overlooked { rule, text, remedy, line: place, ignored: false });
        let by_source = self.access_source(visit, rule, caller);
        if by_source.yes.is_some() || by_source.maybe.is_some() {
            let asked: Vec<String> =
                rule.headers.iter().map(|(name, values)| format!("{name} {}", values.join(", "))).collect();
            return why(
                "in.rules.headers",
                format!("rule {} also asks for the header {}", rule.priority, asked.join(" and ")),
                None,
            );
        }
        let in_environment = self.environment(visit.app).is_some();
        let inside = caller.inside.as_ref().unwrap_or(&caller.ends).possible();
        let home = caller.home.map(|home| &self.model[home].head.name);
        let line = |who: &str| self.amend_app(visit.app, &format!("{named} {{ {} allow {who} }}", free_priority(list)));
        let expr = match &rule.source {
            AccessSource::Addresses(expr) => expr,
            AccessSource::AnyVnets => {
                let home = caller.home.filter(|_| caller.subnet.is_none() && self.is_tagged(visit.app))?;
                let text = format!("{} has no service endpoint that would show it", self.model[home].head.name);
                return why("in.rules.any-vnets", text, self.endpoint_line(home));
            }
        };
        for term in &expr.terms {
            match term {
                Term::Thing(Thing::Subnet(subnet))
                    if caller.home == Some(*subnet)
                        || (in_environment && inside.meets(&self.model[*subnet].addresses())) =>
                {
                    let (subnet_name, priority) = (&self.model[*subnet].head.name, rule.priority);
                    if in_environment {
                        let text = format!(
                            "rule {priority} names a subnet, which means nothing in an App Service Environment"
                        );
                        let prefixes = self.model[*subnet].addresses().to_string();
                        return why("in.rules.subnet-not-ase", text, Some(line(&prefixes)));
                    }
                    if self.model[visit.app].is_on("ip-tls") {
                        let text = format!(
                            "rule {priority} names a subnet, which means nothing beside an IP-based TLS binding"
                        );
                        return why("in.rules.subnet-not-ip-ssl", text, Some(self.amend_app(visit.app, "ip-tls off")));
                    }
                    if caller.subnet.is_none() {
                        let text =
                            format!("rule {priority} matches nothing while {subnet_name} lacks its service endpoint");
                        let remedy = self.endpoint_line(*subnet);
                        let ignored = rule.ignore_missing;
                        return Some(Overlooked {
                            rule: "in.rules.subnet-needs-endpoint",
                            text,
                            remedy,
                            line: place,
                            ignored,
                        });
                    }
                }
                Term::Any | Term::Thing(Thing::Subnet(_)) => {}
                Term::Tag(tag) if caller.app.is_some() && self.is_of_apps(&tag.name) => {
                    let text =
                        format!("{} holds the addresses at which apps are called, none from which they call", tag.text);
                    return why("src.platform.no-service-tag", text, self.named_caller(caller).map(|who| line(&who)));
                }
                Term::Tag(_) => {}
                term if !in_environment => {
                    let meant = self.access_term(visit, term, caller);
                    let private = meant.set.difference(&self.public_space());
                    if caller.inside.is_some() && private.meets(inside) {
                        let text = format!(
                            "rule {} holds private addresses, which a multitenant front end never sees",
                            rule.priority
                        );
                        let endpoint =
                            caller.home.filter(|_| caller.subnet.is_none()).and_then(|home| self.endpoint_line(home));
                        let own = home.map(|home| line(home));
                        let remedy = endpoint.into_iter().chain(own).collect::<Vec<_>>().join("; ");
                        return why("in.rules.ip-multitenant", text, Some(remedy).filter(|text| !text.is_empty()));
                    }
                    if let Some(subnet) = caller.subnet {
                        let subnet = &self.model[subnet].head.name;
                        let text =
                            format!("the call shows {subnet} itself, so no rule of addresses is compared with it");
                        return why("in.rules.subnet-match", text, Some(line(subnet)));
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The line that gives a subnet the service endpoint of apps, beside those that it has.
    fn endpoint_line(&self, subnet: SubnetId) -> Option<String> {
        let noun = &self.model[subnet];
        let wanted = self.platform().app_type()?.service_endpoints.first()?.clone();
        let mut all: Vec<&str> = noun.service_endpoints.iter().map(|stated| stated.value.as_str()).collect();
        all.push(&wanted);
        Some(format!("amend subnet {} {{ service-endpoint {} }}", noun.head.name, all.join(", ")))
    }
}
