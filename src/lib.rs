//! tmp
pub mod diagnostic;
pub mod net;
pub mod source;
pub mod syntax;
