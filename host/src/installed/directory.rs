//! Directories held open: every change of ours on disk goes through one of these handles.
//!
//! - In: a directory, and names or paths beneath it.
//! - Out: handles that no later exchange of a directory by a link can redirect, and the few verbs
//!   that change something on disk, each with a fault point before it.
//! - Not here: what may be changed (`execute`), which path is whose (`state`).
//!
//! Rules: below a handle no symbolic link is followed and nothing climbs out, whoever races with us:
//! `openat2` where the kernel has it, one component at a time where it has not. `security.md` §2.4.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::made::Kind;
use super::seen::Seen;
use crate::fault::{self, Step};

/// The kernel refuses a longer path; longer ones are walked in pieces.
const LONGEST_PATH_BYTES: usize = 4000;

/// A directory that is held open, whatever happens to its name.
#[derive(Debug)]
pub struct Directory {
    handle: OwnedFd,
    path: Utf8PathBuf,
}

/// What stands in a directory under one name; `kind` is `None` for a fifo, a socket or a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, which need not be UTF-8.
    pub name: OsString,
    /// What it is, links not followed.
    pub kind: Option<Kind>,
}

/// What a look at one name found, links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing has this name.
    Nothing,
    /// A file, a directory or a link.
    Kind(Kind),
    /// A fifo, a socket or a device.
    Special,
}

/// Whether the bytes must have reached the disk before a change of a file counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// A power cut may lose it; a killed process does not.
    Later,
    /// It outlives a power cut.
    Now,
}

impl Directory {
    /// Opens the directory at `path`. Links in `path` are followed: it is the user's own word.
    pub fn open(path: &Utf8Path) -> io::Result<Self> {
        let flags = place_flags() - OFlags::NOFOLLOW;
        let handle = rustix::fs::openat(rustix::fs::CWD, path.as_std_path(), flags, Mode::empty())?;
        Ok(Self { handle, path: path.to_owned() })
    }

    /// Opens the directory `beneath` this one; it follows no link and climbs nowhere.
    ///
    /// An empty path is this directory itself.
    ///
    /// # Errors
    ///
    /// `ELOOP` or `ENOTDIR` where a link or a file stands in the way, `InvalidInput` for a path that
    /// has anything but plain names.
    pub fn directory(&self, beneath: impl AsRef<Path>) -> io::Result<Self> {
        let beneath = beneath.as_ref();
        let mut handle = self.handle.try_clone()?;
        for piece in pieces(beneath)? {
            handle = open_beneath(handle.as_fd(), &piece)?;
        }
        Ok(Self { handle, path: self.path.join(beneath.to_string_lossy().as_ref()) })
    }

    /// The path by which it was opened, for messages.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// A handle for calls that are not here.
    pub fn handle(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }

