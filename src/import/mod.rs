//! What is deployed, as fnet: JSON in, source out.
//!
//! ```text
//! JSON --read--> Json --arm, terraform, az--> Found (resources) --translate--> Imported (source)
//! ```
//!
//! The readers bring every kind of files to resources in the shape of Azure Resource Manager; `translate/` makes source of
//! those and knows nothing of where they came from. Opens no file and answers no question.

mod found;
pub mod json;
mod origin;
mod resource;
mod translate;

pub use found::{Found, Placeholder, Unknown};
pub use json::Json;
pub use origin::Origin;
pub use resource::Resource;
pub use translate::{Imported, Outcome, Report, Told, translate};

use crate::diagnostic::Diagnostic;
use crate::source::SourceId;

/// A file that is to be imported.
#[derive(Clone, Debug)]
pub struct Document {
    /// What messages call it.
    pub name: String,
    /// Its number among the sources.
    pub source: SourceId,
    /// What stands in it.
    pub json: Json,
}

/// What is said from outside about files that are to be imported.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The kind that they are taken for; recognised where it is not said.
    pub origin: Option<Origin>,
    /// Values of parameters, by name.
    pub parameters: Vec<(String, String)>,
}

/// Imports files as one network; what cannot be is told in the diagnostics.
pub fn import(documents: &[Document], options: &Options) -> Imported {
    let mut found = Found::default();
    for document in documents {
        match options.origin.or_else(|| Origin::of(&document.json)) {
            Some(origin) => found.diagnostics.push(Diagnostic::error(
                "FN0007",
                document.json.at,
                format!("`{}` is {}, which is not imported yet", document.name, origin.words()),
            )),
            None => found.diagnostics.push(Diagnostic::error(
                "FN0007",
                document.json.at,
                format!("`{}` is JSON of no kind that fnet imports", document.name),
            )),
        }
    }
    translate(found)
}
