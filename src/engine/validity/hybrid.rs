//! Hybrid Connections: on which apps, how many of them, and where their managers run.

use super::super::Engine;
use super::Finding;
use super::ability::{elsewhere, in_row, plan_of, rule_of};
use super::occupancy::hosted;
use super::plan::facts;
use crate::model::*;
use crate::platform::PlanType;
use crate::source::Span;
use indexmap::IndexMap;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, app) in engine.model.apps() {
        if let Some((plan, of_type)) = plan_of(engine, app) {
            all.extend(on_app(engine, id, app, plan, of_type));
        }
    }
    limits(engine, all);
    for (id, manager) in engine.model.hybrid_managers() {
        all.extend(manager_os(engine, id, manager));
    }
}

/// What keeps Hybrid Connections from an app. The app itself runs, so that each finding is about one of them as well.
fn on_app(engine: &Engine<'_>, id: AppId, app: &App, plan: &Plan, of_type: &PlanType) -> Vec<Finding> {
    let (name, plan_name) = (&app.head.name, &plan.head.name);
    let windows_image = app.container.as_ref().filter(|stated| stated.value == "windows-image");
    let linux = plan.os.as_ref().filter(|os| os.value == "linux");
    let found = app.hybrids.iter().filter_map(|hybrid| {
        let (rule, message, place, label) = if !of_type.hybrid_connections {
            let rule = rule_of(engine, "hybrid-connections", of_type, "hc.not-consumption");
            let message = format!("app `{name}` cannot use Hybrid Connections on plan `{plan_name}`");
            (rule, message, plan.head.span, of_type.title.clone())
        } else if let Some(os) = linux {
            let message = format!("app `{name}` runs on Linux and cannot use Hybrid Connections");
            ("hc.windows-only".to_string(), message, os.span, "Linux".to_string())
        } else {
            let container = windows_image?;
            let message = format!("app `{name}` runs in a Windows container and cannot use Hybrid Connections");
            ("hc.no-windows-container".to_string(), message, container.span, "the container".to_string())
        };
        let found = Finding::of(engine, &rule, hybrid.span, [Thing::App(id), hybrid.value], message)?;
        let found = found.also(place, label);
        Some(match of_type.hybrid_connections {
            true => found,
            false => elsewhere(engine, found, "Hybrid Connections", in_row(engine, "hybrid-connections")).further(
                engine,
                true,
                "hc.not-consumption",
            ),
        })
    });
    found.collect()
}

/// How many Hybrid Connections a tier has: for a plan, or for each app where the stdlib says so. One that several apps
/// use counts once.
fn limits(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (plan, apps) in hosted(engine) {
        let noun = &engine.model[plan];
        let (Some(of_type), Some(tier)) = (&noun.plan_type, &noun.tier) else { continue };
        let property = format!("hybrid-connections-{}", tier.value.to_lowercase());
        let Some(most) = facts(engine, of_type, &property).first().and_then(|n| n.parse::<usize>().ok()) else {
            continue;
        };
        let per_app = facts(engine, of_type, "hybrid-connections-of-app").contains(&tier.value);
        let groups: Vec<(Thing, Vec<AppId>)> = match per_app {
            true => apps.iter().map(|app| (Thing::App(*app), vec![*app])).collect(),
            false => vec![(Thing::Plan(plan), apps)],
        };
        for (thing, apps) in groups {
            let alone = apps.iter().any(|app| engine.model[*app].hybrids.len() > most);
            let mut used: IndexMap<Thing, Span> = IndexMap::new();
            for hybrid in apps.iter().flat_map(|app| &engine.model[*app].hybrids) {
                used.entry(hybrid.value).or_insert(hybrid.span);
            }
            if let Some((_, span)) = used.get_index(most) {
                let name = &thing.head(engine.model).name;
                let message = format!("`{name}` uses more Hybrid Connections than the tier {} has", tier.value);
                // Where the apps of a plan exceed the number only together, how they are counted decides.
                let rule = if alone { "plan.hybrid.tiers" } else { "hc.limits" };
                let found = Finding::of(engine, rule, *span, [thing], message);
                let label = format!("{} used, {most} possible", used.len());
                all.extend(found.map(|found| found.label(label).also(tier.span, "the tier")));
            }
        }
    }
}

/// A manager on Linux, stated of itself or of its host.
fn manager_os(engine: &Engine<'_>, id: HybridManagerId, manager: &HybridManager) -> Option<Finding> {
    if engine.platform().declaration("property", "hybrid-connection-manager.linux").is_some() {
        return None;
    }
    let host = match manager.place.as_ref().map(|place| place.value) {
        Some(Thing::Host(id)) => engine.model[id].os.as_ref().filter(|os| os.value == "linux").map(|os| os.span),
        _ => None,
    };
    let own = manager.linux.as_ref().filter(|linux| linux.value).map(|linux| linux.span);
    let place = own.or(host)?;
    let message = format!("manager `{}` runs on Linux", manager.head.name);
    let found = Finding::of(engine, "hc.manager-os", place, [Thing::HybridConnectionManager(id)], message)?;
    Some(found.also(manager.head.span, "the manager"))
}
