//! Reaching directories beneath a handle: many of them, at any depth, some of them read-only.
//!
//! - In: a directory held open, and paths beneath it.
//! - Out: the directory of each path, held open; a whole tree removed.
//! - Not here: what may be removed or opened up (`execute`).
//!
//! A path may be longer than the kernel takes, and ten thousand paths may share such a beginning: a
//! directory on the way is kept open, so that no path is walked from its beginning each time. A
//! directory is held by its handle: whoever moves it meanwhile leads us nowhere else.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::directory::Directory;
use super::made::Kind;

/// How far apart the directories lie that are kept open on the way.
const STRIDE_BYTES: usize = 512;

/// Directories beneath one that is held open.
pub struct Reach<'r> {
    root: &'r Directory,
    /// Whether the directory at this path beneath the root may be made writable on the way.
    ours: Box<dyn Fn(&Path) -> bool + 'r>,
    /// A directory on the way to the last one.
    anchor: Option<(PathBuf, Directory)>,
    /// The last one.
    near: Option<(PathBuf, Directory)>,
    /// Those that were made writable, with the permission bits they had.
    opened_up: Vec<(PathBuf, u32)>,
}

impl<'r> Reach<'r> {
    /// Starts from `root`; a directory for which `ours` holds is made writable where that is needed.
    pub fn new(root: &'r Directory, ours: impl Fn(&Path) -> bool + 'r) -> Self {
        Self { root, ours: Box::new(ours), anchor: None, near: None, opened_up: Vec::new() }
    }

    /// The directory at `path` beneath the root.
    ///
    /// # Errors
    ///
    /// Those of [`Directory::directory`].
    pub fn directory(&mut self, path: &Path) -> io::Result<&Directory> {
        if self.near.as_ref().is_none_or(|(near, _)| near.as_os_str() != path.as_os_str()) {
            let directory = match self.open(path) {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => self.open_up_to(path)?,
                opened => opened?,
            };
            self.near = Some((path.to_owned(), directory));
        }
        Ok(&self.near.as_ref().expect("it was set above").1)
    }

    /// Changes something in the directory at `path`; if that is not permitted and the directory is
    /// ours, makes it writable and tries again.
    pub fn change<T>(
        &mut self,
        path: &Path,
        mut change: impl FnMut(&Directory) -> io::Result<T>,
    ) -> io::Result<T> {
        match change(self.directory(path)?) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied && (self.ours)(path) => {
                let directory = self.directory(path)?;
                let (_, mode) = directory.owner_and_mode()?;
                if mode & 0o700 == 0o700 {
                    return Err(error);
                }
                directory.set_mode(mode | 0o700)?;
                let changed = change(directory);
                self.opened_up.push((path.to_owned(), mode));
                changed
            }
            done => done,
        }
    }

    /// Gives the directories that were made writable, and are still there, their permissions back.
    pub fn close_up(&mut self) {
        for (path, mode) in std::mem::take(&mut self.opened_up).into_iter().rev() {
            if let Ok(directory) = self.directory(&path) {
                let _ = directory.set_mode(mode);
            }
            // Its handle may now be the only way to it.
            self.near = None;
            self.anchor = None;
        }
    }

    /// Removes what stands under `name` in the directory at `path`, a directory with all that it holds.
    ///
    /// Nothing in it is followed, and no depth is too deep. All that can be removed is, whatever stays;
    /// the first failure is the error.
    pub fn remove_tree(&mut self, path: &Path, name: &OsStr) -> io::Result<()> {
        enum Visit {
            Enter(OsString),
            Leave,
        }
        let top = self.change(path, |directory| directory.directory(name))?;
        let mut below = Reach::new(&top, |_| true);
        let mut here = PathBuf::new();
        let mut visits = vec![Visit::Leave];
        let mut failure = None;
        let list = |below: &mut Reach<'_>, here: &Path, visits: &mut Vec<Visit>| -> io::Result<()> {
            let entries = below.change(here, Directory::entries)?;
            for entry in entries {
                match entry.kind {
                    Some(Kind::Directory) => visits.push(Visit::Enter(entry.name)),
                    Some(Kind::File | Kind::Link) | None => {
                        below.change(here, |directory| directory.remove_file(&entry.name))?;
                    }
                }
            }
            Ok(())
        };
        if let Err(error) = list(&mut below, &here, &mut visits) {
            failure.get_or_insert(error);
        }
        while let Some(visit) = visits.pop() {
            match visit {
                Visit::Enter(name) => {
                    here.push(name);
                    visits.push(Visit::Leave);
                    if let Err(error) = list(&mut below, &here, &mut visits) {
                        failure.get_or_insert(error);
                    }
                }
                Visit::Leave => {
                    let Some(name) = here.file_name().map(OsString::from) else {
                        break;
                    };
                    here.pop();
                    if let Err(error) = below.change(&here, |directory| directory.remove_directory(&name)) {
                        failure.get_or_insert(error);
                    }
                }
            }
        }
        match failure {
            Some(error) => Err(error),
            None => self.change(path, |directory| directory.remove_directory(name)),
        }
    }

    fn open(&mut self, path: &Path) -> io::Result<Directory> {
        // In bytes: a path of ten thousand names is not taken apart for each of its directories.
        let bytes = path.as_os_str().as_bytes();
        let far = bytes.len() - bytes.len() % STRIDE_BYTES;
        let Some(slash) = bytes[..far].iter().rposition(|byte| *byte == b'/') else {
            return self.root.directory(path);
        };
        let anchor = Path::new(OsStr::from_bytes(&bytes[..slash]));
        let rest = Path::new(OsStr::from_bytes(&bytes[slash + 1..]));
        if self.anchor.as_ref().is_none_or(|(known, _)| known.as_os_str() != anchor.as_os_str()) {
            self.anchor = Some((anchor.to_owned(), self.root.directory(anchor)?));
        }
        let (_, directory) = self.anchor.as_ref().expect("it was set above");
        directory.directory(rest)
    }

    /// One name at a time, opening up those directories of ours that hide what they hold.
    fn open_up_to(&mut self, path: &Path) -> io::Result<Directory> {
        let mut here = PathBuf::new();
        let mut directory = self.root.directory("")?;
        for name in path.components() {
            directory = match directory.directory(name) {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied && (self.ours)(&here) => {
                    let (_, mode) = directory.owner_and_mode()?;
                    directory.set_mode(mode | 0o700)?;
                    self.opened_up.push((here.clone(), mode));
                    directory.directory(name)?
                }
                opened => opened?,
            };
            here.push(name);
        }
        Ok(directory)
    }
}
