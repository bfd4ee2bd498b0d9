//! Plans and states of Terraform: what they declare, as resources in the shape of Azure Resource Manager.
//!
//! `document.rs` finds the instances, `attribute.rs` tells what an attribute says and follows its references
//! (`references.rs`, over the `configuration.rs` of a plan), `identity.rs` makes out ids and `shape.rs` puts attributes where
//! Resource Manager has them, by the lines of the stdlib. Knows no type of resource and no property by name.

mod address;
mod attribute;
mod azapi;
mod configuration;
mod document;
mod identity;
mod references;
mod shape;

use super::found::{Found, Placeholder};
use super::json::{Json, Map, Value};
use super::resource::Resource;
use super::translate::{Outcome, Told};
use crate::diagnostic::Diagnostic;
use crate::platform::{Edition, PathStep, Platform, TerraformType};
use crate::source::Span;
use address::Hop;
use document::{Document, Instance};
use identity::names_in;
use indexmap::IndexMap;
use shape::{Ids, Property, body_of, put, state};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};

/// What stands for a subscription that is not known.
const SUBSCRIPTION: &str = "{subscription}";

/// How the types of the provider begin that the stdlib knows.
const PROVIDER: &str = "azurerm_";

/// A plan or state that is being read.
struct Plan<'j> {
    document: Document<'j>,
    platform: Platform,
    /// The subscription that ids without one are put into.
    subscription: String,
    /// The modules that hold resources.
    modules: BTreeSet<Vec<Hop>>,
    /// How many references the question at hand has followed.
    steps: Cell<u32>,
    /// How far one leads to the next just now.
    depth: Cell<u32>,
    problems: RefCell<Problems>,
}

/// What came to light while attributes were read, by the attribute.
#[derive(Default)]
struct Problems {
    diagnostics: IndexMap<String, Diagnostic>,
    placeholders: IndexMap<String, Placeholder>,
}

/// What an instance adds to a resource.
struct Addition {
    whole: String,
    kind: String,
    at: Span,
    added: Added,
}

enum Added {
    /// Properties, below a path.
    Properties(Vec<PathStep>, Vec<Property>),
    /// A body that goes before what stands there.
    Body(Json),
}

/// Reads what `terraform show -json` tells of a plan or state, and state files of version 4.
pub(super) fn read(json: &Json) -> Found {
    let mut found = Found::default();
    if let Some(version) = json.get("version").and_then(Json::number).filter(|version| *version != 4)
        && json.get("planned_values").is_none()
    {
        let message = format!("this is a state file of version {version}, and version 4 is read");
        let help = "let a newer Terraform write it: `terraform show -json` tells any state";
        found.diagnostics.push(Diagnostic::error("FN0007", json.at, message).help(help));
        return found;
    }
    let document = Document::read(json);
    if document.is_plan && json.get("configuration").is_none() {
        let message = "the plan has no `configuration`: links between resources that are to be made cannot be followed";
        found.diagnostics.push(Diagnostic::warning("FN0012", json.at, message));
    }
    let plan = Plan::of(document, json);
    plan.tell(&mut found);
    found
}

impl<'j> Plan<'j> {
    fn of(document: Document<'j>, json: &Json) -> Self {
        let mut modules = BTreeSet::new();
        for instance in &document.instances {
            let depth = instance.module.len();
            modules.extend((1..=depth).map(|depth| instance.module[..depth].to_vec()));
        }
        let subscription = subscription(&document, json).unwrap_or_else(|| SUBSCRIPTION.into());
        let platform = Platform::of(Edition::newest());
        Self {
            document,
            platform,
            subscription,
            modules,
            steps: Cell::new(0),
            depth: Cell::new(0),
            problems: RefCell::default(),
        }
    }

    /// Tells every instance: as a resource, as an addition to one, or with the reason why it is neither.
    fn tell(&self, found: &mut Found) {
        let mut additions = Vec::new();
        for instance in &self.document.instances {
            if azapi::is_of_azapi(instance.kind) {
                self.verbatim(instance, found, &mut additions);
                continue;
            }
            match self.platform.terraform_type(instance.kind) {
                Some(kind) => self.mapped(instance, &kind, found, &mut additions),
                None if instance.kind.starts_with(PROVIDER) => {
                    leave_out(instance, "fnet does not know this type", found)
                }
                // Other providers declare nothing of Azure's networks.
                None => tell_of(instance, Outcome::Aside, found),
            }
        }
        keep_one_each(&mut found.resources);
        add(&mut found.resources, additions);
        let problems = self.problems.take();
        found.diagnostics.extend(problems.diagnostics.into_values());
        found.placeholders.extend(problems.placeholders.into_values());
    }

    /// Is its name one that only an apply will tell?
    fn is_name_unknown(&self, instance: &Instance<'j>, kind: &TerraformType) -> bool {
        let is_unknown = instance.unknown.and_then(|unknown| unknown.get("name")).and_then(Json::bool) == Some(true);
        is_unknown && kind.name.is_none() && instance.value("name").is_none()
    }

    fn tell_name(&self, instance: &Instance<'j>) {
        let message = format!("the name of `{}` is known only after apply", instance.address);
        let warning = Diagnostic::warning("FN0012", instance.at(), message)
            .note(format!("it is called `{}` here, and so are its public names", self.name(instance)));
        self.problems.borrow_mut().diagnostics.insert(format!("{}.name", instance.address), warning);
    }

