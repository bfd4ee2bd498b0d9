//! Answers as plain data. These types are what JSON is made from: they are apart from the engine's own, and change
//! only with the version of the schema.

use crate::engine::{Mark, Step, Verdict};
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
    /// To `resolve`.
    Resolve(ResolveAnswer),
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
    /// To `show`.
    Show(ShowAnswer),
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
            Self::Resolve(answer) => Some(answer.verdict),
            _ => None,
        }
    }
}

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
}

impl Place {
    /// The place where a span begins; none for a span of no text.
    pub fn of(span: Span, sources: &SourceMap) -> Option<Self> {
        let (line, column) = sources.position(span)?;
        Some(Self { file: sources.get(span.source)?.name.to_string(), line, column })
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

/// What a step means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkWord {
    /// The flow goes on.
    Pass,
    /// The flow ends.
    Block,
    /// A fact is missing.
    Unknown,
    /// The flow goes on, with a warning.
    Warn,
    /// Worth knowing.
    Note,
}

/// A step of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepAnswer {
    /// The id of the platform's rule.
    pub rule: String,
    /// What the step means.
    pub mark: MarkWord,
    /// What it found.
    pub text: String,
    /// The line of the script that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The fact that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// The line that would state the missing fact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_it: Option<String>,
    /// What to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The open points that the rule rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_points: Vec<String>,
    /// The lines looked at before, and the fields that did not match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub misses: Vec<String>,
    /// The rule itself, where it was asked to be explained.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained: Option<RuleAnswer>,
}

impl StepAnswer {
    /// The plain data of an engine's step.
    pub(super) fn of(step: &Step, asked: &super::Asked<'_>, explained: bool) -> Self {
        let (mark, fact, state_it) = match &step.mark {
            Mark::Pass => (MarkWord::Pass, None, None),
            Mark::Block(_) => (MarkWord::Block, None, None),
            Mark::Unknown(fact, line) => {
                (MarkWord::Unknown, Some(fact.clone()).filter(|fact| !fact.is_empty()), line.clone())
            }
            Mark::Warn => (MarkWord::Warn, None, None),
            Mark::Note => (MarkWord::Note, None, None),
        };
        let rule = asked.model.platform.rule(&step.rule);
        debug_assert!(
            rule.is_some(),
            "the engine names rule {}, which edition {} does not declare",
            step.rule,
            asked.model.platform.edition()
        );
        Self {
            rule: step.rule.clone(),
            mark,
            text: step.text.clone(),
            place: step.place.and_then(|span| Place::of(span, asked.sources)),
            fact,
            state_it,
            remedy: step.remedy.clone(),
            open_points: rule.as_ref().map(|rule| rule.open_points.clone()).unwrap_or_default(),
            misses: if explained { step.misses.clone() } else { Vec::new() },
            explained: rule.filter(|_| explained).map(|rule| RuleAnswer::of(&rule, &asked.model.platform)),
        }
    }
}

/// The answer to `can … reach …`.
#[derive(Clone, Debug, Serialize)]
pub struct ReachAnswer {
    /// The question, in one spelling.
    pub question: String,
    /// The verdict.
    pub verdict: VerdictWord,
    /// How a person would see a `no`: `dropped`, `refused`, `unresolved`, `not listening`, `unsupported`, `broken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// What the names were taken for.
    pub taken: Vec<Taken>,
    /// The flows, in parts that share a way.
    pub parts: Vec<PartAnswer>,
}

/// Some flows of a question, and their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartAnswer {
    /// Their sources.
    pub source: String,
    /// Where they go.
    pub destination: String,
    /// Their ports.
    pub ports: String,
    /// Their verdict.
    pub verdict: VerdictWord,
    /// How a person would see a `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// The steps.
    pub steps: Vec<StepAnswer>,
    /// What the model does not state and the verdict rests on.
    pub assumptions: Vec<String>,
    /// What to change, line by line.
    pub remedies: Vec<String>,
}

/// The answer to `resolve`.
#[derive(Clone, Debug, Serialize)]
pub struct ResolveAnswer {
    /// The name.
    pub name: String,
    /// Who asked.
    pub asker: String,
    /// Does it resolve?
    pub verdict: VerdictWord,
    /// What it resolves to: addresses, or words where the model does not state them.
    pub addresses: Vec<String>,
    /// How, server by server and zone by zone.
    pub steps: Vec<StepAnswer>,
    /// What the model does not state and the answer rests on.
    pub assumptions: Vec<String>,
    /// What to change, line by line.
    pub remedies: Vec<String>,
}

