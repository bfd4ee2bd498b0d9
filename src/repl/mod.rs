//! The prompt at a terminal: entries over several lines, completion, colours, a history that is kept. The only user of
//! rustyline. What is said to an entry comes from [`crate::conversation`].

mod edit;
mod pager;
mod paint;
mod waiting;
#[cfg(feature = "watch")]
mod watching;

use crate::conversation::{Conversation, Done, Format, Said, Shown};
use crate::render::Style;
use crate::session::Session;
use edit::Entry;
use pager::Pages;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{ColorMode, CompletionType, Config, Editor, ExternalPrinter};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a prompt begins.
pub(crate) struct Begin<'a> {
    /// The scripts that are loaded first.
    pub(crate) files: &'a [PathBuf],
    /// The style of standard output.
    pub(crate) style: Style,
    /// The style of standard error.
    pub(crate) errors: Style,
    /// How answers are written.
    pub(crate) format: Format,
    /// Without a banner?
    pub(crate) quiet: bool,
}

/// What kept the prompt from beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hindered {
    /// A file that was named has errors.
    Errors,
    /// A file cannot be read, or there is no terminal to speak of.
    Unusable,
}

/// A conversation at a terminal, or through pipes.
struct Prompt {
    talk: Arc<Mutex<Conversation>>,
    editor: Editor<Entry, FileHistory>,
    style: Style,
    errors: Style,
    /// Is somebody there who types and reads?
    is_terminal: bool,
    history: Option<PathBuf>,
    /// Where somebody may press Ctrl-C.
    waiting: Option<waiting::Waiting>,
    #[cfg(feature = "watch")]
    watching: watching::Watching,
}

/// Runs the prompt until the user leaves.
pub(crate) fn run(session: Session, begin: &Begin<'_>) -> Result<(), Hindered> {
    let mut talk = Conversation::new(session);
    talk.set_format(begin.format);
    talk.set_width(begin.style.width);
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let talk = Arc::new(Mutex::new(talk));
    let colors = if begin.style.color { ColorMode::Enabled } else { ColorMode::Disabled };
    let config = Config::builder()
        .auto_add_history(false)
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .color_mode(colors)
        .build();
    let mut editor: Editor<Entry, FileHistory> = Editor::with_config(config).map_err(|error| {
        eprintln!("{error}");
        Hindered::Unusable
    })?;
    editor.set_helper(Some(Entry::of(talk.clone(), begin.style)));
    let history = history_file();
    if let Some(path) = &history {
        // There is none at first.
        let _ = editor.load_history(path);
    }
    let mut prompt = Prompt {
        talk,
        editor,
        style: begin.style,
        errors: begin.errors,
        is_terminal,
        history,
        waiting: is_terminal.then(waiting::Waiting::begin).flatten(),
        #[cfg(feature = "watch")]
        watching: watching::Watching::default(),
    };
    prompt.begin(begin)?;
    prompt.go_on();
    Ok(())
}

impl Prompt {
    fn talk(&self) -> MutexGuard<'_, Conversation> {
        self.talk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files that were named, and the two lines of the banner.
    fn begin(&mut self, begin: &Begin<'_>) -> Result<(), Hindered> {
        if !begin.files.is_empty() {
            let said = self.talk().load(begin.files);
            self.print(&said);
            if !said.taken {
                return Err(if is_unread(&said) { Hindered::Unusable } else { Hindered::Errors });
            }
        }
        if self.is_terminal && !begin.quiet {
            let mut talk = self.talk();
            let (version, edition) = (env!("CARGO_PKG_VERSION"), talk.session().edition());
            println!("fnet {version}, Azure Functions networking, edition {edition}. `:help` fits on a screen.");
            println!(
                "{}",
                match talk.is_empty() {
                    true => "Nothing is declared yet: `:tour` shows around, `vnet hub 10.0.0.0/16` begins.",
                    false => "Ask, as in `can app1 reach 10.2.0.4:1433`; `show` and `lint` look around.",
                }
            );
        }
        Ok(())
    }

