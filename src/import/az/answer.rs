//! Answers of Azure about a network: effective routes and rules, verdicts of Network Watcher. They are recognised so that
//! nobody takes them for configuration.

use crate::import::json::Json;

/// What Azure has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The effective routes of an interface.
    Routes,
    /// The effective security rules of an interface.
    Rules,
    /// What Network Watcher said of one flow.
    Verdict,
}

impl Answered {
    /// The kind of answer, where a file is one.
    pub fn of(json: &Json) -> Option<Self> {
        let list = ["value", "effectiveRoutes"].iter().find_map(|member| json.get(member)).unwrap_or(json);
        let first = list.list().first().unwrap_or(list);
        let has = |json: &Json, name: &str| json.get(name).is_some();
        if has(first, "id") {
            return None;
        }
        if has(first, "nextHopType") && (has(first, "source") || has(first, "state")) && has(first, "addressPrefix") {
            return Some(Self::Routes);
        }
        if has(first, "effectiveSecurityRules")
            || has(json, "securityRuleAssociations")
            || has(first, "securityRuleAssociations")
        {
            return Some(Self::Rules);
        }
        let is_verdict = has(json, "access") && has(json, "ruleName")
            || has(json, "nextHopType")
            || has(json, "connectionStatus")
            || has(json, "results")
                && json
                    .get("results")
                    .is_some_and(|results| results.list().iter().any(|one| has(one, "networkSecurityGroupResult")));
        is_verdict.then_some(Self::Verdict)
    }

    /// What it is called in messages.
    pub fn words(self) -> &'static str {
        match self {
            Self::Routes => "a list of effective routes",
            Self::Rules => "a list of effective security rules",
            Self::Verdict => "an answer of Network Watcher",
        }
    }
}
