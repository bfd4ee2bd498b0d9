//! Who of the callers and of the called is plain: what they have of their own says nothing that could make two cells
//! differ but for lists, routes, peerings and appliances. Not what those say.

use super::Called;
use crate::engine::{Engine, validity};
use crate::model::*;
use crate::net::{AddressSet, PortSet, Protocol};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

/// A plain caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// What its own configuration breaks, by the platform's rule.
    Broken(String),
    /// It calls out of the subnet of this source.
    Of(u32),
}

/// The first and the last of some addresses.
type Range = (u32, u32);

/// A subnet that plain callers call out of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) subnet: SubnetId,
    pub(super) vnet: VnetId,
    pub(super) range: Range,
}

/// A host that is plain to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) address: u32,
    /// Its place among what was asked about.
    pub(super) called: u32,
    pub(super) vnet: VnetId,
    pub(super) subnet: SubnetId,
    pub(super) nic: Option<NsgId>,
    /// The number of its ports among the [`Plain::ports`].
    pub(super) ports: u32,
    /// The number of what it is by itself among the [`Plain::shapes`].
    pub(super) shape: u32,
}

/// What a host is by itself: is it down, and what does it listen on?
type HostShape = (bool, Option<Vec<(Protocol, PortSet)>>);

/// The plain callers and called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plain {
    /// Of every caller whether it is plain.
    pub(super) callers: Vec<Option<Caller>>,
    /// The subnets of those, by address.
    pub(super) sources: Vec<Source>,
    /// The plain hosts, by address.
    pub(super) columns: Vec<Column>,
    /// The ports that they are asked by.
    pub(super) ports: Vec<PortSet>,
    pub(super) shapes: Vec<HostShape>,
}

impl Plain {
    pub(super) fn of(engine: &Engine<'_>, callers: &[AppId], called: &[Called]) -> Self {
        let mut plain = Self::default();
        plain.take_callers(engine, callers);
        plain.take_called(engine, called);
        plain
    }

    fn take_callers(&mut self, engine: &Engine<'_>, callers: &[AppId]) {
        let public = engine.public_space();
        let sites = engine.model.on_premises().fold(AddressSet::empty(), |all, (_, site)| all.union(&site.addresses()));
        let mut known: HashMap<(SubnetId, PlanId), Option<Range>> = HashMap::new();
        let mut found: Vec<Option<(SubnetId, Range, Option<String>)>> = Vec::with_capacity(callers.len());
        for app in callers {
            let place = plain_caller(engine, *app).and_then(|(subnet, plan)| {
                let range = *known.entry((subnet, plan)).or_insert_with(|| {
                    let addresses = engine.model[subnet].addresses();
                    let enters = !addresses.meets(&public) && !addresses.meets(&sites);
                    let [range] = addresses.v4_ranges() else { return None };
                    let lacks = engine.lacking_addresses(*app, subnet).is_some();
                    (enters && !lacks && addresses.v6_ranges().is_empty()).then_some(*range)
                });
                Some((subnet, range?, broken(engine, *app)))
            });
            found.push(place);
        }
        let mut places: Vec<(SubnetId, (u32, u32))> =
            found.iter().flatten().map(|(id, range, _)| (*id, *range)).collect();
        places.sort_unstable_by_key(|(id, range)| (*range, *id));
        places.dedup();
        // Subnets with addresses in common are left out: a line would mean both at once.
        let meets = |a: &(SubnetId, (u32, u32)), b: &(SubnetId, (u32, u32))| a.1.0 <= b.1.1 && b.1.0 <= a.1.1;
        let widest = places.iter().scan(None, |reach: &mut Option<u32>, (_, (start, end))| {
            let before = *reach;
            *reach = Some(before.map_or(*end, |before| before.max(*end)));
            Some(before.is_some_and(|before| before >= *start))
        });
        let behind: Vec<bool> = widest.collect();
        let apart = |at: usize| !behind[at] && places.get(at + 1).is_none_or(|next| !meets(&places[at], next));
        let lone = (0..places.len()).filter(|at| apart(*at)).map(|at| places[at]);
        self.sources = lone.map(|(subnet, range)| Source { subnet, vnet: engine.model[subnet].vnet, range }).collect();
        let at: HashMap<SubnetId, u32> = self.sources.iter().zip(0..).map(|(source, at)| (source.subnet, at)).collect();
        let caller = |(subnet, _, broken): (SubnetId, _, Option<String>)| {
            let of = Caller::Of(*at.get(&subnet)?);
            Some(broken.map_or(of, Caller::Broken))
        };
        self.callers = found.into_iter().map(|found| found.and_then(caller)).collect();
    }

