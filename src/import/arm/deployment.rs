//! A deployment: a template with the values of its parameters, and the scope in which its expressions stand. Parameters and
//! variables are evaluated when they are asked for, once.

use super::evaluate::Evaluator;
use super::state::Memo;
use super::trouble::Trouble;
use crate::diagnostic::did_you_mean;
use crate::import::found::Unknown;
use crate::import::json::{Json, Map, Value};
use crate::source::Span;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Where resources are deployed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub subscription: String,
    /// The resource group; none in deployments to a subscription or above.
    pub group: Option<String>,
}

impl Place {
    /// The id that those of resources there begin with.
    pub(super) fn id(&self) -> String {
        match &self.group {
            Some(group) => format!("/subscriptions/{}/resourceGroups/{group}", self.subscription),
            None => format!("/subscriptions/{}", self.subscription),
        }
    }
}

/// A template that is deployed, with what its own expressions may name.
#[derive(Debug)]
pub(super) struct Deployment<'t> {
    pub template: &'t Json,
    pub name: String,
    pub place: Place,
    /// The values that were given to parameters, by their names in lower case.
    pub given: HashMap<String, Given<'t>>,
    pub parameters: RefCell<HashMap<String, Memo<Rc<Json>>>>,
    pub variables: RefCell<HashMap<String, Memo<Rc<Json>>>>,
    /// The instances of resources by their symbolic or own names in lower case.
    pub symbols: RefCell<HashMap<String, Vec<usize>>>,
}

/// A value that was given to a parameter.
#[derive(Debug)]
pub(super) enum Given<'t> {
    /// As it stands in a file, or in the deployment above.
    Raw(&'t Json, Option<Scope<'t>>),
    /// A text of the command line.
    Text(String),
    /// A secret of a vault.
    Secret,
}

/// A template and the scope of its expressions: its own, or that of the deployment around it.
#[derive(Debug)]
pub(super) struct Nested<'t> {
    pub template: &'t Json,
    pub scope: Scope<'t>,
    pub place: Place,
    /// The deployment whose symbols its resources are.
    pub own: Rc<Deployment<'t>>,
}

/// Where an expression stands: what the names in it mean.
#[derive(Clone, Debug)]
pub(super) struct Scope<'t> {
    pub deployment: Rc<Deployment<'t>>,
    /// The rounds of the loops around it, the innermost last.
    pub rounds: Rc<Vec<Round>>,
    /// The variables of lambdas around it.
    pub lambdas: Rc<Vec<(String, Json)>>,
    /// The arguments of the user's function that it is the body of.
    pub arguments: Option<Rc<HashMap<String, Json>>>,
}

/// The round of a loop.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub name: String,
    pub index: usize,
}

impl<'t> Scope<'t> {
    pub(super) fn of(deployment: Rc<Deployment<'t>>) -> Self {
        Self { deployment, rounds: Rc::default(), lambdas: Rc::default(), arguments: None }
    }

    /// The same in a round of a loop.
    pub(super) fn round(&self, name: &str, index: usize) -> Self {
        let mut rounds = (*self.rounds).clone();
        rounds.push(Round { name: name.into(), index });
        Self { rounds: rounds.into(), ..self.clone() }
    }

    /// The same with a variable of a lambda.
    pub(super) fn lambda(&self, name: &str, value: Json) -> Self {
        let mut lambdas = (*self.lambdas).clone();
        lambdas.push((name.into(), value));
        Self { lambdas: lambdas.into(), ..self.clone() }
    }
}

/// The types of parameters that are secrets.
const SECRETS: [&str; 2] = ["securestring", "secureobject"];

impl<'t> Evaluator<'t> {
    /// The value of a parameter.
    pub(super) fn parameter(&self, name: &str, scope: &Scope<'t>, at: Span) -> Result<Json, Trouble> {
        let lower = name.to_lowercase();
        if let Some(arguments) = &scope.arguments {
            let missing = || Trouble::wrong(format!("the function has no parameter `{name}`"));
            return arguments.get(&lower).cloned().ok_or_else(missing);
        }
        let deployment = &scope.deployment;
        if let Some(memo) = deployment.parameters.borrow().get(&lower) {
            return self.again(memo, at, || format!("the parameter `{name}` rests on itself"));
        }
        let declared = deployment.template.get("parameters").and_then(|all| all.get(name));
        let Some(declared) = declared else {
            let names = deployment.template.get("parameters").and_then(Json::map);
            let help = names.and_then(|names| did_you_mean(name, names.iter().map(|(name, _)| name)));
            return Err(Trouble::wrong(format!("the template has no parameter `{name}`")).maybe_help(help));
        };
        deployment.parameters.borrow_mut().insert(lower.clone(), Memo::Busy);
        let value = self.parameter_value(name, declared, scope, at);
        let kept = value.as_ref().map(|value| Memo::Done(Rc::new(value.clone()))).ok();
        match kept {
            Some(memo) => deployment.parameters.borrow_mut().insert(lower, memo),
            None => deployment.parameters.borrow_mut().remove(&lower),
        };
        value
    }

    fn parameter_value(&self, name: &str, declared: &'t Json, scope: &Scope<'t>, at: Span) -> Result<Json, Trouble> {
        let own = Scope::of(scope.deployment.clone());
        let kind = self.kind_of(declared, &own);
        let text = format!("{{{name}}}");
        if SECRETS.contains(&kind.as_str()) {
            return Ok(self.state.placeholder(text, Unknown::Secret, at));
        }
        let value = match scope.deployment.given.get(&name.to_lowercase()) {
            Some(Given::Raw(json, given)) => match given {
                Some(above) => Some(self.value(json, above)),
                None => Some((*json).clone()),
            },
            Some(Given::Text(text)) => Some(typed(name, text, &kind, at)?),
            Some(Given::Secret) => return Ok(self.state.placeholder(text, Unknown::Secret, at)),
            None => None,
        };
        // A `null` that is given stands for the default.
        let value = value.filter(|value| !value.is_null());
        let value = match value {
            Some(value) => value,
            None => match declared.get("defaultValue") {
                Some(default) => self.value(default, &own),
                None if self.is_nullable(declared, &own) => Json { at, value: Value::Null },
                None => self.state.placeholder(text, Unknown::Parameter(name.into()), declared.at),
            },
        };
        self.state.charge(&value)?;
        Ok(value)
    }

