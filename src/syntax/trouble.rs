//! What to say where the grammar does not fit: the place, what could stand there, and the shape that was begun.

use super::grammar::{Grammar, QUERY_SHAPES, QUERY_WORDS, Rule, human};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};

/// The diagnostic of a statement that does not parse.
pub(super) fn statement(source: SourceId, base: usize, text: &str, error: &Error<Rule>) -> Diagnostic {
    let first = first_word(text);
    let at = place(error).min(text.len());
    if let Some((_, shape)) = QUERY_SHAPES.iter().find(|(word, _)| *word == first) {
        // An app is asked for more than what it reaches.
        let (words, more) = match first {
            "can" => (format!("{shape} start fire scale"), ", `can APP start` or `can APP.TRIGGER fire|scale`"),
            _ => (shape.to_string(), ""),
        };
        return query(source, base, text, at, &words).help(format!("a `{first}` query is `{shape}`{more}"));
    }
    if first == "assert" {
        return stuck(source, base, text, at, error).help(
            "an assertion is `assert SOURCE can|cannot reach TARGET:PORT [because RULE]` or `assert QUERY is VERDICT`",
        );
    }
    if !QUERY_WORDS.contains(&first) {
        let begins = text.trim_start().chars().next().is_some_and(|c| !c.is_ascii_alphabetic());
        if begins {
            let lead = text.len() - text.trim_start().len();
            let end = lead + word_len(&text[lead..]);
            let span = Span::new(source, base + lead, base + end);
            return Diagnostic::error("FN0101", span, format!("a statement cannot begin with `{}`", &text[lead..end]))
                .help("a statement begins with a kind such as `vnet`, a query word such as `can`, or `let`, `for`, `check`, `assert`");
        }
    }
    stuck(source, base, text, at, error)
}

/// A question that does not fit its shape: where, and the word of the shape that was probably meant.
fn query(source: SourceId, base: usize, text: &str, at: usize, shape: &str) -> Diagnostic {
    let at = at + (text[at..].len() - text[at..].trim_start_matches([' ', '\t']).len());
    let found = &text[at..at + word_len(&text[at..])];
    let words = shape
        .split([' ', '[', ']', '|'])
        .filter(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
    let expected = words.clone().any(|word| word == found);
    let rest = text[at + found.len()..].trim();
    if found.is_empty() || (expected && rest.is_empty()) {
        let end = text.trim_end().len();
        let span = Span::new(source, base + end, base + end);
        return Diagnostic::error("FN0101", span, "the question breaks off here");
    }
    let span = Span::new(source, base + at, base + at + found.len());
    let diagnostic = Diagnostic::error("FN0101", span, format!("`{found}` is not expected here"));
    diagnostic.maybe_help(crate::diagnostic::did_you_mean(found, words))
}

/// The diagnostic of a line of a block that does not parse.
pub(super) fn line(source: SourceId, base: usize, text: &str) -> Diagnostic {
    let first = first_word(text);
    let number = text.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let rule = number || matches!(first, "allow" | "deny" | "always-allow");
    if !number && (QUERY_SHAPES.iter().any(|(word, _)| *word == first) || first == "assert") {
        let span = Span::new(source, base, base + first.len());
        return Diagnostic::error("FN0125", span, format!("`{first}` cannot stand in the block of a declaration"))
            .help("close the block with `}` before it");
    }
    let arrow = text.contains("->");
    let tried = if !rule && text.contains('{') {
        Rule::entry
    } else if rule && !(arrow && looks_like_route(text)) {
        Rule::rule_line
    } else if arrow {
        Rule::route
    } else {
        Rule::entry
    };
    let help = match tried {
        Rule::rule_line => {
            "a line is `PRIORITY allow|deny PROTOCOL SOURCE[:PORTS] -> DESTINATION[:PORTS] [as NAME]`, or `[PRIORITY] allow|deny SOURCE` in a firewall or access list"
        }
        Rule::route => "a route is `PREFIX -> appliance ADDRESS | gateway | vnet | internet | none [as NAME]`",
        _ => "a line is a property and its values, `region westeurope`",
    };
    match Grammar::parse(tried, text) {
        Err(error) => stuck(source, base, text, place(&error).min(text.len()), &error).help(help),
        Ok(pairs) => {
            // The line begins well; what follows is too much.
            let end = pairs.last().map_or(0, |pair| pair.as_span().end());
            let rest = text[end..].trim_start();
            let start = text.len() - rest.len();
            let shown = &rest[..word_len(rest)];
            let span = Span::new(source, base + start, base + start + shown.len().max(1));
            let ended = text[..end].trim_end().ends_with('}');
            let help = if ended { "put it on a line of its own, or after `;`" } else { help };
            Diagnostic::error("FN0101", span, format!("`{shown}` is not expected here")).help(help)
        }
    }
}

fn looks_like_route(text: &str) -> bool {
    text.split("->").next().is_some_and(|head| head.split_whitespace().count() == 1)
}

fn stuck(source: SourceId, base: usize, text: &str, at: usize, error: &Error<Rule>) -> Diagnostic {
    let skipped = text[at..].len() - text[at..].trim_start_matches([' ', '\t']).len();
    let at = at + skipped;
    let found = &text[at..at + word_len(&text[at..])];
    let expected = expected(error);
    let span = Span::new(source, base + at, base + at + found.len());
    let message = match (found.is_empty(), expected.is_empty()) {
        (true, true) => "the statement breaks off here".to_string(),
        (true, false) => format!("the statement breaks off here: expected {expected}"),
        (false, true) => format!("`{found}` is not expected here"),
        (false, false) => format!("`{found}` is not expected here: expected {expected}"),
    };
    let span = if found.is_empty() { Span::new(source, base + text[..at].trim_end().len(), base + at) } else { span };
    Diagnostic::error("FN0101", span, message)
}

fn place(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

fn expected(error: &Error<Rule>) -> String {
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else { return String::new() };
    let mut words: Vec<&str> = Vec::new();
    for word in positives.iter().filter_map(|rule| human(*rule)) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.as_slice() {
        [] => String::new(),
        [one] => one.to_string(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    &text[..text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(text.len())]
}

/// The length of the word, or the one sign, that the text begins with.
fn word_len(text: &str) -> usize {
    let end = text.find(|c: char| c.is_whitespace() || "{}[](),;#".contains(c)).unwrap_or(text.len());
    if end == 0 { text.chars().next().filter(|c| !c.is_whitespace()).map_or(0, char::len_utf8) } else { end }
}
