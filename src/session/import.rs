//! Files of other kinds among scripts: what is deployed, as JSON, is imported and read as the source that it comes to. Which
//! files belong together is decided here; what they mean is for [`crate::import`].

use super::Session;
use super::read::unreadable;
use super::run::Pending;
use crate::diagnostic::{self, Diagnostic};
use crate::import::{self, Document, Imported, Json, Kind, Options};
use crate::load::{LoadError, Loader, Script};
use crate::source::Span;
use std::path::{Path, PathBuf};

/// Does a file's name end as that of JSON does? Terraform calls its state files otherwise.
fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|end| ["json", "tfstate"].iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// What a file was named for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    /// By its own name.
    Itself,
    /// As one of a folder, where other files may lie beside it.
    InFolder,
}

/// A file that was read.
struct Opened {
    document: Document,
    named: Named,
}

/// Is a script one to be imported: a folder, a file of JSON, or text that begins as JSON does?
pub(super) fn is_import(script: &Script, loader: &dyn Loader) -> bool {
    match script {
        Script::File(path) => is_json(path) || matches!(loader.files(path), Ok(Some(_))),
        Script::Bytes { bytes, .. } => begins_as_json(&String::from_utf8_lossy(&bytes[..bytes.len().min(64)])),
    }
}

/// `{ "` or `[ {`: no script begins so.
fn begins_as_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let inside = |bracket| text.strip_prefix(bracket).map(str::trim_start).unwrap_or_default();
    inside('{').starts_with(['"', '}']) || inside('[').starts_with(['{', ']'])
}

impl Session {
    /// What is said from outside about files that are imported: values of parameters, and the kind of files.
    pub fn import_options(&mut self, options: Options) {
        self.import = options;
    }

    /// What files come to that are imported as one network, without loading it: the source, what became of each resource,
    /// and what is wrong with the files. The texts that its places point into are those of [`Session::sources`].
    ///
    /// ```
    /// use fnet::load::Script;
    ///
    /// let text = r#"{ "contentVersion": "1.0.0.0", "resources": [
    ///   { "type": "Microsoft.Network/networkSecurityGroups", "name": "edge" } ] }"#;
    /// let mut net = fnet::Session::new();
    /// let imported = net.import([Script::text("main.json", text)]);
    /// assert!(imported.source.starts_with("edition 2026\n"));
    /// assert_eq!(imported.report.resources.len(), 1);
    /// ```
    pub fn import(&mut self, scripts: impl IntoIterator<Item = Script>) -> Imported {
        let mut diagnostics = Vec::new();
        let since = self.state.read.len();
        let opened = self.open_documents(scripts.into_iter().collect(), since, &mut diagnostics);
        let mut imported = self.import_documents(opened, &mut diagnostics);
        imported.diagnostics.append(&mut diagnostics);
        diagnostic::sort(&mut imported.diagnostics);
        imported
    }

    /// Imports files as one network and reads what they come to; those are left out that were read after the first `since`.
    pub(super) fn read_imported(
        &mut self,
        scripts: Vec<Script>,
        since: usize,
        replace: bool,
        pending: &mut Vec<Pending>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let name = scripts.first().map(name_of).unwrap_or_default();
        let mut wrong = Vec::new();
        let opened = self.open_documents(scripts, since, &mut wrong);
        let imported = self.import_documents(opened, &mut wrong);
        let is_whole = !wrong.iter().chain(&imported.diagnostics).any(Diagnostic::is_error);
        diagnostics.append(&mut wrong);
        diagnostics.extend(imported.diagnostics);
        if is_whole {
            let id = self.sources.add(format!("{name} (imported)"), imported.source);
            self.read(id, None, replace, pending, diagnostics);
        }
    }

