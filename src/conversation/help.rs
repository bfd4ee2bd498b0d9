//! `:help`: what fits on a screen, and what a word means. The words themselves stand in the tables of the grammar, of the
//! commands and of the kinds.

use super::command::commands;
use super::{Conversation, Said};
use crate::syntax::QUERY_SHAPES;

/// How wide the screen is that `:help` fits on.
const COLUMNS: usize = 80;

/// `:help [WORD]`.
pub(super) fn help(talk: &mut Conversation, word: &str) -> Said {
    let bare = word.trim_start_matches(':');
    if word.is_empty() {
        return overview();
    }
    let mut said = Said::default();
    if let Some((_, shape)) = QUERY_SHAPES.iter().find(|(query, _)| *query == word) {
        said.words(shape);
        if word == "can" {
            said.words("can APP start, can APP.TRIGGER fire, can APP.TRIGGER scale");
        }
        return said;
    }
    if let Some(command) = commands().iter().find(|command| command.word == bare) {
        said.words(format!("{}  {}", command.shape, command.about));
        return said;
    }
    talk.part(&format!("explain {word}"))
}

fn overview() -> Said {
    let mut said = Said::default();
    said.words("Declare  vnet hub 10.2.0.0/16 { subnet apps 10.2.1.0/26 }  goes on while open");
    said.words("Ask      can app1 reach 10.2.0.4:1433                  `:help can`: its shape");
    let mut line = "        ".to_string();
    for (query, _) in QUERY_SHAPES {
        if line.len() + query.len() + 1 > COLUMNS {
            said.words(&line);
            line = "        ".to_string();
        }
        line = format!("{line} {query}");
    }
    said.words(&line);
    said.words("What if  given { remove nsg guard } can app1 reach 10.2.0.4:1433");
    let widest = commands().iter().map(|command| command.shape.len()).max().unwrap_or(0);
    for command in commands() {
        said.words(format!("  {:widest$}  {}", command.shape, command.about));
    }
    said.words("Tab completes, Ctrl-R searches what was typed, Ctrl-C drops the entry, an empty");
    said.words("line ends it.");
    said
}
