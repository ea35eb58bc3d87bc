//! What a confined guest's thread has the run's thread do, since the kernel lets it open so little.
//!
//! - In: an [`Errand`]: handles, and single names in directories that are held open.
//! - Out: a handle, or the deed; each judged here once more, on the place that the kernel says.
//! - Not here: the guest's side (`guarded`), what its thread may open itself (`confiner`).
//!
//! The porter believes nothing that it is told: were the guard of a guest's thread got round, what the
//! thread asks for would still be held to the same [`Reach`]. What came into being through it is the part's,
//! and so is everything beneath a directory that did.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use crate::access::{Deed, Reach};
use crate::recipe::pool::Message;

/// A name in a directory that is held open.
pub(crate) struct Place {
    pub(crate) directory: Arc<File>,
    pub(crate) name: String,
}

/// Something to be done outside of what a guest's thread may open.
pub(crate) enum Errand {
    /// Opens what a handle without rights names, to read or write it.
    Open { handle: OwnedFd, write: bool },
    /// Makes a file, and opens it for reading and writing.
    Create(Place),
    /// Makes a directory.
    MakeDirectory(Place),
    /// Makes a symbolic link to a target.
    Link(Place, String),
    /// Gives what is at the first place a second name.
    HardLink(Place, Place),
    /// Moves what is at the first place.
    Rename(Place, Place),
    /// Removes a file or a link.
    Unlink(Place),
    /// Removes an empty directory.
    RemoveDirectory(Place),
    /// Makes a directory that is gone after the call.
    Temporary,
}

/// What an errand comes to.
#[derive(Debug)]
pub(crate) enum Brought {
    /// It is done.
    Done,
    /// A handle.
    Handle(File),
    /// The path of a directory.
    Path(Utf8PathBuf),
}

/// The way to the porter; none where the guest's thread may do everything itself.
#[derive(Default)]
pub(crate) struct Errands(pub(crate) Option<Sender<Message>>);

impl Errands {
    /// Whether the kernel may be why something was refused.
    pub(crate) fn are_run(&self) -> bool {
        self.0.is_some()
    }

    /// Has something done, and waits for it.
    ///
    /// # Errors
    ///
    /// What the porter or the system says; the run may be over, too.
    pub(crate) fn run(&self, errand: Errand) -> io::Result<Brought> {
        let over = || io::Error::other("the run is over");
        let way = self.0.as_ref().ok_or_else(over)?;
        let (reply, answer) = channel();
        way.send(Message::Errand(errand, reply)).map_err(|_| over())?;
        answer.recv().map_err(|_| over())?
    }

    /// Has something opened.
    pub(crate) fn open(&self, errand: Errand) -> io::Result<File> {
        match self.run(errand)? {
            Brought::Handle(file) => Ok(file),
            other => Err(io::Error::other(format!("a handle was asked for, not {other:?}"))),
        }
    }
}

/// Runs the errands of one call.
#[derive(Default)]
pub(crate) struct Porter {
    reach: Reach,
    /// Where directories for the length of the call are made.
    temporary: Option<Utf8PathBuf>,
    /// Empty directories in which the guest's thread may do everything, to be moved into place.
    pub(crate) new: Vec<Utf8PathBuf>,
    /// What came into being through this porter.
    made: Vec<Utf8PathBuf>,
    /// Directories that are gone after the call.
    passing: Vec<Utf8PathBuf>,
}

impl Porter {
    pub(crate) fn new(reach: Reach, temporary: Option<Utf8PathBuf>, new: Vec<Utf8PathBuf>) -> Self {
        Self { reach, temporary, new, ..Self::default() }
    }

