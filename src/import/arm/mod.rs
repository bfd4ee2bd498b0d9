//! Templates of Azure Resource Manager: the template language evaluated, far enough to know the resources. Hand-written
//! templates and those that Bicep makes; what only a deployment can know stays a placeholder.
//!
//! ```text
//! string --expression--> tree --evaluate, functions--> value     resources --loops, conditions, children--> Resource
//! ```

mod deployment;
mod evaluate;
mod expression;
mod functions;
mod resources;
mod state;
mod trouble;

use super::found::Found;
use super::json::{Json, Map};
use super::{Document, Options};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::platform::{Edition, Platform};
use deployment::{Deployment, Given, Nested, Place, Scope};
use evaluate::Evaluator;
use state::State;
use std::collections::HashMap;
use std::rc::Rc;

/// What is not said of where templates are deployed.
const SUBSCRIPTION: &str = "{subscription}";
const GROUP: &str = "{resource-group}";

/// Reads a template, with the files of its parameters: what those say first goes before what they say later, and what is
/// said from outside before both.
pub(super) fn read(template: &Document, parameters: &[&Document], options: &Options) -> Found {
    let evaluator = Evaluator { state: State::new(Platform::of(Edition::newest())) };
    let group = (!above_groups(&template.json)).then(|| GROUP.to_string());
    let place = Place { subscription: SUBSCRIPTION.into(), group };
    let own = Rc::new(Deployment {
        template: &template.json,
        name: stem(&template.name),
        place: place.clone(),
        given: given(parameters, options),
        parameters: Default::default(),
        variables: Default::default(),
        symbols: Default::default(),
    });
    let nested = Nested { template: &template.json, scope: Scope::of(own.clone()), place, own };
    evaluator.deploy(&nested);
    let instances = evaluator.state.instances.borrow().clone();
    let resources = instances.iter().filter_map(|instance| evaluator.resource(instance)).collect();
    let state = evaluator.state;
    Found {
        resources,
        diagnostics: state.diagnostics.into_inner(),
        placeholders: state.placeholders.into_inner().into_values().collect(),
        wanted: state.wanted.into_inner().into_iter().collect(),
        ..Found::default()
    }
}

/// Is the template deployed to a subscription or above?
fn above_groups(template: &Json) -> bool {
    let schema = template.get("$schema").and_then(Json::text).unwrap_or("").to_lowercase();
    ["subscription", "managementgroup", "tenant"]
        .iter()
        .any(|scope| schema.contains(&format!("/{scope}deploymenttemplate")))
}

fn given<'t>(parameters: &[&'t Document], options: &Options) -> HashMap<String, Given<'t>> {
    let mut all: HashMap<String, Given<'t>> = HashMap::new();
    for (name, text) in &options.parameters {
        all.insert(name.to_lowercase(), Given::Text(text.clone()));
    }
    for document in parameters {
        // The file of parameters, or its inside alone, as `az` takes both.
        let inside = document.json.get("parameters").unwrap_or(&document.json);
        for (name, given) in inside.map().into_iter().flat_map(Map::iter) {
            let given = match (given.get("value"), given.get("reference")) {
                (Some(value), _) => Given::Raw(value, None),
                (None, Some(_)) => Given::Secret,
                (None, None) => continue,
            };
            all.entry(name.to_lowercase()).or_insert(given);
        }
    }
    all
}

/// Is a file of parameters named after a template?
pub(super) fn belongs(parameters: &str, template: &str) -> bool {
    let of = parameters.strip_suffix(".parameters.json");
    of.is_some_and(|of| template.strip_suffix(".json").is_some_and(|template| of.eq_ignore_ascii_case(template)))
}

/// The values of parameters, said from outside, that no template takes.
pub(super) fn not_taken(templates: &[&Document], options: &Options) -> Vec<Diagnostic> {
    let Some(first) = templates.first() else { return Vec::new() };
    let declared = |template: &&Document| template.json.get("parameters").and_then(Json::map).cloned();
    let names: Vec<String> = templates
        .iter()
        .filter_map(declared)
        .flat_map(|all| all.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>())
        .collect();
    let unknown = options.parameters.iter().filter(|(name, _)| !names.iter().any(|own| own.eq_ignore_ascii_case(name)));
    let told = unknown.map(|(name, _)| {
        let message = format!("no template here has a parameter `{name}`");
        let help = did_you_mean(name, names.iter().map(String::as_str));
        Diagnostic::error("FN0009", first.json.at.part(0, 1), message).maybe_help(help)
    });
    told.collect()
}

/// The name of a file without folder and ending.
fn stem(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.split('.').next().unwrap_or(file).into()
}
