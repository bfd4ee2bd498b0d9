//! Who may call an app: its restrictions, those of its SCM site, and public access.

use super::Site;
use crate::import::json::Json;
use crate::import::translate::draft::{self, Draft};
use crate::import::translate::estate::{Estate, Reason};
use crate::import::translate::facts::{at, inner, shown};
use ipnet::IpNet;

impl<'f> Estate<'f> {
    pub(super) fn app_access(&mut self, site: &Site<'f>, draft: &mut Draft) -> Result<(), Reason> {
        let stated =
            site.facts.get("publicNetworkAccess", self).or_else(|| site.config.get("publicNetworkAccess", self));
        if let Some(json) = stated {
            match self.known(json)?.to_lowercase().as_str() {
                "enabled" => draft.set("public-access", "on"),
                "disabled" => draft.set("public-access", "off"),
                _ => {}
            }
        }
        let main = ["ipSecurityRestrictions", "ipSecurityRestrictionsDefaultAction"];
        match self.access_block("access", main, site)? {
            Some(block) => draft.block(block),
            // A list of apps leaves out their restrictions.
            None if site.is_answer(self) && site.config.get("ipSecurityRestrictions", self).is_none() => {
                let mut block = Draft::new("access");
                block.remark("its restrictions are not in this answer: whom it admits is not known");
                block.line(format!("100 allow {}", self.unknown_callers()));
                draft.block(block);
                self.note(
                    site.resource,
                    site.resource.at,
                    "its access restrictions are not in the answer (`az webapp config show` has them)",
                );
            }
            None => {}
        }
        if site.config.bool("scmIpSecurityRestrictionsUseMain", self) == Some(true) {
            draft.set("scm-access", "same");
            return Ok(());
        }
        let own = ["scmIpSecurityRestrictions", "scmIpSecurityRestrictionsDefaultAction"];
        if let Some(block) = self.access_block("scm-access", own, site)? {
            draft.block(block);
        }
        Ok(())
    }

    fn access_block(&mut self, word: &str, paths: [&str; 2], site: &Site<'f>) -> Result<Option<Draft>, Reason> {
        let rules = site.config.get(paths[0], self).map(Json::list).unwrap_or_default();
        let default = site.config.get(paths[1], self).and_then(Json::text).map(str::to_lowercase);
        let mut default = default.filter(|action| matches!(action.as_str(), "allow" | "deny"));
        let of_all = self.platform.limit("access-priority-of-all");
        let mut lines: Vec<(i64, String)> = Vec::new();
        for rule in rules {
            let action = self.access_action(rule)?;
            let unset = self.platform.limit("access-priority-unset");
            let priority = match at(rule, "priority") {
                None => unset,
                Some(json) => match json.number() {
                    Some(number) => number,
                    None => return Err(self.known(json).err().unwrap_or_else(|| "a priority is no number".into())),
                },
            };
            // Azure shows its last word as a rule of its own.
            if priority == of_all {
                default.get_or_insert(action.to_string());
                continue;
            }
            let source = self.access_source(rule, site)?;
            let mut line = format!("{priority} {action} {source}");
            if let Some(headers) = at(rule, "headers").and_then(Json::map) {
                for (name, values) in headers.iter() {
                    let values: Vec<String> = values.list().iter().filter_map(Json::text).map(draft::quoted).collect();
                    if !values.is_empty() {
                        line.push_str(&format!(" header {} {}", draft::name(&name.to_lowercase()), values.join(", ")));
                    }
                }
            }
            if let Some(name) = at(rule, "name").and_then(Json::text).filter(|name| !name.is_empty()) {
                line.push_str(&format!(" as {}", draft::name(name)));
            }
            lines.push((priority, line));
        }
        // Rules that admit everybody at the end, and nothing else, are what Azure shows where there are none.
        let is_open = lines.is_empty() && default.as_deref() != Some("deny");
        if is_open {
            return Ok(None);
        }
        lines.sort_by_key(|(priority, _)| *priority);
        let mut block = Draft::new(word);
        lines.into_iter().for_each(|(_, line)| block.line(line));
        block.set_some("default", default);
        Ok(Some(block))
    }

    fn access_action(&mut self, rule: &'f Json) -> Result<&'static str, Reason> {
        let Some(json) = at(rule, "action") else { return Ok("allow") };
        match self.known(json)?.to_lowercase().as_str() {
            "allow" => Ok("allow"),
            "deny" => Ok("deny"),
            other => Err(format!("`{other}` is no action of an access rule")),
        }
    }

    fn access_source(&mut self, rule: &'f Json, site: &Site<'f>) -> Result<String, Reason> {
        if let Some(subnet) = at(rule, "vnetSubnetResourceId").and_then(Json::text).filter(|id| !id.is_empty()) {
            return Ok(match self.subnet_ref(subnet) {
                Ok(subnet) => subnet,
                Err(reason) => {
                    self.note(site.resource, rule.at, format!("an access rule: {reason}"));
                    self.subnet_elsewhere(subnet)
                }
            });
        }
        let json = inner(rule).get("ipAddress").filter(|json| !json.is_null()).ok_or("an access rule names nobody")?;
        let text = self.known(json)?.trim().to_string();
        if text.eq_ignore_ascii_case("any") {
            return Ok("*".into());
        }
        if text.eq_ignore_ascii_case("AnyVnets") {
            return Ok("AnyVnets".into());
        }
        let is_tag = at(rule, "tag").and_then(Json::text).is_some_and(|tag| tag.eq_ignore_ascii_case("ServiceTag"));
        let mut words = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let tag = if is_tag { self.tag_word(part) } else { None };
            let mask = at(rule, "subnetMask").and_then(Json::text).filter(|mask| !mask.is_empty());
            let masked = mask.and_then(|mask| IpNet::with_netmask(part.parse().ok()?, mask.parse().ok()?).ok());
            let prefix = masked.or_else(|| part.parse::<IpNet>().ok());
            let prefix = prefix.or_else(|| part.parse::<std::net::IpAddr>().ok().map(IpNet::from));
            let word = tag.or_else(|| prefix.map(|prefix| shown(&prefix.trunc())));
            words.push(
                word.ok_or_else(|| format!("`{part}` in an access rule is neither addresses nor a service tag"))?,
            );
        }
        if words.is_empty() { Err("an access rule names nobody".into()) } else { Ok(words.join(", ")) }
    }
}
