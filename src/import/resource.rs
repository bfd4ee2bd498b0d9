//! A resource in the shape of Azure Resource Manager, wherever it came from. It says what stands there and judges nothing.

use super::json::Json;
use crate::source::Span;

/// A resource as Azure Resource Manager would be given it, or would tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The whole id, `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/hub`. What is not
    /// known of it stands there in braces, such as `{resource-group}`.
    pub id: String,
    /// The type with its parents: `Microsoft.Network/virtualNetworks/subnets`.
    pub kind: String,
    /// The name with those of its parents: `hub/data`.
    pub name: String,
    /// The region as it is written there.
    pub location: Option<String>,
    /// The resource whole: `sku`, `kind`, `tags`, `identity`, `properties`. Its child resources are resources of their own.
    pub body: Json,
    /// Where it is declared.
    pub at: Span,
    /// Is it only referred to, and not deployed?
    pub is_existing: bool,
}

impl Resource {
    /// Is it of that type, in any case?
    pub fn is_a(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind)
    }

    /// What a path leads to below `properties`.
    pub fn property(&self, path: &str) -> Option<&Json> {
        self.body.get("properties")?.at_path(path)
    }

    /// Its own name, without those of its parents.
    pub fn own_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}
