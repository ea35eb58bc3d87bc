//! What the child is told, and what it tells: one JSON object a line, over its standard input, which is a socket.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::confine::{Rations, Tier, View};

/// What the child does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Task {
    /// Starts a program and waits for its end.
    Run(Box<Plan>),
    /// Tries whether this machine gives it namespaces.
    Probe,
    /// Says that it is there: in namespaces that somebody else has made.
    Answer,
}

/// A program with its sandbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Plan {
    /// How strongly it is confined.
    pub(super) tier: Tier,
    /// Whether somebody else has made the namespaces already.
    pub(super) is_inside: bool,
    /// Its file.
    pub(super) program: PathBuf,
    /// Its arguments, the name that it is called by first.
    pub(super) arguments: Vec<String>,
    /// The whole environment.
    pub(super) environment: Vec<(String, String)>,
    /// Where it starts.
    pub(super) directory: PathBuf,
    /// What there is to see.
    pub(super) view: View,
    /// What each process may use.
    pub(super) rations: Rations,
    /// Memory of all of them, in bytes.
    pub(super) memory_bytes: u64,
}

/// What the child tells. The first counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Told {
    /// A layer could not be had; the program was not started.
    Missing {
        /// Which one.
        layer: Layer,
        /// What the system said.
        why: String,
    },
    /// The program could not be started, for a reason of its own.
    NotStarted(String),
    /// It ended, and nothing of what it started is left.
    Exited(i32),
    /// A signal ended it.
    Signalled(i32),
    /// All of it was ended, as it used more than this.
    Over(Resource),
    /// All of it was ended, as was wished.
    Stopped,
    /// Namespaces can be had.
    Possible,
}

/// What the first layer is called.
pub(super) const NAMESPACES: &str = "namespaces";

/// A layer of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Layer {
    Namespaces,
    Landlock,
    Seccomp,
    Limits,
}

impl Layer {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Namespaces => NAMESPACES,
            Self::Landlock => "Landlock",
            Self::Seccomp => "seccomp",
            Self::Limits => "limits",
        }
    }
}

/// What is counted for all processes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Resource {
    Memory,
    Processes,
}
