//! Reading JSON with places. serde's reader of texts tells no offsets; but it hands over the values in the order of the
//! text, so a cursor that goes along knows where each begins: behind the one before, and what JSON puts between two.
//! Whether a text is JSON, and what a value is, serde alone decides.

use super::{Json, Map, Value};
use crate::diagnostic::{Diagnostic, json_fault};
use crate::source::{SourceId, Span};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::cell::Cell;
use std::fmt;

impl Json {
    /// Reads a text. A byte order mark before it is passed over.
    ///
    /// ```
    /// use fnet::{import::Json, source::SourceId};
    /// let json = Json::read(SourceId(0), r#"{ "properties": { "addressSpace": ["10.0.0.0/16"] } }"#).unwrap();
    /// let prefixes = json.at_path("properties.ADDRESSSPACE").unwrap();
    /// assert_eq!((prefixes.at.start, prefixes.at.end), (34, 49));
    /// assert_eq!(prefixes.list()[0].text(), Some("10.0.0.0/16"));
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is not JSON, with the place where that shows.
    pub fn read(source: SourceId, text: &str) -> Result<Self, Diagnostic> {
        let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
        let before = text.len() - bare.len();
        if u32::try_from(text.len()).is_err() {
            return Err(Diagnostic::error("FN0004", Span::new(source, 0, 0), "the file is larger than 4 GiB"));
        }
        let cursor = Cursor { source, text, at: Cell::new(before) };
        let mut reader = serde_json::Deserializer::from_str(bare);
        cursor.deserialize(&mut reader).and_then(|json| reader.end().map(|()| json)).map_err(|error| {
            let (why, at) = json_fault(&error, bare);
            let place = Span::new(source, before + at, before + at + 1);
            Diagnostic::error("FN0006", place, format!("this is not JSON: {why}")).label(why)
        })
    }
}

/// Where the reader is in the text.
struct Cursor<'t> {
    source: SourceId,
    text: &'t str,
    at: Cell<usize>,
}

impl Cursor<'_> {
    /// How many bytes from an offset on are of one sort.
    fn run(&self, from: usize, mut sort: impl FnMut(u8) -> bool) -> usize {
        self.text.as_bytes().get(from..).unwrap_or_default().iter().take_while(|byte| sort(**byte)).count()
    }

    /// Goes to where the next value begins, or the bracket that closes.
    fn start(&self) -> usize {
        let from = self.at.get();
        let at = from + self.run(from, |byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b',' | b':'));
        self.at.set(at);
        at
    }

    /// Goes past the bracket that opens a list or an object; where it stands.
    fn open(&self) -> usize {
        let start = self.start();
        self.at.set(start + 1);
        start
    }

    /// The value from `start` to the bracket that closes it.
    fn close(&self, start: usize, value: Value) -> Json {
        let end = self.open() + 1;
        Json { at: Span::new(self.source, start, end), value }
    }

    /// A value of so many bytes.
    fn take(&self, length: usize, value: Value) -> Json {
        let start = self.start();
        self.at.set(start + length);
        Json { at: Span::new(self.source, start, start + length), value }
    }

    fn number<E: Error>(&self, number: Option<Number>) -> Result<Json, E> {
        let number = number.ok_or_else(|| E::custom("number out of range"))?;
        let length = self.run(self.start(), |byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
        Ok(self.take(length, Value::Number(number)))
    }

    /// How long the string here is in the text, quotes included; it has escapes.
    fn escaped(&self) -> usize {
        let mut is_escaped = false;
        let inside = self.run(self.start() + 1, |byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            !is_end
        });
        inside + 2
    }
}

impl<'de> DeserializeSeed<'de> for &Cursor<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &Cursor<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(self.take("null".len(), Value::Null))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Json, E> {
        Ok(self.take(if truth { "true".len() } else { "false".len() }, Value::Bool(truth)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        self.number(Some(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json, E> {
        self.number(Some(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json, E> {
        self.number(Number::from_f64(number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Json, E> {
        Ok(self.take(text.len() + 2, Value::Text(text.into())))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(self.take(self.escaped(), Value::Text(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let start = self.open();
        let mut list = Vec::new();
        while let Some(json) = from.next_element_seed(self)? {
            list.push(json);
        }
        Ok(self.close(start, Value::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let start = self.open();
        let mut map = Map::default();
        while let Some(name) = from.next_key_seed(self)? {
            let Value::Text(name) = name.value else { return Err(A::Error::custom("a name is no string")) };
            map.push(name, from.next_value_seed(self)?);
        }
        Ok(self.close(start, Value::Map(map)))
    }
}
