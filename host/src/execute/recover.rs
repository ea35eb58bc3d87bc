//! What a killed run left to do.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use super::back::refused;
use super::remove::Why;
use super::{ExecuteError, Execution, aside, undo};
use crate::event::{Event, Level};
use crate::fault::{self, Step};
use crate::installed::run_lock::FOLDER;
use crate::installed::{Filled, Kind, Made, Recovery, Seen, Sync};

/// A thing is made at once after the journal's line about it; what was made later than this is somebody's who came
/// after the kill.
const SLACK_NS: i64 = 1_000_000_000;

impl Execution<'_> {
    /// Undoes what unfinished steps made, puts back what was aside, and marks their parts.
    pub(super) fn recover(
        &mut self,
        recovery: &Recovery,
        cut_off_ns: Option<i64>,
    ) -> Result<(), ExecuteError> {
        self.remove_temporary();
        if recovery.is_empty() {
            return Ok(());
        }
        if recovery.only_discards() {
            self.discard(&recovery.discard);
            return self.close_journal();
        }
        let unfinished: Vec<&str> = recovery.unfinished.iter().map(|begun| begun.part.as_str()).collect();
        let on = match unfinished.as_slice() {
            [] => String::new(),
            names => format!(" while it worked on: {}", names.join(", ")),
        };
        let message = format!("The last run was cut off{on}. Putting that right.");
        self.reporter.event(&Event::Log { part: None, level: Level::Warning, message });
        let later = |made: &Made| {
            let seen = made.seen.is_none().then(|| Seen::at(&made.path)).flatten();
            seen.zip(cut_off_ns).is_some_and(|(seen, cut_off)| seen.is_born_after(cut_off + SLACK_NS))
        };
        let made = recovery.undo.iter().cloned().chain(filled(&recovery.filled, &recovery.undo));
        let (others, undo): (Vec<Made>, Vec<Made>) = made.partition(later);
        let others: Vec<_> =
            others.into_iter().map(|made| (made.path, Why::Replaced { kind: made.kind })).collect();
        self.report_kept(&others);
        let kept = undo::undo(self.bounds(), &undo);
        self.report_kept(&kept);
        possible(&kept)?;
        for begun in &recovery.unfinished {
            self.journal().undone(&begun.part)?;
        }
        let kept = aside::put_back(self.bounds(), &recovery.put_back);
        self.report_kept(&kept);
        possible(&kept)?;
        self.discard(&recovery.discard);
        for begun in &recovery.unfinished {
            self.installed.mark_dirty(&begun.part);
            self.installed.settle(&begun.part);
        }
        self.installed.save(Sync::Now)?;
        self.close_journal()
    }

    /// Removes the temporary directories of calls, and those that wait for calls, whoever left something
    /// there: it was to be gone anyway.
    pub(super) fn remove_temporary(&self) {
        for name in ["tmp", "new"] {
            let place = self.buildout.directories.root.join(FOLDER).join(name);
            if place.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
                let _ = fault::point(Step::Remove, &place).and_then(|()| fs_err::remove_dir_all(&place));
            }
        }
    }

    pub(super) fn report_kept(&mut self, kept: &[(Utf8PathBuf, Why)]) {
        for (path, why) in kept {
            self.reporter.event(&Event::Kept { path: path.to_string(), why: why.to_string() });
        }
    }
}

/// What programs made where nobody watched: all that lies there and was not there before.
fn filled(filled: &[Filled], known: &[Made]) -> Vec<Made> {
    let mut left: Vec<Utf8PathBuf> = filled.iter().flat_map(|filled| filled.directories.clone()).collect();
    let there: BTreeSet<&Utf8PathBuf> = filled.iter().flat_map(|filled| &filled.there).collect();
    let known: BTreeSet<&Utf8PathBuf> = known.iter().map(|made| &made.path).collect();
    let mut made = Vec::new();
    while let Some(directory) = left.pop() {
        let is_directory = directory.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        let entries = is_directory.then(|| directory.read_dir_utf8().ok()).flatten();
        for entry in entries.into_iter().flatten().flatten() {
            let path = entry.path().to_owned();
            let Ok(kind) = entry.file_type() else { continue };
            if !there.contains(&path) && !known.contains(&path) {
                // What is no file is removed as one.
                made.push(Made::new(&path, Kind::of(kind).unwrap_or(Kind::File)));
            }
            if kind.is_dir() {
                left.push(path);
            }
        }
    }
    made
}

/// As long as the system refuses to put something right, nothing else may be begun on top of it.
fn possible(kept: &[(Utf8PathBuf, Why)]) -> Result<(), ExecuteError> {
    match refused(kept) {
        Some((path, why)) => Err(ExecuteError::NotPutRight { path: path.clone(), why: why.clone() }),
        None => Ok(()),
    }
}
