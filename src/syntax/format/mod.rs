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

/// A declaration as source, with a line end. One that is as it was written, with nothing amended, has the comments and
/// blank lines of its text, and the comments right above it and behind it.
pub fn print_declaration(declaration: &Declaration, as_written: bool) -> String {
    printed(declaration, declaration.kind.text.source().filter(|_| as_written))
}

/// A nested declaration (a subnet, a slot) as source, in the same way.
pub fn print_member(declaration: &Declaration, name: &str, as_written: bool) -> Option<String> {
    let items = declaration.block.iter().flat_map(|block| &block.items);
    let member = items.into_iter().find(|item| match item {
        Item::Entry(entry) if matches!(&*entry.name.text, "subnet" | "slot") => {
            let own = entry.groups.first().and_then(|group| group.first()).and_then(Value::word);
            own.is_some_and(|own| own.plain() == name)
        }
        _ => false,
    });
    member.map(|member| printed(member, declaration.kind.text.source().filter(|_| as_written)))
}

/// A part of a tree as source, with what its text has around it.
fn printed<'t, W: Written<'t>>(part: &'t W, text: Option<&'t str>) -> String {
    let (start, end) = part.place();
    let stretch = text.filter(|text| text.get(start..end).is_some());
    let trivia = stretch.map_or_else(Trivia::none, |text| {
        let line = text[..start].rfind('\n').map_or(0, |line| line + 1);
        let above = text[..line].split_inclusive('\n').rev().take_while(|line| line.trim_start().starts_with('#'));
        let above: usize = above.map(str::len).sum();
        let behind = text[end..].find('\n').map_or(text.len(), |line| end + line);
        let commented = text[end..behind].trim_start_matches([' ', '\t', ';']).starts_with('#');
        let first = if above > 0 { line - above } else { start };
        Trivia::between(text, first, if commented { behind } else { end })
    });
    let mut page = Page::new(trivia);
    page.each(std::slice::from_ref(part), end);
    layout::text(&page)
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
