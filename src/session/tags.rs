//! `use tags "FILE"`: Microsoft's list of service tags from where files come from into what is declared.

use super::Session;
use super::read::{beside, unreadable};
use crate::diagnostic::Diagnostic;
use crate::platform::TagList;
use crate::source::Span;
use crate::syntax::ast::Word;
use std::path::Path;
use std::sync::Arc;

/// The cloud whose names and zones the stdlib knows.
const CLOUD: &str = "Public";

impl Session {
    /// Reads the list that a script names; what was read, in words.
    pub(super) fn use_tags(
        &mut self,
        file: &Word,
        from: Option<&Path>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        let path = beside(file, from);
        let name = path.display().to_string();
        let text = match self.loader.read(&path) {
            Ok(text) => text,
            Err(error) => {
                diagnostics.push(unreadable(&name, &error, file.span()));
                return None;
            }
        };
        self.state.tag_files.push(self.loader.canonical(&path));
        if let Some((known, list)) = &self.tags_read
            && *known == text
        {
            let (said, list) = (in_words(list), list.clone());
            self.state.declared.use_tags(list);
            return Some(said);
        }
        let list = match TagList::read(&text) {
            Ok(list) => list,
            Err(fault) => {
                let what = if fault.is_json { "is not Microsoft's list of service tags" } else { "is not JSON" };
                let message = format!("`{name}` {what}: {}", fault.why);
                let id = self.sources.add(name, text);
                let place = Span::new(id, fault.at, fault.at + 1);
                diagnostics.push(
                    Diagnostic::error("FN0005", place, message)
                        .label(fault.why)
                        .also(file.span(), "read here")
                        .help("name the file as Microsoft publishes it, such as `ServiceTags_Public.json`"),
                );
                return None;
            }
        };
        if !list.cloud.is_empty() && !list.cloud.eq_ignore_ascii_case(CLOUD) {
            let message = format!("`{name}` lists the cloud {}, not the public one", list.cloud);
            diagnostics.push(Diagnostic::warning("FN0005", file.span(), message));
        }
        let (said, list) = (in_words(&list), Arc::new(list));
        // The cloud is wondered at each time.
        if self.kept.is_some() && list.cloud.eq_ignore_ascii_case(CLOUD) {
            self.tags_read = Some((text, list.clone()));
        }
        self.state.declared.use_tags(list);
        Some(said)
    }
}

fn in_words(list: &TagList) -> String {
    let count = list.count();
    format!("{} service tags with {} prefixes, edition {}", count.tags, count.prefixes, list.change)
}
