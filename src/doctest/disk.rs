//! Which files have tests, and writing those whose expectations were renewed. Beside [`crate::load`] the only place of the
//! tests that touches the disk.

use super::blocks::FileKind;
use std::fmt;
use std::path::{Path, PathBuf};

/// Folders in which nobody writes by hand.
const LEFT_OUT: [&str; 2] = ["target", "node_modules"];

/// A path under which there is nothing to test.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NoFile {
    /// The path.
    pub path: PathBuf,
    /// What is the matter with it, in words.
    pub why: String,
}

impl fmt::Display for NoFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.why)
    }
}

impl std::error::Error for NoFile {}

/// The files to test: those that were named, and all scripts, Markdown and Rust files below folders that were, in order of
/// their names. Hidden files and folders, `target` and `node_modules` are left out.
///
/// # Errors
///
/// Where a path does not exist, cannot be read, or is a file of another kind.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, NoFile> {
    let mut all: Vec<PathBuf> = Vec::new();
    for path in paths {
        let no_file = |why: String| NoFile { path: path.clone(), why };
        if path.is_dir() {
            let mut inside = Vec::new();
            walk(path, &mut inside).map_err(|error| no_file(error.to_string()))?;
            inside.sort();
            all.extend(inside);
        } else if !path.exists() {
            return Err(no_file("there is no such file".into()));
        } else if FileKind::of(path).is_none() {
            return Err(no_file("tests are in `.fnet`, `.md` and `.rs` files".into()));
        } else {
            all.push(path.clone());
        }
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|path| seen.insert(path.clone()));
    Ok(all)
}

fn walk(folder: &Path, all: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || LEFT_OUT.contains(&&*name) {
            continue;
        }
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            walk(&path, all)?;
        } else if FileKind::of(&path).is_some() {
            all.push(path);
        }
    }
    Ok(())
}

/// Writes a file whose expectations were renewed.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)
}
