//! Whether an app runs: its plan and configuration, its storage account, its image, its Key Vault references.

use super::super::Engine;
use super::super::question::{Question, Target, Traffic};
use super::super::trail::{Outcome, Step};
use super::super::validity;
use super::Need;
use crate::model::*;
use crate::net::PortSet;
use crate::source::Span;
use crate::syntax::ast::Over;

/// What one endpoint of the account is used for.
struct Use<'e> {
    endpoint: &'e str,
    ports: PortSet,
    traffic: Traffic,
}

impl Engine<'_> {
    /// What an app needs to run. Where its configuration is refused, nothing else is asked.
    pub fn start(&self, app: AppId) -> Vec<Need> {
        let mut configuration = Need::of("plan and configuration");
        for step in validity::steps_for(self, app) {
            configuration = configuration.with(step.also("eval.out.1-plan"));
        }
        if let Some(step) = self.managed_elsewhere(app) {
            configuration = configuration.with(step);
        }
        if configuration.trail.deciding().is_some() {
            return vec![configuration];
        }
        let mut needs = vec![configuration];
        needs.extend(self.storage(app));
        needs.extend(self.image(app));
        let references = &self.model[app].key_vault_references;
        needs.extend(references.iter().filter_map(|stated| self.reference(app, stated)));
        needs.extend(self.beside(app));
        needs
    }

    fn storage(&self, app: AppId) -> Vec<Need> {
        let noun = &self.model[app];
        let name = &noun.head.name;
        let Some(Stated { value: Thing::Service(account), span }) = noun.storage.clone() else {
            let step = Step::note("storage.requirement", format!("the storage account of {name} is not stated"));
            let mut need = Need::of("storage account").with(step.at(noun.head.span));
            need.trail.assume(format!("{name} reaches its storage account"));
            return vec![need];
        };
        let content = match &noun.content_storage {
            Some(Stated { value: Thing::Service(id), .. }) => *id,
            _ => account,
        };
        let forbidden: Vec<Need> = [Some(account), (content != account).then_some(content)]
            .into_iter()
            .flatten()
            .filter_map(|id| self.forbidden(app, id))
            .collect();
        if !forbidden.is_empty() {
            return forbidden;
        }
        let durable = noun.is_on("durable")
            || noun.triggers.iter().any(|t| t.trigger_type.as_ref().is_some_and(|t| t.value == "durable-task"));
        let shares = self.plan_type(app).is_some_and(|plan| plan.content_share);
        let mut needs = Vec::new();
        for (id, of_content) in [(account, false), (content, true)] {
            let Some(of_type) = &self.model[id].service_type else { continue };
            for endpoint in &of_type.endpoints {
                let traffic = match (endpoint.of_app.as_deref(), of_content) {
                    (Some("always"), false) => Traffic::Application,
                    (Some("durable"), false) if durable => Traffic::Application,
                    (Some("content-share"), true) if shares => Traffic::ContentShare,
                    _ => continue,
                };
                let ports: Vec<u16> = endpoint.ports.ranges().iter().flat_map(|(a, b)| *a..=*b).collect();
                let each = ports.iter().map(|port| {
                    let used = Use { endpoint: &endpoint.subresource, ports: PortSet::one(*port), traffic };
                    self.account_endpoint(app, id, &used, span)
                });
                needs.extend(as_one(each.collect(), &endpoint.ports));
            }
        }
        needs
    }

    /// Of editions in which the account of an app may not be closed to the public at all.
    fn forbidden(&self, app: AppId, account: ServiceId) -> Option<Need> {
        let rule = "storage.no-restriction";
        let closed = self.closed(account).filter(|_| self.fires(rule) && self.admits_networks(account))?;
        let (name, of) = (&self.model[app].head.name, &self.model[account].head.name);
        let property = if self.model[account].firewall.is_some() { "remove firewall" } else { "public-access on" };
        let step = Step::block(rule, Outcome::Broken, format!("{of} is restricted, and {name} runs on it"))
            .at(closed)
            .also("storage.broken-app")
            .headline(format!("{name} does not run: its storage account {of} is restricted"))
            .remedy(format!("amend service {of} {{ {property} }}"));
        Some(Need::of(format!("storage {of}")).with(step))
    }

    /// One endpoint of the account, on one port.
    fn account_endpoint(&self, app: AppId, account: ServiceId, used: &Use<'_>, span: Span) -> Need {
        let (name, of) = (&self.model[app].head.name, &self.model[account].head.name);
        let closed = self.closed(account);
        let plan = self.plan_type(app);
        let call = self.call(app, account, used.endpoint, used.ports.clone(), used.traffic);
        let what = call.what.clone();
        let share = used.traffic == Traffic::ContentShare;
        let met = |_: &[super::Part]| {
            let native = plan.is_some_and(|plan| plan.routes_all);
            let closed = closed.filter(|_| plan.is_none_or(|plan| plan.restricted_storage));
            let rule = match (closed, share) {
                (Some(_), _) if native => "storage.flex",
                (Some(_), true) => "storage.content-share",
                (Some(_), false) => "storage.restrict",
                (None, _) => "storage.requirement",
            };
            let rule = if self.fires(rule) { rule } else { "storage.requirement" };
            let text = if closed.is_some() { "the account is restricted, and reached" } else { "reached" };
            Step::pass(rule, text).at(closed.unwrap_or(span)).also_if(closed.is_some(), "storage.restrict")
        };
        let failed = |found: &Step, outcome: Outcome| {
            let own = if share { "its content share" } else { "its storage account" };
            // A security group, or an appliance on the way, keeps a port shut.
            let filtered = found.rule.starts_with("nsg.") || found.rule == "eval.out.7-hops";
            let rule = self.why_storage_fails(app, account, used, closed.is_some(), found);
            let mut step = Step::block(rule, Outcome::Broken, found.words())
                .at(span)
                .also("storage.broken-app")
                .also_if(filtered && outcome == Outcome::Dropped, "storage.ports")
                .headline(format!("{name} does not reach {own} {what}: {}", found.words()));
            if rule == "storage.content-share" && share {
                step = step.remedy(format!("amend app {name} {{ route-content-share on }}"));
            }
            if rule == "pe.storage.for-functions" {
                step = step.headline(format!("{of} has no private endpoint for {}", used.endpoint));
                if let Some(lines) = self.endpoint_lines(account, used.endpoint) {
                    step = step.remedy(lines);
                }
            }
            step
        };
        let kind = if share { "content share" } else { "storage" };
        self.judged(format!("{kind} {}", call.what), &call.question, met, failed)
    }

    /// The rule by which a restricted account is out of reach, where there is one nearer than that the app needs it.
    fn why_storage_fails(
        &self,
        app: AppId,
        account: ServiceId,
        used: &Use<'_>,
        closed: bool,
        found: &Step,
    ) -> &'static str {
        let otherwise = "storage.broken-app";
        let Some(plan) = self.plan_type(app).filter(|_| closed) else { return otherwise };
        if !plan.restricted_storage {
            return self.first_rule(&["storage.restrict"], otherwise);
        }
        let mine = |endpoint: &&PrivateEndpoint| {
            endpoint.target.as_ref().is_some_and(|target| target.value == Thing::Service(account))
        };
        let of = |endpoint: &PrivateEndpoint| {
            endpoint.subresource.as_ref().is_some_and(|s| s.value.eq_ignore_ascii_case(used.endpoint))
        };
        let mut endpoints = self.model.private_endpoints.iter().filter(mine).peekable();
        let some = endpoints.peek().is_some();
        if some && !endpoints.any(of) {
            return self.first_rule(&["pe.storage.for-functions"], otherwise);
        }
        let switch = if used.traffic == Traffic::ContentShare { "route-content-share" } else { "route-all" };
        let noun = &self.model[app];
        let routed = plan.routes_all || noun.is_on("route-everything") || noun.is_on(switch);
        let share = used.traffic == Traffic::ContentShare;
        if !routed && (share || found.rule.starts_with("scope.")) && !noun.integrate.is_empty() {
            return self.first_rule(&["storage.content-share"], otherwise);
        }
        otherwise
    }

    /// The endpoint that an account lacks, beside those that it has, and its record: a line each.
    fn endpoint_lines(&self, account: ServiceId, endpoint: &str) -> Option<String> {
        let noun = &self.model[account];
        let of_type = noun.service_type.as_ref()?.endpoint(endpoint)?;
        let mine = |one: &&PrivateEndpoint| one.target.as_ref().is_some_and(|t| t.value == Thing::Service(account));
        let subnet = self.model.private_endpoints.iter().find(mine)?.subnet?;
        let taken = self.interfaces();
        let reserved = usize::try_from(self.platform().limit("subnet-reserved-first")).ok()?;
        let prefix = self.model[subnet].prefixes.first()?.value;
        let address = prefix.hosts().skip(reserved.saturating_sub(1)).find(|address| !taken.contains(address))?;
        let (name, place) = (&noun.head.name, &self.model[subnet].head.name);
        let record = format!("record {}{} A {address}", noun.resource_name.value, of_type.label_suffix);
        let zone = &of_type.zone;
        let zone_line = match self.model.zones.iter().any(|known| known.head.name == *zone) {
            true => format!("amend private-dns-zone {zone} {{ {record} }}"),
            false => {
                let vnet = &self.model[self.model[subnet].vnet].head.name;
                format!("private-dns-zone {zone} {{ link {vnet}; {record} }}")
            }
        };
        let own = "state approved";
        let values = format!("target {name}; subresource {endpoint}; address {address}; {own}");
        Some(format!("private-endpoint {name}-{endpoint} in {place} {{ {values} }}\n{zone_line}"))
    }

    /// The container image, where the app is one.
    fn image(&self, app: AppId) -> Option<Need> {
        let noun = &self.model[app];
        let image = noun.image.as_ref()?;
        let call = match self.model.names.find(&image.value, &[Kind::Service]) {
            Ok(Thing::Service(id)) => self.call(app, id, "", self.endpoint_ports(id, None), Traffic::ImagePull),
            _ => {
                let of_type = self.platform().service_type("container-registry")?;
                let ports = of_type.endpoints.first()?.ports.clone();
                let target = Target::Name(image.value.to_lowercase(), None);
                let what = format!("{}:{ports}", image.value);
                super::Call { what, question: Question::of_app(app, target, ports, Traffic::ImagePull) }
            }
        };
        let (name, what) = (&noun.head.name, call.what.clone());
        // What of the pull the edition has a rule for, else the way itself.
        let rule = self.first_rule(&["scope.config.image-pull"], "eval.out.9-public-target");
        let met = |_: &[super::Part]| Step::pass(rule, "reached").at(image.span);
        let failed = |found: &Step, _: Outcome| {
            Step::block(rule, Outcome::Broken, found.words())
                .at(image.span)
                .headline(format!("{name} cannot pull its image from {what}: {}", found.words()))
        };
        Some(self.judged(format!("image {}", call.what), &call.question, met, failed))
    }

    /// A Key Vault reference.
    fn reference(&self, app: AppId, stated: &Stated<Thing>) -> Option<Need> {
        let Thing::Service(vault) = stated.value else { return None };
        let name = &self.model[app].head.name;
        let of = &self.model[vault].head.name;
        let closed = self.closed(vault);
        let ports = self.endpoint_ports(vault, None);
        let mut call = self.call(app, vault, "", ports, Traffic::KeyVaultReference);
        call.what = of.clone();
        let blocked = "kvref.blocked";
        if let (Some(closed), true) = (closed, self.fires(blocked) && self.admits_networks(vault)) {
            let text = format!("{of} is restricted to networks, and references do not go through them");
            let step = Step::block(blocked, Outcome::Broken, text).at(closed);
            let step = step.headline(format!("a setting of {name} lacks its secret of {of}: {of} is restricted"));
            return Some(Need::of(format!("reference to {of}")).with(step));
        }
        let met = |_: &[super::Part]| {
            let rule = match closed {
                Some(_) => self.first_rule(&["kvref.allowed"], "kvref.purpose"),
                None => "kvref.purpose",
            };
            let text = if closed.is_some() { "the vault is restricted, and reached" } else { "it resolves" };
            Step::pass(rule, text).at(stated.span)
        };
        let failed = |found: &Step, _: Outcome| {
            let rule = self.first_rule(&["kvref.unresolved-literal"], &found.rule);
            Step::block(rule, Outcome::Broken, found.words())
                .at(stated.span)
                .headline(format!("a setting of {name} lacks its secret of {of}: {}", found.words()))
        };
        Some(self.judged(format!("reference to {of}"), &call.question, met, failed))
    }

    /// What an app has that does not keep it from running: certificates, logs, drives, a domain.
    fn beside(&self, app: AppId) -> Vec<Need> {
        let noun = &self.model[app];
        let name = &noun.head.name;
        let mut needs = Vec::new();
        let fetched = [
            (&noun.certificate_from, Traffic::Certificate, "certificate from"),
            (&noun.log_storage, Traffic::Logs, "logs to"),
        ];
        for (stated, traffic, words) in fetched {
            let Some(Stated { value: Thing::Service(id), span }) = stated else { continue };
            let call = self.call(app, *id, "", self.endpoint_ports(*id, None), traffic);
            let of = &self.model[*id].head.name;
            let rule = self.first_rule(&["scope.config.unsupported"], "eval.out.9-public-target");
            let met = |_: &[super::Part]| Step::pass("eval.out.9-public-target", "reached").at(*span);
            let failed = |found: &Step, _: Outcome| Step::block(rule, Outcome::Unsupported, found.words()).at(*span);
            needs.push(self.judged(format!("{words} {of}"), &call.question, met, failed));
        }
        for mount in &noun.mounts {
            let Some((what, mut question)) = self.source_question(app, &mount.value, None) else {
                if !noun.integrate.is_empty() {
                    let text = format!("{name} cannot mount a drive through its integration");
                    let step = Step::block("vnet.unsupported.drive-mount", Outcome::Unsupported, text);
                    needs.push(Need::of("drive").with(step.at(mount.span)));
                }
                continue;
            };
            question.over = self.platform().application("drive-mount").map(|a| Over::Application(a.name));
            let met = |_: &[super::Part]| Step::pass("eval.out.9-public-target", "reached").at(mount.span);
            let failed =
                |found: &Step, outcome: Outcome| Step::block(&found.rule, outcome, found.words()).at(mount.span);
            needs.push(self.judged(format!("drive {what}"), &question, met, failed));
        }
        if let Some((stated, _)) = noun.switch("domain-join").filter(|(stated, _)| stated.value) {
            let text = format!("{name} cannot join a domain through its integration");
            let rule = "vnet.unsupported.active-directory";
            if !noun.integrate.is_empty() {
                let step = Step::block(rule, Outcome::Unsupported, text).at(stated.span);
                needs.push(Need::of("domain").with(step));
            }
        }
        for need in &mut needs {
            need.decisive = false;
        }
        needs
    }
}

/// The needs of one endpoint, a port each: one need where all ports fare alike.
fn as_one(mut each: Vec<Need>, ports: &PortSet) -> Vec<Need> {
    let judged = |need: &Need| need.trail.steps.iter().map(|s| (s.rule.clone(), s.mark.clone())).collect::<Vec<_>>();
    if each.len() > 1 && each.windows(2).all(|pair| judged(&pair[0]) == judged(&pair[1])) {
        each.truncate(1);
        if let Some((of, _)) = each[0].what.rsplit_once(':') {
            each[0].what = format!("{of}:{ports}");
        }
    }
    each
}
