//! Security groups, application security groups, admin rules, and the lines of firewalls.

use super::address::{self, AddressExpr, Side};
use super::fields::{Fields, Lowering, Shape, choose, many, one};
use super::lower::Reading;
use super::*;
use crate::diagnostic::Diagnostic;
use crate::net::{Protocol, ProtocolSet};
use crate::platform::{DefaultRule, Platform};
use crate::syntax::ast::{Block, Few, RuleLine, Text, Word};
use std::sync::Arc;

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Lets the flow on.
    Allow,
    /// Stops it.
    Deny,
    /// Delivers it past the security groups; admin rules alone.
    AlwaysAllow,
}

impl Action {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::AlwaysAllow => "always-allow",
        }
    }
}

/// A line `PRIORITY allow|deny PROTOCOL SOURCE -> DESTINATION`.
#[derive(Clone, Debug)]
pub struct SecurityRule {
    /// Its priority; lines of a firewall have their number in the list.
    pub priority: i64,
    /// What it does.
    pub action: Action,
    /// The protocols.
    pub protocols: ProtocolSet,
    /// The source.
    pub source: Side,
    /// The destination.
    pub destination: Side,
    /// Its name.
    pub name: Option<Text>,
    /// The id of the platform's rule that states it, of a default rule.
    pub rule: Option<Arc<str>>,
    /// Where it stands; of a default rule where its group does.
    pub span: Span,
    /// The protocol as it was written.
    protocol: Text,
    /// Does the line state its priority?
    numbered: bool,
}

impl SecurityRule {
    /// The line, in one spelling.
    pub fn text(&self) -> String {
        let (action, protocol) = (self.action.word(), &self.protocol);
        let (source, destination) = (&self.source.addresses.text, &self.destination.addresses.text);
        let number = if self.numbered { format!("{} ", self.priority) } else { String::new() };
        format!("{number}{action} {protocol} {source} -> {destination}")
    }
}

/// `nsg NAME { inbound { … } outbound { … } }`.
#[derive(Clone, Debug)]
pub struct Nsg {
    /// Name, place, region and subscription.
    pub head: Head,
    /// The lines for traffic that arrives, by priority; the default rules last.
    pub inbound: Vec<SecurityRule>,
    /// The lines for traffic that leaves, by priority; the default rules last.
    pub outbound: Vec<SecurityRule>,
}

impl Nsg {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "nsg",
            properties: &[one("region"), one("subscription"), one("tags"), many("inbound"), many("outbound")],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        r.no_more(1, cx);
        let mut nsg = Self {
            inbound: rules_of(&f, "inbound", false, cx),
            outbound: rules_of(&f, "outbound", false, cx),
            head: r.head,
        };
        let span = nsg.head.span;
        let defaults = match &cx.default_rules {
            Some(rules) => rules.clone(),
            None => cx.default_rules.insert(default_rules(cx.platform, span)).clone(),
        };
        for (outbound, rule) in defaults.iter() {
            let mut rule = rule.clone();
            (rule.span, rule.source.addresses.span, rule.destination.addresses.span) = (span, span, span);
            if *outbound { nsg.outbound.push(rule) } else { nsg.inbound.push(rule) }
        }
        nsg.inbound.shrink_to_fit();
        nsg.outbound.shrink_to_fit();
        nsg
    }
}

/// The rules that every group ends with, as they stand in a group at that place; is it for traffic that leaves?
fn default_rules(platform: &Platform, span: Span) -> Arc<[(bool, SecurityRule)]> {
    let ports = Arc::new(crate::net::PortSet::all());
    let side = |text: &str| {
        let terms = if text == "*" { Term::Any.into() } else { tag_term(text, platform) };
        let addresses = AddressExpr { terms, text: text.into(), span };
        Side { addresses, ports: ports.clone() }
    };
    let protocol = Text::from("*");
    let rule = |rule: Arc<DefaultRule>| {
        let action = if rule.allow { Action::Allow } else { Action::Deny };
        let stated = SecurityRule {
            priority: i64::from(rule.priority),
            action,
            protocols: ProtocolSet::all(),
            source: side(&rule.source),
            destination: side(&rule.destination),
            name: Some(rule.name.as_str().into()),
            rule: Some(rule.rule.as_str().into()),
            span,
            protocol: protocol.clone(),
            numbered: false,
        };
        (rule.outbound, stated)
    };
    platform.default_rules().into_iter().map(rule).collect()
}

