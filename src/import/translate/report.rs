//! What became of each resource, as data.

use super::estate::Estate;
use crate::platform::Becomes;
use crate::source::Span;

/// What became of the resources.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Each resource of the input.
    pub resources: Vec<Told>,
    /// What is not understood of resources that were translated.
    pub notes: Vec<Note>,
}

/// What became of a resource.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// Where it is declared.
    pub at: Span,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is declared in the source, under that kind and name, or as a part of that.
    Translated(String),
    /// It is listed only, for that reason.
    Listed(String),
    /// It says nothing of the network.
    Aside,
}

/// Something that is not understood of a resource that was translated all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The resource's id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// Where it stands.
    pub at: Span,
    /// What is not understood, and what that means.
    pub text: String,
}

impl Report {
    /// The resources of each type, types in order: how many were translated, and those that are listed.
    pub fn by_kind(&self) -> Vec<(&str, usize, Vec<&Told>)> {
        let mut kinds: Vec<(&str, usize, Vec<&Told>)> = Vec::new();
        for told in self.resources.iter().filter(|told| told.outcome != Outcome::Aside) {
            let at = kinds.iter().position(|(kind, ..)| kind.eq_ignore_ascii_case(&told.kind)).unwrap_or_else(|| {
                kinds.push((&told.kind, 0, Vec::new()));
                kinds.len() - 1
            });
            match told.outcome {
                Outcome::Translated(_) => kinds[at].1 += 1,
                _ => kinds[at].2.push(told),
            }
        }
        kinds.sort_by_key(|(kind, ..)| kind.to_lowercase());
        kinds
    }
}

impl Estate<'_> {
    /// Says of every resource that nothing has been said of why.
    pub(super) fn list_the_rest(&mut self) {
        let found = self.found;
        for (at, resource) in found.resources.iter().enumerate() {
            if self.outcomes[at].is_some() {
                continue;
            }
            let outcome = if resource.is_existing {
                Outcome::Listed("it is only referred to: its properties are not stated".into())
            } else {
                self.outcome_of_kind(&resource.kind)
            };
            self.outcomes[at] = Some(outcome);
        }
    }

    fn outcome_of_kind(&self, kind: &str) -> Outcome {
        match self.platform.arm_resource(kind).map(|known| known.becomes.clone()) {
            Some(Becomes::Aside) => Outcome::Aside,
            Some(Becomes::Listed(reason)) => Outcome::Listed(reason),
            Some(Becomes::Kind(_) | Becomes::PartOf(_)) => Outcome::Listed("what it belongs to is not told".into()),
            // A child of what is listed or set aside is so too.
            None => match kind.rsplit_once('/') {
                Some((parent, _)) if parent.contains('/') => match self.outcome_of_kind(parent) {
                    Outcome::Listed(reason) if self.platform.arm_resource(parent).is_some() => Outcome::Listed(reason),
                    other if !is_of_networks(kind) => match other {
                        Outcome::Listed(_) => Outcome::Aside,
                        other => other,
                    },
                    _ => Outcome::Listed("fnet has no word for this type".into()),
                },
                _ if is_of_networks(kind) => Outcome::Listed("fnet has no word for this type".into()),
                _ => Outcome::Aside,
            },
        }
    }

    pub(super) fn report(&mut self) -> Report {
        let told = self.found.resources.iter().zip(&self.outcomes).map(|(resource, outcome)| Told {
            id: resource.id.clone(),
            kind: resource.kind.clone(),
            at: resource.at,
            outcome: outcome.clone().unwrap_or(Outcome::Aside),
        });
        let told = told.chain(self.found.left_out.iter().cloned());
        Report { resources: told.collect(), notes: std::mem::take(&mut self.notes) }
    }
}

/// Is it a type of Azure's networks?
pub(super) fn is_of_networks(kind: &str) -> bool {
    kind.to_lowercase().starts_with("microsoft.network/")
}
