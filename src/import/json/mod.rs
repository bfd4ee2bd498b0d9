//! JSON with places: every value keeps the stretch of the text that it stands in. `read.rs` reads it, serde's way, `write.rs`
//! writes it.

mod read;
mod write;

use crate::source::Span;
use serde_json::Number;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Json {
    /// The stretch of the text, quotes and brackets included.
    pub at: Span,
    /// What stands there.
    pub value: Value,
}

/// What JSON can hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Map(Map),
}

/// The members of an object, in the order of the text. Names are looked up as Azure Resource Manager does, in any case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(Vec<(String, Json)>);

impl Map {
    /// The value of a member, by its name in any case; the last one where a name stands twice.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().rev().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        self.0.iter_mut().rev().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Puts a member in, in the place of the one that has its name.
    pub fn insert(&mut self, name: impl Into<String>, value: Json) {
        let name = name.into();
        match self.get_mut(&name) {
            Some(old) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Adds a member whose name is known to be new.
    pub fn push(&mut self, name: impl Into<String>, value: Json) {
        self.0.push((name.into(), value));
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        let at = self.0.iter().rposition(|(own, _)| own.eq_ignore_ascii_case(name))?;
        Some(self.0.remove(at).1)
    }

    /// Name and value of each member.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Json)> + ExactSizeIterator {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Json)> for Map {
    fn from_iter<I: IntoIterator<Item = (String, Json)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl IntoIterator for Map {
    type Item = (String, Json);
    type IntoIter = std::vec::IntoIter<(String, Json)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Json {
    /// A text at a place.
    pub fn of_text(at: Span, text: impl Into<String>) -> Self {
        Self { at, value: Value::Text(text.into()) }
    }

    /// The value of a member, by its name in any case.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.map().and_then(|map| map.get(name))
    }

    /// What a path of members leads to: `properties.addressSpace.addressPrefixes`.
    pub fn at_path(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(self, |json, name| json.get(name))
    }

    /// The string, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, none where it is no array.
    pub fn list(&self) -> &[Json] {
        match &self.value {
            Value::List(list) => list,
            _ => &[],
        }
    }

    /// The members, where it is an object.
    pub fn map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The truth, where it is `true` or `false`; the words `"true"` and `"False"` count, as Azure takes them.
    pub fn bool(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(truth) => Some(*truth),
            Value::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The whole number, where it is one; digits in a string count, as Azure takes them.
    pub fn number(&self) -> Option<i64> {
        match &self.value {
            Value::Number(number) => number.as_i64(),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Is it the same value, wherever it stands? Names of members count in any case and order.
    pub fn is_like(&self, other: &Json) -> bool {
        match (&self.value, &other.value) {
            (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_like(b)),
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| a.is_like(b)))
            }
            (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
            (a, b) => a == b,
        }
    }

    /// The same value, all of it at one place.
    pub(crate) fn rooted(self, at: Span) -> Self {
        let value = match self.value {
            Value::List(list) => Value::List(list.into_iter().map(|item| item.rooted(at)).collect()),
            Value::Map(map) => Value::Map(map.into_iter().map(|(name, item)| (name, item.rooted(at))).collect()),
            other => other,
        };
        Self { at, value }
    }

    /// Is it `null`?
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }
}
