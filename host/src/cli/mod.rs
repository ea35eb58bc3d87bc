//! The command line: arguments in, exit code out; one file for each command.
//!
//! - In: the process's arguments and environment.
//! - Out: an [`Exit`]; results on standard output, talk on standard error.
//! - Not here: what a run does (`run` and below).
//!
//! | file | what it holds |
//! |---|---|
//! | `arguments`, `argument_error`, `command`, `commands`, `grant`, `help` | what can be typed |
//! | `unknown_part` | access for a part that nobody knows |
//! | `debug` | looking around after an error |
//! | `request`, `given` | arguments and environment become what a run is asked for, and what the user gives |
//! | `asking`, `person` | somebody at the terminal is asked for what is missing |
//! | `python` | the version of the user's own interpreter |
//! | `install` (and `uninstall`), `plan`, `init`, `bootstrap`, `annotate`, `query`, `why`, `recipe`, `permissions`, `approve` (and `revoke`), `audit`, `policy`, `cache`, `graph`, `doctor`, `completions`, `man` | the commands |

mod annotate;
mod approve;
mod argument_error;
mod arguments;
mod asking;
mod audit;
mod bootstrap;
mod cache;
mod command;
mod commands;
mod completions;
mod debug;
mod doctor;
mod given;
mod grant;
mod graph;
mod help;
mod init;
mod install;
mod man;
mod permissions;
mod person;
mod plan;
mod policy;
mod python;
mod query;
mod recipe;
mod request;
mod unknown_part;
mod why;

use std::ffi::OsString;

use camino::Utf8PathBuf;

pub use self::argument_error::ArgumentError;
pub use self::arguments::Arguments;
pub use self::command::Command;
pub use self::grant::Typed;

use self::request::Asked;
use crate::access::Policy;
use crate::diagnostic::{Diagnostic, Exit};
use crate::environment::Environment;
use crate::event::Reporter;
use crate::report::Report;
use crate::report::threshold::Threshold;
use crate::run::Stopped;
use crate::source::SourceMap;

/// The directory that the command was started in.
fn here() -> Result<Utf8PathBuf, Diagnostic> {
    let error = |text: String| Diagnostic::error("current-directory", text);
    let path = std::env::current_dir()
        .map_err(|cause| error(format!("The current directory cannot be used: {cause}")))?;
    Utf8PathBuf::from_path_buf(path).map_err(|path| {
        error(format!("The current directory's name is not UTF-8: {}", path.display()))
            .help("go there under another name, or rename it")
    })
}

