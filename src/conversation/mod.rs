//! A conversation as one has it at the prompt, without the terminal: an entry goes in, fnet or a `:command`, and what to
//! show comes out.
//!
//! Here stand the conversation and what becomes of an entry. What an answer is decides [`crate::session`], how it looks
//! [`crate::render`]; who types, and where the text goes, is known to those who call.

mod command;
mod completion;
mod files;
mod help;
mod log;
mod news;
mod said;
mod save;
mod tour;

pub use command::{Takes, commands};
pub use completion::{Candidate, candidates};
#[cfg(feature = "watch")]
pub(crate) use news::{news, tally};
pub use said::{Done, Said, Shown};

use crate::render::{self, Depth, Markup, Style, Tag};
use crate::session::{Errors, Mark, Outcome, Report, Session};
use crate::syntax::{Completeness, completeness};
use log::{Log, What};
use std::path::PathBuf;
use std::time::Instant;
use tour::Tour;

/// A conversation with a prompt.
///
/// ```
/// use fnet::conversation::{Conversation, Done};
/// use fnet::render::Style;
///
/// let mut talk = Conversation::new(fnet::Session::new());
/// assert!(talk.entry("vnet hub 10.0.0.0/16 { subnet s 10.0.0.0/24 }").is_silent());
/// talk.entry("host vm1 in hub.s 10.0.0.4 { listen tcp 443 }; host vm2 in hub.s 10.0.0.5");
/// let said = talk.entry("can vm2 reach vm1:443");
/// assert!(said.out(&Style::default()).starts_with("yes"));
/// assert!(talk.entry("vnett lab 10.1.0.0/16").err(&Style::default()).contains("FN0106"));
/// assert_eq!(talk.entry(":quit").done, Done::Leave);
/// ```
pub struct Conversation {
    /// What is talked about.
    net: Net,
    /// While the tour is on, the user's own.
    tour: Option<Tour>,
    depth: Depth,
    width: usize,
    format: Format,
    /// Is it told how long an entry took?
    timed: bool,
    watching: bool,
}

/// A network that is talked about, and how it came about.
struct Net {
    session: Session,
    log: Log,
    /// Where it stood when files were loaded last, or before they were loaded again.
    base: Option<Mark>,
    /// Where it was saved to.
    saved: Option<PathBuf>,
}

/// How answers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people, at a terminal.
    #[default]
    Text,
    /// Without colours and signs beyond ASCII.
    Plain,
    /// As data.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 3] = [Self::Text, Self::Plain, Self::Json];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Plain => "plain",
            Self::Json => "json",
        }
    }
}

impl Net {
    fn of(mut session: Session) -> Self {
        session.keep_answers(true);
        Self { session, log: Log::default(), base: None, saved: None }
    }

    /// Another one that stands where this one does.
    fn spare(&self) -> Self {
        let mut spare = Self::of(self.session.anew());
        spare.session.go_back(&self.session.mark());
        Self { log: self.log.clone(), base: self.base.clone(), saved: self.saved.clone(), ..spare }
    }
}

impl Conversation {
    /// A conversation about what a session has so far.
    pub fn new(session: Session) -> Self {
        Self {
            net: Net::of(session),
            tour: None,
            depth: Depth::default(),
            width: Style::default().width,
            format: Format::default(),
            timed: false,
            watching: false,
        }
    }

    /// Another conversation that stands where this one does: to go on with where an entry is not waited for.
    pub fn spare(&self) -> Self {
        Self { net: self.net.spare(), tour: self.tour.as_ref().map(Tour::spare), ..*self }
    }

    /// The session that it leads.
    pub fn session(&mut self) -> &mut Session {
        &mut self.net.session
    }

    /// How wide the lines of answers are to be from now on.
    pub fn set_width(&mut self, width: usize) {
        self.width = width;
    }

    /// How answers are to be written from now on.
    pub fn set_format(&mut self, format: Format) {
        self.format = format;
    }

