//! The public side of a service: its switch, its firewall, its ports.

use super::Engine;
use super::egress::Caller;
use super::flow::{Ends, Flows, SymbolOf};
use super::meaning::Viewpoint;
use super::packet::Part;
use super::question::Question;
use super::trail::{Outcome, Step, Trail};
use crate::model::*;
use crate::net::{PortSet, Protocol};
use crate::platform::FirewallRules;
use crate::source::Span;

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
            trail.push(Step::pass(
                "in.rules.denied-403",
                format!("{} completes the handshake, whatever it then answers", noun.head.name),
            ));
            parts.push(part(trail, asked));
            return parts;
        }
        for (ends, step) in self.service_verdicts(noun, caller) {
            let mut trail = trail.clone();
            let beside = self.has_endpoint(Thing::Service(id)) && !step.is_block();
            trail.push(step.also_if(beside, "pe.public-access-separate"));
            let source = if ends.is_empty() { caller.ends.clone() } else { ends };
            parts.push(Part { source, destination: goal.clone(), ports: asked.clone(), trail });
        }
        parts
    }

    /// Is the public side of a service closed to some of Azure's public addresses? Where that is stated.
    pub(super) fn closed(&self, id: ServiceId) -> Option<Span> {
        let noun = &self.model[id];
        let ends = Ends::Set(self.some_public());
        let caller = Caller { ends, subnet: None, azure: true, region: None, unstable: false };
        let open = self.service_verdicts(noun, &caller).iter().all(|(_, step)| !step.is_block() && !step.is_unknown());
        let firewall = || noun.firewall.as_ref().map(|firewall| firewall.span);
        let off = noun.public_access.as_ref().filter(|stated| !stated.value).map(|stated| stated.span);
        (!open).then(|| off.or_else(firewall).unwrap_or(noun.head.span))
    }

    /// Every port that a service answers on, at one of its endpoints or at all of them.
    fn all_ports(&self, id: ServiceId, subresource: Option<&str>) -> PortSet {
        let noun = &self.model[id];
        match (&noun.service_type, subresource, &noun.listen) {
            (Some(of_type), None, None) => {
                of_type.endpoints.iter().fold(PortSet::default(), |all, endpoint| all.union(&endpoint.ports))
            }
            _ => self.endpoint_ports(id, subresource),
        }
    }

    /// What the public side of a service says to a caller; apart for the addresses that it treats apart.
    fn service_verdicts(&self, noun: &Service, caller: &Caller) -> Vec<(Ends, Step)> {
        let name = &noun.head.name;
        let all = |step| vec![(caller.ends.clone(), step)];
        if let Some(off) = noun.public_access.as_ref().filter(|stated| !stated.value) {
            let rule = rule_of(self, noun, |rules| &rules.public_off).unwrap_or("fw.order".into());
            let text = format!("{name} has public access off: only private endpoints are admitted");
            return all(Step::block(&rule, Outcome::Refused, text)
                .at(off.span)
                .headline(format!("{name} refuses its public side: public access is off"))
                .remedy(format!(
                    "call {name} over a private endpoint, or amend service {name} {{ public-access on }}"
                )));
        }
        let Some(firewall) = &noun.firewall else {
            let rule = rule_of(self, noun, |rules| &rules.unfiltered).unwrap_or("fw.order".into());
            if noun.service_type.as_ref().is_none_or(|of_type| of_type.open_by_default) {
                return all(
                    Step::pass(&rule, format!("{name} has no firewall: all networks are admitted")).at(noun.head.span)
                );
            }
            let text = format!("{name} has no firewall rule: its public side denies everybody");
            return all(Step::block(&rule, Outcome::Refused, text)
                .at(noun.head.span)
                .headline(format!("{name} refuses: no firewall rule admits anybody"))
                .remedy(self.firewall_remedy(noun, caller)));
        };
        let mut verdicts = Vec::new();
        let mut open = vec![caller.clone()];
        let mut misses = Vec::new();
        let mut doubt: Option<Step> = None;
        for rule in &firewall.rules {
            let mut rest = Vec::new();
            for caller in open {
                match self.service_rule(noun, rule, &caller) {
                    Admits::Yes(ends, left, id, why) => {
                        verdicts.push((ends, self.admitted(noun, rule, &id, &why, &misses)));
                        rest.extend(left.map(|ends| Caller { ends, ..caller }));
                    }
                    Admits::Maybe(fact, line) => {
                        let text = format!("{name} firewall {}: it may match", rule.text);
                        doubt.get_or_insert(Step::unknown("verdict.ours.unknown", text, fact, line).at(rule.span));
                        rest.push(caller);
                    }
                    Admits::No(why) => {
                        misses.push(format!("{}: {why}", rule.text));
                        rest.push(caller);
                    }
                }
            }
            open = rest;
        }
        for caller in open {
            let step = self.firewall_default(noun, firewall, &caller, doubt.clone(), &misses);
            verdicts.push((caller.ends, step));
        }
        verdicts
    }

    fn admitted(&self, noun: &Service, rule: &ServiceRule, id: &str, why: &str, misses: &[String]) -> Step {
        let text = format!("{} firewall {}: {why}", noun.head.name, rule.text);
        let mut step = match rule.action {
            Action::Deny => Step::block(id, Outcome::Refused, text),
            _ => Step::pass(id, text),
        };
        step.misses = misses.to_vec();
        step.at(rule.span)
    }

    /// What becomes of a caller whom no line names.
    fn firewall_default(
        &self,
        noun: &Service,
        firewall: &ServiceFirewall,
        caller: &Caller,
        doubt: Option<Step>,
        misses: &[String],
    ) -> Step {
        let name = &noun.head.name;
        let open = match &firewall.default {
            Some(stated) => stated.value == Action::Allow,
            None => noun.service_type.as_ref().is_some_and(|t| t.open_once_filtered),
        };
        let empty_rule = rule_of(self, noun, |rules| &rules.empty).filter(|_| firewall.rules.is_empty());
        let place = firewall.default.as_ref().map_or(firewall.span, |stated| stated.span);
        if open || empty_rule.is_some() {
            let default = rule_of(self, noun, |rules| &rules.default_action).unwrap_or("fw.order".into());
            let rule = if open { default } else { empty_rule.unwrap_or(default) };
            return Step::pass(&rule, format!("{name} firewall: its default admits")).at(place);
        }
        if let Some(doubt) = doubt {
            return doubt;
        }
        let rule = self.refusing_rule(noun, firewall, caller);
        let text = format!("{name} firewall: no line admits {}", self.caller_text(caller));
        let mut step = Step::block(&rule, Outcome::Refused, text)
            .at(place)
            .also_if(rule == "kvref.not-public-ip", "src.key-vault-reference")
            .headline(format!("the firewall of {name} refuses {}", self.caller_text(caller)))
            .remedy(self.firewall_remedy(noun, caller));
        step.misses = misses.to_vec();
        step
    }

    fn caller_text(&self, caller: &Caller) -> String {
        match caller.subnet {
            Some(subnet) => format!("subnet {}", self.model[subnet].head.name),
            None => self.name_of(&caller.ends),
        }
    }

    /// The line that would admit a caller; where address lines do nothing for it, what the rule that says so advises.
    fn firewall_remedy(&self, noun: &Service, caller: &Caller) -> String {
        let same_region = rule_of(self, noun, |rules| &rules.same_region)
            .filter(|_| caller.subnet.is_none() && self.same_region(noun, caller) == Some(true));
        let unpublished = caller.is_unpublished().then(|| "kvref.not-public-ip".to_string());
        if let Some(advice) = same_region.or(unpublished).and_then(|rule| self.platform().rule(&rule)?.remedy) {
            return advice;
        }
        let who = match (caller.subnet, &caller.ends) {
            (Some(subnet), _) => self.model[subnet].head.name.clone(),
            (None, Ends::Set(set)) => set.to_string(),
            (None, Ends::Symbol(_)) => "ADDRESS".to_string(),
        };
        format!("amend service {} {{ firewall {{ allow {who} }} }}", noun.head.name)
    }

    /// The rule that a refusal shows: the reason why a line that looks right does not match, else the type's own.
    fn refusing_rule(&self, noun: &Service, firewall: &ServiceFirewall, caller: &Caller) -> String {
        let names_addresses = firewall.rules.iter().any(|rule| matches!(rule.source, ServiceSource::Addresses(_)));
        let names_subnets = firewall.rules.iter().any(|rule| matches!(rule.source, ServiceSource::Subnets(_)));
        if names_addresses && caller.subnet.is_some() {
            return "se.ip-rules-stop".into();
        }
        if names_addresses && caller.is_unpublished() {
            return "kvref.not-public-ip".into();
        }
        let same_region = rule_of(self, noun, |rules| &rules.same_region);
        if let Some(rule) = same_region.filter(|_| names_addresses && self.same_region(noun, caller) == Some(true)) {
            return rule;
        }
        if names_subnets && caller.subnet.is_none() {
            return "se.two-steps".into();
        }
        rule_of(self, noun, |rules| &rules.refused).unwrap_or("fw.order".into())
    }

    fn same_region(&self, noun: &Service, caller: &Caller) -> Option<bool> {
        let (mine, theirs) = (noun.head.region.as_ref()?, caller.region.as_ref()?);
        Some(caller.azure && mine.value == *theirs)
    }

    fn service_rule(&self, noun: &Service, rule: &ServiceRule, caller: &Caller) -> Admits {
        match &rule.source {
            ServiceSource::Subnets(subnets) => self.subnet_rule(subnets, caller),
            ServiceSource::TrustedServices | ServiceSource::Resource(_) => {
                Admits::No("an app's traffic is not among the exceptions".into())
            }
            ServiceSource::AzureServices => match (caller.azure, caller.subnet) {
                (true, None) => {
                    let id = rule_of(self, noun, |rules| &rules.azure).unwrap_or("fw.order".into());
                    Admits::Yes(caller.ends.clone(), None, id, "the call comes from a public address of Azure".into())
                }
                (true, Some(_)) => Admits::No("a service endpoint shows the subnet, not a public address".into()),
                (false, _) => Admits::No("the call does not come from Azure".into()),
            },
            ServiceSource::Addresses(expr) => {
                let subnets = |term: &Term| match term {
                    Term::Thing(Thing::Vnet(id)) => self.model[*id].subnets.clone(),
                    Term::Thing(Thing::Subnet(id)) => vec![*id],
                    _ => Vec::new(),
                };
                let named: Vec<SubnetId> = expr.terms.iter().flat_map(subnets).collect();
                match self.subnet_rule(&named, caller) {
                    admits @ Admits::Yes(..) => admits,
                    _ => self.address_rule(noun, expr, caller),
                }
            }
        }
    }

    fn subnet_rule(&self, subnets: &[SubnetId], caller: &Caller) -> Admits {
        match caller.subnet {
            Some(subnet) if subnets.contains(&subnet) => {
                let why = format!("the call carries the identity of {}", self.model[subnet].head.name);
                Admits::Yes(caller.ends.clone(), None, "se.two-steps".into(), why)
            }
            Some(subnet) => Admits::No(format!("the call comes from subnet {}", self.model[subnet].head.name)),
            None => Admits::No("the call carries no subnet's identity".into()),
        }
    }

    fn address_rule(&self, noun: &Service, expr: &AddressExpr, caller: &Caller) -> Admits {
        if caller.subnet.is_some() {
            return Admits::No("a service endpoint shows the subnet, not an address".into());
        }
        if rule_of(self, noun, |rules| &rules.same_region).is_some() {
            match self.same_region(noun, caller) {
                Some(true) => {
                    return Admits::No("address rules do not match calls from the account's own region".into());
                }
                None if caller.azure => {
                    let fact = format!("whether {} and the caller are in one region", noun.head.name);
                    return Admits::Maybe(fact, Some("region NAME".into()));
                }
                _ => {}
            }
        }
        let cut = self.matcher(expr, None::<Viewpoint>).split(&caller.ends, &self.public_space());
        if caller.is_unpublished() && (cut.no.is_some() || cut.maybe.is_some()) {
            return Admits::No("the call may come from addresses that are not published".into());
        }
        match (cut.yes, cut.maybe) {
            (Some(yes), None) => {
                let id = rule_of(self, noun, |rules| &rules.address).unwrap_or("fw.order".into());
                let more = if caller.unstable { "; the addresses may change at any time" } else { "" };
                let why = format!("it holds {yes}{more}");
                Admits::Yes(yes, cut.no, id, why)
            }
            (None, None) => Admits::No("it does not hold the caller's address".into()),
            (_, Some((ends, fact))) => Admits::Maybe(fact, self.outbound_line(&ends)),
        }
    }
}

/// Does a line of a firewall admit a caller?
enum Admits {
    /// These addresses, and not the rest; by this rule, and why.
    Yes(Ends, Option<Ends>, String, String),
    /// It depends on a fact, and the line that would state it.
    Maybe(String, Option<String>),
    /// No, and why.
    No(String),
}

/// One of the rules of a service type's firewall, where the edition declares it.
fn rule_of(engine: &Engine<'_>, noun: &Service, which: impl Fn(&FirewallRules) -> &Option<String>) -> Option<String> {
    let rules = &noun.service_type.as_ref()?.firewall_rules;
    which(rules).clone().filter(|rule| engine.fires(rule))
}
