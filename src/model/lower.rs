//! From what was declared to the model: first every name gets its id, then every declaration is read.

use super::fields::{Fields, Lowering, Shape};
use super::name::LookedUp;
use super::*;
use crate::diagnostic::Diagnostic;
use crate::syntax::Scope;
use crate::syntax::ast::{Block, Declaration, Entry, Item, Part, Value, Values, Word};
use declared::{Declared, DeclaredItem};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The model of what was declared, and what is wrong with it. What is wrong is left out, the rest stands.
pub fn lower(declared: &Declared, scope: &Scope, platform: &Platform) -> (Model, Vec<Diagnostic>) {
    let mut model = Model::empty(platform_of(declared, platform));
    let diagnostics = take_in(declared.items(), &mut model, scope, &mut HashMap::new(), None);
    model.changes = declared.changes().to_vec();
    (model, diagnostics)
}

/// The platform with what was declared of its facts.
pub(super) fn platform_of(declared: &Declared, platform: &Platform) -> Platform {
    let mut platform = platform.clone().with_tags(declared.tags().cloned());
    for item in declared.items() {
        if item.kind.is_none() || item.kind == Some(Kind::Region) {
            let name = match platform.tag(&item.name).filter(|_| item.word == "service-tag") {
                // One spelling for a tag's region, whatever case the script has.
                Some((tag, region @ Some(_))) => platform.tag_name(&tag.name, region.as_deref()),
                _ => item.name.clone(),
            };
            platform = platform.with(&item.word, &name, (*item.declaration).clone());
        }
    }
    platform
}

/// Takes declarations into a model: gives all of them their names, then reads each. Says what is wrong with them; what
/// was looked up is added to `asked`.
pub(super) fn take_in(
    items: &[Arc<DeclaredItem>],
    model: &mut Model,
    scope: &Scope,
    head_addresses: &mut HashMap<Thing, std::net::IpAddr>,
    asked: Option<&mut HashSet<Box<str>>>,
) -> Vec<Diagnostic> {
    let platform = model.platform.clone();
    let mut names = std::mem::take(&mut model.names);
    let mut diagnostics = Vec::new();
    for item in items {
        register(item, &platform, &mut names, &mut diagnostics);
    }
    head_addresses.extend(items.iter().filter_map(|item| head_address(item, &names)));
    let looked_up = LookedUp::of(&names, asked.is_some());
    let mut cx = Lowering { diagnostics, ..Lowering::of(looked_up, &platform, scope, head_addresses) };
    for item in items {
        read(item, model, &mut cx);
    }
    let diagnostics = std::mem::take(&mut cx.diagnostics);
    if let Some(asked) = asked {
        asked.extend(cx.names.asked());
    }
    drop(cx);
    model.names = names;
    diagnostics
}

fn register(item: &DeclaredItem, platform: &Platform, names: &mut Names, diagnostics: &mut Vec<Diagnostic>) {
    let Some(kind) = item.kind.filter(|kind| *kind != Kind::Region) else { return };
    if platform.tag(&item.name).is_some() && kind != Kind::PrivateDnsZone {
        let span = item.declaration.head_span();
        let message = format!("`{}` is a service tag and cannot be declared", item.name);
        let help = format!("take another name, such as `{}`", item.name.to_lowercase());
        diagnostics.push(Diagnostic::error("FN0119", span, message).help(help));
    }
    names.add(kind, &item.name);
    let nested = match kind {
        Kind::Vnet => Kind::Subnet,
        Kind::App => Kind::App,
        _ => return,
    };
    for (entry, name) in nested_entries(&item.declaration, nested) {
        let whole = format!("{}.{name}", item.name);
        if names.add(nested, &whole).is_none() {
            let message = format!("`{whole}` is declared twice");
            diagnostics.push(Diagnostic::error("FN0114", entry.name.span().to(entry.values_span()), message));
        }
    }
}

/// The first address in the head of an appliance or load balancer.
fn head_address(item: &DeclaredItem, names: &Names) -> Option<(Thing, std::net::IpAddr)> {
    let kind = item.kind.filter(|kind| matches!(kind, Kind::Appliance | Kind::LoadBalancer))?;
    let Some(Part::Values(values)) = item.declaration.head.get(3) else { return None };
    let address = values.first()?.word()?.text.parse().ok()?;
    Some((names.get(kind, &item.name)?, address))
}

impl DeclaredItem {
    /// What is declared in its block: the subnets of a network, the slots of an app, by their whole names.
    pub(crate) fn nested(&self) -> impl Iterator<Item = (Kind, String)> {
        let kind = match self.kind {
            Some(Kind::Vnet) => Some(Kind::Subnet),
            Some(Kind::App) => Some(Kind::App),
            _ => None,
        };
        let entries = kind.map(|kind| (kind, nested_entries(&self.declaration, kind)));
        entries.into_iter().flat_map(move |(kind, entries)| {
            entries.into_iter().map(move |(_, name)| (kind, format!("{}.{name}", self.name)))
        })
    }
}

/// The nested declarations of a block, each once, with their names: subnets of a vnet, slots of an app.
pub(super) fn nested_entries(declaration: &Declaration, kind: Kind) -> Vec<(&Entry, String)> {
    let word = if kind == Kind::Subnet { "subnet" } else { "slot" };
    let items = declaration.block.iter().flat_map(|block| &block.items);
    items
        .filter_map(|item| match item {
            Item::Entry(entry) if &*entry.name.text == word => {
                entry.groups.first()?.first()?.word().map(|name| (&**entry, name.plain()))
            }
            _ => None,
        })
        .collect()
}

/// The head and block of a declaration, ready to be read.
pub(super) struct Reading<'d> {
    pub(super) head: Head,
    pub(super) parts: &'d [Part],
    pub(super) block: Option<&'d Block>,
    pub(super) item: &'d DeclaredItem,
}

