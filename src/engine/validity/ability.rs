//! What an app may do on its plan: integrate, have private endpoints, admit subnets.

use super::super::Engine;
use super::Finding;
use super::access::lists;
use super::occupancy::plan_id;
use super::plan::facts;
use crate::model::*;
use crate::platform::{PlanType, RuleClass};

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, app) in engine.model.apps() {
        for (at, stated) in app.integrate.iter().enumerate() {
            let kind = |stated: &Stated<Integration>| std::mem::discriminant(&stated.value);
            // What a plan refuses is said once a kind.
            if !app.integrate[..at].iter().any(|before| kind(before) == kind(stated)) {
                all.extend(integration(engine, id, app, stated));
            }
        }
        all.extend(subnet_rules(engine, id, app));
        let Some((plan, of_type)) = plan_of(engine, app) else { continue };
        all.extend(no_effect(engine, id, app, plan, of_type));
    }
    for (id, endpoint) in engine.model.private_endpoints() {
        all.extend(private_endpoint(engine, id, endpoint));
    }
}

pub(super) fn plan_of<'m>(engine: &Engine<'m>, app: &App) -> Option<(&'m Plan, &'m PlanType)> {
    let plan = &engine.model[plan_id(app)?];
    Some((plan, plan.plan_type.as_ref()?))
}

/// The check that the feature matrix names for a plan type, or another one where it names none.
pub(super) fn rule_of(engine: &Engine<'_>, feature: &str, of_type: &PlanType, otherwise: &str) -> String {
    let features = engine.platform().features();
    let row = features.iter().find(|row| row.name == feature);
    let cell = row.and_then(|row| row.cells.iter().find(|cell| cell.plan == of_type.name));
    let is_check = |rule: &String| engine.platform().rule(rule).is_some_and(|rule| rule.class == RuleClass::Check);
    cell.and_then(|cell| cell.by.clone()).filter(is_check).unwrap_or_else(|| otherwise.to_string())
}

/// The same, telling which kinds of plan have what this one lacks.
pub(super) fn elsewhere(engine: &Engine<'_>, found: Finding, what: &str, has: impl Fn(&PlanType) -> bool) -> Finding {
    let plans = engine.platform().plan_types();
    let titles: Vec<&str> = plans.iter().filter(|of_type| has(of_type)).map(|of_type| of_type.title.as_str()).collect();
    match titles.as_slice() {
        [] => found,
        _ => found.note(format!("plans with {what}: {}", titles.join(", "))),
    }
}

/// Has a kind of plan the feature of that row of the matrix?
pub(super) fn in_row(engine: &Engine<'_>, feature: &str) -> impl Fn(&PlanType) -> bool {
    let cells = engine.platform().feature(feature).map(|row| row.cells.clone()).unwrap_or_default();
    move |of_type| cells.iter().any(|cell| cell.plan == of_type.name && cell.yes)
}

fn integration(engine: &Engine<'_>, id: AppId, app: &App, stated: &Stated<Integration>) -> Option<Finding> {
    let name = &app.head.name;
    let (kind, words) = match stated.value {
        Integration::Regional(_) => ("regional", "regional"),
        Integration::Gateway(..) => ("gateway", "gateway-required"),
    };
    let refuse = |rule: &str, message: String| Finding::of(engine, rule, stated.span, [Thing::App(id)], message);
    if let Some(ase) = engine.environment(id) {
        let rule = if kind == "regional" { "vnet.regional.isolated-excluded" } else { "plan.ase.vnet-native" };
        let ase = &engine.model[ase].head;
        let found = refuse(rule, format!("app `{name}` lives in a network already and cannot integrate"))?;
        return Some(found.also(ase.span, format!("`{}` is its environment", ase.name)));
    }
    let (plan, of_type) = plan_of(engine, app)?;
    let plan_name = &plan.head.name;
    if !of_type.integration.iter().any(|known| known == kind) {
        let otherwise = if kind == "gateway" { "p2s.dedicated-only" } else { "plan.vnet.tiers" };
        let rule = rule_of(engine, "vnet-integration", of_type, otherwise);
        let message = format!("app `{name}` cannot have {words} integration on plan `{plan_name}`");
        let found = refuse(&rule, message)?.also(plan.head.span, of_type.title.clone());
        let found = found.further(engine, kind == "gateway", "p2s.dedicated-only");
        let what = format!("{words} integration");
        return Some(elsewhere(engine, found, &what, |other| other.integration.iter().any(|known| known == kind)));
    }
    let tier = plan.tier.as_ref()?;
    if !of_type.may_integrate(&tier.value, kind) {
        let message = format!("app `{name}` cannot integrate: plan `{plan_name}` has the tier {}", tier.value);
        let allowed = of_type.integration_tiers.join(", ");
        return Some(refuse("plan.vnet.tiers", message)?.also(tier.span, format!("it takes {allowed}")));
    }
    let older = plan.older_scale_unit.as_ref().filter(|older| older.value && kind == "regional")?;
    if facts(engine, of_type, "older-unit-tiers").contains(&tier.value) {
        return None;
    }
    let message = format!("app `{name}` cannot integrate from the older scale unit of plan `{plan_name}`");
    Some(refuse("plan.vnet.scale-unit", message)?.also(older.span, "the scale unit").also(tier.span, "the tier"))
}

