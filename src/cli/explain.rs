//! `fnet explain WORDS`.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, session};
use crate::platform::Edition;
use crate::render;

/// Explains a rule, a topic or a code; in the newest edition where none is chosen and the first knows it not.
pub(super) fn explain(words: &[String], options: &Options, output: &Output) -> Exit {
    let words: Vec<String> = words.iter().flat_map(|word| word.split_whitespace()).map(String::from).collect();
    let mut session = session(options);
    if options.edition.is_none() {
        session.set_edition(Edition::newest());
        if session.explain(&words).is_err() {
            session.set_edition(Edition::first());
            if session.explain(&words).is_err() {
                session.set_edition(Edition::newest());
            }
        }
    }
    match session.explain(&words) {
        Ok(answer) => {
            match output.format {
                Format::Json => output.print(&render::answer_json(&answer)),
                _ => output.markup(&render::answer_within(&answer, output.style.width)),
            }
            Exit::Well
        }
        Err(errors) => {
            output.errors(&errors);
            Exit::Usage
        }
    }
}
