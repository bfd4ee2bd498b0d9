//! Plans: their SKU and system, how many instances they may have, and what one plan may host.

use super::super::Engine;
use super::Finding;
use super::occupancy::{hosted, named};
use crate::model::*;
use crate::platform::PlanType;
use crate::syntax::ast::{Item, Value};

/// The plan types that have rules of their own.
pub(super) const PREMIUM: &str = "premium";
pub(super) const FLEX: &str = "flex-consumption";

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    let hosted = hosted(engine);
    for (id, plan) in engine.model.plans() {
        let Some(of_type) = &plan.plan_type else { continue };
        let apps = hosted.get(&id).map_or(&[][..], Vec::as_slice);
        all.extend(sku(engine, id, plan, of_type));
        all.extend(system(engine, id, plan, of_type));
        all.extend(too_many_instances(engine, id, plan, apps));
        match of_type.name.as_str() {
            FLEX => flex(engine, id, plan, apps, all),
            PREMIUM => premium(engine, id, plan, apps, all),
            _ => {}
        }
    }
}

/// Words that the stdlib states of a plan type and that its struct does not hold.
pub(super) fn facts(engine: &Engine<'_>, of_type: &PlanType, property: &str) -> Vec<String> {
    let block = engine.platform().declaration("plan-type", &of_type.name).and_then(|d| d.block.as_deref());
    let items = block.into_iter().flat_map(|block| &block.items);
    let entries = items.filter_map(|item| match item {
        Item::Entry(entry) if &*entry.name.text == property => Some(entry),
        _ => None,
    });
    entries.flat_map(|entry| entry.groups.iter().flatten()).filter_map(Value::word).map(|word| word.plain()).collect()
}

/// The most instances that the platform gives a plan: Premium has fewer on Linux in some regions.
pub(super) fn platform_maximum(engine: &Engine<'_>, plan: &Plan) -> Option<i64> {
    let of_type = plan.plan_type.as_ref()?;
    let pick = |(windows, linux): (Option<i64>, Option<i64>)| if plan.is_linux() { linux } else { windows };
    let region = plan.head.region.as_ref().filter(|_| of_type.name == PREMIUM);
    let regional = region.and_then(|region| engine.platform().region(&region.value)).and_then(|r| pick(r.premium_max));
    regional.or(pick(of_type.max_instances))
}

fn sku(engine: &Engine<'_>, id: PlanId, plan: &Plan, of_type: &PlanType) -> Option<Finding> {
    let sku = plan.sku.as_ref()?;
    let known = facts(engine, of_type, "skus");
    if known.is_empty() || known.iter().any(|known| known.eq_ignore_ascii_case(&sku.value)) {
        return None;
    }
    let message = format!("plan `{}` has the SKU `{}`, which its tier does not have", plan.head.name, sku.value);
    let found = Finding::of(engine, "plan.kinds", sku.span, [Thing::Plan(id)], message)?;
    Some(found.label(format!("{} has {}", of_type.title, known.join(", "))))
}

fn system(engine: &Engine<'_>, id: PlanId, plan: &Plan, of_type: &PlanType) -> Option<Finding> {
    let os = plan.os.as_ref().filter(|os| !of_type.os.contains(&os.value))?;
    let rule = if of_type.name == FLEX { "plan.flex.linux-only" } else { "plan.kinds" };
    let message = format!("plan `{}` cannot run {}", plan.head.name, os.value);
    let found = Finding::of(engine, rule, os.span, [Thing::Plan(id)], message)?;
    Some(found.label(format!("{} runs {}", of_type.title, of_type.os.join(", "))))
}

