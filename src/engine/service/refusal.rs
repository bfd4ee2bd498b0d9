//! Why the firewall of a service refuses a caller, and what would admit it. The nearest reason is told: a line that looks
//! right and does not match goes before the plain default.

use super::super::Engine;
use super::super::egress::Caller;
use super::super::flow::Ends;
use super::rule_of;
use crate::model::*;

/// Why a caller is refused.
pub(super) struct Refusal {
    /// The rule that says so.
    pub(super) rule: String,
    /// Further rules that it rests on.
    pub(super) also: Vec<String>,
    /// The reason, where there is a nearer one than that no line names the caller.
    pub(super) why: Option<String>,
    /// What would admit the caller, where it is not simply a line that names it.
    pub(super) remedy: Option<String>,
}

impl Refusal {
    fn by(rule: impl Into<String>) -> Self {
        Self { rule: rule.into(), also: Vec::new(), why: None, remedy: None }
    }

    fn also(mut self, rule: impl Into<String>) -> Self {
        let rule = rule.into();
        if rule != self.rule {
            self.also.push(rule);
        }
        self
    }

    fn also_if(self, holds: bool, rule: &str) -> Self {
        if holds { self.also(rule) } else { self }
    }

    fn why(self, why: impl Into<String>) -> Self {
        Self { why: Some(why.into()), ..self }
    }

    fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    fn advised(self, engine: &Engine<'_>) -> Self {
        let remedy = engine.platform().rule(&self.rule).and_then(|rule| rule.remedy);
        Self { remedy, ..self }
    }
}

