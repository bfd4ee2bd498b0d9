//! Routes: what one is, where it sends and where it comes from. The table, which routes count and which one wins are
//! beside it.

mod forward;
mod reasons;
mod state;
mod table;

pub(super) use forward::either;

use super::matching::Matcher;
use crate::model::*;
use crate::source::Span;
use std::net::IpAddr;

/// Where a route sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hop {
    /// Within the virtual network.
    Vnet,
    /// To a peered network.
    Peering(VnetId),
    /// To the network's gateway, or that of a peer.
    Gateway(GatewayId),
    /// To the gateway, where none is there.
    MissingGateway,
    /// To the appliance at this address.
    Appliance(IpAddr),
    /// To a private endpoint.
    PrivateEndpoint(PrivateEndpointId),
    /// To a service, by its service endpoint.
    ServiceEndpoint,
    /// To the internet.
    Internet,
    /// Nowhere.
    None,
}

impl Hop {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Vnet => "vnet",
            Self::Peering(_) => "peering",
            Self::Gateway(_) | Self::MissingGateway => "gateway",
            Self::Appliance(_) => "appliance",
            Self::PrivateEndpoint(_) => "private-endpoint",
            Self::ServiceEndpoint => "service-endpoint",
            Self::Internet => "internet",
            Self::None => "none",
        }
    }

    /// Azure's name in an effective route table.
    pub fn azure_name(self) -> &'static str {
        match self {
            Self::Vnet => "VnetLocal",
            Self::Peering(_) => "VNetPeering",
            Self::Gateway(_) | Self::MissingGateway => "VirtualNetworkGateway",
            Self::Appliance(_) => "VirtualAppliance",
            Self::PrivateEndpoint(_) => "InterfaceEndpoint",
            Self::ServiceEndpoint => "VirtualNetworkServiceEndpoint",
            Self::Internet => "Internet",
            Self::None => "None",
        }
    }
}

/// Where a route comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteSource {
    /// The user wrote it.
    User,
    /// A gateway learned it, or has it for a site.
    Gateway,
    /// The system has it.
    Default,
}

impl RouteSource {
    /// Azure's name in an effective route table.
    pub fn azure_name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Gateway => "VirtualNetworkGateway",
            Self::Default => "Default",
        }
    }
}

/// Does a route count?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteState {
    /// It counts.
    Active,
    /// Another one with its prefix, or a rule, took its place.
    Invalid(String),
    /// A rule took it out of the table.
    Removed(String),
}

/// A route of a subnet's effective table.
#[derive(Clone, Debug)]
pub struct Route {
    /// What it is for, as it is printed.
    pub target: String,
    /// The addresses that it is for.
    pub matcher: Matcher,
    /// The length of its prefix.
    pub length: u8,
    /// Where prefixes are the same: 0 of one that is written out, more for the wider of two tags.
    rank: u8,
    /// Where it sends.
    pub hop: Hop,
    /// Where it comes from.
    pub source: RouteSource,
    /// Does it count?
    pub state: RouteState,
    /// The platform's rule that gives it.
    pub rule: &'static str,
    /// Its name.
    pub name: Option<String>,
    /// Where it, or what gives it, is declared.
    pub place: Option<Span>,
    prefix: Option<ipnet::IpNet>,
}

impl Route {
    fn new(prefix: ipnet::IpNet, hop: Hop, source: RouteSource, rule: &'static str, place: Option<Span>) -> Self {
        Self {
            target: prefix.to_string(),
            matcher: Matcher::of(prefix.into()),
            length: prefix.prefix_len(),
            rank: 0,
            hop,
            source,
            state: RouteState::Active,
            rule,
            name: None,
            place,
            prefix: Some(prefix),
        }
    }

    /// Does it count?
    pub fn is_active(&self) -> bool {
        self.state == RouteState::Active
    }
}
