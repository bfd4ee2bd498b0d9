//! The facts of one thing, wherever they stand: in its parent, in itself, in a child. What two places say differently is
//! told. `properties` may be there or not: the az CLI leaves it out.

use super::estate::{Estate, Reason};
use crate::import::Resource;
use crate::import::json::{Json, Value};
use crate::source::Span;
use ipnet::IpNet;

/// What is said of one thing, the most particular first.
#[derive(Clone, Default)]
pub(super) struct Facts<'f> {
    bodies: Vec<&'f Json>,
}

/// What stands below `properties`, or the object itself where it has none.
pub(super) fn inner(json: &Json) -> &Json {
    json.get("properties").filter(|properties| properties.map().is_some()).unwrap_or(json)
}

/// What a path leads to below `properties`; `null` is nothing.
pub(super) fn at<'j>(json: &'j Json, path: &str) -> Option<&'j Json> {
    inner(json).at_path(path).filter(|found| !found.is_null())
}

/// The id in `{ "id": … }`, or the text where it is one.
pub(super) fn id_of(json: &Json) -> Option<&str> {
    json.text().or_else(|| json.get("id")?.text()).filter(|id| !id.is_empty())
}

/// The texts of a list, or the one text, or the parts of a text with commas.
pub(super) fn texts(json: &Json) -> Vec<&Json> {
    match &json.value {
        Value::List(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        Value::Text(text) if text.is_empty() => Vec::new(),
        _ => vec![json],
    }
}

impl<'f> Facts<'f> {
    pub(super) fn of(bodies: impl IntoIterator<Item = &'f Json>) -> Self {
        Self { bodies: bodies.into_iter().collect() }
    }

    pub(super) fn add(&mut self, body: &'f Json) {
        self.bodies.push(body);
    }

    /// Everything of a resource that was told, however often.
    pub(super) fn told(estate: &Estate<'f>, resource: &Resource) -> Self {
        Self::of(estate.tellings(resource).into_iter().map(|telling| &telling.body))
    }

    pub(super) fn bodies(&self) -> &[&'f Json] {
        &self.bodies
    }

    /// The first statement of a fact; one that says otherwise is told.
    pub(super) fn get(&self, path: &str, estate: &mut Estate<'f>) -> Option<&'f Json> {
        let mut stated = self.bodies.iter().filter_map(|body| at(body, path));
        let first = stated.next()?;
        if let Some(other) = stated.find(|other| !is_same(first, other)) {
            estate.contradiction(&format!("`{}`", path.rsplit('.').next().unwrap_or(path)), first.at, other.at);
        }
        Some(first)
    }

    /// The first of several paths that something is stated under.
    pub(super) fn first(&self, paths: &[&str], estate: &mut Estate<'f>) -> Option<&'f Json> {
        paths.iter().find_map(|path| self.get(path, estate))
    }

    pub(super) fn bool(&self, path: &str, estate: &mut Estate<'f>) -> Option<bool> {
        self.get(path, estate)?.bool()
    }

    pub(super) fn id(&self, path: &str, estate: &mut Estate<'f>) -> Option<&'f str> {
        id_of(self.get(path, estate)?)
    }

    /// What is stated in the singular and in the plural, each once.
    pub(super) fn both(&self, one: &str, many: &str, estate: &mut Estate<'f>) -> Vec<&'f Json> {
        let several: Vec<&Json> = self.get(many, estate).map(texts).unwrap_or_default();
        let single = self.get(one, estate).filter(|json| json.text().is_some_and(|text| !text.is_empty()));
        match single {
            Some(single) if several.is_empty() => vec![single],
            Some(single) if !several.iter().any(|other| is_same(single, other)) => {
                estate.contradiction(&format!("`{one}`"), several[0].at, single.at);
                several
            }
            _ => several,
        }
    }
}

/// Do two values say the same? Places, the case of texts, and what only one of two objects has, do not count.
fn is_same(a: &Json, b: &Json) -> bool {
    match (&a.value, &b.value) {
        (Value::Text(a), Value::Text(b)) => a.eq_ignore_ascii_case(b),
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.iter().all(|(name, value)| b.get(name).is_none_or(|other| is_same(value, other)))
        }
        (a, b) => a == b,
    }
}

impl Estate<'_> {
    /// A prefix or address, without host bits.
    pub(super) fn prefix(&mut self, json: &Json) -> Result<IpNet, Reason> {
        let text = self.known(json)?.trim();
        prefix_of(text).ok_or_else(|| format!("`{text}` is no prefix"))
    }

    /// The first reason among results, or all that came out.
    pub(super) fn address(&mut self, json: &Json) -> Result<std::net::IpAddr, Reason> {
        let text = self.known(json)?.trim();
        text.parse().map_err(|_| format!("`{text}` is no address"))
    }
}

/// Where a fact stands, or the resource.
pub(super) fn place(json: Option<&Json>, resource: &Resource) -> Span {
    json.map_or(resource.at, |json| json.at)
}

/// A prefix without host bits, or an address as one.
fn prefix_of(text: &str) -> Option<IpNet> {
    let prefix = text.parse::<IpNet>().ok();
    prefix.or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from)).map(|prefix| prefix.trunc())
}

/// A prefix as the language writes it: a single address bare.
pub(super) fn shown(prefix: &IpNet) -> String {
    if prefix.prefix_len() == prefix.max_prefix_len() { prefix.addr().to_string() } else { prefix.to_string() }
}

/// The last name of an id, in backticks, for a reader.
pub(super) fn last(id: &str) -> String {
    format!("`{}`", super::estate::own_name(id))
}
