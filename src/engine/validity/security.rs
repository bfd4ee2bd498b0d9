//! Security groups: priorities, names, and what one side of a rule may hold.

use super::super::Engine;
use super::Finding;
use super::occupancy::{named, occupants};
use crate::model::*;
use crate::source::Span;
use indexmap::IndexMap;

pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    let networks = networks(engine, all);
    for (id, nsg) in engine.model.nsgs() {
        for list in [&nsg.inbound, &nsg.outbound] {
            priorities(engine, id, nsg, list, all);
            for rule in list.iter().filter(|rule| rule.rule.is_none()) {
                all.extend(side(engine, id, rule, &rule.source, "source"));
                all.extend(side(engine, id, rule, &rule.destination, "destination"));
                all.extend(across(engine, id, rule, &networks));
            }
        }
        names(engine, id, nsg, all);
    }
}

/// The lines as a person knows them: by name, else by priority.
fn called(rule: &SecurityRule) -> String {
    rule.name.as_ref().map_or_else(|| rule.priority.to_string(), |name| name.to_string())
}

fn priorities(engine: &Engine<'_>, id: NsgId, nsg: &Nsg, list: &[SecurityRule], all: &mut Vec<Finding>) {
    let (first, last) = (engine.platform().limit("nsg-priority-first"), engine.platform().limit("nsg-priority-last"));
    let mut before: Option<&SecurityRule> = None;
    for rule in list.iter().filter(|rule| rule.rule.is_none()) {
        let about = [Thing::Nsg(id)];
        if !(first..=last).contains(&rule.priority) {
            let message =
                format!("rule `{}` of nsg `{}` has a priority outside the range", called(rule), nsg.head.name);
            let found = Finding::of(engine, "nsg.priority.range", rule.span, about, message);
            all.extend(
                found.map(|found| found.label(format!("{}, and {first} to {last} are possible", rule.priority))),
            );
        }
        if let Some(before) = before.filter(|before| before.priority == rule.priority) {
            let message = format!("two rules of nsg `{}` have the priority {}", nsg.head.name, rule.priority);
            let found = Finding::of(engine, "nsg.priority.unique", rule.span, about, message);
            all.extend(found.map(|found| found.label("the second one").also(before.span, "the first one")));
        }
        before = Some(rule);
    }
}

/// The names of a group's rules: their form, and that each is there once, the default ones included.
fn names(engine: &Engine<'_>, id: NsgId, nsg: &Nsg, all: &mut Vec<Finding>) {
    let longest = engine.platform().limit("nsg-rule-name-length");
    let mut seen: IndexMap<String, Span> = IndexMap::new();
    let rules: Vec<&SecurityRule> = nsg.inbound.iter().chain(&nsg.outbound).collect();
    let (own, defaults): (Vec<_>, Vec<_>) = rules.into_iter().partition(|rule| rule.rule.is_none());
    for rule in defaults.into_iter().chain(own) {
        let Some(name) = &rule.name else { continue };
        let refuse = |message: String| Finding::of(engine, "nsg.name", rule.span, [Thing::Nsg(id)], message);
        let length = name.chars().count() as i64;
        if length > longest {
            let message = format!("the name of rule `{name}` is too long");
            all.extend(refuse(message).map(|found| found.label(format!("{length} characters, {longest} possible"))));
        } else if !well_formed(name) {
            let message = format!("`{name}` cannot be the name of a security rule");
            let label = "letters, digits, `.`, `-` and `_`; a letter, digit or `_` at both ends";
            all.extend(refuse(message).map(|found| found.label(label)));
        }
        if let Some(first) = seen.get(&name.to_lowercase()) {
            let message = format!("two rules of nsg `{}` are called `{name}`", nsg.head.name);
            all.extend(refuse(message).map(|found| found.label("the second one").also(*first, "the first one")));
        } else {
            seen.insert(name.to_lowercase(), rule.span);
        }
    }
}

