//! An integration subnet: whose it is, what it is delegated to, and what else may not be in it.

use super::super::Engine;
use super::Finding;
use super::occupancy::{Join, Occupant, by_subnet, joins, named, occupants, plans_of};
use super::plan::FLEX;
use crate::model::*;
use crate::source::Span;
use indexmap::IndexMap;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    let joins = joins(engine);
    let mut inside: IndexMap<SubnetId, Vec<Occupant>> = IndexMap::new();
    for occupant in occupants(engine) {
        inside.entry(occupant.subnet).or_default().push(occupant);
    }
    for (subnet, joins) in by_subnet(&joins) {
        let plans = plans_of(&joins);
        one_plan(engine, subnet, &plans, all);
        several_plans(engine, subnet, &plans, all);
        delegation(engine, subnet, &plans, all);
        let occupants = inside.get(&subnet).map_or(&[][..], Vec::as_slice);
        other_use(engine, subnet, &joins, occupants, all);
        all.extend(environment(engine, subnet, &plans));
        all.extend(ipv6(engine, subnet, &joins));
        all.extend(endpoint_policy(engine, subnet, &joins));
    }
}

/// One plan a subnet: every plan after the first is refused.
fn one_plan(engine: &Engine<'_>, subnet: SubnetId, plans: &IndexMap<PlanId, Span>, all: &mut Vec<Finding>) {
    let rule = "vnet.regional.one-plan-per-subnet";
    if plans.len() < 2 || !engine.fires(rule) {
        return;
    }
    let most = usize::try_from(engine.platform().limit("plans-of-subnet")).unwrap_or(usize::MAX);
    for (plan, place) in plans.iter().skip(most) {
        let (subnet_name, plan_name) = (&engine.model[subnet].head.name, &engine.model[*plan].head.name);
        let message = format!("subnet `{subnet_name}` belongs to another plan than `{plan_name}`");
        let about = [Thing::Subnet(subnet), Thing::Plan(*plan)];
        let owner = format!("taken by plan `{}`", engine.model[plans.keys()[0]].head.name);
        let found = Finding::of(engine, rule, *place, about, message);
        all.extend(found.map(|found| found.also(plans[0], owner)));
    }
}

/// Several plans a subnet: one subscription, and a subnet that is not small (O-01: a warning).
fn several_plans(engine: &Engine<'_>, subnet: SubnetId, plans: &IndexMap<PlanId, Span>, all: &mut Vec<Finding>) {
    let rule = "vnet.regional.multi-plan-subnet";
    if plans.len() < 2 || !engine.fires(rule) {
        return;
    }
    let noun = &engine.model[subnet];
    let mut stated = plans.iter().filter_map(|(plan, _)| {
        let head = &engine.model[*plan].head;
        Some((*plan, head, head.subscription.as_ref()?))
    });
    if let Some((_, first, mine)) = stated.next() {
        for (plan, head, theirs) in stated.filter(|(_, _, theirs)| theirs.value != mine.value) {
            let message = format!("plans `{}` and `{}` share a subnet across subscriptions", first.name, head.name);
            let about = [Thing::Subnet(subnet), Thing::Plan(plan)];
            let found = Finding::of(engine, rule, plans[&plan], about, message);
            let label = format!("`{}` here, `{}` there", theirs.value, mine.value);
            all.extend(found.map(|found| found.label(label).also(plans[0], format!("plan `{}`", first.name))));
        }
    }
    // Flex apps share gateways: what their subnet needs is said in `capacity`.
    let takes =
        |plan: &PlanId| engine.model[*plan].plan_type.as_ref().is_some_and(|of_type| of_type.address_per_instance);
    if !plans.keys().any(takes) {
        return;
    }
    let longest = engine.platform().limit("multi-plan-prefix");
    if super::capacity::size(noun) < super::capacity::addresses_of(longest) {
        let message = format!("subnet `{}` is small for {} plans (O-01)", noun.head.name, plans.len());
        let found = Finding::of(engine, rule, noun.head.span, [Thing::Subnet(subnet)], message);
        let label = format!("{} addresses, less than a /{longest}", super::capacity::size(noun));
        let (second, place) = (engine.model[plans.keys()[1]].head.name.clone(), plans[1]);
        let found =
            found.map(|found| found.warning().label(label).also(place, format!("also taken by plan `{second}`")));
        all.extend(found);
    }
}

