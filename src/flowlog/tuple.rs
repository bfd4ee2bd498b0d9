//! One tuple: the fields of a recorded flow, joined by commas.

use super::find::each;
use crate::net::Protocol;
use crate::platform::{FlowLogForm, Platform};
use std::net::{IpAddr, Ipv4Addr};

/// More fields than any form has.
const FIELDS: usize = 24;

/// From here on a time is in milliseconds: as seconds it would lie thousands of years ahead.
const MILLISECONDS: i64 = 100_000_000_000;

/// A flow as a log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedFlow {
    /// When, in milliseconds since 1970.
    pub time: i64,
    /// Its source.
    pub source: IpAddr,
    /// The port that it comes from.
    pub source_port: u16,
    /// Its destination.
    pub destination: IpAddr,
    /// The port that it goes to.
    pub port: u16,
    /// Its protocol; none for one that lines of rules cannot name.
    pub protocol: Option<Protocol>,
    /// Did it leave the interface, or arrive there?
    pub outbound: bool,
    /// Was it let pass?
    pub allowed: bool,
    /// Was it dropped because it was not encrypted, whatever the rules say?
    pub unencrypted: bool,
    /// Bytes of both ways since the last tuple of the same flow; 0 where none are told.
    pub bytes: u64,
}

/// What a key of a record stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Target,
    Group,
    Rule,
    Tuples,
}

/// The forms of logs, ready to read by.
#[derive(Clone, Debug)]
pub struct Forms {
    keys: Vec<(String, Key)>,
    forms: Vec<Form>,
    none: Vec<String>,
    platform: Vec<String>,
    resources: Vec<(String, ResourceKind)>,
}

#[derive(Clone, Debug)]
struct Form {
    title: String,
    time: usize,
    source: usize,
    source_port: usize,
    destination: usize,
    port: usize,
    protocol: usize,
    direction: usize,
    decision: usize,
    encryption: Option<usize>,
    bytes: Vec<usize>,
    protocols: Vec<(Vec<u8>, Protocol)>,
    /// Those that a single byte stands for.
    of_byte: Box<[Option<Protocol>; 256]>,
    /// Are protocols written as numbers? Then one may be met that has no word.
    numbered: bool,
    inbound: Words,
    outbound: Words,
    allowed: Words,
    denied: Words,
    unencrypted: Words,
}

/// Words that stand for one thing. Most are one letter long.
#[derive(Clone, Debug)]
struct Words {
    letters: Box<[bool; 256]>,
    longer: Vec<Vec<u8>>,
}

impl Words {
    fn of(words: &[String]) -> Self {
        let mut letters = Box::new([false; 256]);
        let mut longer = Vec::new();
        for word in words {
            match word.as_bytes() {
                [letter] => letters[usize::from(*letter)] = true,
                other => longer.push(other.to_vec()),
            }
        }
        Self { letters, longer }
    }

    #[inline]
    fn have(&self, field: &[u8]) -> bool {
        match field {
            [letter] => self.letters[usize::from(*letter)],
            _ => self.longer.iter().any(|word| word == field),
        }
    }
}

/// What a part of a resource's id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    /// A virtual network.
    Vnet,
    /// A subnet.
    Subnet,
}

impl Form {
    fn of(facts: &FlowLogForm) -> Option<Self> {
        let mut of_byte = Box::new([None; 256]);
        for (word, protocol) in &facts.protocols {
            if let [byte] = word.as_bytes() {
                of_byte[usize::from(*byte)] = Some(*protocol);
            }
        }
        Some(Self {
            of_byte,
            title: facts.title.clone(),
            time: facts.place("time")?,
            source: facts.place("source")?,
            source_port: facts.place("source-port")?,
            destination: facts.place("destination")?,
            port: facts.place("port")?,
            protocol: facts.place("protocol")?,
            direction: facts.place("direction")?,
            decision: facts.place("decision")?,
            encryption: facts.place("encryption"),
            bytes: ["bytes-sent", "bytes-received"].iter().filter_map(|field| facts.place(field)).collect(),
            protocols: facts.protocols.iter().map(|(word, of)| (word.as_bytes().to_vec(), *of)).collect(),
            numbered: facts.protocols.iter().all(|(word, _)| word.bytes().all(|b| b.is_ascii_digit())),
            inbound: Words::of(&facts.inbound),
            outbound: Words::of(&facts.outbound),
            allowed: Words::of(&facts.allowed),
            denied: Words::of(&facts.denied),
            unencrypted: Words::of(&facts.unencrypted),
        })
    }

