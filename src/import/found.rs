//! What a reader of one kind of files gives: resources, and what stands for values that nobody knows.

use super::resource::Resource;
use super::translate::Told;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// What was found in files.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The resources, those of a parent behind it.
    pub resources: Vec<Resource>,
    /// What was not understood on the way to them.
    pub diagnostics: Vec<Diagnostic>,
    /// What is in the files and no resource that could be translated, with the reason.
    pub left_out: Vec<Told>,
    /// The texts in the resources that stand for a value which is not known.
    pub placeholders: Vec<Placeholder>,
    /// Parameters that decide what there is and have no value: the name, and a place that needs it.
    pub wanted: Vec<(String, Span)>,
}

/// A text in resources that stands for a value which is not known before a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// The text, such as `{adminUsername}`; other text may stand around it in a value.
    pub text: String,
    /// What it stands for.
    pub stands_for: Unknown,
    /// Where it is asked for.
    pub at: Span,
}

/// A value that is not known before a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A parameter that has no value: its name, as `--parameter` takes it.
    Parameter(String),
    /// A value that is never told, such as a password or a key.
    Secret,
    /// What Azure alone makes out: the expression, such as `uniqueString(resourceGroup().id)`.
    Made(String),
}

impl Found {
    /// The placeholder that stands in a text, where one does. Who needs the value itself (an address, a port, a switch) and
    /// finds a parameter there adds it to [`super::Imported::wanted`].
    pub fn placeholder_in(&self, text: &str) -> Option<&Placeholder> {
        self.placeholders.iter().find(|placeholder| text.contains(&placeholder.text))
    }

    /// Takes in what another file has.
    pub fn append(&mut self, mut other: Found) {
        self.resources.append(&mut other.resources);
        self.left_out.append(&mut other.left_out);
        self.diagnostics.append(&mut other.diagnostics);
        self.placeholders.append(&mut other.placeholders);
        self.wanted.append(&mut other.wanted);
    }
}
