//! How a change is made in Azure. Which change a line of the language is, is for those who ask.

use crate::platform::reader::Reader;
use crate::syntax::ast::Declaration;

/// The commands of the az CLI, or the property of Azure Resource Manager, by which something is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// What it changes: `KIND.PROPERTY`, with a value behind it where that makes a difference.
    pub name: String,
    /// The commands, with `{…}` to be filled in and `[…]` that may be left out.
    pub az: Vec<String>,
    /// The resource type and the property.
    pub arm: Option<String>,
    /// What to know of it.
    pub note: Option<String>,
}

impl Interface {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        let text = |name: &str| Some(r.text(name)).filter(|text| !text.is_empty());
        Self { name: name.to_string(), az: r.words("az"), arm: text("arm"), note: text("note") }
    }
}
