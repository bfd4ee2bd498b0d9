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
        return Some(found.further(engine, kind == "gateway", "p2s.dedicated-only"));
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
    Some(found.label("has no effect").also(plan.head.span, of_type.title.clone()))
}

/// Access rules that name a subnet, on a plan that the matrix denies them; where it has no such row, on a plan that is
/// not multitenant. They do no harm, so the app runs.
fn subnet_rules(engine: &Engine<'_>, id: AppId, app: &App) -> Option<Finding> {
    let names_subnet = |rule: &&AccessRule| match &rule.source {
        AccessSource::AnyVnets => true,
        AccessSource::Addresses(expr) => expr.terms.iter().any(|term| matches!(term, Term::Thing(Thing::Subnet(_)))),
    };
    let rule = lists(app).flat_map(|(_, list)| &list.rules).find(names_subnet)?;
    let refuse = |id_of: &str, message: String| Finding::of(engine, id_of, rule.span, [Thing::App(id)], message);
    let row = engine.platform().feature("service-endpoints");
    let of_rule = "plan.consumption.service-endpoint-inbound";
    if let (Some(ase), None) = (engine.environment(id), &row) {
        let message = format!("the subnet rules of app `{}` do nothing in an App Service Environment", app.head.name);
        let ase = &engine.model[ase].head;
        return Some(refuse(of_rule, message)?.also(ase.span, format!("`{}` is its environment", ase.name)));
    }
    let (plan, of_type) = plan_of(engine, app)?;
    let Some(row) = row else {
        let message = format!("the subnet rules of app `{}` do nothing on plan `{}`", app.head.name, plan.head.name);
        let found = refuse(of_rule, message).filter(|_| !of_type.multitenant)?;
        return Some(found.also(plan.head.span, of_type.title.clone()));
    };
    let denied = row.cells.iter().find(|cell| cell.plan == of_type.name && !cell.yes)?;
    let message =
        format!("the subnet rules of app `{}` may not work on plan `{}` (O-03)", app.head.name, plan.head.name);
    let found = refuse(denied.by.as_deref()?, message)?;
    Some(found.warning().also(plan.head.span, of_type.title.clone()))
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
    Some(found.also(tier.span, format!("the tier {}", tier.value)))
}
