//! All resources of an import, found by id and type, and what has become of them so far. It judges no noun.

use super::draft::{self, Draft};
use super::{Note, Outcome};
use crate::diagnostic::Diagnostic;
use crate::import::json::Json;
use crate::import::{Found, Resource, Unknown};
use crate::platform::{Edition, Platform};
use crate::source::Span;
use std::collections::{HashMap, HashSet};

/// Why something is not translated.
pub(super) type Reason = String;

/// Where a declaration stands in the source: its part, and within that the network or thing that it belongs to.
pub(super) type Place = (Part, u32);

/// The parts of the source, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Networks,
    Joins,
    Machines,
    Plans,
    Apps,
    Services,
    Endpoints,
    Zones,
    Elsewhere,
}

/// The resources and what becomes of them.
pub(super) struct Estate<'f> {
    pub(super) found: &'f Found,
    pub(super) platform: Platform,
    ids: HashMap<String, usize>,
    kinds: HashMap<String, Vec<usize>>,
    /// The places of all tellings of an id.
    same: HashMap<String, Vec<usize>>,
    names: HashMap<(&'static str, String), String>,
    taken: HashSet<(&'static str, String)>,
    pub(super) outcomes: Vec<Option<Outcome>>,
    pub(super) notes: Vec<Note>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) wanted: Vec<(String, Span)>,
    pub(super) drafts: Vec<(Place, Draft)>,
    /// The subnets that the source declares, by id.
    pub(super) subnets: HashMap<String, super::network::Subnet>,
    /// The machines by the ids of their interfaces, once somebody has asked.
    pub(super) machine_by_interface: Option<HashMap<String, &'f Resource>>,
    /// The slots, by id, as references.
    pub(super) slots: HashMap<String, String>,
    /// The apps that are listed after all.
    pub(super) untold_apps: HashSet<String>,
    /// Public addresses that stand for those which Azure will give, by id.
    pub(super) guessed: Vec<(String, String)>,
    pub(super) elsewhere: super::elsewhere::Elsewhere,
    told: HashSet<(u32, u32, String)>,
}

