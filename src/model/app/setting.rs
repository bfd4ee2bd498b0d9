//! App settings, and the facts that they state where no property states them. Which settings mean something is a fact of
//! the platform.

use super::{App, SWITCHES};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::fields::{self, Lowering};
use crate::model::*;
use crate::platform::AppSetting;
use crate::syntax::ast::{Entry, Value, Word};

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

/// How a fact about an app was stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// As a property of the language.
    Property,
    /// As an app setting.
    Setting,
}

impl App {
    /// Facts stated as app settings, where no property states them.
    pub(super) fn take_settings(&mut self, cx: &mut Lowering<'_>) {
        if self.settings.is_empty() {
            return;
        }
        let forms = cx.forms.get_or_insert_with(|| {
            cx.platform.app_settings().into_iter().filter(|form| form.text_prefix.is_some()).collect()
        });
        let forms = forms.clone();
        for setting in self.settings.clone() {
            let form = forms.iter().find(|form| {
                form.text_prefix.as_ref().is_some_and(|prefix| setting.value.starts_with(prefix.as_str()))
            });
            if form.is_some_and(|form| form.property.as_deref() == Some("key-vault-reference")) {
                self.take_reference(&setting, cx);
                continue;
            }
            if let Some(known) = cx.platform.app_setting(&setting.name) {
                self.take_setting(&setting, &known, cx);
                continue;
            }
            let near = match cx.near_settings.get(&setting.name) {
                Some(near) => near.clone(),
                None => {
                    let near = did_you_mean(&setting.name, cx.platform.names("app-setting"));
                    cx.near_settings.insert(setting.name.clone(), near.clone());
                    near
                }
            };
            if let Some(near) = near {
                let message = format!("`{}` is no setting that Azure reads", setting.name);
                cx.report(Diagnostic::warning("FN0109", setting.span, message).help(near));
            }
        }
    }

    /// A setting whose text is a reference to a vault, where the vault is declared.
    fn take_reference(&mut self, setting: &Setting, cx: &mut Lowering<'_>) {
        let Some(vault) = vault_of(&setting.value) else { return };
        if let Ok(thing) = cx.names.find(&vault, &[Kind::Service])
            && !self.key_vault_references.iter().any(|stated| stated.value == thing)
        {
            self.key_vault_references.push(Stated::new(thing, setting.span));
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
                let stated = service.map(|thing| Stated::new(thing, word.span()));
                if property == "storage" {
                    self.storage = self.storage.take().or(stated);
                } else {
                    self.content_storage = self.content_storage.take().or(stated);
                }
            }
            _ => {}
        }
    }
}

/// The vault that a reference names: `VaultName=NAME`, or the first label of the host in `SecretUri=`.
fn vault_of(text: &str) -> Option<String> {
    let inner = text.split_once('(')?.1.trim_end_matches(')');
    let part = |name: &str| {
        let found = inner.split([';', ',']).find_map(|part| part.trim().split_once('=').filter(|(of, _)| *of == name));
        found.map(|(_, value)| value.to_string())
    };
    part("VaultName").or_else(|| {
        let uri = part("SecretUri")?;
        let host = uri.split_once("://").map_or(uri.as_str(), |(_, rest)| rest).to_string();
        host.split(['.', '/']).next().map(String::from)
    })
}

/// The account that a connection string names, or the text itself.
fn account_of(text: &str) -> String {
    let named = text.split(';').find_map(|part| part.trim().strip_prefix("AccountName="));
    named.unwrap_or(text).to_string()
}

/// `setting NAME = VALUE, …`.
pub(super) fn settings(entry: &Entry, cx: &mut Lowering<'_>) -> Vec<Setting> {
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
