//! A conversation: load, enter, ask. An entry that fails leaves no mark. The public library is this and plain data.

use crate::diagnostic::{self, Diagnostic, Severity};
use crate::engine::{Engine, findings};
use crate::load::{Disk, LoadError, Loader};
use crate::model::{Added, Declared, Model, lower};
use crate::platform::{Edition, Platform};
use crate::query::{self, Answer, Asked};
use crate::source::{SourceId, SourceMap, Span};
use crate::syntax::ast::{Assertion, Query, Statement, Word};
use crate::syntax::{self, Scope};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What became of a statement that says something.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A question and its answer.
    Answer {
        /// The question, in one spelling.
        question: String,
        /// The answer.
        answer: Box<Answer>,
    },
    /// An assertion that holds.
    Holds {
        /// The assertion, in one spelling.
        assertion: String,
        /// The `check` that it stands in.
        check: Option<String>,
    },
    /// An assertion that does not hold.
    Fails {
        /// The assertion, in one spelling.
        assertion: String,
        /// The `check` that it stands in.
        check: Option<String>,
        /// What is the case instead.
        diagnostic: Box<Diagnostic>,
        /// The answer that shows it.
        answer: Option<Box<Answer>>,
    },
    /// Something worth saying: a declaration that was replaced.
    Notice(String),
}

/// What a text did when it was loaded.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What its questions and assertions came to, in order.
    pub outcomes: Vec<Outcome>,
    /// What is wrong or suspicious in what is declared: Azure's limits and advice.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// How many assertions hold, and how many do not.
    pub fn assertions(&self) -> (usize, usize) {
        let holds = self.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Holds { .. })).count();
        let fails = self.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Fails { .. })).count();
        (holds, fails)
    }

    /// Is there a declaration that Azure would refuse?
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Why a text was not taken: every diagnostic, and the texts that their places point into.
#[derive(Clone, Debug)]
pub struct Errors {
    /// What is wrong, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts.
    pub sources: SourceMap,
}

impl std::error::Error for Errors {}

/// A conversation about a network.
///
/// ```
/// let mut net = fnet::Session::new();
/// net.load(include_str!("../examples/orders.fnet"))?;
/// assert!(net.ask("can app1 reach 10.2.0.4:1433")?.is_no());
/// assert!(net.ask("can app1 reach vm1:443")?.is_yes());
/// # Ok::<(), fnet::Errors>(())
/// ```
pub struct Session {
    sources: SourceMap,
    state: State,
    loader: Arc<dyn Loader + Send + Sync>,
    model: Option<Arc<Model>>,
    only_declare: bool,
}

/// What a conversation has come to; copied before an entry, put back where the entry fails.
#[derive(Clone, Default)]
struct State {
    declared: Declared,
    scope: Scope,
    edition: Option<Edition>,
    /// The files read so far, and those being read now, for cycles.
    read: Vec<PathBuf>,
    reading: Vec<PathBuf>,
}

/// A question or assertion, and what was declared above it.
struct Pending {
    statement: Said,
    above: Above,
}

/// What was declared above a question.
type Above = Arc<(Declared, Scope)>;

enum Said {
    Query(Box<Query>),
    Assert(Box<Assertion>, Option<String>),
    Notice(String),
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// A conversation about nothing yet, in the first edition, reading files from the disk.
    pub fn new() -> Self {
        Self::with_loader(Arc::new(Disk))
    }

    /// A conversation that reads its files elsewhere.
    pub fn with_loader(loader: Arc<dyn Loader + Send + Sync>) -> Self {
        Self { sources: SourceMap::default(), state: State::default(), loader, model: None, only_declare: false }
    }

    /// The edition of what has been loaded: the first where nothing names one.
    pub fn edition(&self) -> Edition {
        self.state.edition.unwrap_or_else(Edition::first)
    }

    /// Chooses the edition of a conversation that has named none.
    pub fn set_edition(&mut self, edition: Edition) {
        self.state.edition = Some(edition);
        self.model = None;
    }

    /// The texts of the conversation.
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// What was declared, as it was written.
    pub fn declared(&self) -> &Declared {
        &self.state.declared
    }

