//! Resources of the provider azapi, whose bodies are Azure Resource Manager's already.

use super::document::Instance;
use super::identity::names_in;
use super::{Added, Addition, Plan, leave_out, with_children};
use crate::import::found::Found;
use crate::import::json::{Json, Map, Value};
use crate::import::resource::Resource;

/// Is a type one of azapi?
pub(super) fn is_of_azapi(kind: &str) -> bool {
    kind.starts_with("azapi_")
}

impl<'j> Plan<'j> {
    /// A resource with the body that it states.
    pub(super) fn verbatim(&self, instance: &Instance<'j>, found: &mut Found, additions: &mut Vec<Addition>) {
        let place = instance.place();
        let text = |name: &str| self.attribute(&place, name).and_then(|json| json.text().map(String::from));
        let told = text("type");
        let Some(kind) = told.as_deref().and_then(|kind| kind.split('@').next()).filter(|kind| kind.contains('/'))
        else {
            return leave_out(instance, "the plan does not tell its type", found);
        };
        if !matches!(instance.kind, "azapi_resource" | "azapi_update_resource") {
            return leave_out(instance, "it is an action, and no resource", found);
        }
        let (own, name) = (kind.rsplit('/').next().unwrap_or(kind), self.name(instance));
        let known = text("resource_id").or_else(|| instance.value("id").and_then(|id| id.text().map(String::from)));
        let id = known.or_else(|| {
            let parent = text("parent_id")?;
            // Below a resource group or subscription stands the provider, below a resource its type.
            Some(match names_in(&parent).is_empty() {
                true => format!("{parent}/providers/{kind}/{name}"),
                false => format!("{parent}/{own}/{name}"),
            })
        });
        let Some(id) = id else { return leave_out(instance, "the plan does not tell what it belongs to", found) };
        let stated = self.attribute(&place, "body").or_else(|| self.attribute(&place, "output"));
        let body = match stated {
            // The body is a text of JSON in older versions of the provider.
            Some(json) if json.text().is_some() => self.inner_json(instance, &json, found),
            Some(json) if json.map().is_some() => Some(json),
            _ => None,
        };
        let body = body.unwrap_or(Json { at: instance.json.at, value: Value::Map(Map::default()) });
        if instance.kind == "azapi_update_resource" {
            additions.push(Addition { whole: id, kind: kind.into(), at: instance.json.at, added: Added::Body(body) });
            return;
        }
        let names = names_in(&id);
        let resource = Resource {
            name: if names.is_empty() { name } else { names.join("/") },
            kind: kind.to_string(),
            location: text("location"),
            id,
            body,
            at: instance.json.at,
            is_existing: instance.is_data,
        };
        with_children(resource, &mut found.resources);
    }

    /// JSON that stands in a text, with the place of the text.
    fn inner_json(&self, instance: &Instance<'j>, json: &Json, found: &mut Found) -> Option<Json> {
        let text = json.text()?;
        if text.starts_with('{') && self.problems.borrow().placeholders.contains_key(text) {
            return None;
        }
        match Json::read(json.at.source, text) {
            Ok(inner) => Some(inner.rooted(json.at)),
            Err(mut error) => {
                let message = format!("the body of `{}` is not JSON", instance.address);
                error =
                    crate::diagnostic::Diagnostic::warning("FN0006", json.at, message).note(error.message.to_string());
                found.diagnostics.push(error);
                None
            }
        }
    }
}
