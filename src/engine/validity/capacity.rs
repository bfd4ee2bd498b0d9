//! Does a plan fit its integration subnet? One finding a plan and subnet, the most telling one.

use super::super::Engine;
use super::Finding;
use super::occupancy::{Join, by_subnet, joins, plans_of};
use super::plan::{FLEX, PREMIUM, platform_maximum};
use crate::model::*;
use crate::source::Span;
use indexmap::IndexMap;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    let joins = joins(engine);
    for (subnet, joins) in by_subnet(&joins) {
        let plans: Vec<Fit<'_>> =
            plans_of(&joins).iter().filter_map(|(plan, place)| Fit::of(engine, subnet, *plan, *place)).collect();
        let mut found: Vec<Finding> = plans.iter().filter_map(|fit| fit.hard(&joins)).collect();
        if found.is_empty() {
            found.extend(sum(&plans));
        }
        if found.is_empty() {
            found.extend(plans.iter().find_map(Fit::advice));
        }
        all.append(&mut found);
        flex(engine, subnet, &joins, all);
    }
}

/// The IPv4 addresses of a subnet, those that Azure keeps included.
pub(super) fn size(subnet: &Subnet) -> i64 {
    let v4 = subnet.prefixes.iter().filter(|prefix| prefix.value.addr().is_ipv4());
    v4.map(|prefix| addresses_of(i64::from(prefix.value.prefix_len()))).sum()
}

/// How many addresses an IPv4 prefix of that length has.
pub(super) fn addresses_of(length: i64) -> i64 {
    1 << (32 - length.clamp(0, 32))
}

/// The addresses of a subnet that instances may have.
pub(in crate::engine) fn usable_addresses(engine: &Engine<'_>, subnet: &Subnet) -> i64 {
    let reserved = engine.platform().limit("subnet-reserved-first") + engine.platform().limit("subnet-reserved-last");
    let prefixes = subnet.prefixes.iter().filter(|prefix| prefix.value.addr().is_ipv4()).count();
    (size(subnet) - reserved * prefixes as i64).max(0)
}

/// A plan that takes one address an instance, and a subnet that it calls out of.
struct Fit<'m> {
    engine: &'m Engine<'m>,
    subnet: SubnetId,
    plan: PlanId,
    noun: &'m Plan,
    here: &'m Subnet,
    place: Span,
    usable: i64,
    /// The most instances that the user states: what nobody stated is nobody's fault.
    scale: Option<Stated<i64>>,
}

impl<'m> Fit<'m> {
    fn of(engine: &'m Engine<'m>, subnet: SubnetId, plan: PlanId, place: Span) -> Option<Self> {
        let (noun, here) = (&engine.model[plan], &engine.model[subnet]);
        if !noun.plan_type.as_ref()?.address_per_instance {
            return None;
        }
        let stated = noun.max_instances.iter().chain(&noun.instances).max_by_key(|stated| stated.value);
        let most = platform_maximum(engine, noun).unwrap_or(i64::MAX);
        let scale = stated.map(|stated| Stated::new(stated.value.min(most), stated.span));
        Some(Self { engine, subnet, plan, noun, here, place, usable: usable_addresses(engine, here), scale })
    }

    fn found(&self, rule: &str, what: &str) -> Option<Finding> {
        let about = [Thing::Subnet(self.subnet), Thing::Plan(self.plan)];
        let message = format!("subnet `{}` {what} plan `{}`", self.here.head.name, self.noun.head.name);
        Finding::of(self.engine, rule, self.here.head.span, about, message)
    }

    fn usable_text(&self) -> String {
        format!("{} usable addresses", self.usable)
    }

    /// What keeps the plan from running or from scaling.
    fn hard(&self, joins: &[&Join]) -> Option<Finding> {
        self.minimum().or_else(|| self.instances()).or_else(|| self.containers(joins)).or_else(|| self.doubling())
    }

    fn minimum(&self) -> Option<Finding> {
        let of_type = self.noun.plan_type.as_ref()?;
        let least = i64::from(of_type.min_subnet?);
        let portal = self.here.created_by_portal.as_ref().filter(|portal| portal.value);
        let longest = portal.and_then(|_| self.portal_prefix()).unwrap_or(least).min(least);
        if size(self.here) >= addresses_of(longest) {
            return None;
        }
        let found = self.found("subnet.min.regional", "is too small for")?;
        let found = found.label(format!("{} addresses", size(self.here)));
        let found = found.also(self.place, format!("{}: /{longest} or larger", of_type.title));
        Some(match portal {
            Some(portal) if longest < least => found.also(portal.span, "made in the portal, which asks for more"),
            _ => found,
        })
    }

