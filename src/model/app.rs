//! Apps, their slots, triggers and access rules.

use super::address::{self, AddressExpr};
use super::fields::{Fields, Lowering, Property, Shape, Stated, many, newer, one};
use super::hybrid::{HostPort, host_port};
use super::lower::Reading;
use super::security::default_action;
use super::*;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::platform::AppSetting;
use crate::syntax::ast::{Block, Entry, RuleLine, Value, Word};
use crate::syntax::literal::{self, Version};
use ipnet::IpNet;
use std::net::IpAddr;

/// How an app is joined to a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integration {
    /// Regional: it calls out of this subnet.
    Regional(SubnetId),
    /// Through a point-to-site gateway of this network.
    Gateway(VnetId, Option<GatewayId>),
}

/// A line of an access list.
#[derive(Clone, Debug)]
pub struct AccessRule {
    /// Its priority.
    pub priority: i64,
    /// What it does.
    pub action: Action,
    /// Whom it is about.
    pub source: AccessSource,
    /// The headers that must match besides: name and alternatives.
    pub headers: Vec<(String, Vec<String>)>,
    /// May the subnet lack its service endpoint?
    pub ignore_missing: bool,
    /// Its name.
    pub name: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// The line, in one spelling.
    pub text: String,
}

/// Whom a line of an access list is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessSource {
    /// Addresses, names and tags.
    Addresses(AddressExpr),
    /// Any subnet with the service endpoint.
    AnyVnets,
}

/// An access list.
#[derive(Clone, Debug)]
pub struct AccessList {
    /// Its lines, by priority and then by order.
    pub rules: Vec<AccessRule>,
    /// `default allow` or `default deny`, where it is stated.
    pub default: Option<Stated<Action>>,
    /// Where it stands.
    pub span: Span,
}

/// Who may call the SCM site.
#[derive(Clone, Debug)]
pub enum ScmAccess {
    /// Whoever may call the main site.
    Same(Span),
    /// A list of its own.
    Own(AccessList),
}

/// What a trigger listens to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TriggerSource {
    /// A declared service or host.
    Thing(Thing),
    /// A host and port.
    HostPort(HostPort),
}

/// `trigger NAME { … }`.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// Its type.
    pub trigger_type: Option<Stated<String>>,
    /// What it listens to.
    pub source: Option<Stated<TriggerSource>>,
    /// The version of its extension.
    pub extension: Option<Stated<Version>>,
    /// Does a blob trigger use Event Grid?
    pub via_event_grid: Option<Stated<bool>>,
    /// Where it stands.
    pub span: Span,
}

/// An app setting.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its text as Azure stores it.
    pub value: String,
    /// Where it stands.
    pub span: Span,
}

/// `app NAME on PLAN { … }`, or a slot of one.
#[derive(Clone, Debug)]
pub struct App {
    /// Whole name, place, region and subscription.
    pub head: Head,
    /// The app that it is a slot of.
    pub slot_of: Option<AppId>,
    /// The plan or environment.
    pub on: Option<Thing>,
    /// How it is joined to a network.
    pub integrate: Vec<Stated<Integration>>,
    /// Its custom host names.
    pub host_names: Vec<Stated<String>>,
    /// Its inbound addresses.
    pub inbound_ip: Vec<Stated<IpNet>>,
    /// Its outbound addresses.
    pub outbound_ip: Vec<Stated<IpNet>>,
    /// The addresses that it may get as outbound ones.
    pub possible_outbound_ip: Vec<Stated<IpNet>>,
    /// Its settings.
    pub settings: Vec<Setting>,
    /// Switches by property, stated as property or as setting.
    switches: Vec<(&'static str, Stated<bool>, Via)>,
    /// Its own name servers, and how they were stated.
    pub dns: Option<Stated<(Vec<IpAddr>, Via)>>,
    /// One more name server.
    pub dns_alternative: Option<Stated<IpAddr>>,
    /// Seconds before a server is given up.
    pub dns_timeout: Option<Stated<i64>>,
    /// How often a server is asked.
    pub dns_attempts: Option<Stated<i64>>,
    /// Seconds that an answer is kept.
    pub dns_cache: Option<Stated<i64>>,
    /// `none`, `image`, `windows-image`, `docker-compose`.
    pub container: Option<Stated<String>>,
    /// The registry of its image.
    pub image: Option<Stated<String>>,
    /// The major version of the Functions runtime.
    pub runtime: Option<Stated<i64>>,
    /// Its storage account.
    pub storage: Option<Stated<Thing>>,
    /// The account of its content share.
    pub content_storage: Option<Stated<Thing>>,
    /// The vaults that its settings refer to.
    pub key_vault_references: Vec<Stated<Thing>>,
    /// The vault of its certificate.
    pub certificate_from: Option<Stated<Thing>>,
    /// The account that its logs go to.
    pub log_storage: Option<Stated<Thing>>,
    /// The account that its backups go to.
    pub backup_storage: Option<Stated<Thing>>,
    /// Network drives.
    pub mounts: Vec<Stated<TriggerSource>>,
    /// Its hybrid connections.
    pub hybrids: Vec<Stated<Thing>>,
    /// How many instances are always ready.
    pub always_ready: Option<Stated<i64>>,
    /// How many instances are warmed in advance.
    pub pre_warmed: Option<Stated<i64>>,
    /// How many instances it may have.
    pub max_instances: Option<Stated<i64>>,
    /// Its triggers.
    pub triggers: Vec<Trigger>,
    /// Who may call it.
    pub access: Option<AccessList>,
    /// Who may call its SCM site.
    pub scm_access: Option<ScmAccess>,
}

/// How a fact about an app was stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// As a property of the language.
    Property,
    /// As an app setting.
    Setting,
}

