//! The stdlib as it is built in: its files, cut and parsed when they are wanted.

use super::Edition;
use crate::source::SourceId;
use crate::syntax::ast::{Declaration, Statement};
use crate::syntax::parse;
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

macro_rules! files {
    ($($path:literal)*) => {
        /// Every file of the stdlib: its path and its text. A test holds the table to the folder.
        pub const FILES: &[(&str, &str)] = &[$(($path, include_str!(concat!("../../stdlib/", $path))),)*];
    };
}

files! {
    "2020/addresses.fnet"
    "2020/environments.fnet"
    "2020/features.fnet"
    "2020/limits.fnet"
    "2020/plans.fnet"
    "2020/regions.fnet"
    "2020/rules/ase.fnet"
    "2020/rules/dns.fnet"
    "2020/rules/in.fnet"
    "2020/rules/kvref.fnet"
    "2020/rules/pe.fnet"
    "2020/rules/plan.fnet"
    "2020/rules/route.fnet"
    "2020/rules/scope.fnet"
    "2020/rules/src.fnet"
    "2020/rules/storage.fnet"
    "2020/rules/subnet.fnet"
    "2020/rules/trigger.fnet"
    "2020/rules/vnet.fnet"
    "2020/triggers.fnet"
    "2020/words.fnet"
    "2026/addresses.fnet"
    "2026/endpoints.fnet"
    "2026/environments.fnet"
    "2026/features.fnet"
    "2026/limits.fnet"
    "2026/plans.fnet"
    "2026/properties.fnet"
    "2026/regions.fnet"
    "2026/rules/ase.fnet"
    "2026/rules/dns.fnet"
    "2026/rules/egress.fnet"
    "2026/rules/fw.fnet"
    "2026/rules/hc.fnet"
    "2026/rules/in.fnet"
    "2026/rules/kvref.fnet"
    "2026/rules/nat.fnet"
    "2026/rules/nsg.fnet"
    "2026/rules/p2s.fnet"
    "2026/rules/pe.fnet"
    "2026/rules/plan.fnet"
    "2026/rules/route.fnet"
    "2026/rules/scope.fnet"
    "2026/rules/src.fnet"
    "2026/rules/storage.fnet"
    "2026/rules/subnet.fnet"
    "2026/rules/tag.fnet"
    "2026/rules/trigger.fnet"
    "2026/rules/verdict.fnet"
    "2026/rules/vnet.fnet"
    "2026/triggers.fnet"
    "2026/words.fnet"
    "shared/addresses.fnet"
    "shared/applications.fnet"
    "shared/documents.fnet"
    "shared/endpoints.fnet"
    "shared/environments.fnet"
    "shared/flow-logs.fnet"
    "shared/interfaces.fnet"
    "shared/limits.fnet"
    "shared/open-points.fnet"
    "shared/resources.fnet"
    "shared/rules/ase.fnet"
    "shared/rules/diag.fnet"
    "shared/rules/dns.fnet"
    "shared/rules/egress.fnet"
    "shared/rules/eval.fnet"
    "shared/rules/fw.fnet"
    "shared/rules/gw.fnet"
    "shared/rules/hc.fnet"
    "shared/rules/in.fnet"
    "shared/rules/kvref.fnet"
    "shared/rules/list.fnet"
    "shared/rules/nsg.fnet"
    "shared/rules/p2s.fnet"
    "shared/rules/pe.fnet"
    "shared/rules/peer.fnet"
    "shared/rules/plan.fnet"
    "shared/rules/route.fnet"
    "shared/rules/scope.fnet"
    "shared/rules/se.fnet"
    "shared/rules/src.fnet"
    "shared/rules/storage.fnet"
    "shared/rules/subnet.fnet"
    "shared/rules/tag.fnet"
    "shared/rules/tool.fnet"
    "shared/rules/trigger.fnet"
    "shared/rules/verdict.fnet"
    "shared/rules/vnet.fnet"
    "shared/security.fnet"
    "shared/services.fnet"
    "shared/settings.fnet"
    "shared/suspects.fnet"
    "shared/tags.fnet"
    "shared/terraform.fnet"
    "shared/topics.fnet"
    "shared/words.fnet"
}

