//! What stands in a plan or state: the instances of resources, whichever of the three forms the file has. What their
//! attributes mean is not here.

use super::address::{Hop, hops};
use super::configuration::Module;
use crate::import::json::{Json, Value};
use crate::source::Span;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

/// An instance of a resource.
#[derive(Debug)]
pub(super) struct Instance<'j> {
    /// Its whole address.
    pub(super) address: String,
    /// The calls of modules that lead to it.
    pub(super) module: Vec<Hop>,
    /// Is it a data source: what is there already, and only looked up?
    pub(super) is_data: bool,
    /// Its type.
    pub(super) kind: &'j str,
    /// What the configuration calls it.
    pub(super) label: &'j str,
    /// Its number or key, where there are several.
    pub(super) index: Option<String>,
    /// The attributes that have values.
    pub(super) values: Option<&'j Json>,
    /// Those that are known only after apply: `true` at their places.
    pub(super) unknown: Option<&'j Json>,
    /// Those that are not to be shown: `true` at their places, or in a state file a list of paths.
    pub(super) sensitive: Option<&'j Json>,
    /// Its block in the configuration.
    pub(super) configuration: Option<&'j Json>,
    /// The whole of it.
    pub(super) json: &'j Json,
    /// Its id, once it has been made out.
    pub(super) id: OnceCell<String>,
}

/// A plan or state.
#[derive(Debug, Default)]
pub(super) struct Document<'j> {
    pub(super) instances: Vec<Instance<'j>>,
    /// The instances by module, type and label.
    by_label: HashMap<String, Vec<usize>>,
    /// The addresses of the data sources.
    looked_up: HashSet<String>,
    /// The configuration of the root module; of a state none.
    pub(super) root: Module<'j>,
    /// The values of the root module's variables.
    variables: Option<&'j Json>,
    /// Does it tell what is to be, with values that are known only after apply?
    pub(super) is_plan: bool,
}

/// The changes of a plan by address: what is known only after apply, and what is not to be shown.
type Changes<'j> = HashMap<&'j str, &'j Json>;

impl<'j> Document<'j> {
    pub(super) fn read(json: &'j Json) -> Self {
        let mut document = Document {
            root: json.at_path("configuration.root_module").map(Module::read).unwrap_or_default(),
            variables: json.get("variables"),
            is_plan: json.get("planned_values").is_some() || json.get("resource_changes").is_some(),
            ..Self::default()
        };
        let changes: Changes<'j> =
            json.get("resource_changes").map(Json::list).unwrap_or_default().iter().filter_map(change).collect();
        if let Some(root) = json.at_path("planned_values.root_module").or_else(|| json.at_path("values.root_module")) {
            document.module(root, &[], &changes, false);
        } else if document.is_plan {
            document.changed(&changes, json);
        }
        if let Some(root) = json.at_path("prior_state.values.root_module") {
            document.module(root, &[], &changes, true);
        }
        for resource in json.get("resources").map(Json::list).unwrap_or_default() {
            document.stored(resource);
        }
        document
    }

    /// The resources of a module, and of those below it. Of the state before a plan only what is looked up counts: the
    /// plan has the rest as it will be.
    fn module(&mut self, module: &'j Json, hops_here: &[Hop], changes: &Changes<'j>, is_prior: bool) {
        for resource in module.get("resources").map(Json::list).unwrap_or_default() {
            let Some(address) = resource.get("address").and_then(Json::text) else { continue };
            let is_data = resource.get("mode").and_then(Json::text) == Some("data");
            if is_prior && (!is_data || self.looked_up.contains(address)) {
                continue;
            }
            let change = changes.get(address).and_then(|change| change.get("change"));
            self.add(Instance {
                module: hops_here.to_vec(),
                values: resource.get("values"),
                unknown: change.and_then(|change| change.get("after_unknown")),
                sensitive: resource
                    .get("sensitive_values")
                    .or_else(|| change.and_then(|change| change.get("after_sensitive"))),
                ..Instance::of(address.to_string(), resource)
            });
        }
        for child in module.get("child_modules").map(Json::list).unwrap_or_default() {
            let below = child.get("address").and_then(Json::text).map(hops).unwrap_or_default();
            self.module(child, &below, changes, is_prior);
        }
    }

