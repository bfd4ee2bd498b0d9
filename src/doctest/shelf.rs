//! The files that a document's blocks may use: the blocks of it that have names, and behind them the files beside it.

use super::Options;
use super::blocks::Use;
use super::document::Document;
use crate::load::{LoadError, Loader};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A document's own files before those of the disk.
pub(super) struct Shelf {
    /// The folder of the document; what is named in it is relative to that.
    pub(super) folder: PathBuf,
    /// The blocks with names: number, name, text.
    pub(super) own: Vec<(usize, String, String)>,
    /// The blocks that were read.
    pub(super) used: Mutex<BTreeSet<usize>>,
    /// The other files that were read.
    pub(super) read: Mutex<BTreeSet<PathBuf>>,
    /// Where other files come from.
    pub(super) behind: Arc<dyn Loader + Send + Sync>,
}

impl Shelf {
    /// The files of a document.
    pub(super) fn of(document: &Document, options: &Options) -> Self {
        let named = document.outline.blocks.iter().enumerate().filter_map(|(at, block)| {
            let name = block.names.clone().filter(|_| block.tag.to_do != Use::Ignore)?;
            Some((at, name, block.text(&document.text)))
        });
        Self {
            folder: document.folder.clone(),
            own: named.collect(),
            used: Mutex::default(),
            read: Mutex::default(),
            behind: options.loader.clone(),
        }
    }
}

impl Loader for Shelf {
    fn read(&self, path: &Path) -> Result<String, LoadError> {
        let Some((number, _, text)) = self.own.iter().rev().find(|(_, name, _)| Path::new(name) == path) else {
            let path = self.folder.join(path);
            if let Ok(mut read) = self.read.lock() {
                read.insert(path.clone());
            }
            return self.behind.read(&path);
        };
        if let Ok(mut used) = self.used.lock() {
            used.insert(*number);
        }
        Ok(text.clone())
    }

    fn canonical(&self, path: &Path) -> PathBuf {
        match self.own.iter().any(|(_, name, _)| Path::new(name) == path) {
            true => path.to_path_buf(),
            false => self.behind.canonical(&self.folder.join(path)),
        }
    }
}

/// A path without what leads nowhere: `a/../b` is `b`.
pub(super) fn plain(path: &Path) -> String {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(parts.last(), Some(Component::Normal(_))) => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.iter().collect::<PathBuf>().display().to_string()
}
