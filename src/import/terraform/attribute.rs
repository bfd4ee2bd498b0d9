//! What an attribute says: its value, what its reference leads to, or a placeholder where only an apply will tell or
//! nobody is to see it.

use super::Plan;
use super::address::Part;
use super::document::{Instance, stated};
use crate::diagnostic::Diagnostic;
use crate::import::found::{Placeholder, Unknown};
use crate::import::json::{Json, Map, Value};
use crate::source::Span;

/// Where attributes are looked up: a resource, or a block in it.
#[derive(Clone)]
pub(super) struct Place<'d, 'j> {
    pub(super) instance: &'d Instance<'j>,
    /// The blocks that lead here, as addresses have them.
    path: Vec<Part>,
    values: Option<&'j Json>,
    unknown: Option<&'j Json>,
    expressions: Option<&'j Json>,
}

impl Place<'_, '_> {
    /// Where it stands in the file.
    pub(super) fn at(&self) -> Span {
        self.values.map_or(self.instance.json.at, |values| values.at)
    }
}

impl<'j> Instance<'j> {
    /// The attributes of the resource itself.
    pub(super) fn place(&self) -> Place<'_, 'j> {
        Place {
            instance: self,
            path: Vec::new(),
            values: self.values,
            unknown: self.unknown,
            expressions: self.configuration.and_then(|configuration| configuration.get("expressions")),
        }
    }
}

impl<'j> Plan<'j> {
    /// The value of an attribute; none where it is not set.
    pub(super) fn attribute(&self, place: &Place<'_, 'j>, name: &str) -> Option<Json> {
        let mut path = place.path.clone();
        path.push(Part::Name(name.into()));
        let value = stated(place.values.and_then(|values| values.get(name)));
        let unknown = place.unknown.and_then(|unknown| unknown.get(name));
        let expression = place.expressions.and_then(|expressions| expressions.get(name));
        if self.is_secret(place.instance, &path) {
            return (value.is_some() || expression.is_some()).then(|| self.secret(place.instance, &path));
        }
        let value = value.map(|value| self.without_secrets(place.instance, &mut path.clone(), value));
        if !unknown.is_some_and(holds_true) {
            return value;
        }
        // What nobody has set is Azure's to choose, and says nothing before.
        let expression = expression?;
        let followed = self.follow(expression, place.instance.scope());
        let mut found = followed.values(self, name);
        match value {
            Some(value) => {
                found.retain(|found| value.list().iter().all(|known| known.value != found.value));
                found.reverse();
                Some(self.completed(place.instance, &path, value, unknown?, &mut found))
            }
            None if found.len() == 1 => found.pop(),
            None if name.ends_with('s') && !found.is_empty() => {
                Some(Json { at: place.instance.json.at, value: Value::List(found) })
            }
            None => Some(self.unknown(place.instance, &path, &followed.lost)),
        }
    }

    /// A value of which parts are known only after apply: what was found takes their places, in order, where they are
    /// elements of a list.
    fn completed(
        &self,
        instance: &Instance<'j>,
        path: &[Part],
        mut value: Json,
        unknown: &Json,
        found: &mut Vec<Json>,
    ) -> Json {
        let below = |part: Part| [path, &[part]].concat();
        match (&mut value.value, &unknown.value) {
            (_, Value::Bool(true)) => self.unknown(instance, path, &[]),
            (Value::List(list), Value::List(marks)) => {
                for (at, mark) in marks.iter().enumerate() {
                    let is_unknown = mark.value == Value::Bool(true);
                    let element = match list.get(at).filter(|known| !known.is_null()) {
                        None if is_unknown => found.pop().unwrap_or_else(|| self.unknown(instance, path, &[])),
                        Some(known) if holds_true(mark) => {
                            self.completed(instance, &below(Part::Index(at.to_string())), known.clone(), mark, found)
                        }
                        _ => continue,
                    };
                    match list.get_mut(at) {
                        Some(place) => *place = element,
                        None => list.push(element),
                    }
                }
                value
            }
            (Value::Map(map), Value::Map(marks)) => {
                for (key, mark) in marks.iter().filter(|(_, mark)| holds_true(mark)) {
                    let known = map.get(key).filter(|known| !known.is_null()).cloned();
                    let path = below(Part::Index(key.to_string()));
                    let element = match known {
                        Some(known) => self.completed(instance, &path, known, mark, found),
                        None => self.unknown(instance, &path, &[]),
                    };
                    map.insert(key, element);
                }
                value
            }
            _ => value,
        }
    }

