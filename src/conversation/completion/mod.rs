//! What may stand at the cursor: words of the language, and names of the right kind, each with a word on what it is.
//!
//! What a question may hold comes from its shape, what a declaration may hold from the model itself: a word that nobody
//! has is put at the cursor, and the model says what would do in its place. Here is decided who is asked; no key is known.

mod declaration;
mod question;
mod statement;

use super::command::{Takes, commands};
use crate::diagnostic::Wanted;
use crate::model::Kind;
use crate::platform::Edition;
use crate::session::Session;
use crate::syntax::standing;
use std::ops::Range;
use std::path::Path;

/// Something that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What of the text it takes the place of.
    pub replace: Range<usize>,
    /// What would stand there.
    pub text: String,
    /// What it is, in a few words.
    pub about: String,
}

/// What may stand at a cursor in a text that is being typed, given what is declared.
///
/// ```
/// let mut net = fnet::Session::new();
/// net.enter("nsg guard; nsg gate; plan p { tier Premium }")?;
/// let found = fnet::conversation::candidates(&mut net, "vnet v 10.0.0.0/16 { subnet s 10.0.0.0/24 { nsg gu", 50);
/// assert_eq!((found[0].text.as_str(), found[0].about.as_str()), ("guard", "nsg"));
/// assert_eq!(found.len(), 1);
/// # Ok::<(), fnet::Errors>(())
/// ```
pub fn candidates(session: &mut Session, text: &str, cursor: usize) -> Vec<Candidate> {
    let Some(typed) = text.get(..cursor) else { return Vec::new() };
    let start = typed.rfind('\n').map_or(0, |at| at + 1);
    if typed[start..].trim_start().starts_with(':') {
        return of_command(session, typed, start);
    }
    let standing = standing(typed);
    if standing.is_comment {
        return Vec::new();
    }
    let begun = typed[standing.begun.clone()].to_string();
    let mut found = Found { session, typed, begun, replace: standing.begun.clone(), all: Vec::new() };
    match standing.is_line {
        true => found.line(&standing),
        false => found.statement(&standing),
    }
    found.all
}

/// The commands, and what stands behind one.
fn of_command(session: &mut Session, typed: &str, start: usize) -> Vec<Candidate> {
    let line = &typed[start..];
    let start = start + line.len() - line.trim_start().len();
    let (word, rest) = match typed[start..].split_once(char::is_whitespace) {
        None => {
            let begun = &typed[start + 1..];
            let known = commands().iter().filter(|command| command.word.starts_with(begun));
            return known
                .map(|command| Candidate {
                    replace: start + 1..typed.len(),
                    text: command.word.to_string(),
                    about: command.about.to_string(),
                })
                .collect();
        }
        Some((word, rest)) => (&word[1..], rest),
    };
    let begun = rest.rsplit(char::is_whitespace).next().unwrap_or(rest).to_string();
    let replace = typed.len() - begun.len()..typed.len();
    let mut found = Found { session, typed, begun, replace, all: Vec::new() };
    match commands().iter().find(|command| command.word == word).map(|command| command.takes) {
        Some(Takes::OneOf(words)) => words.iter().for_each(|own| found.word(own, "")),
        Some(Takes::Edition) => found.editions(),
        Some(Takes::Files) => found.files(),
        Some(Takes::Word) => found.explained(),
        Some(Takes::Nothing) | None => {}
    }
    found.all
}

/// What was found so far, of what begins as the word that is being typed.
struct Found<'a> {
    session: &'a mut Session,
    /// What stands before the cursor.
    typed: &'a str,
    begun: String,
    replace: Range<usize>,
    all: Vec<Candidate>,
}

