//! Answers as plain data. These types are what JSON is made from: they are apart from the engine's own, and change
//! only with the version of the schema.
//!
//! Here stand the answer and what several kinds of it share; how they are worked out and printed is elsewhere.

mod diff;
mod explain;
mod fix;
mod graph;
mod lint;
pub(in crate::query) mod matrix;
mod places;
mod reach;
mod reachable;
mod replay;
mod running;
mod tables;
mod tools;
mod troubleshoot;

pub use diff::{DiffAnswer, DiffGroup, DiffSide};
pub use explain::{AppFares, ExplainAnswer, RuleAnswer};
pub use fix::{FixAnswer, InterfaceAnswer, MissingAnswer, ObstacleAnswer, OpenedAnswer, ProposalAnswer};
pub use graph::{Graph, GraphBox, GraphLine, GraphQuestion, GraphRole, LineWord};
pub use lint::{FindingAnswer, LabelAnswer, LintAnswer, SeverityWord, UnusedAnswer};
pub use matrix::{MatrixAnswer, MatrixCell, MatrixRow, MatrixTarget};
pub(crate) use places::EachPlace;
pub use reach::{MarkWord, PartAnswer, ReachAnswer, ResolveAnswer, RuleWord, StepAnswer};
pub use reachable::{AdmissionAnswer, EndWord, ReachableAnswer, ReachableFlows, ReachableGroup, ReachableOver};
pub use replay::{
    DifferenceAnswer, DirectionWord, FlowsAnswer, MalformedAnswer, NotComparedAnswer, ReplayAnswer, RulingWord,
};
pub use running::{NeedAnswer, RunningAnswer};
pub use tables::{
    FeatureAnswer, FeatureRow, FeaturesAnswer, GroupAnswer, NextHopAnswer, RouteAnswer, RoutesAnswer, SecurityAnswer,
    SecurityRuleAnswer,
};
pub use tools::{ConsoleAnswer, NameresolverAnswer, RunAnswer, TcppingAnswer, WaitAnswer};

pub use troubleshoot::{
    CauseAnswer, ComparisonAnswer, SuspectAnswer, SuspectListAnswer, SuspectWord, TroubleshootAnswer,
};

use crate::engine::Verdict;
use crate::source::{SourceMap, Span};
use serde::Serialize;

/// The version of the JSON schema that these types make.
pub const SCHEMA_VERSION: u32 = 1;

/// The answer to a question.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Answer {
    /// To `can … reach …`.
    Reach(ReachAnswer),
    /// To `what can … reach` and `who can reach …`.
    Reachable(ReachableAnswer),
    /// To `matrix`.
    Matrix(MatrixAnswer),
    /// To `diff`.
    Diff(DiffAnswer),
    /// To `can … start`, `can … fire`, `can … scale`.
    Running(RunningAnswer),
    /// To `resolve`.
    Resolve(ResolveAnswer),
    /// To `tcpping`.
    Tcpping(TcppingAnswer),
    /// To `nameresolver`.
    Nameresolver(NameresolverAnswer),
    /// To `explain` of a rule, topic, code or name.
    Explain(ExplainAnswer),
    /// To `routes`.
    Routes(RoutesAnswer),
    /// To `security`.
    Security(SecurityAnswer),
    /// To `next-hop`.
    NextHop(NextHopAnswer),
    /// To `features`.
    Features(FeaturesAnswer),
    /// To `lint`.
    Lint(LintAnswer),
    /// To `show`.
    Show(ShowAnswer),
    /// To `troubleshoot`.
    Troubleshoot(TroubleshootAnswer),
    /// To `fnet replay`.
    Replay(ReplayAnswer),
    /// To `fix`.
    Fix(FixAnswer),
}

impl Answer {
    /// Is it a `yes`?
    ///
    /// ```
    /// let mut net = fnet::Session::new();
    /// net.load("service vault { type key-vault }\nplan y1 { tier Consumption }\napp a on y1")?;
    /// assert!(net.ask("can a reach vault:443")?.is_yes());
    /// # Ok::<(), fnet::Errors>(())
    /// ```
    pub fn is_yes(&self) -> bool {
        self.verdict() == Some(VerdictWord::Yes)
    }

    /// Is it a `no`?
    pub fn is_no(&self) -> bool {
        self.verdict() == Some(VerdictWord::No)
    }

    /// The verdict, of an answer that has one.
    pub fn verdict(&self) -> Option<VerdictWord> {
        match self {
            Self::Reach(answer) => Some(answer.verdict),
            Self::Running(answer) => Some(answer.verdict),
            Self::Resolve(answer) => Some(answer.verdict),
            Self::Tcpping(answer) => Some(answer.verdict),
            Self::Nameresolver(answer) => Some(answer.verdict),
            Self::Troubleshoot(answer) => Some(answer.verdict),
            Self::Fix(answer) => Some(answer.verdict),
            _ => None,
        }
    }
}

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictWord {
    /// It arrives, as far as the model states it.
    Yes,
    /// It does not.
    No,
    /// Some of it does.
    Partly,
    /// The model does not state what decides it.
    Unknown,
}

impl VerdictWord {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Partly => "partly",
            Self::Unknown => "unknown",
        }
    }
}

impl From<Verdict> for VerdictWord {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Yes => Self::Yes,
            Verdict::No(_) => Self::No,
            Verdict::Partly => Self::Partly,
            Verdict::Unknown => Self::Unknown,
        }
    }
}

/// A line of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file's name as it was given, or `prompt`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    #[serde(skip)]
    pub(crate) span: Span,
}

impl Place {
    /// The place where a span begins; none for a span of no text.
    pub fn of(span: Span, sources: &SourceMap) -> Option<Self> {
        let (line, column) = sources.position(span)?;
        Some(Self { file: sources.get(span.source)?.name.to_string(), line, column, span })
    }
}

/// What a name in a question was taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// The name.
    pub name: String,
    /// What it is.
    pub text: String,
}

/// The answer to `show`.
#[derive(Clone, Debug, Serialize)]
pub struct ShowAnswer {
    /// What is declared, as source.
    pub source: String,
}
