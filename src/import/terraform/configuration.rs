//! The configuration that a plan carries: what each attribute refers to, module by module. It has no values of locals and
//! no functions; what can be followed through it is `references.rs`.

use crate::import::json::Json;
use std::collections::HashMap;

/// A module of the configuration.
#[derive(Debug, Default)]
pub(super) struct Module<'j> {
    resources: HashMap<&'j str, &'j Json>,
    calls: HashMap<&'j str, Call<'j>>,
    outputs: Option<&'j Json>,
    variables: Option<&'j Json>,
}

/// A call of a module.
#[derive(Debug)]
pub(super) struct Call<'j> {
    /// What is passed to it.
    pub(super) json: &'j Json,
    pub(super) module: Module<'j>,
}

impl<'j> Module<'j> {
    pub(super) fn read(json: &'j Json) -> Self {
        let resources = json.get("resources").map(Json::list).unwrap_or_default();
        let call = |(name, json): (&'j str, &'j Json)| {
            let module = json.get("module").map(Module::read).unwrap_or_default();
            (name, Call { json, module })
        };
        Self {
            resources: resources.iter().filter_map(|one| Some((one.get("address")?.text()?, one))).collect(),
            calls: json
                .get("module_calls")
                .and_then(Json::map)
                .map(|map| map.iter().map(call).collect())
                .unwrap_or_default(),
            outputs: json.get("outputs"),
            variables: json.get("variables"),
        }
    }

    /// The block of a resource.
    pub(super) fn resource(&self, label: &str) -> Option<&'j Json> {
        self.resources.get(label).copied()
    }

    /// A module that it calls.
    pub(super) fn call(&self, name: &str) -> Option<&Call<'j>> {
        self.calls.get(name)
    }

    /// The expression of an output.
    pub(super) fn output(&self, name: &str) -> Option<&'j Json> {
        self.outputs?.get(name)?.get("expression")
    }

    /// The expressions of all outputs.
    pub(super) fn outputs(&self) -> impl Iterator<Item = &'j Json> {
        let all = self.outputs.and_then(Json::map).into_iter().flat_map(|map| map.iter());
        all.filter_map(|(_, output)| output.get("expression"))
    }

    /// The default of a variable.
    pub(super) fn default_of(&self, name: &str) -> Option<&'j Json> {
        self.variables?.get(name)?.get("default")
    }
}
