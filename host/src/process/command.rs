//! What is asked for, what is allowed, and how it ended: plain data.

use std::time::Duration;

use camino::Utf8PathBuf;

use super::error::ProcessError;
use super::limits::Limits;
use super::sweep::Swept;
use crate::access::Reach;

/// What becomes of what a program writes to its standard output and standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// It is told, line by line.
    Log,
    /// It is kept for the recipe.
    Capture,
}

/// One of a program's two outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// What a recipe wants to have run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// A name, or an absolute path, as the recipe declared it.
    pub program: String,
    /// Its arguments, without the program itself.
    pub arguments: Vec<String>,
    /// Where it starts.
    pub directory: Utf8PathBuf,
    /// What is set in its environment beyond the usual.
    pub environment: Vec<(String, String)>,
    /// What it can read beyond the system and its own directories.
    pub read: Vec<Utf8PathBuf>,
    /// What becomes of its output.
    pub output: Output,
    /// How long it may take, if that is less than the limit.
    pub time: Option<Duration>,
}

/// What the part may do that asks for it. Paths are absolute and real.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Directories that the part made: what comes to them is the part's.
    pub own: Vec<Utf8PathBuf>,
    /// Directories that are gone after the call.
    pub temporary: Vec<Utf8PathBuf>,
    /// Directories that the user opened for writing.
    pub granted: Vec<Utf8PathBuf>,
    /// Which programs, which variables, what can be read, what may have which name; all that is the part's own.
    pub reach: Reach,
    /// Where a directory may be made that is gone afterwards.
    pub scratch: Utf8PathBuf,
    /// How it is confined, and how much it may use.
    pub limits: Limits,
}

/// How a program ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended {
    /// Its exit status; 128 and the number of the signal that ended it.
    pub status: i32,
    /// What it wrote to its standard output, if that was captured.
    pub out: String,
    /// What it wrote to its standard error, if that was captured.
    pub err: String,
}

/// What came of a command.
#[derive(Debug)]
pub struct Ran {
    /// How it ended, if it ran to its end.
    pub result: Result<Ended, ProcessError>,
    /// What it did to the part's directories, however it ended.
    pub swept: Swept,
    /// How long it took.
    pub took: Duration,
}
