//! The triggers of an app and what they listen to. Whether they fire is the engine's.

use crate::diagnostic::Diagnostic;
use crate::model::fields::{Fields, Lowering, Shape, Stated, one};
use crate::model::hybrid::{HostPort, host_port};
use crate::model::{Kind, Thing};
use crate::source::Span;
use crate::syntax::ast::{Entry, Value, Word};
use crate::syntax::literal::{self, Version};

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

pub(super) fn trigger(entry: &Entry, cx: &mut Lowering<'_>) -> Option<Trigger> {
    const SHAPE: Shape = Shape {
        kind: "trigger",
        properties: &[one("type"), one("source"), one("extension"), one("via-event-grid")],
        rules: false,
        routes: false,
    };
    let f = Fields::read(entry.block.as_deref(), &SHAPE, cx);
    let Some(name) = entry.groups.first().and_then(|g| g.first()).and_then(Value::word) else {
        let message = "`trigger` lacks its name";
        cx.report(Diagnostic::error("FN0116", entry.name.span(), message).help("write `trigger NAME { type http }`"));
        return None;
    };
    let types = cx.platform.names("trigger-type").into_iter().map(String::from).collect::<Vec<_>>();
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    let chosen = f.choice("type", &types, cx);
    if f.entry("type").is_none() {
        let message = format!("trigger `{}` lacks its type", name.plain());
        cx.report(
            Diagnostic::error("FN0116", entry.name.span().to(name.span()), message)
                .help(format!("the types are: {}", types.join(", "))),
        );
    }
    let extension = f.word("extension", cx).and_then(|word| match literal::version(&word.text) {
        Some(version) => Some(Stated::new(version, word.span())),
        None => {
            let message = format!("`{}` is not a version", word.text);
            cx.report(Diagnostic::error("FN0109", word.span(), message).help("write `4.1.0`"));
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
pub(super) fn trigger_source(word: &Word, cx: &mut Lowering<'_>) -> Option<Stated<TriggerSource>> {
    if literal::endpoint(&word.text).ports.is_some() {
        return host_port(word, cx).map(|value| Stated::new(TriggerSource::HostPort(value), word.span()));
    }
    cx.refer(word, &[Kind::Service, Kind::Host]).map(|s| Stated::new(TriggerSource::Thing(s.value), s.span))
}