const SHAPE: Shape = Shape { kind: "app", properties: PROPERTIES, rules: false, routes: false };

/// The switches of an app.
const SWITCHES: &[&str] = &[
    "route-all",
    "route-everything",
    "route-content-share",
    "route-image-pull",
    "route-backup",
    "durable",
    "domain-join",
    "scale-monitoring",
    "target-based-scaling",
    "public-access",
    "ip-tls",
];

const PROPERTIES: &[Property] = &[
    one("region"),
    one("subscription"),
    one("tags"),
    many("integrate"),
    many("host-name"),
    many("inbound-ip"),
    many("outbound-ip"),
    many("possible-outbound-ip"),
    many("setting"),
    newer(one("route-all")),
    newer(one("route-everything")),
    newer(one("route-content-share")),
    newer(one("route-image-pull")),
    newer(one("route-backup")),
    newer(many("dns")),
    one("dns-alternative"),
    one("dns-timeout"),
    one("dns-attempts"),
    one("dns-cache"),
    one("container"),
    one("image"),
    one("runtime"),
    one("storage"),
    one("content-storage"),
    one("durable"),
    many("key-vault-reference"),
    one("certificate-from"),
    one("log-storage"),
    one("backup-storage"),
    one("domain-join"),
    many("mount"),
    many("hybrid"),
    one("scale-monitoring"),
    one("always-ready"),
    one("pre-warmed"),
    one("max-instances"),
    newer(one("target-based-scaling")),
    many("trigger"),
    newer(one("public-access")),
    one("access"),
    one("scm-access"),
    one("ip-tls"),
    many("slot"),
];

impl App {
    pub(super) fn read(mut r: Reading<'_>, model: &mut Model, cx: &mut Lowering<'_>) {
        let f = r.fields(&SHAPE, cx);
        let on = match (r.word(1), r.word(2)) {
            (Some(word), Some(plan)) if &*word.text == "on" => cx.refer(plan, &[Kind::Plan, Kind::Ase]),
            _ => {
                r.missing("its plan", "app NAME on PLAN { … }", cx);
                None
            }
        };
        r.no_more(3, cx);
        let on = on.map(|stated| stated.value);
        let id = AppId(model.apps.len() as u32);
        let slots = super::lower::nested_entries(&r.item.declaration, Kind::App);
        let app = App::of(&f, r.head.clone(), None, on, cx);
        model.apps.push(app);
        let mut seen: Vec<String> = Vec::new();
        for (entry, name) in slots {
            if seen.contains(&name) {
                continue;
            }
            let slot = Fields::read(entry.block.as_ref(), &SHAPE, cx);
            let span = entry.name.span.to(entry.values_span());
            let head = Head { name: format!("{}.{name}", r.head.name), span, ..r.head.clone() };
            let slot = App::of(&slot, head, Some(id), on, cx);
            model.apps.push(slot);
            seen.push(name);
        }
    }

