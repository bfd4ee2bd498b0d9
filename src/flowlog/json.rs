//! Records of JSON: every key that the forms name is taken wherever it stands, before or behind the tuples, and holds for all
//! that stands beside and below it. A record is never made into values: what is kept of it while it is read are the places
//! of its tuples.

use super::frame::{Frame, Frames};
use super::tuple::{Forms, Key};
use super::{LogPlace, Sink, Surroundings};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::io::{self, Read};

/// Reads records of JSON.
pub(super) fn read(input: impl Read, forms: &Forms, sink: &mut dyn Sink) -> io::Result<()> {
    let mut frames = Frames::of(input);
    while let Some(frame) = frames.next()? {
        match frame {
            Frame::Malformed(place, what) => sink.malformed(place, what),
            Frame::Record(bytes, line) => record(bytes, line, forms, sink),
        }
    }
    Ok(())
}

fn record(bytes: &[u8], line: u64, forms: &Forms, sink: &mut dyn Sink) {
    let reading = Reading { forms, groups: RefCell::default(), tuples: RefCell::default() };
    let read = Below(&reading).deserialize(&mut serde_json::Deserializer::from_slice(bytes));
    let (groups, tuples) = (reading.groups.into_inner(), reading.tuples.into_inner());
    for (at, group) in groups.iter().enumerate() {
        sink.among(Surroundings {
            target: group.target.as_deref(),
            group: group.group.as_deref(),
            rule: group.rule.as_deref(),
        });
        let end = groups.get(at + 1).map_or(tuples.len(), |next| next.first);
        for tuple in &tuples[group.first..end] {
            match forms.read(tuple) {
                Ok(flow) => sink.flow(&flow),
                Err(what) => sink.malformed(place(tuple, bytes, line), &what),
            }
        }
    }
    if let Err(error) = read {
        let column = (error.column() > 0).then_some(error.column() as u64);
        let place = LogPlace { line: line + (error.line() as u64).saturating_sub(1), column };
        let words = error.to_string();
        // The place is told by the one who prints it.
        let words = words.split(" at line ").next().unwrap_or(&words);
        sink.malformed(place, &format!("{words}: the rest of the record is passed over"));
    }
}

/// Where a part of a record stands; a part with escapes is not one of it.
fn place(part: &[u8], record: &[u8], line: u64) -> LogPlace {
    let at = (part.as_ptr() as usize).wrapping_sub(record.as_ptr() as usize);
    let Some(before) = record.get(..at) else { return LogPlace { line, column: None } };
    let lines = before.iter().filter(|byte| **byte == b'\n').count() as u64;
    let column = at - before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1) + 1;
    // In the first line of a record what stands before it is not known.
    LogPlace { line: line + lines, column: (lines > 0).then_some(column as u64) }
}

/// A record that is being read.
struct Reading<'r, 'de> {
    forms: &'r Forms,
    groups: RefCell<Vec<Group<'de>>>,
    tuples: RefCell<Vec<Cow<'de, [u8]>>>,
}

/// An array of tuples, and the keys around it.
struct Group<'de> {
    /// The first of its tuples.
    first: usize,
    target: Option<Cow<'de, str>>,
    group: Option<Cow<'de, str>>,
    rule: Option<Cow<'de, str>>,
}

/// What stands at a place: anything.
struct Below<'r, 'de>(&'r Reading<'r, 'de>);

impl<'de> DeserializeSeed<'de> for Below<'_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// What a scalar is, nothing is made of.
macro_rules! ignore {
    ($($visit:ident: $kind:ty),*) => {
        $(fn $visit<E>(self, _: $kind) -> Result<(), E> { Ok(()) })*
    };
}

impl<'de> Visitor<'de> for Below<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record of a flow log")
    }

    ignore!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<(), A::Error> {
        while all.next_element_seed(Below(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let first = self.0.groups.borrow().len();
        let (mut target, mut group, mut rule) = (None, None, None);
        let mut read = || -> Result<(), A::Error> {
            while let Some(key) = map.next_key_seed(KeyOf(self.0.forms))? {
                match key {
                    Some(Key::Target) => target = map.next_value_seed(Text)?,
                    Some(Key::Group) => group = map.next_value_seed(Text)?,
                    Some(Key::Rule) => rule = map.next_value_seed(Text)?,
                    Some(Key::Tuples) => {
                        let first = self.0.tuples.borrow().len();
                        self.0.groups.borrow_mut().push(Group { first, target: None, group: None, rule: None });
                        map.next_value_seed(Tuples(self.0))?;
                    }
                    None => map.next_value_seed(Below(self.0))?,
                }
            }
            Ok(())
        };
        let read = read();
        // What stands closer to the tuples has been put there already.
        for below in &mut self.0.groups.borrow_mut()[first..] {
            below.target = below.target.take().or_else(|| target.clone());
            below.group = below.group.take().or_else(|| group.clone());
            below.rule = below.rule.take().or_else(|| rule.clone());
        }
        read
    }
}

/// A key: which of those that the forms name.
struct KeyOf<'r>(&'r Forms);

impl<'de> DeserializeSeed<'de> for KeyOf<'_> {
    type Value = Option<Key>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Key>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyOf<'_> {
    type Value = Option<Key>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<Key>, E> {
        Ok(self.0.key(text))
    }
}

/// A text; none where something else stands there.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<Cow<'de, str>>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_string())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// An array of tuples.
struct Tuples<'r, 'de>(&'r Reading<'r, 'de>);

impl<'de> DeserializeSeed<'de> for Tuples<'_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Tuples<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of tuples")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<(), A::Error> {
        let mut tuples = self.0.tuples.borrow_mut();
        while let Some(tuple) = all.next_element_seed(Tuple)? {
            tuples.push(tuple);
        }
        Ok(())
    }
}

/// A tuple.
struct Tuple;

impl<'de> DeserializeSeed<'de> for Tuple {
    type Value = Cow<'de, [u8]>;
    // As bytes: that a tuple is UTF-8 shows when its fields are read, which are ASCII.
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl<'de> Visitor<'de> for Tuple {
    type Value = Cow<'de, [u8]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tuple")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(bytes))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(bytes.to_vec()))
    }
}
