//! A text in the one style, for those who have texts and no trees. How it is laid out is for [`crate::syntax`].

use super::Errors;
use crate::source::SourceMap;

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
    format_named("script", text)
}

/// The same of a text with a name, which the errors then tell.
///
/// # Errors
///
/// As [`format`].
pub fn format_named(name: &str, text: &str) -> Result<String, Errors> {
    let mut sources = SourceMap::default();
    let id = sources.add(name, text);
    crate::syntax::format(id, text).map_err(|diagnostics| Errors { diagnostics, sources })
}
