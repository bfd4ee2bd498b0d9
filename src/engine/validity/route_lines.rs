//! Lines of route tables, by proof: those that no packet takes, and those without which every packet goes the same way.

use super::super::Engine;
use super::super::routes::{Hop, Route};
use super::Finding;
use crate::model::*;
use crate::net::AddressSet;
use crate::source::Span;

/// How many places a finding shows at the most.
const SHOWN: usize = 6;

/// Routes that no packet takes.
pub(super) fn check(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, table) in engine.model.route_tables() {
        let tables = tables(engine, id);
        let idle = table.routes.iter().filter(|line| is_idle(line, &tables));
        all.extend(idle.filter_map(|line| never(engine, id, table, line, &tables)));
    }
}

/// Routes without which every packet goes the same way.
pub(super) fn advise(engine: &Engine<'_>, all: &mut Vec<Finding>) {
    for (id, table) in engine.model.route_tables() {
        let tables = tables(engine, id);
        if tables.is_empty() {
            continue;
        }
        let (idle, rest): (Vec<&UserRoute>, Vec<&UserRoute>) =
            table.routes.iter().partition(|line| is_idle(line, &tables));
        // Each must be able to go alone, and all of them together with those that no packet takes.
        let mut gone: Vec<Span> = idle.iter().map(|line| line.span).collect();
        for line in rest.into_iter().rev() {
            let more: Vec<Span> = gone.iter().copied().chain([line.span]).collect();
            if changes_nothing(engine, &[line.span], &tables) && changes_nothing(engine, &more, &tables) {
                all.extend(needless(engine, id, table, line, &tables));
                gone = more;
            }
        }
    }
}

/// What the table makes of the routes of each subnet that has it.
fn tables(engine: &Engine<'_>, table: RouteTableId) -> Vec<(SubnetId, Table)> {
    let uses = |subnet: &Subnet| subnet.route_table.as_ref().is_some_and(|own| own.value == table);
    let users = engine.model.subnets().filter(|(_, subnet)| uses(subnet));
    users.map(|(subnet, _)| (subnet, Table::of(engine, subnet))).collect()
}

/// Does no packet of any of the subnets take the line?
fn is_idle(line: &UserRoute, tables: &[(SubnetId, Table)]) -> bool {
    !tables.is_empty() && tables.iter().all(|(_, routes)| routes.never(line.span))
}

/// The routes of a subnet with what they win: for what a service endpoint takes, and for the rest.
struct Table {
    routes: Vec<Route>,
    won: [Vec<AddressSet>; 2],
}

impl Table {
    fn of(engine: &Engine<'_>, subnet: SubnetId) -> Self {
        Self::with(engine, engine.effective_routes(engine.model[subnet].vnet, Some(subnet)).to_vec())
    }

    fn with(engine: &Engine<'_>, routes: Vec<Route>) -> Self {
        let won = [true, false].map(|by_endpoint| engine.won(&routes, by_endpoint));
        Self { routes, won }
    }

    /// The routes of a line.
    fn of_line(&self, line: Span) -> impl Iterator<Item = usize> + '_ {
        (0..self.routes.len()).filter(move |at| self.routes[*at].place == Some(line))
    }

    /// Does a line win no address, whatever its tags hold?
    fn never(&self, line: Span) -> bool {
        let known = |at: usize| self.routes[at].matcher.unstated.is_empty();
        let nothing = |at: usize| self.won.iter().all(|won| won[at].is_empty());
        self.of_line(line).next().is_some() && self.of_line(line).all(|at| known(at) && nothing(at))
    }

    /// The routes that win what a line is for.
    fn instead(&self, line: Span) -> Vec<&Route> {
        let own = self.of_line(line).fold(AddressSet::empty(), |all, at| {
            let matcher = &self.routes[at].matcher;
            all.union(&matcher.set).union(&matcher.tagged)
        });
        let wins = |at: &usize| self.won.iter().any(|won| won[*at].meets(&own));
        (0..self.routes.len()).filter(wins).map(|at| &self.routes[at]).collect()
    }

    /// Where every address goes, for what a service endpoint takes and for the rest; none where a tag leaves that open.
    fn ways(&self) -> Option<Vec<(Hop, usize, AddressSet)>> {
        if self.routes.iter().any(|route| route.is_active() && !route.matcher.unstated.is_empty()) {
            return None;
        }
        let mut ways: Vec<(Hop, usize, AddressSet)> = Vec::new();
        for (world, won) in self.won.iter().enumerate() {
            for (route, set) in self.routes.iter().zip(won).filter(|(_, set)| !set.is_empty()) {
                match ways.iter_mut().find(|(hop, of, _)| *hop == route.hop && *of == world) {
                    Some((_, _, all)) => *all = all.union(set),
                    None => ways.push((route.hop, world, set.clone())),
                }
            }
        }
        Some(ways)
    }

    /// Does every packet go where it goes in another table?
    fn leads_as(&self, other: &Table) -> bool {
        let (Some(mine), Some(theirs)) = (self.ways(), other.ways()) else { return false };
        let same = |way: &(Hop, usize, AddressSet)| theirs.contains(way);
        mine.len() == theirs.len() && mine.iter().all(same)
    }
}

