//! A site as it was: kept once, brought back as often as a test needs it.
//!
//! - In: a site, at some moment.
//! - Out: a [`Shelf`], from which the same buildout directory and state come back.
//! - Not here: what a run does with them (`site`).
//!
//! The buildout directory itself stays the same directory: a journal counts only for that one.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use crate::Site;

/// What is kept of a site. The state comes back last, so that it is younger than what it speaks of.
const KEPT: [&str; 2] = ["", "../state"];

/// A site as it was when it was kept.
pub struct Shelf {
    folder: TempDir,
}

impl Shelf {
    /// Keeps the buildout directory and the user's state as they are now.
    ///
    /// # Panics
    ///
    /// Where a file cannot be copied, as [`Shelf::bring_back`].
    pub fn of(site: &Site) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a directory");
        for (at, place) in KEPT.iter().enumerate() {
            let to = folder.path().join(at.to_string());
            fs::create_dir(&to).expect("nothing is there yet");
            copy(&site.path(place), &to, true);
        }
        Self { folder }
    }

    /// Makes a site, which may be another one, what was kept.
    pub fn bring_back(&self, site: &Site) {
        for (at, place) in KEPT.iter().enumerate() {
            empty(&site.path(place));
            // The journal must not look older than what it speaks of.
            copy(&self.folder.path().join(at.to_string()), &site.path(place), place.is_empty());
        }
    }
}

fn empty(folder: &Path) {
    for entry in fs::read_dir(folder).expect("it can be read") {
        let entry = entry.expect("it can be read");
        let kind = entry.file_type().expect("it was just listed");
        let removed =
            if kind.is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
        removed.unwrap_or_else(|error| panic!("{}: {error}", entry.path().display()));
    }
}

/// Copies what lies in a folder, with the times of its files or without.
fn copy(from: &Path, to: &Path, times: bool) {
    for entry in fs::read_dir(from).expect("it can be read") {
        let entry = entry.expect("it can be read");
        let (kind, target) = (entry.file_type().expect("it was just listed"), to.join(entry.file_name()));
        if kind.is_dir() {
            fs::create_dir(&target).expect("nothing is there yet");
            copy(&entry.path(), &target, times);
            let mode = entry.metadata().expect("it was just listed").permissions();
            fs::set_permissions(&target, mode).expect("it is ours");
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path()).expect("it is a link"), &target)
                .expect("nothing is there yet");
        } else {
            fs::copy(entry.path(), &target).expect("there is room");
            if times {
                // By size and time a copy counts as the file.
                let modified =
                    entry.metadata().expect("it was just listed").modified().expect("files have times");
                File::open(&target).and_then(|copy| copy.set_modified(modified)).expect("it is ours");
            }
        }
    }
}
