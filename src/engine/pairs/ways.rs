//! From the subnet of plain callers outward: which lists, routes, peerings and appliances their flows meet on the way to
//! each plain host, and which of them arrive there. It asks the engine's own stages what each of those does, and mirrors
//! only the order in which the walk asks them.

use super::ClassId;
use super::bits::Bits;
use super::board::{Board, Class, Reasons};
use super::lists::{Judged, Kind, columns_in};
use crate::engine::effective::ListOwner;
use crate::engine::meaning::Viewpoint;
use crate::engine::peering::Crossing;
use crate::engine::routes::{Hop, Route, RouteSource};
use crate::engine::security::Gate;
use crate::engine::{Engine, RouteState};
use crate::model::*;
use crate::net::AddressSet;
use std::sync::Arc;

/// What becomes of what one source sends to each column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// What ends on the way.
    pub(super) ended: Vec<(ClassId, Bits)>,
    /// What comes to the subnet of the host as the source sent it.
    pub(super) direct: Bits,
    /// What an appliance handed on and comes there.
    pub(super) forwarded: Bits,
    /// What has to be walked.
    pub(super) walked: Bits,
    /// The lists that were asked.
    pub(super) lists: Vec<u32>,
}

/// Where flows are, and what they have passed.
#[derive(Clone)]
struct At {
    source: u32,
    vnet: VnetId,
    subnet: SubnetId,
    nic: Option<NsgId>,
    /// The appliances that handed them on.
    hops: Vec<ApplianceId>,
}

impl Way {
    fn of(columns: usize) -> Self {
        let none = Bits::none(columns);
        Self { direct: none.clone(), forwarded: none.clone(), walked: none, ..Self::default() }
    }

    fn end(&mut self, class: ClassId, bits: &Bits) {
        add(&mut self.ended, class, bits);
    }

    /// What comes to its host from there.
    fn arriving(&mut self, at: &At) -> &mut Bits {
        if at.hops.is_empty() { &mut self.direct } else { &mut self.forwarded }
    }
}

/// Adds positions to those of a class.
fn add(all: &mut Vec<(ClassId, Bits)>, class: ClassId, bits: &Bits) {
    match all.iter_mut().find(|(known, _)| *known == class) {
        Some((_, known)) => known.add(bits),
        None if bits.is_empty() => {}
        None => all.push((class, bits.clone())),
    }
}

/// A route and the columns that it may take.
#[derive(Clone, Debug)]
pub(super) struct RouteOf {
    columns: Vec<(u32, u32)>,
    end: RouteEnd,
}

/// Where a route leads. Flows that several routes lead to one end go on together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RouteEnd {
    hop: Hop,
    /// The rule of what drops.
    rule: &'static str,
    by_user: bool,
    /// Do all of its columns stand in the network that it leads to?
    home: bool,
}

impl RouteOf {
    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.columns)
    }
}

impl Board {
    /// The way of a source to every column.
    pub(super) fn way_of(&mut self, engine: &Engine<'_>, source: u32) -> Way {
        let from = &self.plain.sources[source as usize];
        let at = At { source, vnet: from.vnet, subnet: from.subnet, nic: None, hops: Vec::new() };
        let mut way = Way::of(self.plain.columns.len());
        self.leave(engine, &at, Bits::all(self.plain.columns.len()), &mut way);
        way.lists.sort_unstable();
        way.lists.dedup();
        way
    }

    /// The numbers of the lists of a gate, in the order in which they are asked.
    pub(super) fn gate(
        &mut self,
        engine: &Engine<'_>,
        (vnet, subnet): (VnetId, SubnetId),
        nic: Option<NsgId>,
        outbound: bool,
    ) -> Vec<u32> {
        let view = Viewpoint { vnet, subnet: Some(subnet) };
        let admin = engine.admin_sets(vnet).map(|(id, _)| ListOwner::AdminRules(id));
        let order = Gate { subnet: Some(subnet), nic, outbound }.order().into_iter();
        let groups = order.filter_map(|at_subnet| match at_subnet {
            true => engine.model[subnet].nsg.as_ref().map(|nsg| nsg.value),
            false => nic,
        });
        let owners: Vec<ListOwner> = admin.chain(groups.map(ListOwner::Nsg)).collect();
        owners.into_iter().map(|owner| self.list(engine, (owner, outbound, view))).collect()
    }

