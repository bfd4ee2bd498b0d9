//! Where a conversation stood, to go back there or to compare with it.

use super::kept::Kept;
use super::{Session, State};
use crate::engine::Engine;
use crate::load::Script;
use crate::model::lower;
use crate::platform::{Edition, Platform};
use crate::query::answer::DiffAnswer;
use crate::query::{self, Asked, Other};
use crate::source::SourceMap;
use std::sync::Arc;

/// Where a conversation stood: what was declared by then. Cheap to keep, as declarations are shared.
#[derive(Clone)]
pub struct Mark {
    state: State,
    sources: SourceMap,
    loaded: Vec<Script>,
    chosen: Option<Edition>,
}

impl Session {
    /// Where the conversation stands.
    ///
    /// ```
    /// let mut net = fnet::Session::new();
    /// net.enter("nsg guard")?;
    /// let mark = net.mark();
    /// net.enter("remove nsg guard")?;
    /// net.go_back(&mark);
    /// assert_eq!(net.declared().items().len(), 1);
    /// # Ok::<(), fnet::Errors>(())
    /// ```
    pub fn mark(&self) -> Mark {
        Mark {
            state: self.state.clone(),
            sources: self.sources.clone(),
            loaded: self.loaded.clone(),
            chosen: self.chosen,
        }
    }

    /// Makes the conversation what it was at a mark of its own, be it earlier or later.
    pub fn go_back(&mut self, mark: &Mark) {
        let Mark { state, sources, loaded, chosen } = mark.clone();
        self.state = state;
        self.sources = sources;
        self.loaded = loaded;
        self.chosen = chosen;
        self.model = None;
        // Their places point into texts that may not be there any more.
        self.kept = self.kept.take().map(|_| Kept::default());
    }

    /// The flows that what is declared now allows and what was declared at a mark did not, and the other way round.
    pub fn changes_since(&mut self, mark: &Mark, before: &str, now: &str) -> DiffAnswer {
        let model = self.model();
        let edition = mark.state.edition.unwrap_or_else(Edition::first);
        let (old, _) = lower(&mark.state.declared, &mark.state.scope, &Platform::of(edition));
        let asked = Asked {
            model: &old,
            engine: &Engine::of(&old),
            declared: &mark.state.declared,
            scope: &mark.state.scope,
            sources: &mark.sources,
            below: None,
            open: &|file| self.open(file),
            matrices: &query::KeptMatrix::default(),
        };
        let other = Other {
            name: now.into(),
            model,
            declared: self.state.declared.clone(),
            scope: self.state.scope.clone(),
            sources: self.sources.clone(),
        };
        query::between(&asked, &other, before)
    }

    /// A conversation about nothing yet that reads files as this one does, in the edition that was chosen for it, and
    /// knows its answers.
    pub fn anew(&self) -> Session {
        let mut anew = Session::with_loader(self.loader.clone());
        anew.only_declare = self.only_declare;
        anew.state.edition = self.chosen;
        anew.chosen = self.chosen;
        anew.kept = self.kept.clone();
        anew.tags_read = self.tags_read.clone();
        #[cfg(feature = "import")]
        anew.import_options(self.import.clone());
        anew
    }

    /// Where the conversation reads its files.
    pub fn loader(&self) -> Arc<dyn crate::load::Loader + Send + Sync> {
        self.loader.clone()
    }
}

impl Mark {
    /// The names of what was declared, each with its source: what changed between two marks can be told by them.
    pub fn declared(&self) -> &crate::model::Declared {
        &self.state.declared
    }
}
