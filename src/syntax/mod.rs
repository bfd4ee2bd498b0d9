//! From text to syntax tree: the splitter, the grammar, the tree, literals. Knows no files and no Azure.
//!
//! Parsing never fails: [`parse`] returns the statements that it understood and a diagnostic for each that it did
//! not, so that one broken declaration hides no other.

pub mod ast;
mod build;
mod chunks;
mod expand;
mod format;
#[allow(missing_docs)]
mod grammar;
mod highlight;
pub mod literal;
mod node;
mod one_line;
mod split;
mod standing;
mod substitute;
mod trouble;

pub use expand::{Scope, expand};
pub use format::{format, print_declaration, print_member, print_value, print_values};
pub use grammar::{QUERY_SHAPES, QUERY_WORDS, Rule};
pub use highlight::{Class, classes};
pub use one_line::one_line;
pub use split::{Completeness, NESTING_LIMIT, Piece, completeness, split};
pub use standing::{Standing, standing};

use crate::diagnostic::Diagnostic;
use crate::source::SourceId;
use std::sync::Arc;

/// The statements of a text, and what is wrong with the rest of it. The words of the tree share the text: one that is
/// shared already is not copied.
///
/// ```
/// use fnet::source::SourceId;
/// let (statements, diagnostics) = fnet::syntax::parse(SourceId(0), "nsg a\nvnet hub 10.0.0.0/16 {\nnsg b\n");
/// assert_eq!(statements.len(), 2); // `vnet hub` has an open bracket and is reported
/// assert_eq!(diagnostics.len(), 1);
/// ```
pub fn parse(source: SourceId, text: impl Into<Arc<str>>) -> (Vec<ast::Statement>, Vec<Diagnostic>) {
    let text = text.into();
    let mut diagnostics = Vec::new();
    let pieces = split(source, &text, &mut diagnostics);
    let statements = chunks::parse(source, &text, &pieces, &mut diagnostics);
    crate::diagnostic::sort(&mut diagnostics);
    (statements, diagnostics)
}

/// The names that statements would have declared which were not understood: what refers to them is no second fault.
pub fn lost_names(text: &str, diagnostics: &[Diagnostic]) -> Vec<String> {
    let starts = diagnostics.iter().filter_map(Diagnostic::span).map(|span| {
        let before = &text[..(span.start as usize).min(text.len())];
        // The last line above that begins at the margin begins the statement.
        let mut at = before.rfind('\n').map_or(0, |n| n + 1);
        while at > 0 && !text[at..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            at = text[..at - 1].rfind('\n').map_or(0, |n| n + 1);
        }
        at
    });
    starts.filter_map(|at| text[at..].split_whitespace().nth(1)).map(|name| literal::labels(name).join(".")).collect()
}
