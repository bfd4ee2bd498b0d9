//! Functions whose values Azure alone makes out. The same call has the same value here, too, but one of our own: a text of
//! the form that Azure's has, or one in braces that says what it stands for.

use super::{Arguments, in_words};
use crate::import::arm::trouble::Trouble;
use crate::import::found::Unknown;
use crate::import::json::{Json, Value};

/// How long a text of `uniqueString` is.
const UNIQUE: usize = 13;

pub(super) fn call(of: &Arguments<'_, '_>) -> Option<Result<Json, Trouble>> {
    Some(match of.name.as_str() {
        "uniquestring" => Ok(unique(of)),
        "guid" => Ok(guid(of)),
        "newguid" | "utcnow" | "datetimeadd" | "datetimefromepoch" | "datetimetoepoch" | "deployer" => Ok(open(of)),
        "pickzones" => zones(of),
        "providers" | "resourceinfo" => Ok(open(of)),
        name if name.starts_with("list") && name.len() > 4 => Ok(secret(of)),
        _ => return None,
    })
}

/// A digest of words, in letters and digits: the same words have the same.
pub(in crate::import::arm) fn digest(words: &[&str]) -> String {
    const SIGNS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    // FNV-1a: no secret rests on it, and every machine has the same.
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for word in words {
        for byte in word.to_lowercase().bytes().chain([0]) {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    (0..UNIQUE).map(|at| char::from(SIGNS[(sum.rotate_left(5 * at as u32) & 31) as usize])).collect()
}

/// The call as people read it.
fn told(of: &Arguments<'_, '_>) -> String {
    let words: Vec<String> = of.values.iter().map(in_words).collect();
    format!("{}({})", of.call.written, words.join(", "))
}

fn digested(of: &Arguments<'_, '_>) -> String {
    let words: Vec<String> = of.values.iter().map(in_words).collect();
    digest(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

fn unique(of: &Arguments<'_, '_>) -> Json {
    of.evaluator().state.placeholder(digested(of), Unknown::Made(told(of)), of.call.at)
}

fn guid(of: &Arguments<'_, '_>) -> Json {
    let signs: String = digested(of).bytes().map(|sign| format!("{sign:02x}")).collect();
    let parts = [&signs[..8], &signs[8..12], &signs[12..16], &signs[16..20], &signs[14..26]];
    of.evaluator().state.placeholder(parts.join("-"), Unknown::Made(told(of)), of.call.at)
}

fn open(of: &Arguments<'_, '_>) -> Json {
    let told = told(of);
    of.evaluator().state.placeholder(format!("{{{told}}}"), Unknown::Made(told), of.call.at)
}

/// Keys, and what else `list…` hands out: by the last name of the resource that they are of.
fn secret(of: &Arguments<'_, '_>) -> Json {
    let id = of.values.first().map(in_words).unwrap_or_default();
    let name = id.rsplit('/').next().unwrap_or_default().trim_matches(['{', '}']);
    let text = format!("{{{}({name})}}", of.call.written);
    of.evaluator().state.placeholder(text, Unknown::Secret, of.call.at)
}

/// Zones are numbers from one on; which of them a region has, Azure alone knows.
fn zones(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let count = of.values.get(3).and_then(Json::number).unwrap_or(1).clamp(0, 3);
    let zones = (1..=count).map(|zone| of.of_text(zone.to_string())).collect();
    Ok(of.json(Value::List(zones)))
}
