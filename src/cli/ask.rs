//! `fnet ask QUESTION FILES`.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, load, session};
use crate::render;
use std::path::PathBuf;

/// Answers one question about what scripts declare; their own questions are not answered.
pub(super) fn ask(question: &str, files: &[PathBuf], options: &Options, output: &Output) -> Exit {
    let mut session = session(options);
    session.only_declare(true);
    if let Err(errors) = load(&mut session, files) {
        return output.errors(&errors);
    }
    let answered = session.ask(question);
    // The program is about to end: what a large network is made of need not be given back piece by piece.
    std::mem::forget(session);
    match answered {
        Ok(answer) => {
            match output.format {
                Format::Json => output.print(&render::answer_json(&answer)),
                Format::Csv => match render::answer_csv(&answer) {
                    Some(table) => output.print(&table),
                    None => {
                        output
                            .error("this answer is no table: `--format csv` is for `matrix`, `what can` and `who can`");
                        return Exit::Usage;
                    }
                },
                _ => output.markup(&render::answer_within(&answer, output.style.width)),
            }
            Exit::on_answer(&answer)
        }
        Err(errors) => output.errors(&errors),
    }
}
