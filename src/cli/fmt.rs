//! `fnet fmt FILES`: scripts in the one style, in place. How they are laid out is for the library.

use super::exit::Exit;
use super::output::Output;
use super::script;
use crate::load::{Disk, Script};
use crate::render::{Tag, verbatim};
use crate::session::{Formatted, format_script};
use similar::TextDiff;
use std::path::{Path, PathBuf};

/// Which scripts, and what is done with those that would be other texts.
#[derive(Debug, clap::Args)]
pub(super) struct Layout {
    /// Scripts, and folders of them (.fnet); `-` is standard input, which goes to standard output.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write nothing: name the scripts that would change, and end with 1 where there are such.
    #[arg(long)]
    check: bool,
    /// Write nothing: show what would change, and end with 1 where anything would.
    #[arg(long, conflicts_with = "check")]
    diff: bool,
}

/// Formats scripts, and those in folders.
pub(super) fn fmt(layout: &Layout, output: &Output) -> Exit {
    let mut worst = Exit::Well;
    let mut note = |exit: Exit| {
        // Wrong usage and unreadable files go before errors of a source, and those before a difference.
        let weight =
            |exit| [Exit::Well, Exit::Failed, Exit::Errors, Exit::Usage].iter().position(|other| *other == exit);
        if weight(exit) > weight(worst) {
            worst = exit;
        }
    };
    for file in &layout.files {
        if file.as_os_str() == "-" {
            note(format_one(file, layout, output));
            continue;
        }
        let mut scripts = Vec::new();
        if let Err(error) = walk(file, true, &mut scripts) {
            output.remark(&format!("`{}` cannot be read: {error}", file.display()));
            note(Exit::Usage);
        }
        scripts.sort();
        if scripts.is_empty() && file.is_dir() {
            output.remark(&format!("`{}` holds no script (.fnet)", file.display()));
            note(Exit::Usage);
        }
        scripts.iter().for_each(|script| note(format_one(script, layout, output)));
    }
    worst
}

/// The scripts of a folder, and of those in it; a file that is named is taken whatever it is called.
fn walk(path: &Path, is_named: bool, scripts: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let inner = entry.path();
            // A link may lead back to where it stands; what is hidden is nobody's script.
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            let is_linked_folder = entry.file_type()?.is_symlink() && inner.is_dir();
            if !is_hidden && !is_linked_folder {
                walk(&inner, false, scripts)?;
            }
        }
    } else if is_named || path.extension().is_some_and(|ending| ending == "fnet") {
        scripts.push(path.to_path_buf());
    }
    Ok(())
}

fn format_one(path: &Path, layout: &Layout, output: &Output) -> Exit {
    let script = script(path);
    let (name, is_file) = match &script {
        Script::File(path) => (path.display().to_string(), true),
        Script::Bytes { name, .. } => (name.clone(), false),
    };
    let formatted = match format_script(script, &Disk) {
        Ok(formatted) => formatted,
        Err(errors) => return output.errors(&errors),
    };
    if layout.check || layout.diff {
        return tell(&name, &formatted, layout, output);
    }
    if !is_file {
        output.print(&formatted.text);
    } else if formatted.before != formatted.text
        && let Err(error) = write(path, &formatted.text)
    {
        output.remark(&format!("`{name}` cannot be written: {error}"));
        return Exit::Usage;
    }
    Exit::Well
}

/// Says what would change, if anything would.
fn tell(name: &str, formatted: &Formatted, layout: &Layout, output: &Output) -> Exit {
    let Formatted { before, text } = formatted;
    if before == text {
        return Exit::Well;
    }
    if layout.check {
        output.print(&format!("{}\n", verbatim(Tag::Plain, name, &output.style)));
        return Exit::Failed;
    }
    let diff = TextDiff::from_lines(before, text);
    let diff = diff.unified_diff().header(name, &format!("{name} (formatted)")).to_string();
    for line in diff.split_inclusive('\n') {
        let tag = match line.as_bytes().first() {
            _ if line.starts_with("---") || line.starts_with("+++") => Tag::Strong,
            Some(b'+') => Tag::Good,
            Some(b'-') => Tag::Bad,
            Some(b'@') => Tag::Dim,
            _ => Tag::Plain,
        };
        output.print(&format!("{}\n", verbatim(tag, line.trim_end_matches(['\r', '\n']), &output.style)));
    }
    Exit::Failed
}

/// Puts a text in the place of another, whole: whoever reads meanwhile, or is cut off, has the one or the other.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    // A link stays a link, and what it leads to is written.
    let path = path.canonicalize()?;
    let beside = path.with_extension(format!("fnet.{}.part", std::process::id()));
    let written = std::fs::write(&beside, text)
        .and_then(|()| std::fs::set_permissions(&beside, std::fs::metadata(&path)?.permissions()))
        .and_then(|()| std::fs::rename(&beside, &path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
