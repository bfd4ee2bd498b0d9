//! A question about flows: from where, to where, by what. Not what becomes of them.

use super::flow::{Ends, Flows};
use crate::model::*;
use crate::net::{AddressSet, PortSet, Protocol, ProtocolSet};
use crate::syntax::ast::Over;

/// Where flows come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An app.
    App(AppId),
    /// A host.
    Host(HostId),
    /// Any machine of a subnet.
    Subnet(SubnetId),
    /// A network of the customer's own.
    OnPremises(OnPremisesId),
    /// Addresses, wherever they are.
    Addresses(AddressSet),
    /// The internet.
    Internet,
}

impl Source {
    /// Is it an app?
    pub fn is_app(&self) -> bool {
        matches!(self, Self::App(_))
    }
}

/// Where flows go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Addresses, without any name lookup.
    Ends(Ends),
    /// A host name, and what it is known to be the name of.
    Name(String, Option<Thing>),
}

/// What kind of traffic of an app it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Traffic {
    /// Calls of the running code.
    #[default]
    Application,
    /// The mount of the content share.
    ContentShare,
    /// The pull of the container image.
    ImagePull,
    /// Backup and restore.
    Backup,
    /// Key Vault references.
    KeyVaultReference,
    /// Questions to name servers, which go the way of the application's calls.
    Lookup,
    /// The fetching of a certificate from a vault.
    Certificate,
    /// The platform's logs.
    Logs,
}

impl Traffic {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::ContentShare => "content-share",
            Self::ImagePull => "image-pull",
            Self::Backup => "backup",
            Self::KeyVaultReference => "key-vault-reference",
            Self::Lookup => "lookup",
            Self::Certificate => "certificate",
            Self::Logs => "logs",
        }
    }

    /// Every kind that one may ask about.
    pub const ALL: [Traffic; 7] = [
        Self::Application,
        Self::ContentShare,
        Self::ImagePull,
        Self::Backup,
        Self::KeyVaultReference,
        Self::Certificate,
        Self::Logs,
    ];

    /// Does it go the way of the application's calls?
    pub fn is_own(self) -> bool {
        matches!(self, Self::Application | Self::Lookup)
    }

    /// Does a feature of the platform call, by the public way first?
    pub fn is_of_platform(self) -> bool {
        matches!(self, Self::KeyVaultReference | Self::Certificate | Self::Logs)
    }
}

/// A set of flows that somebody asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Where they come from.
    pub source: Source,
    /// Where they go.
    pub target: Target,
    /// The declared thing that the target names, where it names one with addresses of its own.
    pub named: Option<Thing>,
    /// What they are carried by; none for TCP and the answer of what stands at the target.
    pub over: Option<Over>,
    /// Their source ports; none for an ephemeral one, which no line with source ports of its own means.
    pub source_ports: Option<PortSet>,
    /// Their destination ports.
    pub ports: PortSet,
    /// What kind of traffic they are.
    pub traffic: Traffic,
    /// The headers of the request.
    pub headers: Vec<(String, Vec<String>)>,
    /// The host name that the client puts into the request, where it is not the name that was asked for.
    pub host: Option<String>,
    /// Is the SCM site meant?
    pub scm: bool,
    /// Is every single address of the target asked about, those between the subnets of a network too, where nothing
    /// can stand?
    pub every_address: bool,
    /// Do the verdict and the rules that decide suffice? Then steps do not say every further rule that they rest on, nor
    /// which lines did not match.
    pub briefly: bool,
    /// Are those flows alone wanted that pass or may pass? Then some are left out of which it is plain before the walk that
    /// they do not.
    pub only_open: bool,
}

impl Question {
    /// What an app itself calls, or the platform for it.
    pub(super) fn of_app(app: AppId, target: Target, ports: PortSet, traffic: Traffic) -> Self {
        Self {
            source: Source::App(app),
            named: None,
            target,
            over: None,
            source_ports: None,
            ports,
            traffic,
            headers: Vec::new(),
            host: None,
            scm: false,
            every_address: false,
            briefly: false,
            only_open: false,
        }
    }

    /// The protocols of the flows.
    pub fn protocols(&self) -> ProtocolSet {
        match self.over {
            Some(Over::Protocol(protocol)) => ProtocolSet::one(protocol),
            Some(Over::Any) => ProtocolSet::all(),
            None | Some(Over::Http | Over::Application(_)) => ProtocolSet::one(Protocol::Tcp),
        }
    }

    /// The host name that the request carries; none where an address was asked for.
    pub fn host_name(&self) -> Option<&str> {
        match (&self.host, &self.target) {
            (Some(host), _) => Some(host),
            (None, Target::Name(name, _)) => Some(name),
            (None, Target::Ends(_)) => None,
        }
    }

    /// Its flows between two ends.
    pub(super) fn flows(&self, source: Ends, destination: Ends) -> Flows {
        Flows {
            source,
            destination,
            protocols: self.protocols(),
            source_ports: self.source_ports.clone(),
            ports: self.ports.clone(),
        }
    }

    /// Is the handshake of TCP alone asked about, and not what the far end then answers?
    pub fn handshake_only(&self) -> bool {
        matches!(self.over, Some(Over::Protocol(_)))
    }
}
