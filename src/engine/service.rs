//! The public side of a service: its switch, its firewall, its ports.

use super::egress::Caller;
use super::flow::{Ends, Flows, SymbolOf};
use super::security::Viewpoint;
use super::trail::{Outcome, Step, Trail};
use super::walk::{Part, Question};
use super::Engine;
use crate::model::*;
use crate::net::{PortSet, Protocol};

impl Engine<'_> {
    /// The usual ports of a service, or of one of its endpoints.
    pub fn endpoint_ports(&self, service: ServiceId, subresource: Option<&str>) -> PortSet {
        let noun = &self.model[service];
        if let Some(listen) = &noun.listen {
            return listen.value.clone();
        }
        let Some(of_type) = &noun.service_type else { return PortSet::default() };
        let endpoint = subresource.and_then(|name| of_type.endpoint(name)).or(of_type.endpoints.first());
        endpoint.map(|endpoint| endpoint.ports.clone()).unwrap_or_default()
    }

    /// At the public side of a service.
    pub(super) fn at_service(
        &self,
        question: &Question,
        flows: Flows,
        goal: Ends,
        mut trail: Trail,
        caller: &Caller,
        id: ServiceId,
    ) -> Vec<Part> {
        let noun = &self.model[id];
        let subresource = match goal.symbol().map(|symbol| &symbol.of) {
            Some(SymbolOf::Service(_, subresource)) => Some(subresource.as_str()),
            _ => None,
        };
        let part = |trail: Trail, ports: PortSet| Part {
            source: caller.ends.clone(),
            destination: goal.clone(),
            ports,
            trail,
        };
        let ports = self.all_ports(id, subresource);
        let other = flows.protocols.iter().find(|p| *p != Protocol::Tcp);
        if let Some(other) = other {
            let text = format!("{} answers over TCP, not over {}", noun.head.name, other.word().to_uppercase());
            trail.push(Step::block("diag.causes.port", Outcome::NotListening, text).at(noun.head.span));
            return vec![part(trail, flows.ports)];
        }
        let outside = flows.ports.difference(&ports);
        let inside = flows.ports.intersection(&ports);
        let mut parts = Vec::new();
        if !outside.is_empty() && !ports.is_empty() {
            let mut trail = trail.clone();
            let text = format!("{} listens on {ports}, not on {outside}", noun.head.name);
            trail.push(Step::block("diag.causes.port", Outcome::NotListening, text).at(noun.head.span));
            parts.push(part(trail, outside));
            if inside.is_empty() {
                return parts;
            }
        }
        let asked = if ports.is_empty() { flows.ports.clone() } else { inside };
        if question.handshake_only() {
            trail.push(Step::pass("in.rules.denied-403", format!("{} completes the handshake, whatever it then answers", noun.head.name)));
            parts.push(part(trail, asked));
            return parts;
        }
        trail.push(self.service_verdict(noun, caller));
        parts.push(part(trail, asked));
        parts
    }

    /// Every port that a service answers on: for a redirected SQL session, also those that follow the handshake.
    fn all_ports(&self, id: ServiceId, subresource: Option<&str>) -> PortSet {
        let noun = &self.model[id];
        match (&noun.service_type, subresource, &noun.listen) {
            (Some(of_type), None, None) => {
                of_type.endpoints.iter().fold(PortSet::default(), |all, endpoint| all.union(&endpoint.ports))
            }
            _ => self.endpoint_ports(id, subresource),
        }
    }

    /// What the public side of a service says to a caller.
    fn service_verdict(&self, noun: &Service, caller: &Caller) -> Step {
        let name = &noun.head.name;
        if let Some(off) = noun.public_access.as_ref().filter(|stated| !stated.value) {
            let text = format!("{name} has public access off: only private endpoints are admitted");
            return Step::block("fw.order", Outcome::Refused, text)
                .at(off.span)
                .headline(format!("{name} refuses its public side: public access is off"));
        }
        let of_type = noun.service_type.as_ref();
        let family = of_type.map_or("", |t| t.name.as_str());
        let Some(firewall) = &noun.firewall else {
            if of_type.is_none_or(|of_type| of_type.open_by_default) {
                let rule = family_rule(self, family, "default").unwrap_or("fw.order");
                return Step::pass(rule, format!("{name} has no firewall: all networks are admitted")).at(noun.head.span);
            }
            let rule = family_rule(self, family, "default-deny").unwrap_or("fw.sql.default-deny");
            let text = format!("{name} has no firewall rule: its public side denies everybody");
            return Step::block(rule, Outcome::Refused, text)
                .at(noun.head.span)
                .headline(format!("{name} refuses: no firewall rule admits anybody"))
                .remedy(self.firewall_remedy(noun, caller));
        };
        self.firewall_verdict(noun, firewall, caller)
    }

    fn firewall_verdict(&self, noun: &Service, firewall: &ServiceFirewall, caller: &Caller) -> Step {
        let name = &noun.head.name;
        let family = noun.service_type.as_ref().map_or("", |t| t.name.as_str());
        let mut misses = Vec::new();
        let mut doubt: Option<Step> = None;
        for rule in &firewall.rules {
            match self.service_rule(noun, rule, caller) {
                Admits::Yes(id, why) => {
                    let text = format!("{name} firewall {}: {why}", rule.text);
                    let step = match rule.action {
                        Action::Deny => Step::block(id, Outcome::Refused, text),
                        _ => Step::pass(id, text),
                    };
                    let mut step = step.at(rule.span);
                    step.misses = misses;
                    return step;
                }
                Admits::Maybe(fact, line) => {
                    let text = format!("{name} firewall {}: it may match", rule.text);
                    doubt.get_or_insert(Step::unknown("verdict.ours.unknown", text, fact, line).at(rule.span));
                }
                Admits::No(why) => misses.push(format!("{}: {why}", rule.text)),
            }
        }
        let empty = firewall.rules.is_empty();
        let open = match &firewall.default {
            Some(stated) => stated.value == Action::Allow,
            None => noun.service_type.as_ref().is_some_and(|t| t.open_once_filtered),
        };
        let forgiving = matches!(family, "service-bus" | "event-hubs") && empty;
        let place = firewall.default.as_ref().map_or(firewall.span, |stated| stated.span);
        if open || forgiving {
            let rule = if forgiving && !open { "fw.servicebus.empty-rules" } else { family_rule(self, family, "default-action").unwrap_or("fw.order") };
            return Step::pass(rule, format!("{name} firewall: its default admits")).at(place);
        }
        if let Some(doubt) = doubt {
            return doubt;
        }
        let rule = self.refusing_rule(noun, firewall, caller, family);
        let text = format!("{name} firewall: no line admits {}", self.caller_text(caller));
        let mut step = Step::block(rule, Outcome::Refused, text)
            .at(place)
            .headline(format!("the firewall of {name} refuses {}", self.caller_text(caller)))
            .remedy(self.firewall_remedy(noun, caller));
        step.misses = misses;
        step
    }

    fn caller_text(&self, caller: &Caller) -> String {
        match caller.subnet {
            Some(subnet) => format!("subnet {}", self.model[subnet].head.name),
            None => caller.ends.to_string(),
        }
    }

    fn firewall_remedy(&self, noun: &Service, caller: &Caller) -> String {
        let who = match (caller.subnet, &caller.ends) {
            (Some(subnet), _) => self.model[subnet].head.name.clone(),
            (None, Ends::Set(set)) => set.to_string(),
            (None, Ends::Symbol(_)) => "ADDRESS".to_string(),
        };
        format!("amend service {} {{ firewall {{ allow {who} }} }}", noun.head.name)
    }

    /// The rule that a refusal shows: the reason why a line that looks right does not match, else the type's default.
    fn refusing_rule(&self, noun: &Service, firewall: &ServiceFirewall, caller: &Caller, family: &str) -> &'static str {
        let names_addresses = firewall.rules.iter().any(|rule| matches!(rule.source, ServiceSource::Addresses(_)));
        let names_subnets = firewall.rules.iter().any(|rule| matches!(rule.source, ServiceSource::Subnets(_)));
        if names_addresses && caller.subnet.is_some() {
            return "se.ip-rules-stop";
        }
        if names_addresses && family == "storage" && self.same_region(noun, caller) == Some(true) {
            return "fw.storage.same-region";
        }
        if names_subnets && caller.subnet.is_none() {
            return "se.two-steps";
        }
        family_rule(self, family, "selected").unwrap_or("fw.order")
    }

    fn same_region(&self, noun: &Service, caller: &Caller) -> Option<bool> {
        let (mine, theirs) = (noun.head.region.as_ref()?, caller.region.as_ref()?);
        Some(caller.azure && mine.value == *theirs)
    }

    fn service_rule(&self, noun: &Service, rule: &ServiceRule, caller: &Caller) -> Admits {
        let family = noun.service_type.as_ref().map_or("", |t| t.name.as_str());
        match &rule.source {
            ServiceSource::Subnets(subnets) => self.subnet_rule(subnets, caller),
            ServiceSource::TrustedServices | ServiceSource::Resource(_) => {
                Admits::No("an app's traffic is not among the exceptions".into())
            }
            ServiceSource::AzureServices => match (caller.azure, caller.subnet) {
                (true, None) => {
                    let id = if family == "cosmos-db" { "fw.cosmos.azure" } else { "fw.sql.azure-services" };
                    Admits::Yes(id, "the call comes from a public address of Azure".into())
                }
                (true, Some(_)) => Admits::No("a service endpoint shows the subnet, not a public address".into()),
                (false, _) => Admits::No("the call does not come from Azure".into()),
            },
            ServiceSource::Addresses(expr) => {
                let vnets: Vec<SubnetId> = expr
                    .terms
                    .iter()
                    .filter_map(|term| match term {
                        Term::Thing(Thing::Vnet(id)) => Some(self.model[*id].subnets.clone()),
                        Term::Thing(Thing::Subnet(id)) => Some(vec![*id]),
                        _ => None,
                    })
                    .flatten()
                    .collect();
                if let Admits::Yes(id, why) = self.subnet_rule(&vnets, caller) {
                    return Admits::Yes(id, why);
                }
                self.address_rule(noun, expr, caller, family)
            }
        }
    }

    fn subnet_rule(&self, subnets: &[SubnetId], caller: &Caller) -> Admits {
        match caller.subnet {
            Some(subnet) if subnets.contains(&subnet) => {
                Admits::Yes("se.two-steps", format!("the call carries the identity of {}", self.model[subnet].head.name))
            }
            Some(subnet) => Admits::No(format!("the call comes from subnet {}", self.model[subnet].head.name)),
            None => Admits::No("the call carries no subnet's identity: its subnet lacks the service endpoint, or it came another way".into()),
        }
    }

    fn address_rule(&self, noun: &Service, expr: &AddressExpr, caller: &Caller, family: &str) -> Admits {
        if caller.subnet.is_some() {
            return Admits::No("a service endpoint shows the subnet, not an address".into());
        }
        if family == "storage" {
            match self.same_region(noun, caller) {
                Some(true) => return Admits::No("address rules do not match calls from the account's own region".into()),
                None if caller.azure => {
                    let fact = format!("whether {} and the caller are in one region", noun.head.name);
                    return Admits::Maybe(fact, Some("region NAME".into()));
                }
                _ => {}
            }
        }
        let public = self.public_space();
        let matcher = self.matcher(expr, None::<Viewpoint>);
        let cut = matcher.split(&caller.ends, &public);
        match (cut.yes, cut.maybe, cut.no) {
            (Some(_), None, None) => {
                let id = match family {
                    "storage" => "fw.storage.selected",
                    "key-vault" => "fw.keyvault.rules",
                    "cosmos-db" => "fw.cosmos.default",
                    _ => "fw.sql.ip-rules",
                };
                let more = if caller.unstable { "; the addresses may change at any time" } else { "" };
                Admits::Yes(id, format!("it holds {}{more}", caller.ends))
            }
            (None, None, _) => Admits::No("it does not hold the caller's address".into()),
            (Some(yes), _, Some(no)) => {
                let fact = format!("which address the call uses: {yes} is admitted, {no} is not");
                Admits::Maybe(fact, None)
            }
            (_, maybe, _) => {
                let fact = maybe.map_or_else(|| format!("the addresses of {}", caller.ends), |(_, fact)| fact);
                Admits::Maybe(fact, None)
            }
        }
    }
}

