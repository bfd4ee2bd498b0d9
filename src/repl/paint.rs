//! The colours of an entry that is being typed. What its words are comes from [`crate::syntax::classes`], what there is
//! from the model.

use crate::model::{Kind, Model};
use crate::syntax::{Class, QUERY_SHAPES, classes, literal};

/// A text with colours; it takes as many columns as without. `at` is the cursor, whose bracket and its partner are set off.
pub(super) fn painted(text: &str, at: usize, model: Option<&Model>) -> String {
    let found = classes(text);
    let pair = partners(text, &found, at);
    let mut out = String::with_capacity(text.len() * 2);
    let mut from = 0;
    let mut property = "";
    for (range, class) in found {
        out.push_str(&text[from..range.start]);
        from = range.end;
        let word = &text[range.clone()];
        let set_off = class == Class::Bracket && pair.is_some_and(|(a, b)| range.start == a || range.start == b);
        if class == Class::Property {
            property = word;
        }
        // A property that is called as a kind names something of that kind.
        let names_nothing = class == Class::Value
            && Kind::named(property).is_some_and(|kind| !matches!(kind, Kind::Region | Kind::Subscription))
            && model.is_some_and(|model| !is_declared(word, model));
        let code = match (set_off, names_nothing) {
            (true, _) => Some("1;4"),
            (_, true) => Some("4;33"),
            _ => code(class, word, model),
        };
        match code {
            // Each line of a text that goes over several has its own colours.
            Some(code) => out.push_str(&format!("\u{1b}[{code}m{word}\u{1b}[0m")),
            None => out.push_str(word),
        }
    }
    out.push_str(&text[from..]);
    out
}

fn code(class: Class, word: &str, model: Option<&Model>) -> Option<&'static str> {
    Some(match class {
        Class::Keyword | Class::Command => "1;34",
        Class::Kind => match model.is_none_or(|model| is_kind(word, model)) {
            true => "1;34",
            false => "4;31",
        },
        Class::NewName => "1",
        Class::Name => match model.map(|model| is_known(word, model)) {
            Some(true) => "36",
            Some(false) => "4;33",
            None => return None,
        },
        Class::Value => match model.is_some_and(|model| is_declared(word, model)) {
            true => "36",
            false => return None,
        },
        Class::Property => "34",
        Class::Address | Class::Number => "35",
        Class::Text => "32",
        Class::Comment => "2",
        Class::Operator | Class::Bracket => return None,
    })
}

fn is_kind(word: &str, _: &Model) -> bool {
    Kind::named(word).is_some()
        || crate::platform::Platform::kinds().contains(&word)
        || matches!(word, "slot" | "trigger" | "database")
        // What is still being typed may become one.
        || Kind::ALL.iter().any(|kind| kind.word().starts_with(word))
        || QUERY_SHAPES.iter().any(|(query, _)| query.starts_with(word))
        || crate::syntax::QUERY_WORDS.iter().any(|known| known.starts_with(word))
}

fn is_declared(word: &str, model: &Model) -> bool {
    model.names.find(word, Kind::ALL).is_ok()
}

/// Does a word name something: a declaration, a member of one, a tag, a host name?
fn is_known(word: &str, model: &Model) -> bool {
    let base = word.rsplit_once('.').map_or(word, |(base, _)| base);
    let several = |word: &str| !matches!(model.names.find(word, Kind::ALL), Err(crate::model::NameTrouble::Unknown));
    several(word)
        || several(base)
        || model.platform.tag(word).is_some()
        || (literal::is_host_name(word, 2) && !several(base) && word.matches('.').count() > 1)
        || model.platform.is_region(&word.to_lowercase())
        || matches!(word, "azure-services" | "trusted-services")
}

/// Where the bracket at the cursor stands, or the one before it, and its partner.
fn partners(text: &str, found: &[(std::ops::Range<usize>, Class)], at: usize) -> Option<(usize, usize)> {
    let brackets = found.iter().filter(|(_, class)| *class == Class::Bracket).map(|(range, _)| range.start);
    let all: Vec<usize> = brackets.collect();
    let own = all.iter().position(|place| *place == at).or(all.iter().position(|place| place + 1 == at))?;
    let opens = |place: usize| matches!(&text[place..place + 1], "{" | "(" | "[");
    let mut depth = 0i32;
    let mut step = |place: usize, forward: bool| {
        depth += if opens(place) == forward { 1 } else { -1 };
        depth == 0
    };
    let partner = match opens(all[own]) {
        true => all[own..].iter().copied().find(|place| step(*place, true)),
        false => all[..=own].iter().rev().copied().find(|place| step(*place, false)),
    };
    Some((all[own], partner?))
}