/// The delegation that each plan needs. The portal makes it, so that a silent model gets a warning alone.
fn delegation(engine: &Engine<'_>, subnet: SubnetId, plans: &IndexMap<PlanId, Span>, all: &mut Vec<Finding>) {
    let noun = &engine.model[subnet];
    let mut missing = false;
    for (plan, place) in plans {
        let head = &engine.model[*plan].head;
        let Some(of_type) = &engine.model[*plan].plan_type else { continue };
        let Some(wanted) = &of_type.delegation else { continue };
        let rule = if of_type.name == FLEX { "vnet.regional.delegation.flex" } else { "vnet.regional.delegation.web" };
        let Some(stated) = &noun.delegation else {
            if !missing {
                let message = format!("subnet `{}` does not state its delegation", noun.head.name);
                let found = Finding::of(engine, rule, noun.head.span, [Thing::Subnet(subnet)], message);
                let label = format!("plan `{}` needs {wanted}", head.name);
                all.extend(found.map(|found| {
                    let help = format!("amend subnet {} {{ delegation {wanted} }}", noun.head.name);
                    found.warning().label(label).also(*place, "used here").help(help)
                }));
                missing = true;
            }
            continue;
        };
        // The article of 2020 prints the first half of the name.
        let half = wanted.split('/').next().unwrap_or(wanted);
        if [wanted.as_str(), half].iter().any(|name| name.eq_ignore_ascii_case(&stated.value)) {
            continue;
        }
        let about = [Thing::Subnet(subnet), Thing::Plan(*plan)];
        if stated.value.eq_ignore_ascii_case("none") {
            let message = format!("subnet `{}` has no delegation", noun.head.name);
            let found = Finding::of(engine, rule, stated.span, about, message);
            let help = format!("amend subnet {} {{ delegation {wanted} }}", noun.head.name);
            let label = format!("plan `{}` needs {wanted}", head.name);
            all.extend(found.map(|found| found.label(label).also(*place, "used here").help(help)));
            continue;
        }
        let message = format!("subnet `{}` is delegated to {}", noun.head.name, stated.value);
        let found = Finding::of(engine, "vnet.regional.delegation-mismatch", stated.span, about, message.clone());
        let found = found.or_else(|| Finding::of(engine, rule, stated.span, about, message));
        let label = format!("plan `{}` needs {wanted}", head.name);
        all.extend(found.map(|found| found.label(label).also(*place, "used here")));
    }
}

/// What stands in an integration subnet besides the instances of its plan.
fn other_use(engine: &Engine<'_>, subnet: SubnetId, joins: &[&Join], occupants: &[Occupant], all: &mut Vec<Finding>) {
    let noun = &engine.model[subnet];
    let dedicated = "vnet.regional.dedicated-subnet";
    for occupant in occupants {
        let span = occupant.thing.head(engine.model).span;
        let message =
            format!("{} stands in the integration subnet `{}`", named(engine, occupant.thing), noun.head.name);
        let about = [Thing::Subnet(subnet)];
        // What Azure names as refused goes by that rule; a machine by the older one, which asks for an unused subnet.
        let refused = matches!(occupant.thing, Thing::PrivateEndpoint(_) | Thing::Ase(_));
        let found =
            refused.then(|| Finding::of(engine, "vnet.regional.subnet-no-other-use", span, about, message.clone()));
        let found = found.flatten().or_else(|| Finding::of(engine, dedicated, span, about, message));
        let endpoint = matches!(occupant.thing, Thing::PrivateEndpoint(_));
        let found = found.map(|found| found.further(engine, endpoint, "subnet.pe.shareable"));
        all.extend(found.map(|found| found.also(joins[0].place, "integrated here")));
    }
    if let Some(others) = noun.other_resources.as_ref().filter(|others| others.value > 0) {
        let message = format!("the integration subnet `{}` holds other resources", noun.head.name);
        let found = Finding::of(engine, dedicated, others.span, [Thing::Subnet(subnet)], message);
        let label = format!("{} other interfaces", others.value);
        all.extend(found.map(|found| found.label(label).also(joins[0].place, "integrated here")));
    }
}

/// A Flex app and a Container Apps environment in one subnet.
fn environment(engine: &Engine<'_>, subnet: SubnetId, plans: &IndexMap<PlanId, Span>) -> Option<Finding> {
    let is_flex = |plan: &PlanId| engine.model[*plan].plan_type.as_ref().is_some_and(|of_type| of_type.name == FLEX);
    let (_, place) = plans.iter().find(|(plan, _)| is_flex(plan))?;
    let mut others = engine.model.plans.iter().filter_map(|plan| Some((plan, plan.subnet.as_ref()?)));
    let (other, stated) = others.find(|(_, stated)| stated.value == Thing::Subnet(subnet))?;
    let name = &engine.model[subnet].head.name;
    let message =
        format!("subnet `{name}` is the environment's of plan `{}` and cannot take a Flex app", other.head.name);
    let found = Finding::of(engine, "subnet.flex.shareable", *place, [Thing::Subnet(subnet)], message)?;
    Some(found.also(stated.span, "the environment"))
}

fn ipv6(engine: &Engine<'_>, subnet: SubnetId, joins: &[&Join]) -> Option<Finding> {
    let vnet = &engine.model[engine.model[subnet].vnet];
    let prefix = vnet.prefixes.iter().find(|prefix| prefix.value.addr().is_ipv6())?;
    let message = format!("vnet `{}` has IPv6 addresses, and an app integrates with it", vnet.head.name);
    let found = Finding::of(engine, "vnet.regional.no-ipv6-space", prefix.span, [Thing::Subnet(subnet)], message)?;
    Some(found.also(joins[0].place, "integrated here"))
}

fn endpoint_policy(engine: &Engine<'_>, subnet: SubnetId, joins: &[&Join]) -> Option<Finding> {
    let noun = &engine.model[subnet];
    let policy = noun.service_endpoint_policy.first()?;
    let about = [Thing::Subnet(subnet)];
    let message = format!("the integration subnet `{}` has a service endpoint policy", noun.head.name);
    let found = Finding::of(engine, "vnet.regional.no-service-endpoint-policy", policy.span, about, message.clone());
    let found = found.or_else(|| Finding::of(engine, "se.policies", policy.span, about, message))?;
    Some(found.also(joins[0].place, "integrated here"))
}