    /// Runs one errand.
    ///
    /// # Errors
    ///
    /// `EPERM` for what the part may not change, `ENOENT` for what it may not see, else what the system says.
    pub(crate) fn run(&mut self, errand: Errand) -> io::Result<Brought> {
        match errand {
            Errand::Open { handle, write } => self.open(&handle, write).map(Brought::Handle),
            Errand::Create(place) => {
                let path = self.allowed(&place, Deed::Create)?;
                let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let file =
                    rustix::fs::openat(&place.directory, &place.name, flags, Mode::from_raw_mode(0o666))?;
                self.made.push(path);
                Ok(Brought::Handle(file.into()))
            }
            Errand::MakeDirectory(place) => {
                let path = self.allowed(&place, Deed::Create)?;
                self.make_directory(place.directory.as_fd(), &place.name)?;
                self.made.push(path);
                Ok(Brought::Done)
            }
            Errand::Link(place, target) => {
                let path = self.allowed(&place, Deed::Link)?;
                rustix::fs::symlinkat(target, &place.directory, &place.name)?;
                self.made.push(path);
                Ok(Brought::Done)
            }
            Errand::HardLink(from, to) => {
                self.own(&from)?;
                let path = self.allowed(&to, Deed::Link)?;
                rustix::fs::linkat(&from.directory, &from.name, &to.directory, &to.name, AtFlags::empty())?;
                self.made.push(path);
                Ok(Brought::Done)
            }
            Errand::Rename(from, to) => {
                let old = self.own(&from)?;
                let new = self.allowed(&to, if stat(&to).is_ok() { Deed::Change } else { Deed::Create })?;
                rustix::fs::renameat(&from.directory, &from.name, &to.directory, &to.name)?;
                self.moved(&old, new);
                Ok(Brought::Done)
            }
            Errand::Unlink(place) => self.remove(&place, AtFlags::empty()),
            Errand::RemoveDirectory(place) => self.remove(&place, AtFlags::REMOVEDIR),
            Errand::Temporary => self.make_temporary().map(Brought::Path),
        }
    }

    /// Opens what a handle names, if that is a file or directory that the part may see, or change.
    fn open(&self, handle: &OwnedFd, write: bool) -> io::Result<File> {
        let stat = rustix::fs::fstat(handle)?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        let path = path_of(handle.as_fd())?;
        let seen = self.is_own(&path)
            || (self.reach.read.iter().any(|root| path.starts_with(root)) && self.reach.shows(&path).is_ok());
        if !seen {
            return Err(Errno::NOENT.into());
        }
        let flags = match (kind, write) {
            (FileType::Directory, false) => OFlags::RDONLY | OFlags::DIRECTORY,
            (FileType::RegularFile, false) => OFlags::RDONLY,
            // Another name of the same file may lie anywhere.
            (FileType::RegularFile, true) if stat.st_nlink == 1 && self.allows(Deed::Change, &path) => {
                OFlags::RDWR
            }
            (FileType::Directory, true) => return Err(Errno::ISDIR.into()),
            _ => return Err(Errno::PERM.into()),
        };
        // Its name in /proc is the handle itself.
        let name = format!("/proc/self/fd/{}", handle.as_raw_fd());
        let open = |flags| rustix::fs::open(&name, flags | OFlags::CLOEXEC | OFlags::NOCTTY, Mode::empty());
        let opened = match open(flags) {
            // What may be written and not read is opened for that alone.
            Err(Errno::ACCESS) if write => open(OFlags::WRONLY),
            opened => opened,
        };
        Ok(opened?.into())
    }

    /// Moves an empty directory there in which the guest's thread may go on by itself; if there is none any
    /// more, or the place is on another file system, makes one.
    fn make_directory(&mut self, directory: BorrowedFd<'_>, name: &str) -> io::Result<()> {
        if let Some(new) = self.new.last() {
            match rustix::fs::renameat_with(
                rustix::fs::CWD,
                new.as_std_path(),
                directory,
                name,
                RenameFlags::NOREPLACE,
            ) {
                Ok(()) => {
                    self.new.pop();
                    return Ok(());
                }
                Err(Errno::EXIST) => return Err(Errno::EXIST.into()),
                Err(_) => {}
            }
        }
        Ok(rustix::fs::mkdirat(directory, name, Mode::from_raw_mode(0o777))?)
    }

    fn make_temporary(&mut self) -> io::Result<Utf8PathBuf> {
        let Some(place) = self.temporary.clone() else { return Err(Errno::PERM.into()) };
        let path = temporary_directory(&place)?;
        // The name is taken; the directory behind it is exchanged for one that the guest's thread may use.
        if let Some(new) = self.new.pop()
            && std::fs::rename(&new, &path).is_err()
        {
            self.new.push(new);
        }
        self.passing.push(path.clone());
        Ok(path)
    }

    fn remove(&mut self, place: &Place, flags: AtFlags) -> io::Result<Brought> {
        let path = self.allowed(place, Deed::Change)?;
        rustix::fs::unlinkat(&place.directory, &place.name, flags)?;
        self.made.retain(|made| !made.starts_with(&path));
        Ok(Brought::Done)
    }

