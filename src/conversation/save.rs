//! `:save FILE`: what worked in a conversation, as a script that runs. What is written was run before.
//!
//! A script declares each thing once and asks what is declared above, so statements that others have taken the place of
//! are left out, and questions that can no longer be asked become comments.

use super::command::said;
use super::files::paths;
use super::log::{What, asks};
use super::{Conversation, Net, Said};
use crate::load::Script;
use crate::model::name_of;
use crate::session::{Errors, Session};
use crate::source::{SourceId, Span};
use crate::syntax::ast::Statement;
use crate::syntax::parse;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A piece of the script.
struct Piece {
    text: String,
    /// Is it a question or an assertion?
    asks: bool,
    /// Was it left out because it cannot be asked any more?
    is_out: bool,
}

/// `:save FILE`.
pub(super) fn save(talk: &mut Conversation, rest: &str) -> Said {
    let files = paths(rest);
    let [file] = files.as_slice() else {
        return Said::refusal("`:save` wants a file, as in `:save network.fnet`");
    };
    let loader = talk.net.session.loader();
    let own = talk.net.saved.as_ref() == Some(file);
    if !own && loader.read(file).is_ok_and(|text| !text.trim().is_empty()) {
        let message = format!("there is a file `{}` already; choose another name, or remove it", file.display());
        return Said::refusal(message);
    }
    let (script, trouble) = talk.net.script(file);
    if let Err(why) = loader.write(file, &script) {
        return Said::refusal(format!("`{}` cannot be written: {why}", file.display()));
    }
    talk.net.saved = Some(file.clone());
    let mut told = said(format!("saved {}: {} lines", file.display(), script.lines().count()));
    if let Some(errors) = trouble {
        told.remark("it does not run as it stands:");
        told.trouble(errors.diagnostics, &errors.sources);
    }
    told
}

impl Net {
    /// The script, and what is wrong with it where it does not run.
    fn script(&self, file: &Path) -> (String, Option<Errors>) {
        let mut pieces = self.pieces();
        loop {
            // Files are named from where the conversation is, until the script runs.
            let text = written(self.session.edition().name(), &pieces, |path| path.to_path_buf());
            let mut trial = Session::with_loader(self.session.loader());
            let errors = trial.load_all([Script::text(&file.display().to_string(), &text)]).err();
            let wrong = errors.as_ref().map(|errors| unaskable(errors, &text, &pieces)).unwrap_or_default();
            if wrong.is_empty() {
                let beside = |path: &Path| beside(&*self.session.loader(), path, file);
                return (written(self.session.edition().name(), &pieces, beside), errors);
            }
            wrong.into_iter().for_each(|at| pieces[at].is_out = true);
        }
    }

    /// What was taken in, statement by statement, without what others have taken the place of.
    fn pieces(&self) -> Vec<Piece> {
        let made_of = self.session.declared().items().iter().flat_map(|item| item.made_of()).copied().collect();
        let mut reader = Reader { made_of, of_files: self.declared_by_files(), pieces: Vec::new() };
        let sources = self.session.sources();
        // The texts of the entries stand among those of the session, in the same order.
        let mut from = 0;
        for taken in &self.log.taken {
            match &taken.what {
                What::Files(files, _) => {
                    let uses = files.iter().map(|file| Piece::of(format!("use \"{}\"", file.display()), false));
                    reader.pieces.extend(uses);
                }
                What::Reset(_) => {}
                What::Entry(text) => {
                    let mut ids = (from..sources.len()).map(|at| SourceId(at as u32));
                    let mine = |id: &SourceId| {
                        sources.get(*id).is_some_and(|source| source.text.trim_matches('\n') == text.as_str())
                    };
                    if let Some((id, source)) = ids.find(mine).and_then(|id| Some((id, sources.get(id)?))) {
                        from = id.0 as usize + 1;
                        reader.read(id, &source.text);
                    }
                }
            }
        }
        reader.pieces
    }

    /// What the loaded files declare, by kind and name.
    fn declared_by_files(&self) -> HashSet<(String, String)> {
        let mut files = Session::with_loader(self.session.loader());
        files.only_declare(true);
        for taken in &self.log.taken {
            if let What::Files(paths, _) = &taken.what {
                // What cannot be read by now is told when the script is tried.
                let _ = files.load_all(paths.iter().cloned().map(Script::File));
            }
        }
        files.declared().items().iter().map(|item| (item.word.clone(), item.name.clone())).collect()
    }
}

