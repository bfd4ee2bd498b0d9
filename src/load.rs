//! Where files come from. The only place, beside the command line and the prompt, that touches a disk.

use std::path::{Path, PathBuf};

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// It does not exist, is a directory, or may not be read; in words.
    Unreadable(String),
    /// It is not UTF-8: the offset of the first bad byte.
    NotText(usize),
}

/// Reads files for `use` and for the command line.
pub trait Loader {
    /// The text of a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is not UTF-8 text.
    fn read(&self, path: &Path) -> Result<String, LoadError>;

    /// Writes a text to a file, in the place of what is there.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, in words; so it is where nobody says how files are written.
    fn write(&self, path: &Path, text: &str) -> Result<(), String> {
        let _ = (path, text);
        Err("nothing can be written here".into())
    }

    /// The files of a folder, and of those in it, in order; none where the path is no folder.
    ///
    /// # Errors
    ///
    /// When the folder cannot be looked into.
    fn files(&self, path: &Path) -> Result<Option<Vec<PathBuf>>, LoadError> {
        let _ = path;
        Ok(None)
    }

    /// Is there such a file?
    fn has(&self, path: &Path) -> bool {
        self.read(path).is_ok()
    }

    /// The names in a folder, those of folders with a `/` behind; none where nobody can say.
    fn names_in(&self, folder: &Path) -> Vec<String> {
        let _ = folder;
        Vec::new()
    }

    /// The path that a file is known by, so that one file is read once.
    fn canonical(&self, path: &Path) -> PathBuf {
        path.to_path_buf()
    }
}

/// A text that a conversation is to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Script {
    /// A file, and what it uses.
    File(PathBuf),
    /// Bytes that are already here, under a name of the caller's; UTF-8 text, one hopes.
    Bytes {
        /// What messages call it.
        name: String,
        /// The text.
        bytes: Vec<u8>,
    },
}

impl Script {
    /// A text under a name of the caller's.
    pub fn text(name: &str, text: &str) -> Self {
        Self::Bytes { name: name.into(), bytes: text.into() }
    }

    /// The name in messages, the path where there is one, and the text.
    pub(crate) fn open(self, loader: &dyn Loader) -> (String, Option<PathBuf>, Result<String, LoadError>) {
        match self {
            Self::File(path) => (path.display().to_string(), Some(path.clone()), loader.read(&path)),
            Self::Bytes { name, bytes } => (name, None, utf8(bytes)),
        }
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, LoadError> {
    String::from_utf8(bytes).map_err(|error| LoadError::NotText(error.utf8_error().valid_up_to()))
}

/// Reads files from the disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Loader for Disk {
    fn read(&self, path: &Path) -> Result<String, LoadError> {
        if path.is_dir() {
            return Err(LoadError::Unreadable("it is a directory".into()));
        }
        let bytes = std::fs::read(path).map_err(|error| {
            LoadError::Unreadable(match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file".into(),
                std::io::ErrorKind::PermissionDenied => "it may not be read".into(),
                _ => error.to_string(),
            })
        })?;
        utf8(bytes)
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), String> {
        std::fs::write(path, text).map_err(|error| error.to_string())
    }

    fn files(&self, path: &Path) -> Result<Option<Vec<PathBuf>>, LoadError> {
        if !path.is_dir() {
            return Ok(None);
        }
        let mut all = Vec::new();
        inside(path, &mut all).map_err(|error| LoadError::Unreadable(error.to_string()))?;
        all.sort();
        Ok(Some(all))
    }

    fn has(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn names_in(&self, folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let name = |entry: std::fs::DirEntry| {
            let slash = if entry.path().is_dir() { "/" } else { "" };
            Some(format!("{}{slash}", entry.file_name().to_str()?))
        };
        let mut all: Vec<String> = entries.filter_map(name).collect();
        all.sort();
        all
    }

    fn canonical(&self, path: &Path) -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
    }
}

/// The files of a folder, however deep. What is hidden, and where a folder is linked to, is left alone.
fn inside(folder: &Path, all: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            inside(&entry.path(), all)?;
        } else {
            all.push(entry.path());
        }
    }
    Ok(())
}
