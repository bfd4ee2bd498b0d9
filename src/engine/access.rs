//! Access restrictions: which line of an app's list a caller meets. Not which app is called, not how the call comes to
//! it, and not why a line that looks right does not match.

use super::Engine;
use super::egress::Caller;
use super::flow::Ends;
use super::inbound::Visit;
use super::matching::Matcher;
use super::question::Source;
use super::trail::{Outcome, Step};
use crate::model::*;
use crate::net::AddressSet;
use crate::syntax::literal;

/// What a line of an access list does to callers.
pub(super) struct Matched {
    pub(super) yes: Option<(Ends, &'static str)>,
    pub(super) maybe: Option<(Ends, String)>,
    no: Option<Ends>,
    /// What did not match, where nothing did.
    miss: &'static str,
}

impl Engine<'_> {
    /// The list that a site goes by.
    pub(super) fn access_list(&self, visit: Visit<'_>) -> Option<&AccessList> {
        let noun = &self.model[visit.app];
        match (visit.scm, &noun.scm_access) {
            (false, _) | (true, Some(ScmAccess::Same(_))) => noun.access.as_ref(),
            (true, Some(ScmAccess::Own(list))) => Some(list),
            (true, None) => None,
        }
    }

    /// The word that its list stands under.
    pub(super) fn access_word(&self, visit: Visit<'_>) -> &'static str {
        match (visit.scm, &self.model[visit.app].scm_access) {
            (true, Some(ScmAccess::Own(_)) | None) => "scm-access",
            _ => "access",
        }
    }

    /// What a site's list does, before anybody calls.
    pub(super) fn access_fact(&self, visit: Visit<'_>) -> (&'static str, String) {
        let noun = &self.model[visit.app];
        let site = if visit.scm { format!("the SCM site of {}", noun.head.name) } else { noun.head.name.clone() };
        if visit.scm && matches!(noun.scm_access, Some(ScmAccess::Same(_))) {
            return ("in.scm.use-main", format!("{site} goes by the list of the main site"));
        }
        let Some(list) = self.access_list(visit).filter(|list| !list.rules.is_empty() || list.default.is_some()) else {
            let rule = if visit.scm { "in.scm.separate" } else { "in.rules.none" };
            return (rule, format!("{site} has no access rules and admits everybody"));
        };
        let count = match list.rules.len() {
            1 => "one access rule".to_string(),
            count => format!("{count} access rules"),
        };
        let (rule, end) = match &list.default {
            Some(stated) if stated.value == Action::Allow => ("in.rules.default-action", "admits"),
            Some(_) if self.fires("in.rules.default-action") => ("in.rules.default-action", "denies"),
            _ => ("in.rules.implicit-deny", "denies"),
        };
        let rule = if visit.scm { "in.scm.separate" } else { rule };
        (rule, format!("{site} has {count} and {end} everybody else"))
    }

    /// What the access rules of a site say to a caller; apart for the addresses that they treat apart.
    pub(super) fn access_verdicts(&self, visit: Visit<'_>, caller: &Caller) -> Vec<(Ends, Step)> {
        let noun = &self.model[visit.app];
        let (name, named) = (&noun.head.name, self.access_word(visit));
        let Some(list) = self.access_list(visit) else {
            let text = match visit.scm {
                true => format!("the SCM site of {name} has no {named} rules: everybody is admitted"),
                false => format!("{name} has no {named} rules: everybody is admitted"),
            };
            let sibling = self.model.apps().any(|(id, other)| {
                id != visit.app && other.on == noun.on && other.on.is_some() && other.access.is_some()
            });
            let step = Step::pass("in.rules.none", text)
                .at(noun.head.span)
                .also_if(sibling && !visit.scm, "in.rules.per-app")
                .also_if(visit.scm && noun.access.is_some(), "in.scm.separate");
            return vec![(caller.ends.clone(), step)];
        };
        let mut verdicts = Vec::new();
        let mut misses = Vec::new();
        let mut open = Some(caller.clone());
        for (at, rule) in list.rules.iter().enumerate() {
            let Some(caller) = open.take() else { break };
            let matched = self.access_rule(visit, rule, &caller);
            if let Some((ends, id)) = matched.yes {
                let mut step = self.matched(visit, list, at, id, &Caller { ends: ends.clone(), ..caller.clone() });
                step.misses = misses.clone();
                verdicts.push((ends.clone(), self.rest(visit, &caller, list, step)));
            } else if matched.maybe.is_none() {
                misses.push(format!("{}: {}", rule.text, matched.miss));
            }
            if let Some((ends, fact)) = matched.maybe {
                let text = format!("{name} {named} {}: it may match", rule.text);
                let line = self.outbound_line(&ends);
                let step = Step::unknown("verdict.ours.unknown", text, fact, line).at(rule.span);
                verdicts.push((ends, self.rest(visit, &caller, list, step)));
            }
            open = matched.no.map(|ends| Caller { ends, ..caller });
        }
        if let Some(caller) = open {
            let mut step = self.access_default(visit, list, &caller);
            step.misses = misses;
            verdicts.push((caller.ends.clone(), self.rest(visit, &caller, list, step)));
        }
        verdicts
    }

    /// A line that matches.
    fn matched(&self, visit: Visit<'_>, list: &AccessList, at: usize, id: &'static str, caller: &Caller) -> Step {
        let (name, named) = (&self.model[visit.app].head.name, self.access_word(visit));
        let rule = &list.rules[at];
        let text = format!("{name} {named} {}", rule.text);
        let step = match rule.action {
            Action::Deny => {
                let headline = format!("{name} denies it by {named} rule {}", rule.priority);
                let step = Step::block(id, Outcome::Refused, text).headline(headline);
                let free = (rule.priority - 1).max(self.platform().limit("access-priority-first"));
                match (free < rule.priority, self.named_caller(caller)) {
                    (true, Some(who)) => {
                        step.remedy(self.amend_app(visit.app, &format!("{named} {{ {free} allow {who} }}")))
                    }
                    _ => step,
                }
            }
            _ => Step::pass(id, text),
        };
        let otherwise =
            |later: &AccessRule| later.action != rule.action && self.access_rule(visit, later, caller).yes.is_some();
        let first = list.rules[at + 1..].iter().any(otherwise);
        let all =
            |rule: &AccessRule| matches!(&rule.source, AccessSource::Addresses(e) if e.terms.contains(&Term::Any));
        let block_one = rule.action == Action::Allow && all(rule) && list.rules[..at].iter().any(is_deny);
        let by_subnet = (id == "in.rules.subnet-match").then(|| self.plan_type_of(visit.app)).flatten();
        let permitted = by_subnet.and_then(|of_type| self.subnet_rules_of(&of_type)).map(|(_, rule)| rule);
        step.at(rule.span)
            .also_some(permitted)
            .also("in.rules.kinds")
            .also_if(first, "in.rules.order")
            .also_if(!rule.headers.is_empty(), "in.rules.headers")
            .also_if(block_one && !self.fires("in.rules.default-action"), "in.rules.block-one")
    }

    /// What becomes of a caller whom no access rule names.
    fn access_default(&self, visit: Visit<'_>, list: &AccessList, caller: &Caller) -> Step {
        let (name, named) = (&self.model[visit.app].head.name, self.access_word(visit));
        let stated = list.default.as_ref();
        let open = stated.map_or(list.rules.is_empty(), |stated| stated.value == Action::Allow);
        let place = stated.map_or(list.span, |stated| stated.span);
        let rule = match (stated, self.fires("in.rules.default-action")) {
            (Some(_), true) => "in.rules.default-action",
            (None, _) if list.rules.is_empty() => "in.rules.none",
            _ => "in.rules.implicit-deny",
        };
        let overlooked = self.overlooked(visit, list, caller, if open { Action::Deny } else { Action::Allow });
        if open {
            let mut text = format!("{name} {named}: no rule matches and the default admits");
            if let Some(overlooked) = &overlooked {
                text = format!("{text}; {}", overlooked.text);
            }
            let block_one = stated.is_some() && list.rules.iter().any(is_deny);
            let step = Step::pass(rule, text).at(place).also_if(block_one, "in.rules.block-one");
            return overlooked.map_or(step.clone(), |why| why.told_by(step.also(why.rule)));
        }
        let seen = self.caller_name(visit, caller);
        let headline = format!("the {named} rules of {name} do not admit {seen}");
        // A list of one line denies the others by that line: without it there is no list.
        let only = list.rules.first().filter(|_| stated.is_none() && list.rules.len() == 1).map(|line| line.span);
        if let Some(why) = overlooked {
            let step = Step::block(why.rule, Outcome::Refused, format!("{name} {named}: {}", why.text))
                .at(place)
                .beside(only)
                .headline(headline)
                .also(rule);
            return Step { remedy: why.remedy.clone(), ..why.told_by(step) };
        }
        let step = Step::block(rule, Outcome::Refused, format!("{name} {named}: no rule admits {seen}"));
        let step = step.at(place).beside(only);
        let denies_alone = stated.is_none() && list.rules.iter().all(is_deny);
        let line = match denies_alone {
            true if self.fires("in.rules.default-action") => "default allow".to_string(),
            true => format!("{} allow *", free_priority(list)),
            false => {
                let who = self.named_caller(caller).unwrap_or("ADDRESS".into());
                format!("{} allow {who}", free_priority(list))
            }
        };
        step.headline(headline)
            .remedy(self.amend_app(visit.app, &format!("{named} {{ {line} }}")))
            .also_if(denies_alone, "in.rules.block-one")
    }

    /// What a verdict of an access list rests on besides.
    fn rest(&self, visit: Visit<'_>, caller: &Caller, list: &AccessList, step: Step) -> Step {
        let noun = &self.model[visit.app];
        let refused = step.is_block();
        let listed = !list.rules.is_empty() || list.default.is_some();
        let by_app = matches!(visit.question.source, Source::App(_));
        let subnets_alone = |rule: &AccessRule| match &rule.source {
            AccessSource::AnyVnets => true,
            AccessSource::Addresses(expr) => {
                expr.terms.iter().all(|term| matches!(term, Term::Thing(Thing::Subnet(_))))
            }
        };
        let mut allowed = list.rules.iter().filter(|rule| !is_deny(rule)).peekable();
        let private = allowed.peek().is_some() && allowed.all(subnets_alone);
        let separate = visit.scm && matches!(noun.scm_access, Some(ScmAccess::Own(_)));
        let same = visit.scm && matches!(noun.scm_access, Some(ScmAccess::Same(_)));
        let step = step
            .also_if(refused, "in.rules.denied-403")
            .also_if(listed, "eval.in.4-source-identity")
            .also_if(refused && private && caller.home.is_none(), "in.private-site.ways")
            .also_if(separate, "in.scm.separate")
            .also_if(same, "in.scm.use-main")
            .also_if(self.environment(visit.app).is_some() && listed, "ase.access-rules")
            .also_if(by_app && caller.subnet.is_some(), "in.caller.integrated-app")
            .also_if(by_app && caller.subnet.is_none() && listed, "in.caller.not-integrated");
        match listed {
            true => step.also_some(self.permitted_by(visit.app, "inbound-restrictions")),
            false => step,
        }
    }

    /// Which callers an access rule matches, may match, and does not match.
    fn access_rule(&self, visit: Visit<'_>, rule: &AccessRule, caller: &Caller) -> Matched {
        let nobody = |miss| Matched { yes: None, maybe: None, no: Some(caller.ends.clone()), miss };
        let mut matched = self.access_source(visit, rule, caller);
        if (matched.yes.is_some() || matched.maybe.is_some()) && !self.headers_match(visit, rule) {
            matched = nobody("header");
        }
        matched
    }

    pub(super) fn access_source(&self, visit: Visit<'_>, rule: &AccessRule, caller: &Caller) -> Matched {
        let mut matched = Matched { yes: None, maybe: None, no: Some(caller.ends.clone()), miss: "source" };
        let all = |id| Matched { yes: Some((caller.ends.clone(), id)), maybe: None, no: None, miss: "" };
        let identity = caller.subnet.filter(|_| self.is_tagged(visit.app));
        let expr = match &rule.source {
            AccessSource::AnyVnets if identity.is_some() => return all("in.rules.any-vnets"),
            AccessSource::AnyVnets => return matched,
            AccessSource::Addresses(expr) => expr,
        };
        for term in &expr.terms {
            if let Term::Thing(Thing::Subnet(subnet)) = term {
                if identity == Some(*subnet) {
                    return all("in.rules.subnet-match");
                }
                continue;
            }
            // A caller with a subnet's identity shows no address.
            if caller.subnet.is_some() && !matches!(term, Term::Any) {
                continue;
            }
            let Some(left) = matched.no.take() else { break };
            let cut = self.access_term(visit, term, caller).split(&left, &self.public_space());
            if let Some(ends) = cut.yes {
                matched.yes = Some(match (matched.yes.take(), ends) {
                    (Some((Ends::Set(a), id)), Ends::Set(b)) => (Ends::Set(a.union(&b)), id),
                    (_, ends) => (ends, "in.rules.order"),
                });
            }
            matched.maybe = matched.maybe.or(cut.maybe);
            matched.no = cut.no;
        }
        matched
    }

    /// The addresses that a line's source means to a front end.
    pub(super) fn access_term(&self, visit: Visit<'_>, term: &Term, caller: &Caller) -> Matcher {
        match term {
            // The tag of apps holds the addresses at which they are called, never those from which they call.
            Term::Tag(tag) if caller.app.is_some() && self.is_of_apps(&tag.name) => Matcher::default(),
            Term::Tag(tag) if self.holds_azure(tag, caller) => {
                Matcher { any: true, ..Matcher::of(caller.ends.possible().clone()) }
            }
            term => self.access_addresses(visit.app, term),
        }
    }

    /// The addresses that a line's source means to a front end, whoever calls.
    pub(super) fn access_addresses(&self, app: AppId, term: &Term) -> Matcher {
        match term {
            // Multitenant front ends see a site by its own internet access.
            Term::Thing(Thing::OnPremises(site)) => {
                let site = &self.model[*site];
                let private = self.environment(app).map(|_| Matcher::of(site.addresses()));
                let public = AddressSet::of(site.public_ip.iter().map(|ip| &ip.value));
                Matcher::of(public).or(private.unwrap_or_default())
            }
            term => self.term(term, None),
        }
    }

    /// Is it the tag of all of Azure, and does the call come from there?
    fn holds_azure(&self, tag: &TagRef, caller: &Caller) -> bool {
        let whole = self.platform().tag(&tag.name).is_some_and(|(tag, _)| tag.whole_cloud && tag.prefixes.is_none());
        whole && caller.azure && tag.region.as_ref().is_none_or(|region| caller.region.as_ref() == Some(region))
    }

    fn headers_match(&self, visit: Visit<'_>, rule: &AccessRule) -> bool {
        let of_addresses = self.platform().words("access-headers-of-addresses");
        let within = |sent: &str, value: &str| {
            let set = |text: &str| literal::address(text.trim()).ok().map(|literal| literal.set());
            set(sent).zip(set(value)).is_some_and(|(sent, value)| sent.is_subset(&value))
        };
        let is = |name: &str, sent: &str, value: &str| match of_addresses.iter().any(|of| of.eq_ignore_ascii_case(name))
        {
            true => sent.split(',').any(|sent| within(sent, value)),
            false => sent.eq_ignore_ascii_case(value),
        };
        rule.headers.iter().all(|(name, values)| {
            let sent = visit.question.headers.iter().filter(|(sent, _)| sent.eq_ignore_ascii_case(name));
            let mut sent = sent.flat_map(|(_, sent)| sent);
            sent.any(|sent| values.iter().any(|value| is(name, sent, value)))
        })
    }

    /// How a caller is told apart by a front end, in words.
    fn caller_name(&self, visit: Visit<'_>, caller: &Caller) -> String {
        match caller.subnet.filter(|_| self.is_tagged(visit.app)) {
            Some(subnet) => format!("subnet {}", self.model[subnet].head.name),
            None => self.name_of(&caller.ends),
        }
    }

    /// The words by which a rule would name a caller, where there are any.
    pub(super) fn named_caller(&self, caller: &Caller) -> Option<String> {
        match (caller.subnet, &caller.ends) {
            (Some(subnet), _) => Some(self.model[subnet].head.name.clone()),
            (None, Ends::Set(set)) if set.prefixes().len() <= 4 => Some(set.to_string()),
            _ => None,
        }
    }
}

fn is_deny(rule: &AccessRule) -> bool {
    rule.action == Action::Deny
}

/// A priority behind those of a list.
pub(super) fn free_priority(list: &AccessList) -> i64 {
    list.rules.last().map_or(100, |rule| rule.priority + 1)
}
