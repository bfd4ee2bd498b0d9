//! The ids and names that resources have in Azure. Where Terraform does not know an id yet, it is put together as Azure
//! will: subscription, resource group, type and names; what is not known of it stands in braces.

use super::Plan;
use super::document::Instance;
use super::shape::filled;
use crate::import::json::Json;
use crate::platform::TerraformType;

/// What stands for a resource group that is not known.
const GROUP: &str = "{resource-group}";

/// The names in an id, the parent's first: `hub`, `data`.
pub(super) fn names_in(id: &str) -> Vec<&str> {
    let Some((_, after)) = id.rsplit_once("/providers/") else { return Vec::new() };
    after.split('/').skip(2).step_by(2).collect()
}

/// The parts of a type, without its namespace: `virtualNetworks`, `subnets`.
fn types_in(arm: &str) -> impl Iterator<Item = &str> {
    arm.split('/').skip(1)
}

impl<'j> Plan<'j> {
    /// The id of an instance: the one that it has, or will have. None where its type is none of Azure.
    pub(super) fn id(&self, instance: &Instance<'j>) -> Option<String> {
        if let Some(id) = instance.id.get() {
            return Some(id.clone());
        }
        let id = self.further(|| self.made_id(instance))?;
        Some(instance.id.get_or_init(|| id).clone())
    }

    fn made_id(&self, instance: &Instance<'j>) -> Option<String> {
        let known = instance.value("id").and_then(Json::text);
        let Some(kind) = self.platform.terraform_type(instance.kind) else {
            return known.map(String::from);
        };
        let Some(arm) = kind.arm.as_deref() else {
            let made = kind.id.as_deref().and_then(|template| {
                filled(template, |word| match word {
                    "subscription" => Some(self.subscription.clone()),
                    word => self.attribute(&instance.place(), word)?.text().map(String::from),
                })
            });
            return known.map(String::from).or(made);
        };
        if let Some(known) = known.filter(|id| names_in(id).len() == types_in(arm).count()) {
            return Some(known.to_string());
        }
        if kind.parent.is_empty() {
            let group = self.group(instance);
            let types: Vec<&str> = types_in(arm).collect();
            return Some(self.put_together(&group, arm, &types, &[self.name(instance)]));
        }
        let parent = self.parent(instance, &kind)?;
        let above = names_in(&parent).len();
        let name = self.name(instance);
        let own: Vec<&str> = types_in(arm).skip(above.min(types_in(arm).count() - 1)).collect();
        let tail: String = own.iter().zip(name.split('/')).map(|(kind, name)| format!("/{kind}/{name}")).collect();
        Some(parent + &tail)
    }

    /// The id of the resource that an instance is a child of.
    pub(super) fn parent(&self, instance: &Instance<'j>, kind: &TerraformType) -> Option<String> {
        self.pointed_at(instance, &kind.parent, kind.arm.as_deref()?, true)
    }

    /// The id of the resource that an instance only adds something to.
    pub(super) fn whole(&self, instance: &Instance<'j>, kind: &TerraformType) -> Option<String> {
        self.pointed_at(instance, &kind.part_of, kind.arm.as_deref()?, false)
    }

    /// The id that the first attribute that is set tells, itself or by a name.
    fn pointed_at(&self, instance: &Instance<'j>, attributes: &[String], arm: &str, is_parent: bool) -> Option<String> {
        attributes.iter().find_map(|attribute| {
            let told = self.attribute(&instance.place(), attribute)?;
            let text = told.text()?;
            if text.starts_with('/') || !attribute.ends_with("_name") {
                return Some(text.to_string());
            }
            let types: Vec<&str> = types_in(arm).collect();
            let depth = if is_parent { types.len().saturating_sub(1).min(1) } else { types.len() };
            Some(self.put_together(&self.group(instance), arm, &types[..depth], &[text.to_string()]))
        })
    }

    /// The resource group of an instance.
    fn group(&self, instance: &Instance<'j>) -> String {
        let told = self.attribute(&instance.place(), "resource_group_name");
        told.and_then(|told| told.text().map(String::from)).unwrap_or_else(|| GROUP.into())
    }

    fn put_together(&self, group: &str, arm: &str, types: &[&str], names: &[String]) -> String {
        let provider = arm.split('/').next().unwrap_or("");
        let tail: String = types.iter().zip(names).map(|(kind, name)| format!("/{kind}/{name}")).collect();
        format!("/subscriptions/{}/resourceGroups/{group}/providers/{provider}{tail}", self.subscription)
    }

    /// The name of an instance, without those of its parents where it is not made of several: what it is called, or
    /// where that is known only after apply what the configuration calls it.
    pub(super) fn name(&self, instance: &Instance<'j>) -> String {
        let kind = self.platform.terraform_type(instance.kind);
        if let Some(template) = kind.as_ref().and_then(|kind| kind.name.as_deref()) {
            let told = |attribute: &str| {
                let told = self.attribute(&instance.place(), attribute)?;
                let text = told.text()?;
                Some(if text.starts_with('/') { names_in(text).join("/") } else { text.to_string() })
            };
            return filled(template, told).unwrap_or_else(|| instance.label.to_string());
        }
        match instance.value("name").and_then(Json::text) {
            Some(name) => name.to_string(),
            None => match &instance.index {
                Some(index) => format!("{}-{index}", instance.label).replace('/', "-"),
                None => instance.label.to_string(),
            },
        }
    }
}
