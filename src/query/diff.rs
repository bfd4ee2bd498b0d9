//! `diff "FILE"`: the flows that one network allows and another does not, each with what decides it in either.
//!
//! Both are asked the same questions of the one evaluator, and what their answers share is compared flow by flow. What
//! is declared in one of them alone is not there in the other: nothing calls from it and nothing reaches it.

use super::answer::{AdmissionAnswer, DiffAnswer, DiffGroup, DiffSide, VerdictWord};
use super::estate::{Caller, Narrowed, callers};
use super::reachable::{Gathered, Reached, admission, admissions};
use super::what::{Scope, reached};
use super::{Asked, Other};
use crate::diagnostic::Diagnostic;
use crate::engine::{Ends, Engine, Flows, LISTENS, Outcome, Verdict};
use crate::model::Thing;
use crate::net::PortSet;
use crate::syntax::ast::Word;

/// Answers `diff "FILE"`.
pub(super) fn diff(asked: &Asked<'_>, file: &Word) -> Result<DiffAnswer, Diagnostic> {
    let other = (asked.open)(file)?;
    Ok(between(asked, &other, "what is declared"))
}

/// The flows that differ between what is declared and another network.
pub(crate) fn between(before: &Asked<'_>, other: &Other, name: &str) -> DiffAnswer {
    let engine = Engine::of(&other.model);
    let after = Asked {
        model: &other.model,
        engine: &engine,
        declared: &other.declared,
        scope: &other.scope,
        sources: &other.sources,
        ..*before
    };
    let changes = changes(before, &after);
    DiffAnswer { before: name.into(), after: other.name.clone(), groups: groups(before, &after, changes) }
}

/// Flows of a caller whose verdict differs, with what decides them before and after.
pub(super) struct Change {
    caller: String,
    flows: Flows,
    name: Option<String>,
    host: Option<String>,
    before: DiffSide,
    after: DiffSide,
}

/// Every flow whose verdict differs between two networks.
pub(super) fn changes(before: &Asked<'_>, after: &Asked<'_>) -> Vec<Change> {
    let (old, new) = (callers(before), callers(after));
    let same = |a: &Caller, b: &Caller| a.name == b.name && a.thing.map(Thing::kind) == b.thing.map(Thing::kind);
    let mut pairs: Vec<(Option<&Caller>, Option<&Caller>)> = Vec::new();
    pairs.extend(old.iter().map(|caller| (Some(caller), new.iter().find(|other| same(caller, other)))));
    let added = new.iter().filter(|caller| !old.iter().any(|other| same(caller, other)));
    pairs.extend(added.map(|caller| (None, Some(caller))));
    pairs.into_iter().flat_map(|(old, new)| of_caller(before, after, old, new)).collect()
}

fn of_caller(before: &Asked<'_>, after: &Asked<'_>, old: Option<&Caller>, new: Option<&Caller>) -> Vec<Change> {
    let everything = |asked: &Asked<'_>, caller: Option<&Caller>| {
        let scope = Scope::everything(asked, Narrowed::default());
        caller.map(|caller| reached(asked, &caller.source, &scope)).unwrap_or_default()
    };
    let (was, is) = (everything(before, old), everything(after, new));
    let Some(caller) = old.or(new) else { return Vec::new() };
    // An app and a machine are the same whatever addresses they have; of others the addresses are all there is.
    let by_address = !matches!(caller.thing, Some(Thing::App(_) | Thing::Host(_)));
    // Of several names of one thing each is compared with itself, but for one that the other network does not know.
    let knows =
        |all: &[Reached], one: &Reached| all.iter().any(|other| other.name == one.name && other.host == one.host);
    let fits = |old: &Reached, new: &Reached| {
        old.name == new.name && (old.host == new.host || !knows(&is, old) && !knows(&was, new))
    };
    let mut changes = Vec::new();
    for old in &was {
        let others = is.iter().filter(|new| fits(old, new));
        let shared: Vec<(&Reached, Flows)> =
            others.filter_map(|new| Some((new, common(old, new, by_address)?))).collect();
        let told = |at: usize| by_address || !is_other_part(old, at, &shared);
        for (new, flows) in shared.iter().enumerate().filter(|(at, _)| told(*at)).map(|(_, one)| one.clone()) {
            let (before_side, after_side) = (side(before, old), side(after, new));
            if before_side.verdict != after_side.verdict && !nobody_listens(old, new) {
                let (name, host) = (new.name.clone(), new.host.clone());
                let (before, after) = (before_side, after_side);
                changes.push(Change { caller: caller.name.clone(), flows, name, host, before, after });
            }
        }
    }
    let alone = |mine: &Reached, theirs: &[Reached], fits: &dyn Fn(&Reached, &Reached) -> bool| {
        theirs.is_empty() || mine.name.is_some() && !theirs.iter().any(|other| fits(mine, other))
    };
    let nothing = || DiffSide { verdict: VerdictWord::No, is_declared: false, by: Vec::new() };
    // All that a new caller may do is told in one place.
    let only = |asked: &Asked<'_>, mine: &Reached| match old.is_some() && new.is_some() {
        true => side(asked, mine),
        false => DiffSide { by: Vec::new(), ..side(asked, mine) },
    };
    let change = |mine: &Reached, before: DiffSide, after: DiffSide| {
        (before.verdict != after.verdict).then(|| Change {
            caller: caller.name.clone(),
            flows: mine.part.flows.clone(),
            name: mine.name.clone(),
            host: mine.host.clone(),
            before,
            after,
        })
    };
    let gone = was.iter().filter(|mine| alone(mine, &is, &fits));
    changes.extend(gone.filter_map(|mine| change(mine, only(before, mine), nothing())));
    let come = is.iter().filter(|mine| alone(mine, &was, &|new, old| fits(old, new)));
    changes.extend(come.filter_map(|mine| change(mine, nothing(), only(after, mine))));
    changes
}

