//! `fnet replay LOGS SCRIPTS`.

use super::exit::Exit;
use super::output::Output;
use super::{Format, Options, session};
use crate::load::Script;
use crate::query::{Answer, Replay};
use crate::render;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often progress is told.
const OFTEN: Duration = Duration::from_millis(200);

/// Holds flow logs against the model of scripts.
pub(super) fn replay(files: &[PathBuf], given: &[String], strict: bool, options: &Options, output: &Output) -> Exit {
    let is_script = |file: &&PathBuf| file.extension().is_some_and(|ending| ending == "fnet");
    let (scripts, named): (Vec<&PathBuf>, Vec<&PathBuf>) = files.iter().partition(is_script);
    if scripts.is_empty() || named.is_empty() {
        let what = if scripts.is_empty() { "a script that declares the network, NAME.fnet" } else { "a flow log" };
        output.error(&format!("`fnet replay` wants {what}; see `fnet replay --help`"));
        return Exit::Usage;
    }
    let logs = match logs(&named) {
        Ok(logs) => logs,
        Err((path, error)) => return unreadable(output, &path, &error),
    };
    let mut session = session(options);
    session.only_declare(true);
    let scripts = scripts.into_iter().map(|path| Script::File(path.clone()));
    let changes = given.iter().map(|text| Script::text("--given", text));
    if let Err(errors) = session.load_all(scripts.chain(changes)) {
        return output.errors(&errors);
    }
    let tell = io::stderr().is_terminal() && !options.quiet;
    let (read, answer) = session.replay(|replay| {
        let mut progress = Progress::of(&logs, tell);
        logs.iter().try_for_each(|log| progress.read(replay, log).map_err(|error| (log.clone(), error)))
    });
    match output.format {
        Format::Json => output.print(&render::answer_json(&answer)),
        _ => output.markup(&render::answer_within(&answer, output.style.width)),
    }
    if let Err((path, error)) = read {
        return unreadable(output, &path, &error);
    }
    match &answer {
        Answer::Replay(found) if strict && found.unreadable > 0 => Exit::Errors,
        answer => Exit::on_answer(answer),
    }
}

fn unreadable(output: &Output, path: &Path, error: &io::Error) -> Exit {
    output.remark(&format!("{}: {error}", path.display()));
    Exit::Usage
}

/// The logs that were named: a folder stands for those in it, however deep.
fn logs(named: &[&PathBuf]) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let mut all = Vec::new();
    for path in named {
        if path.is_dir() {
            let before = all.len();
            inside(path, &mut all).map_err(|error| (path.to_path_buf(), error))?;
            all[before..].sort();
        } else {
            all.push(path.to_path_buf());
        }
    }
    Ok(all)
}

fn inside(folder: &Path, all: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            inside(&path, all)?;
        } else if path.extension().is_some_and(|ending| ["json", "csv"].iter().any(|log| ending == *log)) {
            all.push(path);
        }
    }
    Ok(())
}

/// How far one has read, told on standard error where that is a terminal.
struct Progress {
    tell: bool,
    /// Bytes of all logs, where all of them are files.
    total: u64,
    done: u64,
    started: Instant,
    told: Instant,
}

impl Progress {
    fn of(logs: &[PathBuf], tell: bool) -> Self {
        let size = |log: &PathBuf| std::fs::metadata(log).map(|file| file.len()).unwrap_or(0);
        let now = Instant::now();
        Self { tell, total: logs.iter().map(size).sum(), done: 0, started: now, told: now }
    }

    fn read(&mut self, replay: &mut Replay<'_>, log: &Path) -> io::Result<()> {
        let done = match log.as_os_str() == "-" {
            true => replay.read("standard input", Watched { input: io::stdin().lock(), progress: self }),
            false => {
                let file = File::open(log)?;
                if file.metadata()?.is_dir() {
                    return Err(io::Error::other("it is a directory"));
                }
                replay.read(&log.display().to_string(), Watched { input: file, progress: self })
            }
        };
        if self.tell {
            eprint!("\r\x1b[K");
        }
        done
    }

    fn passed(&mut self, bytes: usize) {
        self.done += bytes as u64;
        if !self.tell || self.told.elapsed() < OFTEN {
            return;
        }
        self.told = Instant::now();
        let megabytes = self.done as f64 / 1e6;
        let speed = megabytes / self.started.elapsed().as_secs_f64();
        let share = match self.total {
            0 => String::new(),
            total => format!(" of {:.0} MB, {} %", total as f64 / 1e6, (self.done * 100 / total).min(100)),
        };
        eprint!("\r\x1b[K{megabytes:.0} MB{share}, {speed:.0} MB/s");
        let _ = io::stderr().flush();
    }
}

/// A log that tells how far it was read.
struct Watched<'p, R> {
    input: R,
    progress: &'p mut Progress,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.progress.passed(read);
        Ok(read)
    }
}
