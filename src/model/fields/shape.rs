//! What a block may hold, kind by kind, and a value with its place. Nothing is read here.

use crate::source::Span;

/// A value, and where it was stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Stated<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A property that a kind may have.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its word.
    pub name: &'static str,
    /// May it be stated several times?
    pub several: bool,
    /// Must the edition declare it (`property KIND.NAME` in the stdlib)?
    pub editioned: bool,
    /// The rule of the platform by which there is only one.
    pub one_by: Option<&'static str>,
}

/// A property that is stated once.
pub(in crate::model) const fn one(name: &'static str) -> Property {
    Property { name, several: false, editioned: false, one_by: None }
}

/// A property whose lines add up.
pub(in crate::model) const fn many(name: &'static str) -> Property {
    Property { name, several: true, editioned: false, one_by: None }
}

/// A property that only some editions know.
pub(in crate::model) const fn newer(property: Property) -> Property {
    Property { editioned: true, ..property }
}

/// The same, of which the platform has only one by a rule of its own.
pub(in crate::model) const fn single(property: Property, rule: &'static str) -> Property {
    Property { one_by: Some(rule), ..property }
}

/// What the block of a kind may hold.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The kind's word, or that of a nested block.
    pub kind: &'static str,
    /// Its properties.
    pub properties: &'static [Property],
    /// May it hold lines that allow or deny?
    pub rules: bool,
    /// May it hold routes?
    pub routes: bool,
}
