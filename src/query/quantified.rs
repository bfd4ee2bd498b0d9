//! `assert only A, B can reach T`, `assert every KIND can`, `assert no KIND can`: claims about everybody, each refuted by
//! one concrete flow.

use super::answer::{Answer, Taken, VerdictWord};
use super::because::{actual, decided, refuted};
use super::check::{Outcome, fails};
use super::estate::{Caller, callers};
use super::{Asked, name, reach, rests};
use crate::diagnostic::Diagnostic;
use crate::engine::{Part, Question, Source, Verdict};
use crate::model::{Kind, Thing};
use crate::net::{AddressSet, PortSet};
use crate::source::Span;
use crate::syntax::ast::{Because, How, Value, Word};

/// A claim about who can reach a target.
pub(super) struct Claimed<'a> {
    pub(super) target: &'a Word,
    pub(super) how: &'a [How],
    pub(super) because: &'a [Because],
    pub(super) span: Span,
}

impl Claimed<'_> {
    /// What becomes of one caller's flows: all of them, whatever their source port, where `whole`.
    fn judged(&self, asked: &Asked<'_>, caller: &Caller, whole: bool) -> Result<reach::Judged, Diagnostic> {
        let (mut question, taken) =
            reach::question_from(asked, caller.source.clone(), self.target, self.how, self.span)?;
        if whole {
            let source_ports = question.source_ports.take().or_else(|| Some(PortSet::all()));
            question = Question { source_ports, every_address: true, ..question };
        }
        let of_caller = Taken { name: caller.name.clone(), text: String::new() };
        let text = format!("can {} reach {}", caller.name, self.target.text);
        let found = reach::judged_of(asked, question, vec![of_caller, taken], text);
        rests::parts(&found.parts);
        Ok(found)
    }

    /// Is it the target itself, which nobody asks about?
    fn is_target(&self, asked: &Asked<'_>, caller: &Caller) -> bool {
        caller.thing.is_some() && caller.thing == name::target_thing(asked, self.target)
    }

    /// The diagnostic of a caller whose flows are not as claimed, with one flow that shows it.
    fn refuted(
        &self,
        asked: &Asked<'_>,
        caller: &Caller,
        found: reach::Judged,
        part: Option<&Part>,
        claimed: &str,
    ) -> Result<Outcome, Diagnostic> {
        let verdict = found.answer.verdict;
        let mut diagnostic =
            Diagnostic::error("FN0120", self.span, format!("{}: the answer is {}", caller.name, verdict.word()));
        if let Some(flow) = part.and_then(|part| part.flows.example()) {
            diagnostic = diagnostic.note(format!("for one: {flow}"));
        }
        fails(diagnostic.label(format!("claimed: {claimed}")), Answer::Reach(found.told(asked, false)))
    }
}

/// Those whom a claim names.
#[derive(Default)]
struct Named {
    things: Vec<Thing>,
    addresses: AddressSet,
    internet: bool,
}

impl Named {
    fn of(asked: &Asked<'_>, sources: &[Value]) -> Result<Self, Diagnostic> {
        let mut named = Self::default();
        for word in sources.iter().filter_map(Value::word) {
            if let Ok(thing) = asked.model.names.find(&word.text, &[Kind::Vnet]) {
                named.things.push(thing);
                continue;
            }
            match name::source(asked, word)?.0 {
                Source::App(id) => named.things.push(Thing::App(id)),
                Source::Host(id) => named.things.push(Thing::Host(id)),
                Source::Subnet(id) => named.things.push(Thing::Subnet(id)),
                Source::OnPremises(id) => named.things.push(Thing::OnPremises(id)),
                Source::Addresses(set) => named.addresses = named.addresses.union(&set),
                Source::Internet => named.internet = true,
            }
        }
        Ok(named)
    }

    /// Is it one of them, or within one of them?
    fn has(&self, asked: &Asked<'_>, caller: &Caller) -> bool {
        let Some(thing) = caller.thing else { return self.internet };
        let place = match thing {
            Thing::Host(id) => asked.model[id].place,
            Thing::App(id) => asked.engine.integration_subnet(id).map(Thing::Subnet),
            _ => None,
        };
        let subnet = match place.unwrap_or(thing) {
            Thing::Subnet(id) => Some(id),
            _ => None,
        };
        let network = subnet.map(|id| Thing::Vnet(asked.model[id].vnet));
        [Some(thing), place, network].into_iter().flatten().any(|thing| self.things.contains(&thing))
    }
}

/// `only A, B can reach T`: each of them can, and nobody else: no app, host, machine, site or client of the internet.
pub(super) fn only(asked: &Asked<'_>, sources: &[Value], claimed: &Claimed<'_>) -> Result<Outcome, Diagnostic> {
    let named = Named::of(asked, sources)?;
    for caller in callers(asked) {
        if claimed.is_target(asked, &caller) {
            continue;
        }
        if caller.thing.is_some_and(|thing| named.things.contains(&thing)) || caller.thing.is_none() && named.internet {
            let found = claimed.judged(asked, &caller, false)?;
            if found.answer.verdict != VerdictWord::Yes {
                return claimed.refuted(asked, &caller, found, None, "`can`");
            }
        } else if !named.has(asked, &caller) {
            let found = claimed.judged(asked, &caller, true)?;
            let others = |part: &&Part| {
                let known = part.flows.source.symbol().is_none() && !part.flows.source.is_empty();
                !(known && part.flows.source.possible().is_subset(&named.addresses))
            };
            let wrong =
                found.parts.iter().filter(others).find(|part| !matches!(part.verdict(), Verdict::No(_))).cloned();
            if let Some(part) = wrong {
                return claimed.refuted(asked, &caller, found, Some(&part), "nobody else can");
            }
        }
    }
    Ok(Outcome::Holds)
}

/// `every KIND can reach T`, `no KIND can reach T`.
pub(super) fn every(asked: &Asked<'_>, kind: &Word, every: bool, claimed: &Claimed<'_>) -> Result<Outcome, Diagnostic> {
    let Some(wanted) = Kind::named(&kind.text).filter(|kind| name::SOURCES.contains(kind)) else {
        let message = format!("`{}` is no kind of source", kind.text);
        return Err(
            Diagnostic::error("FN0109", kind.span(), message).help("it is one of: app, host, subnet, on-premises")
        );
    };
    let words = format!("`{} {} can`", if every { "every" } else { "no" }, kind.text);
    let all = callers(asked).into_iter().filter(|caller| caller.thing.is_some_and(|thing| thing.kind() == wanted));
    for caller in all.filter(|caller| !claimed.is_target(asked, caller)) {
        let found = claimed.judged(asked, &caller, !every)?;
        let as_claimed = |part: &&Part| match part.verdict() {
            Verdict::Yes => every,
            Verdict::No(_) => !every,
            _ => false,
        };
        let wrong = found.parts.iter().find(|part| !as_claimed(part)).cloned();
        if let Some(part) = wrong {
            return claimed.refuted(asked, &caller, found, Some(&part), &words);
        }
        let parts = &found.parts;
        if let Some(mut diagnostic) =
            refuted(asked, claimed.because, |wanted| decided(parts, wanted), || actual(parts))?
        {
            diagnostic.message = format!("{}: {}", caller.name, diagnostic.message);
            return fails(diagnostic, Answer::Reach(found.told(asked, false)));
        }
    }
    Ok(Outcome::Holds)
}