    fn of(f: &Fields<'_>, head: Head, slot_of: Option<AppId>, on: Option<Thing>, cx: &mut Lowering<'_>) -> Self {
        let settings: Vec<Setting> = f.all("setting").iter().flat_map(|entry| settings(entry, cx)).collect();
        const CONTAINERS: &[&str] = &["none", "image", "windows-image", "docker-compose"];
        let container = f.choice("container", CONTAINERS, cx);
        let service = |name: &str, cx: &mut Lowering<'_>| f.name(name, &[Kind::Service], cx);
        let mut app = Self {
            slot_of,
            on,
            integrate: f.all("integrate").iter().filter_map(|entry| integration(entry, cx)).collect(),
            host_names: f.texts("host-name", cx).into_iter().map(super::service::lower_case).collect(),
            inbound_ip: f.prefixes("inbound-ip", cx),
            outbound_ip: f.prefixes("outbound-ip", cx),
            possible_outbound_ip: f.prefixes("possible-outbound-ip", cx),
            switches: Vec::new(),
            dns: None,
            dns_alternative: f.addresses("dns-alternative", cx).into_iter().next(),
            dns_timeout: f.integer("dns-timeout", 1, 30, cx),
            dns_attempts: f.integer("dns-attempts", 1, 5, cx),
            dns_cache: f.integer("dns-cache", 0, 60, cx),
            container: container.map(|c| Stated::new(CONTAINERS[c.value].to_string(), c.span)),
            image: f.text("image", cx),
            runtime: f.integer("runtime", 1, 4, cx),
            storage: service("storage", cx),
            content_storage: service("content-storage", cx),
            key_vault_references: f.names("key-vault-reference", &[Kind::Service], cx),
            certificate_from: service("certificate-from", cx),
            log_storage: service("log-storage", cx),
            backup_storage: service("backup-storage", cx),
            mounts: f.words("mount", cx).iter().filter_map(|word| trigger_source(word, cx)).collect(),
            hybrids: f.names("hybrid", &[Kind::HybridConnection], cx),
            always_ready: f.integer("always-ready", 0, i64::MAX, cx),
            pre_warmed: f.integer("pre-warmed", 1, i64::MAX, cx),
            max_instances: f.integer("max-instances", 1, i64::MAX, cx),
            triggers: f.all("trigger").iter().filter_map(|entry| trigger(entry, cx)).collect(),
            access: f.entry("access").map(|entry| access_list(entry.block.as_ref(), entry.name.span, cx)),
            scm_access: scm_access(f, cx),
            settings,
            head,
        };
        for name in SWITCHES {
            if let Some(stated) = f.switch(name, cx) {
                app.switches.push((name, stated, Via::Property));
            }
        }
        let servers = f.addresses("dns", cx);
        if let (Some(first), Some(last)) = (servers.first(), servers.last()) {
            let span = first.span.to(last.span);
            app.dns = Some(Stated::new((servers.iter().map(|a| a.value).collect(), Via::Property), span));
        }
        app.take_settings(cx);
        app
    }

    /// Facts stated as app settings, where no property states them.
    fn take_settings(&mut self, cx: &mut Lowering<'_>) {
        for setting in self.settings.clone() {
            if let Some(known) = cx.platform.app_setting(&setting.name) {
                self.take_setting(&setting, &known, cx);
            } else if let Some(near) = did_you_mean(&setting.name, cx.platform.names("app-setting")) {
                let message = format!("`{}` is no setting that Azure reads", setting.name);
                cx.report(Diagnostic::warning("FN0109", setting.span, message).help(near));
            }
        }
    }

    fn take_setting(&mut self, setting: &Setting, known: &AppSetting, cx: &mut Lowering<'_>) {
        if known.read_only {
            let message = format!("`{}` is set by the platform and cannot be chosen", setting.name);
            cx.report(Diagnostic::warning("FN0109", setting.span, message));
            return;
        }
        let property = known.property.as_deref().unwrap_or("");
        let text = setting.value.trim();
        if let Some(name) = SWITCHES.iter().find(|name| **name == property) {
            let on = known.on.iter().any(|on| on.eq_ignore_ascii_case(text));
            if !self.switches.iter().any(|(of, _, _)| of == name) {
                self.switches.push((name, Stated::new(on, setting.span), Via::Setting));
            }
            return;
        }
        let word = Word::new(text, setting.span);
        let mut addresses = || {
            let listed = text.split(',').map(|part| Word::new(part.trim(), setting.span)).collect::<Vec<_>>();
            listed.iter().filter_map(|word| fields::one_address(word, cx)).map(|a| a.value).collect::<Vec<_>>()
        };
        let number = text.trim_start_matches('~').parse::<i64>().ok().map(|n| Stated::new(n, setting.span));
        match property {
            "dns" if self.dns.is_none() => {
                self.dns = Some(Stated::new((addresses(), Via::Setting), setting.span));
            }
            "dns-alternative" if self.dns_alternative.is_none() => {
                self.dns_alternative = addresses().first().map(|address| Stated::new(*address, setting.span));
            }
            "dns-timeout" => self.dns_timeout = self.dns_timeout.take().or(number),
            "dns-attempts" => self.dns_attempts = self.dns_attempts.take().or(number),
            "dns-cache" => self.dns_cache = self.dns_cache.take().or(number),
            "runtime" => self.runtime = self.runtime.take().or(number),
            "storage" | "content-storage" => {
                let account = account_of(text);
                let service = cx.names.find(&account, &[Kind::Service]).ok();
                let stated = service.map(|thing| Stated::new(thing, word.span));
                if property == "storage" {
                    self.storage = self.storage.take().or(stated);
                } else {
                    self.content_storage = self.content_storage.take().or(stated);
                }
            }
            _ => {}
        }
    }