    /// The blocks of a name, in order.
    pub(super) fn blocks<'d>(&self, place: &Place<'d, 'j>, name: &str) -> Vec<Place<'d, 'j>> {
        let Some(values) = place.values.and_then(|values| values.get(name)) else { return Vec::new() };
        let whole = std::slice::from_ref(values);
        let elements = if values.map().is_some() { whole } else { values.list() };
        let unknown = place.unknown.and_then(|unknown| unknown.get(name));
        let written = place.expressions.and_then(|expressions| expressions.get(name));
        let mut places = Vec::new();
        for (at, values) in elements.iter().enumerate().filter(|(_, values)| values.map().is_some()) {
            let path = [&place.path[..], &[Part::Name(name.into()), Part::Index(at.to_string())]].concat();
            if self.is_secret(place.instance, &path) {
                continue;
            }
            places.push(Place {
                instance: place.instance,
                path,
                values: Some(values),
                unknown: unknown.and_then(|unknown| element(unknown, at)),
                expressions: written.and_then(|written| block_of(written, at, values)),
            });
        }
        places
    }

    /// Is a value not to be shown, itself or the whole that it stands in?
    pub(super) fn is_secret(&self, instance: &Instance<'j>, path: &[Part]) -> bool {
        let Some(marks) = instance.sensitive else { return false };
        if matches!(marks.value, Value::List(_)) {
            // A state file has the paths of what is not to be shown, as steps.
            return marks.list().iter().any(|steps| {
                let steps = steps.list();
                !steps.is_empty()
                    && steps.len() <= path.len()
                    && steps.iter().zip(path).all(|(step, part)| is_at(step, part))
            });
        }
        let mut mark = marks;
        for part in path {
            if mark.value == Value::Bool(true) {
                return true;
            }
            let next = match part {
                Part::Index(index) => mark.get(index).or_else(|| element(mark, index.parse().ok()?)),
                Part::Name(name) => mark.get(name),
                Part::All => None,
            };
            let Some(next) = next else { return false };
            mark = next;
        }
        mark.value == Value::Bool(true)
    }

    /// A value in which what is not to be shown is a placeholder.
    fn without_secrets(&self, instance: &Instance<'j>, path: &mut Vec<Part>, value: &Json) -> Json {
        if instance.sensitive.is_none() {
            return value.clone();
        }
        if self.is_secret(instance, path) {
            return self.secret(instance, path);
        }
        let mut inner = |part: Part, json: &Json| {
            path.push(part);
            let inner = self.without_secrets(instance, path, json);
            path.pop();
            inner
        };
        let bare = match &value.value {
            Value::List(list) => {
                let one = |(at, json): (usize, &Json)| inner(Part::Index(at.to_string()), json);
                Value::List(list.iter().enumerate().map(one).collect())
            }
            Value::Map(map) => {
                let one = |(name, json): (&str, &Json)| (name.to_string(), inner(Part::Index(name.into()), json));
                Value::Map(map.iter().map(one).collect::<Map>())
            }
            other => other.clone(),
        };
        Json { at: value.at, value: bare }
    }

    fn secret(&self, instance: &Instance<'j>, path: &[Part]) -> Json {
        self.placeholder(instance, path, Unknown::Secret)
    }

    /// A placeholder for what only an apply will tell, with the references that it rests on.
    fn unknown(&self, instance: &Instance<'j>, path: &[Part], lost: &[String]) -> Json {
        let place = written(path);
        if place.ends_with("_id") || place.ends_with("_ids") || place.ends_with("_name") {
            let message = format!("`{place}` of `{}` is known only after apply", instance.address);
            let warning = Diagnostic::warning("FN0012", instance.at(), message);
            let warning = match lost {
                [] => warning.note("what the plan has of its expression leads to several things, or to none"),
                lost => warning.note(format!("it follows from {}, whose value is not in the plan", listed(lost))),
            };
            self.problems.borrow_mut().diagnostics.entry(format!("{}.{place}", instance.address)).or_insert(warning);
        }
        self.placeholder(instance, path, Unknown::Made(format!("{}.{place}, known after apply", instance.address)))
    }

    fn placeholder(&self, instance: &Instance<'j>, path: &[Part], stands_for: Unknown) -> Json {
        let text = format!("{{{}.{}}}", instance.address, written(path));
        let at = instance.json.at;
        let known = Placeholder { text: text.clone(), stands_for, at };
        self.problems.borrow_mut().placeholders.entry(text.clone()).or_insert(known);
        Json::of_text(at, text)
    }
}