/// Counts that are stated above what the platform gives. The setting of a Flex plan has a range of its own.
fn too_many_instances(engine: &Engine<'_>, id: PlanId, plan: &Plan, apps: &[AppId]) -> Vec<Finding> {
    let Some(most) = platform_maximum(engine, plan) else { return Vec::new() };
    let flex = plan.plan_type.as_ref().is_some_and(|of_type| of_type.name == FLEX);
    let mut stated: Vec<(Thing, &Stated<i64>)> = plan.instances.iter().map(|n| (Thing::Plan(id), n)).collect();
    if !flex {
        stated.extend(plan.max_instances.iter().map(|n| (Thing::Plan(id), n)));
        stated
            .extend(apps.iter().filter_map(|app| Some((Thing::App(*app), engine.model[*app].max_instances.as_ref()?))));
    }
    let too_many = stated.into_iter().filter(|(_, count)| count.value > most);
    let found = too_many.filter_map(|(thing, count)| {
        let whose = if thing == Thing::Plan(id) { "it".to_string() } else { format!("its plan `{}`", plan.head.name) };
        let message = format!("{} states more instances than {whose} can have", named(engine, thing));
        let found = Finding::of(engine, "plan.max-instances", count.span, [thing], message)?;
        Some(found.label(format!("{} stated, {most} possible", count.value)).also(plan.head.span, "the plan"))
    });
    found.collect()
}

fn flex(engine: &Engine<'_>, id: PlanId, plan: &Plan, apps: &[AppId], all: &mut Vec<Finding>) {
    let setting = apps.iter().filter_map(|app| Some((Thing::App(*app), engine.model[*app].max_instances.as_ref()?)));
    for (thing, count) in plan.max_instances.iter().map(|n| (Thing::Plan(id), n)).chain(setting) {
        let rule = "plan.flex.max-instance-setting";
        if !engine.fires(rule) {
            continue;
        }
        let platform = engine.platform();
        let (least, most) = (platform.limit("flex-max-instances-first"), platform.limit("flex-max-instances-last"));
        if !(least..=most).contains(&count.value) {
            let message = format!("the maximum of {} is outside the range of Flex Consumption", named(engine, thing));
            let found = Finding::of(engine, rule, count.span, [thing], message);
            all.extend(found.map(|found| found.label(format!("{} stated, {least} to {most} possible", count.value))));
        }
    }
    for app in apps {
        let noun = &engine.model[*app];
        if let Some(container) = noun.container.as_ref().filter(|container| container.value != "none") {
            let message =
                format!("app `{}` runs a container, and plan `{}` takes code only", noun.head.name, plan.head.name);
            let found = Finding::of(engine, "plan.flex.linux-only", container.span, [Thing::App(*app)], message);
            all.extend(found.map(|found| found.also(plan.head.span, "the plan")));
        }
    }
    all.extend(surplus_apps(engine, plan, apps));
}

/// The apps that a plan for one app has too many. Slots are no apps of their own here.
fn surplus_apps(engine: &Engine<'_>, plan: &Plan, apps: &[AppId]) -> Vec<Finding> {
    let rule = "plan.flex.one-app-per-plan";
    if !plan.plan_type.as_ref().is_some_and(|of_type| of_type.one_app) || !engine.fires(rule) {
        return Vec::new();
    }
    let most = usize::try_from(engine.platform().limit("flex-apps-of-plan")).unwrap_or(usize::MAX);
    let whole: Vec<AppId> = apps.iter().copied().filter(|app| engine.model[*app].slot_of.is_none()).collect();
    let surplus = whole.iter().skip(most).filter_map(|app| {
        let head = &engine.model[*app].head;
        let message = format!("app `{}` is one too many on plan `{}`", head.name, plan.head.name);
        let found = Finding::of(engine, rule, head.span, [Thing::App(*app)], message)?;
        let found = found.label(format!("{} apps on a plan that hosts {most}", whole.len()));
        Some(found.also(engine.model[whole[0]].head.span, "its app"))
    });
    surplus.collect()
}

