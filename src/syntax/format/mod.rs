//! The tree as source, in one style: one fact a line, two spaces a level, columns below each other. One printer for
//! whole texts, whose comments and blank lines it keeps, and for single declarations and values.

mod layout;
mod page;
mod question;
mod statement;
mod trivia;

use super::ast::*;
use crate::diagnostic::Diagnostic;
use crate::source::SourceId;
use page::{Bit, Page, Written};
use std::sync::Arc;
use trivia::Trivia;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A text in the one style, or what is wrong with it.
///
/// # Errors
///
/// When a statement is not understood: what is not understood is not laid out.
pub fn format(source: SourceId, text: impl Into<Arc<str>>) -> Result<String, Vec<Diagnostic>> {
    let text = text.into();
    let (statements, diagnostics) = super::parse(source, text.clone());
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let mark = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK } else { "" };
    let mut page = Page::new(Trivia::between(&text, mark.len(), text.len()));
    page.each(&statements, text.len());
    let formatted = format!("{mark}{}", layout::text(&page));
    // Whoever writes lines that end in CR LF goes on doing so.
    let ends_in_cr = text.find('\n').is_some_and(|end| text[..end].ends_with('\r'));
    Ok(if ends_in_cr { formatted.replace('\n', "\r\n") } else { formatted })
}

/// A declaration as source, with a line end, from its tree alone.
pub fn print_declaration(declaration: &Declaration) -> String {
    let mut page = Page::new(Trivia::none());
    page.declaration(declaration);
    finished(page)
}

/// A declaration as it stands in its text: with the comments in it, those above it and the one behind it, and blank
/// lines. For one that nothing has changed since it was read.
pub fn print_as_written(declaration: &Declaration) -> String {
    let Some(text) = declaration.kind.text.source() else { return print_declaration(declaration) };
    let (start, end) = (declaration.span.start as usize, declaration.span.end as usize);
    let above = text[..start].rfind('\n').map_or(0, |line| line + 1);
    let above = text[..above].split_inclusive('\n').rev().take_while(|line| line.trim_start().starts_with('#'));
    let first = above.map(str::len).sum::<usize>();
    let line_start = text[..start].rfind('\n').map_or(0, |line| line + 1);
    let first = if first > 0 { line_start - first } else { start };
    let line_end = text[end..].find('\n').map_or(text.len(), |line| end + line);
    let behind = text[end..line_end].trim_start_matches([' ', '\t', ';']);
    let last = if behind.starts_with('#') { line_end } else { end };
    let mut page = Page::new(Trivia::between(text, first, last));
    page.each(std::slice::from_ref(declaration), last);
    layout::text(&page)
}

/// A nested declaration (a subnet, a slot) as source.
pub fn print_member(declaration: &Declaration, name: &str) -> Option<String> {
    let entries = declaration.block.iter().flat_map(|block| &block.items);
    entries.into_iter().find_map(|item| match item {
        Item::Entry(entry) if matches!(&*entry.name.text, "subnet" | "slot") => {
            let own = entry.groups.first()?.first()?.word()?.plain();
            (own == name).then(|| {
                let mut page = Page::new(Trivia::none());
                item.write(&mut page);
                finished(page)
            })
        }
        _ => None,
    })
}

/// Values joined by commas.
pub fn print_values(values: &[Value]) -> String {
    let mut page = Page::new(Trivia::none());
    page.values(values);
    let text = |bit: &Bit<'_>| match bit {
        Bit::Word(text) => text.to_string(),
        Bit::Space | Bit::Gap | Bit::Break => " ".to_string(),
        _ => String::new(),
    };
    page.bits.iter().map(text).collect()
}

/// One value.
pub fn print_value(value: &Value) -> String {
    print_values(std::slice::from_ref(value))
}

/// The text of a page that ends where the tree ends.
fn finished(mut page: Page<'_>) -> String {
    page.finish(0);
    layout::text(&page)
}