    /// Loads a script: takes its declarations, answers its questions, checks its assertions.
    ///
    /// # Errors
    ///
    /// When the text is not understood; then nothing of it is taken.
    pub fn load(&mut self, text: &str) -> Result<Report, Errors> {
        self.take("script", text, None, false)
    }

    /// Loads a file, and what it uses.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is not understood; then nothing of it is taken.
    pub fn load_file(&mut self, path: &Path) -> Result<Report, Errors> {
        let name = path.display().to_string();
        match self.loader.read(path) {
            Ok(text) => self.take(&name, &text, Some(path.to_path_buf()), false),
            Err(error) => {
                let mut sources = self.sources.clone();
                let id = sources.add(name.as_str(), "");
                let diagnostic = unreadable(&name, &error, Span::new(id, 0, 0));
                Err(Errors { diagnostics: vec![diagnostic], sources })
            }
        }
    }

    /// Loads bytes under a name of the caller's.
    ///
    /// # Errors
    ///
    /// As [`Session::load`], and when the bytes are not UTF-8 text.
    pub fn load_bytes(&mut self, name: &str, bytes: Vec<u8>) -> Result<Report, Errors> {
        match String::from_utf8(bytes) {
            Ok(text) => self.take(name, &text, None, false),
            Err(error) => {
                let mut sources = self.sources.clone();
                let id = sources.add(name, "");
                let error = LoadError::NotText(error.utf8_error().valid_up_to());
                Err(Errors { diagnostics: vec![unreadable(name, &error, Span::new(id, 0, 0))], sources })
            }
        }
    }

    /// Should texts only declare? Then their own questions and assertions are left alone, and what Azure would refuse is
    /// told where a question meets it.
    pub fn only_declare(&mut self, yes: bool) {
        self.only_declare = yes;
    }

    /// Loads a text under a name of the caller's.
    ///
    /// # Errors
    ///
    /// As [`Session::load`].
    pub fn load_named(&mut self, name: &str, text: &str) -> Result<Report, Errors> {
        self.take(name, text, None, false)
    }

    /// Takes an entry of the prompt: a declaration replaces one of the same name.
    ///
    /// # Errors
    ///
    /// When the entry is not understood; then it leaves no mark.
    pub fn enter(&mut self, text: &str) -> Result<Report, Errors> {
        self.take("prompt", text, None, true)
    }

    /// Answers a question.
    ///
    /// # Errors
    ///
    /// When the text is not one question, or names what is not declared.
    pub fn ask(&mut self, question: &str) -> Result<Answer, Errors> {
        let mark = self.sources.len();
        let id = self.sources.add("question", question);
        let (statements, mut diagnostics) = syntax::parse(id, question);
        let mut queries = statements.into_iter().filter_map(|statement| match statement {
            Statement::Query(query) => Some(query),
            _ => None,
        });
        let (first, second) = (queries.next(), queries.next());
        if diagnostics.is_empty() && (first.is_none() || second.is_some()) {
            let span = Span::new(id, 0, question.trim_end().len());
            diagnostics.push(
                Diagnostic::error("FN0121", span, "one question is wanted here")
                    .help("ask as in `can app1 reach 10.2.0.4:1433`"),
            );
        }
        let result = match first {
            Some(query) if diagnostics.is_empty() => {
                let above = (self.state.declared.clone(), self.state.scope.clone());
                self.answer(&query, &above, &[]).map_err(|diagnostic| vec![diagnostic])
            }
            _ => Err(diagnostics),
        };
        let result = result.map_err(|diagnostics| Errors { diagnostics, sources: self.sources.clone() });
        self.sources.truncate(mark);
        result
    }

    /// Explains a rule, topic, code or declared name, as `explain WORDS` does.
    ///
    /// # Errors
    ///
    /// When nothing is known about it.
    pub fn explain(&mut self, words: &[String]) -> Result<Answer, Errors> {
        let model = self.model();
        let asked = Asked {
            model: &model,
            declared: &self.state.declared,
            scope: &self.state.scope,
            sources: &self.sources,
            below: &[],
        };
        query::explain_words(&asked, words)
            .map_err(|diagnostic| Errors { diagnostics: vec![diagnostic], sources: self.sources.clone() })
    }

