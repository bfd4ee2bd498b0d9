//! The names of a model: which kinds there are, what a name means, and what was probably meant.

use super::*;
use crate::diagnostic::nearest;
use crate::syntax::literal;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $word:literal $plural:literal $head:literal;)*) => {
        /// A kind of declaration.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// Every kind, in the order of the reference.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// The word of the language.
            pub fn word(self) -> &'static str {
                match self { $(Kind::$kind => $word,)* }
            }

            /// Its plural, as `show` takes it.
            pub fn plural(self) -> &'static str {
                match self { $(Kind::$kind => $plural,)* }
            }

            /// How the head of its declaration is written.
            pub fn head(self) -> &'static str {
                match self { $(Kind::$kind => $head,)* }
            }
        }
    };
}

kinds! {
    /// Sets the region of what follows.
    Region "region" "regions" "region NAME";
    /// Sets the subscription of what follows.
    Subscription "subscription" "subscriptions" "subscription NAME";
    /// A virtual network.
    Vnet "vnet" "vnets" "vnet NAME PREFIXES";
    /// A subnet; stands in a vnet.
    Subnet "subnet" "subnets" "subnet NAME PREFIXES";
    /// A network security group.
    Nsg "nsg" "nsgs" "nsg NAME";
    /// An application security group.
    Asg "asg" "asgs" "asg NAME";
    /// Security admin rules.
    AdminRules "admin-rules" "admin-rules" "admin-rules NAME";
    /// A route table.
    RouteTable "route-table" "route-tables" "route-table NAME";
    /// A NAT gateway.
    NatGateway "nat-gateway" "nat-gateways" "nat-gateway NAME";
    /// A peering.
    Peering "peering" "peerings" "peering VNET <-> VNET";
    /// A virtual network gateway.
    Gateway "gateway" "gateways" "gateway NAME in VNET";
    /// A network of the customer's own.
    OnPremises "on-premises" "on-premises" "on-premises NAME PREFIXES";
    /// An appliance.
    Appliance "appliance" "appliances" "appliance NAME in SUBNET ADDRESS";
    /// A load balancer.
    LoadBalancer "load-balancer" "load-balancers" "load-balancer NAME in SUBNET ADDRESS";
    /// A host.
    Host "host" "hosts" "host NAME in SUBNET ADDRESSES";
    /// A service.
    Service "service" "services" "service NAME";
    /// A private endpoint.
    PrivateEndpoint "private-endpoint" "private-endpoints" "private-endpoint NAME in SUBNET";
    /// A private DNS zone.
    PrivateDnsZone "private-dns-zone" "private-dns-zones" "private-dns-zone DNS-NAME";
    /// A DNS server.
    DnsServer "dns-server" "dns-servers" "dns-server NAME in SUBNET ADDRESSES";
    /// A hybrid connection.
    HybridConnection "hybrid-connection" "hybrid-connections" "hybrid-connection NAME HOST:PORT";
    /// A hybrid connection manager.
    HybridConnectionManager "hybrid-connection-manager" "hybrid-connection-managers" "hybrid-connection-manager NAME in PLACE";
    /// A hosting plan.
    Plan "plan" "plans" "plan NAME";
    /// An App Service Environment.
    Ase "ase" "ases" "ase NAME in SUBNET";
    /// An app.
    App "app" "apps" "app NAME on PLAN";
}

impl Kind {
    /// The kind that a word names.
    pub fn named(word: &str) -> Option<Kind> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }

    /// The kind whose plural a word is.
    pub fn of_plural(word: &str) -> Option<Kind> {
        Self::ALL.iter().copied().find(|kind| kind.plural() == word)
    }
}

