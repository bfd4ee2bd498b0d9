//! Says when files have changed and are left alone again. What is done about it is for those who wait: `--watch` of the
//! command line and `:watch` of the prompt.

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How long files must be left alone until they count as changed: editors write in several steps.
const QUIET: Duration = Duration::from_millis(200);

/// The files that are watched, by their whole paths.
type Files = Arc<Mutex<HashSet<PathBuf>>>;

/// The files that are watched, by the folders that they stand in: an editor may put a new file in the place of the old one.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    files: Files,
    folders: HashSet<PathBuf>,
}

/// What becomes of the files; it ends when nobody watches any more.
pub(crate) struct Changes {
    events: Receiver<Vec<PathBuf>>,
    files: Files,
}

/// Begins to watch; no file yet.
pub(crate) fn watch() -> Result<(Watch, Changes), String> {
    let (changed, events) = channel();
    let told = move |event: notify::Result<notify::Event>| {
        let paths = match event {
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
            Ok(event) => event.paths,
            // What was missed is not known, so everything may have changed.
            Err(_) => Vec::new(),
        };
        // Nobody listens any more: the program is about to end.
        let _ = changed.send(paths);
    };
    let watcher =
        notify::recommended_watcher(told).map_err(|error| format!("files cannot be watched here: {error}"))?;
    let files = Files::default();
    Ok((Watch { watcher, files: files.clone(), folders: HashSet::new() }, Changes { events, files }))
}

impl Watch {
    /// Watches these files too; those that stand in a folder that was not watched so far.
    pub(crate) fn take<'f>(&mut self, files: impl Iterator<Item = &'f PathBuf>) -> Result<Vec<PathBuf>, String> {
        let mut new = Vec::new();
        for file in files {
            let folder = match file.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            let Ok(folder) = folder.canonicalize() else { continue };
            let Some(name) = file.file_name() else { continue };
            self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.join(name));
            if self.folders.insert(folder.clone()) {
                self.watcher
                    .watch(&folder, RecursiveMode::NonRecursive)
                    .map_err(|error| format!("{} cannot be watched: {error}", folder.display()))?;
                new.push(folder.join(name));
            }
        }
        Ok(new)
    }
}

impl Changes {
    /// Waits until a file has changed and is left alone; none where nobody will say so any more.
    pub(crate) fn next(&self) -> Option<PathBuf> {
        let mut changed = None;
        loop {
            let Some(first) = &changed else {
                changed = self.mine(self.events.recv().ok()?);
                continue;
            };
            match self.events.recv_timeout(QUIET) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Some(short(first)),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn mine(&self, paths: Vec<PathBuf>) -> Option<PathBuf> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        match paths.is_empty() {
            true => files.iter().min().cloned(),
            false => paths.into_iter().find(|path| files.contains(path)),
        }
    }
}

/// Was a file written since?
pub(crate) fn is_newer(file: &Path, since: SystemTime) -> bool {
    file.metadata().and_then(|data| data.modified()).is_ok_and(|written| written >= since)
}

/// A path as people would write it from where they are.
fn short(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    here.ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf)).unwrap_or_else(|| path.to_path_buf())
}
