//! Functions of ids, references and of where things are deployed.

use super::{Arguments, in_words};
use crate::import::arm::deployment::Place;
use crate::import::arm::trouble::Trouble;
use crate::import::found::Unknown;
use crate::import::json::{Json, Map, Value};

pub(super) fn call(of: &Arguments<'_, '_>) -> Option<Result<Json, Trouble>> {
    Some(match of.name.as_str() {
        "resourceid" => resource_id(of),
        "subscriptionresourceid" => below(of, 1, |scope, own| match scope {
            Some(subscription) => format!("/subscriptions/{subscription}"),
            None => format!("/subscriptions/{}", own.subscription),
        }),
        "tenantresourceid" => below(of, 0, |_, _| String::new()),
        "managementgroupresourceid" => below(of, 1, |scope, _| {
            let group = scope.unwrap_or("{management-group}");
            format!("/providers/Microsoft.Management/managementGroups/{group}")
        }),
        "extensionresourceid" => {
            let names = of.values.iter().skip(2).map(in_words).collect::<Vec<_>>();
            of.get(0).map(in_words).and_then(|scope| id(of, &scope, of.text(1)?, &names))
        }
        "reference" => reference(of),
        "references" => references(of),
        "resourcegroup" => Ok(resource_group(of)),
        "subscription" => Ok(subscription(of)),
        "tenant" => Ok(object(of, &[("tenantId", made(of, "tenant")), ("countryCode", made(of, "country"))])),
        "managementgroup" => {
            Ok(object(of, &[("id", made(of, "management-group")), ("name", made(of, "management-group"))]))
        }
        "deployment" => Ok(deployment(of)),
        "environment" => Ok(environment(of)),
        _ => return None,
    })
}

fn place<'c>(of: &'c Arguments<'c, '_>) -> &'c Place {
    &of.call.scope.deployment.place
}

fn made(of: &Arguments<'_, '_>, what: &str) -> Json {
    of.evaluator().state.placeholder(format!("{{{what}}}"), Unknown::Made(what.into()), of.call.at)
}

fn object(of: &Arguments<'_, '_>, members: &[(&str, Json)]) -> Json {
    let map: Map = members.iter().map(|(name, value)| ((*name).to_string(), value.clone())).collect();
    of.json(Value::Map(map))
}

/// The id of a resource of a type below a scope.
pub(in crate::import::arm) fn id_below(scope: &str, kind: &str, names: &[impl AsRef<str>]) -> Option<String> {
    let mut parts = kind.trim_matches('/').split('/');
    let mut id = format!("{scope}/providers/{}", parts.next()?);
    let mut names = names.iter();
    for part in parts {
        id.push('/');
        id.push_str(part);
        id.push('/');
        id.push_str(names.next()?.as_ref());
    }
    names.next().is_none().then_some(id)
}

fn id(of: &Arguments<'_, '_>, scope: &str, kind: &str, names: &[String]) -> Result<Json, Trouble> {
    // Names may also come as one, `vnet/subnet`.
    let parts: Vec<&str> = names.iter().flat_map(|name| name.split('/')).collect();
    let wrong = || Trouble::wrong(format!("`{}` needs a name for each part of the type", of.call.written));
    id_below(scope, kind, &parts).map(|id| of.of_text(id)).ok_or_else(wrong)
}

/// Where the type stands among the arguments: before it stand subscription and resource group.
fn kind_at(of: &Arguments<'_, '_>, most: usize) -> Result<usize, Trouble> {
    let is_kind = |json: &&Json| json.text().is_some_and(|text| text.contains('/') && !text.starts_with('/'));
    let found = of.values.iter().take(most + 1).position(|json| is_kind(&json));
    found.ok_or_else(|| Trouble::wrong(format!("`{}` needs a type such as `Microsoft.Web/sites`", of.call.written)))
}

fn resource_id(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let at = kind_at(of, 2)?;
    let own = place(of);
    let before: Vec<String> = of.values[..at].iter().map(in_words).collect();
    let place = match before.as_slice() {
        [] => own.clone(),
        [group] => Place { group: Some(group.clone()), ..own.clone() },
        [subscription, group, ..] => Place { subscription: subscription.clone(), group: Some(group.clone()) },
    };
    let names: Vec<String> = of.values[at + 1..].iter().map(in_words).collect();
    id(of, &place.id(), of.text(at)?, &names)
}

