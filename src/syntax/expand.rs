//! `let`, `for`, `${name}` and `nth(…)`: everything that is put together before it is judged.

use super::ast::*;
use super::literal::{self, AddressLiteral};
use super::substitute::Substitution;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;
use indexmap::IndexMap;
use ipnet::IpNet;

/// How many rounds all loops of a text may make together.
const ROUNDS: usize = 10_000;

/// What `let` named so far.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The values by name, with the place of the name.
    pub lets: IndexMap<Box<str>, (Values, Span)>,
    rounds: usize,
}

/// Replaces `for` by its rounds, and `${name}` and `nth(…)` by what they stand for. `let` is taken into the scope
/// and stays a statement, so that it can be shown.
pub fn expand(statements: Vec<Statement>, scope: &mut Scope, diagnostics: &mut Vec<Diagnostic>) -> Vec<Statement> {
    let mut out = Vec::with_capacity(statements.len());
    for statement in statements {
        expand_statement(statement, scope, diagnostics, &mut out);
    }
    out
}

fn expand_statement(
    statement: Statement,
    scope: &mut Scope,
    diagnostics: &mut Vec<Diagnostic>,
    out: &mut Vec<Statement>,
) {
    match statement {
        Statement::For(each) => {
            for value in rounds(&each.name, &each.values, each.span, scope, diagnostics) {
                let substitution = Substitution { name: &each.name.text, value: &value };
                for inner in &each.body {
                    expand_statement(substitution.statement(inner), scope, diagnostics, out);
                }
            }
        }
        Statement::Check { title, body, span } => {
            let body = expand(body, scope, diagnostics);
            out.push(Statement::Check { title, body, span });
        }
        Statement::Let { name, values } => {
            let values: Values = calls(values, diagnostics).into_iter().collect();
            let mut opened = Vec::new();
            values.iter().for_each(|value| open(value, scope, &mut opened));
            scope.lets.insert((&*name.text).into(), (opened.into_iter().collect(), name.span()));
            out.push(Statement::Let { name, values });
        }
        Statement::Declaration(d) => out.push(Statement::Declaration(declaration(d, scope, diagnostics))),
        Statement::Amend(d) => out.push(Statement::Amend(declaration(d, scope, diagnostics))),
        other => out.push(other),
    }
}

/// Takes lists apart and puts what the names above stand for in their place. A name that stands further down, or the
/// very one that is being given, is none here.
fn open(value: &Value, scope: &Scope, opened: &mut Vec<Value>) {
    match value {
        Value::Word(word) => match scope.lets.get(&*word.text) {
            Some((values, _)) => opened.extend(values.iter().cloned()),
            None => opened.push(value.clone()),
        },
        Value::Nested(nested) => match &**nested {
            Nested::List(list, _) => list.iter().for_each(|value| open(value, scope, opened)),
            Nested::Call(..) => opened.push(value.clone()),
        },
    }
}

fn declaration(mut d: Declaration, scope: &mut Scope, diagnostics: &mut Vec<Diagnostic>) -> Declaration {
    for part in &mut d.head {
        if let Part::Values(values) = part {
            replace_calls(values, diagnostics);
        }
    }
    // A call that is no prefix is reported and leaves nothing: a part of a head has values, or is not there.
    d.head.retain(|part| !matches!(part, Part::Values(values) if values.is_empty()));
    if let Some(block) = &mut d.block {
        block.items = items(std::mem::take(&mut block.items), scope, diagnostics);
    }
    d
}

fn items(list: Vec<Item>, scope: &mut Scope, diagnostics: &mut Vec<Diagnostic>) -> Vec<Item> {
    let mut out = Vec::with_capacity(list.len());
    for item in list {
        match item {
            Item::For(each) => {
                for value in rounds(&each.name, &each.values, each.span, scope, diagnostics) {
                    let substitution = Substitution { name: &each.name.text, value: &value };
                    let body = each.body.iter().map(|item| substitution.item(item)).collect();
                    out.append(&mut items(body, scope, diagnostics));
                }
            }
            Item::Entry(mut entry) => {
                entry.groups.iter_mut().for_each(|group| replace_calls(group, diagnostics));
                if let Some(block) = &mut entry.block {
                    block.items = items(std::mem::take(&mut block.items), scope, diagnostics);
                }
                out.push(Item::Entry(entry));
            }
            Item::Rule(mut line) => {
                replace_calls(&mut line.source, diagnostics);
                line.destination.iter_mut().for_each(|values| replace_calls(values, diagnostics));
                out.push(Item::Rule(line));
            }
            other => out.push(other),
        }
    }
    out
}

/// The texts that a loop runs over.
fn rounds(
    name: &Word,
    values: &Values,
    span: Span,
    scope: &mut Scope,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut all = Vec::new();
    for value in values {
        round_of(value, scope, diagnostics, &mut all);
    }
    let before = scope.rounds;
    scope.rounds += all.len();
    if scope.rounds > ROUNDS {
        // One word on it is enough, however many loops are still to come.
        if before > ROUNDS {
            return Vec::new();
        }
        let message = format!("`for` makes more than {ROUNDS} rounds in all");
        diagnostics.push(Diagnostic::error("FN0004", name.span().to(span), message));
        return Vec::new();
    }
    all
}