    /// What stands under `name`.
    pub fn look(&self, name: impl AsRef<OsStr>) -> io::Result<Found> {
        match rustix::fs::statat(&self.handle, name.as_ref(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(kind(FileType::from_raw_mode(stat.st_mode)).map_or(Found::Special, Found::Kind)),
            Err(Errno::NOENT) => Ok(Found::Nothing),
            Err(error) => Err(error.into()),
        }
    }

    /// The permission bits of what stands under `name`.
    pub fn mode_of(&self, name: impl AsRef<OsStr>) -> io::Result<u32> {
        let stat = rustix::fs::statat(&self.handle, name.as_ref(), AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(stat.st_mode & 0o7777)
    }

    /// How the file `name` looks; none if there is no regular file of that name.
    pub fn seen(&self, name: impl AsRef<OsStr>) -> io::Result<Option<Seen>> {
        let flags = OFlags::NOFOLLOW | OFlags::CLOEXEC | look_flags();
        match rustix::fs::openat(&self.handle, name.as_ref(), flags, Mode::empty()) {
            Ok(handle) => Ok(Seen::of(&File::from(handle).metadata()?)),
            Err(Errno::NOENT | Errno::LOOP) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Checks that something can be made in it, as far as that is seen without doing so.
    pub fn check_writable(&self) -> io::Result<()> {
        use rustix::fs::Access;
        let flags = if cfg!(target_os = "linux") { AtFlags::EACCESS } else { AtFlags::empty() };
        Ok(rustix::fs::accessat(&self.handle, ".", Access::WRITE_OK | Access::EXEC_OK, flags)?)
    }

    /// Everything in it, in the order of the names.
    pub fn entries(&self) -> io::Result<Vec<Entry>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = rustix::fs::openat(&self.handle, ".", flags, Mode::empty())?;
        let mut entries = Vec::new();
        for entry in rustix::fs::Dir::new(handle)? {
            let entry = entry?;
            let name = OsString::from_vec(entry.file_name().to_bytes().to_vec());
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                // Some file systems do not say.
                FileType::Unknown => match self.look(&name)? {
                    Found::Nothing => continue,
                    Found::Kind(kind) => Some(kind),
                    Found::Special => None,
                },
                known => kind(known),
            };
            entries.push(Entry { name, kind });
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    /// The user number of its owner, and its permission bits.
    pub fn owner_and_mode(&self) -> io::Result<(u32, u32)> {
        let stat = rustix::fs::fstat(&self.handle)?;
        Ok((stat.st_uid, stat.st_mode & 0o7777))
    }

    /// A text that is the same as long as this is the same directory, whatever its name, and that
    /// another directory in its place does not have.
    pub fn identity(&self) -> io::Result<String> {
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{StatxFlags, statx};
            let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
            let about = statx(&self.handle, "", AtFlags::EMPTY_PATH, wanted)?;
            if about.stx_mask & StatxFlags::BTIME.bits() != 0 {
                // An inode number is soon used again, its time of birth never.
                let born = about.stx_btime;
                return Ok(format!("{} {}.{:09}", about.stx_ino, born.tv_sec, born.tv_nsec));
            }
        }
        let about = rustix::fs::fstat(&self.handle)?;
        Ok(format!("{} on {}", about.st_ino, about.st_dev))
    }

    /// Reads the file `name`, which may be no link and no longer than `limit_bytes`.
    ///
    /// `None`: it is not there.
    pub fn read(&self, name: impl AsRef<OsStr>, limit_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        // NONBLOCK: a fifo in its place must not stop the run.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = match rustix::fs::openat(&self.handle, name.as_ref(), flags, Mode::empty()) {
            Ok(handle) => File::from(handle),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        if about.len() > limit_bytes {
            return Err(too_large(limit_bytes));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0));
        file.take(limit_bytes + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit_bytes {
            return Err(too_large(limit_bytes));
        }
        Ok(Some(bytes))
    }

    /// Opens the regular file `name` for reading and writing, making it when it is not there.
    ///
    /// A link, or a file that has a second name somewhere, is refused.
    pub fn open_file(&self, name: impl AsRef<OsStr>, mode: u32) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        fault::point(Step::Make, name.as_ref())?;
        let handle = rustix::fs::openat(&self.handle, name.as_ref(), flags, Mode::from_bits_truncate(mode))?;
        let stat = rustix::fs::fstat(&handle)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile || stat.st_nlink > 1 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file of its own"));
        }
        Ok(File::from(handle))
    }

    /// Makes the file `name`, which must not be there yet.
    pub fn make_file(&self, name: impl AsRef<OsStr>, bytes: &[u8], mode: u32) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        fault::point(Step::Make, name.as_ref())?;
        let handle = rustix::fs::openat(&self.handle, name.as_ref(), flags, Mode::from_bits_truncate(mode))?;
        let mut file = File::from(handle);
        fault::point(Step::Write, name.as_ref())?;
        file.write_all(bytes)?;
        Ok(file)
    }

    /// Puts `bytes` in the place of the file `name`: a reader sees the old file or the new one, whole.
    ///
    /// A link under that name is replaced, not followed. When it fails the old file is as it was.
    pub fn replace_file(&self, name: &str, bytes: &[u8], mode: u32, sync: Sync) -> io::Result<()> {
        let temporary = format!("{name}.buildout-new");
        // Left behind by a killed run.
        self.remove_file(&temporary)?;
        let written = self.make_file(&temporary, bytes, mode).and_then(|file| match sync {
            Sync::Now => fault::point(Step::Sync, &temporary).and_then(|()| file.sync_all()),
            Sync::Later => Ok(()),
        });
        let renamed = written
            .and_then(|()| fault::point(Step::Rename, name))
            .and_then(|()| Ok(rustix::fs::renameat(&self.handle, temporary.as_str(), &self.handle, name)?));
        if let Err(error) = renamed {
            let _ = self.remove_file(&temporary);
            return Err(error);
        }
        match sync {
            Sync::Now => self.sync(),
            Sync::Later => Ok(()),
        }
    }

    /// Makes the directory `name`, which must not be there yet.
    pub fn make_directory(&self, name: impl AsRef<OsStr>, mode: u32) -> io::Result<()> {
        fault::point(Step::Make, name.as_ref())?;
        Ok(rustix::fs::mkdirat(&self.handle, name.as_ref(), Mode::from_bits_truncate(mode))?)
    }

