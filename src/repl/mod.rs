//! The prompt at a terminal: entries over several lines, a history that is kept. The only user of rustyline. What is
//! said to an entry comes from [`crate::conversation`].

mod edit;

use crate::conversation::{Conversation, Done, Said, Shown};
use crate::render::Style;
use crate::session::Session;
use edit::Entry;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Config, Editor};
use std::io::IsTerminal;
use std::path::PathBuf;

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
    let mut talk = Conversation::new(session);
    let terminal = std::io::stdin().is_terminal();
    if !files.is_empty() {
        let said = talk.load(files);
        print(&said, &talk.style(style));
        if !said.taken {
            return Err(if is_unread(&said) { Hindered::Unusable } else { Hindered::Errors });
        }
    }
    if terminal && !quiet {
        banner(&mut talk);
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
                let said = talk.entry(&entry);
                print(&said, &talk.style(style));
                if said.done == Done::Leave {
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

fn banner(talk: &mut Conversation) {
    println!("fnet {} - Azure Functions networking, edition {}", env!("CARGO_PKG_VERSION"), talk.session().edition());
    println!("Declare, then ask: `can app1 reach 10.2.0.4:1433`. `:help` tells more, `:quit` leaves.");
}

/// Prints what was said, each piece where it belongs.
fn print(said: &Said, style: &Style) {
    for piece in &said.shown {
        let text = piece.to_text(style);
        match piece.is_error() {
            true => eprint!("{text}"),
            false => print!("{text}"),
        }
    }
}

/// Is it only that files could not be read?
fn is_unread(said: &Said) -> bool {
    said.shown.iter().all(|piece| match piece {
        Shown::Trouble(all, _) => all.iter().all(|diagnostic| diagnostic.code == "FN0001"),
        _ => true,
    })
}
