//! The values of a property, one by one: addresses, prefixes, ports, regions, words of a choice. Which property they
//! belong to does not matter here.

use super::{Lowering, Stated};
use crate::diagnostic::{Diagnostic, Wanted, did_you_mean};
use crate::net::PortSet;
use crate::syntax::ast::{Nested, Text, Value, Word};
use crate::syntax::literal::{self, AddressLiteral};
use ipnet::IpNet;
use std::net::IpAddr;

/// A region's name in lower case; reported where the platform knows none of that name.
pub(in crate::model) fn region_of(word: &Word, cx: &mut Lowering<'_>) -> Option<Stated<String>> {
    if let Some((_, known)) = cx.region.as_ref().filter(|(text, _)| *text == word.text) {
        return Some(Stated::new(known.clone(), word.span()));
    }
    let lower = word.plain().to_lowercase().replace(' ', "");
    if !cx.platform.is_region(&lower) {
        let known = cx.platform.names("region");
        let message = format!("`{}` is not a region of Azure", word.plain());
        let wanted = Wanted::Words(known.iter().map(|region| region.to_string()).collect());
        let diagnostic =
            Diagnostic::error("FN0109", word.span(), message).maybe_help(did_you_mean(&lower, known.iter().copied()));
        cx.report(diagnostic.wanted(wanted));
        return None;
    }
    cx.region = Some((word.text.clone(), lower.clone()));
    Some(Stated::new(lower, word.span()))
}

/// The index of a word among those allowed; reported where it is none of them.
pub(in crate::model) fn choose(
    word: &Word,
    name: &str,
    allowed: &[&str],
    cx: &mut Lowering<'_>,
) -> Option<Stated<usize>> {
    let text = word.plain();
    if let Some(at) = allowed.iter().position(|a| a.eq_ignore_ascii_case(&text)) {
        return Some(Stated::new(at, word.span()));
    }
    let near = did_you_mean(&text, allowed.iter().copied());
    let help = near.unwrap_or_else(|| format!("it is one of: {}", allowed.join(", ")));
    let message = format!("`{text}` is not a value of `{name}`");
    let wanted = Wanted::Words(allowed.iter().map(|word| word.to_string()).collect());
    cx.report(Diagnostic::error("FN0109", word.span(), message).help(help).wanted(wanted));
    None
}

/// A list without room to spare: a large model has many short ones.
pub(in crate::model) fn tight<T>(members: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut list: Vec<T> = members.into_iter().collect();
    list.shrink_to_fit();
    list
}

/// Takes lists and `let` names apart.
pub(in crate::model) fn open(value: &Value, cx: &mut Lowering<'_>, words: &mut Vec<Word>) {
    match value {
        Value::Word(word) => match cx.scope.lets.get(&*word.text) {
            // What a name stands for was opened when it was given: it names nothing further.
            Some((values, _)) => values.iter().filter_map(Value::word).for_each(|word| words.push(word.clone())),
            None => words.push(word.clone()),
        },
        Value::Nested(nested) => match &**nested {
            Nested::List(list, _) => list.iter().for_each(|value| open(value, cx, words)),
            Nested::Call(name, _, span) => {
                cx.report(Diagnostic::error("FN0101", *span, format!("`{}` cannot stand here", name.text)));
            }
        },
    }
}

pub(in crate::model) fn one_address(word: &Word, cx: &mut Lowering<'_>) -> Option<Stated<IpAddr>> {
    match literal::address(&word.text) {
        Ok(AddressLiteral::Address(address)) => Some(Stated::new(address, word.span())),
        Ok(_) => {
            let message = format!("one address is wanted here, and `{}` is more", word.text);
            cx.report(Diagnostic::error("FN0109", word.span(), message));
            None
        }
        Err(fault) => {
            cx.report(fault.at(word));
            None
        }
    }
}

pub(in crate::model) fn one_prefix(word: &Word, cx: &mut Lowering<'_>) -> Option<Stated<IpNet>> {
    match literal::address(&word.text) {
        Ok(AddressLiteral::Address(address)) => Some(Stated::new(address.into(), word.span())),
        Ok(AddressLiteral::Prefix(prefix)) => Some(Stated::new(prefix, word.span())),
        Ok(AddressLiteral::Range(..)) => {
            let message = "a prefix is wanted here, and this is an address range";
            cx.report(Diagnostic::error("FN0109", word.span(), message).help("write it as prefixes, `10.0.0.0/24`"));
            None
        }
        Err(fault) => {
            cx.report(fault.at(word));
            None
        }
    }
}

/// The ports that words joined by commas make up.
pub(super) fn ports_of(values: &[Value], cx: &mut Lowering<'_>) -> Option<PortSet> {
    let mut words = Vec::new();
    values.iter().for_each(|value| open(value, cx, &mut words));
    let mut all = PortSet::default();
    for word in &words {
        match literal::ports(&word.text) {
            Ok(ports) => all = all.union(&ports),
            Err(fault) => {
                cx.report(fault.at(word));
                return None;
            }
        }
    }
    Some(all)
}

/// Values joined by commas, as they were written: a stretch of the source where they stand there like that.
pub(in crate::model) fn shown(values: &[Value]) -> Text {
    if let [Value::Word(only)] = values {
        return only.text.clone();
    }
    let ends = || Some((values.first()?.word()?, values.last()?.word()?));
    let stretch = ends().and_then(|(first, last)| first.text.through(&last.text));
    let stands = |stretch: &Text| {
        let mut rest = Some(&**stretch);
        for (at, value) in values.iter().enumerate() {
            let word = value.word().map_or("", |word| &word.text);
            rest = rest.and_then(|rest| rest.strip_prefix(if at > 0 { ", " } else { "" })?.strip_prefix(word));
        }
        rest == Some("") && values.iter().all(|value| value.word().is_some())
    };
    stretch.filter(stands).unwrap_or_else(|| show_all(values).into())
}

/// A value as it was written.
pub(in crate::model) fn show(value: &Value) -> String {
    show_all(std::slice::from_ref(value))
}

/// Values joined by commas, as they were written.
pub(in crate::model) fn show_all(values: &[Value]) -> String {
    let mut text = String::new();
    show_into(values, &mut text);
    text
}

fn show_into(values: &[Value], text: &mut String) {
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        match value {
            Value::Word(word) => text.push_str(&word.text),
            Value::Nested(nested) => {
                let (open, values, close) = match &**nested {
                    Nested::List(list, _) => ('[', list, ']'),
                    Nested::Call(name, arguments, _) => {
                        text.push_str(&name.text);
                        ('(', arguments, ')')
                    }
                };
                text.push(open);
                show_into(values, text);
                text.push(close);
            }
        }
    }
}
