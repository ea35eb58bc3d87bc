//! Foreign databases: not vouched for, and kept until somebody takes them over.
//!
//! - In: the bytes of one that has to make room for ours, and the copies in the folder of the state.
//! - Out: a copy more; the newest one, read.
//! - Not here: taking one over (`adopt`).
//!
//! Rules: one copy never takes the place of another, and one goes only when just that one was taken over.

use camino::Utf8Path;

use super::database::{self, Database};
use super::directory::Sync;
use super::{Installed, InstalledError, StateFolder, io_error};
use crate::diagnostic::Diagnostic;

/// The first copy; the later ones have a number before the dot.
const FIRST: &str = "foreign.cfg";

impl Installed {
    /// Says that the foreign parts were taken over and saved: their copy is of no more use.
    ///
    /// # Errors
    ///
    /// The copy beside the state cannot be removed.
    pub fn drop_foreign(&mut self) -> Result<(), InstalledError> {
        if let (Some(folder), Some(copy)) = (&self.folder, self.foreign_copy.take()) {
            let removed = folder.directory().remove_file(&copy);
            removed.map_err(io_error("remove", &folder.directory().path().join(copy)))?;
        }
        Ok(())
    }

    /// Reads the newest of the foreign databases that made room for ours, if there are any.
    pub(super) fn read_kept_foreign(&mut self) {
        let Some(folder) = &self.folder else { return };
        for copy in copies(folder).into_iter().rev() {
            let bytes = folder.directory().read(&copy, database::LIMIT_BYTES).ok().flatten();
            if let Some(database) = bytes.and_then(|bytes| Database::parse(&bytes).ok()) {
                self.foreign = Some(database);
                self.foreign_copy = Some(copy);
                return;
            }
        }
    }
}

/// Keeps a foreign database beside the state, unless such a one is kept already, and returns the name of its copy.
pub(super) fn keep(folder: &StateFolder, bytes: &[u8], sync: Sync) -> Result<String, InstalledError> {
    let copies = copies(folder);
    let is_it = |copy: &&String| {
        folder.directory().read(copy, database::LIMIT_BYTES).is_ok_and(|kept| kept.as_deref() == Some(bytes))
    };
    if let Some(copy) = copies.iter().find(is_it) {
        return Ok(copy.clone());
    }
    let last = copies.last().and_then(|copy| number(copy));
    let copy = last.map_or(FIRST.to_owned(), |last| format!("foreign-{}.cfg", last + 1));
    folder.write(&copy, bytes, sync)?;
    Ok(copy)
}

/// The copies, the oldest first.
fn copies(folder: &StateFolder) -> Vec<String> {
    let names = folder.directory().entries().unwrap_or_default().into_iter().map(|entry| entry.name);
    let mut copies: Vec<(u64, String)> = names
        .filter_map(|name| name.into_string().ok())
        .filter_map(|name| Some((number(&name)?, name)))
        .collect();
    copies.sort();
    copies.into_iter().map(|(_, copy)| copy).collect()
}

fn number(name: &str) -> Option<u64> {
    if name == FIRST { Some(1) } else { name.strip_prefix("foreign-")?.strip_suffix(".cfg")?.parse().ok() }
}

pub(super) fn warning(path: &Utf8Path) -> Diagnostic {
    Diagnostic::warning(
        "foreign-state",
        format!("{path} was not written by buildout on this machine: its parts count as not installed"),
    )
    .note("nothing that it names is removed; a copy is kept when a run replaces it, so that it can be taken over later too")
    .help("to take the installed parts over: `buildout install --adopt`")
}
