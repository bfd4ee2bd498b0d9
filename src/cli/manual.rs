//! `fnet completions SHELL` and `fnet man`: the table of arguments told to shells and to `man`. Neither states an argument
//! of its own.

use super::Arguments;
use super::exit::Exit;
use super::output::Output;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::Write;

/// Prints what makes a shell complete.
pub(super) fn completions(shell: Shell, output: &Output) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "fnet", &mut script);
    output.print(&String::from_utf8_lossy(&script));
    Exit::Well
}

/// Prints the manual: one page, the subcommands with their arguments in it.
pub(super) fn manual(output: &Output) -> Exit {
    let mut command = Arguments::command();
    command.build();
    match page(&command) {
        Ok(page) => {
            output.print(&String::from_utf8_lossy(&page));
            Exit::Well
        }
        Err(error) => {
            output.error(&format!("the manual cannot be written: {error}"));
            Exit::Usage
        }
    }
}

fn page(command: &Command) -> std::io::Result<Vec<u8>> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    writeln!(page, ".SH SUBCOMMANDS")?;
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        subcommand(inner, &mut page)?;
    }
    man.render_extra_section(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// A subcommand as a section below another: what it does, and what it takes besides what all take.
fn subcommand(command: &Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    let own = command.clone().mut_args(|argument| {
        let is_general = argument.is_global_set() || matches!(argument.get_id().as_str(), "help" | "version");
        argument.hide(is_general)
    });
    let man = Man::new(own.clone());
    let mut section = Vec::new();
    writeln!(section, ".SS fnet {}", command.get_name())?;
    man.render_description_section(&mut section)?;
    man.render_synopsis_section(&mut section)?;
    if own.get_arguments().any(|argument| !argument.is_hide_set()) {
        man.render_options_section(&mut section)?;
    }
    // Sections of a section have no headings of their own.
    let text = String::from_utf8_lossy(&section);
    for line in text.lines() {
        writeln!(page, "{}", if line.starts_with(".SH") { ".PP" } else { line })?;
    }
    Ok(())
}
