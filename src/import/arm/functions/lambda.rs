//! Functions that take a function: `map(list, lambda('one', …))` and its kin.

use super::{Call, in_words};
use crate::import::arm::expression::{Expression, What};
use crate::import::arm::trouble::Trouble;
use crate::import::json::{Json, Map, Value};

pub(super) fn call(name: &str, call: &Call<'_, '_>) -> Option<Result<Json, Trouble>> {
    Some(match name {
        "lambdavariables" => variable(call),
        "map" => map(call),
        "filter" => filter(call),
        "reduce" => reduce(call),
        "sort" => sort(call),
        "toobject" => to_object(call),
        "mapvalues" => map_values(call),
        "groupby" => group_by(call),
        "lambda" => Err(Trouble::wrong("`lambda` stands only where a function takes it")),
        _ => return None,
    })
}

fn variable(call: &Call<'_, '_>) -> Result<Json, Trouble> {
    let name = call.argument(call.nth(0)?)?;
    let name = in_words(&name);
    let found = call.scope.lambdas.iter().rev().find(|(own, _)| own.eq_ignore_ascii_case(&name));
    let (_, value) = found.ok_or_else(|| Trouble::wrong(format!("no lambda around this has a variable `{name}`")))?;
    call.evaluator.state.charge(value)?;
    Ok(Json { at: call.at, value: value.value.clone() })
}

/// A lambda: the names of its variables, and what it comes to.
struct Lambda<'e> {
    names: Vec<String>,
    body: &'e Expression,
}

impl<'e> Lambda<'e> {
    fn of(call: &Call<'e, '_>, number: usize) -> Result<Self, Trouble> {
        let expression = call.nth(number)?;
        let wrong = || Trouble::wrong(format!("argument {} of `{}` is no `lambda`", number + 1, call.written));
        let What::Call(name, arguments) = &expression.what else { return Err(wrong()) };
        let (body, names) = arguments.split_last().filter(|_| name.eq_ignore_ascii_case("lambda")).ok_or_else(wrong)?;
        let name = |one: &Expression| match &one.what {
            What::Text(name) => Ok(name.clone()),
            _ => Err(Trouble::wrong("the variables of a `lambda` are names in quotes")),
        };
        Ok(Self { names: names.iter().map(name).collect::<Result<_, _>>()?, body })
    }

    /// What it comes to for values of its variables; those it does not name are left out.
    fn value(&self, call: &Call<'_, '_>, values: &[&Json]) -> Result<Json, Trouble> {
        call.evaluator.state.go_round(1)?;
        let mut scope = call.scope.clone();
        for (name, value) in self.names.iter().zip(values) {
            scope = scope.lambda(name, (*value).clone());
        }
        call.evaluator.expression(self.body, &scope, call.at)
    }

    /// The truth that it comes to.
    fn truth(&self, call: &Call<'_, '_>, values: &[&Json]) -> Result<bool, Trouble> {
        let value = self.value(call, values)?;
        match (value.bool(), call.evaluator.state.unknown(&value)) {
            (_, Some(unknown)) => Err(Trouble::Unknown(unknown)),
            (Some(truth), None) => Ok(truth),
            (None, None) => {
                Err(Trouble::wrong(format!("the `lambda` of `{}` is neither true nor false", call.written)))
            }
        }
    }
}

fn list(call: &Call<'_, '_>) -> Result<Vec<Json>, Trouble> {
    let value = call.argument(call.nth(0)?)?;
    match (call.evaluator.state.unknown(&value), value.value) {
        (Some(unknown), _) => Err(Trouble::Unknown(unknown)),
        (None, Value::List(list)) => Ok(list),
        _ => Err(Trouble::wrong(format!("argument 1 of `{}` is no list", call.written))),
    }
}

fn index(call: &Call<'_, '_>, number: usize) -> Json {
    Json { at: call.at, value: Value::Number(number.into()) }
}

fn made(call: &Call<'_, '_>, value: Value) -> Result<Json, Trouble> {
    let json = Json { at: call.at, value };
    call.evaluator.state.charge(&json)?;
    Ok(json)
}

fn map(call: &Call<'_, '_>) -> Result<Json, Trouble> {
    let lambda = Lambda::of(call, 1)?;
    let all = list(call)?;
    let one = |(number, item): (usize, &Json)| lambda.value(call, &[item, &index(call, number)]);
    made(call, Value::List(all.iter().enumerate().map(one).collect::<Result<_, _>>()?))
}

fn filter(call: &Call<'_, '_>) -> Result<Json, Trouble> {
    let lambda = Lambda::of(call, 1)?;
    let mut kept = Vec::new();
    for (number, item) in list(call)?.into_iter().enumerate() {
        if lambda.truth(call, &[&item, &index(call, number)])? {
            kept.push(item);
        }
    }
    made(call, Value::List(kept))
}

fn reduce(call: &Call<'_, '_>) -> Result<Json, Trouble> {
    let lambda = Lambda::of(call, 2)?;
    let mut value = call.argument(call.nth(1)?)?;
    for (number, item) in list(call)?.iter().enumerate() {
        value = lambda.value(call, &[&value, item, &index(call, number)])?;
        call.evaluator.state.charge(&value)?;
    }
    Ok(value)
}

/// By a lambda that says whether its first goes before its second: insertion, as the lambda may say anything.
fn sort(call: &Call<'_, '_>) -> Result<Json, Trouble> {
    let lambda = Lambda::of(call, 1)?;
    let mut sorted: Vec<Json> = Vec::new();
    for item in list(call)? {
        let mut at = sorted.len();
        while at > 0 && lambda.truth(call, &[&item, &sorted[at - 1]])? {
            at -= 1;
        }
        sorted.insert(at, item);
    }
    made(call, Value::List(sorted))
}

fn key(call: &Call<'_, '_>, lambda: &Lambda<'_>, item: &Json) -> Result<String, Trouble> {
    let key = lambda.value(call, &[item])?;
    Ok(in_words(&key))
}

fn to_object(call: &Call<'_, '_>) -> Result<Json, Trouble> {
    let keys = Lambda::of(call, 1)?;
    let values = (call.arguments.len() > 2).then(|| Lambda::of(call, 2)).transpose()?;
    let mut object = Map::default();
    for item in list(call)? {
        let value = match &values {
            Some(values) => values.value(call, &[&item])?,
            None => item.clone(),
        };
        object.insert(key(call, &keys, &item)?, value);
    }
    made(call, Value::Map(object))
}

fn map_values(call: &Call<'_, '_>) -> Result<Json, Trouble> {
    let lambda = Lambda::of(call, 1)?;
    let value = call.argument(call.nth(0)?)?;
    if let Some(unknown) = call.evaluator.state.unknown(&value) {
        return Err(Trouble::Unknown(unknown));
    }
    let Value::Map(members) = value.value else {
        return Err(Trouble::wrong("argument 1 of `mapValues` is no object"));
    };
    let one = |(name, value): (String, Json)| Ok((name, lambda.value(call, &[&value])?));
    made(call, Value::Map(members.into_iter().map(one).collect::<Result<_, Trouble>>()?))
}

fn group_by(call: &Call<'_, '_>) -> Result<Json, Trouble> {
    let lambda = Lambda::of(call, 1)?;
    let mut groups = Map::default();
    for item in list(call)? {
        let key = key(call, &lambda, &item)?;
        match groups.get_mut(&key) {
            Some(Json { value: Value::List(list), .. }) => list.push(item),
            _ => groups.push(key, Json { at: call.at, value: Value::List(vec![item]) }),
        }
    }
    made(call, Value::Map(groups))
}
