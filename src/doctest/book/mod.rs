//! fnet in a book of mdBook: its blocks are tested, highlighted, and below those that ask for it stand their answers and
//! their picture. Here is the way from mdBook's JSON to mdBook's JSON; what becomes of a page stands in [`page`].
//!
//! Of that JSON only what is needed is looked at, and the rest handed on as it came, so that any version of mdBook from 0.4
//! on will do.

mod page;

use super::{FileReport, Options, TestReport};
use serde_json::Value;
use std::fmt;
use std::path::{Path, PathBuf};

/// A book as mdBook hands it to a preprocessor.
///
/// ```
/// use fnet::doctest::{Book, Options};
///
/// let chapter = r#"{"Chapter": {"name": "Networks", "path": "networks.md", "sub_items": [],
///     "content": "```fnet\nvnet hub 10.0.0.0/16\n```\n"}}"#;
/// let text = format!(r#"[{{"root": "/books/net", "config": {{}}}}, {{"items": [{chapter}]}}]"#);
/// let mut book = Book::read(&text)?;
/// let report = book.make("", &Options::default());
/// assert_eq!(report.tally(), (1, 0));
/// assert!(book.json().contains("fnet-kind"));
/// # Ok::<(), fnet::doctest::NotABook>(())
/// ```
pub struct Book {
    context: Value,
    book: Value,
}

/// What is read is nothing that mdBook writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotABook(String);

impl fmt::Display for NotABook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is not what mdbook writes for a preprocessor: {}", self.0)
    }
}

impl std::error::Error for NotABook {}

impl Book {
    /// Reads what mdBook writes: its context and the book.
    ///
    /// # Errors
    ///
    /// When the text is not JSON of that form.
    pub fn read(text: &str) -> Result<Self, NotABook> {
        let value: Value = serde_json::from_str(text).map_err(|error| NotABook(error.to_string()))?;
        let Value::Array(mut parts) = value else { return Err(NotABook("it is no array".into())) };
        let (Some(book), Some(context)) = (parts.pop(), parts.pop()) else {
            return Err(NotABook("there is not a context and a book in it".into()));
        };
        match book.is_object() && context.is_object() {
            true => Ok(Self { context, book }),
            false => Err(NotABook("there is not a context and a book in it".into())),
        }
    }

    /// Tests the blocks of all chapters and makes of each what is shown. Files are named as seen from `here`, a folder.
    pub fn make(&mut self, here: impl AsRef<Path>, options: &Options) -> TestReport {
        let folder = self.folder();
        let folder = folder.strip_prefix(here).unwrap_or(&folder);
        let mut report = TestReport::default();
        chapters(&mut self.book, &mut |content, path| {
            let name = folder.join(path).display().to_string();
            let file: FileReport = super::document(&name, content, options);
            *content = page::shown(&name, content, options);
            report.files.push(file);
        });
        report
    }

    /// The folder of its texts.
    fn folder(&self) -> PathBuf {
        let text = |value: &Value| value.as_str().map(PathBuf::from);
        let root = text(&self.context["root"]).unwrap_or_default();
        let source = text(&self.context["config"]["book"]["src"]).unwrap_or_else(|| "src".into());
        root.join(source)
    }

    /// The book, as mdBook reads it back.
    pub fn json(&self) -> String {
        self.book.to_string()
    }
}

/// Does something with the text and the path of every chapter that has a file, the parts of chapters too.
fn chapters(value: &mut Value, go: &mut dyn FnMut(&mut String, &str)) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| chapters(one, go)),
        Value::Object(fields) => {
            // mdBook 0.4 says `sections` where later versions say `items`.
            for of in ["items", "sections", "Chapter", "sub_items"] {
                if let Some(inner) = fields.get_mut(of) {
                    chapters(inner, go);
                }
            }
            let path = ["source_path", "path"].iter().find_map(|of| fields.get(*of)?.as_str().map(String::from));
            if let (Some(path), Some(Value::String(content))) = (path, fields.get_mut("content")) {
                go(content, &path);
            }
        }
        _ => {}
    }
}

/// The style sheet of pages that were made: the classes of words, and the colours of pictures in mdBook's themes.
pub fn style_sheet() -> String {
    let pictures = crate::render::style_sheet(".coal, .navy, .ayu");
    format!("/* Made by `fnet mdbook css`. */\n{pictures}{}", include_str!("words.css"))
}
