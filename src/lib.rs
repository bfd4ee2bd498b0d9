//! tmp
pub mod diagnostic;
pub mod engine;
pub mod model;
pub mod net;
pub mod platform;
pub mod query;
pub mod source;
pub mod syntax;