/// The id of a resource above resource groups.
fn below(of: &Arguments<'_, '_>, most: usize, scope: impl Fn(Option<&str>, &Place) -> String) -> Result<Json, Trouble> {
    let at = kind_at(of, most)?;
    let names: Vec<String> = of.values[at + 1..].iter().map(in_words).collect();
    let given = of.values[..at].first().map(in_words);
    id(of, &scope(given.as_deref(), place(of)), of.text(at)?, &names)
}

/// What a resource has: its properties, or all of it where `Full` is asked for.
fn reference(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let what = of.text(0)?;
    let is_full = of.values.get(2).and_then(Json::text).is_some_and(|how| how.eq_ignore_ascii_case("full"));
    match of.evaluator().referred(what, of.call.scope).first() {
        Some(instance) => of.evaluator().reference(instance, is_full, of.call.at),
        None => Ok(unknown(of, what)),
    }
}

fn unknown(of: &Arguments<'_, '_>, what: &str) -> Json {
    let name = what.rsplit('/').next().unwrap_or(what).trim_matches(['{', '}']);
    let told = format!("reference({name})");
    of.evaluator().state.placeholder(format!("{{{told}}}"), Unknown::Made(told), of.call.at)
}

/// What the rounds of a loop of resources have.
fn references(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let what = of.text(0)?;
    let is_full = of.values.iter().skip(1).filter_map(Json::text).any(|how| how.eq_ignore_ascii_case("full"));
    let all = of.evaluator().referred(what, of.call.scope);
    if all.is_empty() {
        return Ok(unknown(of, what));
    }
    let values = all.iter().map(|one| of.evaluator().reference(one, is_full, of.call.at));
    of.counted(Value::List(values.collect::<Result<_, _>>()?))
}

fn resource_group(of: &Arguments<'_, '_>) -> Json {
    let group = place(of).group.clone().unwrap_or_else(|| "{resource-group}".into());
    let id = format!("/subscriptions/{}/resourceGroups/{group}", place(of).subscription);
    let location = of.evaluator().state.placeholder(
        "{location}".into(),
        Unknown::Made("resourceGroup().location".into()),
        of.call.at,
    );
    object(
        of,
        &[
            ("id", of.of_text(id)),
            ("name", of.of_text(group)),
            ("location", location),
            ("type", of.of_text("Microsoft.Resources/resourceGroups")),
            ("tags", of.json(Value::Map(Map::default()))),
            ("properties", of.json(Value::Map(Map::default()))),
        ],
    )
}

fn subscription(of: &Arguments<'_, '_>) -> Json {
    let subscription = &place(of).subscription;
    object(
        of,
        &[
            ("id", of.of_text(format!("/subscriptions/{subscription}"))),
            ("subscriptionId", of.of_text(subscription.clone())),
            ("tenantId", made(of, "tenant")),
            ("displayName", of.of_text(subscription.clone())),
        ],
    )
}

fn deployment(of: &Arguments<'_, '_>) -> Json {
    let own = &of.call.scope.deployment;
    let link = object(of, &[("uri", made(of, "template"))]);
    let properties = object(of, &[("templateLink", link), ("mode", of.of_text("Incremental"))]);
    let location = made(of, "location");
    object(of, &[("name", of.of_text(own.name.clone())), ("location", location), ("properties", properties)])
}

/// The names that Azure's public cloud has, out of the stdlib: `environment.suffixes.storage` is the path.
fn environment(of: &Arguments<'_, '_>) -> Json {
    let mut all = Map::default();
    let platform = &of.evaluator().state.platform;
    for path in platform.word_names("environment.") {
        let parts: Vec<&str> = path.split('.').skip(1).collect();
        put(&mut all, &parts, of.of_text(platform.word(&path)));
    }
    of.json(Value::Map(all))
}

/// Puts a value where a path leads, with the objects on the way.
fn put(map: &mut Map, path: &[&str], value: Json) {
    match path {
        [] => {}
        [last] => map.insert(*last, value),
        [first, rest @ ..] => {
            if map.get(first).is_none() {
                map.push(*first, Json { at: value.at, value: Value::Map(Map::default()) });
            }
            if let Some(Json { value: Value::Map(inner), .. }) = map.get_mut(first) {
                put(inner, rest, value);
            }
        }
    }
}
