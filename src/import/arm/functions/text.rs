//! Functions of text. Where a text stands for a value that is not known, so does what is made of it.

use super::{Arguments, in_words};
use crate::import::arm::trouble::Trouble;
use crate::import::json::{Json, Value};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::fmt::Write as _;

/// The longest text that a function makes.
const LONGEST: usize = 1 << 20;

pub(super) fn call(of: &Arguments<'_, '_>) -> Option<Result<Json, Trouble>> {
    Some(match of.name.as_str() {
        "concat" if !of.is_list(0) => joined(of),
        "format" => format(of),
        "string" => of.get(0).map(|json| of.of_text(in_words(json))),
        "tolower" => of.text(0).map(|text| of.of_text(cased(text, str::to_lowercase))),
        "toupper" => of.text(0).map(|text| of.of_text(cased(text, str::to_uppercase))),
        "trim" => of.text(0).map(|text| of.of_text(text.trim())),
        "replace" => replace(of),
        "substring" => substring(of),
        "padleft" => pad_left(of),
        "startswith" => pair(of).map(|(text, part)| of.json(Value::Bool(text.starts_with(&part)))),
        "endswith" => pair(of).map(|(text, part)| of.json(Value::Bool(text.ends_with(&part)))),
        "indexof" if !of.is_list(0) => pair(of).map(|(text, part)| place(of, &text, text.find(&part))),
        "lastindexof" if !of.is_list(0) => pair(of).map(|(text, part)| place(of, &text, text.rfind(&part))),
        "split" => split(of),
        "join" => join(of),
        "base64" => {
            of.text(0).map(|text| of.of_text(if open(of, text) { text.into() } else { BASE64_STANDARD.encode(text) }))
        }
        "base64tostring" => decoded(of).map(|text| of.of_text(text)),
        "base64tojson" => decoded(of).and_then(|text| parsed(of, &text)),
        "json" => of.text(0).and_then(|text| match open(of, text) {
            true => Ok(of.of_text(text)),
            false => parsed(of, text),
        }),
        "datauri" => of
            .text(0)
            .map(|text| of.of_text(format!("data:text/plain;charset=utf8;base64,{}", BASE64_STANDARD.encode(text)))),
        "datauritostring" => of.text(0).and_then(|text| {
            let data = text.rsplit_once("base64,").map_or(text, |(_, data)| data);
            plain(of, data).map(|text| of.of_text(text))
        }),
        "uri" => uri(of),
        "uricomponent" => of.text(0).map(|text| of.of_text(encoded(text))),
        "uricomponenttostring" => of.text(0).map(|text| of.of_text(percent_decoded(text))),
        _ => return None,
    })
}

/// Does a text stand for a value that is not known?
fn open(of: &Arguments<'_, '_>, text: &str) -> bool {
    of.evaluator().state.unknown_in(text).is_some()
}

/// A text in another case, but for the placeholders in it.
fn cased(text: &str, case: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let end = rest[start..].find('}').map_or(rest.len(), |end| start + end + 1);
        out.push_str(&case(&rest[..start]));
        out.push_str(&rest[start..end]);
        rest = &rest[end..];
    }
    out + &case(rest)
}

fn short(of: &Arguments<'_, '_>, text: String) -> Result<Json, Trouble> {
    match text.len() > LONGEST {
        true => Err(Trouble::large(format!("`{}` makes a text of more than {LONGEST} bytes", of.call.written))),
        false => Ok(of.of_text(text)),
    }
}

fn joined(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    short(of, of.values.iter().map(in_words).collect())
}

fn format(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let form = of.text(0)?;
    let (mut out, mut rest) = (String::new(), form);
    let wrong = || Trouble::wrong("a brace in the text of `format` is not closed; a brace itself is written twice");
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let sign = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(sign) {
            out.push_str(sign);
            rest = after;
            continue;
        }
        let end = rest.find('}').filter(|_| sign == "{").ok_or_else(wrong)?;
        let (hole, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        let number: String = hole.chars().take_while(char::is_ascii_digit).collect();
        let value = number.parse::<usize>().ok().and_then(|number| of.values.get(number + 1));
        let value = value.ok_or_else(|| Trouble::wrong(format!("`format` has no argument for `{{{hole}}}`")))?;
        let (width, style) = hole[number.len()..].split_once(':').unwrap_or((&hole[number.len()..], ""));
        let text = styled(value, style);
        let width: i64 = width.trim_start_matches(',').trim().parse().unwrap_or(0);
        let space = usize::try_from(width.unsigned_abs()).unwrap_or(0).min(LONGEST);
        let _ = if width < 0 { write!(out, "{text:<space$}") } else { write!(out, "{text:>space$}") };
        if out.len() > LONGEST {
            break;
        }
    }
    out.push_str(rest);
    short(of, out)
}