/// Does a step of a state file's path lead there?
fn is_at(step: &Json, part: &Part) -> bool {
    let value = step.get("value");
    let told = value.and_then(|value| value.text().map(String::from).or_else(|| value.number().map(|n| n.to_string())));
    // An index may stand in an object of its own, with its type.
    let told = told.or_else(|| value?.get("value")?.text().map(String::from));
    match part {
        Part::Name(name) | Part::Index(name) => told.as_deref() == Some(name),
        Part::All => true,
    }
}

fn element(json: &Json, at: usize) -> Option<&Json> {
    if json.map().is_some() { Some(json) } else { json.list().get(at) }
}

/// The block of the configuration that a block of values was made by: the blocks of a set have lost their order, so it is
/// the one whose constants are those values.
fn block_of<'j>(written: &'j Json, at: usize, values: &Json) -> Option<&'j Json> {
    if written.map().is_some() {
        return Some(written);
    }
    let fits = |block: &Json| {
        block.map().is_some_and(|block| {
            block.iter().all(|(name, expression)| match (expression.get("constant_value"), values.get(name)) {
                (Some(constant), Some(value)) => constant.is_like(value),
                _ => true,
            })
        })
    };
    let fitting: Vec<&Json> = written.list().iter().filter(|block| fits(block)).collect();
    match fitting.as_slice() {
        [one] => Some(one),
        _ => written.list().get(at).filter(|block| fits(block)),
    }
}

/// Is anything of it known only after apply?
fn holds_true(mark: &Json) -> bool {
    match &mark.value {
        Value::Bool(truth) => *truth,
        Value::List(list) => list.iter().any(holds_true),
        Value::Map(map) => map.iter().any(|(_, mark)| holds_true(mark)),
        _ => false,
    }
}

/// A path as addresses are written.
fn written(path: &[Part]) -> String {
    let mut text = String::new();
    for part in path {
        match part {
            Part::Name(name) if text.is_empty() => text.push_str(name),
            Part::Name(name) => text.extend([".", name]),
            Part::Index(index) if index.bytes().all(|byte| byte.is_ascii_digit()) => text.extend(["[", index, "]"]),
            Part::Index(key) => text.push_str(&format!("[{key:?}]")),
            Part::All => text.push_str("[*]"),
        }
    }
    text
}

/// References in a sentence.
fn listed(references: &[String]) -> String {
    let mut names: Vec<String> = references.iter().take(3).map(|reference| format!("`{reference}`")).collect();
    if references.len() > 3 {
        names.push(format!("{} more", references.len() - 3));
    }
    names.dedup();
    names.join(", ")
}