    /// The style of a stream as the conversation wants it.
    pub fn style(&self, own: Style) -> Style {
        match self.format {
            Format::Plain => Style { color: false, unicode: false, ..own },
            _ => own,
        }
    }

    /// Are the files to be loaded again whenever they change?
    pub fn is_watching(&self) -> bool {
        self.watching
    }

    /// Is nothing declared yet?
    pub fn is_empty(&self) -> bool {
        self.net.session.declared().items().is_empty()
    }

    /// Takes one entry: a command, or a piece of fnet, which may hold many statements and is taken whole or not at all.
    /// Lines that begin with `:` among them are commands of their own; what comes behind an error is left out.
    pub fn entry(&mut self, entry: &str) -> Said {
        let begun = Instant::now();
        let mut said = Said::default();
        let parts = parts(entry);
        for (at, part) in parts.iter().enumerate() {
            let next = self.part(part);
            (said.done, said.taken) = (next.done, next.taken);
            said.shown.extend(next.shown);
            let left: usize = parts[at + 1..].iter().map(|part| part.lines().count()).sum();
            if !said.taken && left > 0 {
                said.remark(format!("left out, behind the error: {left} line{}", if left == 1 { "" } else { "s" }));
            }
            if !said.taken || said.done == Done::Leave {
                break;
            }
        }
        if self.timed && !parts.is_empty() {
            said.note(format!("{} ms", (begun.elapsed().as_secs_f64() * 10_000.0).round() / 10.0));
        }
        said
    }

    fn part(&mut self, part: &str) -> Said {
        let text = part.trim();
        if text.is_empty() {
            return match self.tour {
                Some(_) => self.go_on_with_tour(),
                None => Said::default(),
            };
        }
        if text.starts_with(':') {
            return command::run(self, text);
        }
        let before = self.net.session.mark();
        match self.net.session.enter(part) {
            Ok(report) => {
                self.net.log.note(What::Entry(part.trim_matches('\n').to_string()), before);
                self.told(&report)
            }
            Err(errors) => self.refused(errors),
        }
    }

    /// What an entry came to; the question itself was just typed.
    fn told(&self, report: &Report) -> Said {
        let mut said = Said::default();
        let sources = self.net.session.sources();
        if self.format == Format::Json {
            if !report.outcomes.is_empty() || !report.diagnostics.is_empty() {
                said.text(render::report_json(report, &[], sources));
            }
            return said;
        }
        said.trouble(report.diagnostics.clone(), sources);
        for outcome in &report.outcomes {
            said.answer(match outcome {
                Outcome::Answer { answer, .. } => render::answer_to(answer, self.depth, self.width),
                other => render::outcome_within(other, self.width),
            });
            if let Outcome::Fails { diagnostic, .. } = outcome {
                said.trouble(vec![diagnostic.as_ref().clone()], sources);
            }
        }
        said
    }

    /// What kept a text from being taken.
    fn refused(&self, errors: Errors) -> Said {
        let mut said = Said { taken: false, ..Said::default() };
        match self.format {
            Format::Json => {
                said.text(render::report_json(&Report::default(), &errors.diagnostics, &errors.sources));
            }
            _ => said.trouble(errors.diagnostics, &errors.sources),
        }
        said
    }
}

/// The parts of an entry that are taken one by one: lines that are commands, and what stands between them.
fn parts(entry: &str) -> Vec<String> {
    if entry.trim().is_empty() {
        return vec![String::new()];
    }
    let mut all: Vec<String> = Vec::new();
    let mut fnet = String::new();
    for line in entry.split_inclusive('\n') {
        if line.trim_start().starts_with(':') && completeness(&fnet) == Completeness::Complete {
            all.push(std::mem::take(&mut fnet));
            all.push(line.trim_end_matches('\n').to_string());
        } else {
            fnet.push_str(line);
        }
    }
    all.push(fnet);
    all.retain(|part| !part.trim().is_empty());
    all
}

/// One line of words with a tag.
fn line(tag: Tag, text: impl AsRef<str>) -> Markup {
    let mut markup = Markup::default();
    markup.push(tag, text).line();
    markup
}
