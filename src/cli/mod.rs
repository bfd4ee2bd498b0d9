//! The command line: arguments, where output goes, exit codes. One file a subcommand.

mod ask;
mod check;
mod diff;
mod exit;
mod explain;
mod findings;
mod fmt;
mod graph;
#[cfg(feature = "import")]
mod import;
mod manual;
mod mdbook;
mod new;
mod output;
mod replay;
mod run;
mod test;
#[cfg(feature = "watch")]
mod watch;

use crate::load::Script;
use crate::platform::Edition;
use crate::session::{Errors, Report, Session};
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use exit::Exit;
use output::Output;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Declare an Azure Functions network, ask, and be answered with the rule trace.
#[derive(Debug, Parser)]
#[command(name = "fnet", version, about, after_help = "Without a subcommand, fnet loads FILES and gives the prompt.")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Scripts to load before the prompt.
    #[arg(value_name = "FILES")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    options: Options,
}

#[derive(Clone, Debug, clap::Args)]
struct Options {
    /// How answers are written.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    format: Format,
    /// When to use colours; NO_COLOR and TERM=dumb switch them off.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    color: Color,
    /// The edition of scripts that name none.
    #[arg(long, value_parser = edition, global = true)]
    edition: Option<Edition>,
    /// The value of a parameter of templates that are imported; several may be given.
    #[cfg(feature = "import")]
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter, global = true)]
    parameter: Vec<(String, String)>,
    /// A file of parameters for templates that are imported, besides those that lie beside them.
    #[cfg(feature = "import")]
    #[arg(long, value_name = "FILE", global = true)]
    parameters: Vec<PathBuf>,
    /// Say only what was asked for: no warnings, no summary.
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, at a terminal.
    Text,
    /// Without colours and signs beyond ASCII, for screen readers and simple pipes.
    Plain,
    /// As data; docs/json.md has the schema.
    Json,
    /// As comma-separated values, of answers that are tables: `matrix`, `what can … reach`, `who can reach …`.
    Csv,
    /// As SARIF 2.1.0, of what is wrong: `run`, `check` and `test`.
    Sarif,
    /// As the XML of JUnit: `run`, `check` and `test`.
    Junit,
    /// As annotations of GitHub Actions: `run`, `check` and `test`.
    Github,
    /// As a Mermaid flowchart: `graph`.
    Mermaid,
    /// As a picture: `graph`.
    Svg,
    /// For Graphviz: `graph`.
    Dot,
}