    /// Removes a file or a link; that it is not there is no failure.
    pub fn remove_file(&self, name: impl AsRef<OsStr>) -> io::Result<()> {
        fault::point(Step::Remove, name.as_ref())?;
        absent_is_done(rustix::fs::unlinkat(&self.handle, name.as_ref(), AtFlags::empty()))
    }

    /// Removes an empty directory; that it is not there is no failure.
    pub fn remove_directory(&self, name: impl AsRef<OsStr>) -> io::Result<()> {
        fault::point(Step::Remove, name.as_ref())?;
        absent_is_done(rustix::fs::unlinkat(&self.handle, name.as_ref(), AtFlags::REMOVEDIR))
    }

    /// Gives what stands under `name` the name `to_name` in `to`, where nothing may be yet.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` if something is there, `CrossesDevices` if `to` is on another file system.
    pub fn rename(&self, name: impl AsRef<OsStr>, to: &Self, to_name: impl AsRef<OsStr>) -> io::Result<()> {
        let (name, to_name) = (name.as_ref(), to_name.as_ref());
        fault::point(Step::Rename, name)?;
        match rustix::fs::renameat_with(&self.handle, name, &to.handle, to_name, RenameFlags::NOREPLACE) {
            // A file system that cannot promise it: look first. The run lock keeps other runs away.
            Err(Errno::INVAL | Errno::NOSYS) => match to.look(to_name)? {
                Found::Nothing => Ok(rustix::fs::renameat(&self.handle, name, &to.handle, to_name)?),
                Found::Kind(_) | Found::Special => Err(Errno::EXIST.into()),
            },
            done => Ok(done?),
        }
    }

    /// Sets the permission bits of the directory itself.
    pub fn set_mode(&self, mode: u32) -> io::Result<()> {
        // The handle only names the inode, which `fchmod` refuses; its own entry under /proc does not.
        let itself = format!("/proc/self/fd/{}", self.handle.as_raw_fd());
        fault::point(Step::Set, self.path.as_str())?;
        Ok(rustix::fs::chmod(itself, Mode::from_bits_truncate(mode))?)
    }

    /// Waits until the names in this directory have reached the disk.
    pub fn sync(&self) -> io::Result<()> {
        fault::point(Step::Sync, self.path.as_str())?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = rustix::fs::openat(&self.handle, ".", flags, Mode::empty())?;
        Ok(rustix::fs::fsync(handle)?)
    }
}

fn kind(file_type: FileType) -> Option<Kind> {
    match file_type {
        FileType::RegularFile => Some(Kind::File),
        FileType::Directory => Some(Kind::Directory),
        FileType::Symlink => Some(Kind::Link),
        _ => None,
    }
}

fn too_large(limit_bytes: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("longer than {} MiB", limit_bytes >> 20))
}

