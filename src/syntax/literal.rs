//! Judging words: addresses, prefixes, ranges, ports, endpoints, versions, strings.
//!
//! A [`Fault`] says which bytes of the word are wrong, so that of a bad prefix only the bad half is underlined.

use crate::diagnostic::Diagnostic;
use crate::net::{AddressSet, PortSet};
use crate::syntax::ast::Word;
use ipnet::{IpNet, Ipv4Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is wrong with a literal, and with which of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The diagnostic's code.
    pub code: &'static str,
    /// The first wrong byte of the word.
    pub start: usize,
    /// One past the last wrong byte.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Fault {
    fn new(code: &'static str, range: (usize, usize), message: impl Into<String>) -> Self {
        Self { code, start: range.0, end: range.1, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn shifted(mut self, by: usize) -> Self {
        self.start += by;
        self.end += by;
        self
    }

    /// The fault as a diagnostic at its part of the word.
    pub fn at(self, word: &Word) -> Diagnostic {
        Diagnostic::error(self.code, word.part(self.start, self.end), self.message).maybe_help(self.help)
    }
}

/// The text of a string literal without its quotes and escapes; none where `text` is no string, or is more than one.
///
/// ```
/// use fnet::syntax::literal::unquote;
/// assert_eq!(unquote(r#""a\"b""#).as_deref(), Some("a\"b"));
/// assert_eq!(unquote("a"), None);
/// ```
pub fn unquote(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?;
    let mut plain = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    loop {
        match chars.next()? {
            '"' => return chars.as_str().is_empty().then_some(plain),
            '\\' => match chars.next()? {
                'n' => plain.push('\n'),
                't' => plain.push('\t'),
                'u' => {
                    let rest = chars.as_str().strip_prefix('{')?;
                    let (digits, rest) = rest.split_once('}')?;
                    plain.push(u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)?);
                    chars = rest.chars();
                }
                other => plain.push(other),
            },
            other => plain.push(other),
        }
    }
}

/// What a word shaped like an address turns out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressLiteral {
    /// One address.
    Address(IpAddr),
    /// A prefix without host bits.
    Prefix(IpNet),
    /// Every address from the first to the last.
    Range(IpAddr, IpAddr),
}

impl AddressLiteral {
    /// Its addresses.
    pub fn set(&self) -> AddressSet {
        match self {
            Self::Address(address) => (*address).into(),
            Self::Prefix(prefix) => (*prefix).into(),
            Self::Range(first, last) => AddressSet::range(*first, *last),
        }
    }
}

/// Reads a word that looks like an address, prefix or range, right or wrong; none where it does not.
///
/// ```
/// use fnet::syntax::literal::if_address;
/// assert!(if_address("10.0.0.0/16").unwrap().is_ok());
/// assert!(if_address("10.0.0.0/99").unwrap().is_err());
/// assert!(if_address("hub").is_none());
/// ```
pub fn if_address(text: &str) -> Option<Result<AddressLiteral, Fault>> {
    if let Some(literal) = dotted(text.as_bytes()) {
        return Some(Ok(literal));
    }
    looks_like_address(text).then(|| address(text))
}

/// An IPv4 address or prefix that is right, as nearly all are, in one pass; none for anything else.
fn dotted(text: &[u8]) -> Option<AddressLiteral> {
    let mut rest = text;
    let mut number = |most: u32| {
        let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let value = rest[..digits].iter().fold(0, |value, byte| value * 10 + u32::from(byte - b'0'));
        let plain = (1..=3).contains(&digits) && value <= most && (digits == 1 || rest[0] != b'0');
        let sign = rest.get(digits).copied();
        rest = rest.get(digits + 1..).unwrap_or_default();
        plain.then_some((value, sign))
    };
    let mut bits = 0;
    for at in 0..4 {
        let (value, sign) = number(255)?;
        bits = bits << 8 | value;
        match (at, sign) {
            (0..=2, Some(b'.')) | (3, Some(b'/')) => {}
            (3, None) => return Some(AddressLiteral::Address(Ipv4Addr::from(bits).into())),
            _ => return None,
        }
    }
    let (length, None) = number(32)? else { return None };
    let net = Ipv4Net::new(Ipv4Addr::from(bits), length as u8).ok()?;
    (net.network() == net.addr()).then(|| AddressLiteral::Prefix(net.into()))
}

/// Does a word look like an address, prefix or address range, right or wrong?
pub fn looks_like_address(text: &str) -> bool {
    let head = text.split(['/', '-']).next().unwrap_or(text);
    let dotted = head.starts_with(|c: char| c.is_ascii_digit())
        && head.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && match head.bytes().filter(|byte| *byte == b'.').count() {
            0 => false,
            3 => true,
            _ => text.contains('/'),
        };
    dotted || looks_like_v6(head)
}