impl Piece {
    fn of(text: String, asks: bool) -> Self {
        Self { text, asks, is_out: false }
    }
}

/// Reads entries into pieces.
struct Reader {
    /// The statements that what is declared is made of.
    made_of: HashSet<Span>,
    /// What files declare and nothing has removed yet.
    of_files: HashSet<(String, String)>,
    pieces: Vec<Piece>,
}

impl Reader {
    /// The statements of an entry that still count, with the comments at them.
    fn read(&mut self, id: SourceId, text: &str) {
        let mut from = 0;
        for statement in parse(id, text).0 {
            let span = statement.span();
            let behind = &text[span.end as usize..];
            let line = behind.find('\n').unwrap_or(behind.len());
            // A comment behind a statement is its own, unless another statement stands there too.
            let end = span.end as usize + if behind[..line].contains(';') { 0 } else { line };
            let own = text[from..end].trim_matches([';', '\n', ' ', '\t']).to_string();
            from = end;
            if self.counts(&statement, span) {
                self.pieces.push(Piece::of(own, asks(&statement)));
            }
        }
    }

    fn counts(&mut self, statement: &Statement, span: Span) -> bool {
        match statement {
            Statement::Edition(_) => false,
            Statement::Declaration(declaration) => {
                let key = (declaration.kind.text.to_string(), name_of(declaration).unwrap_or_default());
                let counts = self.made_of.contains(&span);
                if counts && self.of_files.remove(&key) {
                    self.pieces.push(Piece::of(format!("remove {} {}", key.0, key.1), false));
                }
                // `region` and `subscription` without a block hold for what follows and make nothing.
                counts || (declaration.block.is_none() && matches!(&*key.0, "region" | "subscription"))
            }
            Statement::Amend(_) => self.made_of.contains(&span),
            // What was declared at the prompt and removed again is not written at all.
            Statement::Remove(which) => {
                self.of_files.remove(&(which.kind.text.to_string(), name_of(which).unwrap_or_default()))
            }
            Statement::For(each) => self.made_of.contains(&span) || each.body.iter().all(asks),
            _ => true,
        }
    }
}

/// The script as text; `name` says how a file is called in it.
fn written(edition: &str, pieces: &[Piece], name: impl Fn(&Path) -> PathBuf) -> String {
    let mut text = format!("edition {edition}\n");
    for piece in pieces {
        text.push('\n');
        match piece.text.strip_prefix("use \"").and_then(|rest| rest.strip_suffix('"')) {
            Some(file) => text.push_str(&format!("use \"{}\"", name(Path::new(file)).display())),
            None if piece.is_out => {
                text.push_str("# asked of what is not there any more:\n");
                let lines: Vec<String> = piece.text.lines().map(|line| format!("# {line}")).collect();
                text.push_str(&lines.join("\n"));
            }
            None => text.push_str(&piece.text),
        }
        text.push('\n');
    }
    text
}

/// The pieces that ask and cannot, as far as that is what keeps the script from running.
fn unaskable(errors: &Errors, text: &str, pieces: &[Piece]) -> Vec<usize> {
    let mut at = 0;
    let mut places = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        if let Some(found) = text[at..].find(&piece.text).filter(|_| !piece.is_out) {
            places.push((index, at + found..at + found + piece.text.len()));
            at += found + piece.text.len();
        }
    }
    let here = |at: usize| places.iter().find(|(_, range)| range.contains(&at)).map(|(index, _)| *index);
    let mut wrong: Vec<usize> = Vec::new();
    for diagnostic in errors.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
        let labels = diagnostic.labels.iter().filter_map(|label| here(label.span.start as usize));
        wrong.extend(labels.filter(|index| pieces[*index].asks));
    }
    wrong.sort_unstable();
    wrong.dedup();
    wrong
}

/// How a script calls a file: relative to the folder that it stands in, unless they have nothing in common.
fn beside(loader: &dyn crate::load::Loader, path: &Path, script: &Path) -> PathBuf {
    let folder = script.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (from, to) = (loader.canonical(folder), loader.canonical(path));
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    if shared < 2 {
        return to;
    }
    let up = from.components().skip(shared).map(|_| PathBuf::from(".."));
    up.chain(to.components().skip(shared).map(|part| PathBuf::from(part.as_os_str()))).collect()
}
