//! The storage account and the triggers of an app. Whether they work is found out by a walk, elsewhere.

use super::super::Engine;
use super::Finding;
use super::plan::FLEX;
use crate::model::*;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, app) in engine.model.apps() {
        all.extend(account(engine, id, app));
        all.extend(app.triggers.iter().filter_map(|trigger| of_trigger(engine, id, trigger)));
    }
}

/// The account that an app runs on: a general-purpose one.
fn account(engine: &Engine<'_>, id: AppId, app: &App) -> Option<Finding> {
    let stated = app.storage.as_ref()?;
    let Thing::Service(service) = stated.value else { return None };
    let noun = &engine.model[service];
    let of_type = noun.service_type.as_ref()?;
    let fits = |kind: &Stated<String>| of_type.app_kinds.iter().any(|known| known.eq_ignore_ascii_case(&kind.value));
    let (name, of) = (&app.head.name, &noun.head.name);
    if of_type.app_kinds.is_empty() {
        let message = format!("app `{name}` needs a storage account, and `{of}` is none");
        let found = Finding::of(engine, "storage.requirement", stated.span, [Thing::App(id)], message)?;
        let place = noun.type_span.unwrap_or(noun.head.span);
        return Some(found.label("named as its storage").also(place, of_type.title.clone()));
    }
    let kind = noun.kind.as_ref().filter(|kind| !fits(kind))?;
    let message = format!("app `{name}` needs a general-purpose account, and `{of}` is none");
    let found = Finding::of(engine, "storage.requirement", stated.span, [Thing::App(id)], message)?;
    Some(found.label("named as its storage").also(kind.span, "without blobs, queues and tables"))
}

/// What keeps one trigger from firing, whatever the app reaches.
pub(in crate::engine) fn of_trigger(engine: &Engine<'_>, id: AppId, trigger: &Trigger) -> Option<Finding> {
    let app = &engine.model[id];
    let (name, short) = (&app.head.name, &trigger.name);
    let stated = trigger.trigger_type.as_ref()?;
    let of_type = engine.platform().trigger_type(&stated.value)?;
    let plan = engine.plan_of(id);
    let flex = plan.and_then(|plan| plan.plan_type.as_ref()).is_some_and(|of_type| of_type.name == FLEX);
    let by_events = trigger.via_event_grid.as_ref().is_some_and(|via| via.value);
    if stated.value == "blob" && flex && !by_events {
        let message = format!("blob trigger `{short}` of app `{name}` does not use Event Grid");
        let place = trigger.via_event_grid.as_ref().map_or(stated.span, |via| via.span);
        let found = Finding::of(engine, "trigger.flex.blob", place, [Thing::App(id)], message)?;
        let help = format!("amend app {name} {{ trigger {short} {{ via-event-grid on }} }}");
        return Some(found.also(plan?.head.span, "a Flex Consumption plan").help(help));
    }
    let (runtime, source) = (app.runtime.as_ref()?, trigger.source.as_ref()?);
    let least = engine.platform().limit("runtime-network-triggers");
    if of_type.needs_source && runtime.value < least && engine.network_only(id, &source.value) {
        let message = format!("trigger `{short}` of app `{name}` needs runtime {least} or later");
        let found = Finding::of(engine, "trigger.runtime", runtime.span, [Thing::App(id)], message)?;
        let label = format!("runtime {}", runtime.value);
        let help = format!("amend app {name} {{ runtime {least} }}");
        return Some(found.label(label).also(source.span, "a source that admits networks alone").help(help));
    }
    None
}