fn tag_term(word: &str, platform: &Platform) -> Few<Term> {
    let text = word.to_string();
    let tag = platform.tag(word);
    let term = tag.map(|(tag, region)| Term::Tag(Arc::new(TagRef { name: tag.name.clone(), region, text })));
    term.into_iter().collect()
}

/// The lines of the blocks of that name, by priority and then by order.
fn rules_of(f: &Fields<'_>, name: &str, admin: bool, cx: &mut Lowering<'_>) -> Vec<SecurityRule> {
    let mut rules = Vec::new();
    for entry in f.all(name) {
        const LINES: Shape = Shape { kind: "the rules of an nsg", properties: &[], rules: true, routes: false };
        if entry.block.is_none() {
            let message = format!("`{name}` is a block of rules");
            cx.report(
                Diagnostic::error("FN0109", entry.span, message)
                    .help(format!("write `{name} {{ 100 allow tcp * -> *:443 }}`")),
            );
        }
        let block = Fields::read(entry.block.as_deref(), &LINES, cx);
        rules.extend(block.rules.iter().filter_map(|line| prioritized(line, admin, cx)));
    }
    rules.sort_by_key(|rule| rule.priority);
    rules
}

fn prioritized(line: &RuleLine, admin: bool, cx: &mut Lowering<'_>) -> Option<SecurityRule> {
    let Some(word) = &line.priority else {
        let message = "a security rule begins with its priority";
        cx.report(Diagnostic::error("FN0116", line.span, message).help("write `100 allow tcp * -> *:443`"));
        return None;
    };
    let Ok(priority) = word.text.parse::<i64>() else {
        let message = format!("`{}` is not a priority: that is a whole number", word.text);
        cx.report(Diagnostic::error("FN0109", word.span(), message));
        return None;
    };
    let mut rule = security_rule(line, cx)?;
    if rule.action == Action::AlwaysAllow && !admin {
        let message = "`always-allow` is an action of admin rules";
        cx.report(Diagnostic::error("FN0109", line.action.span(), message).help("write `allow`"));
    }
    (rule.priority, rule.numbered) = (priority, true);
    Some(rule)
}

/// A line with an arrow.
pub(super) fn security_rule(line: &RuleLine, cx: &mut Lowering<'_>) -> Option<SecurityRule> {
    let shape = "allow tcp 10.0.0.0/16 -> 10.1.0.4:443";
    let (Some(protocol), Some(destination)) = (&line.protocol, &line.destination) else {
        let message = "this line lacks its protocol and destination";
        cx.report(Diagnostic::error("FN0116", line.span, message).help(format!("write `{shape}`")));
        return None;
    };
    for filter in &line.headers {
        let message = "a header filter stands in access rules alone";
        cx.report(Diagnostic::error("FN0109", filter.name.span(), message));
    }
    let protocols = protocols(protocol, cx);
    let source = address::side(&line.source, cx);
    let destination = address::side(destination, cx);
    let (protocols, source, destination) = (protocols?, source?, destination?);
    let action = match &*line.action.text {
        "deny" => Action::Deny,
        "always-allow" => Action::AlwaysAllow,
        _ => Action::Allow,
    };
    let name = line.alias.as_ref().map(Word::plain_text);
    let (protocol, span) = (protocol.text.clone(), line.span);
    Some(SecurityRule {
        priority: 0,
        action,
        protocols,
        source,
        destination,
        name,
        rule: None,
        span,
        protocol,
        numbered: false,
    })
}

fn protocols(word: &Word, cx: &mut Lowering<'_>) -> Option<ProtocolSet> {
    if &*word.text == "*" {
        return Some(ProtocolSet::all());
    }
    if let Some(protocol) = Protocol::ALL.iter().find(|protocol| protocol.word() == &*word.text) {
        return Some(ProtocolSet::one(*protocol));
    }
    let words: Vec<&str> = Protocol::ALL.iter().map(|p| p.word()).chain(["*"]).collect();
    let at = choose(word, "protocol", &words, cx)?.value;
    Protocol::ALL.get(at).map(|protocol| ProtocolSet::one(*protocol))
}

