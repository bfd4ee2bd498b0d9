//! The resources of templates: loops, conditions, children, existing ones, and deployments within deployments. First every
//! resource gets its id; what stands in it is evaluated afterwards, so that references find each other in any order.

use super::deployment::{Deployment, Given, Nested, Place, Scope};
use super::evaluate::Evaluator;
use super::functions::{id_below, in_words};
use super::state::{Instance, Memo};
use super::trouble::Trouble;
use crate::diagnostic::Diagnostic;
use crate::import::json::{Json, Map, Value};
use crate::import::resource::Resource;
use crate::source::Span;
use std::collections::HashMap;
use std::rc::Rc;

/// The type of a deployment within a deployment.
const DEPLOYMENT: &str = "Microsoft.Resources/deployments";

/// What of a resource says how it is deployed, and not what it is.
const APART: [&str; 8] = ["copy", "condition", "dependsOn", "resources", "comments", "metadata", "existing", "scope"];

/// What a resource stands in: its parent's type, name and id.
struct Parent {
    kind: String,
    name: String,
    id: String,
}

impl<'t> Evaluator<'t> {
    /// Finds the resources of a template and of those within it.
    pub(super) fn deploy(&self, nested: &Nested<'t>) {
        let Some(resources) = nested.template.get("resources") else { return };
        let mut within = Vec::new();
        self.expand(resources, &nested.scope, nested, None, &mut within);
        for instance in within {
            if let Some(inner) = self.nested(&instance) {
                let Ok(_level) = self.state.level() else {
                    let message = "deployments are nested too deep";
                    self.state.tell(Diagnostic::error("FN0010", instance.raw.at, message));
                    return;
                };
                self.deploy(&inner);
            }
        }
    }

    /// Gives the resources of a list, or of an object of symbolic names, their ids.
    fn expand(
        &self,
        resources: &'t Json,
        scope: &Scope<'t>,
        nested: &Nested<'t>,
        parent: Option<&Parent>,
        within: &mut Vec<Rc<Instance<'t>>>,
    ) {
        let unnamed = resources.list().iter().map(|resource| (None, resource));
        let named = resources.map().into_iter().flat_map(Map::iter).map(|(name, resource)| (Some(name), resource));
        for (symbol, resource) in unnamed.chain(named) {
            let Some(copy) = resource.get("copy").filter(|copy| copy.map().is_some()) else {
                self.instance(symbol, resource, scope, nested, parent, within);
                continue;
            };
            let name = copy.get("name").and_then(Json::text).unwrap_or("");
            let count =
                copy.get("count").and_then(|count| self.deciding(count, scope, "count of a loop", Json::number));
            let count = count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
            if let Err(Trouble::Wrong(wrong)) = self.state.go_round(count) {
                self.state.tell_wrong(wrong, copy, true);
                continue;
            }
            for index in 0..count {
                self.instance(symbol, resource, &scope.round(name, index), nested, parent, within);
            }
        }
    }

    fn instance(
        &self,
        symbol: Option<&str>,
        raw: &'t Json,
        scope: &Scope<'t>,
        nested: &Nested<'t>,
        parent: Option<&Parent>,
        within: &mut Vec<Rc<Instance<'t>>>,
    ) {
        if let Some(condition) = raw.get("condition")
            && self.deciding(condition, scope, "condition", Json::bool) == Some(false)
        {
            return;
        }
        let Some(kind) = self.deciding_text(raw, "type", scope) else { return };
        // A type with its version, as extensions of Bicep write it.
        let kind = kind.split('@').next().unwrap_or(&kind).to_string();
        let Some(name) = self.deciding_text(raw, "name", scope).or_else(|| Some(symbol?.to_string())) else { return };
        let place = self.place_of(raw, scope, &nested.place);
        let (kind, name, id) = self.identity(raw, scope, &place, parent, kind, name);
        let is_existing = raw.get("existing").and_then(Json::bool) == Some(true);
        let instance = Rc::new(Instance {
            raw,
            scope: scope.clone(),
            place,
            kind: kind.clone(),
            name: name.clone(),
            id: id.clone(),
            is_existing,
            body: Default::default(),
            nested: Default::default(),
        });
        let number = self.state.instances.borrow().len();
        self.state.instances.borrow_mut().push(instance.clone());
        self.state.by_id.borrow_mut().entry(id.to_lowercase()).or_insert(number);
        let own = name.rsplit('/').next().unwrap_or(&name);
        for word in symbol.into_iter().chain([name.as_str(), own].into_iter().take(1 + usize::from(own != name))) {
            nested.own.symbols.borrow_mut().entry(word.to_lowercase()).or_default().push(number);
        }
        if kind.eq_ignore_ascii_case(DEPLOYMENT) {
            within.push(instance);
        } else if let Some(children) = raw.get("resources") {
            let parent = Parent { kind, name, id };
            self.expand(children, scope, nested, Some(&parent), within);
        }
    }

