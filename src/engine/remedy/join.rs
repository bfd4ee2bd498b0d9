//! Getting an app into a network: by its plan, a subnet that it may use, and the line that integrates it.

use super::Stop;
use crate::engine::Engine;
use crate::engine::trail::Outcome;
use crate::model::*;
use crate::platform::PlanType;
use std::sync::Arc;

/// How many networks are tried.
const MOST_NETWORKS: usize = 3;

impl Engine<'_> {
    /// An app without integration that calls into a network, or what admits networks alone.
    pub(super) fn by_joining(&self, stop: Stop<'_>, all: &mut Vec<String>) {
        let Some(app) = stop.app() else { return };
        let joined = self.integration_subnet(app).is_some();
        let broken = stop.outcome() == Some(Outcome::Broken);
        if self.environment(app).is_some() || joined && !broken {
            return;
        }
        for vnet in self.networks_for(stop) {
            all.extend(self.joining(app, vnet, joined).into_iter().map(|join| join.line));
        }
    }

    /// The networks that an app may want to be in: where the target stands, where a private endpoint to it does, and those
    /// beside them.
    pub(super) fn networks_for(&self, stop: Stop<'_>) -> Vec<VnetId> {
        let mut all: Vec<VnetId> = Vec::new();
        let mut add = |vnet: VnetId| {
            if !all.contains(&vnet) {
                all.push(vnet);
            }
        };
        let goal = stop.part.flows.destination.possible();
        let home = self.home(stop).map(|subnet| self.model[subnet].vnet);
        home.into_iter().for_each(&mut add);
        if !goal.meets(&self.public_space()) {
            self.model.vnets().filter(|(_, vnet)| goal.meets(&vnet.addresses())).for_each(|(id, _)| add(id));
        }
        if let Some((called, _)) = self.called(stop) {
            let leads = |endpoint: &&PrivateEndpoint| endpoint.target.as_ref().is_some_and(|t| t.value == called);
            let places = self.model.private_endpoints.iter().filter(leads).filter_map(|endpoint| endpoint.subnet);
            places.for_each(|subnet| add(self.model[subnet].vnet));
        }
        if let Some(Thing::Host(host)) = stop.question.named
            && let Some(Thing::OnPremises(_)) = self.model[host].place
        {
            self.model.gateways.iter().filter_map(|gateway| gateway.vnet).for_each(&mut add);
        }
        // Beside them: an app joins a network of its own region.
        let region = stop.app().and_then(|app| self.region_of(app));
        let near = |vnet: &Vnet| region.is_none() || vnet.head.region.as_ref().map(|r| &r.value) == region.as_ref();
        self.model.vnets().filter(|(_, vnet)| near(vnet)).for_each(|(id, _)| add(id));
        all.truncate(MOST_NETWORKS);
        all
    }

    fn region_of(&self, app: AppId) -> Option<String> {
        let own = self.model[app].head.region.as_ref();
        let region = own.or_else(|| self.plan_of(app).and_then(|plan| plan.head.region.as_ref()));
        region.map(|region| region.value.clone())
    }

    /// The ways to integrate an app with a network, the nearest first; `anew` where it has a subnet that will not do.
    pub(super) fn joining(&self, app: AppId, vnet: VnetId, anew: bool) -> Vec<Join> {
        self.on_plans(app, |of_type| self.subnet_for(app, vnet, of_type, anew))
    }

    /// The ways to integrate an app with a network of its own, where none is declared that would do.
    pub(super) fn joining_new(&self, app: AppId) -> Vec<Join> {
        let name = self.free_name(&format!("{}-net", self.model[app].head.name.replace('.', "-")));
        let region = self.region_of(app).map(|region| format!("region {region}; ")).unwrap_or_default();
        self.on_plans(app, |of_type| {
            let wanted = of_type.delegation.as_ref()?;
            let space = self.free_space()?;
            let prefix = space.subnets(self.lengths(app, of_type).next()?).ok()?.next()?;
            let subnet = format!("{name}.integration");
            let made =
                format!("vnet {name} {space} {{ {region}subnet integration {prefix} {{ delegation {wanted} }} }}");
            let integrate = self.amend_app(app, &format!("integrate {subnet}"));
            Some(Join { line: format!("{made}; {integrate}"), subnet })
        })
    }

    /// A join on the plan as it is, or on other tiers where this one cannot integrate.
    fn on_plans(&self, app: AppId, join: impl Fn(&PlanType) -> Option<Join>) -> Vec<Join> {
        let Some(plan) = self.plan_of(app) else { return Vec::new() };
        let (Some(now), Some(tier)) = (&plan.plan_type, &plan.tier) else { return Vec::new() };
        if now.may_integrate(&tier.value, "regional") {
            return join(now).into_iter().collect();
        }
        let name = &plan.head.name;
        let others = self.tiers_with(|of_type, tier| of_type.may_integrate(tier, "regional"));
        let joined = |(of_type, tier): (Arc<PlanType>, String)| {
            let Join { line, subnet } = join(&of_type)?;
            Some(Join { line: format!("amend plan {name} {{ tier {tier} }}; {line}"), subnet })
        };
        others.into_iter().filter_map(joined).collect()
    }

    /// The lengths that the prefix of an integration subnet may well have, the advised one first.
    fn lengths(&self, app: AppId, of_type: &PlanType) -> impl Iterator<Item = u8> {
        let linux = self.plan_of(app).is_some_and(Plan::is_linux);
        let (of_windows, of_linux) = of_type.recommended_subnet;
        let advised = if linux { of_linux } else { of_windows };
        [advised, of_type.min_subnet].into_iter().flatten()
    }

    /// The line that integrates an app with a subnet that is there for it, or makes one.
    fn subnet_for(&self, app: AppId, vnet: VnetId, of_type: &PlanType, anew: bool) -> Option<Join> {
        let wanted = of_type.delegation.as_ref()?;
        let integrate = |subnet: &str| self.amend_app(app, &format!("integrate {subnet}"));
        let on = self.model[app].on;
        let users = |subnet: SubnetId| self.callers_of(subnet).iter().filter(|other| **other != app);
        let delegated = |subnet: &Subnet| {
            subnet.delegation.as_ref().is_some_and(|stated| stated.value.eq_ignore_ascii_case(wanted))
        };
        let free = |id: &SubnetId| {
            let subnet = &self.model[*id];
            delegated(subnet) && users(*id).all(|other| self.model[*other].on == on) && !anew
        };
        if let Some(id) = self.model[vnet].subnets.iter().find(|id| free(id)) {
            let subnet = self.model[*id].head.name.clone();
            return Some(Join { line: integrate(&subnet), subnet });
        }
        let short = format!("{}-integration", self.model[app].head.name.replace('.', "-"));
        let delegation = format!("delegation {wanted}");
        let made = self.lengths(app, of_type).find_map(|length| self.new_subnet(vnet, &short, length, &delegation))?;
        Some(Join { line: format!("{}; {}", made.line, integrate(&made.name)), subnet: made.name })
    }
}

/// A way into a network.
pub(super) struct Join {
    /// The statements.
    pub(super) line: String,
    /// The subnet that the app is then in.
    pub(super) subnet: String,
}