    /// The path of a place where this may be done.
    fn allowed(&self, place: &Place, deed: Deed) -> io::Result<Utf8PathBuf> {
        let path = place_of(place)?;
        if self.allows(deed, &path) { Ok(path) } else { Err(Errno::PERM.into()) }
    }

    /// The path of something that the part made and may change.
    fn own(&self, place: &Place) -> io::Result<Utf8PathBuf> {
        let path = self.allowed(place, Deed::Change)?;
        if self.is_own(&path) { Ok(path) } else { Err(Errno::PERM.into()) }
    }

    fn allows(&self, deed: Deed, path: &Utf8Path) -> bool {
        self.is_passing(path) || self.reach.allows(deed, path, self.is_own(path)).is_ok()
    }

    fn is_own(&self, path: &Utf8Path) -> bool {
        self.is_passing(path)
            || self.reach.own.contains(path)
            || self.made.iter().any(|made| path.starts_with(made))
    }

    fn is_passing(&self, path: &Utf8Path) -> bool {
        self.passing.iter().any(|root| path.starts_with(root) && path != root)
    }

    fn moved(&mut self, from: &Utf8Path, to: Utf8PathBuf) {
        self.made.retain(|made| !made.starts_with(from));
        self.made.push(to);
    }

    /// Ends the call: what is gone after it goes. Returns the empty directories that were not used.
    pub(crate) fn finish(self) -> Vec<Utf8PathBuf> {
        for path in self.passing {
            // What is left there is swept away by the next run.
            let _ = crate::fault::point(crate::fault::Step::Remove, &path)
                .and_then(|()| fs_err::remove_dir_all(path));
        }
        self.new
    }
}

/// Makes a directory below `place` that nobody else knows; a link in its place is refused.
///
/// # Errors
///
/// What the system says.
pub(crate) fn temporary_directory(place: &Utf8Path) -> io::Result<Utf8PathBuf> {
    // A link leads who knows where; nothing but this run may write here.
    let elsewhere = || io::Error::new(io::ErrorKind::InvalidInput, "it is a link, or lies behind one");
    crate::fault::point(crate::fault::Step::Make, place)?;
    fs_err::create_dir_all(place)?;
    if fs_err::canonicalize(place)? != place {
        return Err(elsewhere());
    }
    let directory = tempfile::Builder::new().prefix("tmp-").tempdir_in(place)?.keep();
    Utf8PathBuf::from_path_buf(directory)
        .map_err(|_| io::Error::other("the temporary directory's name is not UTF-8"))
}

fn stat(place: &Place) -> io::Result<rustix::fs::Stat> {
    Ok(rustix::fs::statat(&place.directory, &place.name, AtFlags::SYMLINK_NOFOLLOW)?)
}

/// Where a place is, as the kernel says of its directory; only a plain name lies in it.
fn place_of(place: &Place) -> io::Result<Utf8PathBuf> {
    if matches!(&*place.name, "" | "." | "..") || place.name.contains('/') {
        return Err(Errno::INVAL.into());
    }
    Ok(path_of(place.directory.as_fd())?.join(&place.name))
}

