//! Resources as Azure tells them: one, a list, `value` of the REST interface, `data` of Resource Graph; as the az CLI
//! prints them, without `properties`, too. What Azure answers to a question about them is no configuration, and is said.

mod answer;

use super::json::{Json, Map, Value};
use super::{Found, Resource};
use crate::diagnostic::Diagnostic;

pub use answer::Answered;

/// Members of a resource that stand beside its properties.
const BESIDE: &[&str] = &[
    "id",
    "name",
    "type",
    "location",
    "kind",
    "sku",
    "tags",
    "identity",
    "zones",
    "etag",
    "plan",
    "managedBy",
    "extendedLocation",
    "systemData",
    "resourceGroup",
    "subscriptionId",
    "tenantId",
    "properties",
];

/// The resources of one file.
pub(super) fn read(name: &str, json: &Json) -> Found {
    let mut found = Found::default();
    if let Some(answer) = Answered::of(json) {
        let message = format!("`{name}` is {}, which Azure works out of what is configured", answer.words());
        found
            .diagnostics
            .push(Diagnostic::warning("FN0014", json.at, message).help(
                "import what is configured (the networks, groups, routes and interfaces), and ask fnet the same",
            ));
        return found;
    }
    for item in items(json) {
        resource(item, &mut found);
    }
    found
}

/// The resources that a file tells: of a list, all of its members.
fn items(json: &Json) -> Vec<&Json> {
    if let Value::List(list) = &json.value {
        return list.iter().flat_map(items).collect();
    }
    let is_resource = json.get("id").and_then(Json::text).is_some_and(|id| id.contains('/'));
    if is_resource {
        return vec![json];
    }
    let within = ["value", "data"].iter().find_map(|member| json.get(member).filter(|inner| !inner.list().is_empty()));
    within.map(items).unwrap_or_else(|| {
        if json.map().is_some_and(Map::is_empty) || is_empty_list(json) { Vec::new() } else { vec![json] }
    })
}

/// Is it the answer of a list that has nobody in it?
fn is_empty_list(json: &Json) -> bool {
    ["value", "data"].iter().any(|member| {
        json.get(member).is_some_and(|inner| matches!(&inner.value, Value::List(list) if list.is_empty()))
    })
}

fn resource(json: &Json, found: &mut Found) {
    let id = json.get("id").and_then(Json::text);
    let Some((id, (kind, name))) = id.and_then(|id| Some((id, kind_and_name(id)?))) else {
        let message = "this is no resource: it has no `id` of Azure Resource Manager";
        let seen = json.get("name").and_then(Json::text).map(|name| format!("its name is `{name}`"));
        found.diagnostics.push(Diagnostic::warning("FN0014", json.at, message).maybe_help(seen));
        return;
    };
    let mut body = json.clone();
    if json.get("properties").is_none_or(|properties| properties.map().is_none()) {
        nest(&mut body);
    }
    found.resources.push(Resource {
        id: id.to_string(),
        // Azure spells types in many ways; the `type` of a resource is how its provider does.
        kind: json
            .get("type")
            .and_then(Json::text)
            .filter(|own| own.eq_ignore_ascii_case(&kind))
            .unwrap_or(&kind)
            .to_string(),
        name,
        location: json.get("location").and_then(Json::text).map(str::to_string),
        at: json.at,
        is_existing: false,
        body,
    });
    // Machines carry their extensions, and subnets nothing that is a resource of its own.
    for child in json.get("resources").map(Json::list).unwrap_or_default() {
        if child.get("id").is_some() {
            resource(child, found);
        }
    }
}

/// Puts what the az CLI lays flat below `properties`.
fn nest(body: &mut Json) {
    let at = body.at;
    let Value::Map(map) = &mut body.value else { return };
    let mut properties = Map::default();
    let mut beside = Map::default();
    for (name, value) in std::mem::take(map) {
        if BESIDE.iter().any(|own| own.eq_ignore_ascii_case(&name)) {
            beside.push(name, value);
        } else {
            properties.push(name, value);
        }
    }
    beside.push("properties", Json { at, value: Value::Map(properties) });
    *map = beside;
}

/// The type and the full name in an id.
fn kind_and_name(id: &str) -> Option<(String, String)> {
    let at = id.to_lowercase().rfind("/providers/")?;
    let mut parts = id[at + "/providers/".len()..].trim_end_matches('/').split('/');
    let mut kind = parts.next()?.to_string();
    let mut names = Vec::new();
    while let Some(part) = parts.next() {
        kind.push('/');
        kind.push_str(part);
        names.push(parts.next()?);
    }
    (!names.is_empty()).then(|| (kind, names.join("/")))
}
