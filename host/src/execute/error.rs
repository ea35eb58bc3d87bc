//! Why a run stopped.

use camino::Utf8PathBuf;

use super::aside::AsideError;
use super::remove::Why;
use crate::access::{NeedKind, flag};
use crate::diagnostic::{Diagnostic, Exit};
use crate::installed::{InstalledError, RunLockError};
use crate::resolve::ResolveError;

const ADOPT: &str = "`buildout install --adopt` takes over what another machine or program recorded here";

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// A recipe failed; the cause is told as `init`'s would be.
    #[error("{}", .error.cause)]
    Call {
        /// What failed, and what was being done.
        error: ResolveError,
        /// What the call had overwritten under a grant, which cannot be undone.
        overwritten: Vec<Utf8PathBuf>,
        /// What the system said when it refused to write for the recipe.
        refused: Option<String>,
        /// Whether something stood in the way that foreign records may speak of.
        foreign: bool,
        /// The other part that made what stands in the way.
        owner: Option<String>,
    },
    /// A recipe returned a path that its part may not write.
    #[error("The recipe returned {path}, which the part `{part}` may not write")]
    NotAllowed {
        /// The part.
        part: String,
        /// What it returned.
        path: String,
        /// Why not.
        why: &'static str,
    },
    /// A standard directory is a link, or something else stands in its place.
    #[error("{path} is {what}, not a directory")]
    NotADirectory {
        /// The directory.
        path: Utf8PathBuf,
        /// What it is instead.
        what: &'static str,
    },
    /// Somebody's files stand where parts would be made.
    #[error("{}", are_there(.in_the_way))]
    InTheWay {
        /// Each part and what is in its place.
        in_the_way: Vec<(String, Utf8PathBuf)>,
        /// Whether foreign records may speak of it.
        foreign: bool,
    },
    /// Something of a part that goes cannot be removed; the part stays recorded.
    #[error("{path} of the part `{part}` cannot be removed: {why}")]
    NotRemoved {
        /// The part.
        part: String,
        /// What is still there.
        path: Utf8PathBuf,
        /// Why.
        why: Why,
    },
    /// What the last run left half done cannot be put right.
    #[error("Cannot put right what the last run left: {path}: {why}")]
    NotPutRight {
        /// What is in the way.
        path: Utf8PathBuf,
        /// Why.
        why: Why,
    },
    /// A signal came between two steps.
    #[error("interrupted")]
    Interrupted,
    /// What is installed cannot be recorded.
    #[error(transparent)]
    Installed(#[from] InstalledError),
    /// The old part could not be kept.
    #[error(transparent)]
    Aside(#[from] AsideError),
    /// Another run is at work here.
    #[error(transparent)]
    Lock(#[from] RunLockError),
    /// The system failed.
    #[error("Cannot {verb} {path}: {source}")]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        path: Utf8PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ExecuteError {
    /// The same error, with the places and the advice a person needs.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Call { error, overwritten, refused, foreign, owner } => {
                let mut diagnostic = error.diagnostic();
                if let Some(refused) = refused {
                    diagnostic = diagnostic.note(format!("the system refused a write: {refused}"));
                }
                if let Some(owner) = owner {
                    diagnostic = diagnostic.note(format!("the part `{owner}` made it"));
                }
                if *foreign {
                    diagnostic.exit = Exit::Foreign;
                    diagnostic.help.insert(0, ADOPT.to_owned());
                }
                overwritten.iter().fold(diagnostic, |diagnostic, path| {
                    diagnostic
                        .note(format!("{path} was overwritten, as it was allowed to be; that is not undone"))
                })
            }
            Self::NotAllowed { part, why, .. } => Diagnostic::error("path-not-allowed", self.to_string())
                .doing(format!("Installing {part}."))
                .note(*why)
                .exit(Exit::Denied),
            Self::NotADirectory { path, .. } => Diagnostic::error("not-a-directory", self.to_string())
                .help(format!("move {path} away, or name another directory in `[buildout]`")),
            Self::InTheWay { in_the_way, foreign } => {
                let error = Diagnostic::error("in-the-way", self.to_string()).doing("Installing.");
                let error = in_the_way
                    .iter()
                    .fold(error, |error, (part, path)| error.note(format!("`{part}` would write {path}")));
                let error = error.note("nothing was begun");
                let (error, exit) =
                    if *foreign { (error.help(ADOPT), Exit::Foreign) } else { (error, Exit::Denied) };
                error.help("move it away if the part shall make it, or name another place").exit(exit)
            }
            Self::NotRemoved { part, path, why } => {
                let error =
                    Diagnostic::error("not-removed", self.to_string()).doing(format!("Uninstalling {part}."));
                if *why == Why::Outside {
                    let directory = path.parent().unwrap_or(path);
                    error
                        .help(format!(
                            "`{}` would allow it",
                            flag(NeedKind::Write, Some(part), directory.as_str())
                        ))
                        .exit(Exit::Denied)
                } else if *why == Why::Refused {
                    error.help("the part stays as it is; it goes in a run without `--deny-write`, or with another policy").exit(Exit::Denied)
                } else {
                    error.help("the part stays recorded: when it can be removed, run `buildout` again")
                }
            }
            Self::NotPutRight { .. } => Diagnostic::error("not-put-right", self.to_string())
                .note("nothing else was begun")
                .help("when it can be removed or moved, run `buildout` again"),
            Self::Interrupted => Diagnostic::error("interrupted", self.to_string()).exit(Exit::Interrupted),
            Self::Installed(error) => error.diagnostic(),
            Self::Aside(error) => error.diagnostic(),
            Self::Lock(error) => error.diagnostic(),
            Self::Io { .. } => Diagnostic::error("io", self.to_string()),
        }
    }
}

fn are_there(in_the_way: &[(String, Utf8PathBuf)]) -> String {
    match in_the_way {
        [(_, path)] => format!("{path} is there already, and no part made it"),
        more => format!("{} files are there already that no part made", more.len()),
    }
}