/// The folders that are editions, the oldest first.
pub(super) const EDITIONS: &[&str] = &["2020", "2026"];

/// The kinds that only the stdlib declares.
pub(super) const KINDS: &[&str] = &[
    "rule",
    "feature",
    "limit",
    "plan-type",
    "service-type",
    "service-tag",
    "trigger-type",
    "topic",
    "suspect",
    "suspect-list",
    "document",
    "open-point",
    "default-rule",
    "system-routes",
    "well-known",
    "app-setting",
    "region",
    "property",
    "service-endpoint",
    "word",
    "application",
    "ports",
    "needed-traffic",
    "interface",
    "flow-log",
    "terraform-type",
    "resource",
    "azure-words",
];

/// A declaration of the stdlib that may not have been parsed yet.
#[derive(Debug)]
struct Shelved {
    kind: &'static str,
    name: &'static str,
    text: &'static str,
    /// Where the next declaration of that name stands, of another kind.
    next: Option<usize>,
    parsed: OnceLock<Option<Stated>>,
}

/// A declaration, and the fact that it states, once somebody has wanted it.
#[derive(Debug)]
pub(super) struct Stated {
    pub(super) declaration: Declaration,
    fact: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl Stated {
    pub(super) fn new(declaration: Declaration) -> Self {
        Self { declaration, fact: OnceLock::new() }
    }

    /// The fact: read once, and shared from then on. A kind has facts of one type.
    pub(super) fn fact<T: Any + Send + Sync>(&self, read: impl FnOnce(&Declaration) -> T) -> Option<Arc<T>> {
        self.fact.get_or_init(|| Arc::new(read(&self.declaration))).clone().downcast().ok()
    }
}

/// One file, cut into declarations.
#[derive(Debug, Default)]
struct Volume {
    items: Vec<Shelved>,
    /// Where the last declaration of a name stands; those that share it say which is next.
    index: HashMap<&'static str, usize>,
}

/// Files by name: the text, and the cut file once somebody has looked into it.
type Shelf = HashMap<&'static str, Vec<(&'static str, OnceLock<Volume>)>>;

/// The files of an edition.
#[derive(Debug)]
pub(super) struct Library {
    pub(super) edition: Edition,
    /// The files of rules by family, and the others by name.
    rules: Shelf,
    facts: Shelf,
    /// The families of rules, in the order of the files.
    families: Vec<&'static str>,
}

impl Library {
    /// The library of an edition; made once.
    pub(super) fn of(edition: Edition) -> &'static Library {
        static LIBRARIES: OnceLock<Vec<Library>> = OnceLock::new();
        let all = LIBRARIES.get_or_init(|| Edition::all().map(Library::new).collect());
        all.iter().find(|library| library.edition == edition).unwrap_or(&all[0])
    }

    fn new(edition: Edition) -> Self {
        let folder = |path: &str| path.split('/').next().unwrap_or("").to_string();
        let mine = |path: &str| folder(path) == "shared" || folder(path) == edition.name();
        // What the edition declares goes before what both share.
        let mut files: Vec<_> = FILES.iter().filter(|(path, _)| mine(path)).collect();
        files.sort_by_key(|(path, _)| folder(path) == "shared");
        let mut library = Self { edition, rules: Shelf::new(), facts: Shelf::new(), families: Vec::new() };
        for (path, text) in files {
            let name = path.rsplit('/').next().and_then(|file| file.strip_suffix(".fnet")).unwrap_or(path);
            let rules = path.contains("/rules/");
            if rules && !library.families.contains(&name) {
                library.families.push(name);
            }
            let shelf = if rules { &mut library.rules } else { &mut library.facts };
            shelf.entry(name).or_default().push((text, OnceLock::new()));
        }
        library.families.sort_unstable();
        library
    }

    /// A declaration, in the files in which it can stand: those of rules are named after the family.
    fn find(&self, kind: &str, name: &str) -> Option<&Shelved> {
        let mut volumes = match kind {
            "rule" => cut(&self.rules, name.split('.').next().unwrap_or(name)),
            _ => cut(&self.facts, file_of(kind)?),
        };
        volumes.find_map(|volume| volume.find(kind, name))
    }

    pub(super) fn has(&self, kind: &str, name: &str) -> bool {
        self.find(kind, name).is_some()
    }

    pub(super) fn stated(&self, kind: &str, name: &str) -> Option<&Stated> {
        let shelved = self.find(kind, name)?;
        shelved.parsed.get_or_init(|| shelved.parse().map(Stated::new)).as_ref()
    }

    /// The name of a declaration, to be kept.
    pub(super) fn name_of(&self, kind: &str, name: &str) -> Option<&'static str> {
        self.find(kind, name).map(|found| found.name)
    }

    /// The names of a kind, each with the text of its declaration.
    pub(super) fn texts(&self, kind: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.all(kind).map(|item| (item.name, item.text))
    }

    fn all(&self, kind: &str) -> impl Iterator<Item = &Shelved> {
        let volumes: Vec<&Volume> = match kind {
            "rule" => self.families.iter().flat_map(|family| cut(&self.rules, family)).collect(),
            _ => file_of(kind).map(|file| cut(&self.facts, file).collect()).unwrap_or_default(),
        };
        let items = volumes.into_iter().flat_map(|volume| &volume.items);
        items.filter(move |item| item.kind == kind)
    }
}

