//! tmp
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "repl")]
mod repl;
pub mod diagnostic;
pub mod engine;
pub mod load;
pub mod model;
pub mod net;
pub mod platform;
pub mod query;
pub mod render;
pub mod session;
pub mod source;
pub mod syntax;
pub use session::{Errors, Outcome, Report, Session};
pub use query::Answer;