    /// A switch as it was stated, and how.
    pub fn switch(&self, name: &str) -> Option<(&Stated<bool>, Via)> {
        debug_assert!(SWITCHES.contains(&name), "an app has no switch {name}");
        self.switches.iter().find(|(of, _, _)| *of == name).map(|(_, stated, via)| (stated, *via))
    }

    /// Is a switch stated to be on?
    pub fn is_on(&self, name: &str) -> bool {
        self.switch(name).is_some_and(|(stated, _)| stated.value)
    }
}

/// The account that a connection string names, or the text itself.
fn account_of(text: &str) -> String {
    let named = text.split(';').find_map(|part| part.trim().strip_prefix("AccountName="));
    named.unwrap_or(text).to_string()
}

/// `setting NAME = VALUE, …`.
fn settings(entry: &Entry, cx: &mut Lowering<'_>) -> Vec<Setting> {
    let name = entry.groups.first().and_then(|group| group.first()).and_then(Value::word);
    let value = entry.groups.get(1);
    match (name, value, entry.equals) {
        (Some(name), Some(values), Some((1, _))) => {
            let texts: Vec<String> = values.iter().filter_map(Value::word).map(Word::plain).collect();
            vec![Setting { name: name.plain(), value: texts.join(","), span: entry.span }]
        }
        _ => {
            let message = "a setting is a name and its text";
            cx.report(Diagnostic::error("FN0109", entry.span, message).help("write `setting NAME = VALUE`"));
            Vec::new()
        }
    }
}

/// `integrate SUBNET`, `integrate VNET via gateway NAME`.
fn integration(entry: &Entry, cx: &mut Lowering<'_>) -> Option<Stated<Integration>> {
    let span = entry.values_span();
    let words: Vec<&Word> = entry.groups.iter().filter_map(|g| g.first()).filter_map(Value::word).collect();
    let text: Vec<&str> = words.iter().map(|word| &*word.text).collect();
    match text.as_slice() {
        [_] => match cx.refer(words[0], &[Kind::Subnet])?.value {
            Thing::Subnet(id) => Some(Stated::new(Integration::Regional(id), span)),
            _ => None,
        },
        [_, "via", "gateway", ..] => {
            let Thing::Vnet(vnet) = cx.refer(words[0], &[Kind::Vnet])?.value else { return None };
            let gateway = words.get(3).and_then(|word| cx.refer(word, &[Kind::Gateway]));
            let gateway = gateway.and_then(|stated| match stated.value {
                Thing::Gateway(id) => Some(id),
                _ => None,
            });
            Some(Stated::new(Integration::Gateway(vnet, gateway), span))
        }
        _ => {
            let message = "`integrate` takes a subnet, or a vnet `via gateway NAME`";
            cx.report(Diagnostic::error("FN0109", span, message).help("write `integrate hub.functions`"));
            None
        }
    }
}