    /// Entry for entry, until the user leaves.
    fn go_on(&mut self) {
        #[cfg(feature = "watch")]
        let tell = self.teller();
        loop {
            self.measure();
            match self.editor.readline(if self.is_terminal { "fnet> " } else { "" }) {
                Ok(entry) => {
                    self.remember(&entry);
                    let Some(said) = self.said_to(&entry) else {
                        put(true, "stopped; everything is as it was before\n");
                        continue;
                    };
                    self.print(&said);
                    #[cfg(feature = "watch")]
                    if let Err(error) = self.watching.follow(&self.talk, &tell) {
                        eprintln!("{error}");
                    }
                    if said.done == Done::Leave {
                        return;
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return,
                Err(error) => {
                    eprintln!("{error}");
                    return;
                }
            }
        }
    }

    /// What is said to an entry; none where it was not waited for.
    fn said_to(&mut self, entry: &str) -> Option<Said> {
        let talk = self.talk.clone();
        let mut talk = talk.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut self.waiting {
            Some(waiting) => waiting.entry(&mut talk, entry),
            None => Some(talk.entry(entry)),
        }
    }

    /// Takes the width of the terminal, which may be another by now.
    fn measure(&mut self) {
        if let Some((columns, _)) = self.dimensions() {
            (self.style.width, self.errors.width) = (columns, columns);
            self.talk().set_width(columns);
            if let Some(entry) = self.editor.helper_mut() {
                entry.style.width = columns;
            }
        }
    }

    /// The columns and rows of the terminal that is written to.
    fn dimensions(&mut self) -> Option<(usize, usize)> {
        let (columns, rows) = self.editor.dimensions().filter(|_| self.is_terminal)?;
        (columns > 0 && rows > 0).then_some((columns.into(), rows.into()))
    }

    /// Keeps an entry in the history, whole; the last one is not kept twice.
    fn remember(&mut self, entry: &str) {
        if entry.trim().is_empty() {
            return;
        }
        let new = self.editor.add_history_entry(entry.trim_end()).unwrap_or(false);
        if let Some(path) = self.history.as_ref().filter(|_| new) {
            // Where it cannot be kept, there is still the history of this run.
            let _ = self.editor.append_history(path);
        }
    }

    /// Prints what was said, each piece where it belongs, and what is longer than the screen page by page.
    fn print(&mut self, said: &Said) {
        let style = self.talk().style(self.style);
        let errors = self.talk().style(self.errors);
        let size = self.dimensions();
        let texts = said.shown.iter().map(|piece| match piece.is_error() {
            true => (true, piece.to_text(&errors)),
            false => (false, piece.to_text(&style)),
        });
        let texts: Vec<(bool, String)> = texts.collect();
        let Some(size) = size else {
            return texts.iter().for_each(|(is_error, text)| put(*is_error, text));
        };
        let whole: String = texts.iter().map(|(_, text)| text.as_str()).collect();
        let mut pages = Pages::of(&whole, size);
        let (mut page, mut left) = pages.next();
        if left == 0 {
            return texts.iter().for_each(|(is_error, text)| put(*is_error, text));
        }
        loop {
            put(false, &page);
            if left == 0 || !self.goes_on(left) {
                return;
            }
            (page, left) = pages.next();
        }
    }

    /// Asks whether the next page is wanted.
    fn goes_on(&mut self, left: usize) -> bool {
        let ask = format!("-- {left} line{} more: Enter goes on, q ends -- ", if left == 1 { "" } else { "s" });
        let asking = |editor: &Editor<Entry, FileHistory>, yes| {
            editor.helper().iter().for_each(|entry| entry.is_asking.set(yes));
        };
        asking(&self.editor, true);
        let answer = self.editor.readline(&ask);
        asking(&self.editor, false);
        answer.is_ok_and(|answer| !answer.trim().starts_with(['q', 'Q', 'n', 'N']))
    }

    /// What prints above the prompt while it waits.
    #[cfg(feature = "watch")]
    fn teller(&mut self) -> watching::Tell {
        let mut printer = self.editor.create_external_printer().ok().filter(|_| self.is_terminal);
        let (style, errors) = (self.style, self.errors);
        Arc::new(Mutex::new(move |said: &Said, talk: &Conversation| {
            for piece in &said.shown {
                let own = talk.style(if piece.is_error() { errors } else { style });
                let text = piece.to_text(&own);
                match &mut printer {
                    // The program is about to end where nobody takes it.
                    Some(printer) => drop(printer.print(text)),
                    None => put(piece.is_error(), &text),
                }
            }
        }))
    }
}

/// Writes to either stream. A reader that went away is no error.
fn put(is_error: bool, text: &str) {
    use std::io::Write;
    let _ = match is_error {
        true => std::io::stderr().lock().write_all(text.as_bytes()),
        false => std::io::stdout().lock().write_all(text.as_bytes()),
    };
}

/// Where the history is kept: `FNET_HISTORY`, or the place that the system has for it.
fn history_file() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("FNET_HISTORY") {
        return (!path.is_empty()).then(|| path.into());
    }
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let folder = state.or(home)?.join("fnet");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}

/// Is it only that files could not be read?
fn is_unread(said: &Said) -> bool {
    said.shown.iter().all(|piece| match piece {
        Shown::Trouble(all, _) => all.iter().all(|diagnostic| diagnostic.code == "FN0001"),
        _ => true,
    })
}
