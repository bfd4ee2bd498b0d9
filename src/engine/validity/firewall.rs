//! Firewalls of services: lines that Azure does not take.

use super::super::Engine;
use super::Finding;
use crate::model::*;
use crate::net::AddressSet;
use crate::source::Span;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, service) in engine.model.services() {
        let Some(firewall) = &service.firewall else { continue };
        addresses(engine, id, service, firewall, all);
        for rule in &firewall.rules {
            all.extend(tenants(engine, id, service, rule));
        }
    }
    for (id, service) in engine.model.services() {
        all.extend(tier(engine, id, service));
    }
}

/// The subnets that a line names, the networks that it names counting as their subnets.
fn subnets(engine: &Engine<'_>, rule: &ServiceRule) -> Vec<SubnetId> {
    match &rule.source {
        ServiceSource::Subnets(subnets) => subnets.clone(),
        ServiceSource::Addresses(expr) => expr
            .terms
            .iter()
            .flat_map(|term| match term {
                Term::Thing(Thing::Vnet(vnet)) => engine.model[*vnet].subnets.clone(),
                Term::Thing(Thing::Subnet(subnet)) => vec![*subnet],
                _ => Vec::new(),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Lines of addresses: public, IPv4, single ones without a length, and not too many, at a type that says so.
fn addresses(
    engine: &Engine<'_>,
    id: ServiceId,
    service: &Service,
    firewall: &ServiceFirewall,
    all: &mut Vec<Finding>,
) {
    let Some(of_type) = &service.service_type else { return };
    let Some(rule) = of_type.firewall_rules.address_form.as_ref() else { return };
    let name = &service.head.name;
    let public = engine.public_space().intersection(&AddressSet::all_v4());
    let mut count = 0;
    for line in &firewall.rules {
        let ServiceSource::Addresses(expr) = &line.source else { continue };
        let sets = expr.terms.iter().filter_map(|term| match term {
            Term::Literal(literal) => Some(literal.set()),
            _ => None,
        });
        let sets: Vec<AddressSet> = sets.collect();
        count += sets.len();
        let is_single = |word: &str| ["/31", "/32"].iter().any(|length| word.ends_with(length));
        let why = if sets.iter().any(|set| !set.is_subset(&public)) {
            "not a public IPv4 address"
        } else if line.text.split([' ', ',']).any(is_single) {
            "a single address is written without a length"
        } else {
            continue;
        };
        let message = format!("the firewall of service `{name}` cannot take the line `{}`", line.text);
        let found = Finding::of(engine, rule, line.span, [Thing::Service(id)], message);
        all.extend(found.map(|found| found.label(why)));
    }
    let limit = format!("ip-rules-{}", of_type.name);
    if engine.platform().declaration("limit", &limit).is_none() {
        return;
    }
    let most = usize::try_from(engine.platform().limit(&limit)).unwrap_or(usize::MAX);
    if count > most {
        let message = format!("the firewall of service `{name}` names too many addresses");
        let found = Finding::of(engine, rule, firewall.span, [Thing::Service(id)], message);
        all.extend(found.map(|found| found.label(format!("{count} lines, {most} possible"))));
    }
}

/// A subnet of another tenant, at a type that takes none.
fn tenants(engine: &Engine<'_>, id: ServiceId, service: &Service, rule: &ServiceRule) -> Option<Finding> {
    if service.service_type.as_ref()?.across_tenants {
        return None;
    }
    let tenant = |subscription: Option<&Stated<String>>| {
        let name = &subscription?.value;
        let known = engine.model.subscriptions.iter().find(|known| known.head.name == *name)?;
        known.tenant.clone()
    };
    let mine = tenant(service.head.subscription.as_ref())?;
    let other = subnets(engine, rule).into_iter().find_map(|subnet| {
        let vnet = &engine.model[engine.model[subnet].vnet].head;
        let theirs = tenant(vnet.subscription.as_ref())?;
        (theirs.value != mine.value).then_some((&engine.model[subnet].head.name, theirs))
    });
    let (subnet, theirs) = other?;
    let message = format!("service `{}` cannot admit subnet `{subnet}` of another tenant", service.head.name);
    let found = Finding::of(engine, "se.tenant", rule.span, [Thing::Service(id)], message)?;
    let of = |tenant: &Stated<String>| format!("tenant {}", tenant.value);
    Some(found.label(format!("{} there", of(&theirs))).also(mine.span, of(&mine)).also(theirs.span, of(&theirs)))
}

/// Network rules and private endpoints of a type whose lower tiers have none.
fn tier(engine: &Engine<'_>, id: ServiceId, service: &Service) -> Option<Finding> {
    let rules = &service.service_type.as_ref()?.firewall_rules;
    let (rule, wanted) = (rules.tier.as_ref()?, service.service_type.as_ref()?.network_tier.as_ref()?);
    let tier = service.tier.as_ref().filter(|tier| tier.value != *wanted)?;
    let line = service.firewall.iter().flat_map(|f| &f.rules).find(|rule| !subnets(engine, rule).is_empty());
    let target = |endpoint: &PrivateEndpoint| {
        endpoint.target.as_ref().filter(|target| target.value == Thing::Service(id)).map(|target| target.span)
    };
    let endpoint = || engine.model.private_endpoints.iter().find_map(target);
    let (place, what): (Span, &str) = match line {
        Some(line) => (line.span, "admit subnets"),
        None => (endpoint()?, "have private endpoints"),
    };
    let message = format!("service `{}` cannot {what} in the tier {}", service.head.name, tier.value);
    let found = Finding::of(engine, rule, place, [Thing::Service(id)], message)?;
    Some(found.label(format!("it takes the tier {wanted}")).also(tier.span, "the tier"))
}
