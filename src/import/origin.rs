//! What a JSON file is, by what stands in it.

use super::json::{Json, Value};

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

/// What a JSON file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It holds resources.
    Resources(Origin),
    /// The values of a template's parameters.
    Parameters,
    /// Microsoft's list of service tags.
    ServiceTags,
}

impl Kind {
    /// The kind of a file, where it is one of them.
    ///
    /// ```
    /// use fnet::import::{Json, Kind, Origin};
    /// use fnet::source::SourceId;
    /// let kind = |text| Kind::of(&Json::read(SourceId(0), text).unwrap());
    /// assert_eq!(kind(r#"{ "format_version": "1.0", "values": {} }"#), Some(Kind::Resources(Origin::Terraform)));
    /// assert_eq!(kind(r#"{ "name": "my package" }"#), None);
    /// ```
    pub fn of(json: &Json) -> Option<Self> {
        let schema = json.get("$schema").and_then(Json::text).unwrap_or("").to_lowercase();
        let has = |name: &str| json.get(name).is_some();
        if schema.contains("deploymentparameters") {
            return Some(Self::Parameters);
        }
        if schema.contains("deploymenttemplate") || has("contentVersion") && has("resources") {
            return Some(Self::Resources(Origin::Arm));
        }
        if has("contentVersion") && has("parameters") {
            return Some(Self::Parameters);
        }
        if has("terraform_version") || has("planned_values") || has("format_version") && has("values") {
            return Some(Self::Resources(Origin::Terraform));
        }
        if has("changeNumber") && has("values") {
            return Some(Self::ServiceTags);
        }
        let is_told = Self::is_answer(json) || super::Answered::of(json).is_some();
        is_told.then_some(Self::Resources(Origin::Az))
    }

    /// Is it what Azure answers: a resource, or a list of them, alone or as `value` or `data`?
    fn is_answer(json: &Json) -> bool {
        let list = ["value", "data"].iter().find_map(|list| json.get(list)).unwrap_or(json);
        let is_resource = |json: &Json| json.get("id").and_then(Json::text).is_some_and(|id| id.starts_with('/'));
        match &list.value {
            Value::List(list) => list.iter().any(is_resource),
            _ => is_resource(list),
        }
    }
}

impl Origin {
    /// What it is called in messages.
    pub fn words(self) -> &'static str {
        match self {
            Self::Arm => "a template of Azure Resource Manager",
            Self::Terraform => "a plan or state of Terraform",
            Self::Az => "a list of resources from Azure",
        }
    }
}
