//! Where output goes, and in which style: answers to standard output, everything else to standard error.

use super::exit::Exit;
use super::{Color, Format, Options, findings};
use crate::diagnostic::Diagnostic;
use crate::render::{self, Markup, Style};
use crate::session::Errors;
use crate::source::SourceMap;
use std::io::{IsTerminal, Write};

/// Standard output and standard error, each with its style.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    /// How answers are written.
    pub(super) format: Format,
    /// The style of standard output.
    pub(super) style: Style,
    /// The style of standard error.
    pub(super) errors: Style,
}

impl Output {
    pub(super) fn of(options: &Options) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let color = |terminal: bool| match options.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => !set("NO_COLOR") && !dumb && (terminal || set("CLICOLOR_FORCE")),
        };
        let plain = options.format == Format::Plain;
        let style = |terminal| Style {
            color: color(terminal) && options.format == Format::Text,
            unicode: !plain && utf8(),
            width: width(terminal),
            wrapped: terminal,
        };
        Self {
            format: options.format,
            style: style(std::io::stdout().is_terminal()),
            errors: style(std::io::stderr().is_terminal()),
        }
    }

    /// Writes an answer. A reader that went away is no error.
    pub(super) fn print(&self, text: &str) {
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
    }

    pub(super) fn markup(&self, markup: &Markup) {
        self.print(&markup.to_text(&self.style));
    }

    /// Writes words to standard error; control characters of what the user wrote never get through.
    pub(super) fn remark(&self, words: &str) {
        let mut out = Markup::default();
        out.plain(words);
        self.error(&out.to_text(&self.errors));
    }

    /// Writes to standard error what has its style already.
    pub(super) fn error(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    pub(super) fn diagnostics(&self, all: &[Diagnostic], sources: &SourceMap) {
        if !all.is_empty() {
            self.error(render::diagnostics(all, sources, &self.errors).trim_end());
        }
    }

    /// Writes what kept a text from being taken, and says how the program ends.
    pub(super) fn errors(&self, errors: &Errors) -> Exit {
        let report = crate::session::Report::default();
        if let Some(text) = findings::written(self.format, &report, &errors.diagnostics, &errors.sources) {
            self.print(&text);
        } else if self.format == Format::Json {
            self.print(&render::report_json(&report, &errors.diagnostics, &errors.sources));
        } else {
            self.diagnostics(&errors.diagnostics, &errors.sources);
        }
        let unreadable = |diagnostic: &Diagnostic| diagnostic.code == "FN0001";
        if errors.diagnostics.iter().all(unreadable) { Exit::Usage } else { Exit::Errors }
    }
}

/// How wide answers are: as `COLUMNS` says, or the terminal; what is in nobody's window is as wide as ever.
fn width(terminal: bool) -> usize {
    let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let window = || terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0));
    let width = if terminal { stated.or_else(window) } else { None };
    width.filter(|width| *width > 0).map_or(Style::default().width, |width| width.max(LEAST_WIDTH))
}

/// What is narrower than this is taken to be as wide.
const LEAST_WIDTH: usize = 40;

/// Does the terminal take UTF-8, as far as the locale says?
fn utf8() -> bool {
    let named =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    named.is_none_or(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8") || !matches!(locale.as_str(), "c" | "posix")
    })
}
