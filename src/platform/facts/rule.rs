//! Rules, and what they are explained by: documents, open points, topics. What a rule does is in the engine.

use crate::diagnostic::Severity;
use crate::platform::reader::Reader;
use crate::syntax::ast::Declaration;

/// What a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleClass {
    /// It takes part in a verdict.
    Engine,
    /// It is checked when a model is loaded.
    Check,
    /// It is told where it helps.
    Information,
}

/// A rule of the platform.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id, as traces print it.
    pub id: String,
    /// What it is for.
    pub class: RuleClass,
    /// The diagnostic's code, of a check.
    pub code: Option<String>,
    /// The rule in a few words.
    pub title: String,
    /// The rule in full.
    pub text: String,
    /// Where it is documented: `KEY, heading`.
    pub sources: Vec<String>,
    /// What to change where it stands in the way.
    pub remedy: Option<String>,
    /// How bad breaking it is, of a check.
    pub severity: Severity,
    /// Is it an inference that no page states in so many words?
    pub derived: bool,
    /// The open points that it rests on.
    pub open_points: Vec<String>,
    /// Would Azure still run what breaks it (`runs on`), of a check?
    pub runs: bool,
}

impl Rule {
    pub(in crate::platform) fn read(id: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self {
            id: id.to_string(),
            class: match r.word("class").as_deref() {
                Some("engine") => RuleClass::Engine,
                Some("check") => RuleClass::Check,
                _ => RuleClass::Information,
            },
            code: r.word("code"),
            title: r.text("title"),
            text: r.text("text"),
            sources: r.words("source"),
            remedy: Some(r.text("remedy")).filter(|remedy| !remedy.is_empty()),
            severity: match r.word("severity").as_deref() {
                Some("note") => Severity::Note,
                Some("warning") => Severity::Warning,
                _ => Severity::Error,
            },
            derived: r.is_on("derived"),
            open_points: r.words("open-point"),
            runs: r.is_on("runs"),
        }
    }
}

/// Something that a person may ask `explain` about.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// The words that people use for it.
    pub words: Vec<String>,
    /// The ids, or beginnings of ids, of its rules.
    pub rules: Vec<String>,
}

impl Topic {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self { name: name.to_string(), title: r.text("title"), words: r.words("words"), rules: r.words("rules") }
    }
}

/// A list of what a person suspects when a call does not arrive.
#[derive(Clone, Debug)]
pub struct SuspectList {
    /// Its name, which the suspects name.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// Whose calls it is for: `any`, `app`, `regional` or `gateway-required`.
    pub when: String,
    /// The rules that show that a call is one of those it is for; empty for all.
    pub reached_by: Vec<String>,
}

impl SuspectList {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self { name: name.to_string(), title: r.text("title"), when: r.text("when"), reached_by: r.words("reached-by") }
    }
}

/// Something that a person suspects when a call does not arrive.
#[derive(Clone, Debug)]
pub struct Suspect {
    /// Its name.
    pub name: String,
    /// The list that it stands in.
    pub list: String,
    /// The rule that advises to look there.
    pub rule: String,
    /// What is asked about it.
    pub ask: String,
    /// The ids, or beginnings of ids, of the rules that convict it.
    pub by: Vec<String>,
    /// The ids, or beginnings of ids, of the rules that show that the walk came by; empty where it always does.
    pub reached_by: Vec<String>,
    /// The rule of the stage that they must speak in, where the same rules speak in several.
    pub stage: Option<String>,
    /// The rule of the stage in which they speak of something else.
    pub unless: Option<String>,
}

impl Suspect {
    pub(in crate::platform) fn read(name: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self {
            name: name.to_string(),
            list: r.text("list"),
            rule: r.text("rule"),
            ask: r.text("ask"),
            by: r.words("by"),
            reached_by: r.words("reached-by"),
            stage: r.word("stage"),
            unless: r.word("unless"),
        }
    }
}

/// A document that rules cite.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its file in Microsoft's documentation.
    pub file: Option<String>,
    /// The date of the text that was read.
    pub date: Option<String>,
}

impl Document {
    pub(in crate::platform) fn read(key: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self { key: key.to_string(), title: r.text("title"), file: r.word("file"), date: r.word("date") }
    }
}

/// A question that the documents leave open.
#[derive(Clone, Debug)]
pub struct OpenPoint {
    /// `O-08`.
    pub id: String,
    /// The question.
    pub question: String,
    /// What fnet takes until it is answered.
    pub default: String,
}

impl OpenPoint {
    pub(in crate::platform) fn read(id: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        Self { id: id.to_string(), question: r.text("question"), default: r.text("default") }
    }
}
