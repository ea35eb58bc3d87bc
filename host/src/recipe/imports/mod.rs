//! Our own interfaces, as `wit/recipe.wit` promises them: one file each.
//!
//! - In: a guest's call.
//! - Out: an answer from the part's own options, or from the run.
//! - Not here: WASI (`link`, `files`).

mod files;
mod host;
mod log;
mod process;
mod section;
mod sections;

use super::bindings::buildout::recipe::types;
use super::call::Phase;
use super::instance::State;

/// A value above this may be refused, says the WIT; here it is.
const LARGEST_VALUE: usize = 1 << 20;

/// What one call may set in all: it travels to the run, and into the database.
const ALL_VALUES: usize = 16 << 20;

impl types::Host for State {}

impl State {
    /// Allows a function in one phase only.
    fn only_in(&self, phase: Phase, function: &str) -> Result<(), types::Error> {
        if self.call.phase == phase {
            return Ok(());
        }
        Err(error("phase", format!("`{function}` can be called in `{}` only", phase.word())))
    }

    /// Allows a function in every phase but one.
    fn not_in(&self, phase: Phase, function: &str) -> Result<(), types::Error> {
        if self.call.phase != phase {
            return Ok(());
        }
        Err(error("phase", format!("`{function}` cannot be called in `{}`", phase.word())))
    }
}

fn error(kind: &str, message: impl Into<String>) -> types::Error {
    types::Error { kind: kind.to_owned(), message: message.into(), details: Vec::new() }
}