    /// The resources of a plan that tells changes alone.
    fn changed(&mut self, changes: &Changes<'j>, json: &'j Json) {
        for resource in json.get("resource_changes").map(Json::list).unwrap_or_default() {
            let Some((address, _)) = change(resource) else { continue };
            let Some(change) = changes.get(address).and_then(|change| change.get("change")) else { continue };
            let after = change.get("after").filter(|after| after.map().is_some());
            if after.is_none() {
                continue;
            }
            self.add(Instance {
                module: resource.get("module_address").and_then(Json::text).map(hops).unwrap_or_default(),
                values: after,
                unknown: change.get("after_unknown"),
                sensitive: change.get("after_sensitive"),
                ..Instance::of(address.to_string(), resource)
            });
        }
    }

    /// A resource of a state file, with its instances. One that is about to be removed (`deposed`) is no part of it.
    fn stored(&mut self, resource: &'j Json) {
        let module = resource.get("module").and_then(Json::text);
        let bare = Instance::of(String::new(), resource);
        let data = if bare.is_data { "data." } else { "" };
        let label = format!("{data}{}.{}", bare.kind, bare.label);
        let label = module.map_or(label.clone(), |module| format!("{module}.{label}"));
        for instance in resource.get("instances").map(Json::list).unwrap_or_default() {
            if instance.get("deposed").is_some() {
                continue;
            }
            let index = instance.get("index_key");
            let address = match index.map(|index| &index.value) {
                Some(Value::Text(key)) => format!("{label}[{key:?}]"),
                Some(Value::Number(number)) => format!("{label}[{number}]"),
                _ => label.clone(),
            };
            self.add(Instance {
                module: module.map(hops).unwrap_or_default(),
                index: index.and_then(index_text),
                values: instance.get("attributes"),
                sensitive: instance.get("sensitive_attributes"),
                json: instance,
                ..Instance::of(address, resource)
            });
        }
    }

    fn add(&mut self, mut instance: Instance<'j>) {
        let key = key(&instance.module, &instance.configured());
        instance.configuration =
            self.module_of(&instance.module).and_then(|module| module.resource(&instance.configured()));
        if instance.is_data {
            self.looked_up.insert(instance.address.clone());
        }
        self.by_label.entry(key).or_default().push(self.instances.len());
        self.instances.push(instance);
    }

    /// The instances of a resource in a module, by `TYPE.LABEL`, with `data.` in front of what is looked up.
    pub(super) fn instances_of(&self, module: &[Hop], label: &str) -> impl Iterator<Item = &Instance<'j>> {
        let found = self.by_label.get(&key(module, label));
        found.into_iter().flatten().map(|at| &self.instances[*at])
    }

    /// The configuration of a module.
    pub(super) fn module_of(&self, hops: &[Hop]) -> Option<&Module<'j>> {
        hops.iter().try_fold(&self.root, |module, (name, _)| module.call(name).map(|call| &call.module))
    }

    /// The value of a variable of the root module.
    pub(super) fn variable(&self, name: &str) -> Option<&'j Json> {
        self.variables?.get(name)?.get("value")
    }
}

impl<'j> Instance<'j> {
    fn of(address: String, json: &'j Json) -> Self {
        let word = |name: &str| json.get(name).and_then(Json::text).unwrap_or("");
        Self {
            address,
            module: Vec::new(),
            is_data: word("mode") == "data",
            kind: word("type"),
            label: word("name"),
            index: json.get("index").and_then(index_text),
            values: None,
            unknown: None,
            sensitive: None,
            configuration: None,
            json,
            id: OnceCell::new(),
        }
    }

    /// Where its name stands, for messages.
    pub(super) fn at(&self) -> Span {
        let named = self.json.get("address").or_else(|| self.json.get("attributes")?.get("name"));
        named.map_or(self.json.at.part(0, 1), |name| name.at)
    }

    /// What the configuration of its module calls it.
    pub(super) fn configured(&self) -> String {
        format!("{}{}.{}", if self.is_data { "data." } else { "" }, self.kind, self.label)
    }

    /// Its attribute, where it has a value: `null`, nothing and an empty text are none.
    pub(super) fn value(&self, name: &str) -> Option<&'j Json> {
        self.values.and_then(|values| stated(values.get(name)))
    }
}

/// A value that says something: providers write an empty text where nothing is set.
pub(super) fn stated(json: Option<&Json>) -> Option<&Json> {
    json.filter(|json| !json.is_null() && json.text() != Some(""))
}

fn key(module: &[Hop], label: &str) -> String {
    format!("{module:?}{label}")
}

fn index_text(index: &Json) -> Option<String> {
    match &index.value {
        Value::Text(key) => Some(key.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn change(resource: &Json) -> Option<(&str, &Json)> {
    Some((resource.get("address")?.text()?, resource))
}
