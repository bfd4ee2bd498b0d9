//! The oracle: a small, slow, second statement of the fact sheet that shares no code with the library, and random
//! networks to ask both about. `tests/differential/` compares them.

pub mod evaluate;
pub mod names;
pub mod plain;
pub mod public;
pub mod random;
pub mod routes;
pub mod security;
pub mod shrink;
pub mod text;
pub mod worlds;
