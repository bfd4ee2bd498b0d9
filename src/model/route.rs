//! Route tables.

use super::fields::{Lowering, Shape, one};
use super::lower::Reading;
use super::*;
use crate::diagnostic::{Diagnostic, Wanted, did_you_mean};
use crate::syntax::ast::{RouteLine, Value, Word};
use crate::syntax::literal::{self, AddressLiteral};
use ipnet::IpNet;
use std::net::IpAddr;

/// What a route is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteTarget {
    /// A prefix.
    Prefix(IpNet),
    /// A service tag.
    Tag(TagRef),
}

/// Where a user-defined route sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserHop {
    /// To the appliance at this address.
    Appliance(IpAddr),
    /// To the network's gateway.
    Gateway,
    /// Within the virtual network.
    Vnet,
    /// To the internet.
    Internet,
    /// Nowhere: the packet is dropped.
    None,
}

/// A line `PREFIX -> HOP`.
#[derive(Clone, Debug)]
pub struct UserRoute {
    /// What it is for.
    pub target: RouteTarget,
    /// Where it sends.
    pub hop: UserHop,
    /// Its name.
    pub name: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// The line, in one spelling.
    pub text: String,
}

/// `route-table NAME { … }`.
#[derive(Clone, Debug)]
pub struct RouteTable {
    /// Name, place, region and subscription.
    pub head: Head,
    /// Its routes, in order.
    pub routes: Vec<UserRoute>,
    /// Does it take in the routes of gateways?
    pub bgp_propagation: Option<Stated<bool>>,
}

impl RouteTable {
    pub(super) fn read(mut r: Reading<'_>, cx: &mut Lowering<'_>) -> Self {
        const SHAPE: Shape = Shape {
            kind: "route-table",
            properties: &[one("region"), one("subscription"), one("tags"), one("bgp-propagation")],
            rules: false,
            routes: true,
        };
        let f = r.fields(&SHAPE, cx);
        r.no_more(1, cx);
        Self {
            routes: f.routes.iter().filter_map(|line| route(line, cx)).collect(),
            bgp_propagation: f.switch("bgp-propagation", cx),
            head: r.head,
        }
    }
}

fn route(line: &RouteLine, cx: &mut Lowering<'_>) -> Option<UserRoute> {
    let word = line.prefix.word()?;
    let target = if literal::looks_like_address(&word.text) {
        match literal::address(&word.text) {
            Ok(AddressLiteral::Prefix(prefix)) => RouteTarget::Prefix(prefix),
            Ok(AddressLiteral::Address(address)) => RouteTarget::Prefix(address.into()),
            Ok(AddressLiteral::Range(..)) => {
                cx.report(Diagnostic::error("FN0109", word.span(), "a route is for a prefix, and this is a range"));
                return None;
            }
            Err(fault) => {
                cx.report(fault.at(word));
                return None;
            }
        }
    } else if let Some((tag, region)) = cx.platform.tag(&word.text) {
        RouteTarget::Tag(TagRef { name: tag.name.clone(), region, text: word.text.to_string() })
    } else {
        let message = format!("`{}` is neither a prefix nor a service tag", word.text);
        let help = did_you_mean(&word.text, cx.platform.tag_names());
        cx.report(Diagnostic::error("FN0109", word.span(), message).maybe_help(help));
        return None;
    };
    let hop = hop(&line.hop, line.target.as_ref(), cx)?;
    let name = line.alias.as_ref().map(Word::plain);
    let shown = line.target.as_ref().map(|value| format!(" {}", fields::show(value))).unwrap_or_default();
    let text = format!("{} -> {}{shown}", word.text, line.hop.text);
    Some(UserRoute { target, hop, name, span: line.span, text })
}

/// The hops of a user route, as the language calls them.
const HOPS: &[&str] = &["appliance", "gateway", "vnet", "internet", "none"];

/// Reports a word that is no hop: whether it is one that only the platform's own routes have, or none at all.
fn no_hop(word: &Word, cx: &mut Lowering<'_>) {
    let text = word.plain();
    let own = cx.platform.words("hops-of-the-platform").iter().any(|own| own.eq_ignore_ascii_case(&text));
    let rule = if own { "route.udr.forbidden-hop-types" } else { "route.udr.hop-types" };
    let message = format!("a user route cannot lead to `{text}`");
    let refused = fields::refused_by(cx.platform, rule, "FN0109", word.span(), message);
    let near = did_you_mean(&text, HOPS.iter().copied()).filter(|_| !own);
    let wanted = Wanted::Words(HOPS.iter().map(|hop| hop.to_string()).collect());
    cx.report(refused.maybe_help(near).wanted(wanted));
}

fn hop(word: &Word, target: Option<&Value>, cx: &mut Lowering<'_>) -> Option<UserHop> {
    let Some(at) = HOPS.iter().position(|hop| word.plain().eq_ignore_ascii_case(hop)) else {
        no_hop(word, cx);
        return None;
    };
    if let (Some(extra), true) = (target, at != 0) {
        let message = format!("`{}` takes no address", word.text);
        cx.report(Diagnostic::error("FN0109", extra.span(), message));
    }
    Some(match at {
        0 => {
            let Some(Value::Word(target)) = target else {
                let message = "`appliance` lacks its address";
                cx.report(
                    Diagnostic::error("FN0116", word.span(), message).help("write `appliance 10.0.0.4`, or its name"),
                );
                return None;
            };
            if literal::looks_like_address(&target.text) {
                UserHop::Appliance(fields::one_address(target, cx)?.value)
            } else {
                UserHop::Appliance(named_appliance(target, cx)?)
            }
        }
        1 => UserHop::Gateway,
        2 => UserHop::Vnet,
        3 => UserHop::Internet,
        _ => UserHop::None,
    })
}

/// The address of a declared appliance or load balancer: an alias that [`lower`] replaces later would need a second
/// pass, so the address is read from its head.
fn named_appliance(word: &Word, cx: &mut Lowering<'_>) -> Option<IpAddr> {
    let thing = cx.refer(word, &[Kind::Appliance, Kind::LoadBalancer])?;
    let address = cx.head_addresses.get(&thing.value).copied();
    if address.is_none() {
        let message = format!("`{}` has no address", word.plain());
        cx.report(Diagnostic::error("FN0116", word.span(), message));
    }
    address
}
