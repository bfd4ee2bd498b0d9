//! `fnet graph FILES`.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, load, session};
use crate::query::answer::Graph;
use crate::render::{self, Sheet};
use std::path::{Path, PathBuf};

/// What to draw, and where it goes.
#[derive(Debug, clap::Args)]
pub(super) struct Picture {
    /// The flow, such as "can app1 reach 10.2.0.4:1433".
    #[arg(long, short = 'Q')]
    question: Option<String>,
    /// Where the picture goes; without --format, the name's end says what it is: .svg, .dot, .json, else Mermaid.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The scripts, in order; `-` is standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Draws the network of scripts, and the way of the flow that a question asks about; their own questions are not answered.
pub(super) fn graph(of: &Picture, options: &Options, output: &Output) -> Exit {
    let mut session = session(options);
    session.only_declare(true);
    if let Err(errors) = load(&mut session, &of.files) {
        return output.errors(&errors);
    }
    let graph = match session.graph(of.question.as_deref()) {
        Ok(graph) => graph,
        Err(errors) => return output.errors(&errors),
    };
    let picture = picture(&graph, output.format, of.output.as_deref());
    let Some(file) = of.output.as_deref().filter(|file| file.as_os_str() != "-") else {
        output.print(&picture);
        return Exit::Well;
    };
    match std::fs::write(file, picture) {
        Ok(()) => Exit::Well,
        Err(error) => {
            output.error(&format!("`{}` cannot be written: {error}", file.display()));
            Exit::Usage
        }
    }
}

/// The network in the form that was asked for, or that the name of the file says.
fn picture(graph: &Graph, format: Format, file: Option<&Path>) -> String {
    let end = file.and_then(Path::extension).map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    let format = match (format, &*end) {
        (Format::Text | Format::Plain, "svg") => Format::Svg,
        (Format::Text | Format::Plain, "dot" | "gv") => Format::Dot,
        (Format::Text | Format::Plain, "json") => Format::Json,
        (Format::Text | Format::Plain, _) => Format::Mermaid,
        (other, _) => other,
    };
    match format {
        Format::Svg => render::svg(graph, Sheet::Alone),
        Format::Dot => render::dot(graph),
        Format::Json => render::graph_json(graph),
        // The forms of other commands were refused before.
        _ => render::mermaid(graph),
    }
}
