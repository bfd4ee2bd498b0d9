//! Types of trigger, and what applications do over TCP. The triggers of an app are the model's.

use crate::platform::reader::Reader;
use crate::syntax::ast::Declaration;
use crate::syntax::literal::{self, Version};

/// A type of trigger.
#[derive(Clone, Debug)]
pub struct TriggerType {
    /// The language's word.
    pub name: String,
    /// What Azure calls it.
    pub title: String,
    /// Does it name a resource that must be reached?
    pub needs_source: bool,
    /// May it make the app scale?
    pub scales: bool,
    /// The package of its extension.
    pub package: Option<String>,
    /// The least version of the extension with which a source inside a network scales the app.
    pub minimum: Option<Version>,
    /// The same where scaling is target-based; none where that does not apply.
    pub target_minimum: Option<Version>,
    /// The endpoints of its source; empty for the first of the service.
    pub endpoints: Vec<String>,
    /// The port that it listens to; none for those of the endpoint.
    pub port: Option<u16>,
    /// The rule that speaks of a source that admits a network alone.
    pub rule_restricted: Option<String>,
}

impl TriggerType {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        let version = |name: &str| r.word(name).and_then(|word| literal::version(&word));
        Self {
            name: name.to_string(),
            title: r.text("title"),
            needs_source: r.is_on("needs-source"),
            scales: r.is_on("scales"),
            package: r.word("package"),
            minimum: version("minimum"),
            target_minimum: version("target-based-minimum"),
            endpoints: r.words("endpoint"),
            port: r.number("port").and_then(|port| u16::try_from(port).ok()),
            rule_restricted: r.word("rule-restricted"),
        }
    }
}

/// What an application does over TCP, as a question may name it.
#[derive(Clone, Debug)]
pub struct Application {
    /// The language's word.
    pub name: &'static str,
    /// What people call it.
    pub title: String,
    /// The rule by which an integration does not carry it.
    pub unsupported: Option<String>,
    /// The rule by which a Hybrid Connection does not carry it.
    pub unsupported_by_hybrid: Option<String>,
}

impl Application {
    pub(in crate::platform) fn read(name: &'static str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self {
            name,
            title: r.text("title"),
            unsupported: r.word("unsupported"),
            unsupported_by_hybrid: r.word("unsupported-by-hybrid"),
        }
    }
}
