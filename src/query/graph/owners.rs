//! Whose a line of a script is: the thing whose declaration it stands in, the subnet or slot before what holds it.

use crate::model::{DeclaredItem, Kind, Thing};
use crate::query::Asked;
use crate::source::Span;
use crate::syntax::ast::{Block, Entry, Item, Value};

/// The things whose lines a place is. A line of a `for` is of every thing that it declares.
pub(super) fn owners(asked: &Asked<'_>, place: Span) -> Vec<Thing> {
    asked.declared.items().iter().filter_map(|item| owner(asked, item, place)).collect()
}

fn owner(asked: &Asked<'_>, item: &DeclaredItem, place: Span) -> Option<Thing> {
    let thing = asked.model.names.get(item.kind?, &item.name)?;
    let block = item.declaration.block.as_deref();
    let member = block.into_iter().flat_map(entries).find(|entry| holds(entry, place)).and_then(|entry| {
        let kind = if *entry.name.text == *Kind::Subnet.word() { Kind::Subnet } else { Kind::App };
        let Value::Word(name) = entry.groups.first()?.first()? else { return None };
        asked.model.names.get(kind, &format!("{}.{}", item.name, name.plain()))
    });
    let mine = covers(item.declaration.span, place) || block.is_some_and(|block| states(block, place));
    member.or(mine.then_some(thing))
}

fn entries(block: &Block) -> impl Iterator<Item = &Entry> {
    block.items.iter().filter_map(|item| match item {
        Item::Entry(entry) => Some(&**entry),
        _ => None,
    })
}

fn holds(entry: &Entry, place: Span) -> bool {
    covers(entry.span, place) || entry.block.as_ref().is_some_and(|block| states(block, place))
}

/// Is it the place of one of the lines? A line that was added later stands elsewhere than its block.
fn states(block: &Block, place: Span) -> bool {
    block.items.iter().any(|item| match item {
        Item::Entry(entry) => holds(entry, place),
        other => covers(other.span(), place),
    })
}

fn covers(outer: Span, inner: Span) -> bool {
    outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
}
