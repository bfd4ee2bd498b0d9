//! `show`: what is declared, as source.

use super::Asked;
use super::answer::ShowAnswer;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{DeclaredItem, Kind};
use crate::syntax::ast::Word;
use crate::syntax::{literal, print_declaration, print_member, print_values};
use std::sync::Arc;

/// Answers `show`.
pub(super) fn show(asked: &Asked<'_>, what: Option<&Word>) -> Result<ShowAnswer, Diagnostic> {
    let items = asked.declared.items();
    let print = |item: &Arc<DeclaredItem>| print_declaration(&item.declaration, item.as_written);
    let Some(word) = what else {
        let all: Vec<String> = items.iter().map(print).collect();
        return Ok(ShowAnswer { source: all.join("\n") });
    };
    let name = literal::labels(&word.text).join(".");
    let mut named: Vec<String> = items.iter().filter(|item| item.name == name).map(print).collect();
    if named.is_empty() {
        named = nested(asked, &name);
    }
    if named.is_empty()
        && let Some((values, _)) = asked.scope.lets.get(&*name)
    {
        named.push(format!("let {name} = {}\n", print_values(values)));
    }
    if named.is_empty()
        && let Some(kind) = Kind::of_plural(&name).or(Kind::named(&name))
    {
        named = items.iter().filter(|item| item.kind == Some(kind)).map(print).collect();
        if named.is_empty() {
            return Ok(ShowAnswer { source: format!("# no {} is declared\n", kind.word()) });
        }
    }
    if named.is_empty() {
        let names = items.iter().map(|item| item.name.as_str()).chain(asked.model.names.iter().map(|(name, _)| name));
        let kinds = Kind::ALL.iter().map(|kind| kind.plural());
        let help = did_you_mean(&name, names.chain(kinds));
        return Err(Diagnostic::error("FN0113", word.span(), format!("nothing is called `{name}`")).maybe_help(help));
    }
    Ok(ShowAnswer { source: named.join("\n") })
}

/// A subnet or slot, with the thing that holds it.
fn nested(asked: &Asked<'_>, name: &str) -> Vec<String> {
    let Ok(thing) = asked.model.names.find(name, &[Kind::Subnet, Kind::App]) else { return Vec::new() };
    let whole = &thing.head(asked.model).name;
    let Some((holder, member)) = whole.split_once('.') else { return Vec::new() };
    let items = asked.declared.items().iter().filter(|item| item.name == holder);
    items.filter_map(|item| print_member(&item.declaration, member, item.as_written)).collect()
}