macro_rules! things {
    ($($kind:ident($id:ident) $arena:ident;)*) => {
        /// Something that has a name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Thing {
            $(#[doc = concat!("A declaration of kind `", stringify!($kind), "`.")] $kind($id),)*
        }

        impl Thing {
            /// Its kind.
            pub fn kind(self) -> Kind {
                match self { $(Thing::$kind(_) => Kind::$kind,)* }
            }

            /// Its head in the model.
            pub fn head(self, model: &Model) -> &Head {
                match self { $(Thing::$kind(id) => &model[id].head,)* }
            }

            /// Its whole name, where the model has it.
            pub(crate) fn name_in(self, model: &Model) -> Option<&str> {
                match self { $(Thing::$kind(id) => model.$arena.get(id.0).map(|noun| &*noun.head.name),)* }
            }

            /// The thing of that kind and number.
            pub(super) fn numbered(kind: Kind, number: u32) -> Option<Thing> {
                Some(match kind {
                    $(Kind::$kind => Thing::$kind($id(number)),)*
                    Kind::Region => return None,
                })
            }
        }
    };
}

things! {
    Subscription(SubscriptionId) subscriptions;
    Vnet(VnetId) vnets;
    Subnet(SubnetId) subnets;
    Nsg(NsgId) nsgs;
    Asg(AsgId) asgs;
    AdminRules(AdminRulesId) admin_rules;
    RouteTable(RouteTableId) route_tables;
    NatGateway(NatGatewayId) nat_gateways;
    Peering(PeeringId) peerings;
    Gateway(GatewayId) gateways;
    OnPremises(OnPremisesId) on_premises;
    Appliance(ApplianceId) appliances;
    LoadBalancer(LoadBalancerId) load_balancers;
    Host(HostId) hosts;
    Service(ServiceId) services;
    PrivateEndpoint(PrivateEndpointId) private_endpoints;
    PrivateDnsZone(ZoneId) zones;
    DnsServer(DnsServerId) dns_servers;
    HybridConnection(HybridId) hybrids;
    HybridConnectionManager(HybridManagerId) hybrid_managers;
    Plan(PlanId) plans;
    Ase(AseId) ases;
    App(AppId) apps;
}

/// Why a name means nothing, or too much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameTrouble {
    /// Nothing has the name.
    Unknown,
    /// Several things have it; their whole names.
    Ambiguous(Vec<String>),
    /// It is declared, as something else.
    OtherKind(Kind),
}

/// What each name means.
#[derive(Clone, Debug, Default)]
pub struct Names {
    all: Vec<(Arc<str>, Thing)>,
    counts: HashMap<Kind, u32>,
    /// Where in `all` a name stands, whatever its kind.
    places: HashMap<Arc<str>, Vec<u32>>,
    /// Where in `all` the names stand that end in a dot and this: `data` for `hub.data`.
    members: HashMap<Box<str>, Vec<u32>>,
}

impl Names {
    /// Gives a name of a kind the next id; none where the name is taken.
    pub(super) fn add(&mut self, kind: Kind, name: &str) -> Option<Thing> {
        let count = self.counts.entry(kind).or_insert(0);
        let known = self.places.get_mut(name);
        if known.as_ref().is_some_and(|places| places.iter().any(|at| self.all[*at as usize].1.kind() == kind)) {
            return None;
        }
        let thing = Thing::numbered(kind, *count)?;
        *count += 1;
        let place = self.all.len() as u32;
        let name: Arc<str> = match known {
            Some(places) => {
                places.push(place);
                self.all[places[0] as usize].0.clone()
            }
            None => {
                let name: Arc<str> = name.into();
                self.places.insert(name.clone(), vec![place]);
                name
            }
        };
        for (dot, _) in name.match_indices('.') {
            match self.members.get_mut(&name[dot + 1..]) {
                Some(places) => places.push(place),
                None => {
                    self.members.insert(name[dot + 1..].into(), vec![place]);
                }
            }
        }
        self.all.push((name, thing));
        Some(thing)
    }

    /// The thing of exactly that kind and name.
    pub fn get(&self, kind: Kind, name: &str) -> Option<Thing> {
        self.called(name).find(|thing| thing.kind() == kind)
    }

