//! An app and the network that it integrates with: region, subscription, deployment model, and how many at once.

use super::super::Engine;
use super::Finding;
use super::occupancy::{Join, joins, plan_id};
use super::plan::FLEX;
use crate::model::*;
use indexmap::IndexMap;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, app) in engine.model.apps() {
        all.extend(several(engine, id, app));
    }
    let joins = joins(engine);
    for join in &joins {
        all.extend(region(engine, join));
        all.extend(subscription(engine, join));
        all.extend(provider(engine, join));
        all.extend(classic(engine, join));
        all.extend(compose(engine, join));
    }
    of_one_plan(engine, &joins, all);
}

/// The region of an app, which is that of its plan.
pub(super) fn region_of<'m>(engine: &Engine<'m>, app: AppId) -> Option<&'m Stated<String>> {
    let noun = &engine.model[app];
    noun.head.region.as_ref().or_else(|| engine.model[plan_id(noun)?].head.region.as_ref())
}

fn region(engine: &Engine<'_>, join: &Join) -> Option<Finding> {
    let vnet = &engine.model[engine.model[join.subnet].vnet].head;
    let (here, there) = (region_of(engine, join.app)?, vnet.region.as_ref()?);
    if here.value == there.value {
        return None;
    }
    let app = &engine.model[join.app].head;
    let message = format!("app `{}` and vnet `{}` are in different regions", app.name, vnet.name);
    let found = Finding::of(engine, "vnet.regional.same-region", join.place, [Thing::App(join.app)], message)?;
    let found = found.label(format!("{} here, {} there", here.value, there.value));
    Some(found.also(here.span, format!("`{}` is here", app.name)).also(there.span, format!("`{}` is here", vnet.name)))
}

/// The subscriptions of the app and of the vnet, where both are stated and differ.
fn apart<'m>(engine: &Engine<'m>, join: &Join) -> Option<(&'m Stated<String>, &'m Stated<String>)> {
    let app = &engine.model[join.app];
    let mine = app.head.subscription.as_ref().or_else(|| engine.model[plan_id(app)?].head.subscription.as_ref())?;
    let theirs = engine.model[engine.model[join.subnet].vnet].head.subscription.as_ref()?;
    (mine.value != theirs.value).then_some((mine, theirs))
}

fn subscription(engine: &Engine<'_>, join: &Join) -> Option<Finding> {
    let (mine, theirs) = apart(engine, join)?;
    let app = &engine.model[join.app].head.name;
    let vnet = &engine.model[engine.model[join.subnet].vnet].head.name;
    let message = format!("app `{app}` and vnet `{vnet}` are in different subscriptions");
    let rule = "vnet.regional.same-subscription";
    let found = Finding::of(engine, rule, join.place, [Thing::App(join.app)], message)?;
    let found = found.label(format!("`{}` here, `{}` there", mine.value, theirs.value));
    Some(found.also(mine.span, format!("of `{app}`")).also(theirs.span, format!("of `{vnet}`")))
}

/// The provider whose delegation the plan needs must be registered: in the vnet's subscription when that is another
/// one, and for Flex Consumption in any case. A subscription that names no provider has them all.
fn provider(engine: &Engine<'_>, join: &Join) -> Option<Finding> {
    let of_type = engine.model[join.plan?].plan_type.as_ref()?;
    let (provider, _) = of_type.delegation.as_ref()?.split_once('/')?;
    let vnet = &engine.model[engine.model[join.subnet].vnet].head;
    let name = vnet.subscription.as_ref()?;
    let subscription = engine.model.subscriptions.iter().find(|known| known.head.name == name.value)?;
    let first = subscription.providers.first()?;
    if subscription.providers.iter().any(|known| known.value.eq_ignore_ascii_case(provider)) {
        return None;
    }
    let rule = match (of_type.name == FLEX, apart(engine, join)) {
        (true, _) => "vnet.regional.delegation.flex",
        (false, Some(_)) => "vnet.regional.cross-subscription",
        (false, None) => return None,
    };
    let message = format!("subscription `{}` of vnet `{}` lacks the provider {provider}", name.value, vnet.name);
    let found = Finding::of(engine, rule, join.place, [Thing::App(join.app)], message)?;
    Some(found.also(first.span, format!("{provider} is not among these")))
}

