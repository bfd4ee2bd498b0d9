//! Whether a trigger makes its app scale: the plan, runtime scale monitoring, and the version of the extension.

use super::super::Engine;
use super::super::trail::{Outcome, Step};
use super::{Need, deciding};
use crate::model::*;
use crate::platform::{NetworkTriggers, Scaling, TriggerType};
use crate::syntax::literal::Version;

impl Engine<'_> {
    /// What a trigger needs to make its app scale. Where it does not fire, nothing else is asked.
    pub fn scale(&self, app: AppId, trigger: &Trigger) -> Vec<Need> {
        let mut needs = self.fire(app, trigger);
        let of_type = trigger.trigger_type.as_ref().and_then(|t| self.platform().trigger_type(&t.value));
        if deciding(&needs).is_none()
            && let Some(of_type) = of_type
        {
            needs.push(Need::of("scaling").with(self.scaling(app, trigger, &of_type)));
        }
        needs
    }

    fn scaling(&self, app: AppId, trigger: &Trigger, of_type: &TriggerType) -> Step {
        let noun = &self.model[app];
        let (name, style) = (&noun.head.name, "plan.scale-style");
        let inside = trigger.source.as_ref().is_some_and(|source| self.network_only(app, &source.value));
        let title = self.plan_type(app).map_or("App Service Environment", |plan| &plan.title);
        let scaling = match self.plan_type(app) {
            Some(plan) => plan.scaling,
            None if self.environment(app).is_some() => Scaling::Fixed,
            None => Scaling::Environment,
        };
        match scaling {
            Scaling::Fixed => {
                let text = format!("{title}: instances are set by hand or by autoscale, and no trigger drives that");
                return Step::block(style, Outcome::Unsupported, text)
                    .at(noun.head.span)
                    .headline(format!("no trigger makes {name} scale: its plan has a fixed scale"));
            }
            Scaling::Environment => {
                let text = format!("how a {title} scales is its environment's, which fnet does not model");
                return Step::unknown("verdict.ours.unknown", text, "", None).at(noun.head.span);
            }
            Scaling::Load => {}
        }
        let by_load = |rule: &str, text: String| Step::pass(rule, text).at(trigger.span);
        if self.network_triggers(app) != NetworkTriggers::Flag {
            if !of_type.scales && !of_type.needs_source {
                return self.undocumented(trigger);
            }
            let native = inside && self.fires("trigger.flex");
            let rule = if native { "trigger.flex" } else { style };
            return by_load(rule, format!("the {title} scales with what waits for {}", trigger.name));
        }
        if of_type.name == "http" {
            return by_load(style, format!("the {title} scales with the requests"));
        }
        self.premium(app, trigger, of_type, inside)
    }

    /// No document says whether it does.
    fn undocumented(&self, trigger: &Trigger) -> Step {
        let text = format!("no document says whether {}, which has no source, makes an app scale", trigger.name);
        Step::unknown("verdict.ours.unknown", text, "", None).at(trigger.span)
    }

    /// On a plan that scales on sources in a network by a switch alone, and by listed extensions.
    fn premium(&self, app: AppId, trigger: &Trigger, of_type: &TriggerType, inside: bool) -> Step {
        let noun = &self.model[app];
        let (name, short) = (&noun.head.name, &trigger.name);
        let most = noun.pre_warmed.as_ref().map_or(self.platform().limit("pre-warmed-default"), |n| n.value);
        let instances =
            if most == 1 { "1 pre-warmed instance".to_string() } else { format!("{most} pre-warmed instances") };
        let monitoring = noun.switch("scale-monitoring").filter(|(stated, _)| stated.value).map(|(stated, _)| stated);
        let Some(on) = monitoring else {
            if inside {
                let text = format!("scale monitoring of {name} is off: {short} runs on {instances}");
                return Step::block("trigger.premium.flag-off", Outcome::Unsupported, text)
                    .at(trigger.span)
                    .also("trigger.premium.flag")
                    .headline(format!("{short} does not make {name} scale: scale monitoring is off"))
                    .remedy(format!("amend app {name} {{ scale-monitoring on }}"));
            }
            if !of_type.scales && !of_type.needs_source {
                return self.undocumented(trigger);
            }
            let text = format!("the source of {short} is public: the platform itself sees what waits there");
            return Step::pass("plan.scale-style", text).at(trigger.span);
        };
        if !of_type.scales {
            let text = format!("not among the listed extensions: {short} runs on {instances}");
            return Step::block("trigger.premium.unlisted-no-scale", Outcome::Unsupported, text)
                .at(trigger.trigger_type.as_ref().map_or(trigger.span, |t| t.span))
                .also("trigger.premium.flag")
                .headline(format!("{short} does not make {name} scale: its extension is not listed"));
        }
        let step = self.extension(app, trigger, of_type);
        step.also_if(inside, "trigger.premium.flag")
            .maybe_at(trigger.extension.as_ref().map(|e| e.span).or(Some(on.span)))
    }

    /// The version of the extension.
    fn extension(&self, app: AppId, trigger: &Trigger, of_type: &TriggerType) -> Step {
        let noun = &self.model[app];
        let (name, short) = (&noun.head.name, &trigger.name);
        let targets = "trigger.extensions.target-based";
        let by_target = self.fires(targets) && noun.switch("target-based-scaling").is_none_or(|(s, _)| s.value);
        let target = of_type.target_minimum.filter(|_| by_target);
        let least = target.or(of_type.minimum);
        let rule = if target.is_some() { targets } else { "trigger.extensions" };
        let Some(least) = least else {
            return Step::pass("plan.scale-style", format!("{short} scales with its load")).at(trigger.span);
        };
        let least_text = version_text(least);
        let package = of_type.package.as_deref().unwrap_or(&of_type.title);
        let extension = package.rsplit('.').next().unwrap_or(package);
        let line = |version: &str| format!("amend app {name} {{ trigger {short} {{ extension {version} }} }}");
        let Some(stated) = &trigger.extension else {
            let text = format!("extension {extension} makes the app scale from {least_text} on");
            let fact = format!("the version of {package}");
            return Step::unknown(rule, text, fact, Some(line(&least_text))).also("trigger.extensions");
        };
        let version = version_text(stated.value);
        if stated.value >= least {
            let text = format!("extension {extension} {version}, and {least_text} or later makes the app scale");
            return Step::pass(rule, text).also("trigger.extensions");
        }
        let mode = if target.is_some() { "with target-based scaling " } else { "" };
        let text =
            format!("{mode}extension {extension} makes the app scale from {least_text} on, and {version} is older");
        Step::block(rule, Outcome::Unsupported, text)
            .headline(format!("{short} does not make {name} scale: its extension {version} is older than {least_text}"))
            .remedy(line(&least_text))
    }
}

fn version_text(version: Version) -> String {
    format!("{}.{}.{}", version.0, version.1, version.2)
}
