//! What the user declared: typed, names resolved to ids, with places. One noun a file, its lowering beside it.
//!
//! The model knows nothing of queries, and judges nothing that Azure would judge: limits and validity are the
//! engine's.

mod address;
mod app;
mod arena;
mod change;
mod declared;
mod dns;
mod fields;
mod gateway;
mod grow;
mod host;
mod hybrid;
mod lower;
mod name;
mod network;
mod peering;
mod places;
mod plan;
pub(crate) mod reads;
mod route;
mod security;
mod service;

pub use address::{AddressExpr, Side, TagRef, Term};
pub use app::*;
pub use arena::{Arena, Iter, Noun};
pub use change::{Change, Changed, User};
pub(crate) use declared::name_of;
pub use declared::{Added, Declared, DeclaredItem};
pub use dns::*;
pub(crate) use fields::name_trouble;
pub use fields::{Property, Shape, Stated};
pub use gateway::*;
pub use grow::{Growing, Grown};
pub use host::*;
pub use hybrid::*;
pub use lower::lower;
pub use name::{Kind, NameTrouble, Names, Thing};
pub use network::*;
pub use peering::*;
pub use plan::*;
pub use route::*;
pub use security::*;
pub use service::*;

use crate::platform::Platform;
use crate::source::Span;

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident -> $noun:ident as $kind:ident in $arena:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $id(pub u32);

            impl std::ops::Index<$id> for Model {
                type Output = $noun;
                fn index(&self, id: $id) -> &$noun {
                    self.$arena.at(id.0)
                }
            }

            impl Noun for $noun {
                const KIND: Kind = Kind::$kind;
            }
        )*

        /// Everything that was declared, kind by kind, in the order of declaration.
        #[derive(Debug)]
        pub struct Model {
            /// The facts of the edition, with what the script changed of them.
            pub platform: Platform,
            /// The names of everything.
            pub names: Names,
            /// What was changed while something used it.
            pub changes: Vec<Change>,
            $(
                /// The declarations of this kind.
                pub $arena: Arena<$noun>,
            )*
        }

        impl Model {
            /// Everything in it as text, for tests to compare.
            #[cfg(test)]
            pub(crate) fn shown(&self) -> String {
                let names: Vec<_> = self.names.iter().collect();
                let mut text = format!("{names:?}\n{:?}\n", self.changes);
                $(text.push_str(&format!("{}: {:?}\n", stringify!($arena), self.$arena));)*
                text
            }

            /// A model of nothing.
            pub fn empty(platform: Platform) -> Self {
                Self { platform, names: Names::default(), changes: Vec::new(), $($arena: Arena::new(),)* }
            }

            $(
                /// The ids of this kind, in order.
                pub fn $arena(&self) -> impl Iterator<Item = ($id, &$noun)> {
                    self.$arena.iter().enumerate().map(|(at, noun)| ($id(at as u32), noun))
                }
            )*
        }
    };
}

ids! {
    /// A subscription.
    SubscriptionId -> Subscription as Subscription in subscriptions;
    /// A virtual network.
    VnetId -> Vnet as Vnet in vnets;
    /// A subnet.
    SubnetId -> Subnet as Subnet in subnets;
    /// A network security group.
    NsgId -> Nsg as Nsg in nsgs;
    /// An application security group.
    AsgId -> Asg as Asg in asgs;
    /// A set of security admin rules.
    AdminRulesId -> AdminRules as AdminRules in admin_rules;
    /// A route table.
    RouteTableId -> RouteTable as RouteTable in route_tables;
    /// A NAT gateway.
    NatGatewayId -> NatGateway as NatGateway in nat_gateways;
    /// A peering.
    PeeringId -> Peering as Peering in peerings;
    /// A virtual network gateway.
    GatewayId -> Gateway as Gateway in gateways;
    /// A network of the customer's own.
    OnPremisesId -> OnPremises as OnPremises in on_premises;
    /// A network virtual appliance.
    ApplianceId -> Appliance as Appliance in appliances;
    /// A load balancer.
    LoadBalancerId -> LoadBalancer as LoadBalancer in load_balancers;
    /// A host.
    HostId -> Host as Host in hosts;
    /// A service.
    ServiceId -> Service as Service in services;
    /// A private endpoint.
    PrivateEndpointId -> PrivateEndpoint as PrivateEndpoint in private_endpoints;
    /// A private DNS zone.
    ZoneId -> Zone as PrivateDnsZone in zones;
    /// A DNS server.
    DnsServerId -> DnsServer as DnsServer in dns_servers;
    /// A hybrid connection.
    HybridId -> HybridConnection as HybridConnection in hybrids;
    /// A hybrid connection manager.
    HybridManagerId -> HybridManager as HybridConnectionManager in hybrid_managers;
    /// A hosting plan.
    PlanId -> Plan as Plan in plans;
    /// An App Service Environment.
    AseId -> Ase as Ase in ases;
    /// An app or a slot of one.
    AppId -> App as App in apps;
}

/// What every declaration has: a name, a place, and where it is placed in Azure.
#[derive(Clone, Debug)]
pub struct Head {
    /// The whole name: `hub.functions`, `app1.staging`.
    pub name: String,
    /// The place of kind and head.
    pub span: Span,
    /// The region, in lower case.
    pub region: Option<Stated<String>>,
    /// The subscription.
    pub subscription: Option<Stated<String>>,
}
