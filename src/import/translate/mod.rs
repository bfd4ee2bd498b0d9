//! Resources as source: formatted, grouped as a person would, with what was not understood listed at the end.
//!
//! A noun has a file, and each makes drafts of declarations of its resources. A resource is translated whole or listed with
//! its reason: what lacks a rule or an address means something else. What the resources refer to and do not hold stands in
//! `elsewhere.rs`. Nothing here knows which files the resources came from.

mod app;
mod draft;
mod elsewhere;
mod endpoint;
mod estate;
mod facts;
mod gateway;
mod machine;
mod network;
mod plan;
mod report;
mod routing;
mod security;
mod service;
mod source;

pub use report::{Note, Outcome, Report, Told};

use super::Found;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use estate::Estate;

/// What an import comes to.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The network, as fnet.
    pub source: String,
    /// What became of each resource.
    pub report: Report,
    /// What was wrong with the input.
    pub diagnostics: Vec<Diagnostic>,
    /// Parameters whose values decide, and which have none: the name, and a place that needs it.
    pub wanted: Vec<(String, Span)>,
}

/// Makes source of resources.
pub fn translate(found: Found) -> Imported {
    let mut estate = Estate::of(&found);
    estate.app_names();
    estate.application_groups();
    estate.security_groups();
    estate.route_tables();
    estate.nat_gateways();
    estate.networks();
    estate.stated_addresses();
    estate.peerings();
    estate.gateways();
    estate.machines();
    estate.application_gateways();
    estate.load_balancers();
    estate.firewalls();
    estate.public_addresses();
    estate.services();
    estate.environments();
    estate.plans();
    estate.apps();
    estate.zone_names();
    estate.private_endpoints();
    estate.zones();
    estate.resolvers();
    estate.declare_elsewhere();
    estate.list_the_rest();
    let report = estate.report();
    let source = estate.source(&report);
    let (mut diagnostics, wanted) = (std::mem::take(&mut estate.diagnostics), std::mem::take(&mut estate.wanted));
    diagnostics.splice(0..0, found.diagnostics);
    Imported { source, report, diagnostics, wanted }
}
