//! Reading `app NAME on PLAN { … }` and its slots, property by property. What is stated twice over, as property and as
//! setting, is settled in [`super::setting`].

use super::access::{access_list, scm_access};
use super::setting::settings;
use super::trigger::{trigger, trigger_source};
use super::{SWITCHES, Setting, Via};
use crate::diagnostic::Diagnostic;
use crate::model::fields::{Fields, Lowering, Property, Shape, many, newer, one};
use crate::model::lower::{Reading, nested_entries};
use crate::model::service::lower_case;
use crate::model::*;
use crate::syntax::ast::{Entry, Value, Word};

const SHAPE: Shape = Shape { kind: "app", properties: PROPERTIES, rules: false, routes: false };

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
    pub(in crate::model) fn read(mut r: Reading<'_>, model: &mut Model, cx: &mut Lowering<'_>) {
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
        let slots = nested_entries(&r.item.declaration, Kind::App);
        let app = App::of(&f, r.head.clone(), None, on, cx);
        model.apps.push(app);
        let mut seen: Vec<String> = Vec::new();
        for (entry, name) in slots {
            if seen.contains(&name) {
                continue;
            }
            let slot = Fields::read(entry.block.as_deref(), &SHAPE, cx);
            let span = entry.name.span().to(entry.values_span());
            let head = Head { name: format!("{}.{name}", r.head.name), span, ..r.head.clone() };
            let slot = App::of(&slot, head, Some(id), on, cx);
            model.apps.push(slot);
            seen.push(name);
        }
    }

    fn of(f: &Fields<'_>, head: Head, slot_of: Option<AppId>, on: Option<Thing>, cx: &mut Lowering<'_>) -> Self {
        let settings: Vec<Setting> = fields::tight(f.all("setting").iter().flat_map(|entry| settings(entry, cx)));
        const CONTAINERS: &[&str] = &["none", "image", "windows-image", "docker-compose"];
        let container = f.choice("container", CONTAINERS, cx);
        let service = |name: &str, cx: &mut Lowering<'_>| f.name(name, &[Kind::Service], cx);
        let mut app = Self {
            slot_of,
            on,
            integrate: fields::tight(f.all("integrate").iter().flat_map(|entry| integrations(entry, cx))),
            host_names: f.texts("host-name", cx).into_iter().map(lower_case).collect(),
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
            triggers: fields::tight(f.all("trigger").iter().filter_map(|entry| trigger(entry, cx))),
            access: f.entry("access").map(|entry| access_list(entry.block.as_deref(), entry.name.span(), cx)),
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
        app.switches.shrink_to_fit();
        app
    }
}

/// `integrate SUBNET, …`, `integrate VNET via gateway NAME`.
fn integrations(entry: &Entry, cx: &mut Lowering<'_>) -> Vec<Stated<Integration>> {
    let [group] = entry.groups.as_slice() else { return by_gateway(entry, cx).into_iter().collect() };
    let mut words = Vec::new();
    group.iter().for_each(|value| fields::open(value, cx, &mut words));
    let regional = words.iter().filter_map(|word| match cx.refer(word, &[Kind::Subnet])?.value {
        Thing::Subnet(id) => Some(Stated::new(Integration::Regional(id), word.span())),
        _ => None,
    });
    regional.collect()
}

fn by_gateway(entry: &Entry, cx: &mut Lowering<'_>) -> Option<Stated<Integration>> {
    let span = entry.values_span();
    let words: Vec<&Word> = entry.groups.iter().filter_map(|g| g.first()).filter_map(Value::word).collect();
    let text: Vec<&str> = words.iter().map(|word| &*word.text).collect();
    match text.as_slice() {
        [_, "via", "gateway"] | [_, "via", "gateway", _] => {
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
