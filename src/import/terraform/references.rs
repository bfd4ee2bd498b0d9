//! What an expression of the configuration leads to: through resources, module inputs and outputs, `for_each` and
//! `count`, as far as a plan has it. A plan holds no expression whole, only what it refers to; so what is found are
//! candidates, and who needs one value takes it where there is one alone.

use super::Plan;
use super::address::{Hop, Part, parts};
use super::document::{Instance, stated};
use crate::import::json::{Json, Value};

/// How many references one question follows, and how far one leads to the next: modules may refer to themselves in circles.
const STEPS: u32 = 2_000;
const DEPTH: u32 = 40;

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'j> {
    /// The calls that lead to its module.
    pub(super) module: &'s [Hop],
    /// The number or key of the instance.
    pub(super) index: Option<&'s str>,
    /// What there is an instance for each of.
    pub(super) for_each: Option<&'j Json>,
}

/// What a reference may mean.
#[derive(Clone)]
pub(super) struct Candidate<'d, 'j> {
    /// The number, key, label or name by which an index picks it.
    keys: Vec<String>,
    what: What<'d, 'j>,
}

#[derive(Clone)]
enum What<'d, 'j> {
    /// A whole resource.
    Instance(&'d Instance<'j>),
    /// A whole module, with all its outputs.
    Module(&'d [Hop]),
    /// A value, and the attribute that it was found as.
    Value(Json, Option<String>),
}

/// What an expression leads to, and the references that lead nowhere.
#[derive(Default)]
pub(super) struct Followed<'d, 'j> {
    candidates: Vec<Candidate<'d, 'j>>,
    pub(super) lost: Vec<String>,
}

impl<'d, 'j> Followed<'d, 'j> {
    /// The values found, each once; of a whole resource what the attribute that refers to it means. An attribute that is
    /// a link takes ids and names alone: what else an expression refers to decides between them. Any other may be made of
    /// several things, and is known where there is one alone.
    pub(super) fn values(&self, plan: &'d Plan<'j>, attribute: &str) -> Vec<Json> {
        let meant = meant(attribute);
        let is_link = meant != attribute;
        if !is_link && !self.lost.is_empty() {
            return Vec::new();
        }
        let mut values: Vec<Json> = Vec::new();
        // `module.net[each.key].subnet_id` is told as `module.net`: which output is meant shows in what it leads to.
        let outputs = self.candidates.iter().flat_map(|candidate| match candidate.what {
            What::Module(module) if is_link => plan.outputs_of(module),
            _ => Vec::new(),
        });
        let outputs: Vec<_> = outputs.collect();
        for candidate in self.candidates.iter().chain(&outputs) {
            let value = match &candidate.what {
                What::Value(value, _) => Some(value.clone()),
                What::Instance(instance) => plan.attribute_of(instance, &[Part::Name(meant.into())]),
                What::Module(_) => None,
            };
            let fits = |value: &Json| match meant {
                _ if !is_link => true,
                "id" => value.text().is_some_and(|text| text.starts_with(['/', '{'])),
                _ => value.text().is_some_and(|text| !text.starts_with('/')),
            };
            // A list is passed whole.
            let elements = value.iter().flat_map(|value| match value.list() {
                [] => std::slice::from_ref(value),
                list if is_link => list,
                _ => std::slice::from_ref(value),
            });
            for value in elements.filter(|value| fits(value)) {
                if values.iter().all(|known| known.value != value.value) {
                    values.push(value.clone());
                }
            }
        }
        if meant == "id" && (values.len() > 1 || !outputs.is_empty()) {
            let of_type = |value: &Json| value.text().is_some_and(|id| is_named_after(attribute, id));
            if !outputs.is_empty() || values.iter().any(of_type) {
                values.retain(of_type);
            }
        }
        values
    }
}

/// Does an attribute bear the name of an id's type, as `remote_virtual_network_id` that of `…/virtualNetworks/hub`?
fn is_named_after(attribute: &str, id: &str) -> bool {
    let stem = attribute.trim_end_matches("_ids").trim_end_matches("_id").replace('_', "");
    let Some(kind) = id.rsplit('/').nth(1) else { return false };
    let kind = kind.to_lowercase();
    kind.strip_suffix('s')
        .is_some_and(|one| stem.ends_with(one) || one.strip_suffix('e').is_some_and(|one| stem.ends_with(one)))
}

/// What of a resource an attribute means: `subnet_id` its id, `virtual_network_name` its name.
fn meant(attribute: &str) -> &str {
    match attribute {
        _ if attribute.ends_with("_id") || attribute.ends_with("_ids") => "id",
        _ if attribute.ends_with("_name") => "name",
        _ => attribute,
    }
}

impl<'j> Plan<'j> {
    /// What an expression leads to.
    pub(super) fn follow<'d>(&'d self, expression: &'j Json, scope: Scope<'_, 'j>) -> Followed<'d, 'j> {
        self.further(|| self.all_of(expression, scope))
    }