/// A number with as many digits as a form such as `D3` or `000` asks for.
fn styled(value: &Json, style: &str) -> String {
    let digits = |count: &str| count.parse::<usize>().unwrap_or(0).min(64);
    match (value.number(), style.chars().next()) {
        (Some(number), Some('D' | 'd')) => format!("{number:0width$}", width = digits(&style[1..])),
        (Some(number), Some('X')) => format!("{number:0width$X}", width = digits(&style[1..])),
        (Some(number), Some('x')) => format!("{number:0width$x}", width = digits(&style[1..])),
        (Some(number), Some('0')) => format!("{number:0width$}", width = style.len().min(64)),
        _ => in_words(value),
    }
}

fn pair(of: &Arguments<'_, '_>) -> Result<(String, String), Trouble> {
    Ok((of.text(0)?.to_lowercase(), of.text(1)?.to_lowercase()))
}

fn place(of: &Arguments<'_, '_>, text: &str, at: Option<usize>) -> Json {
    let number = at.map_or(-1, |at| text[..at].chars().count() as i64);
    of.json(Value::Number(number.into()))
}

fn replace(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let (text, old) = (of.text(0)?, of.text(1)?);
    if old.is_empty() {
        return Ok(of.of_text(text));
    }
    let new = in_words(of.get(2)?);
    if text.len().saturating_mul(new.len().max(1)) > LONGEST * 64 {
        return Err(Trouble::large("`replace` makes a text that is too long"));
    }
    short(of, text.replace(old, &new))
}

fn substring(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let text = of.text(0)?;
    if open(of, text) {
        return Ok(of.of_text(text));
    }
    let all: Vec<char> = text.chars().collect();
    let start = usize::try_from(of.number(1)?).ok().filter(|start| *start <= all.len());
    let start = start.ok_or_else(|| Trouble::wrong("`substring` begins outside the text"))?;
    let length = match of.values.get(2) {
        Some(_) => usize::try_from(of.number(2)?).ok().filter(|length| *length <= all.len() - start),
        None => Some(all.len() - start),
    };
    let length = length.ok_or_else(|| Trouble::wrong("`substring` ends outside the text"))?;
    Ok(of.of_text(all[start..start + length].iter().collect::<String>()))
}

fn pad_left(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let (text, width) = (in_words(of.get(0)?), usize::try_from(of.number(1)?).unwrap_or(0));
    let filler = of.values.get(2).and_then(Json::text).and_then(|text| text.chars().next()).unwrap_or(' ');
    let missing = width.min(LONGEST).saturating_sub(text.chars().count());
    Ok(of.of_text(filler.to_string().repeat(missing) + &text))
}

fn split(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let text = of.text(0)?;
    let marks: Vec<&str> = match of.is_list(1) {
        true => of.list(1)?.iter().filter_map(Json::text).collect(),
        false => vec![of.text(1)?],
    };
    let mut parts = vec![text];
    for mark in marks.into_iter().filter(|mark| !mark.is_empty()) {
        parts = parts.into_iter().flat_map(|part| part.split(mark)).collect();
    }
    of.counted(Value::List(parts.into_iter().map(|part| of.of_text(part)).collect()))
}

fn join(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let words: Vec<String> = of.list(0)?.iter().map(in_words).collect();
    short(of, words.join(of.text(1)?))
}

fn plain(of: &Arguments<'_, '_>, data: &str) -> Result<String, Trouble> {
    let bytes = BASE64_STANDARD.decode(data).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    bytes.ok_or_else(|| Trouble::wrong(format!("the argument of `{}` is no text in base 64", of.call.written)))
}

fn decoded(of: &Arguments<'_, '_>) -> Result<String, Trouble> {
    plain(of, of.text(0)?)
}

fn parsed(of: &Arguments<'_, '_>, text: &str) -> Result<Json, Trouble> {
    let json = Json::read(of.call.at.source, text).ok();
    let json = json.ok_or_else(|| Trouble::wrong(format!("the argument of `{}` is not JSON", of.call.written)))?;
    of.counted(json.rooted(of.call.at).value)
}

/// An address below another: `uri('http://a/b/', 'c')` is `http://a/b/c`, and without the slash `http://a/c`.
fn uri(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let (base, relative) = (of.text(0)?, of.text(1)?);
    if open(of, base) && !base.ends_with('/') {
        return short(of, format!("{base}/{}", relative.trim_start_matches('/')));
    }
    let start = base.find("://").map_or(0, |at| at + 3);
    let path = base[start..].find('/').map_or(base.len(), |at| start + at);
    let folder = match relative.starts_with('/') {
        true => &base[..path],
        false => base[path..].rfind('/').map_or(base, |at| &base[..path + at]),
    };
    short(of, format!("{folder}/{}", relative.trim_start_matches('/')))
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'{' | b'}' => out.push(byte.into()),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
