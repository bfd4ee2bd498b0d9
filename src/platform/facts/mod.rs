//! What the facts are, typed: one struct a kind of the stdlib. The facts themselves stand in the stdlib, none here.

mod interface;
mod log;
mod network;
mod plan;
mod resource;
mod rule;
mod service;
mod terraform;
mod trigger;

pub use interface::Interface;
pub use log::FlowLogForm;
pub use network::{ComputedTag, DefaultRule, NeededTraffic, Region, ServiceTag, SystemRoute};
pub use plan::{AppSetting, Feature, FeatureCell, NetworkTriggers, PlanType, Scaling};
pub use resource::{ArmResource, Becomes};
pub use rule::{Document, OpenPoint, Rule, RuleClass, Suspect, SuspectList, Topic};
pub use service::{FirewallRules, ServiceEndpointType, ServiceType};
pub use terraform::{PathStep, TerraformAttribute, TerraformLine, TerraformType};
pub use trigger::{Application, TriggerType};
