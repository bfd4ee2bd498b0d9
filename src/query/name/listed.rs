//! The names that a question may hold, for those who type it: with what they are, and of targets with the ports that are
//! their own.

use super::{describe, target_of};
use crate::engine::Source;
use crate::model::{Kind, Thing};
use crate::query::Asked;

/// A name that may stand in a question or a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The whole name.
    pub name: String,
    /// What it names.
    pub kind: Kind,
    /// What that is, in a few words.
    pub about: String,
    /// The ports that are its own; none unless it is listed as a target.
    pub ports: Option<String>,
}

/// How many names are described: more help nobody to choose.
const MOST: usize = 200;

/// The declared names of some kinds that begin like this, whole or behind their last dot.
pub(crate) fn listed(asked: &Asked<'_>, kinds: &[Kind], begun: &str, are_targets: bool) -> Vec<Listed> {
    let begun = begun.trim_start_matches('"');
    let begins =
        |name: &str| name.starts_with(begun) || name.split_once('.').is_some_and(|(_, own)| own.starts_with(begun));
    let names = asked.model.names.iter().filter(|(name, thing)| kinds.contains(&thing.kind()) && begins(name));
    names.take(MOST).map(|(name, thing)| of(asked, name, thing, are_targets)).collect()
}

fn of(asked: &Asked<'_>, name: &str, thing: Thing, is_target: bool) -> Listed {
    let ports = is_target.then(|| target_of(asked, thing, &Source::Internet).ports).flatten();
    Listed {
        name: name.to_string(),
        kind: thing.kind(),
        about: describe(asked, thing).trim().to_string(),
        ports: ports.map(|ports| ports.to_string()).filter(|ports| !ports.is_empty()),
    }
}
