//! Answers and reports as JSON, under the schema that `docs/json.md` describes.

use crate::diagnostic::Diagnostic;
use crate::query::Answer;
use crate::query::answer::{Graph, Place, SCHEMA_VERSION};
use crate::session::{Outcome, Report};
use crate::source::SourceMap;
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a, T: Serialize> {
    version: u32,
    #[serde(flatten)]
    content: &'a T,
}

#[derive(Serialize)]
struct AnswerDocument<'a> {
    answer: &'a Answer,
}

#[derive(Serialize)]
struct GraphDocument<'a> {
    graph: &'a Graph,
}

#[derive(Serialize)]
struct ReportDocument<'a> {
    outcomes: Vec<OutcomeDocument<'a>>,
    diagnostics: Vec<DiagnosticDocument<'a>>,
    passed: usize,
    failed: usize,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum OutcomeDocument<'a> {
    Answer {
        question: &'a str,
        answer: &'a Answer,
    },
    Assertion {
        assertion: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        check: Option<&'a str>,
        holds: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        diagnostic: Option<DiagnosticDocument<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        answer: Option<&'a Answer>,
    },
    Notice {
        text: &'a str,
    },
}

/// A diagnostic with its places.
#[derive(Serialize)]
pub(crate) struct DiagnosticDocument<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    labels: Vec<LabelDocument<'a>>,
    notes: &'a [String],
    helps: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
}

#[derive(Serialize)]
struct LabelDocument<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    message: &'a str,
}

/// Anything else as a JSON document.
#[cfg(feature = "doctest")]
pub(crate) fn document_json(content: &impl Serialize) -> String {
    text(&Document { version: SCHEMA_VERSION, content })
}

/// An answer as a JSON document of one line end.
pub fn answer_json(answer: &Answer) -> String {
    text(&Document { version: SCHEMA_VERSION, content: &AnswerDocument { answer } })
}

/// A network to be drawn as a JSON document.
pub fn graph_json(graph: &Graph) -> String {
    text(&Document { version: SCHEMA_VERSION, content: &GraphDocument { graph } })
}

/// What a script did, and what is wrong with it, as a JSON document.
pub fn report_json(report: &Report, more: &[Diagnostic], sources: &SourceMap) -> String {
    let (passed, failed) = report.assertions();
    let outcomes = report.outcomes.iter().map(|outcome| match outcome {
        Outcome::Answer { question, answer } => OutcomeDocument::Answer { question, answer },
        Outcome::Holds { assertion, check } => OutcomeDocument::Assertion {
            assertion,
            check: check.as_deref(),
            holds: true,
            diagnostic: None,
            answer: None,
        },
        Outcome::Fails { assertion, check, diagnostic, answer } => OutcomeDocument::Assertion {
            assertion,
            check: check.as_deref(),
            holds: false,
            diagnostic: Some(DiagnosticDocument::of(diagnostic, sources)),
            answer: answer.as_deref(),
        },
        Outcome::Notice(text) => OutcomeDocument::Notice { text },
    });
    let content = ReportDocument {
        outcomes: outcomes.collect(),
        diagnostics: report.diagnostics.iter().chain(more).map(|d| DiagnosticDocument::of(d, sources)).collect(),
        passed,
        failed,
    };
    text(&Document { version: SCHEMA_VERSION, content: &content })
}

impl<'a> DiagnosticDocument<'a> {
    pub(crate) fn of(diagnostic: &'a Diagnostic, sources: &SourceMap) -> Self {
        Self {
            code: &diagnostic.code,
            severity: diagnostic.severity.word(),
            message: &diagnostic.message,
            labels: diagnostic
                .labels
                .iter()
                .map(|label| LabelDocument { place: Place::of(label.span, sources), message: &label.message })
                .collect(),
            notes: &diagnostic.notes,
            helps: &diagnostic.helps,
            rule: diagnostic.rule.as_deref(),
        }
    }
}

fn text(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// What became of each resource of an import, as a JSON document.
#[cfg(feature = "import")]
pub fn import_json(imported: &crate::import::Imported, sources: &SourceMap) -> String {
    use crate::import::Outcome;

    #[derive(Serialize)]
    struct Import<'a> {
        translated: usize,
        listed: usize,
        aside: usize,
        types: Vec<Type<'a>>,
        resources: Vec<Imported<'a>>,
        notes: Vec<Noted<'a>>,
        diagnostics: Vec<DiagnosticDocument<'a>>,
    }

    #[derive(Serialize)]
    struct Type<'a> {
        r#type: &'a str,
        translated: usize,
        listed: usize,
    }

    #[derive(Serialize)]
    struct Noted<'a> {
        id: &'a str,
        r#type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
        text: &'a str,
    }

    #[derive(Serialize)]
    struct Imported<'a> {
        id: &'a str,
        r#type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
        #[serde(skip_serializing_if = "Option::is_none")]
        declares: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'a str>,
    }

    let resources: Vec<Imported<'_>> = imported
        .report
        .resources
        .iter()
        .map(|told| {
            let (declares, reason) = match &told.outcome {
                Outcome::Translated(what) => (Some(what.as_str()), None),
                Outcome::Listed(why) => (None, Some(why.as_str())),
                Outcome::Aside => (None, None),
            };
            Imported { id: &told.id, r#type: &told.kind, place: Place::of(told.at, sources), declares, reason }
        })
        .collect();
    let translated = resources.iter().filter(|one| one.declares.is_some()).count();
    let listed = resources.iter().filter(|one| one.reason.is_some()).count();
    let types = imported.report.by_kind();
    let notes = imported.report.notes.iter();
    let content = Import {
        translated,
        listed,
        aside: resources.len() - translated - listed,
        types: types
            .iter()
            .map(|(kind, translated, told)| Type { r#type: kind, translated: *translated, listed: told.len() })
            .collect(),
        resources,
        notes: notes
            .map(|note| Noted {
                id: &note.id,
                r#type: &note.kind,
                place: Place::of(note.at, sources),
                text: &note.text,
            })
            .collect(),
        diagnostics: imported.diagnostics.iter().map(|d| DiagnosticDocument::of(d, sources)).collect(),
    };
    text(&Document { version: SCHEMA_VERSION, content: &content })
}