    /// The protocol of a field: none where it is none of this form's, no protocol where lines of rules cannot name it.
    fn protocol(&self, field: &[u8]) -> Option<Option<Protocol>> {
        if let [byte] = field
            && let Some(protocol) = self.of_byte[usize::from(*byte)]
        {
            return Some(Some(protocol));
        }
        if let Some((_, protocol)) = self.protocols.iter().find(|(word, _)| word == field) {
            return Some(Some(*protocol));
        }
        (self.numbered && number(field, 255).is_some()).then_some(None)
    }
}

impl Forms {
    /// The forms that an edition knows.
    pub fn of(platform: &Platform) -> Self {
        let facts = platform.flow_logs();
        let key = |what: &str| match what {
            "target" => Some(Key::Target),
            "group" => Some(Key::Group),
            "rule" => Some(Key::Rule),
            "tuples" => Some(Key::Tuples),
            _ => None,
        };
        let keys = facts.iter().flat_map(|form| &form.keys).filter_map(|(what, name)| Some((name.clone(), key(what)?)));
        let kind = |what: &str| match what {
            "vnet" => Some(ResourceKind::Vnet),
            "subnet" => Some(ResourceKind::Subnet),
            _ => None,
        };
        let resources = facts.iter().flat_map(|form| &form.resources);
        Self {
            resources: resources.filter_map(|(what, name)| Some((name.clone(), kind(what)?))).collect(),
            keys: keys.collect(),
            forms: facts.iter().filter_map(|form| Form::of(form)).collect(),
            none: facts.iter().flat_map(|form| form.ruled_by_none.clone()).collect(),
            platform: facts.iter().flat_map(|form| form.ruled_by_platform.clone()).collect(),
        }
    }

    /// What people call the forms.
    pub fn titles(&self) -> Vec<&str> {
        self.forms.iter().map(|form| form.title.as_str()).collect()
    }

    /// Does the word stand for no rule?
    pub fn is_no_rule(&self, word: &str) -> bool {
        self.none.iter().any(|none| none.eq_ignore_ascii_case(word))
    }

    /// Does the word stand for a rule of the platform, which no list states?
    pub fn is_platform_rule(&self, word: &str) -> bool {
        self.platform.iter().any(|known| known.eq_ignore_ascii_case(word))
    }