/// Does what was typed, and says how the process ends.
///
/// # Errors
///
/// Only what cannot be told otherwise: that standard output cannot be written.
pub fn main(typed: impl IntoIterator<Item = OsString>, environment: &Environment) -> anyhow::Result<Exit> {
    #[cfg(feature = "faults")]
    crate::fault::arm(environment.variable("BUILDOUT_FAULT"), environment.variable("BUILDOUT_FAULT_TRACE"))?;
    let here = here();
    let started_in = here.clone().unwrap_or_else(|_| "/".into());
    let usual = Threshold::new("INFO", "0").expect("these are the usual ones");
    let mut report = Report::human(environment, started_in.clone(), usual);
    let typed: Vec<OsString> = typed.into_iter().collect();
    // Also for an error in what stands before it.
    if typed.iter().any(|argument| argument == "--json") {
        report = Report::json();
    }
    let arguments = match Arguments::parse(typed.iter().cloned()) {
        Ok(arguments) => arguments,
        Err(error) => {
            let diagnostic = error.diagnostic();
            report.diagnostic(&diagnostic, &SourceMap::default());
            return Ok(diagnostic.exit);
        }
    };
    if arguments.json {
        report = Report::json();
    }
    report.set_threshold(usual.more(arguments.verbosity));
    if !matches!(arguments.command, Command::Help { .. } | Command::Version) {
        for ignored in &environment.ignored {
            report.diagnostic(&ignored.diagnostic(), &SourceMap::default());
        }
    }
    if let (Err(diagnostic), false) =
        (&here, matches!(arguments.command, Command::Help { .. } | Command::Version))
    {
        report.diagnostic(diagnostic, &SourceMap::default());
        return Ok(diagnostic.exit);
    }
    if arguments.debug {
        report.tell_all();
    }
    let mut asked =
        Asked { arguments, environment: environment.clone(), started_in, policy: Policy::default() };
    let done = asked.follow_policy(&typed, &mut report).and_then(|()| done(&asked, &mut report));
    match done {
        Ok(exit) => Ok(exit),
        Err(Failed::Stopped(stopped)) => {
            for diagnostic in &stopped.diagnostics {
                report.diagnostic(diagnostic, &stopped.sources);
            }
            let exit = stopped.exit();
            // Whoever interrupts a run does not want to be asked.
            if asked.arguments.debug && exit != Exit::Interrupted {
                debug::inspect(&stopped, &asked.started_in, asked.environment.ci, &mut report)?;
            }
            Ok(exit)
        }
        Err(Failed::Told(exit)) => Ok(exit),
        Err(Failed::Diagnostic(diagnostic)) => {
            report.diagnostic(&diagnostic, &SourceMap::default());
            Ok(diagnostic.exit)
        }
        Err(Failed::Output(error)) => Err(error.into()),
    }
}

/// Does what was asked for.
fn done(asked: &Asked, report: &mut Report) -> Done {
    match &asked.arguments.command {
        Command::Install { aim } => install::run(asked, aim, report),
        Command::Plan { aim, check } => plan::run(asked, aim, *check, report),
        Command::Graph { parts, format } => graph::run(asked, parts, *format, report),
        Command::Doctor { verify, tier } => doctor::run(asked, *verify, *tier, report),
        Command::Completions { shell } => completions::run(*shell, report),
        Command::Man { output } => man::run(asked, output),
        Command::Init => init::run(asked, report),
        Command::Bootstrap => bootstrap::run(asked, report),
        Command::Annotate { sections } => annotate::run(asked, sections, report),
        Command::Query { section, option, raw: true } => query::raw(asked, section, option, report),
        Command::Query { section, option, raw: false } => query::run(asked, section, option, report),
        Command::Why { section, option } => why::run(asked, section, option, report),
        Command::RecipeList => recipe::list(asked, report),
        Command::RecipeDescribe { name } => recipe::describe(asked, name, report),
        Command::Permissions { parts } => permissions::run(asked, parts, report),
        Command::Approve { parts } => approve::approve(asked, parts, report),
        Command::Revoke { parts } => approve::revoke(asked, parts, report),
        Command::Audit { parts } => audit::run(asked, parts, report),
        Command::PolicyCheck { file } => policy::check(asked, file.as_deref(), report),
        Command::CacheWarm { system } => cache::warm(asked, *system, report),
        Command::CacheBundle { output } => cache::bundle(asked, output),
        Command::Help { text } => {
            report.result("help", text, text)?;
            Ok(Exit::Done)
        }
        Command::Version => {
            let text = format!("buildout version {}\n", env!("CARGO_PKG_VERSION"));
            report.result("version", &text, &env!("CARGO_PKG_VERSION"))?;
            Ok(Exit::Done)
        }
    }
}

/// Why a command did not end well.
enum Failed {
    /// The run stopped.
    Stopped(Stopped),
    /// Something else, without a place.
    Diagnostic(Box<Diagnostic>),
    /// The user knows why.
    Told(Exit),
    /// Standard output cannot be written.
    Output(std::io::Error),
}

impl From<Stopped> for Failed {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

impl From<Diagnostic> for Failed {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Diagnostic(Box::new(diagnostic))
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

type Done = Result<Exit, Failed>;