    /// What Azure would refuse or advise against in what is declared.
    pub fn check(&mut self) -> Vec<Diagnostic> {
        let model = self.model();
        platform_diagnostics(&model)
    }

    /// The model of what is declared.
    pub fn model(&mut self) -> Arc<Model> {
        if let Some(model) = &self.model {
            return model.clone();
        }
        let (model, _) = lower(&self.state.declared, &self.state.scope, &Platform::of(self.edition()));
        let model = Arc::new(model);
        self.model = Some(model.clone());
        model
    }

    /// Takes a text in, whole or not at all.
    fn take(&mut self, name: &str, text: &str, path: Option<PathBuf>, replace: bool) -> Result<Report, Errors> {
        let before = (self.state.clone(), self.sources.len(), self.model.clone());
        let mut diagnostics = Vec::new();
        let mut pending = Vec::new();
        let id = self.sources.add(name, text);
        if let Some(path) = &path {
            let known = self.loader.canonical(path);
            self.state.read.push(known.clone());
            self.state.reading.push(known);
        }
        self.read(id, path.as_deref(), replace, &mut pending, &mut diagnostics);
        let lost = self.lost_names(&diagnostics);
        self.state.reading.clear();
        self.model = None;
        let (model, mut lowered) = lower(&self.state.declared, &self.state.scope, &Platform::of(self.edition()));
        lowered.retain(|diagnostic| !self.is_about(diagnostic, &lost));
        diagnostics.append(&mut lowered);
        let mut report = Report::default();
        if !diagnostics.iter().any(Diagnostic::is_error) {
            let model = Arc::new(model);
            self.model = Some(model.clone());
            if !self.only_declare {
                report.diagnostics = platform_diagnostics(&model);
                self.run(pending, &model, &mut report, &mut diagnostics);
            }
        }
        diagnostic::sort(&mut diagnostics);
        if diagnostics.iter().any(Diagnostic::is_error) {
            let sources = self.sources.clone();
            self.sources.truncate(before.1);
            self.state = before.0;
            self.model = before.2;
            return Err(Errors { diagnostics, sources });
        }
        report.diagnostics.append(&mut diagnostics);
        if replace {
            // At the prompt only what this entry brought is worth saying.
            report.diagnostics.retain(|d| d.labels.iter().any(|label| label.span.source == id));
        }
        diagnostic::sort(&mut report.diagnostics);
        Ok(report)
    }

