//! Why a program did not run to its end.

use camino::Utf8PathBuf;

use crate::confine::Tier;

/// Why a program did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The recipe did not declare it, or the user did not grant it.
    #[error("`{program}` cannot be started: {why}")]
    Denied {
        /// As the recipe names it.
        program: String,
        /// What is wrong with it, as part of a sentence.
        why: &'static str,
    },
    /// A variable may not be set in a program's environment.
    #[error("`{name}` cannot be set in the environment of a program: {why}")]
    Variable {
        /// Its name.
        name: String,
        /// Why not, as part of a sentence.
        why: &'static str,
    },
    /// The directory, or something that it shall read, is not for this part.
    #[error("{path}: {why}")]
    Place {
        /// The path.
        path: Utf8PathBuf,
        /// Why not, as part of a sentence.
        why: &'static str,
    },
    /// There is no such program.
    #[error("there is no program `{0}` in the directories of the system")]
    NotFound(String),
    /// It was found and could not be started.
    #[error("`{program}` could not be started: {why}")]
    NotStarted {
        /// As the recipe names it.
        program: String,
        /// What the system said.
        why: String,
    },
    /// This machine cannot confine it as was asked for; it was not started.
    #[error("this machine cannot confine `{program}` ({layer}: {why}); it was not started")]
    Unconfined {
        /// As the recipe names it.
        program: String,
        /// How strongly it was to be confined.
        tier: Tier,
        /// The layer that is missing.
        layer: &'static str,
        /// What the system said.
        why: String,
    },
    /// It reached a limit and was ended, with all that it had started.
    #[error("`{program}` {what}")]
    Limit {
        /// As the recipe names it.
        program: String,
        /// What it did, in the past.
        what: String,
        /// The option that raises the limit; none where only room can be made.
        flag: Option<&'static str>,
    },
    /// It left something in the part's directories that no part may have; that was removed.
    #[error("`{program}` made {path}, {why}")]
    Left {
        /// As the recipe names it.
        program: String,
        /// The first such thing.
        path: Utf8PathBuf,
        /// Why not, as part of a sentence.
        why: &'static str,
    },
    /// The run is over.
    #[error("interrupted")]
    Cancelled,
    /// Something of ours failed.
    #[error("`{program}`: {error}")]
    Io {
        /// As the recipe names it.
        program: String,
        /// What the system said.
        error: std::io::Error,
    },
}

impl ProcessError {
    /// One stable word, as the border knows it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Denied { .. } | Self::Variable { .. } | Self::Place { .. } | Self::Left { .. } => "denied",
            Self::NotFound(_) | Self::NotStarted { .. } => "process",
            Self::Unconfined { .. } => "unconfined",
            Self::Limit { .. } => "limit",
            Self::Cancelled => "cancelled",
            Self::Io { .. } => "io",
        }
    }

    /// What the user can do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Denied { .. } => {
                Some("a recipe says in `recipe.toml` which programs it starts; then `--allow-run=PROGRAM` grants it".to_owned())
            }
            Self::Unconfined { tier, .. } => Some(ways_out(*tier)),
            Self::Limit { flag: Some(flag), .. } => Some(format!("`{flag}` raises the limit")),
            Self::Limit { flag: None, .. } => Some("make room there, and run it again".to_owned()),
            Self::Variable { .. }
            | Self::Place { .. }
            | Self::NotFound(_)
            | Self::NotStarted { .. }
            | Self::Left { .. }
            | Self::Cancelled
            | Self::Io { .. } => None,
        }
    }
}

/// What can be done where a tier cannot be had.
fn ways_out(tier: Tier) -> String {
    let weaker = match tier {
        Tier::Strict => Tier::Landlock,
        Tier::Landlock | Tier::None => Tier::None,
    };
    format!(
        "one of three: let this user make namespaces, or install `bubblewrap` (`buildout doctor` tells what is missing); \
         run it where they can be had; or accept with `--process-tier={}` that a program can {}",
        weaker.word(),
        weaker.leaks().join(", ")
    )
}
