//! Values of templates: strings that are expressions, loops of properties, names that are expressions. What cannot be
//! evaluated becomes a placeholder where it stands, so that one unknown fact takes nothing else with it.

use super::deployment::Scope;
use super::expression::{Expression, Read, Step, What, is_expression};
use super::functions;
use super::state::State;
use super::trouble::{Trouble, Wrong};
use crate::diagnostic::Diagnostic;
use crate::import::found::Unknown;
use crate::import::json::{Json, Map, Value};
use crate::source::Span;

/// Evaluates templates; what it knows and finds is its state.
pub(super) struct Evaluator<'t> {
    pub state: State<'t>,
}

/// The longest expression that a placeholder tells whole.
const TOLD: usize = 120;

impl<'t> Evaluator<'t> {
    /// A value, with placeholders for what cannot be evaluated.
    pub(super) fn value(&self, json: &'t Json, scope: &Scope<'t>) -> Json {
        let Ok(_level) = self.state.level() else {
            let message = "values are nested too deep to be evaluated";
            self.state.tell(Diagnostic::error("FN0010", json.at, message));
            return Json { at: json.at, value: Value::Null };
        };
        let value = match &json.value {
            Value::Text(text) if is_expression(text) => {
                return self.strict(json, scope).unwrap_or_else(|trouble| self.soften(trouble, json));
            }
            Value::List(list) => Value::List(list.iter().map(|item| self.value(item, scope)).collect()),
            Value::Map(map) => Value::Map(self.members(map, scope, &[])),
            other => other.clone(),
        };
        Json { at: json.at, value }
    }

    /// The members of an object, but for those that are left out, with what its loops make.
    pub(super) fn members(&self, map: &'t Map, scope: &Scope<'t>, without: &[&str]) -> Map {
        let mut members = Map::default();
        for (name, value) in map.iter() {
            if without.iter().any(|left| left.eq_ignore_ascii_case(name)) {
                continue;
            }
            if name.eq_ignore_ascii_case("copy") && matches!(value.value, Value::List(_)) {
                for copy in value.list() {
                    let Some(name) = copy.get("name").and_then(Json::text) else { continue };
                    let list = self.copied(copy, scope).unwrap_or_else(|trouble| self.soften(trouble, copy));
                    members.push(name, list);
                }
                continue;
            }
            let name = match is_expression(name) {
                true => self.name(name, value.at, scope),
                false => name.to_string(),
            };
            members.push(name, self.value(value, scope));
        }
        members
    }

    /// The name of a member that is an expression.
    fn name(&self, written: &str, at: Span, scope: &Scope<'t>) -> String {
        match self.text_at(written, scope, at) {
            Ok(name) => functions::in_words(&name),
            Err(_) => format!("{{{}}}", inner(written)),
        }
    }

    /// A value as it is, or why it has none.
    pub(super) fn strict(&self, json: &'t Json, scope: &Scope<'t>) -> Result<Json, Trouble> {
        match json.text() {
            Some(text) if is_expression(text) => self.text_at(text, scope, json.at),
            _ => Ok(self.value(json, scope)),
        }
    }

    fn text_at(&self, text: &str, scope: &Scope<'t>, at: Span) -> Result<Json, Trouble> {
        match &*self.state.expression(text) {
            Ok(Read::Literal(text)) => Ok(Json::of_text(at, text.clone())),
            Ok(Read::Expression(expression)) => self.expression(expression, scope, at),
            Err(fault) => {
                let message = format!("this is no expression of a template: {}", fault.why);
                let help = "a text that begins with a bracket and is no expression is written `[[…]`";
                let place = fault.at..fault.at + 1;
                Err(Trouble::wrong(message).maybe_help(Some(help.into())).at(&place))
            }
        }
    }

    /// What stands for a value that cannot be told.
    pub(super) fn soften(&self, trouble: Trouble, holder: &Json) -> Json {
        let stands_for = match trouble {
            Trouble::Unknown(unknown) => unknown,
            Trouble::Wrong(wrong) => {
                self.state.tell_wrong(wrong, holder, false);
                Unknown::Made(holder.text().map(inner).unwrap_or_default())
            }
        };
        let text = holder.text().map_or_else(|| "{loop}".to_string(), |text| format!("{{{}}}", inner(text)));
        self.state.placeholder(text, stands_for, holder.at)
    }

    /// A value that decides what there is: of a condition, a count or a name. What is wrong with it is told as an error, and
    /// a parameter that it needs is asked for.
    pub(super) fn deciding<T>(
        &self,
        json: &'t Json,
        scope: &Scope<'t>,
        what: &str,
        take: impl FnOnce(&Json) -> Option<T>,
    ) -> Option<T> {
        let value = match self.strict(json, scope) {
            Ok(value) => value,
            Err(Trouble::Unknown(unknown)) => return self.open(&unknown, json, what),
            Err(Trouble::Wrong(wrong)) => {
                self.state.tell_wrong(wrong, json, true);
                return None;
            }
        };
        let taken = take(&value);
        if taken.is_none() {
            match self.state.unknown(&value) {
                Some(unknown) => return self.open(&unknown, json, what),
                None => {
                    let wrong = Wrong { code: "FN0009", message: format!("this is no {what}"), help: None, at: None };
                    self.state.tell_wrong(wrong, json, true);
                }
            }
        }
        taken
    }

