//! What a killed run left to do.

use super::{ExecuteError, Execution, aside, undo};
use crate::event::{Event, Level};
use crate::fault::{self, Step};
use crate::installed::{Recovery, Sync};

impl Execution<'_> {
    /// Undoes what unfinished steps made, puts back what was aside, and marks their parts.
    pub(super) fn recover(&mut self, recovery: &Recovery) -> Result<(), ExecuteError> {
        // Left by a killed call; whatever is in there was to be gone anyway.
        let temporary = self.buildout.directories.root.join(".buildout/tmp");
        if temporary.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
            let _ = fault::point(Step::Remove, &temporary).and_then(|()| fs_err::remove_dir_all(&temporary));
        }
        if recovery.is_empty() {
            return Ok(());
        }
        let unfinished: Vec<&str> = recovery.unfinished.iter().map(|begun| begun.part.as_str()).collect();
        let on = match unfinished.as_slice() {
            [] => String::new(),
            names => format!(" while it worked on: {}", names.join(", ")),
        };
        let message = format!("The last run was cut off{on}. Putting that right.");
        self.reporter.event(&Event::Log { part: None, level: Level::Warning, message });
        let kept = undo::undo(self.bounds(), &recovery.undo);
        self.report_kept(&kept);
        for begun in &recovery.unfinished {
            self.journal().undone(&begun.part)?;
        }
        let kept = aside::put_back(self.bounds(), &recovery.put_back);
        self.report_kept(&kept);
        let kept = aside::discard(self.bounds(), &recovery.discard);
        self.report_kept(&kept);
        for begun in &recovery.unfinished {
            self.installed.mark_dirty(&begun.part);
            self.installed.settle(&begun.part);
        }
        self.installed.save(Sync::Now)?;
        let mut journal = self.journal.lock().expect("nothing panics while it holds the journal");
        Ok(self.installed.close_journal(&mut journal)?)
    }

    pub(super) fn report_kept(&mut self, kept: &[(camino::Utf8PathBuf, super::remove::Why)]) {
        for (path, why) in kept {
            self.reporter.event(&Event::Kept { path: path.to_string(), why: why.to_string() });
        }
    }
}