    fn deciding_text(&self, raw: &'t Json, what: &str, scope: &Scope<'t>) -> Option<String> {
        self.deciding(raw.get(what)?, scope, what, |json| match &json.value {
            Value::Text(_) | Value::Number(_) => Some(in_words(json)),
            _ => None,
        })
    }

    /// Where a resource is deployed: deployments may go to another subscription or resource group.
    fn place_of(&self, raw: &'t Json, scope: &Scope<'t>, around: &Place) -> Place {
        let text = |name: &str| raw.get(name).map(|json| in_words(&self.value(json, scope)));
        let subscription = text("subscriptionId");
        let group = text("resourceGroup").or_else(|| around.group.clone().filter(|_| subscription.is_none()));
        Place { subscription: subscription.unwrap_or_else(|| around.subscription.clone()), group }
    }

    /// Type, name and id in full.
    fn identity(
        &self,
        raw: &'t Json,
        scope: &Scope<'t>,
        place: &Place,
        parent: Option<&Parent>,
        kind: String,
        name: String,
    ) -> (String, String, String) {
        let is_whole = kind.split('/').next().is_some_and(|provider| provider.contains('.'));
        if let Some(parent) = parent.filter(|_| !is_whole) {
            let own = name.rsplit('/').next().unwrap_or(&name);
            let last = kind.trim_start_matches('/');
            let id = format!("{}/{last}/{own}", parent.id);
            return (format!("{}/{last}", parent.kind), format!("{}/{own}", parent.name), id);
        }
        let above = match (raw.get("scope"), parent) {
            (Some(json), _) => match in_words(&self.value(json, scope)) {
                whole if whole.starts_with('/') => whole,
                // Relative: a resource of the same place.
                relative => self.relative(&relative, place),
            },
            (None, Some(parent)) => parent.id.clone(),
            (None, None) => place.id(),
        };
        let names: Vec<&str> = name.split('/').collect();
        let id = id_below(&above, &kind, &names).unwrap_or_else(|| format!("{above}/providers/{kind}/{name}"));
        (kind, name, id)
    }

    /// The id of `Microsoft.Web/sites/orders` at a place.
    fn relative(&self, path: &str, place: &Place) -> String {
        format!("{}/providers/{path}", place.id())
    }

    /// What stands in a resource, evaluated once.
    pub(super) fn body(&self, instance: &Instance<'t>) -> Result<Rc<Json>, Trouble> {
        match &*instance.body.borrow() {
            Some(Memo::Done(body)) => return Ok(body.clone()),
            Some(Memo::Busy) => return Err(Trouble::wrong(format!("`{}` rests on itself", instance.name))),
            None => {}
        }
        *instance.body.borrow_mut() = Some(Memo::Busy);
        let mut members = match &instance.raw.value {
            Value::Map(map) if instance.kind.eq_ignore_ascii_case(DEPLOYMENT) => {
                self.members(map, &instance.scope, &[&APART[..], &["properties"]].concat())
            }
            Value::Map(map) => self.members(map, &instance.scope, &APART),
            _ => Map::default(),
        };
        let place = |name: &str| instance.raw.get(name).map_or(instance.raw.at, |json| json.at);
        members.insert("type", Json::of_text(place("type"), instance.kind.clone()));
        members.insert("name", Json::of_text(place("name"), instance.name.clone()));
        let body = Rc::new(Json { at: instance.raw.at, value: Value::Map(members) });
        *instance.body.borrow_mut() = Some(Memo::Done(body.clone()));
        Ok(body)
    }

    /// The resource of an instance; none of a deployment whose template is followed.
    pub(super) fn resource(&self, instance: &Instance<'t>) -> Option<Resource> {
        if instance.nested.borrow().is_some() {
            return None;
        }
        let body = self.body(instance).ok()?;
        let location = body.get("location").and_then(Json::text).map(String::from);
        Some(Resource {
            id: instance.id.clone(),
            kind: instance.kind.clone(),
            name: instance.name.clone(),
            location,
            body: (*body).clone(),
            at: instance.raw.at,
            is_existing: instance.is_existing,
        })
    }

