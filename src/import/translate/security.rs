//! Security groups and application security groups.

use super::draft::{self, Draft};
use super::estate::{Estate, Part, Reason};
use super::facts::{self, Facts, at, id_of, inner, shown, texts};
use crate::import::Resource;
use crate::import::json::Json;

impl<'f> Estate<'f> {
    pub(super) fn application_groups(&mut self) {
        for group in self.all("Microsoft.Network/applicationSecurityGroups") {
            let name = self.christen("asg", &group.id, group.own_name());
            let draft = self.draft(group, "asg", &name, "");
            self.declare((Part::Networks, u32::MAX), draft);
            self.translated(group, format!("asg {name}"));
        }
    }

    /// A group that something refers to; one that is not among the resources is declared as one with no other members.
    pub(super) fn application_group(&mut self, id: &str) -> String {
        if let Some(name) = self.named("asg", id) {
            return name;
        }
        let name = self.christen("asg", id, super::estate::own_name(id));
        let mut draft = Draft::new(format!("asg {}", draft::name(&name)));
        draft.comment(format!("{id} is not among the resources"));
        self.declare((Part::Elsewhere, 0), draft);
        name
    }

    pub(super) fn security_groups(&mut self) {
        for group in self.all("Microsoft.Network/networkSecurityGroups") {
            match self.security_group(group) {
                Ok((name, draft)) => {
                    self.declare((Part::Networks, u32::MAX), draft);
                    self.translated(group, format!("nsg {name}"));
                }
                Err(reason) => {
                    self.listed(group, &reason);
                    for rule in self.children(group, "securityRules") {
                        self.listed(rule, &reason);
                    }
                }
            }
        }
    }

    /// Either the whole group or none of it: a list that lacks a rule means something else.
    fn security_group(&mut self, group: &'f Resource) -> Result<(String, Draft), Reason> {
        let facts = Facts::told(self, group);
        let mut rules: Vec<(String, Facts<'f>)> = Vec::new();
        let mut add =
            |name: String, body: &'f Json| match rules.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(&name)) {
                Some((_, facts)) => facts.add(body),
                None => rules.push((name, Facts::of([body]))),
            };
        let separate = self.children(group, "securityRules");
        for rule in &separate {
            add(rule.own_name().to_string(), &rule.body);
        }
        for body in facts.bodies() {
            for rule in at(body, "securityRules").map(Json::list).unwrap_or_default() {
                let own = rule.get("name").and_then(Json::text).unwrap_or("rule");
                add(own.to_string(), rule);
            }
        }
        let mut lines: [Vec<(i64, String)>; 2] = Default::default();
        for (name, facts) in &rules {
            let (outbound, priority, line) =
                self.security_rule(name, facts).map_err(|reason| format!("rule `{name}`: {reason}"))?;
            lines[usize::from(outbound)].push((priority, line));
        }
        let name = self.christen("nsg", &group.id, group.own_name());
        let mut draft = self.draft(group, "nsg", &name, "");
        for (word, mut lines) in ["inbound", "outbound"].into_iter().zip(lines) {
            lines.sort_by_key(|(priority, _)| *priority);
            if !lines.is_empty() {
                let mut block = Draft::new(word);
                lines.into_iter().for_each(|(_, line)| block.line(line));
                draft.block(block);
            }
        }
        for rule in separate {
            self.translated(rule, format!("a rule of nsg {name}"));
        }
        Ok((name, draft))
    }

    fn security_rule(&mut self, name: &str, facts: &Facts<'f>) -> Result<(bool, i64, String), Reason> {
        let word = |path: &str, estate: &mut Self| -> Result<String, Reason> {
            let json = facts.get(path, estate).ok_or_else(|| format!("`{path}` is not stated"))?;
            estate.known(json).map(str::to_lowercase)
        };
        let outbound = match word("direction", self)?.as_str() {
            "inbound" => false,
            "outbound" => true,
            other => return Err(format!("`{other}` is no direction")),
        };
        let action = match word("access", self)?.as_str() {
            "allow" => "allow",
            "deny" => "deny",
            other => return Err(format!("`{other}` is no access")),
        };
        let protocol = word("protocol", self)?;
        let protocol = match protocol.as_str() {
            "*" | "any" => "*",
            "tcp" | "udp" | "icmp" | "esp" | "ah" => protocol.as_str(),
            other => return Err(format!("`{other}` is no protocol")),
        };
        let json = facts.get("priority", self).ok_or("`priority` is not stated")?;
        let Some(priority) = json.number() else {
            return Err(self.known(json).err().unwrap_or_else(|| "its priority is no number".into()));
        };
        let source = self.side(facts, "source")?;
        let destination = self.side(facts, "destination")?;
        let line = format!("{priority} {action} {protocol} {source} -> {destination} as {}", draft::name(name));
        Ok((outbound, priority, line))
    }