    /// Opens files that are to be imported together, with the parameters that lie beside templates.
    fn open_documents(&mut self, scripts: Vec<Script>, since: usize, diagnostics: &mut Vec<Diagnostic>) -> Vec<Opened> {
        let loader = self.loader.clone();
        let mut opened: Vec<Opened> = Vec::new();
        for file in self.import.parameter_files.clone() {
            self.open_path(&file, Named::Itself, since, &mut opened, diagnostics);
        }
        for script in scripts {
            let path = match script {
                Script::Bytes { .. } => {
                    let (name, _, text) = script.open(&*loader);
                    opened.extend(self.open_document(&name, text, Named::Itself, diagnostics));
                    continue;
                }
                Script::File(path) => path,
            };
            match loader.files(&path) {
                Ok(Some(files)) => {
                    let files: Vec<PathBuf> = files.into_iter().filter(|file| is_json(file)).collect();
                    if files.is_empty() {
                        let name = path.display().to_string();
                        let id = self.sources.add(name.as_str(), "");
                        let why = LoadError::Unreadable("it is a directory, without a file of JSON in it".into());
                        diagnostics.push(unreadable(&name, &why, Span::new(id, 0, 0)));
                    }
                    for file in files {
                        self.open_path(&file, Named::InFolder, since, &mut opened, diagnostics);
                    }
                }
                Ok(None) => self.open_path(&path, Named::Itself, since, &mut opened, diagnostics),
                Err(error) => {
                    let id = self.sources.add(path.display().to_string(), "");
                    diagnostics.push(unreadable(&path.display().to_string(), &error, Span::new(id, 0, 0)));
                }
            }
        }
        opened
    }

    /// Opens a file, and the parameters beside it; each once.
    fn open_path(
        &mut self,
        path: &Path,
        named: Named,
        since: usize,
        opened: &mut Vec<Opened>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let loader = self.loader.clone();
        let known = loader.canonical(path);
        if self.state.read[since..].contains(&known) {
            return;
        }
        self.state.read.push(known);
        let Some(one) = self.open_document(&path.display().to_string(), loader.read(path), named, diagnostics) else {
            return;
        };
        let is_template = matches!(Kind::of(&one.document.json), Some(Kind::Resources(import::Origin::Arm)));
        opened.push(one);
        let beside = path.with_extension("parameters.json");
        if is_template && loader.has(&beside) {
            self.open_path(&beside, named, since, opened, diagnostics);
        }
    }

    fn open_document(
        &mut self,
        name: &str,
        text: Result<String, LoadError>,
        named: Named,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Opened> {
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                let id = self.sources.add(name, "");
                diagnostics.push(unreadable(name, &error, Span::new(id, 0, 0)));
                return None;
            }
        };
        // What is shown of the text has no secrets; what is read is the text itself.
        let id = self.sources.add(name, import::blanked(&text));
        match Json::read(id, &text) {
            Ok(json) => {
                let document = Document { name: name.into(), source: id, json };
                Some(Opened { document, named })
            }
            Err(diagnostic) => {
                diagnostics.push(diagnostic);
                None
            }
        }
    }

    fn import_documents(&mut self, opened: Vec<Opened>, diagnostics: &mut Vec<Diagnostic>) -> Imported {
        let is_other = |one: &Opened| one.named == Named::InFolder && Kind::of(&one.document.json).is_none();
        let (others, taken): (Vec<Opened>, Vec<Opened>) = opened.into_iter().partition(is_other);
        // A folder holds other files as well: that is worth knowing, and no fault.
        if let Some(first) = others.first() {
            let names: Vec<String> = others.iter().map(|one| format!("`{}`", one.document.name)).collect();
            let is = if names.len() == 1 { "is JSON" } else { "are JSON" };
            let message = format!("{} {is} of no kind that can be imported", names.join(", "));
            let place = first.document.json.at.part(0, 1);
            diagnostics.push(match taken.is_empty() {
                true => Diagnostic::error("FN0007", place, message),
                false => {
                    Diagnostic::warning("FN0007", place, message).note("the other files of the folder are imported")
                }
            });
        }
        let documents: Vec<Document> = taken.into_iter().map(|one| one.document).collect();
        import::import(&documents, &self.import)
    }
}

fn name_of(script: &Script) -> String {
    match script {
        Script::File(path) => path.display().to_string(),
        Script::Bytes { name, .. } => name.clone(),
    }
}
