//! Access restrictions: how many lines a list has, how much one line names, and plans where a list does nothing.

use super::super::Engine;
use super::Finding;
use crate::model::*;
use crate::source::Span;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, app) in engine.model.apps() {
        for (word, list) in lists(app) {
            all.extend(too_many(engine, id, app, word, list));
            all.extend(list.rules.iter().filter_map(|rule| too_long(engine, id, app, rule)));
        }
        all.extend(elsewhere(engine, id, app));
    }
}

/// The lists of an app, with the words that they stand under.
pub(in crate::engine) fn lists(app: &App) -> impl Iterator<Item = (&'static str, &AccessList)> {
    let own = match &app.scm_access {
        Some(ScmAccess::Own(list)) => Some(("scm-access", list)),
        _ => None,
    };
    app.access.iter().map(|list| ("access", list)).chain(own)
}

fn too_many(engine: &Engine<'_>, id: AppId, app: &App, word: &str, list: &AccessList) -> Option<Finding> {
    let most = usize::try_from(engine.platform().limit("access-rules")).unwrap_or(usize::MAX);
    let surplus = list.rules.get(most)?;
    let message = format!("`{word}` of app `{}` has too many rules", app.head.name);
    let found = Finding::of(engine, "in.rules.limit", list.span, [Thing::App(id)], message)?;
    let found = found.label(format!("{} rules, {most} possible", list.rules.len()));
    Some(found.also(surplus.span, "the first one too many"))
}

/// A line that names more ranges or tags than one may.
fn too_long(engine: &Engine<'_>, id: AppId, app: &App, rule: &AccessRule) -> Option<Finding> {
    let AccessSource::Addresses(expr) = &rule.source else { return None };
    let most = usize::try_from(engine.platform().limit("access-rule-values")).unwrap_or(usize::MAX);
    let tags = expr.terms.iter().filter(|term| matches!(term, Term::Tag(_))).count();
    let (count, what) = match tags {
        0 => (expr.terms.len(), "ranges"),
        tags => (tags, "service tags"),
    };
    if count <= most {
        return None;
    }
    let message = format!("rule {} of app `{}` names too many {what}", rule.priority, app.head.name);
    let found = Finding::of(engine, "in.rules.multi-source", rule.span, [Thing::App(id)], message)?;
    Some(found.label(format!("{count} {what}, {most} possible")).also(app.head.span, "the app"))
}

/// A list on a plan whose environment guards its apps: there it does nothing.
fn elsewhere(engine: &Engine<'_>, id: AppId, app: &App) -> Option<Finding> {
    let plan = engine.plan_of(id)?;
    let of_type = plan.plan_type.as_ref()?;
    let rule = "plan.all.inbound-ip-restrictions";
    // The matrix says where, in words of its own, where it is not the site.
    let row = engine.platform().feature("inbound-restrictions")?;
    let cell = row.cells.iter().find(|cell| cell.plan == of_type.name && cell.by.as_deref() == Some(rule))?;
    let place = cell.note.clone()?;
    let (word, span): (&str, Span) = lists(app).next().map(|(word, list)| (word, list.span))?;
    let message = format!("`{word}` of app `{}` has no effect: its plan is guarded {place}", app.head.name);
    let found = Finding::of(engine, rule, span, [Thing::App(id)], message)?;
    let found = found.label("has no effect").also(plan.head.span, of_type.title.clone());
    Some(found.help(format!("remove `{word}`, and guard the app {place}")))
}
