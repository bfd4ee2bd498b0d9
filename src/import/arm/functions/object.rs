//! Functions of objects.

use super::{Arguments, in_words};
use crate::import::arm::evaluate::taken;
use crate::import::arm::trouble::Trouble;
use crate::import::json::{Json, Map, Value};

pub(super) fn call(of: &Arguments<'_, '_>) -> Option<Result<Json, Trouble>> {
    Some(match of.name.as_str() {
        "createobject" => create(of),
        "union" => merged(of, true),
        "shallowmerge" => shallow(of),
        "intersection" => intersection(of),
        "items" => items(of),
        "objectkeys" => of.map(0).and_then(|map| {
            let mut names: Vec<&str> = map.iter().map(|(name, _)| name).collect();
            names.sort_unstable_by_key(|name| name.to_lowercase());
            of.counted(Value::List(names.into_iter().map(|name| of.of_text(name)).collect()))
        }),
        "tryget" => try_get(of),
        _ => return None,
    })
}

fn create(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let mut map = Map::default();
    for pair in of.values.chunks(2) {
        let [name, value] = pair else { return Err(Trouble::wrong("`createObject` takes names and values in pairs")) };
        map.insert(in_words(name), value.clone());
    }
    of.counted(Value::Map(map))
}

fn merged(of: &Arguments<'_, '_>, is_deep: bool) -> Result<Json, Trouble> {
    let mut all = of.map(0)?.clone();
    for number in 1..of.values.len() {
        merge(&mut all, of.map(number)?, is_deep);
    }
    of.counted(Value::Map(all))
}

fn merge(into: &mut Map, from: &Map, is_deep: bool) {
    for (name, value) in from.iter() {
        if is_deep
            && let Value::Map(inner) = &value.value
            && let Some(Json { value: Value::Map(own), .. }) = into.get_mut(name)
        {
            merge(own, inner, true);
            continue;
        }
        into.insert(name, value.clone());
    }
}

/// The objects of a list as one.
fn shallow(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let mut all = Map::default();
    for object in of.list(0)? {
        let map = object.map().ok_or_else(|| of.wants(0, "list of objects"))?;
        merge(&mut all, map, false);
    }
    of.counted(Value::Map(all))
}

fn intersection(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let mut all: Vec<(String, Json)> = of.map(0)?.clone().into_iter().collect();
    for number in 1..of.values.len() {
        let other = of.map(number)?;
        all.retain(|(name, value)| other.get(name).is_some_and(|own| own.is_like(value)));
    }
    of.counted(Value::Map(all.into_iter().collect()))
}

fn items(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let mut members: Vec<(&str, &Json)> = of.map(0)?.iter().collect();
    members.sort_by_key(|(name, _)| name.to_lowercase());
    let items = members.into_iter().map(|(name, value)| {
        let item = [("key".to_string(), of.of_text(name)), ("value".to_string(), value.clone())];
        of.json(Value::Map(item.into_iter().collect()))
    });
    of.counted(Value::List(items.collect()))
}

/// What a chain of keys leads to, or `null`.
fn try_get(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let mut found = of.get(0)?;
    for key in &of.values[1.min(of.values.len())..] {
        if let Some(unknown) = of.evaluator().state.unknown(found).or_else(|| of.evaluator().state.unknown(key)) {
            return Err(Trouble::Unknown(unknown));
        }
        match taken(found, key) {
            Some(next) => found = next,
            None => return Ok(of.json(Value::Null)),
        }
    }
    Ok(Json { at: of.call.at, value: found.value.clone() })
}