    /// The longest prefix that the portal lets a person choose, where the edition states one.
    fn portal_prefix(&self) -> Option<i64> {
        let of_type = self.noun.plan_type.as_ref()?;
        let name = match (of_type.name == PREMIUM, self.noun.is_linux()) {
            (true, true) => "portal-premium-prefix-linux",
            (true, false) => "portal-premium-prefix-windows",
            (false, _) => "portal-subnet-prefix",
        };
        self.engine.platform().declaration("limit", name)?;
        Some(self.engine.platform().limit(name))
    }

    fn instances(&self) -> Option<Finding> {
        let stated = self.noun.instances.as_ref().filter(|stated| stated.value > self.usable)?;
        let found = self.found("subnet.ip-per-instance", "has too few addresses for the instances of")?;
        Some(found.label(self.usable_text()).also(stated.span, format!("needs {}", stated.value)))
    }

    /// Windows containers take an address an app and instance besides.
    fn containers(&self, joins: &[&Join]) -> Option<Finding> {
        let is_windows = |join: &&&Join| {
            let container = engine_container(self.engine, join.app);
            join.plan == Some(self.plan) && container == Some("windows-image")
        };
        let apps = joins.iter().filter(is_windows).count() as i64;
        let scale = self.scale.as_ref().filter(|_| apps > 0)?;
        let needed = scale.value.saturating_mul(1 + apps);
        if needed <= self.usable {
            return None;
        }
        let found = self.found("subnet.windows-container", "has too few addresses for the containers of")?;
        let label = format!("needs {needed}: {} instances, {apps} apps in Windows containers", scale.value);
        Some(found.label(self.usable_text()).also(scale.span, label))
    }

    fn doubling(&self) -> Option<Finding> {
        let scale = self.scale.as_ref()?;
        let needed = scale.value.saturating_mul(self.engine.platform().limit("scale-doubling"));
        if needed <= self.usable {
            return None;
        }
        let said = self.as_article_says(scale.value);
        let found = said.or_else(|| self.found("subnet.scale-doubling", "has too few addresses for the scaling of"))?;
        let found = found.label(self.usable_text()).also(scale.span, format!("needs {needed} while it scales"));
        Some(self.by_table(found, scale.value))
    }

    /// The table of the current documents says the same from the other side: how many instances a subnet safely carries.
    /// That the declared maximum counts, though today's instances would fit, is because the size is there to stay.
    fn by_table(&self, found: Finding, instances: i64) -> Finding {
        let engine = self.engine;
        let doubling = engine.platform().limit("scale-doubling").max(1);
        let safe = self.usable / doubling;
        let now = self.noun.instances.as_ref().map_or(1, |stated| stated.value);
        let table = "subnet.capacity-table";
        let found = match engine.fires(table) {
            true => {
                let label = format!("{}, safe for {safe} instances", self.usable_text());
                found.label(label).further(engine, instances > safe, table)
            }
            false => found,
        };
        found.further(engine, now <= safe, "subnet.size-immutable")
    }

    /// The article gives a subnet of the recommended size more instances than doubling allows: a warning.
    fn as_article_says(&self, instances: i64) -> Option<Finding> {
        let rule = "subnet.capacity-2020-mismatch";
        let recommended = i64::from(self.recommended()?);
        if !self.engine.fires(rule) || size(self.here) < addresses_of(recommended) {
            return None;
        }
        let most = self.engine.platform().limit("recommended-subnet-instances");
        (instances <= most).then(|| self.found(rule, "is a little short for the scaling of")).flatten()
    }

    fn recommended(&self) -> Option<u8> {
        let (windows, linux) = self.noun.plan_type.as_ref()?.recommended_subnet;
        if self.noun.is_linux() { linux } else { windows }
    }

