//! Reading the statements of a text in order: declarations, `use`, `edition`. Questions and assertions are only set
//! aside here, with what was declared above them; [`super::run`] answers them.

use super::Session;
use super::run::{Pending, Said};
use crate::diagnostic::Diagnostic;
use crate::load::{LoadError, Script};
use crate::model::{Added, Declared};
use crate::platform::{Edition, Platform};
use crate::source::{SourceId, Span};
use crate::syntax::ast::{Statement, Word};
use crate::syntax::{self, Scope};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The code of a name that is not declared.
pub(super) const UNKNOWN_NAME: &str = "FN0113";

/// The codes of files that were not read: what they declare is not known to be missing.
pub(super) const UNREAD: [&str; 7] = ["FN0001", "FN0002", "FN0003", "FN0005", "FN0006", "FN0007", "FN0008"];

impl Session {
    /// The names that were lost with statements that are not understood.
    pub(super) fn lost_names(&self, diagnostics: &[Diagnostic]) -> Vec<String> {
        let mut names = Vec::new();
        for diagnostic in diagnostics {
            let source = diagnostic.span().and_then(|span| self.sources.get(span.source));
            if let Some(source) = source {
                names.extend(syntax::lost_names(&source.text, std::slice::from_ref(diagnostic)));
            }
        }
        names
    }

    /// Is it only that a lost name is unknown?
    pub(super) fn is_about(&self, diagnostic: &Diagnostic, lost: &[String]) -> bool {
        let word = diagnostic.span().map(|span| self.sources.text(span)).unwrap_or("");
        let name = syntax::literal::labels(word).join(".");
        let mine = |lost: &String| {
            name == *lost || name.starts_with(&format!("{lost}.")) || name.ends_with(&format!(".{lost}"))
        };
        diagnostic.code == UNKNOWN_NAME && lost.iter().any(mine)
    }

    /// Reads a script that was named from outside, unless one of its companions has used it: `since` files were read
    /// before them.
    pub(super) fn read_script(
        &mut self,
        script: Script,
        since: usize,
        replace: bool,
        pending: &mut Vec<Pending>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let loader = self.loader.clone();
        if let Script::File(path) = &script {
            let known = loader.canonical(path);
            if self.state.read[since..].contains(&known) {
                return;
            }
            self.state.read.push(known.clone());
            self.state.reading.push(known);
        }
        let (name, path, text) = script.open(&*loader);
        match text {
            Ok(text) => {
                let id = self.sources.add(name, text);
                self.read(id, path.as_deref(), replace, pending, diagnostics);
            }
            Err(error) => {
                let id = self.sources.add(name.as_str(), "");
                diagnostics.push(unreadable(&name, &error, Span::new(id, 0, 0)));
            }
        }
        self.state.reading.clear();
    }

    /// Reads the statements of a text in order.
    pub(super) fn read(
        &mut self,
        id: SourceId,
        path: Option<&Path>,
        replace: bool,
        pending: &mut Vec<Pending>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let text = self.sources.get(id).map(|source| source.text.clone()).unwrap_or_default();
        let (statements, mut found) = syntax::parse(id, text);
        diagnostics.append(&mut found);
        let mut above: Option<Arc<(Declared, Scope)>> = None;
        for (at, statement) in statements.into_iter().enumerate() {
            let whole = statement.span();
            let loops = has_loop(&statement);
            self.state.declared.said_by(Some(whole));
            for statement in syntax::expand(vec![statement], &mut self.state.scope, diagnostics) {
                match statement {
                    Statement::Edition(word) => self.choose_edition(&word, at == 0, replace, diagnostics),
                    Statement::Use { tags: true, file } => {
                        above = None;
                        let read = self.use_tags(&file, path, diagnostics);
                        if let Some(said) = read.filter(|_| replace) {
                            let above = Arc::new((self.state.declared.clone(), self.state.scope.clone()));
                            pending.push(Pending { statement: Said::Notice(said), above, whole });
                        }
                    }
                    Statement::Use { tags: false, file } => {
                        self.use_file(&file, path, pending, diagnostics);
                        above = None;
                    }
                    Statement::Declaration(declaration) => {
                        above = None;
                        match self.state.declared.add(declaration, replace) {
                            Ok(Added::Replaced(what)) => {
                                let above = Arc::new((self.state.declared.clone(), self.state.scope.clone()));
                                let statement = Said::Notice(format!("replaced {what}"));
                                pending.push(Pending { statement, above, whole });
                            }
                            Ok(_) => {}
                            Err(diagnostic) => diagnostics.push(diagnostic),
                        }
                    }
                    Statement::Amend(change) => {
                        above = None;
                        let platform = Platform::of(self.edition());
                        if let Err(diagnostic) = self.state.declared.amend(&change, &platform) {
                            diagnostics.push(diagnostic);
                        }
                    }
                    Statement::Remove(which) => {
                        above = None;
                        if let Err(diagnostic) = self.state.declared.remove(&which, &Platform::of(self.edition())) {
                            diagnostics.push(diagnostic);
                        }
                    }
                    Statement::Let { .. } => above = None,
                    Statement::For(_) => {}
                    said => {
                        let above = above
                            .get_or_insert_with(|| Arc::new((self.state.declared.clone(), self.state.scope.clone())))
                            .clone();
                        collect(said, None, &above, loops.then_some(whole), pending, diagnostics);
                    }
                }
            }
        }
    }