fn absent_is_done(done: rustix::io::Result<()>) -> io::Result<()> {
    match done {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// How a directory is opened that is only a place to start from: needs no permission to read it.
fn place_flags() -> OFlags {
    #[cfg(target_os = "linux")]
    let how = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    let how = OFlags::RDONLY;
    how | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

/// How a file is opened that is only looked at: needs no permission to read it, and wakes no device.
fn look_flags() -> OFlags {
    #[cfg(target_os = "linux")]
    let how = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    let how = OFlags::RDONLY | OFlags::NONBLOCK;
    how
}

/// Cuts a path of plain names into pieces that the kernel accepts.
fn pieces(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut pieces = Vec::new();
    let mut piece = PathBuf::new();
    for component in path.components() {
        let Component::Normal(name) = component else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a path of plain names is needed"));
        };
        if piece.as_os_str().as_bytes().len() + name.as_bytes().len() >= LONGEST_PATH_BYTES {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(name);
    }
    if !piece.as_os_str().is_empty() {
        pieces.push(piece);
    }
    Ok(pieces)
}

#[cfg(target_os = "linux")]
fn open_beneath(start: BorrowedFd<'_>, path: &Path) -> io::Result<OwnedFd> {
    use rustix::fs::ResolveFlags;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    loop {
        match rustix::fs::openat2(start, path, place_flags(), Mode::empty(), resolve) {
            Ok(handle) => return Ok(handle),
            // Something was renamed meanwhile, or a signal came.
            Err(Errno::AGAIN | Errno::INTR) => {}
            // An old kernel, or a container that filters the call.
            Err(Errno::NOSYS | Errno::PERM) => return open_step_by_step(start, path),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn open_beneath(start: BorrowedFd<'_>, path: &Path) -> io::Result<OwnedFd> {
    open_step_by_step(start, path)
}

/// One component at a time, none of them a link: what `openat2` does in one call.
fn open_step_by_step(start: BorrowedFd<'_>, path: &Path) -> io::Result<OwnedFd> {
    let mut handle = start.try_clone_to_owned()?;
    for component in path.components() {
        let Component::Normal(name) = component else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a path of plain names is needed"));
        };
        handle = rustix::fs::openat(&handle, name, place_flags(), Mode::empty())?;
    }
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch() -> (tempfile::TempDir, Directory) {
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory::open(Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        (folder, directory)
    }

    #[test]
    fn no_way_leads_through_a_link_or_upward() {
        let (folder, directory) = scratch();
        fs_err::create_dir_all(folder.path().join("a/b")).unwrap();
        fs_err::os::unix::fs::symlink("a", folder.path().join("link")).unwrap();
        fs_err::write(folder.path().join("file"), "").unwrap();
        let way = |path: &str| directory.directory(path).map(|_| ()).map_err(|error| error.kind());
        assert_eq!(way("a/b"), Ok(()));
        assert_eq!(way(""), Ok(()));
        assert!(way("link/b").is_err());
        assert!(way("link").is_err());
        assert_eq!(way("a/../a"), Err(io::ErrorKind::InvalidInput));
        assert_eq!(way("/"), Err(io::ErrorKind::InvalidInput));
        assert_eq!(way("file"), Err(io::ErrorKind::NotADirectory));

        let steps = |path: &str| open_step_by_step(directory.handle(), Path::new(path)).map(|_| ());
        assert!(steps("a/b").is_ok());
        assert!(steps("link/b").is_err(), "the same where openat2 is missing");
        assert!(steps("a/..").is_err());
    }

    #[test]
    fn a_file_is_replaced_whole_and_a_link_in_its_place_is_not_followed() {
        let (folder, directory) = scratch();
        fs_err::write(folder.path().join("precious"), "mine").unwrap();
        fs_err::os::unix::fs::symlink("precious", folder.path().join("state")).unwrap();
        fs_err::write(folder.path().join("state.buildout-new"), "left by a killed run").unwrap();
        directory.replace_file("state", b"new", 0o600, Sync::Now).unwrap();
        assert_eq!(fs_err::read_to_string(folder.path().join("precious")).unwrap(), "mine");
        assert_eq!(fs_err::read_to_string(folder.path().join("state")).unwrap(), "new");
        let names: Vec<_> = directory.entries().unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["precious", "state"]);
    }

    #[test]
    fn a_rename_never_replaces() {
        let (folder, directory) = scratch();
        fs_err::write(folder.path().join("one"), "1").unwrap();
        fs_err::write(folder.path().join("two"), "2").unwrap();
        let refused = directory.rename("one", &directory, "two").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        directory.rename("one", &directory, "three").unwrap();
        assert_eq!(fs_err::read_to_string(folder.path().join("three")).unwrap(), "1");
    }

    #[test]
    fn a_link_a_fifo_and_a_long_file_are_not_read() {
        let (folder, directory) = scratch();
        fs_err::write(folder.path().join("long"), "12345").unwrap();
        fs_err::os::unix::fs::symlink("long", folder.path().join("link")).unwrap();
        rustix::fs::mknodat(directory.handle(), "fifo", FileType::Fifo, Mode::RWXU, 0).unwrap();
        assert_eq!(directory.read("none", 9).unwrap(), None);
        assert_eq!(directory.read("long", 5).unwrap().as_deref(), Some(&b"12345"[..]));
        assert_eq!(directory.read("long", 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(directory.read("link", 9).is_err());
        assert!(directory.read("fifo", 9).is_err());
        assert!(directory.open_file("fifo", 0o600).is_err());
        assert!(directory.open_file("link", 0o600).is_err());
    }

    #[test]
    fn a_way_longer_than_the_kernel_takes_is_walked_in_pieces() {
        let (_folder, directory) = scratch();
        let name = "d".repeat(200);
        let mut way = PathBuf::new();
        let mut here = directory.directory("").unwrap();
        for _ in 0..50 {
            here.make_directory(&name, 0o700).unwrap();
            way.push(&name);
            here = here.directory(&name).unwrap();
        }
        assert!(directory.directory(&way).is_ok());
    }
}
