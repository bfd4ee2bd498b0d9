//! The syntax tree: what was written, with places, and nothing judged yet.
//!
//! A [`Word`] may turn out to be an address, a name or nonsense; [`super::literal`] and the model decide.
//! Here stand words, values, declarations and their blocks; what asks and claims is in its own file.

mod few;
mod query;
mod word;

pub use few::Few;
pub use query::{Ask, Assertion, Because, Claim, How, Over, Query, Reach};
pub(in crate::syntax) use word::Origin;
pub use word::{Text, Word};

use crate::source::Span;

/// One value: a word, a list or `nth(…)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A word or string.
    Word(Word),
    /// One that holds others; rare, and so no burden to the words.
    Nested(Box<Nested>),
}

/// A value that holds others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nested {
    /// `[a, b]`.
    List(Vec<Value>, Span),
    /// `nth(10.0.0.0/8, 16, 3)`.
    Call(Word, Vec<Value>, Span),
}

impl Value {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Word(word) => word.span(),
            Self::Nested(nested) => match **nested {
                Nested::List(_, span) | Nested::Call(_, _, span) => span,
            },
        }
    }

    /// The word, if it is one.
    pub fn word(&self) -> Option<&Word> {
        match self {
            Self::Word(word) => Some(word),
            Self::Nested(_) => None,
        }
    }

    /// `[a, b]`.
    pub fn list(values: Vec<Value>, span: Span) -> Self {
        Self::Nested(Box::new(Nested::List(values, span)))
    }
}

/// Values joined by commas.
pub type Values = Few<Value>;

/// The place of values joined by commas.
pub fn span_of(values: &[Value]) -> Option<Span> {
    Some(values.first()?.span().to(values.last()?.span()))
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `edition 2026`.
    Edition(Word),
    /// `use "file"`, `use tags "file"`.
    Use {
        /// Is it `use tags`?
        tags: bool,
        /// The file, quoted.
        file: Word,
    },
    /// `let name = values`.
    Let {
        /// The name.
        name: Word,
        /// Its values.
        values: Values,
    },
    /// `for name in values { … }`.
    For(Box<Loop<Statement>>),
    /// `check "what" { … }`.
    Check {
        /// What is checked, quoted.
        title: Word,
        /// The statements of its body.
        body: Vec<Statement>,
        /// The whole.
        span: Span,
    },
    /// `assert …`.
    Assert(Box<Assertion>),
    /// `amend KIND NAME { … }`.
    Amend(Declaration),
    /// `remove KIND NAME`.
    Remove(Declaration),
    /// A question.
    Query(Box<Query>),
    /// A declaration.
    Declaration(Declaration),
}

impl Statement {
    /// Where it stands, from its first word to its last.
    pub fn span(&self) -> Span {
        match self {
            Self::Edition(word) | Self::Use { file: word, .. } => word.span(),
            Self::Let { name, values } => span_of(values).map_or(name.span(), |values| name.span().to(values)),
            Self::For(each) => each.span,
            Self::Check { span, .. } => *span,
            Self::Assert(assertion) => assertion.span,
            Self::Amend(declaration) | Self::Remove(declaration) | Self::Declaration(declaration) => declaration.span,
            Self::Query(query) => query.span,
        }
    }
}

/// A loop over statements or over the lines of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop<T> {
    /// The loop's name.
    pub name: Word,
    /// What it runs over.
    pub values: Values,
    /// What it repeats.
    pub body: Vec<T>,
    /// The whole.
    pub span: Span,
}

/// `KIND HEAD… { … }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The first word.
    pub kind: Word,
    /// The words between the kind and the block.
    pub head: Vec<Part>,
    /// The block, when there is one.
    pub block: Option<Box<Block>>,
    /// The whole.
    pub span: Span,
}

impl Declaration {
    /// The place of kind and head, without the block.
    pub fn head_span(&self) -> Span {
        let last = self.head.last().map_or(self.kind.span(), Part::span);
        self.kind.span().to(last)
    }
}

/// A part of a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Values joined by commas.
    Values(Values),
    /// `->` or, when both, `<->`.
    Arrow {
        /// Is it `<->`?
        both: bool,
        /// Where it stands.
        span: Span,
    },
}

impl Part {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Values(values) => span_of(values).expect("values are never empty"),
            Self::Arrow { span, .. } => *span,
        }
    }
}

/// `{ … }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its lines.
    pub items: Vec<Item>,
    /// The whole, with its braces.
    pub span: Span,
}

/// A line of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `for` over lines.
    For(Box<Loop<Item>>),
    /// A line that allows or denies.
    Rule(Box<RuleLine>),
    /// A line of a route table.
    Route(Box<RouteLine>),
    /// `remove …`.
    Remove(Box<Removal>),
    /// A property, a nested declaration or a nested block.
    Entry(Box<Entry>),
}

impl Item {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::For(each) => each.span,
            Self::Rule(line) => line.span,
            Self::Route(line) => line.span,
            Self::Remove(removal) => removal.span,
            Self::Entry(entry) => entry.span,
        }
    }
}

/// `remove VALUES VALUES …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// What is removed, one group a blank.
    pub groups: Few<Values>,
    /// The whole.
    pub span: Span,
}

/// `NAME VALUES VALUES … { … }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The property or nested kind.
    pub name: Word,
    /// The values, one group a blank.
    pub groups: Few<Values>,
    /// Where an `=` stands, and how many groups stand before it.
    pub equals: Option<(u32, Span)>,
    /// A nested block.
    pub block: Option<Box<Block>>,
    /// The whole.
    pub span: Span,
}

impl Entry {
    /// The place of what follows the name; the name where nothing does.
    pub fn values_span(&self) -> Span {
        let first = self.groups.first().and_then(|g| span_of(g));
        let last = self.groups.last().and_then(|g| span_of(g));
        match (first, last) {
            (Some(first), Some(last)) => first.to(last),
            _ => self.name.span(),
        }
    }
}

/// A line of a security group, firewall or access list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleLine {
    /// Its priority.
    pub priority: Option<Word>,
    /// `allow`, `deny` or `always-allow`.
    pub action: Word,
    /// The protocol of a line with an arrow.
    pub protocol: Option<Word>,
    /// Is it `allow resource NAME`?
    pub resource: bool,
    /// The source.
    pub source: Values,
    /// The destination of a line with an arrow.
    pub destination: Option<Values>,
    /// `header NAME "VALUE", …`.
    pub headers: Box<[HeaderFilter]>,
    /// Where `ignore-missing-endpoint` stands.
    pub ignore_missing: Option<Span>,
    /// `as NAME`.
    pub alias: Option<Word>,
    /// The whole.
    pub span: Span,
}

/// `header NAME "VALUE", …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderFilter {
    /// The header's name.
    pub name: Word,
    /// The values, quoted.
    pub values: Few<Word>,
}

/// `PREFIX -> HOP [ADDRESS] [as NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteLine {
    /// What it is for.
    pub prefix: Value,
    /// The kind of hop.
    pub hop: Word,
    /// The appliance.
    pub target: Option<Value>,
    /// `as NAME`.
    pub alias: Option<Word>,
    /// The whole.
    pub span: Span,
}
