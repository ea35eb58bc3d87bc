//! Why what is installed cannot be known or recorded.

use std::io;

use camino::Utf8PathBuf;

use super::database::DatabaseError;
use crate::diagnostic::{Diagnostic, Exit};

/// Why what is installed cannot be known or recorded. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum InstalledError {
    /// The database is no database.
    #[error("Cannot read the installed parts from {path}: {source}")]
    Database {
        /// The database.
        path: Utf8PathBuf,
        /// Where and why.
        source: DatabaseError,
    },
    /// The database is there and cannot be read; a link in its place is not followed.
    #[error("Cannot read the installed parts from {path}: {source}")]
    DatabaseUnread {
        /// The database.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// With this part the database would be longer than one that is read.
    #[error(
        "What is to be recorded of the part `{part}` makes {path} longer than {} MiB",
        super::database::LIMIT_BYTES >> 20
    )]
    NoRoom {
        /// The part.
        part: String,
        /// The database.
        path: Utf8PathBuf,
    },
    /// Nothing can be made in a directory.
    #[error("Cannot write in {path}: {source}")]
    Unwritable {
        /// The directory: the buildout directory, or that of the database.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the state directory is not what we wrote.
    #[error("Cannot read the state in {path}, line {line}: {reason}")]
    State {
        /// `state.json` or the journal.
        path: Utf8PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A newer buildout wrote the state.
    #[error("A newer buildout wrote {path} (version {version}, this one knows {known})")]
    Newer {
        /// `state.json` or the journal.
        path: Utf8PathBuf,
        /// What it says.
        version: u32,
        /// The highest version that is understood here.
        known: u32,
    },
    /// The state directory belongs to what it must not depend on.
    #[error("The state directory {path} lies inside {inside}")]
    StateInside {
        /// The state directory's real path.
        path: Utf8PathBuf,
        /// The project, or the buildout directory.
        inside: Utf8PathBuf,
    },
    /// Somebody else could have written the state.
    #[error("The state directory {path} belongs to another user (number {owner})")]
    StateOwner {
        /// The state directory, or a directory in it.
        path: Utf8PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// Somebody else can write the state.
    #[error("Other users can write in the state directory {path} (mode {mode:o})")]
    StateOpen {
        /// The state directory, or a directory in it.
        path: Utf8PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The system failed.
    #[error("Cannot {verb} {path}: {source}")]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl InstalledError {
    /// The same error, with the advice a person needs.
    pub fn diagnostic(&self) -> Diagnostic {
        let error = |code| Diagnostic::error(code, self.to_string());
        match self {
            Self::Database { path, .. } | Self::DatabaseUnread { path, .. } => {
                error("unreadable-database").exit(Exit::Foreign).help(format!(
                    "bring the file back from a copy, or move it away (`mv {path} {path}.broken`): \
                     then all parts are installed anew and nothing is removed"
                ))
            }
            Self::NoRoom { .. } => error("no-room")
                .exit(Exit::Limit)
                .help("all options of all parts are recorded: keep large texts in files and name those"),
            Self::Unwritable { path, source } => {
                let error = error("unwritable").note("nothing was begun");
                if source.kind() == io::ErrorKind::NotFound {
                    error.help(format!(
                        "what is installed shall be recorded there, says the option `installed`: `mkdir -p {path}`"
                    ))
                } else {
                    error.help("run as the user whose directory it is, or make it writable")
                }
            }
            Self::State { path, .. } => error("unreadable-state").exit(Exit::Foreign).help(format!(
                "move it away (`mv {path} {path}.broken`) and run `buildout install --adopt`, \
                 which takes the installed parts over"
            )),
            Self::Newer { .. } => {
                error("newer-state").exit(Exit::Usage).help("use that newer buildout in this directory")
            }
            Self::StateInside { .. } => error("state-inside-project").exit(Exit::Usage).help(
                "what comes with a project must not say what may be removed: give another `--state-dir`",
            ),
            Self::StateOwner { path, .. } => error("state-of-another-user").exit(Exit::Usage).help(format!(
                "give a directory of your own with `--state-dir`, or take it: `chown -R \"$(id -u)\" {path}`"
            )),
            Self::StateOpen { path, .. } => {
                error("open-state").exit(Exit::Usage).help(format!("`chmod go-w {path}`"))
            }
            Self::Io { source, .. } => {
                let full = matches!(
                    source.kind(),
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
                );
                error("state-io").exit(if full { Exit::Limit } else { Exit::Failed })
            }
        }
    }
}
