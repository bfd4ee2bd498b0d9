//! `fnet import [arm|terraform|az] FILES`.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, script, session};
use crate::diagnostic::Diagnostic;
use crate::import::{self, Origin, Outcome};
use crate::render;
use crate::session::Errors;
use std::path::{Path, PathBuf};

/// What `fnet import` is given besides the options that every command has.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Import {
    /// Files of JSON and folders of them; `arm`, `terraform` or `az` before them takes them for that kind. `-` is
    /// standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where the source goes; standard output without it.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where it is told, as JSON, what became of each resource; `-` is standard output, in the place of the source.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// The words that take files for a kind.
const KINDS: [(&str, Origin); 3] = [("arm", Origin::Arm), ("terraform", Origin::Terraform), ("az", Origin::Az)];

/// Writes the source that files come to.
pub(super) fn import(given: &Import, options: &Options, output: &Output) -> Exit {
    let (origin, files) = kind(&given.files);
    if files.is_empty() {
        output.error("`fnet import` wants files of JSON, or folders of them; see `fnet import --help`");
        return Exit::Usage;
    }
    let mut session = session(options);
    session.import_options(import::Options { origin, ..super::import_options(options) });
    let imported = session.import(files.iter().map(|path| script(path)));
    if imported.diagnostics.iter().any(Diagnostic::is_error) {
        return output.errors(&Errors { diagnostics: imported.diagnostics, sources: session.sources().clone() });
    }
    if !options.quiet {
        output.diagnostics(&imported.diagnostics, session.sources());
    }
    let report = render::import_json(&imported, session.sources());
    let to_file = |path: &Path, text: &str| {
        std::fs::write(path, text).map_err(|error| {
            output.error(&format!("`{}` cannot be written: {error}", path.display()));
            Exit::Usage
        })
    };
    if let Some(path) = &given.report {
        if path.as_os_str() == "-" {
            output.print(&report);
        } else if let Err(exit) = to_file(path, &report) {
            return exit;
        }
    }
    let is_told = given.report.as_ref().is_some_and(|path| path.as_os_str() == "-");
    match &given.output {
        Some(path) => {
            if let Err(exit) = to_file(path, &imported.source) {
                return exit;
            }
        }
        None if is_told => {}
        None if output.format == Format::Json => output.print(&report),
        None => output.print(&imported.source),
    }
    if !options.quiet {
        let translated = |outcome: &Outcome| matches!(outcome, Outcome::Translated(_));
        let all = &imported.report.resources;
        let count = all.iter().filter(|told| translated(&told.outcome)).count();
        output.error(&format!("{count} of {} resources translated", all.len()));
    }
    Exit::Well
}

/// The kind that files are taken for, where a word before them says so and no file has its name, and the files.
fn kind(files: &[PathBuf]) -> (Option<Origin>, &[PathBuf]) {
    let Some((first, rest)) = files.split_first() else { return (None, files) };
    let named = KINDS.iter().find(|(word, _)| first.as_os_str() == *word && !first.exists());
    match named {
        Some((_, origin)) => (Some(*origin), rest),
        None => (None, files),
    }
}
