//! Who calls: the words that may stand before `can`. Where the call goes is in [`super::target`].

use super::{describe, find, whereabouts};
use crate::diagnostic::Diagnostic;
use crate::engine::Source;
use crate::model::{Kind, Thing};
use crate::platform::ComputedTag;
use crate::query::Asked;
use crate::query::answer::Taken;
use crate::syntax::ast::Word;
use crate::syntax::literal;

/// The kinds that may be a source.
pub(crate) const SOURCES: &[Kind] = &[Kind::App, Kind::Host, Kind::Subnet, Kind::OnPremises];

/// Reads a source: a name, an address, a prefix, or `Internet`.
pub(in crate::query) fn source(asked: &Asked<'_>, word: &Word) -> Result<(Source, Taken), Diagnostic> {
    let parts = literal::endpoint(&word.text);
    if let Some((ports, start)) = parts.ports {
        let span = word.part(start - 1, start + ports.len());
        return Err(Diagnostic::error("FN0121", span, "a source has no port; say `from-port N` behind the target"));
    }
    if literal::looks_like_address(&word.text) {
        let set = literal::address(parts.target).map_err(|fault| fault.at(word))?.set();
        let taken = Taken { name: word.text.to_string(), text: whereabouts(asked, &set) };
        return Ok((Source::Addresses(set), taken));
    }
    if asked.model.platform.tag(&word.text).is_some_and(|(tag, _)| tag.computed == Some(ComputedTag::Internet)) {
        return Ok((
            Source::Internet,
            Taken { name: word.text.to_string(), text: "any client of the internet".into() },
        ));
    }
    let thing = find(asked, word, SOURCES)?;
    let taken = Taken { name: thing.head(asked.model).name.clone(), text: describe(asked, thing) };
    let source = match thing {
        Thing::App(id) => Source::App(id),
        Thing::Host(id) => Source::Host(id),
        Thing::Subnet(id) => Source::Subnet(id),
        Thing::OnPremises(id) => Source::OnPremises(id),
        _ => return Err(Diagnostic::error("FN0121", word.span(), format!("`{}` cannot be a source", word.plain()))),
    };
    Ok((source, taken))
}
