//! Where a program can read and write.
//!
//! - In: what is asked for, what the part may touch, what lies in the part's directories.
//! - Out: paths to read and to write; none of them holds a secret, or something that the user refused.
//! - Not here: holding the program to them (`confine`).
//!
//! A kernel's rule holds for a whole directory. So a directory with a secret in it is given by its other entries, and
//! what is somebody else's in a directory of the part is given once more, to be read only.

use camino::{Utf8Path, Utf8PathBuf};

use super::command::{Allowed, Command};
use super::error::ProcessError;
use super::sweep::Inventory;
use crate::access::Reach;

/// More than this is not looked through for secrets.
const MOST: usize = 200_000;

/// Paths to read and to write.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) read: Vec<Utf8PathBuf>,
    pub(super) write: Vec<Utf8PathBuf>,
}

/// Where a program can read and write; `there` is what lies in the part's own directories.
///
/// # Errors
///
/// [`ProcessError::Place`].
pub(super) fn places(
    command: &Command,
    allowed: &Allowed,
    there: &Inventory,
) -> Result<Places, ProcessError> {
    let reach = &allowed.reach;
    let refuse = |path: &Utf8Path, why| Err(ProcessError::Place { path: path.to_owned(), why });
    let write: Vec<Utf8PathBuf> =
        allowed.own.iter().chain(&allowed.temporary).chain(&allowed.granted).cloned().collect();
    for directory in &write {
        let touches =
            |refused: &&Utf8PathBuf| refused.starts_with(directory) || directory.starts_with(refused);
        if let Some(refused) = reach.hidden.iter().chain(&reach.closed).find(touches) {
            return refuse(refused, "you refused it, and it lies where the program writes");
        }
    }
    let mut read = Vec::new();
    let mut left = MOST;
    for path in &command.read {
        if reach.shows(path).is_err() || !plain(path, reach, &mut read, &mut left) {
            return refuse(path, "there is too much in it to be looked through, or it is a secret itself");
        }
    }
    let starts_in = |place: &Utf8PathBuf| command.directory.starts_with(place);
    if !write.iter().chain(&read).any(starts_in) {
        return refuse(&command.directory, "a program starts where it can write, or in what it reads");
    }
    let mut last: Option<&Utf8PathBuf> = None;
    for path in there.paths().filter(|path| !reach.own.contains(*path)) {
        if last.is_none_or(|last| !path.starts_with(last)) {
            read.push(path.clone());
            last = Some(path);
        }
    }
    Ok(Places { read, write })
}

/// Adds `path`, or what in it holds no secret; false if there is too much to look through.
fn plain(path: &Utf8Path, reach: &Reach, found: &mut Vec<Utf8PathBuf>, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    let is_directory = path.symlink_metadata().is_ok_and(|meta| meta.is_dir());
    let entries = is_directory.then(|| path.read_dir_utf8().ok()).flatten();
    let from = found.len();
    let mut is_whole = true;
    for entry in entries.into_iter().flatten().flatten() {
        // Where it leads counts, if that is given.
        if entry.file_type().is_ok_and(|kind| kind.is_symlink()) && reach.shows(entry.path()).is_ok() {
            continue;
        }
        if reach.shows(entry.path()).is_err() {
            is_whole = false;
            continue;
        }
        let before = found.len();
        if !plain(entry.path(), reach, found, left) {
            return false;
        }
        is_whole &= found[before..] == [entry.path().to_owned()];
    }
    if is_whole {
        found.truncate(from);
        found.push(path.to_owned());
    }
    true
}
