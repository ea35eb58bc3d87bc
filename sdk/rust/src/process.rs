//! Native programs, in a sandbox.
//!
//! A recipe says in `recipe.toml` which programs it starts, and the user grants them:
//!
//! ```toml
//! [[access]]
//! kind = "run"
//! value = "cc"
//! why = "compiles the tarball that `url` names"
//! ```
//!
//! A program reads the system's programs and libraries and what [`Command::reads`] names, writes in the directories
//! that the part has made and in temporary ones, and reaches nothing else: no network, nothing of the user's.
//!
//! ```no_run
//! use buildout_recipe::process::Command;
//! use buildout_recipe::{Part, Result};
//!
//! fn compile(part: &Part) -> Result<()> {
//!     let directory = part.path("location")?;
//!     Command::new("cc").args(["-O2", "-o", "hello", "hello.c"]).directory(&directory)?.run()?.success()
//! }
//! ```

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::files::text_of;
use crate::{Error, Kind, Result, imports};

/// A program with all that it is started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub(crate) program: String,
    pub(crate) arguments: Vec<String>,
    pub(crate) directory: String,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) reads: Vec<String>,
    pub(crate) seconds: u32,
}

impl Command {
    /// A program as `recipe.toml` names it. Say where it starts: [`Command::directory`].
    pub fn new(program: impl Into<String>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            directory: String::new(),
            environment: Vec::new(),
            reads: Vec::new(),
            seconds: 0,
        }
    }

    /// Adds an argument. No shell reads it.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Where it starts: a directory of the part, or in what it [reads](Command::reads).
    ///
    /// # Errors
    ///
    /// Kind [`Kind::Io`]: the path is not UTF-8.
    pub fn directory(mut self, directory: impl AsRef<Path>) -> Result<Self> {
        text_of(directory.as_ref())?.clone_into(&mut self.directory);
        Ok(self)
    }

    /// Sets a variable. Those that make programs run others need an `[[access]]` of kind `env`; `LD_*` is refused.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// A file or directory that it can read besides: of another part, of the project.
    ///
    /// # Errors
    ///
    /// Kind [`Kind::Io`]: the path is not UTF-8.
    pub fn reads(mut self, path: impl AsRef<Path>) -> Result<Self> {
        self.reads.push(text_of(path.as_ref())?.to_owned());
        Ok(self)
    }

    /// When it is ended; without it, after what the user allows, which is an hour if nothing else is said.
    #[must_use]
    pub fn time_limit(mut self, time: Duration) -> Self {
        self.seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX).max(1);
        self
    }

    /// Runs it to its end; the user reads its output as it comes.
    ///
    /// # Errors
    ///
    /// Kind [`Kind::Denied`]: not declared, or it left what no part may have. [`Kind::Process`]: it could not be
    /// started, or took too long. [`Kind::Limit`], [`Kind::Unconfined`], [`Kind::Cancelled`].
    pub fn run(&self) -> Result<Status> {
        imports::process::run(self, false).map(|(status, _, _)| self.status(status))
    }

    /// Runs it to its end, and returns its output, in which what is not UTF-8 is replaced.
    ///
    /// # Errors
    ///
    /// Those of [`Command::run`]; and it must not fail: kind [`Kind::Process`], with the last lines that it wrote.
    pub fn capture(&self) -> Result<Captured> {
        let (status, output, errors) = imports::process::run(self, true)?;
        self.status(status).success().map_err(|error| match errors.lines().last() {
            Some(last) => {
                let message = format!("{}: {last}", error.message());
                error.reworded(message)
            }
            None => error,
        })?;
        Ok(Captured { output, errors })
    }

    fn status(&self, code: i32) -> Status {
        Status { program: self.program.clone(), code }
    }
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    program: String,
    code: i32,
}

impl Status {
    /// Its exit status; 128 and the number of the signal that ended it.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// Says no if the status is not 0.
    ///
    /// # Errors
    ///
    /// Kind [`Kind::Process`].
    pub fn success(&self) -> Result<()> {
        match self.code {
            0 => Ok(()),
            code => Err(Error::new(Kind::Process, format!("`{}` ended with status {code}", self.program))),
        }
    }
}

/// What a program wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// To its standard output.
    pub output: String,
    /// To its standard error.
    pub errors: String,
}

/// The file that would be started; none if there is no such program.
///
/// # Errors
///
/// Kind [`Kind::Denied`]: `recipe.toml` does not name it. [`Kind::Phase`]: called in `init`.
pub fn find(program: &str) -> Result<Option<PathBuf>> {
    Ok(imports::process::find(program)?.map(PathBuf::from))
}
