//! The engine against the oracle: random networks, random questions, the same verdict, however it is asked for. See
//! `tests/oracle/`.
//!
//! `FNET_DIFFERENTIAL_FLOWS` is how many questions are asked (a small number by default), `FNET_DIFFERENTIAL_SEED` the
//! seed to begin with. What ever failed stands in `tests/oracle/seeds.txt` and is always asked.

#[path = "../oracle/mod.rs"]
mod oracle;

mod asked;
mod at_once;
mod differences;
mod everything;
mod lists;
mod matrix;
mod single;
mod told;