fn well_formed(name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let inside = name.chars().all(|c| word(c) || c == '.' || c == '-');
    inside && name.starts_with(word) && name.ends_with(word)
}

/// One side of a rule lists addresses as it likes, but only so many tags and application security groups.
fn side(engine: &Engine<'_>, id: NsgId, rule: &SecurityRule, side: &Side, which: &str) -> Option<Finding> {
    let count = |is: fn(&Term) -> bool| side.addresses.terms.iter().filter(|term| is(term)).count() as i64;
    let tags = count(|term| matches!(term, Term::Tag(_)));
    let groups = count(|term| matches!(term, Term::Asg(_)));
    let platform = engine.platform();
    let (most_tags, most_groups) = (platform.limit("nsg-rule-tags"), platform.limit("nsg-rule-asgs"));
    let (broken, what, stated, most) = match (tags > most_tags, groups > most_groups) {
        (true, _) => ("nsg.augmented", "service tags", tags, most_tags),
        (_, true) => ("nsg.asg.single", "application security groups", groups, most_groups),
        _ => return None,
    };
    let message = format!("the {which} of rule `{}` names several {what}", called(rule));
    let found = Finding::of(engine, broken, side.addresses.span, [Thing::Nsg(id)], message)?;
    Some(found.label(format!("{stated} named, {most} possible")))
}

/// The network of each application security group: the stated one or that of its first member. Members elsewhere are
/// reported.
fn networks(engine: &Engine<'_>, all: &mut Vec<Finding>) -> IndexMap<AsgId, (VnetId, Span)> {
    let mut networks = IndexMap::new();
    for (id, asg) in engine.model.asgs() {
        if let Some(Stated { value: Thing::Vnet(vnet), span }) = &asg.vnet {
            networks.insert(id, (*vnet, *span));
        }
    }
    for occupant in occupants(engine) {
        let asgs = match occupant.thing {
            Thing::Host(id) => &engine.model[id].asgs,
            Thing::PrivateEndpoint(id) => &engine.model[id].asgs,
            _ => continue,
        };
        let (vnet, span) = (engine.model[occupant.subnet].vnet, occupant.thing.head(engine.model).span);
        for asg in asgs {
            let (home, place) = *networks.entry(*asg).or_insert((vnet, span));
            if home == vnet {
                continue;
            }
            let (group, home) = (&engine.model[*asg].head.name, &engine.model[home].head.name);
            let message = format!("{} is in asg `{group}` and not in its vnet `{home}`", named(engine, occupant.thing));
            let found = Finding::of(engine, "nsg.asg.same-vnet", span, [Thing::Asg(*asg)], message);
            let label = format!("in vnet `{}`", engine.model[vnet].head.name);
            all.extend(found.map(|found| found.label(label).also(place, format!("`{group}` is in `{home}`"))));
        }
    }
    networks
}

/// A rule whose two sides are application security groups of different networks.
fn across(
    engine: &Engine<'_>,
    id: NsgId,
    rule: &SecurityRule,
    networks: &IndexMap<AsgId, (VnetId, Span)>,
) -> Option<Finding> {
    let home = |side: &Side| {
        side.addresses.terms.iter().find_map(|term| match term {
            Term::Asg(asg) => Some((*asg, networks.get(asg)?.0)),
            _ => None,
        })
    };
    let ((from, here), (to, there)) = (home(&rule.source)?, home(&rule.destination)?);
    if here == there {
        return None;
    }
    let name = |thing: Thing| thing.head(engine.model).name.clone();
    let message = format!("rule `{}` names application security groups of two networks", called(rule));
    let found = Finding::of(engine, "nsg.asg.same-vnet", rule.span, [Thing::Nsg(id)], message)?;
    let text = |asg: AsgId, vnet: VnetId| format!("`{}` is in `{}`", name(Thing::Asg(asg)), name(Thing::Vnet(vnet)));
    Some(found.label(format!("{}, {}", text(from, here), text(to, there))))
}
