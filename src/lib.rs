//! tmp
pub mod diagnostic;
pub mod net;
pub mod platform;
pub mod source;
pub mod syntax;