impl<'f> Estate<'f> {
    pub(super) fn of(found: &'f Found) -> Self {
        let mut ids = HashMap::new();
        let mut kinds: HashMap<String, Vec<usize>> = HashMap::new();
        let mut same: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, resource) in found.resources.iter().enumerate() {
            // What is deployed goes before what is only referred to, and the first before its repetitions.
            let old = ids.get(&key(&resource.id)).map(|old: &usize| &found.resources[*old]);
            if old.is_none_or(|old| old.is_existing && !resource.is_existing) {
                ids.insert(key(&resource.id), at);
            }
            kinds.entry(resource.kind.to_lowercase()).or_default().push(at);
            same.entry(key(&resource.id)).or_default().push(at);
        }
        Self {
            found,
            platform: Platform::of(Edition::newest()),
            ids,
            kinds,
            same,
            names: HashMap::new(),
            taken: HashSet::new(),
            outcomes: vec![None; found.resources.len()],
            notes: Vec::new(),
            diagnostics: Vec::new(),
            wanted: Vec::new(),
            drafts: Vec::new(),
            subnets: HashMap::new(),
            machine_by_interface: None,
            slots: HashMap::new(),
            untold_apps: HashSet::new(),
            guessed: Vec::new(),
            elsewhere: super::elsewhere::Elsewhere::default(),
            told: HashSet::new(),
        }
    }

    /// The deployed resources of a type, each once, in the order of the input.
    pub(super) fn all(&self, kind: &str) -> Vec<&'f Resource> {
        let found = self.found;
        let mine = self.kinds.get(&kind.to_lowercase()).into_iter().flatten();
        mine.filter(|at| self.ids.get(&key(&found.resources[**at].id)) == Some(at))
            .map(|at| &found.resources[*at])
            .filter(|resource| !resource.is_existing)
            .collect()
    }

    /// Everything that is said of a resource: a list may tell it several times.
    pub(super) fn tellings(&self, resource: &Resource) -> Vec<&'f Resource> {
        let found = self.found;
        let mine = self.same.get(&key(&resource.id)).into_iter().flatten();
        mine.map(|at| &found.resources[*at]).collect()
    }

    /// The resource of an id. Where a part of it is not known, one of that type and name, if there is no other.
    pub(super) fn find(&self, id: &str) -> Option<&'f Resource> {
        let found = self.found;
        if let Some(at) = self.ids.get(&key(id)) {
            return Some(&found.resources[*at]).filter(|resource| !resource.is_existing);
        }
        let (kind, name) = kind_and_name(id)?;
        let may_be = |at: &&usize| {
            let resource = &found.resources[**at];
            let open = resource.id.contains('{') || id.contains('{') || group_of(&resource.id) == group_of(id);
            !resource.is_existing && open && resource.name.eq_ignore_ascii_case(&name)
        };
        let mut near = self.kinds.get(&kind.to_lowercase()).into_iter().flatten().filter(may_be);
        let first = near.next()?;
        near.all(|other| key(&found.resources[*other].id) == key(&found.resources[*first].id))
            .then(|| &found.resources[*first])
    }

    /// The deployed children of a resource, of a type.
    pub(super) fn children(&self, parent: &Resource, kind: &str) -> Vec<&'f Resource> {
        let prefix = format!("{}/", parent.name.to_lowercase());
        let depth = parent.name.split('/').count() + 1;
        let mine = |child: &&Resource| {
            child.name.to_lowercase().starts_with(&prefix)
                && child.name.split('/').count() == depth
                && (group_of(&child.id) == group_of(&parent.id) || child.id.contains('{') || parent.id.contains('{'))
        };
        self.all(&format!("{}/{kind}", parent.kind)).into_iter().filter(mine).collect()
    }

    /// Gives a thing its name in the source: its own, or one that nothing else of the kind has.
    pub(super) fn christen(&mut self, kind: &'static str, id: &str, own: &str) -> String {
        if let Some(known) = self.names.get(&(kind, key(id))) {
            return known.clone();
        }
        let among = namesakes(kind);
        let is_tag = self.platform.tag(own).is_some();
        let mut name = if is_tag || own.is_empty() { format!("{own}-{kind}") } else { own.to_string() };
        let mut round = 1;
        // Whoever looks a name up in any case must not find two.
        while !self.taken.insert((among, name.to_lowercase())) {
            name = if round == 1 { format!("{own}-{kind}") } else { format!("{own}-{kind}-{round}") };
            round += 1;
        }
        self.names.insert((kind, key(id)), name.clone());
        name
    }

    /// The name that a thing has in the source, where it is declared there.
    pub(super) fn named(&self, kind: &'static str, id: &str) -> Option<String> {
        let exact = self.names.get(&(kind, key(id)));
        exact.or_else(|| self.names.get(&(kind, key(&self.find(id)?.id)))).cloned()
    }

    pub(super) fn declare(&mut self, place: Place, draft: Draft) {
        self.drafts.push((place, draft));
    }

    /// The declaration of a resource whose head begins with that kind and name; comments say its id where it differs.
    pub(super) fn draft(&mut self, resource: &Resource, kind: &str, name: &str, rest: &str) -> Draft {
        let mut draft = Draft::new(format!("{kind} {}{rest}", draft::name(name)));
        draft.comment(resource.id.clone());
        let region = self.region(resource);
        draft.set_some("region", region.map(|region| draft::name(&region)));
        draft
    }

    /// The region of a resource, as the language spells it.
    pub(super) fn region(&mut self, resource: &Resource) -> Option<String> {
        let location = resource.location.as_deref()?;
        if self.found.placeholder_in(location).is_some() {
            return None;
        }
        let word: String = location.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        if word.is_empty() || word == "global" {
            return None;
        }
        if self.platform.region(&word).is_none() {
            self.note(resource, resource.at, format!("fnet knows no region `{location}`"));
            return None;
        }
        Some(word)
    }

    pub(super) fn translated(&mut self, resource: &Resource, what: impl Into<String>) {
        self.conclude(resource, Outcome::Translated(what.into()));
    }

    pub(super) fn listed(&mut self, resource: &Resource, reason: impl Into<String>) {
        self.conclude(resource, Outcome::Listed(reason.into()));
    }

    fn conclude(&mut self, resource: &Resource, outcome: Outcome) {
        let found = self.found;
        for at in self.same.get(&key(&resource.id)).into_iter().flatten() {
            if !found.resources[*at].is_existing && self.outcomes[*at].is_none() {
                self.outcomes[*at] = Some(outcome.clone());
            }
        }
    }

    pub(super) fn has_outcome(&self, resource: &Resource) -> bool {
        self.ids.get(&key(&resource.id)).is_some_and(|at| self.outcomes[*at].is_some())
    }

    /// Says that something of a resource is not understood, though the resource is.
    pub(super) fn note(&mut self, resource: &Resource, at: Span, text: impl Into<String>) {
        let text = text.into();
        if self.told.insert((at.source.0, at.start, text.clone())) {
            self.notes.push(Note { id: resource.id.clone(), kind: resource.kind.clone(), at, text });
        }
    }

    /// Says that two places state the same thing differently.
    pub(super) fn contradiction(&mut self, what: &str, first: Span, second: Span) {
        if self.told.insert((first.source.0, first.start, what.into())) {
            let message = format!("{what} is stated twice, and not the same");
            let told = Diagnostic::warning("FN0013", second, message).label("this is not taken");
            self.diagnostics.push(told.also(first, "this is"));
        }
    }

    /// The text of a value that must be known; a parameter without a value is asked for.
    pub(super) fn known<'j>(&mut self, json: &'j Json) -> Result<&'j str, Reason> {
        let text = json.text().ok_or("a value is no text")?;
        match self.found.placeholder_in(text) {
            None => Ok(text),
            Some(placeholder) => {
                if let Unknown::Parameter(parameter) = &placeholder.stands_for {
                    let ask = (parameter.clone(), placeholder.at);
                    if !self.wanted.contains(&ask) {
                        self.wanted.push(ask);
                    }
                    return Err(format!("the parameter `{parameter}` has no value"));
                }
                Err(format!("`{text}` is known after the deployment alone"))
            }
        }
    }
}

