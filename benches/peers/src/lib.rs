//! What the peers are asked with. One workload a binary, in `src/bin`.

pub mod bdd;
pub mod z3;