fn premium(engine: &Engine<'_>, id: PlanId, plan: &Plan, apps: &[AppId], all: &mut Vec<Finding>) {
    let rule = "plan.premium.min-one-instance";
    let most = engine.platform().limit("always-ready-of-app");
    let ready: Vec<(AppId, &Stated<i64>)> =
        apps.iter().filter_map(|app| Some((*app, engine.model[*app].always_ready.as_ref()?))).collect();
    for (app, count) in ready.iter().filter(|(_, count)| count.value > most) {
        let message = format!("app `{}` asks for too many always-ready instances", engine.model[*app].head.name);
        let found = Finding::of(engine, rule, count.span, [Thing::App(*app)], message);
        all.extend(found.map(|found| found.label(format!("{} stated, {most} possible", count.value))));
    }
    let largest = ready.iter().max_by_key(|(_, count)| count.value);
    if let (Some(least), Some((app, count))) = (&plan.min_instances, largest)
        && count.value > least.value
    {
        let message = format!("the minimum of plan `{}` is below what its apps keep ready", plan.head.name);
        let found = Finding::of(engine, rule, least.span, [Thing::Plan(id)], message);
        let also = format!("app `{}` keeps {} ready", engine.model[*app].head.name, count.value);
        all.extend(found.map(|found| found.label(format!("{} at least", least.value)).also(count.span, also)));
    }
    let least = engine.platform().limit("premium-instances-least");
    if let Some(count) = plan.instances.as_ref().filter(|count| count.value < least) {
        let message = format!("plan `{}` always has at least {least} instance", plan.head.name);
        let found = Finding::of(engine, rule, count.span, [Thing::Plan(id)], message);
        all.extend(found.map(|found| found.label(format!("{} stated", count.value))));
    }
    all.extend(other_system(engine, plan, apps));
    all.extend(private_http(engine, plan, apps));
}

/// Containers of one operating system on a Premium plan of the other.
fn other_system(engine: &Engine<'_>, plan: &Plan, apps: &[AppId]) -> Vec<Finding> {
    let of_container = |app: AppId| {
        let container = engine.model[app].container.as_ref()?;
        let os = match container.value.as_str() {
            "none" => return None,
            "windows-image" => "windows",
            _ => "linux",
        };
        Some((os, container.span))
    };
    let stated = plan.os.as_ref().map(|os| (os.value.as_str(), os.span));
    let Some((os, first)) = stated.or_else(|| apps.iter().find_map(|app| of_container(*app))) else {
        return Vec::new();
    };
    let others = apps.iter().filter_map(|app| Some((*app, of_container(*app)?))).filter(|(_, (other, _))| *other != os);
    let found = others.filter_map(|(app, (other, span))| {
        let name = &engine.model[app].head.name;
        let message = format!("app `{name}` needs {other}, and plan `{}` runs {os}", plan.head.name);
        let found = Finding::of(engine, "plan.premium.same-os", span, [Thing::App(app)], message)?;
        Some(found.label(format!("a container of {other}")).also(first, format!("{os} here")))
    });
    found.collect()
}

/// HTTP triggers that only a private endpoint reaches scale less far than the plan may.
fn private_http(engine: &Engine<'_>, plan: &Plan, apps: &[AppId]) -> Vec<Finding> {
    let rule = "plan.max-instances.private-endpoint-http";
    let Some(stated) = plan.max_instances.as_ref().filter(|_| engine.fires(rule)) else { return Vec::new() };
    let most = engine.platform().limit("premium-http-private-endpoint-instances");
    if stated.value <= most {
        return Vec::new();
    }
    let http =
        |app: &App| app.triggers.iter().any(|t| t.trigger_type.as_ref().is_some_and(|of_type| of_type.value == "http"));
    let found = apps.iter().filter_map(|app| {
        let noun = &engine.model[*app];
        // An endpoint shuts the public side unless it is stated to be on.
        let endpoint = engine
            .model
            .private_endpoints
            .iter()
            .find(|endpoint| endpoint.target.as_ref().is_some_and(|target| target.value == Thing::App(*app)))?;
        if !http(noun) || noun.is_on("public-access") {
            return None;
        }
        let message = format!("app `{}` scales to {most} instances, not to {}", noun.head.name, stated.value);
        let found = Finding::of(engine, rule, stated.span, [Thing::App(*app)], message)?;
        let found = found.label(format!("{} stated, {most} for HTTP over a private endpoint", stated.value));
        Some(found.also(endpoint.head.span, "its only entry"))
    });
    found.collect()
}