/// The real path of an open handle, from the kernel.
pub(super) fn path_of(handle: BorrowedFd<'_>) -> io::Result<Utf8PathBuf> {
    let path = std::fs::read_link(format!("/proc/self/fd/{}", handle.as_raw_fd()))?;
    Utf8PathBuf::from_path_buf(path).map_err(|_| Errno::ILSEQ.into())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A directory that may be read, whose `parts` may be written, and the porter of a part that made `parts/own`.
    fn site() -> (tempfile::TempDir, Utf8PathBuf, Porter) {
        let place = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(place.path().canonicalize().unwrap()).unwrap();
        let project = root.join("p");
        for directory in ["p/parts/own", "p/new/1", "p/src"] {
            fs::create_dir_all(root.join(directory)).unwrap();
        }
        for file in ["outside", "p/src/code", "p/.env", "p/parts/own/f", "p/parts/other"] {
            fs::write(root.join(file), file).unwrap();
        }
        let reach = Reach {
            root: project.clone(),
            read: vec![project.clone()],
            make: vec![project.join("parts")],
            own: ["own", "own/f"].map(|name| project.join("parts").join(name)).into(),
            ..Reach::default()
        };
        let porter = Porter::new(reach, None, vec![project.join("new/1")]);
        (place, project, porter)
    }

    fn bare(path: &Utf8Path) -> OwnedFd {
        rustix::fs::open(path.as_std_path(), OFlags::PATH | OFlags::NOFOLLOW, Mode::empty()).unwrap()
    }

    fn place(directory: &Utf8Path, name: &str) -> Place {
        Place { directory: Arc::new(File::open(directory).unwrap()), name: name.to_owned() }
    }

    fn says(result: io::Result<Brought>) -> Result<(), Errno> {
        result.map(|_| ()).map_err(|error| Errno::from_io_error(&error).unwrap())
    }

    #[test]
    fn a_handle_is_opened_for_what_the_part_may_see_or_change_wherever_it_came_from() {
        let (_place, project, mut porter) = site();
        fs::hard_link(project.join("parts/own/f"), project.join("src/second")).unwrap();
        let mut open =
            |path: &str, write| says(porter.run(Errand::Open { handle: bare(&project.join(path)), write }));
        assert_eq!(open("src/code", false), Ok(()));
        assert_eq!(open("src", false), Ok(()));
        assert_eq!(open("../outside", false), Err(Errno::NOENT));
        assert_eq!(open(".env", false), Err(Errno::NOENT));
        assert_eq!(open("src/code", true), Err(Errno::PERM));
        assert_eq!(open("parts/other", true), Err(Errno::PERM));
        assert_eq!(open("parts/own/f", true), Err(Errno::PERM), "it has another name");
        fs::remove_file(project.join("src/second")).unwrap();
        assert_eq!(open("parts/own/f", true), Ok(()));
        assert_eq!(open("parts/own", true), Err(Errno::ISDIR));
    }

    #[test]
    fn things_are_made_moved_and_removed_where_the_part_may() {
        let (_place, project, mut porter) = site();
        let parts = project.join("parts");
        let mut run = |errand| says(porter.run(errand));
        assert_eq!(run(Errand::Create(place(&parts, "made"))), Ok(()));
        assert_eq!(run(Errand::Create(place(&parts, "made"))), Err(Errno::EXIST));
        assert_eq!(run(Errand::Create(place(&project.join("src"), "made"))), Err(Errno::PERM));
        assert_eq!(run(Errand::Create(place(&parts, ".git"))), Err(Errno::PERM));
        for name in ["../src/made", "..", ".", ""] {
            assert_eq!(run(Errand::Create(place(&parts, name))), Err(Errno::INVAL), "{name}");
        }
        assert_eq!(run(Errand::Link(place(&parts, "link"), "made".into())), Err(Errno::PERM), "not granted");
        assert_eq!(run(Errand::Unlink(place(&parts, "other"))), Err(Errno::PERM));
        assert_eq!(
            run(Errand::Rename(place(&project.join("src"), "code"), place(&parts, "stolen"))),
            Err(Errno::PERM)
        );
        assert_eq!(run(Errand::Rename(place(&parts, "made"), place(&parts, "other"))), Err(Errno::PERM));
        assert_eq!(run(Errand::Rename(place(&parts, "made"), place(&parts, "moved"))), Ok(()));
        assert_eq!(run(Errand::Unlink(place(&parts, "moved"))), Ok(()));
        assert_eq!(run(Errand::RemoveDirectory(place(&parts, "own"))), Err(Errno::NOTEMPTY));
    }

    #[test]
    fn the_first_directory_is_one_that_was_there_before_and_the_next_ones_are_made() {
        use std::os::unix::fs::MetadataExt;
        let (_place, project, mut porter) = site();
        let parts = project.join("parts");
        let waiting = fs::metadata(project.join("new/1")).unwrap().ino();
        for name in ["a", "b"] {
            assert_eq!(says(porter.run(Errand::MakeDirectory(place(&parts, name)))), Ok(()));
        }
        assert_eq!(fs::metadata(parts.join("a")).unwrap().ino(), waiting);
        assert_eq!(says(porter.run(Errand::MakeDirectory(place(&parts, "own")))), Err(Errno::EXIST));
        assert_eq!(
            says(porter.run(Errand::Create(place(&parts.join("b"), "f")))),
            Ok(()),
            "what is in it is the part's"
        );
        assert_eq!(porter.finish(), [""; 0]);
    }
}