/// The flows that are in both; by a name they may go to different addresses.
fn common(old: &Reached, new: &Reached, by_address: bool) -> Option<Flows> {
    let (old_flows, new_flows) = (&old.part.flows, &new.part.flows);
    let set = |a: &Ends, b: &Ends| match (a, b) {
        (Ends::Set(a), Ends::Set(b)) => Some(Ends::Set(a.intersection(b))).filter(|ends| !ends.is_empty()),
        (Ends::Symbol(a), Ends::Symbol(b)) => (a.text == b.text).then(|| Ends::Symbol(b.clone())),
        _ => None,
    };
    let destination = match old.name {
        Some(_) => new_flows.destination.clone(),
        None => set(&old_flows.destination, &new_flows.destination)?,
    };
    let source = match by_address {
        true => set(&old_flows.source, &new_flows.source)?,
        false => new_flows.source.clone(),
    };
    let protocols = old_flows.protocols.intersection(new_flows.protocols);
    let ports = old_flows.ports.intersection(&new_flows.ports);
    let every = PortSet::all();
    let from = |flows: &Flows| flows.source_ports.clone().unwrap_or_else(|| every.clone());
    let source_ports = from(old_flows).intersection(&from(new_flows));
    let none = protocols.is_empty() || ports.is_empty() || source_ports.is_empty();
    (!none).then_some(Flows { source, destination, protocols, source_ports: Some(source_ports), ports })
}

/// Is what the two share only told of other addresses of the caller? What it does from one of its addresses is then compared
/// with what it does from the same one, which another part has.
fn is_other_part(old: &Reached, at: usize, shared: &[(&Reached, Flows)]) -> bool {
    let from = |reached: &Reached| match &reached.part.flows.source {
        Ends::Set(set) => Some(set.clone()),
        Ends::Symbol(_) => None,
    };
    let Some(source) = from(old) else { return false };
    let meets = |new: &Reached| from(new).is_some_and(|set| set.meets(&source));
    let (new, flows) = &shared[at];
    let has = |whole: &Flows| {
        let there = match (&whole.destination, &flows.destination) {
            (Ends::Set(whole), Ends::Set(part)) => part.is_subset(whole),
            (Ends::Symbol(whole), Ends::Symbol(part)) => whole.text == part.text,
            _ => false,
        };
        let protocols = flows.protocols.intersection(whole.protocols) == flows.protocols;
        there && protocols && flows.ports.is_subset(&whole.ports)
    };
    from(new).is_some() && !meets(new) && shared.iter().any(|(other, whole)| meets(other) && has(whole))
}

fn side(asked: &Asked<'_>, reached: &Reached) -> DiffSide {
    let words = |step: &crate::engine::Step| admission(asked, step, &step.text);
    let by: Vec<AdmissionAnswer> = admissions(&reached.part).into_iter().map(words).collect();
    DiffSide { verdict: reached.part.verdict().into(), is_declared: true, by }
}

/// Is it only that a machine which does not listen stands in one of the networks, and nothing declared in the other? The
/// network itself lets such flows through in both.
fn nobody_listens(a: &Reached, b: &Reached) -> bool {
    let deaf = |reached: &Reached| reached.part.verdict() == Verdict::No(Outcome::NotListening);
    let assumed = |reached: &Reached| {
        let assumptions = &reached.part.trail.assumptions;
        reached.part.verdict() == Verdict::Yes && assumptions.iter().any(|text| text.starts_with(LISTENS))
    };
    deaf(a) && assumed(b) || assumed(a) && deaf(b)
}

/// Changes that are decided alike, told together; callers whose flows are the same in one line.
fn groups(before: &Asked<'_>, after: &Asked<'_>, changes: Vec<Change>) -> Vec<DiffGroup> {
    let mut gathered: Vec<(DiffSide, DiffSide, String, Gathered)> = Vec::new();
    for change in changes {
        let same = |(old, new, caller, _): &&mut (DiffSide, DiffSide, String, Gathered)| {
            *old == change.before && *new == change.after && *caller == change.caller
        };
        let (end, flows) = (change.flows.destination.clone(), &change.flows);
        match gathered.iter_mut().find(same) {
            Some((.., all)) => all.add(end, change.name, change.host, flows),
            None => {
                let mut all = Gathered::default();
                all.add(end, change.name, change.host, flows);
                gathered.push((change.before, change.after, change.caller, all));
            }
        }
    }
    let mut groups: Vec<DiffGroup> = Vec::new();
    for (old, new, caller, flows) in gathered {
        // What is gone is told by the network that had it.
        let flows = flows.told(if new.is_declared { after } else { before });
        let same = |group: &&mut DiffGroup| group.before == old && group.after == new && group.flows == flows;
        match groups.iter_mut().find(same) {
            Some(group) => group.callers.push(caller),
            None => groups.push(DiffGroup { before: old, after: new, callers: vec![caller], flows }),
        }
    }
    // What opens goes first: that is what a reviewer looks for.
    let weight = |verdict: VerdictWord| match verdict {
        VerdictWord::Yes => 0,
        VerdictWord::No => 2,
        _ => 1,
    };
    groups.sort_by_key(|group| (weight(group.after.verdict), weight(group.before.verdict)));
    groups
}