impl Format {
    /// Can a command answer in it? Or else whose it is.
    fn is_for(self, command: Option<&Command>) -> Result<(), &'static str> {
        #[cfg(feature = "watch")]
        let watches = match command {
            Some(Command::Run { watch, .. } | Command::Check { watch, .. }) => *watch,
            Some(Command::Test(test)) => test.watch,
            _ => false,
        };
        #[cfg(not(feature = "watch"))]
        let watches = false;
        match (self, command) {
            (Self::Text | Self::Plain | Self::Json, _) | (Self::Csv, Some(Command::Ask { .. })) => Ok(()),
            (Self::Csv, _) => Err("`--format csv` is for `fnet ask`"),
            (Self::Mermaid | Self::Svg | Self::Dot, Some(Command::Graph(_))) => Ok(()),
            (Self::Mermaid | Self::Svg | Self::Dot, _) => {
                Err("`--format mermaid`, `svg` and `dot` are for `fnet graph`")
            }
            (_, Some(Command::Run { .. } | Command::Check { .. } | Command::Test(_))) if !watches => Ok(()),
            _ => Err(
                "`--format sarif`, `junit` and `github` are for `fnet run`, `fnet check` and `fnet test`, each once",
            ),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scripts: print the answers to their questions and check their assertions.
    Run {
        /// The scripts, in order; `-` is standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Go on: when one of the files changes, say what comes out otherwise. What the change cannot affect is not asked
        /// again.
        #[cfg(feature = "watch")]
        #[arg(long)]
        watch: bool,
    },
    /// Answer one question about the network that scripts declare.
    Ask {
        /// The question, such as "can app1 reach 10.2.0.4:1433".
        question: String,
        /// The scripts, in order; `-` is standard input.
        files: Vec<PathBuf>,
    },
    /// Say what is wrong with scripts: errors, what Azure would refuse, assertions that do not hold.
    Check {
        /// The scripts, in order; `-` is standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Go on: when one of the files changes, check them again.
        #[cfg(feature = "watch")]
        #[arg(long)]
        watch: bool,
    },
    /// Compare the networks of two scripts: the flows that one allows and the other does not. Ends with 1 where there are
    /// such.
    Diff {
        /// The script before.
        before: PathBuf,
        /// The script after.
        after: PathBuf,
    },
    /// Hold recorded flows against the network that scripts declare: which of them the model would treat otherwise.
    Replay {
        /// Flow logs of Azure (JSON, or lines of tuples), folders of them, and the scripts (.fnet), in any order; `-` is a
        /// log on standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// A change to try out, such as "amend nsg guard { inbound { 100 deny tcp * -> *:22 } }".
        #[arg(long, value_name = "CHANGES")]
        given: Vec<String>,
        /// End with 2 where a record cannot be read.
        #[arg(long)]
        strict: bool,
    },
    /// Run the tests in documentation and scripts: blocks of fnet in Markdown and Rust files, scripts and their checks.
    Test(test::TestArguments),
    /// Make a script of what is deployed: templates of Azure Resource Manager, plans and states of Terraform, and what `az`
    /// lists. Other commands take such files and folders in the place of scripts.
    #[cfg(feature = "import")]
    Import(import::Import),
    /// Draw the network that scripts declare, and the way of a flow through it: what blocks is red.
    Graph(graph::Picture),
    /// Be a preprocessor of mdBook: test the blocks of fnet in a book, highlight them, and insert answers and pictures.
    Mdbook(mdbook::Mdbook),
    /// Lay scripts out in one style: one fact a line, columns below each other. Comments and blank lines stay; a script
    /// that is not understood is left as it is.
    Fmt(fmt::Layout),
    /// Begin a script: a small network in the newest edition that runs and answers. A file that is there is left alone.
    New {
        /// The file, or its name without `.fnet`.
        #[arg(default_value = "network.fnet")]
        file: PathBuf,
    },
    /// Explain a rule, a topic or a diagnostic's code.
    Explain {
        /// Such as `nsg.security-rule`, `dns private-zone` or `FN0204`.
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Print what makes a shell complete fnet's words, to be put where that shell looks for it.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, for `man -l -` or a folder of such pages.
    Man,
}

fn edition(text: &str) -> Result<Edition, String> {
    let names: Vec<&str> = Edition::all().map(Edition::name).collect();
    Edition::named(text).ok_or_else(|| format!("the editions are {}", names.join(" and ")))
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Well.into() };
        }
    };
    let output = Output::of(&arguments.options);
    if let Err(whose) = arguments.options.format.is_for(arguments.command.as_ref()) {
        output.error(whose);
        return Exit::Usage.into();
    }
    let exit = match arguments.command {
        #[cfg(feature = "watch")]
        Some(Command::Run { files, watch: true }) => watch::watch(&files, &watch::Run, &arguments.options, &output),
        #[cfg(feature = "watch")]
        Some(Command::Check { files, watch: true }) => watch::watch(&files, &watch::Check, &arguments.options, &output),
        Some(Command::Run { files, .. }) => run::run(&files, &arguments.options, &output),
        Some(Command::Ask { question, files }) => ask::ask(&question, &files, &arguments.options, &output),
        Some(Command::Check { files, .. }) => check::check(&files, &arguments.options, &output),
        Some(Command::Diff { before, after }) => diff::diff(&before, &after, &arguments.options, &output),
        Some(Command::Replay { files, given, strict }) => {
            replay::replay(&files, &given, strict, &arguments.options, &output)
        }
        Some(Command::Test(test)) => test::test(&test, &arguments.options, &output),
        #[cfg(feature = "import")]
        Some(Command::Import(given)) => import::import(&given, &arguments.options, &output),
        Some(Command::Mdbook(given)) => mdbook::mdbook(&given, &output),
        Some(Command::Graph(picture)) => graph::graph(&picture, &arguments.options, &output),
        Some(Command::Explain { words }) => explain::explain(&words, &arguments.options, &output),
        Some(Command::Fmt(layout)) => fmt::fmt(&layout, &output),
        Some(Command::New { file }) => new::new(&file, &output),
        Some(Command::Completions { shell }) => manual::completions(shell, &output),
        Some(Command::Man) => manual::manual(&output),
        None => prompt(&arguments.files, &arguments.options, &output),
    };
    exit.into()
}

#[cfg(feature = "repl")]
fn prompt(files: &[PathBuf], options: &Options, output: &Output) -> Exit {
    let session = session(options);
    let format = match options.format {
        Format::Json => crate::conversation::Format::Json,
        Format::Plain => crate::conversation::Format::Plain,
        _ => crate::conversation::Format::Text,
    };
    let begin = crate::repl::Begin { files, style: output.style, errors: output.errors, format, quiet: options.quiet };
    match crate::repl::run(session, &begin) {
        Ok(()) => Exit::Well,
        Err(crate::repl::Hindered::Errors) => Exit::Errors,
        Err(crate::repl::Hindered::Unusable) => Exit::Usage,
    }
}

#[cfg(not(feature = "repl"))]
fn prompt(_: &[PathBuf], _: &Options, output: &Output) -> Exit {
    output.error("this fnet was built without its prompt; see `fnet --help` for what it does");
    Exit::Usage
}

#[cfg(feature = "import")]
fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a parameter is given as `NAME=VALUE`")?;
    Ok((name.trim().into(), value.into()))
}

/// What the command line says of files that are imported.
#[cfg(feature = "import")]
fn import_options(options: &Options) -> crate::import::Options {
    crate::import::Options {
        origin: None,
        parameters: options.parameter.clone(),
        parameter_files: options.parameters.clone(),
    }
}

/// A session in the edition that was asked for.
fn session(options: &Options) -> Session {
    let mut session = Session::new();
    if let Some(edition) = options.edition {
        session.set_edition(edition);
    }
    #[cfg(feature = "import")]
    session.import_options(import_options(options));
    session
}

/// Loads files as one.
fn load(session: &mut Session, files: &[PathBuf]) -> Result<Report, Errors> {
    session.load_all(files.iter().map(|path| script(path)))
}

/// A file that was named; `-` is standard input.
fn script(path: &Path) -> Script {
    if path.as_os_str() != "-" {
        return Script::File(path.into());
    }
    let mut bytes = Vec::new();
    let _ = std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes);
    Script::Bytes { name: "standard input".into(), bytes }
}
