//! App settings that say something of the network. Texts that may be secret are never written down: of a connection string
//! only the account's name, of a reference only the vault's.

use super::Site;
use crate::import::json::{Json, Value};
use crate::import::translate::draft::{self, Draft};
use crate::import::translate::estate::{Estate, Reason};
use crate::import::translate::facts::{at, inner};

/// The ends of the names of settings that name an account without a secret.
const BY_IDENTITY: &[&str] = &["__accountName", "__blobServiceUri", "__queueServiceUri", "__tableServiceUri"];

impl<'f> Estate<'f> {
    pub(super) fn app_settings(&mut self, site: &Site<'f>, draft: &mut Draft) -> Result<(), Reason> {
        let settings = self.settings_of(site);
        let mut accounts: [Vec<(String, &'f Json)>; 2] = Default::default();
        let mut vaults: Vec<String> = Vec::new();
        let reference = self.platform.app_settings().into_iter().find_map(|form| form.text_prefix.clone());
        for (name, value) in settings {
            let Some(text) = value.text().map(str::to_string).or_else(|| plain(value)) else { continue };
            if let Some(prefix) = &reference
                && text.starts_with(prefix.as_str())
            {
                match vault_of(&text) {
                    Some(vault) if !vaults.contains(&vault) => vaults.push(vault),
                    _ => {}
                }
                continue;
            }
            let by_identity = BY_IDENTITY.iter().find_map(|end| name.strip_suffix(end));
            let known = self.platform.app_setting(by_identity.unwrap_or(&name));
            let Some(known) = known.filter(|known| !known.read_only) else { continue };
            match known.property.as_deref() {
                Some(property @ ("storage" | "content-storage")) => {
                    if let Some(account) = account_of(&text, by_identity.is_some()) {
                        accounts[usize::from(property == "content-storage")].push((account, value));
                    }
                }
                // What it is set to is no secret, and the network hangs on it.
                Some(_) if by_identity.is_none() => {
                    if self.found.placeholder_in(&text).is_some() {
                        return Err(format!("setting {name}: {}", self.known(value).err().unwrap_or_default()));
                    }
                    draft.set("setting", format!("{} = {}", draft::name(&name), draft::quoted(&text)));
                }
                _ => {}
            }
        }
        self.deployment_account(site, &mut accounts[0]);
        for (property, accounts) in ["storage", "content-storage"].into_iter().zip(accounts) {
            let Some((account, json)) = accounts.first() else { continue };
            if let Some((_, other)) = accounts.iter().find(|(other, _)| !other.eq_ignore_ascii_case(account)) {
                self.contradiction(&format!("the {property} of an app"), json.at, other.at);
            }
            match self.service_called("storage", account) {
                Some(service) => draft.set(property, service),
                None => {
                    draft.remark(format!("its {property} is the account {account}, which is not among the resources"));
                    self.note(site.resource, json.at, format!("its {property} `{account}` is not among the resources"));
                }
            }
        }
        let mut told = Vec::new();
        for vault in vaults {
            match self.service_called("key-vault", &vault) {
                Some(service) => told.push(service),
                None => {
                    draft.remark(format!(
                        "it takes settings from the key vault {vault}, which is not among the resources"
                    ));
                    self.note(
                        site.resource,
                        site.resource.at,
                        format!("the key vault `{vault}` of its settings is not among the resources"),
                    );
                }
            }
        }
        draft.set_all("key-vault-reference", &told);
        Ok(())
    }

    /// The settings, by name. Those of a `config/appsettings` take the place of all others.
    fn settings_of(&mut self, site: &Site<'f>) -> Vec<(String, &'f Json)> {
        let mut inline: Vec<(String, &'f Json)> = Vec::new();
        for body in site.config.bodies() {
            let listed = at(body, "appSettings").map(Json::list).unwrap_or_default();
            for setting in listed {
                if let (Some(name), Some(value)) = (setting.get("name").and_then(Json::text), setting.get("value")) {
                    inline.push((name.to_string(), value));
                }
            }
        }
        let Some(own) = site.config_named("appsettings") else { return inline };
        let own = inner(&own.body).map().into_iter().flat_map(|map| map.iter());
        let own: Vec<(String, &'f Json)> = own.map(|(name, value)| (name.to_string(), value)).collect();
        for (name, value) in &own {
            let other = inline.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
            if let Some((_, other)) = other.filter(|(_, other)| plain(other) != plain(value)) {
                self.contradiction(&format!("the setting `{name}`"), value.at, other.at);
            }
        }
        own
    }

    /// The account that a Flex Consumption app is deployed from.
    fn deployment_account(&mut self, site: &Site<'f>, accounts: &mut Vec<(String, &'f Json)>) {
        if let Some(json) = site.facts.get("functionAppConfig.deployment.storage.value", self)
            && accounts.is_empty()
            && let Some(account) = json.text().and_then(|text| account_of(text, true))
        {
            accounts.push((account, json));
        }
    }
}

fn plain(json: &Json) -> Option<String> {
    match &json.value {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The account in a connection string; without a secret, the name itself or the first label of its address.
fn account_of(text: &str, by_identity: bool) -> Option<String> {
    let named = text.split(';').find_map(|part| {
        let (name, value) = part.trim().split_once('=')?;
        name.eq_ignore_ascii_case("AccountName").then(|| value.trim().to_string())
    });
    let by_address = || {
        let host = text.split_once("://").map(|(_, rest)| rest)?;
        host.split(['.', '/', ':']).next().map(str::to_string)
    };
    let bare = || by_identity.then(|| text.trim().to_string());
    named
        .or_else(|| if text.contains("://") && by_identity { by_address() } else { bare() })
        .filter(|name| !name.is_empty())
}

/// The vault that a reference names.
fn vault_of(text: &str) -> Option<String> {
    let inside = text.split_once('(')?.1.trim_end_matches(')');
    let part = |wanted: &str| {
        inside.split([';', ',']).find_map(|part| {
            let (name, value) = part.trim().split_once('=')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.to_string())
        })
    };
    let by_name = part("VaultName");
    let by_address = || {
        let address = part("SecretUri")?;
        let host = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest).to_string();
        host.split(['.', '/']).next().map(str::to_string)
    };
    by_name.or_else(by_address).filter(|name| !name.is_empty())
}
