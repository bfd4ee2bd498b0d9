//! Azure's behaviour: one stage a file, and the walk that puts them in order.
//!
//! A walk carries a set of flows from a source to where it ends. A stage splits the set where a rule, a route, a
//! scope or a zone treats its flows differently, and every part keeps its own trail of steps, so that the verdict
//! and its reasons are one thing. A single flow is a set of one. Nothing here knows text to be parsed or colours.

// The verbs of the stages, `to_`, `from_`, `into_`, say where flows go, not what becomes of a value.
#![allow(clippy::wrong_self_convention)]

mod access;
mod app;
mod appliance;
mod arrive;
mod ase;
mod between;
mod callee;
mod effective;
mod egress;
mod facts;
mod features;
mod flow;
mod gateway_required;
mod hybrid;
mod inbound;
mod instances;
mod joined;
mod lines;
mod manager;
mod matching;
mod meaning;
mod overlooked;
mod packet;
mod pairs;
mod peering;
mod pieces;
mod places;
mod plain;
mod privatelink;
mod proof;
mod publics;
mod question;
mod reasons;
mod reference;
mod remedy;
mod reply;
mod resolve;
mod routes;
mod running;
mod scope;
mod security;
mod service;
mod site;
mod standing;
mod tag_rules;
mod tags;
mod trail;
mod validity;
mod walk;

pub use effective::{EffectiveSecurity, LineAt, ListOwner, Ruling, SecurityDecision};
pub use flow::{Ends, Flows, Symbol, SymbolOf};
pub use matching::{Decided, Matcher, Miss};
pub use packet::Part;
pub use pairs::{Called, ClassId, Pairs};
pub use question::{Question, Source, Target, Traffic};
pub use resolve::{Answered, AskedServer, Asker, Resolution, ServiceName};
pub use routes::{Hop, Route, RouteSource, RouteState};
pub use running::{Need, deciding as deciding_need, verdict_of};
pub use trail::{LISTENS, Mark, Outcome, Step, Trail, Verdict};
pub(crate) use validity::Checked;
pub use validity::{Finding, advice, findings};

use crate::model::reads::Known;
use crate::model::{AppId, Model, RouteTableId, SubnetId, VnetId};
use crate::net::AddressSet;
use crate::platform::Platform;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// What the sides of the lines of a list mean at a subnet, outbound or inbound.
type SidesOfLists = HashMap<(ListOwner, bool, meaning::Viewpoint), Rc<matching::Sides>>;

/// The effective routes of subnets.
type Tables = HashMap<(VnetId, Option<SubnetId>), Known<Rc<Vec<Route>>>>;

/// Addresses that the routes of subnets lead nowhere.
type Dropped = HashMap<(VnetId, Option<SubnetId>), Known<Rc<AddressSet>>>;

/// The engine: a model and the platform that it stands on. What holds of the model whatever is asked is found out once,
/// so one engine is to answer all questions about a model.
pub struct Engine<'m> {
    /// What was declared.
    pub model: &'m Model,
    /// What the checks found.
    themes: validity::Themes,
    /// The addresses that the internet routes.
    public: OnceCell<AddressSet>,
    /// The names of the tags that hold all of Azure's public addresses.
    cloud: OnceCell<Vec<String>>,
    /// The apps that call out of each subnet.
    callers: OnceCell<Known<HashMap<SubnetId, Vec<AppId>>>>,
    /// What is looked up by an address or by a network.
    places: places::Places,
    /// All addresses, cut along every border.
    pieces: OnceCell<Known<pieces::Pieces>>,
    /// Of the subnets of a network with one route table the one that was asked about first.
    routed: RefCell<HashMap<(VnetId, Option<RouteTableId>), SubnetId>>,
    /// The private addresses that the routes of such a subnet lead nowhere.
    dropped: RefCell<Dropped>,
    /// The effective routes of the subnets that were asked about.
    routes: RefCell<Tables>,
    /// What the lines mean that were asked.
    sides: RefCell<SidesOfLists>,
    /// What the tag VirtualNetwork holds at the subnets that were asked about.
    networks: RefCell<HashMap<meaning::Viewpoint, Known<AddressSet>>>,
}

impl<'m> Engine<'m> {
    /// The engine of a model.
    pub fn of(model: &'m Model) -> Self {
        Self {
            model,
            themes: validity::Themes::default(),
            public: OnceCell::new(),
            cloud: OnceCell::new(),
            callers: OnceCell::new(),
            places: places::Places::default(),
            pieces: OnceCell::new(),
            routed: RefCell::default(),
            dropped: RefCell::default(),
            routes: RefCell::default(),
            sides: RefCell::default(),
            networks: RefCell::default(),
        }
    }

    /// The facts of the model's edition.
    pub fn platform(&self) -> &'m Platform {
        &self.model.platform
    }

    /// Is the rule in force? One that the edition does not declare does not fire.
    pub fn fires(&self, rule: &str) -> bool {
        self.platform().declares(rule)
    }
}
