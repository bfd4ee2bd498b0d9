//! What types of Azure Resource Manager are in fnet. How one becomes the other is the import's.

use crate::platform::reader::Reader;
use crate::syntax::ast::Declaration;

/// A type of Azure Resource Manager, seen by the import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArmResource {
    /// The type, as Azure spells it.
    pub kind: String,
    /// What becomes of it.
    pub becomes: Becomes,
}

/// What becomes of a type of resource in fnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// A declaration of that kind.
    Kind(String),
    /// A part of another declaration, of that kind or of whatever has it.
    PartOf(String),
    /// It says nothing of the network.
    Aside,
    /// fnet has no word for it, for that reason.
    Listed(String),
}

impl ArmResource {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        let becomes = match (r.word("becomes"), r.word("part-of")) {
            (Some(kind), _) => Becomes::Kind(kind),
            (_, Some(of)) => Becomes::PartOf(of),
            _ if r.is_on("aside") => Becomes::Aside,
            _ => Becomes::Listed(r.text("listed")),
        };
        Self { kind: name.to_string(), becomes }
    }
}