    /// Asks the lists of a gate about what a source sends to columns. What goes on is left over; the rest is noted.
    fn pass(&mut self, lists: &[u32], source: u32, columns: Bits, way: &mut Way) -> Bits {
        let mut judged = Judged::of(columns);
        for list in lists {
            self.lists[*list as usize].ask_from(source, &mut judged, &self.ports);
        }
        way.lists.extend(lists);
        self.note(judged, way)
    }

    fn note(&self, judged: Judged, way: &mut Way) -> Bits {
        way.walked.add(&judged.cut);
        judged.denied.iter().for_each(|(class, bits)| way.end(*class, bits));
        let mut on = judged.passed;
        on.add(&judged.past);
        on
    }

    /// Out of a subnet: its lists, then its routes.
    fn leave(&mut self, engine: &Engine<'_>, at: &At, columns: Bits, way: &mut Way) {
        let lists = self.gate(engine, (at.vnet, at.subnet), at.nic, true);
        let mut open = self.pass(&lists, at.source, columns, way);
        let routes = self.routes(engine, at.vnet, at.subnet);
        let mut ends: Vec<(RouteEnd, Bits)> = Vec::new();
        let mut left = open.count();
        for route in routes.iter() {
            if left == 0 {
                break;
            }
            for range in &route.columns {
                let into = match route.end.hop {
                    // By far the most: they come to their host, and nothing of the peering differs from pair to pair.
                    Hop::Vnet if route.end.home => way.arriving(at),
                    Hop::Peering(to) if route.end.home && self.crossing(engine, at, to).is_open() => way.arriving(at),
                    _ => {
                        let known = ends.iter().position(|(end, _)| *end == route.end);
                        let slot = known.unwrap_or_else(|| {
                            ends.push((route.end, Bits::none(self.plain.columns.len())));
                            ends.len() - 1
                        });
                        &mut ends[slot].1
                    }
                };
                left -= open.move_range(*range, None, into);
            }
        }
        for (end, taken) in ends {
            if !taken.is_empty() {
                self.follow(engine, at, end, taken, way);
            }
        }
        // No route at all leads there.
        if left > 0 {
            way.walked.add(&open);
        }
    }

    /// The routes of a subnet that count, in their order.
    fn routes(&mut self, engine: &Engine<'_>, vnet: VnetId, subnet: SubnetId) -> Arc<[RouteOf]> {
        if let Some(known) = self.tables.get(&subnet) {
            return known.clone();
        }
        let all = engine.effective_routes(vnet, Some(subnet));
        let active = all.iter().filter(|route| route.state == RouteState::Active);
        let routes: Arc<[RouteOf]> = active.filter_map(|route| self.route_of(engine, route, vnet)).collect();
        self.tables.insert(subnet, routes.clone());
        routes
    }

    fn route_of(&self, engine: &Engine<'_>, route: &Route, vnet: VnetId) -> Option<RouteOf> {
        let columns: Vec<(u32, u32)> = match route.matcher.tagged.is_empty() {
            true => columns_in(&route.matcher.set, &self.plain).collect(),
            false => columns_in(&route.matcher.known(), &self.plain).collect(),
        };
        // Every column is an address that no public route leads to: what holds of one of them holds of all.
        let one = columns.first().map(|(start, _)| self.plain.address(*start as usize))?;
        let (hop, rule) = engine.true_hop(route, &one);
        let all = |to: VnetId| {
            let mut there = columns.iter().flat_map(|(start, end)| &self.plain.columns[*start as usize..*end as usize]);
            there.all(|column| column.vnet == to)
        };
        let home = match hop {
            Hop::Vnet => all(vnet),
            Hop::Peering(to) => all(to),
            _ => false,
        };
        Some(RouteOf { columns, end: RouteEnd { hop, rule, by_user: route.source == RouteSource::User, home } })
    }

