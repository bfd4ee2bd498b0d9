//! What the tests share: running the program, finding scripts, comparing with expectations.
#![allow(dead_code)] // each test file takes what it needs

use similar::TextDiff;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a run may take before it counts as hanging. Generous: debug builds on busy machines are slow.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The folder of the crate, in which every run takes place.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder of the crate with that ending, sorted; paths relative to the crate.
pub fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.retain(|path| path.to_string_lossy().ends_with(ending));
    found.sort();
    found.iter().map(|path| path.strip_prefix(root()).expect("below the crate").to_path_buf()).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The files of a folder itself, not of those in it.
pub fn scripts(folder: &str) -> Vec<PathBuf> {
    let own = Path::new(folder);
    let mut all = files(folder, ".fnet");
    all.retain(|path| path.parent() == Some(own));
    assert!(!all.is_empty(), "no script in {folder}");
    all
}

/// `a/b` on every system.
pub fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The name of a file without folder and ending.
pub fn stem(path: &Path) -> String {
    path.file_stem().expect("a file").to_string_lossy().to_string()
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Run {
    pub stdout: String,
    pub stderr: String,
    /// None when a signal ended it.
    pub code: Option<i32>,
    /// The raw standard output.
    pub bytes: Vec<u8>,
}

impl Run {
    /// Both outputs, the answers first.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Fails unless the program ended with that status.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "exit status\n--- stdout\n{}--- stderr\n{}",
            cut(&self.stdout),
            cut(&self.stderr)
        );
        self
    }

    /// Fails unless the outputs contain the words.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(
            self.all().contains(words),
            "no `{words}` in\n--- stdout\n{}--- stderr\n{}",
            cut(&self.stdout),
            cut(&self.stderr)
        );
        self
    }

    /// Fails when the program panicked.
    #[track_caller]
    pub fn calm(self) -> Self {
        let calm = self.code.is_some_and(|code| code != 101) && !self.stderr.contains("panicked at");
        assert!(calm, "a panic, status {:?}\n{}", self.code, cut(&self.stderr));
        self
    }
}

/// The beginning of a text that may be long.
pub fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(4000).collect();
    if short.len() < text.len() {
        short.push_str("\n...\n");
    }
    short
}

/// The program with a known environment: no colours of its own, no history, UTF-8.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fnet"));
    command.current_dir(root()).env("NO_COLOR", "1").env("FNET_HISTORY", "").env("LC_ALL", "C.UTF-8");
    for name in ["TERM", "CLICOLOR_FORCE", "RUST_BACKTRACE", "LANG", "LC_CTYPE"] {
        command.env_remove(name);
    }
    command
}

/// Runs the program with arguments.
#[track_caller]
pub fn fnet<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Run {
    run(program().args(arguments), b"")
}

/// Runs the program with arguments and a standard input.
#[track_caller]
pub fn fnet_with<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>, input: &[u8]) -> Run {
    run(program().args(arguments), input)
}

/// Runs a command and gives up on it after a while.
#[track_caller]
pub fn run(command: &mut Command, input: &[u8]) -> Run {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // A program that does not read its input is no error, so a broken pipe is none.
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let out = read(child.stdout.take().expect("a pipe"));
    let err = read(child.stderr.take().expect("a pipe"));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            panic!("it hangs: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let (bytes, err) = (out.join().expect("output"), err.join().expect("output"));
    let _ = writer.join();
    Run {
        stdout: String::from_utf8_lossy(&bytes).to_string(),
        stderr: String::from_utf8_lossy(&err).to_string(),
        code: status.code(),
        bytes,
    }
}

fn read(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

/// A folder that is gone when the test is.
pub struct TempFolder(PathBuf);

impl TempFolder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fnet-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// A file in it.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A folder of expected outputs. What differs, is missing or is left over is gathered, so that one run shows all.
pub struct Expectations {
    folder: &'static str,
    command: String,
    seen: Vec<String>,
    troubles: Vec<String>,
}

impl Expectations {
    /// Those of a folder below `tests/expected`; `test` is the test file that regenerates them.
    pub fn of(folder: &'static str, test: &str) -> Self {
        let command = format!("FNET_UPDATE=1 cargo test --test {test}");
        Self { folder, command, seen: Vec::new(), troubles: Vec::new() }
    }

    /// Compares an output with the expected one, or writes it down.
    pub fn compare(&mut self, name: &str, actual: &str) {
        let file = format!("tests/expected/{}/{name}.txt", self.folder);
        let path = root().join(&file);
        self.seen.push(format!("{name}.txt"));
        let wanted = format!("# Made by `{}`.\n{actual}", self.command);
        if updating() {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(&path, wanted).expect("an expectation");
            return;
        }
        match std::fs::read_to_string(&path) {
            Err(_) => self.troubles.push(format!("{file} is missing; `{}` makes it", self.command)),
            Ok(expected) if expected.replace("\r\n", "\n") == wanted => {}
            Ok(expected) => {
                let diff = TextDiff::from_lines(&expected, &wanted);
                let shown = diff.unified_diff().context_radius(2).header(&file, "what it printed").to_string();
                self.troubles.push(cut(&shown));
            }
        }
    }

    /// Something else that is wrong with a script.
    pub fn trouble(&mut self, text: impl Into<String>) {
        self.troubles.push(text.into());
    }

    /// Fails with everything that was wrong, and where an expectation belongs to no script.
    #[track_caller]
    pub fn finish(mut self) {
        for path in files(&format!("tests/expected/{}", self.folder), ".txt") {
            let name = path.file_name().expect("a file").to_string_lossy().to_string();
            if self.seen.contains(&name) {
                continue;
            }
            if updating() {
                std::fs::remove_file(root().join(&path)).expect("a file");
            } else {
                self.troubles.push(format!("{} belongs to no script", slashed(&path)));
            }
        }
        report(&self.troubles, self.seen.len());
    }
}

/// Are expectations being written down?
pub fn updating() -> bool {
    std::env::var_os("FNET_UPDATE").is_some_and(|value| value == "1")
}

/// Fails when there are troubles, and shows all of them.
#[track_caller]
pub fn report(troubles: &[String], of: usize) {
    assert!(troubles.is_empty(), "{} troubles in {of}:\n\n{}\n", troubles.len(), troubles.join("\n\n"));
}

/// A diagnostic that a line expects, or that it got.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    pub line: usize,
    /// `error[FN0204]`.
    pub head: String,
    /// Words of its message, where the line asks for some.
    pub words: Option<String>,
}

/// What the lines of a script expect: `#~ error[FN0204] "words"` at their end.
pub fn marks(text: &str) -> Vec<Expected> {
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for mark in line.split("#~").skip(1) {
            let (head, rest) = mark.trim().split_once(char::is_whitespace).unwrap_or((mark.trim(), ""));
            let words = rest.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map(String::from);
            all.push(Expected { line: at + 1, head: head.to_string(), words });
        }
    }
    all
}