/// A rule of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleAnswer {
    /// Its id.
    pub id: String,
    /// The rule in a few words.
    pub title: String,
    /// The rule in full.
    pub text: String,
    /// Where it is documented.
    pub sources: Vec<String>,
    /// What to change where it stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The diagnostic's code, of a check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Is it an inference?
    pub derived: bool,
    /// The open points that it rests on: id, question and what fnet takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_points: Vec<(String, String, String)>,
}

/// The answer to `explain` of a rule, topic, code or name.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainAnswer {
    /// What was asked about.
    pub about: String,
    /// Its title.
    pub title: String,
    /// A text, of a code or a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A script that shows it, of a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// The edition.
    pub edition: String,
    /// The rules.
    pub rules: Vec<RuleAnswer>,
    /// Are the rules told in full?
    pub in_full: bool,
    /// How the apps of the model fare.
    pub apps: Vec<AppFares>,
}

/// How an app fares under what was asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppFares {
    /// The app.
    pub app: String,
    /// What can be said of it.
    pub lines: Vec<String>,
}

/// The answer to `routes`.
#[derive(Clone, Debug, Serialize)]
pub struct RoutesAnswer {
    /// Whose routes.
    pub of: String,
    /// The subnet.
    pub subnet: String,
    /// The routes, the preferred first.
    pub routes: Vec<RouteAnswer>,
}

/// An effective route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteAnswer {
    /// `Default`, `User`, `VirtualNetworkGateway`.
    pub source: String,
    /// Does it count?
    pub active: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it is for.
    pub prefix: String,
    /// The type of its hop, as Azure names it.
    pub hop_type: String,
    /// Where it sends, in words.
    pub hop: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The rule that gives it.
    pub rule: String,
    /// Where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// The answer to `next-hop`.
#[derive(Clone, Debug, Serialize)]
pub struct NextHopAnswer {
    /// From where.
    pub of: String,
    /// To where.
    pub address: String,
    /// The hop in the language's words: `appliance 10.2.3.4`.
    pub hop: String,
    /// The route that wins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<RouteAnswer>,
    /// The fact that is missing, where the hop is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// The routes that would also lead there, and lost.
    pub lost: Vec<RouteAnswer>,
}

/// The answer to `security`.
#[derive(Clone, Debug, Serialize)]
pub struct SecurityAnswer {
    /// Whose rules.
    pub of: String,
    /// The groups, in the order in which outbound traffic meets them.
    pub groups: Vec<GroupAnswer>,
}

/// An effective security group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupAnswer {
    /// Its name.
    pub nsg: String,
    /// What it is attached to.
    pub attached_to: String,
    /// What to know of it here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its rules, by direction and priority.
    pub rules: Vec<SecurityRuleAnswer>,
}

/// An effective security rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecurityRuleAnswer {
    /// `inbound` or `outbound`.
    pub direction: String,
    /// Its priority.
    pub priority: i64,
    /// Its name.
    pub name: String,
    /// `allow`, `deny` or `always-allow`.
    pub access: String,
    /// Its protocols.
    pub protocol: String,
    /// Its source.
    pub source: String,
    /// Its source ports.
    pub source_ports: String,
    /// Its destination.
    pub destination: String,
    /// Its destination ports.
    pub ports: String,
    /// What a tag, name or group stands for here: the words, and the prefixes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expanded: Vec<(String, Vec<String>)>,
}

/// The answer to `features`.
#[derive(Clone, Debug, Serialize)]
pub struct FeaturesAnswer {
    /// The edition.
    pub edition: String,
    /// The plan types, in order.
    pub plans: Vec<String>,
    /// The rows.
    pub rows: Vec<FeatureRow>,
    /// Whose plan it is, where an app or plan was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// A row of the feature matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeatureRow {
    /// The feature's word.
    pub feature: String,
    /// Its title.
    pub title: String,
    /// A cell a plan type.
    pub cells: Vec<FeatureAnswer>,
}

/// A cell of the feature matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeatureAnswer {
    /// Has the plan the feature? None where the documents do not say.
    pub yes: Option<bool>,
    /// How, or within which bounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The rule that states or enforces it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// The answer to `show`.
#[derive(Clone, Debug, Serialize)]
pub struct ShowAnswer {
    /// What is declared, as source.
    pub source: String,
}
