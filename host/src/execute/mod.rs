//! Carrying out a plan: what must change, changes; what is recorded, is so.
//!
//! - In: a [`Plan`], the [`Buildout`] that serves the recipes, what is [`Installed`].
//! - Out: `Installed` as it is now, saved after each step; on a failure the old state, as far as it was
//!   ours to change.
//! - Not here: deciding (`plan`).
//!
//! | file | what it holds |
//! |---|---|
//! | `adopt` | records that are not vouched for, taken over at the user's word |
//! | `directories` | the standard directories are made |
//! | `recover` | what a killed run left to do |
//! | `steps` | uninstalling, installing, updating, in the order of the plan |
//! | `back` | after a failure: what was begun is taken back, what was aside comes back |
//! | `call` | one call of a recipe, and what its failure means |
//! | `remove`, `undo`, `aside` | taking away, taking back, keeping aside |
//! | `standing`, `python_cache`, `keep` | what somebody changed or replaced; what goes with a source; what is kept elsewhere |
//! | `share` | what several parts have a share in |
//! | `namesake` | scripts with the name of a program of the system |
//! | `obstacle` | what would stop a run halfway |
//! | `foresee` | what a plan would take away |
//! | `error` | why a run stopped |

mod adopt;
pub mod aside;
mod back;
mod call;
mod directories;
mod error;
mod foresee;
mod keep;
mod namesake;
mod obstacle;
mod python_cache;
mod recover;
pub mod remove;
mod share;
mod standing;
mod steps;
pub mod undo;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use camino::Utf8PathBuf;

use crate::event::Reporter;
use crate::installed::{Directory, Installed, Journal, Moved, RunLock};
use crate::plan::{Aim, Plan, PlanError};
use crate::resolve::Buildout;

pub use self::adopt::Adoption;
pub use self::error::ExecuteError;
pub use self::foresee::{Going, foresee};
pub use self::obstacle::find_obstacle;
use self::remove::Bounds;

/// A run that changes things, and all that it holds meanwhile.
pub struct Execution<'r> {
    buildout: &'r mut Buildout,
    installed: &'r mut Installed,
    lock: &'r RunLock,
    journal: Arc<Mutex<Journal>>,
    reporter: &'r mut dyn Reporter,
    granted: Vec<Directory>,
    never: Vec<Utf8PathBuf>,
    /// What parts have replaced that are not recorded yet.
    replaced: Vec<Moved>,
    /// What is of no more use and could not be removed.
    undiscarded: Vec<Moved>,
    /// What is taken over, until it is recorded.
    adoption: Option<Adoption>,
    /// The parts that the next run must put right first, as this one could not.
    left: BTreeSet<String>,
}

/// The directories outside the buildout directory in which parts may write.
pub fn granted(buildout: &Buildout) -> Vec<Directory> {
    let outside = buildout.directories.outside.iter().map(|path| path.as_path());
    let granted = buildout.surroundings().grants.writable().chain(outside);
    granted.filter_map(|path| Directory::open(path).ok()).collect()
}

impl<'r> Execution<'r> {
    /// Begins: puts right what a killed run left, so that `installed` can be compared with.
    ///
    /// `never` is what is never removed, whatever is recorded: the user's home, the state directory.
    ///
    /// # Errors
    ///
    /// The journal or the state cannot be read or written.
    pub fn begin(
        buildout: &'r mut Buildout,
        installed: &'r mut Installed,
        lock: &'r RunLock,
        never: Vec<Utf8PathBuf>,
        reporter: &'r mut dyn Reporter,
    ) -> Result<Self, ExecuteError> {
        let (journal, recovery) = installed.open_journal()?;
        let granted = granted(buildout);
        let cut_off_ns = journal.cut_off_ns();
        let journal = Arc::new(Mutex::new(journal));
        let mut execution = Self {
            buildout,
            installed,
            lock,
            journal,
            reporter,
            granted,
            never,
            replaced: Vec::new(),
            undiscarded: Vec::new(),
            adoption: None,
            left: BTreeSet::new(),
        };
        execution.recover(&recovery, cut_off_ns)?;
        Ok(execution)
    }

    /// Compares, now that nothing is half done any more.
    ///
    /// # Errors
    ///
    /// Those of [`Plan::compare`].
    pub fn plan(&self, aim: &Aim) -> Result<Plan, PlanError> {
        Plan::compare(self.buildout, self.installed, aim)
    }

    /// Carries the plan out.
    ///
    /// # Errors
    ///
    /// The first failure. What was finished before stays and is recorded; of the part that failed
    /// nothing is left, and what stood before it is back.
    pub fn run(&mut self, plan: &Plan) -> Result<(), ExecuteError> {
        find_obstacle(self.buildout, self.installed, plan)?;
        self.record_adopted()?;
        if !plan.uninstalls {
            self.make_directories()?;
        }
        let done = self.steps(plan);
        self.finish(done)
    }

    /// Makes the standard directories, and does nothing else.
    ///
    /// # Errors
    ///
    /// One of them cannot be made.
    pub fn bootstrap(&mut self) -> Result<(), ExecuteError> {
        let done = self.make_directories();
        self.finish(done)
    }

    /// Records what there is now, however it came to that.
    fn finish(&mut self, done: Result<(), ExecuteError>) -> Result<(), ExecuteError> {
        self.remove_temporary();
        let finished = self.record_all();
        done?;
        finished
    }

    fn bounds(&self) -> Bounds<'_> {
        Bounds { root: self.installed.root(), granted: &self.granted, never: &self.never }
    }

    fn journal(&self) -> std::sync::MutexGuard<'_, Journal> {
        self.journal.lock().expect("nothing panics while it holds the journal")
    }
}
