//! What a plan lacks: another tier, another operating system, a delegation.

use super::Stop;
use crate::engine::Engine;
use crate::engine::trail::Outcome;
use crate::platform::PlanType;
use std::sync::Arc;

impl Engine<'_> {
    /// The plan types of the edition with a tier that something holds of, in the order of the stdlib; of each the first
    /// such tier.
    pub(super) fn tiers_with(&self, holds: impl Fn(&PlanType, &str) -> bool) -> Vec<(Arc<PlanType>, String)> {
        let first = |of_type: Arc<PlanType>| {
            let tier = of_type.tiers.iter().find(|tier| holds(&of_type, tier)).cloned()?;
            Some((of_type, tier))
        };
        self.platform().plan_types().into_iter().filter_map(first).collect()
    }

    /// What Azure would not run on the plan as it is.
    pub(super) fn by_plan(&self, stop: Stop<'_>, all: &mut Vec<String>) {
        let (Some(app), Some(Outcome::Broken | Outcome::Unsupported)) = (stop.app(), stop.outcome()) else { return };
        let Some(plan) = self.plan_of(app) else { return };
        let name = &plan.head.name;
        if let (Some(of_type), Some(subnet)) = (&plan.plan_type, self.integration_subnet(app))
            && let Some(wanted) = &of_type.delegation
            && !self.model[subnet].delegation.as_ref().is_some_and(|stated| stated.value.eq_ignore_ascii_case(wanted))
        {
            all.push(format!("amend subnet {} {{ delegation {wanted} }}", self.model[subnet].head.name));
        }
        // What a subnet is too small for, or used for, no other plan mends.
        if stop.step.rule.starts_with("subnet.") {
            return;
        }
        if let Some(of_type) = &plan.plan_type {
            let now = if plan.is_linux() { "linux" } else { "windows" };
            let others = of_type.os.iter().filter(|os| *os != now);
            all.extend(others.map(|os| format!("amend plan {name} {{ os {os} }}")));
        }
        let tier = plan.tier.as_ref().map(|tier| tier.value.as_str());
        let others = self.tiers_with(|of_type, other| Some(other) != tier && of_type.multitenant);
        all.extend(others.into_iter().map(|(_, tier)| format!("amend plan {name} {{ tier {tier} }}")));
    }
}
