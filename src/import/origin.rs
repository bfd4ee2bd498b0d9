//! What a JSON file is, by what stands in it.

use super::json::Json;

/// Where resources come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A template of Azure Resource Manager.
    Arm,
    /// `terraform show -json`: a plan or a state.
    Terraform,
    /// What `az … -o json`, the REST interface or Resource Graph answers: resources as they are.
    Az,
}

impl Origin {
    /// The origin of a file, where it is one of them.
    pub fn of(json: &Json) -> Option<Self> {
        let schema = json.get("$schema").and_then(Json::text).unwrap_or("").to_lowercase();
        if schema.contains("deploymenttemplate.json") {
            return Some(Self::Arm);
        }
        let has = |name: &str| json.get(name).is_some();
        if has("terraform_version") || has("planned_values") || has("format_version") && has("values") {
            return Some(Self::Terraform);
        }
        if has("contentVersion") && has("resources") {
            return Some(Self::Arm);
        }
        let first = ["value", "data"].iter().find_map(|list| json.get(list)).unwrap_or(json);
        let one = first.list().first().unwrap_or(first);
        let is_resource = |json: &Json| json.get("id").and_then(Json::text).is_some_and(|id| id.starts_with('/'));
        is_resource(one).then_some(Self::Az)
    }

    /// What it is called in messages.
    pub fn words(self) -> &'static str {
        match self {
            Self::Arm => "a template of Azure Resource Manager",
            Self::Terraform => "a plan or state of Terraform",
            Self::Az => "a list of resources from Azure",
        }
    }
}