    /// Goes one step further; nowhere where that is too far.
    pub(super) fn further<T: Default>(&self, go: impl FnOnce() -> T) -> T {
        let depth = self.depth.get();
        let steps = if depth == 0 { 0 } else { self.steps.get() };
        if depth >= DEPTH || steps >= STEPS {
            return T::default();
        }
        self.depth.set(depth + 1);
        self.steps.set(steps + 1);
        let found = go();
        self.depth.set(depth);
        found
    }

    /// What the references of an expression lead to.
    fn all_of<'d>(&'d self, expression: &'j Json, scope: Scope<'_, 'j>) -> Followed<'d, 'j> {
        let mut followed = Followed::default();
        if let Some(value) = stated(expression.get("constant_value")) {
            followed.candidates.push(Candidate { keys: Vec::new(), what: What::Value(value.clone(), None) });
            return followed;
        }
        let all: Vec<&str> =
            expression.get("references").map(Json::list).unwrap_or_default().iter().filter_map(Json::text).collect();
        for reference in &all {
            // Beside `azurerm_subnet.s["a"].id` stand `azurerm_subnet.s["a"]` and `azurerm_subnet.s`.
            let is_part =
                all.iter().any(|other| other.strip_prefix(reference).is_some_and(|rest| rest.starts_with(['.', '['])));
            if is_part {
                continue;
            }
            let parts = parts(reference);
            let found = match self.reference(&parts, scope, &all) {
                Some(found) => found,
                None => continue,
            };
            if found.candidates.is_empty() {
                followed.lost.push(reference.to_string());
            }
            followed.lost.extend(found.lost);
            followed.candidates.extend(found.candidates);
        }
        followed
    }

    /// What one reference leads to; none where it only says which of several is meant.
    fn reference<'d>(&'d self, parts: &[Part], scope: Scope<'_, 'j>, all: &[&str]) -> Option<Followed<'d, 'j>> {
        let name = |at: usize| parts.get(at).and_then(Part::name).unwrap_or("");
        match (name(0), name(1)) {
            ("each", "key") | ("count" | "path" | "terraform", _) => None,
            ("each", _) => Some(self.each(parts, scope)),
            ("var", variable) => Some(self.variable(variable, &parts[2.min(parts.len())..], scope, all)),
            ("module", call) => Some(self.output(call, &parts[2.min(parts.len())..], scope, all)),
            ("local" | "self", _) => Some(Followed::default()),
            ("data", kind) => Some(self.resource(&format!("data.{kind}.{}", name(2)), parts.get(3..)?, scope, all)),
            (kind, label) => Some(self.resource(&format!("{kind}.{label}"), parts.get(2..)?, scope, all)),
        }
    }

    /// An attribute of a resource of the same module.
    fn resource<'d>(&'d self, label: &str, rest: &[Part], scope: Scope<'_, 'j>, all: &[&str]) -> Followed<'d, 'j> {
        let instances = self.document.instances_of(scope.module, label);
        let candidates: Vec<_> = instances.map(|instance| candidate(instance)).collect();
        let candidates = match rest.first() {
            Some(Part::Index(_) | Part::All) => candidates,
            _ => own(candidates, scope, all),
        };
        let mut lost = Vec::new();
        Followed { candidates: self.going_on(candidates, rest, &mut lost), lost }
    }

    /// The output of a module that this one calls.
    fn output<'d>(&'d self, call: &str, rest: &[Part], scope: Scope<'_, 'j>, all: &[&str]) -> Followed<'d, 'j> {
        let (index, rest) = match rest.split_first() {
            Some((Part::Index(index), rest)) => (Some(index.as_str()), rest),
            Some((Part::All, rest)) => (None, rest),
            _ => (None, rest),
        };
        let mut modules: Vec<&'d [Hop]> = self.modules_of(scope.module, call);
        let own = |hops: &&[Hop]| hops.last().and_then(|(_, index)| index.as_deref()) == scope.index;
        match index {
            Some(index) => modules.retain(|hops| hops.last().is_some_and(|(_, own)| own.as_deref() == Some(index))),
            None if modules.len() > 1 && is_own(all) && modules.iter().any(own) => modules.retain(own),
            None => {}
        }
        let whole = |module: &'d [Hop]| Candidate {
            keys: module.last().and_then(|(_, index)| index.clone()).into_iter().collect(),
            what: What::Module(module),
        };
        let mut lost = Vec::new();
        let candidates = self.going_on(modules.into_iter().map(whole).collect(), rest, &mut lost);
        Followed { candidates, lost }
    }

    /// What the output of a module leads to, and the rest of the reference from there.
    fn output_of<'d>(&'d self, module: &'d [Hop], path: &[Part], lost: &mut Vec<String>) -> Vec<Candidate<'d, 'j>> {
        let Some((Part::Name(output), rest)) = path.split_first() else { return Vec::new() };
        let Some(expression) = self.document.module_of(module).and_then(|module| module.output(output)) else {
            return Vec::new();
        };
        let below = self.follow(expression, Scope { module, index: None, for_each: None });
        lost.extend(below.lost);
        self.going_on(below.candidates, rest, lost)
    }

    /// What all outputs of a module lead to.
    fn outputs_of<'d>(&'d self, module: &'d [Hop]) -> Vec<Candidate<'d, 'j>> {
        let Some(configuration) = self.document.module_of(module) else { return Vec::new() };
        let expressions = configuration.outputs();
        expressions.flat_map(|one| self.follow(one, Scope { module, index: None, for_each: None }).candidates).collect()
    }

    /// The instances of a module that a module calls; those that hold resources.
    fn modules_of<'d>(&'d self, from: &[Hop], call: &str) -> Vec<&'d [Hop]> {
        let depth = from.len() + 1;
        let below = self.modules.iter().filter(|hops| hops.len() == depth && hops.starts_with(from));
        below.filter(|hops| hops[depth - 1].0 == call).map(Vec::as_slice).collect()
    }

    /// What is passed for a variable; of the root module its value.
    fn variable<'d>(&'d self, name: &str, rest: &[Part], scope: Scope<'_, 'j>, all: &[&str]) -> Followed<'d, 'j> {
        let mut followed = Followed::default();
        let plain = |json: &Json| Candidate { keys: Vec::new(), what: What::Value(json.clone(), None) };
        let default = || self.document.module_of(scope.module).and_then(|module| module.default_of(name));
        match scope.module.split_last() {
            None => {
                let value = stated(self.document.variable(name)).or_else(|| stated(default()));
                followed.candidates.extend(value.map(plain));
            }
            Some(((call, index), parent)) => {
                let call = self.document.module_of(parent).and_then(|module| module.call(call));
                match call.and_then(|call| call.json.get("expressions")?.get(name)) {
                    Some(expression) => {
                        let for_each = call.and_then(|call| call.json.get("for_each_expression"));
                        followed = self.follow(expression, Scope { module: parent, index: index.as_deref(), for_each });
                    }
                    None => followed.candidates.extend(stated(default()).map(plain)),
                }
            }
        }
        let picks = !matches!(rest.first(), Some(Part::Index(_) | Part::All));
        if picks && followed.candidates.len() > 1 {
            followed.candidates = own(followed.candidates, scope, all);
        }
        followed.candidates = self.going_on(followed.candidates, rest, &mut followed.lost);
        followed
    }

    /// `each.value`: what the key of this instance leads to in what there is an instance for each of.
    fn each<'d>(&'d self, parts: &[Part], scope: Scope<'_, 'j>) -> Followed<'d, 'j> {
        let (Some(expression), Some(index)) = (scope.for_each, scope.index) else { return Followed::default() };
        let mut followed = self.follow(expression, Scope { for_each: None, ..scope });
        let rest = &parts[2.min(parts.len())..];
        let path = [&[Part::Index(index.to_string())], rest].concat();
        followed.candidates = self.going_on(followed.candidates, &path, &mut followed.lost);
        followed
    }

    /// Goes on from candidates along the rest of a reference.
    fn going_on<'d>(
        &'d self,
        from: Vec<Candidate<'d, 'j>>,
        rest: &[Part],
        lost: &mut Vec<String>,
    ) -> Vec<Candidate<'d, 'j>> {
        let Some((part, after)) = rest.split_first() else { return from };
        let several = from.len() > 1;
        match part {
            Part::All => self.going_on(from, after, lost),
            Part::Index(index) => {
                let has = |candidate: &Candidate<'_, '_>| candidate.keys.contains(index);
                let picked: Vec<_> = if from.iter().any(has) {
                    from.into_iter().filter(has).collect()
                } else {
                    from.into_iter().filter_map(|candidate| element(candidate, index, several)).collect()
                };
                self.going_on(picked, after, lost)
            }
            Part::Name(_) => {
                let mut found = Vec::new();
                for candidate in from {
                    match candidate.what {
                        What::Module(module) => found.extend(self.output_of(module, rest, lost)),
                        _ => found.extend(self.member(candidate, rest)),
                    }
                }
                found
            }
        }
    }

    /// What a path leads to from one candidate.
    fn member<'d>(&'d self, candidate: Candidate<'d, 'j>, path: &[Part]) -> Option<Candidate<'d, 'j>> {
        let keys = candidate.keys;
        let last = path.iter().rev().find_map(Part::name).map(String::from);
        let value = match candidate.what {
            What::Instance(instance) => {
                let mut keys = keys;
                keys.extend(instance.value("name").and_then(Json::text).map(String::from));
                let value = self.attribute_of(instance, path)?;
                return Some(Candidate { keys, what: What::Value(value, last) });
            }
            // An object was made around what was found: `{ id = azurerm_subnet.a.id }`.
            What::Value(value, Some(from)) if value.map().is_none() => {
                (Some(&from) == last.as_ref()).then_some(value)?
            }
            What::Value(value, _) => walk(&value, path)?.clone(),
            What::Module(_) => return None,
        };
        Some(Candidate { keys, what: What::Value(value, last) })
    }

    /// An attribute of an instance: its value, or what its own configuration leads to.
    pub(super) fn attribute_of(&self, instance: &Instance<'j>, path: &[Part]) -> Option<Json> {
        self.further(|| self.attribute_at(instance, path))
    }

    fn attribute_at(&self, instance: &Instance<'j>, path: &[Part]) -> Option<Json> {
        let at = instance.json.at;
        match path {
            [Part::Name(name)] if name == "id" => return self.id(instance).map(|id| Json::of_text(at, id)),
            [Part::Name(name)] if name == "name" => return Some(Json::of_text(at, self.name(instance))),
            _ => {}
        }
        if self.is_secret(instance, path) {
            return None;
        }
        if let Some(value) = stated(instance.values.and_then(|values| walk(values, path))) {
            return Some(value.clone());
        }
        let [Part::Name(name)] = path else { return None };
        let expression = instance.configuration?.get("expressions")?.get(name)?;
        let followed = self.follow(expression, instance.scope());
        let values = followed.values(self, name);
        (values.len() == 1).then(|| values.into_iter().next()).flatten()
    }
}

