//! What is deployed, as fnet: JSON in, source out.
//!
//! ```text
//! JSON --read--> Json --arm, terraform, az--> Found (resources) --translate--> Imported (source)
//! ```
//!
//! The readers bring every kind of files to resources in the shape of Azure Resource Manager; `translate/` makes source of
//! those and knows nothing of where they came from. Opens no file and answers no question.

mod arm;
mod az;
mod found;
pub mod json;
mod origin;
mod resource;
mod secret;
mod terraform;
mod translate;

pub use az::Answered;
pub use found::{Found, Placeholder, Unknown};
pub use json::Json;
pub use origin::{Kind, Origin};
pub use resource::Resource;
pub use secret::{blanked, without_secrets};
pub use translate::{Imported, Note, Outcome, Report, Told, translate};

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use std::path::{Path, PathBuf};

/// A file that is to be imported.
#[derive(Clone, Debug)]
pub struct Document {
    /// What messages call it.
    pub name: String,
    /// Its number among the sources.
    pub source: SourceId,
    /// What stands in it.
    pub json: Json,
}

/// What is said from outside about files that are to be imported.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The kind that they are taken for; recognised where it is not said.
    pub origin: Option<Origin>,
    /// Values of parameters, by name.
    pub parameters: Vec<(String, String)>,
    /// Files of parameters, for every template. Whoever opens files opens these before the others; what they say goes before
    /// what lies beside a template.
    pub parameter_files: Vec<PathBuf>,
}

/// Imports files as one network; what cannot be is told in the diagnostics.
///
/// Files of parameters belong to the template that they are named after, `main.parameters.json` to `main.json`; those that
/// are named after none belong to every template.
///
/// ```
/// use fnet::import::{Document, Json, Options, import};
/// use fnet::source::SourceId;
/// let text = r#"{ "contentVersion": "1.0.0.0", "parameters": { "prefix": { "type": "string" } }, "resources": [
///   { "type": "Microsoft.Network/virtualNetworks", "name": "[concat('hub', '-vnet')]",
///     "properties": { "addressSpace": { "addressPrefixes": ["[parameters('prefix')]"] } } } ] }"#;
/// let json = Json::read(SourceId(0), text).unwrap();
/// let file = Document { name: "main.json".into(), source: SourceId(0), json };
/// let options = Options { parameters: vec![("prefix".into(), "10.0.0.0/16".into())], ..Options::default() };
/// let imported = import(&[file], &options);
/// assert_eq!(imported.report.resources[0].kind, "Microsoft.Network/virtualNetworks");
/// assert!(imported.report.resources[0].id.ends_with("/virtualNetworks/hub-vnet"));
/// ```
pub fn import(documents: &[Document], options: &Options) -> Imported {
    let mut found = read(documents, options);
    let wanted = std::mem::take(&mut found.wanted);
    let mut imported = translate(found);
    imported.wanted.extend(wanted);
    imported.diagnostics.extend(asked_for(&imported.wanted));
    for list in Sorted::of(documents, options).tag_lists {
        let line = format!("use tags \"{}\"\n", list.name.escape_debug());
        let at = imported.source.find('\n').map_or(0, |end| end + 1);
        imported.source.insert_str(at, &line);
    }
    imported
}

/// The resources of files, in the shape of Azure Resource Manager, before they are made source of.
pub fn read(documents: &[Document], options: &Options) -> Found {
    let all = Sorted::of(documents, options);
    let mut found = Found::default();
    for template in &all.templates {
        found.append(arm::read(template, &all.parameters_of(template), options));
    }
    for (document, origin) in &all.others {
        found.append(match origin {
            Origin::Terraform => terraform::read(&document.json),
            Origin::Arm | Origin::Az => az::read(&document.name, &document.json),
        });
    }
    for document in &all.unknown {
        let message = format!("`{}` is JSON of no kind that can be imported", document.name);
        let help = "a template, `terraform show -json` and what `az … -o json` lists can be";
        found.diagnostics.push(Diagnostic::error("FN0007", start(document), message).help(help));
    }
    if let (Some(file), true) = (all.parameters.first(), all.templates.is_empty()) {
        let message = format!("`{}` has values of parameters, and there is no template here to take them", file.name);
        found.diagnostics.push(Diagnostic::error("FN0007", start(file), message).help("import the template with it"));
    }
    found.diagnostics.extend(arm::not_taken(&all.templates, options));
    found
}

/// Files by what they are.
#[derive(Default)]
struct Sorted<'d> {
    templates: Vec<&'d Document>,
    /// Files of parameters, those first that were named for every template.
    parameters: Vec<&'d Document>,
    /// How many were.
    for_all: usize,
    tag_lists: Vec<&'d Document>,
    others: Vec<(&'d Document, Origin)>,
    unknown: Vec<&'d Document>,
}

impl<'d> Sorted<'d> {
    fn of(documents: &'d [Document], options: &Options) -> Self {
        let is_for_all = |file: &&Document| options.parameter_files.iter().any(|path| path == Path::new(&file.name));
        let mut all = Self { parameters: documents.iter().filter(is_for_all).collect(), ..Self::default() };
        all.for_all = all.parameters.len();
        for document in documents.iter().filter(|document| !is_for_all(document)) {
            // A file of parameters is one whatever the others are taken for.
            let kind = Kind::of(&document.json);
            let forced = options.origin.filter(|_| kind != Some(Kind::Parameters)).map(Kind::Resources);
            match forced.or(kind) {
                Some(Kind::Resources(Origin::Arm)) => all.templates.push(document),
                Some(Kind::Resources(origin)) => all.others.push((document, origin)),
                Some(Kind::Parameters) => all.parameters.push(document),
                Some(Kind::ServiceTags) => all.tag_lists.push(document),
                None => all.unknown.push(document),
            }
        }
        all
    }

    /// The files of parameters for a template: those for all, those that are named after it, and those that are named
    /// after none.
    fn parameters_of(&self, template: &Document) -> Vec<&'d Document> {
        let (for_all, others) = self.parameters.split_at(self.for_all);
        let is_own = |file: &Document| arm::belongs(&file.name, &template.name);
        let is_nobodys = |file: &Document| !self.templates.iter().any(|one| arm::belongs(&file.name, &one.name));
        let own = others.iter().filter(|file| is_own(file));
        for_all.iter().chain(own).chain(others.iter().filter(|file| is_nobodys(file))).copied().collect()
    }
}

/// The first character of a file.
fn start(document: &Document) -> Span {
    document.json.at.part(0, 1)
}

/// All parameters that need a value, in one question.
fn asked_for(wanted: &[(String, Span)]) -> Option<Diagnostic> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in wanted {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    let (_, at) = wanted.first()?;
    let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let what = if names.len() == 1 { "the parameter" } else { "the parameters" };
    let message = format!("the network rests on {what} {}, without a value", listed.join(", "));
    let given: Vec<String> = names.iter().map(|name| format!("--parameter {name}=…")).collect();
    let help = format!("give {}, or a file of parameters with `--parameters FILE`", given.join(" "));
    let mut diagnostic = Diagnostic::error("FN0008", *at, message).label("needed here").help(help);
    for (at, name) in names.iter().enumerate().skip(1) {
        if let Some((_, place)) = wanted.iter().find(|(own, _)| own.eq_ignore_ascii_case(name))
            && at < 8
        {
            diagnostic = diagnostic.also(*place, format!("`{name}` here"));
        }
    }
    Some(diagnostic)
}
