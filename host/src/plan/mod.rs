//! What must change: a buildout compared with what is installed.
//!
//! - In: an [`Aim`], a [`Buildout`], [`Installed`], and the files that count as inputs.
//! - Out: a [`Plan`]: steps in their order, each with its reasons. Plain data.
//! - Not here: doing it (`execute`); showing it (`report`).
//!
//! `Plan` decides and `execute` obeys: `buildout plan` and `buildout install` show the same steps.
//!
//! Rules: `decisions.md` 3.6 and 3.7; zc.buildout 6, `Buildout._uninstall_part`s order: what goes, goes
//! in the reverse of the recorded order; what comes, comes in the order of the buildout.

mod aim;
mod compare;
mod error;
mod reason;
mod uninstall;
mod unused;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use crate::installed::Digest;

pub use self::aim::Aim;
pub use self::error::PlanError;
pub use self::reason::Reason;
pub use self::unused::unused;

/// What is done to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// It is made.
    Install,
    /// It stands, and its recipe brings it up to date.
    Update,
    /// It is taken away and made anew.
    Reinstall,
    /// It is taken away for good.
    Uninstall,
    /// It stands, and there is nothing to do.
    Keep,
}

impl Action {
    /// The word for it, in `plan` and in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Update => "update",
            Self::Reinstall => "reinstall",
            Self::Uninstall => "uninstall",
            Self::Keep => "keep",
        }
    }
}

/// One part and what is done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The part.
    pub part: String,
    /// What is done.
    pub action: Action,
    /// Why, the most telling first; none for a part that is kept or merely updated.
    pub reasons: Vec<Reason>,
}

/// The steps of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// First those that go for good, in the order in which they go; then all others in the order in
    /// which they come.
    pub steps: Vec<Step>,
    /// The parts that go, for good or to be made anew, in the order in which they go: before any comes.
    pub going: Vec<String>,
    /// What the input files of each part hold now.
    pub inputs: BTreeMap<String, BTreeMap<Utf8PathBuf, Digest>>,
    /// Whether a part goes even if its recipe's `uninstall` fails.
    pub force: bool,
    /// Whether nothing is installed at all, so that not even the standard directories are needed.
    pub uninstalls: bool,
}

impl Plan {
    /// Whether anything on disk will change; an update may find nothing to do.
    pub fn is_nothing(&self) -> bool {
        self.steps.iter().all(|step| matches!(step.action, Action::Keep | Action::Update))
    }

    /// The step for a part.
    pub fn step(&self, part: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.part == part)
    }
}