/// Does a line of a firewall admit a caller?
enum Admits {
    /// Yes, by this rule, and why.
    Yes(&'static str, String),
    /// It depends on a fact, and the line that would state it.
    Maybe(String, Option<String>),
    /// No, and why.
    No(String),
}

/// The rule of a type's firewall of that name, where the edition declares one.
fn family_rule(engine: &Engine<'_>, family: &str, name: &str) -> Option<&'static str> {
    const RULES: &[(&str, &str, &str)] = &[
        ("storage", "default", "fw.storage.default"),
        ("storage", "selected", "fw.storage.selected"),
        ("key-vault", "default", "fw.keyvault.default"),
        ("key-vault", "selected", "fw.keyvault.rules"),
        ("cosmos-db", "default", "fw.cosmos.default"),
        ("cosmos-db", "selected", "fw.cosmos.default"),
        ("sql", "default-deny", "fw.sql.default-deny"),
        ("sql", "selected", "fw.sql.ip-rules"),
        ("service-bus", "default-action", "fw.servicebus.default-action"),
        ("event-hubs", "default-action", "fw.servicebus.default-action"),
    ];
    let found = RULES.iter().find(|(f, n, _)| *f == family && *n == name).map(|(_, _, rule)| *rule);
    found.filter(|rule| engine.fires(rule))
}