    fn take_called(&mut self, engine: &Engine<'_>, called: &[Called]) {
        let model = engine.model;
        let mut interfaces = engine.interfaces();
        interfaces.sort_unstable();
        let alone = |address: &IpAddr| {
            let from = interfaces.partition_point(|other| other < address);
            interfaces.get(from) == Some(address) && interfaces.get(from + 1) != Some(address)
        };
        let vnets = Spaces::of(model.vnets().map(|(id, vnet)| (id, vnet.addresses())));
        let subnets = Spaces::of(model.subnets().map(|(id, subnet)| (id, subnet.addresses())));
        let own = engine.platform().addresses("private-ranges");
        let sites = model.on_premises().fold(AddressSet::empty(), |all, (_, site)| all.union(&site.addresses()));
        let strange = sites.union(&engine.public_space()).union(&engine.platform().addresses("platform-addresses"));
        let mut ports: HashMap<&PortSet, u32> = HashMap::new();
        let mut shapes: HashMap<HostShape, u32> = HashMap::new();
        for (at, Called { host, ports: asked }) in called.iter().enumerate() {
            let noun = &model[*host];
            let (Some(Thing::Subnet(subnet)), [stated], None) = (noun.place, noun.addresses.as_slice(), &noun.firewall)
            else {
                continue;
            };
            let (address, vnet) = (stated.value, model[subnet].vnet);
            let IpAddr::V4(number) = address else { continue };
            let number = u32::from(number);
            let there = vnets.only(number) == Some(vnet) && subnets.only(number) == Some(subnet);
            if !there || !alone(&address) || !own.contains(address) || strange.contains(address) || asked.is_empty() {
                continue;
            }
            let listen = noun.listen.as_ref().map(|all| all.iter().map(|stated| stated.value.clone()).collect());
            let (next_port, next_shape) = (ports.len() as u32, shapes.len() as u32);
            self.columns.push(Column {
                address: number,
                called: at as u32,
                vnet,
                subnet,
                nic: noun.nsg.as_ref().map(|nsg| nsg.value),
                ports: *ports.entry(asked).or_insert(next_port),
                shape: *shapes.entry((noun.is_down(), listen)).or_insert(next_shape),
            });
        }
        self.columns.sort_unstable_by_key(|column| column.address);
        self.ports = in_order(ports.into_iter().map(|(ports, at)| (at, ports.clone())));
        self.shapes = in_order(shapes.into_iter().map(|(shape, at)| (at, shape)));
    }

    /// The address of a column.
    pub(super) fn address(&self, column: usize) -> AddressSet {
        IpAddr::from(Ipv4Addr::from(self.columns[column].address)).into()
    }
}

fn in_order<T>(all: impl Iterator<Item = (u32, T)>) -> Vec<T> {
    let mut all: Vec<(u32, T)> = all.collect();
    all.sort_unstable_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, one)| one).collect()
}

/// An app that regional integration alone takes into a network: its subnet and its plan. Its own calls to private
/// addresses enter there, whatever is routed.
fn plain_caller(engine: &Engine<'_>, app: AppId) -> Option<(SubnetId, PlanId)> {
    let noun = &engine.model[app];
    let (Some(Thing::Plan(plan)), [integration]) = (noun.on, noun.integrate.as_slice()) else { return None };
    let Integration::Regional(subnet) = integration.value else { return None };
    let apart = engine.environment(app).is_some() || engine.managed_elsewhere(app).is_some();
    (!apart && noun.hybrids.is_empty()).then_some((subnet, plan))
}

/// The first rule that its configuration breaks: nothing that is asked behind it decides.
fn broken(engine: &Engine<'_>, app: AppId) -> Option<String> {
    validity::steps_for(engine, app).into_iter().next().map(|step| step.rule)
}

/// Spaces of IPv4 addresses, and whose they are.
struct Spaces<T> {
    /// Where each begins and ends.
    ranges: Vec<(u32, u32, T)>,
    /// Have no two of them an address in common?
    apart: bool,
}

impl<T: Copy + PartialEq> Spaces<T> {
    fn of(all: impl Iterator<Item = (T, AddressSet)>) -> Self {
        let mut ranges = Vec::new();
        for (whose, set) in all {
            ranges.extend(set.v4_ranges().iter().map(|(start, end)| (*start, *end, whose)));
        }
        ranges.sort_by_key(|(start, end, _)| (*start, *end));
        let apart = ranges.windows(2).all(|pair| pair[0].1 < pair[1].0);
        Self { ranges, apart }
    }

    /// Whose an address is, where it is of one alone.
    fn only(&self, address: u32) -> Option<T> {
        let holds = |(start, end, _): &&(u32, u32, T)| (*start..=*end).contains(&address);
        if self.apart {
            let at = self.ranges.partition_point(|(_, end, _)| *end < address);
            return self.ranges.get(at).filter(holds).map(|(.., whose)| *whose);
        }
        let mut found = self.ranges.iter().filter(holds).map(|(.., whose)| *whose);
        found.next().filter(|first| found.all(|other| other == *first))
    }
}
