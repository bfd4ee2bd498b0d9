//! The functions of templates, by their names in any case. One file a family; here stand the call and its arguments.

mod address;
mod lambda;
mod list;
mod logic;
mod made;
mod number;
mod object;
mod resource;
mod text;

pub(super) use made::digest;
pub(super) use resource::id_below;

use super::deployment::Scope;
use super::evaluate::Evaluator;
use super::expression::Expression;
use super::trouble::Trouble;
use crate::diagnostic::did_you_mean;
use crate::import::json::{Json, Map, Value};
use crate::source::Span;
use std::collections::HashMap;
use std::rc::Rc;

/// A family: what a function is of its arguments, where the name is one of its own.
type Family = for<'a, 'c, 't> fn(&'a Arguments<'c, 't>) -> Option<Result<Json, Trouble>>;

const FAMILIES: [Family; 8] =
    [text::call, list::call, object::call, number::call, logic::call, resource::call, made::call, address::call];

/// Functions that take a value that is not known for the text that stands for it.
const LOOSE: &str = " concat format string tolower toupper trim replace uri uricomponent uricomponenttostring resourceid \
    subscriptionresourceid tenantresourceid extensionresourceid managementgroupresourceid uniquestring guid base64 \
    createarray createobject array substring take skip padleft join equals reference references datauri json split \
    coalesce tryget objectkeys datetimeadd ";

/// The names of all functions that there are, for *did you mean*.
const NAMES: &str = "add and array base64 base64ToJson base64ToString bool cidrHost cidrSubnet coalesce concat contains \
    copyIndex createArray createObject dataUri dataUriToString dateTimeAdd dateTimeFromEpoch dateTimeToEpoch deployer \
    deployment div empty endsWith environment equals extensionResourceId fail false filter first flatten float format \
    greater greaterOrEquals groupBy guid if indexFromEnd indexOf int intersection items join json lambda lambdaVariables \
    last lastIndexOf length less lessOrEquals listKeys managementGroup managementGroupResourceId map mapValues max min \
    mod mul newGuid not null objectKeys or padLeft parameters parseCidr pickZones providers range reduce reference \
    references replace resourceGroup resourceId resourceInfo shallowMerge skip sort split startsWith string sub \
    subscription subscriptionResourceId substring take tenant tenantResourceId toLower toObject toUpper trim true tryGet \
    tryIndexFromEnd union uniqueString uri uriComponent uriComponentToString utcNow variables";

/// A function that is called.
pub(super) struct Call<'c, 't> {
    pub evaluator: &'c Evaluator<'t>,
    /// The name as it is written.
    pub written: &'c str,
    pub arguments: &'c [Expression],
    pub scope: &'c Scope<'t>,
    /// The place of the string that holds the expression.
    pub at: Span,
}

/// The arguments of a function, evaluated.
pub(super) struct Arguments<'c, 't> {
    pub call: &'c Call<'c, 't>,
    /// The name in lower case.
    pub name: String,
    pub values: Vec<Json>,
}

impl<'c, 't> Call<'c, 't> {
    /// What it comes to.
    pub(super) fn value(&self) -> Result<Json, Trouble> {
        let name = self.written.to_lowercase();
        if let Some(function) = self.users_function(&name) {
            return self.of_user(function);
        }
        if let Some(value) = lambda::call(&name, self).or_else(|| logic::lazy(&name, self)) {
            return value;
        }
        let values = self.arguments.iter().map(|one| self.argument(one)).collect::<Result<Vec<_>, _>>()?;
        if !LOOSE.contains(&format!(" {name} ")) && !name.starts_with("list") {
            for value in &values {
                if let Some(unknown) = self.evaluator.state.unknown(value) {
                    return Err(Trouble::Unknown(unknown));
                }
            }
        }
        let arguments = Arguments { call: self, name, values };
        FAMILIES.iter().find_map(|family| family(&arguments)).unwrap_or_else(|| {
            let help = did_you_mean(self.written, NAMES.split_whitespace());
            Err(Trouble::wrong(format!("`{}` is no function of templates", self.written)).maybe_help(help))
        })
    }

    pub(super) fn argument(&self, expression: &Expression) -> Result<Json, Trouble> {
        self.evaluator.expression(expression, self.scope, self.at)
    }

