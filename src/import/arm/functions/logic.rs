//! Functions that compare and choose, and those that name what the template declares.

use super::{Arguments, Call};
use crate::import::arm::trouble::Trouble;
use crate::import::found::Unknown;
use crate::import::json::{Json, Value};
use std::cmp::Ordering;

/// Functions that do not look at all of their arguments.
pub(super) fn lazy(name: &str, call: &Call<'_, '_>) -> Option<Result<Json, Trouble>> {
    Some(match name {
        "if" => choose(call),
        "and" => all(call, true),
        "or" => all(call, false),
        "coalesce" => coalesce(call),
        "parameters" => named(call).and_then(|name| call.evaluator.parameter(&name, call.scope, call.at)),
        "variables" => named(call).and_then(|name| call.evaluator.variable(&name, call.scope, call.at)),
        "copyindex" => copy_index(call),
        _ => return None,
    })
}

pub(super) fn call(of: &Arguments<'_, '_>) -> Option<Result<Json, Trouble>> {
    let order = |holds: fn(Ordering) -> bool| compared(of).map(|order| of.json(Value::Bool(holds(order))));
    Some(match of.name.as_str() {
        "true" => Ok(of.json(Value::Bool(true))),
        "false" => Ok(of.json(Value::Bool(false))),
        "null" => Ok(of.json(Value::Null)),
        "not" => of.bool(0).map(|truth| of.json(Value::Bool(!truth))),
        "bool" => truth(of),
        "equals" => equals(of),
        "less" => order(Ordering::is_lt),
        "lessorequals" => order(Ordering::is_le),
        "greater" => order(Ordering::is_gt),
        "greaterorequals" => order(Ordering::is_ge),
        "fail" => Err(Trouble::wrong("the template ends here with `fail`")),
        _ => return None,
    })
}

fn named(call: &Call<'_, '_>) -> Result<String, Trouble> {
    let name = call.argument(call.nth(0)?)?;
    match (name.text(), call.evaluator.state.unknown(&name)) {
        (_, Some(unknown)) => Err(Trouble::Unknown(unknown)),
        (Some(text), None) => Ok(text.into()),
        (None, None) => Err(Trouble::wrong(format!("`{}` wants a name", call.written))),
    }
}

/// The truth of an argument.
fn decided(call: &Call<'_, '_>, number: usize) -> Result<bool, Trouble> {
    let value = call.argument(call.nth(number)?)?;
    if let Some(unknown) = call.evaluator.state.unknown(&value) {
        return Err(Trouble::Unknown(unknown));
    }
    let wrong = || Trouble::wrong(format!("argument {} of `{}` is neither true nor false", number + 1, call.written));
    value.bool().ok_or_else(wrong)
}

fn choose(call: &Call<'_, '_>) -> Result<Json, Trouble> {
    let (yes, no) = (call.nth(1)?, call.nth(2)?);
    match decided(call, 0) {
        Ok(true) => call.argument(yes),
        Ok(false) => call.argument(no),
        // Where both come to the same, it does not matter which.
        Err(Trouble::Unknown(unknown)) => match (call.argument(yes), call.argument(no)) {
            (Ok(yes), Ok(no)) if yes.is_like(&no) => Ok(yes),
            _ => Err(Trouble::Unknown(unknown)),
        },
        Err(trouble) => Err(trouble),
    }
}

/// `and` for `whole`, else `or`: one that decides is enough, whatever is not known beside it.
fn all(call: &Call<'_, '_>, whole: bool) -> Result<Json, Trouble> {
    let mut open = None;
    for number in 0..call.arguments.len() {
        match decided(call, number) {
            Ok(truth) if truth != whole => return Ok(Json { at: call.at, value: Value::Bool(truth) }),
            Ok(_) => {}
            Err(Trouble::Unknown(unknown)) => open = Some(unknown),
            Err(trouble) => return Err(trouble),
        }
    }
    match open {
        Some(unknown) => Err(Trouble::Unknown(unknown)),
        None => Ok(Json { at: call.at, value: Value::Bool(whole) }),
    }
}

fn coalesce(call: &Call<'_, '_>) -> Result<Json, Trouble> {
    for argument in call.arguments {
        let value = call.argument(argument)?;
        if !value.is_null() {
            return Ok(value);
        }
    }
    Ok(Json { at: call.at, value: Value::Null })
}

/// The number of the round: of the innermost loop, or of the one that is named.
fn copy_index(call: &Call<'_, '_>) -> Result<Json, Trouble> {
    let arguments = call.arguments.iter().map(|one| call.argument(one)).collect::<Result<Vec<_>, _>>()?;
    let name = arguments.first().filter(|one| one.number().is_none()).and_then(Json::text);
    let offset = arguments.iter().find_map(Json::number).unwrap_or(0);
    let round = match name {
        Some(name) => call.scope.rounds.iter().rev().find(|round| round.name.eq_ignore_ascii_case(name)),
        None => call.scope.rounds.last(),
    };
    let round = round.ok_or_else(|| match name {
        Some(name) => Trouble::wrong(format!("there is no loop `{name}` around this")),
        None => Trouble::wrong("there is no loop around this"),
    })?;
    Ok(Json { at: call.at, value: Value::Number(offset.saturating_add(round.index as i64).into()) })
}

fn truth(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let truth = match &of.get(0)?.value {
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => of.bool(0)?,
    };
    Ok(of.json(Value::Bool(truth)))
}

fn equals(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let (a, b) = (of.get(0)?, of.get(1)?);
    let state = &of.evaluator().state;
    let open: Option<Unknown> = state.unknown(a).or_else(|| state.unknown(b));
    match open {
        Some(unknown) if !a.is_like(b) => Err(Trouble::Unknown(unknown)),
        _ => Ok(of.json(Value::Bool(a.is_like(b)))),
    }
}

fn compared(of: &Arguments<'_, '_>) -> Result<Ordering, Trouble> {
    match (of.values.first().map(|json| &json.value), of.values.get(1).map(|json| &json.value)) {
        (Some(Value::Text(a)), Some(Value::Text(b))) => Ok(a.cmp(b)),
        _ => Ok(of.number(0)?.cmp(&of.number(1)?)),
    }
}