    /// What only would be better.
    fn advice(&self) -> Option<Finding> {
        self.hundred().or_else(|| {
            let longest = self.recommended().filter(|longest| size(self.here) < addresses_of(i64::from(*longest)))?;
            self.scale.as_ref()?;
            let found = self.found("subnet.recommended", "is smaller than recommended for")?;
            let label = format!("{} addresses", size(self.here));
            Some(found.label(label).also(self.place, format!("a /{longest} is recommended")))
        })
    }

    /// The page of the Premium plan asks for more free addresses than its other pages do: heard below every size that
    /// they recommend (O-06).
    fn hundred(&self) -> Option<Finding> {
        let of_type = self.noun.plan_type.as_ref().filter(|of_type| of_type.name == PREMIUM)?;
        let (windows, linux) = of_type.recommended_subnet;
        let longest = i64::from(windows.max(linux)?);
        let asked = self.engine.platform().limit("premium-subnet-addresses");
        if size(self.here) >= addresses_of(longest) || self.usable >= asked {
            return None;
        }
        let found = self.found("subnet.premium.hundred-addresses", "has fewer addresses than is advised for")?;
        Some(found.warning().label(self.usable_text()).also(self.place, format!("{asked} are advised (O-06)")))
    }
}

fn engine_container<'m>(engine: &Engine<'m>, app: AppId) -> Option<&'m str> {
    engine.model[app].container.as_ref().map(|container| container.value.as_str())
}

/// Plans that fit one by one and not together: their instances, and the doubling of the one that scales.
fn sum(plans: &[Fit<'_>]) -> Option<Finding> {
    let stated: Vec<(&Fit<'_>, &Stated<i64>)> =
        plans.iter().filter_map(|fit| Some((fit, fit.scale.as_ref()?))).collect();
    let (largest, scale) = stated.iter().max_by_key(|(_, scale)| scale.value)?;
    let doubling = largest.engine.platform().limit("scale-doubling");
    let others: i64 = stated.iter().map(|(_, scale)| scale.value).sum::<i64>() - scale.value;
    let needed = others + scale.value.saturating_mul(doubling);
    if stated.len() < 2 || needed <= largest.usable {
        return None;
    }
    let head = &largest.here.head;
    let message = format!("subnet `{}` has too few addresses for its {} plans together", head.name, stated.len());
    let found = Finding::of(largest.engine, "subnet.sum-of-apps", head.span, [Thing::Subnet(largest.subnet)], message)?;
    let label = format!("{}, {needed} needed while `{}` scales", largest.usable_text(), largest.noun.head.name);
    Some(stated.iter().fold(found.label(label), |found, (fit, scale)| {
        found.also(scale.span, format!("{} instances of `{}`", scale.value, fit.noun.head.name))
    }))
}

/// Flex apps share a few gateways, so that a small subnet slows them and does not stop them.
fn flex(engine: &Engine<'_>, subnet: SubnetId, joins: &[&Join], all: &mut Vec<Finding>) {
    let is_flex = |plan: PlanId| engine.model[plan].plan_type.as_ref().is_some_and(|of_type| of_type.name == FLEX);
    let mut apps: IndexMap<AppId, Span> = IndexMap::new();
    for join in joins.iter().filter(|join| join.plan.is_some_and(is_flex)) {
        apps.insert(join.app, join.place);
    }
    let Some(first) = apps.values().next() else { return };
    let noun = &engine.model[subnet];
    let of = |rule: &str, message: String| Finding::of(engine, rule, noun.head.span, [Thing::Subnet(subnet)], message);
    if noun.short_name().contains('_') {
        let message =
            format!("the name of subnet `{}` has an underscore, which Flex Consumption refuses", noun.head.name);
        all.extend(of("subnet.flex.no-underscore", message).map(|found| found.also(*first, "integrated here")));
    }
    let limit = if apps.len() > 1 { "flex-shared-subnet-prefix" } else { "flex-subnet-prefix" };
    let longest = engine.platform().limit(limit);
    if size(noun) < addresses_of(longest) {
        let apps = if apps.len() > 1 { format!("{} Flex apps", apps.len()) } else { "a Flex app".to_string() };
        let message = format!("subnet `{}` is small for {apps}", noun.head.name);
        let found = of("subnet.flex.small", message);
        let label = format!("{} addresses, less than a /{longest}", size(noun));
        all.extend(found.map(|found| found.label(label).also(*first, "integrated here")));
    }
}
