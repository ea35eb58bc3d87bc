//! Keeping: what somebody changed in a part's file is not lost when that file goes.
//!
//! - In: a file that goes, and that is not as its part left it.
//! - Out: the place in `.buildout/kept/` that it gets instead, by the path that it had.
//! - Not here: which files these are (`standing`), moving them there (`remove`, `aside`).
//!
//! Rules: nothing there is ever removed or moved over. Where `.buildout/` is on another file system, the file stays
//! in its directory under another name.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::remove::Place;
use crate::installed::run_lock::FOLDER;
use crate::installed::{Directory, Found};

/// The directory in `.buildout/`.
const KEPT: &str = "kept";

/// What marks a file that stayed in its directory.
const SIBLING: &str = ".buildout-kept-";

/// A place where a changed file is kept: a directory held open, and the name that is free there.
#[derive(Debug)]
pub(super) struct Shelf {
    directory: Directory,
    name: String,
}

impl Shelf {
    /// Finds a place for the file at `path`; `folder` is `.buildout/`.
    pub(super) fn of(folder: &Directory, path: &Utf8Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        // What was kept may be secret, and the directory that it lay in closed to others.
        let kept = enter(folder, KEPT, 0o700)?;
        for number in 1.. {
            let mut directory = enter(&kept, &number.to_string(), 0o777)?;
            let above = path.parent().unwrap_or(Utf8Path::new("")).components();
            let way = above.filter(|name| matches!(name, camino::Utf8Component::Normal(_)));
            let walked = way
                .map(|name| name.as_str())
                .try_for_each(|name| enter(&directory, name, 0o777).map(|below| directory = below));
            match walked {
                // A file that was kept earlier has the name of a directory.
                Err(error) if error.kind() == io::ErrorKind::NotADirectory => continue,
                done => done?,
            }
            if directory.look(name)? == Found::Nothing {
                return Ok(Self { directory, name: name.to_owned() });
            }
        }
        unreachable!("a number is free before they end")
    }

    /// Another name in its own directory.
    pub(super) fn beside(directory: &Directory, name: &str) -> io::Result<Self> {
        for number in 0.. {
            let sibling = format!("{name}{SIBLING}{number}");
            if directory.look(&sibling)? == Found::Nothing {
                return Ok(Self { directory: directory.directory("")?, name: sibling });
            }
        }
        unreachable!("a number is free before they end")
    }

    /// Where the file will be.
    pub(super) fn path(&self) -> Utf8PathBuf {
        self.directory.path().join(&self.name)
    }

    /// Moves the file `name` there.
    pub(super) fn take(&self, from: &Directory, name: &str) -> io::Result<()> {
        from.rename(name, &self.directory, &self.name)
    }
}

/// Whether a place is one where changed files are kept.
pub(super) fn is_kept(place: &Place<'_>) -> bool {
    let in_folder = place.number == 0 && place.beneath.starts_with(Utf8Path::new(FOLDER).join(KEPT));
    in_folder || place.name().contains(SIBLING)
}

/// Keeps the file `name` of `directory`, whose whole path is `path`, and returns where it is now.
pub(super) fn keep(
    folder: &Directory,
    directory: &Directory,
    name: &str,
    path: &Utf8Path,
) -> io::Result<Utf8PathBuf> {
    let shelf = Shelf::of(folder, path)?;
    match shelf.take(directory, name) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let shelf = Shelf::beside(directory, name)?;
            shelf.take(directory, name)?;
            Ok(shelf.path())
        }
        done => done.map(|()| shelf.path()),
    }
}

fn enter(directory: &Directory, name: &str, mode: u32) -> io::Result<Directory> {
    match directory.make_directory(name, mode) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => directory.directory(name),
    }
}

/// Once a file has gone back from `place`: removes the directories that were made for it.
pub(super) fn tidy(place: &Place<'_>) {
    let folder = Utf8Path::new(FOLDER);
    for directory in
        place.folder().ancestors().take_while(|above| above.starts_with(folder) && *above != folder)
    {
        let (Some(above), Some(name)) = (directory.parent(), directory.file_name()) else { return };
        let removed = place.root.directory(above).and_then(|above| above.remove_directory(name));
        if removed.is_err() {
            // Something else is kept there.
            return;
        }
    }
}
