//! Changes of what is in use: apps and plans that move, subnets that are resized.

use super::super::Engine;
use super::Finding;
use crate::model::{Change, Changed, Kind, Thing};

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for change in &engine.model.changes {
        all.extend(judged(engine, change));
    }
}

fn judged(engine: &Engine<'_>, change: &Change) -> Option<Finding> {
    let user = change.users.first()?;
    let (kind, word) = (user.kind, user.kind.word());
    let (rule, message, label, about) = match &change.what {
        Changed::Moved { kind, name, from, to } => {
            let message = match kind {
                Kind::Plan => format!("plan `{name}` cannot move: app `{}` is integrated", user.name),
                _ => format!("app `{name}` cannot move: it is integrated"),
            };
            let label = match from {
                Some(from) => format!("from subscription `{from}` to `{to}`"),
                None => format!("to subscription `{to}`"),
            };
            ("vnet.regional.no-subscription-move", message, label, (*kind, name))
        }
        Changed::Resized { subnet, from, to } => {
            let rule = if kind == Kind::Ase { "subnet.ase.v2" } else { "subnet.size-immutable" };
            let message = format!("subnet `{subnet}` cannot be resized: {word} `{}` uses it", user.name);
            (rule, message, format!("from {from} to {to}"), (Kind::Subnet, subnet))
        }
    };
    let about: Option<Thing> = engine.model.names.get(about.0, about.1);
    let found = Finding::of(engine, rule, change.span, about, message)?;
    Some(found.label(label).also(user.span, format!("{word} `{}`", user.name)))
}