    fn mapped(&self, instance: &Instance<'j>, kind: &TerraformType, found: &mut Found, additions: &mut Vec<Addition>) {
        if kind.is_aside {
            return tell_of(instance, Outcome::Aside, found);
        }
        if let Some(reason) = &kind.left_out {
            return leave_out(instance, reason, found);
        }
        let Some(arm) = &kind.arm else { return leave_out(instance, "it is no resource", found) };
        let place = instance.place();
        let is_part = !kind.part_of.is_empty();
        let parent = if is_part { self.whole(instance, kind) } else { self.parent(instance, kind) };
        let own = if is_part { parent.clone() } else { self.id(instance) };
        let Some(own) = own else { return leave_out(instance, "the plan does not tell what it belongs to", found) };
        let parent = parent.unwrap_or_default();
        let properties = self.properties(&place, &kind.lines, &Ids { own: &own, parent: &parent });
        if is_part || !kind.within.is_empty() {
            let above = if is_part { arm.as_str() } else { arm.rsplit_once('/').map_or("", |(above, _)| above) };
            let path = self.resolved(&place, &kind.within);
            let added = Added::Properties(path, properties);
            additions.push(Addition { whole: parent, kind: above.into(), at: instance.json.at, added });
            return;
        }
        if self.is_name_unknown(instance, kind) {
            self.tell_name(instance);
        }
        let names = names_in(&own);
        let body = body_of(instance.json.at, properties);
        let resource = Resource {
            name: if names.is_empty() { self.name(instance) } else { names.join("/") },
            kind: arm.clone(),
            location: self.attribute(&place, "location").and_then(|location| location.text().map(String::from)),
            id: own,
            // What is looked up and tells nothing of itself is only referred to.
            is_existing: instance.is_data && body.get("properties").is_none(),
            body,
            at: instance.json.at,
        };
        with_children(resource, &mut found.resources);
    }
}

/// The subscription: the one of the provider, or else the one that all ids are of.
fn subscription(document: &Document<'_>, json: &Json) -> Option<String> {
    let provider = json.at_path("configuration.provider_config.azurerm.expressions.subscription_id");
    if let Some(stated) = provider.and_then(|provider| provider.get("constant_value")).and_then(Json::text) {
        return Some(stated.to_string());
    }
    let ids = document.instances.iter().filter_map(|instance| instance.value("id")?.text());
    let of =
        |id: &str| id.strip_prefix("/subscriptions/").and_then(|rest| rest.split('/').next()).map(str::to_lowercase);
    let mut all: Vec<String> = ids.filter_map(of).collect();
    all.sort();
    all.dedup();
    (all.len() == 1).then(|| all.remove(0))
}

/// A resource, and behind it those that stand in its body under `resources`.
fn with_children(mut resource: Resource, resources: &mut Vec<Resource>) {
    let children = match &mut resource.body.value {
        Value::Map(map) => map.remove("resources"),
        _ => None,
    };
    let (id, kind, name) = (resource.id.clone(), resource.kind.clone(), resource.name.clone());
    let (at, is_existing) = (resource.at, resource.is_existing);
    resources.push(resource);
    let Some(Value::Map(children)) = children.map(|children| children.value) else { return };
    for (own_kind, list) in children {
        for body in list.list() {
            let own = body.get("name").and_then(Json::text).unwrap_or("default");
            resources.push(Resource {
                id: format!("{id}/{own_kind}/{own}"),
                kind: format!("{kind}/{own_kind}"),
                name: format!("{name}/{own}"),
                location: None,
                body: body.clone(),
                at,
                is_existing,
            });
        }
    }
}

/// Of what is declared and looked up, or told by several data sources, one is enough: the declaration, the first.
fn keep_one_each(resources: &mut Vec<Resource>) {
    let declared: BTreeSet<String> =
        resources.iter().filter(|one| !one.is_existing).map(|one| one.id.to_lowercase()).collect();
    let mut seen = BTreeSet::new();
    resources.retain(|one| {
        let id = one.id.to_lowercase();
        !one.is_existing || (!declared.contains(&id) && seen.insert(id))
    });
}

/// Adds to resources what others state of them; to one that is not among them as to one that exists.
fn add(resources: &mut Vec<Resource>, additions: Vec<Addition>) {
    let mut places: HashMap<String, usize> =
        resources.iter().enumerate().map(|(at, resource)| (resource.id.to_lowercase(), at)).collect();
    for Addition { whole, kind, at: stated, added } in additions {
        let at = *places.entry(whole.to_lowercase()).or_insert_with(|| {
            let names = names_in(&whole).join("/");
            resources.push(Resource {
                name: if names.is_empty() { whole.clone() } else { names },
                id: whole,
                kind,
                location: None,
                body: Json { at: stated, value: Value::Map(Map::default()) },
                at: stated,
                is_existing: true,
            });
            resources.len() - 1
        });
        let body = &mut resources[at].body;
        match added {
            Added::Properties(path, properties) => state(body, &path, properties),
            Added::Body(added) => {
                let before = std::mem::replace(body, added);
                put(body, &[], before);
            }
        }
    }
}

/// Tells why an instance is no resource. What is only looked up and says nothing is not told.
fn leave_out(instance: &Instance<'_>, reason: &str, found: &mut Found) {
    tell_of(instance, Outcome::Listed(reason.to_string()), found);
}

fn tell_of(instance: &Instance<'_>, outcome: Outcome, found: &mut Found) {
    if instance.is_data {
        return;
    }
    let id = instance.value("id").and_then(Json::text).filter(|id| id.starts_with('/')).unwrap_or(&instance.address);
    let kind = instance.kind.to_string();
    found.left_out.push(Told { id: id.to_string(), kind, at: instance.json.at, outcome });
}
