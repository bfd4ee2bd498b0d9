//! Peerings: address spaces, clouds, deployment models, and whose gateway is used.

use super::super::Engine;
use super::Finding;
use crate::model::*;
use crate::source::Span;
use indexmap::{IndexMap, IndexSet};

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    let mut remote: IndexMap<VnetId, Vec<Use>> = IndexMap::new();
    let mut seen: IndexSet<(VnetId, VnetId)> = IndexSet::new();
    for (id, peering) in engine.model.peerings() {
        let (Some(a), Some(b)) = (peering.from, peering.to) else { continue };
        let pair = (a.min(b), a.max(b));
        // Two lines `A -> B` and `B -> A` are one pair, and are judged once.
        if !seen.insert(pair) {
            continue;
        }
        all.extend(overlap(engine, id, a, b));
        all.extend(clouds(engine, id, a, b));
        all.extend(classic(engine, id, a, b));
        for (user, owner) in [(a, b), (b, a)] {
            if let Some(found) = uses(engine, user, owner) {
                all.extend(without_transit(engine, id, user, &found));
                remote.entry(user).or_default().push(found);
            }
        }
    }
    for (user, uses) in remote {
        all.extend(two_sources(engine, user, &uses));
        all.extend(too_many(engine, user, &uses));
    }
}

/// A network that uses the gateway of another.
struct Use {
    owner: VnetId,
    place: Span,
    lent: bool,
}

/// Does a network use the gateway of a peer? Stated for its link, or said by the peer that lends.
fn uses(engine: &Engine<'_>, user: VnetId, owner: VnetId) -> Option<Use> {
    let lines: Vec<&Peering> = engine.model.peerings.iter().filter(|line| line.joins(user, owner)).collect();
    let lent = engine.link_flag(owner, user, |line| line.gateway_transit.as_ref(), false);
    if let Some(stated) = lines.iter().find_map(|line| line.use_remote_gateway.as_ref()) {
        return stated.value.on(user).then_some(Use { owner, place: stated.span, lent });
    }
    let transit = lines.iter().find_map(|line| line.gateway_transit.as_ref())?;
    (transit.value == Links::Of(owner)).then_some(Use { owner, place: transit.span, lent: true })
}

fn name<'m>(engine: &Engine<'m>, vnet: VnetId) -> &'m str {
    &engine.model[vnet].head.name
}

fn overlap(engine: &Engine<'_>, id: PeeringId, a: VnetId, b: VnetId) -> Option<Finding> {
    let (here, there) = (engine.model[a].addresses(), engine.model[b].addresses());
    if a == b || !here.meets(&there) {
        return None;
    }
    let place = engine.model[id].head.span;
    let message = format!("vnets `{}` and `{}` share addresses and cannot be peered", name(engine, a), name(engine, b));
    let found = Finding::of(engine, "peer.no-overlap", place, [Thing::Peering(id)], message)?;
    let found = found.label(format!("both hold {}", here.intersection(&there)));
    Some(found.also(engine.model[a].head.span, here.to_string()).also(engine.model[b].head.span, there.to_string()))
}

/// The clouds of two networks, where both are in a subscription that is declared. One that names none is in the first.
fn clouds(engine: &Engine<'_>, id: PeeringId, a: VnetId, b: VnetId) -> Option<Finding> {
    let cloud = |vnet: VnetId| {
        let stated = engine.model[vnet].head.subscription.as_ref()?;
        let known = engine.model.subscriptions.iter().find(|known| known.head.name == stated.value)?;
        Some((known.cloud.as_ref().map_or("public", |cloud| &cloud.value), known.head.span))
    };
    let ((here, first), (there, second)) = (cloud(a)?, cloud(b)?);
    if here == there {
        return None;
    }
    let message = format!("vnets `{}` and `{}` are in different clouds", name(engine, a), name(engine, b));
    let found = Finding::of(engine, "peer.cross-scope", engine.model[id].head.span, [Thing::Peering(id)], message)?;
    Some(found.label(format!("{here} and {there}")).also(first, here).also(second, there))
}

fn classic(engine: &Engine<'_>, id: PeeringId, a: VnetId, b: VnetId) -> Option<Finding> {
    let classic = |vnet: VnetId| engine.model[vnet].classic.as_ref().filter(|classic| classic.value);
    let (here, there) = (classic(a)?, classic(b)?);
    let message =
        format!("vnets `{}` and `{}` are both classic and cannot be peered", name(engine, a), name(engine, b));
    let found = Finding::of(engine, "peer.classic", engine.model[id].head.span, [Thing::Peering(id)], message)?;
    Some(found.also(here.span, "classic here").also(there.span, "and here"))
}

fn without_transit(engine: &Engine<'_>, id: PeeringId, user: VnetId, found: &Use) -> Option<Finding> {
    if found.lent {
        return None;
    }
    let (user, owner) = (name(engine, user), name(engine, found.owner));
    let message = format!("vnet `{user}` uses the gateway of `{owner}`, which does not lend it");
    let broken = Finding::of(engine, "peer.flag.use-remote-gateways", found.place, [Thing::Peering(id)], message)?;
    Some(broken.label(format!("`gateway-transit {owner}` is not stated")))
}

/// A gateway of one's own and one of a peer.
fn two_sources(engine: &Engine<'_>, user: VnetId, uses: &[Use]) -> Option<Finding> {
    let (_, own) = engine.model.gateways().find(|(_, gateway)| gateway.vnet == Some(user))?;
    let first = uses.first()?;
    let message =
        format!("vnet `{}` has a gateway and uses that of `{}`", name(engine, user), name(engine, first.owner));
    let found = Finding::of(engine, "gw.one-source", first.place, [Thing::Vnet(user)], message)?;
    Some(found.label("a remote gateway").also(own.head.span, "its own gateway"))
}

fn too_many(engine: &Engine<'_>, user: VnetId, uses: &[Use]) -> Option<Finding> {
    let most = engine.platform().limit("remote-gateways-of-vnet");
    let surplus = uses.get(usize::try_from(most).ok()?)?;
    let message = format!("vnet `{}` uses the gateways of several peers", name(engine, user));
    let found = Finding::of(engine, "peer.flag.use-remote-gateways", surplus.place, [Thing::Vnet(user)], message)?;
    Some(found.label(format!("{} used, {most} possible", uses.len())).also(uses[0].place, "the first one"))
}