/// Lines in order, first match, and what happens to the rest.
#[derive(Clone, Debug)]
pub struct FilterList {
    /// The lines.
    pub rules: Vec<SecurityRule>,
    /// `default allow` or `default deny`, where it is stated.
    pub default: Option<Stated<Action>>,
    /// Where the list stands.
    pub span: Span,
}

/// The lines and `default` of a block.
pub(super) fn filter_list(f: &Fields<'_>, span: Span, cx: &mut Lowering<'_>) -> FilterList {
    let mut rules: Vec<SecurityRule> = f.rules.iter().filter_map(|line| security_rule(line, cx)).collect();
    for (at, rule) in rules.iter_mut().enumerate() {
        rule.priority = at as i64 + 1;
    }
    f.rules.iter().for_each(|line| no_priority(line, "in `amend` a number says which line of the list it becomes", cx));
    FilterList { rules, default: default_action(f, cx), span }
}

/// A line of a list without priorities must not begin with a number.
pub(super) fn no_priority(line: &RuleLine, help: &str, cx: &mut Lowering<'_>) {
    if let Some(word) = &line.priority {
        let message = format!("`{}` is no part of this line: lines of this list have no priority", word.text);
        cx.report(Diagnostic::error("FN0109", word.span(), message).help(help));
    }
}

/// `default allow` or `default deny`.
pub(super) fn default_action(f: &Fields<'_>, cx: &mut Lowering<'_>) -> Option<Stated<Action>> {
    let stated = f.choice("default", &["allow", "deny"], cx)?;
    Some(Stated::new(if stated.value == 0 { Action::Allow } else { Action::Deny }, stated.span))
}

/// The `firewall { … }` of a host or an on-premises network.
pub(super) fn firewall_block(block: Option<&Block>, span: Span, cx: &mut Lowering<'_>) -> FilterList {
    const SHAPE: Shape = Shape { kind: "firewall", properties: &[one("default")], rules: true, routes: false };
    let f = Fields::read(block, &SHAPE, cx);
    filter_list(&f, span, cx)
}

/// `asg NAME`.
#[derive(Clone, Debug)]
pub struct Asg {
    /// Name, place, region and subscription.
    pub head: Head,
    /// The network of its members, where it is stated.
    pub vnet: Option<Stated<Thing>>,
}

impl Asg {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "asg",
            properties: &[one("region"), one("subscription"), one("tags"), one("vnet")],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        r.no_more(1, cx);
        Self { vnet: f.name("vnet", &[Kind::Vnet], cx), head: r.head }
    }
}

/// `admin-rules NAME { to …; inbound { … } outbound { … } }`.
#[derive(Clone, Debug)]
pub struct AdminRules {
    /// Name, place, region and subscription.
    pub head: Head,
    /// The networks that they apply to.
    pub to: Vec<Stated<Thing>>,
    /// The lines for traffic that arrives, by priority.
    pub inbound: Vec<SecurityRule>,
    /// The lines for traffic that leaves, by priority.
    pub outbound: Vec<SecurityRule>,
}

impl AdminRules {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "admin-rules",
            properties: &[
                one("region"),
                one("subscription"),
                one("tags"),
                many("to"),
                many("inbound"),
                many("outbound"),
            ],
            rules: false,
            routes: false,
        };
        let f = r.fields(&SHAPE, cx);
        cx.edition_must_declare("admin-rules", "`admin-rules`", r.head.span);
        r.no_more(1, cx);
        if f.all("to").is_empty() {
            r.missing("the vnets that it applies to", "admin-rules NAME { to hub; inbound { … } }", cx);
        }
        Self {
            to: f.names("to", &[Kind::Vnet], cx),
            inbound: rules_of(&f, "inbound", true, cx),
            outbound: rules_of(&f, "outbound", true, cx),
            head: r.head,
        }
    }
}