    fn follow(&mut self, engine: &Engine<'_>, at: &At, route: RouteEnd, columns: Bits, way: &mut Way) {
        match route.hop {
            Hop::Vnet => self.come(engine, at, at.vnet, columns, way),
            Hop::Peering(vnet) => {
                if self.cross(engine, at, vnet, &columns, way) {
                    self.come(engine, at, vnet, columns, way);
                }
            }
            Hop::None if route.by_user => {
                let class = self.classes.number(Class::Dropped(route.rule.to_string()));
                way.end(class, &columns);
            }
            Hop::None => self.drop(engine, at, route.rule, columns, way),
            Hop::MissingGateway => {
                let class = self.classes.number(Class::NoGateway);
                way.end(class, &columns);
            }
            Hop::Internet if route.by_user => {
                let class = self.classes.number(Class::Unrouted);
                way.end(class, &columns);
            }
            Hop::Appliance(address) => self.to_appliance(engine, at, address, columns, way),
            Hop::Internet | Hop::Gateway(_) | Hop::PrivateEndpoint(_) | Hop::ServiceEndpoint => {
                way.walked.add(&columns)
            }
        }
    }

    /// Dropped by a route of the system: why no better one is there tells the networks apart.
    fn drop(&mut self, engine: &Engine<'_>, at: &At, rule: &str, columns: Bits, way: &mut Way) {
        let table = engine.model[at.subnet].route_table.as_ref().map(|table| &engine.model[table.value]);
        let off = table.and_then(|table| table.bgp_propagation.as_ref()).is_some_and(|stated| !stated.value);
        if off && !engine.gateways_for(at.vnet).is_empty() {
            way.walked.add(&columns);
            return;
        }
        let reasons = self.reasons(engine, at.vnet);
        for (why, there) in reasons.iter() {
            let class = Class::Lost { rule: rule.to_string(), why: *why };
            let class = self.classes.number(class);
            way.end(class, &columns.and(there));
        }
    }

    /// The columns by why no peering leads to them from a network.
    fn reasons(&mut self, engine: &Engine<'_>, from: VnetId) -> Arc<Reasons> {
        if let Some(known) = self.reasons.get(&from) {
            return known.clone();
        }
        let mut reasons = Reasons::new();
        for (to, there) in &self.networks {
            let why = (*to != from).then(|| engine.apart(from, *to)).flatten().map(|apart| apart.rule());
            match reasons.iter_mut().find(|(known, _)| *known == why) {
                Some((_, known)) => known.add(there),
                None => reasons.push((why, there.clone())),
            }
        }
        let reasons = Arc::new(reasons);
        self.reasons.insert(from, reasons.clone());
        reasons
    }

    /// Across a peering, where nothing keeps them.
    fn cross(&mut self, engine: &Engine<'_>, at: &At, to: VnetId, columns: &Bits, way: &mut Way) -> bool {
        let crossing = self.crossing(engine, at, to);
        if !crossing.is_open() {
            let class = self.classes.number(Class::Uncrossed(crossing));
            way.end(class, columns);
        }
        crossing.is_open()
    }

    /// What keeps them from crossing, if anything does.
    fn crossing(&mut self, engine: &Engine<'_>, at: &At, to: VnetId) -> Crossing {
        let foreign = !at.hops.is_empty() && self.plain.sources[at.source as usize].vnet != at.vnet;
        let foreign = foreign && engine.is_foreign(&self.addresses(at.source), at.vnet);
        *self.crossings.entry((at.vnet, to, foreign)).or_insert_with(|| engine.crossing(at.vnet, to, foreign))
    }

