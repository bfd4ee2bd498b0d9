//! Attributes put where Azure Resource Manager has them, by the lines of the stdlib. Which attribute goes where is not
//! here.

use super::Plan;
use super::attribute::Place;
use crate::import::json::{Json, Map, Value};
use crate::platform::{PathStep, TerraformAttribute, TerraformLine};
use crate::source::Span;
use serde_json::Number;

/// How deep lines may be like those of other types.
const LIKE: u32 = 8;

/// A value, and where it goes.
pub(super) struct Property {
    path: Vec<PathStep>,
    value: Json,
    /// Does it count only where nothing else has stated the property?
    is_otherwise: bool,
}

/// What is made of a resource or block: its properties, and those of the resource that stand in the block.
#[derive(Default)]
struct Shape {
    here: Vec<Property>,
    elsewhere: Vec<Property>,
}

/// What texts of a resource are filled in with, besides its attributes.
pub(super) struct Ids<'i> {
    pub(super) own: &'i str,
    pub(super) parent: &'i str,
}

impl<'j> Plan<'j> {
    /// The properties that lines make of a resource, in order.
    pub(super) fn properties(&self, place: &Place<'_, 'j>, lines: &[TerraformLine], ids: &Ids<'_>) -> Vec<Property> {
        let mut shape = Shape::default();
        self.lines(place, lines, ids, &mut shape, 0);
        shape.here.append(&mut shape.elsewhere);
        shape.here
    }

    fn lines(&self, place: &Place<'_, 'j>, lines: &[TerraformLine], ids: &Ids<'_>, shape: &mut Shape, depth: u32) {
        for line in lines {
            match line {
                TerraformLine::Constant(path, word) => {
                    shape.here.push(Property::of(path.clone(), worded(place.at(), word)));
                }
                TerraformLine::Like(other) if depth < LIKE => {
                    if let Some(other) = self.platform.terraform_type(other) {
                        self.lines(place, &other.lines, ids, shape, depth + 1);
                    }
                }
                TerraformLine::Like(_) | TerraformLine::When(..) => {}
                TerraformLine::Attribute(attribute) if attribute.inner.is_empty() => {
                    self.one(place, attribute, ids, shape);
                }
                TerraformLine::Attribute(attribute) => self.inner(place, attribute, ids, shape, depth),
            }
        }
    }

    /// An attribute with a value.
    fn one(&self, place: &Place<'_, 'j>, attribute: &TerraformAttribute, ids: &Ids<'_>, shape: &mut Shape) {
        let Some(value) = self.attribute(place, &attribute.name) else { return };
        let at = value.at;
        let value = match &attribute.text {
            Some(text) => {
                let told = |name: &str| match name {
                    "" => plain(&value),
                    "own" => Some(ids.own.to_string()),
                    "parent" => Some(ids.parent.to_string()),
                    name => self.attribute(place, name).as_ref().and_then(plain),
                };
                let Some(filled) = filled(text, told) else { return };
                Json::of_text(at, filled)
            }
            None if !attribute.words.is_empty() => {
                let is = |word: &str| plain(&value).is_some_and(|value| value.eq_ignore_ascii_case(word));
                attribute.words.iter().find(|(from, _)| is(from)).map_or(value.clone(), |(_, to)| worded(at, to))
            }
            None if attribute.is_joined => {
                let words: Vec<String> = value.list().iter().filter_map(plain).collect();
                Json::of_text(at, words.join(", "))
            }
            None if attribute.is_split && value.text().is_some() => {
                let words = value.text().unwrap_or("").split(',').map(str::trim).filter(|word| !word.is_empty());
                Json { at, value: Value::List(words.map(|word| Json::of_text(at, word)).collect()) }
            }
            None => value,
        };
        self.place_at(place, attribute, value, shape);
    }

    /// The blocks of a name.
    fn inner(
        &self,
        place: &Place<'_, 'j>,
        attribute: &TerraformAttribute,
        ids: &Ids<'_>,
        shape: &mut Shape,
        depth: u32,
    ) {
        for block in self.blocks(place, &attribute.name) {
            let counts = attribute.inner.iter().all(|line| match line {
                TerraformLine::When(name, word) => {
                    self.attribute(&block, name).as_ref().and_then(plain).as_deref() == Some(word)
                }
                _ => true,
            });
            if !counts {
                continue;
            }
            let mut inside = Shape::default();
            self.lines(&block, &attribute.inner, ids, &mut inside, depth + 1);
            shape.elsewhere.append(&mut inside.elsewhere);
            if !inside.here.is_empty() {
                let path = self.resolved(&block, &attribute.path);
                shape.here.push(Property::of(path, body_of(block.at(), inside.here)));
            }
        }
    }

    fn place_at(&self, place: &Place<'_, 'j>, attribute: &TerraformAttribute, value: Json, shape: &mut Shape) {
        let path = self.resolved(place, &attribute.path);
        let property = Property { path, value, is_otherwise: attribute.is_otherwise };
        if attribute.is_absolute { shape.elsewhere.push(property) } else { shape.here.push(property) }
    }

    /// A path with the attributes in it replaced by what they say.
    pub(super) fn resolved(&self, place: &Place<'_, 'j>, path: &[PathStep]) -> Vec<PathStep> {
        let told = |name: &str| self.attribute(place, name).as_ref().and_then(plain).unwrap_or_default();
        let step = |step: &PathStep| match step {
            PathStep::NamedBy(name) => PathStep::Named(told(name)),
            PathStep::MemberBy(name) => PathStep::Member(told(name)),
            other => other.clone(),
        };
        path.iter().map(step).collect()
    }
}

