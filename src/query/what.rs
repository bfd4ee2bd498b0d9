//! `what can SOURCE reach`: everything, exactly.

use super::answer::{EndWord, ReachableAnswer, Taken};
use super::estate::{Callee, Narrowed, callees};
use super::reachable::{Reached, answer, out_of_place};
use super::{Asked, name, reach};
use crate::diagnostic::Diagnostic;
use crate::engine::{Ends, Source, Target};
use crate::net::AddressSet;
use crate::source::Span;
use crate::syntax::ast::{How, Value, Values, Word};
use crate::syntax::literal;

/// Answers `what can SOURCE reach`.
pub(super) fn what(
    asked: &Asked<'_>,
    source: &Word,
    how: &[How],
    span: Span,
    explained: bool,
) -> Result<ReachableAnswer, Diagnostic> {
    let (source, source_taken) = name::source(asked, source)?;
    let (narrowed, within) = narrowed(asked, how)?;
    let narrowed = Narrowed { briefly: !explained, only_open: !explained, ..narrowed };
    let (mut scopes, mut taken) = match &within {
        Some(values) => scopes(asked, values, &source, &narrowed)?,
        None => (vec![Scope::everything(asked, narrowed)], Vec::new()),
    };
    taken.insert(0, source_taken);
    let all = |scopes: &[Scope]| scopes.iter().flat_map(|scope| reached(asked, &source, scope)).collect::<Vec<_>>();
    let mut reached = all(&scopes);
    // Where nothing passes, all that denies is told.
    if !reached.iter().any(Reached::is_open) {
        scopes.iter_mut().for_each(|scope| scope.narrowed.only_open = false);
        reached = all(&scopes);
    }
    Ok(answer(asked, span, EndWord::Destination, taken, reached, explained))
}

/// Where flows may go, of which all are asked about.
pub(super) struct Scope {
    addresses: AddressSet,
    callees: Vec<Callee>,
    narrowed: Narrowed,
}

impl Scope {
    /// Everywhere.
    pub(super) fn everything(asked: &Asked<'_>, narrowed: Narrowed) -> Self {
        Self { addresses: AddressSet::all(), callees: callees(asked), narrowed }
    }
}

/// What becomes of all flows from a source.
pub(super) fn reached(asked: &Asked<'_>, source: &Source, scope: &Scope) -> Vec<Reached> {
    let mut all = Vec::new();
    if !scope.addresses.is_empty() {
        let question = scope.narrowed.to_addresses(source.clone(), scope.addresses.clone());
        all.extend(asked.engine.walk(&question).into_iter().map(|part| {
            let end = part.flows.destination.clone();
            Reached { part, end, name: None, host: None }
        }));
    }
    for callee in &scope.callees {
        let question = scope.narrowed.to_callee(source.clone(), callee);
        let host = match &callee.target {
            Target::Name(host, _) => Some(host.clone()),
            Target::Ends(_) => None,
        };
        all.extend(asked.engine.walk(&question).into_iter().map(|part| {
            let end = part.flows.destination.clone();
            Reached { part, end, name: Some(callee.name.clone()), host: host.clone() }
        }));
    }
    all
}

/// The qualifiers of a question about all flows.
pub(super) fn narrowed<'h>(asked: &Asked<'_>, how: &'h [How]) -> Result<(Narrowed, Option<&'h Values>), Diagnostic> {
    let mut narrowed = Narrowed::default();
    let mut within = None;
    for how in how {
        match how {
            How::Over(word) => narrowed.over = name::over(asked, word)?,
            How::FromPort(word) => {
                narrowed.source_ports = literal::ports(&word.text).map_err(|fault| fault.at(word))?;
            }
            How::For(word) => narrowed.traffic = reach::traffic_of(word)?,
            How::Within(values) => within = Some(values),
            How::Header(filter) => return Err(out_of_place(filter.name.span(), "`header`")),
            How::HostName(word) => return Err(out_of_place(word.span(), "`host-name`")),
        }
    }
    Ok((narrowed, within))
}

/// The places of `within`, each with the ports behind it.
fn scopes(
    asked: &Asked<'_>,
    values: &[Value],
    source: &Source,
    narrowed: &Narrowed,
) -> Result<(Vec<Scope>, Vec<Taken>), Diagnostic> {
    let (mut scopes, mut taken) = (Vec::new(), Vec::new());
    for value in values {
        let Some(word) = value.word() else {
            return Err(Diagnostic::error("FN0109", value.span(), "`within` names prefixes, networks and services"));
        };
        let read = name::target(asked, word, source)?;
        let mut narrowed = narrowed.clone();
        if let Some((ports, _)) = literal::endpoint(&word.text).ports {
            narrowed.ports = literal::ports(ports).unwrap_or(narrowed.ports);
        }
        let mut scope = Scope { addresses: AddressSet::empty(), callees: Vec::new(), narrowed };
        let named = |callee: &Callee| match &read.target {
            Target::Name(host, _) if read.named.is_none() => {
                matches!(&callee.target, Target::Name(known, _) if known.eq_ignore_ascii_case(host))
            }
            target => read.named == Some(callee.thing) || callee.target == *target,
        };
        match &read.target {
            Target::Ends(Ends::Set(set)) => scope.addresses = set.clone(),
            _ => scope.callees = callees(asked).into_iter().filter(|callee| named(callee)).collect(),
        }
        if scope.addresses.is_empty() && scope.callees.is_empty() {
            let message = format!("`{}` is nothing whose flows are known one by one", word.text);
            let help = "`within` takes prefixes, subnets, networks, sites, hosts, services and apps";
            return Err(Diagnostic::error("FN0121", word.span(), message).help(help));
        }
        taken.push(read.taken);
        scopes.push(scope);
    }
    Ok((scopes, taken))
}