/// A line that no packet takes: longer prefixes, or those that are preferred, win all of its addresses.
fn never(
    engine: &Engine<'_>,
    id: RouteTableId,
    table: &RouteTable,
    line: &UserRoute,
    tables: &[(SubnetId, Table)],
) -> Option<Finding> {
    let mut instead: Vec<(String, Option<Span>)> = Vec::new();
    for route in tables.iter().flat_map(|(_, routes)| routes.instead(line.span)) {
        let one = (told(route), route.place);
        if !instead.contains(&one) {
            instead.push(one);
        }
    }
    let message = format!("no packet takes the route `{}` of route table `{}`", line.text, table.head.name);
    let found = Finding::of(engine, "list.route-covered", line.span, [Thing::RouteTable(id)], message)?;
    let found = found.label("other routes win all of its addresses");
    let mut found = instead.iter().take(SHOWN).fold(found, |found, (words, place)| match place {
        Some(place) => found.also(*place, format!("{words} wins")),
        None => found,
    });
    if tables.iter().any(|(subnet, _)| engine.widens_network(*subnet, &[line.span])) {
        found = found.note("security groups take its prefix for VirtualNetwork all the same");
    }
    Some(found)
}

/// A line without which every packet goes where it goes now.
fn needless(
    engine: &Engine<'_>,
    id: RouteTableId,
    table: &RouteTable,
    line: &UserRoute,
    tables: &[(SubnetId, Table)],
) -> Option<Finding> {
    let mut instead: Vec<(String, Span)> = Vec::new();
    for (subnet, now) in tables {
        let then = Table::with(engine, engine.routes_without(*subnet, &[line.span]));
        let own = now.of_line(line.span).fold(AddressSet::empty(), |all, at| all.union(&now.won[1][at]));
        for (_, route) in then.routes.iter().enumerate().filter(|(at, _)| then.won[1][*at].meets(&own)) {
            let one = (told(route), route.place.unwrap_or(table.head.span));
            if !instead.contains(&one) {
                instead.push(one);
            }
        }
    }
    let message = format!(
        "route table `{}` would lead everything the same way without the route `{}`",
        table.head.name, line.text
    );
    let found = Finding::of(engine, "list.line-needless", line.span, [Thing::RouteTable(id)], message)?;
    let found = found.label("changes nothing");
    Some(
        instead
            .into_iter()
            .take(SHOWN)
            .fold(found, |found, (words, place)| found.also(place, format!("{words} would lead there as well"))),
    )
}

/// Without some lines, does every packet go where it goes now, and do the groups understand the same by VirtualNetwork?
fn changes_nothing(engine: &Engine<'_>, lines: &[Span], tables: &[(SubnetId, Table)]) -> bool {
    tables.iter().all(|(subnet, now)| {
        let then = Table::with(engine, engine.routes_without(*subnet, lines));
        now.leads_as(&then) && !engine.widens_network(*subnet, lines)
    })
}

/// A route in words.
fn told(route: &Route) -> String {
    match route.source {
        super::super::routes::RouteSource::User => format!("the route for {}", route.target),
        super::super::routes::RouteSource::Gateway => format!("the gateway's route for {}", route.target),
        super::super::routes::RouteSource::Default => format!("the system's route for {}", route.target),
    }
}