    /// The type of a parameter in lower case, through the definitions that it refers to.
    fn kind_of(&self, declared: &'t Json, scope: &Scope<'t>) -> String {
        let definition = self.definition(declared, scope);
        definition.get("type").and_then(Json::text).unwrap_or("").to_lowercase()
    }

    fn is_nullable(&self, declared: &'t Json, scope: &Scope<'t>) -> bool {
        let says = |json: &Json| json.get("nullable").and_then(Json::bool) == Some(true);
        says(declared) || says(self.definition(declared, scope))
    }

    fn definition(&self, declared: &'t Json, scope: &Scope<'t>) -> &'t Json {
        let mut found = declared;
        // Definitions may refer to each other; a circle of them ends somewhere.
        for _ in 0..16 {
            let Some(name) = found.get("$ref").and_then(Json::text).and_then(|path| path.rsplit('/').next()) else {
                break;
            };
            match scope.deployment.template.get("definitions").and_then(|all| all.get(name)) {
                Some(next) => found = next,
                None => break,
            }
        }
        found
    }

    /// The value of a variable.
    pub(super) fn variable(&self, name: &str, scope: &Scope<'t>, at: Span) -> Result<Json, Trouble> {
        let lower = name.to_lowercase();
        let deployment = &scope.deployment;
        if let Some(memo) = deployment.variables.borrow().get(&lower) {
            return self.again(memo, at, || format!("the variable `{name}` rests on itself"));
        }
        let all = deployment.template.get("variables");
        let own = Scope::of(deployment.clone());
        let looped = all
            .and_then(|all| all.get("copy"))
            .map_or(&[][..], Json::list)
            .iter()
            .find(|copy| copy.get("name").and_then(Json::text).is_some_and(|text| text.eq_ignore_ascii_case(name)));
        let written = all.and_then(|all| all.get(name));
        deployment.variables.borrow_mut().insert(lower.clone(), Memo::Busy);
        let value = match (looped, written) {
            (Some(copy), _) => self.copied(copy, &own),
            (None, Some(json)) => Ok(self.value(json, &own)),
            (None, None) => {
                let names = all.and_then(Json::map);
                let help = names.and_then(|names| did_you_mean(name, names.iter().map(|(name, _)| name)));
                Err(Trouble::wrong(format!("the template has no variable `{name}`")).maybe_help(help))
            }
        };
        let value = value.and_then(|value| self.state.charge(&value).map(|()| value));
        match &value {
            Ok(value) => deployment.variables.borrow_mut().insert(lower, Memo::Done(Rc::new(value.clone()))),
            Err(_) => deployment.variables.borrow_mut().remove(&lower),
        };
        value
    }

    /// What was made before, at the place that asks for it now.
    pub(super) fn again(
        &self,
        memo: &Memo<Rc<Json>>,
        at: Span,
        circle: impl FnOnce() -> String,
    ) -> Result<Json, Trouble> {
        match memo {
            Memo::Busy => Err(Trouble::wrong(circle())),
            Memo::Done(value) => {
                self.state.charge(value)?;
                Ok(Json { at, value: value.value.clone() })
            }
        }
    }

    /// The value of an output of a deployment.
    pub(super) fn output(&self, nested: &Nested<'t>, name: &str) -> Option<Result<Json, Trouble>> {
        let output = nested.template.get("outputs")?.get(name)?;
        if output.get("type").and_then(Json::text).is_some_and(|kind| SECRETS.contains(&&*kind.to_lowercase())) {
            return Some(Ok(self.state.placeholder(format!("{{{name}}}"), Unknown::Secret, output.at)));
        }
        if let Some(copy) = output.get("copy") {
            return Some(self.copied(copy, &nested.scope));
        }
        Some(Ok(self.value(output.get("value")?, &nested.scope)))
    }

    /// The outputs of a deployment as a reference to it has them.
    pub(super) fn outputs(&self, nested: &Nested<'t>, at: Span) -> Json {
        let names = nested.template.get("outputs").and_then(Json::map);
        let outputs = names.into_iter().flat_map(Map::iter).filter_map(|(name, _)| {
            let value = self.output(nested, name)?.ok()?;
            let output = Map::from_iter([("value".to_string(), value)]);
            Some((name.to_string(), Json { at, value: Value::Map(output) }))
        });
        Json { at, value: Value::Map(outputs.collect()) }
    }
}

/// A value of the command line as a parameter's type wants it.
fn typed(name: &str, text: &str, kind: &str, at: Span) -> Result<Json, Trouble> {
    let value = match kind {
        "int" => text.trim().parse::<i64>().ok().map(|number| Value::Number(number.into())),
        "bool" => Json::of_text(at, text.trim()).bool().map(Value::Bool),
        "array" | "object" => Json::read(at.source, text).ok().map(|json| json.value),
        _ => Some(Value::Text(text.into())),
    };
    let wanted = if kind == "array" || kind == "object" { "JSON, such as `[\"10.0.0.0/16\"]`" } else { kind };
    let value = value.ok_or_else(|| Trouble::wrong(format!("the value of the parameter `{name}` is not {wanted}")))?;
    Ok(Json { at, value }.rooted(at))
}
