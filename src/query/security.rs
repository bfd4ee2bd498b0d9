//! `security SOURCE`: the effective security rules.

use super::answer::{GroupAnswer, SecurityAnswer, SecurityRuleAnswer};
use super::{Asked, name};
use crate::diagnostic::Diagnostic;
use crate::engine::Source;
use crate::model::*;
use crate::syntax::ast::Word;

/// Answers `security`.
pub(super) fn security(asked: &Asked<'_>, word: &Word) -> Result<SecurityAnswer, Diagnostic> {
    let (source, taken) = name::source(asked, word)?;
    let mut groups = Vec::new();
    let engine = asked.engine;
    match source {
        Source::App(app) => match engine.integration_subnet(app) {
            Some(subnet) => {
                groups.extend(of_admins(asked, subnet));
                let note = "the app's traffic meets the outbound rules alone";
                groups.extend(of_subnet(asked, subnet, Some(note)));
            }
            None => {
                let why = match engine.is_behind_gateway(app) {
                    true => "calls by a gateway: the groups of its targets see the point-to-site pool, none is its own",
                    false => "has no virtual network integration: no security group filters it",
                };
                let message = format!("`{}` {why}", taken.name);
                return Err(Diagnostic::error("FN0121", word.span(), message));
            }
        },
        Source::Host(host) => {
            let noun = &asked.model[host];
            if let Some(Thing::Subnet(subnet)) = noun.place {
                groups.extend(of_admins(asked, subnet));
            }
            if let (Some(nsg), Some(Thing::Subnet(subnet))) = (&noun.nsg, noun.place) {
                let at = format!("the interface of {}", noun.head.name);
                groups.push(group(asked, nsg.value, subnet, at, None));
            }
            if let Some(Thing::Subnet(subnet)) = noun.place {
                groups.extend(of_subnet(asked, subnet, None));
            }
        }
        Source::Subnet(subnet) => {
            groups.extend(of_admins(asked, subnet));
            groups.extend(of_subnet(asked, subnet, None));
        }
        _ => {
            let message = format!("no security group is attached to `{}`", taken.name);
            return Err(Diagnostic::error("FN0121", word.span(), message));
        }
    }
    Ok(SecurityAnswer { of: taken.name, groups })
}

fn of_subnet(asked: &Asked<'_>, subnet: SubnetId, note: Option<&str>) -> Option<GroupAnswer> {
    let noun = &asked.model[subnet];
    let nsg = noun.nsg.as_ref()?;
    Some(group(asked, nsg.value, subnet, format!("subnet {}", noun.head.name), note))
}

/// The security admin rules of the subnet's network, which go before its groups.
fn of_admins<'a>(asked: &'a Asked<'_>, subnet: SubnetId) -> impl Iterator<Item = GroupAnswer> + 'a {
    let vnet = asked.model[subnet].vnet;
    let sets = asked.model.admin_rules.iter();
    sets.filter(move |set| set.to.iter().any(|to| to.value == Thing::Vnet(vnet))).map(move |set| GroupAnswer {
        kind: "admin-rules",
        nsg: set.head.name.clone(),
        attached_to: format!("vnet {}", asked.model[vnet].head.name),
        note: Some("asked before any nsg".into()),
        rules: rules(asked, &set.inbound, &set.outbound, subnet),
    })
}

fn group(asked: &Asked<'_>, nsg: NsgId, subnet: SubnetId, at: String, note: Option<&str>) -> GroupAnswer {
    let noun = &asked.model[nsg];
    GroupAnswer {
        kind: "nsg",
        nsg: noun.head.name.clone(),
        attached_to: at,
        note: note.map(String::from),
        rules: rules(asked, &noun.inbound, &noun.outbound, subnet),
    }
}

fn rules(
    asked: &Asked<'_>,
    inbound: &[SecurityRule],
    outbound: &[SecurityRule],
    subnet: SubnetId,
) -> Vec<SecurityRuleAnswer> {
    let of = |list: &[SecurityRule], direction: &str| {
        list.iter().map(|rule| rule_answer(asked, rule, direction, subnet)).collect::<Vec<_>>()
    };
    let mut rules = of(inbound, "inbound");
    rules.extend(of(outbound, "outbound"));
    rules
}

fn rule_answer(asked: &Asked<'_>, rule: &SecurityRule, direction: &str, subnet: SubnetId) -> SecurityRuleAnswer {
    let engine = asked.engine;
    let mut expanded = Vec::new();
    for side in [&rule.source, &rule.destination] {
        let literal = side.addresses.terms.iter().all(|term| matches!(term, Term::Any | Term::Literal(_)));
        let words = bare(side);
        if !literal && !expanded.iter().any(|(known, _)| *known == words) {
            expanded.push((words, engine.expand(&side.addresses, subnet)));
        }
    }
    SecurityRuleAnswer {
        direction: direction.to_string(),
        priority: rule.priority,
        name: rule.name.as_ref().map_or_else(|| rule.priority.to_string(), |name| name.to_string()),
        access: rule.action.word().to_string(),
        protocol: rule.protocols.to_string(),
        source: bare(&rule.source),
        source_ports: rule.source.ports.to_string(),
        destination: bare(&rule.destination),
        ports: rule.destination.ports.to_string(),
        expanded,
    }
}

/// The addresses of a side as they were written, without the ports.
fn bare(side: &Side) -> String {
    let ports = format!(":{}", side.ports);
    let text = &side.addresses.text;
    match text.rfind(':') {
        Some(colon) if !side.ports.is_all() && text[colon..].replace(' ', "") == ports => text[..colon].to_string(),
        _ => text.to_string(),
    }
}