/// Route-all on a plan that no network is ever joined to: outbound traffic stays as it was.
fn no_effect(engine: &Engine<'_>, id: AppId, app: &App, plan: &Plan, of_type: &PlanType) -> Option<Finding> {
    if !of_type.multitenant || !of_type.integration.is_empty() || !app.integrate.is_empty() {
        return None;
    }
    let switches = ["route-all", "route-everything"];
    let (stated, _) = switches.into_iter().filter_map(|name| app.switch(name)).find(|(stated, _)| stated.value)?;
    let message = format!("outbound traffic of app `{}` cannot be routed on plan `{}`", app.head.name, plan.head.name);
    let found =
        Finding::of(engine, "plan.consumption.no-outbound-restrictions", stated.span, [Thing::App(id)], message)?;
    let found = found.label("has no effect").also(plan.head.span, of_type.title.clone());
    Some(elsewhere(engine, found, "control of outbound traffic", in_row(engine, "outbound-restrictions")))
}

/// Access rules that name a subnet, on a plan that has none: where the documents disagree a warning (O-03). They do no
/// harm, so the app runs.
fn subnet_rules(engine: &Engine<'_>, id: AppId, app: &App) -> Option<Finding> {
    let names_subnet = |rule: &&AccessRule| match &rule.source {
        AccessSource::AnyVnets => true,
        AccessSource::Addresses(expr) => {
            expr.terms.iter().any(|term| matches!(term, Term::Thing(Thing::Subnet(_) | Thing::Vnet(_))))
        }
    };
    let line = lists(app).flat_map(|(_, list)| &list.rules).find(names_subnet)?;
    let of_type = engine.plan_type_of(id)?;
    let home = app.on?.head(engine.model);
    let lacks = |of_type: &PlanType| engine.subnet_rules_of(of_type).is_none_or(|(yes, _)| !yes);
    if !lacks(&of_type) {
        return None;
    }
    let denied = engine.subnet_rules_of(&of_type);
    let doubt = denied.is_some();
    let rule = denied.map_or("plan.consumption.service-endpoint-inbound".to_string(), |(_, rule)| rule);
    let message = match doubt {
        true => format!("the subnet rules of app `{}` may not work on plan `{}` (O-03)", app.head.name, home.name),
        false => format!("app `{}` cannot have subnet rules on `{}`", app.head.name, home.name),
    };
    let found = Finding::of(engine, &rule, line.span, [Thing::App(id)], message)?;
    let found = found.also(home.span, of_type.title.clone());
    let found = elsewhere(engine, found, "subnet rules", |other| !lacks(other));
    Some(if doubt { found.warning() } else { found })
}

/// The endpoint cannot be made; the app itself runs, so that both must be on the way for it to break anything.
fn private_endpoint(engine: &Engine<'_>, id: PrivateEndpointId, endpoint: &PrivateEndpoint) -> Option<Finding> {
    let target = endpoint.target.as_ref()?;
    let Thing::App(app) = target.value else { return None };
    let noun = &engine.model[app];
    let (plan, of_type) = plan_of(engine, noun)?;
    let tiers = facts(engine, of_type, "private-endpoint-tiers");
    let tier = plan.tier.as_ref()?;
    if of_type.private_endpoint && (tiers.is_empty() || tiers.contains(&tier.value)) {
        return None;
    }
    let otherwise = "plan.private-endpoint.tiers";
    let rule = match of_type.private_endpoint {
        true => otherwise.to_string(),
        false => rule_of(engine, "private-endpoints", of_type, otherwise),
    };
    let about = [Thing::App(app), Thing::PrivateEndpoint(id)];
    let message = format!("app `{}` cannot have a private endpoint on plan `{}`", noun.head.name, plan.head.name);
    let found = Finding::of(engine, &rule, target.span, about, message)?;
    let found = found.also(tier.span, format!("the tier {}", tier.value));
    Some(elsewhere(engine, found, "private endpoints for their apps", in_row(engine, "private-endpoints")))
}