impl<'j> Instance<'j> {
    /// Where its expressions stand.
    pub(super) fn scope(&self) -> Scope<'_, 'j> {
        Scope {
            module: &self.module,
            index: self.index.as_deref(),
            for_each: self.configuration.and_then(|configuration| configuration.get("for_each_expression")),
        }
    }
}

fn candidate<'d, 'j>(instance: &'d Instance<'j>) -> Candidate<'d, 'j> {
    let keys = instance.index.iter().cloned().chain([instance.label.to_string()]).collect();
    Candidate { keys, what: What::Instance(instance) }
}

/// Do the references beside it say that the instance of the same number or key is meant?
fn is_own(all: &[&str]) -> bool {
    all.iter().any(|reference| reference.starts_with("each.") || *reference == "count.index")
}

/// Of several the one of the same number or key, where that is meant.
fn own<'d, 'j>(from: Vec<Candidate<'d, 'j>>, scope: Scope<'_, 'j>, all: &[&str]) -> Vec<Candidate<'d, 'j>> {
    let Some(index) = scope.index.filter(|_| is_own(all)) else { return from };
    let has = |candidate: &Candidate<'_, '_>| candidate.keys.iter().any(|key| key == index);
    if from.iter().any(has) { from.into_iter().filter(has).collect() } else { from }
}

/// The element of a value under a number or key.
fn element<'d, 'j>(candidate: Candidate<'d, 'j>, index: &str, several: bool) -> Option<Candidate<'d, 'j>> {
    match candidate.what {
        What::Value(ref value, _) if value.map().is_some() || matches!(value.value, Value::List(_)) => {
            let value = walk(value, &[Part::Index(index.to_string())])?.clone();
            Some(Candidate { keys: candidate.keys, what: What::Value(value, None) })
        }
        // One alone is the element of the list that was made of it.
        _ => (!several).then_some(candidate),
    }
}

/// What a path leads to in a value.
fn walk<'v>(from: &'v Json, path: &[Part]) -> Option<&'v Json> {
    path.iter().try_fold(from, |json, part| match part {
        Part::Name(name) => json.get(name).or_else(|| json.list().first().and_then(|first| first.get(name))),
        Part::Index(index) => match index.parse::<usize>() {
            Ok(at) if json.map().is_none() => json.list().get(at),
            _ => json.get(index).or_else(|| json.list().iter().find(|one| one.text() == Some(index))),
        },
        Part::All => Some(json),
    })
}