    /// In the network of the destination, or in another one that has its address too.
    fn come(&mut self, _: &Engine<'_>, at: &At, vnet: VnetId, columns: Bits, way: &mut Way) {
        let mut strange = columns;
        if let Some((_, there)) = self.networks.iter().find(|(id, _)| *id == vnet) {
            let arriving = strange.and(there);
            strange.take(there);
            way.arriving(at).add(&arriving);
        }
        if !strange.is_empty() {
            let class = self.classes.number(Class::Elsewhere);
            way.end(class, &strange);
        }
    }

    /// The addresses of a source.
    pub(super) fn addresses(&self, source: u32) -> AddressSet {
        let (start, end) = self.plain.sources[source as usize].range;
        AddressSet::range(std::net::Ipv4Addr::from(start).into(), std::net::Ipv4Addr::from(end).into())
    }

    /// To an appliance, and on from there.
    fn to_appliance(
        &mut self,
        engine: &Engine<'_>,
        at: &At,
        address: std::net::IpAddr,
        mut columns: Bits,
        way: &mut Way,
    ) {
        let model = engine.model;
        let id = engine.appliance_near(at.vnet, address);
        let mut end = |board: &mut Self, class: Class, columns: &Bits| way.end(board.classes.number(class), columns);
        let Some(id) = id else {
            let balanced = model.load_balancers().any(|(_, b)| b.address.as_ref().is_some_and(|a| a.value == address));
            return if balanced { way.walked.add(&columns) } else { end(self, Class::Undeclared, &columns) };
        };
        let noun = &model[id];
        let translates = !matches!(noun.snat.as_ref().map(|stated| &stated.value), None | Some(Snat::Off));
        let Some(subnet) = noun.subnet.filter(|_| !translates) else { return way.walked.add(&columns) };
        if at.subnet == subnet {
            return end(self, Class::Looping, &columns);
        }
        let limit = usize::try_from(engine.platform().limit("hops")).unwrap_or(0);
        if at.hops.contains(&id) || at.hops.len() >= limit {
            return end(self, Class::Circling, &columns);
        }
        let there = model[subnet].vnet;
        if there != at.vnet {
            if !engine.peers_of(at.vnet).iter().any(|peer| peer.vnet == there && peer.connected) {
                return end(self, Class::Unreachable, &columns);
            }
            if !self.cross(engine, at, there, &columns, way) {
                return;
            }
        }
        let nic = noun.nsg.as_ref().map(|nsg| nsg.value);
        let lists = self.gate(engine, (there, subnet), nic, false);
        columns = self.pass(&lists, at.source, columns, way);
        if !noun.forwarding.as_ref().is_some_and(|stated| stated.value) {
            let class = self.classes.number(Class::Unforwarded);
            return way.end(class, &columns);
        }
        if !(noun.filter.rules.is_empty() && noun.filter.default.is_none()) {
            let list = self.filter(engine, id);
            let mut judged = Judged::of(columns);
            self.lists[list as usize].ask_from(at.source, &mut judged, &self.ports);
            columns = self.note(judged, way);
        }
        let hops = at.hops.iter().copied().chain([id]).collect();
        self.leave(engine, &At { source: at.source, vnet: there, subnet, nic, hops }, columns, way);
    }

    /// The number of the list that an appliance filters by.
    fn filter(&mut self, engine: &Engine<'_>, id: ApplianceId) -> u32 {
        if let Some(known) = self.filters.get(&id) {
            return *known;
        }
        let filter = &engine.model[id].filter;
        let unstated = if filter.rules.is_empty() { Action::Allow } else { Action::Deny };
        let default = filter.default.as_ref().map_or(unstated, |stated| stated.value);
        let number = self.resolve(engine, &filter.rules, (Kind::Appliance(default), None));
        self.filters.insert(id, number);
        number
    }
}