    /// Addresses, tags or groups of a rule, with the ports behind the last.
    fn side(&mut self, facts: &Facts<'f>, side: &str) -> Result<String, Reason> {
        let groups: Vec<String> = facts
            .get(&format!("{side}ApplicationSecurityGroups"), self)
            .map(Json::list)
            .unwrap_or_default()
            .iter()
            .filter_map(id_of)
            .map(|id| draft::name(&self.application_group(id)))
            .collect();
        let mut stated = facts.both(&format!("{side}AddressPrefix"), &format!("{side}AddressPrefixes"), self);
        if !groups.is_empty() {
            stated.clear();
        }
        let mut addresses = groups;
        for json in stated {
            addresses.push(self.address_word(json)?);
        }
        if addresses.is_empty() {
            return Err(format!("`{side}AddressPrefix` is not stated"));
        }
        if addresses.iter().any(|address| address == "*") {
            addresses = vec!["*".into()];
        }
        let mut ports = Vec::new();
        for json in facts.both(&format!("{side}PortRange"), &format!("{side}PortRanges"), self) {
            ports.push(match json.number() {
                Some(port) => port.to_string(),
                None => self.known(json)?.replace(' ', ""),
            });
        }
        if ports.is_empty() {
            return Err(format!("`{side}PortRange` is not stated"));
        }
        let is_port = |text: &str| text.split('-').all(|end| end.parse::<u16>().is_ok());
        if let Some(wrong) = ports.iter().flat_map(|ports| ports.split(',')).find(|port| *port != "*" && !is_port(port))
        {
            return Err(format!("`{wrong}` is no port"));
        }
        Ok(with_ports(addresses, &ports))
    }

    /// One address of a rule: `*`, a prefix, a service tag.
    pub(super) fn address_word(&mut self, json: &Json) -> Result<String, Reason> {
        let text = self.known(json)?.trim();
        if matches!(text.to_lowercase().as_str(), "*" | "any") {
            return Ok("*".into());
        }
        if let Ok(prefix) = self.prefix(json) {
            return Ok(shown(&prefix));
        }
        if let Some((first, last)) = text.split_once('-')
            && let (Ok(first), Ok(last)) =
                (first.trim().parse::<std::net::IpAddr>(), last.trim().parse::<std::net::IpAddr>())
        {
            return Ok(format!("{first}-{last}"));
        }
        self.tag_word(text).ok_or_else(|| format!("`{text}` is neither a prefix nor a service tag"))
    }

    /// A service tag as the platform spells it.
    pub(super) fn tag_word(&mut self, text: &str) -> Option<String> {
        if let Some((tag, region)) = self.platform.tag(text) {
            return Some(self.platform.tag_name(&tag.name, region.as_deref()));
        }
        let (own, region) = text.split_once('.').map_or((text, None), |(own, region)| (own, Some(region)));
        let known = self.platform.tag_names().into_iter().find(|tag| tag.eq_ignore_ascii_case(own)).map(str::to_string);
        let spelled = |base: &str| region.map_or_else(|| base.to_string(), |region| format!("{base}.{region}"));
        if let Some((tag, region)) = known.and_then(|known| self.platform.tag(&spelled(&known))) {
            return Some(self.platform.tag_name(&tag.name, region.as_deref()));
        }
        // What is no address is a tag to Azure, which has more of them than fnet knows.
        let is_word =
            own.chars().all(|c| c.is_ascii_alphanumeric()) && own.starts_with(|c: char| c.is_ascii_alphabetic());
        is_word.then(|| {
            self.unknown_tag(own, region.is_some());
            spelled(own)
        })
    }

    /// The groups that an interface is in.
    pub(super) fn groups_of(&mut self, configuration: &Json) -> Vec<String> {
        let groups = at(configuration, "applicationSecurityGroups").map(texts).unwrap_or_default();
        groups.into_iter().filter_map(id_of).map(|id| draft::name(&self.application_group(id))).collect()
    }

    /// The group of an interface or subnet; an error where it is none that is told.
    pub(super) fn group_ref(&mut self, body: &Json) -> Result<Option<String>, Reason> {
        let Some(id) = inner(body).at_path("networkSecurityGroup").and_then(id_of) else { return Ok(None) };
        match self.named("nsg", id) {
            Some(name) => Ok(Some(draft::name(&name))),
            None if self.find(id).is_some() => Err(format!("its security group {} is not told", facts::last(id))),
            None => Err(format!("its security group {} is not among the resources", facts::last(id))),
        }
    }
}

/// `a, b:22,80`; brackets where the last is IPv6.
fn with_ports(mut addresses: Vec<String>, ports: &[String]) -> String {
    if ports.iter().any(|port| port == "*") {
        return addresses.join(", ");
    }
    if let Some(last) = addresses.last_mut() {
        *last = if last.contains(':') {
            format!("[{last}]:{}", ports.join(","))
        } else {
            format!("{last}:{}", ports.join(","))
        };
    }
    addresses.join(", ")
}
