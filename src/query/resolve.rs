//! `resolve NAME from SOURCE`.

use super::answer::{ResolveAnswer, StepAnswer, VerdictWord};
use super::{Asked, name};
use crate::diagnostic::Diagnostic;
use crate::engine::{Asker, Resolution, Source, Verdict};
use crate::model::{Kind, Thing};
use crate::syntax::ast::Word;
use crate::syntax::literal::{self, AddressLiteral};

/// Answers `resolve`.
pub(super) fn resolve(
    asked: &Asked<'_>,
    word: &Word,
    from: Option<&Word>,
    using: Option<&Word>,
) -> Result<ResolveAnswer, Diagnostic> {
    let (asker, who) = asker(asked, from)?;
    let host = host_name(asked, word)?;
    let engine = asked.engine;
    let resolution = match using {
        Some(server) => {
            let address = match literal::address(&server.text).map_err(|fault| fault.at(server))? {
                AddressLiteral::Address(address) => address,
                _ => return Err(Diagnostic::error("FN0109", server.span(), "one address of a name server is wanted")),
            };
            engine.resolve_using(asker, &host, address)
        }
        None => engine.resolve(asker, &host, 0),
    };
    Ok(answer(asked, host, who, &resolution))
}

/// The plain data of a resolution.
pub(super) fn answer(asked: &Asked<'_>, name: String, asker: String, resolution: &Resolution) -> ResolveAnswer {
    let unknown = resolution.steps.iter().any(|step| step.is_unknown());
    let verdict = match (resolution.answers.is_empty(), unknown) {
        (false, _) => VerdictWord::Yes,
        (true, true) => VerdictWord::Unknown,
        (true, false) => VerdictWord::No,
    };
    ResolveAnswer {
        name,
        asker,
        verdict,
        addresses: resolution.answers.iter().map(|ends| ends.to_string()).collect(),
        steps: resolution.steps.iter().map(|step| StepAnswer::of(step, asked, false)).collect(),
        assumptions: resolution.assumptions.clone(),
        remedies: super::reach::remedies(
            asked,
            &resolution.steps,
            if verdict == VerdictWord::Yes { warned(resolution) } else { Verdict::Unknown },
        ),
    }
}

/// An answer with a warning has something to change, too.
fn warned(resolution: &Resolution) -> Verdict {
    let warns = resolution.steps.iter().any(|step| step.mark == crate::engine::Mark::Warn);
    if warns { Verdict::Partly } else { Verdict::Yes }
}

/// Who asks: the source, or somebody on the internet.
pub(super) fn asker(asked: &Asked<'_>, from: Option<&Word>) -> Result<(Asker, String), Diagnostic> {
    let Some(word) = from else { return Ok((Asker::Internet, "the internet".into())) };
    let (source, taken) = name::source(asked, word)?;
    let asker = match source {
        Source::App(id) => Asker::App(id),
        Source::Host(id) => Asker::Host(id),
        Source::Subnet(id) => Asker::Subnet(id),
        Source::OnPremises(id) => Asker::Site(id),
        Source::Internet => Asker::Internet,
        Source::Addresses(set) => {
            let subnet = asked.model.subnets().find(|(_, subnet)| set.is_subset(&subnet.addresses()));
            subnet.map_or(Asker::Nowhere, |(id, _)| Asker::Subnet(id))
        }
    };
    Ok((asker, taken.name))
}

/// A dotted word is a host name first; a declared service or app means its host name.
pub(super) fn host_name(asked: &Asked<'_>, word: &Word) -> Result<String, Diagnostic> {
    let engine = asked.engine;
    let named = asked.model.names.find(&word.text, &[Kind::Service, Kind::App, Kind::Host]);
    let dotted = word.text.contains('.') && !word.text.starts_with('"');
    match named {
        Ok(Thing::Service(id)) if !dotted || asked.model.names.get(Kind::Service, &word.text).is_some() => {
            Ok(engine.service_names(id).into_iter().next().map_or_else(|| word.plain(), |known| known.name))
        }
        Ok(Thing::App(id)) if !dotted || asked.model.names.get(Kind::App, &word.text).is_some() => {
            Ok(engine.app_names(id).into_iter().next().unwrap_or_else(|| word.plain()))
        }
        _ => {
            let host = word.plain().to_lowercase();
            if literal::is_host_name(&host, 1) {
                return Ok(host);
            }
            Err(Diagnostic::error("FN0109", word.span(), format!("`{}` is not a DNS name", word.plain())))
        }
    }
}