    fn open<T>(&self, unknown: &Unknown, json: &Json, what: &str) -> Option<T> {
        match unknown {
            Unknown::Parameter(name) => self.state.want(name, json.at),
            Unknown::Secret | Unknown::Made(_) => {
                let message = format!("this {what} is known to Azure alone");
                self.state.tell(Diagnostic::warning("FN0009", json.at, message));
            }
        }
        None
    }

    /// The list that a loop of values makes: `{ "name": …, "count": …, "input": … }`.
    pub(super) fn copied(&self, copy: &'t Json, scope: &Scope<'t>) -> Result<Json, Trouble> {
        let name = copy.get("name").and_then(Json::text).unwrap_or("");
        let (Some(count), Some(input)) = (copy.get("count"), copy.get("input")) else {
            return Err(Trouble::wrong("a loop needs `count` and `input`"));
        };
        let counted = self.strict(count, scope)?;
        let rounds = match counted.number() {
            Some(rounds) => usize::try_from(rounds).map_err(|_| Trouble::wrong("the count of a loop is negative"))?,
            None => match self.state.unknown(&counted) {
                Some(unknown) => return Err(Trouble::Unknown(unknown)),
                None => return Err(Trouble::wrong("the count of a loop is no whole number")),
            },
        };
        self.state.go_round(rounds)?;
        let list = (0..rounds).map(|index| self.value(input, &scope.round(name, index))).collect();
        let list = Json { at: copy.at, value: Value::List(list) };
        self.state.charge(&list)?;
        Ok(list)
    }

    /// The value of an expression that stands at a place.
    pub(super) fn expression(&self, expression: &Expression, scope: &Scope<'t>, at: Span) -> Result<Json, Trouble> {
        let _level = self.state.level()?;
        let mut value = match &expression.what {
            What::Text(text) => Json::of_text(at, text.clone()),
            What::Number(number) => Json { at, value: Value::Number((*number).into()) },
            What::Call(name, arguments) => {
                let call = functions::Call { evaluator: self, written: name, arguments, scope, at };
                call.value().map_err(|trouble| trouble.at(&expression.at))?
            }
        };
        let is_reference =
            matches!(&expression.what, What::Call(name, _) if name.to_lowercase().starts_with("reference"));
        for step in &expression.path {
            let key = match step {
                Step::Member(name) => Json::of_text(at, name.clone()),
                Step::Element(inner) => self.expression(inner, scope, at)?,
            };
            value = match taken(&value, &key) {
                Some(found) => Json { at, value: found.value.clone() },
                None => self.beyond(&value, &key, is_reference).map_err(|trouble| trouble.at(&expression.at))?,
            };
        }
        Ok(value)
    }

    /// What is taken of a value that has it not: a part of what is not known, or nothing.
    fn beyond(&self, value: &Json, key: &Json, is_reference: bool) -> Result<Json, Trouble> {
        let step = match &key.value {
            Value::Number(number) => format!("[{number}]"),
            _ => format!(".{}", functions::in_words(key)),
        };
        if let Some(unknown) = self.state.unknown(value) {
            let text = value.text().unwrap_or("");
            let whole = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
            let stands_for = match unknown {
                Unknown::Made(_) => Unknown::Made(format!("{whole}{step}")),
                other => other,
            };
            return Ok(self.state.placeholder(format!("{{{whole}{step}}}"), stands_for, value.at));
        }
        // A list that was made of what is not known may have other elements than it seems.
        let inside = value.list().iter().find_map(|item| self.state.unknown(item));
        if let Some(unknown) = self.state.unknown(key).or(inside) {
            return Err(Trouble::Unknown(unknown));
        }
        // What Azure adds to a resource when it is there.
        if is_reference {
            let text = format!("{{reference{step}}}");
            return Ok(self.state.placeholder(text, Unknown::Made(format!("reference(…){step}")), value.at));
        }
        Err(match &value.value {
            Value::List(_) => Trouble::wrong(format!("the list has no element `{step}`")),
            Value::Map(map) => {
                let name = functions::in_words(key);
                let help = crate::diagnostic::did_you_mean(&name, map.iter().map(|(name, _)| name));
                Trouble::wrong(format!("the object has no property `{name}`")).maybe_help(help)
            }
            _ => Trouble::wrong(format!("`{step}` is asked of what is neither list nor object")),
        })
    }
}

/// What a key leads to in a list or an object.
pub(super) fn taken<'j>(value: &'j Json, key: &Json) -> Option<&'j Json> {
    match (&value.value, &key.value) {
        (Value::List(list), Value::Number(number)) => list.get(usize::try_from(number.as_i64()?).ok()?),
        (Value::Map(map), Value::Text(name)) => map.get(name),
        _ => None,
    }
}

/// An expression without its brackets, cut where it is long.
fn inner(text: &str) -> String {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).trim();
    if inner.len() <= TOLD {
        return inner.into();
    }
    let cut: String = inner.chars().take(TOLD).collect();
    format!("{cut}… {}", functions::digest(&[inner]).get(..4).unwrap_or_default())
}