fn classic(engine: &Engine<'_>, join: &Join) -> Option<Finding> {
    let vnet = &engine.model[engine.model[join.subnet].vnet];
    let classic = vnet.classic.as_ref().filter(|classic| classic.value)?;
    let app = &engine.model[join.app].head.name;
    let message = format!("app `{app}` cannot integrate with the classic vnet `{}`", vnet.head.name);
    let found = Finding::of(engine, "vnet.regional.arm-vnet", join.place, [Thing::App(join.app)], message)?;
    Some(found.also(classic.span, "classic here"))
}

fn compose(engine: &Engine<'_>, join: &Join) -> Option<Finding> {
    let app = &engine.model[join.app];
    let container = app.container.as_ref().filter(|container| container.value == "docker-compose")?;
    let message = format!("app `{}` runs Docker Compose and cannot integrate", app.head.name);
    let found = Finding::of(engine, "vnet.regional.no-docker-compose", join.place, [Thing::App(join.app)], message)?;
    Some(found.also(container.span, "the container"))
}

/// More integrations of one app than it may have at a time.
fn several(engine: &Engine<'_>, id: AppId, app: &App) -> Option<Finding> {
    let (first, rest) = app.integrate.split_first()?;
    let gateways = app.integrate.iter().any(|stated| matches!(stated.value, Integration::Gateway(..)));
    let (rule, limit) = match gateways {
        true => ("p2s.one-vnet-per-app", "gateway-vnets-of-app"),
        false => ("vnet.regional.one-per-app", "integrations-of-app"),
    };
    let most = usize::try_from(engine.platform().limit(limit)).unwrap_or(usize::MAX);
    let surplus = rest.get(most.checked_sub(1)?)?;
    let message = format!("app `{}` has more than one integration", app.head.name);
    let found = Finding::of(engine, rule, surplus.span, [Thing::App(id)], message)?;
    Some(found.label(format!("{} stated, {most} possible", app.integrate.len())).also(first.span, "the first one"))
}

/// A plan whose apps are joined to more subnets than it may.
fn of_one_plan(engine: &Engine<'_>, joins: &[Join], all: &mut Vec<Finding>) {
    let mut by_plan: IndexMap<PlanId, IndexMap<SubnetId, &Join>> = IndexMap::new();
    for join in joins {
        if let Some(plan) = join.plan {
            by_plan.entry(plan).or_default().entry(join.subnet).or_insert(join);
        }
    }
    let rule = "vnet.regional.integrations-per-plan";
    let most = |name: &str| {
        let stated = engine.platform().declaration("limit", name).is_some();
        stated.then(|| usize::try_from(engine.platform().limit(name)).unwrap_or(usize::MAX))
    };
    let Some(firm) = most("integrations-of-plan").filter(|_| engine.fires(rule)) else { return };
    for (plan, subnets) in by_plan {
        let noun = &engine.model[plan];
        // An older text gives Linux plans fewer, hence the warning (O-02).
        let doubtful = most("integrations-of-linux-plan").filter(|_| noun.is_linux()).unwrap_or(firm);
        for (at, (subnet, join)) in subnets.iter().enumerate().skip(doubtful.min(firm)) {
            let about = [Thing::Plan(plan), Thing::Subnet(*subnet)];
            let certain = at >= firm;
            let message = match certain {
                true => format!("plan `{}` integrates with more subnets than it may", noun.head.name),
                false => format!("plan `{}` may not integrate with a second subnet on Linux (O-02)", noun.head.name),
            };
            let Some(found) = Finding::of(engine, rule, join.place, about, message) else { continue };
            let label = format!("subnet {} of the plan, {} possible", at + 1, if certain { firm } else { doubtful });
            let found = found.label(label).also(subnets[0].place, "the first subnet");
            all.push(if certain { found } else { found.warning() });
        }
    }
}
