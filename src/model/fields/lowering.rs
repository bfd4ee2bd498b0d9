//! What lowering needs at hand: names, the platform, where to report; and what is said of a name that means nothing.
//! Reads no block.

use super::Stated;
use super::kept::Kept;
use crate::diagnostic::{Diagnostic, Wanted};
use crate::model::name::LookedUp;
use crate::model::{Kind, NameTrouble, Names, SecurityRule, Thing};
use crate::platform::{AppSetting, Edition, Platform};
use crate::source::Span;
use crate::syntax::Scope;
use crate::syntax::ast::{Text, Word};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// What lowering needs at hand.
pub(in crate::model) struct Lowering<'a> {
    pub(in crate::model) names: LookedUp<'a>,
    pub(in crate::model) platform: &'a Platform,
    pub(in crate::model) scope: &'a Scope,
    /// The addresses in the heads of appliances and load balancers, which routes may name.
    pub(in crate::model) head_addresses: &'a HashMap<Thing, IpAddr>,
    pub(in crate::model) diagnostics: Vec<Diagnostic>,
    pub(in crate::model) kept: Kept,
    /// The region that was read last, as it was written and in lower case: mostly it holds for what follows.
    pub(in crate::model) region: Option<(Text, String)>,
    /// The settings that are read out of their text, once some app has one.
    pub(in crate::model) forms: Option<Arc<[Arc<AppSetting>]>>,
    /// For each setting that is none of Azure's, the one that was probably meant.
    pub(in crate::model) near_settings: HashMap<String, Option<String>>,
    /// The rules that every security group ends with, once there is a group; is it for traffic that leaves?
    pub(in crate::model) default_rules: Option<Arc<[(bool, SecurityRule)]>>,
}

impl<'a> Lowering<'a> {
    pub(in crate::model) fn of(
        names: LookedUp<'a>,
        platform: &'a Platform,
        scope: &'a Scope,
        head_addresses: &'a HashMap<Thing, IpAddr>,
    ) -> Self {
        Self {
            names,
            platform,
            scope,
            head_addresses,
            diagnostics: Vec::new(),
            kept: Kept::default(),
            region: None,
            forms: None,
            near_settings: HashMap::new(),
            default_rules: None,
        }
    }

    pub(in crate::model) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// What a name means among these kinds; reported where it means nothing.
    pub(in crate::model) fn refer(&mut self, word: &Word, kinds: &[Kind]) -> Option<Stated<Thing>> {
        match self.names.find(&word.text, kinds) {
            Ok(thing) => Some(Stated::new(thing, word.span())),
            Err(trouble) => {
                self.report(name_trouble(&self.names, word, kinds, trouble));
                None
            }
        }
    }

    /// Does the edition know the property? Reported where it does not.
    pub(super) fn edition_knows(&mut self, kind: &str, property: &str, span: Span) {
        self.edition_must_declare(&format!("{kind}.{property}"), &format!("`{property}`"), span);
    }

    /// Reports a word of the language that the edition does not declare.
    pub(in crate::model) fn edition_must_declare(&mut self, key: &str, shown: &str, span: Span) {
        if self.platform.declaration("property", key).is_some() {
            return;
        }
        let mine = self.platform.edition();
        let others: Vec<&str> = Edition::all()
            .filter(|edition| Platform::of(*edition).declaration("property", key).is_some())
            .map(Edition::name)
            .collect();
        let message = format!("edition {mine} does not know {shown}");
        let help =
            others.last().map(|other| format!("it belongs to edition {other}: begin the file with `edition {other}`"));
        self.report(Diagnostic::error("FN0117", span, message).maybe_help(help).rule("eval.edition"));
    }
}

/// The error of what cannot be written because a rule of the platform forbids it. Where the edition lacks the rule it is
/// an error of the language alone, with that code.
pub(in crate::model) fn refused_by(
    platform: &Platform,
    rule: &str,
    otherwise: &'static str,
    span: Span,
    message: impl Into<String>,
) -> Diagnostic {
    let Some(facts) = platform.rule(rule) else { return Diagnostic::error(otherwise, span, message) };
    Diagnostic::error(facts.code.unwrap_or_else(|| otherwise.to_string()), span, message)
        .note(format!("rule `{rule}`: {}", facts.title))
        .maybe_help(facts.remedy)
        .rule(rule)
}

/// The diagnostic of a name that means nothing.
pub(crate) fn name_trouble(names: &Names, word: &Word, kinds: &[Kind], trouble: NameTrouble) -> Diagnostic {
    let wanted = match kinds {
        [one] => one.word().to_string(),
        [init @ .., last] => {
            format!("{} or {}", init.iter().map(|k| k.word()).collect::<Vec<_>>().join(", "), last.word())
        }
        [] => "declaration".to_string(),
    };
    let name = word.plain();
    let diagnostic = match trouble {
        NameTrouble::Unknown => {
            let near = names.suggest(&word.text, kinds);
            let short = if kinds.len() > 4 {
                format!("nothing is called `{name}`")
            } else {
                format!("no {wanted} is called `{name}`")
            };
            Diagnostic::error("FN0113", word.span(), short)
                .maybe_help(near.map(|near| format!("did you mean `{near}`?")))
        }
        NameTrouble::Ambiguous(all) => {
            Diagnostic::error("FN0115", word.span(), format!("`{name}` could mean {}", list_or(&all)))
                .help("write the whole name")
        }
        NameTrouble::OtherKind(kind) => {
            let message = format!("`{name}` is declared as {}, and {wanted} is wanted here", kind.word());
            Diagnostic::error("FN0113", word.span(), message)
        }
    };
    diagnostic.wanted(Wanted::Names(words_of(kinds)))
}

/// The words of kinds.
pub(in crate::model) fn words_of(kinds: &[Kind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.word()).collect()
}

fn list_or(all: &[String]) -> String {
    let quoted: Vec<String> = all.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [init @ .., last] if !init.is_empty() => format!("{} or {last}", init.join(", ")),
        other => other.join(""),
    }
}
