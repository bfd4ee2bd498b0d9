//! What of an app's traffic enters its network: scope, and the app's own way out.

use super::Engine;
use super::flow::{Ends, Flows};
use super::resolve::Asker;
use super::routes::either;
use super::security::Viewpoint;
use super::trail::{Outcome, Step, Trail};
use super::validity;
use super::walk::{Packet, Part, Question, Target, Traffic};
use crate::model::*;
use crate::net::{AddressSet, Protocol};
use crate::source::Span;

/// What sends traffic of an app into its network.
pub(super) enum Scope {
    /// Everything enters.
    All(Step),
    /// Private destinations and service endpoints enter.
    Private,
    /// Nothing enters.
    Nothing(Step),
}

impl Engine<'_> {
    /// The subnet that an app calls out of: its integration subnet, or that of its environment.
    pub fn integration_subnet(&self, app: AppId) -> Option<SubnetId> {
        let regional = self.model[app].integrate.iter().find_map(|stated| match stated.value {
            Integration::Regional(subnet) => Some(subnet),
            Integration::Gateway(..) => None,
        });
        regional.or_else(|| self.environment(app).and_then(|ase| self.model[ase].subnet))
    }

    /// The plan of an app.
    pub fn plan_of(&self, app: AppId) -> Option<&Plan> {
        match self.model[app].on {
            Some(Thing::Plan(id)) => Some(&self.model[id]),
            _ => None,
        }
    }

    /// The App Service Environment of an app.
    pub fn environment(&self, app: AppId) -> Option<AseId> {
        match self.model[app].on {
            Some(Thing::Ase(id)) => Some(id),
            _ => match self.plan_of(app)?.environment.as_ref()?.value {
                Thing::Ase(id) => Some(id),
                _ => None,
            },
        }
    }

    /// From an app: its plan and configuration, the name, then its scope.
    pub(super) fn from_app(&self, question: &Question, app: AppId) -> Vec<Part> {
        let mut trail = Trail::default();
        self.plan_steps(app, &mut trail);
        for step in validity::steps_for(self, app) {
            trail.push(step);
        }
        if let Some(step) = self.by_hybrid_connection(question, app) {
            trail.push(step);
            let nowhere = Ends::Set(AddressSet::empty());
            return vec![Part { source: nowhere.clone(), destination: nowhere, ports: question.ports.clone(), trail }];
        }
        self.each_target(question, Asker::App(app), trail, |engine, goal, trail| {
            engine.app_to(question, app, goal, trail)
        })
    }

    /// A name and port that a Hybrid Connection of the app takes over.
    fn by_hybrid_connection(&self, question: &Question, app: AppId) -> Option<Step> {
        let Target::Name(name, _) = &question.target else { return None };
        let mine = self.model[app].hybrids.iter().filter_map(|stated| match stated.value {
            Thing::HybridConnection(id) => Some((stated.span, &self.model[id])),
            _ => None,
        });
        let found = mine.into_iter().find(|(_, hybrid)| {
            hybrid.endpoint.as_ref().is_some_and(|e| e.value.host == *name && question.ports.contains(e.value.port))
        });
        found.map(|(span, hybrid)| {
            let name = &hybrid.head.name;
            let text = format!("{name} takes this name and port; this version does not evaluate Hybrid Connections");
            Step::unknown("hc.match-by-name", text, "", None).at(span)
        })
    }

    /// What the plan says of integration.
    fn plan_steps(&self, app: AppId, trail: &mut Trail) {
        let noun = &self.model[app];
        if let Some(ase) = self.environment(app) {
            let text = format!("{} runs in the App Service Environment {}", noun.head.name, self.model[ase].head.name);
            trail.push(Step::pass("plan.ase.vnet-native", text).at(noun.head.span));
            return;
        }
        let Some(plan) = self.plan_of(app) else { return };
        let Some((kind, stated)) = noun.integrate.first().map(|s| match s.value {
            Integration::Regional(_) => ("regional", s.span),
            Integration::Gateway(..) => ("gateway", s.span),
        }) else {
            return;
        };
        let (Some(plan_type), Some(tier)) = (&plan.plan_type, &plan.tier) else { return };
        if plan_type.may_integrate(&tier.value, kind) {
            let words = if kind == "regional" { "regional" } else { "gateway-required" };
            let text = format!("the tier {} has {words} virtual network integration", tier.value);
            trail.push(Step::pass("plan.vnet.tiers", text).at(stated));
        }
        if !plan_type.address_per_instance && self.fires("subnet.flex.shared-gateways") {
            let most = self.platform().limit("flex-gateway-addresses");
            let text = format!("its instances share gateways: at most {most} addresses of the subnet");
            trail.push(Step::pass("subnet.flex.shared-gateways", text).at(stated));
        }
    }

    /// From an app to an address.
    pub(super) fn app_to(&self, question: &Question, app: AppId, goal: Ends, mut trail: Trail) -> Vec<Part> {
        let noun = &self.model[app];
        if let Some(part) = self.not_modelled(question, app, &goal, &trail) {
            return vec![part];
        }
        let Some(subnet) = self.integration_subnet(app) else {
            return vec![self.without_integration(question, app, goal, trail)].into_iter().flatten().collect();
        };
        let protocols = question.protocols();
        if let Some(other) = protocols.iter().find(|protocol| !matches!(protocol, Protocol::Tcp | Protocol::Udp)) {
            let text = format!("virtual network integration carries TCP and UDP, not {}", other.word().to_uppercase());
            trail.push(Step::block("vnet.protocols", Outcome::Unsupported, text).at(noun.head.span));
        }
        let scope = self.scope(app, question.traffic, subnet);
        let mut parts = Vec::new();
        let source = Ends::Set(self.model[subnet].addresses());
        let vnet = self.model[subnet].vnet;
        let packet = Packet {
            question,
            flows: Flows {
                source: source.clone(),
                destination: goal.clone(),
                protocols,
                source_ports: question.source_ports.clone(),
                ports: question.ports.clone(),
            },
            origin: source,
            goal: goal.clone(),
            trail,
            vnet,
            subnet: Some(subnet),
            app: Some(app),
            host: None,
            forwarded: false,
            translated: false,
            hops: Vec::new(),
        };
        let into = |mut packet: Packet<'_>, step: Step, parts: &mut Vec<Part>| {
            packet.push(step);
            self.smtp(&mut packet, vnet);
            parts.append(&mut self.leave(packet));
        };
        match scope {
            Scope::All(step) => into(packet, step, &mut parts),
            Scope::Nothing(step) => parts.append(&mut self.past_network(packet, app, Some(step))),
            Scope::Private => {
                let vnet_name = &self.model[vnet].head.name;
                let private = self.platform().addresses("private-ranges");
                let (inside, outside, _) = goal.split(&private);
                if let Some(inside) = inside {
                    let text = format!("{inside} is private (RFC 1918), so the call enters {vnet_name}");
                    let flows = Flows { destination: inside, ..packet.flows.clone() };
                    into(
                        packet.with(flows),
                        Step::pass("scope.default-rfc1918", text).at(integration_span(noun)),
                        &mut parts,
                    );
                }
                let Some(outside) = outside else { return parts };
                let found = self.by_service_endpoint(subnet, &outside);
                if let Some((ends, endpoint, span)) = found.yes {
                    let text = format!(
                        "{ends} is covered by the service endpoint {endpoint} of {}",
                        self.model[subnet].head.name
                    );
                    let flows = Flows { destination: ends, ..packet.flows.clone() };
                    into(packet.with(flows), Step::pass("scope.service-endpoint-prefixes", text).at(span), &mut parts);
                }
                if let Some(outside) = found.no {
                    let flows = Flows { destination: outside, ..packet.flows.clone() };
                    parts.append(&mut self.past_network(packet.with(flows), app, None));
                }
                if let Some((ends, endpoint, fact, span)) = found.maybe {
                    let packet = packet.with(Flows { destination: ends.clone(), ..packet.flows.clone() });
                    let taken = self.past_network(packet.clone(), app, None);
                    let mut other = Vec::new();
                    let step =
                        Step::pass("scope.service-endpoint-prefixes", format!("{ends} is covered by {endpoint}"));
                    into(packet.clone(), step, &mut other);
                    let text = format!("the service endpoint {endpoint} may send {ends} into {vnet_name}");
                    let doubt = Step::unknown("tag.unknown", text, fact, None).at(span);
                    let assumption = format!("{ends} is none of the addresses of {endpoint}");
                    parts.append(&mut either(taken, &other, packet, doubt, assumption));
                }
            }
        }
        parts
    }

    /// What is known to be outside of what fnet models.
    fn not_modelled(&self, question: &Question, app: AppId, goal: &Ends, trail: &Trail) -> Option<Part> {
        let noun = &self.model[app];
        let part = |step: Step| {
            let mut trail = trail.clone();
            trail.push(step);
            Some(Part {
                source: Ends::Set(AddressSet::empty()),
                destination: goal.clone(),
                ports: question.ports.clone(),
                trail,
            })
        };
        let plan_type = self.plan_of(app).and_then(|plan| plan.plan_type.as_ref())?;
        if plan_type.integration.iter().any(|kind| kind == "environment" || kind == "cluster") {
            let rule = ["plan.container-apps.environment-managed", "plan.kubernetes.all-yes"];
            let rule = rule.into_iter().find(|rule| self.fires(rule)).unwrap_or("verdict.ours.unknown");
            let text = format!("the network of a {} is its environment's, which fnet does not model", plan_type.title);
            return part(Step::unknown(rule, text, "", None).at(noun.head.span));
        }
        if let Some(stated) = noun.integrate.iter().find(|s| matches!(s.value, Integration::Gateway(..))) {
            let text = "this version does not evaluate gateway-required integration";
            return part(Step::unknown("p2s.reach", text, "", None).at(stated.span));
        }
        None
    }

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
        if traffic != Traffic::Application {
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

    fn configuration_scope(&self, noun: &App, traffic: Traffic, vnet: &str) -> Scope {
        let (switch, rule) = match traffic {
            Traffic::ContentShare => ("route-content-share", "scope.config.content-share"),
            Traffic::ImagePull => ("route-image-pull", "scope.config.image-pull"),
            Traffic::Backup => ("route-backup", "scope.config.backup"),
            Traffic::Application | Traffic::KeyVaultReference => {
                let text = "Key Vault references try the public way first";
                return Scope::Nothing(Step::note("scope.config.key-vault", text).at(noun.head.span));
            }
        };
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
    fn by_service_endpoint(&self, subnet: SubnetId, ends: &Ends) -> Covered {
        let noun = &self.model[subnet];
        let public = self.public_space();
        let mut covered = Covered { yes: None, maybe: None, no: Some(ends.clone()) };
        for stated in &noun.service_endpoints {
            for tag in self.tags_of_endpoint(&stated.value, noun.vnet) {
                let Some(left) = covered.no.take() else { return covered };
                let matcher = self.tag(&tag, Some(Viewpoint { vnet: noun.vnet, subnet: Some(subnet) }));
                let cut = matcher.split(&left, &public);
                let name = || stated.value.clone();
                covered.yes = covered.yes.or(cut.yes.map(|ends| (ends, name(), stated.span)));
                // What this endpoint may cover is still asked of the next one.
                if let Some((ends, fact)) = &cut.maybe {
                    covered.maybe.get_or_insert((ends.clone(), name(), fact.clone(), stated.span));
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
    fn past_network(&self, mut packet: Packet<'_>, app: AppId, why: Option<Step>) -> Vec<Part> {
        let noun = &self.model[app];
        let destination = packet.flows.destination.possible().clone();
        let vnet = &self.model[packet.vnet].head.name;
        if let Some(why) = why {
            packet.push(why);
        }
        let used_privately = self.used_privately(packet.vnet);
        let privately = destination.meets(&used_privately);
        let public = destination.is_subset(&self.public_space());
        if privately || !public {
            let what = if privately { "used in the network but outside RFC 1918" } else { "not a public address" };
            let text =
                format!("{} is {what}, and without route-all it does not enter {vnet}", packet.flows.destination);
            let line = self.route_all_line(app);
            let step = Step::block("scope.not-rfc1918-private", Outcome::Dropped, text)
                .at(integration_span(noun))
                .headline(format!("{} leaves by the public way, because route-all is off", packet.flows.destination))
                .remedy(line);
            return vec![packet.end_with(step)];
        }
        let rule = if self.fires("scope.route-all.default") { "scope.out-of-scope-path" } else { "scope.still-public" };
        let text =
            format!("{} is public and route-all is off: the call does not enter {vnet}", packet.flows.destination);
        packet.push(Step::pass(rule, text).at(integration_span(noun)));
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

    /// The line that switches route-all on, in the words of the edition.
    pub(super) fn route_all_line(&self, app: AppId) -> String {
        let name = &self.model[app].head.name;
        if self.platform().declaration("property", "app.route-all").is_some() {
            return format!("amend app {name} {{ route-all on }}");
        }
        let settings = self.platform().app_settings();
        let setting = settings.iter().find(|setting| setting.property.as_deref() == Some("route-all"));
        let (name_of, on) = setting.map_or(("", ""), |s| (&s.name, s.on.first().map_or("", |on| on)));
        format!("amend app {name} {{ setting {name_of} = {on} }}")
    }

    /// The addresses that the network, its peers and the sites behind it use.
    fn used_privately(&self, vnet: VnetId) -> AddressSet {
        self.virtual_network(Viewpoint { vnet, subnet: None }).difference(&self.platform().addresses("azure-dns"))
    }

    /// From an app that no network is joined to.
    fn without_integration(&self, question: &Question, app: AppId, goal: Ends, trail: Trail) -> Vec<Part> {
        let noun = &self.model[app];
        let name = &noun.head.name;
        let platform = self.platform_ends(app);
        let part =
            |trail| Part { source: platform.clone(), destination: goal.clone(), ports: question.ports.clone(), trail };
        let mut trail = trail;
        if !goal.possible().is_subset(&self.public_space()) {
            let text = format!("{name} has no virtual network integration, and {goal} is private");
            let step = Step::block("scope.no-integration", Outcome::Dropped, text)
                .at(noun.head.span)
                .headline(format!("{name} is not integrated with a virtual network"));
            trail.push(match self.any_subnet_of(&goal) {
                Some(subnet) => step.remedy(format!("amend app {name} {{ integrate {subnet} }}")),
                None => step,
            });
            return vec![part(trail)];
        }
        let text = format!("{name} has no virtual network integration: it calls from the platform's addresses");
        trail.push(Step::pass("scope.no-integration", text).at(noun.head.span));
        self.from_platform(question, app, goal, trail)
    }

    /// A delegated subnet of the network that an address is in.
    fn any_subnet_of(&self, goal: &Ends) -> Option<String> {
        let (vnet, _) = self.model.vnets().find(|(_, vnet)| goal.possible().meets(&vnet.addresses()))?;
        let free = self.model.subnets().find(|(_, subnet)| subnet.vnet == vnet && subnet.delegation.is_some());
        free.map(|(_, subnet)| subnet.head.name.clone())
    }

    /// TCP 25 of an app that is sent into its network.
    fn smtp(&self, packet: &mut Packet<'_>, vnet: VnetId) {
        let rule = "vnet.regional.port-25";
        let port = u16::try_from(self.platform().limit("smtp-port")).unwrap_or(0);
        let tcp = packet.flows.protocols.contains(Protocol::Tcp) && packet.flows.ports.single() == Some(port);
        let public = packet.flows.destination.possible().is_subset(&self.public_space());
        if !(tcp && public && self.fires(rule)) {
            return;
        }
        let noun = &self.model[vnet];
        let subscription = noun
            .head
            .subscription
            .as_ref()
            .and_then(|s| self.model.subscriptions.iter().find(|known| known.head.name == s.value));
        let allowed = noun.smtp_allowed.as_ref().or(subscription.and_then(|s| s.smtp_allowed.as_ref()));
        if !allowed.is_some_and(|stated| stated.value) {
            let text = format!("TCP {port} cannot leave by an integration; the documents disagree (O-05)");
            packet.push(
                Step::block(rule, Outcome::Dropped, text)
                    .maybe_at(allowed.map(|s| s.span))
                    .remedy(format!("amend vnet {} {{ smtp-allowed on }}", noun.head.name)),
            );
        }
    }
}

/// Both ends together.
fn join(a: Option<Ends>, b: Option<Ends>) -> Option<Ends> {
    match (a, b) {
        (Some(Ends::Set(a)), Some(Ends::Set(b))) => Some(Ends::Set(a.union(&b))),
        (a, b) => a.or(b),
    }
}

/// What a service endpoint does to ends: the endpoint's name and place beside them.
struct Covered {
    yes: Option<(Ends, String, Span)>,
    maybe: Option<(Ends, String, String, Span)>,
    no: Option<Ends>,
}

/// Where the integration of an app is stated.
pub(super) fn integration_span(app: &App) -> Span {
    app.integrate.first().map_or(app.head.span, |stated| stated.span)
}