    /// The template of a deployment within a deployment, with its parameters.
    fn nested(&self, instance: &Rc<Instance<'t>>) -> Option<Rc<Nested<'t>>> {
        if let Some(nested) = &*instance.nested.borrow() {
            return Some(nested.clone());
        }
        let properties = instance.raw.get("properties")?;
        let Some(template) = properties.get("template").filter(|template| template.map().is_some()) else {
            let message = match properties.get("templateLink") {
                Some(_) => {
                    format!("the deployment `{}` is of a template elsewhere, which is not followed", instance.name)
                }
                None => format!("the deployment `{}` has no template", instance.name),
            };
            let help = "import that template too; what it deploys is missing here";
            self.state.tell(Diagnostic::warning("FN0011", instance.raw.at, message).help(help));
            return None;
        };
        let scope = properties.at_path("expressionEvaluationOptions.scope").and_then(Json::text).unwrap_or("outer");
        let is_inner = scope.eq_ignore_ascii_case("inner");
        let own = Rc::new(Deployment {
            template,
            name: instance.name.clone(),
            place: instance.place.clone(),
            given: if is_inner { self.given(properties, &instance.scope) } else { HashMap::new() },
            parameters: Default::default(),
            variables: Default::default(),
            symbols: Default::default(),
        });
        let scope = if is_inner { Scope::of(own.clone()) } else { instance.scope.clone() };
        let nested = Rc::new(Nested { template, scope, place: instance.place.clone(), own });
        *instance.nested.borrow_mut() = Some(nested.clone());
        Some(nested)
    }

    /// The values that a deployment gives to the parameters of the one within it.
    fn given(&self, properties: &'t Json, scope: &Scope<'t>) -> HashMap<String, Given<'t>> {
        let all = properties.get("parameters").and_then(Json::map).into_iter().flat_map(Map::iter);
        let given = all.filter_map(|(name, given)| {
            let given = match (given.get("value"), given.get("reference")) {
                (Some(value), _) => Given::Raw(value, Some(scope.clone())),
                (None, Some(_)) => Given::Secret,
                (None, None) => return None,
            };
            Some((name.to_lowercase(), given))
        });
        given.collect()
    }

    /// The instances that a reference means: by id, by symbolic name, or by the name of a resource of the same template.
    pub(super) fn referred(&self, what: &str, scope: &Scope<'t>) -> Vec<Rc<Instance<'t>>> {
        let instances = self.state.instances.borrow();
        if let Some(number) = self.state.by_id.borrow().get(&what.to_lowercase()) {
            return vec![instances[*number].clone()];
        }
        let symbols = scope.deployment.symbols.borrow();
        if let Some(numbers) = symbols.get(&what.to_lowercase()) {
            return numbers.iter().map(|number| instances[*number].clone()).collect();
        }
        // One round of a loop, `nics[2]`.
        let round = what.strip_suffix(']').and_then(|what| what.split_once('['));
        let round = round.and_then(|(name, index)| {
            let number = symbols.get(&name.to_lowercase())?.get(index.parse::<usize>().ok()?)?;
            Some(instances[*number].clone())
        });
        round.into_iter().collect()
    }

    /// What a reference to a resource gives: of a deployment, its outputs.
    pub(super) fn reference(&self, instance: &Rc<Instance<'t>>, is_full: bool, at: Span) -> Result<Json, Trouble> {
        if instance.kind.eq_ignore_ascii_case(DEPLOYMENT)
            && let Some(nested) = self.nested(instance)
        {
            let outputs = Map::from_iter([("outputs".to_string(), self.outputs(&nested, at))]);
            let properties = Json { at, value: Value::Map(outputs) };
            return Ok(match is_full {
                true => Json { at, value: Value::Map(Map::from_iter([("properties".to_string(), properties)])) },
                false => properties,
            });
        }
        let body = self.body(instance)?;
        let mut whole = match is_full {
            true => (*body).clone(),
            false => body.get("properties").cloned().unwrap_or(Json { at, value: Value::Map(Map::default()) }),
        };
        if let (true, Value::Map(members)) = (is_full, &mut whole.value) {
            members.insert("id", Json::of_text(at, instance.id.clone()));
        }
        self.state.charge(&whole)?;
        Ok(whole)
    }
}
