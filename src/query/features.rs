//! `features`: the matrix, or the column of one plan.

use super::Asked;
use super::answer::{FeatureAnswer, FeatureRow, FeaturesAnswer};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{Kind, Thing};
use crate::platform::PlanType;
use crate::syntax::ast::Word;
use std::sync::Arc;

/// Answers `features`.
pub(super) fn features(asked: &Asked<'_>, what: Option<&Word>) -> Result<FeaturesAnswer, Diagnostic> {
    let platform = &asked.model.platform;
    let all = platform.plan_types();
    let (plans, of) = match what {
        None => (all, None),
        Some(word) => {
            let (plan, of) = one(asked, word)?;
            (vec![plan], Some(of))
        }
    };
    let row = |feature: Arc<crate::platform::Feature>| FeatureRow {
        cells: plans
            .iter()
            .map(|plan| match feature.cells.iter().find(|cell| cell.plan == plan.name) {
                Some(cell) => FeatureAnswer {
                    yes: cell.known.then_some(cell.yes),
                    note: cell.note.clone(),
                    rule: cell.by.clone(),
                },
                None => FeatureAnswer { yes: None, note: None, rule: None },
            })
            .collect(),
        feature: feature.name.clone(),
        title: feature.title.clone(),
    };
    Ok(FeaturesAnswer {
        edition: platform.edition().to_string(),
        plans: plans.iter().map(|plan| plan.title.clone()).collect(),
        rows: platform.features().into_iter().map(row).collect(),
        of,
    })
}

/// The plan type that a word means: a declared app or plan, a tier, or a plan type's name.
fn one(asked: &Asked<'_>, word: &Word) -> Result<(Arc<PlanType>, String), Diagnostic> {
    let platform = &asked.model.platform;
    let of_plan = |id: crate::model::PlanId| {
        let plan = &asked.model[id];
        plan.plan_type.clone().map(|of| (of, plan.tier.as_ref().map_or(String::new(), |tier| tier.value.clone())))
    };
    match asked.model.names.find(&word.text, &[Kind::App, Kind::Plan]) {
        Ok(Thing::App(id)) => {
            let name = &asked.model[id].head.name;
            if let Some(Thing::Plan(plan)) = asked.model[id].on
                && let Some((of, tier)) = of_plan(plan)
            {
                return Ok((of, format!("{name}, on plan {} ({tier})", asked.model[plan].head.name)));
            }
            let isolated = platform.plan_types().into_iter().find(|plan| !plan.multitenant && plan.name == "isolated");
            if let Some(of) = isolated {
                return Ok((of, name.clone()));
            }
        }
        Ok(Thing::Plan(id)) => {
            if let Some((of, tier)) = of_plan(id) {
                return Ok((of, format!("plan {} ({tier})", asked.model[id].head.name)));
            }
        }
        _ => {}
    }
    let text = word.plain();
    let by_name = platform.plan_types().into_iter().find(|plan| plan.name.eq_ignore_ascii_case(&text));
    if let Some(of) = by_name.or_else(|| platform.plan_type(&text).map(|(of, _)| of)) {
        let title = of.title.clone();
        return Ok((of, title));
    }
    let types = platform.plan_types();
    let names = types.iter().flat_map(|plan| plan.tiers.iter().chain([&plan.name])).map(String::as_str);
    let apps = asked.model.names.iter().filter(|(_, t)| matches!(t.kind(), Kind::App | Kind::Plan)).map(|(n, _)| n);
    let help = did_you_mean(&text, names.chain(apps));
    Err(Diagnostic::error("FN0113", word.span(), format!("`{text}` is no app, plan or tier")).maybe_help(help))
}