/// What differs between the diagnostics that a script expects and those that it gets.
pub fn differing(path: &Path) -> Vec<String> {
    let name = slashed(path);
    let Ok(text) = std::fs::read_to_string(root().join(path)) else { return vec![format!("{name} is not text")] };
    let mut session = fnet::Session::new();
    // The same name as at the command line; the working folder of tests is the crate.
    let (diagnostics, sources) = match session.load_file(path) {
        Ok(report) => (report.diagnostics, session.sources().clone()),
        Err(errors) => (errors.diagnostics, errors.sources),
    };
    let mut found: Vec<Expected> = Vec::new();
    for diagnostic in &diagnostics {
        let line = diagnostic.span().and_then(|span| sources.position(span)).map_or(0, |(line, _)| line);
        let head = format!("{}[{}]", diagnostic.severity.word(), diagnostic.code);
        found.push(Expected { line, head, words: Some(diagnostic.message.clone()) });
    }
    let mut wrong = Vec::new();
    for mark in marks(&text) {
        let fits = |f: &Expected| {
            let words = mark
                .words
                .as_ref()
                .is_none_or(|words| f.words.as_ref().is_some_and(|said| said.contains(words.as_str())));
            f.line == mark.line && f.head == mark.head && words
        };
        match found.iter().position(fits) {
            Some(at) => drop(found.remove(at)),
            None => wrong.push(format!("{name}:{}: {} is expected and not reported", mark.line, mark.head)),
        }
    }
    for extra in found {
        wrong.push(format!("{name}:{}: not expected: {}: {}", extra.line, extra.head, extra.words.unwrap_or_default()));
    }
    wrong
}

/// Checks the scripts of a folder and prints how many assertions hold.
#[track_caller]
pub fn hold(folder: &str) {
    let all = scripts(folder);
    let mut wrong = Vec::new();
    let mut assertions = 0;
    for path in &all {
        let file = slashed(path);
        let text = std::fs::read_to_string(root().join(path)).expect("a script");
        // What the script expects Azure to refuse ends `check` with 2.
        let refused = marks(&text).iter().any(|mark| mark.head.starts_with("error"));
        let run = fnet(["check", &file]).calm();
        // A text that the language refuses is not counted; its marks say what is expected.
        let counted = run.stdout.ends_with(" 0 fail\n") || (refused && run.stdout.is_empty());
        if run.code != Some(if refused { 2 } else { 0 }) || !counted {
            wrong.push(format!("{file}: status {:?}\n{}", run.code, cut(&run.all())));
        }
        wrong.extend(differing(path));
        let count =
            run.stdout.lines().last().and_then(|line| line.split(", ").find_map(|part| part.split_once(" assertion")));
        let count: usize = count.and_then(|(count, _)| count.parse().ok()).unwrap_or(0);
        if count == 0 && !refused && last_question(path).is_none() {
            wrong.push(format!("{file} asserts nothing"));
        }
        assertions += count;
    }
    println!("{folder}: {} scripts, {assertions} assertions hold", all.len());
    report(&wrong, all.len());
}

/// The `routes`, `security` or `explain can` query that a script ends with.
pub fn last_question(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(root().join(path)).ok()?;
    let mut lines = text.lines().map(|line| line.split('#').next().unwrap_or("").trim_end());
    let last = lines.rfind(|line| !line.trim().is_empty())?;
    ["routes ", "security ", "explain can "].iter().any(|word| last.starts_with(word)).then(|| last.to_string())
}
