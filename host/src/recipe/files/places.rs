//! Absolute paths of the `files` interface, opened beneath the directories that the call may read.
//!
//! - In: a guest's absolute path.
//! - Out: a handle of its directory, the last component, and the real path.
//! - Not here: whether the deed is allowed (`guard`).

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use rustix::fs::{AtFlags, Mode, OFlags};

use super::porter::Place;

/// The directories that a call may read, held open when the first path is asked for.
pub(crate) struct Places {
    roots: Vec<(Utf8PathBuf, Option<Dir>)>,
}

/// The directory of a path, held open, and the last component.
pub(crate) struct Spot {
    directory: Dir,
    name: String,
    /// Where that is, as the kernel says.
    pub(crate) path: Utf8PathBuf,
}

impl Places {
    pub(crate) fn new(roots: &[Utf8PathBuf]) -> Self {
        let mut roots: Vec<_> = roots.iter().map(|root| (root.clone(), None)).collect();
        // The longest that holds a path comes first.
        roots.sort_by_key(|(root, _)| std::cmp::Reverse(root.as_str().len()));
        Self { roots }
    }

    /// Opens the directory of an absolute path.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a relative path or one without a last component, `NotFound` outside every
    /// readable directory (what lies there is nobody's business), else what the system says.
    pub(crate) fn spot(&mut self, path: &str) -> io::Result<Spot> {
        let path = Utf8Path::new(path);
        if !path.is_absolute() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path is not absolute"));
        }
        let (Some(parent), Some(Utf8Component::Normal(name))) =
            (path.parent(), path.components().next_back())
        else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path names nothing in a directory"));
        };
        let (root, held) = self
            .roots
            .iter_mut()
            .find(|(root, _)| parent.starts_with(root))
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let root_directory = match held {
            Some(directory) => directory,
            None => held.insert(Dir::open_ambient_dir(&root, ambient_authority())?),
        };
        let beneath = parent.strip_prefix(&root).expect("it was chosen by this prefix");
        let directory = if beneath.as_str().is_empty() {
            root_directory.try_clone()?
        } else {
            root_directory.open_dir(beneath)?
        };
        let real = std::fs::read_link(format!("/proc/self/fd/{}", directory.as_raw_fd()))?;
        let real =
            Utf8PathBuf::from_path_buf(real).map_err(|_| io::Error::from(io::ErrorKind::InvalidFilename))?;
        Ok(Spot { directory, name: name.to_owned(), path: real.join(name) })
    }
}

impl Spot {
    /// A handle of the thing itself, of a link and not of its target.
    fn handle(&self) -> io::Result<OwnedFd> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(self.directory.as_fd(), &self.name, flags, Mode::empty())?)
    }

    /// The same as an errand names it.
    pub(crate) fn place(&self) -> io::Result<Place> {
        let directory = Arc::new(self.directory.try_clone()?.into_std_file());
        Ok(Place { directory, name: self.name.clone() })
    }

    /// The permission bits.
    pub(crate) fn mode(&self) -> io::Result<u32> {
        let stat = rustix::fs::statat(self.directory.as_fd(), &self.name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(stat.st_mode & 0o777)
    }

    /// Sets the permission bits of a file or directory.
    pub(crate) fn set_mode(&self, mode: u32) -> io::Result<()> {
        let handle = self.handle()?;
        let stat = rustix::fs::fstat(&handle)?;
        if rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::Symlink {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a link has no permissions of its own"));
        }
        // A handle without rights cannot be given to fchmod; its name in /proc is the handle itself.
        rustix::fs::chmod(format!("/proc/self/fd/{}", handle.as_raw_fd()), Mode::from_raw_mode(mode))?;
        Ok(())
    }

    /// Whether anything is there.
    pub(crate) fn exists(&self) -> io::Result<bool> {
        match self.directory.symlink_metadata(&self.name) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a symbolic link with any target.
    pub(crate) fn symlink(&self, target: &str) -> io::Result<()> {
        rustix::fs::symlinkat(target, self.directory.as_fd(), &self.name)?;
        Ok(())
    }

    /// The target of a link, as it was written.
    pub(crate) fn read_link(&self) -> io::Result<String> {
        let target = rustix::fs::readlinkat(self.directory.as_fd(), &self.name, Vec::new())?;
        target.into_string().map_err(|_| io::Error::from(io::ErrorKind::InvalidFilename))
    }
}
