//! A text in the one style, for those who have texts and no trees. How it is laid out is for [`crate::syntax`].

use super::Errors;
use super::read::unreadable;
use crate::load::{Disk, Loader, Script};
use crate::source::{SourceMap, Span};
use crate::syntax;

/// A script in the style that all scripts have: one fact a line, two spaces a level, columns below each other. A block that
/// is on one line stays there where it fits. Comments and blank lines stay, and what is formatted twice is as it was after the first time, and means what it meant.
///
/// ```
/// let text = "plan ep1{\ntier Premium;sku EP1} # the plan\n\n\n\napp app1   on ep1";
/// let formatted = fnet::format(text)?;
/// assert_eq!(formatted, "plan ep1 {\n  tier Premium\n  sku  EP1\n}  # the plan\n\napp app1 on ep1\n");
/// assert_eq!(fnet::format(&formatted)?, formatted);
/// # Ok::<(), fnet::Errors>(())
/// ```
///
/// # Errors
///
/// When a statement is not understood. What its words mean is not asked: names may be unknown, and limits broken.
pub fn format(text: &str) -> Result<String, Errors> {
    format_script(Script::text("script", text), &Disk).map(|formatted| formatted.text)
}

/// A script and how it is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// As it was read.
    pub before: String,
    /// In the one style.
    pub text: String,
}

/// The same of a script wherever it is.
///
/// # Errors
///
/// As [`format()`], and when the script cannot be read.
pub fn format_script(script: Script, loader: &dyn Loader) -> Result<Formatted, Errors> {
    let mut sources = SourceMap::default();
    let (name, _, read) = script.open(loader);
    let id = sources.add(name.as_str(), read.as_deref().unwrap_or_default());
    let formatted = match read {
        Ok(before) => syntax::format(id, before.as_str()).map(|text| Formatted { before, text }),
        Err(error) => Err(vec![unreadable(&name, &error, Span::new(id, 0, 0))]),
    };
    formatted.map_err(|diagnostics| Errors { diagnostics, sources })
}