    /// The argument of that number, which must be there.
    pub(super) fn nth(&self, number: usize) -> Result<&'c Expression, Trouble> {
        self.arguments.get(number).ok_or_else(|| self.too_few())
    }

    pub(super) fn too_few(&self) -> Trouble {
        Trouble::wrong(format!("`{}` needs more arguments", self.written))
    }

    /// What a template declares of a function of the user's, `namespace.name`.
    fn users_function(&self, name: &str) -> Option<&'t Json> {
        let (namespace, member) = name.split_once('.')?;
        let all = self.scope.deployment.template.get("functions")?.list();
        let is_it = |space: &&Json| {
            space.get("namespace").and_then(Json::text).is_some_and(|own| own.eq_ignore_ascii_case(namespace))
        };
        all.iter().filter(is_it).find_map(|space| space.get("members")?.get(member))
    }

    fn of_user(&self, function: &'t Json) -> Result<Json, Trouble> {
        let names = function.get("parameters").map_or(&[][..], Json::list);
        if names.len() != self.arguments.len() {
            let message = format!("`{}` takes {} arguments", self.written, names.len());
            return Err(Trouble::wrong(message));
        }
        let mut given = HashMap::new();
        for (name, argument) in names.iter().zip(self.arguments) {
            let name = name.get("name").and_then(Json::text).unwrap_or("").to_lowercase();
            given.insert(name, self.argument(argument)?);
        }
        let body = function.get("output").and_then(|output| output.get("value"));
        let body = body.ok_or_else(|| Trouble::wrong(format!("`{}` has no `output`", self.written)))?;
        let scope = Scope { arguments: Some(Rc::new(given)), ..Scope::of(self.scope.deployment.clone()) };
        let value = self.evaluator.strict(body, &scope)?;
        self.evaluator.state.charge(&value)?;
        Ok(Json { at: self.at, value: value.value })
    }
}

impl<'t> Arguments<'_, 't> {
    pub(super) fn evaluator(&self) -> &Evaluator<'t> {
        self.call.evaluator
    }

    fn wants(&self, number: usize, what: &str) -> Trouble {
        match self.values.get(number) {
            Some(_) => Trouble::wrong(format!("argument {} of `{}` is no {what}", number + 1, self.call.written)),
            None => self.call.too_few(),
        }
    }

    pub(super) fn get(&self, number: usize) -> Result<&Json, Trouble> {
        self.values.get(number).ok_or_else(|| self.call.too_few())
    }

    pub(super) fn text(&self, number: usize) -> Result<&str, Trouble> {
        self.values.get(number).and_then(Json::text).ok_or_else(|| self.wants(number, "text"))
    }

    pub(super) fn number(&self, number: usize) -> Result<i64, Trouble> {
        self.values.get(number).and_then(Json::number).ok_or_else(|| self.wants(number, "whole number"))
    }

    pub(super) fn bool(&self, number: usize) -> Result<bool, Trouble> {
        self.values.get(number).and_then(Json::bool).ok_or_else(|| self.wants(number, "`true` or `false`"))
    }

    pub(super) fn list(&self, number: usize) -> Result<&[Json], Trouble> {
        match self.values.get(number).map(|json| &json.value) {
            Some(Value::List(list)) => Ok(list),
            _ => Err(self.wants(number, "list")),
        }
    }

    pub(super) fn map(&self, number: usize) -> Result<&Map, Trouble> {
        self.values.get(number).and_then(Json::map).ok_or_else(|| self.wants(number, "object"))
    }

    /// Is the argument a list?
    pub(super) fn is_list(&self, number: usize) -> bool {
        matches!(self.values.get(number), Some(Json { value: Value::List(_), .. }))
    }

    pub(super) fn json(&self, value: Value) -> Json {
        Json { at: self.call.at, value }
    }

    pub(super) fn of_text(&self, text: impl Into<String>) -> Json {
        Json::of_text(self.call.at, text)
    }

    /// A value that is used again, counted.
    pub(super) fn counted(&self, value: Value) -> Result<Json, Trouble> {
        let json = self.json(value);
        self.evaluator().state.charge(&json)?;
        Ok(json)
    }
}

/// A value as the functions that make text write it.
pub(super) fn in_words(json: &Json) -> String {
    match &json.value {
        Value::Text(text) => text.clone(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Null => String::new(),
        _ => json.to_string(),
    }
}