    /// The names that were lost with statements that are not understood.
    fn lost_names(&self, diagnostics: &[Diagnostic]) -> Vec<String> {
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
    fn is_about(&self, diagnostic: &Diagnostic, lost: &[String]) -> bool {
        let word = diagnostic.span().map(|span| self.sources.text(span)).unwrap_or("");
        let name = syntax::literal::labels(word).join(".");
        let mine = |lost: &String| {
            name == *lost || name.starts_with(&format!("{lost}.")) || name.ends_with(&format!(".{lost}"))
        };
        diagnostic.code == "FN0113" && lost.iter().any(mine)
    }

    /// Reads the statements of a text in order.
    fn read(
        &mut self,
        id: SourceId,
        path: Option<&Path>,
        replace: bool,
        pending: &mut Vec<Pending>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let text = self.sources.get(id).map(|source| source.text.clone()).unwrap_or_default();
        let (statements, mut found) = syntax::parse(id, &text);
        diagnostics.append(&mut found);
        let mut above: Option<Arc<(Declared, Scope)>> = None;
        for (at, statement) in statements.into_iter().enumerate() {
            for statement in syntax::expand(vec![statement], &mut self.state.scope, diagnostics) {
                match statement {
                    Statement::Edition(word) => self.choose_edition(&word, at == 0, replace, diagnostics),
                    Statement::Use { tags: true, file } => diagnostics.push(
                        Diagnostic::error("FN0122", file.span, "`use tags` is not answered yet")
                            .help("state the addresses with `amend service-tag NAME { prefix … }`"),
                    ),
                    Statement::Use { tags: false, file } => {
                        self.use_file(&file, path, pending, diagnostics);
                        above = None;
                    }
                    Statement::Declaration(declaration) => {
                        above = None;
                        match self.state.declared.add(declaration, replace) {
                            Ok(Added::Replaced(what)) => {
                                let above = Arc::new((self.state.declared.clone(), self.state.scope.clone()));
                                pending.push(Pending { statement: Said::Notice(format!("replaced {what}")), above });
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
                        if let Err(diagnostic) = self.state.declared.remove(&which) {
                            diagnostics.push(diagnostic);
                        }
                    }
                    Statement::Let { .. } => above = None,
                    Statement::For(_) => {}
                    said => {
                        let above = above
                            .get_or_insert_with(|| Arc::new((self.state.declared.clone(), self.state.scope.clone())))
                            .clone();
                        collect(said, None, &above, pending, diagnostics);
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
                Diagnostic::error("FN0118", word.span, message)
                    .help(format!("the editions are {}", names.join(" and "))),
            );
            return;
        };
        if !first && !replace {
            let message = "`edition` is the first statement of a file";
            diagnostics.push(Diagnostic::error("FN0118", word.span, message));
            return;
        }
        match self.state.edition {
            Some(other) if other != edition && !replace => {
                let message = format!("this file is of edition {edition}, and edition {other} is in force");
                diagnostics.push(
                    Diagnostic::error("FN0118", word.span, message)
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
        let named = PathBuf::from(file.plain());
        let path = match from.and_then(Path::parent) {
            Some(folder) if named.is_relative() => folder.join(&named),
            _ => named,
        };
        let known = self.loader.canonical(&path);
        if let Some(at) = self.state.reading.iter().position(|reading| *reading == known) {
            let name = |path: &PathBuf| path.file_name().map(|n| n.to_string_lossy().to_string()).unwrap_or_default();
            let mut round: Vec<String> = self.state.reading[at..].iter().map(name).collect();
            round.push(name(&known));
            let message = format!("files use each other in a circle: {}", round.join(" -> "));
            diagnostics.push(Diagnostic::error("FN0003", file.span, message));
            return;
        }
        if self.state.read.contains(&known) {
            return;
        }
        match self.loader.read(&path) {
            Ok(text) => {
                let id = self.sources.add(path.display().to_string(), text);
                self.state.read.push(known.clone());
                self.state.reading.push(known);
                self.read(id, Some(&path), false, pending, diagnostics);
                self.state.reading.pop();
            }
            Err(error) => diagnostics.push(unreadable(&path.display().to_string(), &error, file.span)),
        }
    }

    /// Answers what was asked and checks what was claimed, each with what was declared above it.
    fn run(&self, pending: Vec<Pending>, last: &Arc<Model>, report: &mut Report, diagnostics: &mut Vec<Diagnostic>) {
        let mut lowered: Option<(Above, Arc<Model>)> = None;
        let count = self.state.declared.items().len();
        for said in pending {
            let whole = said.above.0.items().len() == count && same_items(&said.above.0, &self.state.declared);
            let below = if whole { Vec::new() } else { self.below(&said.above.0) };
            let model = if whole {
                last.clone()
            } else {
                match &lowered {
                    Some((above, model)) if Arc::ptr_eq(above, &said.above) => model.clone(),
                    _ => {
                        let (model, found) = lower(&said.above.0, &said.above.1, &Platform::of(self.edition()));
                        let place = said.span();
                        if let Some(dangling) = found.into_iter().find(Diagnostic::is_error) {
                            let dangling = match place {
                                Some(place) => dangling.also(place, "asked here, above what it refers to"),
                                None => dangling,
                            };
                            diagnostics
                                .push(dangling.help("a question sees what is declared above it: move it further down"));
                            continue;
                        }
                        let model = Arc::new(model);
                        lowered = Some((said.above.clone(), model.clone()));
                        model
                    }
                }
            };
            let asked = Asked {
                model: &model,
                declared: &said.above.0,
                scope: &said.above.1,
                sources: &self.sources,
                below: &below,
            };
            match said.statement {
                Said::Notice(text) => report.outcomes.push(Outcome::Notice(text)),
                Said::Query(query) => match query::answer(&asked, &query) {
                    Ok(answer) => report
                        .outcomes
                        .push(Outcome::Answer { question: self.words(query.span), answer: Box::new(answer) }),
                    Err(diagnostic) => diagnostics.push(diagnostic),
                },
                Said::Assert(assertion, check) => match query::check(&asked, &assertion) {
                    Ok(outcome) => {
                        let assertion = self.words(assertion.span);
                        report.outcomes.push(match outcome {
                            query::Outcome::Holds => Outcome::Holds { assertion, check },
                            query::Outcome::Fails(diagnostic, answer) => {
                                Outcome::Fails { assertion, check, diagnostic, answer }
                            }
                        });
                    }
                    Err(diagnostic) => diagnostics.push(diagnostic),
                },
            }
        }
    }

    /// The names that are declared later than a question.
    fn below(&self, above: &Declared) -> Vec<(String, Span)> {
        let later = self.state.declared.items().iter().filter(|item| above.find(&item.word, &item.name).is_none());
        later.map(|item| (item.name.clone(), item.declaration.head_span())).collect()
    }

    fn words(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn answer(
        &mut self,
        query: &Query,
        above: &(Declared, Scope),
        below: &[(String, Span)],
    ) -> Result<Answer, Diagnostic> {
        let model = self.model();
        let asked = Asked { model: &model, declared: &above.0, scope: &above.1, sources: &self.sources, below };
        query::answer(&asked, query)
    }
}

impl Pending {
    fn span(&self) -> Option<Span> {
        match &self.statement {
            Said::Query(query) => Some(query.span),
            Said::Assert(assertion, _) => Some(assertion.span),
            Said::Notice(_) => None,
        }
    }
}

/// Are the declarations the very same ones?
fn same_items(a: &Declared, b: &Declared) -> bool {
    a.items().iter().zip(b.items()).all(|(x, y)| Arc::ptr_eq(&x.declaration, &y.declaration))
}

/// Sets questions and assertions aside until everything is read.
fn collect(
    statement: Statement,
    check: Option<&str>,
    above: &Arc<(Declared, Scope)>,
    pending: &mut Vec<Pending>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut push = |statement| pending.push(Pending { statement, above: above.clone() });
    match statement {
        Statement::Query(query) => push(Said::Query(query)),
        Statement::Assert(assertion) => push(Said::Assert(assertion, check.map(String::from))),
        Statement::Check { title, body, .. } => {
            let title = title.plain();
            for statement in body {
                collect(statement, Some(&title), above, pending, diagnostics);
            }
        }
        Statement::Declaration(d) | Statement::Amend(d) | Statement::Remove(d) => {
            let message = "a `check` holds assertions and questions";
            diagnostics.push(Diagnostic::error("FN0125", d.head_span(), message).help("declare it before the `check`"));
        }
        _ => {}
    }
}

fn unreadable(name: &str, error: &LoadError, span: Span) -> Diagnostic {
    match error {
        LoadError::Unreadable(why) => Diagnostic::error("FN0001", span, format!("`{name}` cannot be read: {why}")),
        LoadError::NotText(at) => {
            let message = format!("`{name}` is not UTF-8 text: byte {at} is none");
            Diagnostic::error("FN0002", span, message).help("scripts are UTF-8 text; was another file meant?")
        }
    }
}

/// The broken rules of the platform, as diagnostics.
fn platform_diagnostics(model: &Model) -> Vec<Diagnostic> {
    let engine = Engine::of(model);
    let found = findings(&engine).into_iter().map(|finding| {
        let mut diagnostic =
            Diagnostic::error(finding.code.clone(), finding.span, finding.message).label(finding.label);
        diagnostic.severity = finding.severity;
        for (span, label) in finding.also {
            diagnostic = diagnostic.also(span, label);
        }
        if let Some(rule) = model.platform.rule(&finding.rule) {
            diagnostic = diagnostic.note(format!("rule `{}`: {}", finding.rule, rule.title));
        }
        diagnostic.maybe_help(finding.help).rule(finding.rule)
    });
    let mut all: Vec<Diagnostic> = found.collect();
    all.sort_by_key(|diagnostic| (diagnostic.span(), diagnostic.severity == Severity::Warning));
    all
}
