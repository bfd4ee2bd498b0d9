//! What is referred to and not among the resources. It is declared so that the source can be read, and so that whoever
//! asks about it gets `unknown`: its subnet leads everything to an address where nothing stands.

use super::draft::{self, Draft};
use super::estate::{Estate, Part, key, own_name, parent_of};
use crate::net::AddressSet;
use ipnet::IpNet;
use std::collections::{HashMap, HashSet};

/// A name server of which nothing is stated.
pub(super) const NAME_SERVER: &str = "198.19.255.253";
/// The next hop of which nothing is stated.
const HOP: &str = "198.19.255.254";
/// The addresses that networks elsewhere stand in for: those set aside for tests of networks.
const SPACE: &str = "198.18.0.0/15";

/// A network of which only names are known.
#[derive(Clone, Debug, Default)]
pub(super) struct Absent {
    name: String,
    id: String,
    prefixes: Vec<String>,
    subnets: Vec<Draft>,
}

/// The networks elsewhere, by id.
#[derive(Clone, Debug, Default)]
pub(super) struct Elsewhere {
    networks: Vec<Absent>,
    subnets: HashMap<String, String>,
    tag: Option<String>,
    tags: HashSet<String>,
}

impl Estate<'_> {
    /// The name of a table that leads everything to an address of a network where nothing is known to stand.
    pub(super) fn unknown_routes(&mut self, vnet: &str, space: &[IpNet]) -> String {
        let id = format!("{vnet}#routes");
        if let Some(name) = self.named("route-table", &id) {
            return draft::name(&name);
        }
        let name = draft::name(&self.christen("route-table", &id, &format!("{vnet}-elsewhere")));
        // The last address that a machine could have; whoever stands there is no router that is told.
        let hop =
            space.iter().find_map(|prefix| prefix.hosts().last()).map_or(HOP.to_string(), |last| last.to_string());
        let mut draft = Draft::new(format!("route-table {name}"));
        draft.comment(
            "Routes that are not among the resources: nothing is stated at this address, so the answer is `unknown`.",
        );
        let mut prefixes: Vec<String> =
            self.platform.system_routes().iter().map(|route| route.prefix.to_string()).collect();
        for own in space.iter().map(IpNet::to_string) {
            if !prefixes.contains(&own) {
                prefixes.push(own);
            }
        }
        for prefix in prefixes {
            draft.line(format!("{prefix} -> appliance {hop}"));
        }
        self.declare((Part::Elsewhere, 1), draft);
        name
    }

    /// A tag without addresses: who may belong to it is not known.
    pub(super) fn unknown_callers(&mut self) -> String {
        if let Some(name) = &self.elsewhere.tag {
            return name.clone();
        }
        let name = "not-among-the-resources".to_string();
        let mut draft = Draft::new(format!("service-tag {name}"));
        draft.comment("Callers that a firewall which is not among the resources may admit.");
        self.declare((Part::Elsewhere, 1), draft);
        self.elsewhere.tag = Some(name.clone());
        name
    }

    /// A service tag that fnet does not know: which addresses it has is not known either.
    pub(super) fn unknown_tag(&mut self, name: &str, is_regional: bool) {
        if !self.elsewhere.tags.insert(name.to_string()) {
            return;
        }
        let mut draft = Draft::new(format!("service-tag {name}"));
        draft.comment("A service tag whose addresses are not stated: `use tags` reads Microsoft's list of them.");
        draft.switch("regional", is_regional.then_some(true));
        self.declare((Part::Elsewhere, 1), draft);
    }

    /// A subnet of which only the name is known, as a reference. What leaves it is not known.
    pub(super) fn subnet_elsewhere(&mut self, id: &str) -> String {
        if let Some(known) = self.elsewhere.subnets.get(&key(id)) {
            return known.clone();
        }
        let vnet = parent_of(id).to_string();
        let of = format!("{vnet}#elsewhere");
        let own = own_name(&vnet);
        let own = if self.named("vnet", &vnet).is_some() { format!("{own}-elsewhere") } else { own.to_string() };
        let name = self.christen("vnet", &of, &own);
        let at = match self.elsewhere.networks.iter().position(|network| network.id == of) {
            Some(at) => at,
            None => {
                self.elsewhere.networks.push(Absent { name: name.clone(), id: of, ..Absent::default() });
                self.elsewhere.networks.len() - 1
            }
        };
        let place = self.elsewhere.networks[at].subnets.len();
        let own = own_name(id).to_string();
        let [high, low] = [(place / 4) as u8, (place % 4) as u8 * 64];
        let mut draft = Draft::new(format!("subnet {} 198.18.{high}.{low}/26", draft::name(&own)));
        let space = [SPACE.parse().expect("a prefix")];
        draft.set("route-table", self.unknown_routes(&name, &space));
        let network = &mut self.elsewhere.networks[at];
        network.subnets.push(draft);
        let shown = draft::member(&network.name, &own);
        self.elsewhere.subnets.insert(key(id), shown.clone());
        shown
    }

    /// Puts a subnet whose facts are known into its network, of which nothing else is.
    pub(super) fn add_to_absent(&mut self, vnet: &str, name: &str, prefixes: Vec<String>, subnet: Draft) {
        let at = match self.elsewhere.networks.iter().position(|network| key(&network.id) == key(vnet)) {
            Some(at) => at,
            None => {
                let absent = Absent { name: name.into(), id: vnet.into(), ..Absent::default() };
                self.elsewhere.networks.push(absent);
                self.elsewhere.networks.len() - 1
            }
        };
        let network = &mut self.elsewhere.networks[at];
        network.prefixes.extend(prefixes);
        network.subnets.push(subnet);
    }

    /// Declares the networks elsewhere, once all references are known.
    pub(super) fn declare_elsewhere(&mut self) {
        for network in std::mem::take(&mut self.elsewhere.networks) {
            let mut space: Vec<String> = network.prefixes.clone();
            if space.is_empty() {
                space.push(SPACE.into());
            }
            let told: AddressSet = AddressSet::of(
                space.iter().filter_map(|prefix| prefix.parse().ok()).collect::<Vec<ipnet::IpNet>>().iter(),
            );
            let space: Vec<String> = told.prefixes().iter().map(ToString::to_string).collect();
            let mut draft = Draft::new(format!("vnet {} {}", draft::name(&network.name), space.join(", ")));
            let id = network.id.trim_end_matches("#elsewhere");
            draft
                .comment(format!("{id} is not among the resources: its addresses stand for those that nobody states."));
            draft.set("dns", NAME_SERVER);
            network.subnets.into_iter().for_each(|subnet| draft.block(subnet));
            self.declare((Part::Elsewhere, 0), draft);
        }
    }
}
