//! fnet is a small declarative language for Azure Functions networking. Declare apps, hosting plans, virtual networks,
//! security groups, routes, private endpoints and DNS zones, ask whether an app reaches a host and port, and get the
//! answer that Azure would give, with every rule of the platform and every line of yours that decided it.
//!
//! ```
//! let mut net = fnet::Session::new();
//! net.load(include_str!("../examples/orders.fnet"))?;
//!
//! let answer = net.ask("can app1 reach 10.2.0.4:1433")?;
//! assert!(answer.is_no());
//! assert!(answer.to_string().starts_with("no, dropped: nsg egress denies it at rule 110 (block-sql)"));
//! # Ok::<(), fnet::Errors>(())
//! ```
//!
//! An answer is plain data: [`Answer`] has what `Display` prints, and serde makes JSON of it.
//!
//! ```
//! use fnet::Answer;
//!
//! let mut net = fnet::Session::new();
//! net.load("edition 2026\nplan y1 { tier Consumption }\napp reader on y1")?;
//! let Answer::Reach(answer) = net.ask("can reader reach 10.0.0.4:1433")? else { unreachable!() };
//! assert_eq!(answer.outcome.as_deref(), Some("dropped"));
//! assert_eq!(answer.decided_by.as_deref(), Some("scope.no-integration"));
//! # Ok::<(), fnet::Errors>(())
//! ```
//!
//! What is wrong with a script comes back as data, too, and prints with the place underlined.
//!
//! ```
//! let mut net = fnet::Session::new();
//! let errors = net.load("vnet hub 10.0.0.0/33").unwrap_err();
//! assert_eq!(errors.diagnostics[0].code, "FN0110");
//! ```
//!
//! # Where things are
//!
//! [`Session`] is a conversation: load, enter, ask. [`mod@query::answer`] has the answers, [`diagnostic`] what can be
//! wrong, [`platform`] the facts of Azure that the stdlib declares, edition by edition, [`net`] exact sets of
//! addresses, ports and flows. The rest is how it works: [`syntax`] reads, [`model`] resolves names, [`engine`] decides,
//! [`render`] prints, [`conversation`] is the prompt without its terminal.
//!
//! # Features
//!
//! `cli` (default) is the command line, `repl` (default) the prompt. With neither, the library pulls in
//! nothing for terminals.

#[cfg(feature = "cli")]
pub mod cli;
pub mod conversation;
pub mod diagnostic;
#[cfg(feature = "doctest")]
pub mod doctest;
pub mod engine;
pub mod flowlog;
#[cfg(feature = "import")]
pub mod import;
pub mod load;
pub mod model;
pub mod net;
pub mod platform;
pub mod query;
pub mod render;
#[cfg(feature = "repl")]
mod repl;
pub mod session;
pub mod source;
pub mod syntax;
#[cfg(feature = "watch")]
mod watch;

pub use query::Answer;
pub use session::{Errors, Outcome, Report, Session, format};
