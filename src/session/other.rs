//! Another network beside the conversation's own, to be compared with it.

use super::read::{UNREAD, beside};
use super::{Errors, Session};
use crate::diagnostic::Diagnostic;
use crate::load::Script;
use crate::query::Other;
use crate::syntax::ast::Word;
use std::path::Path;

impl Session {
    /// What a file declares that a question names: relative to the script that asks.
    pub(super) fn open(&self, file: &Word) -> Result<Other, Diagnostic> {
        let from = self.sources.get(file.span().source).map(|source| source.name.to_string());
        let from = from.as_deref().map(Path::new).filter(|name| self.state.read.contains(&self.loader.canonical(name)));
        let path = beside(file, from);
        self.open_file(&path).map(|other| Other { name: file.plain(), ..other }).map_err(|errors| {
            let name = path.display().to_string();
            let first = errors.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
            let place = first.and_then(|first| errors.sources.position(first.span()?));
            let line = place.map(|(line, _)| format!(" at line {line}")).unwrap_or_default();
            let why = first.map(|first| first.message.clone()).unwrap_or_default();
            let code = first.map_or("FN0101".into(), |first| first.code.clone());
            if code == UNREAD[0] {
                return Diagnostic::error(code, file.span(), why);
            }
            Diagnostic::error(code, file.span(), format!("`{name}` is not understood{line}: {why}"))
                .help(format!("`fnet check {name}` tells all that is wrong with it"))
        })
    }

    /// What a file declares. Its own questions are not answered.
    pub(super) fn open_file(&self, path: &Path) -> Result<Other, Errors> {
        let mut other = Session::with_loader(self.loader.clone());
        other.only_declare(true);
        #[cfg(feature = "import")]
        other.import_options(self.import.clone());
        other.load_all([Script::File(path.to_path_buf())])?;
        Ok(Other {
            name: path.display().to_string(),
            model: other.model(),
            declared: other.state.declared,
            scope: other.state.scope,
            sources: other.sources,
        })
    }
}