impl Found<'_> {
    fn push(&mut self, text: impl Into<String>, about: impl Into<String>) {
        let text = text.into();
        if !self.all.iter().any(|known| known.text == text) {
            self.all.push(Candidate { replace: self.replace.clone(), text, about: about.into() });
        }
    }

    /// A word of the language, where it begins like that; case does not count.
    fn word(&mut self, word: &str, about: impl Into<String>) {
        let begins = word.get(..self.begun.len()).is_some_and(|begun| begun.eq_ignore_ascii_case(&self.begun));
        if begins {
            self.push(word, about);
        }
    }

    /// The declared names of some kinds.
    fn names(&mut self, kinds: &[Kind]) {
        let begun = self.begun.clone();
        for listed in self.session.listed(kinds, &begun, false) {
            let word = listed.kind.word();
            let about = match listed.about.starts_with(word) || listed.about.is_empty() {
                true => listed.about,
                false => format!("{word}, {}", listed.about),
            };
            self.push(quoted(&listed.name), if about.is_empty() { word.into() } else { about });
        }
    }

    /// The declared names of some kinds, as targets with the ports that are their own.
    fn targets(&mut self, kinds: &[Kind]) {
        let begun = self.begun.clone();
        let name = begun.split(':').next().unwrap_or(&begun);
        for listed in self.session.listed(kinds, name, true) {
            let own = quoted(&listed.name);
            // An address set of ports is taken at its first.
            let text = match &listed.ports {
                Some(ports) => format!("{own}:{}", ports.split(',').next().unwrap_or(ports)),
                None => own,
            };
            if text.starts_with(&begun) || !begun.contains(':') {
                self.push(text, listed.about);
            }
        }
    }

    fn lets(&mut self) {
        let lets: Vec<String> = self.session.lets().map(String::from).collect();
        lets.iter().for_each(|name| self.word(name, "named by `let`"));
    }

    fn tags(&mut self) {
        let model = self.session.model();
        for tag in model.platform.tag_names() {
            // Case counts in them.
            if tag.starts_with(&self.begun) {
                self.push(tag, "service tag");
            }
        }
    }

    fn editions(&mut self) {
        Edition::all().for_each(|edition| self.word(edition.name(), "edition"));
    }

    /// Rules, topics, and what is declared.
    fn explained(&mut self) {
        let model = self.session.model();
        if !self.begun.is_empty() {
            for id in model.platform.rule_ids() {
                let title =
                    if id.starts_with(&self.begun) { model.platform.rule(id).map(|rule| rule.title) } else { None };
                self.word(id, title.unwrap_or_default());
            }
        }
        for topic in model.platform.topics() {
            self.word(&topic.name, "topic");
        }
        self.names(Kind::ALL);
    }

    /// Files and folders; a name that holds blanks gets quotes.
    fn files(&mut self) {
        let begun = self.begun.trim_start_matches('"').to_string();
        let (folder, name) = match begun.rfind(['/', '\\']) {
            Some(at) => begun.split_at(at + 1),
            None => ("", begun.as_str()),
        };
        let path = if folder.is_empty() { Path::new(".") } else { Path::new(folder) };
        let open = self.begun.starts_with('"');
        for own in self.session.loader().names_in(path) {
            let hidden = own.starts_with('.') && !name.starts_with('.');
            if hidden || !own.starts_with(name) {
                continue;
            }
            let whole = format!("{folder}{own}");
            let is_folder = own.ends_with('/');
            let text = match (open || whole.contains(' '), is_folder) {
                (true, true) => format!("\"{whole}"),
                (true, false) => format!("\"{whole}\""),
                (false, _) => whole,
            };
            self.push(text, if is_folder { "folder" } else { "file" });
        }
    }

    /// What a diagnostic says would do.
    fn wanted(&mut self, wanted: &Wanted, of: &str) {
        match wanted {
            Wanted::Names(kinds) => self.names(&kinds_of(kinds)),
            Wanted::Addresses(kinds) => {
                self.names(&kinds_of(kinds));
                self.lets();
                self.tags();
                self.word("*", "every address");
            }
            Wanted::Words(words) => words.iter().for_each(|word| self.word(word, of)),
            Wanted::Properties(properties) => properties.iter().for_each(|property| self.word(property, of)),
        }
    }
}

fn kinds_of(words: &[&str]) -> Vec<Kind> {
    words.iter().filter_map(|word| Kind::named(word)).collect()
}

/// A name as it is written: in quotes where it is none otherwise.
fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if plain { name.into() } else { format!("\"{name}\"") }
}