    /// The name that the id of a resource has for one of its parts, such as that of its virtual network.
    pub fn named_in<'i>(&self, id: &'i str, kind: ResourceKind) -> Option<&'i str> {
        let mut parts = id.split('/');
        let stands_for =
            |part: &str| self.resources.iter().any(|(name, known)| *known == kind && name.eq_ignore_ascii_case(part));
        parts.by_ref().find(|part| stands_for(part))?;
        parts.next().filter(|name| !name.is_empty())
    }

    pub(super) fn key(&self, text: &str) -> Option<Key> {
        self.keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, key)| *key)
    }

    /// Reads a tuple: the first form counts of which its protocol is one.
    ///
    /// # Errors
    ///
    /// When it has the shape of no form; why, in words.
    pub(super) fn read(&self, bytes: &[u8]) -> Result<RecordedFlow, String> {
        let mut fields: [&[u8]; FIELDS] = [&[]; FIELDS];
        let (mut count, mut start) = (0, 0);
        each(bytes, b',', |comma| {
            fields[count] = &bytes[start..comma];
            (count, start) = (count + 1, comma + 1);
            // The last place is for what stands behind the last comma.
            count + 1 < FIELDS
        });
        fields[count] = &bytes[start..];
        count += 1;
        let fields = &fields[..count];
        let form = self.forms.iter().find_map(|form| {
            let protocol = form.protocol(fields.get(form.protocol)?)?;
            Some((form, protocol))
        });
        let Some((form, protocol)) = form else {
            return Err(match count {
                0..6 => format!("a tuple has more fields than {count}: `{}`", shown(bytes)),
                _ => format!("its protocol is none of a flow log: `{}`", shown(bytes)),
            });
        };
        let field = |at: usize| fields.get(at).copied().unwrap_or_default();
        let wrong = |what: &str, at: usize| format!("`{}` is no {what}", shown(field(at)));
        let time = number(field(form.time), i64::MAX as u64).ok_or_else(|| wrong("time", form.time))? as i64;
        let outbound = match field(form.direction) {
            field if form.outbound.have(field) => true,
            field if form.inbound.have(field) => false,
            _ => return Err(wrong("direction", form.direction)),
        };
        let allowed = match field(form.decision) {
            field if form.allowed.have(field) => true,
            field if form.denied.have(field) => false,
            _ => return Err(wrong("decision", form.decision)),
        };
        let address = |at: usize| address(field(at)).ok_or_else(|| wrong("address", at));
        // What has no ports may be written without any.
        let portless = !protocol.is_some_and(Protocol::has_ports);
        let port = |at: usize| match number(field(at), 65_535) {
            Some(port) => Ok(port as u16),
            None if portless => Ok(0),
            None => Err(wrong("port", at)),
        };
        let (source, destination) = (address(form.source)?, address(form.destination)?);
        if source.is_ipv4() != destination.is_ipv4() {
            return Err(format!("{source} and {destination} are of different families"));
        }
        Ok(RecordedFlow {
            time: if time < MILLISECONDS { time.saturating_mul(1000) } else { time },
            source,
            source_port: port(form.source_port)?,
            destination,
            port: port(form.port)?,
            protocol,
            outbound,
            allowed,
            unencrypted: form.encryption.is_some_and(|at| form.unencrypted.have(field(at))),
            bytes: form.bytes.iter().filter_map(|at| number(field(*at), u64::MAX)).fold(0, u64::saturating_add),
        })
    }
}

/// A field as it is told, and not too much of it.
fn shown(field: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(field).chars().take(60).collect();
    if text.len() < field.len() { format!("{text}…") } else { text }
}

/// A whole number that is not greater.
fn number(field: &[u8], greatest: u64) -> Option<u64> {
    // Nineteen digits never overflow, and no log counts further.
    if field.is_empty() || field.len() > 19 {
        return None;
    }
    let mut value = 0u64;
    for byte in field {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    (value <= greatest).then_some(value)
}

/// An address of either family.
fn address(field: &[u8]) -> Option<IpAddr> {
    let (mut parts, mut part, mut digits, mut dots) = (0u32, 0u32, 0, 0);
    for byte in field {
        match byte {
            // A zero in front may mean another base: no address is written so.
            b'0'..=b'9' if digits < 3 && (digits == 0 || part > 0) => {
                part = part * 10 + u32::from(byte - b'0');
                digits += 1;
            }
            b'.' if digits > 0 && part < 256 && dots < 3 => {
                parts = parts << 8 | part;
                (part, digits, dots) = (0, 0, dots + 1);
            }
            _ => return std::str::from_utf8(field).ok()?.parse().ok(),
        }
    }
    if dots != 3 || digits == 0 || part > 255 {
        return std::str::from_utf8(field).ok()?.parse().ok();
    }
    Some(IpAddr::V4(Ipv4Addr::from(parts << 8 | part)))
}