/// The files of a name, cut.
fn cut<'s>(shelf: &'s Shelf, name: &str) -> impl Iterator<Item = &'s Volume> {
    let found = shelf.get(name).into_iter().flatten();
    found.map(|(text, volume)| volume.get_or_init(|| Volume::cut(text)))
}

/// The file in which a kind of fact stands.
fn file_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "feature" => "features",
        "limit" => "limits",
        "plan-type" => "plans",
        "service-type" => "services",
        "service-tag" => "tags",
        "trigger-type" => "triggers",
        "topic" => "topics",
        "suspect" | "suspect-list" => "suspects",
        "document" => "documents",
        "open-point" => "open-points",
        "default-rule" => "security",
        "system-routes" | "well-known" => "addresses",
        "app-setting" => "settings",
        "region" => "regions",
        "property" => "properties",
        "service-endpoint" => "endpoints",
        "word" => "words",
        "application" => "applications",
        "ports" | "needed-traffic" => "environments",
        "interface" => "interfaces",
        "flow-log" => "flow-logs",
        "terraform-type" => "terraform",
        "resource" | "azure-words" => "resources",
        _ => return None,
    })
}

impl Volume {
    fn find(&self, kind: &str, name: &str) -> Option<&Shelved> {
        let last = &self.items[*self.index.get(name)?];
        std::iter::successors(Some(last), |item| item.next.map(|at| &self.items[at])).find(|item| item.kind == kind)
    }

    /// Cuts a file where a line holds a closing brace alone: so does every declaration of the stdlib end, which a test
    /// holds to what the splitter makes of it.
    fn cut(text: &'static str) -> Self {
        let mut volume = Volume::default();
        let (mut start, mut end) = (0, 0);
        for line in text.split_inclusive('\n') {
            end += line.len();
            if line != "}\n" {
                continue;
            }
            let text = text[start..end - 1].trim_start();
            start = end;
            let Some((kind, name)) = head(text) else { continue };
            let next = volume.index.insert(name, volume.items.len());
            volume.items.push(Shelved { kind, name, text, next, parsed: OnceLock::new() });
        }
        volume
    }
}

/// Kind and name of a declaration, behind the comments above it.
fn head(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    while rest.starts_with('#') {
        rest = rest[rest.find('\n')?..].trim_start();
    }
    let mut words = rest.split_whitespace();
    Some((words.next()?, words.next()?))
}

impl Shelved {
    fn parse(&self) -> Option<Declaration> {
        let (statements, diagnostics) = parse(SourceId(u32::MAX), self.text);
        debug_assert!(diagnostics.is_empty(), "{} {}: {diagnostics:?}", self.kind, self.name);
        statements.into_iter().find_map(|statement| match statement {
            Statement::Declaration(declaration) => Some(declaration),
            _ => None,
        })
    }
}
