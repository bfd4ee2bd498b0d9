//! The prompt: entries over several lines, a history that is kept, and commands. The only user of rustyline.

mod command;
mod edit;

use crate::load::Script;
use crate::render::{self, Style};
use crate::session::{Outcome, Report, Session};
use command::Done;
use edit::Entry;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Config, Editor};
use std::io::IsTerminal;
use std::path::PathBuf;

/// A conversation at the prompt.
pub(crate) struct Prompt {
    session: Session,
    style: Style,
    /// The files loaded so far, for `:reset` to say what is gone.
    loaded: Vec<PathBuf>,
}

/// What kept the prompt from beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hindered {
    /// A file that was named has errors.
    Errors,
    /// A file cannot be read, or there is no terminal to speak of.
    Unusable,
}

/// Runs the prompt until the user leaves.
pub(crate) fn run(session: Session, files: &[PathBuf], style: Style, quiet: bool) -> Result<(), Hindered> {
    let mut prompt = Prompt { session, style, loaded: Vec::new() };
    prompt.session.keep_answers(true);
    let terminal = std::io::stdin().is_terminal();
    if !files.is_empty() {
        prompt.load(files)?;
    }
    if terminal && !quiet {
        prompt.banner();
    }
    let config = Config::builder().auto_add_history(false).build();
    let mut editor: Editor<Entry, FileHistory> = Editor::with_config(config).map_err(|error| {
        eprintln!("{error}");
        Hindered::Unusable
    })?;
    editor.set_helper(Some(Entry::default()));
    let history = history_file();
    if let Some(path) = &history {
        let _ = editor.load_history(path);
    }
    loop {
        match editor.readline(if terminal { "fnet> " } else { "" }) {
            Ok(entry) => {
                if !entry.trim().is_empty() {
                    let _ = editor.add_history_entry(entry.as_str());
                    if let Some(path) = &history {
                        let _ = editor.append_history(path);
                    }
                }
                if prompt.entry(&entry) == Done::Leave {
                    break;
                }
            }
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break,
            Err(error) => {
                eprintln!("{error}");
                break;
            }
        }
    }
    Ok(())
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

impl Prompt {
    fn banner(&self) {
        println!("fnet {} - Azure Functions networking, edition {}", env!("CARGO_PKG_VERSION"), self.session.edition());
        println!("Declare, then ask: `can app1 reach 10.2.0.4:1433`. `:help` tells more, `:quit` leaves.");
    }

    /// Takes one entry: a command or a piece of fnet.
    fn entry(&mut self, entry: &str) -> Done {
        let text = entry.trim();
        if text.is_empty() {
            return Done::Stay;
        }
        if text.starts_with(':') {
            return command::run(self, text);
        }
        match self.session.enter(entry) {
            Ok(report) => self.report(&report),
            Err(errors) => {
                let text = render::diagnostics(&errors.diagnostics, &errors.sources, &self.style);
                eprintln!("{}", text.trim_end());
            }
        }
        Done::Stay
    }

    /// Prints what an entry came to; the question itself was just typed.
    fn report(&self, report: &Report) {
        let warnings = render::diagnostics(&report.diagnostics, self.session.sources(), &self.style);
        if !warnings.is_empty() {
            eprintln!("{}", warnings.trim_end());
        }
        for outcome in &report.outcomes {
            let text = match outcome {
                Outcome::Answer { answer, .. } => render::answer(answer),
                other => render::outcome(other),
            };
            print!("{}", text.to_text(&self.style));
            if let Outcome::Fails { diagnostic, .. } = outcome {
                eprintln!("{}", render::diagnostic(diagnostic, self.session.sources(), &self.style).trim_end());
            }
        }
    }

    /// Loads files and says what came of it.
    fn load(&mut self, files: &[PathBuf]) -> Result<(), Hindered> {
        match self.session.load_all(files.iter().cloned().map(Script::File)) {
            Ok(report) => {
                self.loaded.extend_from_slice(files);
                let warnings = render::diagnostics(&report.diagnostics, self.session.sources(), &self.style);
                if !warnings.is_empty() {
                    eprintln!("{}", warnings.trim_end());
                }
                let (passed, failed) = report.assertions();
                let count = self.session.declared().items().len();
                let checks = if passed + failed > 0 { format!(", {}", report.tally()) } else { String::new() };
                let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
                println!("loaded {}: {count} declarations{checks}", names.join(", "));
                Ok(())
            }
            Err(errors) => {
                let text = render::diagnostics(&errors.diagnostics, &errors.sources, &self.style);
                eprintln!("{}", text.trim_end());
                let unread = errors.diagnostics.iter().all(|diagnostic| diagnostic.code == "FN0001");
                Err(if unread { Hindered::Unusable } else { Hindered::Errors })
            }
        }
    }
}
