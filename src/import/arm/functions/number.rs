//! Functions of numbers.

use super::Arguments;
use crate::import::arm::trouble::Trouble;
use crate::import::json::{Json, Value};

pub(super) fn call(of: &Arguments<'_, '_>) -> Option<Result<Json, Trouble>> {
    let count: fn(i64, i64) -> Option<i64> = match of.name.as_str() {
        "add" => i64::checked_add,
        "sub" => i64::checked_sub,
        "mul" => i64::checked_mul,
        "div" => i64::checked_div,
        "mod" => i64::checked_rem,
        "int" => {
            let float = of.values.first().and_then(|json| match &json.value {
                Value::Number(number) => number.as_f64().map(|number| number as i64),
                _ => None,
            });
            let number = of.number(0).or_else(|trouble| float.ok_or(trouble));
            return Some(number.map(|number| of.json(Value::Number(number.into()))));
        }
        "float" => return Some(float(of)),
        _ => return None,
    };
    Some(of.number(0).and_then(|a| {
        let number = count(a, of.number(1)?);
        let wrong = || Trouble::wrong(format!("`{}` comes to no whole number", of.call.written));
        number.map(|number| of.json(Value::Number(number.into()))).ok_or_else(wrong)
    }))
}

fn float(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let json = of.get(0)?;
    let number = match &json.value {
        Value::Number(number) => number.as_f64(),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    };
    let number = number.and_then(serde_json::Number::from_f64);
    number.map(|number| of.json(Value::Number(number))).ok_or_else(|| of.wants(0, "number"))
}
