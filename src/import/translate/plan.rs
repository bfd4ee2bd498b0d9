//! Plans, App Service Environments, and environments of Container Apps that hold function apps.

use super::draft::{self, Draft};
use super::estate::{Estate, Part, Reason, own_name, parent_of};
use super::facts::{self, Facts, at, id_of, inner};
use crate::import::Resource;
use crate::import::json::Json;

impl<'f> Estate<'f> {
    pub(super) fn plans(&mut self) {
        for plan in self.all("Microsoft.Web/serverfarms") {
            if let Err(reason) = self.plan(plan) {
                self.listed(plan, reason);
            }
        }
    }

    fn plan(&mut self, plan: &'f Resource) -> Result<(), Reason> {
        let facts = Facts::told(self, plan);
        let sku = plan.body.at_path("sku");
        let sku_name = sku.and_then(|sku| sku.get("name")).or(facts.get("sku.name", self));
        let tier_name = sku.and_then(|sku| sku.get("tier")).or(facts.get("sku.tier", self));
        let (tier, sku_word) = self.tier_of(sku_name, tier_name)?;
        let name = self.christen("plan", &plan.id, plan.own_name());
        let mut draft = self.draft(plan, "plan", &name, "");
        draft.set("tier", tier.as_str());
        draft.set_some("sku", sku_word.map(|sku| draft::name(&sku)));
        let kind = plan.body.get("kind").and_then(Json::text).unwrap_or("").to_lowercase();
        let linux = facts.bool("reserved", self).unwrap_or(kind.split(',').any(|word| word == "linux"));
        draft.set("os", if linux { "linux" } else { "windows" });
        let count = |json: Option<&Json>| json.and_then(Json::number).filter(|count| *count > 0);
        let instances = count(sku.and_then(|sku| sku.get("capacity")));
        let is_fixed =
            self.platform.plan_type(&tier).is_some_and(|(plan, _)| plan.multitenant && !plan.addresses_change);
        draft.set_some("instances", instances.filter(|count| is_fixed && *count > 1).map(|count| count.to_string()));
        let most = count(facts.get("maximumElasticWorkerCount", self)).filter(|_| !is_fixed);
        draft.set_some("max-instances", most.filter(|most| *most > 1).map(|most| most.to_string()));
        if let Some(environment) = facts.id("hostingEnvironmentProfile", self) {
            let ase = self.named("ase", environment);
            draft.set(
                "environment",
                draft::name(&ase.ok_or_else(|| format!("its environment {} is not told", facts::last(environment)))?),
            );
        }
        self.declare((Part::Plans, 0), draft);
        self.translated(plan, format!("plan {name}"));
        Ok(())
    }

    /// The tier of a SKU, and the SKU as it is written.
    pub(super) fn tier_of(
        &mut self,
        sku: Option<&'f Json>,
        tier: Option<&'f Json>,
    ) -> Result<(String, Option<String>), Reason> {
        if let Some(json) = sku {
            let sku = self.known(json)?.to_string();
            // Without its size, `P1v2` is `Pv2`.
            let digits =
                sku.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect::<String>();
            let family = sku.replacen(&digits, "", 1);
            if let Some(tier) = self.platform.word_for("plan-skus", &family) {
                return Ok((tier, Some(sku)));
            }
            if let Some((_, tier)) = self.platform.plan_type(&sku) {
                return Ok((tier, None));
            }
            if tier.is_none() {
                return Err(format!("fnet knows no plan of SKU `{sku}`"));
            }
        }
        let json = tier.ok_or("neither its SKU nor its tier is stated")?;
        let text = self.known(json)?;
        let known = self.platform.word_for("plan-tiers", text).or_else(|| Some(self.platform.plan_type(text)?.1));
        known.map(|tier| (tier, None)).ok_or_else(|| format!("fnet knows no plan of tier `{text}`"))
    }

    pub(super) fn environments(&mut self) {
        for environment in self.all("Microsoft.Web/hostingEnvironments") {
            let children = self.children(environment, "configurations");
            match self.environment(environment, &children) {
                Ok(name) => {
                    self.translated(environment, format!("ase {name}"));
                    children.into_iter().for_each(|child| self.translated(child, format!("what is set of ase {name}")));
                }
                Err(reason) => {
                    children.into_iter().for_each(|child| self.listed(child, format!("its environment: {reason}")));
                    self.listed(environment, reason);
                }
            }
        }
    }

