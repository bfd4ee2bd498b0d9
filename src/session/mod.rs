//! A conversation: load, enter, ask. An entry that fails leaves no mark. The public library is this and plain data.
//!
//! Here stand the session and its public calls, and how a text is taken whole or not at all. It decides nothing about
//! Azure and prints nothing.

mod again;
mod format;
#[cfg(feature = "import")]
mod import;
mod kept;
mod mark;
mod other;
mod read;
mod report;
mod run;
mod tags;

pub use format::{Formatted, format, format_script};
pub use mark::Mark;
pub use report::{Errors, Outcome, Report};

use crate::diagnostic::{self, Diagnostic};
use crate::engine::Engine;
use crate::load::{Disk, Loader, Script};
use crate::model::{Declared, Kind, Model, lower};
use crate::platform::{Edition, Platform, TagList};
use crate::query::answer::{DiffAnswer, Graph};
use crate::query::{self, Answer, Asked, Listed};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Query, Statement};
use crate::syntax::{self, Scope};
use kept::{Earlier, Kept};
use read::{UNKNOWN_NAME, UNREAD};
use run::platform_diagnostics;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A conversation about a network.
///
/// ```
/// let mut net = fnet::Session::new();
/// net.load(include_str!("../../examples/orders.fnet"))?;
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
    /// The answers so far, where they are kept.
    kept: Option<Kept>,
    /// The last list of service tags, with its text, where answers are kept.
    tags_read: Option<(String, Arc<TagList>)>,
    /// The scripts that were loaded, for them to be loaded again.
    loaded: Vec<Script>,
    /// The edition that was chosen from outside.
    chosen: Option<Edition>,
    /// What questions have worked out, for those to come.
    matrices: query::KeptMatrix,
    /// What is said from outside about files that are imported.
    #[cfg(feature = "import")]
    import: crate::import::Options,
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
    /// The lists of service tags read so far.
    tag_files: Vec<PathBuf>,
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
        Self {
            sources: SourceMap::default(),
            state: State::default(),
            loader,
            model: None,
            only_declare: false,
            kept: None,
            tags_read: None,
            loaded: Vec::new(),
            chosen: None,
            matrices: query::KeptMatrix::default(),
            #[cfg(feature = "import")]
            import: crate::import::Options::default(),
        }
    }

    /// The edition of what has been loaded: the first where nothing names one.
    pub fn edition(&self) -> Edition {
        self.state.edition.unwrap_or_else(Edition::first)
    }

    /// Chooses the edition of a conversation that has named none.
    pub fn set_edition(&mut self, edition: Edition) {
        self.state.edition = Some(edition);
        self.chosen = Some(edition);
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
        self.load_named("script", text)
    }

    /// Loads a file, and what it uses.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is not understood; then nothing of it is taken.
    pub fn load_file(&mut self, path: &Path) -> Result<Report, Errors> {
        self.load_all([Script::File(path.to_path_buf())])
    }

    /// Loads scripts as one: each sees what those before it declare, and the errors of all are reported together.
    /// A file that another one has used already is not read again.
    ///
    /// ```
    /// use fnet::load::Script;
    ///
    /// let mut net = fnet::Session::new();
    /// let errors = net
    ///     .load_all([Script::text("a", "plan p { tier Premum }"), Script::text("b", "vnet v 10.0.0.0/33")])
    ///     .unwrap_err();
    /// assert_eq!(errors.diagnostics.len(), 2);
    /// ```
    ///
    /// # Errors
    ///
    /// When one of them cannot be read or is not understood; then nothing of any is taken.
    pub fn load_all(&mut self, scripts: impl IntoIterator<Item = Script>) -> Result<Report, Errors> {
        self.take(scripts, false)
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
        self.take([Script::text(name, text)], false)
    }

    /// Takes an entry of the prompt: a declaration replaces one of the same name.
    ///
    /// # Errors
    ///
    /// When the entry is not understood; then it leaves no mark.
    pub fn enter(&mut self, text: &str) -> Result<Report, Errors> {
        self.take([Script::text("prompt", text)], true)
    }

    /// Answers a question.
    ///
    /// # Errors
    ///
    /// When the text is not one question, or names what is not declared.
    pub fn ask(&mut self, question: &str) -> Result<Answer, Errors> {
        self.about(question, |session, query| {
            let above = (session.state.declared.clone(), session.state.scope.clone());
            session.answer(query, &above)
        })
    }

    /// Reads a question, and does something with it while its text is there to point into.
    fn about<T>(
        &mut self,
        question: &str,
        go: impl FnOnce(&mut Self, &Query) -> Result<T, Diagnostic>,
    ) -> Result<T, Errors> {
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
            Some(query) if diagnostics.is_empty() => go(self, &query).map_err(|diagnostic| vec![diagnostic]),
            _ => Err(diagnostics),
        };
        let result = result.map_err(|diagnostics| Errors { diagnostics, sources: self.sources.clone() });
        self.sources.truncate(mark);
        result
    }

    /// The network as boxes and lines, to be drawn; with a question, the way of its flow.
    ///
    /// ```
    /// let mut net = fnet::Session::new();
    /// net.load(include_str!("../../examples/orders.fnet"))?;
    /// let graph = net.graph(Some("can app1 reach orders-db:1433"))?;
    /// let guard = graph.of("nsg egress at subnet hub.functions").expect("it is drawn");
    /// assert_eq!(guard.mark, Some(fnet::query::answer::MarkWord::Block));
    /// # Ok::<(), fnet::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the question is not one of `can … reach …`, or names what is not declared.
    pub fn graph(&mut self, question: Option<&str>) -> Result<Graph, Errors> {
        let draw = |session: &mut Self, query: Option<&Query>| {
            let model = session.model();
            let engine = Engine::of(&model);
            query::graph(&session.asked(&model, &engine, &|file| session.open(file)), query)
        };
        match question {
            Some(question) => self.about(question, |session, query| draw(session, Some(query))),
            None => draw(self, None)
                .map_err(|diagnostic| Errors { diagnostics: vec![diagnostic], sources: self.sources.clone() }),
        }
    }

    /// What a question about all that is declared is asked of.
    fn asked<'a>(&'a self, model: &'a Model, engine: &'a Engine<'a>, open: query::Open<'a>) -> Asked<'a> {
        Asked {
            model,
            engine,
            declared: &self.state.declared,
            scope: &self.state.scope,
            sources: &self.sources,
            below: None,
            open,
            matrices: &self.matrices,
        }
    }

    /// Compares what is declared, called `name`, with what another file declares: the flows that one of them allows and
    /// the other does not.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is not understood.
    pub fn diff(&mut self, name: &str, file: &Path) -> Result<DiffAnswer, Errors> {
        let other = self.open_file(file)?;
        let model = self.model();
        let engine = Engine::of(&model);
        Ok(query::between(&self.asked(&model, &engine, &|file| self.open(file)), &other, name))
    }

    /// The declared names of some kinds that begin like this, with what they are, and of targets with their own ports.
    pub(crate) fn listed(&mut self, kinds: &[Kind], begun: &str, are_targets: bool) -> Vec<Listed> {
        let model = self.model();
        let engine = Engine::of(&model);
        query::listed(&self.asked(&model, &engine, &|file| self.open(file)), kinds, begun, are_targets)
    }

    /// The names that `let` gave.
    pub fn lets(&self) -> impl Iterator<Item = &str> {
        self.state.scope.lets.keys().map(|name| &**name)
    }

    /// Explains a rule, topic, code or declared name, as `explain WORDS` does.
    ///
    /// # Errors
    ///
    /// When nothing is known about it.
    pub fn explain(&mut self, words: &[String]) -> Result<Answer, Errors> {
        let model = self.model();
        let engine = Engine::of(&model);
        query::explain_words(&self.asked(&model, &engine, &|file| self.open(file)), words)
            .map_err(|diagnostic| Errors { diagnostics: vec![diagnostic], sources: self.sources.clone() })
    }

    /// Holds flow logs against what is declared: `go` reads them, the answer says what the model decides otherwise.
    ///
    /// ```
    /// let mut net = fnet::Session::new();
    /// net.load("vnet hub 10.0.0.0/16 { subnet data 10.0.1.0/24 { nsg guard } }
    /// nsg guard { inbound { 100 deny tcp * -> *:22 } }")?;
    /// let log = "1788232207412,10.0.2.4,10.0.1.4,50412,22,6,I,B,NX,0,0,0,0";
    /// let (read, answer) = net.replay(|replay| replay.read("log.csv", log.as_bytes()));
    /// assert!(read.is_ok());
    /// let fnet::Answer::Replay(answer) = answer else { unreachable!() };
    /// assert_eq!((answer.records, answer.now_denied), (1, 1));
    /// # Ok::<(), fnet::Errors>(())
    /// ```
    pub fn replay<T>(&mut self, go: impl FnOnce(&mut query::Replay<'_>) -> T) -> (T, Answer) {
        let model = self.model();
        let engine = Engine::of(&model);
        let mut replay = query::Replay::of(&engine, &self.sources);
        let told = go(&mut replay);
        (told, replay.answer())
    }

    /// What Azure would refuse or advise against in what is declared.
    pub fn check(&mut self) -> Vec<Diagnostic> {
        let model = self.model();
        platform_diagnostics(&Engine::of(&model))
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

    /// Takes texts in, all of them whole or nothing.
    fn take(&mut self, scripts: impl IntoIterator<Item = Script>, replace: bool) -> Result<Report, Errors> {
        let before = (self.state.clone(), self.sources.len(), self.model.clone());
        let mut diagnostics = Vec::new();
        let mut pending = Vec::new();
        let scripts: Vec<Script> = scripts.into_iter().collect();
        let loaded = if replace { Vec::new() } else { scripts.clone() };
        #[cfg(feature = "import")]
        let (imports, scripts): (Vec<Script>, Vec<Script>) =
            scripts.into_iter().partition(|script| !replace && import::is_import(script, &*self.loader));
        #[cfg(feature = "import")]
        if !imports.is_empty() {
            self.read_imported(imports, before.0.read.len(), replace, &mut pending, &mut diagnostics);
        }
        for script in scripts {
            self.read_script(script, before.0.read.len(), replace, &mut pending, &mut diagnostics);
        }
        let lost = self.lost_names(&diagnostics);
        let unread = diagnostics.iter().any(|diagnostic| UNREAD.contains(&&*diagnostic.code));
        self.model = None;
        let (model, mut lowered) = lower(&self.state.declared, &self.state.scope, &Platform::of(self.edition()));
        lowered.retain(|diagnostic| !(self.is_about(diagnostic, &lost) || unread && diagnostic.code == UNKNOWN_NAME));
        diagnostics.append(&mut lowered);
        let mut report = Report::default();
        let mut kept = None;
        if !diagnostics.iter().any(Diagnostic::is_error) {
            let model = Arc::new(model);
            self.model = Some(model.clone());
            if !self.only_declare {
                let engine = Engine::of(&model);
                let earlier = self.kept.clone().map(|kept| Earlier::of(kept, &self.sources));
                report.diagnostics = match &earlier {
                    Some(earlier) => self.checked_again(&engine, earlier),
                    None => platform_diagnostics(&engine),
                };
                self.run(pending, &engine, earlier.as_ref(), &mut report, &mut diagnostics);
                kept = earlier.map(|earlier| earlier.kept(replace));
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
        if kept.is_some() {
            self.kept = kept;
        }
        self.loaded.extend(loaded);
        report.diagnostics.append(&mut diagnostics);
        if replace {
            // At the prompt only what this entry brought is worth saying.
            report.diagnostics.retain(|d| d.labels.iter().any(|label| label.span.source.0 as usize >= before.1));
        }
        diagnostic::sort(&mut report.diagnostics);
        Ok(report)
    }
}
