//! The firewall of a service: which of its lines admits a caller, and what becomes of one whom none admits.

use super::super::Engine;
use super::super::egress::Caller;
use super::super::flow::Ends;
use super::super::matching::Matcher;
use super::super::meaning::Viewpoint;
use super::super::trail::{Outcome, Step};
use super::rule_of;
use crate::model::*;
use crate::net::AddressSet;

impl Engine<'_> {
    /// What the public side of a service says to a caller; apart for the addresses that it treats apart.
    pub(super) fn service_verdicts(&self, noun: &Service, caller: &Caller) -> Vec<(Ends, Step)> {
        let name = &noun.head.name;
        let all = |step| vec![(caller.ends.clone(), step)];
        if let Some(off) = noun.public_access.as_ref().filter(|stated| !stated.value) {
            return all(self.switched_off(noun, off, caller));
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
                .also("se.denied-result")
                .headline(format!("{name} refuses: no firewall rule admits anybody"))
                .remedy(self.firewall_remedy(noun, caller)));
        };
        if let Some(step) = self.not_enforced(noun, firewall) {
            return all(step);
        }
        let mut verdicts = Vec::new();
        let mut open = vec![caller.clone()];
        let mut misses = Vec::new();
        let mut doubt: Option<Step> = None;
        for rule in in_order(firewall) {
            let mut rest = Vec::new();
            for caller in open {
                match self.service_rule(noun, rule, &caller) {
                    Admits::Yes(ends, left, step) => {
                        verdicts.push((ends, self.admitted(noun, rule, &caller, step, &misses)));
                        rest.extend(left.map(|ends| Caller { ends, ..caller }));
                    }
                    Admits::Maybe(fact, line) => {
                        let text = format!("{name} firewall {}: it may match", shown(rule));
                        doubt.get_or_insert(Step::unknown("verdict.ours.unknown", text, fact, line).at(rule.span));
                        rest.push(caller);
                    }
                    Admits::No(why) => {
                        misses.push(format!("{}: {why}", shown(rule)));
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

    /// With public access off the lines of the firewall do not count.
    fn switched_off(&self, noun: &Service, off: &Stated<bool>, caller: &Caller) -> Step {
        let name = &noun.head.name;
        let firewall = noun.firewall.as_ref();
        let subnets =
            firewall.is_some_and(|firewall| caller.home.is_some_and(|home| self.line_for(firewall, home).is_some()));
        let lost = rule_of(self, noun, |rules| &rules.subnet_off).filter(|_| subnets);
        let rule = lost.or_else(|| rule_of(self, noun, |rules| &rules.public_off)).unwrap_or("fw.order".into());
        let ignored = firewall.is_some_and(|firewall| !firewall.rules.is_empty());
        let text = if ignored {
            format!("{name} has public access off: its firewall is not asked, only private endpoints are admitted")
        } else {
            format!("{name} has public access off: only private endpoints are admitted")
        };
        Step::block(&rule, Outcome::Refused, text)
            .at(off.span)
            .also("fw.order")
            .headline(format!("{name} refuses its public side: public access is off"))
            .remedy(format!("call {name} over a private endpoint, or amend service {name} {{ public-access on }}"))
    }

    /// A default that admits takes the lines out of force, at a service where that is so.
    fn not_enforced(&self, noun: &Service, firewall: &ServiceFirewall) -> Option<Step> {
        let rule = rule_of(self, noun, |rules| &rules.default_action).filter(|_| self.admits_all(noun, firewall))?;
        let text = format!("{} firewall: its default admits, so its lines are not enforced", noun.head.name);
        let place = firewall.default.as_ref().map_or(firewall.span, |stated| stated.span);
        Some(Step::pass(&rule, text).at(place))
    }

    /// Are the lines of a firewall out of force, because its default admits?
    pub(in crate::engine) fn admits_all(&self, noun: &Service, firewall: &ServiceFirewall) -> bool {
        let out_of_force = rule_of(self, noun, |rules| &rules.default_action).is_some();
        out_of_force && self.admits_by_default(noun, firewall) && !firewall.rules.is_empty()
    }

    fn admits_by_default(&self, noun: &Service, firewall: &ServiceFirewall) -> bool {
        match &firewall.default {
            Some(stated) => stated.value == Action::Allow,
            None => noun.service_type.as_ref().is_some_and(|t| t.open_once_filtered),
        }
    }

    /// The step of a line that matches.
    fn admitted(&self, noun: &Service, rule: &ServiceRule, caller: &Caller, matched: Match, misses: &[String]) -> Step {
        let text = format!("{} firewall {}: {}", noun.head.name, shown(rule), matched.why);
        let mut step = match rule.action {
            Action::Deny => Step::block(&matched.rule, Outcome::Refused, text),
            _ => Step::pass(&matched.rule, text).also("fw.auth-separate"),
        };
        for rule in matched.also {
            step.rests_also(rule);
        }
        let by_subnet = caller.subnet.is_some();
        step.misses = misses.to_vec();
        step.also_if(by_subnet, "se.two-steps").also_if(by_subnet && caller.by.is_some(), "se.app-recipe").at(rule.span)
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
        let open = self.admits_by_default(noun, firewall);
        let empty_rule = rule_of(self, noun, |rules| &rules.empty).filter(|_| firewall.rules.is_empty());
        let place = firewall.default.as_ref().map_or(firewall.span, |stated| stated.span);
        if open || empty_rule.is_some() {
            let default = rule_of(self, noun, |rules| &rules.default_action).unwrap_or("fw.order".into());
            let (rule, why) = match empty_rule {
                Some(empty) if !open => (empty, "a default of deny does nothing as long as it has no line"),
                _ => (default, "its default admits"),
            };
            return Step::pass(&rule, format!("{name} firewall: {why}")).at(place);
        }
        if let Some(doubt) = doubt {
            return doubt;
        }
        let refusal = self.firewall_refusal(noun, firewall, caller);
        let text = format!("{name} firewall: no line admits {}", self.caller_text(caller));
        let headline = format!("the firewall of {name} refuses {}", self.caller_text(caller));
        let mut step = Step::block(&refusal.rule, Outcome::Refused, text)
            .at(place)
            .headline(match refusal.why {
                Some(why) => format!("{headline}: {why}"),
                None => headline,
            })
            .also("se.denied-result")
            .also_if(!firewall.rules.is_empty(), "fw.order");
        for rule in refusal.also {
            step.rests_also(rule);
        }
        step.remedy = refusal.remedy.or_else(|| Some(self.firewall_remedy(noun, caller)));
        step.misses = misses.to_vec();
        step
    }

    pub(super) fn caller_text(&self, caller: &Caller) -> String {
        match caller.subnet {
            Some(subnet) => format!("subnet {}", self.model[subnet].head.name),
            None => self.name_of(&caller.ends),
        }
    }

    /// Does the call come from the region of the service? None where that is not stated.
    pub(super) fn same_region(&self, noun: &Service, caller: &Caller) -> Option<bool> {
        let (mine, theirs) = (noun.head.region.as_ref()?, caller.region.as_ref()?);
        Some(caller.azure && mine.value == *theirs)
    }

    fn service_rule(&self, noun: &Service, rule: &ServiceRule, caller: &Caller) -> Admits {
        match &rule.source {
            ServiceSource::Subnets(subnets) => self.subnet_rule(noun, rule, subnets, caller),
            ServiceSource::TrustedServices | ServiceSource::Resource(_) => {
                Admits::No("such traffic is not among the exceptions".into())
            }
            ServiceSource::AzureServices => match (caller.azure, caller.subnet) {
                (true, None) => {
                    let id = rule_of(self, noun, |rules| &rules.azure).unwrap_or("fw.order".into());
                    let why = "the call comes from a public address of Azure, as those of other tenants do";
                    Admits::Yes(caller.ends.clone(), None, Match::by(id, why))
                }
                (true, Some(_)) => Admits::No("a service endpoint shows the subnet, not a public address".into()),
                (false, _) => Admits::No("the call does not come from Azure".into()),
            },
            ServiceSource::Addresses(expr) => {
                let named: Vec<SubnetId> = expr.terms.iter().flat_map(|term| self.subnets_named(term)).collect();
                match self.subnet_rule(noun, rule, &named, caller) {
                    admits @ Admits::Yes(..) => admits,
                    other if !named.is_empty() && named.len() == expr.terms.len() => other,
                    _ => self.address_rule(noun, expr, caller),
                }
            }
        }
    }

    /// The subnets that a word of a line stands for: a network means all of its own.
    pub(in crate::engine) fn subnets_named(&self, term: &Term) -> Vec<SubnetId> {
        match term {
            Term::Thing(Thing::Vnet(id)) => self.model[*id].subnets.clone(),
            Term::Thing(Thing::Subnet(id)) => vec![*id],
            _ => Vec::new(),
        }
    }

    /// The line of a firewall that names a subnet.
    pub(super) fn line_for<'f>(&self, firewall: &'f ServiceFirewall, subnet: SubnetId) -> Option<&'f ServiceRule> {
        firewall.rules.iter().filter(|rule| rule.action == Action::Allow).find(|rule| match &rule.source {
            ServiceSource::Subnets(subnets) => subnets.contains(&subnet),
            ServiceSource::Addresses(expr) => expr.terms.iter().any(|term| self.subnets_named(term).contains(&subnet)),
            _ => false,
        })
    }

    fn subnet_rule(&self, noun: &Service, rule: &ServiceRule, subnets: &[SubnetId], caller: &Caller) -> Admits {
        match caller.subnet {
            Some(subnet) if subnets.contains(&subnet) && rule.database.is_some() => {
                Admits::No("a line for a subnet belongs to the server, not to a database".into())
            }
            Some(subnet) if subnets.contains(&subnet) => {
                let why = format!("the call carries the identity of {}", self.model[subnet].head.name);
                let id = rule_of(self, noun, |rules| &rules.subnet).unwrap_or("se.two-steps".into());
                let mut matched = Match::by(id, why);
                // A type that shares its service endpoint with another one is switched by it as well.
                matched.also.extend(rule_of(self, noun, |rules| &rules.shared));
                Admits::Yes(caller.ends.clone(), None, matched)
            }
            Some(subnet) => Admits::No(format!("the call comes from subnet {}", self.model[subnet].head.name)),
            None => Admits::No("the call carries no subnet's identity".into()),
        }
    }

    /// The addresses that an app of a dedicated plan may have on another tier and that no line of a firewall holds.
    fn not_held(&self, noun: &Service, caller: &Caller) -> Option<Ends> {
        let app = &self.model[caller.app.filter(|_| !caller.unstable)?];
        let possible = AddressSet::of(app.possible_outbound_ip.iter().map(|ip| &ip.value));
        let lines = noun.firewall.iter().flat_map(|firewall| &firewall.rules);
        let held = lines.filter(|line| line.action != Action::Deny).filter_map(|line| match &line.source {
            ServiceSource::Addresses(expr) => Some(self.matcher(expr, None::<Viewpoint>)),
            _ => None,
        });
        let held = held.fold(Matcher::default(), Matcher::or);
        held.split(&Ends::Set(possible), &self.public_space()).no
    }

    fn address_rule(&self, noun: &Service, expr: &AddressExpr, caller: &Caller) -> Admits {
        if caller.subnet.is_some() {
            return Admits::No("a service endpoint shows the subnet, not an address".into());
        }
        if rule_of(self, noun, |rules| &rules.same_region).is_some() {
            match self.same_region(noun, caller) {
                Some(true) => {
                    return Admits::No("lines of addresses do not match calls from the account's own region".into());
                }
                None if caller.azure => {
                    let fact = format!("whether {} and the caller are in one region", noun.head.name);
                    return Admits::Maybe(fact, Some("region NAME".into()));
                }
                _ => {}
            }
        }
        if caller.nat && caller.by.is_some() && rule_of(self, noun, |rules| &rules.nat).is_some() {
            return Admits::No("an app behind a NAT gateway is not admitted by an address".into());
        }
        let cut = self.matcher(expr, None::<Viewpoint>).split(&caller.ends, &self.public_space());
        if caller.is_unpublished() && (cut.no.is_some() || cut.maybe.is_some()) {
            return Admits::No("the call may come from addresses that are not published".into());
        }
        match (cut.yes, cut.maybe) {
            (Some(yes), None) => {
                let id = rule_of(self, noun, |rules| &rules.address).unwrap_or("fw.order".into());
                let left = self.not_held(noun, caller);
                let more = match (&left, caller.unstable) {
                    (_, true) => "; the addresses may change at any time".to_string(),
                    (Some(left), _) => format!("; on another tier the calls may come from {left}, which no line holds"),
                    (None, _) => String::new(),
                };
                let mut matched = Match::by(id, format!("it holds {yes}{more}"));
                matched.also.extend(caller.unstable.then(|| "src.platform.dynamic".to_string()));
                matched.also.extend(left.map(|_| "src.platform.possible".to_string()));
                Admits::Yes(yes, cut.no, matched)
            }
            (None, None) => Admits::No("it does not hold the caller's address".into()),
            (_, Some((ends, fact))) => Admits::Maybe(fact, self.outbound_line(&ends)),
        }
    }
}

/// The lines of a firewall as they are asked: those of databases first.
fn in_order(firewall: &ServiceFirewall) -> impl Iterator<Item = &ServiceRule> {
    let of_databases = firewall.rules.iter().filter(|rule| rule.database.is_some());
    of_databases.chain(firewall.rules.iter().filter(|rule| rule.database.is_none()))
}

/// A line in words, with the database that it belongs to.
fn shown(rule: &ServiceRule) -> String {
    match &rule.database {
        Some(database) => format!("{} (database {database})", rule.text),
        None => rule.text.clone(),
    }
}

/// Does a line of a firewall admit a caller?
enum Admits {
    /// These addresses, and not the rest.
    Yes(Ends, Option<Ends>, Match),
    /// It depends on a fact, and the line that would state it.
    Maybe(String, Option<String>),
    /// No, and why.
    No(String),
}

/// By which rules a line matches, and why.
struct Match {
    rule: String,
    also: Vec<String>,
    why: String,
}

impl Match {
    fn by(rule: String, why: impl Into<String>) -> Self {
        Self { rule, also: Vec::new(), why: why.into() }
    }
}
