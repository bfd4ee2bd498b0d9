//! `routes SOURCE` and `next-hop SOURCE to ADDRESS`.

use super::answer::{NextHopAnswer, Place, RouteAnswer, RoutesAnswer};
use super::{Asked, name};
use crate::diagnostic::Diagnostic;
use crate::engine::{Hop, Route, RouteSource, RouteState, Source};
use crate::model::{SubnetId, Thing, VnetId};
use crate::syntax::ast::Word;
use crate::syntax::literal::{self, AddressLiteral};

/// The network and subnet that a source sends from.
fn subnet_of(asked: &Asked<'_>, word: &Word) -> Result<(String, VnetId, SubnetId), Diagnostic> {
    let (source, taken) = name::source(asked, word)?;
    let none = |why: String| Err(Diagnostic::error("FN0121", word.span(), why));
    let subnet = match source {
        Source::App(app) => match asked.engine.integration_subnet(app) {
            Some(subnet) => subnet,
            None if asked.engine.is_behind_gateway(app) => {
                return none(format!("`{}` calls by a gateway, where no route table acts", taken.name));
            }
            None => return none(format!("`{}` has no virtual network integration, so no routes", taken.name)),
        },
        Source::Host(host) => match asked.model[host].place {
            Some(Thing::Subnet(subnet)) => subnet,
            _ => return none(format!("`{}` is not in a subnet of Azure", taken.name)),
        },
        Source::Subnet(subnet) => subnet,
        Source::Addresses(set) => {
            let all: Vec<_> = asked.model.subnets().filter(|(_, subnet)| set.is_subset(&subnet.addresses())).collect();
            match all.as_slice() {
                [(subnet, _)] => *subnet,
                [] => return none(format!("`{}` is in no declared subnet", taken.name)),
                [(_, a), (_, b), ..] => {
                    let (a, b) = (&a.head.name, &b.head.name);
                    let error = none(format!("`{}` is in {a} and in {b}", taken.name));
                    return error.map_err(|error| error.help(format!("ask for one of them: `{a}`")));
                }
            }
        }
        Source::OnPremises(_) | Source::Internet => return none("only what is in a subnet of Azure has routes".into()),
    };
    Ok((taken.name, asked.model[subnet].vnet, subnet))
}

/// Answers `routes`.
pub(super) fn routes(asked: &Asked<'_>, source: &Word) -> Result<RoutesAnswer, Diagnostic> {
    let (of, vnet, subnet) = subnet_of(asked, source)?;
    let mut routes = asked.engine.effective_routes(vnet, Some(subnet)).to_vec();
    routes.sort_by_key(listed);
    let mut rows: Vec<RouteAnswer> =
        routes.iter().filter(in_table).map(|route| route_answer(asked, vnet, route)).collect();
    // A line for a service tag is several routes, one for each length of its prefixes.
    rows.dedup();
    Ok(RoutesAnswer { of, subnet: asked.model[subnet].head.name.clone(), routes: rows })
}

/// Answers `next-hop`.
pub(super) fn next_hop(asked: &Asked<'_>, source: &Word, address: &Word) -> Result<NextHopAnswer, Diagnostic> {
    let (of, vnet, subnet) = subnet_of(asked, source)?;
    let AddressLiteral::Address(to) = literal::address(&address.text).map_err(|fault| fault.at(address))? else {
        return Err(Diagnostic::error("FN0109", address.span(), "`next-hop` takes one address"));
    };
    let engine = asked.engine;
    let routes = engine.effective_routes(vnet, Some(subnet));
    let found = engine.winner(&routes, to);
    let winner = found.as_ref().ok().copied().flatten();
    let hop = match (&found, winner.map(|(_, hop, _)| hop)) {
        (Err(_), _) => "unknown".to_string(),
        (_, Some(Hop::Appliance(address))) => format!("appliance {address}"),
        (_, Some(hop)) => hop.word().to_string(),
        (_, None) => Hop::None.word().to_string(),
    };
    let route = winner.map(|(at, hop, rule)| {
        let mut route = route_answer(asked, vnet, &routes[at]);
        let also = engine.route_reasons(vnet, Some(subnet), &routes, at, &to.into());
        route.also = also.into_iter().filter(|rule| engine.fires(rule)).map(String::from).collect();
        if hop != routes[at].hop {
            (route.hop_type, route.hop, route.rule) =
                (hop.azure_name().into(), engine.hop_text(vnet, hop), rule.into());
        }
        route
    });
    let winner = winner.map(|(at, _, _)| &routes[at]);
    let covers = |route: &&Route| {
        let prefix: Option<ipnet::IpNet> = route.target.parse().ok();
        prefix.map_or(route.matcher.set.contains(to), |prefix| prefix.contains(&to))
            && winner.is_none_or(|winner| !std::ptr::eq(winner, *route))
    };
    Ok(NextHopAnswer {
        of,
        address: to.to_string(),
        hop,
        route,
        fact: found.err(),
        lost: routes.iter().filter(covers).map(|route| route_answer(asked, vnet, route)).collect(),
    })
}

/// The place of a route in Azure's listing: the network, its peers, its gateway, the internet, what is dropped,
/// endpoints; the user's own behind them, each by prefix.
fn listed(route: &Route) -> (u8, String) {
    let rank = match (route.source, route.hop) {
        (RouteSource::User, _) => 7,
        (_, Hop::Vnet) => 0,
        (_, Hop::Peering(_)) => 1,
        (_, Hop::Gateway(_) | Hop::MissingGateway) => 2,
        (_, Hop::Internet) => 3,
        (_, Hop::None) => 4,
        (_, Hop::ServiceEndpoint) => 5,
        _ => 6,
    };
    let prefix: Option<ipnet::IpNet> = route.target.parse().ok();
    let order = prefix.map_or_else(
        || route.target.clone(),
        |prefix| match prefix.network() {
            std::net::IpAddr::V4(a) => format!("{:010}", u32::from(a)),
            std::net::IpAddr::V6(a) => format!("x{:040}", u128::from(a)),
        },
    );
    (rank, order)
}

/// Is the route listed at all?
fn in_table(route: &&Route) -> bool {
    !matches!(route.state, RouteState::Removed(_))
}

fn route_answer(asked: &Asked<'_>, vnet: VnetId, route: &Route) -> RouteAnswer {
    let reason = match &route.state {
        RouteState::Active => None,
        RouteState::Invalid(reason) | RouteState::Removed(reason) => Some(reason.clone()),
    };
    RouteAnswer {
        source: route.source.azure_name().to_string(),
        active: route.is_active(),
        reason,
        prefix: route.target.clone(),
        hop_type: route.hop.azure_name().to_string(),
        hop: asked.engine.hop_text(vnet, route.hop),
        name: route.name.clone(),
        rule: route.rule.to_string(),
        also: Vec::new(),
        place: route.place.and_then(|span| Place::of(span, asked.sources)),
    }
}
