//! Files in a conversation: loading them, loading them again, and what has changed since.

use super::command::said;
use super::log::{Log, What};
use super::news::{news, other_declarations, tally};
use super::{Conversation, Net, Said};
use crate::load::Script;
use crate::query::Answer;
use crate::render;
use crate::session::{Errors, Session};
use std::path::{Path, PathBuf};

/// How many changed declarations are told one by one.
const TOLD: usize = 12;

/// `:load FILES`.
pub(super) fn load(talk: &mut Conversation, rest: &str) -> Said {
    let files = paths(rest);
    if files.is_empty() {
        return Said::refusal("`:load` wants a file, as in `:load examples/orders.fnet`");
    }
    talk.load(&files)
}

/// `:reload`.
pub(super) fn reload(talk: &mut Conversation, _: &str) -> Said {
    talk.reload(None)
}

/// `:watch [on|off]`.
pub(super) fn watch(talk: &mut Conversation, word: &str) -> Said {
    if word == "off" {
        talk.watching = false;
        return said("files are not watched");
    }
    if !talk.net.log.has_files() {
        return Said::refusal("nothing is loaded to be watched; `:load FILE` loads a script");
    }
    talk.watching = true;
    let files: Vec<String> = talk.watched().map(|path| path.display().to_string()).collect();
    said(format!("watching {}; `:watch off` ends it", files.join(", ")))
}

/// `:changes`.
pub(super) fn changes(talk: &mut Conversation, _: &str) -> Said {
    let Some(base) = talk.net.base.clone() else {
        return Said::refusal("nothing was loaded yet to compare with; `:load FILE` loads a script");
    };
    let answer = Answer::Diff(talk.net.session.changes_since(&base, "the last load", "now"));
    let mut said = Said::default();
    match talk.format {
        super::Format::Json => said.text(render::answer_json(&answer)),
        _ => said.answer(render::answer_to(&answer, talk.depth, talk.width)),
    }
    said
}

/// Words that name files; one with blanks stands in double quotes.
pub(super) fn paths(text: &str) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        if !word.is_empty() {
            all.push(PathBuf::from(word));
        }
        rest = behind.trim_start();
    }
    all
}

/// A network that was built up anew, and what came of it.
struct Rebuilt {
    session: Session,
    log: Log,
    /// The entries that do not fit any more.
    misfits: Vec<(What, Errors)>,
}

impl Net {
    /// Does again everything that was taken in, with the files as they are now.
    fn rebuilt(&self) -> Result<Rebuilt, Errors> {
        let mut anew = Rebuilt { session: self.session.anew(), log: Log::default(), misfits: Vec::new() };
        for taken in &self.log.taken {
            let before = anew.session.mark();
            let mut what = taken.what.clone();
            match &mut what {
                What::Files(files, report) => {
                    *report = anew.session.load_all(files.iter().cloned().map(Script::File))?;
                }
                What::Reset(_) => continue,
                What::Entry(_) if taken.before.is_none() => {}
                What::Entry(text) => {
                    anew.session.only_declare(true);
                    let entered = anew.session.enter(text);
                    anew.session.only_declare(false);
                    if let Err(errors) = entered {
                        anew.misfits.push((what, errors));
                        continue;
                    }
                }
            }
            anew.log.note(what, before);
        }
        Ok(anew)
    }

    /// Goes on with nothing; it can be undone.
    pub(super) fn forget(&mut self, anew: Session) {
        let before = self.session.mark();
        self.session.go_back(&anew.mark());
        self.log.forget(before);
        self.base = None;
    }
}

impl Conversation {
    /// Loads files and says what came of it.
    pub fn load(&mut self, files: &[PathBuf]) -> Said {
        let before = self.net.session.mark();
        match self.net.session.load_all(files.iter().cloned().map(Script::File)) {
            Ok(report) => {
                self.net.base = Some(self.net.session.mark());
                let mut told = Said::default();
                told.trouble(report.diagnostics.clone(), self.net.session.sources());
                let (passed, failed) = report.assertions();
                let count = self.net.session.declared().items().len();
                let checks = if passed + failed > 0 { format!(", {}", report.tally()) } else { String::new() };
                let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
                told.words(format!("loaded {}: {count} declarations{checks}", names.join(", ")));
                self.net.log.note(What::Files(files.to_vec(), report), before);
                told
            }
            Err(errors) => self.refused(errors),
        }
    }

    /// Loads again what was loaded, enters again what was entered, and says what is new. Where a file is not understood
    /// by now, everything stays as it was. `changed` is the file that gave rise to it.
    pub fn reload(&mut self, changed: Option<&Path>) -> Said {
        if !self.net.log.has_files() {
            return Said::refusal("nothing is loaded; `:load FILE` loads a script");
        }
        let mut told = Said::default();
        if let Some(file) = changed {
            told.note(format!("-- {} changed", file.display()));
        }
        let anew = match self.net.rebuilt() {
            Ok(anew) => anew,
            Err(errors) => {
                let refused = self.refused(errors);
                told.shown.extend(refused.shown);
                told.taken = false;
                told.remark("what was loaded before still stands");
                return told;
            }
        };
        let before = self.net.session.mark();
        let report = anew.log.report();
        let new = news(&self.net.log.report(), &report);
        let declared = other_declarations(before.declared(), anew.session.declared());
        self.net.base = Some(before);
        (self.net.session, self.net.log) = (anew.session, anew.log);
        for (what, errors) in anew.misfits {
            told.remark(format!("left out, as it does not fit any more: {}", what.in_words()));
            told.trouble(errors.diagnostics, &errors.sources);
        }
        declared.iter().take(TOLD).for_each(|line| told.words(line));
        if declared.len() > TOLD {
            told.note(format!("… and {} declarations more", declared.len() - TOLD));
        }
        let count = new.outcomes.len();
        told.shown.extend(self.told(&new).shown);
        match (declared.is_empty(), report.outcomes.is_empty()) {
            (true, true) => told.words("nothing that is declared has changed"),
            (false, true) => told.words("loaded again; `:changes` tells which flows differ"),
            _ => told.words(tally(&report, count)),
        }
        told
    }

    /// The files to watch: those that were loaded, and what they use.
    pub fn watched(&self) -> impl Iterator<Item = &PathBuf> {
        let named = self.net.log.taken.iter().flat_map(|taken| match &taken.what {
            What::Files(files, _) => files.as_slice(),
            _ => &[],
        });
        let mut all: Vec<&PathBuf> = named.collect();
        let used = self.net.session.files().filter(|file| !all.iter().any(|known| file.ends_with(known)));
        let used: Vec<&PathBuf> = used.collect();
        all.extend(used);
        all.into_iter()
    }
}
