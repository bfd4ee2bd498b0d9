//! Functions of lists, and those that take a text as a list of characters.

use super::Arguments;
use crate::import::arm::trouble::Trouble;
use crate::import::json::{Json, Value};

/// The longest list that `range` makes.
const LONGEST: i64 = 10_000;

pub(super) fn call(of: &Arguments<'_, '_>) -> Option<Result<Json, Trouble>> {
    Some(match of.name.as_str() {
        "concat" => concat(of),
        "createarray" => of.counted(Value::List(of.values.clone())),
        "array" => of.get(0).and_then(|json| match &json.value {
            Value::List(_) => Ok(json.clone()),
            _ => of.counted(Value::List(vec![json.clone()])),
        }),
        "length" => length(of),
        "empty" => of.get(0).map(|json| of.json(Value::Bool(is_empty(json)))),
        "first" => end(of, true),
        "last" => end(of, false),
        "take" => cut(of, true),
        "skip" => cut(of, false),
        "range" => range(of),
        "flatten" => of.list(0).and_then(|lists| {
            of.counted(Value::List(lists.iter().flat_map(|list| list.list().iter().cloned()).collect()))
        }),
        "indexof" => of.list(0).and_then(|list| place(of, list.iter().position(|item| same(item, &of.values.get(1))))),
        "lastindexof" => {
            of.list(0).and_then(|list| place(of, list.iter().rposition(|item| same(item, &of.values.get(1)))))
        }
        "indexfromend" => from_end(of).and_then(|found| {
            found.ok_or_else(|| Trouble::wrong("`indexFromEnd` asks for an element that the list has not"))
        }),
        "tryindexfromend" => from_end(of).map(|found| found.unwrap_or_else(|| of.json(Value::Null))),
        "contains" => contains(of),
        "union" if of.is_list(0) => union(of),
        "intersection" if of.is_list(0) => intersection(of),
        "min" => extreme(of, Iterator::min),
        "max" => extreme(of, Iterator::max),
        _ => return None,
    })
}

fn same(item: &Json, other: &Option<&Json>) -> bool {
    other.is_some_and(|other| item.is_like(other))
}

fn place(of: &Arguments<'_, '_>, at: Option<usize>) -> Result<Json, Trouble> {
    Ok(of.json(Value::Number(at.map_or(-1, |at| at as i64).into())))
}

fn concat(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let mut all = Vec::new();
    for number in 0..of.values.len() {
        all.extend_from_slice(of.list(number)?);
    }
    of.counted(Value::List(all))
}

fn length(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let count = match &of.get(0)?.value {
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::Text(text) => text.chars().count(),
        _ => return Err(of.wants(0, "list, object or text")),
    };
    Ok(of.json(Value::Number(count.into())))
}

pub(super) fn is_empty(json: &Json) -> bool {
    match &json.value {
        Value::Null => true,
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

fn end(of: &Arguments<'_, '_>, is_first: bool) -> Result<Json, Trouble> {
    if let Some(text) = of.values.first().and_then(Json::text) {
        let found = if is_first { text.chars().next() } else { text.chars().next_back() };
        return Ok(of.of_text(found.map(String::from).unwrap_or_default()));
    }
    let list = of.list(0)?;
    let found = if is_first { list.first() } else { list.last() };
    found.cloned().ok_or_else(|| Trouble::wrong(format!("`{}` is asked of an empty list", of.call.written)))
}

fn cut(of: &Arguments<'_, '_>, is_take: bool) -> Result<Json, Trouble> {
    let count = usize::try_from(of.number(1)?.max(0)).unwrap_or(usize::MAX);
    if let Some(text) = of.values.first().and_then(Json::text) {
        if of.evaluator().state.unknown_in(text).is_some() {
            return Ok(of.of_text(text));
        }
        let cut: String = if is_take { text.chars().take(count).collect() } else { text.chars().skip(count).collect() };
        return Ok(of.of_text(cut));
    }
    let list = of.list(0)?;
    let at = count.min(list.len());
    of.counted(Value::List(if is_take { &list[..at] } else { &list[at..] }.to_vec()))
}

fn range(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let (start, count) = (of.number(0)?, of.number(1)?);
    if !(0..=LONGEST).contains(&count) {
        return Err(Trouble::large(format!("`range` makes up to {LONGEST} numbers")));
    }
    of.counted(Value::List((0..count).map(|at| of.json(Value::Number(start.saturating_add(at).into()))).collect()))
}

fn from_end(of: &Arguments<'_, '_>) -> Result<Option<Json>, Trouble> {
    let (list, number) = (of.list(0)?, of.number(1)?);
    let at = usize::try_from(number).ok().and_then(|number| list.len().checked_sub(number));
    Ok(at.and_then(|at| list.get(at)).cloned())
}

fn contains(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let wanted = of.get(1)?;
    let found = match &of.get(0)?.value {
        Value::List(list) => list.iter().any(|item| item.is_like(wanted)),
        Value::Map(map) => wanted.text().is_some_and(|name| map.get(name).is_some()),
        Value::Text(text) => text.contains(&super::in_words(wanted)),
        _ => return Err(of.wants(0, "list, object or text")),
    };
    Ok(of.json(Value::Bool(found)))
}

fn union(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let mut all: Vec<Json> = Vec::new();
    for number in 0..of.values.len() {
        for item in of.list(number)? {
            if !all.iter().any(|own| own.is_like(item)) {
                all.push(item.clone());
            }
        }
    }
    of.counted(Value::List(all))
}

fn intersection(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let mut all = of.list(0)?.to_vec();
    for number in 1..of.values.len() {
        let other = of.list(number)?;
        all.retain(|item| other.iter().any(|own| own.is_like(item)));
    }
    of.counted(Value::List(all))
}

fn extreme(of: &Arguments<'_, '_>, which: fn(std::vec::IntoIter<i64>) -> Option<i64>) -> Result<Json, Trouble> {
    let numbers: Option<Vec<i64>> = match of.is_list(0) {
        true => of.list(0)?.iter().map(Json::number).collect(),
        false => of.values.iter().map(Json::number).collect(),
    };
    let found = numbers.and_then(|numbers| which(numbers.into_iter()));
    found.map(|number| of.json(Value::Number(number.into()))).ok_or_else(|| of.wants(0, "list of whole numbers"))
}