    fn choose_edition(&mut self, word: &Word, first: bool, replace: bool, diagnostics: &mut Vec<Diagnostic>) {
        let names: Vec<&str> = Edition::all().map(Edition::name).collect();
        let Some(edition) = Edition::named(&word.text) else {
            let message = format!("there is no edition `{}`", word.text);
            diagnostics.push(
                Diagnostic::error("FN0118", word.span(), message)
                    .help(format!("the editions are {}", names.join(" and "))),
            );
            return;
        };
        if !first && !replace {
            let message = "`edition` is the first statement of a file";
            diagnostics.push(Diagnostic::error("FN0118", word.span(), message));
            return;
        }
        match self.state.edition {
            Some(other) if other != edition && !replace => {
                let message = format!("this file is of edition {edition}, and edition {other} is in force");
                diagnostics.push(
                    Diagnostic::error("FN0118", word.span(), message)
                        .help("files that are used together name one edition"),
                );
            }
            _ => self.state.edition = Some(edition),
        }
    }

    fn use_file(
        &mut self,
        file: &Word,
        from: Option<&Path>,
        pending: &mut Vec<Pending>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let path = beside(file, from);
        let known = self.loader.canonical(&path);
        if let Some(at) = self.state.reading.iter().position(|reading| *reading == known) {
            let name = |path: &PathBuf| path.file_name().map(|n| n.to_string_lossy().to_string()).unwrap_or_default();
            let mut round: Vec<String> = self.state.reading[at..].iter().map(name).collect();
            round.push(name(&known));
            let message = format!("files use each other in a circle: {}", round.join(" -> "));
            diagnostics.push(Diagnostic::error("FN0003", file.span(), message));
            return;
        }
        if self.state.read.contains(&known) {
            return;
        }
        let read = self.loader.read(&path);
        #[cfg(feature = "import")]
        if super::import::is_import(&Script::File(path.clone()), &*self.loader)
            // A list of service tags has a `use` of its own, which the message below tells.
            && !read.as_ref().is_ok_and(|text| crate::platform::TagList::read(text).is_ok())
        {
            self.read_imported(vec![Script::File(path)], 0, false, pending, diagnostics);
            return;
        }
        match read {
            Ok(text) if text.trim_start().starts_with('{') => {
                let message = format!("`{}` is JSON, not a script", path.display());
                diagnostics.push(
                    Diagnostic::error("FN0005", file.span(), message).help(format!(
                        "if it is Microsoft's list of service tags, write `use tags \"{}\"`",
                        file.plain()
                    )),
                );
            }
            Ok(text) => {
                let id = self.sources.add(path.display().to_string(), text);
                self.state.read.push(known.clone());
                self.state.reading.push(known);
                self.read(id, Some(&path), false, pending, diagnostics);
                self.state.reading.pop();
            }
            Err(error) => diagnostics.push(unreadable(&path.display().to_string(), &error, file.span())),
        }
    }
}

/// The path of a file that a script names: relative to the script, where that is a file itself.
pub(super) fn beside(file: &Word, from: Option<&Path>) -> PathBuf {
    let named = PathBuf::from(file.plain());
    match from.and_then(Path::parent) {
        Some(folder) if named.is_relative() => folder.join(&named),
        _ => named,
    }
}

/// Is it said in rounds? Then what one round says is known by the whole alone.
fn has_loop(statement: &Statement) -> bool {
    match statement {
        Statement::For(_) => true,
        Statement::Check { body, .. } => body.iter().any(has_loop),
        _ => false,
    }
}

/// Sets questions and assertions aside until everything is read. `whole` is the statement that says them in rounds.
fn collect(
    statement: Statement,
    check: Option<&str>,
    above: &Arc<(Declared, Scope)>,
    whole: Option<Span>,
    pending: &mut Vec<Pending>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let own = statement.span();
    let mut push = |statement| {
        pending.push(Pending { statement, above: above.clone(), whole: whole.unwrap_or(own) });
    };
    match statement {
        Statement::Query(query) => push(Said::Query(query)),
        Statement::Assert(assertion) => push(Said::Assert(assertion, check.map(String::from))),
        Statement::Check { title, body, .. } => {
            let title = title.plain();
            for statement in body {
                collect(statement, Some(&title), above, whole, pending, diagnostics);
            }
        }
        Statement::Declaration(d) | Statement::Amend(d) | Statement::Remove(d) => {
            let message = "a `check` holds assertions and questions";
            diagnostics.push(Diagnostic::error("FN0125", d.head_span(), message).help("declare it before the `check`"));
        }
        _ => {}
    }
}

pub(super) fn unreadable(name: &str, error: &LoadError, span: Span) -> Diagnostic {
    match error {
        LoadError::Unreadable(why) => Diagnostic::error("FN0001", span, format!("`{name}` cannot be read: {why}")),
        LoadError::NotText(at) => {
            let message = format!("`{name}` is not UTF-8 text: byte {at} is none");
            Diagnostic::error("FN0002", span, message).help("scripts are UTF-8 text; was another file meant?")
        }
    }
}
