//! Taking back: after a failure nothing is left of what failed, and what it was to replace is there again.
//!
//! - In: what a failed call made, and the old parts that still wait aside.
//! - Out: the old parts in their places, marked so that the next run makes them anew; or, where the system refuses
//!   that as well, a journal that is not closed, from which the next run does the same.
//! - Not here: how things are removed, moved and moved back (`undo`, `aside`), killed runs (`recover`).
//!
//! Rules: `decisions.md` 3.3 to 3.5. The first failure is the one that is told.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use super::aside::{self, Aside};
use super::remove::Why;
use super::{ExecuteError, Execution, undo};
use crate::event::Event;
use crate::installed::{Made, Moved, Sync};

impl Execution<'_> {
    /// Takes back what a failed call made.
    pub(super) fn undo(&mut self, part: &str, made: &[Made]) {
        let kept = undo::undo(self.bounds(), made);
        self.report_kept(&kept);
        if refused(&kept).is_some() || self.journal().undone(part).is_err() {
            self.left.insert(part.to_owned());
        }
        if !made.is_empty() {
            let kept: BTreeSet<&Utf8PathBuf> = kept.iter().map(|(path, _)| path).collect();
            let gone = made.iter().filter(|made| !kept.contains(&made.path));
            let paths = gone.map(|made| made.path.to_string()).collect();
            self.reporter.event(&Event::Undone { part: part.to_owned(), paths });
        }
    }

    /// After a failure: what is still aside goes back, the latest first. Its uninstall hook has run, so it
    /// is made anew next time.
    pub(super) fn bring_back(&mut self, waiting: Vec<(String, Aside)>) {
        for (name, aside) in waiting.into_iter().rev() {
            self.installed.mark_dirty(&name);
            // Nothing is put back where something of the new part is left that the journal will have removed.
            if self.left.contains(&name) || self.journal().undone(&name).is_err() {
                self.left.insert(name);
                continue;
            }
            let kept = aside::put_back(self.bounds(), &aside.moved);
            self.report_kept(&kept);
            let back = aside.moved.iter().map(|moved| &moved.from);
            let back = back.filter(|path| !kept.iter().any(|(kept, _)| kept == *path));
            let paths: Vec<String> = back.map(|path| path.to_string()).collect();
            self.reporter.event(&Event::PutBack { part: name.clone(), paths });
            if refused(&kept).is_some() {
                self.left.insert(name);
            } else {
                self.installed.settle(&name);
            }
        }
    }

    /// Discards what recorded parts have replaced.
    pub(super) fn discard_replaced(&mut self) {
        let replaced = std::mem::take(&mut self.replaced);
        self.discard(&replaced);
    }

    /// Discards what is aside; what the system will not let go is left to the next run.
    pub(super) fn discard(&mut self, moved: &[Moved]) {
        let kept = aside::discard(self.bounds(), moved);
        self.report_kept(&kept);
        let is_kept = |moved: &&Moved| kept.iter().any(|(path, _)| *path == moved.to);
        self.undiscarded.extend(moved.iter().filter(is_kept).cloned());
    }

    /// Ends the run: all is recorded, and the journal has nothing more to say, or only what the next run must do.
    pub(super) fn record_all(&mut self) -> Result<(), ExecuteError> {
        self.installed.save(Sync::Now)?;
        self.discard_replaced();
        if self.left.is_empty() { self.close_journal() } else { Ok(()) }
    }

    /// Closes the journal; what could not be discarded begins the next one.
    pub(super) fn close_journal(&mut self) -> Result<(), ExecuteError> {
        let mut journal = self.journal.lock().expect("nothing panics while it holds the journal");
        self.installed.close_journal(&mut journal)?;
        for moved in self.undiscarded.drain(..) {
            journal.discard(&moved)?;
        }
        Ok(())
    }
}

/// What the system refused to remove or to move.
pub(super) fn refused(kept: &[(Utf8PathBuf, Why)]) -> Option<&(Utf8PathBuf, Why)> {
    kept.iter().find(|(_, why)| matches!(why, Why::Failed(_)))
}
