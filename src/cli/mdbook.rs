//! `fnet mdbook`: what mdBook calls.

use super::exit::Exit;
use super::output::Output;
use crate::doctest::{self, Book};
use crate::render::Style;
use clap::Subcommand;
use std::io::Read;

/// Without a word, the book is read from standard input and written to standard output, as mdBook does it.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Mdbook {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Clone, Debug, Subcommand)]
enum What {
    /// Are the pages of a renderer made? Those of `html` are.
    Supports {
        /// The renderer.
        renderer: String,
    },
    /// Print the style sheet of the pages, for `additional-css` of book.toml.
    Css,
}

/// Does what mdBook asks for. A block that fails keeps the book from being built.
pub(super) fn mdbook(given: &Mdbook, output: &Output) -> Exit {
    match &given.what {
        Some(What::Supports { renderer }) => {
            return if renderer == "html" { Exit::Well } else { Exit::Failed };
        }
        Some(What::Css) => {
            output.print(&doctest::style_sheet());
            return Exit::Well;
        }
        None => {}
    }
    let mut text = String::new();
    if let Err(error) = std::io::stdin().read_to_string(&mut text) {
        output.error(&format!("standard input cannot be read: {error}"));
        return Exit::Usage;
    }
    let mut book = match Book::read(&text) {
        Ok(book) => book,
        Err(error) => {
            output.error(&error.to_string());
            return Exit::Usage;
        }
    };
    let here = std::env::current_dir().unwrap_or_default();
    let report = book.make(here, &doctest::Options::default());
    let (passed, failed) = report.tally();
    if failed > 0 {
        output.error(doctest::failures(&report, &Style::default()).trim_end());
        output.error(&format!("{passed} passed, {failed} failed"));
        return Exit::Failed;
    }
    output.print(&book.json());
    Exit::Well
}