    fn environment(&mut self, environment: &'f Resource, children: &[&'f Resource]) -> Result<String, Reason> {
        let facts = Facts::told(self, environment);
        let stated = facts.get("virtualNetwork", self).ok_or("its subnet is not stated")?;
        let id = id_of(stated).ok_or("its subnet is not stated")?;
        let subnet = match stated.get("subnet").and_then(Json::text) {
            Some(subnet) if !id.to_lowercase().contains("/subnets/") => format!("{id}/subnets/{subnet}"),
            _ => id.to_string(),
        };
        let place = self.subnet_ref(&subnet)?;
        let name = self.christen("ase", &environment.id, environment.own_name());
        let mut draft = self.draft(environment, "ase", &name, &format!(" in {place}"));
        let kind = environment.body.get("kind").and_then(Json::text).unwrap_or("ASEV2").to_lowercase();
        draft.set("version", if kind.contains('3') { "3" } else { "2" });
        let mode = facts.get("internalLoadBalancingMode", self);
        let is_internal = match mode.map(|json| (json.number(), json.text())) {
            Some((Some(number), _)) => number != 0,
            Some((_, Some(_))) => !self.known(mode.expect("a mode is stated"))?.eq_ignore_ascii_case("none"),
            _ => false,
        };
        draft.set("load-balancer", if is_internal { "internal" } else { "external" });
        let mut all = facts.clone();
        children.iter().for_each(|child| all.add(&child.body));
        for body in facts.bodies() {
            if let Some(nested) = at(body, "networkingConfiguration") {
                all.add(inner(nested));
            }
        }
        let inbound = all.get("internalInboundIpAddresses", self).and_then(|list| list.list().first());
        if let Some(json) = inbound {
            draft.set("address", self.address(json)?.to_string());
        }
        let outside = all.get("externalInboundIpAddresses", self).map(Json::list).unwrap_or_default();
        let outside = self.shown_prefixes(outside)?;
        draft.set_all("public-ip", &outside);
        draft.switch("private-endpoints", all.bool("allowNewPrivateEndpointConnections", self));
        draft.switch("ftp", all.bool("ftpEnabled", self));
        draft.switch("remote-debug", all.bool("remoteDebugEnabled", self));
        self.declare((Part::Plans, 0), draft);
        Ok(name)
    }

    /// The plan or environment that an app is on, as the source calls it. An app that names none is on a Consumption plan
    /// that Azure makes for it; one whose plan is not among the resources may say its tier itself.
    pub(super) fn plan_ref(&mut self, app: &'f Resource, facts: &Facts<'f>) -> Result<String, Reason> {
        if let Some(environment) = facts.id("managedEnvironmentId", self) {
            return self.container_plan(environment);
        }
        let environment = facts.id("hostingEnvironmentProfile", self);
        let Some(stated) = facts.get("serverFarmId", self) else {
            if let Some(environment) = environment {
                let ase = self.named("ase", environment);
                return ase
                    .map(|ase| draft::name(&ase))
                    .ok_or_else(|| format!("its environment {} is not told", facts::last(environment)));
            }
            let kind = app.body.get("kind").and_then(Json::text).unwrap_or("").to_lowercase();
            if !kind.split(',').any(|word| word == "functionapp") {
                return Err("its plan is not stated".into());
            }
            let (_, tier) = self.platform.plan_type("Dynamic").ok_or("fnet knows no plan for it")?;
            return Ok(self.made_plan(app, facts, &tier, "An app that names no plan: Azure makes one for it."));
        };
        let id = id_of(stated).ok_or("its plan is not stated")?.to_string();
        // In a template a plan may be called by its name alone.
        let whole = if id.contains('/') {
            id.clone()
        } else {
            format!(
                "{}/providers/Microsoft.Web/serverfarms/{id}",
                app.id.split("/providers/").next().unwrap_or_default()
            )
        };
        if let Some(name) = self.named("plan", &whole) {
            return Ok(draft::name(&name));
        }
        if self.find(&whole).is_some() {
            return Err(format!("its plan {} is not told", facts::last(&whole)));
        }
        let tier = facts.get("sku", self).and_then(Json::text).map(str::to_string);
        let tier = tier.and_then(|tier| {
            self.platform.word_for("plan-tiers", &tier).or_else(|| Some(self.platform.plan_type(&tier)?.1))
        });
        match tier {
            Some(tier) => {
                let name = self.christen("plan", &whole, own_name(&whole));
                let mut draft = Draft::new(format!("plan {}", draft::name(&name)));
                draft.comment(format!("{whole} is not among the resources; its apps tell its tier."));
                draft.set("tier", tier);
                let linux = facts.bool("reserved", self);
                draft.set_some("os", linux.map(|linux| if linux { "linux" } else { "windows" }));
                self.declare((Part::Elsewhere, 3), draft);
                Ok(draft::name(&name))
            }
            None => Err(format!("its plan {} is not among the resources", facts::last(&whole))),
        }
    }

    /// A plan that Azure makes for an app.
    fn made_plan(&mut self, app: &'f Resource, facts: &Facts<'f>, tier: &str, why: &str) -> String {
        let id = format!("{}#plan", app.id);
        let name = self.christen("plan", &id, &format!("{}-plan", app.own_name()));
        let mut draft = Draft::new(format!("plan {}", draft::name(&name)));
        draft.comment(why);
        let region = self.region(app);
        draft.set_some("region", region.map(|region| draft::name(&region)));
        draft.set("tier", tier);
        let kind = app.body.get("kind").and_then(Json::text).unwrap_or("").to_lowercase();
        let linux = facts.bool("reserved", self).unwrap_or(kind.split(',').any(|word| word == "linux"));
        draft.set("os", if linux { "linux" } else { "windows" });
        self.declare((Part::Plans, 1), draft);
        draft::name(&name)
    }

    /// The plan that an environment of Container Apps is to the function apps in it.
    fn container_plan(&mut self, environment: &str) -> Result<String, Reason> {
        if let Some(name) = self.named("plan", environment) {
            return Ok(draft::name(&name));
        }
        let resource = self
            .find(environment)
            .ok_or_else(|| format!("its environment {} is not among the resources", facts::last(environment)))?;
        let facts = Facts::told(self, resource);
        let name = self.christen("plan", environment, resource.own_name());
        let mut draft = self.draft(resource, "plan", &name, "");
        draft.set("tier", "ContainerApps");
        if let Some(subnet) = facts.id("vnetConfiguration.infrastructureSubnetId", self) {
            draft.set(
                "subnet",
                self.subnet_ref(subnet).map_err(|_| {
                    format!("the subnet {} of its environment is not told", facts::last(parent_of(subnet)))
                })?,
            );
        }
        self.declare((Part::Plans, 0), draft);
        Ok(draft::name(&name))
    }
}
