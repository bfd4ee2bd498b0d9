//! Scope: what of an app's traffic enters its network, and the app's own way for what does not. Not what happens inside.

use super::Engine;
use super::app::integration_span;
use super::flow::Ends;
use super::meaning::Viewpoint;
use super::packet::{Packet, Part};
use super::question::{Question, Target, Traffic};
use super::routes::RouteSource;
use super::trail::{Mark, Outcome, Step};
use crate::model::*;
use crate::net::AddressSet;
use crate::source::Span;

/// What sends traffic of an app into its network.
pub(super) enum Scope {
    /// Everything enters.
    All(Step),
    /// Private destinations and service endpoints enter.
    Private,
    /// Nothing enters.
    Nothing(Step),
    /// The public way is tried first.
    PublicFirst,
}

/// What a service endpoint does to ends: the endpoint's name and place beside them.
pub(super) struct Covered {
    pub(super) yes: Option<(Ends, String, Span)>,
    pub(super) maybe: Option<(Ends, String, String, Span)>,
    pub(super) no: Option<Ends>,
}

impl Engine<'_> {
    /// What puts traffic of an app in scope.
    pub(super) fn scope(&self, app: AppId, traffic: Traffic, subnet: SubnetId) -> Scope {
        let noun = &self.model[app];
        let vnet = &self.model[self.model[subnet].vnet].head.name;
        if self.environment(app).is_some() {
            return Scope::All(Step::pass(
                "ase.in-vnet",
                format!("all traffic of an App Service Environment is inside {vnet}"),
            ));
        }
        if traffic.is_of_platform() && traffic != Traffic::KeyVaultReference {
            return self.configuration_scope(noun, traffic, vnet);
        }
        if self.plan_of(app).and_then(|p| p.plan_type.as_ref()).is_some_and(|p| p.routes_all) {
            let text = format!(
                "all traffic of a {} app enters {vnet}",
                self.plan_of(app).and_then(|p| p.tier.as_ref()).map_or("", |t| &t.value)
            );
            return Scope::All(Step::pass("scope.flex.all-traffic", text).at(noun.head.span));
        }
        if let Some((stated, _)) = noun.switch("route-everything").filter(|(s, _)| s.value) {
            let text = format!("route-everything is on: application and configuration traffic enter {vnet}");
            return Scope::All(Step::pass("scope.route-all.all-traffic", text).at(stated.span));
        }
        if !traffic.is_own() {
            return self.configuration_scope(noun, traffic, vnet);
        }
        match noun.switch("route-all").filter(|(s, _)| s.value) {
            Some((stated, via)) => {
                let rules = match via {
                    Via::Property => ["scope.route-all.application-traffic", "scope.route-all.site-property"],
                    Via::Setting => ["scope.route-all.app-setting", "scope.route-all.site-property"],
                };
                let rule = rules.into_iter().find(|rule| self.fires(rule)).unwrap_or("scope.route-all.default");
                let text = format!("route-all is on: every destination enters {vnet}");
                Scope::All(Step::pass(rule, text).at(stated.span))
            }
            None => Scope::Private,
        }
    }

    /// The switch that sends traffic of the platform for an app into its network, and the rule that says so.
    fn switch_of(traffic: Traffic) -> Option<(&'static str, &'static str)> {
        match traffic {
            Traffic::ContentShare => Some(("route-content-share", "scope.config.content-share")),
            Traffic::ImagePull => Some(("route-image-pull", "scope.config.image-pull")),
            Traffic::Backup => Some(("route-backup", "scope.config.backup")),
            _ => None,
        }
    }

    /// The backup of a database, which no switch sends into a network.
    pub(super) fn database_backup(&self, question: &Question, app: AppId) -> Option<Step> {
        let Target::Name(_, Some(Thing::Service(id))) = question.target else { return None };
        let (noun, rule) = (&self.model[id], "scope.config.backup");
        // What is no storage account can hold no backup of files.
        let holds_files = noun.service_type.as_ref().is_none_or(|of_type| !of_type.app_kinds.is_empty());
        if question.traffic != Traffic::Backup || holds_files || !self.fires(rule) || self.environment(app).is_some() {
            return None;
        }
        let text = format!("a backup of database {} never goes through a network", noun.head.name);
        Some(Step::pass(rule, text).at(integration_span(&self.model[app])))
    }

    fn configuration_scope(&self, noun: &App, traffic: Traffic, vnet: &str) -> Scope {
        if !self.fires("scope.config.default-public") {
            let text = format!("{} is traffic of the platform, which does not enter {vnet}", traffic.word());
            return Scope::Nothing(Step::pass("scope.out-of-scope-path", text).at(integration_span(noun)));
        }
        let Some((switch, rule)) = Self::switch_of(traffic) else { return Scope::PublicFirst };
        match noun.switch(switch).filter(|(s, _)| s.value) {
            Some((stated, _)) => {
                Scope::All(Step::pass(rule, format!("{switch} is on: this traffic enters {vnet}")).at(stated.span))
            }
            None => {
                let text = format!("{switch} is off: {} takes the public way", traffic.word());
                Scope::Nothing(Step::pass("scope.config.default-public", text).at(noun.head.span))
            }
        }
    }

    /// Which ends a service endpoint of the subnet covers, may cover, and does not cover.
    pub(super) fn by_service_endpoint(&self, subnet: SubnetId, ends: &Ends) -> Covered {
        let noun = &self.model[subnet];
        let public = self.public_space();
        let mut covered = Covered { yes: None, maybe: None, no: Some(ends.clone()) };
        for stated in &noun.service_endpoints {
            for tag in self.tags_of_endpoint(&stated.value, noun.vnet) {
                let Some(left) = covered.no.take() else { return covered };
                let matcher = self.tag(&tag, Some(Viewpoint { vnet: noun.vnet, subnet: Some(subnet) }));
                let cut = matcher.split(&left, &public);
                let name = || stated.value.clone();
                // One endpoint may have several tags, and the next one further addresses.
                covered.yes = match (covered.yes, cut.yes) {
                    (Some((known, name, span)), more) => {
                        join(Some(known.clone()), more).or(Some(known)).map(|ends| (ends, name, span))
                    }
                    (None, new) => new.map(|ends| (ends, name(), stated.span)),
                };
                // What this endpoint may cover is still asked of the next one.
                if let Some((ends, fact)) = &cut.maybe {
                    let known = covered.maybe.get_or_insert((ends.clone(), name(), fact.clone(), stated.span));
                    if let Some(all) = join(Some(known.0.clone()), Some(ends.clone())) {
                        known.0 = all;
                    }
                }
                covered.no = join(cut.no, cut.maybe.map(|(ends, _)| ends));
            }
        }
        if let Some((doubtful, ..)) = &mut covered.maybe {
            let (still, sure) = match (covered.no.take(), &*doubtful) {
                (Some(Ends::Set(left)), Ends::Set(set)) => {
                    let some = |set: AddressSet| (!set.is_empty()).then_some(Ends::Set(set));
                    (some(left.intersection(set)), some(left.difference(set)))
                }
                (left, _) => (left, None),
            };
            covered.no = sure;
            match still {
                Some(ends) => *doubtful = ends,
                None => covered.maybe = None,
            }
        }
        covered
    }

    /// Out of scope: the app's own public way, where no group, route or gateway of the network has a say.
    pub(super) fn past_network(&self, mut packet: Packet<'_>, app: AppId, why: Option<Step>) -> Vec<Part> {
        let noun = &self.model[app];
        let destination = packet.flows.destination.possible().clone();
        let vnet = &self.model[packet.vnet].head.name;
        let used_privately = self.used_privately(packet.vnet);
        let privately = destination.meets(&used_privately);
        let public = destination.is_subset(&self.public_space());
        let by_default = noun.switch("route-all").is_none();
        let traffic = packet.question.traffic;
        if (privately || !public) && !traffic.is_own() {
            let never = why.filter(|why| why.rule == "scope.config.backup");
            let step = match never {
                Some(why) => Step { mark: Mark::Block(Outcome::Dropped), ..why },
                None => self.kept_out(noun, traffic, &packet.flows.destination),
            };
            return vec![packet.end_with(step.also("eval.out.4-scope"))];
        }
        if privately || !public {
            let what = if privately { "used in the network but outside RFC 1918" } else { "not a public address" };
            let text =
                format!("{} is {what}, and without route-all it does not enter {vnet}", packet.flows.destination);
            let line = self.route_all_line(app);
            let step = Step::block("scope.not-rfc1918-private", Outcome::Dropped, text)
                .at(integration_span(noun))
                .also("eval.out.4-scope")
                .also_if(by_default, "scope.route-all.default")
                .headline(format!("{} leaves by the public way, because route-all is off", packet.flows.destination))
                .remedy(line);
            return vec![packet.end_with(step)];
        }
        if traffic.is_own() {
            let text =
                format!("{} is public and route-all is off: the call does not enter {vnet}", packet.flows.destination);
            let step = Step::pass("scope.out-of-scope-path", text)
                .at(integration_span(noun))
                .also("eval.out.4-scope")
                .also_if(by_default, "scope.route-all.default")
                .also("scope.still-public");
            packet.push(self.past_routes(step, &packet));
        }
        if let Some(why) = why {
            packet.push(why.also("eval.out.4-scope").also("scope.out-of-scope-path"));
        }
        let subnet = packet.subnet.map(|subnet| &self.model[subnet]);
        if let Some(nsg) = subnet.and_then(|subnet| subnet.nsg.as_ref()) {
            let text =
                format!("nsg {} is not asked: it sees what enters the network alone", self.model[nsg.value].head.name);
            packet.push(Step::pass("nsg.integration.scope", text).at(nsg.span));
        }
        if let Some(nat) = subnet.and_then(|subnet| subnet.nat_gateway.as_ref())
            && self.fires("nat.scope")
        {
            let text = format!(
                "NAT gateway {} is not used: the call does not enter the network",
                self.model[nat.value].head.name
            );
            packet.push(Step::pass("nat.scope", text).at(nat.span));
        }
        self.as_platform(packet, app)
    }

    /// Traffic of the platform for an app, to an address that the public way does not lead to.
    fn kept_out(&self, noun: &App, traffic: Traffic, destination: &Ends) -> Step {
        let (word, name) = (traffic.word(), &noun.head.name);
        let rule = "scope.config.default-public";
        let (rule, switch) = match Self::switch_of(traffic).filter(|_| self.fires(rule)) {
            Some((switch, _)) => (rule, Some(switch)),
            None => ("scope.out-of-scope-path", None),
        };
        let text = format!("{destination} is private, and {word} of {name} takes the public way");
        let step = Step::block(rule, Outcome::Dropped, text).at(integration_span(noun));
        match switch {
            Some(switch) => step
                .headline(format!("{word} takes the public way, because {switch} is off"))
                .remedy(format!("amend app {name} {{ {switch} on }}")),
            None => step,
        }
    }

    /// The step of what does not enter, with what says that routes of the user and of gateways do not catch it.
    fn past_routes(&self, step: Step, packet: &Packet<'_>) -> Step {
        let routes = self.effective_routes(packet.vnet, packet.subnet);
        let chosen = self.choose_route(&routes, &packet.flows.destination);
        let by = |source: RouteSource| {
            chosen.iter().any(|choice| choice.route.is_some_and(|at| routes[at].source == source))
        };
        step.also_if(by(RouteSource::User), "route.app.scope").also_if(by(RouteSource::Gateway), "route.app.bgp-scope")
    }

    /// The line that switches route-all on, in the words of the edition.
    pub(super) fn route_all_line(&self, app: AppId) -> String {
        match self.route_all_setting() {
            None => self.amend_app(app, "route-all on"),
            Some((name, on)) => self.amend_app(app, &format!("setting {name} = {on}")),
        }
    }

    /// The line that keeps public calls of an app out of its network.
    pub(super) fn no_route_all_line(&self, app: AppId) -> String {
        match self.route_all_setting() {
            None => self.amend_app(app, "route-all off"),
            Some((name, _)) => self.amend_app(app, &format!("remove setting {name}")),
        }
    }

    /// The setting that stands for route-all, and the text that switches it on; none where the edition has the property.
    fn route_all_setting(&self) -> Option<(String, String)> {
        if self.platform().declaration("property", "app.route-all").is_some() {
            return None;
        }
        let settings = self.platform().app_settings();
        let setting = settings.into_iter().find(|setting| setting.property.as_deref() == Some("route-all"))?;
        Some((setting.name.clone(), setting.on.first()?.clone()))
    }

    /// The addresses that the network, its peers and the sites behind it use.
    fn used_privately(&self, vnet: VnetId) -> AddressSet {
        let joined = self.peers_of(vnet);
        let joined = joined.iter().filter(|peer| peer.connected);
        let beside = joined.map(|peer| self.model[peer.vnet].addresses());
        let beside = beside.fold(AddressSet::empty(), |all, set| all.union(&set));
        self.networks_joined_to(Viewpoint { vnet, subnet: None }, false)
            .difference(&self.platform().addresses("azure-dns"))
            .union(&beside)
    }
}

/// Both ends together.
fn join(a: Option<Ends>, b: Option<Ends>) -> Option<Ends> {
    match (a, b) {
        (Some(Ends::Set(a)), Some(Ends::Set(b))) => Some(Ends::Set(a.union(&b))),
        (a, b) => a.or(b),
    }
}
