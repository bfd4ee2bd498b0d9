//! Address sets as they are written: literals, tags, groups and names, joined by commas, with ports behind the last.

use super::fields::{Lowering, open};
use super::*;
use crate::diagnostic::{Diagnostic, Wanted, did_you_mean};
use crate::net::{AddressSet, PortSet};
use crate::syntax::ast::{Few, Text, Value, Word, span_of};
use crate::syntax::literal::{self, AddressLiteral};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

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

impl TagRef {
    /// Is all that the other tag holds in this one? The whole tag holds its regional forms.
    pub fn holds(&self, other: &TagRef) -> bool {
        self.name == other.name && (self.region.is_none() || self.region == other.region)
    }
}

/// One member of an address set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// `*`.
    Any,
    /// Literal addresses.
    Literal(Literal),
    /// A service tag.
    Tag(Arc<TagRef>),
    /// An application security group.
    Asg(AsgId),
    /// What a declared thing has for addresses.
    Thing(Thing),
}

/// Addresses as a script states them one by one, prefix or range: small, because large models have many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal(Room);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Room {
    Four(Ipv4Addr, Ipv4Addr),
    Six(Box<(Ipv6Addr, Ipv6Addr)>),
}

impl Literal {
    /// Its addresses.
    pub fn set(&self) -> AddressSet {
        match &self.0 {
            Room::Four(first, last) => AddressSet::range((*first).into(), (*last).into()),
            Room::Six(six) => AddressSet::range(six.0.into(), six.1.into()),
        }
    }
}

impl From<AddressLiteral> for Literal {
    fn from(literal: AddressLiteral) -> Self {
        let (first, last) = match literal {
            AddressLiteral::Address(address) => (address, address),
            AddressLiteral::Prefix(prefix) => (prefix.network(), prefix.broadcast()),
            AddressLiteral::Range(first, last) => (first, last),
        };
        match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => Self(Room::Four(first, last)),
            (first, last) => {
                let six = |address: IpAddr| match address {
                    IpAddr::V4(four) => four.to_ipv6_mapped(),
                    IpAddr::V6(six) => six,
                };
                Self(Room::Six(Box::new((six(first), six(last)))))
            }
        }
    }
}

/// An address set as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressExpr {
    /// Its members.
    pub terms: Few<Term>,
    /// The words.
    pub text: Text,
    /// Where it stands.
    pub span: Span,
}

impl AddressExpr {
    /// Every address.
    pub fn any(span: Span) -> Self {
        Self { terms: Term::Any.into(), text: "*".into(), span }
    }
}

/// One side of a rule: addresses and ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The addresses.
    pub addresses: AddressExpr,
    /// The ports.
    pub ports: Arc<PortSet>,
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
    let mut words = Vec::new();
    values.iter().for_each(|value| open_endpoint(value, cx, &mut words));
    let mut ports = None;
    let mut sound = true;
    let last = words.len().saturating_sub(1);
    let term_of = |(at, word): (usize, &Word)| {
        let parts = literal::endpoint(&word.text);
        if let Some((text, start)) = parts.ports {
            if at < last {
                let message = "one list of ports stands behind the last address and holds for all";
                let place = word.part(start, start + text.len());
                cx.report(Diagnostic::error("FN0109", place, message).help("write two rules for two lists of ports"));
                sound = false;
            }
            match cx.kept.ports(text) {
                Ok(set) => ports = Some(set),
                Err(mut fault) => {
                    (fault.start, fault.end) = (fault.start + start, fault.end + start);
                    cx.report(fault.at(word));
                    sound = false;
                }
            }
        }
        let found = match parts.target.len() == word.text.len() {
            true => term(word, cx),
            false => term(&word.within(parts.target_start, parts.target_start + parts.target.len()), cx),
        };
        sound &= found.is_some();
        found
    };
    let terms: Few<Term> = words.iter().enumerate().filter_map(term_of).collect();
    let ports = ports.unwrap_or_else(|| cx.kept.every_port.clone());
    sound.then(|| Side { addresses: AddressExpr { terms, text: fields::shown(values), span }, ports })
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
pub(super) fn term(word: &Word, cx: &mut Lowering<'_>) -> Option<Term> {
    if &*word.text == "*" {
        return Some(Term::Any);
    }
    match literal::if_address(&word.text) {
        Some(Ok(literal)) => return Some(Term::Literal(literal.into())),
        Some(Err(fault)) => {
            cx.report(fault.at(word));
            return None;
        }
        None => {}
    }
    if let Some(known) = cx.kept.terms.get(&*word.text) {
        return Some(known.clone());
    }
    let named = named(word, cx);
    if let Some(term) = &named {
        cx.kept.terms.insert((&*word.text).into(), term.clone());
    }
    named
}

/// What a name or tag means; reported where it means nothing.
fn named(word: &Word, cx: &mut Lowering<'_>) -> Option<Term> {
    match cx.names.find(&word.text, ADDRESS_KINDS) {
        Ok(Thing::Asg(asg)) => return Some(Term::Asg(asg)),
        Ok(thing) => return Some(Term::Thing(thing)),
        Err(trouble @ NameTrouble::Ambiguous(_)) => {
            cx.report(name_trouble(&cx.names, word, ADDRESS_KINDS, trouble));
            return None;
        }
        Err(_) => {}
    }
    if let Some((tag, region)) = cx.platform.tag(&word.text) {
        return Some(Term::Tag(Arc::new(TagRef { name: tag.name.clone(), region, text: word.text.to_string() })));
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
    let wanted = Wanted::Addresses(fields::words_of(ADDRESS_KINDS));
    cx.report(Diagnostic::error("FN0113", word.span(), message).maybe_help(help).wanted(wanted));
    None
}