/// The kinds among which a name must be one of its own: those that a question or a reference looks up together.
fn namesakes(kind: &'static str) -> &'static str {
    match kind {
        "plan" | "ase" => "plan",
        "nsg" | "route-table" | "nat-gateway" | "gateway" | "private-dns-zone" | "hybrid-connection" => kind,
        _ => "end",
    }
}

/// An id, to be compared.
pub(super) fn key(id: &str) -> String {
    id.trim_end_matches('/').to_lowercase()
}

/// The subscription and resource group of an id.
fn group_of(id: &str) -> String {
    let id = key(id);
    id.split("/providers/").next().unwrap_or_default().to_string()
}

/// The type and the full name in an id: `Microsoft.Network/virtualNetworks/subnets` and `hub/data`.
pub(super) fn kind_and_name(id: &str) -> Option<(String, String)> {
    let at = id.to_lowercase().rfind("/providers/")?;
    let parts: Vec<&str> = id[at + "/providers/".len()..].trim_end_matches('/').split('/').collect();
    let (space, rest) = parts.split_first()?;
    let kinds: Vec<&str> = rest.iter().step_by(2).copied().collect();
    let names: Vec<&str> = rest.iter().skip(1).step_by(2).copied().collect();
    (kinds.len() == names.len() && !kinds.is_empty()).then(|| (format!("{space}/{}", kinds.join("/")), names.join("/")))
}

/// The last name of an id.
pub(super) fn own_name(id: &str) -> &str {
    id.trim_end_matches('/').rsplit('/').next().unwrap_or(id)
}

/// The id of what contains it: of a subnet its network.
pub(super) fn parent_of(id: &str) -> &str {
    let id = id.trim_end_matches('/');
    let up = |id: &str| id.rfind('/').unwrap_or(0);
    let once = &id[..up(id)];
    &once[..up(once)]
}