impl Engine<'_> {
    /// The reason why a firewall refuses a caller.
    pub(super) fn firewall_refusal(&self, noun: &Service, firewall: &ServiceFirewall, caller: &Caller) -> Refusal {
        let refused = rule_of(self, noun, |rules| &rules.refused).unwrap_or("fw.order".into());
        match caller.subnet {
            Some(subnet) => self.refused_subnet(noun, firewall, caller, subnet, refused),
            None => self.refused_address(noun, firewall, caller, refused),
        }
    }

    /// Whom a service endpoint shows as a subnet: lines of addresses do not match it any more.
    fn refused_subnet(
        &self,
        noun: &Service,
        firewall: &ServiceFirewall,
        caller: &Caller,
        subnet: SubnetId,
        refused: String,
    ) -> Refusal {
        let name = &self.model[subnet].head.name;
        let shared = rule_of(self, noun, |rules| &rules.shared);
        let line = self.line_for(firewall, subnet);
        if line.is_some_and(|line| line.database.is_some()) {
            let rule = rule_of(self, noun, |rules| &rules.subnet).unwrap_or(refused);
            return Refusal::by(rule).why("a line for a subnet belongs to the server, not to a database");
        }
        let by_address = |rule: &ServiceRule| match &rule.source {
            ServiceSource::AzureServices => true,
            ServiceSource::Addresses(expr) => {
                expr.terms.iter().any(|term| !matches!(term, Term::Thing(Thing::Vnet(_) | Thing::Subnet(_))))
            }
            _ => false,
        };
        if firewall.rules.iter().any(by_address) {
            let why =
                format!("the service endpoint of {name} shows the subnet, and lines of addresses do not match that");
            let pair = rule_of(self, noun, |rules| &rules.paired_region).filter(|_| self.is_pair(noun, caller));
            let own = pair.or(shared).or_else(|| rule_of(self, noun, |rules| &rules.identity));
            return Refusal::by(own.unwrap_or("se.ip-rules-stop".into()))
                .also("se.ip-rules-stop")
                .also("se.two-steps")
                .also_if(caller.by.is_some(), "se.app-recipe")
                .also(refused)
                .why(why);
        }
        let behind = caller.behind.map(|appliance| &self.model[appliance].head.name);
        if let Some(appliance) = behind.filter(|_| self.names_subnets(firewall)) {
            return Refusal::by("se.nva-subnet")
                .also("se.two-steps")
                .also(refused)
                .why(format!("behind {appliance} the service sees its subnet {name}"));
        }
        let refusal = match shared {
            Some(shared) => Refusal::by(shared).also(refused),
            None => Refusal::by(refused),
        };
        refusal.also("se.two-steps").also_if(caller.by.is_some(), "se.app-recipe")
    }

    fn refused_address(&self, noun: &Service, firewall: &ServiceFirewall, caller: &Caller, refused: String) -> Refusal {
        let names_addresses = firewall.rules.iter().any(|rule| match &rule.source {
            ServiceSource::Addresses(expr) => {
                expr.terms.iter().any(|term| !matches!(term, Term::Thing(Thing::Vnet(_))))
            }
            _ => false,
        });
        if let Some(home) = caller.home
            && let Some(line) = self.line_for(firewall, home)
        {
            return self.refused_home(noun, caller, home, line, refused);
        }
        if names_addresses && caller.is_unpublished() {
            return Refusal::by("kvref.not-public-ip").also("src.key-vault-reference").advised(self);
        }
        let same_region = rule_of(self, noun, |rules| &rules.same_region);
        if let Some(rule) = same_region.filter(|_| names_addresses && self.same_region(noun, caller) == Some(true)) {
            return Refusal::by(rule)
                .also("src.same-region-storage")
                .also(refused)
                .why("lines of addresses do not match calls from its own region")
                .advised(self);
        }
        let nat = rule_of(self, noun, |rules| &rules.nat).filter(|_| caller.nat && caller.by.is_some());
        if let Some(rule) = nat.filter(|_| names_addresses) {
            let why = "an app behind a NAT gateway is not admitted by an address";
            return Refusal::by(rule).also(refused).why(why).advised(self);
        }
        let endpoint = self.endpoint_of(noun);
        if let Some(appliance) = caller.behind.filter(|_| self.names_subnets(firewall)) {
            let appliance = &self.model[appliance];
            let refusal = Refusal::by("se.nva-subnet").also("se.two-steps").also(refused);
            let refusal =
                refusal.why(format!("behind {} it needs the service endpoint of that subnet", appliance.head.name));
            return match (appliance.subnet, endpoint) {
                (Some(subnet), Some(endpoint)) => {
                    let subnet_name = &self.model[subnet].head.name;
                    let line = self.enable(subnet, &endpoint);
                    let name = &noun.head.name;
                    refusal.remedy(format!("{line}; amend service {name} {{ firewall {{ allow {subnet_name} }} }}"))
                }
                _ => refusal.advised(self),
            };
        }
        if self.names_subnets(firewall) {
            let of_app = caller.by.is_some() && caller.home.is_none();
            let outside = rule_of(self, noun, |rules| &rules.outside).unwrap_or(refused.clone());
            let refusal = match (of_app, caller.azure) {
                (true, _) => Refusal::by("se.app-recipe").also("se.two-steps").advised(self),
                (_, false) => Refusal::by(outside),
                _ => Refusal::by("se.two-steps"),
            };
            return refusal.also(refused);
        }
        let trusted =
            |rule: &ServiceRule| matches!(rule.source, ServiceSource::TrustedServices | ServiceSource::Resource(_));
        if let Some(rule) = rule_of(self, noun, |rules| &rules.trusted).filter(|_| firewall.rules.iter().any(trusted)) {
            return Refusal::by(rule).also(refused).why("its exceptions are not for such traffic");
        }
        Refusal::by(refused)
    }

    /// A line names the caller's own subnet, and yet the call does not carry the subnet's identity.
    fn refused_home(
        &self,
        noun: &Service,
        caller: &Caller,
        home: SubnetId,
        line: &ServiceRule,
        refused: String,
    ) -> Refusal {
        let subnet = &self.model[home];
        let name = &subnet.head.name;
        let own = rule_of(self, noun, |rules| &rules.subnet).unwrap_or(refused);
        let of_type =
            noun.service_type.as_ref().map(|of_type| of_type.service_endpoints.as_slice()).unwrap_or_default();
        let is_of_type =
            |endpoint: &&Stated<String>| of_type.iter().any(|known| known.eq_ignore_ascii_case(&endpoint.value));
        if let Some(endpoint) = subnet.service_endpoints.iter().find(is_of_type) {
            let rule = self.platform().endpoint_rule(&endpoint.value).unwrap_or("se.two-steps".into());
            let region = noun.head.region.as_ref().map_or("another region", |region| &region.value);
            let refusal = Refusal::by(rule).also("se.two-steps").also(own);
            let refusal = refusal.why(format!("{} of {name} does not reach to {region}", endpoint.value));
            let everywhere =
                of_type.iter().find(|name| self.platform().endpoint_scope(name).as_deref() == Some("cloud"));
            return match everywhere {
                Some(wider) => refusal.remedy(format!("amend subnet {name} {{ service-endpoint {wider} }}")),
                None => refusal.advised(self),
            };
        }
        let Some(endpoint) = self.endpoint_of(noun) else { return Refusal::by("se.two-steps").also(own) };
        let rule = if line.ignore_missing { "se.ignore-missing" } else { "se.two-steps" };
        let others = || {
            let on = |subnet: &&Subnet| subnet.service_endpoints.iter().any(|known| is_of_type(&known));
            self.model.subnets.iter().find(on)
        };
        Refusal::by(rule)
            .also("se.two-steps")
            .also_if(!subnet.service_endpoints.is_empty() || others().is_some(), "se.enable-on-subnet")
            .also_if(caller.by.is_some(), "se.app-recipe")
            .also(own)
            .why(format!("{name} has no service endpoint {endpoint}, so the call does not carry its identity"))
            .remedy(self.enable(home, &endpoint))
    }

    /// The service endpoint that leads to a service.
    fn endpoint_of(&self, noun: &Service) -> Option<String> {
        noun.service_type.as_ref()?.service_endpoints.first().cloned()
    }

    /// The line that switches a service endpoint on, beside those that the subnet has.
    fn enable(&self, subnet: SubnetId, endpoint: &str) -> String {
        let subnet = &self.model[subnet];
        let known = subnet.service_endpoints.iter().map(|known| known.value.as_str());
        let all: Vec<&str> = known.chain([endpoint]).collect();
        format!("amend subnet {} {{ service-endpoint {} }}", subnet.head.name, all.join(", "))
    }

    fn names_subnets(&self, firewall: &ServiceFirewall) -> bool {
        firewall.rules.iter().any(|rule| match &rule.source {
            ServiceSource::Subnets(_) => true,
            ServiceSource::Addresses(expr) => {
                expr.terms.iter().any(|term| matches!(term, Term::Thing(Thing::Vnet(_) | Thing::Subnet(_))))
            }
            _ => false,
        })
    }

    /// Is the service in the region that pairs with the caller's?
    fn is_pair(&self, noun: &Service, caller: &Caller) -> bool {
        let (Some(mine), Some(theirs)) = (noun.head.region.as_ref(), caller.region.as_ref()) else { return false };
        mine.value != *theirs && self.platform().region(theirs).and_then(|facts| facts.pair) == Some(mine.value.clone())
    }

    /// The line that would admit a caller by naming it.
    pub(super) fn firewall_remedy(&self, noun: &Service, caller: &Caller) -> String {
        let who = match (caller.subnet, &caller.ends) {
            (Some(subnet), _) => self.model[subnet].head.name.clone(),
            (None, Ends::Set(set)) if set.prefixes().len() <= 4 => set.to_string(),
            (None, Ends::Set(_)) => "ADDRESS".to_string(),
            (None, Ends::Symbol(_)) => "ADDRESS".to_string(),
        };
        format!("amend service {} {{ firewall {{ allow {who} }} }}", noun.head.name)
    }
}