fn looks_like_v6(head: &str) -> bool {
    if !head.bytes().any(|byte| byte == b':') {
        return false;
    }
    let inner = head.trim_start_matches('[').trim_end_matches(']');
    inner.contains("::") || inner.matches(':').count() >= 7
}

/// Reads an address, prefix or range.
///
/// ```
/// use fnet::syntax::literal::address;
/// assert!(address("10.0.0.0/16").is_ok());
/// let fault = address("10.0.0.0/99").unwrap_err();
/// assert_eq!((fault.start, fault.end), (9, 11)); // only the length is wrong
/// ```
pub fn address(text: &str) -> Result<AddressLiteral, Fault> {
    if let Some(literal) = dotted(text.as_bytes()) {
        return Ok(literal);
    }
    if let Some((head, length)) = text.split_once('/') {
        return prefix(head, length).map(AddressLiteral::Prefix);
    }
    if let Some((first, last)) = text.split_once('-') {
        let a = single(first)?;
        let b = single(last).map_err(|fault| fault.shifted(first.len() + 1))?;
        let whole = (0, text.len());
        if a.is_ipv4() != b.is_ipv4() {
            return Err(Fault::new("FN0110", whole, "an address range cannot mix IPv4 and IPv6"));
        }
        if a > b {
            let fault = Fault::new("FN0110", whole, format!("the range ends before it begins: {a} is above {b}"));
            return Err(fault.help(format!("write `{b}-{a}`")));
        }
        return Ok(AddressLiteral::Range(a, b));
    }
    single(text).map(AddressLiteral::Address)
}

fn prefix(head: &str, length: &str) -> Result<IpNet, Fault> {
    let address = single(head)?;
    let at = (head.len() + 1, head.len() + 1 + length.len());
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits: u8 = match length.parse() {
        Ok(bits) if bits <= most && !length.starts_with('+') => bits,
        _ if length.is_empty() => {
            return Err(Fault::new(
                "FN0110",
                (head.len(), at.1),
                format!("the prefix length is missing (0 to {most})"),
            ));
        }
        _ => {
            let kind = if most == 32 { "IPv4" } else { "IPv6" };
            return Err(Fault::new(
                "FN0110",
                at,
                format!("`/{length}` is not a prefix length: {kind} has 0 to {most}"),
            ));
        }
    };
    let net = IpNet::new(address, bits).map_err(|_| Fault::new("FN0110", at, "not a prefix length"))?;
    if net.addr() != net.network() {
        let fault = Fault::new("FN0111", (0, head.len()), format!("{address} is inside the prefix, not its start"));
        return Err(fault.help(format!("write `{}/{bits}`, or `{address}` for the one address", net.network())));
    }
    Ok(net)
}

fn single(text: &str) -> Result<IpAddr, Fault> {
    let whole = (0, text.len());
    if looks_like_v6(text) || text.contains(':') {
        return text
            .parse::<Ipv6Addr>()
            .map(IpAddr::V6)
            .map_err(|_| Fault::new("FN0110", whole, format!("`{text}` is not an IPv6 address")));
    }
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Ok(address.into());
    }
    let parts: Vec<&str> = text.split('.').collect();
    let mut at = 0;
    for part in &parts {
        let here = (at, at + part.len());
        at += part.len() + 1;
        if part.is_empty() && parts.len() == 4 {
            return Err(Fault::new("FN0110", whole, format!("`{text}` lacks a number between two dots")));
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit()) {
            let fault = Fault::new("FN0110", here, format!("`{part}` has a leading zero"));
            return Err(fault.help(format!("write `{}`", part.trim_start_matches('0').parse::<u32>().unwrap_or(0))));
        }
        if part.parse::<u16>().is_ok_and(|n| n > 255) || (part.bytes().all(|b| b.is_ascii_digit()) && part.len() > 3) {
            return Err(Fault::new("FN0110", here, format!("`{part}` is above 255")));
        }
    }
    Err(Fault::new("FN0110", whole, format!("`{text}` is not an IPv4 address: that is four numbers with dots")))
}

