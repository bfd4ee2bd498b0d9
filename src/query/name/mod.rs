//! What the words of a question mean: sources, targets, ports, protocols. No flow is walked here.

mod describe;
mod listed;
mod ports;
mod source;
mod target;
mod whose;

pub(super) use describe::{describe, whereabouts};
pub use listed::Listed;
pub(crate) use listed::listed;
pub(crate) use source::SOURCES;
pub(super) use source::source;
pub(crate) use target::TARGETS;
pub(super) use target::{target, target_of, target_thing};
pub(super) use whose::{in_words, whose};

use super::Asked;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{Kind, Thing, name_trouble};
use crate::net::Protocol;
use crate::platform::Platform;
use crate::syntax::ast::{Over, Word};
use crate::syntax::literal;

/// The thing of these kinds that a word names; a name that is declared further down gets both places.
pub(super) fn find(asked: &Asked<'_>, word: &Word, kinds: &[Kind]) -> Result<Thing, Diagnostic> {
    asked.model.names.find(&word.text, kinds).map_err(|trouble| {
        let name = literal::labels(&word.text).join(".");
        let below = asked.below.and_then(|below| below.place(&name));
        let diagnostic = name_trouble(&asked.model.names, word, kinds, trouble);
        match below {
            Some(place) => {
                Diagnostic::error("FN0113", word.span(), format!("`{name}` is declared only below this question"))
                    .also(place, "declared here")
                    .help("a question sees what is declared above it: move one of the two")
            }
            None => diagnostic,
        }
    })
}

/// Reads what follows `over`.
pub(super) fn over(asked: &Asked<'_>, word: &Word) -> Result<Option<Over>, Diagnostic> {
    let text = word.text.to_lowercase();
    if text == "*" {
        return Ok(Some(Over::Any));
    }
    if matches!(text.as_str(), "http" | "https") {
        return Ok(Some(Over::Http));
    }
    if let Some(protocol) = Protocol::named(&text) {
        return Ok(Some(Over::Protocol(protocol)));
    }
    let platform = &asked.model.platform;
    if let Some(application) = platform.application(&text) {
        return Ok(Some(Over::Application(application.name)));
    }
    let known = protocols(platform);
    let help = did_you_mean(&text, known.iter().copied());
    Err(Diagnostic::error("FN0109", word.span(), format!("`{}` is no protocol", word.text))
        .help(help.unwrap_or_else(|| format!("it is one of: {}", known.join(", ")))))
}

/// What may follow `over`.
pub(crate) fn protocols(platform: &Platform) -> Vec<&str> {
    let own = ["tcp", "udp", "icmp", "esp", "ah", "http", "https", "*"];
    own.into_iter().chain(platform.names("application")).collect()
}