fn trigger(entry: &Entry, cx: &mut Lowering<'_>) -> Option<Trigger> {
    const SHAPE: Shape = Shape {
        kind: "trigger",
        properties: &[one("type"), one("source"), one("extension"), one("via-event-grid")],
        rules: false,
        routes: false,
    };
    let f = Fields::read(entry.block.as_ref(), &SHAPE, cx);
    let Some(name) = entry.groups.first().and_then(|g| g.first()).and_then(Value::word) else {
        let message = "`trigger` lacks its name";
        cx.report(Diagnostic::error("FN0116", entry.name.span, message).help("write `trigger NAME { type http }`"));
        return None;
    };
    let types = cx.platform.names("trigger-type").into_iter().map(String::from).collect::<Vec<_>>();
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    let chosen = f.choice("type", &types, cx);
    if f.entry("type").is_none() {
        let message = format!("trigger `{}` lacks its type", name.plain());
        cx.report(
            Diagnostic::error("FN0116", entry.name.span.to(name.span), message)
                .help(format!("the types are: {}", types.join(", "))),
        );
    }
    let extension = f.word("extension", cx).and_then(|word| match literal::version(&word.text) {
        Some(version) => Some(Stated::new(version, word.span)),
        None => {
            let message = format!("`{}` is not a version", word.text);
            cx.report(Diagnostic::error("FN0109", word.span, message).help("write `4.1.0`"));
            None
        }
    });
    Some(Trigger {
        name: name.plain(),
        trigger_type: chosen.map(|c| Stated::new(types[c.value].to_string(), c.span)),
        source: f.word("source", cx).and_then(|word| trigger_source(word, cx)),
        extension,
        via_event_grid: f.switch("via-event-grid", cx),
        span: entry.span,
    })
}

/// A service, a host, or `HOST:PORT`.
fn trigger_source(word: &Word, cx: &mut Lowering<'_>) -> Option<Stated<TriggerSource>> {
    if literal::endpoint(&word.text).ports.is_some() {
        return host_port(word, cx).map(|value| Stated::new(TriggerSource::HostPort(value), word.span));
    }
    cx.refer(word, &[Kind::Service, Kind::Host]).map(|s| Stated::new(TriggerSource::Thing(s.value), s.span))
}

fn scm_access(f: &Fields<'_>, cx: &mut Lowering<'_>) -> Option<ScmAccess> {
    let entry = f.entry("scm-access")?;
    if entry.block.is_some() {
        return Some(ScmAccess::Own(access_list(entry.block.as_ref(), entry.name.span, cx)));
    }
    match f.word("scm-access", cx) {
        Some(word) if &*word.text == "same" => Some(ScmAccess::Same(word.span)),
        Some(word) => {
            let message = "`scm-access` takes `same` or a block of lines";
            cx.report(Diagnostic::error("FN0109", word.span, message));
            None
        }
        None => None,
    }
}

fn access_list(block: Option<&Block>, span: Span, cx: &mut Lowering<'_>) -> AccessList {
    const LINES: Shape = Shape { kind: "access", properties: &[one("default")], rules: true, routes: false };
    let f = Fields::read(block, &LINES, cx);
    let mut rules: Vec<AccessRule> = f.rules.iter().filter_map(|line| access_rule(line, cx)).collect();
    rules.sort_by_key(|rule| rule.priority);
    AccessList { rules, default: default_action(&f, cx), span }
}

fn access_rule(line: &RuleLine, cx: &mut Lowering<'_>) -> Option<AccessRule> {
    let shape = "write `100 allow 203.0.113.0/24`";
    let Some(word) = &line.priority else {
        cx.report(Diagnostic::error("FN0116", line.span, "an access rule begins with its priority").help(shape));
        return None;
    };
    let Ok(priority) = word.text.parse::<i64>() else {
        let message = format!("`{}` is not a priority: that is a whole number", word.text);
        cx.report(Diagnostic::error("FN0109", word.span, message));
        return None;
    };
    if line.destination.is_some() {
        let message = "an access rule names its source alone";
        cx.report(Diagnostic::error("FN0109", line.span, message).help(shape));
        return None;
    }
    for filter in &line.headers {
        cx.edition_must_declare("access.header", "header filters", filter.name.span);
    }
    let text: Vec<String> = line.source.iter().map(fields::show).collect();
    let source = if text == ["AnyVnets"] {
        cx.edition_must_declare("access.AnyVnets", "`AnyVnets`", line.source[0].span());
        AccessSource::AnyVnets
    } else {
        AccessSource::Addresses(address::expr(&line.source, cx)?)
    };
    if let AccessSource::Addresses(expr) = &source
        && expr.terms.iter().any(|term| matches!(term, Term::Tag(_)))
    {
        cx.edition_must_declare("access.service-tag", "service tags in access rules", expr.span);
    }
    let headers = line
        .headers
        .iter()
        .map(|filter| (filter.name.plain().to_lowercase(), filter.values.iter().map(Word::plain).collect()));
    Some(AccessRule {
        priority,
        action: if &*line.action.text == "deny" { Action::Deny } else { Action::Allow },
        source,
        headers: headers.collect(),
        ignore_missing: line.ignore_missing.is_some(),
        name: line.alias.as_ref().map(Word::plain),
        span: line.span,
        text: format!("{priority} {} {}", line.action.text, text.join(", ")),
    })
}