/// Reads ports: `443`, `8000-8999`, `80,443`, `*`.
///
/// ```
/// use fnet::syntax::literal::ports;
/// assert_eq!(ports("80,8000-8999").unwrap().to_string(), "80,8000-8999");
/// assert_eq!(ports("70000").unwrap_err().code, "FN0112");
/// ```
pub fn ports(text: &str) -> Result<PortSet, Fault> {
    let mut ranges = Vec::new();
    let mut at = 0;
    for raw in text.split(',') {
        let lead = raw.len() - raw.trim_start().len();
        let item = raw.trim();
        let here = (at + lead, at + lead + item.len());
        at += raw.len() + 1;
        if item == "*" {
            ranges.push((0, u16::MAX));
            continue;
        }
        let (first, last) = item.split_once('-').unwrap_or((item, item));
        let first_port = port(first).map_err(|fault| fault.shifted(here.0))?;
        let last_port = port(last).map_err(|fault| fault.shifted(here.1 - last.len()))?;
        if first_port > last_port {
            let fault = Fault::new("FN0112", here, format!("the range ends before it begins: {first} is above {last}"));
            return Err(fault.help(format!("write `{last}-{first}`")));
        }
        ranges.push((first_port, last_port));
    }
    Ok(PortSet::of(ranges))
}

fn port(text: &str) -> Result<u16, Fault> {
    let whole = (0, text.len());
    if text.is_empty() {
        return Err(Fault::new("FN0112", whole, "a port is missing"));
    }
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Fault::new("FN0112", whole, format!("`{text}` is not a port: that is a number from 0 to 65535")));
    }
    text.parse().map_err(|_| Fault::new("FN0112", whole, format!("`{text}` is above 65535, the highest port")))
}

/// A word taken apart at the colon that stands before its ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointParts<'w> {
    /// What stands before the colon, without the brackets of an IPv6 address.
    pub target: &'w str,
    /// The byte at which the target begins in the word.
    pub target_start: usize,
    /// What stands behind the colon, and where.
    pub ports: Option<(&'w str, usize)>,
}

/// Takes `TARGET:PORTS` apart; an IPv6 address has ports only behind brackets.
///
/// ```
/// use fnet::syntax::literal::endpoint;
/// assert_eq!(endpoint("10.2.0.4:1433").ports.unwrap().0, "1433");
/// assert_eq!(endpoint("[2001:db8::4]:443").target, "2001:db8::4");
/// assert_eq!(endpoint("[2001:db8::/64]:443").target, "2001:db8::/64");
/// assert_eq!(endpoint("2001:db8::4").ports, None);
/// assert_eq!(endpoint("fade:80").target, "fade");
/// ```
pub fn endpoint(text: &str) -> EndpointParts<'_> {
    if let Some(rest) = text.strip_prefix('[') {
        let (target, tail) = rest.split_once(']').unwrap_or((rest, ""));
        let ports = tail.strip_prefix(':').map(|ports| (ports, text.len() - ports.len()));
        return EndpointParts { target, target_start: 1, ports };
    }
    if !text.bytes().any(|byte| byte == b':') {
        return EndpointParts { target: text, target_start: 0, ports: None };
    }
    if looks_like_v6(text.split(['/', '-']).next().unwrap_or(text)) && !text.starts_with('"') {
        return EndpointParts { target: text, target_start: 0, ports: None };
    }
    let quoted = if text.starts_with('"') { end_of_string(text) } else { 0 };
    match text[quoted..].find(':') {
        Some(colon) => {
            let colon = quoted + colon;
            let ports = Some((&text[colon + 1..], colon + 1));
            EndpointParts { target: &text[..colon], target_start: 0, ports }
        }
        None => EndpointParts { target: text, target_start: 0, ports: None },
    }
}

/// The byte behind the string that `text` begins with.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The labels of a dotted name; a quoted first label keeps its dots.
///
/// ```
/// use fnet::syntax::literal::labels;
/// assert_eq!(labels("hub.functions"), ["hub", "functions"]);
/// assert_eq!(labels("\"My.App\".staging"), ["My.App", "staging"]);
/// ```
pub fn labels(text: &str) -> Vec<String> {
    if text.starts_with('"') {
        let end = end_of_string(text);
        let first = unquote(&text[..end]).unwrap_or_else(|| text[..end].to_string());
        let rest = text[end..].trim_start_matches('.');
        let rest = rest.split('.').filter(|label| !label.is_empty()).map(String::from);
        return std::iter::once(first).chain(rest).collect();
    }
    text.split('.').map(String::from).collect()
}

/// Is it a DNS name: labels of letters, digits, `-` and `_`, at least `least` of them?
pub fn is_host_name(text: &str, least: usize) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let good = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_' || c == '*' || c == '@')
    };
    text.len() <= 253 && text.split('.').count() >= least && text.split('.').all(good)
}

/// A version such as `3.0.10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

/// Reads a version of one to three numbers.
pub fn version(text: &str) -> Option<Version> {
    let mut numbers = text.splitn(3, '.').map(|n| n.parse().ok());
    let first = numbers.next()??;
    let mut next = || numbers.next().map_or(Some(0), |n| n);
    Some(Version(first, next()?, next()?))
}
