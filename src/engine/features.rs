//! What the plan of an app lets it do, feature by feature, as the matrix of the edition says: the rule that a step rests
//! on where it is only possible because the plan has the feature. What a plan refuses is in [`super::validity`].

use super::Engine;
use crate::model::{AppId, Thing};
use crate::platform::PlanType;
use std::sync::Arc;

impl Engine<'_> {
    /// The kind of plan of an app; of one that runs in an environment, that of environments.
    pub(super) fn plan_type_of(&self, app: AppId) -> Option<Arc<PlanType>> {
        if let Some(plan) = self.plan_of(app) {
            return plan.plan_type.clone();
        }
        let types = self.platform().plan_types();
        matches!(self.model[app].on, Some(Thing::Ase(_)))
            .then(|| types.into_iter().find(|of_type| of_type.name == "isolated"))
            .flatten()
    }

    /// Has a kind of plan access rules for subnets, and by which rule? None where the edition says nothing of it.
    pub(super) fn subnet_rules_of(&self, of_type: &PlanType) -> Option<(bool, String)> {
        match self.platform().feature("service-endpoints") {
            Some(row) => {
                let cell = row.cells.iter().find(|cell| cell.plan == of_type.name)?;
                Some((cell.yes, cell.by.clone()?))
            }
            None => of_type.subnet_rules_by.clone().map(|rule| (true, rule)),
        }
    }

    /// The rule by which the plan of an app has a feature of the matrix.
    pub(super) fn permitted_by(&self, app: AppId, feature: &str) -> Option<String> {
        let of_type = self.plan_type_of(app)?;
        let row = self.platform().feature(feature)?;
        row.cells.iter().find(|cell| cell.plan == of_type.name && cell.yes)?.by.clone()
    }
}