impl Property {
    fn of(path: Vec<PathStep>, value: Json) -> Self {
        Self { path, value, is_otherwise: false }
    }
}

/// Properties as a body.
pub(super) fn body_of(at: Span, properties: Vec<Property>) -> Json {
    let mut body = Json { at, value: Value::Map(Map::default()) };
    state(&mut body, &[], properties);
    body
}

/// States properties in a body, below a path.
pub(super) fn state(body: &mut Json, below: &[PathStep], properties: Vec<Property>) {
    if below.contains(&PathStep::Each) {
        // One element has them all.
        let at = body.at;
        return put(body, below, body_of(at, properties));
    }
    for Property { path, value, is_otherwise } in properties {
        let path = [below, &path].concat();
        if !is_otherwise || !is_stated(body, &path) {
            put(body, &path, value);
        }
    }
}

/// A text with what stands in braces filled in; none where something of it has no value. `{url:host}` is the host of it.
pub(super) fn filled(template: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let (mut text, mut rest) = (String::new(), template);
    while let Some((before, (name, after))) = rest.split_once('{').and_then(|(a, b)| Some((a, b.split_once('}')?))) {
        text.push_str(before);
        match name.split_once(':') {
            Some((name, _)) => {
                let url = value(name)?;
                text.push_str(url.rsplit("://").next()?.split('/').next()?);
            }
            None => text.push_str(&value(name)?),
        }
        rest = after;
    }
    Some(text + rest)
}

/// A text, number or truth as a text.
fn plain(json: &Json) -> Option<String> {
    match &json.value {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A word of the stdlib as JSON has it.
fn worded(at: Span, word: &str) -> Json {
    let value = match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => {
            word.parse::<u64>().map_or_else(|_| Value::Text(word.into()), |number| Value::Number(Number::from(number)))
        }
    };
    Json { at, value }
}

/// Does something stand at a path already, or in a list on its way?
fn is_stated(body: &Json, path: &[PathStep]) -> bool {
    let mut json = body;
    for step in path {
        let PathStep::Member(name) = step else { break };
        match json.get(name) {
            Some(next) => json = next,
            None => return false,
        }
    }
    !json.is_null()
}

/// Puts a value where a path leads to, and makes what is missing on the way. What stands there already stays: the first
/// that states a property counts.
pub(super) fn put(target: &mut Json, path: &[PathStep], value: Json) {
    let Some((step, rest)) = path.split_first() else { return merge(target, value) };
    let null = Json { at: value.at, value: Value::Null };
    match step {
        PathStep::Member(name) => {
            let Some(map) = map_of(target) else { return };
            if map.get(name).is_none() {
                map.push(name.clone(), null);
            }
            if let Some(member) = map.get_mut(name) {
                put(member, rest, value);
            }
        }
        PathStep::Each => {
            let Some(list) = list_of(target) else { return };
            let (values, is_single) = match value.value {
                Value::List(values) => (values, false),
                single => (vec![Json { at: value.at, value: single }], true),
            };
            for value in values {
                let mut element = Json { at: value.at, value: Value::Null };
                put(&mut element, rest, value);
                // A state has what an association adds in the resource itself as well.
                if !is_single || list.iter().all(|known| !known.is_like(&element)) {
                    list.push(element);
                }
            }
        }
        PathStep::Every => {
            for element in list_of(target).into_iter().flatten() {
                put(element, rest, value.clone());
            }
        }
        PathStep::Named(name) => {
            let Some(list) = list_of(target) else { return };
            let is_it = |element: &Json| element.get("name").and_then(Json::text) == Some(name);
            let at = list.iter().position(is_it).unwrap_or_else(|| {
                let named = [("name".to_string(), Json::of_text(value.at, name.clone()))];
                list.push(Json { at: value.at, value: Value::Map(named.into_iter().collect()) });
                list.len() - 1
            });
            put(&mut list[at], rest, value);
        }
        PathStep::NamedByKey => {
            let Value::Map(map) = value.value else { return };
            for (key, value) in map {
                put(target, &[&[PathStep::Named(key)], rest].concat(), value);
            }
        }
        PathStep::NamedBy(_) | PathStep::MemberBy(_) => {}
    }
}

fn merge(target: &mut Json, value: Json) {
    match (&mut target.value, value.value) {
        (Value::Null, new) => *target = Json { at: value.at, value: new },
        (Value::Map(map), Value::Map(new)) => {
            for (name, json) in new {
                match map.get_mut(&name) {
                    Some(old) => merge(old, json),
                    None => map.push(name, json),
                }
            }
        }
        _ => {}
    }
}

fn map_of(json: &mut Json) -> Option<&mut Map> {
    if json.is_null() {
        json.value = Value::Map(Map::default());
    }
    match &mut json.value {
        Value::Map(map) => Some(map),
        _ => None,
    }
}

fn list_of(json: &mut Json) -> Option<&mut Vec<Json>> {
    if json.is_null() {
        json.value = Value::List(Vec::new());
    }
    match &mut json.value {
        Value::List(list) => Some(list),
        _ => None,
    }
}
