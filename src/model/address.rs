//! Address sets as they are written: literals, tags, groups and names, joined by commas, with ports behind the last.

use super::fields::{Lowering, open, show_all};
use super::*;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::net::{AddressSet, PortSet};
use crate::syntax::ast::{Value, Word, span_of};
use crate::syntax::literal;

/// A service tag, with its region where one is named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TagRef {
    /// The tag's documented name.
    pub name: String,
    /// The region, in lower case.
    pub region: Option<String>,
    /// The tag as it was written.
    pub text: String,
}

/// One member of an address set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// `*`.
    Any,
    /// Literal addresses.
    Set(AddressSet),
    /// A service tag.
    Tag(TagRef),
    /// An application security group.
    Asg(AsgId),
    /// What a declared thing has for addresses.
    Thing(Thing),
}

/// An address set as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressExpr {
    /// Its members.
    pub terms: Vec<Term>,
    /// The words.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl AddressExpr {
    /// Every address.
    pub fn any(span: Span) -> Self {
        Self { terms: vec![Term::Any], text: "*".into(), span }
    }

    /// Literal addresses under the words that name them.
    pub fn literal(set: AddressSet, text: impl Into<String>, span: Span) -> Self {
        Self { terms: vec![Term::Set(set)], text: text.into(), span }
    }
}

/// One side of a rule: addresses and ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The addresses.
    pub addresses: AddressExpr,
    /// The ports.
    pub ports: PortSet,
}

/// The kinds of which an address set may name a member.
pub(crate) const ADDRESS_KINDS: &[Kind] = &[
    Kind::Vnet,
    Kind::Subnet,
    Kind::Host,
    Kind::App,
    Kind::OnPremises,
    Kind::Asg,
    Kind::Appliance,
    Kind::PrivateEndpoint,
    Kind::LoadBalancer,
    Kind::DnsServer,
];

/// Values joined by commas as an address set without ports.
pub(super) fn expr(values: &[Value], cx: &mut Lowering<'_>) -> Option<AddressExpr> {
    let side = side(values, cx)?;
    if !side.ports.is_all() {
        let message = "ports cannot stand here";
        cx.report(Diagnostic::error("FN0109", side.addresses.span, message));
    }
    Some(side.addresses)
}

/// Values joined by commas as one side of a rule; the ports stand behind the last address and hold for all.
pub(super) fn side(values: &[Value], cx: &mut Lowering<'_>) -> Option<Side> {
    let span = span_of(values)?;
    let text = show_all(values);
    let mut words = Vec::new();
    values.iter().for_each(|value| open_endpoint(value, cx, &mut words));
    let mut terms = Vec::new();
    let mut ports = PortSet::all();
    let mut sound = true;
    let last = words.len().saturating_sub(1);
    for (at, word) in words.iter().enumerate() {
        let parts = literal::endpoint(&word.text);
        if let Some((text, start)) = parts.ports {
            if at < last {
                let message = "one list of ports stands behind the last address and holds for all";
                let place = word.part(start, start + text.len());
                cx.report(Diagnostic::error("FN0109", place, message).help("write two rules for two lists of ports"));
                sound = false;
            }
            match literal::ports(text) {
                Ok(set) => ports = set,
                Err(mut fault) => {
                    (fault.start, fault.end) = (fault.start + start, fault.end + start);
                    cx.report(fault.at(word));
                    sound = false;
                }
            }
        }
        let end = parts.target_start + parts.target.len();
        let target = Word::new(parts.target, word.part(parts.target_start, end));
        match term(&target, cx) {
            Some(mut found) => terms.append(&mut found),
            None => sound = false,
        }
    }
    sound.then_some(Side { addresses: AddressExpr { terms, text, span }, ports })
}

/// Opens lists and `let` names; a `let` name may have ports behind it.
fn open_endpoint(value: &Value, cx: &mut Lowering<'_>, words: &mut Vec<Word>) {
    if let Value::Word(word) = value
        && !cx.scope.lets.is_empty()
    {
        let parts = literal::endpoint(&word.text);
        if let (Some((values, _)), Some((ports, _))) = (cx.scope.lets.get(parts.target), parts.ports) {
            let mut inner = Vec::new();
            values.clone().iter().for_each(|value| open(value, cx, &mut inner));
            if let Some(last) = inner.last_mut() {
                // An IPv6 address has ports only behind brackets.
                let six = last.text.matches(':').count() > 1 && !last.text.starts_with(['[', '"']);
                let text = if six { format!("[{}]:{ports}", last.text) } else { format!("{}:{ports}", last.text) };
                *last = Word::new(text, word.span());
            }
            words.append(&mut inner);
            return;
        }
    }
    open(value, cx, words);
}

/// What a word of an address set means; reported where it means nothing.
pub(super) fn term(word: &Word, cx: &mut Lowering<'_>) -> Option<Vec<Term>> {
    if &*word.text == "*" {
        return Some(vec![Term::Any]);
    }
    if literal::looks_like_address(&word.text) {
        return match literal::address(&word.text) {
            Ok(literal) => Some(vec![Term::Set(literal.set())]),
            Err(fault) => {
                cx.report(fault.at(word));
                None
            }
        };
    }
    match cx.names.find(&word.text, ADDRESS_KINDS) {
        Ok(Thing::Asg(asg)) => return Some(vec![Term::Asg(asg)]),
        Ok(thing) => return Some(vec![Term::Thing(thing)]),
        Err(trouble @ NameTrouble::Ambiguous(_)) => {
            cx.report(name_trouble(&cx.names, word, ADDRESS_KINDS, trouble));
            return None;
        }
        Err(_) => {}
    }
    if let Some((tag, region)) = cx.platform.tag(&word.text) {
        return Some(vec![Term::Tag(TagRef { name: tag.name.clone(), region, text: word.text.to_string() })]);
    }
    let star = matches!(word.text.to_lowercase().as_str(), "any" | "all").then(|| "did you mean `*`?".to_string());
    let names = cx.names.iter().filter(|(_, thing)| ADDRESS_KINDS.contains(&thing.kind())).map(|(name, _)| name);
    let tags = cx.platform.tag_names();
    let lets = cx.scope.lets.keys().map(|name| &**name);
    let help = star.or_else(|| did_you_mean(&word.text, names.chain(tags.iter().copied()).chain(lets)));
    // Microsoft has more tags than the standard library tells of.
    let looks_like_tag = word.text.starts_with(|c: char| c.is_ascii_uppercase()) && !word.text.contains(['-', '_']);
    let help = help.or_else(|| {
        looks_like_tag
            .then(|| "a tag of Microsoft's list is known behind `use tags \"ServiceTags_Public.json\"`".into())
    });
    let message = format!("`{}` is no address, no service tag and no declared name", word.plain());
    cx.report(Diagnostic::error("FN0113", word.span(), message).maybe_help(help));
    None
}