impl<'d> Reading<'d> {
    fn of(item: &'d DeclaredItem) -> Self {
        let declaration = &item.declaration;
        let head = Head { name: item.name.clone(), span: declaration.head_span(), region: None, subscription: None };
        Self { head, parts: &declaration.head, block: declaration.block.as_deref(), item }
    }

    /// Reads the block, and with it the region and subscription.
    pub(super) fn fields(&mut self, shape: &'static Shape, cx: &mut Lowering<'_>) -> Fields<'d> {
        let fields = Fields::read(self.block, shape, cx);
        let stated = |name: &str| shape.properties.iter().any(|p| p.name == name);
        if stated("region") {
            let ambient = self.item.region.as_ref();
            self.head.region = match fields.entry("region") {
                Some(_) => fields.region(cx),
                None => ambient.and_then(|word| fields::region_of(word, cx)),
            };
        }
        if stated("subscription") {
            let ambient = self.item.subscription.as_ref().map(|w| Stated::new(w.plain(), w.span()));
            self.head.subscription = fields.text("subscription", cx).or(ambient);
        }
        fields
    }

    /// The group of values at a place of the head, the name being the first.
    pub(super) fn group(&self, at: usize) -> Option<&'d Values> {
        match self.parts.get(at) {
            Some(Part::Values(values)) => Some(values),
            _ => None,
        }
    }

    /// The one word at a place of the head.
    pub(super) fn word(&self, at: usize) -> Option<&'d Word> {
        match self.group(at)?.as_slice() {
            [Value::Word(word)] => Some(word),
            _ => None,
        }
    }

    /// Reports that a part of the head is missing.
    pub(super) fn missing(&self, what: &str, shape: &str, cx: &mut Lowering<'_>) {
        let message = format!("`{} {}` lacks {what}", self.item.word, self.item.name);
        cx.report(Diagnostic::error("FN0116", self.head.span, message).help(format!("write `{shape}`")));
    }

    /// Reports what stands in the head beyond `most` parts.
    pub(super) fn no_more(&self, most: usize, cx: &mut Lowering<'_>) {
        if let Some(extra) = self.parts.get(most) {
            let message = format!("`{}` takes no more here", self.item.word);
            cx.report(Diagnostic::error("FN0101", extra.span(), message));
        }
    }

    /// The thing behind `in` at the second place of the head.
    pub(super) fn place(&self, kinds: &[Kind], shape: &str, cx: &mut Lowering<'_>) -> Option<Stated<Thing>> {
        match (self.word(1), self.word(2)) {
            (Some(word), Some(place)) if &*word.text == "in" => cx.refer(place, kinds),
            _ => {
                self.missing("its place", shape, cx);
                None
            }
        }
    }

    /// The addresses at a place of the head.
    pub(super) fn addresses(&self, at: usize, cx: &mut Lowering<'_>) -> Vec<Stated<std::net::IpAddr>> {
        let mut words = Vec::new();
        self.group(at).into_iter().flatten().for_each(|value| fields::open(value, cx, &mut words));
        words.iter().filter_map(|word| fields::one_address(word, cx)).collect()
    }

    /// The prefixes at a place of the head.
    pub(super) fn prefixes(&self, at: usize, cx: &mut Lowering<'_>) -> Vec<Stated<ipnet::IpNet>> {
        let mut words = Vec::new();
        self.group(at).into_iter().flatten().for_each(|value| fields::open(value, cx, &mut words));
        words.iter().filter_map(|word| fields::one_prefix(word, cx)).collect()
    }
}

fn read(item: &DeclaredItem, model: &mut Model, cx: &mut Lowering<'_>) {
    let Some(kind) = item.kind else { return };
    let reading = Reading::of(item);
    match kind {
        Kind::Region | Kind::Subnet => {}
        Kind::Subscription => model.subscriptions.push(Subscription::read(reading, cx)),
        Kind::Vnet => Vnet::read(reading, model, cx),
        Kind::Nsg => model.nsgs.push(Nsg::read(reading, cx)),
        Kind::Asg => model.asgs.push(Asg::read(reading, cx)),
        Kind::AdminRules => model.admin_rules.push(AdminRules::read(reading, cx)),
        Kind::RouteTable => model.route_tables.push(RouteTable::read(reading, cx)),
        Kind::NatGateway => model.nat_gateways.push(NatGateway::read(reading, cx)),
        Kind::Peering => model.peerings.push(Peering::read(reading, cx)),
        Kind::Gateway => model.gateways.push(Gateway::read(reading, cx)),
        Kind::OnPremises => model.on_premises.push(OnPremises::read(reading, cx)),
        Kind::Appliance => model.appliances.push(Appliance::read(reading, cx)),
        Kind::LoadBalancer => model.load_balancers.push(LoadBalancer::read(reading, cx)),
        Kind::Host => model.hosts.push(Host::read(reading, cx)),
        Kind::Service => model.services.push(Service::read(reading, cx)),
        Kind::PrivateEndpoint => model.private_endpoints.push(PrivateEndpoint::read(reading, cx)),
        Kind::PrivateDnsZone => model.zones.push(Zone::read(reading, cx)),
        Kind::DnsServer => model.dns_servers.push(DnsServer::read(reading, cx)),
        Kind::HybridConnection => model.hybrids.push(HybridConnection::read(reading, cx)),
        Kind::HybridConnectionManager => model.hybrid_managers.push(HybridManager::read(reading, cx)),
        Kind::Plan => model.plans.push(Plan::read(reading, cx)),
        Kind::Ase => model.ases.push(Ase::read(reading, cx)),
        Kind::App => App::read(reading, model, cx),
    }
}