fn round_of(value: &Value, scope: &Scope, diagnostics: &mut Vec<Diagnostic>, all: &mut Vec<String>) {
    match value {
        Value::Nested(nested) => match &**nested {
            Nested::List(list, _) => list.iter().for_each(|v| round_of(v, scope, diagnostics, all)),
            Nested::Call(..) => {
                for value in calls([value.clone()], diagnostics) {
                    all.extend(value.word().map(|word| word.text.to_string()));
                }
            }
        },
        Value::Word(word) => {
            if let Some((first, last)) = word.text.split_once("..") {
                match (first.parse::<i64>(), last.parse::<i64>()) {
                    (Ok(a), Ok(b)) if a > b => {
                        let message = format!("the range ends before it begins: {a} is above {b}");
                        diagnostics
                            .push(Diagnostic::error("FN0109", word.span(), message).help(format!("write `{b}..{a}`")));
                    }
                    (Ok(a), Ok(b)) if b.saturating_sub(a) < ROUNDS as i64 * 2 => {
                        all.extend((a..=b).map(|n| n.to_string()))
                    }
                    (Ok(_), Ok(_)) => all.resize(all.len() + ROUNDS + 1, String::new()),
                    _ => {
                        let message = format!("`{}` is not a range of whole numbers", word.text);
                        diagnostics.push(Diagnostic::error("FN0109", word.span(), message).help("write `1..20`"));
                    }
                }
            } else if let Some((values, _)) = scope.lets.get(&*word.text) {
                values.iter().for_each(|v| round_of(v, scope, diagnostics, all));
            } else {
                all.push(word.text.to_string());
            }
        }
    }
}

/// Replaces `nth(PREFIX, LENGTH, INDEX)` by the prefix that it means.
fn calls(values: impl IntoIterator<Item = Value>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Value> {
    let value = |value| match value {
        Value::Nested(nested) => match *nested {
            Nested::Call(name, arguments, span) => match call(&name, &arguments, span) {
                Ok(prefix) => Some(Value::Word(Word::new(prefix.to_string(), span))),
                Err(diagnostic) => {
                    diagnostics.push(diagnostic);
                    None
                }
            },
            Nested::List(list, span) => Some(Value::list(calls(list, diagnostics), span)),
        },
        word => Some(word),
    };
    values.into_iter().filter_map(value).collect()
}

/// The same in place, where there is anything to replace.
fn replace_calls(values: &mut Values, diagnostics: &mut Vec<Diagnostic>) {
    if values.iter().any(|value| matches!(value, Value::Nested(_))) {
        *values = calls(std::mem::take(values), diagnostics).into_iter().collect();
    }
}

fn call(name: &Word, arguments: &[Value], span: Span) -> Result<IpNet, Diagnostic> {
    let wrong = |message: String| {
        Diagnostic::error("FN0109", span, message).help("write `nth(10.0.0.0/8, 16, 3)`: prefix, length, index from 0")
    };
    if &*name.text != "nth" {
        let message = format!("`{}` is not a function; the only one is `nth`", name.text);
        return Err(Diagnostic::error("FN0101", name.span(), message).maybe_help(did_you_mean(&name.text, ["nth"])));
    }
    let [Value::Word(prefix), Value::Word(length), Value::Word(index)] = arguments else {
        return Err(wrong("`nth` takes a prefix, a length and an index".into()));
    };
    let net = match literal::address(&prefix.text).map_err(|fault| fault.at(prefix))? {
        AddressLiteral::Prefix(net) => net,
        _ => return Err(wrong(format!("`{}` is not a prefix", prefix.text))),
    };
    let length: u8 = length.text.parse().map_err(|_| wrong(format!("`{}` is not a prefix length", length.text)))?;
    let index: u128 = index.text.parse().map_err(|_| wrong(format!("`{}` is not an index", index.text)))?;
    if length < net.prefix_len() || length > net.max_prefix_len() {
        return Err(wrong(format!("`{net}` has no subnets of length /{length}")));
    }
    let bits = u32::from(length - net.prefix_len());
    if bits < 128 && index >> bits != 0 {
        return Err(wrong(format!("`{net}` has only {} subnets of length /{length}", 1u128 << bits)));
    }
    let shift = u32::from(net.max_prefix_len() - length);
    let step = index.checked_shl(shift).unwrap_or(0);
    let address = match net.network() {
        std::net::IpAddr::V4(a) => std::net::IpAddr::V4((u32::from(a) + step as u32).into()),
        std::net::IpAddr::V6(a) => std::net::IpAddr::V6((u128::from(a) + step).into()),
    };
    IpNet::new(address, length).map_err(|_| wrong("not a prefix".into()))
}
