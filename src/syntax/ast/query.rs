//! Questions and assertions as they were written. What their words mean is not known here.

use super::{HeaderFilter, Statement, Value, Values, Word};
use crate::net::Protocol;
use crate::source::Span;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The changes of `given { … }`.
    pub given: Option<Vec<Statement>>,
    /// What is asked.
    pub ask: Ask,
    /// The whole.
    pub span: Span,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// `can A reach B`.
    Reach(Reach),
    /// `can A start`, `can A.T fire`, `can A.T scale`.
    Verb(Word, Word),
    /// `what can A reach`.
    What(Word, Vec<How>),
    /// `who can reach B`.
    Who(Word, Vec<How>),
    /// `resolve NAME from A using S`.
    Resolve {
        /// The name.
        name: Word,
        /// Who asks.
        from: Option<Word>,
        /// The server that is asked.
        using: Option<Word>,
    },
    /// `tcpping A HOST:PORT`.
    Tcpping(Word, Word),
    /// `nameresolver A NAME [SERVER]`.
    Nameresolver(Word, Word, Option<Word>),
    /// `troubleshoot A -> B`.
    Troubleshoot(Reach),
    /// `troubleshoot A`, of an app or a trigger.
    TroubleshootApp(Word),
    /// `fix A -> B`.
    Fix(Reach),
    /// `explain QUERY`.
    ExplainQuery(Box<Query>),
    /// `explain WORDS`.
    ExplainTopic(Vec<Word>),
    /// `routes A`.
    Routes(Word),
    /// `security A`.
    Security(Word),
    /// `next-hop A to ADDRESS`.
    NextHop(Word, Word),
    /// `features [WHAT]`.
    Features(Option<Word>),
    /// `show [WHAT]`.
    Show(Option<Word>),
    /// `lint`.
    Lint,
    /// `matrix`.
    Matrix,
    /// `diff "file"`.
    Diff(Word),
}

/// From where to where, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The source.
    pub source: Word,
    /// The target, with its ports.
    pub target: Word,
    /// The qualifiers.
    pub how: Vec<How>,
}

/// A qualifier of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// `over WORD`.
    Over(Word),
    /// `from-port N`.
    FromPort(Word),
    /// `header NAME "VALUE"`.
    Header(HeaderFilter),
    /// `host-name NAME`.
    HostName(Word),
    /// `for TRAFFIC`.
    For(Word),
    /// `within PREFIX, …`.
    Within(Values),
}

/// `because RULE`, `not because RULE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The rule, or a family of rules.
    pub rule: Word,
    /// Must it not have decided?
    pub not: bool,
}

/// `assert CLAIM [because RULE]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// What is claimed.
    pub claim: Claim,
    /// The rules that must have decided, and those that must not.
    pub because: Vec<Because>,
    /// The whole.
    pub span: Span,
}

/// What an assertion claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// `A can reach B`, `A cannot reach B`.
    Reach(Reach, bool),
    /// `A can start`, `A.T cannot fire`: the thing, the verb, and is it `can`.
    Verb(Word, Word, bool),
    /// `only A, B can reach C`.
    Only(Values, Word, Vec<How>),
    /// `every KIND can reach C` or, when false, `no KIND can reach C`.
    Every(Word, Word, Vec<How>, bool),
    /// `next-hop A to ADDRESS is HOP`.
    NextHop(Box<Query>, Word, Option<Value>),
    /// `QUERY is VERDICT`; an outcome may be two words.
    Is(Box<Query>, Word, Option<Word>),
    /// `lint finds RULE on NAME`, `lint finds no RULE`.
    Finds {
        /// `lint`, or what follows a `given`.
        query: Box<Query>,
        /// The rule or family.
        rule: Word,
        /// What the finding is about.
        on: Option<Word>,
        /// Is it to be found? Not with `no`.
        found: bool,
    },
    /// `A resolves NAME as ADDRESS, …`.
    Resolves(Word, Word, Values),
}

/// What follows `over` in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The bare protocol: the handshake of TCP alone.
    Protocol(Protocol),
    /// Every protocol.
    Any,
    /// `http` or `https`: TCP, and the answer of the front end.
    Http,
    /// What an application does over TCP, by a word that the platform knows: `smb`, `ldap`.
    Application(&'static str),
}
