//! `fnet diff A B`.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, load, session};
use crate::query::Answer;
use crate::render;
use std::path::{Path, PathBuf};

/// Compares the networks that two scripts declare, flow by flow; their own questions are not answered.
pub(super) fn diff(before: &Path, after: &Path, options: &Options, output: &Output) -> Exit {
    let mut session = session(options);
    session.only_declare(true);
    if let Err(errors) = load(&mut session, &[PathBuf::from(before)]) {
        return output.errors(&errors);
    }
    match session.diff(&before.display().to_string(), after) {
        Ok(found) => {
            let exit = if found.is_same() { Exit::Well } else { Exit::Failed };
            let answer = Answer::Diff(found);
            match output.format {
                Format::Json => output.print(&render::answer_json(&answer)),
                _ => output.markup(&render::answer_within(&answer, output.style.width)),
            }
            exit
        }
        Err(errors) => output.errors(&errors),
    }
}