    /// Every name with its thing, in the order of declaration.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Thing)> {
        self.all.iter().map(|(name, thing)| (&**name, *thing))
    }

    /// The things that have a name, each of another kind, in the order of declaration.
    fn called(&self, name: &str) -> impl Iterator<Item = Thing> {
        self.places.get(name).into_iter().flatten().map(|at| self.all[*at as usize].1)
    }

    /// What a name means among these kinds. A whole name goes before a bare member (`data` for `hub.data`).
    pub fn find(&self, text: &str, kinds: &[Kind]) -> Result<Thing, NameTrouble> {
        let name = &*whole_name(text);
        let among = |thing: &Thing| kinds.contains(&thing.kind());
        let mut whole = self.called(name).filter(among);
        match (whole.next(), whole.next()) {
            (None, _) => {}
            (Some(one), None) => return Ok(one),
            _ => {
                let mut all: Vec<Thing> = self.called(name).filter(among).collect();
                all.sort_by_key(|thing| kinds.iter().position(|kind| *kind == thing.kind()));
                let word = |thing: &Thing| format!("{} {name}", thing.kind().word());
                return Err(NameTrouble::Ambiguous(all.iter().map(word).collect()));
            }
        }
        let places = self.members.get(name).into_iter().flatten();
        let members: Vec<&(Arc<str>, Thing)> =
            places.map(|at| &self.all[*at as usize]).filter(|(_, thing)| among(thing)).collect();
        match members.as_slice() {
            [] => {}
            [(_, one)] => return Ok(*one),
            several => {
                let names = several.iter().map(|(whole, _)| whole.to_string());
                return Err(NameTrouble::Ambiguous(names.collect()));
            }
        }
        match self.called(name).next() {
            Some(other) => Err(NameTrouble::OtherKind(other.kind())),
            None => Err(NameTrouble::Unknown),
        }
    }

    /// The name of one of these kinds that was probably meant.
    pub fn suggest(&self, text: &str, kinds: &[Kind]) -> Option<&str> {
        nearest(
            &whole_name(text),
            self.iter().filter(|(_, thing)| kinds.contains(&thing.kind())).map(|(whole, _)| whole),
        )
    }
}

/// Names while a model is made, and which of them were looked up, where somebody wants to know: what was read of a
/// declaration holds as long as none of them comes to mean anything else.
pub(super) struct LookedUp<'a> {
    names: &'a Names,
    asked: Option<RefCell<HashSet<Box<str>>>>,
}

impl<'a> LookedUp<'a> {
    pub(super) fn of(names: &'a Names, kept: bool) -> Self {
        Self { names, asked: kept.then(RefCell::default) }
    }

    /// As [`Names::find`].
    pub(super) fn find(&self, text: &str, kinds: &[Kind]) -> Result<Thing, NameTrouble> {
        self.keep(&whole_name(text));
        self.names.find(text, kinds)
    }

    /// As [`Names::get`].
    pub(super) fn get(&self, kind: Kind, name: &str) -> Option<Thing> {
        self.keep(name);
        self.names.get(kind, name)
    }

    fn keep(&self, name: &str) {
        if let Some(asked) = &self.asked
            && !asked.borrow().contains(name)
        {
            asked.borrow_mut().insert(name.into());
        }
    }

    /// What was looked up.
    pub(super) fn asked(&mut self) -> HashSet<Box<str>> {
        self.asked.as_mut().map(|asked| std::mem::take(asked.get_mut())).unwrap_or_default()
    }
}

/// What is only read to say what is wrong: a model with such an error is not grown.
impl std::ops::Deref for LookedUp<'_> {
    type Target = Names;

    fn deref(&self) -> &Names {
        self.names
    }
}

/// A name as things are registered under it: without the quotes that a label may have.
pub(super) fn whole_name(text: &str) -> Cow<'_, str> {
    match text.starts_with('"') {
        true => literal::labels(text).join(".").into(),
        false => text.into(),
    }
}
