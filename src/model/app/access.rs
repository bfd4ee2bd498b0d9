//! Who may call an app: its access lists. Which line matches a call is the engine's.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::address::{self, AddressExpr};
use crate::model::fields::{self, Fields, Lowering, Shape, Stated, one};
use crate::model::security::default_action;
use crate::model::{Action, Term};
use crate::source::Span;
use crate::syntax::ast::{Block, RuleLine, Word};

/// A line of an access list.
#[derive(Clone, Debug)]
pub struct AccessRule {
    /// Its priority.
    pub priority: i64,
    /// What it does.
    pub action: Action,
    /// Whom it is about.
    pub source: AccessSource,
    /// The headers that must match besides: name and alternatives.
    pub headers: Vec<(String, Vec<String>)>,
    /// May the subnet lack its service endpoint?
    pub ignore_missing: bool,
    /// Its name.
    pub name: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// The line, in one spelling.
    pub text: String,
}

/// Whom a line of an access list is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessSource {
    /// Addresses, names and tags.
    Addresses(AddressExpr),
    /// Any subnet with the service endpoint.
    AnyVnets,
}

/// An access list.
#[derive(Clone, Debug)]
pub struct AccessList {
    /// Its lines, by priority and then by order.
    pub rules: Vec<AccessRule>,
    /// `default allow` or `default deny`, where it is stated.
    pub default: Option<Stated<Action>>,
    /// Where it stands.
    pub span: Span,
}

/// Who may call the SCM site.
#[derive(Clone, Debug)]
pub enum ScmAccess {
    /// Whoever may call the main site.
    Same(Span),
    /// A list of its own.
    Own(AccessList),
}

pub(super) fn scm_access(f: &Fields<'_>, cx: &mut Lowering<'_>) -> Option<ScmAccess> {
    let entry = f.entry("scm-access")?;
    if entry.block.is_some() {
        return Some(ScmAccess::Own(access_list(entry.block.as_deref(), entry.name.span(), cx)));
    }
    match f.word("scm-access", cx) {
        Some(word) if &*word.text == "same" => Some(ScmAccess::Same(word.span())),
        Some(word) => {
            let message = "`scm-access` takes `same` or a block of lines";
            cx.report(Diagnostic::error("FN0109", word.span(), message));
            None
        }
        None => None,
    }
}

pub(super) fn access_list(block: Option<&Block>, span: Span, cx: &mut Lowering<'_>) -> AccessList {
    const LINES: Shape = Shape { kind: "access", properties: &[one("default")], rules: true, routes: false };
    let f = Fields::read(block, &LINES, cx);
    let mut rules: Vec<AccessRule> = f.rules.iter().filter_map(|line| access_rule(line, cx)).collect();
    rules.sort_by_key(|rule| rule.priority);
    let default = default_action(&f, cx);
    if let Some(stated) = default.as_ref().filter(|stated| stated.value == Action::Allow)
        && cx.platform.declaration("property", "access.default-allow").is_none()
    {
        let last = rules.last().map_or(100, |rule| rule.priority + 1);
        let message = format!("edition {} does not know a default that allows", cx.platform.edition());
        let help = format!("write a last line: `{last} allow *`");
        cx.report(Diagnostic::error("FN0117", stated.span, message).help(help));
    }
    AccessList { rules, default, span }
}

fn access_rule(line: &RuleLine, cx: &mut Lowering<'_>) -> Option<AccessRule> {
    let shape = "write `100 allow 203.0.113.0/24`";
    let Some(word) = &line.priority else {
        cx.report(Diagnostic::error("FN0116", line.span, "an access rule begins with its priority").help(shape));
        return None;
    };
    let Ok(priority) = word.text.parse::<i64>() else {
        let message = format!("`{}` is not a priority: that is a whole number", word.text);
        cx.report(Diagnostic::error("FN0109", word.span(), message));
        return None;
    };
    if line.destination.is_some() {
        let message = "an access rule names its source alone";
        cx.report(Diagnostic::error("FN0109", line.span, message).help(shape));
        return None;
    }
    for filter in &line.headers {
        cx.edition_must_declare("access.header", "header filters", filter.name.span());
        let name = filter.name.plain();
        let known = cx.platform.words("access-headers");
        if !known.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            let help = did_you_mean(&name.to_lowercase(), known.iter().map(String::as_str))
                .unwrap_or_else(|| format!("it is one of: {}", known.join(", ")));
            let message = format!("an access rule does not look at the header `{name}`");
            cx.report(Diagnostic::error("FN0109", filter.name.span(), message).help(help));
        }
    }
    let text: Vec<String> = line.source.iter().map(fields::show).collect();
    let source = if text == ["AnyVnets"] {
        cx.edition_must_declare("access.AnyVnets", "`AnyVnets`", line.source[0].span());
        AccessSource::AnyVnets
    } else {
        AccessSource::Addresses(address::expr(&line.source, cx)?)
    };
    if let AccessSource::Addresses(expr) = &source
        && expr.terms.iter().any(|term| matches!(term, Term::Tag(_)))
    {
        cx.edition_must_declare("access.service-tag", "service tags in access rules", expr.span);
    }
    let headers = line
        .headers
        .iter()
        .map(|filter| (filter.name.plain().to_lowercase(), filter.values.iter().map(Word::plain).collect()));
    Some(AccessRule {
        priority,
        action: if &*line.action.text == "deny" { Action::Deny } else { Action::Allow },
        source,
        headers: headers.collect(),
        ignore_missing: line.ignore_missing.is_some(),
        name: line.alias.as_ref().map(Word::plain),
        span: line.span,
        text: format!("{priority} {} {}", line.action.text, text.join(", ")),
    })
}
